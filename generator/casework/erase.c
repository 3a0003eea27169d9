/*
 * Erasing a case: its slot and photos here, what the register still says of a person, what its receipt answers, and every copy that may
 * lie elsewhere.
 *
 * The step `erased` comes first, so that whoever dies in between leaves a case that is known to be half erased; all that follows
 * may be done twice. Elsewhere is asked for before anything here is gone. The receipt's answer is changed while its key still stands
 * in the row; the row is blanked last, and then marked as done. What a crash or a disk that refused left unmarked is gone on with by
 * every desk that opens. What stays: that there was a case, its week, its steps and their days, and the sealed record
 * in git, which nobody can open any more.
 */
#include "casework/handover.h"

#include <stdlib.h>
#include <string.h>

/* ---- places ------------------------------------------------------------------------------------------ */

struct places {
	struct arena *a;
	const char **list;
	size_t count, cap;
};

static void add_place(struct places *p, const char *place)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->list[i], place))
			return;
	if (p->count == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 8;
		p->list = mem_grow(p->list, p->cap, sizeof *p->list);
	}
	p->list[p->count++] = arena_strdup(p->a, place);
}

/* Of the intake hosts only the one that took it in; this folder itself needs no asking. */
static enum err_code note_place(void *ctx, const char *place, const char *kind, struct err *e)
{
	struct places *p = ctx;

	(void)e;
	if (str_eq(kind, "hub") || str_eq(kind, "backup"))
		add_place(p, place);
	return ERR_OK;
}

static enum err_code ask_places(
	struct desk *d, const struct tip_case *row, struct arena *a, struct err *e)
{
	struct places p = {.a = a};
	const char *own = NULL; /* this machine, where it takes tip-offs in itself */
	struct err none = {0};
	bool elsewhere = !str_eq(row->host, DESK_HOST) && host_name_valid(row->host);
	enum err_code code = handover_host_name(d->o.instance, a, &own, &none);

	if (code == ERR_NOT_FOUND)
		code = ERR_OK;
	else if (code)
		*e = none;
	if (!code && elsewhere && !str_eq(own, row->host)) {
		code = reg_place_set(d->o.reg, row->host, "intake", e);
		add_place(&p, row->host);
	}
	if (!code)
		code = reg_place_each(d->o.reg, note_place, &p, e);
	for (size_t i = 0; !code && i < p.count; i++)
		code = reg_copy_ask(d->o.reg, row->number, p.list[i], d->o.today, e);
	free(p.list);
	return code;
}

/* ---- here ---------------------------------------------------------------------------------------------- */

static enum err_code destroy_here(struct desk *d, const struct tip_case *row, struct err *e)
{
	struct shelf shelf = {.folders = {-1, -1}};
	struct photo_owners owners = {0};
	bool any = false;
	enum err_code code;

	if (str_eq(row->origin, "quarantined"))
		return quarantined_destroy(d->o.instance, row->id, &any, e);
	code = shelf_open(&shelf, d->o.instance, e);
	if (!code)
		code = shelf_lock(&shelf, e);
	if (!code)
		code = shelf_destroy(&shelf, row->id, &owners, &any, e);
	shelf_close(&shelf);
	photo_owners_done(&owners);
	return code;
}

/* Everything after the step; may be done again. */
static enum err_code finish(
	struct desk *d, const struct tip_case *row, struct arena *a, struct err *e)
{
	enum err_code code = ask_places(d, row, a, e);

	if (!code)
		code = desk_status_put(d, &row->number, 1, e);
	if (!code)
		code = destroy_here(d, row, e);
	if (!code)
		code = reg_case_blank(d->o.reg, row->number, e);
	return code ? code : reg_case_destroyed(d->o.reg, row->number, e);
}

static enum err_code erase(struct desk *d, int64_t number, const char *why, struct err *e)
{
	const struct case_act act = {.kind = CASE_ERASED, .day = DAY_NONE, .why = why};
	struct arena *a = arena_new();
	struct tip_case row;
	int64_t n = 0;
	enum err_code code = reg_case_get(d->o.reg, number, a, &row, e);

	/* The step opens a case that nobody opened, while there is something to open. */

	if (!code && row.course.state != CASE_ERASED && (!why || !*why))
		code = err_set(e, ERR_USAGE, T("没有写明为什么销毁", "say why it is erased"));
	if (!code && row.course.state != CASE_ERASED)
		code = desk_step_take(d, d->o.role, number, &act, &n, e);
	if (!code)
		code = finish(d, &row, a, e);
	arena_free(a);
	return code;
}

/* ---- what was left unfinished -------------------------------------------------------------------------- */

struct unfinished {
	int64_t *numbers;
	size_t count, cap;
};

static enum err_code note_unfinished(void *ctx, const struct tip_case *row, struct err *e)
{
	struct unfinished *u = ctx;

	(void)e;
	if (u->count == u->cap) {
		u->cap = u->cap ? 2 * u->cap : 16;
		u->numbers = mem_grow(u->numbers, u->cap, sizeof *u->numbers);
	}
	u->numbers[u->count++] = row->number;
	return ERR_OK;
}

/* One that fails keeps neither the others nor the desk from their work: the next desk tries again. */
enum err_code desk_erase_finish(struct desk *d, struct err *e)
{
	struct unfinished u = {0};
	struct arena *a = arena_new();
	enum err_code code = reg_case_unfinished_each(d->o.reg, note_unfinished, &u, e);

	for (size_t i = 0; !code && i < u.count; i++, arena_reset(a)) {
		struct tip_case row;
		struct err why = {0};
		code = reg_case_get(d->o.reg, u.numbers[i], a, &row, e);
		if (!code && finish(d, &row, a, &why) && !d->unfinished++)
			d->unfinished_why = why;
	}
	free(u.numbers);
	arena_free(a);
	return code;
}

size_t desk_unfinished(const struct desk *d, const char **ret_why)
{
	*ret_why = d->unfinished ? d->unfinished_why.message : NULL;
	return d->unfinished;
}

static enum err_code may_act(const struct desk *d, struct err *e)
{
	if (d->o.read_only)
		return err_set(e, ERR_USAGE, T("只读打开的，不能销毁", "opened for looking only"));
	return d->named ? ERR_OK : err_set(e, ERR_USAGE, T("没有写明是谁办的", "say who does it"));
}

enum err_code desk_erase(struct desk *d, int64_t number, const char *why, struct err *e)
{
	enum err_code code = may_act(d, e);
	return code ? code : erase(d, number, why, e);
}

enum err_code desk_erase_confirm(struct desk *d, int64_t number, const char *place, struct err *e)
{
	enum err_code code = may_act(d, e);
	return code ? code : reg_copy_gone(d->o.reg, number, place, d->o.today, d->o.by, e);
}

/* ---- whose time is over ----------------------------------------------------------------------------------- */

struct due {
	struct desk *d;
	struct arena *a;
	struct due_for_erasing *list;
	size_t count, cap;
};

static enum err_code note_due(void *ctx, const struct tip_case *row, struct err *e)
{
	struct due *w = ctx;
	struct day from = DAY_NONE;
	const struct retention *rule = policy_retention(w->d->o.policy, &row->course, &from);

	(void)e;
	if (!rule || day_compare(from, w->d->o.today) > 0)
		return ERR_OK;
	if (w->count == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		w->list = mem_grow(w->list, w->cap, sizeof *w->list);
	}
	w->list[w->count++] =
		(struct due_for_erasing){row->number, arena_strdup(w->a, row->id), rule, from};
	return ERR_OK;
}

enum err_code desk_retention(struct desk *d, struct arena *a, const struct due_for_erasing **ret,
	size_t *ret_count, struct err *e)
{
	struct due w = {.d = d, .a = a};
	enum err_code code = reg_case_each(d->o.reg, NULL, note_due, &w, e);

	if (!code) {
		struct due_for_erasing *list = arena_alloc(a, (w.count + 1) * sizeof *list);
		for (size_t i = 0; i < w.count; i++)
			list[i] = w.list[i];
		*ret = list;
		*ret_count = w.count;
	}
	free(w.list);
	return code;
}
