/*
 * What the files on cases share, inside the room.
 */
#ifndef REGISTER_CASE_H
#define REGISTER_CASE_H

#include "tianlan/register_cases.h"

#include "register/register_internal.h"

/* Works the state and the other cached columns out of the steps. Needs an open transaction. */
enum err_code reg_case_refresh(struct reg *r, int64_t number, struct err *e) MUST_USE;
/* what: a step's id, or what of the row was changed; old and new are codes, never words of a case. */
struct case_change {
	int64_t tip_case;
	const char *what, *old_value, *new_value;
};
enum err_code reg_case_log(struct reg *r, const struct case_change *change,
	const struct change_note *note, struct err *e) MUST_USE;
/* Only the row of the step. */
enum err_code reg_case_step_insert(struct reg *r, const struct tip_step *s,
	const struct change_note *note, int64_t *ret_seq, struct err *e) MUST_USE;
/* A row of one of the statements that read whole steps. */
void reg_case_step_read(sqlite3_stmt *s, struct arena *a, struct tip_step *ret);
/* Blobs into the arena; NULL for NULL. */
const void *reg_column_blob(sqlite3_stmt *s, int at, struct arena *a, size_t *ret_len);
bool reg_is_hex(const char *text, size_t digits); /* exactly so many, small letters */
/* The Monday of an ISO week "2018-W05"; false when it is none. */
bool reg_week_monday(const char *text, struct day *ret);

#endif
