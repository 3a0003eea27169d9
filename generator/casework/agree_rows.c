/*
 * Of one case: does its row keep what its steps give, and has a release shown what was so when it was made? And the heads of the
 * office's chain by week.
 *
 * A release is of a day, and so are the steps' records: of the day itself nobody knows which came first, so every state between is
 * taken for possible. Invariant: cases, what is shown of them and their results all come by number, and are read side by side.
 */
#include "casework/agree.h"

#include <stdlib.h>
#include <string.h>

struct published {
	struct arena *arena;
	struct case_shown *shown;
	size_t shown_count, shown_cap, shown_at;
	struct case_result *results;
	size_t result_count, result_cap, result_at;
	struct arena *scratch;
};

/* ---- reading ---------------------------------------------------------------------------------- */

static enum err_code take_shown(void *ctx, const struct case_shown *s, struct err *e)
{
	struct published *p = ctx;

	(void)e;
	if (p->shown_count == p->shown_cap) {
		p->shown_cap = p->shown_cap ? 2 * p->shown_cap : 256;
		p->shown = mem_grow(p->shown, p->shown_cap, sizeof *p->shown);
	}
	struct case_shown *n = &p->shown[p->shown_count++];
	*n = *s;
	n->month = arena_strdup(p->arena, s->month);
	n->bucket = arena_strdup(p->arena, s->bucket);
	n->at = arena_strdup(p->arena, s->at ? s->at : "");
	return ERR_OK;
}

static enum err_code take_result(void *ctx, const struct case_result *s, struct err *e)
{
	struct published *p = ctx;

	(void)e;
	if (p->result_count == p->result_cap) {
		p->result_cap = p->result_cap ? 2 * p->result_cap : 256;
		p->results = mem_grow(p->results, p->result_cap, sizeof *p->results);
	}
	struct case_result *n = &p->results[p->result_count++];
	*n = *s;
	n->outcome = arena_strdup(p->arena, s->outcome);
	n->reply = arena_strdup(p->arena, s->reply);
	n->at = arena_strdup(p->arena, s->at ? s->at : "");
	return ERR_OK;
}

enum err_code published_read(struct agree *a, struct err *e)
{
	struct published *p = mem_zero(1, sizeof *p);

	a->published = p;
	p->arena = arena_new();
	p->scratch = arena_new();
	enum err_code code = reg_case_shown_each(a->reg, take_shown, p, e);
	if (!code)
		code = reg_case_result_each(a->reg, take_result, p, e);
	a->report->shown = (int64_t)(p->shown_count + p->result_count);
	return code;
}

void published_done(struct agree *a)
{
	struct published *p = a->published;

	if (!p)
		return;
	free(p->shown);
	free(p->results);
	arena_free(p->arena);
	arena_free(p->scratch);
	free(p);
	a->published = NULL;
}

/* ---- what the row keeps -------------------------------------------------------------------------- */

static void course_of(const struct case_seen *c, size_t count, struct day received,
	struct arena *scratch, struct case_course *ret)
{
	struct case_fact *facts = arena_alloc(scratch, (count + 1) * sizeof *facts);

	for (size_t i = 0; i < count; i++)
		facts[i] = c->steps[i].fact;
	if (count)
		facts[0].day = received;
	policy_case_course(facts, count, ret);
}

static void check_received(struct agree *a, const struct case_seen *c)
{
	const struct tip_case *row = c->row;
	struct week week;

	if (!week_parse(row->week, strlen(row->week), &week))
		return; /* its first step says so */
	struct day monday = week_monday(week);
	bool known = row->opened && (!c->erased || c->unfinished);
	int days = day_is_set(row->received_on) ? day_between(monday, row->received_on) : -1;
	if (days < 0 || days > (known ? 6 : 0))
		disagree(a,
			T("案件 %.12s 的收件日期不是它那一周的（没有拆阅或已经销毁的，只能是周一）",
				"case %.12s: its day of receipt is not of its week (unopened or "
				"erased: "
				"the Monday)"),
			row->id);
}

static enum err_code check_kept(struct agree *a, const struct case_seen *c, struct err *e)
{
	const struct case_course *course = &c->row->course;
	const char *outcome = course->outcome ? policy_outcome_id(course->outcome) : NULL;
	char since[DAY_TEXT_BYTES];
	struct case_kept kept;

	arena_reset(a->published->scratch);
	if (reg_case_kept(a->reg, c->row->number, a->published->scratch, &kept, e))
		return e->code;
	if (!str_eq(kept.state, policy_case_step_id(course->state)))
		disagree(a,
			T("案件 %.12s 登记的状态是“%.20s”，它的步骤得出的是“%s”",
				"case %.12s is kept as \"%.20s\", its steps give \"%s\""),
			c->row->id, kept.state ? kept.state : "",
			policy_case_step_id(course->state));
	if (!str_eq(kept.since, day_text(course->since, since)))
		disagree(a,
			T("案件 %.12s 登记的状态起始日期与它的步骤不符",
				"case %.12s: since when its state holds is not what its steps "
				"give"),
			c->row->id);
	if (!str_eq(kept.outcome, outcome))
		disagree(a,
			T("案件 %.12s 登记的核查结果与它的步骤不符",
				"case %.12s: its outcome is not that of its steps"),
			c->row->id);
	return ERR_OK;
}

/* ---- what is shown ---------------------------------------------------------------------------------- */

/* May the case have had just its first `count` steps when this was recorded? */
static bool may_be(const struct case_seen *c, size_t count, const char *at)
{
	return count && strncmp(c->steps[count - 1].recorded, at, 10) <= 0 &&
	       (count == c->count || strncmp(c->steps[count].recorded, at, 10) >= 0);
}

static bool may_be_any(const struct case_seen *c, const char *at)
{
	for (size_t n = 1; n <= c->count; n++)
		if (may_be(c, n, at))
			return true;
	return false;
}

static bool bucket_was(struct agree *a, const struct case_seen *c, const struct case_shown *s)
{
	const struct policy *policy = reg_policy(a->reg);
	bool any = !may_be_any(c, s->at); /* recorded on days out of order */

	for (size_t n = 1; n <= c->count; n++) {
		/* Until it was opened it counted from the Monday; when it is erased nobody knows the day. */
		const struct day monday = c->steps[0].fact.day;
		for (int i = 0; i < (c->erased ? 7 : 2) && (any || may_be(c, n, s->at)); i++) {
			struct case_course course;
			arena_reset(a->published->scratch);
			course_of(c, n, i && !c->erased ? c->row->received_on : day_add(monday, i),
				a->published->scratch, &course);
			if (str_eq(policy_bucket_id(
					   policy_case_bucket(policy, &course, s->released)),
				    s->bucket))
				return true;
		}
	}
	return false;
}

static void check_shown(struct agree *a, const struct case_seen *c, const struct case_shown *s)
{
	char thursday[DAY_TEXT_BYTES];
	struct week week;

	if (!str_eq(s->month, GATE_REST) && week_parse(c->row->week, strlen(c->row->week), &week)) {
		day_text(day_add(week_monday(week), 3), thursday);
		if (strlen(s->month) != 7 || strncmp(s->month, thursday, 7) != 0)
			disagree(a,
				T("案件 %.12s 公布的月份不是它收件那一周的",
					"case %.12s is shown in a month that is not its week's"),
				c->row->id);
	}
	if (!day_is_set(s->released) || !bucket_was(a, c, s))
		disagree(a,
			T("案件 %.12s 公布的去向“%.20s”，公布那天它不可能是",
				"case %.12s is shown as \"%.20s\", which it cannot have been on "
				"the "
				"day of the release"),
			c->row->id, s->bucket);
}

/* ---- results ------------------------------------------------------------------------------------------ */

/* The reply that stood when it was published; of an erased case any that is left of its steps. */
static bool reply_was(const struct case_seen *c, const struct case_result *r)
{
	bool any = c->erased || !may_be_any(c, r->at);
	const char *reply = NULL;

	if (c->erased && !r->reply)
		return true;
	for (size_t n = 1; n <= c->count; n++) {
		reply = c->steps[n - 1].reply ? c->steps[n - 1].reply : reply;
		if ((any || may_be(c, n, r->at)) && str_eq(reply, r->reply))
			return true;
	}
	return false;
}

static void check_result(struct agree *a, const struct case_seen *c, const struct case_result *r)
{
	struct case_course course;
	size_t n = 0;

	while (n < c->count && c->steps[n].seq != r->step)
		n++;
	if (n == c->count || c->steps[n].fact.kind != CASE_CONCLUDED) {
		disagree(a,
			T("案件 %.12s 公布了结果，却没有那一步办结",
				"case %.12s: a result is shown of no conclusion of it"),
			c->row->id);
		return;
	}
	arena_reset(a->published->scratch);
	course_of(c, n + 1, c->row->received_on, a->published->scratch, &course);
	if (!str_eq(r->outcome, policy_outcome_id(course.outcome)))
		disagree(a,
			T("案件 %.12s 公布的核查结果与它办结时的不符",
				"case %.12s: the outcome that is shown is not that of its "
				"conclusion"),
			c->row->id);
	if (!reply_was(c, r))
		disagree(a,
			T("案件 %.12s 公布的答复不是它的步骤里写的",
				"case %.12s: the reply that is shown is not that of its steps"),
			c->row->id);
}

enum err_code check_case_row(struct agree *a, const struct case_seen *c, struct err *e)
{
	struct published *p = a->published;
	int64_t number = c->row->number;

	check_received(a, c);
	if (check_kept(a, c, e))
		return e->code;
	for (; p->shown_at < p->shown_count && p->shown[p->shown_at].tip_case <= number;
		p->shown_at++)
		if (p->shown[p->shown_at].tip_case == number)
			check_shown(a, c, &p->shown[p->shown_at]);
	for (; p->result_at < p->result_count && p->results[p->result_at].tip_case <= number;
		p->result_at++)
		if (p->results[p->result_at].tip_case == number)
			check_result(a, c, &p->results[p->result_at]);
	return ERR_OK;
}

/* ---- the heads by week ------------------------------------------------------------------------------------ */

struct weeks {
	struct agree *a;
	const struct chain_hashes *office; /* NULL: there is no such branch */
	size_t at;			   /* the line of the week before */
};

static enum err_code check_week(void *ctx, const char *week, const char *head, struct err *e)
{
	struct weeks *w = ctx;
	uint8_t hash[SHA256_BYTES];
	struct week parsed;
	bool known = hex_decode(head, hash, sizeof hash);

	(void)e;
	w->a->report->weeks++;
	if (!week_parse(week, strlen(week), &parsed))
		disagree(w->a, T("各周链末里有不存在的周“%.20s”", "there is no week \"%.20s\""),
			week);
	while (known && w->office && w->at < w->office->count &&
		memcmp(w->office->hash[w->at], hash, sizeof hash) != 0)
		w->at++;
	if (!known || !w->office || w->at == w->office->count)
		disagree(w->a,
			T("%.20s 这一周的链末不是办公室链上的，或者各周的次序不对",
				"the head of week %.20s is no line of the office's chain, or the "
				"weeks are "
				"out of order"),
			week);
	return ERR_OK;
}

enum err_code check_weeks(struct agree *a, struct err *e)
{
	struct weeks w = {.a = a};

	for (size_t i = 0; i < a->chains.branch_count; i++)
		if (str_eq(a->chains.branches[i].branch, OFFICE_BRANCH))
			w.office = &a->chains.branches[i];
	return reg_chain_week_each(a->reg, check_week, &w, e);
}
