/* UTF-8, numbers, buffers with a maximum. */
#include "tianlan/base.h"

#include <criterion/criterion.h>
#include <string.h>

Test(base_utf8, wrong_bytes_are_found_where_they_are)
{
	static const struct {
		const char *bytes;
		size_t len, bad;
	} cases[] = {{"ab\xff", 3, 2}, {"\xc0\x80", 2, 0}, {"\xe4\xb8", 2, 0},
		{"中\xed\xa0\x80", 6, 3}, {"\xf4\x90\x80\x80", 4, 0}, {"\xe0\x80\xaf", 3, 0},
		{"x\x80", 2, 1}, {"\xf0\x8f\xbf\xbf", 4, 0}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t bad = 99;
		cr_assert_not(utf8_valid(cases[i].bytes, cases[i].len, &bad), "case %zu", i);
		cr_assert_eq(bad, cases[i].bad, "case %zu: %zu", i, bad);
	}
	cr_assert(utf8_valid("中文𠀀a\xef\xbf\xbd", strlen("中文𠀀a\xef\xbf\xbd"), NULL));
}

Test(base_utf8, every_code_point_comes_back)
{
	for (uint32_t c = 1; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		char bytes[4];
		uint32_t back = 0;
		size_t n = utf8_encode(c, bytes);
		cr_assert_eq(utf8_decode(bytes, bytes + n, &back), n);
		cr_assert_eq(back, c);
		cr_assert_eq(
			utf8_decode(bytes, bytes + n - 1, &back), 0, "a cut character is none");
	}
}

Test(base_utf8, width_counts_chinese_twice)
{
	cr_assert_eq(utf8_width("ab"), 2);
	cr_assert_eq(utf8_width("天蓝（A）"), 9);
	cr_assert_eq(utf8_length("天蓝A"), 3);
}

Test(base_text, numbers_are_whole_or_refused)
{
	int64_t n = 5;
	cr_assert(str_to_int64("9223372036854775807", &n));
	cr_assert_eq(n, INT64_MAX);
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "9223372036854775808", "1a", "0x10"};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_not(str_to_int64(bad[i], &n), "%s", bad[i]);
}

Test(base_buf, past_the_maximum_the_flag_stays_and_nothing_is_added)
{
	struct buf b;
	buf_init(&b, 8);
	buf_str(&b, "12345678");
	cr_assert_not(b.overflow);
	buf_char(&b, '9');
	cr_assert(b.overflow);
	cr_assert_str_eq(buf_text(&b), "12345678");
	buf_str(&b, "");
	cr_assert(b.overflow);
	buf_clear(&b);
	buf_printf(&b, "%s", "123456789");
	cr_assert(b.overflow);
	buf_done(&b);
}

Test(base_buf, integers_print_at_their_limits)
{
	struct buf b;
	buf_init(&b, 100);
	buf_int(&b, INT64_MIN);
	buf_char(&b, ' ');
	buf_int(&b, 0);
	buf_char(&b, ' ');
	buf_int(&b, INT64_MAX);
	cr_assert_str_eq(buf_text(&b), "-9223372036854775808 0 9223372036854775807");
	buf_done(&b);
}

Test(base_arena, pieces_are_zeroed_and_survive_growth_and_reset)
{
	struct arena *a = arena_new();
	for (int round = 0; round < 3; round++) {
		char *first = arena_strdup(a, "一直在");
		for (size_t n = 1; n < 3000000; n *= 3) {
			unsigned char *p = arena_alloc(a, n);
			for (size_t i = 0; i < n; i++)
				cr_assert_eq(p[i], 0);
			memset(p, 0xee, n);
		}
		cr_assert_str_eq(first, "一直在");
		cr_assert_str_eq(arena_printf(a, "%s-%d", first, 7), "一直在-7");
		arena_reset(a);
	}
	cr_assert_null(arena_strdup(a, NULL));
	arena_free(a);
	arena_free(NULL);
}

Test(base_err, places_are_printed_as_far_as_they_are_known)
{
	struct err e;
	char text[512];
	err_at(&e, ERR_INPUT, "a.conf", 3, 5, "坏");
	err_format(&e, text, sizeof text);
	cr_assert_str_eq(text, "a.conf:3:5: 坏");
	err_at(&e, ERR_INPUT, "a.conf", 3, 0, "坏");
	err_format(&e, text, sizeof text);
	cr_assert_str_eq(text, "a.conf:3: 坏");
	err_set(&e, ERR_USAGE, "坏\n行");
	err_prefix(&e, "第%d个", 2);
	err_format(&e, text, sizeof text);
	cr_assert_str_eq(text, "第2个：坏 行");
	cr_assert_eq(e.code, ERR_USAGE);
}

Test(base_err, a_long_message_is_cut_at_a_whole_character)
{
	struct err e;
	struct buf b;
	buf_init(&b, 10000);
	for (int i = 0; i < 1000; i++)
		buf_str(&b, i % 2 ? "长" : "a");
	err_set(&e, ERR_INPUT, "%s", buf_text(&b));
	cr_assert(utf8_valid(e.message, strlen(e.message), NULL));
	cr_assert_gt(strlen(e.message), 1000);
	buf_done(&b);
}

Test(base_err, every_code_has_its_statuses)
{
	static const int exits[] = {0, 2, 3, 3, 3, 1, 4};
	for (int code = ERR_OK; code <= ERR_SYSTEM; code++) {
		cr_assert_eq(err_exit_status((enum err_code)code), exits[code]);
		cr_assert_geq(err_http_status((enum err_code)code), 200);
	}
}
