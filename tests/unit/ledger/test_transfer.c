/* Branches go from one repository to another forward only, whole or not at all, whatever stands at the other end. */
#include "ledger_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

TestSuite(ledger_transfer, .init = begin, .fini = end, .timeout = 120);

static char hub[96], far[96];

static void paths(void)
{
	snprintf(hub, sizeof hub, "%s/hub.git", dir);
	snprintf(far, sizeof far, "%s/far.git", dir);
}

static enum err_code push(void)
{
	paths();
	e = (struct err){0};
	return ledger_push(repository, hub, BRANCH, &e);
}

static enum err_code fetch_with(ledger_incoming_fn *check, void *ctx, bool *ret_moved)
{
	paths();
	e = (struct err){0};
	*ret_moved = false;
	return ledger_fetch(far, hub, BRANCH, check, ctx, ret_moved, &e);
}

static void must_fetch(bool wanted)
{
	bool moved;
	cr_assert_eq(fetch_with(NULL, NULL, &moved), ERR_OK, "%s", e.message);
	cr_assert_eq(moved, wanted);
}

/* The audit of the branch in that repository: so many lines, and nothing wrong. */
static void assert_lines(const char *path, int64_t lines)
{
	struct ledger *l;
	struct ledger_audit audit;

	cr_assert_eq(ledger_open(path, BRANCH, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(ledger_audit(l, &audit, &e), ERR_OK, "%s", e.message);
	cr_assert_not(audit.fault.found, "%s:%d: %s", audit.fault.file, audit.fault.line,
		audit.fault.why);
	cr_assert_eq(audit.lines, lines, "%lld lines", (long long)audit.lines);
	ledger_close(l);
}

static size_t packs_of(const char *path)
{
	char kept[96];
	strcpy(kept, repository);
	strcpy(repository, path);
	size_t count = pack_count();
	strcpy(repository, kept);
	return count;
}

/* Somebody with git at the hub. */
static void git_at(const char *path, const char *command)
{
	char line[512];
	snprintf(line, sizeof line, "GIT_CONFIG_GLOBAL=/dev/null git -C %s %s >/dev/null 2>&1",
		path, command);
	cr_assert_eq(system(line), 0, "%s", line);
}

Test(ledger_transfer, a_branch_arrives_whole_through_a_hub)
{
	append_numbers(0, 300, NULL);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	assert_lines(hub, 300);
	must_fetch(true);
	assert_lines(far, 300);
	git_at(hub, "fsck --strict --full");
	git_at(far, "fsck --strict --full");
}

Test(ledger_transfer, nothing_new_changes_nothing)
{
	append_numbers(0, 3, NULL);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	cr_assert_eq(packs_of(hub), 1);
	must_fetch(true);
	must_fetch(false);
	cr_assert_eq(packs_of(far), 1);
}

Test(ledger_transfer, what_came_since_follows)
{
	for (size_t i = 0; i < 5; i++) {
		append_numbers(i * 100, 100, NULL);
		cr_assert_eq(push(), ERR_OK, "%s", e.message);
		if (i % 2 == 0)
			must_fetch(true);
	}
	assert_lines(far, 500);
	cr_assert_eq(packs_of(hub), 5);
	cr_assert_eq(packs_of(far), 3);
}

Test(ledger_transfer, a_hub_that_was_lost_is_filled_again)
{
	append_numbers(0, 20, NULL);
	cr_assert_eq(push(), ERR_OK);
	must_fetch(true);
	cr_assert_eq(dir_remove_all(hub, &e), ERR_OK);
	append_numbers(20, 5, NULL);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	must_fetch(true);
	assert_lines(far, 25);
}

Test(ledger_transfer, a_hub_that_is_behind_is_no_trouble)
{
	char command[512];

	append_numbers(0, 10, NULL);
	cr_assert_eq(push(), ERR_OK);
	snprintf(command, sizeof command, "cp -a %s %s.old", hub, hub);
	cr_assert_eq(system(command), 0);
	append_numbers(10, 10, NULL);
	cr_assert_eq(push(), ERR_OK);
	must_fetch(true);
	snprintf(command, sizeof command, "rm -rf %s && mv %s.old %s", hub, hub, hub);
	cr_assert_eq(system(command), 0);
	must_fetch(false);
	assert_lines(far, 20);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	must_fetch(false);
}

Test(ledger_transfer, branches_of_several_share_a_hub)
{
	const char *const *names;
	size_t count;
	struct arena *a = arena_new();
	struct ledger *office;
	struct ledger_entry line = {.step = "anchored", .role = "office", .when = "2018-01-31"};
	size_t commits;

	append_numbers(0, 3, NULL);
	cr_assert_eq(push(), ERR_OK);
	cr_assert_eq(ledger_open(far, "office", &office, &e), ERR_OK);
	cr_assert_eq(ledger_append(office, &line, 1, MONDAY, NULL, &commits, &e), ERR_OK);
	cr_assert_eq(ledger_push(far, hub, "office", &e), ERR_OK, "%s", e.message);
	must_fetch(true);
	cr_assert_eq(ledger_other_branches(hub, a, &names, &count, &e), ERR_OK);
	cr_assert_eq(count, 2);
	cr_assert_str_eq(names[0], BRANCH);
	cr_assert_str_eq(names[1], "office");
	git_at(hub, "pack-refs --all");
	cr_assert_eq(ledger_other_branches(hub, a, &names, &count, &e), ERR_OK);
	cr_assert_eq(count, 2);
	append_numbers(3, 1, NULL);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	must_fetch(true);
	assert_lines(far, 4);
	ledger_close(office);
	arena_free(a);
}

Test(ledger_transfer, packs_of_a_hub_are_merged_and_loose_objects_are_read)
{
	for (size_t i = 0; i < 8; i++) {
		append_numbers(i, 1, NULL);
		cr_assert_eq(push(), ERR_OK, "%s", e.message);
	}
	cr_assert_eq(packs_of(hub), 8);
	ledger_other_repack(hub, 4);
	cr_assert_leq(packs_of(hub), 4);
	must_fetch(true);
	assert_lines(far, 8);
	cr_assert_eq(dir_remove_all(hub, &e), ERR_OK);
	git_at(dir, "init -q --bare hub.git");
	git_at(hub, "config receive.unpackLimit 100000");
	git_at(repository, "push -q ../hub.git intake/host-1");
	cr_assert_eq(packs_of(hub), 0);
	cr_assert_eq(dir_remove_all(far, &e), ERR_OK);
	must_fetch(true);
	assert_lines(far, 8);
}

/* ---- what is refused ---------------------------------------------------------------------------------- */

Test(ledger_transfer, a_fork_is_refused_both_ways)
{
	struct ledger *l;
	char kept[96];
	bool moved;

	append_numbers(0, 5, NULL);
	cr_assert_eq(push(), ERR_OK);
	must_fetch(true);
	append_numbers(5, 1, NULL);
	strcpy(kept, repository);
	/* The far side goes on by itself. */
	cr_assert_eq(ledger_open(far, BRANCH, &l, &e), ERR_OK);
	struct ledger *ours = ledger;
	ledger = l;
	append_numbers(77, 1, NULL);
	ledger = ours;
	cr_assert_eq(push(), ERR_OK);
	cr_assert_eq(fetch_with(NULL, NULL, &moved), ERR_CONFLICT, "%s", e.message);
	assert_lines(far, 6);
	cr_assert_eq(ledger_push(far, hub, BRANCH, &e), ERR_CONFLICT, "%s", e.message);
	assert_lines(hub, 6);
	ledger_close(l);
}

Test(ledger_transfer, a_rewritten_branch_is_refused)
{
	bool moved;

	append_numbers(0, 5, NULL);
	cr_assert_eq(push(), ERR_OK);
	must_fetch(true);
	cr_assert_eq(dir_remove_all(hub, &e), ERR_OK);
	ledger_close(ledger);
	cr_assert_eq(dir_remove_all(repository, &e), ERR_OK);
	cr_assert_eq(ledger_open(repository, BRANCH, &ledger, &e), ERR_OK);
	append_numbers(100, 9, NULL);
	cr_assert_eq(push(), ERR_OK);
	cr_assert_eq(fetch_with(NULL, NULL, &moved), ERR_CONFLICT, "%s", e.message);
	assert_lines(far, 5);
}

Test(ledger_transfer, who_fell_behind_the_hub_does_not_set_it_back)
{
	char command[512];

	append_numbers(0, 5, NULL);
	cr_assert_eq(push(), ERR_OK);
	snprintf(command, sizeof command, "cp -a %s %s.backup", repository, repository);
	cr_assert_eq(system(command), 0);
	append_numbers(5, 5, NULL);
	cr_assert_eq(push(), ERR_OK);
	snprintf(command, sizeof command, "%s.backup", repository);
	base_lang_set(LANG_EN);
	cr_assert_eq(ledger_push(command, hub, BRANCH, &e), ERR_CONFLICT);
	cr_assert_not_null(strstr(e.message, "older backup"), "%s", e.message);
	assert_lines(hub, 10);
}

Test(ledger_transfer, a_chain_that_is_wrong_is_refused_where_it_is_new)
{
	bool moved;
	struct buf shard;

	append_numbers(0, 5, NULL);
	cr_assert_eq(push(), ERR_OK);
	must_fetch(true);
	append_numbers(5, 5, NULL);
	read_text("chain/000/000.log", &shard);
	shard.data[shard.len - 5] ^= 1;
	foreign_commit(BRANCH, "chain/000/000.log", shard.data, shard.len, NULL);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	cr_assert_eq(fetch_with(NULL, NULL, &moved), ERR_INPUT, "%s", e.message);
	cr_assert_not_null(strstr(e.message, "chain/000/000.log:10"), "%s", e.message);
	assert_lines(far, 5);
	git_at(far, "rev-parse refs/incoming/intake/host-1");
	buf_done(&shard);
}

Test(ledger_transfer, a_record_that_was_changed_is_refused)
{
	bool moved;
	struct arena *a = arena_new();
	struct ledger_entry one;

	append_numbers(0, 5, NULL);
	cr_assert_eq(push(), ERR_OK);
	must_fetch(true);
	make_entries(a, &one, 2, 1);
	foreign_commit(BRANCH, one.path, "other", 5, NULL);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	cr_assert_eq(fetch_with(NULL, NULL, &moved), ERR_INPUT, "%s", e.message);
	assert_lines(far, 5);
	arena_free(a);
}

static enum err_code look(
	struct ledger *incoming, const struct ledger_head *from, void *ctx, struct err *x)
{
	struct ledger_head head;
	int64_t *seen = ctx;

	cr_assert_eq(ledger_head(incoming, &head, x), ERR_OK);
	seen[0] = from->seq;
	seen[1] = head.seq;
	return seen[2] ? err_set(x, ERR_REFUSED, "no") : ERR_OK;
}

Test(ledger_transfer, the_check_sees_what_comes_and_may_refuse_it)
{
	int64_t seen[3] = {0, 0, 1};
	bool moved;

	append_numbers(0, 5, NULL);
	cr_assert_eq(push(), ERR_OK);
	must_fetch(true);
	append_numbers(5, 2, NULL);
	cr_assert_eq(push(), ERR_OK);
	cr_assert_eq(fetch_with(look, seen, &moved), ERR_REFUSED);
	cr_assert_eq(seen[0], 5);
	cr_assert_eq(seen[1], 7);
	assert_lines(far, 5);
	seen[2] = 0;
	cr_assert_eq(fetch_with(look, seen, &moved), ERR_OK, "%s", e.message);
	cr_assert(moved);
	assert_lines(far, 7);
}

Test(ledger_transfer, what_is_not_there_is_said)
{
	bool moved;

	cr_assert_eq(fetch_with(NULL, NULL, &moved), ERR_NOT_FOUND);
	cr_assert_eq(push(), ERR_NOT_FOUND, "%s", e.message);
	append_numbers(0, 1, NULL);
	cr_assert_eq(push(), ERR_OK);
	cr_assert_eq(ledger_fetch(far, hub, "office", NULL, NULL, &moved, &e), ERR_NOT_FOUND);
}

/* ---- what a hub may hold -------------------------------------------------------------------------------- */

Test(ledger_transfer, links_pipes_and_settings_of_a_hub_lead_nowhere)
{
	static const char *const tricks[] = {
		"cd %s/objects/pack && for f in *.pack; do mv $f ../../x && ln -s ../../x $f; done",
		"mkfifo %s/objects/pack/pack-x.idx",
		"rm %s/refs/heads/intake/host-1 && ln -s /dev/zero %s/refs/heads/intake/host-1",
		"rm %s/refs/heads/intake/host-1 && mkfifo %s/refs/heads/intake/host-1",
		"mv %s/objects %s/o && ln -s o %s/objects",
		"mv %s/refs/heads/intake %s/o && ln -s ../../o %s/refs/heads/intake",
		"printf 'ref: refs/heads/office\\n' >%s/refs/heads/intake/host-1",
		"head -c 200 /dev/zero >%s/refs/heads/intake/host-1",
	};
	char kept[512];
	struct buf command;
	bool moved;

	append_numbers(0, 5, NULL);
	cr_assert_eq(push(), ERR_OK);
	snprintf(kept, sizeof kept, "rm -rf %s && cp -a %s.good %s", hub, hub, hub);
	buf_init(&command, 4096);
	buf_printf(&command, "cp -a %s %s.good", hub, hub);
	cr_assert_eq(system(buf_text(&command)), 0);
	for (size_t i = 0; i < COUNT_OF(tricks); i++) {
		buf_clear(&command);
		for (const char *c = tricks[i]; *c; c++)
			if (c[0] == '%' && c[1] == 's') {
				buf_str(&command, hub);
				c++;
			} else {
				buf_char(&command, *c);
			}
		cr_assert_eq(system(buf_text(&command)), 0, "%s", buf_text(&command));
		cr_assert_eq(fetch_with(NULL, NULL, &moved), ERR_INPUT, "%zu: %s", i, e.message);
		cr_assert_eq(system(kept), 0);
	}
	buf_done(&command);
	git_at(hub, "config core.worktree /nonexistent");
	git_at(hub, "config include.path /dev/zero");
	must_fetch(true);
	assert_lines(far, 5);
}

Test(ledger_transfer, damaged_objects_are_refused)
{
	bool moved;
	char command[512];

	append_numbers(0, 50, NULL);
	cr_assert_eq(push(), ERR_OK);
	snprintf(command, sizeof command,
		"cd %s/objects/pack && chmod u+w *.pack && for at in 200 900 1500; do printf XXXX "
		"| "
		"dd of=$(echo *.pack) bs=1 seek=$at conv=notrunc 2>/dev/null; done",
		hub);
	cr_assert_eq(system(command), 0);
	cr_assert_eq(fetch_with(NULL, NULL, &moved), ERR_INPUT, "%s", e.message);
	cr_assert_not(moved);
}

/* ---- after a crash ------------------------------------------------------------------------------------------ */

Test(ledger_transfer, what_a_dead_transfer_left_is_no_trouble)
{
	int64_t refuse[3] = {0, 0, 1};
	char path[160];
	bool moved;

	append_numbers(0, 5, NULL);
	paths();
	/* A push that died making the hub, and one that died before its branch had its name. */
	snprintf(path, sizeof path, "%s.new-intake-host-1/objects", hub);
	cr_assert_eq(dir_make_all(path, &e), ERR_OK);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	snprintf(path, sizeof path, "%s/refs/heads/intake/host-1.lock", hub);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	cr_assert_eq(write(fd, "12", 2), 2);
	close(fd);
	/* A fetch that died between its pack and its branch. */
	cr_assert_eq(fetch_with(look, refuse, &moved), ERR_REFUSED);
	snprintf(path, sizeof path, "%s/refs/incoming/intake/host-1", far);
	cr_assert(file_exists(path));
	append_numbers(5, 5, NULL);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	must_fetch(true);
	assert_lines(far, 10);
	git_at(hub, "fsck --strict --full");
}

/* ---- rights and size ------------------------------------------------------------------------------------------- */

Test(ledger_transfer, a_shared_folder_gets_a_shared_repository)
{
	static const char *const folders[] = {"", "/objects/pack", "/refs/heads/intake"};
	char path[160];
	struct stat st;

	umask(077);
	append_numbers(0, 2, NULL);
	cr_assert_eq(push(), ERR_OK);
	cr_assert_eq(stat(hub, &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0700);
	cr_assert_eq(dir_remove_all(hub, &e), ERR_OK);
	cr_assert_eq(chmod(dir, 02770), 0);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		snprintf(path, sizeof path, "%s%s", hub, folders[i]);
		cr_assert_eq(stat(path, &st), 0);
		cr_assert_eq(st.st_mode & 07777, 02770, "%s %o", path, st.st_mode);
	}
	snprintf(path, sizeof path, "%s/refs/heads/intake/host-1", hub);
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0660);
	snprintf(path, sizeof path, "test $(ls -l %s/objects/pack | grep -c r--r-----) = 2", hub);
	cr_assert_eq(system(path), 0);
	git_at(hub, "fsck --strict --full");
	must_fetch(true);
}

Test(ledger_transfer, five_thousand_cases_go_through_in_a_few_seconds)
{
	struct timespec from, to;

	for (size_t i = 0; i < 50; i++)
		append_numbers(i * 100, 100, NULL);
	clock_gettime(CLOCK_MONOTONIC, &from);
	cr_assert_eq(push(), ERR_OK, "%s", e.message);
	must_fetch(true);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_lines(far, 5000);
	cr_assert_lt(to.tv_sec - from.tv_sec, 60);
	fprintf(stderr, "5 000 cases: %.2f s\n",
		(double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
	/* One more is no more than one more. */
	append_numbers(5000, 1, NULL);
	clock_gettime(CLOCK_MONOTONIC, &from);
	cr_assert_eq(push(), ERR_OK);
	must_fetch(true);
	clock_gettime(CLOCK_MONOTONIC, &to);
	fprintf(stderr, "one more: %.3f s\n",
		(double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
	cr_assert_lt(to.tv_sec - from.tv_sec, 10);
}
