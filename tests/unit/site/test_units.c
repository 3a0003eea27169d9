/* The departments' pages: their tasks, the tip-offs they lead, published inspections about them. */
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
	world_enterprise(&w, 2, "乙厂", "650105002");
	world_sql(&w,
		"INSERT INTO task(enterprise,kind,unit,asked_on,due,done_on,by,at) VALUES"
		"(1,'cut-water','construction','2018-01-02','2018-03-09',NULL,'x','x'),"
		"(2,'cut-water','construction','2018-01-03','2018-03-10',NULL,'x','x'),"
		"(1,'other','construction','2018-01-04',NULL,NULL,'x','x'),"
		"(2,'cut-water','construction','2018-01-05','2018-02-01','2018-02-20','x','x'),"
		"(2,'guide-procedures','environment','2018-01-05','2018-02-01',NULL,'x','x')");
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s", e.message);
}

static void stop(void)
{
	world_close(&w);
}

TestSuite(site_units, .init = start, .fini = stop);

static size_t page_of(const char *code)
{
	size_t n, index = 0;
	const struct unit_info *units = policy_units(w.policy, &n);
	for (size_t i = 0; i < n; i++) {
		index += str_eq(units[i].kind, "department");
		if (str_eq(units[i].code, code))
			return index;
	}
	cr_assert_fail("no unit %s", code);
	return 0;
}

static void emit(size_t index)
{
	arena_reset(w.worker.arena);
	cr_assert_eq(units_kind.emit(&w.worker, index, &e), ERR_OK, "%s", e.message);
}

/* The day itself is still in time; today is 2018-03-10. */
Test(site_units, a_task_is_late_the_day_after)
{
	emit(page_of("construction"));
	world_says(&w, "title: 区建设局：1 件任务逾期");
	world_says(&w, "[甲厂](/results/000/650105-000001.html) 650105-000001 | 断水 |");
	world_says(&w, "## 2 件任务在办，没有到期");
	world_says(&w, "断水 | 3 | 1 | 2 | 1 | 2018年3月10日");
	world_says(&w, "其他 | 1 | 0 | 1 | 0 | —");
	const char *md = buf_text(&w.worker.md);
	cr_assert_lt(strstr(md, "[乙厂]"), strstr(md, "| 未定"), "without a day comes last");
	world_says_not(&w, "指导补办手续");
}

Test(site_units, the_index_adds_up)
{
	emit(0);
	world_says(&w, "title: 部门任务 5 件，2 件逾期");
	world_says(&w, "[区建设局](/units/construction/) | 4 | 1 | 3 | 1 | 2018年3月10日 | — | —");
	world_says(&w, "[区环保局](/units/environment/) | 1 | 0 | 1 | 1 | — | — | —");
	world_says(&w, "断水 | 3 | 1 | 2 | 1 |");
	cr_assert_eq(units_kind.count(&w.ctx), 9, "an index and eight departments");
}

Test(site_units, a_withdrawn_record_has_no_tasks)
{
	w.rows[0].flags |= ROW_WITHDRAWN;
	emit(page_of("construction"));
	world_says_not(&w, "甲厂");
	world_says(&w, "title: 区建设局：1 件任务在办");
}

Test(site_units, tip_offs_are_the_cells_of_the_release)
{
	emit(page_of("environment"));
	world_says(&w, "没有可以单独公布的数字：少于 3 件的不单列");
	world_sql(&w, "INSERT INTO tip_release(day,moved,by,at) VALUES('2018-03-05',10,'x','x')");
	world_tips(&w, 4, "2018-01", "dust", "650105001", "environment", "open-late");
	world_tips(&w, 3, "2018-01", "dust", "650105001", "environment", "concluded");
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s", e.message);
	emit(page_of("environment"));
	world_says(&w, "收到 7 件，在办 4 件，其中逾期 4 件，办结 3 件");
	emit(0);
	world_says(&w, "[区环保局](/units/environment/) | 1 | 0 | 1 | 1 | — | 4 | 4");
}

Test(site_units, only_published_inspections_stand_and_only_about_it)
{
	world_sql(&w,
		"INSERT INTO inspection(day,kind,team,unit,doc,result,finding,by,at) VALUES"
		"('2018-03-01','inspection','economy','construction','督〔2018〕1号','criticised',"
		"'内部甲','x','x'),"
		"('2018-03-02','patrol','economy','construction',NULL,'findings','内部乙','x','x'),"
		"('2018-03-03','patrol','economy','environment',NULL,'in-order','内部丙','x','x');"
		"INSERT INTO inspection_note(inspection,kind,day,text,by,at) VALUES"
		"(1,'publish','2018-03-04','断水没有落实。','y','x'),"
		"(3,'publish','2018-03-04','很好。','y','x'),(2,'publish','2018-03-04','不看。','y'"
		",'x'),"
		"(2,'withdraw','2018-03-05','有误','y','x')");
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s", e.message);
	emit(page_of("construction"));
	world_says(&w,
		"2018-03-01 | 督查：通报批评 | "
		"[区建设局](/units/construction/)：断水没有落实。（区经发委，督〔2018〕1号）");
	world_says_not(&w, "内部");
	world_says_not(&w, "不看");
	world_says_not(&w, "很好");
}
