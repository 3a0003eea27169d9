/*
 * The rules of the fields, one row each, and their words: every sentence names the field and says what to do. Lengths are
 * counted in characters, as the form states them.
 */
#include "intake/intake_internal.h"

#include <string.h>

struct check {
	struct arena *a;
	const struct intake *in;
	struct day today;
	struct form *f;
	enum form_field field;
	const char *label; /* the field as the form calls it */
	size_t most;	   /* characters */
};

static void say(struct check *c, const char *sentence)
{
	form_error(c->f, c->field, sentence);
}

static const char *value_of(const struct check *c)
{
	return c->f->value[c->field];
}

static bool one_of(const char *code, const struct choices *choices)
{
	for (size_t i = 0; i < choices->count; i++)
		if (str_eq(code, choices->at[i].code))
			return true;
	return false;
}

static bool wants_contact(const struct form *f)
{
	return str_eq(f->value[FORM_WAY], "confidential") || str_eq(f->value[FORM_WAY], "named");
}

/* ---- one function per field ----------------------------------------------------------------------- */

static void check_kind(struct check *c)
{
	bool any = false;
	for (size_t i = 0; i < c->in->conf.kinds.count; i++)
		any = any || c->f->kind[i];
	if (c->f->kind_unknown)
		say(c, T("“发现了什么问题”里有一项不在名单里，请重新选",
			       "a kind of problem is not on the list: choose again"));
	else if (!any)
		say(c, T("请选“发现了什么问题”，至少一项；不清楚属于哪一类的，选“其他”",
			       "choose at least one kind of problem; \"other\" when unsure"));
}

static void check_street(struct check *c)
{
	if (*value_of(c) && !one_of(value_of(c), &c->in->conf.streets))
		say(c, T("“在哪个街道”的选项不在名单里，请重新选，或者选“不清楚”",
			       "the street is not on the list: choose again or leave it"));
}

static void check_place(struct check *c)
{
	if (!*value_of(c) && !*c->f->value[FORM_ENTERPRISE])
		say(c, T("请填“在什么地方”：路名、门牌或者附近的标志；填了企业的可以不填",
			       "say where it is, or name the enterprise"));
}

/* 2018-9-3, 2018/9/3, 2018.9.3 and 2018年9月3日 are the same day; where the browser offers no calendar, people type. */
static bool day_read(struct arena *a, const char *text, struct day *ret)
{
	static const struct {
		const char *from;
		char to;
	} marks[] = {{"年", '-'}, {"月", '-'}, {"日", '\0'}, {"号", '\0'}, {"/", '-'}, {".", '-'}};
	char *s = arena_alloc(a, strlen(text) + 1), *out = s;
	for (const char *p = text_half_width(a, text); *p;) {
		size_t i = 0;
		while (i < COUNT_OF(marks) && !str_starts(p, marks[i].from))
			i++;
		char c = i < COUNT_OF(marks) ? marks[i].to : *p;
		p += i < COUNT_OF(marks) ? strlen(marks[i].from) : 1;
		if (c != '\0' && c != ' ')
			*out++ = c;
	}
	int part[3] = {0}, digits[3] = {0}, at = 0;
	for (const char *p = s; *p; p++) {
		if (*p == '-' && digits[at] > 0 && at < 2) {
			at++;
		} else if (*p >= '0' && *p <= '9' && digits[at] < (at == 0 ? 4 : 2)) {
			part[at] = part[at] * 10 + (*p - '0');
			digits[at]++;
		} else {
			return false;
		}
	}
	if (digits[0] != 4 || digits[2] == 0 || !day_ymd_valid(part[0], part[1], part[2]))
		return false;
	*ret = day_from_ymd(part[0], part[1], part[2]);
	return true;
}

static void check_when(struct check *c)
{
	struct day d;
	if (!*value_of(c))
		return;
	if (!day_read(c->a, value_of(c), &d)) {
		say(c, T("“什么时候发现的”不是一个日期，请写成 2018-09-30 这样，或者空着",
			       "the day is none: write it as 2018-09-30, or leave it"));
		return;
	}
	char *text = arena_alloc(c->a, DAY_TEXT_BYTES);
	c->f->value[c->field] = day_text(d, text);
	if (day_compare(d, c->today) > 0)
		say(c, T("“什么时候发现的”是还没有到的日子，请改成今天或者以前的日期",
			       "the day has not come yet: give today or an earlier one"));
	else if (day_compare(d, day_from_ymd(2000, 1, 1)) < 0)
		say(c, T("“什么时候发现的”早于 2000 年，请看看年份是不是写错了",
			       "the day is before 2000: check the year"));
}

static void check_what(struct check *c)
{
	size_t n = utf8_length(value_of(c)), least = c->in->conf.limits.what_min;
	if (n == 0)
		say(c, arena_printf(c->a,
			       T("请填“把情况说清楚”：看到、听到或者闻到了什么，至少 %zu 个字",
				       "describe what you saw, in at least %zu characters"),
			       least));
	else if (n < least)
		say(c, arena_printf(c->a,
			       T("“把情况说清楚”太短：至少 %zu 个字，现在是 %zu 个字，请再写一点",
				       "the description is too short: at least %zu characters, "
				       "there are %zu"),
			       least, n));
}

static const char *size_text(struct arena *a, size_t bytes)
{
	return arena_printf(a, "%zu MB", bytes >> 20);
}

static void check_photo(struct check *c)
{
	const struct form_limits *l = &c->in->conf.limits;
	struct form *f = c->f;
	if (f->photo_sent > l->photo_count) {
		say(c, arena_printf(c->a,
			       T("照片最多 %zu 张，您选了 %zu 张，请重新选",
				       "at most %zu photos, %zu were sent: choose again"),
			       l->photo_count, f->photo_sent));
		return;
	}
	for (size_t i = 0; i < f->photo_count; i++) {
		const char *name = f->photos[i].filename;
		if (f->photos[i].bytes.len > l->photo_bytes)
			say(c, arena_printf(c->a,
				       T("第 %zu 张照片%s%s%s超过 "
					 "%s，请换一张小一些的，或者不传这一张",
					       "photo %zu %s%s%s is larger than %s: choose a "
					       "smaller "
					       "one, or leave it out"),
				       i + 1, *name ? T("（", "(") : "", name,
				       *name ? T("）", ")") : "", size_text(c->a, l->photo_bytes)));
	}
}

static void check_way(struct check *c)
{
	static const char *const ways[] = {"anonymous", "confidential", "named"};
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (str_eq(value_of(c), ways[i]))
			return;
	say(c, *value_of(c)
			? T("“用哪种方式举报”的选项不在名单里，请重新选",
				  "the way of reporting is not on the list: choose again")
			: T("请选“用哪种方式举报”：匿名、保密或者实名",
				  "choose a way of reporting: anonymous, confidential or named"));
}

static void check_contact_name(struct check *c)
{
	if (wants_contact(c->f) && !*value_of(c))
		say(c, T("请填“怎么称呼您”；不愿意留的，请把举报方式改成“匿名”",
			       "give a name, or choose the anonymous way"));
}

static void check_contact_phone(struct check *c)
{
	if (!wants_contact(c->f))
		return;
	const char *s = text_half_width(c->a, value_of(c));
	size_t digits = 0;
	bool good = true;
	for (const char *p = s; *p; p++) {
		digits += *p >= '0' && *p <= '9';
		good = good && strchr("0123456789 +-()", *p);
	}
	if (!*s)
		say(c, T("请填“电话”；不愿意留的，请把举报方式改成“匿名”",
			       "give a telephone number, or choose the anonymous way"));
	else if (!good)
		say(c, T("“电话”只能有数字、空格、加号、减号和括号，请改正",
			       "the telephone number may hold digits, blanks, + - ( ) alone"));
	else if (digits < 5)
		say(c, T("“电话”至少要有 5 位数字，请看看是不是少写了",
			       "the telephone number needs at least 5 digits"));
	else
		c->f->value[c->field] = s;
}

static void check_receipt(struct check *c)
{
	if (*value_of(c) && !str_eq(value_of(c), "no"))
		say(c, T("“回执号”的选项不在名单里，请重新选",
			       "the choice about the receipt is not on the list"));
}

/* ---- the table ---------------------------------------------------------------------------------------- */

struct rule {
	enum form_field field;
	const char *zh, *en;
	size_t most; /* characters; 0: no limit here */
	bool only_with_contact;
	void (*check)(struct check *c); /* NULL: the length alone */
};
static const struct rule rules[] = {
	{FORM_KIND, "发现了什么问题", "kind of problem", 0, false, check_kind},
	{FORM_ENTERPRISE, "是哪一家企业", "enterprise", 200, false, NULL},
	{FORM_STREET, "在哪个街道", "street", 0, false, check_street},
	{FORM_PLACE, "在什么地方", "place", 200, false, check_place},
	{FORM_WHEN, "什么时候发现的", "day", 0, false, check_when},
	{FORM_WHAT, "把情况说清楚", "description", SIZE_MAX, false, check_what},
	{FORM_PHOTO, "照片", "photos", 0, false, check_photo},
	{FORM_WAY, "用哪种方式举报", "way of reporting", 0, false, check_way},
	{FORM_CONTACT_NAME, "怎么称呼您", "name", 50, true, check_contact_name},
	{FORM_CONTACT_PHONE, "电话", "telephone number", 40, true, check_contact_phone},
	{FORM_RECEIPT, "回执号", "receipt", 0, false, check_receipt},
};

/* What holds for every text: readable, and not too long. */
static void check_text(struct check *c)
{
	size_t n = utf8_length(value_of(c));
	if (c->f->unreadable[c->field])
		say(c, arena_printf(c->a,
			       T("“%s”里有不能识别的字符，已经换成 \xEF\xBF\xBD，请改正或者删去",
				       "the %s holds unreadable characters, shown as \xEF\xBF\xBD: "
				       "correct or delete them"),
			       c->label));
	else if (c->most > 0 && n > c->most)
		say(c, arena_printf(c->a,
			       T("“%s”太长：最多 %zu 个字，现在是 %zu 个字，请删短一些",
				       "the %s is too long: at most %zu characters, there are %zu"),
			       c->label, c->most, n));
}

void form_check(struct arena *a, const struct intake *in, struct day today, struct form *f)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		const struct rule *r = &rules[i];
		struct check c = {.a = a,
			.in = in,
			.today = today,
			.f = f,
			.field = r->field,
			.label = T(r->zh, r->en),
			.most = r->most == SIZE_MAX ? in->conf.limits.what_max : r->most};
		/* An anonymous tip-off drops what was typed here: it need not be right. */
		if (r->only_with_contact && !wants_contact(f))
			continue;
		check_text(&c);
		if (r->check && !f->error[r->field])
			r->check(&c);
	}
}
