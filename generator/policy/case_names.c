/*
 * The names of the steps, outcomes and buckets of a tip-off case. The identifiers stand in stored data and in the chain of
 * record: none is ever renamed. Invariant: within a table no identifier and no label stands twice.
 */
#include "policy/policy_internal.h"

struct name {
	const char *id, *label;
};

static const struct name steps[CASE_STEP_COUNT] = {
	[CASE_RECEIVED] = {"received", "收件"},
	[CASE_ACCEPTED] = {"accepted", "受理"},
	[CASE_DECLINED] = {"declined", "不予受理"},
	[CASE_MERGED] = {"merged", "重复"},
	[CASE_DISPATCHED] = {"dispatched", "转办"},
	[CASE_OBJECTED] = {"objected", "退回"},
	[CASE_CHECKED] = {"checked", "核查"},
	[CASE_RECTIFYING] = {"rectifying", "整治"},
	[CASE_CONCLUDED] = {"concluded", "办结"},
	[CASE_PUBLISHED] = {"published", "公开"},
	[CASE_ASKED] = {"asked", "回访"},
	[CASE_REOPENED] = {"reopened", "重启"},
	[CASE_TRANSFERRED] = {"transferred", "移送"},
	[CASE_ERASED] = {"erased", "销毁"},
	[CASE_EXTENDED] = {"extended", "延期"},
};

static const struct name outcomes[OUTCOME_COUNT] = {
	[OUTCOME_NONE] = {"", ""},
	[OUTCOME_TRUE] = {"true", "属实"},
	[OUTCOME_PARTLY] = {"partly", "部分属实"},
	[OUTCOME_UNTRUE] = {"untrue", "不属实"},
};

static const struct name buckets[BUCKET_COUNT] = {
	[BUCKET_OPEN] = {"open", "在办"},
	[BUCKET_OPEN_LATE] = {"open-late", "在办已逾期"},
	[BUCKET_CONCLUDED] = {"concluded", "办结"},
	[BUCKET_DECLINED] = {"declined", "不予受理"},
	[BUCKET_MERGED] = {"merged", "并入"},
	[BUCKET_TRANSFERRED] = {"transferred", "移送"},
	[BUCKET_ERASED] = {"erased", "销毁"},
};

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* 0 when there is none, and for the empty name. */
static size_t name_find(const struct name *names, size_t count, const char *id)
{
	for (size_t i = 1; id && *id && i < count; i++)
		if (str_eq(names[i].id, id))
			return i;
	return 0;
}

const char *policy_case_step_id(enum case_step s)
{
	return (size_t)s < COUNT_OF(steps) ? or_empty(steps[s].id) : "";
}

const char *policy_case_step_label(enum case_step s)
{
	return (size_t)s < COUNT_OF(steps) ? or_empty(steps[s].label) : "";
}

enum case_step policy_case_step_find(const char *id)
{
	return (enum case_step)name_find(steps, COUNT_OF(steps), id);
}

const char *policy_outcome_id(enum case_outcome o)
{
	return (size_t)o < COUNT_OF(outcomes) ? outcomes[o].id : "";
}

const char *policy_outcome_label(enum case_outcome o)
{
	return (size_t)o < COUNT_OF(outcomes) ? outcomes[o].label : "";
}

enum case_outcome policy_outcome_find(const char *id)
{
	return (enum case_outcome)name_find(outcomes, COUNT_OF(outcomes), id);
}

const char *policy_bucket_id(enum case_bucket b)
{
	return (size_t)b < COUNT_OF(buckets) ? buckets[b].id : "";
}

const char *policy_bucket_label(enum case_bucket b)
{
	return (size_t)b < COUNT_OF(buckets) ? buckets[b].label : "";
}
