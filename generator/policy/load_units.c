/*
 * units.conf and routing.conf: who answers for what (五、（二）), and which kinds of tip-off go there
 * (ours, from the role).
 *
 * Streets share one clause and one role; every other unit states its own. Routing is kept as the list of
 * kinds, and as the sentence each unit shows. Invariants checked here: codes and kinds stand once; a tip-off goes only
 * to a unit that exists; the order of the lead names every department once.
 */
#include "policy/reading.h"

#include <string.h>

static enum err_code read_streets(
	struct policy *p, const struct conf *streets, const struct conf *list, struct err *e)
{
	static const char *const keys[] = {"code", "name", NULL};
	const char *clause, *role;
	struct day from;
	enum err_code code;

	if ((code = reading_source(streets, &from, &clause, e)) ||
		(code = reading_text(streets, "role", &role, e)))
		return code;
	for (size_t i = 0; i < list->count; i++) {
		struct unit_info *unit = &p->units[p->unit_count++];

		*unit = (struct unit_info){.kind = "street", .clause = clause, .role = role};
		if ((code = reading_group(&list->items[i], keys, e)) ||
			(code = reading_slug(&list->items[i], "code", &unit->code, e)) ||
			(code = reading_text(&list->items[i], "name", &unit->name, e)) ||
			(code = reading_unique(list, i, "code", e)) ||
			(code = reading_unique(list, i, "name", e)))
			return code;
		if (strlen(unit->code) != 9 || unit->code[strspn(unit->code, "0123456789")])
			return conf_error(conf_find(&list->items[i], "code"), e,
				T("街道代码应为 9 位数字，不是“%s”",
					"a street's code has 9 digits, not \"%s\""),
				unit->code);
	}
	return ERR_OK;
}

static enum err_code read_kind(struct unit_info *unit, const struct conf *group, struct err *e)
{
	static const char *const kinds[] = {"zone", "department", "office", "team"};
	const char *kind;
	enum err_code code = reading_text(group, "kind", &kind, e);

	if (code)
		return code;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(kinds[i], kind))
			unit->kind = kinds[i];
	if (!unit->kind)
		return conf_error(conf_find(group, "kind"), e,
			T("kind 应为 zone、department、office 或 team，不是“%s”",
				"kind must be zone, department, office or team, not \"%s\""),
			kind);
	return ERR_OK;
}

static enum err_code read_departments(struct policy *p, const struct conf *list, struct err *e)
{
	static const char *const keys[] = {
		"code", "name", "kind", "clause", "in_force_from", "role", NULL};
	enum err_code code;

	for (size_t i = 0; i < list->count; i++) {
		const struct conf *group = &list->items[i];
		struct unit_info *unit = &p->units[p->unit_count++];
		struct day from;

		*unit = (struct unit_info){0};
		if ((code = reading_group(group, keys, e)) ||
			(code = reading_slug(group, "code", &unit->code, e)) ||
			(code = reading_text(group, "name", &unit->name, e)) ||
			(code = read_kind(unit, group, e)) ||
			(code = reading_source(group, &from, &unit->clause, e)) ||
			(code = reading_text(group, "role", &unit->role, e)) ||
			(code = reading_unique(list, i, "code", e)) ||
			(code = reading_unique(list, i, "name", e)))
			return code;
		for (size_t u = 0; u + 1 < p->unit_count; u++)
			if (str_eq(p->units[u].code, unit->code))
				return conf_error(conf_find(group, "code"), e,
					T("代码“%s”与%s重复", "code \"%s\" is that of %s"),
					unit->code, p->units[u].name);
	}
	return ERR_OK;
}

enum err_code load_units(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"streets", "departments", NULL};
	static const char *const street_keys[] = {"clause", "in_force_from", "role", "units", NULL};
	const struct conf *streets = conf_find(root, "streets"), *street_list, *departments;
	enum err_code code = conf_only(root, keys, e);

	if (code)
		return code;
	if (!streets)
		return conf_error(root, e, T("缺少 streets", "streets is missing"));
	if ((code = reading_group(streets, street_keys, e)) ||
		(code = reading_list(streets, "units", &street_list, e)) ||
		(code = reading_list(root, "departments", &departments, e)))
		return code;
	p->units = arena_alloc(
		p->arena, (street_list->count + departments->count) * sizeof(*p->units));
	if ((code = read_streets(p, streets, street_list, e)))
		return code;
	return read_departments(p, departments, e);
}

/* ---- routing ---------------------------------------------------------------------------- */

static bool is_department(const struct policy *p, const char *code)
{
	for (size_t i = 0; i < p->unit_count; i++)
		if (str_eq(p->units[i].kind, "department") && str_eq(p->units[i].code, code))
			return true;
	return false;
}

static enum err_code unknown_unit(const struct conf *at, const char *code, struct err *e)
{
	return conf_error(
		at, e, T("units.conf 里没有部门“%s”", "units.conf has no department \"%s\""), code);
}

static enum err_code read_department(const struct policy *p, const struct conf *root,
	const char *name, const char **ret, struct err *e)
{
	enum err_code code = reading_text(root, name, ret, e);

	if (!code && !is_department(p, *ret))
		return unknown_unit(conf_find(root, name), *ret, e);
	return code;
}

/* The order decides which department leads, so it must not forget one. */
static enum err_code read_order(struct policy *p, const struct conf *root, struct err *e)
{
	const struct conf *order;
	size_t departments = 0;
	enum err_code code = reading_list(root, "order", &order, e);

	if (code)
		return code;
	p->lead_order = arena_alloc(p->arena, order->count * sizeof(*p->lead_order));
	for (size_t i = 0; i < order->count; i++) {
		const char *text;

		if ((code = reading_item(&order->items[i], &text, e)))
			return code;
		if (!is_department(p, text))
			return unknown_unit(&order->items[i], text, e);
		for (size_t j = 0; j < i; j++)
			if (str_eq(order->items[j].string, text))
				return conf_error(&order->items[i], e,
					T("部门“%s”重复", "department \"%s\" stands twice"), text);
		p->lead_order[p->lead_order_count++] = text;
	}
	for (size_t i = 0; i < p->unit_count; i++)
		departments += str_eq(p->units[i].kind, "department");
	if (order->count != departments)
		return conf_error(order, e,
			T("order 应列出全部 %zu 个部门", "order must name all %zu departments"),
			departments);
	return ERR_OK;
}

static enum err_code read_tipoff_kind(
	struct policy *p, const struct conf *list, size_t at, struct err *e)
{
	static const char *const keys[] = {
		"slug", "name", "to", "emissions", "clause", "in_force_from", NULL};
	const struct conf *group = &list->items[at];
	struct tipoff_kind kind = {0};
	const char *clause;
	struct day from;
	enum err_code code;

	if ((code = reading_group(group, keys, e)) ||
		(code = reading_slug(group, "slug", &kind.slug, e)) ||
		(code = reading_text(group, "name", &kind.name, e)) ||
		(code = reading_text(group, "to", &kind.to, e)) ||
		(code = conf_opt_bool(group, "emissions", &kind.emissions, e)) ||
		(code = reading_source(group, &from, &clause, e)) ||
		(code = reading_unique(list, at, "slug", e)) ||
		(code = reading_unique(list, at, "name", e)))
		return code;
	if (!str_eq(kind.to, "street") && !is_department(p, kind.to))
		return unknown_unit(conf_find(group, "to"), kind.to, e);
	p->tipoff_kinds[p->tipoff_kind_count++] = kind;
	return ERR_OK;
}

/* The kinds that go to this unit, as one phrase; a street's begins with what it does for each. */
static const char *tipoffs_of(
	struct policy *p, const struct unit_info *unit, const char *street_role)
{
	bool street = str_eq(unit->kind, "street") || str_eq(unit->kind, "zone");
	const char *all = street ? street_role : "";

	for (size_t i = 0; i < p->tipoff_kind_count; i++) {
		const struct tipoff_kind *kind = &p->tipoff_kinds[i];

		if (street ? str_eq(kind->to, "street") : str_eq(kind->to, unit->code))
			all = arena_printf(p->arena, "%s%s%s", all, *all ? "、" : "", kind->name);
	}
	return all;
}

enum err_code load_routing(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"order", "emissions_lead", "fallback", "street_role",
		"clause", "in_force_from", "kinds", NULL};
	const struct conf *kinds;
	const char *street_role, *clause;
	struct day from;
	enum err_code code;

	if ((code = conf_only(root, keys, e)) || (code = read_order(p, root, e)) ||
		(code = read_department(p, root, "emissions_lead", &p->emissions_lead, e)) ||
		(code = read_department(p, root, "fallback", &p->fallback, e)) ||
		(code = reading_text(root, "street_role", &street_role, e)) ||
		(code = reading_source(root, &from, &clause, e)) ||
		(code = reading_list(root, "kinds", &kinds, e)))
		return code;
	p->tipoff_kinds = arena_alloc(p->arena, (kinds->count + 1) * sizeof(*p->tipoff_kinds));
	for (size_t i = 0; i < kinds->count; i++)
		if ((code = read_tipoff_kind(p, kinds, i, e)))
			return code;
	for (size_t i = 0; i < p->unit_count; i++)
		p->units[i].tipoffs = tipoffs_of(p, &p->units[i], street_role);
	return ERR_OK;
}

const struct tipoff_kind *policy_tipoff_kinds(const struct policy *p, size_t *ret_count)
{
	*ret_count = p->tipoff_kind_count;
	return p->tipoff_kinds;
}
