/* An instance: the folder with tianlan.conf, register.db, evidence/, content/ and public/. */
#ifndef CLI_INSTANCE_H
#define CLI_INSTANCE_H

#include "tianlan/base.h"
#include "tianlan/site.h"

/* ERR_NOT_FOUND with what to do when dir is no instance. */
enum err_code instance_check(const char *dir, struct err *e) MUST_USE;
/* Makes the folders and tianlan.conf; the register is made by the caller. ERR_CONFLICT when dir is one. */
enum err_code instance_make(struct arena *a, const char *dir, bool demo, struct err *e) MUST_USE;
/* Reads tianlan.conf; every key of struct site_config, checked (a scheme in domain is an error). */
enum err_code instance_config(
	struct arena *a, const char *dir, struct site_config *ret, struct err *e) MUST_USE;
/* The names of DOMAIN's footer items that are not configured, for the build's warnings. */
size_t instance_missing(const struct site_config *c, const char *ret_names[8]);

#endif
