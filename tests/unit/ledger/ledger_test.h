/* What the ledger's tests share: a folder, a ledger in it, records by number, and commits made behind its back. */
#ifndef TESTS_LEDGER_TEST_H
#define TESTS_LEDGER_TEST_H

#include "tianlan/ledger.h"

#include <criterion/criterion.h>
#include <git2.h>

#define MONDAY 1517155200 /* 2018-01-29 00:00 in China */
#define BRANCH "intake/host-1"

extern char dir[64], repository[96];
extern struct ledger *ledger;
extern struct err e;

void begin(void); /* a new folder and an open ledger */
void end(void);

/* Fills entries for records number first … : path, bytes and commitment follow from the number. */
void make_entries(struct arena *a, struct ledger_entry *entries, size_t first, size_t count);
/* Appends them; false with e filled. For forked children, which must make no assertion. */
bool try_append(size_t first, size_t count, const struct chance *chance, size_t *ret_commits);
/* Appends them and returns the commits made. */
size_t append_numbers(size_t first, size_t count, const struct chance *chance);
void assert_sound(int64_t lines);

/* A commit on the branch by somebody else: path gets these bytes (NULL: it is taken out). message NULL: the tip's own. */
void foreign_commit(
	const char *branch, const char *path, const void *bytes, size_t len, const char *message);
/* Reads a file of the branch. */
void read_text(const char *path, struct buf *ret);
size_t pack_count(void);

#endif
