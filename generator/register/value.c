/*
 * The one normaliser: what a person or a sheet wrote, to the canonical text of a field.
 *
 * `changed` compares with how the form would write the same value, so that an import can report every
 * value it touched; anything that cannot be read is refused with a reason and never stored half-read.
 * Numbers and days stand in value_number.c, streets in value_street.c, the summary of equipment in
 * value_equipment.c.
 */
#include "register/value.h"

#include "register/register_internal.h"

#include <string.h>

#define TEXT_MAX_CHARS 4000
#define NAME_MAX_CHARS 200
#define PHONE_MIN_DIGITS 7
#define EMPLOYEES_MAX 100000

/* ---- cleaning text -------------------------------------------------------------------------- */

static bool is_blank(uint32_t c)
{
	return c <= 0x20 || c == 0x7f || (c >= 0x80 && c <= 0xa0) || (c >= 0x2000 && c <= 0x200b) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x3000 || c == 0xfeff;
}

static bool is_line_break(uint32_t c)
{
	return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

static bool is_cjk(uint32_t c)
{
	return (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0x20000 && c <= 0x3ffff) || c == 0x3007;
}

static bool is_full_alnum(uint32_t c)
{
	return (c >= 0xff10 && c <= 0xff19) || (c >= 0xff21 && c <= 0xff3a) ||
	       (c >= 0xff41 && c <= 0xff5a);
}

static uint32_t narrow_code(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xfee0;
	return is_blank(c) ? ' ' : c;
}

/* How much of the inner blanks and forms one cleaning keeps. */
struct cleaning {
	bool narrow_all;    /* every full-width form; else digits and letters only */
	bool keep_lines;    /* line breaks stay line breaks */
	bool wide_brackets; /* ( ) become （ ） */
	bool join_cjk;	    /* no blank between two Chinese characters */
};

struct cleaner {
	struct cleaning how;
	char *out;
	size_t len;
	uint32_t last;	  /* last character written; 0 at the start */
	bool blank, line; /* waiting to be written */
};

static uint32_t clean_code(const struct cleaning *how, uint32_t c)
{
	if (how->narrow_all || is_full_alnum(c))
		c = narrow_code(c);
	if (how->wide_brackets && (c == '(' || c == ')'))
		c = c == '(' ? 0xff08 : 0xff09;
	return c;
}

static void clean_put(struct cleaner *w, uint32_t c)
{
	if (w->last && w->line)
		w->out[w->len++] = '\n';
	else if (w->last && w->blank && !(w->how.join_cjk && is_cjk(w->last) && is_cjk(c)))
		w->out[w->len++] = ' ';
	w->blank = w->line = false;
	w->last = c;
	w->len += utf8_encode(c, w->out + w->len);
}

static const char *clean(struct arena *a, const char *text, struct cleaning how)
{
	const char *end = text + strlen(text);
	/* A waiting blank takes one byte, and only widened brackets grow: two bytes each. */
	struct cleaner w = {.how = how, .out = arena_alloc(a, strlen(text) * 3 + 2)};
	while (text < end) {
		uint32_t c;
		size_t used = utf8_decode(text, end, &c);

		if (used == 0)
			break;
		text += used;
		if (how.keep_lines && is_line_break(c))
			w.line = true;
		else if (is_blank(c))
			w.blank = true;
		else
			clean_put(&w, clean_code(&how, c));
	}
	w.out[w.len] = '\0';
	return w.out;
}

const char *value_clean(struct arena *a, const char *text, bool keep_lines)
{
	return clean(a, text, (struct cleaning){.keep_lines = keep_lines});
}

const char *value_join(struct arena *a, const char *text)
{
	return clean(a, text, (struct cleaning){.join_cjk = true});
}

const char *value_narrow(struct arena *a, const char *text)
{
	return clean(a, text, (struct cleaning){.narrow_all = true});
}

/* ---- matching keys ----------------------------------------------------------------------------- */

static bool is_punctuation(uint32_t c)
{
	if (c < 0x80)
		return !(
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
	return c == 0xb7 || c == 0xd7 || (c >= 0x2010 && c <= 0x206f) ||
	       (c >= 0x3001 && c <= 0x303f && c != 0x3007) || (c >= 0xff00 && c <= 0xffef) ||
	       c == 0x30fb;
}

const char *value_key(struct arena *a, const char *text)
{
	const char *end;
	char *out;
	size_t len = 0;
	if (!text)
		return "";
	end = text + strlen(text);
	out = arena_alloc(a, strlen(text) + 4);
	while (text < end) {
		uint32_t c;
		size_t used = utf8_decode(text, end, &c);

		if (used == 0)
			break;
		text += used;
		c = narrow_code(c);
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (!is_blank(c) && !is_punctuation(c))
			len += utf8_encode(c, out + len);
	}
	out[len] = '\0';
	return out;
}

/* ---- words that say nothing ------------------------------------------------------------------------ */

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(text, *words))
			return true;
	return false;
}

/* A sign in the place of an answer. */
static bool is_dash(const char *narrow)
{
	static const char *const signs[] = {
		"-", "--", "---", "—", "——", "/", "\\", "?", "??", ".", "*", NULL};

	return is_one_of(narrow, signs);
}

static bool is_unknown_word(const char *narrow)
{
	static const char *const words[] = {"不清楚", "不详", "不明", "未知", "不知道", "待查",
		"待核实", "待定", "未定", "未认定", "未填", "暂无", "N/A", "n/a", "NA", NULL};

	return is_dash(narrow) || is_one_of(narrow, words);
}

static void refuse(struct normalised *ret, const char *why)
{
	ret->value = NULL;
	ret->refused = why;
}

/* ---- yes and no --------------------------------------------------------------------------------------- */

static enum tri tri_word(enum field f, const char *word)
{
	static const char *const yes[] = {"是", "有", "√", "✓", "✔", "☑", "对", "具备", "齐全",
		"已办", "Y", "y", "yes", "YES", "Yes", "true", "TRUE", "True", "1", NULL};
	static const char *const no[] = {"否", "无", "×", "✗", "✘", "╳", "X", "x", "没有", "没",
		"不是", "未办", "不具备", "N", "n", "no", "NO", "No", "false", "FALSE", "False",
		"0", NULL};
	static const struct {
		enum field field;
		const char *word;
		enum tri answer;
	} own[] = {
		{FIELD_EMISSIONS_EXCEED, "超标", TRI_YES},
		{FIELD_EMISSIONS_EXCEED, "不超标", TRI_NO},
		{FIELD_EMISSIONS_EXCEED, "未超标", TRI_NO},
		{FIELD_EMISSIONS_EXCEED, "达标", TRI_NO},
		{FIELD_CONFORMS, "符合", TRI_YES},
		{FIELD_CONFORMS, "不符合", TRI_NO},
		{FIELD_HAS_HAZARD, "有隐患", TRI_YES},
		{FIELD_HAS_HAZARD, "无隐患", TRI_NO},
		{FIELD_HAS_HAZARD, "存在", TRI_YES},
		{FIELD_HAS_HAZARD, "不存在", TRI_NO},
		{FIELD_IN_DEMOLITION, "已纳入", TRI_YES},
		{FIELD_IN_DEMOLITION, "未纳入", TRI_NO},
	};

	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (own[i].field == f && str_eq(own[i].word, word))
			return own[i].answer;
	if (is_one_of(word, yes))
		return TRI_YES;
	return is_one_of(word, no) ? TRI_NO : TRI_UNKNOWN;
}

static void normalise_tri(struct arena *a, enum field f, const char *text, struct normalised *ret)
{
	const struct field_info *info = policy_field(f);
	const char *word = value_narrow(a, text);
	enum tri answer = tri_word(f, word);

	if (answer == TRI_UNKNOWN) {
		if (is_unknown_word(word))
			ret->changed = true;
		else
			refuse(ret, T("不是可识别的是否（有无）答案", "not a yes or no"));
		return;
	}
	ret->value = answer == TRI_YES ? "yes" : "no";
	ret->changed = !str_eq(text, ret->value) &&
		       !str_eq(text, answer == TRI_YES ? info->yes : info->no);
}

enum tri value_tri(const char *canonical)
{
	if (str_eq(canonical, "yes"))
		return TRI_YES;
	return str_eq(canonical, "no") ? TRI_NO : TRI_UNKNOWN;
}

/* ---- numbers and days ------------------------------------------------------------------------------------ */

static void normalise_int(struct arena *a, const char *text, struct normalised *ret)
{
	const char *narrow = value_narrow(a, text);
	int64_t n;

	if (is_unknown_word(narrow) || str_eq(narrow, "无")) {
		ret->changed = true;
		return;
	}
	if (!value_int(narrow, &n) || n > EMPLOYEES_MAX) {
		refuse(ret, T("不是可识别的人数（整数）", "not a whole number that can be read"));
		return;
	}
	ret->value = arena_printf(a, "%lld", (long long)n);
	ret->changed = !str_eq(text, ret->value);
}

static void normalise_number(struct arena *a, const char *text, struct normalised *ret)
{
	const char *narrow = value_narrow(a, text);
	int64_t n;
	char *out;

	if (is_unknown_word(narrow) || str_eq(narrow, "无")) {
		ret->changed = true;
		return;
	}
	if (!value_number(narrow, &n)) {
		refuse(ret, T("不是可识别的金额（万元）", "not an amount that can be read"));
		return;
	}
	out = arena_printf(a, "%lld.%04lld", (long long)(n / 10000), (long long)(n % 10000));
	for (size_t len = strlen(out); out[len - 1] == '0' || out[len - 1] == '.'; len--) {
		bool point = out[len - 1] == '.';

		out[len - 1] = '\0';
		if (point)
			break;
	}
	ret->value = out;
	ret->changed = !str_eq(text, out);
}

static void normalise_day(struct arena *a, const char *text, struct normalised *ret)
{
	char out[DAY_TEXT_BYTES];
	struct day d;
	if (is_unknown_word(value_narrow(a, text))) {
		ret->changed = true;
		return;
	}
	if (!value_day(text, &d)) {
		refuse(ret, T("不是可识别的日期", "not a day that can be read"));
		return;
	}
	ret->value = arena_strdup(a, day_text(d, out));
	ret->changed = !str_eq(text, ret->value);
}

/* ---- lists of words ----------------------------------------------------------------------------------------- */

/* Without blanks, quotes and the marks people put between the characters: “散、乱、污” → 散乱污. */
static const char *without_marks(struct arena *a, const char *narrow)
{
	static const char *const marks[] = {
		" ", "、", ",", "/", "+", "“", "”", "\"", "'", "‘", "’", "《", "》", NULL};
	char *out = arena_alloc(a, strlen(narrow) + 1);
	size_t len = 0;
	while (*narrow) {
		size_t skip = 0;

		for (const char *const *m = marks; *m && !skip; m++)
			if (str_starts(narrow, *m))
				skip = strlen(*m);
		if (skip)
			narrow += skip;
		else
			out[len++] = *narrow++;
	}
	out[len] = '\0';
	return out;
}

struct synonym {
	const char *word, *value;
};

static const char *synonym_find(const struct synonym *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i].word, word))
			return list[i].value;
	return NULL;
}

static const char *find_ring(const char *word)
{
	static const struct synonym words[] = {{"内", "inner"}, {"外", "outer"},
		{"二环内", "inner"}, {"二环外", "outer"}, {"二环以内", "inner"},
		{"二环以外", "outer"}, {"二环路内", "inner"}, {"二环路外", "outer"},
		{"环内", "inner"}, {"环外", "outer"}, {"以内", "inner"}, {"以外", "outer"}};
	enum ring r = policy_ring_find(word);

	if (r == RING_UNKNOWN)
		r = policy_ring_find(synonym_find(words, COUNT_OF(words), word));
	return r == RING_UNKNOWN ? NULL : policy_ring_id(r);
}

static const char *find_category(const char *word)
{
	static const struct synonym words[] = {{"散类", "散"}, {"乱类", "乱"}, {"污类", "污"},
		{"乱散", "散乱"}, {"污散", "散污"}, {"污乱", "乱污"}};
	enum category c = policy_category_find(word);

	if (c == CATEGORY_NONE)
		c = policy_category_find(synonym_find(words, COUNT_OF(words), word));
	return c == CATEGORY_NONE ? NULL : policy_category_slug(c);
}

static const char *find_measure(const char *word)
{
	static const struct synonym words[] = {{"关停", "close"}, {"取缔", "close"},
		{"关闭", "close"}, {"关闭取缔", "close"}, {"关停取缔类", "close"},
		{"搬迁", "relocate"}, {"搬迁入园", "relocate"}, {"限期搬迁类", "relocate"},
		{"停产整改", "rectify"}, {"整治", "rectify"}, {"停产整治类", "rectify"}};
	enum measure m = policy_measure_find(word);

	if (m == MEASURE_NONE)
		m = policy_measure_find(synonym_find(words, COUNT_OF(words), word));
	return m == MEASURE_NONE ? NULL : policy_measure_id(m);
}

static const char *find_premises(const char *word)
{
	static const struct synonym words[] = {{"租赁", "租赁"}, {"租", "租赁"}, {"租用", "租赁"},
		{"承租", "租赁"}, {"出租", "租赁"}, {"租房", "租赁"}, {"租赁厂房", "租赁"},
		{"rented", "租赁"}, {"自建", "自建"}, {"自有", "自建"}, {"自有厂房", "自建"},
		{"自建厂房", "自建"}, {"自建房", "自建"}, {"自己建", "自建"}, {"own", "自建"}};

	return synonym_find(words, COUNT_OF(words), word);
}

static const char *find_industry_kind(const struct reg *r, const char *word)
{
	const struct industry_info *info = r ? policy_industry_find(r->policy, word) : NULL;

	return info ? info->slug : NULL;
}

static void normalise_enum(
	struct reg *r, struct arena *a, enum field f, const char *text, struct normalised *ret)
{
	const char *narrow = value_narrow(a, text);
	const char *word = without_marks(a, narrow);
	const char *found = NULL;

	if (is_unknown_word(narrow)) {
		ret->changed = true;
		return;
	}
	if (f == FIELD_RING)
		found = find_ring(word);
	else if (f == FIELD_CATEGORY)
		found = find_category(word);
	else if (f == FIELD_MEASURE)
		found = find_measure(word);
	else if (f == FIELD_PREMISES)
		found = find_premises(word);
	else if (f == FIELD_INDUSTRY_KIND)
		found = find_industry_kind(r, word);
	if (!found) {
		refuse(ret, T("不在允许的取值之内", "not one of the values allowed"));
		return;
	}
	ret->value = found;
	ret->changed = !str_eq(text, found) && !str_eq(text, value_written(r, a, f, found));
}

/* ---- text ------------------------------------------------------------------------------------------------------------ */

/* 甲厂、乙厂: two or more parts that each end like the name of an enterprise. */
static bool holds_several_names(struct arena *a, const char *text)
{
	static const char *const marks[] = {"\n", "、", "；", ";", "/", "，", ",", NULL};
	static const char *const endings[] = {
		"厂", "公司", "店", "部", "坊", "站", "中心", "合作社", NULL};
	int names = 0;

	while (*text) {
		const char *at = text;
		size_t mark = 0;
		const char *part;

		for (; *at && !mark; at += mark ? 0 : 1)
			for (const char *const *m = marks; *m && !mark; m++)
				if (str_starts(at, *m))
					mark = strlen(*m);
		part = value_clean(a, arena_strndup(a, text, (size_t)(at - text)), false);
		for (const char *const *end = endings; *end; end++)
			if (str_ends(part, *end) && utf8_length(part) > 2) {
				names++;
				break;
			}
		text = at + mark;
	}
	return names > 1;
}

static void normalise_phone(struct arena *a, const char *text, struct normalised *ret)
{
	const char *narrow = value_narrow(a, text);
	int digits = 0;

	for (const char *s = narrow; *s; s++)
		digits += *s >= '0' && *s <= '9';
	if (is_unknown_word(narrow) || str_eq(narrow, "无")) {
		ret->changed = true;
		return;
	}
	if (digits < PHONE_MIN_DIGITS) {
		refuse(ret, T("不像电话号码（不足7位数字）",
				    "not a telephone number (under 7 digits)"));
		return;
	}
	ret->value = narrow;
	ret->changed = !str_eq(text, narrow);
}

static void normalise_text(struct arena *a, enum field f, const char *text, struct normalised *ret)
{
	bool is_name = f == FIELD_NAME;
	bool is_place = f == FIELD_ADDRESS || f == FIELD_COMMUNITY;
	const char *out;

	if (is_name && holds_several_names(a, value_clean(a, text, true))) {
		refuse(ret, T("一格内有多家企业，请分行填写",
				    "several enterprises in one cell: one row each"));
		return;
	}
	out = clean(a, text,
		(struct cleaning){
			.keep_lines = f == FIELD_EQUIPMENT || f == FIELD_RECTIFICATION_NOTE,
			.wide_brackets = is_name || is_place,
			.join_cjk = is_name || is_place});
	if (utf8_length(out) > (is_name ? NAME_MAX_CHARS : TEXT_MAX_CHARS)) {
		refuse(ret, T("文字过长", "the text is too long"));
		return;
	}
	if (is_dash(value_narrow(a, out)))
		out = "";
	ret->value = *out ? out : NULL;
	ret->changed = !str_eq(text, out);
}

/* ---- the doors --------------------------------------------------------------------------------------------------------- */

void value_normalise(
	struct reg *r, struct arena *a, enum field f, const char *text, struct normalised *ret)
{
	*ret = (struct normalised){0};
	if (!text || !*text)
		return;
	if (!utf8_valid(text, strlen(text), NULL)) {
		refuse(ret, T("不是有效的 UTF-8 文字", "not valid UTF-8"));
		return;
	}
	if (!*value_clean(a, text, false))
		return;
	if (f == FIELD_ID || f == FIELD_SEQ) {
		refuse(ret, f == FIELD_ID ? T("编号不能更改", "the id never changes")
					  : T("序号按表重排，不予保存",
						    "the number in the sheet is not kept"));
		return;
	}
	if (f == FIELD_STREET) {
		value_street(r, a, text, ret);
		return;
	}
	if (f == FIELD_CONTACT_PHONE) {
		normalise_phone(a, text, ret);
		return;
	}
	switch (policy_field(f)->type) {
	case TYPE_TRI:
		normalise_tri(a, f, text, ret);
		break;
	case TYPE_INT:
		normalise_int(a, text, ret);
		break;
	case TYPE_NUMBER:
		normalise_number(a, text, ret);
		break;
	case TYPE_DAY:
		normalise_day(a, text, ret);
		break;
	case TYPE_ENUM:
		normalise_enum(r, a, f, text, ret);
		break;
	case TYPE_TEXT:
		normalise_text(a, f, text, ret);
		break;
	}
}

static const char *street_name(struct reg *r, const char *code)
{
	size_t count = 0;
	const struct street *streets = r ? reg_streets(r, &count) : NULL;

	for (size_t i = 0; i < count; i++)
		if (str_eq(streets[i].code, code))
			return streets[i].name;
	return code;
}

const char *value_written(struct reg *r, struct arena *a, enum field f, const char *canonical)
{
	const struct field_info *info = policy_field(f);
	const struct industry_info *industry;

	if (!canonical)
		return "";
	if (info->type == TYPE_TRI)
		return str_eq(canonical, "yes") ? info->yes : info->no;
	if (f == FIELD_RING)
		return policy_ring_label(policy_ring_find(canonical));
	if (f == FIELD_CATEGORY)
		return policy_category_label(policy_category_find(canonical));
	if (f == FIELD_MEASURE)
		return policy_measure_label(policy_measure_find(canonical));
	if (f == FIELD_STREET)
		return arena_strdup(a, street_name(r, canonical));
	if (f == FIELD_INDUSTRY_KIND) {
		industry = r ? policy_industry_find(r->policy, canonical) : NULL;
		return industry ? industry->name : canonical;
	}
	return canonical;
}
