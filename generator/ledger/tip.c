/*
 * Where the branch stands: its commit, its folders, and the end of its chain as the files have it (what the commit's message
 * says of it is the audit's business: intake goes on whatever a message says, and the audit names it).
 */
#include "ledger/ledger_internal.h"

#include <string.h>

enum err_code tip_find(struct ledger *l, git_repository *repo, struct tip *ret, struct err *e)
{
	git_commit *commit = NULL;
	int bad;

	*ret = (struct tip){0};
	buf_init(&ret->last, CHAIN_SHARD_MAX_BYTES);
	chain_genesis(l->branch, ret->head.hash);
	bad = git_reference_name_to_id(&ret->commit, repo, l->ref);
	if (bad == GIT_ENOTFOUND)
		return ERR_OK;
	if (!bad)
		bad = git_commit_lookup(&commit, repo, &ret->commit);
	if (!bad)
		bad = git_commit_tree(&ret->tree, commit);
	git_commit_free(commit);
	if (bad)
		return ledger_git_failed(e, T("读分支", "read the branch"));
	ret->exists = true;
	return ERR_OK;
}

void tip_done(struct tip *t)
{
	git_tree_free(t->tree);
	buf_done(&t->last);
	*t = (struct tip){0};
}

enum err_code tree_file(
	const git_tree *tree, const char *path, bool *ret_found, git_oid *ret, struct err *e)
{
	git_tree_entry *entry = NULL;
	int bad = tree ? git_tree_entry_bypath(&entry, tree, path) : GIT_ENOTFOUND;

	*ret_found = false;
	if (bad == GIT_ENOTFOUND)
		return ERR_OK;
	if (bad)
		return ledger_git_failed(e, T("读目录", "read a folder"));
	*ret_found = git_tree_entry_type(entry) == GIT_OBJECT_BLOB;
	*ret = *git_tree_entry_id(entry);
	git_tree_entry_free(entry);
	return ERR_OK;
}

enum err_code blob_text(git_repository *repo, const git_oid *id, struct buf *ret, struct err *e)
{
	git_blob *blob = NULL;

	if (git_blob_lookup(&blob, repo, id))
		return ledger_git_failed(e, T("读文件", "read a file"));
	buf_add(ret, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	git_blob_free(blob);
	if (ret->overflow)
		return err_set(e, ERR_INPUT,
			T("仓库里的一个文件太大", "a file of the repository is too large"));
	return ERR_OK;
}

static enum err_code chain_malformed(struct err *e)
{
	return err_set(e, ERR_INPUT,
		T("链的文件不是连着编号的，请用 tianlan chain verify 查看",
			"the chain's files are not numbered without a gap; see tianlan chain "
			"verify"));
}

/* The entries of a folder of the chain are numbered from 0: how many. */
static enum err_code numbered(const git_tree *folder, bool files, size_t *ret, struct err *e)
{
	size_t count = git_tree_entrycount(folder);

	for (size_t i = 0, number; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(folder, i);
		if (!chain_shard_number(git_tree_entry_name(entry), files, &number) ||
			number != i ||
			git_tree_entry_filemode(entry) !=
				(files ? GIT_FILEMODE_BLOB : GIT_FILEMODE_TREE))
			return chain_malformed(e);
	}
	if (count == 0)
		return chain_malformed(e);
	*ret = count;
	return ERR_OK;
}

enum err_code chain_count(git_repository *repo, const git_tree *tree, size_t *ret, struct err *e)
{
	const git_tree_entry *top = tree ? git_tree_entry_byname(tree, CHAIN_FOLDER) : NULL;
	git_tree *chain = NULL, *last = NULL;
	size_t folders = 0, files = 0;
	enum err_code code;

	*ret = 0;
	if (!top)
		return ERR_OK;
	if (git_tree_entry_filemode(top) != GIT_FILEMODE_TREE)
		return chain_malformed(e);
	if (git_tree_lookup(&chain, repo, git_tree_entry_id(top)))
		return ledger_git_failed(e, T("读目录", "read a folder"));
	code = numbered(chain, false, &folders, e);
	if (!code && git_tree_lookup(&last, repo,
			     git_tree_entry_id(git_tree_entry_byindex(chain, folders - 1))))
		code = ledger_git_failed(e, T("读目录", "read a folder"));
	if (!code)
		code = numbered(last, true, &files, e);
	if (!code)
		*ret = (folders - 1) * CHAIN_FOLDER_SHARDS + files;
	git_tree_free(last);
	git_tree_free(chain);
	return code;
}

/* The last shard's last line gives the head. Lines before it are the audit's to check; what would be written wrong next is
 * checked here: the number of lines, and that the last is whole. */
static enum err_code head_from_shard(struct tip *t, struct err *e)
{
	const char *at = buf_text(&t->last), *end = at + t->last.len, *line = NULL, *last = NULL;
	size_t len = 0, last_len = 0;
	int64_t lines = 0;
	struct chain_line parsed;

	while (chain_next(&at, end, &line, &len)) {
		last = line;
		last_len = len;
		lines++;
	}
	if (line || !last || lines > LEDGER_SHARD_LINES ||
		chain_line_parse(last, last_len, &parsed, e) ||
		parsed.seq != (int64_t)(t->shards - 1) * LEDGER_SHARD_LINES + lines)
		return err_set(e, ERR_INPUT,
			T("链的最后一段不完整，请用 tianlan chain verify 查看",
				"the end of the chain is not whole; see tianlan chain verify"));
	t->head.seq = parsed.seq;
	sha256_bytes(last, last_len, t->head.hash);
	return ERR_OK;
}

enum err_code tip_load(struct ledger *l, git_repository *repo, struct tip *ret, struct err *e)
{
	char path[CHAIN_PATH_BYTES];
	git_oid id;
	bool found = false;
	enum err_code code = tip_find(l, repo, ret, e);

	if (!code)
		code = chain_count(repo, ret->tree, &ret->shards, e);
	if (code || ret->shards == 0)
		return code;
	chain_shard_path(ret->shards - 1, path);
	code = tree_file(ret->tree, path, &found, &id, e);
	if (!code && !found)
		code = chain_malformed(e);
	if (!code)
		code = blob_text(repo, &id, &ret->last, e);
	return code ? code : head_from_shard(ret, e);
}
