/*
 * /data/output/: 产值 as the sums the register gives away (over at least three enterprises), by street, category and
 * industry. No overall sum is shown, so that a withheld one cannot be taken out of it. The sums read the whole
 * register, so this page is made with the bulk downloads and not on the pages of streets and categories.
 */
#include "site/pages.h"

struct sums {
	struct worker *w;
	enum list_facet facet;
	struct value *list;
};

/* The register's group of a facet's value: its code or slug. */
static bool find_value(const struct ctx *c, enum list_facet facet, const char *group, uint16_t *ret)
{
	size_t n = facet == FACET_STREET     ? c->street_count
		   : facet == FACET_INDUSTRY ? c->industry_count
					     : (size_t)CATEGORY_COUNT;
	for (size_t i = 0; group && *group && i < n; i++) {
		const char *name = facet == FACET_STREET ? c->streets[i].code
				   : facet == FACET_INDUSTRY
					   ? c->industries[i].slug
					   : policy_category_slug((enum category)i);
		if (str_eq(name, group)) {
			*ret = (uint16_t)i;
			return true;
		}
	}
	return false;
}

static enum err_code take_sum(
	void *ctx, const char *group, int64_t count, double sum, struct err *e)
{
	struct sums *s = ctx;
	struct arena *a = s->w->arena;
	uint16_t value;
	(void)e;
	if (!find_value(s->w->ctx, s->facet, group, &value))
		return ERR_OK;
	struct value *v = value_add_map(s->list, a);
	value_set_text(v, a, "label", facet_label(s->w->ctx, s->facet, value));
	value_set_text(v, a, "url", list_url(s->w->ctx, a, s->facet, value, SUBSET_ALL, ORDER_ID));
	value_count(v, a, "count", (size_t)count);
	value_count(v, a, "output", (size_t)(sum + 0.5));
	return ERR_OK;
}

enum err_code output_emit(struct worker *w, struct err *e)
{
	static const struct {
		enum list_facet facet;
		const char *by, *item, *caption;
	} kinds[] = {{FACET_STREET, "street", "街道", "按街道"},
		{FACET_CATEGORY, "category", "类别", "按类别"},
		{FACET_INDUSTRY, "industry", "行业", "按行业"}};
	struct arena *a = w->arena;
	struct value *m = value_map(a), *groups = value_list(a);
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct value *group = value_add_map(groups, a);
		struct sums s = {w, kinds[i].facet, value_list(a)};
		if (pub_output_sum(w->pub, kinds[i].by, take_sum, &s, e))
			return e->code;
		value_set_text(group, a, "item", kinds[i].item);
		value_set_text(group, a, "caption", kinds[i].caption);
		value_set(group, a, "values", s.list);
	}
	value_set(m, a, "groups", groups);
	value_set_text(m, a, "data_day", text_day_zh(a, w->ctx->data_day));
	const struct crumb crumb = {"数据下载", "/data/"};
	const struct page page = {.path = "/data/output/index",
		.template_md = "pages/output.md",
		.model = m,
		.kind = "data",
		.title = "产值合计",
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = "产值合计",
		.column_description = "按街道、类别、行业的产值合计",
		.column_keywords = "散乱污,产值,合计",
		.column_type = "数据发布",
		.content_day = w->ctx->data_day,
		.section = "data"};
	return page_emit(w, &page, e);
}
