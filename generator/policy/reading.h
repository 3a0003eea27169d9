/*
 * Values of the policy's data files that more than one of them has: days, non-empty texts, lists.
 * Each reports what is wrong at the place where it stands.
 */
#ifndef POLICY_READING_H
#define POLICY_READING_H

#include "policy/policy_internal.h"

/* Required and not empty. */
enum err_code reading_text(
	const struct conf *group, const char *name, const char **ret, struct err *e) MUST_USE;
/* A required day YYYY-MM-DD. */
enum err_code reading_day(
	const struct conf *group, const char *name, struct day *ret, struct err *e) MUST_USE;
/* A required list with at least one item. */
enum err_code reading_list(const struct conf *group, const char *name, const struct conf **ret,
	struct err *e) MUST_USE;
/* The item as a group with no other keys than these. */
enum err_code reading_group(
	const struct conf *item, const char *const *names, struct err *e) MUST_USE;
/* The keys every rule has beside its own: in_force_from and clause. */
enum err_code reading_source(const struct conf *group, struct day *ret_from,
	const char **ret_clause, struct err *e) MUST_USE;
/* The text of a list's item. */
enum err_code reading_item(const struct conf *item, const char **ret, struct err *e) MUST_USE;
/* Fails when one of the list's items before `at` has the same text under `name`. */
enum err_code reading_unique(
	const struct conf *list, size_t at, const char *name, struct err *e) MUST_USE;
/* As reading_text, made of lower-case letters, digits and hyphens. */
enum err_code reading_slug(
	const struct conf *group, const char *name, const char **ret, struct err *e) MUST_USE;

/* A required whole number within both limits. */
enum err_code reading_int(const struct conf *group, const char *name, int low, int high, int *ret,
	struct err *e) MUST_USE;

/* load_annex1.c: fills plan, goal, rules and open points from annex1.conf. */
enum err_code load_annex1(struct policy *p, const struct conf *root, struct err *e) MUST_USE;
/* load_units.c: units, then the kinds of tip-off from routing.conf. */
enum err_code load_units(struct policy *p, const struct conf *root, struct err *e) MUST_USE;
enum err_code load_routing(struct policy *p, const struct conf *root, struct err *e) MUST_USE;
/* load_clocks.c: soon_days and the time limits from clocks.conf; the days off and on from holidays.csv. */
enum err_code load_clocks(struct policy *p, const struct conf *root, struct err *e) MUST_USE;
enum err_code load_holidays(struct policy *p, const char *path, struct err *e) MUST_USE;
/* load_cases.c: retention.conf and gate.conf. load_ranking.c: ranking.conf. */
enum err_code load_retention(struct policy *p, const struct conf *root, struct err *e) MUST_USE;
enum err_code load_gate(struct policy *p, const struct conf *root, struct err *e) MUST_USE;
enum err_code load_ranking(struct policy *p, const struct conf *root, struct err *e) MUST_USE;

#endif
