/* Ids that are unique on a page, and ids made of a heading's text. */
#include "theme/theme_internal.h"

#include <string.h>

struct ids {
	struct arena *arena;
	const char **taken;
	size_t count, cap;
};

struct ids *ids_new(struct arena *a)
{
	struct ids *ids = arena_alloc(a, sizeof *ids);
	ids->arena = a;
	return ids;
}

static bool is_taken(const struct ids *ids, const char *id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (strcmp(ids->taken[i], id) == 0)
			return true;
	return false;
}

const char *ids_take(struct ids *ids, const char *wanted)
{
	const char *id = arena_strdup(ids->arena, wanted);
	for (int n = 2; is_taken(ids, id); n++)
		id = arena_printf(ids->arena, "%s-%d", wanted, n);
	if (ids->count == ids->cap) {
		size_t cap = ids->cap ? ids->cap * 2 : 16;
		const char **grown = arena_alloc(ids->arena, cap * sizeof *grown);
		if (ids->count)
			memcpy(grown, ids->taken, ids->count * sizeof *grown);
		ids->taken = grown;
		ids->cap = cap;
	}
	ids->taken[ids->count++] = id;
	return id;
}

const char *id_from_text(struct arena *a, const char *text)
{
	char *id = arena_alloc(a, strlen(text) + 2);
	size_t n = 0;
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		bool upper = *p >= 'A' && *p <= 'Z';
		bool keep =
			*p >= 0x80 || upper || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
		if (keep)
			id[n++] = (char)(upper ? *p + 32 : *p);
		else if (n && id[n - 1] != '-')
			id[n++] = '-';
	}
	while (n && id[n - 1] == '-')
		n--;
	if (!n)
		id[n++] = 'x';
	id[n] = '\0';
	return id;
}
