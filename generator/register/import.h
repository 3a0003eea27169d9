/*
 * The parts of the import of 附件2 between themselves.
 *
 * Not here: reading files (sheet.h), the heading (header.h), writing rows (register_internal.h).
 * Ownership: what a report holds lives in the caller's arena; a row's values in the arena given to the reader.
 */
#ifndef REGISTER_IMPORT_H
#define REGISTER_IMPORT_H

#include "tianlan/base.h"
#include "tianlan/policy.h"
#include "tianlan/register.h"

/* ---- between the parts ------------------------------------------------------------------------ */

struct header;
struct sheet_cell;
struct import_reader; /* import_row.c */

struct import_source {
	const char *name; /* without folders */
	const char *bytes;
	size_t len;
};
/* The whole import of bytes already read. keep: file the sheet and record the report. */
enum err_code import_source_run(struct reg *r, const struct import_source *source,
	const struct import_options *options, const struct change_note *note, struct arena *a,
	struct import_report *ret, struct err *e) MUST_USE;

/* One row of the sheet, read. */
struct import_row {
	int row;
	struct enterprise_id id; /* of 编号; n 0: none */
	const char *value[FIELD_COUNT];
	const char *name_key, *address_key;
	struct import_fix fix[FIELD_COUNT + 1];
	size_t fix_count;
	struct import_cell refused[FIELD_COUNT + 1];
	size_t refused_count;
};
/* keep: an arena that lives as long as the report. */
struct import_reader *import_reader_new(struct reg *r, const struct unit *unit,
	const struct header *header, const char *sheet, struct arena *keep);
void import_reader_free(struct import_reader *m);
/* Values and keys in scratch; fixes and refusals in the reader's arena. */
void import_row_read(struct import_reader *m, struct arena *scratch, int row,
	const struct sheet_cell *cells, size_t count, struct import_row *ret);
/* Refuses the whole row for what stands in one column. */
void import_row_refuse(struct import_reader *m, struct import_row *row, enum field f,
	const char *value, const char *reason);
bool import_field_in_sheet(
	enum field f); /* fields an import sets: columns 2–22 and the community */
bool import_name_is_blank(const char *name_key); /* 无名, 无牌: no name to match by */

/* ---- likeness ---------------------------------------------------------------------------------- */

struct near_index;
struct near_index *near_index_new(void);
void near_index_free(struct near_index *x);
void near_index_add(struct near_index *x, struct enterprise_id id, const char *name_key,
	const char *address_key); /* keys are copied */
/* After the last add. lookups: how many will follow, so that the work stays bounded. */
void near_index_ready(struct near_index *x, size_t lookups);
#define NEAR_CANDIDATES_MAX 10
size_t near_index_find(const struct near_index *x, const char *name_key, const char *address_key,
	struct enterprise_id ret[NEAR_CANDIDATES_MAX]);
/* The same name elsewhere, another name at the same place, or both nearly the same. Never for equal pairs. */
bool near_is_alike(
	const char *name_a, const char *address_a, const char *name_b, const char *address_b);

#endif
