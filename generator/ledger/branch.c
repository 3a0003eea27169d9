/*
 * Moving the branch by compare-and-swap.
 *
 * libgit2 writes BRANCH.lock and renames it, so one who dies in between leaves a lock that would stop every later writer. We
 * therefore note in our own lock file which commit is being put there: a BRANCH.lock that holds this commit, or a part of
 * it, is a dead one of ours. After a loss of power the note may be lost with the rest: then the lock's age decides, for git
 * holds one no longer than a moment.
 */
#include "ledger/ledger_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STALE_SECONDS = 300 };

static enum err_code note(struct ledger *l, const git_oid *commit, struct err *e)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof hex, commit);
	if (pwrite(l->lock, hex, GIT_OID_HEXSZ, 0) != GIT_OID_HEXSZ)
		return err_errno(e, T("不能写锁文件", "cannot write the lock file"));
	return ERR_OK;
}

static enum err_code forget(struct ledger *l, struct err *e)
{
	if (ftruncate(l->lock, 0))
		return err_errno(e, T("不能写锁文件", "cannot write the lock file"));
	return ERR_OK;
}

static bool is_dead(struct ledger *l, int fd)
{
	char noted[GIT_OID_HEXSZ], held[GIT_OID_HEXSZ + 2];
	struct stat lock, now;
	ssize_t len = pread(fd, held, sizeof held, 0);
	bool is_noted = pread(l->lock, noted, sizeof noted, 0) == (ssize_t)sizeof noted;

	if (is_noted && len >= 0 && len <= GIT_OID_HEXSZ + 1 &&
		memcmp(noted, held, (size_t)len < sizeof noted ? (size_t)len : sizeof noted) == 0)
		return true;
	/* The file system's clock, by a file just touched. */
	return futimens(l->lock, NULL) == 0 && fstat(l->lock, &now) == 0 && fstat(fd, &lock) == 0 &&
	       lock.st_mtime + STALE_SECONDS < now.st_mtime;
}

static enum err_code clear_dead_lock(struct ledger *l, struct err *e)
{
	struct arena *a = arena_new();
	const char *path = arena_printf(a, "%s/%s.lock", l->path, l->ref);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum err_code code = ERR_OK;

	if (fd >= 0 && is_dead(l, fd) && unlink(path) && errno != ENOENT)
		code = err_errno(e, T("不能删除“%s”", "cannot delete \"%s\""), path);
	if (fd >= 0)
		close(fd);
	arena_free(a);
	return code;
}

/* libgit2 syncs the folder of the branch's file when it writes it, but not the folders it makes. */
enum err_code branch_sync(struct ledger *l, struct err *e)
{
	struct arena *a = arena_new();
	char *folder = arena_strdup(a, path_join(a, l->path, l->ref));
	size_t above = strlen(l->path);
	enum err_code code = ERR_OK;

	/* A branch may stand in packed-refs alone and its folder be gone: then the file further up is what counts. */
	for (char *slash; !code && (slash = strrchr(folder, '/')) && strlen(folder) > above;) {
		*slash = '\0';
		if (file_exists(folder))
			code = dir_sync(folder, e);
	}
	arena_free(a);
	return code;
}

static bool folder_stands(const struct ledger *l)
{
	struct arena *a = arena_new();
	char *folder = arena_strdup(a, path_join(a, l->path, l->ref));

	*strrchr(folder, '/') = '\0';
	bool stands = file_exists(folder);
	arena_free(a);
	return stands;
}

enum err_code branch_swap(
	struct ledger *l, const git_oid *from, const git_oid *to, bool *ret_moved, struct err *e)
{
	git_reference *ref = NULL;
	bool stood = folder_stands(l);
	enum err_code code = clear_dead_lock(l, e);
	int bad;

	if (!code)
		code = note(l, to, e);
	if (code)
		return code;
	if (from)
		bad = git_reference_create_matching(&ref, l->repo, l->ref, to, 1, from, NULL);
	else
		bad = git_reference_create(&ref, l->repo, l->ref, to, 0, NULL);
	git_reference_free(ref);
	*ret_moved = bad == GIT_EMODIFIED || bad == GIT_EEXISTS || bad == GIT_ELOCKED ||
		     (bad == GIT_ENOTFOUND && from);
	if (bad && !*ret_moved)
		code = ledger_git_failed(e, T("移动分支", "move the branch"));
	struct err *later = code ? NULL : e;
	if (forget(l, later) && !code)
		code = ERR_SYSTEM;
	return !code && !bad && !stood ? branch_sync(l, e) : code;
}
