/*
 * How far each intake chain was taken in and anchored, and the office chain's head by week.
 *
 * Invariant: what was taken in is never taken back: a head that lies behind, or another one of the same number, is refused; the
 * head of a past week stays.
 */
#include "register/case.h"

#include <string.h>

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

/* ---- heads by week ---------------------------------------------------------------------------------- */

static enum err_code put_week(struct reg *r, const char *week, const char *head, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_CHAIN_WEEK_SET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, week);
	reg_bind_text(s, 2, head);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

/* The ISO week of this Monday: its Thursday lies in the year of the week. */
static const char *week_of(struct day monday, struct arena *a)
{
	struct day thursday = day_add(monday, 3);
	int year, month, day;

	day_to_ymd(thursday, &year, &month, &day);
	return arena_printf(
		a, "%04d-W%02d", year, day_between(day_from_ymd(year, 1, 1), thursday) / 7 + 1);
}

/* The newest; *ret_week NULL: none yet. */
static enum err_code last_week(
	struct reg *r, struct arena *a, const char **ret_week, const char **ret_head, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_CHAIN_WEEK_LAST, &s, e);

	if (code)
		return code;
	code = reg_step(r, s, &row, e);
	*ret_week = !code && row ? reg_column_text(s, 0, a) : NULL;
	*ret_head = !code && row ? reg_column_text(s, 1, a) : NULL;
	sqlite3_reset(s);
	return code;
}

/* A public row, so that the pages are made anew. It is dated to the week, not to the day: when in the week the first step was
 * taken is nobody's concern. Nor does it lie before the row that came before it. */
static enum err_code log_week(struct reg *r, struct day monday, struct arena *a, struct err *e)
{
	char day[DAY_TEXT_BYTES];
	const struct log_entry entry = {.kind = "chain-week", .day = monday};
	struct change_note note = {.by = "tianlan"};
	const char *last = NULL;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_LOG_LAST_PUBLIC, &s, e);

	if (code)
		return code;
	code = reg_step(r, s, &row, e);
	if (!code && row)
		last = reg_column_text(s, 0, a);
	sqlite3_reset(s);
	note.at = arena_printf(a, "%sT00:00:00+08:00", day_text(monday, day));
	if (last && strcmp(last, note.at) > 0)
		note.at = last;
	return code ? code : reg_log(r, &entry, &note, e);
}

static enum err_code set_week(struct reg *r, const char *week, struct day monday, const char *head,
	struct arena *a, struct err *e)
{
	const char *last, *stood;
	struct day quiet;
	enum err_code code = last_week(r, a, &last, &stood, e);

	if (code)
		return code;
	if (!last || str_eq(last, week))
		return put_week(r, week, head, e);
	if (!reg_week_monday(last, &quiet))
		return err_set(e, ERR_INPUT,
			T("登记库中链的周“%s”无效", "the register has a week \"%s\" of the chain"),
			last);
	if (day_compare(monday, quiet) < 0)
		return ERR_OK;
	while (!code && day_compare(quiet = day_add(quiet, 7), monday) < 0)
		code = put_week(r, week_of(quiet, a), stood, e);
	if (!code)
		code = put_week(r, week, head, e);
	return code ? code : log_week(r, monday, a, e);
}

enum err_code reg_chain_week_set(struct reg *r, const char *week, const char *head, struct err *e)
{
	struct day monday;
	struct arena *a;
	enum err_code code;

	if (!reg_week_monday(week, &monday) || !reg_is_hex(head, 64))
		return err_set(e, ERR_USAGE,
			T("周或链头无效", "the week or the head of the chain is not valid"));
	code = reg_scope_begin(r, e);
	if (code)
		return code;
	a = arena_new();
	code = set_week(r, week, monday, head, a, e);
	arena_free(a);
	return reg_scope_end(r, code, e);
}
