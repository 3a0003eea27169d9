/*
 * The district's monthly summary (四（一）): who reported in time, late or not at all, what changed, and how the enterprises stood at
 * the month's end.
 *
 * Invariants: the state at the end of a month is worked out from the events up to that day and from the change log, never from the
 * columns that cache today; what was recorded after `as_of` does not count, so the same question has the same answer later on.
 */
#include "register/register_internal.h"

#include "tianlan/register_supervision.h"

#include <stdlib.h>
#include <string.h>

#define REPORT_DAY 28

/* Fields of a row that a later change must not reach back into. */
enum kept { KEPT_STREET, KEPT_RING, KEPT_FOUND_ON, KEPT_OUT_OF_SCOPE, KEPT_COUNT };
static const enum field kept_field[KEPT_COUNT] = {
	FIELD_STREET, FIELD_RING, FIELD_FOUND_ON, FIELD_OUT_OF_SCOPE};

struct change { /* undone: the value before the first change that is too late */
	int64_t enterprise;
	enum kept field;
	const char *old_value;
	size_t place; /* in the log, for a stable order */
};
struct work {
	struct reg *r;
	struct arena *a, *scratch;
	struct day day; /* the states are of its evening */
	char day_text[DAY_TEXT_BYTES], as_of[DAY_TEXT_BYTES];
	struct monthly *m;
	struct monthly_unit *units;
	struct change *changes;
	size_t change_count, next_change;
};

/* ---- the reports --------------------------------------------------------------------------------------- */

static struct monthly_unit *unit_of(struct work *w, const char *code)
{
	size_t low = 0, high = w->m->unit_count;

	while (code && low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(w->units[middle].code, code);

		if (order == 0)
			return &w->units[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void begin_units(struct work *w)
{
	size_t count;
	const struct street *streets = reg_streets(w->r, &count);

	w->units = arena_alloc(w->a, (count + 1) * sizeof(*w->units));
	for (size_t i = 0; i < count; i++)
		w->units[i] = (struct monthly_unit){.code = arena_strdup(w->a, streets[i].code),
			.name = arena_strdup(w->a, streets[i].name),
			.received = DAY_NONE};
	w->m->units = w->units;
	w->m->unit_count = count;
}

/* In the order received: the first says when, the last what the sheet held, all of them what became of it. */
static void take_report(struct work *w, sqlite3_stmt *s)
{
	struct monthly_unit *u = unit_of(w, (const char *)sqlite3_column_text(s, 0));
	struct day received = reg_column_day(s, 1);

	if (!u)
		return;
	if (!day_is_set(u->received)) {
		u->received = received;
		u->late_days =
			day_compare(received, w->m->due) > 0 ? day_between(w->m->due, received) : 0;
	}
	u->files++;
	u->rows = sqlite3_column_int64(s, 2);
	u->added += sqlite3_column_int64(s, 3);
	u->changed += sqlite3_column_int64(s, 4);
	u->missing = sqlite3_column_int64(s, 5);
	u->refused = sqlite3_column_int64(s, 6);
}

static enum err_code read_reports(struct work *w, struct day as_of, struct err *e)
{
	struct monthly *m = w->m;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(w->r, STMT_MONTHLY_REPORTS, &s, e);

	if (code)
		return code;
	reg_bind_day(s, 1, m->month);
	reg_bind_text(s, 2, w->as_of);
	while (!(code = reg_step(w->r, s, &row, e)) && row)
		take_report(w, s);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	for (size_t i = 0; i < m->unit_count; i++) {
		const struct monthly_unit *u = &w->units[i];
		bool reported = day_is_set(u->received);

		m->on_time += reported && u->late_days == 0;
		m->late += u->late_days > 0;
		m->absent += !reported && day_compare(as_of, m->due) > 0;
		m->added += u->added;
		m->changed += u->changed;
		m->missing += u->missing;
	}
	return code;
}

/* ---- what the rows said then -------------------------------------------------------------------------------- */

static int by_enterprise(const void *x, const void *y)
{
	const struct change *a = x, *b = y;

	if (a->enterprise != b->enterprise)
		return a->enterprise < b->enterprise ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* Changes of a day after the month's end, or recorded after as_of. */
static enum err_code read_changes(struct work *w, struct err *e)
{
	size_t cap = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(w->r, STMT_MONTHLY_REVERT, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, w->day_text);
	reg_bind_text(s, 2, w->as_of);
	while (!(code = reg_step(w->r, s, &row, e)) && row) {
		const char *id = (const char *)sqlite3_column_text(s, 1);
		enum kept field = 0;

		while (field < KEPT_COUNT && !str_eq(policy_field(kept_field[field])->id, id))
			field++;
		if (field == KEPT_COUNT)
			continue;
		if (w->change_count == cap) {
			cap = cap ? cap * 2 : 256;
			w->changes = mem_grow(w->changes, cap, sizeof(*w->changes));
		}
		w->changes[w->change_count] =
			(struct change){.enterprise = sqlite3_column_int64(s, 0),
				.field = field,
				.old_value = reg_column_text(s, 2, w->a),
				.place = w->change_count};
		w->change_count++;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (w->change_count)
		qsort(w->changes, w->change_count, sizeof(*w->changes), by_enterprise);
	return code;
}

/* Enterprises come in their order. */
static void undo_changes(struct work *w, int64_t number, const char *value[KEPT_COUNT])
{
	bool done[KEPT_COUNT] = {false};

	while (w->next_change < w->change_count && w->changes[w->next_change].enterprise < number)
		w->next_change++;
	for (; w->next_change < w->change_count; w->next_change++) {
		const struct change *c = &w->changes[w->next_change];

		if (c->enterprise != number)
			return;
		if (!done[c->field])
			value[c->field] = c->old_value;
		done[c->field] = true;
	}
}

/* ---- how they stood ------------------------------------------------------------------------------------------- */

struct standing { /* one enterprise, its valid events up to the day */
	int64_t number;
	const char *value[KEPT_COUNT];
	struct event_fact *facts;
	size_t count, cap;
	int64_t decided_seq; /* the latest decision recorded holds */
	enum category category;
};

static bool is_overdue(struct work *w, const struct standing *x, const struct course *c)
{
	bool finished = c->state == STATE_ACCEPTED || c->state == STATE_CLOSED ||
			c->state == STATE_SIGNED_OFF;
	struct duty_facts facts = {.category = x->category,
		.ring = policy_ring_find(x->value[KEPT_RING]),
		.found_on = DAY_NONE,
		.order = c->order,
		.discharged = c->discharged};
	struct duties duties;

	if (x->value[KEPT_FOUND_ON])
		(void)day_parse(x->value[KEPT_FOUND_ON], &facts.found_on);
	memcpy(facts.done, c->done, sizeof(facts.done));
	policy_duties(w->r->policy, w->scratch, &facts,
		finished && day_is_set(c->since) ? c->since : w->day, w->day, &duties);
	for (size_t i = 0; i < duties.count; i++)
		if (duties.duty[i].state == DUTY_OVERDUE)
			return true;
	return false;
}

static void count_in(struct work *w, struct standing *x)
{
	struct monthly *m = w->m;
	struct monthly_unit *u;
	struct course c;
	bool finished, overdue;

	undo_changes(w, x->number, x->value);
	policy_course(x->facts, x->count, value_tri(x->value[KEPT_OUT_OF_SCOPE]) == TRI_YES, &c);
	m->by_state[c.state]++;
	if (c.state == STATE_WITHDRAWN || c.state == STATE_OUT_OF_SCOPE)
		return;
	finished =
		c.state == STATE_ACCEPTED || c.state == STATE_CLOSED || c.state == STATE_SIGNED_OFF;
	overdue = is_overdue(w, x, &c);
	m->enterprises++;
	m->by_category[x->category]++;
	m->finished += finished;
	if (finished && day_is_set(c.done[ACTION_CLOSE]))
		m->closed++;
	else if (finished && day_is_set(c.done[ACTION_RELOCATE]))
		m->relocated++;
	else if (finished)
		m->rectified++;
	u = unit_of(w, x->value[KEPT_STREET]);
	if (u) {
		u->enterprises++;
		u->finished += finished;
		u->overdue += overdue;
	}
}

static void take_event(struct standing *x, sqlite3_stmt *s)
{
	int64_t seq = sqlite3_column_int64(s, 1);
	enum event_kind kind = policy_event_find((const char *)sqlite3_column_text(s, 2));

	if (x->count == x->cap) {
		x->cap = x->cap ? x->cap * 2 : 64;
		x->facts = mem_grow(x->facts, x->cap, sizeof(*x->facts));
	}
	x->facts[x->count++] =
		(struct event_fact){.seq = seq, .kind = kind, .day = reg_column_day(s, 3)};
	if (kind == EVENT_CLASSIFIED && seq > x->decided_seq) {
		x->decided_seq = seq;
		x->category = policy_category_find((const char *)sqlite3_column_text(s, 4));
	}
}

static void begin_standing(struct work *w, struct standing *x, sqlite3_stmt *s)
{
	arena_reset(w->scratch);
	x->number = sqlite3_column_int64(s, 0);
	x->count = 0;
	x->decided_seq = 0;
	x->category = CATEGORY_NONE;
	for (int i = 0; i < KEPT_COUNT; i++)
		x->value[i] = reg_column_text(s, 5 + i, w->scratch);
}

static enum err_code read_standings(struct work *w, struct err *e)
{
	struct standing x = {.number = 0};
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(w->r, STMT_MONTHLY_EVENTS, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, w->day_text);
	reg_bind_text(s, 2, w->as_of);
	while (!(code = reg_step(w->r, s, &row, e)) && row) {
		if (sqlite3_column_int64(s, 0) != x.number) {
			if (x.number)
				count_in(w, &x);
			begin_standing(w, &x, s);
		}
		take_event(&x, s);
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (!code && x.number)
		count_in(w, &x);
	free(x.facts);
	return code;
}

/* Units are in the order of their codes. */
static void sum_units(struct work *w)
{
	struct monthly *m = w->m;

	m->overdue = 0;
	for (size_t i = 0; i < m->unit_count; i++)
		m->overdue += w->units[i].overdue;
}

enum err_code reg_monthly(struct reg *r, struct day month, struct day as_of, struct arena *a,
	struct monthly *ret, struct err *e)
{
	struct monthly m = {.month = month};
	struct work w = {.r = r, .a = a, .m = &m};
	struct day last;
	int y, mo, d;
	enum err_code code;

	if (!day_is_set(month) || !day_is_set(as_of))
		return err_set(
			e, ERR_USAGE, T("缺少月份或日期", "the month or the day is missing"));
	day_to_ymd(month, &y, &mo, &d);
	if (d != 1)
		return err_set(e, ERR_USAGE, T("月份以第一天表示", "a month is its first day"));
	if (day_compare(as_of, month) < 0)
		return err_set(e, ERR_USAGE, T("这个月还没有开始", "this month has not begun yet"));
	m.due = day_add(month, REPORT_DAY - 1);
	last = day_add(day_add_months(month, 1), -1);
	w.day = day_compare(as_of, last) < 0 ? as_of : last;
	day_text(w.day, w.day_text);
	day_text(as_of, w.as_of);
	w.scratch = arena_new();
	begin_units(&w);
	code = read_reports(&w, as_of, e);
	if (!code)
		code = read_changes(&w, e);
	if (!code)
		code = read_standings(&w, e);
	if (!code) {
		sum_units(&w);
		*ret = m;
	}
	free(w.changes);
	arena_free(w.scratch);
	return code;
}
