/* What was sealed, as hostile input again: what the readers take, the writers make again byte for byte. */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_bytes(const struct buf *b, const uint8_t *data, size_t size)
{
	if (b->overflow || b->len != size || memcmp(b->data, data, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct tipoff t;
	struct err e;
	struct buf b;
	buf_init(&b, FACTS_MAX_BYTES);
	enum err_code code = facts_read(a, data, size, &t, &e);
	if (!code) {
		if (facts_check(&t, &e) || contact_check(&t, &e))
			abort();
		facts_write(&t, &b);
		same_bytes(&b, data, size);
	} else if (code != ERR_INPUT || !utf8_valid(e.message, strlen(e.message), NULL)) {
		abort();
	}
	buf_clear(&b);
	code = contact_read(a, data, size, &t, &e);
	if (!code) {
		contact_write(&t, &b);
		same_bytes(&b, data, size);
	} else if (code != ERR_INPUT) {
		abort();
	}
	buf_done(&b);
	arena_free(a);
	return 0;
}
