/*
 * The statements on supervision, by index: see statements.c.
 */
#include "register/statements.h"

enum { FIRST = STMT_INSPECTION_GET };

/* The newest of each kind of note holds; put right, published (and not withdrawn since), the public text. */
#define INSPECTION_REVIEW \
	" FROM inspection_note p WHERE p.seq=(SELECT max(n.seq) FROM inspection_note n" \
	" WHERE n.inspection=i.seq AND n.kind IN ('publish','withdraw')) AND p.kind='publish')"
#define INSPECTION_COLUMNS \
	"i.seq, i.day, i.kind, i.team, i.unit, coalesce(i.enterprise,0), i.doc, i.result," \
	" i.finding, i.due, (SELECT n.day FROM inspection_note n WHERE n.inspection=i.seq" \
	"  AND n.kind='put-right' ORDER BY n.seq DESC LIMIT 1)," \
	" EXISTS (SELECT 1" INSPECTION_REVIEW ", (SELECT p.text" INSPECTION_REVIEW

#define AT(which) [(which)-FIRST]

static const char *const sql[STMT_AUDIT_GAPS - FIRST] = {
	/* ?1: the number before; one at a time, since the row is then changed. */
	AT(STMT_NUMBER_EACH) =
		"SELECT number FROM enterprise WHERE number>?1 ORDER BY number LIMIT 1",
	/* The events that are not corrected away. */
	AT(STMT_SIGNOFF_EVENTS) =
		"SELECT e.seq, e.kind, e.day, e.unit FROM event e WHERE e.enterprise=?1"
		" AND NOT EXISTS (SELECT 1 FROM event c WHERE c.corrects=e.seq) ORDER BY e.day, "
		"e.seq",
	/* What shows a clearing: files of its event, and such as were filed later under its day. */
	AT(STMT_SIGNOFF_EVIDENCE) =
		"SELECT count(*) FROM evidence WHERE enterprise=?1 AND (event=?2 OR (event IS NULL"
		" AND day=?3 AND kind IN ('photo-after','photo-during','video','equipment-list',"
		"'check-record','legal-paper')))",
	AT(STMT_SIGNOFF_STANDS) =
		"SELECT state='signed-off', EXISTS (SELECT 1 FROM event e WHERE "
		"e.enterprise=enterprise.number"
		" AND e.kind='signed_off' AND NOT EXISTS (SELECT 1 FROM event c WHERE "
		"c.corrects=e.seq))"
		" FROM enterprise WHERE number=?1",

	AT(STMT_LOOKBACK_PLAN_GET) = "SELECT made_on FROM lookback_plan WHERE quarter=?1",
	AT(STMT_LOOKBACK_PLAN_INSERT) =
		"INSERT INTO lookback_plan (quarter, seed, made_on, months, share, by, at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	AT(STMT_LOOKBACK_CANDIDATES) =
		"SELECT number, street, since,"
		" EXISTS (SELECT 1 FROM event v WHERE v.enterprise=enterprise.number AND "
		"v.kind='relapsed'"
		"  AND NOT EXISTS (SELECT 1 FROM event c WHERE c.corrects=v.seq)),"
		" EXISTS (SELECT 1 FROM tip_case t WHERE t.enterprise=enterprise.number)"
		" FROM enterprise WHERE state IN ('accepted','closed','signed-off')"
		" AND since<=?1 ORDER BY number",
	AT(STMT_LOOKBACK_INSERT) =
		"INSERT INTO lookback (quarter, enterprise, place, street, reason)"
		" VALUES (?1, ?2, ?3, ?4, ?5)",
	/* ?2 NULL: every street; ?3: those that are open alone. */
	AT(STMT_LOOKBACK_EACH) =
		"SELECT l.seq, l.enterprise, l.place, l.street, l.reason, e.name, e.address,"
		" l.done_on, l.result FROM lookback l JOIN enterprise e ON e.number=l.enterprise"
		" WHERE l.quarter=?1 AND (?2 IS NULL OR l.street=?2)"
		" AND (?3=0 OR l.done_on IS NULL) ORDER BY l.street, l.place",
	AT(STMT_LOOKBACK_OF) =
		"SELECT l.seq, l.enterprise, l.place, l.street, l.reason, e.name, e.address,"
		" l.done_on, l.result, l.quarter FROM lookback l"
		" JOIN enterprise e ON e.number=l.enterprise WHERE l.enterprise=?1"
		" ORDER BY l.quarter",
	AT(STMT_LOOKBACK_GET) =
		"SELECT seq, done_on FROM lookback WHERE quarter=?1 AND enterprise=?2",
	AT(STMT_LOOKBACK_LAST) = "SELECT coalesce(max(place),0) FROM lookback WHERE quarter=?1",
	AT(STMT_LOOKBACK_DONE) =
		"UPDATE lookback SET done_on=?2, result=?3, event=?4, by=?5, at=?6 WHERE seq=?1",
	/* ?2: a look-back, or the relapse found by one of its day. */
	AT(STMT_LOOKBACK_REOPEN) =
		"UPDATE lookback SET done_on=NULL, result=NULL, event=NULL, by=NULL, at=NULL"
		" WHERE enterprise=?1 AND (event=?2 OR (result='relapsed' AND done_on=("
		"SELECT v.day FROM event v WHERE v.seq=?2 AND v.kind='relapsed')))",

	AT(STMT_NEVER_CONTACTS) =
		"SELECT number, contact_name, contact_phone, name FROM enterprise"
		" WHERE contact_name IS NOT NULL OR contact_phone IS NOT NULL ORDER BY number",
	AT(STMT_NEVER_LIAISONS) =
		"SELECT code, liaison_name, liaison_phone, name FROM unit"
		" WHERE liaison_name IS NOT NULL OR liaison_phone IS NOT NULL ORDER BY code",

	AT(STMT_MONTHLY_REPORTS) =
		"SELECT unit, substr(at,1,10), rows, added, changed, missing, refused"
		" FROM monthly_report WHERE month=?1 AND substr(at,1,10)<=?2 ORDER BY at, seq",
	/* What a row said on the evening of ?1, as recorded up to ?2, is undone from what came later. */
	AT(STMT_MONTHLY_REVERT) = "SELECT enterprise, field, old FROM change_log WHERE kind='field'"
				  " AND field IN ('street','ring','found_on','out_of_scope')"
				  " AND (day>?1 OR substr(at,1,10)>?2) ORDER BY seq",
	AT(STMT_MONTHLY_EVENTS) =
		"SELECT e.enterprise, e.seq, e.kind, e.day, e.decided, p.street, p.ring, "
		"p.found_on,"
		" p.out_of_scope FROM event e CROSS JOIN enterprise p ON p.number=e.enterprise"
		" WHERE e.day<=?1 AND substr(e.at,1,10)<=?2"
		" AND NOT EXISTS (SELECT 1 FROM event c WHERE c.corrects=e.seq"
		"  AND substr(c.at,1,10)<=?2) ORDER BY e.enterprise, e.day, e.seq",
	AT(STMT_TASK_SUM) =
		"SELECT unit, kind, count(*), count(done_on),"
		" sum(done_on IS NULL AND due IS NOT NULL AND due<?2) FROM task"
		" WHERE (?1 IS NULL OR unit=?1) GROUP BY unit, kind ORDER BY unit, kind",

	AT(STMT_INSPECTION_GET) =
		"SELECT " INSPECTION_COLUMNS ", i.by FROM inspection i WHERE i.seq=?1",
	AT(STMT_INSPECTION_INSERT) =
		"INSERT INTO inspection (day, kind, team, unit, enterprise, doc, result, finding, "
		"due,"
		" by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	AT(STMT_INSPECTION_NOTE) =
		"INSERT INTO inspection_note (inspection, kind, day, text, by, at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	AT(STMT_INSPECTION_EACH) =
		"SELECT " INSPECTION_COLUMNS " FROM inspection i WHERE (?1 IS NULL OR i.unit=?1)"
		" AND (?2=0 OR i.enterprise=?2) ORDER BY i.day, i.seq",

	AT(STMT_FILE_REPORTS) = "SELECT count(*) FROM report_row WHERE enterprise=?1",

	AT(STMT_APPLICANT_EACH) = "SELECT number, name, address FROM enterprise ORDER BY number",
	AT(STMT_APPLICANT_PHONES) = "SELECT number, name, contact_phone FROM enterprise"
				    " WHERE contact_phone IS NOT NULL ORDER BY number",

	/* Of the ranking ?1 is the cutoff, but where it says otherwise: what was recorded by that day. A unit that came with the
	 * register or the policy data was always there. */
	AT(STMT_RANK_UNITS) =
		"SELECT u.code FROM unit u LEFT JOIN (SELECT detail, min(at) AS at FROM change_log"
		" WHERE kind='unit' AND old IS NULL AND internal=0 GROUP BY detail) l ON "
		"l.detail=u.code"
		" WHERE u.kind IN ('street','zone') AND (l.at IS NULL OR substr(l.at,1,10)<=?1"
		" OR l.at<=(SELECT value FROM meta WHERE key='created')) ORDER BY u.code",
	AT(STMT_RANK_ENTERPRISES) =
		"SELECT number, street, out_of_scope, category, ring, found_on FROM enterprise"
		" ORDER BY number",
	AT(STMT_RANK_CHANGES) =
		"SELECT enterprise, field, old, new, substr(at,1,10)<=?1 FROM change_log"
		" WHERE kind='field' AND enterprise IS NOT NULL"
		" AND field IN ('street','out_of_scope','category','ring','found_on') ORDER BY seq",
	AT(STMT_RANK_EVENTS) = "SELECT enterprise, seq, kind, day, coalesce(corrects,0) FROM event"
			       " WHERE substr(at,1,10)<=?1 ORDER BY enterprise, day, seq",
	/* ?1 quarter, ?2 cutoff. Visited without being planned is behind the plan's last place: the log has how many were. */
	AT(STMT_RANK_PLAN) =
		"SELECT l.enterprise, l.street FROM lookback_plan p JOIN lookback l ON "
		"l.quarter=p.quarter"
		" WHERE p.quarter=?1 AND substr(p.at,1,10)<=?2 AND l.place<=coalesce((SELECT "
		"CAST(c.new"
		" AS INTEGER) FROM change_log c WHERE c.kind='lookback-plan' AND c.detail=?1"
		" ORDER BY c.seq LIMIT 1), l.place) ORDER BY l.enterprise",
	/* ?1 and ?2: the quarter's days; ?3 the cutoff. */
	AT(STMT_RANK_REPORTS) = "SELECT unit, month, seq, substr(at,1,10) FROM monthly_report"
				" WHERE month>=?1 AND month<=?2 AND substr(at,1,10)<=?3 ORDER BY "
				"unit, month, at, seq",
	AT(STMT_RANK_INSPECTIONS) =
		"SELECT seq, unit, result FROM inspection WHERE unit IS NOT NULL"
		" AND day>=?1 AND day<=?2 AND substr(at,1,10)<=?3 ORDER BY seq",
	AT(STMT_RANK_CASES) = "SELECT number, street FROM tip_case ORDER BY number",
	AT(STMT_RANK_CASE_STREETS) =
		"SELECT tip_case, old, new, substr(at,1,10)<=?1 FROM case_log WHERE what='street'"
		" ORDER BY seq",
	/* ?2: the quarter's last day. */
	AT(STMT_RANK_STEPS) = "SELECT tip_case, kind, day, outcome, days, "
			      "substr(at,1,10) FROM case_step"
			      " WHERE substr(at,1,10)<=?1 AND day<=?2 ORDER BY tip_case, n",
	AT(STMT_RANK_GET) = "SELECT result, sha256 FROM ranking WHERE quarter=?1",
	AT(STMT_RANK_INSERT) =
		"INSERT INTO ranking (quarter, computed_on, rules_from, result, sha256, by, at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	AT(STMT_RANK_ROW_INSERT) =
		"INSERT INTO ranking_row (quarter, unit, total, place, best, worst)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	AT(STMT_RANK_ITEM_INSERT) =
		"INSERT INTO ranking_item (quarter, unit, item, part, whole, score)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	AT(STMT_RANK_TRACE_INSERT) =
		"INSERT INTO ranking_trace (quarter, unit, item, what, number, counted)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
};

const char *reg_sql_supervision(enum stmt which)
{
	return sql[which - FIRST];
}
