/*
 * What somebody at the public door reads of a release, kept to be compared with the next.
 */
#ifndef TESTS_REGISTER_RELEASES_H
#define TESTS_REGISTER_RELEASES_H

#include "cases.h"

#define CELLS 4000
#define RESULTS 2000
#define FIRMS 6 /* enterprises looked at: numbers 1 to 6 */

struct cell {
	char name[96]; /* grouping/label/bucket */
	int64_t count;
};
struct result {
	int64_t release;
	char street[24], outcome[12], reply[40];
};
struct view {
	struct cell cells[CELLS];
	size_t cell_count;
	struct result results[RESULTS];
	size_t result_count;
	int64_t firm[FIRMS + 1];
};

/* Cells, results and how many tip-offs each enterprise's record shows, all through the door. */
void look(struct instance *in, struct view *v);
int64_t count_in(const struct view *v, const char *name); /* 0: not shown */

#endif
