/*
 * The cage in which a picture is looked at. Everything is taken away by four means that do not depend on one another:
 * resource limits, the no-new-privileges bit, Landlock with no rule, and a system call filter that kills.
 * The filter admits memory without execution, writing to descriptor 1, and the end. Reading is not among them: the
 * picture is in memory when the door closes.
 */
#include "tianlan/photo.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Built with the address sanitizer, a program keeps shadow memory of terabytes and must be able to report. This is the
 * one place where such a build is less confined. */
#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#define FOR_SANITIZER(name) {SCMP_SYS(name), ANY_ARGUMENTS},
#else
enum { SANITIZED = 0 };
#define FOR_SANITIZER(name)
#endif

enum { MEMORY_BYTES = 512 << 20, CPU_SECONDS = 10 };

enum arguments { ANY_ARGUMENTS, TO_OUTPUT, NOT_EXECUTABLE };

static const struct admitted {
	int number;
	enum arguments arguments;
} admitted[] = {
	{SCMP_SYS(brk), ANY_ARGUMENTS}, {SCMP_SYS(mmap), NOT_EXECUTABLE},
	{SCMP_SYS(munmap), ANY_ARGUMENTS}, {SCMP_SYS(mremap), ANY_ARGUMENTS},
	{SCMP_SYS(write), TO_OUTPUT}, {SCMP_SYS(exit_group), ANY_ARGUMENTS},
	/* clang-format off */
	FOR_SANITIZER(madvise)
	FOR_SANITIZER(futex)
	FOR_SANITIZER(getpid)
	FOR_SANITIZER(gettid)
	FOR_SANITIZER(sigaltstack)
	FOR_SANITIZER(rt_sigprocmask)
	FOR_SANITIZER(sched_yield)
	/* clang-format on */
};

static enum err_code limit(struct err *e)
{
	const struct {
		__rlimit_resource_t resource;
		rlim_t soft, hard;
	} limits[] = {
		{RLIMIT_CORE, 0, 0},
		{RLIMIT_NOFILE, 0, 0},
		{RLIMIT_FSIZE, PHOTO_MAX_BYTES, PHOTO_MAX_BYTES},
		/* The soft limit kills with SIGXCPU, the hard one a second later. */
		{RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1},
		{RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES},
	};
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		struct rlimit wanted = {limits[i].soft, limits[i].hard}, now;
		if (SANITIZED && limits[i].resource == RLIMIT_AS)
			continue;
		if (getrlimit(limits[i].resource, &now))
			return err_errno(e, T("不能限制资源", "cannot limit resources"));
		/* A hard limit that stands already is never raised. */
		if (now.rlim_max < wanted.rlim_max)
			wanted.rlim_max = now.rlim_max;
		if (wanted.rlim_max < wanted.rlim_cur)
			wanted.rlim_cur = wanted.rlim_max;
		if (setrlimit(limits[i].resource, &wanted))
			return err_errno(e, T("不能限制资源", "cannot limit resources"));
	}
	return ERR_OK;
}

/* The kernel's struct landlock_ruleset_attr at its largest; older kernels take it as long as what they do not know is 0. */
struct landlock_rules {
	uint64_t files, network, scoped;
};

#ifndef LANDLOCK_CREATE_RULESET_VERSION
#define LANDLOCK_CREATE_RULESET_VERSION (1U << 0)
#endif

/* Every right that this kernel can withhold, by the version of its interface (landlock(7)), and no rule that gives one
 * back. A kernel without Landlock, or with Landlock off, is no failure: the filter stands alone there. */
static enum err_code withhold_files(struct err *e)
{
	const char *failed = T("不能关闭文件访问", "cannot close access to files");
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? ERR_OK : err_errno(e, "%s", failed);
	const unsigned file_rights = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
	struct landlock_rules rules = {.files = (UINT64_C(1) << file_rights) - 1};
	if (version >= 4)
		rules.network = 3; /* binding and connecting over TCP */
	if (version >= 6)
		rules.scoped = 3; /* abstract sockets and signals to the outside */
	size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
	long fd = syscall(SYS_landlock_create_ruleset, &rules, size, 0u);
	if (fd < 0)
		return err_errno(e, "%s", failed);
	enum err_code code = ERR_OK;
	if (syscall(SYS_landlock_restrict_self, (int)fd, 0u))
		code = err_errno(e, "%s", failed);
	close((int)fd);
	return code;
}

static int admit(scmp_filter_ctx filter, const struct admitted *a)
{
	switch (a->arguments) {
	case TO_OUTPUT:
		return seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, a->number, 1, SCMP_A0(SCMP_CMP_EQ, STDOUT_FILENO));
	case NOT_EXECUTABLE:
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, a->number, 2,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
			SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
	case ANY_ARGUMENTS:
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, a->number, 0);
	}
	return -EINVAL;
}

static enum err_code filter_calls(struct err *e)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed = filter ? 0 : -ENOMEM;
	if (!failed)
		failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	for (size_t i = 0; !failed && i < COUNT_OF(admitted); i++)
		failed = admit(filter, &admitted[i]);
	/* Reports of the sanitizer go to descriptor 2. */
	if (!failed && SANITIZED)
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
			SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO));
	if (!failed)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	if (!failed)
		return ERR_OK;
	errno = -failed;
	return err_errno(e, T("不能限制系统调用", "cannot restrict system calls"));
}

static ssize_t swallow(void *cookie, const char *bytes, size_t len)
{
	(void)cookie;
	(void)bytes;
	return (ssize_t)len;
}

/* libpng and libjpeg print some of their complaints to stderr themselves, which the filter would punish with death for
 * a picture that is merely bad: the stream leads nowhere from here on. */
static enum err_code silence(struct err *e)
{
	FILE *nowhere = fopencookie(NULL, "w", (cookie_io_functions_t){.write = swallow});
	if (!nowhere || setvbuf(nowhere, NULL, _IONBF, 0))
		return err_errno(e, T("不能关闭错误输出", "cannot close standard error"));
	stderr = nowhere;
	return ERR_OK;
}

enum err_code photo_confine(struct err *e)
{
	enum err_code code = silence(e);
	if (!code && (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
		code = err_errno(e, T("不能放弃权限", "cannot give up privileges"));
	if (!code)
		code = withhold_files(e);
	if (!code)
		code = limit(e);
	if (!code)
		code = filter_calls(e);
	return code;
}
