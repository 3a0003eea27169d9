/*
 * What the page side of the room shares: what ctx_open() loaded, links seen, words for days and counts.
 * Everything in struct extras is read-only for workers, but for the pool of links, which has its own lock.
 */
#ifndef SITE_PAGES_H
#define SITE_PAGES_H

#include "site/site_internal.h"

#include <pthread.h>

/* ---- content.c: pages people wrote -------------------------------------------------------------- */

struct written {
	const char *file;    /* "content/policy/faq.md", for errors */
	const char *path;    /* "/policy/faq/index", "/404" */
	const char *url;     /* "/policy/faq/" */
	const char *section; /* first folder: "policy" */
	const char *title, *date, *source, *description, *keywords;
	const char *column_name, *column_description, *column_type;
	const char *script; /* a script of the theme that the page asks for: "verify" */
	int script_line;
	const char *
		form; /* a part of the layout that stands before the text: "report" "receipt" "verify" */
	const char *
		number; /* of the document, 水政办〔2018〕9号; NULL: none was given, and none is made up */
	const char *text; /* the whole file */
	const char *body;
	int body_line;
	int order; /* among its siblings; then by date, newest first, then by address */
	bool noindex;
	bool has_children; /* other pages lie below it: it is a column */
};

/* ---- assets.c --------------------------------------------------------------------------------------- */

struct asset {
	const char *path; /* "/assets/site.0123abcd.css" */
	const char *bytes;
	size_t len;
};

/* ---- other.c ------------------------------------------------------------------------------------------ */

struct extras {
	struct arena *arena;
	struct written *written; /* by address */
	size_t written_count;
	struct asset *assets;
	size_t asset_count;
	const char *stylesheet;	     /* addresses below the base path; NULL: none */
	const char *form_stylesheet; /* of pages with a form to fill in */
	struct script {
		const char *name, *path; /* "verify", "/assets/verify.0123abcd.js" */
	} * scripts;
	size_t script_count;
	const struct pub_report *reports; /* by month, unit */
	size_t report_count;
	const struct day *months; /* of the reports, ascending */
	size_t month_count;
	pthread_mutex_t lock;
	struct links *links; /* the pool: one per worker that rendered */
	struct counts_table *counts;
	struct hash128 written_hash; /* of all written pages */
	bool written_same;	     /* as in the last build */
	struct touched
		*touched; /* other.c: what changed since touched_since; NULL: not yet asked */
	int64_t touched_since;
	struct supervision *supervision; /* supervision.c */
	struct photos *photos;		 /* photos.c: which photos the records of this build show */
};

enum err_code written_load(struct ctx *c, struct extras *x, struct err *e) MUST_USE;
/* The page written for this address; NULL when there is none. */
const struct written *written_find(const struct ctx *c, const char *url);
enum err_code written_emit(struct worker *w, const struct written *page, struct err *e) MUST_USE;
/* Pages below a folder ("/news/"), not the folder itself: by order, then newest first; in the arena. */
size_t written_in(
	const struct ctx *c, struct arena *a, const char *folder, const struct written ***ret);
/* Is it the introduction of a page the generator makes, and no page of its own? */
bool written_is_intro(const struct written *page);
/* The text people wrote to stand first on the generated page at url; NULL when there is none. */
const char *written_intro(const struct ctx *c, const char *url);
/* other.c: keeps the hash of the written pages for the next build. */
enum err_code written_remember(const struct ctx *c, struct err *e) MUST_USE;
/* other.c: did a record numbered folder * 1000 … change since old_change? From the driver's thread alone. */
bool folder_touched(const struct ctx *c, size_t folder, int64_t old_change);
/* Stale and empty columns as warnings (国办秘函〔2019〕19号); how many. */
size_t written_warn(const struct ctx *c);
enum err_code assets_load(const char *share, struct extras *x, struct err *e) MUST_USE;
/* The address of theme/js/NAME.js as built; NULL when there is none. */
const char *script_find(const struct extras *x, const char *name);
enum err_code reports_load(
	struct ctx *c, struct extras *x, struct err *e) MUST_USE; /* model_monthly.c */

/* ---- photos.c --------------------------------------------------------------------------------------------- */

/* The photos of a record that may be shown: each stands below /photos/ once this returns; before and after pair by pair,
 * then the others, as pages/record.md takes them. Called once for every record a build renders, with or without photos. */
enum err_code photos_put(
	struct worker *w, const struct pub_record *rec, struct value *m, struct err *e) MUST_USE;
/* After all records: removes photos no record shows any more and keeps the list for the next build. */
enum err_code photos_settle(struct ctx *c, bool full, struct err *e) MUST_USE;
void photos_open(struct extras *x);
void photos_close(struct extras *x);
/* picture_wire.c: the size of a JPEG, from its frame header. */
bool picture_size(const void *bytes, size_t len, uint32_t *ret_width, uint32_t *ret_height);

/* ---- links.c -------------------------------------------------------------------------------------------- */

struct links *links_of(struct worker *w);
void links_free_all(struct links *first);
/* An address as it stands on the page at `url`; others than this site's are not kept. */
void links_note(
	struct worker *w, const struct page *page, const char *page_url, const char *address);
void links_anchor(struct worker *w, const char *page_url, const char *id);
/* Every href and src of a rendered page, for what stands in the layout. */
void links_scan_html(
	struct worker *w, const struct page *page, const char *page_url, const char *html);
size_t links_check(const struct ctx *c, struct arena *a);

/* ---- query.c ---------------------------------------------------------------------------------------------- */

enum err_code query_answer(void *ctx_of_page, const char *name, const char *const *args,
	size_t count, struct buf *ret_text, struct err *e) MUST_USE;
struct page_scope { /* ctx of render_env while a page is rendered */
	struct worker *worker;
	const struct page *page;
	const char *url;
};

/* ---- page.c, shell.c ---------------------------------------------------------------------------------------- */

/* What every page's layout has, whatever stands on it: the site's names, style sheets, header, footer. */
void layout_site(
	struct value *m, struct arena *a, const struct site_config *o, const struct extras *x);

/* ---- text.c --------------------------------------------------------------------------------------------------- */

const char *text_join(struct arena *a, const char *x, const char *y);
const char *text_join3(struct arena *a, const char *x, const char *y, const char *z);
const char *text_count(struct arena *a, size_t n); /* 1,234 */
const char *text_day_zh(
	struct arena *a, struct day d);		     /* NULL when not set, so that it is absent */
const char *text_day(struct arena *a, struct day d); /* 2018-09-30; NULL when not set */
const char *text_month_zh(struct arena *a, struct day d);  /* 2018年1月 */
const char *text_month(struct arena *a, struct day d);	   /* 2018-01 */
const char *text_or(const char *s, const char *otherwise); /* NULL and "" give otherwise */
const char *text_one_line(struct arena *a, const char *s);
/* "/results/index" -> "/results/", "/a/b" -> "/a/b.html" */
const char *url_of_path(struct arena *a, const char *path);
const char *url_of_record(struct arena *a, const char *prefix, int64_t number);
void value_count(struct value *map, struct arena *a, const char *key, size_t n);
struct day day_of(int32_t n);
bool state_is_finished(enum course_state s);
bool state_is_under_way(enum course_state s);
const char *category_slug_or(enum category c); /* "unclassified" for NONE */
const char *ring_slug_or(enum ring r);	       /* "unsettled" for UNKNOWN */
const char *street_name(const struct ctx *c, const char *code);
const char *unit_name(const struct ctx *c, const char *code);
/* "/streets/650105001/" "/units/environment/"; NULL: it has no page. */
const char *unit_url(const struct ctx *c, struct arena *a, const char *code);
const char *kind_label(const char *kind); /* of a task or a piece of evidence */

/* ---- collate.c ---------------------------------------------------------------------------------------------------- */

uint64_t collate_key(const char *name);

/* ---- lists.c -------------------------------------------------------------------------------------------------------- */

/* The address of a list's first page, in the order of ids. */
const char *list_url(const struct ctx *c, struct arena *a, enum list_facet facet, uint16_t value,
	enum list_subset subset, enum list_order order);
const char *facet_label(const struct ctx *c, enum list_facet facet, uint16_t value);
const char *subset_label(enum list_subset s);

/* ---- counts.c --------------------------------------------------------------------------------------------------------- */

enum { FACET_COUNT = FACET_RING + 1 };
struct facet_counts {
	size_t subset[SUBSET_COUNT], state[STATE_COUNT];
};
const struct facet_counts *facet_counts(const struct ctx *c, enum list_facet facet, size_t value);

/* ---- models ----------------------------------------------------------------------------------------------------------- */

/* Duties of a record as its page shows them. */
void record_duties(
	const struct ctx *c, struct arena *a, const struct pub_record *rec, struct duties *ret);
uint16_t record_street(
	const struct ctx *c, const struct pub_record *rec); /* index; 0xffff: other */
uint8_t record_industry(
	const struct ctx *c, const struct pub_record *rec); /* index; 其他 when none fits */
/* record_supervision.c: sign-off, look-backs, inspections, photos, tip-offs shown. */
enum err_code record_supervision(
	struct worker *w, const struct pub_record *rec, struct value *m, struct err *e) MUST_USE;
/* Brief text of a record for lists, by number; name and street. */
enum err_code record_brief(
	struct worker *w, uint32_t number, struct brief *ret, struct err *e) MUST_USE;
/* A map for one record in a table: name, url, id, street, category, state, due … */
struct value *model_row(struct worker *w, struct value *list, const struct brief *b);
struct value *model_change(struct worker *w, struct value *list, const struct pub_change *ch);

/* model_tipoffs.c: the paths of pages a later release may take away, a line each. */
void tipoff_paths(const struct ctx *c, struct buf *out);

/* model_policy.c, also for model_which.c */
void model_cell_duties(struct value *m, struct arena *a, const struct duties *d);
const char *duty_limit(struct arena *a, const struct duty *d);
const char *which_result_url(struct arena *a, enum category c, enum ring r);

enum err_code output_emit(
	struct worker *w, struct err *e) MUST_USE; /* model_output.c, made with the bulk */

/* The kinds of other pages: how many there are, and each. */
struct other_kind {
	size_t (*count)(const struct ctx *c);
	enum err_code (*emit)(struct worker *w, size_t index, struct err *e);
	size_t (*pages)(const struct ctx *c); /* how many of them are pages; NULL: all */
	/* Narrower than depends; NULL: depends decides. */
	bool (*stale)(const struct ctx *c, size_t index, int64_t old_change);
	/* What it depends on beside the inputs. */
	enum { ON_INPUTS = 0, ON_DAY = 1, ON_CHANGES = 2, ON_FILES = 4, IS_BULK = 8 } depends;
};
size_t others_pages(const struct ctx *c);
extern const struct other_kind home_kind, written_kind, news_kind, facets_kind, deadlines_kind,
	policy_kind, which_kind, changes_kind, monthly_kind, data_kind, bulk_kind, sitemap_kind,
	assets_kind, tipoffs_kind, units_kind, lookbacks_kind, bulletins_kind,
	supervision_data_kind;

#endif
