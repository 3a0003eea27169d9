/*
 * The second version of the schema: cases of tip-offs and supervision. See schema.c for how migrations work.
 *
 * A case's row holds no word of the tip-off: only what staff decided about it (kinds, street, unit, enterprise), the day it
 * came, and what its status needs. What staff write of a case is sealed (case_step.note) under a key that goes with the case's
 * slot. Steps are append-only, but for the mark that their chain line stands, and for what erasing blanks.
 * What the public sees of cases is tip_shown and tip_result alone, which a release fills under the publication gate. Their log
 * is one of its own: the numbers of change_log are public, and gaps in them would tell how much is done to cases.
 */
#include "register/schema.h"

#include <stddef.h>

#define APPEND_ONLY(table) \
	"CREATE TRIGGER " table "_no_update BEFORE UPDATE ON " table \
	" BEGIN SELECT RAISE(ABORT, '" table " is append-only'); END", \
		"CREATE TRIGGER " table "_no_delete BEFORE DELETE ON " table \
		" BEGIN SELECT RAISE(ABORT, '" table " is append-only'); END"

#define KEPT(table) \
	"CREATE TRIGGER " table "_no_delete BEFORE DELETE ON " table \
	" BEGIN SELECT RAISE(ABORT, '" table " is kept'); END"

/* Cells of one table of the balance. The release keeps every cell at 0 or 3 and more; the view insists. */
#define CELLS(name, label) \
	"SELECT '" name "' AS grouping, " label \
	" AS label, bucket, count(*) AS count FROM tip_shown" \
	" GROUP BY " label ", bucket HAVING count(*)>=3"

/* clang-format off */

const char *const schema_version_2[] = {
	/* ---- cases ---- */
	"CREATE TABLE tip_case (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL UNIQUE CHECK (length(id)=32)," /* hex; of a quarantined letter: of its commitment */
	" host TEXT NOT NULL, week TEXT NOT NULL, commitment TEXT NOT NULL UNIQUE,"
	" origin TEXT NOT NULL CHECK (origin IN ('form','phone','letter','visit','quarantined')),"
	" received_on TEXT NOT NULL," /* until opened: the Monday of its week */
	" opened INTEGER NOT NULL DEFAULT 0," /* 1: received_on, kinds and way were taken from the opened case */
	" way TEXT CHECK (way IN ('anonymous','confidential','named')),"
	" kinds TEXT, street TEXT REFERENCES unit(code), enterprise INTEGER REFERENCES enterprise(number),"
	" lead TEXT REFERENCES unit(code), helpers TEXT," /* codes, a space between */
	" merged_into INTEGER REFERENCES tip_case(number), found_new INTEGER NOT NULL DEFAULT 0,"
	" status_tag BLOB, status_key BLOB,"
	/* Worked out from the steps, in the same transaction. */
	" state TEXT NOT NULL, since TEXT NOT NULL, outcome TEXT,"
	" reply TEXT," /* what the reporter reads under the receipt, and the public after the release */
	" destroyed INTEGER NOT NULL DEFAULT 0," /* 1: erased, and all that lay here was destroyed */
	" CHECK (merged_into IS NULL OR merged_into<>number)) STRICT",
	"CREATE INDEX tip_case_enterprise ON tip_case (enterprise) WHERE enterprise IS NOT NULL",
	"CREATE INDEX tip_case_merged ON tip_case (merged_into) WHERE merged_into IS NOT NULL",
	"CREATE INDEX tip_case_unfinished ON tip_case (number) WHERE state='erased' AND destroyed=0",
	KEPT("tip_case"),
	"CREATE TRIGGER tip_case_fixed BEFORE UPDATE ON tip_case WHEN old.number<>new.number OR old.id<>new.id"
	" OR old.host<>new.host OR old.week<>new.week OR old.commitment<>new.commitment OR new.opened<old.opened"
	" OR new.destroyed<old.destroyed OR (new.destroyed<>old.destroyed AND new.state<>'erased')"
	" BEGIN SELECT RAISE(ABORT, 'a case keeps its name'); END",

	"CREATE TABLE case_step (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" tip_case INTEGER NOT NULL REFERENCES tip_case(number), n INTEGER NOT NULL CHECK (n>=1),"
	" kind TEXT NOT NULL, day TEXT NOT NULL, role TEXT NOT NULL CHECK (role<>''),"
	" unit TEXT REFERENCES unit(code), outcome TEXT CHECK (outcome IN ('true','partly','untrue')),"
	" lead TEXT, helpers TEXT, enterprise INTEGER, found_new INTEGER NOT NULL DEFAULT 0,"
	" into_case INTEGER, days INTEGER NOT NULL DEFAULT 0, despite_open INTEGER NOT NULL DEFAULT 0, reply TEXT,"
	" by TEXT NOT NULL, at TEXT NOT NULL,"
	" note BLOB," /* staff's reason, sealed; NULL: none, or erased */
	" salt BLOB," /* 32 bytes; content = SHA-256(salt, canonical step): casework/step_text.c; NULL when erased */
	" content TEXT NOT NULL CHECK (length(content)=64)," /* of received: the case's commitment */
	" chain_seq INTEGER," /* its line in the office chain; NULL: not written yet, and always of received */
	" UNIQUE (tip_case, n)) STRICT",
	"CREATE INDEX case_step_unchained ON case_step (seq) WHERE chain_seq IS NULL AND kind<>'received'",
	"CREATE TRIGGER case_step_no_update BEFORE UPDATE ON case_step WHEN"
	" old.seq<>new.seq OR old.tip_case<>new.tip_case OR old.n<>new.n OR old.kind<>new.kind OR old.day<>new.day"
	" OR old.role<>new.role OR old.unit IS NOT new.unit OR old.outcome IS NOT new.outcome OR old.lead IS NOT new.lead"
	" OR old.helpers IS NOT new.helpers OR old.enterprise IS NOT new.enterprise OR old.into_case IS NOT new.into_case"
	" OR old.found_new<>new.found_new OR old.days<>new.days OR old.despite_open<>new.despite_open"
	" OR (new.reply IS NOT NULL AND old.reply IS NOT new.reply) OR old.by<>new.by OR old.at<>new.at OR old.content<>new.content"
	" OR (new.note IS NOT NULL AND old.note IS NOT new.note) OR (new.salt IS NOT NULL AND old.salt IS NOT new.salt)"
	" OR (old.chain_seq IS NOT NULL AND old.chain_seq IS NOT new.chain_seq)"
	" BEGIN SELECT RAISE(ABORT, 'case_step is append-only'); END",
	KEPT("case_step"),

	/* Who changed what of a case, and when; never a word of it. */
	"CREATE TABLE case_log (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" tip_case INTEGER NOT NULL REFERENCES tip_case(number), what TEXT NOT NULL, old TEXT, new TEXT,"
	" by TEXT NOT NULL, at TEXT NOT NULL) STRICT",
	"CREATE INDEX case_log_of ON case_log (tip_case, seq)",
	APPEND_ONLY("case_log"),

	/* Somebody else than who wrote it has read what is to be published of a case: the step is the last that bears a reply, or
	 * the conclusion where that is later. */
	"CREATE TABLE case_reply_review (step INTEGER PRIMARY KEY REFERENCES case_step(seq),"
	" by TEXT NOT NULL, at TEXT NOT NULL) STRICT",
	APPEND_ONLY("case_reply_review"),

	/* Sealed drafts of staff: at most one per case and role. */
	"CREATE TABLE case_draft (tip_case INTEGER NOT NULL REFERENCES tip_case(number), role TEXT NOT NULL,"
	" sealed BLOB NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,"
	" PRIMARY KEY (tip_case, role)) STRICT, WITHOUT ROWID",

	/* How far each intake chain was taken in, and up to where the office chain anchors it. */
	"CREATE TABLE intake_head (branch TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL,"
	" anchored_seq INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID",
	/* The office chain's head at the end of a week: public from the first line of a later week on, and then for good. */
	"CREATE TABLE chain_week (week TEXT PRIMARY KEY, head TEXT NOT NULL) STRICT, WITHOUT ROWID",
	"CREATE TRIGGER chain_week_no_update BEFORE UPDATE ON chain_week"
	" WHEN old.week<>new.week OR old.week<(SELECT max(week) FROM chain_week)"
	" BEGIN SELECT RAISE(ABORT, 'the head of a past week stays'); END",
	"CREATE TRIGGER chain_week_no_insert BEFORE INSERT ON chain_week"
	" WHEN new.week<(SELECT max(week) FROM chain_week)"
	" BEGIN SELECT RAISE(ABORT, 'the head of a past week stays'); END",
	KEPT("chain_week"),

	/* Where slots and photos may lie, and which of them have said that a case is gone there. */
	"CREATE TABLE keeping_place (place TEXT PRIMARY KEY CHECK (place<>''),"
	" kind TEXT NOT NULL CHECK (kind IN ('office','intake','hub','backup'))) STRICT, WITHOUT ROWID",
	"CREATE TABLE case_copy (tip_case INTEGER NOT NULL REFERENCES tip_case(number),"
	" place TEXT NOT NULL REFERENCES keeping_place(place), asked_on TEXT NOT NULL, gone_on TEXT,"
	" said_by TEXT, PRIMARY KEY (tip_case, place)) STRICT, WITHOUT ROWID",

	"CREATE TABLE tip_release (seq INTEGER PRIMARY KEY AUTOINCREMENT, day TEXT NOT NULL,"
	" moved INTEGER NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL) STRICT",
	APPEND_ONLY("tip_release"),
	/* One row per case that a release shows. enterprise: only where three or more shown cases name it. */
	"CREATE TABLE tip_shown (tip_case INTEGER PRIMARY KEY REFERENCES tip_case(number),"
	" release INTEGER NOT NULL REFERENCES tip_release(seq), month TEXT NOT NULL, kind TEXT NOT NULL,"
	" street TEXT NOT NULL, lead TEXT NOT NULL, bucket TEXT NOT NULL, enterprise INTEGER) STRICT",
	"CREATE INDEX tip_shown_enterprise ON tip_shown (enterprise) WHERE enterprise IS NOT NULL",
	KEPT("tip_shown"),
	/* A conclusion as a release showed it, until a release withdraws it: the case was reopened, or concluded anew. They go by
	 * three and more of one release and street, or stay. */
	"CREATE TABLE tip_result (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" step INTEGER NOT NULL UNIQUE REFERENCES case_step(seq)," /* the step that concluded it */
	" tip_case INTEGER NOT NULL REFERENCES tip_case(number),"
	" release INTEGER NOT NULL REFERENCES tip_release(seq), street TEXT NOT NULL, outcome TEXT NOT NULL, reply TEXT,"
	" withdrawn INTEGER REFERENCES tip_release(seq)) STRICT",
	"CREATE INDEX tip_result_of ON tip_result (tip_case)",
	"CREATE INDEX tip_result_group ON tip_result (release, street)",
	"CREATE TRIGGER tip_result_no_update BEFORE UPDATE ON tip_result WHEN old.seq<>new.seq OR old.step<>new.step"
	" OR old.tip_case<>new.tip_case OR old.release<>new.release OR old.street<>new.street OR old.outcome<>new.outcome"
	" OR new.withdrawn IS NULL OR (old.withdrawn IS NOT NULL AND old.withdrawn<>new.withdrawn)"
	/* Erasing takes the reply of what no longer shows. */
	" OR (old.reply IS NOT new.reply AND (new.reply IS NOT NULL OR old.withdrawn IS NULL))"
	" BEGIN SELECT RAISE(ABORT, 'tip_result is append-only'); END",
	KEPT("tip_result"),

	"CREATE VIEW public_tip_release AS SELECT seq, day FROM tip_release",
	"CREATE VIEW public_tip_cell AS"
	" " CELLS("total", "''")
	" UNION ALL " CELLS("month", "month")
	" UNION ALL " CELLS("kind", "kind")
	" UNION ALL " CELLS("street", "street")
	" UNION ALL " CELLS("lead", "lead"),
	/* Results: of a street at least three come out together, and the others stay when three and more are withdrawn. */
	"CREATE VIEW public_tip_result AS SELECT s.release AS release, r.day AS day, s.street AS street,"
	" s.outcome AS outcome, s.reply AS reply FROM tip_result s JOIN tip_release r ON r.seq=s.release"
	" WHERE s.withdrawn IS NULL AND (SELECT count(*) FROM tip_result o"
	"  WHERE o.release=s.release AND o.street=s.street)>=3",
	"CREATE VIEW public_tip_enterprise AS SELECT enterprise, count(*) AS count FROM tip_shown"
	" WHERE enterprise IS NOT NULL GROUP BY enterprise HAVING count(*)>=3",
	/* Not of the running week: a new head within it would say that a step was taken since the last build. */
	"CREATE VIEW public_chain_week AS SELECT week, head FROM chain_week"
	" WHERE week<(SELECT max(week) FROM chain_week)",

	/* ---- supervision ---- */
	"CREATE TABLE inspection (seq INTEGER PRIMARY KEY AUTOINCREMENT, day TEXT NOT NULL,"
	" kind TEXT NOT NULL CHECK (kind IN ('inspection','patrol','spot-check')),"
	" team TEXT NOT NULL REFERENCES unit(code), unit TEXT REFERENCES unit(code)," /* which unit was inspected */
	" enterprise INTEGER REFERENCES enterprise(number), doc TEXT,"
	" result TEXT NOT NULL CHECK (result IN ('in-order','findings','criticised','accountable')),"
	" finding TEXT NOT NULL, due TEXT, by TEXT NOT NULL, at TEXT NOT NULL,"
	" CHECK (unit IS NOT NULL OR enterprise IS NOT NULL)) STRICT",
	"CREATE INDEX inspection_of ON inspection (enterprise) WHERE enterprise IS NOT NULL",
	APPEND_ONLY("inspection"),
	/* What became of it, and whether it may be published: the newest of each kind holds. */
	"CREATE TABLE inspection_note (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" inspection INTEGER NOT NULL REFERENCES inspection(seq),"
	" kind TEXT NOT NULL CHECK (kind IN ('put-right','publish','withdraw')), day TEXT NOT NULL, text TEXT,"
	" by TEXT NOT NULL, at TEXT NOT NULL) STRICT",
	"CREATE INDEX inspection_note_of ON inspection_note (inspection, seq)",
	APPEND_ONLY("inspection_note"),

	"CREATE TABLE lookback_plan (quarter TEXT PRIMARY KEY, seed TEXT NOT NULL, made_on TEXT NOT NULL,"
	" months INTEGER NOT NULL, share INTEGER NOT NULL," /* looked at: settled within so many months; per cent drawn of the rest */
	" by TEXT NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID",
	APPEND_ONLY("lookback_plan"),
	"CREATE TABLE lookback (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" quarter TEXT NOT NULL REFERENCES lookback_plan(quarter),"
	" enterprise INTEGER NOT NULL REFERENCES enterprise(number), place INTEGER NOT NULL,"
	" street TEXT NOT NULL REFERENCES unit(code),"
	" reason TEXT NOT NULL CHECK (reason IN ('relapsed','tipped-off','recent','drawn','extra')),"
	" done_on TEXT, result TEXT CHECK (result IN ('held','relapsed','moved-away')),"
	" event INTEGER REFERENCES event(seq), by TEXT, at TEXT,"
	" CHECK ((done_on IS NULL) = (result IS NULL)), UNIQUE (quarter, enterprise)) STRICT",
	"CREATE INDEX lookback_of ON lookback (enterprise)",
	KEPT("lookback"),

	/* A ranking as it was published, with its figures: recomputing must give the same bytes. */
	"CREATE TABLE ranking (quarter TEXT PRIMARY KEY, computed_on TEXT NOT NULL, rules_from TEXT NOT NULL,"
	" result TEXT NOT NULL, sha256 TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID",
	APPEND_ONLY("ranking"),
	"CREATE TABLE ranking_row (quarter TEXT NOT NULL REFERENCES ranking(quarter), unit TEXT NOT NULL REFERENCES unit(code),"
	" total INTEGER NOT NULL, place INTEGER NOT NULL, best INTEGER NOT NULL, worst INTEGER NOT NULL,"
	" PRIMARY KEY (quarter, unit)) STRICT, WITHOUT ROWID",
	APPEND_ONLY("ranking_row"),
	"CREATE TABLE ranking_item (quarter TEXT NOT NULL REFERENCES ranking(quarter), unit TEXT NOT NULL REFERENCES unit(code),"
	" item TEXT NOT NULL, part INTEGER NOT NULL, whole INTEGER NOT NULL, score INTEGER NOT NULL,"
	" PRIMARY KEY (quarter, unit, item)) STRICT, WITHOUT ROWID",
	APPEND_ONLY("ranking_item"),
	/* Every point traces to records: which enterprises, reports, inspections or numbers of cases stand behind a figure. */
	"CREATE TABLE ranking_trace (quarter TEXT NOT NULL REFERENCES ranking(quarter), unit TEXT NOT NULL REFERENCES unit(code),"
	" item TEXT NOT NULL, what TEXT NOT NULL CHECK (what IN ('enterprise','report','inspection','tip-off')),"
	" number INTEGER NOT NULL, counted INTEGER NOT NULL," /* 1: in the part as well */
	" PRIMARY KEY (quarter, unit, item, what, number)) STRICT, WITHOUT ROWID",
	APPEND_ONLY("ranking_trace"),

	"ALTER TABLE evidence ADD COLUMN public_sha256 TEXT", /* the re-encoded copy of a photo that may be published */

	"DROP VIEW public_evidence",
	"CREATE VIEW public_evidence AS SELECT enterprise, seq, sha256, name, kind, day, bytes, public_sha256"
	" FROM evidence WHERE may_publish",
	"CREATE VIEW public_inspection AS SELECT i.seq AS seq, i.day AS day, i.kind AS kind, i.team AS team, i.unit AS unit,"
	" i.enterprise AS enterprise, i.doc AS doc, i.result AS result, p.text AS text, p.day AS published,"
	" (SELECT r.day FROM inspection_note r WHERE r.inspection=i.seq AND r.kind='put-right' ORDER BY r.seq DESC LIMIT 1) AS put_right"
	" FROM inspection i JOIN inspection_note p ON p.seq=(SELECT n.seq FROM inspection_note n"
	"  WHERE n.inspection=i.seq AND n.kind IN ('publish','withdraw') ORDER BY n.seq DESC LIMIT 1) WHERE p.kind='publish'",
	"CREATE VIEW public_lookback_plan AS SELECT quarter, seed, made_on, months, share FROM lookback_plan",
	/* Where an enterprise is yet to be visited is not said before the visit: reason and place only when done. */
	"CREATE VIEW public_lookback AS SELECT quarter, enterprise, street,"
	" CASE WHEN reason='tipped-off' THEN 'recent' ELSE reason END AS reason, done_on, result FROM lookback WHERE done_on IS NOT NULL",
	"CREATE VIEW public_lookback_count AS SELECT quarter, street, count(*) AS planned, count(done_on) AS done,"
	" sum(result IS 'relapsed') AS relapsed FROM lookback GROUP BY quarter, street",
	"CREATE VIEW public_ranking AS SELECT quarter, computed_on, rules_from, sha256 FROM ranking",
	"CREATE VIEW public_ranking_row AS SELECT quarter, unit, total, place, best, worst FROM ranking_row",
	/* Figures on tip-offs are shown only as a score where fewer than three stand behind them. */
	"CREATE VIEW public_ranking_item AS SELECT quarter, unit, item,"
	" CASE WHEN item='tipoffs' AND whole<3 THEN NULL ELSE part END AS part,"
	" CASE WHEN item='tipoffs' AND whole<3 THEN NULL ELSE whole END AS whole, score FROM ranking_item",
	"CREATE VIEW public_ranking_trace AS SELECT quarter, unit, item, what, number, counted FROM ranking_trace"
	" WHERE what<>'tip-off' AND item<>'lookbacks'",
	"PRAGMA user_version = 2",
	NULL,
};

/* clang-format on */
