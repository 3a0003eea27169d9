/*
 * Every statement of the staff's side, by index: nothing is ever assembled, every value is bound.
 *
 * A filter is a parameter that may be NULL. The order of the fields in the statements that carry a whole row
 * is the order of reg_stored_fields(); a test writes and reads each of them.
 */
#include "register/statements.h"

#define ROW_COLUMNS \
	"industry, name, address, contact_name, contact_phone, employees, equipment, products," \
	" output_wan, premises, emissions_exceed, conforms, has_fire, has_eia, has_planning," \
	" has_licence, has_hazard, has_unlawful_building, in_demolition, rectification_note, " \
	"street," \
	" community, ring, category, measure, found_on, industrial_premises, unlawful_operation," \
	" industry_kind, address_public, note_public, hazard_public, demolition_public, " \
	"out_of_scope"

#define EVENT_COLUMNS \
	"e.seq, e.enterprise, e.kind, e.day, e.unit, e.doc, e.note, e.note_public, e.corrects," \
	" e.decided, e.by, e.at, EXISTS (SELECT 1 FROM event c WHERE c.corrects=e.seq)"

#define EVIDENCE_COLUMNS \
	"seq, sha256, name, kind, by, day, may_publish, bytes, enterprise, event, public_sha256"

#define REPORT_COLUMNS \
	"seq, unit, month, sha256, name, rows, added, changed, unchanged, missing, refused, by, " \
	"at"

static const char *const sql[STMT_CASE_STEP_COUNT] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_ROLLBACK] = "ROLLBACK",
	[STMT_SAVE] = "SAVEPOINT scope",
	[STMT_SAVE_RELEASE] = "RELEASE scope",
	[STMT_SAVE_UNDO] = "ROLLBACK TO scope",

	[STMT_META_GET] = "SELECT value FROM meta WHERE key=?1",
	[STMT_META_SET] = "INSERT INTO meta (key, value) VALUES (?1, ?2)"
			  " ON CONFLICT (key) DO UPDATE SET value=excluded.value",
	[STMT_OPEN_GET] = "SELECT open FROM field_open WHERE field=?1",
	[STMT_OPEN_SET] = "INSERT INTO field_open (field, open) VALUES (?1, ?2)"
			  " ON CONFLICT (field) DO UPDATE SET open=excluded.open",

	[STMT_ENTERPRISE_INSERT] = "INSERT INTO enterprise (unit, name_key, address_key, "
				   "industry_slug, equipment_summary,"
				   " suggested, differs, state, since, changed_on, " ROW_COLUMNS
				   ") VALUES (?1, ?2, ?3, ?4,"
				   " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
				   "?18, ?19, ?20, ?21, ?22,"
				   " ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, "
				   "?35, ?36, ?37, ?38, ?39,"
				   " ?40, ?41, ?42, ?43, ?44)",
	[STMT_ENTERPRISE_UPDATE] =
		"UPDATE enterprise SET (name_key, address_key, " ROW_COLUMNS
		") = (?2, ?3, ?4, ?5, ?6,"
		" ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, "
		"?23, ?24,"
		" ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37) WHERE number=?1",
	[STMT_ENTERPRISE_CACHE] = "UPDATE enterprise SET industry_slug=?2, equipment_summary=?3, "
				  "suggested=?4, differs=?5,"
				  " state=?6, since=?7, order_on=?8 WHERE number=?1",
	[STMT_ENTERPRISE_TOUCH] =
		"UPDATE enterprise SET changed_on=?2 WHERE number=?1 AND changed_on<?2",
	[STMT_ENTERPRISE_GET] =
		"SELECT number, unit, " ROW_COLUMNS " FROM enterprise WHERE number=?1",
	[STMT_ENTERPRISE_EACH] =
		"SELECT number, unit, " ROW_COLUMNS " FROM enterprise"
		" WHERE (?1 IS NULL OR street=?1) AND (?2 IS NULL OR unit=?2)"
		" AND (?3 IS NULL OR industry_slug=?3) AND (?4 IS NULL OR category=?4)"
		" AND (?5 IS NULL OR state=?5) AND (?6 IS NULL OR ring=?6)"
		" AND (?7=0 OR differs) ORDER BY number",
	[STMT_ENTERPRISE_REPORTED] =
		"UPDATE enterprise SET first_reported=min(coalesce(first_reported,?2),?2),"
		" last_reported=max(coalesce(last_reported,?2),?2) WHERE number=?1"
		" AND (first_reported IS NULL OR first_reported>?2 OR last_reported<?2)",

	[STMT_MATCH_FIND] = "SELECT number FROM enterprise WHERE unit=?1 AND name_key=?2"
			    " AND address_key=?3 ORDER BY number",
	[STMT_MATCH_EACH] = "SELECT number, name, address, name_key, address_key FROM enterprise"
			    " WHERE unit=?1 ORDER BY number",

	[STMT_EVENT_INSERT] =
		"INSERT INTO event (enterprise, kind, day, unit, doc, note, note_public, corrects,"
		" decided, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[STMT_EVENT_GET] = "SELECT " EVENT_COLUMNS " FROM event e WHERE e.seq=?1",
	[STMT_EVENT_EACH] =
		"SELECT " EVENT_COLUMNS " FROM event e WHERE e.enterprise=?1 ORDER BY e.day, e.seq",
	/* ?2: no later than this day; NULL: all. */
	[STMT_EVENT_FACTS] = "SELECT e.seq, e.kind, e.day FROM event e WHERE e.enterprise=?1"
			     " AND (?2 IS NULL OR e.day<=?2)"
			     " AND NOT EXISTS (SELECT 1 FROM event c WHERE c.corrects=e.seq) ORDER "
			     "BY e.day, e.seq",
	/* The valid decisions of one kind, the latest recorded first. */
	[STMT_EVENT_DECIDED] =
		"SELECT e.seq, e.decided FROM event e WHERE e.enterprise=?1 AND e.kind=?2"
		" AND NOT EXISTS (SELECT 1 FROM event c WHERE c.corrects=e.seq) ORDER BY e.seq "
		"DESC",

	[STMT_EVIDENCE_INSERT] = "INSERT INTO evidence (enterprise, event, sha256, name, kind, "
				 "day, may_publish, bytes,"
				 " by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[STMT_EVIDENCE_EACH] =
		"SELECT " EVIDENCE_COLUMNS " FROM evidence WHERE enterprise=?1 ORDER BY seq",
	[STMT_EVIDENCE_ALL] = "SELECT " EVIDENCE_COLUMNS " FROM evidence ORDER BY seq",
	[STMT_EVIDENCE_GET] = "SELECT " EVIDENCE_COLUMNS " FROM evidence WHERE seq=?1",
	[STMT_EVIDENCE_OPEN] = "UPDATE evidence SET may_publish=?2, public_sha256=?3 WHERE seq=?1",
	[STMT_EVIDENCE_COPIES] = "SELECT count(*) FROM evidence WHERE public_sha256=?1",

	[STMT_TASK_INSERT] =
		"INSERT INTO task (enterprise, kind, unit, asked_on, due, done_on, note, by,"
		" at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[STMT_TASK_GET] =
		"SELECT seq, enterprise, kind, unit, asked_on, due, done_on, note FROM task"
		" WHERE seq=?1",
	[STMT_TASK_DONE] = "UPDATE task SET done_on=?2 WHERE seq=?1",
	[STMT_TASK_EACH] =
		"SELECT seq, enterprise, kind, unit, asked_on, due, done_on, note FROM task"
		" WHERE (?1 IS NULL OR unit=?1) AND (?2=0 OR enterprise=?2)"
		" AND (?3=0 OR done_on IS NULL) ORDER BY seq",

	[STMT_UNIT_GET] =
		"SELECT code, name, kind, liaison_name, liaison_post, liaison_phone FROM unit"
		" WHERE code=?1",
	[STMT_UNIT_INSERT] = "INSERT INTO unit (code, name, kind, liaison_name, liaison_post,"
			     " liaison_phone) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[STMT_UNIT_UPDATE] = "UPDATE unit SET name=?2, kind=?3, liaison_name=?4, liaison_post=?5,"
			     " liaison_phone=?6 WHERE code=?1",
	[STMT_UNIT_EACH] =
		"SELECT code, name, kind, liaison_name, liaison_post, liaison_phone FROM unit"
		" ORDER BY code",
	[STMT_STREET_EACH] =
		"SELECT code, name FROM unit WHERE kind IN ('street','zone') ORDER BY code",

	[STMT_REPORT_INSERT] = "INSERT INTO monthly_report (unit, month, sha256, name, rows, "
			       "added, changed, unchanged,"
			       " missing, refused, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
			       "?9, ?10, ?11, ?12)",
	[STMT_REPORT_COUNTS] =
		"UPDATE monthly_report SET rows=?2, added=?3, changed=?4, unchanged=?5,"
		" missing=?6, refused=?7 WHERE seq=?1",
	[STMT_REPORT_FIND] =
		"SELECT seq FROM monthly_report WHERE unit=?1 AND month=?2 AND sha256=?3",
	[STMT_REPORT_PREVIOUS] =
		"SELECT seq FROM monthly_report WHERE unit=?1 AND month<=?2 AND seq<>?3"
		" ORDER BY month DESC, seq DESC LIMIT 1",
	[STMT_REPORT_EACH] = "SELECT " REPORT_COLUMNS " FROM monthly_report"
			     " WHERE (?1 IS NULL OR unit=?1) ORDER BY seq",
	[STMT_REPORT_ROW_INSERT] = "INSERT INTO report_row (report, enterprise) VALUES (?1, ?2) ON "
				   "CONFLICT DO NOTHING",
	[STMT_REPORT_MISSING] =
		"SELECT e.number, e.name, e.address, e.name_key, e.address_key FROM report_row r"
		" JOIN enterprise e ON e.number=r.enterprise WHERE r.report=?1"
		" AND e.state NOT IN ('withdrawn','out-of-scope')"
		" AND NOT EXISTS (SELECT 1 FROM report_row n WHERE n.report=?2"
		"  AND n.enterprise=r.enterprise) ORDER BY r.enterprise",

	[STMT_NEAR_INSERT] = "INSERT INTO near_match (enterprise, candidate, report, by, at)"
			     " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
	[STMT_NEAR_EACH] = "SELECT seq, enterprise, candidate, report, decision FROM near_match"
			   " WHERE ?1=0 OR decision IS NULL ORDER BY seq",
	[STMT_NEAR_GET] =
		"SELECT seq, enterprise, candidate, report, decision FROM near_match WHERE seq=?1",
	[STMT_NEAR_DECIDE] =
		"UPDATE near_match SET decision=?2, decided_by=?3, decided_at=?4 WHERE seq=?1",

	[STMT_LOG_INSERT] = "INSERT INTO change_log (enterprise, kind, field, old, new, detail, "
			    "internal, day, by, at,"
			    " why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
};

const char *reg_sql(enum stmt which)
{
	if (which >= STMT_AUDIT_GAPS)
		return reg_sql_audit(which);
	if (which >= STMT_INSPECTION_GET)
		return reg_sql_supervision(which);
	return which >= STMT_CASE_STEP_COUNT ? reg_sql_cases(which) : sql[which];
}

static const enum field stored[REG_STORED_FIELDS] = {FIELD_INDUSTRY, FIELD_NAME, FIELD_ADDRESS,
	FIELD_CONTACT_NAME, FIELD_CONTACT_PHONE, FIELD_EMPLOYEES, FIELD_EQUIPMENT, FIELD_PRODUCTS,
	FIELD_OUTPUT_WAN, FIELD_PREMISES, FIELD_EMISSIONS_EXCEED, FIELD_CONFORMS, FIELD_HAS_FIRE,
	FIELD_HAS_EIA, FIELD_HAS_PLANNING, FIELD_HAS_LICENCE, FIELD_HAS_HAZARD,
	FIELD_HAS_UNLAWFUL_BUILDING, FIELD_IN_DEMOLITION, FIELD_RECTIFICATION_NOTE, FIELD_STREET,
	FIELD_COMMUNITY, FIELD_RING, FIELD_CATEGORY, FIELD_MEASURE, FIELD_FOUND_ON,
	FIELD_INDUSTRIAL_PREMISES, FIELD_UNLAWFUL_OPERATION, FIELD_INDUSTRY_KIND,
	FIELD_ADDRESS_PUBLIC, FIELD_NOTE_PUBLIC, FIELD_HAZARD_PUBLIC, FIELD_DEMOLITION_PUBLIC,
	FIELD_OUT_OF_SCOPE};

/* Every field but the two that are no columns: the number in the sheet and our id. */
_Static_assert(REG_STORED_FIELDS == FIELD_COUNT - 1 - 2, "a field is missing from the statements");

const enum field *reg_stored_fields(void)
{
	return stored;
}
