/* Bytes as text: RFC 4648's examples, and that each value has one spelling. */
#include "tianlan/crypto.h"

#include <criterion/criterion.h>
#include <string.h>

static void start(void)
{
	struct err e;
	cr_assert_eq(crypto_start(&e), ERR_OK);
}

TestSuite(crypto_text, .init = start);

struct example {
	char bytes[7], base64[9], hex[13];
};

/* Section 10, without padding and in lower case. */
static const struct example examples[] = {
	{"", "", ""},
	{"f", "Zg", "66"},
	{"fo", "Zm8", "666f"},
	{"foo", "Zm9v", "666f6f"},
	{"foob", "Zm9vYg", "666f6f62"},
	{"fooba", "Zm9vYmE", "666f6f6261"},
	{"foobar", "Zm9vYmFy", "666f6f626172"},
};

Test(crypto_text, gives_the_standard_answers)
{
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		const struct example *x = &examples[i];
		size_t len = strlen(x->bytes);
		char text[16], back[16];
		cr_assert_eq(BASE64_BYTES(len), strlen(x->base64) + 1);
		base64_encode(x->bytes, len, text);
		cr_assert_str_eq(text, x->base64);
		cr_assert(base64_decode(text, strlen(text), back, len));
		cr_assert_arr_eq(back, x->bytes, len);
		hex_encode(x->bytes, len, text);
		cr_assert_str_eq(text, x->hex);
		cr_assert(hex_decode(text, back, len));
		cr_assert_arr_eq(back, x->bytes, len);
	}
}

Test(crypto_text, base64_is_the_alphabet_of_addresses)
{
	static const uint8_t bytes[] = {0xfb, 0xff, 0xbf};
	uint8_t back[3];
	char text[5];
	base64_encode(bytes, 3, text);
	cr_assert_str_eq(text, "-_-_");
	cr_assert_not(base64_decode("+/+/", 4, back, 3));
}

struct refused {
	char text[12];
	size_t text_len, len;
};

static const struct refused refused_base64[] = {
	{"Zh", 2, 1},			       /* bits behind the last byte */
	{"Zm9", 3, 2},			       /* the same */
	{"Zg==", 4, 1},			       /* padding */
	{"Zg", 2, 2},			       /* another length */
	{"Zm8", 3, 1},			       /* another length */
	{"Zm9v", 4, 2},			       /* another length */
	{"Zm9\n", 4, 3},		       /* no letter of it */
	{"Zm 9v", 5, 3},		       /* a space */
	{"Z\0m9", 4, 3},		       /* a NUL */
	{"\xff\xff", 2, 1}, {"Zm9vYmF", 7, 6}, /* cut */
};

Test(crypto_text, base64_reads_one_spelling)
{
	static const char zeros[8];
	for (size_t i = 0; i < COUNT_OF(refused_base64); i++) {
		char out[8] = {0};
		const struct refused *r = &refused_base64[i];
		cr_assert_not(base64_decode(r->text, r->text_len, out, r->len), "row %zu", i);
		cr_assert_arr_eq(out, zeros, sizeof out, "row %zu leaves nothing", i);
	}
}

Test(crypto_text, hex_reads_one_spelling)
{
	static const char *const wrong[] = {"", "6", "66", "666", "66666", "666F", "666g", "66 6",
		"666f ", "0x66", " 666", "666f6f", "６６"};
	static const char zeros[8];
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char out[8] = {0};
		cr_assert_not(hex_decode(wrong[i], out, 2), "row %zu", i);
		cr_assert_arr_eq(out, zeros, sizeof out, "row %zu leaves nothing", i);
	}
}

Test(crypto_text, every_value_of_a_byte_comes_back)
{
	uint8_t bytes[256], back[256];
	char hex[2 * sizeof bytes + 1], text[BASE64_BYTES(sizeof bytes)];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	hex_encode(bytes, sizeof bytes, hex);
	cr_assert(hex_decode(hex, back, sizeof back));
	cr_assert_arr_eq(back, bytes, sizeof bytes);
	for (size_t len = 0; len <= sizeof bytes; len++) {
		base64_encode(bytes, len, text);
		cr_assert_eq(strlen(text), BASE64_BYTES(len) - 1);
		cr_assert(base64_decode(text, strlen(text), back, len));
		cr_assert_arr_eq(back, bytes, len);
	}
}

Test(crypto_text, no_two_texts_are_one_value)
{
	/* 64 letters at each place of whole groups; at the last place of a part group fewer, whose spare bits are 0. */
	static const struct {
		size_t len, letters;
	} lengths[] = {{3, 64}, {2, 16}, {1, 4}};
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		char text[8];
		size_t len = lengths[i].len, last = BASE64_BYTES(len) - 2;
		base64_encode("\0\0\0", len, text);
		for (size_t at = 0; at <= last; at++) {
			size_t read = 0;
			for (int c = 0; c < 256; c++) {
				char changed[8], out[3], again[8];
				memcpy(changed, text, sizeof changed);
				changed[at] = (char)c;
				if (!base64_decode(changed, last + 1, out, len))
					continue;
				read++;
				base64_encode(out, len, again);
				cr_assert_str_eq(again, changed, "letter %d", c);
			}
			cr_assert_eq(read, at == last ? lengths[i].letters : 64);
		}
	}
}

Test(crypto_text, every_byte_that_is_no_digit_is_no_hex)
{
	for (int c = 0; c < 256; c++) {
		char text[] = {'0', (char)c, '\0'}, out[1];
		bool digit = c && strchr("0123456789abcdef", c);
		cr_assert_eq(hex_decode(text, out, 1), digit, "byte %d", c);
	}
}
