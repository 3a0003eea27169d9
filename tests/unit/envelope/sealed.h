/* What the tests of sealing share: keys, a head, a buffer to seal into, and parsing that must succeed. */
#ifndef TEST_ENVELOPE_SEALED_H
#define TEST_ENVELOPE_SEALED_H

#include "sample.h"

struct sealed_world { /* each test runs in a process of its own */
	uint64_t state;
	struct chance chance;
	struct arena *arena;
	struct err err;
	struct sample_keys keys; /* two recipients for each half, until a test says otherwise */
	struct envelope_head head;
	struct buf file; /* the last envelope sealed */
	uint8_t commitment[COMMITMENT_BYTES];
};
extern struct sealed_world w;

void sealed_start(void);
void sealed_stop(void);

/* Into w.file, which is emptied first. */
enum err_code seal(struct tipoff *t, const struct photo_plain *photos, size_t count);

struct opened {
	struct envelope v;
	struct record r;
	struct slot s;
};
struct opened parse_all(const struct buf *b);

/* Bytes by chance, in w.arena. */
struct photo_plain some_photo(size_t len);

#endif
