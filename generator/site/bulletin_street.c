/*
 * /bulletins/2018-q1/650105001/: every figure of one street's place, and behind each the records it was counted from, those
 * that were counted as done and those that were not. Tip-offs and look-backs have their figures alone: which cases, and
 * where a visit was planned, is not public.
 */
#include "site/bulletin.h"

#include <string.h>

/* Under this name stand the enterprises whose relapse makes an item 0. */
static const char relapses[] = "relapses";

struct traces {
	struct worker *w;
	struct bulletin *b;
	const char *unit, *item;
	struct value *counted, *uncounted;
	size_t counted_count, uncounted_count;
};

/* "monthly-2": the first day of the quarter's second month. */
static bool month_of_item(const struct bulletin *b, const char *item, struct day *ret)
{
	if (!str_starts(item, "monthly-") || item[8] < '1' || item[8] > '3' || item[9])
		return false;
	*ret = day_add_months(quarter_first(b->quarter), item[8] - '1');
	return true;
}

static bool has_month(const struct extras *x, struct day month)
{
	for (size_t i = 0; i < x->month_count; i++)
		if (day_compare(x->months[i], month) == 0)
			return true;
	return false;
}

static void name_report(struct traces *t, struct value *v)
{
	struct arena *a = t->w->arena;
	struct day month;
	if (!month_of_item(t->b, t->item, &month)) {
		value_set_text(v, a, "label", "月报");
		return;
	}
	value_set_text(v, a, "label", text_join(a, text_month_zh(a, month), "月报"));
	if (has_month(t->w->ctx->extras, month))
		value_set_text(v, a, "url", text_join3(a, "/monthly/", text_month(a, month), "/"));
}

static void name_inspection(struct traces *t, struct value *v, int64_t seq)
{
	struct arena *a = t->w->arena;
	const struct supervision *s = t->w->ctx->extras->supervision;
	for (size_t i = 0; i < s->inspection_count; i++) {
		const struct pub_inspection *in = &s->inspections[i];
		if (in->seq != seq)
			continue;
		value_set_text(v, a, "label",
			text_join3(a, text_day_zh(a, in->day), inspection_kind_label(in->kind),
				text_join(a, "，", inspection_result_label(in->result))));
		return;
	}
	value_set_text(v, a, "label", "一次没有公开的检查");
}

static enum err_code take_trace(void *ctx, const struct pub_ranking_trace *tr, struct err *e)
{
	struct traces *t = ctx;
	struct arena *a = t->w->arena;
	(void)e;
	struct value *v = value_add_map(tr->counted ? t->counted : t->uncounted, a);
	if (tr->counted)
		t->counted_count++;
	else
		t->uncounted_count++;
	if (str_eq(tr->what, "enterprise")) {
		value_set_text(v, a, "label",
			arena_printf(a, "%s-%06lld", pub_prefix(t->w->pub), (long long)tr->number));
		value_set_text(v, a, "url", url_of_record(a, pub_prefix(t->w->pub), tr->number));
	} else if (str_eq(tr->what, "report")) {
		name_report(t, v);
	} else {
		name_inspection(t, v, tr->number);
	}
	return ERR_OK;
}

/* ---- figures ---------------------------------------------------------------------------------------- */

static const char *figure_text(
	struct arena *a, const struct rank_item *rule, const struct pub_ranking_item *i)
{
	if (i->part < 0)
		return "少于 3 件，不公布";
	if (rule && rule->rule == RANK_DEDUCT)
		return arena_printf(a, "%s 次", text_count(a, (size_t)i->part));
	if (!i->whole)
		return "没有";
	return arena_printf(
		a, "%s ÷ %s", text_count(a, (size_t)i->part), text_count(a, (size_t)i->whole));
}

static const char *why_no_trace(const char *item)
{
	if (str_eq(item, "tipoffs"))
		return "哪几件举报不公布，为的是替举报人保密。";
	return str_eq(item, "lookbacks") ? "看过的企业见回头看；计划要看而没有看的不列名。" : NULL;
}

/* The relapses of the quarter, beside the item they make 0. */
static enum err_code add_relapses(
	struct worker *w, struct value *v, struct bulletin *b, const char *unit, struct err *e)
{
	struct arena *a = w->arena;
	struct traces t = {w, b, unit, relapses, value_list(a), value_list(a), 0, 0};
	if (pub_ranking_trace_of(w->pub, b->ranking->quarter, t.unit, t.item, take_trace, &t, e))
		return e->code;
	value_set(v, a, "relapsed", t.counted);
	value_set_bool(v, a, "has_relapsed", t.counted_count > 0);
	value_count(v, a, "relapses", t.counted_count);
	return ERR_OK;
}

static enum err_code add_item(struct worker *w, struct value *list, struct bulletin *b,
	const struct pub_ranking_item *i, struct err *e)
{
	struct arena *a = w->arena;
	const struct rank_item *rule = bulletin_item(b, i->item);
	struct traces t = {w, b, i->unit, i->item, value_list(a), value_list(a), 0, 0};
	struct value *v = value_add_map(list, a);
	if (pub_ranking_trace_of(w->pub, b->ranking->quarter, t.unit, t.item, take_trace, &t, e))
		return e->code;
	value_set_text(v, a, "id", i->item);
	value_set_text(v, a, "name", rule ? rule->name : i->item);
	value_set_text(v, a, "how", rule ? rule->how : NULL);
	value_set_text(v, a, "clause", rule ? rule->clause : NULL);
	value_set_text(v, a, "full", rule ? arena_printf(a, "%d", rule->full) : "—");
	value_set_text(v, a, "figure", figure_text(a, rule, i));
	value_set_text(v, a, "score", i->score < 0 ? "不适用" : text_hundredths(a, i->score));
	value_set_bool(v, a, "deducts", rule && rule->rule == RANK_DEDUCT);
	value_set(v, a, "counted", t.counted);
	value_set(v, a, "uncounted", t.uncounted);
	value_set_bool(v, a, "has_counted", t.counted_count > 0);
	value_set_bool(v, a, "has_uncounted", t.uncounted_count > 0);
	value_count(v, a, "counted_count", t.counted_count);
	value_count(v, a, "uncounted_count", t.uncounted_count);
	value_set_text(v, a, "note", why_no_trace(i->item));
	if (rule && rule->zero_on_relapse)
		return add_relapses(w, v, b, i->unit, e);
	return ERR_OK;
}

/* In the order of the rules; what they do not know comes last, in the order it was kept. */
static enum err_code add_items(struct worker *w, struct value *m, struct bulletin *b,
	const struct ranked *r, struct err *e)
{
	struct value *list = value_list(w->arena);
	for (size_t k = 0; b->rules && k < b->rules->count; k++)
		for (size_t i = 0; i < r->count; i++)
			if (str_eq(r->items[i].item, b->rules->item[k].id) &&
				add_item(w, list, b, &r->items[i], e))
				return e->code;
	for (size_t i = 0; i < r->count; i++)
		if (!bulletin_item(b, r->items[i].item) && add_item(w, list, b, &r->items[i], e))
			return e->code;
	value_set(m, w->arena, "items", list);
	return ERR_OK;
}

static const struct ranked *find(const struct bulletin *b, const char *unit)
{
	for (size_t i = 0; i < b->count; i++)
		if (str_eq(b->rows[i].row.unit, unit))
			return &b->rows[i];
	return NULL;
}

enum err_code bulletin_street_emit(
	struct worker *w, const struct pub_ranking *ranking, const char *street, struct err *e)
{
	struct arena *a = w->arena;
	struct bulletin b;
	struct value *m = value_map(a);
	if (bulletin_read(w, ranking, &b, e))
		return e->code;
	const struct ranked *r = find(&b, street);
	if (!r)
		return ERR_OK;
	if (add_items(w, m, &b, r, e))
		return e->code;
	const char *url = bulletin_url(a, ranking->quarter);
	const char *quarter = text_quarter_zh(a, ranking->quarter);
	const char *name = text_or(unit_name(w->ctx, street), street);
	value_set_text(m, a, "total", r->row.total >= 0 ? text_hundredths(a, r->row.total) : NULL);
	value_set_int(m, a, "place", r->row.rank);
	value_set_bool(m, a, "has_rank", r->row.rank > 0);
	value_set_int(m, a, "best", r->row.best);
	value_set_int(m, a, "worst", r->row.worst);
	value_set_bool(m, a, "same", r->row.best == r->row.worst);
	value_set_text(m, a, "quarter_url", url);
	value_set_text(m, a, "quarter", quarter);
	value_set_text(m, a, "street_url", unit_url(w->ctx, a, street));
	value_set_text(m, a, "name", name);
	value_set_text(m, a, "since", text_day_zh(a, ranking->computed_on));
	value_set_text(m, a, "contact", w->ctx->o->config.contact);
	const struct crumb crumbs[] = {{"通报", "/bulletins/"}, {quarter, url}};
	const char *title = r->row.rank > 0
				    ? arena_printf(a, "%s：%s第 %d 名", name, quarter, r->row.rank)
				    : arena_printf(a, "%s：%s不排名", name, quarter);
	const struct page page = {.path = text_join3(a, url, street, "/index"),
		.template_md = "pages/bulletin-street.md",
		.model = m,
		.kind = "bulletins",
		.title = title,
		.crumbs = crumbs,
		.crumb_count = COUNT_OF(crumbs),
		.column_name = "通报",
		.column_description = text_join(a, title, "：每一项的得分和依据的记录"),
		.column_keywords = text_join(a, "散乱污,季度排名,", name),
		.column_type = "数据发布",
		.content_day = ranking->computed_on,
		.section = "data"};
	return page_emit(w, &page, e);
}
