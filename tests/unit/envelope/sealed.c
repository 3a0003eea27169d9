/* See sealed.h. */
#include "sealed.h"

#include <criterion/criterion.h>

struct sealed_world w = {.state = 41};

void sealed_start(void)
{
	cr_assert_eq(crypto_start(&w.err), ERR_OK);
	w.chance = sample_chance(&w.state);
	w.arena = arena_new();
	sample_keys_make(&w.keys, &w.chance, 2);
	w.head = sample_head(&w.chance);
	buf_init(&w.file, ENVELOPE_MAX_BYTES);
}

void sealed_stop(void)
{
	buf_done(&w.file);
	arena_free(w.arena);
}

enum err_code seal(struct tipoff *t, const struct photo_plain *photos, size_t count)
{
	buf_clear(&w.file);
	return envelope_seal(
		t, photos, count, &w.keys.to, &w.head, &w.chance, &w.file, w.commitment, &w.err);
}

struct opened parse_all(const struct buf *b)
{
	struct opened o;
	cr_assert_eq(envelope_parse(b->data, b->len, &o.v, &w.err), ERR_OK, "%s", w.err.message);
	cr_assert_eq(record_parse(o.v.record.at, o.v.record.len, &o.r, &w.err), ERR_OK);
	cr_assert_eq(slot_parse(o.v.slot.at, o.v.slot.len, &o.s, &w.err), ERR_OK);
	return o;
}

struct photo_plain some_photo(size_t len)
{
	uint8_t *bytes = arena_alloc(w.arena, len);
	chance_fill(&w.chance, bytes, len);
	return (struct photo_plain){bytes, len, 640, 480};
}
