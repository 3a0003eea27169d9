/*
 * For finding pages: /sitemap/ for people, sitemap.xml with its parts and robots.txt for machines.
 *
 * The records' addresses stand in one part per folder of /results/ (at most 1000 each), so that a new record rewrites
 * one part; everything else stands in sitemap/pages.xml. Parts need absolute addresses: without a domain in the
 * configuration there are none. A demo asks robots to stay away.
 */
#include "site/supervision.h"

#include <string.h>

enum { FOLDER = 1000 };

static bool has_domain(const struct ctx *c)
{
	return c->o->config.domain && *c->o->config.domain;
}

static const char *root_of(const struct ctx *c, struct arena *a)
{
	const struct site_config *o = &c->o->config;
	return text_join3(a, text_join(a, text_or(o->scheme, "https"), "://"), o->domain,
		text_or(o->base_path, ""));
}

static size_t folder_count(const struct ctx *c)
{
	return c->now->count ? c->now->count / FOLDER + 1 : 0;
}

static void begin(struct buf *b, const char *element)
{
	buf_clear(b);
	buf_str(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
	buf_str(b, element);
	buf_str(b, " xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
}

static void location(
	struct buf *b, const char *element, const char *root, const char *url, struct day changed)
{
	char day[DAY_TEXT_BYTES];
	buf_char(b, '<');
	buf_str(b, element);
	buf_str(b, "><loc>");
	xml_text(b, root);
	xml_text(b, url);
	buf_str(b, "</loc>");
	if (day_is_set(changed)) {
		buf_str(b, "<lastmod>");
		buf_str(b, day_text(changed, day));
		buf_str(b, "</lastmod>");
	}
	buf_str(b, "</");
	buf_str(b, element);
	buf_str(b, ">\n");
}

static enum err_code end(struct worker *w, const char *element, const char *path, struct err *e)
{
	buf_str(&w->html, "</");
	buf_str(&w->html, element);
	buf_str(&w->html, ">\n");
	return store_put(w->ctx->store, path, w->html.data, w->html.len, e);
}

/* ---- for machines -------------------------------------------------------------------------------- */

static enum err_code index_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const char *root = root_of(w->ctx, a);
	begin(&w->html, "sitemapindex");
	location(&w->html, "sitemap", root, "/sitemap/pages.xml", DAY_NONE);
	for (size_t i = 0; i < folder_count(w->ctx); i++)
		location(&w->html, "sitemap", root,
			arena_printf(a, "/sitemap/results-%03zu.xml", i), DAY_NONE);
	return end(w, "sitemapindex", "/sitemap.xml", e);
}

static enum err_code folder_emit(struct worker *w, size_t folder, struct err *e)
{
	struct arena *a = w->arena;
	const struct state *now = w->ctx->now;
	const char *root = root_of(w->ctx, a);
	begin(&w->html, "urlset");
	for (size_t n = folder * FOLDER; n < (folder + 1) * FOLDER && n <= now->count; n++) {
		const struct row *row = n ? &now->rows[n - 1] : NULL;
		if (row && row->number && !(row->flags & ROW_WITHDRAWN))
			location(&w->html, "url", root,
				url_of_record(a, pub_prefix(w->pub), (int64_t)n),
				day_of(row->content_day));
	}
	return end(w, "urlset", arena_printf(a, "/sitemap/results-%03zu.xml", folder), e);
}

static const char *const top_pages[][2] = {{"/", "首页"}, {"/results/", "整治结果"},
	{"/deadlines/", "期限"}, {"/streets/", "各街道"}, {"/categories/", "各类别"},
	{"/industries/", "各行业"}, {"/states/", "各状态"},
	{"/policy/annex1/", "附件1：七类企业的要求和期限"}, {"/policy/which/", "哪一条适用于我"},
	{"/policy/units/", "谁负责什么"}, {"/news/", "动态"}, {"/monthly/", "月报"},
	{"/tipoffs/", "举报办理"}, {"/tipoffs/results/", "举报的办理结果"}, {"/bulletins/", "通报"},
	{"/lookbacks/", "回头看"}, {"/units/", "各部门的任务"}, {"/changes/", "变更记录"},
	{"/data/", "数据下载"}, {"/data/dictionary/", "数据字典"}, {"/data/output/", "产值合计"}};

static void facet_locations(struct worker *w, const char *root)
{
	struct arena *a = w->arena;
	const struct ctx *c = w->ctx;
	for (size_t i = 0; i < c->street_count; i++)
		location(&w->html, "url", root, text_join3(a, "/streets/", c->streets[i].code, "/"),
			DAY_NONE);
	for (int i = 1; i < CATEGORY_COUNT; i++)
		location(&w->html, "url", root,
			text_join3(a, "/categories/", policy_category_slug((enum category)i), "/"),
			DAY_NONE);
	for (size_t i = 0; i < c->industry_count; i++)
		location(&w->html, "url", root,
			text_join3(a, "/industries/", c->industries[i].slug, "/"), DAY_NONE);
}

static void supervision_locations(struct worker *w, const char *root)
{
	struct arena *a = w->arena;
	const struct supervision *s = w->ctx->extras->supervision;
	size_t n;
	const struct unit_info *units = policy_units(w->ctx->policy, &n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(units[i].kind, "department"))
			location(&w->html, "url", root,
				text_join3(a, "/units/", units[i].code, "/"), DAY_NONE);
	for (size_t i = 0; i < s->plan_count; i++)
		location(&w->html, "url", root, lookback_url(a, s->plans[i].quarter), DAY_NONE);
	for (size_t i = 0; i < s->ranking_count; i++)
		location(&w->html, "url", root, bulletin_url(a, s->rankings[i].quarter), DAY_NONE);
	for (size_t i = 0; i < s->ranked_count; i++)
		location(&w->html, "url", root,
			text_join3(a, bulletin_url(a, s->rankings[s->ranked[i].ranking].quarter),
				s->ranked[i].unit, "/"),
			DAY_NONE);
	struct buf paths;
	buf_init(&paths, 1 << 20);
	tipoff_paths(w->ctx, &paths);
	const char *end;
	for (const char *p = buf_text(&paths); (end = strchr(p, '\n')); p = end + 1)
		location(&w->html, "url", root,
			url_of_path(a, arena_strndup(a, p, (size_t)(end - p))), DAY_NONE);
	buf_done(&paths);
}

static enum err_code pages_emit(struct worker *w, struct err *e)
{
	const struct extras *x = w->ctx->extras;
	const char *root = root_of(w->ctx, w->arena);
	begin(&w->html, "urlset");
	for (size_t i = 0; i < COUNT_OF(top_pages); i++)
		location(&w->html, "url", root, top_pages[i][0], DAY_NONE);
	facet_locations(w, root);
	supervision_locations(w, root);
	for (size_t i = 0; i < x->month_count; i++)
		location(&w->html, "url", root,
			text_join3(w->arena, "/monthly/", text_month(w->arena, x->months[i]), "/"),
			DAY_NONE);
	for (size_t i = 0; i < x->written_count; i++)
		if (!written_is_intro(&x->written[i]) && !x->written[i].noindex &&
			!str_eq(x->written[i].path, "/404"))
			location(&w->html, "url", root, x->written[i].url, DAY_NONE);
	return end(w, "urlset", "/sitemap/pages.xml", e);
}

static enum err_code robots_emit(struct worker *w, struct err *e)
{
	struct buf *b = &w->html;
	buf_clear(b);
	buf_str(b, "User-agent: *\n");
	buf_str(b, w->ctx->o->config.demo ? "Disallow: /\n" : "Disallow:\n");
	if (has_domain(w->ctx) && !w->ctx->o->config.demo) {
		buf_str(b, "\nSitemap: ");
		buf_str(b, root_of(w->ctx, w->arena));
		buf_str(b, "/sitemap.xml\n");
	}
	return store_put(w->ctx->store, "/robots.txt", b->data, b->len, e);
}

/* ---- for people -------------------------------------------------------------------------------------- */

static void add_link(struct value *list, struct arena *a, const char *label, const char *url)
{
	struct value *v = value_add_map(list, a);
	value_set_text(v, a, "label", label);
	value_set_text(v, a, "url", url);
}

static struct value *add_group(struct value *groups, struct arena *a, const char *title)
{
	struct value *group = value_add_map(groups, a), *list = value_list(a);
	value_set_text(group, a, "title", title);
	value_set(group, a, "links", list);
	return list;
}

static void add_supervision(struct value *groups, struct worker *w)
{
	struct arena *a = w->arena;
	const struct supervision *s = w->ctx->extras->supervision;
	size_t n;
	const struct unit_info *units = policy_units(w->ctx->policy, &n);
	struct value *departments = add_group(groups, a, "部门");
	for (size_t i = 0; i < n; i++)
		if (str_eq(units[i].kind, "department"))
			add_link(departments, a, units[i].name,
				text_join3(a, "/units/", units[i].code, "/"));
	if (!s->ranking_count && !s->plan_count)
		return;
	struct value *quarters = add_group(groups, a, "季度");
	for (size_t i = s->ranking_count; i-- > 0;)
		add_link(quarters, a,
			text_join(a, text_quarter_zh(a, s->rankings[i].quarter), "通报"),
			bulletin_url(a, s->rankings[i].quarter));
	for (size_t i = s->plan_count; i-- > 0;)
		add_link(quarters, a,
			text_join(a, text_quarter_zh(a, s->plans[i].quarter), "回头看"),
			lookback_url(a, s->plans[i].quarter));
}

static void add_values(struct value *groups, struct worker *w)
{
	struct arena *a = w->arena;
	const struct ctx *c = w->ctx;
	struct value *streets = add_group(groups, a, "街道"),
		     *categories = add_group(groups, a, "类别");
	struct value *industries = add_group(groups, a, "行业");
	for (size_t i = 0; i < c->street_count; i++)
		add_link(streets, a, c->streets[i].name,
			text_join3(a, "/streets/", c->streets[i].code, "/"));
	for (int i = 1; i < CATEGORY_COUNT; i++)
		add_link(categories, a, policy_category_label((enum category)i),
			text_join3(a, "/categories/", policy_category_slug((enum category)i), "/"));
	for (size_t i = 0; i < c->industry_count; i++)
		add_link(industries, a, c->industries[i].name,
			text_join3(a, "/industries/", c->industries[i].slug, "/"));
}

static enum err_code map_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct extras *x = w->ctx->extras;
	struct value *m = value_map(a), *groups = value_list(a);
	struct value *top = add_group(groups, a, "栏目");
	for (size_t i = 0; i < COUNT_OF(top_pages); i++)
		add_link(top, a, top_pages[i][1], top_pages[i][0]);
	struct value *written = add_group(groups, a, "文章和说明");
	for (size_t i = 0; i < x->written_count; i++)
		if (!written_is_intro(&x->written[i]) && !str_eq(x->written[i].path, "/404"))
			add_link(written, a, x->written[i].title, x->written[i].url);
	add_values(groups, w);
	add_supervision(groups, w);
	value_set(m, a, "groups", groups);
	const struct page page = {.path = "/sitemap/index",
		.template_md = "pages/sitemap.md",
		.markdown = written_intro(w->ctx, "/sitemap/"),
		.model = m,
		.kind = "sitemap",
		.title = "站点地图",
		.column_name = "站点地图",
		.column_description = "本站的全部栏目",
		.column_keywords = "站点地图,栏目",
		.column_type = "概况信息",
		.content_day = DAY_NONE,
		.section = "about"};
	return page_emit(w, &page, e);
}

/* ---- all ------------------------------------------------------------------------------------------------ */

static size_t sitemap_count(const struct ctx *c)
{
	return 2 + (has_domain(c) ? 2 + folder_count(c) : 0);
}

static size_t sitemap_pages(const struct ctx *c)
{
	(void)c;
	return 1;
}

static enum err_code sitemap_emit(struct worker *w, size_t index, struct err *e)
{
	switch (index) {
	case 0:
		return map_emit(w, e);
	case 1:
		return robots_emit(w, e);
	case 2:
		return index_emit(w, e);
	case 3:
		return pages_emit(w, e);
	default:
		return folder_emit(w, index - 4, e);
	}
}

/* Maps change with new records or written pages, a folder's part with its records. */
static bool sitemap_stale(const struct ctx *c, size_t index, int64_t old_change)
{
	if (index >= 4)
		return folder_touched(c, index - 4, old_change);
	return old_change != c->now->last_change;
}

const struct other_kind sitemap_kind = {.count = sitemap_count,
	.emit = sitemap_emit,
	.pages = sitemap_pages,
	.stale = sitemap_stale,
	.depends = ON_CHANGES | ON_FILES};
