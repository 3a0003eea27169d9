/*
 * The parts of an .xlsx file between its two readers: the container (zip, XML) and the rows.
 *
 * Not here: what other formats share (sheet.h).
 * Limits: unpacked size, ratio of unpacked to packed, XML depth, no DOCTYPE: a part that passes one is refused.
 * Errors: ERR_INPUT naming the file and what to do.
 */
#ifndef REGISTER_SHEET_XLSX_H
#define REGISTER_SHEET_XLSX_H

#include "register/sheet.h"

#include <expat.h>
#include <minizip/unzip.h>

struct xlsx_bytes { /* the file in memory, as the zip reader walks it */
	const char *bytes;
	size_t len, at;
};

struct xlsx_strings { /* each NUL-ended, one after another */
	struct buf text;
	size_t *at;
	size_t count, cap;
};

struct xlsx_book {
	struct sheet_book *book;
	struct xlsx_bytes memory;
	unzFile zip;
	const char **parts;	     /* path of each sheet's part */
	struct sheet_merges *merges; /* of each sheet, once read */
	bool *merges_read;
	const char *strings_part, *styles_part;
	bool from_1904;
	bool strings_read, styles_read;
	struct xlsx_strings strings;
	bool *style_is_day; /* by cell format */
	size_t style_count;
};

/* ---- the container ---------------------------------------------------------------------- */

enum err_code xlsx_zip_open(struct xlsx_book *x, struct err *e) MUST_USE;
bool xlsx_zip_has(struct xlsx_book *x, const char *path);
/* Called with the part's bytes as they unpack; sets *stop to end early. */
typedef enum err_code xlsx_bytes_fn(
	void *ctx, const char *bytes, size_t len, bool last, bool *stop, struct err *e);
enum err_code xlsx_part_read(struct xlsx_book *x, const char *path, xlsx_bytes_fn *fn, void *ctx,
	struct err *e) MUST_USE;

/* One XML part being parsed; handlers get it as their data. */
struct xlsx_parse {
	struct xlsx_book *x;
	void *ctx;
	XML_Parser parser;
	int depth;
	bool stop;
	enum err_code code; /* set by a handler that fails, with *e filled */
	struct err *e;
};
struct xlsx_handlers {
	void (*start)(struct xlsx_parse *p, const char *name, const char **attributes);
	void (*end)(struct xlsx_parse *p, const char *name);
	void (*text)(struct xlsx_parse *p, const char *text, int len);
};
enum err_code xlsx_part_parse(struct xlsx_book *x, const char *path,
	const struct xlsx_handlers *handlers, void *ctx, struct err *e) MUST_USE;
void xlsx_parse_fail(struct xlsx_parse *p, enum err_code code);
/* Value of an attribute by its local name, NULL when absent. */
const char *xlsx_attribute(const char **attributes, const char *name);
enum err_code xlsx_damaged(struct xlsx_book *x, const char *part, struct err *e);

/* ---- rows -------------------------------------------------------------------------------- */

enum err_code xlsx_each_row(
	struct sheet_book *b, size_t index, sheet_row_fn *fn, void *ctx, struct err *e);
/* Does a number format of this code show a day? */
bool xlsx_format_is_day(const char *code);
bool xlsx_builtin_is_day(int id);

#endif
