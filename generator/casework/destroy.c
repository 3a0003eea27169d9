/*
 * Destroying a slot and its photos.
 *
 * They are overwritten with zeros, synced, then cut to nothing or removed, and the folder synced. What that can promise: the
 * file's name gives nothing any more, and on a disk that writes in place the old bytes are gone. What it cannot: a flash disk, a
 * file system that journals data or writes elsewhere (btrfs, ZFS, a snapshot, a network's server) may keep old blocks
 * for a while. Therefore the disk is to be encrypted, backups are asked for one by one, and what counts most is that the slot is all
 * it takes: without its keys the record in git and every note stay closed.
 *
 * Order: photos first (the slot says which), the slot last, so that whoever dies in between is followed by one who goes on. A slot of
 * zeros is one whose destroyer died before cutting it.
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

enum { PATH_BYTES = 3 + 5 + SHA256_HEX_BYTES };

static void path_of(const char *hex, bool beside, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%.2s/%s%s", hex, beside ? ".new-" : "", hex);
}

/* ---- reading --------------------------------------------------------------------------------------- */

enum err_code shelf_read(const struct shelf *s, enum shelf_folder folder, const char *hex,
	bool *ret_found, struct buf *ret, struct err *e)
{
	char path[PATH_BYTES];
	struct stat st;
	enum err_code code = ERR_OK;

	path_of(hex, false, path);
	*ret_found = false;
	int fd = openat(s->folders[folder], path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_OK
				       : err_errno(e, T("不能读“%s”", "cannot read \"%s\""), path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > ret->max)
		code = err_set(e, ERR_INPUT,
			T("“%s”不是普通文件，或者太大", "\"%s\" is no regular file, or too large"),
			path);
	while (!code) {
		char piece[65536];
		ssize_t n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			code = err_errno(e, T("不能读“%s”", "cannot read \"%s\""), path);
		if (n <= 0)
			break;
		buf_add(ret, piece, (size_t)n);
	}
	close(fd);
	*ret_found = !code;
	return code;
}

struct names {
	struct arena *a;
	const char **list;
	size_t count, cap;
};

static bool is_hex(const char *name, size_t digits)
{
	return strlen(name) == digits && strspn(name, "0123456789abcdef") == digits;
}

static enum err_code list_shard(
	int folder, const char *shard, bool empty, struct names *n, struct err *e)
{
	struct stat st;
	int fd = openat(folder, shard, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		close(fd);
	if (!d)
		return errno == ENOENT
			       ? ERR_OK
			       : err_errno(e, T("不能读目录“%s”", "cannot read folder \"%s\""),
					 "slots");
	for (struct dirent *de; (de = readdir(d));) {
		if (!is_hex(de->d_name, CASE_ID_HEX_BYTES - 1) ||
			fstatat(fd, de->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode) ||
			(st.st_size == 0) != empty)
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

enum err_code shelf_slots(const struct shelf *s, bool empty, struct arena *a,
	const char *const **ret, size_t *ret_count, struct err *e)
{
	struct names n = {.a = a};
	enum err_code code = ERR_OK;

	for (unsigned i = 0; !code && i < 256; i++) {
		char shard[3];
		snprintf(shard, sizeof shard, "%02x", i);
		code = list_shard(s->folders[SHELF_SLOTS], shard, empty, &n, e);
	}
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

/* ---- whose photos --------------------------------------------------------------------------------------- */

void photo_owners_done(struct photo_owners *o)
{
	free(o->list);
	*o = (struct photo_owners){0};
}

static int by_photo(const void *x, const void *y)
{
	return memcmp(((const struct photo_owner *)x)->photo,
		((const struct photo_owner *)y)->photo, SHA256_BYTES);
}

static void add_owner(struct photo_owners *o, const struct slot *slot, const char *id)
{
	for (size_t i = 0; i < slot->photo_count; i++) {
		if (o->count == o->cap) {
			o->cap = o->cap ? 2 * o->cap : 256;
			o->list = mem_grow(o->list, o->cap, sizeof *o->list);
		}
		struct photo_owner *p = &o->list[o->count++];
		memcpy(p->photo, slot->photo_sha256[i], SHA256_BYTES);
		memcpy(p->id, id, CASE_ID_HEX_BYTES);
	}
}

static enum err_code fill(const struct shelf *s, struct photo_owners *o, struct err *e)
{
	struct arena *a = arena_new();
	const char *const *ids = NULL;
	size_t count = 0;
	struct buf bytes;
	enum err_code code = shelf_slots(s, false, a, &ids, &count, e);

	buf_init(&bytes, SLOT_MAX_BYTES);
	for (size_t i = 0; !code && i < count; i++) {
		struct slot slot;
		bool found;
		buf_clear(&bytes);
		/* What is no slot names no photo. */
		if (shelf_read(s, SHELF_SLOTS, ids[i], &found, &bytes, e) == ERR_SYSTEM)
			code = ERR_SYSTEM;
		else if (found && !slot_parse(bytes.data, bytes.len, &slot, NULL))
			add_owner(o, &slot, ids[i]);
	}
	if (bytes.data)
		bytes_wipe(bytes.data, bytes.cap);
	buf_done(&bytes);
	if (o->count)
		qsort(o->list, o->count, sizeof *o->list, by_photo);
	o->filled = !code;
	arena_free(a);
	return code;
}

static bool named_by_another(
	const struct photo_owners *o, const uint8_t photo[SHA256_BYTES], const char *id)
{
	size_t low = 0, high = o->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (memcmp(o->list[mid].photo, photo, SHA256_BYTES) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < o->count && memcmp(o->list[low].photo, photo, SHA256_BYTES) == 0; low++)
		if (o->list[low].id[0] && !str_eq(o->list[low].id, id))
			return true;
	return false;
}

/* ---- one file ------------------------------------------------------------------------------------------- */

static bool overwrite(int fd, off_t size)
{
	static const char zeros[65536];

	for (off_t at = 0; at < size;) {
		size_t len = size - at < (off_t)sizeof zeros ? (size_t)(size - at) : sizeof zeros;
		ssize_t n = pwrite(fd, zeros, len, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return false;
		at += n;
	}
	return fsync(fd) == 0;
}

/* Overwritten, then cut to nothing (keep), or removed. A name that is gone is fine. */
static enum err_code destroy_file(
	int folder, const char *path, bool keep, bool *ret_any, struct err *e)
{
	struct stat st;
	int fd = openat(folder, path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool bad = false;

	if (fd < 0 && errno == ENOENT)
		return ERR_OK;
	if (fd < 0 || fstat(fd, &st)) {
		enum err_code code = err_errno(e, T("不能销毁“%s”", "cannot destroy \"%s\""), path);
		if (fd >= 0)
			close(fd);
		return code;
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_SYSTEM,
			T("不能销毁“%s”：不是普通文件，请查看是谁放在那里的",
				"cannot destroy \"%s\": it is no regular file, see who put it "
				"there"),
			path);
	}
	*ret_any |= st.st_size > 0 || !keep;
	bad = st.st_size > 0 && !overwrite(fd, st.st_size);
	if (!bad && st.st_size > 0)
		bad = ftruncate(fd, 0) || fsync(fd);
	if (!bad && !keep)
		bad = unlinkat(folder, path, 0) && errno != ENOENT;
	int saved = errno;
	close(fd);
	errno = saved;
	return bad ? err_errno(e, T("不能销毁“%s”", "cannot destroy \"%s\""), path) : ERR_OK;
}

static enum err_code sync_shard(int folder, const char *hex, struct err *e)
{
	char shard[3] = {hex[0], hex[1], '\0'};
	int fd = openat(folder, shard, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	enum err_code code = ERR_OK;

	if (fd < 0 && errno == ENOENT)
		return ERR_OK;
	if (fd < 0 || fsync(fd))
		code = err_errno(e, T("不能同步“%s”", "cannot sync \"%s\""), shard);
	if (fd >= 0)
		close(fd);
	return code;
}

/* ---- one case --------------------------------------------------------------------------------------------- */

static enum err_code destroy_photos(struct shelf *s, const struct slot *slot, const char *id,
	struct photo_owners *owners, bool *ret_any, struct err *e)
{
	int folder = s->folders[SHELF_PHOTOS];
	enum err_code code = ERR_OK;

	if (slot->photo_count && !owners->filled)
		code = fill(s, owners, e);
	for (size_t i = 0; !code && i < slot->photo_count; i++) {
		char hex[SHA256_HEX_BYTES], path[PATH_BYTES];
		if (named_by_another(owners, slot->photo_sha256[i], id))
			continue;
		hex_encode(slot->photo_sha256[i], SHA256_BYTES, hex);
		path_of(hex, true, path);
		code = destroy_file(folder, path, false, ret_any, e);
		path_of(hex, false, path);
		if (!code)
			code = destroy_file(folder, path, false, ret_any, e);
		if (!code)
			code = sync_shard(folder, hex, e);
	}
	return code;
}

static void forget_owner(struct photo_owners *o, const char *id)
{
	for (size_t i = 0; i < o->count; i++)
		if (str_eq(o->list[i].id, id))
			o->list[i].id[0] = '\0';
}

/* An empty file of that name: the case was here, and may not come again. */
static enum err_code leave_empty(int folder, const char *id, struct err *e)
{
	char path[PATH_BYTES], shard[3] = {id[0], id[1], '\0'};
	int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

	path_of(id, false, path);
	int fd = openat(folder, path, flags, 0600);
	if (fd < 0 && errno == ENOENT && mkdirat(folder, shard, 0700) == 0 && fsync(folder) == 0)
		fd = openat(folder, path, flags, 0600);
	if (fd < 0)
		return err_errno(e, T("不能写“%s”", "cannot write \"%s\""), path);
	close(fd);
	return ERR_OK;
}

enum err_code shelf_destroy(
	struct shelf *s, const char *id, struct photo_owners *owners, bool *ret_any, struct err *e)
{
	int folder = s->folders[SHELF_SLOTS];
	char path[PATH_BYTES];
	struct buf bytes;
	struct slot slot = {0};
	bool found = false;

	*ret_any = false;
	buf_init(&bytes, SLOT_MAX_BYTES);
	enum err_code code = shelf_read(s, SHELF_SLOTS, id, &found, &bytes, e);
	/* Zeros, or damaged: then it names no photo, and goes all the same. */
	if (code == ERR_INPUT)
		code = ERR_OK;
	else if (!code && found && slot_parse(bytes.data, bytes.len, &slot, NULL))
		slot.photo_count = 0;
	if (!code)
		code = destroy_photos(s, &slot, id, owners, ret_any, e);
	path_of(id, true, path);
	if (!code)
		code = destroy_file(folder, path, false, ret_any, e);
	path_of(id, false, path);
	if (!code)
		code = destroy_file(folder, path, true, ret_any, e);
	if (!code)
		code = leave_empty(folder, id, e);
	if (!code)
		code = sync_shard(folder, id, e);
	if (!code)
		forget_owner(owners, id);
	if (bytes.data)
		bytes_wipe(bytes.data, bytes.cap);
	buf_done(&bytes);
	return code;
}

/* ---- what was no letter ----------------------------------------------------------------------------------- */

static enum err_code destroy_bad_in(
	const char *folder, const char *id, bool *ret_any, struct err *e)
{
	struct arena *a = arena_new();
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), copy = fd < 0 ? -1 : dup(fd);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	bool any = false;
	enum err_code code = ERR_OK;

	if (!d && errno != ENOENT)
		code = err_errno(e, T("不能读目录“%s”", "cannot read folder \"%s\""), folder);
	for (struct dirent *de; !code && d && (de = readdir(d));) {
		char sha[SHA256_HEX_BYTES];
		uint64_t bytes;
		struct stat st;
		bool why = false;
		if (fstatat(fd, de->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode) ||
			sha256_file(path_join(a, folder, de->d_name), sha, &bytes, NULL) ||
			!str_starts(sha, id))
			continue;
		code = destroy_file(fd, de->d_name, false, &any, e);
		if (!code)
			code = destroy_file(
				fd, arena_printf(a, "%s.why", de->d_name), false, &why, e);
	}
	*ret_any |= any;
	if (!code && any)
		code = dir_sync(folder, e);
	if (d)
		closedir(d);
	else if (copy >= 0)
		close(copy);
	if (fd >= 0)
		close(fd);
	arena_free(a);
	return code;
}

/* The chain knows it by the hash of its bytes; where those could not be read, by that of its name: then nothing is here. */
enum err_code quarantined_destroy(
	const char *instance, const char *id, bool *ret_any, struct err *e)
{
	static const char *const folders[] = {"spool/bad", "desk/bad"};
	struct arena *a = arena_new();
	enum err_code code = ERR_OK;

	*ret_any = false;
	for (size_t i = 0; !code && i < COUNT_OF(folders); i++)
		code = destroy_bad_in(path_join(a, instance, folders[i]), id, ret_any, e);
	arena_free(a);
	return code;
}
