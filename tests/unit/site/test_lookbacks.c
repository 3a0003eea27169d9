/* Look-backs: what was planned is a number, what was done has a name. */
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
	world_enterprise(&w, 2, "乙厂", "650105001");
	world_enterprise(&w, 3, "丙厂", "650105002");
}

static void stop(void)
{
	world_close(&w);
}

TestSuite(site_lookbacks, .init = start, .fini = stop);

static void plan(void)
{
	world_sql(&w, "INSERT INTO lookback_plan VALUES('2018Q1','种子一',"
		      "'2018-01-03',6,20,'x','x');"
		      "INSERT INTO "
		      "lookback(quarter,enterprise,place,street,reason,done_on,result,by,at) VALUES"
		      "('2018Q1',1,1,'650105001','tipped-off','2018-02-03','relapsed','x','x'),"
		      "('2018Q1',2,2,'650105001','recent',NULL,NULL,NULL,NULL),"
		      "('2018Q1',3,3,'650105002','drawn','2018-02-01','held','x','x')");
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s", e.message);
}

static void emit(size_t index)
{
	arena_reset(w.worker.arena);
	cr_assert_eq(lookbacks_kind.emit(&w.worker, index, &e), ERR_OK, "%s", e.message);
}

Test(site_lookbacks, without_a_plan_the_page_says_when_there_is_one)
{
	emit(0);
	world_says(&w, "还没有定过回头看的计划。计划每季度定一次");
	cr_assert_eq(lookbacks_kind.count(&w.ctx), 1);
}

Test(site_lookbacks, the_index_has_the_figures_and_the_seed)
{
	plan();
	emit(0);
	world_says(&w, "title: 2018年第1季度回头看：计划 3 家，已看 2 家，反弹 1 家");
	world_says(&w, "[2018年第1季度](/lookbacks/2018-q1/) | 2018年1月3日 | 3 | 2 | 1");
	world_says(&w, "[七纺街道](/streets/650105001/) | 2 | 1 | 1 | 1");
	world_says(&w, "2018年第1季度 | 种子一 | 6 | 20 %");
}

Test(site_lookbacks, who_is_still_to_be_visited_is_not_named)
{
	plan();
	emit(1);
	world_says(&w, "已看 2 家，反弹 1 家，还有 1 家没有看");
	world_says(&w, "[甲厂](/results/000/650105-000001.html) 650105-000001 | 七纺街道 | "
		       "2018年2月3日 | **反弹** | 重点");
	world_says(&w, "| 2018年2月1日 | 没有反弹 | 抽取");
	world_says_not(&w, "乙厂");
	world_says_not(&w, "650105-000002");
	const char *md = buf_text(&w.worker.md);
	cr_assert_lt(strstr(md, "甲厂"), strstr(md, "丙厂"), "newest first");
}

/* A tip-off must not be read off a look-back: both have the same word. */
Test(site_lookbacks, a_tip_off_is_no_reason_that_shows)
{
	cr_assert_str_eq(lookback_reason_label("recent"), "重点");
	cr_assert_str_eq(lookback_reason_label("extra"), "计划外");
	plan();
	emit(1);
	world_says_not(&w, "tipped");
	world_says_not(&w, "举报");
}

Test(site_lookbacks, a_record_shows_its_own)
{
	const struct pub_lookback done[] = {{.quarter = "2018Q1",
		.enterprise = 1,
		.street = "650105001",
		.reason = "drawn",
		.done_on = {17565},
		.result = "held"}};
	struct pub_record rec = world_record(1);
	rec.lookbacks = done;
	rec.lookback_count = 1;
	plan();
	arena_reset(w.worker.arena);
	cr_assert_eq(record_emit(&w.worker, &rec, &e), ERR_OK, "%s", e.message);
	world_says(&w, "[2018年第1季度](/lookbacks/2018-q1/) | 2018年2月3日 | 没有反弹 | 抽取");
}

Test(site_lookbacks, the_sign_off_names_each_step_and_the_next)
{
	const struct pub_event events[] = {{.seq = 1, .kind = EVENT_CLOSED, .day = {17550}},
		{.seq = 2,
			.kind = EVENT_SELF_CHECKED,
			.day = {17560},
			.unit = "650105001",
			.voided = true},
		{.seq = 3, .kind = EVENT_SELF_CHECKED, .day = {17560}, .unit = "650105002"}};
	struct pub_record rec = world_record(1);
	rec.events = events;
	rec.event_count = COUNT_OF(events);
	rec.state = STATE_CLOSED;
	rec.course.self_checked = day_of(17560);
	cr_assert_eq(record_emit(&w.worker, &rec, &e), ERR_OK, "%s", e.message);
	world_says(&w, "## 还没有销号");
	world_says(&w, "[x] 自查 | 2018年1月29日，六道湾街道");
	world_says(&w, "[ ] 复查 |");
	world_says(&w, "下一步：复查，由自查以外的另一家单位做。");
}

Test(site_lookbacks, a_record_on_its_way_has_no_sign_off)
{
	struct pub_record rec = world_record(1);
	cr_assert_eq(record_emit(&w.worker, &rec, &e), ERR_OK, "%s", e.message);
	world_says_not(&w, "销号 {#signoff}");
}

/* A page is made anew when its visits or the plans moved, and not for anything else. */
Test(site_lookbacks, a_change_elsewhere_leaves_a_quarter_alone)
{
	plan();
	int64_t before = w.state.last_change;
	world_sql(&w, "INSERT INTO change_log(enterprise,kind,detail,day,by,at,internal) "
		      "VALUES(2,'field','name','2018-03-09','x',"
		      "'2018-03-09T10:00:00+08:00',0)");
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s", e.message);
	cr_assert_gt(w.state.last_change, before);
	cr_assert(lookbacks_kind.stale(&w.ctx, 0, before));
	cr_assert_not(lookbacks_kind.stale(&w.ctx, 1, before), "enterprise 2 was not visited");
	int64_t then = w.state.last_change;
	world_sql(&w, "INSERT INTO change_log(enterprise,kind,detail,day,by,at,internal) "
		      "VALUES(3,'field','name','2018-03-09','x',"
		      "'2018-03-09T10:00:00+08:00',0)");
	cr_assert(lookbacks_kind.stale(&w.ctx, 1, then), "enterprise 3 was");
}
