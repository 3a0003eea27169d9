/* Judged by what the header says, before memory is asked for; and the statuses as they are told. */
#include "photo/picture.h"
#include "pictures.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* None of these may get as far as a decoder: a hundred mebibytes are far from enough for any. */
static void little_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__)
	struct rlimit small = {(rlim_t)160 << 20, (rlim_t)160 << 20};
	cr_assert_eq(setrlimit(RLIMIT_AS, &small), 0);
#endif
}

TestSuite(photo_limits, .init = little_memory);

static enum photo_status png_status(uint32_t width, uint32_t height, uint8_t depth, uint8_t colour)
{
	struct buf png, jpeg;
	const uint8_t header[13] = {(uint8_t)(width >> 24), (uint8_t)(width >> 16),
		(uint8_t)(width >> 8), (uint8_t)width, (uint8_t)(height >> 24),
		(uint8_t)(height >> 16), (uint8_t)(height >> 8), (uint8_t)height, depth, colour};
	buf_init(&png, 4096);
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	buf_add(&png, "\x89PNG\r\n\x1a\n", 8);
	add_png_chunk(&png, "IHDR", header, sizeof header);
	add_png_chunk(&png, "IDAT", "\x78\x9c\x63\0\0\0\1\0\1", 9);
	add_png_chunk(&png, "IEND", "", 0);
	enum photo_status status = clean(png.data, png.len, &jpeg);
	buf_done(&png);
	buf_done(&jpeg);
	return status;
}

Test(photo_limits, of_a_png)
{
	static const struct {
		uint32_t width, height;
		uint8_t depth, colour;
		enum photo_status wanted;
	} rows[] = {
		{30000, 30000, 8, 6, PHOTO_TOO_LARGE}, {20001, 1, 8, 6, PHOTO_TOO_LARGE},
		{1, 20001, 8, 6, PHOTO_TOO_LARGE}, {0x7fffffff, 0x7fffffff, 1, 0, PHOTO_TOO_LARGE},
		{0xffffffff, 1, 1, 0, PHOTO_TOO_LARGE}, {10000, 5001, 8, 2, PHOTO_TOO_LARGE},
		{0, 1, 8, 6, PHOTO_DAMAGED}, {1, 0, 8, 6, PHOTO_DAMAGED},
		{1, 1, 8, 1, PHOTO_DAMAGED}, {1, 1, 8, 7, PHOTO_DAMAGED},
		{1, 1, 3, 0, PHOTO_DAMAGED}, {100, 100, 8, 6, PHOTO_DAMAGED}, /* too little data */
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum photo_status status =
			png_status(rows[i].width, rows[i].height, rows[i].depth, rows[i].colour);
		cr_assert_eq(status, rows[i].wanted, "row %zu: %d", i, status);
	}
}

/* One pixel, and image data without end behind it. */
Test(photo_limits, more_image_data_than_a_png_can_hold_is_refused)
{
	struct buf png, jpeg;
	char *bomb = mem_zero(1 << 20, 1);
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	encode_into(&png, picture_of_corners(2, 2, "ABCD"), MADE_PNG);
	cr_assert_eq(clean(png.data, png.len, &jpeg), PHOTO_CLEANED);
	insert_at(&png, png.len - 12, "", 0);
	png.len -= 12;
	add_png_chunk(&png, "IDAT", bomb, 1 << 20);
	add_png_chunk(&png, "IEND", "", 0);
	cr_assert_eq(clean(png.data, png.len, &jpeg), PHOTO_DAMAGED);
	free(bomb);
	buf_done(&png);
	buf_done(&jpeg);
}

Test(photo_limits, an_unknown_critical_chunk_is_refused)
{
	struct buf png, jpeg;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	encode_into(&png, picture_of_corners(16, 16, "ABCD"), MADE_PNG);
	insert_png_chunk(&png, "CgBI", "\0\0\0\0", 4);
	cr_assert_eq(clean(png.data, png.len, &jpeg), PHOTO_DAMAGED);
	buf_done(&png);
	buf_done(&jpeg);
}

/* A frame of one sampling for the first component and 1 x 1 for the others, `scans` empty scans, an end. */
static enum photo_status jpeg_status(uint8_t process, unsigned width, unsigned height,
	uint8_t components, uint8_t sampling, unsigned scans)
{
	struct buf b;
	struct picture p;
	const uint8_t frame[] = {0xff, process, 0, (uint8_t)(8 + 3 * components), 8,
		(uint8_t)(height >> 8), (uint8_t)height, (uint8_t)(width >> 8), (uint8_t)width,
		components};
	const uint8_t scan[] = {0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0x55};
	buf_init(&b, 65536);
	buf_add(&b, "\xff\xd8", 2);
	buf_add(&b, frame, sizeof frame);
	for (uint8_t i = 0; i < components; i++) {
		const uint8_t component[] = {(uint8_t)(i + 1), i ? 0x11 : sampling, 0};
		buf_add(&b, component, 3);
	}
	for (unsigned i = 0; i < scans; i++)
		buf_add(&b, scan, sizeof scan);
	buf_add(&b, "\xff\xd9", 2);
	enum photo_status status = picture_read((const uint8_t *)b.data, b.len, &p);
	picture_done(&p);
	buf_done(&b);
	return status;
}

Test(photo_limits, of_a_jpeg)
{
	static const struct {
		uint8_t process;
		unsigned width, height;
		uint8_t components, sampling;
		unsigned scans;
		enum photo_status wanted;
	} rows[] = {
		{0xc0, 8000, 6000, 3, 0x22, 3, PHOTO_CLEANED},
		{0xc2, 8000, 6000, 3, 0x22, 10, PHOTO_CLEANED},
		{0xc2, 10000, 5000, 3, 0x22, 10, PHOTO_CLEANED},
		{0xc1, 100, 100, 1, 0x11, 1, PHOTO_CLEANED},
		{0xc0, 65535, 65535, 3, 0x22, 1, PHOTO_TOO_LARGE},
		{0xc0, 65535, 65535, 3, 0x22, 0, PHOTO_TOO_LARGE},
		{0xc0, 20001, 10, 3, 0x22, 1, PHOTO_TOO_LARGE},
		{0xc0, 10000, 5001, 3, 0x22, 1, PHOTO_TOO_LARGE},
		{0xc2, 8000, 6000, 3, 0x11, 10, PHOTO_TOO_LARGE}, /* its coefficients do not fit */
		{0xc0, 8000, 6000, 4, 0x11, 4, PHOTO_TOO_LARGE},
		{0xc0, 0, 100, 3, 0x22, 1, PHOTO_DAMAGED},
		{0xc0, 100, 0, 3, 0x22, 1, PHOTO_DAMAGED}, /* a height given later */
		{0xc0, 100, 100, 0, 0x22, 1, PHOTO_DAMAGED},
		{0xc0, 100, 100, 2, 0x22, 1, PHOTO_DAMAGED},
		{0xc0, 100, 100, 5, 0x22, 1, PHOTO_DAMAGED},
		{0xc0, 100, 100, 3, 0x00, 1, PHOTO_DAMAGED},
		{0xc0, 100, 100, 3, 0x51, 1, PHOTO_DAMAGED},
		{0xc0, 100, 100, 3, 0x22, 0, PHOTO_DAMAGED},
		{0xc2, 100, 100, 3, 0x22, 100, PHOTO_CLEANED},
		{0xc2, 100, 100, 3, 0x22, 101, PHOTO_DAMAGED},
		{0xc3, 100, 100, 3, 0x22, 1, PHOTO_DAMAGED}, /* lossless */
		{0xc5, 100, 100, 3, 0x22, 1, PHOTO_DAMAGED}, /* hierarchical */
		{0xc9, 100, 100, 3, 0x22, 1, PHOTO_DAMAGED}, /* arithmetic */
		{0xde, 100, 100, 3, 0x22, 1, PHOTO_DAMAGED},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum photo_status status = jpeg_status(rows[i].process, rows[i].width,
			rows[i].height, rows[i].components, rows[i].sampling, rows[i].scans);
		cr_assert_eq(status, rows[i].wanted, "row %zu: %d", i, status);
	}
}

Test(photo_limits, a_second_frame_is_refused)
{
	struct buf picture, jpeg;
	encode_into(&picture, picture_of_corners(16, 16, "ABCD"), MADE_JPEG);
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	insert_segment(&picture, 0xc0, "\10\0\20\0\20\1\1\21\0", 9);
	cr_assert_eq(clean(picture.data, picture.len, &jpeg), PHOTO_DAMAGED);
	buf_done(&picture);
	buf_done(&jpeg);
}

static enum photo_status webp_status(
	uint8_t flags, uint32_t width, uint32_t height, const char *extra)
{
	struct buf webp, jpeg;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	encode_into(&webp, picture_of_corners(32, 16, "ABCD"), MADE_WEBP);
	extend_webp(&webp, flags, width, height);
	if (extra)
		add_webp_chunk(&webp, extra, "\0\0\0\0\0\0", 6);
	enum photo_status status = clean(webp.data, webp.len, &jpeg);
	buf_done(&webp);
	buf_done(&jpeg);
	return status;
}

Test(photo_limits, of_a_webp)
{
	cr_assert_eq(webp_status(0, 32, 16, NULL), PHOTO_CLEANED);
	cr_assert_eq(webp_status(0, 16777216, 16777216, NULL), PHOTO_TOO_LARGE);
	cr_assert_eq(webp_status(0, 20001, 1, NULL), PHOTO_TOO_LARGE);
	cr_assert_eq(webp_status(0, 32, 17, NULL), PHOTO_DAMAGED, "a canvas of another size");
	cr_assert_eq(webp_status(0x02, 32, 16, NULL), PHOTO_NOT_A_PICTURE, "an animation");
	cr_assert_eq(webp_status(0, 32, 16, "ANMF"), PHOTO_NOT_A_PICTURE);
	cr_assert_eq(webp_status(0, 32, 16, "VP8 "), PHOTO_DAMAGED, "two pictures");
	/* 16383 x 16383, as its own header says. */
	static const uint8_t lossy[] =
		"RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0\x10\0\0\x9d\x01\x2a\xff\x3f\xff\x3f";
	static const uint8_t lossless[] = "RIFF\x12\0\0\0WEBPVP8L\5\0\0\0\x2f\xff\xff\xff\x0f\0";
	struct buf jpeg;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	cr_assert_eq(clean(lossy, sizeof lossy - 1, &jpeg), PHOTO_TOO_LARGE);
	cr_assert_eq(clean(lossless, sizeof lossless - 1, &jpeg), PHOTO_TOO_LARGE);
	buf_done(&jpeg);
}

Test(photo_limits, a_size_is_told_of_clean_jpegs_alone)
{
	struct buf picture, jpeg, changed;
	uint32_t width = 0, height = 0;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	encode_into(&picture, picture_of_corners(48, 32, "ABCD"), MADE_PNG);
	cr_assert_not(photo_jpeg_size(picture.data, picture.len, &width, &height), "a PNG");
	cr_assert_eq(clean(picture.data, picture.len, &jpeg), PHOTO_CLEANED);
	cr_assert(photo_jpeg_size(jpeg.data, jpeg.len, &width, &height) && width == 48 &&
		  height == 32);
	for (size_t len = 0; len < jpeg.len; len++)
		cr_assert_not(photo_jpeg_size(jpeg.data, len, &width, &height), "cut at %zu", len);
	static const struct {
		uint8_t marker;
		const char *body;
		size_t len;
	} added[] = {{0xfe, "x", 1}, {0xe1, "Exif\0\0MM", 8}, {0xe2, "ICC_PROFILE\0", 12},
		{0xed, "", 0}, {0xe0, "JFIF\0\1\2\0\0\1\0\1\0\0", 14},
		{0xee, "Adobe\0\144\0\0\0\0\1", 12}};
	for (size_t i = 0; i < COUNT_OF(added); i++) {
		buf_init(&changed, PHOTO_MAX_BYTES);
		buf_add(&changed, jpeg.data, jpeg.len);
		insert_segment(&changed, added[i].marker, added[i].body, added[i].len);
		cr_assert_not(
			photo_jpeg_size(changed.data, changed.len, &width, &height), "row %zu", i);
		buf_done(&changed);
	}
	static const struct {
		int from_end;
		const char *bytes;
		size_t len;
	} put[] = {{0, "x", 1}, {0, "\0", 1}, {2, "\xff", 1}, {2, "\xff\1", 2}};
	for (size_t i = 0; i < COUNT_OF(put); i++) {
		buf_init(&changed, PHOTO_MAX_BYTES);
		buf_add(&changed, jpeg.data, jpeg.len);
		insert_at(
			&changed, changed.len - (size_t)put[i].from_end, put[i].bytes, put[i].len);
		cr_assert_not(
			photo_jpeg_size(changed.data, changed.len, &width, &height), "row %zu", i);
		buf_done(&changed);
	}
	insert_at(&jpeg, 2, "x", 1);
	cr_assert_not(
		photo_jpeg_size(jpeg.data, jpeg.len, &width, &height), "a byte between segments");
	buf_done(&picture);
	buf_done(&jpeg);
}

Test(photo_limits, each_status_has_its_sentence_in_both_languages)
{
	static const int statuses[] = {PHOTO_CLEANED, PHOTO_NOT_A_PICTURE, PHOTO_DAMAGED,
		PHOTO_TOO_LARGE, PHOTO_TOO_HEAVY, PHOTO_EMPTY, PHOTO_FAILED};
	const char *said[2 * COUNT_OF(statuses)];
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		base_lang_set(i % 2 ? LANG_EN : LANG_ZH);
		said[i] = photo_status_text(statuses[i / 2]);
		cr_assert_gt(strlen(said[i]), 10);
		for (size_t k = 0; k < i; k++)
			cr_assert_str_neq(said[i], said[k]);
	}
	base_lang_set(LANG_EN);
	cr_assert_str_eq(
		photo_status_text(-1), photo_status_text(PHOTO_DAMAGED), "a signal ended it");
}
