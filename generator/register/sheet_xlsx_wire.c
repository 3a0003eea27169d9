/*
 * The reader of .xlsx: the workbook and its sheets, shared strings, and which formats show days.
 *
 * Sources: ECMA-376 part 1 (18.2 workbook, 18.4 strings, 18.8 styles, 22.9.2.19 ST_Xstring escapes),
 * part 2 (relationships). Phonetic runs (rPh) are no text. Sheets that are hidden say so.
 * Invariant: strings and styles are read only when rows are, so that a listing of sheets is cheap.
 */
#include "register/sheet_xlsx.h"

#include <stdlib.h>
#include <string.h>

/* ---- relationships --------------------------------------------------------------------- */

struct relation {
	const char *id, *type, *target;
};

struct relations {
	struct arena *arena;
	struct relation items[256];
	size_t count;
};

static void relation_start(struct xlsx_parse *p, const char *name, const char **attributes)
{
	struct relations *r = p->ctx;
	const char *id = xlsx_attribute(attributes, "Id");
	const char *type = xlsx_attribute(attributes, "Type");
	const char *target = xlsx_attribute(attributes, "Target");

	if (strcmp(name, "Relationship") != 0 || !id || !type || !target)
		return;
	if (r->count == COUNT_OF(r->items))
		return;
	r->items[r->count++] = (struct relation){.id = arena_strdup(r->arena, id),
		.type = arena_strdup(r->arena, type),
		.target = arena_strdup(r->arena, target)};
}

static const struct xlsx_handlers relation_handlers = {.start = relation_start};

/* A target is relative to the folder of the part that names it, or absolute. */
static const char *resolve(struct arena *a, const char *base, const char *target)
{
	const char *slash = strrchr(base, '/');
	int folder = slash ? (int)(slash - base + 1) : 0;

	if (target[0] == '/')
		return arena_strdup(a, target + 1);
	while (strncmp(target, "./", 2) == 0)
		target += 2;
	while (strncmp(target, "../", 3) == 0 && folder > 0) {
		target += 3;
		folder--;
		while (folder > 0 && base[folder - 1] != '/')
			folder--;
	}
	return arena_printf(a, "%.*s%s", folder, base, target);
}

static const char *relations_part(struct arena *a, const char *part)
{
	const char *slash = strrchr(part, '/');
	int folder = slash ? (int)(slash - part + 1) : 0;

	return arena_printf(a, "%.*s_rels/%s.rels", folder, part, part + folder);
}

static const char *relation_by_type(
	const struct relations *r, struct arena *a, const char *base, const char *type)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_ends(r->items[i].type, type))
			return resolve(a, base, r->items[i].target);
	return NULL;
}

/* ---- workbook -------------------------------------------------------------------------- */

#define SHEETS_MAX 256

struct workbook {
	struct arena *arena;
	const struct relations *relations;
	const char *part;
	struct sheet_info sheets[SHEETS_MAX];
	const char *parts[SHEETS_MAX];
	size_t count;
	bool from_1904;
};

static void workbook_sheet(struct workbook *w, const char **attributes)
{
	const char *name = xlsx_attribute(attributes, "name");
	const char *state = xlsx_attribute(attributes, "state");
	const char *id = NULL;

	for (const char **at = attributes; at[0]; at += 2)
		if (str_ends(at[0], ":id"))
			id = at[1];
	if (!name || !id || w->count == SHEETS_MAX)
		return;
	for (size_t i = 0; i < w->relations->count; i++) {
		const struct relation *r = &w->relations->items[i];

		if (strcmp(r->id, id) != 0 || !str_ends(r->type, "/worksheet"))
			continue;
		w->parts[w->count] = resolve(w->arena, w->part, r->target);
		w->sheets[w->count].name = arena_strdup(w->arena, name);
		w->sheets[w->count].hidden = state && strcmp(state, "visible") != 0;
		w->count++;
		return;
	}
}

static void workbook_start(struct xlsx_parse *p, const char *name, const char **attributes)
{
	struct workbook *w = p->ctx;

	if (strcmp(name, "sheet") == 0) {
		workbook_sheet(w, attributes);
	} else if (strcmp(name, "workbookPr") == 0) {
		const char *mode = xlsx_attribute(attributes, "date1904");

		w->from_1904 = mode && (strcmp(mode, "1") == 0 || strcmp(mode, "true") == 0);
	}
}

static const struct xlsx_handlers workbook_handlers = {.start = workbook_start};

static enum err_code not_a_workbook(struct xlsx_book *x, struct err *e)
{
	const char *zh = "这个压缩包不是电子表格：请导入 .xlsx、.xls、.csv 或 .tsv";
	const char *en = "this archive is no spreadsheet: import .xlsx, .xls, .csv or .tsv";

	if (xlsx_zip_has(x, "content.xml") && xlsx_zip_has(x, "mimetype")) {
		zh = "这是 OpenDocument 文件（.ods 等）：请用 LibreOffice、Excel 或 WPS "
		     "打开，另存为 .xlsx 再导入";
		en = "this is an OpenDocument file: open it and save it as .xlsx";
	} else if (xlsx_zip_has(x, "xl/workbook.bin")) {
		zh = "这是二进制工作簿（.xlsb）：请用 Excel 或 WPS 打开，另存为 .xlsx 再导入";
		en = "this is a binary workbook (.xlsb): open it and save it as .xlsx";
	} else if (xlsx_zip_has(x, "word/document.xml") ||
		   xlsx_zip_has(x, "ppt/presentation.xml")) {
		zh = "这是文字或演示文稿，不是电子表格：请导入 .xlsx、.xls、.csv 或 .tsv";
		en = "this is a document or a presentation, not a spreadsheet: import .xlsx, .xls, "
		     ".csv or .tsv";
	}
	return err_at(e, ERR_INPUT, x->book->name, 0, 0, "%s", T(zh, en));
}

static enum err_code read_workbook(
	struct xlsx_book *x, struct relations *relations, struct workbook *w, struct err *e)
{
	struct arena *a = x->book->arena;
	const char *rels;
	enum err_code code;

	relations->arena = a;
	if (!xlsx_zip_has(x, "_rels/.rels"))
		return not_a_workbook(x, e);
	code = xlsx_part_parse(x, "_rels/.rels", &relation_handlers, relations, e);
	if (code != ERR_OK)
		return code;
	w->arena = a;
	w->part = relation_by_type(relations, a, "", "/officeDocument");
	if (!w->part || str_ends(w->part, ".bin") || str_starts(w->part, "word/") ||
		str_starts(w->part, "ppt/"))
		return not_a_workbook(x, e);
	rels = relations_part(a, w->part);
	relations->count = 0;
	if (xlsx_zip_has(x, rels)) {
		code = xlsx_part_parse(x, rels, &relation_handlers, relations, e);
		if (code != ERR_OK)
			return code;
	}
	w->relations = relations;
	code = xlsx_part_parse(x, w->part, &workbook_handlers, w, e);
	if (code != ERR_OK)
		return code;
	if (w->count == 0)
		return xlsx_damaged(x, w->part, e);
	x->strings_part = relation_by_type(relations, a, w->part, "/sharedStrings");
	x->styles_part = relation_by_type(relations, a, w->part, "/styles");
	return ERR_OK;
}

static void xlsx_close(struct sheet_book *b)
{
	struct xlsx_book *x = b->reader;

	if (x->zip)
		(void)unzClose(x->zip);
	buf_done(&x->strings.text);
	free(x->strings.at);
	free(x->style_is_day);
	for (size_t i = 0; x->merges && i < b->count; i++)
		sheet_merges_done(&x->merges[i]);
}

enum err_code sheet_xlsx_open(struct sheet_book *b, struct err *e)
{
	struct xlsx_book *x = arena_alloc(b->arena, sizeof(*x));
	struct relations *relations = arena_alloc(b->arena, sizeof(*relations));
	struct workbook *w = arena_alloc(b->arena, sizeof(*w));
	enum err_code code;

	x->book = b;
	/* Offsets are counted within what one file may unpack to. */
	buf_init(&x->strings.text, (size_t)(b->limits.max_unpacked_bytes / 4));
	b->reader = x;
	b->close = xlsx_close;
	b->each_row = xlsx_each_row;
	code = xlsx_zip_open(x, e);
	if (code != ERR_OK)
		return code;
	code = read_workbook(x, relations, w, e);
	if (code != ERR_OK)
		return code;
	x->from_1904 = w->from_1904;
	x->parts = w->parts;
	b->sheets = w->sheets;
	b->count = w->count;
	x->merges = arena_alloc(b->arena, b->count * sizeof(*x->merges));
	x->merges_read = arena_alloc(b->arena, b->count * sizeof(*x->merges_read));
	return ERR_OK;
}

/* ---- which formats show days ------------------------------------------------------------ */

/* 18.8.30: 14–17 and 22 everywhere; 27–31, 36, 50–54, 57, 58 in Chinese programs. */
bool xlsx_builtin_is_day(int id)
{
	return (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 ||
	       (id >= 50 && id <= 54) || id == 57 || id == 58;
}

bool xlsx_format_is_day(const char *code)
{
	bool month = false, clock = false;

	if (strcmp(code, "General") == 0 || strcmp(code, "Standard") == 0)
		return false;
	for (const char *p = code; *p && *p != ';'; p++) {
		char c = *p;

		if (c == '"' || c == '[') {
			const char *end = strchr(p + 1, c == '"' ? '"' : ']');

			if (!end)
				break;
			p = end;
		} else if ((c == '\\' || c == '_' || c == '*') && p[1]) {
			p++;
		} else if (c == 'y' || c == 'Y' || c == 'd' || c == 'D') {
			return true;
		} else if (c == 'h' || c == 'H' || c == 's' || c == 'S') {
			clock = true;
		} else if (c == 'm' || c == 'M') {
			month = true;
		}
	}
	return month && !clock;
}
