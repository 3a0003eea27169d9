/* ranking.c: quarters, scores, ranks; the example is worked by hand. */
#include "plan.h"

#include <string.h>

/* ---- quarters --------------------------------------------------------------------------- */

Test(policy_quarter, is_read_and_written)
{
	static const struct {
		const char *text;
		int year, quarter; /* year 0: none */
	} cases[] = {{"2018Q1", 2018, 1}, {"2018-q1", 2018, 1}, {"2018q4", 2018, 4},
		{"2018-Q4", 2018, 4}, {"2018Q0", 0, 0}, {"2018Q5", 0, 0}, {"2018Q1 ", 0, 0},
		{"2018Q11", 0, 0}, {"18Q1", 0, 0}, {"2018--q1", 0, 0}, {"2018", 0, 0}, {"", 0, 0},
		{NULL, 0, 0}, {"0001Q1", 0, 0}, {"2018-q", 0, 0}, {"２０１８Q1", 0, 0}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct quarter q = {0};

		cr_assert_eq(quarter_parse(cases[i].text, &q), cases[i].year != 0, "row %zu", i);
		cr_assert_eq(q.year, cases[i].year);
		cr_assert_eq(q.quarter, cases[i].quarter);
	}
}

Test(policy_quarter, has_its_first_and_last_day)
{
	static const struct {
		int quarter;
		const char *first, *last, *text, *slug;
	} cases[] = {{1, "2020-01-01", "2020-03-31", "2020Q1", "2020-q1"},
		{2, "2020-04-01", "2020-06-30", "2020Q2", "2020-q2"},
		{3, "2020-07-01", "2020-09-30", "2020Q3", "2020-q3"},
		{4, "2020-10-01", "2020-12-31", "2020Q4", "2020-q4"}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct quarter q = {2020, cases[i].quarter};
		char text[QUARTER_TEXT_BYTES];

		cr_assert_str_eq(day_or_dash(quarter_first(q)), cases[i].first);
		cr_assert_str_eq(day_or_dash(quarter_last(q)), cases[i].last);
		cr_assert_str_eq(quarter_text(q, text), cases[i].text);
		cr_assert_str_eq(quarter_slug(q, text), cases[i].slug);
		cr_assert_eq(quarter_of(quarter_first(q)).quarter, cases[i].quarter);
		cr_assert_eq(quarter_of(quarter_last(q)).quarter, cases[i].quarter);
		cr_assert_eq(quarter_of(quarter_last(q)).year, 2020);
	}
}

/* ---- the rules ------------------------------------------------------------------------------ */

static const struct quarter Q1_2018 = {2018, 1};

Test(policy_ranking, the_shipped_rules_are_worth_100_points)
{
	static const char *const ids[] = {"monthly-1", "monthly-2", "monthly-3", "classified",
		"duties", "finished", "lookbacks", "tipoffs", "criticism"};
	struct policy *p = plan_load();
	const struct ranking_rules *r = policy_ranking(p, Q1_2018);
	int full = 0;

	cr_assert_eq(r->count, COUNT_OF(ids));
	cr_assert_eq(r->cutoff_days, 15);
	cr_assert_eq(r->tie_count, 1);
	cr_assert_str_eq(r->item[r->tie_item[0]].id, "duties");
	cr_assert_not_null(strstr(r->tie, "并列"));
	for (size_t i = 0; i < r->count; i++) {
		cr_assert_str_eq(r->item[i].id, ids[i]);
		cr_assert_str_not_empty(r->item[i].how);
		full += r->item[i].full;
	}
	cr_assert_eq(full, 100);
	policy_free(p);
}

Test(policy_ranking, the_version_in_force_at_the_quarter_s_end_counts)
{
	char *dir = plan_folder("ranking.conf", "\t}\n);",
		"\t}, { in_force_from = \"2018-03-31\"; clause = \"另文\"; cutoff_days = 5; "
		"tie = \"并列。\"; tie_order = []; items = ( { id = \"duties\"; name = \"n\"; how "
		"= "
		"\"h\"; clause = \"c\"; full = 7; rule = \"share\"; } ); }\n);");
	struct policy *p = NULL;
	struct err e = {0};

	cr_assert_eq(policy_load(dir, &p, &e), ERR_OK, "%s", e.message);
	cr_assert_null(policy_ranking(p, (struct quarter){2017, 3}));
	cr_assert_eq(policy_ranking(p, (struct quarter){2017, 4})->count, 9);
	cr_assert_eq(policy_ranking(p, Q1_2018)->count, 1);
	cr_assert_eq(policy_ranking(p, Q1_2018)->tie_count, 0);
	policy_free(p);
	plan_folder_remove(dir);
}

/* ---- a quarter worked by hand ----------------------------------------------------------------- */

enum { MONTHLY = 0, CLASSIFIED = 3, DUTIES, FINISHED, LOOKBACKS, TIPOFFS, CRITICISM, ITEMS };

struct wanted {
	const char *unit;
	struct rank_figure figure[ITEMS];
	int64_t relapses, score[ITEMS], total;
	int rank, best, worst;
};

/* The figures are part/whole; of criticism, cases. Points in hundredths. */
static const struct wanted quarter[] = {
	/* One month unreported; no tip-off was due, so 85 points apply; 7 of 8 duties are 21.875 points, rounded up; one
	 * criticism. 6963 of 8500. */
	{"A", {{1, 1}, {1, 1}, {0, 1}, {9, 10}, {7, 8}, {3, 4}, {2, 2}, {0, 0}, {1, 0}}, 0,
		{500, 500, 0, 1350, 2188, 1125, 1000, -1, 300}, 8192, 4, 4, 4},
	/* No duty and no look-back; three criticisms cost six points of five, so none is left. 5000 of 6500. */
	{"B", {{1, 1}, {1, 1}, {1, 1}, {5, 5}, {0, 0}, {2, 2}, {0, 0}, {1, 3}, {3, 0}}, 0,
		{500, 500, 500, 1500, -1, 1500, -1, 500, 0}, 7692, 5, 5, 5},
	/* All done, but a relapse takes the look-backs. */
	{"C", {{1, 1}, {1, 1}, {1, 1}, {9, 9}, {4, 4}, {4, 4}, {3, 3}, {2, 2}, {0, 0}}, 1,
		{500, 500, 500, 1500, 2500, 1500, 0, 1500, 500}, 9000, 1, 1, 2},
	/* As C; the relapse counts though no look-back was planned. */
	{"D", {{1, 1}, {1, 1}, {1, 1}, {7, 7}, {8, 8}, {1, 1}, {0, 0}, {5, 5}, {0, 0}}, 2,
		{500, 500, 500, 1500, 2500, 1500, 0, 1500, 500}, 9000, 1, 1, 2},
	/* The same total with fewer duties met: behind C and D, before them when duties weigh a tenth less. */
	{"E", {{1, 1}, {1, 1}, {1, 1}, {3, 3}, {3, 5}, {2, 2}, {6, 6}, {4, 4}, {0, 0}}, 0,
		{500, 500, 500, 1500, 1500, 1500, 1000, 1500, 500}, 9000, 3, 1, 3},
	/* Nothing to do at all: not ranked, for all that nobody criticised it. */
	{"F", {{0}}, 0, {-1, -1, -1, -1, -1, -1, -1, -1, 500}, -1, 0, 0, 0},
};

static struct rank_row row_of(const struct wanted *w)
{
	struct rank_row row = {.unit = w->unit, .relapses = w->relapses};

	memcpy(row.figure, w->figure, sizeof(w->figure));
	return row;
}

static void check_row(const struct rank_row *row, const struct wanted *w)
{
	for (size_t i = 0; i < ITEMS; i++)
		cr_assert_eq(row->score[i], w->score[i], "%s, item %zu: %lld", w->unit, i,
			(long long)row->score[i]);
	cr_assert_eq(row->total, w->total, "%s: %lld", w->unit, (long long)row->total);
	cr_assert_eq(row->rank, w->rank, "%s: %d", w->unit, row->rank);
	cr_assert_eq(row->rank_best, w->best, "%s: %d", w->unit, row->rank_best);
	cr_assert_eq(row->rank_worst, w->worst, "%s: %d", w->unit, row->rank_worst);
}

Test(policy_rank, a_quarter_worked_by_hand)
{
	struct policy *p = plan_load();
	struct rank_row rows[COUNT_OF(quarter)];

	for (size_t i = 0; i < COUNT_OF(quarter); i++)
		rows[i] = row_of(&quarter[i]);
	policy_rank(policy_ranking(p, Q1_2018), rows, COUNT_OF(rows));
	for (size_t i = 0; i < COUNT_OF(quarter); i++)
		check_row(&rows[i], &quarter[i]);
	policy_free(p);
}

Test(policy_rank, the_order_of_the_rows_does_not_matter_and_they_keep_it)
{
	struct policy *p = plan_load();
	struct rank_row rows[COUNT_OF(quarter)];
	size_t n = COUNT_OF(quarter);

	for (size_t turn = 0; turn < n; turn++) {
		for (size_t i = 0; i < n; i++)
			rows[i] = row_of(&quarter[(n - i + turn) % n]);
		policy_rank(policy_ranking(p, Q1_2018), rows, n);
		for (size_t i = 0; i < n; i++)
			check_row(&rows[i], &quarter[(n - i + turn) % n]);
	}
	policy_rank(policy_ranking(p, Q1_2018), rows, 0);
	policy_free(p);
}

Test(policy_rank, figures_out_of_range_give_neither_less_than_0_nor_more_than_full)
{
	struct policy *p = plan_load();
	struct rank_row row = {.unit = "A",
		.figure = {[DUTIES] = {9, 4},
			[FINISHED] = {-3, 4},
			[LOOKBACKS] = {1, -1},
			[CRITICISM] = {INT64_C(1) << 60, 0}}};

	policy_rank(policy_ranking(p, Q1_2018), &row, 1);
	cr_assert_eq(row.score[DUTIES], 2500);
	cr_assert_eq(row.score[FINISHED], 0);
	cr_assert_eq(row.score[LOOKBACKS], -1);
	cr_assert_eq(row.score[CRITICISM], 0);
	cr_assert_eq(row.total, 5556, "%lld", (long long)row.total); /* 25 of 45 */
	cr_assert_eq(row.rank, 1);
	policy_free(p);
}

/* Full marks everywhere give 10 000, none give 0, whatever applies. */
Test(policy_rank, totals_reach_from_0_to_100)
{
	struct policy *p = plan_load();

	for (unsigned applies = 1; applies < 1u << CRITICISM; applies++) {
		struct rank_row rows[2] = {{.unit = "all"}, {.unit = "none"}};

		for (size_t i = 0; i < CRITICISM; i++) {
			int64_t whole = applies >> i & 1 ? 7 : 0;

			rows[0].figure[i] = (struct rank_figure){whole, whole};
			rows[1].figure[i] = (struct rank_figure){0, whole};
		}
		rows[1].figure[CRITICISM].part = 3;
		policy_rank(policy_ranking(p, Q1_2018), rows, 2);
		cr_assert_eq(rows[0].total, 10000);
		cr_assert_eq(rows[1].total, 0);
		cr_assert_eq(rows[0].rank, 1);
		cr_assert_eq(rows[1].rank, 2);
		cr_assert_eq(rows[1].rank_best, 2);
	}
	policy_free(p);
}

/* Two pairs of which each changes places by one of the two moves alone: duties a tenth down (22.5 × 0.663 < 15), finished a tenth
 * up (8.10 + 8.12 < 16.5). */
Test(policy_rank, weights_are_moved_down_and_up)
{
	struct policy *p = plan_load();
	struct rank_row down[2] = {
		{.unit = "X", .figure = {[CLASSIFIED] = {0, 10}, [DUTIES] = {663, 1000}}},
		{.unit = "Y", .figure = {[CLASSIFIED] = {10, 10}, [DUTIES] = {0, 1000}}}};
	struct rank_row up[2] = {{.unit = "X",
					 .figure = {[CLASSIFIED] = {541, 1000},
						 [DUTIES] = {324, 1000},
						 [FINISHED] = {0, 1}}},
		{.unit = "Y",
			.figure = {[CLASSIFIED] = {0, 1}, [DUTIES] = {0, 1}, [FINISHED] = {1, 1}}}};

	policy_rank(policy_ranking(p, Q1_2018), down, 2);
	policy_rank(policy_ranking(p, Q1_2018), up, 2);
	for (size_t i = 0; i < 2; i++) {
		cr_assert_eq(down[i].rank, (int)i + 1);
		cr_assert_eq(down[i].rank_best, 1);
		cr_assert_eq(down[i].rank_worst, 2);
		cr_assert_eq(up[i].rank, (int)i + 1);
		cr_assert_eq(up[i].rank_best, 1);
		cr_assert_eq(up[i].rank_worst, 2);
	}
	policy_free(p);
}
