/*
 * public: the read-only handle behind register_public.h, shared by its files.
 */
#ifndef REGISTER_PUBLIC_H
#define REGISTER_PUBLIC_H

#include "tianlan/register_public.h"

#include <sqlite3.h>

enum pub_stmt {
	PUB_BEGIN,
	PUB_COMMIT,
	PUB_META,
	PUB_RECORDS,
	PUB_EVENTS,
	PUB_EVIDENCE,
	PUB_TASKS,
	PUB_CHANGES,
	PUB_UNITS,
	PUB_REPORTS,
	PUB_OUTPUT_STREET,
	PUB_OUTPUT_CATEGORY,
	PUB_OUTPUT_INDUSTRY,
	PUB_STMT_COUNT
};

struct pub {
	sqlite3 *db;
	sqlite3_stmt *stmt[PUB_STMT_COUNT]; /* prepared through the authorizer when first used */
	bool in_snapshot;
	char uuid[40];
	char prefix[16];
};

enum err_code pub_fail(struct pub *p, struct err *e);
enum err_code pub_stmt(
	struct pub *p, enum pub_stmt which, sqlite3_stmt **ret, struct err *e) MUST_USE;
/* SQLITE_ROW → *ret_row true. Done: reset and false. */
enum err_code pub_step(struct pub *p, sqlite3_stmt *s, bool *ret_row, struct err *e) MUST_USE;
const char *pub_text(sqlite3_stmt *s, int at, struct arena *a); /* NULL for NULL */
struct day pub_day(sqlite3_stmt *s, int at);

#endif
