/*
 * Receipts: 95 bits of chance in Crockford's base 32 and a check digit.
 *
 * The check digit makes the 20 symbols a word of a Reed-Solomon code over GF(32), the sum of alpha^i * c_i being 0. alpha
 * is a root of the primitive polynomial x^5 + x^2 + 1, so its first 31 powers differ: a wrong symbol adds alpha^i * d with d
 * not 0, an exchange of two symbols adds (alpha^i + alpha^j) * (c_i + c_j), and neither can be 0.
 * What follows from a receipt follows through keyed hashes, so that no part of it tells the receipt or another part.
 */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum { POLYNOMIAL = 0x25, ORDER = 31, CHECK = RECEIPT_SYMBOLS - 1, TEXT_MAX = 256 };

static unsigned times_alpha(unsigned symbol)
{
	symbol <<= 1;
	return symbol & 32 ? symbol ^ POLYNOMIAL : symbol;
}

/* The sum of alpha^i * c_i over the first count symbols, by Horner's rule from the last. */
static unsigned weighted_sum(const uint8_t *symbol, size_t count)
{
	unsigned sum = 0;
	while (count--)
		sum = times_alpha(sum) ^ symbol[count];
	return sum;
}

void receipt_from_bits(const uint8_t *bits, struct receipt *ret)
{
	for (size_t i = 0; i < CHECK; i++) {
		size_t bit = 5 * i;
		unsigned pair = (unsigned)bits[bit / 8] << 8 | bits[bit / 8 + 1];
		ret->symbol[i] = (uint8_t)(pair >> (11 - bit % 8) & 31);
	}
	/* alpha^19 * c_19 = sum, and alpha^-19 is alpha^12. */
	unsigned check = weighted_sum(ret->symbol, CHECK);
	for (int i = 0; i < ORDER - CHECK; i++)
		check = times_alpha(check);
	ret->symbol[CHECK] = (uint8_t)check;
}

void receipt_text(const struct receipt *r, char out[RECEIPT_TEXT_BYTES])
{
	char *at = out;
	for (size_t i = 0; i < RECEIPT_SYMBOLS; i++) {
		if (i && i % 4 == 0)
			*at++ = '-';
		*at++ = alphabet[r->symbol[i] & 31];
	}
	*at = '\0';
}

/* Spaces, hyphens and what comes along unseen when text is copied. */
static bool is_between(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {{'\t', '\r'}, {' ', ' '}, {'-', '-'}, {0xA0, 0xA0}, {0xAD, 0xAD},
		{0x1680, 0x1680}, {0x2000, 0x2015}, {0x2028, 0x2029}, {0x202F, 0x202F},
		{0x2043, 0x2043}, {0x205F, 0x2060}, {0x2212, 0x2212}, {0x2E3A, 0x2E3B},
		{0x3000, 0x3000}, {0xFE58, 0xFE58}, {0xFE63, 0xFE63}, {0xFEFF, 0xFEFF},
		{0xFF0D, 0xFF0D}};
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* The symbol a letter or digit stands for; -1 when for none. */
static int symbol_of(uint32_t code)
{
	if (code >= 0xFF01 && code <= 0xFF5E)
		code -= 0xFF01 - '!'; /* full-width forms */
	if (code >= 'a' && code <= 'z')
		code -= 'a' - 'A';
	if (code == 'O')
		code = '0';
	if (code == 'I' || code == 'L')
		code = '1';
	const char *found = code && code < 128 ? strchr(alphabet, (int)code) : NULL;
	return found ? (int)(found - alphabet) : -1;
}

enum receipt_reading receipt_parse(const char *text, size_t len, struct receipt *ret)
{
	if (len > TEXT_MAX)
		return RECEIPT_NOT_ONE;
	struct receipt r;
	size_t count = 0;
	for (const char *at = text, *end = text + len; at < end;) {
		uint32_t code;
		size_t used = utf8_decode(at, end, &code);
		if (!used)
			return RECEIPT_NOT_ONE;
		at += used;
		if (is_between(code))
			continue;
		int symbol = symbol_of(code);
		if (symbol < 0 || count == RECEIPT_SYMBOLS)
			return RECEIPT_NOT_ONE;
		r.symbol[count++] = (uint8_t)symbol;
	}
	if (count != RECEIPT_SYMBOLS)
		return RECEIPT_NOT_ONE;
	if (weighted_sum(r.symbol, RECEIPT_SYMBOLS))
		return RECEIPT_WRONG_CHECK;
	*ret = r;
	return RECEIPT_READ;
}

void case_id_text(const struct case_id *id, char out[CASE_ID_HEX_BYTES])
{
	hex_encode(id->bytes, CASE_ID_BYTES, out);
}

bool case_id_parse(const char *hex, struct case_id *ret)
{
	struct case_id id;
	if (!hex_decode(hex, id.bytes, CASE_ID_BYTES))
		return false;
	*ret = id;
	return true;
}

void receipt_derive(const struct receipt *r, struct receipt_keys *ret)
{
	uint8_t root[MAC_BYTES], part[MAC_BYTES];
	mac_once(NULL, "tianlan receipt 1", r->symbol, RECEIPT_SYMBOLS, root);
	mac_once(root, "case id", NULL, 0, part);
	memcpy(ret->id.bytes, part, CASE_ID_BYTES);
	mac_once(root, "status tag", NULL, 0, part);
	memcpy(ret->status_tag, part, STATUS_TAG_BYTES);
	mac_once(root, "status key", NULL, 0, ret->status_key);
	bytes_wipe(root, sizeof root);
	bytes_wipe(part, sizeof part);
}
