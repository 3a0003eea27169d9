/*
 * Markdown text (CommonMark 0.30): what could start markup is escaped with a backslash, the bar too, so that the same
 * text is right in a cell of the table block. Line breaks become one space; a number or a dash at the start of a line
 * cannot begin a list, because dots after digits, dashes and plus signs are escaped as well.
 */
#include "markup/escape.h"

#include <string.h>

static const char *const md_table[256] = {['\\'] = "\\\\",
	['`'] = "\\`",
	['*'] = "\\*",
	['_'] = "\\_",
	['{'] = "\\{",
	['}'] = "\\}",
	['['] = "\\[",
	[']'] = "\\]",
	['<'] = "\\<",
	['>'] = "\\>",
	['('] = "\\(",
	[')'] = "\\)",
	['#'] = "\\#",
	['+'] = "\\+",
	['!'] = "\\!",
	['|'] = "\\|",
	['~'] = "\\~",
	['&'] = "\\&",
	['='] = "\\=",
	['\t'] = " ",
	['\n'] = " ",
	['\r'] = ""};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A dash begins a list or a rule only at the start of a line; a dot or bracket a list after digits. */
static void add_line_start(struct buf *b, const char **s, const char *end)
{
	const char *p = *s;
	if (p < end && *p == '-') {
		buf_str(b, "\\-");
		*s = p + 1;
		return;
	}
	while (p < end && is_digit(*p))
		p++;
	if (p > *s && p < end && *p == '.') {
		buf_add(b, *s, (size_t)(p - *s));
		buf_str(b, "\\.");
		*s = p + 1;
	}
}

void md_text_n(struct buf *b, const char *s, size_t len)
{
	const char *end = s + len;
	add_line_start(b, &s, end);
	escape_add(b, s, (size_t)(end - s), md_table);
}

void md_text(struct buf *b, const char *s)
{
	md_text_n(b, s, strlen(s));
}

void md_url(struct buf *b, const char *url)
{
	static const char *const table[256] = {['('] = "%28",
		[')'] = "%29",
		['<'] = "%3C",
		['>'] = "%3E",
		[' '] = "%20",
		['\\'] = "%5C",
		['|'] = "%7C",
		['`'] = "%60",
		['*'] = "%2A",
		['\n'] = "",
		['\r'] = "",
		['\t'] = "%09",
		['"'] = "%22",
		['['] = "%5B",
		[']'] = "%5D",
		['&'] = "\\&"};
	escape_add(b, url, strlen(url), table);
}

void md_link(struct buf *b, const char *text, const char *url)
{
	buf_char(b, '[');
	md_text(b, text);
	buf_str(b, "](");
	md_url(b, url);
	buf_char(b, ')');
}
