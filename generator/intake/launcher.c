/*
 * The one process that stays outside the sandbox. It was forked before any byte of the request was looked at, keeps one socket
 * and nothing else, and does one thing: bytes in, the named program run over them, its status and its output back.
 *
 * What it is told is a length and that many bytes; a length over the limit ends it. It ends when the other side of the socket
 * is closed. At most two programs run at once on a host, whoever started them: each run holds the lock of one of two files.
 *
 * An answer belongs to the request whose number, drawn by chance, it bears. Whatever goes wrong on the asking side, a picture
 * that may still come is nobody's any more: the socket is shut, and no later request can be given it.
 *
 *   request  number 8, length 4, nothing 4, bytes
 *   answer   number 8, status 4 (exit status, -1 a signal, -2 could not be run, LAUNCHER_BUSY), length 4, bytes
 */
#include "intake/intake_internal.h"

#include "tianlan/photo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	WALL_MS = 20 * 1000,
	BUSY_MS = 20 * 1000, /* for a lock */
	ANSWER_MS = BUSY_MS + WALL_MS + 5 * 1000,
	LOOK_MS = 50, /* between two tries for a lock */
	NOT_RUN = -2,
	SLOTS = 2,
};

struct question {
	uint64_t number;
	uint32_t len, nothing;
};
struct reply {
	uint64_t number;
	int32_t status;
	uint32_t len;
};

/* With a time limit for each piece, so that neither side waits for a dead one. ms -1: for ever. */
static bool move_all(int fd, void *bytes, size_t len, bool out, int ms)
{
	for (char *p = bytes; len > 0;) {
		struct pollfd ready = {.fd = fd, .events = out ? POLLOUT : POLLIN};
		int n = poll(&ready, 1, ms);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		ssize_t done = out ? send(fd, p, len, MSG_NOSIGNAL) : recv(fd, p, len, 0);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		len -= (size_t)done;
	}
	return true;
}

static bool send_all(int fd, const void *bytes, size_t len, int ms)
{
	return move_all(fd, (void *)(uintptr_t)bytes, len, true, ms);
}

/* ---- inside the launcher ------------------------------------------------------------------------------ */

struct launcher {
	int socket;
	const char *program;
	int slot[SLOTS]; /* the files whose locks let a program run */
	int busy_ms;
};

/* The descriptor that holds the lock; -1: all were held by others all the time. */
static int take_slot(const struct launcher *l)
{
	for (int waited = 0;; waited += LOOK_MS) {
		for (int i = 0; i < SLOTS; i++)
			if (flock(l->slot[i], LOCK_EX | LOCK_NB) == 0)
				return l->slot[i];
		if (waited >= l->busy_ms)
			return -1;
		(void)poll(NULL, 0, LOOK_MS);
	}
}

/* A memory file filled from the socket; -1. */
static int receive_file(int socket, size_t len)
{
	int fd = memfd_create("photo", MFD_CLOEXEC);
	void *at = MAP_FAILED;
	if (fd >= 0 && ftruncate(fd, (off_t)len) == 0 && len > 0)
		at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	bool good = fd >= 0 &&
		    (len == 0 || (at != MAP_FAILED && move_all(socket, at, len, false, ANSWER_MS)));
	if (at != MAP_FAILED)
		munmap(at, len);
	if (!good && fd >= 0)
		close(fd);
	return good ? fd : -1;
}

static bool answer(int socket, uint64_t number, int32_t status, int out)
{
	struct stat st;
	uint32_t len = 0;
	void *at = MAP_FAILED;
	if (status == PHOTO_CLEANED && out >= 0 && !fstat(out, &st) && st.st_size > 0 &&
		st.st_size <= PHOTO_JPEG_MAX_BYTES) {
		len = (uint32_t)st.st_size;
		at = mmap(NULL, len, PROT_READ, MAP_SHARED, out, 0);
	}
	if (status == PHOTO_CLEANED && at == MAP_FAILED) {
		status = NOT_RUN;
		len = 0;
	}
	const struct reply head = {number, status, len};
	bool good = send_all(socket, &head, sizeof head, ANSWER_MS) &&
		    (len == 0 || send_all(socket, at, len, ANSWER_MS));
	if (at != MAP_FAILED)
		munmap(at, len);
	return good;
}

/* The exit status of the program, or why it was not run. */
static int run(const struct launcher *l, int in, int out)
{
	const char *const argv[] = {l->program, NULL};
	struct err e;
	int status = NOT_RUN;
	for (int i = 0; i < SLOTS; i++)
		if (l->slot[i] < 0)
			return NOT_RUN;
	int slot = take_slot(l);
	if (slot < 0)
		return LAUNCHER_BUSY;
	if (out < 0 || process_run(argv, in, out, WALL_MS, &status, &e))
		status = NOT_RUN;
	(void)flock(slot, LOCK_UN);
	return status;
}

static bool serve_one(const struct launcher *l)
{
	struct question q;
	if (!move_all(l->socket, &q, sizeof q, false, -1) || q.len > PHOTO_MAX_BYTES)
		return false;
	int in = receive_file(l->socket, q.len);
	if (in < 0)
		return false;
	int out = memfd_create("jpeg", MFD_CLOEXEC);
	bool good = answer(l->socket, q.number, run(l, in, out), out);
	close(in);
	if (out >= 0)
		close(out);
	return good;
}

/* Two files beside the budget's, where this user may write. They are empty, and stay. */
static void open_slots(struct launcher *l, const char *instance)
{
	static const char *const names[SLOTS] = {"photo-1", "photo-2"};
	struct arena *a = arena_new();
	for (int i = 0; i < SLOTS; i++)
		l->slot[i] = open(arena_printf(a, "%s/spool/budget/%s", instance, names[i]),
			O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	arena_free(a);
}

static _Noreturn void serve(int socket, const char *instance, const char *program, int busy_ms)
{
	struct launcher l = {.socket = 3, .program = program, .busy_ms = busy_ms};
	/* The request's own descriptors are not this process's: a web server waits until the last one is closed. */
	if (socket != 3 && dup2(socket, 3) != 3)
		_exit(1);
	if (syscall(SYS_close_range, 4u, ~0u, 0u))
		for (int fd = 4; fd < 1024; fd++)
			close(fd);
	/* They stay taken, so that no file of this process gets a number of theirs. */
	int none = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3; fd++)
		if (none < 0 || dup2(none, fd) != fd)
			close(fd);
	open_slots(&l, instance);
	while (serve_one(&l))
		;
	_exit(0);
}

/* ---- the other side -------------------------------------------------------------------------------------- */

enum err_code launcher_start(
	const char *instance, const char *program, int *ret_socket, struct err *e)
{
	return launcher_start_waiting(instance, program, BUSY_MS, ret_socket, e);
}

enum err_code launcher_start_waiting(
	const char *instance, const char *program, int busy_ms, int *ret_socket, struct err *e)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_errno(e, T("不能启动照片处理", "cannot start the launcher"));
	pid_t child = fork();
	if (child < 0) {
		close(pair[0]);
		close(pair[1]);
		return err_errno(e, T("不能启动照片处理", "cannot start the launcher"));
	}
	if (child == 0)
		serve(pair[1], instance, program, busy_ms);
	close(pair[1]);
	*ret_socket = pair[0];
	return ERR_OK;
}

/* The whole answer to this question and to no other. */
static bool ask(
	int socket, const void *bytes, size_t len, int ms, struct reply *ret, struct buf *ret_jpeg)
{
	const struct chance chance = chance_system();
	struct question q = {.len = (uint32_t)len};
	chance_fill(&chance, &q.number, sizeof q.number);
	if (!send_all(socket, &q, sizeof q, ms) || !send_all(socket, bytes, len, ms) ||
		!move_all(socket, ret, sizeof *ret, false, ms) || ret->number != q.number ||
		ret->len > PHOTO_JPEG_MAX_BYTES)
		return false;
	char *jpeg = mem_alloc(ret->len);
	bool good = move_all(socket, jpeg, ret->len, false, ms);
	if (good)
		buf_add(ret_jpeg, jpeg, ret->len);
	bytes_wipe(jpeg, ret->len);
	free(jpeg);
	return good;
}

enum err_code launcher_clean_within(int socket, const void *bytes, size_t len, int ms,
	int *ret_status, struct buf *ret_jpeg, struct err *e)
{
	struct reply r;
	if (len > PHOTO_MAX_BYTES) {
		*ret_status = PHOTO_TOO_HEAVY;
		return ERR_OK;
	}
	bool answered = socket >= 0 && ask(socket, bytes, len, ms, &r, ret_jpeg);
	if (answered && r.status != NOT_RUN && r.status != PHOTO_FAILED && !ret_jpeg->overflow) {
		*ret_status = r.status;
		return ERR_OK;
	}
	if (socket >= 0)
		(void)shutdown(socket, SHUT_RDWR);
	return answered ? err_set(e, ERR_SYSTEM,
				  T("照片处理程序没有运行", "photo-clean could not do its work"))
			: err_set(e, ERR_SYSTEM,
				  T("照片处理没有回答",
					  "the launcher of photo-clean does not answer"));
}

enum err_code launcher_clean(int socket, const void *bytes, size_t len, int *ret_status,
	struct buf *ret_jpeg, struct err *e)
{
	return launcher_clean_within(socket, bytes, len, ANSWER_MS, ret_status, ret_jpeg, e);
}
