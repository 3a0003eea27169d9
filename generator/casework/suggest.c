/*
 * What the desk proposes for `case dispatch` and `case link`: the units by the routing data, the enterprises that a tip-off may
 * be about. Staff decide.
 *
 * An enterprise is proposed for its public id, or for a name or a place that is the same or nearly the same as the register's
 * after folding, by the likeness that the import uses. The street counts a little.
 */
#include "casework/casework_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
	KINDS_MAX = TIPOFF_KINDS,
	ENTERPRISES_MAX = 10,
	SCORE_ID = 100,
	SCORE_NAME = 80,
	SCORE_NAME_NEAR = 60,
	SCORE_ADDRESS = 50, /* also where the name agrees: then both count, at most 95 */
	SCORE_ADDRESS_NEAR = 35,
	SCORE_STREET = 5,
	SCORE_MOST = 95, /* short of the id, which leaves no doubt */
	SCORE_LISTED = 35,
};

/* ---- units -------------------------------------------------------------------------------------------- */

static size_t split_kinds(struct arena *a, const char *kinds, const char *ret[KINDS_MAX])
{
	size_t count = 0;

	for (const char *at = kinds ? kinds : ""; *at && count < KINDS_MAX;) {
		size_t len = strcspn(at, " ");
		if (len)
			ret[count++] = arena_strndup(a, at, len);
		at += len + (at[len] == ' ');
	}
	return count;
}

enum err_code desk_route(
	struct desk *d, int64_t number, struct arena *a, struct route *ret, struct err *e)
{
	struct desk_case c;
	const char *kinds[KINDS_MAX];
	enum err_code code = desk_case_get(d, number, a, &c, e);

	if (code)
		return code;
	size_t count = split_kinds(a, c.row.kinds, kinds);
	policy_route(d->o.policy, a, kinds, count, c.row.street, ret);
	return ERR_OK;
}

/* ---- enterprises ----------------------------------------------------------------------------------------- */

struct looking {
	struct arena *a, *scratch;
	struct enterprise_id id; /* that the tip-off names by number; n 0: none */
	const char *name_key, *place_key, *street;
	struct desk_place best[ENTERPRISES_MAX + 1];
	size_t count;
};

static int score_of(const struct looking *l, const struct enterprise *en)
{
	const char *name = reg_text_key(l->scratch, en->value[FIELD_NAME]);
	const char *address = reg_text_key(l->scratch, en->value[FIELD_ADDRESS]);
	enum text_likeness by_name = reg_name_is_blank(l->name_key)
					     ? TEXT_OTHER
					     : reg_text_likeness(l->name_key, name, 3);
	enum text_likeness by_place = reg_text_likeness(l->place_key, address, 4);
	int score = 0;

	if (l->id.n && l->id.n == en->id.n)
		return SCORE_ID;
	if (by_name)
		score += by_name == TEXT_SAME ? SCORE_NAME : SCORE_NAME_NEAR;
	if (by_place)
		score += by_place == TEXT_SAME ? SCORE_ADDRESS : SCORE_ADDRESS_NEAR;
	if (score && l->street && str_eq(l->street, en->value[FIELD_STREET]))
		score += SCORE_STREET;
	return score < SCORE_MOST ? score : SCORE_MOST;
}

/* Kept in order: the better first, of equal ones the older. */
static enum err_code consider(void *ctx, const struct enterprise *en, struct err *e)
{
	struct looking *l = ctx;
	int score = score_of(l, en);
	size_t at = l->count;

	(void)e;
	arena_reset(l->scratch);
	if (score < SCORE_LISTED || (at == ENTERPRISES_MAX && l->best[at - 1].score >= score))
		return ERR_OK;
	while (at > 0 && l->best[at - 1].score < score) {
		l->best[at] = l->best[at - 1];
		at--;
	}
	l->best[at] = (struct desk_place){.id = en->id,
		.name = arena_strdup(l->a, en->value[FIELD_NAME]),
		.address = arena_strdup(
			l->a, en->value[FIELD_ADDRESS] ? en->value[FIELD_ADDRESS] : ""),
		.score = score};
	if (l->count < ENTERPRISES_MAX)
		l->count++;
	return ERR_OK;
}

enum err_code desk_enterprises(struct desk *d, int64_t number, struct arena *a,
	const struct desk_place **ret, size_t *ret_count, struct err *e)
{
	struct looking l = {.a = a};
	struct enterprise_filter all = {0};
	struct desk_case c;
	struct err ignored;
	enum err_code code = desk_case_get(d, number, a, &c, e);

	*ret = NULL;
	*ret_count = 0;
	if (code || !c.opened || d->o.role != DESK_INSPECTOR)
		return code;
	const char *named = c.tipoff.enterprise;
	if (*named && reg_id_parse(d->o.reg, named, &l.id, &ignored))
		l.id.n = 0;
	l.name_key = l.id.n ? "" : reg_text_key(a, named);
	l.place_key = reg_text_key(a, c.tipoff.place);
	l.street = c.row.street;
	l.scratch = arena_new();
	code = reg_enterprise_each(d->o.reg, &all, consider, &l, e);
	arena_free(l.scratch);
	if (code)
		return code;
	struct desk_place *list = arena_alloc(a, (l.count + 1) * sizeof *list);
	memcpy(list, l.best, l.count * sizeof *list);
	*ret = list;
	*ret_count = l.count;
	return ERR_OK;
}
