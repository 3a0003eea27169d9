/* text_check.c: what of class NEVER a text holds, however it is written, and what is no such thing. */
#include "instance.h"

#include "tianlan/register_supervision.h"

#include <string.h>

/* NULL: nothing was found. */
static const char *check(struct instance *in, const char *text)
{
	const char *what = "?";
	struct err e = {0};

	cr_assert_eq(reg_text_check(in->reg, text, in->arena, &what, &e), ERR_OK, "%s", e.message);
	return what;
}

static void contact(struct instance *in, const char *name, const char *phone)
{
	const char *const fields[] = {
		"contact_name", name, phone ? "contact_phone" : NULL, phone, NULL};

	enterprise_with(in, fields);
}

static struct instance filled(void)
{
	struct instance in = instance_new();
	struct unit u = {
		.code = STREET, .liaison_name = "阿不都拉·艾力", .liaison_phone = "0991-4681234"};
	struct err e = {0};

	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_OK, "%s", e.message);
	contact(&in, "王建国", "13912345678");
	contact(&in, "高明", "0991-3612345");
	contact(&in, "负责人", "4612345");
	contact(&in, "李四、赵六（经理）", "0991-5551234 13800001111");
	contact(&in, "Tom", "15900009999转8001");
	return in;
}

Test(text_check, what_is_found_and_what_is_not)
{
	static const struct {
		const char *text;
		bool found;
	} rows[] = {
		/* telephones */
		{"联系电话13912345678", true},
		{"139 1234 5678", true},
		{"139-1234-5678", true},
		{"１３９１２３４５６７８", true},
		{"139.1234．5678", true},
		{"一三九一二三四五六七八", true},
		{"+86 13912345678", true},
		{"8613912345678", true},
		{"编号99139123456780号", true},
		{"1391234567", false},
		{"139，1234，5678", false},
		{"3612345", true},
		{"0991-3612345", true},
		{"（0991）3612345", true},
		{"09913612345", true},
		{"编号361234567", false},
		{"12361234500", false},
		{"电话4612345。", true},
		{"5551234", true},
		{"13800001111", true},
		{"15900009999", true},
		{"壹叁玖壹贰叁肆伍陆柒捌", true},
		{"幺三九幺二三四五六七八", true},
		{"①③⑨①②③④⑤⑥⑦⑧", true},
		{"𝟏𝟑𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", true},
		{"l39I2345678", true},
		{"l 3800OOllll", true},
		{"电话No3612345", true},
		{"尾号5678的号码", true},
		{"尾号为“5678”", true},
		{"尾号〇五五六七八", false},
		{"末四位一一一一", true},
		{"尾号5679", false},
		{"尾号678", false},
		{"编号5678", false},
		{"650105-000123，水政办〔2017〕67号，2018-01-05", false},
		/* names of three characters and more */
		{"经查，王建国擅自恢复生产", true},
		{"王 建 国", true},
		{"王建\n国", false},
		{"王建，国", false},
		{"阿不都拉·艾力说", true},
		{"阿不都拉艾力说", true},
		{"阿不都拉，到场", true},
		/* names of two */
		{"高明的做法值得推广", false},
		{"技术高明，整改到位", false},
		{"负责人高明承诺停产", true},
		{"高明先生到场", true},
		{"企业（高明）已停产", true},
		{"高明表示停产", true},
		{"由高明：签字", true},
		{"对赵六、李四的处理", true},
		/* no names */
		{"企业负责人到场", false},
		{"the tomb", false},
		{"ask Tom now", true},
		{"\xff 13912345678", true},
		{"", false},
		{"两断三清已经完成，设备拆除 12 台", false},
	};
	struct instance in = filled();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *what = check(&in, rows[i].text);

		cr_assert_eq(what != NULL, rows[i].found, "“%s”: %s", rows[i].text,
			what ? what : "nothing");
	}
	instance_done(&in);
}

Test(text_check, it_says_of_what_kind_and_whose_and_never_the_value)
{
	struct instance in = filled();
	const char *what = check(&in, "找王建国");

	cr_assert_not_null(strstr(what, "联系人姓名"));
	cr_assert_not_null(strstr(what, "650105-000001"));
	cr_assert_null(strstr(what, "王建国"));
	what = check(&in, "13912345678");
	cr_assert_not_null(strstr(what, "联系电话"));
	cr_assert_null(strstr(what, "139"));
	what = check(&in, "4681234");
	cr_assert_not_null(strstr(what, "联络员电话"));
	cr_assert_not_null(strstr(what, "七纺街道"));
	instance_done(&in);
}

Test(text_check, seven_digits_that_are_a_date_are_one)
{
	struct instance in = instance_new();

	contact(&in, "甲乙丙", "2018130");
	contact(&in, "丁戊己", "20180105");
	cr_assert_null(check(&in, "2018.1.30 已整改"));
	cr_assert_null(check(&in, "2018-01-05 已整改"));
	cr_assert_null(check(&in, "20180105"));
	cr_assert_not_null(check(&in, "电话 2018130"));
	instance_done(&in);
}

Test(text_check, the_public_name_of_a_firm_may_hold_its_owners)
{
	struct instance in = instance_new();
	const char *const fields[] = {"name", "王建国木艺加工厂", "contact_name", "王建国", NULL};

	enterprise_with(&in, fields);
	cr_assert_null(check(&in, "王建国木艺加工厂已经关停"));
	cr_assert_not_null(check(&in, "王建国木艺加工厂已经关停，王建国签字"));
	cr_assert_not_null(check(&in, "王建国木艺厂"));
	instance_done(&in);
}

Test(text_check, a_number_in_the_cell_of_the_name_is_found_too)
{
	struct instance in = instance_new();

	contact(&in, "张老板13711112222", NULL);
	cr_assert_not_null(check(&in, "13711112222"));
	instance_done(&in);
}
