/*
 * Inline Markdown. Most cells are plain text, a link, or a word in bold: those are written without building a tree.
 * Whatever else stands in a cell goes through cmark, so both ways must agree on what they share.
 */
#include "theme/markdown_node.h"

#include <string.h>

static bool is_punct(char c)
{
	return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
	       (c >= '{' && c <= '~');
}

void link_attributes(struct page_run *run, const char *url, int line)
{
	const struct render_env *env = run->env;
	bool rooted = url[0] == '/' && url[1] != '/';
	if (env && env->link)
		env->link(env->ctx, url, line);
	if (rooted && env && env->base_path && *env->base_path && url_is_allowed(url)) {
		html_lit(run->out, " href=\"");
		html_attr_value(run->out, env->base_path);
		html_attr_value(run->out, url);
		html_lit(run->out, "\"");
		return;
	}
	html_href(run->out, url);
	if (str_starts(url, "http://") || str_starts(url, "https://"))
		html_lit(run->out, " rel=\"noopener\"");
}

void image_source(struct page_run *run, const char *url, int line)
{
	const struct render_env *env = run->env;
	if (env && env->link)
		env->link(env->ctx, url, line);
	bool rooted = url[0] == '/' && url[1] != '/';
	html_lit(run->out, " src=\"");
	if (rooted && env && env->base_path)
		html_attr_value(run->out, env->base_path);
	html_attr_value(run->out, url_is_allowed(url) ? url : "");
	html_lit(run->out, "\"");
}

/* ---- the fast path ---------------------------------------------------------------------------- */

enum stop { STOP_END, STOP_BRACKET, STOP_OTHER };

/* Writes plain text and escapes up to `until` (0: the end); false when something needs cmark. */
static bool plain(struct buf *out, const char **s, const char *end, char until)
{
	char one[5] = "";
	const char *p = *s, *run = p;
	for (; p < end && *p != until; p++) {
		if (*p == '\\' && p + 1 < end && is_punct(p[1])) {
			char keep[512];
			size_t n = (size_t)(p - run);
			if (n >= sizeof keep)
				return false;
			memcpy(keep, run, n);
			keep[n] = '\0';
			html_text(out, keep);
			one[0] = p[1];
			html_text(out, one);
			p++;
			run = p + 1;
		} else if (strchr("*_[]<&`!\\{", *p) ||
			   (*p == ':' && until == '\0' && p + 2 < end && p[1] == '/')) {
			return false;
		}
	}
	size_t n = (size_t)(p - run);
	char keep[2048];
	if (n >= sizeof keep || (until && p == end))
		return false;
	memcpy(keep, run, n);
	keep[n] = '\0';
	html_text(out, keep);
	*s = p;
	return true;
}

/* A link whose text is plain and whose address needs no decoding. */
static bool fast_link(struct page_run *run, const char **s, const char *end, int line)
{
	const char *p = *s + 1;
	const char *close = p;
	while (close < end && *close != ']') {
		if (*close == '\\')
			close++;
		close++;
	}
	if (close + 1 >= end || close[1] != '(')
		return false;
	const char *url = close + 2, *url_end = url;
	while (url_end < end && *url_end != ')') {
		if (strchr("\\ \"<>&(", *url_end))
			return false;
		url_end++;
	}
	char address[512];
	size_t n = (size_t)(url_end - url);
	if (url_end >= end || n >= sizeof address)
		return false;
	memcpy(address, url, n);
	address[n] = '\0';
	size_t mark = run->out->len;
	html_lit(run->out, "<a");
	struct render_env quiet = run->env ? *run->env : (struct render_env){0};
	const struct render_env *env = run->env;
	quiet.link = NULL;
	run->env = &quiet;
	link_attributes(run, address, line);
	run->env = env;
	html_lit(run->out, ">");
	if (!plain(run->out, &p, close + 1, ']') || p != close) {
		run->out->len = mark;
		return false;
	}
	html_lit(run->out, "</a>");
	if (env && env->link)
		env->link(env->ctx, address, line);
	*s = url_end + 1;
	return true;
}

static bool fast_cell(struct page_run *run, const char *s, size_t len, int line)
{
	const char *end = s + len;
	size_t links = 0;
	for (const char *p = s; p < end; p++) {
		if (*p == '\\')
			p++;
		else
			links += *p == '[';
	}
	if (links > 1)
		return false;
	if (!links)
		return plain(run->out, &s, end, '\0') && s == end;
	const char *bracket = s;
	while (*bracket != '[') {
		if (*bracket == '\\')
			bracket++;
		bracket++;
	}
	if (bracket > s && !plain(run->out, &s, bracket, '\0'))
		return false;
	if (!fast_link(run, &s, end, line))
		return false;
	return plain(run->out, &s, end, '\0') && s == end;
}

/* ---- through cmark ------------------------------------------------------------------------------ */

static cmark_node *parse_line(const char *s, size_t len, cmark_node **ret_doc)
{
	*ret_doc = cmark_parse_document(s, len, CMARK_OPT_VALIDATE_UTF8);
	cmark_node *first = cmark_node_first_child(*ret_doc);
	return first && cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH &&
			       !cmark_node_next(first)
		       ? first
		       : NULL;
}

/* Only bytes that nothing but text can begin a line with: what else a line could begin is given as text. */
static bool begins_a_block(const char *s, size_t len)
{
	return len && (strchr("-+>#=", *s) || (*s >= '0' && *s <= '9'));
}

void cell_html(struct page_run *run, const char *s, size_t len, int line)
{
	size_t mark = run->out->len;
	if (!len || fast_cell(run, s, len, line))
		return;
	run->out->len = mark;
	struct buf b;
	buf_init(&b, PAGE_BYTES_MAX);
	if (begins_a_block(s, len) && !(*s >= '0' && *s <= '9'))
		buf_char(&b, '\\');
	buf_add(&b, s, len);
	cmark_node *doc;
	cmark_node *line_node = parse_line(buf_text(&b), b.len, &doc);
	if (line_node)
		inlines_html(run, line_node, line);
	else
		html_text(run->out, cell_raw(run, s, len));
	cmark_node_free(doc);
	buf_done(&b);
}

const char *cell_text(struct page_run *run, const char *s, size_t len)
{
	if (!memchr(s, '[', len) && !memchr(s, '*', len) && !memchr(s, '`', len) &&
		!memchr(s, '&', len))
		return cell_raw(run, s, len);
	cmark_node *doc;
	cmark_node *line = parse_line(s, len, &doc);
	const char *text;
	if (line) {
		struct buf b;
		buf_init(&b, PAGE_BYTES_MAX);
		inlines_text(&b, line);
		text = buf_dup(&b, run->arena);
		buf_done(&b);
	} else {
		text = cell_raw(run, s, len);
	}
	cmark_node_free(doc);
	return text;
}

const char *cell_raw(struct page_run *run, const char *s, size_t len)
{
	char *out = arena_alloc(run->arena, len + 1);
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' && i + 1 < len && is_punct(s[i + 1]))
			i++;
		out[n++] = s[i];
	}
	out[n] = '\0';
	return out;
}
