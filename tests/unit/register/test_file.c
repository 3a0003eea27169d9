#include "tianlan/register_supervision.h"

#include "instance.h"

#include "register/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The parts of a JPEG as photo-clean writes it; no picture, but every segment is there. */
#define JFIF "\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
#define TABLE "\xff\xdb\x00\x04\x01\x02"
#define FRAME "\xff\xc0\x00\x04\x01\x02"
#define SCAN \
	"\xff\xda\x00\x04\x01\x02pixels\xff\x00more\xff\xd0" \
	"again"
#define EXIF \
	"\xff\xe1\x00\x08" \
	"Exif\0\0"

struct sample {
	const char *bytes;
	size_t len;
	bool bare;
};
#define SAMPLE(text, is_bare) \
	{ \
		text, sizeof(text) - 1, is_bare \
	}

Test(evidence_wire, only_tables_and_pixels_are_bare)
{
	static const struct sample samples[] = {
		SAMPLE("\xff\xd8" JFIF TABLE FRAME SCAN "\xff\xd9", true),
		SAMPLE("\xff\xd8" TABLE FRAME SCAN SCAN "\xff\xd9", true),
		SAMPLE("\xff\xd8" EXIF TABLE FRAME SCAN "\xff\xd9", false),
		SAMPLE("\xff\xd8" JFIF TABLE FRAME EXIF SCAN "\xff\xd9", false),
		SAMPLE("\xff\xd8" TABLE FRAME SCAN EXIF "\xff\xd9", false),
		SAMPLE("\xff\xd8" TABLE "\xff\xfe\x00\x06note" FRAME SCAN "\xff\xd9", false),
		SAMPLE("\xff\xd8" TABLE FRAME SCAN "\xff\xd9GPS", false),
		SAMPLE("\xff\xd8" TABLE "x" FRAME SCAN "\xff\xd9", false),
		SAMPLE("\xff\xd8" TABLE FRAME SCAN, false),
		SAMPLE("\xff\xd8" TABLE SCAN "\xff\xd9", false),
		SAMPLE("\xff\xd8" TABLE FRAME "\xff\xd9", false),
		SAMPLE("\xff\xd8\xff\xe0\x00\x16JFIF\0\x01\x01\0\0\x01\0\x01\0\0secret" TABLE FRAME
				SCAN "\xff\xd9",
			false),
		SAMPLE("\xff\xd8\xff\xdb\xff\xff", false),
		SAMPLE("\xff\xd8", false),
		SAMPLE("\xff\xd8\xff", false),
		SAMPLE("", false),
		SAMPLE("\x89PNG\r\n\x1a\n0000", false),
	};

	for (size_t i = 0; i < COUNT_OF(samples); i++)
		cr_assert_eq(evidence_jpeg_is_bare(samples[i].bytes, samples[i].len),
			samples[i].bare, "row %zu", i);
}

Test(evidence_wire, pictures_are_told_by_their_first_bytes)
{
	cr_assert(evidence_is_picture("\xff\xd8\xff\xe1", 4));
	cr_assert(evidence_is_picture("\x89PNG\r\n\x1a\n", 8));
	cr_assert(evidence_is_picture("RIFF\0\0\0\0WEBPVP8 ", 16));
	cr_assert_not(evidence_is_picture("RIFF\0\0\0\0WAVE", 12));
	cr_assert_not(evidence_is_picture("RIFF", 4));
	cr_assert_not(evidence_is_picture("%PDF-1.4", 8));
	cr_assert_not(evidence_is_picture("\xff\xd8", 2));
}

static const char bare[] = "\xff\xd8" JFIF TABLE FRAME SCAN "\xff\xd9";
static const char other_bare[] = "\xff\xd8" TABLE FRAME SCAN "\xff\xd9";
static const char with_exif[] = "\xff\xd8" EXIF TABLE FRAME SCAN "\xff\xd9";

static void file_it(struct instance *in, struct enterprise_id id, const char *name,
	const char *bytes, size_t len, const char *kind, struct day day, bool publish)
{
	char *path = path_join(in->arena, in->dir, name);
	struct err e = {0};

	cr_assert_eq(file_write_durable(path, bytes, len, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_evidence_add(in->reg, id, path, kind, day, publish, &staff, &e), ERR_OK,
		"%s", e.message);
	unlink(path);
}

static char *copy_path(struct instance *in, int64_t seq)
{
	const char *sha256 = query_text(
		in, arena_printf(in->arena, "SELECT public_sha256 FROM evidence WHERE seq=%lld",
			    (long long)seq));

	return arena_printf(in->arena, "%s/evidence/public/%.2s/%s.jpg", in->dir, sha256, sha256);
}

Test(evidence_public, a_picture_is_published_by_its_copy_alone)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct err e = {0};

	file_it(&in, id, "a.jpg", with_exif, sizeof(with_exif) - 1, "photo-after", ymd(2018, 1, 4),
		true);
	file_it(&in, id, "b.dat", with_exif, sizeof(with_exif) - 1, "other", ymd(2018, 1, 4), true);
	file_it(&in, id, "c.pdf", "%PDF-1.4", 8, "legal-paper", ymd(2018, 1, 4), true);
	cr_assert_eq(query_int(&in, "SELECT may_publish FROM evidence WHERE seq=1"), 0);
	cr_assert_eq(query_int(&in, "SELECT may_publish FROM evidence WHERE seq=2"), 0,
		"a picture under another kind");
	cr_assert_eq(query_int(&in, "SELECT may_publish FROM evidence WHERE seq=3"), 1);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM change_log WHERE kind='evidence'"
				    " AND internal"),
		2);
	cr_assert_eq(reg_evidence_publish(in.reg, 1, true, &staff, &e), ERR_REFUSED);
	cr_assert_eq(
		reg_evidence_public_copy(in.reg, 1, with_exif, sizeof(with_exif) - 1, &staff, &e),
		ERR_INPUT);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_evidence"), 1);
	cr_assert_eq(reg_evidence_public_copy(in.reg, 1, bare, sizeof(bare) - 1, &staff, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_evidence"), 2);
	cr_assert(file_exists(copy_path(&in, 1)), "%s", copy_path(&in, 1));
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_change WHERE kind='evidence'"), 2);
	instance_done(&in);
}

Test(evidence_public, withholding_takes_the_copy_away_once_nobody_names_it)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct err e = {0};
	char *path;

	file_it(&in, id, "a.jpg",
		"\xff\xd8\xff"
		"a",
		4, "photo-after", ymd(2018, 1, 4), true);
	file_it(&in, id, "b.jpg",
		"\xff\xd8\xff"
		"b",
		4, "photo-after", ymd(2018, 1, 4), true);
	for (int64_t seq = 1; seq <= 2; seq++)
		cr_assert_eq(
			reg_evidence_public_copy(in.reg, seq, bare, sizeof(bare) - 1, &staff, &e),
			ERR_OK);
	path = copy_path(&in, 1);
	cr_assert_eq(reg_evidence_publish(in.reg, 1, false, &staff, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM public_evidence"), 1);
	cr_assert(file_exists(path), "the other one still shows it");
	cr_assert_eq(reg_evidence_publish(in.reg, 2, false, &staff, &e), ERR_OK);
	cr_assert_not(file_exists(path));
	cr_assert_eq(reg_evidence_publish(in.reg, 2, true, &staff, &e), ERR_REFUSED);
	cr_assert_eq(reg_evidence_publish(in.reg, 9, true, &staff, &e), ERR_NOT_FOUND);
	instance_done(&in);
}

struct bad {
	int count;
	char kinds[200];
};

static enum err_code note_bad(void *ctx, const struct evidence *ev, struct err *e)
{
	struct bad *b = ctx;

	(void)e;
	b->count++;
	strncat(b->kinds, ev->kind, 60);
	strncat(b->kinds, " ", 2);
	return ERR_OK;
}

Test(evidence_public, verify_reads_the_copies_too)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct bad bad = {0};
	struct err e = {0};

	file_it(&in, id, "a.jpg",
		"\xff\xd8\xff"
		"a",
		4, "photo-after", ymd(2018, 1, 4), true);
	cr_assert_eq(
		reg_evidence_public_copy(in.reg, 1, bare, sizeof(bare) - 1, &staff, &e), ERR_OK);
	cr_assert_eq(reg_evidence_verify(in.reg, note_bad, &bad, &e), ERR_OK);
	cr_assert_eq(bad.count, 0);
	cr_assert_eq(file_write_durable(copy_path(&in, 1), other_bare, sizeof(other_bare) - 1, &e),
		ERR_OK);
	cr_assert_eq(reg_evidence_verify(in.reg, note_bad, &bad, &e), ERR_OK);
	cr_assert_eq(bad.count, 1);
	cr_assert_str_eq(bad.kinds, "public-copy ");
	instance_done(&in);
}

Test(evidence_public, what_is_read_is_what_was_filed_or_an_error)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct err e = {0};
	struct buf b;
	char *path;

	buf_init(&b, 100);
	file_it(&in, id, "a.txt", "as filed", 8, "other", ymd(2018, 1, 4), false);
	cr_assert_eq(reg_evidence_read(in.reg, 1, &b, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(buf_text(&b), "as filed");
	path = reg_file_path(in.reg, in.arena, "", query_text(&in, "SELECT sha256 FROM evidence"));
	cr_assert_eq(file_write_durable(path, "forged!!", 8, &e), ERR_OK);
	cr_assert_eq(reg_evidence_read(in.reg, 1, &b, &e), ERR_INPUT);
	unlink(path);
	cr_assert_eq(reg_evidence_read(in.reg, 1, &b, &e), ERR_INPUT);
	cr_assert_eq(reg_evidence_read(in.reg, 7, &b, &e), ERR_NOT_FOUND);
	buf_done(&b);
	instance_done(&in);
}

/* ---- what is asked ------------------------------------------------------------------------------------------ */

/* The kinds that are asked, "!" before those that lack, in the order of the table. */
static const char *asked(struct instance *in, struct enterprise_id id)
{
	const struct file_need *need;
	struct err e = {0};
	struct buf b;
	size_t count;
	char *text;

	cr_assert_eq(
		reg_file_check(in->reg, id, in->arena, &need, &count, &e), ERR_OK, "%s", e.message);
	buf_init(&b, 1000);
	for (size_t i = 0; i < count; i++)
		if (need[i].asked)
			buf_printf(&b, "%s%s ", need[i].have ? "" : "!", need[i].kind);
	text = buf_dup(&b, in->arena);
	buf_done(&b);
	return text;
}

Test(file, asks_more_as_the_rectification_goes_on)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	struct err e = {0};
	bool changed;

	cr_assert_str_eq(asked(&in, id), "!form !classification !measure ");
	set_field(&in, id, "category", "乱");
	set_field(&in, id, "measure", "停产整治");
	cr_assert_str_eq(asked(&in, id), "!form classification measure ");
	event_on(&in, id, EVENT_ORDERED, ymd(2018, 1, 10));
	cr_assert_str_eq(
		asked(&in, id), "!form classification measure order !check-record !legal-paper ");
	event_on(&in, id, EVENT_CLOSED, ymd(2018, 2, 1));
	cr_assert_str_eq(asked(&in, id),
		"!form classification measure order !photo-during !photo-after !check-record "
		"!equipment-list !legal-paper ");
	file_it(&in, id, "1", "1", 1, "photo-during", ymd(2018, 2, 1), false);
	file_it(&in, id, "2", "2", 1, "check-record", ymd(2018, 2, 1), false);
	file_it(&in, id, "3", "3", 1, "equipment-list", ymd(2018, 2, 1), false);
	file_it(&in, id, "4", "4", 1, "legal-paper", ymd(2018, 2, 1), false);
	cr_assert_str_eq(asked(&in, id),
		"!form classification measure order photo-during !photo-after check-record "
		"equipment-list legal-paper ");
	cr_assert_eq(reg_enterprise_set(in.reg, id, FIELD_OUT_OF_SCOPE, "是", ymd(2018, 3, 1),
			     &staff, &changed, &e),
		ERR_OK, "%s", e.message);
	cr_assert_str_eq(asked(&in, id), "", "out of scope: nothing");
	instance_done(&in);
}

Test(file, a_video_counts_by_its_day)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);

	set_field(&in, id, "category", "散");
	event_on(&in, id, EVENT_CLOSED, ymd(2018, 2, 1));
	event_on(&in, id, EVENT_CLEARED_EQUIPMENT, ymd(2018, 2, 10));
	file_it(&in, id, "1.mp4", "1", 1, "video", ymd(2018, 2, 9), false);
	cr_assert(strstr(asked(&in, id), " photo-during !photo-after "), "%s", asked(&in, id));
	file_it(&in, id, "2.mp4", "2", 1, "video", ymd(2018, 2, 10), false);
	cr_assert(strstr(asked(&in, id), " photo-during photo-after "), "%s", asked(&in, id));
	instance_done(&in);
}

Test(file, annex_1_asks_no_order_of_those_that_move)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);

	set_field(&in, id, "category", "散污");
	event_on(&in, id, EVENT_ORDERED, ymd(2018, 1, 10));
	cr_assert_null(strstr(asked(&in, id), "order"));
	instance_done(&in);
}

/* ---- the folder ----------------------------------------------------------------------------------------------- */

Test(file, names_are_made_safe)
{
	static const struct {
		const char *name, *safe;
	} names[] = {
		{"照片.jpg", "照片.jpg"},
		{"../../etc/passwd", ".._.._etc_passwd"},
		{"a\\b:c*d?e\"f<g>h|i", "a_b_c_d_e_f_g_h_i"},
		{"x\xe2\x80\xaegpj.exe", "x_gpj.exe"},
		{"tab\there", "tab_here"},
		{"trailing. . ", "trailing"},
		{"...", "unnamed"},
		{"", "unnamed"},
	};
	struct arena *a = arena_new();
	char longest[301];

	for (size_t i = 0; i < COUNT_OF(names); i++)
		cr_assert_str_eq(file_safe_name(a, names[i].name), names[i].safe);
	memset(longest, 'n', 300);
	longest[300] = '\0';
	memcpy(longest + 296, ".jpg", 4);
	cr_assert_leq(strlen(file_safe_name(a, longest)), 100);
	cr_assert(str_ends(file_safe_name(a, longest), "n.jpg"));
	arena_free(a);
}

static const char *read_text(struct instance *in, const char *dir, const char *name)
{
	struct err e = {0};
	struct buf b;
	char *text;

	buf_init(&b, 1 << 20);
	cr_assert_eq(file_read(path_join(in->arena, dir, name), 1 << 20, &b, &e), ERR_OK, "%s",
		e.message);
	text = buf_dup(&b, in->arena);
	buf_done(&b);
	return text;
}

static enum err_code count_file(const char *relative, void *ctx, struct err *e)
{
	(void)relative;
	(void)e;
	(*(int *)ctx)++;
	return ERR_OK;
}

static int files_in(const char *dir)
{
	struct err e = {0};
	int count = 0;

	cr_assert_eq(dir_each_file(dir, count_file, &count, &e), ERR_OK, "%s", e.message);
	return count;
}

Test(file, the_export_is_whole_private_and_says_what_each_file_is)
{
	struct instance in = instance_new();
	const char *const fields[] = {
		"contact_name", "李某某", "contact_phone", "13900000001", NULL};
	struct enterprise_id id = enterprise_with(&in, fields);
	char *dir = path_join(in.arena, in.dir, "out");
	struct err e = {0};
	struct stat st;
	const char *index;

	set_field(&in, id, "category", "乱");
	event_on(&in, id, EVENT_ORDERED, ymd(2018, 1, 10));
	file_it(&in, id, "检查|记录.txt", "first", 5, "check-record", ymd(2018, 1, 11), true);
	file_it(&in, id, "b.txt", "second", 6, "legal-paper", ymd(2018, 1, 12), false);
	const struct inspection seen = {.day = ymd(2018, 1, 13),
		.kind = "patrol",
		.team = "economy",
		.enterprise = id,
		.result = "findings",
		.finding = "料场没有苫盖",
		.due = DAY_NONE,
		.put_right = DAY_NONE};
	const struct change_note note = {.by = "巡查员", .at = "2018-01-13T09:00:00+08:00"};
	int64_t seq;
	cr_assert_eq(reg_inspection_add(in.reg, &seen, &note, &seq, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(reg_file_export(
			     in.reg, id, arena_printf(in.arena, "%s//", dir), ymd(2018, 2, 1), &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(stat(dir, &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0700);
	cr_assert_eq(files_in(dir), 8);
	cr_assert(strstr(read_text(&in, dir, "inspections.csv"),
		"2018-01-13,patrol,economy,,,findings,料场没有苫盖,"));
	cr_assert(strstr(read_text(&in, dir, "lookbacks.csv"), "quarter,street,reason,day,result"));
	cr_assert_str_eq(read_text(&in, dir, "evidence/01-检查_记录.txt"), "first");
	cr_assert_str_eq(read_text(&in, dir, "evidence/02-b.txt"), "second");
	index = read_text(&in, dir, "index.csv");
	cr_assert(strstr(index, "evidence/01-检查_记录.txt,2018-01-11,check-record,"
				"检查|记录.txt,张三,5,"),
		"%s", index);
	cr_assert(strstr(index, query_text(&in, "SELECT sha256 FROM evidence WHERE seq=2")));
	cr_assert(strstr(read_text(&in, dir, "events.csv"), "2018-01-10,ordered,"));
	cr_assert(
		strstr(read_text(&in, dir, "record.json"), "13900000001"), "internal: it is there");
	index = read_text(&in, dir, "index.md");
	cr_assert(strstr(index, "缺"), "what lacks is told");
	cr_assert(strstr(index, "检查\\|记录") || strstr(index, "检查\\_记录"), "%s", index);
	cr_assert_null(strstr(index, "13900000001"));
	instance_done(&in);
}

Test(file, an_export_never_overwrites_and_leaves_nothing_half_written)
{
	struct instance in = instance_new();
	struct enterprise_id id = enterprise_plain(&in);
	char *dir = path_join(in.arena, in.dir, "out"),
	     *there = path_join(in.arena, in.dir, "there");
	struct err e = {0};
	int before;

	file_it(&in, id, "a.txt", "first", 5, "other", ymd(2018, 1, 11), false);
	file_it(&in, id, "b.txt", "second", 6, "other", ymd(2018, 1, 11), false);
	cr_assert_eq(dir_make_all(there, &e), ERR_OK);
	cr_assert_eq(reg_file_export(in.reg, id, there, ymd(2018, 2, 1), &e), ERR_CONFLICT);
	cr_assert_eq(files_in(there), 0);
	cr_assert_eq(reg_file_export(in.reg, (struct enterprise_id){99}, dir, ymd(2018, 2, 1), &e),
		ERR_NOT_FOUND);
	before = files_in(in.dir);
	cr_assert_eq(file_write_durable(
			     reg_file_path(in.reg, in.arena, "",
				     query_text(&in, "SELECT sha256 FROM evidence WHERE seq=2")),
			     "forged", 6, &e),
		ERR_OK);
	cr_assert_neq(reg_file_export(in.reg, id, dir, ymd(2018, 2, 1), &e), ERR_OK);
	cr_assert(strstr(e.message, "2"), "which one: %s", e.message);
	cr_assert_not(file_exists(dir));
	cr_assert_eq(files_in(in.dir), before, "the folder beside is gone too");
	instance_done(&in);
}
