/*
 * policy, second part: tip-off cases and supervision as dated data and pure functions: the course of a case and what may
 * follow, routing, clocks with calendar and working days, retention, the publication gate, the quarterly ranking.
 *
 * Not here: a clock (today is a parameter), storage, sealing, wording of pages.
 * Data (content/policy/): routing.conf, clocks.conf, holidays.csv, retention.conf, gate.conf, ranking.conf; read by
 *   policy_load(), each rule with its source (clause, law and article) and in_force_from; what is ours says so.
 * Ownership and errors as in policy.h. Identifiers of steps, outcomes and buckets stand in stored data: never rename one.
 * Sources: plan 五、（二), 六; 信访条例 (2005) 22, 23, 33, 34; 信访工作条例 (2022) 23, 34; 行政处罚法 60; yearly notices of holidays.
 */
#ifndef TIANLAN_POLICY_CASES_H
#define TIANLAN_POLICY_CASES_H

#include "tianlan/policy.h"

/* ---- loading ---------------------------------------------------------------------------------- */

/* As policy_load(), file by file: one that dir lacks is read from fallback, so that a folder of before this part keeps working.
 * A NULL fallback, or a dir that is not there: as policy_load() of the other. */
enum err_code policy_load_over(
	const char *dir, const char *fallback, struct policy **ret_policy, struct err *e) MUST_USE;
/* The names of the files, in the order in which they are read. */
const char *const *policy_file_names(size_t *ret_count);

/* ---- the course of a case ------------------------------------------------------------------- */

enum case_step { /* what was done; the last step but `extended` names the state */
	CASE_RECEIVED = 1,
	CASE_ACCEPTED,
	CASE_DECLINED,
	CASE_MERGED,
	CASE_DISPATCHED,
	CASE_OBJECTED, /* sent back: not ours */
	CASE_CHECKED,  /* on site, with an outcome */
	CASE_RECTIFYING,
	CASE_CONCLUDED,
	CASE_PUBLISHED,
	CASE_ASKED, /* the reporter was asked */
	CASE_REOPENED,
	CASE_TRANSFERRED,
	CASE_ERASED,
	CASE_EXTENDED, /* ours: the day for concluding was put off; the state stays */
	CASE_STEP_COUNT
};
enum case_outcome { OUTCOME_NONE = 0, OUTCOME_TRUE, OUTCOME_PARTLY, OUTCOME_UNTRUE, OUTCOME_COUNT };
/* received = open + concluded + declined + merged + transferred + erased; open is split by whether its day has passed. */
enum case_bucket {
	BUCKET_OPEN = 0,
	BUCKET_OPEN_LATE,
	BUCKET_CONCLUDED,
	BUCKET_DECLINED,
	BUCKET_MERGED,
	BUCKET_TRANSFERRED,
	BUCKET_ERASED,
	BUCKET_COUNT
};
const char *policy_case_step_id(enum case_step s);    /* "dispatched" */
const char *policy_case_step_label(enum case_step s); /* 转办 */
enum case_step policy_case_step_find(const char *id); /* 0: none */
const char *policy_outcome_id(enum case_outcome o);   /* "partly"; "" for NONE */
const char *policy_outcome_label(enum case_outcome o);
enum case_outcome policy_outcome_find(const char *id);
const char *policy_bucket_id(enum case_bucket b); /* "open" "open-late" "concluded" … */
const char *policy_bucket_label(enum case_bucket b);

struct case_fact { /* one step as the course sees it, in the order they were taken */
	enum case_step kind;
	struct day day;
	enum case_outcome outcome; /* of CHECKED */
	int days;		   /* of EXTENDED */
};
struct case_course {
	enum case_step state;
	struct day since, last; /* of the state; of the last step, an extension included */
	struct day received, accepted, dispatched, objected, checked, rectifying, concluded,
		published, asked; /* of the present round: a reopening forgets all but received */
	struct day
		answered; /* accepted, declined, merged or transferred first: the reporter was told what becomes of it */
	struct day
		running_from; /* acceptance, or the last reopening: where the time to conclude begins */
	enum case_outcome outcome;
	int extended_days;	  /* in the present round */
	int reopened, dispatches; /* in all */
};
/* Pure. The first step must be RECEIVED; without any the state is 0. A further dispatch forgets the objection to the one before. */
void policy_case_course(const struct case_fact *steps, size_t count, struct case_course *ret);

struct case_next { /* what is to be done, and what bears on whether it may */
	enum case_step kind;
	struct day day;
	enum case_outcome outcome; /* CHECKED */
	int days;		   /* EXTENDED */
	bool linked;		   /* an enterprise is linked (RECTIFYING: given now) */
	bool enterprise_settled;   /* that enterprise is signed off (or withdrawn, out of scope) */
	bool despite_open; /* CONCLUDED: staff say so although the rectification goes on, with a reason */
};
/* May it follow? NULL when it may, else why not and what to do first. Every pair of state and step has an answer
 * (case_course.c holds them in one table). Days may not go back. */
const char *policy_case_refusal(
	const struct policy *p, const struct case_course *now, const struct case_next *next);
bool policy_case_is_open(enum case_step state);
/* late: some clock of an open case has run out as of today. */
enum case_bucket policy_case_bucket(
	const struct policy *p, const struct case_course *c, struct day today);

/* ---- routing (五、（二)) ------------------------------------------------------------------------ */

#define ROUTE_HELPERS 8
struct route {
	const char *lead; /* unit code; the fallback when no kind says */
	const char *helpers
		[ROUTE_HELPERS]; /* the other departments the kinds go to, in the order of the data */
	size_t helper_count;
	const char *street; /* as given; NULL when unknown */
	const char *reason; /* one sentence, in the arena: why this lead */
};
/* kinds: slugs; unknown ones are passed over. */
void policy_route(const struct policy *p, struct arena *a, const char *const *kinds,
	size_t kind_count, const char *street, struct route *ret);

/* ---- days that are worked (holidays.csv) ------------------------------------------------------- */

enum day_kind { DAY_WORKED = 0, DAY_OFF };
/* *ret_known: the table has this day's year; else weekends are off and all else is worked, provisionally. */
enum day_kind policy_day_kind(const struct policy *p, struct day d, bool *ret_known);
/* The n-th worked day after `from` (n 0: from itself). *ret_provisional: a day on the way is in a year the table lacks. */
struct day policy_workdays_add(
	const struct policy *p, struct day from, int n, bool *ret_provisional);

/* ---- clocks (clocks.conf) ------------------------------------------------------------------------ */

struct clock_law {
	const char *
		name; /* "petition-tell" "petition-conclude" "petition-object" "penalty-decide" … */
	const char *law, *article, *what; /* 信访条例（2005）, 第三十三条, what must be done */
	struct day in_force_from,
		in_force_until; /* until: DAY_NONE when still in force; both included */
	int days;
	bool working;	    /* counted in working days */
	int extension_days; /* most that may be added once; 0: none */
	enum case_step from,
		to; /* on a case: which step starts and which ends it; 0: not a case's clock */
};
const struct clock_law *policy_clock_laws(const struct policy *p, size_t *ret_count);
/* The version of this name in force on the day it starts; NULL when there is none. */
const struct clock_law *policy_clock_law(const struct policy *p, const char *name, struct day on);
struct clock_due {
	const struct clock_law *law;
	struct day from, due; /* the day of the start does not count; the due day is included */
	bool working, provisional;
	struct day met; /* DAY_NONE: not yet */
	int days; /* left: from today, or from met when it is met, to due; negative when past */
	const char *text; /* the arithmetic, one sentence in the arena */
};
/* extended: days added. force_working: count in working days whatever the data says. */
void policy_clock(const struct policy *p, struct arena *a, const struct clock_law *law,
	struct day from, int extended, bool force_working, struct day today, struct clock_due *ret);
#define CASE_CLOCKS 4
/* The clocks of a case that ran to their end (met) or run, in the order of the data; not those that a transfer, a merger or an
 * erasure cut off. An ACCEPTED that ends a clock stands for every answer (`answered`); one that starts it for `running_from`.
 * The days to object are a right, no duty: that clock is there while it may still be used or once it was, and is never late. */
size_t policy_case_clocks(const struct policy *p, struct arena *a, const struct case_course *c,
	struct day today, struct clock_due ret[CASE_CLOCKS]);
/* The unmet clock of an open case that runs out first, objecting apart; false when none. soon: in time, and within the data's
 * `soon_days`. */
bool policy_case_due(const struct policy *p, struct arena *a, const struct case_course *c,
	struct day today, struct clock_due *ret, bool *ret_soon);
int policy_soon_days(const struct policy *p);

/* ---- retention (retention.conf) --------------------------------------------------------------------- */

struct retention {
	const char *id, *what, *basis; /* "declined", 不予受理的举报, source */
	int months;
};
/* The rule for a case in this state and outcome; NULL: kept while open, or erased already. *ret_from: the day from which it may be
 * destroyed, counted from the day it was declined, merged, transferred or concluded; a reopening starts all over. */
const struct retention *policy_retention(
	const struct policy *p, const struct case_course *c, struct day *ret_from);

/* ---- the publication gate (gate.conf, gate.c) -------------------------------------------------------- */

struct gate {
	int delay_days; /* after the end of the week of receipt */
	int batch;	/* a release shows at least so many changes, or there is none */
	int cell; /* every cell is 0 or at least this, and changes by none or at least this many cases */
	int coarse_days; /* waiting longer: shown under "rest" */
};
const struct gate *policy_gate(const struct policy *p);
enum gate_table { GATE_MONTH, GATE_KIND, GATE_STREET, GATE_LEAD, GATE_TABLES };
#define GATE_REST "rest" /* the label of what is too rare to be shown by itself */
#define GATE_NONE "none" /* not known yet: nobody has opened the case, or it names none */
struct gate_position {
	const char *label
		[GATE_TABLES]; /* 2018-01, "dust", "650105001", "environment", GATE_REST or GATE_NONE */
	enum case_bucket bucket;
};
struct gate_case {
	bool shown; /* was in an earlier release: then as `was` */
	struct gate_position was, now;
	struct day week_end; /* Sunday of the week of receipt */
	struct day changed;  /* since when `now` holds */
	/* set by policy_release(): */
	bool moves;		 /* shown from now on as `to` */
	struct gate_position to; /* == now, or coarser; == was when it does not move */
};
/*
 * Decides which cases' positions the next release shows. Afterwards in every table (month, kind, street, lead) and in the total,
 * every cell (row × bucket) and every row's sum holds 0 or >= cell cases and differs from the release before by the coming and going
 * of 0 or >= cell cases; a case's month, once shown, stays. Cases too rare wait; those that have waited coarse_days go to the row
 * "rest" of the tables that hold them back. Nothing moves unless batch cases do. The largest such set is not promised; what waits for
 * good is fewer than `cell` a cell, whatever the number of cases. Pure: same cases, same decision, whatever their order (cases
 * alike in everything are interchangeable). Returns how many move.
 */
size_t policy_release(
	const struct gate *g, struct gate_case *cases, size_t count, struct day today);

/* ---- the quarterly ranking (ranking.conf, ranking.c) --------------------------------------------------- */

struct quarter {
	int year, quarter; /* 1 to 4 */
};
bool quarter_parse(const char *text, struct quarter *ret); /* "2018Q1" or "2018-q1" */
#define QUARTER_TEXT_BYTES 12
const char *quarter_text(struct quarter q, char out[QUARTER_TEXT_BYTES]); /* 2018Q1 */
const char *quarter_slug(struct quarter q, char out[QUARTER_TEXT_BYTES]); /* 2018-q1 */
struct quarter quarter_of(struct day d);
struct day quarter_first(struct quarter q), quarter_last(struct quarter q);

enum rank_rule {
	RANK_SHARE,  /* full × part / whole */
	RANK_DEDUCT, /* full − points × part, not below 0; applies always */
};
struct rank_item {
	const char *
		id; /* names the figures, one of the list in load_ranking.c: see register_supervision.h */
	const char *name, *how, *clause;
	int full; /* points */
	enum rank_rule rule;
	int points;	      /* RANK_DEDUCT: per case */
	bool zero_on_relapse; /* a relapse in the quarter makes it 0 */
};
#define RANK_ITEMS 12
struct ranking_rules {
	struct day in_force_from;
	int cutoff_days; /* what is recorded later than so many days after the quarter's end is not counted */
	const char *tie;	     /* the rule for ties, a sentence */
	size_t tie_item[RANK_ITEMS]; /* places in item[]: the higher score there comes first */
	size_t tie_count;
	struct rank_item item[RANK_ITEMS];
	size_t count;
};
/* The version in force at the quarter's end; NULL when there is none. */
const struct ranking_rules *policy_ranking(const struct policy *p, struct quarter q);
struct rank_figure {
	int64_t part, whole; /* whole 0 (RANK_SHARE): does not apply, unless a relapse makes it 0 */
};
struct rank_row {
	const char *unit;
	struct rank_figure figure[RANK_ITEMS];
	int64_t relapses;
	/* set by policy_rank(): hundredths of a point, rounded half up */
	int64_t score[RANK_ITEMS]; /* -1: does not apply */
	int64_t total;		   /* 0 to 10 000; -1: no RANK_SHARE item applies */
	int rank;		   /* from 1; ties share; 0: not ranked */
	int rank_best, rank_worst; /* over every weight 10 % up and 10 % down, one at a time */
};
/* Σscore ÷ Σfull × 100 over the items that apply; ties by the order the data names, then shared. Integers only. */
void policy_rank(const struct ranking_rules *r, struct rank_row *rows, size_t count);

#endif
