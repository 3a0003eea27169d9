/*
 * One case as a role sees it: the row, what its key opens, the reasons it can read, its draft.
 *
 * At the first opening by the inspector the row learns what it needs to count and to answer: the day, the kinds, the street, the
 * key of the status. All of it was written by whoever sent the tip-off, so each is taken only where it can be.
 */
#include "casework/casework_internal.h"

#include <string.h>

/* ---- the first opening ------------------------------------------------------------------------ */

/* The status goes out before the row says for good that its key is known: a crash between leads to both again. Part of the
 * caller's reg_begin() or one transaction of its own. */
static enum err_code note_opened(struct desk *d, const struct tip_case *row, const struct tipoff *t,
	struct arena *a, struct err *e)
{
	struct reg *r = d->o.reg;
	bool own = !reg_begun(r);
	struct tip_case_opened o = case_opened_of(d->o.policy, row, t, a);

	enum err_code code = own ? reg_begin(r, e) : ERR_OK;
	if (!code)
		code = reg_case_opened(r, row->number, &o, e);
	if (!code && row->steps > 1)
		code = desk_status_put(d, &row->number, 1, e);
	if (!code && own)
		code = reg_commit(r, e);
	if (code && own)
		reg_rollback(r);
	bytes_wipe(&o, sizeof o);
	return code;
}

enum err_code desk_first_opening(struct desk *d, const struct sealed_case *c, struct arena *a,
	struct tip_case *row, struct err *e)
{
	struct tipoff t;
	struct err ignored;
	enum err_code code;

	if (row->opened || d->half != SLOT_FACTS || !d->secret_count)
		return ERR_OK;
	/* Not here, no key of ours, or damaged: then nobody here opens it. */
	if (sealed_case_open(d, c, a, &t, &ignored))
		return ERR_OK;
	code = note_opened(d, row, &t, a, e);
	bytes_wipe(t.status_key, sizeof t.status_key);
	return code ? code : reg_case_get(d->o.reg, row->number, a, row, e);
}

/* ---- the whole of it ---------------------------------------------------------------------------- */

struct notes {
	struct desk *d;
	const struct tip_case *row;
	const struct sealed_case *c;
	struct arena *a;
	struct desk_note *list;
	size_t count, room;
};

static enum err_code add_note(void *ctx, const struct tip_step *s, struct err *e)
{
	struct notes *n = ctx;

	(void)e;
	if (n->count == n->room)
		return ERR_OK;
	n->list[n->count++] = (struct desk_note){.n = s->n,
		.kind = s->kind,
		.day = s->day,
		.role = arena_strdup(n->a, s->role),
		.unit = arena_strdup(n->a, s->unit),
		.by = arena_strdup(n->a, s->by),
		.text = s->note ? note_open(n->d, n->row, n->c, s->n, s->note, s->note_len, n->a)
				: NULL};
	return ERR_OK;
}

static const struct tipoff nothing = {.received_at = "",
	.host = "",
	.enterprise = "",
	.street = "",
	.place = "",
	.happened_on = "",
	.what = "",
	.way = "",
	.lane = "",
	.contact_name = "",
	.contact_phone = ""};

static enum err_code open_parts(struct desk *d, const struct sealed_case *c, struct arena *a,
	struct desk_case *ret, struct err *e)
{
	struct err why = {0};
	enum err_code code = sealed_case_open(d, c, a, &ret->tipoff, &why);

	if (code == ERR_REFUSED || code == ERR_NOT_FOUND) {
		ret->tipoff = nothing;
		return ERR_OK;
	}
	if (code) {
		*e = why;
		return code;
	}
	ret->opened = true;
	if (d->o.role != DESK_INSPECTOR || ret->row.opened || d->o.read_only)
		return ERR_OK;
	code = note_opened(d, &ret->row, &ret->tipoff, a, e);
	return code ? code : reg_case_get(d->o.reg, ret->row.number, a, &ret->row, e);
}

enum err_code desk_case_get(
	struct desk *d, int64_t number, struct arena *a, struct desk_case *ret, struct err *e)
{
	struct desk_case k = {.tipoff = nothing};
	struct sealed_case c;
	enum err_code code = reg_case_get(d->o.reg, number, a, &k.row, e);

	if (code)
		return code;
	code = sealed_case_read(d, &k.row, &c, e);
	if (!code && d->o.role != DESK_OFFICE)
		code = open_parts(d, &c, a, &k, e);
	struct notes n = {.d = d,
		.row = &k.row,
		.c = &c,
		.a = a,
		.list = arena_alloc(a, (size_t)(k.row.steps + 1) * sizeof *n.list),
		.room = (size_t)k.row.steps};
	if (!code)
		code = reg_case_step_each(d->o.reg, number, add_note, &n, e);
	if (!code)
		code = draft_open(d, &k.row, &c, a, &k.draft, e);
	k.notes = n.list;
	k.note_count = n.count;
	sealed_case_done(&c);
	if (!code)
		*ret = k;
	return code;
}
