/*
 * annex1.conf: the plan's own date and goal, the rules of 附件1 with their versions, and what the
 * plan leaves open.
 *
 * Invariants checked here, so that the functions over the rules need not: every one of the 14 cells
 * has a duty on the plan's own date; an action stands once in a cell; versions go forward in time;
 * only moving, completing procedures, closing and banning are dated, as in 附件1; a consequence has
 * its sentence and a sentence its consequence; a category has no more duties and open points than a
 * result holds.
 */
#include "policy/reading.h"

static enum err_code read_plan(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"number", "title", "issued", "goal", "goal_text", NULL};
	const struct conf *plan = conf_find(root, "plan");
	enum err_code code;

	if (!plan)
		return conf_error(root, e, T("缺少 plan", "plan is missing"));
	if ((code = reading_group(plan, keys, e)) ||
		(code = reading_text(plan, "number", &p->plan.number, e)) ||
		(code = reading_text(plan, "title", &p->plan.title, e)) ||
		(code = reading_day(plan, "issued", &p->plan.issued, e)) ||
		(code = reading_day(plan, "goal", &p->goal, e)))
		return code;
	return reading_text(plan, "goal_text", &p->goal_text, e);
}

static enum err_code read_category(
	const struct conf *at, const char *text, enum category *ret, struct err *e)
{
	*ret = policy_category_find(text);
	if (*ret == CATEGORY_NONE)
		return conf_error(at, e, T("没有类别“%s”", "there is no category \"%s\""), text);
	return ERR_OK;
}

/* ---- one version ------------------------------------------------------------------------ */

static bool may_be_dated(enum action action)
{
	return action == ACTION_RELOCATE || action == ACTION_COMPLETE_PROCEDURES ||
	       action == ACTION_CLOSE || action == ACTION_BAN;
}

static enum err_code read_months(struct rule_version *v, const struct conf *due, struct err *e)
{
	static const char *const keys[] = {"months", "after", NULL};
	const char *after;
	int64_t months;
	enum err_code code;

	if ((code = conf_only(due, keys, e)) || (code = conf_int(due, "months", &months, e)) ||
		(code = reading_text(due, "after", &after, e)))
		return code;
	if (months < 1 || months > 60)
		return conf_error(conf_find(due, "months"), e,
			T("months 应为 1 至 60", "months must be 1 to 60"));
	if (str_eq(after, "order"))
		v->start = START_ORDER;
	else if (str_eq(after, "found_on"))
		v->start = START_FOUND;
	else
		return conf_error(conf_find(due, "after"), e,
			T("after 应为 order 或 found_on，不是“%s”",
				"after must be order or found_on, not \"%s\""),
			after);
	v->due = DUE_MONTHS;
	v->months = (int)months;
	return ERR_OK;
}

static enum err_code read_due(
	struct rule_version *v, enum action action, const struct conf *group, struct err *e)
{
	const struct conf *due = conf_find(group, "due");
	enum err_code code;

	if (!due)
		return conf_error(group, e, T("缺少 due", "due is missing"));
	if (due->type == CONF_GROUP)
		code = read_months(v, due, e);
	else if (due->type == CONF_STRING && str_eq(due->string, "none"))
		code = ERR_OK;
	else {
		v->due = DUE_FIXED;
		code = reading_day(group, "due", &v->due_day, e);
	}
	if (!code && v->due != DUE_NONE && !may_be_dated(action))
		return conf_error(due, e,
			T("%s 在附件1中没有日期，due 应为 \"none\"",
				"%s has no date in annex 1, due must be \"none\""),
			policy_action_id(action));
	return code;
}

static enum err_code read_missed(struct rule_version *v, const struct conf *group, struct err *e)
{
	const struct conf *list = conf_find(group, "missed");
	enum err_code code = conf_opt_string(group, "missed_text", &v->missed_text, e);

	if (code)
		return code;
	if (!list != !v->missed_text)
		return conf_error(group, e,
			T("missed 和 missed_text 要么都写，要么都不写",
				"missed and missed_text stand together or not at all"));
	if (!list)
		return ERR_OK;
	if ((code = reading_list(group, "missed", &list, e)))
		return code;
	if (list->count > MISSED_MAX)
		return conf_error(
			list, e, T("missed 最多 %d 项", "missed has at most %d items"), MISSED_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const char *text;

		if ((code = reading_item(&list->items[i], &text, e)))
			return code;
		v->missed[i] = policy_missed_find(text);
		if (!v->missed[i])
			return conf_error(&list->items[i], e,
				T("没有后果“%s”（penalty close demolish ban）",
					"there is no consequence \"%s\" (penalty close demolish "
					"ban)"),
				text);
		for (size_t j = 0; j < i; j++)
			if (v->missed[j] == v->missed[i])
				return conf_error(&list->items[i], e,
					T("后果“%s”重复", "consequence \"%s\" stands twice"), text);
	}
	return ERR_OK;
}

static enum err_code read_version(
	struct rule_version *v, enum action action, const struct conf *group, struct err *e)
{
	static const char *const keys[] = {"in_force_from", "clause", "due", "text", "missed",
		"missed_text", "until", "note", NULL};
	static const char *const repeal_keys[] = {
		"in_force_from", "clause", "repealed", "note", NULL};
	enum err_code code;

	if (group->type == CONF_GROUP && (code = conf_opt_bool(group, "repealed", &v->repealed, e)))
		return code;
	if (group->type == CONF_GROUP && conf_find(group, "repealed") && !v->repealed)
		return conf_error(conf_find(group, "repealed"), e,
			T("repealed 只写 true，否则不写", "repealed is true or left out"));
	if ((code = reading_group(group, v->repealed ? repeal_keys : keys, e)) ||
		(code = reading_source(group, &v->in_force_from, &v->clause, e)) ||
		(code = conf_opt_string(group, "note", &v->note, e)))
		return code;
	if (v->repealed)
		return ERR_OK;
	if ((code = read_due(v, action, group, e)) ||
		(code = reading_text(group, "text", &v->text, e)) ||
		(code = conf_opt_string(group, "until", &v->until, e)))
		return code;
	return read_missed(v, group, e);
}

/* ---- the rules -------------------------------------------------------------------------- */

static enum err_code check_version_order(const struct policy *p, const struct rule_version *v,
	size_t at, const struct conf *group, struct err *e)
{
	const struct conf *from = conf_find(group, "in_force_from");
	char day[DAY_TEXT_BYTES];

	if (!at && day_compare(v[0].in_force_from, p->plan.issued) < 0)
		return conf_error(from, e,
			T("in_force_from 早于方案印发日 %s",
				"in_force_from lies before the plan's date %s"),
			day_text(p->plan.issued, day));
	if (!at && v[0].repealed)
		return conf_error(group, e,
			T("第一个版本不能是废止", "the first version cannot be a repeal"));
	if (at && day_compare(v[at].in_force_from, v[at - 1].in_force_from) <= 0)
		return conf_error(from, e,
			T("版本要按日期先后写：应晚于 %s",
				"versions go forward in time: must be after %s"),
			day_text(v[at - 1].in_force_from, day));
	return ERR_OK;
}

static enum err_code read_versions(
	struct policy *p, struct rule *rule, const struct conf *group, struct err *e)
{
	const struct conf *list;
	struct rule_version *versions;
	enum err_code code = reading_list(group, "versions", &list, e);

	if (code)
		return code;
	versions = arena_alloc(p->arena, list->count * sizeof(*versions));
	for (size_t i = 0; i < list->count; i++) {
		if ((code = read_version(&versions[i], rule->action, &list->items[i], e)) ||
			(code = check_version_order(p, versions, i, &list->items[i], e)))
			return code;
	}
	rule->versions = versions;
	rule->version_count = list->count;
	return ERR_OK;
}

static enum err_code read_rule_names(struct rule *rule, const struct conf *group, struct err *e)
{
	const char *category, *ring, *action;
	enum err_code code;

	if ((code = reading_slug(group, "id", &rule->id, e)) ||
		(code = reading_text(group, "category", &category, e)) ||
		(code = reading_text(group, "ring", &ring, e)) ||
		(code = reading_text(group, "action", &action, e)) ||
		(code = read_category(conf_find(group, "category"), category, &rule->category, e)))
		return code;
	rule->ring = policy_ring_find(ring);
	if (rule->ring == RING_UNKNOWN)
		return conf_error(conf_find(group, "ring"), e,
			T("ring 应为 inner 或 outer，不是“%s”",
				"ring must be inner or outer, not \"%s\""),
			ring);
	if (!policy_action_find(action, &rule->action))
		return conf_error(conf_find(group, "action"), e,
			T("没有 action“%s”", "there is no action \"%s\""), action);
	return ERR_OK;
}

static enum err_code check_action_once(
	const struct rule *rules, size_t at, const struct conf *group, struct err *e)
{
	const struct rule *mine = &rules[at];

	for (size_t i = 0; i < at; i++)
		if (rules[i].category == mine->category && rules[i].ring == mine->ring &&
			rules[i].action == mine->action)
			return conf_error(conf_find(group, "action"), e,
				T("这一格的 %s 已有规则 %s",
					"the cell's %s has the rule %s already"),
				policy_action_id(mine->action), rules[i].id);
	return ERR_OK;
}

/* 附件1: seven categories on two sides of the ring road, none without a duty. */
static enum err_code check_cells(const struct policy *p, const struct conf *list, struct err *e)
{
	for (enum category c = CATEGORY_SAN; c < CATEGORY_COUNT; c++) {
		unsigned actions = 0;
		size_t count = 0;

		for (enum ring r = RING_INNER; r < RING_COUNT; r++) {
			bool found = false;

			for (size_t i = 0; i < p->rule_count; i++) {
				const struct rule *rule = &p->rules[i];

				if (rule->category != c || rule->ring != r)
					continue;
				found |= policy_rule_version(p, rule, p->plan.issued) != NULL;
				actions |= 1u << rule->action;
			}
			if (!found)
				return conf_error(list, e,
					T("缺少一格：%s %s", "a cell is missing: %s %s"),
					policy_category_label(c), policy_ring_label(r));
		}
		for (enum action a = 0; a < ACTION_COUNT; a++)
			count += actions >> a & 1u;
		if (count > DUTIES_MAX)
			return conf_error(list, e,
				T("“%s”的要求超过 %d 项", "%s has more than %d duties"),
				policy_category_label(c), DUTIES_MAX);
	}
	return ERR_OK;
}

static enum err_code read_rules(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"id", "category", "ring", "action", "versions", NULL};
	const struct conf *list;
	struct rule *rules;
	enum err_code code = reading_list(root, "rules", &list, e);

	if (code)
		return code;
	rules = arena_alloc(p->arena, list->count * sizeof(*rules));
	for (size_t i = 0; i < list->count; i++) {
		const struct conf *group = &list->items[i];

		if ((code = reading_group(group, keys, e)) ||
			(code = read_rule_names(&rules[i], group, e)) ||
			(code = reading_unique(list, i, "id", e)) ||
			(code = check_action_once(rules, i, group, e)) ||
			(code = read_versions(p, &rules[i], group, e)))
			return code;
	}
	p->rules = rules;
	p->rule_count = list->count;
	return check_cells(p, list, e);
}

/* ---- what the plan leaves open ---------------------------------------------------------- */

static enum err_code read_concerns(struct open_point *point, const struct conf *group,
	size_t points[CATEGORY_COUNT], struct err *e)
{
	const struct conf *list;
	enum err_code code = reading_list(group, "categories", &list, e);

	if (code)
		return code;
	for (size_t i = 0; i < list->count; i++) {
		const char *text;
		enum category c;

		if ((code = reading_item(&list->items[i], &text, e)) ||
			(code = read_category(&list->items[i], text, &c, e)))
			return code;
		if (point->concerns[c])
			return conf_error(&list->items[i], e,
				T("类别“%s”重复", "category \"%s\" stands twice"), text);
		point->concerns[c] = true;
		if (++points[c] > OPEN_MAX)
			return conf_error(&list->items[i], e,
				T("“%s”的未定事项超过 %d 条",
					"\"%s\" has more than %d open points"),
				text, OPEN_MAX);
	}
	return ERR_OK;
}

static enum err_code read_open(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {
		"id", "categories", "clause", "in_force_from", "text", NULL};
	size_t points[CATEGORY_COUNT] = {0};
	const struct conf *list;
	struct open_point *open;
	enum err_code code = reading_list(root, "open", &list, e);

	if (code)
		return code;
	open = arena_alloc(p->arena, list->count * sizeof(*open));
	for (size_t i = 0; i < list->count; i++) {
		const struct conf *group = &list->items[i];
		const char *clause;

		if ((code = reading_group(group, keys, e)) ||
			(code = reading_slug(group, "id", &open[i].id, e)) ||
			(code = reading_unique(list, i, "id", e)) ||
			(code = reading_source(group, &open[i].in_force_from, &clause, e)) ||
			(code = reading_text(group, "text", &open[i].text, e)) ||
			(code = read_concerns(&open[i], group, points, e)))
			return code;
	}
	p->open = open;
	p->open_count = list->count;
	return ERR_OK;
}

enum err_code load_annex1(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"plan", "open", "rules", NULL};
	enum err_code code;

	if ((code = conf_only(root, keys, e)) || (code = read_plan(p, root, e)) ||
		(code = read_open(p, root, e)))
		return code;
	return read_rules(p, root, e);
}
