/* The inside of the bundle: what bundle.c writes to the disk and bundle_wire.c reads. */
#ifndef ENVELOPE_BUNDLE_INTERNAL_H
#define ENVELOPE_BUNDLE_INTERNAL_H

#include "tianlan/envelope.h"

#define BUNDLE_PATH_MAX 200
#define BUNDLE_SERIAL_MAX INT64_C(999999999999999)

/* One or more parts of [A-Za-z0-9._-], none begins with a dot. */
bool bundle_path_ok(const char *path, size_t len);
bool bundle_head_ok(const struct bundle_head *head);
/* Files in order of path: each path is one and none is a folder of another. */
bool bundle_table_ok(const struct bundle_file *files, size_t count);
/* The same files in order of path, in the arena. ERR_INPUT when a bundle cannot hold them. */
enum err_code bundle_sorted(struct arena *a, const struct bundle_head *head,
	const struct bundle_file *files, size_t count, const struct bundle_file **ret,
	struct err *e) MUST_USE;
/* The whole bundle's bytes. */
enum err_code bundle_bytes(const struct bundle_head *head, const struct bundle_file *files,
	size_t count, const struct sign_secret *office, uint8_t **ret_bytes, size_t *ret_len,
	struct err *e) MUST_USE;

#endif
