/*
 * Why an approval must be refused (四、（二）: 整改未完成、拒不整改的，不予办理新建项目手续; 四、（三）: 防止死灰复燃), and what
 * else staff should look at. Each reason names its clause and the fact.
 *
 * A reason refuses only when the record is the applicant's: the same name, or the same address where no other name was
 * given. Of a record that may be somebody else's the same sentences are things to look at (ours).
 */
#include "register/applicant.h"

#include <string.h>

struct weighing {
	struct reg *r;
	struct arena *a;
	const struct enterprise *now;
	const struct applicant_like *like;
	struct day today;
	struct applicant_reasons *out;
	struct day relapsed; /* the last valid one */
};

static const char *text_of(struct weighing *w, struct day d)
{
	char text[DAY_ZH_BYTES], iso[DAY_TEXT_BYTES];

	return arena_strdup(w->a, T(day_text_zh(d, text), day_text(d, iso)));
}

void applicant_look(struct applicant_reasons *list, const char *sentence)
{
	if (list->look_count < APPLICANT_REASONS)
		list->look[list->look_count++] = sentence;
}

static bool is_the_applicant(const struct applicant_like *like)
{
	return like->name == TEXT_SAME ||
	       (like->address == TEXT_SAME && (!like->name_asked || like->name == TEXT_NEAR));
}

static void refuse(struct weighing *w, const char *sentence)
{
	if (!is_the_applicant(w->like))
		applicant_look(w->out, sentence);
	else if (w->out->refuse_count < APPLICANT_REASONS)
		w->out->refuse[w->out->refuse_count++] = sentence;
}

/* ---- likeness ------------------------------------------------------------------------------------------ */

static void tell_likeness(struct weighing *w)
{
	const struct applicant_like *like = w->like;

	if (like->name == TEXT_NEAR)
		applicant_look(
			w->out, T("名称相近：核实是否同一企业",
					"the name is nearly the same: is it the same enterprise?"));
	if (like->address == TEXT_SAME && like->name_asked && like->name == TEXT_OTHER)
		applicant_look(w->out,
			T("同一地址、另一名称：核实是否同一企业改名，或者由同一经营者恢复生产",
				"the same address under another name: is it the same enterprise "
				"renamed, or resumed by the same people?"));
	if (like->address == TEXT_NEAR)
		applicant_look(
			w->out, T("地址相近：核实是否同一地点",
					"the address is nearly the same: is it the same place?"));
	if (like->name == TEXT_SAME && like->address_asked && like->address == TEXT_OTHER)
		applicant_look(w->out,
			T("申请地址与登记地址不同：核实是否同一企业、是否异地恢复生产",
				"the address applied for is another than the one on record: is it "
				"the same enterprise, resuming elsewhere?"));
}

/* ---- the record ------------------------------------------------------------------------------------------- */

static bool is_settled(const struct course *c)
{
	return c->state == STATE_ACCEPTED || c->state == STATE_CLOSED ||
	       c->state == STATE_SIGNED_OFF;
}

static void weigh_state(struct weighing *w)
{
	const struct course *c = &w->now->course;
	const char *label = T(policy_state_label(c->state), policy_state_slug(c->state));

	if (c->state == STATE_ACCEPTED)
		applicant_look(w->out, T("整改已经验收，尚未销号", "accepted, not signed off yet"));
	if (is_settled(c))
		return;
	if (c->state == STATE_REGISTERED && w->now->suggestion.at_least == CATEGORY_NONE) {
		applicant_look(w->out,
			T("已经登记，尚未认定类别：先认定", "registered, not classified yet"));
		return;
	}
	refuse(w, arena_printf(w->a,
			  T("整改未完成：现在的状态是“%s”（%s "
			    "起）。不予办理新建项目手续（四、（二））",
				  "the rectification is not finished: %s since %s. No approval "
				  "(四、（二）)"),
			  label, text_of(w, c->since)));
	if (w->now->measure == MEASURE_CLOSE)
		refuse(w, T("已决定关停取缔，尚未关停（三、；四、（二））",
				  "to be closed down, and not closed yet (三、; 四、（二）)"));
}

static void weigh_duties(struct weighing *w)
{
	const struct enterprise *en = w->now;
	struct duty_facts facts = {.category = en->category,
		.ring = en->ring,
		.found_on = DAY_NONE,
		.order = en->course.order,
		.discharged = en->course.discharged};
	struct duties duties;

	if (en->value[FIELD_FOUND_ON] && !day_parse(en->value[FIELD_FOUND_ON], &facts.found_on))
		facts.found_on = DAY_NONE;
	memcpy(facts.done, en->course.done, sizeof(facts.done));
	policy_duties(w->r->policy, w->a, &facts, w->today, w->today, &duties);
	for (size_t i = 0; i < duties.count; i++) {
		const struct duty *d = &duties.duty[i];

		if (d->state == DUTY_OVERDUE)
			refuse(w, arena_printf(w->a,
					  T("逾期未履行：%s，期限 %s，已超 %d 天（%s；四、（二））",
						  "overdue: %s, due %s, %d days over (%s; "
						  "四、（二）)"),
					  T(policy_action_label(d->action),
						  policy_action_id(d->action)),
					  text_of(w, d->due), d->days, d->clause));
	}
}

static void weigh_relapse(struct weighing *w)
{
	const struct course *c = &w->now->course;

	if (c->relapses == 0)
		return;
	if (is_settled(c))
		applicant_look(w->out, arena_printf(w->a,
					       T("%s 曾经反弹（死灰复燃），其后重新验收或者关停",
						       "relapsed on %s, and settled again since"),
					       text_of(w, w->relapsed)));
	else
		refuse(w, arena_printf(w->a,
				  T("死灰复燃：%s "
				    "反弹，尚未重新完成整改（四、（二）（三）；六、（二））",
					  "relapsed on %s, not put right since (四、（二）（三）; "
					  "六、（二）)"),
				  text_of(w, w->relapsed)));
}

static void weigh_closure(struct weighing *w)
{
	struct day closed = w->now->course.done[ACTION_CLOSE];
	struct day moved = w->now->course.done[ACTION_RELOCATE];

	if (day_is_set(closed) && w->like->address == TEXT_SAME)
		refuse(w, arena_printf(w->a,
				  T("%s 已在这个地址关停取缔，不得恢复生产（四、（三））",
					  "closed down for good at this address on %s: it may not "
					  "resume (四、（三）)"),
				  text_of(w, closed)));
	else if (day_is_set(closed))
		applicant_look(
			w->out, arena_printf(w->a,
					T("%s 已经关停取缔：核实是否换址恢复生产（四、（三））",
						"closed down on %s: does it resume elsewhere? "
						"(四、（三）)"),
					text_of(w, closed)));
	if (day_is_set(moved) && w->like->address == TEXT_SAME)
		applicant_look(w->out, arena_printf(w->a,
					       T("%s 已经迁走：核实原址是否又要生产",
						       "moved away on %s: is it to produce here "
						       "again?"),
					       text_of(w, moved)));
}

/* ---- events and tasks ---------------------------------------------------------------------------------------- */

static enum err_code take_event(void *ctx, const struct event *ev, struct err *e)
{
	struct weighing *w = ctx;

	(void)e;
	if (ev->voided)
		return ERR_OK;
	if (ev->kind == EVENT_RELAPSED)
		w->relapsed = ev->day;
	if (ev->kind == EVENT_PENALISED)
		applicant_look(w->out,
			arena_printf(w->a,
				T("%s 受过处罚%s%s：核实是否属于重大环境违法案件（四、（二））",
					"penalised on %s %s%s: was it a serious environment case? "
					"(四、（二）)"),
				text_of(w, ev->day), ev->doc ? "，" : "", ev->doc ? ev->doc : ""));
	return ERR_OK;
}

static enum err_code take_task(void *ctx, const struct task *t, struct err *e)
{
	struct weighing *w = ctx;

	(void)e;
	if (str_eq(t->kind, "punish"))
		refuse(w, arena_printf(w->a,
				  T("行政处罚尚未办结（%s 交办，任务 %lld；四、（二））",
					  "a penalty is open (asked on %s, task %lld; 四、（二）)"),
				  text_of(w, t->asked_on), (long long)t->seq));
	else if (str_eq(t->kind, "demolish"))
		applicant_look(w->out, arena_printf(w->a,
					       T("违法建筑尚未拆除（%s 交办，任务 %lld）",
						       "an unlawful building stands (asked on %s, "
						       "task %lld)"),
					       text_of(w, t->asked_on), (long long)t->seq));
	return ERR_OK;
}

enum err_code applicant_reasons_of(struct reg *r, const struct enterprise *now,
	const struct applicant_like *like, struct day today, struct arena *a,
	struct applicant_reasons *ret, struct err *e)
{
	struct weighing w = {r, a, now, like, today, ret, DAY_NONE};
	enum err_code code;

	memset(ret, 0, sizeof(*ret));
	tell_likeness(&w);
	if (now->course.state == STATE_WITHDRAWN || now->course.state == STATE_OUT_OF_SCOPE) {
		applicant_look(ret, T("登记已撤销，或者不在治理范围：没有不予办理的理由",
					    "withdrawn or out of scope: no reason to refuse"));
		return ERR_OK;
	}
	weigh_state(&w);
	weigh_duties(&w);
	code = reg_event_each(r, now->id, take_event, &w, e);
	if (code)
		return code;
	weigh_relapse(&w);
	weigh_closure(&w);
	return reg_task_each(r, NULL, now->id, true, take_task, &w, e);
}
