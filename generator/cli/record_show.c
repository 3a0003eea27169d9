/*
 * One record as staff see it: the form's answers (contact included: this is the staff's own tool), the category
 * confirmed beside the one suggested, duties with their working, the course, evidence and tasks.
 */
#include "cli/record_out.h"

#include <string.h>

struct show {
	struct cli *c;
	struct reg *r;
	struct json *j; /* NULL: text */
};

/* ---- duties ---------------------------------------------------------------------------------------- */

static void work_out_duties(const struct cli *c, const struct enterprise *en, struct duties *ret)
{
	struct duty_facts facts = {.category = en->category,
		.ring = en->ring,
		.found_on = DAY_NONE,
		.order = en->course.order,
		.discharged = en->course.discharged};

	if (en->value[FIELD_FOUND_ON] && !day_parse(en->value[FIELD_FOUND_ON], &facts.found_on))
		facts.found_on = DAY_NONE;
	memcpy(facts.done, en->course.done, sizeof(facts.done));
	policy_duties(c->policy, c->arena, &facts, c->today, c->today, ret);
}

static void json_duty(struct json *j, const struct duty *d)
{
	json_out_object(j, NULL);
	json_out_string(j, "rule", d->rule);
	json_out_string(j, "clause", d->clause);
	json_out_string(j, "action", policy_action_id(d->action));
	record_json_day(j, "due", d->due);
	json_out_string(j, "working", d->working);
	json_out_string(j, "state", policy_duty_state_id(d->state));
	if (d->state == DUTY_DUE || d->state == DUTY_OVERDUE)
		json_out_int(j, "days", d->days);
	else
		json_out_null(j, "days");
	json_out_string(j, "missing", d->missing);
	json_out_array(j, "missed");
	for (size_t i = 0; i < COUNT_OF(d->missed) && d->missed[i]; i++)
		json_out_string(j, NULL, d->missed[i]);
	json_out_array_end(j);
	json_out_object_end(j);
}

static void print_duties(const struct duties *duties)
{
	for (size_t i = 0; i < duties->count; i++) {
		const struct duty *d = &duties->duty[i];
		bool counted = d->state == DUTY_DUE || d->state == DUTY_OVERDUE;

		cli_print("  %s  %s", policy_action_label(d->action),
			policy_duty_state_label(d->state));
		if (counted)
			cli_print(T(" %d 天", " %d days"), d->days);
		cli_print("\n      %s（%s）\n", d->working ? d->working : "", d->clause);
	}
}

/* ---- the suggestion ---------------------------------------------------------------------------------- */

static const char *category_or_null(enum category c)
{
	return c ? policy_category_label(c) : NULL;
}

static void json_suggestion(struct json *j, const struct classification *s)
{
	json_out_object(j, "suggestion");
	json_out_string(j, "category", category_or_null(s->category));
	json_out_string(j, "at_least", category_or_null(s->at_least));
	json_out_bool(j, "none_seen", s->none_seen);
	json_out_array(j, "reasons");
	for (size_t i = 0; i < s->reason_count; i++) {
		json_out_object(j, NULL);
		json_out_string(j, "field", policy_field(s->reasons[i].field)->id);
		json_out_string(j, "attribute", s->reasons[i].attribute);
		json_out_string(j, "rule", s->reasons[i].rule);
		json_out_string(j, "text", s->reasons[i].text);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_array(j, "missing");
	for (size_t i = 0; i < s->missing_count; i++)
		json_out_string(j, NULL, policy_field(s->missing[i])->id);
	json_out_array_end(j);
	json_out_array(j, "review");
	for (size_t i = 0; i < s->review_count; i++)
		json_out_string(j, NULL, s->review[i].id);
	json_out_array_end(j);
	json_out_object_end(j);
}

static void print_suggestion(const struct enterprise *en)
{
	const struct classification *s = &en->suggestion;

	if (s->category)
		cli_print(T("建议类别  %s", "suggested  %s"), policy_category_label(s->category));
	else if (s->none_seen)
		cli_print("%s", T("建议类别  表内未见", "suggested  nothing seen in the form"));
	else if (s->at_least)
		cli_print(T("建议类别  至少%s", "suggested  at least %s"),
			policy_category_label(s->at_least));
	else
		cli_print("%s", T("建议类别  答案不全", "suggested  answers are missing"));
	cli_print("%s\n", en->differs ? T("（与认定类别不一致，待复核）",
						" (differs from the confirmed one: review)")
				      : "");
	for (size_t i = 0; i < s->reason_count; i++)
		cli_print("  %s\n", s->reasons[i].text);
	for (size_t i = 0; i < s->review_count; i++)
		cli_print("  %s\n", s->review[i].text);
	if (s->missing_count)
		cli_print("%s", T("  缺答：", "  missing: "));
	for (size_t i = 0; i < s->missing_count; i++)
		cli_print("%s%s", i ? "、" : "", policy_field(s->missing[i])->label);
	if (s->missing_count)
		cli_print("\n");
}

/* ---- what happened ---------------------------------------------------------------------------------------- */

static enum err_code event_row(void *ctx, const struct event *ev, struct err *e)
{
	const struct show *show = ctx;
	char day[DAY_TEXT_BYTES];

	(void)e;
	if (show->j) {
		record_json_event(show->j, ev);
		return ERR_OK;
	}
	cli_print("  %lld  %s  %s", (long long)ev->seq, day_text(ev->day, day),
		T(policy_event_label(ev->kind), policy_event_label_en(ev->kind)));
	if (ev->kind == EVENT_CLASSIFIED)
		cli_print(" %s", policy_category_label(policy_category_find(ev->decided)));
	if (ev->kind == EVENT_MEASURE_DECIDED)
		cli_print(" %s", policy_measure_label(policy_measure_find(ev->decided)));
	if (ev->corrects)
		cli_print(T("（更正第 %lld 号）", " (of %lld)"), (long long)ev->corrects);
	if (ev->voided)
		cli_print("%s", T("（已更正作废）", " (corrected away)"));
	cli_print("%s%s%s%s\n", ev->doc ? "  " : "", ev->doc ? ev->doc : "", ev->note ? "  " : "",
		ev->note ? ev->note : "");
	return ERR_OK;
}

static enum err_code evidence_row(void *ctx, const struct evidence *ev, struct err *e)
{
	const struct show *show = ctx;
	char day[DAY_TEXT_BYTES];

	(void)e;
	if (show->j)
		record_json_evidence(show->j, ev);
	else
		cli_print("  %s  %s  %s  %.12s…%s\n", day_text(ev->day, day), ev->kind, ev->name,
			ev->sha256, ev->may_publish ? T("  可公开", "  may be published") : "");
	return ERR_OK;
}

static enum err_code task_row(void *ctx, const struct task *t, struct err *e)
{
	const struct show *show = ctx;
	char asked[DAY_TEXT_BYTES], done[DAY_TEXT_BYTES];

	(void)e;
	if (show->j)
		record_json_task(show->j, show->r, t);
	else
		cli_print("  %lld  %s  %s  %s  %s\n", (long long)t->seq,
			day_text(t->asked_on, asked), t->unit, t->kind,
			day_is_set(t->done_on) ? day_text(t->done_on, done) : T("未完成", "open"));
	return ERR_OK;
}

static enum err_code lists_json(struct show *show, struct enterprise_id id, struct err *e)
{
	enum err_code code;

	json_out_array(show->j, "events");
	code = reg_event_each(show->r, id, event_row, show, e);
	json_out_array_end(show->j);
	json_out_array(show->j, "evidence");
	if (!code)
		code = reg_evidence_each(show->r, id, evidence_row, show, e);
	json_out_array_end(show->j);
	json_out_array(show->j, "tasks");
	if (!code)
		code = reg_task_each(show->r, NULL, id, false, task_row, show, e);
	json_out_array_end(show->j);
	return code;
}

static enum err_code lists_text(struct show *show, struct enterprise_id id, struct err *e)
{
	enum err_code code;

	cli_print("%s\n", T("经过", "events"));
	code = reg_event_each(show->r, id, event_row, show, e);
	cli_print("%s\n", T("档案", "evidence"));
	if (!code)
		code = reg_evidence_each(show->r, id, evidence_row, show, e);
	cli_print("%s\n", T("部门任务", "tasks"));
	if (!code)
		code = reg_task_each(show->r, NULL, id, false, task_row, show, e);
	return code;
}

/* ---- the whole ------------------------------------------------------------------------------------------------ */

/* Kept with the record, not with the sheet. */
static bool is_shown(enum field f)
{
	return f != FIELD_SEQ && f != FIELD_ID && f != FIELD_CATEGORY;
}

static enum err_code show_json(
	struct show *show, const struct enterprise *en, const struct duties *duties, struct err *e)
{
	char id[ENTERPRISE_ID_BYTES];
	struct buf out;
	struct json j;
	enum err_code code;

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	show->j = &j;
	json_out_object(&j, NULL);
	json_out_string(&j, "id", reg_id_text(show->r, en->id, id));
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (is_shown(f))
			json_out_string(&j, policy_field(f)->id, en->value[f]);
	json_out_string(&j, "category", category_or_null(en->category));
	json_out_string(&j, "unit", en->unit);
	json_out_string(&j, "state", policy_state_slug(en->course.state));
	record_json_day(&j, "since", en->course.since);
	record_json_day(&j, "order", en->course.order);
	json_out_int(&j, "lookbacks", en->course.lookbacks);
	json_out_int(&j, "relapses", en->course.relapses);
	json_suggestion(&j, &en->suggestion);
	json_out_bool(&j, "differs", en->differs);
	json_out_array(&j, "duties");
	for (size_t i = 0; i < duties->count; i++)
		json_duty(&j, &duties->duty[i]);
	json_out_array_end(&j);
	code = lists_json(show, en->id, e);
	json_out_object_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

static const char *written(const struct enterprise *en, enum field f)
{
	const struct field_info *info = policy_field(f);

	if (f == FIELD_RING)
		return policy_ring_label(en->ring);
	if (f == FIELD_MEASURE)
		return policy_measure_label(en->measure);
	if (info->type == TYPE_TRI)
		return str_eq(en->value[f], "yes") ? info->yes : info->no;
	return en->value[f];
}

static enum err_code show_text(
	struct show *show, const struct enterprise *en, const struct duties *duties, struct err *e)
{
	char id[ENTERPRISE_ID_BYTES], day[DAY_TEXT_BYTES];

	cli_print("%s  %s\n", reg_id_text(show->r, en->id, id), en->value[FIELD_NAME]);
	cli_print(T("状态  %s（%s 起）\n", "state  %s (since %s)\n"),
		T(policy_state_label(en->course.state), policy_state_slug(en->course.state)),
		day_text(en->course.since, day));
	cli_print(T("认定类别  %s\n", "category  %s\n"), policy_category_label(en->category));
	print_suggestion(en);
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (is_shown(f) && en->value[f] && f != FIELD_NAME) {
			record_print_cell(T(policy_field(f)->label, policy_field(f)->label_en), 24);
			cli_print("%s\n", written(en, f));
		}
	cli_print("%s\n", T("期限", "duties"));
	print_duties(duties);
	return lists_text(show, en->id, e);
}

enum err_code record_show(struct cli *c, struct reg *r, struct enterprise_id id, struct err *e)
{
	struct show show = {.c = c, .r = r};
	struct enterprise en;
	struct duties duties;
	enum err_code code = reg_enterprise_get(r, id, c->arena, &en, e);

	if (code)
		return code;
	work_out_duties(c, &en, &duties);
	return c->json ? show_json(&show, &en, &duties, e) : show_text(&show, &en, &duties, e);
}

enum err_code record_show_brief(
	struct cli *c, struct reg *r, struct enterprise_id id, struct json *j, struct err *e)
{
	struct enterprise en;
	struct duties duties;
	char text[ENTERPRISE_ID_BYTES];
	enum err_code code = reg_enterprise_get(r, id, c->arena, &en, e);

	if (code)
		return code;
	work_out_duties(c, &en, &duties);
	reg_id_text(r, id, text);
	if (!j) {
		cli_print(T("%s  %s  状态 %s  认定类别 %s\n", "%s  %s  state %s  category %s\n"),
			text, en.value[FIELD_NAME],
			T(policy_state_label(en.course.state), policy_state_slug(en.course.state)),
			policy_category_label(en.category));
		print_suggestion(&en);
		cli_print("%s\n", T("期限", "duties"));
		print_duties(&duties);
		return ERR_OK;
	}
	json_out_string(j, "id", text);
	json_out_string(j, "name", en.value[FIELD_NAME]);
	json_out_string(j, "address", en.value[FIELD_ADDRESS]);
	json_out_string(j, "state", policy_state_slug(en.course.state));
	json_out_string(j, "category", category_or_null(en.category));
	json_suggestion(j, &en.suggestion);
	json_out_array(j, "duties");
	for (size_t i = 0; i < duties.count; i++)
		json_duty(j, &duties.duty[i]);
	json_out_array_end(j);
	return ERR_OK;
}
