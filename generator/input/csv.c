/*
 * CSV through libcsv, strict, with rows counted as a spreadsheet counts them: by default libcsv drops blank rows and
 * trims spaces, so both are switched off. A carriage return before the line feed does not count.
 */
#include "tianlan/input.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

struct parse {
	struct arena *arena;
	csv_row_fn *fn;
	void *ctx;
	struct err *e;
	enum err_code code;
	char **cells;
	size_t count, cap;
	int row;
};

static int no_space(unsigned char c)
{
	(void)c;
	return 0;
}

static int only_newline(unsigned char c)
{
	return c == '\n';
}

static void on_cell(void *bytes, size_t len, void *ctx)
{
	struct parse *p = ctx;
	if (p->count == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 32;
		p->cells = mem_grow(p->cells, p->cap, sizeof *p->cells);
	}
	p->cells[p->count++] = arena_strndup(p->arena, bytes ? bytes : "", len);
}

static void on_row(int c, void *ctx)
{
	(void)c;
	struct parse *p = ctx;
	p->row++;
	bool blank = p->count == 0 || (p->count == 1 && !*p->cells[0]);
	if (!p->code && !blank)
		p->code = p->fn(p->ctx, p->row, p->cells, p->count, p->e);
	p->count = 0;
	arena_reset(p->arena);
}

/* libcsv takes "\r\n" after a quoted cell for an error in strict mode once only '\n' ends rows: drop the '\r' first. */
static char *without_returns(const char *text, size_t len, size_t *ret_len)
{
	char *out = mem_alloc(len + 1);
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
			continue;
		out[n++] = text[i] == '\r' ? '\n' : text[i];
	}
	*ret_len = n;
	return out;
}

enum err_code csv_rows(const char *file_name, const char *text, size_t len, char separator,
	csv_row_fn *fn, void *ctx, struct err *e)
{
	struct csv_parser parser;
	struct parse p = {.fn = fn, .ctx = ctx, .e = e};
	if (len > (size_t)256 << 20)
		return err_at(e, ERR_INPUT, file_name, 0, 0,
			T("文件太大，上限 256 MiB", "the file is too large, at most 256 MiB"));
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL))
		return err_set(
			e, ERR_SYSTEM, T("CSV 读取器不能启动", "the CSV reader cannot start"));
	p.arena = arena_new();
	csv_set_delim(&parser, (unsigned char)separator);
	csv_set_space_func(&parser, no_space);
	csv_set_term_func(&parser, only_newline);
	size_t n;
	char *clean = without_returns(text, len, &n);
	bool bad = csv_parse(&parser, clean, n, on_cell, on_row, &p) != n;
	if (!bad)
		bad = csv_fini(&parser, on_cell, on_row, &p) != 0;
	csv_free(&parser);
	free(clean);
	free(p.cells);
	arena_free(p.arena);
	if (p.code)
		return p.code;
	if (bad)
		return err_at(e, ERR_INPUT, file_name, p.row + 1, 0,
			T("从这一行起引号不配对", "from this row on the quotes do not match"));
	return ERR_OK;
}
