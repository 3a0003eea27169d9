/*
 * Classification: which of 散, 乱, 污 the answers on the form speak for (附件1, 定义).
 *
 * The result is a suggestion with its reasons; staff confirm the category. A blank answer is unknown,
 * never no, so an attribute is ruled out only when every answer it hangs on was given. 乱 reads
 * columns 14-17 as the 审批手续 of the plan (ours). Column 20 (拆迁) is neutral; column 18 (安全隐患)
 * makes no category but concerns another department.
 */
#include "policy/policy_internal.h"

enum attribute { SCATTERED, DISORDERLY, POLLUTING };

static const char *const attribute_ids[] = {
	[SCATTERED] = "scattered", [DISORDERLY] = "disorderly", [POLLUTING] = "polluting"};

/* One question of the form that speaks for an attribute, in the form's order. */
struct question {
	const char *rule;
	size_t offset; /* of its answer in struct answers */
	const char *text;
	enum field field;
	enum attribute attribute;
	enum tri problem;
	bool asked; /* on the form; a blank matters only then */
};

#define ANSWER(name) offsetof(struct answers, name)

static const struct question questions[] = {
	{"classify-polluting-emissions", ANSWER(emissions_exceed),
		"第12列：污染物排放超标，属“污”。", FIELD_EMISSIONS_EXCEED, POLLUTING, TRI_YES,
		true},
	{"classify-scattered-conforms", ANSWER(conforms),
		"第13列：不符合产业政策及当地产业布局规划，属“散”。", FIELD_CONFORMS, SCATTERED,
		TRI_NO, true},
	{"classify-disorderly-fire", ANSWER(has_fire), "第14列：没有消防手续，属“乱”。",
		FIELD_HAS_FIRE, DISORDERLY, TRI_NO, true},
	{"classify-disorderly-eia", ANSWER(has_eia), "第15列：没有环评手续，属“乱”。",
		FIELD_HAS_EIA, DISORDERLY, TRI_NO, true},
	{"classify-disorderly-planning", ANSWER(has_planning), "第16列：没有规划手续，属“乱”。",
		FIELD_HAS_PLANNING, DISORDERLY, TRI_NO, true},
	{"classify-disorderly-licence", ANSWER(has_licence), "第17列：没有工商执照，属“乱”。",
		FIELD_HAS_LICENCE, DISORDERLY, TRI_NO, true},
	{"classify-disorderly-building", ANSWER(has_unlawful_building),
		"第19列：有违法违章建筑，属“乱”。", FIELD_HAS_UNLAWFUL_BUILDING, DISORDERLY,
		TRI_YES, true},
	{"classify-disorderly-operation", ANSWER(unlawful_operation),
		"工作人员认定有违规生产经营，属“乱”。", FIELD_UNLAWFUL_OPERATION, DISORDERLY,
		TRI_YES, false},
};

static enum tri answer_to(const struct answers *a, const struct question *q)
{
	return *(const enum tri *)(const void *)((const char *)a + q->offset);
}

static enum tri weigh(const struct answers *a, enum attribute attribute, struct classification *ret)
{
	bool blank = false, holds = false;

	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		const struct question *q = &questions[i];
		enum tri answer = answer_to(a, q);

		if (q->attribute != attribute)
			continue;
		blank |= q->asked && answer == TRI_UNKNOWN;
		if (answer != q->problem)
			continue;
		holds = true;
		ret->reasons[ret->reason_count++] = (struct reason){.field = q->field,
			.answer = answer,
			.attribute = attribute_ids[attribute],
			.rule = q->rule,
			.text = q->text};
	}
	if (holds)
		return TRI_YES;
	return blank ? TRI_UNKNOWN : TRI_NO;
}

/* The blank answers that keep an attribute undecided, in the form's order. */
static void list_missing(const struct answers *a, struct classification *ret)
{
	const enum tri weighed[] = {[SCATTERED] = ret->scattered,
		[DISORDERLY] = ret->disorderly,
		[POLLUTING] = ret->polluting};

	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		const struct question *q = &questions[i];

		if (q->asked && weighed[q->attribute] == TRI_UNKNOWN &&
			answer_to(a, q) == TRI_UNKNOWN)
			ret->missing[ret->missing_count++] = q->field;
	}
}

static void flag(struct classification *ret, const char *id, const char *text)
{
	ret->review[ret->review_count].id = id;
	ret->review[ret->review_count++].text = text;
}

/* What a person must look at before confirming. */
static void list_review(const struct answers *a, struct classification *ret)
{
	size_t disorderly = 0;

	for (size_t i = 0; i < ret->reason_count; i++)
		disorderly += str_eq(ret->reasons[i].attribute, attribute_ids[DISORDERLY]);
	if (ret->scattered == TRI_YES)
		flag(ret, "confirm-which-plan",
			"第13列把产业政策和布局规划合在一问：请确认不符合的是哪一项，城镇总体规划和"
			"土地利用规划另查。");
	if (a->has_unlawful_building == TRI_YES && disorderly == 1)
		flag(ret, "unlawful-building-alone",
			"“乱”的理由只有违法建筑：附件1第4行（散乱）也提到存在违法建筑的企业，请核定"
			"类别。");
	if (a->has_hazard == TRI_YES)
		flag(ret, "hazard-to-safety", "第18列：有安全隐患，不影响类别，转区安监局。");
}

void policy_classify(const struct policy *p, const struct answers *a, struct classification *ret)
{
	(void)p; /* the definitions are not amended by data; the parameter keeps the door open */
	*ret = (struct classification){0};
	ret->scattered = weigh(a, SCATTERED, ret);
	ret->disorderly = weigh(a, DISORDERLY, ret);
	ret->polluting = weigh(a, POLLUTING, ret);
	ret->at_least = policy_category_from(
		ret->scattered == TRI_YES, ret->disorderly == TRI_YES, ret->polluting == TRI_YES);
	list_missing(a, ret);
	if (ret->scattered && ret->disorderly && ret->polluting) {
		ret->category = ret->at_least;
		ret->none_seen = ret->category == CATEGORY_NONE;
	}
	list_review(a, ret);
}
