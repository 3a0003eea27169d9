/*
 * The repository as a folder: start of libgit2, making, opening, the lock.
 *
 * Nothing outside the repository changes what we do: libgit2's paths of system, user and global settings are emptied. The
 * lock file is made last, when everything else of a new repository is on the disk: while it is missing, making goes on from
 * wherever a crash left it.
 */
#include "tianlan/ledger.h"

#include "ledger/ledger_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char lock_name[] = "tianlan.lock";

enum { CACHE_BYTES = 16 << 20 };

enum err_code ledger_git_failed(struct err *e, const char *what)
{
	const git_error *last = git_error_last();
	return err_set(e, ERR_SYSTEM, T("git：%s失败：%s", "git: cannot %s: %s"), what,
		last && last->message ? last->message : "?");
}

enum err_code ledger_start(struct err *e)
{
	static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
		GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};

	if (git_libgit2_init() < 0)
		return err_set(e, ERR_SYSTEM, T("libgit2 不能启动", "libgit2 cannot start"));
	for (size_t i = 0; i < COUNT_OF(levels); i++)
		if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") < 0)
			return ledger_git_failed(e, T("设置", "set its options"));
	/* Owners are checked by owner_check(). Objects are made in memory, where those they name do not stand: they were
	 * read a moment before, and the result is read back. */
	if (git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) < 0 ||
		git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
		git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0) < 0 ||
		git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES) < 0)
		return ledger_git_failed(e, T("设置", "set its options"));
	return ERR_OK;
}

void ledger_stop(void)
{
	git_libgit2_shutdown();
}

/* Who can write a repository can make a program that opens it do things: only one's own, or root's. */
static enum err_code owner_check(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_errno(e, T("不能读“%s”", "cannot read \"%s\""), path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(e, ERR_REFUSED,
			T("“%s”属于另一个用户，不打开",
				"\"%s\" belongs to another user; not opened"),
			path);
	return ERR_OK;
}

static enum err_code lock_wait(int fd, const char *path, struct err *e)
{
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return err_errno(e, T("不能锁“%s”", "cannot lock \"%s\""), path);
	return ERR_OK;
}

enum err_code ledger_lock(struct ledger *l, struct err *e)
{
	return lock_wait(l->lock, l->path, e);
}

void ledger_unlock(struct ledger *l)
{
	flock(l->lock, LOCK_UN);
}

enum err_code ledger_repo_open(const char *path, git_repository **ret, struct err *e)
{
	if (git_repository_open_bare(ret, path))
		return ledger_git_failed(e, T("打开仓库", "open the repository"));
	return ERR_OK;
}

/* What libgit2 puts into a new repository; a folder with anything else is somebody's. */
static bool is_name_ours(const char *name)
{
	static const char *const known[] = {".", "..", "HEAD", "config", "description", "hooks",
		"info", "objects", "refs", "HEAD.lock", "config.lock"};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(name, known[i]))
			return true;
	return false;
}

static enum err_code content_check(int dir, const char *path, struct err *e)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	enum err_code code = ERR_OK;

	if (!d) {
		code = err_errno(e, T("不能读目录“%s”", "cannot read folder \"%s\""), path);
		if (copy >= 0)
			close(copy);
		return code;
	}
	for (struct dirent *de; !code && (de = readdir(d));)
		/* With such files libgit2 tries what the file system can. */
		if (str_starts(de->d_name, "_git2_"))
			unlinkat(dir, de->d_name, 0);
		else if (!is_name_ours(de->d_name))
			code = err_set(e, ERR_CONFLICT,
				T("“%s”里有别的东西（“%s”），不在那里建仓库",
					"\"%s\" holds something else (\"%s\"); no repository is "
					"made there"),
				path, de->d_name);
	closedir(d);
	return code;
}

enum err_code repo_sync(int parent, const char *name, struct err *e)
{
	int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st = {0};
	enum err_code code = ERR_OK;

	if (fd < 0 || fstat(fd, &st) || fsync(fd))
		code = err_errno(e, T("不能同步“%s”", "cannot sync \"%s\""), name);
	if (code || !S_ISDIR(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return code;
	}
	DIR *d = fdopendir(fd);
	if (!d) {
		close(fd);
		return err_errno(e, T("不能读目录“%s”", "cannot read folder \"%s\""), name);
	}
	for (struct dirent *de; !code && (de = readdir(d));)
		if (!str_eq(de->d_name, ".") && !str_eq(de->d_name, ".."))
			code = repo_sync(dirfd(d), de->d_name, e);
	closedir(d);
	return code;
}

enum err_code repo_init(const char *path, const char *branch, unsigned mode, struct err *e)
{
	git_repository *repo = NULL;
	git_repository_init_options options;

	if (git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION))
		return ledger_git_failed(e, T("建仓库", "make the repository"));
	options.flags = GIT_REPOSITORY_INIT_BARE;
	options.mode = mode;
	options.initial_head = branch; /* so that a clone has something to check out */
	if (git_repository_init_ext(&repo, path, &options))
		return ledger_git_failed(e, T("建仓库", "make the repository"));
	git_repository_free(repo);
	return ERR_OK;
}

/* With the folder's own lock held. */
static enum err_code make_within(
	int dir, const char *path, const char *branch, int *ret_lock, struct err *e)
{
	struct stat head;
	bool whole = fstatat(dir, "HEAD", &head, 0) == 0 && head.st_size > 0;
	enum err_code code = ERR_OK;

	/* Somebody's repository (a clone, say) is taken as it is; HEAD is what libgit2 writes last. */
	if (!whole)
		code = content_check(dir, path, e);
	if (!whole && !code) {
		/* Of one who died while writing them; nobody else is here. */
		unlinkat(dir, "HEAD.lock", 0);
		unlinkat(dir, "config.lock", 0);
		code = repo_init(path, branch, 0700, e);
	}
	if (!code)
		code = repo_sync(AT_FDCWD, path, e);
	if (code)
		return code;
	int lock = openat(dir, lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0 || fsync(lock) || fsync(dir)) {
		code = err_errno(e, T("不能写“%s”", "cannot write \"%s\""), path);
		if (lock >= 0)
			close(lock);
		return code;
	}
	*ret_lock = lock;
	return ERR_OK;
}

enum err_code repo_sync_above(const char *path, struct err *e)
{
	char *above = mem_strdup(path);
	size_t n = strlen(above);

	while (n > 1 && above[n - 1] == '/')
		above[--n] = '\0';
	char *slash = strrchr(above, '/');
	if (slash)
		slash[slash == above ? 1 : 0] = '\0';
	enum err_code code = dir_sync(slash ? above : ".", e);
	free(above);
	return code;
}

enum err_code ledger_repo_make(const char *path, const char *branch, int *ret_lock, struct err *e)
{
	bool made = mkdir(path, 0700) == 0;
	enum err_code code = ERR_OK;

	if (!made && errno != EEXIST)
		return err_errno(e, T("不能建“%s”", "cannot make \"%s\""), path);
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, T("不能打开“%s”", "cannot open \"%s\""), path);
	code = owner_check(dir, path, e);
	if (!code)
		*ret_lock = openat(dir, lock_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (!code && *ret_lock < 0 && errno != ENOENT)
		code = err_errno(e, T("不能打开“%s”", "cannot open \"%s\""), path);
	if (!code && *ret_lock < 0) {
		code = lock_wait(dir, path, e);
		if (!code)
			code = make_within(dir, path, branch, ret_lock, e);
		/* Whoever made the folder may have died before this; one who may not read what is above did not make it. */
		struct err above = {0};
		if (!code && repo_sync_above(path, &above) && made)
			code = err_set(e, above.code, "%s", above.message);
		flock(dir, LOCK_UN);
	}
	close(dir);
	return code;
}

/* Lower-case words in one or two parts: "office", "intake/host-1". */
static bool branch_valid(const char *branch)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = strspn(branch, letters), m = 0;

	if (n == 0 || branch[0] == '-' || strlen(branch) > 80)
		return false;
	if (branch[n] == '\0')
		return true;
	m = strspn(branch + n + 1, letters);
	return branch[n] == '/' && m > 0 && branch[n + 1] != '-' && branch[n + 1 + m] == '\0';
}

enum err_code ledger_open(const char *path, const char *branch, struct ledger **ret, struct err *e)
{
	struct ledger *l = mem_zero(1, sizeof *l);
	struct buf ref;
	enum err_code code = ERR_OK;

	l->lock = -1;
	if (!branch_valid(branch)) {
		free(l);
		return err_set(e, ERR_USAGE, T("“%s”不是分支名", "\"%s\" is no branch"), branch);
	}
	buf_init(&ref, 256);
	buf_printf(&ref, "refs/heads/%s", branch);
	l->ref = mem_strdup(buf_text(&ref));
	buf_done(&ref);
	l->path = mem_strdup(path);
	l->branch = mem_strdup(branch);
	code = ledger_repo_make(path, branch, &l->lock, e);
	if (!code)
		code = ledger_repo_open(path, &l->repo, e);
	if (!code && git_repository_odb(&l->odb, l->repo))
		code = ledger_git_failed(e, T("打开仓库", "open the repository"));
	if (code) {
		ledger_close(l);
		return code;
	}
	*ret = l;
	return ERR_OK;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	git_odb_free(l->odb);
	git_repository_free(l->repo);
	if (l->lock >= 0)
		close(l->lock);
	free(l->path);
	free(l->branch);
	free(l->ref);
	free(l);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum err_code list_branches(git_repository *repo, struct arena *a, const char *const **ret,
	size_t *ret_count, struct err *e)
{
	git_strarray refs = {0};
	const char **names;
	size_t count = 0;

	if (git_reference_list(&refs, repo))
		return ledger_git_failed(e, T("列分支", "list the branches"));
	names = arena_alloc(a, (refs.count + 1) * sizeof *names);
	for (size_t i = 0; i < refs.count; i++) {
		const char *name = refs.strings[i];
		if (str_starts(name, "refs/heads/intake/") || str_eq(name, "refs/heads/office"))
			names[count++] = arena_strdup(a, name + strlen("refs/heads/"));
	}
	git_strarray_dispose(&refs);
	qsort(names, count, sizeof *names, by_name);
	*ret = names;
	*ret_count = count;
	return ERR_OK;
}

enum err_code ledger_branches(const char *path, struct arena *a, const char *const **ret,
	size_t *ret_count, struct err *e)
{
	git_repository *repo = NULL;
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err_code code;

	if (dir < 0 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND, T("没有“%s”", "there is no \"%s\""), path);
	if (dir < 0)
		return err_errno(e, T("不能打开“%s”", "cannot open \"%s\""), path);
	code = owner_check(dir, path, e);
	/* An empty folder awaits its first use. */
	if (!code && faccessat(dir, "HEAD", F_OK, 0) && errno == ENOENT)
		code = err_set(
			e, ERR_NOT_FOUND, T("“%s”还不是仓库", "\"%s\" is no repository yet"), path);
	close(dir);
	if (!code)
		code = ledger_repo_open(path, &repo, e);
	if (!code)
		code = list_branches(repo, a, ret, ret_count, e);
	git_repository_free(repo);
	return code;
}
