/* The proof of work: what a browser can find in the background in a second or two, and a flood cannot find for nothing. */
#include "intake/intake_internal.h"

#include <string.h>

enum { WORK_MAX = 32 };

bool work_is_done(const char *token, const char *work, int bits)
{
	uint8_t hash[SHA256_BYTES];
	struct buf text;
	if (!*work || strlen(work) > WORK_MAX || bits > SHA256_BYTES * 8)
		return false;
	buf_init(&text, 256);
	buf_printf(&text, "tianlan-work 1 %s %s", token, work);
	sha256_bytes(buf_text(&text), text.len, hash);
	bool whole = !text.overflow;
	buf_done(&text);
	int zeros = 0;
	while (zeros < bits && !(hash[zeros / 8] & 0x80 >> zeros % 8))
		zeros++;
	return whole && zeros >= bits;
}
