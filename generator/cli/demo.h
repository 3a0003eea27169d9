/* The made-up register of `tianlan demo`: what its enterprises are and what happens to them. */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "tianlan/base.h"
#include "tianlan/policy.h"
#include "tianlan/register.h"

struct demo {
	struct arena *arena;
	const struct policy *policy;
	const char *dir;
	int64_t enterprises;
	uint64_t seed;
	struct day today;
	struct reg *reg;
};

/* One made-up enterprise, a pure function of (seed, index). */
struct demo_firm {
	int64_t index; /* 1 and up; stands in the name, so that the register's rows can be told */
	size_t street; /* index into demo_streets */
	enum category category;
	enum ring ring;
	int scenario;	 /* row of the table in demo_course.c */
	int first_month; /* 0 to 2: the monthly report it first stood in */
	struct day found_on;
	uint64_t dice;
};
void demo_firm_at(const struct demo *d, int64_t index, struct demo_firm *ret);
uint64_t demo_dice(uint64_t *state); /* the next of a repeatable series */

/* demo_sheet.c: the sheet a street hands in for one of the three months, and its import. */
const struct unit_info *demo_streets(const struct demo *d, size_t *ret_count);
enum err_code demo_report(struct demo *d, size_t street, int month, struct err *e) MUST_USE;

/* demo_course.c: decisions, events, tasks and evidence of every enterprise. */
enum err_code demo_course(struct demo *d, struct err *e) MUST_USE;

#endif
