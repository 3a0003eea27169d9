/*
 * Names and addresses of applicants folded for comparison: what is only a way of writing falls away (compatibility forms by
 * NFKC of UAX 15, case, blanks, punctuation), then what is only the place or the legal form.
 *
 * 水磨沟区宏达木艺加工厂, 宏达木艺有限公司 and 宏达木艺店 have one core, 宏达木艺. A core of one or two characters says too little:
 * such names are the same only as they stand.
 */
#include "register/applicant.h"

#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#define UNITS_MAX 2048
#define CORE_CHARS 3

/* Compatibility forms: ㈱, Ⅲ, ﹣, 車 (U+F902), full and half width. As it stands when it is too long or ICU fails. */
static const char *nfkc(struct arena *a, const char *text)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *n = unorm2_getNFKCInstance(&status);
	UChar *from = arena_alloc(a, UNITS_MAX * sizeof(*from));
	UChar *to = arena_alloc(a, UNITS_MAX * sizeof(*to));
	char *out = arena_alloc(a, UNITS_MAX * 3 + 1);
	int32_t len = 0;

	u_strFromUTF8(from, UNITS_MAX, &len, text, -1, &status);
	len = unorm2_normalize(n, from, len, to, UNITS_MAX, &status);
	u_strToUTF8(out, UNITS_MAX * 3, NULL, to, len, &status);
	if (U_FAILURE(status))
		return text;
	out[UNITS_MAX * 3] = '\0';
	return out;
}

static const char *key(struct arena *a, const char *text)
{
	const char *p = text ? text : "";

	/* Nothing to fold in what is ASCII. */
	while (*p && (unsigned char)*p < 0x80)
		p++;
	return reg_text_key(a, !text ? "" : *p ? nfkc(a, text) : text);
}

static const char *without_places(const char *text)
{
	static const char *const places[] = {"新疆维吾尔自治区", "新疆", "乌鲁木齐市", "乌鲁木齐",
		"乌市", "水磨沟区", "水磨沟", "水区", NULL};

	for (const char *const *p = places; *p; p++)
		if (str_starts(text, *p) && text[strlen(*p)]) {
			text += strlen(*p);
			p = places - 1;
		}
	return text;
}

static const char *without_form(struct arena *a, const char *text)
{
	static const char *const forms[] = {"有限责任公司", "股份有限公司", "有限公司",
		"个体工商户", "分公司", "公司", "合伙企业", "合作社", "加工厂", "加工部", "加工店",
		"加工点", "加工坊", "作坊", "经营部", "经销部", "经销店", "门市部", "服务部",
		"销售部", "工作室", "厂", "店", "铺", "部", "坊", "行", NULL};
	char *core = arena_strdup(a, text);

	for (const char *const *f = forms; *f; f++) {
		size_t len = strlen(core), form = strlen(*f);

		if (str_ends(core, *f) && len > form) {
			core[len - form] = '\0';
			f = forms - 1;
		}
	}
	return core;
}

void applicant_fold_name(struct arena *a, const char *name, struct folded *ret)
{
	ret->whole = key(a, name);
	ret->core = without_form(a, without_places(ret->whole));
}

void applicant_fold_address(struct arena *a, const char *address, const struct street *streets,
	size_t count, struct folded *ret)
{
	ret->whole = key(a, address);
	ret->core = without_places(ret->whole);
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(streets[i].name);

		if (len && str_starts(ret->core, streets[i].name) && ret->core[len]) {
			ret->core += len;
			return;
		}
	}
}

enum text_likeness applicant_name_likeness(const struct folded *a, const struct folded *b)
{
	enum text_likeness like;

	if (!*a->whole || !*b->whole || reg_name_is_blank(a->whole) || reg_name_is_blank(b->whole))
		return TEXT_OTHER;
	if (str_eq(a->whole, b->whole))
		return TEXT_SAME;
	like = reg_text_likeness(a->core, b->core, CORE_CHARS);
	return like == TEXT_SAME && utf8_length(a->core) < CORE_CHARS ? TEXT_NEAR : like;
}

enum text_likeness applicant_address_likeness(const struct folded *a, const struct folded *b)
{
	return reg_text_likeness(a->core, b->core, CORE_CHARS + 1);
}
