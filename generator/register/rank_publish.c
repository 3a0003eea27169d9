/*
 * A ranking as it was published: its text, rows, figures and traces, kept for good. It is written once, when the cutoff has
 * passed, so that nothing that counts can still come in.
 */
#include "register/rank.h"

#include <string.h>

static enum err_code run(struct reg *r, sqlite3_stmt *s, struct err *e)
{
	enum err_code code = reg_run(r, s, e);

	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code insert_ranking(struct reg *r, const char *quarter, const struct ranking *k,
	struct day today, const struct change_note *note, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_RANK_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, quarter);
	reg_bind_day(s, 2, today);
	reg_bind_day(s, 3, k->rules->in_force_from);
	reg_bind_text(s, 4, k->text);
	reg_bind_text(s, 5, k->sha256);
	reg_bind_text(s, 6, note->by);
	reg_bind_text(s, 7, note->at);
	return run(r, s, e);
}

static enum err_code insert_items(struct reg *r, const char *quarter,
	const struct ranking_rules *rules, const struct rank_row *row, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_RANK_ITEM_INSERT, &s, e);

	for (size_t i = 0; i < rules->count && !code; i++) {
		reg_bind_text(s, 1, quarter);
		reg_bind_text(s, 2, row->unit);
		reg_bind_text(s, 3, rules->item[i].id);
		reg_bind_int(s, 4, row->figure[i].part);
		reg_bind_int(s, 5, row->figure[i].whole);
		reg_bind_int(s, 6, row->score[i]);
		code = run(r, s, e);
	}
	return code;
}

static enum err_code insert_rows(
	struct reg *r, const char *quarter, const struct ranking *k, struct err *e)
{
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < k->row_count && !code; i++) {
		const struct rank_row *row = &k->rows[i];
		sqlite3_stmt *s;

		code = reg_stmt(r, STMT_RANK_ROW_INSERT, &s, e);
		if (code)
			break;
		reg_bind_text(s, 1, quarter);
		reg_bind_text(s, 2, row->unit);
		reg_bind_int(s, 3, row->total);
		reg_bind_int(s, 4, row->rank);
		reg_bind_int(s, 5, row->rank_best);
		reg_bind_int(s, 6, row->rank_worst);
		code = run(r, s, e);
		if (!code)
			code = insert_items(r, quarter, k->rules, row, e);
	}
	return code;
}

static enum err_code insert_traces(
	struct reg *r, const char *quarter, const struct ranking *k, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_RANK_TRACE_INSERT, &s, e);

	for (size_t i = 0; i < k->trace_count && !code; i++) {
		const struct rank_trace *t = &k->traces[i];

		reg_bind_text(s, 1, quarter);
		reg_bind_text(s, 2, t->unit);
		reg_bind_text(s, 3, t->item);
		reg_bind_text(s, 4, t->what);
		reg_bind_int(s, 5, t->number);
		reg_bind_int(s, 6, t->counted);
		code = run(r, s, e);
	}
	return code;
}

static enum err_code publish(struct reg *r, struct quarter q, struct day today,
	const struct change_note *note, struct arena *a, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES], day[DAY_TEXT_BYTES];
	struct day cutoff;
	struct ranking k;
	enum err_code code = reg_rank(r, q, a, &k, e);

	if (code)
		return code;
	quarter_text(q, quarter);
	cutoff = day_add(quarter_last(q), k.rules->cutoff_days);
	if (day_compare(today, cutoff) <= 0)
		return err_set(e, ERR_CONFLICT,
			T("%s 的数据登记到 %s 为止，过了这一天才能公布",
				"for %s what is recorded until %s counts: it can be published "
				"after that day"),
			quarter, day_text(cutoff, day));
	if (k.published)
		return err_set(e, ERR_CONFLICT,
			T("%s 的排名已经公布", "the ranking of %s is published already"), quarter);
	code = insert_ranking(r, quarter, &k, today, note, e);
	if (!code)
		code = insert_rows(r, quarter, &k, e);
	if (!code)
		code = insert_traces(r, quarter, &k, e);
	if (!code)
		code = reg_log(r,
			&(struct log_entry){.kind = "ranking", .detail = quarter, .day = today},
			note, e);
	return code;
}

enum err_code reg_rank_publish(struct reg *r, struct quarter q, struct day today,
	const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = reg_note_check(note, e);

	if (!code && !day_is_set(today))
		code = err_set(e, ERR_USAGE, T("缺少日期", "the day is missing"));
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = publish(r, q, today, note, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}
