/* The bytes of the status file: one status has one form, and what is sealed shows nothing of it. */
#include "tianlan/envelope.h"

#include "envelope/status_internal.h"

#include <criterion/criterion.h>
#include <string.h>

/* These belong to the suite of test_status.c, whose beginning starts the library. */
static struct err e;
static const struct receipt_keys keys = {.status_tag = {1, 2, 3}, .status_key = {4, 5, 6}};

struct text_case {
	const char *state, *when, *reply;
	size_t entry_bytes;
	bool fits;
};

Test(envelope_status, only_well_formed_statuses_are_sealed)
{
	static char longest[STATUS_REPLY_MAX + 2];
	static const struct text_case cases[] = {
		{"received", "2018-W47", "", STATUS_RECEIVED_BYTES, true},
		{"received", "", "", STATUS_RECEIVED_BYTES, true},
		{"under_review-2", "2018-11-25", "短", STATUS_RECEIVED_BYTES, true},
		{"", "2018-W47", "", STATUS_RECEIVED_BYTES, false},
		{NULL, "2018-W47", "", STATUS_RECEIVED_BYTES, false},
		{"Received", "2018-W47", "", STATUS_RECEIVED_BYTES, false},
		{"re ceived", "2018-W47", "", STATUS_RECEIVED_BYTES, false},
		{"abcdefghijabcdefghijabcdefghijab", "", "", STATUS_RECEIVED_BYTES, true},
		{"abcdefghijabcdefghijabcdefghijabc", "", "", STATUS_RECEIVED_BYTES, false},
		{"received", "today", "", STATUS_RECEIVED_BYTES, false},
		{"received", "2018-11-25-2018-1", "", STATUS_RECEIVED_BYTES, false},
		{"received", "", "\xff", STATUS_REPLY_BYTES, false},
		{"received", "", "a\xed\xa0\x80", STATUS_REPLY_BYTES, false},
		{"received", "2018-W47",
			"这一条答复太长，放不进只记录状态与周次的短条目，所以必须拒绝。",
			STATUS_RECEIVED_BYTES, false},
		{"received", "2018-W47", longest + 1, STATUS_REPLY_BYTES, true},
		{"received", "2018-W47", longest, STATUS_REPLY_BYTES, false},
		{"received", "2018-W47", "", 256, false},
		{"received", "2018-W47", "", 0, false},
	};
	const struct chance chance = chance_system();
	memset(longest, 'x', STATUS_REPLY_MAX + 1);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct text_case *c = &cases[i];
		struct status s = {c->state, c->when, c->reply};
		uint8_t entry[STATUS_REPLY_BYTES];
		enum err_code code = status_seal(&keys, &s, c->entry_bytes, &chance, entry, &e);
		cr_assert_eq(code, c->fits ? ERR_OK : ERR_INPUT, "case %zu: %d", i, code);
	}
}

Test(envelope_status, an_entry_shows_no_text_and_no_length)
{
	const struct status s = {"received", "2018-W47", ""};
	const struct chance chance = chance_system();
	uint8_t first[STATUS_RECEIVED_BYTES], second[STATUS_RECEIVED_BYTES];
	cr_assert_eq(status_seal(&keys, &s, sizeof first, &chance, first, &e), ERR_OK);
	cr_assert_eq(status_seal(&keys, &s, sizeof second, &chance, second, &e), ERR_OK);
	cr_assert_eq(memcmp(first, second, STATUS_TAG_BYTES), 0);
	size_t same = 0;
	for (size_t i = STATUS_TAG_BYTES; i < sizeof first; i++)
		same += first[i] == second[i];
	cr_assert_lt(same, 12, "two sealings of one text have %zu bytes in common", same);
	cr_assert_null(memmem(first, sizeof first, "received", 8));
}

Test(envelope_status, heads_with_a_right_checksum_and_a_wrong_number_are_refused)
{
	static const struct status_header wrong[] = {{128, 0}, {128, 7}, {128, 9}, {128, 4},
		{128, 131072}, {127, 8}, {0, 8}, {4096, 8}, {0x80000000U, 0x80000000U}};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		uint8_t head[STATUS_HEADER_USED];
		struct status_header h;
		status_header_write(&wrong[i], head);
		cr_assert_eq(
			status_header_read(head, sizeof head, &h, &e), ERR_INPUT, "case %zu", i);
	}
}

Test(envelope_status, what_is_inside_has_one_form)
{
	struct arena *a = arena_new();
	struct status s = {"received", "2018-W47", "答复"}, back;
	uint8_t plain[72];
	cr_assert_eq(status_plain_write(&s, plain, sizeof plain, &e), ERR_OK);
	cr_assert_eq(status_plain_read(a, plain, sizeof plain, &back, &e), ERR_OK);
	cr_assert_str_eq(back.reply, "答复");
	for (size_t len = 0; len < 26; len++)
		cr_assert_eq(
			status_plain_read(a, plain, len, &back, &e), ERR_INPUT, "cut at %zu", len);
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {{0, 0}, {0, 33}, {0, 255}, {1, 'R'}, {9, 17}, {9, 7}, {10, 'x'}, {18, 1},
		{19, 7}, {19, 5}, {20, 0xff}, {20, 0}, {71, 1}};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		uint8_t bad[72];
		memcpy(bad, plain, sizeof bad);
		bad[wrong[i].at] = wrong[i].value;
		cr_assert_eq(
			status_plain_read(a, bad, sizeof bad, &back, &e), ERR_INPUT, "case %zu", i);
	}
	arena_free(a);
}
