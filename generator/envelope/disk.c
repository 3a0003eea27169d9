/* Whole reads and writes over plain system calls, and durable replacement with a mode that is right from the first moment. */
#include "envelope/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int disk_write(int fd, const void *bytes, size_t len)
{
	for (const char *p = bytes; len;) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int disk_write_at(int fd, const void *bytes, size_t len, off_t offset)
{
	for (const char *p = bytes; len;) {
		ssize_t n = pwrite(fd, p, len, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		offset += n;
		len -= (size_t)n;
	}
	return 0;
}

int disk_read_at(int fd, void *bytes, size_t len, off_t offset, size_t *ret_len)
{
	size_t done = 0;
	while (done < len) {
		ssize_t n = pread(fd, (char *)bytes + done, len - done, offset + (off_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*ret_len = done;
	return 0;
}

int disk_create(int dir, const char *name, mode_t mode)
{
	struct stat st;
	int fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -1;
	/* The umask can only have taken rights away. Seldom, so that the web side's sandbox seldom sees fchmod. */
	if (fstat(fd, &st) || ((st.st_mode & 0777) != mode && fchmod(fd, mode))) {
		int saved = errno;
		close(fd);
		unlinkat(dir, name, 0);
		errno = saved;
		return -1;
	}
	return fd;
}

int disk_sync_parent(const char *path)
{
	char *dir = mem_strdup(path);
	char *slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd < 0)
		return -1;
	int failed = fsync(fd), saved = errno;
	close(fd);
	errno = saved;
	return failed;
}

static int replace_beside(
	const char *path, const char *beside, mode_t mode, const void *bytes, size_t len)
{
	int fd = unlink(beside) == 0 || errno == ENOENT ? disk_create(AT_FDCWD, beside, mode) : -1;
	if (fd < 0)
		return -1;
	int failed = disk_write(fd, bytes, len) || fsync(fd), saved = errno;
	if (close(fd) && !failed) {
		failed = 1;
		saved = errno;
	}
	if (!failed && rename(beside, path)) {
		failed = 1;
		saved = errno;
	}
	if (failed) {
		unlink(beside);
		errno = saved;
		return -1;
	}
	return disk_sync_parent(path);
}

enum err_code disk_replace(
	const char *path, mode_t mode, const void *bytes, size_t len, struct err *e)
{
	struct buf beside;
	buf_init(&beside, 8192);
	buf_printf(&beside, "%s.new", path);
	int failed = -1;
	if (beside.overflow)
		errno = ENAMETOOLONG;
	else
		failed = replace_beside(path, beside.data, mode, bytes, len);
	enum err_code code =
		failed ? err_errno(e, T("不能写“%s”", "cannot write \"%s\""), path) : ERR_OK;
	buf_done(&beside);
	return code;
}
