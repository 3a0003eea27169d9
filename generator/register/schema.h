/*
 * schema: the list of migrations and how it is applied. Tests bring lists of their own.
 */
#ifndef REGISTER_SCHEMA_H
#define REGISTER_SCHEMA_H

#include "register/register_internal.h"

struct migration {
	int version;
	const char *const *statements; /* NULL-ended; the last sets user_version to version */
};

const struct migration *schema_migrations(size_t *ret_count);
/* Brings the database to the newest version of the list in one transaction. ERR_INPUT when it is newer. */
enum err_code schema_migrate(
	sqlite3 *db, const struct migration *list, size_t count, struct err *e) MUST_USE;
enum err_code schema_exec(sqlite3 *db, const char *sql, struct err *e) MUST_USE;
enum err_code schema_pragma_int(sqlite3 *db, const char *sql, int *ret, struct err *e) MUST_USE;

extern const char *const schema_version_2[]; /* schema_v2.c */

#endif
