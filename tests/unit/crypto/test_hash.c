/* Hashes against the published examples of FIPS 180-4. */
#include "tianlan/crypto.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void start(void)
{
	struct err e;
	cr_assert_eq(crypto_start(&e), ERR_OK);
}

TestSuite(crypto_hash, .init = start);

Test(crypto_hash, sha256_gives_the_standard_answers)
{
	char hex[SHA256_HEX_BYTES];
	sha256_hex("abc", 3, hex);
	cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_hex("", 0, hex);
	cr_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(crypto_hash, a_file_hashes_as_its_bytes)
{
	char path[] = "/tmp/tianlan-hash-XXXXXX";
	int fd = mkstemp(path);
	char block[100000];
	memset(block, 'x', sizeof block);
	cr_assert_eq(write(fd, block, sizeof block), (ssize_t)sizeof block);
	close(fd);
	char of_file[SHA256_HEX_BYTES], of_bytes[SHA256_HEX_BYTES];
	uint64_t bytes;
	struct err e;
	cr_assert_eq(sha256_file(path, of_file, &bytes, &e), ERR_OK);
	sha256_hex(block, sizeof block, of_bytes);
	cr_assert_str_eq(of_file, of_bytes);
	cr_assert_eq(bytes, sizeof block);
	unlink(path);
	cr_assert_neq(sha256_file(path, of_file, &bytes, &e), ERR_OK);
}

Test(crypto_hash, pairs_know_their_order)
{
	struct hash128 a = hash128_bytes("a", 1), b = hash128_bytes("b", 1);
	cr_assert_not(hash128_eq(hash128_pair(a, b), hash128_pair(b, a)));
	cr_assert(hash128_eq(hash128_bytes("a", 1), a));
	cr_assert_not(hash128_eq(a, b));
}
