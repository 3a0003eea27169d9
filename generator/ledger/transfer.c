/*
 * A branch from one repository to another: push and fetch, forward only.
 *
 * What is new is worked out here (the commits back to where the other side stands, and of each the files and folders that the
 * one before did not have), written there as one fsynced pack, read back from it, and only then named by the branch. A crash
 * anywhere leaves at most a pack that nothing names, and the next transfer does the same again.
 */
#include "ledger/ledger_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 16, ATTEMPTS = 5, COMMIT_MAX = 1 << 20 };

struct ids {
	git_oid *at;
	size_t count, cap;
};

struct transfer {
	struct ledger *l;
	const char *branch;
	int lock; /* the repository's folder: one transfer at a time */
	struct other other;
	bool incoming; /* read from the other: then nothing is believed */
	git_repository *from;
	git_odb *from_odb;
	struct ids commits; /* the newest first */
	struct ids objects;
};

static void add(struct ids *s, const git_oid *id)
{
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 256;
		s->at = mem_grow(s->at, s->cap, sizeof *s->at);
	}
	s->at[s->count++] = *id;
}

/* Whose fault it is that an object cannot be read. */
static enum err_code unreadable(struct transfer *t, struct err *e)
{
	return t->incoming ? other_bad(&t->other, T("读不出对象", "an object cannot be read"), e)
			   : ledger_git_failed(e, T("读对象", "read an object"));
}

static enum err_code conflict(struct transfer *t, bool ahead, struct err *e)
{
	if (ahead)
		return err_set(e, ERR_CONFLICT,
			T("“%s”的分支 %s 比这里的长：这里是从旧备份恢复的？没有改动任何一边",
				"\"%s\": branch %s goes further than the one here: was this "
				"restored from an older backup? Neither side was changed"),
			t->other.path, t->branch);
	return err_set(e, ERR_CONFLICT,
		T("“%s”的分支 %s 与这里的不是同一条（改写过，或者两边各写各的），没有改动任何一边",
			"\"%s\": branch %s and the one here do not continue each other (one was "
			"rewritten, or both went on by themselves); neither side was changed"),
		t->other.path, t->branch);
}

/* ---- what is new --------------------------------------------------------------------------------- */

/* Sizes are looked at before anything of that size is made. */
static enum err_code check_object(
	struct transfer *t, const git_oid *id, git_object_t kind, size_t max, struct err *e)
{
	size_t len = 0;
	git_object_t type = GIT_OBJECT_INVALID;

	if (!t->incoming)
		return ERR_OK;
	if (git_odb_read_header(&len, &type, t->from_odb, id))
		return unreadable(t, e);
	if (type != kind || len > max) {
		git_error_clear();
		return other_bad(&t->other,
			T("一个对象的种类或大小不对", "the kind or size of an object"), e);
	}
	return ERR_OK;
}

static enum err_code gather_folder(
	struct transfer *t, const git_oid *id, const git_oid *old, int depth, struct err *e);

static enum err_code gather_entry(struct transfer *t, const git_tree_entry *entry,
	const git_tree *old, int depth, struct err *e)
{
	const git_oid *id = git_tree_entry_id(entry);
	const git_tree_entry *was =
		old ? git_tree_entry_byname(old, git_tree_entry_name(entry)) : NULL;
	git_object_t type = git_tree_entry_type(entry);

	if (was && git_oid_equal(git_tree_entry_id(was), id) && git_tree_entry_type(was) == type)
		return ERR_OK;
	if (type == GIT_OBJECT_TREE)
		return gather_folder(t, id,
			was && git_tree_entry_type(was) == GIT_OBJECT_TREE ? git_tree_entry_id(was)
									   : NULL,
			depth + 1, e);
	if (type != GIT_OBJECT_BLOB)
		return other_bad(&t->other, T("有别的仓库", "another repository in it"), e);
	if (check_object(t, id, GIT_OBJECT_BLOB, LEDGER_FILE_MAX_BYTES, e))
		return e->code;
	add(&t->objects, id);
	return ERR_OK;
}

static enum err_code gather_folder(
	struct transfer *t, const git_oid *id, const git_oid *old, int depth, struct err *e)
{
	git_tree *now = NULL, *before = NULL;
	enum err_code code = ERR_OK;

	if (depth > DEPTH_MAX)
		return other_bad(&t->other, T("目录太深", "folders too deep"), e);
	if (check_object(t, id, GIT_OBJECT_TREE, LEDGER_FILE_MAX_BYTES, e))
		return e->code;
	if (git_tree_lookup(&now, t->from, id) || (old && git_tree_lookup(&before, t->from, old)))
		code = unreadable(t, e);
	for (size_t i = 0; !code && i < git_tree_entrycount(now); i++)
		code = gather_entry(t, git_tree_entry_byindex(now, i), before, depth, e);
	if (!code)
		add(&t->objects, id);
	git_tree_free(before);
	git_tree_free(now);
	return code;
}

/* The commits from tip back to (without) `to`; ERR_CONFLICT when it is not on the way. */
static enum err_code list_commits(
	struct transfer *t, const git_oid *tip, const git_oid *to, struct err *e)
{
	git_oid at = *tip;

	t->commits.count = 0;
	while (!to || !git_oid_equal(to, &at)) {
		git_commit *commit = NULL;
		if (check_object(t, &at, GIT_OBJECT_COMMIT, COMMIT_MAX, e))
			return e->code;
		if (git_commit_lookup(&commit, t->from, &at))
			return unreadable(t, e);
		add(&t->commits, &at);
		unsigned parents = git_commit_parentcount(commit);
		if (parents == 1)
			at = *git_commit_parent_id(commit, 0);
		git_commit_free(commit);
		/* No ledger merges: what has two histories continues neither. */
		if (parents > 1 || (parents == 0 && to))
			return conflict(t, false, e);
		if (parents == 0)
			return ERR_OK;
	}
	return ERR_OK;
}

static enum err_code tree_of(struct transfer *t, const git_oid *id, git_oid *ret, struct err *e)
{
	git_commit *commit = NULL;

	if (git_commit_lookup(&commit, t->from, id))
		return unreadable(t, e);
	*ret = *git_commit_tree_id(commit);
	git_commit_free(commit);
	return ERR_OK;
}

static int by_id(const void *x, const void *y)
{
	return git_oid_cmp(x, y);
}

static enum err_code list_objects(struct transfer *t, const git_oid *to, struct err *e)
{
	git_oid before, now;
	bool has_before = to != NULL;
	enum err_code code = to ? tree_of(t, to, &before, e) : ERR_OK;
	size_t kept = 0;

	t->objects.count = 0;
	for (size_t i = t->commits.count; !code && i > 0; i--) {
		code = tree_of(t, &t->commits.at[i - 1], &now, e);
		if (!code && !(has_before && git_oid_equal(&before, &now)))
			code = gather_folder(t, &now, has_before ? &before : NULL, 0, e);
		add(&t->objects, &t->commits.at[i - 1]);
		before = now;
		has_before = true;
	}
	qsort(t->objects.at, t->objects.count, sizeof *t->objects.at, by_id);
	for (size_t i = 0; i < t->objects.count; i++)
		if (kept == 0 || !git_oid_equal(&t->objects.at[i], &t->objects.at[kept - 1]))
			t->objects.at[kept++] = t->objects.at[i];
	t->objects.count = kept;
	return code;
}

/* What the receiving side has already came with a transfer that was cut off, or stands in another branch. */
static void drop_present(struct transfer *t, git_odb *there)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->objects.count; i++)
		if (!git_odb_exists(there, &t->objects.at[i]))
			t->objects.at[kept++] = t->objects.at[i];
	t->objects.count = kept;
}

/* Reading an object checks its bytes against its id. */
static bool all_stand(const struct ids *ids, git_odb *odb)
{
	for (size_t i = 0; i < ids->count; i++) {
		git_odb_object *object = NULL;
		if (git_odb_read(&object, odb, &ids->at[i]))
			return false;
		git_odb_object_free(object);
	}
	return true;
}

static enum err_code not_as_written(struct err *e)
{
	return err_set(e, ERR_SYSTEM,
		T("写过去的对象读不回来", "the objects written cannot be read back"));
}

/* ---- both ways --------------------------------------------------------------------------------------- */

static enum err_code begin(
	struct transfer *t, const char *path, const char *other, const char *branch, struct err *e)
{
	*t = (struct transfer){.branch = branch,
		.lock = -1,
		.other = {.path = other, .dir = -1, .objects = -1, .packs = -1}};
	if (ledger_open(path, branch, &t->l, e))
		return e->code;
	t->lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (t->lock >= 0 && flock(t->lock, LOCK_EX))
		if (errno != EINTR) {
			close(t->lock);
			t->lock = -1;
		}
	return t->lock < 0 ? err_errno(e, T("不能锁“%s”", "cannot lock \"%s\""), path) : ERR_OK;
}

static void end(struct transfer *t)
{
	other_close(&t->other);
	ledger_close(t->l);
	if (t->lock >= 0)
		close(t->lock);
	free(t->commits.at);
	free(t->objects.at);
}

/* ---- push ----------------------------------------------------------------------------------------------- */

/* The other's branch is not behind ours: further on, or elsewhere? */
static enum err_code push_conflict(
	struct transfer *t, const git_oid *ours, const git_oid *theirs, struct err *e)
{
	return conflict(t, git_graph_descendant_of(t->other.repo, theirs, ours) == 1, e);
}

static enum err_code write_there(struct transfer *t, struct err *e)
{
	char folder[64], name[PACK_NAME_BYTES], file[PACK_NAME_BYTES + 8];
	static const char *const suffixes[] = {"pack", "idx"};
	struct other fresh;
	enum err_code code;

	snprintf(folder, sizeof folder, "/proc/self/fd/%d", t->other.packs);
	if (pack_write(t->l->repo, t->objects.at, t->objects.count, true, folder, name, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		snprintf(file, sizeof file, "%s.%s", name, suffixes[i]);
		(void)!fchmodat(t->other.packs, file, t->other.file_mode & 0440, 0);
	}
	if (fsync(t->other.packs))
		return err_errno(e, T("不能同步“%s”", "cannot sync \"%s\""), t->other.path);
	code = other_open(&fresh, t->other.path, e);
	if (!code && !all_stand(&t->objects, fresh.odb))
		code = not_as_written(e);
	other_close(&fresh);
	return code;
}

static enum err_code push_once(struct transfer *t, bool *ret_moved, struct err *e)
{
	git_oid ours, theirs;
	bool found = false;
	int bad = git_reference_name_to_id(&ours, t->l->repo, t->l->ref);
	enum err_code code;

	*ret_moved = false;
	if (bad == GIT_ENOTFOUND)
		return err_set(
			e, ERR_NOT_FOUND, T("没有分支 %s", "there is no branch %s"), t->branch);
	if (bad)
		return ledger_git_failed(e, T("读分支", "read the branch"));
	if (other_branch(&t->other, t->branch, &found, &theirs, e))
		return e->code;
	if (found && git_oid_equal(&ours, &theirs))
		return ERR_OK;
	if (found && !git_odb_exists(t->l->odb, &theirs))
		return push_conflict(t, &ours, &theirs, e);
	struct err walk = {0};
	code = list_commits(t, &ours, found ? &theirs : NULL, &walk);
	if (code == ERR_CONFLICT)
		return push_conflict(t, &ours, &theirs, e);
	if (code) {
		*e = walk;
		return code;
	}
	code = list_objects(t, found ? &theirs : NULL, e);
	if (!code)
		code = write_there(t, e);
	return code ? code
		    : other_swap(&t->other, t->branch, found ? &theirs : NULL, &ours, ret_moved, e);
}

static enum err_code open_there(
	struct transfer *t, const char *other, const char *branch, struct err *e)
{
	struct err why = {0};

	if (other_open(&t->other, other, &why) == ERR_NOT_FOUND) {
		other_close(&t->other);
		if (other_make(other, branch, e))
			return e->code;
		return other_open(&t->other, other, e);
	}
	if (why.code)
		*e = why;
	return why.code;
}

enum err_code ledger_push(const char *path, const char *other, const char *branch, struct err *e)
{
	struct arena *a = arena_new();
	struct transfer t = {0};
	bool moved = false, stands = file_exists(path_join(a, path, "HEAD"));

	arena_free(a);
	if (!stands)
		return err_set(e, ERR_NOT_FOUND, T("没有“%s”", "there is no \"%s\""), path);
	enum err_code code = begin(&t, path, other, branch, e);
	if (!code)
		code = open_there(&t, other, branch, e);
	t.from = code ? NULL : t.l->repo;
	t.from_odb = code ? NULL : t.l->odb;
	for (int i = 0; !code && (i == 0 || moved); i++) {
		if (i == ATTEMPTS)
			code = conflict(&t, false, e);
		else
			code = push_once(&t, &moved, e);
	}
	end(&t);
	return code;
}

/* ---- fetch ------------------------------------------------------------------------------------------------ */

static enum err_code write_here(struct transfer *t, struct err *e)
{
	struct ids all = {0};
	struct buf folder;
	char name[PACK_NAME_BYTES];
	git_repository *fresh = NULL;
	git_odb *odb = NULL;
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < t->objects.count; i++)
		add(&all, &t->objects.at[i]);
	drop_present(t, t->l->odb);
	buf_init(&folder, 8192);
	buf_printf(&folder, "%s/objects/pack", t->l->path);
	if (t->objects.count)
		code = pack_write(t->other.repo, t->objects.at, t->objects.count, true,
			buf_text(&folder), name, e);
	/* What stood already may be of a process that died before its last sync. */
	if (!code)
		code = dir_sync(buf_text(&folder), e);
	buf_done(&folder);
	if (!code)
		code = ledger_repo_open(t->l->path, &fresh, e);
	if (!code && (git_repository_odb(&odb, fresh) || !all_stand(&all, odb)))
		code = not_as_written(e);
	git_odb_free(odb);
	git_repository_free(fresh);
	free(all.at);
	return code;
}

/* Under the repository's lock, as everyone who moves a branch. */
static enum err_code move_here(
	struct ledger *l, const git_oid *from, const git_oid *to, bool *ret_moved, struct err *e)
{
	enum err_code code = ledger_lock(l, e);

	if (code)
		return code;
	code = branch_swap(l, from, to, ret_moved, e);
	ledger_unlock(l);
	return code;
}

static enum err_code busy(struct transfer *t, struct err *e)
{
	return err_set(e, ERR_CONFLICT,
		T("分支 %s 正被别的程序移动，请再做一次",
			"branch %s is being moved by another program; do it again"),
		t->branch);
}

static enum err_code note_incoming(
	struct ledger *incoming, const git_oid *id, struct transfer *t, struct err *e)
{
	git_oid now;
	bool moved = false;
	int bad = git_reference_name_to_id(&now, incoming->repo, incoming->ref);

	if (bad && bad != GIT_ENOTFOUND)
		return ledger_git_failed(e, T("读分支", "read the branch"));
	if (!bad && git_oid_equal(&now, id))
		return ERR_OK;
	if (move_here(incoming, bad ? NULL : &now, id, &moved, e))
		return e->code;
	return moved ? busy(t, e) : ERR_OK;
}

static enum err_code look_at(struct transfer *t, struct ledger *incoming, const struct tip *tip,
	ledger_incoming_fn *check, void *ctx, struct err *e)
{
	struct ledger_audit audit = {0};

	if (audit_since(incoming, tip, &audit, e))
		return e->code;
	if (audit.fault.found)
		return err_set(e, ERR_INPUT,
			T("“%s”的分支 %s 新来的部分有错：%s:%d：%s",
				"\"%s\": what is new in branch %s is wrong: %s:%d: %s"),
			t->other.path, t->branch, audit.fault.file, audit.fault.line,
			audit.fault.why);
	return check ? check(incoming, &tip->head, ctx, e) : ERR_OK;
}

/* Are all of the other's commits here already, behind or at the tip? */
static bool nothing_new(const struct transfer *t, const struct tip *tip, const git_oid *theirs)
{
	if (!tip->exists)
		return false;
	return git_oid_equal(&tip->commit, theirs) ||
	       (git_odb_exists(t->l->odb, theirs) &&
		       git_graph_descendant_of(t->l->repo, &tip->commit, theirs) == 1);
}

static enum err_code take(struct transfer *t, const struct tip *tip, const git_oid *theirs,
	ledger_incoming_fn *check, void *ctx, bool *ret_moved, struct err *e)
{
	const git_oid *from = tip->exists ? &tip->commit : NULL;
	struct ledger incoming = *t->l;
	char ref[128];
	bool moved = false;

	snprintf(ref, sizeof ref, "refs/incoming/%s", t->branch);
	incoming.ref = ref;
	if (list_commits(t, theirs, from, e) || list_objects(t, from, e) || write_here(t, e) ||
		note_incoming(&incoming, theirs, t, e) ||
		look_at(t, &incoming, tip, check, ctx, e) ||
		move_here(t->l, from, theirs, &moved, e))
		return e->code;
	if (moved)
		return busy(t, e);
	*ret_moved = true;
	return ERR_OK;
}

static enum err_code fetch(
	struct transfer *t, ledger_incoming_fn *check, void *ctx, bool *ret_moved, struct err *e)
{
	struct tip tip = {0};
	git_oid theirs;
	bool found = false;
	enum err_code code = other_branch(&t->other, t->branch, &found, &theirs, e);

	if (!code && !found)
		code = err_set(e, ERR_NOT_FOUND, T("“%s”没有分支 %s", "\"%s\" has no branch %s"),
			t->other.path, t->branch);
	if (code)
		return code;
	code = tip_load(t->l, t->l->repo, &tip, e);
	if (!code && nothing_new(t, &tip, &theirs))
		/* Perhaps written by a process that died before its last sync. */
		code = branch_sync(t->l, e);
	else if (!code)
		code = take(t, &tip, &theirs, check, ctx, ret_moved, e);
	tip_done(&tip);
	return code;
}

enum err_code ledger_fetch(const char *path, const char *other, const char *branch,
	ledger_incoming_fn *check, void *ctx, bool *ret_moved, struct err *e)
{
	struct transfer t = {0};
	bool moved = false;
	enum err_code code = begin(&t, path, other, branch, e);

	t.incoming = true;
	if (!code)
		code = other_open(&t.other, other, e);
	t.from = t.other.repo;
	t.from_odb = t.other.odb;
	if (!code)
		code = fetch(&t, check, ctx, &moved, e);
	end(&t);
	if (!code)
		*ret_moved = moved;
	return code;
}
