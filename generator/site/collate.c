/*
 * The order of names in lists by name: a 64-bit key of the first four characters, 16 bits each.
 *
 * Digits and letters first, then the common characters in the pinyin order of GB 2312 level 1 (the order of Chinese
 * telephone books and file managers), then the other characters by code point. Case and full-width forms are folded.
 * Names that agree in four characters stand in the order of their numbers.
 */
#include "site/pages.h"

#include <string.h>

struct place {
	uint16_t code, place;
};
static const struct place places[] = {
#include "site/collate_order.inc"
};

enum { KEY_CHARACTERS = 4, COMMON = 0x0200, RARE = 0x2000, BEYOND = 0xff00 };

static uint32_t fold(uint32_t code)
{
	if (code >= 0xff01 && code <= 0xff5e) /* full-width forms */
		code -= 0xfee0;
	if (code >= 'A' && code <= 'Z')
		code += 'a' - 'A';
	return code;
}

static uint16_t rank_of(uint32_t code)
{
	size_t low = 0, high = COUNT_OF(places);
	if (code < 0x80)
		return (uint16_t)(code + 1);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (places[middle].code == code)
			return (uint16_t)(COMMON + places[middle].place);
		if (places[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	if (code >= 0x3400 && code < 0xa000)
		return (uint16_t)(RARE + (code - 0x3400));
	return BEYOND;
}

uint64_t collate_key(const char *name)
{
	uint64_t key = 0;
	const char *s = name, *end = name + strlen(name);
	for (int i = 0; i < KEY_CHARACTERS; i++) {
		uint32_t code = 0;
		size_t n = utf8_decode(s, end, &code);
		while (n && code <= 0x20) {
			s += n;
			n = utf8_decode(s, end, &code);
		}
		s += n;
		key = key << 16 | (n ? rank_of(fold(code)) : 0);
	}
	return key;
}
