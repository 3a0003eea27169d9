/*
 * Finding the heading of 附件2 under titles, over several rows, in one of several sheets.
 *
 * Headings are compared by value_key(): blanks, line breaks, brackets and widths do not matter. A heading may
 * be spread over up to three rows (a group above, its parts below), whether cells are merged or not.
 * Every column of the form must be there but 序号, which is no fact: a column that someone renamed
 * would otherwise turn into blanks without a word.
 * Invariant: at most one visible sheet with rows holds the table; which one is never guessed.
 */
#include "register/header.h"

#include "register/value.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_ROWS 60
#define LOOK_ROWS 300 /* blank ones included */
#define DEPTH_MAX 3
#define ENOUGH_HEADINGS 6
#define FORM_COLUMNS 22

/* ---- headings ---------------------------------------------------------------------------- */

static bool is_sheet_field(size_t f)
{
	return f <= FORM_COLUMNS || f == FIELD_COMMUNITY || f == FIELD_ID;
}

static enum field field_by_key(struct arena *a, const char *key)
{
	if (!*key)
		return 0;
	for (size_t f = FIELD_SEQ; f < FIELD_COUNT; f++)
		if (is_sheet_field(f) &&
			str_eq(value_key(a, policy_field((enum field)f)->heading), key))
			return (enum field)f;
	/* What the brackets say is only how to answer. */
	return str_eq(key, "厂房性质") ? FIELD_PREMISES : 0;
}

struct window_row {
	int row;
	size_t count;
	const char *key[SHEET_COLUMNS_MAX];
	const char *text[SHEET_COLUMNS_MAX];
};

struct window {
	struct arena *arena;
	struct window_row *rows;
	size_t count;
};

static enum err_code window_take(
	void *ctx, int row, const struct sheet_cell *cells, size_t count, bool *stop, struct err *e)
{
	struct window *w = ctx;
	struct window_row *to = &w->rows[w->count++];

	(void)e;
	if (row > LOOK_ROWS) {
		w->count--;
		*stop = true;
		return ERR_OK;
	}
	to->row = row;
	to->count = count;
	for (size_t i = 0; i < count; i++) {
		/* No heading is longer; a long text is a note. */
		bool is_short = cells[i].len < 400;

		to->text[i] = is_short ? value_clean(w->arena, cells[i].text, false) : "";
		to->key[i] = is_short ? value_key(w->arena, cells[i].text) : "";
	}
	*stop = w->count == WINDOW_ROWS;
	return ERR_OK;
}

static const char *key_at(const struct window_row *row, size_t column)
{
	return column < row->count && row->key[column] ? row->key[column] : "";
}

/* A group's heading stands over its first column alone when cells are merged sideways. */
static const char *key_from_left(const struct window_row *row, size_t column)
{
	for (size_t c = column + 1; c-- > 0;)
		if (*key_at(row, c))
			return row->key[c];
	return "";
}

static enum field field_at(const struct window *w, size_t first, size_t depth, size_t column)
{
	const struct window_row *rows = w->rows + first;
	const char *joined = "", *joined_group = "";
	const char *last = "";
	enum field f;

	for (size_t i = 0; i < depth; i++) {
		const char *key = key_at(&rows[i], column);

		if (!str_eq(key, last))
			joined = arena_printf(w->arena, "%s%s", joined, key);
		last = key;
		joined_group = arena_printf(w->arena, "%s%s", joined_group,
			i + 1 < depth ? key_from_left(&rows[i], column) : key);
	}
	f = field_by_key(w->arena, joined);
	for (size_t i = depth; f == 0 && i-- > 0;)
		f = field_by_key(w->arena, key_at(&rows[i], column));
	if (f == 0 && depth > 1 && *key_at(&rows[depth - 1], column))
		f = field_by_key(w->arena, joined_group);
	return f;
}

struct found {
	size_t first, depth; /* in the window */
	size_t headings;     /* different ones */
	int column[FIELD_COUNT];
	int twice[FIELD_COUNT]; /* the second column of the same heading, or -1 */
};

static void try_heading(const struct window *w, size_t first, size_t depth, struct found *ret)
{
	size_t width = 0;

	*ret = (struct found){.first = first, .depth = depth};
	for (size_t f = 0; f < FIELD_COUNT; f++)
		ret->column[f] = ret->twice[f] = -1;
	for (size_t i = 0; i < depth; i++)
		if (w->rows[first + i].count > width)
			width = w->rows[first + i].count;
	for (size_t c = 0; c < width; c++) {
		enum field f = field_at(w, first, depth, c);

		if (f == 0)
			continue;
		if (ret->column[f] < 0) {
			ret->column[f] = (int)c;
			ret->headings++;
		} else if (ret->twice[f] < 0) {
			ret->twice[f] = (int)c;
		}
	}
}

static bool best_heading(const struct window *w, struct found *ret)
{
	ret->headings = 0;
	for (size_t first = 0; first < w->count; first++)
		for (size_t depth = 1; depth <= DEPTH_MAX && first + depth <= w->count; depth++) {
			struct found now;

			try_heading(w, first, depth, &now);
			/* A title above is no part of the heading. */
			if (now.headings > ret->headings ||
				(now.headings == ret->headings && now.headings > 0 &&
					depth < ret->depth))
				*ret = now;
		}
	return ret->headings >= ENOUGH_HEADINGS;
}

/* ---- messages ---------------------------------------------------------------------------- */

static void column_letters(int column, char out[8])
{
	char reversed[8];
	size_t n = 0, len = 0;

	for (int c = column + 1; c > 0 && n < sizeof(reversed); c = (c - 1) / 26)
		reversed[n++] = (char)('A' + (c - 1) % 26);
	while (n > 0)
		out[len++] = reversed[--n];
	out[len] = '\0';
}

static void list_add(struct buf *list, const char *item)
{
	if (list->len > 0)
		buf_str(list, T("、", ", "));
	buf_str(list, item);
}

static enum err_code refuse_twice(const struct sheet_book *book, const char *sheet, int row,
	const struct found *found, enum field f, struct err *e)
{
	char one[8], two[8];

	column_letters(found->column[f], one);
	column_letters(found->twice[f], two);
	return err_at(e, ERR_INPUT, book->name, row, found->twice[f] + 1,
		T("工作表“%s”的表头里“%s”出现两次（%s 列和 %s 列）：请只留一列",
			"sheet \"%s\": the heading %s stands twice (columns %s and %s): keep one"),
		sheet, policy_field(f)->heading, one, two);
}

static enum err_code refuse_missing(const struct sheet_book *book, const char *sheet,
	const struct window *w, const struct found *found, struct err *e)
{
	const struct window_row *row = &w->rows[found->first + found->depth - 1];
	struct buf missing, unknown;
	enum err_code code;

	buf_init(&missing, 700);
	buf_init(&unknown, 200);
	for (size_t f = FIELD_SEQ + 1; f <= FORM_COLUMNS; f++)
		if (found->column[f] < 0)
			list_add(&missing, policy_field((enum field)f)->heading);
	for (size_t c = 0; c < row->count; c++)
		if (*key_at(row, c) && field_at(w, found->first, found->depth, c) == 0)
			list_add(&unknown, row->text[c]);
	code = err_at(e, ERR_INPUT, book->name, row->row, 0,
		T("工作表“%s”的表头缺少：%s%s%s。请按附件2的列名补上，没有内容的列也要保留",
			"sheet \"%s\": the heading lacks %s%s%s. Name the columns as 附件2 does, "
			"empty ones too"),
		sheet, buf_text(&missing),
		unknown.len > 0 ? T("；不认识的列：", "; not known: ") : "",
		unknown.overflow ? "…" : buf_text(&unknown));
	buf_done(&missing);
	buf_done(&unknown);
	return code;
}

static enum err_code check_found(const struct sheet_book *book, const char *sheet,
	const struct window *w, const struct found *found, struct err *e)
{
	int row = w->rows[found->first + found->depth - 1].row;

	for (size_t f = FIELD_SEQ; f < FIELD_COUNT; f++)
		if (found->twice[f] >= 0)
			return refuse_twice(book, sheet, row, found, (enum field)f, e);
	for (size_t f = FIELD_SEQ + 1; f <= FORM_COLUMNS; f++)
		if (found->column[f] < 0)
			return refuse_missing(book, sheet, w, found, e);
	return ERR_OK;
}

/* ---- the workbook ------------------------------------------------------------------------- */

struct look {
	struct arena *arena;
	struct window window;
	struct found found; /* of the sheet chosen */
	size_t chosen, with_table, with_rows;
	bool chosen_has_rows;
	struct buf names;  /* of sheets with the table */
	struct buf hidden; /* of hidden ones with the table */
	struct buf seen;   /* of all sheets */
};

static bool has_rows_below(const struct look *look, const struct found *found)
{
	struct header h = {0};

	memcpy(h.column, found->column, sizeof(h.column));
	for (size_t i = found->first + found->depth; i < look->window.count; i++) {
		const struct window_row *row = &look->window.rows[i];
		struct sheet_cell cells[SHEET_COLUMNS_MAX];

		for (size_t c = 0; c < row->count; c++)
			cells[c] = (struct sheet_cell){
				.text = row->text[c], .len = strlen(row->text[c])};
		if (header_row_kind(&h, look->arena, cells, row->count) == ROW_ENTERPRISE)
			return true;
	}
	return false;
}

static enum err_code look_at(
	struct sheet_book *book, size_t index, struct look *look, struct header *ret, struct err *e)
{
	struct found found;
	bool has_rows;
	enum err_code code;

	list_add(&look->seen, sheet_name(book, index));
	arena_reset(look->arena);
	look->window.count = 0;
	code = sheet_each_head_row(book, index, LOOK_ROWS, window_take, &look->window, e);
	if (code != ERR_OK || !best_heading(&look->window, &found))
		return code;
	if (sheet_is_hidden(book, index)) {
		list_add(&look->hidden, sheet_name(book, index));
		return ERR_OK;
	}
	has_rows = has_rows_below(look, &found);
	if (has_rows)
		look->with_rows++;
	look->with_table++;
	list_add(&look->names, sheet_name(book, index));
	if (look->with_table > 1 && (look->chosen_has_rows || !has_rows))
		return ERR_OK;
	/* An empty form beside the one filled in does not count, so it may be incomplete. */
	code = check_found(book, sheet_name(book, index), &look->window, &found, e);
	if (code != ERR_OK)
		return code;
	look->chosen_has_rows = has_rows;
	ret->sheet = index;
	ret->first_row = look->window.rows[found.first].row;
	ret->row = look->window.rows[found.first + found.depth - 1].row;
	memcpy(ret->column, found.column, sizeof(ret->column));
	return ERR_OK;
}

static enum err_code verdict(const struct sheet_book *book, const struct look *look, struct err *e)
{
	if (look->with_rows > 1)
		return err_at(e, ERR_INPUT, book->name, 0, 0,
			T("有几张工作表都是企业表：%s。请只留要上报的一张，其余删除或隐藏，再导入",
				"several sheets hold the table: %s. Keep the one to report, delete "
				"or hide the "
				"others"),
			buf_text(&look->names));
	if (look->with_table > 0)
		return ERR_OK;
	if (look->hidden.len > 0)
		return err_at(e, ERR_INPUT, book->name, 0, 0,
			T("企业表在隐藏的工作表里：%s。请取消隐藏后再导入",
				"the table stands in a hidden sheet: %s. Unhide it"),
			buf_text(&look->hidden));
	return err_at(e, ERR_INPUT, book->name, 0, 0,
		T("没有找到附件2的表头（看过的工作表：%"
		  "s）：请检查是否选错了文件，列名是否按附件2填写",
			"no heading of 附件2 found (sheets seen: %s): is it the right file, are "
			"the columns named "
			"as on the form?"),
		buf_text(&look->seen));
}

enum err_code header_find(struct sheet_book *book, struct header *ret, struct err *e)
{
	struct look look = {.arena = arena_new()};
	enum err_code code = ERR_OK;

	look.window.arena = look.arena;
	look.window.rows = mem_zero(WINDOW_ROWS, sizeof(*look.window.rows));
	buf_init(&look.names, 600);
	buf_init(&look.hidden, 600);
	buf_init(&look.seen, 600);
	*ret = (struct header){0};
	for (size_t i = 0; i < sheet_count(book) && code == ERR_OK; i++)
		code = look_at(book, i, &look, ret, e);
	if (code == ERR_OK)
		code = verdict(book, &look, e);
	free(look.window.rows);
	buf_done(&look.names);
	buf_done(&look.hidden);
	buf_done(&look.seen);
	arena_free(look.arena);
	return code;
}

/* ---- rows without an enterprise ------------------------------------------------------------ */

static const char *cell_key(
	struct arena *a, const struct sheet_cell *cells, size_t count, int column)
{
	return column >= 0 && (size_t)column < count ? value_key(a, cells[column].text) : "";
}

static bool is_total(const char *key)
{
	static const char *const words[] = {
		"合计", "总计", "小计", "共计", "总数", "本页合计", "本页小计"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(key, words[i]))
			return true;
	return false;
}

static bool is_footer(const char *key)
{
	static const char *const words[] = {"填表", "填报", "制表", "审核", "负责人", "单位负责人",
		"单位名称", "单位盖章", "主要领导", "分管领导", "联络员", "联系人", "联系电话",
		"经办人", "备注", "注", "说明", "日期", "上报"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_starts(key, words[i]))
			return true;
	return false;
}

/* A line below the table answers nothing and names no street, wherever its words stand. */
static bool has_no_answers(
	const struct header *h, struct arena *a, const struct sheet_cell *cells, size_t count)
{
	for (size_t f = FIELD_EMPLOYEES; f <= FORM_COLUMNS; f++)
		if (f != FIELD_EQUIPMENT && f != FIELD_PRODUCTS && f != FIELD_RECTIFICATION_NOTE &&
			*cell_key(a, cells, count, h->column[f]))
			return false;
	return true;
}

static bool are_column_numbers(struct arena *a, const struct sheet_cell *cells, size_t count)
{
	for (size_t c = 0; c < count; c++) {
		const char *key = value_key(a, cells[c].text);
		int64_t number;

		if (*key && (!str_to_int64(key, &number) || number != (int64_t)c + 1))
			return false;
	}
	return true;
}

enum header_row_kind header_row_kind(
	const struct header *h, struct arena *scratch, const struct sheet_cell *cells, size_t count)
{
	const char *name = cell_key(scratch, cells, count, h->column[FIELD_NAME]);
	const char *first = "";

	if (str_eq(name, "企业名称"))
		return ROW_HEADING;
	for (size_t c = 0; c < count && !*first; c++)
		if (cells[c].len > 0)
			first = value_key(scratch, cells[c].text);
	if (is_total(first) || is_total(name))
		return ROW_TOTAL;
	if (*name && are_column_numbers(scratch, cells, count))
		return ROW_HEADING;
	if ((is_footer(first) || is_footer(name)) && has_no_answers(h, scratch, cells, count))
		return ROW_FOOTER;
	return ROW_ENTERPRISE;
}
