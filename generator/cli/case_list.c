/*
 * tianlan case list: what waits, the most urgent first: overdue by days, then what is due soonest, of equal ones what nobody has
 * opened yet. With --by-unit: how much of it lies where.
 */
#include "cli/case_out.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] = "tianlan case list [--state S] [--due overdue|soon|DAY] [--unit U] "
			    "[--all] [--by-unit] [--json]";

enum due_wanted { DUE_ANY, DUE_OVERDUE, DUE_SOON, DUE_BY };

struct listing {
	struct bench *b;
	struct unit_names *names;
	enum due_wanted due;
	struct day by; /* DUE_BY */
	bool all;      /* closed ones too */
	struct case_line *at;
	size_t count, cap;
	size_t open, overdue, soon; /* of what is listed */
};

static bool is_wanted(const struct listing *l, const struct case_line *line)
{
	if (!l->all && !line->open)
		return false;
	switch (l->due) {
	case DUE_OVERDUE:
		return case_is_overdue(line);
	case DUE_SOON:
		return line->has_due && line->soon && line->due.days >= 0;
	case DUE_BY:
		return line->has_due && day_compare(line->due.due, l->by) <= 0;
	case DUE_ANY:
		break;
	}
	return true;
}

static enum err_code collect(void *ctx, const struct tip_case *row, struct err *e)
{
	struct listing *l = ctx;
	struct case_line line = case_line_of(l->b->c, row, l->b->c->arena);

	(void)e;
	if (!is_wanted(l, &line))
		return ERR_OK;
	if (l->count == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 256;
		l->at = mem_grow(l->at, l->cap, sizeof *l->at);
	}
	l->at[l->count++] = line;
	l->open += line.open;
	l->overdue += case_is_overdue(&line);
	l->soon += line.has_due && line.soon && line.due.days >= 0;
	return ERR_OK;
}

static int urgency(const void *a, const void *b)
{
	const struct case_line *x = a, *y = b;

	if (x->open != y->open)
		return x->open ? -1 : 1;
	if (x->has_due != y->has_due)
		return x->has_due ? -1 : 1;
	if (x->has_due && x->due.days != y->due.days)
		return x->due.days < y->due.days ? -1 : 1;
	if (x->row.opened != y->row.opened)
		return x->row.opened ? 1 : -1;
	return x->row.number < y->row.number ? -1 : x->row.number > y->row.number;
}

/* ---- text ------------------------------------------------------------------------------------------ */

static void print_heading(const struct listing *l)
{
	if (l->overdue)
		cli_print(T("%zu 件已逾期，%zu 件 %d 日内到期，共 %zu 件在办\n",
				  "%zu overdue, %zu due within %d days, %zu open\n"),
			l->overdue, l->soon, policy_soon_days(l->b->c->policy), l->open);
	else if (l->soon)
		cli_print(T("没有逾期的，%zu 件 %d 日内到期，共 %zu 件在办\n",
				  "none overdue, %zu due within %d days, %zu open\n"),
			l->soon, policy_soon_days(l->b->c->policy), l->open);
	else
		cli_print(T("没有逾期的，也没有快到期的，共 %zu 件在办\n",
				  "none overdue, none due soon, %zu open\n"),
			l->open);
}

static void print_row(const struct listing *l, const struct case_line *line)
{
	const struct tip_case *row = &line->row;
	const char *street = unit_shown(l->names, row->street),
		   *lead = unit_shown(l->names, row->lead);
	const char *kinds = kind_names(l->b->c, row->kinds);

	cli_print("%.*s  ", CASE_SHORT, row->id);
	record_print_cell(T(policy_case_step_label(row->course.state),
				  policy_case_step_id(row->course.state)),
		12);
	record_print_cell(row->week, 10);
	cli_print("%s%s%s%s%s", lead ? lead : T("未转办", "not dispatched"), street ? "  " : "",
		street ? street : "", *kinds ? "  " : "", kinds);
	if (str_eq(row->origin, "quarantined"))
		cli_print("%s", T("  ［隔离：内容打不开］", "  [quarantined: cannot be opened]"));
	else if (!row->opened)
		cli_print("%s", T("  ［还没有人拆阅］", "  [nobody has opened it]"));
	if (row->corroboration)
		cli_print(T("  佐证 %lld 件", "  %lld merged into it"),
			(long long)row->corroboration);
	cli_print("\n");
	if (line->has_due)
		cli_print("          %s\n", case_due_text(l->b->c->arena, &line->due));
}

/* ---- by unit ------------------------------------------------------------------------------------------ */

struct sum {
	const char *code; /* NULL: none yet */
	bool street;
	size_t open, overdue, soon;
};
struct sums {
	struct sum at[512];
	size_t count;
};

static void add_to(struct sums *s, const char *code, bool street, const struct case_line *line)
{
	size_t i = 0;

	while (i < s->count && (s->at[i].street != street || !str_eq(s->at[i].code, code)))
		i++;
	if (i == COUNT_OF(s->at))
		return;
	if (i == s->count)
		s->at[s->count++] = (struct sum){.code = code, .street = street};
	s->at[i].open += line->open;
	s->at[i].overdue += case_is_overdue(line);
	s->at[i].soon += line->has_due && line->soon && line->due.days >= 0;
}

/* Departments first, then streets; what is not given yet last. */
static int by_unit(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;

	if (x->street != y->street)
		return x->street ? 1 : -1;
	if (!x->code || !y->code)
		return x->code ? -1 : y->code != NULL;
	return strcmp(x->code, y->code);
}

static const char *sum_name(const struct listing *l, const struct sum *s)
{
	if (s->code)
		return unit_shown(l->names, s->code);
	return s->street ? T("街道不清楚", "street not known")
			 : T("还没有转办", "not dispatched yet");
}

static void print_sums(const struct listing *l, const struct sums *s)
{
	print_heading(l);
	for (size_t i = 0; i < s->count; i++) {
		const struct sum *sum = &s->at[i];
		if (i == 0 || sum->street != s->at[i - 1].street)
			cli_print("%s\n", sum->street ? T("按街道", "by street")
						      : T("按牵头单位", "by lead"));
		cli_print("  ");
		record_print_cell(sum_name(l, sum), 34);
		cli_print(
			T("在办 %zu  逾期 %zu  快到期 %zu\n", "open %zu  overdue %zu  soon %zu\n"),
			sum->open, sum->overdue, sum->soon);
	}
}

static void json_sums(const struct listing *l, const struct sums *s, struct json *j)
{
	json_out_array(j, "units");
	for (size_t i = 0; i < s->count; i++) {
		json_out_object(j, NULL);
		json_out_string(j, "as", s->at[i].street ? "street" : "lead");
		json_out_string(j, "unit", s->at[i].code);
		json_out_string(
			j, "name", s->at[i].code ? unit_shown(l->names, s->at[i].code) : NULL);
		json_out_int(j, "open", (int64_t)s->at[i].open);
		json_out_int(j, "overdue", (int64_t)s->at[i].overdue);
		json_out_int(j, "soon", (int64_t)s->at[i].soon);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

/* ---- the command ---------------------------------------------------------------------------------------- */

static enum err_code print_all(const struct listing *l, bool by_units, struct err *e)
{
	struct cli *c = l->b->c;
	struct sums *s = arena_alloc(c->arena, sizeof *s);
	const char *why;
	struct buf out;
	struct json j;

	for (size_t i = 0; by_units && i < l->count; i++)
		if (l->at[i].open) {
			add_to(s, l->at[i].row.lead, false, &l->at[i]);
			add_to(s, l->at[i].row.street, true, &l->at[i]);
		}
	qsort(s->at, s->count, sizeof s->at[0], by_unit);
	if (!c->json && by_units)
		print_sums(l, s);
	else if (!c->json) {
		print_heading(l);
		for (size_t i = 0; i < l->count; i++)
			print_row(l, &l->at[i]);
	}
	if (!c->json)
		case_say_unfinished(l->b);
	if (!c->json)
		return ERR_OK;
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	record_json_day(&j, "today", c->today);
	json_out_int(&j, "open", (int64_t)l->open);
	json_out_int(&j, "overdue", (int64_t)l->overdue);
	json_out_int(&j, "soon", (int64_t)l->soon);
	json_out_int(&j, "soon_days", policy_soon_days(c->policy));
	json_out_int(&j, "erase_unfinished", (int64_t)desk_unfinished(l->b->desk, &why));
	if (by_units) {
		json_sums(l, s, &j);
	} else {
		json_out_array(&j, "cases");
		for (size_t i = 0; i < l->count; i++) {
			json_out_object(&j, NULL);
			case_json_row(c, l->b->reg, &j, &l->at[i]);
			json_out_object_end(&j);
		}
		json_out_array_end(&j);
	}
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static enum err_code read_due(struct listing *l, const char *text, struct err *e)
{
	if (!text)
		return ERR_OK;
	if (str_eq(text, "overdue"))
		l->due = DUE_OVERDUE;
	else if (str_eq(text, "soon"))
		l->due = DUE_SOON;
	else if (day_parse(text, &l->by))
		l->due = DUE_BY;
	else
		return err_set(e, ERR_USAGE,
			T("--due 要写 overdue、soon 或者一个日期：“%s”",
				"--due is overdue, soon or a day: \"%s\""),
			text);
	return ERR_OK;
}

enum err_code case_list(struct cli *c, int argc, char **argv, struct err *e)
{
	struct bench b;
	struct listing l = {.b = &b, .all = cli_flag(&argc, argv, "--all")};
	struct tip_case_filter filter = {0};
	bool by_units = cli_flag(&argc, argv, "--by-unit");
	const char *state = NULL, *due = NULL, *unit = NULL;

	/* Here --unit filters; who looks acts for no unit. */
	if (cli_option(&argc, argv, "--unit", &unit, e) ||
		cli_option(&argc, argv, "--state", &state, e) ||
		cli_option(&argc, argv, "--due", &due, e) || bench_options(c, &argc, argv, &b, e) ||
		cli_words(argc, argv, 0, 0, usage, e) || read_due(&l, due, e))
		return e->code;
	filter.state = state ? policy_case_step_find(state) : 0;
	if (state && !filter.state)
		return err_set(e, ERR_USAGE,
			T("--state：没有“%s”这种状态", "--state: there is no \"%s\""), state);
	l.all = l.all || (filter.state && !policy_case_is_open(filter.state));
	enum err_code code = bench_open(&b, e);
	if (!code)
		code = unit_names_load(c, b.reg, &l.names, e);
	if (!code && unit)
		code = unit_by_text(l.names, "--unit", unit, &filter.unit, e);
	if (!code)
		code = reg_case_each(b.reg, &filter, collect, &l, e);
	if (!code && l.count)
		qsort(l.at, l.count, sizeof *l.at, urgency);
	if (!code)
		code = print_all(&l, by_units, e);
	free(l.at);
	bench_close(&b);
	return code;
}
