/*
 * Tip-offs and supervision as the public door shows them, read at the opening of a build; the words for them.
 *
 * Invariant: figures on tip-offs that do not agree with each other are never published. Every table must add up to the
 * total, bucket by bucket, and what was received must be open, concluded, declined, merged, transferred or erased; else
 * the build is refused with the numbers, and the last good site stands.
 */
#include "site/supervision.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ----------------------------------------------------------------------------------- */

struct reading {
	struct ctx *c;
	struct supervision *s;
	struct arena *a;
	size_t ranking; /* whose rows are read */
};

/* A place for one more: memory doubles when the count reaches a power of two. */
static void *grown(struct arena *a, void *all, size_t count, size_t bytes)
{
	if (count & (count - 1))
		return all;
	void *bigger = arena_alloc(a, (count ? count * 2 : 1) * bytes);
	if (count)
		memcpy(bigger, all, count * bytes);
	return bigger;
}

#define APPEND(a, all, count) ((all) = grown((a), (all), (count), sizeof *(all)), &(all)[(count)++])

static const char *const grouping_ids[TIP_GROUPINGS] = {"month", "kind", "street", "lead"};

static int bucket_find(const char *id)
{
	for (int b = 0; b < BUCKET_COUNT; b++)
		if (str_eq(policy_bucket_id((enum case_bucket)b), id))
			return b;
	return -1;
}

static struct tip_row *row_for(struct reading *r, const char *grouping, const char *label)
{
	if (str_eq(grouping, "total"))
		return &r->s->total;
	for (int g = 0; g < TIP_GROUPINGS; g++) {
		struct tip_table *t = &r->s->tips[g];
		if (!str_eq(grouping, grouping_ids[g]))
			continue;
		for (size_t i = 0; i < t->count; i++)
			if (str_eq(t->rows[i].label, label))
				return &t->rows[i];
		struct tip_row *row = APPEND(r->a, t->rows, t->count);
		*row = (struct tip_row){.label = arena_strdup(r->a, label)};
		return row;
	}
	return NULL;
}

static enum err_code take_cell(void *ctx, const struct pub_tip_cell *cell, struct err *e)
{
	int bucket = bucket_find(cell->bucket);
	struct tip_row *row = row_for(ctx, cell->grouping, cell->label);
	if (bucket < 0 || !row)
		return err_set(e, ERR_INPUT,
			T("举报的数字里有不认识的一格：%s %s",
				"figures on tip-offs have an unknown cell: %s %s"),
			cell->grouping, cell->bucket);
	row->n[bucket] += cell->count;
	row->received += cell->count;
	return ERR_OK;
}

static enum err_code take_release(void *ctx, const struct pub_tip_release *release, struct err *e)
{
	struct reading *r = ctx;
	(void)e;
	*APPEND(r->a, r->s->releases, r->s->release_count) = *release;
	return ERR_OK;
}

static enum err_code take_result(void *ctx, const struct pub_tip_result *result, struct err *e)
{
	struct reading *r = ctx;
	(void)e;
	*APPEND(r->a, r->s->results, r->s->result_count) = (struct pub_tip_result){result->release,
		result->day, arena_strdup(r->a, result->street),
		arena_strdup(r->a, result->outcome), arena_strdup(r->a, result->reply)};
	return ERR_OK;
}

static enum err_code take_week(void *ctx, const char *week, const char *head, struct err *e)
{
	struct reading *r = ctx;
	(void)e;
	*APPEND(r->a, r->s->weeks, r->s->week_count) =
		(struct chain_week){arena_strdup(r->a, week), arena_strdup(r->a, head)};
	return ERR_OK;
}

static enum err_code take_inspection(void *ctx, const struct pub_inspection *i, struct err *e)
{
	struct reading *r = ctx;
	(void)e;
	struct pub_inspection *to = APPEND(r->a, r->s->inspections, r->s->inspection_count);
	*to = *i;
	to->kind = arena_strdup(r->a, i->kind);
	to->team = arena_strdup(r->a, i->team);
	to->unit = arena_strdup(r->a, i->unit);
	to->doc = arena_strdup(r->a, i->doc);
	to->result = arena_strdup(r->a, i->result);
	to->text = arena_strdup(r->a, i->text);
	return ERR_OK;
}

static enum err_code take_plan(void *ctx, const struct pub_lookback_plan *plan, struct err *e)
{
	struct reading *r = ctx;
	(void)e;
	struct pub_lookback_plan *to = APPEND(r->a, r->s->plans, r->s->plan_count);
	*to = *plan;
	to->quarter = arena_strdup(r->a, plan->quarter);
	to->seed = arena_strdup(r->a, plan->seed);
	return ERR_OK;
}

static enum err_code take_count(void *ctx, const struct pub_lookback_count *count, struct err *e)
{
	struct reading *r = ctx;
	(void)e;
	struct pub_lookback_count *to = APPEND(r->a, r->s->counts, r->s->count_count);
	*to = *count;
	to->quarter = arena_strdup(r->a, count->quarter);
	to->street = arena_strdup(r->a, count->street);
	return ERR_OK;
}

static enum err_code take_ranking(void *ctx, const struct pub_ranking *ranking, struct err *e)
{
	struct reading *r = ctx;
	(void)e;
	struct pub_ranking *to = APPEND(r->a, r->s->rankings, r->s->ranking_count);
	*to = *ranking;
	to->quarter = arena_strdup(r->a, ranking->quarter);
	to->sha256 = arena_strdup(r->a, ranking->sha256);
	return ERR_OK;
}

static enum err_code take_ranked(void *ctx, const struct pub_ranking_row *row, struct err *e)
{
	struct reading *r = ctx;
	(void)e;
	*APPEND(r->a, r->s->ranked, r->s->ranked_count) =
		(struct ranked_unit){r->ranking, arena_strdup(r->a, row->unit)};
	return ERR_OK;
}

static int by_ranking(const void *x, const void *y)
{
	const struct ranked_unit *a = x, *b = y;
	if (a->ranking != b->ranking)
		return a->ranking < b->ranking ? -1 : 1;
	return strcmp(a->unit, b->unit);
}

static enum err_code load_ranked(struct reading *r, struct err *e)
{
	struct supervision *s = r->s;
	for (; r->ranking < s->ranking_count; r->ranking++)
		if (pub_ranking_row_each(
			    r->c->pub, s->rankings[r->ranking].quarter, take_ranked, r, e))
			return e->code;
	if (s->ranked_count)
		qsort(s->ranked, s->ranked_count, sizeof *s->ranked, by_ranking);
	return ERR_OK;
}

/* ---- order --------------------------------------------------------------------------------------- */

static size_t place_in_data(const struct ctx *c, enum tip_grouping grouping, const char *label)
{
	size_t n = 0, i = 0;
	if (grouping == TIP_KIND) {
		const struct tipoff_kind *kinds = policy_tipoff_kinds(c->policy, &n);
		for (; i < n && !str_eq(kinds[i].slug, label); i++)
			;
	} else if (grouping == TIP_LEAD) {
		const struct unit_info *units = policy_units(c->policy, &n);
		for (; i < n && !str_eq(units[i].code, label); i++)
			;
	} else if (grouping == TIP_STREET) {
		for (; i < c->street_count && !str_eq(c->streets[i].code, label); i++)
			;
	}
	return i;
}

/* Counts are few: an insertion sort by place, then label. */
static void sort_table(const struct ctx *c, enum tip_grouping grouping, struct tip_table *t)
{
	enum { LAST = 1000000 };
	for (size_t i = 1; i < t->count; i++)
		for (size_t k = i; k > 0; k--) {
			const char *x = t->rows[k - 1].label, *y = t->rows[k].label;
			size_t px = str_eq(x, GATE_NONE)   ? LAST + 1
				    : str_eq(x, GATE_REST) ? LAST
							   : place_in_data(c, grouping, x);
			size_t py = str_eq(y, GATE_NONE)   ? LAST + 1
				    : str_eq(y, GATE_REST) ? LAST
							   : place_in_data(c, grouping, y);
			if (px < py || (px == py && strcmp(x, y) <= 0))
				break;
			struct tip_row keep = t->rows[k - 1];
			t->rows[k - 1] = t->rows[k];
			t->rows[k] = keep;
		}
}

static int by_quarter(const void *x, const void *y)
{
	return strcmp(
		((const struct pub_ranking *)x)->quarter, ((const struct pub_ranking *)y)->quarter);
}

static int by_plan_quarter(const void *x, const void *y)
{
	return strcmp(((const struct pub_lookback_plan *)x)->quarter,
		((const struct pub_lookback_plan *)y)->quarter);
}

static int by_week(const void *x, const void *y)
{
	return strcmp(((const struct chain_week *)x)->week, ((const struct chain_week *)y)->week);
}

static int by_release(const void *x, const void *y)
{
	int64_t a = ((const struct pub_tip_release *)x)->seq,
		b = ((const struct pub_tip_release *)y)->seq;
	return (a > b) - (a < b);
}

static int by_inspection_day(const void *x, const void *y)
{
	const struct pub_inspection *a = x, *b = y;
	int order = day_compare(a->day, b->day);
	return order ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static void sort_by(void *all, size_t count, size_t bytes, int (*order)(const void *, const void *))
{
	if (count)
		qsort(all, count, bytes, order);
}

static void sort_all(const struct ctx *c, struct supervision *s)
{
	for (int g = 0; g < TIP_GROUPINGS; g++)
		sort_table(c, (enum tip_grouping)g, &s->tips[g]);
	sort_by(s->rankings, s->ranking_count, sizeof *s->rankings, by_quarter);
	sort_by(s->plans, s->plan_count, sizeof *s->plans, by_plan_quarter);
	sort_by(s->weeks, s->week_count, sizeof *s->weeks, by_week);
	sort_by(s->releases, s->release_count, sizeof *s->releases, by_release);
	sort_by(s->inspections, s->inspection_count, sizeof *s->inspections, by_inspection_day);
}

/* ---- the check ------------------------------------------------------------------------------------- */

static const char *grouping_label(int grouping)
{
	const char *const zh[TIP_GROUPINGS] = {"月份", "问题", "街道", "牵头单位"};
	return base_lang_get() == LANG_EN ? grouping_ids[grouping] : zh[grouping];
}

static enum err_code check_table(const struct supervision *s, int grouping, struct err *e)
{
	int64_t sums[BUCKET_COUNT] = {0};
	const struct tip_table *t = &s->tips[grouping];
	for (size_t i = 0; i < t->count; i++)
		for (int b = 0; b < BUCKET_COUNT; b++)
			sums[b] += t->rows[i].n[b];
	for (int b = 0; b < BUCKET_COUNT; b++)
		if (sums[b] != s->total.n[b])
			return err_set(e, ERR_REFUSED,
				T("举报的数字对不上：按%s合计，“%s” %lld 件，总表 %lld "
				  "件。网站没有改动；请检查最近一次公布",
					"figures on tip-offs do not agree: by %s, \"%s\" adds up "
					"to "
					"%lld, the total says %lld; the site was left as it was, "
					"look at the last release"),
				grouping_label(grouping), policy_bucket_label((enum case_bucket)b),
				(long long)sums[b], (long long)s->total.n[b]);
	return ERR_OK;
}

enum err_code tips_check(const struct supervision *s, struct err *e)
{
	int64_t received = 0;
	const int64_t *n = s->total.n;
	for (size_t i = 0; i < s->tips[TIP_MONTH].count; i++)
		received += s->tips[TIP_MONTH].rows[i].received;
	int64_t became = tip_open(&s->total) + n[BUCKET_CONCLUDED] + n[BUCKET_DECLINED] +
			 n[BUCKET_MERGED] + n[BUCKET_TRANSFERRED] + n[BUCKET_ERASED];
	if (received != became)
		return err_set(e, ERR_REFUSED,
			T("举报的数字对不上：各月收到合计 %lld 件，而在办 %lld ＋ 办结 %lld ＋ "
			  "不予受理 %lld ＋ 并入 %lld ＋ 移送 %lld ＋ 销毁 %lld ＝ %lld "
			  "件。网站没有改动；请检查最近一次公布",
				"figures on tip-offs do not agree: received by month %lld, but "
				"open "
				"%lld + concluded %lld + declined %lld + merged %lld + transferred "
				"%lld + erased %lld = %lld; the site was left as it was, look at "
				"the "
				"last release"),
			(long long)received, (long long)tip_open(&s->total),
			(long long)n[BUCKET_CONCLUDED], (long long)n[BUCKET_DECLINED],
			(long long)n[BUCKET_MERGED], (long long)n[BUCKET_TRANSFERRED],
			(long long)n[BUCKET_ERASED], (long long)became);
	for (int g = 0; g < TIP_GROUPINGS; g++)
		if (check_table(s, g, e))
			return e->code;
	return ERR_OK;
}

enum err_code supervision_load(struct ctx *c, struct extras *x, struct err *e)
{
	struct supervision *s = arena_alloc(x->arena, sizeof *s);
	struct reading r = {c, s, x->arena, 0};
	x->supervision = s;
	if (!c->pub)
		return ERR_OK;
	if (pub_tip_cell_each(c->pub, take_cell, &r, e) ||
		pub_tip_release_each(c->pub, take_release, &r, e) ||
		pub_tip_result_each(c->pub, take_result, &r, e) ||
		pub_chain_week_each(c->pub, take_week, &r, e) ||
		pub_inspection_each(c->pub, take_inspection, &r, e) ||
		pub_lookback_plan_each(c->pub, take_plan, &r, e) ||
		pub_lookback_count_each(c->pub, take_count, &r, e) ||
		pub_ranking_each(c->pub, take_ranking, &r, e))
		return e->code;
	sort_all(c, s);
	if (load_ranked(&r, e))
		return e->code;
	return tips_check(s, e);
}

/* ---- tasks, read when first asked for ------------------------------------------------------------------ */

struct task_reading {
	const struct ctx *c;
	struct supervision *s;
	struct arena *a;
};

static enum err_code take_task(void *ctx, const struct pub_task_of *t, struct err *e)
{
	struct task_reading *r = ctx;
	(void)e;
	size_t at = (size_t)t->enterprise - 1;
	const struct state *now = r->c->now;
	if (t->enterprise >= 1 && at < now->count && now->rows[at].flags & ROW_WITHDRAWN)
		return ERR_OK;
	struct pub_task_of *to = APPEND(r->a, r->s->tasks, r->s->task_count);
	*to = *t;
	to->task.kind = arena_strdup(r->a, t->task.kind);
	to->task.unit = arena_strdup(r->a, t->task.unit);
	return ERR_OK;
}

enum err_code supervision_tasks(
	struct worker *w, const struct pub_task_of **ret, size_t *ret_count, struct err *e)
{
	struct extras *x = w->ctx->extras;
	struct supervision *s = x->supervision;
	enum err_code code = ERR_OK;
	pthread_mutex_lock(&x->lock);
	if (!s->tasks_read) {
		struct task_reading r = {w->ctx, s, x->arena};
		s->task_count = 0;
		code = pub_task_each(w->pub, take_task, &r, e);
		s->tasks_read = !code;
	}
	pthread_mutex_unlock(&x->lock);
	*ret = s->tasks;
	*ret_count = s->task_count;
	return code;
}

bool task_is_late(const struct pub_task *t, struct day on)
{
	bool done = day_is_set(t->done_on) && day_compare(t->done_on, on) <= 0;
	return !done && day_is_set(t->due) && day_compare(t->due, on) < 0;
}

/* ---- finding ------------------------------------------------------------------------------------------------ */

const struct tip_row *tip_row_of(
	const struct supervision *s, enum tip_grouping grouping, const char *label)
{
	const struct tip_table *t = &s->tips[grouping];
	for (size_t i = 0; i < t->count; i++)
		if (str_eq(t->rows[i].label, label))
			return &t->rows[i];
	return NULL;
}

int64_t tip_open(const struct tip_row *r)
{
	return r->n[BUCKET_OPEN] + r->n[BUCKET_OPEN_LATE];
}

void model_tips(struct value *m, struct arena *a, const struct tip_row *r)
{
	value_count(m, a, "received", (size_t)r->received);
	value_count(m, a, "open", (size_t)tip_open(r));
	value_count(m, a, "late", (size_t)r->n[BUCKET_OPEN_LATE]);
	value_count(m, a, "concluded", (size_t)r->n[BUCKET_CONCLUDED]);
	value_count(m, a, "declined", (size_t)r->n[BUCKET_DECLINED]);
	value_count(m, a, "merged", (size_t)r->n[BUCKET_MERGED]);
	value_count(m, a, "transferred", (size_t)r->n[BUCKET_TRANSFERRED]);
	value_count(m, a, "erased", (size_t)r->n[BUCKET_ERASED]);
}

struct lookback_sums lookbacks_of(
	const struct supervision *s, const char *quarter, const char *street)
{
	struct lookback_sums sums = {0};
	for (size_t i = 0; i < s->count_count; i++) {
		const struct pub_lookback_count *n = &s->counts[i];
		if (!str_eq(n->quarter, quarter) || (street && !str_eq(n->street, street)))
			continue;
		sums.planned += n->planned;
		sums.done += n->done;
		sums.relapsed += n->relapsed;
	}
	return sums;
}

/* ---- words ---------------------------------------------------------------------------------------------------- */

static const char *label_in(const char *const (*labels)[2], size_t count, const char *id)
{
	for (size_t i = 0; id && i < count; i++)
		if (str_eq(labels[i][0], id))
			return labels[i][1];
	return id;
}

const char *inspection_kind_label(const char *kind)
{
	static const char *const labels[][2] = {
		{"inspection", "督查"}, {"patrol", "巡查"}, {"spot-check", "重点抽查"}};
	return label_in(labels, COUNT_OF(labels), kind);
}

const char *inspection_result_label(const char *result)
{
	static const char *const labels[][2] = {{"in-order", "没有发现问题"},
		{"findings", "发现问题"}, {"criticised", "通报批评"}, {"accountable", "问责"}};
	return label_in(labels, COUNT_OF(labels), result);
}

/* Enterprises that were tipped off stand under the same word as those settled of late: a word that fits both. */
const char *lookback_reason_label(const char *reason)
{
	static const char *const labels[][2] = {{"relapsed", "曾经反弹"}, {"recent", "重点"},
		{"drawn", "抽取"}, {"extra", "计划外"}};
	return label_in(labels, COUNT_OF(labels), reason);
}

const char *lookback_result_label(const char *result)
{
	static const char *const labels[][2] = {
		{"held", "没有反弹"}, {"relapsed", "反弹"}, {"moved-away", "已经搬走"}};
	return label_in(labels, COUNT_OF(labels), result);
}

const char *tip_label(
	const struct ctx *c, struct arena *a, enum tip_grouping grouping, const char *label)
{
	struct day month;
	size_t n;
	if (str_eq(label, GATE_REST))
		return "数量太少，合并列出";
	if (str_eq(label, GATE_NONE))
		return "尚未确定";
	if (grouping == TIP_MONTH)
		return month_parse(label, &month) ? text_month_zh(a, month) : label;
	if (grouping != TIP_KIND)
		return text_or(unit_name(c, label), label);
	const struct tipoff_kind *kinds = policy_tipoff_kinds(c->policy, &n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(kinds[i].slug, label))
			return kinds[i].name;
	return label;
}

const char *text_quarter_zh(struct arena *a, const char *quarter)
{
	struct quarter q;
	return quarter_parse(quarter, &q) ? arena_printf(a, "%d年第%d季度", q.year, q.quarter)
					  : quarter;
}

const char *text_quarter_slug(struct arena *a, const char *quarter)
{
	struct quarter q;
	return quarter_parse(quarter, &q) ? quarter_slug(q, arena_alloc(a, QUARTER_TEXT_BYTES))
					  : quarter;
}

const char *text_hundredths(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld.%02d", (long long)(n / 100), (int)(n % 100));
}

const char *bulletin_url(struct arena *a, const char *quarter)
{
	return text_join3(a, "/bulletins/", text_quarter_slug(a, quarter), "/");
}

const char *lookback_url(struct arena *a, const char *quarter)
{
	return text_join3(a, "/lookbacks/", text_quarter_slug(a, quarter), "/");
}

/* ---- inspections in a model --------------------------------------------------------------------------------------- */

static const char *inspection_tone(const struct pub_inspection *i)
{
	bool blamed = str_eq(i->result, "criticised") || str_eq(i->result, "accountable");
	return blamed ? "late" : str_eq(i->result, "in-order") ? "ok" : "warn";
}

static enum err_code add_subject(
	struct worker *w, struct value *v, const struct pub_inspection *i, struct err *e)
{
	struct arena *a = w->arena;
	if (!i->enterprise) {
		value_set_text(v, a, "who", unit_name(w->ctx, i->unit));
		value_set_text(v, a, "url", unit_url(w->ctx, a, i->unit));
		return ERR_OK;
	}
	struct brief b;
	if (record_brief(w, (uint32_t)i->enterprise, &b, e))
		return e->code;
	bool withdrawn = b.row.flags & ROW_WITHDRAWN;
	value_set_text(v, a, "who", withdrawn ? b.id : b.name);
	value_set_text(v, a, "url", url_of_record(a, pub_prefix(w->pub), i->enterprise));
	return ERR_OK;
}

enum err_code model_inspections(struct worker *w, struct value *m, const struct pub_inspection *all,
	size_t count, bool (*wanted)(const struct pub_inspection *i, const void *ctx),
	const void *ctx, int64_t page_of, struct err *e)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	size_t shown = 0;
	for (size_t k = count; k-- > 0;) {
		const struct pub_inspection *i = &all[k];
		if (wanted && !wanted(i, ctx))
			continue;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "day", text_day(a, i->day));
		value_set_text(v, a, "title",
			text_join3(a, inspection_kind_label(i->kind), "：",
				inspection_result_label(i->result)));
		value_set_text(v, a, "tone", inspection_tone(i));
		value_set_text(v, a, "team", unit_name(w->ctx, i->team));
		value_set_text(v, a, "doc", i->doc);
		value_set_text(v, a, "text", text_one_line(a, text_or(i->text, "")));
		value_set_text(v, a, "put_right", text_day_zh(a, i->put_right));
		value_set_text(v, a, "published", text_day_zh(a, i->published));
		shown++;
		if ((!page_of || i->enterprise != page_of) && add_subject(w, v, i, e))
			return e->code;
	}
	value_set(m, a, "inspections", list);
	value_count(m, a, "inspection_count", shown);
	value_set_bool(m, a, "has_inspections", shown > 0);
	return ERR_OK;
}
