#include "cli/cli.h"

enum err_code cmd_file(struct cli *c, int argc, char **argv, struct err *e)
{
	(void)c, (void)argc, (void)argv;
	return err_set(e, ERR_SYSTEM, "not yet");
}
