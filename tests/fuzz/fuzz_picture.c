/* The head of a photo, as hostile input: a size is said only of what has one, and nothing beyond the bytes is looked at. */
#include "site/pages.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t width = 0, height = 0;
	bool is = picture_size(data, size, &width, &height);
	if (is && (!width || !height || width > 65535 || height > 65535 || size < 11))
		abort();
	if (!is && (width || height))
		abort();
	return 0;
}
