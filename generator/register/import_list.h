/*
 * Growing lists of a report, and the memory of what a sheet has named already.
 *
 * Not here: what the items mean. Ownership: list_free and seen_free give the memory back.
 */
#ifndef REGISTER_IMPORT_LIST_H
#define REGISTER_IMPORT_LIST_H

#include "tianlan/base.h"
#include "tianlan/crypto.h"

struct list {
	char *items;
	size_t count, cap, item_bytes;
};
void list_add(struct list *l, const void *item, size_t item_bytes);
#define LIST_ADD(l, value) list_add((l), &(value), sizeof(value))
/* A copy in the arena; NULL when empty. */
const void *list_keep(const struct list *l, struct arena *a);
void list_free(struct list *l);

struct seen {
	struct seen_slot *slots;
	size_t count, cap; /* cap is a power of two */
};
/* The row that was seen first with this key, or 0 when this is the first. row is above 0. */
int seen_add(struct seen *s, struct hash128 key, int row);
int seen_find(const struct seen *s, struct hash128 key); /* 0: never seen */
void seen_free(struct seen *s);

#endif
