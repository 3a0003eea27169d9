/*
 * Slots and sealed photos of a group, durable before git knows of their cases.
 *
 * A file is written beside, and gets its name when its bytes are on the disk: whatever stands under a name is whole. A few
 * files are synced one by one; for many the file system is synced as a whole, twice, which costs as much as two of them.
 */
#include "casework/casework_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FEW = 6, PATH_BYTES = 2 + 1 + 5 + SHA256_HEX_BYTES };

static const char *const folder_names[SHELF_FOLDERS] = {
	[SHELF_SLOTS] = "slots", [SHELF_PHOTOS] = "photos"};

static enum err_code cannot_write(enum shelf_folder folder, struct err *e)
{
	return err_errno(e, T("不能写“%s”", "cannot write \"%s\""), folder_names[folder]);
}

enum err_code shelf_open(struct shelf *s, const char *instance, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = ERR_OK;

	*s = (struct shelf){.folders = {-1, -1}};
	for (size_t i = 0; !code && i < SHELF_FOLDERS; i++) {
		const char *path = path_join(a, instance, folder_names[i]);
		bool made = mkdir(path, 0700) == 0;
		if (made)
			code = dir_sync(instance, e);
		else if (errno != EEXIST)
			code = cannot_write((enum shelf_folder)i, e);
		if (!code)
			s->folders[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (!code && s->folders[i] < 0)
			code = err_errno(e, T("不能打开“%s”", "cannot open \"%s\""), path);
	}
	arena_free(a);
	return code;
}

void shelf_close(struct shelf *s)
{
	for (size_t i = 0; i < SHELF_FOLDERS; i++)
		if (s->folders[i] >= 0)
			close(s->folders[i]);
	free(s->files);
	*s = (struct shelf){.folders = {-1, -1}};
}

enum err_code shelf_lock(struct shelf *s, struct err *e)
{
	while (flock(s->folders[SHELF_SLOTS], LOCK_EX))
		if (errno != EINTR)
			return err_errno(e, T("不能锁“slots”", "cannot lock \"slots\""));
	return ERR_OK;
}

static void file_path(const struct shelf_file *f, bool temporary, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%.2s/%s%s", f->name, temporary ? ".new-" : "", f->name);
}

/* *ret_same false: there is none. ERR_CONFLICT: there is another. */
static enum err_code compare(
	int folder, const char *path, const void *bytes, size_t len, bool *ret_same, struct err *e)
{
	struct stat st;
	int fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	bool same = false;

	*ret_same = false;
	if (fd < 0 && errno == ENOENT)
		return ERR_OK;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == len) {
		uint8_t *stands = mem_alloc(len + 1);
		size_t got = 0;
		for (ssize_t n; got <= len; got += (size_t)n) {
			n = read(fd, stands + got, len + 1 - got);
			if (n < 0 && errno == EINTR)
				n = 0;
			else if (n <= 0)
				break;
		}
		same = got == len && memcmp(stands, bytes, len) == 0;
		free(stands);
	}
	if (fd >= 0)
		close(fd);
	*ret_same = same;
	return same ? ERR_OK
		    : err_set(e, ERR_CONFLICT,
			      T("同名的文件已经有了，内容不同",
				      "a file of this name stands, with other content"));
}

bool shelf_has(const struct shelf *s, enum shelf_folder folder, const char *hex)
{
	struct shelf_file f = {.folder = folder};
	char path[PATH_BYTES];

	snprintf(f.name, sizeof f.name, "%s", hex);
	file_path(&f, false, path);
	return faccessat(s->folders[folder], path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int create(int folder, const char *path)
{
	return openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static enum err_code write_beside(
	int folder, const char *path, const void *bytes, size_t len, struct err *e)
{
	int fd = create(folder, path);
	/* One that a crash left is ours: there is one drain at a time. */
	if (fd < 0 && errno == EEXIST && unlinkat(folder, path, 0) == 0)
		fd = create(folder, path);
	char shard[3] = {path[0], path[1], '\0'};
	if (fd < 0 && errno == ENOENT && mkdirat(folder, shard, 0700) == 0)
		fd = create(folder, path);
	bool bad = fd < 0;

	for (const char *p = bytes; !bad && len;) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		bad = n < 0;
		p += bad ? 0 : n;
		len -= bad ? 0 : (size_t)n;
	}
	int saved = errno;
	if (fd >= 0 && close(fd) && !bad) {
		bad = true;
		saved = errno;
	}
	if (!bad)
		return ERR_OK;
	unlinkat(folder, path, 0);
	errno = saved;
	return err_errno(e, T("不能写文件", "cannot write a file"));
}

enum err_code shelf_put(struct shelf *s, enum shelf_folder folder, const char *hex,
	const void *bytes, size_t len, struct err *e)
{
	struct shelf_file f = {.folder = folder};
	char path[PATH_BYTES];
	enum err_code code;

	snprintf(f.name, sizeof f.name, "%s", hex);
	file_path(&f, false, path);
	code = compare(s->folders[folder], path, bytes, len, &f.stands, e);
	/* A photo's name is its content's hash: other bytes under it are damage, and are replaced. */
	if (code == ERR_CONFLICT && folder == SHELF_PHOTOS)
		code = ERR_OK;
	if (!code && !f.stands) {
		file_path(&f, true, path);
		code = write_beside(s->folders[folder], path, bytes, len, e);
	}
	if (code)
		return code;
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->files = mem_grow(s->files, s->cap, sizeof *s->files);
	}
	s->files[s->count++] = f;
	return ERR_OK;
}

static int sync_at(int folder, const char *path)
{
	int fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int bad = fd < 0 || fsync(fd);

	if (fd >= 0)
		close(fd);
	return bad;
}

/* The files' bytes, or (names) the folders they stand in. slots and photos may be two file systems. */
static enum err_code sync_all(struct shelf *s, bool names, struct err *e)
{
	bool used[SHELF_FOLDERS] = {false, false};

	for (size_t i = 0; i < s->count; i++) {
		const struct shelf_file *f = &s->files[i];
		int folder = s->folders[f->folder];
		char path[PATH_BYTES];
		used[f->folder] = true;
		if (s->count > FEW)
			continue;
		file_path(f, !f->stands, path);
		path[names ? 2 : strlen(path)] = '\0';
		if (sync_at(folder, path))
			return cannot_write(f->folder, e);
	}
	for (size_t i = 0; i < SHELF_FOLDERS; i++)
		if (used[i] && (s->count > FEW ? syncfs(s->folders[i])
				       : names ? fsync(s->folders[i])
					       : 0))
			return cannot_write((enum shelf_folder)i, e);
	return ERR_OK;
}

void shelf_forget(struct shelf *s)
{
	s->count = 0;
}

enum err_code shelf_settle(struct shelf *s, struct err *e)
{
	enum err_code code = sync_all(s, false, e);

	for (size_t i = 0; !code && i < s->count; i++) {
		const struct shelf_file *f = &s->files[i];
		char from[PATH_BYTES], to[PATH_BYTES];
		file_path(f, true, from);
		file_path(f, false, to);
		/* Of two letters with one photo the second finds the name taken by the same bytes. */
		if (!f->stands &&
			renameat(s->folders[f->folder], from, s->folders[f->folder], to) &&
			(errno != ENOENT || faccessat(s->folders[f->folder], to, F_OK, 0)))
			code = cannot_write(f->folder, e);
	}
	if (!code)
		code = sync_all(s, true, e);
	s->count = 0;
	return code;
}
