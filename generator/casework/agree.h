/*
 * agree: what the chains say, read once and found by what the register's rows name; and the parts of the comparison.
 */
#ifndef CASEWORK_AGREE_H
#define CASEWORK_AGREE_H

#include "casework/casework_internal.h"
#include "tianlan/register_audit.h"

struct chained_case { /* a `received` or `quarantined` line */
	uint8_t commitment[COMMITMENT_BYTES];
	const char *branch;
	int64_t seq;
	char when[11];
	bool received, has_row;
	char id[CASE_ID_HEX_BYTES]; /* of its record; "": none */
};
struct chained_step { /* a record of the office */
	uint8_t commitment[COMMITMENT_BYTES];
	struct office_step step;
	int64_t seq; /* its line; 0: none */
	bool has_row;
};
struct chain_hashes { /* of every line of a branch */
	const char *branch;
	uint8_t (*hash)[SHA256_BYTES];
	size_t count, cap;
};
struct chains {
	struct arena *arena;
	struct chained_case *cases; /* by commitment, seq */
	size_t case_count, case_cap;
	struct chained_step *steps; /* by commitment, n */
	size_t step_count, step_cap;
	struct office_anchor *anchors;
	size_t anchor_count, anchor_cap;
	struct chain_hashes *branches;
	size_t branch_count;
};
/* ---- reading (agree_chains.c) ------------------------------------------------------------------- */

/* Of chains that chain_verify() found sound. chains_done() afterwards, always. */
enum err_code chains_read(const char *git, struct chains *ret, struct err *e) MUST_USE;
void chains_done(struct chains *c);
/* The first of this commitment; the others follow. NULL: none. */
struct chained_case *chains_case(struct chains *c, const uint8_t commitment[COMMITMENT_BYTES]);
struct chained_step *chains_step(
	struct chains *c, const uint8_t commitment[COMMITMENT_BYTES], int64_t n);
/* The hash of line seq in hex; false: the branch has no such line. */
bool chains_hash(
	const struct chains *c, const char *branch, int64_t seq, char ret[SHA256_HEX_BYTES]);

/* ---- comparing ------------------------------------------------------------------------------------- */

struct letters;
struct published;
struct agree {
	struct reg *reg;
	struct agree_report *report;
	struct chains chains;
	int64_t office_seq; /* up to where the register has marked the office's lines */
	struct letters *letters;
	struct published *published;
	int64_t *
		unfinished; /* numbers of cases that were erased and not destroyed to the end, ascending */
	size_t unfinished_count;
};
/* The first sentence stays. */
void disagree(struct agree *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A step as the checks of a whole case see it. */
struct step_seen {
	int64_t seq;
	struct case_fact fact;
	char recorded[11]; /* day */
	const char *reply;
};
struct case_seen {
	const struct tip_case *row;
	bool erased, unfinished;
	struct step_seen *steps;
	size_t count, cap;
	struct arena *arena; /* of the replies; reset for each case */
};

/* ---- what the row keeps, and what releases show of it (agree_rows.c) ----------------------------------- */

enum err_code published_read(struct agree *a, struct err *e) MUST_USE;
void published_done(struct agree *a);
/* The day of receipt, the cached columns, what is shown of it; cases by number. */
enum err_code check_case_row(struct agree *a, const struct case_seen *c, struct err *e) MUST_USE;
/* Heads by week are lines of the office's chain, in order. */
enum err_code check_weeks(struct agree *a, struct err *e) MUST_USE;

/* ---- opened cases and their letters (agree_letters.c) ----------------------------------------------------- */

/* Nothing is compared where keys/ has no facts key that opens them. */
enum err_code letters_begin(struct agree *a, const char *instance, struct err *e) MUST_USE;
enum err_code letters_add(struct agree *a, const struct tip_case *row, struct err *e) MUST_USE;
enum err_code letters_check(struct agree *a, const char *git, struct err *e) MUST_USE;
void letters_done(struct agree *a);

#endif
