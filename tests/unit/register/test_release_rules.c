/*
 * The rules of a release one by one; test_release.c has the adversary over months of them.
 */
#include "releases.h"

#include <stdlib.h>
#include <string.h>

#define WEEK "2018-W05" /* its Thursday is the 1st of February, its Sunday the 4th */

static struct release_report release_on(struct instance *in, struct day day)
{
	struct release_report report = {0};
	struct err e = {0};

	cr_assert_eq(reg_release(in->reg, day, false, &staff, in->arena, &report, &e), ERR_OK, "%s",
		e.message);
	return report;
}

/* `count` cases of one street, numbered on from `first`; all alike. */
static void cases_in(
	struct instance *in, int first, int count, const char *week, const char *street)
{
	for (int i = first; i < first + count; i++)
		case_opened(in, case_new(in, i, week), "dust noise", street);
}

static void conclude_all(struct instance *in, int first, int count, struct day day)
{
	for (int i = first; i < first + count; i++)
		case_conclude(in, i, day, arena_printf(in->arena, "答复%d号", i));
}

static size_t results_now(struct instance *in)
{
	return (size_t)query_int(in, "SELECT count(*) FROM public_tip_result");
}

Test(release_rules, a_case_waits_for_its_delay_and_stands_in_the_month_of_its_thursday)
{
	struct instance in = instance_new();
	static struct view v;
	struct release_report report;

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	report = release_on(&in, ymd(2018, 3, 3));
	cr_assert_eq(report.seq, 0);
	cr_assert_eq(report.waiting, 12);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_release"), 0);
	report = release_on(&in, ymd(2018, 3, 4));
	cr_assert_eq(report.seq, 1);
	cr_assert_eq(report.moved, 12);
	cr_assert_eq(report.shown, 12);
	cr_assert_eq(report.waiting, 0);
	cr_assert_eq(report.result_count, 12);
	cr_assert_eq(report.results[0], 1);
	cr_assert_eq(report.results[11], 12);
	look(&in, &v);
	cr_assert_eq(count_in(&v, "total//concluded"), 12);
	cr_assert_eq(count_in(&v, "month/2018-02/concluded"), 12);
	cr_assert_eq(count_in(&v, "kind/dust/concluded"), 12);
	cr_assert_eq(count_in(&v, "street/" STREET "/concluded"), 12);
	cr_assert_eq(count_in(&v, "lead/economy/concluded"), 12);
	cr_assert_eq(v.cell_count, 5);
	cr_assert_eq(v.result_count, 12);
	/* Nothing new: nothing is released, and the day does not go back. */
	cr_assert_eq(release_on(&in, ymd(2018, 3, 11)).seq, 0);
	cr_assert_eq(reg_release(in.reg, ymd(2018, 3, 3), false, &staff, in.arena, &report,
			     &(struct err){0}),
		ERR_CONFLICT);
	instance_done(&in);
}

Test(release_rules, what_is_not_known_yet_stands_under_none)
{
	struct instance in = instance_new();
	static struct view v;

	for (int i = 1; i <= 12; i++)
		case_new(&in, i, WEEK);
	cr_assert_eq(release_on(&in, ymd(2018, 3, 4)).moved, 12);
	look(&in, &v);
	cr_assert_eq(count_in(&v, "kind/none/open-late"), 12, "nobody answered in 15 days");
	cr_assert_eq(count_in(&v, "street/none/open-late"), 12);
	cr_assert_eq(count_in(&v, "lead/none/open-late"), 12);
	instance_done(&in);
}

Test(release_rules, a_dry_run_says_the_same_and_writes_nothing)
{
	struct instance in = instance_new();
	struct release_report dry = {0}, done;
	struct err e = {0};
	int64_t log;

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	log = query_int(&in, "SELECT max(seq) FROM change_log");
	cr_assert_eq(
		reg_release(in.reg, ymd(2018, 3, 4), true, &staff, in.arena, &dry, &e), ERR_OK);
	cr_assert_eq(dry.seq, 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_shown"), 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_release"), 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_result"), 0);
	cr_assert_eq(query_int(&in, "SELECT max(seq) FROM change_log"), log);
	done = release_on(&in, ymd(2018, 3, 4));
	cr_assert_eq(dry.moved, done.moved);
	cr_assert_eq(dry.shown, done.shown);
	cr_assert_eq(dry.waiting, done.waiting);
	cr_assert_eq(dry.result_count, done.result_count);
	instance_done(&in);
}

Test(release_rules, a_release_stands_in_the_public_log_with_the_enterprises_it_changes)
{
	struct instance in = instance_new();
	struct enterprise_id many = enterprise_plain(&in), few = enterprise_plain(&in);
	struct tip_step link = {.kind = CASE_RECTIFYING, .day = ymd(2018, 2, 6)};
	static struct view v;
	struct err e = {0};
	int64_t log = query_int(&in, "SELECT max(seq) FROM change_log");

	cases_in(&in, 1, 24, WEEK, STREET);
	for (int64_t i = 1; i <= 12; i++) {
		case_step(&in, i, CASE_ACCEPTED, link.day);
		case_step(&in, i, CASE_DISPATCHED, link.day);
		case_step(&in, i, CASE_CHECKED, link.day);
		link.tip_case = i;
		link.enterprise = i <= 2 ? few : many;
		cr_assert_eq(case_try(&in, link, &e), ERR_OK, "%s", e.message);
	}
	release_on(&in, ymd(2018, 3, 4));
	look(&in, &v);
	cr_assert_eq(v.firm[many.n], 10);
	cr_assert_eq(v.firm[few.n], 0, "two are never shown");
	cr_assert_str_eq(
		query_text(&in, arena_printf(in.arena,
					"SELECT group_concat(kind||' '||coalesce(enterprise,0)"
					"||' '||day||' '||internal, ', ') FROM change_log"
					" WHERE seq>%lld",
					(long long)log)),
		"tip-release 0 2018-03-04 0, tip-release 1 2018-03-04 0");
	/* A third one names it, with a release that has something to show. */
	for (int64_t i = 13; i <= 24; i++) {
		case_step(&in, i, CASE_ACCEPTED, ymd(2018, 3, 5));
		case_step(&in, i, CASE_DISPATCHED, ymd(2018, 3, 5));
	}
	case_step(&in, 13, CASE_CHECKED, ymd(2018, 3, 5));
	link = (struct tip_step){
		.tip_case = 13, .kind = CASE_RECTIFYING, .day = ymd(2018, 3, 5), .enterprise = few};
	cr_assert_eq(case_try(&in, link, &e), ERR_OK, "%s", e.message);
	cr_assert_gt(release_on(&in, ymd(2018, 3, 11)).seq, 0);
	look(&in, &v);
	cr_assert_eq(v.firm[few.n], 3);
	cr_assert_eq(
		query_int(&in, "SELECT max(enterprise) FROM change_log WHERE kind='tip-release'"),
		few.n);
	instance_done(&in);
}

static void link_all(
	struct instance *in, int first, int count, struct enterprise_id id, struct day day)
{
	struct tip_step link = {.kind = CASE_RECTIFYING, .day = day, .enterprise = id};
	struct err e = {0};

	for (link.tip_case = first; link.tip_case < first + count; link.tip_case++) {
		if (case_now(in, link.tip_case).course.state == CASE_RECEIVED) {
			case_step(in, link.tip_case, CASE_ACCEPTED, day);
			case_step(in, link.tip_case, CASE_DISPATCHED, day);
		}
		case_step(in, link.tip_case, CASE_CHECKED, day);
		cr_assert_eq(case_try(in, link, &e), ERR_OK, "%s", e.message);
	}
}

/* Ten further cases, so that the gate has a release to make. */
static void release_with_ten(struct instance *in, int first, const char *week, struct day day)
{
	cases_in(in, first, 10, week, "650105002");
	cr_assert_gt(release_on(in, day).seq, 0);
}

Test(release_rules,
	a_case_that_turns_out_to_be_about_another_leaves_the_one_before_it_comes_to_the_other)
{
	struct instance in = instance_new();
	struct enterprise_id one = enterprise_plain(&in), other = enterprise_plain(&in);
	static struct view v;

	cases_in(&in, 1, 12, WEEK, STREET);
	link_all(&in, 1, 12, one, ymd(2018, 2, 6));
	release_on(&in, ymd(2018, 3, 4));
	link_all(&in, 1, 4, other, ymd(2018, 3, 5));
	link_all(&in, 5, 2, other, ymd(2018, 3, 5));
	release_with_ten(&in, 13, "2018-W06", ymd(2018, 3, 11));
	look(&in, &v);
	cr_assert_eq(v.firm[one.n], 6);
	cr_assert_eq(v.firm[other.n], 0);
	/* Two more leave: too few to be seen. */
	link_all(&in, 7, 2, other, ymd(2018, 3, 12));
	release_with_ten(&in, 23, "2018-W07", ymd(2018, 3, 18));
	look(&in, &v);
	cr_assert_eq(v.firm[one.n], 6);
	cr_assert_eq(v.firm[other.n], 6);
	/* With the others that leave now, none is left. */
	link_all(&in, 9, 4, other, ymd(2018, 3, 19));
	release_with_ten(&in, 33, "2018-W08", ymd(2018, 3, 25));
	look(&in, &v);
	cr_assert_eq(v.firm[one.n], 0);
	cr_assert_eq(v.firm[other.n], 6);
	release_with_ten(&in, 43, "2018-W09", ymd(2018, 4, 1));
	look(&in, &v);
	cr_assert_eq(v.firm[other.n], 12);
	instance_done(&in);
}

Test(release_rules, an_erased_case_keeps_its_labels_and_its_result)
{
	struct instance in = instance_new();
	static struct view v;
	struct err e = {0};

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	release_on(&in, ymd(2018, 3, 4));
	for (int64_t i = 1; i <= 12; i++) {
		cr_assert_eq(reg_case_set(in.reg, i, "waste-gas", "650105002", &staff, &e), ERR_OK);
		case_step(&in, i, CASE_ERASED, ymd(2018, 3, 5));
		cr_assert_eq(reg_case_blank(in.reg, i, &e), ERR_OK, "%s", e.message);
	}
	cr_assert_eq(release_on(&in, ymd(2018, 3, 11)).moved, 12);
	look(&in, &v);
	cr_assert_eq(count_in(&v, "kind/dust/erased"), 12);
	cr_assert_eq(count_in(&v, "street/" STREET "/erased"), 12);
	cr_assert_eq(v.cell_count, 5);
	cr_assert_eq(v.result_count, 12);
	instance_done(&in);
}

static void reopen_and_conclude(struct instance *in, int64_t number, struct day day)
{
	struct tip_step check = {
		.tip_case = number, .kind = CASE_CHECKED, .day = day, .outcome = OUTCOME_UNTRUE};
	struct err e = {0};

	case_step(in, number, CASE_REOPENED, day);
	case_step(in, number, CASE_DISPATCHED, day);
	cr_assert_eq(case_try(in, check, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(case_try(in,
			     (struct tip_step){.tip_case = number,
				     .kind = CASE_CONCLUDED,
				     .day = day,
				     .reply = "再次答复"},
			     &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(case_review(in, number, "审核人", &e), ERR_OK, "%s", e.message);
}

/* Two come and one goes: enough for the cell, too few for results of their own. */
Test(release_rules, a_result_waits_until_three_of_its_street_come_out)
{
	struct instance in = instance_new();
	struct release_report report;

	cases_in(&in, 1, 16, WEEK, STREET);
	for (int i = 1; i <= 16; i++) {
		case_step(&in, i, CASE_ACCEPTED, ymd(2018, 2, 6));
		case_step(&in, i, CASE_DISPATCHED, ymd(2018, 2, 6));
	}
	conclude_all(&in, 1, 6, ymd(2018, 2, 6));
	report = release_on(&in, ymd(2018, 3, 4));
	cr_assert_eq(report.moved, 16);
	cr_assert_eq(report.result_count, 6);
	conclude_all(&in, 7, 2, ymd(2018, 3, 5));
	case_step(&in, 1, CASE_REOPENED, ymd(2018, 3, 5));
	cases_in(&in, 17, 10, "2018-W06", "650105002"); /* so that there is a release */
	report = release_on(&in, ymd(2018, 3, 11));
	cr_assert_geq(report.moved, 10);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_shown WHERE bucket='concluded'"), 7);
	cr_assert_eq(report.result_count, 0);
	/* The reopened one would be missed if it went alone. */
	cr_assert_eq(results_now(&in), 6);
	conclude_all(&in, 9, 3, ymd(2018, 3, 12));
	conclude_all(&in, 17, 10, ymd(2018, 3, 12));
	report = release_on(&in, ymd(2018, 3, 18));
	cr_assert_geq(report.result_count, 5);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_tip_result WHERE street='" STREET "'"),
		11);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_tip_result WHERE release=3"
				    " AND reply='答复7号'"),
		1);
	instance_done(&in);
}

Test(release_rules, a_case_concluded_anew_shows_its_new_result_in_place_of_the_old)
{
	struct instance in = instance_new();
	struct release_report report;

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	release_on(&in, ymd(2018, 3, 4));
	for (int64_t i = 1; i <= 2; i++)
		reopen_and_conclude(&in, i, ymd(2018, 3, 5));
	cases_in(&in, 13, 10, "2018-W06", "650105002");
	report = release_on(&in, ymd(2018, 3, 11));
	cr_assert_gt(report.seq, 0);
	cr_assert_eq(report.result_count, 0, "two are too few");
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_tip_result WHERE reply='再次答复'"), 0);
	cr_assert_eq(results_now(&in), 12);
	reopen_and_conclude(&in, 3, ymd(2018, 3, 12));
	cases_in(&in, 23, 10, "2018-W07", "650105002");
	report = release_on(&in, ymd(2018, 3, 18));
	cr_assert_eq(report.result_count, 3);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_tip_result WHERE reply='再次答复'"), 3);
	cr_assert_eq(results_now(&in), 12);
	/* One more: the new one comes only with two others, the old one goes only with two others. */
	reopen_and_conclude(&in, 4, ymd(2018, 3, 19));
	cases_in(&in, 33, 12, "2018-W08", STREET);
	conclude_all(&in, 33, 12, ymd(2018, 3, 19));
	report = release_on(&in, ymd(2018, 3, 25));
	cr_assert_eq(report.result_count, 13);
	cr_assert_eq(results_now(&in), 12 + 13);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_tip_result WHERE reply='答复4号'"), 1);
	instance_done(&in);
}

Test(release_rules, results_of_reopened_cases_go_by_three_of_their_release_and_street)
{
	struct instance in = instance_new();

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	release_on(&in, ymd(2018, 3, 4));
	for (int64_t i = 1; i <= 2; i++)
		case_step(&in, i, CASE_REOPENED, ymd(2018, 3, 5));
	release_with_ten(&in, 13, "2018-W06", ymd(2018, 3, 11));
	cr_assert_eq(results_now(&in), 12, "two stay");
	for (int64_t i = 3; i <= 5; i++)
		case_step(&in, i, CASE_REOPENED, ymd(2018, 3, 12));
	release_with_ten(&in, 23, "2018-W07", ymd(2018, 3, 18));
	cr_assert_eq(query_int(&in,
			     "SELECT count(*) FROM tip_shown WHERE tip_case<=5 AND bucket='open'"),
		5);
	cr_assert_eq(results_now(&in), 7, "five go together");
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_result WHERE withdrawn=3"), 5);
	instance_done(&in);
}

/* ---- a second pair of eyes -------------------------------------------------------------------------------- */

static void conclude_unread(struct instance *in, int64_t number, struct day day)
{
	struct err e = {0};
	struct tip_step end = {.tip_case = number,
		.kind = CASE_CONCLUDED,
		.day = day,
		.reply = arena_printf(in->arena, "答复%lld号", (long long)number)};

	case_step(in, number, CASE_ACCEPTED, day);
	case_step(in, number, CASE_DISPATCHED, day);
	cr_assert_eq(case_try(in,
			     (struct tip_step){.tip_case = number,
				     .kind = CASE_CHECKED,
				     .day = day,
				     .outcome = OUTCOME_UNTRUE},
			     &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(case_try(in, end, &e), ERR_OK, "%s", e.message);
}

Test(release_rules, a_result_waits_for_a_second_pair_of_eyes_and_the_figures_do_not)
{
	struct instance in = instance_new();
	static struct view v;
	struct err e = {0};

	cases_in(&in, 1, 12, WEEK, STREET);
	for (int64_t i = 1; i <= 12; i++)
		conclude_unread(&in, i, ymd(2018, 2, 6));
	for (int64_t i = 1; i <= 2; i++)
		cr_assert_eq(case_review(&in, i, "审核人", &e), ERR_OK, "%s", e.message);
	cr_assert_eq(release_on(&in, ymd(2018, 3, 4)).result_count, 0, "two are too few");
	look(&in, &v);
	cr_assert_eq(count_in(&v, "total//concluded"), 12);
	cr_assert_eq(v.result_count, 0);
	for (int64_t i = 3; i <= 5; i++)
		cr_assert_eq(case_review(&in, i, "审核人", &e), ERR_OK, "%s", e.message);
	release_with_ten(&in, 13, "2018-W06", ymd(2018, 3, 11));
	cr_assert_eq(results_now(&in), 5);
	cr_assert_eq(query_int(&in,
			     "SELECT max(CAST(substr(reply,3) AS INTEGER)) FROM public_tip_result"),
		5);
	instance_done(&in);
}

static enum err_code count_waiting(void *ctx, const struct reply_review *v, struct err *e)
{
	(void)e;
	*(int *)ctx += !v->reviewed_by;
	return ERR_OK;
}

static int waiting(struct instance *in)
{
	struct err e = {0};
	int n = 0;

	cr_assert_eq(
		reg_reply_review_each(in->reg, 0, count_waiting, &n, &e), ERR_OK, "%s", e.message);
	return n;
}

Test(release_rules, nobody_reviews_their_own_words_and_a_new_reply_is_read_anew)
{
	struct instance in = instance_new();
	struct err e = {0};
	const char *own = arena_printf(in.arena, " %.3s %s", staff.by, staff.by + 3);
	struct tip_step again = {.tip_case = 1,
		.kind = CASE_ASKED,
		.day = ymd(2018, 2, 7),
		.reply = "改过的答复",
		.by = "回访人"};

	cases_in(&in, 1, 2, WEEK, STREET);
	cr_assert_eq(case_review(&in, 1, "审核人", &e), ERR_CONFLICT, "not concluded");
	cr_assert_eq(waiting(&in), 0);
	conclude_unread(&in, 1, ymd(2018, 2, 6));
	cr_assert_eq(waiting(&in), 1);
	cr_assert_eq(case_review(&in, 1, staff.by, &e), ERR_REFUSED);
	cr_assert_eq(case_review(&in, 1, own, &e), ERR_REFUSED, "blanks make nobody else");
	cr_assert_eq(case_review(&in, 1, "审核人", &e), ERR_OK, "%s", e.message);
	cr_assert_eq(case_review(&in, 1, "审核人", &e), ERR_CONFLICT, "once");
	cr_assert_eq(waiting(&in), 0);
	cr_assert_eq(case_try(&in, again, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(waiting(&in), 1, "a new reply");
	cr_assert_eq(case_review(&in, 1, "回访人", &e), ERR_REFUSED);
	cr_assert_eq(case_review(&in, 1, staff.by, &e), ERR_REFUSED, "concluded it");
	cr_assert_eq(case_review(&in, 1, "审核人", &e), ERR_OK, "%s", e.message);
	cr_assert_neq(sqlite3_exec(in.reg->db, "DELETE FROM case_reply_review", NULL, NULL, NULL),
		SQLITE_OK);
	cr_assert_neq(
		sqlite3_exec(in.reg->db, "UPDATE case_reply_review SET by='x'", NULL, NULL, NULL),
		SQLITE_OK);
	instance_done(&in);
}

Test(release_rules, what_a_release_wrote_stands)
{
	static const char *const refused[] = {"DELETE FROM tip_release", "DELETE FROM tip_shown",
		"DELETE FROM tip_result", "UPDATE tip_release SET day='2018-01-01'",
		"UPDATE tip_result SET reply='x'", "UPDATE tip_result SET street='x'",
		"UPDATE tip_result SET outcome='true'", "UPDATE tip_result SET withdrawn=NULL"};
	struct instance in = instance_new();

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	release_on(&in, ymd(2018, 3, 4));
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		cr_assert_neq(sqlite3_exec(in.reg->db, refused[i], NULL, NULL, NULL), SQLITE_OK,
			"%s", refused[i]);
	instance_done(&in);
}

/* ---- what waits shows nowhere ---------------------------------------------------------------------------- */

static void dump_view(struct instance *in, const char *view, struct buf *out)
{
	sqlite3_stmt *s;

	cr_assert_eq(sqlite3_prepare_v2(in->reg->db,
			     arena_printf(in->arena, "SELECT * FROM %s", view), -1, &s, NULL),
		SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		buf_str(out, view);
		for (int i = 0; i < sqlite3_column_count(s); i++) {
			const char *text = (const char *)sqlite3_column_text(s, i);

			buf_str(out, "|");
			buf_str(out, text ? text : "NULL");
		}
		buf_str(out, "\n");
	}
	sqlite3_finalize(s);
}

static char *dump_public(struct instance *in)
{
	sqlite3_stmt *s;
	struct buf out;
	char *text;

	buf_init(&out, 16 << 20);
	cr_assert_eq(sqlite3_prepare_v2(in->reg->db,
			     "SELECT name FROM sqlite_schema WHERE type='view' ORDER BY name", -1,
			     &s, NULL),
		SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW)
		dump_view(in, (const char *)sqlite3_column_text(s, 0), &out);
	sqlite3_finalize(s);
	text = mem_strdup(buf_text(&out));
	buf_done(&out);
	return text;
}

/* A register with some public life; `waiting`: and with cases that no release shows yet, busily worked on. */
static char *life(bool waiting)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct tip_step link = {.kind = CASE_RECTIFYING, .enterprise = id};
	struct err e = {0};
	char *dump;

	cases_in(&in, 1, 12, WEEK, STREET);
	conclude_all(&in, 1, 12, ymd(2018, 2, 6));
	event_on(&in, id, EVENT_ORDERED, ymd(2018, 1, 8));
	release_on(&in, ymd(2018, 3, 4));
	for (int i = 13; waiting && i < 40; i++) {
		cases_in(&in, i, 1, "2018-W09", i % 2 ? STREET : "650105003");
		case_step(&in, i, CASE_ACCEPTED, ymd(2018, 3, 5));
		case_step(&in, i, CASE_DISPATCHED, ymd(2018, 3, 5));
		case_step(&in, i, CASE_CHECKED, ymd(2018, 3, 5));
		link.tip_case = i;
		link.day = ymd(2018, 3, 5);
		cr_assert_eq(case_try(&in, link, &e), ERR_OK, "%s", e.message);
		if (i % 3 == 0)
			case_step(&in, i, CASE_CONCLUDED, ymd(2018, 3, 6));
		if (i % 5 == 0)
			case_step(&in, i, CASE_ERASED, ymd(2018, 3, 6));
	}
	/* Public life goes on, and its numbers tell nothing of what happened in between. */
	cr_assert_eq(release_on(&in, ymd(2018, 3, 11)).seq, 0);
	event_on(&in, id, EVENT_PROGRESS, ymd(2018, 1, 9));
	set_field(&in, id, "products", "门窗");
	dump = dump_public(&in);
	instance_done(&in);
	return dump;
}

Test(release_rules, nothing_of_a_waiting_case_shows_anywhere)
{
	char *without = life(false), *with = life(true);

	cr_assert_str_eq(with, without);
	cr_assert(strstr(with, "public_tip_cell|total||concluded|12"));
	cr_assert(strstr(with, "public_change|"));
	free(without);
	free(with);
}
