/* The spool: one id is one case however many post it, what is stored stays, and whatever lies in new/ can be dealt with. */
#include "tianlan/envelope.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/tianlan-spool-XXXXXX";
static struct spool web, drain;
static struct chance chance;
static struct recipients to;
static struct err e;

static void begin(void)
{
	struct box_secret secret;
	cr_assert_eq(crypto_start(&e), ERR_OK);
	chance = chance_system();
	box_keys(&chance, &to.facts[0], &secret);
	box_keys(&chance, &to.contact[0], &secret);
	to.facts_count = to.contact_count = 1;
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(spool_make(dir, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_open(dir, SPOOL_WEB, &web, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_open(dir, SPOOL_DRAIN, &drain, &e), ERR_OK, "%s", e.message);
}

static void end(void)
{
	spool_close(&web);
	spool_close(&drain);
	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK, "%s", e.message);
}

TestSuite(envelope_spool, .init = begin, .fini = end, .timeout = 120);

/* ---- made-up envelopes ------------------------------------------------------------------------------ */

#define EXPIRES INT64_C(1543233600)

static struct case_id id_of(int n)
{
	uint8_t mac[MAC_BYTES];
	struct case_id id;
	mac_once(NULL, "test id", &n, sizeof n, mac);
	memcpy(id.bytes, mac, sizeof id.bytes);
	return id;
}

static const char *name_of(int n)
{
	static char name[CASE_ID_HEX_BYTES];
	struct case_id id = id_of(n);
	case_id_text(&id, name);
	return name;
}

/* An envelope of id n; its content MAC is of the number `content`. */
static void seal(int n, uint8_t content, struct buf *ret)
{
	struct tipoff t = {.received_at = "2018-11-25T20:11:03+08:00",
		.host = "intake-1",
		.kinds = {"waste-gas"},
		.kind_count = 1,
		.enterprise = "",
		.street = "650105001",
		.place = "某路",
		.happened_on = "",
		.what = "夜间有刺激气味，持续两小时。",
		.way = "anonymous",
		.lane = "ordinary",
		.contact_name = "",
		.contact_phone = ""};
	struct envelope_head head = {.id = id_of(n), .token_expires = EXPIRES, .week = {2018, 47}};
	uint8_t commitment[COMMITMENT_BYTES];
	memset(head.content_mac, content, sizeof head.content_mac);
	buf_init(ret, ENVELOPE_MAX_BYTES);
	cr_assert_eq(envelope_seal(&t, NULL, 0, &to, &head, &chance, ret, commitment, &e), ERR_OK,
		"%s", e.message);
}

static enum spool_claim put(int n, uint8_t content)
{
	struct buf b;
	enum spool_claim claim;
	struct spool_known known;
	seal(n, content, &b);
	cr_assert_eq(spool_put(&web, b.data, b.len, &chance, &claim, &known, &e), ERR_OK, "%s",
		e.message);
	buf_done(&b);
	return claim;
}

/* What the drain does with one name, without git. */
static enum err_code drain_one(const char *name)
{
	struct buf b;
	struct envelope v;
	buf_init(&b, ENVELOPE_MAX_BYTES);
	enum err_code code = spool_read(&drain, name, &b, &e);
	if (!code)
		code = envelope_parse(b.data, b.len, &v, &e);
	if (!code) {
		struct spool_known known = {
			.week = v.head.week, .token_expires = v.head.token_expires};
		memcpy(known.content_mac, v.head.content_mac, MAC_BYTES);
		memcpy(known.commitment, v.commitment, COMMITMENT_BYTES);
		code = spool_done(&drain, name, &known, &e);
	}
	buf_done(&b);
	return code;
}

static size_t files_in(const char *folder)
{
	struct arena *a = arena_new();
	struct spool as_new = drain;
	const char *const *names;
	size_t count;
	as_new.new = openat(drain.dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(as_new.new, 0);
	cr_assert_eq(spool_list(&as_new, a, 100000, &names, &count, &e), ERR_OK);
	close(as_new.new);
	arena_free(a);
	return count;
}

static bool is_in(const char *folder, const char *name)
{
	struct stat st;
	char path[300];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return fstatat(drain.dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void write_in(const char *folder, const char *name, const void *bytes, size_t len)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s/%s", dir, folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

/* ---- storing ------------------------------------------------------------------------------------------ */

Test(envelope_spool, a_post_is_stored_once_and_known_again)
{
	struct spool_known known;
	struct case_id id = id_of(1), other = id_of(2);
	bool found;
	cr_assert_eq(put(1, 'a'), SPOOL_STORED);
	cr_assert_eq(put(1, 'a'), SPOOL_SAME);
	cr_assert_eq(put(1, 'b'), SPOOL_OTHER);
	cr_assert_eq(put(2, 'b'), SPOOL_STORED);
	cr_assert_eq(files_in("new"), 2);
	cr_assert_eq(files_in("tmp"), 0);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert(found);
	cr_assert_eq(known.content_mac[0], 'a');
	cr_assert_eq(known.token_expires, EXPIRES);
	cr_assert_eq(known.week.week, 47);
	other.bytes[0] ^= 1;
	cr_assert_eq(spool_find(&web, &other, &found, &known, &e), ERR_OK);
	cr_assert_not(found);
}

Test(envelope_spool, what_is_stored_is_what_was_put)
{
	struct buf b, back;
	enum spool_claim claim;
	struct spool_known known;
	seal(1, 'a', &b);
	cr_assert_eq(spool_put(&web, b.data, b.len, &chance, &claim, &known, &e), ERR_OK);
	buf_init(&back, ENVELOPE_MAX_BYTES);
	cr_assert_eq(spool_read(&drain, name_of(1), &back, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(back.len, b.len);
	cr_assert_eq(memcmp(back.data, b.data, b.len), 0);
	buf_done(&back);
	buf_done(&b);
}

Test(envelope_spool, the_group_may_read_whatever_the_umask)
{
	static const mode_t masks[] = {0, 022, 027, 077, 0777};
	for (size_t i = 0; i < COUNT_OF(masks); i++) {
		struct stat st;
		char path[100];
		umask(masks[i]);
		cr_assert_eq(put((int)i, 'a'), SPOOL_STORED);
		snprintf(path, sizeof path, "new/%s", name_of((int)i));
		cr_assert_eq(fstatat(drain.dir, path, &st, 0), 0);
		cr_assert_eq(st.st_mode & 07777, 0640, "umask %o gives %o", masks[i], st.st_mode);
		cr_assert_eq(drain_one(name_of((int)i)), ERR_OK, "%s", e.message);
		snprintf(path, sizeof path, "seen/%s", name_of((int)i));
		cr_assert_eq(fstatat(drain.dir, path, &st, 0), 0);
		cr_assert_eq(st.st_mode & 07777, 0640);
	}
}

Test(envelope_spool, what_is_no_envelope_is_refused_and_leaves_nothing)
{
	struct buf b;
	enum spool_claim claim;
	struct spool_known known;
	seal(1, 'a', &b);
	b.data[b.len / 2] ^= 1;
	cr_assert_eq(spool_put(&web, b.data, b.len, &chance, &claim, &known, &e), ERR_INPUT);
	cr_assert_eq(spool_put(&web, b.data, 40, &chance, &claim, &known, &e), ERR_INPUT);
	cr_assert_eq(files_in("new") + files_in("tmp"), 0);
	buf_done(&b);
}

static void fill_same(void *ctx, void *out, size_t len)
{
	int *calls = ctx;
	memset(out, *calls < 2 ? 7 : 8, len);
	++*calls;
}

Test(envelope_spool, a_temporary_name_that_is_taken_is_not_written_over)
{
	int calls = 0;
	struct chance same = {fill_same, &calls};
	struct buf b;
	enum spool_claim claim;
	struct spool_known known;
	write_in("tmp", "07070707070707070707070707070707", "x", 1);
	seal(1, 'a', &b);
	cr_assert_eq(spool_put(&web, b.data, b.len, &same, &claim, &known, &e), ERR_OK);
	cr_assert_eq(claim, SPOOL_STORED);
	cr_assert_eq(calls, 3);
	cr_assert_eq(files_in("tmp"), 1);
	buf_done(&b);
}

/* ---- after the drain ------------------------------------------------------------------------------------ */

Test(envelope_spool, a_drained_id_is_known_until_its_token_expires)
{
	struct spool_known known;
	struct case_id id = id_of(1);
	bool found;
	size_t removed;
	cr_assert_eq(put(1, 'a'), SPOOL_STORED);
	cr_assert_eq(drain_one(name_of(1)), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_sync(&drain, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(files_in("new"), 0);
	cr_assert_eq(put(1, 'a'), SPOOL_SAME);
	cr_assert_eq(put(1, 'b'), SPOOL_OTHER);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert(found);
	cr_assert_eq(known.content_mac[31], 'a');
	cr_assert_eq(known.week.year, 2018);
	cr_assert_eq(files_in("new"), 0);
	cr_assert_eq(spool_expire(&drain, EXPIRES, &removed, &e), ERR_OK);
	cr_assert_eq(removed, 0);
	cr_assert_eq(spool_expire(&drain, EXPIRES + 1, &removed, &e), ERR_OK);
	cr_assert_eq(removed, 1);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert_not(found);
}

Test(envelope_spool, what_was_seen_first_stays)
{
	struct spool_known first = {.content_mac = {'a'}, .week = {2018, 47}, .token_expires = 5};
	struct spool_known second = {.content_mac = {'b'}, .week = {2018, 48}, .token_expires = 6};
	struct spool_known known;
	struct case_id id = id_of(1);
	bool found;
	cr_assert_eq(spool_done(&drain, name_of(1), &first, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_done(&drain, name_of(1), &second, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert(found);
	cr_assert_eq(known.content_mac[0], 'a');
	cr_assert_eq(known.token_expires, 5);
	cr_assert_eq(spool_done(&drain, "odd", &first, &e), ERR_USAGE);
	cr_assert_eq(spool_done(&drain, "../new", &first, &e), ERR_USAGE);
}

/* Power was lost while it was written. The content is kept, so the answer must be one that loses nothing. */
Test(envelope_spool, a_damaged_memory_asks_for_another_token)
{
	struct spool_known known;
	struct case_id id = id_of(1);
	bool found;
	write_in("seen", name_of(1), "", 0);
	cr_assert_eq(put(1, 0), SPOOL_OTHER);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert_not(found);
	struct spool_known again = {.content_mac = {'a'}, .week = {2018, 47}, .token_expires = 5};
	cr_assert_eq(spool_done(&drain, name_of(1), &again, &e), ERR_OK);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert(found, "the drain's second look mends it");
}

Test(envelope_spool, every_flipped_bit_of_a_memory_is_noticed)
{
	struct spool_known known = {.content_mac = {'a'}, .week = {2018, 47}, .token_expires = 5};
	struct case_id id = id_of(1), other = id_of(2);
	uint8_t bytes[200];
	bool found;
	char path[300];
	cr_assert_eq(spool_done(&drain, name_of(1), &known, &e), ERR_OK);
	snprintf(path, sizeof path, "%s/seen/%s", dir, name_of(1));
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, bytes, sizeof bytes);
	close(fd);
	cr_assert_gt(len, 100);
	for (ssize_t i = 0; i < len; i++) {
		bytes[i] ^= 0x10;
		write_in("seen", name_of(1), bytes, (size_t)len);
		bytes[i] ^= 0x10;
		cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
		cr_assert_not(found, "byte %zd", i);
	}
	write_in("seen", name_of(1), bytes, (size_t)len);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert(found);
	write_in("seen", name_of(2), bytes, (size_t)len);
	cr_assert_eq(spool_find(&web, &other, &found, &known, &e), ERR_OK);
	cr_assert_not(found, "a memory of another id");
}

/* ---- races -------------------------------------------------------------------------------------------------- */

struct tally {
	int stored, same, other, failed;
};

static struct tally tally_of(const int *claims, size_t count)
{
	struct tally t = {0};
	for (size_t i = 0; i < count; i++) {
		t.stored += claims[i] == SPOOL_STORED;
		t.same += claims[i] == SPOOL_SAME;
		t.other += claims[i] == SPOOL_OTHER;
		t.failed += claims[i] < 0;
	}
	return t;
}

#define POSTERS 12

/* POSTERS processes put envelopes of the ids first to first + ids - 1, all beginning at once. claims[poster * ids + n]. */
static void post_at_once(int first, int ids, bool differing, int *claims)
{
	int gate[2], answers[POSTERS][2];
	pid_t pids[POSTERS];
	cr_assert_eq(pipe(gate), 0);
	for (int p = 0; p < POSTERS; p++) {
		cr_assert_eq(pipe(answers[p]), 0);
		if ((pids[p] = fork()))
			continue;
		struct buf *b = mem_zero((size_t)ids, sizeof *b);
		for (int n = 0; n < ids; n++)
			seal(first + n, differing ? (uint8_t)('a' + p) : 'a', &b[n]);
		char go;
		close(gate[1]);
		if (read(gate[0], &go, 1) != 0)
			_exit(1);
		for (int n = 0; n < ids; n++) {
			enum spool_claim claim = SPOOL_OTHER;
			struct spool_known known;
			int answer =
				spool_put(&web, b[n].data, b[n].len, &chance, &claim, &known, &e)
					? -1
					: (int)claim;
			if (write(answers[p][1], &answer, sizeof answer) != sizeof answer)
				_exit(1);
		}
		_exit(0);
	}
	close(gate[0]);
	close(gate[1]);
	for (int p = 0; p < POSTERS; p++) {
		close(answers[p][1]);
		for (int n = 0; n < ids; n++)
			cr_assert_eq(read(answers[p][0], &claims[p * ids + n], sizeof(int)),
				(ssize_t)sizeof(int));
		close(answers[p][0]);
	}
	for (int p = 0; p < POSTERS; p++)
		cr_assert_eq(waitpid(pids[p], NULL, 0), pids[p]);
}

Test(envelope_spool, of_many_same_posts_at_once_exactly_one_is_stored)
{
	enum { IDS = 25 };
	int claims[POSTERS * IDS];
	post_at_once(0, IDS, false, claims);
	struct tally t = tally_of(claims, COUNT_OF(claims));
	cr_assert_eq(t.stored, IDS);
	cr_assert_eq(t.same, IDS * (POSTERS - 1));
	cr_assert_eq(t.other + t.failed, 0);
	cr_assert_eq(files_in("new"), IDS);
	cr_assert_eq(files_in("tmp"), 0);
}

Test(envelope_spool, of_many_differing_posts_at_once_exactly_one_is_stored)
{
	enum { IDS = 25 };
	int claims[POSTERS * IDS];
	post_at_once(0, IDS, true, claims);
	struct tally t = tally_of(claims, COUNT_OF(claims));
	cr_assert_eq(t.stored, IDS);
	cr_assert_eq(t.other, IDS * (POSTERS - 1));
	cr_assert_eq(t.same + t.failed, 0);
	cr_assert_eq(files_in("new"), IDS);
	cr_assert_eq(files_in("tmp"), 0);
}

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

/* Drains until told to stop, then what is left. 0 when nothing went wrong. */
static int drain_until_told(void)
{
	struct arena *a = arena_new();
	for (bool last = false; !last;) {
		last = stop;
		const char *const *names;
		size_t count;
		if (spool_list(&drain, a, 100, &names, &count, &e))
			return 1;
		for (size_t i = 0; i < count; i++) {
			/* A post that came after the drain may take its own envelope off again. */
			enum err_code code = drain_one(names[i]);
			if (code && code != ERR_NOT_FOUND)
				return 2;
		}
		last = last && count == 0;
	}
	arena_free(a);
	return 0;
}

/* Of each id one post is stored, and what is remembered is that post's content. */
static void check_each_id(int first, int ids, bool differing, const int *claims)
{
	for (int n = 0; n < ids; n++) {
		struct spool_known known;
		struct case_id id = id_of(first + n);
		bool found;
		int stored = 0, winner = 0;
		for (int p = 0; p < POSTERS; p++) {
			int c = claims[p * ids + n];
			stored += c == SPOOL_STORED;
			winner = c == SPOOL_STORED ? p : winner;
			cr_assert(c == SPOOL_STORED || c == (differing ? SPOOL_OTHER : SPOOL_SAME),
				"id %d, poster %d: %d", n, p, c);
		}
		cr_assert_eq(stored, 1, "id %d was stored %d times", n, stored);
		cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
		cr_assert(found);
		cr_assert_eq(known.content_mac[0], differing ? 'a' + winner : 'a');
	}
}

Test(envelope_spool, a_drain_between_two_posts_never_makes_two_cases)
{
	enum { IDS = 60 };
	static int claims[POSTERS * IDS];
	for (int differing = 0; differing < 2; differing++) {
		int status;
		signal(SIGTERM, on_term);
		pid_t drainer = fork();
		if (drainer == 0)
			_exit(drain_until_told());
		post_at_once(differing * IDS, IDS, differing, claims);
		kill(drainer, SIGTERM);
		cr_assert_eq(waitpid(drainer, &status, 0), drainer);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
		cr_assert_eq(files_in("new") + files_in("tmp"), 0);
		cr_assert_eq(files_in("seen"), (size_t)(IDS * (differing + 1)));
		check_each_id(differing * IDS, IDS, differing, claims);
	}
}

/* As on a file system that knows no rename without replacing. */
static void refuse_renameat2(int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {COUNT_OF(code), code};
	cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	cr_assert_eq(renameat2(-1, "a", -1, "b", RENAME_NOREPLACE), -1);
	cr_assert_eq(errno, EINVAL, "which the C library makes of both");
}

Test(envelope_spool, without_renameat2_a_link_claims)
{
	enum { IDS = 20 };
	static int claims[POSTERS * IDS];
	int status;
	refuse_renameat2(EINVAL);
	cr_assert_eq(put(1000, 'a'), SPOOL_STORED);
	cr_assert_eq(put(1000, 'a'), SPOOL_SAME);
	cr_assert_eq(put(1000, 'b'), SPOOL_OTHER);
	write_in("new", "odd", "x", 1);
	cr_assert_eq(spool_quarantine(&drain, "odd", "why", &e), ERR_OK, "%s", e.message);
	write_in("new", "odd", "y", 1);
	cr_assert_eq(spool_quarantine(&drain, "odd", "why", &e), ERR_OK, "%s", e.message);
	cr_assert(is_in("bad", "odd") && is_in("bad", "odd.2"));
	signal(SIGTERM, on_term);
	pid_t drainer = fork();
	if (drainer == 0)
		_exit(drain_until_told());
	post_at_once(0, IDS, true, claims);
	kill(drainer, SIGTERM);
	cr_assert_eq(waitpid(drainer, &status, 0), drainer);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
	check_each_id(0, IDS, true, claims);
	cr_assert_eq(files_in("new") + files_in("tmp"), 0);
}

Test(envelope_spool, without_the_system_call_at_all_a_link_claims)
{
	refuse_renameat2(ENOSYS);
	cr_assert_eq(put(1, 'a'), SPOOL_STORED);
	cr_assert_eq(put(1, 'b'), SPOOL_OTHER);
	cr_assert_eq(drain_one(name_of(1)), ERR_OK, "%s", e.message);
}

/* ---- trouble ---------------------------------------------------------------------------------------------------- */

/* Each id is reported after its put; what was reported when the kill came is there, and nothing there is half. */
Test(envelope_spool, a_killed_writer_leaves_whole_envelopes_and_all_it_reported)
{
	int next = 0;
	for (int round = 0; round < 12; round++) {
		int report[2], n, last = next - 1;
		cr_assert_eq(pipe(report), 0);
		pid_t writer = fork();
		if (writer == 0) {
			for (n = next;; n++)
				if (put(n, 'a') != SPOOL_STORED ||
					write(report[1], &n, sizeof n) != sizeof n)
					_exit(1);
		}
		close(report[1]);
		usleep((useconds_t)(3000 + 3700 * round));
		kill(writer, SIGKILL);
		cr_assert_eq(waitpid(writer, NULL, 0), writer);
		while (read(report[0], &n, sizeof n) == sizeof n)
			last = n;
		close(report[0]);
		for (n = next; n <= last; n++)
			cr_assert(is_in("new", name_of(n)), "id %d was reported", n);
		next = last + 10;
	}
	struct arena *a = arena_new();
	const char *const *names;
	size_t count;
	cr_assert_eq(spool_list(&drain, a, 100000, &names, &count, &e), ERR_OK);
	cr_assert_gt(count, 0);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(drain_one(names[i]), ERR_OK, "%s", e.message);
	cr_assert_leq(files_in("tmp"), 12);
	arena_free(a);
}

static enum err_code try_put(int n)
{
	struct buf b;
	enum spool_claim claim;
	struct spool_known known;
	seal(n, 'a', &b);
	enum err_code code = spool_put(&web, b.data, b.len, &chance, &claim, &known, &e);
	buf_done(&b);
	return code;
}

Test(envelope_spool, a_write_that_fails_leaves_nothing)
{
	struct rlimit old, small = {1000, 1000};
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	cr_assert_eq(try_put(1), ERR_SYSTEM);
	setrlimit(RLIMIT_FSIZE, &old);
	cr_assert_eq(files_in("new") + files_in("tmp"), 0);
	cr_assert_eq(put(1, 'a'), SPOOL_STORED, "the same post succeeds later");
}

/* Only where a small file system can be mounted: otherwise the limit above stands for it. */
Test(envelope_spool, a_full_disk_refuses_and_keeps_what_it_has)
{
	char small[100];
	snprintf(small, sizeof small, "%s/small", dir);
	cr_assert_eq(mkdir(small, 0700), 0);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("tmpfs", small, "tmpfs", 0, "size=64k"))
		return;
	struct spool old = web;
	struct spool old_drain = drain;
	cr_assert_eq(spool_make(small, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_open(small, SPOOL_WEB, &web, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_open(small, SPOOL_DRAIN, &drain, &e), ERR_OK, "%s", e.message);
	int n = 0;
	while (n < 100 && try_put(n) == ERR_OK)
		n++;
	cr_assert(n > 5 && n < 30, "%d fitted", n);
	cr_assert_eq(e.code, ERR_SYSTEM);
	cr_assert_eq(files_in("new"), (size_t)n);
	cr_assert_eq(files_in("tmp"), 0);
	cr_assert_eq(drain_one(name_of(0)), ERR_SYSTEM, "no room to remember it");
	cr_assert_eq(files_in("new"), (size_t)n, "and so it is not taken off");
	cr_assert_eq(mount("tmpfs", small, "tmpfs", MS_REMOUNT, "size=1m"), 0);
	for (int i = 0; i < n; i++)
		cr_assert_eq(drain_one(name_of(i)), ERR_OK, "%s", e.message);
	cr_assert_eq(try_put(n), ERR_OK, "%s", e.message);
	spool_close(&web);
	spool_close(&drain);
	umount(small);
	web = old;
	drain = old_drain;
}

Test(envelope_spool, a_damaged_file_of_the_same_id_is_no_answer)
{
	struct spool_known known;
	struct case_id id = id_of(1);
	bool found;
	write_in("new", name_of(1), "torn", 4);
	cr_assert_eq(try_put(1), ERR_SYSTEM);
	cr_assert_eq(files_in("tmp"), 0);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert_not(found);
	cr_assert_eq(spool_quarantine(&drain, name_of(1), "torn", &e), ERR_OK);
	cr_assert_eq(put(1, 'a'), SPOOL_STORED);
}

Test(envelope_spool, opening_wants_the_folders)
{
	struct spool s;
	char path[100];
	snprintf(path, sizeof path, "%s/none", dir);
	cr_assert_eq(spool_open(path, SPOOL_WEB, &s, &e), ERR_NOT_FOUND);
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_assert_eq(spool_open(path, SPOOL_DRAIN, &s, &e), ERR_NOT_FOUND);
	cr_assert_eq(spool_make(path, &e), ERR_OK);
	cr_assert_eq(spool_make(path, &e), ERR_OK, "again is fine");
	cr_assert_eq(spool_open(path, SPOOL_DRAIN, &s, &e), ERR_OK);
	spool_close(&s);
	spool_close(&s);
	snprintf(path, sizeof path, "%s/none/new", dir);
	cr_assert_eq(rmdir(path), 0);
	cr_assert_eq(symlink("../new", path), 0);
	snprintf(path, sizeof path, "%s/none", dir);
	cr_assert_eq(spool_open(path, SPOOL_WEB, &s, &e), ERR_SYSTEM, "a link is not followed");
}

/* ---- what may lie in new/ ------------------------------------------------------------------------------------------ */

static void make_odd_things(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[100];
	write_in("tmp", "linked", "x", 1);
	cr_assert_eq(linkat(drain.tmp, "linked", drain.new, "hard-link", 0), 0);
	cr_assert_eq(symlinkat("/etc/passwd", drain.new, "link"), 0);
	cr_assert_eq(symlinkat("nowhere", drain.new, "dangling"), 0);
	snprintf(path, sizeof path, "%s/new/fifo", dir);
	cr_assert_eq(mkfifo(path, 0666), 0);
	cr_assert_eq(mkdirat(drain.new, "folder", 0700), 0);
	write_in("new", "large", "x", 1);
	snprintf(path, sizeof path, "%s/new/large", dir);
	cr_assert_eq(truncate(path, (off_t)ENVELOPE_MAX_BYTES + 1), 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/new/socket", dir);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
}

Test(envelope_spool, only_regular_files_with_one_link_are_read)
{
	static const char *const odd[] = {
		"hard-link", "link", "dangling", "fifo", "folder", "large", "socket"};
	make_odd_things();
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		struct buf b;
		buf_init(&b, ENVELOPE_MAX_BYTES);
		cr_assert_eq(spool_read(&drain, odd[i], &b, &e), ERR_INPUT, "%s", odd[i]);
		cr_assert_eq(b.len, 0);
		cr_assert_eq(spool_quarantine(&drain, odd[i], "no regular file", &e), ERR_OK,
			"%s: %s", odd[i], e.message);
		cr_assert(is_in("bad", odd[i]));
		buf_done(&b);
	}
	cr_assert_eq(files_in("new"), 0);
	cr_assert_eq(files_in("bad"), 2 * COUNT_OF(odd));
}

Test(envelope_spool, reading_says_when_it_was_taken_and_refuses_paths)
{
	struct buf b;
	buf_init(&b, 10);
	cr_assert_eq(spool_read(&drain, name_of(1), &b, &e), ERR_NOT_FOUND);
	cr_assert_eq(spool_read(&drain, "../seen/x", &b, &e), ERR_USAGE);
	cr_assert_eq(spool_read(&drain, "..", &b, &e), ERR_USAGE);
	cr_assert_eq(spool_read(&drain, "", &b, &e), ERR_USAGE);
	write_in("new", "eleven", "0123456789+", 11);
	cr_assert_eq(
		spool_read(&drain, "eleven", &b, &e), ERR_INPUT, "more than the buffer may hold");
	buf_done(&b);
}

/* A user other than root cannot read it; root can, and finds no envelope in it. */
Test(envelope_spool, a_file_without_rights_is_the_senders_doing)
{
	int status;
	char path[100];
	write_in("new", "closed", "x", 1);
	snprintf(path, sizeof path, "%s/new/closed", dir);
	cr_assert_eq(chmod(path, 0), 0);
	cr_assert_eq(chmod(dir, 0755), 0);
	snprintf(path, sizeof path, "%s/new", dir);
	cr_assert_eq(chmod(path, 0755), 0);
	if (getuid() != 0)
		return;
	pid_t child = fork();
	if (child == 0) {
		struct buf b;
		buf_init(&b, 10);
		if (setresuid(65534, 65534, 65534))
			_exit(2);
		_exit(spool_read(&drain, "closed", &b, &e) == ERR_INPUT ? 0 : 1);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
}

Test(envelope_spool, a_list_is_in_order_and_has_every_name)
{
	static const char *const made[] = {"b", "a", ".hidden", "Z", "\xff\xfe", "a b", "\n", "甲"};
	static const char *const sorted[] = {
		"\n", ".hidden", "Z", "a", "a b", "b", "甲", "\xff\xfe"};
	struct arena *a = arena_new();
	const char *const *names;
	size_t count;
	for (size_t i = 0; i < COUNT_OF(made); i++)
		write_in("new", made[i], "x", 1);
	cr_assert_eq(spool_list(&drain, a, 100, &names, &count, &e), ERR_OK);
	cr_assert_eq(count, COUNT_OF(sorted));
	for (size_t i = 0; i < count; i++)
		cr_assert_str_eq(names[i], sorted[i]);
	for (size_t limit = 0; limit < COUNT_OF(sorted); limit++) {
		cr_assert_eq(spool_list(&drain, a, limit, &names, &count, &e), ERR_OK);
		cr_assert_eq(count, limit);
		for (size_t i = 0; i < count; i++)
			cr_assert_str_eq(names[i], sorted[i], "limit %zu", limit);
	}
	arena_free(a);
}

Test(envelope_spool, a_short_list_of_many_is_the_first_of_all)
{
	struct arena *a = arena_new();
	const char *const *all, *const *names;
	size_t count;
	for (int i = 0; i < 700; i++)
		write_in("new", name_of(i), "x", 1);
	cr_assert_eq(spool_list(&drain, a, SIZE_MAX, &all, &count, &e), ERR_OK);
	cr_assert_eq(count, 700);
	cr_assert_eq(spool_list(&drain, a, 100, &names, &count, &e), ERR_OK);
	cr_assert_eq(count, 100);
	for (size_t i = 0; i < count; i++)
		cr_assert_str_eq(names[i], all[i]);
	arena_free(a);
}

Test(envelope_spool, quarantine_gives_a_reason_and_never_writes_over)
{
	struct buf why;
	struct arena *a = arena_new();
	for (int i = 0; i < 3; i++) {
		write_in("new", "same", &"123"[i], 1);
		cr_assert_eq(
			spool_quarantine(&drain, "same", "checksum", &e), ERR_OK, "%s", e.message);
	}
	/* A name that is another's reason. */
	write_in("new", "same.why", "w", 1);
	cr_assert_eq(spool_quarantine(&drain, "same.why", "checksum", &e), ERR_OK, "%s", e.message);
	static const char *const there[] = {"same", "same.why", "same.2", "same.2.why", "same.3",
		"same.3.why", "same.why.2", "same.why.2.why"};
	for (size_t i = 0; i < COUNT_OF(there); i++)
		cr_assert(is_in("bad", there[i]), "%s", there[i]);
	cr_assert_eq(files_in("bad"), COUNT_OF(there));
	buf_init(&why, 100);
	cr_assert_eq(file_read(arena_printf(a, "%s/bad/same.2.why", dir), 100, &why, &e), ERR_OK);
	cr_assert_str_eq(buf_text(&why), "checksum\n");
	cr_assert_eq(spool_quarantine(&drain, "gone", "x", &e), ERR_NOT_FOUND);
	cr_assert_eq(files_in("bad"), COUNT_OF(there), "no reason without a file");
	buf_done(&why);
	arena_free(a);
}

Test(envelope_spool, every_name_can_be_quarantined)
{
	static const char *const odd[] = {".hidden", "a b", "\xff\xfe", "\n\x1b[31m", "甲", "-rf",
		"a.why.why", "$(x)", "..."};
	char longest[256], longer[66];
	memset(longest, 'n', 255);
	longest[255] = '\0';
	memset(longer, '0', 65);
	longer[65] = '\0';
	for (size_t i = 0; i < COUNT_OF(odd) + 2; i++) {
		const char *name = i < COUNT_OF(odd)	? odd[i]
				   : i == COUNT_OF(odd) ? longest
							: longer;
		write_in("new", name, "x", 1);
		cr_assert_eq(
			spool_quarantine(&drain, name, "odd", &e), ERR_OK, "%zu: %s", i, e.message);
	}
	cr_assert_eq(files_in("new"), 0);
	cr_assert_eq(files_in("bad"), 2 * (COUNT_OF(odd) + 2));
	struct arena *a = arena_new();
	struct spool bad = drain;
	const char *const *names;
	size_t count;
	bad.new = openat(drain.dir, "bad", O_RDONLY | O_DIRECTORY);
	cr_assert_eq(spool_list(&bad, a, 1000, &names, &count, &e), ERR_OK);
	for (size_t i = 0; i < count; i++) {
		cr_assert_leq(strlen(names[i]), 80);
		cr_assert_neq(names[i][0], '.');
		for (const char *p = names[i]; *p; p++)
			cr_assert(strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", *p), "%s",
				names[i]);
	}
	close(bad.new);
	arena_free(a);
}

/* ---- clearing ------------------------------------------------------------------------------------------------------- */

static void make_old(const char *folder, const char *name, time_t when)
{
	char path[300];
	struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	snprintf(path, sizeof path, "%s/%s/%s", dir, folder, name);
	cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

Test(envelope_spool, old_leftovers_are_cleared)
{
	const int64_t now = EXPIRES - 10;
	size_t removed;
	write_in("tmp", "fresh", "x", 1);
	make_old("tmp", "fresh", now - 3600);
	write_in("tmp", "old", "x", 1);
	make_old("tmp", "old", now - 3601);
	write_in("seen", ".left", "x", 1);
	make_old("seen", ".left", now - 3601);
	write_in("seen", ".being-written", "x", 1);
	make_old("seen", ".being-written", now - 5);
	write_in("seen", name_of(1), "", 0);
	make_old("seen", name_of(1), now - 86400);
	write_in("seen", name_of(2), "", 0);
	make_old("seen", name_of(2), now - 40 * 86400);
	cr_assert_eq(put(3, 'a'), SPOOL_STORED);
	cr_assert_eq(drain_one(name_of(3)), ERR_OK);
	cr_assert_eq(spool_expire(&drain, now, &removed, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(removed, 3);
	cr_assert(is_in("tmp", "fresh") && !is_in("tmp", "old"));
	cr_assert(!is_in("seen", ".left") && is_in("seen", ".being-written"));
	cr_assert(is_in("seen", name_of(1)), "damaged, but perhaps still asked for");
	cr_assert(!is_in("seen", name_of(2)) && is_in("seen", name_of(3)));
}
