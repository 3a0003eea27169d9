/* ISO 8601 weeks: a week belongs to the year its Thursday lies in. */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"

#include <string.h>

enum { FIRST_YEAR = 1900, LAST_YEAR = 2199 };

/* Monday 0 to Sunday 6; 1970-01-01 was a Thursday. */
static int weekday(struct day d)
{
	return (int)((((int64_t)d.n + 3) % 7 + 7) % 7);
}

struct week week_of_day(struct day d)
{
	struct day thursday = day_add(d, 3 - weekday(d));
	int year, month, day;
	day_to_ymd(thursday, &year, &month, &day);
	return (struct week){year, day_between(day_from_ymd(year, 1, 1), thursday) / 7 + 1};
}

struct day week_monday(struct week w)
{
	struct day fourth = day_from_ymd(w.year, 1, 4); /* always in week 1 */
	return day_add(fourth, 7 * (w.week - 1) - weekday(fourth));
}

bool week_is_real(struct week w)
{
	if (w.year < FIRST_YEAR || w.year > LAST_YEAR || w.week < 1 || w.week > 53)
		return false;
	/* Week 53 is real in some years alone. */
	struct week back = week_of_day(week_monday(w));
	return back.year == w.year && back.week == w.week;
}

const char *week_text(struct week w, char out[WEEK_TEXT_BYTES])
{
	const int digits[] = {
		w.year / 1000, w.year / 100, w.year / 10, w.year, -1, -1, w.week / 10, w.week};
	for (size_t i = 0; i < COUNT_OF(digits); i++)
		out[i] = (char)('0' + digits[i] % 10);
	memcpy(out + 4, "-W", 2);
	out[8] = '\0';
	return out;
}

bool week_parse(const char *text, size_t len, struct week *ret)
{
	int parts[2] = {0, 0};
	if (len != WEEK_TEXT_BYTES - 1 || text[4] != '-' || text[5] != 'W')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (i == 4 || i == 5)
			continue;
		if (text[i] < '0' || text[i] > '9')
			return false;
		parts[i > 5] = parts[i > 5] * 10 + (text[i] - '0');
	}
	struct week w = {parts[0], parts[1]};
	if (!week_is_real(w))
		return false;
	*ret = w;
	return true;
}
