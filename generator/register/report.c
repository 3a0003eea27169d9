/*
 * What import needs around the rows: finding an enterprise again, the monthly reports with the enterprises that
 * stood in each, and the near matches that wait for a person.
 */
#include "register/register_internal.h"

#include <string.h>

/* ---- matching --------------------------------------------------------------------------------------- */

enum err_code reg_match_find(struct reg *r, const char *unit, const char *name_key,
	const char *address_key, struct enterprise_id *ids, size_t max, size_t *ret_count,
	struct err *e)
{
	size_t count = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_MATCH_FIND, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, unit);
	reg_bind_text(s, 2, name_key);
	reg_bind_text(s, 3, address_key);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		if (count < max)
			ids[count].n = sqlite3_column_int64(s, 0);
		count++;
	}
	sqlite3_clear_bindings(s);
	if (!code)
		*ret_count = count;
	return code;
}

/* Columns: number, name, address, name_key, address_key. */
static enum err_code each_match(
	struct reg *r, sqlite3_stmt *s, match_fn *fn, void *ctx, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code;
	bool row;

	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct match_row m;

		arena_reset(a);
		m.id.n = sqlite3_column_int64(s, 0);
		m.name = reg_column_text(s, 1, a);
		m.address = reg_column_text(s, 2, a);
		m.name_key = reg_column_text(s, 3, a);
		m.address_key = reg_column_text(s, 4, a);
		code = fn(ctx, &m, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}

enum err_code reg_match_each(
	struct reg *r, const char *unit, match_fn *fn, void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_MATCH_EACH, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, unit);
	return each_match(r, s, fn, ctx, e);
}

/* ---- monthly reports ------------------------------------------------------------------------------------ */

/* One number out of a statement that is bound; 0 when there is no row. */
static enum err_code one_number(struct reg *r, sqlite3_stmt *s, int64_t *ret, struct err *e)
{
	bool row;
	enum err_code code = reg_step(r, s, &row, e);

	if (!code)
		*ret = row ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

enum err_code reg_report_find(struct reg *r, const char *unit, struct day month, const char *sha256,
	int64_t *ret_seq, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_REPORT_FIND, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, unit);
	reg_bind_day(s, 2, month);
	reg_bind_text(s, 3, sha256);
	return one_number(r, s, ret_seq, e);
}

enum err_code reg_report_previous(struct reg *r, const char *unit, struct day month, int64_t except,
	int64_t *ret_seq, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_REPORT_PREVIOUS, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, unit);
	reg_bind_day(s, 2, month);
	reg_bind_int(s, 3, except);
	return one_number(r, s, ret_seq, e);
}

enum err_code reg_report_add(struct reg *r, const struct report *report,
	const struct change_note *note, int64_t *ret_seq, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_unit_check(r, report->unit, e);
	if (!code)
		code = reg_stmt(r, STMT_REPORT_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_text(s, 1, report->unit);
	reg_bind_day(s, 2, report->month);
	reg_bind_text(s, 3, report->sha256);
	reg_bind_text(s, 4, report->name);
	reg_bind_int(s, 5, report->rows);
	reg_bind_int(s, 6, report->added);
	reg_bind_int(s, 7, report->changed);
	reg_bind_int(s, 8, report->unchanged);
	reg_bind_int(s, 9, report->missing);
	reg_bind_int(s, 10, report->refused);
	reg_bind_text(s, 11, note->by);
	reg_bind_text(s, 12, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (!code)
		*ret_seq = sqlite3_last_insert_rowid(r->db);
	return code;
}

/* "650105001 2018-01: +12 ~3 -1": new, changed, missing. Public, so numbers only. */
static const char *summary(struct arena *a, const struct report *report)
{
	char month[DAY_TEXT_BYTES];

	day_text(report->month, month);
	month[7] = '\0';
	return arena_printf(a, "%s %s: +%lld ~%lld -%lld", report->unit, month,
		(long long)report->added, (long long)report->changed, (long long)report->missing);
}

enum err_code reg_report_finish(
	struct reg *r, const struct report *report, const struct change_note *note, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_REPORT_COUNTS, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, report->seq);
	reg_bind_int(s, 2, report->rows);
	reg_bind_int(s, 3, report->added);
	reg_bind_int(s, 4, report->changed);
	reg_bind_int(s, 5, report->unchanged);
	reg_bind_int(s, 6, report->missing);
	reg_bind_int(s, 7, report->refused);
	code = reg_run(r, s, e);
	if (code)
		return code;
	a = arena_new();
	code = reg_log(r,
		&(struct log_entry){
			.kind = "import", .detail = summary(a, report), .day = DAY_NONE},
		note, e);
	arena_free(a);
	return code;
}

enum err_code reg_report_row(
	struct reg *r, int64_t report, struct enterprise_id id, struct day month, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_REPORT_ROW_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, report);
	reg_bind_int(s, 2, id.n);
	code = reg_run(r, s, e);
	if (!code)
		code = reg_stmt(r, STMT_ENTERPRISE_REPORTED, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	reg_bind_day(s, 2, month);
	return reg_run(r, s, e);
}

enum err_code reg_report_missing(
	struct reg *r, int64_t previous, int64_t current, match_fn *fn, void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_REPORT_MISSING, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, previous);
	reg_bind_int(s, 2, current);
	return each_match(r, s, fn, ctx, e);
}

enum err_code reg_report_each(
	struct reg *r, const char *unit, report_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_REPORT_EACH, &s, e);

	if (code)
		return code;
	a = arena_new();
	reg_bind_text(s, 1, unit);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct report rep;

		arena_reset(a);
		rep = (struct report){
			.seq = sqlite3_column_int64(s, 0),
			.unit = reg_column_text(s, 1, a),
			.month = reg_column_day(s, 2),
			.sha256 = reg_column_text(s, 3, a),
			.name = reg_column_text(s, 4, a),
			.rows = sqlite3_column_int64(s, 5),
			.added = sqlite3_column_int64(s, 6),
			.changed = sqlite3_column_int64(s, 7),
			.unchanged = sqlite3_column_int64(s, 8),
			.missing = sqlite3_column_int64(s, 9),
			.refused = sqlite3_column_int64(s, 10),
			.by = reg_column_text(s, 11, a),
			.at = reg_column_text(s, 12, a),
		};
		code = fn(ctx, &rep, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}

/* ---- near matches ------------------------------------------------------------------------------------------ */

enum err_code reg_near_add(struct reg *r, struct enterprise_id enterprise,
	struct enterprise_id candidate, int64_t report, const struct change_note *note,
	struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_stmt(r, STMT_NEAR_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, enterprise.n);
	reg_bind_int(s, 2, candidate.n);
	if (report)
		reg_bind_int(s, 3, report);
	reg_bind_text(s, 4, note->by);
	reg_bind_text(s, 5, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

static void read_near(sqlite3_stmt *s, struct arena *a, struct near_match *n)
{
	*n = (struct near_match){
		.seq = sqlite3_column_int64(s, 0),
		.enterprise = {sqlite3_column_int64(s, 1)},
		.candidate = {sqlite3_column_int64(s, 2)},
		.report = sqlite3_column_int64(s, 3),
		.decision = reg_column_text(s, 4, a),
	};
}

enum err_code reg_near_each(struct reg *r, bool open_only, near_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_NEAR_EACH, &s, e);

	if (code)
		return code;
	a = arena_new();
	reg_bind_int(s, 1, open_only);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct near_match n;

		arena_reset(a);
		read_near(s, a, &n);
		code = fn(ctx, &n, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

static enum err_code get_near(
	struct reg *r, int64_t seq, struct arena *a, struct near_match *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_NEAR_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND,
			T("没有第 %lld 号疑似重复", "there is no near match %lld"), (long long)seq);
	if (!code)
		read_near(s, a, ret);
	sqlite3_reset(s);
	return code;
}

/* The record that came twice leaves with a word to where the other stands. */
static enum err_code withdraw(struct reg *r, const struct near_match *near, struct day day,
	const struct change_note *note, struct arena *a, struct err *e)
{
	char other[ENTERPRISE_ID_BYTES];
	struct event_new ev = {.kind = EVENT_WITHDRAWN, .day = day, .note_public = true};
	int64_t seq;

	ev.note = arena_printf(a, T("与 %s 为同一企业", "the same enterprise as %s"),
		reg_id_text(r, near->candidate, other));
	return reg_event_add(r, near->enterprise, &ev, note, &seq, e);
}

static enum err_code decide(struct reg *r, int64_t seq, const char *decision, struct day day,
	const struct change_note *note, struct arena *a, struct err *e)
{
	struct near_match near;
	sqlite3_stmt *s;
	enum err_code code = get_near(r, seq, a, &near, e);

	if (!code && near.decision)
		code = err_set(e, ERR_CONFLICT,
			T("第 %lld 号疑似重复已有结论", "near match %lld is decided already"),
			(long long)seq);
	if (!code && str_eq(decision, "same"))
		code = withdraw(r, &near, day, note, a, e);
	if (!code)
		code = reg_stmt(r, STMT_NEAR_DECIDE, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	reg_bind_text(s, 2, decision);
	reg_bind_text(s, 3, note->by);
	reg_bind_text(s, 4, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (code)
		return code;
	return reg_log(r,
		&(struct log_entry){.enterprise = near.enterprise,
			.kind = "near",
			.detail = decision,
			.day = day,
			.internal = true},
		note, e);
}

enum err_code reg_near_decide(struct reg *r, int64_t seq, const char *decision, struct day day,
	const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = reg_note_check(note, e);

	if (!code && !str_eq(decision, "same") && !str_eq(decision, "different"))
		code = err_set(e, ERR_USAGE,
			T("结论只能是 same 或 different", "the decision is same or different"));
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = decide(r, seq, decision, day, note, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}
