/*
 * What libfreexl leaves out of an .xls file: it gives NULL for every formula, boolean and error, and knows
 * neither merged blocks nor hidden sheets. A sum that silently became blank would be a wrong figure.
 *
 * Bytes come from outside: every offset is checked against the stream, every chain of sectors against
 * the number of sectors. Runs in the reader's confined child.
 */
#include "register/sheet_biff.h"

#include "register/sheet_xlsx.h"

#include <stdlib.h>
#include <string.h>

static uint32_t u16(const char *p)
{
	return (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8;
}

static uint32_t u32(const char *p)
{
	return u16(p) | u16(p + 2) << 16;
}

/* ---- the container ---------------------------------------------------------------------- */

struct cfb {
	const char *bytes;
	size_t len;
	size_t sector_bytes;
	uint32_t *fat;
	size_t fat_count;
	char *mini; /* the stream of small sectors */
	size_t mini_len;
	uint32_t *mini_fat;
	size_t mini_fat_count;
};

#define CFB_LAST 0xFFFFFFFAu /* above: end of chain, free, FAT and DIFAT marks */

static const char *cfb_sector(const struct cfb *c, uint32_t n)
{
	uint64_t at = ((uint64_t)n + 1) * c->sector_bytes;

	return n < CFB_LAST && at + c->sector_bytes <= c->len ? c->bytes + at : NULL;
}

/* Joins a chain of sectors; NULL when it is broken or runs in a circle. */
static char *cfb_chain(const struct cfb *c, struct arena *a, uint32_t first, size_t *ret_len)
{
	size_t count = 0;
	char *joined;

	for (uint32_t n = first; n < CFB_LAST; n = c->fat[n])
		if (n >= c->fat_count || !cfb_sector(c, n) || ++count > c->fat_count)
			return NULL;
	joined = arena_alloc(a, count * c->sector_bytes + 1);
	*ret_len = 0;
	for (uint32_t n = first; n < CFB_LAST; n = c->fat[n]) {
		memcpy(joined + *ret_len, cfb_sector(c, n), c->sector_bytes);
		*ret_len += c->sector_bytes;
	}
	return joined;
}

static bool cfb_read_fat(struct cfb *c, struct arena *a)
{
	size_t per_sector = c->sector_bytes / 4;
	size_t total = c->len / c->sector_bytes;
	uint32_t next = u32(c->bytes + 68);
	size_t used = 0, lists = 0;
	size_t max = total / per_sector + 1;
	uint32_t *sectors = arena_alloc(a, (max + 1) * sizeof(*sectors));

	for (size_t i = 0; i < 109 && used < max; i++)
		if (u32(c->bytes + 76 + i * 4) < CFB_LAST)
			sectors[used++] = u32(c->bytes + 76 + i * 4);
	while (next < CFB_LAST && used < max) {
		const char *list = cfb_sector(c, next);

		if (!list || ++lists > total)
			return false;
		for (size_t i = 0; i + 1 < per_sector && used < max; i++)
			if (u32(list + i * 4) < CFB_LAST)
				sectors[used++] = u32(list + i * 4);
		next = u32(list + (per_sector - 1) * 4);
	}
	c->fat = arena_alloc(a, (used * per_sector + 1) * sizeof(*c->fat));
	for (size_t i = 0; i < used; i++) {
		const char *sector = cfb_sector(c, sectors[i]);

		if (!sector)
			return false;
		for (size_t k = 0; k < per_sector; k++)
			c->fat[c->fat_count++] = u32(sector + k * 4);
	}
	return c->fat_count > 0;
}

static char *cfb_mini_chain(const struct cfb *c, struct arena *a, uint32_t first, size_t *ret_len)
{
	size_t count = 0;
	char *joined;

	for (uint32_t n = first; n < CFB_LAST; n = c->mini_fat[n])
		if (n >= c->mini_fat_count || ((size_t)n + 1) * 64 > c->mini_len ||
			++count > c->mini_fat_count)
			return NULL;
	joined = arena_alloc(a, count * 64 + 1);
	*ret_len = 0;
	for (uint32_t n = first; n < CFB_LAST; n = c->mini_fat[n]) {
		memcpy(joined + *ret_len, c->mini + (size_t)n * 64, 64);
		*ret_len += 64;
	}
	return joined;
}

static bool is_entry_named(const char *entry, const char *name)
{
	size_t n = strlen(name);

	if (u16(entry + 64) != (n + 1) * 2)
		return false;
	for (size_t i = 0; i < n; i++)
		if (u16(entry + i * 2) != (unsigned char)name[i])
			return false;
	return true;
}

static bool cfb_read_mini(struct cfb *c, struct arena *a, const char *root)
{
	size_t len = 0;
	char *fat = cfb_chain(c, a, u32(c->bytes + 60), &len);

	if (!fat)
		return false;
	c->mini_fat_count = len / 4;
	c->mini_fat = arena_alloc(a, len + 4);
	for (size_t i = 0; i < c->mini_fat_count; i++)
		c->mini_fat[i] = u32(fat + i * 4);
	c->mini = cfb_chain(c, a, u32(root + 116), &c->mini_len);
	return c->mini != NULL;
}

/* The stream "Workbook" (or "Book" before Excel 97). */
static char *cfb_workbook(struct arena *a, const char *bytes, size_t len, size_t *ret_len)
{
	struct cfb c = {.bytes = bytes, .len = len};
	const char *found = NULL;
	char *directory, *stream;
	size_t directory_len = 0, bytes_said;

	if (len < 1536 || u16(bytes + 30) < 9 || u16(bytes + 30) > 12)
		return NULL;
	c.sector_bytes = (size_t)1 << u16(bytes + 30);
	if (!cfb_read_fat(&c, a))
		return NULL;
	directory = cfb_chain(&c, a, u32(bytes + 48), &directory_len);
	if (!directory || directory_len < 128)
		return NULL;
	for (size_t at = 0; at + 128 <= directory_len; at += 128)
		if (is_entry_named(directory + at, "Workbook") ||
			(!found && is_entry_named(directory + at, "Book")))
			found = directory + at;
	if (!found)
		return NULL;
	bytes_said = u32(found + 120);
	if (bytes_said < u32(bytes + 56)) {
		if (!cfb_read_mini(&c, a, directory))
			return NULL;
		stream = cfb_mini_chain(&c, a, u32(found + 116), ret_len);
	} else {
		stream = cfb_chain(&c, a, u32(found + 116), ret_len);
	}
	if (stream && bytes_said < *ret_len)
		*ret_len = bytes_said;
	return stream;
}

/* ---- records ----------------------------------------------------------------------------- */

enum {
	BIFF_FORMULA = 0x0006,
	BIFF_EOF = 0x000A,
	BIFF_DATEMODE = 0x0022,
	BIFF_FILEPASS = 0x002F,
	BIFF_CONTINUE = 0x003C,
	BIFF_BOUNDSHEET = 0x0085,
	BIFF_XF = 0x00E0,
	BIFF_MERGEDCELLS = 0x00E5,
	BIFF_BOOLERR = 0x0205,
	BIFF_STRING = 0x0207,
	BIFF_FORMAT = 0x041E,
	BIFF_BOF = 0x0809,
};

struct record {
	uint32_t kind, len;
	const char *data;
};

static bool next_record(const struct biff_book *b, size_t *at, struct record *ret)
{
	if (b->len < 4 || *at > b->len - 4)
		return false;
	ret->kind = u16(b->stream + *at);
	ret->len = u16(b->stream + *at + 2);
	ret->data = b->stream + *at + 4;
	if (ret->len > b->len - *at - 4)
		return false;
	*at += 4 + (size_t)ret->len;
	return true;
}

/* `count` characters at p, one or two bytes each, as UTF-8. What lies beyond the record is left out. */
static char *biff_text(struct arena *a, const char *p, const char *end, size_t count, bool wide)
{
	struct buf text;
	char *copy;

	buf_init(&text, SHEET_CELL_BYTES_MAX);
	for (size_t i = 0; i < count && end - p >= (wide ? 2 : 1); i++) {
		char utf8[4];
		uint32_t code = wide ? u16(p) : (unsigned char)*p;

		p += wide ? 2 : 1;
		if (code >= 0xD800 && code < 0xDC00 && wide && end - p >= 2 && u16(p) >= 0xDC00 &&
			u16(p) < 0xE000) {
			code = 0x10000 + ((code - 0xD800) << 10) + (u16(p) - 0xDC00);
			p += 2;
			i++;
		}
		if (code == 0 || (code >= 0xD800 && code < 0xE000))
			continue;
		buf_add(&text, utf8, utf8_encode(code, utf8));
	}
	copy = buf_dup(&text, a);
	buf_done(&text);
	return copy;
}

struct formats {
	struct {
		uint32_t id;
		bool is_day;
	} items[1024];
	size_t count;
};

static void read_format(struct biff_book *b, struct formats *f, const struct record *r)
{
	const char *code;

	if (r->len < 5 || f->count == COUNT_OF(f->items))
		return;
	code = b->is_biff8 ? biff_text(b->arena, r->data + 5, r->data + r->len, u16(r->data + 2),
				     r->data[4] & 1)
			   : biff_text(b->arena, r->data + 3, r->data + r->len,
				     (unsigned char)r->data[2], false);
	f->items[f->count].id = u16(r->data);
	f->items[f->count++].is_day = xlsx_format_is_day(code);
}

static void read_style(
	struct biff_book *b, const struct formats *f, const struct record *r, size_t *cap)
{
	uint32_t id;
	bool is_day;

	if (r->len < 4 || b->style_count >= 65536)
		return;
	id = u16(r->data + 2);
	is_day = xlsx_builtin_is_day((int)id);
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].id == id)
			is_day = f->items[i].is_day;
	if (b->style_count == *cap) {
		bool *grown;

		*cap = *cap ? *cap * 2 : 64;
		grown = arena_alloc(b->arena, *cap * sizeof(*grown));
		if (b->style_count > 0)
			memcpy(grown, b->style_is_day, b->style_count * sizeof(*grown));
		b->style_is_day = grown;
	}
	b->style_is_day[b->style_count++] = is_day;
}

static bool read_globals(struct biff_book *b)
{
	struct formats *formats = arena_alloc(b->arena, sizeof(*formats));
	struct record r;
	size_t at = 0, cap = 0;

	if (!next_record(b, &at, &r) || r.kind != BIFF_BOF || r.len < 4)
		return false;
	b->is_biff8 = u16(r.data) == 0x0600;
	while (next_record(b, &at, &r) && r.kind != BIFF_EOF) {
		if (r.kind == BIFF_FILEPASS)
			b->is_encrypted = true;
		else if (r.kind == BIFF_DATEMODE && r.len >= 2)
			b->from_1904 = u16(r.data) == 1;
		else if (r.kind == BIFF_FORMAT)
			read_format(b, formats, &r);
		else if (r.kind == BIFF_XF)
			read_style(b, formats, &r, &cap);
		else if (r.kind == BIFF_BOUNDSHEET && r.len >= 6 &&
			 b->sheet_count < BIFF_SHEETS_MAX)
			b->sheets[b->sheet_count++] = (struct biff_sheet){
				.offset = u32(r.data), .hidden = (r.data[4] & 3) != 0};
	}
	return true;
}

bool biff_open(struct biff_book *b, struct arena *a, const char *bytes, size_t len)
{
	*b = (struct biff_book){.arena = a};
	b->stream = cfb_workbook(a, bytes, len, &b->len);
	return b->stream && read_globals(b);
}

/* ---- cells of one sheet ------------------------------------------------------------------- */

struct extras {
	struct biff_cell *cells;
	size_t count, cap;
};

static struct biff_cell *add_cell(struct extras *x, const struct record *r, enum sheet_type type)
{
	if (x->count == x->cap) {
		x->cap = x->cap ? x->cap * 2 : 256;
		x->cells = mem_grow(x->cells, x->cap, sizeof(*x->cells));
	}
	x->cells[x->count] = (struct biff_cell){.row = (int)u16(r->data),
		.column = (int)u16(r->data + 2),
		.type = type,
		.text = ""};
	return &x->cells[x->count++];
}

static void set_bool(struct biff_cell *cell, bool yes)
{
	cell->type = SHEET_BOOL;
	cell->text = yes ? "TRUE" : "FALSE";
}

static void set_error(struct biff_cell *cell, unsigned char error)
{
	cell->type = SHEET_ERROR;
	cell->text = error == 0x00   ? "#NULL!"
		     : error == 0x07 ? "#DIV/0!"
		     : error == 0x0F ? "#VALUE!"
		     : error == 0x17 ? "#REF!"
		     : error == 0x1D ? "#NAME?"
		     : error == 0x24 ? "#NUM!"
				     : "#N/A";
}

/* 2.5.133 FormulaValue: a number, or a mark for a string that follows, a boolean, an error, a blank. */
static struct biff_cell *read_formula(struct biff_book *b, struct extras *x, const struct record *r)
{
	struct biff_cell *cell = add_cell(x, r, SHEET_NUMBER);
	uint32_t style = u16(r->data + 4);
	char text[40];
	double value;

	if (u16(r->data + 12) == 0xFFFF) {
		if (r->data[6] == 1)
			set_bool(cell, r->data[8] != 0);
		else if (r->data[6] == 2)
			set_error(cell, (unsigned char)r->data[8]);
		else
			cell->type = SHEET_TEXT;
		return r->data[6] == 0 ? cell : NULL;
	}
	memcpy(&value, r->data + 6, sizeof(value));
	if (style < b->style_count && b->style_is_day[style] &&
		sheet_serial_day(value, b->from_1904, text))
		cell->type = SHEET_DAY;
	else
		sheet_number_text(value, text);
	cell->text = arena_strdup(b->arena, text);
	return NULL;
}

static void read_merges(const struct record *r, struct sheet_merges *merges)
{
	size_t count = r->len >= 2 ? u16(r->data) : 0;

	for (size_t i = 0; i < count && 2 + (i + 1) * 8 <= r->len; i++) {
		const char *p = r->data + 2 + i * 8;

		if (merges->count < 100000)
			sheet_merges_add(
				merges, (int)u16(p) + 1, (int)u16(p + 2) + 1, (int)u16(p + 4));
	}
}

static int cell_compare(const void *a, const void *b)
{
	const struct biff_cell *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

bool biff_sheet_extras(struct biff_book *b, size_t index, struct biff_cell **ret_cells,
	size_t *ret_count, struct sheet_merges *merges)
{
	struct extras x = {0};
	struct record r;
	size_t at, depth = 0;
	struct biff_cell *awaits_text = NULL;

	*ret_cells = NULL;
	*ret_count = 0;
	if (index >= b->sheet_count)
		return false;
	at = b->sheets[index].offset;
	while (next_record(b, &at, &r)) {
		if (r.kind == BIFF_BOF)
			depth++; /* charts stand inside a sheet */
		else if (r.kind == BIFF_EOF && depth-- <= 1)
			break;
		if (depth != 1)
			continue;
		if (r.kind == BIFF_FORMULA && r.len >= 14) {
			awaits_text = read_formula(b, &x, &r);
		} else if (r.kind == BIFF_BOOLERR && r.len >= 8) {
			struct biff_cell *cell = add_cell(&x, &r, SHEET_BOOL);

			if (r.data[7])
				set_error(cell, (unsigned char)r.data[6]);
			else
				set_bool(cell, r.data[6] != 0);
		} else if (r.kind == BIFF_STRING && r.len >= 3 && awaits_text) {
			if (b->is_biff8)
				awaits_text->text = biff_text(b->arena, r.data + 3, r.data + r.len,
					u16(r.data), r.data[2] & 1);
			else
				set_error(awaits_text, 0x2A);
			awaits_text = NULL;
		} else if (r.kind == BIFF_MERGEDCELLS) {
			read_merges(&r, merges);
		}
	}
	if (x.count > 0)
		qsort(x.cells, x.count, sizeof(*x.cells), cell_compare);
	sheet_merges_sort(merges);
	*ret_cells = x.cells;
	*ret_count = x.count;
	return true;
}
