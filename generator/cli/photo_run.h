/* Evidence opened to the public: a picture through photo-clean, anything else as it is. */
#ifndef CLI_PHOTO_RUN_H
#define CLI_PHOTO_RUN_H

#include "cli/cli.h"

#include "tianlan/register.h"

/* Opens evidence seq. *ret_why: NULL when it may be published now; else why a picture may not (it stays filed). */
enum err_code photo_publish(struct cli *c, struct reg *r, int64_t seq,
	const struct change_note *note, const char **ret_why, struct err *e) MUST_USE;
/* The pictures among the files of an event; each that may not is told by a warning and makes the exit status 1. */
enum err_code photo_publish_event(struct cli *c, struct reg *r, struct enterprise_id id,
	int64_t event, const struct change_note *note, struct err *e) MUST_USE;
/* The warning and the exit status. why NULL: nothing. */
void photo_refused(struct cli *c, int64_t seq, const char *why);

#endif
