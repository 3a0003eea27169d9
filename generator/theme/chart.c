/*
 * Charts as SVG, drawn when the page is made: bars (one number a row), stacked bars, columns. Axes begin at zero,
 * numbers stand beside what they measure, series differ by class and by their label, and the same data follow as a
 * table. No style attributes: the site's policy forbids them.
 */
#include "theme/theme_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SERIES_MAX = 6, ROWS_MAX = 120, WIDTH = 640, LABEL = 132, BAR = 26, GAP = 12, HEIGHT = 220 };

struct item {
	const char *label;
	const char *url; /* NULL: none */
	int64_t n[SERIES_MAX];
	int64_t sum;
	const struct row *row;
};
struct chart {
	const char *title, *desc, *unit;
	const char *series[SERIES_MAX];
	size_t series_count, count;
	struct item *items;
	int64_t max;
};

static enum err_code read_series(struct page_run *run, const struct block *b, struct chart *c)
{
	const char *text = block_option(run, b, "series");
	c->series_count = 1;
	if (!text)
		return ERR_OK;
	size_t n;
	const struct cell *cells = cells_split(run->arena, text, strlen(text), &n);
	if (n > SERIES_MAX)
		return option_error(
			run, b, "series", T("系列最多 %d 个", "at most %d series"), SERIES_MAX);
	for (size_t i = 0; i < n; i++)
		c->series[i] = cell_raw(run, cells[i].s, cells[i].len);
	c->series_count = n;
	return ERR_OK;
}

static enum err_code read_item(struct page_run *run, const struct block *b, const struct chart *c,
	const struct row *row, struct item *item)
{
	if (row_check(run, b, row, c->series_count + 1, c->series_count + 2))
		return ERR_INPUT;
	item->row = row;
	item->label = cell_text(run, row->cells[0].s, row->cells[0].len);
	for (size_t i = 0; i < c->series_count; i++) {
		const struct cell *cell = &row->cells[i + 1];
		char *digits = arena_alloc(run->arena, cell->len + 1);
		size_t len = 0;
		for (size_t k = 0; k < cell->len; k++)
			if (cell->s[k] != ',')
				digits[len++] = cell->s[k];
		if (!str_to_int64(digits, &item->n[i]) || item->n[i] > 1000000000)
			return row_error(run, b, row, i + 1,
				T("图里只能是不小于零的整数",
					"a chart takes whole numbers from zero"));
		item->sum += item->n[i];
	}
	if (row->count > c->series_count + 1 && row->cells[row->count - 1].len)
		item->url =
			cell_raw(run, row->cells[row->count - 1].s, row->cells[row->count - 1].len);
	return ERR_OK;
}

static int scaled(int64_t n, int64_t max, int room)
{
	return max > 0 ? (int)(n * room / max) : 0;
}

static void text_at(struct buf *out, int x, int y, const char *anchor, const char *text)
{
	buf_printf(out, "<text x=\"%d\" y=\"%d\"", x, y);
	if (anchor)
		html_attr(out, "text-anchor", anchor);
	html_lit(out, ">");
	html_text(out, text);
	html_lit(out, "</text>");
}

static void number_text(char out[32], int64_t n)
{
	char digits[24];
	size_t len = 0, at = 0;
	do
		digits[len++] = (char)('0' + n % 10);
	while (n /= 10);
	while (len) {
		out[at++] = digits[--len];
		if (len && len % 3 == 0)
			out[at++] = ',';
	}
	out[at] = '\0';
}

static void put_bars(struct page_run *run, const struct chart *c)
{
	int room = WIDTH - LABEL - 72;
	for (size_t i = 0; i < c->count; i++) {
		const struct item *it = &c->items[i];
		int y = (int)i * (BAR + GAP), x = LABEL;
		char number[32];
		text_at(run->out, LABEL - 8, y + 18, "end", it->label);
		for (size_t s = 0; s < c->series_count; s++) {
			int w = scaled(it->n[s], c->max, room);
			if (!w && it->n[s])
				w = 1;
			if (!w)
				continue;
			buf_printf(run->out,
				"<rect class=\"s%zu\" x=\"%d\" y=\"%d\" width=\"%d\" "
				"height=\"%d\"><title>",
				s + 1, x, y, w, BAR);
			number_text(number, it->n[s]);
			html_text(run->out, it->label);
			if (c->series[s]) {
				buf_char(run->out, ' ');
				html_text(run->out, c->series[s]);
			}
			buf_char(run->out, ' ');
			html_text(run->out, number);
			html_text(run->out, c->unit);
			html_lit(run->out, "</title></rect>");
			x += w;
		}
		number_text(number, it->sum);
		text_at(run->out, x + 6, y + 18, NULL, number);
		buf_char(run->out, '\n');
	}
	buf_printf(run->out, "<path class=\"axis\" d=\"M%d 0V%d\"/>\n", LABEL,
		(int)c->count * (BAR + GAP) - GAP);
}

static void put_columns(struct page_run *run, const struct chart *c)
{
	int step = c->count ? WIDTH / (int)c->count : WIDTH;
	int wide = step * 7 / 10 > 0 ? step * 7 / 10 : 1;
	size_t every =
		c->count > 14 ? (c->count + 13) / 14 : 1; /* labels that would touch are left out */
	for (size_t i = 0; i < c->count; i++) {
		const struct item *it = &c->items[i];
		int h = scaled(it->sum, c->max, HEIGHT - 48), x = (int)i * step + (step - wide) / 2;
		char number[32];
		if (!h && it->sum)
			h = 1;
		number_text(number, it->sum);
		if (h) {
			buf_printf(run->out,
				"<rect class=\"s1\" x=\"%d\" y=\"%d\" width=\"%d\" "
				"height=\"%d\"><title>",
				x, HEIGHT - 24 - h, wide, h);
			html_text(run->out, it->label);
			buf_char(run->out, ' ');
			html_text(run->out, number);
			html_text(run->out, c->unit);
			html_lit(run->out, "</title></rect>");
			if (every == 1)
				text_at(run->out, x + wide / 2, HEIGHT - 30 - h, "middle", number);
		}
		if (i % every == 0)
			text_at(run->out, x + wide / 2, HEIGHT - 6, "middle", it->label);
		buf_char(run->out, '\n');
	}
	buf_printf(run->out, "<path class=\"axis\" d=\"M0 %dH%d\"/>\n", HEIGHT - 24, WIDTH);
}

/* Names of the series, each with its swatch, in the order of the bars. */
static void put_key(struct page_run *run, const struct chart *c)
{
	if (c->series_count < 2)
		return;
	html_lit(run->out, "<ul class=\"key\">");
	for (size_t i = 0; i < c->series_count; i++) {
		buf_printf(run->out,
			"<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><rect "
			"class=\"s%zu\" width=\"14\" height=\"14\"/></svg> ",
			i + 1);
		html_text(run->out, c->series[i] ? c->series[i] : "");
		html_lit(run->out, "</li>");
	}
	html_lit(run->out, "</ul>\n");
}

static void put_data(struct page_run *run, const struct chart *c)
{
	html_lit(run->out, "<details><summary>");
	html_text(run->out, phrase(PHRASE_CHART_DATA));
	html_lit(run->out, "</summary>\n<div class=\"table\"><table><caption>");
	html_text(run->out, c->title);
	html_lit(run->out, "</caption><thead><tr><th scope=\"col\">");
	html_text(run->out, phrase(PHRASE_CHART_ITEM));
	html_lit(run->out, "</th>");
	for (size_t i = 0; i < c->series_count; i++) {
		html_lit(run->out, "<th scope=\"col\" class=\"num\">");
		html_text(run->out, c->series[i] ? c->series[i] : phrase(PHRASE_CHART_NUMBER));
		html_lit(run->out, "</th>");
	}
	if (c->series_count > 1) {
		html_lit(run->out, "<th scope=\"col\" class=\"num\">");
		html_text(run->out, phrase(PHRASE_CHART_TOTAL));
		html_lit(run->out, "</th>");
	}
	html_lit(run->out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < c->count; i++) {
		const struct item *it = &c->items[i];
		char number[32];
		html_lit(run->out, "<tr><th scope=\"row\">");
		if (it->url) {
			html_lit(run->out, "<a");
			link_attributes(run, it->url, it->row->line);
			html_lit(run->out, ">");
		}
		html_text(run->out, it->label);
		if (it->url)
			html_lit(run->out, "</a>");
		html_lit(run->out, "</th>");
		for (size_t s = 0; s < c->series_count + (c->series_count > 1); s++) {
			number_text(number, s < c->series_count ? it->n[s] : it->sum);
			html_lit(run->out, "<td class=\"num\">");
			html_text(run->out, number);
			html_lit(run->out, "</td>");
		}
		html_lit(run->out, "</tr>\n");
	}
	html_lit(run->out, "</tbody></table></div></details>\n");
}

enum err_code block_chart(struct page_run *run, const struct block *b)
{
	struct chart c = {0};
	const char *kind;
	if (block_option_required(run, b, "kind", &kind) ||
		block_option_required(run, b, "title", &c.title) ||
		block_option_required(run, b, "desc", &c.desc) || read_series(run, b, &c))
		return ERR_INPUT;
	bool columns = strcmp(kind, "columns") == 0;
	if (!columns && strcmp(kind, "bars") != 0 && strcmp(kind, "stacked") != 0)
		return option_error(run, b, "kind",
			T("kind 只能是 bars、stacked 或 columns",
				"kind is bars, stacked or columns"));
	if (b->row_count > ROWS_MAX)
		return row_error(run, b, &b->rows[ROWS_MAX], 0,
			T("图里最多 %d 行", "at most %d rows in a chart"), ROWS_MAX);
	const char *unit = block_option(run, b, "unit");
	c.unit = unit ? unit : "";
	c.items = arena_alloc(run->arena, (b->row_count + 1) * sizeof *c.items);
	for (size_t i = 0; i < b->row_count; i++) {
		if (read_item(run, b, &c, &b->rows[i], &c.items[i]))
			return ERR_INPUT;
		c.max = c.items[i].sum > c.max ? c.items[i].sum : c.max;
	}
	c.count = b->row_count;
	const char *id = ids_take(run->ids, "chart");
	int height = columns ? HEIGHT : c.count ? (int)c.count * (BAR + GAP) - GAP : 1;
	html_lit(run->out, "<figure class=\"chart\">\n<figcaption>");
	html_text(run->out, c.title);
	html_lit(run->out, "</figcaption>\n");
	put_key(run, &c);
	buf_printf(run->out,
		"<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title "
		"id=\"%s-t\">",
		WIDTH, height, id, id, id);
	html_text(run->out, c.title);
	buf_printf(run->out, "</title><desc id=\"%s-d\">", id);
	html_text(run->out, c.desc);
	html_lit(run->out, "</desc>\n");
	if (columns)
		put_columns(run, &c);
	else
		put_bars(run, &c);
	html_lit(run->out, "</svg>\n");
	put_data(run, &c);
	html_lit(run->out, "</figure>\n");
	return ERR_OK;
}
