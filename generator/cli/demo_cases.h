/* The made-up tip-offs of `tianlan demo` and how staff work them, day by day. */
#ifndef CLI_DEMO_CASES_H
#define CLI_DEMO_CASES_H

#include "cli/demo.h"

struct demo_cases;
/* Before the first day; keys and intake host stand. */
enum err_code demo_cases_open(struct demo *d, struct demo_cases **ret, struct err *e) MUST_USE;
void demo_cases_close(struct demo_cases *c); /* accepts NULL */
/* Are cases worked on this day? */
bool demo_cases_has(const struct demo_cases *c, struct day day);
/* What came since the last time is posted and drained; the steps whose day it is are taken; every other time a release. */
enum err_code demo_cases_day(struct demo_cases *c, struct day day, struct err *e) MUST_USE;

#endif
