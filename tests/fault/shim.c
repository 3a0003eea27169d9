/*
 * Preloaded into a program under test: counts calls that touch the disk or git, and at the n-th of a kind makes it fail or
 * ends the process on the spot, before or after the call. Everything is driven by the environment:
 *   FAULT_LOG   a file that is mapped; each counted call appends its name there (no system call, so it works in a sandbox)
 *   FAULT_CALL  the kind of call ("write", "fsync", "rename", …; a name of the table below), or "any"
 *   FAULT_N     which of them, from 1; 0: none, count only
 *   FAULT_DO    "fail" (FAULT_ERRNO, default EIO), "kill" (before the call), "kill-after"
 * A child made by fork is left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { LOG_BYTES = 1 << 20 };
enum what { GO_ON, FAIL, KILL, KILL_AFTER };

static char *log_at;
static size_t log_len;
static const char *wanted = "";
static long wanted_n, counted;
static int wanted_errno = EIO, active;
static enum what what_to_do = GO_ON;
static pid_t me;

static void off(void)
{
	active = 0;
}

__attribute__((constructor)) static void start(void)
{
	const char *log = getenv("FAULT_LOG"), *call = getenv("FAULT_CALL"), *n = getenv("FAULT_N"),
		   *act = getenv("FAULT_DO"), *number = getenv("FAULT_ERRNO");
	if (!log || !call)
		return;
	int fd = open(log, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, LOG_BYTES))
		abort();
	log_at = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (log_at == MAP_FAILED)
		abort();
	log_len = strnlen(log_at, LOG_BYTES - 1);
	wanted = call;
	wanted_n = n ? strtol(n, NULL, 10) : 0;
	what_to_do = !act || !strcmp(act, "fail") ? FAIL : !strcmp(act, "kill") ? KILL : KILL_AFTER;
	if (number)
		wanted_errno = (int)strtol(number, NULL, 10);
	me = getpid();
	active = 1;
	pthread_atfork(NULL, NULL, off);
}

static void note(const char *name, const char *mark)
{
	size_t n = strlen(name), m = strlen(mark);
	if (log_len + n + m + 2 >= LOG_BYTES)
		return;
	memcpy(log_at + log_len, name, n);
	memcpy(log_at + log_len + n, mark, m);
	log_at[log_len + n + m] = '\n';
	log_len += n + m + 1;
}

static void die(void)
{
	syscall(SYS_kill, me,
		SIGKILL); /* in a sandbox the filter ends us here, which is the same */
	syscall(SYS_exit_group, 137);
}

/* Counts the call; says whether it is the one. */
static enum what look(const char *name)
{
	if (!active)
		return GO_ON;
	if (strcmp(wanted, "any") != 0 && strcmp(wanted, name) != 0) {
		note(name, "");
		return GO_ON;
	}
	if (++counted != wanted_n) {
		note(name, "");
		return GO_ON;
	}
	note(name, " HIT");
	if (what_to_do == KILL)
		die();
	return what_to_do;
}

static void *real(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);
	if (!p)
		abort();
	return p;
}

/* A wrapped call: TYPE NAME(PARAMETERS), counted as KIND. */
#define WRAP(type, name, kind, parameters, arguments) \
	type name parameters; \
	type name parameters \
	{ \
		static type(*next) parameters; \
		if (!next) \
			*(void **)&next = real(#name); \
		enum what w = look(kind); \
		if (w == FAIL) { \
			errno = wanted_errno; \
			return (type)-1; \
		} \
		type got = next arguments; \
		if (w == KILL_AFTER) \
			die(); \
		return got; \
	}

WRAP(ssize_t, write, "write", (int fd, const void *p, size_t n), (fd, p, n))
WRAP(ssize_t, pwrite, "write", (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
WRAP(ssize_t, pwrite64, "write", (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
WRAP(int, ftruncate, "truncate", (int fd, off_t n), (fd, n))
WRAP(int, ftruncate64, "truncate", (int fd, off_t n), (fd, n))
WRAP(int, fsync, "fsync", (int fd), (fd))
WRAP(int, fdatasync, "fsync", (int fd), (fd))
WRAP(int, rename, "rename", (const char *a, const char *b), (a, b))
WRAP(int, renameat, "rename", (int d, const char *a, int f, const char *b), (d, a, f, b))
WRAP(int, renameat2, "rename", (int d, const char *a, int f, const char *b, unsigned x),
	(d, a, f, b, x))
WRAP(int, link, "link", (const char *a, const char *b), (a, b))
WRAP(int, linkat, "link", (int d, const char *a, int f, const char *b, int x), (d, a, f, b, x))
WRAP(int, unlink, "unlink", (const char *a), (a))
WRAP(int, unlinkat, "unlink", (int d, const char *a, int x), (d, a, x))
WRAP(int, mkdir, "mkdir", (const char *a, mode_t m), (a, m))
WRAP(int, mkdirat, "mkdir", (int d, const char *a, mode_t m), (d, a, m))

/* open for writing counts; reading does not. */
static int writes(int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY;
}

#define WRAP_OPEN(name, parameters, arguments) \
	int name parameters; \
	int name parameters \
	{ \
		static int(*next) parameters; \
		if (!next) \
			*(void **)&next = real(#name); \
		mode_t mode = 0; \
		if (flags & (O_CREAT | O_TMPFILE)) { \
			va_list args; \
			va_start(args, flags); \
			mode = va_arg(args, mode_t); \
			va_end(args); \
		} \
		enum what w = writes(flags) ? look("open") : GO_ON; \
		if (w == FAIL) { \
			errno = wanted_errno; \
			return -1; \
		} \
		int got = next arguments; \
		if (w == KILL_AFTER) \
			die(); \
		return got; \
	}

WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
WRAP_OPEN(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))

/* libgit2 as the program calls it. All arguments are words, so twelve are handed on, whatever the function takes. */
typedef long word;
#define GIT(name) \
	int name(word a, word b, word c, word d, word f, word g, word h, word i, word j, word k, \
		word l, word m); \
	int name(word a, word b, word c, word d, word f, word g, word h, word i, word j, word k, \
		word l, word m) \
	{ \
		static int (*next)( \
			word, word, word, word, word, word, word, word, word, word, word, word); \
		if (!next) \
			*(void **)&next = real(#name); \
		enum what w = look("git"); \
		if (w == FAIL) \
			return -1; \
		int got = next(a, b, c, d, f, g, h, i, j, k, l, m); \
		if (w == KILL_AFTER) \
			die(); \
		return got; \
	}

GIT(git_repository_open)
GIT(git_repository_open_bare)
GIT(git_repository_init_ext)
GIT(git_blob_create_from_buffer)
GIT(git_treebuilder_new)
GIT(git_treebuilder_insert)
GIT(git_treebuilder_write)
GIT(git_commit_create)
GIT(git_commit_create_buffer)
GIT(git_commit_lookup)
GIT(git_tree_lookup)
GIT(git_blob_lookup)
GIT(git_odb_write)
GIT(git_odb_read)
GIT(git_packbuilder_new)
GIT(git_packbuilder_insert)
GIT(git_packbuilder_write)
GIT(git_packbuilder_write_buf)
GIT(git_packbuilder_foreach)
GIT(git_indexer_new)
GIT(git_indexer_append)
GIT(git_indexer_commit)
GIT(git_reference_create)
GIT(git_reference_create_matching)
GIT(git_reference_lookup)
GIT(git_reference_name_to_id)
GIT(git_mempack_new)
GIT(git_mempack_reset)
GIT(git_odb_add_backend)
GIT(git_odb_refresh)
