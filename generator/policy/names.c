/*
 * The names of the plan's vocabulary: identifiers for files, addresses and --json, and the labels
 * people read.
 *
 * One table per enum, indexed by its value, so that a missing entry shows as an empty name and the
 * tests find it. Identifiers never change once published: addresses and exports are made of them.
 * Invariant: within a table no identifier and no label stands twice.
 */
#include "policy/policy_internal.h"

#include <string.h>

struct name {
	const char *id;
	const char *label;
	const char *label_en;
};

/* 附件1 rows 1-7. */
static const struct name categories[CATEGORY_COUNT] = {
	[CATEGORY_NONE] = {"", "未认定", "not classified"},
	[CATEGORY_SAN] = {"san", "散", "scattered"},
	[CATEGORY_LUAN] = {"luan", "乱", "disorderly"},
	[CATEGORY_WU] = {"wu", "污", "polluting"},
	[CATEGORY_SANLUAN] = {"sanluan", "散乱", "scattered and disorderly"},
	[CATEGORY_SANWU] = {"sanwu", "散污", "scattered and polluting"},
	[CATEGORY_LUANWU] = {"luanwu", "乱污", "disorderly and polluting"},
	[CATEGORY_SANLUANWU] = {"sanluanwu", "散乱污", "scattered, disorderly and polluting"},
};

static const struct name rings[RING_COUNT] = {
	[RING_UNKNOWN] = {"", "未定", "not settled"},
	[RING_INNER] = {"inner", "二环路以内", "inside the second ring road"},
	[RING_OUTER] = {"outer", "二环路以外", "outside the second ring road"},
};

/* 三、 */
static const struct name measures[MEASURE_COUNT] = {
	[MEASURE_NONE] = {"", "未定", "not decided"},
	[MEASURE_CLOSE] = {"close", "关停取缔", "close down"},
	[MEASURE_RELOCATE] = {"relocate", "限期搬迁", "move by a date"},
	[MEASURE_RECTIFY] = {"rectify", "停产整治", "stop and rectify"},
};

static const struct name actions[ACTION_COUNT] = {
	[ACTION_RELOCATE] = {"relocate", "迁入工业园区", "move into an industrial park"},
	[ACTION_STOP] = {"stop", "停产停业", "stop production"},
	[ACTION_LIMIT] = {"limit", "限产或停产", "limit or stop production"},
	[ACTION_COMPLETE_PROCEDURES] = {"complete_procedures", "补办手续",
		"complete the procedures"},
	[ACTION_RECTIFY] = {"rectify", "整治污染", "rectify"},
	[ACTION_UPGRADE_TREATMENT] = {"upgrade_treatment", "升级污染治理设施", "upgrade treatment"},
	[ACTION_PASS_ENVIRONMENT_CHECK] = {"pass_environment_check", "通过环保现场监察",
		"pass the on-site environment check"},
	[ACTION_CLOSE] = {"close", "关停", "close down"},
	[ACTION_BAN] = {"ban", "取缔（两断三清）", "ban: cut off and clear out"},
};

static const struct name duty_states[DUTY_STATE_COUNT] = {
	[DUTY_UNKNOWN] = {"unknown", "无法推算", "cannot be worked out"},
	[DUTY_NO_DATE] = {"no_date", "方案未定日期", "the plan sets no date"},
	[DUTY_DUE] = {"due", "未到期", "due"},
	[DUTY_OVERDUE] = {"overdue", "已逾期", "overdue"},
	[DUTY_MET] = {"met", "按要求完成", "met"},
	[DUTY_MET_LATE] = {"met_late", "期限后完成", "met late"},
	[DUTY_PAST_WHEN_ISSUED] = {"past_when_issued", "印发时期限已过",
		"past when the plan was issued"},
	[DUTY_PAST_WHEN_FOUND] = {"past_when_found", "发现时期限已过", "past when found"},
	[DUTY_DISCHARGED] = {"discharged", "不再适用", "no longer applies"},
};

static const struct name events[EVENT_KIND_COUNT] = {
	[EVENT_REGISTERED] = {"registered", "登记", "registered"},
	[EVENT_CLASSIFIED] = {"classified", "认定类别", "classified"},
	[EVENT_MEASURE_DECIDED] = {"measure_decided", "确定处置措施", "measure decided"},
	[EVENT_ORDERED] = {"ordered", "下达责令停产（限产）",
		"ordered to stop or limit production"},
	[EVENT_PROGRESS] = {"progress", "整改进展", "progress"},
	[EVENT_ACCEPTANCE_ASKED] = {"acceptance_asked", "申请验收", "acceptance asked for"},
	[EVENT_ACCEPTED] = {"accepted", "验收合格", "accepted"},
	[EVENT_REJECTED] = {"rejected", "验收不合格", "rejected"},
	[EVENT_MOVED] = {"moved", "迁入园区", "moved into a park"},
	[EVENT_CLOSED] = {"closed", "关停", "closed down"},
	[EVENT_CLEARED_WATER] = {"cleared_water", "断水", "water cut"},
	[EVENT_CLEARED_POWER] = {"cleared_power", "断电", "power cut"},
	[EVENT_CLEARED_EQUIPMENT] = {"cleared_equipment", "清设备", "equipment cleared"},
	[EVENT_CLEARED_MATERIALS] = {"cleared_materials", "清原料", "raw materials cleared"},
	[EVENT_CLEARED_PRODUCTS] = {"cleared_products", "清产品", "products cleared"},
	[EVENT_SELF_CHECKED] = {"self_checked", "自查", "checked by the street"},
	[EVENT_REVIEWED] = {"reviewed", "复查", "reviewed"},
	[EVENT_VERIFIED] = {"verified", "核查", "verified"},
	[EVENT_SIGNED_OFF] = {"signed_off", "销号", "signed off"},
	[EVENT_LOOKED_BACK] = {"looked_back", "回头看", "looked back"},
	[EVENT_RELAPSED] = {"relapsed", "反弹（死灰复燃）", "relapsed"},
	[EVENT_PENALISED] = {"penalised", "处罚", "penalised"},
	[EVENT_DEMOLISHED] = {"demolished", "拆除违法建筑", "unlawful building demolished"},
	[EVENT_RESUMED] = {"resumed", "恢复生产", "production resumed with leave"},
	[EVENT_CORRECTION] = {"correction", "更正", "correction"},
	[EVENT_WITHDRAWN] = {"withdrawn", "撤销登记", "record withdrawn"},
};

static const struct name states[STATE_COUNT] = {
	[STATE_REGISTERED] = {"registered", "已登记", "registered"},
	[STATE_CLASSIFIED] = {"classified", "已认定", "classified"},
	[STATE_ORDERED] = {"ordered", "已下达", "ordered"},
	[STATE_UNDER_WAY] = {"under-way", "整改中", "under way"},
	[STATE_ACCEPTANCE_ASKED] = {"acceptance-asked", "申请验收", "acceptance asked for"},
	[STATE_ACCEPTED] = {"accepted", "验收合格", "accepted"},
	[STATE_CLOSED] = {"closed", "已关停取缔", "closed down"},
	[STATE_SIGNED_OFF] = {"signed-off", "已销号", "signed off"},
	[STATE_RELAPSED] = {"relapsed", "反弹", "relapsed"},
	[STATE_WITHDRAWN] = {"withdrawn", "已撤销", "withdrawn"},
	[STATE_OUT_OF_SCOPE] = {"out-of-scope", "不在范围", "out of scope"},
};

/* What follows when a duty is missed. */
static const struct name missed[] = {
	{"penalty", "处罚", "penalty"},
	{"close", "关停取缔", "close down"},
	{"demolish", "拆除", "demolish"},
	{"ban", "两断三清取缔", "ban: cut off and clear out"},
};

/* The index whose identifier or label is text; count when there is none. "" is no name. */
static size_t name_find(const struct name *table, size_t count, const char *text)
{
	if (!text || !*text)
		return count;
	for (size_t i = 0; i < count; i++)
		if (table[i].id && (str_eq(table[i].id, text) || str_eq(table[i].label, text)))
			return i;
	return count;
}

static unsigned name_find_or_zero(const struct name *table, size_t count, const char *text)
{
	size_t i = name_find(table, count, text);

	return i < count ? (unsigned)i : 0;
}

static const char *text_of(const char *s)
{
	return s ? s : "";
}

#define NAME_OF(table, value, part) \
	((size_t)(value) < COUNT_OF(table) ? text_of((table)[value].part) : "")

const char *policy_category_slug(enum category c)
{
	return NAME_OF(categories, c, id);
}

const char *policy_category_label(enum category c)
{
	return NAME_OF(categories, c, label);
}

enum category policy_category_find(const char *slug_or_label)
{
	return (enum category)name_find_or_zero(categories, COUNT_OF(categories), slug_or_label);
}

enum category policy_category_from(bool scattered, bool disorderly, bool polluting)
{
	static const enum category by_set[8] = {CATEGORY_NONE, CATEGORY_SAN, CATEGORY_LUAN,
		CATEGORY_SANLUAN, CATEGORY_WU, CATEGORY_SANWU, CATEGORY_LUANWU, CATEGORY_SANLUANWU};

	return by_set[(scattered ? 1 : 0) + (disorderly ? 2 : 0) + (polluting ? 4 : 0)];
}

const char *policy_ring_id(enum ring r)
{
	return NAME_OF(rings, r, id);
}

const char *policy_ring_label(enum ring r)
{
	return NAME_OF(rings, r, label);
}

enum ring policy_ring_find(const char *id)
{
	return (enum ring)name_find_or_zero(rings, COUNT_OF(rings), id);
}

const char *policy_measure_id(enum measure m)
{
	return NAME_OF(measures, m, id);
}

const char *policy_measure_label(enum measure m)
{
	return NAME_OF(measures, m, label);
}

enum measure policy_measure_find(const char *id)
{
	return (enum measure)name_find_or_zero(measures, COUNT_OF(measures), id);
}

const char *policy_action_id(enum action a)
{
	return NAME_OF(actions, a, id);
}

const char *policy_action_label(enum action a)
{
	return NAME_OF(actions, a, label);
}

bool policy_action_find(const char *id, enum action *ret_action)
{
	size_t i = name_find(actions, COUNT_OF(actions), id);

	if (i == COUNT_OF(actions))
		return false;
	*ret_action = (enum action)i;
	return true;
}

const char *policy_duty_state_id(enum duty_state s)
{
	return NAME_OF(duty_states, s, id);
}

const char *policy_duty_state_label(enum duty_state s)
{
	return NAME_OF(duty_states, s, label);
}

const char *policy_event_id(enum event_kind k)
{
	return NAME_OF(events, k, id);
}

const char *policy_event_label(enum event_kind k)
{
	return NAME_OF(events, k, label);
}

const char *policy_event_label_en(enum event_kind k)
{
	return NAME_OF(events, k, label_en);
}

enum event_kind policy_event_find(const char *id)
{
	return (enum event_kind)name_find_or_zero(events, COUNT_OF(events), id);
}

const char *policy_state_slug(enum course_state s)
{
	return NAME_OF(states, s, id);
}

const char *policy_state_label(enum course_state s)
{
	return NAME_OF(states, s, label);
}

enum course_state policy_state_find(const char *slug)
{
	return (enum course_state)name_find_or_zero(states, COUNT_OF(states), slug);
}

const char *policy_missed_label(const char *missed_id)
{
	size_t i = name_find(missed, COUNT_OF(missed), missed_id);

	return i < COUNT_OF(missed) ? missed[i].label : "";
}

const char *policy_missed_find(const char *missed_id)
{
	size_t i = name_find(missed, COUNT_OF(missed), missed_id);

	return i < COUNT_OF(missed) ? missed[i].id : NULL;
}
