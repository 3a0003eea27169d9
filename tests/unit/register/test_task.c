#include "instance.h"

#include "tianlan/register_supervision.h"

#include <string.h>

static int64_t ask(struct instance *in, struct enterprise_id id, const char *kind, const char *unit)
{
	struct task task = {.enterprise = id,
		.kind = kind,
		.unit = unit,
		.asked_on = ymd(2018, 1, 10),
		.due = ymd(2018, 1, 20),
		.done_on = DAY_NONE};
	struct err e = {0};
	int64_t seq = 0;

	cr_assert_eq(reg_task_add(in->reg, &task, &staff, &seq, &e), ERR_OK, "%s", e.message);
	return seq;
}

static enum err_code count_task(void *ctx, const struct task *task, struct err *e)
{
	(void)task;
	(void)e;
	(*(int *)ctx)++;
	return ERR_OK;
}

static int tasks(struct instance *in, const char *unit, int64_t id, bool open_only)
{
	struct err e = {0};
	int n = 0;

	cr_assert_eq(reg_task_each(in->reg, unit, (struct enterprise_id){id}, open_only, count_task,
			     &n, &e),
		ERR_OK, "%s", e.message);
	return n;
}

Test(task, tasks_are_listed_by_unit_record_and_what_is_open)
{
	struct instance in = instance_new();
	struct enterprise_id one = enterprise_plain(&in), two = enterprise_plain(&in);
	struct err e = {0};
	int64_t first = ask(&in, one, "cut-water", "construction");

	ask(&in, one, "demolish", "enforcement");
	ask(&in, two, "cut-water", "construction");
	cr_assert_eq(tasks(&in, NULL, 0, false), 3);
	cr_assert_eq(tasks(&in, "construction", 0, false), 2);
	cr_assert_eq(tasks(&in, NULL, one.n, false), 2);
	cr_assert_eq(reg_task_done(in.reg, first, ymd(2018, 1, 15), &staff, &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(tasks(&in, "construction", 0, true), 1);
	cr_assert_eq(reg_task_done(in.reg, first, ymd(2018, 1, 16), &staff, &e), ERR_CONFLICT);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log WHERE kind='task'"), 4);
	instance_done(&in);
}

static enum err_code keep_sum(void *ctx, const struct task_sum *t, struct err *e)
{
	int64_t *sums = ctx;

	(void)e;
	cr_assert_str_eq(t->unit, "construction");
	cr_assert_str_eq(t->kind, "cut-water");
	sums[0] = t->asked;
	sums[1] = t->done;
	sums[2] = t->overdue;
	sums[3]++;
	return ERR_OK;
}

Test(task, the_sum_of_a_unit_says_what_is_past_its_day)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	int64_t first = ask(&in, id, "cut-water", "construction"), sums[4] = {0};
	struct err e = {0};

	ask(&in, id, "cut-water", "construction");
	ask(&in, id, "cut-water", "construction");
	ask(&in, id, "demolish", "enforcement");
	cr_assert_eq(reg_task_done(in.reg, first, ymd(2018, 1, 15), &staff, &e), ERR_OK);
	cr_assert_eq(reg_task_sum(in.reg, "construction", ymd(2018, 1, 20), keep_sum, sums, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(sums[0], 3);
	cr_assert_eq(sums[1], 1);
	cr_assert_eq(sums[2], 0, "the last day is included");
	cr_assert_eq(
		reg_task_sum(in.reg, "construction", ymd(2018, 1, 21), keep_sum, sums, &e), ERR_OK);
	cr_assert_eq(sums[2], 2);
	cr_assert_eq(sums[3], 2, "one row each time");
	cr_assert_eq(
		reg_task_sum(in.reg, "nobody", ymd(2018, 1, 21), keep_sum, sums, &e), ERR_USAGE);
	instance_done(&in);
}

Test(task, what_is_wrong_is_refused)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct task good = {.enterprise = id,
		.kind = "punish",
		.unit = "environment",
		.asked_on = ymd(2018, 1, 10),
		.due = DAY_NONE,
		.done_on = DAY_NONE};
	struct task bad[6];
	struct err e = {0};
	int64_t seq;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		bad[i] = good;
	bad[0].kind = "sing";
	bad[1].unit = "nobody";
	bad[2].due = ymd(2018, 1, 9);
	bad[3].asked_on = DAY_NONE;
	bad[4].done_on = ymd(2018, 1, 1);
	bad[5].enterprise.n = 77;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_eq(reg_task_add(in.reg, &bad[i], &staff, &seq, &e),
			i == 5 ? ERR_NOT_FOUND : ERR_USAGE, "%zu", i);
	cr_assert_eq(tasks(&in, NULL, 0, false), 0);
	cr_assert_eq(reg_task_done(in.reg, 5, ymd(2018, 2, 1), &staff, &e), ERR_NOT_FOUND);
	seq = ask(&in, id, "punish", "environment");
	cr_assert_eq(reg_task_done(in.reg, seq, ymd(2018, 1, 9), &staff, &e), ERR_USAGE);
	instance_done(&in);
}

/* ---- units -------------------------------------------------------------------------------------- */

Test(unit, a_new_unit_needs_a_name_and_a_kind_and_a_known_one_keeps_what_is_not_given)
{
	struct instance in = instance_new();
	struct unit u = {.code = "zone-1"};
	struct err e = {0};

	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_USAGE);
	u.name = "某片区管委会";
	u.kind = "galaxy";
	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_USAGE);
	u.kind = "zone";
	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_OK, "%s", e.message);
	u = (struct unit){
		.code = "zone-1", .liaison_name = "王某", .liaison_phone = "0991-1234567"};
	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_OK);
	u = (struct unit){.code = "zone-1", .liaison_post = "科员"};
	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_OK);
	cr_assert_str_eq(
		query_text(&in,
			"SELECT name||liaison_name||liaison_post FROM unit WHERE code='zone-1'"),
		"某片区管委会王某科员");
	u = (struct unit){.code = "zone-1", .liaison_phone = ""};
	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_OK);
	cr_assert_eq(
		query_int(&in, "SELECT liaison_phone IS NULL FROM unit WHERE code='zone-1'"), 1);
	u = (struct unit){.code = "Zone 1", .name = "x", .kind = "zone"};
	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_USAGE);
	instance_done(&in);
}

Test(unit, setting_what_is_so_already_logs_nothing)
{
	struct instance in = instance_new();
	struct unit u = {.code = "environment"};
	int64_t logged = query_int(&in, "SELECT count(*) FROM change_log");
	struct err e = {0};

	cr_assert_eq(reg_unit_set(in.reg, &u, &staff, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log"), logged);
	instance_done(&in);
}

/* ---- reports and near matches ----------------------------------------------------------------------- */

static int64_t report_with(struct instance *in, struct day month, const char *sha256,
	const struct enterprise_id *ids, size_t count)
{
	struct report report = {
		.unit = STREET, .month = month, .sha256 = sha256, .name = "表.xlsx"};
	struct err e = {0};
	int64_t seq = 0;

	cr_assert_eq(reg_scope_begin(in->reg, &e), ERR_OK);
	cr_assert_eq(reg_report_add(in->reg, &report, &staff, &seq, &e), ERR_OK, "%s", e.message);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(reg_report_row(in->reg, seq, ids[i], month, &e), ERR_OK);
	report.seq = seq;
	report.rows = (int64_t)count;
	cr_assert_eq(reg_report_finish(in->reg, &report, &staff, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_scope_end(in->reg, ERR_OK, &e), ERR_OK);
	return seq;
}

static enum err_code note_missing(void *ctx, const struct match_row *row, struct err *e)
{
	int64_t *sum = ctx;

	(void)e;
	*sum = *sum * 10 + row->id.n;
	return ERR_OK;
}

Test(report, who_stood_in_the_last_report_and_not_in_this_one_is_missing)
{
	struct instance in = instance_new();
	struct enterprise_id ids[] = {enterprise_plain(&in), enterprise_plain(&in),
		enterprise_plain(&in), enterprise_plain(&in)};
	struct err e = {0};
	int64_t first, second, previous = 0, found = 0, missing = 0;

	first = report_with(&in, ymd(2018, 1, 1), "aa", ids, 4);
	second = report_with(&in, ymd(2018, 2, 1), "bb", ids, 1);
	event_on(&in, ids[2], EVENT_WITHDRAWN, ymd(2018, 2, 2));
	cr_assert_eq(reg_report_previous(in.reg, STREET, ymd(2018, 2, 1), second, &previous, &e),
		ERR_OK);
	cr_assert_eq(previous, first);
	cr_assert_eq(reg_report_missing(in.reg, first, second, note_missing, &missing, &e), ERR_OK);
	cr_assert_eq(missing, 24, "the withdrawn one is not missing: %lld", (long long)missing);
	cr_assert_eq(reg_report_find(in.reg, STREET, ymd(2018, 1, 1), "aa", &found, &e), ERR_OK);
	cr_assert_eq(found, first);
	cr_assert_eq(reg_report_find(in.reg, STREET, ymd(2018, 3, 1), "aa", &found, &e), ERR_OK);
	cr_assert_eq(found, 0);
	cr_assert_str_eq(
		query_text(
			&in, "SELECT first_reported||last_reported FROM enterprise WHERE number=1"),
		"2018-01-012018-02-01");
	cr_assert_str_eq(
		query_text(&in, "SELECT detail FROM change_log WHERE kind='import' ORDER BY seq"),
		"650105001 2018-01: +0 ~0 -0");
	instance_done(&in);
}

static enum err_code last_near(void *ctx, const struct near_match *near, struct err *e)
{
	(void)e;
	*(struct near_match *)ctx = *near;
	((struct near_match *)ctx)->decision = NULL;
	return ERR_OK;
}

Test(near, a_near_match_is_open_until_a_person_decides)
{
	struct instance in = instance_new();
	struct enterprise_id one = enterprise_plain(&in), two = enterprise_plain(&in);
	struct near_match near = {0};
	struct err e = {0};

	cr_assert_eq(reg_near_add(in.reg, two, one, 0, &staff, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_near_add(in.reg, two, one, 0, &staff, &e), ERR_OK, "known already");
	cr_assert_eq(reg_near_each(in.reg, true, last_near, &near, &e), ERR_OK);
	cr_assert_eq(near.enterprise.n, two.n);
	cr_assert_eq(reg_near_decide(in.reg, near.seq, "perhaps", ymd(2018, 2, 1), &staff, &e),
		ERR_USAGE);
	cr_assert_eq(
		reg_near_decide(in.reg, 99, "same", ymd(2018, 2, 1), &staff, &e), ERR_NOT_FOUND);
	cr_assert_eq(reg_near_decide(in.reg, near.seq, "same", ymd(2018, 2, 1), &staff, &e), ERR_OK,
		"%s", e.message);
	cr_assert_eq(enterprise_now(&in, two).course.state, STATE_WITHDRAWN);
	cr_assert_eq(enterprise_now(&in, one).course.state, STATE_REGISTERED);
	cr_assert_eq(reg_near_decide(in.reg, near.seq, "different", ymd(2018, 2, 1), &staff, &e),
		ERR_CONFLICT);
	near.seq = 0;
	cr_assert_eq(reg_near_each(in.reg, true, last_near, &near, &e), ERR_OK);
	cr_assert_eq(near.seq, 0);
	instance_done(&in);
}
