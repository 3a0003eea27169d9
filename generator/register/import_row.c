/*
 * One row of the sheet to canonical values: each value normalised is noted, each one that cannot be used
 * refuses the row.
 *
 * Answers and streets repeat over the sheet, so what was made of a text is remembered per column; the
 * answer is the same as without. Values of class NEVER are named in no fix and no refusal.
 * Invariant: a row comes back with a name, a street and no refusal, or with at least one refusal.
 */
#include "register/header.h"
#include "register/import.h"
#include "register/register_internal.h"
#include "register/sheet.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY_SLOTS 64
#define MEMORY_TEXT_MAX 96

struct remembered {
	char text[MEMORY_TEXT_MAX];
	bool used;
	struct normalised made;
};

struct import_reader {
	struct reg *r;
	const struct unit *unit;
	const struct header *header;
	const char *sheet;
	struct arena *keep;   /* the report's */
	struct arena *memory; /* of remembered values */
	struct remembered *remembered[FIELD_COUNT];
};

bool import_field_in_sheet(enum field f)
{
	return (f >= FIELD_INDUSTRY && f <= FIELD_STREET) || f == FIELD_COMMUNITY;
}

static bool is_shown(enum field f)
{
	return policy_field(f)->publish != PUBLISH_NEVER;
}

/* Columns whose texts are few. */
static bool is_remembered(enum field f)
{
	enum field_type type = policy_field(f)->type;

	return type == TYPE_TRI || type == TYPE_ENUM || type == TYPE_INT || f == FIELD_STREET ||
	       f == FIELD_INDUSTRY;
}

struct import_reader *import_reader_new(struct reg *r, const struct unit *unit,
	const struct header *header, const char *sheet, struct arena *keep)
{
	struct import_reader *m = mem_zero(1, sizeof(*m));

	*m = (struct import_reader){.r = r,
		.unit = unit,
		.header = header,
		.sheet = sheet,
		.keep = keep,
		.memory = arena_new()};
	for (size_t f = FIELD_SEQ; f < FIELD_COUNT; f++)
		if (is_remembered((enum field)f))
			m->remembered[f] = mem_zero(MEMORY_SLOTS, sizeof(struct remembered));
	return m;
}

void import_reader_free(struct import_reader *m)
{
	if (!m)
		return;
	for (size_t f = 0; f < FIELD_COUNT; f++)
		free(m->remembered[f]);
	arena_free(m->memory);
	free(m);
}

static void normalise(struct import_reader *m, struct arena *scratch, enum field f,
	const struct sheet_cell *cell, struct normalised *ret)
{
	uint32_t hash = 2166136261u;
	struct remembered *slot;

	if (!m->remembered[f] || cell->len >= MEMORY_TEXT_MAX) {
		value_normalise(m->r, scratch, f, cell->text, ret);
		return;
	}
	for (const char *s = cell->text; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 16777619u;
	slot = &m->remembered[f][(hash ^ hash >> 15) % MEMORY_SLOTS];
	if (!slot->used || strcmp(slot->text, cell->text) != 0) {
		/* What was remembered before stays in the arena: rows being read may point at it. */
		value_normalise(m->r, m->memory, f, cell->text, &slot->made);
		memcpy(slot->text, cell->text, cell->len + 1);
		slot->used = true;
	}
	*ret = slot->made;
}

void import_row_refuse(struct import_reader *m, struct import_row *row, enum field f,
	const char *value, const char *reason)
{
	if (row->refused_count == COUNT_OF(row->refused))
		return;
	row->refused[row->refused_count++] = (struct import_cell){.sheet = m->sheet,
		.row = row->row,
		.column = policy_field(f)->heading,
		.value = is_shown(f) && value ? arena_strdup(m->keep, value) : "",
		.reason = arena_strdup(m->keep, reason)};
}

static void note_fix(struct import_reader *m, struct import_row *row, enum field f,
	const char *from, const char *to)
{
	bool shown = is_shown(f);

	row->fix[row->fix_count++] = (struct import_fix){.sheet = m->sheet,
		.row = row->row,
		.column = policy_field(f)->heading,
		.from = shown ? arena_strdup(m->keep, from) : "",
		.to = shown ? arena_strdup(m->keep, to) : ""};
}

/* A spreadsheet turns 3-5 into a day by itself; only the free text of 整治情况 may hold one. */
static const char *cell_refusal(enum field f, const struct sheet_cell *cell)
{
	if (cell->type == SHEET_ERROR)
		return T("公式的结果是错误", "the result of the formula is an error");
	if (cell->type == SHEET_DAY && f != FIELD_RECTIFICATION_NOTE)
		return T("表格软件把它存成了日期：请把单元格格式改为文本后重填",
			"the spreadsheet stored a day here: make the cell text and write it again");
	return NULL;
}

static const char *written(
	struct import_reader *m, struct arena *scratch, enum field f, const struct normalised *made)
{
	const char *text = value_written(m->r, scratch, f, made->value);

	return f == FIELD_STREET && made->community
		       ? arena_printf(scratch, "%s%s", text, made->community)
		       : text;
}

static void read_cell(struct import_reader *m, struct arena *scratch, enum field f,
	const struct sheet_cell *cell, struct import_row *row)
{
	const char *refusal = cell_refusal(f, cell);
	struct normalised made;

	if (refusal) {
		import_row_refuse(m, row, f, cell->text, refusal);
		return;
	}
	normalise(m, scratch, f, cell, &made);
	if (made.refused) {
		import_row_refuse(m, row, f, cell->text, made.refused);
		return;
	}
	row->value[f] = made.value;
	if (f == FIELD_STREET && made.community)
		row->value[FIELD_COMMUNITY] = made.community;
	if (cell->merged)
		note_fix(m, row, f, T("（合并单元格）", "(merged cell)"),
			written(m, scratch, f, &made));
	else if (made.changed)
		note_fix(m, row, f, cell->text, written(m, scratch, f, &made));
}

static void read_id(struct import_reader *m, const struct sheet_cell *cell, struct import_row *row)
{
	struct err ignored;
	char *text = arena_strdup(m->memory, cell->text);
	size_t len = strlen(text);

	while (len > 0 && (unsigned char)text[len - 1] <= ' ')
		text[--len] = '\0';
	while (*text && (unsigned char)*text <= ' ')
		text++;
	if (reg_id_parse(m->r, text, &row->id, &ignored) != ERR_OK) {
		row->id.n = 0;
		import_row_refuse(m, row, FIELD_ID, cell->text,
			T("不是本库的编号：新企业请留空",
				"not an id of this register: leave it blank for a new one"));
	}
}

/* A street that reports without writing its own name everywhere means itself. */
static void fill_street(struct import_reader *m, struct import_row *row)
{
	if (row->value[FIELD_STREET] || row->refused_count > 0)
		return;
	if (!str_eq(m->unit->kind, "street") && !str_eq(m->unit->kind, "zone")) {
		import_row_refuse(m, row, FIELD_STREET, "",
			T("没有填写所属街道，上报单位也不是街道或片区",
				"no street, and the reporting unit is neither a street nor a "
				"zone"));
		return;
	}
	row->value[FIELD_STREET] = m->unit->code;
	note_fix(m, row, FIELD_STREET, "", m->unit->name);
}

static void check_name(struct import_reader *m, struct import_row *row)
{
	if (row->refused_count > 0)
		return;
	if (!row->value[FIELD_NAME] && !row->value[FIELD_ADDRESS])
		import_row_refuse(m, row, FIELD_NAME, "",
			T("企业名称和企业地址都没有填写", "neither a name nor an address"));
	else if (!row->value[FIELD_NAME])
		import_row_refuse(m, row, FIELD_NAME, "",
			T("没有填写企业名称：没有名称的请写“无名”",
				"no name: write 无名 where there is none"));
	else if (!row->value[FIELD_ADDRESS] && import_name_is_blank(row->name_key))
		import_row_refuse(m, row, FIELD_ADDRESS, "",
			T("没有名称的企业必须填写企业地址",
				"an enterprise without a name needs an address"));
}

void import_row_read(struct import_reader *m, struct arena *scratch, int number,
	const struct sheet_cell *cells, size_t count, struct import_row *ret)
{
	const int *column = m->header->column;

	memset(ret->value, 0, sizeof(ret->value));
	ret->row = number;
	ret->id.n = 0;
	ret->fix_count = ret->refused_count = 0;
	for (size_t f = FIELD_INDUSTRY; f <= FIELD_ID; f++) {
		const struct sheet_cell *cell;

		if (column[f] < 0 || (size_t)column[f] >= count)
			continue;
		cell = &cells[column[f]];
		if (cell->len == 0 || sheet_text_is_blank(cell->text))
			continue;
		if (f == FIELD_ID)
			read_id(m, cell, ret);
		else
			read_cell(m, scratch, (enum field)f, cell, ret);
	}
	ret->name_key = value_key(scratch, ret->value[FIELD_NAME]);
	ret->address_key = value_key(scratch, ret->value[FIELD_ADDRESS]);
	check_name(m, ret);
	fill_street(m, ret);
}
