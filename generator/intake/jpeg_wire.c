/*
 * The size of a JPEG, from its frame header (ITU T.81, B.2.2). The pictures come from photo-clean; they are looked at as
 * bytes from outside all the same, since it worked on hostile ones.
 */
#include "intake/wire.h"

enum { MARK = 0xff, START = 0xd8, TABLES = 0xc4, ARITHMETIC = 0xcc, EXTENSION = 0xc8, SCAN = 0xda };

static bool is_frame(unsigned marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != TABLES && marker != EXTENSION &&
	       marker != ARITHMETIC;
}

static uint32_t two(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

bool jpeg_size(const void *bytes, size_t len, uint32_t *ret_width, uint32_t *ret_height)
{
	const uint8_t *p = bytes;
	if (len < 4 || p[0] != MARK || p[1] != START)
		return false;
	/* A segment: mark, kind, two bytes of length that count themselves. */
	for (size_t at = 2; len - at >= 4;) {
		if (p[at] != MARK || p[at + 1] == SCAN)
			return false;
		size_t segment = two(p + at + 2);
		if (segment < 2 || segment > len - at - 2)
			return false;
		if (is_frame(p[at + 1])) {
			if (segment < 8 || !two(p + at + 5) || !two(p + at + 7))
				return false;
			*ret_height = two(p + at + 5);
			*ret_width = two(p + at + 7);
			return true;
		}
		at += 2 + segment;
	}
	return false;
}
