/*
 * Policy pages made from the policy data: the matrix of Annex 1, and who is responsible.
 *
 * The matrix shows each cell as the rules say it today, before any facts of an enterprise: a date that counts from the
 * stop-production order stays a number of months. Nothing here is typed in twice: an amended rule amends the page.
 */
#include "site/pages.h"

const char *duty_limit(struct arena *a, const struct duty *d)
{
	if (day_is_set(d->due))
		return text_join(a, text_day_zh(a, d->due), "前");
	if (d->months)
		return arena_printf(a, "责令停产之日起 %d 个月内", d->months);
	return "附件1没有定日期";
}

static const char *cell_text(struct arena *a, const struct duties *d)
{
	const char *text = "";
	for (size_t i = 0; i < d->count; i++) {
		const struct duty *duty = &d->duty[i];
		bool has_limit = day_is_set(duty->due) || duty->months;
		text = text_join3(a, text, i ? "；" : "", policy_action_label(duty->action));
		if (has_limit)
			text = text_join3(a, text, "：", duty_limit(a, duty));
	}
	return text;
}

void model_cell_duties(struct value *m, struct arena *a, const struct duties *d)
{
	struct value *list = value_list(a);
	for (size_t i = 0; i < d->count; i++) {
		const struct duty *duty = &d->duty[i];
		struct value *v = value_add_map(list, a);
		value_set_bool(v, a, "more", i > 0);
		value_set_text(v, a, "action", policy_action_label(duty->action));
		value_set_text(v, a, "text", duty->text);
		value_set_text(v, a, "due", duty_limit(a, duty));
		value_set_bool(v, a, "dated", day_is_set(duty->due) || duty->months);
		value_set_text(v, a, "clause", duty->clause);
		value_set_text(v, a, "until", duty->until);
		value_set_text(v, a, "missed", duty->missed_text);
		value_set_text(v, a, "rule", duty->rule);
	}
	value_set(m, a, "duties", list);
	struct value *open = value_list(a);
	for (size_t i = 0; i < d->open_count; i++)
		value_add(open, a, value_text(a, d->open[i]));
	value_set(m, a, "open", open);
	value_set_bool(m, a, "has_open", d->open_count > 0);
}

const char *which_result_url(struct arena *a, enum category c, enum ring r)
{
	return text_join3(a, "/policy/which/",
		text_join3(a, policy_category_slug(c), "-", policy_ring_id(r)), "/");
}

/* ---- /policy/annex1/ ------------------------------------------------------------------------------ */

static void add_category(struct value *list, struct worker *w, enum category c)
{
	struct arena *a = w->arena;
	struct value *v = value_add_map(list, a), *sides = value_list(a);
	value_set_text(v, a, "label", policy_category_label(c));
	value_set_text(v, a, "slug", policy_category_slug(c));
	value_set_int(v, a, "line", c);
	value_set_text(v, a, "url",
		list_url(w->ctx, a, FACET_CATEGORY, (uint16_t)c, SUBSET_ALL, ORDER_ID));
	for (int r = RING_INNER; r < RING_COUNT; r++) {
		struct duties d;
		policy_cell(w->ctx->policy, a, c, (enum ring)r, w->ctx->o->today, &d);
		struct value *side = value_add_map(sides, a);
		value_set_text(side, a, "ring", policy_ring_label((enum ring)r));
		value_set_text(side, a, "url", which_result_url(a, c, (enum ring)r));
		model_cell_duties(side, a, &d);
		value_set_text(v, a, r == RING_INNER ? "inner" : "outer", cell_text(a, &d));
	}
	value_set(v, a, "sides", sides);
}

static enum err_code annex_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a), *categories = value_list(a);
	const struct plan_info *plan = policy_plan(w->ctx->policy);
	for (int c = 1; c < CATEGORY_COUNT; c++)
		add_category(categories, w, (enum category)c);
	struct duties d;
	policy_cell(w->ctx->policy, a, CATEGORY_SAN, RING_INNER, w->ctx->o->today, &d);
	value_set(m, a, "categories", categories);
	value_set_text(m, a, "plan_number", plan->number);
	value_set_text(m, a, "plan_title", plan->title);
	value_set_text(m, a, "plan_issued", text_day_zh(a, plan->issued));
	value_set_text(m, a, "goal", d.goal_text);
	const struct crumb crumb = {"政策", "/policy/"};
	const struct page page = {.path = "/policy/annex1/index",
		.template_md = "pages/annex1.md",
		.markdown = written_intro(w->ctx, "/policy/annex1/"),
		.model = m,
		.kind = "policy",
		.title = "附件1：七类企业的要求和期限",
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = "分类施治标准",
		.column_description = "附件1：按类别和二环路内外的处置措施和期限",
		.column_keywords = "散乱污,分类施治,处置措施,期限",
		.column_type = "政策文件",
		.content_day = DAY_NONE,
		.section = "policy"};
	return page_emit(w, &page, e);
}

/* ---- /policy/units/ ---------------------------------------------------------------------------------- */

static void add_unit(struct worker *w, struct value *list, const struct unit_info *u)
{
	struct arena *a = w->arena;
	struct value *v = value_add_map(list, a);
	value_set_text(v, a, "url", unit_url(w->ctx, a, u->code));
	value_set_text(v, a, "name", u->name);
	value_set_text(v, a, "role", u->role);
	value_set_text(v, a, "tipoffs", text_or(u->tipoffs, "—"));
	value_set_text(v, a, "clause", u->clause);
}

static enum err_code units_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a), *departments = value_list(a), *streets = value_list(a);
	size_t n;
	const struct unit_info *units = policy_units(w->ctx->policy, &n);
	bool told = false;
	for (size_t i = 0; i < n; i++) {
		bool is_street = str_eq(units[i].kind, "street") || str_eq(units[i].kind, "zone");
		if (!is_street)
			add_unit(w, departments, &units[i]);
		if (!is_street || told)
			continue;
		value_set_text(m, a, "street_role", units[i].role);
		value_set_text(m, a, "street_clause", units[i].clause);
		value_set_text(m, a, "street_tipoffs", units[i].tipoffs);
		told = true;
	}
	for (size_t i = 0; i < w->ctx->street_count; i++) {
		struct value *v = value_add_map(streets, a);
		value_set_text(v, a, "name", w->ctx->streets[i].name);
		value_set_text(
			v, a, "url", text_join3(a, "/streets/", w->ctx->streets[i].code, "/"));
	}
	value_set(m, a, "departments", departments);
	value_set(m, a, "streets", streets);
	value_set_text(m, a, "plan_number", policy_plan(w->ctx->policy)->number);
	const struct crumb crumb = {"政策", "/policy/"};
	const struct page page = {.path = "/policy/units/index",
		.template_md = "pages/units.md",
		.markdown = written_intro(w->ctx, "/policy/units/"),
		.model = m,
		.kind = "policy",
		.title = "谁负责什么",
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = "责任分工",
		.column_description = "街道和部门在散乱污企业综合治理中的责任",
		.column_keywords = "散乱污,责任分工,街道,部门",
		.column_type = "政策文件",
		.content_day = DAY_NONE,
		.section = "policy"};
	return page_emit(w, &page, e);
}

static size_t policy_count(const struct ctx *c)
{
	(void)c;
	return 2;
}

static enum err_code policy_emit(struct worker *w, size_t index, struct err *e)
{
	return index ? units_emit(w, e) : annex_emit(w, e);
}

const struct other_kind policy_kind = {
	.count = policy_count, .emit = policy_emit, .depends = ON_DAY | ON_FILES | ON_CHANGES};
