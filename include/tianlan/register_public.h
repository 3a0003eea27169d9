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
	const char *name, *kind;
	struct day day;
	uint64_t bytes;
};
struct pub_task {
	const char *kind, *unit;
	struct day asked_on, due, done_on;
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
		last_reported;	/* months of monthly reports that held it; DAY_NONE */
	struct day content_day; /* the day of its newest change, as content date */
};
/* Every record with from <= number < to, by number, whole: four statements run in step. to 0: no end. */
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
	const char *kind;   /* "registered" "field" "event" "evidence" "task" "import" "unit" */
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

/* For the test that proves the door is narrow: prepares any statement through the authorizer. */
enum err_code pub_probe(struct pub *p, const char *sql, struct err *e) MUST_USE;

#endif
