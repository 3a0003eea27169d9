/* visit_list: the lists of a quarter's look-backs to be printed and taken along: pages of plain text, each street on its own. */
#ifndef CLI_VISIT_LIST_H
#define CLI_VISIT_LIST_H

#include "cli/desk_cli.h"

#include "tianlan/register_supervision.h"

const char *visit_result_label(const char *id); /* "" for NULL */
/* names may stay NULL for codes. A form feed stands between pages. */
enum err_code visit_list_print(struct cli *c, struct reg *r, struct quarter q, const char *street,
	bool open_only, const struct unit_names *names, struct err *e) MUST_USE;

#endif
