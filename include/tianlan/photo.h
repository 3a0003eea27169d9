/*
 * photo: a picture decoded and encoded anew in a confined process: what comes out is pixels, upright, at most 2048 px, as
 * JPEG without any metadata; what cannot be read is refused, never passed through.
 *
 * Not here: starting the process (base's process_run), storing (envelope), upload forms (intake).
 * The program `photo-clean` reads the picture from standard input, writes the JPEG to standard output, and says by its exit
 *   status what happened. Callers include this header for the statuses; they do not link the room.
 * Confinement: after reading all input into memory and before looking at its first byte: RLIMIT_AS 512 MiB, RLIMIT_CPU 10 s,
 *   no core, no new files, Landlock deny-all where the kernel has it, and a seccomp filter that admits memory, write to
 *   descriptor 1, and exit alone; everything else kills.
 * Limits, on the size as declared and before any decoder sees the picture: input 10 MiB; 50 million pixels; sides at most
 *   20 000; 400 MiB to decode, which is reached sooner by lossless WebP (34 million pixels), lossy WebP with transparency
 *   (32 million) and progressive JPEG in 4:4:4 (41 million).
 * Threads: one at a time; libgd reports through one callback of the process.
 * Sources: JPEG (ITU T.81), PNG 1.2, WebP through libgd; EXIF 2.3 (the orientation alone) through libexif.
 */
#ifndef TIANLAN_PHOTO_H
#define TIANLAN_PHOTO_H

#include "tianlan/base.h"

#define PHOTO_MAX_BYTES ((size_t)10 << 20)
#define PHOTO_MAX_SIDE 2048

enum photo_status {
	PHOTO_CLEANED = 0,
	PHOTO_NOT_A_PICTURE = 10, /* no JPEG, PNG or WebP by its first bytes, or a WebP animation */
	PHOTO_DAMAGED = 11,	  /* cannot be decoded, or the end is missing */
	PHOTO_TOO_LARGE = 12,	  /* more pixels than the limits */
	PHOTO_TOO_HEAVY = 13,	  /* more bytes than the limit */
	PHOTO_EMPTY = 14,
	PHOTO_FAILED = 15, /* the machine's fault: memory, standard output */
	/* A signal (SIGSYS, SIGXCPU, SIGKILL, SIGSEGV) means the picture did what a picture must not: treat as DAMAGED. */
};
/* A sentence for the person who sent it, in the language of messages. */
const char *photo_status_text(int status);

/* Decodes and encodes in this process, without confinement: for photo-clean itself, tests and fuzzing.
 * max_side PHOTO_MAX_SIDE, quality 1 to 95 (photo-clean uses 82). ret_jpeg's maximum is the caller's; what stood in it is
 * replaced. FAILED when the JPEG would pass that maximum. On failure it is empty. */
enum photo_status photo_reencode(const void *bytes, size_t len, int max_side, int quality,
	struct buf *ret_jpeg, uint32_t *ret_width, uint32_t *ret_height);
/* What photo-clean does before it looks at the picture. ERR_SYSTEM when the filter cannot be set: then do not go on. */
enum err_code photo_confine(struct err *e) MUST_USE;
/* Width and height of a JPEG as written by photo_reencode: whole, and with no byte that is not tables or pixels (no metadata
 * segment, nothing between segments or behind the end). False for any other bytes. Needs none of the libraries. */
bool photo_jpeg_size(const void *bytes, size_t len, uint32_t *ret_width, uint32_t *ret_height);

#endif
