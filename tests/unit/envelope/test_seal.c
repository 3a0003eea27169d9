/* Sealed tip-offs: who can open what, and what the sizes tell. */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "sealed.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(envelope_seal, .init = sealed_start, .fini = sealed_stop, .timeout = 120);

static bool holds(const struct buf *b, const char *text)
{
	return memmem(b->data, b->len, text, strlen(text));
}

/* ---- opening --------------------------------------------------------------------------------- */

Test(envelope_seal, each_of_several_recipients_opens_it)
{
	static const size_t counts[] = {1, 3, RECIPIENTS_MAX};
	for (size_t n = 0; n < COUNT_OF(counts); n++) {
		struct tipoff t = sample_tipoff("named"), back;
		sample_keys_make(&w.keys, &w.chance, counts[n]);
		cr_assert_eq(seal(&t, NULL, 0), ERR_OK, "%s", w.err.message);
		struct opened o = parse_all(&w.file);
		cr_assert_eq(o.s.facts_count, counts[n]);
		for (size_t i = 0; i < counts[n]; i++) {
			cr_assert_eq(envelope_open(w.arena, &o.r, &o.s, &w.keys.facts[i],
					     &w.keys.contact[counts[n] - 1 - i], &back, &w.err),
				ERR_OK, "%s", w.err.message);
			cr_assert_str_eq(back.what, t.what);
			cr_assert_str_eq(back.kinds[1], t.kinds[1]);
			cr_assert_str_eq(back.contact_name, t.contact_name);
			cr_assert_str_eq(back.contact_phone, t.contact_phone);
			cr_assert_arr_eq(back.status_key, t.status_key, KEY_BYTES);
		}
	}
}

Test(envelope_seal, what_stands_outside_is_the_head_that_was_given)
{
	struct tipoff t = sample_tipoff("named");
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened o = parse_all(&w.file);
	cr_assert_arr_eq(o.v.head.id.bytes, w.head.id.bytes, CASE_ID_BYTES);
	cr_assert_arr_eq(o.v.head.content_mac, w.head.content_mac, MAC_BYTES);
	cr_assert_eq(o.v.head.token_expires, w.head.token_expires);
	cr_assert(o.v.head.week.year == 2018 && o.v.head.week.week == 5);
	cr_assert_arr_eq(o.v.commitment, w.commitment, COMMITMENT_BYTES);
	cr_assert_arr_eq(o.r.commitment, w.commitment, COMMITMENT_BYTES);
	cr_assert_arr_eq(o.r.id.bytes, w.head.id.bytes, CASE_ID_BYTES);
	cr_assert_arr_eq(o.s.id.bytes, w.head.id.bytes, CASE_ID_BYTES);
}

Test(envelope_seal, half_a_key_opens_half)
{
	struct tipoff t = sample_tipoff("confidential"), back;
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened o = parse_all(&w.file);
	cr_assert_eq(
		envelope_open(w.arena, &o.r, &o.s, &w.keys.facts[0], NULL, &back, &w.err), ERR_OK);
	cr_assert_str_eq(back.what, t.what);
	cr_assert_str_eq(back.contact_name, "");
	cr_assert_str_eq(back.contact_phone, "");
	cr_assert_eq(envelope_open(w.arena, &o.r, &o.s, NULL, &w.keys.contact[0], &back, &w.err),
		ERR_OK);
	cr_assert_str_eq(back.contact_name, t.contact_name);
	cr_assert_str_eq(back.what, "");
	cr_assert_str_eq(back.way, "");
	cr_assert_eq(back.kind_count, 0);
	cr_assert_eq(envelope_open(w.arena, &o.r, &o.s, NULL, NULL, &back, &w.err), ERR_OK);
	cr_assert_str_eq(back.received_at, "");
	cr_assert_str_eq(back.contact_phone, "");
}

Test(envelope_seal, no_other_key_opens_anything)
{
	struct tipoff t = sample_tipoff("named"), back;
	struct sample_keys others;
	sample_keys_make(&others, &w.chance, 1);
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened o = parse_all(&w.file);
	const struct box_secret *pairs[][2] = {{&others.facts[0], NULL}, {NULL, &others.contact[0]},
		{&w.keys.contact[0], NULL}, {NULL, &w.keys.facts[0]},
		{&w.keys.facts[0], &w.keys.facts[0]}, {&others.facts[0], &w.keys.contact[0]}};
	memset(&back, 0x33, sizeof back);
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		cr_assert_eq(
			envelope_open(w.arena, &o.r, &o.s, pairs[i][0], pairs[i][1], &back, &w.err),
			ERR_REFUSED, "pair %zu", i);
		cr_assert_eq(back.photo_count, (size_t)0x3333333333333333, "nothing is written");
	}
}

Test(envelope_seal, nothing_of_the_text_can_be_seen)
{
	struct tipoff t = sample_tipoff("named");
	struct photo_plain photo = some_photo(1000);
	cr_assert_eq(seal(&t, &photo, 1), ERR_OK);
	const char *const texts[] = {t.contact_name, t.contact_phone, t.what, t.place, t.enterprise,
		t.received_at, t.kinds[0], t.street, t.happened_on, "named"};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		cr_assert_not(holds(&w.file, texts[i]), "text %zu", i);
	cr_assert_null(memmem(w.file.data, w.file.len, t.status_key, KEY_BYTES));
	cr_assert_null(memmem(w.file.data, w.file.len, photo.jpeg, 16));
}

Test(envelope_seal, two_seals_of_one_tip_off_share_nothing_sealed)
{
	struct tipoff t = sample_tipoff("named");
	struct buf first;
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	buf_init(&first, ENVELOPE_MAX_BYTES);
	buf_add(&first, w.file.data, w.file.len);
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened a = parse_all(&first), b = parse_all(&w.file);
	cr_assert_eq(a.r.facts.len, b.r.facts.len);
	for (size_t i = 0; i + 16 <= a.r.facts.len; i += 16)
		cr_assert_arr_neq(a.r.facts.at + i, b.r.facts.at + i, 16);
	cr_assert_arr_neq(a.r.commitment, b.r.commitment, COMMITMENT_BYTES);
	cr_assert_arr_neq(a.s.salt, b.s.salt, 32);
	buf_done(&first);
}

#ifndef __SANITIZE_ADDRESS__ /* which has a heap of its own */
static bool heap_holds(const char *marker, size_t len)
{
	char line[512];
	unsigned long from = 0, until = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	cr_assert_not_null(maps);
	while (fgets(line, sizeof line, maps) && !strstr(line, "[heap]"))
		continue;
	fclose(maps);
	cr_assert_not_null(strstr(line, "[heap]"));
	cr_assert_eq(sscanf(line, "%lx-%lx", &from, &until), 2);
	return memmem((const void *)from, until - from, marker, len);
}

/* The markers are made in static memory, so that on the heap they are the room's copies alone. */
Test(envelope_seal, no_copy_of_the_text_is_left_on_the_heap)
{
	static char what[4096], name[64];
	for (size_t i = 0; i < 4095; i++)
		what[i] = (char)('a' + (i * 7 + i / 26) % 26);
	for (size_t i = 0; i < 63; i++)
		name[i] = (char)('z' - i * 5 % 26);
	char *control = malloc(200);
	memcpy(control, what, 200);
	cr_assert(heap_holds(what + 50, 40), "it would be found");
	bytes_wipe(control, 200);
	free(control);
	struct tipoff t = sample_tipoff("named");
	t.what = what;
	t.contact_name = name;
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK, "%s", w.err.message);
	for (size_t at = 0; at + 40 < sizeof what; at += 26)
		cr_assert_not(heap_holds(what + at, 40));
	cr_assert_not(heap_holds(name + 10, 40));
}
#endif

/* ---- sizes --------------------------------------------------------------------------------------- */

Test(envelope_seal, sizes_do_not_tell_a_name_from_none)
{
	static const char *const ways[] = {"anonymous", "confidential", "named"};
	size_t file_len = 0;
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct tipoff t = sample_tipoff(ways[i]);
		t.honeypot = t.receipt_declined = i & 1;
		cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
		if (i)
			cr_assert_eq(w.file.len, file_len);
		file_len = w.file.len;
	}
}

Test(envelope_seal, a_record_does_not_tell_how_many_photos_came)
{
	struct photo_plain photos[TIPOFF_PHOTOS] = {
		some_photo(1), some_photo(70000), some_photo(300000)};
	for (size_t count = 0; count <= TIPOFF_PHOTOS; count++) {
		struct tipoff t = sample_tipoff("anonymous");
		cr_assert_eq(seal(&t, photos, count), ERR_OK);
		struct opened o = parse_all(&w.file);
		cr_assert_eq(o.v.record.len, RECORD_HEAD_BYTES + 2048 + 1024, "%zu photos", count);
		cr_assert_eq(t.photo_count, count);
	}
}

Test(envelope_seal, facts_are_padded_to_the_smallest_class_that_holds_them)
{
	static const size_t classes[] = {2048, 4096, 8192, 16384, 32768};
	char *what = arena_alloc(w.arena, 40000);
	struct tipoff t = sample_tipoff("anonymous"), back;
	struct buf bare;
	buf_init(&bare, FACTS_MAX_BYTES);
	t.what = "";
	facts_write(&t, &bare);
	for (size_t i = 0; i < COUNT_OF(classes); i++) {
		size_t most = classes[i] - SEALED_EXTRA - bare.len;
		for (size_t len = most - 1; len <= most + 1; len++) {
			memset(what, 'x', len);
			what[len] = '\0';
			t.what = what;
			bool fits = len <= most;
			if (!fits && i + 1 == COUNT_OF(classes)) {
				cr_assert_eq(seal(&t, NULL, 0), ERR_INPUT);
				cr_assert_eq(w.file.len, 0);
				continue;
			}
			cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
			struct opened o = parse_all(&w.file);
			cr_assert_eq(o.r.facts.len, classes[i + !fits]);
			cr_assert_eq(envelope_open(w.arena, &o.r, &o.s, &w.keys.facts[0],
					     &w.keys.contact[0], &back, &w.err),
				ERR_OK);
			cr_assert_str_eq(back.what, what);
		}
	}
	buf_done(&bare);
}

Test(envelope_seal, photo_classes_are_those_that_the_layout_names)
{
	static const size_t units[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};
	size_t next = 0;
	for (size_t kib = 1; kib <= 9 * 1024; kib++) {
		bool expected = next < COUNT_OF(units) && kib == units[next] * 64;
		cr_assert_eq(photo_class_is(kib << 10), expected, "%zu KiB", kib);
		if (!expected)
			continue;
		cr_assert_eq(photo_class_for((kib << 10) - SEALED_EXTRA), kib << 10);
		if (next + 1 < COUNT_OF(units))
			cr_assert_eq(photo_class_for((kib << 10) - SEALED_EXTRA + 1),
				units[next + 1] << 16);
		next++;
	}
	cr_assert_eq(next, COUNT_OF(units));
	cr_assert_eq(photo_class_for(PHOTO_MAX_SEALED_BYTES), 0);
	cr_assert_not(photo_class_is(0));
	cr_assert_not(facts_class_is(0));
	cr_assert_not(facts_class_is(2047));
	cr_assert_not(facts_class_is(65536));
}

/* ---- photos -------------------------------------------------------------------------------------- */

Test(envelope_seal, photos_come_back_each_in_its_place)
{
	struct photo_plain photos[] = {some_photo(1), some_photo((64 << 10) - SEALED_EXTRA),
		some_photo((64 << 10) - SEALED_EXTRA + 1)};
	static const size_t sealed[] = {64 << 10, 64 << 10, 128 << 10};
	struct tipoff t = sample_tipoff("anonymous"), back;
	struct bytes jpeg;
	cr_assert_eq(seal(&t, photos, 3), ERR_OK);
	struct opened o = parse_all(&w.file);
	cr_assert_eq(o.v.photo_count, 3);
	cr_assert_eq(
		envelope_open(w.arena, &o.r, &o.s, &w.keys.facts[1], NULL, &back, &w.err), ERR_OK);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(o.v.photos[i].len, sealed[i]);
		cr_assert_eq(photo_open(w.arena, &o.r, &o.s, &w.keys.facts[1], i, o.v.photos[i].at,
				     o.v.photos[i].len, &jpeg, &w.err),
			ERR_OK, "%s", w.err.message);
		cr_assert_eq(jpeg.len, photos[i].len);
		cr_assert_arr_eq(jpeg.at, photos[i].jpeg, jpeg.len);
		cr_assert_arr_eq(back.photos[i].sealed_sha256, o.v.photo_sha256[i], SHA256_BYTES);
		cr_assert_eq(back.photos[i].bytes, photos[i].len);
		cr_assert(back.photos[i].width == 640 && back.photos[i].height == 480);
	}
}

Test(envelope_seal, a_photo_opens_in_its_place_with_its_key_undamaged_alone)
{
	struct photo_plain photos[] = {some_photo(1000), some_photo(1000)};
	struct tipoff t = sample_tipoff("anonymous");
	struct bytes jpeg = {NULL, 0};
	cr_assert_eq(seal(&t, photos, 2), ERR_OK);
	struct opened o = parse_all(&w.file);
	const uint8_t *at = o.v.photos[0].at;
	size_t len = o.v.photos[0].len;
	cr_assert_eq(photo_open(w.arena, &o.r, &o.s, &w.keys.facts[0], 1, at, len, &jpeg, &w.err),
		ERR_INPUT);
	cr_assert_eq(photo_open(w.arena, &o.r, &o.s, &w.keys.facts[0], 2, at, len, &jpeg, &w.err),
		ERR_USAGE);
	cr_assert_eq(photo_open(w.arena, &o.r, &o.s, &w.keys.contact[0], 0, at, len, &jpeg, &w.err),
		ERR_REFUSED);
	cr_assert_eq(
		photo_open(w.arena, &o.r, &o.s, &w.keys.facts[0], 0, at, len - 1, &jpeg, &w.err),
		ERR_INPUT);
	/* A slot that names the photos the other way round: the key of the place does not open it. */
	struct slot crossed = o.s;
	memcpy(crossed.photo_sha256[0], o.s.photo_sha256[1], SHA256_BYTES);
	memcpy(crossed.photo_sha256[1], o.s.photo_sha256[0], SHA256_BYTES);
	cr_assert_eq(
		photo_open(w.arena, &o.r, &crossed, &w.keys.facts[0], 1, at, len, &jpeg, &w.err),
		ERR_INPUT);
	uint8_t *damaged = arena_alloc(w.arena, len);
	for (size_t i = 0; i < len; i += 1021) {
		memcpy(damaged, at, len);
		damaged[i] ^= 1;
		cr_assert_eq(photo_open(w.arena, &o.r, &o.s, &w.keys.facts[0], 0, damaged, len,
				     &jpeg, &w.err),
			ERR_INPUT, "byte %zu", i);
	}
	/* Whole, but not the one that the slot names. */
	crossed = o.s;
	crossed.photo_sha256[0][31] ^= 1;
	cr_assert_eq(
		photo_open(w.arena, &o.r, &crossed, &w.keys.facts[0], 0, at, len, &jpeg, &w.err),
		ERR_INPUT);
	/* Damaged, and the slot made to say so. */
	struct slot forged = o.s;
	sha256_bytes(damaged, len, forged.photo_sha256[0]);
	cr_assert_eq(photo_open(w.arena, &o.r, &forged, &w.keys.facts[0], 0, damaged, len, &jpeg,
			     &w.err),
		ERR_INPUT);
	cr_assert_null(jpeg.at, "nothing is written");
}

Test(envelope_seal, the_largest_fits_and_a_byte_more_is_refused)
{
	struct photo_plain photos[TIPOFF_PHOTOS];
	struct tipoff t = sample_tipoff("named");
	struct bytes jpeg;
	char *what = arena_alloc(w.arena, 32001);
	memset(what, 'x', 32000);
	t.what = what;
	sample_keys_make(&w.keys, &w.chance, RECIPIENTS_MAX);
	for (size_t i = 0; i < TIPOFF_PHOTOS; i++)
		photos[i] = (struct photo_plain){arena_alloc(w.arena, PHOTO_PLAIN_MAX_BYTES + 1),
			PHOTO_PLAIN_MAX_BYTES, 2048, 2048};
	cr_assert_eq(seal(&t, photos, TIPOFF_PHOTOS), ERR_OK, "%s", w.err.message);
	cr_assert_leq(w.file.len, ENVELOPE_MAX_BYTES);
	struct opened o = parse_all(&w.file);
	cr_assert_eq(photo_open(w.arena, &o.r, &o.s, &w.keys.facts[7], 2, o.v.photos[2].at,
			     o.v.photos[2].len, &jpeg, &w.err),
		ERR_OK);
	cr_assert_eq(jpeg.len, PHOTO_PLAIN_MAX_BYTES);
	photos[1].len++;
	cr_assert_eq(seal(&t, photos, TIPOFF_PHOTOS), ERR_INPUT);
}

/* ---- what is not sealed at all ------------------------------------------------------------------------ */

Test(envelope_seal, what_could_not_be_opened_again_is_not_sealed)
{
	char *long_name = arena_alloc(w.arena, 1200);
	memset(long_name, 'x', 1199);
	for (int which = 0; which < 12; which++) {
		struct tipoff t = sample_tipoff("named");
		struct sample_keys kept = w.keys;
		struct envelope_head kept_head = w.head;
		struct photo_plain photo = some_photo(10);
		enum err_code expected = ERR_USAGE;
		switch (which) {
		case 0:
			w.keys.to.facts_count = 0;
			break;
		case 1:
			w.keys.to.contact_count = 0;
			break;
		case 2:
			w.keys.to.facts_count = RECIPIENTS_MAX + 1;
			break;
		case 3:
			t.way = "anonymous"; /* with a name */
			break;
		case 4:
			w.head.week = (struct week){2018, 53};
			break;
		case 5:
			w.head.token_expires = -1;
			break;
		case 6:
			memset(&w.keys.to.contact[1], 0, sizeof w.keys.to.contact[1]);
			expected = ERR_INPUT;
			break;
		case 7:
			t.what = "\xff";
			expected = ERR_INPUT;
			break;
		case 8:
			t.contact_name = long_name;
			expected = ERR_INPUT;
			break;
		case 9:
			photo.len = 0;
			expected = ERR_INPUT;
			break;
		case 10:
			t.received_at = "";
			expected = ERR_INPUT;
			break;
		default:
			t.contact_phone = "\xc3";
			expected = ERR_INPUT;
			break;
		}
		buf_clear(&w.file);
		buf_str(&w.file, "before");
		memset(w.commitment, 0x77, sizeof w.commitment);
		cr_assert_eq(envelope_seal(&t, &photo, 1, &w.keys.to, &w.head, &w.chance, &w.file,
				     w.commitment, &w.err),
			expected, "case %d: %s", which, w.err.message);
		cr_assert_str_eq(buf_text(&w.file), "before", "case %d leaves the buffer", which);
		cr_assert_eq(w.file.len, 6);
		cr_assert_eq(t.photo_count, 0);
		cr_assert_eq(w.commitment[0], 0x77);
		cr_assert_null(strstr(w.err.message, "xxx"));
		w.keys = kept;
		w.head = kept_head;
	}
}

Test(envelope_seal, an_envelope_that_has_no_room_is_refused)
{
	struct tipoff t = sample_tipoff("named");
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	size_t need = w.file.len;
	for (size_t max = 0; max < need; max += 97) {
		struct buf small;
		buf_init(&small, max);
		cr_assert_eq(envelope_seal(&t, NULL, 0, &w.keys.to, &w.head, &w.chance, &small,
				     w.commitment, &w.err),
			ERR_INPUT);
		cr_assert_eq(small.len, 0);
		buf_done(&small);
	}
}

Test(envelope_seal, an_envelope_is_appended_to_what_stands_there)
{
	struct tipoff t = sample_tipoff("named");
	struct envelope v;
	buf_str(&w.file, "12345");
	cr_assert_eq(envelope_seal(&t, NULL, 0, &w.keys.to, &w.head, &w.chance, &w.file,
			     w.commitment, &w.err),
		ERR_OK);
	cr_assert_eq(envelope_parse(w.file.data + 5, w.file.len - 5, &v, &w.err), ERR_OK);
}

Test(envelope_seal, the_status_inside_answers_to_the_keys_of_the_tip_off)
{
	char path[] = "/tmp/tianlan-seal-XXXXXX";
	struct tipoff t = sample_tipoff("named");
	struct receipt_keys k = {.id = w.head.id};
	struct status status;
	bool found = false;
	cr_assert_not_null(mkdtemp(path));
	const char *status_file = path_join(w.arena, path, "received.bin");
	memcpy(k.status_tag, t.status_tag, STATUS_TAG_BYTES);
	memcpy(k.status_key, t.status_key, KEY_BYTES);
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened o = parse_all(&w.file);
	cr_assert_eq(o.v.status_entry.len, STATUS_RECEIVED_BYTES);
	const struct status_entry entry = {o.v.status_entry.at};
	const uint8_t filler[KEY_BYTES] = {1};
	cr_assert_eq(status_put(status_file, STATUS_RECEIVED_BYTES, &entry, 1, filler, &w.err),
		ERR_OK, "%s", w.err.message);
	cr_assert_eq(status_find(w.arena, status_file, &k, &found, &status, &w.err), ERR_OK);
	cr_assert(found);
	cr_assert_str_eq(status.state, "received");
	cr_assert_str_eq(status.when, "2018-W05");
	cr_assert_str_eq(status.reply, "");
	cr_assert_eq(dir_remove_all(path, &w.err), ERR_OK);
}

Test(envelope_seal, the_commitment_is_the_hash_that_the_header_describes)
{
	struct tipoff t = sample_tipoff("named");
	struct buf facts, contact, all;
	uint8_t hash[SHA256_BYTES];
	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened o = parse_all(&w.file);
	buf_init(&facts, FACTS_MAX_BYTES);
	buf_init(&contact, CONTACT_MAX_BYTES);
	buf_init(&all, 1000);
	facts_write(&t, &facts);
	contact_write(&t, &contact);
	buf_str(&all, "tianlan-commitment 1\n");
	buf_add(&all, o.s.salt, sizeof o.s.salt);
	sha256_bytes(facts.data, facts.len, hash);
	buf_add(&all, hash, sizeof hash);
	sha256_bytes(contact.data, contact.len, hash);
	buf_add(&all, hash, sizeof hash);
	sha256_bytes(all.data, all.len, hash);
	cr_assert_arr_eq(hash, w.commitment, sizeof hash);
	cr_assert_null(memmem(o.v.record.at, o.v.record.len, o.s.salt, sizeof o.s.salt),
		"the salt is in the slot alone");
	buf_done(&facts);
	buf_done(&contact);
	buf_done(&all);
}

/* ---- the key of staff's notes ---------------------------------------------------------------------------- */

Test(envelope_seal, a_notes_key_follows_from_the_slot_for_each_of_its_recipients_alone)
{
	struct tipoff t = sample_tipoff("named");
	struct box_public stranger_public;
	struct box_secret stranger;
	uint8_t facts[3][KEY_BYTES], contact[KEY_BYTES], none[KEY_BYTES] = {0};

	cr_assert_eq(seal(&t, NULL, 0), ERR_OK);
	struct opened o = parse_all(&w.file);
	for (size_t i = 0; i < 2; i++)
		cr_assert_eq(slot_note_key(&o.s, SLOT_FACTS, &w.keys.facts[i], facts[i], &w.err),
			ERR_OK, "%s", w.err.message);
	cr_assert_arr_eq(facts[0], facts[1], KEY_BYTES, "one key for all of a half");
	cr_assert_eq(
		slot_note_key(&o.s, SLOT_CONTACT, &w.keys.contact[0], contact, &w.err), ERR_OK);
	cr_assert_neq(memcmp(facts[0], contact, KEY_BYTES), 0, "and another for the other half");
	cr_assert_eq(
		slot_note_key(&o.s, SLOT_CONTACT, &w.keys.facts[0], none, &w.err), ERR_REFUSED);
	box_keys(&w.chance, &stranger_public, &stranger);
	cr_assert_eq(slot_note_key(&o.s, SLOT_FACTS, &stranger, none, &w.err), ERR_REFUSED);
	static const uint8_t zero[KEY_BYTES];
	cr_assert_arr_eq(none, zero, KEY_BYTES);

	struct tipoff again = sample_tipoff("named");
	cr_assert_eq(seal(&again, NULL, 0), ERR_OK);
	o = parse_all(&w.file);
	cr_assert_eq(slot_note_key(&o.s, SLOT_FACTS, &w.keys.facts[0], facts[2], &w.err), ERR_OK);
	cr_assert_neq(memcmp(facts[0], facts[2], KEY_BYTES), 0, "each case has its own");
}
