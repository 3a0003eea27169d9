/*
 * A PNG stream (PNG 1.2, section 4) read chunk by chunk to IEND. Kept: the header, palette, transparency and image data;
 * so compressed text and profiles, which can unpack to any size, never reach the decoder. An animated PNG is its default
 * image. Refused: no IEND, a critical chunk that the specification does not know.
 */
#include "photo/picture.h"

#include <string.h>

enum { SIGNATURE_BYTES = 8, CHUNK_FRAME_BYTES = 12, HEADER_BYTES = 13 };

enum colour { GREY = 0, RGB = 2, INDEXED = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

static bool is(const uint8_t *type, const char *name)
{
	return memcmp(type, name, 4) == 0;
}

/* libgd unpacks the whole picture beside the one it makes: bytes per pixel of both. */
static unsigned bytes_per_pixel(unsigned colour)
{
	switch (colour) {
	case GREY:
	case INDEXED:
		return 1 + 1;
	case RGB:
		return 3 + 4;
	case GREY_ALPHA:
	case RGB_ALPHA:
		return 4 + 4;
	default:
		return 0;
	}
}

/* More image data than the rows hold (with their filter bytes, a tenth for a poor compressor, and 64 KiB) is there to
 * keep the decoder busy: it unpacks all of it, though nothing more is shown. */
static uint64_t most_data(const struct picture *p, const uint8_t *header)
{
	static const unsigned char samples[] = {
		[GREY] = 1, [RGB] = 3, [INDEXED] = 1, [GREY_ALPHA] = 2, [RGB_ALPHA] = 4};
	uint64_t row = (uint64_t)p->width * samples[header[9]] * header[8] / 8 + 2;
	uint64_t rows = row * p->height;
	return rows + rows / 10 + (64 << 10);
}

static enum photo_status read_header(const uint8_t *body, size_t len, struct picture *p)
{
	if (len != HEADER_BYTES || !bytes_per_pixel(body[9]))
		return PHOTO_DAMAGED;
	/* The specification ends at 2^31 - 1. */
	p->width = be32(body);
	p->height = be32(body + 4);
	p->memory = (uint64_t)p->width * p->height * bytes_per_pixel(body[9]);
	return picture_check_size(p->width, p->height);
}

/* One chunk, from its length to its check sum. */
static enum photo_status read_chunk(
	const uint8_t *chunk, size_t body_len, bool first, uint64_t *data_len, struct picture *p)
{
	const uint8_t *type = chunk + 4, *body = chunk + 8;
	enum photo_status status = PHOTO_CLEANED;
	bool keep = is(type, "PLTE") || is(type, "tRNS") || is(type, "IEND");
	if (first != is(type, "IHDR"))
		return PHOTO_DAMAGED;
	if (first) {
		keep = true;
		status = read_header(body, body_len, p);
	} else if (is(type, "IDAT")) {
		keep = true;
		*data_len += body_len;
	} else if (is(type, "eXIf") && !p->exif) {
		p->exif = body;
		p->exif_len = body_len;
	} else if (!keep && !(type[0] & 0x20)) {
		return PHOTO_DAMAGED;
	}
	if (keep)
		buf_add(&p->plain, chunk, body_len + CHUNK_FRAME_BYTES);
	return status;
}

enum photo_status png_read(const uint8_t *bytes, size_t len, struct picture *p)
{
	const uint8_t *header = bytes + SIGNATURE_BYTES + 8;
	uint64_t data_len = 0;
	p->kind = PICTURE_PNG;
	p->plain_already = false;
	buf_add(&p->plain, bytes, SIGNATURE_BYTES);
	for (size_t at = SIGNATURE_BYTES; len - at >= CHUNK_FRAME_BYTES;) {
		size_t body_len = be32(bytes + at);
		if (body_len > len - at - CHUNK_FRAME_BYTES)
			return PHOTO_DAMAGED;
		enum photo_status status =
			read_chunk(bytes + at, body_len, at == SIGNATURE_BYTES, &data_len, p);
		if (status)
			return status;
		if (is(bytes + at + 4, "IEND"))
			return data_len && data_len <= most_data(p, header) ? PHOTO_CLEANED
									    : PHOTO_DAMAGED;
		at += CHUNK_FRAME_BYTES + body_len;
	}
	return PHOTO_DAMAGED;
}
