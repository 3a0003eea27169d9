/*
 * How many rows stand under each value of each facet, by subset and state: folded from the rows once per build, by the
 * first page that asks (the rows are complete before lists and other pages are rendered).
 */
#include "site/pages.h"

#include <string.h>

struct counts_table {
	struct facet_counts *of[FACET_COUNT]; /* by value; the last is for values beyond the list */
	size_t size[FACET_COUNT];
};

static size_t index_in(const struct counts_table *t, enum list_facet f, size_t value)
{
	return value < t->size[f] ? value : t->size[f] - 1;
}

static void note(struct facet_counts *n, const struct row *row)
{
	n->subset[SUBSET_ALL]++;
	n->subset[SUBSET_FINISHED] += (row->flags & ROW_FINISHED) != 0;
	n->subset[SUBSET_UNDER_WAY] += (row->flags & ROW_UNDER_WAY) != 0;
	n->subset[SUBSET_OVERDUE] += (row->flags & ROW_OVERDUE) != 0;
	if (row->state < STATE_COUNT)
		n->state[row->state]++;
}

static struct counts_table *fold(const struct ctx *c, struct arena *a)
{
	struct counts_table *t = arena_alloc(a, sizeof *t);
	const size_t sizes[FACET_COUNT] = {[FACET_ALL] = 1,
		[FACET_STREET] = c->street_count + 1,
		[FACET_CATEGORY] = CATEGORY_COUNT,
		[FACET_INDUSTRY] = c->industry_count + 1,
		[FACET_STATE] = STATE_COUNT,
		[FACET_RING] = RING_COUNT};
	for (int f = 0; f < FACET_COUNT; f++) {
		t->size[f] = sizes[f];
		t->of[f] = arena_alloc(a, sizes[f] * sizeof *t->of[f]);
	}
	for (size_t i = 0; i < c->now->count; i++) {
		const struct row *row = &c->now->rows[i];
		const size_t values[FACET_COUNT] = {[FACET_STREET] = row->street,
			[FACET_CATEGORY] = row->category,
			[FACET_INDUSTRY] = row->industry,
			[FACET_STATE] = row->state,
			[FACET_RING] = row->ring};
		if (!row->number || row->flags & ROW_WITHDRAWN)
			continue;
		for (int f = 0; f < FACET_COUNT; f++)
			note(&t->of[f][index_in(t, (enum list_facet)f, values[f])], row);
	}
	return t;
}

const struct facet_counts *facet_counts(const struct ctx *c, enum list_facet facet, size_t value)
{
	struct extras *x = c->extras;
	pthread_mutex_lock(&x->lock);
	if (!x->counts)
		x->counts = fold(c, x->arena);
	pthread_mutex_unlock(&x->lock);
	return &x->counts->of[facet][index_in(x->counts, facet, value)];
}
