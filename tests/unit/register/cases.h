/*
 * What the tests of cases share: short ways to add a case and to take its steps.
 */
#ifndef TESTS_REGISTER_CASES_H
#define TESTS_REGISTER_CASES_H

#include "instance.h"

#include "tianlan/register_cases.h"

/* The n-th case of the test; each n has its own id and commitment. Must succeed. */
int64_t case_new(struct instance *in, int n, const char *week);
/* As an inspector opens it: kinds "dust noise", the first street, received on the Monday. Must succeed. */
void case_opened(struct instance *in, int64_t number, const char *kinds, const char *street);
struct tip_case case_now(struct instance *in, int64_t number);
const char *case_id_of(struct instance *in, int n); /* in the arena */
/* Takes a step; what s leaves open (n, role, salt, content) is filled in. */
enum err_code case_try(struct instance *in, struct tip_step s, struct err *e);
/* Must succeed; lead, outcome and the like as fit the kind; concluded despite the open rectification. */
int64_t case_step(struct instance *in, int64_t number, enum case_step kind, struct day day);
/* Somebody else than staff reads what is to be published of it. */
enum err_code case_review(struct instance *in, int64_t number, const char *by, struct err *e);
/* accepted and dispatched unless they are, checked(untrue), concluded with a reply, reviewed: all on one day. */
void case_conclude(struct instance *in, int64_t number, struct day day, const char *reply);

/* A small generator, so that the same seed is the same test. */
struct dice {
	uint64_t state;
};
uint32_t dice_roll(struct dice *d, uint32_t sides); /* below sides */

#endif
