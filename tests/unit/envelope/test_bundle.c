/* Bundles: taken only whole and only from the office, installed by one swap, never backwards. */
#include "tianlan/envelope.h"

#include "envelope/bundle_internal.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/tianlan-bundle-XXXXXX";
static struct sign_public office;
static struct sign_secret secret;
static struct arena *a;
static struct err e;
static const char *file, *target; /* a bundle; where bundles are installed */

static void begin(void)
{
	struct chance chance = chance_system();
	cr_assert_eq(crypto_start(&e), ERR_OK);
	sign_keys(&chance, &office, &secret);
	cr_assert_not_null(mkdtemp(dir));
	a = arena_new();
	file = path_join(a, dir, "bundle");
	target = path_join(a, dir, "intake");
}

static void end(void)
{
	arena_free(a);
	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK, "%s", e.message);
}

TestSuite(envelope_bundle, .init = begin, .fini = end, .timeout = 120);

static const struct bundle_file sample[] = {
	{"templates/form.html", "<form>", 6},
	{"form.conf", "demo = true;\n", 13},
	{"templates/parts/a_b-c.html", "", 0},
	{"names.tsv", "650105-000001\t某厂\n", 21},
};

static struct bundle_head head_of(int64_t serial)
{
	return (struct bundle_head){serial, day_from_ymd(2018, 11, 25), day_from_ymd(2019, 2, 23)};
}

static const uint8_t *bytes_of(const char *path, size_t *ret_len)
{
	struct buf b;
	buf_init(&b, BUNDLE_MAX_BYTES);
	cr_assert_eq(file_read(path, BUNDLE_MAX_BYTES, &b, &e), ERR_OK, "%s", e.message);
	uint8_t *bytes = arena_alloc(a, b.len + 1);
	if (b.len)
		memcpy(bytes, b.data, b.len);
	*ret_len = b.len;
	buf_done(&b);
	return bytes;
}

static enum err_code parse(const uint8_t *bytes, size_t len)
{
	/* A block of exactly this size, so that a sanitizer sees a read beyond. */
	uint8_t *copy = mem_alloc(len);
	struct arena *own = arena_new();
	struct bundle_head head;
	const struct bundle_file *files;
	size_t count;
	memcpy(copy, bytes, len);
	enum err_code code = bundle_parse(own, copy, len, &office, &head, &files, &count, &e);
	arena_free(own);
	free(copy);
	return code;
}

static void write_sample(int64_t serial)
{
	struct bundle_head head = head_of(serial);
	cr_assert_eq(bundle_write(file, &head, sample, COUNT_OF(sample), &secret, &e), ERR_OK, "%s",
		e.message);
}

/* ---- bytes ------------------------------------------------------------------------------------------- */

Test(envelope_bundle, what_is_written_is_read_in_order_of_path)
{
	static const char *const order[] = {
		"form.conf", "names.tsv", "templates/form.html", "templates/parts/a_b-c.html"};
	struct bundle_head head;
	const struct bundle_file *files;
	size_t count, len;
	write_sample(7);
	const uint8_t *bytes = bytes_of(file, &len);
	cr_assert_eq(bundle_parse(a, bytes, len, &office, &head, &files, &count, &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(head.serial, 7);
	cr_assert_eq(day_compare(head.made, day_from_ymd(2018, 11, 25)), 0);
	cr_assert_eq(day_compare(head.until, day_from_ymd(2019, 2, 23)), 0);
	cr_assert_eq(count, COUNT_OF(order));
	for (size_t i = 0; i < count; i++)
		cr_assert_str_eq(files[i].path, order[i]);
	cr_assert_eq(files[1].len, 21);
	cr_assert_eq(memcmp(files[1].bytes, sample[3].bytes, 21), 0);
	cr_assert_eq(files[3].len, 0);
}

Test(envelope_bundle, the_same_files_in_any_order_give_the_same_bytes)
{
	struct bundle_file turned[COUNT_OF(sample)];
	struct bundle_head head = head_of(7);
	size_t len, again;
	for (size_t i = 0; i < COUNT_OF(sample); i++)
		turned[i] = sample[COUNT_OF(sample) - 1 - i];
	write_sample(7);
	const uint8_t *first = bytes_of(file, &len);
	cr_assert_eq(bundle_write(file, &head, turned, COUNT_OF(turned), &secret, &e), ERR_OK);
	const uint8_t *second = bytes_of(file, &again);
	cr_assert_eq(len, again);
	cr_assert_eq(memcmp(first, second, len), 0);
}

Test(envelope_bundle, a_bundle_of_no_files_is_one)
{
	struct bundle_head head = head_of(1);
	size_t len;
	cr_assert_eq(bundle_write(file, &head, NULL, 0, &secret, &e), ERR_OK);
	const uint8_t *bytes = bytes_of(file, &len);
	cr_assert_eq(parse(bytes, len), ERR_OK);
}

Test(envelope_bundle, every_flipped_bit_is_refused)
{
	size_t len;
	write_sample(7);
	uint8_t *bytes = (uint8_t *)bytes_of(file, &len);
	cr_assert_eq(parse(bytes, len), ERR_OK);
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (uint8_t)(1 << bit);
			enum err_code code = parse(bytes, len);
			cr_assert(code == ERR_INPUT || code == ERR_REFUSED, "byte %zu bit %d: %d",
				i, bit, code);
			bytes[i] ^= (uint8_t)(1 << bit);
		}
	cr_assert_eq(parse(bytes, len), ERR_OK);
}

Test(envelope_bundle, every_cut_and_anything_behind_is_refused)
{
	size_t len;
	write_sample(7);
	const uint8_t *bytes = bytes_of(file, &len);
	for (size_t i = 0; i < len; i++)
		cr_assert_neq(parse(bytes, i), ERR_OK, "cut at %zu", i);
	uint8_t *longer = arena_alloc(a, len + 1);
	memcpy(longer, bytes, len);
	cr_assert_eq(parse(longer, len + 1), ERR_INPUT);
}

Test(envelope_bundle, another_offices_bundle_is_refused)
{
	struct chance chance = chance_system();
	size_t len;
	write_sample(7);
	const uint8_t *bytes = bytes_of(file, &len);
	struct sign_secret other;
	sign_keys(&chance, &office, &other);
	cr_assert_eq(parse(bytes, len), ERR_REFUSED);
}

/* What a bundle may not hold is refused also where the office itself signed it. */
static enum err_code signed_anyway(const char *const *paths, size_t count)
{
	struct bundle_file *files = arena_alloc(a, (count + 1) * sizeof *files);
	struct bundle_head head = head_of(7);
	uint8_t *bytes;
	size_t len;
	for (size_t i = 0; i < count; i++)
		files[i] = (struct bundle_file){paths[i], "x", 1};
	cr_assert_eq(bundle_bytes(&head, files, count, &secret, &bytes, &len, &e), ERR_OK);
	enum err_code code = parse(bytes, len);
	free(bytes);
	cr_assert_eq(bundle_install(target, &head, files, count, &e),
		code == ERR_OK ? ERR_OK : ERR_INPUT);
	return code;
}

Test(envelope_bundle, paths_stay_within_and_are_plain)
{
	static const char *const wrong[] = {"", "/", "/etc/passwd", "..", "../x", "a/../b", "a/..",
		".", "./a", "a/.", ".hidden", "a/.hidden", "a//b", "a/", "a b", "a\\b", "a\nb",
		"甲", "a:b", "~", "*", "current/../x"};
	static const char *const right[] = {
		"a", "a.b", "a..b", "A/b_c/d-e.f", "0", "a.", "-", "_/-"};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct bundle_head head = head_of(7);
		struct bundle_file one = {wrong[i], "x", 1};
		cr_assert_eq(
			bundle_write(file, &head, &one, 1, &secret, &e), ERR_INPUT, "%s", wrong[i]);
		cr_assert_eq(signed_anyway(&wrong[i], 1), ERR_INPUT, "%s", wrong[i]);
	}
	cr_assert_not(file_exists(target));
	for (size_t i = 0; i < COUNT_OF(right); i++) {
		struct bundle_head head = head_of(7);
		struct bundle_file one = {right[i], "x", 1};
		cr_assert_eq(
			bundle_write(file, &head, &one, 1, &secret, &e), ERR_OK, "%s", right[i]);
	}
	char longest[BUNDLE_PATH_MAX + 2];
	memset(longest, 'a', sizeof longest);
	longest[BUNDLE_PATH_MAX] = '\0';
	cr_assert(bundle_path_ok(longest, strlen(longest)));
	longest[BUNDLE_PATH_MAX] = 'a';
	cr_assert_not(bundle_path_ok(longest, BUNDLE_PATH_MAX + 1));
}

Test(envelope_bundle, a_path_twice_or_below_a_file_is_refused)
{
	static const char *const twice[] = {"a", "a"};
	static const char *const below[] = {"a", "a-b", "a/b"};
	static const char *const deep[] = {"x/y", "x/y/z/w"};
	static const char *const disordered[] = {"b", "a"};
	cr_assert_eq(signed_anyway(twice, 2), ERR_INPUT);
	cr_assert_eq(signed_anyway(below, 3), ERR_INPUT);
	cr_assert_eq(signed_anyway(deep, 2), ERR_INPUT);
	struct bundle_file files[] = {{"b", "x", 1}, {"a", "x", 1}};
	struct bundle_head head = head_of(7);
	uint8_t *bytes;
	size_t len;
	(void)disordered;
	cr_assert_eq(bundle_bytes(&head, files, 2, &secret, &bytes, &len, &e), ERR_OK);
	cr_assert_eq(parse(bytes, len), ERR_INPUT, "out of order: not what the writer would write");
	free(bytes);
}

Test(envelope_bundle, heads_out_of_range_are_refused)
{
	struct bundle_head wrong[] = {head_of(0), head_of(-1), head_of(BUNDLE_SERIAL_MAX + 1),
		head_of(1), head_of(1), head_of(1)};
	wrong[3].until = day_from_ymd(2018, 11, 24);
	wrong[4].made = DAY_NONE;
	wrong[5].until.n = 1000000;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		uint8_t *bytes;
		size_t len;
		cr_assert_eq(bundle_write(file, &wrong[i], sample, 1, &secret, &e), ERR_INPUT,
			"case %zu", i);
		cr_assert_eq(bundle_install(target, &wrong[i], sample, 1, &e), ERR_INPUT);
		cr_assert_eq(bundle_bytes(&wrong[i], sample, 1, &secret, &bytes, &len, &e), ERR_OK);
		cr_assert_eq(parse(bytes, len), ERR_INPUT, "case %zu", i);
		free(bytes);
	}
}

Test(envelope_bundle, as_many_files_as_fit_and_no_more)
{
	struct bundle_file *files = arena_alloc(a, (BUNDLE_FILES_MAX + 1) * sizeof *files);
	struct bundle_head head = head_of(1);
	size_t len;
	for (int i = 0; i <= BUNDLE_FILES_MAX; i++)
		files[i] = (struct bundle_file){arena_printf(a, "f/%d", i), "x", 1};
	cr_assert_eq(bundle_write(file, &head, files, BUNDLE_FILES_MAX, &secret, &e), ERR_OK);
	const uint8_t *bytes = bytes_of(file, &len);
	cr_assert_eq(parse(bytes, len), ERR_OK);
	cr_assert_eq(
		bundle_write(file, &head, files, BUNDLE_FILES_MAX + 1, &secret, &e), ERR_INPUT);
	files[0].len = BUNDLE_MAX_BYTES;
	cr_assert_eq(bundle_write(file, &head, files, 1, &secret, &e), ERR_INPUT, "too large");
}

Test(envelope_bundle, a_failed_write_leaves_the_old_bundle)
{
	struct rlimit old, small;
	size_t len, again;
	write_sample(7);
	bytes_of(file, &len);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){100, old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	struct bundle_head head = head_of(8);
	cr_assert_eq(bundle_write(file, &head, sample, 2, &secret, &e), ERR_SYSTEM);
	setrlimit(RLIMIT_FSIZE, &old);
	bytes_of(file, &again);
	cr_assert_eq(len, again);
	cr_assert_not(file_exists(path_join(a, dir, "bundle.new")));
}

/* ---- installing ------------------------------------------------------------------------------------------- */

static enum err_code install(int64_t serial)
{
	struct bundle_head head = head_of(serial);
	struct bundle_file files[] = {sample[0], sample[1], sample[2], sample[3],
		{"serial", arena_printf(a, "%lld", (long long)serial), 0}};
	files[4].len = strlen(files[4].bytes);
	return bundle_install(target, &head, files, COUNT_OF(files), &e);
}

static const char *current(const char *name)
{
	size_t len;
	return (const char *)bytes_of(arena_printf(a, "%s/current/%s", target, name), &len);
}

static int64_t installed(void)
{
	int64_t serial = -1;
	cr_assert_eq(bundle_installed(target, &serial, &e), ERR_OK, "%s", e.message);
	return serial;
}

static bool there(const char *name)
{
	struct stat st;
	return lstat(path_join(a, target, name), &st) == 0;
}

Test(envelope_bundle, installing_makes_current_point_to_it)
{
	char link[100] = "";
	cr_assert_eq(installed(), 0, "nothing yet");
	cr_assert_eq(install(7), ERR_OK, "%s", e.message);
	cr_assert_eq(installed(), 7);
	cr_assert_str_eq(current("serial"), "7");
	cr_assert_str_eq(current("templates/form.html"), "<form>");
	cr_assert_str_eq(current("templates/parts/a_b-c.html"), "");
	cr_assert_gt(readlink(path_join(a, target, "current"), link, sizeof link - 1), 0);
	cr_assert_str_eq(link, "00000007", "relative, so that the instance can be moved");
	cr_assert_not(there(".00000007.tmp"));
	cr_assert_not(there(".current.tmp"));
}

Test(envelope_bundle, only_a_newer_one_is_installed)
{
	cr_assert_eq(install(7), ERR_OK);
	cr_assert_eq(install(7), ERR_CONFLICT);
	cr_assert_eq(install(6), ERR_CONFLICT);
	cr_assert_eq(installed(), 7);
	cr_assert_eq(install(8), ERR_OK);
	cr_assert_eq(install(123456789012), ERR_OK, "more than eight digits");
	cr_assert_eq(installed(), 123456789012);
	cr_assert_eq(install(99999999), ERR_CONFLICT, "by number, not by name");
}

Test(envelope_bundle, the_last_one_stays_beside_and_older_ones_go)
{
	for (int64_t serial = 1; serial <= 5; serial++)
		cr_assert_eq(install(serial), ERR_OK, "%s", e.message);
	cr_assert(there("00000005") && there("00000004"));
	cr_assert(!there("00000003") && !there("00000002") && !there("00000001"));
}

Test(envelope_bundle, everyone_may_read_whatever_the_umask)
{
	static const char *const folders[] = {
		"", "00000007", "00000007/templates", "00000007/templates/parts"};
	struct stat st;
	umask(0777);
	cr_assert_eq(install(7), ERR_OK, "%s", e.message);
	umask(022);
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		cr_assert_eq(stat(path_join(a, target, folders[i]), &st), 0);
		cr_assert_eq(st.st_mode & 07777, 0755, "%s %o", folders[i], st.st_mode);
	}
	cr_assert_eq(stat(path_join(a, target, "00000007/templates/form.html"), &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0644);
}

static void leave(const char *name)
{
	const char *path = path_join(a, target, name);
	cr_assert_eq(dir_make_all(path, &e), ERR_OK);
	cr_assert_eq(file_write_durable(path_join(a, path, "form.conf"), "half", 4, &e), ERR_OK);
}

Test(envelope_bundle, what_a_crash_left_is_cleared_and_does_no_harm)
{
	cr_assert_eq(install(7), ERR_OK);
	leave(".00000008.tmp");
	leave("00000008"); /* renamed, but the link was not swapped */
	leave(".00000006.tmp");
	leave("00000011"); /* of a newer bundle that was never swapped in */
	cr_assert_eq(symlink("nowhere", path_join(a, target, ".current.tmp")), 0);
	leave("notes");
	cr_assert_eq(installed(), 7);
	cr_assert_eq(install(8), ERR_OK, "%s", e.message);
	cr_assert_eq(installed(), 8);
	cr_assert_str_eq(current("form.conf"), "demo = true;\n");
	cr_assert(there("00000007") && there("notes"), "only what is ours is removed");
	cr_assert(!there(".00000008.tmp") && !there(".00000006.tmp") && !there("00000011"));
	cr_assert_not(there(".current.tmp"));
}

/* Whenever the kill comes, current is a whole bundle. */
Test(envelope_bundle, a_kill_at_any_moment_leaves_a_whole_one)
{
	cr_assert_eq(install(1), ERR_OK);
	int64_t before = 1;
	for (int round = 0; round < 25; round++) {
		pid_t child = fork();
		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (int64_t serial = before + 1;; serial++)
				if (install(serial))
					_exit(1);
		}
		while (round % 3 == 0 && installed() == before)
			usleep(100);
		usleep((useconds_t)(357 * round));
		kill(child, SIGKILL);
		cr_assert_eq(waitpid(child, NULL, 0), child);
		int64_t now = installed();
		cr_assert_geq(now, before);
		cr_assert_str_eq(current("serial"), arena_printf(a, "%lld", (long long)now));
		cr_assert_str_eq(current("templates/form.html"), "<form>");
		before = now;
	}
	cr_assert_geq(before, 10);
	cr_assert_eq(install(before + 1), ERR_OK, "%s", e.message);
}

Test(envelope_bundle, a_failure_keeps_the_old_one)
{
	struct rlimit old, small;
	cr_assert_eq(install(7), ERR_OK);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){10, old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	cr_assert_eq(install(8), ERR_SYSTEM);
	setrlimit(RLIMIT_FSIZE, &old);
	cr_assert_eq(installed(), 7);
	cr_assert_str_eq(current("serial"), "7");
	cr_assert(!there("00000008") && !there(".00000008.tmp"));
}

Test(envelope_bundle, two_installations_at_once_are_one_after_the_other)
{
	cr_assert_eq(install(7), ERR_OK);
	int fd = open(target, O_RDONLY | O_DIRECTORY);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cr_assert_eq(install(8), ERR_CONFLICT);
	close(fd);
	cr_assert_eq(install(8), ERR_OK);
}

Test(envelope_bundle, a_current_that_is_none_of_ours_is_said)
{
	static const char *const odd[] = {"/etc", "../x", "7", "00000000", "0000007x", "000000007",
		"00000007/", "a-name-that-is-longer-than-any-serial-can-be"};
	int64_t serial;
	cr_assert_eq(mkdir(target, 0755), 0);
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		const char *link = path_join(a, target, "current");
		unlink(link);
		cr_assert_eq(symlink(odd[i], link), 0);
		cr_assert_eq(bundle_installed(target, &serial, &e), ERR_INPUT, "%s", odd[i]);
		cr_assert_eq(install(9), ERR_INPUT);
	}
	unlink(path_join(a, target, "current"));
	leave("current");
	cr_assert_eq(bundle_installed(target, &serial, &e), ERR_INPUT);
}
