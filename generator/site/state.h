/* What the last build knew, kept in the store's state files. */
#ifndef SITE_STATE_H
#define SITE_STATE_H

#include "site/site_internal.h"

/* ERR_NOT_FOUND when the last build left nothing, or nothing of this layout. */
enum err_code state_read(struct store *store, struct state *ret, struct err *e) MUST_USE;
/* old may be NULL (everything is written); files that are as in old are not written again. */
enum err_code state_write(struct store *store, const struct state *s, const struct state *old,
	struct err *e) MUST_USE;
void state_done(struct state *s);
/* Gives s rows of its own: those of from, and zeroed ones up to count. */
void state_grow(struct state *s, const struct state *from, size_t count);
/* Makes the permutations anew from the rows. */
void state_sort(struct state *s);
bool row_is_listed(const struct row *row);

#endif
