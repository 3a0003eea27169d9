/* What goes in and what comes out: every format whole, no part of one, nothing but pixels. */
#include "pictures.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(photo_reencode, every_format_is_read)
{
	for (unsigned kind = 0; kind < MADE_COUNT; kind++) {
		struct buf picture;
		char seen[5];
		encode_into(&picture, picture_of_corners(200, 100, "ABCD"), kind);
		gdImagePtr im = cleaned_picture(&picture);
		cr_assert_not_null(im, "kind %u", kind);
		corners_of(im, seen);
		cr_assert_str_eq(seen, "ABCD", "kind %u", kind);
		gdImageDestroy(im);
		buf_done(&picture);
	}
}

Test(photo_reencode, the_same_picture_gives_the_same_bytes)
{
	for (unsigned kind = 0; kind < MADE_COUNT; kind++) {
		struct buf picture, one, two;
		encode_into(&picture, picture_of_noise(300, 200), kind);
		buf_init(&one, PHOTO_MAX_BYTES);
		buf_init(&two, PHOTO_MAX_BYTES);
		cr_assert_eq(clean(picture.data, picture.len, &one), PHOTO_CLEANED);
		cr_assert_eq(clean(picture.data, picture.len, &two), PHOTO_CLEANED);
		cr_assert(one.len == two.len && memcmp(one.data, two.data, one.len) == 0, "kind %u",
			kind);
		buf_done(&picture);
		buf_done(&one);
		buf_done(&two);
	}
}

static void check_cut(unsigned kind, const struct buf *picture, size_t len, struct buf *jpeg)
{
	enum photo_status status = clean(picture->data, len, jpeg);
	cr_assert_eq(status, len == 0 ? PHOTO_EMPTY : PHOTO_DAMAGED,
		"kind %u cut at %zu of %zu: %d", kind, len, picture->len, status);
}

Test(photo_reencode, a_part_of_a_picture_is_refused)
{
	for (unsigned kind = 0; kind < MADE_COUNT; kind++) {
		struct buf picture, jpeg;
		encode_into(&picture, picture_of_noise(120, 90), kind);
		buf_init(&jpeg, PHOTO_MAX_BYTES);
		cr_assert_eq(clean(picture.data, picture.len, &jpeg), PHOTO_CLEANED);
		cr_assert_gt(picture.len, 6400, "kind %u is too short to be cut often", kind);
		for (size_t len = 0; len < picture.len; len += 64)
			check_cut(kind, &picture, len, &jpeg);
		for (size_t less = 1; less <= 64; less++)
			check_cut(kind, &picture, picture.len - less, &jpeg);
		buf_done(&picture);
		buf_done(&jpeg);
	}
}

/* libgd would fill the rest with grey and be content. */
Test(photo_reencode, a_cut_scan_with_an_end_put_behind_is_refused)
{
	static const enum made kinds[] = {MADE_JPEG, MADE_PROGRESSIVE};
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct buf picture, jpeg;
		encode_into(&picture, picture_of_noise(320, 240), kinds[i]);
		buf_init(&jpeg, PHOTO_MAX_BYTES);
		for (int part = 3; part < 8; part++) {
			struct buf cut;
			buf_init(&cut, PHOTO_MAX_BYTES);
			buf_add(&cut, picture.data, picture.len * (size_t)part / 8);
			/* Not between an FF and what belongs to it. */
			while (cut.data[cut.len - 1] == (char)0xff)
				cut.len--;
			buf_add(&cut, "\xff\xd9", 2);
			cr_assert_eq(clean(cut.data, cut.len, &jpeg), PHOTO_DAMAGED,
				"kind %zu, %d eighths", i, part);
			buf_done(&cut);
		}
		buf_done(&picture);
		buf_done(&jpeg);
	}
}

Test(photo_reencode, padding_before_a_marker_and_rubbish_between_segments_do_no_harm)
{
	struct buf picture, jpeg;
	encode_into(&picture, picture_of_corners(64, 64, "ABCD"), MADE_JPEG);
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	insert_at(&picture, 20, "rubbish", 7); /* behind JFIF */
	insert_at(&picture, picture.len - 2, "\xff\xff\xff", 3);
	/* More than the decoder reads ahead. */
	const char padding[40] = {0};
	insert_at(&picture, picture.len - 5, padding, sizeof padding);
	cr_assert_eq(clean(picture.data, picture.len, &jpeg), PHOTO_CLEANED);
	buf_done(&picture);
	buf_done(&jpeg);
}

Test(photo_reencode, a_changed_byte_is_refused_or_cleaned_and_nothing_else)
{
	for (unsigned kind = 0; kind < MADE_COUNT; kind++) {
		struct buf picture, jpeg;
		size_t refused = 0;
		encode_into(&picture, picture_of_noise(40, 30), kind);
		buf_init(&jpeg, PHOTO_MAX_BYTES);
		for (size_t at = 0; at < picture.len; at += 5) {
			char was = picture.data[at];
			picture.data[at] ^= 0x55;
			enum photo_status status = clean(picture.data, picture.len, &jpeg);
			cr_assert(status == PHOTO_CLEANED || status == PHOTO_DAMAGED ||
					  status == PHOTO_NOT_A_PICTURE ||
					  status == PHOTO_TOO_LARGE,
				"kind %u at %zu: %d", kind, at, status);
			refused += status != PHOTO_CLEANED;
			picture.data[at] = was;
		}
		cr_assert_gt(refused, 0);
		buf_done(&picture);
		buf_done(&jpeg);
	}
}

Test(photo_reencode, what_is_no_picture_is_told_apart)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum photo_status wanted;
	} rows[] = {
		{"", 0, PHOTO_EMPTY},
		{"x", 1, PHOTO_NOT_A_PICTURE},
		{"hello, this is text", 19, PHOTO_NOT_A_PICTURE},
		{"GIF89a\1\0\1\0\0\0\0;", 14, PHOTO_NOT_A_PICTURE},
		{"BM\0\0\0\0\0\0\0\0", 10, PHOTO_NOT_A_PICTURE},
		{"II*\0\10\0\0\0\0\0\0\0", 12, PHOTO_NOT_A_PICTURE},
		{"\0\0\0\30ftypheic\0\0\0\0", 16, PHOTO_NOT_A_PICTURE},
		{"<svg xmlns='http://www.w3.org/2000/svg'/>", 41, PHOTO_NOT_A_PICTURE},
		{"%PDF-1.4\n", 9, PHOTO_NOT_A_PICTURE},
		{"PK\3\4\24\0\0\0", 8, PHOTO_NOT_A_PICTURE},
		{"RIFF\4\0\0\0WAVE", 12, PHOTO_NOT_A_PICTURE},
		{"RIFF\4\0\0\0WEB", 11, PHOTO_NOT_A_PICTURE},
		{"\xff\xd8", 2, PHOTO_NOT_A_PICTURE},
		{"\xff\xd8\xff", 3, PHOTO_DAMAGED},
		{"\xff\xd8\xff\xd9", 4, PHOTO_DAMAGED},
		{"\xff\xd8\xff\xd8\xff\xd9", 6, PHOTO_DAMAGED},
		{"\xff\xd8\xff\xe0\0\1", 6, PHOTO_DAMAGED},
		{"\xff\xd8\xff\xe0\xff\xff", 6, PHOTO_DAMAGED},
		{"\x89PNG\r\n\x1a\n", 8, PHOTO_DAMAGED},
		{"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", 20, PHOTO_DAMAGED},
		{"RIFF\4\0\0\0WEBP", 12, PHOTO_DAMAGED},
		{"RIFF\0\0\0\0WEBP", 12, PHOTO_DAMAGED},
		{"RIFF\xff\xff\xff\xffWEBP", 12, PHOTO_DAMAGED},
		{"RIFF\14\0\0\0WEBPVP8 \0\0\0\0", 20, PHOTO_DAMAGED},
		{"RIFF\14\0\0\0WEBPVP8L\xff\xff\xff\xff", 20, PHOTO_DAMAGED},
	};
	struct buf jpeg;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum photo_status status = clean(rows[i].bytes, rows[i].len, &jpeg);
		cr_assert_eq(status, rows[i].wanted, "row %zu: %d", i, status);
	}
	buf_done(&jpeg);
}

Test(photo_reencode, a_gif_named_like_a_jpeg_is_still_none)
{
	struct buf jpeg;
	int len;
	gdImagePtr im = gdImageCreate(8, 8);
	gdImageColorAllocate(im, 1, 2, 3);
	void *gif = gdImageGifPtr(im, &len);
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	cr_assert_eq(clean(gif, (size_t)len, &jpeg), PHOTO_NOT_A_PICTURE);
	gdFree(gif);
	gdImageDestroy(im);
	buf_done(&jpeg);
}

Test(photo_reencode, rubbish_behind_a_right_beginning_is_refused)
{
	static const struct {
		const char *bytes;
		size_t len;
	} beginnings[] = {{"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20},
		{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0\x90\x77\x53\xde", 33},
		{"RIFF\xf0\3\0\0WEBPVP8 \xe4\3\0\0", 20}, {"RIFF\xf0\3\0\0WEBPVP8L\xe4\3\0\0", 20}};
	struct buf jpeg;
	uint32_t seed = 7;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	for (size_t i = 0; i < COUNT_OF(beginnings); i++)
		for (int round = 0; round < 200; round++) {
			char bytes[1016];
			for (size_t k = 0; k < sizeof bytes; k++) {
				seed = seed * 1664525u + 1013904223u;
				bytes[k] = (char)(seed >> 24);
			}
			memcpy(bytes, beginnings[i].bytes, beginnings[i].len);
			cr_assert_eq(clean(bytes, sizeof bytes, &jpeg), PHOTO_DAMAGED,
				"row %zu, round %d", i, round);
		}
	buf_done(&jpeg);
}

Test(photo_reencode, ten_mebibytes_are_taken_and_one_byte_more_is_not)
{
	struct buf picture, jpeg;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	encode_into(&picture, picture_of_corners(64, 64, "ABCD"), MADE_JPEG);
	char *padded = mem_zero(PHOTO_MAX_BYTES + 1, 1);
	memcpy(padded, picture.data, picture.len);
	cr_assert_eq(clean(padded, PHOTO_MAX_BYTES, &jpeg), PHOTO_CLEANED);
	cr_assert_eq(clean(padded, PHOTO_MAX_BYTES + 1, &jpeg), PHOTO_TOO_HEAVY);
	free(padded);
	buf_done(&picture);
	buf_done(&jpeg);
}

Test(photo_reencode, what_follows_the_picture_is_not_carried_over)
{
	for (unsigned kind = 0; kind < MADE_COUNT; kind++) {
		struct buf picture, alone, jpeg;
		buf_init(&alone, PHOTO_MAX_BYTES);
		buf_init(&jpeg, PHOTO_MAX_BYTES);
		encode_into(&picture, picture_of_corners(64, 64, "ABCD"), kind);
		cr_assert_eq(clean(picture.data, picture.len, &alone), PHOTO_CLEANED);
		buf_str(&picture, "PK\003\004 hidden.zip <script>hidden</script>");
		cr_assert_eq(
			clean(picture.data, picture.len, &jpeg), PHOTO_CLEANED, "kind %u", kind);
		cr_assert_not(holds(&jpeg, "hidden"));
		cr_assert(jpeg.len == alone.len && memcmp(jpeg.data, alone.data, jpeg.len) == 0,
			"kind %u", kind);
		buf_done(&picture);
		buf_done(&alone);
		buf_done(&jpeg);
	}
}

static const char secret[] = "43.8256N 87.6168E Wang SECRET";

/* Cleans, and sees that the result is the same as of the picture without all that was added. */
static void check_nothing_left(const struct buf *picture, const struct buf *bare)
{
	struct buf jpeg, wanted;
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	buf_init(&wanted, PHOTO_MAX_BYTES);
	cr_assert(holds(picture, "SECRET"));
	cr_assert_eq(clean(picture->data, picture->len, &jpeg), PHOTO_CLEANED);
	cr_assert_eq(clean(bare->data, bare->len, &wanted), PHOTO_CLEANED);
	cr_assert_not(holds(&jpeg, "SECRET"));
	cr_assert_not(holds(&jpeg, "Exif"));
	cr_assert_not(holds(&jpeg, "CREATOR"), "nor the encoder's own comment");
	cr_assert(jpeg.len == wanted.len && memcmp(jpeg.data, wanted.data, jpeg.len) == 0);
	buf_done(&jpeg);
	buf_done(&wanted);
}

static void copy(struct buf *to, const struct buf *from)
{
	buf_init(to, from->max);
	buf_add(to, from->data, from->len);
}

static void add_prefixed(struct buf *jpeg, uint8_t marker, const char *prefix, size_t len,
	const void *body, size_t body_len)
{
	struct buf b;
	buf_init(&b, 65536);
	buf_add(&b, prefix, len);
	buf_add(&b, body, body_len);
	insert_segment(jpeg, marker, b.data, b.len);
	buf_done(&b);
}

Test(photo_reencode, no_metadata_of_a_jpeg_survives)
{
	struct buf bare, picture, block, thumbnail;
	encode_into(&bare, picture_of_corners(128, 96, "ABCD"), MADE_JPEG);
	copy(&picture, &bare);
	exif_block(&block, false, 1, secret);
	encode_into(&thumbnail, picture_of_corners(16, 16, "ABCD"), MADE_JPEG);
	insert_segment(&thumbnail, 0xfe, secret, sizeof secret);
	insert_segment(&picture, 0xfe, secret, sizeof secret);
	add_prefixed(&picture, 0xe2, "ICC_PROFILE\0\1\1", 14, secret, sizeof secret);
	add_prefixed(&picture, 0xe2, "MPF\0", 4, secret, sizeof secret);
	add_prefixed(&picture, 0xed, "Photoshop 3.0\0", 14, secret, sizeof secret);
	add_prefixed(&picture, 0xe1, "http://ns.adobe.com/xap/1.0/\0", 29, secret, sizeof secret);
	add_prefixed(&picture, 0xe0, "JFXX\0\x10", 6, thumbnail.data, thumbnail.len);
	add_prefixed(&picture, 0xe1, "Exif\0\0", 6, block.data, block.len);
	for (int marker = 0xe3; marker <= 0xef; marker++)
		insert_segment(&picture, (uint8_t)marker, secret, sizeof secret);
	/* Between the last segment and the scan, and behind the scan. */
	const char late[] = "\xff\xfe\0\x0cSECRET one";
	insert_at(&picture, picture.len - 2, late, sizeof late - 1);
	check_nothing_left(&picture, &bare);
	buf_done(&bare);
	buf_done(&picture);
	buf_done(&block);
	buf_done(&thumbnail);
}

Test(photo_reencode, no_metadata_of_a_png_survives)
{
	struct buf bare, picture, block;
	encode_into(&bare, picture_of_corners(128, 96, "ABCD"), MADE_PNG);
	copy(&picture, &bare);
	exif_block(&block, true, 1, secret);
	insert_png_chunk(&picture, "tEXt", secret, sizeof secret);
	insert_png_chunk(&picture, "iTXt", secret, sizeof secret);
	insert_png_chunk(&picture, "zTXt", secret, sizeof secret);
	insert_png_chunk(&picture, "iCCP", secret, sizeof secret);
	insert_png_chunk(&picture, "tIME", secret, sizeof secret);
	insert_png_chunk(&picture, "prVt", secret, sizeof secret);
	insert_png_chunk(&picture, "eXIf", block.data, block.len);
	check_nothing_left(&picture, &bare);
	buf_done(&bare);
	buf_done(&picture);
	buf_done(&block);
}

Test(photo_reencode, no_metadata_of_a_webp_survives)
{
	struct buf bare, picture, block;
	encode_into(&bare, picture_of_corners(128, 96, "ABCD"), MADE_WEBP);
	copy(&picture, &bare);
	exif_block(&block, true, 1, secret);
	extend_webp(&picture, 0x2c, 128, 96);
	add_webp_chunk(&picture, "EXIF", block.data, block.len);
	add_webp_chunk(&picture, "XMP ", secret, sizeof secret);
	add_webp_chunk(&picture, "ICCP", secret, sizeof secret);
	add_webp_chunk(&picture, "prvt", secret, sizeof secret);
	check_nothing_left(&picture, &bare);
	buf_done(&bare);
	buf_done(&picture);
	buf_done(&block);
}

Test(photo_reencode, a_jpeg_larger_than_its_place_is_a_failure_of_ours)
{
	struct buf picture, jpeg;
	uint32_t width = 0, height = 0;
	encode_into(&picture, picture_of_noise(100, 100), MADE_PNG);
	buf_init(&jpeg, 500);
	cr_assert_eq(photo_reencode(picture.data, picture.len, 2048, 82, &jpeg, &width, &height),
		PHOTO_FAILED);
	cr_assert(jpeg.len == 0 && width == 0 && height == 0);
	buf_done(&picture);
	buf_done(&jpeg);
}

Test(photo_reencode, a_cleaned_picture_can_be_cleaned_again)
{
	struct buf picture, one, two;
	encode_into(&picture, picture_of_noise(500, 400), MADE_WEBP);
	buf_init(&one, PHOTO_MAX_BYTES);
	buf_init(&two, PHOTO_MAX_BYTES);
	cr_assert_eq(clean(picture.data, picture.len, &one), PHOTO_CLEANED);
	cr_assert_eq(clean(one.data, one.len, &two), PHOTO_CLEANED);
	buf_done(&picture);
	buf_done(&one);
	buf_done(&two);
}
