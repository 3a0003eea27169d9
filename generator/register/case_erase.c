/*
 * Erasing what rows hold of a case, and the list of places that are asked to do the same.
 *
 * Blanking is not done when the rows are empty: SQLite leaves old bytes in pages it moved cells between, and in the log. So what is
 * to go is remembered, the rows are blanked with secure_delete on, the log is emptied, and the file is searched for each of
 * them; when one is still found, or nobody knows any more what to look for (the rows were blank already), the whole file is written
 * anew. The file is read through SQLite's own handle: closing one of ours would drop the locks SQLite holds on it.
 * Of replies only what no other case was told is searched for: then what a file written anew still holds is somebody else's.
 */
#include "register/case.h"

#include "register/schema.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)1 << 20)
#define SECRET_LEAST 16 /* shorter ones could stand there by chance */

/* ---- what must be gone -------------------------------------------------------------------- */

struct secret {
	const uint8_t *bytes;
	size_t len;
	bool text; /* may stand elsewhere as well: somebody may have written the same */
};
struct secrets {
	struct secret *list;
	size_t count, cap, longest;
	bool begins[256 * 256]; /* by the first two bytes */
};

static void remember(struct secrets *s, struct arena *a, const void *bytes, size_t len, bool text)
{
	const uint8_t *b = bytes;

	if (len < SECRET_LEAST)
		return;
	if (s->count == s->cap) {
		struct secret *more =
			arena_alloc(a, (s->cap = s->cap ? 2 * s->cap : 16) * sizeof(*more));

		if (s->count)
			memcpy(more, s->list, s->count * sizeof(*more));
		s->list = more;
	}
	s->list[s->count++] = (struct secret){b, len, text};
	s->longest = len > s->longest ? len : s->longest;
	s->begins[b[0] << 8 | b[1]] = true;
}

/* A page breaks a long blob, so what is looked for is its beginning. */
static enum err_code collect(struct reg *r, int64_t number, bool texts, struct secrets *ret,
	struct arena *a, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, texts ? STMT_CASE_REPLIES : STMT_CASE_SECRETS, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		size_t len;
		const void *bytes = reg_column_blob(s, 0, a, &len);

		remember(ret, a, bytes, len > TIP_KEY_BYTES && !texts ? TIP_KEY_BYTES : len, texts);
	}
	sqlite3_reset(s);
	return code;
}

static bool holds(const struct secrets *s, bool texts, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i + SECRET_LEAST <= len; i++) {
		if (!s->begins[bytes[i] << 8 | bytes[i + 1]])
			continue;
		for (size_t k = 0; k < s->count; k++)
			if (s->list[k].len <= len - i && (texts || !s->list[k].text) &&
				memcmp(bytes + i, s->list[k].bytes, s->list[k].len) == 0)
				return true;
	}
	return false;
}

static enum err_code search(
	struct reg *r, const struct secrets *s, bool texts, bool *ret_found, struct err *e)
{
	sqlite3_file *file = NULL;
	sqlite3_int64 size = 0, at = 0;
	uint8_t *chunk;
	int code = sqlite3_file_control(r->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

	*ret_found = false;
	if (code == SQLITE_OK && file && file->pMethods)
		code = file->pMethods->xFileSize(file, &size);
	if (code != SQLITE_OK || !file || !file->pMethods)
		return reg_sqlite_error(r->db, REGISTER_FILE, e);
	chunk = mem_alloc(CHUNK_BYTES);
	while (at < size && !*ret_found) {
		sqlite3_int64 left = size - at;
		int len = (int)(left < (sqlite3_int64)CHUNK_BYTES ? left
								  : (sqlite3_int64)CHUNK_BYTES);

		code = file->pMethods->xRead(file, chunk, len, at);
		/* The file may have grown shorter meanwhile: the rest reads as zeros. */
		if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
			break;
		code = SQLITE_OK;
		*ret_found = holds(s, texts, chunk, (size_t)len);
		at += len < (int)CHUNK_BYTES ? len : len - (int)s->longest;
	}
	bytes_wipe(chunk, CHUNK_BYTES);
	free(chunk);
	if (code != SQLITE_OK)
		return err_set(e, ERR_SYSTEM, "%s: %s", REGISTER_FILE, sqlite3_errstr(code));
	return ERR_OK;
}

/* ---- blanking -------------------------------------------------------------------------------- */

static enum err_code run_on(struct reg *r, enum stmt which, int64_t number, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, which, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	return reg_run(r, s, e);
}

static enum err_code blank_rows(
	struct reg *r, int64_t number, struct secrets *ret, struct arena *a, struct err *e)
{
	static const enum stmt blanks[] = {STMT_CASE_BLANK_RESULTS, STMT_CASE_BLANK_STEPS,
		STMT_CASE_BLANK_ROW, STMT_CASE_BLANK_DRAFTS};
	struct tip_case now;
	enum err_code code = reg_case_get(r, number, a, &now, e);

	if (!code && now.course.state != CASE_ERASED)
		code = err_set(e, ERR_CONFLICT,
			T("第 %lld 件举报尚未销毁：先登记销毁",
				"case %lld is not erased: take that step first"),
			(long long)number);
	if (!code)
		code = collect(r, number, false, ret, a, e);
	if (!code)
		code = collect(r, number, true, ret, a, e);
	for (size_t i = 0; i < COUNT_OF(blanks) && !code; i++)
		code = run_on(r, blanks[i], number, e);
	return code ? code : reg_case_refresh(r, number, e);
}

static enum err_code empty_log(struct reg *r, struct err *e)
{
	int code = sqlite3_wal_checkpoint_v2(r->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	if (code == SQLITE_OK)
		return ERR_OK;
	if ((code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
		return reg_sqlite_error(r->db, T("登记库", "register"), e);
	return err_set(e, ERR_CONFLICT,
		T("登记库正被另一个程序读取，销毁的内容还在日志文件里：请稍后再销毁一次",
			"another program is reading the register, so what was erased is still in "
			"its log: erase the case again later"));
}

static enum err_code make_sure(struct reg *r, const struct secrets *s, struct err *e)
{
	/* Blank already: whoever did it may have died before the file was searched, and took what to look for along. */
	bool found = !s->count;
	enum err_code code = empty_log(r, e);

	if (!code && s->count)
		code = search(r, s, true, &found, e);
	if (code || !found)
		return code;
	code = schema_exec(r->db, "VACUUM", e);
	if (!code)
		code = empty_log(r, e);
	if (!code)
		code = search(r, s, false, &found, e);
	if (!code && found)
		code = err_set(e, ERR_SYSTEM,
			T("销毁的内容还在 %s 里", "what was erased still stands in %s"),
			REGISTER_FILE);
	return code;
}

static void forget(struct secrets *s)
{
	for (size_t i = 0; i < s->count; i++)
		bytes_wipe((void *)s->list[i].bytes, s->list[i].len);
	free(s);
}

enum err_code reg_case_blank(struct reg *r, int64_t number, struct err *e)
{
	struct secrets *s;
	struct arena *a;
	enum err_code code;

	if (r->in_transaction)
		return err_set(e, ERR_CONFLICT,
			T("登记库：事务之内不能销毁", "register: nothing is erased within a "
						      "transaction"));
	s = mem_zero(1, sizeof(*s));
	a = arena_new();
	code = reg_scope_begin(r, e);
	if (!code)
		code = reg_scope_end(r, blank_rows(r, number, s, a, e), e);
	if (!code)
		code = make_sure(r, s, e);
	forget(s);
	arena_free(a);
	return code;
}

enum err_code reg_case_destroyed(struct reg *r, int64_t number, struct err *e)
{
	struct arena *a = arena_new();
	struct tip_case now;
	enum err_code code = reg_scope_begin(r, e);

	if (!code) {
		code = reg_case_get(r, number, a, &now, e);
		if (!code && now.course.state != CASE_ERASED)
			code = err_set(e, ERR_CONFLICT,
				T("第 %lld 件举报尚未销毁", "case %lld is not erased"),
				(long long)number);
		if (!code)
			code = run_on(r, STMT_CASE_DESTROYED, number, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

/* ---- places -------------------------------------------------------------------------------------- */

static bool is_place_kind(const char *kind)
{
	return str_eq(kind, "office") || str_eq(kind, "intake") || str_eq(kind, "hub") ||
	       str_eq(kind, "backup");
}

static enum err_code set_place(struct reg *r, const char *place, const char *kind, struct err *e)
{
	bool row, same = false;
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_PLACE_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, place);
	code = reg_step(r, s, &row, e);
	if (!code && row)
		same = str_eq((const char *)sqlite3_column_text(s, 0), kind);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (code || same)
		return code;
	if (row)
		return err_set(e, ERR_CONFLICT,
			T("存放处“%s”已登记为另一种", "the place %s is on record as another kind"),
			place);
	code = reg_stmt(r, STMT_PLACE_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_text(s, 1, place);
	reg_bind_text(s, 2, kind);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

enum err_code reg_place_set(struct reg *r, const char *place, const char *kind, struct err *e)
{
	enum err_code code;

	if (!place || !*place || strlen(place) > 200 || !utf8_valid(place, strlen(place), NULL) ||
		!is_place_kind(kind))
		return err_set(e, ERR_USAGE,
			T("存放处无效：写出名称，种类为 office、intake、hub 或 backup",
				"the place is not valid: a name, and a kind out of office, intake, "
				"hub, backup"));
	code = reg_scope_begin(r, e);
	return code ? code : reg_scope_end(r, set_place(r, place, kind, e), e);
}

enum err_code reg_place_each(struct reg *r, place_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_PLACE_EACH, &s, e);

	if (code)
		return code;
	a = arena_new();
	while (!(code = reg_step(r, s, &row, e)) && row) {
		arena_reset(a);
		code = fn(ctx, reg_column_text(s, 0, a), reg_column_text(s, 1, a), e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

/* ---- copies ----------------------------------------------------------------------------------------- */

struct asked {
	bool asked, gone;
};

static enum err_code look_up(
	struct reg *r, int64_t number, const char *place, struct asked *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_COPY_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_text(s, 2, place);
	code = reg_step(r, s, &row, e);
	if (!code) {
		ret->asked = row;
		ret->gone = row && sqlite3_column_type(s, 0) != SQLITE_NULL;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return code;
}

static enum err_code check_place(struct reg *r, const char *place, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_PLACE_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, place);
	code = reg_step(r, s, &row, e);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND, T("没有存放处“%s”", "there is no place %s"),
			place ? place : "");
	return code;
}

static enum err_code ask(
	struct reg *r, int64_t number, const char *place, struct day day, struct err *e)
{
	struct arena *a = arena_new();
	struct asked now = {0};
	struct tip_case row;
	sqlite3_stmt *s;
	enum err_code code = reg_case_get(r, number, a, &row, e);

	arena_free(a);
	if (!code)
		code = check_place(r, place, e);
	if (!code)
		code = look_up(r, number, place, &now, e);
	if (code || now.asked)
		return code;
	code = reg_stmt(r, STMT_COPY_INSERT, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_text(s, 2, place);
	reg_bind_day(s, 3, day);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

enum err_code reg_copy_ask(
	struct reg *r, int64_t number, const char *place, struct day day, struct err *e)
{
	enum err_code code;

	if (!day_is_set(day))
		return err_set(e, ERR_USAGE, T("缺少日期", "the day is missing"));
	code = reg_scope_begin(r, e);
	return code ? code : reg_scope_end(r, ask(r, number, place, day, e), e);
}

static enum err_code gone(struct reg *r, int64_t number, const char *place, struct day day,
	const char *said_by, struct err *e)
{
	struct asked now = {0};
	sqlite3_stmt *s;
	enum err_code code = look_up(r, number, place, &now, e);

	if (!code && !now.asked)
		code = err_set(e, ERR_NOT_FOUND,
			T("没有请“%s”销毁第 %lld 件举报", "%s was not asked to erase case %lld"),
			place ? place : "", (long long)number);
	if (code || now.gone)
		return code;
	code = reg_stmt(r, STMT_COPY_GONE, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_text(s, 2, place);
	reg_bind_day(s, 3, day);
	reg_bind_text(s, 4, said_by);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

enum err_code reg_copy_gone(struct reg *r, int64_t number, const char *place, struct day day,
	const char *said_by, struct err *e)
{
	enum err_code code;

	if (!day_is_set(day) || !said_by || !*said_by)
		return err_set(e, ERR_USAGE,
			T("须写明日期和由谁确认", "the day and who says so must be given"));
	code = reg_scope_begin(r, e);
	return code ? code : reg_scope_end(r, gone(r, number, place, day, said_by, e), e);
}

enum err_code reg_copy_each(
	struct reg *r, int64_t number, bool open_only, copy_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_COPY_EACH, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, number);
	reg_bind_int(s, 2, open_only);
	a = arena_new();
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct case_copy one;

		arena_reset(a);
		one = (struct case_copy){
			.tip_case = sqlite3_column_int64(s, 0),
			.id = reg_column_text(s, 1, a),
			.place = reg_column_text(s, 2, a),
			.kind = reg_column_text(s, 3, a),
			.asked_on = reg_column_day(s, 4),
			.gone_on = reg_column_day(s, 5),
			.said_by = reg_column_text(s, 6, a),
		};
		code = fn(ctx, &one, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}
