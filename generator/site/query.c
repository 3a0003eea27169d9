/*
 * The named questions that prose may ask (`query` blocks and {{query …}}): public figures and what the operator
 * configured, so that a written page never holds a number that grows stale.
 *
 *   count all|finished|under-way|overdue        count state|category|street|industry|ring VALUE
 *   day data        plan number|title|issued    site name|operator|contact|address|domain|office-keys
 *   phone environment|emergency|hotline         count written FOLDER
 *   tipoffs received|open|late|concluded|declined|merged|transferred|erased|day
 *   lookbacks QUARTER planned|done|relapsed     ranking QUARTER units|day
 *   inspections QUARTER all|criticised|accountable
 *
 * What is not configured is answered with 尚未公布, never with an invented value.
 */
#include "site/supervision.h"

#include <string.h>

struct question {
	const struct ctx *c;
	struct arena *a;
	const char *const *args;
	size_t count;
};

static bool count_of_subset(const struct totals *t, const char *name, size_t *ret)
{
	const struct {
		const char *name;
		size_t n;
	} known[] = {{"all", t->all}, {"finished", t->finished}, {"under-way", t->under_way},
		{"overdue", t->overdue}};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(known[i].name, name)) {
			*ret = known[i].n;
			return true;
		}
	return false;
}

static bool count_of_street(const struct ctx *c, const char *code, size_t *ret)
{
	for (size_t i = 0; i < c->street_count; i++)
		if (str_eq(c->streets[i].code, code)) {
			*ret = c->totals.by_street[i];
			return true;
		}
	return false;
}

static bool count_of_industry(const struct ctx *c, const char *slug, size_t *ret)
{
	for (size_t i = 0; i < c->industry_count; i++)
		if (str_eq(c->industries[i].slug, slug)) {
			*ret = c->totals.by_industry[i];
			return true;
		}
	return false;
}

static bool count_of_facet(const struct ctx *c, const char *facet, const char *value, size_t *ret)
{
	const struct totals *t = &c->totals;
	if (str_eq(facet, "street"))
		return count_of_street(c, value, ret);
	if (str_eq(facet, "industry"))
		return count_of_industry(c, value, ret);
	size_t i = str_eq(facet, "state")      ? (size_t)policy_state_find(value)
		   : str_eq(facet, "category") ? (size_t)policy_category_find(value)
		   : str_eq(facet, "ring")     ? (size_t)policy_ring_find(value)
					       : 0;
	if (!i)
		return false;
	*ret = facet[0] == 's'	 ? t->by_state[i]
	       : facet[0] == 'c' ? t->by_category[i]
				 : t->by_ring[i];
	return true;
}

static size_t count_written(const struct ctx *c, const char *folder)
{
	size_t n = 0;
	for (size_t i = 0; i < c->extras->written_count; i++) {
		const struct written *w = &c->extras->written[i];
		n += str_eq(w->section, folder) && !w->has_children && w->date;
	}
	return n;
}

static const char *answer_count(const struct question *q)
{
	size_t n = 0;
	bool known = false;
	if (q->count == 1)
		known = count_of_subset(&q->c->totals, q->args[0], &n);
	else if (q->count == 2 && str_eq(q->args[0], "written"))
		n = count_written(q->c, q->args[1]), known = true;
	else if (q->count == 2)
		known = count_of_facet(q->c, q->args[0], q->args[1], &n);
	return known ? text_count(q->a, n) : NULL;
}

static const char *answer_plan(const struct question *q)
{
	const struct plan_info *plan = policy_plan(q->c->policy);
	if (q->count != 1)
		return NULL;
	if (str_eq(q->args[0], "number"))
		return plan->number;
	if (str_eq(q->args[0], "title"))
		return plan->title;
	return str_eq(q->args[0], "issued") ? text_day_zh(q->a, plan->issued) : NULL;
}

static const char *answer_site(const struct question *q)
{
	const struct site_config *o = &q->c->o->config;
	const char *const known[][2] = {{"name", o->site_name}, {"operator", o->operator_name},
		{"contact", o->contact}, {"address", o->address}, {"domain", o->domain},
		{"environment", o->environment_phone}, {"emergency", o->emergency_phone},
		{"hotline", o->hotline}, {"office-keys", o->office_keys}};
	for (size_t i = 0; q->count == 1 && i < COUNT_OF(known); i++)
		if (str_eq(known[i][0], q->args[0]))
			return text_or(known[i][1], "（尚未公布）");
	return NULL;
}

/* ---- tip-offs and supervision -------------------------------------------------------------------------- */

static const char *answer_tipoffs(const struct question *q)
{
	const struct supervision *s = q->c->extras->supervision;
	const struct tip_row *t = &s->total;
	if (q->count != 1)
		return NULL;
	if (str_eq(q->args[0], "day"))
		return text_or(s->release_count
				       ? text_day_zh(q->a, s->releases[s->release_count - 1].day)
				       : NULL,
			"（尚未公布）");
	const struct {
		const char *name;
		int64_t n;
	} known[] = {{"received", t->received}, {"open", tip_open(t)},
		{"late", t->n[BUCKET_OPEN_LATE]}, {"concluded", t->n[BUCKET_CONCLUDED]},
		{"declined", t->n[BUCKET_DECLINED]}, {"merged", t->n[BUCKET_MERGED]},
		{"transferred", t->n[BUCKET_TRANSFERRED]}, {"erased", t->n[BUCKET_ERASED]}};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(known[i].name, q->args[0]))
			return text_count(q->a, (size_t)known[i].n);
	return NULL;
}

static const char *answer_lookbacks(const struct question *q, const char *quarter)
{
	struct lookback_sums sums = lookbacks_of(q->c->extras->supervision, quarter, NULL);
	const struct {
		const char *name;
		int64_t n;
	} known[] = {{"planned", sums.planned}, {"done", sums.done}, {"relapsed", sums.relapsed}};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(known[i].name, q->args[1]))
			return text_count(q->a, (size_t)known[i].n);
	return NULL;
}

static const char *answer_ranking(const struct question *q, const char *quarter)
{
	const struct supervision *s = q->c->extras->supervision;
	for (size_t i = 0; i < s->ranking_count; i++) {
		size_t units = 0;
		if (!str_eq(s->rankings[i].quarter, quarter))
			continue;
		for (size_t k = 0; k < s->ranked_count; k++)
			units += s->ranked[k].ranking == i;
		if (str_eq(q->args[1], "units"))
			return text_count(q->a, units);
		return str_eq(q->args[1], "day") ? text_day_zh(q->a, s->rankings[i].computed_on)
						 : NULL;
	}
	return str_eq(q->args[1], "units") || str_eq(q->args[1], "day") ? "（尚未公布）" : NULL;
}

static const char *answer_inspections(const struct question *q, struct quarter quarter)
{
	const struct supervision *s = q->c->extras->supervision;
	size_t n = 0;
	bool all = str_eq(q->args[1], "all");
	if (!all && !str_eq(q->args[1], "criticised") && !str_eq(q->args[1], "accountable"))
		return NULL;
	for (size_t i = 0; i < s->inspection_count; i++) {
		const struct pub_inspection *in = &s->inspections[i];
		bool within = day_compare(in->published, quarter_first(quarter)) >= 0 &&
			      day_compare(in->published, quarter_last(quarter)) <= 0;
		n += within && (all || str_eq(in->result, q->args[1]));
	}
	return text_count(q->a, n);
}

static const char *answer_of_quarter(const struct question *q, const char *name)
{
	struct quarter quarter;
	char text[QUARTER_TEXT_BYTES];
	if (q->count != 2 || !quarter_parse(q->args[0], &quarter))
		return NULL;
	if (str_eq(name, "lookbacks"))
		return answer_lookbacks(q, quarter_text(quarter, text));
	if (str_eq(name, "ranking"))
		return answer_ranking(q, quarter_text(quarter, text));
	return str_eq(name, "inspections") ? answer_inspections(q, quarter) : NULL;
}

static const char *answer(const struct question *q, const char *name)
{
	if (str_eq(name, "count"))
		return answer_count(q);
	if (str_eq(name, "day") && q->count == 1 && str_eq(q->args[0], "data"))
		return text_or(text_day_zh(q->a, q->c->data_day), "（尚无记录）");
	if (str_eq(name, "plan"))
		return answer_plan(q);
	if (str_eq(name, "site") || str_eq(name, "phone"))
		return answer_site(q);
	if (str_eq(name, "tipoffs"))
		return answer_tipoffs(q);
	return answer_of_quarter(q, name);
}

enum err_code query_answer(void *ctx_of_page, const char *name, const char *const *args,
	size_t count, struct buf *ret_text, struct err *e)
{
	const struct page_scope *scope = ctx_of_page;
	const struct question q = {scope->worker->ctx, scope->worker->arena, args, count};
	const char *text = answer(&q, name);
	if (!text)
		return err_set(e, ERR_NOT_FOUND,
			T("不认识的查询“%s%s%s”", "unknown query \"%s%s%s\""), name,
			count ? " " : "", count ? args[0] : "");
	buf_str(ret_text, text);
	return ERR_OK;
}
