/* Any bytes as a record of the office's branch, at the path that its first line names: what is taken is what the writers write. */
#include "casework/casework_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_step(const char *path, const void *bytes, size_t len)
{
	struct office_step s;
	struct buf b;
	char place[OFFICE_PATH_BYTES];

	if (office_step_parse(path, bytes, len, &s, NULL))
		return;
	buf_init(&b, OFFICE_RECORD_MAX);
	office_step_write(&s, &b);
	office_step_path(s.commitment, s.n, place);
	if (b.overflow || b.len != len || memcmp(b.data, bytes, len) != 0 || !str_eq(place, path) ||
		s.n < 2 || s.kind <= CASE_RECEIVED || s.kind >= CASE_STEP_COUNT ||
		!day_is_set(s.day))
		__builtin_trap();
	buf_done(&b);
}

static void check_anchor(const char *path, const void *bytes, size_t len)
{
	struct office_anchor a;
	struct buf b;
	char place[OFFICE_PATH_BYTES];

	if (office_anchor_parse(path, bytes, len, &a, NULL))
		return;
	buf_init(&b, OFFICE_RECORD_MAX);
	office_anchor_write(&a, &b);
	office_anchor_path(a.host, a.seq, place);
	if (b.overflow || b.len != len || memcmp(b.data, bytes, len) != 0 || !str_eq(place, path) ||
		a.seq < 1 || !host_name_valid(a.host))
		__builtin_trap();
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
	size_t head = lf ? (size_t)(lf - data) : 0;
	char *path = mem_zero(head + 1, 1);

	if (lf && !memchr(data, '\0', head)) {
		memcpy(path, data, head);
		check_step(path, lf + 1, size - head - 1);
		check_anchor(path, lf + 1, size - head - 1);
	}
	free(path);
	return 0;
}
