/* Files that are whole or not there, walks in order, work whose first failure is always the same. */
#include "tianlan/base.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/tianlan-base-XXXXXX";

static void make_dir(void)
{
	cr_assert_not_null(mkdtemp(dir));
}

static void drop_dir(void)
{
	struct err e;
	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK, "%s", e.message);
	cr_assert_not(file_exists(dir));
}

TestSuite(base_file, .init = make_dir, .fini = drop_dir);

static void put(struct arena *a, const char *name, const char *text)
{
	struct err e;
	cr_assert_eq(file_write_durable(path_join(a, dir, name), text, strlen(text), &e), ERR_OK,
		"%s", e.message);
}

Test(base_file, writing_replaces_whole_and_leaves_nothing_beside)
{
	struct arena *a = arena_new();
	struct err e;
	put(a, "x", "一");
	put(a, "x", "二二");
	struct buf b;
	buf_init(&b, 100);
	cr_assert_eq(file_read(path_join(a, dir, "x"), 100, &b, &e), ERR_OK);
	cr_assert_str_eq(buf_text(&b), "二二");
	cr_assert_eq(unlink(path_join(a, dir, "x")), 0);
	cr_assert_eq(rmdir(dir), 0, "no temporary file is left");
	cr_assert_eq(mkdir(dir, 0700), 0);
	buf_done(&b);
	arena_free(a);
}

Test(base_file, a_failed_write_leaves_the_old_file)
{
	struct arena *a = arena_new();
	struct err e;
	cr_assert_neq(file_write_durable(path_join(a, dir, "no/such/folder"), "x", 1, &e), ERR_OK);
	cr_assert_not_null(strstr(e.message, "no/such/folder"));
	arena_free(a);
}

Test(base_file, reading_says_what_is_wrong)
{
	struct arena *a = arena_new();
	struct err e;
	struct buf b;
	buf_init(&b, 3);
	put(a, "big", "12345");
	cr_assert_eq(file_read(path_join(a, dir, "none"), 10, &b, &e), ERR_NOT_FOUND);
	cr_assert_eq(file_read(dir, 10, &b, &e), ERR_INPUT);
	cr_assert_eq(file_read(path_join(a, dir, "big"), 3, &b, &e), ERR_INPUT);
	buf_done(&b);
	arena_free(a);
}

struct seen {
	struct buf names;
};

static enum err_code note(const char *relative, void *ctx, struct err *e)
{
	(void)e;
	buf_str(ctx, relative);
	buf_char(ctx, ' ');
	return ERR_OK;
}

Test(base_file, walks_go_in_byte_order_and_do_not_follow_links)
{
	struct arena *a = arena_new();
	struct err e;
	cr_assert_eq(dir_make_all(path_join(a, dir, "b/c"), &e), ERR_OK);
	put(a, "z", "");
	put(a, "b/c/2", "");
	put(a, "b/1", "");
	put(a, "a", "");
	cr_assert_eq(symlink("/etc", path_join(a, dir, "link")), 0);
	struct buf b;
	buf_init(&b, 1000);
	cr_assert_eq(dir_each_file(dir, note, &b, &e), ERR_OK);
	cr_assert_str_eq(buf_text(&b), "a b/1 b/c/2 z ");
	buf_done(&b);
	arena_free(a);
}

static enum err_code fail_from_seven(void *ctx, int worker, size_t index, struct err *e)
{
	(void)worker;
	atomic_fetch_add((atomic_int *)ctx, 1);
	if (index >= 7)
		return err_set(e, ERR_INPUT, "number %zu", index);
	usleep(index % 3 * 200);
	return ERR_OK;
}

Test(base_work, the_first_failure_by_index_is_reported_whatever_the_threads_do)
{
	for (int round = 0; round < 30; round++) {
		atomic_int runs = 0;
		struct err e;
		cr_assert_eq(work_run(4, 1000, fail_from_seven, &runs, &e), ERR_INPUT);
		cr_assert_str_eq(e.message, "number 7");
		cr_assert_lt(runs, 100, "no new index is started after a failure");
	}
}

static enum err_code count_one(void *ctx, int worker, size_t index, struct err *e)
{
	(void)worker;
	(void)e;
	atomic_fetch_add(&((atomic_int *)ctx)[index], 1);
	return ERR_OK;
}

Test(base_work, every_index_runs_once)
{
	static atomic_int runs[500];
	struct err e;
	for (int jobs = 1; jobs <= 5; jobs++)
		cr_assert_eq(work_run(jobs, 500, count_one, runs, &e), ERR_OK);
	for (int i = 0; i < 500; i++)
		cr_assert_eq(runs[i], 5);
	cr_assert_eq(work_run(3, 0, count_one, runs, &e), ERR_OK);
}
