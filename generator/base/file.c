/*
 * Files. What is written durably is written beside, fsynced, renamed, and the folder fsynced: after a crash the old
 * or the new file stands, never a part.
 */
#include "tianlan/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err_code file_read(const char *path, size_t max_bytes, struct buf *ret_bytes, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st)) {
		enum err_code missing = errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
		err_errno(e, T("不能读“%s”", "cannot read \"%s\""), path);
		if (e)
			e->code = missing;
		if (fd >= 0)
			close(fd);
		return missing;
	}
	enum err_code code = ERR_OK;
	if (S_ISDIR(st.st_mode))
		code = err_set(e, ERR_INPUT,
			T("“%s”是目录，不是文件", "\"%s\" is a folder, not a file"), path);
	if (ret_bytes->max > max_bytes)
		ret_bytes->max = max_bytes;
	char chunk[65536];
	for (ssize_t n; !code;) {
		n = read(fd, chunk, sizeof chunk);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			code = err_errno(e, T("读“%s”失败", "cannot read \"%s\""), path);
		else
			buf_add(ret_bytes, chunk, (size_t)n);
		if (!code && ret_bytes->overflow)
			code = err_set(e, ERR_INPUT,
				T("“%s”太大，上限 %zu 字节",
					"\"%s\" is too large, at most %zu bytes"),
				path, max_bytes);
	}
	close(fd);
	return code;
}

static enum err_code write_all(
	int fd, const char *path, const void *bytes, size_t len, struct err *e)
{
	for (const char *p = bytes; len;) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, T("写“%s”失败", "cannot write \"%s\""), path);
		p += n;
		len -= (size_t)n;
	}
	if (fsync(fd))
		return err_errno(e, T("同步“%s”失败", "cannot sync \"%s\""), path);
	return ERR_OK;
}

static enum err_code sync_parent(const char *path, struct err *e)
{
	char *dir = mem_strdup(path);
	char *slash = strrchr(dir, '/');
	if (slash == dir)
		slash[1] = '\0';
	else if (slash)
		*slash = '\0';
	enum err_code code = dir_sync(slash ? dir : ".", e);
	free(dir);
	return code;
}

enum err_code file_write_durable(const char *path, const void *bytes, size_t len, struct err *e)
{
	struct buf temp;
	buf_init(&temp, 8192);
	buf_printf(&temp, "%s.XXXXXX", path);
	int fd = temp.overflow ? -1 : mkostemp(temp.data, O_CLOEXEC);
	enum err_code code = ERR_OK;
	if (fd < 0) {
		code = err_errno(e, T("不能写“%s”", "cannot write \"%s\""), path);
		buf_done(&temp);
		return code;
	}
	mode_t mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0666 & ~mask))
		code = err_errno(e, T("不能写“%s”", "cannot write \"%s\""), path);
	if (!code)
		code = write_all(fd, path, bytes, len, e);
	if (close(fd) && !code)
		code = err_errno(e, T("写“%s”失败", "cannot write \"%s\""), path);
	if (!code && rename(temp.data, path))
		code = err_errno(e, T("不能换上“%s”", "cannot put \"%s\" in place"), path);
	if (code)
		unlink(temp.data);
	buf_done(&temp);
	return code ? code : sync_parent(path, e);
}

enum err_code dir_make_all(const char *path, struct err *e)
{
	char *p = mem_strdup(path);
	enum err_code code = ERR_OK;
	for (char *s = p + 1; *s && !code; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		if (mkdir(p, 0777) && errno != EEXIST)
			code = err_errno(e, T("不能建目录“%s”", "cannot make folder \"%s\""), p);
		*s = '/';
	}
	struct stat st;
	if (!code && mkdir(p, 0777) && (errno != EEXIST || stat(p, &st) || !S_ISDIR(st.st_mode)))
		code = err_errno(e, T("不能建目录“%s”", "cannot make folder \"%s\""), p);
	free(p);
	return code;
}

enum err_code dir_sync(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd)) {
		err_errno(e, T("同步目录“%s”失败", "cannot sync folder \"%s\""), path);
		if (fd >= 0)
			close(fd);
		return ERR_SYSTEM;
	}
	close(fd);
	return ERR_OK;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

char *path_join(struct arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir);
	return arena_printf(a, n && dir[n - 1] == '/' ? "%s%s" : "%s/%s", dir, name);
}

static int remove_at(int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	int failed = 0;
	for (struct dirent *de; !failed && (de = readdir(d));)
		if (!str_eq(de->d_name, ".") && !str_eq(de->d_name, ".."))
			failed = remove_at(dirfd(d), de->d_name);
	closedir(d);
	return failed ? -1 : unlinkat(parent, name, AT_REMOVEDIR);
}

enum err_code dir_remove_all(const char *path, struct err *e)
{
	if (remove_at(AT_FDCWD, path))
		return err_errno(e, T("不能删除“%s”", "cannot delete \"%s\""), path);
	return ERR_OK;
}

struct walk {
	const char *root;
	file_visit_fn *fn;
	void *ctx;
};

static int visible(const struct dirent *de)
{
	return !str_eq(de->d_name, ".") && !str_eq(de->d_name, "..");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum err_code walk_dir(const struct walk *w, const char *below, struct err *e);

static enum err_code walk_entry(
	const struct walk *w, const char *below, const char *name, struct err *e)
{
	struct arena *a = arena_new();
	const char *relative = *below ? path_join(a, below, name) : name;
	const char *path = path_join(a, w->root, relative);
	struct stat st;
	enum err_code code = ERR_OK;
	if (lstat(path, &st))
		code = err_errno(e, T("不能读“%s”", "cannot read \"%s\""), path);
	else if (S_ISDIR(st.st_mode))
		code = walk_dir(w, relative, e);
	else if (S_ISREG(st.st_mode))
		code = w->fn(relative, w->ctx, e);
	arena_free(a);
	return code;
}

static enum err_code walk_dir(const struct walk *w, const char *below, struct err *e)
{
	struct arena *a = arena_new();
	struct dirent **list;
	const char *path = *below ? path_join(a, w->root, below) : w->root;
	int n = scandir(path, &list, visible, by_bytes);
	enum err_code code = ERR_OK;
	if (n < 0)
		code = err_errno(e, T("不能读目录“%s”", "cannot read folder \"%s\""), path);
	for (int i = 0; i < n; i++) {
		if (!code)
			code = walk_entry(w, below, list[i]->d_name, e);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	arena_free(a);
	return code;
}

enum err_code dir_each_file(const char *dir, file_visit_fn *fn, void *ctx, struct err *e)
{
	struct walk w = {dir, fn, ctx};
	return walk_dir(&w, "", e);
}
