/*
 * Which version of a rule is in force on a day, and what an amendment changes.
 *
 * A decision is explained by the rules of its own day, so no version is ever dropped. The plan sets
 * dates that lie before itself (附件1第7行); a day before the plan is therefore read as the plan's day.
 */
#include "policy/policy_internal.h"

/* The version that counts on that day, a repeal included. */
static const struct rule_version *version_on(
	const struct policy *p, const struct rule *rule, struct day as_of)
{
	const struct rule_version *found = NULL;

	if (day_compare(as_of, p->plan.issued) < 0)
		as_of = p->plan.issued;
	for (size_t i = 0; i < rule->version_count; i++)
		if (day_compare(rule->versions[i].in_force_from, as_of) <= 0)
			found = &rule->versions[i];
	return found;
}

const struct rule_version *policy_rule_version(
	const struct policy *p, const struct rule *rule, struct day as_of)
{
	const struct rule_version *version = version_on(p, rule, as_of);

	return version && version->repealed ? NULL : version;
}

bool policy_cell_changed(
	const struct policy *p, enum category c, enum ring r, struct day from, struct day to)
{
	for (size_t i = 0; i < p->rule_count; i++) {
		const struct rule *rule = &p->rules[i];

		if (rule->category == c && rule->ring == r &&
			version_on(p, rule, from) != version_on(p, rule, to))
			return true;
	}
	return false;
}
