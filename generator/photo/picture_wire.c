/*
 * Which of the three formats the first bytes say, and the limits that hold for all of them. The size is judged as
 * declared: memory is asked for only after that.
 */
#include "photo/picture.h"

#include <string.h>

enum photo_status picture_check_size(uint32_t width, uint32_t height)
{
	if (width == 0 || height == 0)
		return PHOTO_DAMAGED;
	if (width > PICTURE_MAX_SIDE || height > PICTURE_MAX_SIDE)
		return PHOTO_TOO_LARGE;
	if ((uint64_t)width * height > PICTURE_MAX_PIXELS)
		return PHOTO_TOO_LARGE;
	return PHOTO_CLEANED;
}

static bool begins(const uint8_t *bytes, size_t len, const void *magic, size_t magic_len)
{
	return len >= magic_len && memcmp(bytes, magic, magic_len) == 0;
}

static enum photo_status read_any(const uint8_t *bytes, size_t len, struct picture *p)
{
	if (begins(bytes, len, "\xff\xd8\xff", 3))
		return jpeg_read(bytes, len, p);
	if (begins(bytes, len, "\x89PNG\r\n\x1a\n", 8))
		return png_read(bytes, len, p);
	if (begins(bytes, len, "RIFF", 4) && len >= 12 && memcmp(bytes + 8, "WEBP", 4) == 0)
		return webp_read(bytes, len, p);
	return PHOTO_NOT_A_PICTURE;
}

enum photo_status picture_read(const uint8_t *bytes, size_t len, struct picture *ret_picture)
{
	*ret_picture = (struct picture){.plain_already = true};
	/* A plain copy may gain a new outer header of a few bytes, never more. */
	buf_init(&ret_picture->plain, len + 64);
	if (len == 0)
		return PHOTO_EMPTY;
	if (len > PHOTO_MAX_BYTES)
		return PHOTO_TOO_HEAVY;
	enum photo_status status = read_any(bytes, len, ret_picture);
	if (status == PHOTO_CLEANED && ret_picture->memory > PICTURE_MAX_MEMORY)
		return PHOTO_TOO_LARGE;
	if (status == PHOTO_CLEANED && ret_picture->plain.overflow)
		return PHOTO_DAMAGED;
	return status;
}

void picture_done(struct picture *p)
{
	buf_done(&p->plain);
}
