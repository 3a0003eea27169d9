/*
 * A second pair of eyes on what is to be published of a case: somebody else than who wrote the reply and who concluded the case has
 * read it. A reply that comes later is read anew.
 */
#include "register/case.h"
#include "register/value.h"

static void read_review(sqlite3_stmt *s, struct arena *a, struct reply_review *v)
{
	*v = (struct reply_review){
		.number = sqlite3_column_int64(s, 0),
		.id = reg_column_text(s, 1, a),
		.step = sqlite3_column_int64(s, 2),
		.reply = reg_column_text(s, 3, a),
		.replied_by = reg_column_text(s, 4, a),
		.concluded_by = reg_column_text(s, 5, a),
		.concluded = reg_column_day(s, 6),
		.reviewed_by = reg_column_text(s, 7, a),
	};
}

enum err_code reg_reply_review_each(
	struct reg *r, int64_t number, reply_review_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_REVIEW_EACH, &s, e);

	if (code)
		return code;
	a = arena_new();
	reg_bind_int(s, 1, number);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct reply_review v;

		arena_reset(a);
		read_review(s, a, &v);
		code = fn(ctx, &v, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}

/* ---- reviewing ------------------------------------------------------------------------------------ */

struct wanted {
	int64_t step;
	const char *by;
	bool found;
};

/* 张 三 is 张三. */
static bool is_same_person(struct arena *a, const char *x, const char *y)
{
	return str_eq(value_key(a, x), value_key(a, y));
}

static enum err_code check(void *ctx, const struct reply_review *v, struct err *e)
{
	struct wanted *w = ctx;
	struct arena *a = arena_new();
	enum err_code code = ERR_OK;

	w->found = true;
	if (v->step != w->step)
		code = err_set(e, ERR_CONFLICT,
			T("答复刚刚改过：请重新看过再审核",
				"the reply was changed just now: read it again, then review it"));
	else if (v->reviewed_by)
		code = err_set(e, ERR_CONFLICT, T("“%s”已经审核过", "\"%s\" has reviewed it"),
			v->reviewed_by);
	else if (is_same_person(a, v->replied_by, w->by) ||
		 is_same_person(a, v->concluded_by, w->by))
		code = err_set(e, ERR_REFUSED,
			T("答复由“%s”写，由“%s”办结，须由另一个人审核（--by）",
				"\"%s\" wrote the reply and \"%s\" concluded the case: somebody "
				"else must review it (--by)"),
			v->replied_by, v->concluded_by);
	arena_free(a);
	return code;
}

static enum err_code add(struct reg *r, int64_t number, struct wanted *w,
	const struct change_note *note, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_reply_review_each(r, number, check, w, e);

	if (!code && !w->found)
		code = err_set(e, ERR_CONFLICT,
			T("这件举报还没有办结，没有要公布的结果",
				"the case is not concluded: there is no result to publish"));
	if (!code)
		code = reg_stmt(r, STMT_REVIEW_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, w->step);
	reg_bind_text(s, 2, note->by);
	reg_bind_text(s, 3, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (!code)
		code = reg_case_log(
			r, &(struct case_change){.tip_case = number, .what = "reviewed"}, note, e);
	return code;
}

enum err_code reg_reply_review_add(
	struct reg *r, int64_t number, int64_t step, const struct change_note *note, struct err *e)
{
	struct wanted w = {.step = step};
	enum err_code code = reg_note_check(note, e);

	if (code)
		return code;
	w.by = note->by;
	code = reg_scope_begin(r, e);
	if (code)
		return code;
	code = add(r, number, &w, note, e);
	return reg_scope_end(r, code, e);
}
