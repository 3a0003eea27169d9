/* names.c and fields.c: identifiers that files, addresses and scripts rely on. */
#include "plan.h"

#include <stdio.h>
#include <string.h>

Test(policy_names, categories_are_the_seven_subsets_in_the_plans_order)
{
	static const struct {
		enum category category;
		bool scattered, disorderly, polluting;
		const char *slug, *label;
	} rows[] = {
		{CATEGORY_NONE, false, false, false, "", "未认定"},
		{CATEGORY_SAN, true, false, false, "san", "散"},
		{CATEGORY_LUAN, false, true, false, "luan", "乱"},
		{CATEGORY_WU, false, false, true, "wu", "污"},
		{CATEGORY_SANLUAN, true, true, false, "sanluan", "散乱"},
		{CATEGORY_SANWU, true, false, true, "sanwu", "散污"},
		{CATEGORY_LUANWU, false, true, true, "luanwu", "乱污"},
		{CATEGORY_SANLUANWU, true, true, true, "sanluanwu", "散乱污"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cr_assert_eq((size_t)rows[i].category, i);
		cr_assert_eq(policy_category_from(
				     rows[i].scattered, rows[i].disorderly, rows[i].polluting),
			rows[i].category);
		cr_assert_str_eq(policy_category_slug(rows[i].category), rows[i].slug);
		cr_assert_str_eq(policy_category_label(rows[i].category), rows[i].label);
		if (!i)
			continue;
		cr_assert_eq(policy_category_find(rows[i].slug), rows[i].category);
		cr_assert_eq(policy_category_find(rows[i].label), rows[i].category);
	}
}

Test(policy_names, unknown_names_are_found_nowhere)
{
	static const char *const names[] = {"", "nonsense", "SAN", "散 乱", "未知", NULL};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		cr_assert_eq(policy_category_find(names[i]), CATEGORY_NONE);
		cr_assert_eq(policy_ring_find(names[i]), RING_UNKNOWN);
		cr_assert_eq(policy_measure_find(names[i]), MEASURE_NONE);
		cr_assert_eq(policy_event_find(names[i]), 0);
		cr_assert_eq(policy_state_find(names[i]), 0);
		cr_assert_null(policy_field_find(names[i]));
		cr_assert_str_empty(policy_missed_label(names[i]));
	}
}

Test(policy_names, rings_and_measures_are_found_by_identifier_and_label)
{
	cr_assert_eq(policy_ring_find("inner"), RING_INNER);
	cr_assert_eq(policy_ring_find("二环路以外"), RING_OUTER);
	cr_assert_eq(policy_measure_find("close"), MEASURE_CLOSE);
	cr_assert_eq(policy_measure_find("限期搬迁"), MEASURE_RELOCATE);
	cr_assert_eq(policy_measure_find("停产整治"), MEASURE_RECTIFY);
}

Test(policy_names, events_have_the_identifiers_of_the_domain_in_order)
{
	static const char *const ids[] = {"registered", "classified", "measure_decided", "ordered",
		"progress", "acceptance_asked", "accepted", "rejected", "moved", "closed",
		"cleared_water", "cleared_power", "cleared_equipment", "cleared_materials",
		"cleared_products", "self_checked", "reviewed", "verified", "signed_off",
		"looked_back", "relapsed", "penalised", "demolished", "resumed", "correction",
		"withdrawn"};

	cr_assert_eq(COUNT_OF(ids), EVENT_KIND_COUNT - 1);
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		enum event_kind kind = (enum event_kind)(i + 1);

		cr_assert_str_eq(policy_event_id(kind), ids[i]);
		cr_assert_eq(policy_event_find(ids[i]), kind);
		cr_assert_str_not_empty(policy_event_label(kind));
		cr_assert_str_not_empty(policy_event_label_en(kind));
	}
}

Test(policy_names, states_have_the_slugs_of_the_domain_in_order)
{
	static const char *const slugs[] = {"registered", "classified", "ordered", "under-way",
		"acceptance-asked", "accepted", "closed", "signed-off", "relapsed", "withdrawn",
		"out-of-scope"};

	cr_assert_eq(COUNT_OF(slugs), STATE_COUNT - 1);
	for (size_t i = 0; i < COUNT_OF(slugs); i++) {
		cr_assert_str_eq(policy_state_slug((enum course_state)(i + 1)), slugs[i]);
		cr_assert_eq((size_t)policy_state_find(slugs[i]), i + 1);
		cr_assert_str_not_empty(policy_state_label((enum course_state)(i + 1)));
	}
}

Test(policy_names, actions_and_duty_states_have_the_identifiers_scripts_rely_on)
{
	static const char *const actions[] = {"relocate", "stop", "limit", "complete_procedures",
		"rectify", "upgrade_treatment", "pass_environment_check", "close", "ban"};
	static const char *const states[] = {"unknown", "no_date", "due", "overdue", "met",
		"met_late", "past_when_issued", "past_when_found", "discharged"};

	cr_assert_eq(COUNT_OF(actions), ACTION_COUNT);
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		cr_assert_str_eq(policy_action_id((enum action)i), actions[i]);
		cr_assert_str_not_empty(policy_action_label((enum action)i));
	}
	cr_assert_eq(COUNT_OF(states), DUTY_STATE_COUNT);
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		cr_assert_str_eq(policy_duty_state_id((enum duty_state)i), states[i]);
		cr_assert_str_not_empty(policy_duty_state_label((enum duty_state)i));
	}
}

Test(policy_names, values_outside_an_enum_have_an_empty_name)
{
	cr_assert_str_empty(policy_event_id((enum event_kind)0));
	cr_assert_str_empty(policy_event_id(EVENT_KIND_COUNT));
	cr_assert_str_empty(policy_state_slug((enum course_state)99));
}

/* ---- fields ----------------------------------------------------------------------------- */

/* 附件2: exact headings, what counts as a problem, publish class. */
static const struct {
	const char *id, *heading;
	enum field_type type;
	enum publish_class publish;
	const char *yes;
	enum tri problem;
} form[] = {
	{"seq", "序号", TYPE_INT, PUBLISH_INTERNAL, NULL, TRI_UNKNOWN},
	{"industry", "行业", TYPE_TEXT, PUBLISH_PUBLIC, NULL, TRI_UNKNOWN},
	{"name", "企业名称", TYPE_TEXT, PUBLISH_PUBLIC, NULL, TRI_UNKNOWN},
	{"address", "企业地址", TYPE_TEXT, PUBLISH_PUBLIC, NULL, TRI_UNKNOWN},
	{"contact_name", "联系人", TYPE_TEXT, PUBLISH_NEVER, NULL, TRI_UNKNOWN},
	{"contact_phone", "联系电话", TYPE_TEXT, PUBLISH_NEVER, NULL, TRI_UNKNOWN},
	{"employees", "用工人数", TYPE_INT, PUBLISH_BANDED, NULL, TRI_UNKNOWN},
	{"equipment", "设备型号", TYPE_TEXT, PUBLISH_SUMMARY, NULL, TRI_UNKNOWN},
	{"products", "产品", TYPE_TEXT, PUBLISH_PUBLIC, NULL, TRI_UNKNOWN},
	{"output_wan", "产值（万元）", TYPE_NUMBER, PUBLISH_AGGREGATE, NULL, TRI_UNKNOWN},
	{"premises", "厂房性质（租赁或自建）", TYPE_ENUM, PUBLISH_PUBLIC, NULL, TRI_UNKNOWN},
	{"emissions_exceed", "污染物排放是否超标", TYPE_TRI, PUBLISH_PUBLIC, "是", TRI_YES},
	{"conforms", "是否符合产业政策及当地产业布局规划", TYPE_TRI, PUBLISH_PUBLIC, "是", TRI_NO},
	{"has_fire", "有无消防手续", TYPE_TRI, PUBLISH_PUBLIC, "有", TRI_NO},
	{"has_eia", "有无环评手续", TYPE_TRI, PUBLISH_PUBLIC, "有", TRI_NO},
	{"has_planning", "有无规划手续", TYPE_TRI, PUBLISH_PUBLIC, "有", TRI_NO},
	{"has_licence", "有无工商执照", TYPE_TRI, PUBLISH_PUBLIC, "有", TRI_NO},
	{"has_hazard", "安全生产是否有隐患", TYPE_TRI, PUBLISH_REVIEWED, "是", TRI_YES},
	{"has_unlawful_building", "有无违法违章建筑", TYPE_TRI, PUBLISH_PUBLIC, "有", TRI_YES},
	{"in_demolition", "是否纳入拆迁范围", TYPE_TRI, PUBLISH_REVIEWED, "是", TRI_UNKNOWN},
	{"rectification_note", "整治情况", TYPE_TEXT, PUBLISH_REVIEWED, NULL, TRI_UNKNOWN},
	{"street", "所属街道社区", TYPE_TEXT, PUBLISH_PUBLIC, NULL, TRI_UNKNOWN},
};

Test(policy_fields, the_22_columns_stand_as_on_the_form)
{
	cr_assert_eq(COUNT_OF(form), FIELD_STREET);
	for (size_t i = 0; i < COUNT_OF(form); i++) {
		const struct field_info *f = policy_field((enum field)(i + 1));

		cr_assert_str_eq(f->id, form[i].id);
		cr_assert_str_eq(f->heading, form[i].heading, "%s", f->id);
		cr_assert_eq(f->type, form[i].type, "%s", f->id);
		cr_assert_eq(f->publish, form[i].publish, "%s", f->id);
		cr_assert(form[i].yes ? str_eq(f->yes, form[i].yes) : !f->yes, "%s", f->id);
		cr_assert_eq(f->problem, form[i].problem, "%s", f->id);
	}
}

Test(policy_fields, every_field_is_complete_and_found_by_its_identifier)
{
	for (enum field f = FIELD_SEQ; f < FIELD_COUNT; f++) {
		const struct field_info *info = policy_field(f);

		cr_assert_eq(info->field, f);
		cr_assert_str_not_empty(info->id);
		cr_assert_str_not_empty(info->heading);
		cr_assert_str_not_empty(info->label);
		cr_assert_str_not_empty(info->label_en);
		cr_assert_eq(info->type == TYPE_TRI, info->yes && info->no, "%s", info->id);
		cr_assert_eq(policy_field_find(info->id), info);
	}
}

Test(policy_fields, contacts_are_the_only_fields_never_published)
{
	for (enum field f = FIELD_SEQ; f < FIELD_COUNT; f++)
		cr_assert_eq(policy_field(f)->publish == PUBLISH_NEVER,
			f == FIELD_CONTACT_NAME || f == FIELD_CONTACT_PHONE);
}
