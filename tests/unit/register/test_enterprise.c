#include "instance.h"

#include <string.h>

static enum err_code set(struct instance *in, struct enterprise_id id, enum field f,
	const char *text, bool *changed, struct err *e)
{
	return reg_enterprise_set(in->reg, id, f, text, ymd(2018, 1, 5), &staff, changed, e);
}

Test(enterprise, an_added_record_is_registered_once_with_its_values)
{
	static const char *const fields[] = {"has_eia", "无", "conforms", "否", "employees",
		"3-5人", "industry", "铸造", "equipment", "CK6140车床 2台", NULL};
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_with(&in, fields);
	struct enterprise now = enterprise_now(&in, id);
	char text[ENTERPRISE_ID_BYTES];

	cr_assert_str_eq(reg_id_text(in.reg, id, text), "650105-000001");
	cr_assert_str_eq(now.value[FIELD_ID], "650105-000001");
	cr_assert_str_eq(now.value[FIELD_STREET], STREET);
	cr_assert_str_eq(now.value[FIELD_EMPLOYEES], "5");
	cr_assert_eq(now.course.state, STATE_REGISTERED);
	cr_assert_eq(day_compare(now.course.since, ymd(2017, 12, 20)), 0);
	cr_assert_eq(now.suggestion.at_least, CATEGORY_SANLUAN);
	cr_assert_eq(now.category, CATEGORY_NONE);
	cr_assert_not(now.differs);
	cr_assert_str_eq(now.industry, query_text(&in, "SELECT industry_slug FROM enterprise"));
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM event WHERE kind='registered'"), 1);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log WHERE enterprise=1"), 1);
	cr_assert_str_eq(query_text(&in, "SELECT equipment_summary FROM enterprise"), "车床2台");
	cr_assert_str_neq(query_text(&in, "SELECT industry_slug FROM enterprise"), "other");
	instance_done(&in);
}

Test(enterprise, a_name_and_a_street_are_required)
{
	struct instance in = instance_new();
	const char *value[FIELD_COUNT] = {[FIELD_NAME] = "某厂"};
	struct enterprise_id id;
	struct err e = {0};
	bool changed;

	cr_assert_eq(reg_enterprise_add(in.reg, value, STREET, ymd(2018, 1, 1), &staff, &id, &e),
		ERR_USAGE);
	value[FIELD_STREET] = "没有的街道";
	cr_assert_eq(reg_enterprise_add(in.reg, value, STREET, ymd(2018, 1, 1), &staff, &id, &e),
		ERR_USAGE);
	cr_assert(strstr(e.message, "没有的街道"));
	value[FIELD_STREET] = STREET;
	cr_assert_eq(reg_enterprise_add(in.reg, value, "nowhere", ymd(2018, 1, 1), &staff, &id, &e),
		ERR_USAGE);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM enterprise"), 0);
	id = enterprise_plain(&in);
	cr_assert_eq(set(&in, id, FIELD_NAME, "", &changed, &e), ERR_USAGE);
	cr_assert_eq(set(&in, id, FIELD_STREET, "", &changed, &e), ERR_USAGE);
	instance_done(&in);
}

Test(enterprise, setting_normalises_logs_and_says_whether_it_changed)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct err e = {0};
	bool changed = false;

	cr_assert_eq(set(&in, id, FIELD_HAS_FIRE, "×", &changed, &e), ERR_OK, "%s", e.message);
	cr_assert(changed);
	cr_assert_eq(set(&in, id, FIELD_HAS_FIRE, "无", &changed, &e), ERR_OK);
	cr_assert_not(changed);
	cr_assert_eq(set(&in, id, FIELD_HAS_FIRE, "", &changed, &e), ERR_OK);
	cr_assert(changed);
	cr_assert_null(enterprise_now(&in, id).value[FIELD_HAS_FIRE]);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log WHERE field='has_fire'"), 2);
	cr_assert_str_eq(
		query_text(&in, "SELECT new FROM change_log WHERE field='has_fire'"), "no");
	cr_assert_str_eq(
		query_text(&in, "SELECT by FROM change_log WHERE field='has_fire'"), "张三");
	cr_assert_str_eq(
		query_text(&in, "SELECT why FROM change_log WHERE field='has_fire'"), "现场核实");
	cr_assert_eq(set(&in, id, FIELD_HAS_FIRE, "大概有吧", &changed, &e), ERR_USAGE);
	cr_assert(strstr(e.message, "has_fire") && strstr(e.message, "大概有吧"));
	cr_assert_eq(set(&in, id, FIELD_ID, "650105-000009", &changed, &e), ERR_USAGE);
	cr_assert_eq(set(&in, id, FIELD_SEQ, "9", &changed, &e), ERR_USAGE);
	cr_assert_eq(set(&in, (struct enterprise_id){99}, FIELD_RING, "inner", &changed, &e),
		ERR_NOT_FOUND);
	instance_done(&in);
}

Test(enterprise, who_and_when_are_required)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	static const struct change_note bad[] = {{.by = "", .at = "2018-01-01T00:00:00+08:00"},
		{.by = "  ", .at = "2018-01-01T00:00:00+08:00"}, {.by = "x", .at = "yesterday"},
		{.by = "x"}, {.by = "\xff", .at = "2018-01-01T00:00:00+08:00"}};
	struct err e = {0};
	bool changed;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_assert_eq(reg_enterprise_set(in.reg, id, FIELD_RING, "inner", ymd(2018, 1, 1),
				     &bad[i], &changed, &e),
			ERR_USAGE, "%zu", i);
	cr_assert_null(enterprise_now(&in, id).value[FIELD_RING]);
	instance_done(&in);
}

Test(enterprise, values_of_class_never_are_in_no_log_and_no_message)
{
	static const char *const fields[] = {
		"contact_name", "李秘密", "contact_phone", "13899998888", NULL};
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_with(&in, fields);
	struct unit unit = {
		.code = STREET, .liaison_name = "王联络", .liaison_phone = "13811112222"};
	struct err e = {0};
	bool changed;

	set_field(&in, id, "contact_name", "李更密");
	set_field(&in, id, "contact_phone", "13877776666");
	set_field(&in, id, "contact_phone", "");
	cr_assert_eq(reg_unit_set(in.reg, &unit, &staff, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log"
				    " WHERE field IN ('contact_name','contact_phone')"),
		3);
	cr_assert_eq(
		query_int(&in,
			"SELECT count(*) FROM change_log WHERE coalesce(old,'')||"
			"coalesce(new,'')||coalesce(detail,'') LIKE '%密%'"
			" OR coalesce(old,'')||coalesce(new,'')||coalesce(detail,'') LIKE '%138%'"
			" OR coalesce(old,'')||coalesce(new,'') LIKE '%王联络%'"),
		0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log WHERE internal=0"
				    " AND field IN ('contact_name','contact_phone')"),
		0);
	cr_assert_eq(set(&in, id, FIELD_CONTACT_PHONE, "302", &changed, &e), ERR_USAGE);
	cr_assert_null(strstr(e.message, "302"));
	instance_done(&in);
}

Test(enterprise, a_confirmed_category_that_the_answers_contradict_is_listed)
{
	static const char *const fields[] = {"emissions_exceed", "否", "conforms", "否", NULL};
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_with(&in, fields);

	set_field(&in, id, "category", "散");
	cr_assert_not(enterprise_now(&in, id).differs);
	set_field(&in, id, "category", "散乱");
	cr_assert_not(enterprise_now(&in, id).differs, "乱 is unknown, so nothing contradicts it");
	set_field(&in, id, "category", "乱");
	cr_assert(enterprise_now(&in, id).differs);
	cr_assert_eq(query_int(&in, "SELECT differs FROM enterprise"), 1);
	set_field(&in, id, "conforms", "是");
	cr_assert_not(enterprise_now(&in, id).differs);
	cr_assert_eq(query_int(&in, "SELECT differs FROM enterprise"), 0);
	instance_done(&in);
}

static enum err_code count_row(void *ctx, const struct enterprise *row, struct err *e)
{
	(void)row;
	(void)e;
	(*(int *)ctx)++;
	return ERR_OK;
}

static int listed(struct instance *in, struct enterprise_filter f)
{
	struct err e = {0};
	int n = 0;

	cr_assert_eq(reg_enterprise_each(in->reg, &f, count_row, &n, &e), ERR_OK, "%s", e.message);
	return n;
}

Test(enterprise, each_filters_by_every_facet)
{
	static const char *const first[] = {
		"ring", "内", "industry", "铸造", "conforms", "是", NULL};
	static const char *const second[] = {"street", "六道湾街道", "ring", "外", NULL};
	struct instance in = instance_new();
	struct enterprise_id one = enterprise_with(&in, first);
	char kind[64];

	enterprise_with(&in, second);
	enterprise_plain(&in);
	set_field(&in, one, "category", "散");
	strcpy(kind, query_text(&in, "SELECT industry_slug FROM enterprise WHERE number=1"));
	cr_assert_eq(listed(&in, (struct enterprise_filter){0}), 3);
	cr_assert_eq(listed(&in, (struct enterprise_filter){.street = "650105002"}), 1);
	cr_assert_eq(listed(&in, (struct enterprise_filter){.unit = STREET}), 3);
	cr_assert_eq(listed(&in, (struct enterprise_filter){.ring = RING_INNER}), 1);
	cr_assert_eq(listed(&in, (struct enterprise_filter){.category = CATEGORY_SAN}), 1);
	cr_assert_eq(listed(&in, (struct enterprise_filter){.state = STATE_REGISTERED}), 2);
	cr_assert_eq(listed(&in, (struct enterprise_filter){.industry = kind}), 1);
	cr_assert_eq(listed(&in, (struct enterprise_filter){.differs_only = true}), 1);
	cr_assert_eq(listed(&in, (struct enterprise_filter){.ring = RING_INNER,
					 .category = CATEGORY_WU}),
		0);
	instance_done(&in);
}

static enum err_code set_within(void *ctx, const struct enterprise *row, struct err *e)
{
	struct instance *in = ctx;
	bool changed;

	return reg_enterprise_set(
		in->reg, row->id, FIELD_RING, "outer", ymd(2018, 1, 5), &staff, &changed, e);
}

Test(enterprise, a_callback_may_change_the_row_it_is_given)
{
	struct instance in = instance_new();
	struct err e = {0};

	enterprise_plain(&in);
	enterprise_plain(&in);
	cr_assert_eq(
		reg_enterprise_each(in.reg, NULL, set_within, &in, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM enterprise WHERE ring='outer'"), 2);
	instance_done(&in);
}

Test(enterprise, ids_are_read_with_and_without_the_prefix)
{
	static const struct {
		const char *text;
		int64_t n;
	} list[] = {{"650105-000123", 123}, {"123", 123}, {"650105-1000000", 1000000},
		{"650105-", 0}, {"650106-000123", 0}, {"-1", 0}, {"0", 0}, {"", 0}, {"12x", 0},
		{"9999999999999999999999", 0}};
	struct instance in = instance_new();
	char text[ENTERPRISE_ID_BYTES];

	for (size_t i = 0; i < COUNT_OF(list); i++) {
		struct enterprise_id id = {0};
		struct err e = {0};
		enum err_code code = reg_id_parse(in.reg, list[i].text, &id, &e);

		cr_assert_eq(code, list[i].n ? ERR_OK : ERR_USAGE, "%s", list[i].text);
		cr_assert_eq(id.n, list[i].n, "%s", list[i].text);
	}
	cr_assert_str_eq(
		reg_id_text(in.reg, (struct enterprise_id){1234567}, text), "650105-1234567");
	instance_done(&in);
}

Test(enterprise, a_rolled_back_transaction_leaves_nothing)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	int64_t logged = query_int(&in, "SELECT count(*) FROM change_log");
	struct err e = {0};
	bool changed;

	cr_assert_eq(reg_begin(in.reg, &e), ERR_OK);
	cr_assert_eq(reg_begin(in.reg, &e), ERR_CONFLICT);
	set_field(&in, id, "ring", "inner");
	/* One refused within leaves what stands before it in the transaction. */
	cr_assert_eq(set(&in, id, FIELD_NAME, "", &changed, &e), ERR_USAGE);
	cr_assert_str_eq(enterprise_now(&in, id).value[FIELD_RING], "inner");
	reg_rollback(in.reg);
	cr_assert_null(enterprise_now(&in, id).value[FIELD_RING]);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log"), logged);
	cr_assert_eq(reg_commit(in.reg, &e), ERR_CONFLICT);
	instance_done(&in);
}

Test(enterprise, another_writer_is_waited_for_and_then_named)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct reg *other = NULL;
	struct err e = {0};
	bool changed;

	cr_assert_eq(reg_open(in.dir, in.policy, &other, &e), ERR_OK, "%s", e.message);
	sqlite3_busy_timeout(in.reg->db, 20);
	cr_assert_eq(reg_begin(other, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(set(&in, id, FIELD_RING, "inner", &changed, &e), ERR_CONFLICT);
	reg_rollback(other);
	cr_assert_eq(set(&in, id, FIELD_RING, "inner", &changed, &e), ERR_OK, "%s", e.message);
	reg_close(other);
	instance_done(&in);
}

Test(enterprise, out_of_scope_is_a_state_and_can_be_taken_back)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);

	set_field(&in, id, "out_of_scope", "是");
	cr_assert_eq(enterprise_now(&in, id).course.state, STATE_OUT_OF_SCOPE);
	cr_assert_str_eq(query_text(&in, "SELECT state FROM enterprise"), "out-of-scope");
	set_field(&in, id, "out_of_scope", "否");
	cr_assert_str_eq(query_text(&in, "SELECT state FROM enterprise"), "registered");
	instance_done(&in);
}

Test(enterprise, matching_finds_by_key_within_the_unit)
{
	static const char *const fields[] = {
		"name", "某某（新疆）木业", "address", "七道湾路12号", NULL};
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_with(&in, fields), found[2];
	struct err e = {0};
	size_t count = 0;

	enterprise_plain(&in);
	cr_assert_eq(reg_match_find(in.reg, STREET, value_key(in.arena, "某某(新疆) 木业"),
			     value_key(in.arena, "七道湾路１２号"), found, 2, &count, &e),
		ERR_OK);
	cr_assert_eq(count, 1);
	cr_assert_eq(found[0].n, id.n);
	set_field(&in, id, "name", "另一个名字");
	cr_assert_eq(reg_match_find(in.reg, STREET, value_key(in.arena, "另一个名字"),
			     value_key(in.arena, "七道湾路12号"), found, 2, &count, &e),
		ERR_OK);
	cr_assert_eq(count, 1);
	cr_assert_eq(reg_match_find(in.reg, "650105002", value_key(in.arena, "另一个名字"),
			     value_key(in.arena, "七道湾路12号"), found, 2, &count, &e),
		ERR_OK);
	cr_assert_eq(count, 0);
	instance_done(&in);
}
