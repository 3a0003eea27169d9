/*
 * One 64-byte row per record, by running number, in files of 1000 rows, so that a small change writes a small
 * file; and two permutations (by name, by due day). The files are read by the machine that wrote them: the head
 * names the layout, and anything unexpected means "no state", which costs a full build and nothing else.
 */
#include "site/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_A_FILE = 1000 };

_Static_assert(sizeof(struct row) == 64, "the layout of the rows files; change LAYOUT with it");
#define LAYOUT "tianlan-state-1-64"

struct head {
	char layout[24];
	char uuid[40];
	uint64_t count, listed;
	int64_t last_change;
	int64_t today;
	struct hash128 inputs;
};

bool row_is_listed(const struct row *row)
{
	return row->number && !(row->flags & ROW_WITHDRAWN);
}

void state_done(struct state *s)
{
	free(s->rows);
	free(s->by_name);
	free(s->by_due);
	*s = (struct state){0};
}

void state_grow(struct state *s, const struct state *from, size_t count)
{
	s->count = count > from->count ? count : from->count;
	s->rows = mem_zero(s->count + 1, sizeof *s->rows);
	if (from->count)
		memcpy(s->rows, from->rows, from->count * sizeof *s->rows);
}

struct sort_item {
	uint64_t key;
	uint32_t number;
};

static int by_key(const void *a, const void *b)
{
	const struct sort_item *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static uint32_t *sorted(const struct state *s, bool by_due, size_t *ret_listed)
{
	struct sort_item *items = mem_alloc((s->count + 1) * sizeof *items);
	size_t n = 0;
	const struct list name_list = {.order = by_due ? ORDER_DUE : ORDER_NAME};
	for (size_t i = 0; i < s->count; i++)
		if (row_is_listed(&s->rows[i]))
			items[n++] = (struct sort_item){
				list_key(&name_list, &s->rows[i]).hi, s->rows[i].number};
	qsort(items, n, sizeof *items, by_key);
	uint32_t *numbers = mem_alloc((n + 1) * sizeof *numbers);
	for (size_t i = 0; i < n; i++)
		numbers[i] = items[i].number;
	free(items);
	*ret_listed = n;
	return numbers;
}

void state_sort(struct state *s)
{
	free(s->by_name);
	free(s->by_due);
	s->by_name = sorted(s, false, &s->listed);
	s->by_due = sorted(s, true, &s->listed);
}

struct page_key list_key(const struct list *l, const struct row *row)
{
	struct page_key k = {0, row->number};
	if (l->order == ORDER_NAME)
		k.hi = row->name_key;
	else if (l->order == ORDER_DUE)
		k.hi = row->due == INT32_MIN ? UINT64_MAX
					     : (uint64_t)((int64_t)row->due + INT32_MAX);
	return k;
}

size_t list_members(
	const struct list *l, const struct state *s, struct arena *a, const struct page_key **ret)
{
	const uint32_t *order = l->order == ORDER_NAME	? s->by_name
				: l->order == ORDER_DUE ? s->by_due
							: NULL;
	size_t count = order ? s->listed : s->count, n = 0;
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &s->rows[order ? order[i] - 1 : i];
		n += row_is_listed(row) && list_holds(l, row);
	}
	struct page_key *keys = arena_alloc(a, (n + 1) * sizeof *keys);
	n = 0;
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &s->rows[order ? order[i] - 1 : i];
		if (row_is_listed(row) && list_holds(l, row))
			keys[n++] = list_key(l, row);
	}
	*ret = keys;
	return n;
}

/* ---- files ----------------------------------------------------------------------------------- */

static void rows_name(size_t part, char out[32])
{
	snprintf(out, 32, "rows-%03zu", part);
}

static enum err_code read_exactly(
	struct store *store, const char *name, void *to, size_t bytes, struct err *e)
{
	struct buf b;
	buf_init(&b, bytes + 64);
	enum err_code code = store_read_state(store, name, &b, e);
	if (!code && b.len != bytes)
		code = err_set(e, ERR_NOT_FOUND,
			T("状态“%s”长度不对", "state \"%s\" has the wrong length"), name);
	if (!code && bytes)
		memcpy(to, b.data, bytes);
	buf_done(&b);
	return code;
}

enum err_code state_read(struct store *store, struct state *ret, struct err *e)
{
	struct head h;
	struct state s = {0};
	enum err_code code = read_exactly(store, "head", &h, sizeof h, e);
	if (!code && (memcmp(h.layout, LAYOUT, sizeof LAYOUT) != 0 || h.count > UINT32_MAX ||
			     h.listed > h.count))
		code = err_set(e, ERR_NOT_FOUND,
			T("状态是别的版本写的", "the state is of another version"));
	if (code)
		return code;
	s.count = (size_t)h.count;
	s.listed = (size_t)h.listed;
	s.last_change = h.last_change;
	s.today = (struct day){(int32_t)h.today};
	s.inputs = h.inputs;
	memcpy(s.uuid, h.uuid, sizeof s.uuid - 1);
	s.rows = mem_zero(s.count + 1, sizeof *s.rows);
	s.by_name = mem_zero(s.listed + 1, sizeof *s.by_name);
	s.by_due = mem_zero(s.listed + 1, sizeof *s.by_due);
	for (size_t part = 0; !code && part * ROWS_A_FILE < s.count; part++) {
		size_t n = s.count - part * ROWS_A_FILE;
		char name[32];
		rows_name(part, name);
		code = read_exactly(store, name, s.rows + part * ROWS_A_FILE,
			(n < ROWS_A_FILE ? n : ROWS_A_FILE) * sizeof *s.rows, e);
	}
	if (!code)
		code = read_exactly(store, "by-name", s.by_name, s.listed * sizeof *s.by_name, e);
	if (!code)
		code = read_exactly(store, "by-due", s.by_due, s.listed * sizeof *s.by_due, e);
	if (code)
		state_done(&s);
	else
		*ret = s;
	return code;
}

static enum err_code write_order(struct store *store, const char *name, const uint32_t *order,
	size_t n, const uint32_t *old, size_t old_n, struct err *e)
{
	if (old && n == old_n && memcmp(order, old, n * sizeof *order) == 0)
		return ERR_OK;
	return store_put_state(store, name, order, n * sizeof *order, e);
}

enum err_code state_write(
	struct store *store, const struct state *s, const struct state *old, struct err *e)
{
	for (size_t at = 0; at < s->count; at += ROWS_A_FILE) {
		size_t n = s->count - at < ROWS_A_FILE ? s->count - at : ROWS_A_FILE;
		size_t old_n = !old || old->count <= at	       ? 0
			       : old->count - at < ROWS_A_FILE ? old->count - at
							       : ROWS_A_FILE;
		if (old && n == old_n &&
			memcmp(s->rows + at, old->rows + at, n * sizeof *s->rows) == 0)
			continue;
		char name[32];
		rows_name(at / ROWS_A_FILE, name);
		if (store_put_state(store, name, s->rows + at, n * sizeof *s->rows, e))
			return e->code;
	}
	if (write_order(store, "by-name", s->by_name, s->listed, old ? old->by_name : NULL,
		    old ? old->listed : 0, e) ||
		write_order(store, "by-due", s->by_due, s->listed, old ? old->by_due : NULL,
			old ? old->listed : 0, e))
		return e->code;
	if (old && old->last_change == s->last_change && day_compare(old->today, s->today) == 0 &&
		hash128_eq(old->inputs, s->inputs) && str_eq(old->uuid, s->uuid))
		return ERR_OK;
	struct head h = {.layout = LAYOUT,
		.count = s->count,
		.listed = s->listed,
		.last_change = s->last_change,
		.today = s->today.n,
		.inputs = s->inputs};
	memcpy(h.uuid, s->uuid, sizeof s->uuid);
	return store_put_state(store, "head", &h, sizeof h, e);
}
