#include "tianlan/register_supervision.h"

#include "instance.h"

#include "register/applicant.h"

#include <string.h>

static struct enterprise_id firm(
	struct instance *in, const char *name, const char *address, const char *phone)
{
	const char *const fields[] = {
		"name", name, "address", address, "contact_phone", phone, NULL};

	return enterprise_with(in, fields);
}

struct found {
	const struct applicant_match *match;
	size_t count;
};

static struct found ask(struct instance *in, const char *name, const char *address)
{
	struct found f;
	struct err e = {0};

	cr_assert_eq(reg_applicant(in->reg, name, address, ymd(2018, 6, 1), in->arena, &f.match,
			     &f.count, &e),
		ERR_OK, "%s", e.message);
	return f;
}

static bool says(const char *const *list, const char *text)
{
	for (; *list; list++)
		if (strstr(*list, text))
			return true;
	return false;
}

/* ---- folding ------------------------------------------------------------------------------------------------- */

Test(applicant, names_are_compared_without_place_and_legal_form)
{
	static const struct {
		const char *a, *b;
		enum text_likeness like;
	} rows[] = {
		{"宏达木艺加工厂", "乌鲁木齐市水磨沟区宏达木艺有限公司", TEXT_SAME},
		{"宏达木艺", "宏达木艺店", TEXT_SAME},
		{"宏达木艺有限责任公司", "宏达木艺有限公司", TEXT_SAME},
		{"ＨＤ木艺（加工部）", "hd木艺", TEXT_SAME},
		{"宏达木艺㈱", "宏达木艺", TEXT_NEAR},
		{"\xef\xa4\x82"
		 "行宏达",
			"車行宏达", TEXT_SAME}, /* U+F902 */
		{"宏达木艺", "鸿达木艺", TEXT_NEAR},
		{"宏达木艺", "宏达家具", TEXT_OTHER},
		{"木艺店", "木艺厂", TEXT_NEAR},
		{"木艺店", "木艺店", TEXT_SAME},
		{"无名木艺加工厂", "无名木艺加工厂", TEXT_OTHER},
		{"第3木艺厂家具", "第5木艺厂家具", TEXT_OTHER},
		{"", "", TEXT_OTHER},
		{"公司", "厂", TEXT_OTHER},
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct folded x, y;

		applicant_fold_name(a, rows[i].a, &x);
		applicant_fold_name(a, rows[i].b, &y);
		cr_assert_eq(applicant_name_likeness(&x, &y), rows[i].like, "row %zu: %s, %s", i,
			x.core, y.core);
	}
	arena_free(a);
}

Test(applicant, addresses_are_compared_without_district_and_street)
{
	struct instance in = instance_new();
	struct folded x, y, z;
	size_t count;
	const struct street *streets = reg_streets(in.reg, &count);

	applicant_fold_address(
		in.arena, "乌鲁木齐市水磨沟区七纺街道 温泉北路１２号", streets, count, &x);
	applicant_fold_address(in.arena, "温泉北路12号", streets, count, &y);
	applicant_fold_address(in.arena, "温泉北路21号", streets, count, &z);
	cr_assert_eq(applicant_address_likeness(&x, &y), TEXT_SAME);
	cr_assert_eq(applicant_address_likeness(&x, &z), TEXT_OTHER, "another number");
	instance_done(&in);
}

/* ---- reasons ------------------------------------------------------------------------------------------------- */

static void put_in_order(struct instance *in, struct enterprise_id id)
{
	set_field(in, id, "category", "乱");
	set_field(in, id, "ring", "outer");
	event_on(in, id, EVENT_ORDERED, ymd(2018, 1, 10));
}

Test(applicant, what_is_not_finished_or_overdue_is_refused_with_its_clause)
{
	struct instance in = instance_new();
	struct enterprise_id id = firm(&in, "宏达木艺加工厂", "温泉北路12号", "0991-1234567");
	struct found f;

	put_in_order(&in, id);
	f = ask(&in, "宏达木艺有限公司", NULL);
	cr_assert_eq(f.count, 1);
	cr_assert(f.match[0].exact);
	cr_assert(says(f.match[0].refuse, "四、（二）"));
	cr_assert(says(f.match[0].refuse, "2018年4月10日"), "three months after the order, missed");
	cr_assert(says(f.match[0].refuse, "52"), "days over on 1 June");
	instance_done(&in);
}

Test(applicant, one_that_finished_is_not_refused)
{
	struct instance in = instance_new();
	struct enterprise_id id = firm(&in, "宏达木艺加工厂", "温泉北路12号", "0991-1234567");
	struct found f;

	put_in_order(&in, id);
	event_on(&in, id, EVENT_ACCEPTANCE_ASKED, ymd(2018, 2, 1));
	event_on(&in, id, EVENT_ACCEPTED, ymd(2018, 2, 2));
	event_on(&in, id, EVENT_PENALISED, ymd(2018, 2, 3));
	f = ask(&in, "宏达木艺", "温泉北路12号");
	cr_assert_eq(f.count, 1);
	cr_assert_null(f.match[0].refuse[0], "%s", f.match[0].refuse[0]);
	cr_assert(says(f.match[0].look, "处罚"));
	cr_assert(says(f.match[0].look, "销号"));
	instance_done(&in);
}

Test(applicant, closed_at_the_address_and_relapsed_are_refused)
{
	struct instance in = instance_new();
	struct enterprise_id id = firm(&in, "宏达木艺加工厂", "温泉北路12号", "0991-1234567");
	struct found f;

	put_in_order(&in, id);
	event_on(&in, id, EVENT_CLOSED, ymd(2018, 2, 1));
	f = ask(&in, NULL, "水磨沟区温泉北路12号");
	cr_assert(says(f.match[0].refuse, "关停取缔"));
	f = ask(&in, "宏达木艺", "河马泉路8号");
	cr_assert_null(f.match[0].refuse[0]);
	cr_assert(says(f.match[0].look, "换址"));
	cr_assert(says(f.match[0].look, "地址与登记地址不同"));
	event_on(&in, id, EVENT_RELAPSED, ymd(2018, 4, 1));
	f = ask(&in, "宏达木艺", "河马泉路8号");
	cr_assert(says(f.match[0].refuse, "死灰复燃"));
	cr_assert(says(f.match[0].refuse, "2018年4月1日"));
	instance_done(&in);
}

Test(applicant, an_open_penalty_is_refused_and_a_corrected_one_is_forgotten)
{
	struct instance in = instance_new();
	struct enterprise_id id = firm(&in, "宏达木艺加工厂", "温泉北路12号", "0991-1234567");
	struct task task = {.enterprise = id,
		.kind = "punish",
		.unit = "environment",
		.asked_on = ymd(2018, 3, 1),
		.due = DAY_NONE,
		.done_on = DAY_NONE};
	struct event_new correction = {
		.kind = EVENT_CORRECTION, .day = ymd(2018, 3, 2), .note = "录错"};
	struct found f;
	struct err e = {0};
	int64_t seq;

	put_in_order(&in, id);
	event_on(&in, id, EVENT_ACCEPTED, ymd(2018, 2, 2));
	correction.corrects = event_on(&in, id, EVENT_PENALISED, ymd(2018, 2, 3));
	cr_assert_eq(reg_event_add(in.reg, id, &correction, &staff, &seq, &e), ERR_OK);
	f = ask(&in, "宏达木艺", NULL);
	cr_assert_null(f.match[0].refuse[0]);
	cr_assert_not(says(f.match[0].look, "受过处罚"));
	cr_assert_eq(reg_task_add(in.reg, &task, &staff, &seq, &e), ERR_OK);
	f = ask(&in, "宏达木艺", NULL);
	cr_assert(says(f.match[0].refuse, "行政处罚尚未办结"));
	cr_assert_eq(reg_task_done(in.reg, seq, ymd(2018, 3, 9), &staff, &e), ERR_OK);
	f = ask(&in, "宏达木艺", NULL);
	cr_assert_null(f.match[0].refuse[0]);
	instance_done(&in);
}

Test(applicant, another_name_at_the_address_and_a_near_name_are_to_be_looked_at)
{
	struct instance in = instance_new();
	struct enterprise_id id = firm(&in, "宏达木艺加工厂", "温泉北路12号", "0991-1234567");
	struct found f;

	put_in_order(&in, id);
	f = ask(&in, "永兴铸造厂", "温泉北路12号");
	cr_assert_eq(f.count, 1);
	cr_assert(f.match[0].exact);
	cr_assert_null(
		f.match[0].refuse[0], "not the applicant's own record: %s", f.match[0].refuse[0]);
	cr_assert(says(f.match[0].look, "另一名称"));
	cr_assert(says(f.match[0].look, "整改未完成"));
	f = ask(&in, "鸿达木艺", NULL);
	cr_assert_eq(f.count, 1);
	cr_assert_not(f.match[0].exact);
	cr_assert_null(f.match[0].refuse[0]);
	cr_assert(says(f.match[0].look, "名称相近"));
	f = ask(&in, "永兴铸造厂", "河马泉路8号");
	cr_assert_eq(f.count, 0);
	instance_done(&in);
}

Test(applicant, exact_ones_come_first_then_near_ones_by_id)
{
	struct instance in = instance_new();
	struct found f;

	firm(&in, "鸿达木艺", "东路1号", "0991-1234561");
	firm(&in, "宏达木艺店", "西路1号", "0991-1234562");
	firm(&in, "洪达木艺", "南路1号", "0991-1234563");
	firm(&in, "宏达木艺厂", "北路1号", "0991-1234564");
	f = ask(&in, "宏达木艺", NULL);
	cr_assert_eq(f.count, 4);
	cr_assert_eq(f.match[0].id.n, 2);
	cr_assert_eq(f.match[1].id.n, 4);
	cr_assert_eq(f.match[2].id.n, 1);
	cr_assert_eq(f.match[3].id.n, 3);
	instance_done(&in);
}

Test(applicant, the_same_telephone_is_told_and_never_shown)
{
	struct instance in = instance_new();
	struct enterprise_id other;
	struct found f;
	char id[ENTERPRISE_ID_BYTES];

	firm(&in, "宏达木艺", "东路1号", "0991-1234567 / 13900000001");
	other = firm(&in, "永兴铸造厂", "西路1号", "１３９０００００００１");
	firm(&in, "第三家具厂", "南路1号", "13900000002");
	firm(&in, "第四家具厂", "北路1号", "无");
	f = ask(&in, "宏达木艺", NULL);
	cr_assert_eq(f.count, 1);
	cr_assert(says(f.match[0].look, "联系电话相同"));
	cr_assert(says(f.match[0].look, reg_id_text(in.reg, other, id)));
	cr_assert_not(says(f.match[0].look, "第三家具厂"));
	cr_assert_not(says(f.match[0].look, "1390000"));
	cr_assert_not(says(f.match[0].look, "1234567"));
	instance_done(&in);
}

Test(applicant, withdrawn_records_give_no_reason)
{
	struct instance in = instance_new();
	struct enterprise_id id = firm(&in, "宏达木艺加工厂", "温泉北路12号", "0991-1234567");
	struct found f;

	put_in_order(&in, id);
	event_on(&in, id, EVENT_WITHDRAWN, ymd(2018, 2, 1));
	f = ask(&in, "宏达木艺", "温泉北路12号");
	cr_assert_eq(f.count, 1);
	cr_assert_null(f.match[0].refuse[0]);
	cr_assert(says(f.match[0].look, "撤销"));
	instance_done(&in);
}

Test(applicant, a_question_without_name_and_address_is_none)
{
	struct instance in = instance_new();
	const struct applicant_match *m;
	struct err e = {0};
	size_t count;

	cr_assert_eq(reg_applicant(in.reg, NULL, NULL, ymd(2018, 1, 1), in.arena, &m, &count, &e),
		ERR_USAGE);
	cr_assert_eq(
		reg_applicant(in.reg, " （） ", NULL, ymd(2018, 1, 1), in.arena, &m, &count, &e),
		ERR_USAGE);
	cr_assert_eq(reg_applicant(in.reg, "\xff", NULL, ymd(2018, 1, 1), in.arena, &m, &count, &e),
		ERR_USAGE);
	instance_done(&in);
}
