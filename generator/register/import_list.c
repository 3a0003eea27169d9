/*
 * Growing lists and a table of rows by key.
 *
 * Open addressing over 128-bit keys made by a hash, so the key's own bits choose the slot and equal keys
 * mean equal rows. Invariant: at most half of the slots are taken.
 */
#include "register/import_list.h"

#include <stdlib.h>
#include <string.h>

void list_add(struct list *l, const void *item, size_t item_bytes)
{
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->items = mem_grow(l->items, l->cap, item_bytes);
	}
	l->item_bytes = item_bytes;
	memcpy(l->items + l->count++ * item_bytes, item, item_bytes);
}

const void *list_keep(const struct list *l, struct arena *a)
{
	void *copy;

	if (l->count == 0)
		return NULL;
	copy = arena_alloc(a, l->count * l->item_bytes);
	memcpy(copy, l->items, l->count * l->item_bytes);
	return copy;
}

void list_free(struct list *l)
{
	free(l->items);
	*l = (struct list){0};
}

struct seen_slot {
	struct hash128 key;
	int row; /* 0: free */
};

static size_t slot_of(const struct seen *s, struct hash128 key)
{
	size_t at = (size_t)key.lo & (s->cap - 1);

	while (s->slots[at].row != 0 && !hash128_eq(s->slots[at].key, key))
		at = (at + 1) & (s->cap - 1);
	return at;
}

static void grow(struct seen *s)
{
	struct seen bigger = {.count = s->count, .cap = s->cap ? s->cap * 2 : 1024};

	bigger.slots = mem_zero(bigger.cap, sizeof(*bigger.slots));
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i].row != 0)
			bigger.slots[slot_of(&bigger, s->slots[i].key)] = s->slots[i];
	free(s->slots);
	*s = bigger;
}

int seen_add(struct seen *s, struct hash128 key, int row)
{
	size_t at;

	if ((s->count + 1) * 2 > s->cap)
		grow(s);
	at = slot_of(s, key);
	if (s->slots[at].row != 0)
		return s->slots[at].row;
	s->slots[at] = (struct seen_slot){key, row};
	s->count++;
	return 0;
}

int seen_find(const struct seen *s, struct hash128 key)
{
	return s->cap ? s->slots[slot_of(s, key)].row : 0;
}

void seen_free(struct seen *s)
{
	free(s->slots);
	*s = (struct seen){0};
}
