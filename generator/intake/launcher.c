/*
 * The one process that stays outside the sandbox. It was forked before any byte of the request was looked at, keeps one socket
 * and nothing else, and does one thing: bytes in, the named program run over them, its status and its output back.
 *
 * What it is told is a length and that many bytes; a length over the limit ends it. It ends when the other side of the socket
 * is closed.
 *
 *   request  length 4, bytes       answer  status 4 (exit status, -1 a signal, -2 could not be run), length 4, bytes
 */
#include "intake/intake_internal.h"

#include "tianlan/photo.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	WALL_MS = 20 * 1000,
	ANSWER_MS = WALL_MS + 5 * 1000,
	NOT_RUN = -2,
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

static bool send_all(int fd, const void *bytes, size_t len)
{
	return move_all(fd, (void *)(uintptr_t)bytes, len, true, ANSWER_MS);
}

/* ---- inside the launcher ------------------------------------------------------------------------------ */

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

static bool answer(int socket, int32_t status, int out)
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
	bool good = send_all(socket, &status, sizeof status) &&
		    send_all(socket, &len, sizeof len) && (len == 0 || send_all(socket, at, len));
	if (at != MAP_FAILED)
		munmap(at, len);
	return good;
}

static bool serve_one(int socket, const char *program)
{
	const char *const argv[] = {program, NULL};
	uint32_t len;
	struct err e;
	if (!move_all(socket, &len, sizeof len, false, -1) || len > PHOTO_MAX_BYTES)
		return false;
	int in = receive_file(socket, len), out = memfd_create("jpeg", MFD_CLOEXEC);
	int status = NOT_RUN;
	if (in < 0)
		return false;
	if (out >= 0 && process_run(argv, in, out, WALL_MS, &status, &e))
		status = NOT_RUN;
	bool good = answer(socket, status, out);
	close(in);
	if (out >= 0)
		close(out);
	return good;
}

static _Noreturn void serve(int socket, const char *program)
{
	/* The request's own descriptors are not this process's: a web server waits until the last one is closed. */
	if (socket != 3 && dup2(socket, 3) != 3)
		_exit(1);
	if (syscall(SYS_close_range, 4u, ~0u, 0u))
		for (int fd = 4; fd < 1024; fd++)
			close(fd);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	while (serve_one(3, program))
		;
	_exit(0);
}

/* ---- the other side -------------------------------------------------------------------------------------- */

enum err_code launcher_start(const char *program, int *ret_socket, struct err *e)
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
		serve(pair[1], program);
	close(pair[1]);
	*ret_socket = pair[0];
	return ERR_OK;
}

enum err_code launcher_clean(int socket, const void *bytes, size_t len, int *ret_status,
	struct buf *ret_jpeg, struct err *e)
{
	uint32_t size = (uint32_t)len, jpeg_len;
	int32_t status;
	if (len > PHOTO_MAX_BYTES) {
		*ret_status = PHOTO_TOO_HEAVY;
		return ERR_OK;
	}
	if (socket < 0 || !send_all(socket, &size, sizeof size) || !send_all(socket, bytes, len) ||
		!move_all(socket, &status, sizeof status, false, ANSWER_MS) ||
		!move_all(socket, &jpeg_len, sizeof jpeg_len, false, ANSWER_MS) ||
		jpeg_len > PHOTO_JPEG_MAX_BYTES)
		return err_set(e, ERR_SYSTEM,
			T("照片处理没有回答", "the launcher of photo-clean does not answer"));
	char *jpeg = mem_alloc(jpeg_len);
	bool good = move_all(socket, jpeg, jpeg_len, false, ANSWER_MS);
	if (good)
		buf_add(ret_jpeg, jpeg, jpeg_len);
	bytes_wipe(jpeg, jpeg_len);
	free(jpeg);
	if (!good || status == NOT_RUN || status == PHOTO_FAILED || ret_jpeg->overflow)
		return err_set(e, ERR_SYSTEM,
			T("照片处理程序没有运行", "photo-clean could not do its work"));
	*ret_status = status;
	return ERR_OK;
}
