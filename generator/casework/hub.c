/*
 * Files of a hub: a folder that both sides write, perhaps over a network, and that others may have written in as well.
 *
 * Every step down is taken without following a link. A file is written beside its place, synced and renamed, so that whoever
 * reads finds all of it or none. Names that are not ours are passed over: temporary files of the other side among them.
 */
#include "casework/handover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MAX = 1000000, NAME_BYTES = SHA256_HEX_BYTES };

static const struct {
	const char *name;
	bool sharded; /* in folders by the first two digits */
	size_t digits;
} folders[HUB_FOLDERS] = {
	[HUB_SLOTS] = {"slots", true, CASE_ID_HEX_BYTES - 1},
	[HUB_PHOTOS] = {"photos", true, SHA256_HEX_BYTES - 1},
	[HUB_ACKS] = {"acks", false, CASE_ID_HEX_BYTES - 1},
	[HUB_ERASE] = {"erase", false, CASE_ID_HEX_BYTES - 1},
	[HUB_GONE] = {"gone", false, CASE_ID_HEX_BYTES - 1},
	[HUB_HEADS] = {"heads", false, 0}, /* by host, without folders */
};

const char *hub_name(struct arena *a, enum hub_folder f, const char *host, const char *name)
{
	if (f == HUB_HEADS)
		return arena_printf(a, "%s/%s", folders[f].name, name);
	return folders[f].sharded
		       ? arena_printf(a, "%s/%s/%.2s/%s", folders[f].name, host, name, name)
		       : arena_printf(a, "%s/%s/%s", folders[f].name, host, name);
}

enum err_code hub_open(struct hub *h, const char *path, struct err *e)
{
	struct stat st;

	*h = (struct hub){.path = path, .dir = -1, .report = h->report};
	h->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (h->dir < 0 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND,
			T("没有中转目录“%s”：先建好，或者先挂载上",
				"there is no hub \"%s\": make the folder, or mount it"),
			path);
	if (h->dir < 0 || fstat(h->dir, &st))
		return err_errno(e, T("不能打开中转目录“%s”", "cannot open the hub \"%s\""), path);
	bool shared = st.st_mode & S_ISGID;
	h->folder_mode = shared ? S_ISGID | 0770 : 0700;
	h->file_mode = shared ? 0640 : 0600;
	return ERR_OK;
}

void hub_close(struct hub *h)
{
	if (h->dir >= 0)
		close(h->dir);
	h->dir = -1;
}

static enum err_code failed(const struct hub *h, bool writing, const char *what, struct err *e)
{
	return writing ? err_errno(e,
				 T("不能写中转目录“%s”的 %s", "cannot write in the hub \"%s\": %s"),
				 h->path, what)
		       : err_errno(e,
				 T("不能读中转目录“%s”的 %s", "cannot read in the hub \"%s\": %s"),
				 h->path, what);
}

/* ---- folders --------------------------------------------------------------------------------------- */

static int step_down(const struct hub *h, int parent, const char *name, bool make)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT || !make)
		return fd;
	if (mkdirat(parent, name, 0700) && errno != EEXIST)
		return -1;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* A file system that knows no such modes says no: then they are what they are. */
	if (fd >= 0)
		(void)!fchmod(fd, h->folder_mode);
	if (fd >= 0 && fsync(parent)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* slots/HOST, or with a name of a sharded folder slots/HOST/ab; -1 with errno. */
static int folder_open(
	const struct hub *h, enum hub_folder f, const char *host, const char *name, bool make)
{
	char shard[3] = {name ? name[0] : '\0', name && name[0] ? name[1] : '\0', '\0'};
	const char *parts[] = {folders[f].name, f == HUB_HEADS ? NULL : host,
		name && folders[f].sharded ? shard : NULL};
	int at = dup(h->dir);

	for (size_t i = 0; at >= 0 && i < COUNT_OF(parts) && parts[i]; i++) {
		int next = step_down(h, at, parts[i], make);
		int saved = errno;
		close(at);
		errno = saved;
		at = next;
	}
	return at;
}

/* What is not a folder where one belongs, or the other way round, or a link, or shut: not ours to go into. */
static bool is_odd(int error)
{
	return error == ENOTDIR || error == ELOOP || error == ENXIO || error == EISDIR ||
	       error == ENOTEMPTY || error == EEXIST || error == EACCES || error == EPERM;
}

/* By errno. */
static enum err_code odd(const char *what, struct err *e)
{
	struct err why = {0};
	enum err_code code = err_errno(&why,
		T("“%s”那里不是该有的文件或目录，没有动它",
			"\"%s\" is not the file or folder that belongs there; it was left alone"),
		what);

	if (e)
		*e = why;
	if (e)
		e->code = ERR_INPUT;
	return code ? ERR_INPUT : ERR_OK;
}

/* Counted by its place: folder/host/name, what of it is known. */
static void count_odd(const struct hub *h, enum hub_folder f, const char *host, const char *name)
{
	struct err why = {0};
	char what[2 * HOST_NAME_BYTES + SHA256_HEX_BYTES];

	snprintf(what, sizeof what, "%s%s%s%s%s", folders[f].name,
		host && f != HUB_HEADS ? "/" : "", host && f != HUB_HEADS ? host : "",
		name ? "/" : "", name ? name : "");
	(void)!odd(what, &why);
	handover_bad(h->report, NULL, why.message);
}

bool hub_is_odd(const struct hub *h, const char *name)
{
	struct stat st;

	return fstatat(h->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode);
}

/* ---- one file ------------------------------------------------------------------------------------------ */

static enum err_code not_a_file(const char *name, struct err *e)
{
	return err_set(e, ERR_INPUT,
		T("%s 不是普通文件，或者太大", "%s: no regular file, or too large"), name);
}

static enum err_code read_all(int fd, struct buf *ret)
{
	for (;;) {
		char piece[65536];
		ssize_t n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || ret->overflow)
			return n < 0 ? ERR_SYSTEM : ERR_OK;
		buf_add(ret, piece, (size_t)n);
	}
}

enum err_code hub_read(const struct hub *h, enum hub_folder f, const char *host, const char *name,
	bool *ret_found, struct buf *ret, struct err *e)
{
	struct stat st = {0};
	int folder = folder_open(h, f, host, name, false), fd = -1;
	enum err_code code = ERR_OK;

	*ret_found = false;
	if (folder >= 0)
		fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		code = ERR_OK;
	else if (fd < 0)
		code = is_odd(errno) ? not_a_file(name, e) : failed(h, false, name, e);
	else if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > ret->max)
		code = not_a_file(name, e);
	else if (read_all(fd, ret))
		code = failed(h, false, name, e);
	else if (ret->overflow)
		code = not_a_file(name, e);
	else
		*ret_found = true;
	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
	return code;
}

int64_t hub_size(const struct hub *h, enum hub_folder f, const char *host, const char *name)
{
	struct stat st;
	int folder = folder_open(h, f, host, name, false);
	int64_t size = -1;

	if (folder >= 0 && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(st.st_mode))
		size = st.st_size;
	if (folder >= 0)
		close(folder);
	return size;
}

static bool write_all(int fd, const char *at, size_t len)
{
	while (len) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* One that a crash left under the name beside is taken away first: it may be a link by now. */
static bool write_beside(
	const struct hub *h, int folder, const char *name, const void *bytes, size_t len)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(folder, name, flags, 0600);

	if (fd < 0 && errno == EEXIST && unlinkat(folder, name, 0) == 0)
		fd = openat(folder, name, flags, 0600);
	if (fd < 0)
		return false;
	(void)!fchmod(fd, h->file_mode);
	bool good = write_all(fd, bytes, len) && fsync(fd) == 0;
	int saved = errno;
	if (close(fd) && good) {
		good = false;
		saved = errno;
	}
	if (!good)
		unlinkat(folder, name, 0);
	errno = saved;
	return good;
}

enum err_code hub_write(const struct hub *h, enum hub_folder f, const char *host, const char *name,
	const void *bytes, size_t len, struct err *e)
{
	char beside[NAME_BYTES + 8];
	int folder = folder_open(h, f, host, name, true);
	enum err_code code = ERR_OK;

	snprintf(beside, sizeof beside, ".new-%s", name);
	if (folder < 0 || !write_beside(h, folder, beside, bytes, len) ||
		renameat(folder, beside, folder, name) || fsync(folder))
		code = is_odd(errno) ? odd(name, e) : failed(h, true, folders[f].name, e);
	if (folder >= 0)
		close(folder);
	return code;
}

enum err_code hub_remove(
	const struct hub *h, enum hub_folder f, const char *host, const char *name, struct err *e)
{
	int folder = folder_open(h, f, host, name, false);
	enum err_code code = ERR_OK;

	if (folder >= 0 && (unlinkat(folder, name, 0) == 0 || errno == ENOENT)) {
		if (fsync(folder))
			code = failed(h, true, folders[f].name, e);
	} else if (errno != ENOENT && is_odd(errno)) {
		count_odd(h, f, host, name);
	} else if (errno != ENOENT) {
		code = failed(h, true, folders[f].name, e);
	}
	if (folder >= 0)
		close(folder);
	return code;
}

/* ---- lists -------------------------------------------------------------------------------------------- */

struct names {
	struct arena *a;
	const char **list;
	size_t count, cap;
};

static bool is_hex(const char *name, size_t digits)
{
	return strlen(name) == digits && strspn(name, "0123456789abcdef") == digits;
}

static enum err_code list_folder(int fd, size_t digits, const char *shard, struct names *n,
	const struct hub *h, struct err *e)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);

	if (!d) {
		enum err_code code = failed(h, false, ".", e);
		if (copy >= 0)
			close(copy);
		return code;
	}
	for (struct dirent *de; n->count < NAMES_MAX && (de = readdir(d));) {
		if (!(digits ? is_hex(de->d_name, digits) : host_name_valid(de->d_name)) ||
			(shard && memcmp(shard, de->d_name, 2) != 0))
			continue;
		if (n->count == n->cap) {
			n->cap = n->cap ? 2 * n->cap : 256;
			n->list = mem_grow(n->list, n->cap, sizeof *n->list);
		}
		n->list[n->count++] = arena_strdup(n->a, de->d_name);
	}
	closedir(d);
	return ERR_OK;
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static enum err_code list_shards(const struct hub *h, enum hub_folder f, const char *host,
	int folder, struct names *n, struct err *e)
{
	struct names shards = {.a = n->a};
	enum err_code code = list_folder(folder, 2, NULL, &shards, h, e);

	for (size_t i = 0; !code && i < shards.count; i++) {
		int fd = step_down(h, folder, shards.list[i], false);
		if (fd >= 0)
			code = list_folder(fd, folders[f].digits, shards.list[i], n, h, e);
		else if (errno != ENOENT && is_odd(errno))
			count_odd(h, f, host, shards.list[i]);
		else if (errno != ENOENT)
			code = failed(h, false, shards.list[i], e);
		if (fd >= 0)
			close(fd);
	}
	free(shards.list);
	return code;
}

enum err_code hub_list(const struct hub *h, enum hub_folder f, const char *host, struct arena *a,
	const char *const **ret, size_t *ret_count, struct err *e)
{
	struct names n = {.a = a};
	int folder = folder_open(h, f, host, NULL, false);
	enum err_code code = ERR_OK;

	if (folder < 0 && errno != ENOENT && is_odd(errno))
		count_odd(h, f, host, NULL);
	else if (folder < 0)
		code = errno == ENOENT ? ERR_OK : failed(h, false, folders[f].name, e);
	else if (folders[f].sharded)
		code = list_shards(h, f, host, folder, &n, e);
	else
		code = list_folder(folder, folders[f].digits, NULL, &n, h, e);
	if (folder >= 0)
		close(folder);
	if (!code) {
		const char **list = arena_alloc(a, (n.count + 1) * sizeof *list);
		for (size_t i = 0; i < n.count; i++)
			list[i] = n.list[i];
		qsort(list, n.count, sizeof *list, by_name);
		*ret = list;
		*ret_count = n.count;
	}
	free(n.list);
	return code;
}
