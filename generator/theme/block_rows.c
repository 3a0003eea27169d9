/* Blocks made of rows: table, fields, stats, timeline, checklist. */
#include "theme/theme_internal.h"

#include <string.h>

static void put_cell(struct page_run *run, const struct row *row, size_t i)
{
	if (i < row->count)
		cell_html(run, row->cells[i].s, row->cells[i].len, row->line);
}

static void open_toned(struct page_run *run, const char *tag, const char *tone)
{
	buf_char(run->out, '<');
	buf_str(run->out, tag);
	if (tone) {
		html_lit(run->out, " class=\"tone-");
		html_attr_value(run->out, tone);
		html_lit(run->out, "\"");
	}
	html_lit(run->out, ">");
}

/* ---- table ---------------------------------------------------------------------------------------- */

struct column {
	const char *label; /* plain, for phone cards */
	struct cell head;
	bool number;
};

static size_t read_columns(struct page_run *run, const struct row *row, struct column *columns)
{
	for (size_t i = 0; i < row->count; i++) {
		struct cell c = row->cells[i];
		columns[i].number =
			c.len && c.s[c.len - 1] == '>' && (c.len < 2 || c.s[c.len - 2] != '\\');
		if (columns[i].number)
			c.len--;
		while (c.len && c.s[c.len - 1] == ' ')
			c.len--;
		columns[i].head = c;
		columns[i].label = cell_text(run, c.s, c.len);
	}
	return row->count;
}

static void put_head(struct page_run *run, const struct column *columns, size_t count, int line)
{
	html_lit(run->out, "<thead><tr>");
	for (size_t i = 0; i < count; i++) {
		if (!columns[i].head.len) {
			html_lit(run->out, "<td></td>");
			continue;
		}
		buf_str(run->out, columns[i].number ? "<th scope=\"col\" class=\"num\">"
						    : "<th scope=\"col\">");
		cell_html(run, columns[i].head.s, columns[i].head.len, line);
		html_lit(run->out, "</th>");
	}
	html_lit(run->out, "</tr></thead>\n");
}

static void put_row(struct page_run *run, const struct column *columns, size_t count,
	const struct row *row, bool first_heads)
{
	html_lit(run->out, "<tr>");
	for (size_t i = 0; i < count; i++) {
		bool head = first_heads && i == 0;
		buf_str(run->out, head ? "<th scope=\"row\"" : "<td");
		if (*columns[i].label)
			html_attr(run->out, "data-label", columns[i].label);
		if (columns[i].number)
			html_lit(run->out, " class=\"num\"");
		html_lit(run->out, ">");
		put_cell(run, row, i);
		buf_str(run->out, head ? "</th>" : "</td>");
	}
	html_lit(run->out, "</tr>\n");
}

enum err_code block_table(struct page_run *run, const struct block *b)
{
	struct column columns[COLUMN_MAX];
	const char *caption, *head = block_option(run, b, "head"),
			     *rows = block_option(run, b, "rows");
	if (block_option_required(run, b, "caption", &caption))
		return ERR_INPUT;
	if (head && strcmp(head, "first") != 0 && strcmp(head, "none") != 0)
		return option_error(
			run, b, "head", T("head 只能是 first 或 none", "head is first or none"));
	if (rows && strcmp(rows, "first") != 0)
		return option_error(run, b, "rows", T("rows 只能是 first", "rows is first"));
	if (!b->row_count)
		return block_error(run, b, T("表没有表头", "the table has no header"));
	if (b->rows[0].count > COLUMN_MAX)
		return row_error(run, b, &b->rows[0], COLUMN_MAX, T("列太多", "too many columns"));
	size_t count = read_columns(run, &b->rows[0], columns);
	for (size_t i = 1; i < b->row_count; i++)
		if (row_check(run, b, &b->rows[i], count, count))
			return ERR_INPUT;
	bool headed = !head || strcmp(head, "first") == 0;
	html_lit(run->out, "<div class=\"table\"><table class=\"cards\">\n<caption>");
	html_text(run->out, caption);
	html_lit(run->out, "</caption>\n");
	if (headed)
		put_head(run, columns, count, b->rows[0].line);
	else
		for (size_t i = 0; i < count; i++)
			columns[i].label = "";
	html_lit(run->out, "<tbody>\n");
	for (size_t i = headed ? 1 : 0; i < b->row_count; i++)
		put_row(run, columns, count, &b->rows[i], rows != NULL);
	if (headed && b->row_count == 1) {
		buf_printf(run->out, "<tr><td colspan=\"%zu\">", count);
		html_text(run->out, phrase(PHRASE_EMPTY));
		html_lit(run->out, "</td></tr>\n");
	}
	html_lit(run->out, "</tbody></table></div>\n");
	return ERR_OK;
}

/* ---- fields ------------------------------------------------------------------------------------------ */

enum err_code block_fields(struct page_run *run, const struct block *b)
{
	if (!b->row_count)
		return ERR_OK;
	html_lit(run->out, "<dl class=\"fields\">\n");
	for (size_t i = 0; i < b->row_count; i++) {
		const struct row *row = &b->rows[i];
		if (row_check(run, b, row, 2, 3))
			return ERR_INPUT;
		html_lit(run->out, "<div><dt>");
		put_cell(run, row, 0);
		html_lit(run->out, "</dt><dd>");
		if (row->cells[1].len)
			put_cell(run, row, 1);
		else
			html_text(run->out, phrase(PHRASE_MISSING));
		if (row->count > 2 && row->cells[2].len) {
			html_lit(run->out, " <span class=\"note\">");
			put_cell(run, row, 2);
			html_lit(run->out, "</span>");
		}
		html_lit(run->out, "</dd></div>\n");
	}
	html_lit(run->out, "</dl>\n");
	return ERR_OK;
}

/* ---- stats --------------------------------------------------------------------------------------------- */

enum err_code block_stats(struct page_run *run, const struct block *b)
{
	html_lit(run->out, "<ul class=\"stats\">\n");
	for (size_t i = 0; i < b->row_count; i++) {
		const struct row *row = &b->rows[i];
		const char *tone;
		if (row_check(run, b, row, 3, 5) || row_tone(run, b, row, 4, &tone))
			return ERR_INPUT;
		open_toned(run, "li", tone);
		bool linked = row->cells[2].len != 0;
		if (linked) {
			html_lit(run->out, "<a");
			link_attributes(
				run, cell_raw(run, row->cells[2].s, row->cells[2].len), row->line);
			html_lit(run->out, ">");
		}
		html_lit(run->out, "<strong>");
		put_cell(run, row, 0);
		html_lit(run->out, "</strong> ");
		put_cell(run, row, 1);
		if (linked)
			html_lit(run->out, "</a>");
		if (row->count > 3 && row->cells[3].len) {
			html_lit(run->out, " <small>");
			put_cell(run, row, 3);
			html_lit(run->out, "</small>");
		}
		html_lit(run->out, "</li>\n");
	}
	html_lit(run->out, "</ul>\n");
	return ERR_OK;
}

/* ---- timeline --------------------------------------------------------------------------------------------- */

static enum err_code put_day(struct page_run *run, const struct block *b, const struct row *row)
{
	struct day d;
	char zh[DAY_ZH_BYTES];
	const char *text = cell_raw(run, row->cells[0].s, row->cells[0].len);
	if (!day_parse(text, &d))
		return row_error(run, b, row, 0,
			T("不是日期：“%s”（应写成 2018-01-31）",
				"no day: \"%s\" (write 2018-01-31)"),
			text);
	html_lit(run->out, "<time");
	html_attr(run->out, "datetime", text);
	html_lit(run->out, ">");
	html_text(run->out, day_text_zh(d, zh));
	html_lit(run->out, "</time>");
	return ERR_OK;
}

enum err_code block_timeline(struct page_run *run, const struct block *b)
{
	if (!b->row_count) {
		html_lit(run->out, "<p>");
		html_text(run->out, phrase(PHRASE_EMPTY));
		html_lit(run->out, "</p>\n");
		return ERR_OK;
	}
	html_lit(run->out, "<ol class=\"timeline\">\n");
	for (size_t i = 0; i < b->row_count; i++) {
		const struct row *row = &b->rows[i];
		const char *tone;
		if (row_check(run, b, row, 2, 4) || row_tone(run, b, row, 3, &tone))
			return ERR_INPUT;
		open_toned(run, "li", tone);
		if (put_day(run, b, row))
			return ERR_INPUT;
		html_lit(run->out, " <strong>");
		put_cell(run, row, 1);
		html_lit(run->out, "</strong>");
		if (row->count > 2 && row->cells[2].len) {
			html_lit(run->out, "<p>");
			put_cell(run, row, 2);
			html_lit(run->out, "</p>");
		}
		html_lit(run->out, "</li>\n");
	}
	html_lit(run->out, "</ol>\n");
	return ERR_OK;
}

/* ---- checklist ----------------------------------------------------------------------------------------------- */

enum err_code block_checklist(struct page_run *run, const struct block *b)
{
	html_lit(run->out, "<ul class=\"checklist\">\n");
	for (size_t i = 0; i < b->row_count; i++) {
		const struct row *row = &b->rows[i];
		if (row_check(run, b, row, 1, 2))
			return ERR_INPUT;
		struct cell label = row->cells[0];
		/* The mark may be escaped, as text from the register is. */
		bool done = label.len >= 3 && (label.s[1] == 'x' || label.s[1] == 'X');
		if (label.len < 3 || label.s[0] != '[' || label.s[2] != ']' ||
			(!done && label.s[1] != ' '))
			return row_error(run, b, row, 0,
				T("应以 [x] 或 [ ] 开头", "begins with [x] or [ ]"));
		label.s += 3;
		label.len -= 3;
		while (label.len && *label.s == ' ')
			label.s++, label.len--;
		buf_str(run->out, done ? "<li class=\"done\"><strong>" : "<li><strong>");
		cell_html(run, label.s, label.len, row->line);
		html_lit(run->out, "</strong> <span class=\"state\">");
		html_text(run->out, phrase(done ? PHRASE_DONE : PHRASE_NOT_DONE));
		html_lit(run->out, "</span>");
		if (row->count > 1 && row->cells[1].len) {
			html_lit(run->out, " <span class=\"note\">");
			put_cell(run, row, 1);
			html_lit(run->out, "</span>");
		}
		html_lit(run->out, "</li>\n");
	}
	html_lit(run->out, "</ul>\n");
	return ERR_OK;
}
