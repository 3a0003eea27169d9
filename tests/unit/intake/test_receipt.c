/* Looking up a receipt: what the office says, what the drain says, what lies in the spool; unknown; mistyped. */
#include "host.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct host h;

static void open_host(void)
{
	host_open(&h, "", true);
}

static void close_host(void)
{
	host_close(&h);
}

TestSuite(intake_receipt, .init = open_host, .fini = close_host);

static const char *posted(void)
{
	const char *const pairs[] = {"token", host_token(&h, 10), "kind", "noise", "place", "x",
		"what", "夜里冒黑烟，气味刺鼻。", "way", "anonymous", NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 200);
	return host_between(&h, "<output id=\"receipt\">", "</output>");
}

static void say(const char *path, size_t bytes, const char *code, const char *state,
	const char *when, const char *reply)
{
	struct receipt r;
	struct receipt_keys keys;
	struct err e = {0};
	uint8_t *entry = arena_alloc(h.arena, bytes), filler[KEY_BYTES] = {1};
	const struct status s = {state, when, reply};
	const struct status_entry list[] = {{entry}};
	cr_assert_eq(receipt_parse(code, strlen(code), &r), RECEIPT_READ);
	receipt_derive(&r, &keys);
	cr_assert_eq(status_seal(&keys, &s, bytes, &h.chance, entry, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(status_put(host_path(&h, path), bytes, list, 1, filler, &e), ERR_OK, "%s",
		e.message);
}

Test(intake_receipt, a_fresh_one_answers_at_once_and_a_program_without_secrets_can_look)
{
	const char *code = posted();
	host_file(&h, "host/token.secret", NULL);
	host_file(&h, "host/receipt.key", NULL);
	host_again(&h, false);
	host_look_up(&h, code);
	cr_assert_eq(h.res.status, 200);
	cr_assert(strstr(host_between(&h, "<output id=\"state\">", "</output>"), "已收到"));
	cr_assert(host_says(&h, "2018年1月29日至2018年2月4日"));
}

Test(intake_receipt, the_office_speaks_before_the_drain_and_the_drain_before_the_spool)
{
	const char *code = posted();
	say("status/received.bin", STATUS_RECEIVED_BYTES, code, "received", "2018-W04", "");
	host_look_up(&h, code);
	cr_assert(host_says(&h, "2018年1月22日至2018年1月28日"));
	say("intake/00000001/status.bin", STATUS_REPLY_BYTES, code, "concluded", "2018-03-01",
		"已责令停产。\n<b>感谢</b>");
	host_look_up(&h, code);
	cr_assert_eq(h.res.status, 200);
	const char *state = host_between(&h, "<output id=\"state\">", "</output>");
	cr_assert(strstr(state, "已办结"));
	cr_assert(strstr(state, "2018年3月1日"));
	cr_assert(strstr(state, "已责令停产。\n&lt;b&gt;感谢&lt;/b&gt;"));
}

Test(intake_receipt, an_office_on_this_machine_needs_no_new_bundle)
{
	const char *code = posted();
	say("intake/00000001/status.bin", STATUS_REPLY_BYTES, code, "accepted", "2018-02-05", "");
	say("status/office.bin", STATUS_REPLY_BYTES, code, "concluded", "2018-03-01",
		"已责令停产。");
	host_again(&h, false);
	host_look_up(&h, code);
	const char *state = host_between(&h, "<output id=\"state\">", "</output>");
	cr_assert(strstr(state, "已办结"));
	cr_assert(strstr(state, "已责令停产。"));
}

Test(intake_receipt, every_state_has_words)
{
	static const char *const states[] = {"received", "accepted", "declined", "merged",
		"dispatched", "objected", "checked", "rectifying", "concluded", "published",
		"asked", "reopened", "transferred", "erased", "extended"};
	const char *code = posted();
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		say("intake/00000001/status.bin", STATUS_REPLY_BYTES, code, states[i], "2018-03-01",
			"");
		host_look_up(&h, code);
		const char *label = host_between(&h, "<output id=\"state\"><strong>", "</strong>");
		cr_assert_gt(strlen(label), 0, "%s", states[i]);
		cr_assert_str_neq(label, states[i], "in words a citizen knows");
	}
}

Test(intake_receipt, an_unknown_one_is_not_found)
{
	char code[RECEIPT_TEXT_BYTES];
	snprintf(code, sizeof code, "%s", posted());
	host_close(&h);
	host_open(&h, "", true);
	host_look_up(&h, code);
	cr_assert_eq(h.res.status, 404);
	cr_assert(host_says(&h, "没有查到"));
	cr_assert_str_eq(host_between(&h, "<title>", "："), "错误");
	h.seed = 99; /* another token */
	say("status/received.bin", STATUS_RECEIVED_BYTES, posted(), "received", "2018-W04", "");
	host_look_up(&h, code);
	cr_assert_eq(h.res.status, 404);
}

Test(intake_receipt, it_forgives_how_it_is_written_and_notices_what_is_mistyped)
{
	char *code = arena_strdup(h.arena, posted());
	char *loose = arena_strdup(h.arena, code);
	for (char *p = loose; *p; p++)
		*p = *p == '-' ? '+' : *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	host_look_up(&h, loose);
	cr_assert_eq(h.res.status, 200);
	code[0] = code[0] == '7' ? '8' : '7';
	host_look_up(&h, code);
	cr_assert_eq(h.res.status, 422);
	cr_assert(host_says(&h, "校验位"));
	cr_assert(host_says(&h, code), "what was typed is kept");
	static const char *const none[] = {
		"", "ABC", "UUUU-UUUU-UUUU-UUUU-UUUU", "%3Cscript%3E", "%00%FF"};
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		host_look_up(&h, none[i]);
		cr_assert_eq(h.res.status, 422, "%s", none[i]);
		cr_assert(host_says(&h, "这不是回执号"), "%s", none[i]);
		cr_assert_not(host_says(&h, "<script>"));
	}
}

Test(intake_receipt, other_ways_are_told_apart)
{
	struct request r = {.method = "GET",
		.query = "receipt=1",
		.content_type = "",
		.remote_addr = "",
		.body = "",
		.content_length = -1,
		.now = h.now,
		.photo_launcher = -1};
	receipt_handle(h.in, &r, &h.chance, &h.res);
	cr_assert_eq(h.res.status, 200);
	cr_assert(host_says(&h, "name=\"receipt\""));
	r.method = "PUT";
	receipt_handle(h.in, &r, &h.chance, &h.res);
	cr_assert_eq(h.res.status, 405);
	r.method = "POST";
	receipt_handle(h.in, &r, &h.chance, &h.res);
	cr_assert_eq(h.res.status, 400);
}

Test(intake_receipt, trouble_is_not_taken_for_unknown)
{
	const char *code = posted();
	struct receipt r;
	struct receipt_keys keys;
	char name[CASE_ID_HEX_BYTES];
	receipt_parse(code, strlen(code), &r);
	receipt_derive(&r, &keys);
	case_id_text(&keys.id, name);
	host_file(&h, arena_printf(h.arena, "spool/new/%s", name), NULL);
	host_file(&h, "status/received.bin", "rubbish");
	host_look_up(&h, code);
	cr_assert_eq(h.res.status, 503);
	cr_assert_neq(h.res.log[0], '\0');
	cr_assert_null(strstr(h.res.log, code));
}

Test(intake_open, says_what_is_missing)
{
	static const struct {
		const char *file, *text, *wanted;
	} cases[] = {
		{"intake/00000001/form.conf", "site_name = 1;", "site_name"},
		{"intake/00000001/form.conf",
			"site_name = \"x\"; base_path = \"\"; kinds = (); streets = ();",
			"facts_keys"},
		{"intake/00000001/shell.html", "<html>", "@@BODY@@"},
		{"host/name", "No Name", "host/name"},
	};
	host_open(&h, "", true);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct intake *in;
		struct err e = {0};
		struct buf old;
		buf_init(&old, 1 << 20);
		cr_assert_eq(file_read(host_path(&h, cases[i].file), 1 << 20, &old, &e), ERR_OK);
		host_file(&h, cases[i].file, cases[i].text);
		cr_assert_neq(intake_open(h.dir, true, &in, &e), ERR_OK, "%s", cases[i].file);
		cr_assert_not_null(strstr(e.message, cases[i].wanted), "%s", e.message);
		host_file(&h, cases[i].file, buf_text(&old));
		buf_done(&old);
	}
	struct intake *in;
	struct err e = {0};
	host_file(&h, "intake/current", NULL);
	cr_assert_eq(intake_open(h.dir, true, &in, &e), ERR_NOT_FOUND);
	cr_assert_not_null(strstr(e.message, "tianlan intake install"));
	host_close(&h);
}
