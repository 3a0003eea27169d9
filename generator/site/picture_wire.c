/*
 * The size of a JPEG, from its frame header (ITU T.81, B.2.2), so that a page keeps the picture's place while it loads.
 * The copies come from photo-clean; they are looked at as bytes from outside all the same.
 */
#include "site/pages.h"

enum { MARK = 0xff, START = 0xd8, TABLES = 0xc4, EXTENSION = 0xc8, ARITHMETIC = 0xcc, SCAN = 0xda };

static bool is_frame(unsigned marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != TABLES && marker != EXTENSION &&
	       marker != ARITHMETIC;
}

static uint32_t two_bytes(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

bool picture_size(const void *bytes, size_t len, uint32_t *ret_width, uint32_t *ret_height)
{
	const uint8_t *p = bytes;
	if (len < 4 || p[0] != MARK || p[1] != START)
		return false;
	/* A segment: mark, kind, two bytes of length that count themselves. `at` never passes len. */
	for (size_t at = 2; len - at >= 4;) {
		size_t segment = two_bytes(p + at + 2);
		if (p[at] != MARK || p[at + 1] == SCAN || segment < 2 || segment > len - at - 2)
			return false;
		if (is_frame(p[at + 1])) {
			if (segment < 8 || !two_bytes(p + at + 5) || !two_bytes(p + at + 7))
				return false;
			*ret_height = two_bytes(p + at + 5);
			*ret_width = two_bytes(p + at + 7);
			return true;
		}
		at += 2 + segment;
	}
	return false;
}
