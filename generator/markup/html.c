/*
 * HTML: text, attributes, addresses (HTML Living Standard 13.3). Text and attribute values escape the same five
 * characters; addresses pass an allow-list of schemes first.
 */
#include "markup/escape.h"

#include <string.h>
#include <strings.h>

void escape_add(struct buf *b, const char *s, size_t len, const char *const table[256])
{
	const char *run = s, *end = s + len;
	for (const char *p = s; p < end; p++) {
		const char *to = table[(unsigned char)*p];
		if (!to)
			continue;
		buf_add(b, run, (size_t)(p - run));
		buf_str(b, to);
		run = p + 1;
	}
	buf_add(b, run, (size_t)(end - run));
}

static const char *const html_table[256] = {
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};

void html_text(struct buf *b, const char *s)
{
	escape_add(b, s, strlen(s), html_table);
}

void html_attr_value(struct buf *b, const char *s)
{
	escape_add(b, s, strlen(s), html_table);
}

void html_attr(struct buf *b, const char *name, const char *value)
{
	buf_char(b, ' ');
	buf_str(b, name);
	html_lit(b, "=\"");
	html_attr_value(b, value);
	buf_char(b, '"');
}

bool url_is_allowed(const char *url)
{
	static const char *const schemes[] = {"http", "https", "mailto", "tel"};
	size_t n = strcspn(url, ":/?#");
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == '\\' || (unsigned char)*p == 0x7f)
			return false;
	if (url[n] != ':')
		return true;
	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (strlen(schemes[i]) == n && strncasecmp(url, schemes[i], n) == 0)
			return true;
	return false;
}

void html_href(struct buf *b, const char *url)
{
	html_attr(b, "href", url_is_allowed(url) ? url : "#");
}

void html_frag_add(struct buf *b, struct html_frag frag)
{
	buf_add(b, frag.markup, frag.len);
}

struct html_frag html_frag_from(const struct buf *written_html)
{
	return (struct html_frag){buf_text(written_html), written_html->len};
}
