/*
 * /units/: what the departments were asked out of records, what of it is done, what is past its day; the tip-offs they lead;
 * published inspections about them. A page each, and an index that also adds up the kinds of tasks.
 *
 * Departments are reported, not ranked. Tip-offs stand here as the cells of the release alone.
 */
#include "site/supervision.h"

#include <stdlib.h>

enum { ROWS_MAX = 100 };

struct task_sums {
	size_t asked, done, late;
	struct day next; /* the next day one is due that has not passed */
};

static size_t department_count(const struct ctx *c)
{
	size_t n, count = 0;
	const struct unit_info *units = policy_units(c->policy, &n);
	for (size_t i = 0; i < n; i++)
		count += str_eq(units[i].kind, "department");
	return count;
}

static const struct unit_info *department_at(const struct ctx *c, size_t index)
{
	size_t n;
	const struct unit_info *units = policy_units(c->policy, &n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(units[i].kind, "department") && index-- == 0)
			return &units[i];
	return NULL;
}

/* ---- adding up ------------------------------------------------------------------------------------- */

/* unit or kind NULL: any. */
static struct task_sums sum_tasks(const struct pub_task_of *all, size_t count, const char *unit,
	const char *kind, struct day today)
{
	struct task_sums sums = {.next = DAY_NONE};
	for (size_t i = 0; i < count; i++) {
		const struct pub_task *t = &all[i].task;
		bool waits = !day_is_set(t->done_on) && day_is_set(t->due) &&
			     day_compare(t->due, today) >= 0;
		if ((unit && !str_eq(t->unit, unit)) || (kind && !str_eq(t->kind, kind)))
			continue;
		sums.asked++;
		sums.done += day_is_set(t->done_on);
		sums.late += task_is_late(t, today);
		if (waits && (!day_is_set(sums.next) || day_compare(t->due, sums.next) < 0))
			sums.next = t->due;
	}
	return sums;
}

static void add_sums(struct value *v, struct arena *a, const struct task_sums *s)
{
	value_count(v, a, "asked", s->asked);
	value_count(v, a, "done", s->done);
	value_count(v, a, "waiting", s->asked - s->done);
	value_count(v, a, "late", s->late);
	value_set_bool(v, a, "has_late", s->late > 0);
	value_set_text(v, a, "due", text_or(text_day_zh(a, s->next), "—"));
}

static const char *const task_kinds[] = {"cut-water", "cut-power", "demolish", "guide-procedures",
	"check-emissions", "punish", "other"};

static void add_kinds(struct value *m, struct worker *w, const struct pub_task_of *all,
	size_t count, const char *unit)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	size_t shown = 0;
	for (size_t i = 0; i < COUNT_OF(task_kinds); i++) {
		struct task_sums sums =
			sum_tasks(all, count, unit, task_kinds[i], w->ctx->o->today);
		if (!sums.asked)
			continue;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", kind_label(task_kinds[i]));
		add_sums(v, a, &sums);
		shown++;
	}
	value_set(m, a, "kinds", list);
	value_set_bool(m, a, "has_kinds", shown > 0);
}

/* ---- the lists ------------------------------------------------------------------------------------------ */

static int by_due(const void *x, const void *y)
{
	const struct pub_task_of *a = *(const struct pub_task_of *const *)x,
				 *b = *(const struct pub_task_of *const *)y;
	bool dated = day_is_set(a->task.due);
	if (dated != day_is_set(b->task.due))
		return dated ? -1 : 1;
	int order = day_compare(a->task.due, b->task.due);
	return order ? order : (a->enterprise > b->enterprise) - (a->enterprise < b->enterprise);
}

static enum err_code add_task(
	struct worker *w, struct value *list, const struct pub_task_of *t, struct err *e)
{
	struct arena *a = w->arena;
	struct brief b;
	if (record_brief(w, (uint32_t)t->enterprise, &b, e))
		return e->code;
	struct value *v = model_row(w, list, &b);
	value_set_text(v, a, "kind", kind_label(t->task.kind));
	value_set_text(v, a, "asked", text_or(text_day_zh(a, t->task.asked_on), "未填"));
	value_set_text(v, a, "due", text_or(text_day_zh(a, t->task.due), "未定"));
	return ERR_OK;
}

/* Not done: those past their day under "overdue", the others under "rows"; the earliest day first. */
static enum err_code add_lists(struct value *m, struct worker *w, const struct pub_task_of *all,
	size_t count, const char *unit, struct err *e)
{
	struct arena *a = w->arena;
	const struct pub_task_of **open = arena_alloc(a, (count + 1) * sizeof(*open));
	struct value *late = value_list(a), *rows = value_list(a);
	size_t n = 0, late_count = 0, row_count = 0;
	for (size_t i = 0; i < count; i++)
		if (str_eq(all[i].task.unit, unit) && !day_is_set(all[i].task.done_on))
			open[n++] = &all[i];
	if (n)
		qsort(open, n, sizeof(*open), by_due);
	for (size_t i = 0; i < n; i++) {
		bool is_late = task_is_late(&open[i]->task, w->ctx->o->today);
		size_t *shown = is_late ? &late_count : &row_count;
		if ((*shown)++ < ROWS_MAX && add_task(w, is_late ? late : rows, open[i], e))
			return e->code;
	}
	value_set(m, a, "overdue", late);
	value_set(m, a, "rows", rows);
	value_set_bool(m, a, "has_rows", row_count > 0);
	value_count(m, a, "coming_count", row_count);
	value_set_bool(m, a, "more_late", late_count > ROWS_MAX);
	value_set_bool(m, a, "more_soon", row_count > ROWS_MAX);
	value_set_int(m, a, "shown", ROWS_MAX);
	return ERR_OK;
}

/* ---- a department ------------------------------------------------------------------------------------------ */

static bool is_about(const struct pub_inspection *i, const void *unit)
{
	return str_eq(i->unit, unit);
}

static const char *finding(struct arena *a, const char *name, const struct task_sums *s)
{
	if (s->late)
		return arena_printf(a, "%s：%s 件任务逾期", name, text_count(a, s->late));
	if (s->asked > s->done)
		return arena_printf(
			a, "%s：%s 件任务在办", name, text_count(a, s->asked - s->done));
	return name;
}

static enum err_code unit_emit(struct worker *w, const struct unit_info *u, struct err *e)
{
	struct arena *a = w->arena;
	const struct supervision *s = w->ctx->extras->supervision;
	const struct pub_task_of *tasks;
	size_t count;
	struct value *m = value_map(a);
	if (supervision_tasks(w, &tasks, &count, e))
		return e->code;
	struct task_sums sums = sum_tasks(tasks, count, u->code, NULL, w->ctx->o->today);
	add_sums(m, a, &sums);
	add_kinds(m, w, tasks, count, u->code);
	if (add_lists(m, w, tasks, count, u->code, e) ||
		model_inspections(
			w, m, s->inspections, s->inspection_count, is_about, u->code, 0, e))
		return e->code;
	const struct tip_row *tips = tip_row_of(s, TIP_LEAD, u->code);
	if (tips) {
		struct value *tip = value_map(a);
		model_tips(tip, a, tips);
		value_set(m, a, "tips", tip);
	}
	value_set_text(m, a, "role", u->role);
	value_set_text(m, a, "tipoffs", u->tipoffs);
	value_set_text(m, a, "clause", u->clause);
	value_set_text(m, a, "today", text_day_zh(a, w->ctx->o->today));
	value_set_int(m, a, "cell", policy_gate(w->ctx->policy)->cell);
	const struct crumb crumb = {"部门", "/units/"};
	const struct page page = {.path = arena_printf(a, "/units/%s/index", u->code),
		.template_md = "pages/unit.md",
		.markdown = written_intro(w->ctx, text_join3(a, "/units/", u->code, "/")),
		.model = m,
		.kind = "unit",
		.title = finding(a, u->name, &sums),
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = u->name,
		.column_description = text_join(a, u->name, "的任务、牵头的举报和督查情况"),
		.column_keywords = text_join(a, "散乱污,部门任务,", u->name),
		.column_type = "数据发布",
		.content_day = w->ctx->data_day,
		.section = "streets"};
	return page_emit(w, &page, e);
}

/* ---- the index ------------------------------------------------------------------------------------------------ */

static enum err_code index_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct supervision *s = w->ctx->extras->supervision;
	const struct pub_task_of *tasks;
	size_t count;
	struct value *m = value_map(a), *list = value_list(a);
	if (supervision_tasks(w, &tasks, &count, e))
		return e->code;
	struct task_sums all = sum_tasks(tasks, count, NULL, NULL, w->ctx->o->today);
	for (size_t i = 0; i < department_count(w->ctx); i++) {
		const struct unit_info *u = department_at(w->ctx, i);
		const struct tip_row *tips = tip_row_of(s, TIP_LEAD, u->code);
		struct task_sums sums = sum_tasks(tasks, count, u->code, NULL, w->ctx->o->today);
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", u->name);
		value_set_text(v, a, "url", unit_url(w->ctx, a, u->code));
		add_sums(v, a, &sums);
		value_set_text(v, a, "open", tips ? text_count(a, (size_t)tip_open(tips)) : "—");
		value_set_text(v, a, "tips_late",
			tips ? text_count(a, (size_t)tips->n[BUCKET_OPEN_LATE]) : "—");
	}
	value_set(m, a, "departments", list);
	add_sums(m, a, &all);
	add_kinds(m, w, tasks, count, NULL);
	value_set_bool(m, a, "has_tasks", all.asked > 0);
	value_set_text(m, a, "today", text_day_zh(a, w->ctx->o->today));
	value_set_int(m, a, "cell", policy_gate(w->ctx->policy)->cell);
	const char *title =
		!all.asked ? "各部门的任务"
		: all.late ? arena_printf(a, "部门任务 %s 件，%s 件逾期", text_count(a, all.asked),
				     text_count(a, all.late))
			   : arena_printf(a, "部门任务 %s 件，没有逾期", text_count(a, all.asked));
	const struct page page = {.path = "/units/index",
		.template_md = "pages/departments.md",
		.markdown = written_intro(w->ctx, "/units/"),
		.model = m,
		.kind = "unit",
		.title = title,
		.column_name = "部门任务",
		.column_description = "各部门由整治产生的任务、牵头的举报",
		.column_keywords = "散乱污,部门任务,断水,拆除,补办手续",
		.column_type = "数据发布",
		.content_day = w->ctx->data_day,
		.section = "streets"};
	return page_emit(w, &page, e);
}

static size_t units_count(const struct ctx *c)
{
	return 1 + department_count(c);
}

static enum err_code units_emit(struct worker *w, size_t index, struct err *e)
{
	return index ? unit_emit(w, department_at(w->ctx, index - 1), e) : index_emit(w, e);
}

const struct other_kind units_kind = {
	.count = units_count, .emit = units_emit, .depends = ON_DAY | ON_CHANGES | ON_FILES};
