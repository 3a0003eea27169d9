/*
 * Column 22: the street on record, and the community that stands in the same cell.
 *
 * A street is found by its code, its name, or its name without 街道 when nothing but 办事处 follows; a street that is
 * not on record is refused, never taken for a similar one. The longest name wins.
 */
#include "register/value.h"

#include "register/register_internal.h"

#include <string.h>

static const char *skip_joints(const char *s)
{
	static const char *const joints[] = {
		"、", ",", "，", "/", "-", "—", ":", "：", ";", "；", "(", "（", " ", NULL};

	for (;;) {
		const char *const *j = joints;

		while (*j && !str_starts(s, *j))
			j++;
		if (!*j)
			return s;
		s += strlen(*j);
	}
}

/* What stands before 街道 or 片区管委会: 七纺. */
static const char *street_short_name(struct arena *a, const char *name)
{
	static const char *const endings[] = {"街道办事处", "街道", "片区管委会", "管委会", NULL};

	for (const char *const *end = endings; *end; end++)
		if (str_ends(name, *end) && strlen(name) > strlen(*end))
			return arena_strndup(a, name, strlen(name) - strlen(*end));
	return name;
}

/* The rest of the cell behind this street's name; NULL when the cell is not about it. */
static const char *after_street(struct arena *a, const char *cell, const struct street *street)
{
	static const char *const endings[] = {
		"街道办事处", "街道办", "街办", "办事处", "管委会", NULL};
	const char *brief = street_short_name(a, street->name);
	const char *rest;

	if (str_starts(cell, street->code) && !str_eq(street->code, ""))
		rest = cell + strlen(street->code);
	else if (str_starts(cell, street->name))
		rest = cell + strlen(street->name);
	else if (str_starts(cell, brief)) {
		rest = cell + strlen(brief);
		if (*rest && skip_joints(rest) == rest) {
			for (const char *const *end = endings; *end; end++)
				if (str_starts(rest, *end))
					return skip_joints(rest + strlen(*end));
			return NULL;
		}
	} else
		return NULL;
	if (str_starts(rest, "办事处"))
		rest += strlen("办事处");
	return skip_joints(rest);
}

/* The closing bracket of 七纺街道（纺织社区）. */
static const char *without_bracket(struct arena *a, const char *rest)
{
	static const char *const brackets[] = {")", "）", NULL};

	for (const char *const *b = brackets; *b; b++)
		if (str_ends(rest, *b))
			return arena_strndup(a, rest, strlen(rest) - strlen(*b));
	return rest;
}

void value_street(struct reg *r, struct arena *a, const char *text, struct normalised *ret)
{
	static const char *const above[] = {
		"新疆维吾尔自治区", "新疆", "乌鲁木齐市", "水磨沟区", NULL};
	const char *cell = value_join(a, text);
	const struct street *best = NULL;
	const char *best_rest = NULL;
	size_t count = 0;
	const struct street *streets = r ? reg_streets(r, &count) : NULL;

	for (const char *const *w = above; *w; w++)
		if (str_starts(cell, *w) && strlen(cell) > strlen(*w))
			cell = skip_joints(cell + strlen(*w));
	if (!r) {
		ret->value = cell;
		ret->changed = !str_eq(text, cell);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const char *rest = after_street(a, cell, &streets[i]);

		if (rest && (!best || strlen(rest) < strlen(best_rest))) {
			best = &streets[i];
			best_rest = rest;
		}
	}
	if (!best) {
		ret->refused = T("不在已登记的街道、片区之列（可用 tianlan unit add 增加）",
			"not among the streets and zones on record (`tianlan unit add` "
			"adds "
			"one)");
		return;
	}
	ret->value = best->code;
	if (*best_rest)
		ret->community = without_bracket(a, best_rest);
	ret->changed = !str_eq(text, best->code) && !str_eq(text, best->name) &&
		       !(str_starts(text, best->name) && ret->community &&
			       str_eq(text + strlen(best->name), ret->community));
}
