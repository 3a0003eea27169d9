/*
 * Records whole: enterprise, events, evidence, tasks, tip-offs, look-backs and inspections read by statements in step, each
 * ordered by the enterprise's number, so that a hundred thousand records are one pass and not as many lookups of each.
 *
 * Invariant: the course of a record is worked out from its events that no correction names, as on the staff's side.
 */
#include "register/public.h"

#include "tianlan/policy.h"

#include <stdlib.h>
#include <string.h>

/* A statement standing on the first row that has not been taken; owner 0: it is at its end. */
struct stream {
	sqlite3_stmt *s;
	int64_t owner;
};

static enum err_code stream_next(struct pub *p, struct stream *st, struct err *e)
{
	bool row;
	enum err_code code = pub_step(p, st->s, &row, e);

	st->owner = !code && row ? sqlite3_column_int64(st->s, 0) : 0;
	return code;
}

static enum err_code stream_open(struct pub *p, struct stream *st, enum pub_stmt which,
	int64_t from, int64_t to, struct err *e)
{
	enum err_code code = pub_stmt(p, which, &st->s, e);

	if (code)
		return code;
	sqlite3_bind_int64(st->s, 1, from);
	sqlite3_bind_int64(st->s, 2, to > 0 ? to : INT64_MAX);
	return stream_next(p, st, e);
}

static void stream_close(struct stream *st)
{
	if (st->s)
		sqlite3_reset(st->s);
}

/* A list that grows in the arena: what it outgrows stays until the reset. */
static void *grown(struct arena *a, void *old, size_t count, size_t *cap, size_t bytes)
{
	void *more;

	if (count < *cap)
		return old;
	*cap = *cap ? *cap * 2 : 8;
	more = arena_alloc(a, *cap * bytes);
	if (count)
		memcpy(more, old, count * bytes);
	return more;
}

/* Rows of owners below `number` belong to no record read here: passed over. */
static enum err_code skip_to(struct pub *p, struct stream *st, int64_t number, struct err *e)
{
	enum err_code code = ERR_OK;

	while (!code && st->owner && st->owner < number)
		code = stream_next(p, st, e);
	return code;
}

static void mark_voided(struct pub_event *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; list[i].corrects && k < count; k++)
			if (list[k].seq == list[i].corrects)
				list[k].voided = true;
}

static enum err_code take_events(
	struct pub *p, struct stream *st, struct arena *a, struct pub_record *rec, struct err *e)
{
	struct pub_event *list = NULL;
	size_t count = 0, cap = 0;
	enum err_code code = skip_to(p, st, rec->number, e);

	while (!code && st->owner == rec->number) {
		list = grown(a, list, count, &cap, sizeof(*list));
		list[count++] = (struct pub_event){
			.seq = sqlite3_column_int64(st->s, 1),
			.kind = policy_event_find((const char *)sqlite3_column_text(st->s, 2)),
			.day = pub_day(st->s, 3),
			.unit = pub_text(st->s, 4, a),
			.doc = pub_text(st->s, 5, a),
			.note = pub_text(st->s, 6, a),
			.corrects = sqlite3_column_int64(st->s, 7),
			.decided = pub_text(st->s, 8, a),
		};
		code = stream_next(p, st, e);
	}
	mark_voided(list, count);
	rec->events = list;
	rec->event_count = count;
	return code;
}

static enum err_code take_evidence(
	struct pub *p, struct stream *st, struct arena *a, struct pub_record *rec, struct err *e)
{
	struct pub_evidence *list = NULL;
	size_t count = 0, cap = 0;
	enum err_code code = skip_to(p, st, rec->number, e);

	while (!code && st->owner == rec->number) {
		const char *sha256 = (const char *)sqlite3_column_text(st->s, 1);

		list = grown(a, list, count, &cap, sizeof(*list));
		list[count] = (struct pub_evidence){
			.name = pub_text(st->s, 2, a),
			.kind = pub_text(st->s, 3, a),
			.day = pub_day(st->s, 4),
			.bytes = (uint64_t)sqlite3_column_int64(st->s, 5),
			.public_sha256 = pub_text(st->s, 6, a),
		};
		if (sha256 && strlen(sha256) < sizeof(list[count].sha256))
			memcpy(list[count].sha256, sha256, strlen(sha256) + 1);
		count++;
		code = stream_next(p, st, e);
	}
	rec->evidence = list;
	rec->evidence_count = count;
	return code;
}

static enum err_code take_tasks(
	struct pub *p, struct stream *st, struct arena *a, struct pub_record *rec, struct err *e)
{
	struct pub_task *list = NULL;
	size_t count = 0, cap = 0;
	enum err_code code = skip_to(p, st, rec->number, e);

	while (!code && st->owner == rec->number) {
		list = grown(a, list, count, &cap, sizeof(*list));
		list[count++] = (struct pub_task){
			.kind = pub_text(st->s, 1, a),
			.unit = pub_text(st->s, 2, a),
			.asked_on = pub_day(st->s, 3),
			.due = pub_day(st->s, 4),
			.done_on = pub_day(st->s, 5),
		};
		code = stream_next(p, st, e);
	}
	rec->tasks = list;
	rec->task_count = count;
	return code;
}

static enum err_code take_tips(
	struct pub *p, struct stream *st, struct pub_record *rec, struct err *e)
{
	enum err_code code = skip_to(p, st, rec->number, e);

	if (code || st->owner != rec->number)
		return code;
	rec->tipoffs = sqlite3_column_int64(st->s, 1);
	return stream_next(p, st, e);
}

static enum err_code take_lookbacks(
	struct pub *p, struct stream *st, struct arena *a, struct pub_record *rec, struct err *e)
{
	struct pub_lookback *list = NULL;
	size_t count = 0, cap = 0;
	enum err_code code = skip_to(p, st, rec->number, e);

	while (!code && st->owner == rec->number) {
		list = grown(a, list, count, &cap, sizeof(*list));
		pub_lookback_row(st->s, a, &list[count++]);
		code = stream_next(p, st, e);
	}
	rec->lookbacks = list;
	rec->lookback_count = count;
	return code;
}

static enum err_code take_inspections(
	struct pub *p, struct stream *st, struct arena *a, struct pub_record *rec, struct err *e)
{
	struct pub_inspection *list = NULL;
	size_t count = 0, cap = 0;
	enum err_code code = skip_to(p, st, rec->number, e);

	while (!code && st->owner == rec->number) {
		list = grown(a, list, count, &cap, sizeof(*list));
		pub_inspection_row(st->s, a, &list[count++]);
		code = stream_next(p, st, e);
	}
	rec->inspections = list;
	rec->inspection_count = count;
	return code;
}

static enum tri tri_at(sqlite3_stmt *s, int at)
{
	const char *text = (const char *)sqlite3_column_text(s, at);

	if (!text)
		return TRI_UNKNOWN;
	return str_eq(text, "yes") ? TRI_YES : TRI_NO;
}

static const char *plain(sqlite3_stmt *s, int at)
{
	return (const char *)sqlite3_column_text(s, at);
}

/* "650105-000123" without the cost of a format. */
static const char *id_text(const struct pub *p, struct arena *a, int64_t number)
{
	size_t prefix = strlen(p->prefix);
	char digits[24];
	size_t len = 0;
	char *out;

	for (int64_t n = number; n > 0 || len < 6; n /= 10)
		digits[len++] = (char)('0' + n % 10);
	out = arena_alloc(a, prefix + 1 + len + 1);
	memcpy(out, p->prefix, prefix);
	out[prefix] = '-';
	for (size_t i = 0; i < len; i++)
		out[prefix + 1 + i] = digits[len - 1 - i];
	return out;
}

/* Columns as PUB_RECORDS names them. */
static void take_record(struct pub *p, sqlite3_stmt *s, struct arena *a, struct pub_record *rec)
{
	*rec = (struct pub_record){
		.number = sqlite3_column_int64(s, 0),
		.name = pub_text(s, 1, a),
		.street = pub_text(s, 2, a),
		.community = pub_text(s, 3, a),
		.address = pub_text(s, 4, a),
		.address_withheld = sqlite3_column_int(s, 5) != 0,
		.industry_text = pub_text(s, 6, a),
		.industry = pub_text(s, 7, a),
		.products = pub_text(s, 8, a),
		.equipment_summary = pub_text(s, 9, a),
		.employees_band = pub_text(s, 10, a),
		.premises = pub_text(s, 11, a),
		.answers = {.emissions_exceed = tri_at(s, 12),
			.conforms = tri_at(s, 13),
			.has_fire = tri_at(s, 14),
			.has_eia = tri_at(s, 15),
			.has_planning = tri_at(s, 16),
			.has_licence = tri_at(s, 17),
			.has_hazard = tri_at(s, 18),
			.has_unlawful_building = tri_at(s, 19),
			.unlawful_operation = tri_at(s, 20)},
		.industrial_premises = tri_at(s, 21),
		.in_demolition = tri_at(s, 22),
		.note = pub_text(s, 23, a),
		.category = policy_category_find(plain(s, 24)),
		.ring = policy_ring_find(plain(s, 25)),
		.measure = policy_measure_find(plain(s, 26)),
		.found_on = pub_day(s, 27),
		.state = policy_state_find(plain(s, 28)),
		.since = pub_day(s, 29),
		.first_reported = pub_day(s, 31),
		.last_reported = pub_day(s, 32),
		.content_day = pub_day(s, 33),
	};
	rec->id = id_text(p, a, rec->number);
}

static void work_out_course(struct arena *a, struct pub_record *rec, bool out_of_scope)
{
	struct event_fact *facts = arena_alloc(a, (rec->event_count + 1) * sizeof(*facts));
	size_t count = 0;

	for (size_t i = 0; i < rec->event_count; i++)
		if (!rec->events[i].voided)
			facts[count++] = (struct event_fact){.seq = rec->events[i].seq,
				.kind = rec->events[i].kind,
				.day = rec->events[i].day};
	policy_course(facts, count, out_of_scope, &rec->course);
}

struct streams {
	struct stream records, events, evidence, tasks, tips, lookbacks, inspections;
};

static enum err_code take_one(
	struct pub *p, struct streams *st, struct arena *a, struct pub_record *rec, struct err *e)
{
	bool out_of_scope = tri_at(st->records.s, 30) == TRI_YES;
	enum err_code code;

	take_record(p, st->records.s, a, rec);
	code = take_events(p, &st->events, a, rec, e);
	if (!code)
		code = take_evidence(p, &st->evidence, a, rec, e);
	if (!code)
		code = take_tasks(p, &st->tasks, a, rec, e);
	if (!code)
		code = take_tips(p, &st->tips, rec, e);
	if (!code)
		code = take_lookbacks(p, &st->lookbacks, a, rec, e);
	if (!code)
		code = take_inspections(p, &st->inspections, a, rec, e);
	if (!code)
		work_out_course(a, rec, out_of_scope);
	return code;
}

static enum err_code open_all(
	struct pub *p, struct streams *st, int64_t from, int64_t to, struct err *e)
{
	const struct {
		struct stream *stream;
		enum pub_stmt which;
	} all[] = {{&st->records, PUB_RECORDS}, {&st->events, PUB_EVENTS},
		{&st->evidence, PUB_EVIDENCE}, {&st->tasks, PUB_TASKS}, {&st->tips, PUB_TIPS_OF},
		{&st->lookbacks, PUB_LOOKBACKS_OF}, {&st->inspections, PUB_INSPECTIONS_OF}};
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < COUNT_OF(all) && !code; i++)
		code = stream_open(p, all[i].stream, all[i].which, from, to, e);
	return code;
}

static void close_all(struct streams *st)
{
	stream_close(&st->records);
	stream_close(&st->events);
	stream_close(&st->evidence);
	stream_close(&st->tasks);
	stream_close(&st->tips);
	stream_close(&st->lookbacks);
	stream_close(&st->inspections);
}

/* Several statements outside a transaction could see several states. */
static enum err_code hold(struct pub *p, bool *ret_own, struct err *e)
{
	int64_t ignored;

	*ret_own = !p->in_snapshot;
	return p->in_snapshot ? ERR_OK : pub_snapshot(p, &ignored, e);
}

enum err_code pub_record_each(struct pub *p, int64_t from, int64_t to, struct arena *a,
	pub_record_fn *fn, void *ctx, struct err *e)
{
	struct streams st = {0};
	bool own = false;
	enum err_code code = hold(p, &own, e);

	if (!code)
		code = open_all(p, &st, from, to, e);
	while (!code && st.records.owner) {
		struct pub_record rec;

		arena_reset(a);
		code = take_one(p, &st, a, &rec, e);
		if (!code)
			code = fn(ctx, &rec, e);
		if (!code)
			code = stream_next(p, &st.records, e);
	}
	close_all(&st);
	if (own)
		pub_release(p);
	return code;
}

enum err_code pub_record_get(
	struct pub *p, int64_t number, struct arena *a, struct pub_record *ret, struct err *e)
{
	struct streams st = {0};
	struct pub_record rec;
	bool own = false;
	enum err_code code = hold(p, &own, e);

	if (!code)
		code = open_all(p, &st, number, number + 1, e);
	if (!code && !st.records.owner)
		code = err_set(e, ERR_NOT_FOUND,
			T("没有第 %lld 号企业", "there is no enterprise %lld"), (long long)number);
	if (!code)
		code = take_one(p, &st, a, &rec, e);
	if (!code)
		*ret = rec;
	close_all(&st);
	if (own)
		pub_release(p);
	return code;
}
