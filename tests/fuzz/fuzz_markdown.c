/* Any text as a page: rendered or refused; no script, no handler, no forbidden address comes out. */
#include "tianlan/theme.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 8192 || memchr(data, 0, size))
		return 0;
	char *text = strndup((const char *)data, size);
	struct arena *a = arena_new();
	struct rendered r;
	struct err e;
	const struct render_env env = {.base_path = "/x", .file_name = "fuzz.md", .first_line = 1};
	if (!markdown_render(a, text, &env, &r, &e)) {
		if (!utf8_valid(r.html.markup, r.html.len, NULL) ||
			strstr(r.html.markup, "<script") ||
			strstr(r.html.markup, "href=\"javascript:"))
			abort();
	}
	arena_free(a);
	free(text);
	return 0;
}
