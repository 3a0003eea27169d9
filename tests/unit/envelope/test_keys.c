/* Key files: what is written is read back by its purpose alone, secrets are their owner's, and pairs belong together. */
#include "tianlan/envelope.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/tianlan-keys-XXXXXX";
static struct chance chance;
static struct arena *a;
static struct err e;

static void begin(void)
{
	cr_assert_eq(crypto_start(&e), ERR_OK);
	chance = chance_system();
	cr_assert_not_null(mkdtemp(dir));
	a = arena_new();
}

static void end(void)
{
	arena_free(a);
	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK, "%s", e.message);
}

TestSuite(envelope_keys, .init = begin, .fini = end);

static mode_t mode_of(const char *path)
{
	struct stat st;
	cr_assert_eq(lstat(path, &st), 0, "%s", path);
	return st.st_mode & 07777;
}

static void write_text(const char *path, const char *text)
{
	cr_assert_eq(file_write_durable(path, text, strlen(text), &e), ERR_OK);
}

static const char *text_of(const char *path)
{
	struct buf b;
	buf_init(&b, 1000);
	cr_assert_eq(file_read(path, 1000, &b, &e), ERR_OK, "%s", e.message);
	const char *text = buf_dup(&b, a);
	buf_done(&b);
	return text;
}

/* ---- one file ------------------------------------------------------------------------------------- */

Test(envelope_keys, a_key_is_one_line)
{
	uint8_t key[KEY_BYTES], back[KEY_BYTES];
	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)i;
	const char *path = path_join(a, dir, "token.secret");
	cr_assert_eq(key_write(path, KEY_TOKEN, true, key, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(text_of(path),
		"tianlan-key 1 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n");
	cr_assert_eq(key_read(path, KEY_TOKEN, true, back, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(memcmp(key, back, sizeof key), 0);
}

Test(envelope_keys, each_purpose_and_half_is_read_as_itself_alone)
{
	uint8_t key[KEY_BYTES] = {7}, back[KEY_BYTES];
	for (int p = 0; p < KEY_PURPOSE_COUNT; p++)
		for (int secret = 0; secret < 2; secret++) {
			const char *path = path_join(a, dir, "key");
			cr_assert_eq(key_write(path, (enum key_purpose)p, secret, key, &e), ERR_OK);
			for (int q = 0; q < KEY_PURPOSE_COUNT; q++)
				for (int half = 0; half < 2; half++) {
					enum err_code code =
						key_read(path, (enum key_purpose)q, half, back, &e);
					cr_assert_eq(code,
						p == q && secret == half ? ERR_OK : ERR_INPUT,
						"%d %d as %d %d", p, secret, q, half);
				}
		}
}

Test(envelope_keys, purposes_have_names)
{
	enum key_purpose p;
	for (int i = 0; i < KEY_PURPOSE_COUNT; i++) {
		cr_assert(key_purpose_find(key_purpose_name((enum key_purpose)i), &p));
		cr_assert_eq((int)p, i);
	}
	cr_assert_not(key_purpose_find("", &p));
	cr_assert_not(key_purpose_find("fact", &p));
	cr_assert_not(key_purpose_find("facts ", &p));
}

Test(envelope_keys, what_is_no_key_is_refused_without_showing_it)
{
	static const char *const wrong[] = {"", "\n", "tianlan-key 1 token secret ",
		"tianlan-key 1 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh\n",
		"tianlan-key 1 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8A\n",
		"tianlan-key 1 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9\n",
		"tianlan-key 1 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
		"tianlan-key 1 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n\n",
		"tianlan-key 1 token secret  AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
		"tianlan-key 2 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
		"tianlan-key 1 TOKEN secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
		"# key\ntianlan-key 1 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"};
	const char *path = path_join(a, dir, "token.secret");
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		uint8_t key[KEY_BYTES], before[KEY_BYTES];
		memset(key, 0x5a, sizeof key);
		memcpy(before, key, sizeof key);
		write_text(path, wrong[i]);
		cr_assert_eq(key_read(path, KEY_TOKEN, true, key, &e), ERR_INPUT, "case %zu", i);
		cr_assert_eq(memcmp(key, before, sizeof key), 0, "nothing is written on failure");
		cr_assert_null(strstr(e.message, "AAECAw"));
	}
	uint8_t key[KEY_BYTES];
	write_text(path, "tianlan-key 1 token secret AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
	cr_assert_eq(key_read(path, KEY_TOKEN, true, key, &e), ERR_OK, "the last newline may lack");
	cr_assert_eq(key_read(path_join(a, dir, "none"), KEY_TOKEN, true, key, &e), ERR_NOT_FOUND);
	cr_assert_eq(key_read(dir, KEY_TOKEN, true, key, &e), ERR_SYSTEM, "a folder");
}

Test(envelope_keys, secrets_are_their_owners_whatever_the_umask)
{
	static const mode_t masks[] = {0, 022, 077, 0777};
	uint8_t key[KEY_BYTES] = {1};
	for (size_t i = 0; i < COUNT_OF(masks); i++) {
		const char *path = path_join(a, dir, "key");
		umask(masks[i]);
		cr_assert_eq(key_write(path, KEY_FACTS, true, key, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(mode_of(path), 0600);
		cr_assert_eq(key_write(path, KEY_FACTS, false, key, &e), ERR_OK);
		cr_assert_eq(mode_of(path), 0644);
	}
}

Test(envelope_keys, writing_over_an_open_file_closes_it_to_others)
{
	uint8_t key[KEY_BYTES] = {1};
	const char *path = path_join(a, dir, "key");
	write_text(path, "old");
	cr_assert_eq(chmod(path, 0666), 0);
	int fd = open(path, O_RDONLY);
	cr_assert_eq(key_write(path, KEY_TOKEN, true, key, &e), ERR_OK);
	cr_assert_eq(mode_of(path), 0600);
	char seen[100];
	cr_assert_eq(read(fd, seen, sizeof seen), 3, "who had it open sees the old file");
	close(fd);
}

/* ---- pairs ------------------------------------------------------------------------------------------ */

Test(envelope_keys, a_pair_opens_what_was_sealed_to_it)
{
	static const enum key_purpose boxes[] = {KEY_FACTS, KEY_CONTACT};
	for (size_t i = 0; i < COUNT_OF(boxes); i++) {
		struct key_pair_files files;
		struct box_public to;
		struct box_secret by;
		uint8_t sealed[5 + BOX_EXTRA];
		char opened[5];
		cr_assert_eq(
			keys_make(a, dir, boxes[i], &chance, &files, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(key_read(files.public_path, boxes[i], false, to.bytes, &e), ERR_OK);
		cr_assert_eq(key_read(files.secret_path, boxes[i], true, by.bytes, &e), ERR_OK);
		cr_assert(box_seal(&to, "hello", 5, sealed));
		cr_assert(box_open(&by, sealed, sizeof sealed, opened));
		cr_assert_eq(memcmp(opened, "hello", 5), 0);
	}
}

Test(envelope_keys, a_pair_checks_what_it_signed)
{
	static const enum key_purpose signers[] = {KEY_RECEIPT, KEY_HOST};
	for (size_t i = 0; i < COUNT_OF(signers); i++) {
		struct key_pair_files files;
		struct sign_public by;
		struct sign_secret secret;
		uint8_t signature[SIGNATURE_BYTES];
		cr_assert_eq(keys_make(a, dir, signers[i], &chance, &files, &e), ERR_OK, "%s",
			e.message);
		cr_assert_eq(key_read(files.public_path, signers[i], false, by.bytes, &e), ERR_OK);
		cr_assert_eq(keys_secret(dir, signers[i], secret.bytes, &e), ERR_OK);
		sign_bytes(&secret, "text", 4, signature);
		cr_assert(sign_check(&by, "text", 4, signature));
	}
}

Test(envelope_keys, a_pair_is_named_by_its_public_half_and_lies_in_a_closed_folder)
{
	struct key_pair_files files;
	uint8_t public[KEY_BYTES];
	char hex[SHA256_HEX_BYTES];
	umask(0);
	const char *folder = path_join(a, dir, "deep/keys/");
	cr_assert_eq(keys_make(a, folder, KEY_FACTS, &chance, &files, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(mode_of(folder), 0700);
	cr_assert_eq(mode_of(files.secret_path), 0600);
	cr_assert_eq(mode_of(files.public_path), 0644);
	cr_assert_eq(key_read(files.public_path, KEY_FACTS, false, public, &e), ERR_OK);
	sha256_hex(public, sizeof public, hex);
	cr_assert_eq(strlen(files.fingerprint), 16);
	cr_assert(str_starts(hex, files.fingerprint));
	cr_assert(str_ends(files.secret_path, arena_printf(a, "/facts-%s.key", files.fingerprint)));
	cr_assert(str_ends(files.public_path, arena_printf(a, "/facts-%s.pub", files.fingerprint)));
}

static void fill_sevens(void *ctx, void *out, size_t len)
{
	(void)ctx;
	memset(out, 7, len);
}

Test(envelope_keys, a_pair_that_stands_is_not_written_over)
{
	struct key_pair_files files;
	struct chance same = {fill_sevens, NULL};
	cr_assert_eq(keys_make(a, dir, KEY_FACTS, &same, &files, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(keys_make(a, dir, KEY_FACTS, &same, &files, &e), ERR_CONFLICT);
	cr_assert_eq(unlink(files.public_path), 0);
	cr_assert_eq(keys_make(a, dir, KEY_FACTS, &same, &files, &e), ERR_CONFLICT);
}

Test(envelope_keys, a_shared_secret_is_no_pair)
{
	struct key_pair_files files;
	uint8_t key[KEY_BYTES];
	cr_assert_eq(keys_make(a, dir, KEY_TOKEN, &chance, &files, &e), ERR_USAGE);
	cr_assert_eq(keys_make(a, dir, KEY_FILLER, &chance, &files, &e), ERR_USAGE);
	cr_assert_eq(keys_secret(dir, KEY_TOKEN, key, &e), ERR_USAGE);
}

/* ---- folders --------------------------------------------------------------------------------------------- */

Test(envelope_keys, public_keys_are_read_in_order_of_name)
{
	struct key_pair_files files[5];
	uint8_t all[8][KEY_BYTES], one[KEY_BYTES];
	size_t count;
	cr_assert_eq(keys_public(dir, KEY_FACTS, all, 8, &count, &e), ERR_OK);
	cr_assert_eq(count, 0);
	for (size_t i = 0; i < 5; i++)
		cr_assert_eq(
			keys_make(a, dir, i < 4 ? KEY_FACTS : KEY_CONTACT, &chance, &files[i], &e),
			ERR_OK);
	write_text(path_join(a, dir, "facts-readme.pub"), "no key of ours");
	write_text(path_join(a, dir, "facts-0123456789abcdef.pub.old"), "no key of ours");
	write_text(path_join(a, dir, "factsheet-0123456789abcdef.pub"), "no key of ours");
	cr_assert_eq(keys_public(dir, KEY_FACTS, all, 8, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 4);
	const char *before = "";
	for (size_t i = 0; i < count; i++) {
		char hex[SHA256_HEX_BYTES];
		sha256_hex(all[i], KEY_BYTES, hex);
		hex[16] = '\0';
		cr_assert_gt(strcmp(hex, before), 0);
		before = arena_strdup(a, hex);
		const char *path = arena_printf(a, "%s/facts-%s.pub", dir, hex);
		cr_assert_eq(key_read(path, KEY_FACTS, false, one, &e), ERR_OK);
		cr_assert_eq(memcmp(one, all[i], KEY_BYTES), 0);
	}
	cr_assert_eq(keys_public(dir, KEY_FACTS, all, 4, &count, &e), ERR_OK);
	cr_assert_eq(keys_public(dir, KEY_FACTS, all, 3, &count, &e), ERR_INPUT, "too many");
	cr_assert_eq(keys_public(path_join(a, dir, "none"), KEY_FACTS, all, 3, &count, &e),
		ERR_NOT_FOUND);
}

Test(envelope_keys, a_public_key_under_anothers_name_is_refused)
{
	struct key_pair_files files;
	uint8_t all[8][KEY_BYTES];
	size_t count;
	cr_assert_eq(keys_make(a, dir, KEY_FACTS, &chance, &files, &e), ERR_OK);
	cr_assert_eq(rename(files.public_path, path_join(a, dir, "facts-0123456789abcdef.pub")), 0);
	cr_assert_eq(keys_public(dir, KEY_FACTS, all, 8, &count, &e), ERR_INPUT);
	write_text(files.public_path, "tianlan-key 1 facts public damaged\n");
	cr_assert_eq(keys_public(dir, KEY_FACTS, all, 8, &count, &e), ERR_INPUT);
}

static void set_time(const char *path, time_t when)
{
	struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

Test(envelope_keys, the_newest_secret_with_its_public_half_is_taken)
{
	struct key_pair_files files[3];
	uint8_t key[KEY_BYTES], expected[KEY_BYTES];
	cr_assert_eq(keys_secret(dir, KEY_RECEIPT, key, &e), ERR_NOT_FOUND);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(keys_make(a, dir, KEY_RECEIPT, &chance, &files[i], &e), ERR_OK);
		set_time(files[i].secret_path, 1000 + (time_t)i);
	}
	for (size_t newest = 0; newest < 3; newest++) {
		set_time(files[newest].secret_path, 5000 + (time_t)newest);
		cr_assert_eq(key_read(files[newest].secret_path, KEY_RECEIPT, true, expected, &e),
			ERR_OK);
		cr_assert_eq(keys_secret(dir, KEY_RECEIPT, key, &e), ERR_OK, "%s", e.message);
		cr_assert_eq(memcmp(key, expected, KEY_BYTES), 0);
	}
	/* Of the same moment: the last by name. */
	const char *last = files[0].secret_path;
	for (size_t i = 0; i < 3; i++) {
		set_time(files[i].secret_path, 9000);
		last = strcmp(files[i].secret_path, last) > 0 ? files[i].secret_path : last;
	}
	cr_assert_eq(key_read(last, KEY_RECEIPT, true, expected, &e), ERR_OK);
	cr_assert_eq(keys_secret(dir, KEY_RECEIPT, key, &e), ERR_OK);
	cr_assert_eq(memcmp(key, expected, KEY_BYTES), 0);
	for (size_t i = 0; i < 3; i++)
		cr_assert_eq(unlink(files[i].public_path), 0);
	cr_assert_eq(keys_secret(dir, KEY_RECEIPT, key, &e), ERR_NOT_FOUND,
		"a secret alone was put away on purpose, or never finished");
}

Test(envelope_keys, halves_of_two_pairs_are_no_pair)
{
	struct key_pair_files one, two;
	uint8_t key[KEY_BYTES];
	cr_assert_eq(keys_make(a, dir, KEY_FACTS, &chance, &one, &e), ERR_OK);
	cr_assert_eq(keys_make(a, path_join(a, dir, "x"), KEY_FACTS, &chance, &two, &e), ERR_OK);
	cr_assert_eq(rename(two.secret_path, one.secret_path), 0);
	cr_assert_eq(keys_secret(dir, KEY_FACTS, key, &e), ERR_INPUT);
}

/* ---- all of a purpose ---------------------------------------------------------------------------------- */

Test(envelope_keys, all_secrets_come_newest_first_and_those_without_their_public_half_not)
{
	uint8_t found[4][KEY_BYTES], one[KEY_BYTES], public[KEY_BYTES];
	struct key_pair_files pair[4];
	size_t count = 99;

	cr_assert_eq(keys_secrets(dir, KEY_FACTS, found, 4, &count, &e), ERR_NOT_FOUND);
	for (size_t i = 0; i < 4; i++)
		cr_assert_eq(keys_make(a, dir, KEY_FACTS, &chance, &pair[i], &e), ERR_OK);
	cr_assert_eq(keys_make(a, dir, KEY_CONTACT, &chance, &pair[3], &e), ERR_OK);
	cr_assert_eq(keys_secrets(dir, KEY_FACTS, found, 3, &count, &e), ERR_INPUT, "more than 3");
	cr_assert_eq(keys_secrets(dir, KEY_FACTS, found, 4, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 4);
	static const time_t times[] = {1000, 3000, 2000};
	for (size_t i = 0; i < 3; i++) {
		set_time(pair[i].secret_path, times[i]);
		set_time(pair[i].public_path, times[i]);
	}
	static const size_t order[] = {1, 2, 0};
	cr_assert_eq(keys_secrets(dir, KEY_FACTS, found, 4, &count, &e), ERR_OK);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(
			key_read(pair[order[i]].secret_path, KEY_FACTS, true, one, &e), ERR_OK);
		cr_assert_arr_eq(found[i + 1], one, KEY_BYTES, "%zu", i);
	}
	cr_assert_eq(keys_secret(dir, KEY_FACTS, one, &e), ERR_OK);
	cr_assert_arr_eq(found[0], one, KEY_BYTES);
	cr_assert_eq(unlink(pair[1].public_path), 0);
	cr_assert_eq(keys_secrets(dir, KEY_FACTS, found, 4, &count, &e), ERR_OK);
	cr_assert_eq(count, 3);
	cr_assert_eq(keys_secrets(dir, KEY_TOKEN, found, 4, &count, &e), ERR_USAGE);
	/* The newest public half needs no secret beside it. */
	cr_assert_eq(unlink(pair[2].secret_path), 0);
	set_time(pair[2].public_path, 4000000000);
	cr_assert_eq(keys_public_newest(dir, KEY_FACTS, public, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(key_read(pair[2].public_path, KEY_FACTS, false, one, &e), ERR_OK);
	cr_assert_arr_eq(public, one, KEY_BYTES);
}

Test(envelope_keys, one_damaged_secret_fails_them_all_and_leaves_none)
{
	static const uint8_t zero[2 * KEY_BYTES];
	uint8_t found[2][KEY_BYTES];
	struct key_pair_files pair[2];
	size_t count = 0;

	for (size_t i = 0; i < 2; i++)
		cr_assert_eq(keys_make(a, dir, KEY_FACTS, &chance, &pair[i], &e), ERR_OK);
	set_time(pair[0].secret_path, 1000);
	write_text(pair[0].secret_path, "tianlan-key 1 facts secret AAAA\n");
	cr_assert_eq(keys_secrets(dir, KEY_FACTS, found, 2, &count, &e), ERR_INPUT);
	cr_assert_arr_eq(found, zero, sizeof zero);
}
