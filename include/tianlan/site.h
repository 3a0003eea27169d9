/*
 * site: page models and the build: the register's public views and content/ in, a static site out.
 *
 * Not here: how markup looks (theme/), what may be public (register_public), argument parsing (cli).
 * Errors: ERR_INPUT for content, theme or data that cannot be used (file:line:column); ERR_CONFLICT when another
 *   build runs on the same output; ERR_REFUSED when the site was built but a check failed (broken link);
 *   ERR_SYSTEM for the disk. Whatever the error, the last good site stands.
 * Threads: site_build() makes its own workers; one build per output folder at a time (lock file).
 */
#ifndef TIANLAN_SITE_H
#define TIANLAN_SITE_H

#include "tianlan/base.h"
#include "tianlan/policy.h"

struct site_config { /* from tianlan.conf; NULL: not configured, reported by the build, never invented */
	const char *site_name; /* required */
	const char *domain;    /* host only, no scheme */
	const char *scheme;    /* "https" or "http", for absolute addresses in feeds and sitemaps */
	const char *base_path; /* "" or "/prefix" */
	const char *id_code;   /* 网站标识码 */
	const char *icp, *police_icp;	       /* ICP备案号, 公安备案号 */
	const char *mark_url, *find_error_url; /* 党政机关网站标识, 我为政府网站找错 */
	const char *operator_name, *contact, *address; /* 主办单位及联系方式 */
	const char *environment_phone, *emergency_phone, *hotline;
	const char *
		office_keys; /* public keys of the office that sign receipts, base64url, a space between; NULL: none */
	bool demo; /* a mark on every page */
};

struct site_options {
	const char *instance; /* folder with register.db, content/ (may lack) */
	const char *share;    /* tree with theme/ and content/ */
	const char *out;      /* output folder; state beside it in "<out>.state/" */
	struct site_config config;
	const struct policy *policy;
	struct day today;
	bool full;    /* render everything, still writing only what changed */
	bool no_bulk; /* leave the downloads of the whole register as they are, for a later build */
	int jobs;     /* threads, at least 1 */
	/* Called now and then with what was done so far, from one thread at a time; may be NULL. */
	void (*progress)(void *ctx, const char *step, size_t done, size_t total);
	/* Called for each warning, in a fixed order; may be NULL. */
	void (*warning)(void *ctx, const char *text);
	void *ctx;
};

struct site_report {
	bool full;	/* everything was rendered */
	bool first;	/* there was no site before */
	bool recovered; /* an interrupted build was completed or undone first */
	size_t records; /* in the register */
	size_t rendered_records, rendered_lists, rendered_others; /* pages */
	size_t written, removed, unchanged;			  /* files */
	size_t pages;						  /* pages the site has */
	size_t warnings, broken_links;
	uint64_t bytes_written;
};
enum err_code site_build(
	const struct site_options *o, struct site_report *ret, struct err *e) MUST_USE;

/* ---- the page around the form ------------------------------------------------------------------- */

/* The site's layout for the pages of the programs that answer by themselves (tip-off form, receipts): head, header and
 * footer as on a built page, with these marks for the program to fill in: @@TITLE@@ within <title> and once more as the
 * text of <h1>, @@BODY@@ and @@SCRIPT@@ once each. Of the options share and config are used. */
struct site_shell {
	const char *html; /* in the arena */
	const char *
		form_script; /* address of theme/js/form.js as built, base path applied; "" when there is none */
};
enum err_code site_shell(struct arena *a, const struct site_options *o, struct site_shell *ret,
	struct err *e) MUST_USE;

#endif
