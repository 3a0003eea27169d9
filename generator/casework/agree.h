/*
 * agree: what the chains say, read once and found by what the register's rows name.
 */
#ifndef CASEWORK_AGREE_H
#define CASEWORK_AGREE_H

#include "casework/casework_internal.h"

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

#endif
