/*
 * Bytes the spool reads: the head of an envelope, and the file that remembers a case id after the drain.
 *
 *   seen  16 "tianlan-seen 1\n\n" · 16 id · 32 content MAC · 32 commitment · 8 expiry of the token · 4 year · 4 week ·
 *         32 SHA-256 of what stands before
 *
 * The checksum is against a loss of power, not against people: only the drain's user can write there.
 */
#include "envelope/spool_internal.h"

#include "envelope/octets.h"

#include <string.h>

static bool read_times(uint64_t expires, uint32_t year, uint32_t week, struct spool_known *ret)
{
	struct week w = {(int)year, (int)week};
	if (expires > INT64_MAX || year > 9999 || week > 53 || !week_is_real(w))
		return false;
	ret->token_expires = (int64_t)expires;
	ret->week = w;
	return true;
}

bool spool_head_read(const void *bytes, size_t len, uint64_t file_bytes, const struct case_id *id,
	struct spool_known *ret)
{
	const uint8_t *p = bytes;
	if (len < SPOOL_HEAD_BYTES || memcmp(p, ENVELOPE_MAGIC, MAGIC_BYTES) != 0 ||
		octets_get64(p + MAGIC_BYTES) != file_bytes)
		return false;
	p += MAGIC_BYTES + 8;
	if (memcmp(p, id->bytes, CASE_ID_BYTES) != 0)
		return false;
	p += CASE_ID_BYTES;
	memcpy(ret->content_mac, p, MAC_BYTES);
	p += MAC_BYTES;
	memcpy(ret->commitment, p + 12, COMMITMENT_BYTES);
	return read_times(octets_get64(p), octets_get16(p + 8), p[10], ret);
}

static const char seen_magic[] = "tianlan-seen 1\n\n";
#define SEEN_CHECKED (SPOOL_SEEN_BYTES - SHA256_BYTES)

void spool_seen_write(
	const struct case_id *id, const struct spool_known *known, uint8_t out[SPOOL_SEEN_BYTES])
{
	memcpy(out, seen_magic, 16);
	memcpy(out + 16, id->bytes, CASE_ID_BYTES);
	memcpy(out + 32, known->content_mac, MAC_BYTES);
	memcpy(out + 64, known->commitment, COMMITMENT_BYTES);
	octets_put64(out + 96, (uint64_t)known->token_expires);
	octets_put32(out + 104, (uint32_t)known->week.year);
	octets_put32(out + 108, (uint32_t)known->week.week);
	sha256_bytes(out, SEEN_CHECKED, out + SEEN_CHECKED);
}

bool spool_seen_read(
	const void *bytes, size_t len, const struct case_id *id, struct spool_known *ret)
{
	const uint8_t *p = bytes;
	uint8_t sum[SHA256_BYTES];
	if (len != SPOOL_SEEN_BYTES || memcmp(p, seen_magic, 16) != 0 ||
		memcmp(p + 16, id->bytes, CASE_ID_BYTES) != 0)
		return false;
	sha256_bytes(p, SEEN_CHECKED, sum);
	if (memcmp(sum, p + SEEN_CHECKED, sizeof sum) != 0)
		return false;
	memcpy(ret->content_mac, p + 32, MAC_BYTES);
	memcpy(ret->commitment, p + 64, COMMITMENT_BYTES);
	return read_times(octets_get64(p + 96), octets_get32(p + 104), octets_get32(p + 108), ret);
}
