/*
 * Steps of cases: append-only, checked against the course inside the transaction that writes them.
 *
 * Invariants: the n-th step is the n-th row; the cached columns of the case (state, since, outcome, reply, lead, helpers,
 * enterprise, merged_into, found_new) are what its steps give, worked out anew with each; only the mark that the chain line
 * stands is set later.
 */
#include "register/case.h"

#include <string.h>

#define SALT_BYTES 32
#define NOTE_BYTES 65536
#define REPLY_BYTES 1800
#define HELPERS_BYTES 1000

/* ---- reading ---------------------------------------------------------------------------- */

/* Columns as STEP_COLUMNS in statements_cases.c names them. */
void reg_case_step_read(sqlite3_stmt *s, struct arena *a, struct tip_step *ret)
{
	const char *content = (const char *)sqlite3_column_text(s, 20);
	size_t salt_len;

	*ret = (struct tip_step){
		.seq = sqlite3_column_int64(s, 0),
		.tip_case = sqlite3_column_int64(s, 1),
		.n = sqlite3_column_int64(s, 2),
		.kind = policy_case_step_find((const char *)sqlite3_column_text(s, 3)),
		.day = reg_column_day(s, 4),
		.role = reg_column_text(s, 5, a),
		.unit = reg_column_text(s, 6, a),
		.outcome = policy_outcome_find((const char *)sqlite3_column_text(s, 7)),
		.lead = reg_column_text(s, 8, a),
		.helpers = reg_column_text(s, 9, a),
		.enterprise = {sqlite3_column_int64(s, 10)},
		.found_new = sqlite3_column_int(s, 11) != 0,
		.into_case = sqlite3_column_int64(s, 12),
		.days = sqlite3_column_int(s, 13),
		.despite_open = sqlite3_column_int(s, 14) != 0,
		.reply = reg_column_text(s, 15, a),
		.by = reg_column_text(s, 16, a),
		.at = reg_column_text(s, 17, a),
		.chain_seq = sqlite3_column_int64(s, 21),
		.chained = sqlite3_column_type(s, 21) != SQLITE_NULL,
	};
	ret->note = reg_column_blob(s, 18, a, &ret->note_len);
	ret->salt = reg_column_blob(s, 19, a, &salt_len);
	if (salt_len != SALT_BYTES)
		ret->salt = NULL;
	if (content && strlen(content) < sizeof(ret->content))
		memcpy(ret->content, content, strlen(content) + 1);
}

static enum err_code each_step(
	struct reg *r, sqlite3_stmt *s, tip_step_fn *fn, void *ctx, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code;
	bool row;

	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct tip_step one;

		arena_reset(a);
		reg_case_step_read(s, a, &one);
		code = fn(ctx, &one, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

enum err_code reg_case_step_each(
	struct reg *r, int64_t number, tip_step_fn *fn, void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_CASE_STEP_EACH, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	return each_step(r, s, fn, ctx, e);
}

enum err_code reg_case_step_all(struct reg *r, int64_t after_seq, bool unchained_only,
	tip_step_fn *fn, void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code =
		reg_stmt(r, unchained_only ? STMT_CASE_STEP_WAITING : STMT_CASE_STEP_ALL, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, after_seq);
	return each_step(r, s, fn, ctx, e);
}

enum err_code reg_case_step_count(struct reg *r, int64_t number, int64_t *ret_n, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_CASE_STEP_COUNT, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	code = reg_step(r, s, &row, e);
	if (!code && row && !sqlite3_column_int64(s, 0))
		code = err_set(e, ERR_NOT_FOUND,
			T("没有第 %lld 件举报（见 tianlan case list）",
				"there is no case %lld (see `tianlan case list`)"),
			(long long)number);
	if (!code)
		*ret_n = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return code;
}

/* ---- what the row keeps of the steps ---------------------------------------------------------- */

struct fold {
	struct case_fact *facts;
	size_t count, cap;
	const char *reply, *lead, *helpers;
	int64_t enterprise, merged_into;
	bool found_new;
};

static void fold_in(struct fold *f, const struct tip_step *s, struct arena *a)
{
	if (f->count == f->cap) {
		struct case_fact *more =
			arena_alloc(a, (f->cap = f->cap ? 2 * f->cap : 16) * sizeof(*more));

		if (f->count)
			memcpy(more, f->facts, f->count * sizeof(*more));
		f->facts = more;
	}
	f->facts[f->count++] = (struct case_fact){s->kind, s->day, s->outcome, s->days};
	if (s->reply)
		f->reply = s->reply;
	if (s->kind == CASE_DISPATCHED) {
		f->lead = s->lead;
		f->helpers = s->helpers;
	} else if (s->kind == CASE_MERGED)
		f->merged_into = s->into_case;
	else if (s->kind == CASE_REOPENED)
		f->merged_into = 0;
	else if (s->kind == CASE_RECTIFYING && s->enterprise.n) {
		/* Named again, it is still the one that was found. */
		f->found_new = s->found_new || (f->found_new && f->enterprise == s->enterprise.n);
		f->enterprise = s->enterprise.n;
	}
}

static enum err_code write_cache(struct reg *r, int64_t number, const struct fold *f,
	const struct case_course *course, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_CASE_CACHE, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_text(s, 2, policy_case_step_id(course->state));
	reg_bind_day(s, 3, course->since);
	reg_bind_text(s, 4, course->outcome ? policy_outcome_id(course->outcome) : NULL);
	reg_bind_text(s, 5, f->reply);
	reg_bind_text(s, 6, f->lead);
	reg_bind_text(s, 7, f->helpers);
	if (f->enterprise)
		reg_bind_int(s, 8, f->enterprise);
	if (f->merged_into)
		reg_bind_int(s, 9, f->merged_into);
	reg_bind_int(s, 10, f->found_new);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code refresh(struct reg *r, int64_t number, struct arena *a, struct err *e)
{
	struct fold f = {0};
	struct case_course course;
	struct tip_case row_now;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_case_get(r, number, a, &row_now, e);

	if (!code)
		code = reg_stmt(r, STMT_CASE_FOLD, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, number);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct tip_step one;

		reg_case_step_read(s, a, &one);
		fold_in(&f, &one, a);
	}
	sqlite3_reset(s);
	if (code)
		return code;
	if (f.count)
		f.facts[0].day = row_now.received_on;
	policy_case_course(f.facts, f.count, &course);
	return write_cache(r, number, &f, &course, e);
}

enum err_code reg_case_refresh(struct reg *r, int64_t number, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = refresh(r, number, a, e);

	arena_free(a);
	return code;
}

/* ---- checks --------------------------------------------------------------------------------------- */

static enum err_code misplaced(const char *what, struct err *e)
{
	return err_set(e, ERR_USAGE, T("这一步不带“%s”", "this step has no %s"), what);
}

/* Each step carries what is its own and nothing else. */
static enum err_code check_parts(const struct tip_step *s, struct err *e)
{
	if (s->outcome && s->kind != CASE_CHECKED)
		return misplaced(T("核查结果", "outcome"), e);
	if ((s->lead || s->helpers) && s->kind != CASE_DISPATCHED)
		return misplaced(T("承办单位", "lead"), e);
	if ((s->enterprise.n || s->found_new) && s->kind != CASE_RECTIFYING)
		return misplaced(T("关联企业", "enterprise"), e);
	if (s->into_case && s->kind != CASE_MERGED)
		return misplaced(T("并入的举报", "other case"), e);
	if (s->days && s->kind != CASE_EXTENDED)
		return misplaced(T("延长的天数", "days"), e);
	if (s->despite_open && s->kind != CASE_CONCLUDED)
		return misplaced(T("整治仍在继续", "rectification that goes on"), e);
	if (s->kind == CASE_DISPATCHED && !s->lead)
		return err_set(e, ERR_USAGE,
			T("转办须写明牵头单位（--lead）", "a dispatch needs its lead (--lead)"));
	if (s->kind == CASE_MERGED && !s->into_case)
		return err_set(e, ERR_USAGE,
			T("须写明并入哪一件（--into）", "say into which case (--into)"));
	if (s->kind == CASE_RECTIFYING && s->found_new && !s->enterprise.n)
		return err_set(e, ERR_USAGE,
			T("发现一例须写明新登记的企业", "say which enterprise was registered"));
	return ERR_OK;
}

static bool is_role(const char *role)
{
	return str_eq(role, "inspector") || str_eq(role, "reply") || str_eq(role, "office");
}

static enum err_code check_form(const struct tip_step *s, struct err *e)
{
	if (s->kind < CASE_RECEIVED || s->kind >= CASE_STEP_COUNT)
		return err_set(e, ERR_USAGE, T("没有这一步", "there is no such step"));
	if (!is_role(s->role))
		return err_set(e, ERR_USAGE, T("没有“%s”这种角色", "there is no role %s"),
			s->role ? s->role : "");
	if (!s->salt || !reg_is_hex(s->content, 64))
		return err_set(e, ERR_USAGE,
			T("这一步缺少内容的凭据", "the step's content hash is missing"));
	if (s->note_len > NOTE_BYTES || (s->note_len && !s->note))
		return err_set(e, ERR_USAGE, T("理由过长", "the reason is too long"));
	if (s->reply &&
		(strlen(s->reply) > REPLY_BYTES || !utf8_valid(s->reply, strlen(s->reply), NULL)))
		return err_set(e, ERR_USAGE,
			T("答复超过 %d 字节或不是有效的 UTF-8",
				"the reply has more than %d bytes or is not valid UTF-8"),
			REPLY_BYTES);
	if ((s->by && !*s->by) || (s->at && !*s->at))
		return err_set(e, ERR_USAGE, T("须写明由谁办理", "who does this must be named"));
	return check_parts(s, e);
}

/* Codes with one space between. */
static enum err_code check_helpers(
	struct reg *r, const char *helpers, struct arena *a, struct err *e)
{
	enum err_code code = ERR_OK;

	if (!helpers || !*helpers)
		return ERR_OK;
	if (strlen(helpers) > HELPERS_BYTES)
		return err_set(e, ERR_USAGE, T("协办单位过多", "too many helpers"));
	while (!code) {
		size_t len = strcspn(helpers, " ");

		code = reg_unit_check(r, arena_strndup(a, helpers, len), e);
		if (!helpers[len])
			break;
		helpers += len + 1;
	}
	return code;
}

static enum err_code check_units(
	struct reg *r, const struct tip_step *s, struct arena *a, struct err *e)
{
	enum err_code code = s->unit ? reg_unit_check(r, s->unit, e) : ERR_OK;

	if (!code && s->lead)
		code = reg_unit_check(r, s->lead, e);
	return code ? code : check_helpers(r, s->helpers, a, e);
}

static enum err_code check_merger(
	struct reg *r, const struct tip_step *s, struct arena *a, struct err *e)
{
	struct tip_case other;
	enum err_code code;

	if (s->into_case == s->tip_case)
		return err_set(e, ERR_CONFLICT,
			T("不能并入自己：写出另一件举报",
				"a case cannot be merged into itself: name another one"));
	code = reg_case_get(r, s->into_case, a, &other, e);
	if (code)
		return code;
	if (other.merged_into)
		return err_set(e, ERR_CONFLICT,
			T("第 %lld 件本身已并入第 %lld 件：请直接并入后者",
				"case %lld is itself merged into case %lld: merge into that one"),
			(long long)other.number, (long long)other.merged_into);
	/* Who sent this one is answered as the other: that must be an answer to the matter. */
	if (policy_case_is_open(other.course.state) || other.course.state == CASE_CONCLUDED ||
		other.course.state == CASE_PUBLISHED || other.course.state == CASE_ASKED)
		return ERR_OK;
	return err_set(e, ERR_CONFLICT,
		T("第 %lld 件现在是“%s”，不能并入：只能并入在办或者已经办结的",
			"case %lld is \"%s\": only what is open or concluded can be merged into"),
		(long long)other.number,
		T(policy_case_step_label(other.course.state),
			policy_case_step_id(other.course.state)));
}

/* Signed off, or no longer a matter: the state that the enterprise's own record has. */
static enum err_code enterprise_settled(
	struct reg *r, struct enterprise_id id, bool *ret, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	enum course_state state = 0;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_CASE_ENTERPRISE, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND,
			T("没有编号为 %s 的企业", "there is no enterprise %s"),
			reg_id_text(r, id, text));
	if (!code)
		state = policy_state_find((const char *)sqlite3_column_text(s, 0));
	sqlite3_reset(s);
	*ret = state == STATE_SIGNED_OFF || state == STATE_WITHDRAWN || state == STATE_OUT_OF_SCOPE;
	return code;
}

static enum err_code check_course(
	struct reg *r, const struct tip_case *now, const struct tip_step *s, struct err *e)
{
	struct enterprise_id linked = s->enterprise.n ? s->enterprise : now->enterprise;
	struct case_next next = {.kind = s->kind,
		.day = s->day,
		.outcome = s->outcome,
		.days = s->days,
		.linked = linked.n != 0,
		.despite_open = s->despite_open};
	const char *why;
	enum err_code code =
		linked.n ? enterprise_settled(r, linked, &next.enterprise_settled, e) : ERR_OK;

	if (code)
		return code;
	why = policy_case_refusal(r->policy, &now->course, &next);
	if (!why)
		return ERR_OK;
	return err_set(e, ERR_CONFLICT, T("不能记录“%s”：%s", "“%s” cannot follow: %s"),
		T(policy_case_step_label(s->kind), policy_case_step_id(s->kind)), why);
}

/* ---- writing ----------------------------------------------------------------------------------------- */

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

enum err_code reg_case_step_insert(struct reg *r, const struct tip_step *s,
	const struct change_note *note, int64_t *ret_seq, struct err *e)
{
	sqlite3_stmt *q;
	enum err_code code = reg_stmt(r, STMT_CASE_STEP_INSERT, &q, e);

	if (code)
		return code;
	reg_bind_int(q, 1, s->tip_case);
	reg_bind_int(q, 2, s->n);
	reg_bind_text(q, 3, policy_case_step_id(s->kind));
	reg_bind_day(q, 4, s->day);
	reg_bind_text(q, 5, s->role);
	reg_bind_text(q, 6, s->unit);
	reg_bind_text(q, 7, s->outcome ? policy_outcome_id(s->outcome) : NULL);
	reg_bind_text(q, 8, or_null(s->lead));
	reg_bind_text(q, 9, or_null(s->helpers));
	if (s->enterprise.n)
		reg_bind_int(q, 10, s->enterprise.n);
	reg_bind_int(q, 11, s->found_new);
	if (s->into_case)
		reg_bind_int(q, 12, s->into_case);
	reg_bind_int(q, 13, s->days);
	reg_bind_int(q, 14, s->despite_open);
	reg_bind_text(q, 15, or_null(s->reply));
	reg_bind_text(q, 16, s->by ? s->by : note->by);
	reg_bind_text(q, 17, s->at ? s->at : note->at);
	if (s->note)
		sqlite3_bind_blob64(q, 18, s->note, s->note_len, SQLITE_STATIC);
	if (s->salt)
		sqlite3_bind_blob(q, 19, s->salt, SALT_BYTES, SQLITE_STATIC);
	reg_bind_text(q, 20, s->content);
	code = reg_run(r, q, e);
	sqlite3_clear_bindings(q);
	if (!code)
		*ret_seq = sqlite3_last_insert_rowid(r->db);
	return code;
}

static enum err_code add(struct reg *r, const struct tip_step *s, const struct change_note *note,
	struct arena *a, int64_t *ret_seq, struct err *e)
{
	struct tip_case now;
	enum err_code code = reg_case_get(r, s->tip_case, a, &now, e);

	if (!code)
		code = check_units(r, s, a, e);
	if (!code && s->n != now.steps + 1)
		code = err_set(e, ERR_CONFLICT,
			T("第 %lld 件举报这时已有 %lld 步：有人先办了，请重新查看后再办",
				"case %lld has %lld steps by now: somebody was quicker, look at it "
				"again first"),
			(long long)s->tip_case, (long long)now.steps);
	if (!code)
		code = check_course(r, &now, s, e);
	if (!code && s->kind == CASE_MERGED)
		code = check_merger(r, s, a, e);
	if (!code)
		code = reg_case_step_insert(r, s, note, ret_seq, e);
	if (!code)
		code = reg_case_refresh(r, s->tip_case, e);
	if (!code)
		code = reg_case_log(r,
			&(struct case_change){
				.tip_case = s->tip_case, .what = policy_case_step_id(s->kind)},
			note, e);
	return code;
}

enum err_code reg_case_step_add(struct reg *r, const struct tip_step *s,
	const struct change_note *note, int64_t *ret_seq, struct err *e)
{
	struct arena *a = arena_new();
	int64_t seq = 0;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = check_form(s, e);
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = add(r, s, note, a, &seq, e);
		code = reg_scope_end(r, code, e);
	}
	if (!code && ret_seq)
		*ret_seq = seq;
	arena_free(a);
	return code;
}

/* ---- the mark that the line stands ---------------------------------------------------------------------- */

static enum err_code chained(struct reg *r, int64_t seq, int64_t chain_seq, struct err *e)
{
	bool row, received = false, stands = false;
	int64_t line = 0;
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_CASE_STEP_LINE, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND, T("没有第 %lld 步", "there is no step %lld"),
			(long long)seq);
	if (!code) {
		received = str_eq((const char *)sqlite3_column_text(s, 0), "received");
		stands = sqlite3_column_type(s, 1) != SQLITE_NULL;
		line = sqlite3_column_int64(s, 1);
	}
	sqlite3_reset(s);
	if (code || (stands && line == chain_seq))
		return code;
	if (stands || received || chain_seq < 1)
		return err_set(e, ERR_CONFLICT,
			T("第 %lld 步不能记为链上第 %lld 行",
				"step %lld cannot stand as line %lld of the chain"),
			(long long)seq, (long long)chain_seq);
	code = reg_stmt(r, STMT_CASE_STEP_CHAINED, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	reg_bind_int(s, 2, chain_seq);
	return reg_run(r, s, e);
}

enum err_code reg_case_step_chained(struct reg *r, int64_t seq, int64_t chain_seq, struct err *e)
{
	enum err_code code = reg_scope_begin(r, e);

	return code ? code : reg_scope_end(r, chained(r, seq, chain_seq, e), e);
}
