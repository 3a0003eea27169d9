/*
 * What the .xls library does not tell, read from the file itself: results of formulas, booleans,
 * merged blocks, hidden sheets.
 *
 * Not here: strings, numbers and days of plain cells (libfreexl).
 * Errors: a file that cannot be followed gives false; nothing is reported here.
 * Sources: [MS-CFB] (container), [MS-XLS] (records).
 */
#ifndef REGISTER_SHEET_BIFF_H
#define REGISTER_SHEET_BIFF_H

#include "register/sheet.h"

struct biff_cell {
	int row, column; /* from 0 */
	enum sheet_type type;
	const char *text;
};
struct biff_sheet {
	uint32_t offset; /* of the sheet's records in the stream */
	bool hidden;
};

#define BIFF_SHEETS_MAX 256

struct biff_book {
	struct arena *arena;
	char *stream;
	size_t len;
	bool is_encrypted;
	bool from_1904;
	bool is_biff8;
	struct biff_sheet sheets[BIFF_SHEETS_MAX]; /* worksheets only, in order */
	size_t sheet_count;
	bool *style_is_day;
	size_t style_count;
};

/* Finds the workbook's stream and reads its globals. */
bool biff_open(struct biff_book *b, struct arena *a, const char *bytes, size_t len);
/* Cells by (row, column), each once. Merged blocks are added and sorted. */
bool biff_sheet_extras(struct biff_book *b, size_t index, struct biff_cell **ret_cells,
	size_t *ret_count, struct sheet_merges *merges);

#endif
