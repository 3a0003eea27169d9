/*
 * The summary sheet of 附件2 for handing in: .xlsx as the form looks, or .csv with the same headings.
 *
 * One column more than the form, 编号, ties a row to its record when the file comes back: importing an export
 * changes nothing. Withdrawn records and those out of scope are left out: nobody hands those in.
 * The file carries names and telephone numbers, as the form asks; so it is readable for its owner
 * alone, and what the writer keeps aside lies in the same folder, never in a shared one.
 * Invariant: the target is the old file or the whole new one; the same register and day give the same bytes.
 */
#include "register/register_internal.h"

#include "tianlan/markup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define FORM_COLUMNS 22
#define COLUMNS (FORM_COLUMNS + 1)
#define CSV_CHUNK_BYTES (1u << 20)
#define XLSX_ROWS_MAX 1048576

struct export
{
	struct reg *r;
	struct arena *scratch; /* of one row */
	int64_t rows;
	/* .csv */
	int fd;
	struct buf csv;
	/* .xlsx */
	lxw_worksheet *sheet;
	lxw_format *cell_format;
	lxw_row_t next_row;
};

static enum field column_field(size_t column) /* from 0 */
{
	return column < FORM_COLUMNS ? (enum field)(column + 1) : FIELD_ID;
}

/* What stands in the form's cell. */
static const char *cell_text(struct export *x, const struct enterprise *row, enum field f)
{
	const char *text;

	if (f == FIELD_SEQ)
		return arena_printf(x->scratch, "%lld", (long long)x->rows + 1);
	if (f == FIELD_ID) {
		char id[ENTERPRISE_ID_BYTES];

		return arena_strdup(x->scratch, reg_id_text(x->r, row->id, id));
	}
	text = value_written(x->r, x->scratch, f, row->value[f]);
	if (f == FIELD_STREET && row->value[FIELD_COMMUNITY])
		return arena_printf(x->scratch, "%s%s", text, row->value[FIELD_COMMUNITY]);
	return text;
}

static bool is_handed_in(const struct enterprise *row)
{
	return row->course.state != STATE_WITHDRAWN && row->course.state != STATE_OUT_OF_SCOPE;
}

/* ---- .csv --------------------------------------------------------------------------------------- */

static enum err_code flush_csv(struct export *x, struct err *e)
{
	const char *p = x->csv.data;
	size_t left = x->csv.len;

	while (left > 0) {
		ssize_t n = write(x->fd, p, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "%s", T("无法写入导出文件", "cannot write the export"));
		p += n;
		left -= (size_t)n;
	}
	buf_clear(&x->csv);
	return ERR_OK;
}

/* A text that already looks guarded is guarded once more, so that reading takes off just one. */
static void put_csv(struct export *x, size_t column, const char *text)
{
	if (text[0] == '\'' && text[1] && strchr("=+-@\t\r'", text[1]))
		text = arena_printf(x->scratch, "'%s", text);
	csv_field(&x->csv, column == 0, text);
}

static enum err_code csv_row(void *ctx, const struct enterprise *row, struct err *e)
{
	struct export *x = ctx;

	if (!is_handed_in(row))
		return ERR_OK;
	arena_reset(x->scratch);
	for (size_t c = 0; c < COLUMNS; c++)
		put_csv(x, c, cell_text(x, row, column_field(c)));
	csv_end_row(&x->csv);
	x->rows++;
	return x->csv.len >= CSV_CHUNK_BYTES ? flush_csv(x, e) : ERR_OK;
}

static enum err_code write_csv(
	struct export *x, const char *path, const struct enterprise_filter *filter, struct err *e)
{
	enum err_code code;

	x->fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	if (x->fd < 0)
		return err_errno(e, "%s", T("无法写入导出文件", "cannot write the export"));
	buf_init(&x->csv, (size_t)CSV_CHUNK_BYTES * 8);
	buf_str(&x->csv, "\xEF\xBB\xBF");
	for (size_t c = 0; c < COLUMNS; c++)
		csv_field(&x->csv, c == 0, policy_field(column_field(c))->heading);
	csv_end_row(&x->csv);
	code = reg_enterprise_each(x->r, filter, csv_row, x, e);
	if (code == ERR_OK)
		code = flush_csv(x, e);
	buf_done(&x->csv);
	if (close(x->fd) != 0 && code == ERR_OK)
		code = err_errno(e, "%s", T("无法写入导出文件", "cannot write the export"));
	return code;
}

/* ---- .xlsx --------------------------------------------------------------------------------------- */

static enum err_code xlsx_error(lxw_error error, struct err *e)
{
	return err_set(e, ERR_SYSTEM, T("无法写出 .xlsx：%s", "cannot write the .xlsx: %s"),
		lxw_strerror(error));
}

/* ST_Xstring: a text that looks like an escape (_x0041_) has its underscore escaped. */
static const char *xlsx_text(struct arena *a, const char *text)
{
	const char *at = strstr(text, "_x");
	struct buf out;
	char *copy;

	if (!at)
		return text;
	buf_init(&out, strlen(text) * 8 + 1);
	for (const char *p = text; *p; p++) {
		bool escape = p[0] == '_' && p[1] == 'x' &&
			      strspn(p + 2, "0123456789abcdefABCDEF") >= 4 && p[6] == '_';

		if (escape)
			buf_str(&out, "_x005F_");
		else
			buf_char(&out, *p);
	}
	copy = buf_dup(&out, a);
	buf_done(&out);
	return copy;
}

static lxw_error put_xlsx(
	struct export *x, size_t column, const struct enterprise *row, enum field f)
{
	const char *text = cell_text(x, row, f);
	enum field_type type = policy_field(f)->type;

	if (!*text)
		return worksheet_write_blank(
			x->sheet, x->next_row, (lxw_col_t)column, x->cell_format);
	if (type == TYPE_INT || type == TYPE_NUMBER)
		return worksheet_write_number(x->sheet, x->next_row, (lxw_col_t)column,
			strtod(text, NULL), x->cell_format);
	return worksheet_write_string(x->sheet, x->next_row, (lxw_col_t)column,
		xlsx_text(x->scratch, text), x->cell_format);
}

static enum err_code xlsx_row(void *ctx, const struct enterprise *row, struct err *e)
{
	struct export *x = ctx;

	if (!is_handed_in(row))
		return ERR_OK;
	if (x->next_row >= XLSX_ROWS_MAX)
		return err_set(e, ERR_USAGE, "%s",
			T("企业数超过 .xlsx 的行数上限：请按单位导出（--unit），或导出为 .csv",
				"more enterprises than an .xlsx holds: export by --unit, or to "
				".csv"));
	arena_reset(x->scratch);
	for (size_t c = 0; c < COLUMNS; c++) {
		lxw_error error = put_xlsx(x, c, row, column_field(c));

		if (error != LXW_NO_ERROR)
			return xlsx_error(error, e);
	}
	x->rows++;
	x->next_row++;
	return ERR_OK;
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

/* Title, the reporting unit's line and the headings, as the form has them. */
static lxw_error write_head(struct export *x, lxw_workbook *book, const char *unit_name)
{
	static const double widths[COLUMNS] = {6, 12, 26, 30, 10, 14, 8, 24, 16, 10, 12, 10, 14, 9,
		9, 9, 9, 10, 10, 10, 30, 24, 16};
	lxw_format *title = workbook_add_format(book);
	lxw_format *heading = bordered(book, true);
	lxw_error error;
	const char *line = arena_printf(
		x->scratch, "单位名称（加盖公章）：%s　　联络员：　　　　联系电话：", unit_name);

	format_set_bold(title);
	format_set_font_size(title, 16);
	format_set_align(title, LXW_ALIGN_CENTER);
	for (size_t c = 0; c < COLUMNS; c++) {
		error = worksheet_set_column(x->sheet, (lxw_col_t)c, (lxw_col_t)c, widths[c], NULL);
		if (error != LXW_NO_ERROR)
			return error;
	}
	error = worksheet_write_string(x->sheet, 0, 0, "附件2", NULL);
	if (error == LXW_NO_ERROR)
		error = worksheet_merge_range(
			x->sheet, 1, 0, 1, COLUMNS - 1, "水磨沟区小散乱污企业社区统计表", title);
	if (error == LXW_NO_ERROR)
		error = worksheet_write_string(x->sheet, 2, 0, line, NULL);
	for (size_t c = 0; c < COLUMNS && error == LXW_NO_ERROR; c++)
		error = worksheet_write_string(
			x->sheet, 3, (lxw_col_t)c, policy_field(column_field(c))->heading, heading);
	worksheet_freeze_panes(x->sheet, 4, 3);
	worksheet_repeat_rows(x->sheet, 3, 3);
	worksheet_set_landscape(x->sheet);
	worksheet_fit_to_pages(x->sheet, 1, 0);
	x->next_row = 4;
	return error;
}

static enum err_code write_xlsx(struct export *x, const char *path, const char *folder,
	const struct enterprise_filter *filter, const char *unit_name, struct day created,
	struct err *e)
{
	lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = (char *)folder};
	lxw_doc_properties properties = {.title = "水磨沟区小散乱污企业社区统计表",
		.created = (time_t)(day_is_set(created) ? created.n : 0) * 86400};
	lxw_workbook *book = workbook_new_opt(path, &options);
	lxw_error error, closed;
	enum err_code code = ERR_OK;

	if (!book)
		return err_set(e, ERR_SYSTEM, "%s", T("无法写出 .xlsx", "cannot write the .xlsx"));
	workbook_set_properties(book, &properties);
	x->sheet = workbook_add_worksheet(book, "附件2");
	x->cell_format = bordered(book, false);
	error = write_head(x, book, unit_name);
	if (error == LXW_NO_ERROR)
		code = reg_enterprise_each(x->r, filter, xlsx_row, x, e);
	closed = workbook_close(book);
	if (error == LXW_NO_ERROR)
		error = closed;
	if (code == ERR_OK && error != LXW_NO_ERROR)
		code = xlsx_error(error, e);
	return code;
}

/* ---- the file ------------------------------------------------------------------------------------- */

static bool ends_with(const char *path, const char *ending)
{
	size_t n = strlen(path), k = strlen(ending);

	return n > k && strcasecmp(path + n - k, ending) == 0;
}

struct unit_name {
	const char *code, *name;
	struct arena *arena;
};

static enum err_code take_name(void *ctx, const struct unit *u, struct err *e)
{
	struct unit_name *n = ctx;

	(void)e;
	if (str_eq(n->code, u->code))
		n->name = arena_strdup(n->arena, u->name);
	return ERR_OK;
}

static enum err_code replace(
	const char *temporary, const char *path, const char *folder, struct err *e)
{
	int fd = open(temporary, O_RDONLY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	if (!synced || rename(temporary, path) != 0)
		return err_errno(e, T("无法写出“%s”", "cannot write \"%s\""), path);
	return dir_sync(folder, e);
}

static enum err_code write_beside(struct export *x, struct arena *a, const char *path,
	const struct enterprise_filter *filter, const char *unit_name, struct day created,
	struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *folder = !slash	     ? "."
			     : slash == path ? "/"
					     : arena_strndup(a, path, (size_t)(slash - path));
	char *temporary = path_join(a, folder, ".tianlan-export-XXXXXX");
	int fd = mkstemp(temporary);
	enum err_code code;

	if (fd < 0)
		return err_errno(
			e, T("无法在“%s”里建立文件", "cannot make a file in \"%s\""), folder);
	(void)close(fd);
	code = ends_with(path, ".csv")
		       ? write_csv(x, temporary, filter, e)
		       : write_xlsx(x, temporary, folder, filter, unit_name, created, e);
	if (code == ERR_OK)
		code = replace(temporary, path, folder, e);
	if (code != ERR_OK)
		(void)unlink(temporary);
	return code;
}

enum err_code reg_export(struct reg *r, const char *path, const char *unit, struct day created,
	int64_t *ret_rows, struct err *e)
{
	struct arena *a = arena_new();
	struct export x = {.r = r, .scratch = arena_new()};
	struct enterprise_filter filter = {.unit = unit};
	struct unit_name wanted = {.code = unit, .name = "", .arena = a};
	enum err_code code = ERR_OK;

	if (!ends_with(path, ".xlsx") && !ends_with(path, ".csv"))
		code = err_set(e, ERR_USAGE,
			T("“%s”：文件名要以 .xlsx 或 .csv 结尾",
				"%s: the name must end in .xlsx or .csv"),
			path);
	if (code == ERR_OK && unit)
		code = reg_unit_each(r, take_name, &wanted, e);
	if (code == ERR_OK && unit && !*wanted.name)
		code = err_set(e, ERR_USAGE,
			T("没有代码为“%s”的单位：请用 tianlan unit list 查看",
				"no unit %s: see `tianlan unit list`"),
			unit);
	if (code == ERR_OK)
		code = write_beside(&x, a, path, &filter, wanted.name, created, e);
	if (code == ERR_OK)
		*ret_rows = x.rows;
	arena_free(x.scratch);
	arena_free(a);
	return code;
}
