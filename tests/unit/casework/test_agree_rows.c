/* What no chain vouches for: each column that follows from others is found when it is changed by hand, and named. */
#include "world.h"

#include "tianlan/register_audit.h"
#include "tianlan/register_supervision.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct posted p[4];
static char evidence_sha[SHA256_HEX_BYTES];

static void look_back(void)
{
	const struct change_note note = {.by = "u", .why = "w", .at = "2018-02-02T09:00:00+08:00"};
	struct enterprise_id id = enterprise_named("测试铸造厂");
	struct lookback_options o = {.quarter = {2018, 1}, .seed = "x", .months = 12, .share = 10};
	struct event_new ev = {.kind = EVENT_CLOSED, .day = day("2018-01-20"), .unit = "economy"};
	int64_t seq;
	size_t count = 0;

	cr_assert_eq(reg_event_add(reg, id, &ev, &note, &seq, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_lookback_plan(reg, &o, day("2018-02-02"), &note, &count, &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(count, 1);
	ev = (struct event_new){.day = day("2018-02-02"), .unit = "economy"};
	cr_assert_eq(reg_lookback_record(reg, o.quarter, id, "relapsed", &ev, &note, &e), ERR_OK,
		"%s", e.message);
	cr_assert_eq(file_write_durable(at("paper"), "paper", 5, &e), ERR_OK);
	cr_assert_eq(reg_evidence_add(reg, id, at("paper"), "check-record", day("2018-02-02"),
			     false, &note, &e),
		ERR_OK, "%s", e.message);
	sha256_hex("paper", 5, evidence_sha);
}

/* Case 1 concluded and shown with its result, 2 with its kinds and street set right, 3 unopened, 4 erased to the end. */
static void begin(void)
{
	const struct change_note note = {.by = "u", .at = "2018-02-01T10:00:00+08:00"};
	const struct case_act erased = {.kind = CASE_ERASED, .day = DAY_NONE, .why = "保存期满"};

	office_begin();
	struct enterprise_id id = enterprise_named("测试木艺加工厂");
	for (size_t i = 0; i < 4; i++)
		post(i, 0, 0, &p[i]);
	drain(0);
	struct desk *d = desk_as("inspector", "economy", "2018-02-01");
	struct desk_case k;
	for (int64_t i = 1; i <= 2; i++)
		cr_assert_eq(desk_case_get(d, i, arena, &k, &e), ERR_OK, "%s", e.message);
	step(d, 1, &(struct case_act){.kind = CASE_ACCEPTED, .reply = "已受理。"});
	step(d, 1, &(struct case_act){.kind = CASE_DISPATCHED, .lead = "environment"});
	step(d, 1, &(struct case_act){.kind = CASE_CHECKED, .outcome = OUTCOME_PARTLY});
	step(d, 1, &(struct case_act){.kind = CASE_RECTIFYING, .enterprise = id});
	step(d, 1,
		&(struct case_act){
			.kind = CASE_CONCLUDED, .despite_open = true, .reply = "已办结。"});
	step(d, 2, &(struct case_act){.kind = CASE_ACCEPTED});
	cr_assert_eq(reg_case_set(reg, 2, "dust", "650105002", &note, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_case_set(reg, 2, "noise", NULL, &note, &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
	d = desk_as("office", NULL, "2018-02-02");
	cr_assert_eq(desk_erase(d, 4, erased.why, &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
	look_back();
	sql("INSERT INTO tip_release (day, moved, by, at) VALUES ('2018-02-05', 3, 'u', "
	    "'2018-02-05T09:00:00+08:00');"
	    "INSERT INTO tip_shown VALUES (1, 1, '2018-02', 'waste-gas', '650105001', "
	    "'environment', 'concluded', 1), (2, 1, 'rest', 'dust', '650105002', 'none', 'open', "
	    "NULL);"
	    "INSERT INTO tip_result (step, tip_case, release, street, outcome, reply) SELECT seq, "
	    "1, 1, '650105001', 'partly', '已办结。' FROM case_step WHERE tip_case=1 AND "
	    "kind='concluded'");
}

TestSuite(casework_agree_rows, .init = begin, .fini = world_end, .timeout = 180);

static void unguard(void)
{
	static const char *const tables[] = {"case_step", "tip_case", "case_log", "event",
		"change_log", "tip_shown", "tip_result", "tip_release", "chain_week", "lookback",
		"evidence", "enterprise"};

	for (size_t i = 0; i < COUNT_OF(tables); i++)
		sql(arena_printf(arena,
			"DROP TRIGGER IF EXISTS %s_no_update; DROP TRIGGER IF EXISTS %s_no_delete;"
			"DROP TRIGGER IF EXISTS %s_no_insert; DROP TRIGGER IF EXISTS %s_fixed",
			tables[i], tables[i], tables[i], tables[i]));
}

Test(casework_agree_rows, what_was_done_by_the_rules_agrees_and_is_counted)
{
	struct agree_report r = agree();

	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.cases, 4);
	cr_assert_eq(
		r.letters, 2, "the opened ones that still are there: %lld", (long long)r.letters);
	cr_assert_eq(r.shown, 3);
	cr_assert_eq(r.enterprises, 2);
	cr_assert_eq(r.files, 1);
	cr_assert_gt(r.weeks, 0);
	cr_assert_gt(r.rows, 20);
}

static const struct {
	const char *table, *sql, *says;
} tamperings[] = {
	/* the row of a case */
	{"tip_case", "UPDATE tip_case SET received_on='2018-02-05' WHERE number=1", "收件日期"},
	{"tip_case", "UPDATE tip_case SET received_on='2018-01-28' WHERE number=1", "收件日期"},
	{"tip_case", "UPDATE tip_case SET received_on='2018-01-30' WHERE number=1", "收件日期"},
	{"tip_case", "UPDATE tip_case SET received_on='2018-01-30' WHERE number=3", "收件日期"},
	{"tip_case", "UPDATE tip_case SET received_on='2018-01-31' WHERE number=4", "收件日期"},
	{"tip_case", "UPDATE tip_case SET state='accepted' WHERE number=1", "状态"},
	{"tip_case", "UPDATE tip_case SET since='2018-01-31' WHERE number=1", "起始日期"},
	{"tip_case", "UPDATE tip_case SET outcome='true' WHERE number=1", "核查结果"},
	{"tip_case", "UPDATE tip_case SET outcome=NULL WHERE number=1", "核查结果"},
	{"tip_case", "UPDATE tip_case SET outcome='untrue' WHERE number=2", "核查结果"},
	/* what was opened */
	{"tip_case", "UPDATE tip_case SET kinds='dust' WHERE number=1", "违法类型与举报原信不符"},
	{"tip_case", "UPDATE tip_case SET street='650105002' WHERE number=1", "街道与举报原信不符"},
	{"tip_case", "UPDATE tip_case SET street=NULL WHERE number=1", "街道与举报原信不符"},
	{"tip_case", "UPDATE tip_case SET way='anonymous' WHERE number=1", "举报方式"},
	{"tip_case", "UPDATE tip_case SET origin='phone' WHERE number=1", "来源"},
	{"tip_case", "UPDATE tip_case SET status_tag=zeroblob(16) WHERE number=1", "标记或密钥"},
	{"tip_case", "UPDATE tip_case SET status_key=zeroblob(32) WHERE number=1", "标记或密钥"},
	{"tip_case", "UPDATE tip_case SET status_key=NULL WHERE number=1", "密钥却没了"},
	{"tip_case", "UPDATE tip_case SET opened=0 WHERE number=1", "没有拆阅"},
	{"tip_case", "UPDATE tip_case SET street='650105001' WHERE number=3", "没有拆阅"},
	{"tip_case", "UPDATE tip_case SET kinds='dust' WHERE number=2", "修改记录里最后"},
	{"tip_case", "UPDATE tip_case SET street='650105001' WHERE number=2", "修改记录里最后"},
	{"case_log", "UPDATE case_log SET new='waste-gas' WHERE what='kinds' AND new='dust'",
		"接不上"},
	{"case_log", "UPDATE case_log SET old='dust' WHERE what='street'", "与举报原信不符"},
	/* erased */
	{"tip_case", "UPDATE tip_case SET status_key=zeroblob(32) WHERE number=4", "没有拆阅"},
	{"tip_case", "UPDATE tip_case SET destroyed=0 WHERE number=4", "销毁未完成"},
	{"case_step", "UPDATE case_step SET note=x'0102' WHERE tip_case=4 AND n=2", "不该留"},
	{"case_copy",
		"INSERT OR IGNORE INTO keeping_place VALUES ('x','backup'); INSERT INTO case_copy "
		"VALUES "
		"(1, 'x', '2018-02-02', NULL, NULL)",
		"没有销毁"},
	/* what releases show */
	{"tip_shown", "UPDATE tip_shown SET month='2018-01' WHERE tip_case=1", "公布的月份"},
	{"tip_shown", "UPDATE tip_shown SET bucket='declined' WHERE tip_case=1", "公布的去向"},
	{"tip_shown", "UPDATE tip_shown SET bucket='open' WHERE tip_case=1", "公布的去向"},
	{"tip_shown", "UPDATE tip_shown SET bucket='open-late' WHERE tip_case=2", "公布的去向"},
	{"tip_shown", "UPDATE tip_shown SET kind='dust' WHERE tip_case=1", "从来没有过"},
	{"tip_shown", "UPDATE tip_shown SET street='650105003' WHERE tip_case=2", "从来没有过"},
	{"tip_shown", "UPDATE tip_shown SET lead='land' WHERE tip_case=1", "从来没有过"},
	{"tip_shown", "UPDATE tip_shown SET enterprise=2 WHERE tip_case=1", "从来没有关联过"},
	{"tip_shown", "UPDATE tip_shown SET enterprise=1 WHERE tip_case=2", "从来没有关联过"},
	{"tip_result", "UPDATE tip_result SET outcome='untrue'", "公布的核查结果"},
	{"tip_result", "UPDATE tip_result SET reply='查无此事。'", "公布的答复"},
	{"tip_result", "UPDATE tip_result SET reply='已受理。'", "公布的答复"},
	{"tip_result", "UPDATE tip_result SET reply=NULL", "公布的答复"},
	{"tip_result", "UPDATE tip_result SET street='650105003'", "公布的结果写的街道"},
	{"tip_result",
		"UPDATE tip_result SET step=(SELECT seq FROM case_step WHERE tip_case=1 AND n=3)",
		"没有那一步办结"},
	/* heads */
	{"chain_week", "UPDATE chain_week SET head=substr(head,2)||'0'", "链末"},
	{"chain_week",
		"INSERT INTO chain_week SELECT '2018-W01', head FROM chain_week LIMIT 1; UPDATE "
		"chain_week SET week='2018-W99' WHERE week<>'2018-W01'",
		"不存在的周"},
	{"chain_week",
		"INSERT INTO chain_week VALUES ('2019-W01', "
		"'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff')",
		"2019-W01"},
	/* enterprises, look-backs */
	{"enterprise", "UPDATE enterprise SET state='closed' WHERE number=2", "企业登记的状态"},
	{"enterprise", "UPDATE enterprise SET since='2018-01-01' WHERE number=2", "企业登记的状态"},
	{"enterprise", "UPDATE enterprise SET order_on='2018-01-01' WHERE number=1",
		"企业登记的状态"},
	{"event", "DELETE FROM event WHERE kind='relapsed'", "登记反弹"},
	{"lookback", "UPDATE lookback SET result='held'", "登记反弹"},
	{"lookback", "UPDATE lookback SET done_on='2018-02-01'", "它的那条经过"},
	{"lookback", "UPDATE lookback SET event=1", "它的那条经过"},
	{"lookback", "UPDATE lookback SET result=NULL, done_on=NULL", "它的那条经过"},
	/* rows that are gone */
	{"case_log", "DELETE FROM case_log WHERE seq=2", "编号"},
	{"case_log", "DELETE FROM case_log WHERE seq=(SELECT max(seq) FROM case_log)", "case_log"},
	{"change_log", "DELETE FROM change_log WHERE seq=1", "change_log"},
	{"change_log", "DELETE FROM change_log", "change_log"},
	{"tip_result", "DELETE FROM tip_result", "tip_result"},
	{"lookback", "DELETE FROM lookback", "lookback"},
	{"event", "UPDATE event SET day='2017-12-19' WHERE enterprise=1", "企业登记的状态"},
	{"case_draft", "INSERT INTO case_draft VALUES (4, 'inspector', x'01', 'u', 'x')", "不该留"},
	{"evidence", "DELETE FROM evidence", "evidence：编号"},
	{"evidence", "DELETE FROM evidence; DELETE FROM sqlite_sequence WHERE name='evidence'",
		"档案里有登记库没有登记的文件"},
};

Test(casework_agree_rows, every_tampering_is_found_and_named)
{
	unguard();
	sql("CREATE TABLE kept_numbers AS SELECT * FROM sqlite_sequence");
	for (size_t i = 0; i < COUNT_OF(tamperings); i++) {
		const char *table = tamperings[i].table;

		sql(arena_printf(arena, "CREATE TABLE kept AS SELECT * FROM %s", table));
		sql(tamperings[i].sql);
		struct agree_report r = agree();
		cr_expect_not(r.sound, "%s", tamperings[i].sql);
		cr_expect(strstr(r.what, tamperings[i].says), "%s: %s", tamperings[i].sql, r.what);
		sql(arena_printf(arena,
			"DELETE FROM %s; INSERT INTO %s SELECT * FROM kept; DROP TABLE kept;"
			"DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence SELECT * FROM "
			"kept_numbers",
			table, table));
		r = agree();
		cr_assert(r.sound, "after %s: %s", tamperings[i].sql, r.what);
	}
}

Test(casework_agree_rows, files_of_evidence_without_a_row_and_rows_without_a_file_are_found)
{
	const char *odd = at("evidence/ab/"
			     "ab112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
	struct agree_report r;

	cr_assert_eq(dir_make_all(at("evidence/ab"), &e), ERR_OK);
	cr_assert_eq(file_write_durable(odd, "x", 1, &e), ERR_OK);
	r = agree();
	cr_assert_not(r.sound);
	cr_assert(strstr(r.what, "evidence/ab/ab11"), "%s", r.what);
	cr_assert_eq(r.files, 2);
	cr_assert_eq(unlink(odd), 0);
	cr_assert(agree().sound);
	cr_assert_eq(
		unlink(at(arena_printf(arena, "evidence/%.2s/%s", evidence_sha, evidence_sha))), 0);
	r = agree();
	cr_assert_not(r.sound);
	cr_assert(strstr(r.what, "文件不在"), "%s", r.what);
}

Test(casework_agree_rows, without_a_facts_key_no_letter_is_compared)
{
	cr_assert_eq(rename(at("keys"), at("away")), 0);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s", r.what);
	cr_assert_eq(r.letters, 0);
	unguard();
	sql("UPDATE tip_case SET received_on='2018-01-30' WHERE number=1");
	cr_assert(agree().sound, "a day of its week that nothing else tells of");
	cr_assert_eq(rename(at("away"), at("keys")), 0);
	cr_assert_not(agree().sound);
}
