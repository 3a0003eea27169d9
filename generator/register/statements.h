/*
 * statements: the text of each statement, and the fields a whole row is made of.
 */
#ifndef REGISTER_STATEMENTS_H
#define REGISTER_STATEMENTS_H

#include "register/register_internal.h"

#define REG_STORED_FIELDS 34

const char *reg_sql(enum stmt which);
/* Of the further parts; which is one of theirs. */
const char *reg_sql_cases(enum stmt which);
const char *reg_sql_supervision(enum stmt which);
const char *reg_sql_audit(enum stmt which);
/* In the order of the columns in the statements; REG_STORED_FIELDS of them. */
const enum field *reg_stored_fields(void);

#endif
