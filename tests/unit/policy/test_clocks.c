/* calendar.c, clocks.c: working days, versions of a law, what runs on a case. */
#include "plan.h"

#include <stdio.h>
#include <string.h>

static struct day on(const char *text)
{
	struct day d;

	cr_assert(day_parse(text, &d), "%s", text);
	return d;
}

/* ---- days that are worked -------------------------------------------------------------------- */

Test(policy_calendar, holidays_and_the_weekends_worked_in_exchange)
{
	static const struct {
		const char *day;
		enum day_kind kind;
		bool known;
	} rows[] = {
		{"2018-02-09", DAY_WORKED, true}, /* Friday */
		{"2018-02-10", DAY_OFF, true},	  /* Saturday */
		{"2018-02-11", DAY_WORKED, true}, /* Sunday, worked for the Spring Festival */
		{"2018-02-14", DAY_WORKED, true},
		{"2018-02-15", DAY_OFF, true},
		{"2018-02-21", DAY_OFF, true}, /* Wednesday */
		{"2018-02-22", DAY_WORKED, true},
		{"2018-02-24", DAY_WORKED, true}, /* Saturday */
		{"2018-02-25", DAY_OFF, true},
		{"2016-01-01", DAY_OFF, true},
		{"2018-12-29", DAY_WORKED, true},
		{"2018-12-31", DAY_OFF, true},
		{"2026-10-10", DAY_WORKED, true},
		{"2026-12-31", DAY_WORKED, true},
		{"2015-12-31", DAY_WORKED, false},
		{"2027-01-01", DAY_WORKED, false},
		{"2027-01-02", DAY_OFF, false},
		{"1969-12-31", DAY_WORKED, false},
		{"1969-12-28", DAY_OFF, false},
		{"1970-01-01", DAY_WORKED, false},
	};
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool known;

		cr_assert_eq(policy_day_kind(p, on(rows[i].day), &known), rows[i].kind, "%s",
			rows[i].day);
		cr_assert_eq(known, rows[i].known, "%s", rows[i].day);
	}
	policy_free(p);
}

Test(policy_calendar, working_days_are_added_over_the_spring_festival_of_2018)
{
	static const struct {
		const char *from;
		int n;
		const char *due;
		bool provisional;
	} rows[] = {
		{"2018-02-09", 1, "2018-02-11", false}, /* the Sunday is worked */
		{"2018-02-14", 1, "2018-02-22", false},
		{"2018-02-12", 5, "2018-02-24", false}, /* 13 14 | 22 23 24 (Saturday) */
		{"2018-02-12", 6, "2018-02-26", false},
		{"2018-02-16", 1, "2018-02-22", false}, /* from a day off */
		{"2018-02-12", 0, "2018-02-12", false},
		{"2018-02-17", 0, "2018-02-17", false}, /* n 0: from itself, though it is off */
		{"2026-12-30", 1, "2026-12-31", false},
		{"2026-12-30", 2, "2027-01-01", true}, /* a year the table lacks */
		{"2026-12-25", 20, "2027-01-22", true},
		{"2015-12-31", 1, "2016-01-04", false}, /* 1 to 3 January 2016 are known */
		{"2015-12-30", 1, "2015-12-31", true},
	};
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool provisional;
		struct day due = policy_workdays_add(p, on(rows[i].from), rows[i].n, &provisional);

		cr_assert_str_eq(day_or_dash(due), rows[i].due, "%s + %d", rows[i].from, rows[i].n);
		cr_assert_eq(provisional, rows[i].provisional, "%s + %d", rows[i].from, rows[i].n);
	}
	policy_free(p);
}

/* A notice for the next year names days at the end of this one: that alone does not make this year known. */
Test(policy_calendar, a_year_is_known_by_its_own_first_of_january)
{
	char *dir = plan_folder("holidays.csv", "2026-10-10,work,国庆节\n",
		"2026-10-10,work,国庆节\n2027-12-31,off,元旦\n2028-01-01,off,元旦\n");
	struct policy *p = NULL;
	struct err e = {0};
	bool known;

	cr_assert_eq(policy_load(dir, &p, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(policy_day_kind(p, ymd(2027, 12, 31), &known), DAY_OFF);
	cr_assert_not(known);
	cr_assert_eq(policy_day_kind(p, ymd(2028, 1, 3), &known), DAY_WORKED);
	cr_assert(known);
	policy_free(p);
	plan_folder_remove(dir);
}

/* ---- the laws -------------------------------------------------------------------------------- */

Test(policy_clock, the_version_is_that_of_the_day_it_starts)
{
	static const struct {
		const char *name, *day, *law, *article;
		int days, extension;
		bool working;
	} rows[] = {
		{"petition-tell", "2005-04-30", NULL, NULL, 0, 0, false},
		{"petition-tell", "2005-05-01", "《信访条例》（2005）", "第二十二条", 15, 0, false},
		{"petition-tell", "2022-04-30", "《信访条例》（2005）", "第二十二条", 15, 0, false},
		{"petition-tell", "2022-05-01", "《信访工作条例》（2022）", "第二十三条", 15, 0,
			false},
		{"petition-conclude", "2022-04-30", "《信访条例》（2005）", "第三十三条", 60, 30,
			false},
		{"petition-conclude", "2022-05-01", "《信访工作条例》（2022）", "第三十四条", 60,
			30, false},
		{"petition-object", "2022-04-30", NULL, NULL, 0, 0, false},
		{"petition-object", "2022-05-01", "《信访工作条例》（2022）", "第二十三条", 5, 0,
			true},
		{"petition-review", "2018-01-01", "《信访条例》（2005）", "第三十四条", 30, 0,
			false},
		{"petition-review", "2023-01-01", "《信访工作条例》（2022）", "第三十五条", 30, 0,
			false},
		{"petition-recheck", "2018-01-01", "《信访条例》（2005）", "第三十五条", 30, 0,
			false},
		{"petition-recheck", "2023-01-01", "《信访工作条例》（2022）", "第三十六条", 30, 0,
			false},
		{"penalty-decide", "2021-07-14", NULL, NULL, 0, 0, false},
		{"penalty-decide", "2021-07-15", "《行政处罚法》（2021）", "第六十条", 90, 0,
			false},
		{"penalty-withdraw", "2021-07-15", "《行政处罚法》（2021）", "第四十八条", 3, 0,
			true},
		{"disclose", "2008-04-30", NULL, NULL, 0, 0, false},
		{"disclose", "2019-05-14", "《政府信息公开条例》（2007）", "第十八条", 20, 0, true},
		{"disclose", "2019-05-15", "《政府信息公开条例》（2019）", "第二十六条", 20, 0,
			true},
		{"nonsense", "2018-01-01", NULL, NULL, 0, 0, false},
	};
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct clock_law *law = policy_clock_law(p, rows[i].name, on(rows[i].day));

		cr_assert_eq(!law, !rows[i].law, "%s on %s", rows[i].name, rows[i].day);
		if (!law)
			continue;
		cr_assert_str_eq(law->law, rows[i].law);
		cr_assert_str_eq(law->article, rows[i].article);
		cr_assert_eq(law->days, rows[i].days);
		cr_assert_eq(law->extension_days, rows[i].extension);
		cr_assert_eq(law->working, rows[i].working);
		cr_assert_str_not_empty(law->what);
	}
	policy_free(p);
}

Test(policy_clock, the_limit_of_2022_says_that_it_covers_one_kind_of_matter)
{
	struct policy *p = plan_load();
	const struct clock_law *law = policy_clock_law(p, "petition-conclude", ymd(2022, 5, 1));

	cr_assert_not_null(strstr(law->what, "第三十一条第六项"));
	cr_assert_not_null(strstr(law->what, "本站约定"));
	policy_free(p);
}

Test(policy_clock, a_limit_is_worked_out_and_explained)
{
	static const struct {
		const char *name, *from;
		int extended;
		bool working;
		const char *today, *due;
		int days;
		bool provisional;
		const char *text;
	} rows[] = {
		{"petition-tell", "2018-01-10", 0, false, "2018-01-20", "2018-01-25", 5, false,
			"自 2018-01-10 起（当日不计）＋ 15 日 ＝ 2018-01-25（含当日）"},
		{"petition-tell", "2018-02-01", 0, false, "2018-02-20", "2018-02-16", -4, false,
			"自 2018-02-01 起（当日不计）＋ 15 日 ＝ 2018-02-16（含当日）"},
		{"petition-conclude", "2018-01-01", 0, false, "2018-03-02", "2018-03-02", 0, false,
			"自 2018-01-01 起（当日不计）＋ 60 日 ＝ 2018-03-02（含当日）"},
		{"petition-conclude", "2018-01-01", 30, false, "2018-03-02", "2018-04-01", 30,
			false,
			"自 2018-01-01 起（当日不计）＋ 60 日 ＋ 延长 30 日 ＝ "
			"2018-04-01（含当日）"},
		{"petition-object", "2022-06-01", 0, false, "2022-06-01", "2022-06-09", 8, false,
			"自 2022-06-01 起（当日不计）＋ 5 个工作日 ＝ "
			"2022-06-09（含当日；其间不上班的 3 天不计）"},
		{"disclose", "2026-12-25", 0, false, "2026-12-25", "2027-01-22", 28, true,
			"自 2026-12-25 起（当日不计）＋ 20 个工作日 ＝ "
			"2027-01-22（含当日；其间不上班的 8 "
			"天不计）；其间有的年份还没有放假安排，按周六、周日不上班暂算"},
		{"petition-tell", "2018-02-12", 0, true, "2018-02-12", "2018-03-09", 25, false,
			"自 2018-02-12 起（当日不计）＋ 15 个工作日 ＝ "
			"2018-03-09（含当日；其间不上班的 10 天不计）"},
		/* Calendar days need no table of holidays. */
		{"petition-tell", "2040-01-01", 0, false, "2040-01-01", "2040-01-16", 15, false,
			"自 2040-01-01 起（当日不计）＋ 15 日 ＝ 2040-01-16（含当日）"},
	};
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct day from = on(rows[i].from);
		struct clock_due due;

		policy_clock(p, a, policy_clock_law(p, rows[i].name, from), from, rows[i].extended,
			rows[i].working, on(rows[i].today), &due);
		cr_assert_str_eq(day_or_dash(due.due), rows[i].due, "row %zu", i);
		cr_assert_eq(due.days, rows[i].days, "row %zu: %d", i, due.days);
		cr_assert_eq(due.provisional, rows[i].provisional, "row %zu", i);
		cr_assert_str_eq(due.text, rows[i].text);
		cr_assert_not(day_is_set(due.met));
	}
	arena_free(a);
	policy_free(p);
}

Test(policy_clock, versions_of_a_name_follow_each_other)
{
	struct policy *p = plan_load();
	size_t count;
	const struct clock_law *laws = policy_clock_laws(p, &count);

	cr_assert_eq(count, 13);
	for (size_t i = 1; i < count; i++)
		if (str_eq(laws[i].name, laws[i - 1].name))
			cr_assert_eq(day_between(laws[i - 1].in_force_until, laws[i].in_force_from),
				1, "%s", laws[i].name);
	policy_free(p);
}

/* ---- the clocks of a case ---------------------------------------------------------------------- */

static struct case_course course(const struct case_fact *steps, size_t count)
{
	struct case_course c;

	policy_case_course(steps, count, &c);
	return c;
}
#define COURSE(...) \
	course((const struct case_fact[]){__VA_ARGS__}, \
		COUNT_OF(((const struct case_fact[]){__VA_ARGS__})))
#define STEP(step, y, m, d) \
	(struct case_fact) \
	{ \
		.kind = CASE_##step, .day = day_from_ymd(y, m, d) \
	}

static size_t clocks(const struct policy *p, struct arena *a, struct case_course c,
	const char *today, struct clock_due ret[CASE_CLOCKS])
{
	return policy_case_clocks(p, a, &c, on(today), ret);
}

Test(policy_case_clocks, answering_and_concluding_run_one_after_the_other)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct clock_due due[CASE_CLOCKS];

	cr_assert_eq(clocks(p, a, COURSE(STEP(RECEIVED, 2018, 1, 10)), "2018-01-20", due), 1);
	cr_assert_str_eq(due[0].law->name, "petition-tell");
	cr_assert_str_eq(day_or_dash(due[0].due), "2018-01-25");
	cr_assert_not(day_is_set(due[0].met));
	cr_assert_eq(due[0].days, 5);
	cr_assert_eq(clocks(p, a, COURSE(STEP(RECEIVED, 2018, 1, 10), STEP(ACCEPTED, 2018, 1, 27)),
			     "2018-02-20", due),
		2);
	cr_assert_str_eq(day_or_dash(due[0].met), "2018-01-27");
	cr_assert_eq(due[0].days, -2, "told two days late");
	cr_assert_str_eq(due[1].law->name, "petition-conclude");
	cr_assert_str_eq(day_or_dash(due[1].from), "2018-01-27");
	cr_assert_str_eq(day_or_dash(due[1].due), "2018-03-28");
	arena_free(a);
	policy_free(p);
}

Test(policy_case_clocks, a_reopening_starts_the_time_to_conclude_again)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct clock_due due[CASE_CLOCKS];
	struct case_course c = COURSE(
		STEP(RECEIVED, 2022, 3, 1), STEP(DECLINED, 2022, 3, 2), STEP(REOPENED, 2022, 5, 1));

	cr_assert_eq(policy_case_clocks(p, a, &c, ymd(2022, 5, 2), due), 2);
	cr_assert_str_eq(day_or_dash(due[0].met), "2022-03-02");
	cr_assert_str_eq(day_or_dash(due[1].due), "2022-06-30");
	cr_assert_str_eq(due[1].law->law, "《信访工作条例》（2022）", "the law of the reopening");
	arena_free(a);
	policy_free(p);
}

Test(policy_case_clocks, what_was_cut_off_is_not_shown_and_what_was_met_is)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct clock_due due[CASE_CLOCKS];

	cr_assert_eq(clocks(p, a, COURSE(STEP(RECEIVED, 2018, 1, 1), STEP(ERASED, 2018, 1, 2)),
			     "2018-06-01", due),
		0);
	cr_assert_eq(clocks(p, a,
			     COURSE(STEP(RECEIVED, 2018, 1, 1), STEP(ACCEPTED, 2018, 1, 2),
				     STEP(TRANSFERRED, 2018, 1, 9)),
			     "2018-06-01", due),
		1);
	cr_assert_str_eq(due[0].law->name, "petition-tell");
	cr_assert_eq(clocks(p, a,
			     COURSE(STEP(RECEIVED, 2018, 1, 1), STEP(ACCEPTED, 2018, 1, 2),
				     STEP(DISPATCHED, 2018, 1, 3), STEP(CHECKED, 2018, 1, 4),
				     STEP(CONCLUDED, 2018, 3, 13), STEP(PUBLISHED, 2018, 3, 20)),
			     "2018-06-01", due),
		2);
	cr_assert_str_eq(day_or_dash(due[1].met), "2018-03-13");
	cr_assert_eq(due[1].days, -10);
	arena_free(a);
	policy_free(p);
}

Test(policy_case_clocks, the_days_to_object_show_while_they_may_be_used)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct clock_due due[CASE_CLOCKS];
	struct case_course c = COURSE(STEP(RECEIVED, 2022, 6, 1), STEP(ACCEPTED, 2022, 6, 1),
		STEP(DISPATCHED, 2022, 6, 1));

	cr_assert_eq(policy_case_clocks(p, a, &c, ymd(2022, 6, 9), due), 3);
	cr_assert_str_eq(due[2].law->name, "petition-object");
	cr_assert_eq(due[2].days, 0);
	cr_assert_eq(policy_case_clocks(p, a, &c, ymd(2022, 6, 10), due), 2);
	c = COURSE(STEP(RECEIVED, 2022, 6, 1), STEP(ACCEPTED, 2022, 6, 1),
		STEP(DISPATCHED, 2022, 6, 1), STEP(OBJECTED, 2022, 6, 7));
	cr_assert_eq(policy_case_clocks(p, a, &c, ymd(2022, 7, 10), due), 3);
	cr_assert_str_eq(day_or_dash(due[2].met), "2022-06-07");
	arena_free(a);
	policy_free(p);
}

Test(policy_case_clocks, the_clock_that_runs_out_first_is_due)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct clock_due due;
	bool soon;
	struct case_course c = COURSE(STEP(RECEIVED, 2018, 1, 10));

	cr_assert(policy_case_due(p, a, &c, ymd(2018, 1, 17), &due, &soon));
	cr_assert_str_eq(due.law->name, "petition-tell");
	cr_assert_not(soon, "8 days left");
	cr_assert(policy_case_due(p, a, &c, ymd(2018, 1, 18), &due, &soon));
	cr_assert(soon, "7 days left");
	cr_assert(policy_case_due(p, a, &c, ymd(2018, 1, 26), &due, &soon));
	cr_assert_not(soon, "past");
	cr_assert_eq(due.days, -1);
	c = COURSE(STEP(RECEIVED, 2022, 6, 1), STEP(ACCEPTED, 2022, 6, 1),
		STEP(DISPATCHED, 2022, 6, 1));
	cr_assert(policy_case_due(p, a, &c, ymd(2022, 6, 2), &due, &soon));
	cr_assert_str_eq(due.law->name, "petition-conclude", "objecting is no duty");
	c = COURSE(STEP(RECEIVED, 2018, 1, 10), STEP(DECLINED, 2018, 1, 11));
	cr_assert_not(policy_case_due(p, a, &c, ymd(2018, 1, 12), &due, &soon));
	arena_free(a);
	policy_free(p);
}
