/*
 * crypto: hashes of bytes and files.
 *
 * Not here: what is hashed and why. No key material passes through this room yet.
 * Errors: ERR_SYSTEM when a file cannot be read or the library cannot start.
 * Sources: FIPS 180-4 (SHA-256); RFC 7693 (BLAKE2b) through libsodium.
 */
#ifndef TIANLAN_CRYPTO_H
#define TIANLAN_CRYPTO_H

#include "tianlan/base.h"

/* Once, from main (and tests) before the other calls. */
enum err_code crypto_start(struct err *e) MUST_USE;

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

#endif
