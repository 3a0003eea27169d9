/* Files of content/server/ with their @NAMES@ filled in. */
#ifndef CLI_FILL_H
#define CLI_FILL_H

#include "cli/cli.h"

struct fill {
	const char *name, *value; /* "@ROOT@" */
};
/* *ret in c->arena. ERR_INPUT with the line when a name of the file is not among the fills: half a configuration is worse
 * than none. */
enum err_code fill_file(struct cli *c, const char *file, const struct fill *fills, size_t count,
	const char **ret, struct err *e) MUST_USE;
/* A literal path as a regular expression. */
const char *fill_pattern(struct arena *a, const char *literal);
/* The folder of report.cgi and receipt.cgi: beside this program, or as installed; NULL when they are nowhere. */
const char *fill_programs(struct arena *a);
/* photo-clean, in the same places. ERR_NOT_FOUND says where it should be. */
enum err_code fill_photo_program(struct arena *a, const char **ret, struct err *e) MUST_USE;
/* This program's own path. */
const char *fill_self(struct arena *a);

#endif
