/* Any text as a template of each kind: compiled or refused; what compiles renders. */
#include "tianlan/theme.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char marker[] = "<\"'&javascript:|*";
	static const char *const names[] = {"t.html", "t.md", "t.xml", "t.txt"};
	if (size > 4096 || memchr(data, 0, size))
		return 0;
	char *text = strndup((const char *)data, size);
	struct arena *a = arena_new();
	struct value *m = value_map(a), *list = value_list(a);
	value_set_text(m, a, "a", marker);
	value_set_bool(m, a, "b", true);
	value_set_text(value_add_map(list, a), a, "a", "x");
	value_set(m, a, "l", list);
	value_set_frag(m, a, "f", (struct html_frag){"<b>", 3});
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *const pairs[] = {names[i], text, NULL};
		struct templates *t = NULL;
		struct err e;
		struct buf out;
		buf_init(&out, 1 << 20);
		if (!templates_from(pairs, NULL, &t, &e) &&
			!template_render(t, names[i], m, &out, &e) && i == 0 &&
			strstr(buf_text(&out), marker) && !strstr(text, marker))
			abort(); /* a value came through unescaped */
		templates_free(t);
		buf_done(&out);
	}
	arena_free(a);
	free(text);
	return 0;
}
