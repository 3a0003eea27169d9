/*
 * Where a tip-off goes (五、（二); which kind goes to whom is ours, from the roles): one lead, the other departments as helpers, and
 * the street, which checks on site. The lead is the unit for emissions when any are named, else the first department by the order
 * of the data; a kind that is the street's own work is led by the street; the coordinator takes what is left.
 */
#include "policy/policy_internal.h"

static const struct tipoff_kind *kind_find(const struct policy *p, const char *slug)
{
	for (size_t i = 0; i < p->tipoff_kind_count; i++)
		if (str_eq(p->tipoff_kinds[i].slug, slug))
			return &p->tipoff_kinds[i];
	return NULL;
}

static const char *unit_name(const struct policy *p, const char *code)
{
	for (size_t i = 0; i < p->unit_count; i++)
		if (str_eq(p->units[i].code, code))
			return p->units[i].name;
	return code;
}

/* The first of the kinds that goes to this unit; with emissions_only, that names emissions. */
static const struct tipoff_kind *kind_to(const struct policy *p, const char *const *kinds,
	size_t count, const char *to, bool emissions_only)
{
	for (size_t i = 0; i < count; i++) {
		const struct tipoff_kind *kind = kind_find(p, kinds[i]);

		if (!kind)
			continue;
		if (emissions_only ? kind->emissions : str_eq(kind->to, to))
			return kind;
	}
	return NULL;
}

static void add_helpers(
	const struct policy *p, const char *const *kinds, size_t count, struct route *ret)
{
	for (size_t i = 0; i < p->lead_order_count && ret->helper_count < ROUTE_HELPERS; i++)
		if (!str_eq(p->lead_order[i], ret->lead) &&
			kind_to(p, kinds, count, p->lead_order[i], false))
			ret->helpers[ret->helper_count++] = p->lead_order[i];
}

static void lead_by_order(const struct policy *p, struct arena *a, const char *const *kinds,
	size_t count, struct route *ret)
{
	for (size_t i = 0; i < p->lead_order_count && !ret->lead; i++) {
		const struct tipoff_kind *kind = kind_to(p, kinds, count, p->lead_order[i], false);

		if (!kind)
			continue;
		ret->lead = p->lead_order[i];
		add_helpers(p, kinds, count, ret);
		ret->reason = arena_printf(a,
			ret->helper_count ? T("涉及几个部门，“%s”归%s，按约定的次序由它牵头",
						    "several departments are concerned; \"%s\" "
						    "goes to %s, which "
						    "comes first in the agreed order")
					  : T("“%s”归%s", "\"%s\" goes to %s"),
			kind->name, unit_name(p, ret->lead));
	}
}

void policy_route(const struct policy *p, struct arena *a, const char *const *kinds,
	size_t kind_count, const char *street, struct route *ret)
{
	const struct tipoff_kind *emissions = kind_to(p, kinds, kind_count, NULL, true);
	const struct tipoff_kind *local = kind_to(p, kinds, kind_count, "street", false);

	*ret = (struct route){.street = street};
	if (emissions) {
		ret->lead = p->emissions_lead;
		ret->reason = arena_printf(a,
			T("涉及排放（%s），由%s牵头", "emissions are named (%s): %s leads"),
			emissions->name, unit_name(p, ret->lead));
		add_helpers(p, kinds, kind_count, ret);
		return;
	}
	lead_by_order(p, a, kinds, kind_count, ret);
	if (ret->lead)
		return;
	if (local && street) {
		ret->lead = street;
		ret->reason = arena_printf(a,
			T("“%s”由属地街道（%s）办理", "\"%s\" is the street's own work (%s)"),
			local->name, unit_name(p, street));
		return;
	}
	ret->lead = p->fallback;
	ret->reason = local ? arena_printf(a,
				      T("“%s”归属地街道，街道尚不清楚，由%s协调",
					      "\"%s\" goes to the street, which is not known: %s "
					      "coordinates"),
				      local->name, unit_name(p, ret->lead))
			    : arena_printf(a,
				      T("没有写明归哪个部门，由%s协调",
					      "no department is named: %s coordinates"),
				      unit_name(p, ret->lead));
}
