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

#endif
