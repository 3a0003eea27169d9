/*
 * What staff write of a case: reasons of steps, and drafts. None of it lies anywhere in clear.
 *
 * The first byte says how it is sealed. 1: under the note key of the slot's half of whoever wrote it (slot_note_key), bound to
 * case and step; it goes when the slot is destroyed. 2: in a box to the office's newest facts key, for the office, which opens no
 * slot, and for cases without a slot; bound by a first line within. Both are blanked in the row when the case is erased.
 */
#include "casework/casework_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEALED_KEY = 1, SEALED_BOX = 2, NOTE_MAX_BYTES = 16 << 10, BOUND_BYTES = 64 };

static const char note_purpose[] = "case-note", draft_purpose[] = "case-draft";

static size_t bound_to_step(const struct tip_case *row, int64_t n, char out[BOUND_BYTES])
{
	return (size_t)snprintf(out, BOUND_BYTES, "%.32s:%lld", row->id, (long long)n);
}

static size_t bound_to_role(const struct tip_case *row, enum desk_role role, char out[BOUND_BYTES])
{
	return (size_t)snprintf(out, BOUND_BYTES, "%.32s:%s", row->id, desk_role_id(role));
}

static enum err_code text_check(const char *text, struct err *e)
{
	size_t len = strlen(text);

	if (len > NOTE_MAX_BYTES)
		return err_set(e, ERR_USAGE, T("太长：至多 %d 字节", "too long: at most %d bytes"),
			NOTE_MAX_BYTES);
	if (!utf8_valid(text, len, NULL))
		return err_set(e, ERR_USAGE, T("不是 UTF-8 文字", "not UTF-8 text"));
	return ERR_OK;
}

/* ---- under the slot's key ------------------------------------------------------------------------- */

static void key_seal(const struct desk *d, const uint8_t key[KEY_BYTES], const char *purpose,
	const char *bound, const char *text, struct buf *ret)
{
	size_t len = strlen(text);
	uint8_t *out = mem_alloc(len + AEAD_EXTRA);

	aead_seal(key, purpose, bound, strlen(bound), text, len, d->o.chance, out);
	buf_char(ret, SEALED_KEY);
	buf_add(ret, out, len + AEAD_EXTRA);
	free(out);
}

static const char *key_open(const uint8_t key[KEY_BYTES], const char *purpose, const char *bound,
	const uint8_t *sealed, size_t len, struct arena *a)
{
	if (len < AEAD_EXTRA)
		return NULL;
	char *text = arena_alloc(a, len - AEAD_EXTRA + 1);
	if (!aead_open(key, purpose, bound, strlen(bound), sealed, len, text) ||
		strlen(text) != len - AEAD_EXTRA || !utf8_valid(text, strlen(text), NULL))
		return NULL;
	return text;
}

/* ---- in a box to the office ------------------------------------------------------------------------- */

static enum err_code box_note(
	const struct desk *d, const char *bound, const char *text, struct buf *ret, struct err *e)
{
	struct box_public to;
	struct err why = {0};
	enum err_code code = keys_public_newest(d->keys, KEY_FACTS, to.bytes, &why);

	if (code == ERR_NOT_FOUND)
		return err_set(e, ERR_REFUSED,
			T("“%s”中没有内容公钥，理由无法密封：先把公钥放进来或用 tianlan keys 生成",
				"\"%s\" has no public key of facts to seal the reason to: put one "
				"there, "
				"or make one with tianlan keys"),
			d->keys);
	if (code) {
		*e = why;
		return code;
	}
	size_t head = strlen(bound) + 1, len = head + strlen(text);
	char *plain = mem_alloc(len);
	uint8_t *out = mem_alloc(len + BOX_EXTRA);
	memcpy(plain, bound, head - 1);
	plain[head - 1] = '\n';
	memcpy(plain + head, text, len - head);
	if (!box_seal(&to, plain, len, out))
		code = err_set(e, ERR_INPUT,
			T("内容公钥不能用", "the public key of facts cannot be used"));
	buf_char(ret, SEALED_BOX);
	buf_add(ret, out, len + BOX_EXTRA);
	bytes_wipe(plain, len);
	free(plain);
	free(out);
	return code;
}

/* Any facts secret may be the one. */
static const char *box_read(
	const struct desk *d, const char *bound, const uint8_t *sealed, size_t len, struct arena *a)
{
	size_t head = strlen(bound);

	if (len < BOX_EXTRA + head + 1 || d->half != SLOT_FACTS)
		return NULL;
	char *plain = arena_alloc(a, len - BOX_EXTRA + 1);
	for (size_t i = 0; i < d->secret_count; i++)
		if (box_open(&d->secret[i], sealed, len, plain))
			return strlen(plain) == len - BOX_EXTRA &&
					       strncmp(plain, bound, head) == 0 &&
					       plain[head] == '\n' &&
					       utf8_valid(plain, strlen(plain), NULL)
				       ? plain + head + 1
				       : NULL;
	return NULL;
}

/* ---- reasons ------------------------------------------------------------------------------------------ */

enum err_code note_seal(struct desk *d, enum desk_role role, const struct tip_case *row,
	const struct sealed_case *c, int64_t n, const char *text, struct buf *ret, struct err *e)
{
	char bound[BOUND_BYTES];
	uint8_t key[KEY_BYTES];
	const struct box_secret *secret = sealed_case_secret(d, c);
	enum err_code code = text_check(text, e);

	if (code)
		return code;
	bound_to_step(row, n, bound);
	if (role == DESK_OFFICE || !c->has_slot)
		return box_note(d, bound, text, ret, e);
	if (!secret)
		return err_set(e, ERR_REFUSED,
			T("这个角色没有能打开这件举报的密钥：请由有密钥的人办理",
				"this role has no key that opens this tip-off: somebody who has "
				"must "
				"do it"));
	code = slot_note_key(&c->slot, d->half, secret, key, e);
	if (!code)
		key_seal(d, key, note_purpose, bound, text, ret);
	bytes_wipe(key, sizeof key);
	return code;
}

const char *note_open(const struct desk *d, const struct tip_case *row, const struct sealed_case *c,
	int64_t n, const void *sealed, size_t len, struct arena *a)
{
	const uint8_t *bytes = sealed;
	char bound[BOUND_BYTES];
	uint8_t key[KEY_BYTES];
	const struct box_secret *secret = sealed_case_secret(d, c);
	const char *text = NULL;

	bound_to_step(row, n, bound);
	if (len && bytes[0] == SEALED_BOX)
		return box_read(d, bound, bytes + 1, len - 1, a);
	if (!len || bytes[0] != SEALED_KEY || !secret)
		return NULL;
	if (!slot_note_key(&c->slot, d->half, secret, key, NULL))
		text = key_open(key, note_purpose, bound, bytes + 1, len - 1, a);
	bytes_wipe(key, sizeof key);
	return text;
}

/* ---- drafts --------------------------------------------------------------------------------------------- */

/* Who opens nothing has nothing to draft from. */
static enum err_code draft_key(
	struct desk *d, const struct tip_case *row, uint8_t ret[KEY_BYTES], struct err *e)
{
	struct sealed_case c;
	enum err_code code = sealed_case_read(d, row, &c, e);
	const struct box_secret *secret = code ? NULL : sealed_case_secret(d, &c);

	if (!code && d->o.role != DESK_OFFICE && !c.has_slot)
		code = err_set(e, ERR_NOT_FOUND,
			T("举报内容不在这里：还没有移交过来，或者已经销毁",
				"what was reported is not here: not handed over yet, or erased"));
	else if (!code && !secret)
		code = err_set(e, ERR_REFUSED,
			T("这个角色没有能打开这件举报的密钥，不能存草稿",
				"this role has no key that opens this tip-off: it can keep no "
				"draft"));
	if (!code)
		code = slot_note_key(&c.slot, d->half, secret, ret, e);
	sealed_case_done(&c);
	return code;
}

enum err_code desk_draft_set(struct desk *d, int64_t number, const char *text, struct err *e)
{
	struct arena *a = arena_new();
	const struct change_note note = desk_note_for(d, NULL);
	struct tip_case row;
	char bound[BOUND_BYTES];
	uint8_t key[KEY_BYTES];
	struct buf sealed;
	enum err_code code = reg_case_get(d->o.reg, number, a, &row, e);

	buf_init(&sealed, NOTE_MAX_BYTES + AEAD_EXTRA + 1);
	if (!code)
		code = text_check(text, e);
	if (!code && *text)
		code = draft_key(d, &row, key, e);
	if (!code && *text) {
		bound_to_role(&row, d->o.role, bound);
		key_seal(d, key, draft_purpose, bound, text, &sealed);
	}
	if (!code)
		code = reg_draft_set(d->o.reg, number, desk_role_id(d->o.role), sealed.data,
			sealed.len, &note, e);
	bytes_wipe(key, sizeof key);
	buf_done(&sealed);
	arena_free(a);
	return code;
}

enum err_code draft_open(struct desk *d, const struct tip_case *row, const struct sealed_case *c,
	struct arena *a, const char **ret, struct err *e)
{
	const void *sealed = NULL;
	size_t len = 0;
	char bound[BOUND_BYTES];
	uint8_t key[KEY_BYTES];
	const struct box_secret *secret = sealed_case_secret(d, c);

	*ret = NULL;
	if (reg_draft_get(d->o.reg, row->number, desk_role_id(d->o.role), a, &sealed, &len, e))
		return e->code;
	if (!sealed || !len || !secret || *(const uint8_t *)sealed != SEALED_KEY)
		return ERR_OK;
	bound_to_role(row, d->o.role, bound);
	if (!slot_note_key(&c->slot, d->half, secret, key, NULL))
		*ret = key_open(key, draft_purpose, bound, (const uint8_t *)sealed + 1, len - 1, a);
	bytes_wipe(key, sizeof key);
	return ERR_OK;
}
