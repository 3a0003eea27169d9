/* Any bytes as what the status file and the spool hold: a head, the inside of an entry, a memory of seen/, an envelope's head. */
#include "envelope/spool_internal.h"
#include "envelope/status_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is what is written: one text has one form. */
static void check_plain(struct arena *a, const uint8_t *data, size_t size)
{
	struct status s;
	uint8_t back[STATUS_PLAIN_MAX];
	if (size > sizeof back || status_plain_read(a, data, size, &s, NULL))
		return;
	if (status_plain_write(&s, back, size, NULL) || memcmp(back, data, size))
		abort();
}

static void check_header(const uint8_t *data, size_t size)
{
	struct status_header h;
	uint8_t back[STATUS_HEADER_USED];
	if (status_header_read(data, size, &h, NULL))
		return;
	status_header_write(&h, back);
	if (memcmp(back, data, sizeof back))
		abort();
}

static void check_seen(const uint8_t *data, size_t size)
{
	struct case_id id;
	struct spool_known known;
	uint8_t back[SPOOL_SEEN_BYTES];
	if (size < 32)
		return;
	memcpy(id.bytes, data + 16, sizeof id.bytes);
	if (!spool_seen_read(data, size, &id, &known))
		return;
	spool_seen_write(&id, &known, back);
	if (memcmp(back, data, sizeof back))
		abort();
}

static void check_head(const uint8_t *data, size_t size)
{
	struct case_id id;
	struct spool_known known;
	if (size < 40)
		return;
	memcpy(id.bytes, data + 24, sizeof id.bytes);
	if (spool_head_read(data, size, size, &id, &known) &&
		(known.token_expires < 0 || known.week.week < 1 || known.week.week > 53))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	if (crypto_start(NULL))
		abort();
	check_plain(a, data, size);
	check_header(data, size);
	check_seen(data, size);
	check_head(data, size);
	arena_free(a);
	return 0;
}
