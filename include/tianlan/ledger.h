/*
 * ledger: versioned records and hash chains in a bare git repository, through libgit2.
 *
 * Not here: what a record means (envelope, casework); the ledger keeps bytes under paths, and lines that chain.
 *
 * A branch holds files (records) and its chain, cut into files of LEDGER_SHARD_LINES lines: chain/000/000.log, … A line is
 *   SEQ SP COMMITMENT SP STEP SP ROLE SP WHEN SP PREVIOUS LF
 * SEQ from 1, COMMITMENT and PREVIOUS 64 lower-case hex digits, PREVIOUS the SHA-256 of the line before without its LF (of the
 * text "tianlan-chain 1 BRANCH" for the first), WHEN a week (2018-W05) or a day. One commit carries a group; its message names
 * how many lines and the last line's hash; its author, committer and times tell no more than the week.
 * Durable: what ledger_append() reports as done is fsynced (objects as one pack per commit, the ref) and was read back.
 * Writers on several processes: one lock file and compare-and-swap on the branch; a foreign push in between is retried.
 * Errors: ERR_CONFLICT when the branch moved again and again; ERR_INPUT when the repository holds what no ledger writes;
 *   ERR_SYSTEM for git and the disk, with libgit2's words.
 * Limits: a file at most 16 MiB; a group at most 1 000 entries.
 * Sources: git's object and pack format through libgit2; FIPS 180-4.
 */
#ifndef TIANLAN_LEDGER_H
#define TIANLAN_LEDGER_H

#include "tianlan/base.h"
#include "tianlan/crypto.h"

/* Once per process, and once at its end. */
enum err_code ledger_start(struct err *e) MUST_USE;
void ledger_stop(void);

struct ledger;
/* Opens the bare repository, making it (and nothing else) when path does not exist. branch like "intake/host-1". The folder's
 * owner must be the user who runs (or root owns both): ERR_REFUSED otherwise. */
enum err_code ledger_open(
	const char *path, const char *branch, struct ledger **ret, struct err *e) MUST_USE;
void ledger_close(struct ledger *l); /* accepts NULL */

/* ---- chain lines (chain_wire.c) ------------------------------------------------------------------ */

#define LEDGER_SHARD_LINES 256
#define CHAIN_STEP_BYTES 24
#define CHAIN_LINE_MAX 256
struct chain_line {
	int64_t seq;
	uint8_t commitment[SHA256_BYTES];
	char step[CHAIN_STEP_BYTES], role[CHAIN_STEP_BYTES]; /* [a-z-]+ */
	char when[11];					     /* YYYY-Www or YYYY-MM-DD */
	uint8_t previous[SHA256_BYTES];
};
/* Without the LF. */
void chain_line_write(const struct chain_line *l, struct buf *out);
/* len without the LF. Only what chain_line_write() writes. */
enum err_code chain_line_parse(
	const char *text, size_t len, struct chain_line *ret, struct err *e) MUST_USE;
void chain_genesis(const char *branch, uint8_t out[SHA256_BYTES]);

/* ---- appending ------------------------------------------------------------------------------------- */

enum ledger_outcome {
	LEDGER_WRITTEN,
	LEDGER_PRESENT, /* this path with these bytes stands already: nothing was written for it */
	LEDGER_DIFFERENT, /* this path stands with other bytes: nothing was written for it */
};
struct ledger_entry {
	const char *path; /* of the record; NULL: a chain line alone */
	const void *bytes;
	size_t len;
	uint8_t commitment[SHA256_BYTES];
	const char *step, *role, *when;
	enum ledger_outcome outcome; /* set by ledger_append */
};
/* One commit for all (none when nothing is to be written). The order of the lines within the group is drawn by chance (NULL:
 * as given). commit_time in Unix seconds: the caller rounds it to the week. A line without a path is written whenever it is
 * given, unless a line with its commitment and step stands among the last 4 shards (then LEDGER_PRESENT). */
enum err_code ledger_append(struct ledger *l, struct ledger_entry *entries, size_t count,
	int64_t commit_time, const struct chance *chance, size_t *ret_commits,
	struct err *e) MUST_USE;

/* The outcome that ledger_append() would give each entry with a path as things stand, without writing (WRITTEN: it would be
 * written). Entries are not compared with each other. */
enum err_code ledger_look(
	struct ledger *l, struct ledger_entry *entries, size_t count, struct err *e) MUST_USE;

/* ---- reading ---------------------------------------------------------------------------------------- */

/* ERR_NOT_FOUND when the branch has no such file. */
enum err_code ledger_read(
	struct ledger *l, const char *path, struct buf *ret_bytes, struct err *e) MUST_USE;
bool ledger_has(struct ledger *l, const char *path);
/* Every file below prefix ("" all) in order of path; the callback's code stops the walk. */
typedef enum err_code ledger_file_fn(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e);
enum err_code ledger_each(struct ledger *l, const char *prefix, ledger_file_fn *fn, void *ctx,
	struct err *e) MUST_USE;
/* Every line of the chain. */
typedef enum err_code ledger_line_fn(const struct chain_line *line, void *ctx, struct err *e);
enum err_code ledger_each_line(
	struct ledger *l, ledger_line_fn *fn, void *ctx, struct err *e) MUST_USE;
/* Names of all branches below "intake/" and "office", in order, in the arena. ERR_NOT_FOUND when there is no repository. */
enum err_code ledger_branches(const char *path, struct arena *a, const char *const **ret,
	size_t *ret_count, struct err *e) MUST_USE;

struct ledger_head {
	int64_t seq; /* 0: no line yet */
	uint8_t hash[SHA256_BYTES];
};
enum err_code ledger_head(struct ledger *l, struct ledger_head *ret, struct err *e) MUST_USE;
/* The commit that the branch names, in hex: by it every record and its bytes are told. "": the branch is not there. */
#define LEDGER_COMMIT_BYTES 41
enum err_code ledger_commit(
	struct ledger *l, char ret[LEDGER_COMMIT_BYTES], struct err *e) MUST_USE;
/* What came after `since` (seq 0: from the beginning): the files below a folder ("cases"; NULL: none) that are new or differ, then
 * the lines, all of one moment; *ret_head: how far that goes. Reads no more than what is new. ERR_INPUT: the chain does not go on
 * from `since`, it was rewritten. */
enum err_code ledger_each_since(struct ledger *l, const struct ledger_head *since,
	const char *folder, ledger_line_fn *line, ledger_file_fn *file, void *ctx,
	struct ledger_head *ret_head, struct err *e) MUST_USE;

struct ledger_fault { /* the first thing that does not fit */
	bool found;
	char file[64]; /* chain/000/003.log, or the record's path */
	int line;      /* in that file, 1-based; 0: the file as a whole */
	int64_t seq;   /* which line of the chain it should be */
	char why[256]; /* a sentence, in the language of messages */
};
struct ledger_audit {
	int64_t lines;
	size_t commits;
	struct ledger_head head;
	struct ledger_fault fault;
};
/* Reads the whole chain and the history: the form of every line, its number, its link to the one before; that every commit's
 * chain continues its parent's and its message names its head (so a rewritten or shortened chain is noticed against the
 * history it has). A fault found is not an error: *ret says where. */
enum err_code ledger_audit(struct ledger *l, struct ledger_audit *ret, struct err *e) MUST_USE;

/* ---- between repositories (transfer.c, other.c) ------------------------------------------------------- */

/*
 * other is the path of another bare repository on the file system, which others write too. It is not opened as ours is: its
 * settings, links and alternates are never followed, and whoever owns it cannot make this program do anything but read objects.
 * Only fast-forward, and one transfer at a time; what arrives is synced, and read back, before the branch moves. Both return
 * without change when there is nothing new. ERR_CONFLICT: one side does not continue the other (rewritten, a fork, or the other
 * way round). ERR_NOT_FOUND: no such repository or branch to take from. ERR_INPUT: the other holds what no ledger writes.
 */
/* Makes other where it is missing; for the group too where the folder it stands in is the group's (set-gid). */
enum err_code ledger_push(
	const char *path, const char *other, const char *branch, struct err *e) MUST_USE;
/* What comes is put under refs/incoming/BRANCH first and audited from where the branch here ends, no more than what is new
 * (ERR_INPUT with file and line). Then *check (may be NULL) looks at it: incoming reads like any ledger, and `from` is the head of
 * the branch here. Other than ERR_OK leaves the branch as it was; what came stays under refs/incoming for whoever looks. */
typedef enum err_code ledger_incoming_fn(
	struct ledger *incoming, const struct ledger_head *from, void *ctx, struct err *e);
enum err_code ledger_fetch(const char *path, const char *other, const char *branch,
	ledger_incoming_fn *check, void *ctx, bool *ret_moved, struct err *e) MUST_USE;
/* As ledger_branches(), of another repository. */
enum err_code ledger_other_branches(const char *other, struct arena *a, const char *const **ret,
	size_t *ret_count, struct err *e) MUST_USE;
/* As ledger_repack(), of another repository; best effort: nothing is done where that is not possible. */
void ledger_other_repack(const char *other, size_t max_packs);

/* ---- upkeep ------------------------------------------------------------------------------------------- */

/* When there are more than max_packs packs, writes the smallest together until half as many stand; so packs grow geometrically.
 * Loose objects beside are taken in too. New packs are verified and fsynced before the old ones are removed; a crash leaves
 * both, which is harmless. *ret_packs: how many stand afterwards. */
enum err_code ledger_repack(
	struct ledger *l, size_t max_packs, size_t *ret_packs, struct err *e) MUST_USE;

#endif
