/*
 * Any bytes as a bundle. Nobody guesses a signature, so the input is tried as it is, and once more with the office's signature
 * put where its head says that it ends: what is then taken must be what the writer would write.
 */
#include "envelope/bundle_internal.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_AT 21 /* behind the magic line and the length */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const uint8_t *bytes, size_t len, const struct sign_secret *office)
{
	struct arena *a = arena_new();
	struct sign_public by;
	struct bundle_head head;
	const struct bundle_file *files;
	size_t count, again_len;
	uint8_t *again;
	sign_public_of(office, &by);
	if (bundle_parse(a, bytes, len, &by, &head, &files, &count, NULL) == ERR_OK) {
		for (size_t i = 0; i < count; i++)
			if (strstr(files[i].path, "..") == files[i].path ||
				strstr(files[i].path, "/.") || files[i].path[0] == '/')
				abort();
		if (!bundle_head_ok(&head) || !bundle_table_ok(files, count) ||
			bundle_bytes(&head, files, count, office, &again, &again_len, NULL) ||
			again_len != len || memcmp(again, bytes, len))
			abort();
		free(again);
	}
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sign_secret office = {{'o', 'f', 'f', 'i', 'c', 'e'}};
	if (crypto_start(NULL))
		abort();
	parse(data, size, &office);
	if (size < HEAD_AT)
		return 0;
	size_t head_len = (size_t)data[HEAD_AT - 2] << 8 | data[HEAD_AT - 1];
	if (size - HEAD_AT < head_len + SIGNATURE_BYTES)
		return 0;
	uint8_t *copy = mem_alloc(size);
	memcpy(copy, data, size);
	sign_bytes(&office, copy, HEAD_AT + head_len, copy + HEAD_AT + head_len);
	parse(copy, size, &office);
	free(copy);
	return 0;
}
