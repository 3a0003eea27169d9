/*
 * What the files of this room share: the loaded data's shape and the look-ups by name that only the
 * loader needs. Everything here is owned by the struct policy's arena and read-only once loaded.
 */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include "tianlan/input.h"
#include "tianlan/policy.h"

#define MISSED_MAX 3 /* room for the NULL in struct duty */
#define OPEN_MAX 4

enum due_kind { DUE_NONE = 0, DUE_FIXED, DUE_MONTHS };
/* The day the months run from: the plan names none, so it is data (ours). */
enum due_start { START_ORDER = 0, START_FOUND };

/* What a rule says from a day on, until its next version. */
struct rule_version {
	struct day in_force_from;
	bool repealed; /* from that day on nothing is asked */
	const char *clause;
	enum due_kind due;
	struct day due_day;   /* DUE_FIXED */
	int months;	      /* DUE_MONTHS */
	enum due_start start; /* DUE_MONTHS */
	const char *text;     /* what is to be done, in our own words */
	const char *missed[MISSED_MAX + 1];
	const char *missed_text;
	const char *until;
	const char *note; /* why there is this version */
};

/* One duty of one cell of 附件1. */
struct rule {
	const char *id;
	enum category category;
	enum ring ring;
	enum action action;
	const struct rule_version *versions; /* in order of in_force_from */
	size_t version_count;
};

/* One sentence on what the plan leaves open, with the categories it concerns. */
struct open_point {
	const char *id;
	struct day in_force_from;
	const char *text;
	bool concerns[CATEGORY_COUNT];
};

struct policy {
	struct arena *arena;
	char version[17];
	struct plan_info plan;
	struct day goal;
	const char *goal_text;
	const struct rule
		*rules; /* in the file's order, which is the order of the duties of a cell */
	size_t rule_count;
	const struct open_point *open;
	size_t open_count;
	struct unit_info *units;
	size_t unit_count;
	struct tipoff_kind *tipoff_kinds;
	size_t tipoff_kind_count;
	struct industry_info *industries; /* the last one is "other" */
	size_t industry_count;
	enum publish_class publish[FIELD_COUNT];
};

/* names.c: look-ups that may fail; false and NULL when unknown. */
bool policy_action_find(const char *id, enum action *ret_action);
const char *policy_missed_find(const char *missed_id);

/* rules.c: the version in force on that day; NULL when there is none or it is a repeal. The plan is
 * read as of its own date for every day before it. */
const struct rule_version *policy_rule_version(
	const struct policy *p, const struct rule *rule, struct day as_of);

#endif
