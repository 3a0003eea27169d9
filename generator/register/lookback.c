/*
 * Look-backs (六（二）): each quarter's plan of whom to visit again, and what the visits found.
 *
 * The plan is made once and stays: all that were settled of late, and of the others a share drawn by
 * SHA-256(seed LF public id), so that whoever has the seed and the list of the others can draw again. A tip-off moves an enterprise
 * ahead among those visited anyway and never into the plan: what is public of the plan would tell of it. A visit that was not planned
 * says so (extra): the published seed would refute that it was drawn.
 * Invariant: a row is done when an event stands behind it; when that event is corrected away, the visit is open again.
 */
#include "register/register_internal.h"

#include "tianlan/register_supervision.h"

#include <stdlib.h>
#include <string.h>

#define MONTHS_MAX 120
#define SEED_MAX_BYTES 200

enum lookback_reason {
	REASON_RELAPSED,
	REASON_TIPPED_OFF,
	REASON_RECENT,
	REASON_DRAWN,
	REASON_EXTRA, /* not in the plan: visited all the same */
	REASON_REST
};
static const char *const reason_ids[] = {"relapsed", "tipped-off", "recent", "drawn", "extra"};

struct candidate {
	int64_t number;
	const char *street;
	enum lookback_reason reason;
	uint8_t draw[SHA256_BYTES]; /* of those that are drawn from */
};

/* ---- the plan ----------------------------------------------------------------------------------------- */

static bool is_quarter(struct quarter q)
{
	return q.quarter >= 1 && q.quarter <= 4 && q.year >= 1900 && q.year <= 2199;
}

static enum err_code bad_quarter(struct err *e)
{
	return err_set(
		e, ERR_USAGE, T("季度无效（写成 2018Q1 的样子）", "not a quarter (like 2018Q1)"));
}

static enum err_code check_options(const struct lookback_options *o, struct err *e)
{
	if (!is_quarter(o->quarter))
		return bad_quarter(e);
	if (!o->seed || !*o->seed || strlen(o->seed) > SEED_MAX_BYTES ||
		!utf8_valid(o->seed, strlen(o->seed), NULL) || strpbrk(o->seed, "\n\r\t"))
		return err_set(e, ERR_USAGE,
			T("种子须为一行文字，不超过 %d 字节",
				"the seed is one line of at most %d bytes"),
			SEED_MAX_BYTES);
	if (o->months < 0 || o->months > MONTHS_MAX)
		return err_set(
			e, ERR_USAGE, T("月数须在 0 到 %d 之间", "months are 0 to %d"), MONTHS_MAX);
	if (o->share < 0 || o->share > 100)
		return err_set(e, ERR_USAGE,
			T("抽取的比例须在 0 到 100 之间", "the share is 0 to 100 per cent"));
	return ERR_OK;
}

/* *ret_found: there is a plan for this quarter. */
static enum err_code plan_stands(struct reg *r, const char *quarter, bool *ret_found, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_PLAN_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, quarter);
	code = reg_step(r, s, ret_found, e);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code no_plan(const char *quarter, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND,
		T("%s 还没有回头看计划：先用 tianlan lookback plan --quarter %s 制定",
			"there is no plan of look-backs for %s: make one with `tianlan lookback "
			"plan --quarter %s`"),
		quarter, quarter);
}

static void read_candidate(const struct reg *r, sqlite3_stmt *s, const struct lookback_options *o,
	struct arena *a, struct candidate *c)
{
	struct day after = day_add_months(quarter_last(o->quarter), -o->months);
	bool recent = day_compare(reg_column_day(s, 2), after) > 0;
	char id[ENTERPRISE_ID_BYTES];
	const char *drawn;

	*c = (struct candidate){.number = sqlite3_column_int64(s, 0),
		.street = reg_column_text(s, 1, a),
		.reason = !recent		     ? REASON_REST
			  : sqlite3_column_int(s, 3) ? REASON_RELAPSED
			  : sqlite3_column_int(s, 4) ? REASON_TIPPED_OFF
						     : REASON_RECENT};
	if (recent)
		return;
	reg_id_text(r, (struct enterprise_id){c->number}, id);
	drawn = arena_printf(a, "%s\n%s", o->seed, id);
	sha256_bytes(drawn, strlen(drawn), c->draw);
}

static int by_reason_and_draw(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;
	int order;

	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	order = a->reason == REASON_REST ? memcmp(a->draw, b->draw, sizeof(a->draw)) : 0;
	if (order)
		return order;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* In the plan's order, the drawn ones last; owned by the caller. */
static enum err_code choose(struct reg *r, const struct lookback_options *o, struct arena *a,
	struct candidate **ret, size_t *ret_count, struct err *e)
{
	struct candidate *all = NULL;
	size_t count = 0, cap = 0, rest = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_CANDIDATES, &s, e);

	if (code)
		return code;
	reg_bind_day(s, 1, quarter_last(o->quarter));
	while (!(code = reg_step(r, s, &row, e)) && row) {
		if (count == cap) {
			cap = cap ? cap * 2 : 256;
			all = mem_grow(all, cap, sizeof(*all));
		}
		read_candidate(r, s, o, a, &all[count]);
		rest += all[count].reason == REASON_REST;
		count++;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (count)
		qsort(all, count, sizeof(*all), by_reason_and_draw);
	/* A share of a few is at least one. */
	*ret_count = count - rest + (rest * (size_t)o->share + 99) / 100;
	for (size_t i = count - rest; i < *ret_count; i++)
		all[i].reason = REASON_DRAWN;
	*ret = all;
	return code;
}

/* The log keeps how many were planned: what is visited besides stands behind them. */
static enum err_code insert_plan(struct reg *r, const struct lookback_options *o,
	const char *quarter, const char *planned, struct day today, const struct change_note *note,
	struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_PLAN_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, quarter);
	reg_bind_text(s, 2, o->seed);
	reg_bind_day(s, 3, today);
	reg_bind_int(s, 4, o->months);
	reg_bind_int(s, 5, o->share);
	reg_bind_text(s, 6, note->by);
	reg_bind_text(s, 7, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (code)
		return code;
	return reg_log(r,
		&(struct log_entry){.kind = "lookback-plan",
			.new_value = planned,
			.detail = quarter,
			.day = today},
		note, e);
}

static enum err_code insert_visit(struct reg *r, const char *quarter, struct enterprise_id id,
	int64_t place, const char *street, enum lookback_reason reason, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, quarter);
	reg_bind_int(s, 2, id.n);
	reg_bind_int(s, 3, place);
	reg_bind_text(s, 4, street);
	reg_bind_text(s, 5, reason_ids[reason]);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code plan(struct reg *r, const struct lookback_options *o, struct day today,
	const struct change_note *note, struct arena *a, size_t *ret_count, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES];
	struct candidate *all = NULL;
	size_t count = 0;
	bool stands = false;
	enum err_code code;

	quarter_text(o->quarter, quarter);
	code = plan_stands(r, quarter, &stands, e);
	if (!code && stands)
		code = err_set(e, ERR_CONFLICT,
			T("%s 已有回头看计划", "there is a plan of look-backs for %s already"),
			quarter);
	if (!code)
		code = choose(r, o, a, &all, &count, e);
	if (!code)
		code = insert_plan(r, o, quarter, arena_printf(a, "%zu", count), today, note, e);
	for (size_t i = 0; i < count && !code; i++)
		code = insert_visit(r, quarter, (struct enterprise_id){all[i].number},
			(int64_t)i + 1, all[i].street, all[i].reason, e);
	free(all);
	if (!code)
		*ret_count = count;
	return code;
}

enum err_code reg_lookback_plan(struct reg *r, const struct lookback_options *o, struct day today,
	const struct change_note *note, size_t *ret_count, struct err *e)
{
	struct arena *a = arena_new();
	size_t count = 0;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = check_options(o, e);
	if (!code && !day_is_set(today))
		code = err_set(e, ERR_USAGE, T("缺少日期", "the day is missing"));
	/* It stays for good: what is settled until then would be missing, and a slip of the year as well. */
	if (!code && day_compare(today, day_add_months(quarter_first(o->quarter), -3)) < 0)
		code = err_set(e, ERR_USAGE,
			T("太早：计划最早在上一个季度制定",
				"too early: a plan is made in the quarter before, or later"));
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = plan(r, o, today, note, a, &count, e);
		code = reg_scope_end(r, code, e);
	}
	if (!code)
		*ret_count = count;
	arena_free(a);
	return code;
}

/* ---- the lists -------------------------------------------------------------------------------------------- */

static void read_visit(sqlite3_stmt *s, struct quarter q, struct arena *a, struct lookback *l)
{
	*l = (struct lookback){
		.seq = sqlite3_column_int64(s, 0),
		.quarter = q,
		.enterprise = {sqlite3_column_int64(s, 1)},
		.place = sqlite3_column_int64(s, 2),
		.street = reg_column_text(s, 3, a),
		.reason = reg_column_text(s, 4, a),
		.name = reg_column_text(s, 5, a),
		.address = reg_column_text(s, 6, a),
		.done_on = reg_column_day(s, 7),
		.result = reg_column_text(s, 8, a),
	};
}

enum err_code reg_lookback_of(
	struct reg *r, struct enterprise_id id, lookback_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_OF, &s, e);

	if (code)
		return code;
	a = arena_new();
	reg_bind_int(s, 1, id.n);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct quarter q = {0};
		struct lookback l;

		arena_reset(a);
		(void)quarter_parse(reg_column_text(s, 9, a), &q);
		read_visit(s, q, a, &l);
		code = fn(ctx, &l, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

enum err_code reg_lookback_each(struct reg *r, struct quarter q, const char *street, bool open_only,
	lookback_fn *fn, void *ctx, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES];
	struct arena *a;
	sqlite3_stmt *s;
	bool row, stands = false;
	enum err_code code;

	if (!is_quarter(q))
		return bad_quarter(e);
	quarter_text(q, quarter);
	code = street ? reg_unit_check(r, street, e) : ERR_OK;
	if (!code)
		code = plan_stands(r, quarter, &stands, e);
	if (!code && !stands)
		code = no_plan(quarter, e);
	if (!code)
		code = reg_stmt(r, STMT_LOOKBACK_EACH, &s, e);
	if (code)
		return code;
	a = arena_new();
	reg_bind_text(s, 1, quarter);
	reg_bind_text(s, 2, street);
	reg_bind_int(s, 3, open_only);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct lookback l;

		arena_reset(a);
		read_visit(s, q, a, &l);
		code = fn(ctx, &l, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}

/* ---- recording a visit ------------------------------------------------------------------------------------- */

static enum err_code check_visit(
	struct quarter q, const char *result, const struct event_new *ev, struct err *e)
{
	char day[DAY_TEXT_BYTES], quarter[QUARTER_TEXT_BYTES];

	if (!is_quarter(q))
		return bad_quarter(e);
	if (!str_eq(result, "held") && !str_eq(result, "relapsed") && !str_eq(result, "moved-away"))
		return err_set(e, ERR_USAGE,
			T("结果只能是 held（没有反弹）、relapsed（恢复生产）或 "
			  "moved-away（已搬走）",
				"the result is held, relapsed or moved-away"));
	if (!day_is_set(ev->day))
		return err_set(
			e, ERR_USAGE, T("缺少回头看的日期", "the day of the visit is missing"));
	/* A quarter that is over may still be visited late; before it began nobody was. */
	if (day_compare(ev->day, quarter_first(q)) < 0)
		return err_set(e, ERR_USAGE,
			T("%s 早于 %s：日期须在这个季度里或者以后",
				"%s is before %s: the day lies in the quarter or after it"),
			day_text(ev->day, day), quarter_text(q, quarter));
	return ERR_OK;
}

static enum err_code last_place(struct reg *r, const char *quarter, int64_t *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_LAST, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, quarter);
	code = reg_step(r, s, &row, e);
	if (!code)
		*ret = row ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

/* The row of the plan; one that was visited without being in it goes behind the last place. */
static enum err_code find_visit(struct reg *r, const char *quarter, struct enterprise_id id,
	const char *street, int64_t *ret_seq, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	bool row = false, done = false;
	int64_t place = 0;
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, quarter);
	reg_bind_int(s, 2, id.n);
	code = reg_step(r, s, &row, e);
	if (!code && row) {
		*ret_seq = sqlite3_column_int64(s, 0);
		done = day_is_set(reg_column_day(s, 1));
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (!code && done)
		return err_set(e, ERR_CONFLICT,
			T("%s 在 %s 的回头看已经登记；登记错了，先更正那一条 looked_back",
				"the look-back of %s in %s is recorded; a wrong one is corrected "
				"first (its event looked_back)"),
			reg_id_text(r, id, text), quarter);
	if (code || row)
		return code;
	code = last_place(r, quarter, &place, e);
	if (!code)
		code = insert_visit(r, quarter, id, place + 1, street, REASON_EXTRA, e);
	if (!code)
		*ret_seq = sqlite3_last_insert_rowid(r->db);
	return code;
}

static enum err_code finish_visit(struct reg *r, int64_t seq, const char *result, struct day day,
	int64_t event, const struct change_note *note, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_DONE, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	reg_bind_day(s, 2, day);
	reg_bind_text(s, 3, result);
	reg_bind_int(s, 4, event);
	reg_bind_text(s, 5, note->by);
	reg_bind_text(s, 6, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code record(struct reg *r, struct quarter q, struct enterprise_id id,
	const char *result, const struct event_new *ev, const struct change_note *note,
	struct arena *a, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES];
	const char *now[FIELD_COUNT];
	struct event_new visit = *ev;
	int64_t seq = 0, event = 0;
	bool stands = false;
	enum err_code code = plan_stands(r, quarter_text(q, quarter), &stands, e);

	if (!code && !stands)
		code = no_plan(quarter, e);
	if (!code)
		code = reg_row_get(r, id, a, now, NULL, e);
	if (!code)
		code = find_visit(r, quarter, id, now[FIELD_STREET], &seq, e);
	visit.kind = EVENT_LOOKED_BACK;
	visit.corrects = 0;
	if (!code)
		code = reg_event_add(r, id, &visit, note, &event, e);
	if (!code)
		code = finish_visit(r, seq, result, ev->day, event, note, e);
	if (!code && str_eq(result, "relapsed")) {
		visit.kind = EVENT_RELAPSED;
		visit.files = NULL;
		code = reg_event_add(r, id, &visit, note, &event, e);
	}
	return code;
}

enum err_code reg_lookback_record(struct reg *r, struct quarter q, struct enterprise_id id,
	const char *result, const struct event_new *ev, const struct change_note *note,
	struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = check_visit(q, result, ev, e);
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = record(r, q, id, result, ev, note, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

enum err_code reg_lookback_reopen(
	struct reg *r, struct enterprise_id id, int64_t event, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_LOOKBACK_REOPEN, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	reg_bind_int(s, 2, event);
	return reg_run(r, s, e);
}
