/*
 * The sign-off: 自查 → 复查 → 核查 → 销号, beyond what the course itself asks (policy/course.c).
 *
 * Every step names its unit, and none of the three is taken by the unit of another: who checks is never who was checked.
 * For an enterprise closed down each of the five items of 两断三清 needs a file that shows it: of its own event, or filed later
 * under its day. Only what counts in the course is looked at: nothing corrected away, nothing from before a relapse.
 * General practice, ours: the plan (四（三）, 六（二）) asks for the result.
 */
#include "register/register_internal.h"

#include "tianlan/register_supervision.h"

#include <stdlib.h>
#include <string.h>

struct row {
	struct event_fact fact;
	const char *unit;
};
struct history { /* the valid events of one enterprise, by day and seq */
	struct row *rows;
	size_t count;
};

static const enum event_kind step_kind[SIGNOFF_STEPS] = {
	EVENT_SELF_CHECKED, EVENT_REVIEWED, EVENT_VERIFIED};
static const char *const step_word[SIGNOFF_STEPS] = {"self", "review", "verify"};

/* ---- what is on record ------------------------------------------------------------------------------ */

static enum err_code read_history(
	struct reg *r, struct enterprise_id id, struct arena *a, struct history *ret, struct err *e)
{
	struct row *rows = NULL;
	size_t count = 0, cap = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_SIGNOFF_EVENTS, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		if (count == cap) {
			cap = cap ? cap * 2 : 32;
			rows = mem_grow(rows, cap, sizeof(*rows));
		}
		rows[count++] = (struct row){
			.fact = {.seq = sqlite3_column_int64(s, 0),
				.kind = policy_event_find((const char *)sqlite3_column_text(s, 1)),
				.day = reg_column_day(s, 2)},
			.unit = reg_column_text(s, 3, a)};
	}
	sqlite3_reset(s);
	*ret = (struct history){
		.rows = arena_alloc(a, (count + 1) * sizeof(*rows)), .count = count};
	if (count)
		memcpy(ret->rows, rows, count * sizeof(*rows));
	free(rows);
	return code;
}

/* Up to and with a day; DAY_NONE: all. */
static size_t count_until(const struct history *h, struct day until)
{
	size_t n = 0;

	while (n < h->count && (!day_is_set(until) || day_compare(h->rows[n].fact.day, until) <= 0))
		n++;
	return n;
}

static void course_until(
	const struct history *h, struct day until, struct arena *a, struct course *ret)
{
	size_t n = count_until(h, until);
	struct event_fact *facts = arena_alloc(a, (n + 1) * sizeof(*facts));

	for (size_t i = 0; i < n; i++)
		facts[i] = h->rows[i].fact;
	policy_course(facts, n, false, ret);
}

static const struct row *row_of(const struct history *h, int64_t seq)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->rows[i].fact.seq == seq)
			return &h->rows[i];
	return NULL;
}

static enum err_code count_files(
	struct reg *r, struct enterprise_id id, const struct row *row, size_t *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool found;
	enum err_code code = reg_stmt(r, STMT_SIGNOFF_EVIDENCE, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	reg_bind_int(s, 2, row->fact.seq);
	reg_bind_day(s, 3, row->fact.day);
	code = reg_step(r, s, &found, e);
	if (!code)
		*ret = found ? (size_t)sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return code;
}

/* Files that show each of the five items, since the last relapse. */
static enum err_code count_evidence(struct reg *r, struct enterprise_id id, const struct history *h,
	struct day until, size_t ret[5], struct err *e)
{
	size_t n = count_until(h, until), first = 0;
	enum err_code code = ERR_OK;

	memset(ret, 0, 5 * sizeof(*ret));
	for (size_t i = 0; i < n; i++)
		if (h->rows[i].fact.kind == EVENT_RELAPSED)
			first = i + 1;
	for (size_t i = first; i < n && !code; i++) {
		enum event_kind kind = h->rows[i].fact.kind;
		size_t files = 0;

		if (kind < EVENT_CLEARED_WATER || kind > EVENT_CLEARED_PRODUCTS)
			continue;
		code = count_files(r, id, &h->rows[i], &files, e);
		ret[kind - EVENT_CLEARED_WATER] += files;
	}
	return code;
}

/* ---- who may ------------------------------------------------------------------------------------------ */

static const char *label(enum event_kind kind)
{
	return T(policy_event_label(kind), policy_event_label_en(kind));
}

static const char *same_unit(struct reg *r, struct arena *a, enum event_kind kind,
	const struct row *other, const char *unit)
{
	char day[DAY_TEXT_BYTES];

	return arena_printf(a,
		T("“%s”（%s）是%s办理的，“%s”须由另一个单位办理（--unit）",
			"“%s” (%s) was done by %s: “%s” must be done by another unit (--unit)"),
		label(other->fact.kind), day_text(other->fact.day, day), reg_unit_name(r, unit, a),
		label(kind));
}

/* The steps of the course that are not this one and were taken by this unit. */
static const char *taken_by(struct reg *r, struct arena *a, const struct history *h,
	const struct course *c, enum event_kind kind, const char *unit)
{
	for (size_t step = 0; step < SIGNOFF_STEPS; step++) {
		const struct row *row = c->step_seq[step] ? row_of(h, c->step_seq[step]) : NULL;

		if (row && step_kind[step] != kind && str_eq(row->unit, unit))
			return same_unit(r, a, kind, row, unit);
	}
	return NULL;
}

/* Of a sign-off: the units of all three, however long ago they were recorded. */
static const char *refuse_units(
	struct reg *r, struct arena *a, const struct history *h, const struct course *c)
{
	for (size_t step = 0; step < SIGNOFF_STEPS; step++) {
		const struct row *row = row_of(h, c->step_seq[step]);
		const char *why;

		if (!row)
			continue;
		if (!row->unit)
			return arena_printf(a,
				T("“%s”（第 %lld 号）没有写明由哪个单位办理：更正后重新登记",
					"“%s” (event %lld) names no unit: correct it and record it "
					"anew"),
				label(row->fact.kind), (long long)row->fact.seq);
		why = taken_by(r, a, h, c, row->fact.kind, row->unit);
		if (why)
			return why;
	}
	return NULL;
}

/* ---- what shows it --------------------------------------------------------------------------------------- */

static const char *lacks_file(struct reg *r, struct enterprise_id id, struct arena *a,
	const struct course *c, size_t item)
{
	enum event_kind kind = EVENT_CLEARED_WATER + (enum event_kind)item;
	char text[ENTERPRISE_ID_BYTES], day[DAY_TEXT_BYTES];

	reg_id_text(r, id, text);
	day_text(c->cleared[item], day);
	return arena_printf(a,
		T("“%s”（%s）没有材料：补上照片、视频或记录，如 tianlan evidence add %s 文件 "
		  "--kind "
		  "photo-after --day %s",
			"nothing shows “%s” (%s): file a photo, a video or a record, like "
			"tianlan evidence add %s FILE --kind photo-after --day %s"),
		label(kind), day, text, day);
}

/* Of a closed one that is cleared out: NULL when each item has a file. */
static enum err_code refuse_evidence(struct reg *r, struct enterprise_id id,
	const struct history *h, const struct course *c, struct day until, struct arena *a,
	const char **ret_why, struct err *e)
{
	size_t files[5];
	enum err_code code = count_evidence(r, id, h, until, files, e);

	for (size_t i = 0; i < COUNT_OF(files) && !code && !*ret_why; i++)
		if (day_is_set(c->cleared[i]) && files[i] == 0)
			*ret_why = lacks_file(r, id, a, c, i);
	return code;
}

enum err_code reg_signoff_refusal(struct reg *r, struct enterprise_id id, enum event_kind kind,
	const char *unit, struct day day, struct arena *a, const char **ret_why, struct err *e)
{
	struct history h;
	struct course then, all;
	const char *why = NULL;
	enum err_code code;

	if (kind < EVENT_SELF_CHECKED || kind > EVENT_SIGNED_OFF)
		return err_set(e, ERR_USAGE, T("不是销号的步骤", "no step of a sign-off"));
	code = read_history(r, id, a, &h, e);
	if (code)
		return code;
	course_until(&h, day, a, &then);
	course_until(&h, DAY_NONE, a, &all);
	if (!unit)
		why = arena_printf(a,
			T("“%s”须写明由哪个单位办理（--unit）",
				"“%s” must name the unit that does it (--unit)"),
			label(kind));
	else if (kind == EVENT_SIGNED_OFF)
		why = refuse_units(r, a, &h, &then);
	else {
		why = taken_by(r, a, &h, &then, kind, unit);
		/* Recorded late: also the steps that followed. */
		if (!why)
			why = taken_by(r, a, &h, &all, kind, unit);
	}
	if (!why && kind == EVENT_SIGNED_OFF && then.state == STATE_CLOSED)
		code = refuse_evidence(r, id, &h, &then, day, a, &why, e);
	if (!code)
		*ret_why = why;
	return code;
}

/* ---- a sign-off that comes to count again ------------------------------------------------------------------ */

enum err_code reg_signoff_stands(
	struct reg *r, struct enterprise_id id, bool *ret_stands, bool *ret_counts, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_SIGNOFF_STANDS, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	code = reg_step(r, s, &row, e);
	if (!code) {
		*ret_counts = row && sqlite3_column_int(s, 0) != 0;
		*ret_stands = row && sqlite3_column_int(s, 1) != 0;
	}
	sqlite3_reset(s);
	return code;
}

enum err_code reg_signoff_check(struct reg *r, struct enterprise_id id, struct err *e)
{
	struct arena *a = arena_new();
	struct history h;
	struct course c;
	const char *why = NULL;
	enum err_code code = read_history(r, id, a, &h, e);

	if (!code) {
		course_until(&h, DAY_NONE, a, &c);
		why = refuse_units(r, a, &h, &c);
		if (!why && day_is_set(c.done[ACTION_CLOSE]))
			code = refuse_evidence(r, id, &h, &c, c.since, a, &why, e);
	}
	if (!code && why)
		code = err_set(e, ERR_CONFLICT,
			T("这样登记，原来的销号会恢复效力，但%s",
				"with this the sign-off on record would count again, but %s"),
			why);
	arena_free(a);
	return code;
}

/* ---- where it stands ------------------------------------------------------------------------------------------ */

static const char *next_item(struct reg *r, struct enterprise_id id, struct arena *a,
	const struct course *c, const struct signoff_state *s)
{
	char text[ENTERPRISE_ID_BYTES];

	for (size_t i = 0; i < COUNT_OF(s->cleared); i++) {
		enum event_kind kind = EVENT_CLEARED_WATER + (enum event_kind)i;

		if (!day_is_set(s->cleared[i]))
			return arena_printf(a,
				T("登记“%s”并附上材料：tianlan event add %s --kind %s --day 日期 "
				  "--unit 单位 --file 文件 --by 谁",
					"record “%s” with a file: tianlan event add %s --kind %s "
					"--day D --unit U --file FILE --by WHO"),
				label(kind), reg_id_text(r, id, text), policy_event_id(kind));
		if (s->cleared_evidence[i] == 0)
			return lacks_file(r, id, a, c, i);
	}
	return NULL;
}

static const char *next_thing(struct reg *r, struct enterprise_id id, struct arena *a,
	const struct course *c, const struct signoff_state *s)
{
	char text[ENTERPRISE_ID_BYTES];
	const char *item,
		*refused = policy_event_refusal(c, EVENT_SELF_CHECKED, CATEGORY_NONE, MEASURE_NONE);
	size_t step = 0;

	if (c->state == STATE_SIGNED_OFF)
		return T("已销号：以后按季回头看", "signed off: look-backs follow, each quarter");
	if (refused)
		return refused;
	item = s->closes ? next_item(r, id, a, c, s) : NULL;
	if (item)
		return item;
	while (step < SIGNOFF_STEPS && day_is_set(s->day[step]) &&
		(step == 0 || day_compare(s->day[step - 1], s->day[step]) <= 0))
		step++;
	return arena_printf(a,
		T("%s：tianlan signoff %s --step %s --unit 单位 --day 日期 --by 谁",
			"%s: tianlan signoff %s --step %s --unit U --day D --by WHO"),
		label(step < SIGNOFF_STEPS ? step_kind[step] : EVENT_SIGNED_OFF),
		reg_id_text(r, id, text), step < SIGNOFF_STEPS ? step_word[step] : "sign-off");
}

enum err_code reg_signoff_get(struct reg *r, struct enterprise_id id, struct arena *a,
	struct signoff_state *ret, struct err *e)
{
	const char *now[FIELD_COUNT];
	struct signoff_state s = {.signed_off = DAY_NONE};
	struct history h;
	struct course c;
	enum err_code code = reg_row_get(r, id, a, now, NULL, e);

	if (!code)
		code = reg_course_of(
			r, id, DAY_NONE, value_tri(now[FIELD_OUT_OF_SCOPE]) == TRI_YES, &c, e);
	if (!code)
		code = read_history(r, id, a, &h, e);
	if (!code)
		code = count_evidence(r, id, &h, DAY_NONE, s.cleared_evidence, e);
	if (code)
		return code;
	s.day[STEP_SELF] = c.self_checked;
	s.day[STEP_REVIEW] = c.reviewed;
	s.day[STEP_VERIFY] = c.verified;
	for (size_t step = 0; step < SIGNOFF_STEPS; step++) {
		const struct row *row = c.step_seq[step] ? row_of(&h, c.step_seq[step]) : NULL;

		s.unit[step] = row ? row->unit : NULL;
	}
	s.closes = day_is_set(c.done[ACTION_CLOSE]);
	memcpy(s.cleared, c.cleared, sizeof(s.cleared));
	if (c.state == STATE_SIGNED_OFF)
		s.signed_off = c.since;
	s.next = next_thing(r, id, a, &c, &s);
	*ret = s;
	return ERR_OK;
}
