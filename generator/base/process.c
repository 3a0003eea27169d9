/*
 * Another program, run and waited for. It gets two descriptors and nothing else: no environment, no other open file, and a
 * time to live, after which it is killed.
 */
#include "tianlan/base.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
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
