/*
 * Bytes of pictures: whether a file is one, and whether a JPEG holds nothing but tables and pixels (ITU T.81, annex B).
 *
 * The cleaned copies come from photo-clean, which worked on hostile bytes: what it gives back is looked at as bytes from
 * outside. Refused are application segments but JFIF and Adobe of their fixed sizes, comments, bytes between segments and
 * behind the end, anything cut short.
 */
#include "register/register_internal.h"

#include <string.h>

enum {
	MARK = 0xff,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DRI = 0xdd,
	DHT = 0xc4,
	SOF0 = 0xc0,
	SOF2 = 0xc2,
	RST0 = 0xd0,
	RST7 = 0xd7,
	APP0 = 0xe0,
	APP14 = 0xee,
};

bool evidence_is_picture(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	if (len >= 3 && memcmp(p, "\xff\xd8\xff", 3) == 0)
		return true;
	if (len >= 8 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0)
		return true;
	return len >= 12 && memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0;
}

/* May a segment with this body stand in a bare picture? */
static bool may_stand(uint8_t code, const uint8_t *body, size_t len)
{
	switch (code) {
	case DQT:
	case DHT:
	case DRI:
	case SOS:
		return true;
	case APP0:
		return len == 14 && memcmp(body, "JFIF", 5) == 0;
	case APP14:
		return len == 12 && memcmp(body, "Adobe", 5) == 0;
	default:
		return code >= SOF0 && code <= SOF2;
	}
}

/* Behind the pixels of a scan: the next mark that is neither a stuffed byte nor a restart. len: there is none. */
static size_t behind_pixels(const uint8_t *p, size_t at, size_t len)
{
	for (; at + 1 < len; at++)
		if (p[at] == MARK && p[at + 1] != 0 && (p[at + 1] < RST0 || p[at + 1] > RST7))
			return at;
	return len;
}

bool evidence_jpeg_is_bare(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	bool frame = false, scan = false;
	size_t at = 2;

	if (len < 4 || p[0] != MARK || p[1] != SOI)
		return false;
	while (len - at >= 2) {
		uint8_t code = p[at + 1];
		size_t segment;

		if (p[at] != MARK)
			return false;
		if (code == EOI)
			return frame && scan && at + 2 == len;
		if (len - at < 4)
			return false;
		segment = (size_t)p[at + 2] << 8 | p[at + 3];
		if (segment < 2 || segment > len - at - 2 ||
			!may_stand(code, p + at + 4, segment - 2))
			return false;
		frame |= code >= SOF0 && code <= SOF2;
		scan |= code == SOS;
		at += 2 + segment;
		if (code == SOS)
			at = behind_pixels(p, at, len);
	}
	return false;
}
