/* The sandbox and the launcher, each in a process of its own: what is let through, and how the rest ends. */
#include "host.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct host h;

static void open_host(void)
{
	host_open(&h, "", true);
}

static void close_host(void)
{
	host_close(&h);
}

TestSuite(intake_confine, .init = open_host, .fini = close_host);

/* Each is run behind the closed door; 0: it was let through, 1: refused with an error. */
static int run_program(void)
{
	execl("/bin/true", "true", NULL);
	return 1;
}
static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}
static int make_folder(void)
{
	return mkdir(host_path(&h, "spool/tmp/x"), 0700) != 0;
}
static int kill_someone(void)
{
	return kill(1, 0) != 0;
}
static int write_spool(void)
{
	int fd = open(host_path(&h, "spool/tmp/x"), O_WRONLY | O_CREAT | O_EXCL, 0600);
	return fd < 0 || write(fd, "x", 1) != 1 || fdatasync(fd) || close(fd);
}
static int write_seen(void)
{
	return open(host_path(&h, "spool/seen/x"), O_WRONLY | O_CREAT, 0600) < 0;
}
static int write_bundle(void)
{
	return open(host_path(&h, "intake/current/form.conf"), O_WRONLY) < 0;
}
static int write_secret(void)
{
	return open(host_path(&h, "host/token.secret"), O_WRONLY | O_TRUNC) < 0;
}
static int read_bundle(void)
{
	return open(host_path(&h, "intake/current/form.conf"), O_RDONLY) < 0;
}
static int read_elsewhere(void)
{
	return open("/etc/hostname", O_RDONLY) < 0;
}
static int handle_post(void)
{
	const char *const pairs[] = {"token", host_token(&h, 10), "kind", "noise", "place", "x",
		"what", "夜里冒黑烟，气味刺鼻。", "way", "anonymous", NULL};
	host_post(&h, pairs);
	return h.res.status != 200 || !host_says(&h, "receipt-proof");
}
static int look_up(void)
{
	host_look_up(&h, "0000-0000-0000-0000-0000");
	return h.res.status != 404 && h.res.status != 422;
}

enum ending { LET, REFUSED, KILLED };
static const struct {
	const char *what;
	int (*deed)(void);
	enum ending report, receipt; /* as report.cgi and as receipt.cgi */
} deeds[] = {
	{"run a program", run_program, KILLED, KILLED},
	{"make a socket", make_socket, KILLED, KILLED},
	{"make a folder", make_folder, KILLED, KILLED},
	{"kill", kill_someone, KILLED, KILLED},
	{"write to the spool", write_spool, LET, REFUSED},
	{"write to seen/", write_seen, REFUSED, REFUSED},
	{"write to the bundle", write_bundle, REFUSED, REFUSED},
	{"write a secret", write_secret, REFUSED, REFUSED},
	{"read the bundle", read_bundle, LET, LET},
	{"read elsewhere", read_elsewhere, REFUSED, REFUSED},
	{"take a post", handle_post, LET, REFUSED},
	{"look up a receipt", look_up, LET, LET},
};

static enum ending in_child(int (*deed)(void), bool write, bool fastcgi)
{
	static uint64_t runs;
	h.seed = 1000 + runs++; /* each post has a token of its own */
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0) {
		struct err e = {0};
		if (sandbox_limits(fastcgi, &e) || sandbox_enter(h.dir, write, fastcgi, &e))
			_exit(9);
		_exit(deed());
	}
	int status;
	cr_assert_eq(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status)) {
		cr_assert_eq(WTERMSIG(status), SIGSYS, "signal %d", WTERMSIG(status));
		return KILLED;
	}
	cr_assert_lt(WEXITSTATUS(status), 2, "the door closed");
	return WEXITSTATUS(status) ? REFUSED : LET;
}

Test(intake_confine, only_what_a_request_needs_is_let_through)
{
	for (size_t i = 0; i < COUNT_OF(deeds); i++) {
		for (int fastcgi = 0; fastcgi < 2; fastcgi++) {
			cr_assert_eq(in_child(deeds[i].deed, true, fastcgi), deeds[i].report,
				"report.cgi: %s", deeds[i].what);
			unlink(host_path(&h, "spool/tmp/x"));
			enum ending got = in_child(deeds[i].deed, false, fastcgi);
			/* A budget's lock, the first thing a post does, is a call receipt.cgi does not have. */
			bool post = deeds[i].deed == handle_post && got == KILLED;
			cr_assert(
				post || got == deeds[i].receipt, "receipt.cgi: %s", deeds[i].what);
			unlink(host_path(&h, "spool/tmp/x"));
		}
	}
}

Test(intake_confine, a_body_on_a_disk_is_refused_and_one_in_memory_is_not)
{
	struct err e = {0};
	int pair[2];
	char path[] = "/var/tmp/tianlan-input-XXXXXX";
	int disk = mkstemp(path), memory = memfd_create("x", 0);
	cr_assert_geq(disk, 0);
	unlink(path);
	cr_assert_eq(pipe(pair), 0);
	cr_assert_eq(sandbox_check_input(pair[0], false, &e), ERR_OK);
	cr_assert_eq(sandbox_check_input(memory, false, &e), ERR_OK);
	cr_assert_eq(sandbox_check_input(disk, false, &e), ERR_REFUSED);
	cr_assert_not_null(strstr(e.message, "disk_trusted"));
	cr_assert_eq(sandbox_check_input(disk, true, &e), ERR_OK);
	cr_assert_eq(sandbox_check_input(-1, true, &e), ERR_SYSTEM);
}

/* ---- the launcher --------------------------------------------------------------------------------------- */

TestSuite(intake_launcher, .init = open_host, .fini = close_host);

static enum err_code clean(
	const char *program, const void *bytes, size_t len, int *ret_status, struct buf *out)
{
	struct err e = {0};
	int socket = -1;
	cr_assert_eq(launcher_start(h.dir, program, &socket, &e), ERR_OK, "%s", e.message);
	enum err_code code = launcher_clean(socket, bytes, len, ret_status, out, &e);
	/* It serves on: a second time is as the first. */
	if (!code) {
		int again = -5;
		struct buf second;
		buf_init(&second, 16 << 20);
		cr_assert_eq(launcher_clean(socket, bytes, len, &again, &second, &e), ERR_OK);
		cr_assert_eq(again, *ret_status);
		cr_assert_eq(second.len, out->len);
		buf_done(&second);
	}
	close(socket);
	return code;
}

Test(intake_launcher, bytes_go_in_and_the_programs_output_comes_back)
{
	size_t len = 5 << 20;
	char *bytes = mem_alloc(len);
	struct buf out;
	int status = -5;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 7 + i / 997);
	buf_init(&out, 16 << 20);
	cr_assert_eq(clean("/bin/cat", bytes, len, &status, &out), ERR_OK);
	cr_assert_eq(status, 0);
	cr_assert_eq(out.len, len);
	cr_assert_eq(memcmp(out.data, bytes, len), 0);
	buf_done(&out);
	free(bytes);
}

Test(intake_launcher, a_status_comes_back_without_output)
{
	struct buf out;
	int status = -5;
	buf_init(&out, 16 << 20);
	cr_assert_eq(clean("/bin/false", "x", 1, &status, &out), ERR_OK);
	cr_assert_eq(status, 1);
	cr_assert_eq(out.len, 0);
	buf_done(&out);
}

Test(intake_launcher, a_program_that_cannot_run_is_the_machines_fault)
{
	struct buf out;
	int status = -5;
	buf_init(&out, 16 << 20);
	cr_assert_eq(clean("/nonexistent", "x", 1, &status, &out), ERR_SYSTEM);
	cr_assert_eq(clean("/bin/true", "x", 1, &status, &out), ERR_SYSTEM,
		"cleaned, but nothing there");
	buf_done(&out);
}

Test(intake_launcher, too_much_is_refused_before_it_is_sent)
{
	struct err e;
	struct buf out;
	int status = -5;
	buf_init(&out, 1 << 20);
	cr_assert_eq(launcher_clean(-1, "", ((size_t)10 << 20) + 1, &status, &out, &e), ERR_OK);
	cr_assert_eq(status, 13);
	cr_assert_eq(launcher_clean(-1, "x", 1, &status, &out, &e), ERR_SYSTEM, "no launcher");
	buf_done(&out);
}

Test(intake_launcher, it_keeps_no_descriptor_but_its_socket)
{
	struct err e = {0};
	int pair[2], socket = -1;
	char c;
	cr_assert_eq(pipe(pair), 0);
	cr_assert_eq(launcher_start(h.dir, "/bin/cat", &socket, &e), ERR_OK);
	close(pair[1]);
	/* The write end is closed in the launcher as well, so the end is seen; a web server waits for just that. */
	cr_assert_eq(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
	ssize_t n = -1;
	for (int i = 0; i < 200 && (n = read(pair[0], &c, 1)) != 0; i++)
		usleep(10000);
	cr_assert_eq(n, 0);
	close(socket);
}

Test(intake_launcher, a_length_over_the_limit_ends_it)
{
	struct err e = {0};
	int socket = -1;
	/* The number of the question, then the length. */
	uint32_t question[4] = {1, 0, UINT32_MAX, 0};
	char c;
	cr_assert_eq(launcher_start(h.dir, "/bin/cat", &socket, &e), ERR_OK);
	cr_assert_eq(write(socket, question, sizeof question), sizeof question);
	cr_assert_eq(read(socket, &c, 1), 0);
	close(socket);
}

/* ---- an answer that is somebody else's ------------------------------------------------------------------ */

/* What had come already may still lie there; nothing more comes, and no question can be sent. */
static bool is_shut(int socket)
{
	char c;
	ssize_t n;
	while ((n = recv(socket, &c, 1, MSG_DONTWAIT)) > 0)
		;
	return n == 0 && send(socket, "x", 1, MSG_NOSIGNAL) < 0;
}

static enum err_code clean_within(int socket, const char *bytes, int ms, struct buf *out)
{
	int status = -5;
	struct err e = {0};
	buf_init(out, 1 << 20);
	return launcher_clean_within(socket, bytes, strlen(bytes), ms, &status, out, &e);
}

static pid_t only_child(void)
{
	int pid = -1;
	FILE *f = fopen(arena_printf(h.arena, "/proc/self/task/%d/children", (int)getpid()), "r");
	cr_assert_not_null(f);
	cr_assert_eq(fscanf(f, "%d", &pid), 1);
	fclose(f);
	return (pid_t)pid;
}

Test(intake_launcher, an_answer_that_comes_too_late_is_nobodys, .timeout = 20)
{
	struct err e = {0};
	struct buf out;
	int socket = -1, status;
	cr_assert_eq(launcher_start(h.dir, "/bin/cat", &socket, &e), ERR_OK);
	cr_assert_eq(clean_within(socket, "before", 5000, &out), ERR_OK);
	cr_assert_eq(out.len, 6);
	buf_done(&out);
	pid_t launcher = only_child();
	cr_assert_eq(kill(launcher, SIGSTOP), 0);
	cr_assert_eq(clean_within(socket, "somebody's picture", 200, &out), ERR_SYSTEM);
	buf_done(&out);
	cr_assert(is_shut(socket));
	cr_assert_eq(kill(launcher, SIGCONT), 0);
	/* It finds nobody, and ends; the next one is told so, and is given nothing. */
	cr_assert_eq(waitpid(launcher, &status, 0), launcher);
	cr_assert_eq(clean_within(socket, "mine", 200, &out), ERR_SYSTEM);
	cr_assert_eq(out.len, 0);
	buf_done(&out);
	close(socket);
}

/* A launcher that answers each question with what is wrong in one way, then rightly. */
enum wrong { RIGHT, OTHER_NUMBER, TOO_LONG, CUT, OWN_FAILURE, PROGRAM_FAILED, WRONGS };

static void answer_wrongly(int socket, enum wrong how)
{
	struct {
		uint64_t number;
		uint32_t len, nothing;
	} q;
	struct {
		uint64_t number;
		int32_t status;
		uint32_t len;
	} r = {0};
	char bytes[16];
	for (int i = 0; i < 2; i++) {
		if (recv(socket, &q, sizeof q, MSG_WAITALL) != sizeof q || q.len > sizeof bytes ||
			recv(socket, bytes, q.len, MSG_WAITALL) != (ssize_t)q.len)
			_exit(0);
		r.number = q.number + (how == OTHER_NUMBER);
		r.status = how == OWN_FAILURE ? -2 : how == PROGRAM_FAILED ? 15 : 0;
		r.len = how == TOO_LONG ? 8u << 20 : r.status ? 0 : 4;
		if (send(socket, &r, sizeof r, MSG_NOSIGNAL) != sizeof r)
			_exit(0);
		if (r.status == 0)
			(void)!send(socket, "jpeg", how == CUT ? 3 : 4, MSG_NOSIGNAL);
		how = RIGHT;
	}
	_exit(0);
}

Test(intake_launcher, whatever_goes_wrong_ends_the_socket, .timeout = 30)
{
	for (int how = RIGHT; how < WRONGS; how++) {
		int pair[2], status;
		struct buf out;
		cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		pid_t child = fork();
		if (child == 0) {
			close(pair[0]);
			answer_wrongly(pair[1], (enum wrong)how);
		}
		close(pair[1]);
		enum err_code code = clean_within(pair[0], "first", 500, &out);
		cr_assert_eq(code, how == RIGHT ? ERR_OK : ERR_SYSTEM, "%d", how);
		cr_assert_eq(out.len, how == RIGHT ? 4 : 0, "%d: nothing of it is used", how);
		buf_done(&out);
		code = clean_within(pair[0], "second", 500, &out);
		cr_assert_eq(code, how == RIGHT ? ERR_OK : ERR_SYSTEM, "%d: shut", how);
		cr_assert_eq(out.len, how == RIGHT ? 4 : 0, "%d", how);
		cr_assert(how == RIGHT || is_shut(pair[0]), "%d", how);
		buf_done(&out);
		close(pair[0]);
		cr_assert_eq(waitpid(child, &status, 0), child);
	}
}

Test(intake_launcher, inside_the_sandbox_a_failure_ends_the_socket_too)
{
	for (int fastcgi = 0; fastcgi < 2; fastcgi++) {
		int pair[2], status;
		cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		pid_t child = fork();
		if (child == 0) {
			struct err e = {0};
			struct buf out;
			if (sandbox_enter(h.dir, true, fastcgi, &e))
				_exit(9);
			_exit(clean_within(pair[0], "x", 100, &out) != ERR_SYSTEM);
		}
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_assert(WIFEXITED(status), "no call was missing");
		cr_assert_eq(WEXITSTATUS(status), 0);
		close(pair[0]);
		close(pair[1]);
	}
}

/* ---- two at once ------------------------------------------------------------------------------------------ */

Test(intake_launcher, at_most_two_programs_run_at_once_on_a_host, .timeout = 60)
{
	enum { ASKING = 5 };
	const char *program = host_path(&h, "program"), *log = host_path(&h, "log");
	pid_t asking[ASKING];
	int running = 0, most = 0, runs = 0;
	host_file(&h, "program",
		arena_printf(h.arena,
			"#!/bin/sh\nprintf + >>%s\nsleep 0.3\nprintf -- - >>%s\nexit 11\n", log,
			log));
	cr_assert_eq(chmod(program, 0700), 0);
	/* Each with a launcher of its own, as CGIs are. */
	for (int i = 0; i < ASKING; i++) {
		asking[i] = fork();
		if (asking[i] == 0) {
			struct err e = {0};
			struct buf out;
			int socket = -1, status = -5;
			buf_init(&out, 1 << 20);
			_exit(launcher_start(h.dir, program, &socket, &e) ||
				launcher_clean(socket, "x", 1, &status, &out, &e) || status != 11);
		}
	}
	for (int i = 0; i < ASKING; i++) {
		int status;
		cr_assert_eq(waitpid(asking[i], &status, 0), asking[i]);
		cr_assert(WIFEXITED(status));
		cr_assert_eq(WEXITSTATUS(status), 0, "each has its turn");
	}
	struct err e = {0};
	struct buf text;
	buf_init(&text, 1 << 10);
	cr_assert_eq(file_read(log, 1 << 10, &text, &e), ERR_OK);
	for (const char *p = buf_text(&text); *p; p++) {
		running += *p == '+' ? 1 : -1;
		runs += *p == '+';
		most = running > most ? running : most;
	}
	cr_assert_eq(runs, ASKING);
	cr_assert_eq(most, 2);
	buf_done(&text);
}

Test(intake_launcher, when_none_becomes_free_it_says_so_and_serves_on)
{
	struct err e = {0};
	struct buf out;
	int socket = -1, status = -5;
	int one = open(host_path(&h, "spool/budget/photo-1"), O_RDWR | O_CREAT, 0600),
	    two = open(host_path(&h, "spool/budget/photo-2"), O_RDWR | O_CREAT, 0600);
	cr_assert_eq(flock(one, LOCK_EX), 0);
	cr_assert_eq(flock(two, LOCK_EX), 0);
	buf_init(&out, 1 << 20);
	cr_assert_eq(launcher_start_waiting(h.dir, "/bin/cat", 100, &socket, &e), ERR_OK);
	cr_assert_eq(launcher_clean(socket, "x", 1, &status, &out, &e), ERR_OK);
	cr_assert_eq(status, LAUNCHER_BUSY);
	cr_assert_eq(out.len, 0);
	close(two);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(launcher_clean(socket, "x", 1, &status, &out, &e), ERR_OK);
		cr_assert_eq(status, 0, "and it gives its place back");
	}
	cr_assert_eq(out.len, 3);
	close(one);
	close(socket);
	buf_done(&out);
}

Test(intake_launcher, without_its_locks_no_program_is_run)
{
	struct err e = {0};
	struct buf out;
	int socket = -1, status = -5;
	buf_init(&out, 1 << 20);
	cr_assert_eq(rmdir(host_path(&h, "spool/budget")), 0);
	cr_assert_eq(launcher_start(h.dir, "/bin/cat", &socket, &e), ERR_OK);
	cr_assert_eq(launcher_clean(socket, "x", 1, &status, &out, &e), ERR_SYSTEM);
	close(socket);
	buf_done(&out);
}
