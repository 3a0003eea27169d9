/* Packs are merged without losing an object, and few stand afterwards. */
#include "ledger_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(ledger_repack, .init = begin, .fini = end, .timeout = 120);

static size_t repack(size_t max)
{
	size_t packs = 0;
	cr_assert_eq(ledger_repack(ledger, max, &packs, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(packs, pack_count());
	return packs;
}

static bool records_stand(size_t first, size_t count)
{
	struct arena *a = arena_new();
	struct ledger_entry *n = mem_zero(count, sizeof *n);
	bool good = true;
	make_entries(a, n, first, count);
	for (size_t i = 0; good && i < count; i++) {
		struct buf b;
		buf_init(&b, 1000);
		good = !ledger_read(ledger, n[i].path, &b, &e) &&
		       str_eq(buf_text(&b), (const char *)n[i].bytes);
		buf_done(&b);
	}
	free(n);
	arena_free(a);
	return good;
}

static void assert_records(size_t first, size_t count)
{
	cr_assert(records_stand(first, count), "%s", e.message);
}

Test(ledger_repack, few_packs_are_left_alone)
{
	cr_assert_eq(repack(4), 0);
	for (size_t i = 0; i < 4; i++)
		append_numbers(i * 10, 10, NULL);
	cr_assert_eq(repack(4), 4);
}

Test(ledger_repack, many_become_few_and_everything_is_still_there)
{
	for (size_t i = 0; i < 9; i++)
		append_numbers(i * 10, 10, NULL);
	cr_assert_eq(repack(4), 2, "one of history, one of records");
	assert_records(0, 90);
	assert_sound(90);
	append_numbers(90, 10, NULL);
	/* Through a ledger opened afresh: nothing is remembered from before. */
	ledger_close(ledger);
	cr_assert_eq(ledger_open(repository, BRANCH, &ledger, &e), ERR_OK);
	assert_records(0, 100);
	assert_sound(100);
}

static enum err_code note_largest(const char *relative, void *ctx, struct err *x)
{
	char path[256];
	struct stat st;
	(void)x;
	snprintf(path, sizeof path, "%s/objects/pack/%s", repository, relative);
	cr_assert_eq(stat(path, &st), 0);
	if (str_ends(relative, ".pack") && (size_t)st.st_size > *(size_t *)ctx)
		*(size_t *)ctx = (size_t)st.st_size;
	return ERR_OK;
}

Test(ledger_repack, packs_grow_geometrically_so_that_big_ones_are_rarely_rewritten)
{
	size_t most = 0, last = 0;
	off_t written = 0;
	for (size_t i = 0; i < 120; i++) {
		append_numbers(i * 3, 3, NULL);
		size_t packs = repack(8);
		most = packs > most ? packs : most;
		/* The largest pack is written anew only now and then. */
		char folder[128];
		size_t largest = 0;
		snprintf(folder, sizeof folder, "%s/objects/pack", repository);
		cr_assert_eq(dir_each_file(folder, note_largest, &largest, &e), ERR_OK);
		written += largest != last;
		last = largest;
	}
	cr_assert_leq(most, 8);
	cr_assert_lt(written, 40, "%ld times", (long)written);
	assert_sound(360);
}

Test(ledger_repack, loose_objects_of_a_push_are_taken_in)
{
	char folder[128];
	append_numbers(0, 5, NULL);
	struct ledger_head head;
	cr_assert_eq(ledger_head(ledger, &head, &e), ERR_OK);
	foreign_commit(BRANCH, "notes/1", "a note", 6, NULL);
	size_t loose = 0;
	for (int round = 0; round < 2; round++) {
		loose = 0;
		for (int i = 0; i < 256; i++) {
			snprintf(folder, sizeof folder, "%s/objects/%02x", repository, i);
			DIR *d = opendir(folder);
			for (struct dirent *de; d && (de = readdir(d));)
				loose += strlen(de->d_name) == 38;
			if (d)
				closedir(d);
		}
		if (round == 0) {
			cr_assert_gt(loose, 2);
			cr_assert_geq(repack(24), 1);
		}
	}
	cr_assert_eq(loose, 0);
	cr_assert(ledger_has(ledger, "notes/1"));
	assert_sound(5);
}

Test(ledger_repack, a_pack_marked_to_be_kept_is_not_touched)
{
	char folder[128], path[256] = "";
	append_numbers(0, 10, NULL);
	snprintf(folder, sizeof folder, "%s/objects/pack", repository);
	DIR *d = opendir(folder);
	for (struct dirent *de; (de = readdir(d));)
		if (str_ends(de->d_name, ".pack"))
			snprintf(path, sizeof path, "%s/%.*s.keep", folder,
				(int)strlen(de->d_name) - 5, de->d_name);
	closedir(d);
	cr_assert_eq(file_write_durable(path, "", 0, &e), ERR_OK);
	for (size_t i = 1; i < 6; i++)
		append_numbers(i * 10, 10, NULL);
	cr_assert_eq(repack(3), 3, "the kept one, and two");
	strcpy(path + strlen(path) - 4, "pack");
	cr_assert(file_exists(path));
	assert_sound(60);
}

Test(ledger_repack, halves_that_a_crash_left_go_when_they_are_old)
{
	char folder[128], path[256], fresh[256];
	snprintf(folder, sizeof folder, "%s/objects/pack", repository);
	snprintf(
		path, sizeof path, "%s/pack-1111111111111111111111111111111111111111.pack", folder);
	snprintf(fresh, sizeof fresh, "%s/pack-2222222222222222222222222222222222222222.pack",
		folder);
	cr_assert_eq(file_write_durable(path, "x", 1, &e), ERR_OK);
	cr_assert_eq(file_write_durable(fresh, "x", 1, &e), ERR_OK);
	struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	cr_assert_eq(utimensat(AT_FDCWD, path, old, 0), 0);
	for (size_t i = 0; i < 4; i++)
		append_numbers(i * 10, 10, NULL);
	size_t packs;
	cr_assert_eq(ledger_repack(ledger, 2, &packs, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(packs, 2);
	cr_assert_not(file_exists(path));
	cr_assert(file_exists(fresh), "it may be a push under way");
	assert_sound(40);
}

/* A reader that opened the repository before, and one that opens and reads all the time, see no gap. */
Test(ledger_repack, readers_at_the_same_time_miss_nothing)
{
	struct ledger *early;
	append_numbers(0, 20, NULL);
	cr_assert_eq(ledger_open(repository, BRANCH, &early, &e), ERR_OK);
	for (size_t i = 1; i < 8; i++)
		append_numbers(i * 20, 20, NULL);
	pid_t reader = fork();
	if (reader == 0) {
		for (int i = 0; i < 150; i++) {
			if (i % 10 == 0 && ledger_open(repository, BRANCH, &ledger, &e))
				_exit(1);
			if (!records_stand(0, 160))
				_exit(2);
			if (i % 10 == 9)
				ledger_close(ledger);
		}
		_exit(0);
	}
	for (size_t i = 8; i < 40; i++) {
		append_numbers(i * 20, 20, NULL);
		repack(2);
	}
	int status;
	cr_assert_eq(waitpid(reader, &status, 0), reader);
	cr_assert_eq(status, 0);
	ledger_close(ledger);
	ledger = early;
	assert_records(0, 800);
	assert_sound(800);
}

/* Killed anywhere in a repack or an append: what was reported as written stands, and the work goes on. */
Test(ledger_repack, a_kill_anywhere_loses_nothing)
{
	size_t done = 0;
	for (int round = 0; round < 40 || (done < 20 && round < 400); round++) {
		int pipe_fd[2];
		cr_assert_eq(pipe(pipe_fd), 0);
		pid_t child = fork();
		if (child == 0) {
			size_t n;
			/* libgit2 draws its temporary names from a seed of its start, which a fork shares. */
			ledger_close(ledger);
			while (git_libgit2_shutdown() > 0)
				;
			if (ledger_start(&e) || ledger_open(repository, BRANCH, &ledger, &e))
				_exit(2);
			for (size_t i = done;; i++)
				if (!try_append(i, 1, NULL, &n) || write(pipe_fd[1], "x", 1) != 1 ||
					ledger_repack(ledger, 2, &n, &e))
					_exit(1);
		}
		close(pipe_fd[1]);
		usleep((useconds_t)(15000 + round % 40 * 1700));
		kill(child, SIGKILL);
		int status;
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_assert(WIFSIGNALED(status), "it worked until it was killed");
		char c;
		while (read(pipe_fd[0], &c, 1) == 1)
			done++;
		close(pipe_fd[0]);
		struct ledger_head head;
		ledger_close(ledger);
		cr_assert_eq(ledger_open(repository, BRANCH, &ledger, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(ledger_head(ledger, &head, &e), ERR_OK, "%s", e.message);
		cr_assert_geq(head.seq, (int64_t)done);
		/* One that was written but not yet reported is the next round's beginning. */
		done = (size_t)head.seq;
	}
	cr_assert_geq(done, 20);
	assert_records(0, done);
	assert_sound((int64_t)done);
}
