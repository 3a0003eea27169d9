/* Chain and records must agree; what does not is named. Also where the parts of a case lie. */
#include "world.h"

#include <string.h>
#include <sys/stat.h>

TestSuite(casework_verify, .init = world_begin, .fini = world_end, .timeout = 60);

static void append(const char *path, const void *bytes, size_t len, const uint8_t *commitment,
	const char *when)
{
	struct ledger *l;
	size_t commits;
	struct ledger_entry n = {.path = path,
		.bytes = bytes,
		.len = len,
		.step = "received",
		.role = "intake",
		.when = when};

	memcpy(n.commitment, commitment, SHA256_BYTES);
	cr_assert_eq(ledger_open(at("cases.git"), "intake/host-1", &l, &e), ERR_OK);
	cr_assert_eq(ledger_append(l, &n, 1, NOW, NULL, &commits, &e), ERR_OK, "%s", e.message);
	ledger_close(l);
}

static void assert_fault(const char *file, int line, int64_t seq)
{
	struct chain_report r = verify();
	cr_assert_not(r.sound);
	cr_assert_str_eq(r.branch, "intake/host-1");
	cr_assert_str_eq(r.file, file, "%s:%d %s", r.file, r.line, r.why);
	cr_assert_eq(r.line, line);
	cr_assert_eq(r.seq, seq);
	cr_assert_gt(strlen(r.why), 5);
}

Test(casework_verify, no_repository_and_an_empty_folder_are_sound)
{
	struct chain_report r = verify();
	cr_assert(r.sound);
	cr_assert_eq(r.branches, 0);
	cr_assert_eq(mkdir(at("cases.git"), 0700), 0);
	cr_assert(verify().sound);
}

Test(casework_verify, a_line_without_its_record_is_named)
{
	uint8_t commitment[SHA256_BYTES] = {9};
	post_many(0, 4);
	drain(0);
	append(NULL, NULL, 0, commitment, "2018-W05");
	post_many(4, 3);
	drain(0);
	assert_fault("chain/000/000.log", 5, 5);
	cr_assert_eq(verify().lines, 8);
	cr_assert_eq(verify().cases, 7);
}

Test(casework_verify, a_record_without_its_line_is_named)
{
	struct posted p;
	struct buf bytes;
	struct envelope v;
	uint8_t other[SHA256_BYTES] = {1};

	post_many(0, 2);
	drain(0);
	seal(5, 0, 0, 0, &bytes, &p);
	cr_assert_eq(envelope_parse(bytes.data, bytes.len, &v, &e), ERR_OK);
	const char *path = case_record_path(arena, p.id, "2018-W05");
	append(path, v.record.at, v.record.len, other, "2018-W05");
	assert_fault(path, 0, 0);
	buf_done(&bytes);
}

Test(casework_verify, a_record_in_another_place_than_its_weeks_is_named)
{
	struct posted p;
	struct buf bytes;
	struct envelope v;

	seal(5, 0, 0, 0, &bytes, &p);
	cr_assert_eq(envelope_parse(bytes.data, bytes.len, &v, &e), ERR_OK);
	const char *path = case_record_path(arena, p.id, "2018-W06");
	append(path, v.record.at, v.record.len, p.commitment, "2018-W05");
	assert_fault(path, 0, 1);
	buf_done(&bytes);
}

Test(casework_verify, what_is_no_record_is_named)
{
	uint8_t commitment[SHA256_BYTES] = {9};
	append("cases/2018/W05/ab/abcd", "hello", 5, commitment, "2018-W05");
	assert_fault("cases/2018/W05/ab/abcd", 0, 0);
}

Test(casework_verify, every_branch_is_looked_at)
{
	struct drain_options o = {
		.instance = instance, .host = "host-2", .now = NOW, .chance = &chance};
	struct drain_report d = {0};

	post_many(0, 3);
	drain(0);
	post_many(3, 2);
	cr_assert_eq(drain_run(&o, &d, &e), ERR_OK);
	struct chain_report r = verify();
	cr_assert(r.sound, "%s", r.why);
	cr_assert_eq(r.branches, 2);
	cr_assert_eq(r.cases, 5);
	cr_assert_eq(r.lines, 5);
}

Test(casework_paths, places_of_a_case)
{
	struct arena *a = arena_new();
	cr_assert_str_eq(case_record_path(a, "abcdef0123456789abcdef0123456789", "2018-W05"),
		"cases/2018/W05/ab/abcdef0123456789abcdef0123456789");
	cr_assert_str_eq(case_slot_path(a, "abcdef0123456789abcdef0123456789"),
		"slots/ab/abcdef0123456789abcdef0123456789");
	cr_assert_str_eq(case_photo_path(a, "00ff"), "photos/00/00ff");
	arena_free(a);
}
