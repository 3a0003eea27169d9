/* file: the parts of an enterprise's file between themselves. */
#ifndef REGISTER_FILE_H
#define REGISTER_FILE_H

#include "tianlan/base.h"

/* 清理后的照片, in the language of messages; the kind itself when it is none. */
const char *file_kind_label(const char *kind);
/* A name as filed, made fit for any file system behind a number: no separators, no signs that shells, Windows or a reader's
 * eye trip over, at most 100 bytes with its ending. */
const char *file_safe_name(struct arena *a, const char *name);

#endif
