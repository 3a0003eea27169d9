/*
 * Which reader a file needs, told by its first bytes, and what all readers share.
 *
 * The name of a file is never believed: staff rename .xls to .xlsx, web systems save HTML as .xls.
 * Invariant: a file that is no sheet is refused with a sentence that says what it is and what to do.
 */
#include "register/sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ole_magic[8] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

static bool starts_with(const char *bytes, size_t len, const char *magic, size_t n)
{
	return len >= n && memcmp(bytes, magic, n) == 0;
}

/* Names inside an OLE container are UTF-16LE. */
static bool has_ole_name(const char *bytes, size_t len, const char *name)
{
	char wide[64];
	size_t n = 0;

	for (; name[n / 2] && n + 1 < sizeof(wide); n += 2) {
		wide[n] = name[n / 2];
		wide[n + 1] = '\0';
	}
	return memmem(bytes, len, wide, n) != NULL;
}

static enum err_code refuse(
	const struct sheet_book *b, struct err *e, const char *zh, const char *en)
{
	return err_at(e, ERR_INPUT, b->name, 0, 0, "%s", T(zh, en));
}

static enum err_code open_ole(struct sheet_book *b, struct err *e)
{
	if (has_ole_name(b->bytes, b->len, "EncryptedPackage") ||
		has_ole_name(b->bytes, b->len, "EncryptionInfo"))
		return refuse(b, e,
			"文件有密码保护，无法读取：请用 Excel 或 WPS "
			"打开后取消密码（另存时清空“密码”），再导入",
			"the file is protected by a password: open it, save it without a password, "
			"then import it");
	if (has_ole_name(b->bytes, b->len, "WordDocument") ||
		has_ole_name(b->bytes, b->len, "PowerPoint Document"))
		return refuse(b, e,
			"这是文字或演示文稿，不是电子表格：请导入 .xlsx、.xls、.csv 或 .tsv",
			"this is a document or a presentation, not a spreadsheet: import .xlsx, "
			".xls, .csv or .tsv");
	if (!has_ole_name(b->bytes, b->len, "Workbook") && !has_ole_name(b->bytes, b->len, "Book"))
		return refuse(b, e,
			"文件里没有找到工作簿：文件不完整，或者不是电子表格；请重新取得文件，或另存"
			"为 .xlsx",
			"no workbook in the file: it is incomplete or no spreadsheet; get it again "
			"or save it as .xlsx");
	return sheet_xls_open(b, e);
}

static bool looks_like_markup(const char *bytes, size_t len)
{
	char head[256];
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < sizeof(head); i++)
		if (bytes[i] != '\0')
			head[n++] = (char)(bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] + 32
									      : bytes[i]);
	head[n] = '\0';
	return strstr(head, "<html") || strstr(head, "<!doctype") || strstr(head, "<table") ||
	       strstr(head, "<?xml");
}

static enum err_code open_by_content(struct sheet_book *b, struct err *e)
{
	static const struct {
		const char *magic;
		size_t len;
	} alien[] = {{"%PDF", 4}, {"\x89PNG", 4}, {"\xFF\xD8\xFF", 3}, {"GIF8", 4},
		{"\x7F"
		 "ELF",
			4},
		{"Rar!", 4}, {"7z\xBC\xAF", 4}, {"\x1F\x8B", 2}, {"BZh", 3},
		{"\xFD"
		 "7zXZ",
			5},
		{"SQLite format 3", 15}, {"{\\rtf", 5}};

	if (b->len == 0)
		return refuse(b, e, "文件是空的：请检查是否传完或选错了文件",
			"the file is empty: was it sent completely, is it the right one?");
	if (starts_with(b->bytes, b->len, "PK", 2) && b->len > 2 && (unsigned char)b->bytes[2] <= 8)
		return sheet_xlsx_open(b, e);
	if (starts_with(b->bytes, b->len, ole_magic, sizeof(ole_magic)))
		return open_ole(b, e);
	for (size_t i = 0; i < COUNT_OF(alien); i++)
		if (starts_with(b->bytes, b->len, alien[i].magic, alien[i].len))
			return refuse(b, e, "文件不是电子表格：请导入 .xlsx、.xls、.csv 或 .tsv",
				"the file is no spreadsheet: import .xlsx, .xls, .csv or .tsv");
	if (looks_like_markup(b->bytes, b->len))
		return refuse(b, e,
			"文件其实是网页或 XML（改了扩展名的表格）：请用 Excel 或 WPS 打开，另存为 "
			".xlsx 再导入",
			"the file is a web page or XML under another name: open it and save it as "
			".xlsx");
	if (b->len < 2 ||
		(memcmp(b->bytes, "\xFF\xFE", 2) != 0 && memcmp(b->bytes, "\xFE\xFF", 2) != 0))
		if (memchr(b->bytes, '\0', b->len))
			return refuse(b, e,
				"文件不是电子表格，也不是文本：请导入 .xlsx、.xls、.csv 或 .tsv",
				"the file is neither a spreadsheet nor text: import .xlsx, .xls, "
				".csv or .tsv");
	return sheet_csv_open(b, e);
}

enum err_code sheet_open(const char *name, const char *bytes, size_t len,
	const struct sheet_limits *limits, struct sheet_book **ret, struct err *e)
{
	struct sheet_book *b = mem_zero(1, sizeof(*b));
	enum err_code code;

	b->arena = arena_new();
	b->name = arena_strdup(b->arena, name);
	b->bytes = bytes;
	b->len = len;
	if (limits)
		b->limits = *limits;
	if (b->limits.max_unpacked_bytes == 0)
		b->limits.max_unpacked_bytes = 2ULL << 30;
	if (b->limits.max_cells == 0)
		b->limits.max_cells = 64000000;
	code = open_by_content(b, e);
	if (code != ERR_OK) {
		sheet_close(b);
		return code;
	}
	*ret = b;
	return ERR_OK;
}

void sheet_close(struct sheet_book *b)
{
	if (!b)
		return;
	if (b->close)
		b->close(b);
	arena_free(b->arena);
	free(b);
}

size_t sheet_count(const struct sheet_book *b)
{
	return b->count;
}

const char *sheet_name(const struct sheet_book *b, size_t index)
{
	return b->sheets[index].name;
}

bool sheet_is_hidden(const struct sheet_book *b, size_t index)
{
	return b->sheets[index].hidden;
}

enum err_code sheet_each_row(
	struct sheet_book *b, size_t index, sheet_row_fn *fn, void *ctx, struct err *e)
{
	return b->each_row(b, index, fn, ctx, e);
}

enum err_code sheet_each_head_row(
	struct sheet_book *b, size_t index, size_t rows, sheet_row_fn *fn, void *ctx, struct err *e)
{
	enum err_code code;

	b->head_rows = rows;
	code = b->each_row(b, index, fn, ctx, e);
	b->head_rows = 0;
	return code;
}

/* ---- rows ------------------------------------------------------------------------------ */

void sheet_row_init(struct sheet_row *r)
{
	r->count = 0;
	buf_init(&r->text, (size_t)SHEET_COLUMNS_MAX * (SHEET_CELL_BYTES_MAX + 1));
}

void sheet_row_done(struct sheet_row *r)
{
	buf_done(&r->text);
}

void sheet_row_clear(struct sheet_row *r)
{
	r->count = 0;
	buf_clear(&r->text);
}

void sheet_row_put(
	struct sheet_row *r, size_t column, enum sheet_type type, const char *text, size_t len)
{
	if (column >= SHEET_COLUMNS_MAX)
		return;
	while (r->count <= column) {
		r->cells[r->count] = (struct sheet_cell){.text = ""};
		r->at[r->count++] = SIZE_MAX;
	}
	r->cells[column].type = type;
	r->cells[column].merged = false;
	r->cells[column].len = len;
	r->at[column] = r->text.len;
	buf_add(&r->text, text, len);
	buf_add(&r->text, "", 1);
}

bool sheet_row_view(struct sheet_row *r)
{
	bool any = false;

	for (size_t i = 0; i < r->count; i++) {
		if (r->at[i] == SIZE_MAX) {
			r->cells[i].text = "";
			r->cells[i].len = 0;
			continue;
		}
		r->cells[i].text = r->text.data + r->at[i];
		any = any || !sheet_text_is_blank(r->cells[i].text);
	}
	return any;
}

/* ---- merged blocks --------------------------------------------------------------------- */

void sheet_merges_add(struct sheet_merges *m, int first_row, int last_row, int column)
{
	if (last_row <= first_row || column < 0 || column >= SHEET_COLUMNS_MAX)
		return;
	if (m->count == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 64;
		m->items = mem_grow(m->items, m->cap, sizeof(*m->items));
	}
	m->items[m->count++] = (struct sheet_merge){
		.first_row = first_row, .last_row = last_row, .column = column};
}

static int merge_compare(const void *a, const void *b)
{
	const struct sheet_merge *x = a, *y = b;

	if (x->first_row != y->first_row)
		return x->first_row < y->first_row ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

void sheet_merges_sort(struct sheet_merges *m)
{
	if (m->count == 0)
		return;
	qsort(m->items, m->count, sizeof(*m->items), merge_compare);
	m->active = mem_grow(m->active, m->count, sizeof(*m->active));
	m->active_count = m->next = 0;
	for (size_t i = 0; i < m->count; i++) {
		free(m->items[i].text);
		m->items[i].text = NULL;
	}
}

void sheet_merges_apply(struct sheet_merges *m, int row, struct sheet_row *r)
{
	size_t kept = 0;

	while (m->next < m->count && m->items[m->next].first_row <= row) {
		struct sheet_merge *g = &m->items[m->next];
		size_t column = (size_t)g->column;

		if (g->first_row == row && column < r->count && r->at[column] != SIZE_MAX) {
			g->text = mem_strdup(r->text.data + r->at[column]);
			g->type = r->cells[column].type;
			m->active[m->active_count++] = m->next;
		}
		m->next++;
	}
	for (size_t i = 0; i < m->active_count; i++) {
		struct sheet_merge *g = &m->items[m->active[i]];
		size_t column = (size_t)g->column;

		if (g->last_row < row) {
			free(g->text);
			g->text = NULL;
			continue;
		}
		m->active[kept++] = m->active[i];
		if (g->first_row == row ||
			(column < r->count && r->at[column] != SIZE_MAX &&
				!sheet_text_is_blank(r->text.data + r->at[column])))
			continue;
		sheet_row_put(r, column, g->type, g->text, strlen(g->text));
		r->cells[column].merged = true;
	}
	m->active_count = kept;
}

void sheet_merges_done(struct sheet_merges *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->items[i].text);
	free(m->items);
	free(m->active);
	*m = (struct sheet_merges){0};
}

/* ---- values ---------------------------------------------------------------------------- */

void sheet_number_text(double value, char out[40])
{
	if (isfinite(value) && value == floor(value) && fabs(value) < 1e15)
		snprintf(out, 40, "%.0f", value == 0 ? 0.0 : value);
	else
		snprintf(out, 40, "%.15g", value);
}

bool sheet_serial_day(double serial, bool from_1904, char out[DAY_TEXT_BYTES])
{
	int year, month, day;
	int n;
	struct day d;

	if (!isfinite(serial) || serial < 0 || serial >= 110000)
		return false;
	n = (int)floor(serial);
	if (from_1904)
		n += 1462;
	/* Excel counts a 29 February 1900 that never was. */
	if (n < 60)
		n++;
	d = (struct day){n - 25569};
	day_to_ymd(d, &year, &month, &day);
	if (n < 2 || !day_ymd_valid(year, month, day))
		return false;
	day_text(d, out);
	return true;
}

bool sheet_text_is_blank(const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p;) {
		if (*p == ' ' || (*p >= '\t' && *p <= '\r'))
			p++;
		else if (p[0] == 0xC2 && p[1] == 0xA0)
			p += 2;
		else if (p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80)
			p += 3;
		else if ((p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) ||
			 (p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0x80 && p[2] <= 0x8B))
			p += 3;
		else
			return false;
	}
	return true;
}
