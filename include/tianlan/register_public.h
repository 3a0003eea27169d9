/*
 * register_public: what of the register may be shown: a read-only door through the public_* views.
 *
 * The handle's SQLite authorizer admits reads of public_* views alone, so a field of class NEVER cannot
 * be read through it whatever the statement says. AGGREGATE values come only as sums over 3 or more,
 * BANDED ones as their band, REVIEWED ones only where staff marked them public.
 *
 * Ownership: results live in the caller's arena until it is reset. Threads: one handle per thread; a pool of
 *   handles reads one snapshot when pub_snapshot() gave each the same last change.
 * Errors: ERR_NOT_FOUND when there is no register; ERR_INPUT when its schema is newer or older (says what to do);
 *   ERR_SYSTEM for SQLite.
 */
#ifndef TIANLAN_REGISTER_PUBLIC_H
#define TIANLAN_REGISTER_PUBLIC_H

#include "tianlan/base.h"
#include "tianlan/policy.h"

struct pub;

enum err_code pub_open(const char *dir, struct pub **ret, struct err *e) MUST_USE;
void pub_close(struct pub *p);
/* Begins a read transaction; what is read from now on is one state, that of the change *ret_last_change. */
enum err_code pub_snapshot(struct pub *p, int64_t *ret_last_change, struct err *e) MUST_USE;
void pub_release(struct pub *p);
const char *pub_uuid(const struct pub *p);
const char *pub_prefix(const struct pub *p); /* "650105" */

struct pub_event {
	int64_t seq;
	enum event_kind kind;
	struct day day;
	const char *unit; /* code; NULL */
	const char *doc;  /* NULL */
	const char *note; /* NULL unless staff marked it public */
	const char *
		decided; /* classified: the category's slug; measure_decided: the measure's id; else NULL */
	int64_t corrects;
	bool voided; /* a later correction voids it: shown struck through with the reason */
};
struct pub_evidence {
	char sha256[65];
	const char *
		public_sha256; /* of the re-encoded copy that may be shown (evidence/public/HH/SHA.jpg); NULL */
	const char *name, *kind;
	struct day day;
	uint64_t bytes;
};
struct pub_task {
	const char *kind, *unit;
	struct day asked_on, due, done_on;
};
struct pub_lookback {
	const char *quarter; /* "2018Q1" */
	int64_t enterprise;
	const char *street, *reason; /* relapsed recent drawn */
	struct day done_on;
	const char *result; /* held relapsed moved-away */
};
struct pub_inspection {
	int64_t seq;
	struct day day;
	const char *kind, *team, *unit; /* unit NULL: none */
	int64_t enterprise;		/* 0: none */
	const char *doc, *result, *text;
	struct day published, put_right;
};
struct pub_record {
	int64_t number;
	const char *id; /* "650105-000123" */
	const char *name;
	const char *street;		 /* code */
	const char *community, *address; /* NULL: blank or not public */
	bool address_withheld;
	const char *industry_text; /* as the form says */
	const char *industry;	   /* slug */
	const char *products, *equipment_summary, *employees_band, *premises;
	struct answers answers; /* has_hazard only when reviewed, else unknown */
	enum tri industrial_premises, in_demolition; /* in_demolition only when reviewed */
	const char *note;			     /* 整治情况 when reviewed */
	enum category category;
	enum ring ring;
	enum measure measure;
	struct day found_on;
	enum course_state state;
	struct day since;
	struct course course; /* worked out from the events below */
	const struct pub_event *events;
	size_t event_count; /* by day, seq */
	const struct pub_evidence *evidence;
	size_t evidence_count;
	const struct pub_task *tasks;
	size_t task_count;
	struct day first_reported,
		last_reported;		      /* months of monthly reports that held it; DAY_NONE */
	struct day content_day;		      /* the day of its newest change, as content date */
	int64_t tipoffs;		      /* tip-offs a release shows of it: 0, or 3 and more */
	const struct pub_lookback *lookbacks; /* done ones, by quarter */
	size_t lookback_count;
	const struct pub_inspection *inspections; /* published ones about it, by day */
	size_t inspection_count;
};
/* Every record with from <= number < to, by number, whole: the statements run in step. to 0: no end. */
typedef enum err_code pub_record_fn(void *ctx, const struct pub_record *rec, struct err *e);
enum err_code pub_record_each(struct pub *p, int64_t from, int64_t to, struct arena *a,
	pub_record_fn *fn, void *ctx,
	struct err *e) MUST_USE; /* resets the arena between records */
enum err_code pub_record_get(struct pub *p, int64_t number, struct arena *a, struct pub_record *ret,
	struct err *e) MUST_USE;
int64_t pub_last_number(struct pub *p); /* 0 when empty */

/* The change log, public part: which enterprise, what kind, when; never who by name. */
struct pub_change {
	int64_t seq;
	int64_t enterprise; /* 0: not about one enterprise (unit, import) */
	const char *kind;   /* "registered" "field" "event" "evidence" "task" "import" "unit", and
			     * "tip-release" (of an enterprise: its count changed), "inspection" … */
	const char *
		detail; /* event kind id, public field id, or import summary; NULL when not public */
	struct day day;	     /* of the act (event's day or day of recording) */
	struct day recorded; /* day it was recorded */
};
typedef enum err_code pub_change_fn(void *ctx, const struct pub_change *ch, struct err *e);
enum err_code pub_change_each(struct pub *p, int64_t after_seq, pub_change_fn *fn, void *ctx,
	struct err *e) MUST_USE; /* ascending */

struct pub_unit {
	const char *code, *name, *kind;
};
typedef enum err_code pub_unit_fn(void *ctx, const struct pub_unit *u, struct err *e);
enum err_code pub_unit_each(struct pub *p, pub_unit_fn *fn, void *ctx, struct err *e) MUST_USE;

struct pub_report {
	const char *unit;
	struct day month, received;
	const char *sha256;
	int64_t rows, added, changed, refused;
};
typedef enum err_code pub_report_fn(void *ctx, const struct pub_report *rep, struct err *e);
enum err_code pub_report_each(struct pub *p, pub_report_fn *fn, void *ctx, struct err *e) MUST_USE;

/* Sum of 产值（万元） by "street", "category" or "industry": only groups of 3 or more are called back. */
typedef enum err_code pub_sum_fn(
	void *ctx, const char *group, int64_t count, double sum, struct err *e);
enum err_code pub_output_sum(
	struct pub *p, const char *by, pub_sum_fn *fn, void *ctx, struct err *e) MUST_USE;

/* ---- tip-offs: what the last release shows ---------------------------------------------------- */

struct pub_tip_cell {
	const char *grouping; /* total month kind street lead */
	const char *
		label; /* "" for total; a month, slug or code; "rest": too rare to be shown alone; "none": not known yet */
	const char *bucket; /* policy_bucket_id() */
	int64_t count;	    /* 3 and more */
};
typedef enum err_code pub_tip_cell_fn(void *ctx, const struct pub_tip_cell *c, struct err *e);
enum err_code pub_tip_cell_each(
	struct pub *p, pub_tip_cell_fn *fn, void *ctx, struct err *e) MUST_USE;
struct pub_tip_release {
	int64_t seq;
	struct day day;
};
typedef enum err_code pub_tip_release_fn(void *ctx, const struct pub_tip_release *r, struct err *e);
enum err_code pub_tip_release_each(
	struct pub *p, pub_tip_release_fn *fn, void *ctx, struct err *e) MUST_USE;
struct pub_tip_result {
	int64_t release;
	struct day day;
	const char *street, *outcome, *reply; /* street "rest" or "none" too; reply NULL: none */
};
/* By release, street, outcome, reply: an order that tells nothing of when which came. */
typedef enum err_code pub_tip_result_fn(void *ctx, const struct pub_tip_result *r, struct err *e);
enum err_code pub_tip_result_each(
	struct pub *p, pub_tip_result_fn *fn, void *ctx, struct err *e) MUST_USE;
typedef enum err_code pub_chain_week_fn(
	void *ctx, const char *week, const char *head, struct err *e);
enum err_code pub_chain_week_each(
	struct pub *p, pub_chain_week_fn *fn, void *ctx, struct err *e) MUST_USE;

/* ---- supervision -------------------------------------------------------------------------------- */

typedef enum err_code pub_inspection_fn(void *ctx, const struct pub_inspection *i, struct err *e);
enum err_code pub_inspection_each(
	struct pub *p, pub_inspection_fn *fn, void *ctx, struct err *e) MUST_USE;
struct pub_lookback_plan {
	const char *quarter, *seed;
	struct day made_on;
	int months, share;
};
typedef enum err_code pub_lookback_plan_fn(
	void *ctx, const struct pub_lookback_plan *l, struct err *e);
enum err_code pub_lookback_plan_each(
	struct pub *p, pub_lookback_plan_fn *fn, void *ctx, struct err *e) MUST_USE;
struct pub_lookback_count {
	const char *quarter, *street;
	int64_t planned, done, relapsed;
};
typedef enum err_code pub_lookback_count_fn(
	void *ctx, const struct pub_lookback_count *l, struct err *e);
enum err_code pub_lookback_count_each(
	struct pub *p, pub_lookback_count_fn *fn, void *ctx, struct err *e) MUST_USE;
typedef enum err_code pub_lookback_fn(void *ctx, const struct pub_lookback *l, struct err *e);
enum err_code pub_lookback_each(
	struct pub *p, pub_lookback_fn *fn, void *ctx, struct err *e) MUST_USE; /* done ones */
struct pub_ranking {
	const char *quarter, *sha256;
	struct day computed_on, rules_from;
};
typedef enum err_code pub_ranking_fn(void *ctx, const struct pub_ranking *r, struct err *e);
enum err_code pub_ranking_each(
	struct pub *p, pub_ranking_fn *fn, void *ctx, struct err *e) MUST_USE;
struct pub_ranking_row {
	const char *unit;
	int64_t total; /* hundredths; -1: not ranked */
	int rank, best, worst;
};
typedef enum err_code pub_ranking_row_fn(void *ctx, const struct pub_ranking_row *r, struct err *e);
enum err_code pub_ranking_row_each(struct pub *p, const char *quarter, pub_ranking_row_fn *fn,
	void *ctx, struct err *e) MUST_USE; /* by rank, unit */
struct pub_ranking_item {
	const char *unit, *item;
	int64_t part, whole, score; /* part -1: not shown */
};
typedef enum err_code pub_ranking_item_fn(
	void *ctx, const struct pub_ranking_item *i, struct err *e);
enum err_code pub_ranking_item_each(struct pub *p, const char *quarter, pub_ranking_item_fn *fn,
	void *ctx, struct err *e) MUST_USE;
struct pub_ranking_trace {
	const char *unit, *item, *what; /* enterprise report inspection */
	int64_t number;
	bool counted;
};
typedef enum err_code pub_ranking_trace_fn(
	void *ctx, const struct pub_ranking_trace *t, struct err *e);
/* Those behind one figure. */
enum err_code pub_ranking_trace_of(struct pub *p, const char *quarter, const char *unit,
	const char *item, pub_ranking_trace_fn *fn, void *ctx, struct err *e) MUST_USE;
/* Every task, by unit, due, enterprise: for the departments' lists and what is past its day. */
struct pub_task_of {
	int64_t enterprise;
	struct pub_task task;
};
typedef enum err_code pub_task_of_fn(void *ctx, const struct pub_task_of *t, struct err *e);
enum err_code pub_task_each(struct pub *p, pub_task_of_fn *fn, void *ctx, struct err *e) MUST_USE;

/* For the test that proves the door is narrow: prepares any statement through the authorizer. */
enum err_code pub_probe(struct pub *p, const char *sql, struct err *e) MUST_USE;

#endif
