/*
 * One page of a list: filters that are links, the rows, the way on.
 *
 * What a page shows is a function of its own members and its place, so that a change elsewhere in the list leaves it
 * alone. The first page alone shows totals; it is rendered whenever a member of the list changed.
 */
#include "site/pages.h"

#include <string.h>

struct value *model_row(struct worker *w, struct value *list, const struct brief *b)
{
	struct arena *a = w->arena;
	const struct ctx *c = w->ctx;
	const struct row *row = &b->row;
	struct value *v = value_add_map(list, a);
	const char *street = facet_label(c, FACET_STREET, row->street);
	const char *place = text_join3(a, street, text_or(b->community, ""), b->address ? " " : "");
	value_set_text(v, a, "name", b->name);
	value_set_text(v, a, "id", b->id);
	value_set_text(v, a, "url", url_of_record(a, pub_prefix(w->pub), row->number));
	value_set_text(v, a, "street", street);
	value_set_text(v, a, "place", text_join(a, place, text_or(b->address, "")));
	value_set_text(v, a, "industry", facet_label(c, FACET_INDUSTRY, row->industry));
	value_set_text(v, a, "category", policy_category_label((enum category)row->category));
	value_set_text(v, a, "ring", facet_label(c, FACET_RING, row->ring));
	value_set_text(v, a, "state", policy_state_label((enum course_state)row->state));
	value_set_text(v, a, "since", text_day_zh(a, day_of(row->since)));
	value_set_text(v, a, "due", text_day_zh(a, day_of(row->due)));
	value_set_bool(v, a, "overdue", (row->flags & ROW_OVERDUE) != 0);
	return v;
}

/* ---- filters ------------------------------------------------------------------------------------- */

static struct value *add_filter(
	struct arena *a, struct value *list, const char *label, const char *url, bool current)
{
	struct value *v = value_add_map(list, a);
	value_set_text(v, a, "label", label);
	value_set_text(v, a, "url", url);
	value_set_text(v, a, "count", "");
	value_set_text(v, a, "current", current ? "current" : "");
	return v;
}

/* Counts only on the list of all members: on a part of it they would change with rows it does not hold. */
static void add_subsets(struct value *m, struct worker *w, const struct list *l)
{
	struct arena *a = w->arena;
	if (l->facet != FACET_ALL && l->facet != FACET_STREET && l->facet != FACET_CATEGORY)
		return;
	struct value *list = value_list(a);
	for (int s = 0; s < SUBSET_COUNT; s++) {
		const char *url =
			list_url(w->ctx, a, l->facet, l->value, (enum list_subset)s, ORDER_ID);
		bool current = l->subset == (enum list_subset)s;
		struct value *v =
			add_filter(a, list, subset_label((enum list_subset)s), url, current);
		if (l->subset == SUBSET_ALL)
			value_count(
				v, a, "count", facet_counts(w->ctx, l->facet, l->value)->subset[s]);
	}
	value_set(m, a, "subsets", list);
	value_set_bool(m, a, "has_subsets", true);
}

static void add_orders(struct value *m, struct worker *w, const struct list *l)
{
	static const char *const labels[ORDER_COUNT] = {"按编号", "按名称", "按期限"};
	struct arena *a = w->arena;
	if (l->subset != SUBSET_ALL || (l->facet != FACET_ALL && l->facet != FACET_STREET))
		return;
	struct value *list = value_list(a);
	for (int o = 0; o < ORDER_COUNT; o++)
		add_filter(a, list, labels[o],
			list_url(w->ctx, a, l->facet, l->value, SUBSET_ALL, (enum list_order)o),
			l->order == (enum list_order)o);
	value_set(m, a, "orders", list);
	value_set_bool(m, a, "has_orders", true);
}

static void add_facet(struct value *facets, struct worker *w, const char *title,
	enum list_facet facet, const size_t *counts, size_t first, size_t count)
{
	struct arena *a = w->arena;
	struct value *v = value_add_map(facets, a), *values = value_list(a);
	value_set_text(v, a, "title", title);
	for (size_t i = first; i < count; i++) {
		if (!counts[i])
			continue;
		uint16_t value = (uint16_t)i;
		const char *url = list_url(w->ctx, a, facet, value, SUBSET_ALL, ORDER_ID);
		struct value *one =
			add_filter(a, values, facet_label(w->ctx, facet, value), url, false);
		value_count(one, a, "count", counts[i]);
	}
	value_set(v, a, "values", values);
}

static void add_facets(struct value *m, struct worker *w, const struct list *l)
{
	const struct ctx *c = w->ctx;
	const struct totals *t = &c->totals;
	if (l->facet != FACET_ALL || l->subset != SUBSET_ALL || !t->all)
		return;
	struct value *facets = value_list(w->arena);
	add_facet(facets, w, "按状态", FACET_STATE, t->by_state, 1, STATE_COUNT);
	add_facet(facets, w, "按类别", FACET_CATEGORY, t->by_category, 0, CATEGORY_COUNT);
	add_facet(facets, w, "按街道", FACET_STREET, t->by_street, 0, c->street_count);
	add_facet(facets, w, "按行业", FACET_INDUSTRY, t->by_industry, 0, c->industry_count);
	add_facet(facets, w, "按二环路", FACET_RING, t->by_ring, 0, RING_COUNT);
	value_set(m, w->arena, "facets", facets);
}

/* ---- the page --------------------------------------------------------------------------------------- */

static const char *page_file(struct arena *a, const struct list *l, size_t page)
{
	return page ? arena_printf(a, "%spage-%zu", l->path, page + 1)
		    : text_join(a, l->path, "index");
}

static void add_pager(
	struct value *m, struct arena *a, const struct list *l, size_t page, size_t pages)
{
	value_set_text(m, a, "page", text_count(a, page + 1));
	if (pages < 2)
		return;
	value_set_bool(m, a, "has_pager", true);
	if (page > 1)
		value_set_text(m, a, "first_url", l->path);
	if (page)
		value_set_text(m, a, "prev", url_of_path(a, page_file(a, l, page - 1)));
	if (page + 1 < pages)
		value_set_text(m, a, "next", url_of_path(a, page_file(a, l, page + 1)));
}

static struct value *list_model(
	struct worker *w, const struct list *l, size_t page, size_t pages, size_t total)
{
	static const char *const order_texts[ORDER_COUNT] = {
		"按编号排列", "按名称排列", "按下一个期限排列，没有期限的在最后"};
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	value_set_text(m, a, "order_text", order_texts[l->order]);
	value_set_text(m, a, "caption", l->title);
	add_pager(m, a, l, page, pages);
	if (page)
		return m;
	value_set_bool(m, a, "first", true);
	value_count(m, a, "total", total);
	value_set_bool(m, a, "total_zero", total == 0);
	if (pages > 1)
		value_count(m, a, "pages", pages);
	add_subsets(m, w, l);
	add_orders(m, w, l);
	add_facets(m, w, l);
	value_set_bool(m, a, "back", l->facet != FACET_ALL);
	return m;
}

static struct day newest_day(const struct brief *briefs, size_t count)
{
	struct day newest = DAY_NONE;
	for (size_t i = 0; i < count; i++)
		if (day_compare(day_of(briefs[i].row.content_day), newest) > 0)
			newest = day_of(briefs[i].row.content_day);
	return newest;
}

enum err_code list_emit(struct worker *w, const struct list *l, size_t page, size_t pages,
	size_t total, const struct brief *briefs, size_t count, struct err *e)
{
	struct arena *a = w->arena;
	arena_reset(a);
	struct value *m = list_model(w, l, page, pages, total), *rows = value_list(a);
	for (size_t i = 0; i < count; i++)
		model_row(w, rows, &briefs[i]);
	value_set(m, a, "rows", rows);
	value_set_bool(m, a, "has_rows", count > 0);
	bool root =
		l->facet == FACET_ALL && l->subset == SUBSET_ALL && l->order == ORDER_ID && !page;
	const struct crumb crumbs[] = {{"整治结果", "/results/"}, {l->title, l->path}};
	const struct page p = {.path = page_file(a, l, page),
		.template_md = "pages/list.md",
		.model = m,
		.kind = "list",
		.title = page ? arena_printf(a, "%s（第 %zu 页）", l->title, page + 1) : l->title,
		.crumbs = crumbs,
		.crumb_count = root   ? 0
			       : page ? 2
				      : 1,
		.column_name = l->title,
		.column_description = "散乱污企业整治结果名单",
		.column_keywords = "散乱污,整治结果,企业名单",
		.column_type = "数据发布",
		.content_day = newest_day(briefs, count),
		.section = "results"};
	return page_emit(w, &p, e);
}
