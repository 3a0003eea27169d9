/* The page of an enterprise, and the row the build remembers of it. */
#include "world.h"

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

TestSuite(site_record, .init = start, .fini = stop);

static void emit(const struct pub_record *rec)
{
	cr_assert_eq(record_emit(&w.worker, rec, &e), ERR_OK, "%s", e.message);
}

Test(site_record, both_duties_stand_with_their_working)
{
	struct pub_record rec = world_record(1);
	emit(&rec);
	world_says(&w, "补办手续 | 已逾期 | late");
	world_says(&w, "期限 | 2018年2月28日（含当日）");
	world_says(&w, "责令停产日 2017-12-31 ＋ 2个月 ＝ 2018-02-28");
	world_says(&w, "迁入工业园区 | 未到期 | info");
	world_says(&w, "期限 | 2018年9月30日（含当日）");
	world_says(&w, "**1 项已逾期。**");
	world_says(&w, "方案的总目标");
}

Test(site_record, nothing_counts_the_days)
{
	struct pub_record rec = world_record(1);
	emit(&rec);
	char *first = arena_strdup(w.arena, buf_text(&w.worker.md));
	w.o.today = day_from_ymd(2018, 3, 25);
	emit(&rec);
	cr_assert_str_eq(first, buf_text(&w.worker.md));
}

Test(site_record, the_category_is_shown_with_column_and_answer)
{
	struct pub_record rec = world_record(1);
	emit(&rec);
	world_says(&w, "散 | 附件2第 13 栏 | 是否符合产业政策及当地产业布局规划 | 否");
	world_says(&w, "乱 | 附件2第 15 栏 | 有无环评手续 | 无");
	rec.answers.emissions_exceed = TRI_UNKNOWN;
	emit(&rec);
	world_says(&w, "- 污染物排放是否超标（附件2第 12 栏）");
}

Test(site_record, what_is_withheld_says_why)
{
	struct pub_record rec = world_record(1);
	rec.address = NULL;
	rec.address_withheld = true;
	emit(&rec);
	world_says(&w, "地址 | 不公开 | 是住宅或者尚未审核");
	world_says(&w, "安全隐患 | 不公开 |");
	world_says_not(&w, "样例路1号");
}

Test(site_record, markup_in_a_name_stays_text)
{
	struct pub_record rec = world_record(1);
	rec.name = "<b>厂</b> & \"名\"";
	emit(&rec);
	const char *html = buf_text(&w.worker.html);
	cr_assert_null(strstr(html, "<b>厂"));
	cr_assert_not_null(
		strstr(html, "&lt;b&gt;厂&lt;/b&gt; &amp; &quot;名&quot; 650105-000001</h1>"));
}

Test(site_record, a_voided_event_stays_with_the_reason)
{
	const struct pub_event events[] = {{.seq = 1, .kind = EVENT_REGISTERED, .day = {17440}},
		{.seq = 2, .kind = EVENT_ACCEPTED, .day = {17541}, .voided = true},
		{.seq = 3,
			.kind = EVENT_CORRECTION,
			.day = {17551},
			.corrects = 2,
			.note = "登错了企业"}};
	struct pub_record rec = world_record(1);
	rec.events = events;
	rec.event_count = COUNT_OF(events);
	emit(&rec);
	world_says(&w, "已作废：验收合格");
	world_says(&w, "这一条已更正：登错了企业");
	const char *md = buf_text(&w.worker.md);
	cr_assert_lt(strstr(md, "| 更正 |"), strstr(md, "已作废"), "newest first");
}

Test(site_record, a_withdrawn_record_leaves_only_its_number_and_the_reason)
{
	const struct pub_event events[] = {
		{.seq = 1, .kind = EVENT_WITHDRAWN, .day = {17541}, .note = "重复登记"}};
	struct pub_record rec = world_record(1);
	rec.state = STATE_WITHDRAWN;
	rec.events = events;
	rec.event_count = 1;
	emit(&rec);
	world_says(&w, "重复登记");
	world_says_not(&w, "木器厂");
	cr_assert_not_null(strstr(buf_text(&w.worker.html), "noindex"));
}

Test(site_record, closing_shows_the_five_items)
{
	struct pub_record rec = world_record(1);
	rec.measure = MEASURE_CLOSE;
	rec.course.cleared[0] = day_from_ymd(2018, 1, 5);
	emit(&rec);
	world_says(&w, "五项完成 1 项");
	world_says(&w, "[x] 断水 | 2018年1月5日");
	world_says(&w, "[ ] 断电 | 没有记录");
}

Test(site_record, the_row_knows_when_it_turns)
{
	struct pub_record rec = world_record(1);
	struct row row;
	record_row(&w.ctx, &rec, &row);
	cr_assert_eq(row.due, day_from_ymd(2018, 2, 28).n);
	cr_assert(row.flags & ROW_OVERDUE);
	cr_assert(row.flags & ROW_UNDER_WAY);
	cr_assert_eq(row.flips, day_from_ymd(2018, 9, 30).n);
	w.o.today = day_from_ymd(2018, 2, 28);
	record_row(&w.ctx, &rec, &row);
	cr_assert_not(row.flags & ROW_OVERDUE);
	cr_assert_eq(row.flips, day_from_ymd(2018, 2, 28).n);
}
