/*
 * Sheet readers: a received file as sheets, rows and cells, whatever its format.
 *
 * The kind of file is told by its content, never by its name. Cells are text with a hint of what the
 * spreadsheet held; days are already YYYY-MM-DD. Row numbers are those the spreadsheet shows, from 1;
 * blank rows are left out. Cells below the first of a vertically merged block carry its text and `merged`.
 * Rows are streamed: cells and text are good until the callback returns.
 *
 * Not here: what a column means (header.h).
 * Ownership: a book borrows the file's bytes, which must outlive it.
 * Errors: ERR_INPUT with what to do about it: protected by a password, truncated, too large, no sheet.
 */
#ifndef REGISTER_SHEET_H
#define REGISTER_SHEET_H

#include "tianlan/base.h"

enum sheet_type { SHEET_TEXT = 0, SHEET_NUMBER, SHEET_DAY, SHEET_BOOL, SHEET_ERROR };

struct sheet_cell {
	const char *text; /* never NULL; "" when blank */
	size_t len;
	enum sheet_type type;
	bool merged; /* taken from the first cell of a merged block */
};

struct sheet_limits {		     /* 0: the default */
	uint64_t max_unpacked_bytes; /* of all parts read; 2 GiB */
	uint64_t max_cells;	     /* of one sheet; 64 million */
};

/* Columns beyond are not read: the form has 22. */
#define SHEET_COLUMNS_MAX 256
/* Text of one cell: what Excel itself allows, in bytes of UTF-8. */
#define SHEET_CELL_BYTES_MAX 131072

/* Sets *stop to end the reading without an error. */
typedef enum err_code sheet_row_fn(void *ctx, int row, const struct sheet_cell *cells, size_t count,
	bool *stop, struct err *e);

struct sheet_book;

/* name: the file's name for messages. */
enum err_code sheet_open(const char *name, const char *bytes, size_t len,
	const struct sheet_limits *limits, struct sheet_book **ret, struct err *e) MUST_USE;
void sheet_close(struct sheet_book *b);
size_t sheet_count(const struct sheet_book *b);
const char *sheet_name(const struct sheet_book *b, size_t index);
bool sheet_is_hidden(const struct sheet_book *b, size_t index);
enum err_code sheet_each_row(
	struct sheet_book *b, size_t index, sheet_row_fn *fn, void *ctx, struct err *e) MUST_USE;
/* The first rows only, blank ones counted: cheap whatever the sheet's size. */
enum err_code sheet_each_head_row(struct sheet_book *b, size_t index, size_t rows, sheet_row_fn *fn,
	void *ctx, struct err *e) MUST_USE;

/* ---- for the readers themselves -------------------------------------------------------- */

struct sheet_info {
	char *name;
	bool hidden;
};

struct sheet_book {
	struct arena *arena;
	const char *name; /* the file's */
	const char *bytes;
	size_t len;
	struct sheet_limits limits;
	struct sheet_info *sheets;
	size_t count;
	size_t head_rows; /* read only so many; 0: all. A reader that streams may ignore it */
	void *reader;	  /* the reader's own */
	enum err_code (*each_row)(
		struct sheet_book *b, size_t index, sheet_row_fn *fn, void *ctx, struct err *e);
	void (*close)(struct sheet_book *b);
};

enum err_code sheet_xlsx_open(struct sheet_book *b, struct err *e) MUST_USE;
enum err_code sheet_xls_open(struct sheet_book *b, struct err *e) MUST_USE;
enum err_code sheet_csv_open(struct sheet_book *b, struct err *e) MUST_USE;

/* A row being gathered: text grows in one buffer, so cells hold offsets until row_view(). */
struct sheet_row {
	struct sheet_cell cells[SHEET_COLUMNS_MAX];
	size_t at[SHEET_COLUMNS_MAX];
	size_t count;
	struct buf text;
};
void sheet_row_init(struct sheet_row *r);
void sheet_row_done(struct sheet_row *r);
void sheet_row_clear(struct sheet_row *r);
/* column from 0; one beyond SHEET_COLUMNS_MAX is dropped. */
void sheet_row_put(
	struct sheet_row *r, size_t column, enum sheet_type type, const char *text, size_t len);
/* Points the cells at their text; false when every cell is blank. */
bool sheet_row_view(struct sheet_row *r);

/* Vertically merged blocks of one sheet, in any order until sheet_merges_sort(). */
struct sheet_merge {
	int first_row, last_row; /* as shown */
	int column;		 /* from 0 */
	char *text;		 /* of the first cell, once seen */
	enum sheet_type type;
};
struct sheet_merges {
	struct sheet_merge *items;
	size_t count, cap;
	size_t *active; /* indexes of blocks that may still cover a row */
	size_t active_count, next;
};
void sheet_merges_add(struct sheet_merges *m, int first_row, int last_row, int column);
void sheet_merges_sort(struct sheet_merges *m);
/* Fills the row's blank cells that a block covers, remembers the text of blocks that begin here. Rows ascend. */
void sheet_merges_apply(struct sheet_merges *m, int row, struct sheet_row *r);
void sheet_merges_done(struct sheet_merges *m);

/* How a number stands in a cell: whole numbers without a point, others with what 15 digits say. */
void sheet_number_text(double value, char out[40]);
/* A serial day of a spreadsheet as YYYY-MM-DD; false when it is outside 1900 to 2199. */
bool sheet_serial_day(double serial, bool from_1904, char out[DAY_TEXT_BYTES]);
bool sheet_text_is_blank(const char *s); /* spaces of any kind only */

#endif
