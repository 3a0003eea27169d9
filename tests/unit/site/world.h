/* A small world for tests of pages: the plan's own data, the program's templates, an empty register, a fixed day. */
#ifndef TEST_SITE_WORLD_H
#define TEST_SITE_WORLD_H

#include "site/pages.h"

struct world {
	char dir[64];
	struct site_options o;
	struct policy *policy;
	struct state state;
	struct row rows[8];
	uint32_t order[8];
	struct ctx ctx;
	struct worker worker;
	struct arena *arena;
	size_t warnings;
	char warning[512]; /* the last one */
	char all_warnings[4096];
};

void world_open(struct world *w);
void world_close(struct world *w);
/* Loads the written pages again, after the instance's content/ was filled. */
enum err_code world_reload(struct world *w, struct err *e);
void world_write(struct world *w, const char *relative, const char *text);
/* Puts rows into the register as they stand there, past its commands; what is read from then on has them. */
void world_sql(struct world *w, const char *sql);
/* An enterprise that was closed, in the register and in the state. */
void world_enterprise(struct world *w, int64_t number, const char *name, const char *street);
/* So many cases that release 1 shows in this position. */
void world_tips(struct world *w, int64_t count, const char *month, const char *kind,
	const char *street, const char *lead, const char *bucket);
/* Enters the record's row into the state, so that lists and totals know it. */
void world_add(struct world *w, const struct pub_record *rec);
/* Asserts that the twin of the page rendered last has (or lacks) this text. */
void world_says(const struct world *w, const char *text);
void world_says_not(const struct world *w, const char *text);
/* A record of 散乱 inside the ring, ordered on 2017-12-31, so that its procedures fall due on 2018-02-28. */
struct pub_record world_record(int64_t number);

#endif
