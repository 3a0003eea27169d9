/*
 * record_out: what the commands about a record share: the id and the note out of the arguments, lists as JSON.
 */
#ifndef CLI_RECORD_OUT_H
#define CLI_RECORD_OUT_H

#include "cli/cli.h"

#include "tianlan/markup.h"
#include "tianlan/register.h"

#define RECORD_JSON_BYTES ((size_t)256 << 20)

struct change_note record_note(const struct cli *c);
/* A subcommand out of argv[1], which is dropped; ERR_USAGE with the usage when it is missing. */
enum err_code record_verb(
	int *argc, char **argv, const char *usage, const char **ret, struct err *e) MUST_USE;
enum err_code record_unknown_verb(const char *verb, const char *usage, struct err *e);
/* The option's text, or ERR_USAGE when it is missing. */
enum err_code record_needed(
	int *argc, char **argv, const char *name, const char **ret, struct err *e) MUST_USE;
#define RECORD_FILES_MAX 64
/* Every --file; the list ends in NULL. */
enum err_code record_files(
	int *argc, char **argv, const char *files[RECORD_FILES_MAX + 1], struct err *e) MUST_USE;
void record_json_day(struct json *j, const char *key, struct day day); /* null when there is none */
/* Prints and frees the buf; ERR_SYSTEM when it overflowed. */
enum err_code record_json_finish(struct buf *out, struct err *e) MUST_USE;
/* Text and enough blanks for this many columns of a terminal, at least one. */
void record_print_cell(const char *text, size_t columns);

/* The whole record: everything staff may see. */
enum err_code record_show(
	struct cli *c, struct reg *r, struct enterprise_id id, struct err *e) MUST_USE;
/* Name, state, the suggested category with reasons and missing answers, duties; nothing of class NEVER. j: members of the
 * object that the caller opened; NULL: text. */
enum err_code record_show_brief(struct cli *c, struct reg *r, struct enterprise_id id,
	struct json *j, struct err *e) MUST_USE;
void record_json_event(struct json *j, const struct event *ev);
void record_json_evidence(struct json *j, const struct evidence *ev);
void record_json_task(struct json *j, const struct reg *r, const struct task *t);

#endif
