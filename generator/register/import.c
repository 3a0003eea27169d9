/*
 * The import of 附件2: a unit's monthly sheet into the register, in one transaction.
 *
 * Each row is tied to a record by --match, else by 编号, else by name and address within the unit. A row that
 * is tied changes the record field by field, blanks included: the sheet is what the unit reports now. A row
 * that is tied to nothing is compared with the records no row is tied to; if it is like one it waits for a
 * person, else it is new. Nothing is removed: records the sheet lacks are listed.
 * A dry run does the same and undoes it. The file is kept as received before the report names it.
 * Invariants: one row ties at most one record and the other way round; the same sheet again changes nothing.
 */
#include "register/header.h"
#include "register/import.h"
#include "register/import_list.h"
#include "register/register_internal.h"
#include "register/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_MAX_BYTES ((size_t)64 << 20)
#define UNPACKED_PER_BYTE 32

/* ---- keys of rows and records ------------------------------------------------------------------ */

static struct hash128 id_key(struct enterprise_id id)
{
	return (struct hash128){.hi = 1, .lo = (uint64_t)id.n * 0x9E3779B97F4A7C15ULL};
}

static struct hash128 text_key(const struct import_row *row)
{
	struct hash128 name = hash128_bytes(row->name_key, strlen(row->name_key));
	struct hash128 address = hash128_bytes(row->address_key, strlen(row->address_key));

	return hash128_pair(name, address);
}

/* ---- the import ----------------------------------------------------------------------------------- */

struct held { /* a row tied to nothing, kept until all others are known */
	int row;
	const char *value[FIELD_COUNT];
	const char *name_key, *address_key;
};

struct import {
	struct reg *r;
	const struct import_options *options;
	const struct change_note *note;
	struct day day;
	struct arena *keep, *scratch, *held_arena;
	struct header header;
	struct import_reader *reader;
	struct import_report *report;
	struct report record;
	bool unit_was_empty;
	bool set[FIELD_COUNT]; /* fields the sheet speaks about */
	bool *match_used;
	struct seen texts, tied;
	struct list refused, fixes, near, changes, added, missing, held;
	struct import_row row;
};

static void report_row(struct import *im, const struct import_row *row)
{
	for (size_t i = 0; i < row->refused_count; i++)
		LIST_ADD(&im->refused, row->refused[i]);
	if (row->refused_count > 0)
		return;
	for (size_t i = 0; i < row->fix_count; i++)
		LIST_ADD(&im->fixes, row->fix[i]);
}

static enum err_code insert(struct import *im, const char *const value[FIELD_COUNT], int row,
	struct enterprise_id *ret, struct err *e)
{
	struct import_new added = {.row = row};
	enum err_code code =
		reg_row_insert(im->r, value, im->options->unit, im->day, im->note, &added.id, e);

	if (code != ERR_OK)
		return code;
	added.name = arena_strdup(im->keep, value[FIELD_NAME]);
	LIST_ADD(&im->added, added);
	im->report->added++;
	*ret = added.id;
	return reg_report_row(im->r, im->record.seq, added.id, im->options->month, e);
}

static const char *shown(struct import *im, enum field f, const char *canonical)
{
	if (policy_field(f)->publish == PUBLISH_NEVER)
		return "";
	return arena_strdup(im->keep, value_written(im->r, im->scratch, f, canonical));
}

/* The record becomes what the row says, blanks included. */
static enum err_code change(
	struct import *im, struct enterprise_id id, const struct import_row *row, struct err *e)
{
	const char *old[FIELD_COUNT];
	const char *unit;
	const char *name = NULL;
	bool set[FIELD_COUNT] = {false};
	int changed = 0;
	enum err_code code = reg_row_get(im->r, id, im->scratch, old, &unit, e);

	for (size_t f = FIELD_INDUSTRY; code == ERR_OK && f <= FIELD_COMMUNITY; f++) {
		struct import_change c = {.row = row->row, .id = id};

		if (!im->set[f] || str_eq(old[f], row->value[f]))
			continue;
		if (!name)
			name = arena_strdup(im->keep, row->value[FIELD_NAME]);
		set[f] = true;
		changed++;
		c.name = name;
		c.column = policy_field((enum field)f)->heading;
		c.from = shown(im, (enum field)f, old[f]);
		c.to = shown(im, (enum field)f, row->value[f]);
		LIST_ADD(&im->changes, c);
	}
	if (code == ERR_OK && changed > 0)
		code = reg_row_change(im->r, id, row->value, set, im->day, im->note, &changed, e);
	if (code != ERR_OK)
		return code;
	if (changed > 0)
		im->report->changed++;
	else
		im->report->unchanged++;
	return reg_report_row(im->r, im->record.seq, id, im->options->month, e);
}

static void hold(struct import *im, const struct import_row *row)
{
	struct held h = {.row = row->row};

	for (size_t f = 0; f < FIELD_COUNT; f++)
		h.value[f] = arena_strdup(im->held_arena, row->value[f]);
	h.name_key = arena_strdup(im->held_arena, row->name_key);
	h.address_key = arena_strdup(im->held_arena, row->address_key);
	LIST_ADD(&im->held, h);
}

static void add_near(
	struct import *im, int row, const char *name, const struct enterprise_id *ids, size_t count)
{
	struct import_near n = {.row = row, .name = arena_strdup(im->keep, name), .count = count};
	struct enterprise_id *copy = arena_alloc(im->keep, count * sizeof(*copy));

	memcpy(copy, ids, count * sizeof(*copy));
	n.candidates = copy;
	LIST_ADD(&im->near, n);
}

/* ---- which record ------------------------------------------------------------------------------------ */

/* The id asked for with --match; n 0: none. */
static struct enterprise_id match_of(struct import *im, int row)
{
	for (size_t i = 0; i < im->options->match_count; i++)
		if (im->options->match[i].row == row) {
			im->match_used[i] = true;
			return im->options->match[i].id;
		}
	return (struct enterprise_id){0};
}

/* A record named by its number may be any unit's (a district-wide export comes back whole); one tied by hand must be
 * this unit's, since row numbers are easily mistyped. */
static enum err_code check_named(
	struct import *im, struct enterprise_id id, bool by_match, struct err *e)
{
	const char *value[FIELD_COUNT];
	const char *unit = NULL;
	char text[ENTERPRISE_ID_BYTES];
	enum err_code code = reg_row_get(im->r, id, im->scratch, value, &unit, e);

	reg_id_text(im->r, id, text);
	if (code == ERR_NOT_FOUND && !by_match) {
		import_row_refuse(im->reader, &im->row, FIELD_ID, text,
			T("本库没有这个编号：新企业请留空",
				"no such id: leave it blank for a new one"));
		return ERR_OK;
	}
	if (code != ERR_OK)
		return code;
	if (by_match && !str_eq(unit, im->options->unit))
		return err_set(e, ERR_USAGE,
			T("--match %d=%s：该企业由另一单位上报",
				"--match %d=%s: reported by another unit"),
			im->row.row, text);
	return ERR_OK;
}

static enum err_code tie(struct import *im, struct enterprise_id id, struct err *e)
{
	int first = seen_add(&im->tied, id_key(id), im->row.row);
	char text[ENTERPRISE_ID_BYTES];

	if (first == 0)
		return change(im, id, &im->row, e);
	import_row_refuse(im->reader, &im->row, FIELD_ID, reg_id_text(im->r, id, text),
		arena_printf(im->scratch,
			T("与第 %d 行是同一家企业", "the same enterprise as row %d"), first));
	return ERR_OK;
}

static enum err_code by_text(struct import *im, struct err *e)
{
	struct import_row *row = &im->row;
	struct enterprise_id ids[NEAR_CANDIDATES_MAX];
	struct enterprise_id none = {0};
	size_t count = 0, free_count = 0;
	enum err_code code;

	if (im->unit_was_empty)
		return insert(im, row->value, row->row, &none, e);
	code = reg_match_find(im->r, im->options->unit, row->name_key, row->address_key, ids,
		COUNT_OF(ids), &count, e);
	if (code != ERR_OK)
		return code;
	for (size_t i = 0; i < count && i < COUNT_OF(ids); i++)
		if (seen_find(&im->tied, id_key(ids[i])) == 0)
			ids[free_count++] = ids[i];
	if (count == 1)
		return tie(im, ids[0], e);
	if (free_count == 1)
		return tie(im, ids[0], e);
	if (free_count > 1) {
		/* Several records read the same: only a person knows which one is meant. */
		add_near(im, row->row, row->value[FIELD_NAME], ids, free_count);
		return ERR_OK;
	}
	hold(im, row);
	return ERR_OK;
}

static void refuse_repeated(struct import *im, int first)
{
	import_row_refuse(im->reader, &im->row, FIELD_NAME, im->row.value[FIELD_NAME],
		arena_printf(im->scratch,
			T("与第 %d 行重复（名称、地址相同）",
				"repeats row %d (same name and address)"),
			first));
}

/* A refused row still shows that its record was reported, so it is not listed as missing. */
static enum err_code mark_reported(struct import *im, struct err *e)
{
	struct enterprise_id ids[2];
	size_t count = 0;
	enum err_code code;

	if (im->unit_was_empty || !*im->row.name_key)
		return ERR_OK;
	code = reg_match_find(im->r, im->options->unit, im->row.name_key, im->row.address_key, ids,
		COUNT_OF(ids), &count, e);
	if (code != ERR_OK || count != 1)
		return code;
	(void)seen_add(&im->tied, id_key(ids[0]), im->row.row);
	return reg_report_row(im->r, im->record.seq, ids[0], im->options->month, e);
}

static enum err_code place(struct import *im, struct err *e)
{
	struct enterprise_id id = match_of(im, im->row.row);
	bool by_match = id.n != 0;
	enum err_code code = ERR_OK;
	int first;

	if (im->row.refused_count > 0)
		return mark_reported(im, e);
	if (!by_match)
		id = im->row.id;
	first = seen_add(&im->texts, text_key(&im->row), im->row.row);
	if (id.n == 0 && first == 0)
		return by_text(im, e);
	if (id.n == 0) {
		refuse_repeated(im, first);
		return ERR_OK;
	}
	code = check_named(im, id, by_match, e);
	if (code != ERR_OK || im->row.refused_count > 0)
		return code;
	return tie(im, id, e);
}

static enum err_code take_row(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	struct import *im = ctx;
	enum err_code code;

	(void)stop;
	if (row <= im->header.row)
		return ERR_OK;
	arena_reset(im->scratch);
	if (header_row_kind(&im->header, im->scratch, cells, count) != ROW_ENTERPRISE)
		return ERR_OK;
	im->record.rows++;
	import_row_read(im->reader, im->scratch, row, cells, count, &im->row);
	code = place(im, e);
	report_row(im, &im->row);
	return code;
}

/* ---- rows tied to nothing ---------------------------------------------------------------------------- */

struct unmatched {
	struct import *im;
	struct near_index *index;
};

static enum err_code add_unmatched(void *ctx, const struct match_row *row, struct err *e)
{
	struct unmatched *u = ctx;

	(void)e;
	if (seen_find(&u->im->tied, id_key(row->id)) == 0)
		near_index_add(u->index, row->id, row->name_key, row->address_key);
	return ERR_OK;
}

static enum err_code place_held(
	struct import *im, const struct near_index *index, const struct held *h, struct err *e)
{
	struct enterprise_id ids[NEAR_CANDIDATES_MAX];
	struct enterprise_id id;
	size_t count = near_index_find(index, h->name_key, h->address_key, ids);
	enum err_code code;

	if (count > 0 && !im->options->accept_near) {
		add_near(im, h->row, h->value[FIELD_NAME], ids, count);
		return ERR_OK;
	}
	code = insert(im, h->value, h->row, &id, e);
	for (size_t i = 0; i < count && code == ERR_OK; i++)
		code = reg_near_add(im->r, id, ids[i], im->record.seq, im->note, e);
	return code;
}

static enum err_code place_all_held(struct import *im, struct err *e)
{
	const struct held *held = (const struct held *)(const void *)im->held.items;
	struct unmatched u = {.im = im, .index = near_index_new()};
	enum err_code code = ERR_OK;

	if (im->held.count > 0)
		code = reg_match_each(im->r, im->options->unit, add_unmatched, &u, e);
	near_index_ready(u.index, im->held.count);
	for (size_t i = 0; i < im->held.count && code == ERR_OK; i++) {
		arena_reset(im->scratch);
		code = place_held(im, u.index, &held[i], e);
	}
	near_index_free(u.index);
	return code;
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

static enum err_code stop_at_first(void *ctx, const struct match_row *row, struct err *e)
{
	bool *any = ctx;

	(void)row;
	(void)e;
	*any = true;
	return ERR_REFUSED;
}

static enum err_code look_whether_empty(struct import *im, struct err *e)
{
	bool any = false;
	enum err_code code = reg_match_each(im->r, im->options->unit, stop_at_first, &any, e);

	im->unit_was_empty = !any;
	return any ? ERR_OK : code;
}

static enum err_code add_missing(void *ctx, const struct match_row *row, struct err *e)
{
	struct import *im = ctx;
	struct import_new m = {.row = 0, .id = row->id, .name = arena_strdup(im->keep, row->name)};

	(void)e;
	LIST_ADD(&im->missing, m);
	im->report->missing++;
	return ERR_OK;
}

static enum err_code list_missing(struct import *im, struct err *e)
{
	int64_t previous = 0;
	enum err_code code = reg_report_previous(
		im->r, im->options->unit, im->options->month, im->record.seq, &previous, e);

	if (code != ERR_OK || previous == 0)
		return code;
	return reg_report_missing(im->r, previous, im->record.seq, add_missing, im, e);
}

static enum err_code check_matches(const struct import *im, struct err *e)
{
	for (size_t i = 0; i < im->options->match_count; i++)
		if (!im->match_used[i])
			return err_set(e, ERR_USAGE,
				T("--match %d：工作表“%s”的第 %d 行不是企业行",
					"--match %d: sheet \"%s\" holds no enterprise in row %d"),
				im->options->match[i].row, im->report->sheet,
				im->options->match[i].row);
	return ERR_OK;
}

static enum err_code open_report(struct import *im, const char *name, struct err *e)
{
	struct report *record = &im->record;
	enum err_code code;

	*record = (struct report){.unit = im->options->unit,
		.month = im->options->month,
		.sha256 = im->report->sha256,
		.name = name};
	code = reg_report_find(
		im->r, im->options->unit, im->options->month, im->report->sha256, &record->seq, e);
	if (code != ERR_OK)
		return code;
	im->report->seen_before = record->seq != 0;
	return record->seq ? ERR_OK : reg_report_add(im->r, record, im->note, &record->seq, e);
}

static enum err_code close_report(struct import *im, struct err *e)
{
	struct report *record = &im->record;
	const struct import_report *p = im->report;

	record->added = p->added;
	record->changed = p->changed;
	record->unchanged = p->unchanged;
	record->missing = p->missing;
	record->refused = (int64_t)im->refused.count;
	/* The same sheet again leaves no trace. */
	if (p->seen_before && p->added == 0 && p->changed == 0)
		return ERR_OK;
	return reg_report_finish(im->r, record, im->note, e);
}

static enum err_code run(struct import *im, struct sheet_book *book,
	const struct import_source *source, struct err *e)
{
	char stored[SHA256_HEX_BYTES];
	enum err_code code = look_whether_empty(im, e);

	if (code == ERR_OK)
		code = open_report(im, source->name, e);
	if (code == ERR_OK)
		code = sheet_each_row(book, im->header.sheet, take_row, im, e);
	if (code == ERR_OK)
		code = place_all_held(im, e);
	if (code == ERR_OK)
		code = check_matches(im, e);
	if (code == ERR_OK)
		code = list_missing(im, e);
	if (code == ERR_OK)
		code = close_report(im, e);
	if (code == ERR_OK && !im->options->dry_run)
		code = reg_file_store(im->r, "reports", source->bytes, source->len, stored, e);
	return code;
}

static void keep_lists(struct import *im)
{
	struct import_report *p = im->report;

	p->refused_count = im->refused.count;
	p->refused = list_keep(&im->refused, im->keep);
	p->normalised_count = im->fixes.count;
	p->normalised = list_keep(&im->fixes, im->keep);
	p->near_count = im->near.count;
	p->near = list_keep(&im->near, im->keep);
	p->change_count = im->changes.count;
	p->changes = list_keep(&im->changes, im->keep);
	p->added_row_count = im->added.count;
	p->added_rows = list_keep(&im->added, im->keep);
	p->missing_row_count = im->missing.count;
	p->missing_rows = list_keep(&im->missing, im->keep);
}

struct unit_wanted {
	const char *code;
	struct arena *arena;
	struct unit unit;
	bool found;
};

static enum err_code take_unit(void *ctx, const struct unit *u, struct err *e)
{
	struct unit_wanted *wanted = ctx;

	(void)e;
	if (!str_eq(u->code, wanted->code))
		return ERR_OK;
	wanted->unit.code = arena_strdup(wanted->arena, u->code);
	wanted->unit.name = arena_strdup(wanted->arena, u->name);
	wanted->unit.kind = arena_strdup(wanted->arena, u->kind);
	wanted->found = true;
	return ERR_OK;
}

static enum err_code check_options(struct reg *r, const struct import_options *options,
	struct unit_wanted *wanted, struct err *e)
{
	enum err_code code;

	if (!options->unit || !*options->unit)
		return err_set(
			e, ERR_USAGE, "%s", T("没有给出上报单位", "no reporting unit given"));
	if (!day_is_set(options->month))
		return err_set(e, ERR_USAGE, "%s", T("没有给出上报月份", "no month given"));
	wanted->code = options->unit;
	code = reg_unit_each(r, take_unit, wanted, e);
	if (code == ERR_OK && !wanted->found)
		return err_set(e, ERR_USAGE,
			T("没有代码为“%s”的单位：请用 tianlan unit list 查看",
				"no unit %s: see `tianlan unit list`"),
			options->unit);
	return code;
}

/* The day of the act is that of the note. */
static struct day note_day(struct arena *a, const struct change_note *note)
{
	struct day d;

	return day_parse(arena_strndup(a, note->at, strnlen(note->at, 10)), &d) ? d : DAY_NONE;
}

static void free_import(struct import *im)
{
	struct list *lists[] = {&im->refused, &im->fixes, &im->near, &im->changes, &im->added,
		&im->missing, &im->held};

	for (size_t i = 0; i < COUNT_OF(lists); i++)
		list_free(lists[i]);
	import_reader_free(im->reader);
	arena_free(im->scratch);
	arena_free(im->held_arena);
	seen_free(&im->texts);
	seen_free(&im->tied);
	free(im->match_used);
	free(im);
}

static enum err_code run_in_scope(struct import *im, struct sheet_book *book,
	const struct import_source *source, struct err *e)
{
	enum err_code code = reg_scope_begin(im->r, e);

	if (code != ERR_OK)
		return code;
	code = run(im, book, source, e);
	if (code == ERR_OK && im->options->dry_run) {
		code = reg_scope_end(im->r, ERR_REFUSED, e);
		return code == ERR_REFUSED ? ERR_OK : code;
	}
	return reg_scope_end(im->r, code, e);
}

enum err_code import_source_run(struct reg *r, const struct import_source *source,
	const struct import_options *options, const struct change_note *note, struct arena *a,
	struct import_report *ret, struct err *e)
{
	struct sheet_limits limits = {
		.max_unpacked_bytes =
			(uint64_t)(options->max_bytes ? options->max_bytes : DEFAULT_MAX_BYTES) *
			UNPACKED_PER_BYTE};
	struct unit_wanted wanted = {.arena = a};
	struct import_report report = {0};
	struct sheet_book *book = NULL;
	struct import *im;
	enum err_code code = reg_note_check(note, e);

	if (code == ERR_OK)
		code = check_options(r, options, &wanted, e);
	if (code == ERR_OK)
		code = sheet_open(source->name, source->bytes, source->len, &limits, &book, e);
	if (code != ERR_OK)
		return code;
	im = mem_zero(1, sizeof(*im));
	im->r = r;
	im->options = options;
	im->note = note;
	im->keep = a;
	im->scratch = arena_new();
	im->held_arena = arena_new();
	im->report = &report;
	im->day = note_day(a, note);
	im->match_used = mem_zero(options->match_count + 1, sizeof(bool));
	sha256_hex(source->bytes, source->len, report.sha256);
	code = header_find(book, &im->header, e);
	if (code == ERR_OK) {
		report.sheet = arena_strdup(a, sheet_name(book, im->header.sheet));
		report.header_row = im->header.row;
		for (size_t f = 0; f < FIELD_COUNT; f++)
			im->set[f] = import_field_in_sheet((enum field)f);
		im->reader = import_reader_new(r, &wanted.unit, &im->header, report.sheet, a);
		code = run_in_scope(im, book, source, e);
	}
	if (code == ERR_OK) {
		keep_lists(im);
		*ret = report;
	}
	free_import(im);
	sheet_close(book);
	return code;
}

static enum err_code read_source(const char *path, size_t max_bytes, struct buf *ret, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	struct stat st;

	if (stat(path, &st) != 0)
		return err_at(e, ERR_INPUT, path, 0, 0, "%s",
			T("文件不存在或无法读取：请检查文件名",
				"no such file, or it cannot be read: check the name"));
	if (S_ISDIR(st.st_mode))
		return err_at(e, ERR_INPUT, path, 0, 0, "%s",
			T("这是文件夹，不是表格文件", "this is a folder, not a sheet"));
	if (!S_ISREG(st.st_mode))
		return err_at(
			e, ERR_INPUT, path, 0, 0, "%s", T("不是普通文件", "not a regular file"));
	if ((uint64_t)st.st_size > max_bytes)
		return err_at(e, ERR_INPUT, name, 0, 0,
			T("文件太大（%llu MiB，上限 %llu "
			  "MiB）：请删去多余的工作表和图片，或拆成几个文件",
				"the file is too large (%llu MiB, at most %llu): remove other "
				"sheets and pictures, "
				"or split it"),
			(unsigned long long)((uint64_t)st.st_size >> 20),
			(unsigned long long)(max_bytes >> 20));
	return file_read(path, max_bytes, ret, e);
}

enum err_code reg_import(struct reg *r, const char *path, const struct import_options *options,
	const struct change_note *note, struct arena *a, struct import_report *ret, struct err *e)
{
	size_t max_bytes = options->max_bytes ? options->max_bytes : DEFAULT_MAX_BYTES;
	const char *slash = strrchr(path, '/');
	struct import_source source = {.name = slash ? slash + 1 : path};
	struct buf bytes;
	enum err_code code;

	buf_init(&bytes, max_bytes + 1);
	code = read_source(path, max_bytes, &bytes, e);
	if (code == ERR_OK) {
		source.bytes = buf_text(&bytes);
		source.len = bytes.len;
		code = import_source_run(r, &source, options, note, a, ret, e);
	}
	buf_done(&bytes);
	return code;
}
