#include "cases.h"

#include <stdio.h>
#include <string.h>

#define WEEK "2018-W05"

/* Lines as the public reads them, one text per function. */
struct lines {
	char text[8000];
};

static void add_line(struct lines *l, const char *line)
{
	size_t len = strlen(l->text);

	cr_assert_lt(len + strlen(line) + 2, sizeof(l->text));
	snprintf(l->text + len, sizeof(l->text) - len, "%s\n", line);
}

static const char *plain(const char *text)
{
	return text ? text : "-";
}

static enum err_code see_cell(void *ctx, const struct pub_tip_cell *c, struct err *e)
{
	char line[200];

	(void)e;
	snprintf(line, sizeof(line), "%s %s %s %lld", c->grouping, c->label, c->bucket,
		(long long)c->count);
	add_line(ctx, line);
	return ERR_OK;
}

static enum err_code see_release(void *ctx, const struct pub_tip_release *r, struct err *e)
{
	char line[100], day[DAY_TEXT_BYTES];

	(void)e;
	snprintf(line, sizeof(line), "%lld %s", (long long)r->seq, day_text(r->day, day));
	add_line(ctx, line);
	return ERR_OK;
}

static enum err_code see_result(void *ctx, const struct pub_tip_result *r, struct err *e)
{
	char line[300], day[DAY_TEXT_BYTES];

	(void)e;
	snprintf(line, sizeof(line), "%lld %s %s %s %s", (long long)r->release,
		day_text(r->day, day), r->street, r->outcome, plain(r->reply));
	add_line(ctx, line);
	return ERR_OK;
}

static enum err_code see_week(void *ctx, const char *week, const char *head, struct err *e)
{
	char line[100];

	(void)e;
	snprintf(line, sizeof(line), "%s %.4s", week, head);
	add_line(ctx, line);
	return ERR_OK;
}

static struct pub *door(struct instance *in)
{
	struct pub *p = NULL;
	struct err e = {0};

	cr_assert_eq(pub_open(in->dir, &p, &e), ERR_OK, "%s", e.message);
	return p;
}

static void put(struct instance *in, const char *sql)
{
	cr_assert_eq(sqlite3_exec(in->reg->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
		sqlite3_errmsg(in->reg->db));
}

/* Straight into what a release writes: also what it would never write, to see that the views insist. */
static void show(struct instance *in, int64_t number, const char *street, const char *bucket,
	int64_t enterprise)
{
	put(in, arena_printf(in->arena,
			"INSERT INTO tip_shown (tip_case, release, month, kind, street, lead, "
			"bucket,"
			" enterprise) VALUES (%lld, 1, '2018-02', 'dust', '%s', 'economy', '%s',"
			" nullif(%lld,0))",
			(long long)number, street, bucket, (long long)enterprise));
}

static struct instance with_cases(int count)
{
	struct instance in = instance_new();

	put(&in, "INSERT INTO tip_release (day, moved, by, at) VALUES ('2018-03-04', 12, 'x', 'y'),"
		 " ('2018-03-11', 10, 'x', 'y')");
	for (int i = 1; i <= count; i++)
		case_new(&in, i, WEEK);
	return in;
}

Test(public_tips, an_empty_register_shows_nothing_and_fails_nowhere)
{
	struct instance in = instance_new();
	struct lines l = {{0}};
	struct err e = {0};
	struct pub *p = door(&in);

	cr_assert_eq(pub_tip_cell_each(p, see_cell, &l, &e), ERR_OK);
	cr_assert_eq(pub_tip_release_each(p, see_release, &l, &e), ERR_OK);
	cr_assert_eq(pub_tip_result_each(p, see_result, &l, &e), ERR_OK);
	cr_assert_eq(pub_chain_week_each(p, see_week, &l, &e), ERR_OK);
	cr_assert_str_eq(l.text, "");
	pub_close(p);
	instance_done(&in);
}

Test(public_tips, cells_under_three_are_not_shown_whoever_wrote_them)
{
	struct instance in = with_cases(8);
	struct lines l = {{0}};
	struct err e = {0};
	struct pub *p;

	for (int64_t i = 1; i <= 8; i++)
		show(&in, i, i <= 2 ? "650105002" : STREET, i == 8 ? "declined" : "open", 0);
	p = door(&in);
	cr_assert_eq(pub_tip_cell_each(p, see_cell, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(l.text, "kind dust open 7\nlead economy open 7\nmonth 2018-02 open 7\n"
				 "street 650105001 open 5\ntotal  open 7\n");
	pub_close(p);
	instance_done(&in);
}

Test(public_tips, releases_come_in_their_order_and_no_head_of_the_running_week)
{
	struct instance in = with_cases(0);
	struct lines l = {{0}};
	struct err e = {0};
	struct pub *p;

	cr_assert_eq(
		reg_chain_week_set(in.reg, WEEK,
			"abcd000000000000000000000000000000000000000000000000000000000000", &e),
		ERR_OK);
	cr_assert_eq(reg_chain_week_set(in.reg, "2018-W06", arena_printf(in.arena, "%064d", 2), &e),
		ERR_OK);
	p = door(&in);
	cr_assert_eq(pub_tip_release_each(p, see_release, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_chain_week_each(p, see_week, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(l.text, "1 2018-03-04\n2 2018-03-11\n2018-W05 abcd\n");
	pub_close(p);
	instance_done(&in);
}

static void result(struct instance *in, int64_t number, int64_t release, const char *street,
	const char *outcome, const char *reply)
{
	put(in, arena_printf(in->arena,
			"INSERT INTO tip_result (step, tip_case, release, street, outcome, reply)"
			" VALUES (%lld, %lld, %lld, '%s', '%s', nullif('%s',''))",
			(long long)number, (long long)number, (long long)release, street, outcome,
			reply));
}

Test(public_tips, results_come_by_three_of_a_street_and_in_an_order_that_tells_nothing)
{
	struct instance in = with_cases(9);
	struct lines l = {{0}}, after = {{0}};
	struct err e = {0};
	struct pub *p;

	result(&in, 1, 2, STREET, "untrue", "丙");
	result(&in, 2, 2, STREET, "true", "乙");
	result(&in, 3, 2, STREET, "true", "甲");
	result(&in, 4, 2, STREET, "partly", "");
	result(&in, 5, 2, "650105002", "true", "只有两件");
	result(&in, 6, 2, "650105002", "true", "只有两件");
	result(&in, 7, 1, "rest", "true", "一");
	result(&in, 8, 1, "rest", "true", "二");
	result(&in, 9, 1, "rest", "true", "三");
	p = door(&in);
	cr_assert_eq(pub_tip_result_each(p, see_result, &l, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(l.text,
		"1 2018-03-04 rest true 一\n1 2018-03-04 rest true 三\n"
		"1 2018-03-04 rest true 二\n"
		"2 2018-03-11 650105001 partly -\n2 2018-03-11 650105001 true 乙\n"
		"2 2018-03-11 650105001 true 甲\n2 2018-03-11 650105001 untrue 丙\n");
	/* One withdrawn of three: the others stay. */
	put(&in, "UPDATE tip_result SET withdrawn=2 WHERE tip_case=8");
	cr_assert_eq(pub_tip_result_each(p, see_result, &after, &e), ERR_OK, "%s", e.message);
	cr_assert_not(strstr(after.text, "二"));
	cr_assert(strstr(after.text, "一"));
	pub_close(p);
	instance_done(&in);
}

Test(public_tips, a_record_shows_how_many_name_it_from_three_on)
{
	struct instance in = with_cases(7);
	struct pub_record rec;
	struct err e = {0};
	struct pub *p;

	for (int i = 0; i < 3; i++)
		enterprise_plain(&in);
	for (int64_t i = 1; i <= 7; i++)
		show(&in, i, STREET, "open", i <= 2 ? 1 : i <= 6 ? 3 : 0);
	p = door(&in);
	for (int64_t i = 1; i <= 3; i++) {
		cr_assert_eq(pub_record_get(p, i, in.arena, &rec, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(rec.tipoffs, i == 3 ? 4 : 0, "%lld", (long long)i);
	}
	pub_close(p);
	instance_done(&in);
}

static enum err_code stop(void *ctx, const struct pub_tip_cell *c, struct err *e)
{
	(void)c;
	++*(int *)ctx;
	return err_set(e, ERR_REFUSED, "enough");
}

Test(public_tips, a_callback_ends_the_reading_and_the_door_stays_open)
{
	struct instance in = with_cases(6);
	struct err e = {0};
	int seen = 0;
	struct pub *p;

	for (int64_t i = 1; i <= 6; i++)
		show(&in, i, STREET, "open", 0);
	p = door(&in);
	cr_assert_eq(pub_tip_cell_each(p, stop, &seen, &e), ERR_REFUSED);
	cr_assert_eq(pub_tip_cell_each(p, stop, &seen, &e), ERR_REFUSED);
	cr_assert_eq(seen, 2);
	pub_close(p);
	instance_done(&in);
}
