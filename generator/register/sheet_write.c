/*
 * Tables to .xlsx and .csv. See sheet_write.h.
 *
 * Cells are written as text or number, never as a formula; names of worksheets are cut to what the format allows. What the
 * writer keeps aside lies in the target's own folder, never in a shared one.
 */
#include "register/sheet_write.h"

#include "register/register_internal.h"

#include "tianlan/markup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define CSV_MAX_BYTES ((size_t)256 << 20)
#define NAME_MAX_CHARS 31

static bool ends_in(const char *path, const char *ending)
{
	size_t n = strlen(path), k = strlen(ending);

	return n > k && strcasecmp(path + n - k, ending) == 0;
}

/* ---- .csv ------------------------------------------------------------------------------------------ */

static void put_table(struct buf *out, const struct sheet_table *t)
{
	csv_field(out, true, t->title);
	csv_end_row(out);
	if (t->line) {
		csv_field(out, true, t->line);
		csv_end_row(out);
	}
	for (size_t c = 0; c < t->column_count; c++)
		csv_field(out, c == 0, t->columns[c].heading);
	csv_end_row(out);
	for (size_t i = 0; i < t->row_count; i++) {
		for (size_t c = 0; c < t->column_count; c++) {
			const char *cell = t->cells[i * t->column_count + c];

			csv_field(out, c == 0, cell ? cell : "");
		}
		csv_end_row(out);
	}
}

static enum err_code write_csv(
	const char *path, const struct sheet_table *tables, size_t count, struct err *e)
{
	struct buf out;
	enum err_code code = ERR_OK;

	buf_init(&out, CSV_MAX_BYTES);
	buf_str(&out, "\xEF\xBB\xBF");
	for (size_t i = 0; i < count; i++) {
		if (i)
			csv_end_row(&out);
		put_table(&out, &tables[i]);
	}
	if (out.overflow)
		code = err_set(e, ERR_SYSTEM, T("表格过大", "the sheet is too large"));
	else
		code = file_write_durable(path, buf_text(&out), out.len, e);
	buf_done(&out);
	return code;
}

/* ---- .xlsx ------------------------------------------------------------------------------------------- */

/* ST_Xstring: a text that looks like an escape (_x0041_) has its underscore escaped. */
static const char *xlsx_text(struct arena *a, const char *text)
{
	struct buf out;
	char *copy;

	if (!strstr(text, "_x"))
		return text;
	buf_init(&out, strlen(text) * 8 + 1);
	for (const char *p = text; *p; p++)
		if (p[0] == '_' && p[1] == 'x')
			buf_str(&out, "_x005F_");
		else
			buf_char(&out, *p);
	copy = buf_dup(&out, a);
	buf_done(&out);
	return copy;
}

/* Without what the format forbids in the name of a worksheet, and not too long. */
static const char *sheet_name(struct arena *a, const char *name)
{
	const char *end = name + strlen(name);
	struct buf out;
	char *copy;

	buf_init(&out, strlen(name) + 2);
	for (int n = 0; n < NAME_MAX_CHARS && name < end; n++) {
		uint32_t c;
		size_t used = utf8_decode(name, end, &c);

		if (!used)
			break;
		if (used == 1 && strchr("[]:*?/\\'", *name))
			buf_char(&out, '-');
		else
			buf_add(&out, name, used);
		name += used;
	}
	copy = buf_dup(&out, a);
	buf_done(&out);
	return copy;
}

static lxw_format *bordered(lxw_workbook *book, bool heading)
{
	lxw_format *f = workbook_add_format(book);

	format_set_text_wrap(f);
	format_set_border(f, LXW_BORDER_THIN);
	format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
	if (heading) {
		format_set_bold(f);
		format_set_align(f, LXW_ALIGN_CENTER);
	}
	return f;
}

struct book {
	lxw_workbook *book;
	lxw_format *title, *heading, *cell;
	struct arena *arena;
};

static lxw_error put_cell(const struct book *b, lxw_worksheet *sheet, lxw_row_t row,
	lxw_col_t column, const char *text, bool number)
{
	if (!text || !*text)
		return worksheet_write_blank(sheet, row, column, b->cell);
	if (number && text[strspn(text, "0123456789")] == '\0')
		return worksheet_write_number(sheet, row, column, strtod(text, NULL), b->cell);
	return worksheet_write_string(sheet, row, column, xlsx_text(b->arena, text), b->cell);
}

static lxw_error put_head(const struct book *b, lxw_worksheet *sheet, const struct sheet_table *t)
{
	lxw_error error = worksheet_write_string(sheet, 0, 0, t->title, b->title);

	if (error == LXW_NO_ERROR && t->line)
		error = worksheet_write_string(sheet, 1, 0, t->line, NULL);
	for (size_t c = 0; c < t->column_count && error == LXW_NO_ERROR; c++) {
		error = worksheet_set_column(
			sheet, (lxw_col_t)c, (lxw_col_t)c, t->columns[c].width, NULL);
		if (error == LXW_NO_ERROR)
			error = worksheet_write_string(
				sheet, 2, (lxw_col_t)c, t->columns[c].heading, b->heading);
	}
	worksheet_freeze_panes(sheet, 3, 0);
	worksheet_repeat_rows(sheet, 2, 2);
	worksheet_set_landscape(sheet);
	worksheet_set_paper(sheet, 9); /* A4 */
	worksheet_fit_to_pages(sheet, 1, 0);
	return error;
}

static lxw_error put_sheet(const struct book *b, const struct sheet_table *t)
{
	lxw_worksheet *sheet = workbook_add_worksheet(b->book, sheet_name(b->arena, t->name));
	lxw_error error = sheet ? put_head(b, sheet, t) : LXW_ERROR_PARAMETER_VALIDATION;

	for (size_t i = 0; i < t->row_count; i++)
		for (size_t c = 0; c < t->column_count && error == LXW_NO_ERROR; c++)
			error = put_cell(b, sheet, (lxw_row_t)(i + 3), (lxw_col_t)c,
				t->cells[i * t->column_count + c], t->columns[c].number);
	return error;
}

static enum err_code write_xlsx(const char *path, const char *folder,
	const struct sheet_table *tables, size_t count, struct day created, struct err *e)
{
	lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = (char *)folder};
	lxw_doc_properties properties = {.title = (char *)tables[0].title,
		.created = (time_t)(day_is_set(created) ? created.n : 0) * 86400};
	struct book b = {.book = workbook_new_opt(path, &options)};
	lxw_error error = LXW_NO_ERROR, closed;

	if (!b.book)
		return err_set(e, ERR_SYSTEM, "%s", T("无法写出 .xlsx", "cannot write the .xlsx"));
	b.arena = arena_new();
	b.title = workbook_add_format(b.book);
	format_set_bold(b.title);
	format_set_font_size(b.title, 16);
	b.heading = bordered(b.book, true);
	b.cell = bordered(b.book, false);
	workbook_set_properties(b.book, &properties);
	for (size_t i = 0; i < count && error == LXW_NO_ERROR; i++)
		error = put_sheet(&b, &tables[i]);
	closed = workbook_close(b.book);
	arena_free(b.arena);
	if (error == LXW_NO_ERROR)
		error = closed;
	if (error == LXW_NO_ERROR)
		return ERR_OK;
	return err_set(e, ERR_SYSTEM, T("无法写出 .xlsx：%s", "cannot write the .xlsx: %s"),
		lxw_strerror(error));
}

/* ---- the file ----------------------------------------------------------------------------------------- */

static enum err_code take_place(
	const char *temporary, const char *path, const char *folder, struct err *e)
{
	int fd = open(temporary, O_RDONLY | O_CLOEXEC);
	bool synced = fd >= 0 && fchmod(fd, 0600) == 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	if (!synced || rename(temporary, path) != 0)
		return err_errno(e, T("无法写出“%s”", "cannot write \"%s\""), path);
	return dir_sync(folder, e);
}

enum err_code sheet_write(const char *path, const struct sheet_table *tables, size_t count,
	struct day created, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct arena *a;
	const char *folder;
	char *temporary;
	enum err_code code;
	int fd;

	if (!ends_in(path, ".xlsx") && !ends_in(path, ".csv"))
		return err_set(e, ERR_USAGE,
			T("“%s”：文件名要以 .xlsx 或 .csv 结尾",
				"%s: the name must end in .xlsx or .csv"),
			path);
	a = arena_new();
	folder = !slash		 ? "."
		 : slash == path ? "/"
				 : arena_strndup(a, path, (size_t)(slash - path));
	temporary = path_join(a, folder, ".tianlan-sheet-XXXXXX");
	fd = mkstemp(temporary);
	if (fd < 0) {
		code = err_errno(
			e, T("无法在“%s”里建立文件", "cannot make a file in \"%s\""), folder);
		arena_free(a);
		return code;
	}
	(void)close(fd);
	code = ends_in(path, ".csv") ? write_csv(temporary, tables, count, e)
				     : write_xlsx(temporary, folder, tables, count, created, e);
	if (!code)
		code = take_place(temporary, path, folder, e);
	if (code)
		(void)unlink(temporary);
	arena_free(a);
	return code;
}
