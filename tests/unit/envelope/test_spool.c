/* Storing: one id is one case however many post it, and what is stored stays. */
#include "spool_made.h"

#include "envelope/spool_internal.h"

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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(envelope_spool, .init = spool_begin, .fini = spool_end, .timeout = 120);

/* ---- storing ------------------------------------------------------------------------------------------ */

Test(envelope_spool, a_post_is_stored_once_and_known_again)
{
	struct spool_known known;
	struct case_id id = made_id(1), other = made_id(2);
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
	made_envelope(1, 'a', &b);
	cr_assert_eq(spool_put(&web, b.data, b.len, &chance, &claim, &known, &e), ERR_OK);
	buf_init(&back, ENVELOPE_MAX_BYTES);
	cr_assert_eq(spool_read(&drain, made_name(1), &back, &e), ERR_OK, "%s", e.message);
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
		snprintf(path, sizeof path, "new/%s", made_name((int)i));
		cr_assert_eq(fstatat(drain.dir, path, &st, 0), 0);
		cr_assert_eq(st.st_mode & 07777, 0640, "umask %o gives %o", masks[i], st.st_mode);
		cr_assert_eq(drain_one(made_name((int)i)), ERR_OK, "%s", e.message);
		snprintf(path, sizeof path, "seen/%s", made_name((int)i));
		cr_assert_eq(fstatat(drain.dir, path, &st, 0), 0);
		cr_assert_eq(st.st_mode & 07777, 0640);
	}
}

Test(envelope_spool, what_is_no_envelope_is_refused_and_leaves_nothing)
{
	struct buf b;
	enum spool_claim claim;
	struct spool_known known;
	made_envelope(1, 'a', &b);
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
	made_envelope(1, 'a', &b);
	cr_assert_eq(spool_put(&web, b.data, b.len, &same, &claim, &known, &e), ERR_OK);
	cr_assert_eq(claim, SPOOL_STORED);
	cr_assert_eq(calls, 3);
	cr_assert_eq(files_in("tmp"), 1);
	buf_done(&b);
}

/* Nobody fills the disk with one token. */
Test(envelope_spool, a_post_of_a_used_token_writes_nothing)
{
	static const uint8_t contents[] = {'a', 'b'};
	cr_assert_eq(put(1, 'a'), SPOOL_STORED);
	for (int drained = 0; drained < 2; drained++) {
		for (size_t i = 0; i < COUNT_OF(contents); i++) {
			int calls = 0;
			struct chance counted = {fill_same, &calls};
			struct buf b;
			enum spool_claim claim;
			struct spool_known known;
			made_envelope(1, contents[i], &b);
			cr_assert_eq(spool_put(&web, b.data, b.len, &counted, &claim, &known, &e),
				ERR_OK);
			cr_assert_eq(claim, i == 0 ? SPOOL_SAME : SPOOL_OTHER);
			cr_assert_eq(calls, 0, "no temporary file is named");
			buf_done(&b);
		}
		if (!drained)
			cr_assert_eq(drain_one(made_name(1)), ERR_OK);
	}
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
			made_envelope(first + n, differing ? (uint8_t)('a' + p) : 'a', &b[n]);
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
		struct case_id id = made_id(first + n);
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
		if (drainer == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			_exit(drain_until_told());
		}
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
	if (drainer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(drain_until_told());
	}
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
	cr_assert_eq(drain_one(made_name(1)), ERR_OK, "%s", e.message);
}

/* ---- durable before it is told ---------------------------------------------------------------------------------- */

/* From here on fsync fails: of this descriptor, or of every other. */
static void refuse_fsync(int fd, bool of_this)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fsync, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)fd, of_this ? 0 : 1, of_this ? 1 : 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {COUNT_OF(code), code};
	cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* The first writer may be between its rename and its sync: nothing is said to be kept on the strength of it alone. */
static void check_nothing_is_told_without(bool folder)
{
	struct spool_known known;
	struct case_id standing = made_id(1), drained = made_id(2), none = made_id(3);
	struct buf b;
	enum spool_claim claim;
	bool found = false;
	cr_assert_eq(put(1, 'a'), SPOOL_STORED);
	cr_assert_eq(put(2, 'a'), SPOOL_STORED);
	cr_assert_eq(drain_one(made_name(2)), ERR_OK);
	cr_assert_eq(spool_find_durable(&web, &standing, &found, &known, &e), ERR_OK);
	cr_assert(found);
	cr_assert_eq(known.content_mac[0], 'a');
	refuse_fsync(web.new, folder);
	found = false;
	cr_assert_eq(spool_find_durable(&web, &standing, &found, &known, &e), ERR_SYSTEM);
	cr_assert_not(found);
	cr_assert_eq(spool_find(&web, &standing, &found, &known, &e), ERR_OK);
	cr_assert(found, "looking alone syncs nothing");
	for (int content = 'a'; content <= 'b'; content++) {
		made_envelope(1, (uint8_t)content, &b);
		cr_assert_eq(spool_put(&web, b.data, b.len, &chance, &claim, &known, &e),
			ERR_SYSTEM, "content %c", content);
		buf_done(&b);
	}
	cr_assert_eq(spool_find_durable(&web, &drained, &found, &known, &e), ERR_OK);
	cr_assert(found, "what was drained is durable already");
	cr_assert_eq(spool_find_durable(&web, &none, &found, &known, &e), ERR_OK);
	cr_assert_not(found);
}

Test(envelope_spool, nothing_is_told_before_the_folder_is_synced)
{
	check_nothing_is_told_without(true);
}

Test(envelope_spool, nothing_is_told_before_the_file_is_synced)
{
	check_nothing_is_told_without(false);
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
			prctl(PR_SET_PDEATHSIG, SIGKILL);
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
			cr_assert(is_in("new", made_name(n)), "id %d was reported", n);
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

#define MIB UINT64_C(1048576)

/* Of a file system of `size` bytes and `files` inodes, with so many free: whether an envelope of `len` bytes still fits. */
struct room_case {
	uint64_t size, left, files, files_left;
	size_t len;
	bool room;
};

Test(envelope_spool, an_envelope_leaves_the_drain_its_reserve)
{
	static const struct room_case cases[] = {
		/* an eighth of a small one */
		{800 * MIB, 101 * MIB, 0, 0, 1 * MIB, true},
		{800 * MIB, 101 * MIB, 0, 0, 1 * MIB + 1, false},
		{800 * MIB, 100 * MIB, 0, 0, 1, false},
		{800 * MIB, 0, 0, 0, 1, false},
		{800 * MIB, 800 * MIB, 0, 0, 1, true},
		/* 256 MiB of a large one */
		{2048 * MIB, 257 * MIB, 0, 0, 1 * MIB, true},
		{2048 * MIB, 256 * MIB, 0, 0, 1, false},
		{(UINT64_C(1) << 44), 257 * MIB, 0, 0, 1 * MIB, true},
		{(UINT64_C(1) << 44), 257 * MIB, 0, 0, 2 * MIB, false},
		{(UINT64_C(1) << 44), 10, 0, 0, 100, false},
		/* the same share of the inodes: an eighth, or 256 MiB in 4 GiB */
		{800 * MIB, 800 * MIB, 800, 101, 1, true},
		{800 * MIB, 800 * MIB, 800, 100, 1, false},
		{4096 * MIB, 4096 * MIB, 1600, 101, 1, true},
		{4096 * MIB, 4096 * MIB, 1600, 100, 1, false},
		{4096 * MIB, 4096 * MIB, 1600, 0, 1, false},
		{(UINT64_C(1) << 44), 300 * MIB, (UINT64_C(1) << 40), (UINT64_C(1) << 24) + 1, 1,
			true},
		{(UINT64_C(1) << 44), 300 * MIB, (UINT64_C(1) << 40), (UINT64_C(1) << 24), 1,
			false},
		/* one without a limit of its own */
		{0, 0, 0, 0, 1000, true},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct room_case *c = &cases[i];
		struct statfs whole = {.f_bsize = 1,
			.f_blocks = c->size,
			.f_bfree = c->size,
			.f_bavail = c->left,
			.f_files = c->files,
			.f_ffree = c->files_left};
		cr_assert_eq(spool_room(&whole, c->len), c->room, "case %zu", i);
		/* Blocks are counted in fragments where the two differ. */
		struct statfs blocks = whole;
		blocks.f_bsize = 1 << 20;
		blocks.f_frsize = 1;
		cr_assert_eq(spool_room(&blocks, c->len), c->room, "case %zu in fragments", i);
	}
}

static struct spool roomy_web, roomy_drain;

/* A spool on a file system of its own; false where none can be mounted. */
static bool begin_small(const char *options, char small[100])
{
	snprintf(small, 100, "%s/small", dir);
	cr_assert_eq(mkdir(small, 0700), 0);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("tmpfs", small, "tmpfs", 0, options))
		return false;
	roomy_web = web;
	roomy_drain = drain;
	cr_assert_eq(spool_make(small, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_open(small, SPOOL_WEB, &web, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_open(small, SPOOL_DRAIN, &drain, &e), ERR_OK, "%s", e.message);
	return true;
}

static void end_small(const char *small)
{
	spool_close(&web);
	spool_close(&drain);
	umount(small);
	web = roomy_web;
	drain = roomy_drain;
}

/* Puts until it is refused: how many there are then. */
static int put_until_refused(void)
{
	int n = 0;
	while (n < 100 && try_put(n) == ERR_OK)
		n++;
	cr_assert_eq(errno, ENOSPC);
	cr_assert_eq(e.code, ERR_SYSTEM);
	cr_assert_not_null(strstr(e.message, T("没有足够的空间", "there is not enough room")), "%s",
		e.message);
	cr_assert_eq(files_in("new"), (size_t)n);
	cr_assert_eq(files_in("tmp"), 0);
	cr_assert_eq(put(0, 'a'), SPOOL_SAME, "what stands is known again");
	return n;
}

/* Only where a small file system can be mounted; the table above and the limit stand for it. */
Test(envelope_spool, a_disk_full_of_posts_has_room_for_the_drain)
{
	static const struct {
		const char *options;
		int least, most;
	} disks[] = {{"size=256k", 20, 60}, {"size=1m,nr_inodes=64", 45, 55}};
	for (size_t i = 0; i < COUNT_OF(disks); i++) {
		char small[100];
		if (!begin_small(disks[i].options, small))
			return;
		int n = put_until_refused();
		cr_assert(n >= disks[i].least && n <= disks[i].most, "%d fitted", n);
		for (int k = 0; k < n; k++)
			cr_assert_eq(drain_one(made_name(k)), ERR_OK, "%d: %s", k, e.message);
		cr_assert_eq(files_in("seen"), (size_t)n);
		end_small(small);
		cr_assert_eq(rmdir(small), 0);
	}
}

/* Something else took the reserve: what stands stays. */
Test(envelope_spool, a_full_disk_refuses_and_keeps_what_it_has)
{
	static const char noise[4096];
	char small[100];
	if (!begin_small("size=256k", small))
		return;
	int n = put_until_refused();
	int fd = openat(drain.dir, "bad/noise", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	cr_assert_geq(fd, 0);
	while (write(fd, noise, sizeof noise) > 0)
		;
	close(fd);
	cr_assert_eq(drain_one(made_name(0)), ERR_SYSTEM, "no room to remember it");
	cr_assert_eq(files_in("new"), (size_t)n, "and so it is not taken off");
	cr_assert_eq(try_put(n), ERR_SYSTEM);
	cr_assert_eq(mount("tmpfs", small, "tmpfs", MS_REMOUNT, "size=2m"), 0);
	for (int i = 0; i < n; i++)
		cr_assert_eq(drain_one(made_name(i)), ERR_OK, "%s", e.message);
	cr_assert_eq(try_put(n), ERR_OK, "%s", e.message);
	end_small(small);
}

Test(envelope_spool, a_damaged_file_of_the_same_id_is_no_answer)
{
	struct spool_known known;
	struct case_id id = made_id(1);
	bool found;
	write_in("new", made_name(1), "torn", 4);
	cr_assert_eq(try_put(1), ERR_SYSTEM);
	cr_assert_eq(files_in("tmp"), 0);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert_not(found);
	cr_assert_eq(spool_quarantine(&drain, made_name(1), "torn", &e), ERR_OK);
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
