/*
 * The course of a rectification: the state an enterprise is in, worked out from its events.
 *
 * Events may be recorded late, so the course is folded over them in order of their day and never
 * stored as a truth of its own. An event that makes no sense where it stands (a sign-off whose
 * acceptance was corrected away) moves nothing: the record then shows less, never more.
 * Acceptance and the three steps 自查, 复查, 核查 before the sign-off are general practice (ours);
 * the plan itself (四（三）, 六（二）) asks for look-backs and against 死灰复燃.
 * Invariants: a relapse voids the sign-off and everything done before it; a sign-off stands on its ground (acceptance,
 * or closure with all of 两断三清) and on three steps since then, in their order: when one of these is corrected away, the
 * sign-off counts no more; after a withdrawal nothing moves any more.
 */
#include "policy/policy_internal.h"

#include <string.h>

static void enter(struct course *c, enum course_state state, struct day day)
{
	c->state = state;
	c->since = day;
}

static void forget_step(struct course *c, enum signoff_step step)
{
	*(step == STEP_SELF	      ? &c->self_checked
		: step == STEP_REVIEW ? &c->reviewed
				      : &c->verified) = DAY_NONE;
	c->step_seq[step] = 0;
}

static struct day step_day(const struct course *c, enum signoff_step step)
{
	return step == STEP_SELF     ? c->self_checked
	       : step == STEP_REVIEW ? c->reviewed
				     : c->verified;
}

static void forget_steps(struct course *c)
{
	for (int step = 0; step < SIGNOFF_STEPS; step++)
		forget_step(c, (enum signoff_step)step);
}

/* What was checked before the ground was given is no check of it. Of the same day: may be, for what was corrected is
 * recorded anew behind the steps of that day. */
static void forget_steps_before(struct course *c, struct day ground)
{
	for (int step = 0; step < SIGNOFF_STEPS; step++)
		if (day_compare(step_day(c, (enum signoff_step)step), ground) < 0)
			forget_step(c, (enum signoff_step)step);
}

static void forget_work(struct course *c)
{
	c->order = DAY_NONE;
	for (size_t i = 0; i < COUNT_OF(c->cleared); i++)
		c->cleared[i] = DAY_NONE;
	for (size_t i = 0; i < ACTION_COUNT; i++)
		c->done[i] = DAY_NONE;
	forget_steps(c);
	c->discharged = false;
}

static void do_once(struct course *c, enum action action, struct day day)
{
	if (!day_is_set(c->done[action]))
		c->done[action] = day;
}

static bool is_settled(const struct course *c)
{
	return c->state == STATE_ACCEPTED || c->state == STATE_CLOSED ||
	       c->state == STATE_SIGNED_OFF;
}

static bool is_closed(const struct course *c)
{
	return day_is_set(c->done[ACTION_CLOSE]);
}

static bool is_cleared(const struct course *c)
{
	for (size_t i = 0; i < COUNT_OF(c->cleared); i++)
		if (!day_is_set(c->cleared[i]))
			return false;
	return true;
}

static bool is_after(struct day step, struct day before)
{
	return day_is_set(step) && day_is_set(before) && day_compare(step, before) >= 0;
}

static bool are_steps_done(const struct course *c)
{
	return is_after(c->reviewed, c->self_checked) && is_after(c->verified, c->reviewed);
}

static bool may_be_signed_off(const struct course *c)
{
	return (c->state == STATE_ACCEPTED || (c->state == STATE_CLOSED && is_cleared(c))) &&
	       are_steps_done(c);
}

/* Work that was seen, before anything was accepted. */
static void get_under_way(struct course *c, struct day day)
{
	if (c->state == STATE_CLASSIFIED || c->state == STATE_ORDERED)
		enter(c, STATE_UNDER_WAY, day);
}

static void take_order(struct course *c, struct day day)
{
	c->order = day;
	c->done[ACTION_STOP] = c->done[ACTION_LIMIT] = day;
	if (c->state == STATE_REGISTERED || c->state == STATE_CLASSIFIED ||
		c->state == STATE_RELAPSED)
		enter(c, STATE_ORDERED, day);
}

static void take_acceptance(struct course *c, struct day day)
{
	do_once(c, ACTION_COMPLETE_PROCEDURES, day);
	do_once(c, ACTION_RECTIFY, day);
	do_once(c, ACTION_UPGRADE_TREATMENT, day);
	do_once(c, ACTION_PASS_ENVIRONMENT_CHECK, day);
	if (is_settled(c))
		return;
	forget_steps_before(c, day);
	enter(c, STATE_ACCEPTED, day);
}

/* What was accepted and then rejected is not done after all. */
static void take_rejection(struct course *c, struct day day)
{
	if (c->state == STATE_CLOSED || c->state == STATE_SIGNED_OFF)
		return;
	c->done[ACTION_COMPLETE_PROCEDURES] = c->done[ACTION_RECTIFY] = DAY_NONE;
	c->done[ACTION_UPGRADE_TREATMENT] = c->done[ACTION_PASS_ENVIRONMENT_CHECK] = DAY_NONE;
	forget_steps(c);
	enter(c, STATE_UNDER_WAY, day);
}

/* An enterprise that was signed off as accepted and is closed later needs a new sign-off. */
static void take_closure(struct course *c, struct day day)
{
	if (is_closed(c))
		return;
	c->done[ACTION_CLOSE] = day;
	c->discharged = true;
	forget_steps(c);
	enter(c, STATE_CLOSED, day);
}

/* 两断三清 is complete with the last of its five items. */
static void take_clearing(struct course *c, size_t item, struct day day)
{
	if (!day_is_set(c->cleared[item]))
		c->cleared[item] = day;
	if (is_cleared(c))
		do_once(c, ACTION_BAN, day);
	get_under_way(c, day);
}

/* The first of a kind counts, unless the step before it was taken (anew) after it. */
static void take_step(struct course *c, enum signoff_step step, const struct event_fact *event)
{
	struct day *day = step == STEP_SELF	? &c->self_checked
			  : step == STEP_REVIEW ? &c->reviewed
						: &c->verified;

	if (day_is_set(*day) &&
		(step == STEP_SELF || is_after(*day, step_day(c, (enum signoff_step)(step - 1)))))
		return;
	*day = event->day;
	c->step_seq[step] = event->seq;
}

static void take_relapse(struct course *c, struct day day)
{
	forget_work(c);
	c->relapses++;
	enter(c, STATE_RELAPSED, day);
}

static void take_lookback(struct course *c, struct day day)
{
	c->lookbacks++;
	c->last_lookback = day;
}

static void take_registration(struct course *c, struct day day)
{
	if (!day_is_set(c->since))
		c->since = day;
}

static void take(struct course *c, const struct event_fact *event)
{
	struct day day = event->day;

	switch (event->kind) {
	case EVENT_REGISTERED:
		take_registration(c, day);
		break;
	case EVENT_CLASSIFIED:
		if (c->state == STATE_REGISTERED)
			enter(c, STATE_CLASSIFIED, day);
		break;
	case EVENT_ORDERED:
		take_order(c, day);
		break;
	case EVENT_MOVED:
		do_once(c, ACTION_RELOCATE, day);
		if (c->state == STATE_REGISTERED)
			enter(c, STATE_UNDER_WAY, day);
		get_under_way(c, day);
		break;
	case EVENT_PROGRESS:
		get_under_way(c, day);
		break;
	case EVENT_ACCEPTANCE_ASKED:
		if (c->state != STATE_CLOSED && c->state != STATE_SIGNED_OFF)
			enter(c, STATE_ACCEPTANCE_ASKED, day);
		break;
	case EVENT_ACCEPTED:
	case EVENT_RESUMED:
		take_acceptance(c, day);
		break;
	case EVENT_REJECTED:
		take_rejection(c, day);
		break;
	case EVENT_CLOSED:
		take_closure(c, day);
		break;
	case EVENT_CLEARED_WATER:
	case EVENT_CLEARED_POWER:
	case EVENT_CLEARED_EQUIPMENT:
	case EVENT_CLEARED_MATERIALS:
	case EVENT_CLEARED_PRODUCTS:
		take_clearing(c, (size_t)event->kind - EVENT_CLEARED_WATER, day);
		break;
	case EVENT_SELF_CHECKED:
		take_step(c, STEP_SELF, event);
		break;
	case EVENT_REVIEWED:
		take_step(c, STEP_REVIEW, event);
		break;
	case EVENT_VERIFIED:
		take_step(c, STEP_VERIFY, event);
		break;
	case EVENT_SIGNED_OFF:
		if (may_be_signed_off(c))
			enter(c, STATE_SIGNED_OFF, day);
		break;
	case EVENT_LOOKED_BACK:
		take_lookback(c, day);
		break;
	case EVENT_RELAPSED:
		take_relapse(c, day);
		break;
	case EVENT_WITHDRAWN:
		c->discharged = true;
		enter(c, STATE_WITHDRAWN, day);
		break;
	case EVENT_MEASURE_DECIDED:
	case EVENT_PENALISED:
	case EVENT_DEMOLISHED:
	case EVENT_CORRECTION:
	case EVENT_KIND_COUNT:
		break;
	}
}

/* Did this very event give what a sign-off of its day stands on? */
static bool gives_ground(const struct course *c, const struct event_fact *event)
{
	switch (event->kind) {
	case EVENT_ACCEPTED:
	case EVENT_CLOSED:
	case EVENT_CLEARED_WATER:
	case EVENT_CLEARED_POWER:
	case EVENT_CLEARED_EQUIPMENT:
	case EVENT_CLEARED_MATERIALS:
	case EVENT_CLEARED_PRODUCTS:
	case EVENT_SELF_CHECKED:
	case EVENT_REVIEWED:
	case EVENT_VERIFIED:
		return may_be_signed_off(c);
	case EVENT_REGISTERED:
	case EVENT_CLASSIFIED:
	case EVENT_MEASURE_DECIDED:
	case EVENT_ORDERED:
	case EVENT_PROGRESS:
	case EVENT_ACCEPTANCE_ASKED:
	case EVENT_REJECTED:
	case EVENT_MOVED:
	case EVENT_SIGNED_OFF:
	case EVENT_LOOKED_BACK:
	case EVENT_RELAPSED:
	case EVENT_PENALISED:
	case EVENT_DEMOLISHED:
	case EVENT_RESUMED:
	case EVENT_CORRECTION:
	case EVENT_WITHDRAWN:
	case EVENT_KIND_COUNT:
		break;
	}
	return false;
}

void policy_course(
	const struct event_fact *events, size_t count, bool out_of_scope, struct course *ret)
{
	struct course c = {.state = STATE_REGISTERED, .since = DAY_NONE, .last_lookback = DAY_NONE};
	struct day waiting = DAY_NONE; /* a sign-off whose ground is not there */

	forget_work(&c);
	for (size_t i = 0; i < count && c.state != STATE_WITHDRAWN; i++) {
		take(&c, &events[i]);
		if (events[i].kind == EVENT_SIGNED_OFF && c.state != STATE_SIGNED_OFF)
			waiting = events[i].day;
		if (events[i].kind == EVENT_RELAPSED)
			waiting = DAY_NONE;
		/* What was corrected is recorded anew behind the sign-off of the same day. */
		if (gives_ground(&c, &events[i]) && day_compare(waiting, events[i].day) == 0)
			enter(&c, STATE_SIGNED_OFF, events[i].day);
	}
	if (out_of_scope && c.state != STATE_WITHDRAWN) {
		c.state = STATE_OUT_OF_SCOPE;
		c.discharged = true;
	}
	*ret = c;
}

/* ---- what may follow -------------------------------------------------------------------- */

/* 附件1 asks no order of 散 and 散污: they are to move. */
static bool needs_order(const struct course *now, enum category category)
{
	return category != CATEGORY_SAN && category != CATEGORY_SANWU && !day_is_set(now->order) &&
	       !day_is_set(now->done[ACTION_RELOCATE]);
}

static const char *refuse_order(const struct course *now)
{
	if (is_settled(now) && day_is_set(now->order))
		return T("已验收、关停或销号：再次违法请先记录反弹",
			"accepted, closed or signed off already: record the relapse first");
	return NULL;
}

static const char *refuse_asking(
	const struct course *now, enum category category, enum measure measure)
{
	if (now->state == STATE_CLOSED || (now->state == STATE_SIGNED_OFF && is_closed(now)))
		return T("已关停取缔，不再验收", "closed down: there is nothing to accept");
	if (now->state == STATE_SIGNED_OFF)
		return T("已销号，不再验收", "signed off already");
	if (measure == MEASURE_CLOSE)
		return T("处置措施为关停取缔，不适用验收；改变措施请先重新确定",
			"the measure is to close down: decide on another measure first");
	if (needs_order(now, category))
		return T("尚未下达责令停产（限产）：先记录下达的日期",
			"there is no order yet: record the order first");
	return NULL;
}

static const char *refuse_rejection(const struct course *now)
{
	if (is_settled(now))
		return T("已验收、关停或销号：再次违法请记录反弹",
			"accepted, closed or signed off already: record a relapse instead");
	if (now->state != STATE_ACCEPTANCE_ASKED && !day_is_set(now->order))
		return T("尚未下达也未申请验收", "neither ordered nor asked for acceptance");
	return NULL;
}

static const char *refuse_resumption(const struct course *now, enum measure measure)
{
	if (measure == MEASURE_CLOSE || is_closed(now))
		return T("关停取缔的企业不得恢复生产；擅自恢复请记录反弹",
			"an enterprise closed down may not resume: an unlawful restart is a "
			"relapse");
	if (now->state != STATE_ACCEPTED && now->state != STATE_SIGNED_OFF)
		return T("尚未验收合格，不得恢复生产",
			"not accepted yet: production may not resume");
	return NULL;
}

/* 两断三清: the item that is missing, and how it is recorded. */
static const char *missing_item(const struct course *now)
{
	const char *const said[] = {
		T("缺“断水”：关停取缔的须两断三清五项齐全方可销号，先登记 cleared_water",
			"the water is not cut: all five items come first; record cleared_water"),
		T("缺“断电”：关停取缔的须两断三清五项齐全方可销号，先登记 cleared_power",
			"the power is not cut: all five items come first; record cleared_power"),
		T("缺“清设备”：关停取缔的须两断三清五项齐全方可销号，先登记 cleared_equipment",
			"the equipment is not cleared: all five items come first; record "
			"cleared_equipment"),
		T("缺“清原料”：关停取缔的须两断三清五项齐全方可销号，先登记 cleared_materials",
			"the raw materials are not cleared: all five items come first; record "
			"cleared_materials"),
		T("缺“清产品”：关停取缔的须两断三清五项齐全方可销号，先登记 cleared_products",
			"the products are not cleared: all five items come first; record "
			"cleared_products"),
	};

	for (size_t i = 0; i < COUNT_OF(now->cleared); i++)
		if (!day_is_set(now->cleared[i]))
			return said[i];
	return NULL;
}

/* 自查, 复查, 核查, 销号: each needs the one before it. */
static const char *refuse_step(const struct course *now, enum event_kind kind)
{
	if (now->state == STATE_SIGNED_OFF)
		return T("已销号", "signed off already");
	if (now->state != STATE_ACCEPTED && now->state != STATE_CLOSED)
		return T("尚未验收合格或关停取缔，不能进入销号程序",
			"neither accepted nor closed: the sign-off cannot begin");
	if (kind == EVENT_SELF_CHECKED)
		return NULL;
	if (!day_is_set(now->self_checked))
		return T("缺自查记录", "the self-check is missing");
	if (kind == EVENT_REVIEWED)
		return NULL;
	if (!day_is_set(now->reviewed))
		return T("缺复查记录", "the review is missing");
	if (!is_after(now->reviewed, now->self_checked))
		return T("复查早于自查：自查更正以后要重新复查",
			"the review is earlier than the self-check: review again");
	if (kind == EVENT_VERIFIED)
		return NULL;
	if (!day_is_set(now->verified))
		return T("缺核查记录", "the verification is missing");
	if (!is_after(now->verified, now->reviewed))
		return T("核查早于复查：复查更正以后要重新核查",
			"the verification is earlier than the review: verify again");
	/* Closing alone is not enough, whatever the category: 两断三清 comes before the sign-off. */
	return now->state == STATE_CLOSED ? missing_item(now) : NULL;
}

static const char *refuse_by_state(const struct course *now, enum event_kind kind)
{
	if (kind == EVENT_CORRECTION)
		return NULL;
	if (now->state == STATE_WITHDRAWN)
		return T("登记已撤销，只能更正",
			"the record is withdrawn: only a correction may follow");
	if (now->state == STATE_OUT_OF_SCOPE && kind != EVENT_WITHDRAWN &&
		kind != EVENT_CLASSIFIED && kind != EVENT_PROGRESS)
		return T(
			"不在治理范围：先改回在范围内", "out of scope: put it back in scope first");
	return NULL;
}

const char *policy_event_refusal(const struct course *now, enum event_kind kind,
	enum category category, enum measure measure)
{
	const char *why = refuse_by_state(now, kind);

	if (why)
		return why;
	switch (kind) {
	case EVENT_REGISTERED:
		return day_is_set(now->since) ? T("已经登记", "registered already") : NULL;
	case EVENT_ORDERED:
		return refuse_order(now);
	case EVENT_ACCEPTANCE_ASKED:
		return refuse_asking(now, category, measure);
	case EVENT_ACCEPTED:
		return now->state == STATE_ACCEPTED ? T("已经验收合格", "accepted already")
						    : refuse_asking(now, category, measure);
	case EVENT_REJECTED:
		return refuse_rejection(now);
	case EVENT_RESUMED:
		return refuse_resumption(now, measure);
	case EVENT_MOVED:
		return is_closed(now) ? T("已关停取缔", "closed down already") : NULL;
	case EVENT_CLOSED:
		return is_closed(now) ? T("已经关停", "closed already") : NULL;
	case EVENT_SELF_CHECKED:
	case EVENT_REVIEWED:
	case EVENT_VERIFIED:
	case EVENT_SIGNED_OFF:
		return refuse_step(now, kind);
	case EVENT_LOOKED_BACK:
	case EVENT_RELAPSED:
		return is_settled(now) ? NULL
				       : T("尚未验收合格、关停或销号：无从回头看或反弹",
						 "neither accepted, closed nor signed off yet");
	case EVENT_CLASSIFIED:
	case EVENT_MEASURE_DECIDED:
	case EVENT_PROGRESS:
	case EVENT_CLEARED_WATER:
	case EVENT_CLEARED_POWER:
	case EVENT_CLEARED_EQUIPMENT:
	case EVENT_CLEARED_MATERIALS:
	case EVENT_CLEARED_PRODUCTS:
	case EVENT_PENALISED:
	case EVENT_DEMOLISHED:
	case EVENT_CORRECTION:
	case EVENT_WITHDRAWN:
		return NULL;
	case EVENT_KIND_COUNT:
		break;
	}
	return T("没有这种事件", "there is no such kind of event");
}
