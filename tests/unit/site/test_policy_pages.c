/* Pages made from the policy data: the matrix, the tree of questions, who is responsible; and the calendar. */
#include "world.h"

#include <criterion/criterion.h>
#include <stdio.h>
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

TestSuite(site_policy_pages, .init = start, .fini = stop);

static void emit(const struct other_kind *k, size_t index)
{
	arena_reset(w.worker.arena);
	cr_assert_eq(k->emit(&w.worker, index, &e), ERR_OK, "%s:%d %s", e.file, e.line, e.message);
}

Test(site_policy_pages, the_matrix_has_all_fourteen_cells)
{
	emit(&policy_kind, 0);
	world_says(
		&w, "[散](#san) | 迁入工业园区：2018年9月30日前 | 迁入工业园区：2019年9月30日前");
	world_says(&w, "责令停产之日起 2 个月内");
	world_says(&w, "责令停产之日起 3 个月内");
	world_says(&w, "关停：2017年10月31日前");
	world_says(&w, "## 第 7 行：散乱污 {#sanluanwu}");
	cr_assert_not_null(strstr(buf_text(&w.worker.html), "id=\"sanluanwu\""));
	for (int c = 1; c < CATEGORY_COUNT; c++)
		for (int r = 1; r < RING_COUNT; r++)
			world_says(&w, which_result_url(w.arena, (enum category)c, (enum ring)r));
}

Test(site_policy_pages, the_questions_come_from_the_form)
{
	emit(&which_kind, 0);
	world_says(&w, "是否符合产业政策及当地产业布局规划：否");
	world_says(&w, "/policy/which/y/");
	emit(&which_kind, 1);
	world_says(&w, "有无环评手续：无");
	world_says(&w, "有无违法违章建筑：有");
	emit(&which_kind, 3);
	world_says(&w, "污染物排放是否超标：是");
}

Test(site_policy_pages, every_way_ends_in_its_cell)
{
	static const struct {
		const char *url;
		const char *leads_to;
	} ways[] = {{"/policy/which/yyy/", "/policy/which/sanluanwu-inner/"},
		{"/policy/which/yyn/", "/policy/which/sanluan-outer/"},
		{"/policy/which/nyn/", "/policy/which/luan-inner/"},
		{"/policy/which/nnn/", "表内未见"}};
	size_t found = 0;
	for (size_t i = 0; i < which_kind.count(&w.ctx); i++) {
		emit(&which_kind, i);
		for (size_t j = 0; j < COUNT_OF(ways); j++) {
			char url[64];
			snprintf(url, sizeof url, "url: %s\n", ways[j].url);
			if (!strstr(buf_text(&w.worker.md), url))
				continue;
			world_says(&w, ways[j].leads_to);
			found++;
		}
	}
	cr_assert_eq(found, COUNT_OF(ways));
	cr_assert_eq(which_kind.count(&w.ctx), 29);
}

Test(site_policy_pages, a_result_names_the_consequence)
{
	size_t cell = (CATEGORY_SANLUAN - 1) * 2; /* inner */
	emit(&which_kind, 15 + cell);
	world_says(&w, "url: /policy/which/sanluan-inner/");
	world_says(&w, "补办手续 | 责令停产之日起 2 个月内 | info");
	world_says(&w, "不做的后果 |");
	world_says(&w, "方案没有写明");
}

Test(site_policy_pages, streets_and_departments_are_named)
{
	emit(&policy_kind, 1);
	world_says(&w, "[七纺街道](/streets/650105001/)");
	world_says(&w, "[区环保局](/units/environment/) |");
	world_says(&w, "水政办〔2017〕67号");
}

Test(site_policy_pages, deadlines_count_days_and_fill_the_calendar)
{
	struct pub_record rec = world_record(1);
	world_add(&w, &rec);
	cr_assert_eq(w.rows[0].due, day_from_ymd(2018, 2, 28).n);
	arena_reset(w.worker.arena);
	cr_assert_eq(deadlines_kind.emit(&w.worker, 1, &e), ERR_OK, "%s", e.message);
	const char *ics = buf_text(&w.worker.html);
	cr_assert_not_null(strstr(ics, "DTSTART;VALUE=DATE:20180228\r\n"));
	cr_assert_not_null(strstr(ics, "SUMMARY:1 家企业的整治期限到期\r\n"));
	for (const char *line = ics; *line; line = strchr(line, '\n') + 1)
		cr_assert_leq(strcspn(line, "\r\n"), 75, "%s", line);
}
