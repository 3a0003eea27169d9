/* Receipts: what is mistyped is noticed, however it is typed it is read, and what follows from one does not lead back. */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <string.h>

static uint64_t state = 7;
static struct chance chance;

static void start(void)
{
	struct err e;
	cr_assert_eq(crypto_start(&e), ERR_OK);
	chance = sample_chance(&state);
}

TestSuite(envelope_receipt, .init = start);

static struct receipt draw(void)
{
	uint8_t bits[MAC_BYTES];
	struct receipt r;
	chance_fill(&chance, bits, sizeof bits);
	receipt_from_bits(bits, &r);
	return r;
}

static enum receipt_reading read_text(const char *text, struct receipt *ret)
{
	return receipt_parse(text, strlen(text), ret);
}

static bool same(const struct receipt *a, const struct receipt *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

Test(envelope_receipt, text_comes_back)
{
	for (int i = 0; i < 1000; i++) {
		struct receipt r = draw(), back;
		char text[RECEIPT_TEXT_BYTES];
		receipt_text(&r, text);
		cr_assert_eq(strlen(text), RECEIPT_TEXT_BYTES - 1);
		cr_assert_eq(read_text(text, &back), RECEIPT_READ, "%s", text);
		cr_assert(same(&r, &back));
	}
}

/* Worked by hand: one 1 among zeros needs alpha^(i - 19) as its check digit. alpha^12 is 14 (E), alpha^-1 is 18 (J). */
Test(envelope_receipt, check_digits_are_those_of_the_code)
{
	struct receipt r;
	cr_assert_eq(read_text("0000-0000-0000-0000-0000", &r), RECEIPT_READ);
	cr_assert_eq(read_text("1000-0000-0000-0000-000E", &r), RECEIPT_READ);
	cr_assert_eq(read_text("0000-0000-0000-0000-001J", &r), RECEIPT_READ);
	cr_assert_eq(read_text("1000-0000-0000-0000-0000", &r), RECEIPT_WRONG_CHECK);
}

Test(envelope_receipt, every_wrong_symbol_is_noticed)
{
	for (int round = 0; round < 50; round++) {
		struct receipt r = draw(), back;
		for (size_t i = 0; i < RECEIPT_SYMBOLS; i++)
			for (unsigned other = 1; other < 32; other++) {
				struct receipt wrong = r;
				char text[RECEIPT_TEXT_BYTES];
				wrong.symbol[i] ^= (uint8_t)other;
				receipt_text(&wrong, text);
				cr_assert_eq(read_text(text, &back), RECEIPT_WRONG_CHECK,
					"%s at %zu", text, i);
			}
	}
}

Test(envelope_receipt, every_exchange_of_two_different_symbols_is_noticed)
{
	size_t tried = 0;
	for (int round = 0; round < 50; round++) {
		struct receipt r = draw(), back;
		for (size_t i = 0; i < RECEIPT_SYMBOLS; i++)
			for (size_t k = i + 1; k < RECEIPT_SYMBOLS; k++) {
				if (r.symbol[i] == r.symbol[k])
					continue;
				struct receipt wrong = r;
				char text[RECEIPT_TEXT_BYTES];
				wrong.symbol[i] = r.symbol[k];
				wrong.symbol[k] = r.symbol[i];
				receipt_text(&wrong, text);
				cr_assert_eq(read_text(text, &back), RECEIPT_WRONG_CHECK,
					"%s, %zu and %zu", text, i, k);
				tried++;
			}
	}
	cr_assert_gt(tried, 8000);
}

/* All of the receipt 1000-0000-0000-0000-000E. */
static const char *const forgiven[] = {"1000-0000-0000-0000-000E", "1000-0000-0000-0000-000e",
	"1000000000000000000E", "  1000 0000 0000 0000 000E\r\n",
	"1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 E", "1OOO-oooo-0000-0000-000E",
	"IOOO-0000-0000-0000-000E", "lOOO-0000-0000-0000-000E", "LOOO-0000-0000-0000-000e",
	"iOOO-0000-0000-0000-000e", "１０００－００００－００００－００００－０００Ｅ",
	"１０００　００００　００００　００００　０００ｅ", "ｌＯｏ０—0000–0000‐0000−000E",
	"1000\xC2\xA0"
	"0000\xE2\x80\x8B"
	"0000\xEF\xBB\xBF"
	"0000\t000E",
	"--1000----00000000-0000-000E-"};

Test(envelope_receipt, forgives_case_blanks_hyphens_full_width_and_look_alikes)
{
	struct receipt expected;
	cr_assert_eq(read_text(forgiven[0], &expected), RECEIPT_READ);
	for (size_t i = 0; i < COUNT_OF(forgiven); i++) {
		struct receipt r;
		cr_assert_eq(read_text(forgiven[i], &r), RECEIPT_READ, "row %zu", i);
		cr_assert(same(&r, &expected), "row %zu", i);
	}
}

static const uint32_t passed_over[] = {'\t', '\n', '\v', '\f', '\r', ' ', '-', 0xA0, 0xAD, 0x1680,
	0x2000, 0x2003, 0x2009, 0x200A, 0x200B, 0x200D, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014,
	0x2015, 0x2028, 0x2029, 0x202F, 0x2043, 0x205F, 0x2060, 0x2212, 0x2E3A, 0x2E3B, 0x3000,
	0xFE58, 0xFE63, 0xFEFF, 0xFF0D};
static const uint32_t not_passed_over[] = {0, 1, 8, 0x0E, '!', ',', '.', '/', '_', '~', 0x7F, 0x9F,
	0xA1, 0xB7, 0x2016, 0x2044, 0x3001, 0x4E00, 0xFF0C, 0xFF0E, 0xFF35, 'U', 'u', 0x1F600};

Test(envelope_receipt, blanks_and_hyphens_are_passed_over_and_nothing_else)
{
	for (size_t i = 0; i < COUNT_OF(passed_over) + COUNT_OF(not_passed_over); i++) {
		bool blank = i < COUNT_OF(passed_over);
		uint32_t code = blank ? passed_over[i] : not_passed_over[i - COUNT_OF(passed_over)];
		char text[32] = "1000000", utf8[4];
		size_t n = utf8_encode(code, utf8);
		struct receipt r;
		memcpy(text + 7, utf8, n);
		memcpy(text + 7 + n, "000000000000E", 13);
		cr_assert_eq(receipt_parse(text, 20 + n, &r),
			blank ? RECEIPT_READ : RECEIPT_NOT_ONE, "U+%04X", (unsigned)code);
	}
}

static const char *const none[] = {"", " ", "-", "1000-0000-0000-0000-000",
	"1000-0000-0000-0000-000EE", "1000-0000-0000-0000-000U", "u000-0000-0000-0000-000E",
	"1000-0000-0000-0000-000E.", "1000_0000_0000_0000_000E", "1000-0000-0000-0000-000\xff",
	"1000-0000-0000-0000-000\xe4\xb8", "1000/0000", "回执1000-0000-0000-0000-000E"};

Test(envelope_receipt, what_is_no_receipt_is_told_from_what_is_mistyped)
{
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		struct receipt r;
		cr_assert_eq(read_text(none[i], &r), RECEIPT_NOT_ONE, "row %zu", i);
	}
	struct receipt r;
	cr_assert_eq(receipt_parse("1000-0000-0000-0000-000E\0", 25, &r), RECEIPT_NOT_ONE);
	char padded[400];
	memset(padded, ' ', sizeof padded);
	memcpy(padded, "1000000000000000000E", 20);
	cr_assert_eq(receipt_parse(padded, 256, &r), RECEIPT_READ);
	cr_assert_eq(receipt_parse(padded, 257, &r), RECEIPT_NOT_ONE);
}

Test(envelope_receipt, nothing_is_written_when_it_is_not_read)
{
	struct receipt r = draw(), before = r;
	cr_assert_eq(read_text("1000-0000-0000-0000-0000", &r), RECEIPT_WRONG_CHECK);
	cr_assert_eq(read_text("1000", &r), RECEIPT_NOT_ONE);
	cr_assert(same(&r, &before));
}

Test(envelope_receipt, the_symbols_are_the_first_95_bits)
{
	uint8_t bits[MAC_BYTES] = {0};
	struct receipt base, changed;
	chance_fill(&chance, bits, sizeof bits);
	receipt_from_bits(bits, &base);
	for (size_t bit = 0; bit < 8 * sizeof bits; bit++) {
		bits[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		receipt_from_bits(bits, &changed);
		bits[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		cr_assert_eq(same(&base, &changed), bit >= 95, "bit %zu", bit);
		if (bit < 95)
			cr_assert_neq(base.symbol[bit / 5], changed.symbol[bit / 5]);
	}
}

Test(envelope_receipt, each_key_follows_from_the_whole_receipt_and_from_no_other_key)
{
	struct receipt r = draw(), other = draw();
	struct receipt_keys one, again, two;
	receipt_derive(&r, &one);
	receipt_derive(&r, &again);
	receipt_derive(&other, &two);
	cr_assert_arr_eq(&one, &again, sizeof one);
	cr_assert_arr_neq(one.id.bytes, two.id.bytes, CASE_ID_BYTES);
	cr_assert_arr_neq(one.status_tag, two.status_tag, STATUS_TAG_BYTES);
	cr_assert_arr_neq(one.status_key, two.status_key, KEY_BYTES);
	cr_assert_arr_neq(one.id.bytes, one.status_tag, 16);
	cr_assert_arr_neq(one.id.bytes, one.status_key, 16);
	cr_assert_arr_neq(one.status_tag, one.status_key, 16);
}

Test(envelope_receipt, a_case_id_is_32_lower_case_digits)
{
	struct case_id id, back;
	char text[CASE_ID_HEX_BYTES];
	chance_fill(&chance, id.bytes, sizeof id.bytes);
	case_id_text(&id, text);
	cr_assert_eq(strlen(text), 32);
	cr_assert(case_id_parse(text, &back));
	cr_assert_arr_eq(id.bytes, back.bytes, CASE_ID_BYTES);
	cr_assert_not(case_id_parse("", &back));
	cr_assert_not(case_id_parse("0123456789abcdef0123456789abcde", &back));
	cr_assert_not(case_id_parse("0123456789abcdef0123456789abcdef0", &back));
	cr_assert_not(case_id_parse("0123456789ABCDEF0123456789abcdef", &back));
	cr_assert_not(case_id_parse("../3456789abcdef0123456789abcdef", &back));
}
