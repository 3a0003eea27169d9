/*
 * photo-clean: a picture on standard input, a clean JPEG on standard output, the outcome as the exit status. All input
 * is in memory before the cage closes, and the cage closes before the first byte is looked at. Nothing is written unless
 * all of it was made.
 */
#include "tianlan/photo.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { QUALITY = 82, EXIT_USAGE = 2 };

/* Everything up to one byte too many: what is too heavy need not be kept. */
static enum photo_status read_all(struct buf *b)
{
	static char chunk[65536];
	for (;;) {
		ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return PHOTO_FAILED;
		if (n == 0)
			return b->len ? PHOTO_CLEANED : PHOTO_EMPTY;
		buf_add(b, chunk, (size_t)n);
		if (b->overflow)
			return PHOTO_TOO_HEAVY;
	}
}

static enum photo_status write_all(const struct buf *b)
{
	for (size_t done = 0; done < b->len;) {
		ssize_t n = write(STDOUT_FILENO, b->data + done, b->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return PHOTO_FAILED;
		done += (size_t)n;
	}
	return PHOTO_CLEANED;
}

int main(int argc, char **argv)
{
	struct buf picture, jpeg;
	struct err e;
	uint32_t width, height;
	(void)argv;
	if (argc != 1) {
		fputs("usage: photo-clean <picture >jpeg\n", stderr);
		return EXIT_USAGE;
	}
	/* A reader that went away, a disk that is full: failures like others, not deaths. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	buf_init(&picture, PHOTO_MAX_BYTES);
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	enum photo_status status = read_all(&picture);
	if (!status && photo_confine(&e)) {
		fprintf(stderr, "photo-clean: %s\n", e.message);
		status = PHOTO_FAILED;
	}
	if (!status)
		status = photo_reencode(
			picture.data, picture.len, PHOTO_MAX_SIDE, QUALITY, &jpeg, &width, &height);
	if (!status)
		status = write_all(&jpeg);
	/* No destructor of a library runs in the cage. */
	_exit((int)status);
}
