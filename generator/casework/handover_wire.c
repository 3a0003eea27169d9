/*
 * The signed notes that go to and fro through a hub, and the certificate of a host's key for the hand-over.
 *
 * A note is a fixed list of lines "name: value" in one spelling; what is signed is every line before "signature:". It is made
 * anew from what was read and the signature is checked over that, and over the bytes: nothing that was not read is trusted.
 */
#include "casework/handover.h"

#include <string.h>

#define SIGNATURE_TEXT_BYTES BASE64_BYTES(SIGNATURE_BYTES)

static const char *const headings[] = {
	[NOTE_ACK] = "tianlan-ack 1\n",
	[NOTE_ERASE] = "tianlan-erase 1\n",
	[NOTE_GONE] = "tianlan-gone 1\n",
	[NOTE_HEAD] = "tianlan-head 1\n",
};
static const char cert_heading[] = "tianlan-handover 1\n";

/* Signed with the host's key for the hand-over, which comes along; the others with the office's. */
static bool is_hosts(enum handover_kind kind)
{
	return kind == NOTE_GONE || kind == NOTE_HEAD;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_line(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s: %s\n", name, value);
}

static void put_hash(struct buf *out, const char *name, const uint8_t hash[SHA256_BYTES])
{
	char hex[SHA256_HEX_BYTES];
	hex_encode(hash, SHA256_BYTES, hex);
	put_line(out, name, hex);
}

static void put_base64(struct buf *out, const char *name, const void *bytes, size_t len)
{
	char text[SIGNATURE_TEXT_BYTES];
	base64_encode(bytes, len, text);
	put_line(out, name, text);
}

static void put_cert_body(struct buf *out, const char *host, const struct sign_public *key)
{
	buf_str(out, cert_heading);
	put_line(out, "host", host);
	put_base64(out, "key", key->bytes, sizeof key->bytes);
}

static void put_head(struct buf *out, const struct handover_head *h)
{
	char hex[SHA256_HEX_BYTES];
	hex_encode(h->chain.hash, SHA256_BYTES, hex);
	buf_printf(out, "head: %lld %s %s\n", (long long)h->chain.seq, hex, h->commit);
}

static void put_body(
	struct buf *out, const struct handover_note *n, const struct handover_cert *cert)
{
	buf_str(out, headings[n->kind]);
	put_line(out, "host", n->host);
	if (n->kind == NOTE_HEAD)
		for (size_t i = 0; i < n->head_count; i++)
			put_head(out, &n->heads[i]);
	else
		put_line(out, "case", n->id);
	if (n->kind == NOTE_ACK) {
		put_hash(out, "slot", n->slot);
		for (size_t i = 0; i < n->photo_count; i++)
			put_hash(out, "photo", n->photos[i]);
	}
	if (is_hosts(n->kind)) {
		put_base64(out, "key", cert->key.bytes, sizeof cert->key.bytes);
		put_base64(out, "certificate", cert->signature, SIGNATURE_BYTES);
	}
}

void handover_cert_make(const char *host, const struct sign_public *key,
	const struct sign_secret *receipt_key, struct handover_cert *ret)
{
	struct buf body;
	size_t len = strlen(host);

	*ret = (struct handover_cert){.key = *key};
	memcpy(ret->host, host, len < sizeof ret->host ? len : sizeof ret->host - 1);
	buf_init(&body, HANDOVER_NOTE_MAX);
	put_cert_body(&body, ret->host, key);
	sign_bytes(receipt_key, buf_text(&body), body.len, ret->signature);
	buf_done(&body);
}

void handover_cert_write(const struct handover_cert *c, struct buf *out)
{
	put_cert_body(out, c->host, &c->key);
	put_base64(out, "signature", c->signature, SIGNATURE_BYTES);
}

void handover_note_write(const struct handover_note *n, const struct handover_cert *cert,
	const struct sign_secret *by, struct buf *out)
{
	uint8_t signature[SIGNATURE_BYTES];
	struct buf body;

	buf_init(&body, HANDOVER_NOTE_MAX);
	put_body(&body, n, cert);
	sign_bytes(by, buf_text(&body), body.len, signature);
	buf_add(out, buf_text(&body), body.len);
	put_base64(out, "signature", signature, sizeof signature);
	buf_done(&body);
}

/* ---- reading --------------------------------------------------------------------------------- */

struct reader {
	const char *at, *end;
	int line;
};

static enum err_code bad_line(const struct reader *r, const char *name, struct err *e)
{
	return err_set(
		e, ERR_INPUT, T("第 %d 行应是“%s”", "line %d should be \"%s\""), r->line + 1, name);
}

static bool take_heading(struct reader *r, const char *heading)
{
	size_t len = strlen(heading);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, heading, len) != 0)
		return false;
	r->at += len;
	r->line++;
	return true;
}

/* The value of the next line when it has this name; it stays where it is otherwise. */
static bool take_value(struct reader *r, const char *name, const char **ret, size_t *ret_len)
{
	const char *feed = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
	size_t len = strlen(name);

	if (!feed || (size_t)(feed - r->at) < len + 2 || memcmp(r->at, name, len) != 0 ||
		memcmp(r->at + len, ": ", 2) != 0)
		return false;
	*ret = r->at + len + 2;
	*ret_len = (size_t)(feed - *ret);
	r->at = feed + 1;
	r->line++;
	return true;
}

static bool take_text(struct reader *r, const char *name, char *out, size_t bytes)
{
	const char *value;
	size_t len;

	if (!take_value(r, name, &value, &len) || len >= bytes || (len && memchr(value, 0, len)))
		return false;
	memcpy(out, value, len);
	out[len] = '\0';
	return true;
}

static bool take_hash(struct reader *r, const char *name, uint8_t out[SHA256_BYTES])
{
	char hex[SHA256_HEX_BYTES];
	return take_text(r, name, hex, sizeof hex) && hex_decode(hex, out, SHA256_BYTES);
}

static bool take_base64(struct reader *r, const char *name, void *out, size_t len)
{
	const char *value;
	size_t value_len;
	return take_value(r, name, &value, &value_len) && base64_decode(value, value_len, out, len);
}

enum err_code handover_cert_read(
	const char *text, size_t len, struct handover_cert *ret, struct err *e)
{
	struct reader r = {text, text + len, 0};
	struct handover_cert c = {0};

	if (len > HANDOVER_NOTE_MAX || !take_heading(&r, cert_heading))
		return bad_line(&r, "tianlan-handover 1", e);
	if (!take_text(&r, "host", c.host, sizeof c.host) || !host_name_valid(c.host))
		return bad_line(&r, "host", e);
	if (!take_base64(&r, "key", c.key.bytes, sizeof c.key.bytes))
		return bad_line(&r, "key", e);
	if (!take_base64(&r, "signature", c.signature, SIGNATURE_BYTES) || r.at != r.end)
		return bad_line(&r, "signature", e);
	*ret = c;
	return ERR_OK;
}

/* The spelling of the number is seen to when the body is made anew. */
static bool take_head(struct reader *r, struct handover_head *ret)
{
	char line[LEDGER_COMMIT_BYTES + SHA256_HEX_BYTES + 24], *hash, *commit;

	if (!take_text(r, "head", line, sizeof line) || !(hash = strchr(line, ' ')))
		return false;
	*hash++ = '\0';
	if (!(commit = strchr(hash, ' ')))
		return false;
	*commit++ = '\0';
	if (strlen(commit) != LEDGER_COMMIT_BYTES - 1 ||
		strspn(commit, "0123456789abcdef") != LEDGER_COMMIT_BYTES - 1)
		return false;
	memcpy(ret->commit, commit, LEDGER_COMMIT_BYTES);
	return str_to_int64(line, &ret->chain.seq) && ret->chain.seq > 0 &&
	       strlen(hash) == SHA256_HEX_BYTES - 1 &&
	       hex_decode(hash, ret->chain.hash, SHA256_BYTES);
}

/* The newest first. */
static bool take_heads(struct reader *r, struct handover_note *n)
{
	for (; n->head_count < HANDOVER_HEADS; n->head_count++) {
		struct handover_head *h = &n->heads[n->head_count];
		const struct reader before = *r;
		if (!take_head(r, h)) {
			*r = before;
			*h = (struct handover_head){0};
			break;
		}
		if (n->head_count && h->chain.seq >= h[-1].chain.seq)
			return false;
	}
	return n->head_count > 0;
}

static enum err_code take_body(
	struct reader *r, struct handover_note *n, struct handover_cert *cert, struct err *e)
{
	struct case_id id;

	if (!take_heading(r, headings[n->kind]))
		return bad_line(r, headings[n->kind], e);
	if (!take_text(r, "host", n->host, sizeof n->host) || !host_name_valid(n->host))
		return bad_line(r, "host", e);
	if (n->kind == NOTE_HEAD && !take_heads(r, n))
		return bad_line(r, "head", e);
	if (n->kind != NOTE_HEAD &&
		(!take_text(r, "case", n->id, sizeof n->id) || !case_id_parse(n->id, &id)))
		return bad_line(r, "case", e);
	if (n->kind == NOTE_ACK && !take_hash(r, "slot", n->slot))
		return bad_line(r, "slot", e);
	while (n->kind == NOTE_ACK && n->photo_count < TIPOFF_PHOTOS &&
		take_hash(r, "photo", n->photos[n->photo_count]))
		n->photo_count++;
	if (!is_hosts(n->kind))
		return ERR_OK;
	if (!take_base64(r, "key", cert->key.bytes, sizeof cert->key.bytes))
		return bad_line(r, "key", e);
	if (!take_base64(r, "certificate", cert->signature, SIGNATURE_BYTES))
		return bad_line(r, "certificate", e);
	return ERR_OK;
}

static bool cert_checks(
	const struct handover_cert *c, const char *host, const struct sign_public *receipt_key)
{
	struct buf body;

	buf_init(&body, HANDOVER_NOTE_MAX);
	put_cert_body(&body, host, &c->key);
	bool good = sign_check(receipt_key, buf_text(&body), body.len, c->signature);
	buf_done(&body);
	return good;
}

enum err_code handover_note_read(enum handover_kind kind, const char *text, size_t len,
	const struct sign_public *key, struct handover_note *ret, struct err *e)
{
	struct reader r = {text, text + len, 0};
	struct handover_note n = {.kind = kind};
	struct handover_cert cert = {0};
	uint8_t signature[SIGNATURE_BYTES];
	struct buf body;

	if (len > HANDOVER_NOTE_MAX)
		return err_set(e, ERR_INPUT, T("太长", "it is too long"));
	if (take_body(&r, &n, &cert, e))
		return e ? e->code : ERR_INPUT;
	if (!take_base64(&r, "signature", signature, sizeof signature) || r.at != r.end)
		return bad_line(&r, "signature", e);
	buf_init(&body, HANDOVER_NOTE_MAX);
	put_body(&body, &n, &cert);
	bool good = body.len < len && memcmp(buf_text(&body), text, body.len) == 0;
	bool signed_well = good && sign_check(is_hosts(kind) ? &cert.key : key, buf_text(&body),
					   body.len, signature);
	buf_done(&body);
	if (!good)
		return err_set(e, ERR_INPUT, T("写法不对", "it is not spelt as it should be"));
	if (!signed_well || (is_hosts(kind) && !cert_checks(&cert, n.host, key)))
		return err_set(e, ERR_REFUSED, T("签名不对", "it is not signed by whom it should"));
	*ret = n;
	return ERR_OK;
}
