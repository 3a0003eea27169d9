/*
 * base: what every other room stands on: errors, memory, text, days, files, threads.
 *
 * Not here: anything that knows markup, a file format or the plan.
 *
 * Ownership: an arena owns what is allocated from it; a buf owns its bytes until buf_done().
 * Errors: a fallible function returns an enum err_code (ERR_OK is 0) and fills the caller's
 *   struct err once, at the origin; callers may put context in front with err_prefix().
 *   Out of memory aborts with one line: safe, because every output of this program is atomic.
 * Units: sizes in bytes, days as civil days since 1970-01-01 (proleptic Gregorian calendar).
 * Threads: no mutable globals but the message language, which main sets before any thread starts.
 */
#ifndef TIANLAN_BASE_H
#define TIANLAN_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- language of messages ------------------------------------------------------------- */

enum base_lang { LANG_ZH = 0, LANG_EN };

/* Set once by main, before threads. Chinese unless said otherwise. */
void base_lang_set(enum base_lang lang);
enum base_lang base_lang_get(void);

/* Both wordings of a message stand at its origin: err_set(e, ERR_INPUT, T("坏", "bad")).
 * The compiler still checks both as formats. */
#define T(zh, en) (base_lang_get() == LANG_EN ? (en) : (zh))

/* ---- errors --------------------------------------------------------------------------- */

enum err_code {
	ERR_OK = 0,
	ERR_USAGE, /* an argument is wrong: an unknown name, a day that is none   exit 2, HTTP 400 */
	ERR_INPUT, /* a file or stored data cannot be used                        exit 3, HTTP 422 */
	ERR_NOT_FOUND, /* what was named does not exist                               exit 3, HTTP 404 */
	ERR_CONFLICT, /* the state of things forbids it (exists already, locked)     exit 3, HTTP 409 */
	ERR_REFUSED, /* checked and refused; the rest was done                      exit 1, HTTP 422 */
	ERR_SYSTEM, /* the machine failed: disk, permission, a library             exit 4, HTTP 500 */
};

struct err {
	enum err_code code;
	int line;	    /* 1-based; 0: none. For sheets, the row as the spreadsheet shows it */
	int column;	    /* 1-based, in characters; 0: none */
	char file[256];	    /* the input's name; "" when none */
	char message[1024]; /* one sentence or more, in the language of messages, no newline */
};

/* Each returns the code, so that `return err_set(...)` reads well. A NULL e is allowed. */
enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
enum err_code err_at(struct err *e, enum err_code code, const char *file, int line, int column,
	const char *fmt, ...) PRINTF_LIKE(6, 7);
/* ERR_SYSTEM with strerror(errno) appended. */
enum err_code err_errno(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "context: " in front of the message. */
enum err_code err_prefix(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
int err_exit_status(enum err_code code);
int err_http_status(enum err_code code);
/* Writes "file:line:column: message" (the parts that are known) into out. */
void err_format(const struct err *e, char *out, size_t out_bytes);

/* ---- memory --------------------------------------------------------------------------- */

/* Like malloc/calloc/realloc/strdup, but they abort instead of returning NULL. */
void *mem_alloc(size_t bytes);
void *mem_zero(size_t count, size_t bytes);
void *mem_grow(void *old, size_t count, size_t bytes);
char *mem_strdup(const char *s);

struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a); /* accepts NULL */
void arena_reset(
	struct arena *a); /* forgets everything, keeps the memory for the next unit of work */
void *arena_alloc(struct arena *a, size_t bytes);   /* aligned for any type, zeroed */
char *arena_strdup(struct arena *a, const char *s); /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A growing text with a declared maximum. Past it the sticky overflow flag is set and further
 * appends do nothing: check once, at the end. data is always NUL-terminated once non-NULL. */
struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
	bool overflow;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_done(struct buf *b);
void buf_clear(struct buf *b); /* len 0, memory kept, overflow cleared */
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_int(struct buf *b, int64_t n);
const char *buf_text(const struct buf *b); /* never NULL */
char *buf_dup(const struct buf *b, struct arena *a);

/* ---- text ----------------------------------------------------------------------------- */

/* RFC 3629: no surrogates, no overlong forms, at most U+10FFFF. On failure *ret_bad (if not NULL)
 * is the offset of the first wrong byte. */
bool utf8_valid(const char *s, size_t len, size_t *ret_bad);
/* Decodes one code point at s (end exclusive); returns bytes used, or 0 at the end or a wrong byte. */
size_t utf8_decode(const char *s, const char *end, uint32_t *ret_code);
size_t utf8_encode(uint32_t code, char out[4]);
size_t utf8_length(const char *s); /* code points */
/* Columns on a terminal: CJK and full-width forms count 2. */
size_t utf8_width(const char *s);
bool str_eq(const char *a, const char *b); /* both NULL: equal */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* ASCII digits only, whole string; false on overflow or anything else. */
bool str_to_int64(const char *s, int64_t *ret_value);

/* ---- days ----------------------------------------------------------------------------- */

/* A civil day as days since 1970-01-01. A struct, so that it cannot be mixed with other ints. */
struct day {
	int32_t n;
};
#define DAY_NONE ((struct day){INT32_MIN})

bool day_is_set(struct day d);
bool day_ymd_valid(int year, int month, int day);      /* years 1900 to 2199 */
struct day day_from_ymd(int year, int month, int day); /* must be valid */
void day_to_ymd(struct day d, int *ret_year, int *ret_month, int *ret_day);
/* Exactly YYYY-MM-DD and a real day; false otherwise. */
bool day_parse(const char *s, struct day *ret_day);
/* YYYY-MM-DD, or "" for DAY_NONE. */
#define DAY_TEXT_BYTES 11
const char *day_text(struct day d, char out[DAY_TEXT_BYTES]);
/* 2018年9月30日, or "" for DAY_NONE. */
#define DAY_ZH_BYTES 32
const char *day_text_zh(struct day d, char out[DAY_ZH_BYTES]);
/* Adds calendar months, the day clamped to the month's length: 2017-12-31 + 2 = 2018-02-28. */
struct day day_add_months(struct day d, int months);
struct day day_add(struct day d, int days);
int day_compare(struct day a, struct day b);	 /* <0, 0, >0; DAY_NONE sorts first */
int day_between(struct day from, struct day to); /* to - from; both set */
/* A month YYYY-MM as its first day; false when it is none. */
bool month_parse(const char *s, struct day *ret_first);
/* The day it is in China (UTC+8, no summer time) at this Unix time. */
struct day day_from_unix(int64_t seconds);

/* ---- files ---------------------------------------------------------------------------- */

enum err_code file_read(
	const char *path, size_t max_bytes, struct buf *ret_bytes, struct err *e) MUST_USE;
/* Writes beside, fsyncs file and folder, renames: after a crash the old or the new file stands. */
enum err_code file_write_durable(
	const char *path, const void *bytes, size_t len, struct err *e) MUST_USE;
enum err_code dir_make_all(
	const char *path, struct err *e) MUST_USE; /* mkdir -p, mode 0777 & ~umask */
enum err_code dir_sync(const char *path, struct err *e) MUST_USE;
bool file_exists(const char *path);
/* Removes a tree; missing is fine. Never follows symbolic links. */
enum err_code dir_remove_all(const char *path, struct err *e) MUST_USE;
/* "a/b" from "a" and "b", in the arena. */
char *path_join(struct arena *a, const char *dir, const char *name);
/* Calls back for each regular file below dir, in byte order of the relative path ("a/b.md").
 * A callback that returns other than ERR_OK stops the walk with that code. */
typedef enum err_code file_visit_fn(const char *relative, void *ctx, struct err *e);
enum err_code dir_each_file(const char *dir, file_visit_fn *fn, void *ctx, struct err *e) MUST_USE;

/* ---- another program ------------------------------------------------------------------- */

/* Runs a program (no shell) with in_fd as its standard input and out_fd as its output, no other descriptor, an empty
 * environment, and at most wall_ms to live. *ret_status: its exit status, or -1 when a signal ended it (ours or another).
 * argv is NULL-ended, argv[0] a path. ERR_SYSTEM when it cannot be started. */
enum err_code process_run(const char *const *argv, int in_fd, int out_fd, int wall_ms,
	int *ret_status, struct err *e) MUST_USE;

/* process_run() with these bytes as input and *ret_out as what it writes, both in memory files: nothing touches a disk. *ret_out is
 * appended to; past its maximum the overflow flag is set. */
enum err_code process_filter(const char *const *argv, const void *in, size_t in_len, int wall_ms,
	struct buf *ret_out, int *ret_status, struct err *e) MUST_USE;

/* ---- work on several threads ---------------------------------------------------------- */

/* Calls fn(ctx, worker, index) for every index below count, on `jobs` threads (1: in this one),
 * indexes handed out in order. worker is below jobs. The first failure by index is reported in e
 * (deterministic); no new index is started after a failure. */
typedef enum err_code work_fn(void *ctx, int worker, size_t index, struct err *e);
enum err_code work_run(int jobs, size_t count, work_fn *fn, void *ctx, struct err *e) MUST_USE;

#endif
