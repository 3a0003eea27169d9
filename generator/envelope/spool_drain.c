/*
 * The drain's side of the spool. What lies in new/ was put there by another user id and may be anything: only regular files
 * with one link are read, opened without following links and without waiting, and whatever else is there can be quarantined.
 * An id is remembered in seen/ before its envelope is taken off new/; what seen/ says first stays.
 */
#include "envelope/spool_internal.h"

#include "envelope/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOUR 3600
#define DAMAGED_KEPT (30 * 24 * HOUR) /* longer than any token lives */
#define NAME_KEPT_MAX 64

static enum err_code cannot_read(struct err *e)
{
	return err_errno(e, T("收件目录不能读", "cannot read the spool"));
}

static enum err_code cannot_write(struct err *e)
{
	return err_errno(e, T("收件目录不能写", "cannot write to the spool"));
}

static bool name_ok(const char *name)
{
	return *name && !strchr(name, '/') && !str_eq(name, ".") && !str_eq(name, "..");
}

static enum err_code bad_name(struct err *e)
{
	return err_set(e, ERR_USAGE, T("不是收件目录里的文件名", "not a name of the spool"));
}

/* ---- listing --------------------------------------------------------------------------------- */

typedef enum err_code name_fn(const char *name, void *ctx, struct err *e);

static enum err_code each_name(int folder, name_fn *fn, void *ctx, struct err *e)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		enum err_code code = cannot_read(e);
		if (fd >= 0)
			close(fd);
		return code;
	}
	enum err_code code = ERR_OK;
	while (!code) {
		errno = 0;
		struct dirent *de = readdir(d);
		if (!de) {
			if (errno)
				code = cannot_read(e);
			break;
		}
		if (name_ok(de->d_name))
			code = fn(de->d_name, ctx, e);
	}
	closedir(d);
	return code;
}

struct name {
	char text[NAME_MAX + 1];
};

struct names { /* the first `limit` in byte order; at most twice as many are held */
	struct name *at;
	size_t count, cap, limit;
};

static int by_bytes(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static void keep_first(struct names *n)
{
	if (n->count > 1)
		qsort(n->at, n->count, sizeof *n->at, by_bytes);
	if (n->count > n->limit)
		n->count = n->limit;
}

static enum err_code collect(const char *name, void *ctx, struct err *e)
{
	struct names *n = ctx;
	(void)e;
	if (n->count / 2 >= n->limit)
		keep_first(n);
	if (n->count == n->cap) {
		n->cap = n->cap ? n->cap * 2 : 64;
		n->at = mem_grow(n->at, n->cap, sizeof *n->at);
	}
	snprintf(n->at[n->count++].text, sizeof n->at->text, "%s", name);
	return ERR_OK;
}

enum err_code spool_list(struct spool *s, struct arena *a, size_t limit,
	const char *const **ret_names, size_t *ret_count, struct err *e)
{
	struct names n = {.limit = limit};
	enum err_code code = each_name(s->new, collect, &n, e);
	if (!code) {
		keep_first(&n);
		const char **names = arena_alloc(a, (n.count + 1) * sizeof *names);
		for (size_t i = 0; i < n.count; i++)
			names[i] = arena_strdup(a, n.at[i].text);
		*ret_names = names;
		*ret_count = n.count;
	}
	free(n.at);
	return code;
}

/* ---- reading ----------------------------------------------------------------------------------- */

static enum err_code no_envelope(struct err *e)
{
	return err_set(e, ERR_INPUT,
		T("不是只有一个链接的普通文件，或太大",
			"not a regular file with one link, or too large"));
}

/* Where the file system knows no rename without replacing, a claim is a link and an unlink: for a moment there are two. */
static int one_link(int fd, struct stat *ret)
{
	for (int tries = 0;; tries++) {
		if (fstat(fd, ret))
			return -1;
		if (!S_ISREG(ret->st_mode) || ret->st_nlink != 2 || tries == 5)
			return 0;
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
}

static enum err_code read_all(int fd, size_t len, struct buf *out, struct err *e)
{
	uint8_t *bytes = mem_alloc(len + 1);
	size_t got;
	enum err_code code = ERR_OK;
	if (disk_read_at(fd, bytes, len + 1, 0, &got))
		code = cannot_read(e);
	else
		buf_add(out, bytes, got);
	if (!code && (got != len || out->overflow))
		code = no_envelope(e);
	free(bytes);
	return code;
}

static enum err_code taken(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, T("信封已被取走", "the envelope was taken already"));
}

enum err_code spool_read(struct spool *s, const char *name, struct buf *ret_bytes, struct err *e)
{
	struct stat st;
	if (!name_ok(name))
		return bad_name(e);
	int fd = spool_open_file(s->new, name);
	if (fd < 0 && errno == ENOENT)
		return taken(e);
	/* What cannot be opened by its kind (a link, a socket, a device) is no envelope. One whose mode forbids it may well be:
	 * rights set wrongly must not send good ones away, so it stays and is reported. */
	if (fd < 0 && (errno == ELOOP || errno == ENXIO || errno == ENODEV))
		return no_envelope(e);
	if (fd < 0)
		return cannot_read(e);
	enum err_code code = one_link(fd, &st) ? cannot_read(e) : ERR_OK;
	if (!code && st.st_nlink == 0)
		code = taken(e);
	if (!code && (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_size < 0 ||
			     (uint64_t)st.st_size > ENVELOPE_MAX_BYTES))
		code = no_envelope(e);
	if (!code)
		code = read_all(fd, (size_t)st.st_size, ret_bytes, e);
	close(fd);
	return code;
}

/* ---- done ---------------------------------------------------------------------------------------- */

/* Not synced: spool_sync() does it once for all. Until then a loss of power leaves a damaged or no file in seen/. */
static enum err_code remember(const struct spool *s, const struct case_id *id,
	const struct spool_known *known, struct err *e)
{
	char name[CASE_ID_HEX_BYTES], temp[CASE_ID_HEX_BYTES + 1] = ".";
	uint8_t bytes[SPOOL_SEEN_BYTES];
	case_id_text(id, name);
	case_id_text(id, temp + 1);
	spool_seen_write(id, known, bytes);
	if (unlinkat(s->seen, temp, 0) && errno != ENOENT)
		return cannot_write(e);
	int fd = disk_create(s->seen, temp, 0640);
	if (fd < 0)
		return cannot_write(e);
	enum err_code code = disk_write(fd, bytes, sizeof bytes) ? cannot_write(e) : ERR_OK;
	if (close(fd) && !code)
		code = cannot_write(e);
	if (!code && renameat(s->seen, temp, s->seen, name))
		code = cannot_write(e);
	if (code)
		unlinkat(s->seen, temp, 0);
	return code;
}

enum err_code spool_done(
	struct spool *s, const char *name, const struct spool_known *known, struct err *e)
{
	struct case_id id;
	struct spool_known before;
	bool there, whole;
	if (!case_id_parse(name, &id))
		return bad_name(e);
	enum err_code code = spool_seen_find(s, &id, &there, &whole, &before, e);
	if (!code && !whole)
		code = remember(s, &id, known, e);
	if (!code && unlinkat(s->new, name, 0) && errno != ENOENT)
		code = cannot_write(e);
	return code;
}

enum err_code spool_sync(struct spool *s, struct err *e)
{
	/* syncfs, since the files of seen/ themselves are to be whole too, and one call costs less than one for each. */
	if (syncfs(s->seen) || fsync(s->seen) || fsync(s->new))
		return cannot_write(e);
	return ERR_OK;
}

/* ---- quarantine ------------------------------------------------------------------------------------ */

/* The name itself where it is a plain one; otherwise one made of its hash. */
static void kept_name(const char *name, char out[NAME_KEPT_MAX + 1])
{
	size_t len = strlen(name);
	bool plain = len <= NAME_KEPT_MAX && name[0] != '.';
	for (const char *p = name; plain && *p; p++)
		plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
			(*p >= 'A' && *p <= 'Z') || *p == '-' || *p == '_' || *p == '.';
	if (plain) {
		memcpy(out, name, len + 1);
		return;
	}
	uint8_t sum[SHA256_BYTES];
	sha256_bytes(name, len, sum);
	memcpy(out, "odd-", 4);
	hex_encode(sum, 16, out + 4);
}

static int move_without_replacing(int from, const char *name, int to, const char *new_name)
{
	if (renameat2(from, name, to, new_name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* Only the one drain writes there: to look first is enough. */
	if (faccessat(to, new_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from, name, to, new_name);
}

/* The reason first, so that nothing lies in bad/ without one. -1 with EEXIST: the name is taken there. */
static int move_to_bad(
	const struct spool *s, int bad, const char *name, const char *kept, const char *reason)
{
	char why[NAME_KEPT_MAX + 32];
	snprintf(why, sizeof why, "%s.why", kept);
	int fd = disk_create(bad, why, 0640);
	if (fd < 0)
		return -1;
	int failed = disk_write(fd, reason, strlen(reason)) || disk_write(fd, "\n", 1) || fsync(fd);
	if (!failed)
		failed = move_without_replacing(s->new, name, bad, kept);
	int saved = errno;
	close(fd);
	if (failed)
		unlinkat(bad, why, 0);
	errno = saved;
	return failed ? -1 : 0;
}

enum err_code spool_quarantine(struct spool *s, const char *name, const char *reason, struct err *e)
{
	char base[NAME_KEPT_MAX + 1], kept[NAME_KEPT_MAX + 16];
	if (!name_ok(name))
		return bad_name(e);
	int bad = openat(s->dir, "bad", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (bad < 0)
		return cannot_write(e);
	kept_name(name, base);
	snprintf(kept, sizeof kept, "%s", base);
	int failed = -1;
	for (int n = 2; n < 10000; n++) {
		failed = move_to_bad(s, bad, name, kept, reason);
		if (!failed || errno != EEXIST)
			break;
		snprintf(kept, sizeof kept, "%s.%d", base, n);
	}
	enum err_code code = ERR_OK;
	if (failed && errno == ENOENT)
		code = taken(e);
	else if (failed || fsync(bad))
		code = cannot_write(e);
	close(bad);
	return code;
}

/* ---- expiry ------------------------------------------------------------------------------------------ */

struct sweep {
	struct spool *s;
	int64_t now;
	size_t removed;
};

static enum err_code sweep_off(struct sweep *w, int folder, const char *name, struct err *e)
{
	if (unlinkat(folder, name, 0) == 0)
		w->removed++;
	else if (errno != ENOENT && errno != EISDIR)
		return cannot_write(e);
	return ERR_OK;
}

static enum err_code sweep_old(
	struct sweep *w, int folder, const char *name, int64_t seconds, struct err *e)
{
	struct stat st;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? ERR_OK : cannot_read(e);
	return st.st_mtim.tv_sec < w->now - seconds ? sweep_off(w, folder, name, e) : ERR_OK;
}

static enum err_code sweep_tmp(const char *name, void *ctx, struct err *e)
{
	struct sweep *w = ctx;
	return sweep_old(w, w->s->tmp, name, HOUR, e);
}

static enum err_code sweep_seen(const char *name, void *ctx, struct err *e)
{
	struct sweep *w = ctx;
	struct case_id id;
	struct spool_known known;
	bool there, whole;
	if (!case_id_parse(name, &id))
		return sweep_old(w, w->s->seen, name, HOUR, e);
	enum err_code code = spool_seen_find(w->s, &id, &there, &whole, &known, e);
	if (code || !there)
		return code;
	if (!whole)
		return sweep_old(w, w->s->seen, name, DAMAGED_KEPT, e);
	return known.token_expires < w->now ? sweep_off(w, w->s->seen, name, e) : ERR_OK;
}

enum err_code spool_expire(struct spool *s, int64_t now, size_t *ret_removed, struct err *e)
{
	struct sweep w = {.s = s, .now = now};
	enum err_code code = s->writable_seen ? each_name(s->seen, sweep_seen, &w, e) : ERR_OK;
	if (!code && s->tmp >= 0)
		code = each_name(s->tmp, sweep_tmp, &w, e);
	*ret_removed = w.removed;
	return code;
}
