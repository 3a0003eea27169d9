/*
 * Children of `tianlan serve`. Each is in a process group of its own, so that Ctrl-C reaches us and we stop them in order;
 * if we are killed, the kernel stops them.
 */
#include "cli/children.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	POLL_US = 50000,
	PATIENCE_POLLS = 20 * 20
}; /* 20 s until a child that does not stop is killed */

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
	asked_to_stop = number;
}

static enum err_code start(struct child *c, struct err *e)
{
	pid_t parent = getpid(), pid = fork();
	if (pid < 0)
		return err_errno(e, T("不能启动%s", "cannot start the %s"), c->name);
	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGPIPE, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(0);
		execv(c->argv[0], (char *const *)(uintptr_t)c->argv);
		_exit(127);
	}
	c->pid = pid;
	return ERR_OK;
}

/* Did it end? */
static bool ended(struct child *c)
{
	pid_t got;
	do
		got = waitpid(c->pid, &c->status, WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return false;
	c->pid = 0;
	return true;
}

static void stop(struct child *c)
{
	if (!c->pid)
		return;
	kill(c->pid, SIGTERM);
	for (int i = 0; !ended(c); i++) {
		if (i == PATIENCE_POLLS)
			kill(-c->pid, SIGKILL);
		usleep(POLL_US);
	}
}

static struct child *wait_for_end(struct child *children, size_t count)
{
	while (!asked_to_stop) {
		for (size_t i = 0; i < count; i++)
			if (ended(&children[i]))
				return &children[i];
		usleep(POLL_US);
	}
	return NULL;
}

enum err_code children_run(
	struct child *children, size_t count, void (*ready)(void *ctx), void *ctx, struct err *e)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	const struct sigaction act = {.sa_handler = on_signal};
	enum err_code code = ERR_OK;
	size_t started = 0;
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		sigaction(signals[i], &act, NULL);
	while (!code && started < count)
		if (!(code = start(&children[started], e)))
			started++;
	if (!code) {
		ready(ctx);
		const struct child *c = wait_for_end(children, started);
		if (c)
			code = err_set(e, ERR_SYSTEM,
				T("%s自己停了（状态 %d）", "the %s stopped by itself (status %d)"),
				c->name, WIFEXITED(c->status) ? WEXITSTATUS(c->status) : -1);
	}
	for (size_t i = 0; i < started; i++)
		stop(&children[i]);
	return code;
}
