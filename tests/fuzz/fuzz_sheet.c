/* Any bytes as a received sheet: read or refused, never more than the limits. (.xls is read by a confined child of
 * the program and is left out here: a fuzzer cannot see into it.) */
#include "register/sheet.h"

#include <string.h>

static enum err_code look(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	(void)e;
	size_t *seen = ctx;
	for (size_t i = 0; i < count; i++)
		*seen += cells[i].len + strlen(cells[i].text);
	*stop = row > 2000;
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_book *book = NULL;
	struct err e;
	const struct sheet_limits limits = {.max_unpacked_bytes = 1 << 22, .max_cells = 20000};
	size_t seen = 0;
	if (size >= 4 && memcmp(data, "\xd0\xcf\x11\xe0", 4) == 0)
		return 0;
	if (sheet_open("fuzz", (const char *)data, size, &limits, &book, &e))
		return 0;
	for (size_t i = 0; i < sheet_count(book) && i < 4; i++)
		if (sheet_each_row(book, i, look, &seen, &e))
			break;
	sheet_close(book);
	return 0;
}
