/*
 * case_out: the parts of `tianlan case` between themselves: the subcommands, the rows and clocks they print.
 */
#ifndef CLI_CASE_OUT_H
#define CLI_CASE_OUT_H

#include "cli/desk_cli.h"
#include "cli/record_out.h"

/* argv[0] is the subcommand. */
typedef enum err_code case_fn(struct cli *c, int argc, char **argv, struct err *e);
case_fn case_list, case_show, case_photo, case_new, case_link, case_merge, case_draft, case_erase,
	case_retention, case_places, case_release, case_follow, case_review;
/* The steps that need no more than their options; argv[0] names which. */
case_fn case_act;
#define CASE_USAGE_BYTES 512
extern const char case_usage[];

/* ---- rows ------------------------------------------------------------------------------------------ */

#define CASE_SHORT 8	     /* digits of an id that are shown */
struct case_line {	     /* a row, and what its clocks say */
	struct tip_case row; /* strings in the arena */
	bool open, has_due, soon;
	struct clock_due due; /* the next */
};
struct case_line case_line_of(struct cli *c, const struct tip_case *row, struct arena *a);
bool case_is_overdue(const struct case_line *l);
/* 受理, 办结: what the clock waits for. */
const char *case_clock_label(const struct clock_due *d);
/* "办结期限 2018-04-02，还剩 3 天（《信访条例》（2005）第三十三条）", in the arena. */
const char *case_due_text(struct arena *a, const struct clock_due *d);
void case_json_clock(struct json *j, const char *key, const struct clock_due *d);
/* The members of a row; the caller opens and closes the object. */
void case_json_row(struct cli *c, struct reg *r, struct json *j, const struct case_line *l);
/* The id of a case by its number; NULL: none. In the arena of the run. */
const char *case_id_of(struct cli *c, struct reg *r, int64_t number);
/* By an id, or its first digits. */
enum err_code case_find(
	struct bench *b, const char *text, struct tip_case *ret, struct err *e) MUST_USE;

/* How many results wait because nobody else has read them; nothing when none does. */
enum err_code case_say_unreviewed(struct bench *b, struct err *e) MUST_USE;

/* ---- after an act -------------------------------------------------------------------------------------- */

/* Prints what is now, the next clock, and what comes next; with --json id, state, n, day, due. extra: further members, or NULL. */
enum err_code case_print_now(struct bench *b, int64_t number, int64_t n,
	void (*extra)(struct json *j, void *ctx), void *ctx, struct err *e) MUST_USE;

/* One line where something of erased cases could not be destroyed yet; nothing else. */
void case_say_unfinished(const struct bench *b);

#endif
