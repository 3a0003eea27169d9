/* classify.c: what a form's answers speak for. Rule ids as in the code: classify-*. */
#include "plan.h"

#include <string.h>

#define Y TRI_YES
#define N TRI_NO
#define U TRI_UNKNOWN

static const struct answers clean = {
	.emissions_exceed = N,
	.conforms = Y,
	.has_fire = Y,
	.has_eia = Y,
	.has_planning = Y,
	.has_licence = Y,
	.has_hazard = N,
	.has_unlawful_building = N,
};

static struct classification classify(struct answers a)
{
	struct policy *p = plan_load();
	struct classification c;

	policy_classify(p, &a, &c);
	policy_free(p);
	return c;
}

static bool has_review(const struct classification *c, const char *id)
{
	for (size_t i = 0; i < c->review_count; i++)
		if (str_eq(c->review[i].id, id))
			return true;
	return false;
}

Test(policy_classify, each_answer_speaks_for_its_attribute)
{
	/* columns:            12 13 14 15 16 17 18 19 unlawful_operation */
	static const struct {
		struct answers answers;
		enum category category;
		const char *rule;
	} rows[] = {
		{{N, N, Y, Y, Y, Y, N, N, U}, CATEGORY_SAN, "classify-scattered-conforms"},
		{{N, Y, N, Y, Y, Y, N, N, U}, CATEGORY_LUAN, "classify-disorderly-fire"},
		{{N, Y, Y, N, Y, Y, N, N, U}, CATEGORY_LUAN, "classify-disorderly-eia"},
		{{N, Y, Y, Y, N, Y, N, N, U}, CATEGORY_LUAN, "classify-disorderly-planning"},
		{{N, Y, Y, Y, Y, N, N, N, U}, CATEGORY_LUAN, "classify-disorderly-licence"},
		{{N, Y, Y, Y, Y, Y, N, Y, U}, CATEGORY_LUAN, "classify-disorderly-building"},
		{{N, Y, Y, Y, Y, Y, N, N, Y}, CATEGORY_LUAN, "classify-disorderly-operation"},
		{{Y, Y, Y, Y, Y, Y, N, N, U}, CATEGORY_WU, "classify-polluting-emissions"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct classification c = classify(rows[i].answers);

		cr_assert_eq(c.category, rows[i].category, "%s", rows[i].rule);
		cr_assert_eq(c.at_least, rows[i].category);
		cr_assert_eq(c.reason_count, 1);
		cr_assert_str_eq(c.reasons[0].rule, rows[i].rule);
		cr_assert_str_not_empty(c.reasons[0].text);
		cr_assert_eq(c.missing_count, 0);
	}
}

Test(policy_classify, the_attributes_that_hold_make_the_category)
{
	for (unsigned set = 0; set < 8; set++) {
		struct answers a = clean;
		struct classification c;

		a.conforms = set & 1 ? N : Y;
		a.has_eia = set & 2 ? N : Y;
		a.emissions_exceed = set & 4 ? Y : N;
		c = classify(a);
		cr_assert_eq(c.category, policy_category_from(set & 1, set & 2, set & 4));
		cr_assert_eq(c.none_seen, set == 0);
	}
}

Test(policy_classify, with_no_problem_nothing_was_seen_in_the_form)
{
	struct classification c = classify(clean);

	cr_assert_eq(c.category, CATEGORY_NONE);
	cr_assert_eq(c.at_least, CATEGORY_NONE);
	cr_assert(c.none_seen);
	cr_assert_eq(c.reason_count, 0);
	cr_assert_eq(c.review_count, 0);
}

Test(policy_classify, blank_is_unknown_and_names_what_is_missing)
{
	struct answers a = clean;
	struct classification c;

	a.has_licence = N; /* 乱 holds */
	a.conforms = U;
	a.emissions_exceed = U;
	c = classify(a);
	cr_assert_eq(c.category, CATEGORY_NONE);
	cr_assert_eq(c.at_least, CATEGORY_LUAN);
	cr_assert_not(c.none_seen);
	cr_assert_eq(c.scattered, TRI_UNKNOWN);
	cr_assert_eq(c.disorderly, TRI_YES);
	cr_assert_eq(c.polluting, TRI_UNKNOWN);
	cr_assert_eq(c.missing_count, 2);
	cr_assert_eq(c.missing[0], FIELD_EMISSIONS_EXCEED);
	cr_assert_eq(c.missing[1], FIELD_CONFORMS);
}

Test(policy_classify, a_blank_that_cannot_change_anything_is_not_missed)
{
	struct answers a = clean;
	struct classification c;

	a.has_fire = N;
	a.has_eia = U;
	a.has_hazard = U;
	c = classify(a);
	cr_assert_eq(c.category, CATEGORY_LUAN);
	cr_assert_eq(c.missing_count, 0);
}

Test(policy_classify, an_empty_form_says_nothing_and_misses_seven_answers)
{
	struct classification c = classify((struct answers){0});

	cr_assert_eq(c.category, CATEGORY_NONE);
	cr_assert_eq(c.at_least, CATEGORY_NONE);
	cr_assert_not(c.none_seen);
	cr_assert_eq(c.missing_count, 7);
}

Test(policy_classify, one_blank_procedure_leaves_disorderly_open)
{
	struct answers a = clean;
	struct classification c;

	a.has_eia = U;
	c = classify(a);
	cr_assert_eq(c.disorderly, TRI_UNKNOWN);
	cr_assert_eq(c.missing_count, 1);
	cr_assert_eq(c.missing[0], FIELD_HAS_EIA);
}

Test(policy_classify, unlawful_operation_counts_only_when_staff_say_yes)
{
	struct answers a = clean;

	a.unlawful_operation = N;
	cr_assert(classify(a).none_seen);
	a.unlawful_operation = U;
	cr_assert(classify(a).none_seen);
}

Test(policy_classify, an_unlawful_building_alone_is_flagged_for_review)
{
	struct answers a = clean;
	struct classification c;

	a.has_unlawful_building = Y;
	c = classify(a);
	cr_assert_eq(c.category, CATEGORY_LUAN);
	cr_assert(has_review(&c, "unlawful-building-alone"));
	a.has_eia = N;
	c = classify(a);
	cr_assert_not(has_review(&c, "unlawful-building-alone"));
}

Test(policy_classify, column_13_asks_to_confirm_which_plan)
{
	struct answers a = clean;
	struct classification c;

	a.conforms = N;
	c = classify(a);
	cr_assert(has_review(&c, "confirm-which-plan"));
}

Test(policy_classify, a_safety_hazard_makes_no_category_but_goes_to_safety)
{
	struct answers a = clean;
	struct classification c;

	a.has_hazard = Y;
	c = classify(a);
	cr_assert_eq(c.category, CATEGORY_NONE);
	cr_assert(c.none_seen);
	cr_assert(has_review(&c, "hazard-to-safety"));
}
