/* The chains in memory, for agree.c: lines with the records they belong to, and the hash of every line. */
#include "casework/agree.h"

#include <stdlib.h>
#include <string.h>

struct reading {
	struct chains *c;
	struct chain_hashes *hashes; /* of the branch that is read */
	struct named {
		uint8_t commitment[COMMITMENT_BYTES];
		char id[CASE_ID_HEX_BYTES];
	} * records; /* of that branch */
	size_t record_count, record_cap;
	struct chain_line *lines; /* of steps */
	size_t line_count, line_cap;
};

/* ---- records ---------------------------------------------------------------------------------- */

static enum err_code note_record(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct reading *g = ctx;
	struct record r;

	(void)path;
	if (record_parse(bytes, len, &r, e))
		return e->code;
	if (g->record_count == g->record_cap) {
		g->record_cap = g->record_cap ? 2 * g->record_cap : 1024;
		g->records = mem_grow(g->records, g->record_cap, sizeof *g->records);
	}
	struct named *n = &g->records[g->record_count++];
	memcpy(n->commitment, r.commitment, COMMITMENT_BYTES);
	case_id_text(&r.id, n->id);
	return ERR_OK;
}

static enum err_code note_step(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct chains *c = ((struct reading *)ctx)->c;
	struct chained_step s = {0};

	if (office_step_parse(path, bytes, len, &s.step, e))
		return e->code;
	if (!hex_decode(s.step.commitment, s.commitment, COMMITMENT_BYTES))
		return ERR_OK;
	if (c->step_count == c->step_cap) {
		c->step_cap = c->step_cap ? 2 * c->step_cap : 1024;
		c->steps = mem_grow(c->steps, c->step_cap, sizeof *c->steps);
	}
	c->steps[c->step_count++] = s;
	return ERR_OK;
}

static enum err_code note_anchor(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct chains *c = ((struct reading *)ctx)->c;
	struct office_anchor a;

	if (office_anchor_parse(path, bytes, len, &a, e))
		return e->code;
	if (c->anchor_count == c->anchor_cap) {
		c->anchor_cap = c->anchor_cap ? 2 * c->anchor_cap : 256;
		c->anchors = mem_grow(c->anchors, c->anchor_cap, sizeof *c->anchors);
	}
	c->anchors[c->anchor_count++] = a;
	return ERR_OK;
}

/* ---- lines -------------------------------------------------------------------------------------- */

static void note_hash(struct chain_hashes *h, const struct chain_line *line)
{
	struct buf text;

	if (h->count == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 1024;
		h->hash = mem_grow(h->hash, h->cap, sizeof *h->hash);
	}
	buf_init(&text, CHAIN_LINE_MAX);
	chain_line_write(line, &text);
	sha256_bytes(buf_text(&text), text.len, h->hash[h->count++]);
	buf_done(&text);
}

static enum err_code note_case_line(const struct chain_line *line, void *ctx, struct err *e)
{
	struct reading *g = ctx;
	struct chains *c = g->c;

	(void)e;
	note_hash(g->hashes, line);
	if (!str_eq(line->step, "received") && !str_eq(line->step, "quarantined"))
		return ERR_OK;
	if (c->case_count == c->case_cap) {
		c->case_cap = c->case_cap ? 2 * c->case_cap : 1024;
		c->cases = mem_grow(c->cases, c->case_cap, sizeof *c->cases);
	}
	struct chained_case *n = &c->cases[c->case_count++];
	*n = (struct chained_case){.branch = g->hashes->branch,
		.seq = line->seq,
		.received = str_eq(line->step, "received")};
	memcpy(n->commitment, line->commitment, COMMITMENT_BYTES);
	memcpy(n->when, line->when, sizeof n->when);
	return ERR_OK;
}

static enum err_code note_step_line(const struct chain_line *line, void *ctx, struct err *e)
{
	struct reading *g = ctx;

	(void)e;
	note_hash(g->hashes, line);
	if (str_eq(line->step, "anchored"))
		return ERR_OK;
	if (g->line_count == g->line_cap) {
		g->line_cap = g->line_cap ? 2 * g->line_cap : 1024;
		g->lines = mem_grow(g->lines, g->line_cap, sizeof *g->lines);
	}
	g->lines[g->line_count++] = *line;
	return ERR_OK;
}

/* ---- orders --------------------------------------------------------------------------------------- */

static int by_commitment(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	return memcmp(a->commitment, b->commitment, COMMITMENT_BYTES);
}

static int cases_by_commitment(const void *x, const void *y)
{
	const struct chained_case *a = x, *b = y;
	int order = memcmp(a->commitment, b->commitment, COMMITMENT_BYTES);

	if (!order)
		order = strcmp(a->branch, b->branch);
	return order ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static int steps_by_commitment(const void *x, const void *y)
{
	const struct chained_step *a = x, *b = y;
	int order = memcmp(a->commitment, b->commitment, COMMITMENT_BYTES);
	return order ? order : (a->step.n > b->step.n) - (a->step.n < b->step.n);
}

static int lines_by_commitment(const void *x, const void *y)
{
	const struct chain_line *a = x, *b = y;
	int order = memcmp(a->commitment, b->commitment, COMMITMENT_BYTES);
	return order ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static void sort(void *list, size_t count, size_t bytes, int (*by)(const void *, const void *))
{
	if (count)
		qsort(list, count, bytes, by);
}

/* ---- a branch ---------------------------------------------------------------------------------------- */

static void name_cases(struct reading *g, size_t from)
{
	struct chains *c = g->c;

	sort(g->records, g->record_count, sizeof *g->records, by_commitment);
	for (size_t i = from; i < c->case_count && g->record_count; i++) {
		struct named wanted;
		memcpy(wanted.commitment, c->cases[i].commitment, COMMITMENT_BYTES);
		const struct named *found = bsearch(
			&wanted, g->records, g->record_count, sizeof *g->records, by_commitment);
		if (found && c->cases[i].received)
			memcpy(c->cases[i].id, found->id, sizeof c->cases[i].id);
	}
}

/* The k-th line of a case is its k-th step's. */
static void number_steps(struct reading *g)
{
	struct chains *c = g->c;
	size_t at = 0;

	sort(c->steps, c->step_count, sizeof *c->steps, steps_by_commitment);
	sort(g->lines, g->line_count, sizeof *g->lines, lines_by_commitment);
	for (size_t i = 0; i < c->step_count; i++) {
		while (at < g->line_count && memcmp(g->lines[at].commitment, c->steps[i].commitment,
						     COMMITMENT_BYTES) < 0)
			at++;
		if (at < g->line_count && memcmp(g->lines[at].commitment, c->steps[i].commitment,
						  COMMITMENT_BYTES) == 0)
			c->steps[i].seq = g->lines[at++].seq;
	}
}

static enum err_code read_branch(struct reading *g, struct ledger *l, struct err *e)
{
	struct chains *c = g->c;
	size_t from = c->case_count;
	enum err_code code;

	g->record_count = 0;
	if (str_eq(g->hashes->branch, OFFICE_BRANCH)) {
		code = ledger_each(l, "steps/", note_step, g, e);
		if (!code)
			code = ledger_each(l, "anchors/", note_anchor, g, e);
		if (!code)
			code = ledger_each_line(l, note_step_line, g, e);
		if (!code)
			number_steps(g);
		return code;
	}
	code = ledger_each(l, "cases/", note_record, g, e);
	if (!code)
		code = ledger_each_line(l, note_case_line, g, e);
	if (!code)
		name_cases(g, from);
	return code;
}

enum err_code chains_read(const char *git, struct chains *ret, struct err *e)
{
	struct reading g = {.c = ret};
	const char *const *names = NULL;
	size_t count = 0;
	enum err_code code;

	*ret = (struct chains){.arena = arena_new()};
	code = ledger_branches(git, ret->arena, &names, &count, e);
	if (code == ERR_NOT_FOUND)
		code = ERR_OK;
	ret->branches = mem_zero(count + 1, sizeof *ret->branches);
	for (size_t i = 0; !code && i < count; i++) {
		struct ledger *l = NULL;
		g.hashes = &ret->branches[ret->branch_count++];
		g.hashes->branch = names[i];
		code = ledger_open(git, names[i], &l, e);
		if (!code)
			code = read_branch(&g, l, e);
		ledger_close(l);
	}
	sort(ret->cases, ret->case_count, sizeof *ret->cases, cases_by_commitment);
	free(g.records);
	free(g.lines);
	return code;
}

void chains_done(struct chains *c)
{
	for (size_t i = 0; i < c->branch_count; i++)
		free(c->branches[i].hash);
	free(c->branches);
	free(c->cases);
	free(c->steps);
	free(c->anchors);
	arena_free(c->arena);
}

/* ---- finding ------------------------------------------------------------------------------------------- */

struct chained_case *chains_case(struct chains *c, const uint8_t commitment[COMMITMENT_BYTES])
{
	size_t low = 0, high = c->case_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (memcmp(c->cases[mid].commitment, commitment, COMMITMENT_BYTES) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	bool found = low < c->case_count &&
		     memcmp(c->cases[low].commitment, commitment, COMMITMENT_BYTES) == 0;
	return found ? &c->cases[low] : NULL;
}

struct chained_step *chains_step(
	struct chains *c, const uint8_t commitment[COMMITMENT_BYTES], int64_t n)
{
	struct chained_step wanted = {.step.n = n};

	memcpy(wanted.commitment, commitment, COMMITMENT_BYTES);
	return c->step_count ? bsearch(&wanted, c->steps, c->step_count, sizeof *c->steps,
				       steps_by_commitment)
			     : NULL;
}

bool chains_hash(
	const struct chains *c, const char *branch, int64_t seq, char ret[SHA256_HEX_BYTES])
{
	for (size_t i = 0; i < c->branch_count; i++)
		if (str_eq(c->branches[i].branch, branch)) {
			if (seq < 1 || (size_t)seq > c->branches[i].count)
				return false;
			hex_encode(c->branches[i].hash[seq - 1], SHA256_BYTES, ret);
			return true;
		}
	return false;
}
