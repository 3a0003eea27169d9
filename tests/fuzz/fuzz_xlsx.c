/*
 * Bytes from outside as a sheet of any kind but .xls (its library runs in a child of its own; fuzz_biff.c has
 * our part of it): told by content, heading looked for, every sheet read.
 */
#include "register/header.h"
#include "register/sheet.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err_code touch_row(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	int *last = ctx;

	(void)stop;
	(void)e;
	if (row <= *last)
		__builtin_trap();
	*last = row;
	for (size_t i = 0; i < count; i++)
		if (strlen(cells[i].text) != cells[i].len ||
			!utf8_valid(cells[i].text, cells[i].len, NULL))
			__builtin_trap();
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_limits limits = {.max_unpacked_bytes = 16 << 20, .max_cells = 100000};
	struct sheet_book *book = NULL;
	struct header header;
	struct err e = {0};
	enum err_code code;

	if (size >= 4 && memcmp(data, "\xD0\xCF\x11\xE0", 4) == 0)
		return 0;
	code = sheet_open("fuzz", (const char *)data, size, &limits, &book, &e);
	if (code == ERR_OK) {
		(void)!header_find(book, &header, &e);
		for (size_t i = 0; i < sheet_count(book); i++) {
			int last = 0;

			(void)!sheet_each_row(book, i, touch_row, &last, &e);
		}
	} else if (code != ERR_INPUT || !*e.message) {
		__builtin_trap();
	}
	sheet_close(book);
	return 0;
}
