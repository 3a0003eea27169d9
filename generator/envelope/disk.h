/* Plain system calls, repeated until all is done: reading and writing whole ranges, and new files beside old ones. No stdio,
 * no /proc: this runs in the web side's sandbox too. Each returns 0 and leaves errno on failure (-1). */
#ifndef ENVELOPE_DISK_H
#define ENVELOPE_DISK_H

#include "tianlan/base.h"

#include <sys/types.h>

int disk_write(int fd, const void *bytes, size_t len);
int disk_write_at(int fd, const void *bytes, size_t len, off_t offset);
/* *ret_len is less than len at the end of the file only. */
int disk_read_at(int fd, void *bytes, size_t len, off_t offset, size_t *ret_len);
/* A new file of exactly this mode, whatever the umask; never one that stood there. The descriptor or -1. */
int disk_create(int dir, const char *name, mode_t mode);
/* fsync of the folder that holds path. */
int disk_sync_parent(const char *path);
/* The file at path becomes these bytes, with this mode from its first moment, durably; old or new, never a part. One writer
 * at a time: what a dead one left beside is removed. */
enum err_code disk_replace(
	const char *path, mode_t mode, const void *bytes, size_t len, struct err *e) MUST_USE;

#endif
