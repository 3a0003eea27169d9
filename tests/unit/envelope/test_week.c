/* ISO 8601 weeks, against glibc's calendar and the standard's awkward years. */
#include "tianlan/envelope.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

struct example {
	char day[DAY_TEXT_BYTES], week[WEEK_TEXT_BYTES];
};

static const struct example examples[] = {
	{"2018-01-01", "2018-W01"},
	{"2018-01-31", "2018-W05"},
	{"2018-12-30", "2018-W52"},
	{"2018-12-31", "2019-W01"},
	{"2016-01-03", "2015-W53"},
	{"2016-01-04", "2016-W01"},
	{"2017-01-01", "2016-W52"},
	{"2020-12-31", "2020-W53"},
	{"2021-01-03", "2020-W53"},
	{"2021-01-04", "2021-W01"},
	{"1970-01-01", "1970-W01"},
	{"1969-12-28", "1969-W52"},
	{"1900-01-01", "1900-W01"},
	{"2199-12-29", "2199-W52"},
};

Test(envelope_week, years_begin_where_the_standard_says)
{
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		struct day d;
		char text[WEEK_TEXT_BYTES];
		cr_assert(day_parse(examples[i].day, &d));
		cr_assert_str_eq(
			week_text(week_of_day(d), text), examples[i].week, "%s", examples[i].day);
	}
}

Test(envelope_week, every_day_agrees_with_the_c_library_and_every_week_begins_on_monday)
{
	for (struct day d = day_from_ymd(1995, 1, 1); d.n < day_from_ymd(2035, 1, 1).n; d.n++) {
		time_t at = (time_t)d.n * 86400;
		struct tm tm;
		char expected[16], text[WEEK_TEXT_BYTES];
		gmtime_r(&at, &tm);
		strftime(expected, sizeof expected, "%G-W%V", &tm);
		struct week w = week_of_day(d), back;
		cr_assert_str_eq(week_text(w, text), expected);
		int since_monday = day_between(week_monday(w), d);
		cr_assert(since_monday == (tm.tm_wday + 6) % 7, "%s", expected);
		cr_assert(week_parse(text, strlen(text), &back));
		cr_assert(back.year == w.year && back.week == w.week);
	}
}

static const char *const refused[] = {"", "2018-W5", "2018-W053", "2018-W00", "2018-W54",
	"2018-W53", "2018W05", "2018-w05", "2018-W0a", "1899-W10", "2200-W01", " 2018-W05",
	"2018-W05\n", "２018-W05", "0000-W01", "2018-W+5", "2021-W53"};

Test(envelope_week, reads_real_weeks_in_one_spelling_alone)
{
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct week w = {1, 2};
		cr_assert_not(week_parse(refused[i], strlen(refused[i]), &w), "%s", refused[i]);
		cr_assert(w.year == 1 && w.week == 2, "nothing is written on failure");
	}
	struct week w;
	cr_assert(week_parse("2020-W53", 8, &w));
	cr_assert_not(week_parse("2020-W5\0", 8, &w));
}
