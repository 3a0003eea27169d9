#include "cases.h"

#include <stdio.h>
#include <string.h>

#define WEEK "2018-W05" /* 29 January to 4 February */

Test(case, a_new_case_is_a_row_and_its_first_step)
{
	struct instance in = instance_new();
	int64_t number = case_new(&in, 1, WEEK);
	struct tip_case now = case_now(&in, number);

	cr_assert_eq(now.number, 1);
	cr_assert_str_eq(now.id, case_id_of(&in, 1));
	cr_assert_str_eq(now.host, "host-1");
	cr_assert_str_eq(now.week, WEEK);
	cr_assert_str_eq(now.origin, "form");
	cr_assert_not(now.opened);
	cr_assert_null(now.kinds);
	cr_assert_null(now.street);
	cr_assert_null(now.lead);
	cr_assert_null(now.reply);
	cr_assert_not(now.has_status);
	cr_assert_eq(now.course.state, CASE_RECEIVED);
	cr_assert_eq(day_compare(now.course.received, ymd(2018, 1, 29)), 0);
	cr_assert_eq(now.steps, 1);
	cr_assert_str_eq(query_text(&in, "SELECT kind||' '||day||' '||role FROM case_step"),
		"received 2018-01-29 intake");
	cr_assert_eq(query_int(&in, "SELECT content=commitment FROM case_step, tip_case"), 1);
	instance_done(&in);
}

/* The numbers of the change log are public: a gap would tell that something was done to a case. */
Test(case, what_is_done_to_a_case_leaves_no_trace_in_the_public_numbers)
{
	struct instance in = instance_new();
	int64_t before = query_int(&in, "SELECT seq FROM sqlite_sequence WHERE name='change_log'");
	int64_t number = case_new(&in, 1, WEEK);
	struct err e = {0};

	case_opened(&in, number, "dust", STREET);
	case_step(&in, number, CASE_ACCEPTED, ymd(2018, 2, 5));
	cr_assert_eq(reg_case_set(in.reg, number, "noise", NULL, &staff, &e), ERR_OK);
	cr_assert_eq(
		query_int(&in, "SELECT seq FROM sqlite_sequence WHERE name='change_log'"), before);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_log"), 3);
	cr_assert_str_eq(query_text(&in, "SELECT group_concat(what, ' ') FROM case_log"),
		"received accepted kinds");
	cr_assert_str_eq(
		query_text(&in, "SELECT old||' '||new||' '||by FROM case_log WHERE what='kinds'"),
		"dust noise 张三");
	/* Why staff did it is sealed with the step and stands nowhere else. */
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM pragma_table_info('case_log')"
				    " WHERE name='why'"),
		0);
	instance_done(&in);
}

Test(case, the_same_case_twice_is_a_conflict_that_says_which_stands)
{
	struct instance in = instance_new();
	struct tip_case_new c = {.host = "host-2", .week = WEEK, .origin = "form"};
	int64_t first = case_new(&in, 1, WEEK), second = case_new(&in, 2, WEEK), number = 0;
	struct err e = {0};

	c.received_on = ymd(2018, 1, 29);
	c.id = case_id_of(&in, 1);
	c.commitment = arena_printf(in.arena, "%064d", 7);
	cr_assert_eq(reg_case_add(in.reg, &c, &staff, &number, &e), ERR_CONFLICT);
	cr_assert_eq(number, first);
	c.id = arena_printf(in.arena, "%032d", 7);
	c.commitment = case_now(&in, second).commitment;
	cr_assert_eq(reg_case_add(in.reg, &c, &staff, &number, &e), ERR_CONFLICT);
	cr_assert_eq(number, second);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step"), 2);
	instance_done(&in);
}

Test(case, a_case_with_a_wrong_name_or_week_is_refused)
{
	static const char id[] = "0123456789abcdef0123456789abcdef";
	static const char commitment[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct instance in = instance_new();
	struct tip_case_new good = {id, "host-1", WEEK, commitment, "form", ymd(2018, 1, 31)};
	struct tip_case_new bad[10];
	int64_t number = 0;
	struct err e = {0};

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		bad[i] = good;
	bad[0].id = "0123456789ABCDEF0123456789ABCDEF";
	bad[1].id = "0123";
	bad[2].commitment = id;
	bad[3].host = "";
	bad[4].week = "2018-W53";
	bad[5].week = "2018-05";
	bad[6].origin = "telegram";
	bad[7].received_on = ymd(2018, 2, 5);
	bad[8].received_on = ymd(2018, 1, 28);
	bad[9].received_on = DAY_NONE;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_eq(
			reg_case_add(in.reg, &bad[i], &staff, &number, &e), ERR_USAGE, "%zu", i);
	cr_assert_eq(reg_case_add(in.reg, &good, &(struct change_note){.by = "", .at = staff.at},
			     &number, &e),
		ERR_USAGE);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_case"), 0);
	cr_assert_eq(reg_case_add(in.reg, &good, &staff, &number, &e), ERR_OK, "%s", e.message);
	/* The row may know the day; its first step stands on the Monday. */
	cr_assert_str_eq(query_text(&in, "SELECT day FROM case_step"), "2018-01-29");
	instance_done(&in);
}

Test(case, weeks_lie_in_the_year_of_their_thursday)
{
	static const struct {
		const char *week;
		int year, month, day;
	} weeks[] = {{"2018-W01", 2018, 1, 1}, {"2018-W52", 2018, 12, 24},
		{"2019-W01", 2018, 12, 31}, {"2020-W53", 2020, 12, 28}, {"2021-W01", 2021, 1, 4},
		{"2016-W53", 0, 0, 0}, {"2015-W53", 2015, 12, 28}, {"1969-W01", 1968, 12, 30}};
	struct instance in = instance_new();

	for (size_t i = 0; i < COUNT_OF(weeks); i++) {
		struct tip_case_new c = {.id = arena_printf(in.arena, "%032zu", i),
			.host = "host-1",
			.week = weeks[i].week,
			.commitment = arena_printf(in.arena, "%064zu", i),
			.origin = "phone",
			.received_on = weeks[i].year
					       ? ymd(weeks[i].year, weeks[i].month, weeks[i].day)
					       : ymd(2017, 1, 2)};
		struct err e = {0};
		int64_t number;

		cr_assert_eq(reg_case_add(in.reg, &c, &staff, &number, &e),
			weeks[i].year ? ERR_OK : ERR_USAGE, "%s: %s", weeks[i].week, e.message);
	}
	instance_done(&in);
}

Test(case, opening_fills_what_the_case_says_of_itself_once)
{
	struct instance in = instance_new();
	int64_t number = case_new(&in, 1, WEEK);
	struct tip_case_opened o = {.received_on = ymd(2018, 1, 31),
		.origin = "form",
		.way = "named",
		.kinds = "dust waste-water",
		.street = STREET,
		.status_tag = "tag 0123456789.",
		.status_key = "key 0123456789abcdef0123456789."};
	struct tip_case now;
	struct err e = {0};

	cr_assert_eq(reg_case_opened(in.reg, number, &o, &e), ERR_OK, "%s", e.message);
	now = case_now(&in, number);
	cr_assert(now.opened);
	cr_assert_str_eq(now.kinds, "dust waste-water");
	cr_assert_str_eq(now.street, STREET);
	cr_assert_str_eq(now.way, "named");
	cr_assert(now.has_status);
	cr_assert_arr_eq(now.status_key, o.status_key, TIP_KEY_BYTES);
	cr_assert_arr_eq(now.status_tag, o.status_tag, TIP_TAG_BYTES);
	/* The course counts from the very day. */
	cr_assert_eq(day_compare(now.course.received, ymd(2018, 1, 31)), 0);
	cr_assert_str_eq(query_text(&in, "SELECT since FROM tip_case"), "2018-01-31");
	cr_assert_eq(reg_case_set(in.reg, number, "noise", "650105002", &staff, &e), ERR_OK);
	/* Again: what staff set right stays. */
	cr_assert_eq(reg_case_opened(in.reg, number, &o, &e), ERR_OK, "%s", e.message);
	now = case_now(&in, number);
	cr_assert_str_eq(now.kinds, "noise");
	cr_assert_str_eq(now.street, "650105002");
	o.way = "anonymous";
	cr_assert_eq(reg_case_opened(in.reg, number, &o, &e), ERR_CONFLICT);
	instance_done(&in);
}

Test(case, what_an_opened_case_says_is_checked)
{
	struct instance in = instance_new();
	int64_t number = case_new(&in, 1, WEEK);
	const struct tip_case_opened good = {
		.received_on = ymd(2018, 1, 31), .origin = "letter", .way = "named"};
	static const char *const kinds[] = {
		"Dust", " dust", "dust ", "dust  noise", "粉尘", "a\nb"};
	struct tip_case_opened o;
	struct err e = {0};

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		o = good;
		o.kinds = kinds[i];
		cr_assert_eq(reg_case_opened(in.reg, number, &o, &e), ERR_USAGE, "%s", kinds[i]);
		cr_assert_eq(reg_case_set(in.reg, number, kinds[i], NULL, &staff, &e), ERR_USAGE);
	}
	cr_assert_eq(reg_case_set(in.reg, number, "", NULL, &staff, &e), ERR_USAGE);
	o = good;
	o.way = "secret";
	cr_assert_eq(reg_case_opened(in.reg, number, &o, &e), ERR_USAGE);
	o = good;
	o.received_on = DAY_NONE;
	cr_assert_eq(reg_case_opened(in.reg, number, &o, &e), ERR_USAGE);
	cr_assert_eq(reg_case_opened(in.reg, 9, &good, &e), ERR_NOT_FOUND);
	/* What the sender wrote for a street may be none: the case opens all the same. */
	o = good;
	o.street = "650105999";
	cr_assert_eq(reg_case_opened(in.reg, number, &o, &e), ERR_OK, "%s", e.message);
	cr_assert_null(case_now(&in, number).street);
	cr_assert_str_eq(case_now(&in, number).kinds, "");
	cr_assert_eq(reg_case_set(in.reg, number, NULL, "economy", &staff, &e), ERR_USAGE);
	instance_done(&in);
}

Test(case, an_id_is_found_by_its_beginning)
{
	struct instance in = instance_new();
	struct tip_case_new c = {
		.host = "host-1", .week = WEEK, .origin = "form", .received_on = ymd(2018, 1, 29)};
	static const char *const ids[] = {"abcdef00000000000000000000000000",
		"abcdef10000000000000000000000000", "abcdeff0000000000000000000000000"};
	struct tip_case found;
	struct err e = {0};
	int64_t number;

	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		c.id = ids[i];
		c.commitment = arena_printf(in.arena, "%064zu", i);
		cr_assert_eq(reg_case_add(in.reg, &c, &staff, &number, &e), ERR_OK);
	}
	cr_assert_eq(reg_case_find(in.reg, "abcdef1", in.arena, &found, &e), ERR_OK);
	cr_assert_eq(found.number, 2);
	cr_assert_eq(reg_case_find(in.reg, "ABCDEFF", in.arena, &found, &e), ERR_OK);
	cr_assert_eq(found.number, 3);
	cr_assert_eq(reg_case_find(in.reg, ids[0], in.arena, &found, &e), ERR_OK);
	cr_assert_eq(found.number, 1);
	cr_assert_eq(reg_case_find(in.reg, "abcdef", in.arena, &found, &e), ERR_USAGE);
	cr_assert(strstr(e.message, "3"), "%s", e.message);
	cr_assert_eq(reg_case_find(in.reg, "abcde", in.arena, &found, &e), ERR_USAGE);
	cr_assert_eq(reg_case_find(in.reg, "abcdeg0", in.arena, &found, &e), ERR_USAGE);
	cr_assert_eq(reg_case_find(in.reg, "abcdef2", in.arena, &found, &e), ERR_NOT_FOUND);
	cr_assert_eq(reg_case_find(in.reg, "", in.arena, &found, &e), ERR_USAGE);
	instance_done(&in);
}

static enum err_code note_number(void *ctx, const struct tip_case *row, struct err *e)
{
	int64_t *numbers = ctx;

	(void)e;
	*numbers = *numbers * 10 + row->number;
	return ERR_OK;
}

static int64_t listed(struct instance *in, struct tip_case_filter f)
{
	int64_t numbers = 0;
	struct err e = {0};

	cr_assert_eq(
		reg_case_each(in->reg, &f, note_number, &numbers, &e), ERR_OK, "%s", e.message);
	return numbers;
}

Test(case, lists_by_state_unit_enterprise_and_what_is_open)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct day day = ymd(2018, 2, 5);
	struct tip_step s = {.day = day};
	struct err e = {0};

	for (int i = 1; i <= 5; i++)
		case_new(&in, i, WEEK);
	case_opened(&in, 1, "dust", STREET);
	case_opened(&in, 2, "noise", "650105002");
	case_step(&in, 1, CASE_ACCEPTED, day);
	s = (struct tip_step){.tip_case = 1,
		.kind = CASE_DISPATCHED,
		.day = day,
		.lead = "environment",
		.helpers = "land planning"};
	cr_assert_eq(case_try(&in, s, &e), ERR_OK, "%s", e.message);
	case_step(&in, 1, CASE_CHECKED, day);
	s = (struct tip_step){.tip_case = 1, .kind = CASE_RECTIFYING, .day = day, .enterprise = id};
	cr_assert_eq(case_try(&in, s, &e), ERR_OK, "%s", e.message);
	case_step(&in, 3, CASE_DECLINED, day);
	case_conclude(&in, 4, day, NULL);

	cr_assert_eq(listed(&in, (struct tip_case_filter){0}), 12345);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.state = CASE_RECEIVED}), 25);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.unit = "environment"}), 1);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.unit = "planning"}), 1);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.unit = "plan"}), 0);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.unit = "economy"}), 4);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.unit = "650105002"}), 2);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.enterprise = id}), 1);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.open_only = true}), 125);
	cr_assert_eq(listed(&in, (struct tip_case_filter){.unopened_only = true}), 345);
	cr_assert_eq(
		listed(&in, (struct tip_case_filter){.open_only = true, .unopened_only = true}), 5);
	instance_done(&in);
}

/* The list of open states stands in a statement: it must be the policy's. */
Test(case, open_only_means_what_the_policy_calls_open)
{
	struct instance in = instance_new();

	case_new(&in, 1, WEEK);
	for (enum case_step s = CASE_RECEIVED; s < CASE_EXTENDED; s++) {
		char sql[100];

		snprintf(
			sql, sizeof(sql), "UPDATE tip_case SET state='%s'", policy_case_step_id(s));
		cr_assert_eq(sqlite3_exec(in.reg->db, sql, NULL, NULL, NULL), SQLITE_OK);
		cr_assert_eq(listed(&in, (struct tip_case_filter){.open_only = true}) == 1,
			policy_case_is_open(s), "%s", policy_case_step_id(s));
	}
	instance_done(&in);
}

Test(case, a_row_keeps_its_name_and_is_kept)
{
	static const char *const refused[] = {"DELETE FROM tip_case",
		"UPDATE tip_case SET id='ffffffffffffffffffffffffffffffff'",
		"UPDATE tip_case SET number=9", "UPDATE tip_case SET commitment='x'",
		"UPDATE tip_case SET week='2018-W06'", "UPDATE tip_case SET host='x'",
		"UPDATE tip_case SET merged_into=1", "DELETE FROM case_log",
		"UPDATE case_log SET by='x'"};
	struct instance in = instance_new();

	case_new(&in, 1, WEEK);
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		cr_assert_neq(sqlite3_exec(in.reg->db, refused[i], NULL, NULL, NULL), SQLITE_OK,
			"%s", refused[i]);
	instance_done(&in);
}

Test(case, drafts_are_one_per_case_and_role)
{
	struct instance in = instance_new();
	int64_t number = case_new(&in, 1, WEEK);
	const void *got = NULL;
	size_t len = 9;
	struct err e = {0};

	cr_assert_eq(reg_draft_get(in.reg, number, "reply", in.arena, &got, &len, &e), ERR_OK);
	cr_assert_null(got);
	cr_assert_eq(len, 0);
	cr_assert_eq(reg_draft_set(in.reg, number, "reply", "sealed-1", 8, &staff, &e), ERR_OK);
	cr_assert_eq(reg_draft_set(in.reg, number, "reply", "sealed-22", 9, &staff, &e), ERR_OK);
	cr_assert_eq(reg_draft_set(in.reg, number, "inspector", "other", 5, &staff, &e), ERR_OK);
	cr_assert_eq(reg_draft_get(in.reg, number, "reply", in.arena, &got, &len, &e), ERR_OK);
	cr_assert_eq(len, 9);
	cr_assert_arr_eq(got, "sealed-22", 9);
	cr_assert_eq(reg_draft_set(in.reg, number, "reply", NULL, 0, &staff, &e), ERR_OK);
	cr_assert_eq(reg_draft_get(in.reg, number, "reply", in.arena, &got, &len, &e), ERR_OK);
	cr_assert_null(got);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_draft"), 1);
	cr_assert_eq(reg_draft_set(in.reg, 9, "reply", "x", 1, &staff, &e), ERR_NOT_FOUND);
	instance_done(&in);
}

Test(case, a_chain_that_was_taken_in_does_not_go_back)
{
	struct instance in = instance_new();
	struct intake_head h = {"intake/host-1", 5, "aa", 0}, got;
	struct err e = {0};

	cr_assert_eq(reg_head_get(in.reg, "intake/host-1", in.arena, &got, &e), ERR_OK);
	cr_assert_eq(got.seq, 0);
	cr_assert_eq(reg_head_set(in.reg, &h, &e), ERR_OK, "%s", e.message);
	h.anchored_seq = 5;
	cr_assert_eq(reg_head_set(in.reg, &h, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_head_set(in.reg, &(struct intake_head){h.branch, 4, "bb", 4}, &e),
		ERR_CONFLICT);
	cr_assert_eq(reg_head_set(in.reg, &(struct intake_head){h.branch, 5, "bb", 5}, &e),
		ERR_CONFLICT);
	cr_assert_eq(reg_head_set(in.reg, &(struct intake_head){h.branch, 7, "cc", 2}, &e),
		ERR_CONFLICT);
	cr_assert_eq(
		reg_head_set(in.reg, &(struct intake_head){h.branch, 7, "cc", 9}, &e), ERR_USAGE);
	cr_assert_eq(reg_head_set(in.reg, &(struct intake_head){h.branch, 7, "cc", 5}, &e), ERR_OK);
	cr_assert_eq(reg_head_get(in.reg, h.branch, in.arena, &got, &e), ERR_OK);
	cr_assert_eq(got.seq, 7);
	cr_assert_str_eq(got.hash, "cc");
	cr_assert_eq(got.anchored_seq, 5);
	instance_done(&in);
}

Test(case, the_head_of_a_past_week_stays_and_the_quiet_weeks_between_have_it_too)
{
	struct instance in = instance_new();
	const char *one = arena_printf(in.arena, "%064d", 1),
		   *two = arena_printf(in.arena, "%064d", 2);
	struct err e = {0};
	int64_t log = query_int(&in, "SELECT max(seq) FROM change_log");

	cr_assert_eq(reg_chain_week_set(in.reg, "2018-W51", one, &e), ERR_OK);
	cr_assert_eq(
		query_int(&in, "SELECT max(seq) FROM change_log"), log, "nothing is public yet");
	cr_assert_eq(reg_chain_week_set(in.reg, "2019-W02", two, &e), ERR_OK);
	/* A session whose day lies behind. */
	cr_assert_eq(reg_chain_week_set(in.reg, "2018-W51", two, &e), ERR_OK);
	cr_assert_eq(reg_chain_week_set(in.reg, "2018-W40", two, &e), ERR_OK);
	cr_assert_eq(reg_chain_week_set(in.reg, "2019-W01", two, &e), ERR_OK);
	cr_assert_str_eq(query_text(&in, "SELECT group_concat(week||' '||substr(head,64),',') FROM"
					 " (SELECT * FROM chain_week ORDER BY week)"),
		"2018-W51 1,2018-W52 1,2019-W01 1,2019-W02 2");
	cr_assert_str_eq(query_text(&in, "SELECT group_concat(week,',') FROM"
					 " (SELECT * FROM public_chain_week ORDER BY week)"),
		"2018-W51,2018-W52,2019-W01");
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log WHERE kind='chain-week'"), 1);
	cr_assert_str_eq(query_text(&in, "SELECT day||' '||coalesce(enterprise,0)||' '||internal"
					 " FROM change_log WHERE kind='chain-week'"),
		"2019-01-07 0 0");
	cr_assert_neq(
		sqlite3_exec(in.reg->db, "UPDATE chain_week SET head=week WHERE week='2018-W51'",
			NULL, NULL, NULL),
		SQLITE_OK);
	cr_assert_neq(
		sqlite3_exec(in.reg->db, "DELETE FROM chain_week", NULL, NULL, NULL), SQLITE_OK);
	instance_done(&in);
}

Test(case, the_head_of_a_week_is_the_last_one_set)
{
	struct instance in = instance_new();
	const char *one = arena_printf(in.arena, "%064d", 1),
		   *two = arena_printf(in.arena, "%064d", 2);
	struct err e = {0};

	cr_assert_eq(reg_chain_week_set(in.reg, WEEK, one, &e), ERR_OK);
	cr_assert_eq(reg_chain_week_set(in.reg, WEEK, two, &e), ERR_OK);
	cr_assert_eq(reg_chain_week_set(in.reg, "2018-W54", two, &e), ERR_USAGE);
	cr_assert_eq(reg_chain_week_set(in.reg, WEEK, "abc", &e), ERR_USAGE);
	cr_assert_str_eq(query_text(&in, "SELECT group_concat(head) FROM chain_week"), two);
	instance_done(&in);
}

Test(case, changes_are_part_of_the_callers_transaction)
{
	struct instance in = instance_new();
	struct err e = {0};

	cr_assert_eq(reg_begin(in.reg, &e), ERR_OK);
	case_new(&in, 1, WEEK);
	case_step(&in, 1, CASE_ACCEPTED, ymd(2018, 2, 5));
	cr_assert_neq(
		case_try(&in,
			(struct tip_step){
				.tip_case = 1, .kind = CASE_PUBLISHED, .day = ymd(2018, 2, 6)},
			&e),
		ERR_OK);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step"), 2);
	reg_rollback(in.reg);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_case"), 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step"), 0);
	instance_done(&in);
}

/* ---- places and copies -------------------------------------------------------------------- */

struct copies {
	int count, gone;
	char places[100];
};

static enum err_code see_copy(void *ctx, const struct case_copy *c, struct err *e)
{
	struct copies *all = ctx;

	(void)e;
	cr_assert_eq(strlen(c->id), 32);
	all->count++;
	all->gone += day_is_set(c->gone_on);
	snprintf(all->places + strlen(all->places), sizeof(all->places) - strlen(all->places),
		"%lld:%s ", (long long)c->tip_case, c->place);
	return ERR_OK;
}

static struct copies copies_of(struct instance *in, int64_t number, bool open_only)
{
	struct copies all = {0};
	struct err e = {0};

	cr_assert_eq(reg_copy_each(in->reg, number, open_only, see_copy, &all, &e), ERR_OK);
	return all;
}

static enum err_code count_place(void *ctx, const char *place, const char *kind, struct err *e)
{
	(void)e;
	cr_assert(place && kind);
	++*(int *)ctx;
	return ERR_OK;
}

Test(case, places_are_asked_and_confirm)
{
	struct instance in = instance_new();
	struct day day = ymd(2018, 3, 1);
	struct err e = {0};
	int places = 0;

	case_new(&in, 1, WEEK);
	case_new(&in, 2, WEEK);
	cr_assert_eq(reg_place_set(in.reg, "host-1", "intake", &e), ERR_OK);
	cr_assert_eq(reg_place_set(in.reg, "host-1", "intake", &e), ERR_OK);
	cr_assert_eq(reg_place_set(in.reg, "host-1", "backup", &e), ERR_CONFLICT);
	cr_assert_eq(reg_place_set(in.reg, "tape", "cupboard", &e), ERR_USAGE);
	cr_assert_eq(reg_place_set(in.reg, "", "backup", &e), ERR_USAGE);
	cr_assert_eq(reg_place_set(in.reg, "tape", "backup", &e), ERR_OK);
	cr_assert_eq(reg_place_each(in.reg, count_place, &places, &e), ERR_OK);
	cr_assert_eq(places, 2);
	cr_assert_eq(reg_copy_ask(in.reg, 1, "host-1", day, &e), ERR_OK);
	cr_assert_eq(reg_copy_ask(in.reg, 1, "host-1", day_add(day, 9), &e), ERR_OK);
	cr_assert_eq(reg_copy_ask(in.reg, 1, "tape", day, &e), ERR_OK);
	cr_assert_eq(reg_copy_ask(in.reg, 2, "tape", day, &e), ERR_OK);
	cr_assert_eq(reg_copy_ask(in.reg, 2, "nowhere", day, &e), ERR_NOT_FOUND);
	cr_assert_eq(reg_copy_ask(in.reg, 9, "tape", day, &e), ERR_NOT_FOUND);
	cr_assert_str_eq(query_text(&in, "SELECT asked_on FROM case_copy WHERE place='host-1'"),
		"2018-03-01");
	cr_assert_eq(reg_copy_gone(in.reg, 2, "host-1", day, "host-1", &e), ERR_NOT_FOUND);
	cr_assert_eq(reg_copy_gone(in.reg, 1, "host-1", day, "", &e), ERR_USAGE);
	cr_assert_eq(reg_copy_gone(in.reg, 1, "host-1", day, "host-1", &e), ERR_OK);
	cr_assert_eq(reg_copy_gone(in.reg, 1, "host-1", day_add(day, 5), "x", &e), ERR_OK);
	cr_assert_str_eq(copies_of(&in, 0, false).places, "1:host-1 1:tape 2:tape ");
	cr_assert_str_eq(copies_of(&in, 0, true).places, "1:tape 2:tape ");
	cr_assert_str_eq(copies_of(&in, 1, false).places, "1:host-1 1:tape ");
	cr_assert_eq(copies_of(&in, 1, false).gone, 1);
	cr_assert_str_eq(query_text(&in, "SELECT gone_on||' '||said_by FROM case_copy"
					 " WHERE place='host-1'"),
		"2018-03-01 host-1");
	instance_done(&in);
}
