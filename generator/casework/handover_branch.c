/*
 * One host's branch comes from the hub: forward only, looked at by incoming_check(), and no further than the host signed.
 *
 * The signed head is read when the branch's bytes are here: the host signs first and pushes then, so that of an honest host it is never
 * the older of the two.
 */
#include "casework/handover.h"

struct check {
	struct incoming in;
	const struct branch_source *from;
	const struct sign_public *key;
};

static enum err_code check_branch(
	struct ledger *incoming, const struct ledger_head *from, void *ctx, struct err *e)
{
	struct check *c = ctx;
	struct handover_note note;
	struct handover_head head;
	bool found = false;
	enum err_code code = head_read(c->from->hub, c->in.host, c->key, &found, &note, e);

	if (code && code != ERR_SYSTEM) {
		err_prefix(e, "heads/%s", c->in.host);
		return e->code = ERR_INPUT;
	}
	if (code || head_of(incoming, &head, e))
		return e->code;
	if (!found)
		return err_set(e, ERR_INPUT,
			T("分支 intake/%s 旁边没有这台收件服务器签名的链头（heads/%s），没有取",
				"there is no head signed by the host beside the branch intake/%s "
				"(heads/%s); not taken"),
			c->in.host, c->in.host);
	if (!head_is_signed(&note, &head))
		return err_set(e, ERR_INPUT,
			T("中转目录里的分支 intake/%s（到第 %lld "
			  "行）不是这台收件服务器签过名的，没有取：有人写过中转目录",
				"the branch intake/%s in the hub (up to line %lld) is not what the "
				"host signed; not taken: somebody else wrote in the hub"),
			c->in.host, (long long)head.chain.seq);
	return incoming_check(incoming, from, &c->in, e);
}

static const char *branch_of(struct arena *a, const char *host)
{
	return arena_printf(a, "intake/%s", host);
}

/* What the host signed and is not here yet; and that it did not sign something else. */
static enum err_code look_for_more(const struct branch_source *b, struct arena *a, const char *host,
	const struct sign_public *key, int64_t *ret_missing, struct err *e)
{
	struct handover_note note;
	struct handover_head here = {0};
	struct ledger *l = NULL;
	struct err why = {0};
	bool found = false;
	enum err_code code = head_read(b->hub, host, key, &found, &note, &why);

	if (code == ERR_SYSTEM) {
		*e = why;
		return code;
	}
	if (code)
		handover_bad(b->report, arena_printf(a, "heads/%s", host), why.message);
	if (!found)
		return ERR_OK;
	code = ERR_OK;
	if (file_exists(path_join(a, b->git, "HEAD")))
		code = ledger_open(b->git, branch_of(a, host), &l, e);
	if (!code && l)
		code = head_of(l, &here, e);
	ledger_close(l);
	if (code)
		return code;
	if (note.heads[0].chain.seq > here.chain.seq)
		*ret_missing = note.heads[0].chain.seq - here.chain.seq;
	else if (note.heads[0].chain.seq == here.chain.seq && !head_is_signed(&note, &here))
		handover_bad(b->report, arena_printf(a, "heads/%s", host),
			T("签的链头与这里的不是同一条链",
				"the head it signed is not of the chain that is here"));
	return ERR_OK;
}

static enum err_code take_place(
	const struct branch_source *b, struct arena *a, const char *host, struct err *e)
{
	struct err why = {0};
	enum err_code code = reg_place_set(b->reg, host, "intake", &why);

	if (code == ERR_CONFLICT)
		handover_bad(b->report, branch_of(a, host), why.message);
	else if (code)
		*e = why;
	return code == ERR_CONFLICT ? ERR_OK : code;
}

enum err_code branch_fetch(const struct branch_source *b, const char *host,
	const struct sign_public *key, int64_t *ret_missing, struct err *e)
{
	struct arena *a = arena_new();
	struct check c = {.in = {.reg = b->reg, .host = host}, .from = b, .key = key};
	struct err why = {0};
	bool moved = false, bad = false;
	enum err_code code = ERR_NOT_FOUND;

	*ret_missing = 0;
	if (!hub_is_odd(b->hub, "cases.git"))
		code = ledger_fetch(
			b->git, b->hub_git, branch_of(a, host), check_branch, &c, &moved, &why);
	incoming_done(&c.in);
	if (code == ERR_CONFLICT || code == ERR_INPUT) {
		handover_bad(b->report, NULL, why.message);
		bad = true;
		code = ERR_OK;
	} else if (code == ERR_NOT_FOUND) {
		code = ERR_OK;
	} else if (code) {
		*e = why;
	} else {
		b->report->branches++;
		code = take_place(b, a, host, e);
	}
	if (!code && !bad)
		code = look_for_more(b, a, host, key, ret_missing, e);
	arena_free(a);
	return code;
}
