/*
 * A picture decoded through libgd, made smaller, turned upright, and encoded as a JPEG of nothing but tables and pixels.
 * libgd reports through one callback for the whole process; here it is where a damaged JPEG is noticed, for its decoder
 * fills what is missing with grey and calls that a success. So: one thread at a time.
 */
#include "photo/picture.h"
#include "photo/pixels.h"

#include <stdio.h>
#include <string.h>

static bool complained;

/* libjpeg warns of two things that harm nothing: bytes of padding before a marker, and a version or a transform that it
 * does not know. Everything else says that coded data was missing or wrong. Unknown words count as harm. */
static bool is_harmless(const char *message)
{
	return strstr(message, "extraneous bytes before marker") ||
	       strstr(message, "unknown JFIF revision") ||
	       strstr(message, "Unknown Adobe color transform");
}

static void PRINTF_LIKE(2, 0) note(int priority, const char *format, va_list args)
{
	char message[512];
	(void)priority;
	if (vsnprintf(message, sizeof message, format, args) < 0 || !is_harmless(message))
		complained = true;
}

static gdImagePtr decode_kind(const struct picture *p)
{
	const int len = (int)p->plain.len;
	switch (p->kind) {
	case PICTURE_JPEG:
		return gdImageCreateFromJpegPtrEx(len, p->plain.data, 0);
	case PICTURE_PNG:
		return gdImageCreateFromPngPtr(len, p->plain.data);
	case PICTURE_WEBP:
		return gdImageCreateFromWebpPtr(len, p->plain.data);
	}
	return NULL;
}

/* NULL when the decoder refuses, complains, or returns another size than was judged. */
static gdImagePtr decode(const struct picture *p)
{
	complained = false;
	gdImagePtr im = decode_kind(p);
	if (im && (complained || (uint32_t)gdImageSX(im) != p->width ||
			  (uint32_t)gdImageSY(im) != p->height)) {
		gdImageDestroy(im);
		im = NULL;
	}
	return im;
}

/* Takes `im` over; NULL: no memory. Smaller first: turning then costs little. */
static gdImagePtr shrink_and_turn(gdImagePtr im, int max_side, int orientation)
{
	gdImagePtr small = pixels_shrink(im, max_side);
	gdImageDestroy(im);
	if (!small || orientation == 1)
		return small;
	gdImagePtr upright = pixels_upright(small, orientation);
	gdImageDestroy(small);
	return upright;
}

/* libgd signs its work with a comment: what it wrote is read like any other stream, and the plain copy is the result. */
static enum photo_status encode(gdImagePtr im, int quality, struct buf *ret_jpeg)
{
	int len = 0;
	void *bytes = gdImageJpegPtr(im, &len, quality);
	struct picture made;
	enum photo_status status = PHOTO_FAILED;
	if (!bytes)
		return status;
	if (len > 0 && picture_read(bytes, (size_t)len, &made) == PHOTO_CLEANED) {
		buf_add(ret_jpeg, made.plain.data, made.plain.len);
		if (!ret_jpeg->overflow)
			status = PHOTO_CLEANED;
	}
	if (len > 0)
		picture_done(&made);
	if (status)
		buf_clear(ret_jpeg);
	gdFree(bytes);
	return status;
}

enum photo_status photo_reencode(const void *bytes, size_t len, int max_side, int quality,
	struct buf *ret_jpeg, uint32_t *ret_width, uint32_t *ret_height)
{
	struct picture p;
	buf_clear(ret_jpeg);
	gdSetErrorMethod(note);
	enum photo_status status = picture_read(bytes, len, &p);
	gdImagePtr im = status ? NULL : decode(&p);
	if (!status && !im)
		status = PHOTO_DAMAGED;
	if (im) {
		im = shrink_and_turn(im, max_side, exif_orientation(p.exif, p.exif_len));
		status = im ? encode(im, quality, ret_jpeg) : PHOTO_FAILED;
	}
	if (!status) {
		*ret_width = (uint32_t)gdImageSX(im);
		*ret_height = (uint32_t)gdImageSY(im);
	}
	if (im)
		gdImageDestroy(im);
	picture_done(&p);
	return status;
}
