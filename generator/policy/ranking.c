/*
 * The quarterly ranking (六（二）: 一季一排名; the formula is ours, ranking.conf). Whole numbers only: hundredths of a point, rounded half
 * up, and a total made of the scores as they are shown, so that anybody can work it out again by hand.
 *
 * How much the result depends on the weights is part of it: every weight is moved up and down by a tenth, one at a time, and the best
 * and worst rank that come out are shown beside. Invariant: rows keep their places; the order of the rows does not matter.
 */
#include "policy/policy_internal.h"

#include <stdio.h>

/* ---- quarters --------------------------------------------------------------------------- */

bool quarter_parse(const char *text, struct quarter *ret)
{
	int year = 0;
	const char *s = text;

	if (!s)
		return false;
	for (; s < text + 4; s++) {
		if (*s < '0' || *s > '9')
			return false;
		year = year * 10 + (*s - '0');
	}
	if (*s == '-')
		s++;
	if (*s != 'Q' && *s != 'q')
		return false;
	if (s[1] < '1' || s[1] > '4' || s[2] || !day_ymd_valid(year, 1, 1))
		return false;
	*ret = (struct quarter){year, s[1] - '0'};
	return true;
}

const char *quarter_text(struct quarter q, char out[QUARTER_TEXT_BYTES])
{
	snprintf(out, QUARTER_TEXT_BYTES, "%04dQ%d", q.year, q.quarter);
	return out;
}

const char *quarter_slug(struct quarter q, char out[QUARTER_TEXT_BYTES])
{
	snprintf(out, QUARTER_TEXT_BYTES, "%04d-q%d", q.year, q.quarter);
	return out;
}

struct quarter quarter_of(struct day d)
{
	int year, month, day;

	day_to_ymd(d, &year, &month, &day);
	return (struct quarter){year, (month + 2) / 3};
}

struct day quarter_first(struct quarter q)
{
	return day_from_ymd(q.year, q.quarter * 3 - 2, 1);
}

struct day quarter_last(struct quarter q)
{
	return day_add(day_add_months(quarter_first(q), 3), -1);
}

/* ---- scores ----------------------------------------------------------------------------- */

/* part ÷ whole, half up; both at least 0, whole above 0. */
static int64_t divide(int64_t part, int64_t whole)
{
	return (2 * part + whole) / (2 * whole);
}

static int64_t within(int64_t value, int64_t high)
{
	if (value < 0)
		return 0;
	return value > high ? high : value;
}

static int64_t score_of(const struct rank_item *item, const struct rank_figure *f, int64_t relapses)
{
	int64_t full = (int64_t)item->full * 100;

	if (item->zero_on_relapse && relapses > 0)
		return 0;
	if (item->rule == RANK_DEDUCT)
		return within(full - within(f->part, full) * item->points * 100, full);
	if (f->whole <= 0)
		return -1;
	return divide(full * within(f->part, f->whole), f->whole);
}

/* What an item weighs in one working of the total, in tenths of its full points. */
#define TENTHS 10

static int64_t total_of(
	const struct ranking_rules *r, const struct rank_row *row, const int weight[RANK_ITEMS])
{
	int64_t got = 0, full = 0;
	bool applies = false;

	for (size_t i = 0; i < r->count; i++) {
		if (row->score[i] < 0)
			continue;
		got += row->score[i] * weight[i];
		full += (int64_t)r->item[i].full * weight[i];
		applies |= r->item[i].rule == RANK_SHARE;
	}
	return applies ? divide(got * 100, full) : -1;
}

/* ---- ranks ------------------------------------------------------------------------------ */

/* Does a, with its total, stand before b? */
static bool is_before(const struct ranking_rules *r, const struct rank_row *a, int64_t total_a,
	const struct rank_row *b, int64_t total_b)
{
	if (total_a != total_b)
		return total_a > total_b;
	for (size_t i = 0; i < r->tie_count; i++) {
		size_t item = r->tie_item[i];

		if (a->score[item] != b->score[item])
			return a->score[item] > b->score[item];
	}
	return false;
}

static int rank_of(const struct ranking_rules *r, const struct rank_row *rows,
	const int64_t *totals, size_t count, size_t at)
{
	int rank = 1;

	for (size_t i = 0; i < count; i++)
		rank += totals[i] >= 0 && is_before(r, &rows[i], totals[i], &rows[at], totals[at]);
	return rank;
}

static void note_rank(struct rank_row *row, int rank)
{
	if (rank < row->rank_best)
		row->rank_best = rank;
	if (rank > row->rank_worst)
		row->rank_worst = rank;
}

/* One working of all ranks with these weights. */
static void vary(const struct ranking_rules *r, struct rank_row *rows, size_t count,
	const int weight[RANK_ITEMS], int64_t *totals)
{
	for (size_t i = 0; i < count; i++)
		totals[i] = total_of(r, &rows[i], weight);
	for (size_t i = 0; i < count; i++)
		if (totals[i] >= 0)
			note_rank(&rows[i], rank_of(r, rows, totals, count, i));
}

static void score_rows(const struct ranking_rules *r, struct rank_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t item = 0; item < RANK_ITEMS; item++)
			rows[i].score[item] =
				item < r->count ? score_of(&r->item[item], &rows[i].figure[item],
							  rows[i].relapses)
						: -1;
}

static void rank_rows(const struct ranking_rules *r, struct rank_row *rows, size_t count,
	const int weight[RANK_ITEMS], int64_t *totals)
{
	for (size_t i = 0; i < count; i++)
		rows[i].total = totals[i] = total_of(r, &rows[i], weight);
	for (size_t i = 0; i < count; i++) {
		rows[i].rank = totals[i] < 0 ? 0 : rank_of(r, rows, totals, count, i);
		rows[i].rank_best = rows[i].rank_worst = rows[i].rank;
	}
}

void policy_rank(const struct ranking_rules *r, struct rank_row *rows, size_t count)
{
	struct arena *a = arena_new();
	int64_t *totals = arena_alloc(a, (count + 1) * sizeof(*totals));
	int weight[RANK_ITEMS];

	for (size_t i = 0; i < RANK_ITEMS; i++)
		weight[i] = TENTHS;
	score_rows(r, rows, count);
	rank_rows(r, rows, count, weight, totals);
	for (size_t item = 0; item < r->count; item++) {
		weight[item] = TENTHS + 1;
		vary(r, rows, count, weight, totals);
		weight[item] = TENTHS - 1;
		vary(r, rows, count, weight, totals);
		weight[item] = TENTHS;
	}
	arena_free(a);
}
