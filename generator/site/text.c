/*
 * Words for days, counts and addresses, as every page writes them: 2018年9月30日, 1,234, /results/.
 * Hot: no format strings. What is not set gives NULL, which templates take as absent.
 */
#include "site/pages.h"

#include <string.h>

const char *text_join3(struct arena *a, const char *x, const char *y, const char *z)
{
	size_t nx = strlen(x), ny = strlen(y), nz = strlen(z);
	char *s = arena_alloc(a, nx + ny + nz + 1);
	memcpy(s, x, nx);
	memcpy(s + nx, y, ny);
	memcpy(s + nx + ny, z, nz + 1);
	return s;
}

const char *text_join(struct arena *a, const char *x, const char *y)
{
	return text_join3(a, x, y, "");
}

const char *text_count(struct arena *a, size_t n)
{
	char *out = arena_alloc(a, 32), *p = out + 31;
	int digits = 0;
	do {
		if (digits && digits % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + n % 10);
		digits++;
	} while (n /= 10);
	return p;
}

const char *text_day_zh(struct arena *a, struct day d)
{
	return day_is_set(d) ? day_text_zh(d, arena_alloc(a, DAY_ZH_BYTES)) : NULL;
}

const char *text_day(struct arena *a, struct day d)
{
	return day_is_set(d) ? day_text(d, arena_alloc(a, DAY_TEXT_BYTES)) : NULL;
}

const char *text_month_zh(struct arena *a, struct day d)
{
	int year, month, day;
	if (!day_is_set(d))
		return NULL;
	day_to_ymd(d, &year, &month, &day);
	return arena_printf(a, "%d年%d月", year, month);
}

const char *text_month(struct arena *a, struct day d)
{
	char *s = day_is_set(d) ? (char *)text_day(a, d) : NULL;
	if (s)
		s[7] = '\0';
	return s;
}

const char *text_or(const char *s, const char *otherwise)
{
	return s && *s ? s : otherwise;
}

const char *text_one_line(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);
	for (char *p = copy; p && *p; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	return copy;
}

const char *url_of_path(struct arena *a, const char *path)
{
	size_t n = strlen(path);
	if (n >= 6 && strcmp(path + n - 6, "/index") == 0)
		return arena_strndup(a, path, n - 5);
	return text_join(a, path, ".html");
}

const char *record_path(struct arena *a, const char *prefix, int64_t number)
{
	return arena_printf(a, "/results/%03lld/%s-%06lld", (long long)(number / 1000), prefix,
		(long long)number);
}

const char *url_of_record(struct arena *a, const char *prefix, int64_t number)
{
	return text_join(a, record_path(a, prefix, number), ".html");
}

void value_count(struct value *map, struct arena *a, const char *key, size_t n)
{
	value_set_text(map, a, key, text_count(a, n));
}

struct day day_of(int32_t n)
{
	return (struct day){n};
}

bool state_is_finished(enum course_state s)
{
	return s == STATE_ACCEPTED || s == STATE_CLOSED || s == STATE_SIGNED_OFF;
}

bool state_is_under_way(enum course_state s)
{
	return s == STATE_ORDERED || s == STATE_UNDER_WAY || s == STATE_ACCEPTANCE_ASKED ||
	       s == STATE_RELAPSED;
}

const char *category_slug_or(enum category c)
{
	return c == CATEGORY_NONE ? "unclassified" : policy_category_slug(c);
}

const char *ring_slug_or(enum ring r)
{
	return r == RING_UNKNOWN ? "unsettled" : policy_ring_id(r);
}

const char *street_name(const struct ctx *c, const char *code)
{
	for (size_t i = 0; code && i < c->street_count; i++)
		if (strcmp(c->streets[i].code, code) == 0)
			return c->streets[i].name;
	return NULL;
}

const char *unit_name(const struct ctx *c, const char *code)
{
	const char *street = street_name(c, code);
	if (street || !code)
		return street;
	size_t n;
	const struct unit_info *units = policy_units(c->policy, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(units[i].code, code) == 0)
			return units[i].name;
	for (size_t i = 0; i < c->unit_count; i++)
		if (strcmp(c->units[i].code, code) == 0)
			return c->units[i].name;
	return code;
}

const char *unit_url(const struct ctx *c, struct arena *a, const char *code)
{
	size_t n;
	const struct unit_info *units = policy_units(c->policy, &n);
	if (street_name(c, code))
		return text_join3(a, "/streets/", code, "/");
	for (size_t i = 0; code && i < n; i++)
		if (strcmp(units[i].code, code) == 0 && str_eq(units[i].kind, "department"))
			return text_join3(a, "/units/", code, "/");
	return NULL;
}

/* Kinds of tasks and evidence as register.h names them. */
const char *kind_label(const char *kind)
{
	static const char *const labels[][2] = {{"cut-water", "断水"}, {"cut-power", "断电"},
		{"demolish", "拆除违法建筑"}, {"guide-procedures", "指导补办手续"},
		{"check-emissions", "检查排放"}, {"punish", "处罚"}, {"photo-before", "整治前照片"},
		{"photo-during", "整治中照片"}, {"photo-after", "整治后照片"}, {"video", "视频"},
		{"check-record", "检查记录"}, {"equipment-list", "设备拆除清单"},
		{"legal-paper", "法律文书"}, {"other", "其他"}};
	for (size_t i = 0; kind && i < COUNT_OF(labels); i++)
		if (strcmp(labels[i][0], kind) == 0)
			return labels[i][1];
	return kind;
}
