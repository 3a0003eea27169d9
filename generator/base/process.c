/*
 * Another program, run and waited for. It gets two descriptors and nothing else: no environment, no other open file, and a
 * time to live, after which it is killed.
 */
#include "tianlan/base.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_NOT_STARTED = 127 };

/* In the child: only calls that are safe after fork. Every descriptor above the two is closed. */
static void become(const char *const *argv, int in_fd, int out_fd)
{
	static char *const nothing[] = {NULL};
	/* Out of the way of 0 and 1 first, so that neither is overwritten before it is copied. */
	int in = dup(in_fd), out = dup(out_fd);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0)
		_exit(STATUS_NOT_STARTED);
	close(2);
	if (syscall(SYS_close_range, 2u, ~0u, 0u))
		for (int fd = 2; fd < 1024; fd++)
			close(fd);
	execve(argv[0], (char *const *)(uintptr_t)argv, nothing);
	_exit(STATUS_NOT_STARTED);
}

static pid_t wait_for(pid_t child, int options, int *status)
{
	pid_t got;
	do
		got = waitpid(child, status, options);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Waits on the child's pidfd; without one (an old kernel) looks every 5 ms. False: the time is over. */
static bool ended_in_time(pid_t child, int wall_ms, int *status)
{
	int fd = (int)syscall(SYS_pidfd_open, child, 0u);
	if (fd >= 0) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int n;
		do
			n = poll(&p, 1, wall_ms);
		while (n < 0 && errno == EINTR);
		close(fd);
		return n > 0 && wait_for(child, 0, status) == child;
	}
	for (int waited = 0; waited <= wall_ms; waited += 5) {
		if (wait_for(child, WNOHANG, status) == child)
			return true;
		(void)poll(NULL, 0, 5);
	}
	return false;
}

enum err_code process_run(
	const char *const *argv, int in_fd, int out_fd, int wall_ms, int *ret_status, struct err *e)
{
	int status = 0;
	pid_t child = fork();
	if (child < 0)
		return err_errno(
			e, T("不能启动程序“%s”", "cannot start the program \"%s\""), argv[0]);
	if (child == 0)
		become(argv, in_fd, out_fd);
	if (!ended_in_time(child, wall_ms, &status)) {
		kill(child, SIGKILL);
		if (wait_for(child, 0, &status) != child)
			return err_errno(e,
				T("等不到程序“%s”", "cannot wait for the program \"%s\""), argv[0]);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_STARTED)
		return err_set(e, ERR_SYSTEM,
			T("不能启动程序“%s”", "cannot start the program \"%s\""), argv[0]);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return ERR_OK;
}

/* ---- bytes in, bytes out -------------------------------------------------------------- */

/* A memory file with these bytes, at its beginning; -1. */
static int memory_file(const void *bytes, size_t len)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	for (const char *p = bytes; fd >= 0 && len;) {
		ssize_t n = write(fd, p, len);
		if (n <= 0) {
			close(fd);
			return -1;
		}
		p += n;
		len -= (size_t)n;
	}
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool take_file(int fd, struct buf *ret)
{
	struct stat st;
	void *at;
	if (fstat(fd, &st))
		return false;
	if (st.st_size == 0)
		return true;
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return false;
	buf_add(ret, at, (size_t)st.st_size);
	munmap(at, (size_t)st.st_size);
	return true;
}

enum err_code process_filter(const char *const *argv, const void *in, size_t in_len, int wall_ms,
	struct buf *ret_out, int *ret_status, struct err *e)
{
	int from = memory_file(in, in_len), to = memory_file(NULL, 0);
	enum err_code code = ERR_OK;
	if (from < 0 || to < 0)
		code = err_errno(e, T("没有内存文件", "no memory file"));
	if (!code)
		code = process_run(argv, from, to, wall_ms, ret_status, e);
	if (!code && !take_file(to, ret_out))
		code = err_errno(
			e, T("读不到程序“%s”写的", "cannot read what \"%s\" wrote"), argv[0]);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return code;
}
