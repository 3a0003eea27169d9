/*
 * Does a text that is to be published hold the name or the telephone of a contact or a liaison (class NEVER)?
 *
 * Text and values are folded alike (base_fold.h).
 * Telephones: four digits and more that are said to be the last ones (尾号) are found. Ten digits and more are looked for anywhere in a run of digits; seven to nine only
 *   where whole groups of digits make them up, and not where these are a date, else every id would ring.
 * Names: of three characters and more anywhere; of two only where they stand as such (between punctuation, or beside a word that goes
 *   with names), since 和平 or 高明 are words as well. Where an enterprise's own public name holds the contact's, writing that name
 *   gives nothing away.
 * One pass over the register: the text is indexed, then each value is looked up. What is found is named by kind and place alone.
 */
#include "register/register_internal.h"

#include "tianlan/base_fold.h"
#include "tianlan/register_supervision.h"

#include <stdlib.h>
#include <string.h>

enum {
	VALUE_MAX = 4096,    /* characters of a value: more than a field holds */
	PHONE_MIN = 7,	     /* digits */
	PHONE_ANYWHERE = 10, /* so many make a number that is no accident */
	BUCKETS = 4096,
};
static bool is_ascii_word(uint32_t c)
{
	return c < 0x80;
}

static bool is_cjk(uint32_t c)
{
	return (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || c >= 0x20000;
}

/* ---- the text, indexed ------------------------------------------------------------------------------------ */

struct subject {
	struct folded text;
	struct digits digits;
	struct tails tails;
	int32_t *next_char, *next_digit;
	int32_t char_head[BUCKETS], digit_head[10000];
};

static size_t bucket_of(uint32_t c)
{
	return (c * 2654435761u >> 16) % BUCKETS;
}

static size_t four_of(const char *d)
{
	return (size_t)(d[0] - '0') * 1000 + (size_t)(d[1] - '0') * 100 +
	       (size_t)(d[2] - '0') * 10 + (size_t)(d[3] - '0');
}

static struct subject *index_text(struct arena *a, const char *text)
{
	struct subject *s = arena_alloc(a, sizeof(*s));
	size_t max = strlen(text);

	folded_new(a, max, &s->text);
	text_fold(text, max, &s->text);
	digits_new(a, s->text.count, &s->digits);
	fold_digits(&s->text, &s->digits);
	fold_tails(&s->text, a, &s->tails);
	s->next_char = arena_alloc(a, (s->text.count + 1) * sizeof(*s->next_char));
	s->next_digit = arena_alloc(a, (s->digits.count + 1) * sizeof(*s->next_digit));
	memset(s->char_head, 0xff, sizeof(s->char_head));
	memset(s->digit_head, 0xff, sizeof(s->digit_head));
	for (size_t i = s->text.count; i-- > 0;) {
		size_t b = bucket_of(s->text.c[i]);

		s->next_char[i] = s->char_head[b];
		s->char_head[b] = (int32_t)i;
	}
	for (size_t i = s->digits.count; i-- > 0;) {
		if (i + 4 > s->digits.count)
			continue;
		s->next_digit[i] = s->digit_head[four_of(s->digits.d + i)];
		s->digit_head[four_of(s->digits.d + i)] = (int32_t)i;
	}
	return s;
}

/* ---- telephones ----------------------------------------------------------------------------------------------- */

/* 2018-1-30 or 20180130 is a day, whoever has such a number. */
static bool is_date(const struct digits *t, size_t at, size_t len)
{
	size_t groups[4] = {0}, n = 0, month, day;
	const char *d = t->d + at;

	if (len > 8 || (strncmp(d, "19", 2) != 0 && strncmp(d, "20", 2) != 0))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && t->begins[at + i])
			n++;
		if (n > 2)
			return false;
		groups[n]++;
	}
	if (n == 0 && len == 8) {
		groups[0] = 4;
		groups[1] = groups[2] = 2;
		n = 2;
	}
	if (n != 2 || groups[0] != 4 || groups[1] > 2 || groups[2] > 2)
		return false;
	month = (size_t)strtoul((char[]){d[4], groups[1] == 2 ? d[5] : '\0', '\0'}, NULL, 10);
	day = (size_t)strtoul(
		(char[]){d[4 + groups[1]], groups[2] == 2 ? d[5 + groups[1]] : '\0', '\0'}, NULL,
		10);
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool holds_number(const struct subject *s, const char *number, size_t len)
{
	const struct digits *t = &s->digits;

	if (len < PHONE_MIN || len > t->count)
		return false;
	for (int32_t at = s->digit_head[four_of(number)]; at >= 0; at = s->next_digit[at]) {
		size_t from = (size_t)at;
		bool whole = true;

		if (from + len > t->count || memcmp(t->d + from, number, len) != 0)
			continue;
		for (size_t i = 1; i < len; i++)
			whole = whole && !t->breaks[from + i];
		if (whole && len < PHONE_ANYWHERE)
			whole = t->begins[from] && t->ends[from + len - 1] &&
				!is_date(t, from, len);
		if (whole)
			return true;
	}
	return false;
}

/* 0991 4681234: the number is dialled without the area's as well. */
static bool holds_local(const struct subject *s, const char *number, size_t len)
{
	size_t area = number[1] == '1' || number[1] == '2' ? 3 : 4;

	return number[0] == '0' && (len == area + 7 || len == area + 8) &&
	       holds_number(s, number + area, len - area);
}

static bool holds_either(const struct subject *s, const char *number, size_t len)
{
	if (len >= PHONE_MIN && tails_hold(&s->tails, number, len))
		return true;
	if (len >= 12 && strncmp(number, "86", 2) == 0 && holds_number(s, number + 2, len - 2))
		return true;
	return len >= PHONE_MIN && (holds_number(s, number, len) || holds_local(s, number, len));
}

/* A cell may hold two numbers, or one in groups: every group that is a number by itself, each with the short one before it, and each
 * run as a whole. */
static bool holds_phone(const struct subject *s, const struct folded *value)
{
	char d[VALUE_MAX + 1];
	uint8_t begins[VALUE_MAX + 1], ends[VALUE_MAX + 1], breaks[VALUE_MAX + 1];
	struct digits v = {.d = d, .begins = begins, .ends = ends, .breaks = breaks};
	size_t run = 0, group = 0, before = 0;

	if (s->digits.count < PHONE_MIN && !s->tails.count)
		return false;
	fold_digits(value, &v);
	for (size_t i = 0; i < v.count; i++) {
		if (v.breaks[i])
			run = before = group = i;
		else if (v.begins[i]) {
			before = group;
			group = i;
		}
		if (!v.ends[i])
			continue;
		if (holds_either(s, d + group, i + 1 - group) ||
			holds_either(s, d + before, i + 1 - before) ||
			holds_either(s, d + run, i + 1 - run))
			return true;
	}
	return false;
}

/* ---- names --------------------------------------------------------------------------------------------------------- */

/* Of UTF-8 words, in code points. */
static bool is_word_at(const struct folded *f, size_t at, const char *word)
{
	const char *end = word + strlen(word);

	while (word < end) {
		uint32_t c;
		size_t used = utf8_decode(word, end, &c);

		if (!used || at >= f->count || f->c[at++] != c)
			return false;
		word += used;
	}
	return true;
}

static size_t word_after(const struct folded *f, size_t at, const char *const *words)
{
	for (; *words; words++)
		if (is_word_at(f, at, *words))
			return utf8_length(*words);
	return 0;
}

static size_t word_before(const struct folded *f, size_t at, const char *const *words)
{
	for (; *words; words++) {
		size_t n = utf8_length(*words);

		if (n <= at && is_word_at(f, at - n, *words))
			return n;
	}
	return 0;
}

static const char *const before_names[] = {"联系人", "联络员", "负责人", "法人", "代表人", "代表",
	"老板", "业主", "店主", "经营者", "经理", "厂长", "主任", "姓名", "名叫", "当事人", NULL};
static const char *const prepositions[] = {"由", "向", "与", "和", "对", "找", "叫", NULL};
static const char *const titles[] = {"先生", "女士", "老板", "总经理", "经理", "厂长", "师傅",
	"主任", "同志", "老师", "等人", "本人", NULL};
static const char *const verbs[] = {
	"表示", "反映", "承诺", "称", "说", "的电话", "的手机", "电话", "手机", NULL};
static const char *const no_names[] = {"无名", "暂无", "不详", "不明", "未知", "没有", "负责人",
	"联系人", "联络员", "法人", "法定代表人", "代表人", "经营者", "老板", "老板娘", "经理",
	"总经理", "厂长", "店主", "业主", "户主", "房东", "本人", "个体", "个体户", "门卫", "保安",
	"值班", "值班室", "办公室", "待核实", "待补", "待补充", "同上", "同前", "先生", "女士",
	"师傅", "主任", NULL};

/* A name of two characters that stands as such. */
static bool stands_alone(const struct folded *t, size_t at)
{
	size_t after = at + 2;
	bool left = t->gap[at] != GAP_NONE;
	bool right = after >= t->count || t->gap[after] != GAP_NONE;

	if (left && right)
		return true;
	if (word_after(t, after, titles))
		return true;
	if (word_before(t, at, before_names))
		return true;
	/* 由 and 与 begin other words too: they want an end behind the name. */
	if (right && word_before(t, at, prepositions))
		return true;
	return left && word_after(t, after, verbs) > 0;
}

/* Letters and digits of ASCII are one word with their like beside them. */
static bool cuts_a_word(const struct folded *t, size_t at, size_t len)
{
	size_t last = at + len - 1;

	if (at > 0 && t->gap[at] == GAP_NONE && is_ascii_word(t->c[at]) &&
		is_ascii_word(t->c[at - 1]))
		return true;
	return last + 1 < t->count && t->gap[last + 1] == GAP_NONE && is_ascii_word(t->c[last]) &&
	       is_ascii_word(t->c[last + 1]);
}

static bool same_chars(const struct folded *t, size_t at, const uint32_t *c, size_t len)
{
	if (at + len > t->count || memcmp(t->c + at, c, len * sizeof(*c)) != 0)
		return false;
	for (size_t i = 1; i < len; i++)
		if (t->gap[at + i] > GAP_SOFT)
			return false;
	return true;
}

/* The enterprise's public name stands here, and the person's within it. */
static bool is_of_firm(const struct folded *t, size_t at, const uint32_t *name, size_t len,
	const struct folded *firm)
{
	for (size_t k = 0; k + len <= firm->count; k++)
		if (memcmp(firm->c + k, name, len * sizeof(*name)) == 0 && k <= at &&
			at - k + firm->count <= t->count &&
			memcmp(t->c + at - k, firm->c, firm->count * sizeof(*name)) == 0)
			return true;
	return false;
}

static bool is_no_name(const struct folded *v, size_t from, size_t len)
{
	for (const char *const *w = no_names; *w; w++)
		if (utf8_length(*w) == len && is_word_at(v, from, *w))
			return true;
	return false;
}

static bool holds_part(const struct subject *s, const struct folded *v, size_t from, size_t len,
	const struct folded *firm)
{
	const struct folded *t = &s->text;
	const uint32_t *name = v->c + from;
	bool letters = false;

	for (size_t i = 0; i < len; i++)
		letters = letters || (name[i] > '9' && fold_digit(name[i]) < 0);
	if (len < 2 || !letters || is_no_name(v, from, len) || (len == 2 && !is_cjk(name[0])))
		return false;
	for (int32_t at = s->char_head[bucket_of(name[0])]; at >= 0; at = s->next_char[at]) {
		size_t i = (size_t)at;

		if (!same_chars(t, i, name, len) || cuts_a_word(t, i, len) ||
			is_of_firm(t, i, name, len, firm))
			continue;
		if (len > 2 || stands_alone(t, i))
			return true;
	}
	return false;
}

/* 张三经理 is 张三 as well. */
static bool holds_with_title(const struct subject *s, const struct folded *v, size_t from,
	size_t len, const struct folded *firm)
{
	if (holds_part(s, v, from, len, firm))
		return true;
	for (const char *const *w = titles; *w; w++) {
		size_t n = utf8_length(*w);

		if (len > n + 1 && is_word_at(v, from + len - n, *w))
			return holds_part(s, v, from, len - n, firm);
	}
	return false;
}

/* A cell may hold several names: parted by punctuation, or by a blank between two that are whole. */
static bool holds_name(const struct subject *s, const struct folded *v, const struct folded *firm)
{
	size_t from = 0;

	for (size_t i = 1; i <= v->count; i++) {
		size_t next = i + 1;

		if (i < v->count && v->gap[i] == GAP_NONE)
			continue;
		while (next < v->count && v->gap[next] == GAP_NONE)
			next++;
		if (i < v->count && v->gap[i] == GAP_SOFT && (i - from < 2 || next - i < 2))
			continue;
		if (holds_with_title(s, v, from, i - from, firm))
			return true;
		/* 买买提·艾力: the parts and the whole. */
		if (i < v->count && v->gap[i] == GAP_SOFT &&
			holds_with_title(s, v, from, next - from, firm))
			return true;
		from = i;
	}
	return false;
}

/* ---- the register ---------------------------------------------------------------------------------------------------- */

struct values {
	uint32_t c[VALUE_MAX + 1];
	uint8_t gap[VALUE_MAX + 1];
};

enum found { FOUND_NONE, FOUND_NAME, FOUND_PHONE };

/* Both in either cell: a number among the names is a number all the same. */
static enum found look_up(const struct subject *s, const char *value, const struct folded *firm)
{
	struct values room;
	struct folded v = {.c = room.c, .gap = room.gap};

	if (!value || !*value)
		return FOUND_NONE;
	text_fold(value, VALUE_MAX, &v);
	if (holds_phone(s, &v))
		return FOUND_PHONE;
	return holds_name(s, &v, firm) ? FOUND_NAME : FOUND_NONE;
}

static const char *say(struct arena *a, bool liaison, enum found found, const char *whose)
{
	if (liaison)
		return arena_printf(a,
			found == FOUND_NAME
				? T("联络员姓名（%s）", "the name of the liaison of %s")
				: T("联络员电话（%s）", "the telephone of the liaison of %s"),
			whose);
	return arena_printf(a,
		found == FOUND_NAME
			? T("企业联系人姓名（%s）", "the name of the contact of enterprise %s")
			: T("企业联系电话（%s）", "the telephone of enterprise %s"),
		whose);
}

/* Columns: whose, two values, the public name; a number says whose in the rows of enterprises. */
static enum err_code look_through(struct reg *r, enum stmt which, bool liaisons,
	const struct subject *s, struct arena *a, const char **ret_what, struct err *e)
{
	struct values room;
	struct folded firm = {.c = room.c, .gap = room.gap};
	sqlite3_stmt *rows;
	bool row;
	enum err_code code = reg_stmt(r, which, &rows, e);

	if (code)
		return code;
	while (!*ret_what && !(code = reg_step(r, rows, &row, e)) && row) {
		const char *name = (const char *)sqlite3_column_text(rows, 1);
		const char *phone = (const char *)sqlite3_column_text(rows, 2);
		const char *shown = (const char *)sqlite3_column_text(rows, 3);
		char id[ENTERPRISE_ID_BYTES];
		enum found found;

		text_fold(shown, VALUE_MAX, &firm);
		found = look_up(s, name, &firm);
		if (!found)
			found = look_up(s, phone, &firm);
		if (found)
			*ret_what = say(a, liaisons, found,
				liaisons ? shown
					 : reg_id_text(r,
						   (struct enterprise_id){
							   sqlite3_column_int64(rows, 0)},
						   id));
	}
	sqlite3_reset(rows);
	return code;
}

enum err_code reg_text_check(
	struct reg *r, const char *text, struct arena *a, const char **ret_what, struct err *e)
{
	struct arena *scratch = arena_new();
	const struct subject *s = index_text(scratch, text);
	const char *what = NULL;
	enum err_code code = look_through(r, STMT_NEVER_LIAISONS, true, s, a, &what, e);

	if (!code && !what)
		code = look_through(r, STMT_NEVER_CONTACTS, false, s, a, &what, e);
	if (!code)
		*ret_what = what;
	arena_free(scratch);
	return code;
}
