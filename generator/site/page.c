/*
 * The one pipe: model -> template -> Markdown (the twin) -> blocks and CommonMark -> layout -> HTML.
 *
 * A generated page and a written one differ only in where their Markdown comes from. The twin is front matter and
 * that Markdown, as published; the HTML is made from the very same bytes, so the two cannot disagree.
 */
#include "site/pages.h"

#include <string.h>

static void front_line(struct buf *b, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	buf_str(b, key);
	buf_str(b, ": ");
	for (; *value; value++)
		buf_char(b, *value == '\n' || *value == '\r' ? ' ' : *value);
	buf_char(b, '\n');
}

static void write_front(struct worker *w, const struct page *page, const char *url)
{
	struct buf *b = &w->md;
	buf_clear(b);
	buf_str(b, "---\n");
	front_line(b, "title", page->title);
	front_line(b, "date",
		page->published ? page->published : text_day(w->arena, page->content_day));
	front_line(b, "source", page->source);
	front_line(b, "number", page->number);
	front_line(b, "url", url);
	buf_str(b, "---\n\n");
}

static enum err_code write_markdown(struct worker *w, const struct page *page, struct err *e)
{
	if (page->markdown)
		buf_str(&w->md, page->markdown);
	if (page->markdown && page->template_md)
		buf_str(&w->md, str_ends(page->markdown, "\n") ? "\n" : "\n\n");
	if (page->template_md &&
		template_render(w->ctx->templates, page->template_md, page->model, &w->md, e))
		return err_prefix(e, "%s", page->path);
	return ERR_OK;
}

static void note_link(void *ctx, const char *url, int line)
{
	const struct page_scope *scope = ctx;
	(void)line;
	links_note(scope->worker, scope->page, scope->url, url);
}

static void note_anchors(
	struct worker *w, const struct page *page, const char *url, const struct rendered *r)
{
	if (str_eq(page->kind, "record") || str_eq(page->kind, "list"))
		return;
	links_anchor(w, url, "");
	links_anchor(w, url, "main");
	for (size_t i = 0; i < r->heading_count; i++)
		links_anchor(w, url, r->headings[i].id);
}

/* ---- what the layout is given --------------------------------------------------------------- */

static void add_navigation(struct value *m, struct arena *a, const char *section)
{
	static const char *const names[][2] = {{"results", "section_results"},
		{"deadlines", "section_deadlines"}, {"policy", "section_policy"},
		{"streets", "section_streets"}, {"news", "section_news"}, {"data", "section_data"},
		{"about", "section_about"}};
	for (size_t i = 0; section && i < COUNT_OF(names); i++)
		if (str_eq(section, names[i][0]))
			value_set_bool(m, a, names[i][1], true);
}

static void add_crumbs(struct value *m, struct arena *a, const struct page *page, const char *base)
{
	if (str_eq(page->kind, "home"))
		return;
	struct value *list = value_list(a);
	for (size_t i = 0; i < page->crumb_count; i++) {
		struct value *crumb = value_add_map(list, a);
		value_set_text(crumb, a, "label", page->crumbs[i].label);
		value_set_text(crumb, a, "url", text_join(a, base, page->crumbs[i].url));
	}
	value_set(m, a, "crumbs", list);
	value_set_bool(m, a, "has_crumbs", true);
}

static void set_when(struct value *m, struct arena *a, const char *key, const char *text)
{
	if (text && *text)
		value_set_text(m, a, key, text);
}

static void add_meta(struct value *m, struct worker *w, const struct page *page)
{
	struct arena *a = w->arena;
	set_when(m, a, "column_name", page->column_name);
	set_when(m, a, "column_description", page->column_description);
	set_when(m, a, "column_keywords", page->column_keywords);
	set_when(m, a, "column_type", page->column_type);
	if (page->published) {
		struct value *article = value_map(a);
		value_set_text(article, a, "title", page->title);
		value_set_text(article, a, "pub_date", page->published);
		set_when(article, a, "source", page->source);
		value_set(m, a, "article", article);
		/* A record is dated by its content; the time of day is in the meta data for its form alone. */
		value_set_bool(m, a, "no_byline", str_eq(page->kind, "record"));
	}
	if (day_is_set(page->content_day)) {
		value_set_text(m, a, "content_day", text_day(a, page->content_day));
		value_set_text(m, a, "content_day_text", text_day_zh(a, page->content_day));
	}
	set_when(m, a, "doc_number", page->number);
	set_when(m, a, "signer", page->signer);
	set_when(m, a, "signed_on", page->signed_on);
	if (page->noindex || w->ctx->o->config.demo)
		value_set_bool(m, a, "noindex", true);
}

static void add_form(struct value *m, struct worker *w, const struct page *page)
{
	static const char *const names[][2] = {
		{"report", "form_report"}, {"receipt", "form_receipt"}, {"verify", "form_verify"}};
	const struct site_config *o = &w->ctx->o->config;
	const struct extras *x = w->ctx->extras;
	struct arena *a = w->arena;
	for (size_t i = 0; page->form && i < COUNT_OF(names); i++)
		if (str_eq(page->form, names[i][0]))
			value_set_bool(m, a, names[i][1], true);
	if (page->form)
		set_when(m, a, "office_keys", o->office_keys);
	if (page->form && x->form_stylesheet)
		value_set_text(m, a, "form_stylesheet",
			text_join(a, text_or(o->base_path, ""), x->form_stylesheet));
	if (page->script) {
		struct value *scripts = value_list(a);
		value_add(scripts, a,
			value_text(a, text_join(a, text_or(o->base_path, ""), page->script)));
		value_set(m, a, "scripts", scripts);
	}
}

static struct value *layout_model(
	struct worker *w, const struct page *page, const char *url, const struct rendered *r)
{
	const struct site_config *o = &w->ctx->o->config;
	struct arena *a = w->arena;
	const char *base = text_or(o->base_path, "");
	struct value *m = value_map(a);
	const char *site = text_or(o->site_name, "");
	layout_site(m, a, o, w->ctx->extras);
	value_set_text(m, a, "title", page->title);
	value_set_text(m, a, "full_title",
		str_eq(page->title, site) ? site
					  : text_join(a, page->title, text_join(a, " - ", site)));
	value_set_text(m, a, "kind", page->kind);
	set_when(m, a, "description", text_or(page->description, r->summary));
	value_set_text(m, a, "url", text_join(a, base, url));
	if (o->domain && *o->domain)
		value_set_text(m, a, "canonical",
			text_join3(a, text_join3(a, text_or(o->scheme, "https"), "://", o->domain),
				base, url));
	value_set_text(m, a, "twin", text_join3(a, base, page->path, ".md"));
	value_set_frag(m, a, "body", r->html);
	add_navigation(m, a, page->section);
	add_crumbs(m, a, page, base);
	add_form(m, w, page);
	add_meta(m, w, page);
	return m;
}

static enum err_code check_page(const struct page *page, struct err *e)
{
	if (page->title && *page->title)
		return ERR_OK;
	if (page->source_file)
		return err_at(e, ERR_INPUT, page->source_file, 1, 1,
			T("这一页没有标题（title）", "this page has no title"));
	return err_set(e, ERR_INPUT, T("页面 %s 没有标题", "page %s has no title"), page->path);
}

static enum err_code put(struct worker *w, const struct page *page, const char *ending,
	const struct buf *b, struct err *e)
{
	if (b->overflow)
		return err_set(e, ERR_INPUT, T("页面 %s 太大", "page %s is too large"), page->path);
	return store_put(
		w->ctx->store, text_join(w->arena, page->path, ending), b->data, b->len, e);
}

enum err_code page_emit(struct worker *w, const struct page *page, struct err *e)
{
	const char *url = url_of_path(w->arena, page->path);
	struct page_scope scope = {w, page, url};
	struct rendered r;
	if (check_page(page, e))
		return e->code;
	write_front(w, page, url);
	size_t body = w->md.len;
	if (write_markdown(w, page, e))
		return e->code;
	if (w->md.len && w->md.data[w->md.len - 1] != '\n')
		buf_char(&w->md, '\n');
	const struct render_env env = {.base_path = text_or(w->ctx->o->config.base_path, ""),
		.query = query_answer,
		.link = note_link,
		.ctx = &scope,
		.file_name = page->source_file ? page->source_file : page->path,
		.first_line = page->source_file ? page->source_line : 1};
	if (w->md.overflow || put(w, page, ".md", &w->md, e) ||
		markdown_render(w->arena, w->md.data + body, &env, &r, e))
		return w->md.overflow ? put(w, page, ".md", &w->md, e) : e->code;
	buf_clear(&w->html);
	const struct value *m = layout_model(w, page, url, &r);
	if (template_render(
		    w->ctx->templates, text_or(page->layout, "html/page.html"), m, &w->html, e) ||
		put(w, page, ".html", &w->html, e))
		return err_prefix(e, "%s", page->path);
	note_anchors(w, page, url, &r);
	if (str_eq(page->kind, "home"))
		links_scan_html(w, page, url, buf_text(&w->html));
	return ERR_OK;
}

/* ---- after all puts ------------------------------------------------------------------------------ */

/* A list's pages are numbered without gaps, so the last is found by asking for few of them. */
static size_t list_pages(const struct ctx *c, struct arena *a, const struct list *l)
{
	size_t low = 1, high = 2; /* page `low` stands, page `high` does not */
	while (store_has(c->store, arena_printf(a, "%spage-%zu.html", l->path, high))) {
		low = high;
		high *= 2;
	}
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (store_has(c->store, arena_printf(a, "%spage-%zu.html", l->path, middle)))
			low = middle;
		else
			high = middle;
	}
	return low;
}

enum err_code pages_check(struct ctx *c, struct worker *workers, int worker_count,
	struct site_report *report, struct err *e)
{
	(void)workers;
	(void)worker_count;
	struct arena *a = arena_new();
	report->broken_links = links_check(c, a);
	report->warnings += report->broken_links + written_warn(c);
	size_t n;
	const struct list *lists = lists_all(c, a, &n);
	report->pages = report->records + others_pages(c);
	for (size_t i = 0; i < n; i++)
		report->pages += list_pages(c, a, &lists[i]);
	arena_free(a);
	return photos_settle(c, report->full, e) ? e->code : written_remember(c, e);
}
