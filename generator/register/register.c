/*
 * The handle: opening and making a register, prepared statements, transactions, the change log.
 *
 * Invariants: one write transaction at a time per handle; every public change is a scope, so that it happens whole
 * or not at all also inside a transaction of the caller; staff writes are on disk when they return
 * (WAL with synchronous=FULL); no value of class NEVER reaches the change log.
 */
#include "register/register_internal.h"

#include "register/schema.h"
#include "register/statements.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "TLRG": tells a register from another SQLite file. */
#define APPLICATION_ID 1414287943
#define APPLICATION_ID_PRAGMA "PRAGMA application_id = 1414287943"

/* ---- errors and statements -------------------------------------------------------------------- */

enum err_code reg_sqlite_error(sqlite3 *db, const char *doing, struct err *e)
{
	int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_CONFLICT,
			T("%s：另一个程序正在写登记库，请稍后再试",
				"%s: another process is writing to the register, try again later"),
			doing);
	case SQLITE_CONSTRAINT:
		return err_set(e, ERR_CONFLICT, "%s: %s", doing, sqlite3_errmsg(db));
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return err_set(e, ERR_INPUT,
			T("%s：登记库文件损坏（%s）", "%s: the register's file is damaged (%s)"),
			doing, sqlite3_errmsg(db));
	default:
		return err_set(e, ERR_SYSTEM, "%s: %s", doing, db ? sqlite3_errmsg(db) : "SQLite");
	}
}

static enum err_code fail(struct reg *r, struct err *e)
{
	return reg_sqlite_error(r->db, T("登记库", "register"), e);
}

enum err_code reg_stmt(struct reg *r, enum stmt which, sqlite3_stmt **ret, struct err *e)
{
	sqlite3_stmt *s = r->stmt[which];

	if (!s) {
		if (sqlite3_prepare_v3(r->db, reg_sql(which), -1, SQLITE_PREPARE_PERSISTENT, &s,
			    NULL) != SQLITE_OK)
			return fail(r, e);
		r->stmt[which] = s;
	} else if (sqlite3_stmt_busy(s))
		return err_set(e, ERR_CONFLICT,
			T("登记库：同一查询尚未读完，不能再次使用",
				"register: this query is still being read and cannot begin again"));
	sqlite3_clear_bindings(s);
	*ret = s;
	return ERR_OK;
}

enum err_code reg_step(struct reg *r, sqlite3_stmt *s, bool *ret_row, struct err *e)
{
	int code = sqlite3_step(s);

	*ret_row = code == SQLITE_ROW;
	if (code == SQLITE_ROW)
		return ERR_OK;
	if (code == SQLITE_DONE) {
		sqlite3_reset(s);
		return ERR_OK;
	}
	(void)fail(r, e);
	sqlite3_reset(s);
	return e ? e->code : ERR_SYSTEM;
}

enum err_code reg_run(struct reg *r, sqlite3_stmt *s, struct err *e)
{
	bool row;
	enum err_code code = reg_step(r, s, &row, e);

	sqlite3_reset(s);
	return code;
}

void reg_bind_text(sqlite3_stmt *s, int at, const char *text)
{
	if (text)
		sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(s, at);
}

void reg_bind_day(sqlite3_stmt *s, int at, struct day d)
{
	char text[DAY_TEXT_BYTES];

	if (day_is_set(d))
		sqlite3_bind_text(s, at, day_text(d, text), -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, at);
}

void reg_bind_int(sqlite3_stmt *s, int at, int64_t n)
{
	sqlite3_bind_int64(s, at, n);
}

const char *reg_column_text(sqlite3_stmt *s, int at, struct arena *a)
{
	const char *text = (const char *)sqlite3_column_text(s, at);

	return text ? arena_strndup(a, text, (size_t)sqlite3_column_bytes(s, at)) : NULL;
}

struct day reg_column_day(sqlite3_stmt *s, int at)
{
	const char *text = (const char *)sqlite3_column_text(s, at);
	struct day d = DAY_NONE;

	if (text && !day_parse(text, &d))
		d = DAY_NONE;
	return d;
}

/* ---- transactions ---------------------------------------------------------------------------------- */

static enum err_code run_plain(struct reg *r, enum stmt which, struct err *e)
{
	sqlite3_stmt *s = NULL;
	enum err_code code = reg_stmt(r, which, &s, e);

	return code ? code : reg_run(r, s, e);
}

enum err_code reg_begin(struct reg *r, struct err *e)
{
	enum err_code code;

	if (r->in_transaction)
		return err_set(e, ERR_CONFLICT,
			T("登记库：事务不能嵌套", "register: transactions do not nest"));
	code = run_plain(r, STMT_BEGIN, e);
	if (!code)
		r->in_transaction = true;
	return code;
}

bool reg_begun(const struct reg *r)
{
	return r->in_transaction;
}

enum err_code reg_commit(struct reg *r, struct err *e)
{
	enum err_code code;

	if (!r->in_transaction)
		return err_set(e, ERR_CONFLICT,
			T("登记库：没有事务可提交", "register: there is no transaction"));
	code = run_plain(r, STMT_COMMIT, e);
	if (code)
		reg_rollback(r);
	else
		r->in_transaction = false;
	return code;
}

void reg_rollback(struct reg *r)
{
	if (!r->in_transaction)
		return;
	r->in_transaction = false;
	r->scope_depth = 0;
	/* SQLite may have rolled back by itself: then there is nothing to do. */
	if (!sqlite3_get_autocommit(r->db) && run_plain(r, STMT_ROLLBACK, NULL))
		(void)sqlite3_exec(r->db, "ROLLBACK", NULL, NULL, NULL);
	reg_streets_forget(r);
}

/* Depth 0 outside; a scope that began its own transaction is at depth 1 with own_transaction set. */
enum err_code reg_scope_begin(struct reg *r, struct err *e)
{
	enum err_code code;

	if (!r->in_transaction) {
		code = reg_begin(r, e);
		if (!code)
			r->own_transaction = true;
		return code;
	}
	code = run_plain(r, STMT_SAVE, e);
	if (!code)
		r->scope_depth++;
	return code;
}

enum err_code reg_scope_end(struct reg *r, enum err_code code, struct err *e)
{
	if (r->scope_depth > 0) {
		r->scope_depth--;
		if (code) {
			(void)run_plain(r, STMT_SAVE_UNDO, NULL);
			reg_streets_forget(r);
		}
		if (run_plain(r, STMT_SAVE_RELEASE, code ? NULL : e) && !code)
			return e ? e->code : ERR_SYSTEM;
		return code;
	}
	if (!r->own_transaction)
		return code;
	r->own_transaction = false;
	if (!code)
		return reg_commit(r, e);
	reg_rollback(r);
	return code;
}

enum err_code reg_note_check(const struct change_note *note, struct err *e)
{
	char day[DAY_TEXT_BYTES];
	struct day ignored;

	if (!note || !note->by || !note->by[strspn(note->by, " ")])
		return err_set(e, ERR_USAGE,
			T("须写明由谁办理（--by）", "who does this must be named (--by)"));
	if (!utf8_valid(note->by, strlen(note->by), NULL) ||
		(note->why && !utf8_valid(note->why, strlen(note->why), NULL)))
		return err_set(e, ERR_USAGE,
			T("--by、--why 不是有效的 UTF-8", "--by or --why is not valid UTF-8"));
	if (note->at && strlen(note->at) >= sizeof(day)) {
		memcpy(day, note->at, sizeof(day) - 1);
		day[sizeof(day) - 1] = '\0';
		if (note->at[10] == 'T' && day_parse(day, &ignored))
			return ERR_OK;
	}
	return err_set(e, ERR_USAGE, T("办理时间无效", "the time of the change is not valid"));
}

/* ---- the change log ------------------------------------------------------------------------------------ */

/* Says whether the public log may hold the entry, and what of a changed field it may name. */
static bool field_is_internal(const struct reg *r, enum field f, const char **ret_detail)
{
	const struct field_info *info = policy_field(f);

	*ret_detail = NULL;
	switch (policy_publish_class(r->policy, f)) {
	case PUBLISH_NEVER:
		return true;
	case PUBLISH_PUBLIC:
	case PUBLISH_BANDED:
	case PUBLISH_SUMMARY:
		*ret_detail = info->id;
		return false;
	case PUBLISH_INTERNAL:
	case PUBLISH_AGGREGATE:
	case PUBLISH_REVIEWED:
		return false;
	}
	return true;
}

enum err_code reg_log(
	struct reg *r, const struct log_entry *entry, const struct change_note *note, struct err *e)
{
	const char *detail = entry->detail, *old_value = entry->old_value,
		   *new_value = entry->new_value;
	bool internal = entry->internal;
	char day[DAY_TEXT_BYTES], recorded[DAY_TEXT_BYTES];
	sqlite3_stmt *s = NULL;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_stmt(r, STMT_LOG_INSERT, &s, e);
	if (code)
		return code;
	if (entry->field) {
		internal = field_is_internal(r, entry->field, &detail) || internal;
		if (policy_publish_class(r->policy, entry->field) == PUBLISH_NEVER)
			old_value = new_value = NULL;
	}
	memcpy(recorded, note->at, sizeof(recorded) - 1);
	recorded[sizeof(recorded) - 1] = '\0';
	if (entry->enterprise.n)
		reg_bind_int(s, 1, entry->enterprise.n);
	reg_bind_text(s, 2, entry->kind);
	reg_bind_text(s, 3, entry->field ? policy_field(entry->field)->id : NULL);
	reg_bind_text(s, 4, old_value);
	reg_bind_text(s, 5, new_value);
	reg_bind_text(s, 6, detail);
	reg_bind_int(s, 7, internal);
	reg_bind_text(s, 8, day_is_set(entry->day) ? day_text(entry->day, day) : recorded);
	reg_bind_text(s, 9, note->by);
	reg_bind_text(s, 10, note->at);
	reg_bind_text(s, 11, note->why);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (code || internal || !entry->enterprise.n)
		return code;
	code = reg_stmt(r, STMT_ENTERPRISE_TOUCH, &s, e);
	if (code)
		return code;
	reg_bind_int(s, 1, entry->enterprise.n);
	reg_bind_text(s, 2, recorded);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	return code;
}

/* ---- what the policy data closed ---------------------------------------------------------------------------- */

/* The views ask field_open, so that a class made stricter in the policy data holds for every reader of the file. */
static enum err_code keep_field_open(struct reg *r, struct err *e)
{
	const enum field *fields = reg_stored_fields();
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < REG_STORED_FIELDS && !code; i++) {
		const struct field_info *info = policy_field(fields[i]);
		int open = policy_publish_class(r->policy, fields[i]) == info->publish;
		sqlite3_stmt *s = NULL;
		bool row;

		code = reg_stmt(r, STMT_OPEN_GET, &s, e);
		if (code)
			break;
		reg_bind_text(s, 1, info->id);
		code = reg_step(r, s, &row, e);
		if (!code && row && sqlite3_column_int(s, 0) == open) {
			sqlite3_reset(s);
			continue;
		}
		sqlite3_reset(s);
		if (!code)
			code = reg_stmt(r, STMT_OPEN_SET, &s, e);
		if (code)
			break;
		reg_bind_text(s, 1, info->id);
		reg_bind_int(s, 2, open);
		code = reg_run(r, s, e);
	}
	return code;
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

static enum err_code read_meta(
	struct reg *r, const char *key, char *out, size_t bytes, struct err *e)
{
	sqlite3_stmt *s = NULL;
	bool row;
	enum err_code code = reg_stmt(r, STMT_META_GET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, key);
	code = reg_step(r, s, &row, e);
	if (!code && (!row || (size_t)sqlite3_column_bytes(s, 0) >= bytes))
		code = err_set(
			e, ERR_INPUT, T("登记库缺少标识“%s”", "the register lacks its %s"), key);
	if (!code)
		memcpy(out, sqlite3_column_text(s, 0), (size_t)sqlite3_column_bytes(s, 0) + 1);
	sqlite3_reset(s);
	return code;
}

static enum err_code write_meta(struct reg *r, const char *key, const char *value, struct err *e)
{
	sqlite3_stmt *s = NULL;
	enum err_code code = reg_stmt(r, STMT_META_SET, &s, e);

	if (code)
		return code;
	reg_bind_text(s, 1, key);
	reg_bind_text(s, 2, value);
	return reg_run(r, s, e);
}

static enum err_code connect(struct reg *r, const char *path, int flags, struct err *e)
{
	static const char *const settings[] = {"PRAGMA foreign_keys = ON",
		"PRAGMA synchronous = FULL", "PRAGMA trusted_schema = OFF",
		"PRAGMA recursive_triggers = ON", "PRAGMA cell_size_check = ON",
		/* What is blanked is overwritten, and nothing of the register spills into a temporary file. */
		"PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY"};
	enum err_code code = ERR_OK;

	if (sqlite3_open_v2(path, &r->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		    NULL) != SQLITE_OK)
		return reg_sqlite_error(r->db, REGISTER_FILE, e);
	sqlite3_busy_timeout(r->db, REGISTER_BUSY_MS);
	sqlite3_db_config(r->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (size_t i = 0; i < COUNT_OF(settings) && !code; i++)
		code = schema_exec(r->db, settings[i], e);
	return code;
}

static struct reg *handle_new(const char *dir, const struct policy *p)
{
	struct reg *r = mem_zero(1, sizeof(*r));

	r->policy = p;
	r->dir = mem_strdup(dir);
	r->row_arena = arena_new();
	return r;
}

void reg_close(struct reg *r)
{
	if (!r)
		return;
	reg_rollback(r);
	for (size_t i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(r->stmt[i]);
	reg_streets_forget(r);
	sqlite3_close(r->db);
	arena_free(r->row_arena);
	free(r->dir);
	free(r);
}

static enum err_code check_application(sqlite3 *db, struct err *e)
{
	int id = 0;
	enum err_code code = schema_pragma_int(db, "PRAGMA application_id", &id, e);

	if (!code && id != APPLICATION_ID)
		code = err_set(e, ERR_INPUT,
			T("%s 不是本程序的登记库", "%s is not a register of this program"),
			REGISTER_FILE);
	return code;
}

enum err_code reg_open(const char *dir, const struct policy *p, struct reg **ret, struct err *e)
{
	struct reg *r = handle_new(dir, p);
	char *path = path_join(r->row_arena, dir, REGISTER_FILE);
	const struct migration *list;
	size_t count;
	enum err_code code = ERR_OK;

	list = schema_migrations(&count);
	if (!file_exists(path))
		code = err_set(e, ERR_NOT_FOUND,
			T("这里没有登记库（%s）：先用 tianlan init 建立",
				"there is no register here (%s): make one with `tianlan init`"),
			path);
	if (!code)
		code = connect(r, path, SQLITE_OPEN_READWRITE, e);
	if (!code)
		code = check_application(r->db, e);
	if (!code)
		code = schema_migrate(r->db, list, count, e);
	if (!code)
		code = read_meta(r, "uuid", r->uuid, sizeof(r->uuid), e);
	if (!code)
		code = read_meta(r, "prefix", r->prefix, sizeof(r->prefix), e);
	if (!code)
		code = keep_field_open(r, e);
	if (!code)
		code = reg_catch_up(r, e);
	if (code) {
		reg_close(r);
		return code;
	}
	arena_reset(r->row_arena);
	*ret = r;
	return ERR_OK;
}

/* ---- making one --------------------------------------------------------------------------------------------------- */

static enum err_code check_names(const char *uuid, const char *prefix, struct err *e)
{
	if (!uuid || strlen(uuid) != 32 || strspn(uuid, "0123456789abcdef") != 32)
		return err_set(e, ERR_USAGE,
			T("登记库标识须为32位十六进制数", "the uuid must be 32 hex digits"));
	if (!prefix || strlen(prefix) != 6 || strspn(prefix, "0123456789") != 6)
		return err_set(
			e, ERR_USAGE, T("编号前缀须为6位数字", "the prefix must be 6 digits"));
	return ERR_OK;
}

static enum err_code fill_new(struct reg *r, const char *uuid, const char *prefix,
	const struct change_note *note, struct err *e)
{
	size_t count;
	const struct unit_info *units = policy_units(r->policy, &count);
	enum err_code code = reg_begin(r, e);

	if (!code)
		code = write_meta(r, "uuid", uuid, e);
	if (!code)
		code = write_meta(r, "prefix", prefix, e);
	if (!code)
		code = write_meta(r, "created", note->at, e);
	for (size_t i = 0; i < count && !code; i++) {
		struct unit u = {
			.code = units[i].code, .name = units[i].name, .kind = units[i].kind};

		code = reg_unit_set(r, &u, note, e);
	}
	if (!code)
		code = keep_field_open(r, e);
	if (!code)
		code = reg_commit(r, e);
	return code;
}

enum err_code reg_create(const char *dir, const struct policy *p, const char *uuid,
	const char *prefix, const struct change_note *note, struct err *e)
{
	struct reg *r = handle_new(dir, p);
	struct arena *a = arena_new();
	char *path = path_join(a, dir, REGISTER_FILE);
	const struct migration *list;
	size_t count;
	bool made = false;
	int fd;
	enum err_code code = check_names(uuid, prefix, e);

	list = schema_migrations(&count);
	if (!code)
		code = reg_note_check(note, e);
	if (!code) {
		fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0640);
		if (fd < 0 && file_exists(path))
			code = err_set(e, ERR_CONFLICT,
				T("已有登记库：%s", "there is a register already: %s"), path);
		else if (fd < 0)
			code = err_errno(e, "%s", path);
		else {
			made = true;
			close(fd);
		}
	}
	if (!code)
		code = connect(r, path, SQLITE_OPEN_READWRITE, e);
	if (!code)
		code = schema_exec(r->db, "PRAGMA journal_mode = WAL", e);
	if (!code)
		code = schema_exec(r->db, APPLICATION_ID_PRAGMA, e);
	if (!code)
		code = schema_migrate(r->db, list, count, e);
	if (!code)
		code = fill_new(r, uuid, prefix, note, e);
	reg_close(r);
	if (!code)
		code = dir_sync(dir, e);
	if (code && made) {
		/* What was begun is of no use to anyone and would be in the way of the next attempt. */
		(void)unlink(path);
		(void)unlink(path_join(a, dir, REGISTER_FILE "-wal"));
		(void)unlink(path_join(a, dir, REGISTER_FILE "-shm"));
	}
	arena_free(a);
	return code;
}

/* ---- public ids ------------------------------------------------------------------------------------------------------- */

const char *reg_id_text(const struct reg *r, struct enterprise_id id, char out[ENTERPRISE_ID_BYTES])
{
	struct buf b;

	buf_init(&b, ENTERPRISE_ID_BYTES);
	buf_printf(&b, "%s-%06lld", r->prefix, (long long)id.n);
	out[0] = '\0';
	if (!b.overflow && b.len < ENTERPRISE_ID_BYTES)
		memcpy(out, buf_text(&b), b.len + 1);
	buf_done(&b);
	return out;
}

enum err_code reg_id_parse(
	const struct reg *r, const char *text, struct enterprise_id *ret, struct err *e)
{
	size_t prefix = strlen(r->prefix);
	const char *digits = text;
	int64_t n = 0;

	if (str_starts(text, r->prefix) && text[prefix] == '-')
		digits = text + prefix + 1;
	else if (strchr(text, '-'))
		digits = "";
	if (strlen(digits) < 1 || strlen(digits) > 15 ||
		strspn(digits, "0123456789") != strlen(digits) || !str_to_int64(digits, &n) ||
		n < 1)
		return err_set(e, ERR_USAGE,
			T("编号无效：%s（应为 %s-000123 的形式）",
				"not an id: %s (like %s-000123)"),
			text, r->prefix);
	ret->n = n;
	return ERR_OK;
}
