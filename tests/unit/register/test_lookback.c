/* lookback.c: whom the plan takes and in what order, that the draw can be done again, and what a visit leaves behind. */
#include "instance.h"

#include "tianlan/register_supervision.h"

#include <stdlib.h>
#include <string.h>

#define Q ((struct quarter){2018, 4})

static struct lookback_options options(void)
{
	return (struct lookback_options){
		.quarter = Q, .seed = "2018Q4 种子", .months = 6, .share = 30};
}

static size_t plan(struct instance *in)
{
	struct lookback_options o = options();
	struct err e = {0};
	size_t count = 0;

	cr_assert_eq(reg_lookback_plan(in->reg, &o, ymd(2018, 10, 8), &staff, &count, &e), ERR_OK,
		"%s", e.message);
	return count;
}

/* Closed on a day; of no category. */
static struct enterprise_id closed_on(struct instance *in, struct day day)
{
	struct enterprise_id id = enterprise_plain(in);

	event_on(in, id, EVENT_CLOSED, day);
	return id;
}

static void tip_off(struct instance *in, struct enterprise_id id)
{
	char *sql = arena_printf(in->arena,
		"INSERT INTO tip_case (id, host, week, commitment, origin, received_on, "
		"enterprise, "
		"state, since) VALUES ('%032lld', 'demo-1', '2018-W30', 'c%lld', 'form', "
		"'2018-07-23', %lld, 'received', '2018-07-23')",
		(long long)id.n, (long long)id.n, (long long)id.n);

	cr_assert_eq(sqlite3_exec(in->reg->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
		sqlite3_errmsg(in->reg->db));
}

struct listed {
	int64_t ids[64];
	char reasons[64][16];
	size_t count;
};

static enum err_code take(void *ctx, const struct lookback *l, struct err *e)
{
	struct listed *list = ctx;

	(void)e;
	cr_assert_eq(l->place, (int64_t)list->count + 1);
	cr_assert_str_not_empty(l->name);
	list->ids[list->count] = l->enterprise.n;
	memcpy(list->reasons[list->count++], l->reason, strlen(l->reason) + 1);
	return ERR_OK;
}

static struct listed listed(struct instance *in)
{
	struct listed list = {.count = 0};
	struct err e = {0};

	cr_assert_eq(reg_lookback_each(in->reg, Q, NULL, false, take, &list, &e), ERR_OK, "%s",
		e.message);
	return list;
}

Test(lookback, relapsed_before_then_tipped_off_then_recent_then_drawn)
{
	struct instance in = instance_new();
	struct enterprise_id recent = closed_on(&in, ymd(2018, 8, 1));
	struct enterprise_id tipped = closed_on(&in, ymd(2018, 8, 2));
	struct enterprise_id relapsed = closed_on(&in, ymd(2018, 1, 10));
	struct enterprise_id old_tipped = closed_on(&in, ymd(2018, 1, 11));
	struct listed list;

	event_on(&in, relapsed, EVENT_RELAPSED, ymd(2018, 3, 1));
	event_on(&in, relapsed, EVENT_CLOSED, ymd(2018, 9, 1));
	tip_off(&in, tipped);
	tip_off(&in, old_tipped);
	enterprise_plain(&in);		  /* not settled */
	closed_on(&in, ymd(2019, 1, 1));  /* after the quarter */
	closed_on(&in, ymd(2018, 6, 30)); /* six months before the quarter's end: no more */
	cr_assert_eq(plan(&in), 4);
	list = listed(&in);
	cr_assert_eq(list.ids[0], relapsed.n);
	cr_assert_eq(list.ids[1], tipped.n);
	cr_assert_eq(list.ids[2], recent.n);
	cr_assert_str_eq(list.reasons[0], "relapsed");
	cr_assert_str_eq(list.reasons[1], "tipped-off");
	cr_assert_str_eq(list.reasons[2], "recent");
	cr_assert_str_eq(list.reasons[3], "drawn");
	instance_done(&in);
}

Test(lookback, the_last_day_of_the_months_counts)
{
	struct instance in = instance_new();

	closed_on(&in, ymd(2018, 7, 1));
	closed_on(&in, ymd(2018, 12, 31));
	cr_assert_eq(plan(&in), 2);
	cr_assert_str_eq(listed(&in).reasons[0], "recent");
	cr_assert_str_eq(listed(&in).reasons[1], "recent");
	instance_done(&in);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

Test(lookback, whoever_has_the_seed_and_the_list_can_draw_again)
{
	enum { ALL = 23, DRAWN = 7 }; /* 30 % of 23, rounded up */
	struct instance in = instance_new();
	char *hashes[ALL];
	struct listed list;

	for (int i = 0; i < ALL; i++) {
		struct enterprise_id id = closed_on(&in, ymd(2018, 1, 2 + i));
		char sha[SHA256_HEX_BYTES], text[ENTERPRISE_ID_BYTES];
		char *line = arena_printf(
			in.arena, "%s\n%s", options().seed, reg_id_text(in.reg, id, text));

		sha256_hex(line, strlen(line), sha);
		hashes[i] = arena_printf(in.arena, "%s %lld", sha, (long long)id.n);
	}
	qsort(hashes, ALL, sizeof(*hashes), by_text);
	cr_assert_eq(plan(&in), DRAWN);
	list = listed(&in);
	for (int i = 0; i < DRAWN; i++)
		cr_assert_eq(list.ids[i], strtoll(hashes[i] + 65, NULL, 10), "%d", i);
	cr_assert_str_eq(query_text(&in, "SELECT seed FROM public_lookback_plan"), options().seed);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_change WHERE kind='lookback-plan' "
				    "AND detail='2018Q4' AND enterprise=0"),
		1);
	instance_done(&in);
}

Test(lookback, a_plan_is_made_once_and_what_is_wrong_makes_none)
{
	struct instance in = instance_new();
	struct lookback_options bad[6];
	struct listed none = {.count = 0};
	struct err e = {0};
	size_t count;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		bad[i] = options();
	bad[0].quarter.quarter = 5;
	bad[1].seed = "";
	bad[2].seed = "two\nlines";
	bad[3].months = -1;
	bad[4].share = 101;
	bad[5].seed = NULL;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_eq(
			reg_lookback_plan(in.reg, &bad[i], ymd(2018, 10, 8), &staff, &count, &e),
			ERR_USAGE, "%zu", i);
	bad[5] = options();
	cr_assert_eq(reg_lookback_plan(in.reg, &bad[5], ymd(2018, 6, 30), &staff, &count, &e),
		ERR_USAGE, "before the quarter before");
	cr_assert_eq(reg_lookback_each(in.reg, Q, NULL, false, take, &none, &e), ERR_NOT_FOUND);
	cr_assert_eq(plan(&in), 0);
	bad[0] = options();
	cr_assert_eq(reg_lookback_plan(in.reg, &bad[0], ymd(2018, 10, 9), &staff, &count, &e),
		ERR_CONFLICT);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM public_change WHERE kind='lookback-plan'"), 1);
	instance_done(&in);
}

/* ---- visits ------------------------------------------------------------------------------------------- */

static enum err_code visit(struct instance *in, struct enterprise_id id, const char *result,
	struct day day, struct err *e)
{
	struct event_new ev = {.day = day, .unit = STREET, .note = "现场查看"};

	*e = (struct err){0};
	return reg_lookback_record(in->reg, Q, id, result, &ev, &staff, e);
}

static int64_t open_count(struct instance *in)
{
	return query_int(in, "SELECT count(*) FROM lookback WHERE done_on IS NULL");
}

Test(lookback, production_resumed_is_a_relapse_that_voids_the_sign_off)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in), held;
	struct err e;

	set_field(&in, id, "category", "乱");
	event_on(&in, id, EVENT_ORDERED, ymd(2018, 6, 1));
	event_on(&in, id, EVENT_ACCEPTED, ymd(2018, 7, 2));
	event_of(&in, id, EVENT_SELF_CHECKED, STREET, ymd(2018, 7, 3), NULL);
	event_of(&in, id, EVENT_REVIEWED, "environment", ymd(2018, 7, 4), NULL);
	event_of(&in, id, EVENT_VERIFIED, "economy", ymd(2018, 7, 5), NULL);
	event_of(&in, id, EVENT_SIGNED_OFF, "economy", ymd(2018, 7, 6), NULL);
	held = closed_on(&in, ymd(2018, 8, 1));
	cr_assert_eq(plan(&in), 2);
	cr_assert_eq(visit(&in, id, "gone", ymd(2018, 11, 1), &e), ERR_USAGE);
	cr_assert_eq(visit(&in, id, "held", ymd(2018, 9, 30), &e), ERR_USAGE, "before the quarter");
	cr_assert_eq(visit(&in, id, "relapsed", ymd(2018, 11, 1), &e), ERR_OK, "%s", e.message);
	cr_assert_eq(enterprise_now(&in, id).course.state, STATE_RELAPSED);
	cr_assert_eq(enterprise_now(&in, id).course.lookbacks, 1);
	cr_assert_eq(visit(&in, id, "held", ymd(2018, 11, 2), &e), ERR_CONFLICT, "done already");
	/* A quarter that is over is still recorded. */
	cr_assert_eq(visit(&in, held, "held", ymd(2019, 2, 1), &e), ERR_OK, "%s", e.message);
	cr_assert_eq(enterprise_now(&in, held).course.state, STATE_CLOSED);
	cr_assert_eq(open_count(&in), 0);
	cr_assert_eq(query_int(&in, "SELECT relapsed FROM public_lookback_count"), 1);
	instance_done(&in);
}

Test(lookback, whoever_is_not_in_the_plan_goes_behind_the_last)
{
	struct instance in = instance_new();
	struct enterprise_id other, planned = closed_on(&in, ymd(2018, 8, 1));
	struct enterprise_id working = enterprise_plain(&in);
	struct listed list;
	struct err e;

	cr_assert_eq(visit(&in, planned, "held", ymd(2018, 11, 1), &e), ERR_NOT_FOUND, "no plan");
	plan(&in);
	other = closed_on(&in, ymd(2018, 10, 20));
	cr_assert_eq(visit(&in, working, "held", ymd(2018, 11, 1), &e), ERR_CONFLICT,
		"not settled: nothing to look back at");
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM lookback"), 1, "and no row is left");
	cr_assert_eq(
		visit(&in, other, "moved-away", ymd(2018, 11, 1), &e), ERR_OK, "%s", e.message);
	list = listed(&in);
	cr_assert_eq(list.count, 2);
	cr_assert_eq(list.ids[1], other.n);
	cr_assert_str_eq(list.reasons[1], "extra");
	cr_assert_eq(enterprise_now(&in, other).course.state, STATE_CLOSED);
	instance_done(&in);
}

Test(lookback, a_visit_whose_event_is_corrected_away_is_open_again)
{
	struct instance in = instance_new();
	struct enterprise_id id = closed_on(&in, ymd(2018, 8, 1));
	struct event_new correction = {
		.kind = EVENT_CORRECTION, .day = ymd(2018, 11, 5), .note = "走错了门"};
	int64_t seq;
	struct err e;

	plan(&in);
	cr_assert_eq(visit(&in, id, "relapsed", ymd(2018, 11, 1), &e), ERR_OK, "%s", e.message);
	cr_assert_eq(open_count(&in), 0);
	correction.corrects = query_int(&in, "SELECT seq FROM event WHERE kind='relapsed'");
	cr_assert_eq(
		reg_event_add(in.reg, id, &correction, &staff, &seq, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(open_count(&in), 1);
	cr_assert_eq(enterprise_now(&in, id).course.state, STATE_CLOSED);
	correction.corrects = query_int(&in, "SELECT seq FROM event WHERE kind='looked_back'");
	cr_assert_eq(
		reg_event_add(in.reg, id, &correction, &staff, &seq, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(visit(&in, id, "held", ymd(2018, 11, 6), &e), ERR_OK, "%s", e.message);
	correction.corrects = query_int(&in, "SELECT max(seq) FROM event WHERE kind='looked_back'");
	cr_assert_eq(
		reg_event_add(in.reg, id, &correction, &staff, &seq, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(open_count(&in), 1);
	instance_done(&in);
}

Test(lookback, a_sheet_has_a_page_for_each_street)
{
	struct instance in = instance_new();
	const char *const fields[] = {"street", "六道湾街道", NULL};
	struct enterprise_id id = enterprise_with(&in, fields);
	struct buf bytes;
	struct err e = {0};

	event_on(&in, id, EVENT_CLOSED, ymd(2018, 9, 1));
	closed_on(&in, ymd(2018, 8, 1));
	plan(&in);
	cr_assert_eq(reg_lookback_sheet(
			     in.reg, Q, NULL, true, path_join(in.arena, in.dir, "list.csv"), &e),
		ERR_OK, "%s", e.message);
	buf_init(&bytes, 1 << 16);
	cr_assert_eq(
		file_read(path_join(in.arena, in.dir, "list.csv"), 1 << 16, &bytes, &e), ERR_OK);
	cr_assert_not_null(strstr(buf_text(&bytes), "七纺街道"));
	cr_assert_not_null(strstr(buf_text(&bytes), "六道湾街道"));
	cr_assert_not_null(strstr(buf_text(&bytes), "650105-000002"));
	buf_done(&bytes);
	cr_assert_eq(reg_lookback_sheet(
			     in.reg, Q, NULL, true, path_join(in.arena, in.dir, "list.xlsx"), &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(reg_lookback_sheet(
			     in.reg, Q, NULL, true, path_join(in.arena, in.dir, "list.doc"), &e),
		ERR_USAGE);
	cr_assert_eq(reg_lookback_sheet(in.reg, Q, "650105003", true,
			     path_join(in.arena, in.dir, "none.csv"), &e),
		ERR_NOT_FOUND);
	instance_done(&in);
}
