/* Pages people wrote: where they stand, what is refused, what is warned of; and the link check. */
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

TestSuite(site_content, .init = start, .fini = stop);

static void reload(void)
{
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s:%d %s", e.file, e.line, e.message);
}

static void refused(const char *name, const char *text, int line, const char *message)
{
	world_write(&w, name, text);
	cr_assert_eq(world_reload(&w, &e), ERR_INPUT, "%s", text);
	cr_assert_eq(e.line, line, "line %d: %s", e.line, e.message);
	cr_assert_not_null(strstr(e.message, message), "%s", e.message);
	cr_assert_not_null(strstr(e.file, name), "%s", e.file);
}

Test(site_content, a_file_stands_where_its_folder_says)
{
	world_write(&w, "news/2018-03-05-start.md",
		"---\ntitle: 开始\ndate: 2018-03-05 10:00\n---\n正文\n");
	reload();
	const struct written *page = written_find(&w.ctx, "/news/2018-03-05-start/");
	cr_assert_not_null(page);
	cr_assert_str_eq(page->path, "/news/2018-03-05-start/index");
	cr_assert_eq(written_emit(&w.worker, page, &e), ERR_OK, "%s", e.message);
	world_says(&w, "title: 开始\ndate: 2018-03-05 10:00\n");
	cr_assert_not_null(
		strstr(buf_text(&w.worker.html), "name=\"PubDate\" content=\"2018-03-05 10:00\""));
	const struct written **list;
	cr_assert_eq(written_in(&w.ctx, w.arena, "/news/", &list), 1);
}

Test(site_content, the_instance_overrides_the_program)
{
	world_write(&w, "about.md", "---\ntitle: 我们的说明\n---\n正文\n");
	reload();
	cr_assert_str_eq(written_find(&w.ctx, "/about/")->title, "我们的说明");
}

Test(site_content, text_at_a_generated_address_is_its_introduction)
{
	world_write(&w, "deadlines.md", "---\ndescription: 引言\n---\n先说一句。\n");
	reload();
	cr_assert(written_is_intro(written_find(&w.ctx, "/deadlines/")));
	arena_reset(w.worker.arena);
	cr_assert_eq(deadlines_kind.emit(&w.worker, 0, &e), ERR_OK, "%s", e.message);
	world_says(&w, "先说一句。");
	world_says(&w, "按2018年3月10日计算");
}

Test(site_content, a_missing_title_is_refused)
{
	refused("a.md", "正文\n", 1, "title");
}

Test(site_content, an_unknown_key_is_refused_at_its_line)
{
	refused("b.md", "---\ntitle: 甲\ntitel: 乙\n---\n", 3, "titel");
}

Test(site_content, a_day_that_is_none_is_refused)
{
	refused("c.md", "---\ntitle: 甲\ndate: 2018-02-30\n---\n", 3, "date");
}

Test(site_content, two_files_for_one_address_are_refused)
{
	world_write(&w, "d/index.md", "---\ntitle: 甲\n---\n");
	refused("d.md", "---\ntitle: 乙\n---\n", 1, "/d/");
}

Test(site_content, an_empty_and_a_stale_column_are_warned_of)
{
	size_t n = written_warn(&w.ctx);
	cr_assert_eq(n, w.warnings);
	cr_assert_not_null(strstr(w.warning, "/news/"));
	world_write(&w, "news/old.md", "---\ntitle: 旧闻\ndate: 2018-02-01 09:00\n---\n正文\n");
	reload();
	cr_assert_eq(written_warn(&w.ctx), 1);
	cr_assert_not_null(strstr(w.warning, "2018-02-01"));
	world_write(&w, "news/new.md", "---\ntitle: 新闻\ndate: 2018-03-08 09:00\n---\n正文\n");
	reload();
	cr_assert_eq(written_warn(&w.ctx), 0);
}

static size_t broken_after(const char *body)
{
	world_write(&w, "x/index.md", arena_printf(w.arena, "---\ntitle: 甲\n---\n%s\n", body));
	world_write(&w, "x/y.md", "---\ntitle: 乙\n---\n## 一 {#one}\n");
	reload();
	w.warnings = 0;
	for (const char *const *url = (const char *const[]){"/x/", "/x/y/", NULL}; *url; url++)
		cr_assert_eq(written_emit(&w.worker, written_find(&w.ctx, *url), &e), ERR_OK, "%s",
			e.message);
	return links_check(&w.ctx, w.arena);
}

Test(site_content, broken_links_and_fragments_are_found)
{
	cr_assert_eq(broken_after("[好](/x/y/) [好](y/#one) [好](/x/y/index.md) "
				  "[外](https://example.test/no)"),
		0);
	cr_assert_eq(broken_after("[坏](/nowhere/)"), 1);
	cr_assert_not_null(strstr(w.warning, "/nowhere/"));
	cr_assert_eq(broken_after("[坏](/x/y/#two)"), 1);
	cr_assert_eq(broken_after("[坏](#none)"), 1);
	cr_assert_eq(broken_after("[坏](/x/y)"), 1, "without its slash");
}

Test(site_content, prose_carries_live_figures)
{
	w.ctx.totals.all = 1234;
	world_write(&w, "z.md",
		"---\ntitle: 甲\n---\n共{{query count all}}家，{{query phone environment}}。\n");
	reload();
	cr_assert_eq(
		written_emit(&w.worker, written_find(&w.ctx, "/z/"), &e), ERR_OK, "%s", e.message);
	cr_assert_not_null(strstr(buf_text(&w.worker.html), "共1,234家，（尚未公布）。"));
	world_write(&w, "z.md", "---\ntitle: 甲\n---\n{{query colour}}\n");
	reload();
	cr_assert_eq(written_emit(&w.worker, written_find(&w.ctx, "/z/"), &e), ERR_INPUT);
}
