/*
 * A model through a template into the site's layout. The layout is one file with three marks, in which titles stand escaped
 * and the page's markup as the template engine made it.
 */
#include "intake/intake_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEMPLATE_MAX = 256 * 1024, WIDE_BYTES = 160 * 1024 };

/* Each page's template, and the partials it names. */
static const char *const files[PAGE_KIND_COUNT][4] = {
	[PAGE_FORM] = {"form.html", "error.html", "phones.html", NULL},
	[PAGE_RECEIPT] = {"receipt.html", NULL},
	[PAGE_STATUS] = {"status.html", NULL},
	[PAGE_PROBLEM] = {"problem.html", "phones.html", NULL},
};

void response_log(struct response *res, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(res->log, sizeof res->log, fmt, args);
	va_end(args);
}

/* Room from the start: what most pages need never moves, so that no copy is left behind. */
void wide_init(struct buf *b, size_t max)
{
	buf_init(b, max);
	b->cap = max < WIDE_BYTES ? max + 1 : WIDE_BYTES;
	b->data = mem_zero(b->cap, 1);
}

void wipe_done(struct buf *b)
{
	if (b->data)
		bytes_wipe(b->data, b->cap);
	buf_done(b);
}

static enum err_code load(struct intake *in, enum page_kind kind, struct err *e)
{
	const char *pairs[2 * COUNT_OF(files[0]) + 1] = {NULL};
	struct arena *a = arena_new();
	enum err_code code = ERR_OK;
	for (size_t i = 0; files[kind][i] && !code; i++) {
		struct buf text;
		buf_init(&text, TEMPLATE_MAX);
		code = file_read(arena_printf(a, "%s/templates/%s", in->bundle, files[kind][i]),
			TEMPLATE_MAX, &text, e);
		pairs[2 * i] = files[kind][i];
		pairs[2 * i + 1] = buf_dup(&text, a);
		buf_done(&text);
	}
	if (!code)
		code = templates_from(pairs, NULL, &in->pages[kind], e);
	arena_free(a);
	return code;
}

struct value *page_model(const struct intake *in, struct arena *a)
{
	struct value *m = value_map(a);
	value_set_text(m, a, "base", in->conf.base_path);
	value_set_text(m, a, "site_name", in->conf.site_name);
	value_set_text(m, a, "hotline", in->conf.hotline);
	value_set_text(m, a, "emergency", in->conf.emergency);
	value_set_text(m, a, "environment", in->conf.environment);
	return m;
}

/* ---- the layout -------------------------------------------------------------------------------------- */

struct filling {
	const struct page *page;
	const struct intake *in;
	const struct buf *body;
	bool title_given; /* the first title is the document's, the next the heading */
};

static void put_title(struct filling *f, struct buf *out)
{
	if (f->page->is_error && !f->title_given)
		html_text(out, T("错误：", "Error: "));
	f->title_given = true;
	html_text(out, f->page->title);
}

static void put_script(struct filling *f, struct buf *out)
{
	const char *script = f->in->conf.form_script;
	if (!f->page->script || !*script || !url_is_allowed(script))
		return;
	html_lit(out, "<script");
	html_attr(out, "src", script);
	html_lit(out, " defer></script>");
}

static void put_body(struct filling *f, struct buf *out)
{
	html_frag_add(out, html_frag_from(f->body));
}

static void fill(struct filling *f, struct buf *out)
{
	static const struct {
		const char *mark;
		void (*put)(struct filling *f, struct buf *out);
	} marks[] = {{"@@TITLE@@", put_title}, {"@@BODY@@", put_body}, {"@@SCRIPT@@", put_script}};
	for (const char *p = f->in->shell; *p;) {
		const char *next = strstr(p, "@@");
		if (!next) {
			buf_str(out, p);
			return;
		}
		buf_add(out, p, (size_t)(next - p));
		p = next;
		size_t i = 0;
		while (i < COUNT_OF(marks) && !str_starts(p, marks[i].mark))
			i++;
		if (i < COUNT_OF(marks)) {
			marks[i].put(f, out);
			p += strlen(marks[i].mark);
		} else {
			buf_add(out, p, 2);
			p += 2;
		}
	}
}

enum err_code page_check(struct intake *in, enum page_kind kind, struct err *e)
{
	return in->pages[kind] ? ERR_OK : load(in, kind, e);
}

void page_answer(
	struct intake *in, const struct page *p, const struct value *model, struct response *res)
{
	struct buf body;
	struct err e = {0};
	wide_init(&body, ANSWER_MAX_BYTES);
	enum err_code code = page_check(in, p->kind, &e);
	if (!code)
		code = template_render(in->pages[p->kind], files[p->kind][0], model, &body, &e);
	buf_clear(&res->body);
	if (!code && !body.overflow) {
		struct filling f = {p, in, &body, false};
		fill(&f, &res->body);
	}
	res->status = p->status;
	if (code || body.overflow || res->body.overflow) {
		res->status = 503;
		buf_clear(&res->body);
		intake_plain_error(res->status, &res->body);
		/* What was wrong before matters more than that the page could not be shown. */
		if (!*res->log)
			response_log(res, "page %s: %s", files[p->kind][0],
				code ? e.message : "too large");
	}
	wipe_done(&body);
}

void intake_plain_error(int status, struct buf *out)
{
	html_lit(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<title>");
	html_text(out, status == 413 ? T("错误：内容太大", "Error: too large")
				     : T("错误：暂时不能用", "Error: not available"));
	html_lit(out, "</title>\n</head>\n<body>\n<main>\n<h1>");
	html_text(
		out, status == 413 ? T("内容太大", "Too large") : T("暂时不能用", "Not available"));
	html_lit(out, "</h1>\n<p>");
	html_text(out, status == 413 ? T("照片加起来太大，没有收下。请按浏览器的“后退”键返回，少选"
					 "几张或者换小一些的。",
					       "The photos are too large together. Go back and "
					       "send fewer or smaller "
					       "ones.")
				     : T("举报和查询现在用不了，您刚才提交的内容没有收到。请按浏览"
					 "器的“后退”键返回，"
					 "过几分钟再试。",
					       "This service does not work at the moment; nothing "
					       "was received. Go "
					       "back, and try again in a few minutes."));
	html_lit(out, "</p>\n<p>");
	html_text(out, T("急事请打电话：火警 119，急救 120，报警 110；一般举报 12345。",
			       "When urgent call 119 (fire), 120 (ambulance), 110 (police); "
			       "otherwise 12345."));
	html_lit(out, "</p>\n</main>\n</body>\n</html>\n");
}
