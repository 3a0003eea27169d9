#include "instance.h"

#include <stdlib.h>
#include <string.h>

const struct change_note staff = {
	.by = "张三", .why = "现场核实", .at = "2018-01-05T09:00:00+08:00"};

struct instance instance_new(void)
{
	char template[] = "/tmp/register-test-XXXXXX";
	struct instance in = {.dir = strdup(mkdtemp(template)), .arena = arena_new()};
	struct err e = {0};

	cr_assert_eq(crypto_start(&e), ERR_OK);
	cr_assert_eq(policy_load("content/policy", &in.policy, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(
		reg_create(in.dir, in.policy, UUID, "650105", &staff, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_open(in.dir, in.policy, &in.reg, &e), ERR_OK, "%s", e.message);
	return in;
}

void instance_done(struct instance *in)
{
	struct err e = {0};

	reg_close(in->reg);
	policy_free(in->policy);
	arena_free(in->arena);
	cr_assert_eq(dir_remove_all(in->dir, &e), ERR_OK, "%s", e.message);
	free(in->dir);
}

struct day ymd(int year, int month, int day)
{
	return day_from_ymd(year, month, day);
}

struct enterprise_id enterprise_with(struct instance *in, const char *const *fields)
{
	const char *value[FIELD_COUNT] = {
		[FIELD_NAME] = "测试木艺加工厂", [FIELD_STREET] = "七纺街道"};
	struct enterprise_id id = {0};
	struct err e = {0};

	for (; *fields; fields += 2)
		value[policy_field_find(fields[0])->field] = fields[1];
	cr_assert_eq(reg_enterprise_add(in->reg, value, STREET, ymd(2017, 12, 20), &staff, &id, &e),
		ERR_OK, "%s", e.message);
	return id;
}

struct enterprise_id enterprise_plain(struct instance *in)
{
	const char *const none[] = {NULL};

	return enterprise_with(in, none);
}

int64_t event_of(struct instance *in, struct enterprise_id id, enum event_kind kind,
	const char *unit, struct day day, const char *file)
{
	const char *const files[] = {file, NULL};
	struct event_new ev = {.kind = kind, .day = day, .unit = unit, .files = files};
	struct err e = {0};
	int64_t seq = 0;

	cr_assert_eq(reg_event_add(in->reg, id, &ev, &staff, &seq, &e), ERR_OK, "%s: %s",
		policy_event_id(kind), e.message);
	return seq;
}

int64_t event_on(struct instance *in, struct enterprise_id id, enum event_kind kind, struct day day)
{
	return event_of(in, id, kind, NULL, day, NULL);
}

void set_field(struct instance *in, struct enterprise_id id, const char *field, const char *text)
{
	struct err e = {0};
	bool changed;

	cr_assert_eq(reg_enterprise_set(in->reg, id, policy_field_find(field)->field, text,
			     ymd(2018, 1, 5), &staff, &changed, &e),
		ERR_OK, "%s=%s: %s", field, text, e.message);
}

struct enterprise enterprise_now(struct instance *in, struct enterprise_id id)
{
	struct enterprise now = {0};
	struct err e = {0};

	cr_assert_eq(reg_enterprise_get(in->reg, id, in->arena, &now, &e), ERR_OK, "%s", e.message);
	return now;
}

static sqlite3_stmt *query(struct instance *in, const char *sql)
{
	sqlite3_stmt *s = NULL;

	cr_assert_eq(sqlite3_prepare_v2(in->reg->db, sql, -1, &s, NULL), SQLITE_OK, "%s: %s", sql,
		sqlite3_errmsg(in->reg->db));
	cr_assert_eq(sqlite3_step(s), SQLITE_ROW, "%s: no row", sql);
	return s;
}

int64_t query_int(struct instance *in, const char *sql)
{
	sqlite3_stmt *s = query(in, sql);
	int64_t n = sqlite3_column_int64(s, 0);

	sqlite3_finalize(s);
	return n;
}

const char *query_text(struct instance *in, const char *sql)
{
	sqlite3_stmt *s = query(in, sql);
	const char *text = reg_column_text(s, 0, in->arena);

	sqlite3_finalize(s);
	return text;
}

const char *file_with(struct instance *in, const char *name, const char *text)
{
	char *path = path_join(in->arena, in->dir, name);
	struct err e = {0};

	cr_assert_eq(file_write_durable(path, text, strlen(text), &e), ERR_OK, "%s", e.message);
	return path;
}
