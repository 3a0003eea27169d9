/* Files people write: what is wrong is told with its place. */
#include "tianlan/input.h"

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

TestSuite(input_conf, .init = start, .fini = stop);
TestSuite(input_json, .init = start, .fini = stop);
TestSuite(input_text, .init = start, .fini = stop);
TestSuite(input_csv, .init = start, .fini = stop);
TestSuite(input_front, .init = start, .fini = stop);

Test(input_conf, values_come_with_their_line_and_column)
{
	const struct conf *root;
	struct err e;
	cr_assert_eq(conf_parse(a, "x.conf",
			     "name = \"天蓝\";\ngroup: {\n\tnumber = 5;\n\tlist = ( \"a\", 2, true "
			     ");\n};\n",
			     &root, &e),
		ERR_OK, "%s", e.message);
	const struct conf *group = conf_find(root, "group");
	const struct conf *number = conf_find(group, "number");
	cr_assert_str_eq(conf_find(root, "name")->string, "天蓝");
	cr_assert_eq(number->integer, 5);
	cr_assert_eq(number->line, 3);
	cr_assert_eq(number->column, 2);
	cr_assert_eq(conf_find(group, "list")->count, 3);
	cr_assert(conf_find(group, "list")->items[2].boolean);
	cr_assert_null(conf_find(root, "none"));
}

Test(input_conf, mistakes_name_their_place)
{
	static const struct {
		const char *text;
		int line, column;
	} cases[] = {{"a = 1;\nb = ;\n", 2, 1}, {"a = 1;\n  a = 2;\n", 2, 3}, {"a = \"x\n", 1, 0}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct conf *root;
		struct err e = {0};
		cr_assert_eq(conf_parse(a, "x.conf", cases[i].text, &root, &e), ERR_INPUT,
			"case %zu", i);
		cr_assert_str_eq(e.file, "x.conf");
		if (cases[i].column) {
			cr_assert_eq(e.line, cases[i].line, "case %zu: line %d", i, e.line);
			cr_assert_eq(e.column, cases[i].column, "case %zu: column %d", i, e.column);
		}
	}
}

Test(input_conf, a_misspelt_name_and_a_wrong_type_are_errors)
{
	const struct conf *root;
	struct err e;
	cr_assert_eq(
		conf_parse(a, "x.conf", "domain = 5;\n\tdomian = \"x\";\n", &root, &e), ERR_OK);
	static const char *const names[] = {"domain", NULL};
	cr_assert_eq(conf_only(root, names, &e), ERR_INPUT);
	cr_assert_eq(e.line, 2);
	cr_assert_eq(e.column, 2);
	cr_assert_not_null(strstr(e.message, "domian"));
	const char *text = "kept";
	cr_assert_eq(conf_opt_string(root, "domain", &text, &e), ERR_INPUT);
	cr_assert_str_eq(text, "kept");
	cr_assert_eq(conf_string(root, "none", &text, &e), ERR_INPUT);
	cr_assert_eq(conf_opt_string(root, "none", &text, &e), ERR_OK);
}

Test(input_conf, nothing_is_read_from_elsewhere)
{
	const struct conf *root;
	struct err e;
	cr_assert_eq(conf_parse(a, "x.conf", "@include \"/etc/passwd\"\n", &root, &e), ERR_INPUT);
}

Test(input_json, strict_and_with_line)
{
	const struct conf *root;
	struct err e;
	static const char good[] = "{\"c12\":\"是\",\"n\":null,\"l\":[1,2.5,true]}";
	cr_assert_eq(json_parse(a, "x.json", good, strlen(good), &root, &e), ERR_OK);
	cr_assert_str_eq(conf_find(root, "c12")->string, "是");
	cr_assert_null(conf_find(root, "n")->string);
	static const char *const bad[] = {
		"{\"a\":1,\"a\":2}", "{\n\"a\":}", "", "{\"a\":\"\xff\"}", "[1]x"};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_eq(json_parse(a, "x.json", bad[i], strlen(bad[i]), &root, &e), ERR_INPUT,
			"%s", bad[i]);
	cr_assert_eq(json_parse(a, "x.json", bad[1], strlen(bad[1]), &root, &e), ERR_INPUT);
	cr_assert_eq(e.line, 2);
}

static enum err_code decode(
	const char *bytes, size_t len, char **text, enum text_encoding *enc, struct err *e)
{
	size_t n;
	return text_decode(a, "x.csv", bytes, len, text, &n, enc, e);
}

Test(input_text, encodings_are_told_apart_without_guessing)
{
	char *text;
	enum text_encoding enc;
	struct err e;
	cr_assert_eq(decode("街道", 6, &text, &enc, &e), ERR_OK);
	cr_assert_eq(enc, TEXT_UTF8);
	cr_assert_eq(decode("\xef\xbb\xbf街道", 9, &text, &enc, &e), ERR_OK);
	cr_assert_eq(enc, TEXT_UTF8_BOM);
	cr_assert_str_eq(text, "街道");
	cr_assert_eq(decode("\xbd\xd6\xb5\xc0", 4, &text, &enc, &e), ERR_OK);
	cr_assert_eq(enc, TEXT_GB18030);
	cr_assert_str_eq(text, "街道");
	cr_assert_eq(decode("\x95\x32\x82\x36", 4, &text, &enc, &e), ERR_OK, "four bytes");
	cr_assert_str_eq(text, "\xf0\xa0\x80\x80");
}

Test(input_text, what_is_no_text_is_refused_with_its_line)
{
	char *text;
	enum text_encoding enc;
	struct err e;
	cr_assert_eq(decode("a\nb\n\xff\xff", 6, &text, &enc, &e), ERR_INPUT);
	cr_assert_eq(e.line, 3);
	cr_assert_eq(decode("\xff\xfe"
			    "a\0",
			     4, &text, &enc, &e),
		ERR_INPUT);
	cr_assert_not_null(strstr(e.message, "UTF-16"));
	cr_assert_eq(decode("a\0b", 3, &text, &enc, &e), ERR_INPUT);
	cr_assert_eq(decode("\xef\xbb\xbf\xbd\xd6", 5, &text, &enc, &e), ERR_INPUT,
		"a BOM is a promise");
}

static enum err_code note_row(void *ctx, int row, char **cells, size_t count, struct err *e)
{
	(void)e;
	buf_printf(ctx, "%d:", row);
	for (size_t i = 0; i < count; i++)
		buf_printf(ctx, "[%s]", cells[i]);
	return ERR_OK;
}

Test(input_csv, rows_count_as_the_spreadsheet_shows_them)
{
	static const char text[] = "a, b ,\r\n\r\n\"x\r\ny\",\"q\"\"q\"\n,,\nlast";
	struct buf b;
	struct err e;
	buf_init(&b, 1000);
	cr_assert_eq(csv_rows("x.csv", text, strlen(text), ',', note_row, &b, &e), ERR_OK, "%s",
		e.message);
	cr_assert_str_eq(buf_text(&b), "1:[a][ b ][]3:[x\ny][q\"q]4:[][][]5:[last]");
	buf_done(&b);
}

Test(input_csv, an_unclosed_quote_is_an_error_with_its_row)
{
	static const char *const bad[] = {"a\nb\n\"c\nd\n", "a\nb\nc\"d\"x\n"};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct buf b;
		struct err e;
		buf_init(&b, 1000);
		cr_assert_eq(csv_rows("x.csv", bad[i], strlen(bad[i]), ',', note_row, &b, &e),
			ERR_INPUT, "%zu", i);
		cr_assert_eq(e.line, 3, "%d", e.line);
		buf_done(&b);
	}
}

static enum err_code stop_at_two(void *ctx, int row, char **cells, size_t count, struct err *e)
{
	(void)cells;
	(void)count;
	*(int *)ctx = row;
	return row == 2 ? err_set(e, ERR_REFUSED, "enough") : ERR_OK;
}

Test(input_csv, the_callback_can_stop)
{
	int last = 0;
	struct err e;
	cr_assert_eq(csv_rows("x", "a\nb\nc\nd\n", 8, ',', stop_at_two, &last, &e), ERR_REFUSED);
	cr_assert_eq(last, 2);
	cr_assert_str_eq(e.message, "enough");
}

Test(input_front, keys_values_and_the_line_of_the_body)
{
	struct front_matter f;
	struct err e;
	cr_assert_eq(front_parse(a, "p.md",
			     "---\ntitle: 问答: 一\n\ndate:  2018-01-01 \r\n---\n正文\n", &f, &e),
		ERR_OK);
	cr_assert_eq(f.count, 2);
	cr_assert_str_eq(front_find(&f, "title"), "问答: 一");
	cr_assert_str_eq(front_find(&f, "date"), "2018-01-01");
	cr_assert_str_eq(f.body, "正文\n");
	cr_assert_eq(f.body_line, 6);
	cr_assert_eq(front_parse(a, "p.md", "没有页首\n", &f, &e), ERR_OK);
	cr_assert_eq(f.count, 0);
	cr_assert_eq(f.body_line, 1);
}

Test(input_front, mistakes_name_their_line)
{
	static const struct {
		const char *text;
		int line;
	} cases[] = {{"---\ntitle: a\n", 1}, {"---\ntitle a\n---\n", 2},
		{"---\na: 1\na: 2\n---\n", 3}, {"---\nTitle: x\n---\n", 2}, {"---", 1}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct front_matter f;
		struct err e;
		cr_assert_eq(
			front_parse(a, "p.md", cases[i].text, &f, &e), ERR_INPUT, "case %zu", i);
		cr_assert_eq(e.line, cases[i].line, "case %zu", i);
	}
}
