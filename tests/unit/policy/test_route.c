/* route.c: who leads a tip-off, who helps, and why. */
#include "plan.h"

#include <string.h>

#define KINDS 6

static const struct {
	const char *kinds[KINDS];
	const char *street, *lead;
	const char *helpers; /* in their order, joined by blanks */
	const char *says;
} rows[] = {
	{{"waste-gas"}, "650105001", "environment", "", "涉及排放（废气、异味）"},
	{{"no-licence", "waste-water"}, "650105001", "environment", "market", "区环保局牵头"},
	{{"unlawful-building", "no-licence", "dust", "restart"}, NULL, "environment",
		"economy market enforcement", "扬尘"},
	{{"no-eia"}, "650105001", "environment", "", "“没有环评手续”归区环保局"},
	{{"unlawful-building", "no-planning"}, "650105001", "planning", "enforcement", "次序"},
	{{"no-planning", "unlawful-building"}, "650105001", "planning", "enforcement", "次序"},
	{{"safety-hazard", "restart", "no-licence"}, "650105001", "economy", "safety market",
		"区经发委"},
	{{"water-still-on"}, "650105001", "construction", "", "区建设局"},
	{{"unlawful-land-use"}, NULL, "land", "", "区国土资源分局"},
	{{"power-still-on"}, NULL, "economy", "", "关停后仍然有电"},
	{{"other"}, "650105001", "economy", "", "其他"},
	{{"unlawful-letting"}, "650105001", "650105001", "", "七纺街道"},
	{{"unlawful-letting"}, NULL, "economy", "", "街道尚不清楚"},
	{{"unlawful-letting", "no-licence"}, "650105001", "market", "", "区市场监督管理局"},
	{{"unlawful-letting", "noise"}, "650105001", "environment", "", "噪声"},
	{{NULL}, "650105001", "economy", "", "没有写明"},
	{{"no-such-kind"}, "650105001", "economy", "", "没有写明"},
	{{"no-such-kind", "dust", "dust"}, "650105001", "environment", "", "扬尘"},
};

Test(policy_route, a_tip_off_goes_to_one_lead_its_helpers_and_the_street)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *joined = "";
		struct route r;
		size_t n = 0;

		while (n < KINDS && rows[i].kinds[n])
			n++;
		policy_route(p, a, rows[i].kinds, n, rows[i].street, &r);
		for (size_t h = 0; h < r.helper_count; h++)
			joined = arena_printf(a, "%s%s%s", joined, h ? " " : "", r.helpers[h]);
		cr_assert_str_eq(r.lead, rows[i].lead, "row %zu: %s", i, r.lead);
		cr_assert_str_eq(joined, rows[i].helpers, "row %zu: %s", i, joined);
		cr_assert_eq(r.street, rows[i].street);
		cr_assert(strstr(r.reason, rows[i].says), "row %zu: %s", i, r.reason);
	}
	arena_free(a);
	policy_free(p);
}

/* The order of the lead, the unit for emissions and the coordinator are data. */
Test(policy_route, the_data_decides)
{
	static const char *const kinds[] = {"no-licence", "unlawful-building"};
	char *dir = plan_folder(
		"routing.conf", "\"market\", \"enforcement\" ]", "\"enforcement\", \"market\" ]");
	struct policy *p = NULL;
	struct arena *a = arena_new();
	struct err e = {0};
	struct route r;

	cr_assert_eq(policy_load(dir, &p, &e), ERR_OK, "%s", e.message);
	policy_route(p, a, kinds, COUNT_OF(kinds), NULL, &r);
	cr_assert_str_eq(r.lead, "enforcement");
	cr_assert_eq(r.helper_count, 1);
	cr_assert_str_eq(r.helpers[0], "market");
	arena_free(a);
	policy_free(p);
	plan_folder_remove(dir);
}

/* Whatever comes in, there is a lead that exists, and it is not its own helper. */
Test(policy_route, every_pair_of_kinds_has_a_lead)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	size_t kinds, units;
	const struct tipoff_kind *kind = policy_tipoff_kinds(p, &kinds);
	const struct unit_info *unit = policy_units(p, &units);

	for (size_t i = 0; i < kinds * kinds; i++) {
		const char *pair[] = {kind[i / kinds].slug, kind[i % kinds].slug};
		struct route r;
		size_t found = 0;

		policy_route(p, a, pair, 2, "650105016", &r);
		for (size_t u = 0; u < units; u++)
			found += str_eq(unit[u].code, r.lead);
		cr_assert_eq(found, 1, "%s %s: %s", pair[0], pair[1], r.lead);
		cr_assert_leq(r.helper_count, 1);
		cr_assert(!r.helper_count || !str_eq(r.helpers[0], r.lead));
		cr_assert_str_not_empty(r.reason);
	}
	arena_free(a);
	policy_free(p);
}
