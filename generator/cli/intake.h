/*
 * What the commands around taking in tip-offs share: the office's keys, the folders of an intake host, the bundle that
 * goes from the office to it. `tianlan serve` and `tianlan demo` do the same steps as the commands.
 */
#ifndef CLI_INTAKE_H
#define CLI_INTAKE_H

#include "cli/cli.h"
#include "tianlan/envelope.h"

/* ---- cmd_keys.c: the office's keys ------------------------------------------------------------ */

#define FINGERPRINT_BYTES 17 /* 16 hex digits of the public key's SHA-256, and the NUL */
void key_fingerprint(const uint8_t key[KEY_BYTES], char out[FINGERPRINT_BYTES]);
enum err_code office_key_count(
	struct arena *a, const char *dir, enum key_purpose p, size_t *ret, struct err *e) MUST_USE;
/* Makes those of the three keys that are missing. */
enum err_code office_keys_make(struct arena *a, const char *dir, const struct chance *chance,
	struct key_pair_files made[3], size_t *ret_count, struct err *e) MUST_USE;

/* ---- intake_host.c: the folders of an intake host ----------------------------------------------- */

bool intake_has_host(struct arena *a, const char *dir);
/* Makes host/ (whole or not at all), the spool and status/. ERR_CONFLICT when host/ stands already. */
enum err_code intake_host_make(struct arena *a, const char *dir, const char *name,
	const struct chance *chance, struct err *e) MUST_USE;
/* The host's name, and its public signing key. */
enum err_code intake_host_read(struct arena *a, const char *dir, const char **ret_name,
	uint8_t ret_key[KEY_BYTES], struct err *e) MUST_USE;
/* The office takes note of a host's key, in keys/hosts/NAME.pub. ERR_CONFLICT when another key has that name, unless
 * replace. */
enum err_code intake_host_certify(struct arena *a, const char *dir, const char *name,
	const uint8_t key[KEY_BYTES], bool replace, struct err *e) MUST_USE;
/* Who owns what in an intake host's instance, in production. */
struct permission {
	const char *path; /* in the instance */
	bool folder;	  /* made when missing */
	const char *user, *group;
	unsigned mode;
};
const struct permission *intake_table(size_t *ret_count);
/* The permission table, where this runs as root and the users exist; *ret_applied says whether. */
enum err_code intake_permissions(
	struct arena *a, const char *dir, bool *ret_applied, struct err *e) MUST_USE;

/* ---- intake_bundle.c: what the office gives the hosts ---------------------------------------------- */

#define BUNDLE_DAYS 92
struct bundle_content {
	struct bundle_file *files;
	size_t count;
	size_t certificates; /* of count */
};
/* Gathers the files in memory (in c->arena), certificates valid for `days` days from c->today. */
enum err_code intake_bundle_gather(
	struct cli *c, int64_t days, struct bundle_content *ret, struct err *e) MUST_USE;
/* Signs and writes them. *serial 0: one more than the last. */
enum err_code intake_bundle_write(struct cli *c, const char *path, int64_t days, int64_t serial,
	const struct bundle_content *content, struct bundle_head *ret, struct err *e) MUST_USE;
/* Is what is installed other than this, but for the certificates' days; or does it expire within `days`? */
bool intake_bundle_differs(struct cli *c, const struct bundle_content *content, int64_t days);

/* ---- intake_install.c: taking it up on the host ------------------------------------------------------ */

struct install_report {
	struct bundle_head head;
	size_t files;
	bool made_host, certified, permissions;
	const char *host;
};
/* office: path of the office's public key, NULL: the pinned one, or that of keys/. */
enum err_code intake_install(struct cli *c, const char *path, const char *office,
	const char *host_name, struct install_report *ret, struct err *e) MUST_USE;

#endif
