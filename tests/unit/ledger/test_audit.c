/* Whatever is changed behind the ledger's back is found and named by its file and line. */
#include "ledger_test.h"

#include <git2/sys/commit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(ledger_audit, .init = begin, .fini = end, .timeout = 120);

static struct ledger_audit audit(void)
{
	struct ledger_audit a;
	cr_assert_eq(ledger_audit(ledger, &a, &e), ERR_OK, "%s", e.message);
	return a;
}

static void assert_fault(const char *file, int line, int64_t seq)
{
	struct ledger_audit a = audit();
	cr_assert(a.fault.found);
	cr_assert_str_eq(a.fault.file, file, "%s:%d %s", a.fault.file, a.fault.line, a.fault.why);
	cr_assert_eq(a.fault.line, line, "%s:%d %s", a.fault.file, a.fault.line, a.fault.why);
	cr_assert_eq(a.fault.seq, seq, "seq %lld", (long long)a.fault.seq);
	cr_assert_gt(strlen(a.fault.why), 10);
}

/* Line number n (0-based) of a text: where it begins and how long it is, with its LF. */
static char *line_at(struct buf *b, size_t n, size_t *ret_len)
{
	char *at = b->data;
	while (n--)
		at = strchr(at, '\n') + 1;
	*ret_len = (size_t)(strchr(at, '\n') + 1 - at);
	return at;
}

enum deed { EDIT, REMOVE, SWAP, SHORTEN, DOUBLE };

static void tamper(struct buf *b, enum deed deed, size_t n)
{
	size_t len, next_len;
	char *at = line_at(b, n, &len);
	char *end = b->data + b->len;
	char copy[512];

	switch (deed) {
	case EDIT:
		at = strchr(at, ' ') + 1;
		*at = *at == '0' ? '1' : '0';
		break;
	case REMOVE:
		memmove(at, at + len, (size_t)(end - at - (ptrdiff_t)len));
		b->len -= len;
		break;
	case SWAP:
		(void)line_at(b, n + 1, &next_len);
		memcpy(copy, at, len);
		memmove(at, at + len, next_len);
		memcpy(at + next_len, copy, len);
		break;
	case SHORTEN:
		b->len = (size_t)(at - b->data);
		break;
	case DOUBLE:
		memcpy(copy, at, len);
		memmove(at + len, at, (size_t)(end - at));
		b->len += len;
		break;
	}
}

Test(ledger_audit, an_untouched_chain_is_sound_however_it_was_written)
{
	assert_sound(0);
	for (size_t i = 0; i < 12; i++)
		append_numbers(i * 1000, 1 + i * 17, NULL);
	assert_sound(12 + 66 * 17);
	cr_assert_eq(audit().commits, 12);
}

/* A commit behind ours that changes the chain: found against the history, and the very line is named. */
Test(ledger_audit, a_changed_line_is_named_against_the_history)
{
	static const struct {
		enum deed deed;
		const char *file;
		size_t line; /* 0-based */
		int named;
		int64_t seq;
	} rows[] = {
		{EDIT, "chain/000/000.log", 4, 5, 5},
		{REMOVE, "chain/000/000.log", 0, 1, 1},
		{SWAP, "chain/000/000.log", 100, 101, 101},
		{SHORTEN, "chain/000/000.log", 200, 201, 201},
		{DOUBLE, "chain/000/000.log", 9, 11, 11},
		{EDIT, "chain/000/001.log", 255, 256, 512},
		{EDIT, "chain/000/002.log", 0, 1, 513},
		{REMOVE, "chain/000/002.log", 80, 81, 593},
		{SWAP, "chain/000/002.log", 86, 87, 599},
		{SHORTEN, "chain/000/002.log", 87, 88, 600},
	};

	for (size_t i = 0; i < 6; i++)
		append_numbers(i * 100, 100, NULL);
	assert_sound(600);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b, whole;
		read_text(rows[i].file, &b);
		buf_init(&whole, 1 << 20);
		buf_add(&whole, b.data, b.len + 1);
		buf_str(&whole, "                                                       "
				"                                                        "
				"                                                        "
				"                                                        ");
		whole.len = b.len;
		tamper(&whole, rows[i].deed, rows[i].line);
		foreign_commit(BRANCH, rows[i].file, whole.data, whole.len, NULL);
		assert_fault(rows[i].file, rows[i].named, rows[i].seq);
		/* Taking it back does not undo that it was done; a branch reset to before it does. */
		foreign_commit(BRANCH, rows[i].file, b.data, b.len, NULL);
		assert_fault(rows[i].file, rows[i].named, rows[i].seq);
		git_repository *repo;
		git_reference *ref, *back;
		git_oid before;
		cr_assert_eq(git_repository_open_bare(&repo, repository), 0);
		cr_assert_eq(git_reference_lookup(&ref, repo, "refs/heads/" BRANCH), 0);
		git_object *object;
		cr_assert_eq(git_revparse_single(&object, repo, "refs/heads/" BRANCH "~2"), 0);
		before = *git_object_id(object);
		cr_assert_eq(git_reference_set_target(&back, ref, &before, NULL), 0);
		git_object_free(object);
		git_reference_free(back);
		git_reference_free(ref);
		git_repository_free(repo);
		assert_sound(600);
		buf_done(&b);
		buf_done(&whole);
	}
}

Test(ledger_audit, a_shard_or_the_whole_chain_taken_away_is_missed)
{
	append_numbers(0, 600, NULL);
	foreign_commit(BRANCH, "chain/000/002.log", NULL, 0, NULL);
	assert_fault("chain/000/002.log", 1, 513);
}

Test(ledger_audit, a_gap_in_the_shards_is_missed)
{
	append_numbers(0, 600, NULL);
	foreign_commit(BRANCH, "chain/000/001.log", NULL, 0, NULL);
	assert_fault("chain", 0, 0 + 600);
}

Test(ledger_audit, a_record_changed_or_taken_out_is_named)
{
	struct arena *a = arena_new();
	struct ledger_entry n[2] = {0};

	make_entries(a, n, 0, 2);
	append_numbers(0, 40, NULL);
	foreign_commit(BRANCH, n[0].path, "other", 5, NULL);
	assert_fault(n[0].path, 0, 40);
	arena_free(a);
}

Test(ledger_audit, a_record_taken_out_is_named)
{
	struct arena *a = arena_new();
	struct ledger_entry n[2] = {0};

	make_entries(a, n, 0, 2);
	append_numbers(0, 40, NULL);
	foreign_commit(BRANCH, n[1].path, NULL, 0, NULL);
	assert_fault(n[1].path, 0, 40);
	arena_free(a);
}

Test(ledger_audit, a_commit_that_does_not_name_the_end_is_named)
{
	append_numbers(0, 300, NULL);
	foreign_commit(BRANCH, "README", "hello", 5, "a note\n");
	assert_fault("chain/000/001.log", 44, 300);
}

/* Lines that chain rightly but were put in by somebody who did not know that a message names the end. */
Test(ledger_audit, lines_added_under_an_old_message_are_named)
{
	struct buf b;
	struct chain_line l = {.seq = 4, .step = "declined", .role = "intake", .when = "2018-W05"};
	struct ledger_head head;

	append_numbers(0, 3, NULL);
	cr_assert_eq(ledger_head(ledger, &head, &e), ERR_OK);
	memcpy(l.previous, head.hash, SHA256_BYTES);
	read_text("chain/000/000.log", &b);
	chain_line_write(&l, &b);
	buf_char(&b, '\n');
	foreign_commit(BRANCH, "chain/000/000.log", b.data, b.len, NULL);
	assert_fault("chain/000/000.log", 4, 4);
	buf_done(&b);
}

/* History written anew: the root of it all with one line other than it was, the message kept. The next line betrays it. */
static void rewrite_history(enum deed deed, size_t line)
{
	git_repository *repo;
	git_reference *ref, *moved;
	git_commit *old;
	git_tree *tree, *new;
	git_oid blob, id, commit;
	struct buf b;

	read_text("chain/000/000.log", &b);
	buf_str(&b, "                                                                 ");
	b.len -= 65;
	tamper(&b, deed, line);
	cr_assert_eq(git_repository_open_bare(&repo, repository), 0);
	cr_assert_eq(git_reference_lookup(&ref, repo, "refs/heads/" BRANCH), 0);
	cr_assert_eq(git_commit_lookup(&old, repo, git_reference_target(ref)), 0);
	cr_assert_eq(git_commit_tree(&tree, old), 0);
	cr_assert_eq(git_blob_create_from_buffer(&blob, repo, b.data, b.len), 0);
	git_tree_update update = {.action = GIT_TREE_UPDATE_UPSERT,
		.id = blob,
		.filemode = GIT_FILEMODE_BLOB,
		.path = "chain/000/000.log"};
	cr_assert_eq(git_tree_create_updated(&id, repo, tree, 1, &update), 0);
	cr_assert_eq(git_tree_lookup(&new, repo, &id), 0);
	cr_assert_eq(
		git_commit_create(&commit, repo, NULL, git_commit_author(old),
			git_commit_committer(old), NULL, git_commit_message(old), new, 0, NULL),
		0);
	cr_assert_eq(git_reference_set_target(&moved, ref, &commit, NULL), 0);
	git_reference_free(moved);
	git_reference_free(ref);
	git_tree_free(new);
	git_tree_free(tree);
	git_commit_free(old);
	git_repository_free(repo);
	buf_done(&b);
}

Test(ledger_audit, rewritten_history_is_named_where_the_links_break)
{
	append_numbers(0, 20, NULL);
	rewrite_history(EDIT, 6);
	assert_fault("chain/000/000.log", 8, 8);
}

Test(ledger_audit, rewritten_history_without_its_last_lines_is_betrayed_by_its_message)
{
	append_numbers(0, 20, NULL);
	rewrite_history(SHORTEN, 15);
	assert_fault("chain/000/000.log", 15, 15);
}

Test(ledger_audit, rewritten_history_with_a_line_less_is_named)
{
	append_numbers(0, 20, NULL);
	rewrite_history(REMOVE, 3);
	assert_fault("chain/000/000.log", 4, 4);
}

Test(ledger_audit, rewritten_history_with_two_lines_swapped_is_named)
{
	append_numbers(0, 20, NULL);
	rewrite_history(SWAP, 3);
	assert_fault("chain/000/000.log", 4, 4);
}

Test(ledger_audit, a_chain_moved_to_another_branch_does_not_stand_there)
{
	git_repository *repo;
	git_oid tip;
	git_reference *ref;
	struct ledger *other;
	struct ledger_audit a;

	append_numbers(0, 3, NULL);
	cr_assert_eq(git_repository_open_bare(&repo, repository), 0);
	cr_assert_eq(git_reference_name_to_id(&tip, repo, "refs/heads/" BRANCH), 0);
	cr_assert_eq(
		git_reference_create(&ref, repo, "refs/heads/intake/host-2", &tip, 0, NULL), 0);
	git_reference_free(ref);
	git_repository_free(repo);
	cr_assert_eq(ledger_open(repository, "intake/host-2", &other, &e), ERR_OK);
	cr_assert_eq(ledger_audit(other, &a, &e), ERR_OK);
	cr_assert(a.fault.found);
	cr_assert_eq(a.fault.line, 1);
	ledger_close(other);
}

static void flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	cr_assert_not_null(f);
	cr_assert_eq(fseek(f, at, SEEK_SET), 0);
	int c = fgetc(f);
	cr_assert_neq(c, EOF);
	cr_assert_eq(fseek(f, at, SEEK_SET), 0);
	fputc(c ^ 0x10, f);
	cr_assert_eq(fclose(f), 0);
}

static enum err_code note_pack(const char *relative, void *ctx, struct err *x)
{
	(void)x;
	if (str_ends(relative, ".pack"))
		snprintf(ctx, 256, "%s/objects/pack/%s", repository, relative);
	return ERR_OK;
}

/* A bit that turned over on the disk: records are not the audit's to read, chain, folders and commits are. */
Test(ledger_audit, damage_on_the_disk_is_a_fault_and_no_crash)
{
	char folder[128], pack[256] = "";
	struct stat st;
	size_t faults = 0, places = 0;

	append_numbers(0, 100, NULL);
	ledger_close(ledger);
	snprintf(folder, sizeof folder, "%s/objects/pack", repository);
	cr_assert_eq(dir_each_file(folder, note_pack, pack, &e), ERR_OK);
	cr_assert_eq(stat(pack, &st), 0);
	cr_assert_eq(chmod(pack, 0600), 0);
	for (long at = 20; at < st.st_size - 20; at += 97, places++) {
		flip(pack, at);
		cr_assert_eq(ledger_open(repository, BRANCH, &ledger, &e), ERR_OK);
		struct ledger_audit a = audit();
		faults += a.fault.found;
		cr_assert_eq(a.fault.found, a.fault.file[0] != '\0');
		ledger_close(ledger);
		flip(pack, at);
	}
	cr_assert_gt(faults, places / 2, "%zu of %zu", faults, places);
	cr_assert_eq(ledger_open(repository, BRANCH, &ledger, &e), ERR_OK);
	assert_sound(100);
}
