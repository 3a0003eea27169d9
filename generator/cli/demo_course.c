/*
 * What happens to the demo's enterprises: twenty scenarios that together reach every state of the course, recorded
 * through the same functions staff use, in the order of days and never after the demo's own day.
 */
#include "cli/demo.h"
#include "cli/demo_cases.h"
#include "cli/demo_supervision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct step {
	enum event_kind kind;
	int after; /* days after the step before */
};

enum { STEPS_MAX = 16 };

/* Each scenario goes on after the category was confirmed and the measure decided, where `decided` says so. */
static const struct scenario {
	int decided; /* 0: registered alone; 1: category; 2: category and measure */
	bool closes; /* a closure: fits every category; the others are replaced for 散乱污 */
	struct step steps[STEPS_MAX];
} scenarios[20] = {
	[0] = {0, true, {{0, 0}}},
	[1] = {1, true, {{0, 0}}},
	[2] = {2, true, {{0, 0}}},
	[3] = {2, true, {{EVENT_ORDERED, 20}}},
	[4] = {2, true, {{EVENT_ORDERED, 15}, {EVENT_PROGRESS, 30}}},
	[5] = {2, false, {{EVENT_ORDERED, 10}, {EVENT_PROGRESS, 25}, {EVENT_PROGRESS, 40}}},
	[6] = {2, false, {{EVENT_ORDERED, 12}, {EVENT_PROGRESS, 30}, {EVENT_ACCEPTANCE_ASKED, 45}}},
	[7] = {2, false,
		{{EVENT_ORDERED, 12}, {EVENT_PROGRESS, 30}, {EVENT_ACCEPTANCE_ASKED, 40},
			{EVENT_REJECTED, 10}}},
	[8] = {2, false,
		{{EVENT_ORDERED, 9}, {EVENT_PROGRESS, 20}, {EVENT_ACCEPTANCE_ASKED, 25},
			{EVENT_ACCEPTED, 10}, {EVENT_RESUMED, 3}}},
	[9] = {2, false,
		{{EVENT_ORDERED, 14}, {EVENT_PROGRESS, 60}, {EVENT_MOVED, 90},
			{EVENT_ACCEPTANCE_ASKED, 5}, {EVENT_ACCEPTED, 12}}},
	[10] = {2, true,
		{{EVENT_ORDERED, 7}, {EVENT_CLOSED, 15}, {EVENT_CLEARED_WATER, 2},
			{EVENT_CLEARED_POWER, 1}}},
	[11] = {2, true,
		{{EVENT_ORDERED, 6}, {EVENT_CLOSED, 12}, {EVENT_CLEARED_WATER, 2},
			{EVENT_CLEARED_POWER, 0}, {EVENT_CLEARED_EQUIPMENT, 9},
			{EVENT_CLEARED_MATERIALS, 3}, {EVENT_CLEARED_PRODUCTS, 1}}},
	[12] = {2, true,
		{{EVENT_ORDERED, 6}, {EVENT_CLOSED, 10}, {EVENT_CLEARED_WATER, 1},
			{EVENT_CLEARED_POWER, 0}, {EVENT_CLEARED_EQUIPMENT, 7},
			{EVENT_CLEARED_MATERIALS, 2}, {EVENT_CLEARED_PRODUCTS, 2},
			{EVENT_SELF_CHECKED, 8}, {EVENT_REVIEWED, 12}, {EVENT_VERIFIED, 15},
			{EVENT_SIGNED_OFF, 6}}},
	[13] = {2, false,
		{{EVENT_ORDERED, 9}, {EVENT_PROGRESS, 20}, {EVENT_ACCEPTANCE_ASKED, 22},
			{EVENT_ACCEPTED, 8}, {EVENT_SELF_CHECKED, 9}, {EVENT_REVIEWED, 10},
			{EVENT_VERIFIED, 11}, {EVENT_SIGNED_OFF, 5}, {EVENT_LOOKED_BACK, 80},
			{EVENT_LOOKED_BACK, 90}}},
	[14] = {2, true,
		{{EVENT_ORDERED, 6}, {EVENT_CLOSED, 10}, {EVENT_CLEARED_WATER, 1},
			{EVENT_CLEARED_POWER, 0}, {EVENT_CLEARED_EQUIPMENT, 7},
			{EVENT_CLEARED_MATERIALS, 2}, {EVENT_CLEARED_PRODUCTS, 2},
			{EVENT_SELF_CHECKED, 8}, {EVENT_REVIEWED, 12}, {EVENT_VERIFIED, 15},
			{EVENT_SIGNED_OFF, 6}, {EVENT_LOOKED_BACK, 100}, {EVENT_RELAPSED, 0}}},
	[15] = {2, true,
		{{EVENT_ORDERED, 6}, {EVENT_CLOSED, 10}, {EVENT_LOOKED_BACK, 60},
			{EVENT_RELAPSED, 0}, {EVENT_PENALISED, 9}, {EVENT_ORDERED, 5},
			{EVENT_CLOSED, 12}, {EVENT_CLEARED_WATER, 1}, {EVENT_CLEARED_POWER, 0}}},
	[16] = {2, false,
		{{EVENT_ORDERED, 11}, {EVENT_PENALISED, 20}, {EVENT_DEMOLISHED, 25},
			{EVENT_PROGRESS, 14}}},
	[17] = {1, true, {{EVENT_WITHDRAWN, 40}}},
	[18] = {1, true, {{0, 0}}},
	[19] = {2, false,
		{{EVENT_ORDERED, 18}, {EVENT_CORRECTION, 5}, {EVENT_ORDERED, 0},
			{EVENT_PROGRESS, 33}}},
};

static const char *const texts[EVENT_KIND_COUNT] = {
	[EVENT_PROGRESS] = "现场查看，整改正在进行（演示）",
	[EVENT_REJECTED] = "两项手续尚缺，退回继续整改（演示）",
	[EVENT_LOOKED_BACK] = "回头看：现场查看（演示）",
	[EVENT_RELAPSED] = "回头看发现恢复生产，重新立案（演示）",
	[EVENT_CORRECTION] = "责令停产的日期登记有误，更正（演示）",
	[EVENT_WITHDRAWN] = "与另一条记录重复，撤下本条（演示）",
	[EVENT_PENALISED] = "依法处罚（演示）",
};

static const char *const units[EVENT_KIND_COUNT] = {[EVENT_ORDERED] = "environment",
	[EVENT_ACCEPTED] = "environment",
	[EVENT_REJECTED] = "environment",
	[EVENT_CLEARED_WATER] = "construction",
	[EVENT_DEMOLISHED] = "enforcement",
	[EVENT_REVIEWED] = "environment", /* the street checks itself: unit_of() */
	[EVENT_VERIFIED] = "economy",
	[EVENT_SIGNED_OFF] = "economy",
	[EVENT_PENALISED] = "environment"};

struct recorder { /* one enterprise on its way */
	struct demo *d;
	struct enterprise_id id;
	struct demo_firm firm;
	const struct scenario *scenario;
	struct day day; /* of the next thing that happens; DAY_NONE: nothing more */
	int phase;	/* 0 first facts, 1 category, 2 measure, 3 … steps of the scenario */
	uint64_t dice;
	int64_t last; /* the event before */
	char at[40];
	struct change_note note;
};

static const struct change_note *note_of(struct recorder *r, const char *why)
{
	char day[DAY_TEXT_BYTES];
	snprintf(r->at, sizeof r->at, "%sT10:00:00+08:00", day_text(r->day, day));
	r->note = (struct change_note){.by = "演示录入员", .why = why, .at = r->at};
	return &r->note;
}

static enum err_code set(struct recorder *r, enum field f, const char *text, struct err *e)
{
	bool changed;
	return reg_enterprise_set(
		r->d->reg, r->id, f, text, r->day, note_of(r, "演示"), &changed, e);
}

static enum measure measure_for(const struct demo_firm *f)
{
	if (f->category == CATEGORY_SANLUANWU ||
		(f->scenario >= 10 && f->scenario <= 15 && f->scenario != 13))
		return MEASURE_CLOSE;
	return f->category == CATEGORY_SAN || f->category == CATEGORY_SANWU ? MEASURE_RELOCATE
									    : MEASURE_RECTIFY;
}

static enum err_code first_facts(struct recorder *r, struct err *e)
{
	char day[DAY_TEXT_BYTES];
	if (set(r, FIELD_FOUND_ON, day_text(r->firm.found_on, day), e))
		return e->code;
	if (r->firm.index % 31 != 4 && set(r, FIELD_RING, policy_ring_id(r->firm.ring), e))
		return e->code;
	if (r->firm.index % 5 == 0 && set(r, FIELD_NOTE_PUBLIC, "是", e))
		return e->code;
	return ERR_OK;
}

static enum err_code file_record(struct recorder *r, struct err *e)
{
	const char *path = path_join(r->d->arena, r->d->dir, "sheets/check-record.txt");
	char day[DAY_TEXT_BYTES];
	const char *text = arena_printf(r->d->arena,
		"现场检查记录（演示数据，纯属编造）\n编号：演示%03lld\n日期：%s\n结论：见记录。\n",
		(long long)r->firm.index, day_text(r->day, day));
	if (file_write_durable(path, text, strlen(text), e))
		return e->code;
	return reg_evidence_add(
		r->d->reg, r->id, path, "check-record", r->day, true, note_of(r, NULL), e);
}

static enum err_code add_task(
	struct recorder *r, const char *kind, const char *unit, bool is_done, struct err *e)
{
	struct task t = {.enterprise = r->id,
		.kind = kind,
		.unit = unit,
		.asked_on = r->day,
		.due = day_add(r->day, 15),
		.done_on = DAY_NONE};
	int64_t seq;
	if (reg_task_add(r->d->reg, &t, note_of(r, NULL), &seq, e))
		return e->code;
	if (!is_done)
		return ERR_OK;
	return reg_task_done(r->d->reg, seq, day_add(r->day, 6), note_of(r, NULL), e);
}

static enum err_code after_step(struct recorder *r, enum event_kind kind, struct err *e)
{
	if (kind == EVENT_CLOSED &&
		add_task(r, "cut-water", "construction", r->firm.scenario != 10, e))
		return e->code;
	if (kind == EVENT_ORDERED && r->firm.category == CATEGORY_LUAN &&
		add_task(r, "guide-procedures", "environment", r->firm.scenario == 8, e))
		return e->code;
	if (kind == EVENT_LOOKED_BACK && r->d->enterprises <= 2000 && file_record(r, e))
		return e->code;
	return ERR_OK;
}

/* 自查 is the street's own; who checks after it is another each time. */
static const char *unit_of(const struct recorder *r, enum event_kind kind)
{
	size_t count;
	return kind == EVENT_SELF_CHECKED ? demo_streets(r->d, &count)[r->firm.street].code
					  : units[kind];
}

/* The same few bytes for every clearing, so that one stored file serves them all. */
static const char *clearing_path(struct demo *d)
{
	return path_join(d->arena, d->dir, "sheets/clearing.txt");
}

static enum err_code write_clearing(struct demo *d, struct err *e)
{
	static const char text[] =
		"两断三清现场检查记录（演示数据，纯属编造）\n结论：已清理到位。\n";
	return file_write_durable(clearing_path(d), text, sizeof text - 1, e);
}

static enum err_code add_step(struct recorder *r, enum event_kind kind, struct err *e)
{
	bool clears = kind >= EVENT_CLEARED_WATER && kind <= EVENT_CLEARED_PRODUCTS;
	const char *files[] = {clears ? clearing_path(r->d) : NULL, NULL};
	struct event_new ev = {.kind = kind,
		.day = r->day,
		.unit = unit_of(r, kind),
		.files = files,
		.note = texts[kind],
		.note_public = texts[kind] != NULL,
		.corrects = kind == EVENT_CORRECTION ? r->last : 0};
	if (kind == EVENT_ORDERED)
		ev.doc = arena_printf(r->d->arena, "演示责令〔%d〕%d号", 2018, (int)r->firm.index);
	if (reg_event_add(r->d->reg, r->id, &ev,
		    note_of(r, kind == EVENT_CORRECTION ? "登记有误" : NULL), &r->last, e))
		return err_prefix(e, "演示%03lld", (long long)r->firm.index);
	return after_step(r, kind, e);
}

/* The day of what comes after this phase; DAY_NONE when the scenario ends here. */
static struct day next_day(struct recorder *r)
{
	int next = r->phase + 1;
	if (next == 1)
		return r->scenario->decided >= 1 ? day_add(r->day, 5 + (int)(r->firm.dice % 9))
						 : DAY_NONE;
	if (next == 2 && r->scenario->decided >= 2)
		return day_add(r->day, 3);
	if (next == 2)
		r->phase++; /* no measure is decided: straight to the steps */
	int step = r->phase + 1 - 3;
	if (step >= STEPS_MAX || !r->scenario->steps[step].kind)
		return DAY_NONE;
	int after = r->scenario->steps[step].after;
	return day_add(r->day, after + (after ? (int)(demo_dice(&r->dice) % 9) : 0));
}

static enum err_code advance(struct recorder *r, struct err *e)
{
	enum err_code code;
	if (r->phase == 0)
		code = first_facts(r, e);
	else if (r->phase == 1)
		code = set(r, FIELD_CATEGORY, policy_category_slug(r->firm.category), e);
	else if (r->phase == 2)
		code = set(r, FIELD_MEASURE, policy_measure_id(measure_for(&r->firm)), e);
	else
		code = add_step(r, r->scenario->steps[r->phase - 3].kind, e);
	if (!code && r->firm.scenario == 18 && r->phase == 1)
		code = set(r, FIELD_OUT_OF_SCOPE, "是", e);
	if (code)
		return code;
	r->day = next_day(r);
	r->phase++;
	return ERR_OK;
}

/* Two years: most begin in the winter of 2017, every third later, up to the summer of 2019; never before the report. */
static struct day start_of(const struct demo_firm *f)
{
	int late = (int)((f->dice >> 20) % (f->index % 3 == 0 ? 480 : 50));
	return day_add(day_from_ymd(2017, 12, 28), f->first_month * 31 + late);
}

static void start(struct recorder *r, struct demo *d, struct enterprise_id id, int64_t index)
{
	*r = (struct recorder){.d = d, .id = id};
	demo_firm_at(d, index, &r->firm);
	r->day = start_of(&r->firm);
	r->dice = r->firm.dice;
	bool rare = r->firm.scenario == 17 || r->firm.scenario == 18;
	if (rare && index % 60 >= 20)
		r->firm.scenario = 12;
	if (r->firm.category == CATEGORY_SANLUANWU && !scenarios[r->firm.scenario].closes)
		r->firm.scenario = 10 + r->firm.scenario % 3;
	/* What must move is accepted only when it has moved. */
	if (measure_for(&r->firm) == MEASURE_RELOCATE &&
		(r->firm.scenario == 8 || r->firm.scenario == 13))
		r->firm.scenario = 9;
	r->scenario = &scenarios[r->firm.scenario];
}

struct course_list {
	struct recorder *all;
	size_t count, cap;
};

static struct recorder *add_recorder(struct demo *d)
{
	struct course_list *l = d->courses;
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 256;
		l->all = mem_grow(l->all, l->cap, sizeof *l->all);
	}
	return &l->all[l->count++];
}

static enum err_code note_row(void *ctx, const struct enterprise *row, struct err *e)
{
	(void)e;
	struct demo *d = ctx;
	const char *mark = strstr(row->value[FIELD_NAME], "演示");
	if (mark)
		start(add_recorder(d), d, row->id, strtoll(mark + strlen("演示"), NULL, 10));
	return ERR_OK;
}

/* Rows were numbered as the sheets gave them, so an index is looked for. */
struct enterprise_id demo_enterprise(const struct demo *d, int64_t index)
{
	for (size_t i = 0; i < d->courses->count; i++)
		if (d->courses->all[i].firm.index == index)
			return d->courses->all[i].id;
	return (struct enterprise_id){0};
}

bool demo_is_at_rest(const struct demo *d, struct enterprise_id id)
{
	for (size_t i = 0; i < d->courses->count; i++)
		if (d->courses->all[i].id.n == id.n)
			return !day_is_set(d->courses->all[i].day);
	return false;
}

enum err_code demo_course_found(
	struct demo *d, struct enterprise_id id, int64_t index, struct day from, struct err *e)
{
	struct recorder *r = add_recorder(d);
	start(r, d, id, index);
	r->firm.category = CATEGORY_SANLUANWU;
	r->firm.scenario = 12;
	r->scenario = &scenarios[12];
	r->day = from;
	r->phase = 1; /* the first facts were written down on the spot */
	(void)e;
	return ERR_OK;
}

static enum err_code play_firms(struct demo *d, struct day day, int *in_batch, struct err *e)
{
	for (size_t i = 0; i < d->courses->count; i++)
		while (day_is_set(d->courses->all[i].day) &&
			day_compare(d->courses->all[i].day, day) <= 0) {
			if (advance(&d->courses->all[i], e))
				return e->code;
			++*in_batch;
		}
	return ERR_OK;
}

/* Day by day, as staff would have recorded it; several enterprises' steps go into one transaction, which ends before
 * tip-offs are worked, since those make their own. */
static enum err_code play_day(
	struct demo *d, struct demo_cases *cases, struct day day, int *in_batch, struct err *e)
{
	enum { BATCH = 2000 };
	bool has_cases = demo_cases_has(cases, day);
	if (play_firms(d, day, in_batch, e) || demo_supervision_day(d, day, e))
		return e->code;
	if (*in_batch < BATCH && !has_cases)
		return ERR_OK;
	*in_batch = 0;
	if (reg_commit(d->reg, e) || (has_cases && demo_cases_day(cases, day, e)))
		return e->code;
	return reg_begin(d->reg, e);
}

static enum err_code play_all(struct demo *d, struct demo_cases *cases, struct err *e)
{
	int in_batch = 0;
	enum err_code code = reg_begin(d->reg, e);
	for (struct day day = day_from_ymd(2017, 12, 28); !code && day_compare(day, d->today) <= 0;
		day = day_add(day, 1))
		code = play_day(d, cases, day, &in_batch, e);
	if (!code)
		code = reg_commit(d->reg, e);
	if (code)
		reg_rollback(d->reg);
	return code;
}

enum err_code demo_course(struct demo *d, struct err *e)
{
	struct course_list list = {0};
	struct demo_cases *cases = NULL;
	struct enterprise_filter any = {0};
	d->courses = &list;
	enum err_code code = write_clearing(d, e);
	if (!code)
		code = reg_enterprise_each(d->reg, &any, note_row, d, e);
	if (!code)
		code = demo_cases_open(d, &cases, e);
	if (!code)
		code = play_all(d, cases, e);
	demo_cases_close(cases);
	free(list.all);
	d->courses = NULL;
	return code;
}
