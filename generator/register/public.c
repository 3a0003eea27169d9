/*
 * The public's door: a read-only handle whose authorizer admits the public_* views and nothing else.
 *
 * How narrow: a column may be read only as part of a view named public_*, never those of class NEVER (whatever the
 * statement pretends), no statement with WITH (a common table expression could borrow a view's name), only the
 * functions listed, no PRAGMA, no ATTACH, no writing, no schema. Settings are made before the authorizer is set.
 */
#include "register/public.h"

#include "register/register_internal.h"
#include "register/schema.h"

#include <stdlib.h>
#include <string.h>

static const char *const sql[PUB_STMT_COUNT] = {
	[PUB_BEGIN] = "BEGIN",
	[PUB_COMMIT] = "COMMIT",
	[PUB_META] = "SELECT uuid, prefix, last_change, last_number FROM public_meta",
	[PUB_RECORDS] =
		"SELECT number, name, street, community, address, address_withheld, industry_text,"
		" industry, products, equipment_summary, employees_band, premises, "
		"emissions_exceed,"
		" conforms, has_fire, has_eia, has_planning, has_licence, has_hazard,"
		" has_unlawful_building, unlawful_operation, industrial_premises, in_demolition, "
		"note,"
		" category, ring, measure, found_on, state, since, out_of_scope, first_reported,"
		" last_reported, changed_on FROM public_enterprise"
		" WHERE number>=?1 AND number<?2 ORDER BY number",
	[PUB_EVENTS] = "SELECT enterprise, seq, kind, day, unit, doc, note, corrects, decided"
		       " FROM public_event WHERE enterprise>=?1 AND enterprise<?2"
		       " ORDER BY enterprise, day, seq",
	[PUB_EVIDENCE] = "SELECT enterprise, sha256, name, kind, day, bytes, public_sha256 FROM "
			 "public_evidence"
			 " WHERE enterprise>=?1 AND enterprise<?2 ORDER BY enterprise, seq",
	[PUB_TASKS] = "SELECT enterprise, kind, unit, asked_on, due, done_on FROM public_task"
		      " WHERE enterprise>=?1 AND enterprise<?2 ORDER BY enterprise, seq",
	[PUB_CHANGES] = "SELECT seq, enterprise, kind, detail, day, recorded FROM public_change"
			" WHERE seq>?1 ORDER BY seq",
	[PUB_UNITS] = "SELECT code, name, kind FROM public_unit ORDER BY code",
	[PUB_REPORTS] = "SELECT unit, month, received, sha256, rows, added, changed, refused"
			" FROM public_report ORDER BY seq",
	[PUB_OUTPUT_STREET] = "SELECT grp, count, sum FROM public_output_street ORDER BY grp",
	[PUB_OUTPUT_CATEGORY] = "SELECT grp, count, sum FROM public_output_category ORDER BY grp",
	[PUB_OUTPUT_INDUSTRY] = "SELECT grp, count, sum FROM public_output_industry ORDER BY grp",
	[PUB_TIPS_OF] = "SELECT enterprise, count FROM public_tip_enterprise"
			" WHERE enterprise>=?1 AND enterprise<?2 ORDER BY enterprise",
	[PUB_LOOKBACKS_OF] =
		"SELECT enterprise, quarter, street, reason, done_on, result FROM public_lookback"
		" WHERE enterprise>=?1 AND enterprise<?2 ORDER BY enterprise, quarter",
	[PUB_INSPECTIONS_OF] = "SELECT enterprise, seq, day, kind, team, unit, doc, result, text, "
			       "published, put_right"
			       " FROM public_inspection WHERE enterprise>=?1 AND enterprise<?2"
			       " ORDER BY enterprise, day, seq",
	/* An order that tells nothing of when which case came. */
	[PUB_TIP_CELLS] = "SELECT grouping, label, bucket, count FROM public_tip_cell ORDER BY "
			  "grouping, label, bucket",
	[PUB_TIP_RELEASES] = "SELECT seq, day FROM public_tip_release ORDER BY seq",
	[PUB_TIP_RESULTS] = "SELECT release, day, street, outcome, reply FROM public_tip_result"
			    " ORDER BY release, street, outcome, reply",
	[PUB_CHAIN_WEEKS] = "SELECT week, head FROM public_chain_week ORDER BY week",
	[PUB_INSPECTIONS] = "SELECT coalesce(enterprise,0), seq, day, kind, team, unit, doc, "
			    "result, text, published,"
			    " put_right FROM public_inspection ORDER BY day, seq",
	[PUB_LOOKBACK_PLANS] = "SELECT quarter, seed, made_on, months, share FROM "
			       "public_lookback_plan ORDER BY quarter",
	[PUB_LOOKBACK_COUNTS] =
		"SELECT quarter, street, planned, done, relapsed FROM public_lookback_count"
		" ORDER BY quarter, street",
	[PUB_LOOKBACKS] =
		"SELECT enterprise, quarter, street, reason, done_on, result FROM public_lookback"
		" ORDER BY quarter, street, done_on, enterprise",
	[PUB_RANKINGS] = "SELECT quarter, sha256, computed_on, rules_from FROM public_ranking "
			 "ORDER BY quarter",
	[PUB_RANKING_ROWS] =
		"SELECT unit, total, place, best, worst FROM public_ranking_row WHERE quarter=?1"
		" ORDER BY place=0, place, unit",
	[PUB_RANKING_ITEMS] = "SELECT unit, item, coalesce(part,-1), coalesce(whole,-1), score "
			      "FROM public_ranking_item"
			      " WHERE quarter=?1 ORDER BY unit, item",
	[PUB_RANKING_TRACES_OF] =
		"SELECT unit, item, what, number, counted FROM public_ranking_trace"
		" WHERE quarter=?1 AND unit=?2 AND item=?3 ORDER BY what, number",
	[PUB_TASKS_ALL] = "SELECT enterprise, kind, unit, asked_on, due, done_on FROM public_task"
			  " ORDER BY unit, due IS NULL, due, enterprise, seq",
};

/* ---- the authorizer -------------------------------------------------------------------------------- */

/* Columns of class NEVER, and what is only the staff's: no view reads them, so no statement may, whatever it names itself.
 * "*": the whole table. Of a case nothing is read but what a release put into tip_shown and tip_result. */
static bool is_never(const char *table, const char *column)
{
	static const char *const never[][2] = {
		{"enterprise", "contact_name"},
		{"enterprise", "contact_phone"},
		{"unit", "liaison_name"},
		{"unit", "liaison_post"},
		{"unit", "liaison_phone"},
		{"tip_case", "*"},
		{"case_step", "*"},
		{"case_draft", "*"},
		{"case_log", "*"},
		{"case_copy", "*"},
		{"keeping_place", "*"},
		{"intake_head", "*"},
		{"tip_shown", "tip_case"},
		{"tip_result", "tip_case"},
		{"tip_result", "step"},
		{"inspection", "finding"},
		{"inspection", "due"},
		{"inspection", "by"},
		{"inspection_note", "by"},
		{"lookback", "place"},
		{"lookback", "event"},
		{"lookback", "by"},
		{"ranking", "result"},
		{"change_log", "old"},
		{"change_log", "new"},
		{"change_log", "why"},
		{"change_log", "by"},
		{"event", "by"},
		{"evidence", "by"},
		{"task", "note"},
		{"task", "by"},
	};

	for (size_t i = 0; i < COUNT_OF(never); i++)
		if (sqlite3_stricmp(table, never[i][0]) == 0 &&
			(never[i][1][0] == '*' || sqlite3_stricmp(column, never[i][1]) == 0))
			return true;
	return false;
}

static bool is_public_name(const char *name)
{
	return name && sqlite3_strnicmp(name, "public_", 7) == 0;
}

static bool is_allowed_function(const char *name)
{
	static const char *const allowed[] = {
		"coalesce", "count", "sum", "min", "max", "substr", "row_number", "length"};

	for (size_t i = 0; i < COUNT_OF(allowed); i++)
		if (name && sqlite3_stricmp(name, allowed[i]) == 0)
			return true;
	return false;
}

static int authorize(void *ctx, int action, const char *first, const char *second,
	const char *database, const char *inner)
{
	(void)ctx;
	(void)database;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_TRANSACTION:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return is_allowed_function(second) ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_READ:
		if (!first || is_never(first, second ? second : ""))
			return SQLITE_DENY;
		return is_public_name(first) || is_public_name(inner) ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* The word anywhere, also in a string: our own statements do without it. */
static bool has_with(const char *text)
{
	for (const char *s = text; *s; s++)
		if (sqlite3_strnicmp(s, "with", 4) == 0 && !is_word_char(s[4]) &&
			(s == text || !is_word_char(s[-1])))
			return true;
	return false;
}

static enum err_code prepare(struct pub *p, const char *text, sqlite3_stmt **ret, struct err *e)
{
	sqlite3_stmt *s = NULL;

	if (has_with(text))
		return err_set(e, ERR_REFUSED,
			T("公开视图：不接受 WITH", "public views: WITH is not admitted"));
	if (sqlite3_prepare_v3(p->db, text, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK) {
		if ((sqlite3_errcode(p->db) & 0xff) != SQLITE_AUTH)
			return pub_fail(p, e);
		return err_set(e, ERR_REFUSED,
			T("公开视图：不允许读取（%s）", "public views: not admitted (%s)"),
			sqlite3_errmsg(p->db));
	}
	/* VACUUM asks the authorizer only when it runs. */
	if (!s || !sqlite3_stmt_readonly(s)) {
		sqlite3_finalize(s);
		return err_set(
			e, ERR_REFUSED, T("公开视图：只能读取", "public views: for reading only"));
	}
	*ret = s;
	return ERR_OK;
}

enum err_code pub_probe(struct pub *p, const char *text, struct err *e)
{
	sqlite3_stmt *s = NULL;
	enum err_code code = prepare(p, text, &s, e);

	sqlite3_finalize(s);
	return code;
}

/* ---- statements ---------------------------------------------------------------------------------------- */

enum err_code pub_fail(struct pub *p, struct err *e)
{
	return reg_sqlite_error(p->db, T("登记库（公开视图）", "register (public views)"), e);
}

enum err_code pub_stmt(struct pub *p, enum pub_stmt which, sqlite3_stmt **ret, struct err *e)
{
	enum err_code code = ERR_OK;

	if (!p->stmt[which])
		code = prepare(p, sql[which], &p->stmt[which], e);
	else if (sqlite3_stmt_busy(p->stmt[which]))
		code = err_set(e, ERR_CONFLICT,
			T("登记库：同一查询尚未读完，不能再次使用",
				"register: this query is still being read and cannot begin again"));
	if (code)
		return code;
	sqlite3_clear_bindings(p->stmt[which]);
	*ret = p->stmt[which];
	return ERR_OK;
}

enum err_code pub_step(struct pub *p, sqlite3_stmt *s, bool *ret_row, struct err *e)
{
	int code = sqlite3_step(s);

	*ret_row = code == SQLITE_ROW;
	if (code == SQLITE_ROW)
		return ERR_OK;
	if (code == SQLITE_DONE) {
		sqlite3_reset(s);
		return ERR_OK;
	}
	(void)pub_fail(p, e);
	sqlite3_reset(s);
	return e ? e->code : ERR_SYSTEM;
}

const char *pub_text(sqlite3_stmt *s, int at, struct arena *a)
{
	const char *text = (const char *)sqlite3_column_text(s, at);

	return text ? arena_strndup(a, text, (size_t)sqlite3_column_bytes(s, at)) : NULL;
}

struct day pub_day(sqlite3_stmt *s, int at)
{
	const char *text = (const char *)sqlite3_column_text(s, at);
	struct day d = DAY_NONE;

	if (text && !day_parse(text, &d))
		d = DAY_NONE;
	return d;
}

/* ---- opening ---------------------------------------------------------------------------------------------- */

static enum err_code check_schema(sqlite3 *db, struct err *e)
{
	int version = 0, known = reg_schema_version();
	enum err_code code = schema_pragma_int(db, "PRAGMA user_version", &version, e);

	if (code || version == known)
		return code;
	if (version > known)
		return err_set(e, ERR_INPUT,
			T("登记库的结构版本为 %d，本程序只认到 %d：请使用新版程序",
				"the register has schema version %d and this program knows up to "
				"%d: use a newer program"),
			version, known);
	return err_set(e, ERR_INPUT,
		T("登记库的结构版本为 %d，须先升级到 %d：请先运行任一登记命令，如 tianlan "
		  "enterprise list",
			"the register has schema version %d and must be brought to %d first: run "
			"any command that "
			"writes to it, such as `tianlan enterprise list`"),
		version, known);
}

static enum err_code connect(struct pub *p, const char *path, struct err *e)
{
	enum err_code code;

	if (sqlite3_open_v2(path, &p->db,
		    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		    NULL) != SQLITE_OK)
		return pub_fail(p, e);
	sqlite3_busy_timeout(p->db, REGISTER_BUSY_MS);
	sqlite3_db_config(p->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(p->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(p->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_limit(p->db, SQLITE_LIMIT_ATTACHED, 0);
	code = check_schema(p->db, e);
	if (!code)
		code = schema_exec(p->db, "PRAGMA query_only = ON", e);
	if (!code && sqlite3_set_authorizer(p->db, authorize, NULL) != SQLITE_OK)
		code = pub_fail(p, e);
	return code;
}

static void keep_text(sqlite3_stmt *s, int at, char *out, size_t bytes)
{
	const char *text = (const char *)sqlite3_column_text(s, at);

	out[0] = '\0';
	if (text && strlen(text) < bytes)
		memcpy(out, text, strlen(text) + 1);
}

static enum err_code read_names(struct pub *p, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = pub_stmt(p, PUB_META, &s, e);

	if (code)
		return code;
	code = pub_step(p, s, &row, e);
	if (!code && row) {
		keep_text(s, 0, p->uuid, sizeof(p->uuid));
		keep_text(s, 1, p->prefix, sizeof(p->prefix));
	}
	sqlite3_reset(s);
	return code;
}

enum err_code pub_open(const char *dir, struct pub **ret, struct err *e)
{
	struct pub *p = mem_zero(1, sizeof(*p));
	struct arena *a = arena_new();
	const char *path = path_join(a, dir, REGISTER_FILE);
	enum err_code code = ERR_OK;

	if (!file_exists(path))
		code = err_set(e, ERR_NOT_FOUND,
			T("这里没有登记库（%s）：先用 tianlan init 建立",
				"there is no register here (%s): make one with `tianlan init`"),
			path);
	if (!code)
		code = connect(p, path, e);
	if (!code)
		code = read_names(p, e);
	arena_free(a);
	if (code) {
		pub_close(p);
		return code;
	}
	*ret = p;
	return ERR_OK;
}

void pub_close(struct pub *p)
{
	if (!p)
		return;
	pub_release(p);
	for (size_t i = 0; i < PUB_STMT_COUNT; i++)
		sqlite3_finalize(p->stmt[i]);
	sqlite3_close(p->db);
	free(p);
}

const char *pub_uuid(const struct pub *p)
{
	return p->uuid;
}

const char *pub_prefix(const struct pub *p)
{
	return p->prefix;
}

/* One number of public_meta. */
static enum err_code meta_number(struct pub *p, int column, int64_t *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = pub_stmt(p, PUB_META, &s, e);

	if (code)
		return code;
	code = pub_step(p, s, &row, e);
	if (!code)
		*ret = row ? sqlite3_column_int64(s, column) : 0;
	sqlite3_reset(s);
	return code;
}

enum err_code pub_snapshot(struct pub *p, int64_t *ret_last_change, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code;

	if (p->in_snapshot)
		return err_set(e, ERR_CONFLICT,
			T("登记库：快照已经打开", "register: a snapshot is open already"));
	code = pub_stmt(p, PUB_BEGIN, &s, e);
	if (!code)
		code = pub_step(p, s, &row, e);
	if (code)
		return code;
	p->in_snapshot = true;
	/* BEGIN alone reads nothing: the first read fixes the state. */
	code = meta_number(p, 2, ret_last_change, e);
	if (code)
		pub_release(p);
	return code;
}

void pub_release(struct pub *p)
{
	sqlite3_stmt *s;
	bool row;

	if (!p->in_snapshot)
		return;
	p->in_snapshot = false;
	if (!pub_stmt(p, PUB_COMMIT, &s, NULL))
		(void)!pub_step(p, s, &row, NULL);
}

int64_t pub_last_number(struct pub *p)
{
	int64_t n = 0;

	return meta_number(p, 3, &n, NULL) == ERR_OK ? n : 0;
}
