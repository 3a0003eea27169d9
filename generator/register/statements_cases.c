/*
 * The statements on cases, by index: see statements.c.
 */
#include "register/statements.h"

enum { FIRST = STMT_CASE_STEP_COUNT };

#define AT(which) [(which)-FIRST]

static const char *const sql[STMT_INSPECTION_GET - FIRST] = {
	AT(STMT_CASE_STEP_COUNT) = "SELECT count(*) FROM case_step WHERE tip_case=?1",
};

const char *reg_sql_cases(enum stmt which)
{
	return sql[which - FIRST];
}
