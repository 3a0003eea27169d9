/*
 * Duties and deadlines: what 附件1 asks of an enterprise of a category on a side of the ring road, by
 * when, and where that stands today.
 *
 * A date is never invented: an action the plan does not date says so, and a date that hangs on an
 * unknown fact names the fact. "前", "底前" and "内" include the day, holidays move nothing (ours).
 * A fixed date before the plan's own date, or before the enterprise was found, could not have been
 * kept by anyone: those are states of their own, not delays.
 * Invariant: strings are literals, the policy's, or in the caller's arena.
 */
#include "policy/policy_internal.h"

#include <string.h>

#define SOON_DAYS 30

struct asking { /* one question about duties, as it was put */
	const struct policy *p;
	struct arena *arena;
	const struct duty_facts *facts;
	struct day as_of, today;
};

static const char *text_of(struct arena *a, struct day d)
{
	char text[DAY_TEXT_BYTES];

	return arena_strdup(a, day_text(d, text));
}

static void add_working(struct arena *a, struct duty *duty, const char *more)
{
	duty->working = arena_printf(a, "%s%s%s", duty->working, *duty->working ? "；" : "", more);
}

/* ---- the due day and how it was worked out ---------------------------------------------- */

static struct day start_of(const struct duty_facts *facts, const struct rule_version *v)
{
	return v->start == START_FOUND ? facts->found_on : facts->order;
}

static const char *start_label(const struct rule_version *v)
{
	return v->start == START_FOUND ? "发现日" : "责令停产日";
}

static const char *start_id(const struct rule_version *v)
{
	return v->start == START_FOUND ? "found_on" : "order";
}

static bool is_clamped(struct day from, struct day to)
{
	int year, month, from_day, to_day;

	day_to_ymd(from, &year, &month, &from_day);
	day_to_ymd(to, &year, &month, &to_day);
	return from_day != to_day;
}

static void work_out_months(const struct asking *q, const struct rule_version *v, struct duty *duty)
{
	struct day start = start_of(q->facts, v);

	duty->months = v->months;
	if (!day_is_set(start)) {
		duty->state = DUTY_UNKNOWN;
		duty->missing = start_id(v);
		duty->working = arena_printf(q->arena, "%s ＋ %d个月；无法推算：缺%s",
			start_label(v), v->months, start_label(v));
		return;
	}
	duty->state = DUTY_DUE;
	duty->due = day_add_months(start, v->months);
	duty->working = arena_printf(q->arena, "%s %s ＋ %d个月 ＝ %s（含当日%s）", start_label(v),
		text_of(q->arena, start), v->months, text_of(q->arena, duty->due),
		is_clamped(start, duty->due) ? "；当月没有对应日，取月末" : "");
}

static void work_out_due(const struct asking *q, const struct rule_version *v, struct duty *duty)
{
	switch (v->due) {
	case DUE_NONE:
		duty->state = DUTY_NO_DATE;
		duty->working = "附件1没有定日期";
		break;
	case DUE_FIXED:
		duty->state = DUTY_DUE;
		duty->due = v->due_day;
		duty->working = arena_printf(
			q->arena, "附件1定期 %s（含当日）", text_of(q->arena, v->due_day));
		break;
	case DUE_MONTHS:
		work_out_months(q, v, duty);
		break;
	}
}

/* ---- the state -------------------------------------------------------------------------- */

static bool is_past_when_issued(const struct asking *q, const struct duty *duty)
{
	return day_compare(duty->due, q->p->plan.issued) < 0;
}

static bool is_past_when_found(
	const struct asking *q, const struct rule_version *v, const struct duty *duty)
{
	return v->due == DUE_FIXED && day_is_set(q->facts->found_on) &&
	       day_compare(duty->due, q->facts->found_on) < 0;
}

/* Why a date that was not kept is nobody's delay; NULL when it may be one. */
static const char *excuse(
	const struct asking *q, const struct rule_version *v, const struct duty *duty)
{
	if (is_past_when_issued(q, duty))
		return arena_printf(q->arena, "早于方案印发日 %s，印发时期限已过",
			text_of(q->arena, q->p->plan.issued));
	if (is_past_when_found(q, v, duty))
		return arena_printf(q->arena, "发现日 %s 晚于期限，发现时期限已过",
			text_of(q->arena, q->facts->found_on));
	return NULL;
}

static void settle_done(const struct asking *q, const struct rule_version *v, struct duty *duty)
{
	struct day done = q->facts->done[duty->action];
	const char *why;

	if (duty->state == DUTY_UNKNOWN) {
		add_working(q->arena, duty,
			arena_printf(q->arena, "%s 已完成", text_of(q->arena, done)));
		return;
	}
	if (duty->state == DUTY_NO_DATE || day_compare(done, duty->due) <= 0) {
		duty->state = DUTY_MET;
		add_working(
			q->arena, duty, arena_printf(q->arena, "%s 完成", text_of(q->arena, done)));
		return;
	}
	duty->state = DUTY_MET_LATE;
	why = excuse(q, v, duty);
	if (why)
		add_working(q->arena, duty, why);
	add_working(q->arena, duty,
		arena_printf(q->arena, "%s 完成，晚 %d 天", text_of(q->arena, done),
			day_between(duty->due, done)));
}

/* Closing ends what was asked of a running enterprise; closing and banning themselves stay. */
static bool is_discharged(const struct duty_facts *facts, enum action action)
{
	bool closed = day_is_set(facts->done[ACTION_CLOSE]);

	return facts->discharged && !(closed && (action == ACTION_CLOSE || action == ACTION_BAN));
}

static void settle_discharged(const struct asking *q, struct duty *duty)
{
	struct day closed = q->facts->done[ACTION_CLOSE];

	duty->state = DUTY_DISCHARGED;
	duty->missing = NULL;
	add_working(q->arena, duty,
		day_is_set(closed) ? arena_printf(q->arena, "%s 已关停，本项不再适用",
					     text_of(q->arena, closed))
				   : "登记已撤销或者不在治理范围，本项不再适用");
}

static void settle_open(const struct asking *q, const struct rule_version *v, struct duty *duty)
{
	const char *why = excuse(q, v, duty);
	int left = day_between(q->today, duty->due);

	if (why) {
		duty->state =
			is_past_when_issued(q, duty) ? DUTY_PAST_WHEN_ISSUED : DUTY_PAST_WHEN_FOUND;
		add_working(q->arena, duty, why);
	} else if (left >= 0) {
		duty->state = DUTY_DUE;
		duty->days = left;
		duty->soon = left <= SOON_DAYS;
	} else {
		duty->state = DUTY_OVERDUE;
		duty->days = -left;
	}
}

static void settle(const struct asking *q, const struct rule_version *v, struct duty *duty)
{
	if (day_is_set(q->facts->done[duty->action]))
		settle_done(q, v, duty);
	else if (is_discharged(q->facts, duty->action))
		settle_discharged(q, duty);
	else if (day_is_set(duty->due))
		settle_open(q, v, duty);
}

/* ---- the list --------------------------------------------------------------------------- */

static void begin_duty(const struct rule *rule, const struct rule_version *v, struct duty *duty)
{
	*duty = (struct duty){.rule = rule->id,
		.clause = v->clause,
		.action = rule->action,
		.due = DAY_NONE,
		.working = "",
		.missed_text = v->missed_text,
		.until = v->until,
		.in_force_from = v->in_force_from,
		.text = v->text};
	memcpy(duty->missed, v->missed, sizeof(duty->missed));
}

/* An amended rule says since when it reads so, so that an earlier decision stays explicable. */
static void tell_version(const struct asking *q, const struct rule *rule,
	const struct rule_version *v, struct duty *duty)
{
	if (v == rule->versions)
		return;
	add_working(q->arena, duty,
		arena_printf(q->arena, "按 %s 起施行的规定%s%s%s",
			text_of(q->arena, v->in_force_from), v->note ? "（" : "",
			v->note ? v->note : "", v->note ? "）" : ""));
}

static const struct rule_version *in_cell(
	const struct asking *q, const struct rule *rule, enum ring ring)
{
	if (rule->category != q->facts->category || rule->ring != ring)
		return NULL;
	return policy_rule_version(q->p, rule, q->as_of);
}

static void list_cell(const struct asking *q, struct duties *ret)
{
	for (size_t i = 0; i < q->p->rule_count; i++) {
		const struct rule *rule = &q->p->rules[i];
		const struct rule_version *v = in_cell(q, rule, q->facts->ring);
		struct duty *duty = &ret->duty[ret->count];

		if (!v)
			continue;
		begin_duty(rule, v, duty);
		work_out_due(q, v, duty);
		tell_version(q, rule, v, duty);
		settle(q, v, duty);
		ret->count++;
	}
}

/* ---- the ring side is not known --------------------------------------------------------- */

static const struct rule *twin_of(const struct asking *q, const struct rule *rule, enum ring ring)
{
	for (size_t i = 0; i < q->p->rule_count; i++)
		if (q->p->rules[i].action == rule->action && in_cell(q, &q->p->rules[i], ring))
			return &q->p->rules[i];
	return NULL;
}

/* "annex1-4-inner-relocate" without its side: the duty of a category whose side is not known. */
static const char *without_side(struct arena *a, const struct rule *rule)
{
	const char *side = policy_ring_id(rule->ring);
	const char *at = strstr(rule->id, side);

	if (!at)
		return rule->id;
	return arena_printf(a, "%.*s%s", (int)(at - rule->id), rule->id,
		at + strlen(side) + (at[strlen(side)] == '-'));
}

static bool needs_start(const struct asking *q, const struct rule_version *v)
{
	return v && v->due == DUE_MONTHS && !day_is_set(start_of(q->facts, v));
}

/* The same words hold on both sides: the side is not needed. */
static bool reads_alike(const struct rule_version *a, const struct rule_version *b)
{
	return a && b && a->due == b->due && a->due != DUE_MONTHS &&
	       (a->due == DUE_NONE || day_compare(a->due_day, b->due_day) == 0);
}

static void list_sideless(const struct asking *q, const struct rule *rule,
	const struct rule_version *v, const struct rule *twin, struct duties *ret)
{
	const struct rule_version *other = twin ? policy_rule_version(q->p, twin, q->as_of) : NULL;
	struct duty *duty = &ret->duty[ret->count++];
	const struct rule_version *start = needs_start(q, v)	   ? v
					   : needs_start(q, other) ? other
								   : NULL;

	begin_duty(rule, v, duty);
	duty->rule = without_side(q->arena, rule);
	duty->clause = arena_printf(q->arena, "附件1第%d行（%s）", (int)rule->category,
		policy_category_label(rule->category));
	if (reads_alike(v, other)) {
		work_out_due(q, v, duty);
		settle(q, v, duty);
		return;
	}
	duty->state = DUTY_UNKNOWN;
	duty->missing = start ? arena_printf(q->arena, "ring,%s", start_id(start)) : "ring";
	duty->working = arena_printf(q->arena, "无法推算：未定在二环路以内还是以外%s%s",
		start ? "，缺" : "", start ? start_label(start) : "");
	settle(q, v, duty);
}

static void list_both_sides(const struct asking *q, struct duties *ret)
{
	for (enum ring ring = RING_INNER; ring < RING_COUNT; ring++) {
		for (size_t i = 0; i < q->p->rule_count; i++) {
			const struct rule *rule = &q->p->rules[i];
			const struct rule_version *v = in_cell(q, rule, ring);
			const struct rule *twin;

			if (!v)
				continue;
			twin = twin_of(q, rule, ring == RING_INNER ? RING_OUTER : RING_INNER);
			if (ring == RING_INNER || !twin)
				list_sideless(q, rule, v, twin, ret);
		}
	}
}

/* ---- results ---------------------------------------------------------------------------- */

static void list_open(const struct asking *q, struct duties *ret)
{
	struct day as_of = q->as_of;

	if (day_compare(as_of, q->p->plan.issued) < 0)
		as_of = q->p->plan.issued;
	for (size_t i = 0; i < q->p->open_count; i++)
		if (q->p->open[i].concerns[q->facts->category] &&
			day_compare(q->p->open[i].in_force_from, as_of) <= 0)
			ret->open[ret->open_count++] = q->p->open[i].text;
}

void policy_duties(const struct policy *p, struct arena *a, const struct duty_facts *facts,
	struct day rules_as_of, struct day today, struct duties *ret)
{
	const struct asking q = {p, a, facts, rules_as_of, today};

	*ret = (struct duties){.goal = p->goal, .goal_text = p->goal_text};
	if (facts->category == CATEGORY_NONE)
		return;
	if (facts->ring == RING_UNKNOWN)
		list_both_sides(&q, ret);
	else
		list_cell(&q, ret);
	list_open(&q, ret);
}

const struct duty *policy_duties_next(const struct duties *d)
{
	const struct duty *next = NULL;

	for (size_t i = 0; i < d->count; i++) {
		const struct duty *duty = &d->duty[i];

		if (duty->state != DUTY_DUE && duty->state != DUTY_OVERDUE)
			continue;
		if (!next || day_compare(duty->due, next->due) < 0)
			next = duty;
	}
	return next;
}

void policy_cell(const struct policy *p, struct arena *a, enum category c, enum ring r,
	struct day as_of, struct duties *ret)
{
	struct duty_facts facts = {
		.category = c, .ring = r, .found_on = DAY_NONE, .order = DAY_NONE};

	for (size_t i = 0; i < ACTION_COUNT; i++)
		facts.done[i] = DAY_NONE;
	/* Read on the plan's own day, so that nothing in the matrix depends on the day it is shown. */
	policy_duties(p, a, &facts, as_of, p->plan.issued, ret);
	for (size_t i = 0; i < ret->count; i++) {
		ret->duty[i].days = 0;
		ret->duty[i].soon = false;
	}
}
