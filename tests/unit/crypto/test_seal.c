/* Sealing: what was sealed opens, and nothing else does. RFC 7748's keys, and the layout the header promises. */
#include "tianlan/crypto.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;

static void fill_counted(void *ctx, void *out, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)out)[i] =
			(uint8_t)((state = state * 6364136223846793005u + 1442695040888963407u) >>
				  56);
}

static const struct chance chance = {fill_counted, NULL};
static uint8_t key[KEY_BYTES];
static const char plain[] = "十九个汉字的一段正文，用来封起来再打开。";
static const char aad[] = "case";

enum { PLAIN = sizeof plain, SEALED = PLAIN + AEAD_EXTRA };

static void start(void)
{
	struct err e;
	cr_assert_eq(crypto_start(&e), ERR_OK);
	chance_fill(&chance, key, sizeof key);
}

TestSuite(crypto_seal, .init = start);

static bool opens(const uint8_t *sealed, size_t len, const char *purpose, const char *with)
{
	/* Exactly as much room as is needed, so that a sanitizer sees a byte too many. */
	char *out = malloc(len > AEAD_EXTRA ? len - AEAD_EXTRA : 1);
	bool good = aead_open(key, purpose, with, strlen(with), sealed, len, out);
	if (good)
		cr_assert_arr_eq(out, plain, len - AEAD_EXTRA);
	free(out);
	return good;
}

Test(crypto_seal, what_is_sealed_opens_for_its_purpose_and_data_alone)
{
	uint8_t sealed[SEALED];
	aead_seal(key, "facts", aad, 4, plain, PLAIN, &chance, sealed);
	cr_assert(opens(sealed, SEALED, "facts", aad));
	cr_assert_not(opens(sealed, SEALED, "contact", aad));
	cr_assert_not(opens(sealed, SEALED, "facts", "casf"));
	cr_assert_not(opens(sealed, SEALED, "facts", "cas"));
	cr_assert_not(opens(sealed, SEALED, "facts", ""));
	key[31] ^= 1;
	cr_assert_not(opens(sealed, SEALED, "facts", aad));
}

Test(crypto_seal, every_changed_bit_is_noticed)
{
	uint8_t sealed[SEALED];
	aead_seal(key, "facts", aad, 4, plain, PLAIN, &chance, sealed);
	for (size_t bit = 0; bit < 8 * SEALED; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert_not(opens(sealed, SEALED, "facts", aad), "bit %zu", bit);
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	cr_assert(opens(sealed, SEALED, "facts", aad));
}

Test(crypto_seal, every_missing_end_is_noticed)
{
	uint8_t sealed[SEALED];
	aead_seal(key, "facts", aad, 4, plain, PLAIN, &chance, sealed);
	for (size_t len = 0; len < SEALED; len++)
		cr_assert_not(opens(sealed, len, "facts", aad), "length %zu", len);
}

Test(crypto_seal, a_failed_opening_gives_nothing_of_the_text)
{
	uint8_t sealed[SEALED];
	char out[PLAIN];
	static const char zeros[PLAIN];
	memset(out, 0, sizeof out);
	aead_seal(key, "facts", aad, 4, plain, PLAIN, &chance, sealed);
	sealed[SEALED - 1] ^= 1;
	cr_assert_not(aead_open(key, "facts", aad, 4, sealed, SEALED, out));
	cr_assert_arr_eq(out, zeros, sizeof out);
}

Test(crypto_seal, an_empty_text_seals_too)
{
	uint8_t sealed[AEAD_EXTRA], out[1];
	aead_seal(key, "facts", NULL, 0, NULL, 0, &chance, sealed);
	cr_assert(aead_open(key, "facts", NULL, 0, sealed, sizeof sealed, out));
}

Test(crypto_seal, nonce_in_front_and_the_key_is_a_keyed_hash_of_the_purpose)
{
	uint8_t sealed[SEALED], own[MAC_BYTES], nonce[24];
	char out[PLAIN];
	uint64_t before = state;
	aead_seal(key, "facts", aad, 4, plain, PLAIN, &chance, sealed);
	state = before;
	chance_fill(&chance, nonce, sizeof nonce);
	cr_assert_arr_eq(sealed, nonce, sizeof nonce);
	mac_once(key, "tianlan aead 1", "facts", 5, own);
	cr_assert_eq(crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)out, NULL, NULL,
			     sealed + 24, SEALED - 24, (const uint8_t *)aad, 4, nonce, own),
		0);
	cr_assert_str_eq(out, plain);
}

Test(crypto_seal, public_keys_are_those_of_rfc_7748)
{
	static const char pairs[2][2][65] = {
		{"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
			"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"},
		{"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
			"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"}};
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct box_secret secret;
		struct box_public public;
		char hex[65];
		cr_assert(hex_decode(pairs[i][0], secret.bytes, 32));
		box_public_of(&secret, &public);
		hex_encode(public.bytes, 32, hex);
		cr_assert_str_eq(hex, pairs[i][1]);
	}
}

Test(crypto_seal, a_box_opens_with_its_secret_alone)
{
	struct box_public public, other_public;
	struct box_secret secret, other;
	uint8_t sealed[PLAIN + BOX_EXTRA];
	char out[PLAIN];
	box_keys(&chance, &public, &secret);
	box_keys(&chance, &other_public, &other);
	cr_assert(box_seal(&public, plain, PLAIN, sealed));
	cr_assert(box_open(&secret, sealed, sizeof sealed, out));
	cr_assert_str_eq(out, plain);
	cr_assert_not(box_open(&other, sealed, sizeof sealed, out));
	for (size_t len = 0; len < sizeof sealed; len++)
		cr_assert_not(box_open(&secret, sealed, len, out), "length %zu", len);
}

Test(crypto_seal, every_changed_byte_of_a_box_is_noticed)
{
	struct box_public public;
	struct box_secret secret;
	uint8_t sealed[PLAIN + BOX_EXTRA];
	char out[PLAIN];
	box_keys(&chance, &public, &secret);
	cr_assert(box_seal(&public, plain, PLAIN, sealed));
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 1;
		cr_assert_not(box_open(&secret, sealed, sizeof sealed, out), "byte %zu", i);
		sealed[i] ^= 1;
	}
}

Test(crypto_seal, a_key_that_is_none_is_not_sealed_to)
{
	struct box_public zero = {{0}}, one = {{1}};
	uint8_t sealed[PLAIN + BOX_EXTRA];
	cr_assert_not(box_seal(&zero, plain, PLAIN, sealed));
	cr_assert_not(box_seal(&one, plain, PLAIN, sealed));
}

Test(crypto_seal, two_boxes_of_one_text_differ)
{
	struct box_public public;
	struct box_secret secret;
	uint8_t one[PLAIN + BOX_EXTRA], two[PLAIN + BOX_EXTRA];
	box_keys(&chance, &public, &secret);
	cr_assert(box_seal(&public, plain, PLAIN, one));
	cr_assert(box_seal(&public, plain, PLAIN, two));
	cr_assert_arr_neq(one, two, sizeof one);
}

Test(crypto_seal, the_systems_chance_differs_from_call_to_call)
{
	struct chance system = chance_system();
	uint8_t one[32] = {0}, two[32] = {0};
	static const uint8_t zeros[32];
	chance_fill(&system, one, sizeof one);
	chance_fill(&system, two, sizeof two);
	cr_assert_arr_neq(one, two, sizeof one);
	cr_assert_arr_neq(one, zeros, sizeof one);
	chance_fill(&system, NULL, 0);
}
