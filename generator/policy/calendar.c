/*
 * Which days are worked: Monday to Friday, but for the public holidays and the weekend days worked in exchange (调休), which the
 * State Council announces year by year (holidays.csv).
 *
 * A year is in the table when its own 1 January is: a notice for the next year may name days at the end of this one, which does
 * not make this year known. In a year that is not, weekends are off and the answer is provisional.
 */
#include "policy/policy_internal.h"

#include <stdlib.h>

static int by_day(const void *key, const void *element)
{
	const struct day *day = key;
	const struct holiday *holiday = element;

	return day_compare(*day, holiday->day);
}

static const struct holiday *holiday_find(const struct policy *p, struct day d)
{
	return p->holiday_count
		       ? bsearch(&d, p->holidays, p->holiday_count, sizeof(*p->holidays), by_day)
		       : NULL;
}

bool policy_day_is_weekend(struct day d)
{
	int from_monday = (d.n + 3) % 7; /* 1970-01-01 was a Thursday */

	return (from_monday < 0 ? from_monday + 7 : from_monday) >= 5;
}

enum day_kind policy_day_kind(const struct policy *p, struct day d, bool *ret_known)
{
	const struct holiday *holiday = holiday_find(p, d);
	int year, month, day;

	day_to_ymd(d, &year, &month, &day);
	*ret_known = holiday_find(p, day_from_ymd(year, 1, 1)) != NULL;
	if (holiday)
		return holiday->off ? DAY_OFF : DAY_WORKED;
	return policy_day_is_weekend(d) ? DAY_OFF : DAY_WORKED;
}

struct day policy_workdays_add(
	const struct policy *p, struct day from, int n, bool *ret_provisional)
{
	struct day d = from;
	bool provisional = false;

	while (n > 0) {
		bool known;

		d = day_add(d, 1);
		if (policy_day_kind(p, d, &known) == DAY_WORKED)
			n--;
		provisional |= !known;
	}
	*ret_provisional = provisional;
	return d;
}
