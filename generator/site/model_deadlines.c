/*
 * /deadlines/: what is overdue, what falls due within 30 days, what later, month by month; and the same due days as a
 * calendar file. Together with the home page the only place where "N days" is worked out.
 *
 * A record counts with its next duty alone (the earliest that is due or overdue), as in the lists by due day.
 */
#include "site/supervision.h"

#include <stdlib.h>

enum { ROWS_MAX = 50, SOON_DAYS = 30, MONTHS_MAX = 60 };

struct period { /* a stretch of the order by due day */
	size_t from, to;
};

static const struct row *row_at(const struct ctx *c, size_t i)
{
	return &c->now->rows[c->now->by_due[i] - 1];
}

/* The first place whose due day is later than `day`; rows without one stand last. */
static size_t first_after(const struct ctx *c, int32_t day)
{
	size_t low = 0, high = c->now->listed;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int32_t due = row_at(c, middle)->due;
		if (due != INT32_MIN && due <= day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t dated(const struct ctx *c)
{
	return first_after(c, INT32_MAX);
}

static enum err_code add_rows(
	struct value *m, const char *key, struct worker *w, struct period p, struct err *e)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	int32_t today = w->ctx->o->today.n;
	for (size_t i = p.from; i < p.to && i - p.from < ROWS_MAX; i++) {
		const struct row *row = row_at(w->ctx, i);
		struct brief b;
		if (record_brief(w, row->number, &b, e))
			return e->code;
		struct value *v = model_row(w, list, &b);
		value_count(v, a, "days", (size_t)abs(row->due - today));
	}
	value_set(m, a, key, list);
	return ERR_OK;
}

static int month_of(int32_t day)
{
	int year, month, number;
	day_to_ymd(day_of(day), &year, &month, &number);
	return year * 12 + month - 1;
}

static void add_months(struct value *m, struct worker *w, struct period p)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	size_t months = 0;
	for (size_t i = p.from; i < p.to && months < MONTHS_MAX; months++) {
		int month = month_of(row_at(w->ctx, i)->due);
		size_t first = i;
		while (i < p.to && month_of(row_at(w->ctx, i)->due) == month)
			i++;
		struct value *v = value_add_map(list, a);
		value_set_text(
			v, a, "label", arena_printf(a, "%d年%d月", month / 12, month % 12 + 1));
		value_set_int(v, a, "count", (int64_t)(i - first));
	}
	value_set(m, a, "months", list);
	value_set_bool(m, a, "has_months", months > 0);
}

/* ---- the plan's calendar: monthly reports, quarters, tasks ---------------------------------------- */

/* The next 28th, today included. */
static struct day next_report(struct day today)
{
	int year, month, day;
	day_to_ymd(today, &year, &month, &day);
	struct day due = day_from_ymd(year, month, 28);
	return day_compare(due, today) < 0 ? day_add_months(due, 1) : due;
}

static enum err_code add_calendar(struct value *m, struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct pub_task_of *tasks;
	size_t count, soon = 0, late = 0;
	struct day today = w->ctx->o->today, end = day_add(today, SOON_DAYS);
	if (supervision_tasks(w, &tasks, &count, e))
		return e->code;
	for (size_t i = 0; i < count; i++) {
		const struct pub_task *t = &tasks[i].task;
		bool open = !day_is_set(t->done_on) && day_is_set(t->due);
		late += task_is_late(t, today);
		soon += open && day_compare(t->due, today) >= 0 && day_compare(t->due, end) <= 0;
	}
	value_set_text(m, a, "report_due", text_day_zh(a, next_report(today)));
	value_set_text(m, a, "quarter_end", text_day_zh(a, quarter_last(quarter_of(today))));
	value_count(m, a, "tasks_soon", soon);
	value_count(m, a, "tasks_late", late);
	return ERR_OK;
}

static enum err_code page_of_deadlines(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct ctx *c = w->ctx;
	struct value *m = value_map(a);
	int32_t today = c->o->today.n;
	const struct period late = {0, first_after(c, today - 1)};
	const struct period soon = {late.to, first_after(c, today + SOON_DAYS)};
	const struct period coming = {late.to, dated(c)};
	if (add_rows(m, "late", w, late, e) || add_rows(m, "soon", w, soon, e) ||
		add_calendar(m, w, e))
		return e->code;
	add_months(m, w, coming);
	value_count(m, a, "late_count", late.to - late.from);
	value_count(m, a, "soon_count", soon.to - soon.from);
	value_count(m, a, "coming_count", coming.to - coming.from);
	value_set_bool(m, a, "has_late", late.to > late.from);
	value_set_bool(m, a, "has_soon", soon.to > soon.from);
	value_set_bool(m, a, "more_late", late.to - late.from > ROWS_MAX);
	value_set_bool(m, a, "more_soon", soon.to - soon.from > ROWS_MAX);
	value_set_int(m, a, "shown", ROWS_MAX);
	value_set_text(m, a, "today", text_day_zh(a, c->o->today));
	const struct page page = {.path = "/deadlines/index",
		.template_md = "pages/deadlines.md",
		.markdown = written_intro(c, "/deadlines/"),
		.model = m,
		.kind = "deadlines",
		.title = "期限",
		.column_name = "期限",
		.column_description = "逾期和即将到期的整治期限",
		.column_keywords = "散乱污,整治期限,逾期",
		.column_type = "数据发布",
		.content_day = c->o->today,
		.section = "deadlines"};
	return page_emit(w, &page, e);
}

/* ---- the calendar (RFC 5545): one all-day event per due day ------------------------------------- */

static void day_compact(struct buf *b, int32_t day)
{
	char text[DAY_TEXT_BYTES];
	for (const char *p = day_text(day_of(day), text); *p; p++)
		if (*p != '-')
			buf_char(b, *p);
}

/* Lines are folded so that none is longer than 75 bytes, between characters. */
static void calendar_line(struct buf *b, const char *name, const char *value)
{
	size_t column = 0;
	buf_str(b, name);
	for (const char *p = name; *p; p++)
		column++;
	for (const char *p = value; *p; p++) {
		bool starts = ((unsigned char)*p & 0xc0) != 0x80;
		if (starts && column > 68) {
			buf_str(b, "\r\n ");
			column = 1;
		}
		if (*p == ',' || *p == ';' || *p == '\\')
			buf_char(b, '\\');
		buf_char(b, *p);
		column++;
	}
	buf_str(b, "\r\n");
}

static void calendar_day(struct worker *w, struct buf *b, int32_t day, size_t count)
{
	struct arena *a = w->arena;
	buf_str(b, "BEGIN:VEVENT\r\nUID:due-");
	day_compact(b, day);
	buf_printf(b, "@%s\r\nDTSTAMP:", pub_uuid(w->pub));
	day_compact(b, day_is_set(w->ctx->data_day) ? w->ctx->data_day.n : 0);
	buf_str(b, "T000000Z\r\nDTSTART;VALUE=DATE:");
	day_compact(b, day);
	buf_str(b, "\r\nDTEND;VALUE=DATE:");
	day_compact(b, day + 1);
	buf_str(b, "\r\n");
	calendar_line(b, "SUMMARY:", text_join(a, text_count(a, count), " 家企业的整治期限到期"));
	const char *site = text_or(w->ctx->o->config.site_name, "");
	calendar_line(b, "DESCRIPTION:", text_join(a, "名单见按期限排列的整治结果。", site));
	buf_str(b, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

/* A day that comes again: the 28th (四、（一）) and the last day of a quarter (六、（二）), from the plan's own on. */
static void calendar_rule(struct worker *w, struct buf *b, const char *id, struct day first,
	const char *rule, const char *summary)
{
	buf_printf(b, "BEGIN:VEVENT\r\nUID:%s@%s\r\nDTSTAMP:", id, pub_uuid(w->pub));
	day_compact(b, first.n);
	buf_str(b, "T000000Z\r\nDTSTART;VALUE=DATE:");
	day_compact(b, first.n);
	buf_str(b, "\r\nDTEND;VALUE=DATE:");
	day_compact(b, first.n + 1);
	buf_printf(b, "\r\nRRULE:%s\r\n", rule);
	calendar_line(b, "SUMMARY:", summary);
	buf_str(b, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

static void calendar_rules(struct worker *w, struct buf *b)
{
	struct day issued = policy_plan(w->ctx->policy)->issued;
	if (!day_is_set(issued))
		return;
	calendar_rule(w, b, "monthly-report", next_report(issued), "FREQ=MONTHLY;BYMONTHDAY=28",
		"街道月报报送的最后一天");
	calendar_rule(w, b, "quarter-end", quarter_last(quarter_of(issued)),
		"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1",
		"季度末：一季一检查、一季一排名、一季一通报");
}

static int by_due(const void *x, const void *y)
{
	int32_t a = *(const int32_t *)x, b = *(const int32_t *)y;
	return (a > b) - (a < b);
}

static void calendar_task_day(struct worker *w, struct buf *b, int32_t day, size_t count)
{
	struct arena *a = w->arena;
	buf_str(b, "BEGIN:VEVENT\r\nUID:tasks-");
	day_compact(b, day);
	buf_printf(b, "@%s\r\nDTSTAMP:", pub_uuid(w->pub));
	day_compact(b, day_is_set(w->ctx->data_day) ? w->ctx->data_day.n : 0);
	buf_str(b, "T000000Z\r\nDTSTART;VALUE=DATE:");
	day_compact(b, day);
	buf_str(b, "\r\nDTEND;VALUE=DATE:");
	day_compact(b, day + 1);
	buf_str(b, "\r\n");
	calendar_line(b, "SUMMARY:", text_join(a, text_count(a, count), " 件部门任务到期"));
	buf_str(b, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

/* Tasks that are not done, by the day they are due. */
static enum err_code calendar_tasks(struct worker *w, struct buf *b, struct err *e)
{
	const struct pub_task_of *tasks;
	size_t count, n = 0;
	if (supervision_tasks(w, &tasks, &count, e))
		return e->code;
	int32_t *days = arena_alloc(w->arena, (count + 1) * sizeof *days);
	for (size_t i = 0; i < count; i++)
		if (!day_is_set(tasks[i].task.done_on) && day_is_set(tasks[i].task.due))
			days[n++] = tasks[i].task.due.n;
	if (n)
		qsort(days, n, sizeof *days, by_due);
	for (size_t i = 0, first; i < n;) {
		for (first = i; i < n && days[i] == days[first]; i++)
			;
		calendar_task_day(w, b, days[first], i - first);
	}
	return ERR_OK;
}

static enum err_code calendar(struct worker *w, struct err *e)
{
	struct buf *b = &w->html;
	const struct ctx *c = w->ctx;
	buf_clear(b);
	buf_str(b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tianlan//deadlines//"
		   "ZH\r\nCALSCALE:GREGORIAN\r\n");
	calendar_line(b, "X-WR-CALNAME:",
		text_join(w->arena, text_or(c->o->config.site_name, ""), " 整治期限"));
	for (size_t i = 0, end = dated(c); i < end;) {
		size_t first = i;
		int32_t due = row_at(c, i)->due;
		while (i < end && row_at(c, i)->due == due)
			i++;
		calendar_day(w, b, due, i - first);
	}
	calendar_rules(w, b);
	if (calendar_tasks(w, b, e))
		return e->code;
	buf_str(b, "END:VCALENDAR\r\n");
	return store_put(c->store, "/deadlines/deadlines.ics", b->data, b->len, e);
}

static size_t deadlines_count(const struct ctx *c)
{
	(void)c;
	return 2;
}

static size_t deadlines_pages(const struct ctx *c)
{
	(void)c;
	return 1;
}

static enum err_code deadlines_emit(struct worker *w, size_t index, struct err *e)
{
	return index ? calendar(w, e) : page_of_deadlines(w, e);
}

const struct other_kind deadlines_kind = {.count = deadlines_count,
	.emit = deadlines_emit,
	.pages = deadlines_pages,
	.depends = ON_DAY | ON_CHANGES | ON_FILES};
