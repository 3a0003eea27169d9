/* multipart/form-data as browsers and curl send it, and as nobody should. */
#include "tianlan/intake.h"

#include <criterion/criterion.h>
#include <string.h>

#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static enum err_code parse(
	struct arena *a, const char *body, const char *boundary, struct form_body *ret)
{
	struct err e;
	return multipart_parse(a, body, strlen(body), boundary, ret, &e);
}

static bool value_is(const struct form_part *p, const char *text)
{
	return p->value.len == strlen(text) && memcmp(p->value.at, text, p->value.len) == 0;
}

static const struct {
	const char *what, *body, *name, *value, *filename;
} good[] = {
	{"plain", "--b\r\n" FIELD("a") "x\r\n--b--\r\n", "a", "x", NULL},
	{"no line end at the end", "--b\r\n" FIELD("a") "x\r\n--b--", "a", "x", NULL},
	{"preamble and epilogue", "hello\r\n--b\r\n" FIELD("a") "x\r\n--b--\r\nbye", "a", "x",
		NULL},
	{"blanks behind delimiters", "--b \t\r\n" FIELD("a") "x\r\n--b-- \r\n", "a", "x", NULL},
	{"empty value", "--b\r\n" FIELD("a") "\r\n--b--\r\n", "a", "", NULL},
	{"empty value without a line of its own", "--b\r\n" FIELD("a") "--b--\r\n", "a", "", NULL},
	{"line ends in the value", "--b\r\n" FIELD("a") "x\r\n\r\ny\r\n\r\n--b--\r\n", "a",
		"x\r\n\r\ny\r\n", NULL},
	{"boundary inside a line", "--b\r\n" FIELD("a") "x--b--y\r\n--b--\r\n", "a", "x--b--y",
		NULL},
	{"a longer boundary at a line's start", "--b\r\n" FIELD("a") "x\r\n--bb\r\ny\r\n--b--\r\n",
		"a", "x\r\n--bb\r\ny", NULL},
	{"a delimiter with text behind", "--b\r\n" FIELD("a") "x\r\n--b-y\r\n--b--z\r\n--b--\r\n",
		"a", "x\r\n--b-y\r\n--b--z", NULL},
	{"half a delimiter", "--b\r\n" FIELD("a") "\r\n--\r\n-\r\r\n--b--\r\n", "a",
		"\r\n--\r\n-\r", NULL},
	{"other case and order",
		"--b\r\ncontent-type: "
		"text/plain\r\ncontent-disposition:FORM-DATA;NAME=a\r\n\r\nx\r\n"
		"--b--\r\n",
		"a", "x", NULL},
	{"file",
		"--b\r\nContent-Disposition: form-data; name=\"p\"; filename=\"a.jpg\"\r\n"
		"Content-Type: image/jpeg\r\n\r\nxx\r\n--b--\r\n",
		"p", "xx", "a.jpg"},
	{"no file chosen",
		"--b\r\nContent-Disposition: form-data; name=\"p\"; filename=\"\"\r\n"
		"Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n",
		"p", "", ""},
	{"browser's quote",
		"--b\r\nContent-Disposition: form-data; name=\"p\"; "
		"filename=\"a%22b%0D%0a.jpg\"\r\n\r\n"
		"\r\n--b--\r\n",
		"p", "", "a\"b.jpg"},
	{"backslashes",
		"--b\r\nContent-Disposition: form-data; name=\"a\\\"b\"; "
		"filename=\"x\\\\y\\\"z\"\r\n"
		"\r\n\r\n--b--\r\n",
		"a\"b", "", "y\"z"},
	{"a name that ends in a backslash",
		"--b\r\nContent-Disposition: form-data; name=\"p\"; "
		"filename=\"a\\\"\r\n\r\n\r\n--b--\r\n",
		"p", "", "?"},
	{"path of Windows",
		"--b\r\nContent-Disposition: form-data; name=\"p\"; "
		"filename=\"C:\\d\\照片.jpg\"\r\n\r\n"
		"\r\n--b--\r\n",
		"p", "", "照片.jpg"},
	{"path of Unix",
		"--b\r\nContent-Disposition: form-data; name=\"p\"; "
		"filename=\"../../etc/passwd\"\r\n\r\n"
		"\r\n--b--\r\n",
		"p", "", "passwd"},
	{"name that is not UTF-8",
		"--b\r\nContent-Disposition: form-data; name=\"p\"; "
		"filename=\"\xd5\xd5.jpg\"\r\n\r\n"
		"\r\n--b--\r\n",
		"p", "", "\xEF\xBF\xBD\xEF\xBF\xBD.jpg"},
	{"extended name alone",
		"--b\r\nContent-Disposition: form-data; name=\"p\"; filename*=UTF-8''a.jpg\r\n\r\n"
		"\r\n--b--\r\n",
		"p", "", "?"},
	{"nested multipart is content",
		"--b\r\nContent-Disposition: form-data; name=\"p\"\r\n"
		"Content-Type: multipart/mixed; "
		"boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n",
		"p", "--c\r\n\r\nx\r\n--c--", NULL},
	{"a per cent sign",
		"--b\r\nContent-Disposition: form-data; name=\"100%25\"\r\n\r\nx\r\n--b--\r\n",
		"100%25", "x", NULL},
	{"bytes that are no text", "--b\r\n" FIELD("a") "\xff\xfe\r\n--b--\r\n", "a", "\xff\xfe",
		NULL},
};

Test(multipart_wire, takes_what_clients_send)
{
	struct arena *a = arena_new();
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct form_body b;
		cr_assert_eq(parse(a, good[i].body, "b", &b), ERR_OK, "%s", good[i].what);
		cr_assert_eq(b.count, 1, "%s", good[i].what);
		cr_assert_str_eq(b.parts[0].name, good[i].name, "%s", good[i].what);
		cr_assert(value_is(&b.parts[0], good[i].value), "%s", good[i].what);
		cr_assert_eq(!b.parts[0].filename, !good[i].filename, "%s", good[i].what);
		if (good[i].filename)
			cr_assert_str_eq(b.parts[0].filename, good[i].filename, "%s", good[i].what);
	}
	arena_free(a);
}

static const struct {
	const char *what, *body;
} bad[] = {
	{"empty", ""},
	{"other boundary", "--c\r\n" FIELD("a") "x\r\n--c--\r\n"},
	{"no end", "--b\r\n" FIELD("a") "x\r\n"},
	{"end cut off", "--b\r\n" FIELD("a") "x\r\n--b-"},
	{"delimiter as the last line", "--b\r\n" FIELD("a") "x\r\n--b\r\n"},
	{"delimiter as the end", "--b\r\n" FIELD("a") "x\r\n--b"},
	{"header cut off", "--b\r\nContent-Disp"},
	{"no header", "--b\r\n\r\nx\r\n--b--\r\n"},
	{"line feeds alone", "--b\nContent-Disposition: form-data; name=\"a\"\n\nx\n--b--\n"},
	{"no name", "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"},
	{"two names", "--b\r\nContent-Disposition: form-data; name=\"a\"; "
		      "name=\"b\"\r\n\r\nx\r\n--b--\r\n"},
	{"two dispositions",
		"--b\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; "
		"name=a\r\n\r\nx\r\n--b--\r\n"},
	{"not form-data",
		"--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b--\r\n"},
	{"open quote", "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--b--\r\n"},
	{"text behind the quote",
		"--b\r\nContent-Disposition: form-data; name=\"a\"b\r\n\r\nx\r\n--b--\r\n"},
	{"folded header",
		"--b\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\nx\r\n--b--\r\n"},
	{"no colon", "--b\r\nContent-Disposition form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n"},
	{"name is not UTF-8",
		"--b\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--b--\r\n"},
	{"encoded again",
		"--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: "
		"base64\r\n\r\neA==\r\n--b--\r\n"},
};

Test(multipart_wire, refuses_what_is_broken)
{
	struct arena *a = arena_new();
	struct form_body b;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_eq(parse(a, bad[i].body, "b", &b), ERR_INPUT, "%s", bad[i].what);
	arena_free(a);
}

Test(multipart_wire, an_end_at_once_is_an_empty_form)
{
	struct arena *a = arena_new();
	struct form_body b;
	cr_assert_eq(parse(a, "--b--\r\n", "b", &b), ERR_OK);
	cr_assert_eq(b.count, 0);
	arena_free(a);
}

Test(multipart_wire, a_nul_in_a_header_is_refused_and_in_a_value_is_kept)
{
	static const char header[] =
		"--b\r\nContent-Disposition: form-data; name=\"a\0\"\r\n\r\nx\r\n--b--";
	static const char value[] = "--b\r\n" FIELD("a") "x\0y\r\n--b--";
	struct arena *a = arena_new();
	struct form_body b;
	struct err e;
	cr_assert_eq(multipart_parse(a, header, sizeof header - 1, "b", &b, &e), ERR_INPUT);
	cr_assert_eq(multipart_parse(a, value, sizeof value - 1, "b", &b, &e), ERR_OK);
	cr_assert_eq(b.parts[0].value.len, 3);
	arena_free(a);
}

Test(multipart_wire, boundaries_may_have_70_characters)
{
	struct arena *a = arena_new();
	struct form_body b;
	for (int n = 70; n <= 71; n++) {
		char *boundary = arena_alloc(a, 80);
		memset(boundary, 'z', (size_t)n);
		const char *body = arena_printf(
			a, "--%s\r\n" FIELD("a") "x\r\n--%s--\r\n", boundary, boundary);
		cr_assert_eq(parse(a, body, boundary, &b), n == 70 ? ERR_OK : ERR_INPUT);
	}
	arena_free(a);
}

static struct buf repeated(const char *begin, const char *piece, size_t times, const char *end)
{
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	buf_str(&b, begin);
	for (size_t i = 0; i < times; i++)
		buf_str(&b, piece);
	buf_str(&b, end);
	return b;
}

Test(multipart_wire, limits_are_limits, .timeout = 60)
{
	static const struct {
		const char *what, *begin, *piece;
		size_t times;
		const char *end;
		enum err_code wanted;
	} cases[] = {
		{"200 fields", "--b", "\r\n" FIELD("a") "x\r\n--b", 200, "--\r\n", ERR_OK},
		{"201 fields", "--b", "\r\n" FIELD("a") "x\r\n--b", 201, "--\r\n", ERR_REFUSED},
		{"100 000 fields", "--b", "\r\n" FIELD("a") "x\r\n--b", 100000, "--\r\n",
			ERR_REFUSED},
		{"a field of 64 KiB", "--b\r\n" FIELD("a"), "0123456789abcdef", 4096, "\r\n--b--",
			ERR_OK},
		{"a larger field", "--b\r\n" FIELD("a"), "0123456789abcdef", 4096, "!\r\n--b--",
			ERR_REFUSED},
		{"a large file",
			"--b\r\nContent-Disposition: form-data; name=\"p\"; filename=\"f\"\r\n\r\n",
			"0123456789abcdef", 65536 * 10, "\r\n--b--", ERR_OK},
		{"a header of 1 MiB", "--b\r\nContent-Disposition: form-data; name=\"",
			"aaaaaaaaaaaaaaaa", 65536, "\"\r\n\r\nx\r\n--b--", ERR_REFUSED},
		{"many header lines", "--b\r\n", "X-A: b\r\n", 2000, FIELD("a") "x\r\n--b--",
			ERR_REFUSED},
		{"backslashes", "--b\r\nContent-Disposition: form-data; name=\"", "\\\\", 4000,
			"\"\r\n\r\nx\r\n--b--", ERR_OK},
		{"beginnings of delimiters", "--b\r\n" FIELD("a"), "\r\n--", 16000, "\r\n--b--",
			ERR_OK},
		{"delimiters that are none",
			"--b\r\nContent-Disposition: form-data; name=\"p\"; filename=\"f\"\r\n\r\n",
			"\r\n--bx", 300000, "\r\n--b--", ERR_OK},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new();
		struct form_body body;
		struct err e;
		struct buf b =
			repeated(cases[i].begin, cases[i].piece, cases[i].times, cases[i].end);
		cr_assert_eq(multipart_parse(a, b.data, b.len, "b", &body, &e), cases[i].wanted,
			"%s", cases[i].what);
		buf_done(&b);
		arena_free(a);
	}
}

Test(multipart_wire, a_file_name_is_noticed_before_parsing)
{
	static const struct {
		const char *body;
		bool may;
	} cases[] = {
		{"", false},
		{"filenam", false},
		{"name=\"p\"; filename=\"\"\r\n", false},
		{"filename=\"\" and filename=\"\"", false},
		{"filename=\"\" and filename=\"a\"", true},
		{"FileName=\"a\"", true},
		{"filename*=UTF-8''a", true},
		{"filename = \"\"", true}, /* not how clients write it: better once too often */
		{"ffilename=x", true},
		{"Ffffilename", true},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_assert_eq(body_may_hold_file(cases[i].body, strlen(cases[i].body)), cases[i].may,
			"%s", cases[i].body);
}
