/* Ed25519 signatures. A secret is kept as its seed; the public half is worked out when it is needed. */
#include "tianlan/crypto.h"

#include <assert.h>
#include <sodium.h>

static_assert(crypto_sign_BYTES == SIGNATURE_BYTES, "a signature");
static_assert(crypto_sign_SEEDBYTES == sizeof(struct sign_secret), "a seed");
static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(struct sign_public), "a public key");

void sign_keys(
	const struct chance *chance, struct sign_public *ret_public, struct sign_secret *ret_secret)
{
	chance_fill(chance, ret_secret->bytes, sizeof ret_secret->bytes);
	sign_public_of(ret_secret, ret_public);
}

void sign_public_of(const struct sign_secret *secret, struct sign_public *ret_public)
{
	uint8_t expanded[crypto_sign_SECRETKEYBYTES];
	crypto_sign_seed_keypair(ret_public->bytes, expanded, secret->bytes);
	bytes_wipe(expanded, sizeof expanded);
}

void sign_bytes(const struct sign_secret *secret, const void *bytes, size_t len,
	uint8_t out[SIGNATURE_BYTES])
{
	uint8_t expanded[crypto_sign_SECRETKEYBYTES];
	struct sign_public ignored;
	crypto_sign_seed_keypair(ignored.bytes, expanded, secret->bytes);
	crypto_sign_detached(out, NULL, bytes, len, expanded);
	bytes_wipe(expanded, sizeof expanded);
}

bool sign_check(const struct sign_public *by, const void *bytes, size_t len,
	const uint8_t signature[SIGNATURE_BYTES])
{
	return crypto_sign_verify_detached(signature, bytes, len, by->bytes) == 0;
}
