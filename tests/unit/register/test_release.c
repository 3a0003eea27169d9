/*
 * Somebody reads every release and compares it with the one before. Over hundreds of cases and months of weekly releases,
 * nothing read through the public door may be explained by one or two cases. The truth is counted in the tables themselves.
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL 3
#define CASES 1000
#define CELLS 4000
#define RESULTS 2000
#define FIRMS 6

/* ---- what the public reads ------------------------------------------------------------------ */

struct cell {
	char name[96]; /* grouping/label/bucket */
	int64_t count;
};
struct result {
	int64_t release;
	char street[24], outcome[12], reply[40];
};
struct view {
	struct cell cells[CELLS];
	size_t cell_count;
	struct result results[RESULTS];
	size_t result_count;
	int64_t firm[FIRMS + 1];
};

static enum err_code see_cell(void *ctx, const struct pub_tip_cell *c, struct err *e)
{
	struct view *v = ctx;
	struct cell *cell = &v->cells[v->cell_count++];

	(void)e;
	cr_assert_lt(v->cell_count, (size_t)CELLS);
	snprintf(cell->name, sizeof(cell->name), "%s/%s/%s", c->grouping, c->label, c->bucket);
	cell->count = c->count;
	return ERR_OK;
}

static enum err_code see_result(void *ctx, const struct pub_tip_result *r, struct err *e)
{
	struct view *v = ctx;
	struct result *result = &v->results[v->result_count++];

	(void)e;
	cr_assert_lt(v->result_count, (size_t)RESULTS);
	result->release = r->release;
	snprintf(result->street, sizeof(result->street), "%s", r->street);
	snprintf(result->outcome, sizeof(result->outcome), "%s", r->outcome);
	snprintf(result->reply, sizeof(result->reply), "%s", r->reply ? r->reply : "");
	return ERR_OK;
}

static enum err_code see_record(void *ctx, const struct pub_record *rec, struct err *e)
{
	struct view *v = ctx;

	(void)e;
	if (rec->number <= FIRMS)
		v->firm[rec->number] = rec->tipoffs;
	return ERR_OK;
}

static void look(struct instance *in, struct view *v)
{
	struct arena *a = arena_new();
	struct err e = {0};
	struct pub *p = NULL;

	memset(v, 0, sizeof(*v));
	cr_assert_eq(pub_open(in->dir, &p, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_tip_cell_each(p, see_cell, v, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_tip_result_each(p, see_result, v, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_record_each(p, 0, 0, a, see_record, v, &e), ERR_OK, "%s", e.message);
	pub_close(p);
	arena_free(a);
}

static int64_t count_in(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->cell_count; i++)
		if (str_eq(v->cells[i].name, name))
			return v->cells[i].count;
	return 0;
}

/* ---- the truth ------------------------------------------------------------------------------------ */

static const char *const tables[] = {"total", "month", "kind", "street", "lead"};

struct truth {
	char place[CASES][COUNT_OF(tables)]
		  [64]; /* the cell's name in each table; "" when not shown */
	int64_t firm[CASES];
};

static void read_truth(struct instance *in, struct truth *t)
{
	sqlite3_stmt *s;

	memset(t, 0, sizeof(*t));
	cr_assert_eq(sqlite3_prepare_v2(in->reg->db,
			     "SELECT tip_case, '', month, kind, street, lead, bucket, enterprise"
			     " FROM tip_shown",
			     -1, &s, NULL),
		SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		int64_t number = sqlite3_column_int64(s, 0);

		cr_assert_lt(number, CASES);
		for (int i = 0; i < (int)COUNT_OF(tables); i++)
			snprintf(t->place[number][i], sizeof(t->place[number][i]), "%s/%s/%s",
				tables[i], (const char *)sqlite3_column_text(s, 1 + i),
				(const char *)sqlite3_column_text(s, 6));
		t->firm[number] = sqlite3_column_int64(s, 7);
	}
	sqlite3_finalize(s);
}

/* How many cases came to or left a cell. */
static int touched(const struct truth *was, const struct truth *now, const char *name)
{
	int n = 0;

	for (size_t i = 1; i < CASES; i++)
		for (size_t t = 0; t < COUNT_OF(tables); t++)
			n += str_eq(was->place[i][t], name) != str_eq(now->place[i][t], name);
	return n;
}

static void check_cells(const struct view *was, const struct view *now, const struct truth *before,
	const struct truth *after)
{
	int64_t sums[COUNT_OF(tables)] = {0};

	for (size_t i = 0; i < now->cell_count; i++) {
		const struct cell *c = &now->cells[i];

		cr_assert_geq(c->count, CELL, "%s", c->name);
		for (size_t t = 0; t < COUNT_OF(tables); t++)
			if (strncmp(c->name, tables[t], strlen(tables[t])) == 0)
				sums[t] += c->count;
	}
	for (size_t t = 1; t < COUNT_OF(tables); t++)
		cr_assert_eq(sums[t], sums[0], "%s", tables[t]);
	for (int pass = 0; pass < 2; pass++) { /* cells of the one and of the other */
		const struct view *v = pass ? was : now;

		for (size_t i = 0; i < v->cell_count; i++) {
			const char *name = v->cells[i].name;
			int n = touched(before, after, name);
			int64_t change = count_in(now, name) - count_in(was, name);

			cr_assert(n == 0 || n >= CELL, "%s: %d came or left", name, n);
			cr_assert(n || !change, "%s changed by itself", name);
		}
	}
}

static void check_firms(const struct view *was, const struct view *now, const struct truth *before,
	const struct truth *after)
{
	for (int64_t f = 1; f <= FIRMS; f++) {
		int64_t change = llabs(now->firm[f] - was->firm[f]), named = 0;
		int n = 0;

		for (size_t i = 1; i < CASES; i++) {
			n += (before->firm[i] == f) != (after->firm[i] == f);
			named += after->firm[i] == f;
		}
		cr_assert(now->firm[f] == 0 || now->firm[f] >= CELL, "%lld", (long long)f);
		cr_assert(change == 0 || change >= CELL, "%lld by %lld", (long long)f,
			(long long)change);
		cr_assert(n == 0 || n >= CELL, "%lld: %d came or left", (long long)f, n);
		cr_assert_eq(named, now->firm[f]);
	}
}

static bool same_result(const struct result *a, const struct result *b)
{
	return a->release == b->release && str_eq(a->street, b->street) &&
	       str_eq(a->outcome, b->outcome) && str_eq(a->reply, b->reply);
}

static bool has_result(const struct view *v, const struct result *r)
{
	for (size_t i = 0; i < v->result_count; i++)
		if (same_result(&v->results[i], r))
			return true;
	return false;
}

/* Of one street at least three of a release come at once; what was there and is gone, was reopened. */
static int check_results(struct instance *in, const struct view *was, const struct view *now)
{
	int gone = 0;

	for (size_t i = 0; i < now->result_count; i++) {
		const struct result *r = &now->results[i];
		int together = 0;

		if (has_result(was, r))
			continue;
		for (size_t k = 0; k < now->result_count; k++)
			together += now->results[k].release == r->release &&
				    str_eq(now->results[k].street, r->street);
		cr_assert_geq(together, CELL, "%s %s", r->street, r->reply);
	}
	/* Replies are each case's own, so that a line is a case. */
	for (size_t i = 0; i < was->result_count; i++) {
		const struct result *r = &was->results[i];
		int64_t number = strtoll(r->reply + strlen("答复"), NULL, 10);

		if (has_result(now, r))
			continue;
		gone++;
		cr_assert_gt(
			case_now(in, number).course.reopened, 0, "case %lld", (long long)number);
	}
	return gone;
}

/* ---- a district at work ------------------------------------------------------------------------------- */

static const char *const kinds[] = {
	"dust", "noise", "waste-gas", "waste-water", "no-licence", "unlawful-building"};
static const char *const leads[] = {"economy", "environment", "market", "land"};

/* Most of it falls on few: as in a real district, some streets and kinds are rare. */
static uint32_t uneven(struct dice *d, uint32_t sides)
{
	uint32_t a = dice_roll(d, sides), b = dice_roll(d, sides), c = dice_roll(d, sides);

	a = a < b ? a : b;
	return a < c ? a : c;
}

static const char *week_of(struct instance *in, struct day monday)
{
	int year, month, day, jan;

	day_to_ymd(day_add(monday, 3), &year, &month, &day);
	jan = day_from_ymd(year, 1, 4).n;
	jan -= (jan + 3) % 7;
	return arena_printf(in->arena, "%04d-W%02d", year, (monday.n - jan) / 7 + 1);
}

static void receive(struct instance *in, struct dice *d, struct day monday, int *next)
{
	char street[12];
	int count = 6 + (int)dice_roll(d, 14);

	for (int i = 0; i < count; i++) {
		int64_t number = case_new(in, (*next)++, week_of(in, monday));

		if (!dice_roll(d, 12))
			continue; /* nobody has opened it */
		snprintf(street, sizeof(street), "65010500%u", 1 + uneven(d, 6));
		case_opened(in, number, kinds[uneven(d, COUNT_OF(kinds))],
			dice_roll(d, 10) ? street : NULL);
	}
}

/* What usually comes next; now and then anything. */
static enum case_step next_step(struct dice *d, const struct tip_case *now)
{
	if (!dice_roll(d, 10))
		return (enum case_step)(1 + dice_roll(d, CASE_STEP_COUNT - 1));
	switch ((int)now->course.state) {
	case CASE_RECEIVED:
		return dice_roll(d, 6) ? CASE_ACCEPTED
				       : (dice_roll(d, 2) ? CASE_DECLINED : CASE_MERGED);
	case CASE_ACCEPTED:
	case CASE_OBJECTED:
	case CASE_REOPENED:
		return dice_roll(d, 12) ? CASE_DISPATCHED : CASE_TRANSFERRED;
	case CASE_DISPATCHED:
		return dice_roll(d, 12) ? CASE_CHECKED : CASE_OBJECTED;
	case CASE_CHECKED:
		return now->course.outcome == OUTCOME_UNTRUE ? CASE_CONCLUDED : CASE_RECTIFYING;
	case CASE_RECTIFYING:
		return dice_roll(d, 5) ? CASE_CONCLUDED : CASE_CHECKED;
	default:
		return dice_roll(d, 3) ? CASE_REOPENED : CASE_ERASED;
	}
}

static void work_on(struct instance *in, struct dice *d, int64_t number, struct day day)
{
	struct tip_case now = case_now(in, number);
	struct tip_step s = {.tip_case = number, .kind = next_step(d, &now), .day = day};
	struct err e = {0};
	enum err_code code;

	if (s.kind == CASE_ERASED && dice_roll(d, 3))
		return;
	if (s.kind == CASE_DISPATCHED)
		s.lead = leads[uneven(d, COUNT_OF(leads))];
	if (s.kind == CASE_CHECKED)
		s.outcome = (enum case_outcome)(1 + dice_roll(d, 3));
	if (s.kind == CASE_RECTIFYING)
		s.enterprise.n = 1 + uneven(d, FIRMS);
	if (s.kind == CASE_EXTENDED)
		s.days = 10;
	if (s.kind == CASE_MERGED)
		s.into_case = 1 + dice_roll(d, (uint32_t)number);
	if (s.kind == CASE_CONCLUDED) {
		s.despite_open = true;
		s.reply = arena_printf(
			in->arena, "答复%lld号第%d次", (long long)number, now.course.reopened);
	}
	code = case_try(in, s, &e);
	cr_assert(code == ERR_OK || code == ERR_CONFLICT || code == ERR_NOT_FOUND, "%s", e.message);
}

/* A settled case rests: most weeks nobody touches it. */
static void work_week(struct instance *in, struct dice *d, struct day monday, int *next)
{
	struct err e = {0};
	int64_t erased = 0;

	cr_assert_eq(reg_begin(in->reg, &e), ERR_OK);
	receive(in, d, monday, next);
	for (int64_t i = 1; i < *next; i++) {
		bool open = policy_case_is_open(case_now(in, i).course.state);

		if (!open && dice_roll(d, 40))
			continue;
		for (uint32_t k = dice_roll(d, 3); k > 0; k--)
			work_on(in, d, i, day_add(monday, (int)(6 - k)));
		if (case_now(in, i).course.state == CASE_ERASED && !open)
			erased = i;
	}
	cr_assert_eq(reg_commit(in->reg, &e), ERR_OK);
	if (erased)
		cr_assert_eq(reg_case_blank(in->reg, erased, &e), ERR_OK, "%s", e.message);
}

/* Whether anything in tip_shown is what the row says: the release may lag, never invent. */
static void check_waiting(struct instance *in, const struct truth *t)
{
	for (int64_t i = 1; i < CASES; i++)
		if (!t->place[i][0][0])
			cr_assert_eq(query_int(in, arena_printf(in->arena,
							   "SELECT count(*) FROM tip_result"
							   " WHERE tip_case=%lld",
							   (long long)i)),
				0);
}

struct outcome {
	int releases, gone;
	size_t results;
	int64_t shown, changed_firms;
};

static struct outcome run_district(uint64_t seed, int weeks)
{
	struct instance in = instance_new();
	struct dice d = {seed};
	static struct view was, now;
	static struct truth before, after;
	struct day monday = ymd(2018, 1, 1);
	struct outcome out = {0};
	struct release_report report;
	struct err e = {0};
	int next = 1;

	for (int i = 0; i < FIRMS; i++)
		enterprise_plain(&in);
	look(&in, &was);
	cr_assert_eq(was.cell_count, 0);
	read_truth(&in, &before);
	for (int week = 0; week < weeks; week++, monday = day_add(monday, 7)) {
		work_week(&in, &d, monday, &next);
		cr_assert_eq(reg_release(in.reg, day_add(monday, 6), false, &staff, in.arena,
				     &report, &e),
			ERR_OK, "%s", e.message);
		look(&in, &now);
		read_truth(&in, &after);
		check_cells(&was, &now, &before, &after);
		check_firms(&was, &now, &before, &after);
		out.gone += check_results(&in, &was, &now);
		check_waiting(&in, &after);
		for (int f = 1; f <= FIRMS; f++)
			out.changed_firms += was.firm[f] != now.firm[f];
		out.releases += report.seq != 0;
		out.results += report.result_count;
		cr_assert(report.seq || report.moved == 0);
		was = now;
		before = after;
		arena_reset(in.arena);
	}
	out.shown = query_int(&in, "SELECT count(*) FROM tip_shown");
	cr_assert_eq((size_t)out.shown, report.shown);
	cr_assert_leq(out.shown, query_int(&in, "SELECT count(*) FROM tip_case WHERE week<="
						"(SELECT max(week) FROM tip_case)"));
	instance_done(&in);
	return out;
}

Test(release, nobody_learns_of_one_or_two_cases_by_comparing_releases)
{
	struct outcome out = run_district(11, 40);

	/* The test must have had something to look at. */
	cr_assert_gt(out.releases, 15);
	cr_assert_gt(out.shown, 100);
	cr_assert_gt(out.results, 30u);
	cr_assert_gt(out.changed_firms, 2);
	cr_assert_gt(out.gone, 0);
}

Test(release, it_holds_in_other_districts_too)
{
	for (uint64_t seed = 21; seed < 25; seed++)
		cr_assert_gt(run_district(seed, 24).releases, 4);
}

/* ---- single rules ------------------------------------------------------------------------------------- */

#define WEEK "2018-W05" /* its Thursday is the 1st of February, its Sunday the 4th */

static struct release_report release_on(struct instance *in, struct day day)
{
	struct release_report report = {0};
	struct err e = {0};

	cr_assert_eq(reg_release(in->reg, day, false, &staff, in->arena, &report, &e), ERR_OK, "%s",
		e.message);
	return report;
}

/* `count` cases of one street, numbered on from `first`; all alike. */
static void cases_in(
	struct instance *in, int first, int count, const char *week, const char *street)
{
	for (int i = first; i < first + count; i++)
		case_opened(in, case_new(in, i, week), "dust noise", street);
}

static void conclude_all(struct instance *in, int first, int count, struct day day)
{
	for (int i = first; i < first + count; i++)
		case_conclude(in, i, day, arena_printf(in->arena, "答复%d号", i));
}

static size_t results_now(struct instance *in)
{
	return (size_t)query_int(in, "SELECT count(*) FROM public_tip_result");
}

Test(release, a_case_waits_for_its_delay_and_stands_in_the_month_of_its_thursday)
{
	struct instance in = instance_new();
	static struct view v;
	struct release_report report;

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	report = release_on(&in, ymd(2018, 3, 3));
	cr_assert_eq(report.seq, 0);
	cr_assert_eq(report.waiting, 12);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_release"), 0);
	report = release_on(&in, ymd(2018, 3, 4));
	cr_assert_eq(report.seq, 1);
	cr_assert_eq(report.moved, 12);
	cr_assert_eq(report.shown, 12);
	cr_assert_eq(report.waiting, 0);
	cr_assert_eq(report.result_count, 12);
	cr_assert_eq(report.results[0], 1);
	cr_assert_eq(report.results[11], 12);
	look(&in, &v);
	cr_assert_eq(count_in(&v, "total//concluded"), 12);
	cr_assert_eq(count_in(&v, "month/2018-02/concluded"), 12);
	cr_assert_eq(count_in(&v, "kind/dust/concluded"), 12);
	cr_assert_eq(count_in(&v, "street/" STREET "/concluded"), 12);
	cr_assert_eq(count_in(&v, "lead/economy/concluded"), 12);
	cr_assert_eq(v.cell_count, 5);
	cr_assert_eq(v.result_count, 12);
	/* Nothing new: nothing is released, and the day does not go back. */
	cr_assert_eq(release_on(&in, ymd(2018, 3, 11)).seq, 0);
	cr_assert_eq(reg_release(in.reg, ymd(2018, 3, 3), false, &staff, in.arena, &report,
			     &(struct err){0}),
		ERR_CONFLICT);
	instance_done(&in);
}

Test(release, what_is_not_known_yet_stands_under_none)
{
	struct instance in = instance_new();
	static struct view v;

	for (int i = 1; i <= 12; i++)
		case_new(&in, i, WEEK);
	cr_assert_eq(release_on(&in, ymd(2018, 3, 4)).moved, 12);
	look(&in, &v);
	cr_assert_eq(count_in(&v, "kind/none/open-late"), 12, "nobody answered in 15 days");
	cr_assert_eq(count_in(&v, "street/none/open-late"), 12);
	cr_assert_eq(count_in(&v, "lead/none/open-late"), 12);
	instance_done(&in);
}

Test(release, a_dry_run_says_the_same_and_writes_nothing)
{
	struct instance in = instance_new();
	struct release_report dry = {0}, done;
	struct err e = {0};
	int64_t log;

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	log = query_int(&in, "SELECT max(seq) FROM change_log");
	cr_assert_eq(
		reg_release(in.reg, ymd(2018, 3, 4), true, &staff, in.arena, &dry, &e), ERR_OK);
	cr_assert_eq(dry.seq, 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_shown"), 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_release"), 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_result"), 0);
	cr_assert_eq(query_int(&in, "SELECT max(seq) FROM change_log"), log);
	done = release_on(&in, ymd(2018, 3, 4));
	cr_assert_eq(dry.moved, done.moved);
	cr_assert_eq(dry.shown, done.shown);
	cr_assert_eq(dry.waiting, done.waiting);
	cr_assert_eq(dry.result_count, done.result_count);
	instance_done(&in);
}

Test(release, a_release_stands_in_the_public_log_with_the_enterprises_it_changes)
{
	struct instance in = instance_new();
	struct enterprise_id many = enterprise_plain(&in), few = enterprise_plain(&in);
	struct tip_step link = {.kind = CASE_RECTIFYING, .day = ymd(2018, 2, 6)};
	static struct view v;
	struct err e = {0};
	int64_t log = query_int(&in, "SELECT max(seq) FROM change_log");

	cases_in(&in, 1, 24, WEEK, STREET);
	for (int64_t i = 1; i <= 12; i++) {
		case_step(&in, i, CASE_ACCEPTED, link.day);
		case_step(&in, i, CASE_DISPATCHED, link.day);
		case_step(&in, i, CASE_CHECKED, link.day);
		link.tip_case = i;
		link.enterprise = i <= 2 ? few : many;
		cr_assert_eq(case_try(&in, link, &e), ERR_OK, "%s", e.message);
	}
	release_on(&in, ymd(2018, 3, 4));
	look(&in, &v);
	cr_assert_eq(v.firm[many.n], 10);
	cr_assert_eq(v.firm[few.n], 0, "two are never shown");
	cr_assert_str_eq(
		query_text(&in, arena_printf(in.arena,
					"SELECT group_concat(kind||' '||coalesce(enterprise,0)"
					"||' '||day||' '||internal, ', ') FROM change_log"
					" WHERE seq>%lld",
					(long long)log)),
		"tip-release 0 2018-03-04 0, tip-release 1 2018-03-04 0");
	/* A third one names it, with a release that has something to show. */
	for (int64_t i = 13; i <= 24; i++) {
		case_step(&in, i, CASE_ACCEPTED, ymd(2018, 3, 5));
		case_step(&in, i, CASE_DISPATCHED, ymd(2018, 3, 5));
	}
	case_step(&in, 13, CASE_CHECKED, ymd(2018, 3, 5));
	link = (struct tip_step){
		.tip_case = 13, .kind = CASE_RECTIFYING, .day = ymd(2018, 3, 5), .enterprise = few};
	cr_assert_eq(case_try(&in, link, &e), ERR_OK, "%s", e.message);
	cr_assert_gt(release_on(&in, ymd(2018, 3, 11)).seq, 0);
	look(&in, &v);
	cr_assert_eq(v.firm[few.n], 3);
	cr_assert_eq(
		query_int(&in, "SELECT max(enterprise) FROM change_log WHERE kind='tip-release'"),
		few.n);
	instance_done(&in);
}

Test(release, an_erased_case_keeps_its_labels_and_its_result)
{
	struct instance in = instance_new();
	static struct view v;
	struct err e = {0};

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	release_on(&in, ymd(2018, 3, 4));
	for (int64_t i = 1; i <= 12; i++) {
		cr_assert_eq(reg_case_set(in.reg, i, "waste-gas", "650105002", &staff, &e), ERR_OK);
		case_step(&in, i, CASE_ERASED, ymd(2018, 3, 5));
		cr_assert_eq(reg_case_blank(in.reg, i, &e), ERR_OK, "%s", e.message);
	}
	cr_assert_eq(release_on(&in, ymd(2018, 3, 11)).moved, 12);
	look(&in, &v);
	cr_assert_eq(count_in(&v, "kind/dust/erased"), 12);
	cr_assert_eq(count_in(&v, "street/" STREET "/erased"), 12);
	cr_assert_eq(v.cell_count, 5);
	cr_assert_eq(v.result_count, 12);
	instance_done(&in);
}

static void reopen_and_conclude(struct instance *in, int64_t number, struct day day)
{
	struct tip_step check = {
		.tip_case = number, .kind = CASE_CHECKED, .day = day, .outcome = OUTCOME_UNTRUE};
	struct err e = {0};

	case_step(in, number, CASE_REOPENED, day);
	case_step(in, number, CASE_DISPATCHED, day);
	cr_assert_eq(case_try(in, check, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(case_try(in,
			     (struct tip_step){.tip_case = number,
				     .kind = CASE_CONCLUDED,
				     .day = day,
				     .reply = "再次答复"},
			     &e),
		ERR_OK, "%s", e.message);
}

/* Two come and one goes: enough for the cell, too few for results of their own. */
Test(release, a_result_waits_until_three_of_its_street_come_out)
{
	struct instance in = instance_new();
	struct release_report report;

	cases_in(&in, 1, 16, WEEK, STREET);
	for (int i = 1; i <= 16; i++) {
		case_step(&in, i, CASE_ACCEPTED, ymd(2018, 2, 6));
		case_step(&in, i, CASE_DISPATCHED, ymd(2018, 2, 6));
	}
	conclude_all(&in, 1, 6, ymd(2018, 2, 6));
	report = release_on(&in, ymd(2018, 3, 4));
	cr_assert_eq(report.moved, 16);
	cr_assert_eq(report.result_count, 6);
	conclude_all(&in, 7, 2, ymd(2018, 3, 5));
	case_step(&in, 1, CASE_REOPENED, ymd(2018, 3, 5));
	cases_in(&in, 17, 10, "2018-W06", "650105002"); /* so that there is a release */
	report = release_on(&in, ymd(2018, 3, 11));
	cr_assert_geq(report.moved, 10);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_shown WHERE bucket='concluded'"), 7);
	cr_assert_eq(report.result_count, 0);
	/* The five beside it stay; the reopened one is gone. */
	cr_assert_eq(results_now(&in), 5);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_tip_result WHERE reply='答复1号'"), 0);
	conclude_all(&in, 9, 3, ymd(2018, 3, 12));
	conclude_all(&in, 17, 10, ymd(2018, 3, 12));
	report = release_on(&in, ymd(2018, 3, 18));
	cr_assert_geq(report.result_count, 5);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_tip_result WHERE street='" STREET "'"),
		10);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_tip_result WHERE release=3"
				    " AND reply='答复7号'"),
		1);
	instance_done(&in);
}

Test(release, a_case_concluded_anew_shows_its_new_result_in_place_of_the_old)
{
	struct instance in = instance_new();
	struct release_report report;

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	release_on(&in, ymd(2018, 3, 4));
	for (int64_t i = 1; i <= 2; i++)
		reopen_and_conclude(&in, i, ymd(2018, 3, 5));
	cases_in(&in, 13, 10, "2018-W06", "650105002");
	report = release_on(&in, ymd(2018, 3, 11));
	cr_assert_gt(report.seq, 0);
	cr_assert_eq(report.result_count, 0, "two are too few");
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_tip_result WHERE reply='再次答复'"), 0);
	cr_assert_eq(results_now(&in), 12);
	reopen_and_conclude(&in, 3, ymd(2018, 3, 12));
	cases_in(&in, 23, 10, "2018-W07", "650105002");
	report = release_on(&in, ymd(2018, 3, 18));
	cr_assert_eq(report.result_count, 3);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_tip_result WHERE reply='再次答复'"), 3);
	cr_assert_eq(results_now(&in), 12);
	instance_done(&in);
}

Test(release, what_a_release_wrote_stands)
{
	static const char *const refused[] = {"DELETE FROM tip_release", "DELETE FROM tip_shown",
		"DELETE FROM tip_result", "UPDATE tip_release SET day='2018-01-01'",
		"UPDATE tip_result SET reply='x'", "UPDATE tip_result SET street='x'",
		"UPDATE tip_result SET outcome='true'", "UPDATE tip_result SET withdrawn=NULL"};
	struct instance in = instance_new();

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	release_on(&in, ymd(2018, 3, 4));
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		cr_assert_neq(sqlite3_exec(in.reg->db, refused[i], NULL, NULL, NULL), SQLITE_OK,
			"%s", refused[i]);
	instance_done(&in);
}

/* ---- what waits shows nowhere ---------------------------------------------------------------------------- */

static void dump_view(struct instance *in, const char *view, struct buf *out)
{
	sqlite3_stmt *s;

	cr_assert_eq(sqlite3_prepare_v2(in->reg->db,
			     arena_printf(in->arena, "SELECT * FROM %s", view), -1, &s, NULL),
		SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		buf_str(out, view);
		for (int i = 0; i < sqlite3_column_count(s); i++) {
			const char *text = (const char *)sqlite3_column_text(s, i);

			buf_str(out, "|");
			buf_str(out, text ? text : "NULL");
		}
		buf_str(out, "\n");
	}
	sqlite3_finalize(s);
}

static char *dump_public(struct instance *in)
{
	sqlite3_stmt *s;
	struct buf out;
	char *text;

	buf_init(&out, 16 << 20);
	cr_assert_eq(sqlite3_prepare_v2(in->reg->db,
			     "SELECT name FROM sqlite_schema WHERE type='view' ORDER BY name", -1,
			     &s, NULL),
		SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW)
		dump_view(in, (const char *)sqlite3_column_text(s, 0), &out);
	sqlite3_finalize(s);
	text = mem_strdup(buf_text(&out));
	buf_done(&out);
	return text;
}

/* A register with some public life; `waiting`: and with cases that no release shows yet, busily worked on. */
static char *life(bool waiting)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct tip_step link = {.kind = CASE_RECTIFYING, .enterprise = id};
	struct err e = {0};
	char *dump;

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	event_on(&in, id, EVENT_ORDERED, ymd(2018, 1, 8));
	release_on(&in, ymd(2018, 3, 4));
	for (int i = 13; waiting && i < 40; i++) {
		cases_in(&in, i, 1, "2018-W09", i % 2 ? STREET : "650105003");
		case_step(&in, i, CASE_ACCEPTED, ymd(2018, 3, 5));
		case_step(&in, i, CASE_DISPATCHED, ymd(2018, 3, 5));
		case_step(&in, i, CASE_CHECKED, ymd(2018, 3, 5));
		link.tip_case = i;
		link.day = ymd(2018, 3, 5);
		cr_assert_eq(case_try(&in, link, &e), ERR_OK, "%s", e.message);
		if (i % 3 == 0)
			case_step(&in, i, CASE_CONCLUDED, ymd(2018, 3, 6));
		if (i % 5 == 0)
			case_step(&in, i, CASE_ERASED, ymd(2018, 3, 6));
	}
	/* Public life goes on, and its numbers tell nothing of what happened in between. */
	cr_assert_eq(release_on(&in, ymd(2018, 3, 11)).seq, 0);
	event_on(&in, id, EVENT_PROGRESS, ymd(2018, 1, 9));
	set_field(&in, id, "products", "门窗");
	dump = dump_public(&in);
	instance_done(&in);
	return dump;
}

Test(release, nothing_of_a_waiting_case_shows_anywhere)
{
	char *without = life(false), *with = life(true);

	cr_assert_str_eq(with, without);
	cr_assert(strstr(with, "public_tip_cell|total||concluded|12"));
	cr_assert(strstr(with, "public_change|"));
	free(without);
	free(with);
}
