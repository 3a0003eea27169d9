/*
 * The office's branch: steps/ and anchors/, and their lines. A line does not name its record: the k-th line of a case is its k-th
 * step, and a head is anchored by as many lines as records name it.
 */
#include "casework/casework_internal.h"

#include <stdlib.h>
#include <string.h>

struct step_record {
	uint8_t commitment[SHA256_BYTES];
	struct office_step step;
	char path[OFFICE_PATH_BYTES];
};
struct anchor_record {
	uint8_t head[SHA256_BYTES];
	char path[OFFICE_PATH_BYTES];
};
struct lines {
	struct chain_line *list;
	size_t count, cap;
};

struct office {
	struct chain_report *report;
	int64_t audited;
	struct step_record *steps;
	size_t step_count, step_cap;
	struct anchor_record *anchors;
	size_t anchor_count, anchor_cap;
	struct lines of_steps, of_anchors;
};

static void fault(struct office *o, const char *path, int64_t seq, const char *why)
{
	chain_fault(o->report, OFFICE_BRANCH, path, 0, seq, why);
}

/* ---- reading ------------------------------------------------------------------------------------- */

static bool note_step(struct office *o, const char *path, const void *bytes, size_t len)
{
	struct step_record r = {0};

	if (office_step_parse(path, bytes, len, &r.step, NULL) ||
		!hex_decode(r.step.commitment, r.commitment, SHA256_BYTES))
		return false;
	memcpy(r.path, path, strlen(path) + 1);
	if (o->step_count == o->step_cap) {
		o->step_cap = o->step_cap ? 2 * o->step_cap : 1024;
		o->steps = mem_grow(o->steps, o->step_cap, sizeof *o->steps);
	}
	o->steps[o->step_count++] = r;
	return true;
}

static bool note_anchor(struct office *o, const char *path, const void *bytes, size_t len)
{
	struct anchor_record r = {0};
	struct office_anchor anchor;

	if (office_anchor_parse(path, bytes, len, &anchor, NULL) ||
		!hex_decode(anchor.head, r.head, SHA256_BYTES))
		return false;
	memcpy(r.path, path, strlen(path) + 1);
	if (o->anchor_count == o->anchor_cap) {
		o->anchor_cap = o->anchor_cap ? 2 * o->anchor_cap : 256;
		o->anchors = mem_grow(o->anchors, o->anchor_cap, sizeof *o->anchors);
	}
	o->anchors[o->anchor_count++] = r;
	return true;
}

static enum err_code note_file(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct office *o = ctx;

	(void)e;
	if (str_starts(path, "chain/"))
		return ERR_OK;
	if (str_starts(path, "steps/") ? !note_step(o, path, bytes, len)
				       : !note_anchor(o, path, bytes, len))
		fault(o, path, 0,
			T("这个文件不是办理链的记录", "this file is no record of the office's"));
	return ERR_OK;
}

static enum err_code note_line(const struct chain_line *line, void *ctx, struct err *e)
{
	struct office *o = ctx;
	struct lines *l = str_eq(line->step, "anchored") ? &o->of_anchors : &o->of_steps;

	(void)e;
	if (l->count == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 1024;
		l->list = mem_grow(l->list, l->cap, sizeof *l->list);
	}
	l->list[l->count++] = *line;
	return ERR_OK;
}

/* ---- orders ---------------------------------------------------------------------------------------- */

static int by_commitment_then_seq(const void *x, const void *y)
{
	const struct chain_line *a = x, *b = y;
	int order = memcmp(a->commitment, b->commitment, SHA256_BYTES);
	return order ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static int by_commitment_then_n(const void *x, const void *y)
{
	const struct step_record *a = x, *b = y;
	int order = memcmp(a->commitment, b->commitment, SHA256_BYTES);
	return order ? order : (a->step.n > b->step.n) - (a->step.n < b->step.n);
}

static int by_head(const void *x, const void *y)
{
	const struct anchor_record *a = x, *b = y;
	int order = memcmp(a->head, b->head, SHA256_BYTES);
	return order ? order : strcmp(a->path, b->path);
}

static void sort(void *list, size_t count, size_t bytes, int (*by)(const void *, const void *))
{
	if (count)
		qsort(list, count, bytes, by);
}

/* ---- matching -------------------------------------------------------------------------------------- */

static void no_record(struct office *o, const struct chain_line *line)
{
	if (line->seq <= o->audited)
		chain_fault_line(o->report, OFFICE_BRANCH, line->seq,
			T("这一行没有记录", "this line has no record"));
}

static void compare(struct office *o, const struct step_record *r, const struct step_record *before,
	const struct chain_line *line)
{
	char day[DAY_TEXT_BYTES];

	if (r->step.n != (before ? before->step.n + 1 : 2))
		fault(o, r->path, line->seq,
			T("案件的步骤不是连着编号的",
				"the steps of the case are not numbered without a gap"));
	else if (!str_eq(line->step, policy_case_step_id(r->step.kind)) ||
		 !str_eq(line->role, desk_role_id(r->step.role)) ||
		 !str_eq(line->when, day_text(r->step.day, day)))
		fault(o, r->path, line->seq,
			T("记录与链上的那一行不符", "the record is not what its line says"));
	else if (before && day_compare(r->step.day, before->step.day) < 0)
		fault(o, r->path, line->seq,
			T("日期早于这个案件的上一步",
				"its day lies before that of the case's step before"));
}

static void match_steps(struct office *o)
{
	const struct step_record *before = NULL;
	struct lines *l = &o->of_steps;
	size_t at = 0;

	sort(l->list, l->count, sizeof *l->list, by_commitment_then_seq);
	sort(o->steps, o->step_count, sizeof *o->steps, by_commitment_then_n);
	for (size_t i = 0; i < o->step_count; i++) {
		const struct step_record *r = &o->steps[i];
		int order = -1;
		while (at < l->count &&
			(order = memcmp(l->list[at].commitment, r->commitment, SHA256_BYTES)) < 0)
			no_record(o, &l->list[at++]);
		if (before && memcmp(before->commitment, r->commitment, SHA256_BYTES) != 0)
			before = NULL;
		if (at < l->count && order == 0)
			compare(o, r, before, &l->list[at++]);
		else
			fault(o, r->path, 0,
				T("这个记录在链上没有登记",
					"this record has no line in the chain"));
		before = r;
	}
	while (at < l->count)
		no_record(o, &l->list[at++]);
}

static void match_anchors(struct office *o)
{
	struct lines *l = &o->of_anchors;
	size_t at = 0;

	sort(l->list, l->count, sizeof *l->list, by_commitment_then_seq);
	sort(o->anchors, o->anchor_count, sizeof *o->anchors, by_head);
	for (size_t i = 0; i < o->anchor_count; i++) {
		const struct anchor_record *r = &o->anchors[i];
		int order = -1;
		while (at < l->count &&
			(order = memcmp(l->list[at].commitment, r->head, SHA256_BYTES)) < 0)
			no_record(o, &l->list[at++]);
		if (at == l->count || order != 0)
			fault(o, r->path, 0,
				T("这个记录在链上没有登记",
					"this record has no line in the chain"));
		else if (!str_eq(l->list[at++].role, desk_role_id(DESK_OFFICE)))
			fault(o, r->path, l->list[at - 1].seq,
				T("记录与链上的那一行不符",
					"the record is not what its line says"));
	}
	while (at < l->count)
		no_record(o, &l->list[at++]);
}

enum err_code office_verify(
	struct ledger *l, int64_t audited, struct chain_report *report, struct err *e)
{
	struct office o = {.report = report, .audited = audited};
	/* In this order, as for the intake's branches: somebody may be at work. */
	enum err_code code = ledger_each(l, "", note_file, &o, e);

	if (!code)
		code = ledger_each_line(l, note_line, &o, e);
	if (!code) {
		match_steps(&o);
		match_anchors(&o);
	}
	free(o.steps);
	free(o.anchors);
	free(o.of_steps.list);
	free(o.of_anchors.list);
	return code;
}
