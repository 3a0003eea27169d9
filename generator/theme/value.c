/*
 * Values: what a template can name. A map is a short array searched by hash (pages have tens of names, and a scan of
 * hashes in a row beats a table at that size); a list is an array. Both grow by doubling in the caller's arena.
 *
 * Invariant: a map never holds one key twice; a key that was set to NULL is present and hides one further out.
 */
#include "theme/theme_internal.h"

#include <string.h>

uint32_t key_hash(const char *s, size_t len)
{
	uint32_t h = 2166136261U; /* FNV-1a */
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619U;
	return h;
}

static struct value *value_new(struct arena *a, enum value_kind kind)
{
	struct value *v = arena_alloc(a, sizeof(*v));
	v->kind = kind;
	return v;
}

struct value *value_map(struct arena *a)
{
	return value_new(a, VALUE_MAP);
}

struct value *value_list(struct arena *a)
{
	return value_new(a, VALUE_LIST);
}

struct value *value_text(struct arena *a, const char *text)
{
	struct value *v = value_new(a, VALUE_TEXT);
	v->as.text = text;
	return v;
}

const struct value *value_find(const struct value *map, const char *key, uint32_t hash)
{
	const struct entry *entries = map->as.entries;
	for (uint32_t i = 0; i < map->count; i++) {
		if (entries[i].hash == hash &&
			(entries[i].key == key || strcmp(entries[i].key, key) == 0))
			return entries[i].value;
	}
	return NULL;
}

void value_set(struct value *map, struct arena *a, const char *key, struct value *v)
{
	uint32_t hash = key_hash(key, strlen(key));
	if (v == NULL)
		v = value_text(a, NULL);
	for (uint32_t i = 0; i < map->count; i++) {
		struct entry *entry = &map->as.entries[i];
		if (entry->hash == hash && strcmp(entry->key, key) == 0) {
			entry->value = v;
			return;
		}
	}
	if (map->count == map->cap) {
		uint32_t cap = map->cap == 0 ? 8 : map->cap * 2;
		struct entry *grown = arena_alloc(a, cap * sizeof(*grown));
		if (map->count > 0)
			memcpy(grown, map->as.entries, map->count * sizeof(*grown));
		map->as.entries = grown;
		map->cap = cap;
	}
	map->as.entries[map->count++] = (struct entry){hash, key, v};
}

void value_set_text(struct value *map, struct arena *a, const char *key, const char *text)
{
	value_set(map, a, key, value_text(a, text));
}

void value_set_int(struct value *map, struct arena *a, const char *key, int64_t n)
{
	struct value *v = value_new(a, VALUE_INT);
	v->as.number = n;
	value_set(map, a, key, v);
}

void value_set_bool(struct value *map, struct arena *a, const char *key, bool b)
{
	struct value *v = value_new(a, VALUE_BOOL);
	v->as.truth = b;
	value_set(map, a, key, v);
}

void value_set_frag(struct value *map, struct arena *a, const char *key, struct html_frag frag)
{
	struct value *v = value_new(a, VALUE_FRAG);
	v->as.frag = frag;
	value_set(map, a, key, v);
}

void value_add(struct value *list, struct arena *a, struct value *v)
{
	if (v == NULL)
		v = value_text(a, NULL);
	if (list->count == list->cap) {
		uint32_t cap = list->cap == 0 ? 8 : list->cap * 2;
		const struct value **grown = arena_alloc(a, cap * sizeof(*grown));
		if (list->count > 0)
			memcpy(grown, list->as.items, list->count * sizeof(*grown));
		list->as.items = grown;
		list->cap = cap;
	}
	list->as.items[list->count++] = v;
}

struct value *value_add_map(struct value *list, struct arena *a)
{
	struct value *map = value_map(a);
	value_add(list, a, map);
	return map;
}

bool value_is_present(const struct value *v)
{
	if (v == NULL)
		return false;
	switch (v->kind) {
	case VALUE_TEXT:
		return v->as.text != NULL && v->as.text[0] != '\0';
	case VALUE_BOOL:
		return v->as.truth;
	case VALUE_FRAG:
		return v->as.frag.len > 0;
	case VALUE_LIST:
		return v->count > 0;
	case VALUE_INT:
	case VALUE_MAP:
		return true;
	}
	return false;
}
