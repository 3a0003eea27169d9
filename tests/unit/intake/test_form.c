/* The fields: what each takes and refuses, and that nothing typed is lost or comes back as markup. */
#include "host.h"

#include <criterion/criterion.h>
#include <string.h>

static struct host h;

static void open_host(void)
{
	host_open(&h, "", true);
}

static void close_host(void)
{
	host_close(&h);
}

TestSuite(intake_form, .init = open_host, .fini = close_host);

/* The form with one field changed; the others are good. */
static void read_one(const char *name, const char *value, size_t len, struct form *f)
{
	static const char *const usual[] = {"kind", "noise", "place", "某路 1 号", "what",
		"夜里冒黑烟，气味刺鼻。", "way", "anonymous"};
	struct form_body *b = arena_alloc(h.arena, sizeof *b);
	struct err e = {0};
	for (size_t i = 0; i < COUNT_OF(usual); i += 2)
		if (!str_eq(usual[i], name))
			b->parts[b->count++] = (struct form_part){usual[i],
				{(const uint8_t *)usual[i + 1], strlen(usual[i + 1])}, NULL};
	b->parts[b->count++] = (struct form_part){name, {(const uint8_t *)value, len}, NULL};
	cr_assert_eq(form_read(h.arena, h.in, b, f, &e), ERR_OK, "%s", e.message);
	form_check(h.arena, h.in, day_from_unix(h.now), f);
}

static const char *repeat(const char *s, size_t n)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, s);
	const char *all = buf_dup(&b, h.arena);
	buf_done(&b);
	return all;
}

static const struct {
	const char *name, *value;
	enum form_field field;
	const char *becomes; /* NULL: an error at the field */
} rules[] = {
	{"kind", "other", FORM_KIND, ""}, {"kind", "nonsense", FORM_KIND, NULL},
	{"kind", "", FORM_KIND, NULL}, {"enterprise", "", FORM_ENTERPRISE, ""},
	{"enterprise", "  某某 厂\t", FORM_ENTERPRISE, "某某 厂"},
	{"enterprise", "６５０１０５－０００１２３", FORM_ENTERPRISE, "650105-000123"},
	{"enterprise", "650105-00012", FORM_ENTERPRISE, "650105-00012"},
	{"street", "", FORM_STREET, ""}, {"street", "650105001", FORM_STREET, "650105001"},
	{"street", "650105009", FORM_STREET, NULL}, {"street", "<b>", FORM_STREET, NULL},
	{"place", "", FORM_PLACE, NULL}, {"place", "　\r\n ", FORM_PLACE, NULL},
	{"place", "一\r\n二", FORM_PLACE, "一 二"}, {"place", "a\x01z", FORM_PLACE, NULL},
	{"place", "a\xc2\x85z", FORM_PLACE, NULL}, {"place", "\xff", FORM_PLACE, NULL},
	{"place", "\xed\xa0\x80", FORM_PLACE, NULL},
	{"place", "a\xe2\x80\xa8z", FORM_PLACE, "a\xe2\x80\xa8z"}, {"when", "", FORM_WHEN, ""},
	{"when", "2018-01-31", FORM_WHEN, "2018-01-31"},
	{"when", "2018-1-3", FORM_WHEN, "2018-01-03"},
	{"when", "2018/1/3", FORM_WHEN, "2018-01-03"},
	{"when", "2018.01.03", FORM_WHEN, "2018-01-03"},
	{"when", "２０１８年１月３日", FORM_WHEN, "2018-01-03"},
	{"when", "2000-01-01", FORM_WHEN, "2000-01-01"}, {"when", "1999-12-31", FORM_WHEN, NULL},
	{"when", "2018-02-01", FORM_WHEN, NULL}, /* tomorrow */
	{"when", "2018-02-30", FORM_WHEN, NULL}, {"when", "2017-02-29", FORM_WHEN, NULL},
	{"when", "2016-02-29", FORM_WHEN, "2016-02-29"}, {"when", "昨天", FORM_WHEN, NULL},
	{"when", "18-1-3", FORM_WHEN, NULL}, {"when", "2018-1-3-4", FORM_WHEN, NULL},
	{"when", "2018--1", FORM_WHEN, NULL}, {"when", "2018-1-", FORM_WHEN, NULL},
	{"when", "99999999999-1-1", FORM_WHEN, NULL}, {"what", "", FORM_WHAT, NULL},
	{"what", "九个字九个字九个字", FORM_WHAT, NULL},
	{"what", "十个字十个字十个字十", FORM_WHAT, "十个字十个字十个字十"},
	{"what", "  一二三四五\r\n六七八九\r十\n ", FORM_WHAT, "一二三四五\n六七八九\n十"},
	{"what", "十个字十个字\t十个字十", FORM_WHAT, "十个字十个字 十个字十"},
	{"what", "十个字十个字\x1b[0m十个字十", FORM_WHAT, NULL},
	{"way", "anonymous", FORM_WAY, "anonymous"}, {"way", "", FORM_WAY, NULL},
	{"way", "ANONYMOUS", FORM_WAY, NULL}, {"receipt", "", FORM_RECEIPT, ""},
	{"receipt", "no", FORM_RECEIPT, "no"}, {"receipt", "maybe", FORM_RECEIPT, NULL},
	{"contact_phone", "not a number", FORM_CONTACT_PHONE,
		"not a number"}, /* anonymous: dropped */
};

Test(intake_form, each_field_takes_what_its_rule_says)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		struct form f;
		read_one(rules[i].name, rules[i].value, strlen(rules[i].value), &f);
		cr_assert_eq(f.error[rules[i].field] == NULL, rules[i].becomes != NULL, "%s=%s: %s",
			rules[i].name, rules[i].value,
			f.error[rules[i].field] ? f.error[rules[i].field] : "no error");
		cr_assert_eq(f.error_count, rules[i].becomes ? 0 : 1, "%s=%s", rules[i].name,
			rules[i].value);
		if (rules[i].becomes)
			cr_assert_str_eq(f.value[rules[i].field], rules[i].becomes);
	}
}

Test(intake_form, lengths_are_counted_in_characters)
{
	static const struct {
		const char *name;
		enum form_field field;
		size_t most;
	} lengths[] = {{"enterprise", FORM_ENTERPRISE, 200}, {"place", FORM_PLACE, 200},
		{"what", FORM_WHAT, 4000}};
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		for (size_t over = 0; over <= 1; over++) {
			struct form f;
			const char *value = repeat("\xF0\xA0\x80\x80", lengths[i].most + over);
			read_one(lengths[i].name, value, strlen(value), &f);
			cr_assert_eq(f.error[lengths[i].field] != NULL, over == 1, "%s",
				lengths[i].name);
			cr_assert_str_eq(f.value[lengths[i].field], value, "kept whole");
		}
	}
}

Test(intake_form, a_nul_is_shown_and_refused)
{
	struct form f;
	read_one("what", "十个字十个字\0十个字十", strlen("十个字十个字") + 1 + strlen("十个字十"),
		&f);
	cr_assert_not_null(f.error[FORM_WHAT]);
	cr_assert_str_eq(f.value[FORM_WHAT], "十个字十个字\xEF\xBF\xBD十个字十");
}

static const struct {
	const char *way, *name, *phone;
	bool name_wrong, phone_wrong;
} contacts[] = {
	{"anonymous", "", "", false, false},
	{"anonymous", "甲", "电话", false, false},
	{"confidential", "", "", true, true},
	{"confidential", "甲", "0991-5550000", false, false},
	{"named", "甲", "+86 (991) 555-0000", false, false},
	{"named", "甲", "１３８００００００００", false, false},
	{"named", "甲", "1234", false, true},
	{"named", "甲", "12345", false, false},
	{"named", "甲", "12345 转 6", false, true},
	{"named", "甲", "123;45", false, true},
	{"named", " ", "12345", true, false},
};

Test(intake_form, a_contact_is_needed_where_one_is_promised)
{
	for (size_t i = 0; i < COUNT_OF(contacts); i++) {
		const char *t = host_token(&h, 10);
		const char *const pairs[] = {"token", t, "kind", "noise", "place", "x", "what",
			"夜里冒黑烟，气味刺鼻。", "way", contacts[i].way, "contact_name",
			contacts[i].name, "contact_phone", contacts[i].phone, NULL};
		host_post(&h, pairs);
		bool wrong = contacts[i].name_wrong || contacts[i].phone_wrong;
		cr_assert_eq(h.res.status, wrong ? 422 : 200, "row %zu: %d", i, h.res.status);
		cr_assert_eq(host_says(&h, "id=\"contact_name-error\""), contacts[i].name_wrong,
			"row %zu", i);
		cr_assert_eq(host_says(&h, "id=\"contact_phone-error\""), contacts[i].phone_wrong,
			"row %zu", i);
	}
}

Test(intake_form, a_single_field_may_come_once)
{
	static const char *const once[] = {"token", "way", "what", "place", "when", "street",
		"enterprise", "contact_name", "contact_phone", "receipt", "website", "work"};
	for (size_t i = 0; i < COUNT_OF(once); i++) {
		const char *const pairs[] = {once[i], "x", once[i], "x", NULL};
		host_post(&h, pairs);
		cr_assert_eq(h.res.status, 400, "%s", once[i]);
	}
	const char *const file[] = {"@what", "text", NULL};
	host_post(&h, file);
	cr_assert_eq(h.res.status, 400, "a file where text should be");
}

Test(intake_form, an_enterprise_known_by_its_id_is_named)
{
	host_get(&h, "enterprise=650105-000123");
	cr_assert(host_says(&h, "某某&lt;铸造&gt;厂"));
	cr_assert(host_says(&h, "value=\"650105-000123\""));
	host_get(&h, "enterprise=650105-0001234&street=650105001");
	cr_assert(host_says(&h, "长号企业"));
	cr_assert(host_says(&h, "value=\"650105001\" selected"));
	host_get(&h, "enterprise=650105-000999&street=1&what=x");
	cr_assert(host_says(&h, "没有公布这个编号"));
	cr_assert_not(host_says(&h, "不在名单里"));
	cr_assert_str_eq(host_between(&h, "data-most=\"4000\"", "</textarea>") +
				 strlen(host_between(&h, "data-most=\"4000\"", ">")) + 1,
		"\n");
	cr_assert_null(intake_name_find(h.in, h.arena, "650105-00012"));
	cr_assert_null(intake_name_find(h.in, h.arena, "650105-000122"));
	cr_assert_null(intake_name_find(h.in, h.arena, "999999-999999"));
	cr_assert_str_eq(intake_name_find(h.in, h.arena, "650105-000001"), "一号作坊");
}

Test(intake_form, what_was_typed_comes_back_as_text_and_never_as_markup)
{
	static const char nasty[] =
		"\"'><script>alert(1)</script>&amp;{{token}}@@BODY@@\xe2\x80\xa8</textarea>";
	static const char shown[] =
		"&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;{{token}}"
		"@@BODY@@\xe2\x80\xa8&lt;/textarea&gt;";
	static const char *const fields[] = {"enterprise", "place", "when", "what", "street",
		"contact_name", "contact_phone", "website"};
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const char *const pairs[] = {"token", host_token(&h, 10), fields[i], nasty, NULL};
		host_post(&h, pairs);
		cr_assert_eq(h.res.status, 422);
		cr_assert_not(host_says(&h, "<script>alert"), "%s", fields[i]);
		cr_assert(host_says(&h, shown), "%s", fields[i]);
	}
}

Test(intake_form, errors_stand_at_the_top_and_at_the_field_in_the_same_words)
{
	const char *const pairs[] = {"token", host_token(&h, 10), "when", "2018-02-30", "what",
		"短", "website", "", NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 422);
	cr_assert_str_eq(host_between(&h, "<title>", " - "), "错误：我要举报");
	cr_assert_str_eq(host_between(&h, "<h1>", "</h1>"), "我要举报");
	static const char *const wrong[] = {"kind", "place", "when", "what", "way"};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		const char *link = host_between(
			&h, arena_printf(h.arena, "<li><a href=\"#%s\">", wrong[i]), "</a>");
		cr_assert_gt(strlen(link), 12, "%s", wrong[i]);
		cr_assert(
			host_says(&h,
				arena_printf(h.arena,
					"id=\"%s-error\"><span class=\"word\">错误：</span>%s</p>",
					wrong[i], link)),
			"%s", wrong[i]);
		cr_assert(host_says(&h, arena_printf(h.arena, " id=\"%s\"", wrong[i])), "%s",
			wrong[i]);
	}
	cr_assert(host_says(&h, "有 5 处要改"));
	cr_assert_str_eq(host_between(&h, "name=\"when\" id=\"when\" value=\"", "\""), "2018-02-30",
		"what is no day is still shown");
	cr_assert(host_says(&h, "type=\"text\" name=\"when\""), "in a field that can show it");
}

Test(intake_form, photos_are_counted_and_weighed)
{
	const char *const four[] = {"token", host_token(&h, 10), "@photo", "1", "@photo", "2",
		"@photo", "3", "@photo", "4", NULL};
	host_post(&h, four);
	cr_assert_eq(h.res.status, 422);
	cr_assert(host_says(&h, "照片最多 3 张，您选了 4 张"));
	cr_assert(host_says(&h, "照片要重新选一次"));
	struct form f;
	form_init(&f);
	f.photo_sent = f.photo_count = 2;
	f.photos[1] =
		(struct form_photo){{(const uint8_t *)"", ((size_t)10 << 20) + 1}, "大<图>.jpg"};
	form_check(h.arena, h.in, day_from_unix(h.now), &f);
	cr_assert_str_eq(f.error[FORM_PHOTO],
		"第 2 张照片（大<图>.jpg）超过 10 MB，请换一张小一些的，或者不传这一张");
}

Test(intake_form, the_largest_answer_still_fits)
{
	const char *quotes = repeat("\"", 65536);
	const char *const pairs[] = {"token", host_token(&h, 10), "what", quotes, "enterprise",
		quotes, "place", quotes, "when", quotes, "street", quotes, "contact_name", quotes,
		"contact_phone", quotes, "website", quotes, NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 422);
	cr_assert_not(h.res.body.overflow);
	cr_assert(host_says(&h, "</html>"));
}
