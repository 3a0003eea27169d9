/* Damage to what is sealed, by accident or by a host in the wrong hands: noticed outside by the drain, inside on opening. */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "envelope/octets.h"
#include "sealed.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(envelope_wire, .init = sealed_start, .fini = sealed_stop, .timeout = 120);

/* ---- damage ---------------------------------------------------------------------------------------- */

static enum err_code parse_exact(const void *bytes, size_t len)
{
	struct envelope v;
	uint8_t *exact = malloc(len ? len : 1);
	memcpy(exact, bytes, len);
	enum err_code code = envelope_parse(exact, len, &v, &w.err);
	free(exact);
	return code;
}

Test(envelope_wire, every_changed_byte_of_an_envelope_is_noticed)
{
	struct tipoff t = sample_tipoff("named");
	struct photo_plain photo = some_photo(100);
	struct envelope v;
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	for (size_t i = 0; i < w.file.len; i++)
		for (int bit = (int)(i % 4); bit < 8; bit += 4) {
			w.file.data[i] = (char)(w.file.data[i] ^ 1 << bit);
			cr_assert_eq(envelope_parse(w.file.data, w.file.len, &v, &w.err), ERR_INPUT,
				"byte %zu", i);
			w.file.data[i] = (char)(w.file.data[i] ^ 1 << bit);
		}
	cr_assert_eq(seal(&t, &photo, 1), ERR_OK);
	for (size_t i = 0; i < w.file.len; i += 61) {
		w.file.data[i] = (char)(w.file.data[i] ^ 0x40);
		cr_assert_eq(envelope_parse(w.file.data, w.file.len, &v, &w.err), ERR_INPUT,
			"byte %zu", i);
		w.file.data[i] = (char)(w.file.data[i] ^ 0x40);
	}
	cr_assert_eq(envelope_parse(w.file.data, w.file.len, &v, &w.err), ERR_OK);
}

Test(envelope_wire, cut_at_every_length_it_is_refused_and_so_is_a_byte_more)
{
	struct tipoff t = sample_tipoff("named");
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	for (size_t len = 0; len < w.file.len; len++)
		cr_assert_eq(parse_exact(w.file.data, len), ERR_INPUT, "length %zu", len);
	cr_assert_eq(parse_exact(w.file.data, w.file.len), ERR_OK);
	buf_char(&w.file, '\0');
	cr_assert_eq(parse_exact(w.file.data, w.file.len), ERR_INPUT);
}

Test(envelope_wire, a_photo_left_out_is_noticed)
{
	struct tipoff t = sample_tipoff("named");
	struct photo_plain photo = some_photo(100);
	struct buf without;
	cr_assert_eq(seal(&t, &photo, 1), ERR_OK);
	struct opened o = parse_all(&w.file);
	const char *photo_at = (const char *)o.v.photos[0].at,
		   *after = photo_at + o.v.photos[0].len;
	buf_init(&without, ENVELOPE_MAX_BYTES);
	buf_add(&without, w.file.data, (size_t)(photo_at - w.file.data));
	buf_add(&without, after, (size_t)(w.file.data + w.file.len - after));
	without.data[ENVELOPE_LENGTHS_AT - COMMITMENT_BYTES - 1] = 0; /* how many */
	memset(without.data + ENVELOPE_LENGTHS_AT + 4, 0, 4);
	octets_put64((uint8_t *)without.data + MAGIC_BYTES, without.len);
	envelope_checksum(without.data, without.len - MAC_BYTES,
		(uint8_t *)without.data + without.len - MAC_BYTES);
	cr_assert_eq(parse_exact(without.data, without.len), ERR_INPUT);
	buf_done(&without);
}

/* Someone who can work out the checksum changes a byte: what the parts say of each other still holds it together. */
Test(envelope_wire, a_changed_head_with_a_good_checksum_is_noticed)
{
	struct tipoff t = sample_tipoff("named");
	struct photo_plain photo = some_photo(100);
	cr_assert_eq(seal(&t, &photo, 1), ERR_OK);
	struct opened o = parse_all(&w.file);
	size_t record_at = (size_t)((const char *)o.v.record.at - w.file.data);
	size_t slot_at = (size_t)((const char *)o.v.slot.at - w.file.data);
	size_t photo_at = (size_t)((const char *)o.v.photos[0].at - w.file.data);
	const struct {
		size_t at, len;
	} bound[] = {{0, MAGIC_BYTES + 8 + CASE_ID_BYTES}, /* magic, length, id */
		{ENVELOPE_LENGTHS_AT - COMMITMENT_BYTES - 1, COMMITMENT_BYTES + 1 + 4 * 5},
		{record_at, RECORD_HEAD_BYTES}, {slot_at, MAGIC_BYTES + CASE_ID_BYTES},
		{slot_at + SLOT_HEAD_BYTES - 4, 4}, {photo_at - SHA256_BYTES, SHA256_BYTES + 200}};
	for (size_t i = 0; i < COUNT_OF(bound); i++)
		for (size_t at = bound[i].at; at < bound[i].at + bound[i].len; at++) {
			char kept = w.file.data[at];
			w.file.data[at] = (char)(kept ^ 1);
			envelope_checksum(w.file.data, w.file.len - MAC_BYTES,
				(uint8_t *)w.file.data + w.file.len - MAC_BYTES);
			cr_assert_eq(
				parse_exact(w.file.data, w.file.len), ERR_INPUT, "byte %zu", at);
			w.file.data[at] = kept;
		}
}

Test(envelope_wire, a_week_or_an_expiry_that_is_none_is_noticed)
{
	struct tipoff t = sample_tipoff("named");
	struct envelope v;
	size_t expires_at = MAGIC_BYTES + 8 + CASE_ID_BYTES + MAC_BYTES;
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	const struct {
		size_t at;
		uint8_t value;
	} changes[] = {{expires_at, 0x80}, {expires_at + 8, 0xff}, {expires_at + 10, 0},
		{expires_at + 10, 53}, {expires_at + 10, 54}, {expires_at + 11, TIPOFF_PHOTOS + 1}};
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		char kept = w.file.data[changes[i].at];
		w.file.data[changes[i].at] = (char)changes[i].value;
		envelope_checksum(w.file.data, w.file.len - MAC_BYTES,
			(uint8_t *)w.file.data + w.file.len - MAC_BYTES);
		cr_assert_eq(envelope_parse(w.file.data, w.file.len, &v, &w.err), ERR_INPUT,
			"row %zu", i);
		w.file.data[changes[i].at] = kept;
	}
}

Test(envelope_wire, records_and_slots_are_refused_at_every_other_length)
{
	struct tipoff t = sample_tipoff("named");
	struct photo_plain photo = some_photo(100);
	cr_assert_eq(seal(&t, &photo, 1), ERR_OK);
	struct opened o = parse_all(&w.file);
	uint8_t *longer = arena_alloc(w.arena, o.v.record.len + 1);
	struct record r;
	struct slot s;
	memcpy(longer, o.v.record.at, o.v.record.len);
	for (size_t len = 0; len <= o.v.record.len + 1; len++)
		cr_assert_eq(record_parse(longer, len, &r, &w.err),
			len == o.v.record.len ? ERR_OK : ERR_INPUT, "length %zu", len);
	memcpy(longer, o.v.slot.at, o.v.slot.len);
	for (size_t len = 0; len <= o.v.slot.len + 1; len++)
		cr_assert_eq(slot_parse(longer, len, &s, &w.err),
			len == o.v.slot.len ? ERR_OK : ERR_INPUT, "length %zu", len);
}

Test(envelope_wire, every_damage_to_what_is_sealed_is_noticed_on_opening)
{
	struct tipoff t = sample_tipoff("named"), back;
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened o = parse_all(&w.file);
	struct {
		struct bytes part;
		size_t step;
	} parts[] = {{o.r.facts, 7}, {o.r.contact, 5}};
	for (size_t p = 0; p < COUNT_OF(parts); p++)
		for (size_t i = 0; i < parts[p].part.len; i += parts[p].step) {
			uint8_t *at = (uint8_t *)w.file.data +
				      ((const char *)parts[p].part.at - w.file.data) + i;
			*at ^= 0x10;
			cr_assert_eq(envelope_open(w.arena, &o.r, &o.s, &w.keys.facts[0],
					     &w.keys.contact[0], &back, &w.err),
				ERR_INPUT, "part %zu byte %zu", p, i);
			*at ^= 0x10;
			arena_reset(w.arena);
		}
	for (size_t i = 0; i < COMMITMENT_BYTES; i++) {
		struct opened x = o;
		x.r.commitment[i] ^= 1;
		cr_assert_eq(envelope_open(w.arena, &x.r, &x.s, &w.keys.facts[0],
				     &w.keys.contact[0], &back, &w.err),
			ERR_INPUT);
		x = o;
		x.s.salt[i] ^= 1;
		cr_assert_eq(envelope_open(w.arena, &x.r, &x.s, &w.keys.facts[0],
				     &w.keys.contact[0], &back, &w.err),
			ERR_INPUT);
	}
	cr_assert_eq(envelope_open(w.arena, &o.r, &o.s, &w.keys.facts[0], &w.keys.contact[0], &back,
			     &w.err),
		ERR_OK);
}

Test(envelope_wire, parts_of_two_cases_do_not_mix)
{
	struct tipoff t = sample_tipoff("named"), back;
	struct buf first;
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	buf_init(&first, ENVELOPE_MAX_BYTES);
	buf_add(&first, w.file.data, w.file.len);
	w.head = sample_head(&w.chance);
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened a = parse_all(&first), b = parse_all(&w.file);
	const struct box_secret *facts = &w.keys.facts[0], *contact = &w.keys.contact[0];
	cr_assert_eq(envelope_open(w.arena, &a.r, &b.s, facts, contact, &back, &w.err), ERR_INPUT);
	struct record r = a.r;
	r.facts = b.r.facts;
	cr_assert_eq(envelope_open(w.arena, &r, &a.s, facts, contact, &back, &w.err), ERR_INPUT);
	r = a.r;
	r.contact = b.r.contact;
	cr_assert_eq(envelope_open(w.arena, &r, &a.s, facts, contact, &back, &w.err), ERR_INPUT);
	/* All of b under a's number, keys included: what is sealed is bound to b's number. */
	r = b.r;
	r.id = a.r.id;
	struct slot s = b.s;
	s.id = a.s.id;
	cr_assert_eq(envelope_open(w.arena, &r, &s, facts, NULL, &back, &w.err), ERR_INPUT);
	buf_done(&first);
}

Test(envelope_wire, a_destroyed_slot_erases_the_case)
{
	struct tipoff t = sample_tipoff("named"), back;
	struct photo_plain photo = some_photo(100);
	struct bytes jpeg;
	cr_assert_eq(seal(&t, &photo, 1), ERR_OK);
	struct opened o = parse_all(&w.file);
	uint8_t *slot = arena_alloc(w.arena, o.v.slot.len);
	struct slot s;
	cr_assert_eq(slot_parse(slot, o.v.slot.len, &s, &w.err), ERR_INPUT, "zeros");
	/* Its keys alone overwritten: the form is there, and nothing opens. */
	memcpy(slot, o.v.slot.at, o.v.slot.len);
	chance_fill(&w.chance, slot + SLOT_HEAD_BYTES, 4 * SLOT_KEY_BYTES);
	cr_assert_eq(slot_parse(slot, o.v.slot.len, &s, &w.err), ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		cr_assert_eq(
			envelope_open(w.arena, &o.r, &s, &w.keys.facts[i], NULL, &back, &w.err),
			ERR_REFUSED);
		cr_assert_eq(
			envelope_open(w.arena, &o.r, &s, NULL, &w.keys.contact[i], &back, &w.err),
			ERR_REFUSED);
		cr_assert_eq(photo_open(w.arena, &o.r, &s, &w.keys.facts[i], 0, o.v.photos[0].at,
				     o.v.photos[0].len, &jpeg, &w.err),
			ERR_REFUSED);
	}
}

Test(envelope_wire, a_slot_that_hides_a_photo_from_erasing_is_noticed)
{
	struct tipoff t = sample_tipoff("anonymous"), back;
	struct photo_plain photos[] = {some_photo(100), some_photo(100)};
	cr_assert_eq(seal(&t, photos, 2), ERR_OK);
	struct opened o = parse_all(&w.file);
	struct slot s = o.s;
	s.photo_count = 1;
	cr_assert_eq(
		envelope_open(w.arena, &o.r, &s, &w.keys.facts[0], NULL, &back, &w.err), ERR_INPUT);
	s = o.s;
	s.photo_sha256[1][0] ^= 1;
	cr_assert_eq(
		envelope_open(w.arena, &o.r, &s, &w.keys.facts[0], NULL, &back, &w.err), ERR_INPUT);
}

/* ---- what a host in the wrong hands may have sealed -------------------------------------------------- */

struct inside { /* changes to the padded facts before they are sealed again */
	size_t class;
	int length_change;
	size_t poke_at; /* counted from the end; 0: none */
	enum err_code expected;
};

static const struct inside insides[] = {
	{2048, 0, 0, ERR_OK}, {2048, 0, 1, ERR_INPUT},	       /* the last byte of the padding */
	{2048, 0, 900, ERR_INPUT},			       /* one amid it */
	{2048, -1, 0, ERR_INPUT},			       /* a byte short */
	{2048, 1, 0, ERR_INPUT},			       /* a byte of padding counted in */
	{2048, 100000, 0, ERR_INPUT}, {4096, 0, 0, ERR_INPUT}, /* a larger class than needed */
};

Test(envelope_wire, what_was_sealed_wrongly_is_refused_inside)
{
	struct tipoff t = sample_tipoff("anonymous"), back;
	uint8_t key[KEY_BYTES];
	struct buf clear;
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened o = parse_all(&w.file);
	cr_assert(box_open(&w.keys.facts[0], o.s.facts_keys[0].at, o.s.facts_keys[0].len, key));
	buf_init(&clear, FACTS_MAX_BYTES);
	facts_write(&t, &clear);
	for (size_t i = 0; i < COUNT_OF(insides); i++) {
		const struct inside *x = &insides[i];
		size_t padded = x->class - AEAD_EXTRA;
		uint8_t *plain = arena_alloc(w.arena, padded),
			*sealed = arena_alloc(w.arena, x->class);
		octets_put32(plain, (uint32_t)((int64_t)clear.len + x->length_change));
		memcpy(plain + 4, clear.data, clear.len);
		if (x->poke_at)
			plain[padded - x->poke_at] = 1;
		aead_seal(key, "tianlan facts 1", w.head.id.bytes, CASE_ID_BYTES, plain, padded,
			&w.chance, sealed);
		struct record r = o.r;
		r.facts = (struct bytes){sealed, x->class};
		cr_assert_eq(
			envelope_open(w.arena, &r, &o.s, &w.keys.facts[0], NULL, &back, &w.err),
			x->expected, "row %zu", i);
	}
	buf_done(&clear);
}
