/*
 * retention.conf and gate.conf: how long a finished tip-off is kept, and when what of it becomes public. Both are ours; a folder may be
 * stricter or laxer, but no cell may be so small that it gives a single tip-off away.
 */
#include "policy/reading.h"

#define CELL_MIN 3

static enum err_code read_retention(struct policy *p, const struct conf *group, struct err *e)
{
	static const char *const keys[] = {"id", "what", "months", "clause", "in_force_from", NULL};
	struct retention r;
	struct day from;
	enum err_code code;

	if ((code = reading_group(group, keys, e)) ||
		(code = reading_text(group, "id", &r.id, e)) ||
		(code = reading_text(group, "what", &r.what, e)) ||
		(code = reading_int(group, "months", 1, 1200, &r.months, e)) ||
		(code = reading_source(group, &from, &r.basis, e)))
		return code;
	for (size_t i = 0; i < ENDING_COUNT; i++)
		if (str_eq(ending_ids[i], r.id)) {
			p->retentions[i] = r;
			return ERR_OK;
		}
	return conf_error(conf_find(group, "id"), e,
		T("没有结局“%s”：应为 declined、merged、transferred、untrue 或 true",
			"there is no ending \"%s\": declined, merged, transferred, untrue or true"),
		r.id);
}

enum err_code load_retention(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"retention", NULL};
	const struct conf *list;
	enum err_code code;

	if ((code = conf_only(root, keys, e)) || (code = reading_list(root, "retention", &list, e)))
		return code;
	p->retentions = arena_alloc(p->arena, ENDING_COUNT * sizeof(*p->retentions));
	for (size_t i = 0; i < list->count; i++)
		if ((code = read_retention(p, &list->items[i], e)) ||
			(code = reading_unique(list, i, "id", e)))
			return code;
	for (size_t i = 0; i < ENDING_COUNT; i++)
		if (!p->retentions[i].id)
			return conf_error(list, e,
				T("缺少结局 %s 的保存期", "the ending %s has no period"),
				ending_ids[i]);
	return ERR_OK;
}

enum err_code load_gate(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {
		"delay_days", "batch", "cell", "coarse_days", "clause", "in_force_from", NULL};
	struct gate *g = &p->gate;
	const char *clause;
	struct day from;
	enum err_code code;

	if ((code = conf_only(root, keys, e)) ||
		(code = reading_int(root, "delay_days", 0, 3650, &g->delay_days, e)) ||
		(code = reading_int(root, "cell", 0, 10000, &g->cell, e)) ||
		(code = reading_int(root, "batch", 0, 10000, &g->batch, e)) ||
		(code = reading_int(root, "coarse_days", 0, 3650, &g->coarse_days, e)) ||
		(code = reading_source(root, &from, &clause, e)))
		return code;
	if (g->cell < CELL_MIN)
		return conf_error(conf_find(root, "cell"), e,
			T("cell 不能小于 %d：再小就会让人看出单独一件举报",
				"cell must be at least %d: less gives a single tip-off away"),
			CELL_MIN);
	if (g->batch < g->cell)
		return conf_error(conf_find(root, "batch"), e,
			T("batch 不能小于 cell（%d）", "batch must be at least cell (%d)"),
			g->cell);
	return ERR_OK;
}

const struct gate *policy_gate(const struct policy *p)
{
	return &p->gate;
}
