/*
 * Time limits of the law, as dated data (clocks.conf): which version counts, on which day it runs out, and which of them run on a
 * case. The version is that of the day the clock starts, so that an amendment does not reach back.
 *
 * Counting: the day of the start does not count, the last day does; a limit in calendar days does not move when it ends on a holiday
 * (ours, the strict reading). On a case three steps start a clock: receipt, acceptance (or reopening, ours), dispatch.
 */
#include "policy/policy_internal.h"

const struct clock_law *policy_clock_laws(const struct policy *p, size_t *ret_count)
{
	*ret_count = p->clock_count;
	return p->clocks;
}

static bool in_force(const struct clock_law *law, struct day on)
{
	return day_compare(law->in_force_from, on) <= 0 &&
	       (!day_is_set(law->in_force_until) || day_compare(on, law->in_force_until) <= 0);
}

const struct clock_law *policy_clock_law(const struct policy *p, const char *name, struct day on)
{
	for (size_t i = 0; i < p->clock_count; i++)
		if (str_eq(p->clocks[i].name, name) && in_force(&p->clocks[i], on))
			return &p->clocks[i];
	return NULL;
}

const struct clock_law *policy_clock_between(
	const struct policy *p, enum case_step from, enum case_step to, struct day on)
{
	for (size_t i = 0; day_is_set(on) && i < p->clock_count; i++)
		if (p->clocks[i].from == from && p->clocks[i].to == to &&
			in_force(&p->clocks[i], on))
			return &p->clocks[i];
	return NULL;
}

const struct clock_words *policy_clock_words(const struct policy *p, const struct clock_law *law)
{
	return &p->clock_words[law - p->clocks];
}

/* ---- one clock -------------------------------------------------------------------------- */

static struct day count_days(
	const struct policy *p, bool working, struct day from, int n, bool *ret_provisional)
{
	*ret_provisional = false;
	return working ? policy_workdays_add(p, from, n, ret_provisional) : day_add(from, n);
}

struct day policy_clock_due(
	const struct policy *p, const struct clock_law *law, struct day from, int n)
{
	bool provisional;

	return count_days(p, law->working, from, n, &provisional);
}

/* 自 2018-02-12 起（当日不计）＋ 5 个工作日 ＝ 2018-02-24（含当日；其间不上班的 7 天不计） */
static const char *arithmetic(struct arena *a, const struct clock_due *c, int extended)
{
	char from[DAY_TEXT_BYTES], due[DAY_TEXT_BYTES];
	const char *unit = c->working ? T("个工作日", "working days") : T("日", "days");
	int n = c->law->days, off = day_between(c->from, c->due) - n - extended;
	const char *more = extended ? arena_printf(a, T(" ＋ 延长 %d %s", " + %d %s of extension"),
					      extended, unit)
				    : "";
	const char *skipped =
		off ? arena_printf(a,
			      T("；其间不上班的 %d 天不计", "; %d days off on the way not counted"),
			      off)
		    : "";

	return arena_printf(a,
		T("自 %s 起（当日不计）＋ %d %s%s ＝ %s（含当日%s）%s",
			"from %s (that day not counted) + %d %s%s = %s (that day included%s)%s"),
		day_text(c->from, from), n, unit, more, day_text(c->due, due), skipped,
		c->provisional
			? T("；其间有的年份还没有放假安排，按周六、周日不上班暂算",
				  "; provisional: a year on the way has no table of holidays yet")
			: "");
}

void policy_clock(const struct policy *p, struct arena *a, const struct clock_law *law,
	struct day from, int extended, bool force_working, struct day today, struct clock_due *ret)
{
	struct clock_due c = {.law = law,
		.from = from,
		.working = law->working || force_working,
		.met = DAY_NONE};

	c.due = count_days(p, c.working, from, law->days + extended, &c.provisional);
	c.days = day_between(today, c.due);
	c.text = arithmetic(a, &c, extended);
	*ret = c;
}

/* ---- the clocks of a case ---------------------------------------------------------------- */

static struct day start_of(const struct clock_law *law, const struct case_course *c)
{
	if (law->from == CASE_RECEIVED)
		return c->received;
	if (law->from == CASE_ACCEPTED)
		return c->running_from;
	return law->from == CASE_DISPATCHED ? c->dispatched : DAY_NONE;
}

static struct day end_of(const struct clock_law *law, const struct case_course *c)
{
	if (law->to == CASE_ACCEPTED)
		return c->answered;
	if (law->to == CASE_CONCLUDED)
		return c->concluded;
	return law->to == CASE_OBJECTED ? c->objected : DAY_NONE;
}

static int extended_by(const struct clock_law *law, const struct case_course *c)
{
	return law->to == CASE_CONCLUDED ? c->extended_days : 0;
}

/* Objecting is a right: nobody is late for not doing so. */
static bool is_duty(const struct clock_law *law)
{
	return law->to != CASE_OBJECTED;
}

/* Does this version run, or did it run to its end, on this case? Days are unset when not. */
struct run {
	struct day from, due, met;
};

static bool run_of(const struct policy *p, const struct clock_law *law, const struct case_course *c,
	struct day today, struct run *ret)
{
	ret->from = start_of(law, c);
	ret->met = end_of(law, c);
	if (!day_is_set(ret->from) || !in_force(law, ret->from))
		return false;
	ret->due = policy_clock_due(p, law, ret->from, law->days + extended_by(law, c));
	if (day_is_set(ret->met))
		return true;
	if (!policy_case_is_open(c->state))
		return false;
	return is_duty(law) || (c->state == CASE_DISPATCHED && day_compare(today, ret->due) <= 0);
}

bool policy_case_is_late(const struct policy *p, const struct case_course *c, struct day today)
{
	struct run run;

	for (size_t i = 0; policy_case_is_open(c->state) && i < p->clock_count; i++)
		if (is_duty(&p->clocks[i]) && run_of(p, &p->clocks[i], c, today, &run) &&
			!day_is_set(run.met) && day_compare(run.due, today) < 0)
			return true;
	return false;
}

static void explain(const struct policy *p, struct arena *a, const struct clock_law *law,
	const struct case_course *c, const struct run *run, struct day today, struct clock_due *ret)
{
	policy_clock(p, a, law, run->from, extended_by(law, c), false, today, ret);
	ret->met = run->met;
	if (day_is_set(run->met))
		ret->days = day_between(run->met, run->due);
}

size_t policy_case_clocks(const struct policy *p, struct arena *a, const struct case_course *c,
	struct day today, struct clock_due ret[CASE_CLOCKS])
{
	size_t count = 0;
	struct run run;

	for (size_t i = 0; i < p->clock_count && count < CASE_CLOCKS; i++)
		if (run_of(p, &p->clocks[i], c, today, &run))
			explain(p, a, &p->clocks[i], c, &run, today, &ret[count++]);
	return count;
}

bool policy_case_due(const struct policy *p, struct arena *a, const struct case_course *c,
	struct day today, struct clock_due *ret, bool *ret_soon)
{
	const struct clock_law *first = NULL;
	struct run run, best = {DAY_NONE, DAY_NONE, DAY_NONE};

	for (size_t i = 0; i < p->clock_count; i++) {
		if (!is_duty(&p->clocks[i]) || !run_of(p, &p->clocks[i], c, today, &run) ||
			day_is_set(run.met))
			continue;
		if (first && day_compare(run.due, best.due) >= 0)
			continue;
		first = &p->clocks[i];
		best = run;
	}
	if (!first)
		return false;
	explain(p, a, first, c, &best, today, ret);
	*ret_soon = ret->days >= 0 && ret->days <= p->soon_days;
	return true;
}

int policy_soon_days(const struct policy *p)
{
	return p->soon_days;
}
