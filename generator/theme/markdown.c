/*
 * CommonMark through cmark's tree to HTML: headings with ids, links with the base path, our blocks. Raw HTML in
 * Markdown is dropped. cmark is never run in its unsafe mode, and its own renderer writes nothing here.
 */
#include "theme/markdown_node.h"

#include <string.h>

static bool ends_wide(const struct buf *b)
{
	return b->len && (unsigned char)b->data[b->len - 1] >= 0x80;
}

void inlines_text(struct buf *out, cmark_node *parent)
{
	for (cmark_node *n = cmark_node_first_child(parent); n; n = cmark_node_next(n)) {
		switch ((int)cmark_node_get_type(n)) {
		case CMARK_NODE_TEXT:
		case CMARK_NODE_CODE:
			buf_str(out, cmark_node_get_literal(n));
			break;
		case CMARK_NODE_SOFTBREAK:
		case CMARK_NODE_LINEBREAK:
			if (!ends_wide(out))
				buf_char(out, ' ');
			break;
		default:
			inlines_text(out, n);
			break;
		}
	}
}

static void wrapped(struct page_run *run, cmark_node *n, const char *tag, int line)
{
	buf_char(run->out, '<');
	buf_str(run->out, tag);
	buf_char(run->out, '>');
	inlines_html(run, n, line);
	html_lit(run->out, "</");
	buf_str(run->out, tag);
	buf_char(run->out, '>');
}

static void one_inline(struct page_run *run, cmark_node *n, int line)
{
	switch ((int)cmark_node_get_type(n)) {
	case CMARK_NODE_TEXT:
		html_text(run->out, cmark_node_get_literal(n));
		break;
	case CMARK_NODE_SOFTBREAK: /* between Chinese characters a line break is no space */
		if (!ends_wide(run->out))
			buf_char(run->out, '\n');
		break;
	case CMARK_NODE_LINEBREAK:
		html_lit(run->out, "<br>\n");
		break;
	case CMARK_NODE_CODE:
		html_lit(run->out, "<code>");
		html_text(run->out, cmark_node_get_literal(n));
		html_lit(run->out, "</code>");
		break;
	case CMARK_NODE_EMPH:
		wrapped(run, n, "em", line);
		break;
	case CMARK_NODE_STRONG:
		wrapped(run, n, "strong", line);
		break;
	case CMARK_NODE_LINK:
		html_lit(run->out, "<a");
		link_attributes(run, cmark_node_get_url(n), line);
		html_lit(run->out, ">");
		inlines_html(run, n, line);
		html_lit(run->out, "</a>");
		break;
	case CMARK_NODE_IMAGE: {
		struct buf alt;
		buf_init(&alt, 65536);
		inlines_text(&alt, n);
		html_lit(run->out, "<img");
		image_source(run, cmark_node_get_url(n), line);
		html_attr(run->out, "alt", buf_text(&alt));
		html_lit(run->out, ">");
		buf_done(&alt);
		break;
	}
	default: /* raw HTML */
		break;
	}
}

void inlines_html(struct page_run *run, cmark_node *parent, int line)
{
	for (cmark_node *n = cmark_node_first_child(parent); n; n = cmark_node_next(n))
		one_inline(run, n, line);
}

/* ---- blocks of CommonMark ------------------------------------------------------------------------ */

static enum err_code children(struct page_run *run, cmark_node *parent);

static int file_line(const struct page_run *run, cmark_node *n)
{
	return run->first_line + cmark_node_get_start_line(n) - 1;
}

/* Takes `{#id}` off the end of a heading; NULL when there is none. */
static const char *own_id(struct page_run *run, cmark_node *heading)
{
	cmark_node *last = cmark_node_last_child(heading);
	if (!last || cmark_node_get_type(last) != CMARK_NODE_TEXT)
		return NULL;
	const char *text = cmark_node_get_literal(last);
	const char *mark = strstr(text, "{#");
	size_t len = mark ? strlen(mark) : 0;
	if (len < 4 || mark[len - 1] != '}' || strcspn(mark, " \t") != len)
		return NULL;
	const char *id = arena_strndup(run->arena, mark + 2, len - 3);
	while (mark > text && mark[-1] == ' ')
		mark--;
	cmark_node_set_literal(last, arena_strndup(run->arena, text, (size_t)(mark - text)));
	return id;
}

static void add_heading(struct page_run *run, int level, const char *id, const char *text)
{
	if (run->heading_count == run->heading_cap) {
		size_t cap = run->heading_cap ? run->heading_cap * 2 : 16;
		struct heading *grown = arena_alloc(run->arena, cap * sizeof *grown);
		if (run->heading_count)
			memcpy(grown, run->headings, run->heading_count * sizeof *grown);
		run->headings = grown;
		run->heading_cap = cap;
	}
	run->headings[run->heading_count++] = (struct heading){level, id, text};
}

static void heading(struct page_run *run, cmark_node *n)
{
	const char *id = own_id(run, n);
	struct buf text;
	buf_init(&text, 65536);
	inlines_text(&text, n);
	const char *plain = buf_dup(&text, run->arena);
	buf_done(&text);
	id = ids_take(run->ids, id ? id : id_from_text(run->arena, plain));
	int level = cmark_node_get_heading_level(n);
	add_heading(run, level, id, plain);
	run->heading_level = level;
	buf_printf(run->out, "<h%d", level);
	html_attr(run->out, "id", id);
	html_lit(run->out, ">");
	inlines_html(run, n, file_line(run, n));
	buf_printf(run->out, "</h%d>\n", level);
}

static void note_summary(struct page_run *run, cmark_node *paragraph)
{
	struct buf text;
	buf_init(&text, 65536);
	inlines_text(&text, paragraph);
	const char *s = buf_text(&text);
	size_t characters = 0, n = 0;
	for (; s[n] && characters < SUMMARY_CHARACTERS_MAX; characters++)
		for (n++; ((unsigned char)s[n] & 0xc0) == 0x80;)
			n++;
	if (n)
		run->summary = arena_strndup(run->arena, s, n);
	buf_done(&text);
}

static bool is_tight(cmark_node *paragraph)
{
	cmark_node *item = cmark_node_parent(paragraph);
	cmark_node *list = item ? cmark_node_parent(item) : NULL;
	return list && cmark_node_get_type(list) == CMARK_NODE_LIST &&
	       cmark_node_get_list_tight(list);
}

static void paragraph(struct page_run *run, cmark_node *n)
{
	bool tight = is_tight(n);
	if (!run->summary && !tight)
		note_summary(run, n);
	if (!tight)
		html_lit(run->out, "<p>");
	inlines_html(run, n, file_line(run, n));
	if (!tight)
		html_lit(run->out, "</p>\n");
}

static enum err_code list(struct page_run *run, cmark_node *n)
{
	bool ordered = cmark_node_get_list_type(n) == CMARK_ORDERED_LIST;
	int start = cmark_node_get_list_start(n);
	if (ordered && start != 1)
		buf_printf(run->out, "<ol start=\"%d\">\n", start);
	else
		buf_str(run->out, ordered ? "<ol>\n" : "<ul>\n");
	for (cmark_node *item = cmark_node_first_child(n); item; item = cmark_node_next(item)) {
		html_lit(run->out, "<li>");
		if (children(run, item))
			return ERR_INPUT;
		html_lit(run->out, "</li>\n");
	}
	buf_str(run->out, ordered ? "</ol>\n" : "</ul>\n");
	return ERR_OK;
}

static enum err_code code_block(struct page_run *run, cmark_node *n)
{
	const char *info = cmark_node_get_fence_info(n);
	if (info && block_is_known(info))
		return block_render(run, info, cmark_node_get_literal(n),
			cmark_node_get_start_line(n), cmark_node_get_start_column(n));
	html_lit(run->out, "<pre><code>");
	html_text(run->out, cmark_node_get_literal(n));
	html_lit(run->out, "</code></pre>\n");
	return ERR_OK;
}

static enum err_code one_block(struct page_run *run, cmark_node *n)
{
	enum err_code code = ERR_OK;
	switch ((int)cmark_node_get_type(n)) {
	case CMARK_NODE_PARAGRAPH:
		paragraph(run, n);
		break;
	case CMARK_NODE_HEADING:
		heading(run, n);
		break;
	case CMARK_NODE_LIST:
		code = list(run, n);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		html_lit(run->out, "<blockquote>\n");
		code = children(run, n);
		html_lit(run->out, "</blockquote>\n");
		break;
	case CMARK_NODE_CODE_BLOCK:
		code = code_block(run, n);
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		html_lit(run->out, "<hr>\n");
		break;
	default: /* raw HTML */
		break;
	}
	return code;
}

static enum err_code children(struct page_run *run, cmark_node *parent)
{
	for (cmark_node *n = cmark_node_first_child(parent); n; n = cmark_node_next(n))
		if (one_block(run, n))
			return ERR_INPUT;
	return ERR_OK;
}

/* A chain of quotes in quotes would run the stack down: bounded before it is walked. */
static bool too_deep(cmark_node *doc)
{
	enum { DEPTH_MAX = 100 };
	int depth = 0;
	cmark_iter *it = cmark_iter_new(doc);
	bool deep = false;
	for (cmark_event_type ev; !deep && (ev = cmark_iter_next(it)) != CMARK_EVENT_DONE;) {
		cmark_node *n = cmark_iter_get_node(it);
		if (!cmark_node_first_child(n))
			continue;
		depth += ev == CMARK_EVENT_ENTER ? 1 : -1;
		deep = depth > DEPTH_MAX;
	}
	cmark_iter_free(it);
	return deep;
}

enum err_code markdown_into(struct page_run *run, const char *markdown, size_t len)
{
	cmark_node *doc = cmark_parse_document(markdown, len, CMARK_OPT_VALIDATE_UTF8);
	cmark_consolidate_text_nodes(doc);
	enum err_code code;
	if (too_deep(doc))
		code = err_at(run->err, ERR_INPUT, run->env ? run->env->file_name : NULL,
			run->first_line, 0,
			T("列表或引用嵌套太深", "lists or quotes nest too deeply"));
	else
		code = children(run, doc);
	cmark_node_free(doc);
	return code;
}

enum err_code markdown_render(struct arena *a, const char *markdown, const struct render_env *env,
	struct rendered *ret, struct err *e)
{
	struct buf out;
	struct err own;
	const char *expanded;
	if (query_expand(a, markdown, env, &expanded, e))
		return e ? e->code : ERR_INPUT;
	buf_init(&out, PAGE_BYTES_MAX);
	struct page_run run = {.arena = a,
		.env = env,
		.out = &out,
		.ids = ids_new(a),
		.source = expanded,
		.first_line = env && env->first_line ? env->first_line : 1,
		.heading_level = 1,
		.err = e ? e : &own};
	ids_take(run.ids, "main");
	enum err_code code = markdown_into(&run, expanded, strlen(expanded));
	if (!code && out.overflow)
		code = err_at(run.err, ERR_INPUT, env ? env->file_name : NULL, 0, 0,
			T("页面太长", "the page is too long"));
	if (!code)
		*ret = (struct rendered){.html = {buf_dup(&out, a), out.len},
			.summary = run.summary ? run.summary : "",
			.headings = run.headings,
			.heading_count = run.heading_count};
	buf_done(&out);
	return code;
}
