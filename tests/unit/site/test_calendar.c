/* The plan's calendar: who reported by the 28th, and the days a calendar program takes over. */
#include "world.h"

#include "site/data.h"
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

TestSuite(site_calendar, .init = start, .fini = stop);

static void report(const char *unit, const char *month, const char *at, int rows)
{
	world_sql(&w, arena_printf(w.arena,
			      "INSERT INTO "
			      "monthly_report(unit,month,name,sha256,rows,added,changed,unchanged,"
			      "missing,"
			      "refused,by,at) "
			      "VALUES('%s','%s','f','%s%s',%d,%d,0,0,0,0,'x','%sT10:00:00+08:00')",
			      unit, month, unit, at, rows, rows, at));
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s", e.message);
}

static void month(size_t index)
{
	arena_reset(w.worker.arena);
	cr_assert_eq(monthly_kind.emit(&w.worker, index, &e), ERR_OK, "%s", e.message);
}

Test(site_calendar, the_28th_is_in_time_and_the_first_report_counts)
{
	report("650105001", "2018-02-01", "2018-02-28", 3);
	report("650105001", "2018-02-01", "2018-03-09", 4);
	report("650105002", "2018-02-01", "2018-03-02", 5);
	month(1);
	world_says(&w, "## 1 个街道按时上报，1 个迟报");
	world_says(&w, "最迟 2018年2月28日");
	world_says(&w, "[六道湾街道](/streets/650105002/) | 2018年3月2日 | 2 天");
	world_says(&w, "全部街道都已上报");
	world_says_not(&w, "相比");
}

/* Today is 2018-03-10. */
Test(site_calendar, nobody_is_absent_before_the_28th_has_passed)
{
	report("650105001", "2018-03-01", "2018-03-05", 3);
	month(1);
	world_says(&w, "## 期限没有到，1 个街道还没有上报");
	w.o.today = day_from_ymd(2018, 3, 28);
	month(1);
	world_says(&w, "## 期限没有到，1 个街道还没有上报");
	w.o.today = day_from_ymd(2018, 3, 29);
	month(1);
	world_says(&w, "## 1 个街道没有上报");
}

Test(site_calendar, a_month_is_compared_with_the_one_before)
{
	report("650105001", "2018-01-01", "2018-01-20", 3);
	report("650105001", "2018-02-01", "2018-02-20", 7);
	report("650105002", "2018-02-01", "2018-02-20", 1);
	month(2);
	world_says(&w, "## 与2018年1月相比");
	world_says(&w, "上报的街道 | 2 | 1 | 多 1");
	world_says(&w, "行数 | 8 | 3 | 多 5");
	world_says(&w, "退回的行 | 0 | 0 | 持平");
}

Test(site_calendar, the_calendar_has_the_days_that_come_again_and_the_tasks)
{
	world_enterprise(&w, 1, "甲厂", "650105001");
	world_sql(&w, "INSERT INTO task(enterprise,kind,unit,asked_on,due,done_on,by,at) VALUES"
		      "(1,'cut-water','construction','2018-01-02','2018-03-20',NULL,'x','x'),"
		      "(1,'cut-power','construction','2018-01-02','2018-03-20',NULL,'x','x'),"
		      "(1,'other','construction','2018-01-02','2018-03-21','2018-03-01','x','x'),"
		      "(1,'other','construction','2018-01-02',NULL,NULL,'x','x')");
	cr_assert_eq(deadlines_kind.emit(&w.worker, 1, &e), ERR_OK, "%s", e.message);
	const char *text = buf_text(&w.worker.html);
	cr_assert_not_null(
		strstr(text, "DTSTART;VALUE=DATE:20171228\r\nDTEND;VALUE=DATE:20171229\r\n"
			     "RRULE:FREQ=MONTHLY;BYMONTHDAY=28\r\n"));
	cr_assert_not_null(
		strstr(text, "DTSTART;VALUE=DATE:20171231\r\nDTEND;VALUE=DATE:20180101\r\n"
			     "RRULE:FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1\r\n"));
	cr_assert_not_null(strstr(text, "UID:tasks-20180320@"));
	cr_assert_not_null(strstr(text, "SUMMARY:2 件部门任务到期"));
	cr_assert_null(strstr(text, "tasks-20180321"), "what is done is no longer due");
	cr_assert_null(strstr(text, "举报"), "nothing of tip-offs");
}

Test(site_calendar, the_page_says_what_comes_next)
{
	cr_assert_eq(deadlines_kind.emit(&w.worker, 0, &e), ERR_OK, "%s", e.message);
	world_says(&w, "街道月报 | 最迟 2018年3月28日");
	world_says(&w, "季度末 | 2018年3月31日");
	w.o.today = day_from_ymd(2018, 12, 29);
	cr_assert_eq(deadlines_kind.emit(&w.worker, 0, &e), ERR_OK, "%s", e.message);
	world_says(&w, "街道月报 | 最迟 2019年1月28日");
	world_says(&w, "季度末 | 2018年12月31日");
}

Test(site_calendar, every_download_is_described)
{
	const struct data_table *t;
	size_t n = 0;
	for (; (t = data_table_at(n)); n++) {
		cr_assert(str_ends(t->file, ".csv"));
		cr_assert_eq(supervision_data_kind.emit(&w.worker, n, &e), ERR_OK, "%s", e.message);
		cr_assert(store_has(w.ctx.store, arena_printf(w.arena, "/data/%s", t->file)));
	}
	cr_assert_eq(supervision_data_kind.count(&w.ctx), n);
	cr_assert_eq(data_kind.emit(&w.worker, 0, &e), ERR_OK, "%s", e.message);
	for (size_t i = 0; (t = data_table_at(i)); i++)
		world_says(&w, arena_printf(w.arena, "[%s](/data/%s)", t->file, t->file));
	cr_assert_eq(data_kind.emit(&w.worker, 2, &e), ERR_OK, "%s", e.message);
	cr_assert_not_null(
		strstr(buf_text(&w.worker.html), "\"primaryKey\":[\"季度\",\"单位\",\"项目\"]"));
}
