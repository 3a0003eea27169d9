/*
 * ranking.conf: the quarterly ranking (六（二）: 一季一排名). The plan gives no formula: it is ours, dated, and published with its result.
 * Invariants checked here: versions go forward in time; an item's id is one the register has figures for, stands once and, for
 * a tie, names an item of the same version.
 */
#include "policy/reading.h"

static const char *const item_ids[] = {"monthly-1", "monthly-2", "monthly-3", "classified",
	"duties", "finished", "lookbacks", "tipoffs", "criticism"};

static enum err_code read_item_id(struct rank_item *item, const struct conf *group, struct err *e)
{
	enum err_code code = reading_slug(group, "id", &item->id, e);

	if (code)
		return code;
	for (size_t i = 0; i < COUNT_OF(item_ids); i++)
		if (str_eq(item_ids[i], item->id))
			return ERR_OK;
	return conf_error(conf_find(group, "id"), e,
		T("没有排名项目“%s”：登记库不提供这一项的数字",
			"there is no item \"%s\": the register has no figures for it"),
		item->id);
}

static enum err_code read_item_rule(struct rank_item *item, const struct conf *group, struct err *e)
{
	const char *rule;
	enum err_code code = reading_text(group, "rule", &rule, e);

	if (code)
		return code;
	if (!str_eq(rule, "share") && !str_eq(rule, "deduct"))
		return conf_error(conf_find(group, "rule"), e,
			T("rule 应为 share 或 deduct，不是“%s”",
				"rule is share or deduct, not \"%s\""),
			rule);
	item->rule = str_eq(rule, "share") ? RANK_SHARE : RANK_DEDUCT;
	if (item->rule == RANK_DEDUCT)
		return reading_int(group, "points", 1, 1000, &item->points, e);
	if (conf_find(group, "points"))
		return conf_error(conf_find(group, "points"), e,
			T("points 只用于 rule = \"deduct\"",
				"points is for rule = \"deduct\" only"));
	return ERR_OK;
}

static enum err_code read_item(struct rank_item *item, const struct conf *group, struct err *e)
{
	static const char *const keys[] = {
		"id", "name", "how", "clause", "full", "rule", "points", "zero_on_relapse", NULL};
	enum err_code code;

	if ((code = reading_group(group, keys, e)) || (code = read_item_id(item, group, e)) ||
		(code = reading_text(group, "name", &item->name, e)) ||
		(code = reading_text(group, "how", &item->how, e)) ||
		(code = reading_text(group, "clause", &item->clause, e)) ||
		(code = reading_int(group, "full", 1, 1000, &item->full, e)) ||
		(code = read_item_rule(item, group, e)))
		return code;
	return conf_opt_bool(group, "zero_on_relapse", &item->zero_on_relapse, e);
}

static enum err_code read_items(struct ranking_rules *r, const struct conf *group, struct err *e)
{
	const struct conf *list;
	enum err_code code = reading_list(group, "items", &list, e);

	if (code)
		return code;
	if (list->count > RANK_ITEMS)
		return conf_error(list, e, T("项目不能超过 %d 个", "at most %d items"), RANK_ITEMS);
	for (size_t i = 0; i < list->count; i++)
		if ((code = read_item(&r->item[i], &list->items[i], e)) ||
			(code = reading_unique(list, i, "id", e)))
			return code;
	r->count = list->count;
	return ERR_OK;
}

/* tie_order may be empty: then equal totals share their rank. */
static enum err_code read_ties(struct ranking_rules *r, const struct conf *group, struct err *e)
{
	const struct conf *list = conf_find(group, "tie_order");
	enum err_code code = reading_text(group, "tie", &r->tie, e);

	if (code)
		return code;
	if (!list)
		return conf_error(group, e, T("缺少 %s", "%s is missing"), "tie_order");
	if (list->type != CONF_LIST)
		return conf_error(list, e, T("%s 应为列表", "%s must be a list"), "tie_order");
	for (size_t i = 0; i < list->count; i++) {
		const char *id;
		size_t at = 0;

		if ((code = reading_item(&list->items[i], &id, e)))
			return code;
		while (at < r->count && !str_eq(r->item[at].id, id))
			at++;
		if (at == r->count)
			return conf_error(&list->items[i], e,
				T("tie_order：没有项目“%s”", "tie_order: there is no item \"%s\""),
				id);
		if (r->tie_count == RANK_ITEMS)
			return conf_error(&list->items[i], e,
				T("tie_order 不能超过 %d 项", "tie_order has at most %d items"),
				RANK_ITEMS);
		r->tie_item[r->tie_count++] = at;
	}
	return ERR_OK;
}

static enum err_code read_ranking(
	struct policy *p, size_t at, const struct conf *group, struct err *e)
{
	static const char *const keys[] = {
		"in_force_from", "clause", "cutoff_days", "tie", "tie_order", "items", NULL};
	struct ranking_rules *r = &p->rankings[at];
	const char *clause;
	char day[DAY_TEXT_BYTES];
	enum err_code code;

	if ((code = reading_group(group, keys, e)) ||
		(code = reading_source(group, &r->in_force_from, &clause, e)) ||
		(code = reading_int(group, "cutoff_days", 0, 90, &r->cutoff_days, e)) ||
		(code = read_items(r, group, e)) || (code = read_ties(r, group, e)))
		return code;
	if (at && day_compare(r->in_force_from, p->rankings[at - 1].in_force_from) <= 0)
		return conf_error(conf_find(group, "in_force_from"), e,
			T("版本要按日期先后写：应晚于 %s",
				"versions go forward in time: must be after %s"),
			day_text(p->rankings[at - 1].in_force_from, day));
	return ERR_OK;
}

enum err_code load_ranking(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"rankings", NULL};
	const struct conf *list;
	enum err_code code;

	if ((code = conf_only(root, keys, e)) || (code = reading_list(root, "rankings", &list, e)))
		return code;
	p->rankings = arena_alloc(p->arena, list->count * sizeof(*p->rankings));
	for (size_t i = 0; i < list->count; i++)
		if ((code = read_ranking(p, i, &list->items[i], e)))
			return code;
	p->ranking_count = list->count;
	return ERR_OK;
}

const struct ranking_rules *policy_ranking(const struct policy *p, struct quarter q)
{
	const struct ranking_rules *found = NULL;

	for (size_t i = 0; i < p->ranking_count; i++)
		if (day_compare(p->rankings[i].in_force_from, quarter_last(q)) <= 0)
			found = &p->rankings[i];
	return found;
}
