/*
 * The layout without a page: what every page has of it, and the shell that the programs behind the tip-off form fill in.
 * The shell is made by the same template as the pages, so that whoever comes from the site sees no seam.
 */
#include "site/pages.h"

#include <string.h>

enum err_code site_templates(
	struct arena *a, const char *share, struct templates **ret, struct err *e)
{
	return templates_load_but(path_join(a, share, "theme"), "intake", site_words, ret, e);
}

static void add_footer(struct value *m, struct arena *a, const struct site_config *o)
{
	const char *const names[][2] = {{"operator", o->operator_name}, {"contact", o->contact},
		{"address", o->address}, {"icp", o->icp}, {"police_icp", o->police_icp},
		{"mark_url", o->mark_url}, {"find_error_url", o->find_error_url}};
	struct value *footer = NULL;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!names[i][1] || !*names[i][1])
			continue;
		if (!footer)
			footer = value_map(a);
		value_set_text(footer, a, names[i][0], names[i][1]);
	}
	if (!footer && o->id_code && *o->id_code)
		footer = value_map(a);
	if (footer)
		value_set(m, a, "footer", footer);
}

void layout_site(
	struct value *m, struct arena *a, const struct site_config *o, const struct extras *x)
{
	const char *base = text_or(o->base_path, "");
	value_set_text(m, a, "lang", "zh-CN");
	value_set_text(m, a, "base", base);
	value_set_text(m, a, "site_name", text_or(o->site_name, ""));
	if (o->domain && *o->domain)
		value_set_text(m, a, "site_domain", o->domain);
	if (o->id_code && *o->id_code)
		value_set_text(m, a, "id_code", o->id_code);
	if (o->demo)
		value_set_bool(m, a, "demo", true);
	if (x->stylesheet)
		value_set_text(m, a, "stylesheet", text_join(a, base, x->stylesheet));
	add_footer(m, a, o);
}

/* ---- the shell -------------------------------------------------------------------------------------- */

static const char mark_title[] = "@@TITLE@@", mark_body[] = "@@BODY@@",
		  mark_script[] = "@@SCRIPT@@";

static void set_mark(struct value *m, struct arena *a, const char *key, const char *mark)
{
	struct buf b;
	buf_init(&b, 64);
	html_text(&b, mark);
	const struct buf kept = {.data = buf_dup(&b, a), .len = b.len};
	value_set_frag(m, a, key, html_frag_from(&kept));
	buf_done(&b);
}

static const struct value *shell_model(
	struct arena *a, const struct site_config *o, const struct extras *x)
{
	const char *base = text_or(o->base_path, ""), *site = text_or(o->site_name, "");
	struct value *m = value_map(a), *crumbs = value_list(a), *crumb = value_add_map(crumbs, a);
	layout_site(m, a, o, x);
	value_set_text(m, a, "title", mark_title);
	value_set_text(m, a, "full_title", text_join3(a, mark_title, " - ", site));
	value_set_text(m, a, "kind", "form");
	value_set_text(m, a, "column_name", "我要举报");
	value_set_text(m, a, "column_type", "咨询投诉");
	value_set_bool(m, a, "noindex", true);
	if (x->form_stylesheet)
		value_set_text(m, a, "form_stylesheet", text_join(a, base, x->form_stylesheet));
	value_set_text(crumb, a, "label", "我要举报");
	value_set_text(crumb, a, "url", text_join(a, base, "/report/"));
	value_set(m, a, "crumbs", crumbs);
	value_set_bool(m, a, "has_crumbs", true);
	set_mark(m, a, "body", mark_body);
	set_mark(m, a, "script_place", mark_script);
	return m;
}

static size_t occurrences(const char *text, const char *mark)
{
	size_t n = 0;
	for (const char *p = text; (p = strstr(p, mark)); p += strlen(mark))
		n++;
	return n;
}

/* A name or a layout that holds a mark itself would put the form in the wrong place. */
static enum err_code check_marks(const char *html, struct err *e)
{
	const struct {
		const char *mark;
		size_t wanted;
	} marks[] = {{mark_title, 2}, {mark_body, 1}, {mark_script, 1}};
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (occurrences(html, marks[i].mark) != marks[i].wanted)
			return err_at(e, ERR_INPUT, "theme/html/page.html", 0, 0,
				T("版式里 %s 应有 %zu 处，却有 %zu 处",
					"the layout has %s in %zu places; found %zu"),
				marks[i].mark, marks[i].wanted, occurrences(html, marks[i].mark));
	return ERR_OK;
}

enum err_code site_shell(
	struct arena *a, const struct site_options *o, struct site_shell *ret, struct err *e)
{
	struct extras x = {.arena = a};
	struct templates *t = NULL;
	struct buf html;
	if (assets_load(o->share, &x, e) || site_templates(a, o->share, &t, e))
		return e->code;
	buf_init(&html, (size_t)1 << 20);
	enum err_code code =
		template_render(t, "html/page.html", shell_model(a, &o->config, &x), &html, e);
	if (!code)
		code = check_marks(buf_text(&html), e);
	if (!code) {
		const char *script = script_find(&x, "form");
		ret->html = buf_dup(&html, a);
		ret->form_script =
			script ? text_join(a, text_or(o->config.base_path, ""), script) : "";
	}
	buf_done(&html);
	templates_free(t);
	return code;
}
