/* monthly.c: who was in time, and how the enterprises stood at a month's end whatever happened since. */
#include "instance.h"

#include "tianlan/register_supervision.h"

#include <string.h>

#define OTHER "650105002"

static struct change_note at(struct instance *in, struct day day, int hour)
{
	char text[DAY_TEXT_BYTES];

	return (struct change_note){.by = "张三",
		.why = "月报",
		.at = arena_printf(in->arena, "%sT%02d:00:00+08:00", day_text(day, text), hour)};
}

static void report(struct instance *in, const char *unit, struct day month, struct day received,
	int hour, int64_t rows, int64_t added)
{
	struct change_note note = at(in, received, hour);
	struct report rep = {.unit = unit,
		.month = month,
		.sha256 = arena_printf(in->arena, "%s%d%d%d", unit, month.n, received.n, hour),
		.name = "表.xlsx",
		.rows = rows,
		.added = added,
		.missing = 1};
	struct err e = {0};
	int64_t seq;

	cr_assert_eq(reg_scope_begin(in->reg, &e), ERR_OK);
	cr_assert_eq(reg_report_add(in->reg, &rep, &note, &seq, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_scope_end(in->reg, ERR_OK, &e), ERR_OK);
}

static struct monthly monthly(struct instance *in, struct day month, struct day as_of)
{
	struct monthly m = {.units = NULL};
	struct err e = {0};

	cr_assert_eq(
		reg_monthly(in->reg, month, as_of, in->arena, &m, &e), ERR_OK, "%s", e.message);
	return m;
}

static const struct monthly_unit *unit(const struct monthly *m, const char *code)
{
	for (size_t i = 0; i < m->unit_count; i++)
		if (str_eq(m->units[i].code, code))
			return &m->units[i];
	cr_assert(false, "%s", code);
	return NULL;
}

Test(monthly, in_time_late_and_absent)
{
	struct instance in = instance_new();
	struct day january = ymd(2018, 1, 1);
	struct monthly m;

	report(&in, STREET, january, ymd(2018, 1, 28), 23, 10, 3);
	report(&in, STREET, january, ymd(2018, 2, 3), 9, 12, 2);
	report(&in, OTHER, january, ymd(2018, 2, 1), 0, 5, 5);
	report(&in, "650105003", ymd(2017, 12, 1), ymd(2018, 1, 20), 9, 1, 1);
	m = monthly(&in, january, ymd(2018, 2, 10));
	cr_assert_eq(day_compare(m.due, ymd(2018, 1, 28)), 0);
	cr_assert_eq(m.unit_count, 15);
	cr_assert_eq(m.on_time, 1);
	cr_assert_eq(m.late, 1);
	cr_assert_eq(m.absent, 13);
	cr_assert_eq(unit(&m, STREET)->late_days, 0);
	cr_assert_eq(unit(&m, STREET)->files, 2);
	cr_assert_eq(unit(&m, STREET)->rows, 12, "the latest sheet");
	cr_assert_eq(unit(&m, STREET)->added, 5, "both");
	cr_assert_eq(unit(&m, STREET)->missing, 1);
	cr_assert_eq(day_compare(unit(&m, STREET)->received, ymd(2018, 1, 28)), 0);
	cr_assert_eq(unit(&m, OTHER)->late_days, 4);
	cr_assert_not(day_is_set(unit(&m, "650105003")->received));
	cr_assert_eq(m.added, 10);
	/* As it was known earlier. */
	m = monthly(&in, january, ymd(2018, 1, 28));
	cr_assert_eq(m.on_time, 1);
	cr_assert_eq(m.late, 0);
	cr_assert_eq(m.absent, 0, "the 28th has not passed");
	cr_assert_eq(unit(&m, STREET)->files, 1);
	m = monthly(&in, january, ymd(2018, 1, 29));
	cr_assert_eq(m.absent, 14);
	instance_done(&in);
}

static void event_at(struct instance *in, struct enterprise_id id, enum event_kind kind,
	struct day day, struct day recorded)
{
	struct change_note note = at(in, recorded, 9);
	struct event_new ev = {.kind = kind, .day = day};
	struct err e = {0};
	int64_t seq;

	cr_assert_eq(reg_event_add(in->reg, id, &ev, &note, &seq, &e), ERR_OK, "%s", e.message);
}

static void field_at(struct instance *in, struct enterprise_id id, enum field f, const char *text,
	struct day day)
{
	struct change_note note = at(in, day, 9);
	struct err e = {0};
	bool changed;

	cr_assert_eq(reg_enterprise_set(in->reg, id, f, text, day, &note, &changed, &e), ERR_OK,
		"%s", e.message);
}

Test(monthly, the_state_is_that_of_the_months_end_whatever_came_later)
{
	struct instance in = instance_new();
	struct enterprise_id a = enterprise_plain(&in), b = enterprise_plain(&in);
	struct day january = ymd(2018, 1, 1), later = ymd(2018, 9, 1);
	struct monthly m;

	field_at(&in, a, FIELD_CATEGORY, "散乱污", ymd(2018, 1, 6));
	field_at(&in, a, FIELD_RING, "outer", ymd(2018, 1, 6));
	event_at(&in, a, EVENT_CLOSED, ymd(2018, 1, 31), ymd(2018, 2, 1));
	event_at(&in, b, EVENT_ORDERED, ymd(2018, 1, 10), ymd(2018, 1, 10));
	/* What came after: none of it reaches back. */
	event_at(&in, a, EVENT_RELAPSED, ymd(2018, 3, 1), ymd(2018, 3, 1));
	field_at(&in, a, FIELD_CATEGORY, "乱", ymd(2018, 3, 2));
	field_at(&in, a, FIELD_STREET, "六道湾街道", ymd(2018, 3, 3));
	field_at(&in, b, FIELD_OUT_OF_SCOPE, "是", ymd(2018, 2, 2));
	event_at(&in, b, EVENT_WITHDRAWN, ymd(2018, 4, 1), ymd(2018, 4, 1));
	m = monthly(&in, january, later);
	cr_assert_eq(m.enterprises, 2);
	cr_assert_eq(m.finished, 1);
	cr_assert_eq(m.closed, 1);
	cr_assert_eq(m.by_state[STATE_CLOSED], 1);
	cr_assert_eq(m.by_state[STATE_ORDERED], 1);
	cr_assert_eq(m.by_category[CATEGORY_SANLUANWU], 1);
	cr_assert_eq(unit(&m, STREET)->enterprises, 2);
	cr_assert_eq(unit(&m, OTHER)->enterprises, 0);
	/* Known by the month's end: the closure was recorded on 1 February alone. */
	m = monthly(&in, january, ymd(2018, 1, 31));
	cr_assert_eq(m.finished, 0);
	m = monthly(&in, ymd(2018, 3, 1), later);
	cr_assert_eq(m.enterprises, 1, "the other is out of scope");
	cr_assert_eq(m.by_state[STATE_OUT_OF_SCOPE], 1);
	cr_assert_eq(m.by_state[STATE_RELAPSED], 1);
	cr_assert_eq(m.by_category[CATEGORY_LUAN], 1);
	cr_assert_eq(unit(&m, OTHER)->enterprises, 1);
	m = monthly(&in, ymd(2017, 12, 1), later);
	cr_assert_eq(m.by_state[STATE_REGISTERED], 2, "since 20 December");
	m = monthly(&in, ymd(2017, 12, 1), ymd(2018, 1, 4));
	cr_assert_eq(m.enterprises, 0, "which was recorded on 5 January alone");
	instance_done(&in);
}

Test(monthly, overdue_is_counted_as_of_the_months_end)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct monthly m;

	field_at(&in, id, FIELD_CATEGORY, "乱", ymd(2018, 1, 6));
	field_at(&in, id, FIELD_RING, "inner", ymd(2018, 1, 6));
	event_at(&in, id, EVENT_ORDERED, ymd(2018, 1, 10), ymd(2018, 1, 10)); /* 2 months */
	m = monthly(&in, ymd(2018, 2, 1), ymd(2018, 9, 1));
	cr_assert_eq(m.overdue, 0);
	m = monthly(&in, ymd(2018, 3, 1), ymd(2018, 9, 1));
	cr_assert_eq(m.overdue, 1);
	cr_assert_eq(unit(&m, STREET)->overdue, 1);
	m = monthly(&in, ymd(2018, 3, 1), ymd(2018, 3, 10));
	cr_assert_eq(m.overdue, 0, "the last day is included");
	instance_done(&in);
}

Test(monthly, a_sheet_says_who_was_late)
{
	static const char *const wanted[] = {"2018-01 月报汇总", "迟报4天", "按时1、迟报1、未报13",
		"七纺街道", "合计", "状态：已关停取缔"};
	struct instance in = instance_new();
	char *csv = path_join(in.arena, in.dir, "m.csv"),
	     *xlsx = path_join(in.arena, in.dir, "m.xlsx");
	struct monthly m;
	struct buf bytes;
	struct err e = {0};
	char sha[2][65];
	uint64_t size;

	report(&in, STREET, ymd(2018, 1, 1), ymd(2018, 1, 28), 23, 10, 3);
	report(&in, OTHER, ymd(2018, 1, 1), ymd(2018, 2, 1), 0, 5, 5);
	m = monthly(&in, ymd(2018, 1, 1), ymd(2018, 2, 10));
	cr_assert_eq(reg_monthly_sheet(in.reg, &m, csv, &e), ERR_OK, "%s", e.message);
	buf_init(&bytes, 1 << 16);
	cr_assert_eq(file_read(csv, 1 << 16, &bytes, &e), ERR_OK);
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		cr_assert_not_null(strstr(buf_text(&bytes), wanted[i]), "%s", wanted[i]);
	buf_done(&bytes);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(reg_monthly_sheet(in.reg, &m, xlsx, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(sha256_file(xlsx, sha[i], &size, &e), ERR_OK);
		cr_assert_gt(size, 4000);
	}
	cr_assert_str_eq(sha[0], sha[1], "the same summary, the same bytes");
	cr_assert_eq(reg_monthly_sheet(in.reg, &m, "x.pdf", &e), ERR_USAGE);
	instance_done(&in);
}

Test(monthly, what_is_no_month_is_refused)
{
	struct instance in = instance_new();
	struct monthly m;
	struct err e = {0};

	cr_assert_eq(
		reg_monthly(in.reg, ymd(2018, 1, 2), ymd(2018, 2, 1), in.arena, &m, &e), ERR_USAGE);
	cr_assert_eq(reg_monthly(in.reg, DAY_NONE, ymd(2018, 2, 1), in.arena, &m, &e), ERR_USAGE);
	cr_assert_eq(
		reg_monthly(in.reg, ymd(2018, 3, 1), ymd(2018, 2, 1), in.arena, &m, &e), ERR_USAGE);
	instance_done(&in);
}
