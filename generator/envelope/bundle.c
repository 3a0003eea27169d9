/*
 * Bundles on the disk: written whole, installed whole. A bundle is unpacked beside, synced, renamed to its serial's name, and
 * the link `current` is swapped by a rename: a reader sees the old one or the new one, and the old one's files stay until the
 * bundle after next. What a crash left beside is removed by the next installation.
 */
#include "envelope/bundle_internal.h"

#include "envelope/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum err_code bundle_write(const char *path, const struct bundle_head *head,
	const struct bundle_file *files, size_t count, const struct sign_secret *office,
	struct err *e)
{
	struct arena *a = arena_new();
	const struct bundle_file *sorted;
	uint8_t *bytes = NULL;
	size_t len = 0;
	enum err_code code = bundle_sorted(a, head, files, count, &sorted, e);
	if (!code)
		code = bundle_bytes(head, sorted, count, office, &bytes, &len, e);
	if (!code)
		code = disk_replace(path, 0644, bytes, len, e);
	free(bytes);
	arena_free(a);
	return code;
}

/* ---- what is installed --------------------------------------------------------------------------- */

#define SERIAL_NAME_BYTES 24

static void serial_name(int64_t serial, char out[SERIAL_NAME_BYTES])
{
	snprintf(out, SERIAL_NAME_BYTES, "%08" PRId64, serial);
}

/* Exactly the name of a serial. */
static bool serial_parse(const char *name, int64_t *ret)
{
	char expected[SERIAL_NAME_BYTES];
	int64_t serial;
	if (!str_to_int64(name, &serial) || serial < 1 || serial > BUNDLE_SERIAL_MAX)
		return false;
	serial_name(serial, expected);
	if (!str_eq(name, expected))
		return false;
	*ret = serial;
	return true;
}

static enum err_code cannot(const char *path, struct err *e)
{
	return err_errno(e, T("不能把数据包装到“%s”", "cannot install the bundle at \"%s\""), path);
}

enum err_code bundle_installed(const char *dir, int64_t *ret_serial, struct err *e)
{
	struct arena *a = arena_new();
	char target[SERIAL_NAME_BYTES + 1];
	const char *link = path_join(a, dir, "current");
	int64_t serial = 0;
	enum err_code code = ERR_OK;
	ssize_t len = readlink(link, target, sizeof target - 1);
	if (len < 0 && errno != ENOENT && errno != EINVAL)
		code = err_errno(e, T("不能读“%s”", "cannot read \"%s\""), link);
	else if (len < 0 && errno == EINVAL)
		code = err_set(e, ERR_INPUT, T("“%s”不是链接", "\"%s\" is not a link"), link);
	if (!code && len >= 0) {
		target[len] = '\0';
		if (!serial_parse(target, &serial))
			code = err_set(e, ERR_INPUT,
				T("“%s”不指向已装的数据包",
					"\"%s\" does not point to an installed bundle"),
				link);
	}
	if (!code)
		*ret_serial = serial;
	arena_free(a);
	return code;
}

/* ---- installing ------------------------------------------------------------------------------------ */

static int make_folder(const char *path)
{
	if (mkdir(path, 0755))
		return errno == EEXIST ? 0 : -1;
	return chmod(path, 0755);
}

static int write_one(const char *path, const struct bundle_file *f)
{
	int fd = disk_create(AT_FDCWD, path, 0644);
	if (fd < 0)
		return -1;
	int failed = disk_write(fd, f->bytes, f->len) || fsync(fd);
	int saved = errno;
	if (close(fd) && !failed)
		return -1;
	errno = saved;
	return failed ? -1 : 0;
}

/* The folders of root/path, not the last part. */
static int make_parents(struct arena *a, const char *root, const char *path)
{
	char *whole = path_join(a, root, path);
	for (char *p = whole + strlen(root) + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (make_folder(whole))
			return -1;
		*p = '/';
	}
	return 0;
}

/* "a/b" of "a/b/c", "" of "c". */
static char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	return arena_strndup(a, path, slash ? (size_t)(slash - path) : 0);
}

/* Every folder that holds something of the table, from the inside out. */
static enum err_code sync_folders(struct arena *a, const char *root,
	const struct bundle_file *files, size_t count, struct err *e)
{
	const char *last = "";
	for (size_t i = 0; i < count; i++) {
		const char *folder = folder_of(a, files[i].path);
		if (str_eq(folder, last))
			continue;
		last = folder;
		for (; *folder; folder = folder_of(a, folder)) {
			enum err_code code = dir_sync(path_join(a, root, folder), e);
			if (code)
				return code;
		}
	}
	return dir_sync(root, e);
}

static enum err_code unpack(struct arena *a, const char *root, const struct bundle_file *files,
	size_t count, struct err *e)
{
	enum err_code code = dir_remove_all(root, e);
	if (!code && make_folder(root))
		code = cannot(root, e);
	for (size_t i = 0; !code && i < count; i++)
		if (make_parents(a, root, files[i].path) ||
			write_one(path_join(a, root, files[i].path), &files[i]))
			code = cannot(root, e);
	return code ? code : sync_folders(a, root, files, count, e);
}

static enum err_code swap(
	struct arena *a, const char *dir, int dir_fd, const char *name, struct err *e)
{
	const char *beside = path_join(a, dir, ".current.tmp");
	/* The folder first: the link must never be on the disk without what it points to. */
	if (fsync(dir_fd) || (unlink(beside) && errno != ENOENT) || symlink(name, beside) ||
		rename(beside, path_join(a, dir, "current")) || fsync(dir_fd))
		return cannot(dir, e);
	return ERR_OK;
}

/* Everything of ours but the two. What cannot be removed now is removed by the next installation. */
static void remove_others(struct arena *a, const char *dir, int64_t keep, int64_t previous)
{
	DIR *d = opendir(dir);
	if (!d)
		return;
	for (struct dirent *de; (de = readdir(d));) {
		char *name = arena_strdup(a, de->d_name);
		int64_t serial;
		bool beside = name[0] == '.' && str_ends(name, ".tmp");
		if (beside) {
			name[strlen(name) - 4] = '\0';
			beside = serial_parse(name + 1, &serial);
		}
		if (beside || (serial_parse(name, &serial) && serial != keep && serial != previous))
			(void)!dir_remove_all(path_join(a, dir, de->d_name), NULL);
	}
	closedir(d);
}

static enum err_code install(struct arena *a, const char *dir, int dir_fd,
	const struct bundle_head *head, const struct bundle_file *files, size_t count,
	struct err *e)
{
	char name[SERIAL_NAME_BYTES];
	int64_t before;
	enum err_code code = bundle_installed(dir, &before, e);
	if (!code && head->serial <= before)
		code = err_set(e, ERR_CONFLICT,
			T("数据包 %" PRId64 " 不比已装的 %" PRId64 " 新",
				"bundle %" PRId64 " is not newer than the installed %" PRId64),
			head->serial, before);
	if (code)
		return code;
	serial_name(head->serial, name);
	const char *beside = path_join(a, dir, arena_printf(a, ".%s.tmp", name));
	const char *final = path_join(a, dir, name);
	code = unpack(a, beside, files, count, e);
	if (!code)
		code = dir_remove_all(final, e); /* left by a crash before the swap */
	if (!code && rename(beside, final))
		code = cannot(dir, e);
	if (!code)
		code = swap(a, dir, dir_fd, name, e);
	if (code)
		(void)!dir_remove_all(beside, NULL);
	else
		remove_others(a, dir, head->serial, before);
	return code;
}

enum err_code bundle_install(const char *dir, const struct bundle_head *head,
	const struct bundle_file *files, size_t count, struct err *e)
{
	struct arena *a = arena_new();
	const struct bundle_file *sorted;
	int dir_fd = -1;
	enum err_code code = bundle_sorted(a, head, files, count, &sorted, e);
	if (!code && !file_exists(dir)) {
		code = dir_make_all(dir, e);
		if (!code && chmod(dir, 0755))
			code = cannot(dir, e);
	}
	if (!code) {
		dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir_fd < 0)
			code = cannot(dir, e);
	}
	if (!code && flock(dir_fd, LOCK_EX | LOCK_NB))
		code = errno == EWOULDBLOCK ? err_set(e, ERR_CONFLICT,
						      T("另一个数据包正在安装",
							      "another bundle is being installed"))
					    : cannot(dir, e);
	if (!code)
		code = install(a, dir, dir_fd, head, sorted, count, e);
	if (dir_fd >= 0)
		close(dir_fd);
	arena_free(a);
	return code;
}
