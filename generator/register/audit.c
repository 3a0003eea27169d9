/*
 * The audit: what of the register can be told from the register itself, and from the files beside it.
 *
 * Whoever writes to the file past the programs can change anything in it; but to change one thing so that nothing contradicts it
 * takes knowing all that follows from it. Each check here is a sentence of the schema's comments, asked of every row.
 */
#include "register/register_internal.h"

#include "tianlan/register_audit.h"

#include <stdlib.h>
#include <string.h>

struct audit {
	struct reg *r;
	audit_fn *fault;
	void *ctx;
	struct arena *arena;
	struct reg_audit *report;
};

static void report(struct audit *a, const char *subject, const char *what)
{
	a->fault(a->ctx, arena_printf(a->arena, T("%s：%s", "%s: %s"), subject, what));
}

/* ---- one statement, one sentence -------------------------------------------------------------- */

static enum err_code look(struct audit *a, enum stmt which, const char *what, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(a->r, which, &s, e);

	if (code)
		return code;
	while (!(code = reg_step(a->r, s, &row, e)) && row)
		report(a, reg_column_text(s, 0, a->arena), what);
	sqlite3_reset(s);
	return code;
}

static enum err_code look_all(struct audit *a, struct err *e)
{
	const struct {
		enum stmt which;
		const char *what;
	} checks[] = {
		{STMT_AUDIT_LOG_LAST,
			T("案件的违法类型或街道不是修改记录里最后写的那个",
				"the case's kinds or street are not what its log says last")},
		{STMT_AUDIT_LOG_ORDER,
			T("案件的违法类型或街道，修改记录前后接不上",
				"the log of the case's kinds or street does not join up")},
		{STMT_AUDIT_UNOPENED,
			T("案件没有拆阅，却写着只有拆阅才知道的内容",
				"the case was not opened and holds what only opening tells")},
		{STMT_AUDIT_OPENED,
			T("案件拆阅过，方式、类型或者状态的密钥却没了",
				"the case was opened, but its way, kinds or status key is gone")},
		{STMT_AUDIT_ERASED,
			T("案件已经销毁，却还留着不该留的内容",
				"the case was erased and still holds what should be gone")},
		{STMT_AUDIT_COPIES,
			T("案件没有销毁，却登记着请别处销毁的副本",
				"the case was not erased, but copies of it were asked back")},
		{STMT_AUDIT_SHOWN_LABELS,
			T("公布的街道、类型或承办单位，这个案件从来没有过",
				"the street, kind or lead that is shown was never the case's")},
		{STMT_AUDIT_SHOWN_ENTERPRISE,
			T("公布的关联企业，这个案件从来没有关联过",
				"the enterprise that is shown was never the case's")},
		{STMT_AUDIT_RESULT_STREET,
			T("公布的结果写的街道，这个案件从来没有过",
				"the street of the published result was never the case's")},
		{STMT_AUDIT_LOOKBACK, T("回头看的登记与它的那条经过不符",
					      "the look-back is not what its event says")},
		{STMT_AUDIT_LOOKBACK_RELAPSE,
			T("回头看的结果与有没有登记反弹不符",
				"the look-back's result and the relapse on record differ")},
		{STMT_AUDIT_GAPS, T("编号中间或末尾缺了：有行被删除过，或者编号被改过",
					  "numbers are missing: rows were deleted or renumbered")},
	};
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < COUNT_OF(checks) && !code; i++)
		code = look(a, checks[i].which, checks[i].what, e);
	return code;
}

static enum err_code count_rows(struct audit *a, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(a->r, STMT_AUDIT_ROWS, &s, e);

	if (code)
		return code;
	code = reg_step(a->r, s, &row, e);
	if (!code && row)
		a->report->rows = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return code;
}

/* ---- enterprises ---------------------------------------------------------------------------------- */

static enum err_code check_enterprise(struct audit *a, sqlite3_stmt *s, struct err *e)
{
	struct enterprise_id id = {sqlite3_column_int64(s, 0)};
	char text[ENTERPRISE_ID_BYTES];
	struct course course;
	enum err_code code = reg_course_of(a->r, id, DAY_NONE,
		value_tri((const char *)sqlite3_column_text(s, 4)) == TRI_YES, &course, e);

	a->report->enterprises++;
	if (!code && (!str_eq((const char *)sqlite3_column_text(s, 1),
			      policy_state_slug(course.state)) ||
			     reg_column_day(s, 2).n != course.since.n ||
			     reg_column_day(s, 3).n != course.order.n))
		report(a, reg_id_text(a->r, id, text),
			T("企业登记的状态或日期不是它的整治经过得出的",
				"the state or the days kept are not what its events give"));
	return code;
}

static enum err_code check_enterprises(struct audit *a, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(a->r, STMT_AUDIT_ENTERPRISES, &s, e);

	if (code)
		return code;
	while (!(code = reg_step(a->r, s, &row, e)) && row)
		if ((code = check_enterprise(a, s, e)))
			break;
	sqlite3_reset(s);
	return code;
}

/* ---- files ------------------------------------------------------------------------------------------- */

struct named_file {
	const char *path;
	bool found;
};
struct named_files {
	struct audit *a;
	struct named_file *list; /* by path */
	size_t count, cap;
};

static int by_path(const void *x, const void *y)
{
	const struct named_file *a = x, *b = y;

	return strcmp(a->path, b->path);
}

static enum err_code read_named(struct named_files *f, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(f->a->r, STMT_AUDIT_FILES, &s, e);

	if (code)
		return code;
	while (!(code = reg_step(f->a->r, s, &row, e)) && row) {
		if (f->count == f->cap) {
			f->cap = f->cap ? 2 * f->cap : 256;
			f->list = mem_grow(f->list, f->cap, sizeof(*f->list));
		}
		f->list[f->count++] =
			(struct named_file){reg_column_text(s, 0, f->a->arena), false};
	}
	sqlite3_reset(s);
	return code;
}

static enum err_code see_file(const char *relative, void *ctx, struct err *e)
{
	struct named_files *f = ctx;
	struct named_file wanted = {.path = relative}, *found;

	(void)e;
	f->a->report->files++;
	found = f->count ? bsearch(&wanted, f->list, f->count, sizeof(*f->list), by_path) : NULL;
	if (found)
		found->found = true;
	else
		report(f->a, arena_printf(f->a->arena, EVIDENCE_DIR "/%.60s", relative),
			T("档案里有登记库没有登记的文件：它的登记被删过，或者存到一半断了电",
				"no row names this file: its row was deleted, or a crash left it"));
	return ERR_OK;
}

static enum err_code check_files(struct audit *a, struct err *e)
{
	struct named_files f = {.a = a};
	const char *dir = path_join(a->arena, a->r->dir, EVIDENCE_DIR);
	enum err_code code = read_named(&f, e);

	if (!code && file_exists(dir))
		code = dir_each_file(dir, see_file, &f, e);
	for (size_t i = 0; i < f.count && !code; i++)
		if (!f.list[i].found)
			report(a, arena_printf(a->arena, EVIDENCE_DIR "/%.60s", f.list[i].path),
				T("登记库里登记的证据材料或月报，文件不在了",
					"the file of this evidence or monthly report is gone"));
	free(f.list);
	return code;
}

enum err_code reg_audit(
	struct reg *r, audit_fn *fault, void *ctx, struct reg_audit *ret, struct err *e)
{
	struct reg_audit done = {0};
	struct audit a = {
		.r = r, .fault = fault, .ctx = ctx, .arena = arena_new(), .report = &done};
	enum err_code code = look_all(&a, e);

	if (!code)
		code = count_rows(&a, e);
	if (!code)
		code = check_enterprises(&a, e);
	if (!code)
		code = check_files(&a, e);
	arena_free(a.arena);
	if (!code)
		*ret = done;
	return code;
}

/* ---- for who compares with the chains ------------------------------------------------------------------- */

const struct policy *reg_policy(const struct reg *r)
{
	return r->policy;
}

bool reg_street_known(struct reg *r, const char *code)
{
	size_t count;
	const struct street *streets = reg_streets(r, &count);

	for (size_t i = 0; i < count; i++)
		if (str_eq(streets[i].code, code))
			return true;
	return false;
}

enum err_code reg_case_kept(
	struct reg *r, int64_t number, struct arena *a, struct case_kept *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_AUDIT_KEPT, &s, e);

	if (code)
		return code;
	*ret = (struct case_kept){0};
	reg_bind_int(s, 1, number);
	code = reg_step(r, s, &row, e);
	if (!code && row)
		*ret = (struct case_kept){reg_column_text(s, 0, a), reg_column_text(s, 1, a),
			reg_column_text(s, 2, a)};
	sqlite3_reset(s);
	return code;
}

enum err_code reg_case_at_opening(struct reg *r, int64_t number, const char *what, const char *now,
	struct arena *a, const char **ret, bool *ret_known, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_AUDIT_FIRST, &s, e);

	if (code)
		return code;
	*ret = now;
	*ret_known = true;
	reg_bind_int(s, 1, number);
	reg_bind_text(s, 2, what);
	code = reg_step(r, s, &row, e);
	if (!code && row) {
		*ret = reg_column_text(s, 0, a);
		*ret_known = *ret != NULL;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

enum err_code reg_case_shown_each(struct reg *r, case_shown_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_AUDIT_SHOWN, &s, e);

	if (code)
		return code;
	a = arena_new();
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct case_shown one;

		arena_reset(a);
		one = (struct case_shown){.tip_case = sqlite3_column_int64(s, 0),
			.month = reg_column_text(s, 1, a),
			.bucket = reg_column_text(s, 2, a),
			.released = reg_column_day(s, 3),
			.at = reg_column_text(s, 4, a)};
		if ((code = fn(ctx, &one, e)))
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

enum err_code reg_case_result_each(struct reg *r, case_result_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_AUDIT_RESULTS, &s, e);

	if (code)
		return code;
	a = arena_new();
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct case_result one;

		arena_reset(a);
		one = (struct case_result){.tip_case = sqlite3_column_int64(s, 0),
			.step = sqlite3_column_int64(s, 1),
			.outcome = reg_column_text(s, 2, a),
			.reply = reg_column_text(s, 3, a),
			.at = reg_column_text(s, 4, a)};
		if ((code = fn(ctx, &one, e)))
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

enum err_code reg_chain_week_each(struct reg *r, chain_week_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_AUDIT_WEEKS, &s, e);

	if (code)
		return code;
	a = arena_new();
	while (!(code = reg_step(r, s, &row, e)) && row) {
		const char *week, *head;

		arena_reset(a);
		week = reg_column_text(s, 0, a);
		head = reg_column_text(s, 1, a);
		if ((code = fn(ctx, week, head, e)))
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}
