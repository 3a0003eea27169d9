/*
 * Demo cases: made-up tip-offs over two years, sealed, drained and worked through the functions staff use, so that the
 * queue, the balance and the chains of the demo are what real ones would be.
 *
 * A tip-off is a pure function of (seed, index); its plot is a row of the table below. Every text says that it is made up.
 */
#include "cli/demo_cases.h"

#include "tianlan/casework.h"
#include "tianlan/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 8, TIPS_MAX = 220, KINDS = 6 };

struct act {
	enum case_step kind;
	int after; /* days after the step before, up to half as many more */
	enum case_outcome outcome;
};

enum plot_kind { PLOT_PLAIN, PLOT_OLD_FIRM, PLOT_NEW_FIRM, PLOT_DOUBLE };
static const struct plot {
	enum plot_kind kind;
	struct act acts[STEPS_MAX];
} plots[] = {
	{PLOT_PLAIN,
		{{CASE_ACCEPTED, 3, 0}, {CASE_DISPATCHED, 1, 0}, {CASE_CHECKED, 8, OUTCOME_UNTRUE},
			{CASE_CONCLUDED, 5, 0}, {CASE_ASKED, 15, 0}}},
	{PLOT_OLD_FIRM,
		{{CASE_ACCEPTED, 4, 0}, {CASE_DISPATCHED, 1, 0}, {CASE_CHECKED, 9, OUTCOME_TRUE},
			{CASE_RECTIFYING, 2, 0}, {CASE_CONCLUDED, 24, 0}, {CASE_ASKED, 12, 0}}},
	{PLOT_NEW_FIRM,
		{{CASE_ACCEPTED, 2, 0}, {CASE_DISPATCHED, 1, 0}, {CASE_CHECKED, 6, OUTCOME_TRUE},
			{CASE_RECTIFYING, 2, 0}, {CASE_CONCLUDED, 30, 0}}},
	{PLOT_DOUBLE, {{CASE_MERGED, 3, 0}}},
	{PLOT_OLD_FIRM,
		{{CASE_ACCEPTED, 5, 0}, {CASE_DISPATCHED, 2, 0}, {CASE_CHECKED, 10, OUTCOME_PARTLY},
			{CASE_RECTIFYING, 3, 0}, {CASE_CONCLUDED, 22, 0}}},
	{PLOT_PLAIN, {{CASE_DECLINED, 6, 0}}},
	{PLOT_PLAIN, {{CASE_ACCEPTED, 3, 0}, {CASE_DISPATCHED, 1, 0}, {CASE_OBJECTED, 2, 0},
			     {CASE_DISPATCHED, 2, 0}, {CASE_CHECKED, 8, OUTCOME_UNTRUE},
			     {CASE_CONCLUDED, 4, 0}}},
	{PLOT_OLD_FIRM,
		{{CASE_ACCEPTED, 6, 0}, {CASE_DISPATCHED, 2, 0}, {CASE_CHECKED, 14, OUTCOME_TRUE},
			{CASE_RECTIFYING, 3, 0}, {CASE_EXTENDED, 20, 0}, {CASE_CONCLUDED, 26, 0}}},
	{PLOT_PLAIN, {{CASE_ACCEPTED, 3, 0}, {CASE_TRANSFERRED, 4, 0}}},
	{PLOT_OLD_FIRM,
		{{CASE_ACCEPTED, 12, 0}, {CASE_DISPATCHED, 3, 0}, {CASE_CHECKED, 30, OUTCOME_TRUE},
			{CASE_RECTIFYING, 4, 0}, {CASE_CONCLUDED, 34, 0}}},
	{PLOT_PLAIN, {{CASE_ACCEPTED, 2, 0}, {CASE_DISPATCHED, 1, 0},
			     {CASE_CHECKED, 7, OUTCOME_UNTRUE}, {CASE_CONCLUDED, 3, 0}}},
	{PLOT_DOUBLE, {{CASE_MERGED, 5, 0}}},
	/* Left lying: what an overdue case looks like. */
	{PLOT_PLAIN, {{CASE_ACCEPTED, 7, 0}, {CASE_DISPATCHED, 3, 0}}},
};

static const struct {
	const char *slug, *what;
} matters[KINDS] = {
	{"waste-gas", "演示举报（编造）：傍晚以后院里有刺鼻的气味，关窗也闻得到"},
	{"dust", "演示举报（编造）：切割、打磨都在露天，粉尘飘到旁边的路上"},
	{"noise", "演示举报（编造）：夜里机器不停，隔两排房子都听得见"},
	{"no-licence", "演示举报（编造）：没有挂牌子，也没见过执照，每天有车进出"},
	{"new-enterprise", "演示举报（编造）：上个月才搬来的作坊，以前没有"},
	{"restart", "演示举报（编造）：说是关停了，这几天又开工了"},
};

struct tip {
	int index;
	const struct plot *plot;
	int phase;	/* 0: not come yet; n: the n-th step is next */
	struct day day; /* of what comes next; DAY_NONE: nothing more */
	struct day accepted;
	uint64_t dice;
	size_t street;
	int matter;
	int64_t firm;	/* index of the made-up firm; 0: none */
	int64_t number; /* of the case */
	struct case_id id;
};

struct demo_cases {
	struct demo *d;
	struct tip tips[TIPS_MAX];
	size_t count;
	int64_t met;	 /* firms found through tip-offs so far */
	struct day done; /* worked up to this day */
	struct recipients to;
	struct chance chance;
	char at[40];
};

static int roll(struct tip *t, int below)
{
	return (int)(demo_dice(&t->dice) % (uint64_t)below);
}

static struct day later(struct tip *t, struct day d, int after)
{
	return day_add(d, after + (after > 1 ? roll(t, after / 2 + 1) : 0));
}

/* More of them at the beginning and after the winter, as campaigns go; the last ones are under way on the demo's day. */
static void plan(struct demo_cases *c, struct tip *t, int index)
{
	int days = day_between(day_from_ymd(2018, 1, 8), day_add(c->d->today, -3));
	size_t streets;
	*t = (struct tip){.index = index,
		.dice = c->d->seed * 7919u + (uint64_t)index,
		.plot = &plots[(size_t)index % COUNT_OF(plots)]};
	demo_streets(c->d, &streets);
	t->day = day_add(day_from_ymd(2018, 1, 8), days > 0 ? roll(t, days) : 0);
	if (index % 3 == 0)
		t->day = day_add(day_from_ymd(2018, 1, 8), days > 150 ? roll(t, 150) : 0);
	/* What was left lying came in the last half year. */
	if (t->plot == &plots[COUNT_OF(plots) - 1])
		t->day = day_add(c->d->today, -20 - roll(t, 120));
	t->matter = roll(t, KINDS);
	t->street = (size_t)roll(t, (int)streets);
	if (roll(t, 3))
		t->street %= 4;
	if (t->plot->kind == PLOT_OLD_FIRM) {
		struct demo_firm f;
		t->firm = 1 + roll(t, (int)(c->d->enterprises < 5000 ? c->d->enterprises : 5000));
		demo_firm_at(c->d, t->firm, &f);
		t->street = f.street;
	}
	/* Said twice: the same place as the one before. */
	if (t->plot->kind == PLOT_DOUBLE && index > 0) {
		const struct tip *first = &c->tips[index - 1];
		t->street = first->street;
		t->matter = first->matter;
		t->firm = first->firm;
		t->day = day_add(first->day, 1 + roll(t, 2));
	}
}

enum err_code demo_cases_open(struct demo *d, struct demo_cases **ret, struct err *e)
{
	struct demo_cases *c = arena_alloc(d->arena, sizeof *c);
	uint8_t key[RECIPIENTS_MAX][KEY_BYTES];
	const char *keys = path_join(d->arena, d->dir, "keys");
	c->d = d;
	c->chance = chance_system();
	c->done = day_from_ymd(2017, 12, 31);
	int64_t wanted = d->enterprises * 11 / 10;
	c->count = wanted < TIPS_MAX ? (size_t)wanted : TIPS_MAX;
	for (size_t i = 0; i < c->count; i++)
		plan(c, &c->tips[i], (int)i);
	if (keys_public(keys, KEY_FACTS, key, RECIPIENTS_MAX, &c->to.facts_count, e))
		return e->code;
	memcpy(c->to.facts, key, sizeof key);
	if (keys_public(keys, KEY_CONTACT, key, RECIPIENTS_MAX, &c->to.contact_count, e))
		return e->code;
	memcpy(c->to.contact, key, sizeof key);
	*ret = c;
	return ledger_start(e);
}

void demo_cases_close(struct demo_cases *c)
{
	if (c)
		ledger_stop();
}

/* Staff work once a week here, on Saturdays, so that a demo of two years has a hundred commits and not five hundred. */
static bool is_saturday(struct day day)
{
	return (day.n % 7 + 7) % 7 == 2; /* 1970-01-01 was a Thursday */
}

bool demo_cases_has(const struct demo_cases *c, struct day day)
{
	return c->count && (is_saturday(day) || day_compare(day, c->d->today) == 0);
}

/* ---- coming in -------------------------------------------------------------------------------- */

static void write_tipoff(struct demo_cases *c, const struct tip *t, struct tipoff *ret)
{
	size_t streets;
	struct arena *a = c->d->arena;
	char day[DAY_TEXT_BYTES];
	*ret = (struct tipoff){.kinds = {matters[t->matter].slug},
		.kind_count = 1,
		.enterprise = "",
		.street = demo_streets(c->d, &streets)[t->street].code,
		.place = arena_printf(a, "样例%s路%d号院",
			(const char *[]){"一", "二", "三", "四"}[t->street % 4],
			(int)(1 + (t->firm ? t->firm : t->index) % 120)),
		.happened_on = arena_strdup(a, day_text(day_add(t->day, -1), day)),
		.what = arena_printf(
			a, "%s。演示第%03d件。", matters[t->matter].what, t->index + 1),
		.way = (const char *[]){"anonymous", "confidential", "named"}[t->index % 3],
		.lane = "ordinary",
		.contact_name = "",
		.contact_phone = "",
		.host = "",
		.received_at = ""};
	if (t->firm) {
		char id[ENTERPRISE_ID_BYTES];
		struct enterprise_id n = demo_enterprise(c->d, t->firm);
		if (n.n)
			ret->enterprise = arena_strdup(a, reg_id_text(c->d->reg, n, id));
	}
	if (t->index % 3) {
		ret->contact_name = arena_printf(a, "演示举报人%03d", t->index + 1);
		ret->contact_phone = arena_printf(a, "000-2000-%04d", t->index + 1);
	}
}

static int64_t unix_of(struct day day)
{
	return ((int64_t)day.n * 86400) + (9 - 8) * 3600;
}

/* Through the form: sealed as the form does, left in the spool for the day's drain. */
static enum err_code post(struct demo_cases *c, struct tip *t, struct err *e)
{
	struct tipoff o;
	struct receipt r;
	struct receipt_keys keys;
	struct spool spool;
	struct spool_known known;
	enum spool_claim claim;
	struct buf bytes;
	uint8_t commitment[COMMITMENT_BYTES], chance[RECEIPT_SYMBOLS];
	struct arena *a = c->d->arena;
	char day[DAY_TEXT_BYTES];
	write_tipoff(c, t, &o);
	o.host = "demo-1";
	o.received_at = arena_printf(a, "%sT09:00:00+08:00", day_text(t->day, day));
	chance_fill(&c->chance, chance, sizeof chance);
	for (size_t i = 0; i < RECEIPT_SYMBOLS; i++)
		r.symbol[i] = chance[i] % 32;
	receipt_derive(&r, &keys);
	memcpy(o.status_tag, keys.status_tag, sizeof o.status_tag);
	memcpy(o.status_key, keys.status_key, sizeof o.status_key);
	struct envelope_head head = {.id = keys.id,
		.token_expires = unix_of(t->day) + 86400,
		.week = week_of_day(t->day)};
	t->id = keys.id;
	buf_init(&bytes, ENVELOPE_MAX_BYTES);
	enum err_code code =
		envelope_seal(&o, NULL, 0, &c->to, &head, &c->chance, &bytes, commitment, e);
	if (!code)
		code = spool_open(path_join(a, c->d->dir, "spool"), SPOOL_WEB, &spool, e);
	if (!code) {
		code = spool_put(&spool, bytes.data, bytes.len, &c->chance, &claim, &known, e);
		spool_close(&spool);
	}
	buf_done(&bytes);
	return code;
}

static enum err_code drain(struct demo_cases *c, struct day day, struct err *e)
{
	struct drain_report report = {0};
	struct drain_options o = {
		.instance = c->d->dir, .host = "demo-1", .now = unix_of(day), .chance = &c->chance};
	return drain_run(&o, &report, e);
}

/* ---- working ----------------------------------------------------------------------------------- */

static enum err_code desk_at(struct demo_cases *c, struct day day, enum desk_role role,
	const char *by, struct desk **ret, struct err *e)
{
	char text[DAY_TEXT_BYTES];
	snprintf(c->at, sizeof c->at, "%sT15:00:00+08:00", day_text(day, text));
	const struct desk_options o = {.instance = c->d->dir,
		.reg = c->d->reg,
		.policy = c->d->policy,
		.role = role,
		.unit = "economy",
		.by = by,
		.today = day,
		.at = c->at,
		.chance = &c->chance};
	return desk_open(&o, ret, e);
}

static enum err_code find_case(struct demo_cases *c, struct tip *t, struct err *e)
{
	char id[CASE_ID_HEX_BYTES];
	struct tip_case row;
	if (t->number)
		return ERR_OK;
	case_id_text(&t->id, id);
	if (reg_case_find(c->d->reg, id, c->d->arena, &row, e))
		return e->code;
	t->number = row.number;
	return ERR_OK;
}

static const char *const reasons[CASE_STEP_COUNT] = {
	[CASE_ACCEPTED] = "属于本区职权，受理（演示）",
	[CASE_DECLINED] = "所说的地点和事情都不清楚，无从核查（演示）",
	[CASE_MERGED] = "与前一件说的是同一处（演示）",
	[CASE_DISPATCHED] = "按职责分办（演示）",
	[CASE_OBJECTED] = "不属于本单位职责，退回（演示）",
	[CASE_CHECKED] = "会同街道到现场核查（演示）",
	[CASE_RECTIFYING] = "并入企业整治（演示）",
	[CASE_CONCLUDED] = "核查、整治情况已答复（演示）",
	[CASE_ASKED] = "回访举报人（演示）",
	[CASE_TRANSFERRED] = "地点在区外，移送（演示）",
	[CASE_EXTENDED] = "企业补办手续需要时间，批准延期（演示）",
};

static const char *reply_for(
	const struct tip *t, enum case_step kind, enum case_outcome outcome, bool settled)
{
	(void)t;
	if (kind == CASE_DECLINED)
		return "没有写明地点，无法核查。知道地点后可以再次举报。（演示）";
	if (kind == CASE_TRANSFERRED)
		return "地点不在本区，已移送当地。（演示）";
	if (kind != CASE_CONCLUDED)
		return NULL;
	if (outcome == OUTCOME_UNTRUE)
		return "街道和部门到现场核查，没有发现举报的情况，以后的巡查会留意这里。（演示）";
	if (!settled)
		return "情况属实，已责令整改，整治还在进行，结果会在企业的页面上公布。（演示）";
	return outcome == OUTCOME_PARTLY ? "部分属实，企业已按要求整改，经过三步核查销号。（演示）"
					 : "情况属实，已经整治完毕，经过三步核查销号。（演示）";
}

/* A workshop nobody knew: registered on the spot, and from here it goes its course like the others. */
static enum err_code register_firm(
	struct demo_cases *c, struct tip *t, struct enterprise_id *ret, struct err *e)
{
	struct demo *d = c->d;
	size_t streets;
	const struct unit_info *street = &demo_streets(d, &streets)[t->street];
	const char *value[FIELD_COUNT] = {0};
	char day[DAY_TEXT_BYTES];
	struct change_note note = {
		.by = "演示承办人", .why = "举报发现，现场登记（演示）", .at = c->at};
	int64_t index = d->enterprises + 1 + c->met++;
	value[FIELD_NAME] = arena_printf(d->arena, "无名作坊（演示%03lld）", (long long)index);
	value[FIELD_STREET] = street->code;
	value[FIELD_ADDRESS] =
		arena_printf(d->arena, "样例五路%lld号院", (long long)(index % 120 + 1));
	value[FIELD_INDUSTRY] = "家具";
	value[FIELD_EMISSIONS_EXCEED] = "yes";
	value[FIELD_CONFORMS] = "no";
	value[FIELD_HAS_EIA] = "no";
	value[FIELD_HAS_LICENCE] = "no";
	value[FIELD_RING] = t->index % 2 ? "inner" : "outer";
	value[FIELD_FOUND_ON] = arena_strdup(d->arena, day_text(t->day, day));
	enum err_code code = reg_enterprise_add(d->reg, value, street->code, t->day, &note, ret, e);
	return code ? code : demo_course_found(d, *ret, index, day_add(t->day, 1), e);
}

static enum err_code link_firm(
	struct demo_cases *c, struct tip *t, struct case_act *act, struct err *e)
{
	act->found_new = t->plot->kind == PLOT_NEW_FIRM;
	if (act->found_new)
		return register_firm(c, t, &act->enterprise, e);
	act->enterprise = demo_enterprise(c->d, t->firm);
	return ERR_OK;
}

/* Which case it is said again of; 0: that one is no longer open. */
static int64_t first_of(struct demo_cases *c, const struct tip *t)
{
	struct tip *first = t->index ? &c->tips[t->index - 1] : NULL;
	struct tip_case row;
	struct err none;
	if (!first || !first->phase || find_case(c, first, &none) ||
		first->plot->kind == PLOT_DOUBLE ||
		reg_case_get(c->d->reg, first->number, c->d->arena, &row, &none) ||
		row.course.state == CASE_MERGED || row.course.state == CASE_DECLINED ||
		row.course.state == CASE_TRANSFERRED)
		return 0;
	return first->number;
}

/* What bears on the step: lead and helpers, the enterprise, whether its rectification is done. *ret_wait: not today. */
static enum err_code prepare(struct demo_cases *c, struct desk *desk, struct tip *t,
	const struct tip_case *row, struct case_act *act, bool *ret_wait, struct err *e)
{
	struct enterprise firm;
	bool settled = false;
	*ret_wait = false;
	if (act->kind == CASE_MERGED && !(act->into_case = first_of(c, t)))
		act->kind = CASE_DECLINED;
	if (act->kind == CASE_DISPATCHED) {
		struct route route;
		if (desk_route(desk, t->number, c->d->arena, &route, e))
			return e->code;
		act->lead = route.lead;
	}
	if (act->kind == CASE_RECTIFYING && link_firm(c, t, act, e))
		return e->code;
	if (act->kind == CASE_EXTENDED)
		act->extend_days = 30;
	if (act->kind == CASE_CONCLUDED && row->enterprise.n) {
		if (reg_enterprise_get(c->d->reg, row->enterprise, c->d->arena, &firm, e))
			return e->code;
		settled = firm.course.state == STATE_SIGNED_OFF ||
			  firm.course.state == STATE_WITHDRAWN ||
			  firm.course.state == STATE_OUT_OF_SCOPE;
		act->despite_open = !settled;
		/* Found through the tip-off: waited for until the time to conclude is nearly out. */
		*ret_wait = !settled &&
			    day_between(t->accepted, t->day) + 8 < 56 + row->course.extended_days;
	}
	act->reply = reply_for(t, act->kind, row->course.outcome, settled);
	return ERR_OK;
}

static enum err_code step(struct demo_cases *c, struct desk *desk, struct tip *t, struct err *e)
{
	const struct act *a = &t->plot->acts[t->phase - 1];
	struct case_act act = {.kind = a->kind, .day = t->day, .outcome = a->outcome};
	struct tip_case row;
	struct desk_case opened;
	bool wait = false;
	int64_t n;
	if (find_case(c, t, e) || desk_case_get(desk, t->number, c->d->arena, &opened, e) ||
		reg_case_get(c->d->reg, t->number, c->d->arena, &row, e) ||
		prepare(c, desk, t, &row, &act, &wait, e))
		return e->code;
	if (wait) {
		t->day = day_add(t->day, 8);
		return ERR_OK;
	}
	act.why = reasons[act.kind];
	if (act.kind == CASE_ACCEPTED)
		t->accepted = t->day;
	if (desk_step(desk, t->number, &act, &n, e))
		return err_prefix(e, "演示第%03d件", t->index + 1);
	t->phase++;
	const struct act *next = t->phase <= STEPS_MAX ? &t->plot->acts[t->phase - 1] : NULL;
	t->day = next && next->kind && act.kind == a->kind ? later(t, t->day, next->after)
							   : DAY_NONE;
	return ERR_OK;
}

static enum err_code erase_old(struct demo_cases *c, struct desk *desk, struct err *e)
{
	const struct due_for_erasing *due;
	size_t count;
	if (desk_retention(desk, c->d->arena, &due, &count, e))
		return e->code;
	for (size_t i = 0; i < count; i++)
		if (desk_erase(desk, due[i].number, "保存期满（演示）", e))
			return e->code;
	return ERR_OK;
}

static bool is_due(const struct tip *t, struct day day)
{
	return day_is_set(t->day) && day_compare(t->day, day) <= 0;
}

static bool is_taken_down(const struct tip *t)
{
	return t->index % 4 == 1;
}

static enum err_code come_in(struct demo_cases *c, struct day day, struct err *e)
{
	bool any = false;
	for (size_t i = 0; i < c->count; i++) {
		struct tip *t = &c->tips[i];
		if (t->phase || !is_due(t, day) || is_taken_down(t))
			continue;
		if (post(c, t, e))
			return e->code;
		any = true;
		t->phase = 1;
		t->day = later(t, t->day, t->plot->acts[0].after);
	}
	return any ? drain(c, day, e) : ERR_OK;
}

/* By telephone, letter or at the counter. */
static enum err_code take_down(
	struct demo_cases *c, struct desk *desk, struct tip *t, struct err *e)
{
	static const char *const origins[] = {"phone", "visit", "letter"};
	struct tipoff o;
	struct receipt receipt;
	write_tipoff(c, t, &o);
	t->phase = 1;
	if (desk_new(desk, origins[(size_t)t->index / 4 % 3], &o, NULL, 0, unix_of(t->day),
		    &receipt, &t->number, e))
		return e->code;
	t->day = later(t, t->day, t->plot->acts[0].after);
	return ERR_OK;
}

/* What is due on this day, in the order of the tip-offs. */
static enum err_code work(struct demo_cases *c, struct desk *desk, struct day day, struct err *e)
{
	for (size_t i = 0; i < c->count; i++) {
		struct tip *t = &c->tips[i];
		while (is_due(t, day))
			if (t->phase ? step(c, desk, t, e) : take_down(c, desk, t, e))
				return e->code;
	}
	return ERR_OK;
}

struct unread {
	int64_t number[TIPS_MAX];
	size_t count;
};

static enum err_code note_unread(void *ctx, const struct reply_review *v, struct err *e)
{
	struct unread *u = ctx;
	(void)e;
	if (!v->reviewed_by && u->count < TIPS_MAX)
		u->number[u->count++] = v->number;
	return ERR_OK;
}

/* A second person reads what is about to be published. */
static enum err_code review(struct demo_cases *c, struct day day, struct err *e)
{
	struct unread u = {0};
	struct desk *desk = NULL;
	enum err_code code = reg_reply_review_each(c->d->reg, 0, note_unread, &u, e);
	if (code || !u.count)
		return code;
	code = desk_at(c, day, DESK_REPLY, "演示审核人", &desk, e);
	for (size_t i = 0; !code && i < u.count; i++)
		code = desk_review(desk, u.number[i], e);
	desk_close(desk);
	return code;
}

static enum err_code week(struct demo_cases *c, struct desk *desk, struct day day, struct err *e)
{
	struct release_report released;
	for (; day_compare(c->done, day) < 0; c->done = day_add(c->done, 1))
		if (work(c, desk, day_add(c->done, 1), e))
			return e->code;
	/* Every other week. */
	if ((day.n - 2) / 7 % 2)
		return ERR_OK;
	if (erase_old(c, desk, e) || review(c, day, e))
		return e->code;
	return desk_release(desk, false, c->d->arena, &released, e);
}

enum err_code demo_cases_day(struct demo_cases *c, struct day day, struct err *e)
{
	struct desk *desk = NULL;
	enum err_code code = come_in(c, day, e);
	if (!code)
		code = desk_at(c, day, DESK_INSPECTOR, "演示承办人", &desk, e);
	if (!code)
		code = week(c, desk, day, e);
	if (!code)
		code = desk_flush(desk, e);
	desk_close(desk);
	return code;
}
