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
