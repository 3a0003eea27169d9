/*
 * The table of lists: which there are, what each holds and where it stands.
 *
 *   /results/                           all: by id, by-name/, by-due/; finished/ under-way/ overdue/ by id
 *   /results/street/650105001/          the same for each street
 *   /results/category/sanluan/          by id, finished/ under-way/ overdue/
 *   /results/{industry,state,ring}/X/   by id
 *
 * Addresses never change: they are made of codes and slugs alone. A list nobody stands in still has its page.
 */
#include "site/pages.h"

static const struct facet {
	const char *folder;
	bool orders, subsets;
} facets[] = {
	[FACET_ALL] = {"", true, true},
	[FACET_STREET] = {"street", true, true},
	[FACET_CATEGORY] = {"category", false, true},
	[FACET_INDUSTRY] = {"industry", false, false},
	[FACET_STATE] = {"state", false, false},
	[FACET_RING] = {"ring", false, false},
};
static const char *const order_folders[ORDER_COUNT] = {"", "by-name/", "by-due/"};
static const char *const subset_folders[SUBSET_COUNT] = {"", "finished/", "under-way/", "overdue/"};

const char *subset_label(enum list_subset s)
{
	static const char *const labels[SUBSET_COUNT] = {"全部", "已完成", "整治中", "逾期"};
	return labels[s];
}

static bool row_matches(const struct list *l, const struct row *row)
{
	switch (l->facet) {
	case FACET_STREET:
		return row->street == l->value;
	case FACET_CATEGORY:
		return row->category == l->value;
	case FACET_INDUSTRY:
		return row->industry == l->value;
	case FACET_STATE:
		return row->state == l->value;
	case FACET_RING:
		return row->ring == l->value;
	case FACET_ALL:
		break;
	}
	return true;
}

bool list_holds(const struct list *l, const struct row *row)
{
	static const uint8_t flags[SUBSET_COUNT] = {0, ROW_FINISHED, ROW_UNDER_WAY, ROW_OVERDUE};
	if (!row->number || row->flags & ROW_WITHDRAWN || !row_matches(l, row))
		return false;
	return l->subset == SUBSET_ALL || row->flags & flags[l->subset];
}

static const char *value_slug(const struct ctx *c, enum list_facet facet, uint16_t value)
{
	switch (facet) {
	case FACET_STREET:
		return value < c->street_count ? c->streets[value].code : "other";
	case FACET_CATEGORY:
		return category_slug_or((enum category)value);
	case FACET_INDUSTRY:
		return value < c->industry_count ? c->industries[value].slug : "other";
	case FACET_STATE:
		return policy_state_slug((enum course_state)value);
	case FACET_RING:
		return ring_slug_or((enum ring)value);
	case FACET_ALL:
		break;
	}
	return "";
}

const char *facet_label(const struct ctx *c, enum list_facet facet, uint16_t value)
{
	switch (facet) {
	case FACET_STREET:
		return value < c->street_count ? c->streets[value].name : "其他街道";
	case FACET_CATEGORY:
		return policy_category_label((enum category)value);
	case FACET_INDUSTRY:
		return value < c->industry_count ? c->industries[value].name : "其他";
	case FACET_STATE:
		return policy_state_label((enum course_state)value);
	case FACET_RING:
		return value == RING_UNKNOWN ? "二环路内外未定"
					     : policy_ring_label((enum ring)value);
	case FACET_ALL:
		break;
	}
	return "全部企业";
}

const char *list_url(const struct ctx *c, struct arena *a, enum list_facet facet, uint16_t value,
	enum list_subset subset, enum list_order order)
{
	const char *end = text_join(a, subset_folders[subset], order_folders[order]);
	if (facet == FACET_ALL)
		return text_join(a, "/results/", end);
	const char *slug = value_slug(c, facet, value);
	return text_join3(a, text_join3(a, "/results/", facets[facet].folder, "/"),
		text_join(a, slug, "/"), end);
}

static const char *title_of(const struct ctx *c, struct arena *a, const struct list *l)
{
	static const char *const orders[ORDER_COUNT] = {"", "（按名称）", "（按期限）"};
	static const char *const subsets[SUBSET_COUNT] = {
		"", "已完成的企业", "整治中的企业", "逾期的企业"};
	const char *label = facet_label(c, l->facet, l->value);
	if (l->facet == FACET_ALL)
		return l->subset ? subsets[l->subset] : text_join(a, "整治结果", orders[l->order]);
	if (l->facet == FACET_CATEGORY && l->value != CATEGORY_NONE)
		label = text_join3(a, "“", label, "”类");
	if (l->subset)
		return text_join(a, label, subsets[l->subset]);
	return text_join3(
		a, label, l->facet == FACET_STREET ? "的企业" : "：企业", orders[l->order]);
}

struct table {
	const struct ctx *c;
	struct arena *a;
	struct list *lists;
	size_t count, cap;
};

static void add(struct table *t, enum list_facet facet, uint16_t value, enum list_subset subset,
	enum list_order order)
{
	struct list l = {.facet = facet, .order = order, .subset = subset, .value = value};
	l.path = list_url(t->c, t->a, facet, value, subset, order);
	l.title = title_of(t->c, t->a, &l);
	t->lists[t->count++] = l;
}

static void add_value(struct table *t, enum list_facet facet, uint16_t value)
{
	int orders = facets[facet].orders ? ORDER_COUNT : 1;
	int subsets = facets[facet].subsets ? SUBSET_COUNT : 1;
	for (int order = 0; order < orders; order++)
		add(t, facet, value, SUBSET_ALL, (enum list_order)order);
	for (int subset = 1; subset < subsets; subset++)
		add(t, facet, value, (enum list_subset)subset, ORDER_ID);
}

const struct list *lists_all(const struct ctx *c, struct arena *a, size_t *ret_count)
{
	enum { A_VALUE = ORDER_COUNT + SUBSET_COUNT };
	struct table t = {c, a, NULL, 0, 0};
	t.cap = A_VALUE * (2 + c->street_count + CATEGORY_COUNT + c->industry_count + STATE_COUNT +
				  RING_COUNT);
	t.lists = arena_alloc(a, t.cap * sizeof *t.lists);
	add_value(&t, FACET_ALL, 0);
	for (size_t i = 0; i < c->street_count; i++)
		add_value(&t, FACET_STREET, (uint16_t)i);
	add_value(&t, FACET_STREET, 0xffff);
	for (int i = 1; i <= CATEGORY_COUNT; i++)
		add_value(&t, FACET_CATEGORY, (uint16_t)(i % CATEGORY_COUNT));
	for (size_t i = 0; i < c->industry_count; i++)
		add_value(&t, FACET_INDUSTRY, (uint16_t)i);
	for (int i = 1; i < STATE_COUNT; i++)
		if (i != STATE_WITHDRAWN)
			add_value(&t, FACET_STATE, (uint16_t)i);
	for (int i = 1; i <= RING_COUNT; i++)
		add_value(&t, FACET_RING, (uint16_t)(i % RING_COUNT));
	*ret_count = t.count;
	return t.lists;
}
