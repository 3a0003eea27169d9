/*
 * One case as a role sees it: the row, what its key opens, the reasons it can read, its draft.
 *
 * At the first opening by the inspector the row learns what it needs to count and to answer: the day, the kinds, the street, the
 * key of the status. All of it was written by whoever sent the tip-off, so each is taken only where it can be.
 */
#include "casework/casework_internal.h"

#include <string.h>

/* ---- the first opening ------------------------------------------------------------------------ */

/* The day it was received, if it lies in the week that the chain has; else that week's Monday. */
static struct day received_on(const struct tip_case *row, const struct tipoff *t)
{
	char text[DAY_TEXT_BYTES] = "";
	struct day day;
	struct week week;

	if (strlen(t->received_at) >= DAY_TEXT_BYTES - 1)
		memcpy(text, t->received_at, DAY_TEXT_BYTES - 1);
	if (!week_parse(row->week, strlen(row->week), &week))
		return row->received_on;
	if (!day_parse(text, &day))
		return week_monday(week);
	struct week of = week_of_day(day);
	return of.year == week.year && of.week == week.week ? day : week_monday(week);
}

static const char *known_kinds(const struct desk *d, const struct tipoff *t, struct arena *a)
{
	size_t count = 0;
	const struct tipoff_kind *all = policy_tipoff_kinds(d->o.policy, &count);
	struct buf b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < t->kind_count; i++)
		for (size_t k = 0; k < count; k++)
			if (str_eq(all[k].slug, t->kinds[i]))
				buf_printf(&b, "%s%s", b.len ? " " : "", all[k].slug);
	const char *kinds = buf_dup(&b, a);
	buf_done(&b);
	return kinds;
}

/* Taken down at the desk: the sealed part says how, as the host's name desk-phone, desk-letter or desk-visit. */
static const char *origin_of(const struct tip_case *row, const struct tipoff *t)
{
	static const char *const origins[] = {"phone", "letter", "visit"};

	if (str_eq(row->host, DESK_HOST) && str_starts(t->host, DESK_HOST "-"))
		for (size_t i = 0; i < COUNT_OF(origins); i++)
			if (str_eq(t->host + strlen(DESK_HOST "-"), origins[i]))
				return origins[i];
	return row->origin;
}

/* The status goes out before the row says that its key is known: a crash between leads to both again. */
static enum err_code note_opened(struct desk *d, const struct tip_case *row, const struct tipoff *t,
	struct arena *a, struct err *e)
{
	struct reg *r = d->o.reg;
	struct tip_case_opened o = {.received_on = received_on(row, t),
		.origin = origin_of(row, t),
		.way = t->way,
		.kinds = known_kinds(d, t, a),
		.street = *t->street && !desk_unit_check(d, t->street, NULL) ? t->street : NULL};

	memcpy(o.status_tag, t->status_tag, sizeof o.status_tag);
	memcpy(o.status_key, t->status_key, sizeof o.status_key);
	enum err_code code = reg_begin(r, e);
	if (!code)
		code = reg_case_opened(r, row->number, &o, e);
	if (!code && row->steps > 1)
		code = desk_status_put(d, &row->number, 1, e);
	if (!code)
		code = reg_commit(r, e);
	if (code)
		reg_rollback(r);
	bytes_wipe(&o, sizeof o);
	return code;
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
