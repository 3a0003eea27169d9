/* The shared loop of the escaping writers: runs of harmless bytes are copied whole. */
#ifndef MARKUP_ESCAPE_H
#define MARKUP_ESCAPE_H

#include "tianlan/markup.h"

/* Replacement by byte; NULL: copied as it is. "" drops the byte. */
void escape_add(struct buf *b, const char *s, size_t len, const char *const table[256]);

#endif
