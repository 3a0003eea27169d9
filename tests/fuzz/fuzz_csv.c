/* Bytes from outside as separated text: decoded, parsed twice with the same rows, heading looked for. */
#include "register/header.h"
#include "register/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct counted {
	size_t rows, cells;
	int last;
};

static enum err_code count_row(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	struct counted *c = ctx;

	(void)stop;
	(void)e;
	if (row <= c->last || count == 0)
		__builtin_trap();
	for (size_t i = 0; i < count; i++)
		if (!utf8_valid(cells[i].text, cells[i].len, NULL))
			__builtin_trap();
	c->last = row;
	c->rows++;
	c->cells += count;
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_book book = {.arena = arena_new(),
		.name = "fuzz.csv",
		.bytes = (const char *)data,
		.len = size,
		.limits = {.max_cells = 1000000}};
	struct counted one = {0}, two = {0};
	struct header header;
	struct err e = {0};

	if (sheet_csv_open(&book, &e) == ERR_OK) {
		enum err_code first = sheet_each_row(&book, 0, count_row, &one, &e);
		enum err_code second = sheet_each_row(&book, 0, count_row, &two, &e);

		if (first != second || one.rows != two.rows || one.cells != two.cells)
			__builtin_trap();
		(void)!header_find(&book, &header, &e);
	}
	arena_free(book.arena);
	return 0;
}
