/*
 * What the files of this room share: the loaded data's shape and the look-ups by name that only the
 * loader needs. Everything here is owned by the struct policy's arena and read-only once loaded.
 */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include "tianlan/input.h"
#include "tianlan/policy_cases.h"

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

/* One day of holidays.csv that is other than its day of the week says. */
struct holiday {
	struct day day;
	bool off; /* else worked in exchange (调休) */
	const char *name;
};

/* Sentences of refusal that hold figures of the law, in both languages (enum base_lang). */
struct clock_words {
	const char *extension[2]; /* at most so many days may be added */
	const char *objection[2]; /* too late to object */
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
	const char **lead_order; /* department codes */
	size_t lead_order_count;
	const char *emissions_lead, *fallback;
	struct holiday *holidays; /* by day */
	size_t holiday_count;
	struct clock_law *clocks;
	struct clock_words *clock_words; /* of each clock */
	size_t clock_count;
	int soon_days;
	struct retention *retentions; /* by enum ending, retention.c */
	struct gate gate;
	struct ranking_rules *rankings; /* in order of in_force_from */
	size_t ranking_count;
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

bool policy_day_is_weekend(struct day d); /* calendar.c */
/* clocks.c: the version in force on that day of the clock that runs on a case between these steps; NULL when there is none. */
const struct clock_law *policy_clock_between(
	const struct policy *p, enum case_step from, enum case_step to, struct day on);
/* clocks.c: the last day of n days after `from`, counted as the law says. */
struct day policy_clock_due(
	const struct policy *p, const struct clock_law *law, struct day from, int n);
/* clocks.c: has a clock of this case run out unmet? */
bool policy_case_is_late(const struct policy *p, const struct case_course *c, struct day today);
const struct clock_words *policy_clock_words(const struct policy *p, const struct clock_law *law);

/* retention.c */
enum ending {
	ENDING_DECLINED = 0,
	ENDING_MERGED,
	ENDING_TRANSFERRED,
	ENDING_UNTRUE,
	ENDING_TRUE, /* wholly or partly */
	ENDING_COUNT
};
extern const char *const ending_ids[ENDING_COUNT];

#endif
