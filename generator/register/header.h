/*
 * Where the table of 附件2 begins in a workbook, and which column holds which field.
 *
 * Not here: values (import.c). The title is not read: the plan's text and its form name the table differently.
 * Errors: ERR_INPUT naming the columns that are missing or stand twice, or saying that no sheet holds the table.
 */
#ifndef REGISTER_HEADER_H
#define REGISTER_HEADER_H

#include "register/sheet.h"

#include "tianlan/policy.h"

struct header {
	size_t sheet;		 /* index in the book */
	int first_row, row;	 /* of the heading, as shown; row is its last */
	int column[FIELD_COUNT]; /* from 0; -1: not in the sheet */
};

/* Looks through every sheet that is not hidden. */
enum err_code header_find(struct sheet_book *book, struct header *ret, struct err *e) MUST_USE;

/* Rows below the heading that hold no enterprise. */
enum header_row_kind {
	ROW_ENTERPRISE,
	ROW_TOTAL,   /* 合计 总计 小计 */
	ROW_HEADING, /* the heading again, or the columns' numbers under it */
	ROW_FOOTER,  /* 填表人：… 备注：… */
};
enum header_row_kind header_row_kind(const struct header *h, struct arena *scratch,
	const struct sheet_cell *cells, size_t count);

#endif
