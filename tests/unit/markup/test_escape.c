/* Each writer in its own context, with what an attacker or a spreadsheet would put in. */
#include "tianlan/markup.h"

#include <criterion/criterion.h>
#include <string.h>

typedef void writer(struct buf *b, const char *s);

static void check(writer *w, const char *in, const char *out)
{
	struct buf b;
	buf_init(&b, 10000);
	w(&b, in);
	cr_assert_str_eq(buf_text(&b), out, "%s", in);
	buf_done(&b);
}

Test(markup_html, text_and_attributes_cannot_leave_their_place)
{
	check(html_text, "<script>alert('x')&amp;\"",
		"&lt;script&gt;alert(&#39;x&#39;)&amp;amp;&quot;");
	check(html_attr_value, "\" onclick=\"x", "&quot; onclick=&quot;x");
	check(html_text, "", "");
	check(html_text, "木艺加工厂", "木艺加工厂");
}

Test(markup_html, only_listed_schemes_become_links)
{
	static const char *const good[] = {"/results/", "#top", "https://example.org/?a=1&b=2",
		"mailto:a@example.org", "tel:12345", "page-2.html", "?q=1", "/a:b",
		"HTTP://example.org"};
	static const char *const bad[] = {"javascript:alert(1)", "JavaScript:alert(1)",
		"data:text/html,x", "vbscript:x", " javascript:x", "java\tscript:x",
		"java\nscript:x", "\x01javascript:x", "file:///etc/passwd", "//x\\y",
		"https://a b"};
	for (size_t i = 0; i < COUNT_OF(good); i++)
		cr_assert(url_is_allowed(good[i]), "%s", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		cr_assert_not(url_is_allowed(bad[i]), "%s", bad[i]);
		check(html_href, bad[i], " href=\"#\"");
	}
}

Test(markup_xml, forbidden_characters_are_dropped)
{
	check(xml_text, "a\x01\x0b<b>\x1f&\t\n", "a&lt;b&gt;&amp;\t\n");
	check(xml_text, "x\xef\xbf\xbey\xef\xbf\xbfz\xef\xbf\xbd", "xyz\xef\xbf\xbd");
}

Test(markup_md, nothing_starts_markup)
{
	check(md_text, "*a* _b_ [c](d) `e` <f> #g | h\\",
		"\\*a\\* \\_b\\_ \\[c\\]\\(d\\) \\`e\\` \\<f\\> \\#g \\| h\\\\");
	check(md_text, "a\r\nb\nc", "a b c");
	check(md_text, "- x", "\\- x");
	check(md_text, "12. x", "12\\. x");
	check(md_text, "&amp; ~~x~~ ![i]", "\\&amp; \\~\\~x\\~\\~ \\!\\[i\\]");
	check(md_text, "1.5-2", "1\\.5-2");
}

Test(markup_md, an_address_cannot_close_its_bracket)
{
	check(md_url, "/a(b)c d|e", "/a%28b%29c%20d%7Ce");
}

Test(markup_csv, formulas_are_guarded_and_quotes_doubled)
{
	static const struct {
		const char *in, *out;
	} cases[] = {{"a", "a"}, {"=1+1", "\"'=1+1\""}, {"+86", "\"'+86\""}, {"-5", "\"'-5\""},
		{"@x", "\"'@x\""}, {"a,b", "\"a,b\""}, {"a\"b", "\"a\"\"b\""}, {"a\nb", "\"a\nb\""},
		{"", ""}, {" a", "\" a\""}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b;
		buf_init(&b, 100);
		csv_field(&b, true, cases[i].in);
		cr_assert_str_eq(buf_text(&b), cases[i].out);
		buf_done(&b);
	}
}

Test(markup_json, commas_and_escapes_come_by_themselves)
{
	struct buf b;
	struct json j;
	buf_init(&b, 1000);
	json_out_init(&j, &b);
	json_out_object(&j, NULL);
	json_out_string(&j, "a\"b", "x\n\x01\\");
	json_out_array(&j, "list");
	json_out_int(&j, NULL, -1);
	json_out_bool(&j, NULL, true);
	json_out_object(&j, NULL);
	json_out_object_end(&j);
	json_out_null(&j, NULL);
	json_out_array_end(&j);
	json_out_string(&j, "none", NULL);
	json_out_object_end(&j);
	cr_assert_str_eq(buf_text(&b),
		"{\"a\\\"b\":\"x\\n\\u0001\\\\\",\"list\":[-1,true,{},null],\"none\":null}");
	buf_done(&b);
}

Test(markup_url, segments_keep_only_what_is_unreserved)
{
	check(url_segment, "a/b?c d&e=中~", "a%2Fb%3Fc%20d%26e%3D%E4%B8%AD~");
}
