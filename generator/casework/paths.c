/* Where the parts of a case lie: the record in git by its week, slot and photos beside it by their names alone. */
#include "casework/casework_internal.h"

#include <string.h>

/* "2018-W05" is the folder 2018/W05, so that a commit touches few and small folders, however many cases there are. */
const char *case_record_path(struct arena *a, const char *id_hex, const char *week)
{
	return arena_printf(
		a, "cases/%.4s/%s/%.2s/%s", week, strlen(week) > 5 ? week + 5 : "", id_hex, id_hex);
}

const char *case_slot_path(struct arena *a, const char *id_hex)
{
	return arena_printf(a, "slots/%.2s/%s", id_hex, id_hex);
}

const char *case_photo_path(struct arena *a, const char *sha256_hex)
{
	return arena_printf(a, "photos/%.2s/%s", sha256_hex, sha256_hex);
}
