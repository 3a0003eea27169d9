/* What the commands that take a step share. */
#ifndef CLI_CASE_ACT_H
#define CLI_CASE_ACT_H

#include "cli/case_out.h"

struct act {
	struct bench bench;
	struct case_act act;
	struct tip_case row; /* as it was before */
	const char *kinds, *street, *lead;
	const char *helpers[ROUTE_HELPERS];
	const struct route *suggested; /* was taken, since nobody named a lead */
	int64_t n;		       /* of the step */
};
/* --role --unit --day --reply. */
enum err_code act_options(
	struct cli *c, int *argc, char **argv, struct act *a, struct err *e) MUST_USE;
/* --by and --why, and the texts that come by standard input. */
enum err_code act_texts(struct cli *c, struct act *a, struct err *e) MUST_USE;
/* Ends the caller's reg_begin(): kept when code is ERR_OK, and then line and status are written; else all is as it was. */
enum err_code act_commit(struct act *a, enum err_code code, struct err *e) MUST_USE;

#endif
