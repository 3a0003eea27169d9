/* Budgets: per network and day, for everyone per hour; what cannot be used does not lose a tip-off. */
#include "host.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static struct host h;
enum { KEY_AT = 32, HEAD = 64, TABLE = HEAD + 4 * 4096 * 2 };

static void close_host(void)
{
	host_close(&h);
}

TestSuite(intake_budget, .fini = close_host);

static struct budget look(const char *address, int64_t later)
{
	struct budget b;
	budget_look(h.in, address, h.now + later, &h.chance, &b);
	return b;
}

static void count(const char *address, int n)
{
	for (int i = 0; i < n; i++)
		cr_assert(budget_count(h.in, address, h.now, &h.chance, BUDGET_ACCEPTED));
}

static void table(uint8_t out[TABLE])
{
	struct err e;
	struct buf bytes;
	buf_init(&bytes, 1 << 20);
	cr_assert_eq(file_read(host_path(&h, "spool/budget/day"), 1 << 20, &bytes, &e), ERR_OK);
	cr_assert_eq(bytes.len, TABLE);
	memcpy(out, bytes.data, TABLE);
	buf_done(&bytes);
}

Test(intake_budget, networks_are_counted_apart_and_neighbours_together)
{
	static const struct {
		const char *counted, *asked;
		bool over;
	} cases[] = {
		{"192.0.2.1", "192.0.2.254", true},
		{"192.0.3.1", "192.0.4.1", false},
		{"2001:db8:1::1", "2001:db8:1:ffff::2", true},
		{"2001:db8:2::1", "2001:db8:3::1", false},
		{"::ffff:198.51.100.7", "198.51.100.8", true},
		{"127.0.0.1", "127.1.2.3", true},
		{"127.0.0.1", "::1", true},
		{"127.0.0.1", "", true},
		{"127.0.0.1", "not an address", true},
		{"127.0.0.1", "203.0.113.1", false},
	};
	host_open(&h, "network_daily = 2; loopback_daily = 2; global_hourly = 0; work_bits = 8;",
		true);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		while (!look(cases[i].counted, 0).network_over)
			count(cases[i].counted, 1);
		struct budget b = look(cases[i].asked, 0);
		cr_assert(b.usable);
		cr_assert_eq(b.network_over, cases[i].over, "%s and %s", cases[i].counted,
			cases[i].asked);
	}
}

Test(intake_budget, the_limit_is_the_number_that_may_be_accepted)
{
	host_open(&h, "network_daily = 3; loopback_daily = 5; global_hourly = 0; work_bits = 8;",
		true);
	count("192.0.2.1", 2);
	cr_assert_not(look("192.0.2.1", 0).network_over);
	count("192.0.2.1", 1);
	cr_assert(look("192.0.2.1", 0).network_over);
	count("127.0.0.1", 4);
	cr_assert_not(look("127.0.0.1", 0).network_over, "the machine itself has its own limit");
	count("127.0.0.1", 1);
	cr_assert(look("127.0.0.1", 0).network_over);
}

Test(intake_budget, a_new_day_in_china_forgets_the_old_one)
{
	host_open(&h, "network_daily = 1; loopback_daily = 1; global_hourly = 0; work_bits = 8;",
		true);
	count("192.0.2.1", 1);
	struct budget b = look("192.0.2.1", 0);
	cr_assert(b.network_over);
	cr_assert_eq(b.retry_after, 4 * 3600, "it is eight in the evening");
	cr_assert(look("192.0.2.1", b.retry_after - 1).network_over);
	cr_assert_not(look("192.0.2.1", b.retry_after).network_over);
	/* The file was emptied: not one counter of yesterday is left. */
	uint8_t bytes[TABLE];
	table(bytes);
	for (size_t i = HEAD; i < TABLE; i++)
		cr_assert_eq(bytes[i], 0);
}

Test(intake_budget, a_days_key_is_drawn_by_chance_and_gone_on_the_next)
{
	uint8_t first[TABLE], same[TABLE], next[TABLE];
	static const uint8_t none[KEY_BYTES];
	host_open(&h, "", true);
	count("192.0.2.1", 1);
	table(first);
	cr_assert_neq(memcmp(first + KEY_AT, none, KEY_BYTES), 0);
	count("192.0.2.1", 1);
	table(same);
	cr_assert_eq(memcmp(same + KEY_AT, first + KEY_AT, KEY_BYTES), 0, "one key for a day");
	cr_assert(look("192.0.2.1", 86400).usable);
	table(next);
	cr_assert_neq(memcmp(next + KEY_AT, none, KEY_BYTES), 0);
	cr_assert_null(memmem(next, sizeof next, first + KEY_AT, KEY_BYTES));
	/* And back: a clock set wrong does not bring a table again. */
	count("192.0.2.1", 1);
	table(same);
	cr_assert_neq(memcmp(same + KEY_AT, first + KEY_AT, KEY_BYTES), 0);
	cr_assert_neq(memcmp(same + HEAD, first + HEAD, TABLE - HEAD), 0, "other places");
}

Test(intake_budget, the_places_do_not_follow_from_the_hosts_secret)
{
	uint8_t one[TABLE], other[TABLE];
	host_open(&h, "", true);
	count("192.0.2.1", 1);
	table(one);
	/* The same host, secret, day and network: only the table was made anew. */
	host_file(&h, "spool/budget/day", NULL);
	count("192.0.2.1", 1);
	table(other);
	cr_assert_neq(memcmp(one + HEAD, other + HEAD, TABLE - HEAD), 0);
	/* The key alone decides: with it put back, the network is found where it was. */
	int fd = open(host_path(&h, "spool/budget/day"), O_WRONLY);
	cr_assert_eq(pwrite(fd, one, sizeof one, 0), sizeof one);
	close(fd);
	count("192.0.2.1", 1);
	table(other);
	for (size_t i = HEAD; i < TABLE; i += 2)
		cr_assert_eq(other[i], 2 * one[i]);
}

Test(intake_budget, a_table_of_the_former_form_is_emptied_whole)
{
	uint8_t old[32 + 4 * 4096 * 2], now[TABLE];
	host_open(&h, "", true);
	memset(old, 'o', sizeof old);
	memcpy(old, "tlbudget", 8);
	int fd = open(host_path(&h, "spool/budget/day"), O_WRONLY | O_CREAT, 0600);
	cr_assert_eq(write(fd, old, sizeof old), sizeof old);
	close(fd);
	cr_assert(look("192.0.2.1", 0).usable);
	table(now);
	for (size_t i = HEAD; i < TABLE; i++)
		cr_assert_eq(now[i], 0);
}

Test(intake_budget, what_was_refused_counts_for_the_network_and_not_for_everyone)
{
	host_open(&h, "network_daily = 2; loopback_daily = 2; global_hourly = 1; work_bits = 8;",
		true);
	for (int i = 0; i < 2; i++)
		cr_assert(budget_count(h.in, "192.0.2.1", h.now, &h.chance, BUDGET_REFUSED));
	cr_assert(look("192.0.2.1", 0).network_over);
	cr_assert_not(look("192.0.2.1", 0).hour_over);
	count("192.0.2.1", 1);
	cr_assert(look("192.0.2.1", 0).hour_over);
}

Test(intake_budget, the_file_holds_no_address)
{
	host_open(&h, "", true);
	count("192.0.2.1", 3);
	struct err e;
	struct buf bytes;
	buf_init(&bytes, 1 << 20);
	cr_assert_eq(file_read(host_path(&h, "spool/budget/day"), 1 << 20, &bytes, &e), ERR_OK);
	cr_assert_null(memmem(bytes.data, bytes.len, "\xc0\x00\x02", 3));
	cr_assert_null(memmem(bytes.data, bytes.len, "192.0.2", 7));
	buf_done(&bytes);
}

Test(intake_budget, an_hour_has_its_own_number)
{
	host_open(&h, "network_daily = 0; loopback_daily = 0; global_hourly = 2; work_bits = 8;",
		true);
	count("192.0.2.1", 1);
	cr_assert_not(look("203.0.113.9", 0).hour_over);
	count("198.51.100.1", 1);
	cr_assert(look("203.0.113.9", 0).hour_over);
	cr_assert_not(look("203.0.113.9", 3600).hour_over);
	cr_assert_not(look("192.0.2.1", 0).network_over, "0 is no limit");
}

Test(intake_budget, counters_stop_at_their_end)
{
	host_open(&h,
		"network_daily = 60000; loopback_daily = 0; global_hourly = 0; work_bits = 8;",
		true);
	count("192.0.2.1", 1);
	int fd = open(host_path(&h, "spool/budget/day"), O_RDWR);
	uint8_t full[4 * 4096 * 2];
	memset(full, 0xff, sizeof full);
	cr_assert_eq(pwrite(fd, full, sizeof full, HEAD), sizeof full);
	close(fd);
	cr_assert(look("192.0.2.1", 0).network_over);
	count("192.0.2.1", 1);
	cr_assert(look("192.0.2.1", 0).network_over);
}

Test(intake_budget, a_damaged_file_starts_anew_and_a_missing_folder_is_unusable)
{
	host_open(&h, "network_daily = 1; loopback_daily = 1; global_hourly = 0; work_bits = 8;",
		true);
	count("192.0.2.1", 1);
	host_file(&h, "spool/budget/day", "rubbish");
	struct budget b = look("192.0.2.1", 0);
	cr_assert(b.usable);
	cr_assert_not(b.network_over);
	host_file(&h, "spool/budget/day", NULL);
	cr_assert_eq(symlink("/etc/hostname", host_path(&h, "spool/budget/day")), 0);
	cr_assert_not(look("192.0.2.1", 0).usable, "no link is followed");
	cr_assert_eq(unlink(host_path(&h, "spool/budget/day")), 0);
	cr_assert_eq(rmdir(host_path(&h, "spool/budget")), 0);
	host_again(&h, true);
	cr_assert_not(look("192.0.2.1", 0).usable);
	cr_assert_not(budget_count(h.in, "192.0.2.1", h.now, &h.chance, BUDGET_ACCEPTED));
}

Test(intake_budget, a_lock_that_is_never_released_is_not_waited_for, .timeout = 10)
{
	host_open(&h, "", true);
	count("192.0.2.1", 1);
	int fd = open(host_path(&h, "spool/budget/day"), O_RDWR);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cr_assert_not(look("192.0.2.1", 0).usable);
	close(fd);
	cr_assert(look("192.0.2.1", 0).usable);
}

Test(intake_work, work_is_a_hash_with_enough_zero_bits)
{
	char text[16];
	int at[3] = {-1, -1, -1};
	static const int bits[3] = {1, 8, 13};
	host_open(&h, "", true);
	for (int n = 0; n < 200000 && at[2] < 0; n++) {
		uint8_t hash[SHA256_BYTES];
		const char *all = arena_printf(h.arena, "tianlan-work 1 token %d", n);
		sha256_bytes(all, strlen(all), hash);
		unsigned first = (unsigned)(hash[0] << 8 | hash[1]);
		snprintf(text, sizeof text, "%d", n);
		for (int i = 0; i < 3; i++) {
			bool enough = first >> (16 - bits[i]) == 0;
			cr_assert_eq(work_is_done("token", text, bits[i]), enough, "%d bits, %d",
				bits[i], n);
			if (enough && at[i] < 0)
				at[i] = n;
		}
	}
	cr_assert_geq(at[2], 0, "one was found");
	snprintf(text, sizeof text, "%d", at[2]);
	cr_assert_not(work_is_done("other", text, 13) && work_is_done("third", text, 13));
	cr_assert_not(work_is_done("token", "", 0));
	cr_assert_not(
		work_is_done("token", "000000000000000000000000000000000", 0), "33 characters");
}
