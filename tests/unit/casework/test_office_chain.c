/* The office's chain: what is written for a step, made good after a crash, and never twice; and taking in from the intake's. */
#include "world.h"

#include "casework/casework_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(casework_office, .init = office_begin, .fini = world_end, .timeout = 180);

static struct ledger *branch(const char *name)
{
	struct ledger *l = NULL;
	cr_assert_eq(ledger_open(at("cases.git"), name, &l, &e), ERR_OK, "%s", e.message);
	return l;
}

static enum err_code add_line(const struct chain_line *line, void *ctx, struct err *x)
{
	struct buf *b = ctx;
	(void)x;
	buf_printf(b, "%s/%s/%s ", line->step, line->role, line->when);
	return ERR_OK;
}

/* Step, role and day of every line. */
static const char *office_lines(void)
{
	struct ledger *l = branch("office");
	struct buf b;

	buf_init(&b, 1 << 20);
	cr_assert_eq(ledger_each_line(l, add_line, &b, &e), ERR_OK, "%s", e.message);
	ledger_close(l);
	const char *text = buf_dup(&b, arena);
	buf_done(&b);
	return text;
}

static void assert_sound(int64_t steps, int64_t waiting)
{
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.steps, steps, "%lld", (long long)r.steps);
	cr_assert_eq(r.waiting, waiting, "%lld", (long long)r.waiting);
}

static const struct case_act accepted = {.kind = CASE_ACCEPTED},
			     to_land = {.kind = CASE_DISPATCHED, .lead = "land"};

/* ---- records and lines ---------------------------------------------------------------------------- */

Test(casework_office, a_step_leaves_a_record_and_a_line)
{
	struct posted p;
	struct buf b;
	struct office_step s;
	char commitment[SHA256_HEX_BYTES], path[OFFICE_PATH_BYTES];

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 1, &accepted);
	flush_and_close(d);
	cr_assert_str_eq(
		office_lines(), "anchored/office/2018-02-01 accepted/inspector/2018-02-01 ");
	hex_encode(p.commitment, COMMITMENT_BYTES, commitment);
	office_step_path(commitment, 2, path);
	cr_assert_str_eq(path, arena_printf(arena, "steps/%.2s/%s/002", commitment, commitment));
	struct ledger *l = branch("office");
	buf_init(&b, 4096);
	cr_assert_eq(ledger_read(l, path, &b, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(office_step_parse(path, b.data, b.len, &s, &e), ERR_OK);
	cr_assert_str_eq(buf_text(&b),
		arena_printf(arena,
			"tianlan-step 1\ncase: %s\nn: 2\nstep: accepted\nrole: inspector\nday: "
			"2018-02-01\ncontent: %s\n",
			commitment, s.content));
	buf_clear(&b);
	cr_assert_eq(ledger_read(l, "anchors/host-1/000000001", &b, &e), ERR_OK, "%s", e.message);
	cr_assert(str_starts(
		buf_text(&b), "tianlan-anchor 1\nbranch: intake/host-1\nseq: 1\nhead: "));
	buf_done(&b);
	ledger_close(l);
	cr_assert_eq(sql_int("SELECT count(*) FROM chain_week WHERE week='2018-W05'"), 1);
	cr_assert_eq(sql_int("SELECT chain_seq FROM case_step WHERE n=2"), 2);
	assert_sound(2, 0);
}

Test(casework_office, the_same_steps_salted_anew_tell_nothing_by_their_hash)
{
	struct posted p[2];

	post(0, 0, 0, &p[0]);
	post(1, 0, 0, &p[1]);
	drain(0);
	open_all(2);
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	step(d, 1, &accepted);
	step(d, 2, &accepted);
	flush_and_close(d);
	cr_assert_eq(sql_int("SELECT count(DISTINCT content) FROM case_step WHERE n=2"), 2);
	cr_assert_eq(sql_int("SELECT count(DISTINCT salt) FROM case_step WHERE n=2"), 2);
}

Test(casework_office, many_steps_are_one_commit_and_their_lines_keep_the_order)
{
	struct ledger_audit before, after;
	struct buf b;

	post_many(0, 20);
	drain(0);
	open_all(20);
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	struct ledger *l = branch("office");
	cr_assert_eq(ledger_audit(l, &before, &e), ERR_OK);
	for (int64_t i = 1; i <= 20; i++)
		step(d, i, &accepted);
	for (int64_t i = 20; i >= 1; i--)
		step(d, i, &to_land);
	flush_and_close(d);
	cr_assert_eq(ledger_audit(l, &after, &e), ERR_OK);
	ledger_close(l);
	cr_assert_eq(after.commits, before.commits + 1);
	cr_assert_eq(after.lines, before.lines + 40);
	buf_init(&b, 4096);
	buf_str(&b, "anchored/office/2018-02-01 ");
	for (int i = 0; i < 20; i++)
		buf_str(&b, "accepted/office/2018-02-01 ");
	for (int i = 0; i < 20; i++)
		buf_str(&b, "dispatched/office/2018-02-01 ");
	cr_assert_str_eq(office_lines(), buf_text(&b));
	buf_done(&b);
	cr_assert_eq(
		sql_int("SELECT count(*) FROM case_step WHERE n>1 AND chain_seq<>seq-20+1"), 0);
	assert_sound(60, 0);
}

Test(casework_office, more_than_a_group_at_once)
{
	enum { CASES = 340 };
	post_many(0, CASES);
	drain(0);
	open_all(CASES);
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	for (int64_t i = 1; i <= CASES; i++) {
		step(d, i, &accepted);
		step(d, i, &to_land);
		step(d, i, &(struct case_act){.kind = CASE_OBJECTED});
	}
	flush_and_close(d);
	assert_sound(4 * CASES, 0);
}

/* ---- crashes ------------------------------------------------------------------------------------------ */

Test(casework_office, a_step_whose_line_was_not_written_gets_it_from_the_next_desk)
{
	struct posted p;

	post(0, 0, 0, &p);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 1, &accepted);
	step(d, 1, &to_land);
	desk_close(d); /* as if it had died here */
	assert_sound(3, 2);
	cr_assert_str_eq(office_lines(), "anchored/office/2018-02-01 ");
	desk_close(desk_as("office", NULL, "2018-02-09"));
	cr_assert_str_eq(office_lines(), "anchored/office/2018-02-01 accepted/inspector/2018-02-01 "
					 "dispatched/inspector/2018-02-01 ");
	assert_sound(3, 0);
	desk_close(desk_as("office", NULL, "2018-02-09"));
	assert_sound(3, 0);
}

/* Between the lines and their marks: the register as it was, the chain ahead of it. */
Test(casework_office, lines_that_stand_are_found_and_not_written_again)
{
	struct posted p;
	bool found;
	struct status s;

	post(0, 0, 0, &p);
	post_many(1, 3);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	struct desk_case k;
	cr_assert_eq(desk_case_get(d, number_of(&p), arena, &k, &e), ERR_OK);
	for (int64_t i = 1; i <= 4; i++)
		step(d, i, &accepted);
	flush_and_close(d);
	const char *lines = office_lines();
	sql("DROP TRIGGER case_step_no_update; UPDATE case_step SET chain_seq=NULL;"
	    "UPDATE intake_head SET anchored_seq=0; DELETE FROM intake_head WHERE branch='office'");
	cr_assert_eq(unlink(at("status/office.bin")), 0);
	assert_sound(8, 4);
	desk_close(desk_as("office", NULL, "2018-02-20"));
	cr_assert_str_eq(office_lines(), lines);
	assert_sound(8, 0);
	cr_assert_eq(status_find(arena, at("status/office.bin"), &p.keys, &found, &s, &e), ERR_OK);
	cr_assert(found, "the status is made good as well");
}

Test(casework_office, some_lines_standing_and_some_not)
{
	post_many(0, 3);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	for (int64_t i = 1; i <= 3; i++)
		step(d, i, &accepted);
	flush_and_close(d);
	sql("DROP TRIGGER case_step_no_update; UPDATE case_step SET chain_seq=NULL WHERE "
	    "tip_case>1");
	/* The office's head goes back to the first line, as if the last transaction had been lost. */
	struct ledger *l = branch("office");
	struct buf b;
	buf_init(&b, 1 << 16);
	cr_assert_eq(ledger_read(l, "chain/000/000.log", &b, &e), ERR_OK);
	char hash[SHA256_HEX_BYTES];
	const char *second = strchr(strchr(buf_text(&b), '\n') + 1, '\n');
	const char *first = strchr(buf_text(&b), '\n') + 1;
	sha256_hex(first, (size_t)(second - first), hash);
	buf_done(&b);
	ledger_close(l);
	sql(arena_printf(
		arena, "UPDATE intake_head SET seq=2, hash='%s' WHERE branch='office'", hash));
	d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 3, &to_land);
	flush_and_close(d);
	assert_sound(7, 0);
}

/* ---- what is not vouched for ------------------------------------------------------------------------------ */

Test(casework_office, a_row_that_was_changed_is_not_chained_and_the_rest_is)
{
	post_many(0, 3);
	drain(0);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	for (int64_t i = 1; i <= 3; i++)
		step(d, i, &accepted);
	step(d, 2, &to_land);
	sql("DROP TRIGGER case_step_no_update;"
	    "UPDATE case_step SET by='别人' WHERE tip_case=2 AND n=2");
	cr_assert_eq(desk_flush(d, &e), ERR_REFUSED);
	cr_assert(strstr(e.message, "2"), "%s", e.message);
	desk_close(d);
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step WHERE n>1 AND chain_seq IS NULL"), 2);
	d = desk_as("inspector", NULL, "2018-02-01"); /* work goes on */
	step(d, 1, &to_land);
	cr_assert_eq(desk_flush(d, &e), ERR_REFUSED);
	desk_close(d);
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step WHERE n>1 AND chain_seq IS NULL"), 2);
	cr_assert_not(agree().sound);
}

static void copy(const char *from, const char *to)
{
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	cr_assert_eq(file_read(at(from), (size_t)64 << 20, &b, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(file_write_durable(at(to), b.data, b.len, &e), ERR_OK);
	buf_done(&b);
}

Test(casework_office, a_register_older_than_the_chain_chains_nothing_over_it)
{
	post_many(0, 2);
	drain(0);
	desk_close(desk_as("office", NULL, "2018-02-01"));
	reg_close(reg);
	copy("register.db", "backup.db");
	cr_assert_eq(reg_open(instance, policy, &reg, &e), ERR_OK);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	step(d, 1, &accepted);
	step(d, 1, &to_land);
	flush_and_close(d);
	const char *lines = office_lines();
	reg_close(reg);
	copy("backup.db", "register.db");
	unlink(at("register.db-wal"));
	unlink(at("register.db-shm"));
	cr_assert_eq(reg_open(instance, policy, &reg, &e), ERR_OK);
	cr_assert_not(agree().sound);
	d = desk_as("inspector", NULL, "2018-02-02");
	step(d, 1, &(struct case_act){.kind = CASE_DECLINED});
	step(d, 2, &accepted);
	cr_assert_eq(desk_flush(d, &e), ERR_REFUSED);
	cr_assert(strstr(e.message, "备份"), "%s", e.message);
	desk_close(d);
	cr_assert_str_eq(
		office_lines(), arena_printf(arena, "%saccepted/inspector/2018-02-02 ", lines));
	cr_assert(verify().sound, "%s", verify().why);
	struct agree_report r = agree();
	cr_assert_not(r.sound);
}

/* ---- anchors ---------------------------------------------------------------------------------------------- */

Test(casework_office, each_moved_head_is_anchored_once)
{
	struct drain_options o = {
		.instance = instance, .host = "host-2", .now = NOW, .chance = &chance};
	struct drain_report report = {0};

	post_many(0, 2);
	drain(0);
	post_many(2, 1);
	cr_assert_eq(drain_run(&o, &report, &e), ERR_OK);
	desk_close(desk_as("office", NULL, "2018-02-01"));
	cr_assert_str_eq(office_lines(), "anchored/office/2018-02-01 anchored/office/2018-02-01 ");
	desk_close(desk_as("office", NULL, "2018-02-02"));
	cr_assert_str_eq(office_lines(), "anchored/office/2018-02-01 anchored/office/2018-02-01 ");
	post_many(3, 1);
	cr_assert_eq(drain_run(&o, &report, &e), ERR_OK);
	desk_close(desk_as("office", NULL, "2018-02-03"));
	cr_assert_str_eq(office_lines(), "anchored/office/2018-02-01 anchored/office/2018-02-01 "
					 "anchored/office/2018-02-03 ");
	struct ledger *l = branch("office");
	cr_assert(ledger_has(l, "anchors/host-1/000000002"));
	cr_assert(ledger_has(l, "anchors/host-2/000000001"));
	cr_assert(ledger_has(l, "anchors/host-2/000000002"));
	ledger_close(l);
	assert_sound(4, 0);
}

/* ---- taking in ---------------------------------------------------------------------------------------------- */

Test(casework_office, every_line_of_every_branch_is_a_row_in_their_order)
{
	struct drain_options o = {
		.instance = instance, .host = "host-2", .now = NOW, .chance = &chance};
	struct drain_report report = {0};

	post_many(0, 3);
	put_new("0123456789abcdef0123456789abcdef", "rubbish", 7);
	drain(0);
	desk_close(desk_as("office", NULL, "2018-02-01"));
	post_many(3, 2);
	cr_assert_eq(drain_run(&o, &report, &e), ERR_OK);
	post_many(5, 300);
	drain(0);
	desk_close(desk_as("office", NULL, "2018-02-01"));
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_case"), 306);
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_case WHERE host='host-2'"), 2);
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_case WHERE origin='quarantined'"), 1);
	cr_assert_eq(sql_int("SELECT seq FROM intake_head WHERE branch='intake/host-1'"), 304);
	assert_sound(306, 0);
}

static void append(struct ledger *l, const char *path, const struct buf *bytes,
	const uint8_t commitment[COMMITMENT_BYTES], const char *step_id)
{
	struct ledger_entry n = {.path = path,
		.bytes = bytes ? bytes->data : NULL,
		.len = bytes ? bytes->len : 0,
		.step = step_id,
		.role = "intake",
		.when = "2018-W05"};
	size_t commits;

	memcpy(n.commitment, commitment, COMMITMENT_BYTES);
	cr_assert_eq(ledger_append(l, &n, 1, NOW, NULL, &commits, &e), ERR_OK, "%s", e.message);
}

/* One id is one case: what another host has under the same id is kept under its commitment. */
Test(casework_office, no_line_is_without_a_row_whatever_it_says)
{
	struct posted p, q;
	struct buf bytes;
	struct envelope v;
	struct ledger *l;
	uint8_t nothing[COMMITMENT_BYTES] = {7};

	post(0, 0, 0, &p);
	drain(0);
	seal(0, 1, 0, 0, &bytes, &q); /* the same id, another content */
	cr_assert_eq(envelope_parse(bytes.data, bytes.len, &v, &e), ERR_OK);
	struct buf record = {.data = (char *)v.record.at, .len = v.record.len};
	l = branch("intake/host-2");
	append(l, case_record_path(arena, q.id, "2018-W05"), &record, q.commitment, "received");
	append(l, NULL, NULL, nothing, "received");
	append(l, NULL, NULL, nothing, "quarantined");
	ledger_close(l);
	buf_done(&bytes);
	desk_close(desk_as("office", NULL, "2018-02-01"));
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_case"), 3);
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_case WHERE origin='quarantined'"), 2);
}

Test(casework_office, a_rewritten_intake_chain_is_not_taken_in)
{
	struct desk *d = NULL;
	struct desk_options o = {.instance = instance,
		.policy = policy,
		.role = DESK_OFFICE,
		.by = "甲",
		.today = day("2018-02-01"),
		.chance = &chance};

	post_many(0, 3);
	drain(0);
	desk_close(desk_as("office", NULL, "2018-02-01"));
	cr_assert_eq(dir_remove_all(at("cases.git"), &e), ERR_OK);
	post_many(3, 5);
	drain(0);
	o.reg = reg;
	cr_assert_eq(desk_open(&o, &d, &e), ERR_INPUT);
	cr_assert(strstr(e.message, "intake/host-1"), "%s", e.message);
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_case"), 3);
	cr_assert_not(agree().sound);
}

/* ---- chain verify ------------------------------------------------------------------------------------------- */

struct wrong {
	const char *name;
	int64_t n[3];
	enum case_step kind;   /* of the last record */
	const char *line_step; /* of its line */
	const char *line_role;
	const char *days[3], *line_day;
	const char *path; /* NULL: its own */
	bool line_alone;  /* one more line without a record */
};

static const struct wrong wrongs[] = {
	{"sound", {2, 3, 4}, CASE_CHECKED, "checked", "office",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-02", NULL, false},
	{"not from 2", {3, 4, 5}, CASE_CHECKED, "checked", "office",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-02", NULL, false},
	{"a gap", {2, 3, 5}, CASE_CHECKED, "checked", "office",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-02", NULL, false},
	{"another step", {2, 3, 4}, CASE_CHECKED, "concluded", "office",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-02", NULL, false},
	{"another role", {2, 3, 4}, CASE_CHECKED, "checked", "inspector",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-02", NULL, false},
	{"another day", {2, 3, 4}, CASE_CHECKED, "checked", "office",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-03", NULL, false},
	{"days go back", {2, 3, 4}, CASE_CHECKED, "checked", "office",
		{"2018-02-01", "2018-02-03", "2018-02-02"}, "2018-02-02", NULL, false},
	{"another place", {2, 3, 4}, CASE_CHECKED, "checked", "office",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-02", "steps/ab/cd/004", false},
	{"elsewhere", {2, 3, 4}, CASE_CHECKED, "checked", "office",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-02", "notes/1", false},
	{"a line alone", {2, 3, 4}, CASE_CHECKED, "checked", "office",
		{"2018-02-01", "2018-02-01", "2018-02-02"}, "2018-02-02", NULL, true},
};

static void write_steps(const struct wrong *w)
{
	uint8_t commitment[COMMITMENT_BYTES] = {1, 2, 3};
	struct ledger *l = branch("office");
	size_t commits;

	for (size_t i = 0; i < 3; i++) {
		bool last = i == 2;
		struct office_step s = {.n = w->n[i],
			.kind = last ? w->kind : CASE_ACCEPTED,
			.role = DESK_OFFICE,
			.day = day(w->days[i])};
		char path[OFFICE_PATH_BYTES];
		struct buf b;
		hex_encode(commitment, sizeof commitment, s.commitment);
		memset(s.content, 'a', sizeof s.content - 1);
		office_step_path(s.commitment, s.n, path);
		buf_init(&b, 1024);
		office_step_write(&s, &b);
		struct ledger_entry n = {.path = last && w->path ? w->path : path,
			.bytes = b.data,
			.len = b.len,
			.step = last ? w->line_step : "accepted",
			.role = last ? w->line_role : "office",
			.when = last ? w->line_day : w->days[i]};
		memcpy(n.commitment, commitment, sizeof commitment);
		cr_assert_eq(
			ledger_append(l, &n, 1, NOW, NULL, &commits, &e), ERR_OK, "%s", e.message);
		buf_done(&b);
	}
	if (w->line_alone) {
		struct ledger_entry n = {
			.step = "concluded", .role = "office", .when = "2018-02-05"};
		memcpy(n.commitment, commitment, sizeof commitment);
		cr_assert_eq(ledger_append(l, &n, 1, NOW, NULL, &commits, &e), ERR_OK);
	}
	ledger_close(l);
}

Test(casework_office, what_does_not_fit_in_the_offices_branch_is_named)
{
	for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
		cr_assert_eq(dir_remove_all(at("cases.git"), &e), ERR_OK);
		write_steps(&wrongs[i]);
		struct chain_report r = verify();
		cr_assert_eq(r.sound, i == 0, "%s: %s", wrongs[i].name, r.why);
		if (i == 0)
			continue;
		cr_assert_str_eq(r.branch, "office", "%s", wrongs[i].name);
		cr_assert_gt(strlen(r.file), 5);
		cr_assert_gt(strlen(r.why), 5);
	}
}

/* ---- the records' form ------------------------------------------------------------------------------------------ */

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PLACE "steps/00/" HEX64 "/002"
#define STEP_UP_TO(n) \
	"tianlan-step 1\ncase: " HEX64 "\nn: " n "\nstep: accepted\nrole: office\nday: " \
	"2018-02-01\n"

Test(casework_office, only_what_the_writers_write_is_a_record)
{
	static const struct {
		const char *path, *text;
		bool ok;
	} records[] = {
		{PLACE, STEP_UP_TO("2") "content: " HEX64 "\n", true},
		{PLACE, STEP_UP_TO("2") "content: " HEX64, false},
		{PLACE, STEP_UP_TO("2") "content: " HEX64 "\n\n", false},
		{PLACE, STEP_UP_TO("2"), false},
		{PLACE, STEP_UP_TO("02") "content: " HEX64 "\n", false},
		{PLACE, STEP_UP_TO("+2") "content: " HEX64 "\n", false},
		{PLACE, STEP_UP_TO("3") "content: " HEX64 "\n", false},
		{"steps/00/" HEX64 "/2", STEP_UP_TO("2") "content: " HEX64 "\n", false},
		{"steps/00/" HEX64 "/001", STEP_UP_TO("1") "content: " HEX64 "\n", false},
		{PLACE, "", false},
		{PLACE, "tianlan-step 2\n", false},
		{PLACE,
			"tianlan-step 1\ncase: " HEX64
			"\nn: 2\nstep: received\nrole: office\nday: 2018-02-01\ncontent: " HEX64
			"\n",
			false},
		{PLACE,
			"tianlan-step 1\ncase: " HEX64
			"\nn: 2\nstep: accepted\nrole: mayor\nday: 2018-02-01\ncontent: " HEX64
			"\n",
			false},
		{PLACE,
			"tianlan-step 1\ncase: " HEX64
			"\nn: 2\nstep: accepted\nrole: office\nday: 2018-02-30\ncontent: " HEX64
			"\n",
			false},
	};
	struct office_step s;
	struct office_anchor a;
	static const char anchor[] =
		"tianlan-anchor 1\nbranch: intake/host-1\nseq: 7\nhead: " HEX64 "\n";

	for (size_t i = 0; i < COUNT_OF(records); i++)
		cr_assert_eq(office_step_parse(records[i].path, records[i].text,
				     strlen(records[i].text), &s, &e) == ERR_OK,
			records[i].ok, "%zu", i);
	cr_assert_eq(
		office_anchor_parse("anchors/host-1/000000007", anchor, strlen(anchor), &a, &e),
		ERR_OK);
	cr_assert_eq(a.seq, 7);
	cr_assert_eq(
		office_anchor_parse("anchors/host-1/000000008", anchor, strlen(anchor), &a, &e),
		ERR_INPUT);
	cr_assert_eq(
		office_anchor_parse("anchors/host-2/000000007", anchor, strlen(anchor), &a, &e),
		ERR_INPUT);
	cr_assert_eq(
		office_anchor_parse("anchors/host-1/000000007", anchor, strlen(anchor) - 1, &a, &e),
		ERR_INPUT);
}
