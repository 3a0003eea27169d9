/* Pictures made for the tests. */
#include "pictures.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const int colours[4] = {0xe00000, 0x00c000, 0x0000e0, 0xe0e000};

gdImagePtr picture_of_corners(int width, int height, const char *corners)
{
	gdImagePtr im = gdImageCreateTrueColor(width, height);
	cr_assert_not_null(im);
	for (int i = 0; i < 4; i++) {
		int left = i % 2 ? width / 2 : 0, top = i / 2 ? height / 2 : 0;
		gdImageFilledRectangle(im, left, top, i % 2 ? width - 1 : width / 2 - 1,
			i / 2 ? height - 1 : height / 2 - 1, colours[corners[i] - 'A']);
	}
	return im;
}

static char letter_at(gdImagePtr im, int x, int y)
{
	int c = gdImageGetTrueColorPixel(im, x, y);
	for (int i = 0; i < 4; i++)
		if (abs(gdTrueColorGetRed(c) - gdTrueColorGetRed(colours[i])) < 48 &&
			abs(gdTrueColorGetGreen(c) - gdTrueColorGetGreen(colours[i])) < 48 &&
			abs(gdTrueColorGetBlue(c) - gdTrueColorGetBlue(colours[i])) < 48)
			return (char)('A' + i);
	return '?';
}

void corners_of(gdImagePtr im, char out[5])
{
	int x = gdImageSX(im), y = gdImageSY(im);
	for (int i = 0; i < 4; i++)
		out[i] =
			letter_at(im, i % 2 ? x - 1 - x / 8 : x / 8, i / 2 ? y - 1 - y / 8 : y / 8);
	out[4] = '\0';
}

gdImagePtr picture_of_noise(int width, int height)
{
	gdImagePtr im = gdImageCreateTrueColor(width, height);
	uint32_t seed = 1;
	cr_assert_not_null(im);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			seed = seed * 1664525u + 1013904223u;
			im->tpixels[y][x] = (int)(seed >> 8);
		}
	return im;
}

void encode_into(struct buf *out, gdImagePtr im, enum made kind)
{
	int len = 0;
	void *bytes = NULL;
	buf_init(out, (size_t)64 << 20);
	gdImageInterlace(im, kind == MADE_PROGRESSIVE || kind == MADE_PNG_INTERLACED);
	if (kind == MADE_JPEG || kind == MADE_PROGRESSIVE)
		bytes = gdImageJpegPtr(im, &len, 90);
	else if (kind == MADE_PNG || kind == MADE_PNG_INTERLACED)
		bytes = gdImagePngPtr(im, &len);
	else
		bytes = gdImageWebpPtrEx(im, &len, kind == MADE_WEBP ? 90 : gdWebpLossless);
	cr_assert_not_null(bytes);
	buf_add(out, bytes, (size_t)len);
	gdFree(bytes);
	gdImageDestroy(im);
}

static void put(struct buf *b, bool big, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_char(b, (char)(value >> 8 * (big ? bytes - 1 - i : i)));
}

static void entry(
	struct buf *b, bool big, uint32_t tag, uint32_t type, uint32_t count, uint32_t value)
{
	put(b, big, tag, 2);
	put(b, big, type, 2);
	put(b, big, count, 4);
	/* A short stands in the first two bytes of the field. */
	put(b, big, value, type == 3 ? 2 : 4);
	if (type == 3)
		put(b, big, 0, 2);
}

void exif_block(struct buf *out, bool big_endian, unsigned orientation, const char *secret)
{
	const uint32_t text = (uint32_t)strlen(secret) + 1, entries = orientation ? 4 : 3;
	const uint32_t zeroth = 8 + 2 + entries * 12 + 4, one = 2 + 12 + 4;
	const uint32_t exif = zeroth + text, gps = exif + one + text;
	buf_init(out, 65536);
	buf_str(out, big_endian ? "MM" : "II");
	put(out, big_endian, 42, 2);
	put(out, big_endian, 8, 4);
	put(out, big_endian, entries, 2);
	entry(out, big_endian, 0x010f, 2, text, zeroth);
	if (orientation)
		entry(out, big_endian, 0x0112, 3, 1, orientation);
	entry(out, big_endian, 0x8769, 4, 1, exif);
	entry(out, big_endian, 0x8825, 4, 1, gps);
	put(out, big_endian, 0, 4);
	buf_add(out, secret, text);
	put(out, big_endian, 1, 2);
	entry(out, big_endian, 0x927c, 7, text, exif + one);
	put(out, big_endian, 0, 4);
	buf_add(out, secret, text);
	put(out, big_endian, 1, 2);
	entry(out, big_endian, 0x001c, 7, text, gps + one);
	put(out, big_endian, 0, 4);
	buf_add(out, secret, text);
	cr_assert_not(out->overflow);
}

void insert_at(struct buf *b, size_t at, const void *bytes, size_t len)
{
	struct buf made;
	cr_assert_leq(at, b->len);
	buf_init(&made, b->max);
	buf_add(&made, b->data, at);
	buf_add(&made, bytes, len);
	buf_add(&made, b->data + at, b->len - at);
	cr_assert_not(made.overflow);
	buf_done(b);
	*b = made;
}

void insert_segment(struct buf *jpeg, uint8_t marker, const void *body, size_t len)
{
	const uint8_t head[] = {0xff, marker, (uint8_t)((len + 2) >> 8), (uint8_t)(len + 2)};
	insert_at(jpeg, 2, body, len);
	insert_at(jpeg, 2, head, sizeof head);
}

/* PNG 1.2, annex: the check sum over type and body. */
static uint32_t check_sum(const char *bytes, size_t len)
{
	uint32_t c = 0xffffffffu;
	for (size_t i = 0; i < len; i++) {
		c ^= (uint8_t)bytes[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
	}
	return ~c;
}

void add_png_chunk(struct buf *png, const char *type, const void *body, size_t len)
{
	put(png, true, (uint32_t)len, 4);
	size_t from = png->len;
	buf_str(png, type);
	buf_add(png, body, len);
	put(png, true, check_sum(png->data + from, png->len - from), 4);
}

void insert_png_chunk(struct buf *png, const char *type, const void *body, size_t len)
{
	struct buf chunk;
	buf_init(&chunk, len + 64);
	add_png_chunk(&chunk, type, body, len);
	insert_at(png, 8 + 25, chunk.data, chunk.len);
	buf_done(&chunk);
}

static void set_riff_size(struct buf *webp)
{
	for (unsigned i = 0; i < 4; i++)
		webp->data[4 + i] = (char)((webp->len - 8) >> 8 * i);
}

void extend_webp(struct buf *webp, uint8_t flags, uint32_t width, uint32_t height)
{
	struct buf chunk;
	buf_init(&chunk, 64);
	buf_str(&chunk, "VP8X");
	put(&chunk, false, 10, 4);
	put(&chunk, false, flags, 4);
	put(&chunk, false, width - 1, 3);
	put(&chunk, false, height - 1, 3);
	insert_at(webp, 12, chunk.data, chunk.len);
	set_riff_size(webp);
	buf_done(&chunk);
}

void add_webp_chunk(struct buf *webp, const char *type, const void *body, size_t len)
{
	buf_str(webp, type);
	put(webp, false, (uint32_t)len, 4);
	buf_add(webp, body, len);
	if (len % 2)
		buf_char(webp, '\0');
	set_riff_size(webp);
}

bool holds(const struct buf *b, const char *text)
{
	return b->len && memmem(b->data, b->len, text, strlen(text));
}

enum photo_status clean(const void *bytes, size_t len, struct buf *ret_jpeg)
{
	uint32_t width = 7777, height = 7777, found_width = 0, found_height = 0;
	enum photo_status status =
		photo_reencode(bytes, len, PHOTO_MAX_SIDE, 82, ret_jpeg, &width, &height);
	if (status) {
		cr_assert_eq(ret_jpeg->len, 0, "nothing is left of a picture that was refused");
		cr_assert(width == 7777 && height == 7777);
		return status;
	}
	cr_assert(photo_jpeg_size(ret_jpeg->data, ret_jpeg->len, &found_width, &found_height),
		"the result is pixels alone");
	cr_assert(found_width == width && found_height == height);
	cr_assert(width >= 1 && height >= 1 && width <= PHOTO_MAX_SIDE && height <= PHOTO_MAX_SIDE);
	return status;
}

gdImagePtr cleaned_picture(const struct buf *bytes)
{
	struct buf jpeg;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	gdImagePtr im = NULL;
	if (clean(bytes->data, bytes->len, &jpeg) == PHOTO_CLEANED) {
		im = gdImageCreateFromJpegPtr((int)jpeg.len, jpeg.data);
		cr_assert_not_null(im);
	}
	buf_done(&jpeg);
	return im;
}
