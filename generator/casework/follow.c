/*
 * What the program does of its own accord, in the office's name: cases are reopened when their enterprise relapsed, and results
 * that a release shows get their step `published`.
 */
#include "casework/casework_internal.h"

#include <stdlib.h>

/* ---- reopening ---------------------------------------------------------------------------------- */

struct relapsed {
	int64_t *numbers;
	size_t count, cap;
};

/* One that was reopened and concluded within a day has had its answer: that day's relapse was why it was reopened. */
static enum err_code note_relapsed(void *ctx, const struct tip_case *row, struct err *e)
{
	struct relapsed *r = ctx;
	const struct case_course *c = &row->course;

	(void)e;
	if (c->reopened && day_compare(c->running_from, c->concluded) == 0)
		return ERR_OK;
	if (r->count == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->numbers = mem_grow(r->numbers, r->cap, sizeof *r->numbers);
	}
	r->numbers[r->count++] = row->number;
	return ERR_OK;
}

enum err_code desk_follow(struct desk *d, size_t *ret_reopened, struct err *e)
{
	struct relapsed r = {0};
	struct err why = {0};
	const struct case_act act = {.kind = CASE_REOPENED, .day = DAY_NONE};
	enum err_code code = reg_case_relapsed_each(d->o.reg, note_relapsed, &r, e);
	size_t reopened = 0;

	for (size_t i = 0; !code && i < r.count; i++) {
		int64_t n;
		code = desk_step_take(d, DESK_OFFICE, r.numbers[i], &act, &n, &why);
		/* Somebody reopened it a moment ago, or its last step is of a later day than this desk's. */
		if (code == ERR_CONFLICT)
			code = ERR_OK;
		else if (code)
			*e = why;
		else
			reopened++;
	}
	free(r.numbers);
	if (!code)
		*ret_reopened = reopened;
	return code;
}

/* ---- publishing -------------------------------------------------------------------------------------- */

static enum err_code release(
	struct desk *d, bool dry, struct arena *a, struct release_report *ret, struct err *e)
{
	const struct change_note note = desk_note_for(d, NULL);
	const struct case_act act = {.kind = CASE_PUBLISHED, .day = DAY_NONE};
	enum err_code code = reg_release(d->o.reg, d->o.today, dry, &note, a, ret, e);

	for (size_t i = 0; !code && !dry && i < ret->result_count; i++) {
		int64_t n;
		code = desk_step_take(d, DESK_OFFICE, ret->results[i], &act, &n, e);
	}
	return code;
}

/* The release and its steps stand together or not at all. */
enum err_code desk_release(
	struct desk *d, bool dry, struct arena *a, struct release_report *ret, struct err *e)
{
	struct release_report report = {0};
	enum err_code code;

	if (dry) {
		code = release(d, true, a, &report, e);
	} else if (!d->named || d->o.read_only) {
		return err_set(e, ERR_USAGE, T("没有写明是谁办的", "say who does it"));
	} else {
		code = reg_begin(d->o.reg, e);
		if (!code)
			code = release(d, false, a, &report, e);
		if (!code)
			code = reg_commit(d->o.reg, e);
		if (code)
			reg_rollback(d->o.reg);
	}
	if (!code)
		*ret = report;
	return code;
}
