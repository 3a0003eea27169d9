/* A tip-off as bytes: one spelling, so that the commitment over them is a commitment to what they say. */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 21;
static struct chance chance;
static struct arena *arena;
static struct err err;

static void start(void)
{
	cr_assert_eq(crypto_start(&err), ERR_OK);
	chance = sample_chance(&state);
	arena = arena_new();
}

static void stop(void)
{
	arena_free(arena);
}

TestSuite(envelope_facts, .init = start, .fini = stop);

static uint32_t draw(uint32_t below)
{
	uint32_t n;
	chance_fill(&chance, &n, sizeof n);
	return n % below;
}

/* Any code points but NUL and surrogates. */
static const char *random_text(size_t most)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (size_t n = draw((uint32_t)most + 1); n; n--) {
		char utf8[4];
		uint32_t code = 1 + (draw(3) ? draw(0x7F) : draw(0x10FFFF - 1));
		if (code >= 0xD800 && code <= 0xDFFF)
			code = 0x4E00;
		buf_add(&b, utf8, utf8_encode(code, utf8));
	}
	char *s = buf_dup(&b, arena);
	buf_done(&b);
	return s;
}

static struct tipoff random_tipoff(void)
{
	static const char *const ways[] = {"anonymous", "confidential", "named"};
	struct tipoff t = {0};
	t.received_at = arena_printf(arena, "20%02u-%02u-%02uT%02u:%02u:%02u+08:00", draw(100),
		1 + draw(12), 1 + draw(28), draw(24), draw(60), draw(60));
	t.host = draw(2) ? "host-1" : "h";
	t.kind_count = draw(TIPOFF_KINDS + 1);
	for (size_t i = 0; i < t.kind_count; i++)
		t.kinds[i] = arena_printf(arena, "kind-%zu", i);
	t.enterprise = random_text(60);
	t.street = random_text(9);
	t.place = random_text(100);
	t.happened_on = draw(2) ? "2018-02-28" : "";
	t.what = random_text(3000);
	t.way = ways[draw(3)];
	t.lane = draw(2) ? "ordinary" : "slow";
	t.honeypot = draw(2);
	t.receipt_declined = draw(2);
	t.photo_count = draw(TIPOFF_PHOTOS + 1);
	for (size_t i = 0; i < t.photo_count; i++) {
		chance_fill(&chance, t.photos[i].sealed_sha256, SHA256_BYTES);
		t.photos[i].width = 1 + draw(2048);
		t.photos[i].height = 1 + draw(2048);
		t.photos[i].bytes = 1 + draw((uint32_t)PHOTO_PLAIN_MAX_BYTES);
	}
	chance_fill(&chance, t.status_tag, sizeof t.status_tag);
	chance_fill(&chance, t.status_key, sizeof t.status_key);
	t.contact_name = random_text(20);
	t.contact_phone = random_text(20);
	return t;
}

static void assert_same_facts(const struct tipoff *a, const struct tipoff *b)
{
	cr_assert_str_eq(a->received_at, b->received_at);
	cr_assert_str_eq(a->host, b->host);
	cr_assert_eq(a->kind_count, b->kind_count);
	for (size_t i = 0; i < a->kind_count; i++)
		cr_assert_str_eq(a->kinds[i], b->kinds[i]);
	cr_assert_str_eq(a->enterprise, b->enterprise);
	cr_assert_str_eq(a->street, b->street);
	cr_assert_str_eq(a->place, b->place);
	cr_assert_str_eq(a->happened_on, b->happened_on);
	cr_assert_str_eq(a->what, b->what);
	cr_assert_str_eq(a->way, b->way);
	cr_assert_str_eq(a->lane, b->lane);
	cr_assert_eq(a->honeypot, b->honeypot);
	cr_assert_eq(a->receipt_declined, b->receipt_declined);
	cr_assert_eq(a->photo_count, b->photo_count);
	for (size_t i = 0; i < a->photo_count; i++)
		cr_assert_arr_eq(&a->photos[i], &b->photos[i], sizeof a->photos[i]);
	cr_assert_arr_eq(a->status_tag, b->status_tag, STATUS_TAG_BYTES);
	cr_assert_arr_eq(a->status_key, b->status_key, KEY_BYTES);
}

Test(envelope_facts, any_tip_off_comes_back_and_writes_the_same_bytes)
{
	for (int round = 0; round < 300; round++) {
		struct tipoff t = random_tipoff(), back, contact = {0};
		struct buf one, two;
		buf_init(&one, FACTS_MAX_BYTES);
		buf_init(&two, FACTS_MAX_BYTES);
		facts_write(&t, &one);
		cr_assert_not(one.overflow);
		cr_assert_eq(facts_read(arena, one.data, one.len, &back, &err), ERR_OK, "%s",
			err.message);
		assert_same_facts(&t, &back);
		cr_assert_str_eq(back.contact_name, "");
		cr_assert_str_eq(back.contact_phone, "");
		facts_write(&back, &two);
		cr_assert_eq(one.len, two.len);
		cr_assert_arr_eq(one.data, two.data, one.len);

		buf_clear(&one);
		contact_write(&t, &one);
		cr_assert_eq(contact_read(arena, one.data, one.len, &contact, &err), ERR_OK);
		cr_assert_str_eq(t.contact_name, contact.contact_name);
		cr_assert_str_eq(t.contact_phone, contact.contact_phone);
		buf_done(&one);
		buf_done(&two);
		arena_reset(arena);
	}
}

Test(envelope_facts, facts_hold_nothing_of_the_contact)
{
	struct tipoff t = sample_tipoff("named"), u = t;
	struct buf one, two;
	buf_init(&one, FACTS_MAX_BYTES);
	buf_init(&two, FACTS_MAX_BYTES);
	u.contact_name = "另一个";
	u.contact_phone = NULL;
	facts_write(&t, &one);
	facts_write(&u, &two);
	cr_assert_eq(one.len, two.len);
	cr_assert_arr_eq(one.data, two.data, one.len);
	cr_assert_null(memmem(one.data, one.len, t.contact_name, strlen(t.contact_name)));
	buf_done(&one);
	buf_done(&two);
}

/* Reading exactly these bytes, in memory of exactly their size. */
static enum err_code read_bytes(const void *bytes, size_t len, struct tipoff *ret)
{
	char *exact = malloc(len ? len : 1);
	memcpy(exact, bytes, len);
	enum err_code code = facts_read(arena, exact, len, ret, &err);
	free(exact);
	return code;
}

Test(envelope_facts, cut_at_every_place_it_is_refused)
{
	struct tipoff t = sample_tipoff("anonymous"), back;
	struct buf b;
	buf_init(&b, FACTS_MAX_BYTES);
	t.photo_count = 1;
	t.photos[0] = (struct tipoff_photo){.width = 1, .height = 1, .bytes = 1};
	facts_write(&t, &b);
	for (size_t len = 0; len < b.len; len++)
		cr_assert_eq(read_bytes(b.data, len, &back), ERR_INPUT, "length %zu", len);
	cr_assert_eq(read_bytes(b.data, b.len, &back), ERR_OK);
	buf_char(&b, '\0');
	cr_assert_eq(read_bytes(b.data, b.len, &back), ERR_INPUT, "a byte behind the end");
	buf_done(&b);
}

Test(envelope_facts, what_reads_after_a_change_writes_those_very_bytes)
{
	struct tipoff t = sample_tipoff("anonymous"), back;
	struct buf b, again;
	size_t refused = 0, read = 0;
	buf_init(&b, FACTS_MAX_BYTES);
	buf_init(&again, FACTS_MAX_BYTES);
	facts_write(&t, &b);
	for (size_t bit = 0; bit < 8 * b.len; bit++) {
		b.data[bit / 8] = (char)(b.data[bit / 8] ^ 1 << bit % 8);
		enum err_code code = read_bytes(b.data, b.len, &back);
		if (code == ERR_OK) {
			buf_clear(&again);
			facts_write(&back, &again);
			cr_assert_eq(again.len, b.len);
			cr_assert_arr_eq(again.data, b.data, b.len, "bit %zu", bit);
			read++;
		} else {
			cr_assert_eq(code, ERR_INPUT);
			refused++;
		}
		b.data[bit / 8] = (char)(b.data[bit / 8] ^ 1 << bit % 8);
		arena_reset(arena);
	}
	cr_assert(refused > 1000 && read > 300, "%zu refused, %zu read", refused, read);
	buf_done(&b);
	buf_done(&again);
}

/* The text with the first `from` (of a length of its own) replaced by `to` of the same length. */
struct swap {
	char from[28], to[28];
	size_t len;
};

static const struct swap swaps[] = {
	{"2018-01-31T20:11:03+08:00", "2018-01-31T24:11:03+08:00", 25},
	{"2018-01-31T20:11:03+08:00", "2018-01-31T20:60:03+08:00", 25},
	{"2018-01-31T20:11:03+08:00", "2018-01-31T20:11:60+08:00", 25},
	{"2018-01-31T20:11:03+08:00", "2018-02-29T20:11:03+08:00", 25},
	{"2018-01-31T20:11:03+08:00", "2018-01-31T20:11:03+09:00", 25},
	{"2018-01-31T20:11:03+08:00", "2018-01-31 20:11:03+08:00", 25}, {"host-1", "Host-1", 6},
	{"host-1", "-ost-1", 6}, {"host-1", "../t-1", 6}, {"waste-gas", "waste gas", 9},
	{"waste-gas", "Waste-gas", 9}, {"2018-01-30", "2018-01-32", 10},
	{"2018-01-30", "30.01.2018", 10}, {"anonymous", "anonymouz", 9},
	{"ordinary", "ordinarY", 8}, {"tianlan-facts 1", "tianlan-facts 2", 15},
	{"650105001", "650105\0001", 9},		 /* a NUL */
	{"650105001", "650105\xff\x30\x31", 9},		 /* not UTF-8 */
	{"650105001", "650\xed\xa0\x80\x30\x30\x31", 9}, /* a surrogate */
};

Test(envelope_facts, values_that_none_of_ours_are_refused)
{
	for (size_t i = 0; i < COUNT_OF(swaps); i++) {
		struct tipoff t = sample_tipoff("anonymous"), back;
		struct buf b;
		buf_init(&b, FACTS_MAX_BYTES);
		facts_write(&t, &b);
		char *at = memmem(b.data, b.len, swaps[i].from, swaps[i].len);
		cr_assert_not_null(at, "row %zu", i);
		memcpy(at, swaps[i].to, swaps[i].len);
		cr_assert_eq(read_bytes(b.data, b.len, &back), ERR_INPUT, "row %zu", i);
		buf_done(&b);
	}
}

/* Items as the wire has them, found by walking; the bytes are put together again in another order. */
struct item {
	size_t at, len;
};

static size_t items_of(const struct buf *b, struct item *items, size_t most)
{
	size_t count = 0, at = strlen("tianlan-facts 1\n");
	while (at < b->len) {
		const uint8_t *p = (const uint8_t *)b->data + at;
		size_t len =
			5 + ((size_t)p[1] << 24 | (size_t)p[2] << 16 | (size_t)p[3] << 8 | p[4]);
		cr_assert_lt(count, most);
		items[count++] = (struct item){at, len};
		at += len;
	}
	return count;
}

static void put_items(
	const struct buf *from, const struct item *items, size_t count, struct buf *out)
{
	buf_clear(out);
	buf_add(out, from->data, strlen("tianlan-facts 1\n"));
	for (size_t i = 0; i < count; i++)
		buf_add(out, from->data + items[i].at, items[i].len);
}

Test(envelope_facts, a_missing_repeated_unknown_or_misplaced_item_is_refused)
{
	struct tipoff t = sample_tipoff("anonymous"), back;
	struct buf b, changed;
	struct item items[64], list[65];
	buf_init(&b, FACTS_MAX_BYTES);
	buf_init(&changed, FACTS_MAX_BYTES);
	t.kind_count =
		0; /* kinds and photos may be any number: here none, so that each item must be there */
	facts_write(&t, &b);
	size_t count = items_of(&b, items, 64);
	cr_assert_eq(count, 11);
	for (size_t i = 0; i < count; i++) {
		memcpy(list, items, i * sizeof *list);
		memcpy(list + i, items + i + 1, (count - i - 1) * sizeof *list);
		put_items(&b, list, count - 1, &changed);
		cr_assert_eq(
			read_bytes(changed.data, changed.len, &back), ERR_INPUT, "without %zu", i);

		memcpy(list, items, (i + 1) * sizeof *list);
		memcpy(list + i + 1, items + i, (count - i) * sizeof *list);
		put_items(&b, list, count + 1, &changed);
		cr_assert_eq(
			read_bytes(changed.data, changed.len, &back), ERR_INPUT, "%zu twice", i);

		memcpy(list, items, count * sizeof *list);
		for (size_t k = i + 1; k < count; k++) {
			list[i] = items[k];
			list[k] = items[i];
			put_items(&b, list, count, &changed);
			cr_assert_eq(read_bytes(changed.data, changed.len, &back), ERR_INPUT,
				"%zu for %zu", i, k);
			list[i] = items[i];
			list[k] = items[k];
		}
		put_items(&b, items, count, &changed);
		for (int tag = 0; tag < 256; tag++) {
			if ((char)tag == b.data[items[i].at])
				continue;
			changed.data[items[i].at] = (char)tag;
			cr_assert_eq(read_bytes(changed.data, changed.len, &back), ERR_INPUT,
				"item %zu with tag %d", i, tag);
		}
	}
	buf_done(&b);
	buf_done(&changed);
}

Test(envelope_facts, too_many_kinds_or_one_kind_twice_is_refused)
{
	struct tipoff t = sample_tipoff("anonymous"), back;
	struct buf b, changed;
	struct item items[64], list[80];
	buf_init(&b, FACTS_MAX_BYTES);
	buf_init(&changed, FACTS_MAX_BYTES);
	facts_write(&t, &b);
	size_t count = items_of(&b, items, 64);
	cr_assert_eq(count, 13);
	memcpy(list, items, 10 * sizeof *list);
	memcpy(list + 10, items + 9, (count - 9) * sizeof *list); /* the first kind again */
	put_items(&b, list, count + 1, &changed);
	cr_assert_eq(read_bytes(changed.data, changed.len, &back), ERR_INPUT);

	t.kind_count = TIPOFF_KINDS;
	for (size_t i = 0; i < TIPOFF_KINDS; i++)
		t.kinds[i] = arena_printf(arena, "k%zu", i);
	buf_clear(&b);
	facts_write(&t, &b);
	cr_assert_eq(read_bytes(b.data, b.len, &back), ERR_OK);
	count = items_of(&b, items, 64);
	memcpy(list, items, 10 * sizeof *list);
	memcpy(list + 10, items + 9, (count - 9) * sizeof *list);
	put_items(&b, list, count + 1, &changed);
	memcpy(memmem(changed.data, changed.len, "k0", 2), "kk", 2);
	cr_assert_eq(read_bytes(changed.data, changed.len, &back), ERR_INPUT, "33 kinds");
	buf_done(&b);
	buf_done(&changed);
}

Test(envelope_facts, what_the_check_passes_reads_and_what_it_refuses_does_not)
{
	for (int which = 0; which < 12; which++) {
		struct tipoff t = sample_tipoff("named"), back;
		struct buf b;
		t.photo_count = 1;
		t.photos[0] = (struct tipoff_photo){.width = 1, .height = 1, .bytes = 1};
		switch (which) {
		case 0:
			t.photos[0].width = 0;
			break;
		case 1:
			t.photos[0].height = 0;
			break;
		case 2:
			t.photos[0].bytes = 0;
			break;
		case 3:
			t.photos[0].bytes = (uint32_t)PHOTO_PLAIN_MAX_BYTES + 1;
			break;
		case 4:
			t.kinds[1] = t.kinds[0];
			break;
		case 5:
			t.kinds[1] = "";
			break;
		case 6:
			t.way = "";
			break;
		case 7:
			t.what = "\xc0\x80";
			break;
		case 8:
			t.host = "a23456789a123456789a123456789a123456789a123456789a123456789a1234";
			break;
		default: /* as it is */
			break;
		}
		enum err_code expected = which < 9 ? ERR_INPUT : ERR_OK;
		buf_init(&b, FACTS_MAX_BYTES);
		facts_write(&t, &b);
		cr_assert_eq(facts_check(&t, &err), expected, "case %d", which);
		cr_assert_eq(read_bytes(b.data, b.len, &back), expected, "case %d", which);
		buf_done(&b);
	}
}

Test(envelope_facts, nothing_is_written_and_no_text_is_told_when_refused)
{
	struct tipoff t = sample_tipoff("anonymous"), back;
	struct buf b;
	memset(&back, 0x33, sizeof back);
	struct tipoff before;
	memcpy(&before, &back, sizeof before);
	buf_init(&b, FACTS_MAX_BYTES);
	t.what = "绝密的话";
	t.way = "secretly";
	facts_write(&t, &b);
	cr_assert_eq(read_bytes(b.data, b.len, &back), ERR_INPUT);
	cr_assert_eq(memcmp(&before, &back, sizeof back), 0);
	cr_assert_null(strstr(err.message, "绝密"));
	cr_assert_null(strstr(err.message, "secretly"));
	buf_done(&b);
}

Test(envelope_facts, a_contact_is_read_as_strictly)
{
	struct tipoff t = sample_tipoff("named"), back = {0};
	struct buf b;
	buf_init(&b, CONTACT_MAX_BYTES);
	contact_write(&t, &b);
	for (size_t len = 0; len < b.len; len++)
		cr_assert_eq(contact_read(arena, b.data, len, &back, &err), ERR_INPUT);
	cr_assert_eq(contact_read(arena, b.data, b.len, &back, &err), ERR_OK);
	cr_assert_str_eq(back.contact_name, t.contact_name);
	b.data[0] ^= 1;
	cr_assert_eq(contact_read(arena, b.data, b.len, &back, &err), ERR_INPUT);
	b.data[0] ^= 1;
	char *digit = memmem(b.data, b.len, "000-", 4);
	*digit = '\0';
	cr_assert_eq(contact_read(arena, b.data, b.len, &back, &err), ERR_INPUT);
	*digit = '\xff';
	cr_assert_eq(contact_read(arena, b.data, b.len, &back, &err), ERR_INPUT);
	*digit = '0';
	buf_char(&b, 'x');
	cr_assert_eq(contact_read(arena, b.data, b.len, &back, &err), ERR_INPUT);
	cr_assert_eq(facts_read(arena, b.data, b.len - 1, &back, &err), ERR_INPUT, "no facts");
	buf_done(&b);
}
