/* inspection.c: what may be recorded, who may review it, and what of it is public. */
#include "instance.h"

#include "tianlan/register_supervision.h"

#include <string.h>

static const struct change_note reviewer = {
	.by = "李某", .why = "审核", .at = "2018-02-10T09:00:00+08:00"};

static struct inspection good(void)
{
	return (struct inspection){.kind = "inspection",
		.day = ymd(2018, 2, 1),
		.team = "inspectors",
		.unit = STREET,
		.result = "findings",
		.finding = "两家企业未断电",
		.due = ymd(2018, 2, 20)};
}

static int64_t add(struct instance *in, const struct inspection *i)
{
	struct err e = {0};
	int64_t seq = 0;

	cr_assert_eq(reg_inspection_add(in->reg, i, &staff, &seq, &e), ERR_OK, "%s", e.message);
	return seq;
}

static enum err_code note(struct instance *in, int64_t seq, const char *kind, struct day day,
	const char *text, const struct change_note *by, struct err *e)
{
	*e = (struct err){0};
	return reg_inspection_note(in->reg, seq, kind, day, text, by, e);
}

struct seen {
	struct inspection last;
	char text[200];
	int count;
};

static enum err_code see(void *ctx, const struct inspection *i, struct err *e)
{
	struct seen *s = ctx;

	(void)e;
	s->last = *i;
	s->text[0] = '\0';
	if (i->public_text)
		memcpy(s->text, i->public_text, strlen(i->public_text) + 1);
	s->count++;
	return ERR_OK;
}

static struct seen look(struct instance *in, const char *unit, int64_t enterprise)
{
	struct seen s = {.count = 0};
	struct err e = {0};

	cr_assert_eq(
		reg_inspection_each(in->reg, unit, (struct enterprise_id){enterprise}, see, &s, &e),
		ERR_OK, "%s", e.message);
	return s;
}

Test(inspection, what_is_wrong_is_refused)
{
	struct instance in = instance_new();
	struct inspection bad[12];
	struct err e = {0};
	int64_t seq;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		bad[i] = good();
	bad[0].kind = "visit";
	bad[1].result = "bad";
	bad[2].day = DAY_NONE;
	bad[3].unit = NULL;
	bad[4].team = NULL;
	bad[5].team = "nobody";
	bad[6].unit = "nobody";
	bad[7].finding = " \n";
	bad[8].due = ymd(2018, 1, 31);
	bad[9].doc = "水政办(2018)3号";
	bad[10].enterprise.n = 99;
	bad[11].unit = NULL;
	bad[11].enterprise = enterprise_plain(&in);
	bad[11].result = "criticised";
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_eq(reg_inspection_add(in.reg, &bad[i], &staff, &seq, &e),
			i == 10 ? ERR_NOT_FOUND : ERR_USAGE, "%zu", i);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM inspection"), 0);
	bad[11].result = "findings";
	add(&in, &bad[11]);
	instance_done(&in);
}

Test(inspection, an_inspection_is_internal_until_somebody_else_publishes_it)
{
	struct instance in = instance_new();
	struct inspection i = good();
	struct change_note same = {.by = " 张 三", .at = staff.at};
	int64_t seq, shown;
	struct seen s;
	struct err e;

	i.enterprise = enterprise_plain(&in);
	seq = add(&in, &i);
	shown = query_int(&in, "SELECT count(*) FROM public_change");
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_inspection"), 0);
	cr_assert_eq(
		note(&in, seq, "publish", ymd(2018, 2, 10), "已责成整改", &staff, &e), ERR_REFUSED);
	cr_assert_eq(
		note(&in, seq, "publish", ymd(2018, 2, 10), "已责成整改", &same, &e), ERR_REFUSED);
	cr_assert_eq(note(&in, seq, "withdraw", ymd(2018, 2, 10), "有误", &reviewer, &e),
		ERR_CONFLICT, "nothing is public");
	cr_assert_eq(note(&in, seq, "publish", ymd(2018, 2, 10), NULL, &reviewer, &e), ERR_USAGE);
	cr_assert_eq(note(&in, seq, "publish", ymd(2018, 1, 1), "早", &reviewer, &e), ERR_USAGE);
	cr_assert_eq(note(&in, seq, "publish", ymd(2018, 2, 10), "已责成整改", &reviewer, &e),
		ERR_OK, "%s", e.message);
	s = look(&in, STREET, 0);
	cr_assert(s.last.published);
	cr_assert_str_eq(s.text, "已责成整改");
	cr_assert_str_eq(query_text(&in, "SELECT text FROM public_inspection"), "已责成整改");
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_change WHERE kind='inspection'"
				    " AND enterprise=1"),
		1);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_change"), shown + 1);
	cr_assert_eq(note(&in, seq, "withdraw", ymd(2018, 2, 11), NULL, &reviewer, &e), ERR_USAGE,
		"a withdrawal says why");
	cr_assert_eq(note(&in, seq, "withdraw", ymd(2018, 2, 11), "决定已变更", &reviewer, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_inspection"), 0);
	cr_assert_not(look(&in, STREET, 0).last.published);
	cr_assert_null(look(&in, STREET, 0).last.public_text);
	cr_assert_eq(
		note(&in, seq, "publish", ymd(2018, 2, 12), "更正后的内容", &reviewer, &e), ERR_OK);
	cr_assert_str_eq(query_text(&in, "SELECT text FROM public_inspection"), "更正后的内容");
	instance_done(&in);
}

Test(inspection, a_text_with_a_contact_is_not_published)
{
	struct instance in = instance_new();
	const char *const fields[] = {
		"contact_name", "欧阳建国", "contact_phone", "13912345678", NULL};
	struct inspection i = good();
	int64_t seq = add(&in, &i);
	struct err e;

	enterprise_with(&in, fields);
	cr_assert_eq(note(&in, seq, "publish", ymd(2018, 2, 10), "请与 139-1234-5678 联系",
			     &reviewer, &e),
		ERR_REFUSED);
	cr_assert_not_null(strstr(e.message, "650105-000001"), "%s", e.message);
	cr_assert_null(strstr(e.message, "1234"), "%s", e.message);
	cr_assert_eq(note(&in, seq, "publish", ymd(2018, 2, 10), "欧阳建国签字", &reviewer, &e),
		ERR_REFUSED);
	cr_assert_null(strstr(e.message, "欧阳"), "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM inspection_note"), 0);
	instance_done(&in);
}

Test(inspection, what_was_found_is_put_right_and_what_was_in_order_need_not_be)
{
	struct instance in = instance_new();
	struct inspection i = good(), fine = good();
	int64_t seq = add(&in, &i), other;
	struct err e;

	fine.result = "in-order";
	other = add(&in, &fine);
	cr_assert_eq(
		note(&in, other, "put-right", ymd(2018, 2, 15), NULL, &staff, &e), ERR_CONFLICT);
	cr_assert_eq(note(&in, seq, "put-right", ymd(2018, 2, 15), NULL, &staff, &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(note(&in, 77, "put-right", ymd(2018, 2, 15), NULL, &staff, &e), ERR_NOT_FOUND);
	cr_assert_eq(note(&in, seq, "praise", ymd(2018, 2, 15), NULL, &staff, &e), ERR_USAGE);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_change WHERE kind='inspection'"),
		0, "nothing of it is public");
	cr_assert_eq(look(&in, STREET, 0).count, 2);
	cr_assert_eq(look(&in, "economy", 0).count, 0);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM inspection_note WHERE kind='put-right' AND "
			       "day='2018-02-15'"),
		1);
	instance_done(&in);
}
