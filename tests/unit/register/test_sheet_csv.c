/* The reader of separated text: encodings, separators, guards, rows as a spreadsheet counts them. */
#include "sheets.h"

#include <string.h>

TestSuite(sheet_csv, .init = sheets_start, .fini = sheets_stop);

static const char *rows(const char *name, struct bytes bytes)
{
	struct sheet_book *book = book_of(name, bytes);
	const char *text = rows_of(book, 0);

	sheet_close(book);
	return text;
}

Test(sheet_csv, every_encoding_and_separator_reads_the_same)
{
	static const char *const names[] = {"clean.tsv", "clean-bom.csv", "clean-gb18030.csv"};
	const char *wanted = rows("clean.csv", fixture("clean.csv"));

	cr_assert(strstr(wanted, "2:1|铸造|样例铸造厂|样例路1号|张某|"));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		cr_assert_str_eq(rows(names[i], fixture(names[i])), wanted, "%s", names[i]);
}

Test(sheet_csv, the_sheet_is_named_as_the_file)
{
	struct sheet_book *book = book_of("七纺 1月.csv", text_bytes("a,b\n"));

	cr_assert_str_eq(sheet_name(book, 0), "七纺 1月");
	sheet_close(book);
}

Test(sheet_csv, rows_count_as_a_spreadsheet_shows_them)
{
	cr_assert_str_eq(rows("x.csv", text_bytes("a,b\n\n,,\n\"c\nd\",e\r\nf\n")),
		"1:a|b\n4:c\nd|e\n5:f\n");
}

Test(sheet_csv, the_guard_against_formulas_comes_off)
{
	cr_assert_str_eq(rows("x.csv", text_bytes("'=1+1,'-5,'+86,'@a,''=b,'甲,-3,'\n")),
		"1:=1+1|-5|+86|@a|'=b|'甲|-3|'\n");
}

Test(sheet_csv, tabs_win_where_they_separate)
{
	cr_assert_str_eq(rows("x.csv", text_bytes("a\tb,c\td\n")), "1:a|b,c|d\n");
	cr_assert_str_eq(rows("x.tsv", text_bytes("a,\"b\t\tc\",d\n")), "1:a|b\t\tc|d\n");
}

Test(sheet_csv, what_cannot_be_read_names_its_line)
{
	struct err e = book_error("x.csv", text_bytes("a,b\nc,\"d\n"));

	cr_assert_eq(e.line, 2);
	e = book_error("x.csv", (struct bytes){"a\n\xFF\xFF\n", 5});
	cr_assert_eq(e.line, 2);
	e = book_error("x.csv", (struct bytes){"\xFF\xFE"
					       "a\0",
					4});
	cr_assert(strstr(e.message, "UTF-16"));
}

static enum err_code stop_at_two(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	int *last = ctx;

	(void)cells;
	(void)count;
	(void)e;
	*last = row;
	*stop = row == 2;
	return ERR_OK;
}

Test(sheet_csv, reading_may_end_early_without_an_error)
{
	struct sheet_book *book = book_of("x.csv", text_bytes("a\nb\nc\nd\n"));
	struct err e = {0};
	int last = 0;

	cr_assert_eq(sheet_each_row(book, 0, stop_at_two, &last, &e), ERR_OK);
	cr_assert_eq(last, 2);
	cr_assert_eq(sheet_each_head_row(book, 0, 1, stop_at_two, &last, &e), ERR_OK);
	cr_assert_eq(last, 1);
	sheet_close(book);
}

Test(sheet_csv, random_bytes_are_refused_or_harmless)
{
	char bytes[4096];
	uint32_t random = 11;

	for (int round = 0; round < 200; round++) {
		struct sheet_book *book = NULL;
		struct header header;
		struct err e = {0};

		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525u + 1013904223u;
			bytes[i] = (char)(random >> 24);
		}
		if (sheet_open("x.csv", bytes, sizeof(bytes), NULL, &book, &e) == ERR_OK)
			cr_assert_eq(header_find(book, &header, &e), ERR_INPUT);
		sheet_close(book);
	}
}
