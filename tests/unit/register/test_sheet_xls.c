/* The reader of .xls: the library in its child, and what the library leaves out. */
#include "sheets.h"

#include "register/sheet_biff.h"

#include <string.h>

TestSuite(sheet_xls, .init = sheets_start, .fini = sheets_stop);

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

Test(sheet_xls, the_same_workbook_reads_the_same_in_both_formats)
{
	static const char *const names[] = {"clean", "dirty"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct sheet_book *old =
			book_of("x.xls", fixture(arena_printf(sheets_arena, "%s.xls", names[i])));
		struct sheet_book *new =
			book_of("x.xlsx", fixture(arena_printf(sheets_arena, "%s.xlsx", names[i])));

		cr_assert_eq(sheet_count(old), sheet_count(new));
		for (size_t k = 0; k < sheet_count(old); k++) {
			struct header a = {0}, b = {0};
			struct err e = {0};

			cr_assert_str_eq(sheet_name(old, k), sheet_name(new, k));
			cr_assert_eq(sheet_is_hidden(old, k), sheet_is_hidden(new, k));
			cr_assert_eq(header_find(old, &a, &e), ERR_OK, "%s", e.message);
			cr_assert_eq(header_find(new, &b, &e), ERR_OK, "%s", e.message);
			cr_assert_eq(memcmp(&a, &b, sizeof(a)), 0);
		}
		sheet_close(old);
		sheet_close(new);
	}
}

Test(sheet_xls, formulas_booleans_days_and_merged_blocks_are_there)
{
	struct sheet_book *book = book_of("dirty.xls", fixture("dirty.xls"));
	const char *rows = rows_of(book, 3);

	cr_assert(has(rows, "\n7:2#|家具|样例木器"), "a formula's number: %s", rows);
	cr_assert(has(rows, "|FALSE?|"), "a boolean: %s", rows);
	cr_assert(has(rows, "2018-09-30@"), "a day: %s", rows);
	cr_assert(has(rows, "七纺街道纺织社区^"), "a merged block: %s", rows);
	sheet_close(book);
}

Test(sheet_xls, a_truncated_file_is_an_error)
{
	struct bytes whole = fixture("clean.xls");

	for (size_t len = 8; len < whole.len; len += 1024)
		(void)book_error("x.xls", (struct bytes){whole.at, len});
}

Test(sheet_xls, a_damaged_file_costs_the_child_only)
{
	struct bytes whole = fixture("dirty.xls");
	char *copy = arena_alloc(sheets_arena, whole.len);
	uint32_t random = 3;

	for (int round = 0; round < 60; round++) {
		struct sheet_book *book = NULL;
		struct header header;
		struct err e = {0};

		memcpy(copy, whole.at, whole.len);
		for (int i = 0; i < 8; i++) {
			random = random * 1664525u + 1013904223u;
			copy[random % whole.len] = (char)(random >> 16);
		}
		if (sheet_open("x.xls", copy, whole.len, NULL, &book, &e) == ERR_OK)
			(void)!header_find(book, &header, &e);
		else
			cr_assert_eq(e.code, ERR_INPUT, "%s", e.message);
		sheet_close(book);
	}
}

/* FILEPASS in place of a record that says nothing: what an encrypted workbook begins with. */
Test(sheet_xls, a_workbook_with_a_password_says_so)
{
	struct bytes whole = fixture("clean.xls");
	char *copy = arena_alloc(sheets_arena, whole.len);
	struct err e;
	char *record = NULL;

	memcpy(copy, whole.at, whole.len);
	record = memmem(copy, whole.len, "\x42\x00\x02\x00", 4); /* CODEPAGE */
	cr_assert_not_null(record);
	record[0] = 0x2F;
	e = book_error("x.xls", (struct bytes){copy, whole.len});
	cr_assert(strstr(e.message, "有密码保护"), "%s", e.message);
}

Test(sheet_xls, other_ole_files_say_what_they_are)
{
	struct bytes whole = fixture("clean.xls");
	char *copy = arena_alloc(sheets_arena, whole.len);
	struct err e;

	memset(copy, 0, whole.len);
	memcpy(copy, whole.at, 8);
	e = book_error("x.xls", (struct bytes){copy, whole.len});
	cr_assert(strstr(e.message, "没有找到工作簿"), "%s", e.message);
	memcpy(copy + 600, "W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0", 24);
	e = book_error("x.doc", (struct bytes){copy, whole.len});
	cr_assert(strstr(e.message, "文字或演示文稿"), "%s", e.message);
}

Test(sheet_xls, a_chain_of_sectors_in_a_circle_ends)
{
	struct bytes whole = fixture("clean.xls");
	char *copy = arena_alloc(sheets_arena, whole.len);
	struct biff_book *biff = arena_alloc(sheets_arena, sizeof(*biff));

	memcpy(copy, whole.at, whole.len);
	/* Every entry of the FAT points at sector 0. */
	memset(copy + 512 + 512 * (size_t)(unsigned char)copy[76], 0, 512);
	cr_assert_not(biff_open(biff, sheets_arena, copy, whole.len));
}
