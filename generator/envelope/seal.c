/*
 * Sealing a tip-off and opening it again.
 *
 * Facts and contact are sealed under keys drawn for this case alone; those keys are sealed to the staff's public keys and lie
 * in the slot, so that destroying the slot erases the case for good. A photo's key follows from the facts key and its place.
 * Everything sealed is padded to a class first and bound to the case's id, and a record has the same parts whether a name and
 * photos came or not. Clear bytes and keys are wiped as soon as they have been used.
 */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "envelope/octets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char facts_purpose[] = "tianlan facts 1", contact_purpose[] = "tianlan contact 1",
		  photo_purpose[] = "tianlan photo 1", note_purpose[] = "case-note";

/* In units of 64 KiB: steps of about a third, so that a size tells little and little is wasted. */
static const uint8_t photo_classes[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};

enum { PHOTO_UNIT = 64 << 10 };

/* ---- sizes --------------------------------------------------------------------------------- */

size_t facts_class_for(size_t len)
{
	for (size_t class = FACTS_CLASS_MIN; class <= FACTS_CLASS_MAX; class *= 2)
		if (len <= class - SEALED_EXTRA)
			return class;
	return 0;
}

bool facts_class_is(size_t sealed_len)
{
	return sealed_len >= FACTS_CLASS_MIN &&
	       facts_class_for(sealed_len - SEALED_EXTRA) == sealed_len;
}

size_t photo_class_for(size_t len)
{
	for (size_t i = 0; i < COUNT_OF(photo_classes); i++)
		if (len <= (size_t)photo_classes[i] * PHOTO_UNIT - SEALED_EXTRA)
			return (size_t)photo_classes[i] * PHOTO_UNIT;
	return 0;
}

bool photo_class_is(size_t sealed_len)
{
	return sealed_len >= PHOTO_UNIT && photo_class_for(sealed_len - SEALED_EXTRA) == sealed_len;
}

static size_t contact_class_for(size_t len)
{
	return len <= CONTACT_MAX_BYTES ? CONTACT_SEALED_BYTES : 0;
}

/* ---- padded and sealed ----------------------------------------------------------------------- */

/* out has `class` bytes. */
static void pad_and_seal(const uint8_t key[KEY_BYTES], const char *purpose,
	const struct case_id *id, const void *clear, size_t len, size_t class,
	const struct chance *chance, uint8_t *out)
{
	size_t padded = class - AEAD_EXTRA;
	uint8_t *plain = mem_zero(padded, 1);
	octets_put32(plain, (uint32_t)len);
	memcpy(plain + 4, clear, len);
	aead_seal(key, purpose, id->bytes, CASE_ID_BYTES, plain, padded, chance, out);
	bytes_wipe(plain, padded);
	free(plain);
}

enum opening { OPENED, NOT_OURS, MALFORMED };

/* plain has sealed.len - AEAD_EXTRA bytes; *ret points into it. Not the smallest class, or bytes in the padding: MALFORMED. */
static enum opening open_and_unpad(const uint8_t key[KEY_BYTES], const char *purpose,
	const struct case_id *id, struct bytes sealed, size_t (*class_for)(size_t), uint8_t *plain,
	struct bytes *ret)
{
	if (sealed.len < SEALED_EXTRA ||
		!aead_open(key, purpose, id->bytes, CASE_ID_BYTES, sealed.at, sealed.len, plain))
		return NOT_OURS;
	size_t room = sealed.len - SEALED_EXTRA, len = octets_get32(plain);
	if (len > room || class_for(len) != sealed.len)
		return MALFORMED;
	for (size_t i = len; i < room; i++)
		if (plain[4 + i])
			return MALFORMED;
	*ret = (struct bytes){plain + 4, len};
	return OPENED;
}

static void photo_key(const uint8_t facts_key[KEY_BYTES], size_t index, uint8_t out[MAC_BYTES])
{
	uint8_t place[4];
	octets_put32(place, (uint32_t)index);
	mac_once(facts_key, "tianlan photo key 1", place, sizeof place, out);
}

void commitment_of(const uint8_t salt[SALT_BYTES], const uint8_t facts_sha256[SHA256_BYTES],
	const uint8_t contact_sha256[SHA256_BYTES], uint8_t out[COMMITMENT_BYTES])
{
	static const char label[] = "tianlan-commitment 1\n";
	uint8_t all[sizeof label - 1 + SALT_BYTES + 2 * SHA256_BYTES], *at = all;
	static_assert(COMMITMENT_BYTES == SHA256_BYTES, "a commitment is a hash");
	memcpy(at, label, sizeof label - 1);
	at += sizeof label - 1;
	memcpy(at, salt, SALT_BYTES);
	at += SALT_BYTES;
	memcpy(at, facts_sha256, SHA256_BYTES);
	memcpy(at + SHA256_BYTES, contact_sha256, SHA256_BYTES);
	sha256_bytes(all, sizeof all, out);
	bytes_wipe(all, sizeof all);
}

/* ---- sealing ---------------------------------------------------------------------------------- */

struct seal_job {
	struct tipoff t; /* the caller's, with the photos filled in */
	const struct photo_plain *photos;
	const struct recipients *to;
	const struct envelope_head *head;
	const struct chance *chance;
	struct buf *out;
	size_t base, slot_at, slot_len, record_at, record_len; /* base: where the envelope begins */
	size_t photo_at[TIPOFF_PHOTOS], photo_len[TIPOFF_PHOTOS];
	uint8_t facts_key[KEY_BYTES], contact_key[KEY_BYTES], salt[SALT_BYTES];
	uint8_t commitment[COMMITMENT_BYTES];
	struct buf facts, contact; /* canonical and in clear */
};

static enum err_code check_job(const struct seal_job *j, struct err *e)
{
	const struct recipients *to = j->to;
	if (!to->facts_count || to->facts_count > RECIPIENTS_MAX || !to->contact_count ||
		to->contact_count > RECIPIENTS_MAX)
		return err_set(e, ERR_USAGE,
			T("每半的收件公钥要 1 至 %d 把", "each half is sealed to 1 to %d keys"),
			RECIPIENTS_MAX);
	if (j->t.photo_count > TIPOFF_PHOTOS)
		return err_set(
			e, ERR_USAGE, T("照片至多 %d 张", "at most %d photos"), TIPOFF_PHOTOS);
	for (size_t i = 0; i < j->t.photo_count; i++)
		if (j->photos[i].len > PHOTO_PLAIN_MAX_BYTES)
			return err_set(e, ERR_INPUT,
				T("第 %zu 张照片太大", "photo %zu is too large"), i + 1);
	if (!week_is_real(j->head->week) || j->head->token_expires < 0)
		return err_set(e, ERR_USAGE,
			T("收到的周次或令牌期限不对",
				"no such week, or no such expiry of the token"));
	/* Whoever chose to be anonymous is: no field that was filled in before goes along. */
	if (str_eq(j->t.way, "anonymous") && ((j->t.contact_name && *j->t.contact_name) ||
						     (j->t.contact_phone && *j->t.contact_phone)))
		return err_set(e, ERR_USAGE,
			T("匿名举报不得带联系方式", "an anonymous tip-off carries no contact"));
	return ERR_OK;
}

void clear_buf_init(struct buf *b, size_t max)
{
	static const char zeros[1024];
	buf_init(b, max);
	while (b->len < max)
		buf_add(b, zeros, max - b->len < sizeof zeros ? max - b->len : sizeof zeros);
	buf_clear(b);
}

void clear_buf_done(struct buf *b)
{
	bytes_wipe(b->data, b->cap);
	buf_done(b);
}

/* Room for len zero bytes at the end; their offset. Overflow sticks to the buffer. */
static size_t extend(struct buf *out, size_t len)
{
	static const char zeros[4096];
	size_t at = out->len;
	for (size_t n; len; len -= n) {
		n = len < sizeof zeros ? len : sizeof zeros;
		buf_add(out, zeros, n);
	}
	return at;
}

static uint8_t *bytes_at(const struct seal_job *j, size_t at)
{
	return (uint8_t *)j->out->data + at;
}

/* Head, slot and photos; the record's size is not known before the photos' hashes are in the facts. */
static enum err_code seal_photos(struct seal_job *j, struct err *e)
{
	extend(j->out, ENVELOPE_BODY_AT);
	j->slot_len = SLOT_HEAD_BYTES +
		      (j->to->facts_count + j->to->contact_count) * SLOT_KEY_BYTES +
		      j->t.photo_count * SHA256_BYTES;
	j->slot_at = extend(j->out, j->slot_len);
	for (size_t i = 0; i < j->t.photo_count; i++) {
		j->photo_len[i] = photo_class_for(j->photos[i].len);
		j->photo_at[i] = extend(j->out, j->photo_len[i]);
	}
	if (j->out->overflow)
		return err_set(e, ERR_INPUT, T("密封件放不下", "the envelope has no room"));
	for (size_t i = 0; i < j->t.photo_count; i++) {
		const struct photo_plain *p = &j->photos[i];
		uint8_t key[MAC_BYTES], *sealed = bytes_at(j, j->photo_at[i]);
		struct tipoff_photo *bound = &j->t.photos[i];
		photo_key(j->facts_key, i, key);
		pad_and_seal(key, photo_purpose, &j->head->id, p->jpeg, p->len, j->photo_len[i],
			j->chance, sealed);
		bytes_wipe(key, sizeof key);
		*bound = (struct tipoff_photo){
			.width = p->width, .height = p->height, .bytes = (uint32_t)p->len};
		sha256_bytes(sealed, j->photo_len[i], bound->sealed_sha256);
	}
	return ERR_OK;
}

static enum err_code write_clear(struct seal_job *j, struct err *e)
{
	enum err_code code = facts_check(&j->t, e);
	if (!code)
		code = contact_check(&j->t, e);
	if (code)
		return code;
	facts_write(&j->t, &j->facts);
	contact_write(&j->t, &j->contact);
	if (j->facts.overflow)
		return err_set(e, ERR_INPUT,
			T("举报内容太长，上限 %zu 字节",
				"the tip-off is too long, at most %zu bytes"),
			FACTS_MAX_BYTES);
	if (j->contact.overflow)
		return err_set(e, ERR_INPUT,
			T("联系方式太长，上限 %zu 字节",
				"the contact is too long, at most %zu bytes"),
			CONTACT_MAX_BYTES);
	return ERR_OK;
}

static enum err_code seal_record(struct seal_job *j, struct err *e)
{
	size_t facts_len = facts_class_for(j->facts.len);
	j->record_len = RECORD_HEAD_BYTES + facts_len + CONTACT_SEALED_BYTES;
	j->record_at = extend(j->out, j->record_len);
	extend(j->out, MAC_BYTES);
	if (j->out->overflow)
		return err_set(e, ERR_INPUT, T("密封件放不下", "the envelope has no room"));
	uint8_t facts_hash[SHA256_BYTES], contact_hash[SHA256_BYTES];
	sha256_bytes(j->facts.data, j->facts.len, facts_hash);
	sha256_bytes(j->contact.data, j->contact.len, contact_hash);
	commitment_of(j->salt, facts_hash, contact_hash, j->commitment);
	bytes_wipe(facts_hash, sizeof facts_hash);
	bytes_wipe(contact_hash, sizeof contact_hash);

	uint8_t *at = bytes_at(j, j->record_at);
	memcpy(at, RECORD_MAGIC, MAGIC_BYTES);
	memcpy(at + MAGIC_BYTES, j->head->id.bytes, CASE_ID_BYTES);
	memcpy(at + MAGIC_BYTES + CASE_ID_BYTES, j->commitment, COMMITMENT_BYTES);
	octets_put32(at + RECORD_HEAD_BYTES - 4, (uint32_t)facts_len);
	at += RECORD_HEAD_BYTES;
	pad_and_seal(j->facts_key, facts_purpose, &j->head->id, j->facts.data, j->facts.len,
		facts_len, j->chance, at);
	pad_and_seal(j->contact_key, contact_purpose, &j->head->id, j->contact.data, j->contact.len,
		CONTACT_SEALED_BYTES, j->chance, at + facts_len);
	return ERR_OK;
}

static bool seal_keys(
	uint8_t **at, const struct box_public *to, size_t count, const uint8_t key[KEY_BYTES])
{
	for (size_t i = 0; i < count; i++, *at += SLOT_KEY_BYTES)
		if (!box_seal(&to[i], key, KEY_BYTES, *at))
			return false;
	return true;
}

static enum err_code write_slot(struct seal_job *j, struct err *e)
{
	uint8_t *at = bytes_at(j, j->slot_at);
	memcpy(at, SLOT_MAGIC, MAGIC_BYTES);
	memcpy(at + MAGIC_BYTES, j->head->id.bytes, CASE_ID_BYTES);
	memcpy(at + MAGIC_BYTES + CASE_ID_BYTES, j->salt, SALT_BYTES);
	at += SLOT_HEAD_BYTES;
	at[-4] = (uint8_t)j->to->facts_count;
	at[-3] = (uint8_t)j->to->contact_count;
	at[-2] = (uint8_t)j->t.photo_count;
	if (!seal_keys(&at, j->to->facts, j->to->facts_count, j->facts_key) ||
		!seal_keys(&at, j->to->contact, j->to->contact_count, j->contact_key))
		return err_set(
			e, ERR_INPUT, T("一把收件公钥不能用", "a key to seal to is no public key"));
	for (size_t i = 0; i < j->t.photo_count; i++, at += SHA256_BYTES)
		memcpy(at, j->t.photos[i].sealed_sha256, SHA256_BYTES);
	return ERR_OK;
}

static enum err_code write_head(struct seal_job *j, struct err *e)
{
	uint8_t *start = bytes_at(j, j->base), *at = start;
	size_t len = j->out->len - j->base;
	memcpy(at, ENVELOPE_MAGIC, MAGIC_BYTES);
	octets_put64(at + MAGIC_BYTES, len);
	at += MAGIC_BYTES + 8;
	memcpy(at, j->head->id.bytes, CASE_ID_BYTES);
	at += CASE_ID_BYTES;
	memcpy(at, j->head->content_mac, MAC_BYTES);
	at += MAC_BYTES;
	octets_put64(at, (uint64_t)j->head->token_expires);
	octets_put16(at + 8, (uint16_t)j->head->week.year);
	at[10] = (uint8_t)j->head->week.week;
	at[11] = (uint8_t)j->t.photo_count;
	memcpy(at + 12, j->commitment, COMMITMENT_BYTES);
	at = start + ENVELOPE_LENGTHS_AT;
	octets_put32(at, (uint32_t)j->slot_len);
	for (size_t i = 0; i < TIPOFF_PHOTOS; i++)
		octets_put32(at + 4 + 4 * i, (uint32_t)j->photo_len[i]);
	octets_put32(at + 4 + 4 * TIPOFF_PHOTOS, (uint32_t)j->record_len);

	char week[WEEK_TEXT_BYTES];
	const struct status received = {"received", week_text(j->head->week, week), ""};
	struct receipt_keys keys = {.id = j->head->id};
	memcpy(keys.status_tag, j->t.status_tag, STATUS_TAG_BYTES);
	memcpy(keys.status_key, j->t.status_key, KEY_BYTES);
	enum err_code code = status_seal(
		&keys, &received, STATUS_RECEIVED_BYTES, j->chance, start + ENVELOPE_STATUS_AT, e);
	bytes_wipe(&keys, sizeof keys);
	if (!code)
		envelope_checksum(start, len - MAC_BYTES, start + len - MAC_BYTES);
	return code;
}

enum err_code envelope_seal(struct tipoff *t, const struct photo_plain *photos, size_t photo_count,
	const struct recipients *to, const struct envelope_head *head, const struct chance *chance,
	struct buf *ret_bytes, uint8_t ret_commitment[COMMITMENT_BYTES], struct err *e)
{
	struct seal_job j = {.t = *t,
		.photos = photos,
		.to = to,
		.head = head,
		.chance = chance,
		.out = ret_bytes,
		.base = ret_bytes->len};
	j.t.photo_count = photo_count;
	clear_buf_init(&j.facts, FACTS_MAX_BYTES);
	clear_buf_init(&j.contact, CONTACT_MAX_BYTES);
	chance_fill(chance, j.facts_key, KEY_BYTES);
	chance_fill(chance, j.contact_key, KEY_BYTES);
	chance_fill(chance, j.salt, SALT_BYTES);

	enum err_code code = check_job(&j, e);
	if (!code)
		code = seal_photos(&j, e);
	if (!code)
		code = write_clear(&j, e);
	if (!code)
		code = seal_record(&j, e);
	if (!code)
		code = write_slot(&j, e);
	if (!code)
		code = write_head(&j, e);
	if (!code) {
		memcpy(t->photos, j.t.photos, sizeof t->photos);
		t->photo_count = photo_count;
		memcpy(ret_commitment, j.commitment, COMMITMENT_BYTES);
	} else if (ret_bytes->data) {
		ret_bytes->len = j.base;
		ret_bytes->data[j.base] = '\0';
	}
	clear_buf_done(&j.facts);
	clear_buf_done(&j.contact);
	bytes_wipe(&j, sizeof j);
	return code;
}

/* ---- opening ------------------------------------------------------------------------------------ */

static enum err_code find_key(const struct bytes *sealed, size_t count,
	const struct box_secret *secret, uint8_t ret[KEY_BYTES], struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (sealed[i].len == SLOT_KEY_BYTES &&
			box_open(secret, sealed[i].at, sealed[i].len, ret))
			return ERR_OK;
	return err_set(e, ERR_REFUSED,
		T("密钥槽不是封给这把密钥的", "the slot holds nothing for this key"));
}

typedef enum err_code half_read_fn(
	struct arena *a, const void *bytes, size_t len, struct tipoff *ret, struct err *e);

struct half {
	const char *purpose;
	size_t (*class_for)(size_t);
	half_read_fn *read;
};

static const struct half facts_half = {facts_purpose, facts_class_for, facts_read},
			 contact_half = {contact_purpose, contact_class_for, contact_read};

static enum err_code open_half(struct arena *a, const struct half *h, const struct case_id *id,
	struct bytes sealed, const uint8_t key[KEY_BYTES], uint8_t ret_sha256[SHA256_BYTES],
	struct tipoff *ret, struct err *e)
{
	uint8_t *plain = mem_alloc(sealed.len);
	struct bytes clear;
	enum err_code code;
	if (open_and_unpad(key, h->purpose, id, sealed, h->class_for, plain, &clear) != OPENED) {
		code = err_set(e, ERR_INPUT,
			T("记录已损坏或不是这个案件的",
				"the record is damaged or not of this case"));
	} else {
		sha256_bytes(clear.at, clear.len, ret_sha256);
		code = h->read(a, clear.at, clear.len, ret, e);
	}
	bytes_wipe(plain, sealed.len);
	free(plain);
	return code;
}

/* The facts say which photos go with them; the slot must say the same, or erasing would miss one. */
static bool photos_agree(const struct tipoff *t, const struct slot *s)
{
	if (t->photo_count != s->photo_count)
		return false;
	for (size_t i = 0; i < t->photo_count; i++)
		if (memcmp(t->photos[i].sealed_sha256, s->photo_sha256[i], SHA256_BYTES) != 0)
			return false;
	return true;
}

static enum err_code same_case(const struct record *r, const struct slot *s, struct err *e)
{
	if (memcmp(r->id.bytes, s->id.bytes, CASE_ID_BYTES) != 0)
		return err_set(
			e, ERR_INPUT, T("密钥槽是另一个案件的", "the slot is of another case"));
	return ERR_OK;
}

enum err_code envelope_open(struct arena *a, const struct record *r, const struct slot *s,
	const struct box_secret *facts, const struct box_secret *contact, struct tipoff *ret,
	struct err *e)
{
	struct tipoff t = {"", "", {0}, 0, "", "", "", "", "", "", "", .contact_name = "",
		.contact_phone = ""};
	uint8_t key[KEY_BYTES], hashes[2][SHA256_BYTES], commitment[COMMITMENT_BYTES];
	enum err_code code = same_case(r, s, e);
	if (!code && facts) {
		code = find_key(s->facts_keys, s->facts_count, facts, key, e);
		if (!code)
			code = open_half(a, &facts_half, &r->id, r->facts, key, hashes[0], &t, e);
		if (!code && !photos_agree(&t, s))
			code = err_set(e, ERR_INPUT,
				T("密钥槽的照片与内容不符",
					"the slot's photos are not the facts'"));
	}
	if (!code && contact) {
		code = find_key(s->contact_keys, s->contact_count, contact, key, e);
		if (!code)
			code = open_half(
				a, &contact_half, &r->id, r->contact, key, hashes[1], &t, e);
	}
	if (!code && facts && contact) {
		commitment_of(s->salt, hashes[0], hashes[1], commitment);
		if (!bytes_equal(commitment, r->commitment, COMMITMENT_BYTES))
			code = err_set(e, ERR_INPUT,
				T("内容与承诺值不符",
					"what was opened is not what was committed to"));
	}
	if (!code)
		*ret = t;
	bytes_wipe(key, sizeof key);
	bytes_wipe(hashes, sizeof hashes);
	bytes_wipe(&t, sizeof t);
	return code;
}

enum err_code photo_open(struct arena *a, const struct record *r, const struct slot *s,
	const struct box_secret *facts, size_t index, const void *sealed, size_t len,
	struct bytes *ret_jpeg, struct err *e)
{
	uint8_t facts_key[KEY_BYTES], key[MAC_BYTES], hash[SHA256_BYTES];
	struct bytes clear;
	enum err_code code = same_case(r, s, e);
	if (code)
		return code;
	if (index >= s->photo_count)
		return err_set(e, ERR_USAGE, T("没有这张照片", "there is no such photo"));
	if (!photo_class_is(len))
		return err_set(e, ERR_INPUT, T("照片的长度不对", "the photo's length is none"));
	sha256_bytes(sealed, len, hash);
	if (memcmp(hash, s->photo_sha256[index], SHA256_BYTES) != 0)
		return err_set(e, ERR_INPUT,
			T("照片已损坏或不是这个案件的",
				"the photo is damaged or not of this case"));
	code = find_key(s->facts_keys, s->facts_count, facts, facts_key, e);
	if (code)
		return code;
	photo_key(facts_key, index, key);
	uint8_t *plain = arena_alloc(a, len);
	if (open_and_unpad(key, photo_purpose, &r->id, (struct bytes){sealed, len}, photo_class_for,
		    plain, &clear) != OPENED)
		code = err_set(e, ERR_INPUT,
			T("照片不是用这个案件的密钥封的",
				"the photo is not sealed with this case's key"));
	else
		*ret_jpeg = clear;
	bytes_wipe(facts_key, sizeof facts_key);
	bytes_wipe(key, sizeof key);
	return code;
}

/* The half is part of it, so that neither note key follows from the other. */
enum err_code slot_note_key(const struct slot *s, enum slot_half half,
	const struct box_secret *secret, uint8_t ret[KEY_BYTES], struct err *e)
{
	bool facts = half == SLOT_FACTS;
	uint8_t key[KEY_BYTES], of[CASE_ID_BYTES + 1];
	enum err_code code = find_key(facts ? s->facts_keys : s->contact_keys,
		facts ? s->facts_count : s->contact_count, secret, key, e);

	if (code)
		return code;
	memcpy(of, s->id.bytes, CASE_ID_BYTES);
	of[CASE_ID_BYTES] = facts ? 'f' : 'c';
	static_assert(KEY_BYTES == MAC_BYTES, "a note's key is a keyed hash");
	mac_once(key, note_purpose, of, sizeof of, ret);
	bytes_wipe(key, sizeof key);
	return ERR_OK;
}
