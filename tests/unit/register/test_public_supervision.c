/*
 * The door's side of supervision alone: the rows are put in as the staff's side would.
 */
#include "instance.h"

#include <stdio.h>
#include <string.h>

struct lines {
	char text[8000];
};

static void PRINTF_LIKE(2, 3) add_line(struct lines *l, const char *fmt, ...)
{
	size_t len = strlen(l->text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(l->text + len, sizeof(l->text) - len, fmt, args);
	va_end(args);
	cr_assert_lt(strlen(l->text) + 2, sizeof(l->text));
	strncat(l->text, "\n", sizeof(l->text) - strlen(l->text) - 1);
}

static const char *plain(const char *text)
{
	return text ? text : "-";
}

static void put(struct instance *in, const char *sql)
{
	cr_assert_eq(sqlite3_exec(in->reg->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
		sqlite3_errmsg(in->reg->db));
}

static struct pub *door(struct instance *in)
{
	struct pub *p = NULL;
	struct err e = {0};

	cr_assert_eq(pub_open(in->dir, &p, &e), ERR_OK, "%s", e.message);
	return p;
}

/* ---- inspections ------------------------------------------------------------------------- */

static enum err_code see_inspection(void *ctx, const struct pub_inspection *i, struct err *e)
{
	char day[DAY_TEXT_BYTES], published[DAY_TEXT_BYTES], right[DAY_TEXT_BYTES];

	(void)e;
	add_line(ctx, "%lld %s %s %s %s %lld %s %s %s %s %s", (long long)i->seq,
		day_text(i->day, day), i->kind, i->team, plain(i->unit), (long long)i->enterprise,
		plain(i->doc), i->result, i->text, day_text(i->published, published),
		day_text(i->put_right, right));
	return ERR_OK;
}

static void fill_inspections(struct instance *in)
{
	enterprise_plain(in);
	enterprise_plain(in);
	put(in, "INSERT INTO inspection (day, kind, team, unit, enterprise, doc, result, finding, "
		"by, at)"
		" VALUES ('2018-03-02', 'inspection', 'economy', '" STREET
		"', NULL, '水政办〔2018〕5号',"
		" 'criticised', '内部说明一', '张三', 'x'),"
		" ('2018-03-01', 'patrol', '" STREET
		"', NULL, 2, NULL, 'findings', '内部说明二', '张三', 'x'),"
		" ('2018-02-01', 'spot-check', 'economy', NULL, 2, NULL, 'in-order', '内部说明三', "
		"'张三', 'x'),"
		" ('2018-04-01', 'patrol', 'economy', NULL, 1, NULL, 'in-order', '内部说明四', "
		"'张三', 'x')");
	put(in, "INSERT INTO inspection_note (inspection, kind, day, text, by, at) VALUES"
		" (1, 'publish', '2018-03-05', '通报批评', '李四', 'x'),"
		" (2, 'publish', '2018-03-06', '初稿', '李四', 'x'),"
		" (2, 'put-right', '2018-03-07', '已改', '张三', 'x'),"
		" (2, 'publish', '2018-03-08', '定稿', '李四', 'x'),"
		" (3, 'publish', '2018-03-05', '撤下', '李四', 'x'),"
		" (3, 'withdraw', '2018-03-09', '有误', '李四', 'x')");
}

Test(public_supervision, inspections_show_as_they_were_published_last)
{
	struct instance in = instance_new();
	struct lines l = {{0}};
	struct pub_record rec;
	struct err e = {0};
	struct pub *p;

	fill_inspections(&in);
	p = door(&in);
	cr_assert_eq(pub_inspection_each(p, see_inspection, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(l.text,
		"2 2018-03-01 patrol 650105001 - 2 - findings 定稿 2018-03-08 2018-03-07\n"
		"1 2018-03-02 inspection economy 650105001 0 水政办〔2018〕5号 criticised 通报批评"
		" 2018-03-05 \n");
	cr_assert_eq(pub_record_get(p, 2, in.arena, &rec, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(rec.inspection_count, 1);
	cr_assert_eq(rec.inspections[0].seq, 2);
	cr_assert_str_eq(rec.inspections[0].text, "定稿");
	cr_assert_eq(pub_record_get(p, 1, in.arena, &rec, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(rec.inspection_count, 0);
	pub_close(p);
	instance_done(&in);
}

/* ---- look-backs -------------------------------------------------------------------------------- */

static enum err_code see_plan(void *ctx, const struct pub_lookback_plan *l, struct err *e)
{
	char day[DAY_TEXT_BYTES];

	(void)e;
	add_line(ctx, "%s %s %s %d %d", l->quarter, l->seed, day_text(l->made_on, day), l->months,
		l->share);
	return ERR_OK;
}

static enum err_code see_count(void *ctx, const struct pub_lookback_count *l, struct err *e)
{
	(void)e;
	add_line(ctx, "%s %s %lld %lld %lld", l->quarter, l->street, (long long)l->planned,
		(long long)l->done, (long long)l->relapsed);
	return ERR_OK;
}

static enum err_code see_lookback(void *ctx, const struct pub_lookback *l, struct err *e)
{
	char day[DAY_TEXT_BYTES];

	(void)e;
	add_line(ctx, "%s %lld %s %s %s", l->quarter, (long long)l->enterprise, l->street,
		day_text(l->done_on, day), l->result);
	cr_assert_str_neq(l->reason, "tipped-off");
	return ERR_OK;
}

Test(public_supervision, lookbacks_show_when_they_are_done_and_never_that_somebody_tipped_off)
{
	struct instance in = instance_new();
	struct lines l = {{0}};
	struct pub_record rec;
	struct err e = {0};
	struct pub *p;

	for (int i = 0; i < 4; i++)
		enterprise_plain(&in);
	put(&in, "INSERT INTO lookback_plan VALUES ('2018Q1', 'seed', '2018-01-03', 6, 20, 'x', "
		 "'y')");
	put(&in, "INSERT INTO lookback (quarter, enterprise, place, street, reason, done_on, "
		 "result) VALUES"
		 " ('2018Q1', 1, 1, '650105001', 'tipped-off', '2018-02-02', 'held'),"
		 " ('2018Q1', 2, 2, '650105001', 'recent', '2018-02-01', 'relapsed'),"
		 " ('2018Q1', 3, 3, '650105001', 'tipped-off', NULL, NULL),"
		 " ('2018Q1', 4, 1, '650105002', 'drawn', NULL, NULL)");
	p = door(&in);
	cr_assert_eq(pub_lookback_plan_each(p, see_plan, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_lookback_count_each(p, see_count, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_lookback_each(p, see_lookback, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(l.text, "2018Q1 seed 2018-01-03 6 20\n2018Q1 650105001 3 2 1\n"
				 "2018Q1 650105002 1 0 0\n2018Q1 2 650105001 2018-02-01 relapsed\n"
				 "2018Q1 1 650105001 2018-02-02 held\n");
	cr_assert_eq(pub_record_get(p, 2, in.arena, &rec, &e), ERR_OK);
	cr_assert_eq(rec.lookback_count, 1);
	cr_assert_str_eq(rec.lookbacks[0].result, "relapsed");
	cr_assert_eq(pub_record_get(p, 3, in.arena, &rec, &e), ERR_OK);
	cr_assert_eq(rec.lookback_count, 0);
	pub_close(p);
	instance_done(&in);
}

/* ---- rankings ---------------------------------------------------------------------------------------- */

static enum err_code see_ranking(void *ctx, const struct pub_ranking *r, struct err *e)
{
	char computed[DAY_TEXT_BYTES], rules[DAY_TEXT_BYTES];

	(void)e;
	add_line(ctx, "%s %s %s %s", r->quarter, r->sha256, day_text(r->computed_on, computed),
		day_text(r->rules_from, rules));
	return ERR_OK;
}

static enum err_code see_rank(void *ctx, const struct pub_ranking_row *r, struct err *e)
{
	(void)e;
	add_line(ctx, "%s %lld %d %d-%d", r->unit, (long long)r->total, r->rank, r->best, r->worst);
	return ERR_OK;
}

static enum err_code see_item(void *ctx, const struct pub_ranking_item *i, struct err *e)
{
	(void)e;
	add_line(ctx, "%s %s %lld/%lld %lld", i->unit, i->item, (long long)i->part,
		(long long)i->whole, (long long)i->score);
	return ERR_OK;
}

static enum err_code see_trace(void *ctx, const struct pub_ranking_trace *t, struct err *e)
{
	(void)e;
	add_line(ctx, "%s %s %s %lld %d", t->unit, t->item, t->what, (long long)t->number,
		t->counted);
	return ERR_OK;
}

static void fill_ranking(struct instance *in)
{
	put(in, "INSERT INTO ranking VALUES ('2018Q1', '2018-04-20', '2018-01-01', 'internal', "
		"'abcd', 'x', 'y'),"
		" ('2018Q2', '2018-07-20', '2018-01-01', 'internal', 'ef', 'x', 'y')");
	put(in, "INSERT INTO ranking_row VALUES ('2018Q1', '650105001', -1, 0, 0, 0),"
		" ('2018Q1', '650105003', 8000, 2, 1, 2), ('2018Q1', '650105002', 9000, 1, 1, 2)");
	put(in, "INSERT INTO ranking_item VALUES ('2018Q1', '650105002', 'tipoffs', 1, 2, 50),"
		" ('2018Q1', '650105003', 'tipoffs', 2, 3, 66), ('2018Q1', '650105002', 'reports', "
		"3, 3, 100)");
	put(in, "INSERT INTO ranking_trace VALUES ('2018Q1', '650105002', 'tipoffs', 'tip-off', 7, "
		"1),"
		" ('2018Q1', '650105002', 'reports', 'report', 4, 1),"
		" ('2018Q1', '650105002', 'finished', 'enterprise', 5, 0),"
		" ('2018Q1', '650105002', 'lookbacks', 'enterprise', 6, 1)");
}

Test(public_supervision, rankings_show_their_figures_and_what_stands_behind_them)
{
	static const char *const items[] = {"finished", "lookbacks", "reports", "tipoffs"};
	struct instance in = instance_new();
	struct lines l = {{0}};
	struct err e = {0};
	struct pub *p;

	fill_ranking(&in);
	p = door(&in);
	cr_assert_eq(pub_ranking_each(p, see_ranking, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_ranking_row_each(p, "2018Q1", see_rank, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_ranking_item_each(p, "2018Q1", see_item, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_ranking_row_each(p, "2018Q2", see_rank, &l, &e), ERR_OK, "%s", e.message);
	for (size_t i = 0; i < COUNT_OF(items); i++)
		cr_assert_eq(
			pub_ranking_trace_of(p, "2018Q1", "650105002", items[i], see_trace, &l, &e),
			ERR_OK, "%s", e.message);
	cr_assert_str_eq(l.text,
		"2018Q1 abcd 2018-04-20 2018-01-01\n2018Q2 ef 2018-07-20 2018-01-01\n"
		"650105002 9000 1 1-2\n650105003 8000 2 1-2\n650105001 -1 0 0-0\n"
		"650105002 reports 3/3 100\n650105002 tipoffs -1/-1 50\n"
		"650105003 tipoffs 2/3 66\n"
		"650105002 finished enterprise 5 0\n650105002 reports report 4 1\n");
	pub_close(p);
	instance_done(&in);
}

/* ---- tasks ------------------------------------------------------------------------------------------------ */

static enum err_code see_task(void *ctx, const struct pub_task_of *t, struct err *e)
{
	char due[DAY_TEXT_BYTES], done[DAY_TEXT_BYTES];

	(void)e;
	add_line(ctx, "%s %lld %s %s %s", t->task.unit, (long long)t->enterprise, t->task.kind,
		day_text(t->task.due, due), day_text(t->task.done_on, done));
	return ERR_OK;
}

Test(public_supervision, tasks_are_listed_by_unit_and_day)
{
	static const struct {
		int64_t enterprise;
		const char *unit;
		int due, done; /* day of March; 0: none */
	} tasks[] = {{1, "construction", 0, 0}, {2, "construction", 20, 0},
		{1, "construction", 10, 0}, {2, "construction", 5, 6}, {1, "economy", 1, 0}};
	struct instance in = instance_new();
	struct lines l = {{0}};
	struct err e = {0};
	int64_t seq;
	struct pub *p;

	enterprise_plain(&in);
	enterprise_plain(&in);
	for (size_t i = 0; i < COUNT_OF(tasks); i++) {
		struct task t = {.enterprise = {tasks[i].enterprise},
			.kind = "cut-water",
			.unit = tasks[i].unit,
			.asked_on = ymd(2018, 2, 1),
			.due = tasks[i].due ? ymd(2018, 3, tasks[i].due) : DAY_NONE,
			.done_on = tasks[i].done ? ymd(2018, 3, tasks[i].done) : DAY_NONE};

		cr_assert_eq(reg_task_add(in.reg, &t, &staff, &seq, &e), ERR_OK, "%s", e.message);
	}
	p = door(&in);
	cr_assert_eq(pub_task_each(p, see_task, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(l.text,
		"construction 2 cut-water 2018-03-05 2018-03-06\n"
		"construction 1 cut-water 2018-03-10 \nconstruction 2 cut-water 2018-03-20 \n"
		"construction 1 cut-water  \neconomy 1 cut-water 2018-03-01 \n");
	pub_close(p);
	instance_done(&in);
}

Test(public_supervision, evidence_names_its_public_copy)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct pub_record rec;
	struct err e = {0};
	struct pub *p;

	for (int i = 0; i < 2; i++)
		cr_assert_eq(reg_evidence_add(in.reg, id,
				     file_with(&in, i ? "b.jpg" : "a.jpg", i ? "b" : "a"),
				     "photo-after", ymd(2018, 1, 9), true, &staff, &e),
			ERR_OK);
	put(&in, "UPDATE evidence SET may_publish=1, public_sha256=CASE WHEN name='b.jpg' THEN "
		 "'cafe' END");
	p = door(&in);
	cr_assert_eq(pub_record_get(p, id.n, in.arena, &rec, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(rec.evidence_count, 2);
	cr_assert_null(rec.evidence[0].public_sha256);
	cr_assert_str_eq(rec.evidence[1].public_sha256, "cafe");
	pub_close(p);
	instance_done(&in);
}
