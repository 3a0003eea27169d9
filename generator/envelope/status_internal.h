/* The inside of the status file: what status.c writes and status_wire.c reads back. */
#ifndef ENVELOPE_STATUS_INTERNAL_H
#define ENVELOPE_STATUS_INTERNAL_H

#include "tianlan/envelope.h"

/* The header fills a page, so that an entry never lies across two sectors of a disk (small ones) or begins within one. */
#define STATUS_HEADER_BYTES 4096
#define STATUS_HEADER_USED 64
#define STATUS_CAPACITY_MIN 8
#define STATUS_CAPACITY_MAX 65536
#define STATUS_RECEIVED_CAPACITY_MAX 2048 /* beyond it the file is read, but grows no more */

#define STATUS_STATE_MAX 32
#define STATUS_WHEN_MAX 16
#define STATUS_REPLY_MAX 1800
#define STATUS_PLAIN_BYTES(entry_bytes) ((entry_bytes)-STATUS_TAG_BYTES - AEAD_EXTRA)
#define STATUS_PLAIN_MAX STATUS_PLAIN_BYTES(STATUS_REPLY_BYTES)

struct status_header {
	uint32_t entry_bytes, capacity; /* entries of a bucket: a power of two */
};
void status_header_write(const struct status_header *h, uint8_t out[STATUS_HEADER_USED]);
/* ERR_INPUT unless it is exactly what status_header_write() makes. */
enum err_code status_header_read(
	const void *bytes, size_t len, struct status_header *ret, struct err *e) MUST_USE;

/* A status as bytes of a fixed length, zeros behind. ERR_INPUT when it does not fit. */
enum err_code status_plain_write(
	const struct status *s, uint8_t *out, size_t len, struct err *e) MUST_USE;
enum err_code status_plain_read(struct arena *a, const uint8_t *bytes, size_t len,
	struct status *ret, struct err *e) MUST_USE;

#endif
