/*
 * Units: streets, zones, departments, each with one liaison. The liaison's name, post and telephone are of class
 * NEVER: the change log says only that they changed, and no public view reads them.
 */
#include "register/register_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"street", "zone", "department", "office", "team"};

static bool is_kind(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(kinds[i], kind))
			return true;
	return false;
}

/* ---- the streets, kept in memory ------------------------------------------------------------------ */

void reg_streets_forget(struct reg *r)
{
	for (size_t i = 0; i < r->street_count; i++) {
		free(r->streets[i].code);
		free(r->streets[i].name);
	}
	free(r->streets);
	r->streets = NULL;
	r->street_count = 0;
	r->streets_loaded = false;
}

const struct street *reg_streets(struct reg *r, size_t *ret_count)
{
	sqlite3_stmt *s;
	bool row;

	*ret_count = 0;
	if (!r->streets_loaded) {
		if (reg_stmt(r, STMT_STREET_EACH, &s, NULL))
			return NULL;
		while (!reg_step(r, s, &row, NULL) && row) {
			r->streets = mem_grow(r->streets, r->street_count + 1, sizeof(*r->streets));
			r->streets[r->street_count++] = (struct street){
				.code = mem_strdup((const char *)sqlite3_column_text(s, 0)),
				.name = mem_strdup((const char *)sqlite3_column_text(s, 1))};
		}
		sqlite3_reset(s);
		r->streets_loaded = true;
	}
	*ret_count = r->street_count;
	return r->streets;
}

/* ---- units -------------------------------------------------------------------------------------------- */

static void read_unit(sqlite3_stmt *s, struct arena *a, struct unit *u)
{
	*u = (struct unit){
		.code = reg_column_text(s, 0, a),
		.name = reg_column_text(s, 1, a),
		.kind = reg_column_text(s, 2, a),
		.liaison_name = reg_column_text(s, 3, a),
		.liaison_post = reg_column_text(s, 4, a),
		.liaison_phone = reg_column_text(s, 5, a),
	};
}

static enum err_code find(struct reg *r, const char *name, struct arena *a, struct unit *ret,
	bool *ret_found, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_UNIT_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, name);
	code = reg_step(r, s, ret_found, e);
	if (!code && *ret_found)
		read_unit(s, a, ret);
	sqlite3_reset(s);
	return code;
}

enum err_code reg_unit_check(struct reg *r, const char *name, struct err *e)
{
	struct arena *a = arena_new();
	struct unit u;
	bool found = false;
	enum err_code code = name ? find(r, name, a, &u, &found, e) : ERR_OK;

	arena_free(a);
	if (!code && !found)
		code = err_set(e, ERR_USAGE,
			T("没有代码为“%s”的单位（见 tianlan unit list）",
				"there is no unit “%s” (see `tianlan unit list`)"),
			name ? name : "");
	return code;
}

const char *reg_unit_name(struct reg *r, const char *code, struct arena *a)
{
	struct unit u = {0};
	bool found = false;

	if (!code || find(r, code, a, &u, &found, NULL) || !found)
		return code ? code : "";
	return u.name;
}

static bool is_code(const char *text)
{
	return text && *text && strlen(text) <= 40 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(text);
}

static bool is_line(const char *text)
{
	return !text || (strlen(text) <= 400 && utf8_valid(text, strlen(text), NULL) &&
				!strpbrk(text, "\n\r\t"));
}

static enum err_code check(const struct unit *u, bool found, struct err *e)
{
	if (!is_code(u->code))
		return err_set(e, ERR_USAGE,
			T("单位代码只用小写字母、数字、- 和 _",
				"a unit's code is of small letters, digits, - and _"));
	if (!found && (!u->name || !u->kind))
		return err_set(e, ERR_USAGE,
			T("没有单位“%s”：新增须给出名称和类型",
				"there is no unit “%s”: a new one needs a name and a kind"),
			u->code);
	if (u->kind && !is_kind(u->kind))
		return err_set(e, ERR_USAGE,
			T("单位类型“%s”无效（street zone department office team）",
				"“%s” is not a kind of unit (street zone department office team)"),
			u->kind);
	if ((u->name && !*u->name) || !is_line(u->name) || !is_line(u->liaison_name) ||
		!is_line(u->liaison_post) || !is_line(u->liaison_phone))
		return err_set(e, ERR_USAGE,
			T("单位“%s”：名称或联络员信息无效",
				"unit “%s”: a name or the liaison is not valid"),
			u->code);
	return ERR_OK;
}

static const char *keep(const char *given, const char *before)
{
	if (!given)
		return before;
	return *given ? given : NULL;
}

static enum err_code set(struct reg *r, const struct unit *u, const struct change_note *note,
	struct arena *a, struct err *e)
{
	struct unit before = {0}, after;
	bool found = false, shown_changed;
	sqlite3_stmt *s;
	enum err_code code = find(r, u->code ? u->code : "", a, &before, &found, e);

	if (!code)
		code = check(u, found, e);
	if (code)
		return code;
	after = (struct unit){.code = u->code,
		.name = u->name ? u->name : before.name,
		.kind = u->kind ? u->kind : before.kind,
		.liaison_name = keep(u->liaison_name, before.liaison_name),
		.liaison_post = keep(u->liaison_post, before.liaison_post),
		.liaison_phone = keep(u->liaison_phone, before.liaison_phone)};
	shown_changed = !str_eq(after.name, before.name) || !str_eq(after.kind, before.kind);
	if (!shown_changed && str_eq(after.liaison_name, before.liaison_name) &&
		str_eq(after.liaison_post, before.liaison_post) &&
		str_eq(after.liaison_phone, before.liaison_phone))
		return ERR_OK;
	code = reg_stmt(r, found ? STMT_UNIT_UPDATE : STMT_UNIT_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_text(s, 1, after.code);
	reg_bind_text(s, 2, after.name);
	reg_bind_text(s, 3, after.kind);
	reg_bind_text(s, 4, after.liaison_name);
	reg_bind_text(s, 5, after.liaison_post);
	reg_bind_text(s, 6, after.liaison_phone);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	reg_streets_forget(r);
	if (code)
		return code;
	return reg_log(r,
		&(struct log_entry){.kind = "unit",
			.old_value = shown_changed ? before.name : NULL,
			.new_value = shown_changed ? after.name : NULL,
			.detail = after.code,
			.day = DAY_NONE,
			.internal = !shown_changed},
		note, e);
}

enum err_code reg_unit_set(
	struct reg *r, const struct unit *u, const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = set(r, u, note, a, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

enum err_code reg_unit_each(struct reg *r, unit_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_UNIT_EACH, &s, e);

	if (code)
		return code;
	a = arena_new();
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct unit u;

		arena_reset(a);
		read_unit(s, a, &u);
		code = fn(ctx, &u, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}
