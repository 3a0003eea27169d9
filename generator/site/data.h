/* The columns of the downloads, for the files, the dictionary and the Data Package. */
#ifndef SITE_DATA_H
#define SITE_DATA_H

#include "site/pages.h"

struct data_column {
	const char *id;
	enum field field;  /* 0: not a field of the register, then label and note are given */
	const char *label; /* NULL: the field's */
	const char *note;
};
const struct data_column *data_columns(size_t *ret_count);
const struct data_column *data_event_columns(size_t *ret_count);
const char *data_column_label(const struct data_column *col);
/* The first line of a file: byte order mark, labels. */
void data_head(struct buf *b, const struct data_column *cols, size_t n);

/* data_supervision.c: the files beside the register's own. */
struct data_table {
	const char *name, *file, *title;
	const struct data_column *columns;
	size_t count;
	const char *keys; /* labels of the key's columns, a bar between; NULL: rows have no key */
};
const struct data_table *data_table_at(size_t i); /* NULL: there are no more */

#endif
