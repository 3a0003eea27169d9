/*
 * Header values of a request: the media type, the boundary of a multipart body (RFC 2046 section 5.1.1), a length.
 */
#include "tianlan/intake.h"

#include "intake/wire.h"

#include <string.h>
#include <strings.h>

enum { BOUNDARY_MAX = 70, HEADER_MAX = 1024 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* bchars of RFC 2046; the blank is allowed within, not at the end. */
static bool is_boundary_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("'()+_,-./:=? ", c));
}

static const char *skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Is this the media type, alone or followed by parameters? Then what stands behind it, else NULL. */
static const char *behind_type(const char *s, const char *type)
{
	size_t n = strlen(type);
	s = skip_blanks(s);
	if (strncasecmp(s, type, n) != 0)
		return NULL;
	s = skip_blanks(s + n);
	return *s == '\0' || *s == ';' ? s : NULL;
}

enum body_type content_type_of(const char *content_type)
{
	if (behind_type(content_type, "multipart/form-data"))
		return BODY_MULTIPART;
	if (behind_type(content_type, "application/x-www-form-urlencoded"))
		return BODY_URLENCODED;
	return BODY_UNKNOWN;
}

static enum err_code no_boundary(struct err *e)
{
	return err_set(
		e, ERR_INPUT, T("提交的内容没有可用的分界", "the body has no usable boundary"));
}

/* The value of a parameter at s, quoted or not; NULL when it is malformed. *ret_len is at most HEADER_MAX. */
static const char *value_at(const char *s, char *out, size_t *ret_len)
{
	bool in_quotes = *s == '"';
	size_t n = 0;
	s += in_quotes;
	while (*s && (in_quotes ? *s != '"' : *s != ';' && !is_blank(*s) && *s != '"')) {
		if (in_quotes && *s == '\\' && s[1])
			s++;
		if (n == HEADER_MAX)
			return NULL;
		out[n++] = *s++;
	}
	if (in_quotes && *s++ != '"')
		return NULL;
	*ret_len = n;
	return s;
}

enum err_code content_type_boundary(
	struct arena *a, const char *content_type, const char **ret, struct err *e)
{
	const char *found = NULL;
	if (strlen(content_type) > HEADER_MAX)
		return no_boundary(e);
	const char *s = behind_type(content_type, "multipart/form-data");
	char *value = arena_alloc(a, HEADER_MAX + 1);
	while (s && *s) {
		if (*s != ';')
			return no_boundary(e);
		s = skip_blanks(s + 1);
		const char *name = s;
		while (*s && *s != '=' && *s != ';' && !is_blank(*s))
			s++;
		size_t name_len = (size_t)(s - name), len;
		s = skip_blanks(s);
		if (name_len == 0 && (*s == '\0' || *s == ';'))
			continue; /* an empty parameter, as in "a/b;" */
		if (*s != '=')
			return no_boundary(e);
		s = value_at(skip_blanks(s + 1), value, &len);
		if (!s)
			return no_boundary(e);
		s = skip_blanks(s);
		if (name_len != 8 || strncasecmp(name, "boundary", 8) != 0)
			continue;
		bool good = !found && len > 0 && len <= BOUNDARY_MAX && value[len - 1] != ' ';
		for (size_t i = 0; i < len; i++)
			good = good && is_boundary_char(value[i]);
		if (!good)
			return no_boundary(e);
		found = arena_strndup(a, value, len);
	}
	if (!found)
		return no_boundary(e);
	*ret = found;
	return ERR_OK;
}

int64_t content_length_read(const char *text)
{
	int64_t n;
	return text && strlen(text) <= 15 && str_to_int64(text, &n) && n >= 0 ? n : -1;
}
