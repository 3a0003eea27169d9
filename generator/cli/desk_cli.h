/*
 * desk_cli: what the commands at the desk share: the role, opening and closing the desk, names of units and kinds, and text of
 * a tip-off made safe for a terminal.
 */
#ifndef CLI_DESK_CLI_H
#define CLI_DESK_CLI_H

#include "cli/cli.h"

#include "tianlan/casework.h"
#include "tianlan/markup.h"
#include "tianlan/register_cases.h"

/* ---- the desk -------------------------------------------------------------------------------------- */

struct bench {
	struct cli *c;
	struct reg *reg;
	struct desk *desk;
	struct chance chance;
	enum desk_role role;
	const char *unit; /* for which unit the person acts; NULL: none */
	bool ledger_started;
};
/* Takes --role and --unit out of argv. Without --role: the inspector where keys/ holds a secret facts key, else the office. */
enum err_code bench_options(
	struct cli *c, int *argc, char **argv, struct bench *ret, struct err *e) MUST_USE;
/* Opens register and desk; new cases are taken in. bench_close() afterwards, always. */
enum err_code bench_open(struct bench *b, struct err *e) MUST_USE;
/* What waits is written: line, anchor, status. The steps stand in the register already: a failure here says so. */
enum err_code bench_flush(struct bench *b, struct err *e) MUST_USE;
void bench_close(struct bench *b);
/* The whole of "a relapse was recorded": cases of such enterprises are reopened; *ret_reopened says how many. For every command
 * that may record one; without a case it does nothing. */
enum err_code cli_follow(
	struct cli *c, struct reg *r, size_t *ret_reopened, struct err *e) MUST_USE;

/* ---- names --------------------------------------------------------------------------------------------- */

struct unit_names; /* code to name, of the register's units */
enum err_code unit_names_load(
	struct cli *c, struct reg *r, struct unit_names **ret, struct err *e) MUST_USE;
/* The name, or the code itself; NULL stays NULL. */
const char *unit_shown(const struct unit_names *n, const char *code);
/* The code of a code or a name; ERR_USAGE naming the option. */
enum err_code unit_by_text(const struct unit_names *n, const char *option, const char *text,
	const char **ret, struct err *e) MUST_USE;
/* "waste-gas noise" as 废气、异味，噪声; "" for NULL. */
const char *kind_names(struct cli *c, const char *slugs);
/* Slugs with blanks or commas between, checked and joined by one space each. */
enum err_code kind_slugs(struct cli *c, const char *option, const char *text, const char **ret,
	struct err *e) MUST_USE;

/* ---- texts of others --------------------------------------------------------------------------------------- */

/* Every control character, override of direction, unseen character and byte that is no UTF-8 as a visible escape ("\u{202E}"), so
 * that a terminal shows what is written and does nothing else. lines: line breaks stay. In the arena. */
const char *text_shown(struct arena *a, const char *text, bool lines);
/* A JSON string whose value is the text as it came, written so that such characters do not stand in the output raw. */
void json_out_foreign(struct json *j, const char *key, const char *text);

/* ---- input --------------------------------------------------------------------------------------------------- */

/* All of standard input; ERR_INPUT: over max bytes, or no UTF-8. The buf is the caller's to wipe. */
enum err_code read_input(size_t max, struct buf *ret, struct err *e) MUST_USE;
/* --why, which may be "-": then from standard input (used says that it was read). Required. */
enum err_code read_why(struct cli *c, bool *used, struct err *e) MUST_USE;
/* "-" is standard input, once; anything else is the text itself. What is read lives in the arena of the run. */
enum err_code read_text(
	struct cli *c, const char *option, const char **text, bool *used, struct err *e) MUST_USE;

#endif
