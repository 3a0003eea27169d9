/* What the public sees of tip-offs: figures that agree or none, and nothing that was not released. */
#include "world.h"

#include "site/supervision.h"

#include <criterion/criterion.h>
#include <string.h>

static struct world w;
static struct err e;

static void start(void)
{
	world_open(&w);
}

static void stop(void)
{
	world_close(&w);
}

TestSuite(site_tipoffs, .init = start, .fini = stop);

static void emit(size_t index)
{
	arena_reset(w.worker.arena);
	cr_assert_eq(tipoffs_kind.emit(&w.worker, index, &e), ERR_OK, "%s:%d %s", e.file, e.line,
		e.message);
}

static void reload(void)
{
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s", e.message);
}

static void release_some(void)
{
	world_sql(&w, "INSERT INTO tip_release(day,moved,by,at) VALUES('2018-03-05',10,'x','x')");
	world_tips(&w, 5, "2018-01", "dust", "650105001", "environment", "concluded");
	world_tips(&w, 4, "2018-01", "dust", "650105001", "environment", "open");
	world_tips(&w, 3, "2018-02", GATE_REST, GATE_REST, "environment", "open-late");
	world_tips(&w, 3, "2018-02", GATE_NONE, GATE_NONE, GATE_NONE, "declined");
}

Test(site_tipoffs, nothing_released_says_when_there_will_be)
{
	emit(0);
	world_says(&w, "现在还没有可以公布的数字");
	world_says(&w, "结束 28 天以后、有变化的至少 10 件");
	world_says(&w, "[我要举报](/report/)");
	emit(1);
	world_says(&w, "还没有可以公布的结果");
}

Test(site_tipoffs, what_was_received_is_what_became_of_it)
{
	release_some();
	reload();
	emit(0);
	world_says(&w, "title: 收到 15 件举报，8 件已有结果，7 件在办");
	world_says(&w, "收到 15 ＝ 在办 7 ＋ 办结 5 ＋ 不予受理 3 ＋ 并入 0 ＋ 移送 0 ＋ 销毁 0");
	world_says(&w, "截至2018年3月5日公布的数字");
	world_says(&w, "2018年1月 | 9 | 4 |  | 5 |");
	world_says(&w, "2018年2月 | 6 | 3 | 3 |  | 3 |");
	world_says(&w, "[七纺街道](/streets/650105001/) | 9 |");
	world_says(&w, "数量太少，合并列出 | 3 | 3 | 3 |");
	world_says(&w, "尚未确定 | 3 |  |  |  | 3 |");
	world_says(&w, "[区环保局](/units/environment/) | 12 | 7 | 3 | 5 |");
	const char *md = buf_text(&w.worker.md);
	cr_assert_lt(
		strstr(md, "扬尘、粉尘 |"), strstr(md, "数量太少，合并列出 |"), "rest comes last");
}

Test(site_tipoffs, nothing_counts_the_days)
{
	release_some();
	reload();
	emit(0);
	char *first = arena_strdup(w.arena, buf_text(&w.worker.md));
	w.o.today = day_from_ymd(2018, 9, 1);
	emit(0);
	cr_assert_str_eq(first, buf_text(&w.worker.md));
}

/* Two of one month and two of another: the total says four, the months show none. */
Test(site_tipoffs, figures_that_do_not_agree_stop_the_build)
{
	world_sql(&w, "INSERT INTO tip_release(day,moved,by,at) VALUES('2018-03-05',10,'x','x')");
	world_tips(&w, 2, "2018-01", "dust", "650105001", "environment", "open");
	world_tips(&w, 2, "2018-02", "dust", "650105001", "environment", "open");
	cr_assert_eq(world_reload(&w, &e), ERR_REFUSED);
	cr_assert_not_null(strstr(e.message, "各月收到合计 0 件"), "%s", e.message);
	cr_assert_not_null(strstr(e.message, "在办 4"), "%s", e.message);
	world_sql(&w, "UPDATE tip_shown SET month='2018-01', kind=CASE WHEN tip_case<3 THEN 'dust' "
		      "ELSE 'noise' END");
	cr_assert_eq(world_reload(&w, &e), ERR_REFUSED);
	cr_assert_not_null(
		strstr(e.message, "按问题合计，“在办” 0 件，总表 4 件"), "%s", e.message);
	world_sql(&w, "UPDATE tip_shown SET kind='dust'");
	reload();
}

Test(site_tipoffs, every_way_of_disagreeing_is_found)
{
	for (int b = 0; b < BUCKET_COUNT; b++)
		for (int g = 0; g < TIP_GROUPINGS; g++) {
			struct supervision s = {.total = {.received = 9}};
			struct tip_row rows[TIP_GROUPINGS];
			s.total.n[b] = 9;
			for (int k = 0; k < TIP_GROUPINGS; k++) {
				rows[k] = s.total;
				s.tips[k] = (struct tip_table){&rows[k], 1};
			}
			cr_assert_eq(tips_check(&s, &e), ERR_OK, "%s", e.message);
			rows[g].n[b] = 6;
			cr_assert_eq(
				tips_check(&s, &e), ERR_REFUSED, "bucket %d grouping %d", b, g);
		}
}

static void conclude(
	int64_t release, const char *street, const char *outcome, const char *reply, int n)
{
	for (int i = 0; i < n; i++) {
		world_tips(&w, 1, "2018-01", "dust", street, "environment", "concluded");
		world_sql(
			&w, arena_printf(w.arena,
				    "INSERT INTO case_step(tip_case,n,kind,day,role,by,at,content) "
				    "SELECT "
				    "max(number),1,'concluded','2018-02-01','inspector','x','x',"
				    "printf('%%064x',1) FROM tip_case;"
				    "INSERT INTO "
				    "tip_result(step,tip_case,release,street,outcome,reply) SELECT "
				    "max(seq),max(tip_case),%lld,'%s','%s','%s' FROM case_step",
				    (long long)release, street, outcome, reply));
	}
}

Test(site_tipoffs, results_stand_by_release_the_newest_on_the_index)
{
	world_sql(&w, "INSERT INTO tip_release(day,moved,by,at) VALUES('2018-03-01',10,'x','x'),"
		      "('2018-03-15',10,'x','x')");
	conclude(1, "650105001", "true", "已停产|并断电", 3);
	conclude(2, "650105002", "untrue", "没有发现排放", 3);
	reload();
	cr_assert_eq(tipoffs_kind.count(&w.ctx), 3);
	emit(1);
	world_says(&w, "2018年3月15日公布 3 件：属实 0 件，部分属实 0 件，不属实 3 件");
	world_says(&w, "[六道湾街道](/streets/650105002/) | 不属实 | 没有发现排放");
	world_says(&w, "[2018年3月1日](/tipoffs/results/1/) | 3 | 3 | 0 | 0");
	world_says_not(&w, "已停产");
	emit(2);
	world_says(&w, "url: /tipoffs/results/1/");
	world_says(&w, "属实 | 已停产\\|并断电");
	struct buf paths;
	buf_init(&paths, 4096);
	written_paths(&w.ctx, &paths);
	cr_assert_not_null(strstr(buf_text(&paths), "/tipoffs/results/1/index\n"),
		"a page that may go again is remembered");
	buf_done(&paths);
}

Test(site_tipoffs, the_chain_is_shown_newest_week_first_but_for_the_running_one)
{
	world_sql(&w, "INSERT INTO chain_week "
		      "VALUES('2018-W02','aa'),('2018-W09','bb'),('2018-W10','cc'),"
		      "('2018-W11','running')");

	reload();
	emit(0);
	world_says(&w, "2018-W10 | cc\n2018-W09 | bb\n2018-W02 | aa");
	world_says(&w, "/receipt/verify/");
}

static const char *changes_page(size_t index)
{
	arena_reset(w.worker.arena);
	cr_assert_eq(changes_kind.emit(&w.worker, index, &e), ERR_OK, "%s", e.message);
	return arena_strdup(w.arena, buf_text(index == 1 ? &w.worker.html : &w.worker.md));
}

/* Another page shows the heads; in the list of changes a week with work done at the desk is no news. */
Test(site_tipoffs, a_new_week_of_the_chain_stands_in_no_list_of_changes)
{
	const char *before[3];
	world_sql(&w, "INSERT INTO change_log(kind,day,internal,by,at) VALUES('tip-release',"
		      "'2018-03-05',0,'x','2018-03-05T00:00:00+08:00')");
	reload();
	for (size_t i = 0; i < COUNT_OF(before); i++)
		before[i] = changes_page(i);
	world_sql(&w, "INSERT INTO change_log(kind,day,internal,by,at) VALUES('chain-week',"
		      "'2018-03-05',0,'x','2018-03-05T00:00:00+08:00')");
	reload();
	for (size_t i = 0; i < COUNT_OF(before); i++)
		cr_assert_str_eq(changes_page(i), before[i], "%zu", i);
	cr_assert_not_null(strstr(before[0], "公布一批举报的办理情况"));
	cr_assert_not_null(strstr(before[1], "公布一批举报的办理情况"));
}

Test(site_tipoffs, written_pages_may_ask_for_the_figures)
{
	release_some();
	world_write(&w, "news/tips.md",
		"---\ntitle: 公布\ndate: 2018-03-06\n---\n截至{{query tipoffs day}}收到 {{query "
		"tipoffs "
		"received}} 件，在办 {{query tipoffs open}} 件。\n");
	reload();
	const struct written *page = written_find(&w.ctx, "/news/tips/");
	cr_assert_eq(written_emit(&w.worker, page, &e), ERR_OK, "%s", e.message);
	cr_assert_not_null(
		strstr(buf_text(&w.worker.html), "截至2018年3月5日收到 15 件，在办 7 件。"));
}

Test(site_tipoffs, a_record_says_how_many_only_when_a_release_does)
{
	struct pub_record rec = world_record(1);
	cr_assert_eq(record_emit(&w.worker, &rec, &e), ERR_OK, "%s", e.message);
	world_says_not(&w, "公布的举报中有");
	rec.tipoffs = 3;
	cr_assert_eq(record_emit(&w.worker, &rec, &e), ERR_OK, "%s", e.message);
	world_says(&w, "公布的举报中有 3 件说的是这家企业");
}

Test(site_tipoffs, changes_have_words_and_lead_to_their_pages)
{
	static const struct {
		const char *kind, *detail, *text, *url;
		int64_t enterprise;
	} cases[] = {{"tip-release", NULL, "公布一批举报的办理情况", "/tipoffs/", 0},
		{"tip-release", NULL, "公布的举报件数有变化", "/results/000/650105-000007.html", 7},
		{"inspection", NULL, "公开的检查有变化", "/results/000/650105-000007.html", 7},
		{"ranking", "2018Q1", "公布季度排名和通报：2018年第1季度", "/bulletins/2018-q1/",
			0},
		{"lookback-plan", "2018Q2", "定下回头看的计划：2018年第2季度",
			"/lookbacks/2018-q2/", 0}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct value *list = value_list(w.worker.arena), *m = value_map(w.worker.arena);
		const struct pub_change ch = {.seq = 1,
			.enterprise = cases[i].enterprise,
			.kind = cases[i].kind,
			.detail = cases[i].detail,
			.day = DAY_NONE,
			.recorded = day_from_ymd(2018, 3, 5)};
		model_change(&w.worker, list, &ch);
		value_set(m, w.worker.arena, "changes", list);
		value_set_bool(m, w.worker.arena, "has_changes", true);
		buf_clear(&w.worker.md);
		cr_assert_eq(
			template_render(w.ctx.templates, "pages/changes.md", m, &w.worker.md, &e),
			ERR_OK, "%s", e.message);
		world_says(&w, cases[i].text);
		world_says(&w, arena_printf(w.arena, "](%s)", cases[i].url));
	}
}
