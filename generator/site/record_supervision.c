/*
 * The part of a record's page that tells of supervision: the way to the sign-off, look-backs, inspections, photos, and how
 * many tip-offs a release shows of it.
 *
 * A look-back that is planned and not yet done is nowhere here, nor is a tip-off line below three.
 */
#include "site/supervision.h"

/* ---- 自查 → 复查 → 核查 → 销号 ----------------------------------------------------------------- */

static const struct pub_event *event_on(
	const struct pub_record *rec, enum event_kind kind, struct day day)
{
	for (size_t i = rec->event_count; i-- > 0;) {
		const struct pub_event *ev = &rec->events[i];
		if (ev->kind == kind && !ev->voided && day_compare(ev->day, day) == 0)
			return ev;
	}
	return NULL;
}

static struct day signed_off_on(const struct pub_record *rec)
{
	return rec->state == STATE_SIGNED_OFF ? rec->since : DAY_NONE;
}

static const char *next_text(size_t step)
{
	static const char *const texts[] = {"下一步：自查。",
		"下一步：复查，由自查以外的另一家单位做。", "下一步：核查，由前两步以外的单位做。",
		"三步都已完成，等待销号。"};
	return step < COUNT_OF(texts) ? texts[step] : NULL;
}

static void add_signoff(struct worker *w, const struct pub_record *rec, struct value *m)
{
	struct arena *a = w->arena;
	const struct {
		enum event_kind kind;
		struct day day;
	} steps[] = {{EVENT_SELF_CHECKED, rec->course.self_checked},
		{EVENT_REVIEWED, rec->course.reviewed}, {EVENT_VERIFIED, rec->course.verified},
		{EVENT_SIGNED_OFF, signed_off_on(rec)}};
	struct value *list = value_list(a);
	size_t done = 0;
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		bool is_done = day_is_set(steps[i].day);
		const struct pub_event *ev =
			is_done ? event_on(rec, steps[i].kind, steps[i].day) : NULL;
		struct value *v = value_add_map(list, a);
		done += is_done;
		value_set_text(v, a, "mark", is_done ? "x" : " ");
		value_set_text(v, a, "label", policy_event_label(steps[i].kind));
		value_set_text(v, a, "day", text_day_zh(a, steps[i].day));
		value_set_text(v, a, "unit", ev ? unit_name(w->ctx, ev->unit) : NULL);
	}
	if (!done && !state_is_finished(rec->state))
		return;
	value_set(m, a, "signoff", list);
	value_set_bool(m, a, "has_signoff", true);
	value_set_text(m, a, "next", next_text(done));
	value_set_bool(m, a, "signed_off", rec->state == STATE_SIGNED_OFF);
}

/* ---- look-backs -------------------------------------------------------------------------------------- */

static bool has_plan(const struct ctx *c, const char *quarter)
{
	const struct supervision *s = c->extras->supervision;
	for (size_t i = 0; i < s->plan_count; i++)
		if (str_eq(s->plans[i].quarter, quarter))
			return true;
	return false;
}

static void add_lookbacks(struct worker *w, const struct pub_record *rec, struct value *m)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	for (size_t i = rec->lookback_count; i-- > 0;) {
		const struct pub_lookback *l = &rec->lookbacks[i];
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "quarter", text_quarter_zh(a, l->quarter));
		if (has_plan(w->ctx, l->quarter))
			value_set_text(v, a, "url", lookback_url(a, l->quarter));
		value_set_text(v, a, "reason", lookback_reason_label(l->reason));
		value_set_text(v, a, "day", text_or(text_day_zh(a, l->done_on), "未填"));
		value_set_text(v, a, "result", lookback_result_label(l->result));
	}
	value_set(m, a, "lookback_rows", list);
	value_set_bool(m, a, "has_lookback_rows", rec->lookback_count > 0);
}

enum err_code record_supervision(
	struct worker *w, const struct pub_record *rec, struct value *m, struct err *e)
{
	if (photos_put(w, rec, m, e))
		return e->code;
	if (rec->state == STATE_WITHDRAWN)
		return ERR_OK;
	add_signoff(w, rec, m);
	add_lookbacks(w, rec, m);
	if (rec->tipoffs > 0)
		value_count(m, w->arena, "tipoff_count", (size_t)rec->tipoffs);
	return model_inspections(
		w, m, rec->inspections, rec->inspection_count, NULL, NULL, rec->number, e);
}
