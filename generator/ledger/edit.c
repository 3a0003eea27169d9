/*
 * Folders of a commit, changed in memory: each is read when a path first goes through it, and only changed ones are written.
 * With records in cases/YEAR/WEEK/HH/ a group touches a few small folders, however many cases there are.
 */
#include "ledger/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

struct edit_folder {
	char *name;
	git_treebuilder *entries;
	bool changed;
	struct edit_folder *first, *next; /* those within; the next beside */
};

static enum err_code edit_failed(struct err *e)
{
	return ledger_git_failed(e, T("改目录", "change a folder"));
}

static void folder_free(struct edit_folder *f)
{
	while (f->first) {
		struct edit_folder *within = f->first;
		f->first = within->next;
		folder_free(within);
	}
	git_treebuilder_free(f->entries);
	free(f->name);
	free(f);
}

static enum err_code folder_new(struct edit *d, const char *name, size_t name_len,
	const git_tree *old, struct edit_folder **ret, struct err *e)
{
	struct edit_folder *f = mem_zero(1, sizeof *f);

	f->name = mem_zero(name_len + 1, 1);
	memcpy(f->name, name, name_len);
	if (git_treebuilder_new(&f->entries, d->heap->repo, old)) {
		folder_free(f);
		return edit_failed(e);
	}
	*ret = f;
	return ERR_OK;
}

enum err_code edit_open(struct edit *d, git_repository *repo, struct heap *heap,
	const git_tree *root, struct err *e)
{
	*d = (struct edit){.repo = repo, .heap = heap};
	return folder_new(d, "", 0, root, &d->root, e);
}

void edit_close(struct edit *d)
{
	if (d->root)
		folder_free(d->root);
	d->root = NULL;
}

/* The folder of that name within f; NULL in *ret when there is none and it is not to be made. */
static enum err_code folder_within(struct edit *d, struct edit_folder *f, const char *name,
	size_t len, bool make, struct edit_folder **ret, struct err *e)
{
	char copy[LEDGER_PATH_BYTES] = "";
	git_tree *old = NULL;
	struct edit_folder *within = NULL;
	enum err_code code;

	*ret = NULL;
	for (struct edit_folder *w = f->first; w; w = w->next)
		if (strncmp(w->name, name, len) == 0 && w->name[len] == '\0') {
			*ret = w;
			return ERR_OK;
		}
	memcpy(copy, name, len < sizeof copy - 1 ? len : sizeof copy - 1);
	const git_tree_entry *entry = git_treebuilder_get(f->entries, copy);
	if (!entry && !make)
		return ERR_OK;
	if (entry && git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE)
		return err_set(e, ERR_INPUT,
			T("仓库里的“%s”应当是目录", "\"%s\" should be a folder in the repository"),
			copy);
	if (entry && git_tree_lookup(&old, d->repo, git_tree_entry_id(entry)))
		return edit_failed(e);
	code = folder_new(d, name, len, old, &within, e);
	git_tree_free(old);
	if (code || !within)
		return code;
	within->next = f->first;
	f->first = within;
	*ret = within;
	return ERR_OK;
}

/* The folder a path lies in, and its last part. */
static enum err_code folder_of(struct edit *d, const char *path, bool make,
	struct edit_folder **ret, const char **ret_name, struct err *e)
{
	struct edit_folder *f = d->root;
	const char *at = path;

	for (const char *slash; f && (slash = strchr(at, '/')); at = slash + 1)
		if (folder_within(d, f, at, (size_t)(slash - at), make, &f, e))
			return e->code;
	*ret = f;
	*ret_name = at;
	return ERR_OK;
}

enum err_code edit_find(
	struct edit *d, const char *path, bool *ret_found, git_oid *ret, struct err *e)
{
	struct edit_folder *f = NULL;
	const char *name = NULL;

	if (folder_of(d, path, false, &f, &name, e))
		return e->code;
	const git_tree_entry *entry = f ? git_treebuilder_get(f->entries, name) : NULL;
	*ret_found = entry != NULL;
	if (entry)
		*ret = *git_tree_entry_id(entry);
	return ERR_OK;
}

enum err_code edit_put(struct edit *d, const char *path, const git_oid *blob, struct err *e)
{
	struct edit_folder *f = NULL;
	const char *name = NULL;

	if (folder_of(d, path, true, &f, &name, e))
		return e->code;
	if (!f)
		return edit_failed(e);
	if (git_treebuilder_insert(NULL, f->entries, name, blob, GIT_FILEMODE_BLOB))
		return edit_failed(e);
	f->changed = true;
	return ERR_OK;
}

static enum err_code folder_write(
	struct edit *d, struct edit_folder *f, git_oid *ret, bool *ret_changed, struct err *e)
{
	for (struct edit_folder *w = f->first; w; w = w->next) {
		git_oid id;
		bool changed = false;
		if (folder_write(d, w, &id, &changed, e))
			return e->code;
		if (!changed)
			continue;
		if (git_treebuilder_insert(NULL, f->entries, w->name, &id, GIT_FILEMODE_TREE))
			return edit_failed(e);
		f->changed = true;
	}
	*ret_changed = f->changed;
	if (!f->changed)
		return ERR_OK;
	if (git_treebuilder_write(ret, f->entries))
		return edit_failed(e);
	heap_note(d->heap, ret);
	return ERR_OK;
}

enum err_code edit_write(struct edit *d, git_oid *ret_root, struct err *e)
{
	bool changed = false;

	d->root->changed = true;
	return folder_write(d, d->root, ret_root, &changed, e);
}
