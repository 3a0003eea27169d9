/* Keyed hashes: the framing, against values that another BLAKE2b (Python's hashlib) gave over the bytes the header describes. */
#include "tianlan/crypto.h"

#include <criterion/criterion.h>
#include <string.h>

static uint8_t key[KEY_BYTES];

static void start(void)
{
	struct err e;
	cr_assert_eq(crypto_start(&e), ERR_OK);
	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)i;
}

TestSuite(crypto_mac, .init = start);

struct answer {
	bool keyed;
	size_t count;
	char part[2][4];
	char hex[2 * MAC_BYTES + 1];
};

static const struct answer answers[] = {
	{true, 2, {"ab", "c"}, "decfd6ca777f3840694142d9756511b792ed36a166ab74c5cd0a3cbe2f37b776"},
	{true, 2, {"a", "bc"}, "d337f8b8cce980f53f7e5f566652e1e74c1454248cfc2abdf71d1626f9cf2565"},
	{false, 2, {"ab", "c"}, "e3f3133750ecc7749dd9069518b2affeaa76c05ef7beb12bd0e146a94da35a8f"},
	{true, 1, {""}, "dce1486496835fcaa76bba2938997da3b71fd95209312c886f4914ae1f00d2a6"},
	{true, 0, {""}, "838592134b48a66f0291d7016955d33662040063af581d03463690fdb25280ff"},
};

Test(crypto_mac, parts_are_framed_by_their_lengths)
{
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		const struct answer *a = &answers[i];
		uint8_t out[MAC_BYTES];
		char hex[2 * MAC_BYTES + 1];
		struct mac m;
		mac_begin(&m, a->keyed ? key : NULL, "test");
		for (size_t k = 0; k < a->count; k++)
			mac_add(&m, a->part[k], strlen(a->part[k]));
		mac_end(&m, out);
		hex_encode(out, sizeof out, hex);
		cr_assert_str_eq(hex, a->hex, "answer %zu", i);
	}
}

Test(crypto_mac, purpose_key_and_every_bit_of_the_text_count)
{
	uint8_t text[20] = "one text", base[MAC_BYTES], other[MAC_BYTES];
	mac_once(key, "a", text, sizeof text, base);
	mac_once(key, "a", text, sizeof text, other);
	cr_assert(bytes_equal(base, other, sizeof base));
	mac_once(key, "b", text, sizeof text, other);
	cr_assert_not(bytes_equal(base, other, sizeof base));
	mac_once(NULL, "a", text, sizeof text, other);
	cr_assert_not(bytes_equal(base, other, sizeof base));
	for (size_t bit = 0; bit < 8 * sizeof text; bit++) {
		text[bit / 8] ^= (uint8_t)(1 << bit % 8);
		mac_once(key, "a", text, sizeof text, other);
		text[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert_not(bytes_equal(base, other, sizeof base), "bit %zu", bit);
	}
	for (size_t bit = 0; bit < 8 * sizeof key; bit++) {
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
		mac_once(key, "a", text, sizeof text, other);
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert_not(bytes_equal(base, other, sizeof base), "bit %zu of the key", bit);
	}
}

Test(crypto_mac, the_purpose_is_a_part_of_its_own)
{
	uint8_t one[MAC_BYTES], two[MAC_BYTES];
	mac_once(key, "ab", "c", 1, one);
	mac_once(key, "a", "bc", 2, two);
	cr_assert_not(bytes_equal(one, two, sizeof one));
}

Test(crypto_mac, a_copied_state_goes_on_from_where_it_was)
{
	struct mac m, copy;
	uint8_t one[MAC_BYTES], two[MAC_BYTES];
	mac_begin(&m, key, "test");
	mac_add(&m, "ab", 2);
	copy = m;
	mac_add(&m, "c", 1);
	mac_end(&m, one);
	mac_add(&copy, "c", 1);
	mac_end(&copy, two);
	cr_assert(bytes_equal(one, two, sizeof one));
}

Test(crypto_mac, ending_leaves_nothing_of_the_state)
{
	struct mac m;
	uint8_t out[MAC_BYTES];
	static const struct mac zero;
	mac_begin(&m, key, "test");
	mac_add(&m, "secret", 6);
	mac_end(&m, out);
	cr_assert(bytes_equal(&m, &zero, sizeof m));
}

Test(crypto_mac, equal_looks_at_every_byte)
{
	uint8_t a[33] = {0}, b[33] = {0};
	cr_assert(bytes_equal(a, b, sizeof a));
	cr_assert(bytes_equal(a, b, 0));
	for (size_t i = 0; i < sizeof a; i++) {
		b[i] = 1;
		cr_assert_not(bytes_equal(a, b, sizeof a), "byte %zu", i);
		b[i] = 0;
	}
	memset(a, 7, sizeof a);
	bytes_wipe(a, sizeof a);
	cr_assert(bytes_equal(a, b, sizeof a));
	bytes_wipe(NULL, 0);
}
