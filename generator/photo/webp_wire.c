/*
 * A WebP file (the RIFF container of the WebP specification) read chunk by chunk. Kept: the one picture and its alpha
 * plane, in a container made anew. Dropped: profile, XMP, EXIF after a look at the orientation, unknown chunks, what
 * follows the container. An animation is no photo and is refused; so is a file shorter than its container says.
 */
#include "photo/picture.h"

#include <string.h>

enum {
	FILE_HEADER_BYTES = 12,
	CHUNK_HEADER_BYTES = 8,
	EXTENDED_BYTES = 10,
	FLAG_ANIMATION = 0x02,
	FLAG_ALPHA = 0x10
};

struct webp {
	const uint8_t *extended; /* bodies of chunks; NULL: none yet */
	const uint8_t *alpha;
	const uint8_t *image;
	size_t alpha_len, image_len;
	bool lossless;
};

static bool is(const uint8_t *chunk, const char *name)
{
	return memcmp(chunk, name, 4) == 0;
}

/* RFC 6386, section 9.1: a key frame, its start code, two sizes of 14 bits. */
static bool lossy_size(const struct webp *w, struct picture *p)
{
	const uint8_t *b = w->image;
	if (w->image_len < 10 || (b[0] & 1) || memcmp(b + 3, "\x9d\x01\x2a", 3) != 0)
		return false;
	p->width = le16(b + 6) & 0x3fff;
	p->height = le16(b + 8) & 0x3fff;
	return true;
}

/* WebP lossless, section 3: a signature byte, two sizes less one of 14 bits. */
static bool lossless_size(const struct webp *w, struct picture *p)
{
	const uint8_t *b = w->image;
	if (w->image_len < 5 || b[0] != 0x2f)
		return false;
	uint32_t bits = le32(b + 1);
	p->width = (bits & 0x3fff) + 1;
	p->height = (bits >> 14 & 0x3fff) + 1;
	return true;
}

/* The canvas of the extended header must be the picture's own size: only an animation's may differ. */
static enum photo_status check_sizes(const struct webp *w, struct picture *p)
{
	if (!w->image || !(w->lossless ? lossless_size(w, p) : lossy_size(w, p)))
		return PHOTO_DAMAGED;
	/* libgd unpacks beside the picture it makes; lossless data and alpha planes are held once more while they are
	 * being unpacked. */
	unsigned per_pixel = 4u + 4u + (w->lossless ? 4u : 0u) + (w->alpha ? 5u : 0u);
	p->memory = (uint64_t)p->width * p->height * per_pixel;
	if (w->extended &&
		(le24(w->extended + 4) + 1 != p->width || le24(w->extended + 7) + 1 != p->height))
		return PHOTO_DAMAGED;
	return picture_check_size(p->width, p->height);
}

static void add_chunk(struct buf *b, const char *name, const uint8_t *body, size_t len)
{
	const char size[4] = {
		(char)len, (char)(len >> 8), (char)(len >> 16), (char)((uint32_t)len >> 24)};
	buf_add(b, name, 4);
	buf_add(b, size, sizeof size);
	buf_add(b, body, len);
	if (len & 1)
		buf_char(b, '\0');
}

static void make_plain(const struct webp *w, struct picture *p)
{
	buf_add(&p->plain, "RIFF\0\0\0\0WEBP", FILE_HEADER_BYTES);
	if (w->alpha && !w->lossless) {
		uint8_t extended[EXTENDED_BYTES] = {FLAG_ALPHA};
		memcpy(extended + 4, w->extended + 4, 6);
		add_chunk(&p->plain, "VP8X", extended, sizeof extended);
		add_chunk(&p->plain, "ALPH", w->alpha, w->alpha_len);
	}
	add_chunk(&p->plain, w->lossless ? "VP8L" : "VP8 ", w->image, w->image_len);
	if (p->plain.overflow)
		return;
	size_t riff = p->plain.len - 8;
	for (unsigned i = 0; i < 4; i++)
		p->plain.data[4 + i] = (char)(riff >> (8 * i));
}

static enum photo_status read_extended(const uint8_t *body, size_t len, bool first, struct webp *w)
{
	if (!first || len < EXTENDED_BYTES)
		return PHOTO_DAMAGED;
	w->extended = body;
	if (body[0] & FLAG_ANIMATION)
		return PHOTO_NOT_A_PICTURE;
	return picture_check_size(le24(body + 4) + 1, le24(body + 7) + 1);
}

static enum photo_status read_chunk(
	const uint8_t *chunk, size_t len, bool first, struct webp *w, struct picture *p)
{
	const uint8_t *body = chunk + CHUNK_HEADER_BYTES;
	if (is(chunk, "VP8X"))
		return read_extended(body, len, first, w);
	if (is(chunk, "ANIM") || is(chunk, "ANMF"))
		return PHOTO_NOT_A_PICTURE;
	if (is(chunk, "VP8 ") || is(chunk, "VP8L")) {
		if (w->image)
			return PHOTO_DAMAGED;
		w->image = body;
		w->image_len = len;
		w->lossless = is(chunk, "VP8L");
	} else if (is(chunk, "ALPH") && w->extended && !w->alpha) {
		w->alpha = body;
		w->alpha_len = len;
	} else if (is(chunk, "EXIF") && !p->exif) {
		/* Some writers put the JPEG segment's prefix in front, though the container does not want it. */
		size_t prefix = len > 6 && memcmp(body, "Exif\0", 6) == 0 ? 6 : 0;
		p->exif = body + prefix;
		p->exif_len = len - prefix;
	}
	return PHOTO_CLEANED;
}

enum photo_status webp_read(const uint8_t *bytes, size_t len, struct picture *p)
{
	struct webp w = {0};
	size_t said = le32(bytes + 4);
	p->kind = PICTURE_WEBP;
	p->plain_already = false;
	if (said < 4 || said > len - 8)
		return PHOTO_DAMAGED;
	size_t end = said + 8;
	for (size_t at = FILE_HEADER_BYTES; end - at >= CHUNK_HEADER_BYTES;) {
		size_t body_len = le32(bytes + at + 4);
		if (body_len > end - at - CHUNK_HEADER_BYTES)
			return PHOTO_DAMAGED;
		enum photo_status status =
			read_chunk(bytes + at, body_len, at == FILE_HEADER_BYTES, &w, p);
		if (status)
			return status;
		at += CHUNK_HEADER_BYTES + body_len;
		at += (body_len & 1) && at < end;
	}
	enum photo_status status = check_sizes(&w, p);
	if (status == PHOTO_CLEANED)
		make_plain(&w, p);
	return status;
}
