/*
 * The outer form of envelopes, records and slots, from bytes: what the drain trusts before anything goes to git, and what the
 * staff host checks before it opens. Layouts stand in envelope_internal.h. Each length must be the one that follows from the
 * rest, so there is one spelling and no room for bytes that nobody looks at.
 */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "envelope/octets.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof RECORD_MAGIC == MAGIC_BYTES + 1, "a magic's length");
static_assert(sizeof SLOT_MAGIC == MAGIC_BYTES + 1, "a magic's length");
static_assert(sizeof ENVELOPE_MAGIC == MAGIC_BYTES + 1, "a magic's length");
static_assert(RECIPIENTS_MAX <= 255 && TIPOFF_PHOTOS <= 255, "counts are one byte");

static enum err_code bad(struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, T("密封件格式不符：%s", "not a sealed tip-off: %s"), what);
}

static bool has_magic(const uint8_t *at, size_t len, const char *magic)
{
	return len >= MAGIC_BYTES && memcmp(at, magic, MAGIC_BYTES) == 0;
}

void envelope_checksum(const void *bytes, size_t len, uint8_t out[MAC_BYTES])
{
	mac_once(NULL, "tianlan envelope 1", bytes, len, out);
}

enum err_code record_parse(const void *bytes, size_t len, struct record *ret, struct err *e)
{
	const uint8_t *at = bytes;
	struct record r = {0};
	if (len < RECORD_HEAD_BYTES || !has_magic(at, len, RECORD_MAGIC))
		return bad(e, T("记录的开头", "the head of the record"));
	size_t facts_len = octets_get32(at + RECORD_HEAD_BYTES - 4);
	if (!facts_class_is(facts_len) ||
		len != RECORD_HEAD_BYTES + facts_len + CONTACT_SEALED_BYTES)
		return bad(e, T("记录的长度", "the record's length"));
	memcpy(r.id.bytes, at + MAGIC_BYTES, CASE_ID_BYTES);
	memcpy(r.commitment, at + MAGIC_BYTES + CASE_ID_BYTES, COMMITMENT_BYTES);
	r.facts = (struct bytes){at + RECORD_HEAD_BYTES, facts_len};
	r.contact = (struct bytes){at + RECORD_HEAD_BYTES + facts_len, CONTACT_SEALED_BYTES};
	*ret = r;
	return ERR_OK;
}

static const uint8_t *take_keys(const uint8_t *at, struct bytes *keys, size_t count)
{
	for (size_t i = 0; i < count; i++, at += SLOT_KEY_BYTES)
		keys[i] = (struct bytes){at, SLOT_KEY_BYTES};
	return at;
}

enum err_code slot_parse(const void *bytes, size_t len, struct slot *ret, struct err *e)
{
	const uint8_t *at = bytes;
	struct slot s = {0};
	if (len < SLOT_HEAD_BYTES || !has_magic(at, len, SLOT_MAGIC))
		return bad(e, T("密钥槽的开头", "the head of the key slot"));
	const uint8_t *counts = at + SLOT_HEAD_BYTES - 4;
	s.facts_count = counts[0];
	s.contact_count = counts[1];
	s.photo_count = counts[2];
	if (!s.facts_count || s.facts_count > RECIPIENTS_MAX || !s.contact_count ||
		s.contact_count > RECIPIENTS_MAX || s.photo_count > TIPOFF_PHOTOS || counts[3])
		return bad(e, T("密钥槽的数目", "the key slot's counts"));
	if (len != SLOT_HEAD_BYTES + (s.facts_count + s.contact_count) * SLOT_KEY_BYTES +
			   s.photo_count * SHA256_BYTES)
		return bad(e, T("密钥槽的长度", "the key slot's length"));
	memcpy(s.id.bytes, at + MAGIC_BYTES, CASE_ID_BYTES);
	memcpy(s.salt, at + MAGIC_BYTES + CASE_ID_BYTES, SALT_BYTES);
	at = take_keys(at + SLOT_HEAD_BYTES, s.facts_keys, s.facts_count);
	at = take_keys(at, s.contact_keys, s.contact_count);
	memcpy(s.photo_sha256, at, s.photo_count * SHA256_BYTES);
	*ret = s;
	return ERR_OK;
}

static bool read_head(const uint8_t *at, struct envelope *v)
{
	at += MAGIC_BYTES + 8;
	memcpy(v->head.id.bytes, at, CASE_ID_BYTES);
	at += CASE_ID_BYTES;
	memcpy(v->head.content_mac, at, MAC_BYTES);
	at += MAC_BYTES;
	uint64_t expires = octets_get64(at);
	at += 8;
	v->head.week = (struct week){octets_get16(at), at[2]};
	v->photo_count = at[3];
	at += 4;
	memcpy(v->commitment, at, COMMITMENT_BYTES);
	if (expires > INT64_MAX || !week_is_real(v->head.week) || v->photo_count > TIPOFF_PHOTOS)
		return false;
	v->head.token_expires = (int64_t)expires;
	return true;
}

/* The parts of the body, which must fill it exactly. Unused places for photos are 0. */
static bool read_body(const uint8_t *bytes, size_t len, struct envelope *v)
{
	const uint8_t *lengths = bytes + ENVELOPE_LENGTHS_AT, *at = bytes + ENVELOPE_BODY_AT;
	size_t left = len - MAC_BYTES - ENVELOPE_BODY_AT;
	struct bytes *parts[2 + TIPOFF_PHOTOS] = {&v->slot};
	for (size_t i = 0; i < TIPOFF_PHOTOS; i++)
		parts[1 + i] = &v->photos[i];
	parts[1 + TIPOFF_PHOTOS] = &v->record;
	for (size_t i = 0; i < COUNT_OF(parts); i++, lengths += 4) {
		size_t part = octets_get32(lengths);
		bool is_photo = i >= 1 && i <= TIPOFF_PHOTOS;
		if (is_photo && i > v->photo_count ? part != 0 : is_photo && !photo_class_is(part))
			return false;
		if (part > left)
			return false;
		*parts[i] = (struct bytes){part ? at : NULL, part};
		at += part;
		left -= part;
	}
	v->status_entry = (struct bytes){bytes + ENVELOPE_STATUS_AT, STATUS_RECEIVED_BYTES};
	return left == 0;
}

/* The record, the slot and the photos must speak of the same case. */
static enum err_code check_parts(struct envelope *v, struct err *e)
{
	struct record r = {0};
	struct slot s = {0};
	enum err_code code = record_parse(v->record.at, v->record.len, &r, e);
	if (!code)
		code = slot_parse(v->slot.at, v->slot.len, &s, e);
	if (code)
		return code;
	if (memcmp(r.id.bytes, v->head.id.bytes, CASE_ID_BYTES) != 0 ||
		memcmp(s.id.bytes, v->head.id.bytes, CASE_ID_BYTES) != 0 ||
		memcmp(r.commitment, v->commitment, COMMITMENT_BYTES) != 0 ||
		s.photo_count != v->photo_count)
		return bad(e, T("各部分不属于同一举报", "its parts are not of one tip-off"));
	for (size_t i = 0; i < v->photo_count; i++) {
		sha256_bytes(v->photos[i].at, v->photos[i].len, v->photo_sha256[i]);
		if (memcmp(v->photo_sha256[i], s.photo_sha256[i], SHA256_BYTES) != 0)
			return bad(e, T("照片与密钥槽不符", "a photo is not the slot's"));
	}
	return ERR_OK;
}

enum err_code envelope_parse(const void *bytes, size_t len, struct envelope *ret, struct err *e)
{
	const uint8_t *at = bytes;
	struct envelope v = {0};
	uint8_t checksum[MAC_BYTES];
	if (len < ENVELOPE_BODY_AT + MAC_BYTES || len > ENVELOPE_MAX_BYTES ||
		!has_magic(at, len, ENVELOPE_MAGIC))
		return bad(e, T("开头", "the head"));
	if (octets_get64(at + MAGIC_BYTES) != len)
		return bad(e, T("总长度，文件不完整", "the length of all: the file is not whole"));
	envelope_checksum(at, len - MAC_BYTES, checksum);
	if (!bytes_equal(checksum, at + len - MAC_BYTES, MAC_BYTES))
		return bad(e, T("校验和，文件已损坏", "the checksum: the file is damaged"));
	if (!read_head(at, &v))
		return bad(e, T("开头", "the head"));
	if (!read_body(at, len, &v))
		return bad(e, T("各部分的长度", "the lengths of its parts"));
	enum err_code code = check_parts(&v, e);
	if (!code)
		*ret = v;
	return code;
}
