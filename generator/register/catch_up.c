/*
 * What opening does to a register that an earlier program, or earlier policy data, left behind.
 *
 * Units that the policy data names and the register lacks are added; what staff changed of a unit stays. The columns that cache
 * the course are worked out anew, once, when the course itself was changed (COURSE_RULES says which one they follow): the
 * events are the truth, the columns must agree with them. Both are done whole or not at all, and again at the next opening.
 */
#include "register/register_internal.h"

/* To be raised with every change of what policy_course() makes of the same events.
 * 2: a sign-off needs its three steps, and for what was closed all of 两断三清. */
#define COURSE_RULES "2"

/* *ret_found; the statement is reset. */
static enum err_code unit_stands(struct reg *r, const char *name, bool *ret_found, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_UNIT_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, name);
	code = reg_step(r, s, ret_found, e);
	sqlite3_reset(s);
	return code;
}

static enum err_code add_unit(struct reg *r, const struct unit_info *u, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_UNIT_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, u->code);
	reg_bind_text(s, 2, u->name);
	reg_bind_text(s, 3, u->kind);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	reg_streets_forget(r);
	return code;
}

static enum err_code add_units(struct reg *r, struct err *e)
{
	size_t count;
	const struct unit_info *units = policy_units(r->policy, &count);
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < count && !code; i++) {
		bool found = false;

		code = unit_stands(r, units[i].code, &found, e);
		if (!code && !found)
			code = add_unit(r, &units[i], e);
	}
	return code;
}

static enum err_code course_is_new(struct reg *r, bool *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_META_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, "course");
	code = reg_step(r, s, &row, e);
	if (!code)
		*ret = row && str_eq((const char *)sqlite3_column_text(s, 0), COURSE_RULES);
	sqlite3_reset(s);
	return code;
}

static enum err_code next_number(struct reg *r, int64_t *number, bool *ret_row, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_NUMBER_EACH, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, *number);
	code = reg_step(r, s, ret_row, e);
	if (!code && *ret_row)
		*number = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return code;
}

static enum err_code refresh_all(struct reg *r, struct err *e)
{
	int64_t number = 0;
	sqlite3_stmt *s;
	bool row = true;
	enum err_code code = ERR_OK;

	while (!code && !(code = next_number(r, &number, &row, e)) && row)
		code = reg_row_refresh(r, (struct enterprise_id){number}, e);
	if (!code)
		code = reg_stmt(r, STMT_META_SET, &s, e);
	if (code)
		return code;
	reg_bind_text(s, 1, "course");
	reg_bind_text(s, 2, COURSE_RULES);
	return reg_run(r, s, e);
}

static enum err_code is_behind(struct reg *r, bool *ret, struct err *e)
{
	size_t count;
	const struct unit_info *units = policy_units(r->policy, &count);
	bool known = true;
	enum err_code code = course_is_new(r, &known, e);

	for (size_t i = 0; i < count && !code && known; i++)
		code = unit_stands(r, units[i].code, &known, e);
	*ret = !known;
	return code;
}

enum err_code reg_catch_up(struct reg *r, struct err *e)
{
	bool behind = false, known = true;
	enum err_code code = is_behind(r, &behind, e);

	if (code || !behind)
		return code;
	code = reg_scope_begin(r, e);
	if (code)
		return code;
	code = add_units(r, e);
	if (!code)
		code = course_is_new(r, &known, e);
	if (!code && !known)
		code = refresh_all(r, e);
	return reg_scope_end(r, code, e);
}
