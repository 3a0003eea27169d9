/*
 * The reader of comma- or tab-separated text: one sheet, named as the file.
 *
 * The separator is what stands more often outside quotes in the first lines. The apostrophe that
 * csv_field() puts in front of what a spreadsheet would take for a formula comes off again, so that
 * an exported file reads back as what was exported.
 * Invariant: row numbers are those a spreadsheet program shows for the same file.
 */
#include "register/sheet.h"

#include "tianlan/input.h"

#include <stdlib.h>
#include <string.h>

struct csv_reader {
	char *text;
	size_t len;
	char separator;
};

struct csv_run {
	sheet_row_fn *fn;
	void *ctx;
	const struct sheet_limits *limits;
	const char *name;
	uint64_t cells;
	bool stop;
	struct sheet_cell row[SHEET_COLUMNS_MAX];
};

static char guess_separator(const char *text, size_t len)
{
	size_t commas = 0, tabs = 0, lines = 0;
	bool quoted = false;

	for (size_t i = 0; i < len && lines < 50; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (text[i] == ',')
			commas++;
		else if (text[i] == '\t')
			tabs++;
		else if (text[i] == '\n')
			lines++;
	}
	return tabs > commas ? '\t' : ',';
}

static const char *without_guard(const char *s)
{
	return s[0] == '\'' && s[1] && strchr("=+-@\t\r'", s[1]) ? s + 1 : s;
}

static enum err_code take_row(void *ctx, int row, char **cells, size_t count, struct err *e)
{
	struct csv_run *run = ctx;
	size_t n = count < SHEET_COLUMNS_MAX ? count : SHEET_COLUMNS_MAX;
	bool any = false;
	enum err_code code;

	run->cells += count;
	if (run->cells > run->limits->max_cells)
		return err_at(e, ERR_INPUT, run->name, row, 0,
			T("单元格太多（超过 %llu 个），请拆成几个文件",
				"more than %llu cells: split the file"),
			(unsigned long long)run->limits->max_cells);
	for (size_t i = 0; i < n; i++) {
		const char *text = without_guard(cells[i]);
		size_t len = strlen(text);

		if (len > SHEET_CELL_BYTES_MAX)
			return err_at(e, ERR_INPUT, run->name, row, 0,
				T("第 %zu 格的文字太长：引号是否没有成对？",
					"the text of cell %zu is too long: is a quote not closed?"),
				i + 1);
		run->row[i] = (struct sheet_cell){.text = text, .len = len};
		any = any || !sheet_text_is_blank(text);
	}
	if (!any)
		return ERR_OK;
	code = run->fn(run->ctx, row, run->row, n, &run->stop, e);
	/* Ends csv_rows(); each_row() knows by the flag that nothing is wrong. */
	return code == ERR_OK && run->stop ? ERR_REFUSED : code;
}

/* The text of the first lines, cut where no quote is open, so that a look at the heading stays cheap. */
static size_t head_len(const struct csv_reader *reader, size_t rows)
{
	bool quoted = false;

	for (size_t i = 0; i < reader->len; i++) {
		if (reader->text[i] == '"')
			quoted = !quoted;
		else if (reader->text[i] == '\n' && !quoted && rows-- == 1)
			return i + 1;
	}
	return reader->len;
}

static enum err_code csv_each_row(
	struct sheet_book *b, size_t index, sheet_row_fn *fn, void *ctx, struct err *e)
{
	struct csv_reader *reader = b->reader;
	struct csv_run *run = mem_zero(1, sizeof(*run));
	enum err_code code;
	bool stopped;

	(void)index;
	run->fn = fn;
	run->ctx = ctx;
	run->limits = &b->limits;
	run->name = b->name;
	code = csv_rows(b->name, reader->text,
		b->head_rows ? head_len(reader, b->head_rows) : reader->len, reader->separator,
		take_row, run, e);
	stopped = run->stop;
	free(run);
	return stopped && code == ERR_REFUSED ? ERR_OK : code;
}

enum err_code sheet_csv_open(struct sheet_book *b, struct err *e)
{
	struct csv_reader *reader = arena_alloc(b->arena, sizeof(*reader));
	enum text_encoding encoding;
	enum err_code code;
	const char *dot;

	code = text_decode(
		b->arena, b->name, b->bytes, b->len, &reader->text, &reader->len, &encoding, e);
	if (code != ERR_OK)
		return code;
	reader->separator = guess_separator(reader->text, reader->len);
	b->reader = reader;
	b->each_row = csv_each_row;
	b->count = 1;
	b->sheets = arena_alloc(b->arena, sizeof(*b->sheets));
	dot = strrchr(b->name, '.');
	b->sheets[0].name = dot && dot > b->name
				    ? arena_strndup(b->arena, b->name, (size_t)(dot - b->name))
				    : arena_strdup(b->arena, b->name);
	return ERR_OK;
}
