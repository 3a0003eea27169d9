/* Templates: values escaped for the place they stand in, mistakes found with line and column. */
#include "tianlan/theme.h"

#include <criterion/criterion.h>
#include <string.h>

static void render(const char *name, const char *text, const char *value, struct buf *out)
{
	const char *const pairs[] = {name, text, NULL};
	struct arena *a = arena_new();
	struct templates *t;
	struct err e = {0};
	struct value *m = value_map(a);
	value_set_text(m, a, "v", value);
	cr_assert_eq(templates_from(pairs, NULL, &t, &e), ERR_OK, "%s: %s", text, e.message);
	cr_assert_eq(template_render(t, name, m, out, &e), ERR_OK, "%s: %s", text, e.message);
	templates_free(t);
	arena_free(a);
}

Test(theme_template, a_value_is_escaped_for_its_place)
{
	static const struct {
		const char *name, *text, *value, *wanted;
	} cases[] = {
		{"t.html", "<p>{{v}}</p>", "<b>&\"'", "<p>&lt;b&gt;&amp;&quot;&#39;</p>"},
		{"t.html", "<p title=\"{{v}}\">", "\" onclick=\"x",
			"<p title=\"&quot; onclick=&quot;x\">"},
		{"t.html", "<a href=\"{{v}}\">x</a>", "javascript:alert(1)", "<a href=\"#\">x</a>"},
		{"t.html", "<a href=\"{{v}}\">x</a>", "java\nscript:x", "<a href=\"#\">x</a>"},
		{"t.html", "<a href=\"{{v}}\">x</a>", "/a?b=1&c=2",
			"<a href=\"/a?b=1&amp;c=2\">x</a>"},
		{"t.html", "<a href=\"/x/{{v}}\">x</a>", "javascript:1",
			"<a href=\"/x/javascript:1\">x</a>"},
		{"t.html", "<img src=\"{{v}}\" alt=\"{{v}}\">", "data:x",
			"<img src=\"#\" alt=\"data:x\">"},
		{"t.html", "<!-- {{! <script> }} --><p>{{v}}", "x", "<!--  --><p>x"},
		{"t.md", "a {{v}} b", "*x* [y](z) | <b>", "a \\*x\\* \\[y\\]\\(z\\) \\| \\<b\\> b"},
		{"t.md", "[x]({{v}})", "/a(b) c", "[x](/a%28b%29%20c)"},
		{"t.md", "{{v}}", "1. x\n# y", "1\\. x \\# y"},
		{"t.xml", "<t a=\"{{v}}\">{{v}}</t>", "<&\">",
			"<t a=\"&lt;&amp;&quot;&gt;\">&lt;&amp;&quot;&gt;</t>"},
		{"t.txt", "{{v}}", "<&>", "<&>"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf out;
		buf_init(&out, 10000);
		render(cases[i].name, cases[i].text, cases[i].value, &out);
		cr_assert_str_eq(
			buf_text(&out), cases[i].wanted, "%s: %s", cases[i].text, buf_text(&out));
		buf_done(&out);
	}
}

Test(theme_template, mistakes_name_their_line_and_column)
{
	static const char *const words[] = {"known", NULL};
	static const struct {
		const char *text;
		int line, column;
	} cases[] = {
		{"a\n 中{{unknown}}", 2, 3},
		{"{{#known}}x", 1, 1},
		{"x\n{{/known}}", 2, 1},
		{"{{known", 1, 1},
		{"{{}}", 1, 1},
		{"<{{known}}>", 1, 2},
		{"<p class={{known}}>", 1, 10},
		{"<script>{{known}}</script>", 1, 9},
		{"<style>{{known}}</style>", 1, 8},
		{"<p onclick=\"{{known}}\">", 1, 13},
		{"<p {{known}}=\"x\">", 1, 4},
		{"<p title=\"{{{known}}}\">", 1, 11},
		{"{{> nowhere.html}}", 1, 1},
		{"<p title=\"x", 1, 12},
		{"{{#known}}<p title=\"{{/known}}x\">", 1, 21},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *const pairs[] = {"t.html", cases[i].text, NULL};
		struct templates *t = NULL;
		struct err e = {0};
		cr_assert_eq(templates_from(pairs, words, &t, &e), ERR_INPUT, "%s", cases[i].text);
		cr_assert_eq(
			e.line, cases[i].line, "%s: line %d: %s", cases[i].text, e.line, e.message);
		cr_assert_eq(e.column, cases[i].column, "%s: column %d: %s", cases[i].text,
			e.column, e.message);
		cr_assert_str_eq(e.file, "t.html");
	}
}

Test(theme_template, ready_made_markup_and_text_are_not_exchanged)
{
	struct arena *a = arena_new();
	struct value *m = value_map(a);
	value_set_text(m, a, "text", "<b>");
	value_set_frag(m, a, "frag", (struct html_frag){"<b>", 3});
	static const char *const bad[] = {"{{{text}}}", "{{frag}}"};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const char *const pairs[] = {"t.html", bad[i], NULL};
		struct templates *t;
		struct err e;
		struct buf out;
		buf_init(&out, 100);
		cr_assert_eq(templates_from(pairs, NULL, &t, &e), ERR_OK);
		cr_assert_eq(template_render(t, "t.html", m, &out, &e), ERR_INPUT, "%s", bad[i]);
		templates_free(t);
		buf_done(&out);
	}
	arena_free(a);
}

Test(theme_template, partials_are_found_beside_their_template_and_may_not_nest_without_end)
{
	const char *const pairs[] = {"html/page.html", "<p>{{> parts/a.html}}</p>",
		"html/parts/a.html", "x{{> b.html}}", "html/parts/b.html", "y", "loop.html",
		"{{> loop.html}}", NULL};
	struct templates *t;
	struct err e;
	struct buf out;
	struct arena *a = arena_new();
	buf_init(&out, 1000);
	cr_assert_eq(templates_from(pairs, NULL, &t, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(template_render(t, "html/page.html", value_map(a), &out, &e), ERR_OK);
	cr_assert_str_eq(buf_text(&out), "<p>xy</p>");
	cr_assert_eq(template_render(t, "loop.html", value_map(a), &out, &e), ERR_INPUT);
	cr_assert_eq(template_render(t, "none.html", value_map(a), &out, &e), ERR_NOT_FOUND);
	templates_free(t);
	buf_done(&out);
	arena_free(a);
}

Test(theme_template, an_option_of_a_block_comes_back_as_it_was)
{
	static const char *const values[] = {"R&D", "a &lt; b", "&amp;", "&#96;", "x\\&y",
		"`e` & \"f\" | g \\ h", "100 % & <b>"};
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct arena *a = arena_new();
		struct buf md, wanted;
		struct rendered r;
		struct err e = {0};
		const struct render_env env = {
			.base_path = "", .file_name = "t.md", .first_line = 1};
		buf_init(&md, 4096);
		buf_init(&wanted, 4096);
		render("t.md", "```table caption=\"{{v}}\"\na\n1\n```\n", values[i], &md);
		cr_assert_eq(markdown_render(a, buf_text(&md), &env, &r, &e), ERR_OK, "%s: %s",
			buf_text(&md), e.message);
		buf_str(&wanted, "<caption>");
		html_text(&wanted, values[i]);
		buf_str(&wanted, "</caption>");
		cr_assert(strstr(r.html.markup, buf_text(&wanted)), "%s gives %s", buf_text(&md),
			r.html.markup);
		buf_done(&md);
		buf_done(&wanted);
		arena_free(a);
	}
}
