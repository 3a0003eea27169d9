/*
 * register, second part: the rows of tip-off cases: what staff decided about each, its steps, where its slots lie, and what a
 * release shows of it.
 *
 * Not here: anything sealed is opened (envelope) or chained (ledger): that is casework's. No word of a tip-off stands in these
 *   rows; the notes of staff arrive sealed.
 * Ownership, errors and threads as in register.h. ERR_CONFLICT with the sentence of policy_case_refusal() when a step may not
 *   follow.
 * Every function that changes something is one transaction, or part of the caller's reg_begin().
 */
#ifndef TIANLAN_REGISTER_CASES_H
#define TIANLAN_REGISTER_CASES_H

#include "tianlan/policy_cases.h"
#include "tianlan/register.h"

#define TIP_TAG_BYTES 16
#define TIP_KEY_BYTES 32
#define TIP_ID_BYTES 33 /* 32 hex digits and the NUL */

struct tip_case {
	int64_t number;				   /* in the order in which the chains gave them */
	const char *id, *host, *week, *commitment; /* hex, "host-1", "2018-W05", hex */
	const char *origin;			   /* form phone letter visit quarantined */
	struct day
		received_on; /* the Monday of its week until the case was opened, and again when it is erased */
	bool opened;
	const char *way;   /* anonymous confidential named; NULL until opened */
	const char *kinds; /* slugs with a space between; NULL until opened */
	const char *street, *lead,
		*helpers;		 /* codes; helpers with a space between; NULL: none yet */
	struct enterprise_id enterprise; /* n 0: none */
	int64_t merged_into;		 /* 0: none */
	int64_t corroboration;		 /* how many were merged into it */
	bool found_new; /* its enterprise was registered because of it (发现一例) */
	bool has_status;
	uint8_t status_tag[TIP_TAG_BYTES], status_key[TIP_KEY_BYTES];
	const char *reply; /* NULL: none yet */
	struct case_course course;
	int64_t steps; /* how many */
};
struct tip_case_new {
	const char *id, *host, *week, *commitment, *origin;
	struct day received_on;
};
/* The row and its first step, received, on the Monday of its week (its role is "intake", its content the commitment, its chain
 * line the intake's). ERR_CONFLICT: id or commitment stands already: *ret_number then is the one that stands. */
enum err_code reg_case_add(struct reg *r, const struct tip_case_new *c,
	const struct change_note *note, int64_t *ret_number, struct err *e) MUST_USE;
/* What an opened case says of itself. Done once; again with the same is no change. A street that is not on record is kept as not
 * given. ERR_CONFLICT: opened before and said something else, or erased. */
struct tip_case_opened {
	struct day received_on;
	const char *origin, *way, *kinds, *street; /* street NULL: not given */
	uint8_t status_tag[TIP_TAG_BYTES], status_key[TIP_KEY_BYTES];
};
enum err_code reg_case_opened(
	struct reg *r, int64_t number, const struct tip_case_opened *o, struct err *e) MUST_USE;
/* Staff set right what the form says: kinds and street; NULL stays. */
enum err_code reg_case_set(struct reg *r, int64_t number, const char *kinds, const char *street,
	const struct change_note *note, struct err *e) MUST_USE;
enum err_code reg_case_get(struct reg *r, int64_t number, struct arena *a, struct tip_case *ret,
	struct err *e) MUST_USE;
/* By id, or by its first six digits or more where they say which. ERR_NOT_FOUND, ERR_USAGE (several: how many). */
enum err_code reg_case_find(struct reg *r, const char *id, struct arena *a, struct tip_case *ret,
	struct err *e) MUST_USE;
struct tip_case_filter { /* NULL / 0 / false: any */
	enum case_step state;
	const char *unit; /* leads, helps or is the street of it */
	struct enterprise_id enterprise;
	bool open_only, unopened_only;
	int64_t merged_into; /* those merged into this case */
};
typedef enum err_code tip_case_fn(void *ctx, const struct tip_case *row, struct err *e);
enum err_code reg_case_each(struct reg *r, const struct tip_case_filter *f, tip_case_fn *fn,
	void *ctx, struct err *e) MUST_USE; /* by number; may not change rows */

/* ---- steps -------------------------------------------------------------------------------------- */

struct tip_step {
	int64_t seq;	  /* set by the register */
	int64_t tip_case; /* number */
	int64_t n; /* 1 is received; set by the register: the caller's content must say the same */
	enum case_step kind;
	struct day day;
	const char *role; /* who acts: "inspector" "reply" "office"; of received "intake" */
	const char *unit; /* for whom; NULL */
	enum case_outcome outcome;
	const char *lead, *helpers;	 /* DISPATCHED */
	struct enterprise_id enterprise; /* RECTIFYING */
	bool found_new;			 /* RECTIFYING: registered because of it */
	int64_t into_case;		 /* MERGED */
	int days;			 /* EXTENDED */
	bool despite_open;		 /* CONCLUDED */
	const char *reply;		 /* any step: replaces the case's reply; NULL: stays */
	const char *by, *at;
	const void *note; /* sealed; NULL: none */
	size_t note_len;
	const uint8_t *salt; /* 32 bytes; NULL when erased */
	char content[65];    /* hex */
	int64_t chain_seq;   /* 0: not in the office chain (yet); received never is */
	bool chained;
};
/* How many steps the case has: the next is n + 1. */
enum err_code reg_case_step_count(
	struct reg *r, int64_t number, int64_t *ret_n, struct err *e) MUST_USE;
/* Checks with policy_case_refusal() inside the transaction, writes step and row. by and at: the note's unless s gives them; the
 * note's reason is not kept (it stands sealed in s->note). What is not of the step's kind must be 0: ERR_USAGE. MERGED also checks that the other case is
 * open or concluded (published, asked), and not this one. ERR_CONFLICT also when s->n is not the next (somebody was quicker). */
enum err_code reg_case_step_add(struct reg *r, const struct tip_step *s,
	const struct change_note *note, int64_t *ret_seq, struct err *e) MUST_USE;
typedef enum err_code tip_step_fn(
	void *ctx, const struct tip_step *s, struct err *e); /* may not change rows */
enum err_code reg_case_step_each(struct reg *r, int64_t number, tip_step_fn *fn, void *ctx,
	struct err *e) MUST_USE; /* by n */
/* Every step of every case by seq, from after_seq on; unchained_only: those whose line is not written. */
enum err_code reg_case_step_all(struct reg *r, int64_t after_seq, bool unchained_only,
	tip_step_fn *fn, void *ctx, struct err *e) MUST_USE;
enum err_code reg_case_step_chained(
	struct reg *r, int64_t seq, int64_t chain_seq, struct err *e) MUST_USE;
/* Concluded, published or asked cases whose enterprise relapsed on or after the day they were concluded. */
enum err_code reg_case_relapsed_each(
	struct reg *r, tip_case_fn *fn, void *ctx, struct err *e) MUST_USE;
enum err_code reg_draft_set(struct reg *r, int64_t number, const char *role, const void *sealed,
	size_t len, const struct change_note *note, struct err *e) MUST_USE; /* len 0: removes */
enum err_code reg_draft_get(struct reg *r, int64_t number, const char *role, struct arena *a,
	const void **ret, size_t *ret_len, struct err *e) MUST_USE; /* NULL: none */

/* ---- erasing ------------------------------------------------------------------------------------- */

/* Blanks what is left of a person in the rows: notes, salts, drafts, replies (but one that a release shows), tag and key of the status
 * (which is to be replaced before), the exact day, so that it is gone from the file too (secure_delete, the write-ahead log is
 * emptied, the file is searched, and written anew when something is still found, or when the rows were blank already). Not before the step `erased` stands, and not within the caller's reg_begin().
 * ERR_CONFLICT also when another program keeps reading an older state: the rows are blank then, do it again later. */
enum err_code reg_case_blank(struct reg *r, int64_t number, struct err *e) MUST_USE;
/* After the blanking: nothing of the case that lay here stands any more, slot and photos neither. ERR_CONFLICT: not erased. */
enum err_code reg_case_destroyed(struct reg *r, int64_t number, struct err *e) MUST_USE;
/* Cases with the step `erased` that were not destroyed to the end (reg_case_destroyed): a crash, or a disk that refused. By number; costs
 * nothing where there are none. */
enum err_code reg_case_unfinished_each(struct reg *r, tip_case_fn *fn, void *ctx,
	struct err *e) MUST_USE; /* may not change rows */
/* Adds; the same again is no change. kind: office intake hub backup. */
enum err_code reg_place_set(
	struct reg *r, const char *place, const char *kind, struct err *e) MUST_USE;
typedef enum err_code place_fn(void *ctx, const char *place, const char *kind, struct err *e);
enum err_code reg_place_each(struct reg *r, place_fn *fn, void *ctx, struct err *e) MUST_USE;
struct case_copy {
	int64_t tip_case;
	const char *id, *place, *kind;
	struct day asked_on, gone_on; /* gone_on DAY_NONE: not confirmed */
	const char *said_by;
};
/* The same again is no change: the first day stays. */
enum err_code reg_copy_ask(
	struct reg *r, int64_t number, const char *place, struct day day, struct err *e) MUST_USE;
enum err_code reg_copy_gone(struct reg *r, int64_t number, const char *place, struct day day,
	const char *said_by, struct err *e) MUST_USE; /* ERR_NOT_FOUND: was not asked there */
typedef enum err_code copy_fn(void *ctx, const struct case_copy *c, struct err *e);
/* number 0: all cases. */
enum err_code reg_copy_each(struct reg *r, int64_t number, bool open_only, copy_fn *fn, void *ctx,
	struct err *e) MUST_USE;

/* ---- chains ---------------------------------------------------------------------------------------- */

struct intake_head {
	const char *branch;
	int64_t seq;
	const char *hash; /* hex */
	int64_t anchored_seq;
};
enum err_code reg_head_get(struct reg *r, const char *branch, struct arena *a,
	struct intake_head *ret, struct err *e) MUST_USE; /* seq 0: none yet */
/* ERR_CONFLICT when it lies behind the one that stands, or is another of the same number. */
enum err_code reg_head_set(struct reg *r, const struct intake_head *h, struct err *e) MUST_USE;
/* The office chain's head as of this week. The newest week's may be set again; a week before it is past and nothing is changed;
 * with a later one, the weeks between get the head that stood, and a public row of the log (`chain-week`) says that what was
 * the newest is public now. */
enum err_code reg_chain_week_set(
	struct reg *r, const char *week, const char *head, struct err *e) MUST_USE;

/* ---- a second pair of eyes (case_review.c) ---------------------------------------------------------------- */

/* What a release would publish of a concluded case, and who has read it. */
struct reply_review {
	int64_t number;
	const char *id;
	int64_t step; /* seq of the step that is reviewed: the last reply, or the conclusion where that is later */
	const char *reply; /* NULL: none */
	const char *replied_by, *concluded_by;
	struct day concluded;
	const char *reviewed_by; /* NULL: nobody yet */
};
typedef enum err_code reply_review_fn(void *ctx, const struct reply_review *v, struct err *e);
/* number 0: every case that is concluded and whose present conclusion no release shows yet, by number; else that case, if it is
 * concluded. May not change rows. */
enum err_code reg_reply_review_each(
	struct reg *r, int64_t number, reply_review_fn *fn, void *ctx, struct err *e) MUST_USE;
/* step: what was read. ERR_REFUSED: the same person wrote the reply or concluded the case. ERR_CONFLICT: not concluded, answered
 * anew since, or reviewed already. */
enum err_code reg_reply_review_add(struct reg *r, int64_t number, int64_t step,
	const struct change_note *note, struct err *e) MUST_USE;

/* ---- releases ---------------------------------------------------------------------------------------- */

struct release_report {
	int64_t seq;		      /* 0: nothing was released, or dry */
	size_t shown, waiting, moved; /* waiting: not shown yet, or not as it stands now */
	const int64_t
		*results; /* cases whose result is shown from now on, in the arena; by number */
	size_t result_count;
};
/* One release by policy_release(). A concluded case's result (outcome and reply) is shown with the release in which its position
 * becomes concluded, or a later one: when it was reviewed (reg_reply_review_add) and at least gate.cell results of its street come
 * out together. It stays, also when the case is erased, until the case no longer shows as concluded, or is shown concluded anew, and
 * at least gate.cell results of the same release and street go together. The enterprise of a case is shown only when at
 * least gate.cell shown cases name it, at least so many come or go at once, and its count does not change by fewer.
 * dry: only says what it would be. ERR_CONFLICT: today is before the last release. */
enum err_code reg_release(struct reg *r, struct day today, bool dry, const struct change_note *note,
	struct arena *a, struct release_report *ret, struct err *e) MUST_USE;

#endif
