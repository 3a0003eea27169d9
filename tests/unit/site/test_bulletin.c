/* The quarterly bulletin: the ranking with its formula, and the way from a point to the records behind it. */
#include "world.h"

#include "site/supervision.h"

#include <criterion/criterion.h>
#include <string.h>

static struct world w;
static struct err e;

static void start(void)
{
	world_open(&w);
	world_enterprise(&w, 1, "甲厂", "650105001");
}

static void stop(void)
{
	world_close(&w);
}

TestSuite(site_bulletin, .init = start, .fini = stop);

static void reload(void)
{
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s:%d %s", e.file, e.line, e.message);
}

static void rank(const char *rules_from)
{
	world_sql(&w,
		arena_printf(w.arena,
			"INSERT INTO ranking VALUES('2018Q1','2018-04-16','%s','t','abcd','x','x');"
			"INSERT INTO ranking_row VALUES('2018Q1','650105001',9325,2,1,2),"
			"('2018Q1','650105002',9801,1,1,1),('2018Q1','650105003',-1,0,0,0);"
			"INSERT INTO ranking_item VALUES('2018Q1','650105001','monthly-2',1,1,500),"
			"('2018Q1','650105001','finished',1,2,750),"
			"('2018Q1','650105001','tipoffs',1,2,750),"
			"('2018Q1','650105001','lookbacks',0,0,-1),"
			"('2018Q1','650105001','criticism',1,0,300);"
			"INSERT INTO ranking_trace VALUES"
			"('2018Q1','650105001','monthly-2','report',7,1),"
			"('2018Q1','650105001','finished','enterprise',1,1),"
			"('2018Q1','650105001','finished','enterprise',2,0),"
			"('2018Q1','650105001','tipoffs','tip-off',9,1),"
			"('2018Q1','650105001','lookbacks','enterprise',5,0),"
			"('2018Q1','650105001','relapses','enterprise',6,1),"
			"('2018Q1','650105001','criticism','inspection',1,1)",
			rules_from));
	reload();
}

static void emit(size_t index)
{
	arena_reset(w.worker.arena);
	cr_assert_eq(bulletins_kind.emit(&w.worker, index, &e), ERR_OK, "%s:%d %s", e.file, e.line,
		e.message);
}

Test(site_bulletin, before_the_first_the_index_says_when)
{
	emit(0);
	world_says(&w, "还没有发布过通报。一个季度结束、补报的期限也过了以后");
	cr_assert_eq(bulletins_kind.count(&w.ctx), 1);
}

Test(site_bulletin, the_ranking_stands_with_formula_tie_rule_and_range)
{
	rank("2017-12-06");
	emit(1);
	world_says(&w, "title: 关于2018年第1季度“散乱污”企业综合治理情况的通报");
	world_says(&w, "[六道湾街道](/bulletins/2018-q1/650105002/) | 1 | 98\\.01 | 不变");
	world_says(&w, "[七纺街道](/bulletins/2018-q1/650105001/) | 2 | 93\\.25 | 第 1 至 2 名");
	world_says(&w, "/bulletins/2018-q1/650105003/) | 不排名 | — | —");
	const struct quarter q = {2018, 1};
	const struct ranking_rules *rules = policy_ranking(w.policy, q);
	cr_assert_not_null(rules);
	world_says(&w, rules->tie);
	for (size_t i = 0; i < rules->count; i++) {
		world_says(&w, rules->item[i].name);
		world_says(&w, rules->item[i].how);
	}
	world_says(&w, "结果的指纹（SHA-256）：abcd");
	world_says(&w, "## 本季度没有公开的检查");
	emit(0);
	world_says(&w, "[2018年第1季度](/bulletins/2018-q1/) | — | 2018年4月16日 | 六道湾街道 | 3");
}

Test(site_bulletin, every_point_leads_to_its_records)
{
	rank("2017-12-06");
	cr_assert_eq(bulletins_kind.count(&w.ctx), 5, "an index, a quarter, three streets");
	emit(2);
	world_says(&w, "title: 七纺街道：2018年第1季度第 2 名");
	world_says(&w, "**第 2 名，93\\.25 分**。某一项的分值增减一成时，名次在第 1 至 2 名之间。");
	world_says(&w, "整治完成 | 15 | 1 ÷ 2 | 7\\.50");
	world_says(&w,
		"summary=\"算作完成的 1 条\"\n- [650105-000001](/results/000/650105-000001.html)");
	world_says(&w, "summary=\"没有算作完成的 1 条\"\n- "
		       "[650105-000002](/results/000/650105-000002.html)");
	world_says(&w, "- 2018年2月月报");
	world_says(&w, "summary=\"扣分的 1 条\"\n- 一次没有公开的检查");
	world_says(&w, "回头看 | 10 | 没有 | 不适用");
	world_says(&w, "summary=\"本季度反弹的 1 家，这一项因此记 0 分\"\n- [650105-000006]");
	emit(4);
	world_says(&w, "这一季没有适用的项目，不排名");
}

/* Two cases would tell of each other's; where a visit was planned is not said. */
Test(site_bulletin, what_is_not_public_is_a_score_alone)
{
	rank("2017-12-06");
	emit(2);
	world_says(&w, "举报按期办结 | 15 | 少于 3 件，不公布 | 7\\.50");
	world_says(&w, "哪几件举报不公布");
	world_says_not(&w, "650105-000005");
	world_says_not(&w, "650105-000009");
}

Test(site_bulletin, a_streets_page_follows_what_it_names)
{
	static const struct {
		const char *kind;
		bool stale;
	} cases[] = {{"inspection", true}, {"ranking", true}, {"import", true}, {"event", false},
		{"tip-release", false}, {"task", false}};
	rank("2017-12-06");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t before = w.state.last_change;
		world_sql(&w, arena_printf(w.arena,
				      "INSERT INTO change_log(kind,day,by,at,internal) "
				      "VALUES('%s','2018-04-20',"
				      "'x','2018-04-20T10:00:00+08:00',0)",
				      cases[i].kind));
		cr_assert(bulletins_kind.stale(&w.ctx, 1, before), "the bulletin itself");
		cr_assert_eq(bulletins_kind.stale(&w.ctx, 2, before), cases[i].stale, "%s",
			cases[i].kind);
		cr_assert_not(bulletins_kind.stale(&w.ctx, 2, w.state.last_change));
	}
}

Test(site_bulletin, other_rules_than_it_was_made_by_are_not_shown_as_its_own)
{
	rank("2017-01-01");
	emit(1);
	world_says(&w, "定稿时用的办法不在现行的政策数据里");
	world_says_not(&w, "各项的分值和算法");
	emit(2);
	world_says(&w, "finished | — | 1 ÷ 2 | 7\\.50");
}

Test(site_bulletin, departments_are_reported_as_of_the_quarters_end)
{
	world_sql(&w,
		"INSERT INTO task(enterprise,kind,unit,asked_on,due,done_on,by,at) VALUES"
		"(1,'cut-water','construction','2018-01-02','2018-02-01','2018-04-02','x','x'),"
		"(1,'cut-power','construction','2018-03-02','2018-03-31','2018-03-31','x','x'),"
		"(1,'other','construction','2018-03-02','2018-03-31',NULL,'x','x'),"
		"(1,'cut-water','construction','2018-04-01','2018-04-02',NULL,'x','x')");
	rank("2017-12-06");
	emit(1);
	world_says(&w, "## 各部门的任务，截至2018年3月31日");
	world_says(&w, "[区建设局](/units/construction/) | 3 | 1 | 1");
}

Test(site_bulletin, inspections_are_those_published_in_the_quarter)
{
	world_sql(&w,
		"INSERT INTO inspection(day,kind,team,unit,enterprise,result,finding,by,at) VALUES"
		"('2018-01-20','inspection','economy',NULL,1,'accountable','内部','x','x'),"
		"('2018-03-20','inspection','economy','650105001',NULL,'criticised','内部','x','x')"
		";"
		"INSERT INTO inspection_note(inspection,kind,day,text,by,at) VALUES"
		"(1,'publish','2018-03-31','问责一人。','y','x'),(2,'publish','2018-04-01','迟。','"
		"y','x')");
	rank("2017-12-06");
	emit(1);
	world_says(&w, "## 公开的检查 1 次，通报批评 0 次，问责 1 次");
	world_says(&w, "[甲厂](/results/000/650105-000001.html)：问责一人。（区经发委）");
	world_says_not(&w, "迟。");
}

Test(site_bulletin, what_people_wrote_stands_first_with_its_number)
{
	world_write(&w, "bulletins/2018-q1.md",
		"---\ntitle: 第一季度通报\ndate: 2018-04-20\nsource: 领导小组办公室\nnumber: "
		"水政办〔2018〕9号\n---\n"
		"各单位：\n\n本季度计划回头看 {{query lookbacks 2018-q1 planned}} 家，排名的有 "
		"{{query ranking "
		"2018Q1 units}} 个单位。\n");
	rank("2017-12-06");
	emit(1);
	world_says(&w, "number: 水政办〔2018〕9号\n");
	const char *html = buf_text(&w.worker.html);
	cr_assert_not_null(strstr(
		html, "<h1>第一季度通报</h1>\n<p class=\"doc-number\">水政办〔2018〕9号</p>"));
	cr_assert_not_null(strstr(html, "计划回头看 0 家，排名的有 3 个单位。"));
	cr_assert_not_null(strstr(html, "<p class=\"signer\">领导小组办公室<br>2018年4月20日</p>"));
	cr_assert_not_null(strstr(html, "name=\"PubDate\" content=\"2018-04-20 00:00\""));
	cr_assert_not_null(strstr(html, "<body class=\"k-bulletin\">"));
	emit(0);
	world_says(&w, "| 水政办〔2018〕9号 |");
}

Test(site_bulletin, a_number_is_never_made_up)
{
	rank("2017-12-06");
	emit(1);
	cr_assert_null(strstr(buf_text(&w.worker.html), "doc-number"));
	world_says_not(&w, "号\n");
}

Test(site_bulletin, a_number_is_written_as_official_documents_are)
{
	static const struct {
		const char *number;
		enum err_code code;
	} cases[] = {{"水政办〔2018〕9号", ERR_OK}, {"水整治办〔2018〕120号", ERR_OK},
		{"水政办[2018]9号", ERR_INPUT}, {"水政办（2018）9号", ERR_INPUT},
		{"水政办〔18〕9号", ERR_INPUT}, {"水政办〔2018〕09号", ERR_INPUT},
		{"水政办〔2018〕第9号", ERR_INPUT}, {"〔2018〕9号", ERR_INPUT},
		{"水政办〔2018〕号", ERR_INPUT}, {"水政办〔2018〕9", ERR_INPUT},
		{"水政办〕2018〔9号", ERR_INPUT}, {"水政办〔20x8〕9号", ERR_INPUT}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		world_write(&w, "bulletins/2018-q1.md",
			arena_printf(w.arena, "---\ntitle: 通报\nnumber: %s\n---\n文\n",
				cases[i].number));
		cr_assert_eq(
			world_reload(&w, &e), cases[i].code, "%s: %s", cases[i].number, e.message);
		if (cases[i].code)
			cr_assert_eq(e.line, 3, "%s", cases[i].number);
	}
}

Test(site_bulletin, text_without_a_ranking_is_warned_of)
{
	world_write(&w, "bulletins/2018-q2.md", "---\ntitle: 通报\n---\n文\n");
	rank("2017-12-06");
	written_warn(&w.ctx);
	cr_assert_not_null(
		strstr(w.all_warnings, "bulletins/2018-q2.md 没有显示"), "%s", w.all_warnings);
	cr_assert_null(strstr(w.all_warnings, "2018-q1.md"), "%s", w.all_warnings);
}
