/* What was erased stands in no file of the instance any more, and doing it again changes nothing. */
#include "casework/handover.h"
#include "hosts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(casework_erase, .init = office_begin, .fini = world_end, .timeout = 120);

#define WHY "核实后销毁的独有理由文字"

static struct buf slot_bytes;

static void read_into(const char *path, struct buf *b)
{
	buf_init(b, (size_t)16 << 20);
	cr_assert_eq(file_read(path, b->max, b, &e), ERR_OK, "%s", e.message);
}

/* Posted, drained, opened, declined with a reply. */
static int64_t declined(size_t n, size_t photos, struct posted *p)
{
	post(n, photos, 3000, p);
	drain(10);
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	struct desk_case c;
	int64_t number = number_of(p);

	cr_assert_eq(desk_case_get(d, number, arena, &c, &e), ERR_OK, "%s", e.message);
	cr_assert(c.opened);
	step(d, number,
		&(struct case_act){.kind = CASE_DECLINED, .why = WHY, .reply = "不属于受理范围。"});
	flush_and_close(d);
	return number;
}

static void erase(int64_t number)
{
	struct desk *d = desk_as("office", NULL, "2020-03-01");
	cr_assert_eq(desk_erase(d, number, "保存期满", &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
}

static bool stands(const char *what)
{
	return holds(instance, what, strlen(what));
}

static void assert_erased(const struct posted *p, int64_t number)
{
	struct tip_case row;
	struct status s;
	bool found;

	cr_assert_eq(reg_case_get(reg, number, arena, &row, &e), ERR_OK);
	cr_assert_eq(row.course.state, CASE_ERASED);
	cr_assert_not(row.has_status);
	cr_assert_eq(size_of(slot_of(instance, p->id)), 0);
	cr_assert_eq(status_find(arena, at("status/office.bin"), &p->keys, &found, &s, &e), ERR_OK);
	cr_assert(found);
	cr_assert_str_eq(s.state, "erased");
	cr_assert_str_eq(s.reply, "");
	struct agree_report r = agree();
	cr_assert(r.sound, "%s %s", r.what, r.chain.why);
}

Test(casework_erase, nothing_of_it_is_left_in_any_file)
{
	struct posted p, q;
	int64_t number = declined(1, 2, &p), other = declined(2, 1, &q);
	struct buf photo;

	read_into(slot_of(instance, p.id), &slot_bytes);
	read_into(photo_of(instance, &p, 0), &photo);
	struct buf note;
	read_into(at("register.db"), &note);
	/* Every key in the slot, its salt, and a piece of the photo stand here now. */
	for (size_t at_byte = 32; at_byte + 32 <= slot_bytes.len; at_byte += 80)
		cr_assert(holds(instance, slot_bytes.data + at_byte, 32), "%zu", at_byte);
	cr_assert(holds(instance, photo.data + 1000, 64));
	cr_assert(holds(instance, p.keys.status_key, KEY_BYTES));
	erase(number);
	for (size_t at_byte = 32; at_byte + 32 <= slot_bytes.len; at_byte += 80)
		cr_assert_not(holds(instance, slot_bytes.data + at_byte, 32), "%zu", at_byte);
	for (size_t at_byte = 0; at_byte + 64 <= photo.len; at_byte += 1000)
		cr_assert_not(holds(instance, photo.data + at_byte, 64), "%zu", at_byte);
	cr_assert_not(holds(instance, p.keys.status_key, KEY_BYTES));
	cr_assert_not(stands(SECRET_TEXT));
	cr_assert_not(stands(SECRET_NAME));
	cr_assert_not(stands(SECRET_PHONE));
	cr_assert_not(stands(WHY));
	/* The other one was told the same: hers stays. */
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step WHERE reply IS NOT NULL"), 1);
	cr_assert_eq(sql_int("SELECT count(*) FROM tip_case WHERE reply IS NOT NULL"), 1);
	assert_erased(&p, number);
	/* The other is as it was. */
	cr_assert_gt(size_of(slot_of(instance, q.id)), 0);
	struct desk *d = desk_as("inspector", NULL, "2020-03-01");
	struct desk_case c;
	cr_assert_eq(desk_case_get(d, other, arena, &c, &e), ERR_OK);
	cr_assert(c.opened);
	cr_assert_eq(desk_case_get(d, number, arena, &c, &e), ERR_OK);
	cr_assert_not(c.opened);
	flush_and_close(d);
	buf_done(&photo);
	buf_done(&note);
	buf_done(&slot_bytes);
}

Test(casework_erase, again_it_goes_on_where_it_stopped)
{
	struct posted p;
	int64_t number = declined(1, 2, &p);

	run("mkdir %s-kept && cp %s %s-kept/slot && cp %s %s-kept/photo", instance,
		slot_of(instance, p.id), instance, photo_of(instance, &p, 1), instance);
	erase(number);
	/* As if it had died before the slot, then before the second photo, then at a slot of zeros. */
	run("mv %s-kept/slot %s && mv %s-kept/photo %s && rmdir %s-kept", instance,
		slot_of(instance, p.id), instance, photo_of(instance, &p, 1), instance);
	erase(number);
	cr_assert_eq(size_of(photo_of(instance, &p, 1)), -1);
	assert_erased(&p, number);
	run("head -c 500 /dev/zero >%s", slot_of(instance, p.id));
	erase(number);
	assert_erased(&p, number);
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step WHERE kind='erased'"), 1);
}

static enum err_code count_case(void *ctx, const struct tip_case *row, struct err *x)
{
	(void)row;
	(void)x;
	++*(size_t *)ctx;
	return ERR_OK;
}

static int64_t unfinished(void)
{
	int64_t n = sql_int("SELECT count(*) FROM tip_case WHERE state='erased' AND destroyed=0");
	size_t seen = 0;

	cr_assert_eq(reg_case_unfinished_each(reg, count_case, &seen, &e), ERR_OK);
	cr_assert_eq((int64_t)seen, n);
	return n;
}

Test(casework_erase, what_a_disk_refused_is_gone_on_with_by_the_next_desk)
{
	struct posted p;
	int64_t number = declined(1, 2, &p);
	const char *photo = photo_of(instance, &p, 1), *why;

	run("mv %s %s-kept && mkdir %s", photo, instance, photo);
	struct desk *d = desk_as("office", NULL, "2020-03-01");
	cr_assert_eq(desk_erase(d, number, "保存期满", &e), ERR_SYSTEM);
	flush_and_close(d);
	cr_assert_eq(unfinished(), 1);
	cr_assert_gt(size_of(slot_of(instance, p.id)), 0);
	/* A desk works all the same, and says so. */
	d = desk_as("inspector", NULL, "2020-03-01");
	cr_assert_eq(desk_unfinished(d, &why), 1);
	cr_assert_not_null(strstr(why, "不能销毁"), "%s", why);
	desk_close(d);
	/* Who only looks changes nothing. */
	run("rmdir %s && mv %s-kept %s", photo, instance, photo);
	struct desk_options o = {.instance = instance,
		.reg = reg,
		.policy = policy,
		.today = day("2020-03-02"),
		.chance = &chance,
		.read_only = true};
	cr_assert_eq(desk_open(&o, &d, &e), ERR_OK);
	desk_close(d);
	cr_assert_eq(unfinished(), 1);
	/* Whoever opens next, for whatever. */
	d = desk_as("reply", NULL, "2020-03-02");
	cr_assert_eq(desk_unfinished(d, &why), 0);
	cr_assert_null(why);
	flush_and_close(d);
	cr_assert_eq(unfinished(), 0);
	cr_assert_eq(size_of(photo_of(instance, &p, 0)), -1);
	cr_assert_eq(size_of(photo_of(instance, &p, 1)), -1);
	assert_erased(&p, number);
	cr_assert_not(stands("不属于受理范围。"));
	cr_assert_eq(sql_int("SELECT count(*) FROM case_step WHERE kind='erased'"), 1);
}

/* Died right after the step, and after everything but the mark. */
Test(casework_erase, a_crash_anywhere_is_gone_on_with_by_the_next_desk)
{
	struct posted p;
	int64_t number = declined(1, 1, &p);
	struct desk *d = desk_as("inspector", NULL, "2020-03-01");
	const struct case_act act = {.kind = CASE_ERASED, .day = DAY_NONE, .why = "期满"};

	cr_assert_eq(
		desk_step_take(d, DESK_INSPECTOR, number, &act, NULL, &e), ERR_OK, "%s", e.message);
	desk_close(d);
	cr_assert_eq(unfinished(), 1);
	cr_assert_gt(size_of(slot_of(instance, p.id)), 0);
	desk_close(desk_as("office", NULL, "2020-03-02"));
	cr_assert_eq(unfinished(), 0);
	assert_erased(&p, number);
	sql("DROP TRIGGER tip_case_fixed");
	sql("UPDATE tip_case SET destroyed=0");
	cr_assert_eq(unfinished(), 1);
	desk_close(desk_as("office", NULL, "2020-03-02"));
	cr_assert_eq(unfinished(), 0);
	assert_erased(&p, number);
}

Test(casework_erase, what_is_no_file_is_said_to_be_none)
{
	struct posted p;
	int64_t number = declined(1, 1, &p);
	const char *photo = photo_of(instance, &p, 0);

	run("rm %s && mkfifo %s", photo, photo);
	/* Somebody reads at the other end, so that it opens. */
	int fd = open(photo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	cr_assert_geq(fd, 0);
	struct desk *d = desk_as("office", NULL, "2020-03-01");
	cr_assert_eq(desk_erase(d, number, "期满", &e), ERR_SYSTEM);
	cr_assert_not_null(strstr(e.message, "不是普通文件"), "%s", e.message);
	cr_assert_null(strstr(e.message, "Success"), "%s", e.message);
	close(fd);
	desk_close(d);
}

Test(casework_erase, what_a_dead_writer_left_beside_goes_too)
{
	struct posted p;
	int64_t number = declined(1, 1, &p);
	char hex[SHA256_HEX_BYTES];

	hex_encode(p.photo_sha256[0], SHA256_BYTES, hex);
	run("cp %s %s/slots/%.2s/.new-%s && cp %s %s/photos/%.2s/.new-%s", slot_of(instance, p.id),
		instance, p.id, p.id, photo_of(instance, &p, 0), instance, hex, hex);
	erase(number);
	run("test $(find %s/slots %s/photos -type f | wc -l) = 1", instance, instance);
}

Test(casework_erase, a_photo_goes_with_the_last_case_that_names_it)
{
	struct posted p, q;
	int64_t one = declined(1, 1, &p), two = declined(2, 1, &q);
	struct buf b;

	/* The second names the first one's photo as well. */
	read_into(slot_of(instance, q.id), &b);
	memcpy(b.data + b.len - SHA256_BYTES, p.photo_sha256[0], SHA256_BYTES);
	cr_assert_eq(file_write_durable(slot_of(instance, q.id), b.data, b.len, &e), ERR_OK);
	buf_done(&b);
	erase(one);
	cr_assert_gt(size_of(photo_of(instance, &p, 0)), 0);
	erase(two);
	cr_assert_eq(size_of(photo_of(instance, &p, 0)), -1);
}

static enum err_code note_copy(void *ctx, const struct case_copy *c, struct err *x)
{
	struct buf *b = ctx;
	char gone[DAY_TEXT_BYTES];
	(void)x;
	buf_printf(b, "%s %s %s %s;", c->place, c->kind, day_text(c->gone_on, gone),
		c->said_by ? c->said_by : "-");
	return ERR_OK;
}

Test(casework_erase, every_place_is_asked_and_backups_are_confirmed_by_hand)
{
	struct posted p;
	int64_t number = declined(1, 0, &p);
	struct buf b;

	cr_assert_eq(reg_place_set(reg, "每周光盘", "backup", &e), ERR_OK);
	cr_assert_eq(reg_place_set(reg, "hub", "hub", &e), ERR_OK);
	cr_assert_eq(reg_place_set(reg, "host-9", "intake", &e), ERR_OK);
	erase(number);
	buf_init(&b, 4096);
	cr_assert_eq(reg_copy_each(reg, number, false, note_copy, &b, &e), ERR_OK);
	/* Not the host that never had it. */
	cr_assert_null(strstr(buf_text(&b), "host-9"), "%s", buf_text(&b));
	cr_assert_not_null(strstr(buf_text(&b), "host-1 intake  -;"), "%s", buf_text(&b));
	cr_assert_not_null(strstr(buf_text(&b), "hub hub  -;"), "%s", buf_text(&b));
	cr_assert_not_null(strstr(buf_text(&b), "每周光盘 backup  -;"), "%s", buf_text(&b));
	struct desk *d = desk_as("office", NULL, "2020-03-05");
	cr_assert_eq(desk_erase_confirm(d, number, "没有的地方", &e), ERR_NOT_FOUND);
	cr_assert_eq(desk_erase_confirm(d, number, "每周光盘", &e), ERR_OK, "%s", e.message);
	cr_assert_eq(desk_erase_confirm(d, number, "每周光盘", &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
	buf_clear(&b);
	cr_assert_eq(reg_copy_each(reg, number, true, note_copy, &b, &e), ERR_OK);
	cr_assert_null(strstr(buf_text(&b), "每周光盘"));
	buf_done(&b);
}

Test(casework_erase, one_machine_asks_no_host)
{
	struct posted p;
	int64_t number = declined(1, 0, &p);
	struct buf b;

	cr_assert_eq(file_write_durable(at("host/name"), "host-1\n", 7, &e), ERR_OK);
	erase(number);
	buf_init(&b, 4096);
	cr_assert_eq(reg_copy_each(reg, number, false, note_copy, &b, &e), ERR_OK);
	cr_assert_str_eq(buf_text(&b), "");
	buf_done(&b);
}

Test(casework_erase, without_a_reason_or_a_name_nothing_is_erased)
{
	struct posted p;

	post(1, 1, 3000, &p);
	drain(10);
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	int64_t number = number_of(&p);
	cr_assert_eq(desk_erase(d, number, "", &e), ERR_USAGE);
	cr_assert_eq(desk_erase(d, 99, "误操作", &e), ERR_NOT_FOUND);
	flush_and_close(d);
	struct desk_options o = {.instance = instance,
		.reg = reg,
		.policy = policy,
		.today = day("2018-02-01"),
		.chance = &chance};
	cr_assert_eq(desk_open(&o, &d, &e), ERR_OK);
	cr_assert_eq(desk_erase(d, number, "误操作", &e), ERR_USAGE);
	desk_close(d);
	o.by = "工作人员甲";
	o.read_only = true;
	cr_assert_eq(desk_open(&o, &d, &e), ERR_OK);
	cr_assert_eq(desk_erase(d, number, "误操作", &e), ERR_USAGE);
	cr_assert_eq(desk_erase_confirm(d, number, "hub", &e), ERR_USAGE);
	desk_close(d);
	cr_assert_gt(size_of(slot_of(instance, p.id)), 0);
	cr_assert_gt(size_of(photo_of(instance, &p, 0)), 0);
}

Test(casework_erase, retention_lists_what_is_over_and_touches_nothing)
{
	struct posted p, q;
	int64_t number = declined(1, 0, &p);
	const struct due_for_erasing *list;
	size_t count;

	post(2, 0, 0, &q);
	drain(10);
	struct desk *d = desk_as("office", NULL, "2018-02-02");
	cr_assert_eq(desk_retention(d, arena, &list, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 0);
	flush_and_close(d);
	d = desk_as("office", NULL, "2060-01-01");
	cr_assert_eq(desk_retention(d, arena, &list, &count, &e), ERR_OK);
	cr_assert_eq(count, 1, "the open one is kept");
	cr_assert_eq(list[0].number, number);
	cr_assert_str_eq(list[0].id, p.id);
	cr_assert(day_is_set(list[0].from));
	cr_assert_gt(list[0].rule->months, 0);
	cr_assert_gt(size_of(slot_of(instance, p.id)), 0);
	desk_close(d);
	/* The day itself counts. */
	char day_of[DAY_TEXT_BYTES], before[DAY_TEXT_BYTES];
	day_text(list[0].from, day_of);
	day_text(day_add(list[0].from, -1), before);
	d = desk_as("office", NULL, day_of);
	cr_assert_eq(desk_retention(d, arena, &list, &count, &e), ERR_OK);
	cr_assert_eq(count, 1);
	desk_close(d);
	d = desk_as("office", NULL, before);
	cr_assert_eq(desk_retention(d, arena, &list, &count, &e), ERR_OK);
	cr_assert_eq(count, 0);
	desk_close(d);
	erase(number);
	d = desk_as("office", NULL, "2060-01-01");
	cr_assert_eq(desk_retention(d, arena, &list, &count, &e), ERR_OK);
	cr_assert_eq(count, 0);
	desk_close(d);
}
