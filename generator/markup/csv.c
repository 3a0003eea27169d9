/* CSV fields (RFC 4180) and address segments (RFC 3986). A field a spreadsheet would run as a formula gets an apostrophe. */
#include "markup/escape.h"

#include <string.h>

void csv_field(struct buf *b, bool first, const char *s)
{
	bool formula = *s && strchr("=+-@\t\r", *s);
	if (!first)
		buf_char(b, ',');
	if (!formula && !s[strcspn(s, ",\"\r\n")] && *s != ' ') {
		buf_str(b, s);
		return;
	}
	static const char *const quotes[256] = {['"'] = "\"\""};
	buf_char(b, '"');
	if (formula)
		buf_char(b, '\'');
	escape_add(b, s, strlen(s), quotes);
	buf_char(b, '"');
}

void csv_end_row(struct buf *b)
{
	buf_add(b, "\r\n", 2);
}

void url_segment(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
		if (plain) {
			buf_char(b, (char)c);
			continue;
		}
		const char hex[3] = {'%', "0123456789ABCDEF"[c >> 4], "0123456789ABCDEF"[c & 15]};
		buf_add(b, hex, 3);
	}
}
