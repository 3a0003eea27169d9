/*
 * /tipoffs/: what became of the tip-offs, as the last release shows it, and what has been decided in single ones.
 *
 * Every figure went through the publication gate (gate.conf): a cell is none or at least so many, and moves by none or at
 * least so many, so that nobody finds their own tip-off, or another's, in it. Figures that do not add up stop the build
 * (supervision.c). Nothing here depends on today.
 */
#include "site/supervision.h"

#include <string.h>

static const struct supervision *of(const struct worker *w)
{
	return w->ctx->extras->supervision;
}

static struct day last_release(const struct supervision *s)
{
	return s->release_count ? s->releases[s->release_count - 1].day : DAY_NONE;
}

/* ---- the tables --------------------------------------------------------------------------------- */

static const char *label_url(
	const struct ctx *c, struct arena *a, enum tip_grouping grouping, const char *label)
{
	return grouping == TIP_STREET || grouping == TIP_LEAD ? unit_url(c, a, label) : NULL;
}

/* None is a blank cell: half of them are, and on a phone each would be a line. */
static void add_cells(struct value *v, struct arena *a, const struct tip_row *row)
{
	const struct {
		const char *key;
		int64_t n;
	} cells[] = {{"open", tip_open(row)}, {"late", row->n[BUCKET_OPEN_LATE]},
		{"concluded", row->n[BUCKET_CONCLUDED]}, {"declined", row->n[BUCKET_DECLINED]},
		{"merged", row->n[BUCKET_MERGED]}, {"transferred", row->n[BUCKET_TRANSFERRED]},
		{"erased", row->n[BUCKET_ERASED]}};
	model_tips(v, a, row);
	for (size_t i = 0; i < COUNT_OF(cells); i++)
		if (!cells[i].n)
			value_set_text(v, a, cells[i].key, "");
}

static void add_table(struct worker *w, struct value *groups, enum tip_grouping grouping)
{
	static const struct {
		const char *title, *slug, *item;
	} words[TIP_GROUPINGS] = {{"按收到的月份", "months", "月份"}, {"按问题", "kinds", "问题"},
		{"按街道", "streets", "街道"}, {"按牵头单位", "leads", "牵头单位"}};
	struct arena *a = w->arena;
	const struct tip_table *t = &of(w)->tips[grouping];
	struct value *group = value_add_map(groups, a), *rows = value_list(a);
	for (size_t i = 0; i < t->count; i++) {
		const struct tip_row *row = &t->rows[i];
		struct value *v = value_add_map(rows, a);
		value_set_text(v, a, "label", tip_label(w->ctx, a, grouping, row->label));
		value_set_text(v, a, "url", label_url(w->ctx, a, grouping, row->label));
		add_cells(v, a, row);
	}
	value_set(group, a, "rows", rows);
	value_set_text(group, a, "title", words[grouping].title);
	value_set_text(group, a, "slug", words[grouping].slug);
	value_set_text(group, a, "item", words[grouping].item);
}

static void add_chart(struct worker *w, struct value *m)
{
	struct arena *a = w->arena;
	const struct tip_table *t = &of(w)->tips[TIP_MONTH];
	struct value *list = value_list(a);
	for (size_t i = 0; i < t->count; i++) {
		const struct tip_row *row = &t->rows[i];
		int64_t ended = row->received - tip_open(row) - row->n[BUCKET_CONCLUDED];
		struct value *v = value_add_map(list, a);
		/* Beside a bar there is room for 2018-10 and no more, on a telephone. */
		value_set_text(
			v, a, "label", str_eq(row->label, GATE_REST) ? "合并列出" : row->label);
		value_set_int(v, a, "concluded", row->n[BUCKET_CONCLUDED]);
		value_set_int(v, a, "ended", ended);
		value_set_int(v, a, "open", row->n[BUCKET_OPEN]);
		value_set_int(v, a, "late", row->n[BUCKET_OPEN_LATE]);
	}
	value_set(m, a, "months", list);
}

/* ---- how the figures are made public, and the chain ---------------------------------------------------- */

static void add_gate(struct worker *w, struct value *m)
{
	const struct gate *gate = policy_gate(w->ctx->policy);
	struct arena *a = w->arena;
	value_set_int(m, a, "delay", gate->delay_days);
	value_set_int(m, a, "batch", gate->batch);
	value_set_int(m, a, "cell", gate->cell);
	value_set_int(m, a, "coarse", gate->coarse_days);
}

static void add_weeks(struct worker *w, struct value *m)
{
	enum { SHOWN = 8 };
	struct arena *a = w->arena;
	const struct supervision *s = of(w);
	struct value *list = value_list(a);
	for (size_t i = s->week_count, shown = 0; i-- > 0 && shown < SHOWN; shown++) {
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", s->weeks[i].week);
		value_set_text(v, a, "sha256", s->weeks[i].head);
	}
	value_set(m, a, "weeks", list);
	value_set_bool(m, a, "has_weeks", s->week_count > 0);
	value_set_bool(m, a, "more", s->week_count > SHOWN);
	value_set_int(m, a, "shown", SHOWN);
}

static const char *finding(struct arena *a, const struct supervision *s)
{
	const struct tip_row *t = &s->total;
	if (!t->received)
		return "举报办理";
	return arena_printf(a, "收到 %s 件举报，%s 件已有结果，%s 件在办",
		text_count(a, (size_t)t->received),
		text_count(a, (size_t)(t->received - tip_open(t))),
		text_count(a, (size_t)tip_open(t)));
}

static enum err_code balance_emit(struct worker *w, struct err *e)
{
	struct arena *a = w->arena;
	const struct supervision *s = of(w);
	struct value *m = value_map(a), *groups = value_list(a);
	model_tips(m, a, &s->total);
	for (int g = 0; g < TIP_GROUPINGS; g++)
		add_table(w, groups, (enum tip_grouping)g);
	value_set(m, a, "groups", groups);
	add_chart(w, m);
	add_gate(w, m);
	add_weeks(w, m);
	value_set_text(m, a, "since", text_day_zh(a, last_release(s)));
	value_set_bool(m, a, "has_rows", s->total.received > 0);
	value_set_bool(m, a, "has_late", s->total.n[BUCKET_OPEN_LATE] > 0);
	value_set_bool(m, a, "has_results", s->result_count > 0);
	const struct page page = {.path = "/tipoffs/index",
		.template_md = "pages/tipoffs.md",
		.markdown = written_intro(w->ctx, "/tipoffs/"),
		.model = m,
		.kind = "tipoffs",
		.title = finding(a, s),
		.description =
			"收到多少举报，办到哪一步，各月、各类问题、各街道的数字，以及怎样核对",
		.column_name = "举报办理",
		.column_description = "举报的收件、办理和结果的统计",
		.column_keywords = "散乱污,举报,办理结果,统计",
		.column_type = "咨询投诉",
		.content_day = last_release(s),
		.section = "report"};
	return page_emit(w, &page, e);
}

/* ---- results -------------------------------------------------------------------------------------------- */

/* Releases that made results public, newest first; a page each but for the newest, which stands on the index. */
static size_t result_releases(const struct supervision *s, struct arena *a, const int64_t **ret)
{
	int64_t *all = arena_alloc(a, (s->result_count + 1) * sizeof *all);
	size_t n = 0;
	for (size_t i = s->result_count; i-- > 0;)
		if (!n || all[n - 1] != s->results[i].release)
			all[n++] = s->results[i].release;
	*ret = all;
	return n;
}

struct result_sums {
	struct day day;
	size_t all, by_outcome[OUTCOME_COUNT];
};

static struct result_sums sum_results(const struct supervision *s, int64_t release)
{
	struct result_sums sums = {.day = DAY_NONE};
	for (size_t i = 0; i < s->result_count; i++) {
		if (s->results[i].release != release)
			continue;
		sums.day = s->results[i].day;
		sums.all++;
		sums.by_outcome[policy_outcome_find(s->results[i].outcome)]++;
	}
	return sums;
}

static const char *release_url(struct arena *a, int64_t release)
{
	return arena_printf(a, "/tipoffs/results/%lld/", (long long)release);
}

static void add_sums(struct value *v, struct arena *a, const struct result_sums *sums)
{
	value_count(v, a, "all", sums->all);
	value_count(v, a, "found_true", sums->by_outcome[OUTCOME_TRUE]);
	value_count(v, a, "found_partly", sums->by_outcome[OUTCOME_PARTLY]);
	value_count(v, a, "found_untrue", sums->by_outcome[OUTCOME_UNTRUE]);
}

static void add_results(struct worker *w, struct value *m, int64_t release)
{
	struct arena *a = w->arena;
	const struct supervision *s = of(w);
	struct value *list = value_list(a);
	for (size_t i = 0; i < s->result_count; i++) {
		const struct pub_tip_result *r = &s->results[i];
		if (r->release != release)
			continue;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", tip_label(w->ctx, a, TIP_STREET, r->street));
		value_set_text(v, a, "url", label_url(w->ctx, a, TIP_STREET, r->street));
		value_set_text(
			v, a, "state", policy_outcome_label(policy_outcome_find(r->outcome)));
		value_set_text(v, a, "text", text_one_line(a, text_or(r->reply, "")));
	}
	value_set(m, a, "rows", list);
	struct result_sums sums = sum_results(s, release);
	add_sums(m, a, &sums);
	value_set_text(m, a, "since", text_day_zh(a, sums.day));
}

static enum err_code results_emit(struct worker *w, int64_t release, struct err *e)
{
	struct arena *a = w->arena;
	const int64_t *releases;
	const struct supervision *s = of(w);
	size_t n = result_releases(s, a, &releases);
	bool index = release == 0;
	int64_t shown = index && n ? releases[0] : release;
	struct value *m = value_map(a), *list = value_list(a);
	add_results(w, m, shown);
	for (size_t i = 1; index && i < n; i++) {
		struct result_sums sums = sum_results(s, releases[i]);
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", text_day_zh(a, sums.day));
		value_set_text(v, a, "url", release_url(a, releases[i]));
		add_sums(v, a, &sums);
	}
	value_set(m, a, "releases", list);
	value_set_bool(m, a, "has_releases", index && n > 1);
	value_set_bool(m, a, "has_rows", n > 0);
	value_set_bool(m, a, "is_index", index);
	add_gate(w, m);
	struct result_sums sums = sum_results(s, shown);
	const struct crumb crumbs[] = {
		{"举报办理", "/tipoffs/"}, {"办理结果", "/tipoffs/results/"}};
	const struct page page = {
		.path = text_join(
			a, index ? "/tipoffs/results/" : release_url(a, release), "index"),
		.template_md = "pages/tip-results.md",
		.markdown = index ? written_intro(w->ctx, "/tipoffs/results/") : NULL,
		.model = m,
		.kind = "tipoffs",
		.title = index ? "举报的办理结果"
			       : text_join(a, text_day_zh(a, sums.day), "公布的举报办理结果"),
		.crumbs = crumbs,
		.crumb_count = index ? 1 : 2,
		.column_name = "举报办理结果",
		.column_description = "已经办结的举报：街道、核查结论、处理结果",
		.column_keywords = "散乱污,举报,办理结果",
		.column_type = "咨询投诉",
		.content_day = sums.day,
		.section = "report"};
	return page_emit(w, &page, e);
}

/* ---- all --------------------------------------------------------------------------------------------------- */

static size_t earlier_count(const struct ctx *c, struct arena *a, const int64_t **ret)
{
	size_t n = result_releases(c->extras->supervision, a, ret);
	return n > 1 ? n - 1 : 0;
}

static size_t tipoffs_count(const struct ctx *c)
{
	struct arena *a = arena_new();
	const int64_t *releases;
	size_t n = 2 + earlier_count(c, a, &releases);
	arena_free(a);
	return n;
}

static enum err_code tipoffs_emit(struct worker *w, size_t index, struct err *e)
{
	const int64_t *releases;
	if (index == 0)
		return balance_emit(w, e);
	result_releases(of(w), w->arena, &releases);
	return results_emit(w, index == 1 ? 0 : releases[index - 1], e);
}

void tipoff_paths(const struct ctx *c, struct buf *out)
{
	struct arena *a = arena_new();
	const int64_t *releases;
	size_t n = earlier_count(c, a, &releases);
	for (size_t i = 1; i <= n; i++)
		buf_printf(out, "%sindex\n", release_url(a, releases[i]));
	arena_free(a);
}

const struct other_kind tipoffs_kind = {
	.count = tipoffs_count, .emit = tipoffs_emit, .depends = ON_CHANGES | ON_FILES};
