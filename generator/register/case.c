/*
 * Cases of tip-offs as rows: adding, opening, setting right, finding, listing; drafts.
 *
 * Invariants: no word of a tip-off stands in a row; the reason staff give (change_note.why) is sealed with the step and never
 * logged here; what is logged goes to case_log, whose numbers nobody outside sees. The first step stands on the Monday of the
 * week, so that blanking a case leaves no exact day behind.
 */
#include "register/case.h"

#include <string.h>

#define ID_DIGITS 32
#define COMMITMENT_DIGITS 64
#define FIND_DIGITS 6
#define KINDS_BYTES 1000
#define HEX "0123456789abcdef"
#define SLUG "abcdefghijklmnopqrstuvwxyz0123456789-"

/* ---- small checks ----------------------------------------------------------------------- */

bool reg_is_hex(const char *text, size_t digits)
{
	return text && strlen(text) == digits && strspn(text, HEX) == digits;
}

static struct day monday_of(struct day d)
{
	int from_monday = (d.n + 3) % 7; /* 1970-01-01 was a Thursday */

	return day_add(d, from_monday < 0 ? -(from_monday + 7) : -from_monday);
}

bool reg_week_monday(const char *text, struct day *ret)
{
	int64_t year = 0, week = 0;
	char digits[5] = {0};
	int own_year, month, day;
	struct day monday;

	if (!text || strlen(text) != 8 || text[4] != '-' || text[5] != 'W')
		return false;
	memcpy(digits, text, 4);
	if (!str_to_int64(digits, &year) || !str_to_int64(text + 6, &week) || year < 1900 ||
		year > 2199 || week < 1)
		return false;
	/* The week with the 4th of January is the first; a week lies in the year of its Thursday. */
	monday = day_add(monday_of(day_from_ymd((int)year, 1, 4)), 7 * ((int)week - 1));
	day_to_ymd(day_add(monday, 3), &own_year, &month, &day);
	if (own_year != year)
		return false;
	*ret = monday;
	return true;
}

static bool is_origin(const char *origin)
{
	static const char *const origins[] = {"form", "phone", "letter", "visit", "quarantined"};

	for (size_t i = 0; i < COUNT_OF(origins); i++)
		if (str_eq(origins[i], origin))
			return true;
	return false;
}

static bool is_way(const char *way)
{
	return str_eq(way, "anonymous") || str_eq(way, "confidential") || str_eq(way, "named");
}

/* Slugs with one space between; "" is none. */
static bool are_kinds(const char *kinds)
{
	const char *at = kinds;

	if (!*kinds)
		return true;
	if (strlen(kinds) > KINDS_BYTES)
		return false;
	for (;;) {
		size_t len = strspn(at, SLUG);

		if (!len || (at[len] && at[len] != ' '))
			return false;
		if (!at[len])
			return true;
		at += len + 1;
	}
}

static bool is_street(struct reg *r, const char *code)
{
	size_t count;
	const struct street *streets = reg_streets(r, &count);

	for (size_t i = 0; i < count; i++)
		if (str_eq(streets[i].code, code))
			return true;
	return false;
}

static enum err_code refuse_kinds(struct err *e)
{
	return err_set(e, ERR_USAGE,
		T("违法类型无效：写出代码，用一个空格隔开（如 dust noise）",
			"these are no kinds: slugs with a space between, like dust noise"));
}

/* ---- the log ---------------------------------------------------------------------------------- */

enum err_code reg_case_log(struct reg *r, const struct case_change *change,
	const struct change_note *note, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_CASE_LOG, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, change->tip_case);
	reg_bind_text(s, 2, change->what);
	reg_bind_text(s, 3, change->old_value);
	reg_bind_text(s, 4, change->new_value);
	reg_bind_text(s, 5, note->by);
	reg_bind_text(s, 6, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

/* ---- reading ------------------------------------------------------------------------------------- */

const void *reg_column_blob(sqlite3_stmt *s, int at, struct arena *a, size_t *ret_len)
{
	const void *bytes = sqlite3_column_blob(s, at);
	size_t len = (size_t)sqlite3_column_bytes(s, at);
	void *copy = NULL;

	*ret_len = bytes ? len : 0;
	if (bytes) {
		copy = arena_alloc(a, len);
		memcpy(copy, bytes, len);
	}
	return copy;
}

static bool read_exactly(sqlite3_stmt *s, int at, uint8_t *out, size_t bytes)
{
	const void *found = sqlite3_column_blob(s, at);

	if (!found || (size_t)sqlite3_column_bytes(s, at) != bytes)
		return false;
	memcpy(out, found, bytes);
	return true;
}

/* The course of a case from its steps; receipt counts from the row's day. */
static enum err_code read_course(struct reg *r, struct tip_case *c, struct arena *a, struct err *e)
{
	struct case_fact *facts = NULL;
	size_t count = 0, cap = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_CASE_FACTS, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, c->number);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		if (count == cap) {
			struct case_fact *more =
				arena_alloc(a, (cap = cap ? 2 * cap : 16) * sizeof(*more));

			if (count)
				memcpy(more, facts, count * sizeof(*more));
			facts = more;
		}
		facts[count++] = (struct case_fact){
			.kind = policy_case_step_find((const char *)sqlite3_column_text(s, 0)),
			.day = reg_column_day(s, 1),
			.outcome = policy_outcome_find((const char *)sqlite3_column_text(s, 2)),
			.days = sqlite3_column_int(s, 3)};
	}
	sqlite3_reset(s);
	if (code)
		return code;
	if (count)
		facts[0].day = c->received_on;
	policy_case_course(facts, count, &c->course);
	c->steps = (int64_t)count;
	return ERR_OK;
}

/* Columns as CASE_COLUMNS in statements_cases.c names them. */
static enum err_code read_case(
	struct reg *r, sqlite3_stmt *s, struct arena *a, struct tip_case *ret, struct err *e)
{
	*ret = (struct tip_case){
		.number = sqlite3_column_int64(s, 0),
		.id = reg_column_text(s, 1, a),
		.host = reg_column_text(s, 2, a),
		.week = reg_column_text(s, 3, a),
		.commitment = reg_column_text(s, 4, a),
		.origin = reg_column_text(s, 5, a),
		.received_on = reg_column_day(s, 6),
		.opened = sqlite3_column_int(s, 7) != 0,
		.way = reg_column_text(s, 8, a),
		.kinds = reg_column_text(s, 9, a),
		.street = reg_column_text(s, 10, a),
		.lead = reg_column_text(s, 11, a),
		.helpers = reg_column_text(s, 12, a),
		.enterprise = {sqlite3_column_int64(s, 13)},
		.merged_into = sqlite3_column_int64(s, 14),
		.corroboration = sqlite3_column_int64(s, 15),
		.found_new = sqlite3_column_int(s, 16) != 0,
		.reply = reg_column_text(s, 19, a),
	};
	ret->has_status = read_exactly(s, 17, ret->status_tag, TIP_TAG_BYTES) &&
			  read_exactly(s, 18, ret->status_key, TIP_KEY_BYTES);
	return read_course(r, ret, a, e);
}

enum err_code reg_case_get(
	struct reg *r, int64_t number, struct arena *a, struct tip_case *ret, struct err *e)
{
	struct tip_case found;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_CASE_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND,
			T("没有第 %lld 件举报（见 tianlan case list）",
				"there is no case %lld (see `tianlan case list`)"),
			(long long)number);
	if (!code)
		code = read_case(r, s, a, &found, e);
	sqlite3_reset(s);
	if (!code)
		*ret = found;
	return code;
}

static enum err_code each(struct reg *r, sqlite3_stmt *s, tip_case_fn *fn, void *ctx, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code;
	bool row;

	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct tip_case one;

		arena_reset(a);
		code = read_case(r, s, a, &one, e);
		if (!code)
			code = fn(ctx, &one, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}

enum err_code reg_case_each(
	struct reg *r, const struct tip_case_filter *f, tip_case_fn *fn, void *ctx, struct err *e)
{
	static const struct tip_case_filter any = {0};
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_CASE_EACH, &s, e);

	if (code)
		return code;
	f = f ? f : &any;
	reg_bind_text(s, 1, f->state ? policy_case_step_id(f->state) : NULL);
	reg_bind_text(s, 2, f->unit);
	reg_bind_int(s, 3, f->enterprise.n);
	reg_bind_int(s, 4, f->open_only);
	reg_bind_int(s, 5, f->unopened_only);
	reg_bind_int(s, 6, f->merged_into);
	return each(r, s, fn, ctx, e);
}

enum err_code reg_case_relapsed_each(struct reg *r, tip_case_fn *fn, void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_CASE_RELAPSED, &s, e);

	return code ? code : each(r, s, fn, ctx, e);
}

enum err_code reg_case_unfinished_each(struct reg *r, tip_case_fn *fn, void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_CASE_UNFINISHED, &s, e);

	return code ? code : each(r, s, fn, ctx, e);
}

/* Small letters; false when it cannot begin an id. */
static bool id_start(const char *text, char out[TIP_ID_BYTES])
{
	size_t len = text ? strlen(text) : 0;

	if (len < FIND_DIGITS || len > ID_DIGITS)
		return false;
	for (size_t i = 0; i <= len; i++)
		out[i] = (char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] - 'A' + 'a' : text[i]);
	return strspn(out, HEX) == len;
}

enum err_code reg_case_find(
	struct reg *r, const char *id, struct arena *a, struct tip_case *ret, struct err *e)
{
	char start[TIP_ID_BYTES];
	int64_t number = 0;
	size_t count = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code;

	if (!id_start(id, start))
		return err_set(e, ERR_USAGE,
			T("“%s”不是举报的编号：写出开头的6位或更多位（见 tianlan case list）",
				"“%s” is no case: write its first 6 digits or more (see `tianlan "
				"case list`)"),
			id ? id : "");
	code = reg_stmt(r, STMT_CASE_FIND, &s, e);
	if (code)
		return code;
	reg_bind_text(s, 1, start);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		number = sqlite3_column_int64(s, 0);
		count++;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (code)
		return code;
	if (!count)
		return err_set(e, ERR_NOT_FOUND,
			T("没有编号以 %s 开头的举报（见 tianlan case list）",
				"no case begins with %s (see `tianlan case list`)"),
			start);
	if (count > 1)
		return err_set(e, ERR_USAGE,
			T("编号以 %s 开头的举报有 %zu 件：多写几位",
				"%s begins %zu cases: write more digits"),
			start, count);
	return reg_case_get(r, number, a, ret, e);
}

/* ---- adding ------------------------------------------------------------------------------------------ */

static enum err_code check_new(const struct tip_case_new *c, struct day *ret_monday, struct err *e)
{
	if (!reg_is_hex(c->id, ID_DIGITS) || !reg_is_hex(c->commitment, COMMITMENT_DIGITS))
		return err_set(e, ERR_USAGE,
			T("举报的编号或凭据无效", "the case's id or commitment is not valid"));
	if (!c->host || !*c->host || strlen(c->host) > 80 || !is_origin(c->origin))
		return err_set(e, ERR_USAGE,
			T("举报的来源无效", "the host or origin of the case is not valid"));
	if (!reg_week_monday(c->week, ret_monday))
		return err_set(e, ERR_USAGE, T("没有“%s”这一周", "there is no week %s"),
			c->week ? c->week : "");
	if (!day_is_set(c->received_on) || day_compare(c->received_on, *ret_monday) < 0 ||
		day_between(*ret_monday, c->received_on) > 6)
		return err_set(e, ERR_USAGE,
			T("收件日期不在 %s 这一周内", "the day of receipt is not in week %s"),
			c->week);
	return ERR_OK;
}

static enum err_code find_standing(
	struct reg *r, const struct tip_case_new *c, int64_t *ret_number, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_CASE_STANDS, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, c->id);
	reg_bind_text(s, 2, c->commitment);
	code = reg_step(r, s, &row, e);
	if (!code && row) {
		*ret_number = sqlite3_column_int64(s, 0);
		code = err_set(e, ERR_CONFLICT,
			T("这件举报已经在册：第 %lld 件", "this case stands already: number %lld"),
			(long long)*ret_number);
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code add(struct reg *r, const struct tip_case_new *c, struct day monday,
	const struct change_note *note, int64_t *ret_number, struct err *e)
{
	struct tip_step first = {.n = 1, .kind = CASE_RECEIVED, .day = monday, .role = "intake"};
	sqlite3_stmt *s;
	int64_t seq;
	enum err_code code = find_standing(r, c, ret_number, e);

	if (!code)
		code = reg_stmt(r, STMT_CASE_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_text(s, 1, c->id);
	reg_bind_text(s, 2, c->host);
	reg_bind_text(s, 3, c->week);
	reg_bind_text(s, 4, c->commitment);
	reg_bind_text(s, 5, c->origin);
	reg_bind_day(s, 6, c->received_on);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (code)
		return code;
	first.tip_case = sqlite3_last_insert_rowid(r->db);
	memcpy(first.content, c->commitment, sizeof(first.content));
	code = reg_case_step_insert(r, &first, note, &seq, e);
	if (!code)
		code = reg_case_log(r,
			&(struct case_change){first.tip_case, "received", NULL, c->origin}, note,
			e);
	if (!code)
		*ret_number = first.tip_case;
	return code;
}

enum err_code reg_case_add(struct reg *r, const struct tip_case_new *c,
	const struct change_note *note, int64_t *ret_number, struct err *e)
{
	struct day monday;
	int64_t number = 0;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = check_new(c, &monday, e);
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = add(r, c, monday, note, &number, e);
		code = reg_scope_end(r, code, e);
	}
	/* Of a case that stands already the caller is told which. */
	if (ret_number && number && (!code || code == ERR_CONFLICT))
		*ret_number = number;
	return code;
}

/* ---- opening and setting right ---------------------------------------------------------------------------- */

/* Opened before: the same again is no change. Kinds and street may have been set right since. */
static enum err_code again(
	const struct tip_case *now, const struct tip_case_opened *o, struct err *e)
{
	if (now->has_status && day_compare(now->received_on, o->received_on) == 0 &&
		str_eq(now->way, o->way) &&
		memcmp(now->status_tag, o->status_tag, TIP_TAG_BYTES) == 0 &&
		memcmp(now->status_key, o->status_key, TIP_KEY_BYTES) == 0)
		return ERR_OK;
	return err_set(e, ERR_CONFLICT,
		T("第 %lld 件举报已经打开过，内容与这次不同",
			"case %lld was opened already and said something else"),
		(long long)now->number);
}

static enum err_code check_opened(const struct tip_case_opened *o, struct err *e)
{
	if (!day_is_set(o->received_on) || !is_origin(o->origin) || !is_way(o->way))
		return err_set(e, ERR_USAGE,
			T("打开的举报缺少日期、来源或方式",
				"an opened case needs its day, origin and way"));
	return o->kinds && !are_kinds(o->kinds) ? refuse_kinds(e) : ERR_OK;
}

static enum err_code opened(struct reg *r, int64_t number, const struct tip_case_opened *o,
	struct arena *a, struct err *e)
{
	struct tip_case now;
	sqlite3_stmt *s;
	enum err_code code = reg_case_get(r, number, a, &now, e);

	if (code)
		return code;
	if (now.course.state == CASE_ERASED)
		return err_set(e, ERR_CONFLICT, T("第 %lld 件举报已经销毁", "case %lld was erased"),
			(long long)number);
	if (now.opened)
		return again(&now, o, e);
	code = reg_stmt(r, STMT_CASE_OPENED, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_day(s, 2, o->received_on);
	reg_bind_text(s, 3, o->origin);
	reg_bind_text(s, 4, o->way);
	reg_bind_text(s, 5, o->kinds ? o->kinds : "");
	/* A street that is not on record is none: staff set it. */
	reg_bind_text(s, 6, is_street(r, o->street) ? o->street : NULL);
	sqlite3_bind_blob(s, 7, o->status_tag, TIP_TAG_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(s, 8, o->status_key, TIP_KEY_BYTES, SQLITE_STATIC);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code ? code : reg_case_refresh(r, number, e);
}

enum err_code reg_case_opened(
	struct reg *r, int64_t number, const struct tip_case_opened *o, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = check_opened(o, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = opened(r, number, o, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

static enum err_code set(struct reg *r, int64_t number, const char *kinds, const char *street,
	const struct change_note *note, struct arena *a, struct err *e)
{
	struct tip_case now;
	sqlite3_stmt *s;
	enum err_code code = reg_case_get(r, number, a, &now, e);

	if (code)
		return code;
	if (now.course.state == CASE_ERASED)
		return err_set(e, ERR_CONFLICT, T("第 %lld 件举报已经销毁", "case %lld was erased"),
			(long long)number);
	kinds = kinds ? kinds : now.kinds;
	street = street ? street : now.street;
	code = reg_stmt(r, STMT_CASE_SET, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_text(s, 2, kinds);
	reg_bind_text(s, 3, street);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (!code && !str_eq(kinds, now.kinds))
		code = reg_case_log(
			r, &(struct case_change){number, "kinds", now.kinds, kinds}, note, e);
	if (!code && !str_eq(street, now.street))
		code = reg_case_log(
			r, &(struct case_change){number, "street", now.street, street}, note, e);
	return code;
}

enum err_code reg_case_set(struct reg *r, int64_t number, const char *kinds, const char *street,
	const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = reg_note_check(note, e);

	if (!code && kinds && (!*kinds || !are_kinds(kinds)))
		code = refuse_kinds(e);
	if (!code && street && !is_street(r, street))
		code = err_set(e, ERR_USAGE,
			T("没有代码为“%s”的街道（见 tianlan unit list）",
				"there is no street “%s” (see `tianlan unit list`)"),
			street);
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = set(r, number, kinds, street, note, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

/* ---- drafts -------------------------------------------------------------------------------------------------- */

static enum err_code draft(struct reg *r, int64_t number, const char *role, const void *sealed,
	size_t len, const struct change_note *note, struct arena *a, struct err *e)
{
	struct tip_case now;
	sqlite3_stmt *s;
	enum err_code code = reg_case_get(r, number, a, &now, e);

	if (!code && len && now.course.state == CASE_ERASED)
		code = err_set(e, ERR_CONFLICT, T("第 %lld 件举报已经销毁", "case %lld was erased"),
			(long long)number);
	if (!code)
		code = reg_stmt(r, len ? STMT_CASE_DRAFT_SET : STMT_CASE_DRAFT_REMOVE, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_text(s, 2, role);
	if (len) {
		sqlite3_bind_blob64(s, 3, sealed, len, SQLITE_STATIC);
		reg_bind_text(s, 4, note->by);
		reg_bind_text(s, 5, note->at);
	}
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (!code)
		code = reg_case_log(r, &(struct case_change){number, "draft", NULL, role}, note, e);
	return code;
}

enum err_code reg_draft_set(struct reg *r, int64_t number, const char *role, const void *sealed,
	size_t len, const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = draft(r, number, role, sealed, len, note, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

enum err_code reg_draft_get(struct reg *r, int64_t number, const char *role, struct arena *a,
	const void **ret, size_t *ret_len, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_CASE_DRAFT_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_text(s, 2, role);
	code = reg_step(r, s, &row, e);
	if (!code) {
		*ret = NULL;
		*ret_len = 0;
		if (row)
			*ret = reg_column_blob(s, 0, a, ret_len);
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}
