/*
 * The public's side of tip-offs: what the last release shows, and the heads of the chain by week.
 * Each row lives until its callback returns.
 */
#include "register/public.h"

/* ---- cells ------------------------------------------------------------------------------ */

struct cell_to {
	pub_tip_cell_fn *fn;
	void *ctx;
};

static enum err_code cell_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct cell_to *to = fn_and_ctx;
	struct pub_tip_cell cell = {pub_text(s, 0, a), pub_text(s, 1, a), pub_text(s, 2, a),
		sqlite3_column_int64(s, 3)};

	return to->fn(to->ctx, &cell, e);
}

enum err_code pub_tip_cell_each(struct pub *p, pub_tip_cell_fn *fn, void *ctx, struct err *e)
{
	struct cell_to to = {fn, ctx};

	return pub_each(p, PUB_TIP_CELLS, cell_row, &to, e);
}

/* ---- releases ----------------------------------------------------------------------------- */

struct release_to {
	pub_tip_release_fn *fn;
	void *ctx;
};

static enum err_code release_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct release_to *to = fn_and_ctx;
	struct pub_tip_release release = {sqlite3_column_int64(s, 0), pub_day(s, 1)};

	(void)a;
	return to->fn(to->ctx, &release, e);
}

enum err_code pub_tip_release_each(struct pub *p, pub_tip_release_fn *fn, void *ctx, struct err *e)
{
	struct release_to to = {fn, ctx};

	return pub_each(p, PUB_TIP_RELEASES, release_row, &to, e);
}

/* ---- results -------------------------------------------------------------------------------- */

struct result_to {
	pub_tip_result_fn *fn;
	void *ctx;
};

static enum err_code result_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct result_to *to = fn_and_ctx;
	struct pub_tip_result result = {
		.release = sqlite3_column_int64(s, 0),
		.day = pub_day(s, 1),
		.street = pub_text(s, 2, a),
		.outcome = pub_text(s, 3, a),
		.reply = pub_text(s, 4, a),
	};

	return to->fn(to->ctx, &result, e);
}

enum err_code pub_tip_result_each(struct pub *p, pub_tip_result_fn *fn, void *ctx, struct err *e)
{
	struct result_to to = {fn, ctx};

	return pub_each(p, PUB_TIP_RESULTS, result_row, &to, e);
}

/* ---- heads by week ----------------------------------------------------------------------------- */

struct week_to {
	pub_chain_week_fn *fn;
	void *ctx;
};

static enum err_code week_row(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e)
{
	const struct week_to *to = fn_and_ctx;

	return to->fn(to->ctx, pub_text(s, 0, a), pub_text(s, 1, a), e);
}

enum err_code pub_chain_week_each(struct pub *p, pub_chain_week_fn *fn, void *ctx, struct err *e)
{
	struct week_to to = {fn, ctx};

	return pub_each(p, PUB_CHAIN_WEEKS, week_row, &to, e);
}
