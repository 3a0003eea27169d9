#include "instance.h"

#include <stdlib.h>
#include <string.h>

static enum err_code add(
	struct instance *in, struct enterprise_id id, struct event_new ev, struct err *e)
{
	int64_t seq;

	return reg_event_add(in->reg, id, &ev, &staff, &seq, e);
}

static int64_t correct(struct instance *in, struct enterprise_id id, int64_t wrong)
{
	struct event_new ev = {.kind = EVENT_CORRECTION,
		.day = ymd(2018, 6, 1),
		.note = "日期录错",
		.corrects = wrong};
	struct err e = {0};
	int64_t seq = 0;

	cr_assert_eq(reg_event_add(in->reg, id, &ev, &staff, &seq, &e), ERR_OK, "%s", e.message);
	return seq;
}

/* 乱, ordered, asked, accepted, three checks, signed off. */
static struct enterprise_id signed_off(struct instance *in)
{
	struct enterprise_id id = enterprise_plain(in);

	set_field(in, id, "category", "乱");
	event_on(in, id, EVENT_ORDERED, ymd(2018, 1, 10));
	event_on(in, id, EVENT_ACCEPTANCE_ASKED, ymd(2018, 2, 10));
	event_on(in, id, EVENT_ACCEPTED, ymd(2018, 2, 20));
	event_of(in, id, EVENT_SELF_CHECKED, STREET, ymd(2018, 3, 1), NULL);
	event_of(in, id, EVENT_REVIEWED, "environment", ymd(2018, 3, 2), NULL);
	event_of(in, id, EVENT_VERIFIED, "economy", ymd(2018, 3, 3), NULL);
	event_of(in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 3, 4), NULL);
	return id;
}

static const char *cached_state(struct instance *in, struct enterprise_id id)
{
	char *sql = arena_printf(
		in->arena, "SELECT state FROM enterprise WHERE number=%lld", (long long)id.n);

	return query_text(in, sql);
}

Test(event, the_course_runs_to_the_sign_off_and_a_relapse_reopens_it)
{
	struct instance in = instance_new();
	struct enterprise_id id = signed_off(&in);
	struct enterprise now;

	cr_assert_str_eq(cached_state(&in, id), "signed-off");
	event_on(&in, id, EVENT_LOOKED_BACK, ymd(2018, 5, 1));
	event_on(&in, id, EVENT_RELAPSED, ymd(2018, 5, 1));
	now = enterprise_now(&in, id);
	cr_assert_str_eq(cached_state(&in, id), "relapsed");
	cr_assert_eq(now.course.relapses, 1);
	cr_assert_eq(now.course.lookbacks, 1);
	event_on(&in, id, EVENT_ORDERED, ymd(2018, 5, 3));
	cr_assert_str_eq(cached_state(&in, id), "ordered");
	cr_assert_str_eq(query_text(&in, "SELECT order_on FROM enterprise"), "2018-05-03");
	instance_done(&in);
}

Test(event, what_the_course_forbids_is_a_conflict_and_leaves_no_trace)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	int64_t events = query_int(&in, "SELECT count(*) FROM event");
	int64_t logged = query_int(&in, "SELECT count(*) FROM change_log");
	struct err e = {0};

	cr_assert_eq(
		add(&in, id, (struct event_new){.kind = EVENT_SIGNED_OFF, .day = ymd(2018, 1, 1)},
			&e),
		ERR_CONFLICT);
	cr_assert(strstr(e.message, "销号"));
	cr_assert_eq(
		add(&in, id, (struct event_new){.kind = EVENT_REGISTERED, .day = ymd(2017, 1, 1)},
			&e),
		ERR_CONFLICT);
	cr_assert_eq(
		add(&in, id, (struct event_new){.kind = EVENT_CLASSIFIED, .day = ymd(2018, 1, 1)},
			&e),
		ERR_CONFLICT);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM event"), events);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log"), logged);
	instance_done(&in);
}

Test(event, an_event_may_be_recorded_late)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);

	set_field(&in, id, "category", "乱");
	event_on(&in, id, EVENT_CLOSED, ymd(2018, 4, 1));
	event_on(&in, id, EVENT_ORDERED, ymd(2018, 2, 1));
	cr_assert_str_eq(cached_state(&in, id), "closed");
	cr_assert_eq(day_compare(enterprise_now(&in, id).course.order, ymd(2018, 2, 1)), 0);
	instance_done(&in);
}

Test(event, what_is_wrong_in_an_event_is_refused)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	static const char *const files[] = {"/no/such/file", NULL};
	struct err e = {0};
	struct day day = ymd(2018, 1, 1);

	cr_assert_eq(add(&in, id, (struct event_new){.kind = 0, .day = day}, &e), ERR_USAGE);
	cr_assert_eq(add(&in, id, (struct event_new){.kind = EVENT_KIND_COUNT, .day = day}, &e),
		ERR_USAGE);
	cr_assert_eq(add(&in, id, (struct event_new){.kind = EVENT_PROGRESS, .day = DAY_NONE}, &e),
		ERR_USAGE);
	cr_assert_eq(
		add(&in, id,
			(struct event_new){.kind = EVENT_PROGRESS, .day = day, .unit = "nobody"},
			&e),
		ERR_USAGE);
	cr_assert_eq(
		add(&in, id, (struct event_new){.kind = EVENT_PROGRESS, .day = day, .note = "\xff"},
			&e),
		ERR_USAGE);
	cr_assert_eq(
		add(&in, id, (struct event_new){.kind = EVENT_PROGRESS, .day = day, .corrects = 1},
			&e),
		ERR_USAGE);
	cr_assert_eq(
		add(&in, id, (struct event_new){.kind = EVENT_PROGRESS, .day = day, .files = files},
			&e),
		ERR_NOT_FOUND);
	cr_assert_eq(add(&in, (struct enterprise_id){9},
			     (struct event_new){.kind = EVENT_PROGRESS, .day = day}, &e),
		ERR_NOT_FOUND);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM event"), 1);
	instance_done(&in);
}

Test(event, document_numbers_follow_the_rules)
{
	static const struct {
		const char *doc;
		bool good;
	} list[] = {{"水政办〔2017〕67号", true}, {"水环责停字〔2018〕3号", true},
		{"无文号通知", true}, {"水政办[2017]67号", false}, {"水政办（2017）67号", false},
		{"水政办【2017】67号", false}, {"水政办〔17〕67号", false},
		{"水政办〔2017〕第67号", false}, {"水政办〔2017〕067号", false},
		{"水政办〔2017〕67", false}, {"水政办〔2017〕", false}, {"", false},
		{"a\nb", false}};
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);

	for (size_t i = 0; i < COUNT_OF(list); i++) {
		struct err e = {0};
		enum err_code code = add(&in, id,
			(struct event_new){
				.kind = EVENT_PROGRESS, .day = ymd(2018, 1, 1), .doc = list[i].doc},
			&e);

		cr_assert_eq(
			code, list[i].good ? ERR_OK : ERR_USAGE, "%s: %s", list[i].doc, e.message);
	}
	instance_done(&in);
}

Test(event, a_correction_voids_the_event_it_names)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in), other = enterprise_plain(&in);
	struct event_new again = {
		.kind = EVENT_CORRECTION, .day = ymd(2018, 6, 2), .note = "再更正"};
	struct err e = {0};
	int64_t closed, correction;

	closed = event_on(&in, id, EVENT_CLOSED, ymd(2018, 4, 1));
	cr_assert_str_eq(cached_state(&in, id), "closed");
	cr_assert_eq(add(&in, id, again, &e), ERR_USAGE, "it must name an event");
	again.corrects = closed;
	cr_assert_eq(add(&in, other, again, &e), ERR_NOT_FOUND);
	correction = correct(&in, id, closed);
	cr_assert_str_eq(cached_state(&in, id), "registered");
	cr_assert_eq(add(&in, id, again, &e), ERR_CONFLICT, "twice");
	again.corrects = correction;
	cr_assert_eq(add(&in, id, again, &e), ERR_CONFLICT, "a correction of a correction");
	again.corrects = 999;
	cr_assert_eq(add(&in, id, again, &e), ERR_NOT_FOUND);
	again.corrects = 1;
	again.note = NULL;
	cr_assert_eq(add(&in, id, again, &e), ERR_USAGE, "it must say why");
	/* Both stay to be read. */
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM event WHERE enterprise=1"), 3);
	event_on(&in, id, EVENT_CLOSED, ymd(2018, 4, 2));
	cr_assert_str_eq(
		query_text(&in, "SELECT since FROM enterprise WHERE number=1"), "2018-04-02");
	instance_done(&in);
}

Test(event, a_decision_corrected_away_brings_back_the_one_before)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);

	set_field(&in, id, "category", "散");
	set_field(&in, id, "category", "散乱");
	set_field(&in, id, "measure", "限期搬迁");
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM event WHERE kind='classified'"), 2);
	cr_assert_str_eq(query_text(&in, "SELECT decided FROM event WHERE kind='measure_decided'"),
		"relocate");
	correct(&in, id, query_int(&in, "SELECT max(seq) FROM event WHERE kind='classified'"));
	cr_assert_eq(enterprise_now(&in, id).category, CATEGORY_SAN);
	correct(&in, id, query_int(&in, "SELECT min(seq) FROM event WHERE kind='classified'"));
	cr_assert_eq(enterprise_now(&in, id).category, CATEGORY_NONE);
	cr_assert_str_eq(cached_state(&in, id), "registered");
	cr_assert_eq(enterprise_now(&in, id).measure, MEASURE_RELOCATE);
	set_field(&in, id, "measure", "");
	cr_assert_eq(enterprise_now(&in, id).measure, MEASURE_NONE);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM event WHERE kind='correction'"), 3);
	instance_done(&in);
}

struct seen {
	int64_t last_seq;
	struct day last_day;
	int events, voided;
};

static enum err_code see(void *ctx, const struct event *ev, struct err *e)
{
	struct seen *seen = ctx;

	(void)e;
	if (seen->events)
		cr_assert(day_compare(seen->last_day, ev->day) < 0 ||
			  (day_compare(seen->last_day, ev->day) == 0 && seen->last_seq < ev->seq));
	seen->last_day = ev->day;
	seen->last_seq = ev->seq;
	seen->events++;
	seen->voided += ev->voided;
	return ERR_OK;
}

Test(event, events_are_listed_by_day_then_number)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct seen seen = {0};
	struct err e = {0};

	event_on(&in, id, EVENT_PROGRESS, ymd(2018, 3, 1));
	event_on(&in, id, EVENT_PROGRESS, ymd(2018, 2, 1));
	correct(&in, id, event_on(&in, id, EVENT_PROGRESS, ymd(2018, 2, 1)));
	cr_assert_eq(reg_event_each(in.reg, id, see, &seen, &e), ERR_OK);
	cr_assert_eq(seen.events, 5);
	cr_assert_eq(seen.voided, 1);
	instance_done(&in);
}

Test(event, files_are_filed_with_their_event_or_neither_is)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	const char *files[] = {
		file_with(&in, "现场.jpg", "photo"), file_with(&in, "clip.mp4", "film"), NULL};
	const char *missing[] = {files[0], "/no/such/file", NULL};
	struct event_new ev = {.kind = EVENT_LOOKED_BACK, .day = ymd(2018, 1, 3), .files = missing};
	struct err e = {0};

	ev.kind = EVENT_PROGRESS;
	cr_assert_eq(add(&in, id, ev, &e), ERR_NOT_FOUND);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM evidence"), 0);
	ev.files = files;
	cr_assert_eq(add(&in, id, ev, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM evidence WHERE event IS NOT NULL"), 2);
	cr_assert_str_eq(
		query_text(&in, "SELECT kind FROM evidence WHERE name='clip.mp4'"), "video");
	instance_done(&in);
}

/* ---- the cache equals the course ------------------------------------------------------------------ */

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

struct facts {
	struct event_fact list[256];
	size_t count;
};

static enum err_code collect(void *ctx, const struct event *ev, struct err *e)
{
	struct facts *f = ctx;

	(void)e;
	if (!ev->voided && f->count < COUNT_OF(f->list))
		f->list[f->count++] = (struct event_fact){ev->seq, ev->kind, ev->day};
	return ERR_OK;
}

static void assert_cache(struct instance *in, struct enterprise_id id)
{
	struct facts facts = {.count = 0};
	struct enterprise now = enterprise_now(in, id);
	struct course course;
	struct err e = {0};
	char day[DAY_TEXT_BYTES];
	const char *since;

	cr_assert_eq(reg_event_each(in->reg, id, collect, &facts, &e), ERR_OK);
	policy_course(
		facts.list, facts.count, str_eq(now.value[FIELD_OUT_OF_SCOPE], "yes"), &course);
	cr_assert_str_eq(cached_state(in, id), policy_state_slug(course.state));
	cr_assert_eq(now.course.state, course.state);
	since = query_text(
		in, arena_printf(in->arena,
			    "SELECT coalesce(since,'') FROM enterprise WHERE number=%lld",
			    (long long)id.n));
	cr_assert_str_eq(since, day_text(course.since, day));
	cr_assert_eq(memcmp(now.course.done, course.done, sizeof(course.done)), 0);
	/* The category in force is the latest recorded decision that stands. */
	cr_assert_eq(
		query_int(in, arena_printf(in->arena,
				      "SELECT category IS (SELECT decided FROM event e WHERE "
				      "kind='classified'"
				      " AND enterprise=number AND NOT EXISTS (SELECT 1 FROM event c"
				      " WHERE c.corrects=e.seq) ORDER BY seq DESC LIMIT 1)"
				      " FROM enterprise WHERE number=%lld",
				      (long long)id.n)),
		1);
}

static void one_step(struct instance *in, struct enterprise_id id, uint32_t *seed)
{
	static const char *const categories[] = {
		"散", "乱", "污", "散乱", "散污", "乱污", "散乱污", ""};
	static const char *const units[] = {STREET, "environment", "economy", NULL};
	struct day day = day_add(ymd(2018, 1, 1), (int)(next(seed) % 200));
	struct event_new ev = {.kind = 1 + (enum event_kind)(next(seed) % (EVENT_KIND_COUNT - 1)),
		.day = day,
		.unit = units[next(seed) % COUNT_OF(units)],
		.note = "x"};
	struct err e = {0};
	bool changed;
	int64_t seq;

	switch (next(seed) % 8) {
	case 0:
		(void)!reg_enterprise_set(in->reg, id, FIELD_CATEGORY,
			categories[next(seed) % COUNT_OF(categories)], day, &staff, &changed, &e);
		break;
	case 1:
		(void)!reg_enterprise_set(in->reg, id, FIELD_OUT_OF_SCOPE,
			next(seed) % 4 ? "否" : "是", day, &staff, &changed, &e);
		break;
	case 2:
		ev.kind = EVENT_CORRECTION;
		ev.corrects =
			1 + next(seed) % (uint32_t)query_int(in, "SELECT max(seq) FROM event");
		(void)!reg_event_add(in->reg, id, &ev, &staff, &seq, &e);
		break;
	default:
		if (ev.kind == EVENT_WITHDRAWN && next(seed) % 8)
			ev.kind = EVENT_ORDERED;
		(void)!reg_event_add(in->reg, id, &ev, &staff, &seq, &e);
	}
	cr_assert_neq(e.code, ERR_SYSTEM, "%s", e.message);
}

Test(event, the_cache_equals_the_course_after_any_sequence)
{
	struct instance in = instance_new();
	struct err e = {0};
	uint32_t seed = 67;

	for (int round = 0; round < 20; round++) {
		struct enterprise_id id = enterprise_plain(&in);
		bool undo = round % 4 == 3;

		/* One transaction each: commits are not what is tested, and some of them are undone. */
		cr_assert_eq(reg_begin(in.reg, &e), ERR_OK);
		for (int step = 0; step < 40; step++) {
			one_step(&in, id, &seed);
			assert_cache(&in, id);
		}
		if (undo)
			reg_rollback(in.reg);
		else
			cr_assert_eq(reg_commit(in.reg, &e), ERR_OK);
		assert_cache(&in, id);
		arena_reset(in.arena);
	}
	cr_assert_gt(query_int(&in, "SELECT count(*) FROM event"), 150);
	cr_assert_gt(query_int(&in, "SELECT count(*) FROM event WHERE kind='correction'"), 5);
	instance_done(&in);
}
