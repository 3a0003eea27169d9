/*
 * Tokens: 26 bytes of version, flags, time and chance, and a MAC of them under the host's secret. Nothing is stored: the
 * receipt of a token's case and the key for hashing its content follow from the same secret, each for a purpose of its own.
 */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "envelope/octets.h"

#include <assert.h>
#include <string.h>

enum {
	VERSION = 1,
	FLAG_AGAIN = 1,
	FLAGS_AT = 1,
	ISSUED_AT = 2,
	NONCE_AT = 10,
	NONCE_BYTES = 16,
	MAC_AT = NONCE_AT + NONCE_BYTES,
	CLOCK_SKEW_SECONDS = 60
};

static_assert(MAC_AT + MAC_BYTES == TOKEN_RAW_BYTES, "the parts of a token");

void token_make(const struct host_secret *s, int64_t now, bool again, const struct chance *chance,
	char out[TOKEN_TEXT_BYTES])
{
	uint8_t raw[TOKEN_RAW_BYTES] = {VERSION, again ? FLAG_AGAIN : 0};
	octets_put64(raw + ISSUED_AT, (uint64_t)now);
	chance_fill(chance, raw + NONCE_AT, NONCE_BYTES);
	mac_once(s->bytes, "tianlan token 1", raw, MAC_AT, raw + MAC_AT);
	base64_encode(raw, sizeof raw, out);
	bytes_wipe(raw, sizeof raw);
}

enum token_reading token_check(const struct host_secret *s, const char *text, size_t len,
	int64_t now, int64_t max_age, int64_t dwell, struct token *ret)
{
	struct token t;
	uint8_t mac[MAC_BYTES];
	if (!base64_decode(text, len, t.bytes, sizeof t.bytes))
		return TOKEN_FORGED;
	mac_once(s->bytes, "tianlan token 1", t.bytes, MAC_AT, mac);
	bool ours = bytes_equal(mac, t.bytes + MAC_AT, MAC_BYTES);
	bytes_wipe(mac, sizeof mac);
	if (!ours)
		return TOKEN_FORGED;
	uint64_t issued = octets_get64(t.bytes + ISSUED_AT);
	/* Ours by its MAC, so these two never fire unless another version of this program shares the secret. */
	if (t.bytes[0] != VERSION || t.bytes[FLAGS_AT] & ~FLAG_AGAIN || issued > INT64_MAX)
		return TOKEN_FORGED;
	t.issued = (int64_t)issued;
	t.again = t.bytes[FLAGS_AT] & FLAG_AGAIN;
	if (t.issued - CLOCK_SKEW_SECONDS > now)
		return TOKEN_FORGED;
	*ret = t;
	if (now - t.issued > max_age)
		return TOKEN_EXPIRED;
	return !t.again && now - t.issued < dwell ? TOKEN_TOO_FRESH : TOKEN_READ;
}

void token_receipt(const struct host_secret *s, const struct token *t, struct receipt *ret)
{
	uint8_t bits[MAC_BYTES];
	mac_once(s->bytes, "tianlan receipt of a token 1", t->bytes, sizeof t->bytes, bits);
	receipt_from_bits(bits, ret);
	bytes_wipe(bits, sizeof bits);
}

void token_content_begin(const struct host_secret *s, const struct token *t, struct mac *ret)
{
	uint8_t key[MAC_BYTES];
	mac_once(s->bytes, "tianlan content key 1", t->bytes, sizeof t->bytes, key);
	mac_begin(ret, key, "tianlan content 1");
	bytes_wipe(key, sizeof key);
}
