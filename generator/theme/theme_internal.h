/*
 * The inside of the theme room: who makes what.
 *
 *   value.c             what a template can name: maps, lists, texts, numbers, ready-made HTML
 *   position.c          where in HTML, XML or Markdown the next tag of a template stands
 *   template_set.c      loads templates, knows them by name
 *   template_compile.c  text -> operations, or an error with line and column
 *   template_render.c   operations + values -> text
 *   markdown.c          cmark's tree -> HTML, headings, summary, links
 *   inline.c            one cell of a block: a fast path for plain text and links, cmark otherwise
 *   ids.c               ids that are unique on a page
 *   query.c             named queries put into the Markdown before it is parsed
 *   blocks.c            the table of blocks, their options, rows and errors
 *   block_*.c chart.c   the blocks
 *
 * Invariants: nothing here writes a value to HTML but through markup's writers; every loop over input is bounded by
 * the input's length, every recursion by a constant of this header.
 */
#ifndef THEME_THEME_INTERNAL_H
#define THEME_THEME_INTERNAL_H

#include "tianlan/theme.h"

enum {
	TEMPLATE_NEST_MAX = 32,	  /* sections in a template; partials in partials */
	TEMPLATE_STACK_MAX = 256, /* contexts at one time */
	TEMPLATE_BYTES_MAX = 1024 * 1024,
	PAGE_BYTES_MAX = 4 * 1024 * 1024,
	BLOCK_NEST_MAX = 8, /* blocks that hold Markdown, in each other */
	COLUMN_MAX = 64,    /* cells in a row */
	SUMMARY_CHARACTERS_MAX = 120,
};

/* ---- value.c ------------------------------------------------------------------------------- */

enum value_kind { VALUE_TEXT, VALUE_INT, VALUE_BOOL, VALUE_FRAG, VALUE_MAP, VALUE_LIST };

struct entry {
	uint32_t hash;
	const char *key;
	const struct value *value;
};
struct value {
	enum value_kind kind;
	uint32_t count, cap; /* of a map or list */
	union {
		const char *text;
		int64_t number;
		bool truth;
		struct html_frag frag;
		struct entry *entries;
		const struct value **items;
	} as;
};

uint32_t key_hash(const char *s, size_t len);
/* NULL: the map has no such key. */
const struct value *value_find(const struct value *map, const char *key, uint32_t hash);
/* Does a section show? NULL and empty texts, false, empty lists and empty frags are absent. */
bool value_is_present(const struct value *v);

/* ---- position.c ---------------------------------------------------------------------------- */

enum escape {
	ESCAPE_HTML,
	ESCAPE_ATTR,
	ESCAPE_XML,
	ESCAPE_MD,
	ESCAPE_MD_URL,
	ESCAPE_MD_OPTION,
	ESCAPE_NONE
};

enum html_state {
	HTML_TEXT,
	HTML_TAG_OPEN, /* just after < */
	HTML_TAG_NAME,
	HTML_SPACE, /* in a tag, after white space: an attribute may begin */
	HTML_GAP,   /* in a tag, where white space, / or > must come */
	HTML_ATTR_NAME,
	HTML_AFTER_NAME,
	HTML_BEFORE_VALUE, /* after = */
	HTML_DOUBLE,	   /* in a value in double quotes */
	HTML_SINGLE,
	HTML_UNQUOTED,
	HTML_COMMENT,
	HTML_DECLARATION, /* <!DOCTYPE …> or <?…> */
	HTML_RAW,	  /* inside script, style and their like */
};
enum attr_class { ATTR_PLAIN, ATTR_URL, ATTR_CODE };

struct position {
	enum template_kind kind;
	/* HTML and XML */
	enum html_state state;
	enum attr_class attr_class;
	bool closing; /* in </…> */
	bool refresh; /* the tag has http-equiv */
	char tag[16]; /* lower case, cut */
	char attr[16];
	uint8_t tag_len, attr_len;
	uint8_t match; /* bytes of the end marker of a comment or raw element that were seen */
	/* Markdown */
	bool line_start, link, option, code;
	bool bracket; /* the last byte was ] */
	char run_char;
	uint16_t run_len;
	char fence_char;
	uint16_t fence_len;
	uint16_t code_len; /* backticks that opened the code span */
};

void position_init(struct position *p, enum template_kind kind);
/* Takes one byte of literal text. NULL, or what is wrong with it. */
const char *position_feed(struct position *p, char c);
/* A value is written here: how. NULL, or why it must not be. */
const char *position_value(struct position *p, enum escape *ret_escape, bool *ret_is_url);
/* A section begins or ends here. NULL, or why it must not. */
const char *position_section(struct position *p);
/* The section that began at `open` ends at p: do both ways lead to one position? Sets p to it. */
bool position_join(struct position *p, const struct position *open);
/* May a partial stand here, and may a template end here? */
bool position_is_content(const struct position *p);
bool position_in_url(const struct position *p);

/* ---- templates ------------------------------------------------------------------------------ */

struct name_part {
	const char *text;
	uint32_t hash;
};
struct name {
	const char *text; /* as written, without spaces */
	const struct name_part *parts;
	uint32_t count; /* 0: "." */
};
enum op_kind {
	OP_TEXT,
	OP_VALUE,
	OP_FRAG,
	OP_SECTION,
	OP_INVERTED,
	OP_PARTIAL,
	OP_URL,
	OP_URL_END
};

struct op {
	uint8_t kind;	/* enum op_kind */
	uint8_t escape; /* enum escape */
	uint32_t
		len; /* OP_TEXT: bytes; OP_SECTION, OP_INVERTED: index after the body; OP_PARTIAL: bytes of indent */
	int line, column;
	const char *text; /* OP_TEXT: the bytes; OP_PARTIAL: the indent */
	union {
		const struct name *name;
		const struct template *partial;
	} ref;
};
struct template
{
	const char *name, *file;
	const char *source;
	size_t source_len;
	enum template_kind kind;
	struct op *ops;
	uint32_t count, cap;
};
struct templates {
	struct arena *arena;
	struct template *list; /* in order of name */
	size_t count, cap;
	const char *const *words;
};

const struct template *templates_find(const struct templates *t, const char *name);
enum err_code template_compile(struct templates *set, struct template *t, struct err *e) MUST_USE;

/* ---- a page of Markdown while it is rendered -------------------------------------------------- */

struct ids;
struct page_run {
	struct arena *arena;
	const struct render_env *env;
	struct buf *out;
	struct ids *ids;
	const char *
		source; /* the Markdown being rendered: the page's, or that of a block with Markdown inside */
	int first_line;	   /* its first line in the file */
	int column_offset; /* columns in front of it */
	int depth;	   /* blocks with Markdown inside */
	int heading_level; /* of the last heading; 1 before any */
	struct heading *headings;
	size_t heading_count, heading_cap;
	const char *summary;
	struct buf scratch;
	struct err *err;
};

/* markdown.c: the tree of `markdown`, appended to run->out. */
enum err_code markdown_into(struct page_run *run, const char *markdown, size_t len) MUST_USE;
/* Writes ` href="…"` or ` src="…"` with the base path in front of root-relative addresses, rel for other sites; tells
 * the link check. */
void link_attributes(struct page_run *run, const char *url, int line);
void image_source(struct page_run *run, const char *url, int line);

/* ids.c */
struct ids *ids_new(struct arena *a);
/* wanted, or wanted-2, -3 …: the first that is free; in the arena. */
const char *ids_take(struct ids *ids, const char *wanted);
/* An id out of a heading's text: letters, digits and characters beyond ASCII, the rest as single hyphens. */
const char *id_from_text(struct arena *a, const char *text);

/* inline.c: a cell is one line of inline Markdown, len bytes. */
void cell_html(struct page_run *run, const char *s, size_t len, int line);
/* Its plain text, in the arena. */
const char *cell_text(struct page_run *run, const char *s, size_t len);
/* Backslash escapes taken off, nothing else: for addresses, days, numbers. */
const char *cell_raw(struct page_run *run, const char *s, size_t len);

/* query.c: puts answers in for `query` blocks and {{query …}}. *ret is markdown itself when there is none. */
enum err_code query_expand(struct arena *a, const char *markdown, const struct render_env *env,
	const char **ret, struct err *e) MUST_USE;

/* ---- blocks.c --------------------------------------------------------------------------------- */

struct cell {
	const char *s;
	size_t len;
};
struct row {
	int line;	  /* in the file */
	const char *text; /* whole line, trimmed */
	size_t len;
	const char *begin; /* untrimmed, for columns */
	const struct cell *cells;
	size_t count;
};
struct option {
	const char *key;
	const char *value; /* escapes of \" \\ \| still in it */
};
struct block {
	const char *name;
	const struct option *options;
	size_t option_count;
	const char *body;
	size_t body_len;
	int line;		/* of the opening fence, in the file */
	int column;		/* of the fence, from 1 */
	const char *fence_line; /* the source's line, for columns of options */
	struct row *rows;	/* empty lines left out */
	size_t row_count;
};

typedef enum err_code block_fn(struct page_run *run, const struct block *b);
/* Is there a block of this name (info is a whole info string)? */
bool block_is_known(const char *info);
/* line counts in run->source; column_offset is that of the content of the block's container. */
enum err_code block_render(
	struct page_run *run, const char *info, const char *body, int line, int column) MUST_USE;

/* The escapes of \" \\ \| taken off; NULL when the option is not given. */
const char *block_option(struct page_run *run, const struct block *b, const char *key);
/* Not given or empty: an error at the fence. */
enum err_code block_option_required(
	struct page_run *run, const struct block *b, const char *key, const char **ret) MUST_USE;
enum err_code block_error(struct page_run *run, const struct block *b, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
enum err_code option_error(struct page_run *run, const struct block *b, const char *key,
	const char *fmt, ...) PRINTF_LIKE(4, 5);
/* cell: which one the error is at (its first character); count or more: the end of the row. */
enum err_code row_error(struct page_run *run, const struct block *b, const struct row *row,
	size_t cell, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* The row must have from `least` to `most` cells. */
enum err_code row_check(struct page_run *run, const struct block *b, const struct row *row,
	size_t least, size_t most) MUST_USE;
/* Splits at bars that are not escaped; the cells are trimmed and lie in the arena. */
const struct cell *cells_split(struct arena *a, const char *s, size_t len, size_t *ret_count);
/* The tone of a row's cell: ` class="tone-…"` parts. NULL text when the cell is not there or empty. */
enum err_code row_tone(struct page_run *run, const struct block *b, const struct row *row,
	size_t cell, const char **ret) MUST_USE;
bool tone_is_known(const char *tone);
bool cell_is(const struct cell *c, const char *s);

block_fn block_table, block_fields, block_stats, block_timeline, block_checklist, block_cards,
	block_filters, block_pager, block_notice, block_details, block_search, block_chart,
	block_photos;

/* ---- words that blocks put in themselves -------------------------------------------------------- */

enum phrase {
	PHRASE_EMPTY,
	PHRASE_MISSING,
	PHRASE_DONE,
	PHRASE_NOT_DONE,
	PHRASE_PAGER,
	PHRASE_FIRST,
	PHRASE_PREV,
	PHRASE_NEXT,
	PHRASE_LAST,
	PHRASE_SEARCH_LABEL,
	PHRASE_SEARCH,
	PHRASE_CHART_DATA,
	PHRASE_CHART_ITEM,
	PHRASE_CHART_NUMBER,
	PHRASE_CHART_TOTAL,
	PHRASE_COUNT
};
const char *phrase(enum phrase which);

#endif
