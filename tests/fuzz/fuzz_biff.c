/* Bytes from outside as an .xls: the container and the records that we read ourselves. */
#include "register/sheet_biff.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct biff_book *book = arena_alloc(a, sizeof(*book));

	if (biff_open(book, a, (const char *)data, size))
		for (size_t i = 0; i < book->sheet_count; i++) {
			struct sheet_merges merges = {0};
			struct biff_cell *cells;
			size_t count;

			if (biff_sheet_extras(book, i, &cells, &count, &merges)) {
				for (size_t k = 0; k < count; k++)
					if (!utf8_valid(cells[k].text, strlen(cells[k].text), NULL))
						__builtin_trap();
				free(cells);
			}
			sheet_merges_done(&merges);
		}
	arena_free(a);
	return 0;
}
