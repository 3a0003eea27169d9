/* The table of lists, the order of names, and what a list page shows. */
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

TestSuite(site_lists, .init = start, .fini = stop);

Test(site_lists, every_list_has_an_address_of_its_own)
{
	size_t n;
	const struct list *lists = lists_all(&w.ctx, w.arena, &n);
	cr_assert_gt(n, 50);
	for (size_t i = 0; i < n; i++) {
		cr_assert(str_starts(lists[i].path, "/results/") && str_ends(lists[i].path, "/"));
		for (size_t j = 0; j < i; j++)
			cr_assert_str_neq(lists[i].path, lists[j].path);
	}
	cr_assert_str_eq(list_url(&w.ctx, w.arena, FACET_STREET, 0, SUBSET_OVERDUE, ORDER_ID),
		"/results/street/650105001/overdue/");
	cr_assert_str_eq(list_url(&w.ctx, w.arena, FACET_CATEGORY, 0, SUBSET_ALL, ORDER_ID),
		"/results/category/unclassified/");
	cr_assert_str_eq(list_url(&w.ctx, w.arena, FACET_ALL, 0, SUBSET_ALL, ORDER_NAME),
		"/results/by-name/");
}

Test(site_lists, a_withdrawn_record_is_in_no_list)
{
	size_t n;
	const struct list *lists = lists_all(&w.ctx, w.arena, &n);
	struct pub_record rec = world_record(1);
	struct row row;
	record_row(&w.ctx, &rec, &row);
	size_t held = 0;
	for (size_t i = 0; i < n; i++)
		held += list_holds(&lists[i], &row);
	cr_assert_gt(held, 8);
	rec.state = STATE_WITHDRAWN;
	record_row(&w.ctx, &rec, &row);
	for (size_t i = 0; i < n; i++)
		cr_assert_not(list_holds(&lists[i], &row), "%s", lists[i].path);
}

Test(site_lists, names_stand_in_pinyin_order_after_latin)
{
	static const char *const names[] = {"3号作坊", "ABC铸造", "安达木器厂", "北辰铸造厂",
		"北辰砖瓦厂", "昌盛木器厂", "鑫源木器厂"};
	for (size_t i = 0; i + 1 < COUNT_OF(names); i++)
		cr_assert_lt(collate_key(names[i]), collate_key(names[i + 1]), "%s %s", names[i],
			names[i + 1]);
	cr_assert_eq(collate_key("ＡＢＣ铸"), collate_key("abc铸"));
	cr_assert_eq(collate_key(""), 0);
}

Test(site_lists, a_row_names_all_that_a_list_shows)
{
	struct pub_record rec = world_record(1), other = rec;
	struct row a, b;
	record_row(&w.ctx, &rec, &a);
	other.address = "样例路2号";
	record_row(&w.ctx, &other, &b);
	cr_assert_not(hash128_eq(a.text, b.text));
	other = rec;
	other.products = "not shown in lists";
	record_row(&w.ctx, &other, &b);
	cr_assert(hash128_eq(a.text, b.text));
}

Test(site_lists, only_the_first_page_knows_the_total)
{
	const struct list l = {.path = "/results/", .title = "整治结果"};
	struct pub_record rec = world_record(1);
	world_add(&w, &rec);
	const struct brief b = {rec.id, rec.name, rec.address, rec.community, w.rows[0]};
	cr_assert_eq(list_emit(&w.worker, &l, 0, 3, 130, &b, 1, &e), ERR_OK, "%s", e.message);
	world_says(&w, "共 **130** 家企业，分 3 页");
	world_says(&w, "样例\\|木器厂\\*");
	world_says(&w, "next|/results/page-2.html");
	cr_assert_eq(list_emit(&w.worker, &l, 1, 3, 130, &b, 1, &e), ERR_OK, "%s", e.message);
	world_says_not(&w, "130");
	world_says(&w, "prev|/results/");
	world_says(&w, "next|/results/page-3.html");
	cr_assert_eq(list_emit(&w.worker, &l, 2, 3, 130, &b, 1, &e), ERR_OK, "%s", e.message);
	world_says_not(&w, "next|");
}

Test(site_lists, an_empty_list_says_so)
{
	const struct list l = {
		.path = "/results/overdue/", .title = "逾期的企业", .subset = SUBSET_OVERDUE};
	cr_assert_eq(list_emit(&w.worker, &l, 0, 1, 0, NULL, 0, &e), ERR_OK, "%s", e.message);
	world_says(&w, "现在没有企业列在这里");
	world_says_not(&w, "```table");
}
