/* course.c: the state worked out from the events, and what may follow. */
#include "plan.h"

#include <string.h>

#define D(month, day) ymd(2018, month, day)

static struct course course_of(const struct event_fact *events, size_t count)
{
	struct course c;

	policy_course(events, count, false, &c);
	return c;
}

/* The course over kinds on consecutive days from 2018-01-01. */
static struct course after(const enum event_kind *kinds, size_t count)
{
	struct event_fact events[64];

	for (size_t i = 0; i < count; i++)
		events[i] = (struct event_fact){.seq = (int64_t)i + 1,
			.kind = kinds[i],
			.day = day_add(ymd(2018, 1, 1), (int)i)};
	return course_of(events, count);
}

#define AFTER(...) \
	after((const enum event_kind[]){__VA_ARGS__}, \
		COUNT_OF(((const enum event_kind[]){__VA_ARGS__})))

#define TO_ACCEPTED \
	EVENT_REGISTERED, EVENT_CLASSIFIED, EVENT_ORDERED, EVENT_PROGRESS, EVENT_ACCEPTANCE_ASKED, \
		EVENT_ACCEPTED
#define TO_SIGNED_OFF \
	TO_ACCEPTED, EVENT_SELF_CHECKED, EVENT_REVIEWED, EVENT_VERIFIED, EVENT_SIGNED_OFF
#define CLEARED \
	EVENT_CLEARED_WATER, EVENT_CLEARED_POWER, EVENT_CLEARED_EQUIPMENT, \
		EVENT_CLEARED_MATERIALS, EVENT_CLEARED_PRODUCTS

Test(policy_course, every_event_leads_to_its_state)
{
	static const struct {
		const char *name;
		enum event_kind kinds[12];
		enum course_state state;
		int since; /* index of the event the state dates from; -1: none */
	} rows[] = {
		{"nothing", {0}, STATE_REGISTERED, -1},
		{"registered", {EVENT_REGISTERED}, STATE_REGISTERED, 0},
		{"classified", {EVENT_REGISTERED, EVENT_CLASSIFIED}, STATE_CLASSIFIED, 1},
		{"measure", {EVENT_REGISTERED, EVENT_CLASSIFIED, EVENT_MEASURE_DECIDED},
			STATE_CLASSIFIED, 1},
		{"ordered", {EVENT_REGISTERED, EVENT_CLASSIFIED, EVENT_ORDERED}, STATE_ORDERED, 2},
		{"ordered at once", {EVENT_REGISTERED, EVENT_ORDERED, EVENT_CLASSIFIED},
			STATE_ORDERED, 1},
		{"under way", {EVENT_REGISTERED, EVENT_ORDERED, EVENT_PROGRESS, EVENT_PROGRESS},
			STATE_UNDER_WAY, 2},
		{"moved is work, not yet accepted",
			{EVENT_REGISTERED, EVENT_CLASSIFIED, EVENT_MOVED}, STATE_UNDER_WAY, 2},
		{"asked", {EVENT_REGISTERED, EVENT_ORDERED, EVENT_ACCEPTANCE_ASKED},
			STATE_ACCEPTANCE_ASKED, 2},
		{"rejected",
			{EVENT_REGISTERED, EVENT_ORDERED, EVENT_ACCEPTANCE_ASKED, EVENT_REJECTED},
			STATE_UNDER_WAY, 3},
		{"accepted", {TO_ACCEPTED}, STATE_ACCEPTED, 5},
		{"resumed", {TO_ACCEPTED, EVENT_RESUMED}, STATE_ACCEPTED, 5},
		{"closed", {EVENT_REGISTERED, EVENT_CLASSIFIED, EVENT_CLOSED}, STATE_CLOSED, 2},
		{"signed off", {TO_SIGNED_OFF}, STATE_SIGNED_OFF, 9},
		{"looked back", {TO_SIGNED_OFF, EVENT_LOOKED_BACK}, STATE_SIGNED_OFF, 9},
		{"relapsed", {TO_SIGNED_OFF, EVENT_RELAPSED}, STATE_RELAPSED, 10},
		{"back to ordered", {TO_SIGNED_OFF, EVENT_RELAPSED, EVENT_ORDERED}, STATE_ORDERED,
			11},
		{"closed after the sign-off", {TO_SIGNED_OFF, EVENT_CLOSED}, STATE_CLOSED, 10},
		{"withdrawn", {EVENT_REGISTERED, EVENT_WITHDRAWN, EVENT_ORDERED}, STATE_WITHDRAWN,
			1},
		{"penalty and demolition move nothing",
			{EVENT_REGISTERED, EVENT_PENALISED, EVENT_DEMOLISHED}, STATE_REGISTERED, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t count = 0;
		struct course c;

		while (count < COUNT_OF(rows[i].kinds) && rows[i].kinds[count])
			count++;
		c = after(rows[i].kinds, count);
		cr_assert_eq(
			c.state, rows[i].state, "%s: %s", rows[i].name, policy_state_slug(c.state));
		if (rows[i].since < 0)
			cr_assert_not(day_is_set(c.since));
		else
			cr_assert_eq(
				c.since.n, ymd(2018, 1, 1).n + rows[i].since, "%s", rows[i].name);
	}
}

Test(policy_course, completion_days_come_from_the_events)
{
	const struct event_fact events[] = {
		{1, EVENT_REGISTERED, D(1, 1)},
		{2, EVENT_ORDERED, D(1, 5)},
		{3, EVENT_ACCEPTED, D(2, 1)},
		{4, EVENT_RESUMED, D(2, 3)},
		{5, EVENT_MOVED, D(8, 1)},
		{6, EVENT_CLOSED, D(9, 1)},
	};
	static const struct {
		enum action action;
		int month, day;
	} rows[] = {
		{ACTION_STOP, 1, 5},
		{ACTION_LIMIT, 1, 5},
		{ACTION_COMPLETE_PROCEDURES, 2, 1},
		{ACTION_RECTIFY, 2, 1},
		{ACTION_UPGRADE_TREATMENT, 2, 1},
		{ACTION_PASS_ENVIRONMENT_CHECK, 2, 1},
		{ACTION_RELOCATE, 8, 1},
		{ACTION_CLOSE, 9, 1},
	};
	struct course c = course_of(events, COUNT_OF(events));

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		cr_assert_eq(day_compare(c.done[rows[i].action], D(rows[i].month, rows[i].day)), 0,
			"%s", policy_action_id(rows[i].action));
	cr_assert_not(day_is_set(c.done[ACTION_BAN]));
	cr_assert(c.discharged);
}

Test(policy_course, the_ban_is_complete_with_the_last_of_five_items)
{
	struct course c = AFTER(EVENT_REGISTERED, EVENT_CLOSED, EVENT_CLEARED_WATER,
		EVENT_CLEARED_POWER, EVENT_CLEARED_EQUIPMENT, EVENT_CLEARED_MATERIALS);

	cr_assert_not(day_is_set(c.done[ACTION_BAN]));
	c = AFTER(EVENT_REGISTERED, EVENT_CLOSED, CLEARED);
	cr_assert_eq(day_compare(c.done[ACTION_BAN], D(1, 7)), 0);
	cr_assert_eq(day_compare(c.cleared[0], D(1, 3)), 0);
	cr_assert_eq(day_compare(c.cleared[4], D(1, 7)), 0);
}

Test(policy_course, the_latest_order_is_in_force)
{
	struct course c = AFTER(EVENT_REGISTERED, EVENT_ORDERED, EVENT_PROGRESS, EVENT_ORDERED);

	cr_assert_eq(day_compare(c.order, D(1, 4)), 0);
	cr_assert_eq(c.state, STATE_UNDER_WAY);
}

Test(policy_course, a_relapse_voids_the_sign_off_and_all_work)
{
	struct course c = AFTER(TO_SIGNED_OFF, EVENT_LOOKED_BACK, EVENT_RELAPSED);

	cr_assert_eq(c.state, STATE_RELAPSED);
	cr_assert_eq(c.relapses, 1);
	cr_assert_eq(c.lookbacks, 1);
	cr_assert_not(day_is_set(c.order));
	cr_assert_not(day_is_set(c.verified));
	for (size_t i = 0; i < ACTION_COUNT; i++)
		cr_assert_not(day_is_set(c.done[i]));
	c = AFTER(EVENT_REGISTERED, EVENT_CLOSED, CLEARED, EVENT_RELAPSED);
	cr_assert_not(c.discharged);
	for (size_t i = 0; i < COUNT_OF(c.cleared); i++)
		cr_assert_not(day_is_set(c.cleared[i]));
}

Test(policy_course, a_rejection_takes_back_what_was_accepted)
{
	struct course c = AFTER(TO_ACCEPTED, EVENT_REJECTED);

	cr_assert_eq(c.state, STATE_UNDER_WAY);
	cr_assert_not(day_is_set(c.done[ACTION_COMPLETE_PROCEDURES]));
}

Test(policy_course, a_sign_off_without_its_ground_counts_for_nothing)
{
	/* the acceptance was corrected away */
	struct course c = AFTER(EVENT_REGISTERED, EVENT_ORDERED, EVENT_SELF_CHECKED, EVENT_REVIEWED,
		EVENT_VERIFIED, EVENT_SIGNED_OFF);

	cr_assert_eq(c.state, STATE_ORDERED);
}

Test(policy_course, a_sign_off_counts_when_its_ground_was_recorded_anew_on_the_same_day)
{
	const struct event_fact events[] = {
		{1, EVENT_ORDERED, D(1, 1)},
		{3, EVENT_SELF_CHECKED, D(3, 1)},
		{4, EVENT_REVIEWED, D(3, 1)},
		{5, EVENT_VERIFIED, D(3, 1)},
		{6, EVENT_SIGNED_OFF, D(3, 1)},
		{9, EVENT_ACCEPTED, D(3, 1)},
	};

	cr_assert_eq(course_of(events, COUNT_OF(events)).state, STATE_SIGNED_OFF);
	cr_assert_eq(course_of(events, COUNT_OF(events) - 1).state, STATE_ORDERED);
}

Test(policy_course, a_sign_off_falls_with_any_of_what_it_stands_on)
{
	static const enum event_kind all[] = {EVENT_REGISTERED, EVENT_CLOSED, CLEARED,
		EVENT_SELF_CHECKED, EVENT_REVIEWED, EVENT_VERIFIED, EVENT_SIGNED_OFF};
	enum event_kind some[COUNT_OF(all)];

	cr_assert_eq(after(all, COUNT_OF(all)).state, STATE_SIGNED_OFF);
	/* Each event but the registration and the sign-off itself is left out in turn, as when it was corrected away. */
	for (size_t out = 1; out + 1 < COUNT_OF(all); out++) {
		size_t n = 0;

		for (size_t i = 0; i < COUNT_OF(all); i++)
			if (i != out)
				some[n++] = all[i];
		cr_assert_eq(after(some, n).state, out == 1 ? STATE_REGISTERED : STATE_CLOSED,
			"without %s", policy_event_id(all[out]));
	}
}

Test(policy_course, a_step_recorded_anew_on_the_day_of_the_sign_off_brings_it_back)
{
	const struct event_fact events[] = {
		{1, EVENT_ORDERED, D(1, 1)},
		{2, EVENT_ACCEPTED, D(2, 1)},
		{3, EVENT_SELF_CHECKED, D(3, 1)},
		{5, EVENT_VERIFIED, D(3, 1)},
		{6, EVENT_SIGNED_OFF, D(3, 1)},
		{9, EVENT_REVIEWED, D(3, 1)},
		{10, EVENT_REVIEWED, D(3, 2)},
	};

	cr_assert_eq(course_of(events, 5).state, STATE_ACCEPTED);
	cr_assert_eq(course_of(events, 6).state, STATE_SIGNED_OFF);
	cr_assert_eq(course_of(events, 6).step_seq[STEP_REVIEW], 9);
}

Test(policy_course, steps_count_since_their_ground_and_in_their_order)
{
	const struct event_fact events[] = {
		{1, EVENT_ORDERED, D(1, 1)},
		{2, EVENT_SELF_CHECKED, D(2, 1)}, /* of an acceptance that was corrected away */
		{3, EVENT_ACCEPTED, D(2, 5)},
		{4, EVENT_REVIEWED, D(2, 10)},
		{5, EVENT_SELF_CHECKED, D(2, 20)}, /* the right day of it */
		{6, EVENT_VERIFIED, D(2, 25)},
		{7, EVENT_SIGNED_OFF, D(2, 26)},
		{8, EVENT_REVIEWED, D(3, 1)},
		{9, EVENT_VERIFIED, D(3, 2)},
		{10, EVENT_REVIEWED, D(3, 5)}, /* once more: the first counts */
		{11, EVENT_SIGNED_OFF, D(3, 9)},
	};
	struct course c = course_of(events, 7);

	cr_assert_eq(c.state, STATE_ACCEPTED);
	cr_assert_eq(c.step_seq[STEP_SELF], 5);
	cr_assert_not_null(
		policy_event_refusal(&c, EVENT_SIGNED_OFF, CATEGORY_LUAN, MEASURE_RECTIFY));
	cr_assert_not_null(
		policy_event_refusal(&c, EVENT_VERIFIED, CATEGORY_LUAN, MEASURE_RECTIFY));
	cr_assert_null(policy_event_refusal(&c, EVENT_REVIEWED, CATEGORY_LUAN, MEASURE_RECTIFY));
	c = course_of(events, 8);
	cr_assert_not_null(
		policy_event_refusal(&c, EVENT_SIGNED_OFF, CATEGORY_LUAN, MEASURE_RECTIFY),
		"verified before the review");
	c = course_of(events, COUNT_OF(events));
	cr_assert_eq(c.state, STATE_SIGNED_OFF);
	cr_assert_eq(day_compare(c.since, D(3, 9)), 0);
	cr_assert_eq(c.step_seq[STEP_REVIEW], 8);
	cr_assert_eq(c.step_seq[STEP_VERIFY], 9);
}

Test(policy_course, a_sign_off_before_a_relapse_of_the_same_day_stays_void)
{
	const struct event_fact events[] = {
		{1, EVENT_ORDERED, D(1, 1)},
		{2, EVENT_ACCEPTED, D(2, 1)},
		{3, EVENT_SIGNED_OFF, D(3, 1)},
		{4, EVENT_RELAPSED, D(3, 1)},
		{5, EVENT_CLOSED, D(3, 1)},
	};

	cr_assert_eq(course_of(events, COUNT_OF(events)).state, STATE_CLOSED);
}

Test(policy_course, a_closure_on_the_day_of_the_sign_off_needs_a_new_sign_off)
{
	const struct event_fact events[] = {
		{1, EVENT_ORDERED, D(1, 1)},
		{2, EVENT_ACCEPTED, D(2, 1)},
		{3, EVENT_SIGNED_OFF, D(3, 1)},
		{4, EVENT_CLOSED, D(3, 1)},
	};

	cr_assert_eq(course_of(events, COUNT_OF(events)).state, STATE_CLOSED);
}

Test(policy_course, an_order_recorded_late_is_taken_at_its_own_day)
{
	const struct event_fact events[] = {
		{7, EVENT_ORDERED, D(1, 2)},
		{1, EVENT_REGISTERED, D(1, 10)},
		{2, EVENT_CLASSIFIED, D(1, 12)},
	};
	struct course c = course_of(events, COUNT_OF(events));

	cr_assert_eq(c.state, STATE_ORDERED);
	cr_assert_eq(day_compare(c.since, D(1, 2)), 0);
}

Test(policy_course, out_of_scope_stands_over_all_but_a_withdrawal)
{
	const struct event_fact events[] = {
		{1, EVENT_REGISTERED, D(1, 1)}, {2, EVENT_WITHDRAWN, D(1, 2)}};
	struct course c;

	policy_course(events, 1, true, &c);
	cr_assert_eq(c.state, STATE_OUT_OF_SCOPE);
	cr_assert(c.discharged);
	policy_course(events, 2, true, &c);
	cr_assert_eq(c.state, STATE_WITHDRAWN);
}

/* ---- what may follow -------------------------------------------------------------------- */

#define KINDS(...) \
	{ \
		__VA_ARGS__ \
	}

static const struct {
	const char *name;
	enum event_kind before[16];
	enum event_kind kind;
	enum category category;
	enum measure measure;
	bool refused;
} follow[] = {
	{"accepted before an order", KINDS(EVENT_REGISTERED, EVENT_CLASSIFIED), EVENT_ACCEPTED,
		CATEGORY_LUAN, MEASURE_RECTIFY, true},
	{"asked before an order", KINDS(EVENT_REGISTERED), EVENT_ACCEPTANCE_ASKED, CATEGORY_LUAN,
		MEASURE_NONE, true},
	{"scattered needs no order", KINDS(EVENT_REGISTERED, EVENT_MOVED), EVENT_ACCEPTED,
		CATEGORY_SAN, MEASURE_RELOCATE, false},
	{"accepted after the order", KINDS(EVENT_REGISTERED, EVENT_ORDERED), EVENT_ACCEPTED,
		CATEGORY_LUAN, MEASURE_RECTIFY, false},
	{"accepted twice", KINDS(TO_ACCEPTED), EVENT_ACCEPTED, CATEGORY_LUAN, MEASURE_RECTIFY,
		true},
	{"accepted though to be closed", KINDS(EVENT_REGISTERED, EVENT_ORDERED), EVENT_ACCEPTED,
		CATEGORY_LUAN, MEASURE_CLOSE, true},
	{"accepted after closing", KINDS(EVENT_REGISTERED, EVENT_ORDERED, EVENT_CLOSED),
		EVENT_ACCEPTED, CATEGORY_LUAN, MEASURE_RECTIFY, true},
	{"rejected when asked", KINDS(EVENT_REGISTERED, EVENT_ORDERED, EVENT_ACCEPTANCE_ASKED),
		EVENT_REJECTED, CATEGORY_LUAN, MEASURE_RECTIFY, false},
	{"rejected out of nothing", KINDS(EVENT_REGISTERED), EVENT_REJECTED, CATEGORY_LUAN,
		MEASURE_NONE, true},
	{"rejected after acceptance", KINDS(TO_ACCEPTED), EVENT_REJECTED, CATEGORY_LUAN,
		MEASURE_NONE, true},
	{"resumed before acceptance", KINDS(EVENT_REGISTERED, EVENT_ORDERED), EVENT_RESUMED,
		CATEGORY_LUAN, MEASURE_RECTIFY, true},
	{"resumed after acceptance", KINDS(TO_ACCEPTED), EVENT_RESUMED, CATEGORY_LUAN,
		MEASURE_RECTIFY, false},
	{"resumed after closing", KINDS(EVENT_REGISTERED, EVENT_CLOSED), EVENT_RESUMED,
		CATEGORY_SANLUANWU, MEASURE_CLOSE, true},
	{"closed without an order", KINDS(EVENT_REGISTERED), EVENT_CLOSED, CATEGORY_SANLUANWU,
		MEASURE_CLOSE, false},
	{"closed twice", KINDS(EVENT_REGISTERED, EVENT_CLOSED), EVENT_CLOSED, CATEGORY_SANLUANWU,
		MEASURE_CLOSE, true},
	{"moved after closing", KINDS(EVENT_REGISTERED, EVENT_CLOSED), EVENT_MOVED, CATEGORY_SAN,
		MEASURE_CLOSE, true},
	{"sign-off before acceptance", KINDS(EVENT_REGISTERED, EVENT_ORDERED), EVENT_SIGNED_OFF,
		CATEGORY_LUAN, MEASURE_RECTIFY, true},
	{"self-check before acceptance", KINDS(EVENT_REGISTERED, EVENT_ORDERED), EVENT_SELF_CHECKED,
		CATEGORY_LUAN, MEASURE_RECTIFY, true},
	{"self-check", KINDS(TO_ACCEPTED), EVENT_SELF_CHECKED, CATEGORY_LUAN, MEASURE_RECTIFY,
		false},
	{"review without self-check", KINDS(TO_ACCEPTED), EVENT_REVIEWED, CATEGORY_LUAN,
		MEASURE_RECTIFY, true},
	{"verification without review", KINDS(TO_ACCEPTED, EVENT_SELF_CHECKED), EVENT_VERIFIED,
		CATEGORY_LUAN, MEASURE_RECTIFY, true},
	{"sign-off without verification", KINDS(TO_ACCEPTED, EVENT_SELF_CHECKED, EVENT_REVIEWED),
		EVENT_SIGNED_OFF, CATEGORY_LUAN, MEASURE_RECTIFY, true},
	{"sign-off after the three steps",
		KINDS(TO_ACCEPTED, EVENT_SELF_CHECKED, EVENT_REVIEWED, EVENT_VERIFIED),
		EVENT_SIGNED_OFF, CATEGORY_LUAN, MEASURE_RECTIFY, false},
	{"sign-off twice", KINDS(TO_SIGNED_OFF), EVENT_SIGNED_OFF, CATEGORY_LUAN, MEASURE_RECTIFY,
		true},
	{"sign-off of a closed one that is not cleared out",
		KINDS(EVENT_REGISTERED, EVENT_CLOSED, EVENT_SELF_CHECKED, EVENT_REVIEWED,
			EVENT_VERIFIED),
		EVENT_SIGNED_OFF, CATEGORY_SANLUANWU, MEASURE_CLOSE, true},
	{"sign-off of a closed one of another category that is not cleared out",
		KINDS(EVENT_REGISTERED, EVENT_CLOSED, EVENT_SELF_CHECKED, EVENT_REVIEWED,
			EVENT_VERIFIED),
		EVENT_SIGNED_OFF, CATEGORY_LUAN, MEASURE_CLOSE, true},
	{"sign-off of a closed one with four items of five",
		KINDS(EVENT_REGISTERED, EVENT_CLOSED, EVENT_CLEARED_WATER, EVENT_CLEARED_POWER,
			EVENT_CLEARED_EQUIPMENT, EVENT_CLEARED_MATERIALS, EVENT_SELF_CHECKED,
			EVENT_REVIEWED, EVENT_VERIFIED),
		EVENT_SIGNED_OFF, CATEGORY_SAN, MEASURE_CLOSE, true},
	{"sign-off of a closed one that is cleared out",
		KINDS(EVENT_REGISTERED, EVENT_CLOSED, CLEARED, EVENT_SELF_CHECKED, EVENT_REVIEWED,
			EVENT_VERIFIED),
		EVENT_SIGNED_OFF, CATEGORY_SANLUANWU, MEASURE_CLOSE, false},
	{"the steps count anew after a closure", KINDS(TO_SIGNED_OFF, EVENT_CLOSED),
		EVENT_SIGNED_OFF, CATEGORY_SANLUAN, MEASURE_CLOSE, true},
	{"looked back too early", KINDS(EVENT_REGISTERED, EVENT_ORDERED), EVENT_LOOKED_BACK,
		CATEGORY_LUAN, MEASURE_NONE, true},
	{"looked back after closing", KINDS(EVENT_REGISTERED, EVENT_CLOSED), EVENT_LOOKED_BACK,
		CATEGORY_LUAN, MEASURE_NONE, false},
	{"relapsed too early", KINDS(EVENT_REGISTERED, EVENT_ORDERED), EVENT_RELAPSED,
		CATEGORY_LUAN, MEASURE_NONE, true},
	{"relapsed after acceptance", KINDS(TO_ACCEPTED), EVENT_RELAPSED, CATEGORY_LUAN,
		MEASURE_NONE, false},
	{"relapsed after the sign-off", KINDS(TO_SIGNED_OFF), EVENT_RELAPSED, CATEGORY_LUAN,
		MEASURE_NONE, false},
	{"an order after the sign-off", KINDS(TO_SIGNED_OFF), EVENT_ORDERED, CATEGORY_LUAN,
		MEASURE_NONE, true},
	{"an order after a relapse", KINDS(TO_SIGNED_OFF, EVENT_RELAPSED), EVENT_ORDERED,
		CATEGORY_LUAN, MEASURE_NONE, false},
	{"an order for a closed one that had none", KINDS(EVENT_REGISTERED, EVENT_CLOSED),
		EVENT_ORDERED, CATEGORY_LUAN, MEASURE_NONE, false},
	{"registered twice", KINDS(EVENT_REGISTERED), EVENT_REGISTERED, CATEGORY_NONE, MEASURE_NONE,
		true},
	{"anything after a withdrawal", KINDS(EVENT_REGISTERED, EVENT_WITHDRAWN), EVENT_PROGRESS,
		CATEGORY_LUAN, MEASURE_NONE, true},
	{"a correction after a withdrawal", KINDS(EVENT_REGISTERED, EVENT_WITHDRAWN),
		EVENT_CORRECTION, CATEGORY_LUAN, MEASURE_NONE, false},
	{"reclassified after the sign-off", KINDS(TO_SIGNED_OFF), EVENT_CLASSIFIED, CATEGORY_LUAN,
		MEASURE_NONE, false},
	{"a penalty at any time", KINDS(EVENT_REGISTERED), EVENT_PENALISED, CATEGORY_NONE,
		MEASURE_NONE, false},
	{"no such kind", KINDS(EVENT_REGISTERED), EVENT_KIND_COUNT, CATEGORY_NONE, MEASURE_NONE,
		true},
};

Test(policy_event, what_may_follow_and_what_is_refused)
{
	for (size_t i = 0; i < COUNT_OF(follow); i++) {
		size_t count = 0;
		struct course c;
		const char *why;

		while (count < COUNT_OF(follow[i].before) && follow[i].before[count])
			count++;
		c = after(follow[i].before, count);
		why = policy_event_refusal(
			&c, follow[i].kind, follow[i].category, follow[i].measure);
		cr_assert_eq(why != NULL, follow[i].refused, "%s: %s", follow[i].name,
			why ? why : "may follow");
	}
}

Test(policy_event, what_is_missing_of_the_five_items_is_named)
{
	static const char *const items[] = {"断水", "断电", "清设备", "清原料", "清产品"};
	static const enum event_kind all[] = {EVENT_REGISTERED, EVENT_CLOSED, EVENT_SELF_CHECKED,
		EVENT_REVIEWED, EVENT_VERIFIED, CLEARED};

	for (size_t done = 0; done < COUNT_OF(items); done++) {
		struct course c = after(all, 5 + done);
		const char *why =
			policy_event_refusal(&c, EVENT_SIGNED_OFF, CATEGORY_WU, MEASURE_CLOSE);

		cr_assert_not_null(why, "%zu items", done);
		cr_assert_not_null(strstr(why, items[done]), "%s", why);
		cr_assert_not_null(strstr(why, policy_event_id(all[5 + done])), "%s", why);
	}
}

Test(policy_event, a_record_out_of_scope_takes_only_what_brings_it_back_or_ends_it)
{
	const struct event_fact events[] = {{1, EVENT_REGISTERED, D(1, 1)}};
	struct course c;

	policy_course(events, 1, true, &c);
	cr_assert_not_null(policy_event_refusal(&c, EVENT_ORDERED, CATEGORY_LUAN, MEASURE_NONE));
	cr_assert_null(policy_event_refusal(&c, EVENT_WITHDRAWN, CATEGORY_LUAN, MEASURE_NONE));
	cr_assert_null(policy_event_refusal(&c, EVENT_CORRECTION, CATEGORY_LUAN, MEASURE_NONE));
	cr_assert_null(policy_event_refusal(&c, EVENT_CLASSIFIED, CATEGORY_LUAN, MEASURE_NONE));
}
