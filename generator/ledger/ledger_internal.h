/*
 * Inside the ledger room: an opened repository, the tip of its branch, new objects held in memory until they are written
 * as one pack (heap), folders being changed (edit), and the chain's form. Only this room includes libgit2.
 *
 * Paths of records and shards are checked before they come here; every function that fails fills e once.
 */
#ifndef LEDGER_LEDGER_INTERNAL_H
#define LEDGER_LEDGER_INTERNAL_H

#include "tianlan/ledger.h"

#include <git2.h>

#define LEDGER_FILE_MAX_BYTES ((size_t)16 << 20)
#define LEDGER_GROUP_MAX 1000
#define LEDGER_PATH_BYTES 128

struct ledger {
	char *path, *branch, *ref; /* ref: "refs/heads/" and the branch */
	git_repository *repo;
	git_odb *odb;
	int lock; /* descriptor of the lock file in the repository */
};

/* ERR_SYSTEM with what was tried and libgit2's words. */
enum err_code ledger_git_failed(struct err *e, const char *what);
/* One writer at a time, whichever process: waits for the lock. */
enum err_code ledger_lock(struct ledger *l, struct err *e) MUST_USE;
void ledger_unlock(struct ledger *l);
enum err_code ledger_repo_open(const char *path, git_repository **ret, struct err *e) MUST_USE;
/* ERR_CONFLICT when the repository holds something else; makes and syncs it otherwise. *ret_lock: the lock file. */
enum err_code ledger_repo_make(
	const char *path, const char *branch, int *ret_lock, struct err *e) MUST_USE;

/* A bare repository in a folder that may exist; folders get this mode. */
enum err_code repo_init(
	const char *path, const char *branch, unsigned mode, struct err *e) MUST_USE;
/* Everything below, files and folders. */
enum err_code repo_sync(int parent, const char *name, struct err *e) MUST_USE;
enum err_code repo_sync_above(const char *path, struct err *e) MUST_USE;

/* ---- the chain's form (chain_wire.c) ------------------------------------------------------------- */

#define CHAIN_FOLDER "chain"
#define CHAIN_PATH_BYTES 24 /* "chain/000/000.log" */
#define CHAIN_FOLDER_SHARDS 1000
#define CHAIN_SHARDS_MAX ((size_t)CHAIN_FOLDER_SHARDS * CHAIN_FOLDER_SHARDS)
#define CHAIN_SHARD_MAX_BYTES ((size_t)LEDGER_SHARD_LINES * CHAIN_LINE_MAX)

void chain_shard_path(size_t shard, char out[CHAIN_PATH_BYTES]);
/* "000" or, for a file, "000.log". */
bool chain_shard_number(const char *name, bool file, size_t *ret);
bool chain_word_valid(const char *word); /* of a step or role */
bool chain_when_valid(const char *when);
/* The next line of a shard without its LF; false at the end, or when the LF is missing (*ret_line is then not NULL). */
bool chain_next(const char **at, const char *end, const char **ret_line, size_t *ret_len);
/* Parses a line and sees that it follows head, which is moved on. ERR_INPUT when it does not; the message says why. */
enum err_code chain_follow(struct ledger_head *head, const char *line, size_t len,
	struct chain_line *ret, struct err *e) MUST_USE;
/* The line of a commit's message that names the head: "chain: SEQ HASH". */
void chain_message(const struct ledger_head *head, struct buf *out);
bool chain_message_parse(const char *message, struct ledger_head *ret);

/* ---- the tip of the branch (tip.c) ------------------------------------------------------------------- */

struct tip {
	bool exists;
	git_oid commit;
	git_tree *tree;		 /* NULL when none */
	struct ledger_head head; /* by the chain's last line */
	size_t shards;		 /* how many there are */
	struct buf last;	 /* text of the last one */
};
enum err_code tip_load(
	struct ledger *l, git_repository *repo, struct tip *ret, struct err *e) MUST_USE;
void tip_done(struct tip *t); /* accepts a zeroed one */
/* The commit and tree alone. */
enum err_code tip_find(
	struct ledger *l, git_repository *repo, struct tip *ret, struct err *e) MUST_USE;
/* A file below a tree. *ret_found false when the path has no such file. */
enum err_code tree_file(const git_tree *tree, const char *path, bool *ret_found, git_oid *ret,
	struct err *e) MUST_USE;
enum err_code blob_text(
	git_repository *repo, const git_oid *id, struct buf *ret, struct err *e) MUST_USE;
/* How many shards a tree's chain has: names without a gap, or ERR_INPUT. */
enum err_code chain_count(
	git_repository *repo, const git_tree *tree, size_t *ret, struct err *e) MUST_USE;

/* ---- new objects (heap.c) ----------------------------------------------------------------------------- */

struct heap {
	git_odb *odb; /* in memory alone */
	git_repository *repo;
	git_oid *ids;
	size_t count, cap;
};
enum err_code heap_open(struct heap *h, struct err *e) MUST_USE;
void heap_close(struct heap *h); /* accepts a zeroed one */
void heap_note(struct heap *h, const git_oid *id);
enum err_code heap_blob(
	struct heap *h, const void *bytes, size_t len, git_oid *ret, struct err *e) MUST_USE;
/* Writes all of them as one pack into the repository, fsynced. */
enum err_code heap_write(struct heap *h, const char *repository, struct err *e) MUST_USE;
/* Writes objects of a store as one pack into a folder, fsynced; with deltas, or (plain) without looking for any. *ret_name:
 * "pack-HEX" (PACK_NAME_BYTES). */
#define PACK_NAME_BYTES 64
enum err_code pack_write(git_repository *from, const git_oid *ids, size_t count, bool plain,
	const char *folder, char ret_name[PACK_NAME_BYTES], struct err *e) MUST_USE;

/* ---- folders being changed (edit.c) ------------------------------------------------------------------- */

struct edit_folder;
struct edit {
	git_repository *repo; /* where the old ones are read */
	struct heap *heap;    /* where the new ones go */
	struct edit_folder *root;
};
enum err_code edit_open(struct edit *d, git_repository *repo, struct heap *heap,
	const git_tree *root, struct err *e) MUST_USE;
void edit_close(struct edit *d); /* accepts a zeroed one */
enum err_code edit_find(
	struct edit *d, const char *path, bool *ret_found, git_oid *ret, struct err *e) MUST_USE;
enum err_code edit_put(
	struct edit *d, const char *path, const git_oid *blob, struct err *e) MUST_USE;
enum err_code edit_write(struct edit *d, git_oid *ret_root, struct err *e) MUST_USE;

/* ---- the audit of what is new (audit.c) ----------------------------------------------------------------- */

/* As ledger_audit(), from the tip of another moment on, which the branch must continue (NULL tree: from the beginning). */
enum err_code audit_since(struct ledger *l, const struct tip *since, struct ledger_audit *ret,
	struct err *e) MUST_USE;

/* ---- another repository (other.c) ------------------------------------------------------------------------ */

struct other {
	const char *path;
	int dir, objects, packs; /* folders: it, objects, objects/pack; -1 when not opened */
	unsigned folder_mode, file_mode;
	git_odb *odb; /* its objects: packs and loose ones, nothing else */
	git_repository *repo;
};
/* ERR_NOT_FOUND: there is none. */
enum err_code other_open(struct other *o, const char *path, struct err *e) MUST_USE;
void other_close(struct other *o);
/* Makes it whole, under another name beside, where there is none. */
enum err_code other_make(const char *path, const char *branch, struct err *e) MUST_USE;
enum err_code other_branch(
	struct other *o, const char *branch, bool *ret_found, git_oid *ret, struct err *e) MUST_USE;
/* From one commit (NULL: from nothing) to another, durably; *ret_moved: it stands elsewhere. Only one at a time may. */
enum err_code other_swap(struct other *o, const char *branch, const git_oid *from,
	const git_oid *to, bool *ret_moved, struct err *e) MUST_USE;
/* Something about the other that is not our machine's fault. */
enum err_code other_bad(const struct other *o, const char *what, struct err *e);

/* ---- moving the branch (branch.c) ---------------------------------------------------------------------- */

/* Under the repository's lock. From one commit (NULL: from nothing) to another, durably. *ret_moved: somebody else was first,
 * or is busy with it. */
enum err_code branch_swap(struct ledger *l, const git_oid *from, const git_oid *to, bool *ret_moved,
	struct err *e) MUST_USE;
/* The folders above the branch's file. */
enum err_code branch_sync(struct ledger *l, struct err *e) MUST_USE;

#endif
