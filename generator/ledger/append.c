/*
 * A group of records and lines, appended as one commit.
 *
 * Under the repository's lock: look what stands, make the new objects in memory, write them as one fsynced pack, move the
 * branch by compare-and-swap, then read everything back through a repository opened afresh. Who pushes without the lock
 * (git knows nothing of it) makes the swap or the reading back fail: then all is worked out again from the new tip. The pack
 * of a lost attempt stays, unreachable and harmless; removing it could take objects from someone who found them there.
 */
#include "ledger/ledger_internal.h"

#include <git2/sys/commit.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ATTEMPTS = 12, RECENT_SHARDS = 4, CHINA_MINUTES = 8 * 60 };

struct group {
	struct ledger *l;
	struct ledger_entry *entries;
	size_t count;
	git_oid *blobs; /* of each entry with a path */
	size_t *order;	/* entries to be written, in the order of their lines */
	size_t written; /* how many */
	int64_t commit_time;
	const struct chance *chance;
	struct tip tip;
	struct heap heap;
	struct edit edit;
	struct ledger_head head; /* after the lines */
	git_oid commit;
	size_t first_shard; /* of those written */
	git_oid *shards;    /* their blobs */
	size_t shard_count;
};

static bool path_valid(const char *path)
{
	size_t n = strlen(path);

	if (n == 0 || n >= LEDGER_PATH_BYTES || str_starts(path, CHAIN_FOLDER "/"))
		return false;
	/* Parts of letters, digits, - _ . that begin with a letter or digit, so that none is ".", ".." or ".git". */
	for (size_t i = 0; i < n; i++) {
		bool first = i == 0 || path[i - 1] == '/';
		bool plain = (path[i] >= 'a' && path[i] <= 'z') ||
			     (path[i] >= 'A' && path[i] <= 'Z') ||
			     (path[i] >= '0' && path[i] <= '9');
		if (!plain && (first || !strchr("-_./", path[i])))
			return false;
	}
	return path[n - 1] != '/';
}

static enum err_code entries_check(const struct ledger_entry *entries, size_t count, struct err *e)
{
	if (count > LEDGER_GROUP_MAX)
		return err_set(e, ERR_USAGE, T("一组最多 %d 件", "a group has at most %d entries"),
			LEDGER_GROUP_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct ledger_entry *n = &entries[i];
		if ((n->path && !path_valid(n->path)) || n->len > LEDGER_FILE_MAX_BYTES ||
			!chain_word_valid(n->step) || !chain_word_valid(n->role) ||
			!chain_when_valid(n->when))
			return err_set(e, ERR_USAGE,
				T("第 %zu 件的路径、大小、步骤、角色或时间不对",
					"entry %zu: its path, size, step, role or time is wrong"),
				i + 1);
	}
	return ERR_OK;
}

/* ---- what stands already ----------------------------------------------------------------------- */

static bool shard_has(const struct buf *text, const struct ledger_entry *n)
{
	const char *at = buf_text(text), *end = at + text->len, *line;
	struct chain_line parsed;
	size_t len;

	while (chain_next(&at, end, &line, &len))
		if (!chain_line_parse(line, len, &parsed, NULL) && str_eq(parsed.step, n->step) &&
			memcmp(parsed.commitment, n->commitment, SHA256_BYTES) == 0)
			return true;
	return false;
}

/* Lines without a record: one that stands among the last shards was written before a crash. */
static enum err_code find_lines(struct group *g, struct err *e)
{
	struct buf text;
	enum err_code code = ERR_OK;

	buf_init(&text, CHAIN_SHARD_MAX_BYTES);
	for (size_t back = 1; !code && back <= RECENT_SHARDS && back <= g->tip.shards; back++) {
		char path[CHAIN_PATH_BYTES];
		git_oid id;
		bool found = false;
		chain_shard_path(g->tip.shards - back, path);
		buf_clear(&text);
		code = tree_file(g->tip.tree, path, &found, &id, e);
		if (!code && found)
			code = blob_text(g->l->repo, &id, &text, e);
		for (size_t i = 0; !code && i < g->count; i++)
			if (!g->entries[i].path && shard_has(&text, &g->entries[i]))
				g->entries[i].outcome = LEDGER_PRESENT;
	}
	buf_done(&text);
	return code;
}

/* What stands under the path is compared by its id; what is new need not be hashed here. */
static enum err_code look_record(struct edit *d, struct ledger_entry *n, struct err *e)
{
	bool found = false;
	git_oid stands, given;

	n->outcome = LEDGER_WRITTEN;
	if (edit_find(d, n->path, &found, &stands, e))
		return e->code;
	if (!found)
		return ERR_OK;
	if (git_odb_hash(&given, n->bytes, n->len, GIT_OBJECT_BLOB))
		return ledger_git_failed(e, T("算散列", "hash a file"));
	n->outcome = git_oid_equal(&stands, &given) ? LEDGER_PRESENT : LEDGER_DIFFERENT;
	return ERR_OK;
}

static enum err_code settle_record(struct group *g, size_t i, struct err *e)
{
	struct ledger_entry *n = &g->entries[i];

	if (look_record(&g->edit, n, e))
		return e->code;
	if (n->outcome != LEDGER_WRITTEN)
		return ERR_OK;
	if (heap_blob(&g->heap, n->bytes, n->len, &g->blobs[i], e))
		return e->code;
	return edit_put(&g->edit, n->path, &g->blobs[i], e);
}

/* Outcomes in the order given (of two entries with one path the first wins), then an order by chance for the lines. */
static enum err_code settle(struct group *g, struct err *e)
{
	bool lines = false;

	for (size_t i = 0; i < g->count; i++) {
		g->entries[i].outcome = LEDGER_WRITTEN;
		if (g->entries[i].path && settle_record(g, i, e))
			return e->code;
		lines |= !g->entries[i].path;
	}
	if (lines && find_lines(g, e))
		return e->code;
	g->written = 0;
	for (size_t i = 0; i < g->count; i++)
		if (g->entries[i].outcome == LEDGER_WRITTEN)
			g->order[g->written++] = i;
	for (size_t left = g->chance ? g->written : 0; left > 1; left--) {
		/* 64 bits over at most a thousand: the uneven rest is nothing. */
		uint64_t draw;
		chance_fill(g->chance, &draw, sizeof draw);
		size_t pick = (size_t)(draw % left), last = g->order[left - 1];
		g->order[left - 1] = g->order[pick];
		g->order[pick] = last;
	}
	return ERR_OK;
}

/* ---- the new commit -------------------------------------------------------------------------------- */

static enum err_code shard_put(struct group *g, size_t shard, const struct buf *text, struct err *e)
{
	char path[CHAIN_PATH_BYTES];
	git_oid id;

	if (shard >= CHAIN_SHARDS_MAX)
		return err_set(e, ERR_CONFLICT, T("链满了", "the chain is full"));
	chain_shard_path(shard, path);
	if (heap_blob(&g->heap, buf_text(text), text->len, &id, e) ||
		edit_put(&g->edit, path, &id, e))
		return e->code;
	g->shards[g->shard_count++] = id;
	return ERR_OK;
}

static enum err_code write_lines(struct group *g, struct err *e)
{
	struct buf shard, line;
	enum err_code code = ERR_OK;
	size_t number = (size_t)(g->tip.head.seq / LEDGER_SHARD_LINES);

	buf_init(&shard, CHAIN_SHARD_MAX_BYTES);
	buf_init(&line, CHAIN_LINE_MAX);
	if (g->tip.head.seq % LEDGER_SHARD_LINES != 0)
		buf_add(&shard, buf_text(&g->tip.last), g->tip.last.len);
	g->head = g->tip.head;
	g->first_shard = number;
	for (size_t i = 0; !code && i < g->written; i++) {
		const struct ledger_entry *n = &g->entries[g->order[i]];
		struct chain_line l = {.seq = g->head.seq + 1};
		memcpy(l.commitment, n->commitment, SHA256_BYTES);
		memcpy(l.previous, g->head.hash, SHA256_BYTES);
		memcpy(l.step, n->step, strlen(n->step) + 1);
		memcpy(l.role, n->role, strlen(n->role) + 1);
		memcpy(l.when, n->when, strlen(n->when) + 1);
		buf_clear(&line);
		chain_line_write(&l, &line);
		sha256_bytes(buf_text(&line), line.len, g->head.hash);
		g->head.seq = l.seq;
		buf_add(&shard, buf_text(&line), line.len);
		buf_char(&shard, '\n');
		if (g->head.seq % LEDGER_SHARD_LINES != 0 && i + 1 < g->written)
			continue;
		code = shard_put(g, number++, &shard, e);
		buf_clear(&shard);
	}
	buf_done(&line);
	buf_done(&shard);
	return code;
}

/* "intake: 37 lines", by tianlan <intake@host-1>: no person's name, and a time no finer than the caller's. */
static enum err_code write_commit(struct group *g, const git_oid *root, struct err *e)
{
	const char *slash = strchr(g->l->branch, '/');
	size_t side = slash ? (size_t)(slash - g->l->branch) : strlen(g->l->branch);
	git_signature *by = NULL;
	const git_oid *parents[] = {&g->tip.commit};
	struct buf mail, message;
	int bad;

	buf_init(&mail, 256);
	buf_init(&message, 1024);
	buf_add(&mail, g->l->branch, side);
	buf_printf(&mail, "@%s", slash ? slash + 1 : g->l->branch);
	buf_add(&message, g->l->branch, side);
	buf_printf(&message, ": %zu line%s\n", g->written, g->written == 1 ? "" : "s");
	chain_message(&g->head, &message);
	bad = git_signature_new(&by, "tianlan", buf_text(&mail), g->commit_time, CHINA_MINUTES);
	if (!bad)
		bad = git_commit_create_from_ids(&g->commit, g->heap.repo, NULL, by, by, NULL,
			buf_text(&message), root, g->tip.exists ? 1 : 0, parents);
	git_signature_free(by);
	buf_done(&message);
	buf_done(&mail);
	if (bad)
		return ledger_git_failed(e, T("建提交", "make the commit"));
	heap_note(&g->heap, &g->commit);
	return ERR_OK;
}

/* ---- reading back ---------------------------------------------------------------------------------------- */

static enum err_code blob_stands(struct edit *d, const char *path, const git_oid *wanted,
	const struct ledger_entry *n, bool *ret, struct err *e)
{
	git_oid id;
	bool found = false;
	git_blob *blob = NULL;

	*ret = false;
	if (edit_find(d, path, &found, &id, e))
		return e->code;
	if (!found || !git_oid_equal(&id, wanted))
		return ERR_OK;
	/* Reading checks the bytes against the id; that they are the ones we were given is compared besides. */
	if (git_blob_lookup(&blob, d->repo, &id))
		return ledger_git_failed(e, T("读回", "read back what was written"));
	*ret = !n || ((size_t)git_blob_rawsize(blob) == n->len &&
			     memcmp(git_blob_rawcontent(blob), n->bytes, n->len) == 0);
	git_blob_free(blob);
	return *ret ? ERR_OK
		    : err_set(e, ERR_SYSTEM,
			      T("读回的与写下的不同",
				      "what was read back is not what was written"));
}

static enum err_code all_stand(
	struct group *g, git_repository *fresh, const struct tip *now, bool *ret, struct err *e)
{
	bool ours = now->exists && git_oid_equal(&now->commit, &g->commit);
	struct edit d = {0};
	enum err_code code = edit_open(&d, fresh, &g->heap, now->tree, e);

	for (size_t i = 0; !code && *ret && i < g->written; i++) {
		const struct ledger_entry *n = &g->entries[g->order[i]];
		if (n->path)
			code = blob_stands(&d, n->path, &g->blobs[g->order[i]], n, ret, e);
	}
	for (size_t i = 0; ours && !code && *ret && i < g->shard_count; i++) {
		char path[CHAIN_PATH_BYTES];
		chain_shard_path(g->first_shard + i, path);
		code = blob_stands(&d, path, &g->shards[i], NULL, ret, e);
	}
	edit_close(&d);
	/* A push right behind ours is fine when it stands on ours. */
	if (!code && *ret && !ours)
		*ret = now->exists && git_graph_descendant_of(fresh, &now->commit, &g->commit) == 1;
	return code;
}

/* *ret false: the branch was moved to where our commit is not. */
static enum err_code read_back(struct group *g, bool *ret, struct err *e)
{
	git_repository *fresh = NULL;
	struct tip now = {0};
	enum err_code code = ledger_repo_open(g->l->path, &fresh, e);

	*ret = true;
	if (!code)
		code = tip_find(g->l, fresh, &now, e);
	if (!code)
		code = all_stand(g, fresh, &now, ret, e);
	tip_done(&now);
	git_repository_free(fresh);
	return code;
}

/* ---- all of it ---------------------------------------------------------------------------------------------- */

static enum err_code attempt(struct group *g, bool *ret_moved, size_t *ret_commits, struct err *e)
{
	git_oid root;
	bool stands = false;

	*ret_moved = false;
	if (tip_load(g->l, g->l->repo, &g->tip, e) || heap_open(&g->heap, e) ||
		edit_open(&g->edit, g->l->repo, &g->heap, g->tip.tree, e) || settle(g, e))
		return e->code;
	/* What stands was perhaps written by a process that died before its last sync. */
	if (g->written == 0)
		return branch_sync(g->l, e);
	if (write_lines(g, e) || edit_write(&g->edit, &root, e) || write_commit(g, &root, e) ||
		heap_write(&g->heap, g->l->path, e) ||
		branch_swap(g->l, g->tip.exists ? &g->tip.commit : NULL, &g->commit, ret_moved, e))
		return e->code;
	if (*ret_moved)
		return ERR_OK;
	if (read_back(g, &stands, e))
		return e->code;
	*ret_moved = !stands;
	*ret_commits = stands ? 1 : 0;
	return ERR_OK;
}

static void attempt_done(struct group *g)
{
	edit_close(&g->edit);
	heap_close(&g->heap);
	tip_done(&g->tip);
	g->shard_count = 0;
}

static void pause_before(int attempt_number)
{
	struct timespec t = {.tv_nsec = 1000000L << (attempt_number < 8 ? attempt_number : 8)};
	nanosleep(&t, NULL);
}

enum err_code ledger_append(struct ledger *l, struct ledger_entry *entries, size_t count,
	int64_t commit_time, const struct chance *chance, size_t *ret_commits, struct err *e)
{
	struct group g = {.l = l,
		.entries = entries,
		.count = count,
		.commit_time = commit_time,
		.chance = chance};
	bool moved = false;
	size_t commits = 0;
	enum err_code code = entries_check(entries, count, e);

	if (code)
		return code;
	if (count == 0) {
		*ret_commits = 0;
		return ERR_OK;
	}
	code = ledger_lock(l, e);
	if (code)
		return code;
	g.blobs = mem_zero(count, sizeof *g.blobs);
	g.order = mem_zero(count, sizeof *g.order);
	g.shards = mem_zero(count / LEDGER_SHARD_LINES + 2, sizeof *g.shards);
	for (int i = 0; !code && (i == 0 || moved); i++) {
		if (i == ATTEMPTS)
			code = err_set(e, ERR_CONFLICT,
				T("分支一再被别人移动",
					"the branch is moved by others again and again"));
		if (!code && i > 0)
			pause_before(i);
		if (!code)
			code = attempt(&g, &moved, &commits, e);
		attempt_done(&g);
	}
	free(g.shards);
	free(g.order);
	free(g.blobs);
	ledger_unlock(l);
	if (!code)
		*ret_commits = commits;
	return code;
}

enum err_code ledger_look(
	struct ledger *l, struct ledger_entry *entries, size_t count, struct err *e)
{
	struct group g = {.l = l};
	enum err_code code = entries_check(entries, count, e);

	if (!code)
		code = tip_find(l, l->repo, &g.tip, e);
	if (!code)
		code = heap_open(&g.heap, e);
	if (!code)
		code = edit_open(&g.edit, l->repo, &g.heap, g.tip.tree, e);
	for (size_t i = 0; !code && i < count; i++)
		if (entries[i].path)
			code = look_record(&g.edit, &entries[i], e);
	attempt_done(&g);
	return code;
}
