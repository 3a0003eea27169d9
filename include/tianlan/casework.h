/*
 * casework: the queue of tip-offs on the way from the spool to its end: the drain, the desk where staff open cases and take
 *   their steps, the office's chain, the hand-over between hosts, erasing.
 *
 * Not here: the form (intake); what may follow (policy_cases.h); the rows (register_cases.h).
 *
 * The drain, for a group of envelopes: check the outer form from bytes; slots and sealed photos durable outside git; one commit
 *   (records, chain lines); read back; status "received"; remembered as seen; off the spool. Each step may be done twice
 *   without harm, so a crash anywhere loses nothing and doubles nothing.
 * One id is one case for good: a slot that is destroyed leaves an empty file under its name, so that an old envelope that is
 *   put in again is recognised and quarantined.
 * Errors: ERR_SYSTEM for disk and git: what was not finished is still in the spool. A bad envelope is no error: it is
 *   quarantined with a reason and a chain line, and counts as open.
 * Files: INSTANCE/spool, slots/HH/ID, photos/HH/SHA256, cases.git, status/received.bin; one drain at a time by a lock.
 */
#ifndef TIANLAN_CASEWORK_H
#define TIANLAN_CASEWORK_H

#include "tianlan/base.h"
#include "tianlan/crypto.h"
#include "tianlan/envelope.h"
#include "tianlan/register_cases.h"

struct drain_options {
	const char *instance;
	const char *host;  /* name of this intake host: the branch is intake/HOST */
	const char *spool; /* folder in the instance, which needs no host/ then; NULL: "spool" */
	int64_t now;
	size_t group; /* envelopes per commit, 1 to 1 000; 0: 100 */
	const struct chance *chance;
	/* Asked before each group; NULL: never. True ends the run there, which is no error. */
	bool (*stop)(void *ctx);
	void *stop_ctx;
};
struct drain_report {
	size_t committed; /* cases new in git */
	size_t commits;
	size_t quarantined;
	size_t again; /* found in git already: a crash or a second post; taken off the spool */
};
/* Works until the spool is empty, or holds only what could not be read or moved: then the first such failure is returned. Adds
 * to *ret, also when it fails midway. */
enum err_code drain_run(
	const struct drain_options *o, struct drain_report *ret, struct err *e) MUST_USE;

/* Where things of a case lie, relative to the instance or within the branch; in the arena. */
const char *case_record_path(
	struct arena *a, const char *id_hex, const char *week);	      /* cases/2018/W05/ab/ab…  */
const char *case_slot_path(struct arena *a, const char *id_hex);      /* slots/ab/ab… */
const char *case_photo_path(struct arena *a, const char *sha256_hex); /* photos/ab/ab… */

/* `tianlan chain verify`: ledger_audit over every branch, and that chain and records agree: every record has its `received`
 * line with the record's commitment, every `received` line its record. */
struct chain_report {
	int64_t lines, cases, quarantined;
	size_t branches;
	bool sound;
	char branch[96], file[96]; /* of the first fault */
	int line;
	int64_t seq;
	char why[256];
};
enum err_code chain_verify(const char *instance, struct chain_report *ret, struct err *e) MUST_USE;

/* ---- the desk ------------------------------------------------------------------------------------ */

/*
 * One person at work: a role says which key is used. The inspector's opens the facts, the reply officer's the contact; the office
 * opens nothing and sees rows and clocks. On one machine all keys may lie in keys/: the role still decides.
 *
 * What a step leaves: the register's row (who, role, unit, day, outcome, reply; the reason sealed under a key of the case that only
 * its slot gives), a record steps/HH/COMMITMENT/NNN in the branch `office` of cases.git with a line of the office chain (commitment of the
 * case, step, role, day), and the status under the reporter's receipt in status/office.bin. The record holds the salted
 * SHA-256 of the row's content, so that the chain vouches for the row and tells nothing of it.
 * Order: the register first (one transaction), then the line, then the mark that it stands; a crash between is made good by the next
 * desk_open() or desk_flush(). Writing a line twice is impossible: its record's path is its number.
 * A step opens a case that nobody opened yet, as desk_case_get() does, so that it reaches the receipt.
 * Errors: ERR_CONFLICT with policy_case_refusal()'s sentence, or because somebody else just took a step; ERR_REFUSED: no key of
 *   this role opens the case, the reply holds a value of class NEVER, or the step answers the reporter of a case that nobody
 *   opened and this role cannot open; ERR_NOT_FOUND, of drafts and photos: the slot is not here
 *   (not handed over yet, or erased). A step is taken all the same then, its reason sealed to the office's newest facts key.
 */
enum desk_role { DESK_OFFICE = 0, DESK_INSPECTOR, DESK_REPLY, DESK_ROLES };
const char *desk_role_id(enum desk_role r); /* "office" "inspector" "reply": the chain's role */
bool desk_role_find(const char *id, enum desk_role *ret);

struct desk;
struct desk_options {
	const char *instance;
	struct reg *reg; /* the caller's, outlives the desk */
	const struct policy *policy;
	enum desk_role role;
	const char *unit; /* for which unit the person acts: a code; NULL: none */
	const char *by;	  /* who; required for steps */
	struct day today;
	const char *at; /* as in struct change_note */
	const struct chance *chance;
	bool read_only; /* only looks: takes nothing in and flushes nothing */
};
/* Takes new cases of every intake branch into the register, writes lines that are missing, anchors moved intake heads, finishes what
 * was erased by halves (desk_unfinished()), reopens the cases of enterprises that relapsed. Works without cases.git (no case yet) and without keys. */
enum err_code desk_open(const struct desk_options *o, struct desk **ret, struct err *e) MUST_USE;
void desk_close(struct desk *d); /* accepts NULL; wipes keys */
/* Writes the lines that wait (one commit for all), anchors, the week's head, status entries. desk_step() leaves them to it.
 * ERR_REFUSED: a row was changed by hand, or is older than the chain: of that case nothing is chained; the rest was done. */
enum err_code desk_flush(struct desk *d, struct err *e) MUST_USE;

struct desk_note {
	int64_t n;
	enum case_step kind;
	struct day day;
	const char *role, *unit, *by;
	const char *text; /* NULL: none, erased, or not for this role's key */
};
struct desk_case {
	struct tip_case row;
	bool opened; /* by this role's key */
	struct tipoff
		tipoff; /* facts for the inspector, contact for the reply officer; the rest "" */
	const struct desk_note *notes;
	size_t note_count;
	const char *draft; /* this role's; NULL */
};
/* The first opening by an inspector also records the day of receipt, kinds, street and status key (reg_case_opened). A case that
 * cannot be opened (no key, no slot, quarantined) has opened false and *ret filled with its row: that is no error. What comes out
 * is hostile input that was parsed again. */
enum err_code desk_case_get(struct desk *d, int64_t number, struct arena *a, struct desk_case *ret,
	struct err *e) MUST_USE;
/* The cleaned JPEG of photo `index` (from 0): the sealed file is checked against the slot's hash, opened in memory and sent through the
 * photo program anew. photo_program: its path. Needs the inspector's key. Appends to *ret. */
enum err_code desk_photo(struct desk *d, int64_t number, size_t index, const char *photo_program,
	struct buf *ret, struct err *e) MUST_USE;

struct case_act {
	enum case_step kind;
	struct day day;	 /* DAY_NONE: today, or the day of the step before where that is later */
	const char *why; /* staff's reason; sealed; required but for PUBLISHED */
	enum case_outcome outcome;
	const char *lead;
	const char *const *helpers;
	size_t helper_count;
	int64_t into_case;
	struct enterprise_id enterprise;
	bool found_new;
	int extend_days;
	bool despite_open;
	const char *
		reply; /* what the reporter will read under the receipt (at most 1 800 bytes); NULL: as before */
};
/* The reply is checked: nothing unseen in it, reg_text_check(), the contact of the case where this role can open it, and no run of 12
 * characters or more of the tip-off's own words where the facts can be opened. What the other role can open is checked by
 * desk_review() before it is published. */
enum err_code desk_step(struct desk *d, int64_t number, const struct case_act *act, int64_t *ret_n,
	struct err *e) MUST_USE;
enum err_code desk_draft_set(
	struct desk *d, int64_t number, const char *text, struct err *e) MUST_USE; /* "" removes */

/* Suggestions for `case dispatch`, `case link`, `case merge`; all in memory. */
enum err_code desk_route(
	struct desk *d, int64_t number, struct arena *a, struct route *ret, struct err *e) MUST_USE;
struct desk_similar {
	int64_t number; /* of the other case */
	const char *id;
	int score; /* 0 to 100 */
	const char
		*why; /* which enterprise, place, kinds, words agree: never the words themselves */
};
/* Open or concluded cases that may be the same matter, best first, score 40 and more; opens every case with the inspector's key. */
enum err_code desk_similar(struct desk *d, int64_t number, struct arena *a,
	const struct desk_similar **ret, size_t *ret_count, struct err *e) MUST_USE;
struct desk_place { /* an enterprise the tip-off may be about */
	struct enterprise_id id;
	const char *name, *address;
	int score;
};
enum err_code desk_enterprises(struct desk *d, int64_t number, struct arena *a,
	const struct desk_place **ret, size_t *ret_count, struct err *e) MUST_USE;

/* A tip-off by phone, letter or visit, sealed to the same keys and put through the same drain as host "desk" (folder desk/ for its
 * spool). t: kinds, enterprise, street, place, happened_on, what, way, contact as the form would give them; the rest is set
 * here. *ret_receipt is what the caller may tell the person. */
enum err_code desk_new(struct desk *d, const char *origin, struct tipoff *t,
	const struct photo_plain *photos, size_t photo_count, int64_t now,
	struct receipt *ret_receipt, int64_t *ret_number, struct err *e) MUST_USE;

/* After a relapse was recorded elsewhere: reopens what desk_open() would. */
enum err_code desk_follow(struct desk *d, size_t *ret_reopened, struct err *e) MUST_USE;
/* Before a result is published somebody else reads it: role reply, whose key opens the contact, against which the reply is checked once
 * more, and against the register. ERR_REFUSED: the reply holds what it may not, no key here opens the contact, or the same person
 * wrote it. ERR_CONFLICT: not concluded, or reviewed already. */
enum err_code desk_review(struct desk *d, int64_t number, struct err *e) MUST_USE;
/* reg_release() and a step `published` for every case whose result is shown from now on. */
enum err_code desk_release(struct desk *d, bool dry, struct arena *a, struct release_report *ret,
	struct err *e) MUST_USE;

/* ---- erasing (erase.c) -------------------------------------------------------------------------------- */

/* The step `erased`, then: slot and photos here are destroyed (overwritten, the slot left as an empty file), the rows
 * blanked, the status replaced by "erased" without a reply, and every other place that may hold a copy is asked (case_copy). Done
 * again after a crash it goes on where it stopped, as every desk_open() does; why is not needed then. Any case may be erased, an open one
 * too. */
enum err_code desk_erase(struct desk *d, int64_t number, const char *why, struct err *e) MUST_USE;
/* Of cases that were erased and could not be destroyed to the end when this desk opened (a disk refused): how many, and what was wrong
 * with the first; borrowed. The next desk_open() tries again. */
size_t desk_unfinished(const struct desk *d, const char **ret_why);
/* Somebody confirms by hand that a place (a backup) holds it no more. */
enum err_code desk_erase_confirm(
	struct desk *d, int64_t number, const char *place, struct err *e) MUST_USE;
struct due_for_erasing {
	int64_t number;
	const char *id;
	const struct retention *rule;
	struct day from;
};
/* What the retention periods would destroy as of today; nothing is done. */
enum err_code desk_retention(struct desk *d, struct arena *a, const struct due_for_erasing **ret,
	size_t *ret_count, struct err *e) MUST_USE;

/* ---- hand-over (handover.c) ------------------------------------------------------------------------------ */

/*
 * A hub is a folder both sides can reach (a mounted disk, sshfs, or rsync between): HUB/cases.git (bare), HUB/slots/HOST/HH/ID,
 * HUB/photos/HOST/HH/SHA, HUB/acks/HOST/ID (the office: have it), HUB/erase/HOST/ID (the office: destroy it), HUB/gone/HOST/ID (the
 * host: destroyed). The three notes are signed (office key; host key) and name host, case and what is acknowledged.
 * HUB/heads/HOST is signed by the host as well and says how far its branch goes (line, hash, commit): whoever can write in the hub
 * can write a branch, and the office takes none that its host does not vouch for. The office's own chain does not go there.
 * Every file is written beside, synced and renamed; every step may be done twice. Only what stands acknowledged is destroyed at
 * the source, leaving the empty slot that keeps its case from coming twice.
 */
struct handover_report {
	size_t sent, acknowledged, erased, fetched,
		incomplete; /* cases; incomplete: record here, slot or photo not yet */
	size_t branches,
		bad; /* bad: files of the hub that are not what they say; left there, listed in the message */
	char bad_first[256];
	char incomplete_first
		[256]; /* of what lies in the hub and cannot be taken yet; "": nothing is said of it */
};
/* A host's key for the hand-over (host/handover.key), vouched for by its receipt key (host/handover.cert), so that whoever drains need
 * not be able to sign receipts. Made where it is missing; needs host/receipt.key then. */
enum err_code handover_key_make(
	const char *instance, const struct chance *chance, struct err *e) MUST_USE;
/* On the intake host: signs and pushes intake/HOST, copies slots and photos of committed cases, then takes up acks and requests to erase. */
enum err_code handover_send(const char *instance, const char *hub, int64_t now,
	struct handover_report *ret, struct err *e) MUST_USE;
/* On the staff host: fetches every intake/HOST branch but this machine's own (only forward, and only as far as the host signed: a chain
 * that does not continue the one here, or is not signed, is refused and said),
 * checks it, takes slots and photos whose bytes are what the record and slot say, acknowledges, removes them from the hub, asks for what was erased, takes
 * note of what is gone. */
enum err_code handover_fetch(const char *instance, const char *hub, struct reg *reg,
	struct day today, struct handover_report *ret, struct err *e) MUST_USE;

struct handover_host {
	const char *host;
	int64_t cases; /* of it, here; on the host itself: those it still keeps and those that went */
	int64_t waiting;      /* record here, slot not yet; on the host: not acknowledged yet */
	int64_t acknowledged; /* slot and photos here for good; on the host: destroyed there since */
	int64_t erased;
	int64_t erase_open; /* asked to erase, nothing heard yet */
	int64_t head_seq;   /* where its chain ends here */
	const char *head;   /* hex */
};
/* Where the hand-over stands, host by host; reg NULL: on an intake host, of itself. In the arena. */
enum err_code handover_status(const char *instance, struct reg *reg, struct arena *a,
	const struct handover_host **ret, size_t *ret_count, struct err *e) MUST_USE;

/* ---- do register and chains agree (agree.c) ----------------------------------------------------------------- */

struct agree_report {
	bool sound;
	struct chain_report chain;
	int64_t cases, steps,
		waiting; /* waiting: steps whose line is not written yet (a crash; the next desk_open() does) */
	int64_t evidence_bad;
	int64_t letters; /* opened cases that were compared with what was sealed, by a facts key of keys/ */
	int64_t shown; /* cases and results that releases show, each compared with its steps */
	int64_t weeks; /* heads of the office's chain by week */
	int64_t rows;  /* numbered one by one, none missing */
	int64_t enterprises; /* whose state was worked out anew */
	int64_t files;	     /* below evidence/ */
	char what[256];	     /* the first that does not agree, a sentence */
};
/* chain_verify(); every row of the register has its record and `received` line and the other way round; every step its record, content
 * hash (recomputed where the salt stands) and line, in order, and the other way round; every anchor names a head the intake chain had; evidence
 * re-hashed; the cached columns of every case are those of its steps, and what releases show; what reg_audit() checks; opened
 * cases against their letters where keys/ has a facts key; nothing erased is unfinished. */
enum err_code agree_verify(
	const char *instance, struct reg *reg, struct agree_report *ret, struct err *e) MUST_USE;

#endif
