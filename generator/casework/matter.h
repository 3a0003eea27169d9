/*
 * matter: what of two tip-offs is compared, and how much of it agrees. No keys, no disk: texts in, a number out.
 */
#ifndef CASEWORK_MATTER_H
#define CASEWORK_MATTER_H

#include "tianlan/policy_cases.h"
#include "tianlan/register.h"

/* Of a hundred points; what agrees in part counts in part (grams as Dice's coefficient, kinds as a share). */
enum {
	MATTER_ENTERPRISE = 40, /* the same record, or the same name */
	MATTER_ENTERPRISE_NEAR = 28,
	MATTER_PLACE = 25,
	MATTER_KINDS = 10,
	MATTER_STREET = 10,
	MATTER_DAY = 5,		       /* happened within MATTER_DAYS of each other */
	MATTER_TEXT = 45,	       /* what was seen, in much the same words: sent twice */
	MATTER_OTHER_ENTERPRISE = -20, /* both name one, and not the same */
	MATTER_OTHER_STREET = -15,
	MATTER_LISTED = 40, /* this and more is shown to staff */
	MATTER_DAYS = 7,
	MATTER_PLACE_FULL = 80, /* per cent of grams from which a place counts as the same */
	MATTER_TEXT_FULL = 70,
};

/* Strings are borrowed. Keys as reg_text_key() makes them. */
struct matter {
	int64_t enterprise;				   /* number of the record; 0: none known */
	const char *enterprise_key, *place_key, *text_key; /* never NULL */
	const char *kinds;				   /* slugs, a space between; never NULL */
	const char *street;				   /* NULL: not known */
	struct day happened;				   /* DAY_NONE: not known */
};

/* One matter, made ready to be compared with thousands. */
struct matter_index;
struct matter_index *matter_index_new(const struct matter *m);
void matter_index_free(struct matter_index *x); /* accepts NULL; wipes */
/* Ready to be asked by one thread at a time. ret_why: what agrees, in words that are ours; NULL when not wanted. */
int matter_score(
	struct matter_index *x, const struct matter *other, struct arena *a, const char **ret_why);

#endif
