/*
 * The commands of tianlan: one function each, in cmd_<name>.c, named in the table of tianlan_main.c.
 * A command reads its arguments with cli_option()/cli_flag(), writes to standard output through
 * cli_print()/c->json, and returns an err_code: main prints the error and turns it into the exit status.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "tianlan/base.h"
#include "tianlan/policy.h"

#include <stdio.h>

struct reg;

struct cli {
	const char *program;
	const char *dir;   /* the instance (-C), default "." */
	const char *share; /* the tree with content/ and theme/ */
	bool json;	   /* --json was given */
	struct day today;  /* --today, else the day in China from SOURCE_DATE_EPOCH or the clock */
	bool today_given;
	char now[32]; /* "2018-01-01T09:00:00+08:00": --today at 09:00, else the clock in China */
	const char *by, *why;  /* --by, --why; NULL when not given */
	struct arena *arena;   /* for the whole run */
	struct policy *policy; /* loaded by cli_policy() */
	int status; /* exit status 1 asked for by a command that did its work but refused something */
};

/* The options below are taken off argv before a command sees it: -C --json --today --lang --by --why. */

/* Loads the policy data of the share tree; each file in the instance's content/policy wins over its own. */
enum err_code cli_policy(struct cli *c, struct err *e) MUST_USE;
/* Opens the instance's register; the caller closes it. */
enum err_code cli_register(struct cli *c, struct reg **ret, struct err *e) MUST_USE;

/* Takes `--name VALUE` or `--name=VALUE` out of argv; *ret keeps its value when absent. ERR_USAGE when the
 * value is missing. May be called again for options that repeat: each call takes the first left. */
enum err_code cli_option(
	int *argc, char **argv, const char *name, const char **ret, struct err *e) MUST_USE;
bool cli_flag(int *argc, char **argv, const char *name);
/* As cli_option, then a day; ERR_USAGE when it is none. */
enum err_code cli_day(
	int *argc, char **argv, const char *name, struct day *ret, struct err *e) MUST_USE;
/* After the options: nothing that starts with "--" may be left, and the count of words must fit. usage is printed in the error. */
enum err_code cli_words(
	int argc, char **argv, int min, int max, const char *usage, struct err *e) MUST_USE;
/* Requires --by (and --why where asked). */
enum err_code cli_need_by(const struct cli *c, bool why_too, struct err *e) MUST_USE;

/* Before keys are read: no core dump, and nobody looks into this process's memory. Twice is fine. */
enum err_code cli_guard_memory(struct err *e) MUST_USE;

/* Standard output. printf-like; a failed write is noticed at the end of main. */
void cli_print(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Standard error: a warning line ("警告：…"). */
void cli_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Prints a finished buf as one line of JSON. */
void cli_print_buf(const struct buf *b);

/* argv[0] is the command's name. */
typedef enum err_code cmd_fn(struct cli *c, int argc, char **argv, struct err *e);
cmd_fn cmd_init, cmd_demo, cmd_import, cmd_export, cmd_enterprise, cmd_event, cmd_task, cmd_unit,
	cmd_evidence, cmd_policy, cmd_build, cmd_serve, cmd_keys, cmd_receipt, cmd_intake,
	cmd_deploy, cmd_drain, cmd_chain, cmd_clock, cmd_case, cmd_handover, cmd_lookback,
	cmd_signoff, cmd_inspection, cmd_rank, cmd_report, cmd_file, cmd_applicant, cmd_verify;

#endif
