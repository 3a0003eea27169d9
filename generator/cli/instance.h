/* An instance: the folder with tianlan.conf, register.db, evidence/, content/ and public/. */
#ifndef CLI_INSTANCE_H
#define CLI_INSTANCE_H

#include "tianlan/base.h"
#include "tianlan/site.h"

/* ERR_NOT_FOUND with what to do when dir is no instance. */
enum err_code instance_check(const char *dir, struct err *e) MUST_USE;
/* Makes the folders and tianlan.conf; the register is made by the caller. ERR_CONFLICT when dir is one.
 * demo_today: the day a demo instance lives in; DAY_NONE: no demo. opened: the day of the first notice in content/news. */
enum err_code instance_make(struct arena *a, const char *dir, struct day demo_today,
	struct day opened, struct err *e) MUST_USE;
/* The day a demo instance lives in; DAY_NONE: it is none. */
enum err_code instance_demo_today(
	struct arena *a, const char *dir, struct day *ret, struct err *e) MUST_USE;
struct day instance_demo_day(void); /* 2019-09-10: two years after the campaign began */
#define OFFICE_KEYS_MAX 16
/* Reads tianlan.conf; every key of struct site_config, checked (a scheme in domain is an error); and the office's public
 * keys in keys/, where there are any. */
enum err_code instance_config(struct arena *a, const char *dir, struct site_config *ret,
	struct day *ret_demo_today, struct err *e) MUST_USE; /* DAY_NONE when not a demo */
/* `hub` of tianlan.conf: where the hand-over goes through. *ret NULL: it says none, or there is no tianlan.conf (an intake host). */
enum err_code instance_hub(
	struct arena *a, const char *dir, const char **ret, struct err *e) MUST_USE;
/* The group `report` of tianlan.conf: the limits of the tip-off form, defaults where it says nothing. */
struct report_config {
	int64_t photo_count, photo_mib, body_mib; /* photos, MiB of each, MiB of a whole post */
	int64_t what_min, what_max;		  /* characters of the description */
	int64_t token_hours, dwell_seconds; /* how long a form is good for; how soon is too soon */
	int64_t network_daily, loopback_daily, global_hourly; /* tip-offs; 0: no limit */
	int64_t work_bits;				      /* of the proof of work */
};
struct report_config instance_report_default(void);
enum err_code instance_report(
	struct arena *a, const char *dir, struct report_config *ret, struct err *e) MUST_USE;
/* The names of DOMAIN's footer items that are not configured, for the build's warnings. */
size_t instance_missing(const struct site_config *c, const char *ret_names[8]);

#endif
