/* Where the table begins, and what is no enterprise. */
#include "sheets.h"

#include <string.h>

TestSuite(header, .init = sheets_start, .fini = sheets_stop);

#define HEADINGS \
	"序号,行业,企业名称,企业地址,联系人,联系电话,用工人数,设备型号,产品,产值（万元）," \
	"厂房性质（租赁或自建）," \
	"污染物排放是否超标,是否符合产业政策及当地产业布局规划,有无消防手续,有无环评手续," \
	"有无规划手续,有无工商执照," \
	"安全生产是否有隐患,有无违法违章建筑,是否纳入拆迁范围,整治情况,所属街道社区"

static struct header found_in(const char *name, struct bytes bytes)
{
	struct sheet_book *book = book_of(name, bytes);
	struct header h;
	struct err e = {0};

	cr_assert_eq(header_find(book, &h, &e), ERR_OK, "%s", e.message);
	sheet_close(book);
	return h;
}

static struct err refused(const char *name, struct bytes bytes)
{
	struct sheet_book *book = book_of(name, bytes);
	struct header h;
	struct err e = {0};

	cr_assert_eq(header_find(book, &h, &e), ERR_INPUT);
	sheet_close(book);
	return e;
}

static void says(struct err e, const char *part)
{
	cr_assert(strstr(e.message, part), "no %s in: %s", part, e.message);
}

Test(header, under_titles_over_two_rows_in_the_fourth_sheet)
{
	struct header h = found_in("dirty.xlsx", fixture("dirty.xlsx"));

	cr_assert_eq(h.sheet, 3);
	/* Merged cells bring the upper headings down, so the lower row is whole. */
	cr_assert_eq(h.row, 5);
	for (int f = FIELD_SEQ; f <= FIELD_STREET; f++)
		cr_assert_eq(h.column[f], f - 1, "%s", policy_field((enum field)f)->heading);
	cr_assert_eq(h.column[FIELD_ID], -1);
}

Test(header, widths_brackets_blanks_and_breaks_do_not_matter)
{
	struct header h = found_in(
		"x.csv", text_bytes("关于…的表\n\n序 "
				    "号,行　业,\"企业\n名称\",企业地址,联系人,联系电话：,用工人数,"
				    "设备型号,产品,"
				    "产值(万元),厂房性质(租赁或自建),污染物排放是否超标,"
				    "是否符合产业政策及当地产业布局规划,有无消防手续,"
				    "有无环评手续*,有无规划手续,有无工商执照,安全生产是否有隐患,"
				    "有无违法违章建筑,是否纳入拆迁范围,整治情况,"
				    "所属街道（社区）,编号\n"));

	cr_assert_eq(h.row, 3);
	cr_assert_eq(h.column[FIELD_NAME], 2);
	cr_assert_eq(h.column[FIELD_OUTPUT_WAN], 9);
	cr_assert_eq(h.column[FIELD_STREET], 21);
	cr_assert_eq(h.column[FIELD_ID], 22);
}

Test(header, columns_may_stand_in_another_order_and_the_number_may_lack)
{
	struct header h = found_in("x.csv",
		text_bytes("所属街道社区,整治情况,是否纳入拆迁范围,有无违法违章建筑,"
			   "安全生产是否有隐患,有无工商执照,有无规划手续,"
			   "有无环评手续,有无消防手续,是否符合产业政策及当地产业布局规划,"
			   "污染物排放是否超标,厂房性质,产值（万元）,产品,"
			   "设备型号,用工人数,联系电话,联系人,企业地址,企业名称,行业,备注栏\n"));

	cr_assert_eq(h.column[FIELD_SEQ], -1);
	cr_assert_eq(h.column[FIELD_NAME], 19);
	cr_assert_eq(h.column[FIELD_PREMISES], 11);
}

Test(header, a_group_above_and_its_parts_below_make_one_heading)
{
	struct header h = found_in(
		"x.csv", text_bytes("序号,行业,企业名称,企业地址,联系人,联系电话,用工人数,设备型号,"
				    "产品,产值（万元）,厂房性质（租赁或自建）,"
				    "污染物排放,是否符合产业政策及,有无,,,,安全生产,"
				    "有无违法违章建筑,是否纳入拆迁范围,整治情况,所属街道社区\n"
				    ",,,,,,,,,,,是否超标,当地产业布局规划,消防手续,环评手续,"
				    "规划手续,工商执照,是否有隐患,,,,\n"));

	cr_assert_eq(h.first_row, 1);
	cr_assert_eq(h.row, 2);
	cr_assert_eq(h.column[FIELD_HAS_LICENCE], 16);
	cr_assert_eq(h.column[FIELD_CONFORMS], 12);
}

Test(header, missing_columns_are_named_with_what_stands_there_instead)
{
	struct err e = refused("lacking.xlsx", fixture("lacking.xlsx"));

	says(e, "企业名称、企业地址、有无环评手续");
	says(e, "企业详细地址");
	cr_assert_eq(e.line, 1);
}

Test(header, a_heading_that_stands_twice_is_named_with_both_columns)
{
	struct err e = refused("twice.xlsx", fixture("twice.xlsx"));

	says(e, "企业名称");
	says(e, "C 列和 W 列");
}

Test(header, which_of_two_tables_is_meant_is_not_guessed)
{
	says(refused("two-tables.xlsx", fixture("two-tables.xlsx")), "1月、2月");
}

Test(header, a_hidden_table_is_not_read_but_named)
{
	says(refused("hidden.xlsx", fixture("hidden.xlsx")), "汇总表");
}

Test(header, no_table_names_the_sheets_seen)
{
	says(refused("no-table.xlsx", fixture("no-table.xlsx")), "说明");
	says(refused("x.csv", text_bytes("a,b\n1,2\n")), "没有找到附件2的表头");
}

Test(header, an_empty_form_is_no_second_table)
{
	/* dirty.xlsx has one before the sheet filled in; alone it is the table. */
	cr_assert_eq(found_in("x.csv", text_bytes(HEADINGS "\n")).row, 1);
}

/* ---- rows ----------------------------------------------------------------------------------- */

struct kind_case {
	const char *row;
	enum header_row_kind kind;
};

struct kinds {
	const struct header *header;
	const struct kind_case *cases;
	size_t at;
};

static enum err_code check_kind(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	struct kinds *k = ctx;

	(void)stop;
	(void)e;
	if (row <= k->header->row)
		return ERR_OK;
	cr_assert_eq(header_row_kind(k->header, sheets_arena, cells, count), k->cases[k->at].kind,
		"%s", k->cases[k->at].row);
	k->at++;
	return ERR_OK;
}

Test(header, rows_that_hold_no_enterprise)
{
	static const struct kind_case cases[] = {
		{"1,铸造,样例厂,样例路1号,,,,,,,,否,是,有,有,有,有,否,无,否,,七纺街道",
			ROW_ENTERPRISE},
		{",,样例厂,样例路1号", ROW_ENTERPRISE},
		{",,,样例路1号,,,5", ROW_ENTERPRISE},
		{"合 计,,,,,,40", ROW_TOTAL},
		{",,总计：,,,,40", ROW_TOTAL},
		{"小计,,12,,,,40", ROW_TOTAL},
		{HEADINGS, ROW_HEADING},
		{"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22", ROW_HEADING},
		{"填表人：赵某,,,审核人：钱某,,电话：0991-0000003", ROW_FOOTER},
		{",,填表人：赵某,审核人：钱某", ROW_FOOTER},
		{"备注：一式两份", ROW_FOOTER},
		{"9,其他,说明书印刷厂,样例路9号,,,,,,,,否,是,有,有,有,有,否,无,否,,七纺街道",
			ROW_ENTERPRISE},
		{"10,其他,备注样例厂,样例路9号,,,3", ROW_ENTERPRISE},
	};
	struct buf text;
	struct header h;
	struct err e = {0};
	struct kinds k = {.header = &h, .cases = cases};
	struct sheet_book *book;

	buf_init(&text, 65536);
	buf_str(&text, HEADINGS "\n");
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		buf_printf(&text, "%s\n", cases[i].row);
	book = book_of("x.csv", text_bytes(buf_text(&text)));
	cr_assert_eq(header_find(book, &h, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(sheet_each_row(book, 0, check_kind, &k, &e), ERR_OK);
	cr_assert_eq(k.at, COUNT_OF(cases));
	sheet_close(book);
	buf_done(&text);
}
