/*
 * What the files of this room share: the loaded data's shape and the look-ups by name that only the
 * loader needs. Everything here is owned by the struct policy's arena and read-only once loaded.
 */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include "tianlan/input.h"
#include "tianlan/policy.h"

enum due_kind { DUE_NONE = 0, DUE_FIXED, DUE_MONTHS };

/* One version of one duty of one cell. */
struct rule {
	const char *id;
	const char *clause;
	enum category category;
	enum ring ring;
	enum action action;
	struct day in_force_from;
	bool repealed; /* from that day on the duty stands no more */
	enum due_kind due;
	struct day due_day; /* DUE_FIXED */
	int months;	    /* DUE_MONTHS: after the order */
	const char *text;   /* what is to be done, one sentence */
	const char *missed[4];
	const char *missed_text;
	const char *until;
	const char *note; /* why this version is in force from that day; shown in the working */
	size_t order;	  /* of the duty in its cell; the same for all versions of it */
};

/* One sentence on what the plan leaves open, with the categories it concerns. */
struct open_point {
	const char *id;
	const char *text;
	bool category[CATEGORY_COUNT];
};

struct route {
	const char *slug;
	const char *name;
	const char *lead;
	const char *clause;
};

/* How a classification reason or flag is worded. */
struct policy {
	struct arena *arena;
	char version[20];
	struct plan_info plan;
	struct day goal;
	const char *goal_text;
	const struct rule *rules; /* by category, ring, order, in_force_from */
	size_t rule_count;
	const struct open_point *open;
	size_t open_count;
	struct unit_info *units;
	size_t unit_count;
	struct industry_info *industries;
	size_t industry_count;
	const struct route *routes;
	size_t route_count;
	enum publish_class publish[FIELD_COUNT];
};

bool policy_action_find(const char *id, enum action *ret_action);
const char *policy_missed_find(const char *missed_id); /* the static id; NULL when unknown */

#endif
