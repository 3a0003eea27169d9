/* What the tests of both sides of the spool share. */
#ifndef TEST_ENVELOPE_SPOOL_MADE_H
#define TEST_ENVELOPE_SPOOL_MADE_H

#include "tianlan/envelope.h"

extern char dir[]; /* of the spool */
extern struct spool web, drain;
extern struct chance chance;
extern struct err e;

void spool_begin(void); /* before and after each test */
void spool_end(void);

#define EXPIRES INT64_C(1543233600)
struct case_id made_id(int n);
const char *made_name(int n); /* good until the next call */
/* An envelope of id n; each byte of its content MAC is `content`. */
void made_envelope(int n, uint8_t content, struct buf *ret);
/* Puts one, which must succeed. */
enum spool_claim put(int n, uint8_t content);
enum err_code try_put(int n);
/* Read, checked, remembered and taken off: the drain's part without git. */
enum err_code drain_one(const char *name);

size_t files_in(const char *folder);
bool is_in(const char *folder, const char *name);
void write_in(const char *folder, const char *name, const void *bytes, size_t len);

#endif
