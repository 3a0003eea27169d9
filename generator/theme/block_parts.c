/* Blocks that build a part of a page: cards, filters, pager, notice, details, search. */
#include "theme/theme_internal.h"

#include <stdlib.h>
#include <string.h>

static void put_cell(struct page_run *run, const struct row *row, size_t i)
{
	if (i < row->count)
		cell_html(run, row->cells[i].s, row->cells[i].len, row->line);
}

/* ---- cards ------------------------------------------------------------------------------------------ */

static enum err_code card_head(struct page_run *run, const struct block *b, const struct row *row)
{
	const char *tone;
	if (row_check(run, b, row, 1, 3) || row_tone(run, b, row, 2, &tone))
		return ERR_INPUT;
	html_lit(run->out, "<section class=\"card");
	if (tone) {
		html_lit(run->out, " tone-");
		html_attr_value(run->out, tone);
	}
	int level = run->heading_level + 1; /* below the heading it stands under */
	buf_printf(run->out, "\"><header><h%d>", level);
	put_cell(run, row, 0);
	buf_printf(run->out, "</h%d>", level);
	if (row->count > 1 && row->cells[1].len) {
		html_lit(run->out, " <span class=\"state\">");
		put_cell(run, row, 1);
		html_lit(run->out, "</span>");
	}
	html_lit(run->out, "</header>\n");
	return ERR_OK;
}

static void card_row(struct page_run *run, const struct row *row)
{
	html_lit(run->out, "<div><dt>");
	put_cell(run, row, 0);
	html_lit(run->out, "</dt><dd>");
	put_cell(run, row, 1);
	html_lit(run->out, "</dd></div>\n");
}

enum err_code block_cards(struct page_run *run, const struct block *b)
{
	if (!b->row_count)
		return ERR_OK;
	html_lit(run->out, "<div class=\"cards\">\n");
	for (size_t i = 0; i < b->row_count;) {
		const struct row *row = &b->rows[i];
		if (row->len == 3 && memcmp(row->text, "---", 3) == 0) {
			i++;
			continue;
		}
		if (card_head(run, b, row))
			return ERR_INPUT;
		i++;
		bool any = false;
		for (; i < b->row_count &&
			!(b->rows[i].len == 3 && memcmp(b->rows[i].text, "---", 3) == 0);
			i++) {
			if (row_check(run, b, &b->rows[i], 2, 2))
				return ERR_INPUT;
			if (!any)
				html_lit(run->out, "<dl>\n");
			any = true;
			card_row(run, &b->rows[i]);
		}
		if (any)
			html_lit(run->out, "</dl>\n");
		html_lit(run->out, "</section>\n");
	}
	html_lit(run->out, "</div>\n");
	return ERR_OK;
}

/* ---- filters and pager ---------------------------------------------------------------------------------- */

enum err_code block_filters(struct page_run *run, const struct block *b)
{
	const char *title;
	if (block_option_required(run, b, "title", &title))
		return ERR_INPUT;
	if (!b->row_count)
		return ERR_OK;
	html_lit(run->out, "<nav class=\"filters\"");
	html_attr(run->out, "aria-label", title);
	html_lit(run->out, "><p>");
	html_text(run->out, title);
	html_lit(run->out, "</p><ul>\n");
	for (size_t i = 0; i < b->row_count; i++) {
		const struct row *row = &b->rows[i];
		if (row_check(run, b, row, 2, 4))
			return ERR_INPUT;
		bool current = row->count > 3 && row->cells[3].len;
		html_lit(run->out, "<li><a");
		link_attributes(run, cell_raw(run, row->cells[1].s, row->cells[1].len), row->line);
		if (current)
			html_lit(run->out, " aria-current=\"page\"");
		html_lit(run->out, ">");
		put_cell(run, row, 0);
		if (row->count > 2 && row->cells[2].len) {
			html_lit(run->out, " <span class=\"count\">");
			put_cell(run, row, 2);
			html_lit(run->out, "</span>");
		}
		html_lit(run->out, "</a></li>\n");
	}
	html_lit(run->out, "</ul></nav>\n");
	return ERR_OK;
}

enum err_code block_pager(struct page_run *run, const struct block *b)
{
	static const struct {
		const char *key, *rel;
		enum phrase label;
	} links[] = {{"first", NULL, PHRASE_FIRST}, {"prev", "prev", PHRASE_PREV},
		{"next", "next", PHRASE_NEXT}, {"last", NULL, PHRASE_LAST}};
	html_lit(run->out, "<nav class=\"pager\"");
	html_attr(run->out, "aria-label", phrase(PHRASE_PAGER));
	html_lit(run->out, "><ul>\n");
	for (size_t i = 0; i < b->row_count; i++) {
		const struct row *row = &b->rows[i];
		if (row_check(run, b, row, 2, 2))
			return ERR_INPUT;
		if (cell_is(&row->cells[0], "text")) {
			html_lit(run->out, "<li>");
			put_cell(run, row, 1);
			html_lit(run->out, "</li>\n");
			continue;
		}
		size_t k = 0;
		while (k < COUNT_OF(links) && !cell_is(&row->cells[0], links[k].key))
			k++;
		if (k == COUNT_OF(links))
			return row_error(run, b, row, 0,
				T("翻页只有 first prev next last text",
					"a pager has first prev next last text"));
		html_lit(run->out, "<li><a");
		link_attributes(run, cell_raw(run, row->cells[1].s, row->cells[1].len), row->line);
		if (links[k].rel)
			html_attr(run->out, "rel", links[k].rel);
		html_lit(run->out, ">");
		html_text(run->out, phrase(links[k].label));
		html_lit(run->out, "</a></li>\n");
	}
	html_lit(run->out, "</ul></nav>\n");
	return ERR_OK;
}

/* ---- blocks with Markdown inside --------------------------------------------------------------------------- */

static enum err_code put_markdown(struct page_run *run, const struct block *b)
{
	if (run->depth == BLOCK_NEST_MAX)
		return block_error(run, b, T("块嵌套太深", "blocks nest too deeply"));
	const char *source = run->source;
	int first_line = run->first_line;
	run->depth++;
	run->source = b->body;
	run->first_line = b->line + 1;
	enum err_code code = markdown_into(run, b->body, b->body_len);
	run->depth--;
	run->source = source;
	run->first_line = first_line;
	return code;
}

enum err_code block_notice(struct page_run *run, const struct block *b)
{
	const char *tone = block_option(run, b, "tone"), *title = block_option(run, b, "title");
	if (tone && !tone_is_known(tone))
		return option_error(run, b, "tone",
			T("没有语气“%s”（ok warn late muted info）",
				"no tone \"%s\" (ok warn late muted info)"),
			tone);
	html_lit(run->out, "<div class=\"notice");
	if (tone) {
		html_lit(run->out, " tone-");
		html_attr_value(run->out, tone);
	}
	html_lit(run->out, "\" role=\"note\">\n");
	if (title) {
		html_lit(run->out, "<p><strong>");
		html_text(run->out, title);
		html_lit(run->out, "</strong></p>\n");
	}
	enum err_code code = put_markdown(run, b);
	html_lit(run->out, "</div>\n");
	return code;
}

enum err_code block_details(struct page_run *run, const struct block *b)
{
	const char *summary;
	if (block_option_required(run, b, "summary", &summary))
		return ERR_INPUT;
	html_lit(run->out, "<details><summary>");
	html_text(run->out, summary);
	html_lit(run->out, "</summary>\n");
	enum err_code code = put_markdown(run, b);
	html_lit(run->out, "</details>\n");
	return code;
}

enum err_code block_search(struct page_run *run, const struct block *b)
{
	if (b->row_count)
		return block_error(run, b, T("search 块没有内容", "search has no rows"));
	const char *id = ids_take(run->ids, "q");
	html_lit(run->out, "<form class=\"search\" role=\"search\" method=\"get\" action=\"");
	if (run->env && run->env->base_path)
		html_attr_value(run->out, run->env->base_path);
	html_lit(run->out, "/search/\"><label");
	html_attr(run->out, "for", id);
	html_lit(run->out, ">");
	html_text(run->out, phrase(PHRASE_SEARCH_LABEL));
	html_lit(run->out, "</label><input type=\"search\" name=\"q\"");
	html_attr(run->out, "id", id);
	html_lit(run->out, "><button>");
	html_text(run->out, phrase(PHRASE_SEARCH));
	html_lit(run->out, "</button></form>\n");
	return ERR_OK;
}
