/* Pictures made for the tests: with libgd where it can, segments and chunks by hand. */
#ifndef TEST_PICTURES_H
#define TEST_PICTURES_H

#include "tianlan/photo.h"

#include <gd.h>

enum made {
	MADE_JPEG,
	MADE_PROGRESSIVE,
	MADE_PNG,
	MADE_PNG_INTERLACED,
	MADE_WEBP,
	MADE_WEBP_LOSSLESS
};
enum { MADE_COUNT = MADE_WEBP_LOSSLESS + 1 };

/* Four fields of colour; corners names those of top left, top right, bottom left, bottom right by A red, B green, C blue,
 * D yellow. */
gdImagePtr picture_of_corners(int width, int height, const char *corners);
/* The corners of a picture, as letters; '?' for another colour. */
void corners_of(gdImagePtr im, char out[5]);
/* Noise that always is the same: it makes scans long. */
gdImagePtr picture_of_noise(int width, int height);
/* Destroys the image. */
void encode_into(struct buf *out, gdImagePtr im, enum made kind);

/* A TIFF block: Make, Orientation, GPS area and a maker note; the texts hold `secret`. orientation 0: no such entry. */
void exif_block(struct buf *out, bool big_endian, unsigned orientation, const char *secret);

/* Puts bytes at an offset of the buffer. */
void insert_at(struct buf *b, size_t at, const void *bytes, size_t len);
/* Behind a JPEG's SOI. */
void insert_segment(struct buf *jpeg, uint8_t marker, const void *body, size_t len);
/* Behind a PNG's IHDR. */
void insert_png_chunk(struct buf *png, const char *type, const void *body, size_t len);
void add_png_chunk(struct buf *png, const char *type, const void *body, size_t len);
/* Makes a WebP extended (flags as the specification says), and appends a chunk. */
void extend_webp(struct buf *webp, uint8_t flags, uint32_t width, uint32_t height);
void add_webp_chunk(struct buf *webp, const char *type, const void *body, size_t len);

bool holds(const struct buf *b, const char *text);
/* photo_reencode with the program's settings; the JPEG's size must be as reported. */
enum photo_status clean(const void *bytes, size_t len, struct buf *ret_jpeg);
/* The same, and the result decoded; NULL unless cleaned. */
gdImagePtr cleaned_picture(const struct buf *bytes);

#endif
