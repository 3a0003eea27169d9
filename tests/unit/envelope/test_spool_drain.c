/* Draining: whatever lies in new/ can be dealt with, and what was drained is known for as long as it must be. */
#include "spool_made.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(envelope_spool_drain, .init = spool_begin, .fini = spool_end, .timeout = 120);

/* ---- after the drain ------------------------------------------------------------------------------------ */

Test(envelope_spool_drain, a_drained_id_is_known_until_its_token_expires)
{
	struct spool_known known;
	struct case_id id = made_id(1);
	bool found;
	size_t removed;
	cr_assert_eq(put(1, 'a'), SPOOL_STORED);
	cr_assert_eq(drain_one(made_name(1)), ERR_OK, "%s", e.message);
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

Test(envelope_spool_drain, what_was_seen_first_stays)
{
	struct spool_known first = {.content_mac = {'a'}, .week = {2018, 47}, .token_expires = 5};
	struct spool_known second = {.content_mac = {'b'}, .week = {2018, 48}, .token_expires = 6};
	struct spool_known known;
	struct case_id id = made_id(1);
	bool found;
	cr_assert_eq(spool_done(&drain, made_name(1), &first, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_done(&drain, made_name(1), &second, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert(found);
	cr_assert_eq(known.content_mac[0], 'a');
	cr_assert_eq(known.token_expires, 5);
	cr_assert_eq(spool_done(&drain, "odd", &first, &e), ERR_USAGE);
	cr_assert_eq(spool_done(&drain, "../new", &first, &e), ERR_USAGE);
}

/* Power was lost while it was written. The content is kept, so the answer must be one that loses nothing. */
Test(envelope_spool_drain, a_damaged_memory_asks_for_another_token)
{
	struct spool_known known;
	struct case_id id = made_id(1);
	bool found;
	write_in("seen", made_name(1), "", 0);
	cr_assert_eq(put(1, 0), SPOOL_OTHER);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert_not(found);
	struct spool_known again = {.content_mac = {'a'}, .week = {2018, 47}, .token_expires = 5};
	cr_assert_eq(spool_done(&drain, made_name(1), &again, &e), ERR_OK);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert(found, "the drain's second look mends it");
}

Test(envelope_spool_drain, every_flipped_bit_of_a_memory_is_noticed)
{
	struct spool_known known = {.content_mac = {'a'}, .week = {2018, 47}, .token_expires = 5};
	struct case_id id = made_id(1), other = made_id(2);
	uint8_t bytes[200];
	bool found;
	char path[300];
	cr_assert_eq(spool_done(&drain, made_name(1), &known, &e), ERR_OK);
	snprintf(path, sizeof path, "%s/seen/%s", dir, made_name(1));
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, bytes, sizeof bytes);
	close(fd);
	cr_assert_gt(len, 100);
	for (ssize_t i = 0; i < len; i++) {
		bytes[i] ^= 0x10;
		write_in("seen", made_name(1), bytes, (size_t)len);
		bytes[i] ^= 0x10;
		cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
		cr_assert_not(found, "byte %zd", i);
	}
	write_in("seen", made_name(1), bytes, (size_t)len);
	cr_assert_eq(spool_find(&web, &id, &found, &known, &e), ERR_OK);
	cr_assert(found);
	write_in("seen", made_name(2), bytes, (size_t)len);
	cr_assert_eq(spool_find(&web, &other, &found, &known, &e), ERR_OK);
	cr_assert_not(found, "a memory of another id");
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

Test(envelope_spool_drain, only_regular_files_with_one_link_are_read)
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

Test(envelope_spool_drain, reading_says_when_it_was_taken_and_refuses_paths)
{
	struct buf b;
	buf_init(&b, 10);
	cr_assert_eq(spool_read(&drain, made_name(1), &b, &e), ERR_NOT_FOUND);
	cr_assert_eq(spool_read(&drain, "../seen/x", &b, &e), ERR_USAGE);
	cr_assert_eq(spool_read(&drain, "..", &b, &e), ERR_USAGE);
	cr_assert_eq(spool_read(&drain, "", &b, &e), ERR_USAGE);
	write_in("new", "eleven", "0123456789+", 11);
	cr_assert_eq(
		spool_read(&drain, "eleven", &b, &e), ERR_INPUT, "more than the buffer may hold");
	buf_done(&b);
}

/* A user other than root cannot read it; root can, and finds no envelope in it. */
Test(envelope_spool_drain, a_file_without_rights_is_no_verdict_on_it)
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
		_exit(spool_read(&drain, "closed", &b, &e) == ERR_SYSTEM ? 0 : 1);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
}

Test(envelope_spool_drain, a_list_is_in_order_and_has_every_name)
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

Test(envelope_spool_drain, a_short_list_of_many_is_the_first_of_all)
{
	struct arena *a = arena_new();
	const char *const *all, *const *names;
	size_t count;
	for (int i = 0; i < 700; i++)
		write_in("new", made_name(i), "x", 1);
	cr_assert_eq(spool_list(&drain, a, SIZE_MAX, &all, &count, &e), ERR_OK);
	cr_assert_eq(count, 700);
	cr_assert_eq(spool_list(&drain, a, 100, &names, &count, &e), ERR_OK);
	cr_assert_eq(count, 100);
	for (size_t i = 0; i < count; i++)
		cr_assert_str_eq(names[i], all[i]);
	arena_free(a);
}

Test(envelope_spool_drain, quarantine_gives_a_reason_and_never_writes_over)
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

Test(envelope_spool_drain, every_name_can_be_quarantined)
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

Test(envelope_spool_drain, old_leftovers_are_cleared)
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
	write_in("seen", made_name(1), "", 0);
	make_old("seen", made_name(1), now - 86400);
	write_in("seen", made_name(2), "", 0);
	make_old("seen", made_name(2), now - 40 * 86400);
	cr_assert_eq(put(3, 'a'), SPOOL_STORED);
	cr_assert_eq(drain_one(made_name(3)), ERR_OK);
	cr_assert_eq(spool_expire(&drain, now, &removed, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(removed, 3);
	cr_assert(is_in("tmp", "fresh") && !is_in("tmp", "old"));
	cr_assert(!is_in("seen", ".left") && is_in("seen", ".being-written"));
	cr_assert(is_in("seen", made_name(1)), "damaged, but perhaps still asked for");
	cr_assert(!is_in("seen", made_name(2)) && is_in("seen", made_name(3)));
}
