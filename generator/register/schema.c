/*
 * The schema as one list of migrations, applied in order by user_version.
 *
 * A migration, once released, is never edited: a change of the schema is a further one. Each runs in one
 * transaction, so an interrupted upgrade leaves the old schema. Invariants kept by the database itself:
 * events and the change log are append-only (triggers), enterprises are never deleted and their numbers never
 * reused (AUTOINCREMENT), and whatever the public may read is a view named public_*.
 */
#include "register/schema.h"

#include <stdlib.h>
#include <string.h>

#define APPEND_ONLY(table) \
	"CREATE TRIGGER " table "_no_update BEFORE UPDATE ON " table \
	" BEGIN SELECT RAISE(ABORT, '" table " is append-only'); END", \
		"CREATE TRIGGER " table "_no_delete BEFORE DELETE ON " table \
		" BEGIN SELECT RAISE(ABORT, '" table " is append-only'); END"

#define KEPT(table) \
	"CREATE TRIGGER " table "_no_delete BEFORE DELETE ON " table \
	" BEGIN SELECT RAISE(ABORT, '" table " is kept'); END"

#define TRI_COLUMN(name) name " TEXT CHECK (" name " IN ('yes','no')),"

/* A field's value in a view: nothing when the policy data has made its publish class stricter. */
#define OPEN(field) "(SELECT open FROM field_open WHERE field='" field "')"
#define SHOWN(field) " CASE WHEN " OPEN(field) " THEN " field " END AS " field ","

/* clang-format off */

/* Sums of output only over groups of three or more. What is left out of one grouping must not be the
 * difference between another grouping's total and what is shown: when the left-out groups hold one
 * or two enterprises together, the smallest group shown is left out as well. */
#define OUTPUT_VIEW(name, grouped_by) \
	"CREATE VIEW public_output_" name " AS" \
	" SELECT grp, count, sum FROM (SELECT grp, count, sum," \
	"  sum(CASE WHEN count<3 THEN count ELSE 0 END) OVER () AS hidden," \
	"  row_number() OVER (ORDER BY count<3, count, grp) AS place" \
	"  FROM (SELECT coalesce(" grouped_by ",'') AS grp, count(*) AS count," \
	"   sum(CAST(output_wan AS REAL)) AS sum FROM enterprise" \
	"   WHERE output_wan IS NOT NULL AND " OPEN("output_wan") \
	"    AND state NOT IN ('withdrawn','out-of-scope') GROUP BY 1))" \
	" WHERE count>=3 AND NOT (hidden IN (1,2) AND place=1)"

static const char *const version_1[] = {
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",

	/* open: 1 when the field is published as the code's table says, 0 when the policy data closed it. */
	"CREATE TABLE field_open (field TEXT PRIMARY KEY, open INTEGER NOT NULL) STRICT, WITHOUT ROWID",

	"CREATE TABLE unit (code TEXT PRIMARY KEY CHECK (code<>''),"
	" name TEXT NOT NULL CHECK (name<>''),"
	" kind TEXT NOT NULL CHECK (kind IN ('street','zone','department','office','team')),"
	" liaison_name TEXT, liaison_post TEXT, liaison_phone TEXT) STRICT, WITHOUT ROWID",
	KEPT("unit"),

	"CREATE TABLE enterprise (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" unit TEXT NOT NULL REFERENCES unit(code),"
	" name_key TEXT NOT NULL, address_key TEXT NOT NULL,"
	" industry TEXT, name TEXT NOT NULL CHECK (name<>''), address TEXT,"
	" contact_name TEXT, contact_phone TEXT, employees TEXT, equipment TEXT, products TEXT,"
	" output_wan TEXT, premises TEXT CHECK (premises IN ('租赁','自建')),"
	TRI_COLUMN("emissions_exceed")
	TRI_COLUMN("conforms")
	TRI_COLUMN("has_fire")
	TRI_COLUMN("has_eia")
	TRI_COLUMN("has_planning")
	TRI_COLUMN("has_licence")
	TRI_COLUMN("has_hazard")
	TRI_COLUMN("has_unlawful_building")
	TRI_COLUMN("in_demolition")
	" rectification_note TEXT, street TEXT NOT NULL REFERENCES unit(code), community TEXT,"
	" ring TEXT CHECK (ring IN ('inner','outer')), category TEXT, measure TEXT, found_on TEXT,"
	TRI_COLUMN("industrial_premises")
	TRI_COLUMN("unlawful_operation")
	" industry_kind TEXT,"
	TRI_COLUMN("address_public")
	TRI_COLUMN("note_public")
	TRI_COLUMN("hazard_public")
	TRI_COLUMN("demolition_public")
	TRI_COLUMN("out_of_scope")
	/* Worked out from the above and from the events, in the same transaction. */
	" industry_slug TEXT NOT NULL, equipment_summary TEXT, suggested TEXT,"
	" differs INTEGER NOT NULL, state TEXT NOT NULL, since TEXT, order_on TEXT,"
	" first_reported TEXT, last_reported TEXT, changed_on TEXT NOT NULL) STRICT",
	"CREATE INDEX enterprise_match ON enterprise (unit, name_key, address_key)",
	KEPT("enterprise"),

	"CREATE TABLE event (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" enterprise INTEGER NOT NULL REFERENCES enterprise(number), kind TEXT NOT NULL,"
	" day TEXT NOT NULL, unit TEXT REFERENCES unit(code), doc TEXT, note TEXT,"
	" note_public INTEGER NOT NULL, corrects INTEGER REFERENCES event(seq), decided TEXT,"
	" by TEXT NOT NULL, at TEXT NOT NULL,"
	" CHECK ((kind='correction') = (corrects IS NOT NULL))) STRICT",
	"CREATE INDEX event_course ON event (enterprise, day, seq)",
	"CREATE UNIQUE INDEX event_corrects ON event (corrects) WHERE corrects IS NOT NULL",
	APPEND_ONLY("event"),

	"CREATE TABLE evidence (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" enterprise INTEGER NOT NULL REFERENCES enterprise(number),"
	" event INTEGER REFERENCES event(seq), sha256 TEXT NOT NULL, name TEXT NOT NULL,"
	" kind TEXT NOT NULL, day TEXT NOT NULL, may_publish INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL) STRICT",
	"CREATE INDEX evidence_of ON evidence (enterprise, seq)",
	KEPT("evidence"),

	"CREATE TABLE task (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" enterprise INTEGER NOT NULL REFERENCES enterprise(number), kind TEXT NOT NULL,"
	" unit TEXT NOT NULL REFERENCES unit(code), asked_on TEXT NOT NULL, due TEXT, done_on TEXT,"
	" note TEXT, by TEXT NOT NULL, at TEXT NOT NULL) STRICT",
	"CREATE INDEX task_of ON task (enterprise, seq)",
	KEPT("task"),

	"CREATE TABLE monthly_report (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" unit TEXT NOT NULL REFERENCES unit(code), month TEXT NOT NULL, sha256 TEXT NOT NULL,"
	" name TEXT NOT NULL, rows INTEGER NOT NULL, added INTEGER NOT NULL,"
	" changed INTEGER NOT NULL, unchanged INTEGER NOT NULL, missing INTEGER NOT NULL,"
	" refused INTEGER NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,"
	" UNIQUE (unit, month, sha256)) STRICT",
	KEPT("monthly_report"),

	"CREATE TABLE report_row (report INTEGER NOT NULL REFERENCES monthly_report(seq),"
	" enterprise INTEGER NOT NULL REFERENCES enterprise(number),"
	" PRIMARY KEY (report, enterprise)) STRICT, WITHOUT ROWID",

	"CREATE TABLE near_match (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" enterprise INTEGER NOT NULL REFERENCES enterprise(number),"
	" candidate INTEGER NOT NULL REFERENCES enterprise(number),"
	" report INTEGER REFERENCES monthly_report(seq),"
	" decision TEXT CHECK (decision IN ('same','different')), by TEXT NOT NULL,"
	" at TEXT NOT NULL, decided_by TEXT, decided_at TEXT, UNIQUE (enterprise, candidate)) STRICT",

	/* old and new stay empty for fields of class NEVER: only that they changed is kept. */
	"CREATE TABLE change_log (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" enterprise INTEGER REFERENCES enterprise(number), kind TEXT NOT NULL, field TEXT,"
	" old TEXT, new TEXT, detail TEXT, internal INTEGER NOT NULL, day TEXT NOT NULL,"
	" by TEXT NOT NULL, at TEXT NOT NULL, why TEXT) STRICT",
	"CREATE INDEX change_log_of ON change_log (enterprise, seq)",
	APPEND_ONLY("change_log"),

	/* ---- what the public may read ---- */
	"CREATE VIEW public_meta AS SELECT (SELECT value FROM meta WHERE key='uuid') AS uuid,"
	" (SELECT value FROM meta WHERE key='prefix') AS prefix,"
	" coalesce((SELECT seq FROM change_log WHERE internal=0 ORDER BY seq DESC LIMIT 1),0)"
	"  AS last_change,"
	" coalesce((SELECT number FROM enterprise ORDER BY number DESC LIMIT 1),0) AS last_number",

	"CREATE VIEW public_enterprise AS SELECT number,"
	SHOWN("name") SHOWN("street") SHOWN("community")
	" CASE WHEN address_public IS NOT 'no' AND " OPEN("address") " THEN address END AS address,"
	" address_public IS 'no' AS address_withheld,"
	" CASE WHEN " OPEN("industry") " THEN industry END AS industry_text,"
	" CASE WHEN " OPEN("industry") " AND " OPEN("industry_kind") " THEN industry_slug END"
	"  AS industry,"
	SHOWN("products")
	" CASE WHEN " OPEN("equipment") " THEN equipment_summary END AS equipment_summary,"
	" CASE WHEN NOT " OPEN("employees") " OR employees IS NULL THEN NULL"
	"  WHEN CAST(employees AS INTEGER)>=100 THEN '100+'"
	"  WHEN CAST(employees AS INTEGER)>=50 THEN '50–99'"
	"  WHEN CAST(employees AS INTEGER)>=20 THEN '20–49'"
	"  WHEN CAST(employees AS INTEGER)>=10 THEN '10–19'"
	"  WHEN CAST(employees AS INTEGER)>=1 THEN '1–9' ELSE '0' END AS employees_band,"
	SHOWN("premises") SHOWN("emissions_exceed") SHOWN("conforms") SHOWN("has_fire")
	SHOWN("has_eia") SHOWN("has_planning") SHOWN("has_licence")
	" CASE WHEN hazard_public='yes' AND " OPEN("has_hazard") " THEN has_hazard END AS has_hazard,"
	SHOWN("has_unlawful_building") SHOWN("unlawful_operation") SHOWN("industrial_premises")
	" CASE WHEN demolition_public='yes' AND " OPEN("in_demolition") " THEN in_demolition END"
	"  AS in_demolition,"
	" CASE WHEN note_public='yes' AND " OPEN("rectification_note")
	"  THEN rectification_note END AS note,"
	SHOWN("category") SHOWN("ring") SHOWN("measure") SHOWN("found_on")
	" state, since, out_of_scope, first_reported, last_reported, changed_on FROM enterprise",

	"CREATE VIEW public_event AS SELECT e.enterprise AS enterprise, e.seq AS seq, e.kind AS kind,"
	" e.day AS day, e.unit AS unit, e.doc AS doc,"
	" CASE WHEN e.note_public THEN e.note END AS note, e.corrects AS corrects,"
	" e.decided AS decided,"
	" EXISTS (SELECT 1 FROM event c WHERE c.corrects=e.seq) AS voided FROM event e",

	"CREATE VIEW public_evidence AS SELECT enterprise, seq, sha256, name, kind, day, bytes"
	" FROM evidence WHERE may_publish",

	"CREATE VIEW public_task AS SELECT enterprise, seq, kind, unit, asked_on, due, done_on"
	" FROM task",

	"CREATE VIEW public_change AS SELECT seq, coalesce(enterprise,0) AS enterprise, kind,"
	" CASE WHEN kind<>'field' OR (SELECT open FROM field_open o WHERE o.field=detail)"
	"  THEN detail END AS detail,"
	" day, substr(at,1,10) AS recorded FROM change_log WHERE internal=0",

	"CREATE VIEW public_unit AS SELECT code, name, kind FROM unit",

	"CREATE VIEW public_report AS SELECT seq, unit, month, substr(at,1,10) AS received, sha256,"
	" rows, added, changed, refused FROM monthly_report",

	OUTPUT_VIEW("street", "street"),
	OUTPUT_VIEW("category", "category"),
	OUTPUT_VIEW("industry", "industry_slug"),
	"PRAGMA user_version = 1",
	NULL,
};

/* clang-format on */

static const struct migration migrations[] = {{1, version_1}, {2, schema_version_2}};

const struct migration *schema_migrations(size_t *ret_count)
{
	*ret_count = COUNT_OF(migrations);
	return migrations;
}

int reg_schema_version(void)
{
	return migrations[COUNT_OF(migrations) - 1].version;
}

enum err_code schema_exec(sqlite3 *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return ERR_OK;
	return reg_sqlite_error(db, T("数据库", "database"), e);
}

enum err_code schema_pragma_int(sqlite3 *db, const char *sql, int *ret, struct err *e)
{
	sqlite3_stmt *s = NULL;
	enum err_code code = ERR_OK;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		*ret = sqlite3_column_int(s, 0);
	else
		code = reg_sqlite_error(db, T("数据库", "database"), e);
	sqlite3_finalize(s);
	return code;
}

static enum err_code apply_one(sqlite3 *db, const struct migration *m, struct err *e)
{
	enum err_code code = ERR_OK;
	int version = 0;

	for (const char *const *sql = m->statements; *sql && !code; sql++)
		code = schema_exec(db, *sql, e);
	if (!code)
		code = schema_pragma_int(db, "PRAGMA user_version", &version, e);
	if (!code && version != m->version)
		code = err_set(e, ERR_SYSTEM,
			T("结构升级 %d 未写明版本",
				"schema migration %d does not state its version"),
			m->version);
	return code;
}

enum err_code schema_migrate(sqlite3 *db, const struct migration *list, size_t count, struct err *e)
{
	int newest = list[count - 1].version, version = 0;
	enum err_code code = schema_pragma_int(db, "PRAGMA user_version", &version, e);

	if (code)
		return code;
	if (version > newest)
		return err_set(e, ERR_INPUT,
			T("登记库的结构版本为 %d，本程序只认到 %d：请使用新版程序",
				"the register has schema version %d and this program knows up to "
				"%d: "
				"use a newer program"),
			version, newest);
	if (version == newest)
		return ERR_OK;
	code = schema_exec(db, "BEGIN IMMEDIATE", e);
	if (code)
		return code;
	/* Another process may have migrated while this one waited. */
	code = schema_pragma_int(db, "PRAGMA user_version", &version, e);
	for (size_t i = 0; i < count && !code; i++)
		if (list[i].version > version)
			code = apply_one(db, &list[i], e);
	if (!code)
		code = schema_exec(db, "COMMIT", e);
	if (code)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}
