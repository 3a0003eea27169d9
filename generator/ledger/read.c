/* Reading what a branch holds: a file, all files below a folder, the chain line by line. */
#include "ledger/ledger_internal.h"

#include <string.h>

enum err_code ledger_read(struct ledger *l, const char *path, struct buf *ret_bytes, struct err *e)
{
	struct tip t;
	git_oid id;
	bool found = false;
	enum err_code code = tip_find(l, l->repo, &t, e);

	if (!code)
		code = tree_file(t.tree, path, &found, &id, e);
	if (!code && !found)
		code = err_set(e, ERR_NOT_FOUND, T("没有“%s”", "there is no \"%s\""), path);
	if (!code)
		code = blob_text(l->repo, &id, ret_bytes, e);
	tip_done(&t);
	return code;
}

bool ledger_has(struct ledger *l, const char *path)
{
	struct tip t;
	git_oid id;
	bool found = false;

	if (!tip_find(l, l->repo, &t, NULL) && tree_file(t.tree, path, &found, &id, NULL))
		found = false;
	tip_done(&t);
	return found;
}

struct walk {
	git_repository *repo;
	ledger_file_fn *fn;
	void *ctx;
};

static enum err_code walk_folder(
	const struct walk *w, const git_oid *id, struct buf *path, struct err *e);

static enum err_code walk_entry(
	const struct walk *w, const git_tree_entry *entry, struct buf *path, struct err *e)
{
	const git_oid *id = git_tree_entry_id(entry);
	git_blob *blob = NULL;

	buf_str(path, git_tree_entry_name(entry));
	if (path->overflow)
		return err_set(e, ERR_INPUT,
			T("仓库里的一个路径太长", "a path of the repository is too long"));
	if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
		buf_char(path, '/');
		return walk_folder(w, id, path, e);
	}
	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB)
		return err_set(e, ERR_INPUT,
			T("仓库里的“%s”不是文件", "\"%s\" is no file of the repository"),
			buf_text(path));
	if (git_blob_lookup(&blob, w->repo, id))
		return ledger_git_failed(e, T("读文件", "read a file"));
	enum err_code code = w->fn(buf_text(path), git_blob_rawcontent(blob),
		(size_t)git_blob_rawsize(blob), w->ctx, e);
	git_blob_free(blob);
	return code;
}

/* git orders a folder's entries as if folders ended in "/": so the paths come in byte order. */
static enum err_code walk_folder(
	const struct walk *w, const git_oid *id, struct buf *path, struct err *e)
{
	git_tree *tree = NULL;
	size_t len = path->len;
	enum err_code code = ERR_OK;

	if (git_tree_lookup(&tree, w->repo, id))
		return ledger_git_failed(e, T("读目录", "read a folder"));
	for (size_t i = 0; !code && i < git_tree_entrycount(tree); i++) {
		code = walk_entry(w, git_tree_entry_byindex(tree, i), path, e);
		path->len = len;
		if (path->data)
			path->data[len] = '\0';
	}
	git_tree_free(tree);
	return code;
}

enum err_code ledger_each(
	struct ledger *l, const char *prefix, ledger_file_fn *fn, void *ctx, struct err *e)
{
	struct walk w = {.repo = l->repo, .fn = fn, .ctx = ctx};
	struct tip t;
	git_tree_entry *entry = NULL;
	struct buf path;
	size_t len = strlen(prefix);
	enum err_code code = tip_find(l, l->repo, &t, e);

	while (len && prefix[len - 1] == '/')
		len--;
	buf_init(&path, 4096);
	buf_add(&path, prefix, len);
	if (!code && t.tree && len == 0) {
		code = walk_folder(&w, git_tree_id(t.tree), &path, e);
	} else if (!code && t.tree) {
		int bad = git_tree_entry_bypath(&entry, t.tree, buf_text(&path));
		if (bad && bad != GIT_ENOTFOUND)
			code = ledger_git_failed(e, T("读目录", "read a folder"));
		if (!bad && git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
			buf_char(&path, '/');
			code = walk_folder(&w, git_tree_entry_id(entry), &path, e);
		}
	}
	git_tree_entry_free(entry);
	buf_done(&path);
	tip_done(&t);
	return code;
}

static enum err_code shard_lines(const struct buf *text, struct ledger_head *head, size_t shard,
	ledger_line_fn *fn, void *ctx, struct err *e)
{
	const char *at = buf_text(text), *end = at + text->len, *line = NULL;
	struct chain_line parsed;
	size_t len = 0;

	while (chain_next(&at, end, &line, &len)) {
		if (chain_follow(head, line, len, &parsed, e))
			return err_prefix(e, CHAIN_FOLDER "/%03zu/%03zu.log:%lld",
				shard / CHAIN_FOLDER_SHARDS, shard % CHAIN_FOLDER_SHARDS,
				(long long)(head->seq % LEDGER_SHARD_LINES + 1));
		if (fn(&parsed, ctx, e))
			return e->code;
	}
	return ERR_OK;
}

enum err_code ledger_each_line(struct ledger *l, ledger_line_fn *fn, void *ctx, struct err *e)
{
	struct tip t;
	struct ledger_head head = {0};
	struct buf text;
	enum err_code code = tip_load(l, l->repo, &t, e);

	chain_genesis(l->branch, head.hash);
	buf_init(&text, CHAIN_SHARD_MAX_BYTES);
	for (size_t i = 0; !code && i < t.shards; i++) {
		char path[CHAIN_PATH_BYTES];
		git_oid id;
		bool found = false;
		chain_shard_path(i, path);
		buf_clear(&text);
		code = tree_file(t.tree, path, &found, &id, e);
		if (!code && !found)
			code = err_set(
				e, ERR_INPUT, T("链缺少“%s”", "the chain lacks \"%s\""), path);
		if (!code)
			code = blob_text(l->repo, &id, &text, e);
		if (!code)
			code = shard_lines(&text, &head, i, fn, ctx, e);
	}
	buf_done(&text);
	tip_done(&t);
	return code;
}

enum err_code ledger_head(struct ledger *l, struct ledger_head *ret, struct err *e)
{
	struct tip t;
	enum err_code code = tip_load(l, l->repo, &t, e);

	if (!code)
		*ret = t.head;
	tip_done(&t);
	return code;
}

enum err_code ledger_commit(struct ledger *l, char ret[LEDGER_COMMIT_BYTES], struct err *e)
{
	struct tip t = {0};
	enum err_code code = tip_find(l, l->repo, &t, e);

	ret[0] = '\0';
	if (!code && t.exists)
		git_oid_tostr(ret, LEDGER_COMMIT_BYTES, &t.commit);
	tip_done(&t);
	return code;
}
