/* retention.c: when a tip-off that came to its end may be destroyed. */
#include "plan.h"

static const struct {
	enum case_step state;
	enum case_outcome outcome;
	const char *id; /* NULL: kept */
	const char *from;
} rows[] = {
	{CASE_RECEIVED, OUTCOME_NONE, NULL, NULL},
	{CASE_ACCEPTED, OUTCOME_NONE, NULL, NULL},
	{CASE_DISPATCHED, OUTCOME_NONE, NULL, NULL},
	{CASE_OBJECTED, OUTCOME_NONE, NULL, NULL},
	{CASE_CHECKED, OUTCOME_UNTRUE, NULL, NULL},
	{CASE_RECTIFYING, OUTCOME_TRUE, NULL, NULL},
	{CASE_REOPENED, OUTCOME_NONE, NULL, NULL},
	{CASE_ERASED, OUTCOME_NONE, NULL, NULL},
	{CASE_DECLINED, OUTCOME_NONE, "declined", "2019-08-31"},
	{CASE_MERGED, OUTCOME_NONE, "merged", "2019-08-31"},
	{CASE_TRANSFERRED, OUTCOME_NONE, "transferred", "2019-08-31"},
	/* Concluded on 2018-02-28; published or asked on 2018-08-31 makes no difference. */
	{CASE_CONCLUDED, OUTCOME_UNTRUE, "untrue", "2020-02-28"},
	{CASE_PUBLISHED, OUTCOME_UNTRUE, "untrue", "2020-02-28"},
	{CASE_ASKED, OUTCOME_UNTRUE, "untrue", "2020-02-28"},
	{CASE_CONCLUDED, OUTCOME_PARTLY, "true", "2023-02-28"},
	{CASE_PUBLISHED, OUTCOME_TRUE, "true", "2023-02-28"},
	{CASE_ASKED, OUTCOME_TRUE, "true", "2023-02-28"},
};

Test(policy_retention, each_ending_is_kept_for_its_time)
{
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct case_course c = {.state = rows[i].state,
			.outcome = rows[i].outcome,
			.since = ymd(2018, 8, 31),
			.concluded = ymd(2018, 2, 28)};
		struct day from = DAY_NONE;
		const struct retention *r = policy_retention(p, &c, &from);

		cr_assert_eq(!r, !rows[i].id, "row %zu", i);
		if (!r)
			continue;
		cr_assert_str_eq(r->id, rows[i].id);
		cr_assert_str_eq(day_or_dash(from), rows[i].from, "row %zu", i);
		cr_assert_str_not_empty(r->what);
		cr_assert_str_not_empty(r->basis);
	}
	policy_free(p);
}

Test(policy_retention, the_last_day_of_a_short_month_is_taken)
{
	struct policy *p = plan_load();
	struct case_course c = {
		.state = CASE_CONCLUDED, .outcome = OUTCOME_UNTRUE, .concluded = ymd(2020, 2, 29)};
	struct day from;

	policy_retention(p, &c, &from);
	cr_assert_str_eq(day_or_dash(from), "2022-02-28");
	policy_free(p);
}
