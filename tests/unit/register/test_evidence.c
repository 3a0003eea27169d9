#include "instance.h"

#include <string.h>
#include <unistd.h>

static enum err_code add(struct instance *in, struct enterprise_id id, const char *path,
	const char *kind, bool may_publish, struct err *e)
{
	return reg_evidence_add(in->reg, id, path, kind, ymd(2018, 1, 4), may_publish, &staff, e);
}

static enum err_code count_row(void *ctx, const struct evidence *ev, struct err *e)
{
	(void)ev;
	(void)e;
	(*(int *)ctx)++;
	return ERR_OK;
}

static int bad_files(struct instance *in)
{
	struct err e = {0};
	int bad = 0;

	cr_assert_eq(reg_evidence_verify(in->reg, count_row, &bad, &e), ERR_OK, "%s", e.message);
	return bad;
}

static char *stored(struct instance *in, const char *sha256)
{
	return reg_file_path(in->reg, in->arena, "", sha256);
}

Test(evidence, a_file_is_stored_by_its_hash_and_stays_when_the_original_goes)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	const char *path = file_with(&in, "清单.txt", "切割机2台");
	struct err e = {0};
	char *to;
	int rows = 0;

	cr_assert_eq(add(&in, id, path, "equipment-list", true, &e), ERR_OK, "%s", e.message);
	unlink(path);
	to = stored(&in, query_text(&in, "SELECT sha256 FROM evidence"));
	cr_assert(file_exists(to), "%s", to);
	cr_assert_str_eq(query_text(&in, "SELECT name FROM evidence"), "清单.txt");
	cr_assert_eq(query_int(&in, "SELECT bytes FROM evidence"), (int64_t)strlen("切割机2台"));
	cr_assert_eq(reg_evidence_each(in.reg, id, count_row, &rows, &e), ERR_OK);
	cr_assert_eq(rows, 1);
	cr_assert_eq(bad_files(&in), 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log WHERE kind='evidence'"), 1);
	instance_done(&in);
}

Test(evidence, the_same_bytes_are_stored_once)
{
	struct instance in = instance_new();
	struct enterprise_id one = enterprise_plain(&in), two = enterprise_plain(&in);
	struct err e = {0};

	cr_assert_eq(
		add(&in, one, file_with(&in, "a.jpg", "same"), "photo-before", false, &e), ERR_OK);
	cr_assert_eq(
		add(&in, two, file_with(&in, "b.jpg", "same"), "photo-after", false, &e), ERR_OK);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM evidence"), 2);
	cr_assert_eq(query_int(&in, "SELECT count(DISTINCT sha256) FROM evidence"), 1);
	instance_done(&in);
}

Test(evidence, verify_finds_a_changed_and_a_missing_file)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct err e = {0};
	char *to;

	cr_assert_eq(
		add(&in, id, file_with(&in, "a.jpg", "one"), "photo-before", false, &e), ERR_OK);
	cr_assert_eq(
		add(&in, id, file_with(&in, "b.jpg", "two"), "photo-after", false, &e), ERR_OK);
	to = stored(&in, query_text(&in, "SELECT sha256 FROM evidence WHERE seq=1"));
	cr_assert_eq(file_write_durable(to, "forged", 6, &e), ERR_OK);
	cr_assert_eq(bad_files(&in), 1);
	unlink(stored(&in, query_text(&in, "SELECT sha256 FROM evidence WHERE seq=2")));
	cr_assert_eq(bad_files(&in), 2);
	/* Filed again, the same bytes mend what was damaged. */
	cr_assert_eq(
		add(&in, id, file_with(&in, "a.jpg", "one"), "photo-before", false, &e), ERR_OK);
	cr_assert_eq(bad_files(&in), 1);
	instance_done(&in);
}

Test(evidence, what_cannot_be_filed_is_refused_and_leaves_no_row)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	const char *path = file_with(&in, "a.jpg", "x");
	struct err e = {0};

	cr_assert_eq(add(&in, id, "/no/such/file", "other", false, &e), ERR_NOT_FOUND);
	cr_assert_eq(add(&in, id, in.dir, "other", false, &e), ERR_INPUT);
	cr_assert_eq(add(&in, id, path, "selfie", false, &e), ERR_USAGE);
	cr_assert_eq(add(&in, (struct enterprise_id){9}, path, "other", false, &e), ERR_NOT_FOUND);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM evidence"), 0);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log WHERE kind='evidence'"), 0);
	instance_done(&in);
}

Test(evidence, sheets_as_received_stand_apart)
{
	struct instance in = instance_new();
	char sha256[SHA256_HEX_BYTES];
	struct err e = {0};

	cr_assert_eq(
		reg_file_store(in.reg, "reports", "abc", 3, sha256, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(
		sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	cr_assert(str_ends(reg_file_path(in.reg, in.arena, "reports", sha256),
		"/evidence/reports/ba/"
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	cr_assert(file_exists(reg_file_path(in.reg, in.arena, "reports", sha256)));
	cr_assert_eq(reg_file_store(in.reg, "reports", "abc", 3, sha256, &e), ERR_OK);
	instance_done(&in);
}
