/*
 * sheet_write: a table of texts and numbers as an .xlsx workbook or a .csv file: lists and summaries that staff print or hand on.
 * For the form of 附件2 see export.c.
 */
#ifndef REGISTER_SHEET_WRITE_H
#define REGISTER_SHEET_WRITE_H

#include "tianlan/base.h"

struct sheet_column {
	const char *heading;
	double width;
	bool number; /* cells that are whole numbers stand as numbers in the .xlsx */
};
struct sheet_table {
	const char *name;	  /* of the worksheet; in a .csv the line before the table */
	const char *title, *line; /* above the headings; line may be NULL */
	const struct sheet_column *columns;
	size_t column_count;
	const char *const *cells; /* row by row; NULL: blank */
	size_t row_count;
};
/* By the name's ending; ERR_USAGE for another. The file is the old one or the whole new one, and readable for its owner alone.
 * created: the workbook's own date, so that the same tables give the same bytes. */
enum err_code sheet_write(const char *path, const struct sheet_table *tables, size_t count,
	struct day created, struct err *e) MUST_USE;

#endif
