/* What is new since a head, and nothing else: lines and files, across commits and shards. */
#include "ledger_test.h"

#include <string.h>

TestSuite(ledger_since, .init = begin, .fini = end, .timeout = 60);

struct seen {
	int64_t first, last, lines, files, files_before_a_line;
	struct ledger_head third; /* after line 3 */
};

static enum err_code on_line(const struct chain_line *line, void *ctx, struct err *x)
{
	struct seen *s = ctx;

	(void)x;
	if (!s->lines++)
		s->first = line->seq;
	cr_assert(s->lines == 1 || line->seq == s->last + 1);
	s->last = line->seq;
	if (line->seq == 3) {
		struct buf b;
		buf_init(&b, CHAIN_LINE_MAX);
		chain_line_write(line, &b);
		s->third.seq = line->seq;
		sha256_bytes(b.data, b.len, s->third.hash);
		buf_done(&b);
	}
	return ERR_OK;
}

static enum err_code on_file(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *x)
{
	struct seen *s = ctx;

	(void)x;
	cr_assert(str_starts(path, "cases/"), "%s", path);
	cr_assert_not_null(bytes);
	cr_assert_gt(len, 0);
	s->files_before_a_line += s->lines == 0;
	s->files++;
	return ERR_OK;
}

static enum err_code look(struct ledger_head *since, struct seen *ret)
{
	*ret = (struct seen){0};
	return ledger_each_since(ledger, since, "cases", on_line, on_file, ret, since, &e);
}

static void assert_new(struct ledger_head *since, int64_t lines)
{
	struct seen s;
	int64_t before = since->seq;

	cr_assert_eq(look(since, &s), ERR_OK, "%s", e.message);
	cr_assert_eq(s.lines, lines, "%lld lines", (long long)s.lines);
	cr_assert_eq(s.files, lines, "%lld files", (long long)s.files);
	cr_assert_eq(s.files_before_a_line, lines);
	cr_assert_eq(since->seq, before + lines);
	if (lines)
		cr_assert(s.first == before + 1 && s.last == before + lines);
}

Test(ledger_since, each_group_is_seen_once_across_commits_and_shards)
{
	struct ledger_head since = {0};

	assert_new(&since, 0);
	append_numbers(0, 3, NULL);
	assert_new(&since, 3);
	assert_new(&since, 0);
	append_numbers(3, 1, NULL);
	append_numbers(4, 2, NULL);
	assert_new(&since, 3);
	append_numbers(6, LEDGER_SHARD_LINES - 6, NULL); /* the shard is full */
	assert_new(&since, LEDGER_SHARD_LINES - 6);
	append_numbers(LEDGER_SHARD_LINES, 1, NULL);
	assert_new(&since, 1);
	append_numbers(LEDGER_SHARD_LINES + 1, 2 * LEDGER_SHARD_LINES, NULL);
	assert_new(&since, 2 * LEDGER_SHARD_LINES);
	struct ledger_head all = {0};
	assert_new(&all, 3 * LEDGER_SHARD_LINES + 1);
	cr_assert_arr_eq(all.hash, since.hash, SHA256_BYTES);
}

/* The files of its commit come again, the lines do not. */
Test(ledger_since, a_head_in_the_midst_of_a_group)
{
	struct ledger_head since = {0};
	struct seen s;

	append_numbers(0, 1, NULL);
	append_numbers(1, 4, NULL);
	append_numbers(5, 1, NULL);
	cr_assert_eq(look(&since, &s), ERR_OK);
	since = s.third;
	cr_assert_eq(since.seq, 3);
	cr_assert_eq(look(&since, &s), ERR_OK, "%s", e.message);
	cr_assert_eq(s.lines, 3);
	cr_assert_eq(s.first, 4);
	cr_assert_eq(s.files, 5);
	cr_assert_eq(since.seq, 6);
}

Test(ledger_since, a_chain_that_does_not_go_on_from_the_head_is_refused)
{
	struct ledger_head since = {0}, wrong;
	struct seen s;

	append_numbers(0, 5, NULL);
	cr_assert_eq(look(&since, &s), ERR_OK);
	wrong = since;
	wrong.hash[0] ^= 1;
	cr_assert_eq(look(&wrong, &s), ERR_INPUT, "another line of this number");
	wrong = since;
	wrong.seq++;
	cr_assert_eq(look(&wrong, &s), ERR_INPUT, "longer than the chain is");
	append_numbers(5, 2, NULL);
	wrong = since;
	wrong.hash[0] ^= 1;
	cr_assert_eq(look(&wrong, &s), ERR_INPUT);
	cr_assert_eq(s.lines, 0);
	cr_assert_eq(look(&since, &s), ERR_OK);
	cr_assert_eq(s.lines, 2);
}
