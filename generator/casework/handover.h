/*
 * Inside the hand-over: the files of a hub, the signed notes that lie there, and destroying what lies here.
 */
#ifndef CASEWORK_HANDOVER_H
#define CASEWORK_HANDOVER_H

#include "casework/casework_internal.h"

/* ---- the hub's files (hub.c) --------------------------------------------------------------------- */

/*
 * Nothing in a hub is believed: no link is followed, only regular files with a bounded size are read, and names are ours or left
 * alone. Folders of a hub that is a group's (set-gid) are the group's too. What stands where something else belongs (a folder in
 * place of a file, a link, what may not be opened) is one host's trouble: it is ERR_INPUT, or counted as bad, and never the end.
 */
struct hub {
	const char *path;
	int dir;
	unsigned folder_mode, file_mode;
	struct handover_report
		*report; /* where what is odd is counted when there is no telling the caller */
};
enum hub_folder {
	HUB_SLOTS,
	HUB_PHOTOS,
	HUB_ACKS,
	HUB_ERASE,
	HUB_GONE,
	HUB_HEADS, /* its names are hosts: heads/HOST */
	HUB_FOLDERS
};
/* The folder itself must stand: where it is a mounted disk, one that is missing is not mounted. */
enum err_code hub_open(struct hub *h, const char *path, struct err *e) MUST_USE;
void hub_close(struct hub *h);
/* As one of the hub that may be shown to people: "slots/host-1/ab/ab…". */
const char *hub_name(struct arena *a, enum hub_folder f, const char *host, const char *name);
/* Something stands at the top where only a folder may (a link, a file); missing is fine. */
bool hub_is_odd(const struct hub *h, const char *name);
/* ERR_INPUT: no regular file, or larger than ret allows. */
enum err_code hub_read(const struct hub *h, enum hub_folder f, const char *host, const char *name,
	bool *ret_found, struct buf *ret, struct err *e) MUST_USE;
/* -1: there is no regular file. */
int64_t hub_size(const struct hub *h, enum hub_folder f, const char *host, const char *name);
/* Beside, synced and renamed; folders are made. ERR_INPUT: something odd is in the way. */
enum err_code hub_write(const struct hub *h, enum hub_folder f, const char *host, const char *name,
	const void *bytes, size_t len, struct err *e) MUST_USE;
enum err_code hub_remove(const struct hub *h, enum hub_folder f, const char *host, const char *name,
	struct err *e) MUST_USE; /* missing is fine; what is odd is counted */
/* Names that have the form (of cases, photos or hosts), in order, in the arena; odd folders are counted. */
enum err_code hub_list(const struct hub *h, enum hub_folder f, const char *host, struct arena *a,
	const char *const **ret, size_t *ret_count, struct err *e) MUST_USE;

/* ---- signed notes (handover_wire.c) ---------------------------------------------------------------- */

#define HANDOVER_NOTE_MAX 2048
#define HANDOVER_HEADS 8
enum handover_kind { NOTE_ACK, NOTE_ERASE, NOTE_GONE, NOTE_HEAD };
/* How far a host's branch goes. The commit tells the records' bytes as well, which the chain does not. */
struct handover_head {
	struct ledger_head chain;
	char commit[LEDGER_COMMIT_BYTES];
};
struct handover_note {
	enum handover_kind kind;
	char host[HOST_NAME_BYTES], id[CASE_ID_HEX_BYTES]; /* no id in a NOTE_HEAD */
	/* NOTE_ACK: what the office has, durable */
	uint8_t slot[SHA256_BYTES];
	uint8_t photos[TIPOFF_PHOTOS][SHA256_BYTES];
	size_t photo_count;
	/* NOTE_HEAD: the host's newest, and those that it signed before: one of them is in the hub while the newest is on its way. */
	struct handover_head heads[HANDOVER_HEADS];
	size_t head_count;
};
/* A host signs with a key of its own for the hand-over, which its receipt key vouches for: whoever drains need not be able to
 * sign receipts. */
struct handover_cert {
	char host[HOST_NAME_BYTES];
	struct sign_public key;
	uint8_t signature[SIGNATURE_BYTES]; /* by the host's receipt key */
};
void handover_cert_make(const char *host, const struct sign_public *key,
	const struct sign_secret *receipt_key, struct handover_cert *ret);
void handover_cert_write(const struct handover_cert *c, struct buf *out);
enum err_code handover_cert_read(
	const char *text, size_t len, struct handover_cert *ret, struct err *e) MUST_USE;
/* by: the office's key; for NOTE_GONE and NOTE_HEAD the key of cert, which is not NULL then. */
void handover_note_write(const struct handover_note *n, const struct handover_cert *cert,
	const struct sign_secret *by, struct buf *out);
/* key: the office's, for NOTE_GONE and NOTE_HEAD the host's receipt key. ERR_INPUT: not of this form; ERR_REFUSED: not signed by it. The readers
 * accept nothing but what the writers write. */
enum err_code handover_note_read(enum handover_kind kind, const char *text, size_t len,
	const struct sign_public *key, struct handover_note *ret, struct err *e) MUST_USE;

/* ---- how far a branch goes, by its host's word (handover_heads.c) --------------------------------------- */

/* heads/HOST of the hub, signed by this host. ERR_INPUT, ERR_REFUSED: it is there and is not. */
enum err_code head_read(const struct hub *h, const char *host, const struct sign_public *key,
	bool *ret_found, struct handover_note *ret, struct err *e) MUST_USE;
enum err_code head_of(struct ledger *l, struct handover_head *ret, struct err *e) MUST_USE;
bool head_is_signed(const struct handover_note *n, const struct handover_head *head);
/* Puts a new head before those that are signed there, and signs; nothing is written when it is the newest already. */
enum err_code head_sign(const struct hub *h, const struct handover_cert *cert,
	const struct sign_secret *by, const struct sign_public *receipt_key,
	const struct handover_head *head, struct err *e) MUST_USE;

/* ---- destroying (destroy.c) --------------------------------------------------------------------------- */

#define SLOT_MAX_BYTES ((size_t)4 << 10)
#define PHOTO_MAX_BYTES ((size_t)8 << 20)
/* A regular file of the shelf; *ret_found false: there is none. ERR_INPUT: something else, or too large. */
enum err_code shelf_read(const struct shelf *s, enum shelf_folder folder, const char *hex,
	bool *ret_found, struct buf *ret, struct err *e) MUST_USE;
/* Names of the slots that stand, in order: those with something in them, or the empty ones. */
enum err_code shelf_slots(const struct shelf *s, bool empty, struct arena *a,
	const char *const **ret, size_t *ret_count, struct err *e) MUST_USE;

struct photo_owner {
	uint8_t photo[SHA256_BYTES];
	char id[CASE_ID_HEX_BYTES]; /* "": destroyed */
};
/* Which slots here name which photos: a photo goes with the last of them. */
struct photo_owners {
	struct photo_owner *list; /* in order of photo */
	size_t count, cap;
	bool filled;
};
void photo_owners_done(struct photo_owners *o);
/* Photos first, then the slot, so that it can be done again: overwritten and removed, the slot left empty (made so where there was
 * none). Under shelf_lock(). owners is filled at its first use. *ret_any: something was there. */
enum err_code shelf_destroy(struct shelf *s, const char *id, struct photo_owners *owners,
	bool *ret_any, struct err *e) MUST_USE;
/* What a drain put aside under spool/bad (or the desk's), by the hash that begins with the id; none is fine. */
enum err_code quarantined_destroy(
	const char *instance, const char *id, bool *ret_any, struct err *e) MUST_USE;

/* ---- what a branch brings (handover_check.c) ------------------------------------------------------------ */

/* chain_verify() for what is new: every record at the place of its id and week with its line, every line with its record; and no
 * case that is another host's here. ERR_INPUT with what is wrong. */
struct incoming {
	struct reg *reg;
	const char *host;
	struct incoming_line *lines;
	size_t line_count, line_cap;
	struct incoming_record *records;
	size_t record_count, record_cap;
};
ledger_incoming_fn incoming_check; /* ctx: a struct incoming, for one call */
void incoming_done(struct incoming *in);

/* ---- one branch (handover_branch.c) ----------------------------------------------------------------------- */

struct branch_source {
	const char *git, *hub_git;
	struct reg *reg;
	const struct hub *hub;
	struct handover_report *report;
};
/* What is wrong with it is counted. key: the host's receipt key. *ret_missing: lines that the host signed and that are not here yet. */
enum err_code branch_fetch(const struct branch_source *b, const char *host,
	const struct sign_public *key, int64_t *ret_missing, struct err *e) MUST_USE;

/* ---- counting (handover_look.c) --------------------------------------------------------------------------- */

/* Cases of intake hosts whose record is here and whose slot is not, taken into the register or not yet. */
enum err_code handover_incomplete(
	const char *instance, struct reg *reg, size_t *ret, struct err *e) MUST_USE;

/* ---- both sides (handover_common.c) ------------------------------------------------------------------------ */

/* Notes the first that is wrong, in words and whole characters, and counts it. */
void handover_bad(struct handover_report *r, const char *what, const char *why);
/* As many that are not whole yet; the first is noted likewise. */
void handover_late(struct handover_report *r, size_t count, const char *what, const char *why);
/* One hand-over at a time in an instance: until the descriptor is closed. */
enum err_code handover_lock(const struct shelf *s, struct err *e) MUST_USE;
/* Where the record of a case lies in an intake branch, looked for from the newest week back; NULL: there is none. */
const char *handover_record(struct ledger *l, struct arena *a, const char *id, struct day newest);
enum err_code handover_host_name(
	const char *instance, struct arena *a, const char **ret, struct err *e) MUST_USE;

#endif
