/*
 * The figures of the ranking that rest on enterprises: classified, duties, finished, look-backs, relapses.
 *
 * Everything as it was on record at the cutoff: an event counts when it was recorded by then and no correction recorded by
 * then names it; a field has the value of the last change recorded by then, else what it was before its first. What happened after
 * the quarter's last day does not count, but for a withdrawal and a look-back of the plan. So whatever is recorded after the
 * cutoff, back-dated or not, leaves every figure as it is.
 * Invariant: an enterprise stands once behind each figure; one with several duties due in the quarter kept them all or did not.
 */
#include "register/rank.h"

#include <stdlib.h>
#include <string.h>

#define CLASSIFY_DAYS 30

enum { AS_STREET, AS_SCOPE, AS_CATEGORY, AS_RING, AS_FOUND, AS_FIELDS };
static const enum field as_field[AS_FIELDS] = {
	FIELD_STREET, FIELD_OUT_OF_SCOPE, FIELD_CATEGORY, FIELD_RING, FIELD_FOUND_ON};

/* What a record said at the cutoff. */
struct as_of {
	bool there;
	bool decided[AS_FIELDS]; /* the value is that of a change, or of before the first */
	size_t unit;
	bool out_of_scope;
	enum category category;
	enum ring ring;
	struct day found_on;
	size_t plan_unit; /* RANK_NONE: not in the quarter's plan of look-backs */
};
struct figures {
	struct rank_work *w;
	struct as_of *as; /* by number */
	int64_t last;
	size_t classified, duties, finished, lookbacks; /* items */
	struct arena *scratch;
};

static struct as_of *find(struct figures *f, int64_t number)
{
	return number >= 1 && number <= f->last && f->as[number].there ? &f->as[number] : NULL;
}

/* ---- the records as they stood -------------------------------------------------------------------------- */

static void set_value(struct figures *f, struct as_of *as, size_t which, const char *value)
{
	switch (which) {
	case AS_STREET:
		as->unit = value ? rank_unit(f->w, value) : RANK_NONE;
		break;
	case AS_SCOPE:
		as->out_of_scope = value_tri(value) == TRI_YES;
		break;
	case AS_CATEGORY:
		as->category = policy_category_find(value);
		break;
	case AS_RING:
		as->ring = policy_ring_find(value);
		break;
	default:
		if (!value || !day_parse(value, &as->found_on))
			as->found_on = DAY_NONE;
		break;
	}
}

static enum err_code read_current(struct figures *f, struct err *e)
{
	size_t cap = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(f->w->r, STMT_RANK_ENTERPRISES, &s, e);

	if (code)
		return code;
	while (!(code = reg_step(f->w->r, s, &row, e)) && row) {
		int64_t number = sqlite3_column_int64(s, 0);
		struct as_of *as;

		if ((size_t)number >= cap) {
			size_t more = (size_t)number * 2 + 1024;

			f->as = mem_grow(f->as, more, sizeof(*f->as));
			memset(f->as + cap, 0, (more - cap) * sizeof(*f->as));
			cap = more;
		}
		as = &f->as[number];
		*as = (struct as_of){.there = true, .plan_unit = RANK_NONE};
		for (size_t i = 0; i < AS_FIELDS; i++)
			set_value(f, as, i, (const char *)sqlite3_column_text(s, (int)i + 1));
		f->last = number;
	}
	sqlite3_reset(s);
	return code;
}

static size_t which_field(const char *id)
{
	for (size_t i = 0; i < AS_FIELDS; i++)
		if (str_eq(policy_field(as_field[i])->id, id))
			return i;
	return AS_FIELDS;
}

/* The change log forwards: the last change by the cutoff holds; before the first change of all the value was its old one. */
static enum err_code read_changes(struct figures *f, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(f->w->r, STMT_RANK_CHANGES, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, f->w->cutoff_text);
	while (!(code = reg_step(f->w->r, s, &row, e)) && row) {
		struct as_of *as = find(f, sqlite3_column_int64(s, 0));
		size_t i = which_field((const char *)sqlite3_column_text(s, 1));
		bool by_cutoff = sqlite3_column_int(s, 4) != 0;

		if (!as || i == AS_FIELDS)
			continue;
		if (by_cutoff || !as->decided[i])
			set_value(
				f, as, i, (const char *)sqlite3_column_text(s, by_cutoff ? 3 : 2));
		as->decided[i] = true;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code read_plan(struct figures *f, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES];
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(f->w->r, STMT_RANK_PLAN, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, quarter_text(f->w->quarter, quarter));
	reg_bind_text(s, 2, f->w->cutoff_text);
	while (!(code = reg_step(f->w->r, s, &row, e)) && row) {
		struct as_of *as = find(f, sqlite3_column_int64(s, 0));

		if (as)
			as->plan_unit = rank_unit(f->w, (const char *)sqlite3_column_text(s, 1));
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

/* ---- one enterprise ---------------------------------------------------------------------------------------- */

struct line { /* an event recorded by the cutoff */
	struct event_fact fact;
	int64_t corrects;
};
struct history {
	int64_t enterprise;
	struct line *lines; /* by day and seq */
	struct event_fact *facts;
	size_t count, cap;
};

/* Leaves the valid ones. */
static void drop_voided(struct history *h)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->count; i++) {
		bool voided = false;

		for (size_t k = 0; k < h->count && !voided; k++)
			voided = h->lines[k].corrects == h->lines[i].fact.seq;
		if (!voided)
			h->facts[kept++] = h->lines[i].fact;
	}
	h->count = kept;
}

/* The day of the first of a kind; DAY_NONE. */
static struct day first_of(const struct history *h, enum event_kind kind)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->facts[i].kind == kind)
			return h->facts[i].day;
	return DAY_NONE;
}

static size_t until(const struct history *h, struct day last)
{
	size_t count = 0;

	while (count < h->count && day_compare(h->facts[count].day, last) <= 0)
		count++;
	return count;
}

static bool is_finished(const struct course *c)
{
	return c->state == STATE_ACCEPTED || c->state == STATE_CLOSED ||
	       c->state == STATE_SIGNED_OFF;
}

/* Judged once, in the quarter in which its 30 days end. */
static void count_classified(
	struct figures *f, const struct history *h, const struct as_of *as, struct day registered)
{
	struct day due = day_add(registered, CLASSIFY_DAYS);
	struct day classified = first_of(h, EVENT_CLASSIFIED);

	if (rank_in_quarter(f->w, due))
		rank_count(f->w, as->unit, f->classified, "enterprise", h->enterprise,
			day_is_set(classified) && day_compare(classified, due) <= 0);
}

/* Nobody could keep a date that had passed when the plan was issued or the enterprise found. */
static bool was_past(const struct figures *f, const struct as_of *as, const struct duty *d)
{
	if (day_compare(d->due, policy_plan(f->w->r->policy)->issued) < 0)
		return true;
	return d->months == 0 && day_is_set(as->found_on) && day_compare(d->due, as->found_on) < 0;
}

/* Was it due in the quarter, of an enterprise of which it was still asked? */
static bool fell_due(const struct figures *f, const struct as_of *as, const struct course *c,
	const struct duty *d)
{
	if (!day_is_set(d->due) || !rank_in_quarter(f->w, d->due) || was_past(f, as, d))
		return false;
	/* Closed before the day, the other duties no longer ran. */
	return d->state != DUTY_DISCHARGED || day_compare(c->done[ACTION_CLOSE], d->due) > 0;
}

static void count_duties(
	struct figures *f, const struct history *h, const struct as_of *as, const struct course *c)
{
	struct duty_facts facts = {.category = as->category,
		.ring = as->ring,
		.found_on = as->found_on,
		.order = c->order,
		.discharged = c->discharged};
	struct duties duties;
	size_t due = 0, kept = 0;

	if (as->category == CATEGORY_NONE || f->duties == RANK_NONE)
		return;
	memcpy(facts.done, c->done, sizeof(facts.done));
	arena_reset(f->scratch);
	policy_duties(f->w->r->policy, f->scratch, &facts, f->w->last, f->w->last, &duties);
	for (size_t i = 0; i < duties.count; i++)
		if (fell_due(f, as, c, &duties.duty[i])) {
			due++;
			kept += duties.duty[i].state == DUTY_MET;
		}
	if (due)
		rank_count(f->w, as->unit, f->duties, "enterprise", h->enterprise, kept == due);
}

static void count_lookback(struct figures *f, const struct history *h, const struct as_of *as)
{
	bool done = false;

	if (as->plan_unit == RANK_NONE)
		return;
	for (size_t i = 0; i < h->count; i++)
		done |= h->facts[i].kind == EVENT_LOOKED_BACK &&
			day_compare(h->facts[i].day, f->w->first) >= 0 &&
			day_compare(h->facts[i].day, f->w->cutoff) <= 0;
	rank_count(f->w, as->plan_unit, f->lookbacks, "enterprise", h->enterprise, done);
}

static void count_relapse(struct figures *f, const struct history *h, const struct as_of *as)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->facts[i].kind == EVENT_RELAPSED && rank_in_quarter(f->w, h->facts[i].day)) {
			rank_relapse(f->w, as->unit, h->enterprise);
			return;
		}
}

static void count_enterprise(struct figures *f, struct history *h)
{
	const struct as_of *as = find(f, h->enterprise);
	struct day registered, withdrawn;
	struct course course;

	if (!as || as->out_of_scope)
		return;
	drop_voided(h);
	registered = first_of(h, EVENT_REGISTERED);
	withdrawn = first_of(h, EVENT_WITHDRAWN);
	if (!day_is_set(registered) ||
		(day_is_set(withdrawn) && day_compare(withdrawn, f->w->cutoff) <= 0))
		return;
	count_lookback(f, h, as);
	if (as->unit == RANK_NONE || day_compare(registered, f->w->last) > 0)
		return;
	count_classified(f, h, as, registered);
	policy_course(h->facts, until(h, f->w->last), false, &course);
	rank_count(f->w, as->unit, f->finished, "enterprise", h->enterprise, is_finished(&course));
	count_duties(f, h, as, &course);
	count_relapse(f, h, as);
}

static void add_line(struct history *h, const struct line *line)
{
	if (h->count == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 64;
		h->lines = mem_grow(h->lines, h->cap, sizeof(*h->lines));
		h->facts = mem_grow(h->facts, h->cap, sizeof(*h->facts));
	}
	h->lines[h->count++] = *line;
}

static enum err_code read_events(struct figures *f, struct err *e)
{
	struct history h = {0};
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(f->w->r, STMT_RANK_EVENTS, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, f->w->cutoff_text);
	while (!(code = reg_step(f->w->r, s, &row, e)) && row) {
		int64_t enterprise = sqlite3_column_int64(s, 0);
		struct line line = {
			.fact = {.seq = sqlite3_column_int64(s, 1),
				.kind = policy_event_find((const char *)sqlite3_column_text(s, 2)),
				.day = reg_column_day(s, 3)},
			.corrects = sqlite3_column_int64(s, 4)};

		if (enterprise != h.enterprise) {
			if (h.count)
				count_enterprise(f, &h);
			h.enterprise = enterprise;
			h.count = 0;
		}
		add_line(&h, &line);
	}
	if (!code && h.count)
		count_enterprise(f, &h);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	free(h.lines);
	free(h.facts);
	return code;
}

enum err_code rank_enterprises(struct rank_work *w, struct err *e)
{
	struct figures f = {.w = w,
		.classified = rank_item(w, "classified"),
		.duties = rank_item(w, "duties"),
		.finished = rank_item(w, "finished"),
		.lookbacks = rank_item(w, "lookbacks"),
		.scratch = arena_new()};
	enum err_code code = read_current(&f, e);

	if (!code)
		code = read_changes(&f, e);
	if (!code)
		code = read_plan(&f, e);
	if (!code)
		code = read_events(&f, e);
	free(f.as);
	arena_free(f.scratch);
	return code;
}
