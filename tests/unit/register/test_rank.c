/*
 * A quarter worked by hand: 2018Q1, cutoff 15 April. STREET (七纺) has six enterprises, the next street (六道湾) two; the others have
 * none and are ranked by their reports alone.
 */
#include "tianlan/register_supervision.h"

#include "instance.h"

#include <stdlib.h>
#include <string.h>

#define SECOND "650105002"

static const struct quarter q1 = {2018, 1};

static struct change_note on(struct instance *in, int year, int month, int day)
{
	char text[DAY_TEXT_BYTES];

	return (struct change_note){.by = "张三",
		.why = "现场核实",
		.at = arena_printf(
			in->arena, "%sT10:00:00+08:00", day_text(ymd(year, month, day), text))};
}

static struct enterprise_id firm(struct instance *in, const char *street, struct day registered,
	const struct change_note *note)
{
	const char *value[FIELD_COUNT] = {
		[FIELD_NAME] = "测试木艺加工厂", [FIELD_STREET] = street, [FIELD_RING] = "outer"};
	struct enterprise_id id = {0};
	struct err e = {0};

	cr_assert_eq(reg_enterprise_add(in->reg, value, street, registered, note, &id, &e), ERR_OK,
		"%s", e.message);
	return id;
}

static int64_t event(struct instance *in, struct enterprise_id id, enum event_kind kind,
	struct day day, const struct change_note *note)
{
	struct event_new ev = {.kind = kind, .day = day};
	struct err e = {0};
	int64_t seq = 0;

	cr_assert_eq(reg_event_add(in->reg, id, &ev, note, &seq, &e), ERR_OK, "%s: %s",
		policy_event_id(kind), e.message);
	return seq;
}

static void correct(
	struct instance *in, struct enterprise_id id, int64_t wrong, const struct change_note *note)
{
	struct event_new ev = {.kind = EVENT_CORRECTION,
		.day = ymd(2018, 6, 1),
		.note = "录错",
		.corrects = wrong};
	struct err e = {0};
	int64_t seq;

	cr_assert_eq(reg_event_add(in->reg, id, &ev, note, &seq, &e), ERR_OK, "%s", e.message);
}

static void set(struct instance *in, struct enterprise_id id, enum field f, const char *text,
	struct day day, const struct change_note *note)
{
	struct err e = {0};
	bool changed;

	cr_assert_eq(reg_enterprise_set(in->reg, id, f, text, day, note, &changed, &e), ERR_OK,
		"%s", e.message);
}

static void sql(struct instance *in, const char *text)
{
	cr_assert_eq(sqlite3_exec(in->reg->db, text, NULL, NULL, NULL), SQLITE_OK, "%s: %s", text,
		sqlite3_errmsg(in->reg->db));
}

static void report(struct instance *in, const char *unit, int month, const struct change_note *note)
{
	struct report r = {.unit = unit, .month = ymd(2018, month, 1), .name = "x.xlsx"};
	struct err e = {0};
	char sha256[SHA256_HEX_BYTES];
	const char *text = arena_printf(in->arena, "%s %d %s", unit, month, note->at);
	int64_t seq;

	sha256_hex(text, strlen(text), sha256);
	r.sha256 = sha256;
	cr_assert_eq(reg_scope_begin(in->reg, &e), ERR_OK);
	cr_assert_eq(reg_report_add(in->reg, &r, note, &seq, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_scope_end(in->reg, ERR_OK, &e), ERR_OK);
}

static void inspect(struct instance *in, const char *unit, const char *day, const char *result,
	const char *recorded)
{
	sql(in, arena_printf(in->arena,
			"INSERT INTO inspection (day, kind, team, unit, result, finding, by, at)"
			" VALUES ('%s', 'inspection', 'economy', '%s', '%s', 'x', 'x',"
			" '%sT10:00:00+08:00')",
			day, unit, result, recorded));
}

/* A case of a street with its steps: pairs of kind and day; recorded on that day, or the same day when NULL. */
static void tip(struct instance *in, int number, const char *street, const char *const *steps,
	const char *recorded)
{
	int n = 0;

	sql(in, arena_printf(in->arena,
			"INSERT INTO tip_case (number, id, host, week, commitment, origin, "
			"received_on, street, state, since)"
			" VALUES (%d, '%032d', 'host-1', '2018-W01', '%064d', 'form', "
			"'2018-01-01', '%s', 'received', '2018-01-01')",
			number, number, number, street));
	for (; *steps; steps += 2)
		sql(in, arena_printf(in->arena,
				"INSERT INTO case_step (tip_case, n, kind, day, role, by, at, "
				"content, days)"
				" VALUES (%d, %d, '%s', '%s', 'office', 'x', "
				"'%sT10:00:00+08:00', '%064d', %d)",
				number, ++n, steps[0], steps[1], recorded ? recorded : steps[1], 0,
				str_eq(steps[0], "extended") ? 30 : 0));
}

/* ---- the quarter ------------------------------------------------------------------------------------------ */

struct made {
	struct enterprise_id accepted, missed, closed, late, old, relapsed, other;
	int64_t acceptance, closing;
};

/*
 * STREET, all registered by staff on the day they are registered:
 *  accepted  registered 2 Jan, classified 乱 10 Jan (in 8 days), ordered 5 Jan -> due 5 Apr (outside the quarter); accepted 20 Feb
 *  missed    registered 2 Jan, classified 乱 5 Feb (in 34 days), ordered 3 Dec 2017 -> due 3 Mar, not done
 *  closed    registered 3 Jan, classified 乱 4 Jan, ordered 5 Dec 2017 -> due 5 Mar, closed 1 Feb: no duty any more
 *  late      registered 10 Mar (30 days end in April: not judged), no category
 *  old       registered 20 Dec 2017 -> 30 days end 19 Jan, never classified
 *  relapsed  registered 20 Nov 2017, 散, closed 1 Dec, relapsed 15 Mar
 * SECOND:
 *  other     registered 2 Jan, classified 乱 3 Jan, ordered 6 Dec 2017 -> due 6 Mar, accepted 1 Mar: kept
 */
static struct made quarter(struct instance *in)
{
	struct change_note dec = on(in, 2017, 12, 20), jan = on(in, 2018, 1, 10),
			   mar = on(in, 2018, 3, 20);
	struct made m;

	m.accepted = firm(in, STREET, ymd(2018, 1, 2), &jan);
	set(in, m.accepted, FIELD_CATEGORY, "乱", ymd(2018, 1, 10), &jan);
	event(in, m.accepted, EVENT_ORDERED, ymd(2018, 1, 5), &jan);
	m.acceptance = event(in, m.accepted, EVENT_ACCEPTED, ymd(2018, 2, 20), &mar);

	m.missed = firm(in, STREET, ymd(2018, 1, 2), &jan);
	set(in, m.missed, FIELD_CATEGORY, "乱", ymd(2018, 2, 5), &mar);
	event(in, m.missed, EVENT_ORDERED, ymd(2017, 12, 3), &mar);

	m.closed = firm(in, STREET, ymd(2018, 1, 3), &jan);
	set(in, m.closed, FIELD_CATEGORY, "乱", ymd(2018, 1, 4), &jan);
	event(in, m.closed, EVENT_ORDERED, ymd(2017, 12, 5), &jan);
	m.closing = event(in, m.closed, EVENT_CLOSED, ymd(2018, 2, 1), &mar);

	m.late = firm(in, STREET, ymd(2018, 3, 10), &mar);
	m.old = firm(in, STREET, ymd(2017, 12, 20), &dec);

	m.relapsed = firm(in, STREET, ymd(2017, 11, 20), &dec);
	set(in, m.relapsed, FIELD_CATEGORY, "散", ymd(2017, 11, 25), &dec);
	event(in, m.relapsed, EVENT_CLOSED, ymd(2017, 12, 1), &dec);
	event(in, m.relapsed, EVENT_RELAPSED, ymd(2018, 3, 15), &mar);

	m.other = firm(in, SECOND, ymd(2018, 1, 2), &jan);
	set(in, m.other, FIELD_CATEGORY, "乱", ymd(2018, 1, 3), &jan);
	event(in, m.other, EVENT_ORDERED, ymd(2017, 12, 6), &jan);
	event(in, m.other, EVENT_ACCEPTED, ymd(2018, 3, 1), &mar);
	return m;
}

static void records(struct instance *in)
{
	static const char *const in_time[] = {"received", "2018-01-02", "accepted", "2018-01-05",
		"concluded", "2018-03-06", NULL}; /* 60 days: 6 March */
	static const char *const too_late[] = {"received", "2018-01-02", "accepted", "2018-01-05",
		"concluded", "2018-03-07", NULL};
	static const char *const put_off[] = {"received", "2018-01-02", "accepted", "2018-01-05",
		"extended", "2018-02-01", "concluded", "2018-03-30", NULL}; /* 5 April: not in Q1 */
	static const char *const open[] = {
		"received", "2018-01-02", "accepted", "2018-01-10", NULL};
	struct change_note jan = on(in, 2018, 1, 28), feb = on(in, 2018, 3, 1),
			   again = on(in, 2018, 1, 30);

	report(in, STREET, 1, &jan);
	report(in, STREET, 1, &again);
	report(in, STREET, 2, &feb); /* the 28th had passed */
	inspect(in, STREET, "2018-02-01", "in-order", "2018-02-02");
	inspect(in, STREET, "2018-03-01", "criticised", "2018-03-02");
	inspect(in, STREET, "2018-03-31", "accountable", "2018-04-15");
	inspect(in, STREET, "2018-04-01", "criticised", "2018-04-02"); /* next quarter */
	tip(in, 1, STREET, in_time, NULL);
	tip(in, 2, STREET, too_late, NULL);
	tip(in, 3, STREET, put_off, NULL);
	tip(in, 4, STREET, open, NULL);
	tip(in, 5, SECOND, in_time, NULL);
	tip(in, 6, SECOND, in_time, NULL);
}

static struct ranking rank(struct instance *in)
{
	struct ranking k = {0};
	struct err e = {0};

	cr_assert_eq(reg_rank(in->reg, q1, in->arena, &k, &e), ERR_OK, "%s", e.message);
	return k;
}

static const struct rank_row *row_of(const struct ranking *k, const char *unit)
{
	for (size_t i = 0; i < k->row_count; i++)
		if (str_eq(k->rows[i].unit, unit))
			return &k->rows[i];
	cr_assert(false, "no %s", unit);
	return NULL;
}

static size_t item_of(const struct ranking *k, const char *id)
{
	for (size_t i = 0; i < k->rules->count; i++)
		if (str_eq(k->rules->item[i].id, id))
			return i;
	cr_assert(false, "no %s", id);
	return 0;
}

static void figure(
	const struct ranking *k, const char *unit, const char *item, int64_t part, int64_t whole)
{
	const struct rank_figure *f = &row_of(k, unit)->figure[item_of(k, item)];

	cr_assert_eq(f->part, part, "%s %s: part %lld, wanted %lld", unit, item, (long long)f->part,
		(long long)part);
	cr_assert_eq(f->whole, whole, "%s %s: whole %lld, wanted %lld", unit, item,
		(long long)f->whole, (long long)whole);
}

Test(rank, a_quarter_worked_by_hand)
{
	struct instance in = instance_new();
	struct ranking k;

	quarter(&in);
	records(&in);
	k = rank(&in);
	cr_assert_geq(k.row_count, 15);
	figure(&k, STREET, "monthly-1", 1, 1);
	figure(&k, STREET, "monthly-2", 0, 1);
	figure(&k, STREET, "monthly-3", 0, 1);
	figure(&k, STREET, "classified", 2, 4);
	figure(&k, STREET, "duties", 0, 1);
	figure(&k, STREET, "finished", 2, 6);
	figure(&k, STREET, "lookbacks", 0, 0);
	figure(&k, STREET, "tipoffs", 1, 3);
	figure(&k, STREET, "criticism", 2, 3);
	cr_assert_eq(row_of(&k, STREET)->relapses, 1);
	figure(&k, SECOND, "monthly-1", 0, 1);
	figure(&k, SECOND, "classified", 1, 1);
	figure(&k, SECOND, "duties", 1, 1);
	figure(&k, SECOND, "finished", 1, 1);
	figure(&k, SECOND, "tipoffs", 0, 0);
	figure(&k, SECOND, "criticism", 0, 0);
	cr_assert_eq(row_of(&k, SECOND)->relapses, 0);
	figure(&k, "650105003", "finished", 0, 0);
	cr_assert_not(k.published);
	cr_assert_eq(row_of(&k, SECOND)->rank, 1);
	cr_assert_str_eq(k.rows[0].unit, SECOND);
	instance_done(&in);
}

Test(rank, every_figure_is_the_count_of_its_traces)
{
	struct instance in = instance_new();
	struct ranking k;
	size_t explained = 0;

	quarter(&in);
	records(&in);
	k = rank(&in);
	for (size_t i = 0; i < k.row_count; i++) {
		int64_t relapses = 0;

		for (size_t item = 0; item < k.rules->count; item++) {
			int64_t part = 0, whole = 0;

			for (size_t t = 0; t < k.trace_count; t++) {
				if (!str_eq(k.traces[t].unit, k.rows[i].unit) ||
					!str_eq(k.traces[t].item, k.rules->item[item].id))
					continue;
				whole++;
				part += k.traces[t].counted;
				explained++;
			}
			figure(&k, k.rows[i].unit, k.rules->item[item].id, part, whole);
		}
		for (size_t t = 0; t < k.trace_count; t++)
			relapses += str_eq(k.traces[t].unit, k.rows[i].unit) &&
				    str_eq(k.traces[t].item, "relapses");
		cr_assert_eq(k.rows[i].relapses, relapses);
		explained += (size_t)relapses;
	}
	cr_assert_eq(explained, k.trace_count, "no trace is left over");
	cr_assert_gt(k.trace_count, 45);
	instance_done(&in);
}

/* Whatever comes in later, back-dated or not. */
static void record_later(struct instance *in, const struct made *m)
{
	static const char *const later[] = {"received", "2018-01-02", "accepted", "2018-01-05",
		"concluded", "2018-04-20", NULL};
	struct change_note may = on(in, 2018, 5, 2);
	struct unit zone = {.code = "zone-1", .name = "片区一", .kind = "zone"};
	struct err e = {0};
	struct enterprise_id id;

	correct(in, m->accepted, m->acceptance, &may);
	correct(in, m->closed, m->closing, &may);
	event(in, m->missed, EVENT_ACCEPTED, ymd(2018, 3, 1), &may);
	event(in, m->old, EVENT_PROGRESS, ymd(2018, 1, 3), &may);
	set(in, m->old, FIELD_CATEGORY, "乱", ymd(2018, 1, 5), &may);
	set(in, m->missed, FIELD_CATEGORY, "散污", ymd(2018, 1, 5), &may);
	set(in, m->missed, FIELD_RING, "inner", ymd(2018, 1, 5), &may);
	set(in, m->missed, FIELD_STREET, SECOND, ymd(2018, 1, 5), &may);
	set(in, m->missed, FIELD_STREET, "650105003", ymd(2018, 1, 6), &may);
	set(in, m->other, FIELD_FOUND_ON, "2018-05-01", ymd(2018, 1, 5), &may);
	set(in, m->late, FIELD_OUT_OF_SCOPE, "是", ymd(2018, 1, 5), &may);
	event(in, m->relapsed, EVENT_WITHDRAWN, ymd(2018, 1, 1), &may);
	event(in, m->other, EVENT_RELAPSED, ymd(2018, 3, 10), &may);
	id = firm(in, STREET, ymd(2018, 1, 2), &may);
	event(in, id, EVENT_CLOSED, ymd(2018, 2, 2), &may);
	report(in, STREET, 3, &may);
	report(in, SECOND, 1, &may);
	inspect(in, SECOND, "2018-03-01", "criticised", "2018-05-02");
	tip(in, 7, SECOND, later, "2018-05-02");
	sql(in, "INSERT INTO case_step (tip_case, n, kind, day, role, by, at, content)"
		" VALUES (4, 3, 'concluded', '2018-03-01', 'office', 'x', "
		"'2018-05-02T10:00:00+08:00',"
		" '0000000000000000000000000000000000000000000000000000000000000000')");
	sql(in, "INSERT INTO case_log (tip_case, what, old, new, by, at)"
		" VALUES (1, 'street', '" STREET "', '" SECOND
		"', 'x', '2018-05-02T10:00:00+08:00')");
	sql(in, "INSERT INTO case_log (tip_case, what, old, new, by, at)"
		" VALUES (1, 'street', '" SECOND
		"', '650105003', 'x', '2018-05-03T10:00:00+08:00')");
	sql(in, "UPDATE tip_case SET street='650105003' WHERE number=1");
	cr_assert_eq(reg_unit_set(in->reg, &zone, &may, &e), ERR_OK, "%s", e.message);
}

/* The due day of each is 6 March. One figure each: what has ended before it is left out. */
Test(rank, a_case_does_not_vanish_or_become_timely_after_its_due_day)
{
	static const struct {
		const char *steps[13], *recorded;
		int part, whole;
	} cases[] = {
		{{"transferred", "2018-03-06"}, NULL, 0, 0},
		{{"transferred", "2018-03-07"}, NULL, 0, 1},
		{{"transferred", "2018-03-01"}, "2018-03-09", 0, 0},
		{{"transferred", "2018-03-01"}, "2018-03-10", 0, 1},
		{{"merged", "2018-03-20"}, NULL, 0, 1},
		{{"erased", "2018-03-20"}, NULL, 0, 1},
		{{"concluded", "2018-03-06"}, "2018-03-09", 1, 1},
		{{"concluded", "2018-03-06"}, "2018-03-10", 0, 1},
		{{"concluded", "2018-03-06", "erased", "2018-03-20"}, NULL, 1, 1},
		{{"concluded", "2018-03-10", "reopened", "2018-03-12"}, NULL, 0, 1},
		{{"concluded", "2018-03-01", "reopened", "2018-03-12"}, NULL, 1, 1},
		{{"extended", "2018-03-01"}, "2018-03-09", 0, 0},
		{{"extended", "2018-03-01"}, "2018-03-10", 0, 1},
	};
	struct instance in = instance_new();
	int number = 0;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ranking k;

		for (int copy = 0; copy < 3; copy++) {
			const char *steps[20] = {
				"received", "2018-01-02", "accepted", "2018-01-05"};

			for (size_t s = 0; cases[i].steps[s]; s++)
				steps[4 + s] = cases[i].steps[s];
			tip(&in, ++number, STREET, steps, cases[i].recorded);
		}
		k = rank(&in);
		figure(&k, STREET, "tipoffs", 3 * cases[i].part, 3 * cases[i].whole);
		sql(&in, "UPDATE tip_case SET street=NULL");
	}
	instance_done(&in);
}

Test(rank, what_is_recorded_after_the_cutoff_changes_no_byte)
{
	struct instance in = instance_new();
	struct made m = quarter(&in);
	struct ranking before, after;
	struct err e = {0};

	records(&in);
	before = rank(&in);
	record_later(&in, &m);
	after = rank(&in);
	cr_assert_str_eq(after.text, before.text);
	cr_assert_str_eq(after.sha256, before.sha256);
	cr_assert_eq(after.trace_count, before.trace_count);
	for (size_t i = 0; i < after.trace_count; i++) {
		cr_assert_eq(after.traces[i].number, before.traces[i].number, "trace %zu", i);
		cr_assert_eq(after.traces[i].counted, before.traces[i].counted, "trace %zu", i);
		cr_assert_str_eq(after.traces[i].unit, before.traces[i].unit);
	}
	/* In the next quarter it all counts. */
	cr_assert_eq(reg_rank(in.reg, (struct quarter){2018, 2}, in.arena, &after, &e), ERR_OK);
	figure(&after, SECOND, "finished", 0, 1);
	figure(&after, "650105003", "finished", 1, 1);
	cr_assert_eq(after.row_count, before.row_count + 1, "the new zone");
	instance_done(&in);
}

Test(rank, what_is_recorded_by_the_cutoff_counts_with_its_day)
{
	struct instance in = instance_new();
	struct made m = quarter(&in);
	struct change_note last = on(&in, 2018, 4, 15);
	struct ranking k;

	event(&in, m.missed, EVENT_ACCEPTED, ymd(2018, 3, 3), &last);
	k = rank(&in);
	figure(&k, STREET, "duties", 1, 1);
	correct(&in, m.accepted, m.acceptance, &last);
	event(&in, m.accepted, EVENT_CLOSED, ymd(2018, 4, 2), &last);
	k = rank(&in);
	figure(&k, STREET, "finished", 2, 6);
	set(&in, m.late, FIELD_OUT_OF_SCOPE, "是", ymd(2018, 4, 15), &last);
	set(&in, m.old, FIELD_STREET, SECOND, ymd(2018, 4, 15), &last);
	event(&in, m.closed, EVENT_WITHDRAWN, ymd(2018, 4, 15), &last);
	k = rank(&in);
	figure(&k, STREET, "finished", 1, 3);
	figure(&k, SECOND, "finished", 1, 2);
	figure(&k, SECOND, "classified", 1, 2);
	instance_done(&in);
}

Test(rank, a_duty_that_had_passed_when_issued_or_found_is_no_figure)
{
	struct instance in = instance_new();
	struct change_note dec = on(&in, 2017, 12, 20);
	struct enterprise_id id = firm(&in, STREET, ymd(2017, 12, 10), &dec);
	struct ranking k = {0};
	struct err e = {0};
	const struct quarter q4 = {2017, 4};

	set(&in, id, FIELD_CATEGORY, "散乱污", ymd(2017, 12, 10), &dec);
	cr_assert_eq(reg_rank(in.reg, q4, in.arena, &k, &e), ERR_OK, "%s", e.message);
	figure(&k, STREET, "duties", 0,
		1); /* banned by 31 December; closed by 30 November had passed */
	set(&in, id, FIELD_FOUND_ON, "2018-01-02", ymd(2018, 1, 2), &dec);
	cr_assert_eq(reg_rank(in.reg, q4, in.arena, &k, &e), ERR_OK);
	figure(&k, STREET, "duties", 0, 0);
	instance_done(&in);
}

Test(rank, closing_after_the_day_is_a_duty_missed)
{
	struct instance in = instance_new();
	struct made m = quarter(&in);
	struct change_note mar = on(&in, 2018, 3, 25);
	struct ranking k;

	event(&in, m.missed, EVENT_CLOSED, ymd(2018, 3, 4), &mar);
	k = rank(&in);
	figure(&k, STREET, "duties", 0, 1);
	instance_done(&in);
}

Test(rank, the_plan_of_look_backs_counts_and_what_is_visited_besides_does_not)
{
	struct instance in = instance_new();
	struct made m = quarter(&in);
	struct change_note mar = on(&in, 2018, 3, 20), may = on(&in, 2018, 5, 2);
	struct lookback_options o = {.quarter = q1, .seed = "s", .months = 2, .share = 0};
	struct event_new visit = {.day = ymd(2018, 3, 28)}, late = {.day = ymd(2018, 3, 29)};
	struct ranking k, again;
	struct err e = {0};
	size_t planned = 0;

	cr_assert_eq(reg_lookback_plan(in.reg, &o, ymd(2018, 3, 20), &mar, &planned, &e), ERR_OK,
		"%s", e.message);
	cr_assert_eq(planned, 3, "accepted, closed, other");
	k = rank(&in);
	figure(&k, STREET, "lookbacks", 0, 2);
	figure(&k, SECOND, "lookbacks", 0, 1);
	cr_assert_eq(reg_lookback_record(in.reg, q1, m.accepted, "held", &visit, &mar, &e), ERR_OK,
		"%s", e.message);
	k = rank(&in);
	figure(&k, STREET, "lookbacks", 1, 2);
	cr_assert_eq(
		row_of(&k, STREET)->score[item_of(&k, "lookbacks")], 0, "a relapse makes it 0");
	/* Later: a visit of the plan, one besides it, and the first one corrected away. */
	event(&in, m.relapsed, EVENT_CLOSED, ymd(2018, 3, 16), &may);
	cr_assert_eq(reg_lookback_record(in.reg, q1, m.closed, "held", &late, &may, &e), ERR_OK,
		"%s", e.message);
	cr_assert_eq(reg_lookback_record(in.reg, q1, m.relapsed, "held", &late, &may, &e), ERR_OK,
		"%s", e.message);
	correct(&in, m.accepted,
		query_int(&in, "SELECT min(seq) FROM event WHERE kind='looked_back'"), &may);
	again = rank(&in);
	cr_assert_str_eq(again.text, k.text);
	instance_done(&in);
}

/* ---- publishing ---------------------------------------------------------------------------------------------- */

Test(rank, is_published_once_after_the_cutoff_and_still_agrees_later)
{
	struct instance in = instance_new();
	struct made m = quarter(&in);
	struct change_note apr = on(&in, 2018, 4, 16);
	struct ranking k;
	struct err e = {0};

	records(&in);
	cr_assert_eq(reg_rank_publish(in.reg, q1, ymd(2018, 4, 15), &apr, &e), ERR_CONFLICT);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM ranking"), 0);
	cr_assert_eq(
		reg_rank_publish(in.reg, q1, ymd(2018, 4, 16), &apr, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_rank_publish(in.reg, q1, ymd(2018, 4, 17), &apr, &e), ERR_CONFLICT);
	record_later(&in, &m);
	k = rank(&in);
	cr_assert(k.published);
	cr_assert(k.agrees);
	cr_assert_str_eq(query_text(&in, "SELECT sha256 FROM public_ranking"), k.sha256);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM ranking_row"), (int64_t)k.row_count);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM ranking_trace"), (int64_t)k.trace_count);
	cr_assert_eq(query_int(&in, "SELECT part*100+whole FROM ranking_item WHERE unit='" STREET
				    "' AND item='classified'"),
		204);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_ranking_trace WHERE what='tip-off'"),
		0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_change WHERE kind='ranking'"), 1);
	instance_done(&in);
}

Test(rank, a_record_changed_behind_the_registers_back_no_longer_agrees)
{
	struct instance in = instance_new();
	struct change_note apr = on(&in, 2018, 4, 16);
	struct ranking k;
	struct err e = {0};

	quarter(&in);
	cr_assert_eq(reg_rank_publish(in.reg, q1, ymd(2018, 4, 16), &apr, &e), ERR_OK);
	sql(&in, "DROP TRIGGER event_no_update");
	sql(&in, "UPDATE event SET day='2018-03-31' WHERE kind='accepted' AND enterprise=1");
	k = rank(&in);
	cr_assert(k.agrees, "still accepted at the end of the quarter");
	sql(&in, "UPDATE event SET day='2018-04-01' WHERE kind='accepted' AND enterprise=1");
	k = rank(&in);
	cr_assert_not(k.agrees);
	instance_done(&in);
}

Test(rank, quarters_without_rules_are_refused)
{
	struct instance in = instance_new();
	struct ranking k;
	struct err e = {0};

	cr_assert_eq(reg_rank(in.reg, (struct quarter){2016, 1}, in.arena, &k, &e), ERR_NOT_FOUND);
	cr_assert_eq(reg_rank(in.reg, (struct quarter){2018, 5}, in.arena, &k, &e), ERR_USAGE);
	instance_done(&in);
}
