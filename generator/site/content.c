/*
 * Pages people wrote: content/ of the program's tree, and over it content/ of the instance (the same name replaces,
 * another adds). Where a file lies decides its address: about.md and about/index.md are /about/, news/a.md is
 * /news/a/, 404.md is /404.html.
 *
 * A file at the address of a generated page is no page of its own: its text stands first on that page. What cannot
 * be used (front matter, a missing title, two files for one address) is an error with file, line and column.
 */
#include "site/supervision.h"

#include "tianlan/input.h"

#include <stdlib.h>
#include <string.h>

enum { CONTENT_BYTES_MAX = 1 << 20, STALE_NEWS_DAYS = 14 };

/* Addresses the generator makes; below the ones that end in a slash it makes all (but /policy/ and /news/ pages). */
static const char *const generated[] = {"/", "/results/", "/streets/", "/categories/",
	"/industries/", "/states/", "/deadlines/", "/policy/annex1/", "/policy/which/",
	"/policy/units/", "/news/", "/changes/", "/monthly/", "/data/", "/sitemap/", "/tipoffs/",
	"/tipoffs/results/", "/units/", "/lookbacks/", "/bulletins/"};
static const char *const generated_below[] = {"/results/", "/streets/", "/categories/",
	"/industries/", "/states/", "/deadlines/", "/policy/which/", "/changes/", "/monthly/",
	"/data/", "/assets/", "/photos/", "/units/", "/lookbacks/", "/bulletins/"};

/* ---- addresses ----------------------------------------------------------------------------------- */

static const char *url_of_file(struct arena *a, const char *relative)
{
	size_t n = strlen(relative) - strlen(".md");
	const char *stem = arena_strndup(a, relative, n);
	if (str_eq(stem, "index") || str_eq(stem, "home"))
		return "/";
	if (str_eq(stem, "404"))
		return "/404.html";
	if (str_ends(stem, "/index"))
		stem = arena_strndup(a, stem, n - strlen("/index"));
	return text_join3(a, "/", stem, "/");
}

static const char *path_of_url(struct arena *a, const char *url)
{
	if (str_ends(url, ".html"))
		return arena_strndup(a, url, strlen(url) - strlen(".html"));
	return text_join(a, url, "index");
}

static bool is_good_name(const char *relative)
{
	for (const char *p = relative; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-' ||
			     *p == '/' || *p == '.' || *p == '_';
		if (!plain)
			return false;
	}
	return true;
}

bool written_is_intro(const struct written *page)
{
	for (size_t i = 0; i < COUNT_OF(generated); i++)
		if (str_eq(page->url, generated[i]))
			return true;
	for (size_t i = 0; i < COUNT_OF(generated_below); i++)
		if (str_starts(page->url, generated_below[i]))
			return true;
	return false;
}

/* ---- front matter ----------------------------------------------------------------------------------- */

static enum err_code front_error(
	const char *file, const struct front_item *item, struct err *e, const char *what)
{
	return err_at(e, ERR_INPUT, file, item->line, 1, "%s: %s", item->key, what);
}

/* "YYYY-MM-DD" or "YYYY-MM-DD HH:MM". */
static bool is_date(const char *s)
{
	char day[DAY_TEXT_BYTES];
	struct day d;
	size_t n = strlen(s);
	if (n != 10 && n != 16)
		return false;
	memcpy(day, s, 10);
	day[10] = '\0';
	if (!day_parse(day, &d))
		return false;
	if (n == 10)
		return true;
	int hour = (s[11] - '0') * 10 + s[12] - '0', minute = (s[14] - '0') * 10 + s[15] - '0';
	return s[10] == ' ' && s[13] == ':' && strspn(s + 11, "0123456789:") == 5 && hour < 24 &&
	       minute < 60;
}

static const char **text_slot(struct written *w, const char *key)
{
	const struct {
		const char *key;
		const char **slot;
	} slots[] = {{"title", &w->title}, {"date", &w->date}, {"source", &w->source},
		{"description", &w->description}, {"keywords", &w->keywords},
		{"column_name", &w->column_name}, {"column", &w->column_name},
		{"column_description", &w->column_description}, {"column_keywords", &w->keywords},
		{"column_type", &w->column_type}, {"script", &w->script}, {"form", &w->form},
		{"number", &w->number}};
	for (size_t i = 0; i < COUNT_OF(slots); i++)
		if (str_eq(slots[i].key, key))
			return slots[i].slot;
	return NULL;
}

/* 水政办〔2018〕9号: brackets of six corners, the year in full, no 第, no leading zero (国办发〔2017〕47号 and the format of
 * official documents). Empty: none. */
static bool is_document_number(const char *s)
{
	const char *open = strstr(s, "〔"), *close = strstr(s, "〕");
	int64_t year;
	if (!*s)
		return true;
	if (!open || open == s || !close || close < open || strstr(s, "第"))
		return false;
	const char *from = open + strlen("〔"), *digits = close + strlen("〕");
	char text[5] = "";
	if (close - from != 4)
		return false;
	memcpy(text, from, 4);
	size_t n = strspn(digits, "0123456789");
	return str_to_int64(text, &year) && year >= 1949 && n > 0 && *digits != '0' &&
	       str_eq(digits + n, "号");
}

static bool is_form(const char *name)
{
	return str_eq(name, "report") || str_eq(name, "receipt") || str_eq(name, "verify");
}

static enum err_code take_front(struct written *w, const struct front_item *item, struct err *e)
{
	const char **slot = text_slot(w, item->key);
	int64_t n;
	if (slot) {
		*slot = item->value;
		if (slot == &w->script)
			w->script_line = item->line;
		if (slot == &w->form && !is_form(item->value))
			return front_error(w->file, item, e,
				T("只有 report、receipt、verify", "is report, receipt or verify"));
		if (slot == &w->number && !is_document_number(item->value))
			return front_error(w->file, item, e,
				T("文号写成 "
				  "水政办〔2018〕9号：六角括号，年份写全，不写“第”，序号前不补零",
					"a document number is 水政办〔2018〕9号: corner brackets, "
					"the "
					"whole year, no 第, no leading zero"));
		if (slot == &w->date && *item->value && !is_date(item->value))
			return front_error(w->file, item, e,
				T("日期写成 2018-09-30 或者 2018-09-30 10:00",
					"a date is 2018-09-30 or 2018-09-30 10:00"));
		return ERR_OK;
	}
	if (str_eq(item->key, "order")) {
		if (!str_to_int64(item->value, &n) || n < 0 || n > 9999)
			return front_error(
				w->file, item, e, T("要写 0 到 9999 的整数", "is 0 to 9999"));
		w->order = (int)n;
		return ERR_OK;
	}
	if (str_eq(item->key, "noindex")) {
		w->noindex = str_eq(item->value, "yes") || str_eq(item->value, "true");
		return ERR_OK;
	}
	return front_error(w->file, item, e, T("不认识的项目", "unknown key"));
}

/* ---- loading -------------------------------------------------------------------------------------------- */

struct loading {
	struct extras *x;
	const char *dir, *shown; /* where, and how errors name it */
	size_t cap;
};

static enum err_code parse(
	struct arena *a, const char *file, const char *text, struct written *ret, struct err *e)
{
	struct front_matter front;
	if (front_parse(a, file, text, &front, e))
		return e->code;
	ret->file = file;
	ret->text = text;
	ret->order = 10000;
	for (size_t i = 0; i < front.count; i++)
		if (take_front(ret, &front.items[i], e))
			return e->code;
	ret->body = front.body;
	ret->body_line = front.body_line;
	return ERR_OK;
}

static enum err_code read_page(
	struct loading *l, const char *relative, struct written *ret, struct err *e)
{
	struct arena *a = l->x->arena;
	struct buf b;
	const char *file = text_join(a, l->shown, relative);
	buf_init(&b, CONTENT_BYTES_MAX);
	enum err_code code = file_read(path_join(a, l->dir, relative), CONTENT_BYTES_MAX, &b, e);
	char *text = code ? NULL : buf_dup(&b, a);
	size_t len = b.len, bad = 0;
	buf_done(&b);
	if (code)
		return code;
	if (!utf8_valid(text, len, &bad) || strlen(text) != len) {
		int line = 1;
		for (size_t i = 0; i < bad && i < len; i++)
			line += text[i] == '\n';
		return err_at(e, ERR_INPUT, file, line, 0, T("要用 UTF-8 编码", "must be UTF-8"));
	}
	if (!is_good_name(relative))
		return err_at(e, ERR_INPUT, file, 0, 0,
			T("文件名只用小写字母、数字、连字符",
				"name it with lower case letters, digits, hyphens"));
	ret->url = url_of_file(a, relative);
	ret->path = path_of_url(a, ret->url);
	const char *slash = strchr(ret->url + 1, '/');
	ret->section = slash ? arena_strndup(a, ret->url + 1, (size_t)(slash - ret->url - 1)) : "";
	return parse(a, file, text, ret, e);
}

static void add_page(struct loading *l, const struct written *page)
{
	struct extras *x = l->x;
	for (size_t i = 0; i < x->written_count; i++)
		if (str_eq(x->written[i].url, page->url)) {
			x->written[i] = *page;
			return;
		}
	if (x->written_count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		struct written *all = arena_alloc(x->arena, l->cap * sizeof *all);
		if (x->written_count)
			memcpy(all, x->written, x->written_count * sizeof *all);
		x->written = all;
	}
	x->written[x->written_count++] = *page;
}

/* Two files of one folder tree for one address; the instance's page over the program's is no conflict. */
static const struct written *conflict(const struct loading *l, const struct written *page)
{
	for (size_t i = 0; i < l->x->written_count; i++)
		if (str_eq(l->x->written[i].url, page->url) &&
			str_starts(l->x->written[i].file, l->shown))
			return &l->x->written[i];
	return NULL;
}

static enum err_code visit(const char *relative, void *ctx, struct err *e)
{
	struct loading *l = ctx;
	struct written page = {0};
	if (!str_ends(relative, ".md") || relative[0] == '.' || str_eq(relative, "README.md"))
		return ERR_OK;
	if (read_page(l, relative, &page, e))
		return e->code;
	const struct written *other = conflict(l, &page);
	if (other)
		return err_at(e, ERR_INPUT, page.file, 1, 1,
			T("与 %s 是同一个网址 %s", "has the address of %s: %s"), other->file,
			page.url);
	if ((!page.title || !*page.title) && !written_is_intro(&page))
		return err_at(e, ERR_INPUT, page.file, 1, 1,
			T("缺标题：开头写 title: …", "no title: begin with title: …"));
	add_page(l, &page);
	return ERR_OK;
}

static int by_url(const void *a, const void *b)
{
	return strcmp(((const struct written *)a)->url, ((const struct written *)b)->url);
}

enum err_code written_load(struct ctx *c, struct extras *x, struct err *e)
{
	struct loading l = {.x = x};
	const char *const places[][2] = {
		{c->o->share, "content/"}, {c->o->instance, "instance:content/"}};
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		if (!places[i][0])
			continue;
		l.dir = path_join(x->arena, places[i][0], "content");
		l.shown = places[i][1];
		if (file_exists(l.dir) && dir_each_file(l.dir, visit, &l, e))
			return e->code;
	}
	if (x->written_count)
		qsort(x->written, x->written_count, sizeof *x->written, by_url);
	for (size_t i = 0; i + 1 < x->written_count; i++)
		x->written[i].has_children = x->written[i].url[1] &&
					     str_starts(x->written[i + 1].url, x->written[i].url);
	return ERR_OK;
}

/* ---- finding ----------------------------------------------------------------------------------------------- */

const struct written *written_find(const struct ctx *c, const char *url)
{
	const struct extras *x = c->extras;
	const struct written key = {.url = url};
	return x->written_count ? bsearch(&key, x->written, x->written_count, sizeof key, by_url)
				: NULL;
}

const char *written_intro(const struct ctx *c, const char *url)
{
	const struct written *page = written_find(c, url);
	return page ? page->body : NULL;
}

static int by_place(const void *a, const void *b)
{
	const struct written *x = *(const struct written *const *)a,
			     *y = *(const struct written *const *)b;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	int order = strcmp(text_or(y->date, ""), text_or(x->date, ""));
	return order ? order : strcmp(x->url, y->url);
}

/* Directly below the folder: "/news/a/" in "/news/", not "/news/a/b/". */
static bool is_child(const char *url, const char *folder)
{
	const char *rest = str_starts(url, folder) ? url + strlen(folder) : "";
	const char *slash = strchr(rest, '/');
	return *rest && slash && !slash[1];
}

size_t written_in(
	const struct ctx *c, struct arena *a, const char *folder, const struct written ***ret)
{
	const struct extras *x = c->extras;
	const struct written **list = arena_alloc(a, (x->written_count + 1) * sizeof(*list));
	size_t n = 0;
	for (size_t i = 0; i < x->written_count; i++)
		if (is_child(x->written[i].url, folder) && !written_is_intro(&x->written[i]))
			list[n++] = &x->written[i];
	if (n)
		qsort(list, n, sizeof(*list), by_place);
	*ret = list;
	return n;
}

/* ---- columns that are empty or stale ---------------------------------------------------------------------- */

static void warn(const struct ctx *c, const char *text, size_t *n)
{
	if (c->o->warning)
		c->o->warning(c->o->ctx, text);
	++*n;
}

static struct day newest_of(const struct ctx *c, struct arena *a, const char *folder)
{
	const struct written **list;
	struct day newest = DAY_NONE, day;
	size_t n = written_in(c, a, folder, &list);
	for (size_t i = 0; i < n; i++) {
		const char *date = list[i]->date ? arena_strndup(a, list[i]->date, 10) : "";
		if (day_parse(date, &day) && day_compare(day, newest) > 0)
			newest = day;
	}
	return newest;
}

static bool is_stale(const struct ctx *c, struct day newest)
{
	return day_is_set(newest) && day_between(newest, c->o->today) > STALE_NEWS_DAYS;
}

/* A bulletin's text stands on the page of a published ranking; without one nobody sees it. */
static size_t bulletins_unseen(const struct ctx *c, struct arena *a)
{
	const struct extras *x = c->extras;
	size_t n = 0;
	for (size_t i = 0; i < x->written_count; i++) {
		const struct written *page = &x->written[i];
		bool shown = str_eq(page->url, "/bulletins/");
		for (size_t k = 0; k < x->supervision->ranking_count; k++)
			shown = shown ||
				str_eq(page->url,
					bulletin_url(a, x->supervision->rankings[k].quarter));
		if (shown || !str_starts(page->url, "/bulletins/"))
			continue;
		warn(c,
			arena_printf(a,
				T("%s 没有显示：这个季度还没有公布排名",
					"%s is not shown: no ranking of that quarter is published"),
				page->file),
			&n);
	}
	return n;
}

size_t written_warn(const struct ctx *c)
{
	struct arena *a = arena_new();
	size_t n = 0;
	char text[DAY_TEXT_BYTES];
	struct day news = newest_of(c, a, "/news/");
	if (!day_is_set(news))
		warn(c, T("空栏目：动态（/news/）没有内容", "empty column: /news/ holds nothing"),
			&n);
	if (is_stale(c, news))
		warn(c,
			arena_printf(a,
				T("动态超过两周没有更新，最近一条是 %s（国办秘函〔2019〕19号）",
					"/news/ is stale: the newest is of %s, more than two weeks "
					"ago"),
				day_text(news, text)),
			&n);
	if (is_stale(c, c->data_day))
		warn(c,
			arena_printf(a,
				T("首页数据超过两周没有更新，最近的变更是 "
				  "%s（国办秘函〔2019〕19号）",
					"the home page is stale: the newest change is of %s, more "
					"than two weeks ago"),
				day_text(c->data_day, text)),
			&n);
	n += bulletins_unseen(c, a);
	arena_free(a);
	return n;
}
