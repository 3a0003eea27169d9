/*
 * /data/: what can be downloaded and under which conditions; the dictionary, with the publish class of every field of
 * the register (also of those that are never published, so that what is missing can be seen); and a Data Package.
 */
#include "site/data.h"

#include <string.h>

static const char *class_label(enum publish_class p)
{
	static const char *const labels[] = {[PUBLISH_NEVER] = "不公开",
		[PUBLISH_INTERNAL] = "内部使用",
		[PUBLISH_AGGREGATE] = "只公布合计（至少 3 家）",
		[PUBLISH_BANDED] = "只公布区间",
		[PUBLISH_SUMMARY] = "只公布概括",
		[PUBLISH_REVIEWED] = "审核后公开",
		[PUBLISH_PUBLIC] = "公开"};
	return labels[p];
}

static const char *type_label(const struct field_info *f)
{
	if (f->type == TYPE_TRI)
		return "yes / no，空白为未知";
	return f->type == TYPE_DAY ? "日期 YYYY-MM-DD" : "文字";
}

static void add_columns(
	struct value *m, const char *key, struct arena *a, const struct data_column *cols, size_t n)
{
	struct value *list = value_list(a);
	for (size_t i = 0; i < n; i++) {
		struct value *v = value_add_map(list, a);
		const struct field_info *f = cols[i].field ? policy_field(cols[i].field) : NULL;
		value_set_text(v, a, "label", data_column_label(&cols[i]));
		value_set_text(v, a, "id", cols[i].id);
		value_set_text(v, a, "note", text_or(cols[i].note, f ? f->heading : ""));
		value_set_text(v, a, "type", f ? type_label(f) : "—");
	}
	value_set(m, a, key, list);
}

static void add_fields(struct value *m, struct worker *w)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	for (int f = 1; f < FIELD_COUNT; f++) {
		const struct field_info *info = policy_field((enum field)f);
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "column", f <= FIELD_STREET ? text_count(a, (size_t)f) : "—");
		value_set_text(v, a, "heading", info->heading);
		value_set_text(v, a, "id", info->id);
		value_set_text(v, a, "publish",
			class_label(policy_publish_class(w->ctx->policy, (enum field)f)));
	}
	value_set(m, a, "fields", list);
}

/* The files on tip-offs and supervision, each with its columns. */
static void add_tables(struct value *m, struct arena *a)
{
	struct value *list = value_list(a);
	const struct data_table *t;
	for (size_t i = 0; (t = data_table_at(i)); i++) {
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "name", t->file);
		value_set_text(v, a, "slug", t->name);
		value_set_text(v, a, "url", text_join(a, "/data/", t->file));
		value_set_text(v, a, "title", t->title);
		add_columns(v, "columns", a, t->columns, t->count);
	}
	value_set(m, a, "tables", list);
}

static enum err_code page_of_data(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	add_tables(m, a);
	value_count(m, a, "all", w->ctx->totals.all);
	value_set_text(m, a, "data_day", text_day_zh(a, w->ctx->data_day));
	const struct page page = {.path = "/data/index",
		.template_md = "pages/data.md",
		.markdown = written_intro(w->ctx, "/data/"),
		.model = m,
		.kind = "data",
		.title = "数据下载",
		.column_name = "数据下载",
		.column_description = "整治结果的开放数据：CSV、JSON 和数据字典",
		.column_keywords = "散乱污,开放数据,CSV,JSON",
		.column_type = "数据开放",
		.content_day = w->ctx->data_day,
		.section = "data"};
	return page_emit(w, &page, e);
}

static enum err_code dictionary(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	size_t n;
	const struct data_column *cols = data_columns(&n);
	add_columns(m, "columns", a, cols, n);
	cols = data_event_columns(&n);
	add_columns(m, "event_columns", a, cols, n);
	add_tables(m, a);
	add_fields(m, w);
	const struct crumb crumb = {"数据下载", "/data/"};
	const struct page page = {.path = "/data/dictionary/index",
		.template_md = "pages/dictionary.md",
		.markdown = written_intro(w->ctx, "/data/dictionary/"),
		.model = m,
		.kind = "data",
		.title = "数据字典",
		.crumbs = &crumb,
		.crumb_count = 1,
		.column_name = "数据字典",
		.column_description = "下载文件各栏的含义，登记簿各栏是否公开",
		.column_keywords = "散乱污,开放数据,数据字典",
		.column_type = "数据开放",
		.content_day = DAY_NONE,
		.section = "data"};
	return page_emit(w, &page, e);
}

/* ---- datapackage.json (Data Package 1.0) ------------------------------------------------------------- */

/* keys: labels with a bar between; one is a string, more are an array, none is left out. */
static void primary_key(struct json *j, struct arena *a, const char *keys)
{
	if (!keys)
		return;
	if (!strchr(keys, '|')) {
		json_out_string(j, "primaryKey", keys);
		return;
	}
	json_out_array(j, "primaryKey");
	for (const char *p = keys; p;) {
		const char *bar = strchr(p, '|');
		json_out_string(j, NULL, bar ? arena_strndup(a, p, (size_t)(bar - p)) : p);
		p = bar ? bar + 1 : NULL;
	}
	json_out_array_end(j);
}

static void schema(struct json *j, struct arena *a, const struct data_table *t)
{
	json_out_object(j, "schema");
	json_out_array(j, "fields");
	for (size_t i = 0; i < t->count; i++) {
		const struct data_column *col = &t->columns[i];
		const struct field_info *f = col->field ? policy_field(col->field) : NULL;
		json_out_object(j, NULL);
		json_out_string(j, "name", data_column_label(col));
		json_out_string(j, "title", col->id);
		json_out_string(j, "type", "string");
		json_out_string(j, "description", text_or(col->note, f ? f->heading : ""));
		json_out_object_end(j);
	}
	json_out_array_end(j);
	primary_key(j, a, t->keys);
	json_out_object_end(j);
}

static void resource(struct json *j, struct arena *a, const struct data_table *t)
{
	json_out_object(j, NULL);
	json_out_string(j, "name", t->name);
	json_out_string(j, "path", t->file);
	if (t->title)
		json_out_string(j, "title", t->title);
	json_out_string(j, "profile", "tabular-data-resource");
	json_out_string(j, "format", "csv");
	json_out_string(j, "mediatype", "text/csv");
	json_out_string(j, "encoding", "utf-8");
	schema(j, a, t);
	json_out_object_end(j);
}

static enum err_code package(struct worker *w, struct err *e)
{
	struct json j;
	const struct data_table *t;
	struct data_table enterprises = {"enterprises", "enterprises.csv", NULL, NULL, 0, "编号"};
	struct data_table events = {"events", "events.csv", NULL, NULL, 0, "序号"};
	const struct site_config *o = &w->ctx->o->config;
	char day[DAY_TEXT_BYTES];
	buf_clear(&w->html);
	json_out_init(&j, &w->html);
	json_out_object(&j, NULL);
	json_out_string(&j, "profile", "tabular-data-package");
	json_out_string(&j, "name", "sanluanwu-register");
	json_out_string(&j, "title", o->site_name);
	json_out_string(&j, "version",
		day_is_set(w->ctx->data_day) ? day_text(w->ctx->data_day, day) : "0");
	json_out_array(&j, "resources");
	enterprises.columns = data_columns(&enterprises.count);
	events.columns = data_event_columns(&events.count);
	resource(&j, w->arena, &enterprises);
	resource(&j, w->arena, &events);
	for (size_t i = 0; (t = data_table_at(i)); i++)
		resource(&j, w->arena, t);
	json_out_array_end(&j);
	json_out_object_end(&j);
	buf_char(&w->html, '\n');
	return store_put(w->ctx->store, "/data/datapackage.json", w->html.data, w->html.len, e);
}

static size_t data_count(const struct ctx *c)
{
	(void)c;
	return 3;
}

static size_t data_pages(const struct ctx *c)
{
	(void)c;
	return 2;
}

static enum err_code data_emit(struct worker *w, size_t index, struct err *e)
{
	return index == 0 ? page_of_data(w, e) : index == 1 ? dictionary(w, e) : package(w, e);
}

const struct other_kind data_kind = {.count = data_count,
	.emit = data_emit,
	.pages = data_pages,
	.depends = ON_CHANGES | ON_FILES};
