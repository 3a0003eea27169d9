/*
 * The figures of the ranking that rest on records of the units themselves: monthly reports, inspections, tip-offs.
 *
 * As recorded by the cutoff, as in rank_figures.c. A month without a report has a trace too: number 0. Of the tip-offs of a street
 * fewer than three do not apply, so that no figure tells what became of a single one. A case that is ended in another way, or
 * reopened, once its time has run out stays among them as late: else a transfer would make it vanish.
 */
#include "register/rank.h"

#include <stdlib.h>
#include <string.h>

#define REPORT_DAY 28
#define CASES_MIN 3
#define CLOCK "petition-conclude"
#define GRACE_DAYS \
	3 /* to record a step; later than so many days after the due day it counts by when it was recorded */

/* ---- monthly reports, 四（一） ----------------------------------------------------------------------------- */

struct months {
	size_t item[3];
	struct day month[3];
	bool *received; /* by row and month */
};

static void count_report(struct rank_work *w, struct months *m, sqlite3_stmt *s)
{
	size_t row = rank_unit(w, (const char *)sqlite3_column_text(s, 0));
	struct day month = reg_column_day(s, 1), received = reg_column_day(s, 3);

	for (size_t i = 0; i < 3 && row != RANK_NONE; i++) {
		if (day_compare(month, m->month[i]) != 0 || m->received[row * 3 + i])
			continue;
		m->received[row * 3 + i] = true;
		rank_count(w, row, m->item[i], "report", sqlite3_column_int64(s, 2),
			day_compare(received, day_add(month, REPORT_DAY - 1)) <= 0);
	}
}

enum err_code rank_reports(struct rank_work *w, struct err *e)
{
	static const char *const items[] = {"monthly-1", "monthly-2", "monthly-3"};
	struct months m = {.received = arena_alloc(w->a, w->row_count * 3 + 1)};
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(w->r, STMT_RANK_REPORTS, &s, e);

	if (code)
		return code;
	for (int i = 0; i < 3; i++) {
		m.item[i] = rank_item(w, items[i]);
		m.month[i] = day_add_months(w->first, i);
	}
	reg_bind_day(s, 1, w->first);
	reg_bind_day(s, 2, w->last);
	reg_bind_text(s, 3, w->cutoff_text);
	while (!(code = reg_step(w->r, s, &row, e)) && row)
		count_report(w, &m, s);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	for (size_t i = 0; i < w->row_count * 3; i++)
		if (!m.received[i])
			rank_count(w, i / 3, m.item[i % 3], "report", 0, false);
	return code;
}

/* ---- inspections, 六（二） ------------------------------------------------------------------------------------ */

enum err_code rank_inspections(struct rank_work *w, struct err *e)
{
	size_t item = rank_item(w, "criticism");
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(w->r, STMT_RANK_INSPECTIONS, &s, e);

	if (code)
		return code;
	reg_bind_day(s, 1, w->first);
	reg_bind_day(s, 2, w->last);
	reg_bind_text(s, 3, w->cutoff_text);
	while (!(code = reg_step(w->r, s, &row, e)) && row) {
		const char *result = (const char *)sqlite3_column_text(s, 2);

		rank_count(w, rank_unit(w, (const char *)sqlite3_column_text(s, 1)), item,
			"inspection", sqlite3_column_int64(s, 0),
			str_eq(result, "criticised") || str_eq(result, "accountable"));
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

/* ---- tip-offs -------------------------------------------------------------------------------------------------- */

struct street_case {
	int64_t number;
	size_t row;
	bool decided; /* the street is that of a change, or of before the first */
};
struct outcome {
	int64_t number;
	size_t row;
	bool in_time;
};
struct cases {
	struct rank_work *w;
	struct street_case *list; /* by number */
	size_t count, cap;
	struct outcome *outcomes; /* those whose time ran out in the quarter */
	size_t outcome_count, outcome_cap;
	struct case_fact *facts; /* of the case being read */
	struct day *recorded;	 /* of each of them */
	size_t fact_count, fact_cap;
	struct arena *scratch;
};

static int by_number(const void *key, const void *row)
{
	int64_t number = *(const int64_t *)key;
	const struct street_case *c = row;

	return number < c->number ? -1 : number > c->number;
}

static struct street_case *find_case(struct cases *c, int64_t number)
{
	return c->count ? bsearch(&number, c->list, c->count, sizeof(*c->list), by_number) : NULL;
}

static enum err_code read_cases(struct cases *c, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(c->w->r, STMT_RANK_CASES, &s, e);

	if (code)
		return code;
	while (!(code = reg_step(c->w->r, s, &row, e)) && row) {
		if (c->count == c->cap) {
			c->cap = c->cap ? c->cap * 2 : 256;
			c->list = mem_grow(c->list, c->cap, sizeof(*c->list));
		}
		c->list[c->count++] = (struct street_case){.number = sqlite3_column_int64(s, 0),
			.row = rank_unit(c->w, (const char *)sqlite3_column_text(s, 1))};
	}
	sqlite3_reset(s);
	return code;
}

/* The street as it stood: see read_changes() in rank_figures.c. */
static enum err_code read_streets(struct cases *c, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(c->w->r, STMT_RANK_CASE_STREETS, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, c->w->cutoff_text);
	while (!(code = reg_step(c->w->r, s, &row, e)) && row) {
		struct street_case *one = find_case(c, sqlite3_column_int64(s, 0));
		bool by_cutoff = sqlite3_column_int(s, 3) != 0;

		if (one && (by_cutoff || !one->decided))
			one->row = rank_unit(
				c->w, (const char *)sqlite3_column_text(s, by_cutoff ? 2 : 1));
		if (one)
			one->decided = true;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

/* The time to conclude as the first so many steps leave it; false: it does not run, or was met. */
static bool running(struct cases *c, size_t count, struct day *ret_due)
{
	struct clock_due clocks[CASE_CLOCKS];
	struct case_course course;

	arena_reset(c->scratch);
	policy_case_course(c->facts, count, &course);
	count = policy_case_clocks(c->w->r->policy, c->scratch, &course, c->w->last, clocks);
	for (size_t i = 0; i < count; i++)
		if (str_eq(clocks[i].law->name, CLOCK) && !day_is_set(clocks[i].met)) {
			*ret_due = clocks[i].due;
			return true;
		}
	return false;
}

static void add_outcome(struct cases *c, int64_t number, size_t row, bool in_time)
{
	struct outcome *last = c->outcome_count ? &c->outcomes[c->outcome_count - 1] : NULL;

	if (last && last->number == number) {
		last->in_time = last->in_time && in_time; /* two rounds in one quarter */
		return;
	}
	if (!c->outcomes || c->outcome_count == c->outcome_cap) {
		c->outcome_cap = c->outcome_cap ? c->outcome_cap * 2 : 64;
		c->outcomes = mem_grow(c->outcomes, c->outcome_cap, sizeof(*c->outcomes));
	}
	c->outcomes[c->outcome_count++] = (struct outcome){number, row, in_time};
}

static bool ends(enum case_step kind)
{
	return kind == CASE_CONCLUDED || kind == CASE_DECLINED || kind == CASE_MERGED ||
	       kind == CASE_TRANSFERRED || kind == CASE_ERASED || kind == CASE_REOPENED;
}

/* Round by round: where one ends, whether it did before its time ran out. */
static void judge_case(struct cases *c, int64_t number)
{
	const struct street_case *one = find_case(c, number);
	struct day due;

	if (!one || one->row == RANK_NONE)
		return;
	for (size_t i = 1; i < c->fact_count; i++) {
		struct case_fact *f = &c->facts[i];
		bool late;

		if ((!ends(f->kind) && f->kind != CASE_EXTENDED) || !running(c, i, &due))
			continue;
		late = day_compare(f->day, due) > 0 ||
		       day_compare(c->recorded[i], day_add(due, GRACE_DAYS)) > 0;
		if (f->kind == CASE_EXTENDED)
			f->days = late ? 0 : f->days;
		else if (rank_in_quarter(c->w, due) && (late || f->kind == CASE_CONCLUDED))
			add_outcome(c, number, one->row, !late);
	}
	if (c->fact_count && running(c, c->fact_count, &due) && rank_in_quarter(c->w, due))
		add_outcome(c, number, one->row, false);
}

static void add_fact(struct cases *c, sqlite3_stmt *s)
{
	if (c->fact_count == c->fact_cap) {
		c->fact_cap = c->fact_cap ? c->fact_cap * 2 : 32;
		c->facts = mem_grow(c->facts, c->fact_cap, sizeof(*c->facts));
		c->recorded = mem_grow(c->recorded, c->fact_cap, sizeof(*c->recorded));
	}
	c->recorded[c->fact_count] = reg_column_day(s, 5);
	c->facts[c->fact_count++] = (struct case_fact){
		.kind = policy_case_step_find((const char *)sqlite3_column_text(s, 1)),
		.day = reg_column_day(s, 2),
		.outcome = policy_outcome_find((const char *)sqlite3_column_text(s, 3)),
		.days = sqlite3_column_int(s, 4)};
}

static enum err_code read_steps(struct cases *c, struct err *e)
{
	int64_t number = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(c->w->r, STMT_RANK_STEPS, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, c->w->cutoff_text);
	reg_bind_day(s, 2, c->w->last);
	while (!(code = reg_step(c->w->r, s, &row, e)) && row) {
		if (sqlite3_column_int64(s, 0) != number) {
			judge_case(c, number);
			number = sqlite3_column_int64(s, 0);
			c->fact_count = 0;
		}
		add_fact(c, s);
	}
	judge_case(c, number);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

static void count_outcomes(struct cases *c)
{
	size_t item = rank_item(c->w, "tipoffs");
	size_t *cases = arena_alloc(c->w->a, (c->w->row_count + 1) * sizeof(*cases));

	for (size_t i = 0; i < c->outcome_count; i++)
		cases[c->outcomes[i].row]++;
	for (size_t i = 0; i < c->outcome_count; i++) {
		const struct outcome *o = &c->outcomes[i];

		if (cases[o->row] >= CASES_MIN)
			rank_count(c->w, o->row, item, "tip-off", o->number, o->in_time);
	}
}

enum err_code rank_cases(struct rank_work *w, struct err *e)
{
	struct cases c = {.w = w, .scratch = arena_new()};
	enum err_code code = read_cases(&c, e);

	if (!code)
		code = read_streets(&c, e);
	if (!code)
		code = read_steps(&c, e);
	if (!code)
		count_outcomes(&c);
	free(c.list);
	free(c.outcomes);
	free(c.facts);
	free(c.recorded);
	arena_free(c.scratch);
	return code;
}
