/*
 * /lookbacks/: by quarter and street how many were planned, done, and found relapsed; the seed of the draw; and for a
 * quarter the visits that were made. Where a visit is still to be made is not said: only the counts of the plan are.
 */
#include "site/supervision.h"

#include <stdlib.h>

static const struct supervision *of(const struct worker *w)
{
	return w->ctx->extras->supervision;
}

static void add_sums(struct value *v, struct arena *a, struct lookback_sums s)
{
	value_count(v, a, "planned", (size_t)s.planned);
	value_count(v, a, "done", (size_t)s.done);
	value_count(v, a, "relapsed", (size_t)s.relapsed);
	value_count(v, a, "waiting", (size_t)(s.planned - s.done));
}

static void add_streets(struct worker *w, struct value *m, const char *quarter)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	for (size_t i = 0; i < w->ctx->street_count; i++) {
		const struct street *street = &w->ctx->streets[i];
		struct lookback_sums sums = lookbacks_of(of(w), quarter, street->code);
		if (!sums.planned)
			continue;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", street->name);
		value_set_text(v, a, "url", text_join3(a, "/streets/", street->code, "/"));
		add_sums(v, a, sums);
	}
	value_set(m, a, "streets", list);
}

static void add_plan(struct value *v, struct arena *a, const struct pub_lookback_plan *p)
{
	value_set_text(v, a, "quarter", text_quarter_zh(a, p->quarter));
	value_set_text(v, a, "url", lookback_url(a, p->quarter));
	value_set_text(v, a, "since", text_day_zh(a, p->made_on));
	value_set_int(v, a, "span", p->months);
	value_set_int(v, a, "share", p->share);
	value_set_text(v, a, "seed", p->seed);
}

static const char *finding(struct arena *a, const struct supervision *s)
{
	if (!s->plan_count)
		return "回头看";
	const char *quarter = s->plans[s->plan_count - 1].quarter;
	struct lookback_sums sums = lookbacks_of(s, quarter, NULL);
	return arena_printf(a, "%s回头看：计划 %s 家，已看 %s 家，反弹 %s 家",
		text_quarter_zh(a, quarter), text_count(a, (size_t)sums.planned),
		text_count(a, (size_t)sums.done), text_count(a, (size_t)sums.relapsed));
}

static enum err_code index_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct supervision *s = of(w);
	struct value *m = value_map(a), *list = value_list(a);
	for (size_t i = s->plan_count; i-- > 0;) {
		struct value *v = value_add_map(list, a);
		add_plan(v, a, &s->plans[i]);
		add_sums(v, a, lookbacks_of(s, s->plans[i].quarter, NULL));
	}
	value_set(m, a, "plans", list);
	value_set_bool(m, a, "has_rows", s->plan_count > 0);
	if (s->plan_count) {
		add_streets(w, m, s->plans[s->plan_count - 1].quarter);
		add_plan(m, a, &s->plans[s->plan_count - 1]);
	}
	const struct page page = {.path = "/lookbacks/index",
		.template_md = "pages/lookbacks.md",
		.markdown = written_intro(w->ctx, "/lookbacks/"),
		.model = m,
		.kind = "lookbacks",
		.title = finding(a, s),
		.column_name = "回头看",
		.column_description = "每季度对完成整治的企业回头看的计划、完成和反弹情况",
		.column_keywords = "散乱污,回头看,死灰复燃,反弹",
		.column_type = "数据发布",
		.content_day = s->plan_count ? w->ctx->data_day : DAY_NONE,
		.section = "results"};
	return page_emit(w, &page, e);
}

/* ---- a quarter -------------------------------------------------------------------------------------- */

struct visits {
	const char *quarter;
	struct arena *a;
	struct pub_lookback *all;
	size_t count, cap;
	struct day newest;
};

static enum err_code keep_visit(void *ctx, const struct pub_lookback *l, struct err *e)
{
	struct visits *v = ctx;
	(void)e;
	if (!str_eq(l->quarter, v->quarter))
		return ERR_OK;
	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 64;
		struct pub_lookback *all = arena_alloc(v->a, cap * sizeof *all);
		for (size_t i = 0; i < v->count; i++)
			all[i] = v->all[i];
		v->all = all;
		v->cap = cap;
	}
	struct pub_lookback *to = &v->all[v->count++];
	*to = *l;
	to->quarter = v->quarter;
	to->street = arena_strdup(v->a, l->street);
	to->reason = arena_strdup(v->a, l->reason);
	to->result = arena_strdup(v->a, l->result);
	if (day_compare(l->done_on, v->newest) > 0)
		v->newest = l->done_on;
	return ERR_OK;
}

/* Newest first, then by number. */
static int by_visit(const void *x, const void *y)
{
	const struct pub_lookback *a = x, *b = y;
	int order = day_compare(b->done_on, a->done_on);
	return order ? order : (a->enterprise > b->enterprise) - (a->enterprise < b->enterprise);
}

static enum err_code add_visits(
	struct worker *w, struct value *m, const struct visits *v, struct err *e)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	for (size_t i = 0; i < v->count; i++) {
		const struct pub_lookback *l = &v->all[i];
		struct brief b;
		if (record_brief(w, (uint32_t)l->enterprise, &b, e))
			return e->code;
		struct value *row = model_row(w, list, &b);
		if (b.row.flags & ROW_WITHDRAWN)
			value_set_text(row, a, "name", "登记已撤销");
		value_set_text(
			row, a, "street", text_or(street_name(w->ctx, l->street), l->street));
		value_set_text(row, a, "day", text_day_zh(a, l->done_on));
		value_set_text(row, a, "result", lookback_result_label(l->result));
		value_set_bool(row, a, "has_relapsed", str_eq(l->result, "relapsed"));
		value_set_text(row, a, "reason", lookback_reason_label(l->reason));
	}
	value_set(m, a, "rows", list);
	value_set_bool(m, a, "has_rows", v->count > 0);
	return ERR_OK;
}

static enum err_code quarter_emit(
	struct worker *w, const struct pub_lookback_plan *p, struct err *e)
{
	struct arena *a = w->arena;
	struct visits v = {.quarter = p->quarter, .a = a, .newest = p->made_on};
	struct value *m = value_map(a);
	if (pub_lookback_each(w->pub, keep_visit, &v, e))
		return e->code;
	if (v.count)
		qsort(v.all, v.count, sizeof *v.all, by_visit);
	add_plan(m, a, p);
	add_sums(m, a, lookbacks_of(of(w), p->quarter, NULL));
	add_streets(w, m, p->quarter);
	if (add_visits(w, m, &v, e))
		return e->code;
	const char *url = lookback_url(a, p->quarter);
	const struct crumb crumb = {"回头看", "/lookbacks/"};
	const struct page page = {.path = text_join(a, url, "index"),
		.template_md = "pages/lookback.md",
		.markdown = written_intro(w->ctx, url),
		.model = m,
		.kind = "lookbacks",
		.title = text_join(a, text_quarter_zh(a, p->quarter), "回头看"),
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = "回头看",
		.column_description = text_join(
			a, text_quarter_zh(a, p->quarter), "对完成整治的企业回头看的情况"),
		.column_keywords = "散乱污,回头看,死灰复燃,反弹",
		.column_type = "数据发布",
		.content_day = v.newest,
		.section = "results"};
	return page_emit(w, &page, e);
}

static size_t lookbacks_count(const struct ctx *c)
{
	return 1 + c->extras->supervision->plan_count;
}

static enum err_code lookbacks_emit(struct worker *w, size_t index, struct err *e)
{
	return index ? quarter_emit(w, &of(w)->plans[index - 1], e) : index_emit(w, e);
}

/* A quarter's page changes with its visits: the records visited, a new plan. */
struct search {
	const struct ctx *c;
	const char *quarter;
	int64_t old_change;
	bool found;
};

static enum err_code look_for(void *ctx, const struct pub_lookback *l, struct err *e)
{
	struct search *s = ctx;
	(void)e;
	s->found = s->found || (str_eq(l->quarter, s->quarter) &&
				       record_touched(s->c, l->enterprise, s->old_change));
	return ERR_OK;
}

static bool lookbacks_stale(const struct ctx *c, size_t index, int64_t old_change)
{
	if (old_change == c->now->last_change)
		return false;
	if (index == 0 || kinds_touched(c, old_change) & TOUCHED_LOOKBACKS)
		return true;
	struct search s = {.c = c,
		.quarter = c->extras->supervision->plans[index - 1].quarter,
		.old_change = old_change};
	return pub_lookback_each(c->pub, look_for, &s, NULL) || s.found;
}

const struct other_kind lookbacks_kind = {.count = lookbacks_count,
	.emit = lookbacks_emit,
	.stale = lookbacks_stale,
	.depends = ON_CHANGES | ON_FILES};
