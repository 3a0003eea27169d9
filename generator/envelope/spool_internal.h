/* The inside of the spool: spool.c is the web's side, spool_drain.c the drain's, spool_wire.c the bytes both read. */
#ifndef ENVELOPE_SPOOL_INTERNAL_H
#define ENVELOPE_SPOOL_INTERNAL_H

#include "tianlan/envelope.h"

#include "envelope/envelope_internal.h"

#include <sys/vfs.h>

/* What stands before an envelope's lengths: enough to know it again without reading it all. */
#define SPOOL_HEAD_BYTES ENVELOPE_LENGTHS_AT
#define SPOOL_SEEN_BYTES 144

/* Of the first bytes of an envelope file that has file_bytes. False when it is none or is of another id. */
bool spool_head_read(const void *bytes, size_t len, uint64_t file_bytes, const struct case_id *id,
	struct spool_known *ret);

void spool_seen_write(
	const struct case_id *id, const struct spool_known *known, uint8_t out[SPOOL_SEEN_BYTES]);
/* False when it is not whole, or is of another id. */
bool spool_seen_read(
	const void *bytes, size_t len, const struct case_id *id, struct spool_known *ret);

/* A file of a folder, without following links and without waiting (a FIFO). -1 with errno. */
int spool_open_file(int folder, const char *name);
/* Whether the file system, with len bytes more and one file more, still has the drain's reserve: 256 MiB or an eighth of its
 * size, whichever is less, and the same share of its inodes where it counts them. */
bool spool_room(const struct statfs *fs, size_t len);
/* What seen/ says of an id. A damaged file (power was lost while it was written) is there, but not *ret_whole. */
enum err_code spool_seen_find(const struct spool *s, const struct case_id *id, bool *ret_there,
	bool *ret_whole, struct spool_known *ret, struct err *e) MUST_USE;

#endif
