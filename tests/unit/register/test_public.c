#include "instance.h"

#include <stdio.h>
#include <string.h>

static struct pub *door(struct instance *in)
{
	struct pub *p = NULL;
	struct err e = {0};

	cr_assert_eq(pub_open(in->dir, &p, &e), ERR_OK, "%s", e.message);
	return p;
}

static const char *const views[] = {"public_meta", "public_enterprise", "public_event",
	"public_evidence", "public_task", "public_change", "public_unit", "public_report",
	"public_output_street", "public_output_category", "public_output_industry",
	"public_tip_release", "public_tip_cell", "public_tip_result", "public_tip_enterprise",
	"public_chain_week", "public_inspection", "public_lookback_plan", "public_lookback",
	"public_lookback_count", "public_ranking", "public_ranking_row", "public_ranking_item",
	"public_ranking_trace"};

Test(public, no_never_field_can_be_read_by_any_name)
{
	static const char *const forms[] = {"SELECT @ FROM enterprise",
		"SELECT e.@ FROM enterprise e", "SELECT max(@) FROM enterprise",
		"SELECT 1 FROM enterprise WHERE @ LIKE '138%'",
		"SELECT (SELECT @ FROM enterprise LIMIT 1)",
		"SELECT number FROM public_enterprise ORDER BY"
		" (SELECT @ FROM enterprise LIMIT 1)",
		"SELECT @ FROM unit", "SELECT number, u.@ FROM public_enterprise JOIN unit u",
		"SELECT * FROM (SELECT @ FROM enterprise) AS public_enterprise",
		"WITH public_enterprise AS (SELECT @ FROM enterprise) SELECT * FROM "
		"public_enterprise",
		"with/**/public_x AS (SELECT @ FROM enterprise) SELECT * FROM public_x",
		"SELECT public_x.@ FROM enterprise AS public_x"};
	/* The liaison, and what only a view may make something of. */
	static const char *const more[] = {"liaison_name", "liaison_post", "liaison_phone",
		"output_wan", "equipment", "rectification_note", "employees"};
	struct instance in = instance_new();
	struct pub *p = door(&in);
	const char *never[16];
	size_t count = 0;

	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (policy_field(f)->publish == PUBLISH_NEVER)
			never[count++] = policy_field(f)->id;
	cr_assert_geq(count, 2);
	for (size_t i = 0; i < COUNT_OF(more); i++)
		never[count++] = more[i];
	for (size_t i = 0; i < count; i++) {
		char sql[300];
		struct err e = {0};

		for (size_t k = 0; k < COUNT_OF(forms); k++) {
			const char *at = strchr(forms[k], '@');

			snprintf(sql, sizeof(sql), "%.*s%s%s", (int)(at - forms[k]), forms[k],
				never[i], at + 1);
			cr_assert_neq(pub_probe(p, sql, &e), ERR_OK, "%s", sql);
		}
		for (size_t k = 0; k < COUNT_OF(views); k++) {
			snprintf(sql, sizeof(sql), "SELECT %s FROM %s", never[i], views[k]);
			cr_assert_neq(pub_probe(p, sql, &e), ERR_OK, "%s", sql);
		}
	}
	pub_close(p);
	instance_done(&in);
}

Test(public, only_the_views_open)
{
	static const char *const denied[] = {"SELECT * FROM enterprise",
		"SELECT number FROM enterprise", "SELECT count(*) FROM enterprise",
		"SELECT * FROM change_log", "SELECT * FROM event", "SELECT * FROM unit",
		"SELECT * FROM meta", "SELECT * FROM near_match", "SELECT * FROM monthly_report",
		"SELECT * FROM sqlite_schema", "SELECT sql FROM sqlite_master",
		"SELECT * FROM sqlite_sequence", "SELECT * FROM pragma_table_info('enterprise')",
		"SELECT * FROM sqlite_dbpage", "PRAGMA user_version", "PRAGMA query_only = OFF",
		"ATTACH 'x' AS y", "INSERT INTO unit VALUES ('a','b','zone',NULL,NULL,NULL)",
		"UPDATE enterprise SET name='x'", "DELETE FROM event", "CREATE TABLE t (x)",
		"CREATE TEMP VIEW public_x AS SELECT * FROM enterprise", "DROP VIEW public_unit",
		"SELECT load_extension('x')", "SELECT randomblob(9)", "SELECT sqlite_version()",
		"VACUUM",
		"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT * FROM c",
		"SAVEPOINT x", "EXPLAIN SELECT * FROM enterprise", "ANALYZE", "REINDEX",
		"SELECT name FROM public_enterprise UNION SELECT name FROM enterprise",
		"SELECT output_wan FROM public_enterprise", "SELECT note FROM public_task",
		"SELECT by FROM public_event", "SELECT equipment FROM public_enterprise",
		"SELECT employees FROM public_enterprise",
		/* Of cases nothing but what a release shows. */
		"SELECT * FROM tip_case", "SELECT count(*) FROM tip_case",
		"SELECT id FROM tip_case", "SELECT commitment FROM tip_case",
		"SELECT status_tag FROM tip_case", "SELECT status_key FROM tip_case",
		"SELECT received_on FROM tip_case", "SELECT state FROM tip_case AS public_tip_cell",
		"SELECT * FROM case_step", "SELECT content FROM case_step",
		"SELECT note FROM case_step", "SELECT * FROM case_log",
		"SELECT count(*) FROM case_log", "SELECT * FROM case_draft",
		"SELECT * FROM case_copy", "SELECT * FROM keeping_place",
		"SELECT * FROM intake_head", "SELECT * FROM tip_shown",
		"SELECT count(*) FROM tip_shown", "SELECT bucket FROM tip_shown",
		"SELECT tip_case FROM tip_result", "SELECT * FROM tip_result",
		"SELECT moved FROM tip_release", "SELECT by FROM public_tip_release",
		"SELECT tip_case FROM public_tip_cell", "SELECT enterprise FROM tip_shown",
		"SELECT release FROM public_tip_cell, (SELECT tip_case FROM tip_shown)",
		"SELECT * FROM (SELECT tip_case FROM tip_shown) AS public_tip_result",
		"SELECT finding FROM inspection", "SELECT finding FROM public_inspection",
		"SELECT * FROM inspection_note", "SELECT place FROM lookback",
		"SELECT result FROM ranking", "SELECT what FROM ranking_trace",
		"SELECT by FROM public_inspection", "SELECT event FROM public_lookback",
		"SELECT note FROM public_task", "SELECT by FROM public_ranking"};
	struct instance in = instance_new();
	struct pub *p = door(&in);
	struct err e = {0};
	char sql[100];

	for (size_t i = 0; i < COUNT_OF(denied); i++)
		cr_assert_neq(pub_probe(p, denied[i], &e), ERR_OK, "%s", denied[i]);
	for (size_t i = 0; i < COUNT_OF(views); i++) {
		snprintf(sql, sizeof(sql), "SELECT * FROM %s", views[i]);
		cr_assert_eq(pub_probe(p, sql, &e), ERR_OK, "%s: %s", sql, e.message);
	}
	pub_close(p);
	instance_done(&in);
}

/* Every view of the schema is named here, so that a new one is looked at. */
Test(public, the_views_are_these)
{
	struct instance in = instance_new();

	cr_assert_eq(query_int(&in, "SELECT count(*) FROM sqlite_schema WHERE type='view'"),
		(int64_t)COUNT_OF(views));
	for (size_t i = 0; i < COUNT_OF(views); i++) {
		char *sql = arena_printf(in.arena,
			"SELECT count(*) FROM sqlite_schema WHERE type='view' AND name='%s'",
			views[i]);

		cr_assert_eq(query_int(&in, sql), 1, "%s", views[i]);
	}
	instance_done(&in);
}

static struct pub_record record(struct instance *in, int64_t number)
{
	struct pub *p = door(in);
	struct pub_record rec = {0};
	struct err e = {0};

	cr_assert_eq(pub_record_get(p, number, in->arena, &rec, &e), ERR_OK, "%s", e.message);
	pub_close(p);
	return rec;
}

Test(public, a_record_shows_what_its_classes_allow)
{
	static const char *const fields[] = {"address", "七道湾路12号", "contact_name", "李某",
		"contact_phone", "13800000000", "employees", "12", "equipment", "CK6140车床2台",
		"output_wan", "30", "has_hazard", "是", "in_demolition", "是", "rectification_note",
		"已停产", "has_eia", "无", "industry", "铸造", "community", "纺织社区", NULL};
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_with(&in, fields);
	struct pub_record rec = record(&in, id.n);

	cr_assert_str_eq(rec.id, "650105-000001");
	cr_assert_str_eq(rec.name, "测试木艺加工厂");
	cr_assert_str_eq(rec.address, "七道湾路12号");
	cr_assert_str_eq(rec.employees_band, "10–19");
	cr_assert_str_eq(rec.equipment_summary, "车床2台");
	cr_assert_str_eq(rec.industry_text, "铸造");
	cr_assert_str_eq(rec.community, "纺织社区");
	cr_assert_eq(rec.answers.has_eia, TRI_NO);
	cr_assert_eq(rec.answers.has_hazard, TRI_UNKNOWN);
	cr_assert_eq(rec.in_demolition, TRI_UNKNOWN);
	cr_assert_null(rec.note);
	cr_assert_eq(rec.state, STATE_REGISTERED);
	cr_assert_eq(rec.event_count, 1);
	cr_assert_eq(day_compare(rec.content_day, ymd(2018, 1, 5)), 0);
	set_field(&in, id, "address_public", "否");
	set_field(&in, id, "note_public", "是");
	set_field(&in, id, "hazard_public", "是");
	set_field(&in, id, "demolition_public", "是");
	rec = record(&in, id.n);
	cr_assert_null(rec.address);
	cr_assert(rec.address_withheld);
	cr_assert_str_eq(rec.note, "已停产");
	cr_assert_eq(rec.answers.has_hazard, TRI_YES);
	cr_assert_eq(rec.in_demolition, TRI_YES);
	instance_done(&in);
}

Test(public, employees_are_shown_as_bands)
{
	static const char *const list[][2] = {{"0", "0"}, {"1", "1–9"}, {"9", "1–9"},
		{"10", "10–19"}, {"19", "10–19"}, {"20", "20–49"}, {"49", "20–49"}, {"50", "50–99"},
		{"99", "50–99"}, {"100", "100+"}, {"5000", "100+"}};
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);

	cr_assert_null(record(&in, id.n).employees_band);
	for (size_t i = 0; i < COUNT_OF(list); i++) {
		set_field(&in, id, "employees", list[i][0]);
		cr_assert_str_eq(record(&in, id.n).employees_band, list[i][1], "%s", list[i][0]);
	}
	instance_done(&in);
}

Test(public, events_evidence_and_tasks_stand_with_their_record)
{
	struct instance in = instance_new();
	struct enterprise_id one = enterprise_plain(&in), two = enterprise_plain(&in),
			     three = enterprise_plain(&in);
	struct event_new quiet = {
		.kind = EVENT_PROGRESS, .day = ymd(2018, 1, 6), .note = "内部说明"};
	struct event_new loud = {.kind = EVENT_PROGRESS,
		.day = ymd(2018, 1, 7),
		.note = "公开说明",
		.note_public = true};
	struct task task = {.enterprise = three,
		.kind = "cut-water",
		.unit = "construction",
		.asked_on = ymd(2018, 1, 8),
		.due = DAY_NONE,
		.done_on = DAY_NONE,
		.note = "内部"};
	struct pub_record rec;
	struct err e = {0};
	int64_t seq;

	cr_assert_eq(reg_event_add(in.reg, two, &quiet, &staff, &seq, &e), ERR_OK);
	cr_assert_eq(reg_event_add(in.reg, two, &loud, &staff, &seq, &e), ERR_OK);
	cr_assert_eq(reg_task_add(in.reg, &task, &staff, &seq, &e), ERR_OK);
	cr_assert_eq(reg_evidence_add(in.reg, one, file_with(&in, "a.jpg", "a"), "check-record",
			     ymd(2018, 1, 9), true, &staff, &e),
		ERR_OK);
	cr_assert_eq(reg_evidence_add(in.reg, one, file_with(&in, "b.jpg", "b"), "photo-after",
			     ymd(2018, 1, 9), false, &staff, &e),
		ERR_OK);
	rec = record(&in, one.n);
	cr_assert_eq(rec.evidence_count, 1);
	cr_assert_str_eq(rec.evidence[0].name, "a.jpg");
	cr_assert_eq(rec.event_count, 1);
	cr_assert_eq(rec.task_count, 0);
	rec = record(&in, two.n);
	cr_assert_eq(rec.event_count, 3);
	cr_assert_null(rec.events[1].note);
	cr_assert_str_eq(rec.events[2].note, "公开说明");
	rec = record(&in, three.n);
	cr_assert_eq(rec.task_count, 1);
	cr_assert_str_eq(rec.tasks[0].unit, "construction");
	instance_done(&in);
}

struct walk {
	struct instance *in;
	int64_t numbers;
	int records;
	size_t events;
};

static enum err_code walk_record(void *ctx, const struct pub_record *rec, struct err *e)
{
	struct walk *w = ctx;
	struct enterprise now = enterprise_now(w->in, (struct enterprise_id){rec->number});

	(void)e;
	w->numbers = w->numbers * 10 + rec->number;
	w->records++;
	w->events += rec->event_count;
	cr_assert_str_eq(rec->name, now.value[FIELD_NAME]);
	cr_assert_eq(rec->state, now.course.state);
	cr_assert_eq(rec->course.state, now.course.state);
	cr_assert_eq(rec->category, now.category);
	for (size_t i = 1; i < rec->event_count; i++)
		cr_assert_leq(day_compare(rec->events[i - 1].day, rec->events[i].day), 0);
	return ERR_OK;
}

Test(public, records_are_read_in_step_and_by_range)
{
	struct instance in = instance_new();
	struct walk w = {.in = &in};
	struct arena *a = arena_new();
	struct err e = {0};
	struct pub *p;

	for (int i = 0; i < 6; i++) {
		struct enterprise_id id = enterprise_plain(&in);
		struct event_new correction = {
			.kind = EVENT_CORRECTION, .day = ymd(2018, 3, 1), .note = "误录"};
		int64_t seq;

		set_field(&in, id, "name", arena_printf(in.arena, "第%d厂", i));
		if (i % 2)
			set_field(&in, id, "category", "乱");
		if (i % 3 == 0)
			event_on(&in, id, EVENT_ORDERED, ymd(2018, 1, 10 + i));
		if (i == 4) {
			correction.corrects = event_on(&in, id, EVENT_CLOSED, ymd(2018, 2, 1));
			cr_assert_eq(
				reg_event_add(in.reg, id, &correction, &staff, &seq, &e), ERR_OK);
		}
	}
	p = door(&in);
	cr_assert_eq(pub_last_number(p), 6);
	cr_assert_eq(pub_record_each(p, 0, 0, a, walk_record, &w, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(w.numbers, 123456);
	cr_assert_eq(w.events, (size_t)query_int(&in, "SELECT count(*) FROM event"));
	w = (struct walk){.in = &in};
	cr_assert_eq(pub_record_each(p, 3, 5, a, walk_record, &w, &e), ERR_OK);
	cr_assert_eq(w.numbers, 34);
	cr_assert_eq(pub_record_get(p, 7, a, &(struct pub_record){0}, &e), ERR_NOT_FOUND);
	cr_assert_str_eq(pub_uuid(p), UUID);
	cr_assert_str_eq(pub_prefix(p), "650105");
	pub_close(p);
	arena_free(a);
	instance_done(&in);
}

Test(public, a_snapshot_stays_what_it_was)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct arena *a = arena_new();
	struct pub_record rec;
	struct err e = {0};
	int64_t before = 0, other = 0, after = 0;
	struct pub *p = door(&in), *q = door(&in);

	cr_assert_eq(pub_snapshot(p, &before, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_snapshot(p, &other, &e), ERR_CONFLICT);
	cr_assert_eq(pub_snapshot(q, &other, &e), ERR_OK);
	cr_assert_eq(before, other);
	set_field(&in, id, "name", "改了名");
	cr_assert_eq(pub_record_get(p, id.n, a, &rec, &e), ERR_OK);
	cr_assert_str_eq(rec.name, "测试木艺加工厂");
	pub_release(p);
	cr_assert_eq(pub_snapshot(p, &after, &e), ERR_OK);
	cr_assert_gt(after, before);
	cr_assert_eq(pub_record_get(p, id.n, a, &rec, &e), ERR_OK);
	cr_assert_str_eq(rec.name, "改了名");
	pub_close(p);
	pub_close(q);
	arena_free(a);
	instance_done(&in);
}

struct changes {
	int count, fields, hidden;
	int64_t last;
};

static enum err_code see_change(void *ctx, const struct pub_change *ch, struct err *e)
{
	struct changes *c = ctx;

	(void)e;
	cr_assert_gt(ch->seq, c->last);
	c->last = ch->seq;
	c->count++;
	c->fields += str_eq(ch->kind, "field") && ch->detail;
	c->hidden += str_eq(ch->kind, "field") && !ch->detail;
	return ERR_OK;
}

Test(public, the_change_log_names_public_fields_alone)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct changes c = {0};
	struct err e = {0};
	int64_t start = 0;
	struct pub *p = door(&in);

	cr_assert_eq(pub_snapshot(p, &start, &e), ERR_OK);
	pub_release(p);
	set_field(&in, id, "contact_name", "李某"); /* NEVER: no entry */
	set_field(&in, id, "products", "门窗");	    /* PUBLIC */
	set_field(&in, id, "output_wan", "12");	    /* AGGREGATE: an entry that names nothing */
	set_field(&in, id, "address_public", "否"); /* INTERNAL, but the page changes */
	set_field(&in, id, "category", "散");	    /* told by its event */
	c.last = start;
	cr_assert_eq(pub_change_each(p, start, see_change, &c, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(c.count, 4);
	cr_assert_eq(c.fields, 1);
	cr_assert_eq(c.hidden, 2);
	pub_close(p);
	instance_done(&in);
}

struct sums {
	int groups;
	int64_t count;
	double sum;
};

static enum err_code see_sum(void *ctx, const char *group, int64_t count, double sum, struct err *e)
{
	struct sums *s = ctx;

	(void)e;
	cr_assert(group);
	s->groups++;
	s->count += count;
	s->sum += sum;
	return ERR_OK;
}

static struct sums sums_by(struct pub *p, const char *by)
{
	struct sums s = {0};
	struct err e = {0};

	cr_assert_eq(pub_output_sum(p, by, see_sum, &s, &e), ERR_OK, "%s", e.message);
	return s;
}

static void put(struct instance *in, const char *street, const char *output, int count)
{
	const char *fields[] = {"street", street, "output_wan", output, NULL};

	for (int i = 0; i < count; i++)
		enterprise_with(in, fields);
}

Test(public, output_is_summed_over_three_or_more)
{
	struct instance in = instance_new();
	struct err e = {0};
	struct pub *p = door(&in);

	put(&in, "650105001", "10", 3);
	put(&in, "650105002", "20.5", 4);
	put(&in, "650105003", "", 5);
	cr_assert_eq(sums_by(p, "street").groups, 2);
	cr_assert_float_eq(sums_by(p, "street").sum, 112, 0.001);
	cr_assert_eq(sums_by(p, "category").count, 7);
	cr_assert_eq(pub_output_sum(p, "name", see_sum, &(struct sums){0}, &e), ERR_USAGE);
	pub_close(p);
	instance_done(&in);
}

Test(public, a_group_left_out_cannot_be_worked_out_from_the_others)
{
	struct instance in = instance_new();
	struct pub *p = door(&in);

	put(&in, "650105001", "10", 3);
	put(&in, "650105002", "20", 4);
	put(&in, "650105003", "77", 1);
	/* By category all 8 are shown as one; the street of one must not be the difference. */
	cr_assert_eq(sums_by(p, "category").count, 8);
	cr_assert_eq(sums_by(p, "street").groups, 1);
	cr_assert_eq(sums_by(p, "street").count, 4);
	put(&in, "650105004", "5", 2);
	cr_assert_eq(sums_by(p, "street").groups, 2, "three are left out together: enough");
	pub_close(p);
	instance_done(&in);
}

static enum err_code see_unit(void *ctx, const struct pub_unit *u, struct err *e)
{
	(void)e;
	cr_assert(u->code && u->name && u->kind);
	(*(int *)ctx)++;
	return ERR_OK;
}

static enum err_code see_report(void *ctx, const struct pub_report *r, struct err *e)
{
	(void)e;
	cr_assert_str_eq(r->unit, STREET);
	cr_assert_eq(day_compare(r->month, ymd(2018, 1, 1)), 0);
	cr_assert_eq(day_compare(r->received, ymd(2018, 1, 5)), 0);
	(*(int *)ctx)++;
	return ERR_OK;
}

Test(public, units_and_reports_are_listed)
{
	struct instance in = instance_new();
	struct report report = {
		.unit = STREET, .month = ymd(2018, 1, 1), .sha256 = "aa", .name = "x"};
	struct pub *p = door(&in);
	struct err e = {0};
	int units = 0, reports = 0;
	int64_t seq;

	cr_assert_eq(reg_report_add(in.reg, &report, &staff, &seq, &e), ERR_OK);
	cr_assert_eq(pub_unit_each(p, see_unit, &units, &e), ERR_OK);
	cr_assert_eq(units, query_int(&in, "SELECT count(*) FROM unit"));
	cr_assert_eq(pub_report_each(p, see_report, &reports, &e), ERR_OK);
	cr_assert_eq(reports, 1);
	pub_close(p);
	instance_done(&in);
}

Test(public, a_field_the_policy_data_closed_is_not_shown)
{
	static const char *const fields[] = {"products", "门窗", "industry", "铸造", NULL};
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_with(&in, fields);
	struct pub_record rec;

	/* As reg_open() does when fields.conf makes a class stricter. */
	sqlite3_exec(in.reg->db, "UPDATE field_open SET open=0 WHERE field='products'", NULL, NULL,
		NULL);
	rec = record(&in, id.n);
	cr_assert_null(rec.products);
	cr_assert_str_eq(rec.industry_text, "铸造");
	instance_done(&in);
}
