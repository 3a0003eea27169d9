/* names.tsv: lines "id TAB name", sorted by bytes. Mapped, and searched by halves: no request reads it through. */
#include "intake/intake_internal.h"

#include <string.h>

/* The start of the line that holds this offset. */
static size_t line_start(const struct intake *in, size_t at)
{
	while (at > 0 && in->names[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const struct intake *in, size_t at)
{
	const char *newline = memchr(in->names + at, '\n', in->names_len - at);
	return newline ? (size_t)(newline - in->names) : in->names_len;
}

const char *intake_name_find(const struct intake *in, struct arena *a, const char *id)
{
	size_t id_len = strlen(id), low = 0, high = in->names ? in->names_len : 0;
	while (low < high) {
		size_t from = line_start(in, low + (high - low) / 2), to = line_end(in, from);
		const char *tab = memchr(in->names + from, '\t', to - from);
		size_t len = tab ? (size_t)(tab - in->names) - from : to - from;
		int order = memcmp(in->names + from, id, len < id_len ? len : id_len);
		if (order == 0)
			order = (len > id_len) - (len < id_len);
		if (order == 0 && tab) {
			size_t name_len = (size_t)(in->names + to - tab) - 1;
			return utf8_valid(tab + 1, name_len, NULL)
				       ? arena_strndup(a, tab + 1, name_len)
				       : NULL;
		}
		if (order < 0)
			low = to + 1;
		else
			high = from;
	}
	return NULL;
}
