/* The page around the form, the forms of written pages, and which page gets which style sheet and script. */
#include "world.h"

#include <criterion/criterion.h>
#include <string.h>

static struct world w;
static struct err e;

static void start(void)
{
	world_open(&w);
}

static void stop(void)
{
	world_close(&w);
}

TestSuite(site_shell, .init = start, .fini = stop);

static size_t count(const char *text, const char *part)
{
	size_t n = 0;
	for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
		n++;
	return n;
}

static const char *shell(void)
{
	struct site_shell s;
	cr_assert_eq(site_shell(w.arena, &w.o, &s, &e), ERR_OK, "%s", e.message);
	return s.html;
}

/* A share folder of this test's own: the program's layout and three assets. */
static void own_share(void)
{
	static const char *const files[][2] = {{"theme/css/a.css", "body{}"},
		{"theme/css/form.css", ".form{}"}, {"theme/js/form.js", "1"},
		{"theme/js/verify.js", "2"}, {"theme/intake/form.html", "{{no_word_of_the_site}}"},
		{"theme/svg/favicon.svg", "<svg/>"}};
	static const char *const copied[] = {"theme/html/page.html", "theme/html/parts/meta.html",
		"theme/html/parts/header.html", "theme/html/parts/footer.html",
		"theme/html/parts/crumbs.html", "theme/html/parts/forms.html",
		"theme/html/parts/byline.html", "theme/html/parts/pagefoot.html"};
	w.o.share = w.dir;
	for (size_t i = 0; i < COUNT_OF(files) + COUNT_OF(copied); i++) {
		bool own = i < COUNT_OF(files);
		const char *name = own ? files[i][0] : copied[i - COUNT_OF(files)];
		char *path = path_join(w.arena, w.dir, name), *dir = arena_strdup(w.arena, path);
		struct buf b;
		buf_init(&b, 1 << 20);
		*strrchr(dir, '/') = '\0';
		cr_assert_eq(dir_make_all(dir, &e), ERR_OK);
		if (own)
			buf_str(&b, files[i][1]);
		else
			cr_assert_eq(file_read(name, b.max, &b, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(file_write_durable(path, buf_text(&b), b.len, &e), ERR_OK);
		buf_done(&b);
	}
}

Test(site_shell, has_each_mark_where_the_program_looks_for_it)
{
	const char *html = shell();
	cr_assert_eq(count(html, "@@TITLE@@"), 2);
	cr_assert_eq(count(html, "@@BODY@@"), 1);
	cr_assert_eq(count(html, "@@SCRIPT@@"), 1);
	cr_assert_not_null(strstr(html, "<title>@@TITLE@@ - 测试站</title>"));
	cr_assert_not_null(strstr(html, "<h1>@@TITLE@@</h1>"));
	cr_assert_lt(strstr(html, "@@BODY@@"), strstr(html, "@@SCRIPT@@"));
	cr_assert_lt(strstr(html, "@@SCRIPT@@"), strstr(html, "</body>"));
}

Test(site_shell, is_the_sites_own_layout_and_stays_out_of_searches)
{
	w.o.config.demo = true;
	w.o.config.icp = "京ICP备00000000号";
	const char *html = shell();
	cr_assert_not_null(strstr(html, "<meta name=\"robots\" content=\"noindex\">"));
	cr_assert_not_null(strstr(html, "<meta name=\"ColumnName\" content=\"我要举报\">"));
	cr_assert_not_null(strstr(html, "<meta name=\"ColumnType\" content=\"咨询投诉\">"));
	cr_assert_not_null(strstr(html, "京ICP备00000000号"));
	cr_assert_not_null(strstr(html, "演示站"));
	cr_assert_null(strstr(html, "rel=\"canonical\""));
}

Test(site_shell, puts_the_base_path_before_every_address)
{
	w.o.config.base_path = "/sub";
	const char *html = shell();
	for (const char *p = html; (p = strstr(p, "href=\"/")); p++)
		cr_assert(str_starts(p, "href=\"/sub/"), "%.60s", p);
}

Test(site_shell, a_name_that_holds_a_mark_is_refused)
{
	struct site_shell s;
	w.o.config.site_name = "@@BODY@@";
	cr_assert_eq(site_shell(w.arena, &w.o, &s, &e), ERR_INPUT);
	cr_assert_not_null(strstr(e.message, "@@BODY@@"));
}

Test(site_shell, links_the_style_sheet_and_names_the_script_of_the_form)
{
	struct site_shell s;
	own_share();
	w.o.config.base_path = "/sub";
	cr_assert_eq(site_shell(w.arena, &w.o, &s, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count(s.html, "<link rel=\"stylesheet\""), 2);
	cr_assert_not_null(strstr(s.html, "href=\"/sub/assets/form."));
	cr_assert(str_starts(s.form_script, "/sub/assets/form."), "%s", s.form_script);
	cr_assert(str_ends(s.form_script, ".js"));
}

Test(site_shell, form_css_is_no_part_of_the_sites_style_sheet)
{
	struct extras x = {.arena = w.arena};
	own_share();
	cr_assert_eq(assets_load(w.dir, &x, &e), ERR_OK, "%s", e.message);
	for (size_t i = 0; i < x.asset_count; i++) {
		if (str_eq(x.assets[i].path, x.stylesheet))
			cr_assert_str_eq(x.assets[i].bytes, "body{}");
		if (str_eq(x.assets[i].path, x.form_stylesheet))
			cr_assert_str_eq(x.assets[i].bytes, ".form{}");
	}
	cr_assert_eq(x.asset_count, 5); /* two style sheets, two scripts, a picture */
	cr_assert_not_null(script_find(&x, "verify"));
	cr_assert_null(script_find(&x, "verif"));
}

static const char *rendered(const char *name, const char *url, const char *text)
{
	world_write(&w, name, text);
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s:%d %s", e.file, e.line, e.message);
	arena_reset(w.worker.arena);
	cr_assert_eq(
		written_emit(&w.worker, written_find(&w.ctx, url), &e), ERR_OK, "%s", e.message);
	return buf_text(&w.worker.html);
}

Test(site_shell, a_page_has_the_script_and_the_form_it_asks_for_and_no_other_has)
{
	w.o.config.office_keys = "AAAA";
	const char *html = rendered(
		"a.md", "/a/", "---\ntitle: 甲\nscript: verify\nform: verify\n---\n正文\n");
	cr_assert_eq(count(html, "<script src=\"/assets/verify."), 1);
	cr_assert_not_null(strstr(html, "data-office=\"AAAA\""));
	html = rendered("b.md", "/b/", "---\ntitle: 乙\n---\n正文\n");
	cr_assert_eq(count(html, "<script"), 0);
	cr_assert_eq(count(html, "<link rel=\"stylesheet\""), 1);
	cr_assert_null(strstr(html, "data-office"));
	html = rendered("c.md", "/c/", "---\ntitle: 丙\nform: receipt\n---\n正文\n");
	cr_assert_not_null(strstr(html, "method=\"post\" action=\"/cgi-bin/receipt.cgi\""));
	cr_assert_not_null(strstr(html, "name=\"receipt\""));
}

Test(site_shell, without_keys_the_page_says_that_nothing_can_be_checked)
{
	const char *html = rendered("a.md", "/a/", "---\ntitle: 甲\nform: verify\n---\n正文\n");
	cr_assert_null(strstr(html, "data-office"));
	cr_assert_not_null(strstr(html, "还没有公布"));
}

Test(site_shell, a_script_or_form_that_is_none_is_refused_at_its_line)
{
	world_write(&w, "a.md", "---\ntitle: 甲\nscript: nonsense\n---\n正文\n");
	cr_assert_eq(world_reload(&w, &e), ERR_OK);
	cr_assert_eq(written_emit(&w.worker, written_find(&w.ctx, "/a/"), &e), ERR_INPUT);
	cr_assert_eq(e.line, 3);
	cr_assert_not_null(strstr(e.message, "nonsense"));
	world_write(&w, "a.md", "---\nform: nonsense\ntitle: 甲\n---\n正文\n");
	cr_assert_eq(world_reload(&w, &e), ERR_INPUT);
	cr_assert_eq(e.line, 2);
}

Test(site_shell, links_to_the_programs_are_no_broken_links)
{
	rendered("a.md", "/a/",
		"---\ntitle: "
		"甲\n---\n[举报](/cgi-bin/report.cgi?enterprise=650105-000001)和[坏的](/no/)\n");
	cr_assert_eq(links_check(&w.ctx, w.arena), 1);
	cr_assert_not_null(strstr(w.warning, "/no/"));
}
