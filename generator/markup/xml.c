/* XML 1.0 text and attribute values; characters that XML 1.0 forbids (2.2 Char) are dropped. */
#include "markup/escape.h"

#include <string.h>

static const char *const xml_table[256] = {['&'] = "&amp;",
	['<'] = "&lt;",
	['>'] = "&gt;",
	['"'] = "&quot;",
	['\''] = "&#39;",
	[1] = "",
	[2] = "",
	[3] = "",
	[4] = "",
	[5] = "",
	[6] = "",
	[7] = "",
	[8] = "",
	[11] = "",
	[12] = "",
	[14] = "",
	[15] = "",
	[16] = "",
	[17] = "",
	[18] = "",
	[19] = "",
	[20] = "",
	[21] = "",
	[22] = "",
	[23] = "",
	[24] = "",
	[25] = "",
	[26] = "",
	[27] = "",
	[28] = "",
	[29] = "",
	[30] = "",
	[31] = ""};

void xml_text(struct buf *b, const char *s)
{
	/* U+FFFE and U+FFFF (EF BF BE, EF BF BF) are well-formed UTF-8 but no XML characters. */
	for (const char *p; (p = strstr(s, "\xef\xbf")); s = p + 3) {
		bool forbidden = (unsigned char)p[2] >= 0xbe;
		escape_add(b, s, (size_t)(p - s) + (forbidden ? 0 : 3), xml_table);
		if (!p[2])
			return;
	}
	escape_add(b, s, strlen(s), xml_table);
}
