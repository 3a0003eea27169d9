/*
 * Inside the casework room: the files of a group of cases outside git, an opened desk, what lies sealed of a case, and the
 * records of the office's branch.
 */
#ifndef CASEWORK_CASEWORK_INTERNAL_H
#define CASEWORK_CASEWORK_INTERNAL_H

#include "tianlan/casework.h"
#include "tianlan/envelope.h"
#include "tianlan/ledger.h"

/* ---- slots and sealed photos (shelf.c) ------------------------------------------------------------ */

enum shelf_folder { SHELF_SLOTS, SHELF_PHOTOS, SHELF_FOLDERS };
struct shelf_file {
	enum shelf_folder folder;
	char name[SHA256_HEX_BYTES];
	bool stands; /* was there already */
};
struct shelf {
	int folders[SHELF_FOLDERS];
	struct shelf_file *files; /* put and not yet settled */
	size_t count, cap;
};
/* Opens slots/ and photos/ of the instance, making them (0700) where they are missing. */
enum err_code shelf_open(struct shelf *s, const char *instance, struct err *e) MUST_USE;
void shelf_close(struct shelf *s);
/* Waits until no other drain works; until shelf_close(). */
enum err_code shelf_lock(struct shelf *s, struct err *e) MUST_USE;
/* Does something stand under this name? An erased slot leaves an empty file, so that its case cannot be put in again. */
bool shelf_has(const struct shelf *s, enum shelf_folder folder, const char *hex);
/* Writes a file beside its place. ERR_CONFLICT when other bytes stand there. */
enum err_code shelf_put(struct shelf *s, enum shelf_folder folder, const char *hex,
	const void *bytes, size_t len, struct err *e) MUST_USE;
/* Forgets what was put and not settled; the files beside are written over by the next try. */
void shelf_forget(struct shelf *s);
/* All that were put: durable under their names. */
enum err_code shelf_settle(struct shelf *s, struct err *e) MUST_USE;

/* ---- the desk (desk.c) ------------------------------------------------------------------------------- */

#define DESK_KEYS 32 /* secrets of one purpose */
#define DESK_HOST \
	"desk" /* the branch intake/desk: taken down at the desk, by phone, letter or visit */

struct desk {
	struct desk_options o; /* the strings are the caller's; by and at are there */
	bool named;	       /* somebody is: by is not the program's own name */
	struct arena *arena;   /* until desk_close() */
	const char *keys;      /* folder */
	const char *git;       /* cases.git */
	/* Of the role's half; the office has none. Wiped at the end. */
	enum slot_half half;
	struct box_secret secret[DESK_KEYS];
	size_t secret_count;
	struct desk_branch *branches; /* opened so far */
	size_t unfinished;	      /* erased, and could not be destroyed to the end on opening */
	struct err unfinished_why;    /* of the first */
};
/* Who does it: o.by, or the program itself; and when: o.at, or the day. */
struct change_note desk_note_for(const struct desk *d, const char *why);
/* ERR_USAGE: no such unit. NULL is fine. */
enum err_code desk_unit_check(const struct desk *d, const char *code, struct err *e) MUST_USE;
/* The branch "office" or "intake/HOST", opened once (made where it is missing). Borrowed. */
enum err_code desk_ledger(
	struct desk *d, const char *branch, struct ledger **ret, struct err *e) MUST_USE;
/* The intake branches there are; none, and no error, without a repository. */
enum err_code desk_intake_branches(struct desk *d, struct arena *a, const char *const **ret,
	size_t *ret_count, struct err *e) MUST_USE;

/* ---- new cases from the chains (take_in.c) ---------------------------------------------------------------- */

/* A row for every line of an intake branch that has none yet; one transaction for each branch. */
enum err_code desk_take_in(struct desk *d, struct err *e) MUST_USE;

/* ---- what lies sealed of a case (sealed_case.c) ------------------------------------------------------------- */

struct sealed_case { /* record from git, slot from slots/; parsed from bytes */
	struct buf record_bytes, slot_bytes;
	struct record record;
	struct slot slot;
	bool has_record,
		has_slot; /* no slot: not handed over yet, or erased; neither: quarantined */
};
/* ERR_INPUT: what lies there is not what it should be. Missing parts are no error. sealed_case_done() afterwards, always. */
enum err_code sealed_case_read(struct desk *d, const struct tip_case *row, struct sealed_case *ret,
	struct err *e) MUST_USE;
void sealed_case_done(struct sealed_case *c);
/* The role's secret that opens this slot; NULL: none does. Borrowed. */
const struct box_secret *sealed_case_secret(const struct desk *d, const struct sealed_case *c);
/* Opens the role's half. ERR_NOT_FOUND: slot or record is not here. ERR_REFUSED: no key of this role opens it. The register
 * is not touched (desk_case_get() does that at the first opening). */
enum err_code sealed_case_open(struct desk *d, const struct sealed_case *c, struct arena *a,
	struct tipoff *ret, struct err *e) MUST_USE;

/* Goes on with what was erased and not destroyed to the end (erase.c). */
enum err_code desk_erase_finish(struct desk *d, struct err *e) MUST_USE;

/* The first opening by who holds a facts key (look.c): the row learns the day of receipt, kinds, street and the key of the status, and
 * is read anew. Nothing happens where it was opened before, or cannot be opened here. Part of the caller's reg_begin() or one
 * transaction. */
enum err_code desk_first_opening(struct desk *d, const struct sealed_case *c, struct arena *a,
	struct tip_case *row, struct err *e) MUST_USE;

/* What the row learns of an opened case (opened.c): all of it was written by whoever sent it, so each is taken only where it can be; a
 * street that is not on record the register leaves out. */
struct tip_case_opened case_opened_of(const struct policy *p, const struct tip_case *row,
	const struct tipoff *t, struct arena *a);

/* ---- staff's words, sealed (notes.c) -------------------------------------------------------------------------- */

/* Appends the sealed note of step n: under the slot's key for a role that opens the case, in a box to the office's newest facts
 * key for the office and where there is no slot. ERR_REFUSED: the slot is not for this role's keys, or there is no key to seal to. */
enum err_code note_seal(struct desk *d, enum desk_role role, const struct tip_case *row,
	const struct sealed_case *c, int64_t n, const char *text, struct buf *ret,
	struct err *e) MUST_USE;
/* NULL: not for this role's keys, or damaged. In the arena. */
const char *note_open(const struct desk *d, const struct tip_case *row, const struct sealed_case *c,
	int64_t n, const void *sealed, size_t len, struct arena *a);

/* The role's draft; NULL: none, or not for this role's keys. */
enum err_code draft_open(struct desk *d, const struct tip_case *row, const struct sealed_case *c,
	struct arena *a, const char **ret, struct err *e) MUST_USE;

/* ---- steps (desk_step.c, step_text.c) ---------------------------------------------------------------------------- */

/* desk_step() for the room itself: any kind but `received`, the role given (the office for what the program does of its own
 * accord), why may be NULL. Writes the row; the line and the status are desk_flush()'s. Part of the caller's reg_begin() or one
 * transaction of its own. */
enum err_code desk_step_take(struct desk *d, enum desk_role role, int64_t number,
	const struct case_act *act, int64_t *ret_n, struct err *e) MUST_USE;

#define STEP_SALT_BYTES 32
#define STEP_TEXT_MAX ((size_t)4 << 20)
/* The canonical text of a step and the salted hash of it. commitment: hex, of the case. */
void step_text(const struct tip_step *s, const char *commitment, struct buf *ret);
void step_content(const struct tip_step *s, const char *commitment,
	const uint8_t salt[STEP_SALT_BYTES], char ret[SHA256_HEX_BYTES]);

/* ---- the office's branch (office_chain.c, office_wire.c) ------------------------------------------------------------ */

#define OFFICE_BRANCH "office"
#define OFFICE_PATH_BYTES 112
#define OFFICE_RECORD_MAX 512

struct office_step {
	char commitment[SHA256_HEX_BYTES];
	int64_t n; /* from 2 */
	enum case_step kind;
	enum desk_role role;
	struct day day;
	char content[SHA256_HEX_BYTES];
};
struct office_anchor {
	char host[HOST_NAME_BYTES];
	int64_t seq;
	char head[SHA256_HEX_BYTES];
};
void office_step_path(const char *commitment, int64_t n, char out[OFFICE_PATH_BYTES]);
void office_step_write(const struct office_step *s, struct buf *out);
/* Nothing but what the writers write, at the path where they put it. */
enum err_code office_step_parse(const char *path, const void *bytes, size_t len,
	struct office_step *ret, struct err *e) MUST_USE;
void office_anchor_path(const char *host, int64_t seq, char out[OFFICE_PATH_BYTES]);
void office_anchor_write(const struct office_anchor *a, struct buf *out);
enum err_code office_anchor_parse(const char *path, const void *bytes, size_t len,
	struct office_anchor *ret, struct err *e) MUST_USE;

/* Is this reply fit to be read outside? ERR_REFUSED, with what kind of value it holds and whose, never the value (reply.c). t:
 * what this role opened, NULL: nothing. */
enum err_code reply_check(struct desk *d, const char *reply, const struct tipoff *t,
	struct enterprise_id about, struct err *e) MUST_USE;

/* The key that makes the empty places of the office's status file, in keys/; made when it is missing (*ret_made). */
enum err_code office_filler(const char *instance, const struct chance *chance,
	uint8_t ret[KEY_BYTES], bool *ret_made, struct err *e) MUST_USE;
/* The status entries of these cases, as their rows stand now (an erased one's without a reply); cases whose status key nobody
 * knows are passed over. Durable. Under the lock of status/. */
enum err_code desk_status_put(
	struct desk *d, const int64_t *numbers, size_t count, struct err *e) MUST_USE;

/* ---- do chain and records agree (verify.c, verify_office.c) ---------------------------------------------------------- */

/* The first fault stays. */
void chain_fault(struct chain_report *r, const char *branch, const char *file, int line,
	int64_t seq, const char *why);
void chain_fault_line(struct chain_report *r, const char *branch, int64_t seq, const char *why);
/* After the audit of so many lines of the office's branch: every record its line and the other way round; the steps of a case
 * numbered from 2 without a gap, in the order of the lines, their days never going back. */
enum err_code office_verify(
	struct ledger *l, int64_t audited, struct chain_report *report, struct err *e) MUST_USE;

#endif
