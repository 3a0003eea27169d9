/*
 * crypto: hashes, keyed hashes, sealing, signatures, chance; all of it libsodium's.
 *
 * Not here: what is hashed, sealed or signed, and why; key files (envelope's keys.c).
 * Ownership: everything is written into the caller's storage. Secrets are the caller's to wipe (bytes_wipe).
 * Errors: ERR_SYSTEM when a file cannot be read or the library cannot start. A failed check is a false, never an error.
 * Chance comes in as a parameter (struct chance), so that tests are reproducible; programs pass chance_system(). Only
 *   box_seal() draws its one-use key from the system itself, since libsodium offers nothing else.
 * Sources: FIPS 180-4 (SHA-256); RFC 7693 (BLAKE2b); RFC 8032 (Ed25519); RFC 8439 and draft-irtf-cfrg-xchacha
 *   (XChaCha20-Poly1305); libsodium's sealed boxes (X25519, BLAKE2b nonce, XSalsa20-Poly1305).
 */
#ifndef TIANLAN_CRYPTO_H
#define TIANLAN_CRYPTO_H

#include "tianlan/base.h"

/* Once, from main (and tests) before the other calls. */
enum err_code crypto_start(struct err *e) MUST_USE;

/* ---- hashes --------------------------------------------------------------------------------- */

#define SHA256_BYTES 32
#define SHA256_HEX_BYTES 65 /* with the NUL */

void sha256_bytes(const void *bytes, size_t len, uint8_t out[SHA256_BYTES]);
void sha256_hex(const void *bytes, size_t len, char out[SHA256_HEX_BYTES]);
enum err_code sha256_file(
	const char *path, char out[SHA256_HEX_BYTES], uint64_t *ret_bytes, struct err *e) MUST_USE;

/* 128 bits of BLAKE2b: names content for "has it changed", not for people. */
struct hash128 {
	uint64_t hi, lo;
};
struct hash128 hash128_bytes(const void *bytes, size_t len);
struct hash128 hash128_pair(struct hash128 a, struct hash128 b); /* order matters */
bool hash128_eq(struct hash128 a, struct hash128 b);

/* ---- chance ---------------------------------------------------------------------------------- */

struct chance {
	void (*fill)(void *ctx, void *out, size_t len);
	void *ctx;
};
struct chance chance_system(void); /* getrandom(2) */
void chance_fill(const struct chance *c, void *out, size_t len);

/* ---- keyed hashes (BLAKE2b-256) ---------------------------------------------------------------- */

#define KEY_BYTES 32
#define MAC_BYTES 32

/* The purpose separates uses of one key; every part is framed by its length, so that ("ab","c") differs from
 * ("a","bc"). key NULL: an unkeyed hash. */
struct mac {
	_Alignas(64) unsigned char state[384];
};
void mac_begin(struct mac *m, const uint8_t key[KEY_BYTES], const char *purpose);
void mac_add(struct mac *m, const void *bytes, size_t len);
void mac_end(struct mac *m, uint8_t out[MAC_BYTES]);
/* The three in one, over one part. */
void mac_once(const uint8_t key[KEY_BYTES], const char *purpose, const void *bytes, size_t len,
	uint8_t out[MAC_BYTES]);

bool bytes_equal(const void *a, const void *b, size_t len); /* in constant time */
void bytes_wipe(void *bytes, size_t len);

/* ---- sealing with a shared key (XChaCha20-Poly1305) ---------------------------------------------- */

#define AEAD_EXTRA 40 /* nonce 24 in front, tag 16 behind */
/* out has len + AEAD_EXTRA bytes; purpose is authenticated with it, and so is aad. */
void aead_seal(const uint8_t key[KEY_BYTES], const char *purpose, const void *aad, size_t aad_len,
	const void *plain, size_t len, const struct chance *chance, uint8_t *out);
/* out has len - AEAD_EXTRA bytes. False, and nothing usable in out, when it does not fit. */
bool aead_open(const uint8_t key[KEY_BYTES], const char *purpose, const void *aad, size_t aad_len,
	const uint8_t *sealed, size_t len, void *out) MUST_USE;

/* ---- sealing to a public key (X25519) -------------------------------------------------------------- */

#define BOX_EXTRA 48
struct box_public {
	uint8_t bytes[32];
};
struct box_secret {
	uint8_t bytes[32];
};
void box_keys(
	const struct chance *chance, struct box_public *ret_public, struct box_secret *ret_secret);
void box_public_of(const struct box_secret *secret, struct box_public *ret_public);
/* out has len + BOX_EXTRA bytes. False when `to` is none of the keys that can be sealed to (a point of small order, such as
 * all zeros): nobody could open it. */
bool box_seal(const struct box_public *to, const void *plain, size_t len, uint8_t *out) MUST_USE;
bool box_open(
	const struct box_secret *secret, const uint8_t *sealed, size_t len, void *out) MUST_USE;

/* ---- signatures (Ed25519) ---------------------------------------------------------------------------- */

#define SIGNATURE_BYTES 64
struct sign_public {
	uint8_t bytes[32];
};
struct sign_secret { /* the seed; the public half is worked out */
	uint8_t bytes[32];
};
void sign_keys(const struct chance *chance, struct sign_public *ret_public,
	struct sign_secret *ret_secret);
void sign_public_of(const struct sign_secret *secret, struct sign_public *ret_public);
void sign_bytes(const struct sign_secret *secret, const void *bytes, size_t len,
	uint8_t out[SIGNATURE_BYTES]);
bool sign_check(const struct sign_public *by, const void *bytes, size_t len,
	const uint8_t signature[SIGNATURE_BYTES]) MUST_USE;

/* ---- bytes as text -------------------------------------------------------------------------------------- */

/* Lower-case hexadecimal; out has 2 * len + 1 bytes. */
void hex_encode(const void *bytes, size_t len, char *out);
/* Exactly 2 * len lower-case digits and nothing behind; false otherwise. */
bool hex_decode(const char *text, void *out, size_t len) MUST_USE;
/* RFC 4648 section 5 without padding; out has BASE64_BYTES(len) bytes with the NUL. */
#define BASE64_BYTES(len) (((len)*4 + 2) / 3 + 1)
void base64_encode(const void *bytes, size_t len, char *out);
/* Exactly the text of len bytes (text_len characters), canonical; false otherwise. */
bool base64_decode(const char *text, size_t text_len, void *out, size_t len) MUST_USE;

#endif
