/*
 * Tasks that a record gives to a department: water to cut, a building to demolish, procedures to guide.
 * Asked on a day, perhaps due on one, done on one; a task that was done stays done.
 */
#include "register/register_internal.h"

#include "tianlan/register_supervision.h"

#include <string.h>

static const char *const kinds[] = {"cut-water", "cut-power", "demolish", "guide-procedures",
	"check-emissions", "punish", "other"};

static bool is_kind(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(kinds[i], kind))
			return true;
	return false;
}

static enum err_code check(struct reg *r, const struct task *task, struct err *e)
{
	if (!task->kind || !is_kind(task->kind))
		return err_set(e, ERR_USAGE, T("没有“%s”这种任务", "there is no kind of task “%s”"),
			task->kind ? task->kind : "");
	if (!day_is_set(task->asked_on))
		return err_set(
			e, ERR_USAGE, T("缺少交办日期", "the day the task was asked is missing"));
	if (day_is_set(task->due) && day_compare(task->due, task->asked_on) < 0)
		return err_set(
			e, ERR_USAGE, T("期限早于交办日期", "the task is due before it was asked"));
	if (day_is_set(task->done_on) && day_compare(task->done_on, task->asked_on) < 0)
		return err_set(e, ERR_USAGE,
			T("完成日期早于交办日期", "the task was done before it was asked"));
	if (task->note &&
		(strlen(task->note) > 12000 || !utf8_valid(task->note, strlen(task->note), NULL)))
		return err_set(e, ERR_USAGE,
			T("说明过长或不是有效的 UTF-8", "the note is too long or not valid UTF-8"));
	return reg_unit_check(r, task->unit, e);
}

static enum err_code log_task(struct reg *r, struct enterprise_id id, const char *kind,
	struct day day, const struct change_note *note, struct err *e)
{
	return reg_log(r,
		&(struct log_entry){.enterprise = id, .kind = "task", .detail = kind, .day = day},
		note, e);
}

static enum err_code add(struct reg *r, const struct task *task, const struct change_note *note,
	struct arena *a, int64_t *ret_seq, struct err *e)
{
	const char *now[FIELD_COUNT];
	sqlite3_stmt *s;
	enum err_code code = reg_row_get(r, task->enterprise, a, now, NULL, e);

	if (!code)
		code = check(r, task, e);
	if (!code)
		code = reg_stmt(r, STMT_TASK_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, task->enterprise.n);
	reg_bind_text(s, 2, task->kind);
	reg_bind_text(s, 3, task->unit);
	reg_bind_day(s, 4, task->asked_on);
	reg_bind_day(s, 5, task->due);
	reg_bind_day(s, 6, task->done_on);
	reg_bind_text(s, 7, task->note);
	reg_bind_text(s, 8, note->by);
	reg_bind_text(s, 9, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (!code)
		*ret_seq = sqlite3_last_insert_rowid(r->db);
	return code ? code : log_task(r, task->enterprise, task->kind, task->asked_on, note, e);
}

enum err_code reg_task_add(struct reg *r, const struct task *task, const struct change_note *note,
	int64_t *ret_seq, struct err *e)
{
	struct arena *a = arena_new();
	int64_t seq = 0;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = add(r, task, note, a, &seq, e);
		code = reg_scope_end(r, code, e);
	}
	if (!code && ret_seq)
		*ret_seq = seq;
	arena_free(a);
	return code;
}

static void read_task(sqlite3_stmt *s, struct arena *a, struct task *t)
{
	*t = (struct task){
		.seq = sqlite3_column_int64(s, 0),
		.enterprise = {sqlite3_column_int64(s, 1)},
		.kind = reg_column_text(s, 2, a),
		.unit = reg_column_text(s, 3, a),
		.asked_on = reg_column_day(s, 4),
		.due = reg_column_day(s, 5),
		.done_on = reg_column_day(s, 6),
		.note = reg_column_text(s, 7, a),
	};
}

static enum err_code get(
	struct reg *r, int64_t seq, struct arena *a, struct task *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_TASK_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND, T("没有第 %lld 号任务", "there is no task %lld"),
			(long long)seq);
	if (!code)
		read_task(s, a, ret);
	sqlite3_reset(s);
	return code;
}

static enum err_code finish(struct reg *r, int64_t seq, struct day day,
	const struct change_note *note, struct arena *a, struct err *e)
{
	struct task task;
	sqlite3_stmt *s;
	enum err_code code = get(r, seq, a, &task, e);

	if (code)
		return code;
	if (day_is_set(task.done_on))
		return err_set(e, ERR_CONFLICT,
			T("第 %lld 号任务已经完成", "task %lld is done already"), (long long)seq);
	if (!day_is_set(day) || day_compare(day, task.asked_on) < 0)
		return err_set(e, ERR_USAGE,
			T("完成日期早于交办日期", "the task was done before it was asked"));
	code = reg_stmt(r, STMT_TASK_DONE, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	reg_bind_day(s, 2, day);
	code = reg_run(r, s, e);
	return code ? code : log_task(r, task.enterprise, task.kind, day, note, e);
}

enum err_code reg_task_done(
	struct reg *r, int64_t seq, struct day day, const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = finish(r, seq, day, note, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

enum err_code reg_task_each(struct reg *r, const char *unit, struct enterprise_id id,
	bool open_only, task_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_TASK_EACH, &s, e);

	if (code)
		return code;
	a = arena_new();
	reg_bind_text(s, 1, unit);
	reg_bind_int(s, 2, id.n);
	reg_bind_int(s, 3, open_only);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct task t;

		arena_reset(a);
		read_task(s, a, &t);
		code = fn(ctx, &t, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}

enum err_code reg_task_sum(struct reg *r, const char *unit, struct day today, task_sum_fn *fn,
	void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = unit ? reg_unit_check(r, unit, e) : ERR_OK;

	if (!code)
		code = reg_stmt(r, STMT_TASK_SUM, &s, e);
	if (code)
		return code;
	a = arena_new();
	reg_bind_text(s, 1, unit);
	reg_bind_day(s, 2, today);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct task_sum t;

		arena_reset(a);
		t = (struct task_sum){.unit = reg_column_text(s, 0, a),
			.kind = reg_column_text(s, 1, a),
			.asked = sqlite3_column_int64(s, 2),
			.done = sqlite3_column_int64(s, 3),
			.overdue = sqlite3_column_int64(s, 4)};
		code = fn(ctx, &t, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}
