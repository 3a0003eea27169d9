/*
 * register, fourth part: does the register agree with itself? What casework needs to compare its rows with the chains, and the
 * checks that need nothing but the register and the files beside it.
 *
 * Not here: the chains (casework's agree). Ownership, errors and threads as in register.h; nothing is changed.
 */
#ifndef TIANLAN_REGISTER_AUDIT_H
#define TIANLAN_REGISTER_AUDIT_H

#include "tianlan/register_cases.h"

struct reg_audit {
	int64_t rows;	     /* numbered one by one without a gap */
	int64_t enterprises; /* whose state was worked out again */
	int64_t files;	     /* below evidence/ */
};
/* A sentence for each fault: what, and of which row. */
typedef void audit_fn(void *ctx, const char *fault);
/* Numbers without gaps; the state of every enterprise is what its events give; look-backs and their events; what the log of cases says
 * of kinds and street; what an unopened, an opened, an erased case may hold; what releases show was once so; files below evidence/ and
 * the rows that name them, each way (their bytes: reg_evidence_verify). */
enum err_code reg_audit(
	struct reg *r, audit_fn *fault, void *ctx, struct reg_audit *ret, struct err *e) MUST_USE;

const struct policy *reg_policy(const struct reg *r);
/* Is it the code of a street or zone on record? */
bool reg_street_known(struct reg *r, const char *code);
/* What the columns of a case say that its steps give: as text. */
struct case_kept {
	const char *state, *since, *outcome; /* outcome NULL: none */
};
enum err_code reg_case_kept(struct reg *r, int64_t number, struct arena *a, struct case_kept *ret,
	struct err *e) MUST_USE;
/* "kinds" or "street" as the opening left it: before the first change in the log, else as it is now. *ret_known false: it was
 * set before anything stood there. */
enum err_code reg_case_at_opening(struct reg *r, int64_t number, const char *what, const char *now,
	struct arena *a, const char **ret, bool *ret_known, struct err *e) MUST_USE;
struct case_shown { /* by case */
	int64_t tip_case;
	const char *month, *bucket;
	struct day released; /* DAY_NONE: by no release there is */
	const char *at;
};
typedef enum err_code case_shown_fn(void *ctx, const struct case_shown *s, struct err *e);
enum err_code reg_case_shown_each(
	struct reg *r, case_shown_fn *fn, void *ctx, struct err *e) MUST_USE;
struct case_result { /* by case */
	int64_t tip_case, step;
	const char *outcome, *reply, *at; /* reply, at: may be NULL */
};
typedef enum err_code case_result_fn(void *ctx, const struct case_result *s, struct err *e);
enum err_code reg_case_result_each(
	struct reg *r, case_result_fn *fn, void *ctx, struct err *e) MUST_USE;
typedef enum err_code chain_week_fn(void *ctx, const char *week, const char *head, struct err *e);
enum err_code reg_chain_week_each(
	struct reg *r, chain_week_fn *fn, void *ctx, struct err *e) MUST_USE; /* by week */

#endif
