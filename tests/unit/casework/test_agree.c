/* Register and chains agree, or the verification says where they do not: every column, every record, every line. */
#include "world.h"

#include "casework/casework_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct posted p[3];

/* Three cases: one concluded, one merged into it, one dispatched; all chained. */
static void begin(void)
{
	static const char *const helpers[] = {"safety"};

	office_begin();
	struct enterprise_id id = enterprise_named("测试木艺加工厂");
	for (size_t i = 0; i < 3; i++)
		post(i, 0, 0, &p[i]);
	drain(0);
	struct desk *d = desk_as("inspector", "economy", "2018-02-01");
	struct desk_case k;
	for (int64_t i = 1; i <= 3; i++)
		cr_assert_eq(desk_case_get(d, i, arena, &k, &e), ERR_OK, "%s", e.message);
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED, .reply = "已受理。"});
	step(d, 1,
		&(struct case_act){.kind = CASE_DISPATCHED,
			.lead = "environment",
			.helpers = helpers,
			.helper_count = 1});
	step(d, 1, &(struct case_act){.kind = CASE_EXTENDED, .extend_days = 10});
	step(d, 1, &(struct case_act){.kind = CASE_CHECKED, .outcome = OUTCOME_TRUE});
	step(d, 1,
		&(struct case_act){.kind = CASE_RECTIFYING, .enterprise = id, .found_new = true});
	step(d, 1, &(struct case_act){.kind = CASE_CONCLUDED, .despite_open = true});
	step(d, 2, &(struct case_act){.kind = CASE_MERGED, .into_case = 1});
	step(d, 3, &(struct case_act){.kind = CASE_ACCEPTED});
	step(d, 3, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "land"});
	flush_and_close(d);
}

TestSuite(casework_agree, .init = begin, .fini = world_end, .timeout = 180);

static void unguard(void)
{
	sql("DROP TRIGGER case_step_no_update; DROP TRIGGER case_step_no_delete;"
	    "DROP TRIGGER tip_case_no_delete; DROP TRIGGER tip_case_fixed; PRAGMA "
	    "foreign_keys=OFF;");
}

Test(casework_agree, what_was_done_by_the_rules_agrees)
{
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.cases, 3);
	cr_assert_eq(r.steps, 12);
	cr_assert_eq(r.waiting, 0);
	cr_assert_eq(r.evidence_bad, 0);
	cr_assert_str_empty(r.what);
}

/* ---- rows changed by hand ----------------------------------------------------------------------------- */

Test(casework_agree, every_column_of_a_step_is_vouched_for)
{
	/* Of the case and step; what the sentence must name. */
	static const struct {
		const char *set, *where, *what;
	} changes[] = {
		{"tip_case=2", "tip_case=3 AND n=3", ""},
		{"n=9", "tip_case=1 AND n=7", "连着编号"},
		{"kind='declined'", "tip_case=3 AND n=2", "第 2 步"},
		{"day='2018-01-31'", "tip_case=1 AND n=2", "第 2 步"},
		{"role='office'", "tip_case=1 AND n=2", "第 2 步"},
		{"unit='land'", "tip_case=1 AND n=2", "被改过"},
		{"unit=NULL", "tip_case=1 AND n=2", "被改过"},
		{"outcome='partly'", "tip_case=1 AND n=5", "被改过"},
		{"lead='land'", "tip_case=1 AND n=3", "被改过"},
		{"helpers=NULL", "tip_case=1 AND n=3", "被改过"},
		{"enterprise=NULL", "tip_case=1 AND n=6", "被改过"},
		{"found_new=0", "tip_case=1 AND n=6", "被改过"},
		{"into_case=3", "tip_case=2 AND n=2", "被改过"},
		{"days=30", "tip_case=1 AND n=4", "被改过"},
		{"despite_open=0", "tip_case=1 AND n=7", "被改过"},
		{"reply='已办结。'", "tip_case=1 AND n=2", "被改过"},
		{"reply='甲'", "tip_case=1 AND n=3", "被改过"},
		{"by='别人'", "tip_case=1 AND n=2", "被改过"},
		{"at='2018-02-01T10:00:01+08:00'", "tip_case=1 AND n=2", "被改过"},
		{"note=x'01'", "tip_case=1 AND n=2", "被改过"},
		{"note=NULL", "tip_case=1 AND n=2", "被改过"},
		{"salt=zeroblob(32)", "tip_case=1 AND n=2", "被改过"},
		{"salt=NULL", "tip_case=1 AND n=2", "盐"},
		{"content='"
		 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'",
			"tip_case=1 AND n=2", "第 2 步"},
		{"chain_seq=chain_seq+1", "tip_case=1 AND n=2", "那一行"},
		{"chain_seq=NULL", "tip_case=1 AND n=2", "标记"},
		{"chain_seq=NULL", "tip_case=1 AND n=7", "标记"},
		{"seq=900", "tip_case=1 AND n=2", "顺序"},
		/* the first step */
		{"day='2018-01-30'", "tip_case=1 AND n=1", "收件"},
		{"content='"
		 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'",
			"tip_case=1 AND n=1", "收件"},
		{"reply='甲'", "tip_case=3 AND n=1", "收件"},
		{"role='office'", "tip_case=1 AND n=1", "收件"},
	};

	unguard();
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		sql("CREATE TABLE kept AS SELECT * FROM case_step");
		sql(arena_printf(arena, "UPDATE case_step SET %s WHERE %s", changes[i].set,
			changes[i].where));
		struct agree_report r = agree();
		cr_assert_not(r.sound, "%s WHERE %s", changes[i].set, changes[i].where);
		cr_assert(strstr(r.what, changes[i].what), "%s: %s", changes[i].set, r.what);
		sql("DELETE FROM case_step; INSERT INTO case_step SELECT * FROM kept; DROP TABLE "
		    "kept");
		cr_assert(agree().sound, "%s", agree().what);
	}
}

Test(casework_agree, every_kept_column_of_a_case_is_that_of_its_steps)
{
	static const char *const changes[] = {"id='00112233445566778899aabbccddeeff'",
		"host='host-9'", "week='2018-W06'",
		"commitment='00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'",
		"origin='quarantined'", "lead='land'", "lead=NULL", "helpers='market'",
		"enterprise=NULL", "found_new=0", "merged_into=2", "reply='改了'", "reply=NULL",
		"state='accepted'", "state='no-such-state'"};

	unguard();
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		sql("CREATE TABLE kept AS SELECT * FROM tip_case");
		sql(arena_printf(arena, "UPDATE tip_case SET %s WHERE number=1", changes[i]));
		struct agree_report r = agree();
		cr_assert_not(r.sound, "%s", changes[i]);
		cr_assert_gt(strlen(r.what), 10);
		sql("PRAGMA foreign_keys=OFF; DELETE FROM tip_case; INSERT INTO tip_case SELECT * "
		    "FROM "
		    "kept; DROP TABLE kept");
		cr_assert(agree().sound, "%s: %s", changes[i], agree().what);
	}
}

Test(casework_agree, a_row_without_a_record_is_found)
{
	unguard();
	sql("INSERT INTO case_step (tip_case, n, kind, day, role, by, at, salt, content, "
	    "chain_seq) "
	    "SELECT 3, 4, 'objected', '2018-02-01', 'office', by, at, salt, content, 99 FROM "
	    "case_step WHERE tip_case=3 AND n=3");
	struct agree_report r = agree();
	cr_assert_not(r.sound);
	cr_assert(strstr(r.what, "第 4 步"), "%s", r.what);
	sql("UPDATE case_step SET chain_seq=NULL WHERE tip_case=3 AND n=4");
	cr_assert_not(agree().sound, "its hash is another step's");
}

Test(casework_agree, a_step_that_waits_is_counted_and_only_the_last_may)
{
	struct desk *d = desk_as("inspector", NULL, "2018-02-02");
	step(d, 3, &(struct case_act){.kind = CASE_OBJECTED});
	desk_close(d);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.waiting, 1);
	unguard();
	sql("UPDATE case_step SET chain_seq=99 WHERE tip_case=3 AND n=4");
	cr_assert_not(agree().sound);
}

Test(casework_agree, a_missing_step_row_or_case_row_is_found)
{
	static const char *const deletes[] = {"DELETE FROM case_step WHERE tip_case=1 AND n=7",
		"DELETE FROM case_step WHERE tip_case=1 AND n=4",
		"DELETE FROM case_step WHERE tip_case=2; DELETE FROM tip_case WHERE number=2"};
	static const char *const says[] = {"状态", "连着编号", "没有"};

	unguard();
	for (size_t i = 0; i < COUNT_OF(deletes); i++) {
		sql("CREATE TABLE kept AS SELECT * FROM case_step; CREATE TABLE kept_case AS "
		    "SELECT * "
		    "FROM tip_case");
		sql(arena_printf(arena, "PRAGMA foreign_keys=OFF; %s", deletes[i]));
		struct agree_report r = agree();
		cr_assert_not(r.sound, "%s", deletes[i]);
		cr_assert(strstr(r.what, says[i]), "%s: %s", deletes[i], r.what);
		sql("PRAGMA foreign_keys=OFF; DELETE FROM case_step; DELETE FROM tip_case; INSERT "
		    "INTO "
		    "tip_case SELECT * FROM kept_case; INSERT INTO case_step SELECT * FROM kept; "
		    "DROP "
		    "TABLE kept; DROP TABLE kept_case");
		cr_assert(agree().sound, "%s", agree().what);
	}
}

/* ---- the chains changed by hand ------------------------------------------------------------------------------ */

/* The office's branch built anew: its files one by one, each with its line, but for one left out or altered. */
struct rebuild {
	struct ledger *to;
	const char *without, *alter;
};

static enum err_code copy_file(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *x)
{
	struct rebuild *r = ctx;
	struct office_step s;
	struct office_anchor a;
	struct buf b;
	char day[DAY_TEXT_BYTES];
	size_t commits;
	struct ledger_entry n = {.path = path};

	if (str_starts(path, "chain/") || (r->without && str_ends(path, r->without)))
		return ERR_OK;
	buf_init(&b, 4096);
	if (str_starts(path, "steps/")) {
		cr_assert_eq(office_step_parse(path, bytes, len, &s, x), ERR_OK);
		if (r->alter && str_ends(path, r->alter))
			s.role = DESK_OFFICE;
		office_step_write(&s, &b);
		n.step = policy_case_step_id(s.kind);
		n.role = desk_role_id(s.role);
		n.when = day_text(s.day, day);
		cr_assert(hex_decode(s.commitment, n.commitment, sizeof n.commitment));
	} else {
		cr_assert_eq(office_anchor_parse(path, bytes, len, &a, x), ERR_OK);
		if (r->alter && str_starts(path, r->alter))
			a.head[0] = a.head[0] == '0' ? '1' : '0';
		office_anchor_write(&a, &b);
		n.step = "anchored";
		n.role = "office";
		n.when = "2018-02-03"; /* another day than it was: another chain */
		cr_assert(hex_decode(a.head, n.commitment, sizeof n.commitment));
	}
	n.bytes = b.data;
	n.len = b.len;
	cr_assert_eq(ledger_append(r->to, &n, 1, NOW, NULL, &commits, &e), ERR_OK, "%s", e.message);
	buf_done(&b);
	return ERR_OK;
}

static struct agree_report agree_with(const char *without, const char *alter)
{
	struct rebuild r = {.without = without, .alter = alter};
	struct ledger *l;
	const char *kept = at("kept.git"), *git = at("cases.git");

	cr_assert_eq(rename(git, kept), 0);
	cr_assert_eq(ledger_open(kept, "office", &l, &e), ERR_OK);
	cr_assert_eq(ledger_open(git, "office", &r.to, &e), ERR_OK);
	cr_assert_eq(ledger_each(l, "", copy_file, &r, &e), ERR_OK, "%s", e.message);
	ledger_close(r.to);
	ledger_close(l);
	/* The intake's branch as it was. */
	bool moved = false;
	cr_assert_eq(ledger_fetch(git, kept, "intake/host-1", NULL, NULL, &moved, &e), ERR_OK, "%s",
		e.message);
	struct agree_report report = agree();
	cr_assert_eq(dir_remove_all(git, &e), ERR_OK);
	cr_assert_eq(rename(kept, git), 0);
	return report;
}

Test(casework_agree, a_rewritten_office_branch_is_found)
{
	struct agree_report r = agree_with(NULL, NULL); /* the same records, other lines */
	cr_assert_not(r.sound);
	cr_assert(strstr(r.what, "office"), "%s", r.what);
	/* And where the register did not remember the head: what its rows say. */
	sql("DELETE FROM intake_head WHERE branch='office'");
	cr_assert(agree().sound, "%s", agree().what);
	char commitment[SHA256_HEX_BYTES];
	hex_encode(p[0].commitment, COMMITMENT_BYTES, commitment);
	r = agree_with(arena_printf(arena, "%s/007", commitment), NULL);
	cr_assert_not(r.sound);
	r = agree_with(NULL, arena_printf(arena, "%s/007", commitment));
	cr_assert_not(r.sound);
	cr_assert(agree().sound, "%s", agree().what);
}

Test(casework_agree, the_offices_branch_gone_is_found)
{
	cr_assert_eq(unlink(at("cases.git/refs/heads/office")), 0);
	struct agree_report r = agree();
	cr_assert_not(r.sound);
	cr_assert(strstr(r.what, "office"), "%s", r.what);
}

Test(casework_agree, an_anchor_of_a_head_the_chain_never_had_is_found)
{
	sql("DELETE FROM intake_head WHERE branch='office'");
	unguard();
	sql("UPDATE case_step SET chain_seq=NULL WHERE kind<>'received'");
	struct agree_report r = agree_with(NULL, "anchors/");
	cr_assert_not(r.sound);
	cr_assert(strstr(r.what, "锚定"), "%s", r.what);
}

Test(casework_agree, an_intake_chain_replaced_by_another_is_found)
{
	bool moved;

	cr_assert_eq(rename(at("cases.git"), at("old.git")), 0);
	post_many(10, 3);
	drain(0);
	cr_assert_eq(ledger_fetch(at("cases.git"), at("old.git"), "office", NULL, NULL, &moved, &e),
		ERR_OK, "%s", e.message);
	struct agree_report r = agree();
	cr_assert_not(r.sound);
	cr_assert(verify().sound, "by itself each chain is whole");
}

Test(casework_agree, new_lines_of_an_intake_chain_are_the_next_desks)
{
	post_many(20, 2);
	drain(0);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.cases, 3);
	desk_close(desk_as("office", NULL, "2018-02-02"));
	r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.cases, 5);
}

/* ---- erased, and evidence ---------------------------------------------------------------------------------------- */

Test(casework_agree, an_erased_case_agrees_without_its_salts)
{
	struct desk *d = desk_as("office", NULL, "2018-02-02");
	const struct case_act act = {.kind = CASE_ERASED, .day = DAY_NONE, .why = "保存期满"};

	cr_assert_eq(desk_step_take(d, DESK_OFFICE, 1, &act, NULL, &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
	struct agree_report r = agree();
	cr_assert_not(r.sound);
	cr_assert(strstr(r.what, "销毁未完成"), "%s", r.what);
	cr_assert_eq(reg_case_blank(reg, 1, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_case_destroyed(reg, 1, &e), ERR_OK, "%s", e.message);
	r = agree();
	cr_assert(r.sound, "%s", r.what);
	unguard();
	sql("UPDATE case_step SET kind='declined' WHERE tip_case=1 AND n=2");
	cr_assert_not(agree().sound);
}

Test(casework_agree, evidence_that_was_changed_is_counted)
{
	const struct change_note note = {
		.by = "u", .why = "登记", .at = "2018-02-01T09:00:00+08:00"};
	const char *file = at("photo.jpg");
	char sha[SHA256_HEX_BYTES];

	cr_assert_eq(file_write_durable(file, "picture", 7, &e), ERR_OK);
	cr_assert_eq(reg_evidence_add(reg, (struct enterprise_id){1}, file, "check-record",
			     day("2018-02-01"), false, &note, &e),
		ERR_OK, "%s", e.message);
	cr_assert(agree().sound, "%s", agree().what);
	sha256_hex("picture", 7, sha);
	cr_assert_eq(file_write_durable(at(arena_printf(arena, "evidence/%.2s/%s", sha, sha)),
			     "another", 7, &e),
		ERR_OK);
	struct agree_report r = agree();
	cr_assert_not(r.sound);
	cr_assert_eq(r.evidence_bad, 1);
	cr_assert(strstr(r.what, "证据"), "%s", r.what);
}
