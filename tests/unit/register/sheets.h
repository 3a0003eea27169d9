/*
 * What the tests of sheets share: the fixtures, workbooks made by hand, and rows as text to compare.
 */
#ifndef TESTS_REGISTER_SHEETS_H
#define TESTS_REGISTER_SHEETS_H

#include "register/header.h"
#include "register/import.h"
#include "register/sheet.h"

#include <criterion/criterion.h>

extern struct arena *sheets_arena; /* made and freed by the suite */
void sheets_start(void);
void sheets_stop(void);

struct bytes {
	const char *at;
	size_t len;
};
struct bytes fixture(const char *name); /* of tests/fixtures/sheets */
struct bytes text_bytes(const char *text);

/* A zip of pairs path, content, ended by NULL. */
struct bytes zip_of(const char *const *parts);
/* A workbook of one sheet 表: the rows of sheetData; strings, styles and tail (after sheetData) may be NULL. */
struct bytes xlsx_of(const char *rows, const char *strings, const char *styles, const char *tail);

/* Must open. */
struct sheet_book *book_of(const char *name, struct bytes bytes);
/* Must not open, or its first sheet cannot be read: the error. */
struct err book_error(const char *name, struct bytes bytes);
/* Rows as "4:甲|5#|TRUE?|2018-09-30@": # number, ? boolean, @ day, ! error, ^ from a merged block. One line each. */
const char *rows_of(struct sheet_book *book, size_t index);

#endif
