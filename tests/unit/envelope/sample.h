/* What the tests of sealing share: chance that can be repeated, keys made from it, and tip-offs that name no one. */
#ifndef TEST_ENVELOPE_SAMPLE_H
#define TEST_ENVELOPE_SAMPLE_H

#include "tianlan/envelope.h"

/* The same bytes for the same seed, call after call. ctx is the uint64_t that counts. */
struct chance sample_chance(uint64_t *state);

/* A valid tip-off without photos; strings are literals. way "anonymous" has no contact. */
struct tipoff sample_tipoff(const char *way);

struct sample_keys { /* `count` recipients for each half */
	struct recipients to;
	struct box_secret facts[RECIPIENTS_MAX], contact[RECIPIENTS_MAX];
};
void sample_keys_make(struct sample_keys *k, const struct chance *chance, size_t count);

struct envelope_head sample_head(const struct chance *chance);

#endif
