/*
 * Commands that hold keys or opened tip-offs leave no core dump, and no other process of the same user looks into their memory.
 *
 * Programs they start are their own: the flag does not outlive an exec, the limit does.
 */
#include "cli/cli.h"

#include <sys/prctl.h>
#include <sys/resource.h>

enum err_code cli_guard_memory(struct err *e)
{
	const struct rlimit none = {0, 0};
	bool bad = setrlimit(RLIMIT_CORE, &none) != 0;

	/* The search for leaks looks into the process from another one. */
#ifndef __SANITIZE_ADDRESS__
	bad = bad || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	if (bad)
		return err_errno(e, "%s",
			T("不能禁止内存转储，不打开密钥",
				"core dumps cannot be switched off, so no key is opened"));
	return ERR_OK;
}
