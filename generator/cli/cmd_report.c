/*
 * tianlan report monthly: who handed in a month's report in time, late or not at all, and how the enterprises stood at its end.
 */
#include "cli/record_out.h"

#include "tianlan/register_supervision.h"

#include <string.h>

static const char usage[] =
	"tianlan report monthly --month 2018-01 [--as-of D] [--sheet FILE.xlsx|FILE.csv]";

struct compared { /* a month, and the one before where there was one */
	struct monthly now, before;
	bool has_before;
	struct day as_of;
};

/* The finding first: a heading that is only a heading makes people count. */
static void print_heading(const struct compared *x)
{
	const struct monthly *m = &x->now;
	size_t waiting = m->unit_count - m->on_time - m->late - m->absent;
	char month[DAY_TEXT_BYTES];

	day_text(m->month, month);
	month[7] = '\0';
	cli_print(T("%s 月报：%zu 个街道中 %zu 个按时上报，%zu 个迟报，%zu 个未报",
			  "Reports of %s: of %zu streets %zu in time, %zu late, %zu absent"),
		month, m->unit_count, m->on_time, m->late, m->absent);
	if (waiting)
		cli_print(T("，%zu 个未到期", ", %zu not due yet"), waiting);
	cli_print("\n");
}

static void print_change(const char *what, int64_t now, int64_t before, bool has_before)
{
	cli_print("  ");
	record_print_cell(what, 16);
	cli_print("%lld", (long long)now);
	if (has_before && now != before)
		cli_print(T("（比上月%s %lld）", " (%s %lld)"),
			now > before ? T("多", "up") : T("少", "down"),
			(long long)(now > before ? now - before : before - now));
	else if (has_before)
		cli_print("%s", T("（与上月相同）", " (as before)"));
	cli_print("\n");
}

static void print_sums(const struct compared *x)
{
	const struct monthly *m = &x->now, *b = &x->before;
	const struct {
		const char *what;
		int64_t now, before;
	} rows[] = {{T("企业", "enterprises"), m->enterprises, b->enterprises},
		{T("完成", "finished"), m->finished, b->finished},
		{T("　关停取缔", "  closed"), m->closed, b->closed},
		{T("　搬迁入园", "  relocated"), m->relocated, b->relocated},
		{T("　整治合格", "  rectified"), m->rectified, b->rectified},
		{T("逾期", "overdue"), m->overdue, b->overdue},
		{T("本月新增", "new"), m->added, b->added},
		{T("本月更新", "changed"), m->changed, b->changed},
		{T("上月有本月缺", "missing"), m->missing, b->missing}};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		print_change(rows[i].what, rows[i].now, rows[i].before, x->has_before);
}

static void print_units(const struct compared *x)
{
	const struct monthly *m = &x->now;

	for (size_t i = 0; i < m->unit_count; i++) {
		const struct monthly_unit *u = &m->units[i];
		char day[DAY_TEXT_BYTES];

		record_print_cell(u->name, 18);
		record_print_cell(day_is_set(u->received) ? day_text(u->received, day) : "-", 12);
		if (u->late_days)
			cli_print(T("迟报 %d 天", "%d days late"), u->late_days);
		else if (!day_is_set(u->received))
			cli_print("%s", day_compare(x->as_of, m->due) > 0
						? T("未报", "absent")
						: T("未到期", "not due yet"));
		else
			cli_print("%s", T("按时", "in time"));
		cli_print(T("\t企业 %lld\t完成 %lld\t逾期 %lld\n",
				  "\tenterprises %lld\tfinished %lld\toverdue %lld\n"),
			(long long)u->enterprises, (long long)u->finished, (long long)u->overdue);
	}
}

/* ---- as JSON -------------------------------------------------------------------------------------------- */

static void json_unit(struct json *j, const struct monthly_unit *u, bool past)
{
	json_out_object(j, NULL);
	json_out_string(j, "code", u->code);
	json_out_string(j, "name", u->name);
	json_out_string(j, "standing",
		day_is_set(u->received) ? (u->late_days ? "late" : "in-time")
					: (past ? "absent" : "not-due"));
	record_json_day(j, "received", u->received);
	json_out_int(j, "late_days", u->late_days);
	json_out_int(j, "files", u->files);
	json_out_int(j, "rows", u->rows);
	json_out_int(j, "added", u->added);
	json_out_int(j, "changed", u->changed);
	json_out_int(j, "missing", u->missing);
	json_out_int(j, "refused", u->refused);
	json_out_int(j, "enterprises", u->enterprises);
	json_out_int(j, "finished", u->finished);
	json_out_int(j, "overdue", u->overdue);
	json_out_object_end(j);
}

static void json_sums(struct json *j, const struct monthly *m)
{
	json_out_int(j, "enterprises", m->enterprises);
	json_out_int(j, "finished", m->finished);
	json_out_int(j, "overdue", m->overdue);
	json_out_int(j, "closed", m->closed);
	json_out_int(j, "relocated", m->relocated);
	json_out_int(j, "rectified", m->rectified);
	json_out_int(j, "added", m->added);
	json_out_int(j, "changed", m->changed);
	json_out_int(j, "missing", m->missing);
	json_out_object(j, "by_category");
	for (enum category c = 0; c < CATEGORY_COUNT; c++)
		json_out_int(j, c ? policy_category_slug(c) : "unclassified", m->by_category[c]);
	json_out_object_end(j);
	json_out_object(j, "by_state");
	for (enum course_state s = 1; s < STATE_COUNT; s++)
		json_out_int(j, policy_state_slug(s), m->by_state[s]);
	json_out_object_end(j);
}

static enum err_code print_json(const struct compared *x, struct err *e)
{
	const struct monthly *m = &x->now;
	bool past = day_compare(x->as_of, m->due) > 0;
	char month[DAY_TEXT_BYTES];
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 20);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	day_text(m->month, month);
	month[7] = '\0';
	json_out_string(&j, "month", month);
	record_json_day(&j, "due", m->due);
	record_json_day(&j, "as_of", x->as_of);
	json_out_int(&j, "unit_count", (int64_t)m->unit_count);
	json_out_int(&j, "in_time", (int64_t)m->on_time);
	json_out_int(&j, "late", (int64_t)m->late);
	json_out_int(&j, "absent", (int64_t)m->absent);
	json_sums(&j, m);
	json_out_array(&j, "units");
	for (size_t i = 0; i < m->unit_count; i++)
		json_unit(&j, &m->units[i], past);
	json_out_array_end(&j);
	if (x->has_before) {
		json_out_object(&j, "before");
		json_sums(&j, &x->before);
		json_out_object_end(&j);
	}
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

/* ---- the command ------------------------------------------------------------------------------------------- */

static enum err_code read_month(int *argc, char **argv, struct day *ret, struct err *e)
{
	const char *text = NULL;

	if (record_needed(argc, argv, "--month", &text, e))
		return e->code;
	if (!month_parse(text, ret))
		return err_set(e, ERR_USAGE,
			T("--month 的值“%s”不是月份，应写成 2018-01 的样子",
				"--month: “%s” is not a month; write it like 2018-01"),
			text);
	return ERR_OK;
}

static enum err_code monthly(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct compared x = {.as_of = c->today};
	const char *sheet = NULL;
	struct day month = DAY_NONE;

	if (read_month(&argc, argv, &month, e) || cli_day(&argc, argv, "--as-of", &x.as_of, e) ||
		cli_option(&argc, argv, "--sheet", &sheet, e) ||
		cli_words(argc, argv, 0, 0, usage, e) ||
		reg_monthly(r, month, x.as_of, c->arena, &x.now, e) ||
		reg_monthly(r, day_add_months(month, -1), x.as_of, c->arena, &x.before, e))
		return e->code;
	for (size_t i = 0; i < x.before.unit_count; i++)
		x.has_before = x.has_before || x.before.units[i].files > 0;
	if (sheet && reg_monthly_sheet(r, &x.now, sheet, e))
		return e->code;
	if (c->json)
		return print_json(&x, e);
	print_heading(&x);
	print_sums(&x);
	print_units(&x);
	if (sheet)
		cli_print(T("已写出 %s\n", "wrote %s\n"), sheet);
	return ERR_OK;
}

enum err_code cmd_report(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *verb = NULL;
	struct reg *r = NULL;
	enum err_code code;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	if (!str_eq(verb, "monthly"))
		return record_unknown_verb(verb, usage, e);
	code = cli_register(c, &r, e);
	if (!code)
		code = monthly(c, r, argc, argv, e);
	reg_close(r);
	return code;
}
