/* What is seen: upright, no larger than it may be, the mean of what was there, white behind. */
#include "pictures.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* EXIF 2.3, 4.6.4 A: where the 0th row and column of the stored picture lie in the one that is seen. The corners of each
 * stored picture that is seen as ABCD. */
static const char *const stored[9] = {
	[1] = "ABCD", /* top, left */
	[2] = "BADC", /* top, right */
	[3] = "DCBA", /* bottom, right */
	[4] = "CDAB", /* bottom, left */
	[5] = "ACBD", /* left, top */
	[6] = "BDAC", /* right, top */
	[7] = "DBCA", /* right, bottom */
	[8] = "CADB", /* left, bottom */
};

static void add_exif(struct buf *picture, enum made kind, const struct buf *block, uint32_t width,
	uint32_t height)
{
	if (kind == MADE_PNG || kind == MADE_PNG_INTERLACED) {
		insert_png_chunk(picture, "eXIf", block->data, block->len);
	} else if (kind == MADE_WEBP || kind == MADE_WEBP_LOSSLESS) {
		extend_webp(picture, 0x08, width, height);
		add_webp_chunk(picture, "EXIF", block->data, block->len);
	} else {
		struct buf body;
		buf_init(&body, 65536);
		buf_add(&body, "Exif\0", 6);
		buf_add(&body, block->data, block->len);
		insert_segment(picture, 0xe1, body.data, body.len);
		buf_done(&body);
	}
}

static void check_seen(
	enum made kind, bool big_endian, unsigned orientation, const char *corners, bool lying)
{
	struct buf picture, block;
	const int width = lying ? 64 : 128, height = lying ? 128 : 64;
	char seen[5];
	encode_into(&picture, picture_of_corners(width, height, corners), kind);
	exif_block(&block, big_endian, orientation, "x");
	add_exif(&picture, kind, &block, (uint32_t)width, (uint32_t)height);
	gdImagePtr im = cleaned_picture(&picture);
	cr_assert_not_null(im, "kind %d, orientation %u", kind, orientation);
	corners_of(im, seen);
	cr_assert_str_eq(seen, "ABCD", "kind %d, orientation %u: %s", kind, orientation, seen);
	cr_assert(gdImageSX(im) == 128 && gdImageSY(im) == 64, "kind %d, orientation %u", kind,
		orientation);
	gdImageDestroy(im);
	buf_done(&picture);
	buf_done(&block);
}

Test(photo_pixels, every_orientation_of_every_format_is_turned_upright)
{
	for (unsigned kind = 0; kind < MADE_COUNT; kind++)
		for (unsigned orientation = 1; orientation <= 8; orientation++)
			for (int big = 0; big < 2; big++)
				check_seen(kind, big, orientation, stored[orientation],
					orientation >= 5);
}

Test(photo_pixels, an_orientation_that_is_none_leaves_the_picture_as_it_is)
{
	static const unsigned none[] = {0, 9, 255, 65535};
	for (size_t i = 0; i < COUNT_OF(none); i++)
		check_seen(MADE_JPEG, false, none[i], "ABCD", false);
}

Test(photo_pixels, a_broken_exif_block_leaves_the_picture_as_it_is)
{
	struct buf block;
	exif_block(&block, false, 6, "secret");
	for (size_t len = 0; len < block.len; len += 3) {
		struct buf picture, cut;
		char seen[5];
		buf_init(&cut, 65536);
		buf_add(&cut, block.data, len);
		encode_into(&picture, picture_of_corners(128, 64, "ABCD"), MADE_JPEG);
		add_exif(&picture, MADE_JPEG, &cut, 128, 64);
		gdImagePtr im = cleaned_picture(&picture);
		cr_assert_not_null(im);
		/* Past the entry itself, the block may serve. */
		corners_of(im, seen);
		cr_assert(str_eq(seen, "ABCD") || (len >= 34 && str_eq(seen, "CADB")), "%zu: %s",
			len, seen);
		gdImageDestroy(im);
		buf_done(&picture);
		buf_done(&cut);
	}
	buf_done(&block);
}

Test(photo_pixels, the_first_exif_block_decides)
{
	struct buf picture, first, second;
	char seen[5];
	exif_block(&first, false, 3, "x");
	exif_block(&second, true, 6, "x");
	encode_into(&picture, picture_of_corners(128, 64, "DCBA"), MADE_JPEG);
	add_exif(&picture, MADE_JPEG, &second, 0, 0);
	add_exif(&picture, MADE_JPEG, &first, 0, 0); /* each is put in front */
	gdImagePtr im = cleaned_picture(&picture);
	corners_of(im, seen);
	cr_assert_str_eq(seen, "ABCD");
	gdImageDestroy(im);
	buf_done(&picture);
	buf_done(&first);
	buf_done(&second);
}

Test(photo_pixels, sides_shrink_in_proportion_and_never_grow)
{
	static const struct {
		int width, height, wanted_width, wanted_height;
	} rows[] = {
		{1, 1, 1, 1},
		{10, 10, 10, 10},
		{2048, 2048, 2048, 2048},
		{2049, 10, 2048, 10},
		{4096, 1024, 2048, 512},
		{1024, 4096, 512, 2048},
		{3000, 2000, 2048, 1365},
		{20000, 1, 2048, 1},
		{1, 20000, 1, 2048},
		{20000, 5, 2048, 1},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf picture;
		gdImagePtr made = gdImageCreateTrueColor(rows[i].width, rows[i].height);
		gdImageFilledRectangle(made, 0, 0, rows[i].width - 1, rows[i].height - 1, 0x808080);
		encode_into(&picture, made, MADE_PNG);
		gdImagePtr im = cleaned_picture(&picture);
		cr_assert_not_null(im, "row %zu", i);
		cr_assert(gdImageSX(im) == rows[i].wanted_width &&
				  gdImageSY(im) == rows[i].wanted_height,
			"row %zu: %d x %d", i, gdImageSX(im), gdImageSY(im));
		/* A picture of one grey stays that grey in every pixel: the weights of each sum up to the whole. */
		for (int y = 0; y < gdImageSY(im); y += 7)
			for (int x = 0; x < gdImageSX(im); x++)
				cr_assert_eq(gdImageGetPixel(im, x, y), 0x808080,
					"row %zu at %d %d", i, x, y);
		gdImageDestroy(im);
		buf_done(&picture);
	}
}

Test(photo_pixels, another_largest_side_is_kept_to)
{
	struct buf picture, jpeg;
	uint32_t width, height;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	encode_into(&picture, picture_of_corners(300, 200, "ABCD"), MADE_PNG);
	cr_assert_eq(photo_reencode(picture.data, picture.len, 30, 82, &jpeg, &width, &height),
		PHOTO_CLEANED);
	cr_assert(width == 30 && height == 20);
	buf_done(&picture);
	buf_done(&jpeg);
}

/* A half-and-half checkerboard shrunk to half is even grey: each new pixel is the mean of four. */
Test(photo_pixels, a_shrunk_pixel_is_the_mean_of_its_area)
{
	struct buf picture, jpeg;
	uint32_t width, height;
	gdImagePtr made = gdImageCreateTrueColor(128, 128);
	for (int y = 0; y < 128; y++)
		for (int x = 0; x < 128; x++)
			made->tpixels[y][x] = (x + y) % 2 ? 0xffffff : 0;
	encode_into(&picture, made, MADE_PNG);
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	cr_assert_eq(photo_reencode(picture.data, picture.len, 64, 95, &jpeg, &width, &height),
		PHOTO_CLEANED);
	gdImagePtr im = gdImageCreateFromJpegPtr((int)jpeg.len, jpeg.data);
	for (int y = 0; y < 64; y++)
		for (int x = 0; x < 64; x++)
			cr_assert_lt(abs(gdTrueColorGetRed(gdImageGetPixel(im, x, y)) - 128), 3);
	gdImageDestroy(im);
	buf_done(&picture);
	buf_done(&jpeg);
}

static int grey_of(gdImagePtr made, enum made kind)
{
	struct buf picture;
	encode_into(&picture, made, kind);
	gdImagePtr im = cleaned_picture(&picture);
	cr_assert_not_null(im);
	int c = gdImageGetPixel(im, gdImageSX(im) / 2, gdImageSY(im) / 2);
	cr_assert_lt(abs(gdTrueColorGetRed(c) - gdTrueColorGetBlue(c)), 4);
	gdImageDestroy(im);
	buf_done(&picture);
	return gdTrueColorGetGreen(c);
}

static gdImagePtr black_with_alpha(int alpha)
{
	gdImagePtr im = gdImageCreateTrueColor(32, 32);
	gdImageAlphaBlending(im, 0);
	gdImageSaveAlpha(im, 1);
	gdImageFilledRectangle(im, 0, 0, 31, 31, gdTrueColorAlpha(0, 0, 0, alpha));
	return im;
}

Test(photo_pixels, what_lets_through_is_laid_over_white)
{
	static const enum made kinds[] = {
		MADE_PNG, MADE_PNG_INTERLACED, MADE_WEBP, MADE_WEBP_LOSSLESS};
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		cr_assert_gt(grey_of(black_with_alpha(127), kinds[i]), 250, "row %zu", i);
		cr_assert_lt(abs(grey_of(black_with_alpha(64), kinds[i]) - 128), 5, "row %zu", i);
		cr_assert_lt(grey_of(black_with_alpha(0), kinds[i]), 5, "row %zu", i);
	}
}

Test(photo_pixels, a_transparent_colour_becomes_white)
{
	gdImagePtr palette = gdImageCreate(32, 32);
	int clear = gdImageColorAllocate(palette, 10, 20, 30);
	gdImageColorTransparent(palette, clear);
	cr_assert_gt(grey_of(palette, MADE_PNG), 250, "of a palette");
	gdImagePtr colours = gdImageCreateTrueColor(32, 32);
	gdImageColorTransparent(colours, 0);
	cr_assert_gt(grey_of(colours, MADE_PNG), 250, "of true colours");
	gdImagePtr solid = gdImageCreate(32, 32);
	gdImageColorAllocate(solid, 60, 60, 60);
	cr_assert_lt(abs(grey_of(solid, MADE_PNG) - 60), 4, "of a palette without one");
}
