/* Chance from the system, behind the interface that lets tests bring their own. */
#include "tianlan/crypto.h"

#include <sodium.h>

static void fill_from_system(void *ctx, void *out, size_t len)
{
	(void)ctx;
	randombytes_buf(out, len); /* getrandom(2); stops the program when the system has none */
}

struct chance chance_system(void)
{
	return (struct chance){.fill = fill_from_system};
}

void chance_fill(const struct chance *c, void *out, size_t len)
{
	if (len)
		c->fill(c->ctx, out, len);
}
