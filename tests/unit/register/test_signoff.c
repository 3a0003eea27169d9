/* signoff.c: three units, five items with what shows them, and what a correction takes away. */
#include "instance.h"

#include "tianlan/register_supervision.h"

#include <string.h>

static const enum event_kind items[] = {EVENT_CLEARED_WATER, EVENT_CLEARED_POWER,
	EVENT_CLEARED_EQUIPMENT, EVENT_CLEARED_MATERIALS, EVENT_CLEARED_PRODUCTS};

static enum err_code try_step(struct instance *in, struct enterprise_id id, enum event_kind kind,
	const char *unit, struct day day, struct err *e)
{
	struct event_new ev = {.kind = kind, .day = day, .unit = unit};
	int64_t seq;

	*e = (struct err){0};
	return reg_event_add(in->reg, id, &ev, &staff, &seq, e);
}

static void correct(struct instance *in, struct enterprise_id id, int64_t wrong)
{
	struct event_new ev = {.kind = EVENT_CORRECTION,
		.day = ymd(2018, 6, 1),
		.note = "登记有误",
		.corrects = wrong};
	struct err e = {0};
	int64_t seq;

	cr_assert_eq(reg_event_add(in->reg, id, &ev, &staff, &seq, &e), ERR_OK, "%s", e.message);
}

static struct enterprise_id accepted(struct instance *in)
{
	struct enterprise_id id = enterprise_plain(in);

	set_field(in, id, "category", "乱");
	event_on(in, id, EVENT_ORDERED, ymd(2018, 1, 10));
	event_on(in, id, EVENT_ACCEPTED, ymd(2018, 2, 1));
	return id;
}

/* Closed, the three steps taken; nothing cleared. */
static struct enterprise_id closed(struct instance *in)
{
	struct enterprise_id id = enterprise_plain(in);

	set_field(in, id, "category", "乱");
	event_on(in, id, EVENT_CLOSED, ymd(2018, 2, 1));
	event_of(in, id, EVENT_SELF_CHECKED, STREET, ymd(2018, 3, 1), NULL);
	event_of(in, id, EVENT_REVIEWED, "environment", ymd(2018, 3, 2), NULL);
	event_of(in, id, EVENT_VERIFIED, "economy", ymd(2018, 3, 3), NULL);
	return id;
}

static enum course_state state(struct instance *in, struct enterprise_id id)
{
	return enterprise_now(in, id).course.state;
}

static struct signoff_state signoff(struct instance *in, struct enterprise_id id)
{
	struct signoff_state s = {.closes = false};
	struct err e = {0};

	cr_assert_eq(reg_signoff_get(in->reg, id, in->arena, &s, &e), ERR_OK, "%s", e.message);
	return s;
}

Test(signoff, every_step_names_its_unit_and_each_of_the_three_another_one)
{
	static const struct {
		enum event_kind kind;
		const char *unit;
		bool refused;
		const char *says;
	} steps[] = {
		{EVENT_SELF_CHECKED, NULL, true, "--unit"},
		{EVENT_SELF_CHECKED, STREET, false, NULL},
		{EVENT_REVIEWED, NULL, true, "--unit"},
		{EVENT_REVIEWED, STREET, true, "七纺街道"},
		{EVENT_REVIEWED, "environment", false, NULL},
		{EVENT_VERIFIED, STREET, true, "另一个单位"},
		{EVENT_VERIFIED, "environment", true, "区环保局"},
		{EVENT_VERIFIED, "economy", false, NULL},
		{EVENT_SIGNED_OFF, NULL, true, "--unit"},
		{EVENT_SIGNED_OFF, "economy", false, NULL},
	};
	struct instance in = instance_new();
	struct enterprise_id id = accepted(&in);
	struct err e;

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		enum err_code code = try_step(&in, id, steps[i].kind, steps[i].unit,
			day_add(ymd(2018, 3, 1), (int)i), &e);

		cr_assert_eq(
			code, steps[i].refused ? ERR_CONFLICT : ERR_OK, "%zu: %s", i, e.message);
		if (steps[i].says)
			cr_assert_not_null(
				strstr(e.message, steps[i].says), "%zu: %s", i, e.message);
	}
	cr_assert_eq(state(&in, id), STATE_SIGNED_OFF);
	instance_done(&in);
}

Test(signoff, a_closed_one_needs_each_of_the_five_items_with_a_file_whatever_its_category)
{
	struct instance in = instance_new();
	struct enterprise_id id = closed(&in);
	const char *file = file_with(&in, "现场.txt", "演示");
	struct err e;

	for (size_t i = 0; i < COUNT_OF(items); i++) {
		cr_assert_eq(try_step(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 9), &e),
			ERR_CONFLICT);
		cr_assert_not_null(
			strstr(e.message, policy_event_id(items[i])), "%zu: %s", i, e.message);
		event_of(&in, id, items[i], NULL, ymd(2018, 2, 5), i == 2 ? NULL : file);
	}
	cr_assert_eq(try_step(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 9), &e),
		ERR_CONFLICT, "the third has no file");
	cr_assert_not_null(strstr(e.message, "清设备"), "%s", e.message);
	cr_assert_not_null(strstr(e.message, "tianlan evidence add"), "%s", e.message);
	/* Of another day, or of a kind that shows nothing of it, a file filed later does not count. */
	cr_assert_eq(reg_evidence_add(
			     in.reg, id, file, "photo-after", ymd(2018, 2, 6), false, &staff, &e),
		ERR_OK);
	cr_assert_eq(reg_evidence_add(
			     in.reg, id, file, "photo-before", ymd(2018, 2, 5), false, &staff, &e),
		ERR_OK);
	cr_assert_eq(
		try_step(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 9), &e), ERR_CONFLICT);
	cr_assert_eq(signoff(&in, id).cleared_evidence[2], 0);
	cr_assert_eq(reg_evidence_add(in.reg, id, file, "equipment-list", ymd(2018, 2, 5), false,
			     &staff, &e),
		ERR_OK);
	cr_assert_eq(try_step(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 9), &e), ERR_OK,
		"%s", e.message);
	cr_assert_eq(state(&in, id), STATE_SIGNED_OFF);
	instance_done(&in);
}

Test(signoff,
	a_step_corrected_away_takes_the_sign_off_with_it_and_brings_it_back_only_by_another_unit)
{
	struct instance in = instance_new();
	struct enterprise_id id = accepted(&in);
	int64_t review;
	struct err e;

	event_of(&in, id, EVENT_SELF_CHECKED, STREET, ymd(2018, 3, 1), NULL);
	review = event_of(&in, id, EVENT_REVIEWED, "environment", ymd(2018, 3, 2), NULL);
	event_of(&in, id, EVENT_VERIFIED, "economy", ymd(2018, 3, 3), NULL);
	event_of(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 4), NULL);
	correct(&in, id, review);
	cr_assert_eq(state(&in, id), STATE_ACCEPTED);
	cr_assert_not(day_is_set(signoff(&in, id).day[1]));
	/* The steps that stand, earlier and later, are by units that may not do it. */
	cr_assert_eq(try_step(&in, id, EVENT_REVIEWED, STREET, ymd(2018, 3, 2), &e), ERR_CONFLICT);
	cr_assert_eq(
		try_step(&in, id, EVENT_REVIEWED, "economy", ymd(2018, 3, 2), &e), ERR_CONFLICT);
	cr_assert_eq(state(&in, id), STATE_ACCEPTED);
	cr_assert_eq(try_step(&in, id, EVENT_REVIEWED, "safety", ymd(2018, 3, 2), &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(state(&in, id), STATE_SIGNED_OFF);
	instance_done(&in);
}

Test(signoff, a_review_recorded_anew_on_a_later_day_asks_for_a_new_verification)
{
	struct instance in = instance_new();
	struct enterprise_id id = accepted(&in);
	int64_t review;
	struct err e;

	event_of(&in, id, EVENT_SELF_CHECKED, STREET, ymd(2018, 3, 1), NULL);
	review = event_of(&in, id, EVENT_REVIEWED, "environment", ymd(2018, 3, 2), NULL);
	event_of(&in, id, EVENT_VERIFIED, "economy", ymd(2018, 3, 3), NULL);
	correct(&in, id, review);
	event_of(&in, id, EVENT_REVIEWED, "environment", ymd(2018, 3, 10), NULL);
	cr_assert_eq(
		try_step(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 20), &e), ERR_CONFLICT);
	cr_assert_not_null(strstr(e.message, "核查"), "%s", e.message);
	cr_assert_not_null(strstr(signoff(&in, id).next, "--step verify"));
	event_of(&in, id, EVENT_VERIFIED, "economy", ymd(2018, 3, 12), NULL);
	event_of(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 20), NULL);
	cr_assert_eq(state(&in, id), STATE_SIGNED_OFF);
	instance_done(&in);
}

Test(signoff, an_item_corrected_away_and_recorded_without_a_file_does_not_bring_the_sign_off_back)
{
	struct instance in = instance_new();
	struct enterprise_id id = closed(&in);
	const char *file = file_with(&in, "现场.txt", "演示");
	int64_t water = 0;
	struct err e;

	for (size_t i = 0; i < COUNT_OF(items); i++) {
		int64_t seq = event_of(&in, id, items[i], NULL, ymd(2018, 2, 5), file);

		water = i == 0 ? seq : water;
	}
	event_of(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 9), NULL);
	correct(&in, id, water);
	cr_assert_eq(state(&in, id), STATE_CLOSED);
	cr_assert_eq(try_step(&in, id, EVENT_CLEARED_WATER, NULL, ymd(2018, 2, 4), &e),
		ERR_CONFLICT, "the sign-off would count without anything that shows the water");
	cr_assert_not_null(strstr(e.message, "断水"), "%s", e.message);
	cr_assert_eq(state(&in, id), STATE_CLOSED);
	event_of(&in, id, EVENT_CLEARED_WATER, NULL, ymd(2018, 2, 4), file);
	cr_assert_eq(state(&in, id), STATE_SIGNED_OFF);
	instance_done(&in);
}

Test(signoff, nothing_from_before_a_relapse_counts)
{
	struct instance in = instance_new();
	struct enterprise_id id = closed(&in);
	const char *file = file_with(&in, "现场.txt", "演示");
	struct signoff_state s;
	struct err e;

	for (size_t i = 0; i < COUNT_OF(items); i++)
		event_of(&in, id, items[i], NULL, ymd(2018, 2, 5), file);
	event_of(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 9), NULL);
	event_on(&in, id, EVENT_LOOKED_BACK, ymd(2018, 5, 1));
	event_on(&in, id, EVENT_RELAPSED, ymd(2018, 5, 1));
	event_on(&in, id, EVENT_CLOSED, ymd(2018, 5, 9));
	s = signoff(&in, id);
	for (size_t i = 0; i < COUNT_OF(items); i++) {
		cr_assert_not(day_is_set(s.cleared[i]));
		cr_assert_eq(s.cleared_evidence[i], 0);
		event_of(&in, id, items[i], NULL, ymd(2018, 5, 10), NULL);
	}
	/* Another unit than before may begin: the steps of before are gone. */
	event_of(&in, id, EVENT_SELF_CHECKED, "economy", ymd(2018, 6, 1), NULL);
	event_of(&in, id, EVENT_REVIEWED, STREET, ymd(2018, 6, 2), NULL);
	event_of(&in, id, EVENT_VERIFIED, "environment", ymd(2018, 6, 3), NULL);
	cr_assert_eq(try_step(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 6, 4), &e),
		ERR_CONFLICT, "the files are of before the relapse");
	instance_done(&in);
}

Test(signoff, it_says_what_is_to_be_done_next)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	const char *file = file_with(&in, "现场.txt", "演示");
	struct signoff_state s;

	cr_assert_not_null(strstr(signoff(&in, id).next, "尚未验收合格或关停取缔"));
	event_on(&in, id, EVENT_CLOSED, ymd(2018, 2, 1));
	cr_assert(signoff(&in, id).closes);
	for (size_t i = 0; i < COUNT_OF(items); i++) {
		cr_assert_not_null(strstr(signoff(&in, id).next, policy_event_id(items[i])));
		event_of(&in, id, items[i], NULL, ymd(2018, 2, 5), i ? file : NULL);
		if (i == 0) {
			struct err e = {0};

			cr_assert_not_null(strstr(signoff(&in, id).next, "没有材料"));
			cr_assert_eq(reg_evidence_add(in.reg, id, file, "photo-during",
					     ymd(2018, 2, 5), false, &staff, &e),
				ERR_OK);
		}
	}
	cr_assert_not_null(strstr(signoff(&in, id).next, "--step self"));
	event_of(&in, id, EVENT_SELF_CHECKED, STREET, ymd(2018, 3, 1), NULL);
	cr_assert_not_null(strstr(signoff(&in, id).next, "--step review"));
	event_of(&in, id, EVENT_REVIEWED, "environment", ymd(2018, 3, 2), NULL);
	event_of(&in, id, EVENT_VERIFIED, "economy", ymd(2018, 3, 3), NULL);
	cr_assert_not_null(strstr(signoff(&in, id).next, "--step sign-off"));
	event_of(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 4), NULL);
	s = signoff(&in, id);
	cr_assert_eq(day_compare(s.signed_off, ymd(2018, 3, 4)), 0);
	cr_assert_str_eq(s.unit[0], STREET);
	cr_assert_str_eq(s.unit[2], "economy");
	cr_assert_eq(s.cleared_evidence[4], 2, "its own and the photo of that day");
	instance_done(&in);
}
