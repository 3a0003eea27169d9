/* The status file: every entry is found again by its receipt's keys alone, and nothing tells how many there are. */
#include "tianlan/envelope.h"

#include "envelope/status_internal.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/tianlan-status-XXXXXX";
static char path[100];
static struct chance chance;
static struct err e;
static uint8_t filler[KEY_BYTES] = {1, 2, 3};

static void begin(void)
{
	cr_assert_eq(crypto_start(&e), ERR_OK);
	chance = chance_system();
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/received.bin", dir);
}

static void end(void)
{
	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK, "%s", e.message);
}

TestSuite(envelope_status, .init = begin, .fini = end, .timeout = 120);

static struct receipt_keys keys_of(int n)
{
	struct receipt_keys k;
	uint8_t mac[MAC_BYTES];
	mac_once(NULL, "test id", &n, sizeof n, mac);
	memcpy(k.id.bytes, mac, sizeof k.id.bytes);
	mac_once(NULL, "test tag", &n, sizeof n, mac);
	memcpy(k.status_tag, mac, sizeof k.status_tag);
	mac_once(NULL, "test key", &n, sizeof n, k.status_key);
	return k;
}

/* Keys whose tag lies in bucket 0, so that a bucket fills quickly. */
static struct receipt_keys crowded(int n)
{
	struct receipt_keys k = keys_of(n);
	k.status_tag[0] = 0;
	return k;
}

static void seal(const struct receipt_keys *k, const char *state, const char *reply, size_t bytes,
	uint8_t *out)
{
	struct status s = {state, "2018-W47", reply};
	cr_assert_eq(status_seal(k, &s, bytes, &chance, out, &e), ERR_OK, "%s", e.message);
}

static void put(const struct receipt_keys *k, const char *state)
{
	uint8_t entry[STATUS_RECEIVED_BYTES];
	struct status_entry one = {entry};
	seal(k, state, "", sizeof entry, entry);
	cr_assert_eq(status_put(path, sizeof entry, &one, 1, filler, &e), ERR_OK, "%s", e.message);
}

static void put_reply(const struct receipt_keys *k, const char *state)
{
	uint8_t entry[STATUS_REPLY_BYTES];
	struct status_entry one = {entry};
	seal(k, state, "", sizeof entry, entry);
	cr_assert_eq(status_put(path, sizeof entry, &one, 1, filler, &e), ERR_OK, "%s", e.message);
}

/* The state, or NULL when it is not found. */
static const char *find(struct arena *a, const struct receipt_keys *k)
{
	struct status s;
	bool found;
	cr_assert_eq(status_find(a, path, k, &found, &s, &e), ERR_OK, "%s", e.message);
	return found ? s.state : NULL;
}

static off_t size_of_file(void)
{
	struct stat st;
	cr_assert_eq(stat(path, &st), 0);
	return st.st_size;
}

static void overwrite(off_t at, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);
	cr_assert_geq(fd, 0);
	cr_assert_eq(pwrite(fd, bytes, len, at), (ssize_t)len);
	close(fd);
}

/* ---- one entry ----------------------------------------------------------------------------------------- */

Test(envelope_status, an_entry_is_found_by_its_keys_alone)
{
	struct arena *a = arena_new();
	struct receipt_keys k = keys_of(1), wrong = keys_of(1), other = keys_of(2);
	put(&k, "received");
	struct status s;
	bool found;
	cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_OK, "%s", e.message);
	cr_assert(found);
	cr_assert_str_eq(s.state, "received");
	cr_assert_str_eq(s.when, "2018-W47");
	cr_assert_str_eq(s.reply, "");
	cr_assert_eq(status_find(a, path, &other, &found, &s, &e), ERR_OK);
	cr_assert_not(found);
	cr_assert_str_eq(s.state, "", "nothing is said of an unknown one");
	wrong.status_key[0] ^= 1;
	cr_assert_eq(status_find(a, path, &wrong, &found, &s, &e), ERR_OK);
	cr_assert_not(found, "a tag alone opens nothing");
	cr_assert_str_eq(s.state, "");
	arena_free(a);
}

Test(envelope_status, a_reply_of_the_largest_size_is_kept)
{
	struct arena *a = arena_new();
	uint8_t entry[STATUS_REPLY_BYTES];
	struct status_entry one = {entry};
	struct receipt_keys k = keys_of(1);
	char reply[STATUS_REPLY_MAX + 2];
	for (int i = 0; i < STATUS_REPLY_MAX; i += 3)
		memcpy(reply + i, "答", 3);
	reply[STATUS_REPLY_MAX] = '\0';
	struct status s;
	bool found;
	seal(&k, "abcdefghijabcdefghijabcdefghijab", reply, sizeof entry, entry);
	cr_assert_eq(status_put(path, sizeof entry, &one, 1, filler, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_OK, "%s", e.message);
	cr_assert(found);
	cr_assert_str_eq(s.reply, reply);
	arena_free(a);
}

Test(envelope_status, what_is_sealed_comes_back)
{
	static const char *const replies[] = {"", "已查处。", "a\nb", "\"<&>"};
	struct arena *a = arena_new();
	for (size_t i = 0; i < COUNT_OF(replies); i++) {
		uint8_t entry[STATUS_REPLY_BYTES];
		struct status_entry one = {entry};
		struct receipt_keys k = keys_of((int)i);
		struct status s;
		bool found;
		seal(&k, "concluded", replies[i], sizeof entry, entry);
		cr_assert_eq(status_put(path, sizeof entry, &one, 1, filler, &e), ERR_OK);
		cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_OK, "%s", e.message);
		cr_assert(found);
		cr_assert_str_eq(s.reply, replies[i]);
	}
	arena_free(a);
}

/* ---- many entries ------------------------------------------------------------------------------------------ */

static void put_many(int from, int count)
{
	uint8_t *bytes = mem_alloc((size_t)count * STATUS_RECEIVED_BYTES);
	struct status_entry *entries = mem_zero((size_t)count, sizeof *entries);
	for (int i = 0; i < count; i++) {
		struct receipt_keys k = keys_of(from + i);
		char state[20];
		snprintf(state, sizeof state, "s%d", from + i);
		entries[i].bytes = bytes + (size_t)i * STATUS_RECEIVED_BYTES;
		seal(&k, state, "", STATUS_RECEIVED_BYTES,
			bytes + (size_t)i * STATUS_RECEIVED_BYTES);
	}
	cr_assert_eq(status_put(path, STATUS_RECEIVED_BYTES, entries, (size_t)count, filler, &e),
		ERR_OK, "%s", e.message);
	free(entries);
	free(bytes);
}

Test(envelope_status, thousands_are_all_found_and_no_other)
{
	enum { COUNT = 6000, STEP = 500 };
	struct arena *a = arena_new();
	for (int from = 0; from < COUNT; from += STEP)
		put_many(from, STEP);
	for (int n = 0; n < COUNT; n++) {
		struct receipt_keys k = keys_of(n);
		char state[20];
		snprintf(state, sizeof state, "s%d", n);
		const char *found = find(a, &k);
		cr_assert(found && str_eq(found, state), "entry %d", n);
	}
	for (int n = COUNT; n < COUNT + 2000; n++) {
		struct receipt_keys k = keys_of(n);
		cr_assert_null(find(a, &k), "%d was never put", n);
	}
	off_t places = (size_of_file() - STATUS_HEADER_BYTES) / STATUS_RECEIVED_BYTES;
	cr_assert(places == 256 * 32 || places == 256 * 64, "%lld", (long long)places);
	arena_free(a);
}

Test(envelope_status, the_size_follows_from_the_fullest_bucket_alone)
{
	const off_t first = STATUS_HEADER_BYTES + 256 * 8 * STATUS_RECEIVED_BYTES;
	cr_assert_eq(status_put(path, STATUS_RECEIVED_BYTES, NULL, 0, filler, &e), ERR_OK);
	cr_assert_eq(size_of_file(), first, "an empty file has its size");
	for (int n = 0; n < 8; n++) {
		struct receipt_keys k = crowded(n);
		put(&k, "received");
		cr_assert_eq(size_of_file(), first, "after %d", n + 1);
	}
	struct arena *a = arena_new();
	struct receipt_keys k = crowded(8);
	put(&k, "received");
	cr_assert_eq(
		size_of_file(), (off_t)(STATUS_HEADER_BYTES + 256 * 16 * STATUS_RECEIVED_BYTES));
	for (int n = 0; n < 9; n++) {
		k = crowded(n);
		cr_assert_not_null(find(a, &k), "entry %d after growing", n);
	}
	arena_free(a);
}

Test(envelope_status, putting_the_offices_entries_again_replaces)
{
	struct arena *a = arena_new();
	for (int round = 0; round < 30; round++)
		for (int n = 0; n < 8; n++) {
			struct receipt_keys k = crowded(n);
			put_reply(&k, round == 29 ? "concluded" : "received");
		}
	cr_assert_eq(size_of_file(), (off_t)(STATUS_HEADER_BYTES + 256 * 8 * STATUS_REPLY_BYTES),
		"no entry stands twice");
	for (int n = 0; n < 8; n++) {
		struct receipt_keys k = crowded(n);
		cr_assert_str_eq(find(a, &k), "concluded");
	}
	arena_free(a);
}

/* Who writes envelopes on the exposed host chooses the tags of their entries: other cases' stay what they are. */
Test(envelope_status, a_received_entry_is_never_replaced)
{
	struct arena *a = arena_new();
	uint8_t junk[2][STATUS_RECEIVED_BYTES];
	struct status_entry both[] = {{junk[0]}, {junk[1]}};
	struct receipt_keys k = crowded(1), other = crowded(2);
	put(&k, "received");
	memset(junk, 0x55, sizeof junk);
	memcpy(junk[0], k.status_tag, STATUS_TAG_BYTES);
	seal(&other, "accepted", "", sizeof junk[1], junk[1]);
	cr_assert_eq(status_put(path, STATUS_RECEIVED_BYTES, both, 2, filler, &e), ERR_OK, "%s",
		e.message);
	cr_assert_str_eq(find(a, &k), "received");
	cr_assert_str_eq(find(a, &other), "accepted", "the rest of the group is put");
	put(&k, "concluded");
	cr_assert_str_eq(find(a, &k), "received");
	/* And within one group. */
	struct receipt_keys third = crowded(3);
	seal(&third, "received", "", sizeof junk[0], junk[0]);
	seal(&third, "accepted", "", sizeof junk[1], junk[1]);
	cr_assert_eq(status_put(path, STATUS_RECEIVED_BYTES, both, 2, filler, &e), ERR_OK);
	cr_assert_str_eq(find(a, &third), "received");
	/* It holds while the file grows, too. */
	for (int n = 10; n < 30; n++) {
		struct receipt_keys more = crowded(n);
		put(&more, "accepted");
	}
	put(&k, "concluded");
	cr_assert_str_eq(find(a, &k), "received");
	arena_free(a);
}

/* Puts entries of chosen tags, all of bucket 0, from..from + count - 1. */
static enum err_code put_aimed(int from, int count, size_t entry_bytes)
{
	uint8_t *bytes = mem_alloc((size_t)count * entry_bytes);
	struct status_entry *entries = mem_zero((size_t)count, sizeof *entries);
	for (int i = 0; i < count; i++) {
		struct receipt_keys k = crowded(from + i);
		entries[i].bytes = bytes + (size_t)i * entry_bytes;
		seal(&k, "received", "", entry_bytes, bytes + (size_t)i * entry_bytes);
	}
	enum err_code code = status_put(path, entry_bytes, entries, (size_t)count, filler, &e);
	free(entries);
	free(bytes);
	return code;
}

Test(envelope_status, tags_aimed_at_one_bucket_stop_nothing)
{
	enum { MOST = STATUS_RECEIVED_CAPACITY_MAX };
	const off_t largest =
		STATUS_HEADER_BYTES + (off_t)STATUS_BUCKETS * MOST * STATUS_RECEIVED_BYTES;
	struct arena *a = arena_new();
	struct receipt_keys k = keys_of(1);
	cr_assert_eq(put_aimed(0, MOST, STATUS_RECEIVED_BYTES), ERR_OK, "%s", e.message);
	cr_assert_eq(size_of_file(), largest);
	cr_assert_eq(put_aimed(MOST, 3, STATUS_RECEIVED_BYTES), ERR_OK, "%s", e.message);
	cr_assert_eq(size_of_file(), largest, "and no larger");
	for (int n = 0; n < MOST + 3; n += n < MOST - 1 ? 89 : 1) {
		struct receipt_keys aimed = crowded(n);
		cr_assert_eq(find(a, &aimed) != NULL, n < MOST, "entry %d", n);
	}
	cr_assert_neq(k.status_tag[0], 0);
	put(&k, "received");
	cr_assert_str_eq(find(a, &k), "received", "other buckets have room");
	arena_free(a);
}

/* Made before there was a limit: it is read and written as it is. */
Test(envelope_status, a_larger_received_file_is_used_and_grows_no_more)
{
	const struct status_header large = {
		STATUS_RECEIVED_BYTES, 2 * STATUS_RECEIVED_CAPACITY_MAX};
	const off_t size = STATUS_HEADER_BYTES +
			   (off_t)STATUS_BUCKETS * large.capacity * STATUS_RECEIVED_BYTES;
	uint8_t head[STATUS_HEADER_USED];
	struct arena *a = arena_new();
	struct receipt_keys k = crowded(1), other = crowded(2);
	put(&k, "received");
	status_header_write(&large, head);
	overwrite(0, head, sizeof head);
	cr_assert_eq(truncate(path, size), 0);
	/* No place of it is ours or the filler's: bucket 0 is full. */
	put(&other, "received");
	cr_assert_eq(size_of_file(), size);
	cr_assert_null(find(a, &other));
	cr_assert_str_eq(find(a, &k), "received");
	arena_free(a);
}

Test(envelope_status, the_offices_file_grows_beyond_and_says_when_it_is_full)
{
	const struct status_header largest = {STATUS_REPLY_BYTES, STATUS_CAPACITY_MAX};
	uint8_t head[STATUS_HEADER_BYTES] = {0};
	struct receipt_keys k = crowded(1);
	uint8_t entry[STATUS_REPLY_BYTES];
	struct status_entry one = {entry};
	status_header_write(&largest, head);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, head, sizeof head), (ssize_t)sizeof head);
	close(fd);
	/* Holes: every place of every bucket is taken by zeros. */
	cr_assert_eq(truncate(path, (off_t)STATUS_HEADER_BYTES + (off_t)STATUS_BUCKETS *
									 STATUS_CAPACITY_MAX *
									 STATUS_REPLY_BYTES),
		0);
	seal(&k, "received", "", sizeof entry, entry);
	cr_assert_eq(status_put(path, sizeof entry, &one, 1, filler, &e), ERR_SYSTEM);
}

static uint8_t *bytes_of_file(size_t *ret_len)
{
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	cr_assert_eq(file_read(path, (size_t)64 << 20, &b, &e), ERR_OK);
	*ret_len = b.len;
	return (uint8_t *)b.data;
}

/* Chi-squared of the byte values; 255 degrees of freedom: a value over 400 comes once in 10^8 times. */
static double unevenness(const uint8_t *bytes, size_t len)
{
	double sum = 0, expected = (double)len / 256;
	size_t counts[256] = {0};
	for (size_t i = 0; i < len; i++)
		counts[bytes[i]]++;
	for (size_t i = 0; i < 256; i++)
		sum += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
	return sum;
}

Test(envelope_status, an_empty_file_and_a_full_one_look_alike)
{
	size_t len;
	cr_assert_eq(status_put(path, STATUS_RECEIVED_BYTES, NULL, 0, filler, &e), ERR_OK);
	uint8_t *bytes = bytes_of_file(&len);
	double empty = unevenness(bytes + STATUS_HEADER_BYTES, len - STATUS_HEADER_BYTES);
	uint8_t head[STATUS_HEADER_BYTES];
	memcpy(head, bytes, sizeof head);
	free(bytes);
	put_many(0, 700);
	bytes = bytes_of_file(&len);
	double full = unevenness(bytes + STATUS_HEADER_BYTES, len - STATUS_HEADER_BYTES);
	cr_assert(empty < 400 && full < 400, "%f %f", empty, full);
	if (len == STATUS_HEADER_BYTES + 256 * 8 * STATUS_RECEIVED_BYTES)
		cr_assert_eq(memcmp(head, bytes, sizeof head), 0, "the head counts nothing");
	for (size_t i = STATUS_HEADER_USED; i < STATUS_HEADER_BYTES; i++)
		cr_assert_eq(bytes[i], 0);
	free(bytes);
}

Test(envelope_status, no_two_places_of_an_empty_file_are_alike)
{
	size_t len;
	cr_assert_eq(status_put(path, STATUS_RECEIVED_BYTES, NULL, 0, filler, &e), ERR_OK);
	uint8_t *bytes = bytes_of_file(&len);
	for (size_t i = STATUS_HEADER_BYTES; i < len; i += STATUS_RECEIVED_BYTES)
		for (size_t j = STATUS_HEADER_BYTES; j < i; j += STATUS_RECEIVED_BYTES)
			cr_assert_neq(memcmp(bytes + i, bytes + j, 32), 0);
	free(bytes);
}

/* The first of two entries put into a bucket does not stand before the second more often than after it. */
Test(envelope_status, a_position_does_not_tell_the_order)
{
	int before = 0;
	const int rounds = 120;
	for (int n = 0; n < rounds; n++) {
		struct receipt_keys first = keys_of(2 * n), second = keys_of(2 * n + 1);
		size_t len;
		second.status_tag[0] = first.status_tag[0];
		unlink(path);
		put(&first, "received");
		put(&second, "received");
		uint8_t *bytes = bytes_of_file(&len);
		const void *at = memmem(bytes, len, first.status_tag, STATUS_TAG_BYTES);
		const void *then = memmem(bytes, len, second.status_tag, STATUS_TAG_BYTES);
		cr_assert(at && then);
		before += at < then;
		free(bytes);
	}
	cr_assert(before > 30 && before < 90, "%d of %d", before, rounds);
}

/* ---- damage ------------------------------------------------------------------------------------------------- */

static off_t place_of(const struct receipt_keys *k)
{
	size_t len;
	uint8_t *bytes = bytes_of_file(&len);
	uint8_t *at = memmem(bytes, len, k->status_tag, STATUS_TAG_BYTES);
	cr_assert_not_null(at);
	off_t offset = at - bytes;
	free(bytes);
	return offset;
}

Test(envelope_status, a_damaged_received_entry_is_not_found)
{
	struct arena *a = arena_new();
	struct receipt_keys k = crowded(1), other = crowded(2);
	uint8_t zeros[STATUS_RECEIVED_BYTES] = {0};
	put(&other, "accepted");
	put(&k, "received");
	off_t at = place_of(&k);
	/* The tag whole, the rest torn: what stands first stays, and says nothing. */
	overwrite(at + 60, zeros, 20);
	cr_assert_null(find(a, &k));
	put(&k, "received");
	cr_assert_eq(place_of(&k), at);
	cr_assert_null(find(a, &k));
	/* The tag torn: another place; the damaged one is nobody's. */
	overwrite(at + 3, zeros, 5);
	cr_assert_null(find(a, &k));
	put(&k, "received");
	cr_assert_neq(place_of(&k), at);
	cr_assert_str_eq(find(a, &k), "received");
	cr_assert_str_eq(find(a, &other), "accepted");
	arena_free(a);
}

/* Sealed with the right key, but no status inside. */
Test(envelope_status, an_entry_that_opens_to_something_else_is_not_found)
{
	struct arena *a = arena_new();
	struct receipt_keys k = keys_of(1);
	uint8_t plain[STATUS_PLAIN_BYTES(STATUS_RECEIVED_BYTES)], entry[STATUS_RECEIVED_BYTES];
	struct status_entry one = {entry};
	memset(plain, 0xff, sizeof plain);
	memcpy(entry, k.status_tag, STATUS_TAG_BYTES);
	aead_seal(k.status_key, "tianlan status entry", k.status_tag, STATUS_TAG_BYTES, plain,
		sizeof plain, &chance, entry + STATUS_TAG_BYTES);
	cr_assert_eq(status_put(path, sizeof entry, &one, 1, filler, &e), ERR_OK, "%s", e.message);
	cr_assert_null(find(a, &k));
	arena_free(a);
}

Test(envelope_status, a_torn_entry_of_the_office_is_mended_by_putting_it_again)
{
	struct arena *a = arena_new();
	struct receipt_keys k = crowded(1), other = crowded(2);
	uint8_t zeros[STATUS_RECEIVED_BYTES] = {0};
	put_reply(&other, "accepted");
	put_reply(&k, "received");
	off_t at = place_of(&k);
	/* The tag whole, the rest torn: the same place again. */
	overwrite(at + 60, zeros, 20);
	cr_assert_null(find(a, &k));
	put_reply(&k, "received");
	cr_assert_eq(place_of(&k), at);
	cr_assert_str_eq(find(a, &k), "received");
	/* The tag torn: another place; the damaged one is nobody's. */
	overwrite(at + 3, zeros, 5);
	cr_assert_null(find(a, &k));
	put_reply(&k, "received");
	cr_assert_neq(place_of(&k), at);
	cr_assert_str_eq(find(a, &k), "received");
	cr_assert_str_eq(find(a, &other), "accepted");
	arena_free(a);
}

Test(envelope_status, damaged_places_are_taken_and_survive_growing)
{
	struct arena *a = arena_new();
	uint8_t noise[STATUS_RECEIVED_BYTES];
	cr_assert_eq(status_put(path, STATUS_RECEIVED_BYTES, NULL, 0, filler, &e), ERR_OK);
	memset(noise, 0x55, sizeof noise);
	for (int place = 0; place < 8; place++) {
		noise[5] = (uint8_t)place;
		overwrite(STATUS_HEADER_BYTES + place * STATUS_RECEIVED_BYTES, noise, sizeof noise);
	}
	for (int n = 0; n < 9; n++) {
		struct receipt_keys k = crowded(n);
		put(&k, "received");
	}
	for (int n = 0; n < 9; n++) {
		struct receipt_keys k = crowded(n);
		cr_assert_not_null(find(a, &k), "%d", n);
	}
	cr_assert_eq(
		size_of_file(), (off_t)(STATUS_HEADER_BYTES + 256 * 32 * STATUS_RECEIVED_BYTES));
	arena_free(a);
}

Test(envelope_status, a_damaged_head_and_a_wrong_size_are_refused)
{
	struct arena *a = arena_new();
	struct receipt_keys k = keys_of(1);
	uint8_t head[STATUS_HEADER_USED], bad[STATUS_HEADER_USED];
	struct status s;
	bool found;
	size_t len;
	put(&k, "received");
	uint8_t *bytes = bytes_of_file(&len);
	memcpy(head, bytes, sizeof head);
	free(bytes);
	for (size_t i = 0; i < sizeof head; i++) {
		memcpy(bad, head, sizeof head);
		bad[i] ^= 0x20;
		overwrite(0, bad, sizeof bad);
		cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_INPUT, "byte %zu", i);
		cr_assert_eq(
			status_put(path, STATUS_RECEIVED_BYTES, NULL, 0, filler, &e), ERR_INPUT);
	}
	overwrite(0, head, sizeof head);
	cr_assert_str_eq(find(a, &k), "received");
	cr_assert_eq(truncate(path, (off_t)len - 1), 0);
	cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_INPUT);
	cr_assert_eq(truncate(path, 10), 0);
	cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_INPUT);
	cr_assert_eq(truncate(path, 0), 0);
	cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_INPUT);
	arena_free(a);
}

Test(envelope_status, a_file_of_the_other_size_is_not_written)
{
	uint8_t entry[STATUS_REPLY_BYTES];
	struct status_entry one = {entry};
	struct receipt_keys k = keys_of(1);
	put(&k, "received");
	seal(&k, "received", "", sizeof entry, entry);
	cr_assert_eq(status_put(path, sizeof entry, &one, 1, filler, &e), ERR_INPUT);
	cr_assert_eq(status_put(path, 64, &one, 1, filler, &e), ERR_INPUT);
}

Test(envelope_status, no_file_is_said_apart)
{
	struct arena *a = arena_new();
	struct receipt_keys k = keys_of(1);
	struct status s;
	bool found;
	cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_NOT_FOUND);
	cr_assert_eq(symlink("/etc/passwd", path), 0);
	cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_SYSTEM, "no link is followed");
	unlink(path);
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_assert_eq(status_find(a, path, &k, &found, &s, &e), ERR_INPUT, "and nothing waits");
	arena_free(a);
}

Test(envelope_status, the_group_may_read_whatever_the_umask)
{
	struct stat st;
	umask(0777);
	cr_assert_eq(status_put(path, STATUS_RECEIVED_BYTES, NULL, 0, filler, &e), ERR_OK);
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0640);
}

Test(envelope_status, a_dead_writers_leftover_is_no_hindrance)
{
	struct arena *a = arena_new();
	int fd = open(arena_printf(a, "%s.new", path), O_WRONLY | O_CREAT, 0640);
	cr_assert_eq(write(fd, "half", 4), 4);
	close(fd);
	struct receipt_keys k = keys_of(1);
	put(&k, "received");
	cr_assert_str_eq(find(a, &k), "received");
	cr_assert_not(file_exists(arena_printf(a, "%s.new", path)));
	arena_free(a);
}

/* Growing fails half-way: the old file stands whole. */
Test(envelope_status, a_failure_to_grow_keeps_the_old_file)
{
	struct arena *a = arena_new();
	struct rlimit old, small;
	uint8_t entry[STATUS_RECEIVED_BYTES];
	struct status_entry one = {entry};
	struct receipt_keys k;
	for (int n = 0; n < 8; n++) {
		k = crowded(n);
		put(&k, "received");
	}
	k = crowded(8);
	seal(&k, "received", "", sizeof entry, entry);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){(rlim_t)size_of_file() + 1000, old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	cr_assert_eq(status_put(path, sizeof entry, &one, 1, filler, &e), ERR_SYSTEM);
	setrlimit(RLIMIT_FSIZE, &old);
	cr_assert_not(file_exists(arena_printf(a, "%s.new", path)));
	for (int n = 0; n < 8; n++) {
		k = crowded(n);
		cr_assert_not_null(find(a, &k), "%d", n);
	}
	arena_free(a);
}

/* Entries appear and stay while a reader looks; a kill at any moment leaves a file that can be read and written. */
Test(envelope_status, readers_and_kills_find_a_whole_file)
{
	struct arena *a = arena_new();
	int next = 0;
	struct receipt_keys first = crowded(100000);
	put(&first, "received");
	for (int round = 0; round < 10; round++) {
		int report[2], n, last = next - 1;
		cr_assert_eq(pipe(report), 0);
		pid_t writer = fork();
		if (writer == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (n = next;; n++) {
				struct receipt_keys k = crowded(n);
				put(&k, "received");
				if (write(report[1], &n, sizeof n) != sizeof n)
					_exit(1);
			}
		}
		close(report[1]);
		for (int i = 0; i < 5; i++) {
			for (int j = 0; j < 100; j++)
				cr_assert_not_null(find(a, &first));
			cr_assert_eq(read(report[0], &last, sizeof last), (ssize_t)sizeof last);
		}
		usleep((useconds_t)(100 * round));
		kill(writer, SIGKILL);
		cr_assert_eq(waitpid(writer, NULL, 0), writer);
		while (read(report[0], &n, sizeof n) == sizeof n)
			last = n;
		close(report[0]);
		for (n = 0; n <= last; n++) {
			struct receipt_keys k = crowded(n);
			cr_assert_not_null(find(a, &k), "%d", n);
		}
		next = last + 1;
		arena_reset(a);
	}
	cr_assert_geq(next, 50, "%d", next);
	arena_free(a);
}
