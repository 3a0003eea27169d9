/*
 * Numbers and days as people write them in a sheet's cell.
 *
 * A range gives its upper bound and "about" is dropped: the caller reports that the value was changed,
 * so nobody takes it for what was written. Whatever is left over after number and unit refuses the cell.
 * Invariant: all arithmetic is on integers (ten-thousandths), so that a value reads back as it was stored.
 */
#include "register/value.h"

#include <string.h>

#define SCALE 10000
#define NUMBER_MAX ((int64_t)1000000000 * SCALE)

/* ---- reading on --------------------------------------------------------------------------- */

static bool take(const char **at, const char *word)
{
	if (!str_starts(*at, word))
		return false;
	*at += strlen(word);
	return true;
}

static bool take_any(const char **at, const char *const *words)
{
	for (; *words; words++)
		if (take(at, *words))
			return true;
	return false;
}

static void skip_blanks(const char **at)
{
	while (**at == ' ')
		(*at)++;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 〇 to 九 as 0 to 9; -1 for anything else. */
static int chinese_digit(const char **at)
{
	static const char *const forms[][4] = {{"〇", "零", "○", NULL}, {"一", "壹", NULL},
		{"二", "两", "贰", NULL}, {"三", "叁", NULL}, {"四", "肆", NULL},
		{"五", "伍", NULL}, {"六", "陆", NULL}, {"七", "柒", NULL}, {"八", "捌", NULL},
		{"九", "玖", NULL}};

	for (int d = 0; d < 10; d++)
		if (take_any(at, forms[d]))
			return d;
	return -1;
}

/* 十二, 三十, 一百零五, 两千: below 10 000. */
static bool take_chinese_number(const char **at, int64_t *ret)
{
	static const struct {
		const char *word;
		int64_t worth;
	} ranks[] = {{"千", 1000}, {"百", 100}, {"十", 10}};
	const char *s = *at;
	int64_t sum = 0;
	bool any = false;

	for (;;) {
		const char *start = s;
		int digit = chinese_digit(&s);
		int64_t worth = 1;
		size_t i;

		if (digit == 0) {
			any = true;
			continue;
		}
		for (i = 0; i < COUNT_OF(ranks); i++)
			if (take(&s, ranks[i].word)) {
				worth = ranks[i].worth;
				break;
			}
		if (digit < 0 && worth == 1) {
			s = start;
			break;
		}
		sum += (digit < 0 ? 1 : digit) * worth;
		any = true;
		if (worth == 1)
			break;
	}
	if (!any)
		return false;
	*at = s;
	*ret = sum;
	return true;
}

/* 1200, 1,200, 12.5: in ten-thousandths; further decimals are rounded. */
static bool take_decimal(const char **at, int64_t *ret)
{
	const char *s = *at;
	int64_t whole = 0, part = 0, unit = SCALE;

	if (!is_digit(*s))
		return false;
	for (;; s++) {
		if (is_digit(*s))
			whole = whole * 10 + (*s - '0');
		else if (!(*s == ',' && is_digit(s[1]) && is_digit(s[2]) && is_digit(s[3]) &&
				 !is_digit(s[4])))
			break;
		if (whole > NUMBER_MAX / SCALE)
			return false;
	}
	if (*s == '.' && is_digit(s[1])) {
		bool up = false;

		for (s++; is_digit(*s); s++) {
			if (unit > 1) {
				unit /= 10;
				part += (*s - '0') * unit;
			} else if (unit == 1) {
				up = *s >= '5';
				unit = 0;
			}
		}
		if (up)
			part++;
	}
	*at = s;
	*ret = whole * SCALE + part;
	return true;
}

static bool take_amount(const char **at, int64_t *ret)
{
	int64_t n;

	if (take_decimal(at, ret))
		return true;
	if (!take_chinese_number(at, &n))
		return false;
	*ret = n * SCALE;
	return true;
}

static const char *const about[] = {"大约", "约", "近", "不到", "不足", NULL};
static const char *const more_or_less[] = {"左右", "上下", "余", "多", NULL};
static const char *const dashes[] = {"--", "-", "~", "—", "–", "―", "至", "到", NULL};

/* ---- whole numbers -------------------------------------------------------------------------- */

bool value_int(const char *narrow, int64_t *ret)
{
	static const char *const counters[] = {"人", "名", "个", "位", NULL};
	const char *s = narrow;
	int64_t n;

	take_any(&s, about);
	skip_blanks(&s);
	if (!take_amount(&s, &n))
		return false;
	skip_blanks(&s);
	take_any(&s, counters);
	if (take_any(&s, dashes)) {
		int64_t upper;

		skip_blanks(&s);
		if (!take_amount(&s, &upper) || upper < n)
			return false;
		n = upper;
	}
	skip_blanks(&s);
	take_any(&s, more_or_less);
	take_any(&s, counters);
	take_any(&s, more_or_less);
	if (*s || n % SCALE != 0)
		return false;
	*ret = n / SCALE;
	return true;
}

/* ---- amounts of money ------------------------------------------------------------------------- */

/* What one of the unit is in 万元 (in ten-thousandths); 0: no unit stands here. */
static int64_t take_unit(const char **at)
{
	if (take(at, "亿元") || take(at, "亿"))
		return (int64_t)SCALE * SCALE;
	if (take(at, "万元") || take(at, "万"))
		return SCALE;
	if (take(at, "元"))
		return 1;
	return 0;
}

static bool to_wan(int64_t *n, int64_t unit)
{
	if (unit > SCALE && *n > NUMBER_MAX / SCALE)
		return false;
	if (unit == 1)
		*n = (*n + SCALE / 2) / SCALE;
	else
		*n *= unit / SCALE;
	return true;
}

bool value_number(const char *narrow, int64_t *ret_ten_thousandths)
{
	const char *s = narrow;
	int64_t n, unit;

	take_any(&s, about);
	skip_blanks(&s);
	if (!take_amount(&s, &n))
		return false;
	skip_blanks(&s);
	unit = take_unit(&s);
	if (take_any(&s, dashes)) {
		int64_t lower = n, lower_unit = unit;

		skip_blanks(&s);
		if (!take_amount(&s, &n))
			return false;
		skip_blanks(&s);
		unit = take_unit(&s);
		if (lower_unit == 0)
			lower_unit = unit;
		if (!to_wan(&lower, lower_unit ? lower_unit : SCALE))
			return false;
		take_any(&s, more_or_less);
		if (*s || !to_wan(&n, unit ? unit : SCALE) || n < lower)
			return false;
		*ret_ten_thousandths = n;
		return true;
	}
	skip_blanks(&s);
	take_any(&s, more_or_less);
	if (unit == 0)
		unit = take_unit(&s);
	if (*s || !to_wan(&n, unit ? unit : SCALE))
		return false;
	*ret_ten_thousandths = n;
	return true;
}

/* ---- days ---------------------------------------------------------------------------------------- */

static bool take_int(const char **at, int max_digits, int *ret)
{
	int n = 0, digits = 0;

	while (is_digit(**at) && digits < max_digits) {
		n = n * 10 + (**at - '0');
		(*at)++;
		digits++;
	}
	*ret = n;
	return digits > 0;
}

/* A year digit by digit: 二〇一八. */
static bool take_chinese_year(const char **at, int *ret)
{
	int year = 0;

	for (int i = 0; i < 4; i++) {
		int digit = chinese_digit(at);

		if (digit < 0)
			return false;
		year = year * 10 + digit;
	}
	*ret = year;
	return true;
}

static bool take_small(const char **at, int *ret)
{
	int64_t n;

	if (take_int(at, 2, ret))
		return true;
	if (take(at, "廿")) {
		int digit = chinese_digit(at);

		*ret = 20 + (digit < 0 ? 0 : digit);
		return true;
	}
	if (!take_chinese_number(at, &n) || n > 31)
		return false;
	*ret = (int)n;
	return true;
}

/* The clock that spreadsheets put behind a day. */
static void take_clock(const char **at)
{
	const char *s = *at;
	int ignored;

	if (*s != ' ' && *s != 'T')
		return;
	s++;
	if (!take_int(&s, 2, &ignored))
		return;
	while (*s == ':') {
		s++;
		if (!take_int(&s, 2, &ignored))
			return;
	}
	if (*s == '.')
		for (s++; is_digit(*s); s++)
			;
	*at = s;
}

static bool from_parts(int year, int month, int day, struct day *ret)
{
	if (!day_ymd_valid(year, month, day))
		return false;
	*ret = day_from_ymd(year, month, day);
	return true;
}

/* 43373 (a spreadsheet's serial, days since 1899-12-30) or 20180930. */
static bool from_digits(const char *s, struct day *ret)
{
	int64_t n;

	if (!str_to_int64(s, &n))
		return false;
	if (strlen(s) == 8)
		return from_parts((int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100), ret);
	if (strlen(s) != 5 || n < 20000 || n > 73000)
		return false;
	*ret = day_add(day_from_ymd(1900, 1, 1), (int)n - 2);
	return true;
}

bool value_day(const char *text, struct day *ret)
{
	static const char *const separators[] = {".", "/", "-", NULL};
	struct arena *a = arena_new();
	const char *s = value_narrow(a, text);
	int year = 0, month = 0, day = 0;
	bool ok = from_digits(s, ret);

	if (!ok && (is_digit(*s) ? take_int(&s, 4, &year) : take_chinese_year(&s, &year))) {
		skip_blanks(&s);
		if (take(&s, "年")) {
			skip_blanks(&s);
			ok = take_small(&s, &month);
			skip_blanks(&s);
			ok = ok && take(&s, "月");
			skip_blanks(&s);
			ok = ok && take_small(&s, &day);
			skip_blanks(&s);
			ok = ok && (take(&s, "日") || take(&s, "号"));
		} else {
			ok = take_any(&s, separators);
			skip_blanks(&s);
			ok = ok && take_int(&s, 2, &month) && take_any(&s, separators);
			skip_blanks(&s);
			ok = ok && take_int(&s, 2, &day);
		}
		take_clock(&s);
		ok = ok && !*s && from_parts(year, month, day, ret);
	}
	arena_free(a);
	return ok;
}
