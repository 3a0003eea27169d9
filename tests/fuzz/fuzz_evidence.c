/* Bytes as a picture's public copy: what is taken as bare is whole, and nothing may be put behind or before its end. */
#include "register/register_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t exif[] = {0xff, 0xe1, 0, 8, 'E', 'x', 'i', 'f', 0, 0};
	uint8_t *more;

	(void)evidence_is_picture(data, size);
	if (!evidence_jpeg_is_bare(data, size))
		return 0;
	if (!evidence_is_picture(data, size) || evidence_jpeg_is_bare(data, size - 1))
		__builtin_trap();
	more = malloc(size + sizeof exif);
	if (!more)
		return 0;
	/* Behind the end, before the end, and right at the beginning. */
	memcpy(more, data, size);
	memcpy(more + size, exif, sizeof exif);
	if (evidence_jpeg_is_bare(more, size + sizeof exif))
		__builtin_trap();
	memcpy(more + size - 2, exif, sizeof exif);
	memcpy(more + size - 2 + sizeof exif, data + size - 2, 2);
	if (evidence_jpeg_is_bare(more, size + sizeof exif))
		__builtin_trap();
	memcpy(more + 2, exif, sizeof exif);
	memcpy(more + 2 + sizeof exif, data + 2, size - 2);
	if (evidence_jpeg_is_bare(more, size + sizeof exif))
		__builtin_trap();
	free(more);
	return 0;
}
