/*
 * /changes/: what was recorded, newest first; archive pages by ranges of change numbers, oldest first, which never
 * change once their range is full; and an Atom feed of the newest.
 *
 * A run of like changes on one day (an import) is one line with its count, so that a month's sheet does not bury the
 * rest. Who recorded a change is never shown; which unit reported is on the monthly pages.
 */
#include "site/supervision.h"

#include <string.h>

enum { A_RANGE = 1000, NEWEST = 100, LOOK_BACK = 2000, IN_FEED = 50 };

struct group {			 /* consecutive changes of one kind recorded on one day */
	struct pub_change first; /* its strings are the arena's */
	int64_t last_seq, count, first_enterprise, last_enterprise;
};
struct groups {
	struct arena *a;
	struct group *all;
	size_t count, cap;
	int64_t end; /* the first seq beyond the range; 0: none */
};

/* ---- reading ----------------------------------------------------------------------------------- */

static bool joins(const struct group *g, const struct pub_change *ch)
{
	bool bulk = str_eq(ch->kind, "registered") || str_eq(ch->kind, "field") ||
		    str_eq(ch->kind, "event") || str_eq(ch->kind, "tip-release");
	return bulk && str_eq(g->first.kind, ch->kind) &&
	       day_compare(g->first.recorded, ch->recorded) == 0 &&
	       (!str_eq(ch->kind, "event") || str_eq(g->first.detail, ch->detail)) &&
	       ch->enterprise && g->first.enterprise;
}

static enum err_code collect(void *ctx, const struct pub_change *ch, struct err *e)
{
	struct groups *g = ctx;
	if (g->end && ch->seq >= g->end)
		return err_set(e, ERR_REFUSED, "range read");
	/* A new week of the chain is no change of the register: the heads stand on their page. */
	if (str_eq(ch->kind, "chain-week"))
		return ERR_OK;
	struct group *last = g->count ? &g->all[g->count - 1] : NULL;
	if (last && joins(last, ch)) {
		last->last_seq = ch->seq;
		last->last_enterprise = ch->enterprise;
		last->count++;
		return ERR_OK;
	}
	if (!g->all || g->count == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 64;
		struct group *all = arena_alloc(g->a, cap * sizeof *all);
		if (g->all)
			memcpy(all, g->all, g->count * sizeof *all);
		g->all = all;
		g->cap = cap;
	}
	g->all[g->count] = (struct group){*ch, ch->seq, 1, ch->enterprise, ch->enterprise};
	g->all[g->count].first.kind = arena_strdup(g->a, ch->kind);
	g->all[g->count].first.detail = arena_strdup(g->a, ch->detail);
	g->count++;
	return ERR_OK;
}

/* Changes with after < seq < end, in groups; end 0: all. */
static enum err_code read_groups(
	struct worker *w, int64_t after, int64_t end, struct groups *ret, struct err *e)
{
	struct err stopped = {0};
	*ret = (struct groups){.a = w->arena, .end = end};
	enum err_code code = pub_change_each(w->pub, after, collect, ret, &stopped);
	if (!code || (code == ERR_REFUSED && str_eq(stopped.message, "range read")))
		return ERR_OK;
	if (e)
		*e = stopped;
	return code;
}

/* ---- words --------------------------------------------------------------------------------------- */

/* Of tip-offs and supervision; NULL: another kind. The detail of a ranking or plan is its quarter. */
static const char *supervision_text(struct arena *a, const struct pub_change *ch)
{
	struct quarter q;
	const char *quarter = ch->detail && quarter_parse(ch->detail, &q)
				      ? text_join(a, "：", text_quarter_zh(a, ch->detail))
				      : "";
	if (str_eq(ch->kind, "tip-release"))
		return ch->enterprise ? "公布的举报件数有变化" : "公布一批举报的办理情况";
	if (str_eq(ch->kind, "inspection"))
		return "公开的检查有变化";
	if (str_eq(ch->kind, "ranking"))
		return text_join(a, "公布季度排名和通报", quarter);
	return str_eq(ch->kind, "lookback-plan") ? text_join(a, "定下回头看的计划", quarter) : NULL;
}

/* The page of a change that is about no single enterprise; NULL: none. */
static const char *supervision_url(struct arena *a, const struct pub_change *ch)
{
	struct quarter q;
	bool has_quarter = ch->detail && quarter_parse(ch->detail, &q);
	if (str_eq(ch->kind, "tip-release"))
		return "/tipoffs/";
	if (str_eq(ch->kind, "ranking"))
		return has_quarter ? bulletin_url(a, ch->detail) : "/bulletins/";
	if (str_eq(ch->kind, "lookback-plan"))
		return has_quarter ? lookback_url(a, ch->detail) : "/lookbacks/";
	return NULL;
}

static const char *change_text(struct arena *a, const struct pub_change *ch)
{
	const char *kind = ch->kind, *supervision = supervision_text(a, ch);
	if (supervision)
		return supervision;
	if (str_eq(kind, "registered"))
		return "登记";
	if (str_eq(kind, "event")) {
		enum event_kind k = policy_event_find(ch->detail);
		return k ? policy_event_label(k) : "整治记录";
	}
	if (str_eq(kind, "field")) {
		const struct field_info *f = ch->detail ? policy_field_find(ch->detail) : NULL;
		return f ? text_join(a, "更新：", f->label) : "更新登记情况";
	}
	if (str_eq(kind, "evidence"))
		return "归档材料";
	if (str_eq(kind, "task"))
		return text_join(a, "部门任务：", text_or(kind_label(ch->detail), "办理情况"));
	if (str_eq(kind, "import"))
		return ch->detail ? text_join(a, "导入月报：", ch->detail) : "导入月报";
	return str_eq(kind, "unit") ? "更新单位信息" : "更新";
}

struct value *model_change(struct worker *w, struct value *list, const struct pub_change *ch)
{
	struct arena *a = w->arena;
	struct value *v = value_add_map(list, a);
	value_set_text(v, a, "day", text_day(a, ch->recorded));
	value_set_text(v, a, "text", change_text(a, ch));
	if (ch->enterprise) {
		const char *url = url_of_record(a, pub_prefix(w->pub), ch->enterprise);
		value_set_text(v, a, "url", url);
		value_set_text(v, a, "id",
			arena_printf(
				a, "%s-%06lld", pub_prefix(w->pub), (long long)ch->enterprise));
	}
	if (!ch->enterprise)
		value_set_text(v, a, "url", supervision_url(a, ch));
	if (day_is_set(ch->day) && day_compare(ch->day, ch->recorded) != 0)
		value_set_text(v, a, "act_day", text_day_zh(a, ch->day));
	return v;
}

static const char *group_text(struct arena *a, const struct group *g)
{
	const char *text =
		str_eq(g->first.kind, "field") ? "更新登记情况" : change_text(a, &g->first);
	return text_join3(a, text, " ", text_join(a, text_count(a, (size_t)g->count), " 条"));
}

static void add_group(struct worker *w, struct value *list, const struct group *g)
{
	struct arena *a = w->arena;
	struct value *v = model_change(w, list, &g->first);
	if (g->count == 1)
		return;
	value_set_text(v, a, "text", group_text(a, g));
	value_set_text(v, a, "act_day", NULL);
	if (g->first_enterprise != g->last_enterprise) {
		value_set_text(
			v, a, "last_url", url_of_record(a, pub_prefix(w->pub), g->last_enterprise));
		value_set_text(v, a, "last_id",
			arena_printf(
				a, "%s-%06lld", pub_prefix(w->pub), (long long)g->last_enterprise));
	}
}

/* ---- pages ------------------------------------------------------------------------------------------ */

static size_t range_count(const struct ctx *c)
{
	return c->now->last_change > 0 ? (size_t)((c->now->last_change - 1) / A_RANGE) + 1 : 0;
}

static const char *range_path(struct arena *a, size_t range)
{
	return arena_printf(a, "/changes/range-%zu", range + 1);
}

static const char *range_label(struct arena *a, size_t range)
{
	return text_join3(
		a, text_count(a, range * A_RANGE + 1), "–", text_count(a, (range + 1) * A_RANGE));
}

static enum err_code index_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	struct groups g;
	int64_t last = w->ctx->now->last_change;
	if (read_groups(w, last > LOOK_BACK ? last - LOOK_BACK : 0, 0, &g, e))
		return e->code;
	struct value *m = value_map(a), *list = value_list(a), *ranges = value_list(a);
	for (size_t i = 0; i < g.count && i < NEWEST; i++)
		add_group(w, list, &g.all[g.count - 1 - i]);
	for (size_t i = range_count(w->ctx); i-- > 0;) {
		struct value *v = value_add_map(ranges, a);
		value_set_text(v, a, "label", range_label(a, i));
		value_set_text(v, a, "url", url_of_path(a, range_path(a, i)));
	}
	value_set(m, a, "changes", list);
	value_set_bool(m, a, "has_changes", g.count > 0);
	value_set(m, a, "ranges", ranges);
	value_set_bool(m, a, "is_index", true);
	const struct page page = {.path = "/changes/index",
		.template_md = "pages/changes.md",
		.markdown = written_intro(w->ctx, "/changes/"),
		.model = m,
		.kind = "changes",
		.title = "变更记录",
		.column_name = "变更记录",
		.column_description = "登记簿的公开变更，最新的在前",
		.column_keywords = "散乱污,变更,更正",
		.column_type = "数据发布",
		.content_day = w->ctx->data_day,
		.section = "data"};
	return page_emit(w, &page, e);
}

static enum err_code range_emit(struct worker *w, size_t range, struct err *e)
{
	struct arena *a = w->arena;
	struct groups g;
	int64_t from = (int64_t)range * A_RANGE;
	if (read_groups(w, from, from + A_RANGE + 1, &g, e))
		return e->code;
	struct value *m = value_map(a), *list = value_list(a);
	struct day newest = DAY_NONE;
	for (size_t i = 0; i < g.count; i++) {
		add_group(w, list, &g.all[i]);
		newest = g.all[i].first.recorded;
	}
	value_set(m, a, "changes", list);
	value_set_bool(m, a, "has_changes", g.count > 0);
	value_set_text(m, a, "range", range_label(a, range));
	const struct crumb crumb = {"变更记录", "/changes/"};
	const struct page page = {.path = range_path(a, range),
		.template_md = "pages/changes.md",
		.model = m,
		.kind = "changes",
		.title = text_join3(a, "变更记录：第 ", range_label(a, range), " 号"),
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = "变更记录",
		.column_description = "登记簿的公开变更，按记录的先后",
		.column_keywords = "散乱污,变更,更正",
		.column_type = "数据发布",
		.content_day = newest,
		.section = "data"};
	return page_emit(w, &page, e);
}

/* ---- the feed (RFC 4287) -------------------------------------------------------------------------------- */

static void element(struct buf *b, const char *name, const char *text)
{
	buf_char(b, '<');
	buf_str(b, name);
	buf_char(b, '>');
	xml_text(b, text);
	buf_str(b, "</");
	buf_str(b, name);
	buf_str(b, ">\n");
}

static const char *absolute(const struct ctx *c, struct arena *a, const char *url)
{
	const struct site_config *o = &c->o->config;
	const char *local = text_join(a, text_or(o->base_path, ""), url);
	if (!o->domain || !*o->domain)
		return local;
	return text_join3(
		a, text_join3(a, text_or(o->scheme, "https"), "://", o->domain), local, "");
}

static void feed_entry(struct worker *w, struct buf *b, const struct group *g)
{
	struct arena *a = w->arena;
	const struct pub_change *ch = &g->first;
	const char *text = g->count > 1 ? group_text(a, g) : change_text(a, ch);
	const char *url = text_or(supervision_url(a, ch), "/changes/");
	if (ch->enterprise && g->count == 1) {
		url = url_of_record(a, pub_prefix(w->pub), ch->enterprise);
		text = arena_printf(
			a, "%s-%06lld：%s", pub_prefix(w->pub), (long long)ch->enterprise, text);
	}
	buf_str(b, "<entry>\n");
	element(b, "title", text);
	element(b, "id",
		arena_printf(
			a, "urn:tianlan:%s:change:%lld", pub_uuid(w->pub), (long long)ch->seq));
	element(b, "updated",
		text_join(a, text_or(text_day(a, ch->recorded), "1970-01-01"), "T00:00:00+08:00"));
	buf_str(b, "<link href=\"");
	xml_text(b, absolute(w->ctx, a, url));
	buf_str(b, "\"/>\n</entry>\n");
}

static enum err_code feed_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	struct buf *b = &w->html;
	struct groups g;
	const struct site_config *o = &w->ctx->o->config;
	int64_t last = w->ctx->now->last_change;
	if (read_groups(w, last > LOOK_BACK ? last - LOOK_BACK : 0, 0, &g, e))
		return e->code;
	buf_clear(b);
	buf_str(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		   "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n");
	element(b, "title", text_join(a, text_or(o->site_name, ""), "：变更记录"));
	element(b, "id", arena_printf(a, "urn:tianlan:%s:changes", pub_uuid(w->pub)));
	element(b, "updated",
		text_join(a, text_or(text_day(a, w->ctx->data_day), "1970-01-01"),
			"T00:00:00+08:00"));
	buf_str(b, "<author>\n");
	element(b, "name", text_or(o->operator_name, text_or(o->site_name, "")));
	buf_str(b, "</author>\n<link rel=\"self\" href=\"");
	xml_text(b, absolute(w->ctx, a, "/changes/feed.xml"));
	buf_str(b, "\"/>\n<link href=\"");
	xml_text(b, absolute(w->ctx, a, "/changes/"));
	buf_str(b, "\"/>\n");
	for (size_t i = 0; i < g.count && i < IN_FEED; i++)
		feed_entry(w, b, &g.all[g.count - 1 - i]);
	buf_str(b, "</feed>\n");
	return store_put(w->ctx->store, "/changes/feed.xml", b->data, b->len, e);
}

static size_t changes_count(const struct ctx *c)
{
	return 2 + range_count(c);
}

static size_t changes_pages(const struct ctx *c)
{
	return 1 + range_count(c);
}

static enum err_code changes_emit(struct worker *w, size_t index, struct err *e)
{
	if (index < 2)
		return index ? feed_emit(w, e) : index_emit(w, e);
	return range_emit(w, index - 2, e);
}

static bool changes_stale(const struct ctx *c, size_t index, int64_t old_change)
{
	bool moved = old_change != c->now->last_change;
	return moved && (index < 2 || old_change < (int64_t)(index - 1) * A_RANGE);
}

const struct other_kind changes_kind = {.count = changes_count,
	.emit = changes_emit,
	.pages = changes_pages,
	.stale = changes_stale,
	.depends = ON_CHANGES | ON_FILES};
