/* Tokens: ours, in time, once; and what follows from one. */
#include "tianlan/envelope.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <string.h>

enum { NOW = 1517400000, DAY = 86400, DWELL = 3 };

static uint64_t state = 11;
static struct chance chance;
static struct host_secret secret;

static void start(void)
{
	struct err e;
	cr_assert_eq(crypto_start(&e), ERR_OK);
	chance = sample_chance(&state);
	chance_fill(&chance, secret.bytes, sizeof secret.bytes);
}

TestSuite(envelope_token, .init = start);

static enum token_reading check_at(const char *text, int64_t now, struct token *ret)
{
	return token_check(&secret, text, strlen(text), now, DAY, DWELL, ret);
}

struct moment {
	int64_t after; /* seconds since it was given */
	bool again;
	enum token_reading expected;
};

static const struct moment moments[] = {
	{DWELL, false, TOKEN_READ},
	{DWELL - 1, false, TOKEN_TOO_FRESH},
	{0, false, TOKEN_TOO_FRESH},
	{-60, false, TOKEN_TOO_FRESH},
	{-61, false, TOKEN_FORGED},
	{DAY, false, TOKEN_READ},
	{DAY + 1, false, TOKEN_EXPIRED},
	{100 * (int64_t)DAY, false, TOKEN_EXPIRED},
	{0, true, TOKEN_READ},
	{-60, true, TOKEN_READ},
	{-61, true, TOKEN_FORGED},
	{DAY, true, TOKEN_READ},
	{DAY + 1, true, TOKEN_EXPIRED},
};

Test(envelope_token, is_good_between_the_dwell_and_its_age)
{
	for (size_t i = 0; i < COUNT_OF(moments); i++) {
		const struct moment *m = &moments[i];
		char text[TOKEN_TEXT_BYTES];
		struct token t = {.issued = -1};
		token_make(&secret, NOW, m->again, &chance, text);
		cr_assert_eq(strlen(text), TOKEN_TEXT_BYTES - 1);
		cr_assert_eq(check_at(text, NOW + m->after, &t), m->expected, "row %zu", i);
		if (m->expected == TOKEN_FORGED) {
			cr_assert_eq(t.issued, -1, "row %zu: nothing is written", i);
		} else {
			cr_assert_eq(t.issued, NOW, "row %zu", i);
			cr_assert_eq(t.again, m->again, "row %zu", i);
		}
	}
}

Test(envelope_token, every_changed_bit_is_forged)
{
	char text[TOKEN_TEXT_BYTES];
	uint8_t raw[TOKEN_RAW_BYTES];
	struct token t;
	token_make(&secret, NOW, false, &chance, text);
	cr_assert(base64_decode(text, strlen(text), raw, sizeof raw));
	for (size_t bit = 0; bit < 8 * sizeof raw; bit++) {
		raw[bit / 8] ^= (uint8_t)(1 << bit % 8);
		base64_encode(raw, sizeof raw, text);
		cr_assert_eq(check_at(text, NOW + 10, &t), TOKEN_FORGED, "bit %zu", bit);
		raw[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	base64_encode(raw, sizeof raw, text);
	cr_assert_eq(check_at(text, NOW + 10, &t), TOKEN_READ);
}

Test(envelope_token, every_other_letter_at_every_place_is_forged)
{
	char text[TOKEN_TEXT_BYTES];
	struct token t;
	token_make(&secret, NOW, false, &chance, text);
	for (size_t i = 0; text[i]; i++) {
		char kept = text[i];
		for (int c = 1; c < 256; c++) {
			if ((char)c == kept)
				continue;
			text[i] = (char)c;
			cr_assert_eq(token_check(&secret, text, TOKEN_TEXT_BYTES - 1, NOW + 10, DAY,
					     DWELL, &t),
				TOKEN_FORGED, "place %zu letter %d", i, c);
		}
		text[i] = kept;
	}
	for (size_t len = 0; len < TOKEN_TEXT_BYTES - 1; len++)
		cr_assert_eq(
			token_check(&secret, text, len, NOW + 10, DAY, DWELL, &t), TOKEN_FORGED);
}

Test(envelope_token, of_another_host_is_forged)
{
	char text[TOKEN_TEXT_BYTES];
	struct token t;
	token_make(&secret, NOW, false, &chance, text);
	secret.bytes[0] ^= 1;
	cr_assert_eq(check_at(text, NOW + 10, &t), TOKEN_FORGED);
}

Test(envelope_token, two_of_one_second_differ)
{
	char one[TOKEN_TEXT_BYTES], two[TOKEN_TEXT_BYTES];
	token_make(&secret, NOW, false, &chance, one);
	token_make(&secret, NOW, false, &chance, two);
	cr_assert_str_neq(one, two);
}

Test(envelope_token, the_receipt_follows_from_secret_and_token_and_reads_back)
{
	char text[TOKEN_TEXT_BYTES], code[RECEIPT_TEXT_BYTES];
	struct token t, u;
	struct receipt one, again, other, elsewhere, back;
	token_make(&secret, NOW, false, &chance, text);
	cr_assert_eq(check_at(text, NOW + 10, &t), TOKEN_READ);
	cr_assert_eq(check_at(text, NOW + 500, &u), TOKEN_READ);
	token_receipt(&secret, &t, &one);
	token_receipt(&secret, &u, &again);
	cr_assert_arr_eq(&one, &again, sizeof one);
	receipt_text(&one, code);
	cr_assert_eq(receipt_parse(code, strlen(code), &back), RECEIPT_READ);
	token_make(&secret, NOW, false, &chance, text);
	cr_assert_eq(check_at(text, NOW + 10, &u), TOKEN_READ);
	token_receipt(&secret, &u, &other);
	cr_assert_arr_neq(&one, &other, sizeof one);
	secret.bytes[31] ^= 1;
	token_receipt(&secret, &t, &elsewhere);
	cr_assert_arr_neq(&one, &elsewhere, sizeof one);
}

static void content_of(const struct token *t, const char *what, uint8_t out[MAC_BYTES])
{
	struct mac m;
	token_content_begin(&secret, t, &m);
	mac_add(&m, what, strlen(what));
	mac_end(&m, out);
}

Test(envelope_token, the_hash_of_the_content_needs_the_token)
{
	char text[TOKEN_TEXT_BYTES];
	struct token t, u;
	uint8_t one[MAC_BYTES], two[MAC_BYTES];
	token_make(&secret, NOW, true, &chance, text);
	cr_assert_eq(check_at(text, NOW, &t), TOKEN_READ);
	token_make(&secret, NOW, true, &chance, text);
	cr_assert_eq(check_at(text, NOW, &u), TOKEN_READ);
	content_of(&t, "same", one);
	content_of(&t, "same", two);
	cr_assert_arr_eq(one, two, MAC_BYTES);
	content_of(&t, "some", two);
	cr_assert_arr_neq(one, two, MAC_BYTES);
	content_of(&u, "same", two);
	cr_assert_arr_neq(one, two, MAC_BYTES);
	secret.bytes[5] ^= 1;
	content_of(&t, "same", two);
	cr_assert_arr_neq(one, two, MAC_BYTES);
}
