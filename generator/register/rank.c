/*
 * The quarterly ranking (六（二）: 一季一排名): who is ranked, the figures with their traces, the scores by policy_rank(), and one
 * canonical text of it all, whose SHA-256 says whether two workings agree.
 *
 * The plan gives no formula; ours is data (ranking.conf), dated, and published with the result. A ranking is published once,
 * after the cutoff, and worked out again from the records at any time: the bytes must be the same.
 */
#include "register/rank.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES ((size_t)16 << 20)

/* ---- what the figures call -------------------------------------------------------------------------------- */

size_t rank_unit(const struct rank_work *w, const char *code)
{
	size_t low = 0, high = w->row_count;

	if (!code)
		return RANK_NONE;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(w->rows[middle].unit, code);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return RANK_NONE;
}

size_t rank_item(const struct rank_work *w, const char *id)
{
	for (size_t i = 0; i < w->rules->count; i++)
		if (str_eq(w->rules->item[i].id, id))
			return i;
	return RANK_NONE;
}

bool rank_in_quarter(const struct rank_work *w, struct day d)
{
	return day_compare(d, w->first) >= 0 && day_compare(d, w->last) <= 0;
}

static void add_trace(struct rank_work *w, size_t row, const char *item, const char *what,
	int64_t number, bool counted)
{
	if (w->trace_count == w->trace_cap) {
		w->trace_cap = w->trace_cap ? w->trace_cap * 2 : 1024;
		w->traces = mem_grow(w->traces, w->trace_cap, sizeof(*w->traces));
	}
	w->traces[w->trace_count++] =
		(struct rank_trace){w->rows[row].unit, item, what, number, counted};
}

void rank_count(struct rank_work *w, size_t row, size_t item, const char *what, int64_t number,
	bool counted)
{
	if (row == RANK_NONE || item == RANK_NONE)
		return;
	w->rows[row].figure[item].whole++;
	w->rows[row].figure[item].part += counted;
	add_trace(w, row, w->rules->item[item].id, what, number, counted);
}

void rank_relapse(struct rank_work *w, size_t row, int64_t enterprise)
{
	w->rows[row].relapses++;
	add_trace(w, row, RANK_RELAPSES, "enterprise", enterprise, true);
}

/* ---- who is ranked ------------------------------------------------------------------------------------------- */

/* Streets and zones; one that staff added after the cutoff was not there. */
static enum err_code read_units(struct rank_work *w, struct err *e)
{
	size_t cap = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(w->r, STMT_RANK_UNITS, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, w->cutoff_text);
	while (!(code = reg_step(w->r, s, &row, e)) && row) {
		if (w->row_count == cap) {
			cap = cap ? cap * 2 : 64;
			w->rows = mem_grow(w->rows, cap, sizeof(*w->rows));
		}
		w->rows[w->row_count++] = (struct rank_row){.unit = reg_column_text(s, 0, w->a)};
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

static int by_rank(const void *x, const void *y)
{
	const struct rank_row *a = x, *b = y;

	if ((a->rank == 0) != (b->rank == 0))
		return a->rank == 0 ? 1 : -1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return strcmp(a->unit, b->unit);
}

static int by_trace(const void *x, const void *y)
{
	const struct rank_trace *a = x, *b = y;
	int order = strcmp(a->unit, b->unit);

	if (order == 0)
		order = strcmp(a->item, b->item);
	if (order == 0)
		order = strcmp(a->what, b->what);
	if (order == 0)
		order = a->number < b->number ? -1 : a->number > b->number;
	return order;
}

/* ---- the canonical text ---------------------------------------------------------------------------------------- */

static void text_rules(const struct rank_work *w, struct buf *b)
{
	char quarter[QUARTER_TEXT_BYTES], day[DAY_TEXT_BYTES];
	const struct ranking_rules *rules = w->rules;

	buf_str(b, "tianlan-ranking 1\n");
	buf_printf(b, "quarter: %s\n", quarter_text(w->quarter, quarter));
	buf_printf(b, "rules: %s\n", day_text(rules->in_force_from, day));
	buf_printf(b, "cutoff: %s\n", w->cutoff_text);
	for (size_t i = 0; i < rules->count; i++) {
		const struct rank_item *item = &rules->item[i];

		buf_printf(b, "item: %s full=%d ", item->id, item->full);
		if (item->rule == RANK_DEDUCT)
			buf_printf(b, "deduct=%d", item->points);
		else
			buf_str(b, "share");
		buf_str(b, item->zero_on_relapse ? " zero-on-relapse\n" : "\n");
	}
	buf_str(b, "tie:");
	for (size_t i = 0; i < rules->tie_count; i++)
		buf_printf(b, " %s", rules->item[rules->tie_item[i]].id);
	buf_char(b, '\n');
}

static void text_row(const struct rank_work *w, const struct rank_row *row, struct buf *b)
{
	buf_printf(b, "unit: %s total=%lld rank=%d best=%d worst=%d relapses=%lld\n", row->unit,
		(long long)row->total, row->rank, row->rank_best, row->rank_worst,
		(long long)row->relapses);
	for (size_t i = 0; i < w->rules->count; i++)
		buf_printf(b, "figure: %s %s %lld/%lld score=%lld\n", row->unit,
			w->rules->item[i].id, (long long)row->figure[i].part,
			(long long)row->figure[i].whole, (long long)row->score[i]);
}

static enum err_code write_text(const struct rank_work *w, struct ranking *ret, struct err *e)
{
	enum err_code code = ERR_OK;
	struct buf b;

	buf_init(&b, TEXT_BYTES);
	text_rules(w, &b);
	for (size_t i = 0; i < w->row_count; i++)
		text_row(w, &w->rows[i], &b);
	if (b.overflow)
		code = err_set(e, ERR_SYSTEM, T("排名结果过长", "the ranking is too long"));
	else {
		ret->text = buf_dup(&b, w->a);
		sha256_hex(ret->text, b.len, ret->sha256);
	}
	buf_done(&b);
	return code;
}

/* ---- working it out ---------------------------------------------------------------------------------------------- */

static enum err_code compare_published(struct rank_work *w, struct ranking *ret, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES];
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(w->r, STMT_RANK_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, quarter_text(w->quarter, quarter));
	code = reg_step(w->r, s, &row, e);
	if (!code && row) {
		ret->published = true;
		ret->agrees = str_eq((const char *)sqlite3_column_text(s, 0), ret->text) &&
			      str_eq((const char *)sqlite3_column_text(s, 1), ret->sha256);
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

static void *keep(struct arena *a, const void *list, size_t count, size_t bytes)
{
	void *kept = arena_alloc(a, (count + 1) * bytes);

	if (count)
		memcpy(kept, list, count * bytes);
	return kept;
}

static enum err_code work_out(struct rank_work *w, struct ranking *ret, struct err *e)
{
	enum err_code code = read_units(w, e);

	if (!code)
		code = rank_enterprises(w, e);
	if (!code)
		code = rank_reports(w, e);
	if (!code)
		code = rank_inspections(w, e);
	if (!code)
		code = rank_cases(w, e);
	if (code)
		return code;
	policy_rank(w->rules, w->rows, w->row_count);
	if (w->row_count)
		qsort(w->rows, w->row_count, sizeof(*w->rows), by_rank);
	if (w->trace_count)
		qsort(w->traces, w->trace_count, sizeof(*w->traces), by_trace);
	ret->quarter = w->quarter;
	ret->rules = w->rules;
	ret->rows = keep(w->a, w->rows, w->row_count, sizeof(*w->rows));
	ret->row_count = w->row_count;
	ret->traces = keep(w->a, w->traces, w->trace_count, sizeof(*w->traces));
	ret->trace_count = w->trace_count;
	code = write_text(w, ret, e);
	return code ? code : compare_published(w, ret, e);
}

/* NULL: the quarter is none (ERR_USAGE), or no rules are in force in it (ERR_NOT_FOUND). */
static const struct ranking_rules *rules_of(
	const struct reg *r, struct quarter q, enum err_code *ret_code, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES];
	const struct ranking_rules *rules = NULL;

	if (q.quarter < 1 || q.quarter > 4 || q.year < 1900 || q.year > 2199) {
		*ret_code = err_set(e, ERR_USAGE,
			T("季度无效（写成 2018Q1 的样子）", "not a quarter (like 2018Q1)"));
		return NULL;
	}
	rules = policy_ranking(r->policy, q);
	if (!rules)
		*ret_code = err_set(e, ERR_NOT_FOUND,
			T("%s 没有适用的排名规则（ranking.conf）",
				"no rules of ranking (ranking.conf) are in force in %s"),
			quarter_text(q, quarter));
	return rules;
}

enum err_code reg_rank(
	struct reg *r, struct quarter q, struct arena *a, struct ranking *ret, struct err *e)
{
	enum err_code code = ERR_OK;
	const struct ranking_rules *rules = rules_of(r, q, &code, e);
	struct rank_work w = {.r = r, .a = a, .quarter = q, .rules = rules};
	struct ranking found = {0};

	if (!rules)
		return code;
	w.first = quarter_first(q);
	w.last = quarter_last(q);
	w.cutoff = day_add(w.last, rules->cutoff_days);
	day_text(w.cutoff, w.cutoff_text);
	code = work_out(&w, &found, e);
	if (!code)
		*ret = found;
	free(w.rows);
	free(w.traces);
	return code;
}
