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
	struct course_list *courses; /* demo_course.c: every enterprise on its way */
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
/* month counts from December 2017; received: the day the sheet came in. */
enum err_code demo_report(
	struct demo *d, size_t street, int month, struct day received, struct err *e) MUST_USE;

/* demo_course.c: decisions, events, tasks and evidence of every enterprise, tip-offs and the calendar, day by day. */
enum err_code demo_course(struct demo *d, struct err *e) MUST_USE;
/* The enterprise of a made-up firm; n 0: there is none. */
struct enterprise_id demo_enterprise(const struct demo *d, int64_t index);
/* One that was found on the way: from this day on it goes its course to the sign-off. */
enum err_code demo_course_found(struct demo *d, struct enterprise_id id, int64_t index,
	struct day from, struct err *e) MUST_USE;
/* Has its scenario come to its end? */
bool demo_is_at_rest(const struct demo *d, struct enterprise_id id);

#endif
