#include "cases.h"

#include <stdio.h>
#include <string.h>

#define WEEK "2018-W05" /* 29 January to 4 February */

/* ---- one way from the beginning to the end ------------------------------------------------ */

Test(case_step, a_case_goes_its_way_and_the_row_keeps_what_its_steps_give)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	int64_t number = case_new(&in, 1, WEEK);
	struct tip_case now;
	struct err e = {0};

	case_opened(&in, number, "dust", STREET);
	case_step(&in, number, CASE_ACCEPTED, ymd(2018, 2, 6));
	cr_assert_eq(case_try(&in,
			     (struct tip_step){.tip_case = number,
				     .kind = CASE_DISPATCHED,
				     .day = ymd(2018, 2, 7),
				     .unit = "economy",
				     .lead = "environment",
				     .helpers = "land market",
				     .reply = "已转环保部门核查"},
			     &e),
		ERR_OK, "%s", e.message);
	now = case_now(&in, number);
	cr_assert_str_eq(now.lead, "environment");
	cr_assert_str_eq(now.helpers, "land market");
	cr_assert_str_eq(now.reply, "已转环保部门核查");
	case_step(&in, number, CASE_CHECKED, ymd(2018, 2, 9));
	cr_assert_eq(case_now(&in, number).course.outcome, OUTCOME_TRUE);
	cr_assert_eq(case_try(&in,
			     (struct tip_step){.tip_case = number,
				     .kind = CASE_RECTIFYING,
				     .day = ymd(2018, 2, 10),
				     .enterprise = id,
				     .found_new = true},
			     &e),
		ERR_OK, "%s", e.message);
	case_step(&in, number, CASE_EXTENDED, ymd(2018, 2, 11));
	now = case_now(&in, number);
	cr_assert_eq(now.course.state, CASE_RECTIFYING);
	cr_assert_eq(now.course.extended_days, 10);
	cr_assert_eq(now.enterprise.n, id.n);
	cr_assert(now.found_new);
	cr_assert_str_eq(query_text(&in, "SELECT state||' '||since||' '||outcome FROM tip_case"),
		"rectifying 2018-02-10 true");
	case_step(&in, number, CASE_CONCLUDED, ymd(2018, 2, 20));
	case_step(&in, number, CASE_PUBLISHED, ymd(2018, 3, 20));
	case_step(&in, number, CASE_ASKED, ymd(2018, 3, 21));
	case_step(&in, number, CASE_REOPENED, ymd(2018, 4, 1));
	now = case_now(&in, number);
	cr_assert_eq(now.course.state, CASE_REOPENED);
	cr_assert_eq(now.course.outcome, OUTCOME_NONE);
	cr_assert_eq(now.steps, 10);
	cr_assert_str_eq(now.lead, "environment");
	cr_assert_eq(now.enterprise.n, id.n);
	cr_assert_str_eq(now.reply, "已转环保部门核查");
	cr_assert_eq(query_int(&in, "SELECT outcome IS NULL FROM tip_case"), 1);
	instance_done(&in);
}

struct seen {
	int count, chained, notes;
	int64_t last_n, last_seq;
	enum case_step last;
};

static enum err_code see_step(void *ctx, const struct tip_step *s, struct err *e)
{
	struct seen *seen = ctx;

	(void)e;
	seen->count++;
	seen->chained += s->chained;
	seen->notes += s->note != NULL;
	seen->last_n = s->n;
	seen->last = s->kind;
	cr_assert_gt(s->seq, seen->last_seq);
	seen->last_seq = s->seq;
	cr_assert_eq(strlen(s->content), 64);
	return ERR_OK;
}

Test(case_step, a_step_is_read_as_it_was_written)
{
	static const uint8_t salt[32] = "another salt, of thirty-two byt";
	struct instance in = instance_new();
	int64_t number = case_new(&in, 1, WEEK), seq = 0;
	struct tip_step s = {.tip_case = number,
		.n = 2,
		.kind = CASE_ACCEPTED,
		.day = ymd(2018, 2, 5),
		.role = "office",
		.unit = "economy",
		.reply = "",
		.by = "李四",
		.at = "2018-02-05T10:00:00+08:00",
		.note = "sealed\0reason",
		.note_len = 13,
		.salt = salt};
	struct seen seen = {0};
	struct err e = {0};

	memset(s.content, 'c', 64);
	cr_assert_eq(reg_case_step_add(in.reg, &s, &staff, &seq, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(seq, 2);
	cr_assert_eq(reg_case_step_each(in.reg, number, see_step, &seen, &e), ERR_OK);
	cr_assert_eq(seen.count, 2);
	cr_assert_eq(seen.notes, 1);
	cr_assert_eq(seen.last, CASE_ACCEPTED);
	cr_assert_str_eq(query_text(&in, "SELECT by||' '||at||' '||role||' '||unit||' '||hex(note)"
					 "||' '||length(salt) FROM case_step WHERE n=2"),
		"李四 2018-02-05T10:00:00+08:00 office economy 7365616C656400726561736F6E 32");
	cr_assert_eq(query_int(&in, "SELECT reply IS NULL FROM case_step WHERE n=2"), 1);
	/* The note's own reason is nowhere: it came sealed. */
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_log WHERE old IS NOT NULL"), 0);
	instance_done(&in);
}

/* ---- refusals --------------------------------------------------------------------------------- */

Test(case_step, what_does_not_belong_to_a_step_is_refused)
{
	struct instance in = instance_new();
	struct tip_step bad[] = {{.kind = CASE_ACCEPTED, .outcome = OUTCOME_TRUE},
		{.kind = CASE_ACCEPTED, .lead = "economy"},
		{.kind = CASE_ACCEPTED, .helpers = "land"},
		{.kind = CASE_ACCEPTED, .enterprise = {1}},
		{.kind = CASE_ACCEPTED, .found_new = true}, {.kind = CASE_ACCEPTED, .into_case = 2},
		{.kind = CASE_ACCEPTED, .days = 5}, {.kind = CASE_ACCEPTED, .despite_open = true},
		{.kind = CASE_ACCEPTED, .role = "chief"}, {.kind = CASE_ACCEPTED, .unit = "nobody"},
		{.kind = CASE_ACCEPTED, .content = "xyz"}, {.kind = CASE_ACCEPTED, .reply = "\xff"},
		{.kind = CASE_MERGED}, {.kind = CASE_STEP_COUNT}, {.kind = 0},
		{.kind = CASE_ACCEPTED, .by = ""}};
	struct err e = {0};
	char long_reply[1802];

	case_new(&in, 1, WEEK);
	case_new(&in, 2, WEEK);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		bad[i].tip_case = 1;
		bad[i].day = ymd(2018, 2, 5);
		cr_assert_eq(case_try(&in, bad[i], &e), ERR_USAGE, "%zu: %s", i, e.message);
	}
	memset(long_reply, 'x', sizeof(long_reply));
	long_reply[1801] = '\0';
	bad[0] = (struct tip_step){
		.tip_case = 1, .kind = CASE_ACCEPTED, .day = ymd(2018, 2, 5), .reply = long_reply};
	cr_assert_eq(case_try(&in, bad[0], &e), ERR_USAGE);
	long_reply[1800] = '\0';
	cr_assert_eq(case_try(&in, bad[0], &e), ERR_OK, "%s", e.message);
	bad[0] = (struct tip_step){
		.tip_case = 1, .kind = CASE_DISPATCHED, .day = ymd(2018, 2, 5), .helpers = "land"};
	cr_assert_eq(case_try(&in, bad[0], &e), ERR_USAGE);
	bad[0].lead = "nobody";
	cr_assert_eq(case_try(&in, bad[0], &e), ERR_USAGE);
	bad[0].lead = "economy";
	bad[0].helpers = "land  market";
	cr_assert_eq(case_try(&in, bad[0], &e), ERR_USAGE);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step WHERE tip_case=1"), 2);
	cr_assert_eq(
		case_try(&in, (struct tip_step){.tip_case = 7, .n = 2, .kind = CASE_ACCEPTED}, &e),
		ERR_NOT_FOUND);
	instance_done(&in);
}

Test(case_step, whoever_is_slower_is_told_so)
{
	struct instance in = instance_new();
	struct tip_step s = {.n = 2, .kind = CASE_ACCEPTED, .day = ymd(2018, 2, 5)};
	struct err e = {0};

	s.tip_case = case_new(&in, 1, WEEK);
	cr_assert_eq(case_try(&in, s, &e), ERR_OK);
	s.kind = CASE_DISPATCHED;
	s.lead = "economy";
	cr_assert_eq(case_try(&in, s, &e), ERR_CONFLICT);
	cr_assert(strstr(e.message, "先办"), "%s", e.message);
	s.n = 4;
	cr_assert_eq(case_try(&in, s, &e), ERR_CONFLICT);
	s.n = 3;
	cr_assert_eq(case_try(&in, s, &e), ERR_OK, "%s", e.message);
	instance_done(&in);
}

Test(case_step, a_case_merges_only_into_one_that_stands_by_itself)
{
	struct instance in = instance_new();
	struct day day = ymd(2018, 2, 5);
	struct tip_step s = {.kind = CASE_MERGED, .day = day};
	struct err e = {0};

	for (int i = 1; i <= 4; i++)
		case_new(&in, i, WEEK);
	s.tip_case = 2;
	s.into_case = 2;
	cr_assert_eq(case_try(&in, s, &e), ERR_CONFLICT);
	s.into_case = 9;
	cr_assert_eq(case_try(&in, s, &e), ERR_NOT_FOUND);
	s.into_case = 1;
	cr_assert_eq(case_try(&in, s, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(case_now(&in, 2).merged_into, 1);
	cr_assert_eq(case_now(&in, 1).corroboration, 1);
	s.tip_case = 3;
	s.into_case = 2;
	cr_assert_eq(case_try(&in, s, &e), ERR_CONFLICT);
	cr_assert(strstr(e.message, "1"), "%s", e.message);
	s.tip_case = 1;
	cr_assert_eq(case_try(&in, s, &e), ERR_CONFLICT, "in a circle");
	case_step(&in, 4, CASE_ERASED, day);
	s.tip_case = 3;
	s.into_case = 4;
	cr_assert_eq(case_try(&in, s, &e), ERR_CONFLICT);
	/* Reopened, it stands by itself again. */
	case_step(&in, 2, CASE_REOPENED, day);
	cr_assert_eq(case_now(&in, 2).merged_into, 0);
	cr_assert_eq(case_now(&in, 1).corroboration, 0);
	s.into_case = 2;
	cr_assert_eq(case_try(&in, s, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step WHERE kind='merged'"), 2);
	instance_done(&in);
}

/* Whoever's tip-off was merged reads the other's answer: it must be one to the matter. */
Test(case_step, a_case_merges_only_into_one_that_is_open_or_concluded)
{
	static const struct {
		enum case_step last; /* 0: just received */
		bool may;
	} others[] = {{0, true}, {CASE_ACCEPTED, true}, {CASE_DISPATCHED, true},
		{CASE_CONCLUDED, true}, {CASE_ASKED, true}, {CASE_REOPENED, true},
		{CASE_DECLINED, false}, {CASE_TRANSFERRED, false}, {CASE_ERASED, false}};
	struct instance in = instance_new();
	struct day day = ymd(2018, 2, 5);
	struct err e = {0};

	for (int i = 0; i < (int)COUNT_OF(others); i++) {
		int64_t other = case_new(&in, 2 * i + 1, WEEK),
			own = case_new(&in, 2 * i + 2, WEEK);
		enum case_step last = others[i].last;
		if (last == CASE_CONCLUDED || last == CASE_ASKED || last == CASE_REOPENED)
			case_conclude(&in, other, day, "已经核实。");
		else if (last == CASE_DISPATCHED)
			case_step(&in, other, CASE_ACCEPTED, day);
		if (last && last != CASE_CONCLUDED)
			case_step(&in, other, last, day);
		enum err_code code = case_try(&in,
			(struct tip_step){.tip_case = own,
				.kind = CASE_MERGED,
				.day = day,
				.into_case = other},
			&e);
		cr_assert_eq(code, others[i].may ? ERR_OK : ERR_CONFLICT, "%d %s", i, e.message);
		cr_assert_eq(case_now(&in, own).merged_into, others[i].may ? other : 0);
	}
	instance_done(&in);
}

Test(case_step, a_conclusion_asks_whether_the_enterprise_is_settled)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct day day = ymd(2018, 2, 5);
	struct tip_step link = {.kind = CASE_RECTIFYING, .day = day, .enterprise = {99}};
	struct tip_step end = {.kind = CASE_CONCLUDED, .day = day};
	struct err e = {0};

	link.tip_case = end.tip_case = case_new(&in, 1, WEEK);
	case_step(&in, 1, CASE_ACCEPTED, day);
	case_step(&in, 1, CASE_DISPATCHED, day);
	case_step(&in, 1, CASE_CHECKED, day);
	cr_assert_eq(case_try(&in, end, &e), ERR_CONFLICT, "nothing is linked");
	cr_assert_eq(case_try(&in, link, &e), ERR_NOT_FOUND);
	link.enterprise.n = 0;
	cr_assert_eq(case_try(&in, link, &e), ERR_CONFLICT);
	link.enterprise = id;
	cr_assert_eq(case_try(&in, link, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(case_try(&in, end, &e), ERR_CONFLICT);
	cr_assert(strstr(e.message, "销号"), "%s", e.message);
	event_on(&in, id, EVENT_WITHDRAWN, day);
	cr_assert_eq(case_try(&in, end, &e), ERR_OK, "%s", e.message);
	instance_done(&in);
}

/* ---- any sequence -------------------------------------------------------------------------------- */

/* What the steps give, kept by the test itself. */
struct model {
	struct case_fact facts[200];
	size_t count;
	int64_t enterprise, merged_into;
	const char *lead, *helpers, *reply;
	bool found_new, settled;
};

static const char *const leads[] = {"economy", "environment", "land"};
static const char *const helpers[] = {NULL, "market", "safety planning"};

/* One that was not tried in this state yet, or any; the end only when the others were tried. */
static enum case_step random_kind(
	struct dice *d, enum case_step state, const bool tried[CASE_STEP_COUNT])
{
	enum case_step any = (enum case_step)(1 + dice_roll(d, CASE_STEP_COUNT - 1));
	bool all = true;

	for (int kind = 1; kind < CASE_STEP_COUNT; kind++) {
		bool is_new = !tried[kind] && kind != CASE_ERASED;

		all = all && !is_new;
		if (is_new && dice_roll(d, 8))
			return (enum case_step)kind;
	}
	if (all && !tried[CASE_ERASED])
		return CASE_ERASED;
	if (state == CASE_CONCLUDED && dice_roll(d, 2))
		return CASE_PUBLISHED;
	return any == CASE_ERASED ? CASE_CHECKED : any;
}

static struct tip_step random_step(struct dice *d, enum case_step kind, int64_t number,
	struct day last, struct enterprise_id id)
{
	struct tip_step s = {
		.tip_case = number, .kind = kind, .day = day_add(last, (int)dice_roll(d, 8) - 1)};

	if (s.kind == CASE_CHECKED)
		s.outcome = (enum case_outcome)dice_roll(d, OUTCOME_COUNT);
	if (s.kind == CASE_DISPATCHED) {
		s.lead = leads[dice_roll(d, COUNT_OF(leads))];
		s.helpers = helpers[dice_roll(d, COUNT_OF(helpers))];
	}
	if (s.kind == CASE_RECTIFYING && dice_roll(d, 3)) {
		s.enterprise = id;
		s.found_new = dice_roll(d, 2);
	}
	if (s.kind == CASE_EXTENDED)
		s.days = (int)dice_roll(d, 40);
	if (s.kind == CASE_CONCLUDED)
		s.despite_open = dice_roll(d, 2);
	if (s.kind == CASE_MERGED)
		s.into_case = 1;
	if (!dice_roll(d, 4))
		s.reply = dice_roll(d, 2) ? "已核查" : "已整改";
	return s;
}

static const char *expected_refusal(
	const struct instance *in, const struct model *m, const struct tip_step *s)
{
	struct case_course course;

	policy_case_course(m->facts, m->count, &course);
	return policy_case_refusal(in->policy, &course,
		&(struct case_next){.kind = s->kind,
			.day = s->day,
			.outcome = s->outcome,
			.days = s->days,
			.linked = s->enterprise.n || m->enterprise,
			.enterprise_settled = (s->enterprise.n || m->enterprise) && m->settled,
			.despite_open = s->despite_open});
}

static void take(struct model *m, const struct tip_step *s)
{
	m->facts[m->count++] = (struct case_fact){s->kind, s->day, s->outcome, s->days};
	m->reply = s->reply ? s->reply : m->reply;
	if (s->kind == CASE_DISPATCHED) {
		m->lead = s->lead;
		m->helpers = s->helpers;
	}
	if (s->kind == CASE_RECTIFYING && s->enterprise.n) {
		m->found_new = m->found_new || s->found_new; /* one enterprise in this test */
		m->enterprise = s->enterprise.n;
	}
	if (s->kind == CASE_MERGED)
		m->merged_into = s->into_case;
	if (s->kind == CASE_REOPENED)
		m->merged_into = 0;
}

static void compare(struct instance *in, int64_t number, const struct model *m)
{
	struct tip_case now = case_now(in, number);
	struct case_course course;
	char day[DAY_TEXT_BYTES];

	policy_case_course(m->facts, m->count, &course);
	cr_assert_eq(memcmp(&now.course, &course, sizeof(course)), 0);
	cr_assert_eq(now.steps, (int64_t)m->count);
	cr_assert(str_eq(now.lead, m->lead));
	cr_assert(str_eq(now.helpers, m->helpers));
	cr_assert(str_eq(now.reply, m->reply));
	cr_assert_eq(now.enterprise.n, m->enterprise);
	cr_assert_eq(now.merged_into, m->merged_into);
	cr_assert_eq(now.found_new, m->found_new);
	cr_assert_str_eq(query_text(in, arena_printf(in->arena,
						"SELECT state||' '||since||' '||"
						"coalesce(outcome,'') FROM tip_case"
						" WHERE number=%lld",
						(long long)number)),
		arena_printf(in->arena, "%s %s %s", policy_case_step_id(course.state),
			day_text(course.since, day), policy_outcome_id(course.outcome)));
}

Test(case_step, any_sequence_is_answered_as_the_policy_says_and_cached_as_its_steps_give)
{
	struct instance in = instance_new();
	struct enterprise_id open = enterprise_plain(&in), settled = enterprise_plain(&in);
	struct dice d = {7};
	bool tried[CASE_STEP_COUNT][CASE_STEP_COUNT] = {{false}};
	int refused = 0, taken = 0, pairs = 0;
	struct err e = {0};

	event_on(&in, settled, EVENT_WITHDRAWN, ymd(2018, 1, 10));
	case_new(&in, 1, WEEK);
	for (int i = 2; i < 152; i++) {
		int64_t number = case_new(&in, i, WEEK);
		struct model m = {.settled = i % 2};

		m.facts[m.count++] =
			(struct case_fact){.kind = CASE_RECEIVED, .day = ymd(2018, 1, 29)};
		for (int k = 0; k < 60; k++) {
			struct case_course before;
			struct tip_step s;
			const char *why;
			enum err_code code;

			policy_case_course(m.facts, m.count, &before);
			s = random_step(&d, random_kind(&d, before.state, tried[before.state]),
				number, before.last, m.settled ? settled : open);
			why = expected_refusal(&in, &m, &s);
			tried[before.state][s.kind] = true;
			code = case_try(&in, s, &e);
			cr_assert_eq(code, why ? ERR_CONFLICT : ERR_OK, "%s after %s: %s",
				policy_case_step_id(s.kind), policy_case_step_id(before.state),
				e.message);
			if (why)
				cr_assert(strstr(e.message, why), "%s", e.message);
			else
				take(&m, &s);
			refused += why != NULL;
			taken += !why;
		}
		compare(&in, number, &m);
	}
	for (int state = 1; state < CASE_EXTENDED; state++)
		for (int kind = 1; kind < CASE_STEP_COUNT; kind++)
			pairs += tried[state][kind];
	cr_assert_eq(pairs, 14 * 15, "only %d of all pairs were tried", pairs);
	cr_assert_gt(refused, 500);
	cr_assert_gt(taken, 300);
	instance_done(&in);
}

/* ---- append-only ---------------------------------------------------------------------------------- */

Test(case_step, steps_hold_against_whoever_has_the_file)
{
	static const char *const columns[] = {"seq=seq+100", "tip_case=2", "n=n+7", "kind='erased'",
		"day='2018-01-01'", "role='x'", "unit='land'", "outcome='untrue'", "lead='land'",
		"helpers='land'", "enterprise=2", "found_new=1", "into_case=1", "days=3",
		"despite_open=1", "reply='x'", "by='x'", "at='x'", "note=x'01'",
		"salt=zeroblob(32)",
		"content='" /* 64 digits */
		"0000000000000000000000000000000000000000000000000000000000000000'"};
	struct instance in = instance_new();
	struct err e = {0};
	char sql[200];
	int64_t seq;

	enterprise_plain(&in);
	case_new(&in, 1, WEEK);
	case_new(&in, 2, WEEK);
	seq = case_step(&in, 1, CASE_ACCEPTED, ymd(2018, 2, 5));
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		snprintf(sql, sizeof(sql), "UPDATE case_step SET %s WHERE seq=%lld", columns[i],
			(long long)seq);
		cr_assert_neq(
			sqlite3_exec(in.reg->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sql);
	}
	cr_assert_neq(
		sqlite3_exec(in.reg->db, "DELETE FROM case_step", NULL, NULL, NULL), SQLITE_OK);
	cr_assert_neq(
		sqlite3_exec(in.reg->db,
			"INSERT OR REPLACE INTO case_step (seq, tip_case, n, kind, day, role, by,"
			" at, content) SELECT seq, tip_case, n, 'erased', day, role, by, at,"
			" content FROM case_step",
			NULL, NULL, NULL),
		SQLITE_OK);
	/* Every column of the table is tried above, or is the mark below. */
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM pragma_table_info('case_step')"),
		(int64_t)COUNT_OF(columns) + 1);
	cr_assert_eq(reg_case_step_chained(in.reg, seq, 12, &e), ERR_OK);
	cr_assert_neq(
		sqlite3_exec(in.reg->db, "UPDATE case_step SET chain_seq=13 WHERE chain_seq=12",
			NULL, NULL, NULL),
		SQLITE_OK);
	cr_assert_neq(
		sqlite3_exec(in.reg->db, "UPDATE case_step SET chain_seq=NULL", NULL, NULL, NULL),
		SQLITE_OK);
	instance_done(&in);
}

Test(case_step, the_mark_that_a_line_stands_is_set_once)
{
	struct instance in = instance_new();
	struct seen seen = {0};
	struct err e = {0};
	int64_t seq, count = 0;

	case_new(&in, 1, WEEK);
	case_new(&in, 2, WEEK);
	seq = case_step(&in, 1, CASE_ACCEPTED, ymd(2018, 2, 5));
	case_step(&in, 2, CASE_DECLINED, ymd(2018, 2, 5));
	cr_assert_eq(reg_case_step_all(in.reg, 0, true, see_step, &seen, &e), ERR_OK);
	cr_assert_eq(seen.count, 2, "received is not the office's");
	cr_assert_eq(reg_case_step_chained(in.reg, seq, 5, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_case_step_chained(in.reg, seq, 5, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_case_step_chained(in.reg, seq, 6, &e), ERR_CONFLICT);
	cr_assert_eq(reg_case_step_chained(in.reg, 1, 6, &e), ERR_CONFLICT, "received");
	cr_assert_eq(reg_case_step_chained(in.reg, 99, 6, &e), ERR_NOT_FOUND);
	seen = (struct seen){0};
	cr_assert_eq(reg_case_step_all(in.reg, 0, true, see_step, &seen, &e), ERR_OK);
	cr_assert_eq(seen.count, 1);
	cr_assert_eq(seen.last, CASE_DECLINED);
	seen = (struct seen){0};
	cr_assert_eq(reg_case_step_all(in.reg, 2, false, see_step, &seen, &e), ERR_OK);
	cr_assert_eq(seen.count, 2);
	cr_assert_eq(seen.chained, 1);
	cr_assert_eq(reg_case_step_count(in.reg, 1, &count, &e), ERR_OK);
	cr_assert_eq(count, 2);
	cr_assert_eq(reg_case_step_count(in.reg, 9, &count, &e), ERR_NOT_FOUND);
	instance_done(&in);
}

/* ---- relapses ---------------------------------------------------------------------------------------- */

static enum err_code note_number(void *ctx, const struct tip_case *row, struct err *e)
{
	int64_t *numbers = ctx;

	(void)e;
	*numbers = *numbers * 10 + row->number;
	return ERR_OK;
}

static int64_t relapsed(struct instance *in)
{
	int64_t numbers = 0;
	struct err e = {0};

	cr_assert_eq(reg_case_relapsed_each(in->reg, note_number, &numbers, &e), ERR_OK, "%s",
		e.message);
	return numbers;
}

static void link_and_conclude(
	struct instance *in, int64_t number, struct enterprise_id id, struct day day)
{
	struct tip_step link = {
		.tip_case = number, .kind = CASE_RECTIFYING, .day = day, .enterprise = id};
	struct err e = {0};

	case_step(in, number, CASE_ACCEPTED, day);
	case_step(in, number, CASE_DISPATCHED, day);
	case_step(in, number, CASE_CHECKED, day);
	cr_assert_eq(case_try(in, link, &e), ERR_OK, "%s", e.message);
	case_step(in, number, CASE_CONCLUDED, day);
}

Test(case_step, a_relapse_after_the_conclusion_names_the_cases_to_reopen)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in), other = enterprise_plain(&in);
	struct event_new correction = {
		.kind = EVENT_CORRECTION, .day = ymd(2018, 6, 2), .note = "误录"};
	struct err e = {0};
	int64_t seq;

	for (int i = 1; i <= 4; i++)
		case_new(&in, i, WEEK);
	link_and_conclude(&in, 1, id, ymd(2018, 3, 1));
	link_and_conclude(&in, 2, other, ymd(2018, 3, 1));
	link_and_conclude(&in, 3, id, ymd(2018, 6, 2));
	case_conclude(&in, 4, ymd(2018, 3, 1), NULL);
	cr_assert_eq(relapsed(&in), 0);
	event_on(&in, id, EVENT_CLOSED, ymd(2018, 4, 1));
	correction.corrects = event_on(&in, id, EVENT_RELAPSED, ymd(2018, 6, 1));
	cr_assert_eq(relapsed(&in), 1, "the third was concluded after it");
	case_step(&in, 1, CASE_PUBLISHED, ymd(2018, 6, 1));
	cr_assert_eq(relapsed(&in), 1);
	case_step(&in, 1, CASE_REOPENED, ymd(2018, 6, 1));
	cr_assert_eq(relapsed(&in), 0);
	cr_assert_eq(case_now(&in, 1).enterprise.n, id.n);
	/* Concluded once more, the old relapse no longer counts. */
	case_step(&in, 1, CASE_DISPATCHED, ymd(2018, 6, 3));
	case_step(&in, 1, CASE_CHECKED, ymd(2018, 6, 3));
	case_step(&in, 1, CASE_CONCLUDED, ymd(2018, 6, 3));
	cr_assert_eq(relapsed(&in), 0);
	cr_assert_eq(
		reg_event_add(in.reg, id, &correction, &staff, &seq, &e), ERR_OK, "%s", e.message);
	event_on(&in, id, EVENT_RELAPSED, ymd(2018, 7, 1));
	cr_assert_eq(relapsed(&in), 13);
	instance_done(&in);
}
