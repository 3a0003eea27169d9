/*
 * A picture as its bytes describe it, before any library has seen them: kind, size, what decoding will cost, where the
 * EXIF block lies, and a plain copy of the stream that holds only what a decoder needs. Profiles, comments, thumbnails,
 * maker notes and whatever follows the picture never reach a decoder, and nothing that a decoder is not given can be in
 * what it returns.
 */
#ifndef PHOTO_PICTURE_H
#define PHOTO_PICTURE_H

#include "tianlan/photo.h"

/* What fits beside the program, its libraries and the two copies of the input in the address space of photo_confine. */
#define PICTURE_MAX_MEMORY ((uint64_t)400 << 20)
#define PICTURE_MAX_SIDE 20000
#define PICTURE_MAX_PIXELS 50000000

enum picture_kind { PICTURE_JPEG, PICTURE_PNG, PICTURE_WEBP };

struct picture {
	enum picture_kind kind;
	uint32_t width, height; /* as declared; within the limits above */
	uint64_t memory;	/* bytes that decoding through libgd takes at its height */
	const uint8_t *exif;	/* the TIFF block, in the caller's bytes; NULL: none */
	size_t exif_len;
	bool plain_already; /* the bytes held nothing that the plain copy lacks */
	struct buf plain;   /* owned: picture_done */
};

/* PHOTO_CLEANED when the bytes are a whole picture within the limits; else why not. picture_done in either case. */
enum photo_status picture_read(const uint8_t *bytes, size_t len, struct picture *ret_picture);
void picture_done(struct picture *p);

/* One per format, called by picture_read; the first bytes have been recognised. */
enum photo_status jpeg_read(const uint8_t *bytes, size_t len, struct picture *p);
enum photo_status png_read(const uint8_t *bytes, size_t len, struct picture *p);
enum photo_status webp_read(const uint8_t *bytes, size_t len, struct picture *p);

/* DAMAGED for a side of 0, TOO_LARGE above the limits on sides and pixels. */
enum photo_status picture_check_size(uint32_t width, uint32_t height);

/* 1 to 8 as EXIF 2.3 numbers them; 1 when the block does not say. */
int exif_orientation(const uint8_t *tiff, size_t len);

static inline uint32_t be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static inline uint32_t le16(const uint8_t *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t le24(const uint8_t *p)
{
	return (uint32_t)p[2] << 16 | le16(p);
}

static inline uint32_t le32(const uint8_t *p)
{
	return le16(p + 2) << 16 | le16(p);
}

#endif
