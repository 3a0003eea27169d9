/* A small world for tests of pages. */
#include "world.h"

#include "tianlan/register.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static void note_warning(void *ctx, const char *text)
{
	struct world *w = ctx;
	w->warnings++;
	snprintf(w->warning, sizeof w->warning, "%s", text);
	size_t len = strlen(w->all_warnings);
	snprintf(w->all_warnings + len, sizeof w->all_warnings - len, "%s\n", text);
}

static void open_register(struct world *w, struct err *e)
{
	const struct change_note note = {"测试", NULL, "2018-03-01T09:00:00+08:00"};
	cr_assert_eq(policy_load("content/policy", &w->policy, e), ERR_OK, "%s", e->message);
	cr_assert_eq(reg_create(w->dir, w->policy, "0123456789abcdef0123456789abcdef", "650105",
			     &note, e),
		ERR_OK, "%s", e->message);
	cr_assert_eq(pub_open(w->dir, &w->ctx.pub, e), ERR_OK, "%s", e->message);
	int64_t seq;
	cr_assert_eq(pub_snapshot(w->ctx.pub, &seq, e), ERR_OK, "%s", e->message);
	w->worker.pub = w->ctx.pub;
}

static void open_site(struct world *w, struct err *e)
{
	static const struct street streets[] = {
		{"650105001", "七纺街道"}, {"650105002", "六道湾街道"}};
	static size_t street_state[3][STATE_COUNT], category_state[CATEGORY_COUNT][STATE_COUNT];
	static size_t per_street[3], per_industry[64];
	bool first, recovered;
	w->ctx.o = &w->o;
	w->ctx.policy = w->policy;
	w->ctx.now = &w->state;
	w->ctx.streets = streets;
	w->ctx.street_count = COUNT_OF(streets);
	w->ctx.industries = policy_industries(w->policy, &w->ctx.industry_count);
	w->ctx.totals = (struct totals){.by_street = per_street,
		.by_industry = per_industry,
		.street_state = street_state,
		.category_state = category_state,
		.street_overdue = per_street,
		.street_finished = per_street};
	w->ctx.data_day = day_from_ymd(2018, 3, 1);
	w->state.rows = w->rows;
	w->state.by_due = w->state.by_name = w->order;
	w->state.today = w->o.today;
	char *out = arena_printf(w->arena, "%s/public", w->dir);
	cr_assert_eq(
		store_open(out, &first, &recovered, &w->ctx.store, e), ERR_OK, "%s", e->message);
	cr_assert_eq(site_templates(w->arena, ".", &w->ctx.templates, e), ERR_OK, "%s:%d:%d %s",
		e->file, e->line, e->column, e->message);
	cr_assert_eq(
		ctx_open(&w->ctx, w->arena, e), ERR_OK, "%s:%d %s", e->file, e->line, e->message);
}

void world_open(struct world *w)
{
	struct err e = {0};
	memset(w, 0, sizeof *w);
	cr_assert_eq(crypto_start(&e), ERR_OK);
	snprintf(w->dir, sizeof w->dir, "/tmp/tianlan-page-XXXXXX");
	cr_assert_not_null(mkdtemp(w->dir));
	w->arena = arena_new();
	w->o = (struct site_options){.instance = w->dir,
		.share = ".",
		.today = day_from_ymd(2018, 3, 10),
		.jobs = 1,
		.warning = note_warning,
		.ctx = w,
		.config = {.site_name = "测试站",
			.domain = "example.test",
			.scheme = "https",
			.base_path = ""}};
	w->worker.ctx = &w->ctx;
	w->worker.arena = arena_new();
	buf_init(&w->worker.md, 4 << 20);
	buf_init(&w->worker.html, 4 << 20);
	open_register(w, &e);
	open_site(w, &e);
}

void world_close(struct world *w)
{
	struct err e;
	ctx_close(&w->ctx);
	templates_free(w->ctx.templates);
	store_close(w->ctx.store);
	pub_close(w->ctx.pub);
	policy_free(w->policy);
	buf_done(&w->worker.md);
	buf_done(&w->worker.html);
	arena_free(w->worker.arena);
	arena_free(w->arena);
	cr_assert_eq(dir_remove_all(w->dir, &e), ERR_OK);
}

enum err_code world_reload(struct world *w, struct err *e)
{
	ctx_close(&w->ctx);
	w->worker.links = NULL;
	return ctx_open(&w->ctx, w->arena, e);
}

void world_write(struct world *w, const char *relative, const char *text)
{
	struct err e;
	char *path = arena_printf(w->arena, "%s/content/%s", w->dir, relative);
	char *dir = arena_strdup(w->arena, path);
	*strrchr(dir, '/') = '\0';
	cr_assert_eq(dir_make_all(dir, &e), ERR_OK);
	cr_assert_eq(file_write_durable(path, text, strlen(text), &e), ERR_OK);
}

void world_sql(struct world *w, const char *sql)
{
	struct err e = {0};
	sqlite3 *db;
	char *why = NULL;
	int64_t seq;
	pub_release(w->ctx.pub);
	cr_assert_eq(
		sqlite3_open(arena_printf(w->arena, "%s/register.db", w->dir), &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK, "%s\n%s", why, sql);
	sqlite3_close(db);
	cr_assert_eq(pub_snapshot(w->ctx.pub, &seq, &e), ERR_OK, "%s", e.message);
	w->state.last_change = seq;
}

void world_enterprise(struct world *w, int64_t number, const char *name, const char *street)
{
	world_sql(
		w, arena_printf(w->arena,
			   "INSERT INTO "
			   "enterprise(number,unit,name_key,address_key,name,street,industry_slug,"
			   "differs,state,changed_on) "
			   "VALUES(%lld,'%s','k%lld','a','%s','%s','other',0,"
			   "'closed','2018-03-01')",
			   (long long)number, street, (long long)number, name, street));
	struct row *row = &w->rows[number - 1];
	*row = (struct row){.number = (uint32_t)number,
		.due = INT32_MIN,
		.done = INT32_MIN,
		.flips = INT32_MIN,
		.state = STATE_CLOSED};
	if ((size_t)number > w->state.count)
		w->state.count = (size_t)number;
}

void world_tips(struct world *w, int64_t count, const char *month, const char *kind,
	const char *street, const char *lead, const char *bucket)
{
	for (int64_t i = 0; i < count; i++)
		world_sql(w, arena_printf(w->arena,
				     "INSERT INTO "
				     "tip_case(id,host,week,commitment,origin,received_on,state,"
				     "since) SELECT "
				     "printf('%%032x',count(*)),'h','2018-W01',printf('%%064x',"
				     "count(*)),'form','2018-01-01','received','2018-01-01' FROM "
				     "tip_case;"
				     "INSERT INTO "
				     "tip_shown(tip_case,release,month,kind,street,lead,bucket) "
				     "SELECT max(number),1,'%s','%s','%s','%s','%s' FROM tip_case",
				     month, kind, street, lead, bucket));
}

void world_add(struct world *w, const struct pub_record *rec)
{
	struct row *row = &w->rows[rec->number - 1];
	record_row(&w->ctx, rec, row);
	if ((size_t)rec->number > w->state.count)
		w->state.count = (size_t)rec->number;
	if (!(row->flags & ROW_WITHDRAWN))
		w->order[w->state.listed++] = row->number;
}

void world_says(const struct world *w, const char *text)
{
	cr_assert_not_null(strstr(buf_text(&w->worker.md), text), "“%s” is missing in:\n%s", text,
		buf_text(&w->worker.md));
}

void world_says_not(const struct world *w, const char *text)
{
	cr_assert_null(strstr(buf_text(&w->worker.md), text), "“%s” stands in:\n%s", text,
		buf_text(&w->worker.md));
}

struct pub_record world_record(int64_t number)
{
	static const struct pub_event events[] = {
		{.seq = 1, .kind = EVENT_REGISTERED, .day = {17440}, .unit = "650105001"},
		{.seq = 2,
			.kind = EVENT_ORDERED,
			.day = {17531},
			.unit = "environment",
			.doc = "责令〔2017〕8号"}};
	static const struct event_fact facts[] = {
		{1, EVENT_REGISTERED, {17440}}, {2, EVENT_ORDERED, {17531}}};
	struct pub_record rec = {.number = number,
		.id = number == 1 ? "650105-000001" : "650105-000002",
		.name = "样例|木器厂*",
		.street = "650105001",
		.community = "第一社区",
		.address = "样例路1号",
		.industry_text = "家具",
		.industry = "furniture",
		.category = CATEGORY_SANLUAN,
		.ring = RING_INNER,
		.measure = MEASURE_RECTIFY,
		.found_on = day_from_ymd(2017, 9, 30),
		.answers = {.emissions_exceed = TRI_NO,
			.conforms = TRI_NO,
			.has_fire = TRI_YES,
			.has_eia = TRI_NO,
			.has_planning = TRI_YES},
		.events = events,
		.event_count = COUNT_OF(events),
		.first_reported = DAY_NONE,
		.last_reported = DAY_NONE,
		.content_day = day_from_ymd(2017, 12, 31)};
	policy_course(facts, COUNT_OF(facts), false, &rec.course);
	rec.state = rec.course.state;
	rec.since = rec.course.since;
	return rec;
}
