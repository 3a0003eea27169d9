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

static const char *const version_2[] = {
	"ALTER TABLE enterprise ADD COLUMN patrol TEXT", "PRAGMA user_version = 2", NULL};
static const char *const broken_2[] = {"ALTER TABLE enterprise ADD COLUMN patrol TEXT",
	"ALTER TABLE no_such_table ADD COLUMN patrol TEXT", "PRAGMA user_version = 2", NULL};
static const char *const unversioned_2[] = {"CREATE TABLE patrol (n INTEGER) STRICT", NULL};

static enum err_code migrate_with(struct instance *in, const char *const *second, struct err *e)
{
	size_t count;
	struct migration list[2] = {schema_migrations(&count)[0], {2, second}};

	return schema_migrate(in->reg->db, list, 2, e);
}

Test(schema, migrates_from_version_1_and_keeps_the_rows)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct err e = {0};

	cr_assert_eq(query_int(&in, "PRAGMA user_version"), 1);
	cr_assert_eq(migrate_with(&in, version_2, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "PRAGMA user_version"), 2);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM enterprise WHERE patrol IS NULL"), 1);
	cr_assert_eq(migrate_with(&in, version_2, &e), ERR_OK);
	cr_assert_str_eq(enterprise_now(&in, id).value[FIELD_NAME], "测试木艺加工厂");
	instance_done(&in);
}

Test(schema, a_failed_migration_leaves_the_old_schema)
{
	struct instance in = instance_new();
	struct err e = {0};

	cr_assert_neq(migrate_with(&in, broken_2, &e), ERR_OK);
	cr_assert_eq(query_int(&in, "PRAGMA user_version"), 1);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM pragma_table_info('enterprise')"
				    " WHERE name='patrol'"),
		0);
	cr_assert_eq(migrate_with(&in, unversioned_2, &e), ERR_SYSTEM);
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
