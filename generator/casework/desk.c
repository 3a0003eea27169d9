/*
 * An opened desk: whose key is used, which branches are open, and what is made good when it opens.
 *
 * Opening takes in what the intake chains brought, writes the lines that a crash left unwritten, anchors the chains' heads, destroys
 * to the end what was erased by halves and reopens what relapsed. Only the keys of the role are read; they are wiped when the desk closes.
 */
#include "casework/casework_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct desk_branch {
	char *name;
	struct ledger *ledger;
	struct desk_branch *next;
};

/* ---- roles ------------------------------------------------------------------------------------ */

static const char *const role_ids[DESK_ROLES] = {
	[DESK_OFFICE] = "office", [DESK_INSPECTOR] = "inspector", [DESK_REPLY] = "reply"};

const char *desk_role_id(enum desk_role r)
{
	return role_ids[r];
}

bool desk_role_find(const char *id, enum desk_role *ret)
{
	for (int i = 0; i < DESK_ROLES; i++)
		if (str_eq(id, role_ids[i])) {
			*ret = (enum desk_role)i;
			return true;
		}
	return false;
}

/* ---- what the room asks of a desk ------------------------------------------------------------------ */

struct change_note desk_note_for(const struct desk *d, const char *why)
{
	return (struct change_note){.by = d->o.by, .why = why, .at = d->o.at};
}

struct unit_search {
	const char *code;
	bool found;
};

static enum err_code compare_unit(void *ctx, const struct unit *u, struct err *e)
{
	struct unit_search *s = ctx;

	(void)e;
	s->found |= str_eq(u->code, s->code);
	return ERR_OK;
}

enum err_code desk_unit_check(const struct desk *d, const char *code, struct err *e)
{
	struct unit_search s = {.code = code};

	if (!code)
		return ERR_OK;
	if (reg_unit_each(d->o.reg, compare_unit, &s, e))
		return e->code;
	return s.found ? ERR_OK
		       : err_set(e, ERR_USAGE,
				 T("没有代码为“%s”的单位：用 tianlan unit list 查看",
					 "no unit has the code \"%s\": see tianlan unit list"),
				 code);
}

enum err_code desk_ledger(struct desk *d, const char *branch, struct ledger **ret, struct err *e)
{
	struct ledger *l = NULL;

	for (const struct desk_branch *b = d->branches; b; b = b->next)
		if (str_eq(b->name, branch)) {
			*ret = b->ledger;
			return ERR_OK;
		}
	if (ledger_open(d->git, branch, &l, e))
		return e->code;
	struct desk_branch *b = mem_zero(1, sizeof *b);
	*b = (struct desk_branch){mem_strdup(branch), l, d->branches};
	d->branches = b;
	*ret = l;
	return ERR_OK;
}

enum err_code desk_intake_branches(
	struct desk *d, struct arena *a, const char *const **ret, size_t *ret_count, struct err *e)
{
	const char *const *all = NULL;
	size_t count = 0, intake = 0;
	enum err_code code = ledger_branches(d->git, a, &all, &count, e);

	if (code && code != ERR_NOT_FOUND)
		return code;
	const char **names = arena_alloc(a, (count + 1) * sizeof *names);
	for (size_t i = 0; i < count; i++)
		if (str_starts(all[i], "intake/"))
			names[intake++] = all[i];
	*ret = names;
	*ret_count = intake;
	return ERR_OK;
}

/* ---- opening and closing ------------------------------------------------------------------------------ */

/* No keys here is no error: then nothing opens. */
static enum err_code load_keys(struct desk *d, struct err *e)
{
	struct err why = {0};

	if (d->o.role == DESK_OFFICE)
		return ERR_OK;
	d->half = d->o.role == DESK_INSPECTOR ? SLOT_FACTS : SLOT_CONTACT;
	static_assert(sizeof d->secret == DESK_KEYS * KEY_BYTES, "a secret is its bytes");
	enum err_code code = keys_secrets(d->keys, d->half == SLOT_FACTS ? KEY_FACTS : KEY_CONTACT,
		(uint8_t(*)[KEY_BYTES])d->secret, DESK_KEYS, &d->secret_count, &why);
	if (code && code != ERR_NOT_FOUND)
		*e = why;
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

/* What is not vouched for (ERR_REFUSED) is said by whoever flushes next and by the verification: work goes on. */
static enum err_code flush_rest(struct desk *d, struct err *e)
{
	struct err why = {0};
	enum err_code code = desk_flush(d, &why);

	if (code == ERR_OK || code == ERR_REFUSED)
		return ERR_OK;
	*e = why;
	return code;
}

static enum err_code catch_up(struct desk *d, struct err *e)
{
	size_t reopened = 0;

	if (desk_take_in(d, e) || flush_rest(d, e) || desk_erase_finish(d, e) ||
		desk_follow(d, &reopened, e))
		return e->code;
	return reopened ? flush_rest(d, e) : ERR_OK;
}

enum err_code desk_open(const struct desk_options *o, struct desk **ret, struct err *e)
{
	struct desk *d;
	char day[DAY_TEXT_BYTES];
	enum err_code code;

	if ((unsigned)o->role >= DESK_ROLES || !day_is_set(o->today))
		return err_set(e, ERR_USAGE, T("角色或日期不对", "the role or the day is wrong"));
	d = mem_zero(1, sizeof *d);
	d->o = *o;
	d->arena = arena_new();
	d->keys = path_join(d->arena, o->instance, "keys");
	d->git = path_join(d->arena, o->instance, "cases.git");
	/* What is done on opening is the program's own doing where nobody is named. */
	if (!o->by || !*o->by)
		d->o.by = "tianlan";
	if (!o->at)
		d->o.at = arena_printf(d->arena, "%sT00:00:00+08:00", day_text(o->today, day));
	d->named = d->o.by == o->by;
	code = desk_unit_check(d, o->unit, e);
	if (!code)
		code = load_keys(d, e);
	if (!code && !o->read_only)
		code = catch_up(d, e);
	if (code)
		desk_close(d);
	else
		*ret = d;
	return code;
}

void desk_close(struct desk *d)
{
	if (!d)
		return;
	while (d->branches) {
		struct desk_branch *b = d->branches;
		d->branches = b->next;
		ledger_close(b->ledger);
		free(b->name);
		free(b);
	}
	arena_free(d->arena);
	bytes_wipe(d, sizeof *d);
	free(d);
}
