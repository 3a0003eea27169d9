/*
 * A JPEG stream (ITU T.81, annex B) read marker by marker to its end. Kept: tables, frame, scans, and the two
 * application segments that say how colours are meant (JFIF, Adobe), both made anew. Dropped: every other application
 * segment, comments, bytes between segments and after the end. Refused: no end marker, a second frame, the processes
 * that cameras do not write (lossless, hierarchical, arithmetic, 12 bits), a height given later.
 */
#include "photo/picture.h"

#include <string.h>

enum {
	TEM = 0x01,
	SOF0 = 0xc0, /* baseline */
	SOF2 = 0xc2, /* progressive */
	DHT = 0xc4,
	RST0 = 0xd0,
	RST7 = 0xd7,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DRI = 0xdd,
	APP0 = 0xe0,
	APP1 = 0xe1,
	APP14 = 0xee,
	APP15 = 0xef,
	COM = 0xfe,
	/* A progressive picture has about ten; each costs a pass over all coefficients. */
	MAX_SCANS = 100,
};

/* Version 1.01, no unit, pixels square, no thumbnail: the same in every stream made here. */
static const uint8_t jfif[] = {0xff, APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0};

struct jpeg {
	const uint8_t *bytes;
	size_t len, at;
	struct picture *picture;
	unsigned components;
	unsigned sampling[4]; /* horizontal times vertical, by component */
	unsigned h_max, v_max;
	bool progressive, several_scans;
	unsigned scans;
};

/* The next marker's code, with `at` behind it; 0 at the end of the bytes. */
static uint8_t next_marker(struct jpeg *j)
{
	for (;;) {
		const uint8_t *ff = memchr(j->bytes + j->at, 0xff, j->len - j->at);
		if (!ff)
			return 0;
		if (ff != j->bytes + j->at)
			j->picture->plain_already = false;
		j->at = (size_t)(ff - j->bytes);
		size_t began = j->at;
		while (j->at < j->len && j->bytes[j->at] == 0xff)
			j->at++;
		if (j->at == j->len)
			return 0;
		uint8_t code = j->bytes[j->at++];
		if (j->at - began != 2)
			j->picture->plain_already = false;
		if (code != 0 && code != TEM && (code < RST0 || code > RST7))
			return code;
		j->picture->plain_already = false;
	}
}

/* What the coefficients take when they must all be held: two bytes each, by how densely each component is sampled. */
static uint64_t coefficient_bytes(const struct jpeg *j)
{
	uint64_t sum = 0, pixels = (uint64_t)j->picture->width * j->picture->height;
	for (unsigned i = 0; i < j->components; i++)
		sum += j->sampling[i];
	return pixels * 2 * sum / (j->h_max * j->v_max);
}

static enum photo_status read_frame(struct jpeg *j, const uint8_t *body, size_t len)
{
	if (j->components || len < 6 || body[0] != 8)
		return PHOTO_DAMAGED;
	j->picture->height = be16(body + 1);
	j->picture->width = be16(body + 3);
	j->components = body[5];
	if ((j->components != 1 && j->components != 3 && j->components != 4) ||
		len != 6 + 3 * (size_t)j->components)
		return PHOTO_DAMAGED;
	for (unsigned i = 0; i < j->components; i++) {
		unsigned h = body[7 + 3 * i] >> 4, v = body[7 + 3 * i] & 15u;
		if (h < 1 || h > 4 || v < 1 || v > 4)
			return PHOTO_DAMAGED;
		j->sampling[i] = h * v;
		j->h_max = h > j->h_max ? h : j->h_max;
		j->v_max = v > j->v_max ? v : j->v_max;
	}
	return picture_check_size(j->picture->width, j->picture->height);
}

/* The coded data behind a scan's header, up to the marker that ends it. False: the bytes end first. */
static bool copy_scan_data(struct jpeg *j)
{
	size_t began = j->at;
	for (;;) {
		const uint8_t *ff = memchr(j->bytes + j->at, 0xff, j->len - j->at);
		if (!ff)
			return false;
		j->at = (size_t)(ff - j->bytes);
		size_t behind = j->at;
		while (behind < j->len && j->bytes[behind] == 0xff)
			behind++;
		if (behind == j->len)
			return false;
		uint8_t code = j->bytes[behind];
		if (code != 0 && (code < RST0 || code > RST7))
			break;
		j->at = behind + 1;
	}
	buf_add(&j->picture->plain, j->bytes + began, j->at - began);
	return true;
}

static enum photo_status read_scan(struct jpeg *j, const uint8_t *body, size_t len)
{
	if (!j->components || len < 4 || body[0] < 1 || body[0] > j->components)
		return PHOTO_DAMAGED;
	if (++j->scans > MAX_SCANS)
		return PHOTO_DAMAGED;
	if (j->scans == 1)
		j->several_scans = j->progressive || body[0] < j->components;
	buf_add(&j->picture->plain, body - 4, len + 4);
	return copy_scan_data(j) ? PHOTO_CLEANED : PHOTO_DAMAGED;
}

/* EXIF is looked at for the orientation; JFIF and Adobe are written anew; the rest is left behind. */
static void read_application(struct jpeg *j, uint8_t code, const uint8_t *body, size_t len)
{
	struct picture *p = j->picture;
	if (code == APP0 && len >= 14 && memcmp(body, "JFIF", 5) == 0) {
		buf_add(&p->plain, jfif, sizeof jfif);
		if (len + 4 == sizeof jfif && memcmp(body - 4, jfif, sizeof jfif) == 0)
			return;
	} else if (code == APP14 && len >= 12 && memcmp(body, "Adobe", 5) == 0) {
		const uint8_t adobe[] = {
			0xff, APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, body[11]};
		buf_add(&p->plain, adobe, sizeof adobe);
	} else if (code == APP1 && !p->exif && len > 6 && memcmp(body, "Exif\0", 6) == 0) {
		p->exif = body + 6;
		p->exif_len = len - 6;
	}
	p->plain_already = false;
}

static enum photo_status read_segment(struct jpeg *j, uint8_t code, const uint8_t *body, size_t len)
{
	switch (code) {
	case SOF2:
		j->progressive = true;
		/* fall through */
	case SOF0:
	case SOF0 + 1:
		buf_add(&j->picture->plain, body - 4, len + 4);
		return read_frame(j, body, len);
	case DHT:
	case DQT:
	case DRI:
		buf_add(&j->picture->plain, body - 4, len + 4);
		return PHOTO_CLEANED;
	case SOS:
		return read_scan(j, body, len);
	case COM:
		j->picture->plain_already = false;
		return PHOTO_CLEANED;
	default:
		if (code < APP0 || code > APP15)
			return PHOTO_DAMAGED;
		read_application(j, code, body, len);
		return PHOTO_CLEANED;
	}
}

static enum photo_status read_end(struct jpeg *j)
{
	struct picture *p = j->picture;
	if (!j->scans)
		return PHOTO_DAMAGED;
	p->memory = (uint64_t)p->width * p->height * 4;
	if (j->several_scans)
		p->memory += coefficient_bytes(j);
	if (j->at != j->len)
		p->plain_already = false;
	buf_add(&p->plain, "\xff\xd9", 2);
	return PHOTO_CLEANED;
}

enum photo_status jpeg_read(const uint8_t *bytes, size_t len, struct picture *p)
{
	struct jpeg j = {.bytes = bytes, .len = len, .at = 2, .picture = p};
	p->kind = PICTURE_JPEG;
	buf_add(&p->plain, "\xff\xd8", 2);
	for (;;) {
		uint8_t code = next_marker(&j);
		if (code == EOI)
			return read_end(&j);
		if (code == 0 || len - j.at < 2)
			return PHOTO_DAMAGED;
		size_t segment = be16(bytes + j.at);
		if (segment < 2 || segment > len - j.at)
			return PHOTO_DAMAGED;
		const uint8_t *body = bytes + j.at + 2;
		j.at += segment;
		enum photo_status status = read_segment(&j, code, body, segment - 2);
		if (status)
			return status;
	}
}

bool photo_jpeg_size(const void *bytes, size_t len, uint32_t *ret_width, uint32_t *ret_height)
{
	struct picture p;
	bool plain = picture_read(bytes, len, &p) == PHOTO_CLEANED && p.kind == PICTURE_JPEG &&
		     p.plain_already;
	if (plain) {
		*ret_width = p.width;
		*ret_height = p.height;
	}
	picture_done(&p);
	return plain;
}
