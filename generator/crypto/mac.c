/*
 * Keyed hashes: BLAKE2b-256 over framed parts. Every part, the purpose first, is preceded by its length as eight
 * little-endian bytes, so that no two different lists of parts are the same bytes.
 */
#include "tianlan/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static_assert(sizeof(struct mac) >= sizeof(crypto_generichash_state), "the state fits");
static_assert(_Alignof(struct mac) >= 64, "libsodium asks for this alignment");
static_assert(KEY_BYTES >= crypto_generichash_KEYBYTES_MIN &&
		      KEY_BYTES <= crypto_generichash_KEYBYTES_MAX,
	"a key BLAKE2b takes");

static crypto_generichash_state *state_of(struct mac *m)
{
	return (crypto_generichash_state *)(void *)m->state;
}

void mac_begin(struct mac *m, const uint8_t key[KEY_BYTES], const char *purpose)
{
	crypto_generichash_init(state_of(m), key, key ? KEY_BYTES : 0, MAC_BYTES);
	mac_add(m, purpose, strlen(purpose));
}

void mac_add(struct mac *m, const void *bytes, size_t len)
{
	uint8_t frame[8];
	for (size_t i = 0; i < sizeof frame; i++)
		frame[i] = (uint8_t)((uint64_t)len >> (8 * i));
	crypto_generichash_update(state_of(m), frame, sizeof frame);
	if (len)
		crypto_generichash_update(state_of(m), bytes, len);
}

void mac_end(struct mac *m, uint8_t out[MAC_BYTES])
{
	crypto_generichash_final(state_of(m), out, MAC_BYTES);
	bytes_wipe(m, sizeof *m);
}

void mac_once(const uint8_t key[KEY_BYTES], const char *purpose, const void *bytes, size_t len,
	uint8_t out[MAC_BYTES])
{
	struct mac m;
	mac_begin(&m, key, purpose);
	mac_add(&m, bytes, len);
	mac_end(&m, out);
}

bool bytes_equal(const void *a, const void *b, size_t len)
{
	return len == 0 || sodium_memcmp(a, b, len) == 0;
}

void bytes_wipe(void *bytes, size_t len)
{
	if (len)
		sodium_memzero(bytes, len);
}
