/*
 * Erasing is proved on the files: what was blanked stands neither in the register nor in its log.
 */
#include "cases.h"

#include <string.h>

#define WEEK "2018-W05" /* 29 January to 4 February */

static bool stands_in(struct instance *in, const char *name, const void *marker, size_t len)
{
	char *path = path_join(in->arena, in->dir, name);
	struct buf bytes;
	struct err e = {0};
	bool found = false;

	buf_init(&bytes, 256 << 20);
	if (file_exists(path)) {
		cr_assert_eq(file_read(path, 256 << 20, &bytes, &e), ERR_OK, "%s", e.message);
		found = bytes.len && memmem(bytes.data, bytes.len, marker, len) != NULL;
	}
	buf_done(&bytes);
	return found;
}

static bool stands(struct instance *in, const void *marker, size_t len)
{
	return stands_in(in, REGISTER_FILE, marker, len) ||
	       stands_in(in, REGISTER_FILE "-wal", marker, len);
}

/* 32 bytes that stand nowhere else, for the n-th thing of a case. */
static void marker_of(int64_t number, int n, uint8_t out[32])
{
	struct buf b;

	buf_init(&b, 100);
	buf_printf(&b, "marker %lld %d", (long long)number, n);
	sha256_bytes(buf_text(&b), b.len, out);
	buf_done(&b);
}

#define NOTE_BYTES 700
#define STEPS 4 /* with a note and a salt each */

static void note_of(int64_t number, int n, uint8_t out[NOTE_BYTES])
{
	for (int i = 0; i < NOTE_BYTES; i++)
		out[i] = (uint8_t)(number * 31 + n * 7 + i);
	marker_of(number, n, out);
}

static void fill_case(struct instance *in, int64_t number)
{
	static const enum case_step kinds[STEPS] = {
		CASE_ACCEPTED, CASE_DISPATCHED, CASE_CHECKED, CASE_CONCLUDED};
	struct tip_case_opened o = {.received_on = ymd(2018, 1, 31),
		.origin = "form",
		.way = "named",
		.kinds = "dust",
		.street = STREET};
	uint8_t note[NOTE_BYTES], salt[32];
	struct err e = {0};

	marker_of(number, 100, o.status_key);
	memcpy(o.status_tag, "tag0123456789abc", TIP_TAG_BYTES);
	cr_assert_eq(reg_case_opened(in->reg, number, &o, &e), ERR_OK, "%s", e.message);
	for (int i = 0; i < STEPS; i++) {
		struct tip_step s = {.tip_case = number,
			.kind = kinds[i],
			.day = ymd(2018, 2, 5),
			.note = note,
			.note_len = NOTE_BYTES,
			.salt = salt};

		note_of(number, i, note);
		marker_of(number, 10 + i, salt);
		s.lead = s.kind == CASE_DISPATCHED ? "economy" : NULL;
		s.outcome = s.kind == CASE_CHECKED ? OUTCOME_UNTRUE : OUTCOME_NONE;
		cr_assert_eq(case_try(in, s, &e), ERR_OK, "%s", e.message);
		/* Marking a line makes the row longer: SQLite moves it. */
		cr_assert_eq(reg_case_step_chained(in->reg,
				     query_int(in, "SELECT max(seq) FROM case_step"),
				     number * 10 + i + 1, &e),
			ERR_OK);
		note_of(number, 50 + i, note);
		cr_assert_eq(reg_draft_set(in->reg, number, "inspector", note,
				     NOTE_BYTES - 100 * (size_t)i, &staff, &e),
			ERR_OK);
	}
}

static size_t markers_left(struct instance *in, int64_t number)
{
	uint8_t marker[32];
	size_t left = 0;

	for (int n = 0; n <= 100; n++) {
		marker_of(number, n, marker);
		left += stands(in, marker, sizeof(marker));
	}
	return left;
}

Test(case_erase, blanking_takes_the_bytes_out_of_the_file_and_its_log)
{
	struct instance in = instance_new();
	struct tip_case now;
	struct err e = {0};

	for (int64_t i = 1; i <= 30; i++) {
		case_new(&in, (int)i, WEEK);
		fill_case(&in, i);
	}
	cr_assert_eq(reg_case_blank(in.reg, 7, &e), ERR_CONFLICT, "not erased yet");
	cr_assert_geq(markers_left(&in, 7), (size_t)2 * STEPS + 2);
	for (int64_t i = 1; i <= 30; i += 3) {
		case_step(&in, i, CASE_ERASED, ymd(2018, 9, 1));
		cr_assert_eq(reg_case_blank(in.reg, i, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(markers_left(&in, i), 0, "case %lld", (long long)i);
		cr_assert_eq(reg_case_blank(in.reg, i, &e), ERR_OK, "again: %s", e.message);
	}
	now = case_now(&in, 7);
	cr_assert_eq(day_compare(now.received_on, ymd(2018, 1, 29)), 0);
	cr_assert_not(now.has_status);
	cr_assert_str_eq(now.kinds, "dust");
	cr_assert_eq(now.steps, STEPS + 2);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step WHERE tip_case=7"
				    " AND (note IS NOT NULL OR salt IS NOT NULL)"),
		0);
	cr_assert_eq(query_int(&in, "SELECT status_tag IS NULL AND status_key IS NULL FROM tip_case"
				    " WHERE number=7"),
		1);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_draft WHERE tip_case=7"), 0);
	/* The others are whole. */
	cr_assert_geq(markers_left(&in, 8), (size_t)2 * STEPS + 2);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step WHERE note IS NOT NULL"),
		20 * STEPS);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM pragma_integrity_check()"
				    " WHERE integrity_check<>'ok'"),
		0);
	instance_done(&in);
}

Test(case_erase, an_erased_case_takes_nothing_in_again)
{
	struct instance in = instance_new();
	struct tip_case_opened o = {
		.received_on = ymd(2018, 1, 31), .origin = "form", .way = "named"};
	struct err e = {0};

	case_new(&in, 1, WEEK);
	fill_case(&in, 1);
	case_new(&in, 2, WEEK);
	for (int64_t i = 1; i <= 2; i++) {
		case_step(&in, i, CASE_ERASED, ymd(2018, 9, 1));
		cr_assert_eq(reg_case_blank(in.reg, i, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(reg_case_opened(in.reg, i, &o, &e), ERR_CONFLICT);
		cr_assert_eq(reg_case_set(in.reg, i, "noise", NULL, &staff, &e), ERR_CONFLICT);
		cr_assert_eq(reg_draft_set(in.reg, i, "reply", "x", 1, &staff, &e), ERR_CONFLICT);
		cr_assert_eq(reg_draft_set(in.reg, i, "reply", NULL, 0, &staff, &e), ERR_OK);
	}
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM tip_case WHERE status_key IS NOT NULL"), 0);
	instance_done(&in);
}

/* Whoever still reads an older state keeps the log: that is said, and doing it again ends it. */
Test(case_erase, blanking_waits_for_no_reader_but_says_so)
{
	struct instance in = instance_new();
	struct pub *p = NULL;
	struct err e = {0};
	int64_t last;

	case_new(&in, 1, WEEK);
	fill_case(&in, 1);
	case_step(&in, 1, CASE_ERASED, ymd(2018, 9, 1));
	sqlite3_busy_timeout(in.reg->db, 50);
	cr_assert_eq(pub_open(in.dir, &p, &e), ERR_OK);
	cr_assert_eq(pub_snapshot(p, &last, &e), ERR_OK);
	cr_assert_eq(reg_case_blank(in.reg, 1, &e), ERR_CONFLICT);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step WHERE note IS NOT NULL"), 0);
	pub_close(p);
	cr_assert_eq(reg_case_blank(in.reg, 1, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(markers_left(&in, 1), 0);
	cr_assert_eq(reg_begin(in.reg, &e), ERR_OK);
	cr_assert_eq(reg_case_blank(in.reg, 1, &e), ERR_CONFLICT, "within a transaction");
	reg_rollback(in.reg);
	instance_done(&in);
}

/* As an older SQLite or another program might have left it: a free page that still holds the bytes. */
Test(case_erase, what_is_found_in_a_corner_of_the_file_is_written_away)
{
	struct instance in = instance_new();
	uint8_t marker[32];
	struct err e = {0};
	sqlite3_stmt *s;

	case_new(&in, 1, WEEK);
	fill_case(&in, 1);
	case_step(&in, 1, CASE_ERASED, ymd(2018, 9, 1));
	marker_of(1, 11, marker); /* a salt */
	cr_assert_eq(
		sqlite3_exec(in.reg->db, "PRAGMA secure_delete=OFF; CREATE TABLE corner (x BLOB)",
			NULL, NULL, NULL),
		SQLITE_OK);
	cr_assert_eq(sqlite3_prepare_v2(in.reg->db, "INSERT INTO corner VALUES (?1)", -1, &s, NULL),
		SQLITE_OK);
	sqlite3_bind_blob(s, 1, marker, sizeof(marker), SQLITE_STATIC);
	cr_assert_eq(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
	cr_assert_eq(sqlite3_exec(in.reg->db,
			     "DROP TABLE corner; PRAGMA secure_delete=ON;"
			     " PRAGMA wal_checkpoint(TRUNCATE)",
			     NULL, NULL, NULL),
		SQLITE_OK);
	cr_assert_geq(query_int(&in, "PRAGMA freelist_count"), 1);
	cr_assert_eq(reg_case_blank(in.reg, 1, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(markers_left(&in, 1), 0);
	cr_assert_eq(query_int(&in, "PRAGMA freelist_count"), 0, "written anew");
	cr_assert_str_eq(case_now(&in, 1).id, case_id_of(&in, 1));
	instance_done(&in);
}

static void must(struct instance *in, const char *sql)
{
	cr_assert_eq(sqlite3_exec(in->reg->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
		sqlite3_errmsg(in->reg->db));
}

static void decline(struct instance *in, int64_t number, const char *reply)
{
	struct err e = {0};

	cr_assert_eq(case_try(in,
			     (struct tip_step){.tip_case = number,
				     .kind = CASE_DECLINED,
				     .day = ymd(2018, 2, 5),
				     .reply = reply},
			     &e),
		ERR_OK, "%s", e.message);
}

#define OWN_REPLY "您反映的编造路九号院内焊接作业一事，不属于本次整治的范围。"
#define SAME_REPLY "不属于本次整治的范围，请向主管部门反映。"

Test(case_erase, replies_go_unless_another_case_has_the_same)
{
	struct instance in = instance_new();
	struct err e = {0};

	for (int i = 1; i <= 4; i++)
		case_new(&in, i, WEEK);
	decline(&in, 1, OWN_REPLY);
	decline(&in, 2, SAME_REPLY);
	decline(&in, 3, SAME_REPLY);
	cr_assert(stands(&in, OWN_REPLY, strlen(OWN_REPLY)));
	for (int64_t i = 1; i <= 2; i++) {
		case_step(&in, i, CASE_ERASED, ymd(2018, 9, 1));
		cr_assert_eq(reg_case_blank(in.reg, i, &e), ERR_OK, "%s", e.message);
		cr_assert_null(case_now(&in, i).reply);
	}
	cr_assert_not(stands(&in, OWN_REPLY, 48));
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM case_step WHERE reply IS NOT NULL"), 1);
	cr_assert_str_eq(case_now(&in, 3).reply, SAME_REPLY);
	/* Somebody wrote it down elsewhere: that is not this case's. */
	decline(&in, 4, OWN_REPLY);
	must(&in, "CREATE TABLE elsewhere (x TEXT)");
	must(&in, "INSERT INTO elsewhere VALUES ('" OWN_REPLY "')");
	case_step(&in, 4, CASE_ERASED, ymd(2018, 9, 1));
	cr_assert_eq(reg_case_blank(in.reg, 4, &e), ERR_OK, "%s", e.message);
	instance_done(&in);
}

Test(case_erase, a_reply_that_is_public_stays_and_one_that_was_withdrawn_goes)
{
	struct instance in = instance_new();
	struct err e = {0};

	for (int i = 1; i <= 2; i++) {
		case_new(&in, i, WEEK);
		decline(&in, i, i == 1 ? OWN_REPLY : SAME_REPLY);
	}
	must(&in, "INSERT INTO tip_release (day, moved, by, at) VALUES ('2018-03-01', 2, 'u', 'x'),"
		  " ('2018-04-01', 1, 'u', 'x')");
	must(&in, "INSERT INTO tip_result (step, tip_case, release, street, outcome, reply, "
		  "withdrawn)"
		  " SELECT seq, tip_case, 1, '" STREET "', 'true', reply,"
		  " CASE tip_case WHEN 2 THEN 2 END FROM case_step WHERE kind='declined'");
	cr_assert_neq(sqlite3_exec(in.reg->db, "UPDATE tip_result SET reply=NULL WHERE tip_case=1",
			      NULL, NULL, NULL),
		SQLITE_OK);
	cr_assert_neq(sqlite3_exec(in.reg->db, "UPDATE tip_result SET reply='x' WHERE tip_case=2",
			      NULL, NULL, NULL),
		SQLITE_OK);
	for (int64_t i = 1; i <= 2; i++) {
		case_step(&in, i, CASE_ERASED, ymd(2018, 9, 1));
		cr_assert_eq(reg_case_blank(in.reg, i, &e), ERR_OK, "%s", e.message);
	}
	cr_assert_str_eq(case_now(&in, 1).reply, OWN_REPLY);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM tip_result WHERE reply IS NOT NULL"), 1);
	cr_assert_null(case_now(&in, 2).reply);
	cr_assert_not(stands(&in, SAME_REPLY, strlen(SAME_REPLY)));
	instance_done(&in);
}

/* Whoever blanked the rows died before the file was searched, and took what to look for along. */
Test(case_erase, asked_again_the_file_is_written_anew_although_the_rows_are_blank)
{
	struct instance in = instance_new();
	struct err e = {0};

	case_new(&in, 1, WEEK);
	fill_case(&in, 1);
	case_step(&in, 1, CASE_ERASED, ymd(2018, 9, 1));
	must(&in, "PRAGMA secure_delete=OFF");
	must(&in, "UPDATE case_step SET note=NULL, salt=NULL");
	must(&in, "UPDATE tip_case SET status_tag=NULL, status_key=NULL");
	must(&in, "DELETE FROM case_draft");
	must(&in, "PRAGMA wal_checkpoint(TRUNCATE)");
	must(&in, "PRAGMA secure_delete=ON");
	cr_assert_gt(markers_left(&in, 1), 0);
	cr_assert_eq(reg_case_blank(in.reg, 1, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(markers_left(&in, 1), 0);
	instance_done(&in);
}

static enum err_code count_case(void *ctx, const struct tip_case *row, struct err *e)
{
	(void)e;
	*(int64_t *)ctx = 100 * *(int64_t *)ctx + row->number;
	return ERR_OK;
}

static int64_t unfinished(struct instance *in)
{
	struct err e = {0};
	int64_t seen = 0;

	cr_assert_eq(
		reg_case_unfinished_each(in->reg, count_case, &seen, &e), ERR_OK, "%s", e.message);
	return seen;
}

Test(case_erase, what_is_not_destroyed_to_the_end_is_known)
{
	struct instance in = instance_new();
	struct err e = {0};

	for (int i = 1; i <= 4; i++)
		case_new(&in, i, WEEK);
	cr_assert_eq(unfinished(&in), 0);
	cr_assert_eq(reg_case_destroyed(in.reg, 2, &e), ERR_CONFLICT, "not erased");
	cr_assert_eq(reg_case_destroyed(in.reg, 9, &e), ERR_NOT_FOUND);
	for (int64_t i = 2; i <= 3; i++)
		case_step(&in, i, CASE_ERASED, ymd(2018, 9, 1));
	cr_assert_eq(unfinished(&in), 203);
	cr_assert_eq(reg_case_blank(in.reg, 2, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(unfinished(&in), 203, "slot and photos are somebody else's word");
	cr_assert_eq(reg_case_destroyed(in.reg, 2, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_case_destroyed(in.reg, 2, &e), ERR_OK, "again: %s", e.message);
	cr_assert_eq(unfinished(&in), 3);
	cr_assert_neq(sqlite3_exec(in.reg->db, "UPDATE tip_case SET destroyed=0 WHERE number=2",
			      NULL, NULL, NULL),
		SQLITE_OK);
	cr_assert_neq(sqlite3_exec(in.reg->db, "UPDATE tip_case SET destroyed=1 WHERE number=1",
			      NULL, NULL, NULL),
		SQLITE_OK);
	cr_assert_eq(
		query_int(&in, "SELECT count(*) FROM pragma_index_info('tip_case_unfinished')"), 1);
	instance_done(&in);
}
