#include "sheets.h"

#include <minizip/zip.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct arena *sheets_arena;

void sheets_start(void)
{
	sheets_arena = arena_new();
}

void sheets_stop(void)
{
	arena_free(sheets_arena);
}

static struct bytes read_bytes(const char *path)
{
	struct buf bytes;
	struct err e = {0};
	char *copy;

	buf_init(&bytes, (size_t)1 << 30);
	cr_assert_eq(
		file_read(path, (size_t)1 << 30, &bytes, &e), ERR_OK, "%s: %s", path, e.message);
	copy = arena_alloc(sheets_arena, bytes.len + 1);
	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	struct bytes all = {copy, bytes.len};
	buf_done(&bytes);
	return all;
}

struct bytes fixture(const char *name)
{
	return read_bytes(arena_printf(sheets_arena, "tests/fixtures/sheets/%s", name));
}

struct bytes text_bytes(const char *text)
{
	return (struct bytes){text, strlen(text)};
}

struct bytes zip_of(const char *const *parts)
{
	char path[] = "/tmp/sheets-test-XXXXXX";
	int fd = mkstemp(path);
	zipFile zip;

	cr_assert(fd >= 0);
	close(fd);
	zip = zipOpen64(path, APPEND_STATUS_CREATE);
	cr_assert_not_null(zip);
	for (; *parts; parts += 2) {
		zip_fileinfo info = {0};

		cr_assert_eq(zipOpenNewFileInZip64(zip, parts[0], &info, NULL, 0, NULL, 0, NULL,
				     Z_DEFLATED, 6, 1),
			ZIP_OK);
		cr_assert_eq(
			zipWriteInFileInZip(zip, parts[1], (unsigned)strlen(parts[1])), ZIP_OK);
		cr_assert_eq(zipCloseFileInZip(zip), ZIP_OK);
	}
	cr_assert_eq(zipClose(zip, NULL), ZIP_OK);
	struct bytes all = read_bytes(path);
	unlink(path);
	return all;
}

#define RELATION "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

struct bytes xlsx_of(const char *rows, const char *strings, const char *styles, const char *tail)
{
	const char *parts[] = {"_rels/.rels",
		"<Relationships><Relationship Id='r' Type='" RELATION
		"officeDocument' Target='xl/workbook.xml'/></Relationships>",
		"xl/workbook.xml",
		"<workbook xmlns:r='x'><sheets><sheet name='表' sheetId='1' "
		"r:id='a'/></sheets></workbook>",
		"xl/_rels/workbook.xml.rels",
		"<Relationships><Relationship Id='a' Type='" RELATION
		"worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='b' Type='" RELATION
		"sharedStrings' Target='/xl/sharedStrings.xml'/><Relationship Id='c' "
		"Type='" RELATION "styles' Target='styles.xml'/></Relationships>",
		"xl/worksheets/sheet1.xml",
		arena_printf(sheets_arena, "<worksheet><sheetData>%s</sheetData>%s</worksheet>",
			rows, tail ? tail : ""),
		"xl/sharedStrings.xml",
		arena_printf(sheets_arena, "<sst>%s</sst>", strings ? strings : ""),
		"xl/styles.xml",
		arena_printf(sheets_arena, "<styleSheet>%s</styleSheet>", styles ? styles : ""),
		NULL};

	return zip_of(parts);
}

struct sheet_book *book_of(const char *name, struct bytes bytes)
{
	struct sheet_book *book = NULL;
	struct err e = {0};

	cr_assert_eq(sheet_open(name, bytes.at, bytes.len, NULL, &book, &e), ERR_OK, "%s: %s", name,
		e.message);
	return book;
}

static enum err_code ignore_row(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	(void)ctx;
	(void)row;
	(void)cells;
	(void)count;
	(void)stop;
	(void)e;
	return ERR_OK;
}

struct err book_error(const char *name, struct bytes bytes)
{
	struct sheet_book *book = NULL;
	struct err e = {0};
	enum err_code code = sheet_open(name, bytes.at, bytes.len, NULL, &book, &e);

	if (code == ERR_OK)
		code = sheet_each_row(book, 0, ignore_row, NULL, &e);
	sheet_close(book);
	cr_assert_eq(code, ERR_INPUT, "%s: opened, or failed otherwise (%d)", name, (int)code);
	cr_assert_eq(e.code, ERR_INPUT);
	cr_assert_str_eq(e.file, name);
	return e;
}

static enum err_code dump_row(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	static const char *const marks[] = {"", "#", "@", "?", "!"};
	struct buf *out = ctx;

	(void)stop;
	(void)e;
	buf_printf(out, "%d:", row);
	for (size_t i = 0; i < count; i++) {
		cr_assert_eq(strlen(cells[i].text), cells[i].len);
		buf_printf(out, "%s%s%s%s", i ? "|" : "", cells[i].text,
			*cells[i].text ? marks[cells[i].type] : "", cells[i].merged ? "^" : "");
	}
	buf_char(out, '\n');
	return ERR_OK;
}

const char *rows_of(struct sheet_book *book, size_t index)
{
	struct buf out;
	struct err e = {0};
	const char *copy;

	buf_init(&out, 1 << 20);
	cr_assert_eq(sheet_each_row(book, index, dump_row, &out, &e), ERR_OK, "%s", e.message);
	copy = buf_dup(&out, sheets_arena);
	buf_done(&out);
	return copy;
}
