/*
 * The public summary of the equipment column: kinds and numbers, never models.
 *
 * A piece of the cell keeps its Chinese words and its count; letters, digits and what stands in brackets
 * (models, sizes, makes before 牌) fall away. A piece without a Chinese word is counted nowhere: it could
 * only be a model. The summary may say less than the cell, never more.
 */
#include "register/value.h"

#include <string.h>

#define PIECES_MAX 40

struct piece {
	char *kind;
	int64_t count;	     /* 0: not said */
	const char *counter; /* 台 套 …; "" when × was written */
};

static const char *const counters[] = {
	"台", "套", "个", "间", "条", "座", "辆", "组", "只", "部", "口", "副", "架", "把", NULL};

static const char *counter_at(const char *s)
{
	for (const char *const *c = counters; *c; c++)
		if (str_starts(s, *c))
			return *c;
	return NULL;
}

/* Byte length of a count with its counter at s ("3台", "三台", "×3", "x3"), filling the piece; 0: none. */
static size_t count_at(const char *s, struct piece *p)
{
	static const char *const words[] = {
		"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", NULL};
	static const char *const times[] = {"×", "*", "x", "X", NULL};
	const char *at = s;
	const char *counter;
	int64_t n = 0;

	for (const char *const *t = times; *t; t++)
		if (str_starts(s, *t)) {
			at = s + strlen(*t);
			while (*at == ' ')
				at++;
			for (; *at >= '0' && *at <= '9' && n < 100000; at++)
				n = n * 10 + (*at - '0');
			if (n == 0 || n >= 10000 || (*at && !counter_at(at) && *at != ' '))
				return 0;
			counter = counter_at(at);
			p->count = n;
			p->counter = counter ? counter : "";
			return (size_t)(at - s) + (counter ? strlen(counter) : 0);
		}
	for (; *at >= '0' && *at <= '9' && n < 100000; at++)
		n = n * 10 + (*at - '0');
	if (at == s) {
		if (str_starts(s, "两")) {
			n = 2;
			at += strlen("两");
		}
		for (int i = 0; at == s && words[i]; i++)
			if (str_starts(s, words[i])) {
				n = i + 1;
				at += strlen(words[i]);
			}
	}
	if (at == s || n == 0 || n >= 10000)
		return 0;
	while (*at == ' ')
		at++;
	counter = counter_at(at);
	if (!counter)
		return 0;
	p->count = n;
	p->counter = counter;
	return (size_t)(at - s) + strlen(counter);
}

static bool is_cjk_at(const char *s, size_t *ret_bytes)
{
	uint32_t c = 0;

	*ret_bytes = utf8_decode(s, s + strlen(s), &c);
	return *ret_bytes >= 3 && c >= 0x3400 && c <= 0x9fff;
}

static size_t bracket_at(const char *s)
{
	static const char *const pairs[][2] = {{"(", ")"}, {"（", "）"}, {"[", "]"}, {"【", "】"}};

	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		if (str_starts(s, pairs[i][0])) {
			const char *end = strstr(s, pairs[i][1]);

			return end ? (size_t)(end - s) + strlen(pairs[i][1]) : strlen(s);
		}
	return 0;
}

/* Words that only introduce a model or a make. */
static char *bare_kind(char *kind)
{
	static const char *const lead[] = {"型号", "型", "号", "系列", "共", NULL};
	char *make = strstr(kind, "牌");

	if (make)
		kind = make + strlen("牌");
	for (const char *const *w = lead; *w; w++)
		if (str_starts(kind, *w))
			kind += strlen(*w);
	return kind;
}

static bool is_separator(const char *s, size_t *ret_bytes)
{
	static const char *const marks[] = {"\n", "、", "，", ",", "；", ";", "。", "|", NULL};

	for (const char *const *m = marks; *m; m++)
		if (str_starts(s, *m)) {
			*ret_bytes = strlen(*m);
			return true;
		}
	return false;
}

/* Reads one piece; returns what follows its separator. */
static const char *read_piece(struct arena *a, const char *s, struct piece *p)
{
	char *kind = arena_alloc(a, strlen(s) + 1);
	size_t len = 0, bytes = 0;
	bool after_word = false; /* the byte before is part of a model: its digits are no count */

	*p = (struct piece){.counter = ""};
	while (*s && !is_separator(s, &bytes)) {
		size_t skip = bracket_at(s);

		/* Right after a letter or digit only a Chinese numeral can begin a count. */
		if (!skip && (!after_word || is_cjk_at(s, &bytes)))
			skip = count_at(s, p);
		bytes = 0;
		if (skip) {
			s += skip;
			after_word = false;
			if (p->count && len > 0 && *s && !is_separator(s, &bytes)) {
				/* "车床2台 磨床1台": the next kind begins without a mark. */
				while (*s == ' ')
					s++;
				bytes = 0;
				break;
			}
			continue;
		}
		if (is_cjk_at(s, &bytes)) {
			memcpy(kind + len, s, bytes);
			len += bytes;
			after_word = false;
		} else
			after_word = *s != ' ';
		s += bytes ? bytes : 1;
		bytes = 0;
	}
	if (*s && is_separator(s, &bytes))
		s += bytes;
	kind[len] = '\0';
	p->kind = bare_kind(kind);
	return s;
}

static void merge(struct piece *list, size_t *count, const struct piece *p)
{
	for (size_t i = 0; i < *count; i++)
		if (str_eq(list[i].kind, p->kind)) {
			if (list[i].count && p->count && str_eq(list[i].counter, p->counter))
				list[i].count += p->count;
			else if (list[i].count != p->count || !str_eq(list[i].counter, p->counter))
				list[i].count = 0;
			return;
		}
	if (*count < PIECES_MAX)
		list[(*count)++] = *p;
}

const char *value_equipment_summary(struct arena *a, const char *equipment)
{
	struct piece list[PIECES_MAX];
	size_t count = 0;
	struct buf out;
	const char *text = NULL;

	if (!equipment)
		return NULL;
	while (*equipment) {
		struct piece p;

		equipment = read_piece(a, equipment, &p);
		if (*p.kind)
			merge(list, &count, &p);
	}
	buf_init(&out, 16384);
	for (size_t i = 0; i < count; i++) {
		buf_str(&out, i ? "、" : "");
		buf_str(&out, list[i].kind);
		if (list[i].count) {
			buf_str(&out, *list[i].counter ? "" : "×");
			buf_int(&out, list[i].count);
			buf_str(&out, list[i].counter);
		}
	}
	if (out.len > 0 && !out.overflow)
		text = buf_dup(&out, a);
	buf_done(&out);
	return text;
}
