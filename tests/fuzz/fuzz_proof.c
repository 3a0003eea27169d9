/*
 * Any text as a signed receipt and as a host's certificate, checked with the key of the corpus's office. The search cannot
 * sign, so whatever checks says what a seed says; a certificate that checks writes back to the same bytes.
 */
#include "tianlan/envelope.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sign_secret office = {"the office of the corpus, 32 b."};
	static struct sign_public public;
	const char *text = (const char *)data;
	struct proof p;
	struct host_cert c;
	struct err e;
	if (crypto_start(&e))
		abort();
	sign_public_of(&office, &public);
	enum err_code code = proof_check(text, size, &public, &p, &c, &e);
	if (code && code != ERR_INPUT && code != ERR_REFUSED)
		abort();
	if (!code && (!host_name_valid(c.host) || day_compare(c.from, c.until) > 0))
		abort();
	code = host_cert_read(text, size, &public, &c, &e);
	if (code && code != ERR_INPUT && code != ERR_REFUSED)
		abort();
	if (!code) {
		struct buf again;
		buf_init(&again, 4096);
		host_cert_write(&c, &office, &again);
		if (again.len != size || memcmp(again.data, data, size) != 0)
			abort();
		buf_done(&again);
	}
	return 0;
}
