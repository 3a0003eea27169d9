#include "ledger_test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char dir[64], repository[96];
struct ledger *ledger;
struct err e;

void begin(void)
{
	strcpy(dir, "/tmp/tianlan-ledger-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(repository, sizeof repository, "%s/cases.git", dir);
	cr_assert_eq(crypto_start(&e), ERR_OK, "%s", e.message);
	cr_assert_eq(ledger_start(&e), ERR_OK, "%s", e.message);
	cr_assert_eq(ledger_open(repository, BRANCH, &ledger, &e), ERR_OK, "%s", e.message);
}

void end(void)
{
	ledger_close(ledger);
	ledger_stop();
	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK, "%s", e.message);
}

void make_entries(struct arena *a, struct ledger_entry *entries, size_t first, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ledger_entry *n = &entries[i];
		char hex[SHA256_HEX_BYTES];
		char *text = arena_printf(a, "record %zu", first + i);
		sha256_bytes(text, strlen(text), n->commitment);
		sha256_hex(text, strlen(text), hex);
		n->path = arena_printf(a, "cases/2018/W05/%.2s/%.32s", hex, hex);
		n->bytes = text;
		n->len = strlen(text);
		n->step = "received";
		n->role = "intake";
		n->when = "2018-W05";
	}
}

bool try_append(size_t first, size_t count, const struct chance *chance, size_t *ret_commits)
{
	struct arena *a = arena_new();
	struct ledger_entry *entries = mem_zero(count, sizeof *entries);

	make_entries(a, entries, first, count);
	bool good = !ledger_append(ledger, entries, count, MONDAY, chance, ret_commits, &e);
	for (size_t i = 0; i < count; i++)
		good &= entries[i].outcome == LEDGER_WRITTEN;
	free(entries);
	arena_free(a);
	return good;
}

size_t append_numbers(size_t first, size_t count, const struct chance *chance)
{
	size_t commits = 0;
	cr_assert(try_append(first, count, chance, &commits), "%s", e.message);
	return commits;
}

void assert_sound(int64_t lines)
{
	struct ledger_audit audit;
	cr_assert_eq(ledger_audit(ledger, &audit, &e), ERR_OK, "%s", e.message);
	cr_assert_not(audit.fault.found, "%s:%d: %s", audit.fault.file, audit.fault.line,
		audit.fault.why);
	cr_assert_eq(audit.lines, lines, "%lld lines", (long long)audit.lines);
}

void foreign_commit(
	const char *branch, const char *path, const void *bytes, size_t len, const char *message)
{
	git_repository *repo;
	git_reference *ref;
	git_commit *parent;
	git_tree *old, *new;
	git_oid blob, tree, commit;
	git_signature *by;
	git_tree_update update = {.path = path, .filemode = GIT_FILEMODE_BLOB};
	char name[128];

	snprintf(name, sizeof name, "refs/heads/%s", branch);
	cr_assert_eq(git_repository_open_bare(&repo, repository), 0);
	cr_assert_eq(git_reference_lookup(&ref, repo, name), 0);
	cr_assert_eq(git_commit_lookup(&parent, repo, git_reference_target(ref)), 0);
	cr_assert_eq(git_commit_tree(&old, parent), 0);
	update.action = bytes ? GIT_TREE_UPDATE_UPSERT : GIT_TREE_UPDATE_REMOVE;
	if (bytes) {
		cr_assert_eq(git_blob_create_from_buffer(&blob, repo, bytes, len), 0);
		update.id = blob;
	}
	cr_assert_eq(git_tree_create_updated(&tree, repo, old, 1, &update), 0);
	cr_assert_eq(git_tree_lookup(&new, repo, &tree), 0);
	cr_assert_eq(git_signature_new(&by, "x", "x@x", MONDAY, 0), 0);
	const git_commit *parents[] = {parent};
	cr_assert_eq(git_commit_create(&commit, repo, name, by, by, NULL,
			     message ? message : git_commit_message(parent), new, 1, parents),
		0);
	git_signature_free(by);
	git_tree_free(old);
	git_tree_free(new);
	git_commit_free(parent);
	git_reference_free(ref);
	git_repository_free(repo);
}

void read_text(const char *path, struct buf *ret)
{
	buf_init(ret, 1 << 20);
	cr_assert_eq(ledger_read(ledger, path, ret, &e), ERR_OK, "%s", e.message);
}

size_t pack_count(void)
{
	char folder[128];
	size_t count = 0;
	snprintf(folder, sizeof folder, "%s/objects/pack", repository);
	DIR *d = opendir(folder);
	cr_assert_not_null(d);
	for (struct dirent *de; (de = readdir(d));)
		count += str_ends(de->d_name, ".pack");
	closedir(d);
	return count;
}
