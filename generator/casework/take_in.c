/*
 * From the intake chains to the register: a row for every line, in the order of the lines.
 *
 * Only what came since the last time is read. A line does not name its case: the record that came with it does, found by its
 * commitment. What has no record that can be (quarantined, or a record whose id another case has) gets a row of its own under its
 * commitment, so that no line is without a row. Rows and the mark how far it went are one transaction.
 */
#include "casework/casework_internal.h"

#include <stdlib.h>
#include <string.h>

struct named {
	uint8_t commitment[COMMITMENT_BYTES];
	char id[CASE_ID_HEX_BYTES];
};

struct taking {
	struct desk *d;
	const char *host;
	struct named *records;
	size_t count, cap;
	bool sorted;
};

static enum err_code note_record(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct taking *t = ctx;
	struct record r;

	(void)path;
	(void)e;
	/* What is no record is for tianlan chain verify to name; its line gets a row without it. */
	if (record_parse(bytes, len, &r, NULL))
		return ERR_OK;
	if (t->count == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->records = mem_grow(t->records, t->cap, sizeof *t->records);
	}
	struct named *n = &t->records[t->count++];
	memcpy(n->commitment, r.commitment, COMMITMENT_BYTES);
	case_id_text(&r.id, n->id);
	return ERR_OK;
}

static int by_commitment(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	return memcmp(a->commitment, b->commitment, COMMITMENT_BYTES);
}

static const char *id_of(struct taking *t, const uint8_t commitment[COMMITMENT_BYTES])
{
	struct named wanted;

	if (!t->count)
		return NULL;
	if (!t->sorted)
		qsort(t->records, t->count, sizeof *t->records, by_commitment);
	t->sorted = true;
	memcpy(wanted.commitment, commitment, COMMITMENT_BYTES);
	const struct named *found =
		bsearch(&wanted, t->records, t->count, sizeof *t->records, by_commitment);
	return found ? found->id : NULL;
}

/* *ret_taken false: its id is another case's. */
static enum err_code add_row(
	struct taking *t, const struct tip_case_new *c, bool *ret_taken, struct err *e)
{
	const struct change_note note = desk_note_for(t->d, NULL);
	int64_t number = 0;
	struct err why = {0};
	struct tip_case stands;
	enum err_code code = reg_case_add(t->d->o.reg, c, &note, &number, &why);

	*ret_taken = true;
	if (code == ERR_CONFLICT) {
		struct arena *a = arena_new();
		code = reg_case_get(t->d->o.reg, number, a, &stands, &why);
		/* The same line again: taken down at the desk a moment ago, or bad bytes put in twice. */
		*ret_taken = !code && str_eq(stands.commitment, c->commitment);
		arena_free(a);
	}
	if (code)
		*e = why;
	return code;
}

static enum err_code take_line(const struct chain_line *line, void *ctx, struct err *e)
{
	struct taking *t = ctx;
	char commitment[SHA256_HEX_BYTES], own_id[TIP_ID_BYTES], week[WEEK_TEXT_BYTES];
	struct week w;
	struct day day;
	bool received = str_eq(line->step, "received"), taken = false;
	const char *id = received ? id_of(t, line->commitment) : NULL;

	if (!received && !str_eq(line->step, "quarantined"))
		return ERR_OK;
	if (!week_parse(line->when, strlen(line->when), &w)) {
		if (!day_parse(line->when, &day))
			return err_set(e, ERR_INPUT,
				T("第 %lld 行的时间不是周次", "line %lld names no week"),
				(long long)line->seq);
		w = week_of_day(day);
	}
	hex_encode(line->commitment, COMMITMENT_BYTES, commitment);
	memcpy(own_id, commitment, TIP_ID_BYTES - 1);
	own_id[TIP_ID_BYTES - 1] = '\0';
	struct tip_case_new c = {.id = id,
		.host = t->host,
		.week = week_text(w, week),
		.commitment = commitment,
		.origin = str_eq(t->host, DESK_HOST) ? "visit" : "form",
		.received_on = week_monday(w)};
	enum err_code code = id ? add_row(t, &c, &taken, e) : ERR_OK;
	if (!code && !taken) {
		c.id = own_id;
		c.origin = "quarantined";
		code = add_row(t, &c, &taken, e);
	}
	return code;
}

static enum err_code take_since(
	struct taking *t, struct ledger *l, const char *branch, struct arena *a, struct err *e)
{
	struct reg *r = t->d->o.reg;
	struct intake_head stands;
	struct ledger_head since = {0}, now = {0};
	char hash[SHA256_HEX_BYTES];

	if (reg_head_get(r, branch, a, &stands, e))
		return e->code;
	since.seq = stands.seq;
	if (stands.seq && !hex_decode(stands.hash, since.hash, SHA256_BYTES))
		return err_set(e, ERR_INPUT,
			T("登记库记的链末不对", "the register names no end of the chain"));
	if (ledger_each_since(l, &since, "cases", take_line, note_record, t, &now, e))
		return e->code;
	hex_encode(now.hash, SHA256_BYTES, hash);
	stands.branch = branch;
	stands.seq = now.seq;
	stands.hash = hash;
	return now.seq > since.seq ? reg_head_set(r, &stands, e) : ERR_OK;
}

/* Without a transaction: has the head moved at all? */
static enum err_code has_moved(struct desk *d, struct ledger *l, const char *branch,
	struct arena *a, bool *ret, struct err *e)
{
	struct intake_head stands;
	struct ledger_head head;
	char hash[SHA256_HEX_BYTES];

	if (reg_head_get(d->o.reg, branch, a, &stands, e) || ledger_head(l, &head, e))
		return e->code;
	hex_encode(head.hash, SHA256_BYTES, hash);
	*ret = head.seq != stands.seq || (head.seq && !str_eq(hash, stands.hash));
	return ERR_OK;
}

static enum err_code take_branch(struct desk *d, const char *branch, struct arena *a, struct err *e)
{
	struct taking t = {.d = d, .host = branch + strlen("intake/")};
	struct ledger *l = NULL;
	bool moved = false;
	enum err_code code = desk_ledger(d, branch, &l, e);

	if (!code)
		code = has_moved(d, l, branch, a, &moved, e);
	if (code || !moved)
		return code;
	code = reg_begin(d->o.reg, e);
	if (!code)
		code = take_since(&t, l, branch, a, e);
	if (!code)
		code = reg_commit(d->o.reg, e);
	if (code)
		reg_rollback(d->o.reg);
	free(t.records);
	return code;
}

enum err_code desk_take_in(struct desk *d, struct err *e)
{
	struct arena *a = arena_new();
	const char *const *branches = NULL;
	size_t count = 0;
	enum err_code code = desk_intake_branches(d, a, &branches, &count, e);

	for (size_t i = 0; !code && i < count; i++) {
		/* One that no host can have is for tianlan chain verify to name. */
		if (!host_name_valid(branches[i] + strlen("intake/")))
			continue;
		code = take_branch(d, branches[i], a, e);
		if (code)
			err_prefix(e, T("分支“%s”", "branch \"%s\""), branches[i]);
	}
	arena_free(a);
	return code;
}
