/* Signed texts: what anyone can check, and what no one can change. */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 31;
static struct chance chance;
static struct sign_public office_public, host_public;
static struct sign_secret office, host;
static struct host_cert cert;
static struct proof proof;
static struct buf cert_text, text;
static struct err err;

static void start(void)
{
	cr_assert_eq(crypto_start(&err), ERR_OK);
	chance = sample_chance(&state);
	sign_keys(&chance, &office_public, &office);
	sign_keys(&chance, &host_public, &host);
	cert = (struct host_cert){.host = "host-1",
		.key = host_public,
		.from = day_from_ymd(2018, 1, 1),
		.until = day_from_ymd(2018, 1, 31)};
	uint8_t bits[MAC_BYTES];
	chance_fill(&chance, bits, sizeof bits);
	receipt_from_bits(bits, &proof.receipt);
	proof.week = (struct week){2018, 4};
	chance_fill(&chance, proof.commitment, sizeof proof.commitment);
	buf_init(&cert_text, 4096);
	buf_init(&text, 8192);
	host_cert_write(&cert, &office, &cert_text);
	proof_write(&proof, cert_text.data, cert_text.len, &host, &text);
}

static void stop(void)
{
	buf_done(&cert_text);
	buf_done(&text);
}

TestSuite(envelope_proof, .init = start, .fini = stop);

static enum err_code check(const char *bytes, size_t len)
{
	struct proof p;
	struct host_cert c;
	char *exact = malloc(len ? len : 1);
	memcpy(exact, bytes, len);
	enum err_code code = proof_check(exact, len, &office_public, &p, &c, &err);
	free(exact);
	return code;
}

static enum err_code read_cert(const char *bytes, size_t len)
{
	struct host_cert c;
	char *exact = malloc(len ? len : 1);
	memcpy(exact, bytes, len);
	enum err_code code = host_cert_read(exact, len, &office_public, &c, &err);
	free(exact);
	return code;
}

Test(envelope_proof, a_receipts_text_checks_and_says_what_was_put_in)
{
	struct proof p;
	struct host_cert c;
	cr_assert_eq(proof_check(text.data, text.len, &office_public, &p, &c, &err), ERR_OK, "%s",
		err.message);
	cr_assert_arr_eq(&p.receipt, &proof.receipt, sizeof p.receipt);
	cr_assert(p.week.year == 2018 && p.week.week == 4);
	cr_assert_arr_eq(p.commitment, proof.commitment, COMMITMENT_BYTES);
	cr_assert_str_eq(c.host, "host-1");
	cr_assert_arr_eq(c.key.bytes, host_public.bytes, 32);
	cr_assert(c.from.n == cert.from.n && c.until.n == cert.until.n);
}

Test(envelope_proof, the_text_is_of_the_lines_the_header_promises)
{
	static const char *const names[] = {"tianlan-receipt 1\n", "receipt: ", "week: 2018-W04\n",
		"commitment: ", "host: host-1\n", "key: ", "from: 2018-01-01\n",
		"until: 2018-01-31\n", "office: ", "signature: "};
	const char *at = text.data;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		cr_assert(str_starts(at, names[i]), "line %zu", i + 1);
		at = strchr(at, '\n') + 1;
	}
	cr_assert_str_eq(at, "");
}

/* Each signature by a plain Ed25519 over the bytes that stand before it: no code of the room is needed to check. */
Test(envelope_proof, signatures_are_over_the_lines_before_them)
{
	uint8_t signature[SIGNATURE_BYTES];
	const char *line = strstr(text.data, "signature: ");
	cr_assert(base64_decode(line + 11, strlen(line) - 12, signature, sizeof signature));
	cr_assert(sign_check(&host_public, text.data, (size_t)(line - text.data), signature));
	line = strstr(cert_text.data, "signature: ");
	cr_assert(base64_decode(line + 11, strlen(line) - 12, signature, sizeof signature));
	cr_assert(sign_check(
		&office_public, cert_text.data, (size_t)(line - cert_text.data), signature));
}

Test(envelope_proof, every_changed_byte_of_a_proof_is_refused)
{
	for (size_t i = 0; i < text.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			char kept = text.data[i];
			text.data[i] = (char)(kept ^ 1 << bit);
			/* Two line ends of ours are alike to a forgiving reader: a blank for another. */
			cr_assert_neq(
				check(text.data, text.len), ERR_OK, "byte %zu bit %d", i, bit);
			text.data[i] = kept;
		}
	cr_assert_eq(check(text.data, text.len), ERR_OK);
}

Test(envelope_proof, every_changed_byte_of_a_certificate_is_refused)
{
	for (size_t i = 0; i < cert_text.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			char kept = cert_text.data[i];
			cert_text.data[i] = (char)(kept ^ 1 << bit);
			cr_assert_neq(read_cert(cert_text.data, cert_text.len), ERR_OK,
				"byte %zu bit %d", i, bit);
			cert_text.data[i] = kept;
		}
	cr_assert_eq(read_cert(cert_text.data, cert_text.len), ERR_OK);
}

Test(envelope_proof, cut_at_every_place_it_is_refused)
{
	/* Without its last line feed a pasted text is still whole. */
	for (size_t len = 0; len + 1 < text.len; len++)
		cr_assert_eq(check(text.data, len), ERR_INPUT, "length %zu", len);
	cr_assert_eq(check(text.data, text.len - 1), ERR_OK);
	for (size_t len = 0; len < cert_text.len; len++)
		cr_assert_eq(read_cert(cert_text.data, len), ERR_INPUT, "length %zu", len);
}

Test(envelope_proof, another_office_or_another_host_does_not_pass)
{
	struct proof p;
	struct host_cert c;
	struct sign_public other_public;
	struct sign_secret other;
	struct buf forged;
	sign_keys(&chance, &other_public, &other);
	cr_assert_eq(proof_check(text.data, text.len, &other_public, &p, &c, &err), ERR_REFUSED);
	cr_assert_eq(host_cert_read(cert_text.data, cert_text.len, &other_public, &c, &err),
		ERR_REFUSED);
	/* A host that certifies itself. */
	buf_init(&forged, 8192);
	struct buf own_cert;
	buf_init(&own_cert, 4096);
	host_cert_write(&cert, &other, &own_cert);
	proof_write(&proof, own_cert.data, own_cert.len, &host, &forged);
	cr_assert_gt(forged.len, 0);
	cr_assert_eq(check(forged.data, forged.len), ERR_REFUSED);
	buf_done(&own_cert);
	buf_done(&forged);
}

/* The text put together anew with one line of another, both of them good. */
Test(envelope_proof, lines_of_two_good_proofs_do_not_mix)
{
	struct proof second = proof;
	struct buf other, mixed;
	uint8_t bits[MAC_BYTES];
	chance_fill(&chance, bits, sizeof bits);
	receipt_from_bits(bits, &second.receipt);
	second.week.week = 3;
	second.commitment[0] ^= 1;
	buf_init(&other, 8192);
	buf_init(&mixed, 8192);
	proof_write(&second, cert_text.data, cert_text.len, &host, &other);
	cr_assert_eq(check(other.data, other.len), ERR_OK);
	size_t differ = 0;
	for (int swapped = 0; swapped < 10; swapped++) {
		const char *a = text.data, *b = other.data;
		buf_clear(&mixed);
		for (int line = 0; line < 10; line++) {
			size_t a_len = strcspn(a, "\n") + 1, b_len = strcspn(b, "\n") + 1;
			buf_add(&mixed, line == swapped ? b : a, line == swapped ? b_len : a_len);
			a += a_len;
			b += b_len;
		}
		if (strcmp(mixed.data, text.data) == 0)
			continue;
		differ++;
		cr_assert_eq(check(mixed.data, mixed.len), ERR_REFUSED, "line %d", swapped + 1);
	}
	cr_assert_eq(differ, 4);
	buf_done(&other);
	buf_done(&mixed);
}

struct span {
	int week;
	bool fits; /* a day of it in 2018-01-10 (a Wednesday) to 2018-01-22 (a Monday) */
};

static const struct span spans[] = {{1, false}, {2, true}, {3, true}, {4, true}, {5, false}};

static void proof_by_hand(const struct proof *p, const struct host_cert *c, struct buf *out)
{
	struct buf own;
	uint8_t signature[SIGNATURE_BYTES];
	char code[RECEIPT_TEXT_BYTES], week[WEEK_TEXT_BYTES], hex[65], base64[90];
	buf_init(&own, 4096);
	host_cert_write(c, &office, &own);
	receipt_text(&p->receipt, code);
	hex_encode(p->commitment, 32, hex);
	buf_clear(out);
	buf_printf(out, "tianlan-receipt 1\nreceipt: %s\nweek: %s\ncommitment: %s\n", code,
		week_text(p->week, week), hex);
	const char *lines = strchr(own.data, '\n') + 1,
		   *signed_by = strstr(own.data, "signature: ");
	buf_add(out, lines, (size_t)(signed_by - lines));
	buf_printf(out, "office: %s", signed_by + 11);
	sign_bytes(&host, out->data, out->len, signature);
	base64_encode(signature, sizeof signature, base64);
	buf_printf(out, "signature: %s\n", base64);
	buf_done(&own);
}

Test(envelope_proof, the_week_must_touch_the_certificates_days)
{
	cert.from = day_from_ymd(2018, 1, 10);
	cert.until = day_from_ymd(2018, 1, 22);
	for (size_t i = 0; i < COUNT_OF(spans); i++) {
		struct buf out;
		buf_init(&out, 8192);
		proof.week = (struct week){2018, spans[i].week};
		proof_by_hand(&proof, &cert, &out);
		cr_assert_eq(check(out.data, out.len), spans[i].fits ? ERR_OK : ERR_REFUSED,
			"week %d", spans[i].week);
		buf_done(&out);
	}
}

Test(envelope_proof, a_proof_that_would_not_check_is_not_written)
{
	struct buf out;
	buf_init(&out, 8192);
	proof_write(&proof, cert_text.data, cert_text.len, &office, &out);
	cr_assert_eq(out.len, 0, "the certificate is of another key");
	proof_write(&proof, cert_text.data, cert_text.len - 1, &host, &out);
	cr_assert_eq(out.len, 0, "the certificate is none");
	proof_write(&proof, "", 0, &host, &out);
	cr_assert_eq(out.len, 0);
	proof.week.week = 6;
	proof_write(&proof, cert_text.data, cert_text.len, &host, &out);
	cr_assert_eq(out.len, 0, "the certificate has run out");
	proof.week.week = 5;
	proof_write(&proof, cert_text.data, cert_text.len, &host, &out);
	cr_assert_eq(check(out.data, out.len), ERR_OK);
	buf_done(&out);
}

Test(envelope_proof, blanks_that_copying_brings_along_do_no_harm)
{
	static const char *const ends[] = {"\r\n", "\n\n", " \n", "\t\r\n\r\n", "\n \n",
		"\xC2\xA0\n", "\xE3\x80\x80\n", "\r\r\n"};
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		struct buf pasted;
		buf_init(&pasted, 8192);
		buf_str(&pasted, "\xEF\xBB\xBF\n  ");
		for (const char *at = text.data; *at; at++) {
			if (*at != '\n') {
				buf_char(&pasted, *at);
				continue;
			}
			buf_str(&pasted, ends[i]);
			buf_str(&pasted, "  ");
		}
		cr_assert_eq(check(pasted.data, pasted.len), ERR_OK, "row %zu: %s", i, err.message);
		buf_done(&pasted);
	}
}

struct broken {
	char from[24], to[24];
	int line;
};

static const struct broken brokens[] = {
	{"tianlan-receipt 1", "tianlan-receipt 2", 1},
	{"receipt: ", "Receipt: ", 2},
	{"week: 2018-W04", "week: 2018-W54", 3},
	{"week: ", "week:  ", 3},
	{"commitment: ", "commitment:", 4},
	{"host: host-1", "host: host/1", 5},
	{"host: host-1", "host: ", 5},
	{"key: ", "key: A", 6},
	{"from: 2018-01-01", "from: 2018-02-30", 7},
	{"until: 2018-01-31", "until: 2017-12-31", 8},
	{"office: ", "office: A", 9},
	{"signature: ", "signature: A", 10},
	{"week: ", "weak: ", 3},
};

Test(envelope_proof, a_text_that_is_none_says_which_line)
{
	for (size_t i = 0; i < COUNT_OF(brokens); i++) {
		const struct broken *x = &brokens[i];
		struct buf out;
		/* The first line's heading begins with the second's name. */
		const char *at = strstr(text.data + (x->line == 2 ? 10 : 0), x->from);
		cr_assert_not_null(at, "row %zu", i);
		buf_init(&out, 8192);
		buf_add(&out, text.data, (size_t)(at - text.data));
		buf_str(&out, x->to);
		buf_str(&out, at + strlen(x->from));
		cr_assert_eq(check(out.data, out.len), ERR_INPUT, "row %zu", i);
		cr_assert_eq(err.line, x->line, "row %zu: line %d", i, err.line);
		buf_done(&out);
	}
	buf_str(&text, "more\n");
	cr_assert_eq(check(text.data, text.len), ERR_INPUT);
	cr_assert_eq(err.line, 11);
}

Test(envelope_proof, a_code_in_another_spelling_is_another_text)
{
	char *code = strstr(text.data, "receipt: ") + 9;
	code = strstr(code, "receipt: ") ? strstr(code, "receipt: ") + 9 : code;
	char *dash = strchr(code, '-');
	*dash = ' ';
	cr_assert_eq(check(text.data, text.len), ERR_INPUT);
}

struct name {
	char text[80];
	bool good;
};

static const struct name host_names[] = {
	{"a", true},
	{"host-1", true},
	{"0", true},
	{"a--b", true},
	{"a23456789a123456789a123456789a123456789a123456789a123456789a123", true},
	{"a23456789a123456789a123456789a123456789a123456789a123456789a1234", false},
	{"", false},
	{"-a", false},
	{"a-", false},
	{"-", false},
	{"A", false},
	{"a.b", false},
	{"a/b", false},
	{"a b", false},
	{"主机", false},
	{"a\n", false},
};

Test(envelope_proof, host_names_are_parts_of_branch_names)
{
	for (size_t i = 0; i < COUNT_OF(host_names); i++)
		cr_assert_eq(host_name_valid(host_names[i].text), host_names[i].good, "row %zu", i);
}

Test(envelope_proof, a_certificate_comes_back)
{
	struct host_cert c;
	cr_assert_eq(
		host_cert_read(cert_text.data, cert_text.len, &office_public, &c, &err), ERR_OK);
	cr_assert_str_eq(c.host, cert.host);
	cr_assert_arr_eq(c.key.bytes, cert.key.bytes, 32);
	cr_assert(c.from.n == cert.from.n && c.until.n == cert.until.n);
	buf_char(&cert_text, '\n');
	cr_assert_eq(read_cert(cert_text.data, cert_text.len), ERR_INPUT);
}
