/*
 * markup: writers that escape. Each context has its own function; there is no mode flag and no way
 * to print unescaped text by accident: ready-made HTML is a type of its own (struct html_frag).
 *
 * Not here: templates and Markdown rendering (theme), sheets (register).
 * Ownership: writers append to the caller's buf and own nothing.
 * Errors: none; an overflow is the buf's sticky flag.
 * Sources: HTML Living Standard 13.3; RFC 8259 (JSON); RFC 4180 (CSV); XML 1.0; CommonMark 0.30;
 *   OWASP "CSV injection" for the formula guard; RFC 3986 for addresses.
 */
#ifndef TIANLAN_MARKUP_H
#define TIANLAN_MARKUP_H

#include "tianlan/base.h"

/* HTML that is already safe. Only html_frag_from() (HTML writer) and the Markdown renderer make one. */
struct html_frag {
	const char *markup;
	size_t len;
};

/* Only a literal: html_lit(b, "<td>"). */
#define html_lit(b, s) buf_add((b), "" s "", sizeof(s) - 1)
void html_text(struct buf *b, const char *s);			    /* element content */
void html_attr_value(struct buf *b, const char *s);		    /* inside double quotes */
void html_attr(struct buf *b, const char *name, const char *value); /* ` name="value"` */
/* ` href="…"`; http, https, mailto, tel, relative and fragment addresses; anything else gives href="#". */
void html_href(struct buf *b, const char *url);
bool url_is_allowed(const char *url); /* the allow-list of html_href */
void html_frag_add(struct buf *b, struct html_frag frag);
struct html_frag html_frag_from(const struct buf *written_html);

void xml_text(struct buf *b,
	const char *s); /* content and attribute values; drops characters XML 1.0 forbids */

/* Markdown inline text, also right inside a table cell of the `table` block: every ASCII punctuation
 * character that could start markup is escaped with a backslash, `|` too; line breaks become one space. */
void md_text(struct buf *b, const char *s);
void md_text_n(struct buf *b, const char *s, size_t len);
void md_url(struct buf *b, const char *url);			/* inside ](…) */
void md_link(struct buf *b, const char *text, const char *url); /* [text](url), both escaped */

/* JSON without state but for the comma; nests up to 32 deep. */
struct json {
	struct buf *out;
	uint32_t has_item; /* bit per depth */
	int depth;
};
void json_out_init(struct json *j, struct buf *out);
void json_out_object(struct json *j, const char *key); /* key NULL at the top and inside arrays */
void json_out_object_end(struct json *j);
void json_out_array(struct json *j, const char *key);
void json_out_array_end(struct json *j);
void json_out_string(struct json *j, const char *key, const char *value); /* NULL gives null */
void json_out_int(struct json *j, const char *key, int64_t value);
void json_out_bool(struct json *j, const char *key, bool value);
void json_out_null(struct json *j, const char *key);

/* One CSV field (quoted as needed, formulas guarded with a leading apostrophe). first: no comma before. */
void csv_field(struct buf *b, bool first, const char *s);
void csv_end_row(struct buf *b); /* CRLF */

/* Percent-encodes one path segment (everything but unreserved characters). */
void url_segment(struct buf *b, const char *s);

#endif
