/*
 * What the register tells the public of tip-offs and supervision: read once per build by supervision_load(), then read-only,
 * but for the tasks, which the first page that needs them reads (supervision_tasks(), under the lock of struct extras).
 */
#ifndef SITE_SUPERVISION_H
#define SITE_SUPERVISION_H

#include "site/pages.h"
#include "tianlan/policy_cases.h"

enum tip_grouping { TIP_MONTH, TIP_KIND, TIP_STREET, TIP_LEAD, TIP_GROUPINGS };
struct tip_row {
	const char *label; /* a month, slug or code; GATE_REST, GATE_NONE */
	int64_t n[BUCKET_COUNT], received;
};
struct tip_table {
	struct tip_row
		*rows; /* months ascending, else in the order of the data; rest and none last */
	size_t count;
};
struct chain_week {
	const char *week, *head;
};
struct supervision {
	struct tip_row total;
	struct tip_table tips[TIP_GROUPINGS];
	struct pub_tip_release *releases;   /* oldest first */
	struct pub_tip_result *results;	    /* by release, street, outcome, reply */
	struct chain_week *weeks;	    /* oldest first */
	struct pub_inspection *inspections; /* by day, seq */
	struct pub_lookback_plan *plans;    /* oldest first */
	struct pub_lookback_count *counts;
	struct pub_ranking *rankings; /* oldest first */
	struct ranked_unit {
		size_t ranking; /* which of them */
		const char *unit;
	} * ranked; /* by ranking, unit */
	size_t release_count, result_count, week_count, inspection_count, plan_count, count_count,
		ranking_count, ranked_count;
	struct pub_task_of *tasks; /* by unit, due, enterprise; NULL: not read yet */
	size_t task_count;
	bool tasks_read;
};

/* ERR_REFUSED: the figures of the release do not agree with each other; the message has the numbers. */
enum err_code supervision_load(struct ctx *c, struct extras *x, struct err *e) MUST_USE;
/* The check alone: every grouping adds up to the total, bucket by bucket, and what was received is what became of it. */
enum err_code tips_check(const struct supervision *s, struct err *e) MUST_USE;
/* Tasks of records that are not withdrawn. */
enum err_code supervision_tasks(struct worker *w, const struct pub_task_of **ret, size_t *ret_count,
	struct err *e) MUST_USE;
/* Not done and its day has passed as of `on`. */
bool task_is_late(const struct pub_task *t, struct day on);

/* The row of a label; NULL: none is shown. */
const struct tip_row *tip_row_of(
	const struct supervision *s, enum tip_grouping grouping, const char *label);
int64_t tip_open(const struct tip_row *r); /* past their day or not */
/* received open late concluded declined merged transferred erased */
void model_tips(struct value *m, struct arena *a, const struct tip_row *r);

const char *tip_label(
	const struct ctx *c, struct arena *a, enum tip_grouping grouping, const char *label);
const char *inspection_kind_label(const char *kind);
const char *inspection_result_label(const char *result);
const char *lookback_reason_label(const char *reason);
const char *lookback_result_label(const char *result);

/* 2018年第1季度, "2018-q1"; what is no quarter stays as it is. */
const char *text_quarter_zh(struct arena *a, const char *quarter);
const char *text_quarter_slug(struct arena *a, const char *quarter);
/* 93.25 out of hundredths */
const char *text_hundredths(struct arena *a, int64_t n);

/* Inspections newest first, for pages/inspections.md: keys inspections, inspection_count, has_inspections. wanted NULL: all.
 * page_of: the record whose page it is, which then is not named again (nor read); 0: none. */
enum err_code model_inspections(struct worker *w, struct value *m, const struct pub_inspection *all,
	size_t count, bool (*wanted)(const struct pub_inspection *i, const void *ctx),
	const void *ctx, int64_t page_of, struct err *e) MUST_USE;
struct lookback_sums {
	int64_t planned, done, relapsed;
};
/* street NULL: all of the quarter. */
struct lookback_sums lookbacks_of(
	const struct supervision *s, const char *quarter, const char *street);
const char *bulletin_url(struct arena *a, const char *quarter); /* "/bulletins/2018-q1/" */
const char *lookback_url(struct arena *a, const char *quarter);

/* ---- what changed since the last build (other.c); from the driver's thread alone ---------------------- */

enum {
	TOUCHED_INSPECTIONS = 1,
	TOUCHED_RANKINGS = 2,
	TOUCHED_LOOKBACKS = 4,
	TOUCHED_REPORTS = 8,
};
unsigned kinds_touched(const struct ctx *c, int64_t old_change);
bool record_touched(const struct ctx *c, int64_t number, int64_t old_change);

#endif
