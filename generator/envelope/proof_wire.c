/*
 * Signed texts: what the office says of a host, and the receipt that anyone can check without us.
 *
 * A text is a fixed list of lines "name: value" in one spelling; what is signed is every line before "signature:", its line
 * feeds included. A receipt repeats the certificate's values and the office's signature of it, so that both signatures are
 * checked over texts made anew from what was read: blanks that a copy picked up on the way do no harm, and nothing that was
 * not read is trusted.
 */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"

#include <string.h>

#define SIGNATURE_TEXT_BYTES BASE64_BYTES(SIGNATURE_BYTES)

enum { TEXT_MAX = 4096 };

bool host_name_valid(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return len && len < HOST_NAME_BYTES && !name[len] && name[0] != '-' && name[len - 1] != '-';
}

bool host_name_reserved(const char *name)
{
	return str_eq(name, "hub") || str_eq(name, "office") || str_eq(name, "desk");
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_line(struct buf *out, const char *name, const char *value)
{
	buf_str(out, name);
	buf_str(out, ": ");
	buf_str(out, value);
	buf_char(out, '\n');
}

static void put_base64(struct buf *out, const char *name, const void *bytes, size_t len)
{
	char text[SIGNATURE_TEXT_BYTES];
	base64_encode(bytes, len, text);
	put_line(out, name, text);
}

/* The lines that both texts have. */
static void put_host(struct buf *out, const struct host_cert *c)
{
	char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];
	put_line(out, "host", c->host);
	put_base64(out, "key", c->key.bytes, sizeof c->key.bytes);
	put_line(out, "from", day_text(c->from, from));
	put_line(out, "until", day_text(c->until, until));
}

static void put_cert_body(struct buf *out, const struct host_cert *c)
{
	buf_str(out, "tianlan-host 1\n");
	put_host(out, c);
}

static void put_proof_body(struct buf *out, const struct proof *p, const struct host_cert *c,
	const uint8_t office_signature[SIGNATURE_BYTES])
{
	char code[RECEIPT_TEXT_BYTES], week[WEEK_TEXT_BYTES], hex[2 * COMMITMENT_BYTES + 1];
	receipt_text(&p->receipt, code);
	hex_encode(p->commitment, COMMITMENT_BYTES, hex);
	buf_str(out, "tianlan-receipt 1\n");
	put_line(out, "receipt", code);
	put_line(out, "week", week_text(p->week, week));
	put_line(out, "commitment", hex);
	put_host(out, c);
	put_base64(out, "office", office_signature, SIGNATURE_BYTES);
	bytes_wipe(code, sizeof code);
}

/* Appends body and the signature of it. */
static void put_signed(struct buf *out, const struct buf *body, const struct sign_secret *by)
{
	uint8_t signature[SIGNATURE_BYTES];
	sign_bytes(by, buf_text(body), body->len, signature);
	buf_add(out, buf_text(body), body->len);
	put_base64(out, "signature", signature, sizeof signature);
}

void host_cert_write(const struct host_cert *c, const struct sign_secret *office, struct buf *out)
{
	struct buf body;
	buf_init(&body, TEXT_MAX);
	put_cert_body(&body, c);
	put_signed(out, &body, office);
	buf_done(&body);
}

/* ---- reading --------------------------------------------------------------------------------- */

struct reader {
	const char *at, *end;
	bool forgiving; /* of blanks around lines, blank lines, and a last line without its end */
	int line;
};

struct slice {
	const char *at;
	size_t len;
};

static enum err_code bad_line(const struct reader *r, const char *name, struct err *e)
{
	return err_at(e, ERR_INPUT, "", r->line, 0,
		T("这里应是“%s”行", "a line \"%s\" is expected here"), name);
}

/* The length of a blank at s: spaces of any kind that copying brings along, and a byte order mark; 0 when it is none. */
static size_t blank_at(const char *s, size_t len)
{
	static const char *const wide[] = {"\xC2\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"};
	if (len && (*s == ' ' || *s == '\t' || *s == '\r'))
		return 1;
	for (size_t i = 0; i < COUNT_OF(wide); i++) {
		size_t n = strlen(wide[i]);
		if (len >= n && memcmp(s, wide[i], n) == 0)
			return n;
	}
	return 0;
}

static struct slice trimmed(struct slice s)
{
	for (size_t n; (n = blank_at(s.at, s.len));) {
		s.at += n;
		s.len -= n;
	}
	for (bool more = true; more;) {
		more = false;
		for (size_t n = 1; n <= 3 && n <= s.len && !more; n++)
			if (blank_at(s.at + s.len - n, n) == n) {
				s.len -= n;
				more = true;
			}
	}
	return s;
}

/* The next line that has something in it; false at the end. */
static bool next_line(struct reader *r, struct slice *ret)
{
	while (r->at < r->end) {
		const char *feed = memchr(r->at, '\n', (size_t)(r->end - r->at));
		if (!feed && !r->forgiving)
			return false;
		struct slice s = {r->at, (size_t)((feed ? feed : r->end) - r->at)};
		r->at = feed ? feed + 1 : r->end;
		r->line++;
		if (r->forgiving)
			s = trimmed(s);
		if (s.len || !r->forgiving) {
			*ret = s;
			return true;
		}
	}
	return false;
}

/* The value of the next line, which must have this name. */
static bool take_value(struct reader *r, const char *name, struct slice *ret)
{
	size_t len = strlen(name);
	struct slice s;
	if (!next_line(r, &s) || s.len < len + 2 || memcmp(s.at, name, len) != 0 ||
		memcmp(s.at + len, ": ", 2) != 0)
		return false;
	*ret = (struct slice){s.at + len + 2, s.len - len - 2};
	return true;
}

static bool take_heading(struct reader *r, const char *heading)
{
	struct slice s;
	return next_line(r, &s) && s.len == strlen(heading) && memcmp(s.at, heading, s.len) == 0;
}

/* As a NUL-terminated text of less than `bytes` bytes. */
static bool take_text(struct reader *r, const char *name, char *out, size_t bytes)
{
	struct slice s;
	if (!take_value(r, name, &s) || s.len >= bytes || (s.len && memchr(s.at, 0, s.len)))
		return false;
	memcpy(out, s.at, s.len);
	out[s.len] = '\0';
	return true;
}

static bool take_day(struct reader *r, const char *name, struct day *ret)
{
	char text[DAY_TEXT_BYTES];
	return take_text(r, name, text, sizeof text) && day_parse(text, ret);
}

static bool take_base64(struct reader *r, const char *name, void *out, size_t len)
{
	struct slice s;
	return take_value(r, name, &s) && base64_decode(s.at, s.len, out, len);
}

static enum err_code take_host(struct reader *r, struct host_cert *ret, struct err *e)
{
	if (!take_text(r, "host", ret->host, sizeof ret->host) || !host_name_valid(ret->host))
		return bad_line(r, "host", e);
	if (!take_base64(r, "key", ret->key.bytes, sizeof ret->key.bytes))
		return bad_line(r, "key", e);
	if (!take_day(r, "from", &ret->from))
		return bad_line(r, "from", e);
	if (!take_day(r, "until", &ret->until) || day_compare(ret->from, ret->until) > 0)
		return bad_line(r, "until", e);
	return ERR_OK;
}

static enum err_code take_end(struct reader *r, struct err *e)
{
	struct slice s;
	if (next_line(r, &s) || r->at != r->end)
		return err_at(e, ERR_INPUT, "", r->line, 0,
			T("签名之后还有内容", "there is more after the signature"));
	return ERR_OK;
}

static enum err_code cert_parse(const char *text, size_t len, struct host_cert *ret,
	uint8_t signature[SIGNATURE_BYTES], struct err *e)
{
	struct reader r = {text, text + len, false, 0};
	if (len > TEXT_MAX || !take_heading(&r, "tianlan-host 1"))
		return bad_line(&r, "tianlan-host 1", e);
	enum err_code code = take_host(&r, ret, e);
	if (!code && !take_base64(&r, "signature", signature, SIGNATURE_BYTES))
		code = bad_line(&r, "signature", e);
	return code ? code : take_end(&r, e);
}

static bool cert_signed_by(const struct host_cert *c, const uint8_t signature[SIGNATURE_BYTES],
	const struct sign_public *office)
{
	struct buf body;
	buf_init(&body, TEXT_MAX);
	put_cert_body(&body, c);
	bool good = sign_check(office, buf_text(&body), body.len, signature);
	buf_done(&body);
	return good;
}

enum err_code host_cert_read(const char *text, size_t len, const struct sign_public *office,
	struct host_cert *ret, struct err *e)
{
	struct host_cert c = {0};
	uint8_t signature[SIGNATURE_BYTES];
	enum err_code code = cert_parse(text, len, &c, signature, e);
	if (code)
		return code;
	if (!cert_signed_by(&c, signature, office))
		return err_set(e, ERR_REFUSED,
			T("证书不是本办公室签的", "the certificate is not signed by this office"));
	*ret = c;
	return ERR_OK;
}

/* A day of the week lies in the certificate's days: a receipt tells the week alone. */
static bool week_within(struct week w, const struct host_cert *c)
{
	struct day monday = week_monday(w);
	return day_compare(monday, c->until) <= 0 && day_compare(day_add(monday, 6), c->from) >= 0;
}

void proof_write(const struct proof *p, const char *cert_text, size_t cert_len,
	const struct sign_secret *host, struct buf *out)
{
	struct host_cert c = {0};
	uint8_t office_signature[SIGNATURE_BYTES];
	struct sign_public own;
	sign_public_of(host, &own);
	/* A text that would not check helps nobody: rather none. */
	if (cert_parse(cert_text, cert_len, &c, office_signature, NULL) ||
		!bytes_equal(own.bytes, c.key.bytes, sizeof own.bytes) || !week_within(p->week, &c))
		return;
	struct buf body;
	clear_buf_init(&body, TEXT_MAX);
	put_proof_body(&body, p, &c, office_signature);
	put_signed(out, &body, host);
	clear_buf_done(&body);
}

/* The receipt's own lines. The code in the spelling that receipt_text() gives, so that one receipt is one text. */
static enum err_code take_proof(struct reader *r, struct proof *ret, struct err *e)
{
	char code[RECEIPT_TEXT_BYTES], again[RECEIPT_TEXT_BYTES], hex[2 * COMMITMENT_BYTES + 1];
	struct slice s;
	if (!take_heading(r, "tianlan-receipt 1"))
		return bad_line(r, "tianlan-receipt 1", e);
	if (!take_text(r, "receipt", code, sizeof code) ||
		receipt_parse(code, strlen(code), &ret->receipt) != RECEIPT_READ)
		return bad_line(r, "receipt", e);
	receipt_text(&ret->receipt, again);
	if (!str_eq(code, again))
		return bad_line(r, "receipt", e);
	if (!take_value(r, "week", &s) || !week_parse(s.at, s.len, &ret->week))
		return bad_line(r, "week", e);
	if (!take_text(r, "commitment", hex, sizeof hex) ||
		!hex_decode(hex, ret->commitment, COMMITMENT_BYTES))
		return bad_line(r, "commitment", e);
	return ERR_OK;
}

static enum err_code check_signatures(const struct proof *p, const struct host_cert *c,
	const uint8_t of_office[SIGNATURE_BYTES], const uint8_t of_host[SIGNATURE_BYTES],
	const struct sign_public *office, struct err *e)
{
	if (!cert_signed_by(c, of_office, office))
		return err_set(e, ERR_REFUSED,
			T("接收机的证书不是本办公室签的",
				"the host's certificate is not signed by this office"));
	struct buf body;
	clear_buf_init(&body, TEXT_MAX);
	put_proof_body(&body, p, c, of_office);
	bool good = sign_check(&c->key, buf_text(&body), body.len, of_host);
	clear_buf_done(&body);
	if (!good)
		return err_set(e, ERR_REFUSED,
			T("签名与回执不符", "the signature does not fit the receipt"));
	if (!week_within(p->week, c))
		return err_set(e, ERR_REFUSED,
			T("回执的周次不在证书有效期内",
				"the receipt's week is not within the certificate's days"));
	return ERR_OK;
}

enum err_code proof_check(const char *text, size_t len, const struct sign_public *office,
	struct proof *ret, struct host_cert *ret_cert, struct err *e)
{
	struct reader r = {text, text + len, true, 0};
	struct proof p = {0};
	struct host_cert c = {0};
	uint8_t of_office[SIGNATURE_BYTES], of_host[SIGNATURE_BYTES];
	if (len > TEXT_MAX)
		return err_set(e, ERR_INPUT, T("不是回执：太长", "not a receipt: too long"));
	enum err_code code = take_proof(&r, &p, e);
	if (!code)
		code = take_host(&r, &c, e);
	if (!code && !take_base64(&r, "office", of_office, sizeof of_office))
		code = bad_line(&r, "office", e);
	if (!code && !take_base64(&r, "signature", of_host, sizeof of_host))
		code = bad_line(&r, "signature", e);
	if (!code)
		code = take_end(&r, e);
	if (!code)
		code = check_signatures(&p, &c, of_office, of_host, office, e);
	if (code)
		return code;
	*ret = p;
	*ret_cert = c;
	return ERR_OK;
}
