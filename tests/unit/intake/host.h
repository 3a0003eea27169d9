/* An intake host for tests: a temporary instance with keys, a bundle made by hand, the real templates, repeatable chance. */
#ifndef TEST_INTAKE_HOST_H
#define TEST_INTAKE_HOST_H

#include "intake/intake_internal.h"

struct host {
	char dir[64];
	struct arena *arena;
	uint64_t seed;
	struct chance chance;
	struct box_secret facts, contact;
	struct sign_public office;
	struct intake *in;
	int64_t now;
	const char *address;
	int launcher;
	struct response res; /* of the last request */
};

/* limits: inside of the group, "" for what the plan of the form says. write: as report.cgi opens it. */
void host_open(struct host *h, const char *limits, bool write);
void host_close(struct host *h);
/* Loads it again, as the next CGI would. */
void host_again(struct host *h, bool write);
/* A file of the instance; text NULL removes it. */
void host_file(struct host *h, const char *path, const char *text);
const char *host_path(struct host *h, const char *path);
bool host_has(struct host *h, const char *path);

void host_get(struct host *h, const char *query);
/* Pairs of name and value, ended by NULL, as multipart; a name that begins with @ is a file "x.jpg" in that field. */
void host_post(struct host *h, const char *const *pairs);
void host_post_body(struct host *h, const char *type, const void *body, size_t len);
void host_look_up(struct host *h, const char *code);
/* A token as the form gives one, issued `age` seconds ago. */
const char *host_token(struct host *h, int64_t age);
/* What stands between the two in the last answer; "" when not there. In the arena. */
const char *host_between(struct host *h, const char *from, const char *to);
bool host_says(const struct host *h, const char *text);
/* The envelopes in new/: how many. *ret: the tip-off of the one named, opened with both keys. */
size_t host_waiting(struct host *h);
void host_tipoff(struct host *h, const char *receipt, struct tipoff *ret);

#endif
