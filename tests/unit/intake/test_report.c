/* A post from beginning to end: every status, once and only once, nothing lost. */
#include "host.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct host h;

static void open_host(void)
{
	host_open(&h, "", true);
}

static void close_host(void)
{
	host_close(&h);
}

TestSuite(intake_report, .init = open_host, .fini = close_host);

#define USUAL(t) \
	"token", (t), "kind", "noise", "kind", "waste-gas", "enterprise", "650105-000123", \
		"street", "650105001", "place", "留住的地点", "when", "2018-01-30", "what", \
		"留住的情况，夜里冒黑烟。", "website", ""

/* Everything of USUAL stands in the answer, in its field. */
static void keeps_all(const char *why)
{
	static const char *const wanted[] = {"value=\"noise\" id=\"kind-2\" checked",
		"value=\"waste-gas\" id=\"kind\" checked", "value=\"650105-000123\"",
		"value=\"650105001\" selected", "value=\"留住的地点\"", "value=\"2018-01-30\"",
		"\n留住的情况，夜里冒黑烟。</textarea>",
		"value=\"confidential\" id=\"way-confidential\" checked", "value=\"留住的姓名\"",
		"value=\"0991-5550000\""};
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		cr_assert(host_says(&h, wanted[i]), "%s: %s is lost in %s", why, wanted[i],
			buf_text(&h.res.body));
	cr_assert_str_eq(host_between(&h, "<title>", "："), "错误", "%s", why);
	cr_assert(host_says(&h, "role=\"alert\""), "%s", why);
	cr_assert_gt(strlen(host_between(&h, "name=\"token\" value=\"", "\"")), 70, "%s", why);
}

static void post(const char *token)
{
	const char *const pairs[] = {USUAL(token), "way", "confidential", "contact_name",
		"留住的姓名", "contact_phone", "0991-5550000", NULL};
	host_post(&h, pairs);
}

static void post_anonymous(const char *token)
{
	const char *const pairs[] = {USUAL(token), "way", "anonymous", "contact_name", "丢掉的姓名",
		"contact_phone", "0991-5550000", NULL};
	host_post(&h, pairs);
}

static const char *receipt(void)
{
	return host_between(&h, "<output id=\"receipt\">", "</output>");
}

Test(intake_report, the_form_comes_with_a_token_of_its_own)
{
	host_get(&h, "");
	cr_assert_eq(h.res.status, 200);
	const char *one = host_between(&h, "name=\"token\" value=\"", "\"");
	struct token t;
	cr_assert_eq(
		token_check(&h.in->secret, one, strlen(one), h.now + 5, 86400, 3, &t), TOKEN_READ);
	cr_assert_not(t.again);
	host_get(&h, "");
	cr_assert_str_neq(host_between(&h, "name=\"token\" value=\"", "\""), one);
	cr_assert(host_says(&h, "<script src=\"/assets/form.0123.js\" defer></script>"));
	cr_assert_str_eq(host_between(&h, "<title>", "</title>"), "我要举报 - 测试站");
	cr_assert_not(host_says(&h, "data-work-bits"));
	cr_assert(host_says(&h, "type=\"date\" name=\"when\" id=\"when\" value=\"\" "
				"min=\"2000-01-01\" max=\"2018-01-31\""));
	/* Emergencies stand before the form. */
	const char *page = buf_text(&h.res.body);
	cr_assert_lt(strstr(page, "tel:119"), strstr(page, "<form"));
	cr_assert_lt(strstr(page, "0991-0000000"), strstr(page, "<form"));
}

Test(intake_report, what_was_typed_is_what_the_staff_can_open)
{
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200, "%d %s", h.res.status, h.res.log);
	cr_assert_eq(strlen(receipt()), RECEIPT_TEXT_BYTES - 1);
	struct tipoff t;
	host_tipoff(&h, receipt(), &t);
	cr_assert_eq(t.kind_count, 2);
	cr_assert_str_eq(t.kinds[0], "waste-gas");
	cr_assert_str_eq(t.kinds[1], "noise");
	cr_assert_str_eq(t.enterprise, "650105-000123");
	cr_assert_str_eq(t.street, "650105001");
	cr_assert_str_eq(t.place, "留住的地点");
	cr_assert_str_eq(t.happened_on, "2018-01-30");
	cr_assert_str_eq(t.what, "留住的情况，夜里冒黑烟。");
	cr_assert_str_eq(t.way, "confidential");
	cr_assert_str_eq(t.contact_name, "留住的姓名");
	cr_assert_str_eq(t.contact_phone, "0991-5550000");
	cr_assert_str_eq(t.received_at, "2018-01-31T20:00:00+08:00");
	cr_assert_str_eq(t.host, "host-1");
	cr_assert_str_eq(t.lane, "ordinary");
	cr_assert_not(t.honeypot);
	cr_assert_not(t.receipt_declined);
	cr_assert(host_says(&h, "2018年2月15日以前"), "fifteen days");
}

Test(intake_report, an_anonymous_tip_off_keeps_no_contact)
{
	post_anonymous(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200);
	struct tipoff t;
	host_tipoff(&h, receipt(), &t);
	cr_assert_str_eq(t.contact_name, "");
	cr_assert_str_eq(t.contact_phone, "");
}

Test(intake_report, the_signed_text_can_be_checked_with_the_offices_key)
{
	post(host_token(&h, 10));
	const char *text = host_between(&h, "<pre id=\"receipt-proof\">", "</pre>");
	struct proof proof;
	struct host_cert cert;
	struct err e = {0};
	char shown[RECEIPT_TEXT_BYTES];
	cr_assert_eq(proof_check(text, strlen(text), &h.office, &proof, &cert, &e), ERR_OK, "%s",
		e.message);
	receipt_text(&proof.receipt, shown);
	cr_assert_str_eq(shown, receipt());
	cr_assert_str_eq(cert.host, "host-1");
}

Test(intake_report, the_same_post_again_has_the_same_receipt_and_proof_and_is_one_case)
{
	const char *token = host_token(&h, 10);
	post(token);
	const char *first = receipt(),
		   *proof = host_between(&h, "<pre id=\"receipt-proof\">", "</pre>");
	for (int i = 0; i < 3; i++) {
		h.now += i * 3600;
		host_again(&h, true);
		post(token);
		cr_assert_eq(h.res.status, 200);
		cr_assert_str_eq(receipt(), first);
		cr_assert_str_eq(host_between(&h, "<pre id=\"receipt-proof\">", "</pre>"), proof);
	}
	cr_assert_eq(host_waiting(&h), 1);
	/* After the token has expired a lost answer can still be had. */
	h.now += 10 * 86400;
	post(token);
	cr_assert_eq(h.res.status, 200);
	cr_assert_str_eq(receipt(), first);
	cr_assert_str_eq(host_between(&h, "<pre id=\"receipt-proof\">", "</pre>"), proof);
}

Test(intake_report, every_field_counts_as_content)
{
	static const char *const changes[][2] = {{"kind", "other"}, {"enterprise", "x"},
		{"street", ""}, {"place", "y"}, {"when", ""}, {"what", "另外一件事情，完全不同。"},
		{"way", "named"}, {"contact_name", "乙"}, {"contact_phone", "55555"},
		{"receipt", "no"}, {"website", "z"}};
	const char *token = host_token(&h, 10);
	post(token);
	cr_assert_eq(h.res.status, 200);
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		const char *pairs[] = {USUAL(token), "way", "confidential", "contact_name",
			"留住的姓名", "contact_phone", "0991-5550000", changes[i][0], changes[i][1],
			NULL};
		for (size_t k = 0; k + 2 < COUNT_OF(pairs) - 2; k += 2)
			if (str_eq(pairs[k], changes[i][0]) && !str_eq(pairs[k], "kind"))
				pairs[k] = "ignored";
		host_post(&h, pairs);
		cr_assert_eq(h.res.status, 409, "%s: %d", changes[i][0], h.res.status);
	}
	cr_assert_eq(host_waiting(&h), 1);
}

Test(intake_report, a_token_used_with_other_content_gives_the_form_again_with_a_new_one)
{
	const char *token = host_token(&h, 10);
	post_anonymous(token);
	cr_assert_eq(h.res.status, 200);
	post(token);
	cr_assert_eq(h.res.status, 409);
	keeps_all("used");
	const char *fresh = host_between(&h, "name=\"token\" value=\"", "\"");
	cr_assert_str_neq(fresh, token);
	struct token t;
	/* Given again, it asks for no pause. */
	cr_assert_eq(
		token_check(&h.in->secret, fresh, strlen(fresh), h.now, 86400, 3, &t), TOKEN_READ);
	post(fresh);
	cr_assert_eq(h.res.status, 200);
	cr_assert_eq(host_waiting(&h), 2);
}

/* Only a token that was ours is given again without: else a forged one would be the way around. */
static void asks_for_a_pause(const char *why)
{
	struct token t;
	const char *fresh = host_between(&h, "name=\"token\" value=\"", "\"");
	cr_assert_eq(token_check(&h.in->secret, fresh, strlen(fresh), h.now, 86400, 3, &t),
		TOKEN_TOO_FRESH, "%s", why);
	cr_assert_not(t.again, "%s", why);
	cr_assert_eq(token_check(&h.in->secret, fresh, strlen(fresh), h.now + 3, 86400, 3, &t),
		TOKEN_READ, "%s", why);
}

Test(intake_report, forged_and_expired_tokens_give_the_form_again)
{
	const char *good = host_token(&h, 10);
	char *forged = arena_strdup(h.arena, good);
	forged[20] = forged[20] == 'A' ? 'B' : 'A';
	post(forged);
	cr_assert_eq(h.res.status, 400);
	keeps_all("forged");
	asks_for_a_pause("forged");
	post("");
	cr_assert_eq(h.res.status, 400);
	keeps_all("none");
	asks_for_a_pause("none");
	post(host_token(&h, 86401));
	cr_assert_eq(h.res.status, 410);
	keeps_all("expired");
	post(host_between(&h, "name=\"token\" value=\"", "\""));
	cr_assert_eq(h.res.status, 200, "the new one is good at once");
	post(host_token(&h, 86400));
	cr_assert_eq(h.res.status, 200, "a day old to the second");
}

Test(intake_report, too_fast_keeps_the_token)
{
	const char *token = host_token(&h, 2);
	post(token);
	cr_assert_eq(h.res.status, 429);
	cr_assert_str_eq(h.res.retry_after, "1");
	keeps_all("too fast");
	cr_assert_str_eq(host_between(&h, "name=\"token\" value=\"", "\""), token);
	h.now++;
	post(token);
	cr_assert_eq(h.res.status, 200);
}

Test(intake_report, what_is_wrong_in_the_fields_is_said_before_anything_is_stored)
{
	const char *token = host_token(&h, 10);
	const char *const pairs[] = {USUAL(token), "way", "confidential", "contact_name",
		"留住的姓名", "contact_phone", "0991-5550000", "kind", "nonsense", NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 422);
	keeps_all("field");
	cr_assert_str_eq(host_between(&h, "name=\"token\" value=\"", "\""), token, "kept");
	cr_assert_eq(host_waiting(&h), 0);
}

Test(intake_report, a_networks_budget_ends_and_says_what_else_can_be_done)
{
	host_close(&h);
	host_open(&h, "network_daily = 2; loopback_daily = 20; global_hourly = 600; work_bits = 8;",
		true);
	const char *first = host_token(&h, 10);
	post(first);
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200);
	h.address = "192.0.2.99";
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 429);
	cr_assert_str_eq(h.res.retry_after, "14400");
	keeps_all("budget");
	asks_for_a_pause("budget");
	cr_assert(host_says(&h, "tel:12345"));
	post(first);
	cr_assert_eq(h.res.status, 200, "what was stored is still answered");
	h.address = "203.0.113.1";
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200, "another network");
	h.now += 14400;
	h.address = "192.0.2.99";
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200, "another day");
}

Test(intake_report, refused_posts_cost_no_budget)
{
	host_close(&h);
	host_open(&h, "network_daily = 1; loopback_daily = 20; global_hourly = 600; work_bits = 8;",
		true);
	for (int i = 0; i < 5; i++) {
		post("");
		post(host_token(&h, 1));
	}
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200);
}

static const char *work_for(const char *token, int bits)
{
	for (int n = 0;; n++) {
		const char *work = arena_printf(h.arena, "%d", n);
		if (work_is_done(token, work, bits))
			return work;
	}
}

Test(intake_report, over_everyones_budget_there_is_a_slow_lane_and_work_for_the_fast_one)
{
	struct tipoff t;
	host_close(&h);
	host_open(&h, "network_daily = 0; loopback_daily = 0; global_hourly = 1; work_bits = 8;",
		true);
	post(host_token(&h, 10));
	host_tipoff(&h, receipt(), &t);
	cr_assert_str_eq(t.lane, "ordinary");
	cr_assert_not(host_says(&h, "排在后面"));
	host_get(&h, "");
	cr_assert(host_says(&h, "data-work-bits=\"8\""));
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200);
	cr_assert(host_says(&h, "排在后面"));
	host_tipoff(&h, receipt(), &t);
	cr_assert_str_eq(t.lane, "slow");
	const char *token = host_token(&h, 10);
	const char *const pairs[] = {
		USUAL(token), "way", "anonymous", "work", work_for(token, 8), NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 200);
	cr_assert_not(host_says(&h, "排在后面"));
	host_tipoff(&h, receipt(), &t);
	cr_assert_str_eq(t.lane, "ordinary");
}

Test(intake_report, a_budget_that_cannot_be_used_loses_nothing)
{
	struct tipoff t;
	cr_assert_eq(rmdir(host_path(&h, "spool/budget")), 0);
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200);
	host_tipoff(&h, receipt(), &t);
	cr_assert_str_eq(t.lane, "slow");
}

/* A line in a log has a time: it is written when the form is opened, never when a tip-off is taken. */
static void is_said_with_the_form_alone(const char *what)
{
	host_again(&h, true);
	host_get(&h, "");
	cr_assert_eq(h.res.status, 200);
	cr_assert_not_null(strstr(h.res.log, what), "%s: %s", what, h.res.log);
	post(host_token(&h, 10));
	cr_assert_str_eq(h.res.log, "", "%s", what);
	cr_assert_geq(host_waiting(&h), 1);
}

Test(intake_report, no_line_tells_of_a_tip_off_without_proof)
{
	host_file(&h, "intake/00000001/hosts/host-1.cert", NULL);
	is_said_with_the_form_alone("report: receipt without proof: ");
	cr_assert_eq(h.res.status, 200);
}

Test(intake_report, no_line_tells_of_a_tip_off_without_a_budget)
{
	cr_assert_eq(rmdir(host_path(&h, "spool/budget")), 0);
	is_said_with_the_form_alone("report: the budget file cannot be used");
	cr_assert_eq(h.res.status, 200);
}

Test(intake_report, no_line_tells_of_a_tip_off_whose_receipt_cannot_be_shown)
{
	host_file(&h, "intake/00000001/templates/receipt.html", "{{#open}}");
	is_said_with_the_form_alone("page receipt.html: ");
	cr_assert_eq(h.res.status, 503);
}

Test(intake_report, when_a_token_ends_tells_no_second)
{
	static const int64_t times[] = {1517400000, 1517414399, 1517414400, 1517414401};
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		struct receipt r;
		struct receipt_keys keys;
		struct envelope env;
		struct buf bytes;
		struct err e;
		char name[CASE_ID_HEX_BYTES];
		h.now = times[i] + 10;
		post(host_token(&h, 10));
		cr_assert_eq(h.res.status, 200);
		cr_assert_eq(receipt_parse(receipt(), strlen(receipt()), &r), RECEIPT_READ);
		receipt_derive(&r, &keys);
		case_id_text(&keys.id, name);
		buf_init(&bytes, ENVELOPE_MAX_BYTES);
		cr_assert_eq(file_read(host_path(&h, arena_printf(h.arena, "spool/new/%s", name)),
				     ENVELOPE_MAX_BYTES, &bytes, &e),
			ERR_OK);
		cr_assert_eq(envelope_parse(bytes.data, bytes.len, &env, &e), ERR_OK);
		/* Midnight in China, and not before the token itself ends. */
		cr_assert_eq((env.head.token_expires + 8 * 3600) % 86400, 0);
		cr_assert_geq(env.head.token_expires, times[i] + 86400);
		cr_assert_lt(env.head.token_expires, times[i] + 2 * 86400);
		buf_done(&bytes);
	}
}

Test(intake_report, without_a_spool_nothing_is_received_and_nothing_is_lost)
{
	const char *token = host_token(&h, 10);
	cr_assert_eq(rename(host_path(&h, "spool/new"), host_path(&h, "spool/away")), 0);
	host_again(&h, true);
	post(token);
	cr_assert_eq(h.res.status, 503);
	keeps_all("no spool");
	cr_assert_str_eq(receipt(), "");
	cr_assert_str_eq(h.res.retry_after, "120");
	cr_assert(host_says(&h, "稍后"));
	cr_assert(host_says(&h, "tel:12345"));
	cr_assert_neq(h.res.log[0], '\0');
	cr_assert_null(strstr(h.res.log, "留住"));
	/* As soon as it is back the same page can be sent, by the same process. */
	cr_assert_str_eq(host_between(&h, "name=\"token\" value=\"", "\""), token);
	cr_assert_eq(rename(host_path(&h, "spool/away"), host_path(&h, "spool/new")), 0);
	post(token);
	cr_assert_eq(h.res.status, 200);
}

Test(intake_report, a_disk_that_cannot_be_written_gives_503)
{
	cr_assert_eq(rmdir(host_path(&h, "spool/tmp")), 0);
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 503);
	keeps_all("no place to write");
	cr_assert_eq(host_waiting(&h), 0);
}

Test(intake_report, a_receipt_can_be_declined)
{
	struct tipoff t;
	const char *token = host_token(&h, 10);
	const char *const pairs[] = {USUAL(token), "way", "anonymous", "receipt", "no", NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 200);
	cr_assert_str_eq(receipt(), "");
	cr_assert_not(host_says(&h, "tianlan-receipt"));
	cr_assert(host_says(&h, "没有回执号"));
	cr_assert_eq(host_waiting(&h), 1);
	struct token read;
	struct receipt r;
	char text[RECEIPT_TEXT_BYTES];
	token_check(&h.in->secret, token, strlen(token), h.now, 86400, 3, &read);
	token_receipt(&h.in->secret, &read, &r);
	receipt_text(&r, text);
	cr_assert_not(host_says(&h, text));
	host_tipoff(&h, text, &t);
	cr_assert(t.receipt_declined);
}

Test(intake_report, the_trap_keeps_and_flags)
{
	struct tipoff t;
	const char *const pairs[] = {"token", host_token(&h, 10), "kind", "noise", "place", "x",
		"what", "夜里冒黑烟，气味刺鼻。", "way", "anonymous", "website",
		"http://spam.example", NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 200);
	host_tipoff(&h, receipt(), &t);
	cr_assert(t.honeypot);
}

Test(intake_report, without_a_certificate_there_is_a_receipt_without_proof)
{
	host_file(&h, "intake/00000001/hosts/host-1.cert", NULL);
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200);
	cr_assert_eq(strlen(receipt()), RECEIPT_TEXT_BYTES - 1);
	cr_assert_not(host_says(&h, "receipt-proof"));
	cr_assert(host_says(&h, "没有签名证书"));
}

Test(intake_report, a_certificate_out_of_its_days_signs_nothing)
{
	h.now += (int64_t)400 * 86400;
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200);
	cr_assert_not(host_says(&h, "receipt-proof"));
	cr_assert(host_says(&h, "没有签名证书"));
}

Test(intake_report, broken_bodies_and_wrong_ways_are_told_apart)
{
	static const char body[] = "--x1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx";
	host_post_body(&h, "multipart/form-data; boundary=x1", body, sizeof body - 1);
	cr_assert_eq(h.res.status, 400);
	host_post_body(&h, "multipart/form-data", body, sizeof body - 1);
	cr_assert_eq(h.res.status, 400);
	host_post_body(&h, "text/plain", body, sizeof body - 1);
	cr_assert_eq(h.res.status, 400);
	struct request r = {.method = "POST",
		.query = "",
		.content_type = "multipart/form-data; boundary=x1",
		.content_length = ((int64_t)32 << 20) + 1,
		.remote_addr = "",
		.body = "",
		.now = h.now,
		.photo_launcher = -1};
	report_handle(h.in, &r, &h.chance, &h.res);
	cr_assert_eq(h.res.status, 413);
	cr_assert(host_says(&h, "照片加起来太大"));
	r.content_length = 100;
	r.body_cut = true;
	report_handle(h.in, &r, &h.chance, &h.res);
	cr_assert_eq(h.res.status, 400);
	r.method = "DELETE";
	report_handle(h.in, &r, &h.chance, &h.res);
	cr_assert_eq(h.res.status, 405);
	cr_assert_str_eq(h.res.allow, "GET, HEAD, POST");
	cr_assert_str_eq(host_between(&h, "<title>", "："), "错误");
}

Test(intake_report, urlencoded_works_as_well)
{
	const char *body = arena_printf(h.arena,
		"token=%s&kind=noise&place=%%E8%%B7%%AF&what=1234567890+%%E5%%8F%%B7&way=anonymous",
		host_token(&h, 10));
	struct tipoff t;
	host_post_body(&h, "application/x-www-form-urlencoded", body, strlen(body));
	cr_assert_eq(h.res.status, 200);
	host_tipoff(&h, receipt(), &t);
	cr_assert_str_eq(t.what, "1234567890 号");
}

Test(intake_report, nothing_of_a_request_is_in_the_next_answer)
{
	post("");
	cr_assert(host_says(&h, "留住的姓名"));
	host_get(&h, "");
	cr_assert_not(host_says(&h, "留住"));
	cr_assert_not(host_says(&h, "checked"));
	cr_assert_null(h.res.retry_after);
	cr_assert_null(h.res.allow);
	cr_assert_str_eq(h.res.log, "");
}

Test(intake_report, photos_are_cleaned_sealed_and_bound)
{
	struct err e = {0};
	struct tipoff t;
	/* A program that gives back what it gets stands in for photo-clean: a JPEG's beginning is enough of a picture here. */
	cr_assert_eq(launcher_start(h.dir, "/bin/cat", &h.launcher, &e), ERR_OK, "%s", e.message);
	static const char jpeg[] = "\xff\xd8\xff\xc0\x01\x0b\x08\x01\x02\x03\x04padding";
	char picture[400];
	memset(picture, 'p', sizeof picture - 1);
	picture[sizeof picture - 1] = '\0';
	memcpy(picture, jpeg, sizeof jpeg - 1);
	const char *token = host_token(&h, 10);
	const char *const pairs[] = {
		USUAL(token), "way", "anonymous", "@photo", picture, "@photo", picture, NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 200, "%d %s", h.res.status, h.res.log);
	host_tipoff(&h, receipt(), &t);
	cr_assert_eq(t.photo_count, 2);
	cr_assert_eq(t.photos[0].width, 0x304);
	cr_assert_eq(t.photos[0].height, 0x102);
	cr_assert_eq(t.photos[0].bytes, sizeof picture - 1);
	/* Other pictures are other content. */
	picture[300] = 'q';
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 409);
}

Test(intake_report, a_photo_that_cannot_be_cleaned_is_refused_by_name)
{
	struct err e = {0};
	cr_assert_eq(launcher_start(h.dir, "/bin/false", &h.launcher, &e), ERR_OK);
	const char *const pairs[] = {USUAL(host_token(&h, 10)), "way", "confidential",
		"contact_name", "留住的姓名", "contact_phone", "0991-5550000", "@photo", "x", NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 422);
	keeps_all("photo");
	cr_assert(host_says(&h, "第 1 张照片（x.jpg）打不开"));
	cr_assert_eq(host_waiting(&h), 0);
	const char *const empty[] = {
		USUAL(host_token(&h, 10)), "way", "anonymous", "@photo", "", NULL};
	host_post(&h, empty);
	cr_assert_eq(h.res.status, 422);
	cr_assert(host_says(&h, "第 1 张照片（x.jpg）是空的"));
}

Test(intake_report, without_a_launcher_photos_wait_and_text_does_not)
{
	const char *const pairs[] = {USUAL(host_token(&h, 10)), "way", "confidential",
		"contact_name", "留住的姓名", "contact_phone", "0991-5550000", "@photo", "x", NULL};
	host_post(&h, pairs);
	cr_assert_eq(h.res.status, 503);
	keeps_all("no launcher");
	post(host_token(&h, 10));
	cr_assert_eq(h.res.status, 200);
}

static void post_photo(const char *photo)
{
	const char *const pairs[] = {USUAL(host_token(&h, 10)), "way", "confidential",
		"contact_name", "留住的姓名", "contact_phone", "0991-5550000", "@photo", photo,
		NULL};
	host_post(&h, pairs);
}

Test(intake_report, refused_photos_use_up_the_networks_budget)
{
	struct err e = {0};
	host_close(&h);
	host_open(&h, "network_daily = 2; loopback_daily = 20; global_hourly = 1; work_bits = 8;",
		true);
	/* A program that counts its runs and takes no picture. */
	const char *program = host_path(&h, "program"), *runs = host_path(&h, "runs");
	host_file(&h, "program", arena_printf(h.arena, "#!/bin/sh\necho x >>%s\nexit 11\n", runs));
	cr_assert_eq(chmod(program, 0700), 0);
	cr_assert_eq(launcher_start(h.dir, program, &h.launcher, &e), ERR_OK);
	for (int i = 0; i < 4; i++) {
		post_photo("x");
		cr_assert_eq(h.res.status, i < 2 ? 422 : 429, "%d: %d", i, h.res.status);
		keeps_all("refused photo");
	}
	struct stat st;
	cr_assert_eq(stat(runs, &st), 0);
	cr_assert_eq(st.st_size, 2 * 2, "over the budget no photo is looked at");
	h.address = "203.0.113.1";
	host_get(&h, "");
	cr_assert_not(host_says(&h, "data-work-bits"), "it was no tip-off of this hour");
}

Test(intake_report, while_other_photos_are_cleaned_nothing_is_lost)
{
	struct err e = {0};
	int held[2];
	cr_assert_eq(launcher_start_waiting(h.dir, "/bin/false", 100, &h.launcher, &e), ERR_OK);
	for (int i = 0; i < 2; i++) {
		held[i] = open(host_path(&h, i ? "spool/budget/photo-2" : "spool/budget/photo-1"),
			O_RDWR | O_CREAT, 0600);
		cr_assert_eq(flock(held[i], LOCK_EX), 0);
	}
	post_photo("x");
	cr_assert_eq(h.res.status, 503);
	keeps_all("busy");
	cr_assert(host_says(&h, "正在处理别人的照片"));
	cr_assert(host_says(&h, "过几分钟再按一次"));
	cr_assert_str_eq(h.res.retry_after, "120");
	/* The launcher is as good as before: when there is a place again, the same one looks. */
	close(held[1]);
	post_photo("x");
	cr_assert_eq(h.res.status, 422);
	close(held[0]);
}
