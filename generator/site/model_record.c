/*
 * The page of one enterprise: what was decided, why, by when, and what happened.
 *
 * The duties come first, because they answer what a reader came for; then why it is in its category, the facts, the
 * course. What is not public is named with its reason, never shown; the program's own suggestion is internal. Nothing
 * here depends on how many days are left: due day and state stand, so a page changes only when its record or a due
 * day turns it. A withdrawn record keeps its address and says why, and nothing else of it stands there any more.
 */
#include "site/pages.h"

#include <string.h>

struct model {
	struct worker *w;
	const struct ctx *c;
	struct arena *a;
	const struct pub_record *rec;
	struct value *m;
};

static void set(struct model *m, const char *key, const char *text)
{
	if (text && *text)
		value_set_text(m->m, m->a, key, text);
}

/* ---- duties ------------------------------------------------------------------------------------ */

static const char *duty_tone(enum duty_state s)
{
	static const char *const tones[DUTY_STATE_COUNT] = {[DUTY_UNKNOWN] = "warn",
		[DUTY_NO_DATE] = "muted",
		[DUTY_DUE] = "info",
		[DUTY_OVERDUE] = "late",
		[DUTY_MET] = "ok",
		[DUTY_MET_LATE] = "warn",
		[DUTY_PAST_WHEN_ISSUED] = "muted",
		[DUTY_PAST_WHEN_FOUND] = "muted",
		[DUTY_DISCHARGED] = "muted"};
	return text_or(tones[s], "muted");
}

static void add_duty(struct model *m, struct value *list, const struct duty *duty, bool first)
{
	struct value *v = value_add_map(list, m->a);
	value_set_bool(v, m->a, "more", !first);
	value_set_text(v, m->a, "action", policy_action_label(duty->action));
	value_set_text(v, m->a, "state", policy_duty_state_label(duty->state));
	value_set_text(v, m->a, "tone", duty_tone(duty->state));
	value_set_text(v, m->a, "text", duty->text);
	value_set_text(v, m->a, "clause", duty->clause);
	value_set_text(v, m->a, "working", duty->working);
	value_set_text(v, m->a, "due", text_day_zh(m->a, duty->due));
	value_set_text(v, m->a, "until", duty->until);
	value_set_text(v, m->a, "missed", duty->missed_text);
}

static const char *duties_heading(struct arena *a, const struct duties *d)
{
	size_t overdue = 0, due = 0;
	for (size_t i = 0; i < d->count; i++) {
		overdue += d->duty[i].state == DUTY_OVERDUE;
		due += d->duty[i].state == DUTY_DUE;
	}
	if (overdue)
		return arena_printf(a, "%zu 项已逾期", overdue);
	if (due)
		return arena_printf(a, "%zu 项尚未到期", due);
	return NULL;
}

static void add_duties(struct model *m, const struct duties *d)
{
	struct value *list = value_list(m->a);
	for (size_t i = 0; i < d->count; i++)
		add_duty(m, list, &d->duty[i], i == 0);
	value_set(m->m, m->a, "duties", list);
	set(m, "duties_finding", duties_heading(m->a, d));
	if (d->count)
		set(m, "goal", d->goal_text);
	struct value *open = value_list(m->a);
	for (size_t i = 0; i < d->open_count; i++)
		value_add(open, m->a, value_text(m->a, d->open[i]));
	value_set(m->m, m->a, "open", open);
}

/* ---- why it is in its category ------------------------------------------------------------------- */

static const char *attribute_label(const char *attribute)
{
	if (str_eq(attribute, "scattered"))
		return "散";
	return str_eq(attribute, "disorderly") ? "乱" : "污";
}

static const char *column_of(struct arena *a, enum field f)
{
	return f <= FIELD_STREET ? text_join3(a, "附件2第 ", text_count(a, (size_t)f), " 栏")
				 : "登记簿";
}

static const char *answer_text(const struct field_info *info, enum tri t)
{
	return t == TRI_YES ? info->yes : t == TRI_NO ? info->no : "未填";
}

static void add_reasons(struct model *m)
{
	struct classification why;
	policy_classify(m->c->policy, &m->rec->answers, &why);
	struct value *reasons = value_list(m->a), *missing = value_list(m->a),
		     *review = value_list(m->a);
	for (size_t i = 0; i < why.reason_count; i++) {
		const struct reason *r = &why.reasons[i];
		const struct field_info *info = policy_field(r->field);
		struct value *v = value_add_map(reasons, m->a);
		value_set_text(v, m->a, "attribute", attribute_label(r->attribute));
		value_set_text(v, m->a, "column", column_of(m->a, r->field));
		value_set_text(v, m->a, "heading", info->heading);
		value_set_text(v, m->a, "answer", answer_text(info, r->answer));
		value_set_text(v, m->a, "text", r->text);
	}
	for (size_t i = 0; i < why.missing_count; i++) {
		struct value *v = value_add_map(missing, m->a);
		value_set_text(v, m->a, "column", column_of(m->a, why.missing[i]));
		value_set_text(v, m->a, "heading", policy_field(why.missing[i])->heading);
	}
	for (size_t i = 0; i < why.review_count; i++)
		value_add(review, m->a, value_text(m->a, why.review[i].text));
	value_set(m->m, m->a, "reasons", reasons);
	value_set(m->m, m->a, "missing", missing);
	value_set_bool(m->m, m->a, "has_missing", why.missing_count > 0);
	value_set(m->m, m->a, "review", review);
	value_set_bool(m->m, m->a, "has_review", why.review_count > 0);
}

/* ---- facts ------------------------------------------------------------------------------------------ */

static void add_fact(
	struct model *m, struct value *list, const char *label, const char *text, const char *note)
{
	struct value *v = value_add_map(list, m->a);
	value_set_text(v, m->a, "label", label);
	value_set_text(v, m->a, "text", text_or(text, "未填"));
	value_set_text(v, m->a, "note", note);
}

static void add_answer(struct model *m, struct value *list, enum field f, enum tri t)
{
	const struct field_info *info = policy_field(f);
	add_fact(m, list, info->label, answer_text(info, t), NULL);
}

static void add_answers(struct model *m, struct value *list)
{
	const struct answers *x = &m->rec->answers;
	add_answer(m, list, FIELD_EMISSIONS_EXCEED, x->emissions_exceed);
	add_answer(m, list, FIELD_CONFORMS, x->conforms);
	add_answer(m, list, FIELD_HAS_FIRE, x->has_fire);
	add_answer(m, list, FIELD_HAS_EIA, x->has_eia);
	add_answer(m, list, FIELD_HAS_PLANNING, x->has_planning);
	add_answer(m, list, FIELD_HAS_LICENCE, x->has_licence);
	if (x->has_hazard != TRI_UNKNOWN)
		add_answer(m, list, FIELD_HAS_HAZARD, x->has_hazard);
	else
		add_fact(m, list, policy_field(FIELD_HAS_HAZARD)->label, "不公开",
			"处理完毕并经审核后公开");
	add_answer(m, list, FIELD_HAS_UNLAWFUL_BUILDING, x->has_unlawful_building);
	add_answer(m, list, FIELD_UNLAWFUL_OPERATION, x->unlawful_operation);
	add_answer(m, list, FIELD_INDUSTRIAL_PREMISES, m->rec->industrial_premises);
	if (m->rec->in_demolition != TRI_UNKNOWN)
		add_answer(m, list, FIELD_IN_DEMOLITION, m->rec->in_demolition);
	else
		add_fact(m, list, policy_field(FIELD_IN_DEMOLITION)->label, "不公开",
			"涉及征收，经审核后公开");
}

static void add_facts(struct model *m)
{
	const struct pub_record *rec = m->rec;
	struct value *list = value_list(m->a);
	const struct industry_info *kind = policy_industry_find(m->c->policy, rec->industry);
	if (rec->address_withheld)
		add_fact(m, list, "地址", "不公开", "是住宅或者尚未审核");
	else
		add_fact(m, list, "地址", rec->address, NULL);
	add_fact(m, list, "社区", rec->community, NULL);
	add_fact(m, list, "行业", rec->industry_text,
		kind && kind->named && !str_eq(kind->name, rec->industry_text) ? kind->name : NULL);
	add_fact(m, list, "产品", rec->products, NULL);
	add_fact(m, list, "设备", rec->equipment_summary, "只公开种类和数量");
	add_fact(m, list, "用工人数", rec->employees_band, "只公开区间");
	add_fact(m, list, "厂房性质", rec->premises, NULL);
	add_answers(m, list);
	add_fact(m, list, "发现日期", text_day_zh(m->a, rec->found_on), NULL);
	if (rec->note)
		add_fact(m, list, "整治情况", rec->note, NULL);
	value_set(m->m, m->a, "facts", list);
}

/* ---- the course ------------------------------------------------------------------------------------- */

static const char *event_tone(const struct pub_event *ev)
{
	if (ev->voided)
		return "muted";
	switch ((int)ev->kind) {
	case EVENT_ACCEPTED:
	case EVENT_MOVED:
	case EVENT_CLOSED:
	case EVENT_SIGNED_OFF:
		return "ok";
	case EVENT_RELAPSED:
		return "late";
	case EVENT_REJECTED:
	case EVENT_PENALISED:
	case EVENT_CORRECTION:
	case EVENT_WITHDRAWN:
		return "warn";
	default:
		return "";
	}
}

static const struct pub_event *correction_of(const struct pub_record *rec, int64_t seq)
{
	for (size_t i = 0; i < rec->event_count; i++)
		if (rec->events[i].corrects == seq)
			return &rec->events[i];
	return NULL;
}

static const char *event_text(struct model *m, const struct pub_event *ev)
{
	const char *unit = unit_name(m->c, ev->unit), *text = text_or(unit, "");
	const struct pub_event *correction = ev->voided ? correction_of(m->rec, ev->seq) : NULL;
	if (ev->doc)
		text = text_join3(m->a, text, *text ? "，" : "", ev->doc);
	if (ev->note)
		text = text_join3(m->a, text, *text ? "。" : "", ev->note);
	if (ev->voided)
		text = text_join3(m->a, text, *text ? "。" : "", "这一条已更正");
	if (correction && correction->note)
		text = text_join3(m->a, text, "：", correction->note);
	return text;
}

static void add_timeline(struct model *m)
{
	struct value *list = value_list(m->a);
	for (size_t i = m->rec->event_count; i-- > 0;) {
		const struct pub_event *ev = &m->rec->events[i];
		const char *label = policy_event_label(ev->kind);
		struct value *v = value_add_map(list, m->a);
		value_set_text(v, m->a, "day", text_day(m->a, ev->day));
		value_set_text(
			v, m->a, "title", ev->voided ? text_join(m->a, "已作废：", label) : label);
		value_set_text(v, m->a, "text", event_text(m, ev));
		value_set_text(v, m->a, "tone", event_tone(ev));
	}
	value_set(m->m, m->a, "events", list);
}

static bool is_to_be_banned(const struct pub_record *rec)
{
	return rec->measure == MEASURE_CLOSE || rec->category == CATEGORY_SANLUANWU ||
	       day_is_set(rec->course.done[ACTION_CLOSE]);
}

/* 两断三清: five items, each with its own day. */
static void add_clearing(struct model *m)
{
	static const enum event_kind items[5] = {EVENT_CLEARED_WATER, EVENT_CLEARED_POWER,
		EVENT_CLEARED_EQUIPMENT, EVENT_CLEARED_MATERIALS, EVENT_CLEARED_PRODUCTS};
	size_t done = 0;
	for (size_t i = 0; i < 5; i++)
		done += day_is_set(m->rec->course.cleared[i]);
	if (!done && !is_to_be_banned(m->rec))
		return;
	struct value *list = value_list(m->a);
	for (size_t i = 0; i < 5; i++) {
		struct day day = m->rec->course.cleared[i];
		struct value *v = value_add_map(list, m->a);
		value_set_text(v, m->a, "mark", day_is_set(day) ? "x" : " ");
		value_set_text(v, m->a, "label", policy_event_label(items[i]));
		value_set_text(v, m->a, "day", text_day_zh(m->a, day));
	}
	value_set(m->m, m->a, "clearing", list);
	value_count(m->m, m->a, "clearing_done", done);
	value_set_bool(m->m, m->a, "clearing_all", done == 5);
}

static void add_lookbacks(struct model *m)
{
	const struct course *course = &m->rec->course;
	if (course->lookbacks > 0) {
		value_count(m->m, m->a, "lookbacks", (size_t)course->lookbacks);
		set(m, "last_lookback", text_day_zh(m->a, course->last_lookback));
	}
	if (course->relapses > 0)
		value_count(m->m, m->a, "relapses", (size_t)course->relapses);
}

static void add_tasks(struct model *m)
{
	struct value *list = value_list(m->a);
	for (size_t i = 0; i < m->rec->task_count; i++) {
		const struct pub_task *t = &m->rec->tasks[i];
		struct value *v = value_add_map(list, m->a);
		value_set_text(v, m->a, "kind", kind_label(t->kind));
		value_set_text(v, m->a, "unit", unit_name(m->c, t->unit));
		value_set_text(v, m->a, "asked", text_or(text_day_zh(m->a, t->asked_on), "未填"));
		value_set_text(v, m->a, "due", text_or(text_day_zh(m->a, t->due), "未定"));
		value_set_text(v, m->a, "done", text_or(text_day_zh(m->a, t->done_on), "未完成"));
	}
	value_set(m->m, m->a, "tasks", list);
	value_set_bool(m->m, m->a, "has_tasks", m->rec->task_count > 0);
}

static const char *size_text(struct arena *a, uint64_t bytes)
{
	if (bytes < 1024)
		return text_join(a, text_count(a, (size_t)bytes), " 字节");
	if (bytes < 1024 * 1024)
		return text_join(a, text_count(a, (size_t)(bytes + 1023) / 1024), " KB");
	return text_join(a, text_count(a, (size_t)((bytes + 1048575) / 1048576)), " MB");
}

static void add_evidence(struct model *m)
{
	struct value *list = value_list(m->a);
	for (size_t i = 0; i < m->rec->evidence_count; i++) {
		const struct pub_evidence *ev = &m->rec->evidence[i];
		struct value *v = value_add_map(list, m->a);
		value_set_text(v, m->a, "name", ev->name);
		value_set_text(v, m->a, "kind", kind_label(ev->kind));
		value_set_text(v, m->a, "day", text_or(text_day_zh(m->a, ev->day), "未填"));
		value_set_text(v, m->a, "size", size_text(m->a, ev->bytes));
		value_set_text(v, m->a, "sha256", ev->sha256);
	}
	value_set(m->m, m->a, "evidence", list);
	value_set_bool(m->m, m->a, "has_evidence", m->rec->evidence_count > 0);
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

static const char *state_tone(const struct pub_record *rec, bool overdue)
{
	if (rec->state == STATE_RELAPSED || overdue)
		return "late";
	return state_is_finished(rec->state) ? "ok" : "info";
}

static const char *list_of(struct model *m, enum list_facet facet, unsigned value)
{
	return list_url(m->c, m->a, facet, (uint16_t)value, SUBSET_ALL, ORDER_ID);
}

static bool is_overdue(const struct duties *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->duty[i].state == DUTY_OVERDUE)
			return true;
	return false;
}

static void add_head(struct model *m, const struct duties *duties)
{
	const struct pub_record *rec = m->rec;
	const struct ctx *c = m->c;
	set(m, "id", rec->id);
	set(m, "name", rec->name);
	set(m, "state", policy_state_label(rec->state));
	set(m, "state_url", list_of(m, FACET_STATE, rec->state));
	set(m, "since", text_day_zh(m->a, rec->since));
	set(m, "tone", state_tone(rec, is_overdue(duties)));
	set(m, "category", policy_category_label(rec->category));
	value_set_bool(m->m, m->a, "classified", rec->category != CATEGORY_NONE);
	set(m, "category_url", list_of(m, FACET_CATEGORY, rec->category));
	set(m, "ring", facet_label(c, FACET_RING, (uint16_t)rec->ring));
	set(m, "ring_url", list_of(m, FACET_RING, rec->ring));
	set(m, "measure", policy_measure_label(rec->measure));
	set(m, "street", text_or(street_name(c, rec->street), "未填"));
	set(m, "street_url", list_of(m, FACET_STREET, record_street(c, rec)));
	set(m, "industry", facet_label(c, FACET_INDUSTRY, record_industry(c, rec)));
	set(m, "industry_url", list_of(m, FACET_INDUSTRY, record_industry(c, rec)));
	set(m, "first_reported", text_month_zh(m->a, rec->first_reported));
	set(m, "last_reported", text_month_zh(m->a, rec->last_reported));
	set(m, "contact", c->o->config.contact);
}

static void add_withdrawal(struct model *m)
{
	set(m, "id", m->rec->id);
	value_set_bool(m->m, m->a, "withdrawn", true);
	set(m, "since", text_day_zh(m->a, m->rec->since));
	for (size_t i = m->rec->event_count; i-- > 0;)
		if (m->rec->events[i].kind == EVENT_WITHDRAWN && !m->rec->events[i].voided) {
			set(m, "reason", m->rec->events[i].note);
			return;
		}
}

static void fill(struct model *m, struct duties *duties)
{
	if (m->rec->state == STATE_WITHDRAWN) {
		add_withdrawal(m);
		return;
	}
	record_duties(m->c, m->a, m->rec, duties);
	add_head(m, duties);
	add_duties(m, duties);
	add_reasons(m);
	add_facts(m);
	add_clearing(m);
	add_lookbacks(m);
	add_timeline(m);
	add_tasks(m);
	add_evidence(m);
}

static const char *published_at(struct arena *a, struct day d)
{
	const char *day = text_day(a, d);
	return day ? text_join(a, day, " 00:00") : NULL;
}

enum err_code record_emit(struct worker *w, const struct pub_record *rec, struct err *e)
{
	struct arena *a = w->arena;
	arena_reset(a);
	struct model m = {w, w->ctx, a, rec, value_map(a)};
	struct duties duties;
	fill(&m, &duties);
	if (record_supervision(w, rec, m.m, e))
		return e->code;
	const struct crumb crumbs[] = {{"整治结果", "/results/"},
		{text_or(street_name(w->ctx, rec->street), "其他街道"),
			list_url(w->ctx, a, FACET_STREET, record_street(w->ctx, rec), SUBSET_ALL,
				ORDER_ID)}};
	bool withdrawn = rec->state == STATE_WITHDRAWN;
	const struct page page = {.path = record_path(a, pub_prefix(w->pub), rec->number),
		.template_md = withdrawn ? "pages/record-withdrawn.md" : "pages/record.md",
		.model = m.m,
		.kind = "record",
		.title = withdrawn ? text_join(a, rec->id, "（登记已撤销）")
				   : text_join3(a, rec->name, " ", rec->id),
		.crumbs = crumbs,
		.crumb_count = withdrawn ? 1 : COUNT_OF(crumbs),
		.published = published_at(a, rec->content_day),
		.source = w->ctx->o->config.operator_name,
		.content_day = rec->content_day,
		.noindex = withdrawn,
		.section = "results"};
	return page_emit(w, &page, e);
}
