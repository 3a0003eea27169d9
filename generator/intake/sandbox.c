/*
 * What an exposed process may still do once it has a request in hand: read the installed files, write to three folders of the
 * spool, answer. Two layers: Landlock says which files, seccomp says which calls.
 *
 * The list of calls is what strace shows of both programs, as CGI and as FastCGI; a call that is not on it ends the process
 * with SIGSYS. No call makes a process, a socket, executable memory or a file outside the spool. Under the sanitizers some
 * more are let through, which only their runtime uses.
 *
 * Sources: landlock(7), seccomp(2), Linux 6.18's include/uapi/linux/landlock.h for what the distribution's headers lack.
 */
#include "tianlan/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* ---- limits ------------------------------------------------------------------------------------------ */

enum {
	CPU_SECONDS = 30,
	CPU_SECONDS_OF_A_LIFE = 24 * 3600,
	MEMORY_MIB = 512, /* photo-clean, which inherits it, asks for as much */
	FILE_MIB = 64,
	FILES = 64,
};

static bool limit(__rlimit_resource_t what, rlim_t most)
{
	struct rlimit now;
	if (getrlimit(what, &now))
		return false;
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most)
		most = now.rlim_max;
	const struct rlimit then = {most, most};
	return setrlimit(what, &then) == 0;
}

enum err_code sandbox_limits(bool fastcgi, struct err *e)
{
	bool good = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && limit(RLIMIT_CORE, 0) &&
		    limit(RLIMIT_CPU, fastcgi ? CPU_SECONDS_OF_A_LIFE : CPU_SECONDS) &&
		    limit(RLIMIT_FSIZE, (rlim_t)FILE_MIB << 20) && limit(RLIMIT_NOFILE, FILES);
	/* The sanitizers map terabytes of shadow. */
	if (good && !SANITIZED)
		good = limit(RLIMIT_AS, (rlim_t)MEMORY_MIB << 20);
	return good ? ERR_OK : err_errno(e, T("不能设置资源限制", "cannot set limits"));
}

enum err_code sandbox_check_input(int fd, bool disk_trusted, struct err *e)
{
	struct stat st;
	struct statfs fs;
	if (fstat(fd, &st))
		return err_errno(e, T("标准输入不能用", "standard input cannot be used"));
	if (!S_ISREG(st.st_mode) || disk_trusted)
		return ERR_OK;
	if (fstatfs(fd, &fs))
		return err_errno(e, T("标准输入不能用", "standard input cannot be used"));
	if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
		return ERR_OK;
	return err_set(e, ERR_REFUSED,
		T("网页服务器把请求写到了磁盘上：请把它的上传目录放到 tmpfs，"
		  "或者在 host/host.conf 里写 disk_trusted = true",
			"the web server wrote the request to a disk: put its upload folder on a "
			"tmpfs, or set disk_trusted = true in host/host.conf"));
}

/* ---- Landlock ------------------------------------------------------------------------------------------- */

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum {
	RULESET_VERSION = 1, /* flag of landlock_create_ruleset */
	RULE_PATH_BENEATH = 1,
	ABI_OF_REFER = 2, /* before, nothing may be renamed from one folder to another */
	ABI_OF_TRUNCATE = 3,
	ABI_OF_NET = 4,
	ABI_OF_IOCTL = 5,
	ABI_OF_SCOPE = 6,
};
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_REG (UINT64_C(1) << 8)
#define FS_REFER (UINT64_C(1) << 13)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_ALL_2 ((UINT64_C(1) << 14) - 1)
#define FS_ALL_3 ((UINT64_C(1) << 15) - 1)
#define FS_ALL_5 ((UINT64_C(1) << 16) - 1)
#define NET_ALL UINT64_C(3)
#define SCOPE_ALL UINT64_C(3)

struct ruleset { /* its size tells the kernel how much of it is meant */
	uint64_t fs, net, scoped;
};
struct path_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

static bool allow_below(int ruleset, const char *path, uint64_t allowed)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT; /* what is not there cannot be used either */
	struct path_rule rule = {allowed, fd};
	long failed = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
	close(fd);
	return failed == 0;
}

static bool allow_folders(int ruleset, uint64_t known, const char *instance, bool write)
{
	const uint64_t reading = FS_READ_FILE | FS_READ_DIR;
	const uint64_t writing = FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE | FS_MAKE_REG |
				 FS_REMOVE_FILE | FS_TRUNCATE | FS_REFER;
	const struct {
		const char *folder;
		uint64_t allowed;
	} rules[] = {
		{"intake", reading},
		{"host", reading},
		{"status", reading},
		{"spool", reading},
		{"spool/tmp", writing},
		{"spool/new", writing},
		{"spool/budget", writing & ~FS_REFER},
	};
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		char path[4096];
		int n = snprintf(path, sizeof path, "%s/%s", instance, rules[i].folder);
		uint64_t allowed = write ? rules[i].allowed : rules[i].allowed & reading;
		if (n < 0 || (size_t)n >= sizeof path ||
			!allow_below(ruleset, path, allowed & known))
			return false;
	}
	/* Looking for leaks means looking at oneself. */
	return !SANITIZED || allow_below(ruleset, "/proc", reading);
}

/* Without it the kernel has none, or one too old to let the spool rename: then seccomp and the file modes have to do. */
static bool confine_files(const char *instance, bool write)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, RULESET_VERSION);
	if (abi < ABI_OF_REFER)
		return abi >= 0 || errno == ENOSYS || errno == EOPNOTSUPP;
	struct ruleset rules = {.fs = abi >= ABI_OF_IOCTL      ? FS_ALL_5
				      : abi >= ABI_OF_TRUNCATE ? FS_ALL_3
							       : FS_ALL_2,
		.net = abi >= ABI_OF_NET ? NET_ALL : 0,
		.scoped = abi >= ABI_OF_SCOPE ? SCOPE_ALL : 0};
	size_t size = abi >= ABI_OF_SCOPE ? 24 : abi >= ABI_OF_NET ? 16 : 8;
	int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd < 0)
		return false;
	bool good = allow_folders(fd, rules.fs, instance, write) &&
		    syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	close(fd);
	return good;
}

/* ---- seccomp ---------------------------------------------------------------------------------------------- */

enum need {
	ALWAYS = 0,
	WRITING = 1, /* report.cgi: the spool, the budget, the launcher */
	FASTCGI = 2,
	SANITIZER = 4,
};
static const struct {
	int call;
	unsigned need; /* any of these */
} calls[] = {
	{SCMP_SYS(read), ALWAYS},
	{SCMP_SYS(write), ALWAYS},
	{SCMP_SYS(close), ALWAYS},
	{SCMP_SYS(openat), ALWAYS},
	{SCMP_SYS(newfstatat), ALWAYS},
	{SCMP_SYS(fstat), ALWAYS},
	{SCMP_SYS(pread64), ALWAYS},
	{SCMP_SYS(readlink), ALWAYS},
	{SCMP_SYS(brk), ALWAYS},
	{SCMP_SYS(munmap), ALWAYS},
	{SCMP_SYS(mremap), ALWAYS},
	{SCMP_SYS(exit_group), ALWAYS},
	{SCMP_SYS(getrandom), ALWAYS},
	{SCMP_SYS(poll), WRITING | FASTCGI},
	{SCMP_SYS(pwrite64), WRITING},
	{SCMP_SYS(flock), WRITING},
	{SCMP_SYS(fsync), WRITING},
	{SCMP_SYS(fstatfs), WRITING},
	{SCMP_SYS(fdatasync), WRITING},
	{SCMP_SYS(fchmod), WRITING},
	{SCMP_SYS(renameat2), WRITING},
	{SCMP_SYS(linkat), WRITING},
	{SCMP_SYS(unlinkat), WRITING},
	{SCMP_SYS(sendto), WRITING},
	{SCMP_SYS(recvfrom), WRITING},
	{SCMP_SYS(accept), FASTCGI},
	{SCMP_SYS(rt_sigreturn), FASTCGI},
	{SCMP_SYS(setsockopt), FASTCGI},
	{SCMP_SYS(shutdown), WRITING | FASTCGI},
	/* The runtime of the address sanitizer, and its search for leaks, which stops the process to look at it. */
	{SCMP_SYS(gettid), SANITIZER},
	{SCMP_SYS(getpid), SANITIZER},
	{SCMP_SYS(getppid), SANITIZER},
	{SCMP_SYS(madvise), SANITIZER},
	{SCMP_SYS(mprotect), SANITIZER},
	{SCMP_SYS(futex), SANITIZER},
	{SCMP_SYS(sigaltstack), SANITIZER},
	{SCMP_SYS(rt_sigaction), SANITIZER},
	{SCMP_SYS(rt_sigprocmask), SANITIZER},
	{SCMP_SYS(sched_yield), SANITIZER},
	{SCMP_SYS(clone), SANITIZER},
	{SCMP_SYS(wait4), SANITIZER},
	{SCMP_SYS(prctl), SANITIZER},
	{SCMP_SYS(ptrace), SANITIZER},
	{SCMP_SYS(open), SANITIZER},
	{SCMP_SYS(getdents), SANITIZER},
	{SCMP_SYS(getdents64), SANITIZER},
	{SCMP_SYS(lseek), SANITIZER},
	{SCMP_SYS(exit), SANITIZER},
	{SCMP_SYS(tgkill), SANITIZER},
};

static bool add_rules(scmp_filter_ctx filter, unsigned needs)
{
	bool good = true;
	for (size_t i = 0; good && i < COUNT_OF(calls); i++)
		if (calls[i].need == ALWAYS || calls[i].need & needs)
			good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i].call, 0) == 0;
	/* Memory, never to be run. */
	return good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

static enum err_code confine_calls(bool write, bool fastcgi, struct err *e)
{
	unsigned needs =
		(write ? WRITING : 0u) | (fastcgi ? FASTCGI : 0u) | (SANITIZED ? SANITIZER : 0u);
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool good = filter && add_rules(filter, needs) && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return good ? ERR_OK
		    : err_set(e, ERR_SYSTEM,
			      T("不能设置系统调用的限制", "cannot set the filter of calls"));
}

enum err_code sandbox_enter(const char *instance, bool write, bool fastcgi, struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_errno(e, T("不能进入沙箱", "cannot enter the sandbox"));
	if (!confine_files(instance, write))
		return err_errno(e, T("不能限制文件访问", "cannot confine access to files"));
	return confine_calls(write, fastcgi, e);
}
