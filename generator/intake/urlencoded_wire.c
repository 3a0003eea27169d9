/*
 * application/x-www-form-urlencoded (WHATWG URL, section 5.1): pieces between ampersands, + for a space, %XX for a byte. A
 * per cent sign that is followed by something else stands for itself, as in browsers.
 *
 * Invariant: a decoded text is never longer than what it was decoded from, so one allocation of that size is enough.
 */
#include "tianlan/intake.h"

#include "intake/wire.h"

#include <string.h>

enum { FIELD_MAX = 64 * 1024, ENCODED_MAX = 3 * FIELD_MAX };

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static char *decode(struct arena *a, const char *s, size_t len, size_t *ret_len)
{
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		int high = s[i] == '%' && len - i > 2 ? digit(s[i + 1]) : -1;
		int low = high >= 0 ? digit(s[i + 2]) : -1;
		if (low >= 0) {
			out[n++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = s[i] == '+' ? ' ' : s[i];
		}
	}
	*ret_len = n;
	return out;
}

static enum err_code add(
	struct arena *a, const char *piece, size_t len, struct form_body *out, struct err *e)
{
	const char *equals = memchr(piece, '=', len);
	size_t name_len = equals ? (size_t)(equals - piece) : len;
	size_t value_len = equals ? len - name_len - 1 : 0;
	if (out->count == INTAKE_FIELDS_MAX || name_len > ENCODED_MAX || value_len > ENCODED_MAX)
		return err_set(e, ERR_REFUSED, T("提交的内容超过上限", "the body is over a limit"));
	struct form_part *part = &out->parts[out->count];
	size_t decoded;
	part->name = decode(a, piece, name_len, &decoded);
	if (!utf8_valid(part->name, decoded, NULL) || memchr(part->name, '\0', decoded))
		return err_set(e, ERR_INPUT, T("提交的内容格式不对", "the body is malformed"));
	part->value.at =
		(const uint8_t *)decode(a, equals ? equals + 1 : "", value_len, &part->value.len);
	if (part->value.len > FIELD_MAX)
		return err_set(e, ERR_REFUSED, T("提交的内容超过上限", "the body is over a limit"));
	part->filename = NULL;
	out->count++;
	return ERR_OK;
}

enum err_code urlencoded_parse(
	struct arena *a, const void *body, size_t len, struct form_body *ret, struct err *e)
{
	struct form_body *out = arena_alloc(a, sizeof *out);
	const char *p = body;
	for (size_t left = len; left > 0;) {
		const char *amp = memchr(p, '&', left);
		size_t n = amp ? (size_t)(amp - p) : left;
		if (n > 0) {
			enum err_code code = add(a, p, n, out, e);
			if (code)
				return code;
		}
		left -= amp ? n + 1 : n;
		p = amp ? amp + 1 : p;
	}
	*ret = *out;
	return ERR_OK;
}
