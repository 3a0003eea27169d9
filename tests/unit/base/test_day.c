/* Civil days: validity, months that clamp, text both ways. */
#include "tianlan/base.h"

#include <criterion/criterion.h>
#include <string.h>

static struct day day_of(const char *text)
{
	struct day d = DAY_NONE;
	cr_assert(day_parse(text, &d), "%s", text);
	return d;
}

Test(base_day, months_are_added_with_the_day_clamped)
{
	static const struct {
		const char *from;
		int months;
		const char *to;
	} cases[] = {{"2017-12-31", 2, "2018-02-28"}, {"2017-12-31", 3, "2018-03-31"},
		{"2019-12-31", 2, "2020-02-29"}, {"2018-01-30", 1, "2018-02-28"},
		{"2018-08-31", 1, "2018-09-30"}, {"2018-01-15", 2, "2018-03-15"},
		{"2018-11-30", 3, "2019-02-28"}, {"2018-05-01", 12, "2019-05-01"},
		{"2018-03-31", -1, "2018-02-28"}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[DAY_TEXT_BYTES];
		day_text(day_add_months(day_of(cases[i].from), cases[i].months), text);
		cr_assert_str_eq(text, cases[i].to, "%s + %d", cases[i].from, cases[i].months);
	}
}

Test(base_day, text_that_is_no_day_is_refused)
{
	static const char *const bad[] = {"", "2018", "2018-2-1", "2018-02-29", "2018-13-01",
		"2018-00-10", "2018-04-31", "2018-01-32", "1899-12-31", "2200-01-01", "2018/01/01",
		"2018-01-01 ", " 2018-01-01", "20180101xx", "2018-0a-01", "+018-01-01",
		"2018-01-0١"};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct day d = {7};
		cr_assert_not(day_parse(bad[i], &d), "%s", bad[i]);
		cr_assert_eq(d.n, 7, "nothing is written on failure");
	}
}

Test(base_day, every_day_of_three_centuries_comes_back)
{
	struct day last = day_from_ymd(2199, 12, 31);
	int py = 0, pm = 0, pd = 0;
	for (struct day d = day_from_ymd(1900, 1, 1); d.n <= last.n; d.n++) {
		int y, m, dd;
		day_to_ymd(d, &y, &m, &dd);
		cr_assert(day_ymd_valid(y, m, dd));
		cr_assert_eq(day_from_ymd(y, m, dd).n, d.n);
		cr_assert(y > py || (y == py && (m > pm || (m == pm && dd == pd + 1))));
		py = y, pm = m, pd = dd;
	}
}

Test(base_day, the_day_in_china_begins_at_sixteen_utc)
{
	char text[DAY_TEXT_BYTES];
	cr_assert_str_eq(day_text(day_from_unix(0), text), "1970-01-01");
	cr_assert_str_eq(day_text(day_from_unix(16 * 3600 - 1), text), "1970-01-01");
	cr_assert_str_eq(day_text(day_from_unix(16 * 3600), text), "1970-01-02");
	cr_assert_str_eq(day_text(day_from_unix(-8 * 3600 - 1), text), "1969-12-31");
}

Test(base_day, no_day_prints_as_nothing_and_sorts_first)
{
	char text[DAY_TEXT_BYTES], zh[DAY_ZH_BYTES];
	cr_assert_str_empty(day_text(DAY_NONE, text));
	cr_assert_str_empty(day_text_zh(DAY_NONE, zh));
	cr_assert_lt(day_compare(DAY_NONE, day_of("1900-01-01")), 0);
	cr_assert_str_eq(day_text_zh(day_of("2018-09-30"), zh), "2018年9月30日");
}

Test(base_day, months_are_read_as_their_first_day)
{
	struct day d;
	char text[DAY_TEXT_BYTES];
	cr_assert(month_parse("2018-02", &d));
	cr_assert_str_eq(day_text(d, text), "2018-02-01");
	static const char *const bad[] = {
		"2018-2", "2018-13", "2018-00", "2018-02-01", "", "201802"};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_not(month_parse(bad[i], &d), "%s", bad[i]);
}
