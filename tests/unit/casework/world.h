/* An instance with an intake host in a temporary folder, and tip-offs put into its spool as the form would. */
#ifndef TESTS_CASEWORK_WORLD_H
#define TESTS_CASEWORK_WORLD_H

#include "tianlan/casework.h"
#include "tianlan/envelope.h"
#include "tianlan/ledger.h"

#include <criterion/criterion.h>

#define NOW 1517400000 /* 2018-01-31 20:00 in China, in 2018-W05 */
#define SECRET_TEXT "夜里十点后院子里有焊接声和油漆味"
#define SECRET_NAME "张三丰"
#define SECRET_PHONE "13900001234"

extern char instance[64];
extern struct err e;
extern struct arena *arena;
extern struct box_secret facts_key, contact_key;
extern struct chance chance;

void world_begin(void);
void world_end(void);
const char *at(const char *relative); /* below the instance, in the arena */

struct posted {
	char id[CASE_ID_HEX_BYTES];
	struct receipt_keys keys;
	uint8_t commitment[COMMITMENT_BYTES];
	uint8_t photo_sha256[TIPOFF_PHOTOS][SHA256_BYTES];
	size_t photo_count;
};
/* Seals tip-off number n with so many photos and claims it in the spool. photo_bytes of each. */
void post(size_t n, size_t photos, size_t photo_bytes, struct posted *ret);
void post_many(size_t first, size_t count);
/* What post() seals as number n, and one of the test's own. */
struct tipoff tipoff_of(size_t n, size_t variant);
void post_tipoff(size_t n, const struct tipoff *t, struct posted *ret);
/* The bytes of an envelope for number n, other content by `variant`. */
void seal(size_t n, size_t variant, size_t photos, size_t photo_bytes, struct buf *bytes,
	struct posted *ret);
/* Puts bytes under a name into spool/new as they are. */
void put_new(const char *name, const void *bytes, size_t len);
struct drain_report drain(size_t group);
size_t files_below(const char *relative); /* without those that begin with a dot or end in .why */
struct chain_report verify(void);

/* ---- the office: a register beside it, and desks --------------------------------------------------- */

extern struct policy *policy;
extern struct reg *reg;
void office_begin(
	void); /* world_begin(), the plan's policy, an empty register; world_end() closes them */
/* "inspector" "reply" "office"; for unit (NULL: none), as of a day. Asserts that it opens. */
struct desk *desk_as(const char *role, const char *unit, const char *today);
struct desk *desk_of(const char *by, const char *role, const char *unit, const char *today);
struct day day(const char *text);
void flush_and_close(struct desk *d);
/* Takes it; a reason is added where none is given. Returns n. */
int64_t step(struct desk *d, int64_t number, const struct case_act *act);
int64_t number_of(const struct posted *p);
/* Cases 1 to count, by an inspector: from then on the office may answer them. */
void open_all(size_t count);
struct agree_report agree(void);
struct enterprise_id enterprise_named(const char *name);
/* On the database itself, behind the register's back. */
void sql(const char *text);
int64_t sql_int(const char *text);
#define SECRET_WHY "理由是举报人住在对面三楼"

#endif
