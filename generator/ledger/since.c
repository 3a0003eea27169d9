/*
 * What came to a branch since it was last read: the lines after a head, and the files that the commits since then added. Only
 * what is new is read: of the chain the shards from that head on, of the folders those that differ.
 *
 * The commit of that head is found by its message, which names the end of the chain (the audit checks it); a
 * message that names none makes the search go on to the beginning, and more is read than need be.
 */
#include "ledger/ledger_internal.h"

#include <string.h>

struct since {
	struct ledger *l;
	ledger_line_fn *line;
	ledger_file_fn *file;
	void *ctx;
	struct tip tip;
};

static enum err_code not_continued(struct err *e)
{
	return err_set(e, ERR_INPUT,
		T("链没有接着上次读到的那一行：它被改写过，请用 tianlan chain verify 查看",
			"the chain does not go on from the line it was read to: it was rewritten; "
			"see "
			"tianlan chain verify"));
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* The lines of one shard after the first `skip`; head is moved on. */
static enum err_code shard_after(struct since *s, const struct buf *text, size_t skip,
	struct ledger_head *head, struct err *e)
{
	const char *at = buf_text(text), *end = at + text->len, *line = NULL;
	size_t len = 0, number = 0;
	struct chain_line parsed;
	struct err why = {0};

	while (chain_next(&at, end, &line, &len)) {
		if (number++ < skip)
			continue;
		if (chain_follow(head, line, len, &parsed, &why))
			return not_continued(e);
		enum err_code code = s->line(&parsed, s->ctx, e);
		if (code)
			return code;
	}
	return ERR_OK;
}

static enum err_code lines_after(struct since *s, const struct ledger_head *since, struct err *e)
{
	struct ledger_head head = *since;
	struct buf text;
	size_t first = (size_t)(since->seq / LEDGER_SHARD_LINES);
	enum err_code code = ERR_OK;

	if (since->seq == 0)
		chain_genesis(s->l->branch, head.hash);
	buf_init(&text, CHAIN_SHARD_MAX_BYTES);
	for (size_t i = first; !code && i < s->tip.shards; i++) {
		char path[CHAIN_PATH_BYTES];
		git_oid id;
		bool found = false;
		chain_shard_path(i, path);
		buf_clear(&text);
		code = tree_file(s->tip.tree, path, &found, &id, e);
		if (!code && !found)
			code = err_set(
				e, ERR_INPUT, T("链缺少“%s”", "the chain lacks \"%s\""), path);
		if (!code)
			code = blob_text(s->l->repo, &id, &text, e);
		if (!code)
			code = shard_after(s, &text,
				i == first ? (size_t)(since->seq % LEDGER_SHARD_LINES) : 0, &head,
				e);
	}
	buf_done(&text);
	return code;
}

/* ---- files ------------------------------------------------------------------------------------ */

/* The tree of the newest commit whose chain is not longer than seq lines; NULL when there is none. */
static enum err_code tree_at(struct since *s, int64_t seq, git_tree **ret, struct err *e)
{
	git_oid at = s->tip.commit;

	*ret = NULL;
	while (seq > 0) {
		git_commit *commit = NULL;
		struct ledger_head said = {0};
		int bad = git_commit_lookup(&commit, s->l->repo, &at);
		bool here = !bad && chain_message_parse(git_commit_message(commit), &said) &&
			    said.seq <= seq;
		bool last = !bad && git_commit_parentcount(commit) == 0;
		if (here)
			bad = git_commit_tree(ret, commit);
		else if (!bad && !last)
			at = *git_commit_parent_id(commit, 0);
		git_commit_free(commit);
		if (bad)
			return ledger_git_failed(e, T("读历史", "read the history"));
		if (here || last)
			break;
	}
	return ERR_OK;
}

static enum err_code folder_differs(struct since *s, const git_oid *before, const git_oid *now,
	struct buf *path, struct err *e);

static enum err_code entry_differs(struct since *s, const git_tree_entry *before,
	const git_tree_entry *now, struct buf *path, struct err *e)
{
	const git_oid *id = git_tree_entry_id(now);
	git_blob *blob = NULL;

	if (before && git_oid_equal(git_tree_entry_id(before), id))
		return ERR_OK;
	buf_str(path, git_tree_entry_name(now));
	if (path->overflow)
		return err_set(e, ERR_INPUT,
			T("仓库里的一个路径太长", "a path of the repository is too long"));
	if (git_tree_entry_type(now) == GIT_OBJECT_TREE) {
		bool folder = before && git_tree_entry_type(before) == GIT_OBJECT_TREE;
		buf_char(path, '/');
		return folder_differs(s, folder ? git_tree_entry_id(before) : NULL, id, path, e);
	}
	if (git_tree_entry_type(now) != GIT_OBJECT_BLOB)
		return err_set(e, ERR_INPUT,
			T("仓库里的“%s”不是文件", "\"%s\" is no file of the repository"),
			buf_text(path));
	if (git_blob_lookup(&blob, s->l->repo, id))
		return ledger_git_failed(e, T("读文件", "read a file"));
	enum err_code code = s->file(buf_text(path), git_blob_rawcontent(blob),
		(size_t)git_blob_rawsize(blob), s->ctx, e);
	git_blob_free(blob);
	return code;
}

static enum err_code folder_differs(
	struct since *s, const git_oid *before, const git_oid *now, struct buf *path, struct err *e)
{
	git_tree *old = NULL, *new = NULL;
	size_t len = path->len;
	enum err_code code = ERR_OK;

	if ((before && git_tree_lookup(&old, s->l->repo, before)) ||
		git_tree_lookup(&new, s->l->repo, now))
		code = ledger_git_failed(e, T("读目录", "read a folder"));
	for (size_t i = 0; !code && i < git_tree_entrycount(new); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(new, i);
		const git_tree_entry *was =
			old ? git_tree_entry_byname(old, git_tree_entry_name(entry)) : NULL;
		code = entry_differs(s, was, entry, path, e);
		path->len = len;
		if (path->data)
			path->data[len] = '\0';
	}
	git_tree_free(old);
	git_tree_free(new);
	return code;
}

/* A folder by its path below a tree; NULL when it has none. */
static const git_oid *folder_of(const git_tree *tree, const char *folder, git_oid *out)
{
	git_tree_entry *entry = NULL;

	if (!tree || git_tree_entry_bypath(&entry, tree, folder))
		return NULL;
	bool is = git_tree_entry_type(entry) == GIT_OBJECT_TREE;
	*out = *git_tree_entry_id(entry);
	git_tree_entry_free(entry);
	return is ? out : NULL;
}

static enum err_code files_after(struct since *s, int64_t seq, const char *folder, struct err *e)
{
	git_tree *before = NULL;
	git_oid old_id, new_id;
	struct buf path;
	const git_oid *now = folder_of(s->tip.tree, folder, &new_id);
	enum err_code code = now ? tree_at(s, seq, &before, e) : ERR_OK;

	buf_init(&path, 4096);
	buf_printf(&path, "%s/", folder);
	if (!code && now)
		code = folder_differs(s, folder_of(before, folder, &old_id), now, &path, e);
	git_tree_free(before);
	buf_done(&path);
	return code;
}

enum err_code ledger_each_since(struct ledger *l, const struct ledger_head *since,
	const char *folder, ledger_line_fn *line, ledger_file_fn *file, void *ctx,
	struct ledger_head *ret_head, struct err *e)
{
	struct since s = {.l = l, .line = line, .file = file, .ctx = ctx};
	enum err_code code = tip_load(l, l->repo, &s.tip, e);

	if (!code && s.tip.head.seq < since->seq)
		code = not_continued(e);
	if (!code && since->seq && s.tip.head.seq == since->seq &&
		memcmp(s.tip.head.hash, since->hash, SHA256_BYTES) != 0)
		code = not_continued(e);
	if (!code && s.tip.head.seq > since->seq && folder)
		code = files_after(&s, since->seq, folder, e);
	if (!code && s.tip.head.seq > since->seq)
		code = lines_after(&s, since, e);
	if (!code)
		*ret_head = s.tip.head;
	tip_done(&s.tip);
	return code;
}
