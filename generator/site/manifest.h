/* The manifest of one folder of the site (manifest.c); the store keeps one per folder it was asked about. */
#ifndef SITE_MANIFEST_H
#define SITE_MANIFEST_H

#include "tianlan/base.h"
#include "tianlan/crypto.h"

struct entry {
	char *name;
	struct hash128 hash;
	bool seen;
};

struct folder {		     /* one manifest file */
	char *name;	     /* "/results/000/" */
	struct entry *slots; /* open addressing; name NULL: free */
	size_t cap, used;
	bool dirty;
};

/* The slot of name, or the free one where it would go. */
struct entry *folder_slot(struct folder *f, const char *name);
struct entry *folder_add(struct folder *f, const char *name);
void folder_drop(struct folder *f, const char *name);
/* The entries by name; the caller frees the list. */
size_t folder_sorted(const struct folder *f, const struct entry ***ret);
void folder_write(const struct folder *f, struct buf *b);
/* A file that is not there leaves the folder empty. */
enum err_code manifest_read(const char *path, struct folder *f, struct err *e) MUST_USE;

#endif
