/*
 * A step: an act of staff becomes a row, with its reason sealed and its content hashed with a salt.
 *
 * The register decides whether the step may follow (policy_case_refusal, in its transaction). Its number is part of what is sealed
 * and hashed, so when somebody else was quicker all is made anew, once, and only where that step left the case as it was.
 */
#include "casework/casework_internal.h"

#include <string.h>

enum { REPLY_MAX_BYTES = 1800, HELPERS_MAX_BYTES = 512 };

/* ---- what was asked for ------------------------------------------------------------------------ */

static enum err_code units_check(const struct desk *d, const struct case_act *act, struct err *e)
{
	if (act->kind != CASE_DISPATCHED)
		return ERR_OK;
	if (!act->lead || !*act->lead)
		return err_set(
			e, ERR_USAGE, T("转办没有写明牵头单位", "a dispatch names its lead"));
	if (act->helper_count > ROUTE_HELPERS)
		return err_set(
			e, ERR_USAGE, T("协办单位至多 %d 个", "at most %d helpers"), ROUTE_HELPERS);
	if (desk_unit_check(d, act->lead, e))
		return e->code;
	for (size_t i = 0; i < act->helper_count; i++) {
		if (desk_unit_check(d, act->helpers[i], e))
			return e->code;
		if (str_eq(act->helpers[i], act->lead))
			return err_set(e, ERR_USAGE,
				T("牵头单位不能又是协办单位", "the lead cannot help itself"));
	}
	return ERR_OK;
}

static enum err_code act_check(const struct desk *d, const struct case_act *act, struct err *e)
{
	if (act->kind <= CASE_RECEIVED || act->kind >= CASE_STEP_COUNT)
		return err_set(e, ERR_USAGE, T("没有这一步", "there is no such step"));
	if (d->o.read_only)
		return err_set(e, ERR_USAGE, T("只读打开的，不能办理", "opened for looking only"));
	if (day_is_set(act->day) && day_compare(act->day, d->o.today) > 0)
		return err_set(e, ERR_USAGE,
			T("日期在今天之后：步骤办完再登记",
				"the day is to come: a step is recorded when it was taken"));
	if (act->reply && strlen(act->reply) > REPLY_MAX_BYTES)
		return err_set(e, ERR_USAGE,
			T("答复太长：至多 %d 字节（约 %d 个汉字）",
				"the reply is too long: at most %d bytes (about %d characters)"),
			REPLY_MAX_BYTES, REPLY_MAX_BYTES / 3);
	if (act->reply && !utf8_valid(act->reply, strlen(act->reply), NULL))
		return err_set(e, ERR_USAGE, T("答复不是 UTF-8 文字", "the reply is not UTF-8"));
	return units_check(d, act, e);
}

/* What this role opened of the case, for the check; nothing where it opens nothing. */
static enum err_code check_reply(struct desk *d, const struct tip_case *row,
	const struct sealed_case *c, const struct case_act *act, struct arena *a, struct err *e)
{
	struct tipoff t;
	struct err why = {0};
	struct enterprise_id about = act->enterprise.n ? act->enterprise : row->enterprise;
	enum err_code code;

	if (!act->reply || !*act->reply)
		return ERR_OK;
	code = sealed_case_open(d, c, a, &t, &why);
	if (code && code != ERR_REFUSED && code != ERR_NOT_FOUND) {
		*e = why;
		return code;
	}
	return reply_check(d, act->reply, code ? NULL : &t, about, e);
}

/* What the reporter is told by this step, in words or by the state alone. */
static bool answers(const struct case_act *act)
{
	static const enum case_step kinds[] = {
		CASE_ACCEPTED, CASE_DECLINED, CASE_MERGED, CASE_TRANSFERRED, CASE_CONCLUDED};
	bool found = act->kind != CASE_ERASED && act->reply && *act->reply;

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		found = found || kinds[i] == act->kind;
	return found;
}

/*
 * The key of the status comes out of the case at its first opening. An answer without it would never be read under the receipt: so
 * it opens here, or waits for somebody who can. What cannot be opened by anybody (quarantined, damaged, not handed over yet) keeps
 * nobody waiting; its status goes out when it is opened.
 */
static enum err_code open_first(struct desk *d, const struct case_act *act,
	const struct sealed_case *c, struct arena *a, struct tip_case *row, struct err *e)
{
	struct sealed_case own;
	struct err ignored;
	bool here = c->has_slot && c->has_record;
	enum err_code code;

	if (row->opened)
		return ERR_OK;
	code = desk_first_opening(d, c, a, row, e);
	if (code || row->opened || !answers(act))
		return code;
	if (!c->record_bytes.max) {
		here = !sealed_case_read(d, row, &own, &ignored) && own.has_slot && own.has_record;
		sealed_case_done(&own);
	}
	if (!here || (d->half == SLOT_FACTS && sealed_case_secret(d, c)))
		return ERR_OK;
	return err_set(e, ERR_REFUSED,
		T("举报 %.12s 还没有拆阅，举报人凭回执号看不到这一步：请先由有内容密钥的人用 "
		  "tianlan case show（--role inspector）拆阅",
			"tip-off %.12s was not opened yet, so the reporter would not see this "
			"under "
			"the receipt: first somebody who has the facts key opens it with tianlan "
			"case show (--role inspector)"),
		row->id);
}

/* ---- the row --------------------------------------------------------------------------------------- */

static const char *helpers_text(const struct case_act *act, struct arena *a)
{
	struct buf b;

	if (!act->helper_count)
		return NULL;
	buf_init(&b, HELPERS_MAX_BYTES);
	for (size_t i = 0; i < act->helper_count; i++)
		buf_printf(&b, "%s%s", i ? " " : "", act->helpers[i]);
	const char *text = buf_dup(&b, a);
	buf_done(&b);
	return text;
}

/* Without a day: today, or the day of the step before where that is later (a demo lives in its own time, posts come in ours). */
static struct day day_of(
	const struct desk *d, const struct tip_case *row, const struct case_act *act)
{
	if (day_is_set(act->day))
		return act->day;
	return day_compare(row->course.last, d->o.today) > 0 ? row->course.last : d->o.today;
}

/* Only what belongs to the kind: what else the caller filled in is not recorded. */
static struct tip_step row_of(const struct desk *d, enum desk_role role, const struct tip_case *row,
	const struct case_act *act, struct arena *a)
{
	struct tip_step s = {.tip_case = row->number,
		.kind = act->kind,
		.day = day_of(d, row, act),
		.role = desk_role_id(role),
		.unit = d->o.unit,
		.reply = act->reply,
		.by = d->o.by,
		.at = d->o.at};

	if (act->kind == CASE_CHECKED)
		s.outcome = act->outcome;
	if (act->kind == CASE_DISPATCHED) {
		s.lead = act->lead;
		s.helpers = helpers_text(act, a);
	}
	if (act->kind == CASE_RECTIFYING) {
		s.enterprise = act->enterprise.n ? act->enterprise : row->enterprise;
		s.found_new = act->found_new;
	}
	if (act->kind == CASE_MERGED)
		s.into_case = act->into_case;
	if (act->kind == CASE_EXTENDED)
		s.days = act->extend_days;
	if (act->kind == CASE_CONCLUDED)
		s.despite_open = act->despite_open;
	return s;
}

static enum err_code add_as(struct desk *d, enum desk_role role, const struct tip_case *row,
	const struct sealed_case *c, const struct case_act *act, int64_t n, struct err *e)
{
	struct arena *a = arena_new();
	const struct change_note note = desk_note_for(d, NULL);
	struct tip_step s = row_of(d, role, row, act, a);
	uint8_t salt[STEP_SALT_BYTES];
	struct buf sealed;
	int64_t seq = 0;
	enum err_code code = ERR_OK;

	buf_init(&sealed, (size_t)1 << 20);
	if (act->why && *act->why)
		code = note_seal(d, role, row, c, n, act->why, &sealed, e);
	if (!code) {
		chance_fill(d->o.chance, salt, sizeof salt);
		s.n = n;
		s.note = sealed.len ? sealed.data : NULL;
		s.note_len = sealed.len;
		s.salt = salt;
		step_content(&s, row->commitment, salt, s.content);
		code = reg_case_step_add(d->o.reg, &s, &note, &seq, e);
	}
	bytes_wipe(salt, sizeof salt);
	buf_done(&sealed);
	arena_free(a);
	return code;
}

/* ---- taking it -------------------------------------------------------------------------------------- */

/* Nothing that the person saw has changed: another try means what they meant. */
static bool as_it_was(const struct tip_case *before, const struct tip_case *now)
{
	return now->course.state == before->course.state &&
	       day_compare(now->course.since, before->course.since) == 0 &&
	       str_eq(now->lead, before->lead) && str_eq(now->helpers, before->helpers) &&
	       now->enterprise.n == before->enterprise.n && str_eq(now->reply, before->reply);
}

static enum err_code somebody_else(const struct tip_case *now, struct err *e)
{
	return err_set(e, ERR_CONFLICT,
		T("别人刚刚办了一步，案件现在是“%s”：先看看，再决定怎么办",
			"somebody else just took a step, the case is now \"%s\": look at it, then "
			"decide"),
		policy_case_step_label(now->course.state));
}

static enum err_code take(struct desk *d, enum desk_role role, struct tip_case *row,
	const struct sealed_case *c, const struct case_act *act, struct arena *a, int64_t *ret_n,
	struct err *e)
{
	for (int again = 0;; again++) {
		int64_t n = row->steps + 1;
		struct tip_case now;
		enum err_code code = add_as(d, role, row, c, act, n, e);
		if (!code)
			*ret_n = n;
		if (code != ERR_CONFLICT)
			return code;
		struct err why = *e;
		if (reg_case_get(d->o.reg, row->number, a, &now, e))
			return e->code;
		if (now.steps == row->steps) {
			*e = why;
			return code;
		}
		if (again || !as_it_was(row, &now))
			return somebody_else(&now, e);
		*row = now;
	}
}

enum err_code desk_step_take(struct desk *d, enum desk_role role, int64_t number,
	const struct case_act *act, int64_t *ret_n, struct err *e)
{
	struct arena *a = arena_new();
	struct tip_case row;
	struct sealed_case c = {0};
	int64_t n = 0;
	enum err_code code = act_check(d, act, e);

	if (!code)
		code = reg_case_get(d->o.reg, number, a, &row, e);
	/* The office opens nothing: what is damaged or not here yet does not keep it from its work. */
	if (!code && role != DESK_OFFICE)
		code = sealed_case_read(d, &row, &c, e);
	if (!code)
		code = open_first(d, act, &c, a, &row, e);
	if (!code)
		code = check_reply(d, &row, &c, act, a, e);
	if (!code)
		code = take(d, role, &row, &c, act, a, &n, e);
	sealed_case_done(&c);
	arena_free(a);
	if (!code && ret_n)
		*ret_n = n;
	return code;
}

enum err_code desk_step(
	struct desk *d, int64_t number, const struct case_act *act, int64_t *ret_n, struct err *e)
{
	if (!d->named)
		return err_set(e, ERR_USAGE, T("没有写明是谁办的", "say who does it"));
	if (act->kind == CASE_ERASED)
		return err_set(e, ERR_USAGE,
			T("销毁不只是一步：用 tianlan case erase",
				"erasing is more than a step: use tianlan case erase"));
	if (act->kind != CASE_PUBLISHED && (!act->why || !*act->why))
		return err_set(e, ERR_USAGE,
			T("没有写明理由（理由会密封保存）", "say why (it is kept sealed)"));
	return desk_step_take(d, d->o.role, number, act, ret_n, e);
}
