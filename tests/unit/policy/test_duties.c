/* duties.c: the 14 cells of 附件1, their dates, consequences and states. Rule ids as in annex1.conf. */
#include "plan.h"

#include <string.h>

#define MAX_ROWS 5

/* ---- the fourteen cells ----------------------------------------------------------------- */

struct expected {
	enum action action;
	const char *rule;
	const char *due; /* with the order of 2018-01-10; "-" when the plan sets none */
	const char *missed;
};

static const struct {
	enum category category;
	enum ring ring;
	struct expected duties[MAX_ROWS];
} cells[] = {
	{CATEGORY_SAN, RING_INNER,
		{{ACTION_RELOCATE, "annex1-1-inner-relocate", "2018-09-30", "close"}}},
	{CATEGORY_SAN, RING_OUTER,
		{{ACTION_RELOCATE, "annex1-1-outer-relocate", "2019-09-30", "close"}}},
	{CATEGORY_LUAN, RING_INNER,
		{{ACTION_STOP, "annex1-2-inner-stop", "-", ""},
			{ACTION_COMPLETE_PROCEDURES, "annex1-2-inner-complete-procedures",
				"2018-03-10", "penalty close"}}},
	{CATEGORY_LUAN, RING_OUTER,
		{{ACTION_STOP, "annex1-2-outer-stop", "-", ""},
			{ACTION_COMPLETE_PROCEDURES, "annex1-2-outer-complete-procedures",
				"2018-04-10", "penalty close"}}},
	{CATEGORY_WU, RING_INNER,
		{{ACTION_LIMIT, "annex1-3-inner-limit", "-", ""},
			{ACTION_RECTIFY, "annex1-3-inner-rectify", "-", "close"},
			{ACTION_PASS_ENVIRONMENT_CHECK, "annex1-3-inner-pass-environment-check",
				"-", "close"}}},
	{CATEGORY_WU, RING_OUTER,
		{{ACTION_LIMIT, "annex1-3-outer-limit", "-", ""},
			{ACTION_RECTIFY, "annex1-3-outer-rectify", "-", "close"},
			{ACTION_PASS_ENVIRONMENT_CHECK, "annex1-3-outer-pass-environment-check",
				"-", "close"}}},
	{CATEGORY_SANLUAN, RING_INNER,
		{{ACTION_STOP, "annex1-4-inner-stop", "-", "penalty close demolish"},
			{ACTION_COMPLETE_PROCEDURES, "annex1-4-inner-complete-procedures",
				"2018-03-10", "penalty close demolish"},
			{ACTION_RELOCATE, "annex1-4-inner-relocate", "2018-09-30", "close"}}},
	{CATEGORY_SANLUAN, RING_OUTER,
		{{ACTION_STOP, "annex1-4-outer-stop", "-", "penalty close demolish"},
			{ACTION_COMPLETE_PROCEDURES, "annex1-4-outer-complete-procedures",
				"2018-04-10", "penalty close demolish"},
			{ACTION_RELOCATE, "annex1-4-outer-relocate", "2019-09-30", "close"}}},
	{CATEGORY_SANWU, RING_INNER,
		{{ACTION_RELOCATE, "annex1-5-inner-relocate", "2018-09-30", "ban"},
			{ACTION_STOP, "annex1-5-inner-stop", "-", ""}}},
	{CATEGORY_SANWU, RING_OUTER,
		{{ACTION_RELOCATE, "annex1-5-outer-relocate", "2019-09-30", "ban"},
			{ACTION_UPGRADE_TREATMENT, "annex1-5-outer-upgrade-treatment", "-", ""}}},
	{CATEGORY_LUANWU, RING_INNER,
		{{ACTION_STOP, "annex1-6-inner-stop", "-", "penalty close demolish"},
			{ACTION_COMPLETE_PROCEDURES, "annex1-6-inner-complete-procedures",
				"2018-03-10", "penalty close demolish"},
			{ACTION_RECTIFY, "annex1-6-inner-rectify", "-", "penalty close demolish"},
			{ACTION_PASS_ENVIRONMENT_CHECK, "annex1-6-inner-pass-environment-check",
				"-", "penalty close demolish"}}},
	{CATEGORY_LUANWU, RING_OUTER,
		{{ACTION_STOP, "annex1-6-outer-stop", "-", "penalty close demolish"},
			{ACTION_COMPLETE_PROCEDURES, "annex1-6-outer-complete-procedures",
				"2018-04-10", "penalty close demolish"},
			{ACTION_RECTIFY, "annex1-6-outer-rectify", "-", "penalty close demolish"},
			{ACTION_PASS_ENVIRONMENT_CHECK, "annex1-6-outer-pass-environment-check",
				"-", "penalty close demolish"}}},
	{CATEGORY_SANLUANWU, RING_INNER,
		{{ACTION_CLOSE, "annex1-7-inner-close", "2017-10-31", ""},
			{ACTION_BAN, "annex1-7-inner-ban", "2017-11-30", ""}}},
	{CATEGORY_SANLUANWU, RING_OUTER,
		{{ACTION_CLOSE, "annex1-7-outer-close", "2017-11-30", ""},
			{ACTION_BAN, "annex1-7-outer-ban", "2017-12-31", ""}}},
};

static const char *missed_text(const struct duty *d)
{
	static char text[64];

	text[0] = '\0';
	for (size_t i = 0; d->missed[i]; i++) {
		strcat(text, i ? " " : "");
		strcat(text, d->missed[i]);
	}
	return text;
}

static void check_duty(const struct expected *want, const struct duty *d)
{
	cr_assert_str_eq(d->rule, want->rule);
	cr_assert_eq(d->action, want->action, "%s", want->rule);
	cr_assert_str_eq(day_or_dash(d->due), want->due, "%s", want->rule);
	cr_assert_str_eq(missed_text(d), want->missed, "%s", want->rule);
	cr_assert_eq(d->missed_text != NULL, *want->missed != '\0', "%s", want->rule);
	cr_assert_str_not_empty(d->text);
	cr_assert_str_not_empty(d->working);
	cr_assert_eq(d->state == DUTY_NO_DATE, str_eq(want->due, "-"), "%s", want->rule);
}

Test(policy_duties, all_fourteen_cells_have_their_duties_dates_and_consequences)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	cr_assert_eq(COUNT_OF(cells), 14);
	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		struct duty_facts facts = facts_of(cells[i].category, cells[i].ring);
		struct duties d;
		size_t count = 0;

		facts.order = ymd(2018, 1, 10);
		policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
		while (count < MAX_ROWS && cells[i].duties[count].rule)
			count++;
		cr_assert_eq(d.count, count, "%s", cells[i].duties[0].rule);
		for (size_t k = 0; k < count; k++)
			check_duty(&cells[i].duties[k], &d.duty[k]);
	}
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, every_duty_cites_its_row_and_side)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		struct duties d;
		const char *clause = arena_printf(a, "附件1第%d行（%s）%s", (int)cells[i].category,
			policy_category_label(cells[i].category), policy_ring_label(cells[i].ring));

		policy_cell(p, a, cells[i].category, cells[i].ring, ymd(2018, 1, 1), &d);
		for (size_t k = 0; k < d.count; k++)
			cr_assert_str_eq(d.duty[k].clause, clause);
	}
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, only_moving_procedures_closing_and_banning_are_dated)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		struct duty_facts facts = facts_of(cells[i].category, cells[i].ring);
		struct duties d;

		facts.order = facts.found_on = ymd(2017, 12, 10);
		policy_duties(p, a, &facts, ymd(2018, 1, 1), ymd(2018, 1, 1), &d);
		for (size_t k = 0; k < d.count; k++)
			cr_assert_eq(day_is_set(d.duty[k].due),
				d.duty[k].action == ACTION_RELOCATE ||
					d.duty[k].action == ACTION_COMPLETE_PROCEDURES ||
					d.duty[k].action == ACTION_CLOSE ||
					d.duty[k].action == ACTION_BAN,
				"%s", d.duty[k].rule);
	}
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, production_waits_for_what_the_cell_names)
{
	static const struct {
		enum category category;
		enum ring ring;
		enum action action;
		const char *until;
	} rows[] = {
		{CATEGORY_SANWU, RING_INNER, ACTION_STOP, "迁入工业园区前不得生产"},
		{CATEGORY_SANWU, RING_OUTER, ACTION_UPGRADE_TREATMENT,
			"设施升级、排放达标前不得生产"},
		{CATEGORY_LUAN, RING_INNER, ACTION_STOP, "手续办齐前不得生产，办齐后可以复产"},
		{CATEGORY_LUANWU, RING_OUTER, ACTION_STOP,
			"手续办齐并经环保现场监察稳定达标前不得生产"},
	};
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct duties d;

		policy_cell(p, a, rows[i].category, rows[i].ring, ymd(2018, 1, 1), &d);
		cr_assert_str_eq(duty_for(&d, rows[i].action)->until, rows[i].until);
	}
	arena_free(a);
	policy_free(p);
}

/* ---- states as of a day ----------------------------------------------------------------- */

/* Each row is one question; days are texts, "" for none. */
static const struct {
	const char *name;
	enum category category;
	enum ring ring;
	const char *order, *found, *done, *today;
	enum action action;
	const char *due;
	enum duty_state state;
	int days;
	bool soon;
	const char *missing;
} asked[] = {
	{"two months clamp to the end of february", CATEGORY_LUAN, RING_INNER, "2017-12-31", "", "",
		"2018-01-01", ACTION_COMPLETE_PROCEDURES, "2018-02-28", DUTY_DUE, 58, false, NULL},
	{"three months end on the 31st", CATEGORY_LUAN, RING_OUTER, "2017-12-31", "", "",
		"2018-03-01", ACTION_COMPLETE_PROCEDURES, "2018-03-31", DUTY_DUE, 30, true, NULL},
	{"two months end on february 29 in a leap year", CATEGORY_LUANWU, RING_INNER, "2019-12-31",
		"", "", "2020-02-28", ACTION_COMPLETE_PROCEDURES, "2020-02-29", DUTY_DUE, 1, true,
		NULL},
	{"31 days left is not soon", CATEGORY_SAN, RING_INNER, "", "", "", "2018-08-30",
		ACTION_RELOCATE, "2018-09-30", DUTY_DUE, 31, false, NULL},
	{"30 days left is soon", CATEGORY_SAN, RING_INNER, "", "", "", "2018-08-31",
		ACTION_RELOCATE, "2018-09-30", DUTY_DUE, 30, true, NULL},
	{"the last day counts", CATEGORY_SAN, RING_INNER, "", "", "", "2018-09-30", ACTION_RELOCATE,
		"2018-09-30", DUTY_DUE, 0, true, NULL},
	{"the day after is overdue by one", CATEGORY_SAN, RING_INNER, "", "", "", "2018-10-01",
		ACTION_RELOCATE, "2018-09-30", DUTY_OVERDUE, 1, false, NULL},
	{"done on the last day is in time", CATEGORY_SAN, RING_INNER, "", "", "2018-09-30",
		"2018-12-01", ACTION_RELOCATE, "2018-09-30", DUTY_MET, 0, false, NULL},
	{"done the day after is late", CATEGORY_SAN, RING_INNER, "", "", "2018-10-01", "2018-12-01",
		ACTION_RELOCATE, "2018-09-30", DUTY_MET_LATE, 0, false, NULL},
	{"closing inside was past when issued", CATEGORY_SANLUANWU, RING_INNER, "", "", "",
		"2018-01-10", ACTION_CLOSE, "2017-10-31", DUTY_PAST_WHEN_ISSUED, 0, false, NULL},
	{"banning inside was past when issued", CATEGORY_SANLUANWU, RING_INNER, "", "", "",
		"2018-01-10", ACTION_BAN, "2017-11-30", DUTY_PAST_WHEN_ISSUED, 0, false, NULL},
	{"closing outside was past when issued", CATEGORY_SANLUANWU, RING_OUTER, "", "", "",
		"2018-01-10", ACTION_CLOSE, "2017-11-30", DUTY_PAST_WHEN_ISSUED, 0, false, NULL},
	{"banning outside was not past when issued", CATEGORY_SANLUANWU, RING_OUTER, "", "", "",
		"2018-01-10", ACTION_BAN, "2017-12-31", DUTY_OVERDUE, 10, false, NULL},
	{"banning outside is due until the year's end", CATEGORY_SANLUANWU, RING_OUTER, "", "", "",
		"2017-12-31", ACTION_BAN, "2017-12-31", DUTY_DUE, 0, true, NULL},
	{"found after the date", CATEGORY_SAN, RING_INNER, "", "2018-10-01", "", "2018-12-01",
		ACTION_RELOCATE, "2018-09-30", DUTY_PAST_WHEN_FOUND, 0, false, NULL},
	{"found on the date itself", CATEGORY_SAN, RING_INNER, "", "2018-09-30", "", "2018-12-01",
		ACTION_RELOCATE, "2018-09-30", DUTY_OVERDUE, 62, false, NULL},
	{"past when issued comes before past when found", CATEGORY_SANLUANWU, RING_INNER, "",
		"2018-05-01", "", "2018-12-01", ACTION_CLOSE, "2017-10-31", DUTY_PAST_WHEN_ISSUED,
		0, false, NULL},
	{"months after an order are never past when found", CATEGORY_LUAN, RING_INNER, "2018-01-01",
		"2018-06-01", "", "2018-06-02", ACTION_COMPLETE_PROCEDURES, "2018-03-01",
		DUTY_OVERDUE, 93, false, NULL},
	{"an order is needed for the months", CATEGORY_LUAN, RING_INNER, "", "", "", "2018-06-02",
		ACTION_COMPLETE_PROCEDURES, "-", DUTY_UNKNOWN, 0, false, "order"},
	{"a side is needed to move", CATEGORY_SAN, RING_UNKNOWN, "", "", "", "2018-06-02",
		ACTION_RELOCATE, "-", DUTY_UNKNOWN, 0, false, "ring"},
	{"scattered and polluting needs the side only", CATEGORY_SANWU, RING_UNKNOWN, "", "", "",
		"2018-06-02", ACTION_RELOCATE, "-", DUTY_UNKNOWN, 0, false, "ring"},
	{"all three needs the side only", CATEGORY_SANLUANWU, RING_UNKNOWN, "", "", "",
		"2018-06-02", ACTION_CLOSE, "-", DUTY_UNKNOWN, 0, false, "ring"},
	{"disorderly needs side and order", CATEGORY_LUAN, RING_UNKNOWN, "", "", "", "2018-06-02",
		ACTION_COMPLETE_PROCEDURES, "-", DUTY_UNKNOWN, 0, false, "ring,order"},
	{"scattered and disorderly needs side and order", CATEGORY_SANLUAN, RING_UNKNOWN, "", "",
		"", "2018-06-02", ACTION_COMPLETE_PROCEDURES, "-", DUTY_UNKNOWN, 0, false,
		"ring,order"},
	{"its move needs the side only", CATEGORY_SANLUAN, RING_UNKNOWN, "", "", "", "2018-06-02",
		ACTION_RELOCATE, "-", DUTY_UNKNOWN, 0, false, "ring"},
	{"disorderly and polluting needs side and order", CATEGORY_LUANWU, RING_UNKNOWN, "", "", "",
		"2018-06-02", ACTION_COMPLETE_PROCEDURES, "-", DUTY_UNKNOWN, 0, false,
		"ring,order"},
	{"with the order only the side is missing", CATEGORY_LUANWU, RING_UNKNOWN, "2018-01-01", "",
		"", "2018-06-02", ACTION_COMPLETE_PROCEDURES, "-", DUTY_UNKNOWN, 0, false, "ring"},
	{"polluting needs neither", CATEGORY_WU, RING_UNKNOWN, "", "", "", "2018-06-02",
		ACTION_RECTIFY, "-", DUTY_NO_DATE, 0, false, NULL},
	{"the check has no date", CATEGORY_LUANWU, RING_OUTER, "", "", "", "2018-06-02",
		ACTION_PASS_ENVIRONMENT_CHECK, "-", DUTY_NO_DATE, 0, false, NULL},
	{"what has no date is met when done", CATEGORY_WU, RING_INNER, "", "", "2018-05-01",
		"2018-06-02", ACTION_RECTIFY, "-", DUTY_MET, 0, false, NULL},
	{"banned long after a date before the plan", CATEGORY_SANLUANWU, RING_INNER, "", "",
		"2018-02-01", "2018-06-02", ACTION_BAN, "2017-11-30", DUTY_MET_LATE, 0, false,
		NULL},
};

static struct day day_of(const char *text)
{
	struct day d = DAY_NONE;

	cr_assert(!*text || day_parse(text, &d), "%s", text);
	return d;
}

Test(policy_duties, states_as_of_a_day)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		struct duty_facts facts = facts_of(asked[i].category, asked[i].ring);
		struct day today = day_of(asked[i].today);
		const struct duty *d;
		struct duties duties;

		facts.order = day_of(asked[i].order);
		facts.found_on = day_of(asked[i].found);
		facts.done[asked[i].action] = day_of(asked[i].done);
		policy_duties(p, a, &facts, today, today, &duties);
		d = duty_for(&duties, asked[i].action);
		cr_assert_str_eq(day_or_dash(d->due), asked[i].due, "%s", asked[i].name);
		cr_assert_eq(d->state, asked[i].state, "%s: %s", asked[i].name,
			policy_duty_state_id(d->state));
		cr_assert_eq(d->days, asked[i].days, "%s: %d", asked[i].name, d->days);
		cr_assert_eq(d->soon, asked[i].soon, "%s", asked[i].name);
		cr_assert(str_eq(d->missing, asked[i].missing), "%s", asked[i].name);
	}
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, the_working_shows_the_arithmetic)
{
	static const struct {
		enum category category;
		enum ring ring;
		const char *order;
		enum action action;
		const char *working;
	} rows[] = {
		{CATEGORY_LUAN, RING_INNER, "2018-01-01", ACTION_COMPLETE_PROCEDURES,
			"责令停产日 2018-01-01 ＋ 2个月 ＝ 2018-03-01（含当日）"},
		{CATEGORY_LUAN, RING_INNER, "2017-12-31", ACTION_COMPLETE_PROCEDURES,
			"责令停产日 2017-12-31 ＋ 2个月 ＝ "
			"2018-02-28（含当日；当月没有对应日，取月末）"},
		{CATEGORY_LUAN, RING_INNER, "", ACTION_COMPLETE_PROCEDURES,
			"责令停产日 ＋ 2个月；无法推算：缺责令停产日"},
		{CATEGORY_SAN, RING_UNKNOWN, "", ACTION_RELOCATE,
			"无法推算：未定在二环路以内还是以外"},
		{CATEGORY_SANLUAN, RING_UNKNOWN, "", ACTION_COMPLETE_PROCEDURES,
			"无法推算：未定在二环路以内还是以外，缺责令停产日"},
		{CATEGORY_WU, RING_OUTER, "", ACTION_RECTIFY, "附件1没有定日期"},
		{CATEGORY_SANLUANWU, RING_INNER, "", ACTION_CLOSE,
			"附件1定期 2017-10-31（含当日）；早于方案印发日 "
			"2017-12-06，印发时期限已过"},
	};
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct duty_facts facts = facts_of(rows[i].category, rows[i].ring);
		struct duties d;

		facts.order = day_of(rows[i].order);
		policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
		cr_assert_str_eq(duty_for(&d, rows[i].action)->working, rows[i].working);
	}
	arena_free(a);
	policy_free(p);
}

/* ---- discharge, open points, the next one ------------------------------------------------ */

Test(policy_duties, closing_discharges_the_other_duties_and_says_so)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct duty_facts facts = facts_of(CATEGORY_SANLUAN, RING_INNER);
	struct duties d;
	const struct duty *move;

	facts.order = facts.done[ACTION_STOP] = ymd(2018, 1, 1);
	facts.done[ACTION_CLOSE] = ymd(2018, 4, 1);
	facts.discharged = true;
	policy_duties(p, a, &facts, ymd(2018, 12, 1), ymd(2018, 12, 1), &d);
	move = duty_for(&d, ACTION_RELOCATE);
	cr_assert_eq(move->state, DUTY_DISCHARGED);
	cr_assert_eq(move->days, 0);
	cr_assert_not_null(strstr(move->working, "2018-04-01 已关停，本项不再适用"));
	cr_assert_eq(duty_for(&d, ACTION_STOP)->state, DUTY_MET);
	cr_assert_null(policy_duties_next(&d));
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, closing_does_not_discharge_the_ban)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct duty_facts facts = facts_of(CATEGORY_SANLUANWU, RING_OUTER);
	struct duties d;

	facts.done[ACTION_CLOSE] = ymd(2017, 11, 30);
	facts.discharged = true;
	policy_duties(p, a, &facts, ymd(2018, 1, 1), ymd(2018, 1, 1), &d);
	cr_assert_eq(duty_for(&d, ACTION_CLOSE)->state, DUTY_MET);
	cr_assert_eq(duty_for(&d, ACTION_BAN)->state, DUTY_OVERDUE);
	facts.done[ACTION_CLOSE] = DAY_NONE; /* withdrawn */
	policy_duties(p, a, &facts, ymd(2018, 1, 1), ymd(2018, 1, 1), &d);
	cr_assert_eq(duty_for(&d, ACTION_CLOSE)->state, DUTY_DISCHARGED);
	cr_assert_eq(duty_for(&d, ACTION_BAN)->state, DUTY_DISCHARGED);
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, the_next_duty_is_the_first_that_is_due_or_overdue)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct duty_facts facts = facts_of(CATEGORY_SANLUAN, RING_INNER);
	struct duties d;

	facts.order = ymd(2018, 1, 1);
	policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
	cr_assert_eq(policy_duties_next(&d)->action, ACTION_COMPLETE_PROCEDURES);
	facts.done[ACTION_COMPLETE_PROCEDURES] = ymd(2018, 2, 1);
	policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
	cr_assert_eq(policy_duties_next(&d)->action, ACTION_RELOCATE);
	facts = facts_of(CATEGORY_WU, RING_INNER);
	policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
	cr_assert_null(policy_duties_next(&d));
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, the_goal_of_the_plan_stands_beside_and_is_never_a_duty)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		struct duties d;

		policy_cell(p, a, cells[i].category, cells[i].ring, ymd(2018, 1, 1), &d);
		cr_assert_str_eq(day_or_dash(d.goal), "2017-12-31");
		cr_assert_str_not_empty(d.goal_text);
		for (size_t k = 0; k < d.count; k++)
			cr_assert(day_compare(d.duty[k].due, d.goal) != 0 ||
				  str_eq(d.duty[k].rule, "annex1-7-outer-ban"));
	}
	arena_free(a);
	policy_free(p);
}

static bool tells(const struct duties *d, const char *word)
{
	for (size_t i = 0; i < d->open_count; i++)
		if (strstr(d->open[i], word))
			return true;
	return false;
}

Test(policy_duties, what_the_plan_leaves_open_is_told_where_it_matters)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		enum category c = cells[i].category;
		bool months = c == CATEGORY_LUAN || c == CATEGORY_SANLUAN || c == CATEGORY_LUANWU;
		struct duties d;

		policy_cell(p, a, c, cells[i].ring, ymd(2018, 1, 1), &d);
		cr_assert_eq(tells(&d, "违法生产"), c == CATEGORY_SANLUAN || c == CATEGORY_LUANWU);
		cr_assert_eq(tells(&d, "走向"), c != CATEGORY_WU);
		cr_assert_eq(tells(&d, "起算"), months);
	}
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, without_a_category_there_are_no_duties)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct duty_facts facts = facts_of(CATEGORY_NONE, RING_INNER);
	struct duties d;

	policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
	cr_assert_eq(d.count, 0);
	cr_assert_null(policy_duties_next(&d));
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, an_unknown_side_lists_the_duties_of_both_sides_once)
{
	static const struct {
		enum category category;
		size_t count;
	} rows[] = {{CATEGORY_SAN, 1}, {CATEGORY_LUAN, 2}, {CATEGORY_WU, 3}, {CATEGORY_SANLUAN, 3},
		{CATEGORY_SANWU, 3}, {CATEGORY_LUANWU, 4}, {CATEGORY_SANLUANWU, 2}};
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct duty_facts facts = facts_of(rows[i].category, RING_UNKNOWN);
		struct duties d;

		policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
		cr_assert_eq(d.count, rows[i].count);
		for (size_t k = 0; k < d.count; k++)
			cr_assert_null(strstr(d.duty[k].rule, "inner"));
	}
	arena_free(a);
	policy_free(p);
}

Test(policy_duties, a_course_gives_the_facts_the_duties_need)
{
	const struct event_fact events[] = {{1, EVENT_REGISTERED, ymd(2017, 12, 10)},
		{2, EVENT_ORDERED, ymd(2018, 1, 1)}, {3, EVENT_ACCEPTED, ymd(2018, 3, 2)},
		{4, EVENT_RELAPSED, ymd(2018, 6, 1)}};
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct duty_facts facts = facts_of(CATEGORY_LUAN, RING_INNER);
	struct course course;
	struct duties d;

	policy_course(events, 3, false, &course);
	facts.order = course.order;
	memcpy(facts.done, course.done, sizeof(facts.done));
	policy_duties(p, a, &facts, ymd(2018, 6, 2), ymd(2018, 6, 2), &d);
	cr_assert_eq(duty_for(&d, ACTION_COMPLETE_PROCEDURES)->state, DUTY_MET_LATE);
	policy_course(events, 4, false, &course);
	facts.order = course.order;
	memcpy(facts.done, course.done, sizeof(facts.done));
	policy_duties(p, a, &facts, ymd(2018, 6, 2), ymd(2018, 6, 2), &d);
	cr_assert_eq(duty_for(&d, ACTION_COMPLETE_PROCEDURES)->state, DUTY_UNKNOWN);
	arena_free(a);
	policy_free(p);
}
