/* Photos that may be shown: their size, their copies, and that a copy goes with the last record that shows it. */
#include "world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct world w;
static struct err e;

/* A frame header of 8 bits and one component, height 3, width 5; a scan; the end. */
static const unsigned char small[] = {0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 0,
	3, 0, 5, 1, 1, 0x11, 0, 0xff, 0xda, 0, 2, 0xff, 0xd9};
static const char hash_a[] = "aa00000000000000000000000000000000000000000000000000000000000000";
static const char hash_b[] = "bb00000000000000000000000000000000000000000000000000000000000000";

static void file_photo(const char *hash)
{
	char *dir = arena_printf(w.arena, "%s/evidence/public/%.2s", w.dir, hash);
	cr_assert_eq(dir_make_all(dir, &e), ERR_OK);
	cr_assert_eq(file_write_durable(arena_printf(w.arena, "%s/%s.jpg", dir, hash), small,
			     sizeof small, &e),
		ERR_OK);
}

static void start(void)
{
	world_open(&w);
	file_photo(hash_a);
	file_photo(hash_b);
}

static void stop(void)
{
	world_close(&w);
}

TestSuite(site_photos, .init = start, .fini = stop);

static struct pub_record with_photos(struct pub_evidence *evidence, size_t count)
{
	struct pub_record rec = world_record(1);
	rec.evidence = evidence;
	rec.evidence_count = count;
	return rec;
}

static enum err_code emit(const struct pub_record *rec)
{
	arena_reset(w.worker.arena);
	return record_emit(&w.worker, rec, &e);
}

static bool stands(const char *hash)
{
	return store_has(w.ctx.store, arena_printf(w.arena, "/photos/%.2s/%s.jpg", hash, hash));
}

Test(site_photos, the_size_is_that_of_the_frame)
{
	uint32_t width = 0, height = 0;
	cr_assert(picture_size(small, sizeof small, &width, &height));
	cr_assert_eq(width, 5);
	cr_assert_eq(height, 3);
	for (size_t len = 0; len < 18; len++) /* cut before the frame's numbers */
		cr_assert_not(picture_size(small, len, &width, &height), "%zu bytes", len);
	unsigned char bad[sizeof small];
	static const struct {
		size_t at;
		unsigned char byte;
	} broken[] = {{0, 0}, {1, 0xd9}, {2, 0}, {5, 1}, {4, 0xff}, {9, 0xda}, {9, 0xc4}, {11, 7},
		{14, 0}, {16, 0}};
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		memcpy(bad, small, sizeof bad);
		bad[broken[i].at] = broken[i].byte;
		cr_assert_not(
			picture_size(bad, sizeof bad, &width, &height), "byte %zu", broken[i].at);
	}
}

Test(site_photos, before_and_after_stand_side_by_side)
{
	struct pub_evidence evidence[] = {
		{.public_sha256 = hash_b, .kind = "photo-after", .name = "b", .day = {17600}},
		{.public_sha256 = hash_a, .kind = "photo-before", .name = "a", .day = {17500}},
		{.public_sha256 = NULL, .kind = "photo-after", .name = "c", .day = {17500}},
		{.public_sha256 = hash_a, .kind = "legal-paper", .name = "d", .day = {17500}}};
	struct pub_record rec = with_photos(evidence, COUNT_OF(evidence));
	cr_assert_eq(emit(&rec), ERR_OK, "%s", e.message);
	const char *html = buf_text(&w.worker.html);
	const char *first = strstr(html, "<div class=\"photos\">"), *a = strstr(html, hash_a),
		   *b = strstr(html, hash_b);
	cr_assert(first && first < a && a < b, "before comes first");
	cr_assert_null(strstr(first + 1, "<div class=\"photos\">"), "one pair");
	cr_assert_not_null(strstr(
		html, "width=\"5\" height=\"3\" alt=\"样例|木器厂*，整治前，2017年11月30日\""));
	cr_assert(stands(hash_a) && stands(hash_b));
}

Test(site_photos, a_photo_that_is_missing_or_none_stops_the_build)
{
	static const char other[] =
		"cc00000000000000000000000000000000000000000000000000000000000000";
	struct pub_evidence evidence[] = {
		{.public_sha256 = other, .kind = "photo-before", .name = "a", .day = {17500}}};
	struct pub_record rec = with_photos(evidence, 1);
	cr_assert_eq(emit(&rec), ERR_SYSTEM);
	cr_assert_not_null(strstr(e.message, "cc00"), "%s", e.message);
	char *dir = arena_printf(w.arena, "%s/evidence/public/cc", w.dir);
	cr_assert_eq(dir_make_all(dir, &e), ERR_OK);
	cr_assert_eq(
		file_write_durable(arena_printf(w.arena, "%s/%s.jpg", dir, other), "GIF89a", 6, &e),
		ERR_OK);
	cr_assert_eq(emit(&rec), ERR_INPUT);
}

Test(site_photos, a_name_that_is_no_hash_reaches_no_path)
{
	struct pub_evidence evidence[] = {{.public_sha256 = "../../../etc/passwd",
		.kind = "photo-before",
		.name = "a",
		.day = {1}}};
	struct pub_record rec = with_photos(evidence, 1);
	cr_assert_eq(emit(&rec), ERR_OK, "%s", e.message);
	world_says_not(&w, "passwd");
}

static void next_build(bool full)
{
	struct site_report report = {0};
	bool first, recovered;
	cr_assert_eq(photos_settle(&w.ctx, full, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(store_commit(w.ctx.store, &report, &e), ERR_OK, "%s", e.message);
	store_close(w.ctx.store);
	cr_assert_eq(store_open(arena_printf(w.arena, "%s/public", w.dir), &first, &recovered,
			     &w.ctx.store, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(world_reload(&w, &e), ERR_OK, "%s", e.message);
}

Test(site_photos, a_copy_goes_with_the_last_record_that_shows_it)
{
	struct pub_evidence both[] = {
		{.public_sha256 = hash_a, .kind = "photo-before", .name = "a", .day = {17500}},
		{.public_sha256 = hash_b, .kind = "photo-after", .name = "b", .day = {17600}}};
	struct pub_record one = with_photos(both, 2), two = world_record(2);
	two.evidence = both;
	two.evidence_count = 1;
	cr_assert_eq(emit(&one), ERR_OK, "%s", e.message);
	cr_assert_eq(emit(&two), ERR_OK, "%s", e.message);
	next_build(true);
	cr_assert(stands(hash_a) && stands(hash_b));
	/* Record 1 is withdrawn: b goes, a stays for record 2, which this build did not render. */
	one.state = STATE_WITHDRAWN;
	cr_assert_eq(emit(&one), ERR_OK, "%s", e.message);
	next_build(false);
	cr_assert(stands(hash_a));
	cr_assert_not(stands(hash_b));
	two.evidence_count = 0;
	cr_assert_eq(emit(&two), ERR_OK, "%s", e.message);
	next_build(false);
	cr_assert_not(stands(hash_a));
}

Test(site_photos, what_stands_is_not_read_again)
{
	struct pub_evidence evidence[] = {
		{.public_sha256 = hash_a, .kind = "photo-before", .name = "a", .day = {17500}}};
	struct pub_record rec = with_photos(evidence, 1);
	cr_assert_eq(emit(&rec), ERR_OK, "%s", e.message);
	next_build(true);
	char *path = arena_printf(w.arena, "%s/evidence/public/aa/%s.jpg", w.dir, hash_a);
	unsigned char longer[sizeof small + 1] = {0};
	memcpy(longer, small, sizeof small);
	cr_assert_eq(file_write_durable(path, longer, sizeof longer, &e), ERR_OK);
	cr_assert_eq(emit(&rec), ERR_OK, "%s", e.message);
	struct site_report report = {0};
	cr_assert_eq(store_commit(w.ctx.store, &report, &e), ERR_OK, "%s", e.message);
	struct buf b;
	buf_init(&b, 1024);
	cr_assert_eq(file_read(arena_printf(w.arena, "%s/public/photos/aa/%s.jpg", w.dir, hash_a),
			     1024, &b, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(b.len, sizeof small, "the name says what is in it");
	buf_done(&b);
}
