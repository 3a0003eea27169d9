/* Programs that run in the foreground beside each other until one is asked to stop. */
#ifndef CLI_CHILDREN_H
#define CLI_CHILDREN_H

#include "cli/cli.h"

#include <sys/types.h>

struct child {
	const char *name;	 /* for messages */
	const char *const *argv; /* NULL-ended, argv[0] a path */
	pid_t pid;		 /* 0: not running */
	int status;		 /* as waitpid() gave it */
};
/* Starts all, calls ready(), and waits for Ctrl-C (also SIGTERM, SIGHUP) or the end of one of them; then all are stopped in
 * the order of the list, each waited for. ERR_SYSTEM names the one that ended by itself. */
enum err_code children_run(struct child *children, size_t count, void (*ready)(void *ctx),
	void *ctx, struct err *e) MUST_USE;

#endif
