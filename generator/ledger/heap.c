/*
 * New objects of a group: kept in memory, then written as one pack.
 *
 * They lie in an object store of their own, so that putting one in does not look through the repository's packs, and the pack
 * holds exactly what is new. libgit2 writes index and pack beside, fsyncs, links and fsyncs the folder; the index appears
 * first, and one without its pack is passed over by every reader.
 */
#include "ledger/ledger_internal.h"

#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum err_code heap_open(struct heap *h, struct err *e)
{
	git_odb_backend *memory = NULL;

	*h = (struct heap){0};
	if (git_odb_new(&h->odb) || git_mempack_new(&memory))
		return ledger_git_failed(e, T("准备对象", "prepare objects"));
	if (git_odb_add_backend(h->odb, memory, 1)) {
		memory->free(memory);
		return ledger_git_failed(e, T("准备对象", "prepare objects"));
	}
	if (git_repository_wrap_odb(&h->repo, h->odb))
		return ledger_git_failed(e, T("准备对象", "prepare objects"));
	return ERR_OK;
}

void heap_close(struct heap *h)
{
	git_repository_free(h->repo);
	git_odb_free(h->odb);
	free(h->ids);
	*h = (struct heap){0};
}

void heap_note(struct heap *h, const git_oid *id)
{
	if (h->count == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 256;
		h->ids = mem_grow(h->ids, h->cap, sizeof *h->ids);
	}
	h->ids[h->count++] = *id;
}

enum err_code heap_blob(struct heap *h, const void *bytes, size_t len, git_oid *ret, struct err *e)
{
	if (git_odb_write(ret, h->odb, bytes, len, GIT_OBJECT_BLOB))
		return ledger_git_failed(e, T("存对象", "store an object"));
	heap_note(h, ret);
	return ERR_OK;
}

/* Settings by which libgit2 looks for no deltas: sealed records have nothing in common, and the search takes most of the
 * time. It reads them from a configuration file alone, so they are given to it as one in memory; what they change is speed
 * and size, so that a failure here is none. */
static void forgo_deltas(git_repository *repo, int *ret_fd)
{
	static const char settings[] = "[core]\n\tbigFileThreshold = 1\n"
				       "[pack]\n\twindowMemory = 1\n\tdeltaCacheSize = 1\n";
	git_config *config = NULL;
	char path[64];
	int fd = memfd_create("pack", MFD_CLOEXEC);

	*ret_fd = fd;
	if (fd < 0 || write(fd, settings, sizeof settings - 1) != (ssize_t)sizeof settings - 1)
		return;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (git_config_open_ondisk(&config, path) == 0)
		(void)git_repository_set_config(repo, config);
	git_config_free(config);
}

enum err_code pack_write(git_repository *from, const git_oid *ids, size_t count, bool plain,
	const char *folder, char ret_name[PACK_NAME_BYTES], struct err *e)
{
	git_odb *odb = NULL;
	git_repository *repo = NULL;
	git_packbuilder *pack = NULL;
	const char *name = NULL;
	int settings = -1, bad = git_repository_odb(&odb, from);

	if (!bad)
		bad = git_repository_wrap_odb(&repo, odb);
	if (!bad && plain)
		forgo_deltas(repo, &settings);
	if (!bad)
		bad = git_packbuilder_new(&pack, repo);
	if (!bad)
		git_packbuilder_set_threads(pack, 1);
	for (size_t i = 0; !bad && i < count; i++)
		bad = git_packbuilder_insert(pack, &ids[i], NULL);
	if (!bad)
		bad = git_packbuilder_write(pack, folder, 0, NULL, NULL);
	if (!bad)
		name = git_packbuilder_name(pack);
	if (name)
		snprintf(ret_name, PACK_NAME_BYTES, "pack-%s", name);
	git_packbuilder_free(pack);
	git_repository_free(repo);
	git_odb_free(odb);
	if (settings >= 0)
		close(settings);
	return bad || !name ? ledger_git_failed(e, T("写包", "write a pack")) : ERR_OK;
}

enum err_code heap_write(struct heap *h, const char *repository, struct err *e)
{
	struct buf folder;
	char name[PACK_NAME_BYTES];

	buf_init(&folder, 8192);
	buf_printf(&folder, "%s/objects/pack", repository);
	enum err_code code =
		pack_write(h->repo, h->ids, h->count, true, buf_text(&folder), name, e);
	buf_done(&folder);
	return code;
}
