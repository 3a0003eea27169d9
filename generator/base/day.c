/*
 * Civil days (proleptic Gregorian calendar), after the method of counting days in 400-year eras that begin in March.
 * Years 1900 to 2199: a date outside is a typing error, not history.
 */
#include "tianlan/base.h"

#include <stdio.h>
#include <string.h>

bool day_is_set(struct day d)
{
	return d.n != INT32_MIN;
}

static int month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : lengths[month - 1];
}

bool day_ymd_valid(int year, int month, int day)
{
	return year >= 1900 && year <= 2199 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= month_length(year, month);
}

struct day day_from_ymd(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int era = y / 400, in_era = y % 400;
	int in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return (struct day){
		era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468};
}

void day_to_ymd(struct day d, int *ret_year, int *ret_month, int *ret_day)
{
	int z = d.n + 719468;
	int era = (z >= 0 ? z : z - 146096) / 146097;
	int in_era_day = z - era * 146097;
	int in_era =
		(in_era_day - in_era_day / 1460 + in_era_day / 36524 - in_era_day / 146096) / 365;
	int in_year = in_era_day - (365 * in_era + in_era / 4 - in_era / 100);
	int shifted = (5 * in_year + 2) / 153;
	*ret_day = in_year - (153 * shifted + 2) / 5 + 1;
	*ret_month = shifted < 10 ? shifted + 3 : shifted - 9;
	*ret_year = in_era + era * 400 + (*ret_month <= 2);
}

static bool digits(const char *s, int count, int *ret)
{
	*ret = 0;
	for (int i = 0; i < count; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*ret = *ret * 10 + (s[i] - '0');
	}
	return true;
}

bool day_parse(const char *s, struct day *ret_day)
{
	int y, m, d;
	if (strlen(s) != 10 || s[4] != '-' || s[7] != '-' || !digits(s, 4, &y) ||
		!digits(s + 5, 2, &m) || !digits(s + 8, 2, &d) || !day_ymd_valid(y, m, d))
		return false;
	*ret_day = day_from_ymd(y, m, d);
	return true;
}

bool month_parse(const char *s, struct day *ret_first)
{
	int y, m;
	if (strlen(s) != 7 || s[4] != '-' || !digits(s, 4, &y) || !digits(s + 5, 2, &m) ||
		!day_ymd_valid(y, m, 1))
		return false;
	*ret_first = day_from_ymd(y, m, 1);
	return true;
}

const char *day_text(struct day d, char out[DAY_TEXT_BYTES])
{
	out[0] = '\0';
	if (!day_is_set(d))
		return out;
	int y, m, dd;
	day_to_ymd(d, &y, &m, &dd);
	const int parts[] = {y / 1000 % 10, y / 100 % 10, y / 10 % 10, y % 10, -1, m / 10, m % 10,
		-1, dd / 10, dd % 10};
	for (int i = 0; i < 10; i++)
		out[i] = parts[i] < 0 ? '-' : (char)('0' + parts[i]);
	out[10] = '\0';
	return out;
}

const char *day_text_zh(struct day d, char out[DAY_ZH_BYTES])
{
	out[0] = '\0';
	if (!day_is_set(d))
		return out;
	int y, m, dd;
	day_to_ymd(d, &y, &m, &dd);
	snprintf(out, DAY_ZH_BYTES, "%d年%d月%d日", y, m, dd);
	return out;
}

struct day day_add_months(struct day d, int months)
{
	int y, m, dd;
	day_to_ymd(d, &y, &m, &dd);
	int total = y * 12 + (m - 1) + months;
	y = total / 12;
	m = total % 12 + 1;
	int last = month_length(y, m);
	return day_from_ymd(y, m, dd < last ? dd : last);
}

struct day day_add(struct day d, int days)
{
	return (struct day){d.n + days};
}

int day_compare(struct day a, struct day b)
{
	return (a.n > b.n) - (a.n < b.n);
}

int day_between(struct day from, struct day to)
{
	return to.n - from.n;
}

struct day day_from_unix(int64_t seconds)
{
	int64_t local = seconds + 8 * 3600;
	return (struct day){(int32_t)(local >= 0 ? local / 86400 : (local - 86399) / 86400)};
}
