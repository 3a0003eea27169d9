/* case_names.c, case_course.c: what may follow in the course of a tip-off, and why not. */
#include "plan.h"

#include <stdio.h>
#include <string.h>

/* ---- names ------------------------------------------------------------------------------ */

Test(policy_case_names, steps_have_the_identifiers_and_labels_of_the_domain)
{
	static const struct {
		const char *id, *label;
	} rows[CASE_STEP_COUNT] = {{"", ""}, {"received", "收件"}, {"accepted", "受理"},
		{"declined", "不予受理"}, {"merged", "重复"}, {"dispatched", "转办"},
		{"objected", "退回"}, {"checked", "核查"}, {"rectifying", "整治"},
		{"concluded", "办结"}, {"published", "公开"}, {"asked", "回访"},
		{"reopened", "重启"}, {"transferred", "移送"}, {"erased", "销毁"},
		{"extended", "延期"}};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cr_assert_str_eq(policy_case_step_id((enum case_step)i), rows[i].id);
		cr_assert_str_eq(policy_case_step_label((enum case_step)i), rows[i].label);
		cr_assert_eq(policy_case_step_find(rows[i].id), (enum case_step)i);
	}
	cr_assert_eq(policy_case_step_find("closed"), 0);
	cr_assert_eq(policy_case_step_find(NULL), 0);
	cr_assert_str_eq(policy_case_step_id(CASE_STEP_COUNT), "");
	cr_assert_str_eq(policy_case_step_label((enum case_step)99), "");
}

Test(policy_case_names, outcomes_and_buckets_have_theirs)
{
	static const struct {
		const char *id, *label;
	} outcomes[OUTCOME_COUNT] = {
		{"", ""}, {"true", "属实"}, {"partly", "部分属实"}, {"untrue", "不属实"}};
	static const struct {
		const char *id, *label;
	} buckets[BUCKET_COUNT] = {{"open", "在办"}, {"open-late", "在办已逾期"},
		{"concluded", "办结"}, {"declined", "不予受理"}, {"merged", "并入"},
		{"transferred", "移送"}, {"erased", "销毁"}};

	for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
		cr_assert_str_eq(policy_outcome_id((enum case_outcome)i), outcomes[i].id);
		cr_assert_str_eq(policy_outcome_label((enum case_outcome)i), outcomes[i].label);
		cr_assert_eq(policy_outcome_find(outcomes[i].id), (enum case_outcome)i);
	}
	for (size_t i = 0; i < COUNT_OF(buckets); i++) {
		cr_assert_str_eq(policy_bucket_id((enum case_bucket)i), buckets[i].id);
		cr_assert_str_eq(policy_bucket_label((enum case_bucket)i), buckets[i].label);
	}
	cr_assert_eq(policy_outcome_find("属实"), OUTCOME_NONE);
	cr_assert_str_eq(policy_outcome_id(OUTCOME_COUNT), "");
	cr_assert_str_eq(policy_bucket_label(BUCKET_COUNT), "");
}

/* ---- short ways to write a course --------------------------------------------------------- */

/* One letter a step, a day apart from 2018-01-01 on: R A D(eclined) M d(ispatched) o c(hecked, true) u(ntrue) f(ixing) C P a(sked)
 * r(eopened) T E x(tended by 10). */
static size_t steps_of(const char *letters, struct case_fact *ret)
{
	static const struct {
		char letter;
		enum case_step kind;
	} kinds[] = {{'R', CASE_RECEIVED}, {'A', CASE_ACCEPTED}, {'D', CASE_DECLINED},
		{'M', CASE_MERGED}, {'d', CASE_DISPATCHED}, {'o', CASE_OBJECTED},
		{'c', CASE_CHECKED}, {'u', CASE_CHECKED}, {'f', CASE_RECTIFYING},
		{'C', CASE_CONCLUDED}, {'P', CASE_PUBLISHED}, {'a', CASE_ASKED},
		{'r', CASE_REOPENED}, {'T', CASE_TRANSFERRED}, {'E', CASE_ERASED},
		{'x', CASE_EXTENDED}};
	size_t n = 0;

	for (; letters[n]; n++) {
		ret[n] = (struct case_fact){.day = day_add(ymd(2018, 1, 1), (int)n)};
		for (size_t i = 0; i < COUNT_OF(kinds); i++)
			if (kinds[i].letter == letters[n])
				ret[n].kind = kinds[i].kind;
		cr_assert_neq(ret[n].kind, 0, "%c", letters[n]);
		if (letters[n] == 'c' || letters[n] == 'u')
			ret[n].outcome = letters[n] == 'c' ? OUTCOME_TRUE : OUTCOME_UNTRUE;
		ret[n].days = letters[n] == 'x' ? 10 : 0;
	}
	return n;
}

static struct case_course course_of(const char *letters)
{
	struct case_fact steps[24];
	struct case_course c;

	policy_case_course(steps, steps_of(letters, steps), &c);
	return c;
}

/* A step on the day of the last one, with all that could help it. */
static struct case_next helped(const struct case_course *now, enum case_step kind)
{
	return (struct case_next){.kind = kind,
		.day = now->last,
		.outcome = OUTCOME_TRUE,
		.days = 10,
		.linked = true,
		.enterprise_settled = true};
}

/* ---- the course --------------------------------------------------------------------------- */

Test(policy_case_course, the_last_step_but_an_extension_names_the_state)
{
	static const struct {
		const char *letters;
		enum case_step state;
		const char *since, *last;
	} rows[] = {{"R", CASE_RECEIVED, "2018-01-01", "2018-01-01"},
		{"RA", CASE_ACCEPTED, "2018-01-02", "2018-01-02"},
		{"RAd", CASE_DISPATCHED, "2018-01-03", "2018-01-03"},
		{"RAdx", CASE_DISPATCHED, "2018-01-03", "2018-01-04"},
		{"RAdcfC", CASE_CONCLUDED, "2018-01-06", "2018-01-06"},
		{"RAduCPa", CASE_ASKED, "2018-01-07", "2018-01-07"},
		{"RDr", CASE_REOPENED, "2018-01-03", "2018-01-03"},
		{"RE", CASE_ERASED, "2018-01-02", "2018-01-02"}};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct case_course c = course_of(rows[i].letters);

		cr_assert_eq(c.state, rows[i].state, "%s", rows[i].letters);
		cr_assert_str_eq(day_or_dash(c.since), rows[i].since, "%s", rows[i].letters);
		cr_assert_str_eq(day_or_dash(c.last), rows[i].last, "%s", rows[i].letters);
		cr_assert_str_eq(day_or_dash(c.received), "2018-01-01");
	}
}

Test(policy_case_course, a_course_without_steps_is_empty)
{
	struct case_course c;

	policy_case_course(NULL, 0, &c);
	cr_assert_eq(c.state, 0);
	cr_assert_not(day_is_set(c.received));
	cr_assert_not(policy_case_is_open(c.state));
}

Test(policy_case_course, a_reopening_forgets_the_round_but_not_the_receipt_nor_the_answer)
{
	struct case_course c = course_of("RAdxcfCPar");

	cr_assert_eq(c.reopened, 1);
	cr_assert_eq(c.dispatches, 1);
	cr_assert_eq(c.extended_days, 0);
	cr_assert_eq(c.outcome, OUTCOME_NONE);
	cr_assert_str_eq(day_or_dash(c.received), "2018-01-01");
	cr_assert_str_eq(day_or_dash(c.answered), "2018-01-02");
	cr_assert_str_eq(day_or_dash(c.running_from), "2018-01-10");
	cr_assert_str_eq(day_or_dash(c.accepted), "-");
	cr_assert_str_eq(day_or_dash(c.dispatched), "-");
	cr_assert_str_eq(day_or_dash(c.checked), "-");
	cr_assert_str_eq(day_or_dash(c.rectifying), "-");
	cr_assert_str_eq(day_or_dash(c.concluded), "-");
	cr_assert_str_eq(day_or_dash(c.published), "-");
	cr_assert_str_eq(day_or_dash(c.asked), "-");
}

Test(policy_case_course, the_first_answer_counts_whatever_it_is)
{
	static const struct {
		const char *letters, *answered;
	} rows[] = {{"R", "-"}, {"RA", "2018-01-02"}, {"RD", "2018-01-02"}, {"RM", "2018-01-02"},
		{"RT", "2018-01-02"}, {"RE", "-"}, {"RAdT", "2018-01-02"}, {"RDrM", "2018-01-02"}};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct case_course c = course_of(rows[i].letters);

		cr_assert_str_eq(day_or_dash(c.answered), rows[i].answered, "%s", rows[i].letters);
	}
}

Test(policy_case_course, a_further_dispatch_forgets_the_objection_to_the_one_before)
{
	struct case_course c = course_of("RAdo");

	cr_assert_str_eq(day_or_dash(c.objected), "2018-01-04");
	c = course_of("RAdod");
	cr_assert_str_eq(day_or_dash(c.objected), "-");
	cr_assert_str_eq(day_or_dash(c.dispatched), "2018-01-05");
	cr_assert_eq(c.dispatches, 2);
}

/* ---- what may follow: every state, every step ----------------------------------------------- */

/* The way into each state, and what its 15 steps answer: y(es), or what the sentence says. */
static const struct {
	enum case_step state;
	const char *letters;
	const char *answer[CASE_STEP_COUNT - 1];
} table[] = {
	{CASE_RECEIVED, "R",
		{"已经收件", "y", "y", "y", "先受理", "先受理", "先受理", "先受理", "先受理",
			"先办结", "先办结", "不用重启", "y", "y", "先受理"}},
	{CASE_ACCEPTED, "RA",
		{"已经收件", "已经受理", "不能再不予受理", "y", "y", "先转给牵头单位",
			"先转给牵头单位", "先转给牵头单位", "先转给牵头单位", "先办结", "先办结",
			"不用重启", "y", "y", "y"}},
	{CASE_DECLINED, "RD",
		{"已经收件", "已不予受理", "已不予受理", "已不予受理", "已不予受理", "已不予受理",
			"已不予受理", "已不予受理", "已不予受理", "已不予受理", "已不予受理", "y",
			"已不予受理", "y", "已不予受理"}},
	{CASE_MERGED, "RM",
		{"已经收件", "已并入", "已并入", "已并入", "已并入", "已并入", "已并入", "已并入",
			"已并入", "已并入", "已并入", "y", "已并入", "y", "已并入"}},
	{CASE_DISPATCHED, "RAd",
		{"已经收件", "已经受理", "不能再不予受理", "y", "y", "y", "y", "尚未核查",
			"尚未核查", "先办结", "先办结", "不用重启", "y", "y", "y"}},
	{CASE_OBJECTED, "RAdo",
		{"已经收件", "已经受理", "不能再不予受理", "y", "y", "先转给别的单位",
			"先转给别的单位", "先转给别的单位", "先转给别的单位", "先办结", "先办结",
			"不用重启", "y", "y", "y"}},
	{CASE_CHECKED, "RAdc",
		{"已经收件", "已经受理", "不能再不予受理", "y", "y", "不能再退回", "y", "y", "y",
			"先办结", "先办结", "不用重启", "y", "y", "y"}},
	{CASE_RECTIFYING, "RAdcf",
		{"已经收件", "已经受理", "不能再不予受理", "y", "正在整治", "正在整治", "y",
			"已经在整治", "y", "先办结", "先办结", "不用重启", "y", "y", "y"}},
	{CASE_CONCLUDED, "RAdcfC",
		{"已经收件", "已经办结", "已经办结", "已经办结", "已经办结", "已经办结", "已经办结",
			"已经办结", "已经办结", "y", "y", "y", "已经办结", "y", "已经办结"}},
	{CASE_PUBLISHED, "RAdcfCP",
		{"已经收件", "已经办结", "已经办结", "已经办结", "已经办结", "已经办结", "已经办结",
			"已经办结", "已经办结", "已经公开", "y", "y", "已经办结", "y", "已经办结"}},
	{CASE_ASKED, "RAdcfCa",
		{"已经收件", "已经办结", "已经办结", "已经办结", "已经办结", "已经办结", "已经办结",
			"已经办结", "已经办结", "y", "y", "y", "已经办结", "y", "已经办结"}},
	{CASE_REOPENED, "RAdcfCr",
		{"已经收件", "已经重启", "已经重启", "y", "y", "先转给牵头单位", "y", "尚未核查",
			"尚未核查", "先办结", "先办结", "已经重启", "y", "y", "y"}},
	{CASE_TRANSFERRED, "RAT",
		{"已经收件", "已移送", "已移送", "已移送", "已移送", "已移送", "已移送", "已移送",
			"已移送", "已移送", "已移送", "y", "已移送", "y", "已移送"}},
	{CASE_ERASED, "RE",
		{"已销毁", "已销毁", "已销毁", "已销毁", "已销毁", "已销毁", "已销毁", "已销毁",
			"已销毁", "已销毁", "已销毁", "已销毁", "已销毁", "已销毁", "已销毁"}},
};

Test(policy_case_course, every_step_in_every_state_may_follow_or_is_refused_with_what_to_do)
{
	struct policy *p = plan_load();

	cr_assert_eq(COUNT_OF(table), 14);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct case_course now = course_of(table[i].letters);

		cr_assert_eq(now.state, table[i].state);
		for (enum case_step kind = CASE_RECEIVED; kind < CASE_STEP_COUNT; kind++) {
			struct case_next next = helped(&now, kind);
			const char *says = policy_case_refusal(p, &now, &next);
			const char *wanted = table[i].answer[kind - 1];

			if (str_eq(wanted, "y"))
				cr_assert_null(says, "%s in %s: %s", policy_case_step_id(kind),
					table[i].letters, says ? says : "");
			else
				cr_assert(says && strstr(says, wanted), "%s in %s: %s",
					policy_case_step_id(kind), table[i].letters,
					says ? says : "may follow");
		}
	}
	policy_free(p);
}

Test(policy_case_course, each_refusal_has_both_languages)
{
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct case_course now = course_of(table[i].letters);

		for (enum case_step kind = CASE_RECEIVED; kind < CASE_STEP_COUNT; kind++) {
			struct case_next next = helped(&now, kind);
			const char *zh, *en;

			base_lang_set(LANG_ZH);
			zh = policy_case_refusal(p, &now, &next);
			base_lang_set(LANG_EN);
			en = policy_case_refusal(p, &now, &next);
			cr_assert_eq(!zh, !en);
			cr_assert(!en || (*en > 0 && strlen(en) > 20 && !str_eq(zh, en)));
		}
	}
	policy_free(p);
}

Test(policy_case_course, before_the_receipt_only_the_receipt_may_come)
{
	struct policy *p = plan_load();
	struct case_course now;
	struct case_next next = {.kind = CASE_RECEIVED, .day = ymd(2018, 1, 1)};

	policy_case_course(NULL, 0, &now);
	cr_assert_null(policy_case_refusal(p, &now, &next));
	next.kind = CASE_ACCEPTED;
	cr_assert_not_null(policy_case_refusal(p, &now, &next));
	now = course_of("R");
	next.kind = (enum case_step)0;
	cr_assert_not_null(policy_case_refusal(p, &now, &next));
	next.kind = CASE_STEP_COUNT;
	cr_assert_not_null(policy_case_refusal(p, &now, &next));
	policy_free(p);
}

/* ---- days ----------------------------------------------------------------------------------- */

Test(policy_case_course, days_may_not_go_back)
{
	struct policy *p = plan_load();
	struct case_course now = course_of("RAdx"); /* the extension was on 2018-01-04 */
	struct case_next next = helped(&now, CASE_CHECKED);

	next.day = ymd(2018, 1, 3);
	cr_assert_not_null(strstr(policy_case_refusal(p, &now, &next), "早于上一步"));
	next.day = ymd(2018, 1, 4);
	cr_assert_null(policy_case_refusal(p, &now, &next));
	next.day = DAY_NONE;
	cr_assert_not_null(strstr(policy_case_refusal(p, &now, &next), "日期"));
	policy_free(p);
}

/* ---- objections ------------------------------------------------------------------------------ */

static const char *objection(
	const struct policy *p, struct day received, struct day dispatched, struct day objected)
{
	struct case_fact steps[] = {{.kind = CASE_RECEIVED, .day = received},
		{.kind = CASE_ACCEPTED, .day = received},
		{.kind = CASE_DISPATCHED, .day = dispatched}};
	struct case_next next = {.kind = CASE_OBJECTED, .day = objected};
	struct case_course now;

	policy_case_course(steps, COUNT_OF(steps), &now);
	return policy_case_refusal(p, &now, &next);
}

Test(policy_case_course, objecting_has_a_limit_since_the_rules_of_2022)
{
	struct policy *p = plan_load();
	const char *late;

	/* Dispatched on a Friday in June 2022 without holidays but the one of 3 to 5 June. */
	cr_assert_null(objection(p, ymd(2022, 6, 1), ymd(2022, 6, 10), ymd(2022, 6, 17)));
	late = objection(p, ymd(2022, 6, 1), ymd(2022, 6, 10), ymd(2022, 6, 18));
	cr_assert_not_null(late);
	cr_assert_not_null(strstr(late, "5 个工作日"));
	cr_assert_not_null(strstr(late, "再转办"));
	/* Over the holiday: 2 June, then 6 to 9 June are worked. */
	cr_assert_null(objection(p, ymd(2022, 6, 1), ymd(2022, 6, 1), ymd(2022, 6, 9)));
	cr_assert_not_null(objection(p, ymd(2022, 6, 1), ymd(2022, 6, 1), ymd(2022, 6, 10)));
	/* The law of the day of the dispatch: there was none on 30 April. */
	cr_assert_null(objection(p, ymd(2022, 4, 1), ymd(2022, 4, 30), ymd(2022, 8, 1)));
	cr_assert_not_null(objection(p, ymd(2022, 4, 1), ymd(2022, 5, 1), ymd(2022, 8, 1)));
	cr_assert_null(objection(p, ymd(2018, 1, 1), ymd(2018, 1, 2), ymd(2018, 12, 1)));
	policy_free(p);
}

/* ---- extensions ------------------------------------------------------------------------------- */

Test(policy_case_course, the_time_may_be_extended_once_a_round_and_no_further_than_the_law)
{
	static const struct {
		const char *letters;
		int days;
		const char *says; /* NULL: may */
	} rows[] = {{"RA", 30, NULL}, {"RA", 1, NULL}, {"RA", 31, "30"}, {"RA", 0, "天数"},
		{"RA", -1, "天数"}, {"RAx", 1, "已经延期一次"}, {"RAdxc", 20, "已经延期一次"},
		{"RAdxcfCr", 30, NULL}, {"RDr", 30, NULL}, {"RAdxcfCrx", 1, "已经延期一次"}};
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct case_course now = course_of(rows[i].letters);
		struct case_next next = helped(&now, CASE_EXTENDED);
		const char *says;

		next.days = rows[i].days;
		says = policy_case_refusal(p, &now, &next);
		cr_assert(rows[i].says ? says && strstr(says, rows[i].says) : !says, "%s %d: %s",
			rows[i].letters, rows[i].days, says ? says : "may");
	}
	policy_free(p);
}

Test(policy_case_course, an_extension_may_be_recorded_after_the_day_has_passed)
{
	struct policy *p = plan_load();
	struct case_course now = course_of("RAd");
	struct case_next next = helped(&now, CASE_EXTENDED);

	next.day = ymd(2018, 12, 31);
	cr_assert_null(policy_case_refusal(p, &now, &next));
	policy_free(p);
}

Test(policy_case_course, where_the_law_lets_nothing_be_added_nothing_is)
{
	char *dir = plan_folder("clocks.conf", "days = 60; extension_days = 30;", "days = 60;");
	struct policy *p = NULL;
	struct err e = {0};
	struct case_course now = course_of("RA");
	struct case_next next = helped(&now, CASE_EXTENDED);

	cr_assert_eq(policy_load(dir, &p, &e), ERR_OK, "%s", e.message);
	cr_assert_not_null(strstr(policy_case_refusal(p, &now, &next), "不能延长"));
	policy_free(p);
	plan_folder_remove(dir);
}

/* ---- check, rectification, conclusion ----------------------------------------------------------- */

Test(policy_case_course, a_check_needs_its_outcome)
{
	struct policy *p = plan_load();
	struct case_course now = course_of("RAd");
	struct case_next next = helped(&now, CASE_CHECKED);

	for (int outcome = -1; outcome <= OUTCOME_COUNT; outcome++) {
		next.outcome = (enum case_outcome)outcome;
		cr_assert_eq(policy_case_refusal(p, &now, &next) == NULL,
			outcome > OUTCOME_NONE && outcome < OUTCOME_COUNT, "%d", outcome);
	}
	policy_free(p);
}

Test(policy_case_course, a_case_is_concluded_with_the_enterprise_it_is_about)
{
	static const struct {
		const char *letters;
		enum case_step kind;
		bool linked, settled, despite_open;
		const char *says; /* NULL: may */
	} rows[] = {
		{"RAdu", CASE_CONCLUDED, false, false, false, NULL},
		{"RAdu", CASE_RECTIFYING, true, false, false, "不属实"},
		{"RAdc", CASE_RECTIFYING, false, false, false, "先关联"},
		{"RAdc", CASE_RECTIFYING, true, false, false, NULL},
		{"RAdc", CASE_CONCLUDED, false, false, false, "先关联"},
		{"RAdc", CASE_CONCLUDED, false, true, true, "先关联"},
		{"RAdc", CASE_CONCLUDED, true, false, false, "还没有销号"},
		{"RAdc", CASE_CONCLUDED, true, true, false, NULL},
		{"RAdc", CASE_CONCLUDED, true, false, true, NULL},
		{"RAdcf", CASE_CONCLUDED, true, false, false, "还没有销号"},
		{"RAdcf", CASE_CONCLUDED, true, true, false, NULL},
		{"RAdcf", CASE_CONCLUDED, true, false, true, NULL},
		{"RAdcfu", CASE_CONCLUDED, true, false, false, NULL},
		{"RAdcfC", CASE_PUBLISHED, false, false, false, NULL},
		{"RAdcfCPa", CASE_PUBLISHED, false, false, false, "已经公开"},
		{"RAdcfCa", CASE_PUBLISHED, false, false, false, NULL},
		{"RAdcfCPrcC", CASE_PUBLISHED, false, false, false, NULL},
	};
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct case_course now = course_of(rows[i].letters);
		struct case_next next = {.kind = rows[i].kind,
			.day = now.last,
			.linked = rows[i].linked,
			.enterprise_settled = rows[i].settled,
			.despite_open = rows[i].despite_open};
		const char *says = policy_case_refusal(p, &now, &next);

		cr_assert(rows[i].says ? says && strstr(says, rows[i].says) : !says, "row %zu: %s",
			i, says ? says : "may");
	}
	policy_free(p);
}

/* ---- buckets -------------------------------------------------------------------------------- */

Test(policy_case_course, every_case_is_in_one_bucket)
{
	static const struct {
		const char *letters, *today;
		enum case_bucket bucket;
		bool open;
	} rows[] = {{"R", "2018-01-16", BUCKET_OPEN, true},
		{"R", "2018-01-17", BUCKET_OPEN_LATE, true},
		{"RA", "2018-03-03", BUCKET_OPEN, true},
		{"RA", "2018-03-04", BUCKET_OPEN_LATE, true},
		{"RAx", "2018-03-13", BUCKET_OPEN, true},
		{"RAx", "2018-03-14", BUCKET_OPEN_LATE, true},
		{"RAd", "2018-03-04", BUCKET_OPEN_LATE, true},
		{"RAdo", "2018-02-01", BUCKET_OPEN, true},
		{"RAdc", "2018-02-01", BUCKET_OPEN, true},
		{"RAdcf", "2018-03-04", BUCKET_OPEN_LATE, true},
		{"RAdcfC", "2020-01-01", BUCKET_CONCLUDED, false},
		{"RAdcfCP", "2020-01-01", BUCKET_CONCLUDED, false},
		{"RAdcfCa", "2020-01-01", BUCKET_CONCLUDED, false},
		{"RAdcfCr", "2018-03-08", BUCKET_OPEN, true},
		{"RAdcfCr", "2018-03-09", BUCKET_OPEN_LATE, true},
		{"RD", "2020-01-01", BUCKET_DECLINED, false},
		{"RM", "2020-01-01", BUCKET_MERGED, false},
		{"RT", "2020-01-01", BUCKET_TRANSFERRED, false},
		{"RAE", "2020-01-01", BUCKET_ERASED, false}};
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct case_course c = course_of(rows[i].letters);
		struct day today;

		cr_assert(day_parse(rows[i].today, &today));
		cr_assert_eq(policy_case_bucket(p, &c, today), rows[i].bucket, "%s on %s: %s",
			rows[i].letters, rows[i].today,
			policy_bucket_id(policy_case_bucket(p, &c, today)));
		cr_assert_eq(policy_case_is_open(c.state), rows[i].open, "%s", rows[i].letters);
	}
	policy_free(p);
}

/* Nobody is late for not objecting: in 2022 the five working days pass and nothing is. */
Test(policy_case_course, the_days_to_object_make_no_case_late)
{
	struct case_fact steps[] = {{.kind = CASE_RECEIVED, .day = ymd(2022, 6, 1)},
		{.kind = CASE_ACCEPTED, .day = ymd(2022, 6, 1)},
		{.kind = CASE_DISPATCHED, .day = ymd(2022, 6, 1)}};
	struct policy *p = plan_load();
	struct case_course c;

	policy_case_course(steps, COUNT_OF(steps), &c);
	cr_assert_eq(policy_case_bucket(p, &c, ymd(2022, 7, 31)), BUCKET_OPEN);
	cr_assert_eq(policy_case_bucket(p, &c, ymd(2022, 8, 1)), BUCKET_OPEN_LATE);
	policy_free(p);
}
