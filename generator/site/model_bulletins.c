/*
 * /bulletins/: the quarterly bulletin (六、（二）: one check, one ranking, one bulletin a quarter): the ranking as it was
 * published, its formula beside it, and how far a place moves when a weight does; the departments, reported and not ranked;
 * inspections published in the quarter; text people wrote stands first. A page per street has every figure and the records
 * behind it.
 *
 * A published ranking never changes, so a street's page hardly does. Nothing here is invented: a document number stands
 * only where the written page has one.
 */
#include "site/bulletin.h"

#include <string.h>

static const struct supervision *of(const struct worker *w)
{
	return w->ctx->extras->supervision;
}

/* ---- reading a ranking ---------------------------------------------------------------------------- */

static enum err_code take_row(void *ctx, const struct pub_ranking_row *r, struct err *e)
{
	struct bulletin *b = ctx;
	(void)e;
	struct ranked *all = arena_alloc(b->a, (b->count + 1) * sizeof *all);
	if (b->count)
		memcpy(all, b->rows, b->count * sizeof *all);
	all[b->count] = (struct ranked){.row = *r};
	all[b->count++].row.unit = arena_strdup(b->a, r->unit);
	b->rows = all;
	return ERR_OK;
}

static enum err_code take_item(void *ctx, const struct pub_ranking_item *i, struct err *e)
{
	struct bulletin *b = ctx;
	(void)e;
	for (size_t r = 0; r < b->count; r++) {
		struct ranked *to = &b->rows[r];
		if (!str_eq(to->row.unit, i->unit) || to->count == RANK_ITEMS)
			continue;
		to->items[to->count] = *i;
		to->items[to->count].unit = to->row.unit;
		to->items[to->count++].item = arena_strdup(b->a, i->item);
	}
	return ERR_OK;
}

/* In the order of places; those that are not ranked last. */
static void sort_rows(struct bulletin *b)
{
	for (size_t i = 1; i < b->count; i++)
		for (size_t k = i; k > 0; k--) {
			const struct pub_ranking_row *x = &b->rows[k - 1].row, *y = &b->rows[k].row;
			int px = x->rank > 0 ? x->rank : INT32_MAX,
			    py = y->rank > 0 ? y->rank : INT32_MAX;
			if (px < py || (px == py && strcmp(x->unit, y->unit) <= 0))
				break;
			struct ranked keep = b->rows[k - 1];
			b->rows[k - 1] = b->rows[k];
			b->rows[k] = keep;
		}
}

enum err_code bulletin_read(
	struct worker *w, const struct pub_ranking *ranking, struct bulletin *ret, struct err *e)
{
	*ret = (struct bulletin){.a = w->arena, .ranking = ranking};
	if (quarter_parse(ranking->quarter, &ret->quarter))
		ret->rules = policy_ranking(w->ctx->policy, ret->quarter);
	/* Other rules than those it was made by explain nothing of it. */
	if (ret->rules && day_compare(ret->rules->in_force_from, ranking->rules_from) != 0)
		ret->rules = NULL;
	if (pub_ranking_row_each(w->pub, ranking->quarter, take_row, ret, e) ||
		pub_ranking_item_each(w->pub, ranking->quarter, take_item, ret, e))
		return e->code;
	sort_rows(ret);
	return ERR_OK;
}

const struct rank_item *bulletin_item(const struct bulletin *b, const char *id)
{
	for (size_t i = 0; b->rules && i < b->rules->count; i++)
		if (str_eq(b->rules->item[i].id, id))
			return &b->rules->item[i];
	return NULL;
}

static const struct pub_ranking_item *item_of(const struct ranked *r, const char *id)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_eq(r->items[i].item, id))
			return &r->items[i];
	return NULL;
}

/* ---- the table and the formula ------------------------------------------------------------------------ */

static const char *range_text(struct arena *a, const struct pub_ranking_row *r)
{
	if (r->rank < 1)
		return "—";
	if (r->best == r->worst)
		return arena_printf(a, "不变");
	return arena_printf(a, "第 %d 至 %d 名", r->best, r->worst);
}

static const char *street_url(struct arena *a, const struct bulletin *b, const char *unit)
{
	return text_join3(a, bulletin_url(a, b->ranking->quarter), unit, "/");
}

static void add_row(
	struct worker *w, struct value *list, const struct bulletin *b, const struct ranked *r)
{
	struct arena *a = w->arena;
	struct value *v = value_add_map(list, a);
	value_set_text(v, a, "label", text_or(unit_name(w->ctx, r->row.unit), r->row.unit));
	value_set_text(v, a, "url", street_url(a, b, r->row.unit));
	value_set_text(
		v, a, "place", r->row.rank > 0 ? arena_printf(a, "%d", r->row.rank) : "不排名");
	value_set_text(v, a, "total", r->row.total >= 0 ? text_hundredths(a, r->row.total) : "—");
	value_set_text(v, a, "range", range_text(a, &r->row));
}

static void add_rows(struct worker *w, struct value *m, const struct bulletin *b)
{
	struct value *list = value_list(w->arena);
	for (size_t i = 0; i < b->count; i++)
		add_row(w, list, b, &b->rows[i]);
	value_set(m, w->arena, "rows", list);
	value_set_bool(m, w->arena, "has_rows", b->count > 0);
}

static void add_scores(struct worker *w, struct value *m, const struct bulletin *b)
{
	struct arena *a = w->arena;
	struct value *items = value_list(a);
	for (size_t i = 0; b->rules && i < b->rules->count; i++) {
		const struct rank_item *item = &b->rules->item[i];
		struct value *v = value_add_map(items, a);
		value_set_text(v, a, "name", item->name);
		value_set_text(v, a, "how", item->how);
		value_set_text(v, a, "clause", item->clause);
		value_set_int(v, a, "full", item->full);
	}
	value_set(m, a, "items", items);
	value_set_bool(m, a, "has_rules", b->rules != NULL);
	if (!b->rules)
		return;
	value_set_text(m, a, "tie", b->rules->tie);
	value_set_int(m, a, "cutoff", b->rules->cutoff_days);
	value_set_text(m, a, "rules_from", text_day_zh(a, b->rules->in_force_from));
}

/* The scores of all, as a table of streets by items. */
static const char *score_text(struct arena *a, const struct pub_ranking_item *i)
{
	return !i || i->score < 0 ? "—" : text_hundredths(a, i->score);
}

static void add_matrix(struct worker *w, struct value *m, const struct bulletin *b)
{
	struct arena *a = w->arena;
	struct value *rows = value_list(a);
	for (size_t r = 0; b->rules && r < b->count; r++) {
		struct value *v = value_add_map(rows, a), *cells = value_list(a);
		value_set_text(v, a, "label",
			text_or(unit_name(w->ctx, b->rows[r].row.unit), b->rows[r].row.unit));
		value_set_text(v, a, "url", street_url(a, b, b->rows[r].row.unit));
		for (size_t i = 0; i < b->rules->count; i++)
			value_add(cells, a,
				value_text(a,
					score_text(a, item_of(&b->rows[r], b->rules->item[i].id))));
		value_set(v, a, "cells", cells);
	}
	value_set(m, a, "matrix", rows);
}

/* ---- departments, inspections ---------------------------------------------------------------------------- */

static bool was_asked(const struct pub_task *t, struct day end)
{
	return !day_is_set(t->asked_on) || day_compare(t->asked_on, end) <= 0;
}

/* As of the quarter's end: asked until then, done until then, past their day then. */
static enum err_code add_departments(
	struct worker *w, struct value *m, const struct bulletin *b, struct err *e)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	const struct pub_task_of *tasks;
	size_t count, n;
	struct day end = quarter_last(b->quarter);
	const struct unit_info *units = policy_units(w->ctx->policy, &n);
	if (supervision_tasks(w, &tasks, &count, e))
		return e->code;
	for (size_t u = 0; u < n; u++) {
		size_t asked = 0, done = 0, late = 0;
		if (!str_eq(units[u].kind, "department"))
			continue;
		for (size_t i = 0; i < count; i++) {
			const struct pub_task *t = &tasks[i].task;
			if (!str_eq(t->unit, units[u].code) || !was_asked(t, end))
				continue;
			asked++;
			done += day_is_set(t->done_on) && day_compare(t->done_on, end) <= 0;
			late += task_is_late(t, end);
		}
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", units[u].name);
		value_set_text(v, a, "url", unit_url(w->ctx, a, units[u].code));
		value_count(v, a, "asked", asked);
		value_count(v, a, "done", done);
		value_count(v, a, "late", late);
	}
	value_set(m, a, "departments", list);
	value_set_text(m, a, "until", text_day_zh(a, end));
	return ERR_OK;
}

static bool is_published_in(const struct pub_inspection *i, const void *quarter)
{
	const struct quarter *q = quarter;
	return day_compare(i->published, quarter_first(*q)) >= 0 &&
	       day_compare(i->published, quarter_last(*q)) <= 0;
}

static enum err_code add_inspections(
	struct worker *w, struct value *m, const struct bulletin *b, struct err *e)
{
	const struct supervision *s = of(w);
	size_t criticised = 0, accountable = 0;
	for (size_t i = 0; i < s->inspection_count; i++) {
		if (!is_published_in(&s->inspections[i], &b->quarter))
			continue;
		criticised += str_eq(s->inspections[i].result, "criticised");
		accountable += str_eq(s->inspections[i].result, "accountable");
	}
	value_count(m, w->arena, "criticised", criticised);
	value_count(m, w->arena, "accountable", accountable);
	return model_inspections(
		w, m, s->inspections, s->inspection_count, is_published_in, &b->quarter, 0, e);
}

static void add_lookbacks(struct worker *w, struct value *m, const struct bulletin *b)
{
	struct arena *a = w->arena;
	const struct supervision *s = of(w);
	struct lookback_sums sums = lookbacks_of(s, b->ranking->quarter, NULL);
	if (!sums.planned)
		return;
	struct value *v = value_map(a);
	value_count(v, a, "planned", (size_t)sums.planned);
	value_count(v, a, "done", (size_t)sums.done);
	value_count(v, a, "relapsed", (size_t)sums.relapsed);
	value_set_text(v, a, "url", lookback_url(a, b->ranking->quarter));
	value_set(m, a, "visits", v);
}

/* ---- the bulletin -------------------------------------------------------------------------------------------- */

static struct day signed_day(struct arena *a, const struct written *text, struct day otherwise)
{
	struct day d;
	if (text && text->date && day_parse(arena_strndup(a, text->date, 10), &d))
		return d;
	return otherwise;
}

static const char *published_at(struct arena *a, const struct written *text, struct day day)
{
	if (text && text->date && strlen(text->date) > 10)
		return text->date;
	const char *s = text_day(a, day);
	return s ? text_join(a, s, " 00:00") : NULL;
}

static enum err_code quarter_emit(
	struct worker *w, const struct pub_ranking *ranking, struct err *e)
{
	struct arena *a = w->arena;
	struct bulletin b;
	struct value *m = value_map(a);
	const char *url = bulletin_url(a, ranking->quarter);
	const struct written *text = written_find(w->ctx, url);
	if (bulletin_read(w, ranking, &b, e))
		return e->code;
	add_rows(w, m, &b);
	add_scores(w, m, &b);
	add_matrix(w, m, &b);
	add_lookbacks(w, m, &b);
	if (add_departments(w, m, &b, e) || add_inspections(w, m, &b, e))
		return e->code;
	struct day day = signed_day(a, text, ranking->computed_on);
	const char *issuer = text && text->source ? text->source : w->ctx->o->config.operator_name;
	value_set_text(m, a, "quarter", text_quarter_zh(a, ranking->quarter));
	value_set_text(m, a, "since", text_day_zh(a, ranking->computed_on));
	value_set_text(m, a, "sha256", ranking->sha256);
	value_set_text(m, a, "slug", text_quarter_slug(a, ranking->quarter));
	value_set_text(m, a, "contact", w->ctx->o->config.contact);
	value_set_text(m, a, "plan_number", policy_plan(w->ctx->policy)->number);
	const struct crumb crumb = {"通报", "/bulletins/"};
	const struct page page = {.path = text_join(a, url, "index"),
		.template_md = "pages/bulletin.md",
		.markdown = text ? text->body : NULL,
		.source_file = text ? text->file : NULL,
		.source_line = text ? text->body_line : 0,
		.model = m,
		.kind = "bulletin",
		.title = text && text->title
				 ? text->title
				 : text_join3(a, "关于", text_quarter_zh(a, ranking->quarter),
					   "“散乱污”企业综合治理情况的通报"),
		.description = text ? text->description : NULL,
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = "通报",
		.column_description = "每季度的检查、排名和通报",
		.column_keywords = "散乱污,季度通报,排名",
		.column_type = "数据发布",
		.published = published_at(a, text, day),
		.source = issuer,
		.number = text ? text->number : NULL,
		.signer = issuer,
		.signed_on = text_day_zh(a, day),
		.content_day = ranking->computed_on,
		.section = "data"};
	return page_emit(w, &page, e);
}

/* ---- the index -------------------------------------------------------------------------------------------------- */

/* The names of those in first place. */
static const char *first_of(struct worker *w, const struct bulletin *b)
{
	const char *names = "";
	for (size_t i = 0; i < b->count && b->rows[i].row.rank == 1; i++)
		names = text_join3(w->arena, names, i ? "、" : "",
			text_or(unit_name(w->ctx, b->rows[i].row.unit), b->rows[i].row.unit));
	return text_or(names, "—");
}

static enum err_code index_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct supervision *s = of(w);
	struct value *m = value_map(a), *list = value_list(a);
	for (size_t i = s->ranking_count; i-- > 0;) {
		const struct pub_ranking *r = &s->rankings[i];
		const char *url = bulletin_url(a, r->quarter);
		const struct written *text = written_find(w->ctx, url);
		struct bulletin b;
		if (bulletin_read(w, r, &b, e))
			return e->code;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", text_quarter_zh(a, r->quarter));
		value_set_text(v, a, "url", url);
		value_set_text(v, a, "number", text ? text->number : NULL);
		value_set_text(v, a, "since", text_day_zh(a, r->computed_on));
		value_set_text(v, a, "name", first_of(w, &b));
		value_count(v, a, "units", b.count);
	}
	value_set(m, a, "rows", list);
	value_set_bool(m, a, "has_rows", s->ranking_count > 0);
	const struct page page = {.path = "/bulletins/index",
		.template_md = "pages/bulletins.md",
		.markdown = written_intro(w->ctx, "/bulletins/"),
		.model = m,
		.kind = "bulletins",
		.title = "通报",
		.column_name = "通报",
		.column_description = "每季度的检查、排名和通报",
		.column_keywords = "散乱污,季度通报,排名",
		.column_type = "数据发布",
		.content_day =
			s->ranking_count ? s->rankings[s->ranking_count - 1].computed_on : DAY_NONE,
		.section = "data"};
	return page_emit(w, &page, e);
}

/* ---- all ------------------------------------------------------------------------------------------------------------ */

/* The index, a page per quarter, a page per street that was ranked in it. */
static size_t bulletins_count(const struct ctx *c)
{
	const struct supervision *s = c->extras->supervision;
	return 1 + s->ranking_count + s->ranked_count;
}

static enum err_code bulletins_emit(struct worker *w, size_t index, struct err *e)
{
	const struct supervision *s = of(w);
	if (index == 0)
		return index_emit(w, e);
	if (--index < s->ranking_count)
		return quarter_emit(w, &s->rankings[index], e);
	const struct ranked_unit *r = &s->ranked[index - s->ranking_count];
	return bulletin_street_emit(w, &s->rankings[r->ranking], r->unit, e);
}

static bool bulletins_stale(const struct ctx *c, size_t index, int64_t old_change)
{
	if (old_change == c->now->last_change)
		return false;
	/* A street's page names inspections that are published and links the months that have a report. */
	return index <= c->extras->supervision->ranking_count ||
	       kinds_touched(c, old_change) &
		       (TOUCHED_RANKINGS | TOUCHED_INSPECTIONS | TOUCHED_REPORTS);
}

const struct other_kind bulletins_kind = {.count = bulletins_count,
	.emit = bulletins_emit,
	.stale = bulletins_stale,
	.depends = ON_CHANGES | ON_FILES};
