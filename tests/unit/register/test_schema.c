#include "instance.h"

#include "register/schema.h"
#include "register/statements.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum err_code reopen(struct instance *in, struct err *e)
{
	reg_close(in->reg);
	in->reg = NULL;
	return reg_open(in->dir, in->policy, &in->reg, e);
}

Test(schema, a_new_register_has_the_newest_version_and_the_settings_that_keep_data)
{
	struct instance in = instance_new();

	cr_assert_eq(query_int(&in, "PRAGMA user_version"), reg_schema_version());
	cr_assert_str_eq(query_text(&in, "PRAGMA journal_mode"), "wal");
	cr_assert_eq(query_int(&in, "PRAGMA synchronous"), 2);
	cr_assert_eq(query_int(&in, "PRAGMA foreign_keys"), 1);
	cr_assert_eq(query_int(&in, "PRAGMA trusted_schema"), 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM sqlite_schema WHERE type='table'"
				    " AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%STRICT%'"),
		0);
	cr_assert_str_eq(query_text(&in, "SELECT value FROM meta WHERE key='uuid'"), UUID);
	cr_assert_geq(query_int(&in, "SELECT count(*) FROM unit WHERE kind='street'"), 15);
	instance_done(&in);
}

Test(schema, every_statement_prepares)
{
	struct instance in = instance_new();

	for (int i = 0; i < STMT_COUNT; i++) {
		struct err e = {0};
		sqlite3_stmt *s;

		cr_assert(reg_sql((enum stmt)i), "statement %d has no text", i);
		cr_assert_eq(
			reg_stmt(in.reg, (enum stmt)i, &s, &e), ERR_OK, "%d: %s", i, e.message);
	}
	instance_done(&in);
}

Test(schema, a_statement_that_is_being_read_is_not_begun_again)
{
	struct instance in = instance_new();
	struct err e = {0};
	sqlite3_stmt *s, *again;
	bool row;

	cr_assert_eq(reg_stmt(in.reg, STMT_UNIT_EACH, &s, &e), ERR_OK);
	cr_assert_eq(reg_step(in.reg, s, &row, &e), ERR_OK);
	cr_assert_eq(reg_stmt(in.reg, STMT_UNIT_EACH, &again, &e), ERR_CONFLICT);
	sqlite3_reset(s);
	instance_done(&in);
}

Test(schema, creating_twice_is_a_conflict_and_harms_nothing)
{
	struct instance in = instance_new();
	struct err e = {0};

	enterprise_plain(&in);
	cr_assert_eq(reg_create(in.dir, in.policy, UUID, "650105", &staff, &e), ERR_CONFLICT);
	cr_assert_eq(reopen(&in, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM enterprise"), 1);
	instance_done(&in);
}

Test(schema, a_failed_creation_leaves_no_file)
{
	struct instance in = instance_new();
	char *other = path_join(in.arena, in.dir, "other");
	struct change_note nobody = {.by = "", .at = staff.at};
	struct err e = {0};

	cr_assert_eq(dir_make_all(other, &e), ERR_OK);
	cr_assert_eq(reg_create(other, in.policy, UUID, "650105", &nobody, &e), ERR_USAGE);
	cr_assert_eq(reg_create(other, in.policy, "short", "650105", &staff, &e), ERR_USAGE);
	cr_assert_eq(reg_create(other, in.policy, UUID, "65", &staff, &e), ERR_USAGE);
	cr_assert_not(file_exists(path_join(in.arena, other, REGISTER_FILE)));
	instance_done(&in);
}

Test(schema, a_newer_register_is_refused)
{
	struct instance in = instance_new();
	struct err e = {0};

	query_int(&in, "SELECT 1");
	sqlite3_exec(in.reg->db, "PRAGMA user_version = 99", NULL, NULL, NULL);
	cr_assert_eq(reopen(&in, &e), ERR_INPUT);
	cr_assert(strstr(e.message, "99"));
	cr_assert_eq(pub_open(in.dir, &(struct pub *){NULL}, &e), ERR_INPUT);
	instance_done(&in);
}

Test(schema, another_file_is_refused)
{
	struct instance in = instance_new();
	struct err e = {0};

	reg_close(in.reg);
	in.reg = NULL;
	file_with(
		&in, REGISTER_FILE, "this is no database, and it is longer than a header would be");
	cr_assert_eq(reg_open(in.dir, in.policy, &in.reg, &e), ERR_INPUT, "%s", e.message);
	unlink(path_join(in.arena, in.dir, REGISTER_FILE));
	cr_assert_eq(reg_open(in.dir, in.policy, &in.reg, &e), ERR_NOT_FOUND);
	instance_done(&in);
}

/* ---- migrations ------------------------------------------------------------------------- */

/* A register as the first version left it, with a record that has a value everywhere it can be lost. */
static const char *const filled_1[] = {"PRAGMA journal_mode = WAL",
	"PRAGMA application_id = 1414287943",
	"INSERT INTO meta VALUES ('uuid', '" UUID
	"'), ('prefix', '650105'), ('created', '2018-01-05')",
	"INSERT INTO unit VALUES ('650105001', '七纺街道', 'street', '王某', '主任', "
	"'0991-1234567')",
	"INSERT INTO enterprise (number, unit, name_key, address_key, name, contact_name, street,"
	" industry_slug, differs, state, since, changed_on) VALUES (7, '650105001', 'k', 'k',"
	" '测试木艺加工厂', '李某', '650105001', 'furniture', 0, 'closed', '2018-01-03', "
	"'2018-01-04')",
	"INSERT INTO event (enterprise, kind, day, note_public, by, at) VALUES"
	" (7, 'registered', '2018-01-01', 0, '张三', '2018-01-01T09:00:00+08:00'),"
	" (7, 'closed', '2018-01-03', 0, '张三', '2018-01-03T09:00:00+08:00')",
	"INSERT INTO evidence (enterprise, event, sha256, name, kind, day, may_publish, bytes, by, "
	"at)"
	" VALUES (7, 2, 'aa', 'a.jpg', 'photo-after', '2018-01-03', 1, 9, '张三', '2018-01-03'),"
	" (7, NULL, 'bb', 'b.jpg', 'photo-after', '2018-01-03', 0, 9, '张三', '2018-01-03')",
	"INSERT INTO task (enterprise, kind, unit, asked_on, by, at) VALUES"
	" (7, 'cut-water', '650105001', '2018-01-04', '张三', '2018-01-04')",
	"INSERT INTO change_log (enterprise, kind, internal, day, by, at, detail) VALUES"
	" (7, 'registered', 0, '2018-01-01', '张三', '2018-01-01', 'registered'),"
	" (7, 'field', 1, '2018-01-02', '张三', '2018-01-02', NULL)",
	NULL};

/* Made by the statements of the first version alone, in a folder of its own. */
static char *version_1(struct instance *in)
{
	char *dir = path_join(in->arena, in->dir, "one");
	struct err e = {0};
	sqlite3 *db = NULL;
	size_t count;

	cr_assert_eq(dir_make_all(dir, &e), ERR_OK);
	cr_assert_eq(sqlite3_open(path_join(in->arena, dir, REGISTER_FILE), &db), SQLITE_OK);
	cr_assert_eq(schema_migrate(db, schema_migrations(&count), 1, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 2);
	for (const char *const *sql = filled_1; *sql; sql++)
		cr_assert_eq(schema_exec(db, *sql, &e), ERR_OK, "%s: %s", *sql, e.message);
	sqlite3_close(db);
	return dir;
}

static struct reg *opened(struct instance *in, const char *dir)
{
	struct reg *r = NULL;
	struct err e = {0};

	cr_assert_eq(reg_open(dir, in->policy, &r, &e), ERR_OK, "%s", e.message);
	return r;
}

Test(schema, migrates_from_version_1_and_keeps_the_rows)
{
	struct instance in = instance_new();
	char *dir = version_1(&in);
	struct reg *own = in.reg;
	struct enterprise now;
	struct pub_record rec;
	struct err e = {0};
	struct pub *p;

	for (int i = 0; i < 2; i++) { /* the second opening finds nothing to do */
		in.reg = opened(&in, dir);
		cr_assert_eq(query_int(&in, "PRAGMA user_version"), reg_schema_version());
		cr_assert_eq(
			reg_enterprise_get(in.reg, (struct enterprise_id){7}, in.arena, &now, &e),
			ERR_OK, "%s", e.message);
		cr_assert_str_eq(now.value[FIELD_NAME], "测试木艺加工厂");
		cr_assert_str_eq(now.value[FIELD_CONTACT_NAME], "李某");
		cr_assert_eq(now.course.state, STATE_CLOSED);
		cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log"), 2);
		cr_assert_eq(query_int(&in, "SELECT count(*) FROM evidence"
					    " WHERE public_sha256 IS NULL"),
			2);
		cr_assert_str_eq(query_text(&in, "SELECT liaison_name FROM unit"), "王某");
		reg_close(in.reg);
	}
	cr_assert_eq(pub_open(dir, &p, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_record_get(p, 7, in.arena, &rec, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(rec.evidence_count, 1);
	cr_assert_null(rec.evidence[0].public_sha256);
	cr_assert_eq(rec.task_count, 1);
	cr_assert_eq(rec.event_count, 2);
	pub_close(p);
	in.reg = own;
	instance_done(&in);
}

/* Table, view, index and trigger by name and text: an upgraded register is the same as a new one. */
Test(schema, a_migrated_register_has_the_schema_of_a_new_one)
{
	static const char list[] =
		"SELECT group_concat(text, '\n') FROM (SELECT name||': '||sql AS text"
		" FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name)";
	struct instance in = instance_new();
	const char *made = query_text(&in, list);
	char *dir = version_1(&in);
	struct reg *own = in.reg;

	in.reg = opened(&in, dir);
	cr_assert_str_eq(query_text(&in, list), made);
	reg_close(in.reg);
	in.reg = own;
	instance_done(&in);
}

Test(schema, the_public_door_of_an_older_register_says_what_to_do)
{
	struct instance in = instance_new();
	char *dir = version_1(&in);
	struct err e = {0};
	struct pub *p = NULL;

	cr_assert_eq(pub_open(dir, &p, &e), ERR_INPUT);
	cr_assert(strstr(e.message, "tianlan enterprise list"), "%s", e.message);
	reg_close(opened(&in, dir));
	cr_assert_eq(pub_open(dir, &p, &e), ERR_OK, "%s", e.message);
	pub_close(p);
	instance_done(&in);
}

static const char *const next_statements[] = {
	"ALTER TABLE enterprise ADD COLUMN patrol TEXT", "PRAGMA user_version = 3", NULL};
static const char *const broken_next[] = {"ALTER TABLE enterprise ADD COLUMN patrol TEXT",
	"ALTER TABLE no_such_table ADD COLUMN patrol TEXT", "PRAGMA user_version = 3", NULL};
static const char *const unversioned_next[] = {"CREATE TABLE patrol (n INTEGER) STRICT", NULL};

static enum err_code migrate_with(struct instance *in, const char *const *next, struct err *e)
{
	size_t count;
	const struct migration *known = schema_migrations(&count);
	struct migration list[3] = {known[0], known[1], {3, next}};

	return schema_migrate(in->reg->db, list, 3, e);
}

Test(schema, a_further_migration_runs_once)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct err e = {0};

	cr_assert_eq(migrate_with(&in, next_statements, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "PRAGMA user_version"), 3);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM enterprise WHERE patrol IS NULL"), 1);
	cr_assert_eq(migrate_with(&in, next_statements, &e), ERR_OK);
	cr_assert_str_eq(enterprise_now(&in, id).value[FIELD_NAME], "测试木艺加工厂");
	instance_done(&in);
}

Test(schema, a_failed_migration_leaves_the_old_schema)
{
	struct instance in = instance_new();
	struct err e = {0};

	cr_assert_neq(migrate_with(&in, broken_next, &e), ERR_OK);
	cr_assert_eq(query_int(&in, "PRAGMA user_version"), 2);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM pragma_table_info('enterprise')"
				    " WHERE name='patrol'"),
		0);
	cr_assert_eq(migrate_with(&in, unversioned_next, &e), ERR_SYSTEM);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM sqlite_schema WHERE name='patrol'"), 0);
	instance_done(&in);
}

static void assert_refused(struct instance *in, const char *sql)
{
	cr_assert_neq(sqlite3_exec(in->reg->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sql);
}

Test(schema, events_and_the_change_log_are_append_only_and_enterprises_are_kept)
{
	struct instance in = instance_new();

	enterprise_plain(&in);
	assert_refused(&in, "UPDATE event SET day='2018-01-01'");
	assert_refused(&in, "DELETE FROM event");
	assert_refused(&in, "UPDATE change_log SET by='x'");
	assert_refused(&in, "DELETE FROM change_log");
	assert_refused(&in, "DELETE FROM enterprise");
	assert_refused(&in, "DELETE FROM unit");
	assert_refused(&in, "INSERT OR REPLACE INTO event (seq, enterprise, kind, day, note_public,"
			    " by, at) VALUES (1, 1, 'closed', '2018-01-01', 0, 'x', 'y')");
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM event"), 1);
	cr_assert_str_eq(query_text(&in, "SELECT kind FROM event"), "registered");
	instance_done(&in);
}

Test(schema, a_number_is_never_used_again)
{
	struct instance in = instance_new();
	struct enterprise_id first = enterprise_plain(&in);
	struct err e = {0};

	/* Even when someone with the file in hand takes the guard away and the row out. */
	sqlite3_exec(in.reg->db,
		"DROP TRIGGER enterprise_no_delete; DROP TRIGGER event_no_delete;"
		" DROP TRIGGER change_log_no_delete; DELETE FROM event; DELETE FROM change_log;"
		" DELETE FROM enterprise",
		NULL, NULL, NULL);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM enterprise"), 0);
	cr_assert_eq(reopen(&in, &e), ERR_OK, "%s", e.message);
	cr_assert_gt(enterprise_plain(&in).n, first.n);
	instance_done(&in);
}

Test(schema, each_stored_field_has_its_own_column)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	const enum field *fields = reg_stored_fields();

	for (int i = 0; i < REG_STORED_FIELDS; i++) {
		const struct field_info *info = policy_field(fields[i]);
		const char *text = "文字0991-1234567";
		char sql[200];

		if (info->type == TYPE_TRI)
			text = "yes";
		else if (info->type == TYPE_INT || info->type == TYPE_NUMBER)
			text = "12";
		else if (info->type == TYPE_DAY)
			text = "2017-11-02";
		else if (fields[i] == FIELD_PREMISES)
			text = "租赁";
		else if (fields[i] == FIELD_RING)
			text = "outer";
		else if (fields[i] == FIELD_CATEGORY)
			text = "sanwu";
		else if (fields[i] == FIELD_MEASURE)
			text = "relocate";
		else if (fields[i] == FIELD_INDUSTRY_KIND)
			text = policy_industry_match(in.policy, "铸造", &(bool){false})->slug;
		else if (fields[i] == FIELD_STREET)
			text = "650105002";
		set_field(&in, id, info->id, text);
		snprintf(sql, sizeof(sql), "SELECT %s FROM enterprise WHERE number=%lld", info->id,
			(long long)id.n);
		cr_assert_str_eq(query_text(&in, sql), text, "%s", info->id);
		cr_assert_str_eq(enterprise_now(&in, id).value[fields[i]], text, "%s", info->id);
		/* Taken back, so that the next field finds a record that is not out of scope. */
		if (fields[i] != FIELD_NAME && fields[i] != FIELD_STREET)
			set_field(&in, id, info->id, "");
	}
	instance_done(&in);
}
