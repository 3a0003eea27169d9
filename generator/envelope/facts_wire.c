/*
 * A tip-off in clear as bytes, in one spelling only: a magic, then items of a tag, a length and that many bytes, in a fixed
 * order, each exactly once (kinds and photos: as many as there are). What is opened on the staff host was written by a host
 * that stands in the open, so it is read as hostile input.
 *
 * Invariant: what the reader takes, the writer makes again byte for byte; and what facts_check() passes, the reader takes.
 * The messages name items, never what is in them.
 */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "envelope/octets.h"

#include <stddef.h>
#include <string.h>

static const char facts_magic[] = "tianlan-facts 1\n", contact_magic[] = "tianlan-contact 1\n";

enum { ITEM_KIND = 32, ITEM_FLAGS, ITEM_PHOTO, ITEM_STATUS };
enum { FLAG_HONEYPOT = 1, FLAG_DECLINED = 2 };
enum { PHOTO_ITEM_BYTES = SHA256_BYTES + 12, STATUS_ITEM_BYTES = STATUS_TAG_BYTES + KEY_BYTES };

struct text_item {
	uint8_t tag;
	size_t at; /* of the pointer in struct tipoff */
};

static const struct text_item facts_texts[] = {{1, offsetof(struct tipoff, received_at)},
	{2, offsetof(struct tipoff, host)}, {3, offsetof(struct tipoff, enterprise)},
	{4, offsetof(struct tipoff, street)}, {5, offsetof(struct tipoff, place)},
	{6, offsetof(struct tipoff, happened_on)}, {7, offsetof(struct tipoff, what)},
	{8, offsetof(struct tipoff, way)}, {9, offsetof(struct tipoff, lane)}};
static const struct text_item contact_texts[] = {
	{1, offsetof(struct tipoff, contact_name)}, {2, offsetof(struct tipoff, contact_phone)}};

static const char *text_of(const struct tipoff *t, const struct text_item *item)
{
	const char *s;
	memcpy(&s, (const char *)t + item->at, sizeof s);
	return s ? s : "";
}

static void text_set(struct tipoff *t, const struct text_item *item, const char *s)
{
	memcpy((char *)t + item->at, &s, sizeof s);
}

/* ---- writing ------------------------------------------------------------------------------- */

static void put_item(struct buf *out, uint8_t tag, const void *bytes, size_t len)
{
	uint8_t head[5] = {tag};
	octets_put32(head + 1, (uint32_t)len);
	buf_add(out, head, sizeof head);
	buf_add(out, bytes, len);
}

static void put_texts(
	struct buf *out, const struct tipoff *t, const struct text_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *s = text_of(t, &items[i]);
		put_item(out, items[i].tag, s, strlen(s));
	}
}

void facts_write(const struct tipoff *t, struct buf *out)
{
	buf_str(out, facts_magic);
	put_texts(out, t, facts_texts, COUNT_OF(facts_texts));
	for (size_t i = 0; i < t->kind_count; i++)
		put_item(out, ITEM_KIND, t->kinds[i], strlen(t->kinds[i]));
	uint8_t flags = (uint8_t)((t->honeypot ? FLAG_HONEYPOT : 0) |
				  (t->receipt_declined ? FLAG_DECLINED : 0));
	put_item(out, ITEM_FLAGS, &flags, 1);
	for (size_t i = 0; i < t->photo_count; i++) {
		const struct tipoff_photo *p = &t->photos[i];
		uint8_t item[PHOTO_ITEM_BYTES];
		memcpy(item, p->sealed_sha256, SHA256_BYTES);
		octets_put32(item + SHA256_BYTES, p->width);
		octets_put32(item + SHA256_BYTES + 4, p->height);
		octets_put32(item + SHA256_BYTES + 8, p->bytes);
		put_item(out, ITEM_PHOTO, item, sizeof item);
	}
	uint8_t status[STATUS_ITEM_BYTES];
	memcpy(status, t->status_tag, STATUS_TAG_BYTES);
	memcpy(status + STATUS_TAG_BYTES, t->status_key, KEY_BYTES);
	put_item(out, ITEM_STATUS, status, sizeof status);
	bytes_wipe(status, sizeof status);
}

void contact_write(const struct tipoff *t, struct buf *out)
{
	buf_str(out, contact_magic);
	put_texts(out, t, contact_texts, COUNT_OF(contact_texts));
}

/* ---- what may stand in it -------------------------------------------------------------------- */

static enum err_code bad(struct err *e, const char *item)
{
	return err_set(
		e, ERR_INPUT, T("举报内容格式不符：%s", "not the form of a tip-off: %s"), item);
}

static bool one_of(const char *s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(s, words[i]))
			return true;
	return false;
}

/* Exactly YYYY-MM-DDTHH:MM:SS+08:00, a real second. */
static bool is_china_time(const char *s)
{
	static const char form[] = "0000-00-00T00:00:00+08:00";
	char date[DAY_TEXT_BYTES];
	struct day ignored;
	if (strlen(s) != sizeof form - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		bool digit = form[i] == '0' && i < 19;
		if (digit ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	}
	memcpy(date, s, DAY_TEXT_BYTES - 1);
	date[DAY_TEXT_BYTES - 1] = '\0';
	/* Two digits compare as text. */
	return day_parse(date, &ignored) && memcmp(s + 11, "23", 2) <= 0 &&
	       memcmp(s + 14, "59", 2) <= 0 && memcmp(s + 17, "59", 2) <= 0;
}

static bool is_slug(const char *s)
{
	return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool kinds_fit(const struct tipoff *t)
{
	if (t->kind_count > TIPOFF_KINDS)
		return false;
	for (size_t i = 0; i < t->kind_count; i++)
		if (!t->kinds[i] || !is_slug(t->kinds[i]) || one_of(t->kinds[i], t->kinds, i))
			return false;
	return true;
}

static bool photos_fit(const struct tipoff *t)
{
	if (t->photo_count > TIPOFF_PHOTOS)
		return false;
	for (size_t i = 0; i < t->photo_count; i++) {
		const struct tipoff_photo *p = &t->photos[i];
		if (!p->width || !p->height || !p->bytes || p->bytes > PHOTO_PLAIN_MAX_BYTES)
			return false;
	}
	return true;
}

static bool texts_fit(const struct tipoff *t, const struct text_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *s = text_of(t, &items[i]);
		if (!utf8_valid(s, strlen(s), NULL))
			return false;
	}
	return true;
}

enum err_code facts_check(const struct tipoff *t, struct err *e)
{
	static const char *const ways[] = {"anonymous", "confidential", "named"};
	static const char *const lanes[] = {"ordinary", "slow"};
	struct day ignored;
	if (!texts_fit(t, facts_texts, COUNT_OF(facts_texts)))
		return bad(e, T("不是 UTF-8", "not UTF-8"));
	if (!t->received_at || !is_china_time(t->received_at))
		return bad(e, "received_at");
	if (!t->host || !host_name_valid(t->host))
		return bad(e, "host");
	if (t->happened_on && *t->happened_on && !day_parse(t->happened_on, &ignored))
		return bad(e, "happened_on");
	if (!one_of(t->way, ways, COUNT_OF(ways)))
		return bad(e, "way");
	if (!one_of(t->lane, lanes, COUNT_OF(lanes)))
		return bad(e, "lane");
	if (!kinds_fit(t))
		return bad(e, "kinds");
	if (!photos_fit(t))
		return bad(e, "photos");
	return ERR_OK;
}

enum err_code contact_check(const struct tipoff *t, struct err *e)
{
	if (!texts_fit(t, contact_texts, COUNT_OF(contact_texts)))
		return bad(e, T("不是 UTF-8", "not UTF-8"));
	return ERR_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct cursor {
	const uint8_t *at, *end;
};

/* The next item, which must have this tag. */
static bool take(struct cursor *c, uint8_t tag, struct bytes *ret)
{
	if (c->end - c->at < 5 || c->at[0] != tag)
		return false;
	size_t len = octets_get32(c->at + 1);
	if (len > (size_t)(c->end - c->at) - 5)
		return false;
	*ret = (struct bytes){c->at + 5, len};
	c->at += 5 + len;
	return true;
}

static bool take_fixed(struct cursor *c, uint8_t tag, size_t len, const uint8_t **ret)
{
	struct bytes value;
	if (!take(c, tag, &value) || value.len != len)
		return false;
	*ret = value.at;
	return true;
}

static bool next_is(const struct cursor *c, uint8_t tag)
{
	return c->at < c->end && *c->at == tag;
}

static bool take_text(struct cursor *c, struct arena *a, uint8_t tag, const char **ret)
{
	struct bytes value;
	if (!take(c, tag, &value) || (value.len && memchr(value.at, 0, value.len)))
		return false;
	*ret = arena_strndup(a, (const char *)value.at, value.len);
	return true;
}

static bool take_texts(struct cursor *c, struct arena *a, const struct text_item *items,
	size_t count, struct tipoff *t)
{
	for (size_t i = 0; i < count; i++) {
		const char *s;
		if (!take_text(c, a, items[i].tag, &s))
			return false;
		text_set(t, &items[i], s);
	}
	return true;
}

static bool take_magic(struct cursor *c, const char *magic)
{
	size_t len = strlen(magic);
	if ((size_t)(c->end - c->at) < len || memcmp(c->at, magic, len) != 0)
		return false;
	c->at += len;
	return true;
}

static bool take_photos(struct cursor *c, struct tipoff *t)
{
	while (next_is(c, ITEM_PHOTO)) {
		const uint8_t *item;
		if (t->photo_count == TIPOFF_PHOTOS ||
			!take_fixed(c, ITEM_PHOTO, PHOTO_ITEM_BYTES, &item))
			return false;
		struct tipoff_photo *p = &t->photos[t->photo_count++];
		memcpy(p->sealed_sha256, item, SHA256_BYTES);
		p->width = octets_get32(item + SHA256_BYTES);
		p->height = octets_get32(item + SHA256_BYTES + 4);
		p->bytes = octets_get32(item + SHA256_BYTES + 8);
	}
	return true;
}

static bool take_rest(struct cursor *c, struct arena *a, struct tipoff *t)
{
	const uint8_t *flags, *status;
	while (next_is(c, ITEM_KIND))
		if (t->kind_count == TIPOFF_KINDS ||
			!take_text(c, a, ITEM_KIND, &t->kinds[t->kind_count++]))
			return false;
	if (!take_fixed(c, ITEM_FLAGS, 1, &flags) || *flags & ~(FLAG_HONEYPOT | FLAG_DECLINED))
		return false;
	t->honeypot = *flags & FLAG_HONEYPOT;
	t->receipt_declined = *flags & FLAG_DECLINED;
	if (!take_photos(c, t) || !take_fixed(c, ITEM_STATUS, STATUS_ITEM_BYTES, &status))
		return false;
	memcpy(t->status_tag, status, STATUS_TAG_BYTES);
	memcpy(t->status_key, status + STATUS_TAG_BYTES, KEY_BYTES);
	return c->at == c->end;
}

enum err_code facts_read(
	struct arena *a, const void *bytes, size_t len, struct tipoff *ret, struct err *e)
{
	struct cursor c = {bytes, (const uint8_t *)bytes + len};
	struct tipoff t = {.contact_name = "", .contact_phone = ""};
	if (len > FACTS_MAX_BYTES || !take_magic(&c, facts_magic) ||
		!take_texts(&c, a, facts_texts, COUNT_OF(facts_texts), &t) || !take_rest(&c, a, &t))
		return bad(e,
			T("条目缺少、重复、次序不对或长度不对",
				"an item is missing, repeated, out of order or of a wrong length"));
	enum err_code code = facts_check(&t, e);
	if (!code)
		*ret = t;
	bytes_wipe(&t, sizeof t);
	return code;
}

enum err_code contact_read(
	struct arena *a, const void *bytes, size_t len, struct tipoff *ret, struct err *e)
{
	struct cursor c = {bytes, (const uint8_t *)bytes + len};
	struct tipoff t = {0};
	if (len > CONTACT_MAX_BYTES || !take_magic(&c, contact_magic) ||
		!take_texts(&c, a, contact_texts, COUNT_OF(contact_texts), &t) || c.at != c.end)
		return bad(e, T("联系方式", "contact"));
	enum err_code code = contact_check(&t, e);
	if (code)
		return code;
	ret->contact_name = t.contact_name;
	ret->contact_phone = t.contact_phone;
	return ERR_OK;
}
