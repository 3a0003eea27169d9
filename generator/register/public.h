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
	PUB_TIPS_OF, /* by enterprise, in step with the records; so are the next two */
	PUB_LOOKBACKS_OF,
	PUB_INSPECTIONS_OF,
	PUB_TIP_CELLS,
	PUB_TIP_RELEASES,
	PUB_TIP_RESULTS,
	PUB_CHAIN_WEEKS,
	PUB_INSPECTIONS,
	PUB_LOOKBACK_PLANS,
	PUB_LOOKBACK_COUNTS,
	PUB_LOOKBACKS,
	PUB_RANKINGS,
	PUB_RANKING_ROWS,
	PUB_RANKING_ITEMS,
	PUB_RANKING_TRACES_OF,
	PUB_TASKS_ALL,
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
/* Every row of a statement to its callback, each in the arena until it returns (public_list.c). pub_each() prepares it, for
 * statements without parameters. */
typedef enum err_code pub_row_fn(sqlite3_stmt *s, struct arena *a, void *fn_and_ctx, struct err *e);
enum err_code pub_each_row(struct pub *p, sqlite3_stmt *s, pub_row_fn *row_to, void *fn_and_ctx,
	struct err *e) MUST_USE;
enum err_code pub_each(struct pub *p, enum pub_stmt which, pub_row_fn *row_to, void *fn_and_ctx,
	struct err *e) MUST_USE;
/* Rows of the statements on look-backs and on inspections (public_supervision.c). */
void pub_lookback_row(sqlite3_stmt *s, struct arena *a, struct pub_lookback *ret);
void pub_inspection_row(sqlite3_stmt *s, struct arena *a, struct pub_inspection *ret);

#endif
