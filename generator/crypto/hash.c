/* Hashes of bytes and files, through libsodium: SHA-256 names evidence for people, BLAKE2b content for the build. */
#include "tianlan/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum err_code crypto_start(struct err *e)
{
	if (sodium_init() < 0)
		return err_set(
			e, ERR_SYSTEM, T("密码库不能启动", "the crypto library cannot start"));
	return ERR_OK;
}

void sha256_bytes(const void *bytes, size_t len, uint8_t out[SHA256_BYTES])
{
	crypto_hash_sha256(out, bytes, len);
}

void sha256_hex(const void *bytes, size_t len, char out[SHA256_HEX_BYTES])
{
	uint8_t raw[SHA256_BYTES];
	sha256_bytes(bytes, len, raw);
	sodium_bin2hex(out, SHA256_HEX_BYTES, raw, sizeof raw);
}

enum err_code sha256_file(
	const char *path, char out[SHA256_HEX_BYTES], uint64_t *ret_bytes, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, T("不能读“%s”", "cannot read \"%s\""), path);
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	unsigned char chunk[65536];
	uint64_t total = 0;
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_errno(e, T("读“%s”失败", "cannot read \"%s\""), path);
			close(fd);
			return ERR_SYSTEM;
		}
		crypto_hash_sha256_update(&state, chunk, (unsigned long long)n);
		total += (uint64_t)n;
	}
	close(fd);
	uint8_t raw[SHA256_BYTES];
	crypto_hash_sha256_final(&state, raw);
	sodium_bin2hex(out, SHA256_HEX_BYTES, raw, sizeof raw);
	if (ret_bytes)
		*ret_bytes = total;
	return ERR_OK;
}

struct hash128 hash128_bytes(const void *bytes, size_t len)
{
	struct hash128 h;
	crypto_generichash((unsigned char *)&h, sizeof h, bytes, len, NULL, 0);
	return h;
}

struct hash128 hash128_pair(struct hash128 a, struct hash128 b)
{
	struct hash128 both[2] = {a, b};
	return hash128_bytes(both, sizeof both);
}

bool hash128_eq(struct hash128 a, struct hash128 b)
{
	return a.hi == b.hi && a.lo == b.lo;
}
