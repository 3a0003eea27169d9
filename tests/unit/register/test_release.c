/*
 * Somebody reads every release and compares it with the one before. Over hundreds of cases and months of weekly releases,
 * nothing read through the public door may be explained by one or two cases. The truth is counted in the tables themselves.
 */
#include "releases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL 3
#define CASES 1000

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

/* How many of this result's release and street are in the one and not in the other. */
static int differing(const struct view *in, const struct view *but_not, const struct result *r)
{
	int n = 0;

	for (size_t i = 0; i < in->result_count; i++)
		n += in->results[i].release == r->release &&
		     str_eq(in->results[i].street, r->street) &&
		     !has_result(but_not, &in->results[i]);
	return n;
}

/* Of one street and release at least three come at once, each read by somebody else, and at least three go at once; what was there
 * and is gone, was reopened. Replies are each case's own, so that a line is a case. */
static int check_results(struct instance *in, const struct view *was, const struct view *now)
{
	int gone = 0;

	for (size_t i = 0; i < now->result_count; i++) {
		const struct result *r = &now->results[i];

		if (has_result(was, r))
			continue;
		cr_assert_geq(differing(now, was, r), CELL, "%s %s", r->street, r->reply);
		cr_assert_eq(query_int(in, arena_printf(in->arena,
						   "SELECT count(*) FROM case_reply_review v JOIN"
						   " case_step s ON s.seq=v.step WHERE s.reply='%s'"
						   " AND v.by<>s.by",
						   r->reply)),
			1, "%s", r->reply);
	}
	for (size_t i = 0; i < was->result_count; i++) {
		const struct result *r = &was->results[i];
		int64_t number = strtoll(r->reply + strlen("答复"), NULL, 10);

		if (has_result(now, r))
			continue;
		gone++;
		cr_assert_geq(differing(was, now, r), CELL, "%s %s", r->street, r->reply);
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
	/* Most are read by somebody else soon, some never. */
	if (!code && s.kind == CASE_CONCLUDED && dice_roll(d, 5))
		cr_assert_eq(case_review(in, number, "审核人", &e), ERR_OK, "%s", e.message);
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

/* A case that is not shown has no result either. */
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
