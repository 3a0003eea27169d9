/*
 * Inside the casework room: the files of a group of cases outside git, and the letters of a group on their way.
 */
#ifndef CASEWORK_CASEWORK_INTERNAL_H
#define CASEWORK_CASEWORK_INTERNAL_H

#include "tianlan/casework.h"
#include "tianlan/envelope.h"
#include "tianlan/ledger.h"

/* ---- slots and sealed photos (shelf.c) ------------------------------------------------------------ */

enum shelf_folder { SHELF_SLOTS, SHELF_PHOTOS, SHELF_FOLDERS };
struct shelf_file {
	enum shelf_folder folder;
	char name[SHA256_HEX_BYTES];
	bool stands; /* was there already */
};
struct shelf {
	int folders[SHELF_FOLDERS];
	struct shelf_file *files; /* put and not yet settled */
	size_t count, cap;
};
/* Opens slots/ and photos/ of the instance, making them (0700) where they are missing. */
enum err_code shelf_open(struct shelf *s, const char *instance, struct err *e) MUST_USE;
void shelf_close(struct shelf *s);
/* Waits until no other drain works; until shelf_close(). */
enum err_code shelf_lock(struct shelf *s, struct err *e) MUST_USE;
/* Does something stand under this name? An erased slot leaves an empty file, so that its case cannot be put in again. */
bool shelf_has(const struct shelf *s, enum shelf_folder folder, const char *hex);
/* Writes a file beside its place. ERR_CONFLICT when other bytes stand there. */
enum err_code shelf_put(struct shelf *s, enum shelf_folder folder, const char *hex,
	const void *bytes, size_t len, struct err *e) MUST_USE;
/* Forgets what was put and not settled; the files beside are written over by the next try. */
void shelf_forget(struct shelf *s);
/* All that were put: durable under their names. */
enum err_code shelf_settle(struct shelf *s, struct err *e) MUST_USE;

#endif
