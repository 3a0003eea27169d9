/* What a reply may not hold; and that nothing of a tip-off or of staff's reasons lies anywhere in clear. */
#include "world.h"

#include "casework/casework_internal.h"

#include <dirent.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(casework_reply, .init = office_begin, .fini = world_end, .timeout = 120);

#define FACTORY "测试区测试路第一木艺加工厂" /* made up */

static enum err_code reply(struct desk *d, const char *text)
{
	const struct case_act act = {.kind = CASE_EXTENDED,
		.day = DAY_NONE,
		.extend_days = 1,
		.why = "甲",
		.reply = text};
	int64_t n = 0;
	return desk_step(d, 1, &act, &n, &e);
}

static void open_case(const struct tipoff *t)
{
	struct posted p;

	post_tipoff(0, t, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED});
	desk_close(d);
}

Test(casework_reply, the_tip_offs_own_words_are_refused_from_twelve_characters_on)
{
	static const struct {
		const char *text;
		bool refused;
	} replies[] = {
		{"经查，该厂夜间确有作业，已责令停产。", false},
		{"夜里十点后院子里有焊接", false}, /* eleven */
		{"您说夜里十点后院子里有焊接声，已查。", true},
		{"您说夜里十点后院子里有焊接声和油漆味。", true},
		{"夜 里、十 点 后-院 子 里 有 焊 接 声 和", true},
		{"夜里十点后，院子里有“焊接声”和", true},
		{"已到某路十字路口查看。", false}, /* six of the place */
		{"院内编号ＡＢＣ123456789789的设备", true},
		{"院内编号abc-1234-5678-9789", true},
	};
	struct tipoff t = tipoff_of(0, 0);

	t.what = SECRET_TEXT "，编号ABC123456789789";
	open_case(&t);
	for (size_t i = 0; i < COUNT_OF(replies); i++) {
		struct desk *d = desk_as("inspector", NULL, "2018-02-01");
		struct reg *r = reg;
		cr_assert_eq(reg_begin(r, &e), ERR_OK);
		cr_assert_eq(reply(d, replies[i].text), replies[i].refused ? ERR_REFUSED : ERR_OK,
			"%zu: %s", i, e.message);
		reg_rollback(r);
		if (replies[i].refused) {
			cr_assert_null(strstr(e.message, "焊接"), "%s", e.message);
			cr_assert_null(strstr(e.message, "1234"), "%s", e.message);
			cr_assert(strstr(e.message, "原文"), "%s", e.message);
		}
		desk_close(d);
	}
}

Test(casework_reply, the_linked_enterprises_name_is_no_word_of_the_tip_offs)
{
	struct tipoff t = tipoff_of(0, 0);
	struct enterprise_id id = enterprise_named(FACTORY);

	t.what = FACTORY "夜里喷漆";
	open_case(&t);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	cr_assert_eq(reply(d, FACTORY "已停产。"), ERR_REFUSED);
	step(d, 1, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "environment"});
	step(d, 1, &(struct case_act){.kind = CASE_CHECKED, .outcome = OUTCOME_TRUE});
	step(d, 1, &(struct case_act){.kind = CASE_RECTIFYING, .enterprise = id});
	cr_assert_eq(reply(d, FACTORY "已停产。"), ERR_OK, "%s", e.message);
	flush_and_close(d);
}

Test(casework_reply, the_reporters_contact_is_refused_where_this_role_can_open_it)
{
	static const char *const texts[] = {
		"张三丰同志：已查。",
		"张 三 丰：已查。",
		"已致电13900001234告知。",
		"已致电 139-0000-1234 告知。",
		"已致电１３９ ００００ １２３４告知。",
	};
	struct tipoff t = tipoff_of(0, 0);

	open_case(&t);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct desk *d = desk_as("reply", NULL, "2018-02-01");
		cr_assert_eq(reply(d, texts[i]), ERR_REFUSED, "%s", texts[i]);
		cr_assert_null(strstr(e.message, SECRET_NAME), "%s", e.message);
		cr_assert_null(strstr(e.message, "1234"), "%s", e.message);
		desk_close(d);
	}
	struct desk *d = desk_as("reply", NULL, "2018-02-01");
	cr_assert_eq(reply(d, "已查，谢谢。"), ERR_OK, "%s", e.message);
	flush_and_close(d);
}

Test(casework_reply, what_the_register_keeps_to_itself_is_refused_for_every_role)
{
	static const char *const roles[] = {"office", "inspector", "reply"};
	const struct change_note note = {
		.by = "u", .why = "登记", .at = "2018-02-01T09:00:00+08:00"};
	struct enterprise_id id = enterprise_named(FACTORY);
	struct tipoff t = tipoff_of(0, 0);
	bool changed;

	cr_assert_eq(reg_enterprise_set(reg, id, FIELD_CONTACT_PHONE, "13700009999",
			     day("2018-01-05"), &note, &changed, &e),
		ERR_OK, "%s", e.message);
	open_case(&t);
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		struct desk *d = desk_as(roles[i], NULL, "2018-02-01");
		cr_assert_eq(reply(d, "请致电 137 0000 9999。"), ERR_REFUSED, "%s: %s", roles[i],
			e.message);
		cr_assert_null(strstr(e.message, "9999"), "%s", e.message);
		desk_close(d);
	}
}

Test(casework_reply, other_writings_hide_no_number_and_no_tail_of_one)
{
	static const char *const texts[] = {
		"已致电一三九零〇〇〇幺二三四告知。",
		"已致电壹叁玖零零零零壹贰叁肆告知。",
		"已致电①③⑨⓪⓪⓪⓪①②③④告知。",
		"已致电139，0000，1234告知。",
		"已致电𝟏𝟑𝟗𝟎𝟎𝟎𝟎𝟏𝟐𝟑𝟒告知。",
		"已致电l39OOOOl234告知。",
		"已致电 1 3 9 o o o o I 2 3 4 告知。",
		"已致电１３９·００００·１２３４告知。",
		"已致电尾号1234的号码。",
		"已致电尾号为：１２３４。",
		"已致电（尾号〇一二三四）。",
		"手机尾号幺二三四。",
		"已致电139\xe2\x80\x8b"
		"00001234。",
		"已\x1b[1m查。",
		"已\xe2\x80\xae查。",
		"已\xc2\xad查。",
	};
	static const char *const fine[] = {
		"已查，尾号1235的车辆已暂扣。",
		"12月34日到场，编号1234。",
		"已查，见文号1390000。",
		"第一行\n第二行",
	};
	struct tipoff t = tipoff_of(0, 0);

	open_case(&t);
	for (size_t i = 0; i < COUNT_OF(texts) + COUNT_OF(fine); i++) {
		bool refused = i < COUNT_OF(texts);
		const char *text = refused ? texts[i] : fine[i - COUNT_OF(texts)];
		struct desk *d = desk_as("reply", NULL, "2018-02-01");
		cr_assert_eq(reg_begin(reg, &e), ERR_OK);
		cr_assert_eq(
			reply(d, text), refused ? ERR_REFUSED : ERR_OK, "%s: %s", text, e.message);
		reg_rollback(reg);
		desk_close(d);
	}
}

/* ---- a second pair of eyes ------------------------------------------------------------------------------ */

static void conclude(int64_t number, const char *text)
{
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	struct desk_case k;

	cr_assert_eq(desk_case_get(d, number, arena, &k, &e), ERR_OK, "%s", e.message);
	step(d, number, &(struct case_act){.kind = CASE_ACCEPTED});
	step(d, number, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "environment"});
	step(d, number, &(struct case_act){.kind = CASE_CHECKED, .outcome = OUTCOME_UNTRUE});
	step(d, number, &(struct case_act){.kind = CASE_CONCLUDED, .reply = text});
	flush_and_close(d);
}

static enum err_code hide_contact_key(const char *relative, void *ctx, struct err *x)
{
	(void)ctx;
	(void)x;
	if (str_starts(relative, "contact-") && strstr(relative, ".key"))
		cr_assert_eq(unlink(at(arena_printf(arena, "keys/%s", relative))), 0);
	return ERR_OK;
}

static enum err_code review(const char *by, const char *role, int64_t number)
{
	struct desk *d = desk_of(by, role, NULL, "2018-02-02");
	enum err_code code = desk_review(d, number, &e);

	flush_and_close(d);
	return code;
}

static int64_t reviews(void)
{
	return sql_int("SELECT count(*) FROM case_reply_review");
}

Test(casework_reply, a_review_finds_what_the_inspector_could_not_see)
{
	struct posted p;
	struct tipoff t = tipoff_of(0, 0);

	post_tipoff(0, &t, &p);
	drain(0);
	/* The inspector's key opens no contact: it passes. */
	conclude(1, "已致电尾号1234的举报人，经查不属实。");
	cr_assert_eq(review("工作人员甲", "reply", 1), ERR_REFUSED);
	cr_assert(strstr(e.message, "电话"), "read before anything else: %s", e.message);
	cr_assert_eq(review("工作人员乙", "reply", 1), ERR_REFUSED);
	cr_assert_null(strstr(e.message, "1234"), "%s", e.message);
	cr_assert_eq(reviews(), 0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-02");
	step(d, 1, &(struct case_act){.kind = CASE_ASKED, .reply = "经查不属实。"});
	flush_and_close(d);
	cr_assert_eq(review("工作人员乙", "inspector", 1), ERR_USAGE);
	cr_assert_eq(review("工作人员乙", "office", 1), ERR_USAGE);
	cr_assert_eq(review("工作人员甲", "reply", 1), ERR_REFUSED);
	cr_assert_eq(review(" 工作 人员甲", "reply", 1), ERR_REFUSED);
	cr_assert_eq(review(NULL, "reply", 1), ERR_USAGE);
	cr_assert_eq(reviews(), 0);
	cr_assert_eq(review("工作人员乙", "reply", 1), ERR_OK, "%s", e.message);
	cr_assert_eq(review("工作人员丙", "reply", 1), ERR_CONFLICT);
	cr_assert_eq(reviews(), 1);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
}

Test(casework_reply, without_the_contacts_key_only_what_has_no_contact_is_reviewed)
{
	struct posted p[2];
	struct tipoff named = tipoff_of(0, 0), anonymous = tipoff_of(1, 0);

	anonymous.way = "anonymous";
	anonymous.contact_name = anonymous.contact_phone = "";
	post_tipoff(0, &named, &p[0]);
	post_tipoff(1, &anonymous, &p[1]);
	put_new("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "rubbish", 7);
	drain(0);
	for (int64_t i = 1; i <= 3; i++)
		conclude(i, "经查不属实。");
	cr_assert_eq(dir_each_file(at("keys"), hide_contact_key, NULL, &e), ERR_OK);
	cr_assert_eq(review("工作人员乙", "reply", number_of(&p[0])), ERR_REFUSED);
	cr_assert_eq(reviews(), 0);
	cr_assert_eq(review("工作人员乙", "reply", number_of(&p[1])), ERR_OK, "%s", e.message);
	cr_assert_eq(review("工作人员乙", "reply",
			     sql_int("SELECT number FROM tip_case WHERE origin='quarantined'")),
		ERR_OK, "%s", e.message);
	cr_assert_eq(reviews(), 2);
}

Test(casework_reply, one_longer_than_the_status_can_hold_is_refused)
{
	struct tipoff t = tipoff_of(0, 0);
	char *text = arena_alloc(arena, 1802);

	open_case(&t);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	memset(text, 'a', 1801);
	cr_assert_eq(reply(d, text), ERR_USAGE);
	text[1800] = '\0';
	cr_assert_eq(reply(d, text), ERR_OK, "%s", e.message);
	cr_assert_eq(desk_case_get(d, 1, arena, &(struct desk_case){0}, &e), ERR_OK);
	flush_and_close(d);
	cr_assert(file_exists(at("status/office.bin")));
}

/* ---- nothing in clear ------------------------------------------------------------------------------- */

#define DRAFT "草稿里写着举报人的门牌"

static const char *const markers[] = {
	SECRET_TEXT, SECRET_NAME, SECRET_PHONE, SECRET_WHY, DRAFT, "某路十字路口", "2018-01-31T20"};

static const char *found_in(const void *bytes, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(markers); i++)
		if (memmem(bytes, len, markers[i], strlen(markers[i])))
			return markers[i];
	return NULL;
}

static enum err_code search_file(const char *relative, void *ctx, struct err *x)
{
	struct buf b;

	(void)x;
	buf_init(&b, (size_t)64 << 20);
	cr_assert_eq(file_read(at(relative), (size_t)64 << 20, &b, &e), ERR_OK, "%s", relative);
	const char *found = found_in(buf_text(&b), b.len);
	cr_assert_null(found, "%s: %s", relative, found);
	buf_done(&b);
	++*(size_t *)ctx;
	return ERR_OK;
}

static int search_object(const git_oid *id, void *ctx)
{
	git_odb_object *o = NULL;

	cr_assert_eq(git_odb_read(&o, ctx, id), 0);
	const char *found = found_in(git_odb_object_data(o), git_odb_object_size(o));
	cr_assert_null(found, "%s", found);
	git_odb_object_free(o);
	return 0;
}

static void search_everything(void)
{
	size_t files = 0;
	git_odb *odb = NULL;

	cr_assert_eq(dir_each_file(instance, search_file, &files, &e), ERR_OK, "%s", e.message);
	cr_assert_gt(files, 10);
	cr_assert_eq(git_odb_open(&odb, at("cases.git/objects")), 0);
	cr_assert_eq(git_odb_foreach(odb, search_object, odb), 0);
	git_odb_free(odb);
}

Test(casework_reply, nothing_of_a_tip_off_or_a_reason_lies_in_clear)
{
	static const char *const roles[] = {"inspector", "reply", "office"};
	struct posted p;

	post(0, 1, 1000, &p);
	post(1, 0, 0, &p);
	drain(0);
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		static const enum case_step kinds[] = {
			CASE_ACCEPTED, CASE_DISPATCHED, CASE_EXTENDED};
		struct desk *d = desk_as(roles[i], "economy", "2018-02-01");
		struct desk_case k;
		for (int64_t number = 1; number <= 2; number++) {
			cr_assert_eq(desk_case_get(d, number, arena, &k, &e), ERR_OK);
			step(d, number,
				&(struct case_act){.kind = kinds[i],
					.lead = "environment",
					.extend_days = 10,
					.reply = "正在办理。"});
			if (i < 2)
				cr_assert_eq(desk_draft_set(d, number, DRAFT, &e), ERR_OK);
		}
		search_everything();
		flush_and_close(d);
		search_everything();
	}
	cr_assert_not_null(found_in("x" SECRET_NAME "x", strlen(SECRET_NAME) + 2),
		"the search finds what is there");
}
