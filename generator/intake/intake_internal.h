/*
 * The inside of the intake room: who does what.
 *
 *   multipart_wire.c urlencoded_wire.c request_wire.c jpeg_wire.c   bytes from outside -> checked parts (wire.h)
 *   instance.c   the host's secrets and the installed bundle; conf.c its form.conf; names.c its list of enterprises
 *   form.c       parts -> the declared fields, cleaned; check.c the rules of each field, in words
 *   budget.c     how many were accepted from a network today, and from everyone this hour; work.c the proof of work
 *   photos.c     pictures through the launcher (launcher.c), or a sentence that says why not
 *   page.c       a model through a template into the site's layout; page_form.c the form's model
 *   report.c receipt.c   what is done with a request, in order
 *   sandbox.c    what the process may still do
 *
 * Invariants: text of a request lives in the request's arena and in the answer alone, never in a log line or an error;
 * every way out of a POST gives back what was typed, as far as the answer is the form.
 */
#ifndef INTAKE_INTERNAL_H
#define INTAKE_INTERNAL_H

#include "tianlan/intake.h"
#include "tianlan/theme.h"

enum {
	ANSWER_MAX_BYTES = 1024 * 1024,
	PHOTO_JPEG_MAX_BYTES = 8 * 1024 * 1024 - 64 * 1024, /* what an envelope takes */
};

/* ---- the installed bundle (conf.c, instance.c, names.c) ------------------------------------------ */

struct choice {
	const char *code, *name;
};
struct choices {
	const struct choice *at;
	size_t count;
};
struct form_limits {
	size_t photo_count, photo_bytes, body_bytes;
	size_t what_min, what_max; /* characters */
	int64_t token_seconds, dwell_seconds;
	int64_t network_daily, loopback_daily, global_hourly; /* 0: no limit */
	int work_bits;
};
struct form_conf {
	const char *site_name, *base_path, *form_script;
	bool demo;
	struct choices kinds, streets;
	const char *hotline, *emergency, *environment;
	struct form_limits limits;
	struct recipients to;
};
enum err_code form_conf_load(
	struct arena *a, const char *path, struct form_conf *ret, struct err *e) MUST_USE;

enum page_kind { PAGE_FORM, PAGE_RECEIPT, PAGE_STATUS, PAGE_PROBLEM, PAGE_KIND_COUNT };

struct intake {
	struct arena *arena; /* as long as the bundle is loaded */
	const char *root;    /* the instance */
	const char *bundle;  /* INSTANCE/intake/NNNNNNNN */
	const char *serial;  /* what `current` pointed to */
	bool write;
	struct form_conf conf;
	const char *shell;
	struct templates *pages[PAGE_KIND_COUNT]; /* loaded when first used */
	const char *names;			  /* mapped; NULL when there are none */
	size_t names_len;
	bool disk_trusted;
	const char *photo_program;
	/* report.cgi alone: */
	struct host_secret secret;
	const char *host;
	struct spool spool;
	bool spool_open;
	int budget_dir; /* -1: cannot be used */
	char retry_after[24];
};

/* Opens the spool if it is not yet; ERR_SYSTEM when it cannot be. */
enum err_code intake_spool(struct intake *in, struct err *e) MUST_USE;
/* The certificate's text and the host's key when receipts can be signed today; ERR_NOT_FOUND when not, with the reason. */
enum err_code intake_proof_keys(struct intake *in, struct arena *a, struct day today,
	const char **ret_cert, size_t *ret_cert_len, struct sign_secret *ret_key,
	struct err *e) MUST_USE;
/* The public name of an enterprise by its id, in the arena; NULL when there is none. */
const char *intake_name_find(const struct intake *in, struct arena *a, const char *id);

/* ---- the form (form.c, check.c) --------------------------------------------------------------------- */

enum form_field {
	FORM_KIND,
	FORM_ENTERPRISE,
	FORM_STREET,
	FORM_PLACE,
	FORM_WHEN,
	FORM_WHAT,
	FORM_PHOTO,
	FORM_WAY,
	FORM_CONTACT_NAME,
	FORM_CONTACT_PHONE,
	FORM_RECEIPT,
	FORM_WEBSITE,
	FORM_WORK,
	FORM_TOKEN,
	FORM_FIELD_COUNT
};
struct form_photo {
	struct bytes bytes;
	const char *filename; /* "" when it was sent as text, not as a file */
};
enum { FORM_PHOTOS_MAX = 8 };
struct form {
	const char *value[FORM_FIELD_COUNT]; /* cleaned, valid UTF-8; "" when not given */
	bool unreadable[FORM_FIELD_COUNT];   /* it was not UTF-8, or held control characters */
	bool kind[TIPOFF_KINDS];	     /* by the bundle's order */
	bool kind_unknown;
	struct form_photo photos[FORM_PHOTOS_MAX];
	size_t photo_count, photo_sent; /* kept here; sent in all */
	const char *enterprise_name;	/* of a public id; NULL */
	bool enterprise_is_id;
	const char *error[FORM_FIELD_COUNT]; /* a sentence; NULL: none */
	size_t error_count;
};
const char *form_field_name(enum form_field f);
/* An empty form; every value "". */
void form_init(struct form *f);
/* ERR_INPUT: a field that may come once came twice, or a file stands where text should. */
enum err_code form_read(struct arena *a, const struct intake *in, const struct form_body *body,
	struct form *ret, struct err *e) MUST_USE;
/* Fills error[]; the values are put into their one way of writing (a day, an id) where they can be. */
void form_check(struct arena *a, const struct intake *in, struct day today, struct form *f);
void form_error(struct form *f, enum form_field field, const char *sentence);
/* Looks up the enterprise's name when the value is a public id. */
void form_find_enterprise(struct arena *a, const struct intake *in, struct form *f);
/* Full-width forms as ASCII. */
char *text_half_width(struct arena *a, const char *s);
/* Bytes as a text that can be shown: UTF-8, "\n" line ends (or none), trimmed. *ret_bad: something had to be replaced. */
char *text_clean(struct arena *a, struct bytes raw, bool lines, bool *ret_bad);

/* ---- limits (budget.c, work.c) ------------------------------------------------------------------------ */

struct budget {
	bool usable;
	bool network_over;   /* nothing more from this network today */
	bool hour_over;	     /* everyone together: the ordinary lane is full */
	int64_t retry_after; /* seconds until the network may again */
};
/* chance: for the key of a new day. */
void budget_look(struct intake *in, const char *remote_addr, int64_t now,
	const struct chance *chance, struct budget *ret);
/* One more was accepted, or cost the network as much as one. False when the file cannot be used. */
enum budget_for { BUDGET_ACCEPTED, BUDGET_REFUSED };
bool budget_count(struct intake *in, const char *remote_addr, int64_t now,
	const struct chance *chance, enum budget_for what);

/* SHA-256("tianlan-work 1 " token " " work) begins with this many zero bits. */
bool work_is_done(const char *token, const char *work, int bits);

/* ---- pictures (photos.c) ------------------------------------------------------------------------------- */

/* Cleans each picture of the form into out (buffers are the caller's to end). ERR_REFUSED: error[FORM_PHOTO] says which and
 * why. ERR_CONFLICT: others' pictures are being cleaned. ERR_SYSTEM: the machine's fault. */
struct clean_photo {
	struct buf jpeg;
	uint32_t width, height;
};
enum err_code photos_clean(struct arena *a, struct form *f, int launcher,
	struct clean_photo out[TIPOFF_PHOTOS], struct err *e) MUST_USE;
/* The two of tianlan/intake.h with the times to wait given, in ms: for a place, for each piece of an answer. */
enum err_code launcher_start_waiting(const char *instance, const char *program, int busy_ms,
	int *ret_socket, struct err *e) MUST_USE;
enum err_code launcher_clean_within(int socket, const void *bytes, size_t len, int ms,
	int *ret_status, struct buf *ret_jpeg, struct err *e) MUST_USE;

/* ---- pages (page.c, page_form.c) ----------------------------------------------------------------------- */

struct page {
	enum page_kind kind;
	int status;
	const char *title;
	bool is_error; /* the title begins 错误： */
	bool script;
};
/* A model with what every page may name: base, site_name, phones. */
struct value *page_model(const struct intake *in, struct arena *a);
/* Loads the page's templates if they are not yet. */
enum err_code page_check(struct intake *in, enum page_kind kind, struct err *e) MUST_USE;
/* Never fails: without a usable template it is the plain page, and a line for the log. */
void page_answer(
	struct intake *in, const struct page *p, const struct value *model, struct response *res);

struct form_page {
	int status;
	const char *notice_title, *notice_text; /* NULL: none */
	bool notice_late;			/* with the phones to call instead */
	const char *token;
	bool ask_work;
	struct day today;
};
void form_answer(struct intake *in, struct arena *a, const struct form *f,
	const struct form_page *p, struct response *res);

/* Puts a line into the response's log. */
void response_log(struct response *res, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A buf with room from the start, so that growing leaves no copies behind; ended with wipe_done(). */
void wide_init(struct buf *b, size_t max);
void wipe_done(struct buf *b);

#endif
