/* Any bytes as an urlencoded body: names are text, no value is longer than what it was decoded from. */
#include "tianlan/intake.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct form_body *body = arena_alloc(a, sizeof *body);
	struct err e;

	if (urlencoded_parse(a, data, size, body, &e) == ERR_OK) {
		size_t total = 0;
		for (size_t i = 0; i < body->count; i++) {
			const struct form_part *p = &body->parts[i];
			total += p->value.len + strlen(p->name);
			if (p->filename || !utf8_valid(p->name, strlen(p->name), NULL))
				__builtin_trap();
		}
		if (total > size)
			__builtin_trap();
	}
	arena_free(a);
	return 0;
}
