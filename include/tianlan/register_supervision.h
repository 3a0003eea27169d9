/*
 * register, third part: supervision by the plan's calendar: sign-off, look-backs, inspections, monthly reports, the quarterly
 * ranking, an enterprise's file, and the check of an applicant.
 *
 * Not here: the formula of the ranking and the rules of the gate (policy), wording of pages (site), printing (cli).
 * Ownership, errors and threads as in register.h; results in the arena.
 * Sources: plan 四（一） (monthly, by the 28th), 四（二） (no new ones), 六（一） (files), 六（二） (inspections, look-backs, one check,
 *   one ranking, one bulletin a quarter). Sign-off in three steps is general practice, ours.
 */
#ifndef TIANLAN_REGISTER_SUPERVISION_H
#define TIANLAN_REGISTER_SUPERVISION_H

#include "tianlan/policy_cases.h"
#include "tianlan/register.h"

/* ---- sign-off: 自查 → 复查 → 核查 → 销号 (signoff.c) ------------------------------------------------------ */

/* The checks of a sign-off beyond the course (policy_event_refusal): every step names its unit, each of the three another one;
 * for an enterprise closed down all five items of 两断三清 must be recorded, each with evidence. reg_event_add() applies
 * it to self_checked, reviewed, verified and signed_off however they are recorded. *ret_why: NULL when it may, else why not. */
enum err_code reg_signoff_refusal(struct reg *r, struct enterprise_id id, enum event_kind kind,
	const char *unit, struct day day, struct arena *a, const char **ret_why,
	struct err *e) MUST_USE;
struct signoff_state {
	struct day day[3]; /* self, review, verify; DAY_NONE */
	const char *unit[3];
	struct day signed_off;
	bool closes; /* the five items are asked */
	struct day cleared[5];
	size_t cleared_evidence[5]; /* files that show it */
	const char *next;	    /* what is to be done next, a sentence */
};
enum err_code reg_signoff_get(struct reg *r, struct enterprise_id id, struct arena *a,
	struct signoff_state *ret, struct err *e) MUST_USE;

/* ---- look-backs (lookback.c) ---------------------------------------------------------------------------- */

struct lookback_options {
	struct quarter quarter;
	const char *
		seed; /* published with the plan; whoever has it and the list of the rest can draw again */
	int months; /* settled (closed, accepted, signed off) within so many months before the quarter's end: all of them */
	int share;  /* per cent of the other settled ones, drawn */
};
struct lookback {
	int64_t seq;
	struct quarter quarter;
	struct enterprise_id enterprise;
	int64_t place; /* in the plan's order: relapsed before, tipped off, recent, drawn */
	const char *street, *reason;
	const char *name, *address; /* for the visit list; internal */
	struct day done_on;
	const char *result; /* held relapsed moved-away; NULL */
};
/* ERR_CONFLICT: the quarter has a plan. Draw: the rest ordered by SHA-256(seed LF public id), the first share per cent. */
enum err_code reg_lookback_plan(struct reg *r, const struct lookback_options *o, struct day today,
	const struct change_note *note, size_t *ret_count, struct err *e) MUST_USE;
typedef enum err_code lookback_fn(void *ctx, const struct lookback *l, struct err *e);
/* street NULL: all. By street, place. ERR_NOT_FOUND: no plan. */
enum err_code reg_lookback_each(struct reg *r, struct quarter q, const char *street, bool open_only,
	lookback_fn *fn, void *ctx, struct err *e) MUST_USE;
/* The visit lists, .xlsx (a worksheet per street) or .csv by the ending. ERR_NOT_FOUND when nobody is to be visited. */
enum err_code reg_lookback_sheet(struct reg *r, struct quarter q, const char *street,
	bool open_only, const char *path, struct err *e) MUST_USE;
/* The visits to one enterprise, by quarter. */
enum err_code reg_lookback_of(
	struct reg *r, struct enterprise_id id, lookback_fn *fn, void *ctx, struct err *e) MUST_USE;
/* Adds the event looked_back, and relapsed when production was resumed: which reopens the record and voids the sign-off.
 * An enterprise that is not in the plan is recorded under reason "extra" behind the last place. */
enum err_code reg_lookback_record(struct reg *r, struct quarter q, struct enterprise_id id,
	const char *result, const struct event_new *ev, const struct change_note *note,
	struct err *e) MUST_USE; /* ev: day, unit, note, files; its kind is set here */

/* ---- inspections, patrols, spot checks (inspection.c) -------------------------------------------------------- */

struct inspection {
	int64_t seq;
	struct day day;
	const char *kind;		 /* inspection patrol spot-check */
	const char *team, *unit;	 /* codes; unit: which was inspected, NULL */
	struct enterprise_id enterprise; /* n 0: none */
	const char *doc;
	const char *result;  /* in-order findings criticised accountable */
	const char *finding; /* staff text, internal */
	struct day due, put_right;
	bool published;
	const char *public_text; /* written for the public at the review; NULL */
};
enum err_code reg_inspection_add(struct reg *r, const struct inspection *i,
	const struct change_note *note, int64_t *ret_seq, struct err *e) MUST_USE;
/* kind: put-right, publish (text is what the public reads: required, and checked against NEVER values), withdraw (text: why).
 * A review must be by somebody else than who recorded the inspection (ERR_REFUSED). */
enum err_code reg_inspection_note(struct reg *r, int64_t seq, const char *kind, struct day day,
	const char *text, const struct change_note *note, struct err *e) MUST_USE;
typedef enum err_code inspection_fn(void *ctx, const struct inspection *i, struct err *e);
enum err_code reg_inspection_each(struct reg *r, const char *unit, struct enterprise_id id,
	inspection_fn *fn, void *ctx, struct err *e) MUST_USE;
/* Does this text hold a value of class NEVER of the register (contacts and phones of enterprises, liaisons)? *ret_what: which
 * kind of value and whose, never the value. NULL: none. Written otherwise (base_fold.h), or its last digits alone after 尾号, a number
 * is found all the same. */
enum err_code reg_text_check(struct reg *r, const char *text, struct arena *a,
	const char **ret_what, struct err *e) MUST_USE;

/* ---- monthly reports, 四（一） (monthly.c) ------------------------------------------------------------------ */

struct monthly_unit {
	const char *code, *name;
	struct day received; /* of its first report for the month; DAY_NONE: none */
	int late_days;	     /* after the 28th; 0: in time or none */
	int64_t files, rows, added, changed, missing, refused;
	int64_t enterprises, finished, overdue; /* as they stand at the month's end */
};
struct monthly {
	struct day month, due;		  /* due: the 28th */
	const struct monthly_unit *units; /* streets and zones, by code */
	size_t unit_count, on_time, late, absent;
	int64_t enterprises, finished, overdue, closed, relocated, rectified,
		by_category[CATEGORY_COUNT], by_state[STATE_COUNT], added, changed, missing;
};
/* As recorded up to as_of. Absent is only who has not reported when the 28th has passed. */
enum err_code reg_monthly(struct reg *r, struct day month, struct day as_of, struct arena *a,
	struct monthly *ret, struct err *e) MUST_USE;
/* The district's summary sheet, .xlsx or .csv by the ending. */
enum err_code reg_monthly_sheet(
	struct reg *r, const struct monthly *m, const char *path, struct err *e) MUST_USE;

/* ---- tasks of departments, summed up (task.c) ------------------------------------------------------------------ */

struct task_sum {
	const char *unit, *kind;
	int64_t asked, done, overdue; /* overdue: not done, due before today */
};
typedef enum err_code task_sum_fn(void *ctx, const struct task_sum *t, struct err *e);
/* unit NULL: all. By unit, kind. */
enum err_code reg_task_sum(struct reg *r, const char *unit, struct day today, task_sum_fn *fn,
	void *ctx, struct err *e) MUST_USE;

/* ---- the quarterly ranking (rank.c) ------------------------------------------------------------------------- */

/*
 * The figures, by item (part / whole); an enterprise, withdrawn or out of scope as of the cutoff, stands behind none:
 *   monthly-1 -2 -3  the first report for that month came by the 28th / 1; late and absent count alike
 *   classified       of those whose 30th day after the registration lies in the quarter: classified by then
 *   duties           of those with a duty of Annex 1 due in the quarter: kept all of them in time. Not: past when issued or found,
 *                    no longer asked because it was closed down before the day
 *   finished         accepted, closed or signed off at the quarter's end / all registered by then
 *   lookbacks        of the quarter's plan, by the street it was planned for: looked back at from the quarter's first day to the cutoff.
 *                    What was visited without being planned is not counted
 *   tipoffs          of the street's cases whose time to conclude ran out in the quarter: concluded in time; under three: 0 / 0
 *   criticism        inspections of the street in the quarter that criticised it or held it accountable / all
 */
struct rank_trace {
	const char *unit, *item, *what; /* enterprise report inspection tip-off */
	int64_t number;			/* of a report 0: none was received */
	bool counted;			/* in the part as well */
}; /* item "relapses": enterprises that relapsed in the quarter */
struct ranking {
	struct quarter quarter;
	const struct ranking_rules *rules;
	struct rank_row *rows; /* streets and zones, by rank, then code */
	size_t row_count;
	const struct rank_trace *traces; /* by unit, item, what, number */
	size_t trace_count;
	char sha256[65]; /* of the canonical text below */
	const char *
		text; /* canonical: rules' date, every figure, score, total and rank, a line each */
	bool published; /* and then: does the published text agree */
	bool agrees;
};
/* Figures as they were recorded by the cutoff (the quarter's end + rules' cutoff_days): what is recorded or corrected later does not
 * alter them; street and scope of an enterprise as they stood then (change log). Figures on tip-offs of fewer than three cases
 * do not apply. */
enum err_code reg_rank(struct reg *r, struct quarter q, struct arena *a, struct ranking *ret,
	struct err *e) MUST_USE;
/* Keeps it for the site. ERR_CONFLICT before the cutoff's day has passed, or when it stands already. */
enum err_code reg_rank_publish(struct reg *r, struct quarter q, struct day today,
	const struct change_note *note, struct err *e) MUST_USE;

/* ---- an enterprise's file, 六（一） (file.c) ------------------------------------------------------------------- */

struct file_need {
	const char *kind; /* evidence kind, or "form" "classification" "measure" "order" … */
	const char *what, *clause;
	bool asked;  /* the plan asks it of an enterprise in this state */
	size_t have; /* how many there are */
};
enum err_code reg_file_check(struct reg *r, struct enterprise_id id, struct arena *a,
	const struct file_need **ret, size_t *ret_count, struct err *e) MUST_USE;
/* The whole file as a new folder: index.md and index.csv (date, kind, who filed it, hash, may be published), record.json, events.csv, inspections.csv, lookbacks.csv,
 * evidence/NN-name. Contact values are in it (it is an internal file): the folder is 0700. ERR_CONFLICT: dir exists. */
enum err_code reg_file_export(struct reg *r, struct enterprise_id id, const char *dir,
	struct day today, struct err *e) MUST_USE;
/* A photo that may be published has a copy without metadata in evidence/public/HH/SHA256.jpg: stores it and marks the photo as
 * publishable. ERR_INPUT: the bytes are no JPEG of tables and pixels alone, as photo-clean writes them. */
enum err_code reg_evidence_public_copy(struct reg *r, int64_t seq, const void *jpeg, size_t len,
	const struct change_note *note, struct err *e) MUST_USE;
/* Whether it may be published. ERR_REFUSED to open a picture that has no public copy; to close one takes its copy away. */
enum err_code reg_evidence_publish(struct reg *r, int64_t seq, bool may_publish,
	const struct change_note *note, struct err *e) MUST_USE;
/* Is it a picture: by its kind, or by its first bytes (JPEG, PNG, WebP)? */
enum err_code reg_evidence_get(struct reg *r, int64_t seq, struct arena *a, struct evidence *ret,
	bool *ret_picture, struct err *e) MUST_USE;
/* The bytes as filed, re-hashed. ERR_INPUT: the file is missing or differs, or is larger than ret may become. */
enum err_code reg_evidence_read(
	struct reg *r, int64_t seq, struct buf *ret, struct err *e) MUST_USE;

/* ---- no new ones, 四（二） (applicant.c) ----------------------------------------------------------------------- */

struct applicant_match {
	struct enterprise_id id;
	const char *name, *address;
	bool exact; /* of the name or the address after folding width, spaces and suffixes */
	const char *const *
		refuse; /* reasons an approval must be refused, sentences with the clause; NULL-ended */
	const char *const *look; /* what to look at besides */
};
/* name or address may be NULL, not both. Exact ones first, then near ones, by id. */
enum err_code reg_applicant(struct reg *r, const char *name, const char *address, struct day today,
	struct arena *a, const struct applicant_match **ret, size_t *ret_count,
	struct err *e) MUST_USE;

#endif
