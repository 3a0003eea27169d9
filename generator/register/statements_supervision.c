/*
 * The statements on supervision, by index: see statements.c.
 */
#include "register/statements.h"

enum { FIRST = STMT_INSPECTION_GET };

#define AT(which) [(which)-FIRST]

static const char *const sql[STMT_COUNT - FIRST] = {
	AT(STMT_INSPECTION_GET) = "SELECT day FROM inspection WHERE seq=?1",
};

const char *reg_sql_supervision(enum stmt which)
{
	return sql[which - FIRST];
}
