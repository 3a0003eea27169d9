/* The store's functions are declared in site_internal.h; here what only the driver and tests use. */
#ifndef SITE_STORE_H
#define SITE_STORE_H

#include "site/site_internal.h"

/* For --full: a file whose hash did not change is written again when it is not on the disk. */
void store_verify_disk(struct store *s);

#endif
