/*
 * envelope: a tip-off on disk: the token of the form, the receipt, what is sealed, the spool, the status file, and the
 * signed bundle that carries to the exposed host what it needs.
 *
 * Not here: HTTP and the form (intake), git (ledger), what is done with a case (casework).
 *
 * What is where. A form's token is worth one case. From the host's secret and the token follow the receipt (so the same
 *   post again has the same receipt and nothing need be stored), and from the receipt alone the case's id, and the tag and
 *   key of its status. An envelope file holds, for one case: the record (ciphertext and commitment, for git), the slot (the
 *   case's keys sealed to the staff's public keys, and the salt; outside git, so that destroying it erases the case), the
 *   sealed photos, and the status entry "received", ready sealed. The host that writes it can open none of it again.
 * Ownership: parsed things point into the caller's bytes, or live in the caller's arena.
 * Errors: ERR_INPUT for bytes that do not have the form (they come from outside: *_wire.c); ERR_SYSTEM for the disk;
 *   ERR_CONFLICT and ERR_REFUSED as said at the function. No message holds any text of a tip-off.
 * Limits: facts at most 32 KiB, contact 1 KiB, 3 photos of at most 8 MiB sealed each; an envelope at most 26 MiB.
 * Units: times in Unix seconds; weeks are ISO 8601 weeks in China (UTC+8), "2018-W05".
 * Threads: nothing shared.
 * Sources: Crockford's base 32; a [20,19] Reed-Solomon code over GF(32) for the check digit; DOMAIN of the plan for words.
 */
#ifndef TIANLAN_ENVELOPE_H
#define TIANLAN_ENVELOPE_H

#include "tianlan/base.h"
#include "tianlan/crypto.h"

/* ---- weeks ---------------------------------------------------------------------------------------- */

#define WEEK_TEXT_BYTES 9 /* "2018-W05" */
struct week {
	int year, week; /* ISO 8601: 2018-12-31 lies in 2019-W01 */
};
struct week week_of_day(struct day d);
struct day week_monday(struct week w);
const char *week_text(struct week w, char out[WEEK_TEXT_BYTES]);
bool week_parse(const char *text, size_t len, struct week *ret); /* exactly YYYY-Www, a real week */

/* ---- receipts (receipt.c) -------------------------------------------------------------------------- */

#define RECEIPT_SYMBOLS 20    /* 19 of 5 bits = 95 bits, and a check digit */
#define RECEIPT_TEXT_BYTES 25 /* "XXXX-XXXX-XXXX-XXXX-XXXX" and the NUL */
struct receipt {
	uint8_t symbol[RECEIPT_SYMBOLS]; /* 0 to 31 each */
};
void receipt_text(const struct receipt *r, char out[RECEIPT_TEXT_BYTES]);
enum receipt_reading {
	RECEIPT_READ,
	RECEIPT_NOT_ONE,     /* not 20 letters and digits, or one that no receipt has (U) */
	RECEIPT_WRONG_CHECK, /* the check digit does not fit: mistyped */
};
/* Forgiving: any case, spaces and hyphens of any kind anywhere, full-width forms, O for 0, I and L for 1. text_len at most
 * 256, else RECEIPT_NOT_ONE. Every wrong single symbol and every exchange of two different symbols is noticed. */
enum receipt_reading receipt_parse(const char *text, size_t len, struct receipt *ret);

#define CASE_ID_BYTES 16
#define CASE_ID_HEX_BYTES 33
struct case_id {
	uint8_t bytes[CASE_ID_BYTES];
};
void case_id_text(const struct case_id *id, char out[CASE_ID_HEX_BYTES]);
bool case_id_parse(const char *hex, struct case_id *ret); /* exactly 32 lower-case digits */

#define STATUS_TAG_BYTES 16
struct receipt_keys { /* all that follows from a receipt; none of it leads back */
	struct case_id id;
	uint8_t status_tag[STATUS_TAG_BYTES];
	uint8_t status_key[KEY_BYTES];
};
void receipt_derive(const struct receipt *r, struct receipt_keys *ret);

/* ---- tokens (token.c) -------------------------------------------------------------------------------- */

struct host_secret {
	uint8_t bytes[KEY_BYTES];
};
#define TOKEN_RAW_BYTES 58 /* version 1, flags 1, issued 8, nonce 16, MAC 32 */
#define TOKEN_TEXT_BYTES BASE64_BYTES(TOKEN_RAW_BYTES)
struct token {
	uint8_t bytes[TOKEN_RAW_BYTES];
	int64_t issued;
	bool again; /* given with a form that was sent before: no dwell is asked of it */
};
void token_make(const struct host_secret *s, int64_t now, bool again, const struct chance *chance,
	char out[TOKEN_TEXT_BYTES]);
enum token_reading { TOKEN_READ, TOKEN_FORGED, TOKEN_EXPIRED, TOKEN_TOO_FRESH };
/* max_age and dwell in seconds. A token from more than 60 s ahead is forged. *ret is filled unless it is forged. */
enum token_reading token_check(const struct host_secret *s, const char *text, size_t len,
	int64_t now, int64_t max_age, int64_t dwell, struct token *ret);
void token_receipt(const struct host_secret *s, const struct token *t, struct receipt *ret);
/* Starts the keyed hash of what was typed. Its key needs the token, which nobody keeps: whoever holds the host's secret and
 * the hash cannot try out guesses of the content. */
void token_content_begin(const struct host_secret *s, const struct token *t, struct mac *ret);

/* ---- a tip-off in clear (facts_wire.c) ----------------------------------------------------------------- */

#define TIPOFF_PHOTOS 3
#define TIPOFF_KINDS 32
struct tipoff_photo { /* bound by the facts: the sealed file's name and what is in it */
	uint8_t sealed_sha256[SHA256_BYTES];
	uint32_t width, height, bytes; /* of the JPEG inside */
};
struct tipoff {
	const char *received_at;	 /* 2026-11-25T20:11:03+08:00 */
	const char *host;		 /* the intake host's name */
	const char *kinds[TIPOFF_KINDS]; /* slugs of the routing data */
	size_t kind_count;
	const char *
		enterprise; /* public id or free text; "" when not given; so are street, place, happened_on */
	const char *street; /* code */
	const char *place;
	const char *happened_on; /* YYYY-MM-DD */
	const char *what;
	const char *way;  /* "anonymous" "confidential" "named" */
	const char *lane; /* "ordinary", or "slow" when it came over the global budget */
	bool honeypot; /* the trap field was filled in: a machine, or a person whose browser filled it */
	bool receipt_declined;
	struct tipoff_photo photos[TIPOFF_PHOTOS];
	size_t photo_count;
	uint8_t status_tag[STATUS_TAG_BYTES], status_key[KEY_BYTES];
	/* Class NEVER, sealed apart from the rest: */
	const char *contact_name, *contact_phone; /* "" when anonymous */
};
/* Canonical bytes; the readers accept nothing that the writers would not write (unknown, missing, repeated or misordered
 * items, NULs and invalid UTF-8 are ERR_INPUT). Strings of a read one live in the arena. facts_read() fills everything, the
 * contact with ""; contact_read() the contact alone. Kinds are slugs ([a-z0-9-]+), each once. */
void facts_write(const struct tipoff *t, struct buf *out);
enum err_code facts_read(
	struct arena *a, const void *bytes, size_t len, struct tipoff *ret, struct err *e) MUST_USE;
void contact_write(const struct tipoff *t, struct buf *out);
enum err_code contact_read(
	struct arena *a, const void *bytes, size_t len, struct tipoff *ret, struct err *e) MUST_USE;

/* ---- sealed: record, slot, photos, envelope (seal.c, envelope_wire.c) -------------------------------------- */

#define COMMITMENT_BYTES 32
#define RECIPIENTS_MAX 8
struct recipients {
	struct box_public facts[RECIPIENTS_MAX], contact[RECIPIENTS_MAX];
	size_t facts_count, contact_count; /* at least 1 each */
};
struct photo_plain {
	const void *jpeg;
	size_t len; /* at most 8 MiB - 64 KiB */
	uint32_t width, height;
};
/* What stands outside the sealed parts of an envelope; only the spool and the drain see it, none of it goes to git but the
 * id, the week and the commitment. */
struct envelope_head {
	struct case_id id;
	uint8_t content_mac[MAC_BYTES];
	int64_t token_expires; /* how long a second post of the same token must be recognised */
	struct week week;      /* of receipt */
};
/* Fills t's photos; its status fields are the caller's. Seals t and the photos to the recipients and appends an envelope file
 * to ret_bytes. Padded: facts to 2, 4, 8, 16 or 32 KiB, contact to 1 KiB, photos to size classes. ERR_INPUT: too long, or not
 * what the readers would take again. ERR_USAGE: recipients, photos or week out of range, or an anonymous tip-off that has a
 * contact: drop what was typed before. */
enum err_code envelope_seal(struct tipoff *t, const struct photo_plain *photos, size_t photo_count,
	const struct recipients *to, const struct envelope_head *head, const struct chance *chance,
	struct buf *ret_bytes, uint8_t ret_commitment[COMMITMENT_BYTES], struct err *e) MUST_USE;

struct bytes {
	const uint8_t *at;
	size_t len;
};
struct envelope { /* points into the file's bytes */
	struct envelope_head head;
	uint8_t commitment[COMMITMENT_BYTES];
	struct bytes record, slot;
	struct bytes status_entry; /* for the status file: STATUS_RECEIVED_BYTES */
	struct bytes photos[TIPOFF_PHOTOS];
	uint8_t photo_sha256[TIPOFF_PHOTOS][SHA256_BYTES];
	size_t photo_count;
};
#define ENVELOPE_MAX_BYTES ((size_t)26 << 20)
/* Checks the whole outer form from bytes: magic, lengths, size classes, checksum, record and slot, and that they agree. */
enum err_code envelope_parse(
	const void *bytes, size_t len, struct envelope *ret, struct err *e) MUST_USE;

struct record { /* what git holds: no more than ciphertext and the commitment */
	struct case_id id;
	uint8_t commitment[COMMITMENT_BYTES];
	struct bytes facts, contact; /* sealed */
};
enum err_code record_parse(
	const void *bytes, size_t len, struct record *ret, struct err *e) MUST_USE;

struct slot {
	struct case_id id;
	uint8_t salt[32];
	struct bytes facts_keys[RECIPIENTS_MAX],
		contact_keys[RECIPIENTS_MAX]; /* sealed, one per recipient */
	size_t facts_count, contact_count;
	uint8_t photo_sha256
		[TIPOFF_PHOTOS]
		[SHA256_BYTES]; /* which sealed photos go with it, so that erasing finds them */
	size_t photo_count;
};
enum err_code slot_parse(const void *bytes, size_t len, struct slot *ret, struct err *e) MUST_USE;

/* Opening, on the staff host. Either secret may be NULL: then that half stays closed (its fields are ""). ERR_REFUSED when
 * no slot fits the key; ERR_INPUT when what is inside does not have the form, or the commitment does not fit what was
 * opened (checked when both halves were). */
enum err_code envelope_open(struct arena *a, const struct record *r, const struct slot *s,
	const struct box_secret *facts, const struct box_secret *contact, struct tipoff *ret,
	struct err *e) MUST_USE;
/* A sealed photo of an opened tip-off; *ret_jpeg lives in the arena. Hostile input again: clean it before use. */
enum err_code photo_open(struct arena *a, const struct record *r, const struct slot *s,
	const struct box_secret *facts, size_t index, const void *sealed, size_t len,
	struct bytes *ret_jpeg, struct err *e) MUST_USE;

/* The key under which staff's notes on a case are sealed: it follows from the case's own key in the slot, so that destroying the
 * slot destroys them, wherever they lie. secret is of the half that is asked. ERR_REFUSED when no slot fits it. */
enum slot_half { SLOT_FACTS, SLOT_CONTACT };
enum err_code slot_note_key(const struct slot *s, enum slot_half half,
	const struct box_secret *secret, uint8_t ret[KEY_BYTES], struct err *e) MUST_USE;

/* ---- the spool (spool.c) ------------------------------------------------------------------------------------- */

/*
 * DIR/tmp   envelopes being written            (web writes)
 * DIR/new   envelopes, named by case id        (web adds, drain removes)
 * DIR/seen  one small file per case id drained, until its token has expired   (drain writes, web reads)
 * DIR/bad   what was quarantined, with a reason beside it                     (drain)
 * Claiming is one rename without replacing (or link + unlink where the file system has none), so one token is one case.
 */
struct spool {
	int dir, tmp, new, seen; /* descriptors of the folders; -1 when not opened */
	bool writable_seen;
};
enum spool_side { SPOOL_WEB, SPOOL_DRAIN };
/* SPOOL_WEB needs tmp, new and seen to exist; SPOOL_DRAIN too, and opens bad when it needs it. */
enum err_code spool_open(
	const char *dir, enum spool_side side, struct spool *ret, struct err *e) MUST_USE;
void spool_close(struct spool *s); /* accepts a half-opened one */
enum err_code spool_make(const char *dir, struct err *e)
	MUST_USE; /* the four folders, 0700 (init; production uses the manual's table) */

enum spool_claim {
	SPOOL_STORED, /* written, durable, ours */
	SPOOL_SAME,   /* this very content was stored before (and is durable) */
	SPOOL_OTHER,  /* the token was used with other content (which is durable) */
};
struct spool_known { /* what new/ or seen/ says of an id */
	uint8_t content_mac[MAC_BYTES];
	uint8_t commitment[COMMITMENT_BYTES];
	struct week week;
	int64_t token_expires;
};
/* Durable when it returns ERR_OK: file and folder are fsynced. name_chance names the temporary file. On SAME and OTHER
 * *ret_known says what stands there (all zero when seen/ remembers the id but is damaged: OTHER). A failure leaves nothing but
 * possibly a file in tmp/; only when syncing new/ fails the envelope stays there, since another post may have been told by then
 * that it is kept. ERR_INPUT: no envelope. ERR_SYSTEM with errno ENOSPC: it would take of the reserve that the drain needs on
 * the file system of new/ (256 MiB or an eighth of its size, whichever is less, and the same share of its inodes). */
enum err_code spool_put(struct spool *s, const void *envelope, size_t len,
	const struct chance *name_chance, enum spool_claim *ret_claim,
	struct spool_known *ret_known, struct err *e) MUST_USE;
/* *ret_found: it stands in new/ or seen/. Says nothing of whether it would survive a loss of power. */
enum err_code spool_find(const struct spool *s, const struct case_id *id, bool *ret_found,
	struct spool_known *ret_known, struct err *e) MUST_USE;
/* The same, for whoever shows a receipt on the strength of it: what is found in new/ is synced, file and folder, before it is
 * said to be found. Needs a spool of SPOOL_WEB, and the right to call fsync. */
enum err_code spool_find_durable(const struct spool *s, const struct case_id *id, bool *ret_found,
	struct spool_known *ret_known, struct err *e) MUST_USE;

/* For the drain. A list of names in new/ (byte order), at most `limit`; names that are no id are listed too. */
enum err_code spool_list(struct spool *s, struct arena *a, size_t limit,
	const char *const **ret_names, size_t *ret_count, struct err *e) MUST_USE;
/* Opened without following links; a regular file with one link, at most ENVELOPE_MAX_BYTES; ERR_INPUT otherwise,
 * ERR_NOT_FOUND when another drain took it. */
enum err_code spool_read(
	struct spool *s, const char *name, struct buf *ret_bytes, struct err *e) MUST_USE;
/* Remember as seen (what is remembered first stays), then take off new/. ERR_USAGE: the name is no id. All is synced by
 * spool_sync(), once per group: a crash before it leads to a second look at the envelope, never to a loss. */
enum err_code spool_done(
	struct spool *s, const char *name, const struct spool_known *known, struct err *e) MUST_USE;
/* Moves it to bad/ (a hard failure to move leaves it) with NAME.why beside it. The reason is ours, never a text of the file.
 * A name that is odd or longer than 64 bytes becomes odd-HASH there; one that is taken there gets a number behind. */
enum err_code spool_quarantine(
	struct spool *s, const char *name, const char *reason, struct err *e) MUST_USE;
enum err_code spool_sync(struct spool *s, struct err *e) MUST_USE;
/* Removes seen/ files whose token has expired, and tmp/ files older than an hour (where this side may see tmp/). */
enum err_code spool_expire(
	struct spool *s, int64_t now, size_t *ret_removed, struct err *e) MUST_USE;

/* ---- the status file (status.c, status_wire.c) ------------------------------------------------------------------ */

/*
 * A file of 256 buckets, each of the same number of entries of the same size; places without an entry hold chance bytes, so
 * that the file tells nobody how many there are or when they came. An entry is a tag and a sealed text; both follow from the
 * receipt alone.
 */
#define STATUS_BUCKETS 256
#define STATUS_RECEIVED_BYTES 128 /* entries of the file the drain keeps: a state and a week */
#define STATUS_REPLY_BYTES \
	2048 /* entries of the file the office writes: with the public reply, at most 1 800 bytes */
struct status {		   /* strings in the arena */
	const char *state; /* DOMAIN's identifier: "received", "accepted", … */
	const char *when;  /* the week of receipt, later a day */
	const char *reply; /* "" when none */
};
/* entry_bytes is one of the two sizes. ERR_INPUT when the status does not fit. */
enum err_code status_seal(const struct receipt_keys *k, const struct status *s, size_t entry_bytes,
	const struct chance *chance, uint8_t *out, struct err *e) MUST_USE;
/* Writes entries into the file in place (made, or made larger, as needed; then durable). filler_key makes the bytes of empty
 * places. One writer at a time (the caller's lock).
 * STATUS_REPLY_BYTES, the office's own file: an entry whose tag stands is replaced; ERR_SYSTEM when the file is full.
 * STATUS_RECEIVED_BYTES: the entries come from the exposed host, and their tags are what it says they are. An entry whose tag
 * stands is left out, so that none overwrites another case's; so is one whose bucket is full with 2 048 entries (64 MiB in
 * all), so that no choice of tags stops the drain. Best effort: without its entry a receipt is answered from seen/ until the
 * office publishes. */
struct status_entry {
	const uint8_t *bytes;
};
enum err_code status_put(const char *path, size_t entry_bytes, const struct status_entry *entries,
	size_t count, const uint8_t filler_key[KEY_BYTES], struct err *e) MUST_USE;
/* Reads the whole bucket of the tag and looks at every place, found or not. An entry of the tag that does not open, or has not
 * the form of a status, is not found. ERR_NOT_FOUND: no file. ERR_INPUT: the file's head or size is damaged. */
enum err_code status_find(struct arena *a, const char *path, const struct receipt_keys *k,
	bool *ret_found, struct status *ret, struct err *e) MUST_USE;

/* ---- signed texts: host certificates, receipts (proof_wire.c) ---------------------------------------------------- */

#define HOST_NAME_BYTES 64 /* with the NUL: a-z 0-9 and -, as a git branch part */
bool host_name_valid(const char *name);
/* One that stands for something else where copies are listed (hub, office, desk): no intake host or backup is made with it. */
bool host_name_reserved(const char *name);
/* The office says: this key signs receipts for this host in these days. Text of fixed lines:
 *   tianlan-host 1 / host: NAME / key: BASE64 / from: DAY / until: DAY / signature: BASE64 */
struct host_cert {
	char host[HOST_NAME_BYTES];
	struct sign_public key;
	struct day from, until;
};
void host_cert_write(const struct host_cert *c, const struct sign_secret *office, struct buf *out);
/* ERR_INPUT: not of this form. ERR_REFUSED: the signature is not the office's. */
enum err_code host_cert_read(const char *text, size_t len, const struct sign_public *office,
	struct host_cert *ret, struct err *e) MUST_USE;

/* The receipt as a text that anyone can check without us: fixed lines
 *   tianlan-receipt 1 / receipt: CODE / week: WEEK / commitment: HEX / host: NAME / key: BASE64 / from: DAY /
 *   until: DAY / office: BASE64 (the office's signature over the host's certificate) / signature: BASE64 */
struct proof {
	struct receipt receipt;
	struct week week;
	uint8_t commitment[COMMITMENT_BYTES];
};
/* cert_text as host_cert_write() made it. Appends nothing when the proof would not check: no certificate, of another key than
 * host's, or not of the week. */
void proof_write(const struct proof *p, const char *cert_text, size_t cert_len,
	const struct sign_secret *host, struct buf *out);
/* Forgiving of carriage returns, and of blank lines and spaces around. ERR_INPUT: not of this form, with the line;
 * ERR_REFUSED: a signature does not fit, or the week lies outside the certificate's days. */
enum err_code proof_check(const char *text, size_t len, const struct sign_public *office,
	struct proof *ret, struct host_cert *ret_cert, struct err *e) MUST_USE;

/* ---- key files (keys.c) --------------------------------------------------------------------------------------------- */

/*
 * In an instance's keys/: facts-FP.pub, facts-FP.key, contact-FP.pub, contact-FP.key (X25519), receipt-FP.pub, receipt-FP.key
 * (Ed25519, the office's: certifies hosts, signs bundles); FP is the first 16 hex digits of the public key's SHA-256. On an
 * intake host, host/: token.secret, filler.secret, receipt.key, receipt.pub, receipt.cert, office.pub, name. A key file is
 * one line: "tianlan-key 1 PURPOSE public|secret BASE64". Secret ones are 0600.
 */
enum key_purpose {
	KEY_FACTS,
	KEY_CONTACT,
	KEY_RECEIPT,
	KEY_HOST,
	KEY_TOKEN,
	KEY_FILLER,
	KEY_PURPOSE_COUNT
};
const char *key_purpose_name(enum key_purpose p);
bool key_purpose_find(const char *name, enum key_purpose *ret);
struct key_pair_files {
	const char *public_path, *secret_path, *fingerprint; /* in the arena */
};
/* Makes a pair in dir (made 0700 when missing). ERR_USAGE: the token's and filler's secrets are no pairs. */
enum err_code keys_make(struct arena *a, const char *dir, enum key_purpose p,
	const struct chance *chance, struct key_pair_files *ret, struct err *e) MUST_USE;
/* One key of 32 bytes; ERR_INPUT when the file is of another purpose or half. */
enum err_code key_read(const char *path, enum key_purpose p, bool secret, uint8_t ret[KEY_BYTES],
	struct err *e) MUST_USE;
enum err_code key_write(const char *path, enum key_purpose p, bool secret,
	const uint8_t key[KEY_BYTES], struct err *e) MUST_USE;
/* Every public key of a purpose in dir, in order of name. ERR_INPUT: more than max, or a key that is not its name's. */
enum err_code keys_public(const char *dir, enum key_purpose p, uint8_t (*ret)[KEY_BYTES],
	size_t max, size_t *ret_count, struct err *e) MUST_USE;
/* The newest secret (by the file's time; of one moment, the last by name) whose public half stands beside; ERR_NOT_FOUND when
 * none. */
enum err_code keys_secret(
	const char *dir, enum key_purpose p, uint8_t ret[KEY_BYTES], struct err *e) MUST_USE;

/* Every secret of a purpose in dir, the newest first: a case sealed to an older key is opened with the older secret. As
 * keys_secret(); ERR_INPUT: more than max. On failure ret is wiped. */
enum err_code keys_secrets(const char *dir, enum key_purpose p, uint8_t (*ret)[KEY_BYTES],
	size_t max, size_t *ret_count, struct err *e) MUST_USE;
/* The newest public key, whether its secret lies there or not; ERR_NOT_FOUND when none. */
enum err_code keys_public_newest(
	const char *dir, enum key_purpose p, uint8_t ret[KEY_BYTES], struct err *e) MUST_USE;

/* ---- the signed bundle (bundle.c, bundle_wire.c) ------------------------------------------------------------------------ */

struct bundle_file {
	const char *path; /* relative, of [A-Za-z0-9._-] parts, no part begins with a dot */
	const void *bytes;
	size_t len;
};
struct bundle_head {
	int64_t serial; /* grows: a bundle not above the one installed is stale */
	struct day made, until;
};
#define BUNDLE_MAX_BYTES ((size_t)256 << 20)
#define BUNDLE_FILES_MAX 512
enum err_code bundle_write(const char *path, const struct bundle_head *head,
	const struct bundle_file *files, size_t count, const struct sign_secret *office,
	struct err *e) MUST_USE;
/* ERR_INPUT: not a bundle or damaged; ERR_REFUSED: not signed by this office. Files point into bytes, names live in a. */
enum err_code bundle_parse(struct arena *a, const void *bytes, size_t len,
	const struct sign_public *office, struct bundle_head *ret_head,
	const struct bundle_file **ret_files, size_t *ret_count, struct err *e) MUST_USE;
/* Writes the files of a parsed bundle to dir/NNNNNNNN/ (durable), then points the link dir/current to it. ERR_CONFLICT when
 * current is not older (stale), or another installation is under way. Older ones but the last are removed. Whether `until` has
 * passed is the caller's to check. */
enum err_code bundle_install(const char *dir, const struct bundle_head *head,
	const struct bundle_file *files, size_t count, struct err *e) MUST_USE;
/* 0 when none is installed. */
enum err_code bundle_installed(const char *dir, int64_t *ret_serial, struct err *e) MUST_USE;

#endif
