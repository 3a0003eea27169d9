/*
 * The audit: the history from its first commit to the tip, each against the one before.
 *
 * Every commit may only add: lines behind the chain's last, files beside those that stand. So what was changed, taken out or
 * shortened is found where it happened, and named by file and line. A commit's message must name the end of its chain. An
 * object that cannot be read is a fault too; a failure of the machine (permission, disk) is an error.
 */
#include "ledger/ledger_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMIT_DIGITS = 12 };

struct audit {
	struct ledger *l;
	struct ledger_audit *ret;
	const git_oid *since; /* where to begin, NULL: at the first commit */
	git_oid *commits;     /* tip first */
	size_t count, cap;
	char commit[COMMIT_DIGITS + 1]; /* the one looked at */
	git_tree *tree;			/* of the commit before; NULL at first */
	size_t shards;			/* of the commit before */
	struct ledger_head head;	/* after the lines followed so far */
	struct buf last;		/* the last shard of the commit before */
};

static void fault(struct audit *a, const char *file, int line, int64_t seq, const char *fmt, ...)
	PRINTF_LIKE(5, 6);

static void fault(struct audit *a, const char *file, int line, int64_t seq, const char *fmt, ...)
{
	struct ledger_fault *f = &a->ret->fault;
	va_list args;

	f->found = true;
	f->line = line;
	f->seq = seq;
	snprintf(f->file, sizeof f->file, "%s", file);
	va_start(args, fmt);
	vsnprintf(f->why, sizeof f->why, fmt, args);
	va_end(args);
}

static bool done(const struct audit *a)
{
	return a->ret->fault.found;
}

/* A call failed: a fault of what is stored, unless the machine is to blame. */
static enum err_code unreadable(struct audit *a, const char *file, struct err *e)
{
	const git_error *last = git_error_last();
	struct err mine = {0};

	if (last && (last->klass == GIT_ERROR_OS || last->klass == GIT_ERROR_NOMEMORY))
		return ledger_git_failed(e, T("查账", "audit the repository"));
	(void)ledger_git_failed(&mine, T("读对象", "read an object"));
	fault(a, file, 0, a->head.seq, "%s", mine.message);
	return ERR_OK;
}

/* The same for a function of ours: ERR_INPUT is what it found, ERR_SYSTEM is git's. */
static enum err_code failed(struct audit *a, const char *file, const struct err *why, struct err *e)
{
	if (why->code != ERR_INPUT)
		return unreadable(a, file, e);
	fault(a, file, 0, a->head.seq, "%s", why->message);
	return ERR_OK;
}

static void fault_line(struct audit *a, size_t shard, size_t line, const char *why)
{
	char path[CHAIN_PATH_BYTES];

	chain_shard_path(shard, path);
	fault(a, path, (int)line, (int64_t)(shard * LEDGER_SHARD_LINES + line),
		T("%s（提交 %s）", "%s (commit %s)"), why, a->commit);
}

/* ---- the history's commits ----------------------------------------------------------------------- */

static enum err_code collect(struct audit *a, struct err *e)
{
	git_oid at;
	int bad = git_reference_name_to_id(&at, a->l->repo, a->l->ref);

	if (bad == GIT_ENOTFOUND)
		return ERR_OK;
	if (bad)
		return unreadable(a, CHAIN_FOLDER, e);
	while (!a->since || !git_oid_equal(a->since, &at)) {
		git_commit *commit = NULL;
		git_oid_tostr(a->commit, sizeof a->commit, &at);
		if (git_commit_lookup(&commit, a->l->repo, &at))
			return unreadable(a, CHAIN_FOLDER, e);
		if (a->count == a->cap) {
			a->cap = a->cap ? 2 * a->cap : 1024;
			a->commits = mem_grow(a->commits, a->cap, sizeof *a->commits);
		}
		a->commits[a->count++] = at;
		unsigned parents = git_commit_parentcount(commit);
		if (parents > 0)
			at = *git_commit_parent_id(commit, 0);
		git_commit_free(commit);
		if (parents > 1)
			fault(a, CHAIN_FOLDER, 0, 0,
				T("提交 %s 合并了两条历史", "commit %s merges two histories"),
				a->commit);
		if (parents != 1) {
			if (parents == 0 && a->since)
				fault(a, CHAIN_FOLDER, 0, 0,
					T("提交 %s 不接着这里的分支",
						"commit %s does not continue the branch here"),
					a->commit);
			return ERR_OK;
		}
	}
	return ERR_OK;
}

/* ---- the chain ------------------------------------------------------------------------------------- */

static enum err_code shard_text(
	struct audit *a, const git_tree *tree, size_t shard, struct buf *ret, struct err *e)
{
	char path[CHAIN_PATH_BYTES];
	git_oid id;
	bool found = false;
	struct err why = {0};

	chain_shard_path(shard, path);
	buf_clear(ret);
	if (tree_file(tree, path, &found, &id, &why) ||
		(found && blob_text(a->l->repo, &id, ret, &why)))
		return failed(a, path, &why, e);
	return ERR_OK;
}

/* The 1-based line in which two texts first differ. */
static size_t differing_line(const struct buf *a, const struct buf *b)
{
	const char *x = buf_text(a), *y = buf_text(b);
	size_t line = 1;

	for (size_t i = 0; i < a->len && i < b->len && x[i] == y[i]; i++)
		line += x[i] == '\n';
	return line;
}

static void fault_changed(
	struct audit *a, size_t shard, const struct buf *before, const struct buf *now)
{
	bool shorter =
		now->len < before->len && memcmp(buf_text(now), buf_text(before), now->len) == 0;
	fault_line(a, shard, differing_line(before, now),
		shorter ? T("历史里有过的一行不见了", "a line that the history had is gone")
			: T("这一行与历史里的不同", "this line differs from what the history had"));
}

/* The first shard from `shard` to `end` (all within one folder of shards) that is not the same file in both; end if none. */
static enum err_code differing_shard(
	struct audit *a, const git_tree *tree, size_t shard, size_t end, size_t *ret, struct err *e)
{
	char path[CHAIN_PATH_BYTES];
	git_tree *old_folder = NULL, *new_folder = NULL;
	git_tree_entry *old = NULL, *new = NULL;
	enum err_code code = ERR_OK;

	*ret = end;
	chain_shard_path(shard, path);
	path[strlen("chain/000")] = '\0';
	bool bad = git_tree_entry_bypath(&old, a->tree, path) ||
		   git_tree_entry_bypath(&new, tree, path);
	bool same = !bad && git_oid_equal(git_tree_entry_id(old), git_tree_entry_id(new));
	if (!bad && !same)
		bad = git_tree_lookup(&old_folder, a->l->repo, git_tree_entry_id(old)) ||
		      git_tree_lookup(&new_folder, a->l->repo, git_tree_entry_id(new));
	for (size_t i = shard; !bad && !same && i < end && *ret == end; i++) {
		size_t at = i % CHAIN_FOLDER_SHARDS;
		const git_tree_entry *x = git_tree_entry_byindex(old_folder, at);
		const git_tree_entry *y = git_tree_entry_byindex(new_folder, at);
		if (!x || !y || !git_oid_equal(git_tree_entry_id(x), git_tree_entry_id(y)))
			*ret = i;
	}
	if (bad)
		code = unreadable(a, path, e);
	git_tree_free(old_folder);
	git_tree_free(new_folder);
	git_tree_entry_free(old);
	git_tree_entry_free(new);
	return code;
}

/* Shards before the last one of the commit before must be the same files. */
static enum err_code old_shards(struct audit *a, const git_tree *tree, size_t shards, struct err *e)
{
	struct buf before, now;
	size_t whole = a->shards ? a->shards - 1 : 0, shard = 0, end, differs = 0;
	enum err_code code = ERR_OK;

	whole = whole < shards ? whole : shards;
	for (; shard < whole && !code && !done(a); shard = end) {
		end = (shard / CHAIN_FOLDER_SHARDS + 1) * CHAIN_FOLDER_SHARDS;
		end = end < whole ? end : whole;
		code = differing_shard(a, tree, shard, end, &differs, e);
		if (differs < end)
			break;
	}
	if (code || done(a) || shard >= whole)
		return code;
	buf_init(&before, CHAIN_SHARD_MAX_BYTES + CHAIN_LINE_MAX);
	buf_init(&now, LEDGER_FILE_MAX_BYTES);
	code = shard_text(a, a->tree, differs, &before, e);
	if (!code && !done(a))
		code = shard_text(a, tree, differs, &now, e);
	if (!code && !done(a))
		fault_changed(a, differs, &before, &now);
	buf_done(&before);
	buf_done(&now);
	return code;
}

/* Follows the lines of a shard from an offset on; every shard but the last is full. */
static void follow_lines(
	struct audit *a, size_t shard, const struct buf *text, size_t from, bool last)
{
	const char *at = buf_text(text) + from, *end = buf_text(text) + text->len, *line = NULL;
	size_t number = 0, len = 0;
	struct chain_line parsed;
	struct err why = {0};

	for (size_t i = 0; i < from; i++)
		number += buf_text(text)[i] == '\n';
	while (chain_next(&at, end, &line, &len)) {
		number++;
		if (number > LEDGER_SHARD_LINES) {
			fault_line(a, shard, number,
				T("这个文件的行数太多", "this file has too many lines"));
			return;
		}
		if (chain_follow(&a->head, line, len, &parsed, &why)) {
			fault_line(a, shard, number, why.message);
			return;
		}
	}
	if (line)
		fault_line(
			a, shard, number + 1, T("最后一行没有写完", "the last line is not whole"));
	else if (number == 0 || (!last && number < LEDGER_SHARD_LINES))
		fault_line(a, shard, number + 1,
			T("这个文件缺少后面的行", "this file lacks the lines that follow"));
}

static enum err_code new_lines(struct audit *a, const git_tree *tree, size_t shards, struct err *e)
{
	size_t shard = a->shards ? a->shards - 1 : 0;
	struct buf text;
	enum err_code code = ERR_OK;

	buf_init(&text, CHAIN_SHARD_MAX_BYTES + CHAIN_LINE_MAX);
	for (; !code && !done(a) && shard < shards; shard++) {
		bool continued = a->shards > 0 && shard == a->shards - 1;
		size_t from = continued ? a->last.len : 0;
		code = shard_text(a, tree, shard, &text, e);
		if (code || done(a))
			break;
		if (continued &&
			(text.len < from || memcmp(buf_text(&text), buf_text(&a->last), from) != 0))
			fault_changed(a, shard, &a->last, &text);
		/* A full shard that stands as it was has nothing to follow. */
		else if (!continued || text.len > from || shard + 1 < shards)
			follow_lines(a, shard, &text, from, shard + 1 == shards);
	}
	if (!code && !done(a) && shards > 0) {
		buf_clear(&a->last);
		buf_add(&a->last, buf_text(&text), text.len);
	}
	buf_done(&text);
	return code;
}

static enum err_code check_chain(struct audit *a, const git_tree *tree, struct err *e)
{
	const git_tree_entry *now = git_tree_entry_byname(tree, CHAIN_FOLDER);
	const git_tree_entry *before =
		a->tree ? git_tree_entry_byname(a->tree, CHAIN_FOLDER) : NULL;
	struct err why = {0};
	size_t shards = 0;
	enum err_code code;

	if (now && before && git_oid_equal(git_tree_entry_id(now), git_tree_entry_id(before)))
		return ERR_OK;
	if (chain_count(a->l->repo, tree, &shards, &why))
		return failed(a, CHAIN_FOLDER, &why, e);
	code = old_shards(a, tree, shards, e);
	if (!code && !done(a))
		code = new_lines(a, tree, shards, e);
	if (!code && !done(a) && shards < a->shards)
		fault_line(a, shards, 1,
			T("历史里有过的一行不见了", "a line that the history had is gone"));
	a->shards = shards;
	return code;
}

/* ---- the other files: only added ------------------------------------------------------------------------ */

static void fault_file(struct audit *a, const struct buf *path, const char *why)
{
	fault(a, buf_text(path), 0, a->head.seq, T("%s（提交 %s）", "%s (commit %s)"), why,
		a->commit);
}

static enum err_code check_folder(struct audit *a, const git_oid *before, const git_oid *now,
	struct buf *path, struct err *e);

static enum err_code check_entry(struct audit *a, const git_tree_entry *before,
	const git_tree_entry *now, struct buf *path, struct err *e)
{
	git_filemode_t mode = git_tree_entry_filemode(now);
	const git_oid *old = before ? git_tree_entry_id(before) : NULL;

	if (before && git_tree_entry_filemode(before) == mode &&
		git_oid_equal(old, git_tree_entry_id(now)))
		return ERR_OK;
	if (mode != GIT_FILEMODE_TREE && mode != GIT_FILEMODE_BLOB)
		fault_file(a, path, T("这不是普通文件", "this is no plain file"));
	else if (before && (mode != GIT_FILEMODE_TREE ||
				   git_tree_entry_filemode(before) != GIT_FILEMODE_TREE))
		fault_file(a, path, T("这个文件被改过", "this file was changed"));
	if (done(a) || mode != GIT_FILEMODE_TREE)
		return ERR_OK;
	buf_char(path, '/');
	return check_folder(a, old, git_tree_entry_id(now), path, e);
}

/* A folder that is gone is named by the first file it had. */
static void first_file(struct audit *a, const git_tree_entry *gone, struct buf *path)
{
	git_tree *folder = NULL;

	buf_str(path, git_tree_entry_name(gone));
	if (git_tree_entry_type(gone) == GIT_OBJECT_TREE &&
		!git_tree_lookup(&folder, a->l->repo, git_tree_entry_id(gone)) &&
		git_tree_entrycount(folder) > 0) {
		buf_char(path, '/');
		first_file(a, git_tree_entry_byindex(folder, 0), path);
	}
	git_tree_free(folder);
}

static void check_missing(
	struct audit *a, const git_tree *old, const git_tree *new, struct buf *path)
{
	for (size_t i = 0; i < git_tree_entrycount(old); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(old, i);
		if (git_tree_entry_byname(new, git_tree_entry_name(entry)))
			continue;
		first_file(a, entry, path);
		fault_file(a, path, T("这个文件被删了", "this file was taken out"));
		return;
	}
}

static enum err_code check_folder(
	struct audit *a, const git_oid *before, const git_oid *now, struct buf *path, struct err *e)
{
	git_tree *old = NULL, *new = NULL;
	size_t len = path->len, kept = 0;
	enum err_code code = ERR_OK;

	if ((before && git_tree_lookup(&old, a->l->repo, before)) ||
		git_tree_lookup(&new, a->l->repo, now))
		code = unreadable(a, buf_text(path), e);
	for (size_t i = 0; !code && !done(a) && i < git_tree_entrycount(new); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(new, i);
		const char *name = git_tree_entry_name(entry);
		const git_tree_entry *was = old ? git_tree_entry_byname(old, name) : NULL;
		kept += was != NULL;
		if (len == 0 && str_eq(name, CHAIN_FOLDER))
			continue;
		buf_str(path, name);
		code = check_entry(a, was, entry, path, e);
		path->len = len;
	}
	if (!code && !done(a) && old && kept < git_tree_entrycount(old))
		check_missing(a, old, new, path);
	git_tree_free(old);
	git_tree_free(new);
	return code;
}

/* ---- one commit ------------------------------------------------------------------------------------------- */

static void check_message(struct audit *a, const git_commit *commit)
{
	struct ledger_head said = {0};
	size_t last = a->head.seq ? (size_t)a->head.seq - 1 : 0;
	char path[CHAIN_PATH_BYTES];

	if (chain_message_parse(git_commit_message(commit), &said) && said.seq == a->head.seq &&
		memcmp(said.hash, a->head.hash, SHA256_BYTES) == 0)
		return;
	chain_shard_path(last / LEDGER_SHARD_LINES, path);
	fault(a, path, a->head.seq ? (int)(last % LEDGER_SHARD_LINES) + 1 : 0, a->head.seq,
		T("提交 %s 的说明记的链末不是这一行",
			"commit %s names another end of the chain than this line"),
		a->commit);
}

static enum err_code check_commit(struct audit *a, const git_oid *id, struct err *e)
{
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	struct buf path;
	enum err_code code = ERR_OK;

	git_oid_tostr(a->commit, sizeof a->commit, id);
	buf_init(&path, 4096);
	if (git_commit_lookup(&commit, a->l->repo, id) || git_commit_tree(&tree, commit))
		code = unreadable(a, CHAIN_FOLDER, e);
	if (!code && !done(a))
		code = check_chain(a, tree, e);
	if (!code && !done(a))
		code = check_folder(
			a, a->tree ? git_tree_id(a->tree) : NULL, git_tree_id(tree), &path, e);
	if (!code && !done(a))
		check_message(a, commit);
	git_tree_free(a->tree);
	a->tree = tree;
	git_commit_free(commit);
	buf_done(&path);
	return code;
}

static enum err_code run(struct audit *a, struct ledger_audit *ret, struct err *e)
{
	enum err_code code = collect(a, e);

	for (size_t i = a->count; !code && !done(a) && i > 0; i--)
		code = check_commit(a, &a->commits[i - 1], e);
	a->ret->commits = a->count;
	a->ret->lines = a->head.seq;
	a->ret->head = a->head;
	git_tree_free(a->tree);
	buf_done(&a->last);
	free(a->commits);
	if (!code)
		*ret = *a->ret;
	return code;
}

enum err_code ledger_audit(struct ledger *l, struct ledger_audit *ret, struct err *e)
{
	struct ledger_audit found = {0};
	struct audit a = {.l = l, .ret = &found};

	chain_genesis(l->branch, a.head.hash);
	buf_init(&a.last, CHAIN_SHARD_MAX_BYTES + CHAIN_LINE_MAX);
	return run(&a, ret, e);
}

enum err_code audit_since(
	struct ledger *l, const struct tip *since, struct ledger_audit *ret, struct err *e)
{
	struct ledger_audit found = {0};
	struct audit a = {.l = l, .ret = &found, .shards = since->shards, .head = since->head};

	buf_init(&a.last, CHAIN_SHARD_MAX_BYTES + CHAIN_LINE_MAX);
	buf_add(&a.last, buf_text(&since->last), since->last.len);
	if (since->exists) {
		a.since = &since->commit;
		if (git_tree_dup(&a.tree, since->tree)) {
			buf_done(&a.last);
			return ledger_git_failed(e, T("读目录", "read a folder"));
		}
	}
	return run(&a, ret, e);
}
