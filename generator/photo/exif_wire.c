/*
 * The one thing EXIF is asked for: which way is up. Through libexif, which would also fill in what a block lacks, and
 * read the clock for that: the option is taken away before the block is read.
 */
#include "photo/picture.h"

#include <libexif/exif-data.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_BYTES = 6, BLOCK_MAX_BYTES = 65535 - 8 }; /* what a JPEG segment can hold */

int exif_orientation(const uint8_t *tiff, size_t len)
{
	int orientation = 1;
	if (!tiff || len == 0 || len > BLOCK_MAX_BYTES)
		return orientation;
	uint8_t *block = mem_alloc(PREFIX_BYTES + len);
	memcpy(block, "Exif\0", PREFIX_BYTES);
	memcpy(block + PREFIX_BYTES, tiff, len);
	ExifData *data = exif_data_new();
	if (data) {
		exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
		exif_data_load_data(data, block, (unsigned)(PREFIX_BYTES + len));
		const ExifEntry *entry =
			exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
		if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components == 1 &&
			entry->size >= 2) {
			ExifShort value =
				exif_get_short(entry->data, exif_data_get_byte_order(data));
			if (value >= 1 && value <= 8)
				orientation = value;
		}
		exif_data_unref(data);
	}
	free(block);
	return orientation;
}
