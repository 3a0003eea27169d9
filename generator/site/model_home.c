/*
 * The home page: one sentence, four figures, progress by category, what is due soon, what is new.
 *
 * Every figure links to its rows and carries the day of the data. "N days left" is worked out here and on /deadlines/
 * alone, so that only these two change because a day has passed.
 */
#include "site/supervision.h"

#include <stdlib.h>

enum { SOON_ROWS = 10, NEW_CHANGES = 6, NEW_ITEMS = 3, SOON_DAYS = 30, LOOK_BACK = 400 };

static size_t category_part(
	const struct totals *t, int category, bool (*is_part)(enum course_state))
{
	size_t n = 0;
	for (int s = 1; s < STATE_COUNT; s++)
		if (is_part((enum course_state)s))
			n += t->category_state[category][s];
	return n;
}

static void add_progress(struct value *m, struct worker *w)
{
	struct arena *a = w->arena;
	const struct totals *t = &w->ctx->totals;
	struct value *list = value_list(a);
	for (int i = 1; i <= CATEGORY_COUNT; i++) {
		int category = i % CATEGORY_COUNT;
		if (!t->by_category[category])
			continue;
		size_t finished = category_part(t, category, state_is_finished);
		size_t under_way = category_part(t, category, state_is_under_way);
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", policy_category_label((enum category)category));
		value_set_int(v, a, "finished", (int64_t)finished);
		value_set_int(v, a, "under_way", (int64_t)under_way);
		value_set_int(v, a, "waiting",
			(int64_t)(t->by_category[category] - finished - under_way));
		value_set_text(v, a, "url",
			list_url(w->ctx, a, FACET_CATEGORY, (uint16_t)category, SUBSET_ALL,
				ORDER_ID));
	}
	value_set(m, a, "categories", list);
	value_set_bool(m, a, "has_categories", t->all > 0);
}

/* by_due holds the overdue ones first; those of the next 30 days follow. */
static enum err_code add_soon(struct value *m, struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct state *now = w->ctx->now;
	int32_t today = w->ctx->o->today.n;
	struct value *list = value_list(a);
	size_t shown = 0;
	for (size_t i = 0; i < now->listed && shown < SOON_ROWS; i++) {
		const struct row *row = &now->rows[now->by_due[i] - 1];
		if (row->due == INT32_MIN || row->due > today + SOON_DAYS)
			break;
		if (row->due < today)
			continue;
		struct brief b;
		if (record_brief(w, row->number, &b, e))
			return e->code;
		value_count(model_row(w, list, &b), a, "days", (size_t)(row->due - today));
		shown++;
	}
	value_set(m, a, "soon", list);
	value_count(m, a, "soon_count", w->ctx->totals.soon);
	value_set_bool(m, a, "has_soon", shown > 0);
	return ERR_OK;
}

struct newest {
	struct pub_change ring[NEW_CHANGES];
	size_t count;
	struct arena *a;
};

static enum err_code keep_change(void *ctx, const struct pub_change *ch, struct err *e)
{
	struct newest *n = ctx;
	(void)e;
	if (!ch->enterprise || !(str_eq(ch->kind, "event") || str_eq(ch->kind, "registered")))
		return ERR_OK;
	struct pub_change *slot = &n->ring[n->count++ % NEW_CHANGES];
	*slot = *ch;
	slot->kind = arena_strdup(n->a, ch->kind);
	slot->detail = arena_strdup(n->a, ch->detail);
	return ERR_OK;
}

static enum err_code add_changes(struct value *m, struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	struct newest n = {.a = a};
	int64_t last = w->ctx->now->last_change, after = last > LOOK_BACK ? last - LOOK_BACK : 0;
	if (pub_change_each(w->pub, after, keep_change, &n, e))
		return e->code;
	struct value *list = value_list(a);
	size_t count = n.count < NEW_CHANGES ? n.count : NEW_CHANGES;
	for (size_t i = 0; i < count; i++) {
		const struct pub_change *ch = &n.ring[(n.count - 1 - i) % NEW_CHANGES];
		struct brief b;
		if (record_brief(w, (uint32_t)ch->enterprise, &b, e))
			return e->code;
		struct value *v = model_change(w, list, ch);
		if (!(b.row.flags & ROW_WITHDRAWN))
			value_set_text(v, a, "name", b.name);
	}
	value_set(m, a, "changes", list);
	value_set_bool(m, a, "has_changes", count > 0);
	return ERR_OK;
}

static void add_streets(struct value *m, struct worker *w)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	for (size_t i = 0; i < w->ctx->street_count; i++) {
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", w->ctx->streets[i].name);
		value_set_text(
			v, a, "url", text_join3(a, "/streets/", w->ctx->streets[i].code, "/"));
		value_count(v, a, "count", w->ctx->totals.by_street[i]);
	}
	value_set(m, a, "streets", list);
	value_set_bool(m, a, "has_streets", w->ctx->street_count > 0);
}

static void add_news(struct value *m, struct worker *w)
{
	struct arena *a = w->arena;
	const struct extras *x = w->ctx->extras;
	struct value *list = value_list(a);
	size_t shown = 0;
	const struct written **news;
	size_t n = written_in(w->ctx, a, "/news/", &news);
	for (; shown < n && shown < NEW_ITEMS; shown++) {
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "title", news[shown]->title);
		value_set_text(v, a, "url", news[shown]->url);
		value_set_text(v, a, "date", news[shown]->date);
	}
	value_set(m, a, "news", list);
	value_set_bool(m, a, "has_news", shown > 0);
	if (x->month_count) {
		struct day month = x->months[x->month_count - 1];
		value_set_text(m, a, "month", text_month_zh(a, month));
		value_set_text(
			m, a, "month_url", text_join3(a, "/monthly/", text_month(a, month), "/"));
	}
}

/* The last bulletin, look-backs, tip-offs: a line each when there is something. */
static void add_supervision(struct value *m, struct worker *w)
{
	struct arena *a = w->arena;
	const struct supervision *s = w->ctx->extras->supervision;
	struct value *list = value_list(a);
	if (s->ranking_count) {
		const struct pub_ranking *r = &s->rankings[s->ranking_count - 1];
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", text_join(a, text_quarter_zh(a, r->quarter), "通报"));
		value_set_text(v, a, "url", bulletin_url(a, r->quarter));
		value_set_text(v, a, "text",
			text_join(
				a, "各街道的排名和各部门的任务，", text_day_zh(a, r->computed_on)));
	}
	if (s->plan_count) {
		const char *quarter = s->plans[s->plan_count - 1].quarter;
		struct lookback_sums sums = lookbacks_of(s, quarter, NULL);
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", text_join(a, text_quarter_zh(a, quarter), "回头看"));
		value_set_text(v, a, "url", "/lookbacks/");
		value_set_text(v, a, "text",
			arena_printf(a, "计划 %s 家，已看 %s 家，反弹 %s 家",
				text_count(a, (size_t)sums.planned),
				text_count(a, (size_t)sums.done),
				text_count(a, (size_t)sums.relapsed)));
	}
	if (s->total.received) {
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", "举报办理");
		value_set_text(v, a, "url", "/tipoffs/");
		value_set_text(v, a, "text",
			arena_printf(a, "收到 %s 件，办结 %s 件，在办 %s 件",
				text_count(a, (size_t)s->total.received),
				text_count(a, (size_t)s->total.n[BUCKET_CONCLUDED]),
				text_count(a, (size_t)tip_open(&s->total))));
	}
	value_set(m, a, "supervision", list);
	value_set_bool(
		m, a, "has_supervision", s->ranking_count || s->plan_count || s->total.received);
}

static void add_figures(struct value *m, struct worker *w)
{
	struct arena *a = w->arena;
	const struct totals *t = &w->ctx->totals;
	value_count(m, a, "all", t->all);
	value_count(m, a, "finished", t->finished);
	value_count(m, a, "under_way", t->under_way);
	value_count(m, a, "overdue", t->overdue);
	value_set_bool(m, a, "has_overdue", t->overdue > 0);
	value_set_text(m, a, "overdue_tone", t->overdue ? "late" : "ok");
	value_set_text(m, a, "data_day", text_day_zh(a, w->ctx->data_day));
	value_set_text(m, a, "today", text_day_zh(a, w->ctx->o->today));
	value_set_text(m, a, "plan_number", policy_plan(w->ctx->policy)->number);
}

static enum err_code home_emit(struct worker *w, size_t index, struct err *e)
{
	(void)index;
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	const struct site_config *o = &w->ctx->o->config;
	add_figures(m, w);
	add_progress(m, w);
	add_streets(m, w);
	add_news(m, w);
	add_supervision(m, w);
	if (add_soon(m, w, e) || add_changes(m, w, e))
		return e->code;
	const struct written *intro = written_find(w->ctx, "/");
	const struct page page = {.path = "/index",
		.template_md = "pages/home.md",
		.markdown = written_intro(w->ctx, "/"),
		.source_file = intro ? intro->file : NULL,
		.source_line = intro ? intro->body_line : 0,
		.model = m,
		.kind = "home",
		.title = intro && intro->title ? intro->title : o->site_name,
		.column_name = "首页",
		.column_description = "散乱污企业综合治理结果公开",
		.column_keywords = "散乱污,综合治理,整治结果",
		.column_type = "首页",
		.content_day = w->ctx->data_day};
	return page_emit(w, &page, e);
}

const struct other_kind home_kind = {.emit = home_emit, .depends = ON_DAY | ON_CHANGES | ON_FILES};
