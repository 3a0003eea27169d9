/*
 * tianlan drain: take what the form received off the spool into cases.git; once, or (--watch) whenever something comes,
 * until SIGTERM or SIGINT, finishing the group at hand.
 *
 * Watching says nothing of what it did before it ends: a log with the time of every line would tell when somebody tipped off.
 * A failure is said, and tried again after a growing pause. inotify only makes it quick: every half minute it looks anyway.
 */
#include "cli/cli.h"

#include "tianlan/casework.h"
#include "tianlan/envelope.h"
#include "tianlan/ledger.h"
#include "tianlan/markup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static const char usage[] = "tianlan drain [--watch [--gather SECONDS]] [--group N] [--json]";

enum {
	LOOK_MS = 30 * 1000,
	GATHER_MS = 200, /* what comes together goes into one commit */
	GATHER_MAX_SECONDS = 86400,
	PAUSE_FIRST_MS = 1000,
	PAUSE_MAX_MS = 60 * 1000,
	GROUP_MAX = 1000,
	NAME_FILE_MAX = 1024,
};

struct watch {
	sigset_t signals;
	int signal_fd, notify_fd, watched;
	const char *folder; /* spool/new */
	int gather_ms;	    /* from the first letter to the commit */
};

/* ---- the run ----------------------------------------------------------------------------------- */

static enum err_code read_host(struct cli *c, const char **ret, struct err *e)
{
	const char *path = path_join(c->arena, c->dir, "host/name");
	struct buf b;
	enum err_code code;

	if (!file_exists(path) && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND,
			T("“%s”不是收件服务器（没有 host/name）；先运行 tianlan intake host",
				"\"%s\" is no intake host (it has no host/name); run tianlan "
				"intake host first"),
			c->dir);
	buf_init(&b, NAME_FILE_MAX);
	code = file_read(path, NAME_FILE_MAX, &b, e);
	if (!code) {
		char *name = buf_dup(&b, c->arena);
		name[strcspn(name, "\r\n")] = '\0';
		*ret = name;
		if (!host_name_valid(name))
			code = err_at(e, ERR_INPUT, path, 1, 0,
				T("这不是收件服务器的名字", "this is no name of an intake host"));
	}
	buf_done(&b);
	return code;
}

static int64_t now_of(const struct cli *c)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t now = 0;

	if (c->today_given)
		return (int64_t)c->today.n * 86400 + (9 - 8) * 3600; /* 09:00 in China */
	return epoch && str_to_int64(epoch, &now) ? now : (int64_t)time(NULL);
}

static bool asked_to_stop(void *ctx)
{
	const struct watch *w = ctx;
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1) &&
	       w->signal_fd >= 0;
}

/* ---- watching ------------------------------------------------------------------------------------- */

static enum err_code watch_begin(struct watch *w, struct err *e)
{
	sigemptyset(&w->signals);
	sigaddset(&w->signals, SIGTERM);
	sigaddset(&w->signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &w->signals, NULL))
		return err_errno(e, T("不能等信号", "cannot wait for signals"));
	w->signal_fd = signalfd(-1, &w->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->signal_fd < 0)
		return err_errno(e, T("不能等信号", "cannot wait for signals"));
	w->notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return ERR_OK;
}

static void watch_end(struct watch *w)
{
	if (w->signal_fd >= 0)
		close(w->signal_fd);
	if (w->notify_fd >= 0)
		close(w->notify_fd);
}

/* Before the spool is read, so that nothing comes between. The folder may have been replaced since. */
static void watch_folder(struct watch *w)
{
	if (w->notify_fd >= 0 && w->watched < 0)
		w->watched = inotify_add_watch(
			w->notify_fd, w->folder, IN_MOVED_TO | IN_CREATE | IN_ONLYDIR);
}

static void forget_events(struct watch *w)
{
	_Alignas(struct inotify_event) char bytes[4096];
	ssize_t n;

	while (w->notify_fd >= 0 && (n = read(w->notify_fd, bytes, sizeof bytes)) > 0)
		for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= n;) {
			struct inotify_event event;
			memcpy(&event, bytes + at, sizeof event);
			if (event.mask & IN_IGNORED)
				w->watched = -1;
			at += (ssize_t)(sizeof event + event.len);
		}
}

/* Waits for a letter (when asked to look for one), a signal or the time. */
static void wait_for(struct watch *w, bool letters, int ms)
{
	struct pollfd fds[] = {{.fd = w->signal_fd, .events = POLLIN},
		{.fd = letters ? w->notify_fd : -1, .events = POLLIN}};

	if (poll(fds, COUNT_OF(fds), ms) < 0 && errno != EINTR)
		return;
}

static void warn(const struct err *e)
{
	char text[2048];

	err_format(e, text, sizeof text);
	cli_warn("%s", text);
}

static enum err_code run_watching(struct cli *c, const struct drain_options *once, int gather_ms,
	struct drain_report *report, struct err *e)
{
	struct watch w = {.signal_fd = -1, .notify_fd = -1, .watched = -1, .gather_ms = gather_ms};
	struct drain_options o = *once;
	int pause_ms = PAUSE_FIRST_MS;

	w.folder = path_join(c->arena, c->dir, "spool/new");
	o.stop = asked_to_stop;
	o.stop_ctx = &w;
	if (watch_begin(&w, e)) {
		watch_end(&w);
		return e->code;
	}
	while (!asked_to_stop(&w)) {
		struct err failure = {0};
		watch_folder(&w);
		forget_events(&w);
		o.now = now_of(c);
		if (drain_run(&o, report, &failure)) {
			warn(&failure);
			wait_for(&w, false, pause_ms);
			pause_ms = pause_ms < PAUSE_MAX_MS / 2 ? 2 * pause_ms : PAUSE_MAX_MS;
			continue;
		}
		pause_ms = PAUSE_FIRST_MS;
		wait_for(&w, true, LOOK_MS);
		wait_for(&w, false, w.gather_ms);
	}
	watch_end(&w);
	return ERR_OK;
}

/* ---- the command ------------------------------------------------------------------------------------ */

static void print_report(const struct cli *c, const struct drain_report *r)
{
	struct json j;
	struct buf b;

	if (!c->json) {
		cli_print(
			T("登记 %zu 件（%zu 次提交），隔离 %zu 件，已有 %zu 件\n",
				"%zu recorded (%zu commits), %zu quarantined, %zu known already\n"),
			r->committed, r->commits, r->quarantined, r->again);
		return;
	}
	buf_init(&b, 1024);
	json_out_init(&j, &b);
	json_out_object(&j, NULL);
	json_out_int(&j, "committed", (int64_t)r->committed);
	json_out_int(&j, "commits", (int64_t)r->commits);
	json_out_int(&j, "quarantined", (int64_t)r->quarantined);
	json_out_object_end(&j);
	cli_print_buf(&b);
	buf_done(&b);
}

enum err_code cmd_drain(struct cli *c, int argc, char **argv, struct err *e)
{
	struct chance chance = chance_system();
	struct drain_options o = {.instance = c->dir, .chance = &chance};
	struct drain_report report = {0};
	const char *group = NULL, *gather = NULL;
	int64_t count = 0, seconds = 0;
	bool watching = cli_flag(&argc, argv, "--watch");
	enum err_code code;

	if (cli_guard_memory(e) || cli_option(&argc, argv, "--group", &group, e) ||
		cli_option(&argc, argv, "--gather", &gather, e) ||
		cli_words(argc, argv, 0, 0, usage, e))
		return e->code;
	if (gather &&
		(!watching || !str_to_int64(gather, &seconds) || seconds > GATHER_MAX_SECONDS))
		return err_set(e, ERR_USAGE,
			T("--gather 要写 0 到 86400 秒，和 --watch 一起用：“%s”",
				"--gather is 0 to 86400 seconds, with --watch: \"%s\""),
			gather);
	if (group && (!str_to_int64(group, &count) || count < 1 || count > GROUP_MAX))
		return err_set(e, ERR_USAGE,
			T("--group 要写 1 到 1000：“%s”", "--group is 1 to 1000: \"%s\""), group);
	o.group = (size_t)count;
	if (read_host(c, &o.host, e))
		return e->code;
	code = ledger_start(e);
	o.now = now_of(c);
	if (!code)
		code = watching ? run_watching(c, &o, seconds ? (int)seconds * 1000 : GATHER_MS,
					  &report, e)
				: drain_run(&o, &report, e);
	ledger_stop();
	if (!code || report.commits || report.quarantined)
		print_report(c, &report);
	return code;
}
