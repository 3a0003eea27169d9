/* Any bytes as configuration, JSON, CSV, front matter and text of unknown encoding. */
#include "tianlan/input.h"

#include <stdlib.h>
#include <string.h>

/* libconfig 1.5 leaks its scratch buffer when a string does not end. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static enum err_code row(void *ctx, int number, char **cells, size_t count, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < count; i++)
		*(size_t *)ctx += strlen(cells[i]) + (size_t)number;
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct err e;
	char *text;
	size_t len, seen = 0;
	enum text_encoding encoding;
	const struct conf *root;
	struct front_matter front;
	if (!text_decode(a, "fuzz", (const char *)data, size, &text, &len, &encoding, &e)) {
		if (!utf8_valid(text, len, NULL))
			abort();
		if (csv_rows("fuzz", text, len, ',', row, &seen, &e) == ERR_OK &&
			csv_rows("fuzz", text, len, '\t', row, &seen, &e) == ERR_OK)
			seen++;
		if (conf_parse(a, "fuzz", text, &root, &e) == ERR_OK)
			seen += root->count;
		if (json_parse(a, "fuzz", text, len, &root, &e) == ERR_OK)
			seen += root->count;
		if (front_parse(a, "fuzz", text, &front, &e) == ERR_OK)
			seen += front.count;
	}
	arena_free(a);
	return 0;
}
