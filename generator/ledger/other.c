/*
 * Another repository: a folder that others write too, so that nothing in it is believed.
 *
 * libgit2 is given its objects alone (packs and loose ones, reached through folders opened without following a link). Its
 * configuration, hooks, alternates and links lead nowhere, and its owner need not be ours. Every object is checked against its
 * id when it is read. Branches are read and written here: a file of refs/heads, else packed-refs.
 *
 * A branch has one writer (the caller sees to that), so git's lock file is not waited for: we write it, and rename it into
 * place. What a dead writer left under that name is written over. A `git gc` there at that moment may set the branch back to
 * where it was, which the next transfer puts right.
 */
#include "ledger/ledger_internal.h"

#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	REF_MAX = 128,
	PACKED_REFS_MAX = 1 << 20,
	FD_PATH_BYTES = 32,
	REF_BYTES = GIT_OID_HEXSZ + 1
};

enum err_code other_bad(const struct other *o, const char *what, struct err *e)
{
	const git_error *last = git_error_last();

	return err_set(e, ERR_INPUT,
		T("“%s”里的东西不对：%s（%s）", "what \"%s\" holds is not right: %s (%s)"), o->path,
		what, last && last->message ? last->message : "git");
}

static enum err_code not_a_ledger(const struct other *o, const char *name, struct err *e)
{
	return err_set(e, ERR_INPUT,
		T("“%s”里的“%s”不是仓库该有的文件或目录",
			"\"%s\": \"%s\" is not the file or folder that a repository has there"),
		o->path, name);
}

/* The last part with these flags; no part may be a link. */
static int open_below(int dir, const char *path, int flags)
{
	char part[REF_MAX];
	int at = dir;

	for (const char *slash;; path = slash + 1) {
		slash = strchr(path, '/');
		size_t len = slash ? (size_t)(slash - path) : strlen(path);
		if (len >= sizeof part) {
			errno = ENAMETOOLONG;
			len = 0;
		}
		memcpy(part, path, len);
		part[len] = '\0';
		int next = len == 0 ? -1
				    : openat(at, part,
					      O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
						      (slash ? O_RDONLY | O_DIRECTORY : flags),
					      0600);
		int saved = errno;
		if (at != dir)
			close(at);
		errno = saved;
		at = next;
		if (!slash || next < 0)
			return next;
	}
}

static const char *fd_path(int fd, char out[FD_PATH_BYTES])
{
	snprintf(out, FD_PATH_BYTES, "/proc/self/fd/%d", fd);
	return out;
}

static DIR *listing(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		close(fd);
	return d;
}

/* ---- looking --------------------------------------------------------------------------------------- */

/* Folders among objects/, files in objects/pack/: a link or a pipe would lead libgit2 astray. */
static enum err_code check_kinds(const struct other *o, int folder, mode_t kind, struct err *e)
{
	DIR *d = listing(folder);
	enum err_code code = ERR_OK;
	struct stat st;

	if (!d)
		return err_errno(e, T("不能读目录“%s”", "cannot read folder \"%s\""), o->path);
	for (struct dirent *de; !code && (de = readdir(d));) {
		if (str_eq(de->d_name, ".") || str_eq(de->d_name, ".."))
			continue;
		/* One that is gone again was somebody's temporary file. */
		if (fstatat(folder, de->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			(st.st_mode & S_IFMT) != kind)
			code = not_a_ledger(o, de->d_name, e);
	}
	closedir(d);
	return code;
}

static enum err_code open_objects(struct other *o, struct err *e)
{
	char path[FD_PATH_BYTES];
	git_odb_backend *packs = NULL, *loose = NULL;
	int bad = git_odb_new(&o->odb);

	fd_path(o->objects, path);
	if (!bad)
		bad = git_odb_backend_pack(&packs, path);
	if (!bad && git_odb_add_backend(o->odb, packs, 2)) {
		packs->free(packs);
		bad = -1;
	}
	if (!bad)
		bad = git_odb_backend_loose(&loose, path, -1, 0, 0, 0);
	if (!bad && git_odb_add_backend(o->odb, loose, 1)) {
		loose->free(loose);
		bad = -1;
	}
	if (!bad)
		bad = git_repository_wrap_odb(&o->repo, o->odb);
	return bad ? other_bad(o, T("打不开", "it cannot be opened"), e) : ERR_OK;
}

enum err_code other_open(struct other *o, const char *path, struct err *e)
{
	struct stat st;
	enum err_code code;

	*o = (struct other){.path = path, .dir = -1, .objects = -1, .packs = -1};
	o->dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (o->dir < 0 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND, T("没有“%s”", "there is no \"%s\""), path);
	if (o->dir < 0 || fstat(o->dir, &st))
		return err_errno(e, T("不能打开“%s”", "cannot open \"%s\""), path);
	if (faccessat(o->dir, "HEAD", F_OK, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
		return err_set(
			e, ERR_NOT_FOUND, T("“%s”还不是仓库", "\"%s\" is no repository yet"), path);
	o->folder_mode = 0700 | (st.st_mode & (S_ISGID | 0070));
	o->file_mode = 0600 | (st.st_mode & 0060);
	o->objects = open_below(o->dir, "objects", O_RDONLY | O_DIRECTORY);
	if (o->objects >= 0)
		o->packs = open_below(o->objects, "pack", O_RDONLY | O_DIRECTORY);
	if (o->packs < 0)
		return errno == EACCES ? err_errno(e, T("不能打开“%s”", "cannot open \"%s\""), path)
				       : not_a_ledger(o, "objects/pack", e);
	code = check_kinds(o, o->objects, S_IFDIR, e);
	if (!code)
		code = check_kinds(o, o->packs, S_IFREG, e);
	return code ? code : open_objects(o, e);
}

void other_close(struct other *o)
{
	git_repository_free(o->repo);
	git_odb_free(o->odb);
	if (o->packs >= 0)
		close(o->packs);
	if (o->objects >= 0)
		close(o->objects);
	if (o->dir >= 0)
		close(o->dir);
	*o = (struct other){.dir = -1, .objects = -1, .packs = -1};
}

/* ---- branches ---------------------------------------------------------------------------------------- */

/* A small regular file; *ret_found false: there is none. */
static enum err_code read_small(const struct other *o, const char *name, size_t max,
	bool *ret_found, struct buf *ret, struct err *e)
{
	struct stat st;
	int fd = open_below(o->dir, name, O_RDONLY);
	enum err_code code = ERR_OK;

	*ret_found = fd >= 0;
	if (fd < 0)
		return errno == ENOENT ? ERR_OK
		       : errno == EACCES || errno == EIO
			       ? err_errno(e, T("不能读“%s”", "cannot read \"%s\""), name)
			       : not_a_ledger(o, name, e);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > max)
		code = not_a_ledger(o, name, e);
	while (!code && ret->len <= max) {
		char piece[4096];
		ssize_t n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			code = err_errno(e, T("不能读“%s”", "cannot read \"%s\""), name);
		if (n <= 0)
			break;
		buf_add(ret, piece, (size_t)n);
	}
	if (!code && ret->overflow)
		code = not_a_ledger(o, name, e);
	close(fd);
	return code;
}

static bool oid_of(const char *text, size_t len, git_oid *ret)
{
	uint8_t bytes[GIT_OID_RAWSZ];
	char hex[GIT_OID_HEXSZ + 1];

	if (len != GIT_OID_HEXSZ)
		return false;
	memcpy(hex, text, GIT_OID_HEXSZ);
	hex[GIT_OID_HEXSZ] = '\0';
	return hex_decode(hex, bytes, sizeof bytes) && git_oid_fromraw(ret, bytes) == 0;
}

/* Lines "HEX refs/…"; others (the head, what a tag points to) say nothing of branches. *at moves on. */
static bool packed_next(
	const char **at, const char *end, git_oid *ret, const char **ret_name, size_t *ret_len)
{
	while (*at < end) {
		const char *line = *at, *feed = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((feed ? feed : end) - line);
		*at = feed ? feed + 1 : end;
		if (len <= REF_BYTES || line[GIT_OID_HEXSZ] != ' ' ||
			!oid_of(line, GIT_OID_HEXSZ, ret))
			continue;
		*ret_name = line + REF_BYTES;
		*ret_len = len - REF_BYTES;
		return true;
	}
	return false;
}

static enum err_code packed_branch(
	struct other *o, const char *ref, bool *ret_found, git_oid *ret, struct err *e)
{
	struct buf text;
	git_oid id;
	const char *name;
	size_t len;
	bool found = false;

	buf_init(&text, PACKED_REFS_MAX);
	enum err_code code = read_small(o, "packed-refs", PACKED_REFS_MAX, &found, &text, e);
	const char *at = buf_text(&text), *end = at + text.len;
	while (!code && packed_next(&at, end, &id, &name, &len))
		if (len == strlen(ref) && memcmp(name, ref, len) == 0) {
			*ret = id;
			*ret_found = true;
		}
	buf_done(&text);
	return code;
}

enum err_code other_branch(
	struct other *o, const char *branch, bool *ret_found, git_oid *ret, struct err *e)
{
	struct buf text;
	char ref[REF_MAX];

	snprintf(ref, sizeof ref, "refs/heads/%s", branch);
	buf_init(&text, REF_MAX);
	*ret_found = false;
	enum err_code code = read_small(o, ref, REF_BYTES, ret_found, &text, e);
	if (!code && *ret_found &&
		(text.len != REF_BYTES || text.data[GIT_OID_HEXSZ] != '\n' ||
			!oid_of(text.data, GIT_OID_HEXSZ, ret)))
		code = not_a_ledger(o, ref, e);
	if (!code && !*ret_found)
		code = packed_branch(o, ref, ret_found, ret, e);
	buf_done(&text);
	return code;
}

/* Opens the folder, made where it is missing. */
static int folder_open(const struct other *o, int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdirat(parent, name, 0700) && errno != EEXIST)
		return -1;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* A file system that has no such modes says no; then they are as they are. */
	if (fd >= 0)
		(void)!fchmod(fd, o->folder_mode);
	if (fd >= 0 && fsync(parent)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* refs/heads, or refs/heads/intake. */
static int branch_folder(const struct other *o, const char *branch)
{
	const char *slash = strchr(branch, '/');
	int heads = -1, refs = folder_open(o, o->dir, "refs"), in = -1;

	if (refs >= 0)
		heads = folder_open(o, refs, "heads");
	if (heads >= 0 && slash) {
		char side[REF_MAX];
		snprintf(side, sizeof side, "%.*s", (int)(slash - branch), branch);
		in = folder_open(o, heads, side);
		close(heads);
	} else {
		in = heads;
	}
	if (refs >= 0)
		close(refs);
	return in;
}

static bool write_ref(const struct other *o, int folder, const char *name, const git_oid *to)
{
	char text[REF_BYTES + 1];
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	git_oid_tostr(text, GIT_OID_HEXSZ + 1, to);
	text[GIT_OID_HEXSZ] = '\n';
	if (fd < 0)
		return false;
	(void)!fchmod(fd, o->file_mode);
	bool good = write(fd, text, REF_BYTES) == REF_BYTES && fsync(fd) == 0;
	return close(fd) == 0 && good;
}

enum err_code other_swap(struct other *o, const char *branch, const git_oid *from,
	const git_oid *to, bool *ret_moved, struct err *e)
{
	const char *slash = strrchr(branch, '/'), *name = slash ? slash + 1 : branch;
	char lock[REF_MAX];
	git_oid now;
	bool found = false;
	enum err_code code = ERR_OK;
	int folder = branch_folder(o, branch);

	snprintf(lock, sizeof lock, "%s.lock", name);
	if (folder < 0 || !write_ref(o, folder, lock, to))
		code = err_errno(
			e, T("不能写“%s”的分支", "cannot write a branch of \"%s\""), o->path);
	if (!code)
		code = other_branch(o, branch, &found, &now, e);
	*ret_moved = !code && (found != (from != NULL) || (from && !git_oid_equal(&now, from)));
	if (!code && *ret_moved)
		unlinkat(folder, lock, 0);
	else if (!code && (renameat(folder, lock, folder, name) || fsync(folder)))
		code = err_errno(
			e, T("不能写“%s”的分支", "cannot write a branch of \"%s\""), o->path);
	if (folder >= 0)
		close(folder);
	return code;
}

/* ---- which there are ------------------------------------------------------------------------------------ */

struct names {
	struct arena *a;
	const char **names;
	size_t count, cap;
};

static void name_add(struct names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (str_eq(n->names[i], name))
			return;
	if (n->count == n->cap) {
		n->cap = n->cap ? 2 * n->cap : 16;
		n->names = mem_grow(n->names, n->cap, sizeof *n->names);
	}
	n->names[n->count++] = arena_strdup(n->a, name);
}

static bool is_ours(const char *name)
{
	return str_eq(name, "office") || str_starts(name, "intake/");
}

static enum err_code list_packed(struct other *o, struct names *n, struct err *e)
{
	static const char heads[] = "refs/heads/";
	struct buf text;
	git_oid id;
	const char *name;
	size_t len;
	bool found = false;

	buf_init(&text, PACKED_REFS_MAX);
	enum err_code code = read_small(o, "packed-refs", PACKED_REFS_MAX, &found, &text, e);
	const char *at = buf_text(&text), *end = at + text.len;
	while (!code && packed_next(&at, end, &id, &name, &len)) {
		char *copy = arena_strndup(n->a, name, len);
		if (str_starts(copy, heads) && is_ours(copy + sizeof heads - 1))
			name_add(n, copy + sizeof heads - 1);
	}
	buf_done(&text);
	return code;
}

static void list_folder(struct other *o, const char *path, const char *prefix, struct names *n)
{
	int fd = open_below(o->dir, path, O_RDONLY | O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		close(fd);
	if (!d)
		return;
	for (struct dirent *de; (de = readdir(d));) {
		const char *name = arena_printf(n->a, "%s%s", prefix, de->d_name);
		if (de->d_name[0] != '.' && !str_ends(name, ".lock") && is_ours(name))
			name_add(n, name);
	}
	closedir(d);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err_code ledger_other_branches(const char *path, struct arena *a, const char *const **ret,
	size_t *ret_count, struct err *e)
{
	struct other o;
	struct names n = {.a = a};
	enum err_code code = other_open(&o, path, e);

	if (!code)
		code = list_packed(&o, &n, e);
	if (!code) {
		list_folder(&o, "refs/heads", "", &n);
		list_folder(&o, "refs/heads/intake", "intake/", &n);
		const char **names = arena_alloc(a, (n.count + 1) * sizeof *names);
		for (size_t i = 0; i < n.count; i++)
			names[i] = n.names[i];
		qsort(names, n.count, sizeof *names, by_name);
		*ret = names;
		*ret_count = n.count;
	}
	free(n.names);
	other_close(&o);
	return code;
}

/* ---- making it ---------------------------------------------------------------------------------------- */

static enum err_code set_modes(
	int parent, const char *name, mode_t folder_mode, mode_t file_mode, struct err *e)
{
	struct stat st = {0};
	int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum err_code code = ERR_OK;

	if (fd < 0 || fstat(fd, &st))
		code = err_errno(e, T("不能读“%s”", "cannot read \"%s\""), name);
	bool folder = S_ISDIR(st.st_mode);
	if (!code)
		(void)!fchmod(fd, folder ? folder_mode : file_mode);
	DIR *d = !code && folder ? fdopendir(fd) : NULL;
	for (struct dirent *de; d && !code && (de = readdir(d));)
		if (!str_eq(de->d_name, ".") && !str_eq(de->d_name, ".."))
			code = set_modes(dirfd(d), de->d_name, folder_mode, file_mode, e);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	return code;
}

enum err_code other_make(const char *path, const char *branch, struct err *e)
{
	struct arena *a = arena_new();
	char *beside = arena_printf(a, "%s.new-%s", path, branch), *above = arena_strdup(a, path);
	char *slash = strrchr(above, '/');
	struct stat st = {0};

	for (char *c = beside + strlen(path); *c; c++)
		*c = *c == '/' ? '-' : *c;
	if (slash)
		slash[slash == above ? 1 : 0] = '\0';
	enum err_code code = stat(slash ? above : ".", &st)
				     ? err_errno(e, T("不能读“%s”", "cannot read \"%s\""), above)
				     : ERR_OK;
	bool shared = st.st_mode & S_ISGID;
	if (!code)
		code = dir_remove_all(beside, e);
	if (!code && mkdir(beside, 0700))
		code = err_errno(e, T("不能建“%s”", "cannot make \"%s\""), beside);
	if (!code)
		code = repo_init(
			beside, branch, shared ? GIT_REPOSITORY_INIT_SHARED_GROUP : 0700, e);
	if (!code)
		code = set_modes(
			AT_FDCWD, beside, shared ? S_ISGID | 0770 : 0700, shared ? 0660 : 0600, e);
	if (!code)
		code = repo_sync(AT_FDCWD, beside, e);
	if (!code && rename(beside, path)) {
		bool theirs = errno == EEXIST || errno == ENOTEMPTY;
		if (!theirs)
			code = err_errno(e, T("不能建“%s”", "cannot make \"%s\""), path);
		else /* somebody was quicker */
			code = dir_remove_all(beside, e);
	}
	if (!code)
		code = repo_sync_above(path, e);
	arena_free(a);
	return code;
}

void ledger_other_repack(const char *path, size_t max_packs)
{
	struct other o;
	struct ledger l = {0};
	size_t left = 0;

	if (!other_open(&o, path, NULL)) {
		l.path = mem_strdup(path);
		l.lock = o.dir;
		(void)!ledger_repack(&l, max_packs, &left, NULL);
		DIR *d = listing(o.packs);
		for (struct dirent *de; d && (de = readdir(d));)
			if (str_starts(de->d_name, "pack-"))
				(void)!fchmodat(o.packs, de->d_name, o.file_mode & 0440, 0);
		if (d)
			closedir(d);
		free(l.path);
	}
	other_close(&o);
}
