/*
 * What the tests of this room share: a temporary instance with the shipped policy, and short ways to fill it.
 * Tests of the room may use its private header.
 */
#ifndef TESTS_REGISTER_INSTANCE_H
#define TESTS_REGISTER_INSTANCE_H

#include "register/register_internal.h"

#include <criterion/criterion.h>

#define UUID "0123456789abcdef0123456789abcdef"
#define STREET "650105001"

struct instance {
	char *dir;
	struct policy *policy;
	struct reg *reg;
	struct arena *arena;
};

/* Made in /tmp, opened; removed by instance_done(). */
struct instance instance_new(void);
void instance_done(struct instance *in);

extern const struct change_note staff; /* by 张三, 2018-01-05, with a reason */

struct day ymd(int year, int month, int day);
/* Must succeed. fields: pairs "id", "text", ended by NULL; a name and a street are given when they lack. */
struct enterprise_id enterprise_with(struct instance *in, const char *const *fields);
struct enterprise_id enterprise_plain(struct instance *in);
/* Must succeed. */
int64_t event_on(
	struct instance *in, struct enterprise_id id, enum event_kind kind, struct day day);
/* Of a unit, with a file when it is not NULL. */
int64_t event_of(struct instance *in, struct enterprise_id id, enum event_kind kind,
	const char *unit, struct day day, const char *file);
void set_field(struct instance *in, struct enterprise_id id, const char *field, const char *text);
struct enterprise enterprise_now(struct instance *in, struct enterprise_id id);
/* One number or text out of the database, past every door. */
int64_t query_int(struct instance *in, const char *sql);
const char *query_text(struct instance *in, const char *sql);
/* Writes a file into the instance's folder and returns its path. */
const char *file_with(struct instance *in, const char *name, const char *text);

#endif
