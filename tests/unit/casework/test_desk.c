/* The desk: from drained envelopes to a concluded case, what each role sees, and what a step asks for. */
#include "world.h"

#include "casework/casework_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(casework_desk, .init = office_begin, .fini = world_end, .timeout = 120);

static struct desk_case look(struct desk *d, int64_t number)
{
	struct desk_case k;
	cr_assert_eq(desk_case_get(d, number, arena, &k, &e), ERR_OK, "%s", e.message);
	return k;
}

static const char *facts_secret(void)
{
	uint8_t public[KEY_BYTES];
	struct box_public p;
	char hex[SHA256_HEX_BYTES];

	box_public_of(&facts_key, &p);
	memcpy(public, p.bytes, sizeof public);
	sha256_hex(public, sizeof public, hex);
	return at(arena_printf(arena, "keys/facts-%.16s.key", hex));
}

Test(casework_desk, from_a_drained_envelope_to_a_concluded_case)
{
	struct posted p;

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	int64_t number = number_of(&p);
	struct desk_case k = look(d, number);
	cr_assert(k.opened);
	cr_assert(str_starts(k.tipoff.what, SECRET_TEXT));
	cr_assert_eq(k.row.course.state, CASE_RECEIVED);
	cr_assert_eq(step(d, number, &(struct case_act){.kind = CASE_ACCEPTED}), 2);
	const char *helpers[] = {"safety", "650105001"};
	step(d, number,
		&(struct case_act){.kind = CASE_DISPATCHED,
			.lead = "environment",
			.helpers = helpers,
			.helper_count = 2});
	step(d, number, &(struct case_act){.kind = CASE_CHECKED, .outcome = OUTCOME_UNTRUE});
	step(d, number, &(struct case_act){.kind = CASE_CONCLUDED, .reply = "经查不属实，谢谢。"});
	flush_and_close(d);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.cases, 1);
	cr_assert_eq(r.steps, 5);
	cr_assert_eq(r.waiting, 0);
	cr_assert_eq(r.chain.branches, 2);
	d = desk_as("office", NULL, "2018-02-02");
	k = look(d, number);
	cr_assert_eq(k.row.course.state, CASE_CONCLUDED);
	cr_assert_str_eq(k.row.lead, "environment");
	cr_assert_str_eq(k.row.helpers, "safety 650105001");
	cr_assert_str_eq(k.row.reply, "经查不属实，谢谢。");
	desk_close(d);
}

/* ---- who sees what ------------------------------------------------------------------------------ */

Test(casework_desk, each_role_sees_what_its_key_opens_and_nothing_else)
{
	static const char *const roles[] = {"office", "inspector", "reply"};
	struct posted p;
	struct desk *d[3];

	post(0, 0, 0, &p);
	drain(0);
	for (size_t i = 0; i < 3; i++)
		d[i] = desk_as(roles[i], NULL, "2018-02-01");
	struct desk_case k = look(d[0], 1);
	cr_assert_not(k.opened);
	cr_assert_str_empty(k.tipoff.what);
	cr_assert_str_empty(k.tipoff.contact_name);
	cr_assert_not(k.row.opened);
	k = look(d[2], 1);
	cr_assert(k.opened);
	cr_assert_str_empty(k.tipoff.what);
	cr_assert_str_empty(k.tipoff.place);
	cr_assert_eq(k.tipoff.kind_count, 0);
	cr_assert_str_eq(k.tipoff.contact_name, SECRET_NAME);
	cr_assert_str_eq(k.tipoff.contact_phone, SECRET_PHONE);
	cr_assert_not(look(d[0], 1).row.opened, "the contact's key opens no facts");
	k = look(d[1], 1);
	cr_assert(k.opened);
	cr_assert_str_empty(k.tipoff.contact_name);
	cr_assert_str_empty(k.tipoff.contact_phone);
	cr_assert_str_eq(k.tipoff.street, "650105001");
	for (size_t i = 0; i < 3; i++)
		desk_close(d[i]);
}

Test(casework_desk, a_reason_comes_back_for_the_role_that_may_read_it)
{
	/* Of each step, who wrote it, and for whom it opens. */
	static const struct {
		const char *role;
		enum case_step kind;
		bool inspector, reply, office;
	} steps[] = {
		{"inspector", CASE_ACCEPTED, true, false, false},
		{"office", CASE_DISPATCHED, true, false, false},
		{"reply", CASE_EXTENDED, false, true, false},
	};
	struct posted p;

	post(0, 0, 0, &p);
	drain(0);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct desk *d = desk_as(steps[i].role, "economy", "2018-02-01");
		step(d, 1,
			&(struct case_act){.kind = steps[i].kind,
				.lead = "environment",
				.extend_days = 10,
				.why = arena_printf(arena, "%s %zu", SECRET_WHY, i)});
		flush_and_close(d);
	}
	for (size_t who = 0; who < 3; who++) {
		static const char *const roles[] = {"inspector", "reply", "office"};
		struct desk *d = desk_as(roles[who], NULL, "2018-02-02");
		struct desk_case k = look(d, 1);
		cr_assert_eq(k.note_count, 4);
		cr_assert_eq(k.notes[0].kind, CASE_RECEIVED);
		cr_assert_null(k.notes[0].text);
		for (size_t i = 0; i < COUNT_OF(steps); i++) {
			const struct desk_note *n = &k.notes[i + 1];
			bool mine = who == 0   ? steps[i].inspector
				    : who == 1 ? steps[i].reply
					       : steps[i].office;
			cr_assert_eq(n->n, (int64_t)i + 2);
			cr_assert_eq(n->kind, steps[i].kind);
			cr_assert_str_eq(n->role, steps[i].role);
			cr_assert_str_eq(n->unit, "economy");
			cr_assert_str_eq(n->by, "工作人员甲");
			cr_assert_eq(n->text != NULL, mine, "%s, step %zu", roles[who], i + 2);
			if (mine)
				cr_assert_str_eq(
					n->text, arena_printf(arena, "%s %zu", SECRET_WHY, i));
		}
		desk_close(d);
	}
}

Test(casework_desk, a_sealed_reason_opens_at_its_own_step_alone)
{
	struct posted p[2];

	post(0, 0, 0, &p[0]);
	post(1, 0, 0, &p[1]);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED, .why = "甲"});
	step(d, 1, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "land", .why = "乙"});
	step(d, 2, &(struct case_act){.kind = CASE_ACCEPTED, .why = "丙"});
	struct desk *office = desk_as("office", NULL, "2018-02-01");
	step(office, 2, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "land", .why = "丁"});
	flush_and_close(office);
	sql("DROP TRIGGER case_step_no_update;"
	    "UPDATE case_step SET note=(SELECT note FROM case_step WHERE tip_case=1 AND n=2) WHERE "
	    "n=3 AND tip_case=1;"
	    "UPDATE case_step SET note=(SELECT note FROM case_step WHERE tip_case=2 AND n=3) WHERE "
	    "n=2 AND tip_case=2;");
	struct desk_case k = look(d, 1);
	cr_assert_str_eq(k.notes[1].text, "甲");
	cr_assert_null(k.notes[2].text);
	k = look(d, 2);
	cr_assert_null(k.notes[1].text);
	cr_assert_str_eq(k.notes[2].text, "丁");
	desk_close(d);
}

Test(casework_desk, a_case_sealed_to_an_older_key_opens_with_it)
{
	struct posted p;
	struct key_pair_files pair;

	post(0, 0, 0, &p);
	drain(0);
	open_all(1);
	cr_assert_eq(keys_make(arena, at("keys"), KEY_FACTS, &chance, &pair, &e), ERR_OK);
	struct desk *office = desk_as("office", NULL, "2018-02-01");
	step(office, 1, &(struct case_act){.kind = CASE_ACCEPTED, .why = "封给新钥"});
	flush_and_close(office);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	struct desk_case k = look(d, 1);
	cr_assert(k.opened);
	cr_assert_str_eq(k.notes[1].text, "封给新钥");
	cr_assert_eq(unlink(pair.secret_path), 0);
	desk_close(d);
	d = desk_as("inspector", NULL, "2018-02-01");
	k = look(d, 1);
	cr_assert(k.opened);
	cr_assert_null(k.notes[1].text);
	desk_close(d);
}

Test(casework_desk, without_the_key_a_case_stays_closed_and_takes_no_step_of_that_role)
{
	struct posted p;
	struct key_pair_files pair;

	post(0, 0, 0, &p);
	drain(0);
	cr_assert_eq(unlink(facts_secret()), 0);
	cr_assert_eq(keys_make(arena, at("keys"), KEY_FACTS, &chance, &pair, &e), ERR_OK);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	struct desk_case k = look(d, 1);
	cr_assert_not(k.opened);
	cr_assert_str_empty(k.tipoff.what);
	const struct case_act act = {.kind = CASE_ACCEPTED, .day = DAY_NONE, .why = SECRET_WHY};
	int64_t n = 0;
	cr_assert_eq(desk_step(d, 1, &act, &n, &e), ERR_REFUSED);
	cr_assert_eq(desk_draft_set(d, 1, "草稿", &e), ERR_REFUSED);
	desk_close(d);
	cr_assert_eq(dir_remove_all(at("keys"), &e), ERR_OK);
	d = desk_as("inspector", NULL, "2018-02-01");
	cr_assert_not(look(d, 1).opened);
	desk_close(d);
	d = desk_as("office", NULL, "2018-02-01");
	cr_assert_eq(desk_step(d, 1, &act, &n, &e), ERR_REFUSED, "nothing to seal the reason to");
	cr_assert_eq(agree().steps, 1);
	desk_close(d);
}

Test(casework_desk, a_slot_that_is_not_here_or_was_destroyed_opens_nothing)
{
	struct posted p;

	post(0, 0, 0, &p);
	drain(0);
	cr_assert_eq(unlink(at(case_slot_path(arena, p.id))), 0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	cr_assert_not(look(d, 1).opened);
	cr_assert_eq(desk_draft_set(d, 1, "草稿", &e), ERR_NOT_FOUND);
	cr_assert_eq(file_write_durable(at(case_slot_path(arena, p.id)), "", 0, &e), ERR_OK);
	cr_assert_not(look(d, 1).opened);
	/* Its clocks run all the same: the office's box takes the reason. */
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED});
	cr_assert_str_eq(look(d, 1).notes[1].text, SECRET_WHY);
	flush_and_close(d);
	cr_assert(agree().sound);
}

Test(casework_desk, what_lies_under_another_cases_name_is_said)
{
	struct posted p[2];
	struct buf slot;
	struct desk_case k;

	post(0, 0, 0, &p[0]);
	post(1, 0, 0, &p[1]);
	drain(0);
	buf_init(&slot, 8192);
	cr_assert_eq(file_read(at(case_slot_path(arena, p[1].id)), 8192, &slot, &e), ERR_OK);
	cr_assert_eq(
		file_write_durable(at(case_slot_path(arena, p[0].id)), slot.data, slot.len, &e),
		ERR_OK);
	buf_done(&slot);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	cr_assert_eq(desk_case_get(d, number_of(&p[0]), arena, &k, &e), ERR_INPUT);
	cr_assert(look(d, number_of(&p[1])).opened);
	desk_close(d);
}

Test(casework_desk, what_was_quarantined_is_a_case_that_takes_steps)
{
	put_new("0123456789abcdef0123456789abcdef", "rubbish", 7);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	struct desk_case k = look(d, 1);
	cr_assert_str_eq(k.row.origin, "quarantined");
	cr_assert_eq(strncmp(k.row.id, k.row.commitment, 32), 0);
	cr_assert_not(k.opened);
	step(d, 1, &(struct case_act){.kind = CASE_DECLINED});
	cr_assert_str_eq(look(d, 1).notes[1].text, SECRET_WHY);
	flush_and_close(d);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.cases, 1);
	cr_assert_eq(r.chain.quarantined, 1);
}

/* ---- the first opening ------------------------------------------------------------------------------ */

Test(casework_desk, the_first_opening_tells_the_row_what_it_needs)
{
	struct posted p;
	char day[DAY_TEXT_BYTES];

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	struct desk_case k = look(d, 1);
	cr_assert_str_eq(day_text(k.row.received_on, day), "2018-01-29");
	cr_assert_not(k.row.has_status);
	cr_assert_null(k.row.kinds);
	desk_close(d);
	d = desk_as("inspector", NULL, "2018-02-01");
	k = look(d, 1);
	cr_assert(k.row.opened);
	cr_assert_str_eq(day_text(k.row.received_on, day), "2018-01-31");
	cr_assert_str_eq(k.row.kinds, "waste-gas");
	cr_assert_str_eq(k.row.street, "650105001");
	cr_assert_str_eq(k.row.way, "named");
	cr_assert(k.row.has_status);
	cr_assert_arr_eq(k.row.status_tag, p.keys.status_tag, STATUS_TAG_BYTES);
	cr_assert_arr_eq(k.row.status_key, p.keys.status_key, KEY_BYTES);
	desk_close(d);
}

Test(casework_desk, looking_alone_writes_nothing)
{
	struct posted p;
	struct desk *d = NULL;
	struct desk_options o = {.instance = instance,
		.reg = reg,
		.policy = policy,
		.role = DESK_INSPECTOR,
		.by = "甲",
		.today = day("2018-02-01"),
		.chance = &chance,
		.read_only = true};
	const struct case_act act = {.kind = CASE_ACCEPTED, .day = DAY_NONE, .why = "甲"};
	int64_t n = 0;

	post(0, 0, 0, &p);
	drain(0);
	cr_assert_eq(desk_open(&o, &d, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_case"), 0);
	desk_close(d);
	desk_close(desk_as("office", NULL, "2018-02-01"));
	cr_assert_eq(desk_open(&o, &d, &e), ERR_OK, "%s", e.message);
	cr_assert(look(d, 1).opened);
	cr_assert_not(look(d, 1).row.opened);
	cr_assert_eq(desk_step(d, 1, &act, &n, &e), ERR_USAGE);
	desk_close(d);
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step"), 1);
}

Test(casework_desk, what_a_hostile_form_says_of_itself_is_taken_where_it_can_be)
{
	struct posted p;
	char day[DAY_TEXT_BYTES];
	struct tipoff t = tipoff_of(0, 0);

	t.received_at = "2011-01-31T20:00:00+08:00"; /* another week than the chain's */
	t.kinds[0] = "no-such-kind";
	t.kinds[1] = "dust";
	t.kind_count = 2;
	t.street = "999";
	post_tipoff(0, &t, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	struct desk_case k = look(d, 1);
	cr_assert_str_eq(day_text(k.row.received_on, day), "2018-01-29");
	cr_assert_str_eq(k.row.kinds, "dust");
	cr_assert_null(k.row.street);
	desk_close(d);
}

/* ---- steps ------------------------------------------------------------------------------------------ */

Test(casework_desk, what_a_step_lacks_is_said_and_nothing_is_written)
{
	static const char *const nobody[] = {"no-such-unit"};
	static const struct {
		struct case_act act;
		enum err_code code;
	} acts[] = {
		{{.kind = CASE_ACCEPTED}, ERR_USAGE},
		{{.kind = CASE_ACCEPTED, .why = ""}, ERR_USAGE},
		{{.kind = CASE_RECEIVED, .why = "甲"}, ERR_USAGE},
		{{.kind = CASE_ERASED, .why = "甲"}, ERR_USAGE},
		{{.kind = CASE_STEP_COUNT, .why = "甲"}, ERR_USAGE},
		{{.kind = 0, .why = "甲"}, ERR_USAGE},
		{{.kind = CASE_ACCEPTED, .why = "\xff"}, ERR_USAGE},
		{{.kind = CASE_ACCEPTED, .why = "甲", .reply = "\xff"}, ERR_USAGE},
		{{.kind = CASE_DISPATCHED, .why = "甲"}, ERR_USAGE},
		{{.kind = CASE_DISPATCHED, .why = "甲", .lead = "no-such-unit"}, ERR_USAGE},
		{{.kind = CASE_DISPATCHED,
			 .why = "甲",
			 .lead = "land",
			 .helpers = nobody,
			 .helper_count = 1},
			ERR_USAGE},
		{{.kind = CASE_CONCLUDED, .why = "甲"}, ERR_CONFLICT},
		{{.kind = CASE_MERGED, .why = "甲", .into_case = 1}, ERR_CONFLICT},
		{{.kind = CASE_MERGED, .why = "甲", .into_case = 7}, ERR_NOT_FOUND},
	};
	struct posted p;
	int64_t n = 0;

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	for (size_t i = 0; i < COUNT_OF(acts); i++) {
		struct case_act act = acts[i].act;
		act.day = DAY_NONE;
		cr_assert_eq(desk_step(d, 1, &act, &n, &e), acts[i].code, "%zu: %s", i, e.message);
	}
	struct case_act act = {.kind = CASE_ACCEPTED, .why = "甲", .day = day("2018-02-02")};
	cr_assert_eq(desk_step(d, 1, &act, &n, &e), ERR_USAGE, "a day to come");
	act.day = day("2018-01-02");
	cr_assert_eq(desk_step(d, 1, &act, &n, &e), ERR_CONFLICT, "before it was received");
	act.day = DAY_NONE;
	cr_assert_eq(desk_step(d, 9, &act, &n, &e), ERR_NOT_FOUND);
	desk_close(d);
	struct desk_options o = {.instance = instance,
		.reg = reg,
		.policy = policy,
		.role = DESK_INSPECTOR,
		.today = day("2018-02-01"),
		.chance = &chance};
	cr_assert_eq(desk_open(&o, &d, &e), ERR_OK);
	cr_assert_eq(desk_step(d, 1, &act, &n, &e), ERR_USAGE, "nobody is named");
	desk_close(d);
	o.unit = "no-such-unit";
	cr_assert_eq(desk_open(&o, &d, &e), ERR_USAGE);
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step"), 1);
}

/* Chance that lets somebody else be quicker: between the look at the case and the row that is written. */
struct meddler {
	struct chance inner;
	struct desk *other;
	struct case_act act;
	int left;
};

static void meddle(void *ctx, void *out, size_t len)
{
	struct meddler *m = ctx;

	chance_fill(&m->inner, out, len);
	if (len == STEP_SALT_BYTES && m->left-- > 0)
		step(m->other, 1, &m->act);
}

static enum err_code step_while(struct case_act other, int times, struct case_act act)
{
	struct reg *second;
	struct posted p;
	struct desk *d = NULL;
	int64_t n = 0;

	post(0, 0, 0, &p);
	drain(0);
	struct desk *first = desk_as("inspector", NULL, "2018-02-01");
	step(first, 1, &(struct case_act){.kind = CASE_ACCEPTED});
	struct meddler m = {.inner = chance, .other = first, .act = other};
	struct chance meddling = {meddle, &m};
	cr_assert_eq(reg_open(instance, policy, &second, &e), ERR_OK);
	struct desk_options o = {.instance = instance,
		.reg = second,
		.policy = policy,
		.role = DESK_INSPECTOR,
		.by = "乙",
		.today = day("2018-02-01"),
		.chance = &meddling};
	cr_assert_eq(desk_open(&o, &d, &e), ERR_OK, "%s", e.message);
	m.left = times;
	act.day = DAY_NONE;
	act.why = "乙";
	enum err_code code = desk_step(d, 1, &act, &n, &e);
	desk_close(d);
	reg_close(second);
	flush_and_close(first);
	return code;
}

Test(casework_desk, a_step_that_left_the_case_as_it_was_does_not_keep_another_from_its_own)
{
	cr_assert_eq(step_while((struct case_act){.kind = CASE_EXTENDED, .extend_days = 10}, 1,
			     (struct case_act){.kind = CASE_DISPATCHED, .lead = "land"}),
		ERR_OK, "%s", e.message);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.steps, 4);
}

Test(casework_desk, who_was_slower_is_told_that_somebody_else_took_a_step)
{
	cr_assert_eq(step_while((struct case_act){.kind = CASE_DISPATCHED, .lead = "safety"}, 1,
			     (struct case_act){.kind = CASE_DISPATCHED, .lead = "land"}),
		ERR_CONFLICT);
	cr_assert(strstr(e.message, "别人"), "%s", e.message);
	cr_assert_eq(agree().steps, 3);
}

/* ---- several at once -------------------------------------------------------------------------------- */

static void work_as_a_process(size_t of, size_t processes, size_t cases)
{
	struct reg *own;
	struct desk *d;
	struct desk_options o = {.instance = instance,
		.policy = policy,
		.role = DESK_INSPECTOR,
		.by = "工作人员",
		.today = day("2018-02-01"),
		.chance = &chance};

	if (reg_open(instance, policy, &own, &e))
		_exit(2);
	for (size_t i = of; i < cases; i += processes) {
		const struct case_act act = {.kind = CASE_ACCEPTED, .day = DAY_NONE, .why = "甲"};
		int64_t n;
		o.reg = own;
		if (desk_open(&o, &d, &e))
			_exit(3);
		/* Its own, and one that all want. */
		if (desk_step(d, (int64_t)i + 2, &act, &n, &e))
			_exit(4);
		enum err_code code = desk_step(d, 1, &act, &n, &e);
		if (code != ERR_OK && code != ERR_CONFLICT)
			_exit(5);
		if (desk_flush(d, &e)) {
			fprintf(stderr, "%s\n", e.message);
			_exit(6);
		}
		desk_close(d);
	}
	reg_close(own);
	_exit(0);
}

Test(casework_desk, several_desks_at_once_double_nothing)
{
	enum { PROCESSES = 4, CASES = 12 };
	pid_t pids[PROCESSES];

	post_many(0, CASES + 1);
	drain(0);
	reg_close(reg);
	reg = NULL;
	for (size_t i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			work_as_a_process(i, PROCESSES, CASES);
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		int status = -1;
		cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
		cr_assert_eq(status, 0, "%zu: %d", i, WEXITSTATUS(status));
	}
	cr_assert_eq(reg_open(instance, policy, &reg, &e), ERR_OK);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.cases, CASES + 1);
	cr_assert_eq(r.steps, 2 * (CASES + 1));
	cr_assert_eq(r.waiting, 0);
}

/* ---- drafts ------------------------------------------------------------------------------------------- */

Test(casework_desk, a_draft_is_its_roles_alone)
{
	struct posted p;

	post(0, 0, 0, &p);
	drain(0);
	struct desk *inspector = desk_as("inspector", NULL, "2018-02-01");
	struct desk *reply = desk_as("reply", NULL, "2018-02-01");
	struct desk *office = desk_as("office", NULL, "2018-02-01");
	cr_assert_eq(desk_draft_set(inspector, 1, "甲的草稿", &e), ERR_OK, "%s", e.message);
	cr_assert_eq(desk_draft_set(reply, 1, "乙的草稿", &e), ERR_OK, "%s", e.message);
	cr_assert_eq(desk_draft_set(office, 1, "丙的草稿", &e), ERR_REFUSED);
	cr_assert_str_eq(look(inspector, 1).draft, "甲的草稿");
	cr_assert_str_eq(look(reply, 1).draft, "乙的草稿");
	cr_assert_null(look(office, 1).draft);
	cr_assert_eq(desk_draft_set(inspector, 1, "改过", &e), ERR_OK);
	cr_assert_str_eq(look(inspector, 1).draft, "改过");
	cr_assert_eq(desk_draft_set(inspector, 1, "", &e), ERR_OK);
	cr_assert_null(look(inspector, 1).draft);
	cr_assert_str_eq(look(reply, 1).draft, "乙的草稿");
	desk_close(inspector);
	desk_close(reply);
	desk_close(office);
}
