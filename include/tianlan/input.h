/*
 * input: files that people write, read with errors that name file, line and column.
 *
 * Not here: what the values mean. Spreadsheets are the register's.
 * Ownership: everything loaded lives in the caller's arena.
 * Errors: ERR_INPUT with file:line:column for what is wrong in a file; ERR_SYSTEM when it cannot be read.
 * Limits: configuration and JSON 16 MiB, CSV 256 MiB, nesting 32.
 */
#ifndef TIANLAN_INPUT_H
#define TIANLAN_INPUT_H

#include "tianlan/base.h"

/* ---- configuration (libconfig's syntax): a read tree with positions -------------------- */

enum conf_type { CONF_GROUP, CONF_LIST, CONF_STRING, CONF_INT, CONF_BOOL, CONF_FLOAT };

struct conf {
	enum conf_type type;
	const char *name; /* NULL in a list */
	const char *file;
	int line;
	int column;
	const char *string; /* CONF_STRING; valid UTF-8, else the load failed */
	int64_t integer;
	double number;
	bool boolean;
	const struct conf *items; /* CONF_GROUP (by name) and CONF_LIST */
	size_t count;
};

enum err_code conf_load(
	struct arena *a, const char *path, const struct conf **ret_root, struct err *e) MUST_USE;
enum err_code conf_parse(struct arena *a, const char *file_name, const char *text,
	const struct conf **ret_root, struct err *e) MUST_USE;
/* NULL when absent. */
const struct conf *conf_find(const struct conf *group, const char *name);
/* ERR_INPUT at the item's place. */
enum err_code conf_error(const struct conf *at, struct err *e, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* Required values of one type; the error names the missing or wrong key. */
enum err_code conf_string(
	const struct conf *group, const char *name, const char **ret, struct err *e) MUST_USE;
enum err_code conf_int(
	const struct conf *group, const char *name, int64_t *ret, struct err *e) MUST_USE;
/* Optional values: absent keeps *ret; a wrong type is an error. */
enum err_code conf_opt_string(
	const struct conf *group, const char *name, const char **ret, struct err *e) MUST_USE;
enum err_code conf_opt_int(
	const struct conf *group, const char *name, int64_t *ret, struct err *e) MUST_USE;
enum err_code conf_opt_bool(
	const struct conf *group, const char *name, bool *ret, struct err *e) MUST_USE;
/* Every key of the group must be in the NULL-ended list: a misspelt key is an error, not ignored. */
enum err_code conf_only(const struct conf *group, const char *const *names, struct err *e) MUST_USE;

/* ---- JSON: the same tree (a JSON null is CONF_STRING with string NULL) ------------------ */

/* Strict: UTF-8, no duplicate keys. */
enum err_code json_parse(struct arena *a, const char *file_name, const char *text, size_t len,
	const struct conf **ret_root, struct err *e) MUST_USE;

/* ---- text encodings -------------------------------------------------------------------- */

enum text_encoding { TEXT_UTF8, TEXT_UTF8_BOM, TEXT_GB18030 };

/* BOM, else strict UTF-8, else strict GB18030, else ERR_INPUT naming the line of the first wrong byte.
 * *ret_text is UTF-8 without BOM, NUL-terminated, in the arena. UTF-16 is refused with a message that says so. */
enum err_code text_decode(struct arena *a, const char *file_name, const char *bytes, size_t len,
	char **ret_text, size_t *ret_len, enum text_encoding *ret_encoding, struct err *e) MUST_USE;

/* ---- CSV (RFC 4180, comma or tab) ------------------------------------------------------ */

/* Called per row with its cells (UTF-8, untrimmed) and the physical row number as a spreadsheet
 * shows it: 1-based, blank rows counted, a quoted line break does not start a new row. */
typedef enum err_code csv_row_fn(void *ctx, int row, char **cells, size_t count, struct err *e);
enum err_code csv_rows(const char *file_name, const char *text, size_t len, char separator,
	csv_row_fn *fn, void *ctx, struct err *e) MUST_USE;

/* ---- front matter ---------------------------------------------------------------------- */

/* A page file opens with a line `---`, `key: value` lines, a line `---`. Values are text to the end
 * of the line. Unknown keys are kept; the reader of the page decides. */
struct front_item {
	const char *key;
	const char *value;
	int line;
};
struct front_matter {
	struct front_item *items;
	size_t count;
	const char *body; /* the text after it */
	int body_line;	  /* line of body's first line in the file */
};
/* A file without front matter gives count 0. A duplicate or malformed line is an error. */
enum err_code front_parse(struct arena *a, const char *file_name, const char *text,
	struct front_matter *ret_front, struct err *e) MUST_USE;
const char *front_find(const struct front_matter *f, const char *key); /* NULL when absent */

#endif
