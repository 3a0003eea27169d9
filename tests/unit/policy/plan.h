/*
 * What the tests of this room share: the shipped plan, a copy of its data with one thing changed, and
 * short ways to write facts.
 */
#ifndef TESTS_POLICY_PLAN_H
#define TESTS_POLICY_PLAN_H

#include "tianlan/policy_cases.h"

#include <criterion/criterion.h>

/* The data that is shipped; the tests run in the tree's top folder. */
struct policy *plan_load(void);
/* A temporary folder with the shipped data, where the first `find` in `file` is replaced. NULL `find`
 * changes nothing. The caller removes it with plan_folder_remove(). */
char *plan_folder(const char *file, const char *find, const char *replace);
void plan_folder_remove(char *dir);
/* Loads such a folder; it must be right. */
struct policy *plan_amended(const char *find, const char *replace);

struct day ymd(int year, int month, int day);
/* Facts with no date set. */
struct duty_facts facts_of(enum category c, enum ring r);
/* The duty of that action; it must be there. */
const struct duty *duty_for(const struct duties *d, enum action action);
const char *day_or_dash(struct day d); /* a static text: "-" for none */

#endif
