/* Rows and clocks of cases as text and as JSON. Nothing of a tip-off's words stands in them. */
#include "cli/case_out.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows ------------------------------------------------------------------------------------------ */

struct case_line case_line_of(struct cli *c, const struct tip_case *row, struct arena *a)
{
	struct case_line l = {.row = *row, .open = policy_case_is_open(row->course.state)};

	l.row.id = arena_strdup(a, row->id);
	l.row.host = arena_strdup(a, row->host);
	l.row.week = arena_strdup(a, row->week);
	l.row.commitment = arena_strdup(a, row->commitment);
	l.row.origin = arena_strdup(a, row->origin);
	l.row.way = arena_strdup(a, row->way);
	l.row.kinds = arena_strdup(a, row->kinds);
	l.row.street = arena_strdup(a, row->street);
	l.row.lead = arena_strdup(a, row->lead);
	l.row.helpers = arena_strdup(a, row->helpers);
	l.row.reply = arena_strdup(a, row->reply);
	l.has_due = policy_case_due(c->policy, a, &row->course, c->today, &l.due, &l.soon);
	return l;
}

bool case_is_overdue(const struct case_line *l)
{
	return l->has_due && l->due.days < 0;
}

const char *case_clock_label(const struct clock_due *d)
{
	enum case_step to = d->law->to;

	if (to == CASE_ACCEPTED)
		return T("告知是否受理", "tell whether accepted");
	if (to == CASE_CONCLUDED)
		return T("办结", "conclude");
	if (to == CASE_OBJECTED)
		return T("提出异议", "object");
	return to ? T(policy_case_step_label(to), policy_case_step_id(to)) : d->law->name;
}

const char *case_due_text(struct arena *a, const struct clock_due *d)
{
	char due[DAY_TEXT_BYTES], met[DAY_TEXT_BYTES];
	const char *left;

	if (day_is_set(d->met))
		left = arena_printf(a,
			d->days < 0 ? T("%s 办到，晚了 %d 天", "done %s, %d days late")
				    : T("%s 办到，提前 %d 天", "done %s, %d days to spare"),
			day_text(d->met, met), abs(d->days));
	else
		left = arena_printf(a,
			d->days < 0 ? T("已逾期 %d 天", "overdue by %d days")
				    : T("还剩 %d 天", "%d days left"),
			abs(d->days));
	return arena_printf(a, T("%s %s，%s（%s%s）%s", "%s %s, %s (%s %s)%s"), case_clock_label(d),
		day_text(d->due, due), left, d->law->law, d->law->article,
		d->provisional ? T("［工作日暂算］", " [working days provisional]") : "");
}

void case_json_clock(struct json *j, const char *key, const struct clock_due *d)
{
	json_out_object(j, key);
	json_out_string(j, "clock", d->law->name);
	json_out_string(j, "law", d->law->law);
	json_out_string(j, "article", d->law->article);
	record_json_day(j, "from", d->from);
	record_json_day(j, "due", d->due);
	record_json_day(j, "met", d->met);
	json_out_int(j, "days", d->days);
	json_out_bool(j, "working_days", d->working);
	json_out_bool(j, "provisional", d->provisional);
	json_out_string(j, "working", d->text);
	json_out_object_end(j);
}

static void json_words(struct json *j, const char *key, const char *words, struct arena *a)
{
	json_out_array(j, key);
	for (const char *at = words ? words : ""; *at;) {
		size_t len = strcspn(at, " ");
		if (len)
			json_out_string(j, NULL, arena_strndup(a, at, len));
		at += len + (at[len] == ' ');
	}
	json_out_array_end(j);
}

static void json_number(struct json *j, const char *key, int64_t n)
{
	if (n)
		json_out_int(j, key, n);
	else
		json_out_null(j, key);
}

const char *case_id_of(struct cli *c, struct reg *r, int64_t number)
{
	struct tip_case row;
	struct err ignored;

	return number && !reg_case_get(r, number, c->arena, &row, &ignored) ? row.id : NULL;
}

void case_json_row(struct cli *c, struct reg *r, struct json *j, const struct case_line *l)
{
	const struct tip_case *row = &l->row;
	char id[ENTERPRISE_ID_BYTES];

	json_out_int(j, "number", row->number);
	json_out_string(j, "id", row->id);
	json_out_string(j, "state", policy_case_step_id(row->course.state));
	record_json_day(j, "since", row->course.since);
	json_out_string(j, "week", row->week);
	json_out_string(j, "host", row->host);
	json_out_string(j, "origin", row->origin);
	record_json_day(j, "received_on", row->received_on);
	json_out_bool(j, "opened", row->opened);
	json_out_bool(j, "open", l->open);
	json_out_string(j, "way", row->way);
	json_words(j, "kinds", row->kinds, c->arena);
	json_out_string(j, "street", row->street);
	json_out_string(j, "lead", row->lead);
	json_words(j, "helpers", row->helpers, c->arena);
	json_out_string(
		j, "enterprise", row->enterprise.n ? reg_id_text(r, row->enterprise, id) : NULL);
	json_out_bool(j, "found_new", row->found_new);
	json_out_string(j, "merged_into", case_id_of(c, r, row->merged_into));
	json_out_int(j, "corroboration", row->corroboration);
	json_out_string(
		j, "outcome", row->course.outcome ? policy_outcome_id(row->course.outcome) : NULL);
	json_out_string(j, "bucket",
		policy_bucket_id(policy_case_bucket(c->policy, &row->course, c->today)));
	if (l->has_due)
		case_json_clock(j, "due", &l->due);
	else
		json_out_null(j, "due");
	json_out_bool(j, "overdue", case_is_overdue(l));
	json_out_bool(j, "soon", l->has_due && l->soon);
	json_out_string(j, "reply", row->reply);
}

enum err_code case_find(struct bench *b, const char *text, struct tip_case *ret, struct err *e)
{
	return reg_case_find(b->reg, text, b->c->arena, ret, e);
}

/* ---- after an act -------------------------------------------------------------------------------------- */

/* What is usually done next; the table of what may follow is policy's. */
static const char *next_hint(const struct tip_case *row)
{
	switch (row->course.state) {
	case CASE_RECEIVED:
		return T("受理 accept，不予受理 decline，并入另一件 merge，移送 transfer",
			"accept, decline, merge or transfer");
	case CASE_ACCEPTED:
	case CASE_REOPENED:
		return T("转办 dispatch", "dispatch");
	case CASE_DISPATCHED:
		return T("现场核查 check；不归这个单位管的退回 object",
			"check on site; object when it is not this unit's");
	case CASE_OBJECTED:
		return T("重新转办 dispatch", "dispatch again");
	case CASE_CHECKED:
		return row->course.outcome == OUTCOME_UNTRUE
			       ? T("办结并答复 conclude", "conclude with a reply")
			       : T("关联企业，开始整治 link",
					 "link the enterprise: it is rectified");
	case CASE_RECTIFYING:
		return T("企业销号后办结 conclude", "conclude when the enterprise is signed off");
	case CASE_CONCLUDED:
	case CASE_PUBLISHED:
		return T("回访 ask；有新情况的重启 reopen", "ask the reporter; reopen if need be");
	case CASE_ASKED:
		return T("有新情况的重启 reopen", "reopen if need be");
	case CASE_DECLINED:
	case CASE_MERGED:
	case CASE_TRANSFERRED:
	case CASE_ERASED:
	case CASE_EXTENDED:
	case CASE_STEP_COUNT:
		break;
	}
	return NULL;
}

static enum err_code print_json(struct bench *b, const struct case_line *l, int64_t n,
	void (*extra)(struct json *j, void *ctx), void *ctx, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_int(&j, "number", l->row.number);
	json_out_string(&j, "id", l->row.id);
	json_out_string(&j, "state", policy_case_step_id(l->row.course.state));
	json_number(&j, "n", n);
	record_json_day(&j, "day", l->row.course.last);
	record_json_day(&j, "due", l->has_due ? l->due.due : DAY_NONE);
	if (l->has_due)
		json_out_int(&j, "days", l->due.days);
	else
		json_out_null(&j, "days");
	if (extra)
		extra(&j, ctx);
	json_out_object_end(&j);
	(void)b;
	return record_json_finish(&out, e);
}

enum err_code case_print_now(struct bench *b, int64_t number, int64_t n,
	void (*extra)(struct json *j, void *ctx), void *ctx, struct err *e)
{
	struct cli *c = b->c;
	struct tip_case row;
	enum err_code code = reg_case_get(b->reg, number, c->arena, &row, e);

	if (code)
		return code;
	struct case_line l = case_line_of(c, &row, c->arena);
	if (c->json)
		return print_json(b, &l, n, extra, ctx, e);
	char day[DAY_TEXT_BYTES];
	const char *hint = next_hint(&row);
	cli_print(T("%.*s  %s（%s 起）\n", "%.*s  %s (since %s)\n"), CASE_SHORT, row.id,
		T(policy_case_step_label(row.course.state), policy_case_step_id(row.course.state)),
		day_text(row.course.since, day));
	if (l.has_due)
		cli_print("%s\n", case_due_text(c->arena, &l.due));
	if (hint)
		cli_print(T("下一步：%s\n", "next: %s\n"), hint);
	return ERR_OK;
}

void case_say_unfinished(const struct bench *b)
{
	const char *why;
	size_t count = desk_unfinished(b->desk, &why);

	if (count)
		cli_print(
			T("销毁未完成 %zu 件：%s。排除以后，下一个 case 命令会接着销毁\n",
				"%zu cases are not destroyed to the end: %s. Once that is mended, "
				"the next case command goes on\n"),
			count, why);
}
