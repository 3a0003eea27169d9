/*
 * multipart/form-data (RFC 7578, RFC 2046 section 5.1) over a whole body in memory.
 *
 * Strict where clients agree: CRLF line ends, a delimiter line of its own, a closing delimiter, no folded header. Forgiving
 * where they differ: quoted strings with backslashes or with the %22 %0D %0A of browsers, a lone backslash at the end of a
 * file name, a preamble and an epilogue, blanks behind a delimiter. A part that is itself multipart is content like any
 * other: nothing is parsed twice, nothing recurses.
 *
 * Invariant: every offset stays within [body, body + len]; the work is linear in len.
 */
#include "tianlan/intake.h"

#include "intake/wire.h"

#include <string.h>
#include <strings.h>

enum {
	PART_HEADER_MAX = 8 * 1024,
	FIELD_MAX = 64 * 1024,
	FILENAME_MAX_BYTES = 200,
	BOUNDARY_MAX = 70,
};

struct reader {
	struct arena *arena;
	const char *at, *end;
	char delimiter[BOUNDARY_MAX + 5]; /* CRLF "--" boundary */
	size_t delimiter_len;
	struct err *e;
};

static enum err_code broken(struct err *e)
{
	return err_set(e, ERR_INPUT,
		T("提交的内容不完整或者格式不对", "the body is incomplete or malformed"));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What follows a delimiter: is it one at all, and if so the last? *ret_after lies behind its line. */
static bool delimiter_line(const char *p, const char *end, bool *ret_last, const char **ret_after)
{
	*ret_last = end - p >= 2 && p[0] == '-' && p[1] == '-';
	if (*ret_last)
		p += 2;
	while (p < end && is_blank(*p))
		p++;
	if (end - p >= 2 && p[0] == '\r' && p[1] == '\n') {
		*ret_after = p + 2;
		return true;
	}
	*ret_after = p;
	return *ret_last && p == end;
}

/* The next delimiter line at or behind r->at; *ret_begin is where the content before it ends. */
static bool next_delimiter(
	struct reader *r, const char *from, const char **ret_begin, bool *ret_last)
{
	const char *p = from;
	while ((p = memmem(p, (size_t)(r->end - p), r->delimiter, r->delimiter_len)) != NULL) {
		const char *after;
		if (delimiter_line(p + r->delimiter_len, r->end, ret_last, &after)) {
			*ret_begin = p;
			r->at = after;
			return true;
		}
		p += 2;
	}
	return false;
}

/* The first delimiter needs no line end before it. */
static bool first_delimiter(struct reader *r, bool *ret_last)
{
	const char *after, *begin;
	size_t n = r->delimiter_len - 2;
	if ((size_t)(r->end - r->at) >= n && memcmp(r->at, r->delimiter + 2, n) == 0 &&
		delimiter_line(r->at + n, r->end, ret_last, &after)) {
		r->at = after;
		return true;
	}
	return next_delimiter(r, r->at, &begin, ret_last);
}

/* ---- a part's header -------------------------------------------------------------------------- */

struct disposition {
	const char *name, *filename;
	bool seen;
};

/* %22 %0D %0A are how browsers write a quote and line ends (WHATWG, multipart/form-data encoding); other per cent signs
 * stand for themselves. */
static size_t browser_escape(const char *p, const char *end, char *ret)
{
	static const struct {
		const char *text;
		char c;
	} known[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (end - p >= 3 && strncasecmp(p, known[i].text, 3) == 0) {
			*ret = known[i].c;
			return 3;
		}
	}
	return 0;
}

/* A quoted string at p (behind the opening quote); NULL when it does not end. */
static const char *quoted(
	struct arena *a, const char *p, const char *end, char **ret, size_t *ret_len)
{
	char *out = arena_alloc(a, (size_t)(end - p) + 1);
	const char *last = memrchr(p, '"', (size_t)(end - p));
	size_t n = 0;
	while (p < end && *p != '"') {
		size_t used = browser_escape(p, end, &out[n]);
		if (used) {
			p += used;
			n++;
			continue;
		}
		/* A backslash protects a quote or itself; before the line's last quote it stands for itself, since
		 * browsers send a name that ends in one that way. */
		if (*p == '\\' && last && p + 1 < last && (p[1] == '\\' || p[1] == '"'))
			p++;
		out[n++] = *p++;
	}
	if (p == end)
		return NULL;
	*ret = out;
	*ret_len = n;
	return p + 1;
}

static bool is_token(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

/* One ";name=value"; *p is moved behind it. */
static bool parameter(struct arena *a, const char **p, const char *end, const char **ret_name,
	size_t *ret_name_len, char **ret_value, size_t *ret_value_len)
{
	const char *s = *p;
	if (*s != ';')
		return false;
	s++;
	while (s < end && is_blank(*s))
		s++;
	*ret_name = s;
	while (s < end && is_token(*s))
		s++;
	*ret_name_len = (size_t)(s - *ret_name);
	while (s < end && is_blank(*s))
		s++;
	if (*ret_name_len == 0 || s == end || *s != '=')
		return false;
	s++;
	while (s < end && is_blank(*s))
		s++;
	if (s < end && *s == '"') {
		s = quoted(a, s + 1, end, ret_value, ret_value_len);
		if (!s)
			return false;
	} else {
		const char *from = s;
		while (s < end && *s != ';' && !is_blank(*s) && *s != '"')
			s++;
		*ret_value = arena_strndup(a, from, (size_t)(s - from));
		*ret_value_len = (size_t)(s - from);
	}
	while (s < end && is_blank(*s))
		s++;
	*p = s;
	return true;
}

/* The last part of a path of any system, without control characters, valid UTF-8, cut between characters. */
static const char *plain_filename(struct arena *a, const char *raw, size_t len)
{
	size_t from = len;
	while (from > 0 && raw[from - 1] != '/' && raw[from - 1] != '\\')
		from--;
	char *out = arena_alloc(a, FILENAME_MAX_BYTES + 1);
	size_t n = 0;
	for (const char *p = raw + from, *end = raw + len; p < end;) {
		uint32_t code;
		size_t used = utf8_decode(p, end, &code);
		const char *shown = used ? p : "\xEF\xBF\xBD";
		size_t bytes = used ? used : 3;
		p += used ? used : 1;
		if (used && (code < 0x20 || (code >= 0x7f && code < 0xa0)))
			continue;
		if (n + bytes > FILENAME_MAX_BYTES)
			break;
		memcpy(out + n, shown, bytes);
		n += bytes;
	}
	/* A name that vanished was still a name: only filename="" means that no file was chosen. */
	return n || !len ? out : "?";
}

static bool same(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(s, word, len) == 0;
}

static enum err_code read_disposition(
	struct reader *r, const char *p, const char *end, struct disposition *d)
{
	static const char kind[] = "form-data";
	size_t n = sizeof kind - 1;
	bool extended = false;
	if (d->seen || (size_t)(end - p) < n || strncasecmp(p, kind, n) != 0)
		return broken(r->e);
	d->seen = true;
	for (p += n; p < end && is_blank(*p); p++)
		;
	while (p < end) {
		const char *name;
		char *value;
		size_t name_len, value_len;
		if (!parameter(r->arena, &p, end, &name, &name_len, &value, &value_len))
			return broken(r->e);
		if (same(name, name_len, "name")) {
			if (d->name || !utf8_valid(value, value_len, NULL))
				return broken(r->e);
			d->name = value;
		} else if (same(name, name_len, "filename")) {
			if (d->filename)
				return broken(r->e);
			d->filename = plain_filename(r->arena, value, value_len);
		} else if (same(name, name_len, "filename*")) {
			extended = true;
		}
	}
	/* RFC 7578 forbids filename*: it is no more than a sign that this is a file. */
	if (extended && !d->filename)
		d->filename = "?";
	return d->name ? ERR_OK : broken(r->e);
}

/* Bytes that were encoded again would be kept as gibberish: no client that people use does it. */
static bool encoding_is_plain(const char *p, const char *end)
{
	size_t n = (size_t)(end - p);
	return same(p, n, "7bit") || same(p, n, "8bit") || same(p, n, "binary");
}

static enum err_code read_line(
	struct reader *r, const char *p, const char *end, struct disposition *d)
{
	const char *colon = p;
	while (colon < end && is_token(*colon))
		colon++;
	if (colon == p || colon == end || *colon != ':' || memchr(p, '\0', (size_t)(end - p)) ||
		memchr(p, '\n', (size_t)(end - p)) || memchr(p, '\r', (size_t)(end - p)))
		return broken(r->e);
	const char *value = colon + 1;
	while (value < end && is_blank(*value))
		value++;
	while (end > value && is_blank(end[-1]))
		end--;
	size_t n = (size_t)(colon - p);
	if (same(p, n, "Content-Disposition"))
		return read_disposition(r, value, end, d);
	if (same(p, n, "Content-Transfer-Encoding") && !encoding_is_plain(value, end))
		return broken(r->e);
	return ERR_OK;
}

static enum err_code read_header(struct reader *r, struct disposition *d)
{
	const char *from = r->at;
	for (;;) {
		size_t left = (size_t)(r->end - r->at);
		size_t most = PART_HEADER_MAX - (size_t)(r->at - from);
		const char *eol = memmem(r->at, left < most ? left : most, "\r\n", 2);
		if (!eol && left >= most)
			return err_set(r->e, ERR_REFUSED,
				T("提交的内容超过上限", "the body is over a limit"));
		if (!eol)
			return broken(r->e);
		const char *line = r->at;
		r->at = eol + 2;
		if (eol == line)
			return d->seen ? ERR_OK : broken(r->e);
		enum err_code code = read_line(r, line, eol, d);
		if (code)
			return code;
	}
}

/* ---- parts -------------------------------------------------------------------------------------- */

static enum err_code read_part(struct reader *r, struct form_body *body, bool *ret_last)
{
	struct disposition d = {0};
	enum err_code code = read_header(r, &d);
	if (code)
		return code;
	/* Empty content: the CRLF before its delimiter is the one that ended the header. */
	const char *begin = r->at, *end;
	if (!next_delimiter(r, begin - 2, &end, ret_last))
		return broken(r->e);
	size_t len = end > begin ? (size_t)(end - begin) : 0;
	if (body->count == INTAKE_FIELDS_MAX || (!d.filename && len > FIELD_MAX))
		return err_set(
			r->e, ERR_REFUSED, T("提交的内容超过上限", "the body is over a limit"));
	body->parts[body->count++] =
		(struct form_part){d.name, {(const uint8_t *)begin, len}, d.filename};
	return ERR_OK;
}

enum err_code multipart_parse(struct arena *a, const void *body, size_t len, const char *boundary,
	struct form_body *ret, struct err *e)
{
	size_t n = strlen(boundary);
	if (!len || n == 0 || n > BOUNDARY_MAX)
		return broken(e);
	struct reader r = {.arena = a, .at = body, .end = (const char *)body + len, .e = e};
	memcpy(r.delimiter, "\r\n--", 4);
	memcpy(r.delimiter + 4, boundary, n + 1);
	r.delimiter_len = n + 4;
	struct form_body *out = arena_alloc(a, sizeof *out);
	bool last = false;
	if (!first_delimiter(&r, &last))
		return broken(e);
	while (!last) {
		enum err_code code = read_part(&r, out, &last);
		if (code)
			return code;
	}
	*ret = *out;
	return ERR_OK;
}

bool body_may_hold_file(const void *body, size_t len)
{
	static const char word[] = "filename", none[] = "=\"\"";
	const char *p = body, *end = p + len;
	size_t n = sizeof word - 1;
	while (p && (size_t)(end - p) >= n) {
		if (strncasecmp(p, word, n) == 0) {
			p += n;
			if ((size_t)(end - p) < 3 || memcmp(p, none, 3) != 0)
				return true;
			continue;
		}
		/* The next f or F. */
		p++;
		const char *lower = memchr(p, 'f', (size_t)(end - p));
		const char *stop = lower ? lower : end;
		const char *upper = memchr(p, 'F', (size_t)(stop - p));
		p = upper ? upper : lower;
	}
	return false;
}
