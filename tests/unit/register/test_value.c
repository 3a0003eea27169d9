#include "instance.h"

#include <string.h>

struct writing {
	enum field field;
	const char *text, *value; /* value NULL: blank */
	bool changed;
};

static void check(struct instance *in, const struct writing *w)
{
	struct normalised n;

	value_normalise(in->reg, in->arena, w->field, w->text, &n);
	cr_assert_null(n.refused, "%s “%s”: %s", policy_field(w->field)->id, w->text, n.refused);
	cr_assert(str_eq(n.value, w->value), "%s “%s” gave “%s”, not “%s”",
		policy_field(w->field)->id, w->text, n.value ? n.value : "(blank)",
		w->value ? w->value : "(blank)");
	cr_assert_eq(n.changed, w->changed, "%s “%s”: changed is %d", policy_field(w->field)->id,
		w->text, n.changed);
}

static void check_all(const struct writing *list, size_t count)
{
	struct instance in = instance_new();

	for (size_t i = 0; i < count; i++)
		check(&in, &list[i]);
	instance_done(&in);
}

Test(value, answers_are_read_in_every_hand)
{
	static const struct writing list[] = {
		{FIELD_HAS_EIA, "有", "yes", false},
		{FIELD_HAS_EIA, "无", "no", false},
		{FIELD_HAS_EIA, "yes", "yes", false},
		{FIELD_HAS_EIA, "是", "yes", true},
		{FIELD_HAS_EIA, "否", "no", true},
		{FIELD_HAS_EIA, " 有 ", "yes", true},
		{FIELD_HAS_EIA, "√", "yes", true},
		{FIELD_HAS_EIA, "×", "no", true},
		{FIELD_HAS_EIA, "Y", "yes", true},
		{FIELD_HAS_EIA, "Ｎ", "no", true},
		{FIELD_HAS_EIA, "false", "no", true},
		{FIELD_HAS_EIA, "TRUE", "yes", true},
		{FIELD_HAS_EIA, "没有", "no", true},
		{FIELD_HAS_EIA, "不清楚", NULL, true},
		{FIELD_HAS_EIA, "/", NULL, true},
		{FIELD_HAS_EIA, "", NULL, false},
		{FIELD_HAS_EIA, "  ", NULL, false},
		{FIELD_EMISSIONS_EXCEED, "否", "no", false},
		{FIELD_EMISSIONS_EXCEED, "达标", "no", true},
		{FIELD_CONFORMS, "不符合", "no", true},
		{FIELD_HAS_HAZARD, "有隐患", "yes", true},
	};

	check_all(list, COUNT_OF(list));
}

Test(value, numbers_come_with_units_ranges_and_widths)
{
	static const struct writing list[] = {
		{FIELD_EMPLOYEES, "12", "12", false},
		{FIELD_EMPLOYEES, "１２", "12", true},
		{FIELD_EMPLOYEES, "12人", "12", true},
		{FIELD_EMPLOYEES, "3-5人", "5", true},
		{FIELD_EMPLOYEES, "3人～5人", "5", true},
		{FIELD_EMPLOYEES, "约10", "10", true},
		{FIELD_EMPLOYEES, "10人左右", "10", true},
		{FIELD_EMPLOYEES, "20余人", "20", true},
		{FIELD_EMPLOYEES, "十二人", "12", true},
		{FIELD_EMPLOYEES, "一百零五", "105", true},
		{FIELD_EMPLOYEES, "1,200", "1200", true},
		{FIELD_EMPLOYEES, "3.0", "3", true},
		{FIELD_EMPLOYEES, "不详", NULL, true},
		{FIELD_OUTPUT_WAN, "12", "12", false},
		{FIELD_OUTPUT_WAN, "12.5", "12.5", false},
		{FIELD_OUTPUT_WAN, "0", "0", false},
		{FIELD_OUTPUT_WAN, "100", "100", false},
		{FIELD_OUTPUT_WAN, "12.50", "12.5", true},
		{FIELD_OUTPUT_WAN, "12万元", "12", true},
		{FIELD_OUTPUT_WAN, "120000元", "12", true},
		{FIELD_OUTPUT_WAN, "1.2亿", "12000", true},
		{FIELD_OUTPUT_WAN, "10～20万", "20", true},
		{FIELD_OUTPUT_WAN, "约30万元", "30", true},
		{FIELD_OUTPUT_WAN, "12.300000000000001", "12.3", true},
		{FIELD_OUTPUT_WAN, "十万", "10", true},
	};

	check_all(list, COUNT_OF(list));
}

Test(value, days_come_in_every_form)
{
	static const struct writing list[] = {
		{FIELD_FOUND_ON, "2018-09-30", "2018-09-30", false},
		{FIELD_FOUND_ON, "2018.9.30", "2018-09-30", true},
		{FIELD_FOUND_ON, "2018/9/30", "2018-09-30", true},
		{FIELD_FOUND_ON, "２０１８－９－３０", "2018-09-30", true},
		{FIELD_FOUND_ON, "2018年9月30日", "2018-09-30", true},
		{FIELD_FOUND_ON, "2018 年 9 月 30 日", "2018-09-30", true},
		{FIELD_FOUND_ON, "二〇一八年九月三十日", "2018-09-30", true},
		{FIELD_FOUND_ON, "二零一八年十二月三十一日", "2018-12-31", true},
		{FIELD_FOUND_ON, "二○一八年十月二十一日", "2018-10-21", true},
		{FIELD_FOUND_ON, "43373", "2018-09-30", true},
		{FIELD_FOUND_ON, "20180930", "2018-09-30", true},
		{FIELD_FOUND_ON, "2018-09-30 00:00:00", "2018-09-30", true},
	};

	check_all(list, COUNT_OF(list));
}

Test(value, words_of_lists_have_synonyms)
{
	static const struct writing list[] = {
		{FIELD_RING, "inner", "inner", false},
		{FIELD_RING, "二环路以内", "inner", false},
		{FIELD_RING, "二环以内", "inner", true},
		{FIELD_RING, "外", "outer", true},
		{FIELD_CATEGORY, "散乱", "sanluan", false},
		{FIELD_CATEGORY, "sanluanwu", "sanluanwu", false},
		{FIELD_CATEGORY, "“散、乱、污”", "sanluanwu", true},
		{FIELD_CATEGORY, "未认定", NULL, true},
		{FIELD_MEASURE, "限期搬迁", "relocate", false},
		{FIELD_MEASURE, "取缔", "close", true},
		{FIELD_PREMISES, "租赁", "租赁", false},
		{FIELD_PREMISES, "租", "租赁", true},
		{FIELD_PREMISES, "自有", "自建", true},
	};

	check_all(list, COUNT_OF(list));
}

Test(value, text_is_cleaned_and_names_are_joined)
{
	static const struct writing list[] = {
		{FIELD_NAME, "新疆某某厂", "新疆某某厂", false},
		{FIELD_NAME, " 新疆 某某\n厂 ", "新疆某某厂", true},
		{FIELD_NAME, "某某(新疆)公司", "某某（新疆）公司", true},
		{FIELD_NAME, "无名木艺加工厂", "无名木艺加工厂", false},
		{FIELD_ADDRESS, "七道湾路１２号", "七道湾路12号", true},
		{FIELD_ADDRESS, "-", NULL, true},
		{FIELD_EQUIPMENT, "切割机2台\n磨床1台", "切割机2台\n磨床1台", false},
		{FIELD_PRODUCTS, "门窗\n家具", "门窗 家具", true},
		{FIELD_CONTACT_PHONE, "0991-1234567", "0991-1234567", false},
		{FIELD_CONTACT_PHONE, "13800000000\n13900000000", "13800000000 13900000000", true},
	};

	check_all(list, COUNT_OF(list));
}

Test(value, what_cannot_be_read_is_refused)
{
	static const struct {
		enum field field;
		const char *text;
	} list[] = {
		{FIELD_HAS_EIA, "正在办理"},
		{FIELD_EMPLOYEES, "十几人"},
		{FIELD_EMPLOYEES, "-3"},
		{FIELD_EMPLOYEES, "2.5"},
		{FIELD_EMPLOYEES, "5-3人"},
		{FIELD_EMPLOYEES, "99999999999999999999"},
		{FIELD_OUTPUT_WAN, "很多"},
		{FIELD_OUTPUT_WAN, "12美元"},
		{FIELD_OUTPUT_WAN, "99999999999999999999"},
		{FIELD_FOUND_ON, "2018-02-30"},
		{FIELD_FOUND_ON, "2018年9月"},
		{FIELD_FOUND_ON, "9/30/2018"},
		{FIELD_FOUND_ON, "12345"},
		{FIELD_RING, "三环"},
		{FIELD_CATEGORY, "脏"},
		{FIELD_PREMISES, "借用"},
		{FIELD_STREET, "长安街道"},
		{FIELD_INDUSTRY_KIND, "天文"},
		{FIELD_CONTACT_PHONE, "302"},
		{FIELD_NAME, "甲木器厂、乙铸造厂、丙公司"},
		{FIELD_NAME, "甲\xff"},
		{FIELD_ID, "650105-000001"},
	};
	struct instance in = instance_new();

	for (size_t i = 0; i < COUNT_OF(list); i++) {
		struct normalised n;

		value_normalise(in.reg, in.arena, list[i].field, list[i].text, &n);
		cr_assert(n.refused && *n.refused && !n.value, "%s “%s” gave “%s”",
			policy_field(list[i].field)->id, list[i].text,
			n.value ? n.value : "(blank)");
	}
	instance_done(&in);
}

Test(value, a_street_is_found_in_a_cell_it_shares_with_its_community)
{
	static const struct {
		const char *text, *code, *community;
		bool changed;
	} list[] = {
		{"七纺街道", "650105001", NULL, false},
		{"650105001", "650105001", NULL, false},
		{"七纺", "650105001", NULL, true},
		{"七纺街道办事处", "650105001", NULL, true},
		{"七纺街道纺织社区", "650105001", "纺织社区", false},
		{"七纺街道 纺织社区", "650105001", "纺织社区", true},
		{"七纺街道（纺织社区）", "650105001", "纺织社区", true},
		{"水磨沟区南湖北路街道\n某社区", "650105007", "某社区", true},
		{"南湖南路街道", "650105006", NULL, false},
	};
	struct instance in = instance_new();

	for (size_t i = 0; i < COUNT_OF(list); i++) {
		struct normalised n;

		value_normalise(in.reg, in.arena, FIELD_STREET, list[i].text, &n);
		cr_assert(str_eq(n.value, list[i].code), "“%s”: %s %s", list[i].text,
			n.value ? n.value : "", n.refused ? n.refused : "");
		cr_assert(str_eq(n.community, list[i].community), "“%s”: %s", list[i].text,
			n.community ? n.community : "");
		cr_assert_eq(n.changed, list[i].changed, "“%s”", list[i].text);
	}
	instance_done(&in);
}

Test(value, a_zone_added_later_is_a_street_too)
{
	struct instance in = instance_new();
	struct unit zone = {.code = "zone-1", .name = "水塔山片区管委会", .kind = "zone"};
	struct normalised n;
	struct err e = {0};

	value_normalise(in.reg, in.arena, FIELD_STREET, "水塔山片区管委会", &n);
	cr_assert(n.refused);
	cr_assert_eq(reg_unit_set(in.reg, &zone, &staff, &e), ERR_OK, "%s", e.message);
	value_normalise(in.reg, in.arena, FIELD_STREET, "水塔山片区管委会", &n);
	cr_assert_str_eq(n.value, "zone-1");
	instance_done(&in);
}

Test(value, writing_a_value_and_reading_it_again_changes_nothing)
{
	static const struct {
		enum field field;
		const char *value;
	} list[] = {{FIELD_HAS_EIA, "yes"}, {FIELD_EMISSIONS_EXCEED, "no"}, {FIELD_RING, "outer"},
		{FIELD_CATEGORY, "luanwu"}, {FIELD_MEASURE, "rectify"}, {FIELD_STREET, "650105003"},
		{FIELD_OUTPUT_WAN, "12.05"}, {FIELD_PREMISES, "自建"}};
	struct instance in = instance_new();

	for (size_t i = 0; i < COUNT_OF(list); i++) {
		struct normalised n;
		const char *text = value_written(in.reg, in.arena, list[i].field, list[i].value);

		value_normalise(in.reg, in.arena, list[i].field, text, &n);
		cr_assert(str_eq(n.value, list[i].value), "%s", text);
		cr_assert_not(n.changed, "%s", text);
	}
	cr_assert_str_eq(value_written(in.reg, in.arena, FIELD_NAME, NULL), "");
	instance_done(&in);
}

Test(value, keys_forget_width_case_and_punctuation)
{
	struct arena *a = arena_new();

	cr_assert_str_eq(value_key(a, "某某（新疆）有限公司"), value_key(a, "某某(新疆) 有限公司"));
	cr_assert_str_eq(value_key(a, "ＡＢＣ厂"), value_key(a, "abc·厂"));
	cr_assert_str_neq(value_key(a, "甲厂"), value_key(a, "乙厂"));
	cr_assert_str_eq(value_key(a, NULL), "");
	arena_free(a);
}

Test(value, the_equipment_summary_names_kinds_and_numbers_never_models)
{
	static const struct {
		const char *text, *summary;
	} list[] = {
		{"切割机2台、喷漆房1间", "切割机2台、喷漆房1间"},
		{"CK6140车床 2台", "车床2台"},
		{"切割机 J3G-400 ×3", "切割机×3"},
		{"车床C6132A1两台\n磨床M7130（2008年）", "车床2台、磨床"},
		{"海天牌注塑机HTF-120/J5 4台", "注塑机4台"},
		{"车床2台；车床3台", "车床5台"},
		{"XK-450", NULL},
		{"空压机3x5", "空压机"},
		{"车床2台 磨床1台", "车床2台、磨床1台"},
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(list); i++) {
		const char *got = value_equipment_summary(a, list[i].text);

		cr_assert(str_eq(got, list[i].summary), "“%s” gave “%s”", list[i].text,
			got ? got : "(none)");
	}
	arena_free(a);
}

/* Whatever a cell holds, the normaliser answers: a value, a blank or a reason. */
Test(value, any_bytes_are_answered)
{
	static const char *const bits[] = {"1", "9", "0", ".", ",", "-", "~", "万", "元", "亿",
		"约", "人", "十", "百", "〇", "年", "月", "日", "（", ")", "、", " ", "\n", "\xff",
		"\xe5", "七纺街道", "社区", "有", "√", "x", "台", "A", "牌", "二环", "内", "散",
		"\xc2\xa0"};
	struct instance in = instance_new();
	uint32_t seed = 20180930;

	for (int round = 0; round < 20000; round++) {
		char text[256] = "";
		struct normalised n;

		for (int i = 0; i < 1 + round % 8; i++) {
			seed = seed * 1664525u + 1013904223u;
			strcat(text, bits[(seed >> 16) % COUNT_OF(bits)]);
		}
		seed = seed * 1664525u + 1013904223u;
		value_normalise(in.reg, in.arena,
			(enum field)(1 + (seed >> 16) % (FIELD_COUNT - 1)), text, &n);
		cr_assert(!(n.refused && n.value), "“%s”", text);
		if (utf8_valid(text, strlen(text), NULL)) {
			(void)value_equipment_summary(in.arena, text);
			(void)value_key(in.arena, text);
		}
		if (round % 64 == 0)
			arena_reset(in.arena);
	}
	instance_done(&in);
}
