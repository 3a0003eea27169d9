/* The output folder: only what changed is written, a mistake leaves the old site, a journal is carried out. */
#include "site/store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/tianlan-store-XXXXXX";
static char out[64];
static struct err e;

static void start(void)
{
	cr_assert_eq(crypto_start(&e), ERR_OK);
	cr_assert_not_null(mkdtemp(dir));
	snprintf(out, sizeof out, "%s/public", dir);
}

static void stop(void)
{
	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK);
}

TestSuite(site_store, .init = start, .fini = stop);

static struct store *open_store(bool wanted_first)
{
	struct store *s;
	bool first, recovered;
	cr_assert_eq(store_open(out, &first, &recovered, &s, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(first, wanted_first);
	return s;
}

static void put(struct store *s, const char *path, const char *text)
{
	cr_assert_eq(store_put(s, path, text, strlen(text), &e), ERR_OK, "%s", e.message);
}

static struct site_report commit(struct store *s)
{
	struct site_report r = {0};
	cr_assert_eq(store_commit(s, &r, &e), ERR_OK, "%s", e.message);
	store_close(s);
	return r;
}

static bool holds(const char *path, const char *text)
{
	struct buf b;
	char file[256];
	buf_init(&b, 1000);
	snprintf(file, sizeof file, "%s%s", out, path);
	bool same = !file_read(file, 1000, &b, &e) && strcmp(buf_text(&b), text) == 0;
	buf_done(&b);
	return same;
}

static void build(bool first, const char *a, const char *b)
{
	struct store *s = open_store(first);
	put(s, "/index.html", a);
	put(s, "/x/y/b.html", b);
	commit(s);
}

Test(site_store, only_what_changed_is_written)
{
	build(true, "one", "two");
	struct store *s = open_store(false);
	put(s, "/index.html", "one");
	put(s, "/x/y/b.html", "zwei");
	put(s, "/x/new.html", "three");
	struct site_report r = commit(s);
	cr_assert_eq(r.written, 2);
	cr_assert_eq(r.unchanged, 1);
	cr_assert(holds("/x/y/b.html", "zwei") && holds("/x/new.html", "three") &&
		  holds("/index.html", "one"));
}

Test(site_store, what_is_not_committed_never_was)
{
	build(true, "one", "two");
	struct store *s = open_store(false);
	put(s, "/index.html", "changed");
	cr_assert_eq(store_remove(s, "/x/y/b.html", &e), ERR_OK);
	store_close(s);
	cr_assert(holds("/index.html", "one") && holds("/x/y/b.html", "two"));
	s = open_store(false);
	put(s, "/index.html", "one");
	put(s, "/x/y/b.html", "two");
	struct site_report r = commit(s);
	cr_assert_eq(r.written + r.removed, 0);
}

Test(site_store, a_first_build_that_is_given_up_leaves_no_site)
{
	struct store *s = open_store(true);
	put(s, "/index.html", "half");
	store_close(s);
	cr_assert_not(file_exists(out));
	build(true, "one", "two");
	cr_assert(holds("/index.html", "one"));
}

Test(site_store, what_was_not_put_is_removed_on_request)
{
	build(true, "one", "two");
	struct store *s = open_store(false);
	put(s, "/index.html", "one");
	cr_assert_eq(store_remove_unseen(s, &e), ERR_OK);
	struct site_report r = commit(s);
	cr_assert_eq(r.removed, 1);
	cr_assert_not(holds("/x/y/b.html", "two"));
}

Test(site_store, no_empty_folder_stays_behind_a_deleted_file)
{
	char folder[128];
	struct store *s = open_store(true);
	put(s, "/photos/aa/1.jpg", "x");
	put(s, "/photos/bb/2.jpg", "x");
	commit(s);
	s = open_store(false);
	cr_assert_eq(store_remove(s, "/photos/aa/1.jpg", &e), ERR_OK);
	commit(s);
	snprintf(folder, sizeof folder, "%s/photos/aa", out);
	cr_assert_not(file_exists(folder));
	cr_assert(holds("/photos/bb/2.jpg", "x"));
	s = open_store(false);
	cr_assert_eq(store_remove(s, "/photos/bb/2.jpg", &e), ERR_OK);
	put(s, "/photos/cc/3.jpg", "y");
	commit(s);
	cr_assert(holds("/photos/cc/3.jpg", "y"));
	s = open_store(false);
	cr_assert_eq(store_remove(s, "/photos/cc/3.jpg", &e), ERR_OK);
	commit(s);
	snprintf(folder, sizeof folder, "%s/photos", out);
	cr_assert_not(file_exists(folder));
	cr_assert(file_exists(out), "but the site itself");
}

Test(site_store, what_is_kept_counts_as_put)
{
	struct store *s = open_store(true);
	cr_assert_not(store_keep(s, "/photos/aa/1.jpg"), "nothing stands yet");
	put(s, "/photos/aa/1.jpg", "x");
	cr_assert(store_keep(s, "/photos/aa/1.jpg"), "put in this build");
	put(s, "/photos/aa/2.jpg", "x");
	commit(s);
	s = open_store(false);
	cr_assert(store_keep(s, "/photos/aa/1.jpg"));
	cr_assert_eq(store_remove_unseen(s, &e), ERR_OK);
	struct site_report r = commit(s);
	cr_assert_eq(r.unchanged, 1);
	cr_assert_eq(r.removed, 1);
	cr_assert(holds("/photos/aa/1.jpg", "x"));
}

Test(site_store, what_vanished_from_the_disk_is_not_kept_by_a_full_build)
{
	char file[128];
	struct store *s = open_store(true);
	put(s, "/photos/aa/1.jpg", "x");
	commit(s);
	snprintf(file, sizeof file, "%s/photos/aa/1.jpg", out);
	cr_assert_eq(unlink(file), 0);
	s = open_store(false);
	store_verify_disk(s);
	cr_assert_not(store_keep(s, "/photos/aa/1.jpg"));
	put(s, "/photos/aa/1.jpg", "x");
	commit(s);
	cr_assert(holds("/photos/aa/1.jpg", "x"));
}

Test(site_store, a_journal_found_at_the_start_is_carried_out)
{
	build(true, "one", "two");
	char path[256];
	snprintf(path, sizeof path, "%s.state/stage/000", out);
	cr_assert_eq(dir_make_all(path, &e), ERR_OK);
	snprintf(path, sizeof path, "%s.state/stage/000/0", out);
	cr_assert_eq(file_write_durable(path, "eins", 4, &e), ERR_OK);
	snprintf(path, sizeof path, "%s.state/journal", out);
	/* The second line's file was renamed before the interruption. */
	static const char journal[] = "p 0 /index.html\np 1 /x/y/b.html\nd 0 /never.html\nend\n";
	cr_assert_eq(file_write_durable(path, journal, strlen(journal), &e), ERR_OK);
	struct store *s;
	bool first, recovered = false;
	cr_assert_eq(store_open(out, &first, &recovered, &s, &e), ERR_OK, "%s", e.message);
	cr_assert(recovered);
	cr_assert(holds("/index.html", "eins") && holds("/x/y/b.html", "two"));
	cr_assert_not(file_exists(path));
	store_close(s);
}

Test(site_store, two_builds_at_once_and_foreign_folders_are_refused)
{
	struct store *s = open_store(true), *other;
	bool first, recovered;
	cr_assert_eq(store_open(out, &first, &recovered, &other, &e), ERR_CONFLICT);
	store_close(s);
	char path[256];
	snprintf(path, sizeof path, "%s/theirs.txt", out);
	cr_assert_eq(dir_make_all(out, &e), ERR_OK);
	cr_assert_eq(file_write_durable(path, "x", 1, &e), ERR_OK);
	cr_assert_eq(store_open(out, &first, &recovered, &other, &e), ERR_CONFLICT);
	cr_assert(file_exists(path));
}

Test(site_store, state_changes_with_the_site)
{
	struct store *s = open_store(true);
	struct buf b;
	buf_init(&b, 100);
	put(s, "/index.html", "one");
	cr_assert_eq(store_put_state(s, "head", "abc", 3, &e), ERR_OK);
	commit(s);
	s = open_store(false);
	cr_assert_eq(store_read_state(s, "head", &b, &e), ERR_OK);
	cr_assert_str_eq(buf_text(&b), "abc");
	buf_clear(&b);
	cr_assert_eq(store_read_state(s, "none", &b, &e), ERR_NOT_FOUND);
	cr_assert(store_has(s, "/index.html"));
	cr_assert_not(store_has(s, "/other.html"));
	store_close(s);
	buf_done(&b);
}
