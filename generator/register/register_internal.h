/*
 * The register's own header: the handle, its statements, and what import and export build on.
 *
 * Invariants: every write happens inside a transaction (reg_scope_begin/end or reg_begin/commit); SQL stands
 * in one table by index (statements.c) and is never assembled; values of class NEVER are never put into the
 * change log; the cached columns of a row are recomputed in the transaction that changed what they rest on.
 * Canonical values: "yes"/"no" for TRI; decimal digits for INT and NUMBER; YYYY-MM-DD; slugs for ring,
 * category, measure, industry_kind; unit code for street; 租赁 or 自建 for premises; text trimmed, inner line
 * breaks and runs of blanks one space (equipment and rectification_note keep line breaks); NULL for blank.
 */
#ifndef REGISTER_INTERNAL_H
#define REGISTER_INTERNAL_H

#include "tianlan/base.h"
#include "tianlan/crypto.h"
#include "tianlan/policy.h"
#include "tianlan/register.h"
#include "tianlan/register_public.h"

#include <sqlite3.h>

#include "register/value.h"

#define REGISTER_BUSY_MS 10000
#define REGISTER_FILE "register.db"
#define EVIDENCE_DIR "evidence"

/* ---- the handle ------------------------------------------------------------------------- */

/* Order and text: statements.c. */
enum stmt {
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_SAVE,
	STMT_SAVE_RELEASE,
	STMT_SAVE_UNDO,
	STMT_META_GET,
	STMT_META_SET,
	STMT_OPEN_GET,
	STMT_OPEN_SET,
	STMT_ENTERPRISE_INSERT,
	STMT_ENTERPRISE_UPDATE,
	STMT_ENTERPRISE_CACHE,
	STMT_ENTERPRISE_GET,
	STMT_ENTERPRISE_EACH,
	STMT_ENTERPRISE_REPORTED,
	STMT_ENTERPRISE_TOUCH,
	STMT_MATCH_FIND,
	STMT_MATCH_EACH,
	STMT_EVENT_INSERT,
	STMT_EVENT_GET,
	STMT_EVENT_EACH,
	STMT_EVENT_FACTS,
	STMT_EVENT_DECIDED,
	STMT_EVIDENCE_INSERT,
	STMT_EVIDENCE_EACH,
	STMT_EVIDENCE_ALL,
	STMT_EVIDENCE_GET,
	STMT_EVIDENCE_OPEN,
	STMT_EVIDENCE_COPIES,
	STMT_TASK_INSERT,
	STMT_TASK_GET,
	STMT_TASK_DONE,
	STMT_TASK_EACH,
	STMT_UNIT_GET,
	STMT_UNIT_INSERT,
	STMT_UNIT_UPDATE,
	STMT_UNIT_EACH,
	STMT_STREET_EACH,
	STMT_REPORT_INSERT,
	STMT_REPORT_COUNTS,
	STMT_REPORT_FIND,
	STMT_REPORT_PREVIOUS,
	STMT_REPORT_EACH,
	STMT_REPORT_ROW_INSERT,
	STMT_REPORT_MISSING,
	STMT_NEAR_INSERT,
	STMT_NEAR_EACH,
	STMT_NEAR_GET,
	STMT_NEAR_DECIDE,
	STMT_LOG_INSERT,
	/* ---- cases: texts in statements_cases.c ---- */
	STMT_CASE_STEP_COUNT,
	STMT_CASE_STANDS,
	STMT_CASE_INSERT,
	STMT_CASE_OPENED,
	STMT_CASE_SET,
	STMT_CASE_CACHE,
	STMT_CASE_GET,
	STMT_CASE_FIND,
	STMT_CASE_EACH,
	STMT_CASE_RELAPSED,
	STMT_CASE_FACTS,
	STMT_CASE_FOLD,
	STMT_CASE_ENTERPRISE,
	STMT_CASE_STEP_INSERT,
	STMT_CASE_STEP_EACH,
	STMT_CASE_STEP_ALL,
	STMT_CASE_STEP_WAITING,
	STMT_CASE_STEP_LINE,
	STMT_CASE_STEP_CHAINED,
	STMT_CASE_DRAFT_GET,
	STMT_CASE_DRAFT_SET,
	STMT_CASE_DRAFT_REMOVE,
	STMT_CASE_LOG,
	STMT_CASE_SECRETS,
	STMT_CASE_BLANK_STEPS,
	STMT_CASE_BLANK_ROW,
	STMT_CASE_BLANK_DRAFTS,
	STMT_CASE_BLANK_RESULTS,
	STMT_CASE_DESTROYED,
	STMT_CASE_UNFINISHED,
	STMT_CASE_REPLIES,
	STMT_PLACE_GET,
	STMT_PLACE_INSERT,
	STMT_PLACE_EACH,
	STMT_COPY_GET,
	STMT_COPY_INSERT,
	STMT_COPY_GONE,
	STMT_COPY_EACH,
	STMT_HEAD_GET,
	STMT_HEAD_SET,
	STMT_CHAIN_WEEK_LAST,
	STMT_CHAIN_WEEK_SET,
	STMT_LOG_LAST_PUBLIC,
	STMT_REVIEW_EACH,
	STMT_REVIEW_INSERT,
	STMT_CASE_CONCLUSIONS,
	STMT_RELEASE_LAST,
	STMT_RELEASE_INSERT,
	STMT_SHOWN_EACH,
	STMT_SHOWN_SET,
	STMT_SHOWN_ENTERPRISE,
	STMT_RESULT_EACH,
	STMT_RESULT_INSERT,
	STMT_RESULT_WITHDRAW,
	/* ---- supervision: texts in statements_supervision.c ---- */
	STMT_INSPECTION_GET,
	STMT_NUMBER_EACH,
	STMT_SIGNOFF_EVENTS,
	STMT_SIGNOFF_EVIDENCE,
	STMT_SIGNOFF_STANDS,
	STMT_LOOKBACK_PLAN_GET,
	STMT_LOOKBACK_PLAN_INSERT,
	STMT_LOOKBACK_CANDIDATES,
	STMT_LOOKBACK_INSERT,
	STMT_LOOKBACK_EACH,
	STMT_LOOKBACK_OF,
	STMT_LOOKBACK_GET,
	STMT_LOOKBACK_LAST,
	STMT_LOOKBACK_DONE,
	STMT_LOOKBACK_REOPEN,
	STMT_NEVER_CONTACTS,
	STMT_NEVER_LIAISONS,
	STMT_INSPECTION_INSERT,
	STMT_INSPECTION_NOTE,
	STMT_INSPECTION_EACH,
	STMT_MONTHLY_REPORTS,
	STMT_MONTHLY_REVERT,
	STMT_MONTHLY_EVENTS,
	STMT_TASK_SUM,
	STMT_FILE_REPORTS,
	STMT_APPLICANT_EACH,
	STMT_APPLICANT_PHONES,
	STMT_RANK_UNITS,
	STMT_RANK_ENTERPRISES,
	STMT_RANK_CHANGES,
	STMT_RANK_EVENTS,
	STMT_RANK_PLAN,
	STMT_RANK_REPORTS,
	STMT_RANK_INSPECTIONS,
	STMT_RANK_CASES,
	STMT_RANK_CASE_STREETS,
	STMT_RANK_STEPS,
	STMT_RANK_GET,
	STMT_RANK_INSERT,
	STMT_RANK_ROW_INSERT,
	STMT_RANK_ITEM_INSERT,
	STMT_RANK_TRACE_INSERT,
	/* ---- what must agree: texts in statements_audit.c ---- */
	STMT_AUDIT_GAPS,
	STMT_AUDIT_ROWS,
	STMT_AUDIT_ENTERPRISES,
	STMT_AUDIT_FILES,
	STMT_AUDIT_KEPT,
	STMT_AUDIT_FIRST,
	STMT_AUDIT_SHOWN,
	STMT_AUDIT_RESULTS,
	STMT_AUDIT_WEEKS,
	STMT_AUDIT_LOG_LAST,
	STMT_AUDIT_LOG_ORDER,
	STMT_AUDIT_UNOPENED,
	STMT_AUDIT_OPENED,
	STMT_AUDIT_ERASED,
	STMT_AUDIT_COPIES,
	STMT_AUDIT_SHOWN_LABELS,
	STMT_AUDIT_SHOWN_ENTERPRISE,
	STMT_AUDIT_RESULT_STREET,
	STMT_AUDIT_LOOKBACK,
	STMT_AUDIT_LOOKBACK_RELAPSE,
	STMT_COUNT
};

/* A unit that can stand in the column 所属街道: kinds street and zone. */
struct street {
	char *code, *name;
};

struct reg {
	sqlite3 *db;
	const struct policy *policy;
	char *dir;
	char uuid[40];
	char prefix[16];
	sqlite3_stmt *stmt[STMT_COUNT]; /* prepared when first used */
	bool in_transaction;		/* opened by reg_begin or a scope */
	bool own_transaction;		/* opened by a scope, which will end it */
	int scope_depth;		/* savepoints open */
	struct street *streets;		/* kept while the units stay as they are */
	size_t street_count;
	bool streets_loaded;
	struct arena *row_arena; /* of reg_row_insert alone, reset by each */
};

/* Ready to bind: reset and cleared. A statement may not be used again before its rows were read; an `each`
 * that calls back must therefore use a statement no callback uses, or collect first. */
enum err_code reg_stmt(struct reg *r, enum stmt which, sqlite3_stmt **ret, struct err *e) MUST_USE;
enum err_code reg_sqlite_error(sqlite3 *db, const char *doing, struct err *e);
/* One step: SQLITE_ROW → *ret_row true. Done: reset and false. */
enum err_code reg_step(struct reg *r, sqlite3_stmt *s, bool *ret_row, struct err *e) MUST_USE;
/* Step expecting no row, then reset. */
enum err_code reg_run(struct reg *r, sqlite3_stmt *s, struct err *e) MUST_USE;
void reg_bind_text(
	sqlite3_stmt *s, int at, const char *text); /* NULL binds NULL; borrowed until reset */
void reg_bind_day(sqlite3_stmt *s, int at, struct day d); /* YYYY-MM-DD or NULL; copied */
void reg_bind_int(sqlite3_stmt *s, int at, int64_t n);
const char *reg_column_text(sqlite3_stmt *s, int at, struct arena *a); /* NULL for NULL */
struct day reg_column_day(sqlite3_stmt *s, int at);

/* A change of several statements as one: its own transaction (BEGIN IMMEDIATE) when none is open, else a savepoint.
 * reg_scope_end keeps the change when code is ERR_OK and undoes it otherwise; returns code or the failure to commit. */
enum err_code reg_scope_begin(struct reg *r, struct err *e) MUST_USE;
enum err_code reg_scope_end(struct reg *r, enum err_code code, struct err *e) MUST_USE;
enum err_code reg_note_check(
	const struct change_note *note, struct err *e) MUST_USE; /* by and at are there */

/* The streets and zones on record, by code; empty when they cannot be read. Owned by r, until a unit changes. */
const struct street *reg_streets(struct reg *r, size_t *ret_count);
void reg_streets_forget(struct reg *r);

/* ---- rows, for import and the public calls ------------------------------------------------- */
/* All of these need an open transaction (reg_scope_begin) when they write. */

/* Canonical values of one row; ERR_NOT_FOUND. *ret_unit may be NULL. */
enum err_code reg_row_get(struct reg *r, struct enterprise_id id, struct arena *a,
	const char *ret_value[FIELD_COUNT], const char **ret_unit, struct err *e) MUST_USE;
/* value: canonical (value_normalise). Makes keys, caches, the `registered` event and the log entry. */
enum err_code reg_row_insert(struct reg *r, const char *const value[FIELD_COUNT], const char *unit,
	struct day registered_on, const struct change_note *note, struct enterprise_id *ret,
	struct err *e) MUST_USE;
/* Makes the fields marked in set[] what value[] says (canonical, NULL blanks); one log entry for each that differs.
 * Category and measure add their events on `day`. *ret_changed counts the fields that differed. */
enum err_code reg_row_change(struct reg *r, struct enterprise_id id,
	const char *const value[FIELD_COUNT], const bool set[FIELD_COUNT], struct day day,
	const struct change_note *note, int *ret_changed, struct err *e) MUST_USE;

/* Matching. Keys as value_key() makes them. Exact: the ids of the unit's rows with both keys, ascending;
 * *ret_count may exceed max (then only max are written). address_key "" matches a blank address. */
enum err_code reg_match_find(struct reg *r, const char *unit, const char *name_key,
	const char *address_key, struct enterprise_id *ids, size_t max, size_t *ret_count,
	struct err *e) MUST_USE;
/* Every row of the unit by id, to look for near ones. The callback may not write. */
struct match_row {
	struct enterprise_id id;
	const char *name, *address, *name_key, *address_key; /* address may be NULL; keys never */
};
typedef enum err_code match_fn(void *ctx, const struct match_row *row, struct err *e);
enum err_code reg_match_each(
	struct reg *r, const char *unit, match_fn *fn, void *ctx, struct err *e) MUST_USE;

/* ---- the change log -------------------------------------------------------------------------- */

struct log_entry {
	struct enterprise_id enterprise; /* n 0: none */
	const char *kind;		 /* registered field event evidence task import unit near */
	enum field
		field; /* kind "field"; 0 otherwise. Values of class NEVER are dropped here, whoever passes them */
	const char *old_value, *new_value;
	const char *
		detail; /* event kind id, evidence kind, task kind, unit code, import summary; public */
	struct day day; /* of the act; DAY_NONE: the day of recording */
	bool internal;	/* not in the public log */
};
enum err_code reg_log(struct reg *r, const struct log_entry *entry, const struct change_note *note,
	struct err *e) MUST_USE;

/* ---- monthly reports ---------------------------------------------------------------------------- */

struct report {
	int64_t seq;
	const char *unit;
	struct day month; /* first day */
	const char *sha256;
	const char *name; /* the file's name as received, without folders */
	int64_t rows, added, changed, unchanged, missing, refused;
	const char *by, *at;
};
/* Was this very file imported for this unit and month? *ret_seq 0: no. */
enum err_code reg_report_find(struct reg *r, const char *unit, struct day month, const char *sha256,
	int64_t *ret_seq, struct err *e) MUST_USE;
/* The unit's latest report of a month not after `month`, other than `except` (0: none to leave out). 0: none. */
enum err_code reg_report_previous(struct reg *r, const char *unit, struct day month, int64_t except,
	int64_t *ret_seq, struct err *e) MUST_USE;
/* seq, by and at are not read. Counts may be 0 and set later. Logs nothing. */
enum err_code reg_report_add(struct reg *r, const struct report *report,
	const struct change_note *note, int64_t *ret_seq, struct err *e) MUST_USE;
/* Final counts, and the log entry "import" with a summary of numbers. */
enum err_code reg_report_finish(struct reg *r, const struct report *report,
	const struct change_note *note, struct err *e) MUST_USE;
/* This enterprise stood in this report; again is fine. Keeps the row's first and last reported month. */
enum err_code reg_report_row(struct reg *r, int64_t report, struct enterprise_id id,
	struct day month, struct err *e) MUST_USE;
/* Those in `previous` that are not in `current` and whose record is neither withdrawn nor out of scope, by id. */
enum err_code reg_report_missing(struct reg *r, int64_t previous, int64_t current, match_fn *fn,
	void *ctx, struct err *e) MUST_USE;
typedef enum err_code report_fn(void *ctx, const struct report *report, struct err *e);
enum err_code reg_report_each(struct reg *r, const char *unit, report_fn *fn, void *ctx,
	struct err *e) MUST_USE; /* unit NULL: all; by seq */

/* ---- near matches: open until a person decides ----------------------------------------------------- */

struct near_match {
	int64_t seq;
	struct enterprise_id enterprise, candidate; /* the new one; the one it resembles */
	int64_t report;				    /* 0: none */
	const char *decision;			    /* NULL: open; "same" or "different" */
};
enum err_code reg_near_add(struct reg *r, struct enterprise_id enterprise,
	struct enterprise_id candidate, int64_t report, const struct change_note *note,
	struct err *e) MUST_USE; /* a pair known already: nothing */
typedef enum err_code near_fn(void *ctx, const struct near_match *near, struct err *e);
enum err_code reg_near_each(
	struct reg *r, bool open_only, near_fn *fn, void *ctx, struct err *e) MUST_USE;
/* "different" only closes the entry; "same" also withdraws the new record (event `withdrawn` on day, naming the other). */
enum err_code reg_near_decide(struct reg *r, int64_t seq, const char *decision, struct day day,
	const struct change_note *note, struct err *e) MUST_USE;

/* ---- files -------------------------------------------------------------------------------------------- */

/* Writes evidence/<folder>/ab/<sha256> (folder "" for evidence proper, "reports" for sheets as received) durably
 * unless it stands there with these bytes already. Not undone by a rollback: an unnamed file is harmless. */
enum err_code reg_file_store(struct reg *r, const char *folder, const void *bytes, size_t len,
	char ret_sha256[SHA256_HEX_BYTES], struct err *e) MUST_USE;
char *reg_file_path(struct reg *r, struct arena *a, const char *folder, const char *sha256);

/* ---- inside the room --------------------------------------------------------------------- */

/* What a register of an earlier program lacks: units that the policy data named since, states by today's course. Logs nothing:
 * nobody did anything. */
enum err_code reg_catch_up(struct reg *r, struct err *e) MUST_USE;
/* Recomputes course, suggestion and the columns that cache them; the category is not touched. */
enum err_code reg_row_refresh(struct reg *r, struct enterprise_id id, struct err *e) MUST_USE;
/* The course over the valid events up to and with a day; DAY_NONE: all. */
enum err_code reg_course_of(struct reg *r, struct enterprise_id id, struct day until,
	bool out_of_scope, struct course *ret, struct err *e) MUST_USE;
/* The values of a row of STMT_ENTERPRISE_GET or _EACH. */
void reg_row_read(sqlite3_stmt *s, struct arena *a, const char *ret_value[FIELD_COUNT],
	const char **ret_unit);
/* The slug staff set, else what the form's text matches. */
const char *reg_industry(const struct reg *r, const char *const value[FIELD_COUNT]);
void reg_answers(const char *const value[FIELD_COUNT], struct answers *ret);
bool reg_category_differs(const struct classification *suggestion, enum category confirmed);
/* Only the row of the event: no check, no log, no course. decided: category slug or measure id; NULL. */
enum err_code reg_event_insert(struct reg *r, struct enterprise_id id, const struct event_new *ev,
	const char *decided, const struct change_note *note, int64_t *ret_seq,
	struct err *e) MUST_USE;
/* The event of a decision (EVENT_CLASSIFIED, EVENT_MEASURE_DECIDED), checked and logged; decided NULL takes every
 * valid one back by corrections. The row itself is the caller's. */
enum err_code reg_decide(struct reg *r, struct enterprise_id id, enum event_kind kind,
	const char *decided, bool out_of_scope, struct day day, const struct change_note *note,
	struct err *e) MUST_USE;
/* One field without an event, logged: a decision that a correction brought back. */
enum err_code reg_row_force(struct reg *r, struct enterprise_id id, enum field f, const char *value,
	struct day day, const struct change_note *note, struct err *e) MUST_USE;
/* ERR_USAGE when there is no such unit. */
enum err_code reg_unit_check(struct reg *r, const char *code, struct err *e) MUST_USE;
/* The unit's name; its code when there is no such unit. */
const char *reg_unit_name(struct reg *r, const char *code, struct arena *a);
/* evidence_wire.c: what the first bytes say; and whether a JPEG is tables and pixels alone. */
bool evidence_is_picture(const void *bytes, size_t len);
bool evidence_jpeg_is_bare(const void *bytes, size_t len);
/* Of the kinds of photos; of any kind with the bytes of a picture. */
bool reg_evidence_is_picture(const char *kind, const char *path);
void reg_evidence_read_row(sqlite3_stmt *s, struct arena *a, struct evidence *ev);
/* Copies block by block, durably, to a new name in dir, and hashes the copy as it stands on the disk. ERR_CONFLICT: another
 * sha256 came out; nothing is left then. */
enum err_code reg_file_copy(const char *from, const char *to, const char *dir, const char *sha256,
	struct err *e) MUST_USE;
/* evidence/public/HH/<sha256>.jpg */
char *reg_public_copy_path(const struct reg *r, struct arena *a, const char *sha256);
/* Document numbers: 〔 〕, four digits of a year, 号; NULL is fine. */
enum err_code reg_doc_check(const char *doc, struct err *e) MUST_USE;
/* Does a sign-off stand on record that counts for nothing just now? *ret_counts: one that counts. */
enum err_code reg_signoff_stands(struct reg *r, struct enterprise_id id, bool *ret_stands,
	bool *ret_counts, struct err *e) MUST_USE;
/* Of a sign-off that counts: ERR_CONFLICT with what it lacks. */
enum err_code reg_signoff_check(struct reg *r, struct enterprise_id id, struct err *e) MUST_USE;
/* An event of a look-back was corrected away: the visit is open again. */
enum err_code reg_lookback_reopen(
	struct reg *r, struct enterprise_id id, int64_t event, struct err *e) MUST_USE;
/* A file into evidence/ and its row; event 0: none. */
enum err_code reg_evidence_file(struct reg *r, struct enterprise_id id, int64_t event,
	const char *path, const char *kind, struct day day, bool may_publish,
	const struct change_note *note, struct err *e) MUST_USE;

#endif
