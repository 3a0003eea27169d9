/* Groups become one commit each; what stands is not written again; nobody's line is lost, whoever writes beside. */
#include "ledger_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(ledger_append, .init = begin, .fini = end, .timeout = 120);

static enum err_code count_file(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *x)
{
	struct buf *last = ctx;
	(void)bytes;
	(void)x;
	cr_assert_gt(len, 0);
	cr_assert_lt(strcmp(buf_text(last), path), 0, "paths come in byte order");
	buf_clear(last);
	buf_str(last, path);
	last->max--; /* counts the calls */
	return ERR_OK;
}

Test(ledger_append, a_group_is_one_commit_and_reads_back)
{
	struct arena *a = arena_new();
	struct ledger_entry entries[300] = {0};
	struct buf b;
	struct chance chance = chance_system();

	cr_assert_eq(append_numbers(0, 300, &chance), 1);
	cr_assert_eq(pack_count(), 1, "one pack for a commit");
	make_entries(a, entries, 0, 300);
	for (size_t i = 0; i < 300; i++) {
		read_text(entries[i].path, &b);
		cr_assert_eq(b.len, entries[i].len);
		cr_assert_eq(memcmp(b.data, entries[i].bytes, b.len), 0);
		buf_done(&b);
		cr_assert(ledger_has(ledger, entries[i].path));
	}
	cr_assert_not(ledger_has(ledger, "cases/2018/W05/00"));
	cr_assert_not(ledger_has(ledger, "cases/none"));
	buf_init(&b, 5000);
	cr_assert_eq(ledger_read(ledger, "cases/none", &b, &e), ERR_NOT_FOUND);
	cr_assert_eq(ledger_each(ledger, "cases/", count_file, &b, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(b.max, 4700, "every record once");
	buf_done(&b);
	assert_sound(300);
	arena_free(a);
}

static enum err_code note_line(const struct chain_line *l, void *ctx, struct err *x)
{
	(void)x;
	memcpy(((uint8_t(*)[SHA256_BYTES])ctx)[l->seq - 1], l->commitment, SHA256_BYTES);
	return ERR_OK;
}

Test(ledger_append, lines_stand_as_given_or_in_an_order_of_chance)
{
	static uint8_t given[60][SHA256_BYTES], drawn[120][SHA256_BYTES];
	struct chance chance = chance_system();
	struct arena *a = arena_new();
	struct ledger_entry entries[60] = {0};
	size_t moved = 0;

	append_numbers(0, 60, NULL);
	cr_assert_eq(ledger_each_line(ledger, note_line, given, &e), ERR_OK);
	make_entries(a, entries, 0, 60);
	for (size_t i = 0; i < 60; i++)
		cr_assert_arr_eq(given[i], entries[i].commitment, SHA256_BYTES);
	append_numbers(100, 60, &chance);
	cr_assert_eq(ledger_each_line(ledger, note_line, drawn, &e), ERR_OK);
	make_entries(a, entries, 100, 60);
	for (size_t i = 0; i < 60; i++) {
		size_t found = 0;
		for (size_t j = 60; j < 120; j++)
			found += memcmp(drawn[j], entries[i].commitment, SHA256_BYTES) == 0;
		cr_assert_eq(found, 1);
		moved += memcmp(drawn[60 + i], entries[i].commitment, SHA256_BYTES) != 0;
	}
	cr_assert_gt(moved, 30, "an order of chance leaves few in place");
	arena_free(a);
}

Test(ledger_append, shards_fill_up_and_the_chain_goes_on_in_the_next)
{
	static const size_t groups[] = {1, 254, 1, 1, 255, 600, 1000, 3};
	size_t first = 0;

	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		append_numbers(first, groups[i], NULL);
		first += groups[i];
		assert_sound((int64_t)first);
	}
	cr_assert(ledger_has(ledger, "chain/000/000.log"));
	cr_assert(ledger_has(ledger, "chain/000/008.log"));
	cr_assert_not(ledger_has(ledger, "chain/000/009.log"));
	struct ledger_head head;
	cr_assert_eq(ledger_head(ledger, &head, &e), ERR_OK);
	cr_assert_eq(head.seq, 2115);
}

Test(ledger_append, what_stands_is_not_written_again_and_other_bytes_are_told)
{
	struct arena *a = arena_new();
	struct ledger_entry entries[4] = {0};
	size_t commits = 9;

	append_numbers(0, 3, NULL);
	make_entries(a, entries, 0, 4);
	entries[1].bytes = "something else";
	entries[1].len = strlen(entries[1].bytes);
	cr_assert_eq(ledger_look(ledger, entries, 4, &e), ERR_OK);
	cr_assert_eq(entries[0].outcome, LEDGER_PRESENT);
	cr_assert_eq(entries[1].outcome, LEDGER_DIFFERENT);
	cr_assert_eq(entries[3].outcome, LEDGER_WRITTEN);
	assert_sound(3);
	cr_assert_eq(ledger_append(ledger, entries, 4, MONDAY, NULL, &commits, &e), ERR_OK);
	cr_assert_eq(commits, 1);
	cr_assert_eq(entries[0].outcome, LEDGER_PRESENT);
	cr_assert_eq(entries[1].outcome, LEDGER_DIFFERENT);
	cr_assert_eq(entries[2].outcome, LEDGER_PRESENT);
	cr_assert_eq(entries[3].outcome, LEDGER_WRITTEN);
	cr_assert_eq(ledger_append(ledger, entries, 4, MONDAY, NULL, &commits, &e), ERR_OK);
	cr_assert_eq(commits, 0, "nothing to write, no commit");
	cr_assert_eq(ledger_append(ledger, NULL, 0, MONDAY, NULL, &commits, &e), ERR_OK);
	assert_sound(4);
	arena_free(a);
}

Test(ledger_append, one_path_twice_in_a_group_is_one_record)
{
	struct arena *a = arena_new();
	struct ledger_entry entries[3] = {0};
	struct chance chance = chance_system();
	size_t commits;

	make_entries(a, entries, 0, 1);
	make_entries(a, entries + 1, 0, 1);
	make_entries(a, entries + 2, 0, 1);
	entries[2].bytes = "other";
	entries[2].len = 5;
	cr_assert_eq(ledger_append(ledger, entries, 3, MONDAY, &chance, &commits, &e), ERR_OK);
	cr_assert_eq(entries[0].outcome, LEDGER_WRITTEN);
	cr_assert_eq(entries[1].outcome, LEDGER_PRESENT);
	cr_assert_eq(entries[2].outcome, LEDGER_DIFFERENT);
	assert_sound(1);
	arena_free(a);
}

Test(ledger_append, a_line_alone_is_written_once_while_it_is_recent)
{
	struct ledger_entry lines[2] = {
		{.step = "quarantined", .role = "drain", .when = "2018-W05"},
		{.step = "quarantined", .role = "drain", .when = "2018-W05"}};
	size_t commits;

	memset(lines[0].commitment, 1, SHA256_BYTES);
	memset(lines[1].commitment, 1, SHA256_BYTES);
	cr_assert_eq(ledger_append(ledger, lines, 2, MONDAY, NULL, &commits, &e), ERR_OK);
	cr_assert_eq(lines[0].outcome, LEDGER_WRITTEN);
	cr_assert_eq(lines[1].outcome, LEDGER_WRITTEN, "two with the same bytes are two");
	append_numbers(0, 3 * LEDGER_SHARD_LINES, NULL);
	cr_assert_eq(ledger_append(ledger, lines, 1, MONDAY, NULL, &commits, &e), ERR_OK);
	cr_assert_eq(lines[0].outcome, LEDGER_PRESENT);
	cr_assert_eq(commits, 0);
	lines[0].step = "accepted";
	cr_assert_eq(ledger_append(ledger, lines, 1, MONDAY, NULL, &commits, &e), ERR_OK);
	cr_assert_eq(lines[0].outcome, LEDGER_WRITTEN, "another step is another line");
	append_numbers(1000, LEDGER_SHARD_LINES, NULL);
	lines[0].step = "quarantined";
	cr_assert_eq(ledger_append(ledger, lines, 1, MONDAY, NULL, &commits, &e), ERR_OK);
	cr_assert_eq(lines[0].outcome, LEDGER_WRITTEN, "long ago is forgotten");
	assert_sound(1028);
}

Test(ledger_append, entries_that_no_ledger_may_hold_are_refused)
{
	static const char *const paths[] = {"", "/a", "a/", "a//b", "../a", "a/../b", ".git/x",
		"a/.git", "chain/000/000.log", "a b", "a\nb", "中"};
	struct ledger_entry n = {.path = "a",
		.bytes = "x",
		.len = 1,
		.step = "received",
		.role = "intake",
		.when = "2018-W05"};
	size_t commits;

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		n.path = paths[i];
		cr_assert_eq(ledger_append(ledger, &n, 1, MONDAY, NULL, &commits, &e), ERR_USAGE,
			"'%s'", paths[i]);
	}
	n.path = "a";
	n.step = "Received";
	cr_assert_eq(ledger_append(ledger, &n, 1, MONDAY, NULL, &commits, &e), ERR_USAGE);
	n.step = "received";
	n.when = "2018-W53";
	cr_assert_eq(ledger_append(ledger, &n, 1, MONDAY, NULL, &commits, &e), ERR_USAGE);
	n.when = "2018-02-30";
	cr_assert_eq(ledger_append(ledger, &n, 1, MONDAY, NULL, &commits, &e), ERR_USAGE);
	cr_assert_eq(pack_count(), 0);
}

Test(ledger_append, processes_writing_at_once_lose_no_line)
{
	enum { WRITERS = 4, GROUPS = 8, EACH = 20 };
	struct chance chance = chance_system();

	for (int w = 0; w < WRITERS; w++) {
		if (fork())
			continue;
		if (ledger_open(repository, BRANCH, &ledger, &e))
			_exit(1);
		size_t commits;
		for (size_t g = 0; g < GROUPS; g++)
			if (!try_append((size_t)w * 10000 + g * 100, EACH, &chance, &commits))
				_exit(2);
		_exit(0);
	}
	for (int w = 0, status; w < WRITERS; w++) {
		cr_assert_gt(wait(&status), 0);
		cr_assert_eq(status, 0);
	}
	assert_sound(WRITERS * GROUPS * EACH);
}

/* A push takes no notice of our lock: it moves the branch between our reading and our swap. */
Test(ledger_append, a_writer_that_knows_no_lock_is_survived)
{
	enum { PUSHES = 30, GROUPS = 30 };
	append_numbers(0, 1, NULL);
	pid_t pusher = fork();
	if (pusher == 0) {
		char path[64];
		for (int i = 0; i < PUSHES; i++) {
			git_repository *repo;
			git_reference *ref, *moved;
			git_commit *parent;
			git_tree *old, *new;
			git_oid blob, tree, commit;
			git_signature *by;
			snprintf(path, sizeof path, "notes/%d", i);
			git_tree_update update = {.path = path, .filemode = GIT_FILEMODE_BLOB};
			if (git_repository_open_bare(&repo, repository) ||
				git_reference_lookup(&ref, repo, "refs/heads/" BRANCH) ||
				git_commit_lookup(&parent, repo, git_reference_target(ref)) ||
				git_commit_tree(&old, parent) ||
				git_blob_create_from_buffer(&blob, repo, path, strlen(path)))
				_exit(1);
			update.id = blob;
			const git_commit *parents[] = {parent};
			if (git_tree_create_updated(&tree, repo, old, 1, &update) ||
				git_tree_lookup(&new, repo, &tree) ||
				git_signature_new(&by, "x", "x@x", MONDAY, 0) ||
				git_commit_create(&commit, repo, NULL, by, by, NULL,
					git_commit_message(parent), new, 1, parents))
				_exit(2);
			/* When the ledger was first, the push is refused, as git would, and tried again. */
			if (git_reference_create_matching(&moved, repo, "refs/heads/" BRANCH,
				    &commit, 1, git_reference_target(ref), NULL))
				i--;
			usleep(500);
		}
		_exit(0);
	}
	for (size_t g = 0; g < GROUPS; g++)
		append_numbers(1 + g * 10, 10, NULL);
	int status;
	cr_assert_eq(waitpid(pusher, &status, 0), pusher);
	cr_assert_eq(status, 0);
	assert_sound(1 + GROUPS * 10);
	for (int i = 0; i < PUSHES; i++) {
		char path[64];
		snprintf(path, sizeof path, "notes/%d", i);
		cr_assert(ledger_has(ledger, path), "the push of %s stands", path);
	}
}

Test(ledger_append, a_chain_whose_end_is_broken_takes_no_more_lines)
{
	struct arena *a = arena_new();
	struct ledger_entry n = {0};
	size_t commits;
	struct buf b;

	append_numbers(0, 5, NULL);
	read_text("chain/000/000.log", &b);
	foreign_commit(BRANCH, "chain/000/000.log", b.data, b.len - 1, NULL);
	make_entries(a, &n, 9, 1);
	cr_assert_eq(ledger_append(ledger, &n, 1, MONDAY, NULL, &commits, &e), ERR_INPUT);
	cr_assert_not_null(strstr(e.message, "chain verify"));
	buf_done(&b);
	arena_free(a);
}

static void put(const char *path, const char *text)
{
	cr_assert_eq(file_write_durable(path, text, strlen(text), &e), ERR_OK, "%s", e.message);
}

/* A lock on the branch that a dead writer of ours left is known by the note beside; another's is left to its owner, unless
 * it is old. */
Test(ledger_append, a_lock_left_by_the_dead_stops_nobody)
{
	struct arena *a = arena_new();
	const char *lock = arena_printf(a, "%s/refs/heads/" BRANCH ".lock", repository);
	const char *note = arena_printf(a, "%s/tianlan.lock", repository);
	const char *commit = "1234567890123456789012345678901234567890";
	struct ledger_entry n = {0};
	size_t commits;

	append_numbers(0, 1, NULL);
	static const char *const left[] = {
		"", "12345", "1234567890123456789012345678901234567890\n"};
	for (size_t i = 0; i < COUNT_OF(left); i++) {
		FILE *f = fopen(note, "w"); /* in place: the ledger holds it open */
		cr_assert_not_null(f);
		fputs(commit, f);
		cr_assert_eq(fclose(f), 0);
		put(lock, left[i]);
		append_numbers(1 + i, 1, NULL);
		cr_assert_not(file_exists(lock));
	}
	put(lock, "");
	make_entries(a, &n, 9, 1);
	cr_assert_eq(ledger_append(ledger, &n, 1, MONDAY, NULL, &commits, &e), ERR_CONFLICT);
	cr_assert(file_exists(lock), "no note: somebody is at work");
	struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	cr_assert_eq(utimensat(AT_FDCWD, lock, old, 0), 0);
	append_numbers(9, 1, NULL);
	assert_sound(5);
	arena_free(a);
}

Test(ledger_append, branches_lie_beside_each_other)
{
	struct arena *a = arena_new();
	struct ledger *other;
	const char *const *names;
	size_t count;

	append_numbers(0, 3, NULL);
	struct ledger *first = ledger;
	cr_assert_eq(ledger_open(repository, "office", &other, &e), ERR_OK, "%s", e.message);
	ledger = other;
	append_numbers(0, 2, NULL);
	assert_sound(2);
	ledger_close(other);
	ledger = first;
	assert_sound(3);
	cr_assert_eq(ledger_branches(repository, a, &names, &count, &e), ERR_OK);
	cr_assert_eq(count, 2);
	cr_assert_str_eq(names[0], BRANCH);
	cr_assert_str_eq(names[1], "office");
	cr_assert_eq(ledger_branches("/tmp/no/such", a, &names, &count, &e), ERR_NOT_FOUND);
	arena_free(a);
}

Test(ledger_open, makes_a_private_repository_or_says_why_not)
{
	struct ledger *l = NULL;
	char path[128];
	struct stat st;

	begin();
	cr_assert_eq(stat(repository, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0700);
	cr_assert_eq(ledger_open(repository, "Intake", &l, &e), ERR_USAGE);
	cr_assert_eq(ledger_open(repository, "a/../b", &l, &e), ERR_USAGE);
	cr_assert_eq(ledger_open(repository, "a/b/c", &l, &e), ERR_USAGE);
	snprintf(path, sizeof path, "%s/full", dir);
	cr_assert_eq(mkdir(path, 0700), 0);
	strcat(path, "/diary");
	cr_assert_eq(file_write_durable(path, "x", 1, &e), ERR_OK);
	*strrchr(path, '/') = '\0';
	cr_assert_eq(ledger_open(path, BRANCH, &l, &e), ERR_CONFLICT);
	snprintf(path, sizeof path, "%s/empty", dir);
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_assert_eq(ledger_open(path, BRANCH, &l, &e), ERR_OK, "an empty folder will do: %s",
		e.message);
	ledger_close(l);
	/* As a crash leaves it: some of it made, the lock not. */
	strcat(path, "/tianlan.lock");
	cr_assert_eq(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	strcat(path, "/HEAD");
	cr_assert_eq(truncate(path, 0), 0);
	strcat(path, ".lock");
	cr_assert_eq(file_write_durable(path, "x", 1, &e), ERR_OK);
	*strrchr(path, '/') = '\0';
	strcat(path, "/_git2_0123456789abcdef");
	cr_assert_eq(file_write_durable(path, "x", 1, &e), ERR_OK);
	*strrchr(path, '/') = '\0';
	cr_assert_eq(ledger_open(path, BRANCH, &l, &e), ERR_OK, "%s", e.message);
	ledger_close(l);
	if (geteuid() == 0) {
		cr_assert_eq(chown(repository, 65534, 65534), 0);
		cr_assert_eq(ledger_open(repository, BRANCH, &l, &e), ERR_REFUSED);
	}
	end();
}

Test(ledger_open, settings_of_the_user_change_nothing)
{
	char path[128];

	strcpy(dir, "/tmp/tianlan-ledger-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/.gitconfig", dir);
	static const char settings[] =
		"[core]\n\tlogAllRefUpdates = always\n[user]\n\tname = Somebody\n"
		"[init]\n\tdefaultBranch = mine\n";
	cr_assert_eq(file_write_durable(path, settings, strlen(settings), &e), ERR_OK);
	setenv("HOME", dir, 1);
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, dir);
	snprintf(repository, sizeof repository, "%s/cases.git", dir);
	cr_assert_eq(crypto_start(&e), ERR_OK);
	cr_assert_eq(ledger_start(&e), ERR_OK);
	cr_assert_eq(ledger_open(repository, BRANCH, &ledger, &e), ERR_OK, "%s", e.message);
	append_numbers(0, 2, NULL);
	snprintf(path, sizeof path, "%s/logs", repository);
	cr_assert_not(file_exists(path), "a log of the branch would tell the hour");
	end();
}
