/*
 * Which records a new row may be a second writing of.
 *
 * Alike means: the same name at another address, another name at the same address, or both nearly the same
 * (one within the other, or one or two characters apart). Numbers must agree: 3号 and 5号 are different
 * places, however close the text. Nothing is decided here; a person does that.
 * Invariant: equal keys are no likeness, they are a match.
 */
#include "register/import.h"
#include "register/value.h"

#include <stdlib.h>
#include <string.h>

#define KEY_CHARS_MAX 128
#define PAIRS_MAX 400000000ULL

/* ---- two texts ----------------------------------------------------------------------------- */

struct chars {
	uint32_t at[KEY_CHARS_MAX];
	size_t count;
};

static void to_chars(const char *key, struct chars *ret)
{
	const char *end = key + strlen(key);
	uint32_t code;
	size_t n;

	ret->count = 0;
	while (ret->count < KEY_CHARS_MAX && (n = utf8_decode(key, end, &code)) > 0) {
		ret->at[ret->count++] = code;
		key += n;
	}
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* The digits of both, read from left to right, with what separates them. */
static bool same_numbers(const struct chars *a, const struct chars *b)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a->count && !is_digit(a->at[i]))
			i++;
		while (k < b->count && !is_digit(b->at[k]))
			k++;
		if (i == a->count || k == b->count)
			return i == a->count && k == b->count;
		while (i < a->count && k < b->count && is_digit(a->at[i]) && a->at[i] == b->at[k]) {
			i++;
			k++;
		}
		if ((i < a->count && is_digit(a->at[i])) || (k < b->count && is_digit(b->at[k])))
			return false;
	}
}

/* A number is not cut: 1号 is not within 21号. */
static bool contains(const struct chars *big, const struct chars *small, size_t min)
{
	if (small->count < min || small->count >= big->count)
		return false;
	for (size_t at = 0; at + small->count <= big->count; at++) {
		size_t end = at + small->count;

		if (memcmp(big->at + at, small->at, small->count * sizeof(*small->at)) != 0)
			continue;
		if (at > 0 && is_digit(big->at[at - 1]) && is_digit(small->at[0]))
			continue;
		if (end < big->count && is_digit(big->at[end]) &&
			is_digit(small->at[small->count - 1]))
			continue;
		return true;
	}
	return false;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Characters put in, left out or changed. */
static size_t edit_distance(const struct chars *a, const struct chars *b)
{
	size_t row[KEY_CHARS_MAX + 1];

	for (size_t k = 0; k <= b->count; k++)
		row[k] = k;
	for (size_t i = 1; i <= a->count; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= b->count; k++) {
			size_t above = row[k];

			row[k] = min3(above + 1, row[k - 1] + 1,
				diagonal + (a->at[i - 1] != b->at[k - 1]));
			diagonal = above;
		}
	}
	return row[b->count];
}

static bool nearly_same(const char *x, const char *y, size_t min_contained)
{
	struct chars a, b;
	size_t shorter, allowed;

	if (strcmp(x, y) == 0)
		return true;
	to_chars(x, &a);
	to_chars(y, &b);
	if (contains(&a, &b, min_contained) || contains(&b, &a, min_contained))
		return true;
	shorter = a.count < b.count ? a.count : b.count;
	allowed = shorter >= 8 ? 2 : shorter >= 4 ? 1 : 0;
	if (allowed == 0 || a.count + b.count - 2 * shorter > allowed || !same_numbers(&a, &b))
		return false;
	return edit_distance(&a, &b) <= allowed;
}

const char *reg_text_key(struct arena *a, const char *text)
{
	return value_key(a, text);
}

enum text_likeness reg_text_likeness(const char *key_a, const char *key_b, size_t least_within)
{
	if (!*key_a || !*key_b)
		return TEXT_OTHER;
	if (strcmp(key_a, key_b) == 0)
		return TEXT_SAME;
	return nearly_same(key_a, key_b, least_within) ? TEXT_NEAR : TEXT_OTHER;
}

bool reg_text_same_numbers(const char *key_a, const char *key_b)
{
	struct chars a, b;

	to_chars(key_a, &a);
	to_chars(key_b, &b);
	return same_numbers(&a, &b);
}

bool reg_name_is_blank(const char *name_key)
{
	return import_name_is_blank(name_key);
}

bool import_name_is_blank(const char *name_key)
{
	static const char *const words[] = {"无名", "无牌", "无证", "无照", "无字号", "无厂名"};

	if (!*name_key || strcmp(name_key, "无") == 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_starts(name_key, words[i]))
			return true;
	return false;
}

bool near_is_alike(
	const char *name_a, const char *address_a, const char *name_b, const char *address_b)
{
	bool same_name = strcmp(name_a, name_b) == 0;
	bool same_address = strcmp(address_a, address_b) == 0;

	if (same_name && same_address)
		return false;
	if (same_name && !import_name_is_blank(name_a))
		return true;
	if (same_address && *address_a)
		return true;
	return nearly_same(name_a, name_b, 3) && *address_a && *address_b &&
	       nearly_same(address_a, address_b, 4);
}

/* ---- many ----------------------------------------------------------------------------------- */

struct near_entry {
	struct enterprise_id id;
	const char *name, *address;
	uint64_t name_hash, address_hash;
	uint64_t name_set; /* which characters occur, folded to 64 bits */
};

struct by_hash {
	uint64_t hash;
	size_t entry;
};

struct near_index {
	struct arena *arena;
	struct near_entry *entries;
	size_t count, cap;
	struct by_hash *by_name, *by_address;
	bool compare_all;
};

static uint64_t hash_text(const char *s)
{
	uint64_t h = 1469598103934665603ULL;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211ULL;
	return h;
}

static uint64_t char_set(const char *key)
{
	const char *end = key + strlen(key);
	uint64_t set = 0;
	uint32_t code;
	size_t n;

	while ((n = utf8_decode(key, end, &code)) > 0) {
		set |= 1ULL << (code * 2654435761u >> 26);
		key += n;
	}
	return set;
}

struct near_index *near_index_new(void)
{
	struct near_index *x = mem_zero(1, sizeof(*x));

	x->arena = arena_new();
	return x;
}

void near_index_free(struct near_index *x)
{
	if (!x)
		return;
	free(x->entries);
	free(x->by_name);
	free(x->by_address);
	arena_free(x->arena);
	free(x);
}

void near_index_add(struct near_index *x, struct enterprise_id id, const char *name_key,
	const char *address_key)
{
	if (x->count == x->cap) {
		x->cap = x->cap ? x->cap * 2 : 256;
		x->entries = mem_grow(x->entries, x->cap, sizeof(*x->entries));
	}
	x->entries[x->count++] = (struct near_entry){.id = id,
		.name = arena_strdup(x->arena, name_key),
		.address = arena_strdup(x->arena, address_key),
		.name_hash = hash_text(name_key),
		.address_hash = hash_text(address_key),
		.name_set = char_set(name_key)};
}

static int by_hash_compare(const void *a, const void *b)
{
	const struct by_hash *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

void near_index_ready(struct near_index *x, size_t lookups)
{
	x->by_name = mem_grow(NULL, x->count + 1, sizeof(*x->by_name));
	x->by_address = mem_grow(NULL, x->count + 1, sizeof(*x->by_address));
	for (size_t i = 0; i < x->count; i++) {
		x->by_name[i] = (struct by_hash){x->entries[i].name_hash, i};
		x->by_address[i] = (struct by_hash){x->entries[i].address_hash, i};
	}
	qsort(x->by_name, x->count, sizeof(*x->by_name), by_hash_compare);
	qsort(x->by_address, x->count, sizeof(*x->by_address), by_hash_compare);
	/* Beyond, only the same name or the same address is looked for: hours would not help anyone. */
	x->compare_all = (uint64_t)x->count * lookups <= PAIRS_MAX;
}

struct candidates {
	size_t entry[NEAR_CANDIDATES_MAX];
	size_t count;
};

static void take(struct candidates *c, size_t entry)
{
	size_t at = c->count;

	for (size_t i = 0; i < c->count; i++)
		if (c->entry[i] == entry)
			return;
	if (c->count == NEAR_CANDIDATES_MAX) {
		if (c->entry[at - 1] < entry)
			return;
		at--;
	} else {
		c->count++;
	}
	while (at > 0 && c->entry[at - 1] > entry) {
		c->entry[at] = c->entry[at - 1];
		at--;
	}
	c->entry[at] = entry;
}

static void take_hash(const struct near_index *x, const struct by_hash *list, uint64_t hash,
	const char *name, const char *address, struct candidates *c)
{
	size_t low = 0, high = x->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < x->count && list[low].hash == hash && c->count < NEAR_CANDIDATES_MAX; low++) {
		const struct near_entry *n = &x->entries[list[low].entry];

		if (near_is_alike(name, address, n->name, n->address))
			take(c, list[low].entry);
	}
}

static bool few_differ(uint64_t a, uint64_t b)
{
	return __builtin_popcountll(a & ~b) <= 2 || __builtin_popcountll(b & ~a) <= 2;
}

size_t near_index_find(const struct near_index *x, const char *name_key, const char *address_key,
	struct enterprise_id ret[NEAR_CANDIDATES_MAX])
{
	struct candidates c = {.count = 0};
	uint64_t set = char_set(name_key);

	take_hash(x, x->by_name, hash_text(name_key), name_key, address_key, &c);
	take_hash(x, x->by_address, hash_text(address_key), name_key, address_key, &c);
	for (size_t i = 0; x->compare_all && i < x->count; i++)
		if (few_differ(set, x->entries[i].name_set) &&
			near_is_alike(
				name_key, address_key, x->entries[i].name, x->entries[i].address))
			take(&c, i);
	/* Entries were added by id, so their order is that of the ids. */
	for (size_t i = 0; i < c.count; i++)
		ret[i] = x->entries[c.entry[i]].id;
	return c.count;
}
