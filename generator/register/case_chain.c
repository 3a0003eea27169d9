/*
 * How far each intake chain was taken in and anchored, and the office chain's head by week.
 *
 * Invariant: what was taken in is never taken back: a head that lies behind, or another one of the same number, is refused.
 */
#include "register/case.h"

enum err_code reg_head_get(
	struct reg *r, const char *branch, struct arena *a, struct intake_head *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_HEAD_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, branch);
	code = reg_step(r, s, &row, e);
	if (!code) {
		*ret = (struct intake_head){.branch = arena_strdup(a, branch)};
		if (row) {
			ret->seq = sqlite3_column_int64(s, 0);
			ret->hash = reg_column_text(s, 1, a);
			ret->anchored_seq = sqlite3_column_int64(s, 2);
		}
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

/* A chain only grows: a head that lies behind the one that was taken in belongs to another chain. */
static enum err_code set_head(
	struct reg *r, const struct intake_head *h, struct arena *a, struct err *e)
{
	struct intake_head now;
	sqlite3_stmt *s;
	enum err_code code = reg_head_get(r, h->branch, a, &now, e);

	if (code)
		return code;
	if (h->seq < now.seq || h->anchored_seq < now.anchored_seq ||
		(now.seq && h->seq == now.seq && !str_eq(h->hash, now.hash)))
		return err_set(e, ERR_CONFLICT,
			T("%s：这条链比已经接收的短，或者不是同一条：请核对 cases.git 的备份",
				"%s: this chain is shorter than what was taken in, or another one: "
				"compare the backups of cases.git"),
			h->branch);
	code = reg_stmt(r, STMT_HEAD_SET, &s, e);
	if (code)
		return code;
	reg_bind_text(s, 1, h->branch);
	reg_bind_int(s, 2, h->seq);
	reg_bind_text(s, 3, h->hash);
	reg_bind_int(s, 4, h->anchored_seq);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

enum err_code reg_head_set(struct reg *r, const struct intake_head *h, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = reg_scope_begin(r, e);

	if (!code && (!h->branch || !*h->branch || !h->hash || h->anchored_seq > h->seq))
		code = reg_scope_end(r,
			err_set(e, ERR_USAGE, T("链头无效", "the head of the chain is not valid")),
			e);
	else if (!code) {
		code = set_head(r, h, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

enum err_code reg_chain_week_set(struct reg *r, const char *week, const char *head, struct err *e)
{
	struct day monday;
	sqlite3_stmt *s;
	enum err_code code;

	if (!reg_week_monday(week, &monday) || !reg_is_hex(head, 64))
		return err_set(e, ERR_USAGE,
			T("周或链头无效", "the week or the head of the chain is not valid"));
	code = reg_scope_begin(r, e);
	if (code)
		return code;
	code = reg_stmt(r, STMT_CHAIN_WEEK_SET, &s, e);
	if (!code) {
		reg_bind_text(s, 1, week);
		reg_bind_text(s, 2, head);
		code = reg_run(r, s, e);
		sqlite3_clear_bindings(s);
	}
	return reg_scope_end(r, code, e);
}
