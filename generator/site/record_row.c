/*
 * What the build remembers of a record: its row. Lists, totals, calendars and "has its page changed by itself since"
 * are answered from rows alone, without reading the record again.
 *
 * Invariant: row.text names everything a list row shows, so a list page is rendered again when one of them differs.
 */
#include "site/pages.h"

#include <string.h>

static struct day rules_day(const struct ctx *c, const struct pub_record *rec)
{
	return state_is_finished(rec->state) && day_is_set(rec->since) ? rec->since : c->o->today;
}

void record_duties(
	const struct ctx *c, struct arena *a, const struct pub_record *rec, struct duties *ret)
{
	struct duty_facts facts = {.category = rec->category,
		.ring = rec->ring,
		.found_on = rec->found_on,
		.order = rec->course.order,
		.discharged = rec->course.discharged || rec->state == STATE_WITHDRAWN ||
			      rec->state == STATE_OUT_OF_SCOPE};
	memcpy(facts.done, rec->course.done, sizeof facts.done);
	policy_duties(c->policy, a, &facts, rules_day(c, rec), c->o->today, ret);
}

uint16_t record_street(const struct ctx *c, const struct pub_record *rec)
{
	const char *code = rec->street;
	for (size_t i = 0; code && i < c->street_count; i++)
		if (strcmp(c->streets[i].code, code) == 0)
			return (uint16_t)i;
	return 0xffff;
}

uint8_t record_industry(const struct ctx *c, const struct pub_record *rec)
{
	const char *slug = rec->industry;
	size_t other = 0;
	for (size_t i = 0; i < c->industry_count; i++) {
		if (slug && strcmp(c->industries[i].slug, slug) == 0)
			return (uint8_t)i;
		if (!c->industries[i].named)
			other = i;
	}
	return (uint8_t)other;
}

static uint8_t flags_of(const struct pub_record *rec)
{
	unsigned flags = 0;
	if (rec->state == STATE_WITHDRAWN)
		flags |= ROW_WITHDRAWN;
	if (state_is_finished(rec->state))
		flags |= ROW_FINISHED;
	if (state_is_under_way(rec->state))
		flags |= ROW_UNDER_WAY;
	return (uint8_t)flags;
}

static int32_t done_day(const struct pub_record *rec)
{
	struct day done = DAY_NONE;
	if (!state_is_finished(rec->state))
		return INT32_MIN;
	for (size_t i = 0; i < rec->event_count; i++) {
		const struct pub_event *ev = &rec->events[i];
		bool ends = ev->kind == EVENT_ACCEPTED || ev->kind == EVENT_MOVED ||
			    ev->kind == EVENT_CLOSED;
		if (ends && !ev->voided)
			done = ev->day;
	}
	return day_is_set(done) ? done.n : rec->since.n;
}

static void add_duties(const struct duties *d, struct row *row)
{
	const struct duty *next = policy_duties_next(d);
	row->due = next ? next->due.n : INT32_MIN;
	row->flips = INT32_MIN;
	for (size_t i = 0; i < d->count; i++) {
		const struct duty *duty = &d->duty[i];
		if (duty->state == DUTY_OVERDUE)
			row->flags |= ROW_OVERDUE;
		if (duty->state == DUTY_DUE &&
			(row->flips == INT32_MIN || duty->due.n < row->flips))
			row->flips = duty->due.n;
		unsigned shift = (unsigned)duty->state * 4;
		if (shift < 32)
			row->duties += 1u << shift;
	}
}

static void add_text(struct buf *b, const char *s)
{
	buf_str(b, text_or(s, ""));
	buf_char(b, '\x1f');
}

static void add_number(struct buf *b, int64_t n)
{
	buf_int(b, n);
	buf_char(b, '\x1f');
}

static struct hash128 text_of(const struct pub_record *rec, const struct row *row)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	add_text(&b, rec->id);
	add_text(&b, rec->name);
	add_text(&b, rec->street);
	add_text(&b, rec->address);
	add_text(&b, rec->community);
	const int64_t numbers[] = {row->due, row->since, row->street, row->industry, row->category,
		row->ring, row->state, row->measure, row->flags, row->done, row->content_day};
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		add_number(&b, numbers[i]);
	struct hash128 h = hash128_bytes(b.data, b.len);
	buf_done(&b);
	return h;
}

void record_row(const struct ctx *c, const struct pub_record *rec, struct row *ret_row)
{
	struct row row = {.number = (uint32_t)rec->number,
		.since = rec->since.n,
		.found = rec->found_on.n,
		.name_key = collate_key(rec->name),
		.street = record_street(c, rec),
		.industry = record_industry(c, rec),
		.category = (uint8_t)rec->category,
		.ring = (uint8_t)rec->ring,
		.state = (uint8_t)rec->state,
		.measure = (uint8_t)rec->measure,
		.flags = flags_of(rec),
		.done = done_day(rec),
		.content_day = rec->content_day.n};
	struct arena *a = arena_new();
	struct duties duties;
	record_duties(c, a, rec, &duties);
	add_duties(&duties, &row);
	arena_free(a);
	row.text = text_of(rec, &row);
	*ret_row = row;
}

enum err_code record_brief(struct worker *w, uint32_t number, struct brief *ret, struct err *e)
{
	struct pub_record rec;
	if (pub_record_get(w->pub, number, w->arena, &rec, e))
		return e->code;
	*ret = (struct brief){
		rec.id, rec.name, rec.address, rec.community, w->ctx->now->rows[number - 1]};
	return ERR_OK;
}
