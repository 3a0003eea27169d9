/*
 * Sealing: XChaCha20-Poly1305 under a shared key, libsodium's sealed boxes to a public one. A purpose is made part of
 * the key (a keyed hash of it), so that what was sealed for one use opens for no other.
 */
#include "tianlan/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum {
	NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES
};

static_assert(NONCE_BYTES + TAG_BYTES == AEAD_EXTRA, "nonce and tag");
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == MAC_BYTES, "a hash is a key");
static_assert(crypto_box_SEALBYTES == BOX_EXTRA, "a sealed box's own bytes");
static_assert(crypto_box_PUBLICKEYBYTES == sizeof(struct box_public), "a public key");
static_assert(crypto_box_SECRETKEYBYTES == sizeof(struct box_secret), "a secret key");

static void subkey(const uint8_t key[KEY_BYTES], const char *purpose, uint8_t out[MAC_BYTES])
{
	mac_once(key, "tianlan aead 1", purpose, strlen(purpose), out);
}

void aead_seal(const uint8_t key[KEY_BYTES], const char *purpose, const void *aad, size_t aad_len,
	const void *plain, size_t len, const struct chance *chance, uint8_t *out)
{
	uint8_t own[MAC_BYTES];
	subkey(key, purpose, own);
	chance_fill(chance, out, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		out + NONCE_BYTES, NULL, plain, len, aad, aad_len, NULL, out, own);
	bytes_wipe(own, sizeof own);
}

bool aead_open(const uint8_t key[KEY_BYTES], const char *purpose, const void *aad, size_t aad_len,
	const uint8_t *sealed, size_t len, void *out)
{
	if (len < AEAD_EXTRA)
		return false;
	uint8_t own[MAC_BYTES];
	subkey(key, purpose, own);
	int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL,
		sealed + NONCE_BYTES, len - NONCE_BYTES, aad, aad_len, sealed, own);
	bytes_wipe(own, sizeof own);
	return !failed;
}

void box_keys(
	const struct chance *chance, struct box_public *ret_public, struct box_secret *ret_secret)
{
	chance_fill(chance, ret_secret->bytes, sizeof ret_secret->bytes);
	box_public_of(ret_secret, ret_public);
}

void box_public_of(const struct box_secret *secret, struct box_public *ret_public)
{
	/* Multiplying the base point cannot fail: the secret is clamped. */
	(void)!crypto_scalarmult_base(ret_public->bytes, secret->bytes);
}

bool box_seal(const struct box_public *to, const void *plain, size_t len, uint8_t *out)
{
	return crypto_box_seal(out, plain, len, to->bytes) == 0;
}

bool box_open(const struct box_secret *secret, const uint8_t *sealed, size_t len, void *out)
{
	if (len < BOX_EXTRA)
		return false;
	struct box_public own;
	box_public_of(secret, &own);
	return crypto_box_seal_open(out, sealed, len, own.bytes, secret->bytes) == 0;
}
