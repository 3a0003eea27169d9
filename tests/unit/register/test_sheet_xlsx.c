/* The reader of .xlsx: what programs write, and what must be refused. */
#include "sheets.h"

#include "register/sheet_xlsx.h"

#include <string.h>

TestSuite(sheet_xlsx, .init = sheets_start, .fini = sheets_stop);

static const char *rows(const char *xml, const char *strings, const char *styles, const char *tail)
{
	struct sheet_book *book = book_of("x.xlsx", xlsx_of(xml, strings, styles, tail));
	const char *text = rows_of(book, 0);

	sheet_close(book);
	return text;
}

Test(sheet_xlsx, a_file_of_libreoffice_gives_its_rows)
{
	struct sheet_book *book = book_of("clean.xlsx", fixture("clean.xlsx"));

	cr_assert_eq(sheet_count(book), 1);
	cr_assert_str_eq(sheet_name(book, 0), "汇总表");
	cr_assert(strstr(rows_of(book, 0),
		"\n5:4#|废塑料加工|无名|样例路与样例巷交叉口东侧|张某|0991-0000001|5#|"));
	sheet_close(book);
}

Test(sheet_xlsx, sheets_stand_in_order_and_hidden_ones_say_so)
{
	struct sheet_book *book = book_of("dirty.xlsx", fixture("dirty.xlsx"));

	cr_assert_eq(sheet_count(book), 4);
	cr_assert_str_eq(sheet_name(book, 1), "旧表");
	cr_assert(sheet_is_hidden(book, 1));
	cr_assert_not(sheet_is_hidden(book, 3));
	cr_assert_str_eq(sheet_name(book, 3), "1月");
	sheet_close(book);
}

Test(sheet_xlsx, every_kind_of_cell_is_text_with_a_hint)
{
	cr_assert_str_eq(
		rows("<row r='2'><c r='A2' t='s'><v>1</v></c><c r='C2'><v>1.38001380E10</v></c>"
		     "<c r='D2' t='b'><v>0</v></c><c r='E2' t='e'><v>#REF!</v></c><c "
		     "t='str'><f>A&amp;B</f><v>ab</v></c>"
		     "<c "
		     "t='inlineStr'><is><r><t>甲</t></r><rPh><t>jia</t></rPh><r><t>乙</t></r></"
		     "is></c></row>",
			"<si><t>零</t></si><si><r><t>一</t></r><r><t>号</t></r><rPh sb='0' "
			"eb='1'><t>yi</t></rPh></si>",
			NULL, NULL),
		"2:一号||13800138000#|FALSE?|#REF!!|ab|甲乙\n");
}

Test(sheet_xlsx, numbers_in_a_day_format_are_days)
{
	const char *styles =
		"<numFmts><numFmt numFmtId='164' formatCode='yyyy\"年\"m\"月\"d\"日\"'/>"
		"<numFmt numFmtId='165' formatCode='0.0\"day\"'/></numFmts>"
		"<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
		"<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf "
		"numFmtId='165'/></cellXfs>";

	cr_assert_str_eq(rows("<row><c s='0'><v>43373</v></c><c s='1'><v>43373</v></c><c "
			      "s='2'><v>43373.75</v></c>"
			      "<c s='3'><v>43373</v></c><c s='1'><v>-5</v></c><c "
			      "t='d'><v>2018-09-30T00:00:00</v></c></row>",
				 NULL, styles, NULL),
		"1:43373#|2018-09-30@|2018-09-30@|43373#|-5#|2018-09-30@\n");
}

Test(sheet_xlsx, formats_are_days_when_they_show_a_day)
{
	static const struct {
		const char *code;
		bool is_day;
	} cases[] = {{"General", false}, {"0.00", false}, {"yyyy-mm-dd", true},
		{"[$-804]yyyy\"年\"m\"月\"", true}, {"[Red]0", false}, {"h:mm:ss", false},
		{"mm:ss", false}, {"m\"月\"", true}, {"0\\d", false}, {"\"y\"0", false},
		{"0;[Red]-d", false}, {"@", false}, {"\"", false}};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_assert_eq(
			xlsx_format_is_day(cases[i].code), cases[i].is_day, "%s", cases[i].code);
}

Test(sheet_xlsx, serial_days_know_the_leap_day_that_never_was)
{
	static const struct {
		double serial;
		bool from_1904;
		const char *day;
	} cases[] = {{1, false, "1900-01-01"}, {59, false, "1900-02-28"}, {61, false, "1900-03-01"},
		{43101, false, "2018-01-01"}, {43101.999, false, "2018-01-01"},
		{41639, true, "2018-01-01"}, {-1, false, NULL}, {1e300, false, NULL},
		{0, false, NULL}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char day[DAY_TEXT_BYTES] = "";
		bool is_day = sheet_serial_day(cases[i].serial, cases[i].from_1904, day);

		cr_assert_eq(is_day, cases[i].day != NULL, "%f", cases[i].serial);
		if (is_day)
			cr_assert_str_eq(day, cases[i].day);
	}
}

Test(sheet_xlsx, escapes_of_the_format_are_taken_off)
{
	cr_assert_str_eq(rows("<row><c t='inlineStr'><is><t>a_x000A_b_x005F_x0041_ "
			      "_x00zz_</t></is></c></row>",
				 NULL, NULL, NULL),
		"1:a\nb_x0041_ _x00zz_\n");
}

Test(sheet_xlsx, merged_blocks_pass_their_text_down_but_not_sideways)
{
	cr_assert_str_eq(
		rows("<row r='1'><c r='A1' t='str'><v>甲</v></c><c r='B1'><v>1</v></c></row>"
		     "<row r='2'><c r='A2'/><c r='B2'><v>2</v></c></row>"
		     "<row r='3'><c r='B3'><v>3</v></c></row><row r='4'><c "
		     "r='B4'><v>4</v></c></row>",
			NULL, NULL,
			"<mergeCells><mergeCell ref=\"A1:A3\"/><mergeCell "
			"ref=\"B1:C1\"/></mergeCells>"),
		"1:甲|1#\n2:甲^|2#\n3:甲^|3#\n4:|4#\n");
}

Test(sheet_xlsx, text_that_looks_like_the_end_of_the_rows_merges_nothing)
{
	cr_assert_str_eq(rows("<row r='1'><c t='str'><v>/sheetData> mergeCell "
			      "ref=\"B1:B2\"</v></c><c><v>7</v></c></row>"
			      "<row r='2'><c><v>1</v></c></row>",
				 NULL, NULL, NULL),
		"1:/sheetData> mergeCell ref=\"B1:B2\"|7#\n2:1#\n");
}

Test(sheet_xlsx, blank_rows_and_columns_past_the_limit_are_left_out)
{
	cr_assert_str_eq(rows("<row r='3'><c r='A3' t='str'><v> 　</v></c></row><row r='9'><c "
			      "r='B9'><v>1</v></c>"
			      "<c r='XFD9'><v>2</v></c></row>",
				 NULL, NULL, NULL),
		"9:|1#\n");
}

Test(sheet_xlsx, prefixes_of_namespaces_do_not_matter)
{
	const char *parts[] = {"_rels/.rels",
		"<p:Relationships xmlns:p='p'><p:Relationship Id='r' Type='x/officeDocument' "
		"Target='/xl/w.xml'/></p:Relationships>",
		"xl/w.xml",
		"<x:workbook xmlns:x='x' xmlns:r='r'><x:workbookPr "
		"date1904='true'/><x:sheets><x:sheet name='a' r:id='s'/></x:sheets></x:workbook>",
		"xl/_rels/w.xml.rels",
		"<Relationships><Relationship Id='s' Type='y/worksheet' "
		"Target='./s.xml'/></Relationships>",
		"xl/s.xml",
		"<x:worksheet "
		"xmlns:x='x'><x:sheetData><x:row><x:c><x:v>5</x:v></x:c></x:row></x:sheetData></"
		"x:worksheet>",
		NULL};
	struct sheet_book *book = book_of("x.xlsx", zip_of(parts));

	cr_assert_str_eq(rows_of(book, 0), "1:5#\n");
	sheet_close(book);
}

/* ---- refused ------------------------------------------------------------------------------- */

static void refused(const char *name, struct bytes bytes, const char *says)
{
	struct err e = book_error(name, bytes);

	cr_assert(strstr(e.message, says), "%s: %s", name, e.message);
}

Test(sheet_xlsx, a_file_with_a_password_says_so)
{
	refused("locked.xlsx", fixture("locked.xlsx"), "有密码保护");
}

Test(sheet_xlsx, other_files_say_what_they_are)
{
	const char *word[] = {"_rels/.rels",
		"<Relationships><Relationship Id='r' Type='x/officeDocument' "
		"Target='word/document.xml'/></Relationships>",
		"word/document.xml", "<w/>", NULL};
	const char *other[] = {"a.txt", "text", NULL};

	refused("clean.ods", fixture("clean.ods"), "OpenDocument");
	refused("x.xlsx", zip_of(word), "文字或演示文稿");
	refused("x.xlsx", zip_of(other), "不是电子表格");
	refused("x.xlsx", text_bytes(""), "空的");
	refused("x.xlsx", text_bytes("%PDF-1.4 abc"), "不是电子表格");
	refused("x.xls", text_bytes("<html><table><tr><td>企业名称</td></tr></table>"), "网页");
	refused("x.xlsx", (struct bytes){"\x89PNG\r\n", 6}, "不是电子表格");
	refused("x.csv", (struct bytes){"a\0b\0c\0", 6}, "不是电子表格");
}

Test(sheet_xlsx, a_truncated_file_is_an_error_wherever_it_ends)
{
	struct bytes whole = fixture("clean.xlsx");

	for (size_t len = 4; len < whole.len; len += 61)
		(void)book_error("x.xlsx", (struct bytes){whole.at, len});
}

Test(sheet_xlsx, a_damaged_file_never_does_worse_than_an_error)
{
	struct bytes whole = fixture("dirty.xlsx");
	char *copy = arena_alloc(sheets_arena, whole.len);
	uint32_t random = 7;

	for (int round = 0; round < 300; round++) {
		struct sheet_book *book = NULL;
		struct header header;
		struct err e = {0};

		memcpy(copy, whole.at, whole.len);
		for (int i = 0; i < 5; i++) {
			random = random * 1664525u + 1013904223u;
			copy[random % whole.len] = (char)(random >> 16);
		}
		if (sheet_open("x.xlsx", copy, whole.len, NULL, &book, &e) == ERR_OK)
			(void)!header_find(book, &header, &e);
		sheet_close(book);
	}
}

Test(sheet_xlsx, a_zip_bomb_is_stopped)
{
	size_t len = (size_t)48 << 20;
	char *zeros = mem_alloc(len + 1);

	memset(zeros, ' ', len);
	zeros[len] = '\0';
	refused("x.xlsx", xlsx_of(zeros, NULL, NULL, NULL), "压缩炸弹");
	free(zeros);
}

Test(sheet_xlsx, a_sheet_of_too_many_cells_is_stopped)
{
	struct bytes bytes =
		xlsx_of("<row><c/><c/><c/></row><row><c/><c/><c/></row>", NULL, NULL, NULL);
	struct sheet_limits limits = {.max_cells = 4};
	struct sheet_book *book = NULL;
	struct header header;
	struct err e = {0};

	cr_assert_eq(sheet_open("x.xlsx", bytes.at, bytes.len, &limits, &book, &e), ERR_OK);
	cr_assert_eq(header_find(book, &header, &e), ERR_INPUT);
	cr_assert(strstr(e.message, "单元格太多"));
	sheet_close(book);
}

Test(sheet_xlsx, entities_of_its_own_are_refused)
{
	const char *parts[] = {"_rels/.rels",
		"<!DOCTYPE a [<!ENTITY b 'c'>]><Relationships><Relationship Id='r' "
		"Type='x/officeDocument' Target='xl/w.xml'/></Relationships>",
		NULL};

	refused("x.xlsx", zip_of(parts), "已损坏");
}

Test(sheet_xlsx, nonsense_inside_is_an_error)
{
	static const char *const sheets[] = {"<row r='5'/><row r='4'/>", "<row r='0'/>",
		"<row r='x'/>", "<row><c t='s'><v>7</v></c></row>",
		"<row><c t='s'><v>-1</v></c></row>", "<row><c></row>", "<row r='99999999999'/>"};

	for (size_t i = 0; i < COUNT_OF(sheets); i++)
		refused("x.xlsx", xlsx_of(sheets[i], NULL, NULL, NULL), "已损坏");
}

Test(sheet_xlsx, deep_nesting_is_an_error)
{
	struct buf deep;

	buf_init(&deep, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_str(&deep, "<a>");
	for (int i = 0; i < 1000; i++)
		buf_str(&deep, "</a>");
	refused("x.xlsx", xlsx_of(buf_text(&deep), NULL, NULL, NULL), "已损坏");
	buf_done(&deep);
}

Test(sheet_xlsx, what_failed_once_fails_again)
{
	struct bytes bytes =
		xlsx_of("<row><c t='s'><v>0</v></c></row>", "<si><t>a</t></si><si>", NULL, NULL);
	struct sheet_book *book = book_of("x.xlsx", bytes);

	for (int i = 0; i < 2; i++) {
		struct header header;
		struct err e = {0};

		cr_assert_eq(header_find(book, &header, &e), ERR_INPUT);
		cr_assert(strstr(e.message, "已损坏"), "%s", e.message);
	}
	sheet_close(book);
}
