/*
 * Downloads on tip-offs and supervision: a table of tables, each with its columns, so that file, dictionary and Data Package
 * cannot disagree. What is in them is what the pages show, no more: cells of the release, visits that were made, published
 * inspections and rankings, tasks of records that are not withdrawn.
 */
#include "site/data.h"
#include "site/supervision.h"

#include <string.h>

enum { DOWNLOAD_BYTES_MAX = 1 << 30 };
#define NO_FIELD ((enum field)0)
#define COLUMN(id, label, note) \
	{ \
		id, NO_FIELD, label, note \
	}

/* ---- cells ---------------------------------------------------------------------------------------- */

struct writing {
	struct worker *w;
	struct buf *b;
	const char *quarter;
	struct arena *a; /* of one row */
};

static void cell(struct writing *f, bool first, const char *text)
{
	csv_field(f->b, first, text_or(text, ""));
}

static void number(struct writing *f, int64_t n)
{
	buf_char(f->b, ',');
	buf_int(f->b, n);
}

static void day_cell(struct writing *f, struct day d)
{
	char text[DAY_TEXT_BYTES];
	csv_field(f->b, false, day_text(d, text));
}

static void end_row(struct writing *f)
{
	csv_end_row(f->b);
	arena_reset(f->a);
}

static const char *record_id(struct writing *f, int64_t n)
{
	return n ? arena_printf(f->a, "%s-%06lld", pub_prefix(f->w->pub), (long long)n) : NULL;
}

static const struct supervision *of(const struct writing *f)
{
	return f->w->ctx->extras->supervision;
}

/* ---- the tables ------------------------------------------------------------------------------------- */

static void tip_rows(struct writing *f, const char *grouping, const struct tip_row *row)
{
	for (int b = 0; b < BUCKET_COUNT; b++) {
		if (!row->n[b])
			continue;
		cell(f, true, grouping);
		cell(f, false, row->label);
		cell(f, false, policy_bucket_id((enum case_bucket)b));
		number(f, row->n[b]);
		end_row(f);
	}
}

static enum err_code write_tipoffs(struct writing *f, struct err *e)
{
	static const char *const names[TIP_GROUPINGS] = {"month", "kind", "street", "lead"};
	(void)e;
	tip_rows(f, "total", &of(f)->total);
	for (int g = 0; g < TIP_GROUPINGS; g++)
		for (size_t i = 0; i < of(f)->tips[g].count; i++)
			tip_rows(f, names[g], &of(f)->tips[g].rows[i]);
	return ERR_OK;
}

static enum err_code write_results(struct writing *f, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < of(f)->result_count; i++) {
		const struct pub_tip_result *r = &of(f)->results[i];
		buf_int(f->b, r->release);
		day_cell(f, r->day);
		cell(f, false, r->street);
		cell(f, false, r->outcome);
		cell(f, false, r->reply);
		end_row(f);
	}
	return ERR_OK;
}

static enum err_code write_weeks(struct writing *f, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < of(f)->week_count; i++) {
		cell(f, true, of(f)->weeks[i].week);
		cell(f, false, of(f)->weeks[i].head);
		end_row(f);
	}
	return ERR_OK;
}

static enum err_code write_inspections(struct writing *f, struct err *e)
{
	(void)e;
	for (size_t k = 0; k < of(f)->inspection_count; k++) {
		const struct pub_inspection *i = &of(f)->inspections[k];
		buf_int(f->b, i->seq);
		day_cell(f, i->day);
		cell(f, false, i->kind);
		cell(f, false, i->team);
		cell(f, false, i->unit);
		cell(f, false, record_id(f, i->enterprise));
		cell(f, false, i->doc);
		cell(f, false, i->result);
		cell(f, false, i->text);
		day_cell(f, i->published);
		day_cell(f, i->put_right);
		end_row(f);
	}
	return ERR_OK;
}

static enum err_code visit_row(void *ctx, const struct pub_lookback *l, struct err *e)
{
	struct writing *f = ctx;
	(void)e;
	cell(f, true, l->quarter);
	cell(f, false, record_id(f, l->enterprise));
	cell(f, false, l->street);
	cell(f, false, l->reason);
	day_cell(f, l->done_on);
	cell(f, false, l->result);
	end_row(f);
	return ERR_OK;
}

static enum err_code write_lookbacks(struct writing *f, struct err *e)
{
	return pub_lookback_each(f->w->pub, visit_row, f, e);
}

static enum err_code write_counts(struct writing *f, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < of(f)->count_count; i++) {
		const struct pub_lookback_count *n = &of(f)->counts[i];
		cell(f, true, n->quarter);
		cell(f, false, n->street);
		number(f, n->planned);
		number(f, n->done);
		number(f, n->relapsed);
		end_row(f);
	}
	return ERR_OK;
}

static enum err_code ranking_row(void *ctx, const struct pub_ranking_row *r, struct err *e)
{
	struct writing *f = ctx;
	(void)e;
	cell(f, true, f->quarter);
	cell(f, false, r->unit);
	cell(f, false, r->rank > 0 ? arena_printf(f->a, "%d", r->rank) : NULL);
	cell(f, false, r->total >= 0 ? text_hundredths(f->a, r->total) : NULL);
	cell(f, false, r->rank > 0 ? arena_printf(f->a, "%d", r->best) : NULL);
	cell(f, false, r->rank > 0 ? arena_printf(f->a, "%d", r->worst) : NULL);
	end_row(f);
	return ERR_OK;
}

static enum err_code ranking_item(void *ctx, const struct pub_ranking_item *i, struct err *e)
{
	struct writing *f = ctx;
	(void)e;
	cell(f, true, f->quarter);
	cell(f, false, i->unit);
	cell(f, false, i->item);
	cell(f, false, i->part >= 0 ? arena_printf(f->a, "%lld", (long long)i->part) : NULL);
	cell(f, false, i->part >= 0 ? arena_printf(f->a, "%lld", (long long)i->whole) : NULL);
	cell(f, false, i->score >= 0 ? text_hundredths(f->a, i->score) : NULL);
	end_row(f);
	return ERR_OK;
}

static enum err_code write_rankings(struct writing *f, struct err *e)
{
	for (size_t i = 0; i < of(f)->ranking_count; i++) {
		f->quarter = of(f)->rankings[i].quarter;
		if (pub_ranking_row_each(f->w->pub, f->quarter, ranking_row, f, e))
			return e->code;
	}
	return ERR_OK;
}

static enum err_code write_items(struct writing *f, struct err *e)
{
	for (size_t i = 0; i < of(f)->ranking_count; i++) {
		f->quarter = of(f)->rankings[i].quarter;
		if (pub_ranking_item_each(f->w->pub, f->quarter, ranking_item, f, e))
			return e->code;
	}
	return ERR_OK;
}

static enum err_code write_tasks(struct writing *f, struct err *e)
{
	const struct pub_task_of *tasks;
	size_t count;
	if (supervision_tasks(f->w, &tasks, &count, e))
		return e->code;
	for (size_t i = 0; i < count; i++) {
		const struct pub_task *t = &tasks[i].task;
		cell(f, true, record_id(f, tasks[i].enterprise));
		cell(f, false, t->kind);
		cell(f, false, t->unit);
		day_cell(f, t->asked_on);
		day_cell(f, t->due);
		day_cell(f, t->done_on);
		end_row(f);
	}
	return ERR_OK;
}

#define STREET_CODE COLUMN("street", "街道", "街道代码；rest：数量太少，合并列出；none：尚未确定")
static const struct data_column tip_columns[] = {
	COLUMN("grouping", "分组",
		"total、month、kind、street、lead：总计、收到的月份、问题、街道、牵头单位"),
	COLUMN("label", "组名",
		"月份、问题的代号、街道代码、单位代码；rest：数量太少，合并列出；none：尚未确定"),
	COLUMN("bucket", "去向",
		"open 在办，open-late 在办已逾期，concluded 办结，declined 不予受理，merged "
		"并入，transferred "
		"移送，erased 销毁"),
	COLUMN("count", "件数", "0 或者至少 3；为 0 的不列")};
static const struct data_column result_columns[] = {COLUMN("release", "公布批次", "公布的序号"),
	COLUMN("day", "公布日期", NULL), STREET_CODE,
	COLUMN("outcome", "核查结论", "true 属实，partly 部分属实，untrue 不属实"),
	COLUMN("reply", "处理结果", "承办单位写给公众的文字")};
static const struct data_column week_columns[] = {COLUMN("week", "周", "ISO 8601 的周"),
	COLUMN("head", "指纹", "这一周结束时链上最后一行的 SHA-256")};
static const struct data_column inspection_columns[] = {COLUMN("seq", "序号", "不重复，不改变"),
	COLUMN("day", "日期", NULL),
	COLUMN("kind", "种类", "inspection 督查，patrol 巡查，spot-check 重点抽查"),
	COLUMN("team", "检查单位", "单位代码"), COLUMN("unit", "被检查的单位", "单位代码"),
	COLUMN("id", "编号", "被检查的企业"), COLUMN("doc", "文号", NULL),
	COLUMN("result", "结果",
		"in-order 没有发现问题，findings 发现问题，criticised 通报批评，accountable 问责"),
	COLUMN("text", "情况", "审核后写给公众的文字"), COLUMN("published", "公开日期", NULL),
	COLUMN("put_right", "整改到位日期", NULL)};
static const struct data_column lookback_columns[] = {COLUMN("quarter", "季度", NULL),
	COLUMN("id", "编号", "企业编号"), COLUMN("street", "街道", "定计划时所在街道的代码"),
	COLUMN("reason", "怎么选中的",
		"relapsed 曾经反弹，recent 重点（近期完成整治，或者有其他线索），drawn 抽取，extra "
		"计划外（日常巡查等）"),
	COLUMN("done_on", "日期", NULL),
	COLUMN("result", "结果", "held 没有反弹，relapsed 反弹，moved-away 已经搬走")};
static const struct data_column count_columns[] = {COLUMN("quarter", "季度", NULL),
	COLUMN("street", "街道", "街道代码"), COLUMN("planned", "计划", "家数"),
	COLUMN("done", "已看", "家数"), COLUMN("relapsed", "反弹", "家数")};
static const struct data_column ranking_columns[] = {COLUMN("quarter", "季度", NULL),
	COLUMN("unit", "单位", "街道、片区的代码"), COLUMN("rank", "名次", "空白：不排名"),
	COLUMN("total", "总分", "满分 100"), COLUMN("best", "最好名次", "某一项分值增减一成"),
	COLUMN("worst", "最差名次", "某一项分值增减一成")};
static const struct data_column item_columns[] = {COLUMN("quarter", "季度", NULL),
	COLUMN("unit", "单位", "街道、片区的代码"), COLUMN("item", "项目", "算分办法里的代号"),
	COLUMN("part", "完成数", "空白：少于 3 件，不公布"),
	COLUMN("whole", "应完成数", "空白：少于 3 件，不公布"),
	COLUMN("score", "得分", "空白：不适用")};
static const struct data_column task_columns[] = {COLUMN("id", "编号", "企业编号"),
	COLUMN("kind", "任务",
		"cut-water 断水，cut-power 断电，demolish 拆除违法建筑，guide-procedures "
		"指导补办手续，check-emissions 检查排放，punish 处罚，other 其他"),
	COLUMN("unit", "单位", "单位代码"), COLUMN("asked_on", "交办日期", NULL),
	COLUMN("due", "期限", NULL), COLUMN("done_on", "完成日期", NULL)};

static const struct table {
	struct data_table shown;
	enum err_code (*write)(struct writing *f, struct err *e);
} tables[] = {
#define TABLE(name, title, cols, keys, write) \
	{ \
		{name, name ".csv", title, cols, COUNT_OF(cols), keys}, write \
	}
	TABLE("tipoffs", "举报办理的数字，每格一行", tip_columns, "分组|组名|去向", write_tipoffs),
	TABLE("tip-results", "公布的举报办理结果，每件一行", result_columns, NULL, write_results),
	TABLE("chain-weeks", "每周末举报链的指纹", week_columns, "周", write_weeks),
	TABLE("inspections", "公开的督查、巡查、抽查", inspection_columns, "序号",
		write_inspections),
	TABLE("lookbacks", "做过的回头看，每次一行", lookback_columns, "季度|编号",
		write_lookbacks),
	TABLE("lookback-counts", "回头看计划、完成、反弹的家数", count_columns, "季度|街道",
		write_counts),
	TABLE("rankings", "季度排名", ranking_columns, "季度|单位", write_rankings),
	TABLE("ranking-items", "季度排名各项的数字和得分", item_columns, "季度|单位|项目",
		write_items),
	TABLE("tasks", "部门的任务，每件一行", task_columns, NULL, write_tasks),
};

const struct data_table *data_table_at(size_t i)
{
	return i < COUNT_OF(tables) ? &tables[i].shown : NULL;
}

/* ---- the files ---------------------------------------------------------------------------------------- */

static enum err_code emit(struct worker *w, size_t index, struct err *e)
{
	const struct table *t = &tables[index];
	struct buf b;
	struct writing f = {.w = w, .b = &b, .a = arena_new()};
	buf_init(&b, DOWNLOAD_BYTES_MAX);
	data_head(&b, t->shown.columns, t->shown.count);
	enum err_code code = t->write(&f, e);
	if (!code && b.overflow)
		code = err_set(e, ERR_INPUT, T("%s 太大", "%s is too large"), t->shown.file);
	if (!code)
		code = store_put(w->ctx->store, text_join(w->arena, "/data/", t->shown.file),
			b.data, b.len, e);
	buf_done(&b);
	arena_free(f.a);
	return code;
}

static size_t count(const struct ctx *c)
{
	(void)c;
	return COUNT_OF(tables);
}

static size_t none(const struct ctx *c)
{
	(void)c;
	return 0;
}

const struct other_kind supervision_data_kind = {
	.count = count, .emit = emit, .pages = none, .depends = ON_CHANGES | IS_BULK};
