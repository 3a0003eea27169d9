/*
 * Rows of an .xlsx sheet, streamed: one row in memory, whatever the sheet's size.
 *
 * Before the rows their merged blocks are needed, but the format writes them after; so the part is
 * unpacked once without parsing to find them. `</sheetData` cannot stand in text, where `<` is escaped.
 * Invariants: row numbers ascend; cells beyond SHEET_COLUMNS_MAX and the contents of formulas are dropped.
 */
#include "register/sheet_xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- shared strings --------------------------------------------------------------------- */

struct strings_run {
	bool in_item, in_text;
	int phonetic;
};

static void strings_start(struct xlsx_parse *p, const char *name, const char **attributes)
{
	struct strings_run *run = p->ctx;
	struct xlsx_strings *s = &p->x->strings;

	(void)attributes;
	if (strcmp(name, "si") == 0) {
		if (s->count == s->cap) {
			s->cap = s->cap ? s->cap * 2 : 1024;
			s->at = mem_grow(s->at, s->cap, sizeof(*s->at));
		}
		s->at[s->count++] = s->text.len;
		run->in_item = true;
	} else if (strcmp(name, "rPh") == 0) {
		run->phonetic++;
	} else if (strcmp(name, "t") == 0) {
		run->in_text = true;
	}
}

static void strings_end(struct xlsx_parse *p, const char *name)
{
	struct strings_run *run = p->ctx;

	if (strcmp(name, "si") == 0) {
		buf_add(&p->x->strings.text, "", 1);
		run->in_item = false;
	} else if (strcmp(name, "rPh") == 0) {
		run->phonetic--;
	} else if (strcmp(name, "t") == 0) {
		run->in_text = false;
	}
	if (p->x->strings.text.overflow)
		xlsx_parse_fail(p, err_at(p->e, ERR_INPUT, p->x->book->name, 0, 0, "%s",
					   T("文件里的文字过多，已停止读取：请拆成几个文件",
						   "the file holds too much text: split it")));
}

static void strings_text(struct xlsx_parse *p, const char *text, int len)
{
	struct strings_run *run = p->ctx;

	if (run->in_item && run->in_text && run->phonetic == 0)
		buf_add(&p->x->strings.text, text, (size_t)len);
}

/* ---- styles ------------------------------------------------------------------------------ */

struct styles_run {
	struct {
		int id;
		bool is_day;
	} custom[1024];
	size_t custom_count;
	bool in_cell_formats;
	size_t cap;
};

/* A format's number; what is none counts as 0, the general format. */
static int format_number(const char *text)
{
	int64_t n = 0;

	return text && str_to_int64(text, &n) && n < 1000000 ? (int)n : 0;
}

static void styles_format(struct xlsx_parse *p, const char **attributes)
{
	struct styles_run *run = p->ctx;
	struct xlsx_book *x = p->x;
	const char *id = xlsx_attribute(attributes, "numFmtId");
	int number = format_number(id);
	bool is_day = xlsx_builtin_is_day(number);

	for (size_t i = 0; i < run->custom_count; i++)
		if (run->custom[i].id == number)
			is_day = run->custom[i].is_day;
	if (x->style_count >= 65536)
		return;
	if (x->style_count == run->cap) {
		run->cap = run->cap ? run->cap * 2 : 64;
		x->style_is_day = mem_grow(x->style_is_day, run->cap, sizeof(*x->style_is_day));
	}
	x->style_is_day[x->style_count++] = is_day;
}

static void styles_start(struct xlsx_parse *p, const char *name, const char **attributes)
{
	struct styles_run *run = p->ctx;

	if (strcmp(name, "numFmt") == 0) {
		const char *id = xlsx_attribute(attributes, "numFmtId");
		const char *code = xlsx_attribute(attributes, "formatCode");

		if (!id || !code || run->custom_count == COUNT_OF(run->custom))
			return;
		run->custom[run->custom_count].id = format_number(id);
		run->custom[run->custom_count++].is_day = xlsx_format_is_day(code);
	} else if (strcmp(name, "cellXfs") == 0) {
		run->in_cell_formats = true;
	} else if (strcmp(name, "xf") == 0 && run->in_cell_formats) {
		styles_format(p, attributes);
	}
}

static void styles_end(struct xlsx_parse *p, const char *name)
{
	struct styles_run *run = p->ctx;

	if (strcmp(name, "cellXfs") == 0)
		run->in_cell_formats = false;
}

static enum err_code read_shared(struct xlsx_book *x, struct err *e)
{
	static const struct xlsx_handlers strings = {strings_start, strings_end, strings_text};
	static const struct xlsx_handlers styles = {styles_start, styles_end, NULL};
	enum err_code code = ERR_OK;

	/* What a failure left half-read is read again from the start: it fails again. */
	if (!x->strings_read && x->strings_part && xlsx_zip_has(x, x->strings_part)) {
		struct strings_run run = {0};

		x->strings.count = 0;
		buf_clear(&x->strings.text);
		code = xlsx_part_parse(x, x->strings_part, &strings, &run, e);
	}
	if (code != ERR_OK)
		return code;
	x->strings_read = true;
	if (!x->styles_read && x->styles_part && xlsx_zip_has(x, x->styles_part)) {
		struct styles_run *run = mem_zero(1, sizeof(*run));

		x->style_count = 0;
		code = xlsx_part_parse(x, x->styles_part, &styles, run, e);
		free(run);
	}
	x->styles_read = code == ERR_OK;
	return code;
}

/* ---- references -------------------------------------------------------------------------- */

/* "AB12" as column 27 (from 0) and row 12; either may be missing. Returns what follows. */
static const char *parse_reference(const char *s, int *ret_column, int *ret_row)
{
	int column = 0, row = 0;

	for (; *s >= 'A' && *s <= 'Z' && column < 100000; s++)
		column = column * 26 + (*s - 'A' + 1);
	for (; *s >= '0' && *s <= '9' && row < 100000000; s++)
		row = row * 10 + (*s - '0');
	*ret_column = column - 1;
	*ret_row = row;
	return s;
}

struct tail_scan {
	struct buf tail; /* the part after </sheetData>, or its last bytes so far */
	bool in_tail;
};

static enum err_code scan_tail(
	void *ctx, const char *bytes, size_t len, bool last, bool *stop, struct err *e)
{
	struct tail_scan *scan = ctx;
	const char *found, *end;
	size_t keep = 64;

	(void)last;
	(void)stop;
	(void)e;
	buf_add(&scan->tail, bytes, len);
	if (scan->in_tail || !scan->tail.data)
		return ERR_OK;
	end = scan->tail.data + scan->tail.len;
	for (found = scan->tail.data; (found = memmem(found, (size_t)(end - found), "</", 2));
		found += 2) {
		const char *close = memchr(found, '>', (size_t)(end - found));

		if (!close || close - found > 64)
			continue;
		if (close - found >= 11 && memcmp(close - 9, "sheetData", 9) == 0)
			break;
	}
	if (found)
		scan->in_tail = true;
	else
		found = scan->tail.len > keep ? end - keep : scan->tail.data;
	memmove(scan->tail.data, found, (size_t)(end - found));
	scan->tail.len = (size_t)(end - found);
	scan->tail.data[scan->tail.len] = '\0';
	return ERR_OK;
}

#define MERGES_MAX 100000

static enum err_code read_merges(
	struct xlsx_book *x, size_t index, struct sheet_merges **ret, struct err *e)
{
	struct tail_scan scan = {0};
	struct sheet_merges *merges = &x->merges[index];
	enum err_code code;

	*ret = merges;
	if (x->merges_read[index]) {
		sheet_merges_sort(merges);
		return ERR_OK;
	}

	buf_init(&scan.tail, 16u << 20);
	code = xlsx_part_read(x, x->parts[index], scan_tail, &scan, e);
	if (code == ERR_OK && scan.in_tail && !scan.tail.overflow) {
		const char *p = buf_text(&scan.tail);

		while ((p = strstr(p, "mergeCell ")) && merges->count < MERGES_MAX) {
			const char *ref = strstr(p, "ref=\"");
			int first_column, first_row, last_column, last_row;

			p += 10;
			if (!ref || memchr(p, '>', (size_t)(ref - p)))
				continue;
			ref = parse_reference(ref + 5, &first_column, &first_row);
			if (*ref != ':')
				continue;
			parse_reference(ref + 1, &last_column, &last_row);
			sheet_merges_add(merges, first_row, last_row, first_column);
		}
		sheet_merges_sort(merges);
	}
	x->merges_read[index] = code == ERR_OK;
	buf_done(&scan.tail);
	return code;
}

/* ---- rows -------------------------------------------------------------------------------- */

struct rows_run {
	struct sheet_row row;
	struct sheet_merges *merges;
	int row_number;
	int column;	 /* of the cell being read, from 0 */
	int next_column; /* where a cell without a reference stands */
	uint64_t cells;
	char type[12];
	bool is_day_style;
	bool in_value, in_inline;
	int phonetic;
	struct buf text;
	sheet_row_fn *fn;
	void *fn_ctx;
};

static void rows_row(struct xlsx_parse *p, struct rows_run *run, const char **attributes)
{
	const char *ref = xlsx_attribute(attributes, "r");
	int64_t number = run->row_number + 1;

	if (ref &&
		(!str_to_int64(ref, &number) || number <= run->row_number || number > 10000000)) {
		xlsx_parse_fail(p, xlsx_damaged(p->x, T("行号", "row number"), p->e));
		return;
	}
	run->row_number = (int)number;
	run->next_column = 0;
	sheet_row_clear(&run->row);
}

static void rows_cell(struct xlsx_parse *p, struct rows_run *run, const char **attributes)
{
	const char *ref = xlsx_attribute(attributes, "r");
	const char *type = xlsx_attribute(attributes, "t");
	const char *style = xlsx_attribute(attributes, "s");
	int column = -1, row;
	int64_t index;

	if (++run->cells > p->x->book->limits.max_cells) {
		xlsx_parse_fail(p, err_at(p->e, ERR_INPUT, p->x->book->name, run->row_number, 0,
					   T("单元格太多（超过 %llu 个），请拆成几个文件",
						   "more than %llu cells: split the file"),
					   (unsigned long long)p->x->book->limits.max_cells));
		return;
	}
	if (ref)
		parse_reference(ref, &column, &row);
	if (column < 0)
		column = run->next_column;
	run->column = column;
	run->next_column = column + 1;
	snprintf(run->type, sizeof(run->type), "%s", type ? type : "n");
	run->is_day_style = style && str_to_int64(style, &index) && index >= 0 &&
			    (uint64_t)index < p->x->style_count && p->x->style_is_day[index];
	buf_clear(&run->text);
}

static void rows_start(struct xlsx_parse *p, const char *name, const char **attributes)
{
	struct rows_run *run = p->ctx;

	if (strcmp(name, "c") == 0)
		rows_cell(p, run, attributes);
	else if (strcmp(name, "v") == 0)
		run->in_value = true;
	else if (strcmp(name, "row") == 0)
		rows_row(p, run, attributes);
	else if (strcmp(name, "is") == 0)
		run->in_inline = true;
	else if (strcmp(name, "t") == 0)
		run->in_value = run->in_inline;
	else if (strcmp(name, "rPh") == 0)
		run->phonetic++;
}

static void rows_text(struct xlsx_parse *p, const char *text, int len)
{
	struct rows_run *run = p->ctx;

	if (run->in_value && run->phonetic == 0)
		buf_add(&run->text, text, (size_t)len);
}

/* ST_Xstring: _x000D_ stands for a character XML cannot carry, _x005F_ for an underscore. */
static size_t unescape(char *s, size_t len)
{
	size_t out = 0;

	for (size_t i = 0; i < len;) {
		unsigned code = 0;
		bool hex = len - i >= 7 && s[i] == '_' && s[i + 1] == 'x' && s[i + 6] == '_';

		for (size_t k = 2; hex && k < 6; k++) {
			char c = s[i + k];

			if (c >= '0' && c <= '9')
				code = code * 16 + (unsigned)(c - '0');
			else if (c >= 'A' && c <= 'F')
				code = code * 16 + (unsigned)(c - 'A' + 10);
			else if (c >= 'a' && c <= 'f')
				code = code * 16 + (unsigned)(c - 'a' + 10);
			else
				hex = false;
		}
		if (hex && code > 0 && code < 0x80) {
			s[out++] = (char)code;
			i += 7;
		} else {
			s[out++] = s[i++];
		}
	}
	return out;
}

static void put_number(struct xlsx_parse *p, struct rows_run *run)
{
	char out[40];
	char *end;
	double value = strtod(buf_text(&run->text), &end);

	if (end == buf_text(&run->text) || *end) {
		sheet_row_put(&run->row, (size_t)run->column, SHEET_TEXT, buf_text(&run->text),
			run->text.len);
		return;
	}
	if (run->is_day_style && sheet_serial_day(value, p->x->from_1904, out)) {
		sheet_row_put(&run->row, (size_t)run->column, SHEET_DAY, out, strlen(out));
		return;
	}
	sheet_number_text(value, out);
	sheet_row_put(&run->row, (size_t)run->column, SHEET_NUMBER, out, strlen(out));
}

static void put_cell(struct xlsx_parse *p, struct rows_run *run)
{
	size_t column = (size_t)run->column;
	const char *text = buf_text(&run->text);
	int64_t index;

	if (run->text.len == 0)
		return;
	if (strcmp(run->type, "s") == 0) {
		const struct xlsx_strings *strings = &p->x->strings;

		if (!str_to_int64(text, &index) || index < 0 || (uint64_t)index >= strings->count) {
			xlsx_parse_fail(
				p, xlsx_damaged(p->x, T("共享文字", "shared strings"), p->e));
			return;
		}
		text = strings->text.data + strings->at[index];
		buf_clear(&run->text);
		buf_str(&run->text, text);
	} else if (strcmp(run->type, "b") == 0) {
		bool yes = strcmp(text, "1") == 0 || strcmp(text, "true") == 0;

		sheet_row_put(&run->row, column, SHEET_BOOL, yes ? "TRUE" : "FALSE", yes ? 4 : 5);
		return;
	} else if (strcmp(run->type, "e") == 0) {
		sheet_row_put(&run->row, column, SHEET_ERROR, text, run->text.len);
		return;
	} else if (strcmp(run->type, "d") == 0) {
		sheet_row_put(&run->row, column, SHEET_DAY, text,
			run->text.len < 10 ? run->text.len : 10);
		return;
	} else if (strcmp(run->type, "n") == 0) {
		put_number(p, run);
		return;
	}
	if (run->text.len > 0)
		sheet_row_put(&run->row, column, SHEET_TEXT, run->text.data,
			unescape(run->text.data, run->text.len));
}

static void end_row(struct xlsx_parse *p, struct rows_run *run)
{
	enum err_code code;

	sheet_merges_apply(run->merges, run->row_number, &run->row);
	if (!sheet_row_view(&run->row))
		return;
	code = run->fn(
		run->fn_ctx, run->row_number, run->row.cells, run->row.count, &p->stop, p->e);
	if (code != ERR_OK)
		xlsx_parse_fail(p, code);
}

static void rows_end(struct xlsx_parse *p, const char *name)
{
	struct rows_run *run = p->ctx;

	if (strcmp(name, "c") == 0) {
		if (run->text.overflow)
			xlsx_parse_fail(p,
				err_at(p->e, ERR_INPUT, p->x->book->name, run->row_number,
					run->column + 1, "%s",
					T("单元格的文字太长", "the text of the cell is too long")));
		else
			put_cell(p, run);
	} else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
		run->in_value = false;
	} else if (strcmp(name, "is") == 0) {
		run->in_inline = false;
	} else if (strcmp(name, "rPh") == 0) {
		run->phonetic--;
	} else if (strcmp(name, "row") == 0) {
		end_row(p, run);
	}
}

enum err_code xlsx_each_row(
	struct sheet_book *b, size_t index, sheet_row_fn *fn, void *ctx, struct err *e)
{
	static const struct xlsx_handlers handlers = {rows_start, rows_end, rows_text};
	struct xlsx_book *x = b->reader;
	const char *part = x->parts[index];
	struct rows_run *run = mem_zero(1, sizeof(*run));
	enum err_code code;

	run->fn = fn;
	run->fn_ctx = ctx;
	sheet_row_init(&run->row);
	buf_init(&run->text, SHEET_CELL_BYTES_MAX);
	code = read_shared(x, e);
	if (code == ERR_OK)
		code = read_merges(x, index, &run->merges, e);
	if (code == ERR_OK)
		code = xlsx_part_parse(x, part, &handlers, run, e);
	sheet_row_done(&run->row);
	buf_done(&run->text);
	free(run);
	return code;
}
