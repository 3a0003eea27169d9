/*
 * /monthly/: which streets handed in which month's report, how many rows it had, and the hash of the file as received,
 * so that a street (or anyone with the file) can check that what was imported is what was sent. A month in which a
 * street reported nothing shows as a gap, by name.
 */
#include "site/pages.h"

static size_t monthly_count(const struct ctx *c)
{
	return 1 + c->extras->month_count;
}

struct month_sums {
	int64_t files, rows, added, changed, refused;
	size_t units;
	struct day received; /* the last of them */
};

static bool has_reported(const struct ctx *c, struct day month, const char *unit)
{
	const struct extras *x = c->extras;
	for (size_t i = 0; i < x->report_count; i++)
		if (day_compare(x->reports[i].month, month) == 0 &&
			str_eq(x->reports[i].unit, unit))
			return true;
	return false;
}

static struct month_sums sum_month(const struct ctx *c, struct day month)
{
	const struct extras *x = c->extras;
	struct month_sums s = {.received = DAY_NONE};
	for (size_t i = 0; i < x->report_count; i++) {
		const struct pub_report *r = &x->reports[i];
		if (day_compare(r->month, month) != 0)
			continue;
		s.files++;
		s.rows += r->rows;
		s.added += r->added;
		s.changed += r->changed;
		s.refused += r->refused;
		if (day_compare(r->received, s.received) > 0)
			s.received = r->received;
	}
	for (size_t i = 0; i < c->street_count; i++)
		s.units += has_reported(c, month, c->streets[i].code);
	return s;
}

static void add_sums(struct value *v, struct arena *a, const struct month_sums *s)
{
	value_count(v, a, "files", (size_t)s->files);
	value_count(v, a, "rows", (size_t)s->rows);
	value_count(v, a, "added", (size_t)s->added);
	value_count(v, a, "changed", (size_t)s->changed);
	value_count(v, a, "refused", (size_t)s->refused);
	value_count(v, a, "units", s->units);
}

static const char *month_url(struct arena *a, struct day month)
{
	return text_join3(a, "/monthly/", text_month(a, month), "/");
}

static enum err_code index_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct extras *x = w->ctx->extras;
	struct value *m = value_map(a), *list = value_list(a);
	for (size_t i = x->month_count; i-- > 0;) {
		struct value *v = value_add_map(list, a);
		struct month_sums s = sum_month(w->ctx, x->months[i]);
		value_set_text(v, a, "label", text_month_zh(a, x->months[i]));
		value_set_text(v, a, "url", month_url(a, x->months[i]));
		add_sums(v, a, &s);
	}
	value_set(m, a, "months", list);
	value_set_bool(m, a, "has_months", x->month_count > 0);
	value_count(m, a, "street_count", w->ctx->street_count);
	const struct page page = {.path = "/monthly/index",
		.template_md = "pages/monthly.md",
		.markdown = written_intro(w->ctx, "/monthly/"),
		.model = m,
		.kind = "monthly",
		.title = "月报",
		.column_name = "月报",
		.column_description = "各街道每月摸排情况的上报",
		.column_keywords = "散乱污,月报,摸排",
		.column_type = "数据发布",
		.content_day = x->month_count
				       ? sum_month(w->ctx, x->months[x->month_count - 1]).received
				       : DAY_NONE,
		.section = "data"};
	return page_emit(w, &page, e);
}

/* Of a unit's reports for a month the first; DAY_NONE: none. */
static struct day first_received(const struct ctx *c, struct day month, const char *unit)
{
	const struct extras *x = c->extras;
	for (size_t i = 0; i < x->report_count; i++)
		if (day_compare(x->reports[i].month, month) == 0 &&
			str_eq(x->reports[i].unit, unit))
			return x->reports[i].received;
	return DAY_NONE;
}

/* 四、（一）: by the 28th. In time, late by so many days, or absent: which is said only once the 28th has passed. */
static void add_punctuality(struct value *m, struct worker *w, struct day month)
{
	struct arena *a = w->arena;
	const struct ctx *c = w->ctx;
	struct day due = day_add(month, 27);
	struct value *list = value_list(a);
	size_t on_time = 0, late = 0;
	for (size_t i = 0; i < c->street_count; i++) {
		struct day received = first_received(c, month, c->streets[i].code);
		int days = day_is_set(received) ? day_between(due, received) : 0;
		on_time += day_is_set(received) && days <= 0;
		if (days <= 0)
			continue;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", c->streets[i].name);
		value_set_text(v, a, "url", text_join3(a, "/streets/", c->streets[i].code, "/"));
		value_set_text(v, a, "received", text_day_zh(a, received));
		value_set_int(v, a, "days", days);
		late++;
	}
	value_set(m, a, "late_units", list);
	value_set_bool(m, a, "has_late", late > 0);
	value_count(m, a, "late_count", late);
	value_count(m, a, "on_time", on_time);
	value_set_text(m, a, "due", text_day_zh(a, due));
	value_set_bool(m, a, "is_past", day_compare(c->o->today, due) > 0);
}

static const char *difference(struct arena *a, int64_t now, int64_t before)
{
	if (now == before)
		return "持平";
	return arena_printf(a, "%s %s", now > before ? "多" : "少",
		text_count(a, (size_t)(now > before ? now - before : before - now)));
}

/* What is other than in the month reported before. */
static void add_comparison(struct value *m, struct worker *w, struct day month)
{
	struct arena *a = w->arena;
	const struct extras *x = w->ctx->extras;
	size_t at = 0;
	while (at < x->month_count && day_compare(x->months[at], month) != 0)
		at++;
	if (at == 0 || at == x->month_count)
		return;
	struct month_sums now = sum_month(w->ctx, month),
			  before = sum_month(w->ctx, x->months[at - 1]);
	const struct {
		const char *label;
		int64_t now, before;
	} rows[] = {{"上报的街道", (int64_t)now.units, (int64_t)before.units},
		{"行数", now.rows, before.rows}, {"新增的企业", now.added, before.added},
		{"更新的企业", now.changed, before.changed},
		{"退回的行", now.refused, before.refused}};
	struct value *list = value_list(a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", rows[i].label);
		value_count(v, a, "count", (size_t)rows[i].now);
		value_count(v, a, "last", (size_t)rows[i].before);
		value_set_text(v, a, "note", difference(a, rows[i].now, rows[i].before));
	}
	value_set(m, a, "comparison", list);
	value_set_bool(m, a, "has_comparison", true);
	value_set_text(m, a, "last_month", text_month_zh(a, x->months[at - 1]));
	value_set_text(m, a, "last_url", month_url(a, x->months[at - 1]));
}

static void add_reports(struct value *m, struct worker *w, struct day month)
{
	struct arena *a = w->arena;
	const struct extras *x = w->ctx->extras;
	struct value *list = value_list(a);
	for (size_t i = 0; i < x->report_count; i++) {
		const struct pub_report *r = &x->reports[i];
		if (day_compare(r->month, month) != 0)
			continue;
		struct value *v = value_add_map(list, a);
		const struct month_sums s = {
			0, r->rows, r->added, r->changed, r->refused, 0, r->received};
		value_set_text(v, a, "unit", text_or(unit_name(w->ctx, r->unit), "未知单位"));
		value_set_text(v, a, "received", text_or(text_day_zh(a, r->received), "未记"));
		value_set_text(v, a, "sha256", r->sha256);
		add_sums(v, a, &s);
	}
	value_set(m, a, "reports", list);
}

static void add_missing(struct value *m, struct worker *w, struct day month)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	size_t n = 0;
	for (size_t i = 0; i < w->ctx->street_count; i++) {
		if (has_reported(w->ctx, month, w->ctx->streets[i].code))
			continue;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "name", w->ctx->streets[i].name);
		value_set_text(
			v, a, "url", text_join3(a, "/streets/", w->ctx->streets[i].code, "/"));
		n++;
	}
	value_set(m, a, "missing", list);
	value_count(m, a, "missing_count", n);
	value_set_bool(m, a, "has_missing", n > 0);
}

static enum err_code month_emit(struct worker *w, struct day month, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	struct month_sums s = sum_month(w->ctx, month);
	add_sums(m, a, &s);
	add_reports(m, w, month);
	add_missing(m, w, month);
	add_punctuality(m, w, month);
	add_comparison(m, w, month);
	value_count(m, a, "street_count", w->ctx->street_count);
	value_set_bool(m, a, "is_month", true);
	value_set_text(m, a, "month", text_month_zh(a, month));
	const char *url = month_url(a, month);
	const struct crumb crumb = {"月报", "/monthly/"};
	const struct page page = {.path = text_join(a, url, "index"),
		.template_md = "pages/monthly.md",
		.markdown = written_intro(w->ctx, url),
		.model = m,
		.kind = "monthly",
		.title = text_join(a, text_month_zh(a, month), "月报"),
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = "月报",
		.column_description = "各街道每月摸排情况的上报",
		.column_keywords = "散乱污,月报,摸排",
		.column_type = "数据发布",
		.content_day = s.received,
		.section = "data"};
	return page_emit(w, &page, e);
}

static enum err_code monthly_emit(struct worker *w, size_t index, struct err *e)
{
	return index ? month_emit(w, w->ctx->extras->months[index - 1], e) : index_emit(w, e);
}

const struct other_kind monthly_kind = {
	.count = monthly_count, .emit = monthly_emit, .depends = ON_DAY | ON_CHANGES | ON_FILES};

/* ---- the list of reports, read once ---------------------------------------------------------------- */

struct reading {
	struct extras *x;
	struct pub_report *all;
	struct day *months;
	size_t cap;
};

static int report_order(const struct pub_report *x, const struct pub_report *y)
{
	int order = day_compare(x->month, y->month);
	return order ? order : day_compare(x->received, y->received);
}

/* Kept in order of month and arrival; there are at most a few hundred a year. */
static enum err_code keep_report(void *ctx, const struct pub_report *rep, struct err *e)
{
	struct reading *r = ctx;
	struct extras *x = r->x;
	(void)e;
	if (x->report_count == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 64;
		struct pub_report *all = arena_alloc(x->arena, r->cap * sizeof *all);
		for (size_t i = 0; i < x->report_count; i++)
			all[i] = r->all[i];
		r->all = all;
	}
	struct pub_report copy = *rep;
	copy.unit = arena_strdup(x->arena, rep->unit);
	copy.sha256 = arena_strdup(x->arena, rep->sha256);
	size_t at = x->report_count++;
	for (; at > 0 && report_order(&r->all[at - 1], &copy) > 0; at--)
		r->all[at] = r->all[at - 1];
	r->all[at] = copy;
	return ERR_OK;
}

enum err_code reports_load(struct ctx *c, struct extras *x, struct err *e)
{
	struct reading r = {.x = x};
	if (c->pub && pub_report_each(c->pub, keep_report, &r, e))
		return e->code;
	struct day *months = arena_alloc(x->arena, (x->report_count + 1) * sizeof *months);
	for (size_t i = 0; r.all && i < x->report_count; i++)
		if (!x->month_count || day_compare(months[x->month_count - 1], r.all[i].month) != 0)
			months[x->month_count++] = r.all[i].month;
	x->reports = r.all;
	x->months = months;
	return ERR_OK;
}
