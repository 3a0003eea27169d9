/*
 * /streets/ /categories/ /industries/ /states/: an index each, and a page for every value.
 *
 * An index is one table; every number in it links to its rows.
 */
#include "site/pages.h"

#include <string.h>

enum { SHOWN_OVERDUE = 10 };

static const struct dimension {
	enum list_facet facet;
	const char *folder, *title, *item, *section, *description;
} dimensions[] = {
	{FACET_STREET, "streets", "各街道的整治情况", "街道", "streets", "按街道统计的整治结果"},
	{FACET_CATEGORY, "categories", "各类别的整治情况", "类别", "results",
		"按散乱污类别统计的整治结果"},
	{FACET_INDUSTRY, "industries", "各行业的整治情况", "行业", "results",
		"按行业统计的整治结果"},
	{FACET_STATE, "states", "各状态的企业", "状态", "results", "按整治状态统计的企业"},
};

/* ---- values of a dimension ------------------------------------------------------------------------ */

static size_t value_count_of(const struct ctx *c, const struct dimension *d)
{
	switch ((int)d->facet) {
	case FACET_STREET:
		return c->street_count;
	case FACET_CATEGORY:
		return CATEGORY_COUNT;
	case FACET_INDUSTRY:
		return c->industry_count;
	default:
		return STATE_COUNT - 2; /* no page of withdrawn records */
	}
}

static uint16_t value_at(const struct dimension *d, size_t i)
{
	if (d->facet == FACET_CATEGORY)
		return (uint16_t)((i + 1) % CATEGORY_COUNT);
	if (d->facet == FACET_STATE)
		return (uint16_t)(i + 1 < STATE_WITHDRAWN ? i + 1 : i + 2);
	return (uint16_t)i;
}

static const char *slug_of(const struct ctx *c, const struct dimension *d, uint16_t value)
{
	switch ((int)d->facet) {
	case FACET_STREET:
		return c->streets[value].code;
	case FACET_CATEGORY:
		return category_slug_or((enum category)value);
	case FACET_INDUSTRY:
		return c->industries[value].slug;
	default:
		return policy_state_slug((enum course_state)value);
	}
}

static const char *facet_url(
	const struct ctx *c, struct arena *a, const struct dimension *d, uint16_t value)
{
	return text_join3(a, text_join3(a, "/", d->folder, "/"), slug_of(c, d, value), "/");
}

static const size_t *counts_of(const struct ctx *c, const struct dimension *d, uint16_t value)
{
	return facet_counts(c, d->facet, value)->subset;
}

/* ---- the index ------------------------------------------------------------------------------------------ */

static void add_counts(struct value *v, struct worker *w, const struct dimension *d, uint16_t value)
{
	static const char *const names[SUBSET_COUNT] = {"all", "finished", "under_way", "overdue"};
	static const char *const urls[SUBSET_COUNT] = {
		"all_url", "finished_url", "under_way_url", "overdue_url"};
	bool has_subsets = d->facet == FACET_STREET || d->facet == FACET_CATEGORY;
	for (int s = 0; s < SUBSET_COUNT; s++) {
		enum list_subset subset = (enum list_subset)s,
				 linked = has_subsets ? subset : SUBSET_ALL;
		value_count(v, w->arena, names[s], counts_of(w->ctx, d, value)[s]);
		value_set_text(v, w->arena, urls[s],
			list_url(w->ctx, w->arena, d->facet, value, linked, ORDER_ID));
	}
}

static enum err_code index_emit(struct worker *w, const struct dimension *d, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a), *list = value_list(a);
	for (size_t i = 0; i < value_count_of(w->ctx, d); i++) {
		uint16_t value = value_at(d, i);
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", facet_label(w->ctx, d->facet, value));
		value_set_text(v, a, "url", facet_url(w->ctx, a, d, value));
		add_counts(v, w, d, value);
	}
	value_set(m, a, "values", list);
	value_set_text(m, a, "item", d->item);
	value_set_text(m, a, "caption", d->title);
	value_set_bool(m, a, "is_state", d->facet == FACET_STATE);
	value_count(m, a, "all", w->ctx->totals.all);
	value_set_text(m, a, "data_day", text_day_zh(a, w->ctx->data_day));
	const char *url = text_join3(a, "/", d->folder, "/");
	const struct page page = {.path = text_join(a, url, "index"),
		.template_md = "pages/facet-index.md",
		.markdown = written_intro(w->ctx, url),
		.model = m,
		.kind = "facet",
		.title = d->title,
		.column_name = d->title,
		.column_description = d->description,
		.column_keywords = text_join(a, "散乱污,整治结果,", d->item),
		.column_type = "数据发布",
		.content_day = w->ctx->data_day,
		.section = d->section};
	return page_emit(w, &page, e);
}

/* ---- a value's page ---------------------------------------------------------------------------------------- */

static void add_states(struct value *m, struct worker *w, const struct dimension *d, uint16_t value)
{
	struct arena *a = w->arena;
	const size_t *counts = facet_counts(w->ctx, d->facet, value)->state;
	struct value *list = value_list(a);
	for (int s = 1; s < STATE_COUNT; s++) {
		if (!counts[s])
			continue;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", policy_state_label((enum course_state)s));
		value_set_int(v, a, "count", (int64_t)counts[s]);
	}
	value_set(m, a, "states", list);
	value_set_bool(m, a, "has_states",
		d->facet != FACET_STATE && counts_of(w->ctx, d, value)[SUBSET_ALL] > 0);
}

static enum err_code add_overdue(
	struct value *m, struct worker *w, const struct dimension *d, uint16_t value, struct err *e)
{
	struct arena *a = w->arena;
	const struct state *now = w->ctx->now;
	const struct list l = {.facet = d->facet, .value = value, .subset = SUBSET_OVERDUE};
	struct value *list = value_list(a);
	size_t shown = 0, wanted = counts_of(w->ctx, d, value)[SUBSET_OVERDUE];
	if (wanted > SHOWN_OVERDUE)
		wanted = SHOWN_OVERDUE;
	for (size_t i = 0; i < now->listed && shown < wanted; i++) {
		const struct row *row = &now->rows[now->by_due[i] - 1];
		if (row->due == INT32_MIN)
			break;
		if (!list_holds(&l, row))
			continue;
		struct brief b;
		if (record_brief(w, row->number, &b, e))
			return e->code;
		model_row(w, list, &b);
		shown++;
	}
	value_set(m, a, "rows", list);
	value_set_bool(m, a, "has_rows", shown > 0);
	return ERR_OK;
}

static void add_policy(struct value *m, struct worker *w, const struct dimension *d, uint16_t value)
{
	if (d->facet == FACET_CATEGORY && value != CATEGORY_NONE)
		value_set_text(m, w->arena, "annex_url",
			text_join(w->arena, "/policy/annex1/#",
				policy_category_slug((enum category)value)));
}

static enum err_code value_emit(
	struct worker *w, const struct dimension *d, uint16_t value, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	const char *label = facet_label(w->ctx, d->facet, value);
	bool is_category = d->facet == FACET_CATEGORY && value != CATEGORY_NONE;
	add_counts(m, w, d, value);
	add_states(m, w, d, value);
	add_policy(m, w, d, value);
	if (add_overdue(m, w, d, value, e))
		return e->code;
	value_set_text(m, a, "label", label);
	value_set_bool(m, a, "is_state", d->facet == FACET_STATE);
	value_set_text(
		m, a, "overdue_tone", counts_of(w->ctx, d, value)[SUBSET_OVERDUE] ? "late" : "ok");
	value_set_text(m, a, "data_day", text_day_zh(a, w->ctx->data_day));
	const char *url = facet_url(w->ctx, a, d, value), *up = text_join3(a, "/", d->folder, "/");
	const struct crumb crumb = {d->title, up};
	const char *title = is_category ? text_join3(a, "“", label, "”类企业") : label;
	const struct page page = {.path = text_join(a, url, "index"),
		.template_md = "pages/facet.md",
		.markdown = written_intro(w->ctx, url),
		.model = m,
		.kind = "facet",
		.title = title,
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = title,
		.column_description = d->description,
		.column_keywords = text_join(a, "散乱污,整治结果,", label),
		.column_type = "数据发布",
		.content_day = w->ctx->data_day,
		.section = d->section};
	return page_emit(w, &page, e);
}

static size_t facets_count(const struct ctx *c)
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(dimensions); i++)
		n += 1 + value_count_of(c, &dimensions[i]);
	return n;
}

static enum err_code facets_emit(struct worker *w, size_t index, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(dimensions); i++) {
		const struct dimension *d = &dimensions[i];
		size_t n = value_count_of(w->ctx, d);
		if (index == 0)
			return index_emit(w, d, e);
		if (index <= n)
			return value_emit(w, d, value_at(d, index - 1), e);
		index -= n + 1;
	}
	return err_set(e, ERR_NOT_FOUND, T("没有这一页", "no such page"));
}

const struct other_kind facets_kind = {
	.count = facets_count, .emit = facets_emit, .depends = ON_DAY | ON_CHANGES | ON_FILES};
