/*
 * What the readers of bytes from outside share within the room: pieces of a request that cgi.c and the pages need.
 */
#ifndef INTAKE_WIRE_H
#define INTAKE_WIRE_H

#include "tianlan/intake.h"

enum body_type { BODY_UNKNOWN, BODY_MULTIPART, BODY_URLENCODED };
/* By the media type alone, in any case, parameters left aside. */
enum body_type content_type_of(const char *content_type);

/* Width and height in a JPEG's frame header (ITU T.81, B.2.2); false when there is none. */
bool jpeg_size(const void *bytes, size_t len, uint32_t *ret_width, uint32_t *ret_height);

#endif
