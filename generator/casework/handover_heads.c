/*
 * How far a host's branch goes, by its own word: heads/HOST of the hub, signed with the host's key for the hand-over.
 *
 * Whoever can write in the hub can put a branch there, so the office takes one no further than its host signed. The host signs first and
 * pushes then; what it signed before stays in the note, for it is what the hub holds until the push is through.
 */
#include "casework/handover.h"

#include <string.h>

enum err_code head_read(const struct hub *h, const char *host, const struct sign_public *key,
	bool *ret_found, struct handover_note *ret, struct err *e)
{
	struct buf text;
	bool found = false;

	*ret_found = false;
	*ret = (struct handover_note){.kind = NOTE_HEAD};
	buf_init(&text, HANDOVER_NOTE_MAX);
	enum err_code code = hub_read(h, HUB_HEADS, host, host, &found, &text, e);
	if (!code && found)
		code = handover_note_read(NOTE_HEAD, buf_text(&text), text.len, key, ret, e);
	if (!code && found && !str_eq(ret->host, host))
		code = err_set(e, ERR_INPUT, T("写的是另一台", "it names another host"));
	buf_done(&text);
	*ret_found = !code && found;
	return code;
}

enum err_code head_of(struct ledger *l, struct handover_head *ret, struct err *e)
{
	*ret = (struct handover_head){0};
	if (ledger_head(l, &ret->chain, e))
		return e->code;
	return ledger_commit(l, ret->commit, e);
}

static bool same(const struct handover_head *x, const struct handover_head *y)
{
	return x->chain.seq == y->chain.seq &&
	       memcmp(x->chain.hash, y->chain.hash, SHA256_BYTES) == 0 &&
	       str_eq(x->commit, y->commit);
}

bool head_is_signed(const struct handover_note *n, const struct handover_head *head)
{
	for (size_t i = 0; i < n->head_count; i++)
		if (same(&n->heads[i], head))
			return true;
	return false;
}

enum err_code head_sign(const struct hub *h, const struct handover_cert *cert,
	const struct sign_secret *by, const struct sign_public *receipt_key,
	const struct handover_head *head, struct err *e)
{
	struct handover_note before, now = {.kind = NOTE_HEAD, .heads = {*head}, .head_count = 1};
	struct err why = {0};
	struct buf text;
	bool found = false;

	/* What is there and is not ours, or damaged, is written over. */
	if (head_read(h, cert->host, receipt_key, &found, &before, &why) == ERR_SYSTEM) {
		*e = why;
		return ERR_SYSTEM;
	}
	if (found && same(&before.heads[0], head))
		return ERR_OK;
	memcpy(now.host, cert->host, sizeof now.host);
	for (size_t i = 0; found && i < before.head_count && now.head_count < HANDOVER_HEADS; i++)
		if (before.heads[i].chain.seq < head->chain.seq)
			now.heads[now.head_count++] = before.heads[i];
	buf_init(&text, HANDOVER_NOTE_MAX);
	handover_note_write(&now, cert, by, &text);
	enum err_code code =
		hub_write(h, HUB_HEADS, now.host, now.host, buf_text(&text), text.len, e);
	buf_done(&text);
	return code;
}
