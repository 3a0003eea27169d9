/*
 * Photos: groups that stand side by side (before and after), each a link to the picture itself. Width and height are
 * given, so that nothing moves while pictures load, and they load when they come into view.
 */
#include "theme/theme_internal.h"

enum { CELLS = 5, PIXELS_MAX = 100000 };

static enum err_code pixels(struct page_run *run, const struct block *b, const struct row *row,
	size_t cell, int64_t *ret)
{
	const char *text = cell_raw(run, row->cells[cell].s, row->cells[cell].len);
	if (!str_to_int64(text, ret) || *ret < 1 || *ret > PIXELS_MAX)
		return row_error(run, b, row, cell,
			T("要写像素数：“%s”", "a number of pixels is wanted: \"%s\""), text);
	return ERR_OK;
}

static enum err_code put_photo(struct page_run *run, const struct block *b, const struct row *row)
{
	int64_t width, height;
	if (row_check(run, b, row, CELLS, CELLS) || pixels(run, b, row, 1, &width) ||
		pixels(run, b, row, 2, &height))
		return ERR_INPUT;
	if (!row->cells[3].len)
		return row_error(run, b, row, 3,
			T("照片要有文字说明（第四格）", "a photo needs alternative text"));
	const char *url = cell_raw(run, row->cells[0].s, row->cells[0].len);
	html_lit(run->out, "<figure><a");
	link_attributes(run, url, row->line);
	html_lit(run->out, "><img");
	image_source(run, url, row->line);
	buf_printf(
		run->out, " width=\"%lld\" height=\"%lld\"", (long long)width, (long long)height);
	html_attr(run->out, "alt", cell_text(run, row->cells[3].s, row->cells[3].len));
	html_lit(run->out, " loading=\"lazy\" decoding=\"async\"></a><figcaption>");
	cell_html(run, row->cells[4].s, row->cells[4].len, row->line);
	html_lit(run->out, "</figcaption></figure>\n");
	return ERR_OK;
}

enum err_code block_photos(struct page_run *run, const struct block *b)
{
	bool open = false;
	for (size_t i = 0; i < b->row_count; i++) {
		const struct row *row = &b->rows[i];
		bool splits = row->count == 1 && cell_is(&row->cells[0], "---");
		if (splits && open)
			html_lit(run->out, "</div>\n");
		if (!splits && !open)
			html_lit(run->out, "<div class=\"photos\">\n");
		open = !splits;
		if (!splits && put_photo(run, b, row))
			return ERR_INPUT;
	}
	if (open)
		html_lit(run->out, "</div>\n");
	return ERR_OK;
}
