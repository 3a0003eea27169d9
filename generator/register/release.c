/*
 * Releases: what of the cases the public sees, and from when.
 *
 * The gate (policy_release) decides which cases show where. Here the results and the enterprises are decided, by the same measure:
 * of a street's conclusions that somebody else has reviewed at least `cell` come out together, and of one release and street at
 * least `cell` go together, or they stay; of an enterprise's tip-offs at least `cell` come or go together, it never shows fewer,
 * and its count never changes by fewer.
 * Invariants: tip_shown and tip_result are written here alone; nothing is written unless the gate moves something; what a release
 * decides depends on the rows and the day, not on who asks or how often.
 */
#include "register/case.h"

#include <stdlib.h>
#include <string.h>

/* One case as the release sees it. */
struct item {
	int64_t number, enterprise, shown_enterprise;
	int64_t conclusion; /* the step that concluded its present round; 0: none */
	bool reviewed;	    /* somebody else has read what would be shown of it */
	int64_t result_of; /* the step of which the newest result that is shown tells; 0: none is */
	enum case_outcome outcome;
	const char *reply;
	enum case_step state;
	bool publishes,
		names; /* names: its enterprise shows from now on as `enterprise`, or no longer */
};

/* A result that is shown. Of a case there may be two: the older one waits for others that go with it. */
struct result {
	int64_t seq, release, step;
	const char *street;
	size_t item;
	bool goes;
};

struct run {
	struct reg *r;
	const struct gate *gate;
	struct day today;
	struct arena *arena, *scratch;
	struct item *items;
	struct gate_case *cases;
	size_t count, cap, moved;
	struct result *results;
	size_t result_count, result_cap;
	size_t at;	  /* while rows by case are read in step */
	int64_t *changed; /* enterprises whose count changes */
	size_t changed_count;
};

/* ---- where each case stands ------------------------------------------------------------- */

static const char *month_of(struct arena *a, struct day monday)
{
	char text[DAY_TEXT_BYTES];

	return arena_strndup(a, day_text(day_add(monday, 3), text), strlen("2018-01"));
}

static const char *first_kind(struct arena *a, const char *kinds)
{
	return kinds && *kinds ? arena_strndup(a, kinds, strcspn(kinds, " ")) : GATE_NONE;
}

/* Since when it shows as it does: its state, or the day its clock ran out. */
static struct day changed_on(
	struct run *run, const struct case_course *course, enum case_bucket bucket)
{
	struct clock_due due;
	bool soon;

	if (bucket != BUCKET_OPEN_LATE)
		return course->since;
	arena_reset(run->scratch);
	if (!policy_case_due(run->r->policy, run->scratch, course, run->today, &due, &soon) ||
		day_compare(due.due, course->since) < 0)
		return course->since;
	return day_add(due.due, 1);
}

static void make_room(struct run *run)
{
	if (run->count < run->cap)
		return;
	run->cap = run->cap ? 2 * run->cap : 256;
	run->items = mem_grow(run->items, run->cap, sizeof(*run->items));
	run->cases = mem_grow(run->cases, run->cap, sizeof(*run->cases));
}

static enum err_code take_case(void *ctx, const struct tip_case *row, struct err *e)
{
	struct run *run = ctx;
	struct gate_case *c;
	struct day monday;

	if (!reg_week_monday(row->week, &monday))
		return err_set(e, ERR_INPUT, T("第 %lld 件举报的周无效", "case %lld has no week"),
			(long long)row->number);
	make_room(run);
	run->items[run->count] = (struct item){.number = row->number,
		.enterprise = row->enterprise.n,
		.outcome = row->course.outcome,
		.reply = arena_strdup(run->arena, row->reply),
		.state = row->course.state};
	c = &run->cases[run->count++];
	*c = (struct gate_case){.week_end = day_add(monday, 6)};
	c->now.bucket = policy_case_bucket(run->r->policy, &row->course, run->today);
	c->now.label[GATE_MONTH] = month_of(run->arena, monday);
	c->now.label[GATE_KIND] = first_kind(run->arena, row->kinds);
	c->now.label[GATE_STREET] = row->street ? arena_strdup(run->arena, row->street) : GATE_NONE;
	c->now.label[GATE_LEAD] = row->lead ? arena_strdup(run->arena, row->lead) : GATE_NONE;
	c->changed = changed_on(run, &row->course, c->now.bucket);
	return ERR_OK;
}

/* ---- what is shown ------------------------------------------------------------------------- */

static bool find_bucket(const char *id, enum case_bucket *ret)
{
	for (int b = BUCKET_OPEN; b < BUCKET_COUNT; b++)
		if (str_eq(policy_bucket_id((enum case_bucket)b), id)) {
			*ret = (enum case_bucket)b;
			return true;
		}
	return false;
}

/* Moves on to the case of a row; rows come by case. */
static bool stand_at(struct run *run, int64_t number)
{
	while (run->at < run->count && run->items[run->at].number < number)
		run->at++;
	return run->at < run->count && run->items[run->at].number == number;
}

static enum err_code take_shown(struct run *run, sqlite3_stmt *s, struct err *e)
{
	struct gate_case *c = &run->cases[run->at];

	if (!find_bucket((const char *)sqlite3_column_text(s, 5), &c->was.bucket))
		return err_set(e, ERR_INPUT,
			T("第 %lld 件举报公布的去向无效", "case %lld is shown nowhere"),
			(long long)run->items[run->at].number);
	c->shown = true;
	for (int t = 0; t < GATE_TABLES; t++)
		c->was.label[t] = reg_column_text(s, 1 + t, run->arena);
	run->items[run->at].shown_enterprise = sqlite3_column_int64(s, 6);
	/* Of an erased case only where it ended is new. */
	if (c->now.bucket == BUCKET_ERASED)
		memcpy(c->now.label, c->was.label, sizeof(c->now.label));
	return ERR_OK;
}

static enum err_code take_result(struct run *run, sqlite3_stmt *s, struct err *e)
{
	(void)e;
	if (run->result_count == run->result_cap) {
		run->result_cap = run->result_cap ? 2 * run->result_cap : 256;
		run->results = mem_grow(run->results, run->result_cap, sizeof(*run->results));
	}
	run->results[run->result_count++] = (struct result){.seq = sqlite3_column_int64(s, 1),
		.step = sqlite3_column_int64(s, 2),
		.release = sqlite3_column_int64(s, 3),
		.street = reg_column_text(s, 4, run->arena),
		.item = run->at};
	run->items[run->at].result_of = sqlite3_column_int64(s, 2);
	return ERR_OK;
}

static enum err_code take_conclusion(struct run *run, sqlite3_stmt *s, struct err *e)
{
	struct item *item = &run->items[run->at];

	(void)e;
	if (item->state == CASE_CONCLUDED || item->state == CASE_PUBLISHED ||
		item->state == CASE_ASKED) {
		item->conclusion = sqlite3_column_int64(s, 1);
		item->reviewed = sqlite3_column_int(s, 2) != 0;
	}
	return ERR_OK;
}

typedef enum err_code take_fn(struct run *run, sqlite3_stmt *s, struct err *e);

static enum err_code in_step(struct run *run, enum stmt which, take_fn *take, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(run->r, which, &s, e);

	if (code)
		return code;
	run->at = 0;
	while (!(code = reg_step(run->r, s, &row, e)) && row) {
		if (stand_at(run, sqlite3_column_int64(s, 0)))
			code = take(run, s, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	return code;
}

static enum err_code read_all(struct run *run, struct err *e)
{
	enum err_code code = reg_case_each(run->r, NULL, take_case, run, e);

	if (!code)
		code = in_step(run, STMT_SHOWN_EACH, take_shown, e);
	if (!code)
		code = in_step(run, STMT_RESULT_EACH, take_result, e);
	return code ? code : in_step(run, STMT_CASE_CONCLUSIONS, take_conclusion, e);
}

/* ---- results ---------------------------------------------------------------------------------- */

/* How the case shows after this release; NULL: not at all. */
static const struct gate_position *position(const struct gate_case *c)
{
	if (c->moves)
		return &c->to;
	return c->shown ? &c->was : NULL;
}

static bool is_pending(const struct item *item, const struct gate_position *now)
{
	return now && now->bucket == BUCKET_CONCLUDED && item->conclusion && item->reviewed &&
	       item->conclusion != item->result_of;
}

struct group_entry {
	int64_t release; /* 0 of what comes */
	const char *street;
	size_t at;
};

static int by_group(const void *left, const void *right)
{
	const struct group_entry *a = left, *b = right;
	int order = strcmp(a->street, b->street);

	if (a->release != b->release)
		return a->release < b->release ? -1 : 1;
	return order ? order : (a->at < b->at ? -1 : a->at > b->at);
}

/* Calls for every entry of a group that is large enough. */
static void each_large_group(struct run *run, struct group_entry *list, size_t count,
	void (*fn)(struct run *run, size_t at))
{
	size_t end;

	qsort(list, count, sizeof(*list), by_group);
	for (size_t i = 0; i < count; i = end) {
		for (end = i; end < count && list[end].release == list[i].release &&
			      str_eq(list[end].street, list[i].street);)
			end++;
		for (size_t k = i; k < end && end - i >= (size_t)run->gate->cell; k++)
			fn(run, list[k].at);
	}
}

static void publish(struct run *run, size_t at)
{
	run->items[at].publishes = true;
}

static void withdraw(struct run *run, size_t at)
{
	run->results[at].goes = true;
}

/* Reopened, or there is a newer one. An erased case keeps what is shown of it. */
static bool is_stale(const struct run *run, const struct result *r)
{
	const struct item *item = &run->items[r->item];
	const struct gate_position *now = position(&run->cases[r->item]);

	if (now && now->bucket != BUCKET_CONCLUDED && now->bucket != BUCKET_ERASED)
		return true;
	return r->step != item->result_of || item->publishes;
}

/* Of a street's conclusions that are not shown yet: all, when they are enough together. So with those that go, of each release. */
static void decide_results(struct run *run)
{
	struct group_entry *list = mem_zero(run->count + run->result_count + 1, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct gate_position *now = position(&run->cases[i]);

		if (is_pending(&run->items[i], now))
			list[count++] = (struct group_entry){0, now->label[GATE_STREET], i};
	}
	each_large_group(run, list, count, publish);
	count = 0;
	for (size_t i = 0; i < run->result_count; i++) {
		const struct result *r = &run->results[i];

		if (is_stale(run, r))
			list[count++] = (struct group_entry){r->release, r->street, i};
	}
	each_large_group(run, list, count, withdraw);
	free(list);
}

/* ---- enterprises -------------------------------------------------------------------------------- */

enum way { COMES, GOES, STAYS };
struct tie {
	int64_t enterprise;
	enum way way;
	size_t at;
};

static int by_enterprise(const void *left, const void *right)
{
	const struct tie *a = left, *b = right;

	if (a->enterprise != b->enterprise)
		return a->enterprise < b->enterprise ? -1 : 1;
	if (a->way != b->way)
		return a->way < b->way ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* A case that changes its enterprise leaves the one first; it comes to the other with a later release. */
static size_t list_ties(const struct run *run, struct tie *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct item *item = &run->items[i];

		if (!position(&run->cases[i]))
			continue;
		if (item->shown_enterprise)
			ret[count++] = (struct tie){item->shown_enterprise,
				item->enterprise == item->shown_enterprise ? STAYS : GOES, i};
		else if (item->enterprise)
			ret[count++] = (struct tie){item->enterprise, COMES, i};
	}
	qsort(ret, count, sizeof(*ret), by_enterprise);
	return count;
}

static bool may_change(int64_t cell, int64_t before, int64_t come, int64_t go)
{
	int64_t after = before + come - go, net = after - before;

	if (!come && !go)
		return false;
	return come + go >= cell && (!after || after >= cell) &&
	       (!net || net >= cell || -net >= cell);
}

static void decide_enterprise(struct run *run, const struct tie *ties, size_t count)
{
	int64_t n[3] = {0}, cell = run->gate->cell;
	bool come = true, go = true;

	for (size_t i = 0; i < count; i++)
		n[ties[i].way]++;
	if (!may_change(cell, n[STAYS] + n[GOES], n[COMES], n[GOES])) {
		come = may_change(cell, n[STAYS] + n[GOES], n[COMES], 0);
		go = !come && may_change(cell, n[STAYS] + n[GOES], 0, n[GOES]);
	}
	if (!come && !go)
		return;
	for (size_t i = 0; i < count; i++)
		if ((ties[i].way == COMES && come) || (ties[i].way == GOES && go))
			run->items[ties[i].at].names = true;
	if ((come ? n[COMES] : 0) != (go ? n[GOES] : 0))
		run->changed[run->changed_count++] = ties[0].enterprise;
}

static void decide_enterprises(struct run *run)
{
	struct tie *ties = mem_zero(run->count + 1, sizeof(*ties));
	size_t count = list_ties(run, ties), end;

	run->changed = arena_alloc(run->arena, (count + 1) * sizeof(*run->changed));
	for (size_t i = 0; i < count; i = end) {
		for (end = i; end < count && ties[end].enterprise == ties[i].enterprise;)
			end++;
		decide_enterprise(run, ties + i, end - i);
	}
	free(ties);
}

/* ---- writing ---------------------------------------------------------------------------------------- */

static enum err_code insert_release(
	struct run *run, const struct change_note *note, int64_t *ret_seq, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(run->r, STMT_RELEASE_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_day(s, 1, run->today);
	reg_bind_int(s, 2, (int64_t)run->moved);
	reg_bind_text(s, 3, note->by);
	reg_bind_text(s, 4, note->at);
	code = reg_run(run->r, s, e);
	sqlite3_clear_bindings(s);
	if (!code)
		*ret_seq = sqlite3_last_insert_rowid(run->r->db);
	return code;
}

static enum err_code write_shown(struct run *run, size_t at, int64_t release, struct err *e)
{
	const struct gate_position *to = &run->cases[at].to;
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(run->r, STMT_SHOWN_SET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, run->items[at].number);
	reg_bind_int(s, 2, release);
	for (int t = 0; t < GATE_TABLES; t++)
		reg_bind_text(s, 3 + t, to->label[t]);
	reg_bind_text(s, 3 + GATE_TABLES, policy_bucket_id(to->bucket));
	code = reg_run(run->r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code write_result(struct run *run, size_t at, int64_t release, struct err *e)
{
	const struct item *item = &run->items[at];
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(run->r, STMT_RESULT_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, item->conclusion);
	reg_bind_int(s, 2, item->number);
	reg_bind_int(s, 3, release);
	reg_bind_text(s, 4, position(&run->cases[at])->label[GATE_STREET]);
	reg_bind_text(s, 5, policy_outcome_id(item->outcome));
	reg_bind_text(s, 6, item->reply);
	code = reg_run(run->r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code write_withdrawn(
	struct run *run, const struct result *r, int64_t release, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(run->r, STMT_RESULT_WITHDRAW, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, r->seq);
	reg_bind_int(s, 2, release);
	return reg_run(run->r, s, e);
}

static enum err_code write_enterprise(struct run *run, size_t at, struct err *e)
{
	const struct item *item = &run->items[at];
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(run->r, STMT_SHOWN_ENTERPRISE, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, item->number);
	if (!item->shown_enterprise)
		reg_bind_int(s, 2, item->enterprise);
	code = reg_run(run->r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

/* Public rows, so that the pages that show it are made anew. */
static enum err_code log_release(struct run *run, const struct change_note *note, struct err *e)
{
	struct log_entry entry = {.kind = "tip-release", .day = run->today};
	enum err_code code = reg_log(run->r, &entry, note, e);

	for (size_t i = 0; i < run->changed_count && !code; i++) {
		entry.enterprise.n = run->changed[i];
		code = reg_log(run->r, &entry, note, e);
	}
	return code;
}

static enum err_code write_all(
	struct run *run, const struct change_note *note, int64_t *ret_seq, struct err *e)
{
	enum err_code code = insert_release(run, note, ret_seq, e);

	for (size_t i = 0; i < run->count && !code; i++) {
		if (run->cases[i].moves)
			code = write_shown(run, i, *ret_seq, e);
		if (!code && run->items[i].publishes)
			code = write_result(run, i, *ret_seq, e);
		if (!code && run->items[i].names)
			code = write_enterprise(run, i, e);
	}
	for (size_t i = 0; i < run->result_count && !code; i++)
		if (run->results[i].goes)
			code = write_withdrawn(run, &run->results[i], *ret_seq, e);
	return code ? code : log_release(run, note, e);
}

/* ---- the release ------------------------------------------------------------------------------------------ */

static enum err_code check_day(struct run *run, struct err *e)
{
	char text[DAY_TEXT_BYTES];
	struct day last = DAY_NONE;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(run->r, STMT_RELEASE_LAST, &s, e);

	if (code)
		return code;
	code = reg_step(run->r, s, &row, e);
	if (!code && row)
		last = reg_column_day(s, 0);
	sqlite3_reset(s);
	if (!code && day_compare(run->today, last) < 0)
		code = err_set(e, ERR_CONFLICT,
			T("上次公布在 %s，这次不能更早：请核对日期",
				"the last release was on %s and this one cannot be earlier: check "
				"the day"),
			day_text(last, text));
	return code;
}

static void report(const struct run *run, struct arena *a, struct release_report *ret)
{
	int64_t *results = arena_alloc(a, (run->count + 1) * sizeof(*results));

	*ret = (struct release_report){.moved = run->moved, .results = results};
	for (size_t i = 0; i < run->count; i++) {
		const struct gate_case *c = &run->cases[i];
		const struct gate_position *now = position(c);

		ret->shown += now != NULL;
		ret->waiting += !now || now->bucket != c->now.bucket;
		if (run->items[i].publishes)
			results[ret->result_count++] = run->items[i].number;
	}
}

static enum err_code release(struct run *run, bool dry, const struct change_note *note,
	struct arena *a, struct release_report *ret, struct err *e)
{
	int64_t seq = 0;
	enum err_code code = check_day(run, e);

	if (!code)
		code = read_all(run, e);
	if (code)
		return code;
	if (run->count)
		run->moved = policy_release(run->gate, run->cases, run->count, run->today);
	if (run->moved) {
		decide_results(run);
		decide_enterprises(run);
		if (!dry)
			code = write_all(run, note, &seq, e);
	}
	report(run, a, ret);
	ret->seq = seq;
	return code;
}

enum err_code reg_release(struct reg *r, struct day today, bool dry, const struct change_note *note,
	struct arena *a, struct release_report *ret, struct err *e)
{
	struct run run = {.r = r, .gate = policy_gate(r->policy), .today = today};
	struct release_report done;
	enum err_code code = reg_note_check(note, e);

	if (!code && !day_is_set(today))
		code = err_set(e, ERR_USAGE, T("缺少日期", "the day is missing"));
	if (code)
		return code;
	run.arena = arena_new();
	run.scratch = arena_new();
	code = reg_scope_begin(r, e);
	if (!code) {
		code = release(&run, dry, note, a, &done, e);
		code = reg_scope_end(r, code, e);
	}
	if (!code)
		*ret = done;
	free(run.items);
	free(run.cases);
	free(run.results);
	arena_free(run.scratch);
	arena_free(run.arena);
	return code;
}
