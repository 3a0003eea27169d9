/* gate.c: what successive releases show, watched by an adversary who has all of them. */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a made-up world of tip-offs ---------------------------------------------------------- */

#define LABELS 96
#define REST 0 /* labels by number; the others begin at 2 */
#define NONE 1
#define COLUMNS (BUCKET_COUNT + 1)
#define TOTAL GATE_TABLES

static char pool[GATE_TABLES][LABELS][16];

struct place {
	int label[GATE_TABLES];
	enum case_bucket bucket;
};
struct tip { /* the truth, and what was shown of it */
	struct place truth, shown_as;
	struct day received, week_end, changed, opens;
	bool shown;
	int street, kind, lead; /* known once it is opened */
};
struct world {
	uint64_t seed;
	struct gate gate;
	struct day today;
	struct tip *tips;
	size_t count, cap;
	int streets, kinds, leads, arrivals,
		pace; /* arrivals a week; pace: how readily things happen, per cent */
};
struct table {
	int64_t cell[GATE_TABLES + 1][LABELS][COLUMNS];
};

static uint32_t chance(struct world *w, uint32_t below)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return (uint32_t)(w->seed >> 33) % below;
}

/* Few streets have most of the tip-offs. */
static int skewed(struct world *w, int below)
{
	uint32_t a = chance(w, (uint32_t)below), b = chance(w, (uint32_t)below);

	return (int)(a < b ? a : b);
}

static void pool_fill(void)
{
	for (size_t t = 0; t < GATE_TABLES; t++)
		for (int i = 0; i < LABELS; i++) {
			char *label = pool[t][i];

			if (i <= NONE)
				snprintf(label, 16, "%s", i == REST ? GATE_REST : GATE_NONE);
			else if (t == GATE_MONTH)
				snprintf(label, 16, "20%02d-%02d", 17 + (i - 2) / 12,
					(i - 2) % 12 + 1);
			else
				snprintf(label, 16, "%c%02d", "mksl"[t], i);
		}
}

static int month_label(struct day d)
{
	int year, month, day;

	day_to_ymd(d, &year, &month, &day);
	return 2 + (year - 2017) * 12 + month - 1;
}

static void arrive(struct world *w, struct day day)
{
	struct tip *tip;

	if (w->count == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 256;
		w->tips = mem_grow(w->tips, w->cap, sizeof(*w->tips));
	}
	tip = &w->tips[w->count++];
	*tip = (struct tip){.received = day,
		.week_end = day_add(day, 6 - (day.n + 3) % 7),
		.changed = day,
		.opens = day_add(day, (int)chance(w, 40)),
		.street = 2 + skewed(w, w->streets),
		.kind = 2 + skewed(w, w->kinds),
		.lead = 2 + skewed(w, w->leads)};
	for (size_t t = 0; t < GATE_TABLES; t++)
		tip->truth.label[t] = NONE;
	tip->truth.label[GATE_MONTH] = month_label(day);
}

static void become(struct tip *tip, enum case_bucket bucket, struct day day)
{
	if (tip->truth.bucket == bucket)
		return;
	tip->truth.bucket = bucket;
	tip->changed = day;
}

/* What may happen to one tip-off in a week. */
static void live(struct world *w, struct tip *tip)
{
	int age = day_between(tip->received, w->today);

	if (tip->truth.label[GATE_STREET] == NONE && day_compare(tip->opens, w->today) <= 0) {
		tip->truth.label[GATE_STREET] = tip->street;
		tip->truth.label[GATE_KIND] = tip->kind;
		tip->truth.label[GATE_LEAD] = tip->lead;
		tip->changed = w->today;
	}
	if (chance(w, 100) >= (uint32_t)w->pace)
		return;
	if (tip->truth.bucket == BUCKET_OPEN && age > 60 && chance(w, 3) == 0)
		become(tip, BUCKET_OPEN_LATE, w->today);
	else if (tip->truth.bucket <= BUCKET_OPEN_LATE && age > 20)
		become(tip,
			chance(w, 4) ? BUCKET_CONCLUDED
				     : (enum case_bucket)(BUCKET_DECLINED + chance(w, 3)),
			w->today);
	else if (tip->truth.bucket > BUCKET_OPEN_LATE && chance(w, 60) == 0)
		become(tip, BUCKET_OPEN, w->today);
	else if (tip->truth.bucket > BUCKET_OPEN_LATE && age > 360 && chance(w, 20) == 0)
		become(tip, BUCKET_ERASED, w->today);
}

static void pass_week(struct world *w)
{
	uint32_t n = w->arrivals ? chance(w, (uint32_t)w->arrivals * 2 + 1) : 0;

	for (uint32_t i = 0; i < n; i++)
		arrive(w, day_add(w->today, (int)chance(w, 7)));
	w->today = day_add(w->today, 7);
	for (size_t i = 0; i < w->count; i++)
		live(w, &w->tips[i]);
}

/* ---- one release, and the adversary -------------------------------------------------------- */

static struct gate_position position(const struct place *p)
{
	struct gate_position g = {.bucket = p->bucket};

	for (size_t t = 0; t < GATE_TABLES; t++)
		g.label[t] = pool[t][p->label[t]];
	return g;
}

static int label_number(size_t table, const char *label)
{
	if (label >= pool[table][0] && label < pool[table][0] + sizeof(pool[table]))
		return (int)((size_t)(label - pool[table][0]) / sizeof(pool[table][0]));
	if (!str_eq(label, GATE_REST))
		cr_assert_fail("\"%s\" is no label of table %zu", label, table);
	return REST;
}

static struct place place(const struct gate_position *g)
{
	struct place p = {.bucket = g->bucket};

	for (size_t t = 0; t < GATE_TABLES; t++)
		p.label[t] = label_number(t, g->label[t]);
	return p;
}

static bool same_place(const struct place *a, const struct place *b)
{
	return memcmp(a->label, b->label, sizeof(a->label)) == 0 && a->bucket == b->bucket;
}

static void add_place(struct table *t, const struct place *p)
{
	for (size_t i = 0; i <= GATE_TABLES; i++) {
		int row = i == TOTAL ? 0 : p->label[i];

		t->cell[i][row][p->bucket]++;
		t->cell[i][row][BUCKET_COUNT]++;
	}
}

/* Every cell that one tip-off leaves or enters, counted once each. */
static void add_touched(struct table *t, const struct place *from, const struct place *to)
{
	for (size_t i = 0; i <= GATE_TABLES; i++) {
		int a = !from	     ? -1
			: i == TOTAL ? 0
				     : from->label[i],
		    b = i == TOTAL ? 0 : to->label[i];

		if (from && a == b && from->bucket == to->bucket)
			continue;
		if (from)
			t->cell[i][a][from->bucket]++;
		t->cell[i][b][to->bucket]++;
		if (a == b)
			continue;
		if (from)
			t->cell[i][a][BUCKET_COUNT]++;
		t->cell[i][b][BUCKET_COUNT]++;
	}
}

static void check_cells(const struct world *w, const struct table *before,
	const struct table *after, const struct table *touched)
{
	const int64_t *had = &before->cell[0][0][0], *has = &after->cell[0][0][0],
		      *moved = &touched->cell[0][0][0];

	for (size_t i = 0; i < sizeof(*after) / sizeof(*has); i++) {
		if ((has[i] == 0 || has[i] >= w->gate.cell) &&
			(moved[i] == 0 || moved[i] >= w->gate.cell) &&
			(had[i] == has[i] || moved[i]))
			continue;
		cr_assert_fail("table %zu, row %zu, column %zu holds %lld and changed by %lld",
			i / COLUMNS / LABELS, i / COLUMNS % LABELS, i % COLUMNS, (long long)has[i],
			(long long)moved[i]);
	}
}

/* Shown as it is, or coarser; its month stays; not before its time. */
static void check_move(const struct world *w, const struct tip *tip, const struct gate_case *c)
{
	struct place to = place(&c->to);

	cr_assert_eq(to.bucket, tip->truth.bucket);
	for (size_t t = 0; t < GATE_TABLES; t++)
		cr_assert(to.label[t] == tip->truth.label[t] || to.label[t] == REST);
	if (tip->shown)
		cr_assert_eq(to.label[GATE_MONTH], tip->shown_as.label[GATE_MONTH]);
	else
		cr_assert_geq(day_between(tip->week_end, w->today), w->gate.delay_days);
	cr_assert_not(tip->shown && same_place(&to, &tip->shown_as));
}

static struct gate_case *cases_of(const struct world *w)
{
	struct gate_case *cases = mem_zero(w->count + 1, sizeof(*cases));

	for (size_t i = 0; i < w->count; i++) {
		cases[i].shown = w->tips[i].shown;
		cases[i].now = position(&w->tips[i].truth);
		if (w->tips[i].shown) {
			cases[i].was = position(&w->tips[i].shown_as);
			cases[i].now.label[GATE_MONTH] = cases[i].was.label[GATE_MONTH];
		}
		cases[i].week_end = w->tips[i].week_end;
		cases[i].changed = w->tips[i].changed;
	}
	return cases;
}

static size_t release(struct world *w)
{
	static struct table before, after, touched;
	struct gate_case *cases = cases_of(w);
	size_t moved = policy_release(&w->gate, cases, w->count, w->today), seen = 0;

	memset(&before, 0, sizeof(before));
	memset(&after, 0, sizeof(after));
	memset(&touched, 0, sizeof(touched));
	for (size_t i = 0; i < w->count; i++) {
		struct tip *tip = &w->tips[i];

		if (tip->shown)
			add_place(&before, &tip->shown_as);
		if (cases[i].moves) {
			struct place to = place(&cases[i].to);

			check_move(w, tip, &cases[i]);
			add_touched(&touched, tip->shown ? &tip->shown_as : NULL, &to);
			tip->shown_as = to;
			tip->shown = true;
			seen++;
		}
		if (tip->shown)
			add_place(&after, &tip->shown_as);
	}
	cr_assert_eq(moved, seen);
	cr_assert(moved == 0 || moved >= (size_t)w->gate.batch, "a release of %zu", moved);
	check_cells(w, &before, &after, &touched);
	free(cases);
	return moved;
}

static const struct gate usual = {.delay_days = 28, .batch = 10, .cell = 3, .coarse_days = 90};

static struct world world_new(uint64_t seed, int arrivals)
{
	pool_fill();
	return (struct world){.seed = seed * 2654435761u + 88172645463325252u,
		.gate = usual,
		.today = ymd(2017, 12, 4),
		.streets = 15,
		.kinds = 18,
		.leads = 8,
		.arrivals = arrivals,
		.pace = 12};
}

/* ---- what must always hold ----------------------------------------------------------------- */

static void run_stream(uint64_t seed)
{
	struct world w = world_new(seed, 0);

	w.arrivals = 1 + (int)chance(&w, 25);
	w.streets = 1 + (int)chance(&w, 15);
	w.kinds = 1 + (int)chance(&w, 18);
	w.leads = 1 + (int)chance(&w, 8);
	w.pace = 5 + (int)chance(&w, 60);
	if (chance(&w, 3) == 0)
		w.gate = (struct gate){.delay_days = (int)chance(&w, 40),
			.batch = 5 + (int)chance(&w, 10),
			.cell = 3 + (int)chance(&w, 3),
			.coarse_days = (int)chance(&w, 100)};
	for (int week = 0; week < 40; week++) {
		pass_week(&w);
		if (chance(&w, 3) == 0)
			release(&w);
	}
	free(w.tips);
}

Test(policy_gate, no_two_releases_differ_by_one_case_or_two)
{
	for (uint64_t seed = 1; seed <= 2000; seed++)
		run_stream(seed);
}

/* Not a test that never shows anything: most of what is old enough is out. */
Test(policy_gate, nothing_waits_for_good_but_a_few_a_cell)
{
	struct world w = world_new(11, 60);
	size_t hidden = 0, behind = 0, old = 0;

	for (int week = 0; week < 80; week++) {
		pass_week(&w);
		release(&w);
	}
	for (size_t i = 0; i < w.count; i++)
		old += !w.tips[i].shown && day_between(w.tips[i].week_end, w.today) >
						   w.gate.delay_days + w.gate.coarse_days;
	cr_assert_lt(old, (size_t)w.gate.cell * BUCKET_COUNT, "%zu were never shown", old);
	w.arrivals = w.pace = 0;
	for (int week = 0; week < 30; week++) {
		pass_week(&w);
		release(&w);
	}
	for (size_t i = 0; i < w.count; i++) {
		hidden += !w.tips[i].shown;
		behind += w.tips[i].shown && w.tips[i].shown_as.bucket != w.tips[i].truth.bucket;
	}
	cr_assert_gt(w.count, 4000);
	cr_assert_lt(hidden, (size_t)w.gate.cell * BUCKET_COUNT, "%zu are hidden", hidden);
	cr_assert_lt(behind * 100, w.count * 8, "%zu of %zu are behind", behind, w.count);
	free(w.tips);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(a, b);
}

#define LINE 192

/* Every case with what was decided on it, as sorted lines. */
static char (*decisions(const struct gate_case *cases, size_t count))[LINE]
{
	char(*lines)[LINE] = mem_zero(count, LINE);

	for (size_t i = 0; i < count; i++) {
		struct place now = place(&cases[i].now), was = now, to = now;

		if (cases[i].shown)
			was = place(&cases[i].was);
		if (cases[i].moves)
			to = place(&cases[i].to);
		snprintf(lines[i], LINE, "%d %d.%d.%d.%d.%d %d.%d.%d.%d.%d %d %d %d %d.%d.%d.%d.%d",
			cases[i].shown, was.label[0], was.label[1], was.label[2], was.label[3],
			(int)was.bucket, now.label[0], now.label[1], now.label[2], now.label[3],
			(int)now.bucket, cases[i].week_end.n, cases[i].changed.n, cases[i].moves,
			to.label[0], to.label[1], to.label[2], to.label[3], (int)to.bucket);
	}
	qsort(lines, count, LINE, by_bytes);
	return lines;
}

static void shuffle(struct world *w, struct gate_case *cases)
{
	for (size_t i = w->count; i > 1; i--) {
		size_t other = chance(w, (uint32_t)i);
		struct gate_case kept = cases[i - 1];

		cases[i - 1] = cases[other];
		cases[other] = kept;
	}
}

Test(policy_gate, the_order_of_the_cases_does_not_matter)
{
	size_t moved_in_all = 0;

	for (uint64_t seed = 1; seed <= 30; seed++) {
		struct world w = world_new(seed, 15);

		for (int week = 0; week < 40; week++) {
			struct gate_case *cases, *other;
			char(*a)[LINE], (*b)[LINE];
			size_t moved;

			pass_week(&w);
			cases = cases_of(&w);
			other = cases_of(&w);
			shuffle(&w, other);
			moved = policy_release(&w.gate, cases, w.count, w.today);
			cr_assert_eq(moved, policy_release(&w.gate, other, w.count, w.today));
			a = decisions(cases, w.count);
			b = decisions(other, w.count);
			cr_assert_eq(memcmp(a, b, w.count * LINE), 0, "seed %d, week %d", (int)seed,
				week);
			moved_in_all += moved;
			free(a);
			free(b);
			free(cases);
			free(other);
			release(&w);
		}
		free(w.tips);
	}
	cr_assert_gt(moved_in_all, 1000);
}

Test(policy_gate, a_hundred_thousand_cases)
{
	struct world w = world_new(5, 2600);
	size_t moved = 0;

	for (int week = 0; week < 40; week++)
		pass_week(&w);
	cr_assert_gt(w.count, 80000);
	moved = release(&w);
	cr_assert_gt(moved * 10, w.count * 8, "%zu of %zu", moved, w.count);
	free(w.tips);
}

/* ---- single rules -------------------------------------------------------------------------- */

#define MANY 40

/* Cases that are alike: received in the week that ended on 2018-01-07, shown or not. */
static size_t alike(struct gate_case *cases, size_t at, size_t n, const char *street,
	const char *kind, enum case_bucket bucket)
{
	for (size_t i = 0; i < n; i++)
		cases[at + i] = (struct gate_case){
			.now = {{"2018-01", kind, street, "environment"}, bucket},
			.week_end = ymd(2018, 1, 7),
			.changed = ymd(2018, 1, 3)};
	return at + n;
}

/* As if they had been shown as they are. */
static void shown(struct gate_case *cases, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++) {
		cases[i].shown = true;
		cases[i].was = cases[i].now;
	}
}

static void turn(struct gate_case *cases, size_t from, size_t n, enum case_bucket bucket)
{
	for (size_t i = from; i < from + n; i++) {
		cases[i].now.bucket = bucket;
		cases[i].changed = ymd(2018, 2, 1);
	}
}

Test(policy_gate, nothing_before_the_delay_nor_below_the_batch)
{
	struct gate_case cases[MANY];
	size_t n = alike(cases, 0, 10, "650105001", "dust", BUCKET_OPEN);

	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 2, 3)), 0);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 2, 4)), 10);
	cr_assert(cases[9].moves);
	cr_assert_str_eq(cases[9].to.label[GATE_STREET], "650105001");
	cr_assert_eq(policy_release(&usual, cases, 9, ymd(2018, 2, 4)), 0);
	cr_assert_not(cases[0].moves);
	cr_assert_eq(policy_release(&usual, NULL, 0, ymd(2018, 2, 4)), 0);
}

Test(policy_gate, what_is_rare_waits_and_then_goes_to_rest)
{
	struct gate_case cases[MANY];
	size_t n = alike(cases, 0, 12, "650105001", "dust", BUCKET_OPEN);

	n = alike(cases, n, 1, "650105002", "dust", BUCKET_OPEN);
	n = alike(cases, n, 1, "650105003", "dust", BUCKET_OPEN);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 5, 4)), 12);
	cr_assert_not(cases[12].moves);
	cr_assert_eq(
		policy_release(&usual, cases, n, ymd(2018, 5, 5)), 12, "two are too few for rest");
	n = alike(cases, n, 1, "650105004", "dust", BUCKET_OPEN);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 5, 4)), 12);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 5, 5)), 15);
	cr_assert_str_eq(cases[12].to.label[GATE_STREET], GATE_REST);
	cr_assert_str_eq(cases[12].to.label[GATE_KIND], "dust", "only the table that held it back");
	cr_assert_str_eq(cases[0].to.label[GATE_STREET], "650105001");
}

Test(policy_gate, a_cell_keeps_none_or_enough)
{
	struct gate_case cases[MANY];
	size_t n = alike(cases, 0, 20, "650105001", "dust", BUCKET_OPEN), left = 0;

	shown(cases, 0, n);
	turn(cases, 0, 18, BUCKET_CONCLUDED);
	cases[3].changed = ymd(2018, 2, 20);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 3, 1)), 17, "three stay, not two");
	for (size_t i = 0; i < n; i++)
		left += !cases[i].moves;
	cr_assert_eq(left, 3);
	cr_assert_not(cases[3].moves, "who changed last is the one that waits");
	cr_assert_str_eq(cases[3].to.label[GATE_STREET], "650105001");
	cr_assert_eq(cases[3].to.bucket, BUCKET_OPEN);
	turn(cases, 0, 20, BUCKET_CONCLUDED);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 3, 1)), 20);
}

Test(policy_gate, a_month_once_shown_stays)
{
	struct gate_case cases[MANY];
	size_t n = alike(cases, 0, 12, "650105001", "dust", BUCKET_OPEN);

	shown(cases, 0, n);
	for (size_t i = 0; i < n; i++)
		cases[i].now.label[GATE_MONTH] = "2018-02";
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 3, 1)), 0);
	turn(cases, 0, n, BUCKET_CONCLUDED);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 3, 1)), 12);
	cr_assert_str_eq(cases[5].to.label[GATE_MONTH], "2018-01");
}

/* Ten conclude, and one new case comes in under cover of their coming and going: the row's sum would give it away. */
Test(policy_gate, a_row_s_sum_hides_no_single_case)
{
	struct gate_case cases[MANY];
	size_t n = alike(cases, 0, 30, "650105001", "dust", BUCKET_OPEN);

	shown(cases, 0, n);
	turn(cases, 0, 12, BUCKET_CONCLUDED);
	n = alike(cases, n, 1, "650105001", "dust", BUCKET_OPEN);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 3, 1)), 12);
	cr_assert_not(cases[30].moves);
	n = alike(cases, n, 2, "650105001", "dust", BUCKET_OPEN);
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 3, 1)), 15);
}

Test(policy_gate, a_case_nobody_has_opened_is_under_none)
{
	struct gate_case cases[MANY] = {0};
	size_t n = 10;

	for (size_t i = 0; i < n; i++)
		cases[i] = (struct gate_case){.now = {{"2018-01", NULL, NULL, NULL}, BUCKET_OPEN},
			.week_end = ymd(2018, 1, 7),
			.changed = ymd(2018, 1, 3)};
	cr_assert_eq(policy_release(&usual, cases, n, ymd(2018, 2, 4)), 10);
	for (size_t t = GATE_KIND; t < GATE_TABLES; t++)
		cr_assert_str_eq(cases[0].to.label[t], GATE_NONE);
}
