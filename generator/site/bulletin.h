/* A published ranking as its pages read it. */
#ifndef SITE_BULLETIN_H
#define SITE_BULLETIN_H

#include "site/supervision.h"

struct ranked {
	struct pub_ranking_row row;
	struct pub_ranking_item items[RANK_ITEMS];
	size_t count;
};
struct bulletin {
	struct arena *a;
	const struct pub_ranking *ranking;
	struct quarter quarter;
	const struct ranking_rules
		*rules;	     /* those it was made by; NULL: the policy no longer has them */
	struct ranked *rows; /* by place; those not ranked last */
	size_t count;
};
/* The ranking's rows and items, in the worker's arena. */
enum err_code bulletin_read(struct worker *w, const struct pub_ranking *ranking,
	struct bulletin *ret, struct err *e) MUST_USE;
const struct rank_item *bulletin_item(const struct bulletin *b, const char *id); /* NULL: none */
/* bulletin_street.c: the figures of one street and what stands behind them; nothing when it was not ranked then. */
enum err_code bulletin_street_emit(struct worker *w, const struct pub_ranking *ranking,
	const char *street, struct err *e) MUST_USE;

#endif
