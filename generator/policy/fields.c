/*
 * The table of the register's fields: the 22 columns of 附件2 in the form's order with its exact
 * headings, then our own fields.
 *
 * It is code, not data, because the publish class of a field is a promise: a data file may make a
 * class stricter, never wider (load.c checks it). Which answer counts as a problem differs by
 * column: 是 is bad in column 12 and good in column 13.
 * Invariant: the entry of field f stands at index f.
 */
#include "tianlan/policy.h"

#define FIELD(f, name, head, short_zh, short_en, t, p) \
	[f] = {.field = (f), \
		.id = (name), \
		.heading = (head), \
		.label = (short_zh), \
		.label_en = (short_en), \
		.type = (t), \
		.publish = (p)}
#define ASKED(f, name, head, short_zh, short_en, p, y, n, bad) \
	[f] = {.field = (f), \
		.id = (name), \
		.heading = (head), \
		.label = (short_zh), \
		.label_en = (short_en), \
		.type = TYPE_TRI, \
		.publish = (p), \
		.yes = (y), \
		.no = (n), \
		.problem = (bad)}

static const struct field_info fields[FIELD_COUNT] = {
	/* 附件2, columns 1-22. seq is renumbered per sheet, so it is never shown. */
	FIELD(FIELD_SEQ, "seq", "序号", "序号", "no.", TYPE_INT, PUBLISH_INTERNAL),
	FIELD(FIELD_INDUSTRY, "industry", "行业", "行业", "industry", TYPE_TEXT, PUBLISH_PUBLIC),
	FIELD(FIELD_NAME, "name", "企业名称", "企业名称", "name", TYPE_TEXT, PUBLISH_PUBLIC),
	/* A residence's address is shown only when staff marked it (address_public). */
	FIELD(FIELD_ADDRESS, "address", "企业地址", "地址", "address", TYPE_TEXT, PUBLISH_PUBLIC),
	FIELD(FIELD_CONTACT_NAME, "contact_name", "联系人", "联系人", "contact", TYPE_TEXT,
		PUBLISH_NEVER),
	FIELD(FIELD_CONTACT_PHONE, "contact_phone", "联系电话", "联系电话", "phone", TYPE_TEXT,
		PUBLISH_NEVER),
	FIELD(FIELD_EMPLOYEES, "employees", "用工人数", "用工人数", "employees", TYPE_INT,
		PUBLISH_BANDED),
	FIELD(FIELD_EQUIPMENT, "equipment", "设备型号", "设备", "equipment", TYPE_TEXT,
		PUBLISH_SUMMARY),
	FIELD(FIELD_PRODUCTS, "products", "产品", "产品", "products", TYPE_TEXT, PUBLISH_PUBLIC),
	FIELD(FIELD_OUTPUT_WAN, "output_wan", "产值（万元）", "产值（万元）",
		"output (10 000 yuan)", TYPE_NUMBER, PUBLISH_AGGREGATE),
	FIELD(FIELD_PREMISES, "premises", "厂房性质（租赁或自建）", "厂房性质", "premises",
		TYPE_ENUM, PUBLISH_PUBLIC),
	ASKED(FIELD_EMISSIONS_EXCEED, "emissions_exceed", "污染物排放是否超标", "排放超标",
		"emissions exceed the limit", PUBLISH_PUBLIC, "是", "否", TRI_YES),
	ASKED(FIELD_CONFORMS, "conforms", "是否符合产业政策及当地产业布局规划",
		"符合产业政策及布局", "conforms to policy and plans", PUBLISH_PUBLIC, "是", "否",
		TRI_NO),
	ASKED(FIELD_HAS_FIRE, "has_fire", "有无消防手续", "消防手续", "fire safety procedures",
		PUBLISH_PUBLIC, "有", "无", TRI_NO),
	ASKED(FIELD_HAS_EIA, "has_eia", "有无环评手续", "环评手续", "environmental assessment",
		PUBLISH_PUBLIC, "有", "无", TRI_NO),
	ASKED(FIELD_HAS_PLANNING, "has_planning", "有无规划手续", "规划手续", "planning procedures",
		PUBLISH_PUBLIC, "有", "无", TRI_NO),
	ASKED(FIELD_HAS_LICENCE, "has_licence", "有无工商执照", "工商执照", "business licence",
		PUBLISH_PUBLIC, "有", "无", TRI_NO),
	/* Public once handled: hazard_public. */
	ASKED(FIELD_HAS_HAZARD, "has_hazard", "安全生产是否有隐患", "安全隐患", "safety hazard",
		PUBLISH_REVIEWED, "是", "否", TRI_YES),
	ASKED(FIELD_HAS_UNLAWFUL_BUILDING, "has_unlawful_building", "有无违法违章建筑", "违法建筑",
		"unlawful building", PUBLISH_PUBLIC, "有", "无", TRI_YES),
	/* Expropriation is sensitive, so it is shown only when staff marked it. */
	ASKED(FIELD_IN_DEMOLITION, "in_demolition", "是否纳入拆迁范围", "拆迁范围",
		"in a demolition area", PUBLISH_REVIEWED, "是", "否", TRI_UNKNOWN),
	FIELD(FIELD_RECTIFICATION_NOTE, "rectification_note", "整治情况", "整治情况",
		"rectification note", TYPE_TEXT, PUBLISH_REVIEWED),
	FIELD(FIELD_STREET, "street", "所属街道社区", "街道", "street", TYPE_TEXT, PUBLISH_PUBLIC),
	/* Ours. */
	FIELD(FIELD_COMMUNITY, "community", "社区", "社区", "community", TYPE_TEXT, PUBLISH_PUBLIC),
	FIELD(FIELD_ID, "id", "编号", "编号", "id", TYPE_TEXT, PUBLISH_PUBLIC),
	FIELD(FIELD_RING, "ring", "二环路内外", "二环路内外", "ring road side", TYPE_ENUM,
		PUBLISH_PUBLIC),
	FIELD(FIELD_CATEGORY, "category", "认定类别", "类别", "category", TYPE_ENUM,
		PUBLISH_PUBLIC),
	FIELD(FIELD_MEASURE, "measure", "处置措施", "处置措施", "measure", TYPE_ENUM,
		PUBLISH_PUBLIC),
	FIELD(FIELD_FOUND_ON, "found_on", "发现日期", "发现日期", "found on", TYPE_DAY,
		PUBLISH_PUBLIC),
	ASKED(FIELD_INDUSTRIAL_PREMISES, "industrial_premises", "是否工业用房", "工业用房",
		"industrial premises", PUBLISH_PUBLIC, "是", "否", TRI_NO),
	ASKED(FIELD_UNLAWFUL_OPERATION, "unlawful_operation", "有无违规生产经营", "违规生产经营",
		"unlawful operation", PUBLISH_PUBLIC, "有", "无", TRI_YES),
	FIELD(FIELD_INDUSTRY_KIND, "industry_kind", "行业类别", "行业类别", "kind of industry",
		TYPE_ENUM, PUBLISH_PUBLIC),
	ASKED(FIELD_ADDRESS_PUBLIC, "address_public", "地址可否公开", "地址可公开",
		"address may be published", PUBLISH_INTERNAL, "是", "否", TRI_UNKNOWN),
	ASKED(FIELD_NOTE_PUBLIC, "note_public", "整治情况可否公开", "整治情况可公开",
		"note may be published", PUBLISH_INTERNAL, "是", "否", TRI_UNKNOWN),
	ASKED(FIELD_HAZARD_PUBLIC, "hazard_public", "安全隐患可否公开", "安全隐患可公开",
		"hazard may be published", PUBLISH_INTERNAL, "是", "否", TRI_UNKNOWN),
	ASKED(FIELD_DEMOLITION_PUBLIC, "demolition_public", "拆迁范围可否公开", "拆迁范围可公开",
		"demolition area may be published", PUBLISH_INTERNAL, "是", "否", TRI_UNKNOWN),
	/* Shown as a state, not as an answer. */
	ASKED(FIELD_OUT_OF_SCOPE, "out_of_scope", "是否不在治理范围", "不在治理范围",
		"out of scope", PUBLISH_PUBLIC, "是", "否", TRI_UNKNOWN),
};

const struct field_info *policy_field(enum field f)
{
	return &fields[f];
}

const struct field_info *policy_field_find(const char *id)
{
	for (size_t f = FIELD_SEQ; f < FIELD_COUNT; f++)
		if (str_eq(fields[f].id, id))
			return &fields[f];
	return NULL;
}
