/* A tip-off by phone, letter or visit is a case like any other: sealed, chained, answered under a receipt; and works on a machine
 * that is no intake host. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(casework_desk_new, .init = office_begin, .fini = world_end, .timeout = 120);

static struct tipoff a_call(const char *way)
{
	bool anonymous = str_eq(way, "anonymous");

	return (struct tipoff){.kinds = {"noise", "dust"},
		.kind_count = 2,
		.enterprise = "编造木器厂",
		.street = "650105001",
		.place = "编造路口东面",
		.happened_on = "2018-01-30",
		.what = SECRET_TEXT,
		.way = way,
		.contact_name = anonymous ? "" : SECRET_NAME,
		.contact_phone = anonymous ? "" : SECRET_PHONE};
}

static int64_t take_down(struct desk *d, const char *origin, const char *way, struct receipt *ret)
{
	struct tipoff t = a_call(way);
	int64_t number = 0;

	cr_assert_eq(
		desk_new(d, origin, &t, NULL, 0, NOW, ret, &number, &e), ERR_OK, "%s", e.message);
	return number;
}

Test(casework_desk_new, the_row_says_what_was_taken_down)
{
	static const char *const origins[] = {"phone", "letter", "visit"};
	struct desk *d = desk_as("office", NULL, "2018-01-31");

	for (size_t i = 0; i < COUNT_OF(origins); i++) {
		struct receipt receipt;
		struct tip_case row;
		int64_t number = take_down(d, origins[i], "named", &receipt);
		cr_assert_eq(reg_case_get(reg, number, arena, &row, &e), ERR_OK);
		cr_assert_str_eq(row.origin, origins[i]);
		cr_assert_str_eq(row.host, "desk");
		cr_assert_str_eq(row.kinds, "noise dust");
		cr_assert_str_eq(row.street, "650105001");
		cr_assert_str_eq(row.way, "named");
		cr_assert_str_eq(row.week, "2018-W05");
		cr_assert_eq(day_compare(row.received_on, day("2018-01-31")), 0);
		cr_assert(row.has_status);
		cr_assert_eq(row.course.state, CASE_RECEIVED);
	}
	flush_and_close(d);
	struct chain_report r = verify();
	cr_assert(r.sound, "%s", r.why);
	cr_assert_eq(r.cases, 3);
	cr_assert_eq(files_below("slots"), 3);
	cr_assert_eq(files_below("desk/new"), 0);
}

Test(casework_desk_new, each_role_opens_its_half)
{
	struct receipt receipt;
	struct desk_case c;
	struct desk *d = desk_as("office", NULL, "2018-01-31");
	int64_t number = take_down(d, "phone", "confidential", &receipt);

	cr_assert_eq(desk_case_get(d, number, arena, &c, &e), ERR_OK, "%s", e.message);
	cr_assert_not(c.opened);
	cr_assert_str_eq(c.tipoff.what, "");
	flush_and_close(d);
	d = desk_as("inspector", NULL, "2018-02-01");
	cr_assert_eq(desk_case_get(d, number, arena, &c, &e), ERR_OK, "%s", e.message);
	cr_assert(c.opened);
	cr_assert_str_eq(c.tipoff.what, SECRET_TEXT);
	cr_assert_str_eq(c.tipoff.contact_name, "");
	cr_assert_str_eq(c.row.origin, "phone");
	flush_and_close(d);
	d = desk_as("reply", NULL, "2018-02-01");
	cr_assert_eq(desk_case_get(d, number, arena, &c, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(c.tipoff.contact_name, SECRET_NAME);
	cr_assert_str_eq(c.tipoff.contact_phone, SECRET_PHONE);
	cr_assert_str_eq(c.tipoff.what, "");
	flush_and_close(d);
}

Test(casework_desk_new, the_receipt_is_answered_at_once)
{
	struct receipt receipt, second;
	struct receipt_keys keys;
	struct status s;
	struct tip_case row;
	bool found = false;
	char id[CASE_ID_HEX_BYTES], text[RECEIPT_TEXT_BYTES];
	struct desk *d = desk_as("office", NULL, "2018-01-31");
	int64_t number = take_down(d, "phone", "anonymous", &receipt);

	receipt_derive(&receipt, &keys);
	case_id_text(&keys.id, id);
	cr_assert_eq(reg_case_get(reg, number, arena, &row, &e), ERR_OK);
	cr_assert_str_eq(row.id, id);
	cr_assert_eq(status_find(arena, at("status/office.bin"), &keys, &found, &s, &e), ERR_OK,
		"%s", e.message);
	cr_assert(found);
	cr_assert_str_eq(s.state, "received");
	receipt_text(&receipt, text);
	cr_assert_eq(
		receipt_parse(text, strlen(text), &second), RECEIPT_READ, "its check digit fits");
	take_down(d, "phone", "anonymous", &second);
	cr_assert(memcmp(&receipt, &second, sizeof receipt) != 0);
	flush_and_close(d);
}

/* ---- an office alone ------------------------------------------------------------------------------------------ */

Test(casework_desk_new, needs_no_intake_host_and_makes_none)
{
	struct receipt receipt;
	struct stat st;

	cr_assert_eq(dir_remove_all(at("host"), &e), ERR_OK);
	cr_assert_eq(dir_remove_all(at("spool"), &e), ERR_OK);
	struct desk *d = desk_as("office", NULL, "2018-01-31");
	take_down(d, "visit", "named", &receipt);
	take_down(d, "visit", "named", &receipt);
	flush_and_close(d);
	cr_assert_not(file_exists(at("host")), "tianlan intake host makes it whole, or not at all");
	cr_assert_not(file_exists(at("spool")));
	cr_assert_eq(stat(at("desk"), &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0700);
	cr_assert_eq(verify().cases, 2);
}

Test(casework_desk_new, a_letter_that_a_crash_left_is_drained_with_the_next)
{
	struct receipt receipt;
	struct posted p;
	struct buf bytes;
	struct tip_case row;
	struct desk *d = desk_as("office", NULL, "2018-01-31");

	take_down(d, "phone", "anonymous", &receipt);
	seal(7, 0, 0, 0, &bytes, &p);
	cr_assert_eq(file_write_durable(at(arena_printf(arena, "desk/new/%s", p.id)), bytes.data,
			     bytes.len, &e),
		ERR_OK, "%s", e.message);
	buf_done(&bytes);
	take_down(d, "phone", "anonymous", &receipt);
	cr_assert_eq(reg_case_find(reg, p.id, arena, &row, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(row.host, "desk");
	flush_and_close(d);
	cr_assert_eq(verify().cases, 3);
}

/* ---- what stays secret, what is refused -------------------------------------------------------------------------- */

static enum err_code look_for_secrets(const char *relative, void *ctx, struct err *x)
{
	static const char *const secrets[] = {
		SECRET_TEXT, SECRET_NAME, SECRET_PHONE, "编造路口东面", "编造木器厂"};
	struct buf b;

	(void)ctx;
	buf_init(&b, (size_t)64 << 20);
	enum err_code code = file_read(at(relative), b.max, &b, x);
	for (size_t i = 0; !code && i < COUNT_OF(secrets); i++)
		cr_assert(!b.len || !memmem(b.data, b.len, secrets[i], strlen(secrets[i])),
			"%s holds %s", relative, secrets[i]);
	buf_done(&b);
	return code;
}

Test(casework_desk_new, no_file_holds_a_word_of_it)
{
	struct receipt receipt;
	struct desk *d = desk_as("office", NULL, "2018-01-31");

	take_down(d, "phone", "named", &receipt);
	flush_and_close(d);
	cr_assert_eq(dir_each_file(instance, look_for_secrets, NULL, &e), ERR_OK, "%s", e.message);
}

Test(casework_desk_new, what_cannot_be_is_refused_and_leaves_nothing)
{
	static const struct {
		const char *origin, *street, *way, *kind, *happened;
		enum err_code code;
	} cases[] = {
		{"form", "650105001", "anonymous", "noise", "", ERR_USAGE},
		{"fax", "650105001", "anonymous", "noise", "", ERR_USAGE},
		{"phone", "nowhere", "anonymous", "noise", "", ERR_USAGE},
		{"phone", "650105001", "anonymous", NULL, "", ERR_USAGE},
		{"phone", "650105001", "secretly", "noise", "", ERR_INPUT},
		{"phone", "650105001", "anonymous", "noise", "2018-02-30", ERR_INPUT},
	};
	struct desk *d = desk_as("office", NULL, "2018-01-31");

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct tipoff t = a_call("anonymous");
		struct receipt receipt;
		int64_t number = 0;
		t.street = cases[i].street;
		t.way = cases[i].way;
		t.kinds[0] = cases[i].kind;
		t.kind_count = cases[i].kind ? 1 : 0;
		t.happened_on = cases[i].happened;
		cr_assert_eq(desk_new(d, cases[i].origin, &t, NULL, 0, NOW, &receipt, &number, &e),
			cases[i].code, "%zu: %s", i, e.message);
		cr_assert_eq(number, 0);
		cr_assert_null(strstr(e.message, SECRET_TEXT));
	}
	struct tipoff t = a_call("named");
	struct receipt receipt;
	int64_t number = 0;
	t.way = "anonymous";
	cr_assert_eq(desk_new(d, "phone", &t, NULL, 0, NOW, &receipt, &number, &e), ERR_USAGE,
		"an anonymous one keeps no contact");
	desk_close(d);
	cr_assert_eq(verify().cases, 0);
	cr_assert_eq(dir_remove_all(at("keys"), &e), ERR_OK);
	d = desk_as("office", NULL, "2018-01-31");
	t = a_call("anonymous");
	cr_assert_eq(desk_new(d, "phone", &t, NULL, 0, NOW, &receipt, &number, &e), ERR_NOT_FOUND);
	cr_assert(strstr(e.message, "keys new"), "%s", e.message);
	desk_close(d);
}
