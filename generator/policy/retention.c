/*
 * How long a tip-off that came to its end is kept (retention.conf; 个人信息保护法 47 asks that personal data go when their purpose
 * ends, how long that is is ours). Months are added on the calendar, the day clamped.
 */
#include "policy/policy_internal.h"

const char *const ending_ids[ENDING_COUNT] = {[ENDING_DECLINED] = "declined",
	[ENDING_MERGED] = "merged",
	[ENDING_TRANSFERRED] = "transferred",
	[ENDING_UNTRUE] = "untrue",
	[ENDING_TRUE] = "true"};

const struct retention *policy_retention(
	const struct policy *p, const struct case_course *c, struct day *ret_from)
{
	bool concluded =
		c->state == CASE_CONCLUDED || c->state == CASE_PUBLISHED || c->state == CASE_ASKED;
	enum ending ending;

	if (concluded)
		ending = c->outcome == OUTCOME_UNTRUE ? ENDING_UNTRUE : ENDING_TRUE;
	else if (c->state == CASE_DECLINED)
		ending = ENDING_DECLINED;
	else if (c->state == CASE_MERGED)
		ending = ENDING_MERGED;
	else if (c->state == CASE_TRANSFERRED)
		ending = ENDING_TRANSFERRED;
	else
		return NULL;
	*ret_from =
		day_add_months(concluded ? c->concluded : c->since, p->retentions[ending].months);
	return &p->retentions[ending];
}
