/*
 * Tries what a picture must never get to do, behind the door that photo-clean closes. For the tests alone.
 *   forbidden list        the names, one a line
 *   forbidden free NAME   makes the call without confinement: status 0 when it came back
 *   forbidden NAME        makes the call behind photo_confine: it must not come back
 *   forbidden memory      asks for 600 MiB behind it: status 0 when they are refused
 *   forbidden file        writes 11 MiB to standard output behind it
 *   forbidden spin        computes behind it, for ever if it may
 *   forbidden sweep       tries every system call number in a child of its own, behind photo_confine, with arguments that
 *                         do no harm, and prints the names of those that no signal answered
 */
#include "tianlan/photo.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char byte[4096];
static long self, parent, page = 4096;

static void try_read(void)
{
	syscall(SYS_read, 0, byte, 1);
}
static void try_write_2(void)
{
	syscall(SYS_write, 2, byte, 0);
}
static void try_write_3(void)
{
	syscall(SYS_write, 3, byte, 0);
}
static void try_openat(void)
{
	syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY);
}
static void try_openat2(void)
{
	syscall(SYS_openat2, AT_FDCWD, "/etc/hostname", byte, 24);
}
static void try_stat(void)
{
	syscall(SYS_newfstatat, AT_FDCWD, "/", byte, 0);
}
static void try_unlink(void)
{
	syscall(SYS_unlinkat, AT_FDCWD, "/no/such/file", 0);
}
static void try_socket(void)
{
	syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}
static void try_socket_unix(void)
{
	syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}
static void try_connect(void)
{
	syscall(SYS_connect, -1, byte, 16);
}
static void try_execve(void)
{
	syscall(SYS_execve, "/no/such/program", NULL, NULL);
}
static void try_execveat(void)
{
	syscall(SYS_execveat, -1, "/no/such/program", NULL, NULL, 0);
}
static void try_kill(void)
{
	syscall(SYS_kill, self, 0);
}
static void try_kill_parent(void)
{
	syscall(SYS_kill, parent, 0);
}
/* A flag that clone refuses without the other that it needs: no child is made. */
static void try_clone(void)
{
	syscall(SYS_clone, CLONE_THREAD, NULL, NULL, NULL, NULL);
}
static void try_clone3(void)
{
	syscall(SYS_clone3, byte, 8);
}
static void try_ptrace(void)
{
	syscall(SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL);
}
static void try_process_vm(void)
{
	syscall(SYS_process_vm_readv, self, NULL, 0, NULL, 0, 0);
}
static void try_mmap_exec(void)
{
	syscall(SYS_mmap, NULL, page, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void try_mmap_file(void)
{
	syscall(SYS_mmap, NULL, page, PROT_READ, MAP_PRIVATE, 0, 0);
}
static void try_mprotect_exec(void)
{
	syscall(SYS_mprotect, ((uintptr_t)byte + 4095) / 4096 * 4096, 0, PROT_READ | PROT_EXEC);
}
static void try_memfd(void)
{
	syscall(SYS_memfd_create, "x", 0);
}
static void try_dup(void)
{
	syscall(SYS_dup, 1);
}
static void try_ioctl(void)
{
	syscall(SYS_ioctl, 0, 0x5412, byte);
}
static void try_prctl(void)
{
	syscall(SYS_prctl, 4, 1, 0, 0, 0);
}
static void try_seccomp(void)
{
	syscall(SYS_seccomp, 0, 1, NULL);
}
static void try_setrlimit(void)
{
	syscall(SYS_prlimit64, 0, 7, NULL, byte);
}
static void try_bpf(void)
{
	syscall(SYS_bpf, BPF_MAP_CREATE, byte, 0);
}
static void try_io_uring(void)
{
	syscall(SYS_io_uring_setup, 0, byte);
}
static void try_unshare(void)
{
	syscall(SYS_unshare, 0);
}
static void try_setuid(void)
{
	syscall(SYS_setuid, 0);
}

static const struct {
	const char *name;
	void (*call)(void);
	bool sanitized_too; /* dies in a sanitized build as well */
} calls[] = {
	{"read", try_read, true},
	{"write-to-2", try_write_2, false},
	{"write-to-3", try_write_3, true},
	{"openat", try_openat, true},
	{"openat2", try_openat2, true},
	{"stat", try_stat, true},
	{"unlink", try_unlink, true},
	{"socket-inet", try_socket, true},
	{"socket-unix", try_socket_unix, true},
	{"connect", try_connect, true},
	{"execve", try_execve, true},
	{"execveat", try_execveat, true},
	{"kill-self", try_kill, true},
	{"kill-parent", try_kill_parent, true},
	{"clone", try_clone, true},
	{"clone3", try_clone3, true},
	{"ptrace", try_ptrace, true},
	{"process_vm_readv", try_process_vm, true},
	{"mmap-exec", try_mmap_exec, true},
	{"mmap-file", try_mmap_file, true},
	{"mprotect-exec", try_mprotect_exec, true},
	{"memfd_create", try_memfd, true},
	{"dup", try_dup, true},
	{"ioctl", try_ioctl, true},
	{"prctl", try_prctl, true},
	{"seccomp", try_seccomp, true},
	{"prlimit", try_setrlimit, true},
	{"bpf", try_bpf, true},
	{"io_uring", try_io_uring, true},
	{"unshare", try_unshare, true},
	{"setuid", try_setuid, true},
};

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static int confine(void)
{
	struct err e;
	if (photo_confine(&e) == ERR_OK)
		return 0;
	fprintf(stderr, "%s\n", e.message);
	return 1;
}

static int list(void)
{
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		if (calls[i].sanitized_too || !SANITIZED)
			puts(calls[i].name);
	return 0;
}

/* Arguments of zero, but a filter that looks at them gets what it admits. */
static void sweep_one(long number)
{
	if (confine())
		_exit(3);
	if (number == SYS_write)
		syscall(number, 1, byte, 0);
	else if (number == SYS_mmap)
		syscall(number, NULL, 0, 0, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	else
		syscall(number, 0, 0, 0, 0, 0, 0);
	_exit(0);
}

static int sweep(void)
{
	for (long number = 0; number < 600; number++) {
		int status;
		pid_t child = fork();
		if (child == 0)
			sweep_one(number);
		if (child < 0 || waitpid(child, &status, 0) != child)
			return 3;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
			return 3;
		if (!WIFEXITED(status))
			continue;
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)number);
		if (name)
			puts(name);
		else
			printf("%ld\n", number);
		free(name);
	}
	return 0;
}

/* Resource limits: what too much of an admitted thing leads to. */
static int memory(void)
{
	if (confine())
		return 3;
	void *much = mmap(NULL, (size_t)600 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	_exit(much == MAP_FAILED ? 0 : 1);
}

static int file(void)
{
	if (confine())
		return 3;
	for (int i = 0; i < 11 * 256; i++)
		if (write(1, byte, sizeof byte) != sizeof byte)
			_exit(1);
	_exit(0);
}

static int spin(void)
{
	if (confine())
		return 3;
	for (volatile unsigned n = 0;;)
		n = n + 1;
}

int main(int argc, char **argv)
{
	bool free_of = argc == 3 && str_eq(argv[1], "free");
	const char *name = argc > 1 ? argv[argc - 1] : "";
	self = getpid();
	parent = getppid();
	if (str_eq(name, "list"))
		return list();
	if (str_eq(name, "sweep"))
		return sweep();
	if (str_eq(name, "memory"))
		return memory();
	if (str_eq(name, "file"))
		return file();
	if (str_eq(name, "spin"))
		return spin();
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		if (str_eq(name, calls[i].name)) {
			if (!free_of && confine())
				return 3;
			calls[i].call();
			_exit(0);
		}
	/* Nothing forbidden: the door alone must not kill. */
	if (str_eq(name, "nothing"))
		_exit(confine());
	return 2;
}
