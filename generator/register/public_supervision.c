/*
 * The public's side of supervision: published inspections, look-backs that were done, rankings with their figures and what stands
 * behind them, the departments' tasks.
 * Each row lives until its callback returns.
 */
#include "register/public.h"

/* ---- inspections ------------------------------------------------------------------------- */

void pub_inspection_row(sqlite3_stmt *s, struct arena *a, struct pub_inspection *ret)
{
	*ret = (struct pub_inspection){
		.enterprise = sqlite3_column_int64(s, 0),
		.seq = sqlite3_column_int64(s, 1),
		.day = pub_day(s, 2),
		.kind = pub_text(s, 3, a),
		.team = pub_text(s, 4, a),
		.unit = pub_text(s, 5, a),
		.doc = pub_text(s, 6, a),
		.result = pub_text(s, 7, a),
		.text = pub_text(s, 8, a),
		.published = pub_day(s, 9),
		.put_right = pub_day(s, 10),
	};
}

struct inspection_to {
	pub_inspection_fn *fn;
	void *ctx;
};

static enum err_code inspection_row(
	sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct inspection_to *to = fn_and_ctx;
	struct pub_inspection inspection;

	pub_inspection_row(s, a, &inspection);
	return to->fn(to->ctx, &inspection, e);
}

enum err_code pub_inspection_each(struct pub *p, pub_inspection_fn *fn, void *ctx, struct err *e)
{
	struct inspection_to to = {fn, ctx};

	return pub_each(p, PUB_INSPECTIONS, inspection_row, &to, e);
}

/* ---- look-backs ------------------------------------------------------------------------------- */

struct plan_to {
	pub_lookback_plan_fn *fn;
	void *ctx;
};

static enum err_code plan_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct plan_to *to = fn_and_ctx;
	struct pub_lookback_plan plan = {
		.quarter = pub_text(s, 0, a),
		.seed = pub_text(s, 1, a),
		.made_on = pub_day(s, 2),
		.months = sqlite3_column_int(s, 3),
		.share = sqlite3_column_int(s, 4),
	};

	return to->fn(to->ctx, &plan, e);
}

enum err_code pub_lookback_plan_each(
	struct pub *p, pub_lookback_plan_fn *fn, void *ctx, struct err *e)
{
	struct plan_to to = {fn, ctx};

	return pub_each(p, PUB_LOOKBACK_PLANS, plan_row, &to, e);
}

struct count_to {
	pub_lookback_count_fn *fn;
	void *ctx;
};

static enum err_code count_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct count_to *to = fn_and_ctx;
	struct pub_lookback_count count = {
		.quarter = pub_text(s, 0, a),
		.street = pub_text(s, 1, a),
		.planned = sqlite3_column_int64(s, 2),
		.done = sqlite3_column_int64(s, 3),
		.relapsed = sqlite3_column_int64(s, 4),
	};

	return to->fn(to->ctx, &count, e);
}

enum err_code pub_lookback_count_each(
	struct pub *p, pub_lookback_count_fn *fn, void *ctx, struct err *e)
{
	struct count_to to = {fn, ctx};

	return pub_each(p, PUB_LOOKBACK_COUNTS, count_row, &to, e);
}

void pub_lookback_row(sqlite3_stmt *s, struct arena *a, struct pub_lookback *ret)
{
	*ret = (struct pub_lookback){
		.enterprise = sqlite3_column_int64(s, 0),
		.quarter = pub_text(s, 1, a),
		.street = pub_text(s, 2, a),
		.reason = pub_text(s, 3, a),
		.done_on = pub_day(s, 4),
		.result = pub_text(s, 5, a),
	};
}

struct lookback_to {
	pub_lookback_fn *fn;
	void *ctx;
};

static enum err_code lookback_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct lookback_to *to = fn_and_ctx;
	struct pub_lookback lookback;

	pub_lookback_row(s, a, &lookback);
	return to->fn(to->ctx, &lookback, e);
}

enum err_code pub_lookback_each(struct pub *p, pub_lookback_fn *fn, void *ctx, struct err *e)
{
	struct lookback_to to = {fn, ctx};

	return pub_each(p, PUB_LOOKBACKS, lookback_row, &to, e);
}

/* ---- rankings ------------------------------------------------------------------------------------ */

struct ranking_to {
	pub_ranking_fn *fn;
	void *ctx;
};

static enum err_code ranking_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct ranking_to *to = fn_and_ctx;
	struct pub_ranking ranking = {
		.quarter = pub_text(s, 0, a),
		.sha256 = pub_text(s, 1, a),
		.computed_on = pub_day(s, 2),
		.rules_from = pub_day(s, 3),
	};

	return to->fn(to->ctx, &ranking, e);
}

enum err_code pub_ranking_each(struct pub *p, pub_ranking_fn *fn, void *ctx, struct err *e)
{
	struct ranking_to to = {fn, ctx};

	return pub_each(p, PUB_RANKINGS, ranking_row, &to, e);
}

/* Rows of one quarter. */
static enum err_code of_quarter(struct pub *p, enum pub_stmt which, const char *quarter,
	pub_row_fn *row_to, void *fn_and_ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = pub_stmt(p, which, &s, e);

	if (code)
		return code;
	sqlite3_bind_text(s, 1, quarter, -1, SQLITE_TRANSIENT);
	return pub_each_row(p, s, row_to, fn_and_ctx, e);
}

struct row_to {
	pub_ranking_row_fn *fn;
	void *ctx;
};

static enum err_code rank_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct row_to *to = fn_and_ctx;
	struct pub_ranking_row row = {
		.unit = pub_text(s, 0, a),
		.total = sqlite3_column_int64(s, 1),
		.rank = sqlite3_column_int(s, 2),
		.best = sqlite3_column_int(s, 3),
		.worst = sqlite3_column_int(s, 4),
	};

	return to->fn(to->ctx, &row, e);
}

enum err_code pub_ranking_row_each(
	struct pub *p, const char *quarter, pub_ranking_row_fn *fn, void *ctx, struct err *e)
{
	struct row_to to = {fn, ctx};

	return of_quarter(p, PUB_RANKING_ROWS, quarter, rank_row, &to, e);
}

struct item_to {
	pub_ranking_item_fn *fn;
	void *ctx;
};

static enum err_code item_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct item_to *to = fn_and_ctx;
	struct pub_ranking_item item = {
		.unit = pub_text(s, 0, a),
		.item = pub_text(s, 1, a),
		.part = sqlite3_column_int64(s, 2),
		.whole = sqlite3_column_int64(s, 3),
		.score = sqlite3_column_int64(s, 4),
	};

	return to->fn(to->ctx, &item, e);
}

enum err_code pub_ranking_item_each(
	struct pub *p, const char *quarter, pub_ranking_item_fn *fn, void *ctx, struct err *e)
{
	struct item_to to = {fn, ctx};

	return of_quarter(p, PUB_RANKING_ITEMS, quarter, item_row, &to, e);
}

struct trace_to {
	pub_ranking_trace_fn *fn;
	void *ctx;
};

static enum err_code trace_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct trace_to *to = fn_and_ctx;
	struct pub_ranking_trace trace = {
		.unit = pub_text(s, 0, a),
		.item = pub_text(s, 1, a),
		.what = pub_text(s, 2, a),
		.number = sqlite3_column_int64(s, 3),
		.counted = sqlite3_column_int(s, 4) != 0,
	};

	return to->fn(to->ctx, &trace, e);
}

enum err_code pub_ranking_trace_of(struct pub *p, const char *quarter, const char *unit,
	const char *item, pub_ranking_trace_fn *fn, void *ctx, struct err *e)
{
	struct trace_to to = {fn, ctx};
	sqlite3_stmt *s;
	enum err_code code = pub_stmt(p, PUB_RANKING_TRACES_OF, &s, e);

	if (code)
		return code;
	sqlite3_bind_text(s, 1, quarter, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 2, unit, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 3, item, -1, SQLITE_TRANSIENT);
	return pub_each_row(p, s, trace_row, &to, e);
}

/* ---- tasks ------------------------------------------------------------------------------------------ */

struct task_to {
	pub_task_of_fn *fn;
	void *ctx;
};

static enum err_code task_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct task_to *to = fn_and_ctx;
	struct pub_task_of task = {
		.enterprise = sqlite3_column_int64(s, 0),
		.task = {.kind = pub_text(s, 1, a),
			.unit = pub_text(s, 2, a),
			.asked_on = pub_day(s, 3),
			.due = pub_day(s, 4),
			.done_on = pub_day(s, 5)},
	};

	return to->fn(to->ctx, &task, e);
}

enum err_code pub_task_each(struct pub *p, pub_task_of_fn *fn, void *ctx, struct err *e)
{
	struct task_to to = {fn, ctx};

	return pub_each(p, PUB_TASKS_ALL, task_row, &to, e);
}
