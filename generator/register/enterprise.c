/*
 * Enterprises as the staff's commands see them: add, get, set one field, list.
 *
 * What comes in is text as people write it; value_normalise() makes it canonical or refuses it, and row.c
 * does the rest. A value of class NEVER is not repeated in an error message.
 */
#include "register/register_internal.h"

#include "register/statements.h"

#include <string.h>

static enum err_code refuse_value(
	const struct reg *r, enum field f, const char *text, const char *why, struct err *e)
{
	const struct field_info *info = policy_field(f);

	if (policy_publish_class(r->policy, f) == PUBLISH_NEVER)
		return err_set(e, ERR_USAGE, "%s（%s）：%s", info->id, info->label, why);
	return err_set(e, ERR_USAGE, "%s（%s）＝“%s”：%s", info->id, info->label, text, why);
}

static enum err_code normalise_all(struct reg *r, struct arena *a,
	const char *const text[FIELD_COUNT], const char *ret_value[FIELD_COUNT], struct err *e)
{
	memset(ret_value, 0, FIELD_COUNT * sizeof(*ret_value));
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		struct normalised n;

		if (!text[f] || f == FIELD_ID || f == FIELD_SEQ)
			continue;
		value_normalise(r, a, f, text[f], &n);
		if (n.refused)
			return refuse_value(r, f, text[f], n.refused, e);
		ret_value[f] = n.value;
		if (n.community && !text[FIELD_COMMUNITY])
			ret_value[FIELD_COMMUNITY] = n.community;
	}
	return ERR_OK;
}

enum err_code reg_enterprise_add(struct reg *r, const char *const value[FIELD_COUNT],
	const char *unit, struct day registered_on, const struct change_note *note,
	struct enterprise_id *ret, struct err *e)
{
	const char *canonical[FIELD_COUNT];
	struct arena *a = arena_new();
	struct enterprise_id id;
	enum err_code code = normalise_all(r, a, value, canonical, e);

	if (!code)
		code = reg_unit_check(r, unit ? unit : canonical[FIELD_STREET], e);
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = reg_row_insert(r, canonical, unit ? unit : canonical[FIELD_STREET],
			registered_on, note, &id, e);
		code = reg_scope_end(r, code, e);
	}
	if (!code)
		*ret = id;
	arena_free(a);
	return code;
}

/* What a row's values say, besides the course. */
static void fill(struct reg *r, struct enterprise *out)
{
	struct answers answers;

	out->category = policy_category_find(out->value[FIELD_CATEGORY]);
	out->ring = policy_ring_find(out->value[FIELD_RING]);
	out->measure = policy_measure_find(out->value[FIELD_MEASURE]);
	out->industry = reg_industry(r, out->value);
	reg_answers(out->value, &answers);
	policy_classify(r->policy, &answers, &out->suggestion);
	out->differs = reg_category_differs(&out->suggestion, out->category);
}

static enum err_code read_one(
	struct reg *r, sqlite3_stmt *s, struct arena *a, struct enterprise *out, struct err *e)
{
	char id[ENTERPRISE_ID_BYTES];

	memset(out, 0, sizeof(*out));
	out->id.n = sqlite3_column_int64(s, 0);
	reg_row_read(s, a, out->value, &out->unit);
	out->value[FIELD_ID] = arena_strdup(a, reg_id_text(r, out->id, id));
	fill(r, out);
	return reg_course_of(r, out->id, DAY_NONE,
		value_tri(out->value[FIELD_OUT_OF_SCOPE]) == TRI_YES, &out->course, e);
}

enum err_code reg_enterprise_get(struct reg *r, struct enterprise_id id, struct arena *a,
	struct enterprise *ret, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	struct enterprise found;
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
		code = read_one(r, s, a, &found, e);
	sqlite3_reset(s);
	if (!code)
		*ret = found;
	return code;
}

enum err_code reg_enterprise_set(struct reg *r, struct enterprise_id id, enum field f,
	const char *text, struct day day, const struct change_note *note, bool *ret_changed,
	struct err *e)
{
	const char *value[FIELD_COUNT] = {NULL};
	bool set[FIELD_COUNT] = {false};
	struct arena *a = arena_new();
	struct normalised n;
	int changed = 0;
	enum err_code code = ERR_OK;

	value_normalise(r, a, f, text, &n);
	if (n.refused)
		code = refuse_value(r, f, text, n.refused, e);
	else if (f == FIELD_ID || f == FIELD_SEQ)
		code = refuse_value(r, f, text, T("不能更改", "cannot be changed"), e);
	if (!code) {
		value[f] = n.value;
		set[f] = true;
		if (n.community) {
			value[FIELD_COMMUNITY] = n.community;
			set[FIELD_COMMUNITY] = true;
		}
		code = reg_scope_begin(r, e);
	}
	if (!code) {
		code = reg_row_change(r, id, value, set, day, note, &changed, e);
		code = reg_scope_end(r, code, e);
	}
	if (!code)
		*ret_changed = changed > 0;
	arena_free(a);
	return code;
}

enum err_code reg_enterprise_each(struct reg *r, const struct enterprise_filter *filter,
	enterprise_fn *fn, void *ctx, struct err *e)
{
	static const struct enterprise_filter any = {0};
	const struct enterprise_filter *f = filter ? filter : &any;
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_ENTERPRISE_EACH, &s, e);

	if (code)
		return code;
	a = arena_new();
	reg_bind_text(s, 1, f->street);
	reg_bind_text(s, 2, f->unit);
	reg_bind_text(s, 3, f->industry);
	reg_bind_text(s, 4, f->category ? policy_category_slug(f->category) : NULL);
	reg_bind_text(s, 5, f->state ? policy_state_slug(f->state) : NULL);
	reg_bind_text(s, 6, f->ring ? policy_ring_id(f->ring) : NULL);
	reg_bind_int(s, 7, f->differs_only);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct enterprise one;

		arena_reset(a);
		code = read_one(r, s, a, &one, e);
		if (!code)
			code = fn(ctx, &one, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	arena_free(a);
	return code;
}
