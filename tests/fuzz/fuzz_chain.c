/* Bytes from a repository as a shard of a chain, and as a commit's message: what is taken is what the writers write. */
#include "ledger/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const char *line, size_t len, struct ledger_head *head)
{
	struct chain_line parsed, again;
	struct buf b;
	struct err e = {0};

	if (chain_line_parse(line, len, &parsed, &e))
		return;
	buf_init(&b, CHAIN_LINE_MAX);
	chain_line_write(&parsed, &b);
	if (b.overflow || b.len != len || memcmp(b.data, line, len) != 0 ||
		!chain_word_valid(parsed.step) || !chain_word_valid(parsed.role) ||
		!chain_when_valid(parsed.when) || parsed.seq < 1)
		__builtin_trap();
	buf_done(&b);
	/* Let it stand on whatever came before, so that more than a first line is followed. */
	head->seq = parsed.seq - 1;
	memcpy(head->hash, parsed.previous, sizeof head->hash);
	if (chain_follow(head, line, len, &again, &e) || head->seq != parsed.seq)
		__builtin_trap();
	if (!chain_follow(head, line, len, &again, &e))
		__builtin_trap();
}

static void check_message(const uint8_t *data, size_t size)
{
	char *text = mem_zero(size + 1, 1);
	struct ledger_head head;
	struct buf b;

	memcpy(text, data, size);
	buf_init(&b, 256);
	if (chain_message_parse(text, &head)) {
		chain_message(&head, &b);
		if (!strstr(text, buf_text(&b)))
			__builtin_trap();
	}
	buf_done(&b);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size, *line = NULL;
	size_t len = 0;
	struct ledger_head head = {0};

	chain_genesis("intake/host-1", head.hash);
	while (size && chain_next(&at, end, &line, &len))
		check_line(line, len, &head);
	check_message(data, size);
	return 0;
}
