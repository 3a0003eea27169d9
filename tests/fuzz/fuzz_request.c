/* Any bytes as a header value, as a text typed into a field, and as a JPEG. */
#include "intake/intake_internal.h"
#include "intake/wire.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_header(struct arena *a, const char *text)
{
	const char *boundary = NULL;
	struct err e;
	if (content_type_boundary(a, text, &boundary, &e) == ERR_OK &&
		(!*boundary || strlen(boundary) > 70 || content_type_of(text) != BODY_MULTIPART))
		__builtin_trap();
	if (content_length_read(text) < -1)
		__builtin_trap();
}

/* Cleaning is done once: what comes out is text, and comes out the same again. */
static void as_text(struct arena *a, struct bytes raw, bool lines)
{
	bool bad, again;
	const char *once = text_clean(a, raw, lines, &bad);
	const char *twice =
		text_clean(a, (struct bytes){(const uint8_t *)once, strlen(once)}, lines, &again);
	if (!utf8_valid(once, strlen(once), NULL) || strcmp(once, twice) != 0 || again ||
		strchr(once, '\r') || (!lines && strchr(once, '\n')))
		__builtin_trap();
	(void)text_half_width(a, once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	uint32_t width, height;

	as_header(a, arena_strndup(a, (const char *)data, size));
	as_text(a, (struct bytes){data, size}, true);
	as_text(a, (struct bytes){data, size}, false);
	if (jpeg_size(data, size, &width, &height) && (!width || !height))
		__builtin_trap();
	arena_free(a);
	return 0;
}
