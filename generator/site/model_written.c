/*
 * Pages people wrote, as pages: a column with the list of what lies below it, or an article with its date and source.
 * Also /news/, whose list the generator makes.
 */
#include "site/pages.h"

#include <string.h>

static const struct {
	const char *section, *type, *nav, *label;
} sections[] = {
	{"news", "工作动态", "news", "动态"},
	{"policy", "政策文件", "policy", "政策"},
	{"handbook", "办事服务", "about", "工作人员手册"},
	{"about", "概况信息", "about", "关于本站"},
	{"privacy", "概况信息", "about", "个人信息保护"},
	{"accessibility", "概况信息", "about", "无障碍说明"},
	{"report", "咨询投诉", "report", "我要举报"},
	{"receipt", "咨询投诉", "report", "查举报结果"},
};

static size_t section_index(const struct written *page)
{
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		if (str_eq(sections[i].section, page->section))
			return i;
	return 3; /* 概况信息 */
}

static void add_children(struct value *m, struct worker *w, const char *url)
{
	struct arena *a = w->arena;
	const struct written **pages;
	size_t n = written_in(w->ctx, a, url, &pages);
	struct value *list = value_list(a);
	for (size_t i = 0; i < n; i++) {
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "title", pages[i]->title);
		value_set_text(v, a, "url", pages[i]->url);
		value_set_text(
			v, a, "date", pages[i]->date ? arena_strndup(a, pages[i]->date, 10) : NULL);
		value_set_text(v, a, "source", pages[i]->source);
		value_set_text(v, a, "description", pages[i]->description);
	}
	value_set(m, a, "children", list);
	value_set_bool(m, a, "has_children", n > 0);
}

static const char *published(struct arena *a, const char *date)
{
	if (!date || !*date)
		return NULL;
	return strlen(date) == 10 ? text_join(a, date, " 00:00") : date;
}

static struct day content_day(struct arena *a, const char *date)
{
	struct day d;
	return date && day_parse(arena_strndup(a, date, strlen(date) < 10 ? strlen(date) : 10), &d)
		       ? d
		       : DAY_NONE;
}

/* The written pages above this one; the generated indexes /news/ and such too. */
static size_t add_crumbs(struct worker *w, const struct written *page, struct crumb crumbs[8])
{
	size_t n = 0;
	for (const char *p = strchr(page->url + 1, '/'); p && p[1] && n < 8;
		p = strchr(p + 1, '/')) {
		const char *url = arena_strndup(w->arena, page->url, (size_t)(p - page->url) + 1);
		const struct written *up = written_find(w->ctx, url);
		if (up && up->title)
			crumbs[n++] = (struct crumb){up->title, url};
		else if (str_eq(url, "/news/"))
			crumbs[n++] = (struct crumb){"动态", url};
	}
	return n;
}

enum err_code written_emit(struct worker *w, const struct written *page, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	struct crumb crumbs[8];
	size_t section = section_index(page);
	if (page->script && !script_find(w->ctx->extras, page->script))
		return err_at(e, ERR_INPUT, page->file, page->script_line, 1,
			T("theme/js 里没有 %s.js", "theme/js has no %s.js"), page->script);
	bool lost = str_eq(page->path, "/404");
	bool column = page->has_children || !page->date;
	add_children(m, w, page->url);
	const struct page p = {.path = page->path,
		.template_md = page->has_children ? "pages/children.md" : NULL,
		.model = m,
		.markdown = page->body,
		.source_file = page->file,
		.source_line = page->body_line,
		.kind = lost ? "lost" : "content",
		.title = page->title,
		.description = page->description,
		.crumbs = crumbs,
		.crumb_count = add_crumbs(w, page, crumbs),
		.column_name = column && !lost ? text_or(page->column_name, page->title) : NULL,
		.column_description = column && !lost
					      ? text_or(page->column_description, page->description)
					      : NULL,
		.column_keywords = column && !lost ? page->keywords : NULL,
		.column_type =
			column && !lost ? text_or(page->column_type, sections[section].type) : NULL,
		.published = published(a, page->date),
		.source =
			page->date ? text_or(page->source, w->ctx->o->config.operator_name) : NULL,
		.content_day = content_day(a, page->date),
		.noindex = page->noindex || lost,
		.script = page->script ? script_find(w->ctx->extras, page->script) : NULL,
		.form = page->form,
		.section = sections[section].nav};
	return page_emit(w, &p, e);
}

/* ---- all that are pages of their own ----------------------------------------------------------------- */

static const struct written *nth(const struct ctx *c, size_t index)
{
	for (size_t i = 0; i < c->extras->written_count; i++)
		if (!written_is_intro(&c->extras->written[i]) && index-- == 0)
			return &c->extras->written[i];
	return NULL;
}

static size_t count(const struct ctx *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->extras->written_count; i++)
		n += !written_is_intro(&c->extras->written[i]);
	return n;
}

static enum err_code emit(struct worker *w, size_t index, struct err *e)
{
	return written_emit(w, nth(w->ctx, index), e);
}

const struct other_kind written_kind = {
	.count = count, .emit = emit, .depends = ON_FILES | ON_CHANGES};

/* ---- /news/ ---------------------------------------------------------------------------------------------- */

static enum err_code news_emit(struct worker *w, size_t index, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	const struct written *intro = written_find(w->ctx, "/news/"), **pages;
	(void)index;
	add_children(m, w, "/news/");
	value_set_bool(m, a, "is_news", true);
	size_t n = written_in(w->ctx, a, "/news/", &pages);
	const struct page page = {.path = "/news/index",
		.template_md = "pages/news.md",
		.model = m,
		.markdown = intro ? intro->body : NULL,
		.source_file = intro ? intro->file : NULL,
		.source_line = intro ? intro->body_line : 0,
		.kind = "news",
		.title = intro && intro->title ? intro->title : "动态",
		.column_name = "动态",
		.column_description = "散乱污企业综合治理的通知和进展",
		.column_keywords = "散乱污,工作动态,通知",
		.column_type = "工作动态",
		.content_day = n ? content_day(a, pages[0]->date) : DAY_NONE,
		.section = "news"};
	return page_emit(w, &page, e);
}

const struct other_kind news_kind = {.emit = news_emit, .depends = ON_FILES};

void written_paths(const struct ctx *c, struct buf *out)
{
	for (size_t i = 0; i < c->extras->written_count; i++) {
		if (written_is_intro(&c->extras->written[i]))
			continue;
		buf_str(out, c->extras->written[i].path);
		buf_char(out, '\n');
	}
	tipoff_paths(c, out);
}
