/* Markdown and blocks: what they give, what they refuse and where, and what hostile text cannot do. */
#include "tianlan/theme.h"

#include <criterion/criterion.h>
#include <string.h>

static struct arena *a;

static void start(void)
{
	a = arena_new();
}

static void stop(void)
{
	arena_free(a);
}

TestSuite(theme_markdown, .init = start, .fini = stop);
TestSuite(theme_block, .init = start, .fini = stop);

static enum err_code answer(void *ctx, const char *name, const char *const *args, size_t count,
	struct buf *out, struct err *e)
{
	(void)ctx;
	if (strcmp(name, "count") != 0)
		return err_set(e, ERR_NOT_FOUND, "no such query");
	buf_str(out, count ? args[0] : "*7*");
	return ERR_OK;
}

static const char *html(const char *markdown)
{
	const struct render_env env = {
		.base_path = "/base", .query = answer, .file_name = "p.md", .first_line = 10};
	struct rendered r;
	struct err e = {0};
	cr_assert_eq(
		markdown_render(a, markdown, &env, &r, &e), ERR_OK, "%s: %s", markdown, e.message);
	return r.html.markup;
}

static void has(const char *markdown, const char *part)
{
	const char *got = html(markdown);
	cr_assert(strstr(got, part) != NULL, "%s\ngives\n%s\nwithout\n%s", markdown, got, part);
}

static void lacks(const char *markdown, const char *part)
{
	const char *got = html(markdown);
	cr_assert(strstr(got, part) == NULL, "%s\ngives\n%s", markdown, got);
}

Test(theme_markdown, hostile_text_stays_text)
{
	lacks("<script>alert(1)</script>", "<script");
	lacks("x <img src=x onerror=alert(1)> y", "<img");
	has("[x](javascript:alert(1))", "href=\"#\"");
	has("[x](<java&#115;cript:alert(1)>)", "href=\"#\"");
	has("![x](data:text/html,x)", "src=\"\"");
	has("a & b", "a &amp; b");
	lacks("```table caption=\"x\"\na\n<script>\n```", "<script");
	lacks("```table caption=\"<script>\"\na\nb\n```", "<script");
}

Test(theme_markdown, links_get_the_base_path_and_headings_ids)
{
	has("[x](/results/)", "href=\"/base/results/\"");
	has("[x](page-2.html)", "href=\"page-2.html\"");
	has("[x](https://example.org/)", "rel=\"noopener\"");
	has("## 问答 {#faq}", "<h2 id=\"faq\">问答</h2>");
	has("## A b\n\n## A b", "<h2 id=\"a-b-2\">");
	has("第一行\n第二行", "第一行第二行");
	has("one\ntwo", "one\ntwo");
}

Test(theme_markdown, queries_are_answered_and_their_answers_escaped)
{
	has("有 {{query count all}} 家", "有 all 家");
	has("{{query count}}", "<p>*7*</p>");
	has("```query\ncount x\n```", "x");
}

Test(theme_block, each_gives_its_markup)
{
	has("```table caption=\"表\"\n名 | 数 >\n[甲](/a) | 1,000\n```",
		"<th scope=\"col\" class=\"num\">数</th>");
	has("```table caption=\"表\"\n名 | 数 >\n[甲](/a) | 1,000\n```",
		"<td data-label=\"名\"><a href=\"/base/a\">甲</a></td><td data-label=\"数\" "
		"class=\"num\">1,000</td>");
	has("```table caption=\"表\" rows=first\n名\n甲\\|乙\n```",
		"<th scope=\"row\" data-label=\"名\">甲|乙</th>");
	has("```table caption=\"空\"\n名 | 数\n```", "没有记录");
	has("```fields\n类别 | 散乱 | 说明\n```",
		"<dt>类别</dt><dd>散乱 <span class=\"note\">说明</span></dd>");
	has("```fields\n类别 |\n```", "<dd>—</dd>");
	has("```stats\n7 家 | 逾期 | /x | 注 | late\n```",
		"<li class=\"tone-late\"><a href=\"/base/x\"><strong>7 家</strong>");
	has("```timeline\n2018-01-05 | 下达 | 文 | ok\n```",
		"<time datetime=\"2018-01-05\">2018年1月5日</time>");
	has("```checklist\n[x] 断水 | 1月\n[ ] 断电\n```",
		"<li class=\"done\"><strong>断水</strong> <span class=\"state\">已完成");
	has("```cards\n甲 | 到期 | warn\n要求 | 搬\n---\n乙 | 完成\n```",
		"<section class=\"card tone-warn\"><header><h2>甲</h2>");
	has("## x\n\n```cards\n甲\n```", "<h3>甲</h3>");
	has("```filters title=\"街道\"\n甲 | /a | 3 | yes\n```",
		"aria-current=\"page\">甲 <span class=\"count\">3</span>");
	has("```pager\nprev|a.html\ntext|第 2 页\n```",
		"<a href=\"a.html\" rel=\"prev\">上一页</a>");
	has("```notice tone=late\n**x**\n```",
		"<div class=\"notice tone-late\" role=\"note\">\n<p><strong>x</strong></p>");
	has("~~~~details summary=\"看\"\n```fields\na | b\n```\n~~~~",
		"<details><summary>看</summary>\n<dl class=\"fields\">");
	has("```chart kind=stacked title=\"t\" desc=\"d\" series=\"甲|乙\"\n散 | 3 | 1\n```",
		"<rect class=\"s2\"");
	has("```chart kind=columns title=\"t\" desc=\"d\"\n一月 | 3\n```",
		"role=\"img\" aria-labelledby=");
	has("```photos\n/p/a\\.jpg | 800 | 600 | 甲\\|乙 | 整治前\n/p/b.jpg | 3 | 4 | 乙 | "
	    "整治后\n```",
		"<div class=\"photos\">\n<figure><a href=\"/base/p/a.jpg\"><img "
		"src=\"/base/p/a.jpg\" "
		"width=\"800\" height=\"600\" alt=\"甲|乙\" loading=\"lazy\" "
		"decoding=\"async\"></a>"
		"<figcaption>整治前</figcaption></figure>\n<figure>");
	has("```photos\n/a.jpg | 1 | 1 | x | y\n---\n/b.jpg | 1 | 1 | x | y\n```",
		"</figure>\n</div>\n<div class=\"photos\">");
	has("```photos\njavascript:x | 1 | 1 | x | y\n```", " src=\"\" width");
	has("```python\nx < y\n```", "<pre><code>x &lt; y\n</code></pre>");
}

Test(theme_block, the_fast_way_and_the_long_way_agree)
{
	/* The second cell of each pair needs cmark for something harmless at its end. */
	static const char *const cells[][2] = {{"甲 \\* 乙", "甲 \\* 乙 **x**"},
		{"[甲](/a) 1", "[甲](/a) 1 **x**"}, {"a\\|b", "a\\|b **x**"},
		{"1\\. x", "1\\. x **x**"}, {"\\[x\\]\\(y\\)", "\\[x\\]\\(y\\) **x**"},
		{"&\\<", "&\\< **x**"}, {"- x", "- x **x**"}, {"\\# x", "\\# x **x**"}};
	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		const char *fast = html(arena_printf(a, "```fields\nk | %s\n```", cells[i][0]));
		const char *slow = html(arena_printf(a, "```fields\nk | %s\n```", cells[i][1]));
		const char *cut = strstr(slow, " <strong>x</strong>");
		cr_assert_not_null(cut, "%s", slow);
		cr_assert_eq(strncmp(fast, slow, (size_t)(cut - slow)), 0, "%s\n%s", fast, slow);
	}
}

Test(theme_block, mistakes_name_their_line_and_column)
{
	static const struct {
		const char *markdown;
		int line, column;
	} cases[] = {
		{"x\n\n```table\na\n```", 12, 1}, /* no caption */
		{"```table caption=\"x\"\na | b\nc\n```", 12,
			2}, /* a cell too few: the end of the row */
		{"```table caption=\"x\"\na\nb | c\n```", 12, 5},     /* a cell too many */
		{"```table caption=\"x\" heads=none\na\n```", 10, 0}, /* unknown option */
		{"```table =\"x\"\na\n```", 10, 0},		      /* an option without a name */
		{"```timeline\n2018-02-30 | x\n```", 11, 1},	      /* no day */
		{"```stats\n1 | a | /x | n | loud\n```", 11, 18},     /* unknown tone */
		{"```checklist\nx\n```", 11, 1},
		{"```pager\nback|x\n```", 11, 1},
		{"```chart kind=pie title=\"t\" desc=\"d\"\na | 1\n```", 10, 0},
		{"```chart kind=bars title=\"t\" desc=\"d\"\na | -1\n```", 11, 5},
		{"```photos\n/a.jpg | 0 | 1 | x | y\n```", 11, 10},
		{"```photos\n/a.jpg | 1 | 1 | | y\n```", 11, 18}, /* no alternative text */
		{"```photos\n/a.jpg | 1 | 1 | x\n```", 11, 19},
		{"a\n\n{{query nonsense}}", 12, 0},
		{"{{query count", 10, 0},
	};
	const struct render_env env = {.query = answer, .file_name = "p.md", .first_line = 10};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rendered r;
		struct err e = {0};
		cr_assert_eq(markdown_render(a, cases[i].markdown, &env, &r, &e), ERR_INPUT, "%s",
			cases[i].markdown);
		cr_assert_eq(e.line, cases[i].line, "%s: line %d: %s", cases[i].markdown, e.line,
			e.message);
		if (cases[i].column)
			cr_assert_eq(e.column, cases[i].column, "%s: column %d: %s",
				cases[i].markdown, e.column, e.message);
		cr_assert_str_eq(e.file, "p.md");
	}
}

Test(theme_markdown, pathological_text_ends)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 20000; i++)
		buf_str(&b, i % 2 ? "[" : "*a ");
	html(buf_text(&b));
	buf_clear(&b);
	for (int i = 0; i < 5000; i++)
		buf_str(&b, "> ");
	buf_str(&b, "x");
	struct rendered r;
	struct err e;
	cr_assert_eq(markdown_render(a, buf_text(&b), NULL, &r, &e), ERR_INPUT,
		"quotes in quotes without end");
	buf_done(&b);
}
