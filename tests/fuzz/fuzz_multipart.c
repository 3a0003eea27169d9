/* Any bytes as a multipart body; the first line of the input is the boundary. What is taken lies within the body, and nothing
 * with a file gets past the look that decides whether the launcher is started. */
#include "tianlan/intake.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_part(
	const struct form_part *p, const uint8_t *body, size_t len, bool may_hold_file)
{
	bool inside = p->value.at >= body && p->value.at <= body + len &&
		      p->value.len <= (size_t)(body + len - p->value.at);
	if (!inside || !utf8_valid(p->name, strlen(p->name), NULL))
		__builtin_trap();
	if (!p->filename)
		return;
	if (strlen(p->filename) > 200 || !utf8_valid(p->filename, strlen(p->filename), NULL) ||
		strpbrk(p->filename, "/\\"))
		__builtin_trap();
	if (*p->filename && !may_hold_file)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
	struct arena *a = arena_new();
	struct form_body *body = arena_alloc(a, sizeof *body);
	struct err e;

	if (newline) {
		char *boundary = arena_strndup(a, (const char *)data, (size_t)(newline - data));
		const uint8_t *at = newline + 1;
		size_t len = size - (size_t)(at - data);
		/* A copy of just this size, so that reading past its end is noticed. */
		uint8_t *copy = mem_alloc(len);
		if (len)
			memcpy(copy, at, len);
		bool may = body_may_hold_file(copy, len);
		if (multipart_parse(a, copy, len, boundary, body, &e) == ERR_OK) {
			if (body->count > INTAKE_FIELDS_MAX)
				__builtin_trap();
			for (size_t i = 0; i < body->count; i++)
				check_part(&body->parts[i], copy, len, may);
		}
		free(copy);
	}
	arena_free(a);
	return 0;
}
