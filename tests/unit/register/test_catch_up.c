/* catch_up.c: what a register of an earlier program lacks is there once it was opened. */
#include "instance.h"

static void run(struct instance *in, const char *sql)
{
	cr_assert_eq(sqlite3_exec(in->reg->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
		sqlite3_errmsg(in->reg->db));
}

static void open_again(struct instance *in)
{
	struct err e = {0};

	reg_close(in->reg);
	in->reg = NULL;
	cr_assert_eq(reg_open(in->dir, in->policy, &in->reg, &e), ERR_OK, "%s", e.message);
}

Test(catch_up, a_unit_that_the_policy_data_names_is_added_and_what_staff_changed_stays)
{
	struct instance in = instance_new();
	int64_t logged;

	run(&in, "DROP TRIGGER unit_no_delete");
	run(&in, "DELETE FROM unit WHERE code='inspectors'");
	run(&in, "UPDATE unit SET name='改名局', liaison_name='王某' WHERE code='environment'");
	logged = query_int(&in, "SELECT count(*) FROM change_log");
	open_again(&in);
	cr_assert_str_eq(query_text(&in, "SELECT kind FROM unit WHERE code='inspectors'"), "team");
	cr_assert_str_eq(query_text(&in, "SELECT name||liaison_name FROM unit WHERE "
					 "code='environment'"),
		"改名局王某");
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM unit"), 24);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log"), logged);
	instance_done(&in);
}

Test(catch_up, a_sign_off_of_before_the_five_items_were_asked_shows_as_closed)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);

	event_on(&in, id, EVENT_CLOSED, ymd(2018, 2, 1));
	run(&in, "INSERT INTO event (enterprise, kind, day, note_public, by, at) SELECT 1, k.value,"
		 " '2018-02-0'||(k.key+2), 0, '李某', '2018-02-09T09:00:00+08:00' FROM json_each("
		 "'[\"self_checked\",\"reviewed\",\"verified\",\"signed_off\"]') k");
	run(&in, "UPDATE enterprise SET state='signed-off', since='2018-02-05'");
	open_again(&in);
	cr_assert_str_eq(query_text(&in, "SELECT state FROM enterprise"), "signed-off",
		"worked out already: opening does not read every record again");
	run(&in, "DELETE FROM meta WHERE key='course'");
	open_again(&in);
	cr_assert_str_eq(
		query_text(&in, "SELECT state||since FROM enterprise"), "closed2018-02-01");
	cr_assert_eq(enterprise_now(&in, id).course.state, STATE_CLOSED);
	instance_done(&in);
}
