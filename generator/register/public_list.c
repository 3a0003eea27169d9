/*
 * The public's lists: the change log, the units, the monthly reports, the sums of output.
 * Each row lives until its callback returns.
 */
#include "register/public.h"

#include <string.h>

enum err_code pub_each_row(
	struct pub *p, sqlite3_stmt *s, pub_row_fn *row_to, void *fn_and_ctx, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code;
	bool row;

	while (!(code = pub_step(p, s, &row, e)) && row) {
		arena_reset(a);
		code = row_to(s, a, fn_and_ctx, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

enum err_code pub_each(
	struct pub *p, enum pub_stmt which, pub_row_fn *row_to, void *fn_and_ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = pub_stmt(p, which, &s, e);

	return code ? code : pub_each_row(p, s, row_to, fn_and_ctx, e);
}

/* ---- changes -------------------------------------------------------------------------------------- */

struct change_to {
	pub_change_fn *fn;
	void *ctx;
};

static enum err_code change_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct change_to *to = fn_and_ctx;
	struct pub_change change = {
		.seq = sqlite3_column_int64(s, 0),
		.enterprise = sqlite3_column_int64(s, 1),
		.kind = pub_text(s, 2, a),
		.detail = pub_text(s, 3, a),
		.day = pub_day(s, 4),
		.recorded = pub_day(s, 5),
	};

	return to->fn(to->ctx, &change, e);
}

enum err_code pub_change_each(
	struct pub *p, int64_t after_seq, pub_change_fn *fn, void *ctx, struct err *e)
{
	struct change_to to = {fn, ctx};
	sqlite3_stmt *s;
	enum err_code code = pub_stmt(p, PUB_CHANGES, &s, e);

	if (code)
		return code;
	sqlite3_bind_int64(s, 1, after_seq);
	return pub_each_row(p, s, change_row, &to, e);
}

/* ---- units ------------------------------------------------------------------------------------------- */

struct unit_to {
	pub_unit_fn *fn;
	void *ctx;
};

static enum err_code unit_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct unit_to *to = fn_and_ctx;
	struct pub_unit unit = {pub_text(s, 0, a), pub_text(s, 1, a), pub_text(s, 2, a)};

	return to->fn(to->ctx, &unit, e);
}

enum err_code pub_unit_each(struct pub *p, pub_unit_fn *fn, void *ctx, struct err *e)
{
	struct unit_to to = {fn, ctx};

	return pub_each(p, PUB_UNITS, unit_row, &to, e);
}

/* ---- monthly reports ------------------------------------------------------------------------------------ */

struct report_to {
	pub_report_fn *fn;
	void *ctx;
};

static enum err_code report_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct report_to *to = fn_and_ctx;
	struct pub_report report = {
		.unit = pub_text(s, 0, a),
		.month = pub_day(s, 1),
		.received = pub_day(s, 2),
		.sha256 = pub_text(s, 3, a),
		.rows = sqlite3_column_int64(s, 4),
		.added = sqlite3_column_int64(s, 5),
		.changed = sqlite3_column_int64(s, 6),
		.refused = sqlite3_column_int64(s, 7),
	};

	return to->fn(to->ctx, &report, e);
}

enum err_code pub_report_each(struct pub *p, pub_report_fn *fn, void *ctx, struct err *e)
{
	struct report_to to = {fn, ctx};

	return pub_each(p, PUB_REPORTS, report_row, &to, e);
}

/* ---- sums --------------------------------------------------------------------------------------------------- */

struct sum_to {
	pub_sum_fn *fn;
	void *ctx;
};

static enum err_code sum_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct sum_to *to = fn_and_ctx;

	return to->fn(to->ctx, pub_text(s, 0, a), sqlite3_column_int64(s, 1),
		sqlite3_column_double(s, 2), e);
}

enum err_code pub_output_sum(
	struct pub *p, const char *by, pub_sum_fn *fn, void *ctx, struct err *e)
{
	static const struct {
		const char *by;
		enum pub_stmt which;
	} groupings[] = {{"street", PUB_OUTPUT_STREET}, {"category", PUB_OUTPUT_CATEGORY},
		{"industry", PUB_OUTPUT_INDUSTRY}};
	struct sum_to to = {fn, ctx};

	for (size_t i = 0; i < COUNT_OF(groupings); i++)
		if (str_eq(groupings[i].by, by))
			return pub_each(p, groupings[i].which, sum_row, &to, e);
	return err_set(e, ERR_USAGE, T("不能按“%s”合计", "there is no sum by “%s”"), by ? by : "");
}
