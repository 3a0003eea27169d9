/* What lies in the spool is afterwards once in git, can be opened by staff, and is off the spool, whatever happens between. */
#include "world.h"

#include <fcntl.h>
#include <git2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(casework_drain, .init = world_begin, .fini = world_end, .timeout = 180);

static void read_file(const char *path, struct buf *ret)
{
	buf_init(ret, ENVELOPE_MAX_BYTES);
	cr_assert_eq(file_read(at(path), ENVELOPE_MAX_BYTES, ret, &e), ERR_OK, "%s", e.message);
}

/* The record from git and the slot and photos beside it open with the staff's keys. */
static void assert_opens(const struct posted *p, size_t photo_bytes)
{
	struct ledger *l;
	struct buf record, slot;
	struct record r;
	struct slot s;
	struct tipoff t;
	struct status status;
	bool found;

	cr_assert_eq(ledger_open(at("cases.git"), "intake/host-1", &l, &e), ERR_OK);
	buf_init(&record, 1 << 20);
	cr_assert_eq(ledger_read(l, case_record_path(arena, p->id, "2018-W05"), &record, &e),
		ERR_OK, "%s", e.message);
	read_file(case_slot_path(arena, p->id), &slot);
	cr_assert_eq(record_parse(record.data, record.len, &r, &e), ERR_OK);
	cr_assert_eq(slot_parse(slot.data, slot.len, &s, &e), ERR_OK);
	cr_assert_eq(envelope_open(arena, &r, &s, &facts_key, &contact_key, &t, &e), ERR_OK, "%s",
		e.message);
	cr_assert(str_starts(t.what, SECRET_TEXT));
	cr_assert_str_eq(t.contact_name, SECRET_NAME);
	cr_assert_eq(s.photo_count, p->photo_count);
	for (size_t i = 0; i < p->photo_count; i++) {
		char hex[SHA256_HEX_BYTES];
		struct buf photo;
		struct bytes jpeg;
		hex_encode(p->photo_sha256[i], SHA256_BYTES, hex);
		read_file(case_photo_path(arena, hex), &photo);
		cr_assert_eq(
			photo_open(arena, &r, &s, &facts_key, i, photo.data, photo.len, &jpeg, &e),
			ERR_OK, "%s", e.message);
		cr_assert_eq(jpeg.len, photo_bytes);
		buf_done(&photo);
	}
	cr_assert_eq(status_find(arena, at("status/received.bin"), &p->keys, &found, &status, &e),
		ERR_OK, "%s", e.message);
	cr_assert(found);
	cr_assert_str_eq(status.state, "received");
	buf_done(&record);
	buf_done(&slot);
	ledger_close(l);
}

static void assert_sound(int64_t cases, int64_t quarantined)
{
	struct chain_report r = verify();
	cr_assert(r.sound, "%s %s:%d %s", r.branch, r.file, r.line, r.why);
	cr_assert_eq(r.cases, cases, "%lld cases", (long long)r.cases);
	cr_assert_eq(r.quarantined, quarantined);
	cr_assert_eq(r.lines, cases + quarantined);
}

Test(casework_drain, every_case_is_once_in_git_and_opens_again)
{
	struct posted p[25];

	for (size_t i = 0; i < 25; i++)
		post(i, i % 4, 1000 + i, &p[i]);
	struct drain_report r = drain(10);
	cr_assert_eq(r.committed, 25);
	cr_assert_eq(r.commits, 3);
	cr_assert_eq(r.quarantined, 0);
	cr_assert_eq(r.again, 0);
	for (size_t i = 0; i < 25; i++)
		assert_opens(&p[i], 1000 + i);
	cr_assert_eq(files_below("spool/new"), 0);
	cr_assert_eq(files_below("spool/seen"), 25);
	cr_assert_eq(files_below("slots"), 25);
	cr_assert_eq(files_below("photos"), 6 * (0 + 1 + 2 + 3));
	assert_sound(25, 0);
}

Test(casework_drain, a_second_drain_does_nothing)
{
	struct stat before, after;

	post_many(0, 5);
	drain(0);
	cr_assert_eq(stat(at("cases.git/refs/heads/intake/host-1"), &before), 0);
	struct drain_report r = drain(0);
	cr_assert_eq(r.committed + r.commits + r.quarantined + r.again, 0);
	cr_assert_eq(stat(at("cases.git/refs/heads/intake/host-1"), &after), 0);
	cr_assert_eq(before.st_ino, after.st_ino, "the branch was not written");
}

Test(casework_drain, an_empty_spool_is_no_error)
{
	struct drain_report r = drain(0);
	cr_assert_eq(r.committed + r.commits + r.quarantined + r.again, 0);
	assert_sound(0, 0);
}

Test(casework_drain, photos_of_a_group_are_not_all_in_memory_at_once)
{
	struct posted p[5];
	for (size_t i = 0; i < 5; i++)
		post(i, 3, (size_t)7 << 20, &p[i]);
	struct drain_report r = drain(100);
	cr_assert_eq(r.committed, 5);
	cr_assert_geq(r.commits, 3, "at most 64 MiB a group");
	assert_opens(&p[4], (size_t)7 << 20);
}

Test(casework_drain, what_is_no_envelope_is_quarantined_with_a_line_and_a_reason)
{
	struct posted p;
	struct buf bytes, why;
	const char *fifo = at("spool/new/dddddddddddddddddddddddddddddddd"),
		   *hard = at("spool/new/cccccccccccccccccccccccccccccccc"),
		   *soft = at("spool/new/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");

	post_many(0, 3);
	seal(10, 0, 1, 1000, &bytes, &p);
	put_new("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", bytes.data, bytes.len); /* another's name */
	put_new("not-an-id", bytes.data, bytes.len);
	bytes.data[500] ^= 1;
	put_new(p.id, bytes.data, bytes.len); /* damaged */
	put_new("00000000000000000000000000000000", "", 0);
	put_new("11111111111111111111111111111111", "short", 5);
	put_new("22222222222222222222222222222222", bytes.data, bytes.len - 7);
	cr_assert_eq(symlink("/etc/passwd", soft), 0);
	cr_assert_eq(link(at("spool/new/not-an-id"), hard), 0);
	cr_assert_eq(mkfifo(fifo, 0600), 0);
	cr_assert_eq(mkdir(at("spool/new/folder"), 0700), 0);
	struct drain_report r = drain(4);
	cr_assert_eq(r.committed, 3);
	cr_assert_eq(r.quarantined, 10, "%zu", r.quarantined);
	cr_assert_eq(files_below("spool/new"), 0);
	assert_sound(3, 10);
	read_file(arena_printf(arena, "spool/bad/%s.why", p.id), &why);
	cr_assert_gt(why.len, 10);
	cr_assert_null(strstr(why.data, SECRET_NAME));
	r = drain(4);
	cr_assert_eq(r.quarantined + r.commits, 0);
	buf_done(&bytes);
	buf_done(&why);
}

static enum err_code note_commitment(const struct chain_line *l, void *ctx, struct err *x)
{
	(void)x;
	cr_assert_str_eq(l->step, "quarantined");
	cr_assert_str_eq(l->role, "drain");
	cr_assert_str_eq(l->when, "2018-W05");
	memcpy(ctx, l->commitment, SHA256_BYTES);
	return ERR_OK;
}

Test(casework_drain, a_quarantined_line_holds_the_hash_of_the_bytes)
{
	uint8_t line[SHA256_BYTES], sum[SHA256_BYTES];
	struct ledger *l;

	put_new("11111111111111111111111111111111", "short", 5);
	drain(0);
	sha256_bytes("short", 5, sum);
	cr_assert_eq(ledger_open(at("cases.git"), "intake/host-1", &l, &e), ERR_OK);
	cr_assert_eq(ledger_each_line(l, note_commitment, line, &e), ERR_OK);
	cr_assert_arr_eq(line, sum, SHA256_BYTES);
	ledger_close(l);
}

Test(casework_drain, the_same_envelope_again_is_only_taken_off)
{
	struct posted p;
	struct buf bytes;

	seal(1, 0, 1, 1000, &bytes, &p);
	put_new(p.id, bytes.data, bytes.len);
	cr_assert_eq(drain(0).committed, 1);
	/* As after a crash: git has it, seen/ does not know, it lies in the spool. */
	cr_assert_eq(unlink(at(arena_printf(arena, "spool/seen/%s", p.id))), 0);
	put_new(p.id, bytes.data, bytes.len);
	struct drain_report r = drain(0);
	cr_assert_eq(r.committed, 0);
	cr_assert_eq(r.commits, 0);
	cr_assert_eq(r.again, 1);
	cr_assert_eq(files_below("spool/new"), 0);
	cr_assert_eq(files_below("spool/seen"), 1);
	assert_opens(&p, 1000);
	/* Erased: what comes again does not bring the keys back. */
	cr_assert_eq(unlink(at(case_slot_path(arena, p.id))), 0);
	put_new(p.id, bytes.data, bytes.len);
	cr_assert_eq(drain(0).again, 1);
	cr_assert_eq(files_below("slots"), 0);
	assert_sound(1, 0);
	buf_done(&bytes);
}

Test(casework_drain, other_content_under_a_known_id_is_quarantined)
{
	struct posted p, q;
	struct buf bytes;

	post(1, 0, 0, &p);
	drain(0);
	seal(1, 7, 0, 0, &bytes, &q);
	cr_assert_str_eq(p.id, q.id);
	put_new(q.id, bytes.data, bytes.len);
	struct drain_report r = drain(0);
	cr_assert_eq(r.quarantined, 1);
	cr_assert_eq(r.committed + r.again, 0);
	assert_opens(&p, 0);
	assert_sound(1, 1);
	buf_done(&bytes);
}

/* The week on an envelope's head changed, and its checksum made to fit, as only the sender's side could. */
static void change_week(struct buf *b, int year, int week)
{
	enum { YEAR_AT = 16 + 8 + CASE_ID_BYTES + MAC_BYTES + 8 };
	uint8_t *at = (uint8_t *)b->data;

	at[YEAR_AT] = (uint8_t)(year >> 8);
	at[YEAR_AT + 1] = (uint8_t)year;
	at[YEAR_AT + 2] = (uint8_t)week;
	mac_once(NULL, "tianlan envelope 1", at, b->len - MAC_BYTES, at + b->len - MAC_BYTES);
	struct envelope v;
	cr_assert_eq(envelope_parse(b->data, b->len, &v, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(v.head.week.week, week);
}

Test(casework_drain, an_old_envelope_under_another_week_is_not_a_second_case)
{
	struct posted p;
	struct buf bytes;

	post(1, 1, 5000, &p);
	const char *file = arena_printf(arena, "spool/new/%s", p.id);
	read_file(file, &bytes);
	drain(0);
	change_week(&bytes, 2018, 2);
	put_new(p.id, bytes.data, bytes.len);
	struct drain_report r = drain(0);
	cr_assert_eq(r.quarantined, 1);
	cr_assert_eq(r.committed + r.again, 0);
	assert_opens(&p, 5000);
	assert_sound(1, 1);
	/* Nor after its slot was destroyed, which leaves an empty file. */
	cr_assert_eq(file_write_durable(at(case_slot_path(arena, p.id)), "", 0, &e), ERR_OK);
	change_week(&bytes, 2018, 3);
	put_new(p.id, bytes.data, bytes.len);
	r = drain(0);
	cr_assert_eq(r.quarantined, 1);
	assert_sound(1, 2);
	buf_done(&bytes);
}

Test(casework_drain, a_week_that_cannot_be_is_not_believed)
{
	static const struct {
		int year, week;
		bool believed;
	} weeks[] = {{2018, 5, true}, {2018, 6, true}, {2017, 31, true}, {2018, 7, false},
		{2017, 30, false}, {2019, 5, false}, {2199, 1, false}, {1950, 1, false}};
	size_t bad = 0, good = 0;

	for (size_t i = 0; i < COUNT_OF(weeks); i++) {
		struct posted p;
		struct buf bytes;
		seal(i, 0, 0, 0, &bytes, &p);
		change_week(&bytes, weeks[i].year, weeks[i].week);
		put_new(p.id, bytes.data, bytes.len);
		struct drain_report r = drain(0);
		cr_assert_eq(
			r.committed, weeks[i].believed, "week %d-%d", weeks[i].year, weeks[i].week);
		cr_assert_eq(r.quarantined, !weeks[i].believed);
		good += weeks[i].believed;
		bad += !weeks[i].believed;
		buf_done(&bytes);
	}
	assert_sound((int64_t)good, (int64_t)bad);
}

Test(casework_drain, a_folder_is_moved_before_it_gets_a_line)
{
	struct drain_options o = {
		.instance = instance, .host = "host-1", .now = NOW, .chance = &chance};
	struct drain_report r = {0};

	cr_assert_eq(mkdir(at("spool/new/folder"), 0755), 0);
	cr_assert_eq(dir_remove_all(at("spool/bad"), &e), ERR_OK);
	for (int run = 0; run < 3; run++)
		cr_assert_eq(drain_run(&o, &r, &e), ERR_SYSTEM);
	cr_assert_eq(r.commits, 0);
	assert_sound(0, 0);
	cr_assert_eq(mkdir(at("spool/bad"), 0700), 0);
	cr_assert_eq(drain(0).quarantined, 1);
	cr_assert_eq(drain(0).quarantined, 0);
	assert_sound(0, 1);
}

Test(casework_drain, another_slot_under_the_id_is_never_written_over)
{
	struct posted p;
	struct buf before, after;

	post(1, 0, 0, &p);
	const char *slot = case_slot_path(arena, p.id);
	cr_assert_eq(dir_make_all(at(arena_printf(arena, "slots/%.2s", p.id)), &e), ERR_OK);
	cr_assert_eq(file_write_durable(at(slot), "another", 7, &e), ERR_OK);
	read_file(slot, &before);
	struct drain_report r = drain(0);
	cr_assert_eq(r.quarantined, 1);
	cr_assert_eq(r.committed, 0);
	read_file(slot, &after);
	cr_assert_str_eq(before.data, after.data);
	assert_sound(0, 1);
	buf_done(&before);
	buf_done(&after);
}

Test(casework_drain, two_drains_at_once_share_the_work)
{
	int status;

	post_many(0, 60);
	pid_t other = fork();
	if (other == 0) {
		struct drain_options o = {.instance = instance,
			.host = "host-1",
			.now = NOW,
			.group = 7,
			.chance = &chance};
		struct drain_report r = {0};
		_exit(drain_run(&o, &r, &e) ? 1 : 0);
	}
	drain(5);
	cr_assert_eq(waitpid(other, &status, 0), other);
	cr_assert_eq(status, 0);
	cr_assert_eq(files_below("spool/new"), 0);
	assert_sound(60, 0);
}

/* Killed anywhere, again and again: in the end every case is there once, and its slot and status too. */
Test(casework_drain, a_kill_anywhere_loses_and_doubles_nothing)
{
	struct posted p[80];
	int rounds = 0, killed = 0;

	for (size_t i = 0; i < 80; i++)
		post(i, i % 10 == 0, 2000, &p[i]);
	put_new("11111111111111111111111111111111", "short", 5);
	for (; files_below("spool/new") > 0 && rounds < 300; rounds++) {
		pid_t child = fork();
		if (child == 0) {
			/* libgit2 draws its temporary names from a seed of its start, which a fork shares. */
			while (git_libgit2_shutdown() > 0)
				;
			struct drain_options o = {.instance = instance,
				.host = "host-1",
				.now = NOW,
				.group = 4,
				.chance = &chance};
			struct drain_report r = {0};
			if (ledger_start(&e) || drain_run(&o, &r, &e)) {
				fprintf(stderr, "%s\n", e.message);
				_exit(1);
			}
			_exit(0);
		}
		usleep((useconds_t)(5000 + rounds * 1300 % 40000));
		kill(child, SIGKILL);
		int status;
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
		killed += WIFSIGNALED(status);
	}
	cr_assert_gt(killed, 3, "%d of %d", killed, rounds);
	drain(0);
	cr_assert_eq(files_below("spool/new"), 0);
	for (size_t i = 0; i < 80; i++)
		assert_opens(&p[i], 2000);
	cr_assert_eq(files_below("slots"), 80);
	cr_assert_eq(files_below("photos"), 8);
	assert_sound(80, 1);
}

Test(casework_drain, one_that_cannot_be_moved_does_not_keep_the_others)
{
	struct drain_options o = {
		.instance = instance, .host = "host-1", .now = NOW, .group = 3, .chance = &chance};
	struct drain_report r = {0};

	for (int i = 0; i < 5; i++) /* first in order, more than a group */
		put_new(arena_printf(arena, "0000000000000000000000000000000%d", i), "x", 1);
	post_many(0, 10);
	cr_assert_eq(dir_remove_all(at("spool/bad"), &e), ERR_OK);
	cr_assert_eq(drain_run(&o, &r, &e), ERR_SYSTEM);
	cr_assert_eq(r.committed, 10);
	cr_assert_eq(r.quarantined, 0);
	cr_assert_eq(files_below("spool/new"), 5);
	cr_assert_eq(mkdir(at("spool/bad"), 0700), 0);
	r = drain(3);
	cr_assert_eq(r.quarantined, 5);
	assert_sound(10, verify().quarantined);
}

Test(casework_drain, packs_do_not_pile_up)
{
	post_many(0, 60);
	cr_assert_eq(drain(1).commits, 60);
	cr_assert_leq(files_below("cases.git/objects/pack"), 48);
	assert_sound(60, 0);
}

static int search(const git_oid *id, void *ctx)
{
	static const char *const never[] = {SECRET_TEXT, SECRET_NAME, SECRET_PHONE, "650105001",
		"某路", "waste-gas", "2018-01-31", "20:00"};
	git_odb_object *object;
	if (git_odb_read(&object, ctx, id))
		return 1;
	const char *data = git_odb_object_data(object);
	size_t len = git_odb_object_size(object);
	for (size_t i = 0; i < COUNT_OF(never); i++)
		if (memmem(data, len, never[i], strlen(never[i])))
			return 2;
	git_odb_object_free(object);
	return 0;
}

Test(casework_drain, nothing_of_a_tip_off_can_be_read_in_git)
{
	git_repository *repo;
	git_odb *odb;
	git_commit *commit;
	git_oid tip;
	struct posted p;

	post(0, 2, 5000, &p);
	post_many(1, 20);
	drain(0);
	cr_assert_eq(git_repository_open_bare(&repo, at("cases.git")), 0);
	cr_assert_eq(git_repository_odb(&odb, repo), 0);
	cr_assert_eq(git_odb_foreach(odb, search, odb), 0);
	cr_assert_eq(git_reference_name_to_id(&tip, repo, "refs/heads/intake/host-1"), 0);
	cr_assert_eq(git_commit_lookup(&commit, repo, &tip), 0);
	cr_assert_eq(git_commit_time(commit), 1517155200, "Monday 00:00 in China, no finer");
	cr_assert_eq(git_commit_time_offset(commit), 480);
	cr_assert_str_eq(git_commit_author(commit)->name, "tianlan");
	cr_assert_str_eq(git_commit_author(commit)->email, "intake@host-1");
	git_commit_free(commit);
	git_odb_free(odb);
	git_repository_free(repo);
}

Test(casework_drain, a_wrong_key_or_name_stops_it_before_anything_is_done)
{
	struct drain_options o = {
		.instance = instance, .host = "Host 1", .now = NOW, .chance = &chance};
	struct drain_report r = {0};

	post_many(0, 1);
	cr_assert_eq(drain_run(&o, &r, &e), ERR_USAGE);
	o.host = "host-1";
	cr_assert_eq(unlink(at("host/filler.secret")), 0);
	cr_assert_neq(drain_run(&o, &r, &e), ERR_OK);
	cr_assert_eq(files_below("spool/new"), 1);
	cr_assert_not(file_exists(at("cases.git")));
}

/* The desk's own letters, where no intake host was ever set up, and where one was: one status file has one filler. */
Test(casework_drain, a_spool_of_its_own_is_drained_with_and_without_an_intake_host)
{
	struct drain_options o = {.instance = instance,
		.host = "desk",
		.spool = "desk",
		.now = NOW,
		.chance = &chance};

	for (size_t i = 0; i < 2; i++) {
		struct drain_report r = {0};
		struct posted p;
		struct status status;
		bool found;

		post(i, 0, 0, &p);
		cr_assert_eq(rename(at("spool"), at("desk")), 0);
		cr_assert_eq(drain_run(&o, &r, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(r.committed, 1);
		cr_assert_eq(
			status_find(arena, at("status/received.bin"), &p.keys, &found, &status, &e),
			ERR_OK, "%s", e.message);
		cr_assert(found);
		cr_assert_eq(file_exists(at("keys/filler.secret")), i == 1);
		cr_assert_eq(rename(at("desk"), at("spool")), 0);
		if (i == 0)
			cr_assert_eq(dir_remove_all(at("host"), &e), ERR_OK);
		cr_assert_eq(dir_remove_all(at("status"), &e), ERR_OK);
	}
	assert_sound(2, 0);
}
