/*
 * The inside of the site room: who makes what.
 *
 *   build.c    the driver: what changed -> what to render -> in parallel -> commit
 *   store.c    the output folder: manifest by content hash, staging, journal, swap, recovery
 *   state.c    what the last build knew of every record (fixed-size rows) and the orders of lists
 *   paging.c   a list cut into pages as a function of its members alone, changes staying local
 *   page.c     front matter + Markdown -> theme -> HTML and twin: the one pipe
 *   model_*.c  page models: one file per kind of page
 *   content.c  pages people wrote (content/)
 *   supervision.c photos.c    tip-offs and supervision as the public door shows them; photos that may be shown
 *   feed.c data.c sitemap.c   what is not a page
 *
 * A render is a pure function of (record or rows, config, policy, content, day), so that an incremental
 * build gives the bytes of a full one.
 */
#ifndef SITE_SITE_INTERNAL_H
#define SITE_SITE_INTERNAL_H

#include "tianlan/crypto.h"
#include "tianlan/register_public.h"
#include "tianlan/site.h"
#include "tianlan/theme.h"

/* ---- state.c: one row per record, by running number ---------------------------------------- */

/* Everything lists, totals and day-dependence need; written as is to <out>.state/rows. 64 bytes. */
struct row {
	uint32_t number;     /* 0: no such record (a gap) */
	int32_t due;	     /* day of the next duty that is due or overdue; INT32_MIN: none */
	int32_t since;	     /* day the state began */
	int32_t found;	     /* found_on, INT32_MIN when blank */
	uint64_t name_key;   /* first 8 bytes of the collation key of the name */
	struct hash128 text; /* of everything a list row shows */
	uint16_t street;     /* index into ctx->streets, 0xffff: other */
	uint8_t industry;    /* index into the policy's industries */
	uint8_t category, ring, state, measure;
	uint8_t flags;	 /* ROW_… */
	uint32_t duties; /* counts by duty state, 4 bits each, in the order of enum duty_state */
	int32_t done;	 /* day it was accepted, moved or closed; INT32_MIN */
	int32_t flips; /* the page changes on the day after this one: the first due day not yet past; INT32_MIN: never */
	int32_t content_day; /* of the newest change the record shows (sitemap, footer); INT32_MIN */
};
enum {
	ROW_OVERDUE = 1,   /* some duty is overdue as of the build's day */
	ROW_FINISHED = 2,  /* accepted, closed or signed off */
	ROW_WITHDRAWN = 4, /* left out of every list and total */
	ROW_UNDER_WAY = 8, /* ordered, under way, acceptance asked, relapsed */
};

struct state {
	struct row *rows; /* rows[i].number == i + 1 or 0 */
	size_t count;
	uint32_t *by_name; /* permutations of the numbers that exist: (name_key, number) */
	uint32_t *by_due;  /* (due, number); none last */
	size_t listed;	   /* length of the permutations */
	int64_t last_change;
	struct day today;
	struct hash128 inputs; /* config, theme, content, policy, generator */
	char uuid[33];
};

/* ---- what a list row shows; kept in memory during a build for the rows that are needed -------- */

struct brief {
	const char *id, *name, *address, *community; /* address NULL when withheld */
	struct row row;
};

/* ---- the build's context: read-only for workers ---------------------------------------------- */

struct street {
	const char *code, *name;
};
struct named_unit { /* as the register names it */
	const char *code, *name, *kind;
};
struct totals { /* folded from all rows that are not withdrawn */
	size_t all, finished, under_way, overdue, soon;
	size_t by_state[STATE_COUNT], by_category[CATEGORY_COUNT], by_ring[RING_COUNT];
	size_t *by_street, *by_industry;       /* counts */
	size_t (*street_state)[STATE_COUNT];   /* [street][state] */
	size_t (*category_state)[STATE_COUNT]; /* [category][state] */
	size_t *street_overdue, *street_finished;
};
struct ctx {
	const struct site_options *o;
	const struct policy *policy;
	struct templates *templates;
	const struct street *streets;
	size_t street_count;
	const struct named_unit *units; /* all, streets too */
	size_t unit_count;
	const struct industry_info *industries;
	size_t industry_count;
	const struct state
		*now; /* the new state, complete before lists and other pages are rendered */
	struct totals totals;
	struct store *store;
	struct day data_day;   /* the day of the newest change: the as-of date of figures */
	struct pub *pub;       /* the driver's own handle; workers have theirs in struct worker */
	struct extras *extras; /* other.c: from ctx_open(): written pages, assets, links seen */
};
struct worker { /* one per thread */
	struct ctx *ctx;
	struct pub *pub;
	struct arena *arena; /* reset per page */
	struct buf md, html;
	struct links *links; /* links.c: NULL at first; owned by ctx->extras */
};

/* ---- lists ------------------------------------------------------------------------------------- */

enum list_order { ORDER_ID, ORDER_NAME, ORDER_DUE, ORDER_COUNT };
enum list_facet {
	FACET_ALL,
	FACET_STREET,
	FACET_CATEGORY,
	FACET_INDUSTRY,
	FACET_STATE,
	FACET_RING
};
enum list_subset { SUBSET_ALL, SUBSET_FINISHED, SUBSET_UNDER_WAY, SUBSET_OVERDUE, SUBSET_COUNT };
struct list { /* one table in lists.c makes them all; empty ones are still lists with one (empty) page */
	enum list_facet facet;
	enum list_order order;
	enum list_subset
		subset; /* of the facet's rows: "/results/overdue/", "/results/street/650105001/overdue/" */
	uint16_t
		value; /* street index, category, …; 0xffff: the streets that are none of ctx->streets */
	const char *path; /* "/results/street/650105001/by-name/": page k is "index" or "page-k" */
	const char *title;
};
bool list_holds(const struct list *l, const struct row *row);
/* All lists, in a fixed order; arena-owned. */
const struct list *lists_all(const struct ctx *c, struct arena *a, size_t *ret_count);
/* paging.c: cuts sorted 128-bit keys (order key, number) into pages of at most 64: *ret_starts has the index
 * of each page's first member. Splitting halves at the highest bit in which first and last differ, so a change
 * moves only the pages beside it. */
struct page_key {
	uint64_t hi;
	uint32_t number;
};
size_t paging_cut(
	const struct page_key *keys, size_t count, struct arena *a, const size_t **ret_starts);
#define LIST_PAGE_MAX 64
struct page_key list_key(const struct list *l, const struct row *row);
/* The members in order, for this state. */
size_t list_members(
	const struct list *l, const struct state *s, struct arena *a, const struct page_key **ret);

/* ---- page.c: the one pipe ----------------------------------------------------------------------- */

struct crumb {
	const char *label, *url;
};
struct page {
	const char *path; /* without ending: "/results/000/650105-000123", "/results/index" */
	const char *
		template_md; /* "pages/record.md" renders model to Markdown; NULL: markdown is given */
	const struct value *model;
	const char *markdown;	 /* body, or with template_md what stands before it; NULL */
	const char *source_file; /* for errors of written pages; NULL for generated ones */
	int source_line;
	const char *layout; /* theme/html template: "page.html" by default */
	const char *kind;   /* "home" "record" "list" "policy" "content" …: class on <body> */
	const char *title;  /* required: a missing title is an error of the build */
	const char *description;    /* NULL: the first paragraph */
	const struct crumb *crumbs; /* without home and the page itself */
	size_t crumb_count;
	/* 国办发〔2017〕47号: a page is a column page (column_*) or a content page (published, source). */
	const char *column_name, *column_description, *column_keywords, *column_type;
	const char *published;		/* "YYYY-MM-DD HH:MM" */
	const char *number;		/* of an official document, under its title; NULL: none */
	const char *signer, *signed_on; /* who issues it and when, at its end; NULL: none */
	const char *source;		/* ContentSource */
	struct day
		content_day; /* the day of what it shows, in the footer as "内容日期"; DAY_NONE: none */
	bool noindex;
	const char *script; /* address of a script, below the base path; NULL: none */
	const char *
		form; /* a form of the layout before the text: "report" "receipt" "verify"; NULL: none */
	const char
		*section; /* the main navigation's current item: "results" "deadlines" "policy" … */
};
/* Renders the twin and the HTML and puts both into the store. Thread-safe for different workers. */
enum err_code page_emit(struct worker *w, const struct page *page, struct err *e) MUST_USE;
/* words.c: the names templates may use, NULL-ended. */
extern const char *const site_words[];
/* shell.c: the theme's templates but for those of the programs behind the form, which have words of their own. */
enum err_code site_templates(
	struct arena *a, const char *share, struct templates **ret, struct err *e) MUST_USE;
/* other.c: loads what pages beyond records and lists need (written pages, assets) once streets, industries, templates
 * and data_day are set; and lets go of it. */
enum err_code ctx_open(struct ctx *c, struct arena *a, struct err *e) MUST_USE;
void ctx_close(struct ctx *c);
/* page.c: after all puts: broken root-relative links of the pages rendered in this build are warned of and counted,
 * and the number of pages of the site is filled in. */
enum err_code pages_check(struct ctx *c, struct worker *workers, int worker_count,
	struct site_report *report, struct err *e) MUST_USE;

/* ---- models ---------------------------------------------------------------------------------------- */

/* model_record.c: the record's page; fills *ret_row with its new row (also called by the driver to scan). */
void record_row(const struct ctx *c, const struct pub_record *rec, struct row *ret_row);
enum err_code record_emit(struct worker *w, const struct pub_record *rec, struct err *e) MUST_USE;
const char *record_path(
	struct arena *a, const char *prefix, int64_t number); /* "/results/000/650105-000123" */
/* model_list.c: one page of a list; briefs are its members in order; page counts from 0. pages: how many the list
 * has (shown on the first page alone, so that the others do not change with it). The first page also shows counts
 * over all members: it is rendered when any member came, went or changed. */
enum err_code list_emit(struct worker *w, const struct list *l, size_t page, size_t pages,
	size_t total, const struct brief *briefs, size_t count, struct err *e) MUST_USE;
/* Every page that is neither a record nor a list: index below others_count(). Includes written pages, facet indexes,
 * home, deadlines, policy pages, changes, feeds, data downloads, sitemaps, robots.txt, assets. */
size_t others_count(const struct ctx *c);
enum err_code other_emit(struct worker *w, size_t index, struct err *e) MUST_USE;
/* With the inputs unchanged: may it differ from what it was when the last change was old_change and the day old_day? */
bool other_stale(const struct ctx *c, size_t index, int64_t old_change, struct day old_day);
/* The paths of the written pages, without ending, a line each. */
void written_paths(const struct ctx *c, struct buf *out);
/* Bulk downloads: the whole register in a file. */
bool other_is_bulk(const struct ctx *c, size_t index);

/* ---- store.c --------------------------------------------------------------------------------------- */

struct store;
/* Locks, recovers what an interrupted build left (journal), loads the manifest of the shards that are asked for. */
enum err_code store_open(const char *out, bool *ret_first, bool *ret_recovered, struct store **ret,
	struct err *e) MUST_USE;
/* path "/a/b.html". Same hash as the manifest's: counted unchanged. Else staged (first build: written in place into
 * the new tree). Thread-safe. Every put is remembered as "seen". */
enum err_code store_put(
	struct store *s, const char *path, const void *bytes, size_t len, struct err *e) MUST_USE;
/* Does the site hold this path (after this build)? For the link check. Thread-safe after all puts. */
bool store_has(struct store *s, const char *path);
/* For a file whose name says what is in it: does it stand already? Then it counts as put again. Thread-safe. */
bool store_keep(struct store *s, const char *path);
enum err_code store_remove(struct store *s, const char *path, struct err *e) MUST_USE;
/* Full build: everything in the manifest that was not put in this build is removed. */
enum err_code store_remove_unseen(struct store *s, struct err *e) MUST_USE;
/* Also stages the state files (name, bytes pairs) so that site and state change together. */
enum err_code store_put_state(
	struct store *s, const char *name, const void *bytes, size_t len, struct err *e) MUST_USE;
enum err_code store_read_state(struct store *s, const char *name, struct buf *ret,
	struct err *e) MUST_USE; /* ERR_NOT_FOUND */
/* Journal, fsync, rename everything, manifest, end of journal. On failure before the journal is durable nothing
 * changed; after it, the next store_open completes. */
enum err_code store_commit(struct store *s, struct site_report *counts, struct err *e) MUST_USE;
void store_close(struct store *s); /* without commit: drops what was staged */

#endif
