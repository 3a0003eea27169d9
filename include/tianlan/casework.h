/*
 * casework: the queue of tip-offs on the way from the spool to its end. So far: the drain.
 *
 * Not here: opening what is sealed, and decisions (to come with the staff's side of cases); the form (intake).
 *
 * The drain, for a group of envelopes: check the outer form from bytes; slots and sealed photos durable outside git; one commit
 *   (records, chain lines); read back; status "received"; remembered as seen; off the spool. Each step may be done twice
 *   without harm, so a crash anywhere loses nothing and doubles nothing.
 * One id is one case for good: a slot that is destroyed leaves an empty file under its name, so that an old envelope that is
 *   put in again is recognised and quarantined.
 * Errors: ERR_SYSTEM for disk and git: what was not finished is still in the spool. A bad envelope is no error: it is
 *   quarantined with a reason and a chain line, and counts as open.
 * Files: INSTANCE/spool, slots/HH/ID, photos/HH/SHA256, cases.git, status/received.bin; one drain at a time by a lock.
 */
#ifndef TIANLAN_CASEWORK_H
#define TIANLAN_CASEWORK_H

#include "tianlan/base.h"
#include "tianlan/crypto.h"

struct drain_options {
	const char *instance;
	const char *host; /* name of this intake host: the branch is intake/HOST */
	int64_t now;
	size_t group; /* envelopes per commit, 1 to 1 000; 0: 100 */
	const struct chance *chance;
	/* Asked before each group; NULL: never. True ends the run there, which is no error. */
	bool (*stop)(void *ctx);
	void *stop_ctx;
};
struct drain_report {
	size_t committed; /* cases new in git */
	size_t commits;
	size_t quarantined;
	size_t again; /* found in git already: a crash or a second post; taken off the spool */
};
/* Works until the spool is empty, or holds only what could not be read or moved: then the first such failure is returned. Adds
 * to *ret, also when it fails midway. */
enum err_code drain_run(
	const struct drain_options *o, struct drain_report *ret, struct err *e) MUST_USE;

/* Where things of a case lie, relative to the instance or within the branch; in the arena. */
const char *case_record_path(
	struct arena *a, const char *id_hex, const char *week);	      /* cases/2018/W05/ab/ab…  */
const char *case_slot_path(struct arena *a, const char *id_hex);      /* slots/ab/ab… */
const char *case_photo_path(struct arena *a, const char *sha256_hex); /* photos/ab/ab… */

/* `tianlan chain verify`: ledger_audit over every branch, and that chain and records agree: every record has its `received`
 * line with the record's commitment, every `received` line its record. */
struct chain_report {
	int64_t lines, cases, quarantined;
	size_t branches;
	bool sound;
	char branch[96], file[96]; /* of the first fault */
	int line;
	int64_t seq;
	char why[256];
};
enum err_code chain_verify(const char *instance, struct chain_report *ret, struct err *e) MUST_USE;

#endif
