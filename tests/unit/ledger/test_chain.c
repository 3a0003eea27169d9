/* The chain's lines: one spelling each, and every other is refused. */
#include "ledger/ledger_internal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define H0 "0000000000000000000000000000000000000000000000000000000000000000"
#define H1 "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"

Test(ledger_chain, only_what_the_writer_writes_is_a_line)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"1 " H0 " received intake 2018-W05 " H1, true},
		{"999999999999999999 " H1 " a a-b 2018-12-31 " H0, true},
		{"1 " H0 " received intake 2020-W53 " H1, true},
		{"1 " H0 " received intake 2018-W53 " H1, false},
		{"1 " H0 " received intake 2018-W00 " H1, false},
		{"1 " H0 " received intake 2018-w05 " H1, false},
		{"1 " H0 " received intake 2018-W5 " H1, false},
		{"1 " H0 " received intake 2018-02-29 " H1, false},
		{"0 " H0 " received intake 2018-W05 " H1, false},
		{"01 " H0 " received intake 2018-W05 " H1, false},
		{"-1 " H0 " received intake 2018-W05 " H1, false},
		{"+1 " H0 " received intake 2018-W05 " H1, false},
		{"1000000000000000000 " H0 " received intake 2018-W05 " H1, false},
		{" 1 " H0 " received intake 2018-W05 " H1, false},
		{"1  " H0 " received intake 2018-W05 " H1, false},
		{"1 " H0 " received intake 2018-W05 " H1 " ", false},
		{"1 " H0 " received intake 2018-W05 " H1 " x", false},
		{"1 " H0 " received intake 2018-W05", false},
		{"1 " H0 " received intake 2018-W05 ", false},
		{"1 " H0 " Received intake 2018-W05 " H1, false},
		{"1 " H0 " received int4ke 2018-W05 " H1, false},
		{"1 " H0 " abcdefghijklmnopqrstuvwx intake 2018-W05 " H1, false},
		{"1 A" H0 " received intake 2018-W05 " H1, false},
		{"1 " H0 " received\tintake 2018-W05 " H1, false},
		{"", false},
		{"1", false},
	};
	struct chain_line l;
	struct err e;
	struct buf b;

	buf_init(&b, CHAIN_LINE_MAX);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum err_code code = chain_line_parse(rows[i].text, strlen(rows[i].text), &l, &e);
		cr_assert_eq(code == ERR_OK, rows[i].good, "'%s'", rows[i].text);
		if (code)
			continue;
		buf_clear(&b);
		chain_line_write(&l, &b);
		cr_assert_str_eq(buf_text(&b), rows[i].text);
	}
	buf_done(&b);
	/* A NUL inside, and an upper-case digit of a hash. */
	char text[] = "1 " H1 " received intake 2018-W05 " H1;
	text[10] = '\0';
	cr_assert_eq(chain_line_parse(text, sizeof text - 1, &l, &e), ERR_INPUT);
	text[10] = 'A';
	cr_assert_eq(chain_line_parse(text, sizeof text - 1, &l, &e), ERR_INPUT);
}

Test(ledger_chain, the_first_line_stands_on_the_name_of_its_branch)
{
	uint8_t a[SHA256_BYTES], b[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];

	chain_genesis("intake/host-1", a);
	sha256_bytes("tianlan-chain 1 intake/host-1", 29, b);
	cr_assert_arr_eq(a, b, SHA256_BYTES);
	hex_encode(a, sizeof a, hex);
	cr_assert_str_eq(hex, "acaf04f50a8003d71484637f3b347326be57b9ae46170acec5968ea9baaac449");
}

Test(ledger_chain, a_message_names_the_head_once_and_exactly)
{
	struct ledger_head head = {.seq = 37}, read;
	struct buf b;
	static const char *const bad[] = {"", "x", "x\n\nchain: 37 " H1, "x\n\nchain: 037 " H1 "\n",
		"x\n\nchain: 37 " H1 " \n", "x\n\nchain: 37\n", "chain: 37 " H1 "\n"};

	memset(head.hash, 7, sizeof head.hash);
	buf_init(&b, 500);
	buf_str(&b, "intake: 1 line\n");
	chain_message(&head, &b);
	cr_assert(chain_message_parse(buf_text(&b), &read));
	cr_assert_eq(read.seq, 37);
	cr_assert_arr_eq(read.hash, head.hash, SHA256_BYTES);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_not(chain_message_parse(bad[i], &read), "%zu", i);
	buf_done(&b);
}

Test(ledger_chain, shards_are_numbered_in_folders_of_a_thousand)
{
	char path[CHAIN_PATH_BYTES];
	size_t n;

	chain_shard_path(0, path);
	cr_assert_str_eq(path, "chain/000/000.log");
	chain_shard_path(1999, path);
	cr_assert_str_eq(path, "chain/001/999.log");
	cr_assert(chain_shard_number("042", false, &n) && n == 42);
	cr_assert(chain_shard_number("999.log", true, &n) && n == 999);
	cr_assert_not(chain_shard_number("42", false, &n));
	cr_assert_not(chain_shard_number("042.log", false, &n));
	cr_assert_not(chain_shard_number("042", true, &n));
	cr_assert_not(chain_shard_number("0421", false, &n));
}
