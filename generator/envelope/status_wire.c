/*
 * The bytes of the status file: its header, and the text within an entry.
 *
 *   header  16 "tianlan-status 1" · 4 bytes of an entry · 4 entries of a bucket · 8 zeros · 32 SHA-256 of what stands before
 *   text    1 length, state · 1 length, when · 2 length, reply · zeros to the end
 *
 * A reader accepts nothing that the writer would not write: one text has one form.
 */
#include "envelope/status_internal.h"

#include "envelope/octets.h"

#include <string.h>

static const char magic[] = "tianlan-status 1";

static bool header_ok(const struct status_header *h)
{
	return (h->entry_bytes == STATUS_RECEIVED_BYTES || h->entry_bytes == STATUS_REPLY_BYTES) &&
	       h->capacity >= STATUS_CAPACITY_MIN && h->capacity <= STATUS_CAPACITY_MAX &&
	       (h->capacity & (h->capacity - 1)) == 0;
}

void status_header_write(const struct status_header *h, uint8_t out[STATUS_HEADER_USED])
{
	memset(out, 0, STATUS_HEADER_USED);
	memcpy(out, magic, 16);
	octets_put32(out + 16, h->entry_bytes);
	octets_put32(out + 20, h->capacity);
	sha256_bytes(out, 32, out + 32);
}

enum err_code status_header_read(
	const void *bytes, size_t len, struct status_header *ret, struct err *e)
{
	uint8_t expected[STATUS_HEADER_USED];
	if (len < STATUS_HEADER_USED || memcmp(bytes, magic, 16) != 0)
		return err_set(e, ERR_INPUT, T("不是状态文件", "not a status file"));
	const uint8_t *p = bytes;
	struct status_header h = {octets_get32(p + 16), octets_get32(p + 20)};
	status_header_write(&h, expected);
	if (!header_ok(&h) || memcmp(p, expected, sizeof expected) != 0)
		return err_set(e, ERR_INPUT,
			T("状态文件的文件头已损坏", "the head of the status file is damaged"));
	*ret = h;
	return ERR_OK;
}

/* An identifier of the domain: "received", "under_review". */
static bool state_ok(const char *s, size_t len)
{
	if (len == 0 || len > STATUS_STATE_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_' ||
			    s[i] == '-'))
			return false;
	return true;
}

/* A week or a day, "2018-W05", "2018-01-31"; may be empty. */
static bool when_ok(const char *s, size_t len)
{
	if (len > STATUS_WHEN_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || s[i] == '-' || s[i] == 'W'))
			return false;
	return true;
}

static bool reply_ok(const char *s, size_t len)
{
	return len <= STATUS_REPLY_MAX && !memchr(s, '\0', len) && utf8_valid(s, len, NULL);
}

enum err_code status_plain_write(const struct status *s, uint8_t *out, size_t len, struct err *e)
{
	const char *state = s->state ? s->state : "", *when = s->when ? s->when : "";
	const char *reply = s->reply ? s->reply : "";
	size_t state_len = strlen(state), when_len = strlen(when), reply_len = strlen(reply);
	if (!state_ok(state, state_len) || !when_ok(when, when_len) ||
		!reply_ok(reply, reply_len) || 4 + state_len + when_len + reply_len > len)
		return err_set(e, ERR_INPUT,
			T("状态文字格式不对，或太长（公开答复至多 %d 字节）",
				"a status is not of the right form, or too long (a reply has at "
				"most "
				"%d bytes)"),
			STATUS_REPLY_MAX);
	memset(out, 0, len);
	*out++ = (uint8_t)state_len;
	memcpy(out, state, state_len);
	out += state_len;
	*out++ = (uint8_t)when_len;
	memcpy(out, when, when_len);
	out += when_len;
	octets_put16(out, (uint16_t)reply_len);
	memcpy(out + 2, reply, reply_len);
	return ERR_OK;
}

/* Takes a length of 1 or 2 bytes and that many bytes; false when they are not there. */
static bool take(const uint8_t **p, const uint8_t *end, size_t width, struct bytes *ret)
{
	if ((size_t)(end - *p) < width)
		return false;
	size_t len = width == 1 ? **p : octets_get16(*p);
	*p += width;
	if ((size_t)(end - *p) < len)
		return false;
	*ret = (struct bytes){*p, len};
	*p += len;
	return true;
}

enum err_code status_plain_read(
	struct arena *a, const uint8_t *bytes, size_t len, struct status *ret, struct err *e)
{
	const uint8_t *p = bytes, *end = bytes + len;
	struct bytes state, when, reply;
	bool ok = take(&p, end, 1, &state) && take(&p, end, 1, &when) && take(&p, end, 2, &reply) &&
		  state_ok((const char *)state.at, state.len) &&
		  when_ok((const char *)when.at, when.len) &&
		  reply_ok((const char *)reply.at, reply.len);
	for (; ok && p < end; p++)
		ok = *p == 0;
	if (!ok)
		return err_set(e, ERR_INPUT,
			T("一条状态的内容格式不对", "what is in a status entry has no valid form"));
	ret->state = arena_strndup(a, (const char *)state.at, state.len);
	ret->when = arena_strndup(a, (const char *)when.at, when.len);
	ret->reply = arena_strndup(a, (const char *)reply.at, reply.len);
	return ERR_OK;
}
