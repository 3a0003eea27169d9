/*
 * What a branch brings, looked at before it is taken: chain_verify()'s rules for no more than what is new. The lines and their
 * links, and that nothing old was touched, the ledger has audited by then.
 */
#include "casework/handover.h"

#include <stdlib.h>
#include <string.h>

struct incoming_line { /* `received` */
	uint8_t commitment[SHA256_BYTES];
	int64_t seq;
	char when[11];
};
struct incoming_record {
	uint8_t commitment[SHA256_BYTES];
	char id[CASE_ID_HEX_BYTES];
	char path[96];
};

void incoming_done(struct incoming *in)
{
	free(in->lines);
	free(in->records);
	in->lines = NULL;
	in->records = NULL;
}

static enum err_code wrong(
	const struct incoming *in, const char *what, const char *why, struct err *e)
{
	return err_set(e, ERR_INPUT,
		T("收件服务器 %s 新来的部分有错：%s：%s",
			"what is new from the host %s is wrong: %s: %s"),
		in->host, what, why);
}

static enum err_code note_line(const struct chain_line *line, void *ctx, struct err *e)
{
	struct incoming *in = ctx;
	char number[32];

	if (str_eq(line->step, "quarantined") && str_eq(line->role, "drain"))
		return ERR_OK;
	if (!str_eq(line->step, "received") || !str_eq(line->role, "intake")) {
		struct buf b;
		buf_init(&b, sizeof number);
		buf_int(&b, line->seq);
		enum err_code code = wrong(in, buf_text(&b),
			T("收件的链上不该有这样的一行", "no intake chain has such a line"), e);
		buf_done(&b);
		return code;
	}
	if (in->line_count == in->line_cap) {
		in->line_cap = in->line_cap ? 2 * in->line_cap : 256;
		in->lines = mem_grow(in->lines, in->line_cap, sizeof *in->lines);
	}
	struct incoming_line *n = &in->lines[in->line_count++];
	*n = (struct incoming_line){.seq = line->seq};
	memcpy(n->commitment, line->commitment, SHA256_BYTES);
	memcpy(n->when, line->when, sizeof n->when);
	return ERR_OK;
}

/* One id is one case: a host cannot bring what another host brought. */
static enum err_code check_owner(
	const struct incoming *in, const char *path, const char *id, struct err *e)
{
	struct arena *a = arena_new();
	struct tip_case row;
	struct err why = {0};
	enum err_code code = ERR_OK;

	if (!reg_case_find(in->reg, id, a, &row, &why) && !str_eq(row.host, in->host))
		code = wrong(in, path,
			T("这一件是另一台收件服务器的", "this case is another host's"), e);
	else if (why.code == ERR_SYSTEM)
		code = (*e = why).code;
	arena_free(a);
	return code;
}

static enum err_code note_record(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct incoming *in = ctx;
	struct record r;

	if (record_parse(bytes, len, &r, NULL) || strlen(path) >= sizeof in->records->path)
		return wrong(in, path, T("不是密封的记录", "this is no sealed record"), e);
	if (in->record_count == in->record_cap) {
		in->record_cap = in->record_cap ? 2 * in->record_cap : 256;
		in->records = mem_grow(in->records, in->record_cap, sizeof *in->records);
	}
	struct incoming_record *n = &in->records[in->record_count++];
	memcpy(n->commitment, r.commitment, SHA256_BYTES);
	case_id_text(&r.id, n->id);
	memcpy(n->path, path, strlen(path) + 1);
	return check_owner(in, path, n->id, e);
}

static int line_order(const void *x, const void *y)
{
	return memcmp(((const struct incoming_line *)x)->commitment,
		((const struct incoming_line *)y)->commitment, SHA256_BYTES);
}

static int record_order(const void *x, const void *y)
{
	return memcmp(((const struct incoming_record *)x)->commitment,
		((const struct incoming_record *)y)->commitment, SHA256_BYTES);
}

/* Both lists in order of commitment go side by side. */
static enum err_code match(struct incoming *in, struct err *e)
{
	struct arena *a = arena_new();
	size_t i = 0;
	enum err_code code = ERR_OK;

	if (in->line_count)
		qsort(in->lines, in->line_count, sizeof *in->lines, line_order);
	if (in->record_count)
		qsort(in->records, in->record_count, sizeof *in->records, record_order);
	for (; !code && i < in->record_count; i++) {
		const struct incoming_record *r = &in->records[i];
		const struct incoming_line *l = i < in->line_count ? &in->lines[i] : NULL;
		int order = l ? memcmp(l->commitment, r->commitment, SHA256_BYTES) : 1;
		if (order > 0)
			code = wrong(in, r->path,
				T("这个记录在链上没有登记", "this record has no line in the chain"),
				e);
		else if (order < 0)
			break;
		else if (!str_eq(case_record_path(a, r->id, l->when), r->path))
			code = wrong(in, r->path,
				T("记录的位置与编号或登记的周不符",
					"the record's place is not that of its id and week"),
				e);
	}
	if (!code && i < in->line_count) {
		const char *number = arena_printf(a, "%lld", (long long)in->lines[i].seq);
		code = wrong(in, number,
			T("这一行登记的举报没有记录", "the tip-off of this line has no record"), e);
	}
	arena_free(a);
	return code;
}

enum err_code incoming_check(
	struct ledger *incoming, const struct ledger_head *from, void *ctx, struct err *e)
{
	struct incoming *in = ctx;
	struct ledger_head head;

	if (ledger_each_since(incoming, from, "cases", note_line, note_record, in, &head, e))
		return e->code;
	return match(in, e);
}
