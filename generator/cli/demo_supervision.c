/*
 * Demo supervision: the plan's calendar over two years: monthly reports (some late, some absent), inspections and their
 * review, a plan of look-backs per quarter and the visits, a ranking per quarter. All made up, through the functions staff use.
 */
#include "cli/demo_supervision.h"

#include "tianlan/register_supervision.h"

#include <stdio.h>

enum {
	LARGE = 2000
}; /* above it only the first three months are reported, so that a large demo is made in time */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t state = a * 1000003u + b;
	return demo_dice(&state);
}

static const struct change_note *note_of(
	const struct demo *d, const char *by, struct day day, const char *why)
{
	struct change_note *note = arena_alloc(d->arena, sizeof *note);
	char text[DAY_TEXT_BYTES];
	*note = (struct change_note){.by = by,
		.why = why,
		.at = arena_printf(d->arena, "%sT11:00:00+08:00", day_text(day, text))};
	return note;
}

/* ---- monthly reports ---------------------------------------------------------------------------- */

enum { FIRST_MONTHS = 3 };

/* Months since December 2017. */
static int month_index(struct day day)
{
	int year, month, in_month;
	day_to_ymd(day, &year, &month, &in_month);
	return (year - 2017) * 12 + month - 12;
}

static struct day month_first(int index)
{
	return day_add_months(day_from_ymd(2017, 12, 1), index);
}

/* The day a street hands in its report for a month; DAY_NONE: it does not. */
static struct day report_day(size_t street, int month)
{
	uint64_t dice = mix(street + 1, (uint64_t)month);
	if (month < FIRST_MONTHS)
		return day_add(month_first(month), 26);
	if (dice % 29 == 0)
		return DAY_NONE;
	return day_add(month_first(month),
		dice % 13 == 1 ? 28 + (int)(dice / 13 % 4) : 19 + (int)(dice / 13 % 9));
}

static enum err_code reports(struct demo *d, struct day day, struct err *e)
{
	size_t streets;
	demo_streets(d, &streets);
	for (int month = month_index(day) - 1; month <= month_index(day); month++)
		for (size_t i = 0; month >= FIRST_MONTHS && i < streets; i++)
			if (day_compare(report_day(i, month), day) == 0 &&
				demo_report(d, i, month, day, e))
				return e->code;
	return ERR_OK;
}

/* ---- inspections ---------------------------------------------------------------------------------- */

static const struct {
	const char *result, *finding, *text;
} findings[] = {
	{"in-order", "台账齐全，抽查的企业与上报一致（演示）",
		"台账齐全，抽查的企业与上报一致。（演示）"},
	{"findings", "两家企业的进展没有按时记录，要求十日内补齐（演示）",
		"两家企业的进展没有按时记录，已要求十日内补齐。（演示）"},
	{"criticised", "上月未按时上报，且有漏报，通报批评（演示）",
		"没有按时上报，并有漏报，予以通报批评。（演示）"},
};

static enum err_code inspect(struct demo *d, struct day day, size_t street, struct err *e)
{
	size_t streets, which = mix(street, (uint64_t)day.n) % 5;
	if (which > 2)
		which = 0;
	struct inspection i = {.day = day,
		.kind = "inspection",
		.team = "inspectors",
		.unit = demo_streets(d, &streets)[street].code,
		.result = findings[which].result,
		.finding = findings[which].finding,
		.due = which ? day_add(day, 10) : DAY_NONE,
		.put_right = DAY_NONE};
	int64_t seq;
	if (reg_inspection_add(d->reg, &i, note_of(d, "演示督查员", day, NULL), &seq, e))
		return e->code;
	struct day reviewed = day_add(day, 4);
	if (which && reg_inspection_note(d->reg, seq, "put-right", day_add(day, 3), NULL,
			     note_of(d, "演示督查员", reviewed, NULL), e))
		return e->code;
	return reg_inspection_note(d->reg, seq, "publish", reviewed, findings[which].text,
		note_of(d, "演示审核人", reviewed, NULL), e);
}

static enum err_code patrol(struct demo *d, struct day day, struct err *e)
{
	int64_t index = 1 + (int64_t)(mix(7, (uint64_t)day.n) % (uint64_t)d->enterprises);
	struct demo_firm firm;
	size_t streets;
	demo_firm_at(d, index, &firm);
	struct inspection i = {.day = day,
		.kind = "patrol",
		.team = demo_streets(d, &streets)[firm.street].code,
		.enterprise = demo_enterprise(d, index),
		.result = "in-order",
		.finding = "网格巡查，未见异常（演示）",
		.due = DAY_NONE,
		.put_right = DAY_NONE};
	int64_t seq;
	if (!i.enterprise.n)
		return ERR_OK;
	return reg_inspection_add(d->reg, &i, note_of(d, "演示网格员", day, NULL), &seq, e);
}

static enum err_code inspections(struct demo *d, struct day day, struct err *e)
{
	int in_quarter = day_between(quarter_first(quarter_of(day)), day);
	size_t streets;
	demo_streets(d, &streets);
	if (in_quarter % 9 == 4)
		return patrol(d, day, e);
	for (size_t k = 0; in_quarter == 41 && k < 3; k++)
		if (inspect(d, day, (mix(3, (uint64_t)day.n) + k * 4) % streets, e))
			return e->code;
	return ERR_OK;
}

/* ---- look-backs --------------------------------------------------------------------------------------- */

struct visit {
	struct enterprise_id id;
	int64_t place;
};
struct visits {
	struct visit *list;
	size_t count, cap;
	struct arena *arena;
};

static enum err_code note_visit(void *ctx, const struct lookback *l, struct err *e)
{
	struct visits *v = ctx;
	(void)e;
	if (v->count == v->cap) {
		struct visit *old = v->list;
		v->cap = v->cap ? 2 * v->cap : 64;
		v->list = arena_alloc(v->arena, v->cap * sizeof *v->list);
		for (size_t i = 0; i < v->count; i++)
			v->list[i] = old[i];
	}
	v->list[v->count++] = (struct visit){l->enterprise, l->place};
	return ERR_OK;
}

static enum err_code visit(
	struct demo *d, struct quarter q, const struct visit *v, struct day day, struct err *e)
{
	struct enterprise now;
	uint64_t dice = mix((uint64_t)v->id.n, (uint64_t)q.year * 4 + (uint64_t)q.quarter);
	if (reg_enterprise_get(d->reg, v->id, d->arena, &now, e))
		return e->code;
	bool settled = now.course.state == STATE_SIGNED_OFF || now.course.state == STATE_CLOSED ||
		       now.course.state == STATE_ACCEPTED;
	if (!settled || dice % 11 == 0)
		return ERR_OK;
	bool relapsed = dice % 37 == 1 && demo_is_at_rest(d, v->id);
	struct event_new ev = {.day = day,
		.unit = now.value[FIELD_STREET],
		.note = relapsed ? "回头看：发现恢复生产（演示）" : "回头看：保持整治状态（演示）",
		.note_public = true};
	return reg_lookback_record(d->reg, q, v->id, relapsed ? "relapsed" : "held", &ev,
		note_of(d, "演示巡查员", day, "回头看（演示）"), e);
}

static enum err_code lookbacks(struct demo *d, struct day day, struct err *e)
{
	struct quarter q = quarter_of(day);
	int in_quarter = day_between(quarter_first(q), day);
	char text[QUARTER_TEXT_BYTES];
	size_t planned;
	if (day_compare(day, day_from_ymd(2018, 4, 1)) < 0)
		return ERR_OK;
	if (in_quarter == 2) {
		const struct lookback_options o = {.quarter = q,
			.seed = arena_printf(d->arena, "demo-%s", quarter_text(q, text)),
			.months = 9,
			.share = 10};
		return reg_lookback_plan(d->reg, &o, day,
			note_of(d, "演示承办人", day, "季度回头看（演示）"), &planned, e);
	}
	if (in_quarter < 15)
		return ERR_OK;
	struct visits v = {.arena = d->arena};
	enum err_code code = reg_lookback_each(d->reg, q, NULL, true, note_visit, &v, e);
	for (size_t i = 0; !code && i < v.count; i++)
		if (15 + (v.list[i].place * 7 + v.list[i].id.n) % 70 == in_quarter)
			code = visit(d, q, &v.list[i], day, e);
	return code;
}

/* ---- the ranking ----------------------------------------------------------------------------------------- */

static enum err_code ranking(struct demo *d, struct day day, struct err *e)
{
	struct quarter q = quarter_of(day_add(quarter_first(quarter_of(day)), -1));
	if (q.year < 2018 || day_between(quarter_last(q), day) != 20)
		return ERR_OK;
	return reg_rank_publish(
		d->reg, q, day, note_of(d, "演示承办人", day, "季度排名（演示）"), e);
}

enum err_code demo_supervision_day(struct demo *d, struct day day, struct err *e)
{
	if (d->enterprises <= LARGE && reports(d, day, e))
		return e->code;
	if (inspections(d, day, e) || lookbacks(d, day, e))
		return e->code;
	return ranking(d, day, e);
}
