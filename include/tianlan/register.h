/*
 * register: the enterprise database of the staff: schema and migrations, statements, import and export
 * of 附件2, events, evidence, units, monthly reports, department tasks. The public reads through
 * register_public.h alone.
 *
 * Not here: wording of pages, the rules of the plan (policy), argument parsing (cli).
 * Ownership: a struct reg owns the database handle; results live in the caller's arena.
 * Errors: ERR_USAGE for an unknown field, value or kind; ERR_NOT_FOUND for an id; ERR_CONFLICT when the course
 *   forbids an event or another process holds the database; ERR_INPUT for a file; ERR_SYSTEM for SQLite and disk.
 * Every change takes a struct change_note: who, when, why; it stands in the change log for good.
 * Threads: one handle per thread.
 * Sources: 附件2 (columns), 六（一） (files), DOMAIN identifiers; SQLite STRICT tables, WAL.
 */
#ifndef TIANLAN_REGISTER_H
#define TIANLAN_REGISTER_H

#include "tianlan/base.h"
#include "tianlan/policy.h"

struct reg;

struct change_note {
	const char *by;	 /* who; required, non-empty */
	const char *why; /* reason; may be NULL where the act explains itself (import, event) */
	const char *at;	 /* "YYYY-MM-DDTHH:MM:SS+08:00", from outside */
};

/* dir is the instance's folder: register.db and evidence/ stand in it. Creates nothing. */
enum err_code reg_open(
	const char *dir, const struct policy *p, struct reg **ret, struct err *e) MUST_USE;
/* Makes register.db with the newest schema and the policy's units. ERR_CONFLICT when there is one.
 * uuid names the register for good (32 hex digits, from outside). prefix: "650105". */
enum err_code reg_create(const char *dir, const struct policy *p, const char *uuid,
	const char *prefix, const struct change_note *note, struct err *e) MUST_USE;
void reg_close(struct reg *r);
int reg_schema_version(void);
/* Several changes as one: nothing is seen or kept unless commit succeeds. Nesting is not allowed. */
enum err_code reg_begin(struct reg *r, struct err *e) MUST_USE;
bool reg_begun(const struct reg *r); /* between reg_begin() and its end */
enum err_code reg_commit(struct reg *r, struct err *e) MUST_USE;
void reg_rollback(struct reg *r);

/* ---- enterprises ------------------------------------------------------------------------ */

struct enterprise_id { /* the running number; shown as PREFIX-000123, six digits or more */
	int64_t n;
};
#define ENTERPRISE_ID_BYTES 32
const char *reg_id_text(
	const struct reg *r, struct enterprise_id id, char out[ENTERPRISE_ID_BYTES]);
enum err_code reg_id_parse(
	const struct reg *r, const char *text, struct enterprise_id *ret, struct err *e) MUST_USE;

struct enterprise {
	struct enterprise_id id;
	const char *value
		[FIELD_COUNT]; /* by field, canonical text ("yes"/"no" for TRI, slugs, YYYY-MM-DD); NULL: blank */
	enum category category;
	enum ring ring;
	enum measure measure;
	struct course course; /* worked out from the events, cached in the row */
	struct classification suggestion;
	bool differs;	      /* suggestion and confirmed category differ: listed for review */
	const char *unit;     /* code of the reporting unit */
	const char *industry; /* slug: industry_kind, else what the text of the form matches */
};

/* value[f] as for reg_enterprise_set. FIELD_NAME and FIELD_STREET are required. Adds the `registered` event. */
enum err_code reg_enterprise_add(struct reg *r, const char *const value[FIELD_COUNT],
	const char *unit, struct day registered_on, const struct change_note *note,
	struct enterprise_id *ret, struct err *e) MUST_USE;
enum err_code reg_enterprise_get(struct reg *r, struct enterprise_id id, struct arena *a,
	struct enterprise *ret, struct err *e) MUST_USE;
/* text is what a person would write (是, 有, 散乱, inner, 2018.9.30, …); it is normalised or refused with ERR_USAGE
 * naming the field and the value; "" blanks. Setting category adds a `classified` event, measure `measure_decided`.
 * *ret_changed: false when it was so already. */
enum err_code reg_enterprise_set(struct reg *r, struct enterprise_id id, enum field f,
	const char *text, struct day day, const struct change_note *note, bool *ret_changed,
	struct err *e) MUST_USE;
struct enterprise_filter { /* NULL / 0: any */
	const char *street, *unit, *industry;
	enum category category;
	enum course_state state;
	enum ring ring;
	bool differs_only;
};
typedef enum err_code enterprise_fn(void *ctx, const struct enterprise *row, struct err *e);
enum err_code reg_enterprise_each(struct reg *r, const struct enterprise_filter *filter,
	enterprise_fn *fn, void *ctx, struct err *e) MUST_USE; /* by id */

/* ---- events and evidence ------------------------------------------------------------------ */

struct event_new {
	enum event_kind kind;
	struct day day;
	const char *unit; /* acting unit's code; may be NULL */
	const char *doc;  /* document number; may be NULL; 〔 〕 checked */
	const char *note; /* staff text, REVIEWED; may be NULL */
	bool note_public;
	int64_t corrects; /* EVENT_CORRECTION: seq of the event it voids or replaces, else 0 */
	const char *const *files; /* NULL-ended paths, filed as evidence; may be NULL */
	bool files_public;
};
enum err_code reg_event_add(struct reg *r, struct enterprise_id id, const struct event_new *ev,
	const struct change_note *note, int64_t *ret_seq, struct err *e) MUST_USE;
struct event {
	int64_t seq;
	struct enterprise_id enterprise;
	enum event_kind kind;
	struct day day;
	const char *unit, *doc, *note, *by, *at;
	const char *
		decided; /* classified: the category's slug; measure_decided: the measure's id; else NULL */
	bool note_public;
	int64_t corrects;
	bool voided;
};
typedef enum err_code event_fn(void *ctx, const struct event *ev, struct err *e);
enum err_code reg_event_each(struct reg *r, struct enterprise_id id, event_fn *fn, void *ctx,
	struct err *e) MUST_USE; /* by day, seq */

struct evidence {
	int64_t seq;
	struct enterprise_id enterprise;
	int64_t event; /* seq of the event that shows it; 0: none */
	char sha256[65];
	char public_sha256[65]; /* of the copy that may be shown: register_supervision.h; "" */
	const char *name, *kind, *by;
	struct day day;
	bool may_publish;
	uint64_t bytes;
};
/* Copies the file to evidence/ab/<sha256> durably, then records it. kind: photo-before photo-during photo-after
 * video check-record equipment-list legal-paper other. A picture is filed as not to be published whatever may_publish says:
 * reg_evidence_public_copy() opens it. */
enum err_code reg_evidence_add(struct reg *r, struct enterprise_id id, const char *path,
	const char *kind, struct day day, bool may_publish, const struct change_note *note,
	struct err *e) MUST_USE;
typedef enum err_code evidence_fn(void *ctx, const struct evidence *ev, struct err *e);
enum err_code reg_evidence_each(
	struct reg *r, struct enterprise_id id, evidence_fn *fn, void *ctx, struct err *e) MUST_USE;
/* Re-hashes every stored file and public copy; calls back for each that is missing or differs. Of a public copy kind is
 * "public-copy" and sha256 its own. */
enum err_code reg_evidence_verify(
	struct reg *r, evidence_fn *bad, void *ctx, struct err *e) MUST_USE;

/* ---- tasks of departments out of a record ------------------------------------------------- */

struct task {
	int64_t seq;
	struct enterprise_id enterprise;
	const char *
		kind; /* cut-water cut-power demolish guide-procedures check-emissions punish other */
	const char *unit;
	struct day asked_on, due, done_on; /* due, done_on may be DAY_NONE */
	const char *note;
};
enum err_code reg_task_add(struct reg *r, const struct task *task, const struct change_note *note,
	int64_t *ret_seq, struct err *e) MUST_USE;
enum err_code reg_task_done(struct reg *r, int64_t seq, struct day day,
	const struct change_note *note, struct err *e) MUST_USE;
typedef enum err_code task_fn(void *ctx, const struct task *task, struct err *e);
/* unit NULL: all; id.n 0: all enterprises. */
enum err_code reg_task_each(struct reg *r, const char *unit, struct enterprise_id id,
	bool open_only, task_fn *fn, void *ctx, struct err *e) MUST_USE;

/* ---- units -------------------------------------------------------------------------------- */

struct unit {
	const char *code, *name, *kind;
	const char *liaison_name, *liaison_post, *liaison_phone; /* NEVER */
};
enum err_code reg_unit_set(struct reg *r, const struct unit *u, const struct change_note *note,
	struct err *e) MUST_USE; /* adds or changes; NULL members stay as they are */
typedef enum err_code unit_fn(void *ctx, const struct unit *u, struct err *e);
enum err_code reg_unit_each(struct reg *r, unit_fn *fn, void *ctx, struct err *e) MUST_USE;

/* ---- import and export of 附件2 ------------------------------------------------------------- */

struct import_options {
	const char *unit; /* code; required */
	struct day month; /* first day of the reported month */
	bool dry_run;
	bool accept_near;
	const struct {
		int row;
		struct enterprise_id id;
	} * match; /* --match ROW=ID; from a NULL-able list */
	size_t match_count;
	size_t max_bytes; /* 0: 64 MiB */
};
struct import_cell {
	const char *sheet;
	int row;
	const char *column, *value, *reason;
}; /* refused */
struct import_fix {
	const char *sheet;
	int row;
	const char *column, *from, *to;
}; /* normalised */
struct import_near {
	int row;
	const char *name;
	const struct enterprise_id *candidates;
	size_t count;
};
struct import_change {
	int row;
	struct enterprise_id id;
	const char *name;
	const char *column, *from, *to;
};
struct import_new {
	int row;
	struct enterprise_id id;
	const char *name;
};
struct import_report {
	int64_t added, changed, unchanged, missing;
	const struct import_cell *refused;
	size_t refused_count;
	const struct import_fix *normalised;
	size_t normalised_count;
	const struct import_near *near;
	size_t near_count;
	const struct import_change *changes;
	size_t change_count; /* field by field */
	const struct import_new *added_rows;
	size_t added_row_count;
	const struct import_new *missing_rows;
	size_t missing_row_count; /* row 0 */
	const char *sheet;	  /* the sheet used */
	int header_row;
	char sha256[65];
	bool seen_before; /* this very file was imported before for this unit and month */
};
/* NEVER-class values appear in no report: contact_name and contact_phone cells are named without their value. */
enum err_code reg_import(struct reg *r, const char *path, const struct import_options *options,
	const struct change_note *note, struct arena *a, struct import_report *ret,
	struct err *e) MUST_USE;
/* Matches that wait for a person. */
struct import_open {
	int64_t seq; /* of a recorded pair, for a decision; 0: a row of a sheet that was not taken in */
	const char *unit;
	struct day month;		 /* of the sheet; DAY_NONE for a pair */
	const char *file;		 /* the sheet's name as received; NULL for a pair */
	int row;			 /* in that sheet */
	struct enterprise_id enterprise; /* of a pair: the newer record; n 0 otherwise */
	const char *name;
	const struct enterprise_id *candidates;
	const char *const *candidate_names;
	size_t count;
};
typedef enum err_code import_open_fn(void *ctx, const struct import_open *open, struct err *e);
/* Rows of each unit's latest sheet that are still near an existing record (the kept sheet is read again), then
 * pairs that went in as two records. note is needed as for an import; nothing is changed. */
enum err_code reg_import_open_each(struct reg *r, const struct change_note *note, struct arena *a,
	import_open_fn *fn, void *ctx, struct err *e) MUST_USE;
/* A recorded pair: same (the newer record is withdrawn) or not. */
enum err_code reg_import_open_decide(struct reg *r, int64_t seq, bool same, struct day day,
	const struct change_note *note, struct err *e) MUST_USE;

/* Likeness of names and addresses, as the import sees it. Key: full-width forms narrowed, case folded, blanks, punctuation
 * and brackets dropped; never NULL. Near: one within the other (of least_within characters or more), or one or two characters
 * apart; numbers must agree. Two empty keys are no likeness. */
enum text_likeness { TEXT_OTHER = 0, TEXT_NEAR, TEXT_SAME };
const char *reg_text_key(struct arena *a, const char *text);
enum text_likeness reg_text_likeness(const char *key_a, const char *key_b, size_t least_within);
bool reg_text_same_numbers(const char *key_a, const char *key_b); /* digits, left to right */
bool reg_name_is_blank(const char *name_key); /* 无名, 无牌: no name to go by */

/* By the file name's ending: .xlsx or .csv (UTF-8 with BOM). unit NULL: all. created: for the file's own date. */
enum err_code reg_export(struct reg *r, const char *path, const char *unit, struct day created,
	int64_t *ret_rows, struct err *e) MUST_USE;

#endif
