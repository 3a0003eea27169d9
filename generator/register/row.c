/*
 * One row of the register: reading it, adding it, changing it field by field, and the columns worked
 * out from it.
 *
 * Invariants: values are canonical here; the category in force is what the latest valid `classified` event
 * decided (the same for the measure); the cached course equals policy_course() over the valid events when the
 * transaction ends; each field that differed has one entry in the change log.
 */
#include "register/register_internal.h"

#include "register/statements.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ----------------------------------------------------------------------------------- */

void reg_row_read(
	sqlite3_stmt *s, struct arena *a, const char *ret_value[FIELD_COUNT], const char **ret_unit)
{
	const enum field *fields = reg_stored_fields();

	memset(ret_value, 0, FIELD_COUNT * sizeof(*ret_value));
	for (int i = 0; i < REG_STORED_FIELDS; i++)
		ret_value[fields[i]] = reg_column_text(s, i + 2, a);
	if (ret_unit)
		*ret_unit = reg_column_text(s, 1, a);
}

enum err_code reg_row_get(struct reg *r, struct enterprise_id id, struct arena *a,
	const char *ret_value[FIELD_COUNT], const char **ret_unit, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_ENTERPRISE_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND,
			T("没有编号为 %s 的企业", "there is no enterprise %s"),
			reg_id_text(r, id, text));
	if (!code)
		reg_row_read(s, a, ret_value, ret_unit);
	sqlite3_reset(s);
	return code;
}

void reg_answers(const char *const value[FIELD_COUNT], struct answers *ret)
{
	*ret = (struct answers){
		.emissions_exceed = value_tri(value[FIELD_EMISSIONS_EXCEED]),
		.conforms = value_tri(value[FIELD_CONFORMS]),
		.has_fire = value_tri(value[FIELD_HAS_FIRE]),
		.has_eia = value_tri(value[FIELD_HAS_EIA]),
		.has_planning = value_tri(value[FIELD_HAS_PLANNING]),
		.has_licence = value_tri(value[FIELD_HAS_LICENCE]),
		.has_hazard = value_tri(value[FIELD_HAS_HAZARD]),
		.has_unlawful_building = value_tri(value[FIELD_HAS_UNLAWFUL_BUILDING]),
		.unlawful_operation = value_tri(value[FIELD_UNLAWFUL_OPERATION]),
	};
}

static bool contradicts(enum tri known, bool confirmed)
{
	return known != TRI_UNKNOWN && (known == TRI_YES) != confirmed;
}

/* Only what the form answers can contradict what staff confirmed: an unknown attribute never does. */
bool reg_category_differs(const struct classification *suggestion, enum category confirmed)
{
	if (confirmed == CATEGORY_NONE)
		return false;
	for (int bits = 1; bits < 8; bits++)
		if (policy_category_from(bits & 1, bits & 2, bits & 4) == confirmed)
			return contradicts(suggestion->scattered, bits & 1) ||
			       contradicts(suggestion->disorderly, bits & 2) ||
			       contradicts(suggestion->polluting, bits & 4);
	return false;
}

/* ---- what is worked out from a row ------------------------------------------------------------------ */

struct worked_out {
	const char *name_key, *address_key, *industry_slug, *equipment_summary, *suggested;
	bool differs;
};

const char *reg_industry(const struct reg *r, const char *const value[FIELD_COUNT])
{
	const char *text = value[FIELD_INDUSTRY] ? value[FIELD_INDUSTRY] : "";
	bool exact;

	if (value[FIELD_INDUSTRY_KIND])
		return value[FIELD_INDUSTRY_KIND];
	return policy_industry_match(r->policy, text, &exact)->slug;
}

static void work_out(struct reg *r, struct arena *a, const char *const value[FIELD_COUNT],
	struct worked_out *ret)
{
	struct classification suggestion;
	struct answers answers;

	ret->name_key = value_key(a, value[FIELD_NAME]);
	ret->address_key = value_key(a, value[FIELD_ADDRESS]);
	ret->industry_slug = reg_industry(r, value);
	ret->equipment_summary = value_equipment_summary(a, value[FIELD_EQUIPMENT]);
	reg_answers(value, &answers);
	policy_classify(r->policy, &answers, &suggestion);
	ret->suggested = suggestion.category ? policy_category_slug(suggestion.category) : NULL;
	ret->differs =
		reg_category_differs(&suggestion, policy_category_find(value[FIELD_CATEGORY]));
}

static int bind_fields(sqlite3_stmt *s, int at, const char *const value[FIELD_COUNT])
{
	const enum field *fields = reg_stored_fields();

	for (int i = 0; i < REG_STORED_FIELDS; i++)
		reg_bind_text(s, at++, value[fields[i]]);
	return at;
}

enum err_code reg_course_of(struct reg *r, struct enterprise_id id, struct day until,
	bool out_of_scope, struct course *ret, struct err *e)
{
	struct event_fact few[32], *facts = few, *grown = NULL;
	size_t count = 0, cap = COUNT_OF(few);
	sqlite3_stmt *s;
	bool row = true;
	enum err_code code = reg_stmt(r, STMT_EVENT_FACTS, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	reg_bind_day(s, 2, until);
	for (;;) {
		code = reg_step(r, s, &row, e);
		if (code || !row)
			break;
		if (count == cap) {
			struct event_fact *more = mem_grow(grown, cap * 2, sizeof(*more));

			if (!grown)
				memcpy(more, few, sizeof(few));
			facts = grown = more;
			cap *= 2;
		}
		facts[count++] = (struct event_fact){.seq = sqlite3_column_int64(s, 0),
			.kind = policy_event_find((const char *)sqlite3_column_text(s, 1)),
			.day = reg_column_day(s, 2)};
	}
	sqlite3_reset(s);
	if (!code)
		policy_course(facts, count, out_of_scope, ret);
	free(grown);
	return code;
}

enum err_code reg_row_refresh(struct reg *r, struct enterprise_id id, struct err *e)
{
	const char *value[FIELD_COUNT];
	struct arena *a = arena_new();
	struct worked_out w;
	struct course course;
	sqlite3_stmt *s;
	enum err_code code = reg_row_get(r, id, a, value, NULL, e);

	if (!code)
		code = reg_course_of(r, id, DAY_NONE,
			value_tri(value[FIELD_OUT_OF_SCOPE]) == TRI_YES, &course, e);
	if (!code)
		code = reg_stmt(r, STMT_ENTERPRISE_CACHE, &s, e);
	if (!code) {
		work_out(r, a, value, &w);
		reg_bind_int(s, 1, id.n);
		reg_bind_text(s, 2, w.industry_slug);
		reg_bind_text(s, 3, w.equipment_summary);
		reg_bind_text(s, 4, w.suggested);
		reg_bind_int(s, 5, w.differs);
		reg_bind_text(s, 6, policy_state_slug(course.state));
		reg_bind_day(s, 7, course.since);
		reg_bind_day(s, 8, course.order);
		code = reg_run(r, s, e);
		sqlite3_clear_bindings(s);
	}
	arena_free(a);
	return code;
}

/* ---- adding --------------------------------------------------------------------------------------------- */

static enum err_code check_required(const char *const value[FIELD_COUNT], struct err *e)
{
	static const enum field required[] = {FIELD_NAME, FIELD_STREET};

	for (size_t i = 0; i < COUNT_OF(required); i++)
		if (!value[required[i]])
			return err_set(e, ERR_USAGE, T("缺少“%s”", "%s is missing"),
				T(policy_field(required[i])->heading,
					policy_field(required[i])->id));
	return ERR_OK;
}

static enum err_code insert_row(struct reg *r, const char *const value[FIELD_COUNT],
	const char *unit, struct day registered_on, const struct change_note *note,
	struct enterprise_id *ret, struct err *e)
{
	struct event_fact first = {.seq = 1, .kind = EVENT_REGISTERED, .day = registered_on};
	char recorded[DAY_TEXT_BYTES];
	struct worked_out w;
	struct course course;
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_ENTERPRISE_INSERT, &s, e);

	if (code)
		return code;
	work_out(r, r->row_arena, value, &w);
	policy_course(&first, 1, value_tri(value[FIELD_OUT_OF_SCOPE]) == TRI_YES, &course);
	memcpy(recorded, note->at, sizeof(recorded) - 1);
	recorded[sizeof(recorded) - 1] = '\0';
	reg_bind_text(s, 1, unit);
	reg_bind_text(s, 2, w.name_key);
	reg_bind_text(s, 3, w.address_key);
	reg_bind_text(s, 4, w.industry_slug);
	reg_bind_text(s, 5, w.equipment_summary);
	reg_bind_text(s, 6, w.suggested);
	reg_bind_int(s, 7, w.differs);
	reg_bind_text(s, 8, policy_state_slug(course.state));
	reg_bind_day(s, 9, course.since);
	reg_bind_text(s, 10, recorded);
	bind_fields(s, 11, value);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (!code)
		ret->n = sqlite3_last_insert_rowid(r->db);
	return code;
}

enum err_code reg_row_insert(struct reg *r, const char *const value[FIELD_COUNT], const char *unit,
	struct day registered_on, const struct change_note *note, struct enterprise_id *ret,
	struct err *e)
{
	const char *plain[FIELD_COUNT];
	bool set[FIELD_COUNT] = {false};
	struct enterprise_id id = {0};
	int changed;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = check_required(value, e);
	if (!code && !day_is_set(registered_on))
		code = err_set(
			e, ERR_USAGE, T("缺少登记日期", "the day of registration is missing"));
	if (code)
		return code;
	/* Decisions come in as events of their own, after the registration. */
	memcpy(plain, value, sizeof(plain));
	plain[FIELD_CATEGORY] = plain[FIELD_MEASURE] = NULL;
	set[FIELD_CATEGORY] = value[FIELD_CATEGORY] != NULL;
	set[FIELD_MEASURE] = value[FIELD_MEASURE] != NULL;
	arena_reset(r->row_arena);
	code = insert_row(r, plain, unit, registered_on, note, &id, e);
	if (!code)
		code = reg_event_insert(r, id,
			&(struct event_new){.kind = EVENT_REGISTERED, .day = registered_on}, NULL,
			note, NULL, e);
	if (!code)
		code = reg_log(r,
			&(struct log_entry){.enterprise = id,
				.kind = "registered",
				.detail = "registered",
				.day = registered_on},
			note, e);
	if (!code && (set[FIELD_CATEGORY] || set[FIELD_MEASURE]))
		code = reg_row_change(r, id, value, set, registered_on, note, &changed, e);
	if (!code)
		*ret = id;
	return code;
}

/* ---- changing ---------------------------------------------------------------------------------------------- */

static enum err_code log_field(struct reg *r, struct enterprise_id id, enum field f,
	const char *old_value, const char *new_value, struct day day,
	const struct change_note *note, struct err *e)
{
	/* A decision is told by its event. */
	bool decision = f == FIELD_CATEGORY || f == FIELD_MEASURE;

	return reg_log(r,
		&(struct log_entry){.enterprise = id,
			.kind = "field",
			.field = f,
			.old_value = old_value,
			.new_value = new_value,
			.day = day,
			.internal = decision},
		note, e);
}

static enum err_code update_row(struct reg *r, struct arena *a, struct enterprise_id id,
	const char *const value[FIELD_COUNT], struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_ENTERPRISE_UPDATE, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	reg_bind_text(s, 2, value_key(a, value[FIELD_NAME]));
	reg_bind_text(s, 3, value_key(a, value[FIELD_ADDRESS]));
	bind_fields(s, 4, value);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

static enum event_kind decision_kind(enum field f)
{
	if (f == FIELD_CATEGORY)
		return EVENT_CLASSIFIED;
	return f == FIELD_MEASURE ? EVENT_MEASURE_DECIDED : 0;
}

enum err_code reg_row_change(struct reg *r, struct enterprise_id id,
	const char *const value[FIELD_COUNT], const bool set[FIELD_COUNT], struct day day,
	const struct change_note *note, int *ret_changed, struct err *e)
{
	const char *now[FIELD_COUNT];
	struct arena *a = arena_new();
	int changed = 0;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_row_get(r, id, a, now, NULL, e);
	for (enum field f = 1; f < FIELD_COUNT && !code; f++) {
		if (!set[f] || f == FIELD_ID || f == FIELD_SEQ || str_eq(now[f], value[f]))
			continue;
		/* Its event comes first: the course may forbid it. */
		if (decision_kind(f))
			code = reg_decide(r, id, decision_kind(f), value[f],
				value_tri(now[FIELD_OUT_OF_SCOPE]) == TRI_YES, day, note, e);
		if (!code)
			code = log_field(r, id, f, now[f], value[f], day, note, e);
		now[f] = value[f];
		changed++;
	}
	if (!code)
		code = check_required(now, e);
	if (!code && changed)
		code = update_row(r, a, id, now, e);
	if (!code && changed)
		code = reg_row_refresh(r, id, e);
	if (!code)
		*ret_changed = changed;
	arena_free(a);
	return code;
}

enum err_code reg_row_force(struct reg *r, struct enterprise_id id, enum field f, const char *value,
	struct day day, const struct change_note *note, struct err *e)
{
	const char *now[FIELD_COUNT];
	struct arena *a = arena_new();
	enum err_code code = reg_row_get(r, id, a, now, NULL, e);

	if (!code)
		code = log_field(r, id, f, now[f], value, day, note, e);
	if (!code) {
		now[f] = value;
		code = update_row(r, a, id, now, e);
	}
	arena_free(a);
	return code;
}
