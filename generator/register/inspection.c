/*
 * Inspections by the supervision teams, patrols and spot checks (六（一）, 六（二）): what was found, what was put right, and what of it is
 * public after a review by somebody else.
 *
 * Invariants: an inspection and its notes are append-only, the newest note of a kind holds; nothing is public but the text that
 * the review wrote for the public, and that holds no value of class NEVER; whoever recorded an inspection does not review it.
 */
#include "register/register_internal.h"

#include "tianlan/register_supervision.h"

#include <string.h>

#define TEXT_MAX_BYTES 12000

struct recorded {
	struct inspection i;
	const char *by;
};

static bool is_one_of(const char *text, const char *const *list)
{
	for (; text && *list; list++)
		if (str_eq(*list, text))
			return true;
	return false;
}

static enum err_code check_text(const char *text, const char *what, struct err *e)
{
	if (!text || !text[strspn(text, " \t\r\n")])
		return err_set(e, ERR_USAGE, T("缺少%s", "%s is missing"), what);
	if (strlen(text) > TEXT_MAX_BYTES || !utf8_valid(text, strlen(text), NULL))
		return err_set(e, ERR_USAGE,
			T("%s过长或不是有效的 UTF-8", "%s is too long or not valid UTF-8"), what);
	return ERR_OK;
}

/* ---- adding ----------------------------------------------------------------------------------------- */

static enum err_code check_words(const struct inspection *i, struct err *e)
{
	static const char *const kinds[] = {"inspection", "patrol", "spot-check", NULL};
	static const char *const results[] = {
		"in-order", "findings", "criticised", "accountable", NULL};

	if (!is_one_of(i->kind, kinds))
		return err_set(e, ERR_USAGE,
			T("种类只能是 inspection（督查）、patrol（巡查）或 spot-check（抽查）",
				"the kind is inspection, patrol or spot-check"));
	if (!is_one_of(i->result, results))
		return err_set(e, ERR_USAGE,
			T("结果只能是 "
			  "in-order（正常）、findings（有问题）、criticised（通报批评）或 "
			  "accountable（问责）",
				"the result is in-order, findings, criticised or accountable"));
	if (!day_is_set(i->day))
		return err_set(
			e, ERR_USAGE, T("缺少检查的日期", "the day of the inspection is missing"));
	if (!i->unit && !i->enterprise.n)
		return err_set(e, ERR_USAGE,
			T("须写明检查的是哪个单位（--unit）或哪家企业（--enterprise）",
				"say which unit (--unit) or enterprise (--enterprise) was "
				"inspected"));
	/* 通报批评 and 问责 are of units: 六（二）. */
	if (!i->unit && (str_eq(i->result, "criticised") || str_eq(i->result, "accountable")))
		return err_set(e, ERR_USAGE,
			T("通报批评和问责是对单位的：须写明哪个单位（--unit）",
				"units are criticised or held to account: say which one "
				"(--unit)"));
	if (day_is_set(i->due) && day_compare(i->due, i->day) < 0)
		return err_set(
			e, ERR_USAGE, T("整改期限早于检查日期", "it is due before the inspection"));
	return check_text(i->finding, T("检查情况", "what was found"), e);
}

static enum err_code check_new(
	struct reg *r, const struct inspection *i, struct arena *a, struct err *e)
{
	const char *now[FIELD_COUNT];
	enum err_code code = check_words(i, e);

	if (!code && !i->team)
		code = err_set(
			e, ERR_USAGE, T("须写明由谁检查（--team）", "say who inspected (--team)"));
	if (!code)
		code = reg_unit_check(r, i->team, e);
	if (!code && i->unit)
		code = reg_unit_check(r, i->unit, e);
	if (!code && i->enterprise.n)
		code = reg_row_get(r, i->enterprise, a, now, NULL, e);
	return code ? code : reg_doc_check(i->doc, e);
}

/* What is only recorded is nobody's business outside. */
static enum err_code log_it(struct reg *r, const struct inspection *i, const char *detail,
	struct day day, bool is_public, const struct change_note *note, struct err *e)
{
	return reg_log(r,
		&(struct log_entry){.enterprise = i->enterprise,
			.kind = "inspection",
			.detail = detail,
			.day = day,
			.internal = !is_public},
		note, e);
}

static enum err_code add(struct reg *r, const struct inspection *i, const struct change_note *note,
	struct arena *a, int64_t *ret_seq, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = check_new(r, i, a, e);

	if (!code)
		code = reg_stmt(r, STMT_INSPECTION_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_day(s, 1, i->day);
	reg_bind_text(s, 2, i->kind);
	reg_bind_text(s, 3, i->team);
	reg_bind_text(s, 4, i->unit);
	if (i->enterprise.n)
		reg_bind_int(s, 5, i->enterprise.n);
	reg_bind_text(s, 6, i->doc);
	reg_bind_text(s, 7, i->result);
	reg_bind_text(s, 8, i->finding);
	reg_bind_day(s, 9, i->due);
	reg_bind_text(s, 10, note->by);
	reg_bind_text(s, 11, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (!code)
		*ret_seq = sqlite3_last_insert_rowid(r->db);
	return code ? code : log_it(r, i, i->kind, i->day, false, note, e);
}

enum err_code reg_inspection_add(struct reg *r, const struct inspection *i,
	const struct change_note *note, int64_t *ret_seq, struct err *e)
{
	struct arena *a = arena_new();
	int64_t seq = 0;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = add(r, i, note, a, &seq, e);
		code = reg_scope_end(r, code, e);
	}
	if (!code && ret_seq)
		*ret_seq = seq;
	arena_free(a);
	return code;
}

/* ---- reading ---------------------------------------------------------------------------------------- */

static void read_row(sqlite3_stmt *s, struct arena *a, struct inspection *i)
{
	*i = (struct inspection){
		.seq = sqlite3_column_int64(s, 0),
		.day = reg_column_day(s, 1),
		.kind = reg_column_text(s, 2, a),
		.team = reg_column_text(s, 3, a),
		.unit = reg_column_text(s, 4, a),
		.enterprise = {sqlite3_column_int64(s, 5)},
		.doc = reg_column_text(s, 6, a),
		.result = reg_column_text(s, 7, a),
		.finding = reg_column_text(s, 8, a),
		.due = reg_column_day(s, 9),
		.put_right = reg_column_day(s, 10),
		.published = sqlite3_column_int(s, 11) != 0,
		.public_text = reg_column_text(s, 12, a),
	};
}

enum err_code reg_inspection_each(struct reg *r, const char *unit, struct enterprise_id id,
	inspection_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = unit ? reg_unit_check(r, unit, e) : ERR_OK;

	if (!code)
		code = reg_stmt(r, STMT_INSPECTION_EACH, &s, e);
	if (code)
		return code;
	a = arena_new();
	reg_bind_text(s, 1, unit);
	reg_bind_int(s, 2, id.n);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct inspection i;

		arena_reset(a);
		read_row(s, a, &i);
		code = fn(ctx, &i, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}

static enum err_code get(
	struct reg *r, int64_t seq, struct arena *a, struct recorded *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_INSPECTION_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND,
			T("没有第 %lld 号检查", "there is no inspection %lld"), (long long)seq);
	if (!code) {
		read_row(s, a, &ret->i);
		ret->by = reg_column_text(s, 13, a);
	}
	sqlite3_reset(s);
	return code;
}

/* ---- what became of it --------------------------------------------------------------------------------- */

/* 张 三 is 张三. */
static bool is_same_person(struct arena *a, const char *x, const char *y)
{
	return str_eq(value_key(a, x), value_key(a, y));
}

static enum err_code check_public_text(
	struct reg *r, const char *text, struct arena *a, struct err *e)
{
	const char *what = NULL;
	enum err_code code = check_text(text, T("公开的文字", "the text for the public"), e);

	if (!code)
		code = reg_text_check(r, text, a, &what, e);
	if (!code && what)
		code = err_set(e, ERR_REFUSED,
			T("公开的文字里有%s：这一类内容任何时候都不公开，删去以后再发布",
				"the text for the public holds %s, which is never published: take "
				"it out"),
			what);
	return code;
}

static enum err_code check_review(struct reg *r, const struct recorded *old, const char *kind,
	const char *text, const struct change_note *note, struct arena *a, struct err *e)
{
	if (is_same_person(a, old->by, note->by))
		return err_set(e, ERR_REFUSED,
			T("第 %lld 号检查由“%s”登记，须由另一个人审核（--by）",
				"inspection %lld was recorded by “%s”: somebody else must review "
				"it (--by)"),
			(long long)old->i.seq, old->by);
	if (str_eq(kind, "publish"))
		return check_public_text(r, text, a, e);
	if (!old->i.published)
		return err_set(e, ERR_CONFLICT,
			T("第 %lld 号检查没有公开，无须撤下",
				"inspection %lld is not public: there is nothing to withdraw"),
			(long long)old->i.seq);
	return check_text(text, T("撤下的理由", "why it is withdrawn"), e);
}

static enum err_code check_put_right(const struct recorded *old, const char *text, struct err *e)
{
	if (str_eq(old->i.result, "in-order"))
		return err_set(e, ERR_CONFLICT,
			T("第 %lld 号检查没有发现问题，无须整改",
				"inspection %lld found nothing that is to be put right"),
			(long long)old->i.seq);
	return text ? check_text(text, T("说明", "the note"), e) : ERR_OK;
}

static enum err_code insert_note(struct reg *r, int64_t seq, const char *kind, struct day day,
	const char *text, const struct change_note *note, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_INSPECTION_NOTE, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	reg_bind_text(s, 2, kind);
	reg_bind_day(s, 3, day);
	reg_bind_text(s, 4, text);
	reg_bind_text(s, 5, note->by);
	reg_bind_text(s, 6, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code note_it(struct reg *r, int64_t seq, const char *kind, struct day day,
	const char *text, const struct change_note *note, struct arena *a, struct err *e)
{
	bool review = str_eq(kind, "publish") || str_eq(kind, "withdraw");
	struct recorded old;
	enum err_code code = get(r, seq, a, &old, e);

	if (!code && (!day_is_set(day) || day_compare(day, old.i.day) < 0))
		code = err_set(e, ERR_USAGE,
			T("日期早于检查的日期", "the day is before that of the inspection"));
	if (!code)
		code = review ? check_review(r, &old, kind, text, note, a, e)
			      : check_put_right(&old, text, e);
	if (!code)
		code = insert_note(r, seq, kind, day, text, note, e);
	/* That it was put right shows on a page that is public already. */
	return code ? code : log_it(r, &old.i, kind, day, review || old.i.published, note, e);
}

enum err_code reg_inspection_note(struct reg *r, int64_t seq, const char *kind, struct day day,
	const char *text, const struct change_note *note, struct err *e)
{
	static const char *const kinds[] = {"put-right", "publish", "withdraw", NULL};
	struct arena *a = arena_new();
	enum err_code code = reg_note_check(note, e);

	if (!code && !is_one_of(kind, kinds))
		code = err_set(e, ERR_USAGE,
			T("只能是 put-right、publish 或 withdraw",
				"it is put-right, publish or withdraw"));
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = note_it(r, seq, kind, day, text, note, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}
