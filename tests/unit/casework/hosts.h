/* An office, a hub and intake hosts in temporary folders: on top of world.h, whose `instance` is switched between them. */
#ifndef TESTS_CASEWORK_HOSTS_H
#define TESTS_CASEWORK_HOSTS_H

#include "world.h"

#define HOSTS 2
extern char office[64], hub[96], hosts[HOSTS][96];
extern const char *const host_names[HOSTS]; /* host-1 host-2 */

void hosts_begin(void); /* the office is `instance` */
void hosts_end(void);
void use(const char *dir); /* becomes `instance` */

/* At host i: posted and drained; the office stays `instance`. */
void take_in(size_t i, size_t n, size_t photos, struct posted *ret);
void drain_at(size_t i);
struct handover_report send_from(size_t i);
struct handover_report fetch_all(void);
const char *slot_of(const char *dir, const char *id);
const char *photo_of(const char *dir, const struct posted *p, size_t i);
const char *in_hub(const char *relative);
int64_t size_of(const char *path);   /* -1: nothing there */
size_t count_below(const char *dir); /* regular files; none when it is missing */
bool holds(const char *dir, const void *bytes, size_t len); /* in some file's bytes */
void run(const char *format, ...) PRINTF_LIKE(1, 2); /* a shell's command that must succeed */
/* Opens at the office with the inspector's key, and says what it should. */
void assert_opens_at_office(const struct posted *p);

void assert_no_bad(const struct handover_report *r);
/* Of host i: whole in the office, nothing but the empty slot at the host. */
void assert_arrived(size_t i, const struct posted *p);
void assert_hub_empty(void);
void assert_agree(int64_t cases);

#endif
