/*
 * The publication gate: which tip-offs the next release shows, so that nobody learns of a single one by comparing releases.
 *
 * All that may move starts out moving, then what breaks the rule is taken back until nothing does (as a k-core is peeled): a
 * cell that too few would enter or leave gives them all back, or sends to the row "rest" those that waited long enough to be shown
 * coarser; a cell that would keep too few keeps as many as it needs, of those that changed last. Taking back never makes a cell worth
 * filling again, so a case is given up at most once and sent to "rest" at most once per table: the work is linear in the cases
 * but for the sort before it. A row's sum over the buckets counts as a cell of its own, since whoever has the cells can add them up. The sort makes the decision independent of the order in which the cases come; cases that are
 * alike in everything are interchangeable.
 * Invariants: a cell's lists name every active mover that enters or leaves it (and some that no longer do).
 */
#include "policy/policy_internal.h"

#include <stdlib.h>

#define TOTAL GATE_TABLES /* behind the tables: one row for all */
#define TABLES (GATE_TABLES + 1)
#define COLUMNS (BUCKET_COUNT + 1) /* the buckets and their sum */
#define VIEWS (TABLES * 2)	   /* each table by bucket, and by sum */
#define NOWHERE UINT32_MAX

struct place {
	uint32_t label[GATE_TABLES], bucket;
};
struct mover {
	struct place was, to;
	size_t at; /* in the caller's array */
	struct day since, week_end, changed;
	bool shown, coarse, active;
};
struct cell {
	int64_t base, comers, goers;
	uint32_t come, go; /* heads of the lists */
	bool queued;
};
struct node {
	uint32_t mover, next;
};
/* Cells to look at: the total first, since nothing can fill it up; the rows "rest" last, since they still may be filled. */
enum turn { TURN_TOTAL, TURN_ROW, TURN_REST, TURN_COUNT };

struct release {
	const struct gate *g;
	struct arena *arena;
	uint32_t label_count, rest;
	struct mover *movers;
	size_t mover_count;
	struct cell *cells;
	struct node *nodes;
	uint32_t node_count;
	uint32_t *queue[TURN_COUNT];
	size_t queued[TURN_COUNT];
};

/* ---- labels as numbers, in byte order ---------------------------------------------------- */

struct labels {
	const char **text; /* by number, in order of arrival, then sorted */
	uint32_t *slot;	   /* open addressing: number + 1; 0 free */
	uint32_t count;
	size_t slots;
};

static uint64_t label_hash(const char *text)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (const unsigned char *s = (const unsigned char *)text; *s; s++)
		sum = (sum ^ *s) * UINT64_C(0x100000001b3);
	return sum ^ (sum >> 29);
}

static uint32_t *label_slot(const struct labels *l, const char *text)
{
	size_t at = (size_t)label_hash(text) & (l->slots - 1);

	while (l->slot[at] && !str_eq(l->text[l->slot[at] - 1], text))
		at = (at + 1) & (l->slots - 1);
	return &l->slot[at];
}

static void labels_grow(struct labels *l)
{
	size_t slots = l->slots ? l->slots * 2 : 1024;

	free(l->slot);
	l->slot = mem_zero(slots, sizeof(*l->slot));
	l->slots = slots;
	l->text = mem_grow(l->text, slots / 2, sizeof(*l->text));
	for (uint32_t i = 0; i < l->count; i++)
		*label_slot(l, l->text[i]) = i + 1;
}

static void label_add(struct labels *l, const char *text)
{
	uint32_t *slot;

	if ((size_t)l->count * 2 >= l->slots)
		labels_grow(l);
	slot = label_slot(l, text);
	if (*slot)
		return;
	l->text[l->count++] = text;
	*slot = l->count;
}

static int by_text(const void *a, const void *b)
{
	const unsigned char *s = *(const unsigned char *const *)a;
	const unsigned char *t = *(const unsigned char *const *)b;

	while (*s && *s == *t)
		s++, t++;
	return *s < *t ? -1 : *s > *t;
}

static const char *label_of(const struct gate_position *p, size_t table)
{
	return p->label[table] ? p->label[table] : GATE_NONE;
}

/* Every label that occurs, numbered by byte order whatever the order of the cases. */
static void labels_collect(struct labels *l, const struct gate_case *cases, size_t count)
{
	label_add(l, GATE_REST);
	for (size_t i = 0; i < count; i++)
		for (size_t t = 0; t < GATE_TABLES; t++) {
			label_add(l, label_of(&cases[i].now, t));
			if (cases[i].shown)
				label_add(l, label_of(&cases[i].was, t));
		}
	qsort(l->text, l->count, sizeof(*l->text), by_text);
	for (size_t i = 0; i < l->slots; i++)
		l->slot[i] = 0;
	for (uint32_t i = 0; i < l->count; i++)
		*label_slot(l, l->text[i]) = i + 1;
}

static struct place place_of(const struct labels *l, const struct gate_position *p)
{
	struct place place = {.bucket = (uint32_t)p->bucket};

	for (size_t t = 0; t < GATE_TABLES; t++)
		place.label[t] = *label_slot(l, label_of(p, t)) - 1;
	return place;
}

/* ---- cells ------------------------------------------------------------------------------ */

static uint32_t cell_at(const struct release *r, size_t view, const struct place *p)
{
	uint32_t table = (uint32_t)view / 2, row = table * r->label_count;

	if (table != TOTAL)
		row += p->label[table];
	return row * COLUMNS + (view % 2 ? BUCKET_COUNT : p->bucket);
}

static size_t view_of(const struct release *r, uint32_t cell)
{
	return (size_t)(cell / COLUMNS / r->label_count) * 2 + (cell % COLUMNS == BUCKET_COUNT);
}

static enum turn turn_of(const struct release *r, uint32_t cell)
{
	uint32_t row = cell / COLUMNS;

	if (row / r->label_count == TOTAL)
		return TURN_TOTAL;
	return row % r->label_count == r->rest ? TURN_REST : TURN_ROW;
}

/* The cell a mover leaves, and the one it enters, in one view; NOWHERE when it touches none there. */
struct way {
	uint32_t from, to;
};

static struct way way_of(const struct release *r, const struct mover *m, size_t view)
{
	struct way way = {NOWHERE, cell_at(r, view, &m->to)};

	if (m->shown)
		way.from = cell_at(r, view, &m->was);
	if (way.from == way.to)
		way.from = way.to = NOWHERE;
	return way;
}

static void tally(struct release *r, const struct mover *m, int sign)
{
	for (size_t view = 0; view < VIEWS; view++) {
		struct way way = way_of(r, m, view);

		if (way.from != NOWHERE)
			r->cells[way.from].goers += sign;
		if (way.to != NOWHERE)
			r->cells[way.to].comers += sign;
	}
}

static void list_push(struct release *r, uint32_t *head, size_t mover)
{
	r->nodes[r->node_count] = (struct node){(uint32_t)mover, *head};
	*head = r->node_count++;
}

/* The next of a list, taken off it; NULL at its end. */
static struct mover *list_pop(struct release *r, uint32_t *head)
{
	struct node *node;

	if (*head == NOWHERE)
		return NULL;
	node = &r->nodes[*head];
	*head = node->next;
	return &r->movers[node->mover];
}

static bool is_broken(const struct release *r, const struct cell *c)
{
	int64_t touched = c->comers + c->goers, left = c->base + c->comers - c->goers;

	return touched && (touched < r->g->cell || (left > 0 && left < r->g->cell));
}

static void look_at(struct release *r, uint32_t cell)
{
	enum turn turn;

	if (cell == NOWHERE || r->cells[cell].queued || !is_broken(r, &r->cells[cell]))
		return;
	turn = turn_of(r, cell);
	r->cells[cell].queued = true;
	r->queue[turn][r->queued[turn]++] = cell;
}

/* ---- taking back ------------------------------------------------------------------------ */

static void take_back(struct release *r, struct mover *m)
{
	tally(r, m, -1);
	m->active = false;
	for (size_t view = 0; view < VIEWS; view++) {
		struct way way = way_of(r, m, view);

		look_at(r, way.from);
		look_at(r, way.to);
	}
}

static bool may_rest(const struct release *r, const struct mover *m, size_t table)
{
	return m->coarse && table != TOTAL && m->to.label[table] != r->rest &&
	       !(table == GATE_MONTH && m->shown);
}

static bool is_same(const struct place *a, const struct place *b)
{
	for (size_t t = 0; t < GATE_TABLES; t++)
		if (a->label[t] != b->label[t])
			return false;
	return a->bucket == b->bucket;
}

static void look_at_table(struct release *r, const struct mover *m, size_t table)
{
	for (size_t view = table * 2; view < table * 2 + 2; view++) {
		struct way way = way_of(r, m, view);

		look_at(r, way.from);
		look_at(r, way.to);
	}
}

static void send_to_rest(struct release *r, struct mover *m, size_t table)
{
	const struct mover before = *m;

	tally(r, m, -1);
	m->to.label[table] = r->rest;
	if (m->shown && is_same(&m->was, &m->to))
		m->active = false;
	else
		tally(r, m, 1);
	for (size_t view = table * 2; m->active && view < table * 2 + 2; view++) {
		struct way way = way_of(r, m, view);

		if (way.to != NOWHERE)
			list_push(r, &r->cells[way.to].come, (size_t)(m - r->movers));
		if (way.from != NOWHERE && way_of(r, &before, view).from == NOWHERE)
			list_push(r, &r->cells[way.from].go, (size_t)(m - r->movers));
	}
	look_at_table(r, &before, table);
	look_at_table(r, m, table);
}

/* Too few would come and go: none does. */
static void empty_cell(struct release *r, uint32_t cell)
{
	struct cell *c = &r->cells[cell];
	size_t view = view_of(r, cell);
	struct mover *m;

	while ((m = list_pop(r, &c->go)))
		if (m->active && way_of(r, m, view).from == cell)
			take_back(r, m);
	while ((m = list_pop(r, &c->come))) {
		if (!m->active || way_of(r, m, view).to != cell)
			continue;
		if (may_rest(r, m, view / 2))
			send_to_rest(r, m, view / 2);
		else
			take_back(r, m);
	}
}

/* Too few would be left: so many stay that it is enough. */
static void refill_cell(struct release *r, uint32_t cell)
{
	struct cell *c = &r->cells[cell];
	size_t view = view_of(r, cell);
	int64_t wanted = r->g->cell - (c->base + c->comers - c->goers);
	struct mover *m;

	while (wanted > 0 && (m = list_pop(r, &c->go)))
		if (m->active && way_of(r, m, view).from == cell) {
			take_back(r, m);
			wanted--;
		}
	look_at(r, cell);
}

static bool next_cell(struct release *r, uint32_t *ret_cell)
{
	for (enum turn turn = TURN_TOTAL; turn < TURN_COUNT; turn++)
		if (r->queued[turn]) {
			*ret_cell = r->queue[turn][--r->queued[turn]];
			r->cells[*ret_cell].queued = false;
			return true;
		}
	return false;
}

static void settle(struct release *r)
{
	uint32_t cell;

	while (next_cell(r, &cell)) {
		const struct cell *c = &r->cells[cell];

		if (!is_broken(r, c))
			continue;
		if (c->comers + c->goers < r->g->cell)
			empty_cell(r, cell);
		else
			refill_cell(r, cell);
	}
}

/* ---- all that may move ------------------------------------------------------------------- */

/* Since when it waits: a new case since its delay is over, a changed one since the change. */
static struct day waiting_since(const struct gate *g, const struct gate_case *c)
{
	return c->shown ? c->changed : day_add(c->week_end, g->delay_days);
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_places(const struct place *a, const struct place *b)
{
	for (size_t t = 0; t < GATE_TABLES; t++)
		if (a->label[t] != b->label[t])
			return compare_numbers(a->label[t], b->label[t]);
	return compare_numbers(a->bucket, b->bucket);
}

/* Who waits longest comes first; then whatever tells two movers apart. */
static int by_turn(const void *left, const void *right)
{
	const struct mover *a = left, *b = right;
	int order = day_compare(a->since, b->since);

	if (!order && a->shown != b->shown)
		order = a->shown ? -1 : 1;
	if (!order)
		order = compare_places(&a->to, &b->to);
	if (!order && a->shown)
		order = compare_places(&a->was, &b->was);
	if (!order)
		order = day_compare(a->week_end, b->week_end);
	if (!order)
		order = day_compare(a->changed, b->changed);
	if (!order)
		order = a->at < b->at ? -1 : 1;
	return order;
}

static void add_mover(struct release *r, const struct labels *l, const struct gate_case *c,
	size_t at, struct day today)
{
	struct mover m = {.at = at,
		.to = place_of(l, &c->now),
		.since = waiting_since(r->g, c),
		.week_end = c->week_end,
		.changed = c->changed,
		.shown = c->shown,
		.active = true};

	if (c->shown) {
		m.was = place_of(l, &c->was);
		m.to.label[GATE_MONTH] = m.was.label[GATE_MONTH];
		if (is_same(&m.was, &m.to))
			return;
	} else if (day_compare(today, m.since) < 0) {
		return;
	}
	m.coarse = day_between(m.since, today) >= r->g->coarse_days;
	r->movers[r->mover_count++] = m;
}

static void find_movers(struct release *r, const struct labels *l, const struct gate_case *cases,
	size_t count, struct day today)
{
	r->movers = arena_alloc(r->arena, count * sizeof(*r->movers));
	for (size_t i = 0; i < count; i++)
		add_mover(r, l, &cases[i], i, today);
	qsort(r->movers, r->mover_count, sizeof(*r->movers), by_turn);
}

static size_t cell_count(const struct release *r)
{
	return ((size_t)GATE_TABLES * r->label_count + 1) * COLUMNS;
}

static void make_cells(
	struct release *r, const struct labels *l, const struct gate_case *cases, size_t count)
{
	size_t cells = cell_count(r);

	r->cells = arena_alloc(r->arena, cells * sizeof(*r->cells));
	for (size_t i = 0; i < cells; i++)
		r->cells[i].come = r->cells[i].go = NOWHERE;
	for (enum turn turn = TURN_TOTAL; turn < TURN_COUNT; turn++)
		r->queue[turn] = arena_alloc(r->arena, cells * sizeof(**r->queue));
	for (size_t i = 0; i < count; i++) {
		struct place was;

		if (!cases[i].shown)
			continue;
		was = place_of(l, &cases[i].was);
		for (size_t view = 0; view < VIEWS; view++)
			r->cells[cell_at(r, view, &was)].base++;
	}
}

/* Lists in the movers' order, so that the last to change stands first and is the first to be taken back. */
static void enter_movers(struct release *r)
{
	r->nodes = arena_alloc(
		r->arena, r->mover_count * (2 * VIEWS + 4 * GATE_TABLES) * sizeof(*r->nodes));
	for (size_t i = 0; i < r->mover_count; i++) {
		tally(r, &r->movers[i], 1);
		for (size_t view = 0; view < VIEWS; view++) {
			struct way way = way_of(r, &r->movers[i], view);

			if (way.from != NOWHERE)
				list_push(r, &r->cells[way.from].go, i);
			if (way.to != NOWHERE)
				list_push(r, &r->cells[way.to].come, i);
		}
	}
	for (uint32_t cell = 0; cell < cell_count(r); cell++)
		look_at(r, cell);
}

static size_t moving(const struct release *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->mover_count; i++)
		n += r->movers[i].active;
	return n;
}

static void tell(const struct release *r, const struct mover *m, struct gate_case *c)
{
	c->moves = true;
	c->to = c->now;
	for (size_t t = 0; t < GATE_TABLES; t++)
		c->to.label[t] = m->to.label[t] == r->rest ? GATE_REST : label_of(&c->now, t);
	if (c->shown)
		c->to.label[GATE_MONTH] = label_of(&c->was, GATE_MONTH);
}

size_t policy_release(const struct gate *g, struct gate_case *cases, size_t count, struct day today)
{
	struct release r = {.g = g, .arena = arena_new()};
	struct labels labels = {0};
	size_t moved;

	labels_collect(&labels, cases, count);
	r.label_count = labels.count;
	r.rest = *label_slot(&labels, GATE_REST) - 1;
	find_movers(&r, &labels, cases, count, today);
	make_cells(&r, &labels, cases, count);
	enter_movers(&r);
	settle(&r);
	moved = moving(&r);
	if (moved < (size_t)g->batch)
		moved = 0;
	for (size_t i = 0; i < count; i++) {
		cases[i].moves = false;
		cases[i].to = cases[i].was;
	}
	for (size_t i = 0; moved && i < r.mover_count; i++)
		if (r.movers[i].active)
			tell(&r, &r.movers[i], &cases[r.movers[i].at]);
	free(labels.slot);
	free(labels.text);
	arena_free(r.arena);
	return moved;
}
