/* What follows from steps: the answer under a receipt, and what the program does of its own accord. */
#include "world.h"

#include "casework/casework_internal.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

TestSuite(casework_follow, .init = office_begin, .fini = world_end, .timeout = 120);

static struct desk_case look(struct desk *d, int64_t number)
{
	struct desk_case k;
	cr_assert_eq(desk_case_get(d, number, arena, &k, &e), ERR_OK, "%s", e.message);
	return k;
}

/* ---- what the reporter reads ------------------------------------------------------------------------------ */

static struct status answer(const struct posted *p, bool *ret_found)
{
	struct status s = {"", "", ""};
	*ret_found = false;
	if (file_exists(at("status/office.bin")))
		cr_assert_eq(
			status_find(arena, at("status/office.bin"), &p->keys, ret_found, &s, &e),
			ERR_OK, "%s", e.message);
	return s;
}

Test(casework_follow, the_status_under_the_receipt_follows_the_case)
{
	struct posted p;
	bool found;

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	look(d, 1);
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED, .reply = "已经受理。"});
	answer(&p, &found);
	cr_assert_not(found, "not before it is flushed");
	flush_and_close(d);
	struct status s = answer(&p, &found);
	cr_assert(found);
	cr_assert_str_eq(s.state, "accepted");
	cr_assert_str_eq(s.when, "2018-02-01");
	cr_assert_str_eq(s.reply, "已经受理。");
	d = desk_as("office", NULL, "2018-02-03");
	step(d, 1, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "land"});
	flush_and_close(d);
	s = answer(&p, &found);
	cr_assert_str_eq(s.state, "dispatched");
	cr_assert_str_eq(s.when, "2018-02-03");
	cr_assert_str_eq(s.reply, "已经受理。", "the reply stays");
	d = desk_as("office", NULL, "2018-02-04");
	const struct case_act erased = {.kind = CASE_ERASED, .day = DAY_NONE, .why = "保存期满"};
	cr_assert_eq(desk_step_take(d, DESK_OFFICE, 1, &erased, NULL, &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
	s = answer(&p, &found);
	cr_assert_str_eq(s.state, "erased");
	cr_assert_str_empty(s.reply);
}

Test(casework_follow, a_case_opened_after_its_steps_gets_its_status_then)
{
	struct posted p;
	bool found;

	post(0, 0, 0, &p);
	drain(0);
	const char *slot = case_slot_path(arena, p.id);
	const char *away = at("slot-on-its-way");
	/* Not handed over yet: the step is taken all the same. */
	cr_assert_eq(rename(at(slot), away), 0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED});
	flush_and_close(d);
	answer(&p, &found);
	cr_assert_not(found, "nobody knows its key yet");
	cr_assert_eq(rename(away, at(slot)), 0);
	d = desk_as("inspector", NULL, "2018-02-02");
	look(d, 1);
	desk_close(d);
	cr_assert_str_eq(answer(&p, &found).state, "accepted");
	cr_assert(found);
}

/* Nobody looked at it first. */
Test(casework_follow, a_step_opens_its_case_and_reaches_the_receipt)
{
	struct posted p;
	bool found;

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 1, &(struct case_act){.kind = CASE_DECLINED, .reply = "不在本次整治范围。"});
	flush_and_close(d);
	cr_assert_str_eq(answer(&p, &found).state, "declined");
	cr_assert_str_eq(answer(&p, &found).reply, "不在本次整治范围。");
	cr_assert_eq(sql_int("SELECT opened FROM tip_case WHERE number=1"), 1);
}

Test(casework_follow, what_was_erased_unopened_is_answered_as_erased)
{
	struct posted p;
	bool found;

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	cr_assert_eq(desk_erase(d, 1, "当事人要求", &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
	cr_assert_str_eq(answer(&p, &found).state, "erased");
	cr_assert(found);
}

Test(casework_follow, who_cannot_open_a_case_does_not_answer_one_that_nobody_opened)
{
	static const struct {
		struct case_act act;
		bool refused;
	} tried[] = {
		{{.kind = CASE_ACCEPTED}, true},
		{{.kind = CASE_DECLINED}, true},
		{{.kind = CASE_TRANSFERRED}, true},
		{{.kind = CASE_MERGED, .into_case = 2}, true},
		{{.kind = CASE_EXTENDED, .extend_days = 5, .reply = "延期。"}, true},
		/* Left to the course: it says no, or yes. */
		{{.kind = CASE_EXTENDED, .extend_days = 5}, false},
	};
	static const char *const roles[] = {"office", "reply"};

	post_many(0, 2);
	drain(0);
	put_new("ffffffffffffffffffffffffffffffff", "rubbish", 7);
	drain(0);
	for (size_t r = 0; r < COUNT_OF(roles); r++) {
		struct desk *d = desk_as(roles[r], NULL, "2018-02-01");
		for (size_t i = 0; i < COUNT_OF(tried); i++) {
			struct case_act act = tried[i].act;
			act.day = DAY_NONE;
			act.why = "理由";
			enum err_code code = desk_step(d, 1, &act, NULL, &e);
			cr_assert_eq(code == ERR_REFUSED, tried[i].refused, "%s %zu %s", roles[r],
				i, e.message);
			cr_assert(!tried[i].refused || strstr(e.message, "case show"), "%s",
				e.message);
		}
		flush_and_close(d);
	}
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step WHERE tip_case=1"), 1);
	/* What was no letter has nothing to open. */
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	step(d, 3, &(struct case_act){.kind = CASE_DECLINED});
	flush_and_close(d);
	open_all(1);
	d = desk_as("office", NULL, "2018-02-02");
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED});
	flush_and_close(d);
}

Test(casework_follow, a_lost_status_file_or_its_key_is_made_anew_for_all)
{
	static const char *const lost[] = {"status/office.bin", "keys/filler.secret"};
	struct posted p[3];
	bool found;

	for (size_t i = 0; i < 3; i++)
		post(i, 0, 0, &p[i]);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	for (size_t i = 0; i < 2; i++) {
		look(d, number_of(&p[i]));
		step(d, number_of(&p[i]), &(struct case_act){.kind = CASE_ACCEPTED});
	}
	flush_and_close(d);
	for (size_t k = 0; k < COUNT_OF(lost); k++) {
		cr_assert_eq(unlink(at(lost[k])), 0);
		d = desk_as("inspector", NULL, "2018-02-01");
		step(d, number_of(&p[0]),
			&(struct case_act){.kind = CASE_DISPATCHED, .lead = "land"});
		flush_and_close(d);
		cr_assert_str_eq(answer(&p[0], &found).state, "dispatched");
		cr_assert_str_eq(answer(&p[1], &found).state, "accepted");
		answer(&p[2], &found);
		cr_assert_not(found, "never opened");
	}
}

/* ---- of the program's own accord ----------------------------------------------------------------------------- */

/* 发现一例、整治一例, and then it starts again. */
Test(casework_follow, a_relapse_of_its_enterprise_reopens_a_concluded_case_once)
{
	struct posted p;
	size_t reopened = 9;
	struct enterprise_id id = enterprise_named("测试木艺加工厂");

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED});
	step(d, 1, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "environment"});
	step(d, 1, &(struct case_act){.kind = CASE_CHECKED, .outcome = OUTCOME_TRUE});
	step(d, 1, &(struct case_act){.kind = CASE_RECTIFYING, .enterprise = id});
	step(d, 1, &(struct case_act){.kind = CASE_CONCLUDED, .despite_open = true});
	cr_assert_eq(desk_follow(d, &reopened, &e), ERR_OK);
	cr_assert_eq(reopened, 0);
	flush_and_close(d);
	const struct change_note note = {.by = "u", .at = "2018-02-05T09:00:00+08:00"};
	struct event_new ev = {.kind = EVENT_CLOSED, .day = day("2018-02-03"), .unit = "economy"};
	int64_t seq;
	cr_assert_eq(reg_event_add(reg, id, &ev, &note, &seq, &e), ERR_OK, "%s", e.message);
	ev = (struct event_new){
		.kind = EVENT_RELAPSED, .day = day("2018-02-05"), .unit = "economy"};
	cr_assert_eq(reg_event_add(reg, id, &ev, &note, &seq, &e), ERR_OK, "%s", e.message);
	d = desk_as("office", NULL, "2018-02-06");
	struct desk_case k = look(d, 1);
	cr_assert_eq(k.row.course.state, CASE_REOPENED);
	cr_assert_eq(k.row.steps, 7);
	cr_assert_str_eq(k.notes[6].role, "office");
	desk_close(d);
	d = desk_as("office", NULL, "2018-02-06");
	cr_assert_eq(look(d, 1).row.steps, 7, "once");
	/* Concluded again on the same day: that relapse had its answer. */
	step(d, 1, &(struct case_act){.kind = CASE_CHECKED, .outcome = OUTCOME_UNTRUE});
	step(d, 1, &(struct case_act){.kind = CASE_CONCLUDED, .despite_open = true});
	cr_assert_eq(desk_follow(d, &reopened, &e), ERR_OK);
	cr_assert_eq(reopened, 0);
	flush_and_close(d);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
}

Test(casework_follow, it_opens_where_there_is_no_case_yet)
{
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	cr_assert_eq(desk_flush(d, &e), ERR_OK);
	desk_close(d);
	cr_assert_not(file_exists(at("cases.git")));
	cr_assert_not(file_exists(at("status/office.bin")));
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	desk_close(NULL);
}

/* ---- releases ------------------------------------------------------------------------------------ */

Test(casework_follow, a_release_publishes_what_it_shows_and_a_dry_one_nothing)
{
	enum { CASES = 20 };
	struct release_report dry, shown, again;
	struct desk_case k;

	post_many(0, CASES);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	for (int64_t i = 1; i <= CASES; i++) {
		look(d, i);
		step(d, i, &(struct case_act){.kind = CASE_ACCEPTED});
		step(d, i, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "environment"});
		step(d, i, &(struct case_act){.kind = CASE_CHECKED, .outcome = OUTCOME_UNTRUE});
		step(d, i, &(struct case_act){.kind = CASE_CONCLUDED, .reply = "经查不属实。"});
	}
	flush_and_close(d);
	d = desk_of("工作人员乙", "reply", NULL, "2018-02-02");
	for (int64_t i = 1; i <= CASES; i++)
		cr_assert_eq(desk_review(d, i, &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
	d = desk_as("office", NULL, "2018-06-01");
	cr_assert_eq(desk_release(d, true, arena, &dry, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(dry.result_count, CASES);
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_shown"), 0);
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step WHERE kind='published'"), 0);
	cr_assert_eq(desk_release(d, false, arena, &shown, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(shown.result_count, CASES);
	cr_assert_eq(
		sql_int("SELECT count(*) FROM case_step WHERE kind='published' AND n=6"), CASES);
	flush_and_close(d);
	d = desk_as("office", NULL, "2018-06-02");
	k = look(d, 7);
	cr_assert_eq(k.row.course.state, CASE_PUBLISHED);
	cr_assert_str_eq(k.notes[5].role, "office");
	cr_assert_eq(desk_release(d, false, arena, &again, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(again.result_count, 0);
	flush_and_close(d);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.steps, 6 * CASES);
	cr_assert_eq(r.waiting, 0);
}
