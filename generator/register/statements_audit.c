/*
 * The statements of the audit, by index: see statements.c. Those that look for faults give one row for each, whose only column
 * says of what.
 */
#include "register/statements.h"

enum { FIRST = STMT_AUDIT_GAPS };

#define AT(which) [(which)-FIRST]

/* clang-format off */

#define NUMBERED(table, key) \
	"SELECT '" table "' AS name, count(*) AS count, min(" key ") AS first, max(" key ") AS last FROM " table

/* Every table whose numbers are given one by one and whose rows are never deleted. What is undone takes its number back. */
#define ALL_NUMBERED \
	"(" NUMBERED("event", "seq") " UNION ALL " NUMBERED("change_log", "seq") \
	" UNION ALL " NUMBERED("case_log", "seq") " UNION ALL " NUMBERED("case_step", "seq") \
	" UNION ALL " NUMBERED("tip_case", "number") " UNION ALL " NUMBERED("enterprise", "number") \
	" UNION ALL " NUMBERED("evidence", "seq") " UNION ALL " NUMBERED("task", "seq") \
	" UNION ALL " NUMBERED("monthly_report", "seq") " UNION ALL " NUMBERED("inspection", "seq") \
	" UNION ALL " NUMBERED("inspection_note", "seq") " UNION ALL " NUMBERED("lookback", "seq") \
	" UNION ALL " NUMBERED("tip_release", "seq") " UNION ALL " NUMBERED("tip_result", "seq") ")"

/* A label that the case c never had by its row or its log. */
#define NEVER_HAD(what, label, is_now) \
	label " NOT IN ('rest','none') AND NOT coalesce(" is_now ", 0) AND NOT EXISTS (SELECT 1 FROM case_log l" \
	" WHERE l.tip_case=c.number AND l.what='" what "' AND "

#define VALID_EVENT(alias) "NOT EXISTS (SELECT 1 FROM event v WHERE v.corrects=" alias ".seq)"

static const char *const sql[STMT_COUNT - FIRST] = {
	AT(STMT_AUDIT_GAPS) = "SELECT t.name FROM " ALL_NUMBERED " t LEFT JOIN sqlite_sequence q ON q.name=t.name"
		" WHERE t.count<>coalesce(t.last,0) OR coalesce(t.first,1)<>1 OR coalesce(t.last,0)<>coalesce(q.seq,0)",
	AT(STMT_AUDIT_ROWS) = "SELECT sum(count) FROM " ALL_NUMBERED,
	AT(STMT_AUDIT_ENTERPRISES) = "SELECT number, state, since, order_on, out_of_scope FROM enterprise ORDER BY number",
	/* Paths below evidence/, in the order of their bytes. */
	AT(STMT_AUDIT_FILES) = "SELECT substr(sha256,1,2)||'/'||sha256 AS path FROM evidence"
		" UNION SELECT 'public/'||substr(public_sha256,1,2)||'/'||public_sha256||'.jpg' FROM evidence"
		"  WHERE public_sha256 IS NOT NULL"
		" UNION SELECT 'reports/'||substr(sha256,1,2)||'/'||sha256 FROM monthly_report ORDER BY path",
	AT(STMT_AUDIT_KEPT) = "SELECT state, since, outcome FROM tip_case WHERE number=?1",
	AT(STMT_AUDIT_FIRST) = "SELECT old FROM case_log WHERE tip_case=?1 AND what=?2 ORDER BY seq LIMIT 1",
	AT(STMT_AUDIT_SHOWN) = "SELECT s.tip_case, s.month, s.bucket, r.day, r.at FROM tip_shown s"
		" LEFT JOIN tip_release r ON r.seq=s.release ORDER BY s.tip_case",
	AT(STMT_AUDIT_RESULTS) = "SELECT t.tip_case, t.step, t.outcome, t.reply, r.at FROM tip_result t"
		" LEFT JOIN tip_release r ON r.seq=t.release ORDER BY t.tip_case, t.seq",
	AT(STMT_AUDIT_WEEKS) = "SELECT week, head FROM chain_week ORDER BY week",

	AT(STMT_AUDIT_LOG_LAST) = "SELECT substr(c.id,1,12) FROM case_log l JOIN tip_case c ON c.number=l.tip_case"
		" WHERE l.what IN ('kinds','street') AND l.new IS NOT CASE l.what WHEN 'kinds' THEN c.kinds ELSE c.street END"
		" AND NOT EXISTS (SELECT 1 FROM case_log n WHERE n.tip_case=l.tip_case AND n.seq>l.seq AND n.what=l.what)",
	AT(STMT_AUDIT_LOG_ORDER) = "SELECT substr(c.id,1,12) FROM (SELECT tip_case, old, lag(new) OVER w AS before,"
		" row_number() OVER w AS n FROM case_log WHERE what IN ('kinds','street')"
		" WINDOW w AS (PARTITION BY tip_case, what ORDER BY seq)) l JOIN tip_case c ON c.number=l.tip_case"
		" WHERE l.n>1 AND l.old IS NOT l.before",
	/* What only the opening, or a person by the log, can have set. */
	AT(STMT_AUDIT_UNOPENED) = "SELECT substr(c.id,1,12) FROM tip_case c WHERE c.opened=0 AND (c.way IS NOT NULL"
		" OR c.status_tag IS NOT NULL OR c.status_key IS NOT NULL"
		" OR (c.kinds IS NOT NULL AND NOT EXISTS (SELECT 1 FROM case_log l WHERE l.tip_case=c.number AND l.what='kinds'))"
		" OR (c.street IS NOT NULL AND NOT EXISTS (SELECT 1 FROM case_log l WHERE l.tip_case=c.number AND l.what='street')))",
	AT(STMT_AUDIT_OPENED) = "SELECT substr(c.id,1,12) FROM tip_case c WHERE c.opened=1 AND c.state<>'erased'"
		" AND (c.way IS NULL OR c.kinds IS NULL OR coalesce(length(c.status_tag),0)<>16"
		" OR coalesce(length(c.status_key),0)<>32)",
	AT(STMT_AUDIT_ERASED) = "SELECT substr(c.id,1,12) FROM tip_case c WHERE c.destroyed=1 AND (c.state<>'erased'"
		" OR c.status_tag IS NOT NULL OR c.status_key IS NOT NULL"
		" OR EXISTS (SELECT 1 FROM case_step s WHERE s.tip_case=c.number AND (s.note IS NOT NULL OR s.salt IS NOT NULL))"
		" OR EXISTS (SELECT 1 FROM case_draft d WHERE d.tip_case=c.number))",
	AT(STMT_AUDIT_COPIES) = "SELECT DISTINCT substr(c.id,1,12) FROM case_copy y JOIN tip_case c ON c.number=y.tip_case"
		" WHERE NOT EXISTS (SELECT 1 FROM case_step s WHERE s.tip_case=c.number AND s.kind='erased')",
	AT(STMT_AUDIT_SHOWN_LABELS) = "SELECT substr(c.id,1,12) FROM tip_shown s JOIN tip_case c ON c.number=s.tip_case"
		" WHERE (" NEVER_HAD("street", "s.street", "s.street=c.street") "s.street IN (l.old, l.new)))"
		" OR (" NEVER_HAD("kinds", "s.kind", "instr(c.kinds||' ', s.kind||' ')=1")
		"  (instr(l.old||' ', s.kind||' ')=1 OR instr(l.new||' ', s.kind||' ')=1)))"
		" OR (s.lead NOT IN ('rest','none') AND NOT EXISTS (SELECT 1 FROM case_step k"
		"  WHERE k.tip_case=c.number AND k.kind='dispatched' AND k.lead=s.lead))",
	AT(STMT_AUDIT_SHOWN_ENTERPRISE) = "SELECT substr(c.id,1,12) FROM tip_shown s JOIN tip_case c ON c.number=s.tip_case"
		" WHERE s.enterprise IS NOT NULL AND NOT EXISTS (SELECT 1 FROM case_step k"
		"  WHERE k.tip_case=c.number AND k.enterprise=s.enterprise)",
	AT(STMT_AUDIT_RESULT_STREET) = "SELECT substr(c.id,1,12) FROM tip_result s JOIN tip_case c ON c.number=s.tip_case"
		" WHERE " NEVER_HAD("street", "s.street", "s.street=c.street") "s.street IN (l.old, l.new))",
	AT(STMT_AUDIT_LOOKBACK) = "SELECT l.quarter||' #'||l.enterprise FROM lookback l LEFT JOIN event e ON e.seq=l.event"
		" WHERE CASE WHEN l.result IS NULL THEN l.event IS NOT NULL ELSE e.seq IS NULL OR e.enterprise<>l.enterprise"
		" OR e.kind<>'looked_back' OR e.day<>l.done_on OR NOT " VALID_EVENT("e") " END",
	/* The relapse that a visit found is recorded right after it. */
	AT(STMT_AUDIT_LOOKBACK_RELAPSE) = "SELECT l.quarter||' #'||l.enterprise FROM lookback l JOIN event e ON e.seq=l.event"
		" LEFT JOIN event x ON x.seq=e.seq+1 AND x.enterprise=e.enterprise AND x.kind='relapsed' AND x.day=e.day AND x.at=e.at"
		"  AND " VALID_EVENT("x") " WHERE (l.result='relapsed')<>(x.seq IS NOT NULL)",
};

/* clang-format on */

const char *reg_sql_audit(enum stmt which)
{
	return sql[which - FIRST];
}
