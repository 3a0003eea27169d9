/* urlencoded bodies, header values, the size in a JPEG. */
#include "intake/wire.h"

#include <criterion/criterion.h>
#include <string.h>

Test(urlencoded_wire, decodes_as_browsers_encode)
{
	static const struct {
		const char *body, *name, *value;
	} cases[] = {
		{"a=b", "a", "b"},
		{"&&a=b&", "a", "b"},
		{"a", "a", ""},
		{"=b", "", "b"},
		{"a=b=c", "a", "b=c"},
		{"a=1+2%2B3", "a", "1 2+3"},
		{"a=%E5%8F%B7", "a", "号"},
		{"a=%", "a", "%"},
		{"a=%4", "a", "%4"},
		{"a=%zz%41", "a", "%zzA"},
		{"a=100%&b", "a", "100%"},
		{"%61=%0D%0A", "a", "\r\n"},
	};
	struct arena *a = arena_new();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct form_body b;
		struct err e;
		cr_assert_eq(urlencoded_parse(a, cases[i].body, strlen(cases[i].body), &b, &e),
			ERR_OK, "%s", cases[i].body);
		cr_assert_geq(b.count, 1, "%s", cases[i].body);
		cr_assert_str_eq(b.parts[0].name, cases[i].name, "%s", cases[i].body);
		cr_assert_eq(b.parts[0].value.len, strlen(cases[i].value), "%s", cases[i].body);
		cr_assert_eq(memcmp(b.parts[0].value.at, cases[i].value, b.parts[0].value.len), 0,
			"%s", cases[i].body);
		cr_assert_null(b.parts[0].filename);
	}
	arena_free(a);
}

Test(urlencoded_wire, names_are_text_and_values_are_bytes)
{
	struct arena *a = arena_new();
	struct form_body b;
	struct err e;
	cr_assert_eq(urlencoded_parse(a, "%00=x", 5, &b, &e), ERR_INPUT);
	cr_assert_eq(urlencoded_parse(a, "%FF=x", 5, &b, &e), ERR_INPUT);
	cr_assert_eq(urlencoded_parse(a, "x=%00%FF", 8, &b, &e), ERR_OK);
	cr_assert_eq(b.parts[0].value.len, 2);
	arena_free(a);
}

Test(urlencoded_wire, limits_are_limits)
{
	struct arena *a = arena_new();
	struct form_body body;
	struct err e;
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 200; i++)
		buf_str(&b, "a=b&");
	cr_assert_eq(urlencoded_parse(a, b.data, b.len, &body, &e), ERR_OK);
	cr_assert_eq(body.count, 200);
	buf_str(&b, "a=b");
	cr_assert_eq(urlencoded_parse(a, b.data, b.len, &body, &e), ERR_REFUSED);
	buf_clear(&b);
	buf_str(&b, "a=");
	for (int i = 0; i < 65536; i++)
		buf_str(&b, "%41");
	cr_assert_eq(urlencoded_parse(a, b.data, b.len, &body, &e), ERR_OK);
	cr_assert_eq(body.parts[0].value.len, 65536);
	buf_str(&b, "x");
	cr_assert_eq(urlencoded_parse(a, b.data, b.len, &body, &e), ERR_REFUSED);
	buf_done(&b);
	arena_free(a);
}

Test(request_wire, a_boundary_is_what_the_rfc_allows)
{
	static const struct {
		const char *type, *boundary; /* NULL: refused */
	} cases[] = {
		{"multipart/form-data; boundary=----WebKitFormBoundaryAbC",
			"----WebKitFormBoundaryAbC"},
		{"multipart/form-data; boundary=\"a b\"", "a b"},
		{"Multipart/Form-Data;BOUNDARY=x", "x"},
		{"multipart/form-data; charset=utf-8; boundary=x;", "x"},
		{"multipart/form-data ; boundary = x", "x"},
		{"multipart/form-data; boundary=a'()+_,-./:=?z", "a'()+_,-./:=?z"},
		{"multipart/form-data; "
		 "boundary=0123456789012345678901234567890123456789012345678901234567890123456789",
			"0123456789012345678901234567890123456789012345678901234567890123456789"},
		{"multipart/form-data; "
		 "boundary=01234567890123456789012345678901234567890123456789012345678901234567890",
			NULL},
		{"multipart/form-data", NULL},
		{"multipart/form-data; boundary=", NULL},
		{"multipart/form-data; boundary=\"\"", NULL},
		{"multipart/form-data; boundary=\"a ", NULL},
		{"multipart/form-data; boundary=\"a \"", NULL},
		{"multipart/form-data; boundary=a; boundary=b", NULL},
		{"multipart/form-data; boundary=a b", NULL},
		{"multipart/form-data; boundary=a\x01", NULL},
		{"multipart/form-data; boundary=号", NULL},
		{"multipart/form-datax; boundary=a", NULL},
		{"multipart/mixed; boundary=a", NULL},
		{"", NULL},
	};
	struct arena *a = arena_new();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *got = NULL;
		struct err e;
		enum err_code code = content_type_boundary(a, cases[i].type, &got, &e);
		cr_assert_eq(code, cases[i].boundary ? ERR_OK : ERR_INPUT, "%s", cases[i].type);
		if (cases[i].boundary)
			cr_assert_str_eq(got, cases[i].boundary, "%s", cases[i].type);
	}
	arena_free(a);
}

Test(request_wire, a_media_type_is_told_from_its_parameters)
{
	cr_assert_eq(content_type_of("multipart/form-data; boundary=x"), BODY_MULTIPART);
	cr_assert_eq(content_type_of(" APPLICATION/x-www-form-urlencoded"), BODY_URLENCODED);
	cr_assert_eq(content_type_of("application/x-www-form-urlencoded;charset=UTF-8"),
		BODY_URLENCODED);
	cr_assert_eq(content_type_of("application/x-www-form-urlencodedx"), BODY_UNKNOWN);
	cr_assert_eq(content_type_of("text/plain"), BODY_UNKNOWN);
	cr_assert_eq(content_type_of(""), BODY_UNKNOWN);
}

Test(request_wire, a_length_is_digits_alone)
{
	static const struct {
		const char *text;
		int64_t n;
	} cases[] = {{NULL, -1}, {"", -1}, {"0", 0}, {"12", 12}, {" 12", -1}, {"12 ", -1},
		{"-1", -1}, {"+1", -1}, {"0x10", -1}, {"1e3", -1}, {"99999999999", 99999999999},
		{"9999999999999999", -1}};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_assert_eq(content_length_read(cases[i].text), cases[i].n, "%s",
			cases[i].text ? cases[i].text : "none");
}

Test(jpeg_wire, the_size_stands_in_the_frame_header)
{
	static const uint8_t baseline[] = {0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8,
		0x01, 0x02, 0x03, 0x04, 1, 1, 0x11, 0};
	static const uint8_t tables[] = {0xff, 0xd8, 0xff, 0xc4, 0, 9, 8, 1, 1, 1, 1, 1, 1};
	uint32_t w = 0, h = 0;
	cr_assert(jpeg_size(baseline, sizeof baseline, &w, &h));
	cr_assert_eq(w, 0x304);
	cr_assert_eq(h, 0x102);
	for (size_t n = 0; n < sizeof baseline; n++)
		cr_assert_not(jpeg_size(baseline, n, &w, &h), "cut at %zu", n);
	cr_assert_not(jpeg_size(tables, sizeof tables, &w, &h));
	cr_assert_not(jpeg_size("GIF89a__", 8, &w, &h));
}
