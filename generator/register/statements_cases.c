/*
 * The statements on cases, by index: see statements.c.
 */
#include "register/statements.h"

enum { FIRST = STMT_CASE_STEP_COUNT };

#define AT(which) [(which)-FIRST]

/* clang-format off */

#define CASE_COLUMNS \
	"c.number, c.id, c.host, c.week, c.commitment, c.origin, c.received_on, c.opened, c.way, c.kinds, c.street," \
	" c.lead, c.helpers, c.enterprise, c.merged_into," \
	" (SELECT count(*) FROM tip_case m WHERE m.merged_into=c.number), c.found_new, c.status_tag, c.status_key, c.reply"

#define STEP_COLUMNS \
	"seq, tip_case, n, kind, day, role, unit, outcome, lead, helpers, enterprise, found_new, into_case, days," \
	" despite_open, reply, by, at, note, salt, content, chain_seq"

/* Of each case: its last conclusion, its last reply, and the later of them, which a review is of. */
#define RESULT_STEPS \
	"(SELECT tip_case, max(CASE WHEN kind='concluded' THEN seq END) AS conclusion," \
	" max(CASE WHEN reply IS NOT NULL THEN seq END) AS replied, max(seq) AS said FROM case_step" \
	" WHERE kind='concluded' OR reply IS NOT NULL GROUP BY tip_case)"

static const char *const sql[STMT_INSPECTION_GET - FIRST] = {
	AT(STMT_CASE_STEP_COUNT) = "SELECT count(*) FROM case_step WHERE tip_case=?1",
	AT(STMT_CASE_STANDS) = "SELECT number FROM tip_case WHERE id=?1 OR commitment=?2 ORDER BY number",
	AT(STMT_CASE_INSERT) = "INSERT INTO tip_case (id, host, week, commitment, origin, received_on, state, since)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'received', ?6)",
	/* What staff set right before stays. */
	AT(STMT_CASE_OPENED) = "UPDATE tip_case SET opened=1, received_on=?2, origin=?3, way=?4, kinds=coalesce(kinds, ?5),"
		" street=coalesce(street, ?6),"
		" status_tag=?7, status_key=?8 WHERE number=?1",
	AT(STMT_CASE_SET) = "UPDATE tip_case SET kinds=?2, street=?3 WHERE number=?1",
	AT(STMT_CASE_CACHE) = "UPDATE tip_case SET state=?2, since=?3, outcome=?4, reply=?5, lead=?6, helpers=?7,"
		" enterprise=?8, merged_into=?9, found_new=?10 WHERE number=?1",
	AT(STMT_CASE_GET) = "SELECT " CASE_COLUMNS " FROM tip_case c WHERE c.number=?1",
	/* By what an id begins with; 'g' comes after every hex digit. */
	AT(STMT_CASE_FIND) = "SELECT number FROM tip_case WHERE id>=?1 AND id<?1||'g'",
	AT(STMT_CASE_EACH) = "SELECT " CASE_COLUMNS " FROM tip_case c WHERE (?1 IS NULL OR c.state=?1)"
		" AND (?2 IS NULL OR c.lead=?2 OR c.street=?2 OR instr(' '||c.helpers||' ', ' '||?2||' ')>0)"
		" AND (?3=0 OR c.enterprise=?3)"
		" AND (?4=0 OR c.state IN ('received','accepted','dispatched','objected','checked','rectifying','reopened'))"
		" AND (?5=0 OR c.opened=0) AND (?6=0 OR c.merged_into=?6) ORDER BY c.number",
	/* The last conclusion is that of the present round: another one needs a reopening first. */
	AT(STMT_CASE_RELAPSED) = "SELECT " CASE_COLUMNS " FROM tip_case c WHERE c.enterprise IS NOT NULL"
		" AND c.state IN ('concluded','published','asked') AND EXISTS (SELECT 1 FROM event e"
		"  WHERE e.enterprise=c.enterprise AND e.kind='relapsed'"
		"  AND e.day>=(SELECT max(day) FROM case_step s WHERE s.tip_case=c.number AND s.kind='concluded')"
		"  AND NOT EXISTS (SELECT 1 FROM event v WHERE v.corrects=e.seq)) ORDER BY c.number",
	AT(STMT_CASE_FACTS) = "SELECT kind, day, outcome, days FROM case_step WHERE tip_case=?1 ORDER BY n",
	AT(STMT_CASE_FOLD) = "SELECT " STEP_COLUMNS " FROM case_step WHERE tip_case=?1 ORDER BY n",
	AT(STMT_CASE_ENTERPRISE) = "SELECT state FROM enterprise WHERE number=?1",

	AT(STMT_CASE_STEP_INSERT) = "INSERT INTO case_step (tip_case, n, kind, day, role, unit, outcome, lead, helpers,"
		" enterprise, found_new, into_case, days, despite_open, reply, by, at, note, salt, content)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
	AT(STMT_CASE_STEP_EACH) = "SELECT " STEP_COLUMNS " FROM case_step WHERE tip_case=?1 ORDER BY n",
	AT(STMT_CASE_STEP_ALL) =
		"SELECT " STEP_COLUMNS " FROM case_step WHERE seq>?1 ORDER BY seq",
	/* As the index case_step_unchained says it. */
	AT(STMT_CASE_STEP_WAITING) = "SELECT " STEP_COLUMNS " FROM case_step WHERE seq>?1"
		" AND chain_seq IS NULL AND kind<>'received' ORDER BY seq",
	AT(STMT_CASE_STEP_LINE) = "SELECT kind, chain_seq FROM case_step WHERE seq=?1",
	AT(STMT_CASE_STEP_CHAINED) = "UPDATE case_step SET chain_seq=?2 WHERE seq=?1",
	AT(STMT_CASE_DRAFT_GET) = "SELECT sealed FROM case_draft WHERE tip_case=?1 AND role=?2",
	AT(STMT_CASE_DRAFT_SET) = "INSERT INTO case_draft (tip_case, role, sealed, by, at) VALUES (?1, ?2, ?3, ?4, ?5)"
		" ON CONFLICT (tip_case, role) DO UPDATE SET sealed=excluded.sealed, by=excluded.by, at=excluded.at",
	AT(STMT_CASE_DRAFT_REMOVE) = "DELETE FROM case_draft WHERE tip_case=?1 AND role=?2",
	AT(STMT_CASE_LOG) = "INSERT INTO case_log (tip_case, what, old, new, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",

	AT(STMT_CASE_SECRETS) = "SELECT note FROM case_step WHERE tip_case=?1 AND note IS NOT NULL"
		" UNION ALL SELECT salt FROM case_step WHERE tip_case=?1 AND salt IS NOT NULL"
		" UNION ALL SELECT sealed FROM case_draft WHERE tip_case=?1"
		" UNION ALL SELECT status_key FROM tip_case WHERE number=?1 AND status_key IS NOT NULL",
	/* Replies, their beginnings: those that only this case has. What a result shows, or another case has too, may stand. */
	AT(STMT_CASE_REPLIES) = "SELECT DISTINCT substr(s.reply, 1, 32) FROM case_step s"
		" WHERE s.tip_case=?1 AND s.reply IS NOT NULL"
		" AND NOT EXISTS (SELECT 1 FROM case_step o WHERE o.tip_case<>?1 AND instr(o.reply, substr(s.reply, 1, 32))>0)"
		" AND NOT EXISTS (SELECT 1 FROM tip_result t WHERE instr(t.reply, substr(s.reply, 1, 32))>0"
		"  AND (t.tip_case<>?1 OR t.withdrawn IS NULL))",
	AT(STMT_CASE_BLANK_STEPS) = "UPDATE case_step SET note=NULL, salt=NULL, reply=CASE WHEN EXISTS (SELECT 1 FROM tip_result t"
		"  WHERE t.tip_case=?1 AND t.withdrawn IS NULL AND t.reply=case_step.reply) THEN reply END"
		" WHERE tip_case=?1 AND (note IS NOT NULL OR salt IS NOT NULL OR reply IS NOT NULL)",
	AT(STMT_CASE_BLANK_RESULTS) = "UPDATE tip_result SET reply=NULL"
		" WHERE tip_case=?1 AND withdrawn IS NOT NULL AND reply IS NOT NULL",
	AT(STMT_CASE_DESTROYED) = "UPDATE tip_case SET destroyed=1 WHERE number=?1",
	/* As the index tip_case_unfinished says it. */
	AT(STMT_CASE_UNFINISHED) = "SELECT " CASE_COLUMNS " FROM tip_case c"
		" WHERE c.state='erased' AND c.destroyed=0 ORDER BY c.number",
	/* The first step stands on the Monday of its week. */
	AT(STMT_CASE_BLANK_ROW) = "UPDATE tip_case SET status_tag=NULL, status_key=NULL,"
		" received_on=(SELECT day FROM case_step WHERE tip_case=?1 AND n=1) WHERE number=?1",
	AT(STMT_CASE_BLANK_DRAFTS) = "DELETE FROM case_draft WHERE tip_case=?1",
	AT(STMT_PLACE_GET) = "SELECT kind FROM keeping_place WHERE place=?1",
	AT(STMT_PLACE_INSERT) = "INSERT INTO keeping_place (place, kind) VALUES (?1, ?2)",
	AT(STMT_PLACE_EACH) = "SELECT place, kind FROM keeping_place ORDER BY place",
	AT(STMT_COPY_GET) = "SELECT gone_on FROM case_copy WHERE tip_case=?1 AND place=?2",
	AT(STMT_COPY_INSERT) = "INSERT INTO case_copy (tip_case, place, asked_on) VALUES (?1, ?2, ?3)",
	AT(STMT_COPY_GONE) = "UPDATE case_copy SET gone_on=?3, said_by=?4 WHERE tip_case=?1 AND place=?2",
	AT(STMT_COPY_EACH) = "SELECT y.tip_case, c.id, y.place, p.kind, y.asked_on, y.gone_on, y.said_by FROM case_copy y"
		" JOIN tip_case c ON c.number=y.tip_case JOIN keeping_place p ON p.place=y.place"
		" WHERE (?1=0 OR y.tip_case=?1) AND (?2=0 OR y.gone_on IS NULL) ORDER BY y.tip_case, y.place",

	AT(STMT_HEAD_GET) = "SELECT seq, hash, anchored_seq FROM intake_head WHERE branch=?1",
	AT(STMT_HEAD_SET) = "INSERT INTO intake_head (branch, seq, hash, anchored_seq) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (branch) DO UPDATE SET seq=excluded.seq, hash=excluded.hash, anchored_seq=excluded.anchored_seq",
	AT(STMT_CHAIN_WEEK_LAST) = "SELECT week, head FROM chain_week ORDER BY week DESC LIMIT 1",
	AT(STMT_CHAIN_WEEK_SET) = "INSERT INTO chain_week (week, head) VALUES (?1, ?2)"
		" ON CONFLICT (week) DO UPDATE SET head=excluded.head WHERE head<>excluded.head",

	AT(STMT_LOG_LAST_PUBLIC) = "SELECT at FROM change_log WHERE internal=0 ORDER BY seq DESC LIMIT 1",

	AT(STMT_CASE_CONCLUSIONS) = "SELECT q.tip_case, q.conclusion, v.step IS NOT NULL FROM " RESULT_STEPS " q"
		" LEFT JOIN case_reply_review v ON v.step=q.said WHERE q.conclusion IS NOT NULL ORDER BY q.tip_case",
	/* Columns of the case, of the step whose reply it is, and of the conclusion. */
	AT(STMT_REVIEW_EACH) = "SELECT q.tip_case, c.id, q.said, c.reply, r.by, k.by, k.day, v.by FROM " RESULT_STEPS " q"
		" JOIN tip_case c ON c.number=q.tip_case JOIN case_step k ON k.seq=q.conclusion"
		" JOIN case_step r ON r.seq=coalesce(q.replied, q.conclusion) LEFT JOIN case_reply_review v ON v.step=q.said"
		" WHERE (?1=0 OR q.tip_case=?1) AND c.state IN ('concluded','published','asked')"
		" AND (?1<>0 OR NOT EXISTS (SELECT 1 FROM tip_result t WHERE t.step=q.conclusion)) ORDER BY q.tip_case",
	AT(STMT_REVIEW_INSERT) = "INSERT INTO case_reply_review (step, by, at) VALUES (?1, ?2, ?3)",
	AT(STMT_RELEASE_LAST) = "SELECT max(day) FROM tip_release",
	AT(STMT_RELEASE_INSERT) = "INSERT INTO tip_release (day, moved, by, at) VALUES (?1, ?2, ?3, ?4)",
	AT(STMT_SHOWN_EACH) = "SELECT tip_case, month, kind, street, lead, bucket, enterprise FROM tip_shown ORDER BY tip_case",
	AT(STMT_SHOWN_SET) = "INSERT INTO tip_shown (tip_case, release, month, kind, street, lead, bucket)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (tip_case) DO UPDATE SET release=excluded.release,"
		" month=excluded.month, kind=excluded.kind, street=excluded.street, lead=excluded.lead, bucket=excluded.bucket",
	AT(STMT_SHOWN_ENTERPRISE) = "UPDATE tip_shown SET enterprise=?2 WHERE tip_case=?1",
	AT(STMT_RESULT_EACH) = "SELECT tip_case, seq, step, release, street FROM tip_result WHERE withdrawn IS NULL ORDER BY tip_case, seq",
	AT(STMT_RESULT_INSERT) = "INSERT INTO tip_result (step, tip_case, release, street, outcome, reply)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	AT(STMT_RESULT_WITHDRAW) = "UPDATE tip_result SET withdrawn=?2 WHERE seq=?1",
};

/* clang-format on */

const char *reg_sql_cases(enum stmt which)
{
	return sql[which - FIRST];
}
