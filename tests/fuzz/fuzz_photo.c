/* Bytes from outside as a picture: judged, decoded, shrunk, turned, encoded. What comes out must be pixels alone, and small
 * declared sizes keep each round short. */
#include "photo/picture.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_PIXELS = 256 * 256, MAX_SIDE = 48 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct picture p;
	struct buf jpeg;
	uint32_t width = 0, height = 0, found_width = 0, found_height = 0;
	enum photo_status status = picture_read(data, size, &p);
	bool small = status || p.width * p.height <= MAX_PIXELS;

	if (!status && exif_orientation(p.exif, p.exif_len) < 1)
		__builtin_trap();
	picture_done(&p);
	if (!small)
		return 0;
	buf_init(&jpeg, 1 << 20);
	status = photo_reencode(data, size, MAX_SIDE, 82, &jpeg, &width, &height);
	if (status == PHOTO_CLEANED) {
		if (!photo_jpeg_size(jpeg.data, jpeg.len, &found_width, &found_height) ||
			width != found_width || height != found_height || width > MAX_SIDE ||
			height > MAX_SIDE)
			__builtin_trap();
	} else if (jpeg.len || status == PHOTO_FAILED) {
		__builtin_trap();
	}
	buf_done(&jpeg);
	return 0;
}
