/*
 * theme: templates (a Mustache subset that escapes by position), Markdown through cmark, the blocks
 * (table, fields, stats, timeline, chart, query), charts as SVG.
 *
 * Not here: what pages there are and what stands on them (site).
 * Ownership: values live in the caller's arena; compiled templates belong to their struct templates.
 * Errors: ERR_INPUT with file:line:column: a template that does not compile, a block that is malformed.
 * Limits: templates nest 32 deep; a page is at most 4 MiB.
 * Threads: compiled templates are read-only and may be shared; each thread renders into its own buf and arena.
 * Sources: the Mustache specification 1.4 (interpolation, sections, inverted, comments, partials); CommonMark 0.30.
 */
#ifndef TIANLAN_THEME_H
#define TIANLAN_THEME_H

#include "tianlan/base.h"
#include "tianlan/markup.h"

/* ---- values: what a template can name ---------------------------------------------------- */

struct value;
struct value *value_map(struct arena *a);
struct value *value_list(struct arena *a);
/* Keys are static strings or live as long as the arena. NULL strings and false are "absent" to sections. */
void value_set(struct value *map, struct arena *a, const char *key, struct value *v);
void value_set_text(
	struct value *map, struct arena *a, const char *key, const char *text); /* borrowed */
void value_set_int(struct value *map, struct arena *a, const char *key, int64_t n);
void value_set_bool(struct value *map, struct arena *a, const char *key, bool b);
void value_set_frag(struct value *map, struct arena *a, const char *key, struct html_frag frag);
struct value *value_add_map(struct value *list, struct arena *a); /* appends a new map */
void value_add(struct value *list, struct arena *a, struct value *v);
struct value *value_text(struct arena *a, const char *text);

/* ---- templates ---------------------------------------------------------------------------- */

/* What a template is written in decides how {{name}} is escaped; within HTML the position does
 * (content, quoted attribute, URL attribute); within Markdown md_text or, inside ](…), md_url. */
enum template_kind { TEMPLATE_HTML, TEMPLATE_MARKDOWN, TEMPLATE_XML, TEMPLATE_TEXT };

struct templates; /* a set: templates and the partials they name */

/* Loads every *.html, *.md, *.xml, *.txt below dir; names are paths without the extension's dot part kept:
 * "page.html", "parts/header.html", "pages/record.md". words: NULL-ended vocabulary; a name that is
 * in none of a template's tags' vocabulary is a compile error with line and column; NULL: any name. */
enum err_code templates_load(
	const char *dir, const char *const *words, struct templates **ret, struct err *e) MUST_USE;
/* The same without what lies below dir/skip/ (templates of another program, with a vocabulary of its own). */
enum err_code templates_load_but(const char *dir, const char *skip, const char *const *words,
	struct templates **ret, struct err *e) MUST_USE;
/* From memory, for tests: pairs name, text, ended by NULL. */
enum err_code templates_from(const char *const *names_and_texts, const char *const *words,
	struct templates **ret, struct err *e) MUST_USE;
void templates_free(struct templates *t);
/* Appends to out. The template must exist (ERR_NOT_FOUND otherwise). {{{name}}} takes only a frag. */
enum err_code template_render(const struct templates *t, const char *name,
	const struct value *context, struct buf *out, struct err *e) MUST_USE;

/* ---- Markdown and blocks -------------------------------------------------------------------- */

/* What the page's surroundings give the renderer. */
struct render_env {
	const char *base_path; /* "" or "/prefix": put before root-relative links */
	/* Answers a `query` block: fills a one-line text, or a value; ERR_NOT_FOUND for an unknown query. */
	enum err_code (*query)(void *ctx, const char *name, const char *const *args,
		size_t arg_count, struct buf *ret_text, struct err *e);
	/* Called for each link and image address of the page, for the link check. May be NULL. */
	void (*link)(void *ctx, const char *url, int line);
	void *ctx;
	const char *file_name; /* for errors */
	int first_line;	       /* line of the body's first line in that file */
};

struct heading {
	int level;
	const char *id;	  /* stable: from the text, or given as {#id} at the end of the heading */
	const char *text; /* plain */
};
struct rendered {
	struct html_frag html;
	const char *summary; /* first paragraph as plain text, at most 120 characters */
	const struct heading *headings;
	size_t heading_count;
};

/* CommonMark + blocks to HTML; the result lives in the arena. Raw HTML in Markdown is dropped (cmark's safe mode). */
enum err_code markdown_render(struct arena *a, const char *markdown, const struct render_env *env,
	struct rendered *ret, struct err *e) MUST_USE;

/*
 * The blocks. Each is a fenced code block whose info string is the block's name, with optional
 * key=value options after it (values with spaces in double quotes). Rows are lines; cells are split by `|`
 * (`\|` is a bar), trimmed; cells hold inline Markdown.
 *
 *   table caption="…" [head=first|none] [rows=first]
 *     first line the header; a header ending in `>` is a number column (right-aligned, tabular figures).
 *     HTML: <div class="table"><table class="cards"><caption>…<thead>…<tbody><tr><td data-label="header">
 *   fields                 lines `label | value [| note]`   HTML: <dl class="fields"><div><dt><dd>…
 *   stats                  lines `number | label | url | note [| tone]`  HTML: <ul class="stats"><li><a>…<strong>
 *   timeline               lines `YYYY-MM-DD | title | text [| tone]`     HTML: <ol class="timeline"><li><time datetime>
 *   checklist              lines `[x] label | text` or `[ ] label | text` HTML: <ul class="checklist">, word and shape
 *   cards                  groups split by a line `---`: first line `title | state word | tone`, then
 *                          `label | value` lines           HTML: <div class="cards"><section class="card tone-…">
 *   filters title="…"      lines `label | url | count [| current]`   HTML: <nav class="filters"><ul>
 *   pager                  lines `prev|url`, `next|url`, `first|url`, `last|url`, `text|第 2 页 共 8 页`   HTML: <nav class="pager">
 *   notice tone=…          Markdown inside              HTML: <div class="notice tone-…" role="note">
 *   details summary="…"    Markdown inside (~~~~ fences outside)  HTML: <details><summary>
 *   search                 no rows: the search box (form action /search/)
 *   chart kind=bars|stacked|columns title="…" desc="…" [unit="家"] [series="a|b|c"]
 *                          lines `label | n [| n …] [| url last]`: SVG + the same data as a table in <details>
 *   photos                 groups split by a line `---` stand side by side:
 *                          lines `address | width | height | alternative text | caption`
 *                                                          HTML: <div class="photos"><figure><a><img loading=lazy …>
 *   query                  one line `name args…`: replaced by the answer's text (also inline as `{{query name args}}` in prose)
 * Tones: ok, warn, late, muted, info; never colour alone: the word stands in the text.
 */

#endif
