/*
 * intake: the exposed programs: the form, the answers, receipts. One request in, one response out.
 *
 * Not here: the web server; sealing (envelope); decoding pictures (the program photo-clean, run by process_run).
 *
 * Order of a request: limits, then the raw body into memory, then the launcher of photo-clean is started where a picture may
 *   be in it, then the sandbox closes, then parsing. What is typed lives in memory only and is wiped when answered.
 * Errors: handling never fails: every problem becomes a response with a status and a page. What goes wrong inside is a line
 *   for the log (struct response.log) that holds no text of the request, no address, no agent.
 * Limits: body 32 MiB; 200 fields; a field 64 KiB; a part's header 8 KiB; photos as configured.
 * Files: INSTANCE/host/ (secrets, name, host.conf), INSTANCE/intake/current/ (the installed bundle: form.conf, shell.html,
 *   templates/, names.tsv, status.bin, office.pub, hosts/NAME.cert), INSTANCE/spool/, INSTANCE/status/ (received.bin, and
 *   office.bin where the office works on this machine).
 * Sources: RFC 3875 (CGI), RFC 7578 and RFC 2046 (multipart/form-data), WHATWG URL (urlencoded), RFC 6585 (429).
 */
#ifndef TIANLAN_INTAKE_H
#define TIANLAN_INTAKE_H

#include "tianlan/base.h"
#include "tianlan/crypto.h"
#include "tianlan/envelope.h"

/* ---- wire (multipart_wire.c, urlencoded_wire.c, request_wire.c) ---------------------------------- */

#define INTAKE_FIELDS_MAX 200
struct form_part {	  /* points into the body */
	const char *name; /* decoded, in the arena; valid UTF-8 without NUL */
	struct bytes value;
	const char *
		filename; /* NULL: an ordinary field. In the arena, made valid UTF-8, no path, at most 200 bytes */
};
struct form_body {
	struct form_part parts[INTAKE_FIELDS_MAX];
	size_t count;
};
/* ERR_INPUT: broken (400). ERR_REFUSED: over a limit (413). */
enum err_code multipart_parse(struct arena *a, const void *body, size_t len, const char *boundary,
	struct form_body *ret, struct err *e) MUST_USE;
enum err_code urlencoded_parse(struct arena *a, const void *body, size_t len, struct form_body *ret,
	struct err *e) MUST_USE;
/* The boundary of a Content-Type value; ERR_INPUT when it is no multipart/form-data or the boundary is not RFC 2046's. */
enum err_code content_type_boundary(
	struct arena *a, const char *content_type, const char **ret, struct err *e) MUST_USE;
/* CONTENT_LENGTH: decimal digits alone; -1 for anything else. NULL is allowed. */
int64_t content_length_read(const char *text);
/* Might there be a picture in this body? A cheap look at bytes that never says no wrongly: a file name that is not empty. */
bool body_may_hold_file(const void *body, size_t len);

/* ---- requests and responses ------------------------------------------------------------------------- */

struct request {		  /* what of CGI's variables is used; nothing else is looked at */
	const char *method;	  /* "GET" "HEAD" "POST" */
	const char *query;	  /* QUERY_STRING, "" when none */
	const char *content_type; /* "" when none */
	int64_t content_length;	  /* -1: not given or no number */
	const char *remote_addr;  /* for the network's budget alone; "" unknown */
	const void *body;
	size_t body_len;
	bool body_cut;	    /* fewer bytes came than Content-Length said */
	int64_t now;	    /* Unix seconds */
	int photo_launcher; /* socket of the launcher; -1: none was started */
};
struct response {
	int status;
	struct buf body;
	const char *retry_after; /* NULL: none */
	const char *allow;	 /* NULL: none */
	char log[256];		 /* one line for the error log; "" none */
};

struct intake; /* the host's secrets and the installed bundle, loaded */
/* ERR_NOT_FOUND: not installed, with what to do. write: spool and budget are opened too (report.cgi). */
enum err_code intake_open(
	const char *instance, bool write, struct intake **ret, struct err *e) MUST_USE;
void intake_close(struct intake *in);	    /* wipes the secrets */
bool intake_stale(const struct intake *in); /* another bundle was installed since */
/* What the mains need to know before a request: the largest body, whether one may lie on a disk (host.conf: disk_trusted),
 * and where photo-clean is (host.conf: photo_program; "" beside the CGI). */
size_t intake_body_max(const struct intake *in);
bool intake_disk_trusted(const struct intake *in);
const char *intake_photo_program(const struct intake *in);
/* A page for when nothing could be loaded: plain, complete, without the theme. */
void intake_plain_error(int status, struct buf *out);

/* chance: for tokens, keys and names. res->body is initialised by the caller (maximum 1 MiB). */
void report_handle(struct intake *in, const struct request *req, const struct chance *chance,
	struct response *res);
void receipt_handle(struct intake *in, const struct request *req, const struct chance *chance,
	struct response *res);

/* ---- confinement (sandbox.c) --------------------------------------------------------------------------- */

/* No core dumps, not dumpable, limits on memory, files and processor time. fastcgi: the processor limit is per life, so wide. */
enum err_code sandbox_limits(bool fastcgi, struct err *e) MUST_USE;
/* Landlock (where the kernel has it): reading below the instance's intake/, host/, status/ and spool/, writing below spool/tmp,
 * spool/new and spool/budget alone; then the seccomp filter, deny by default with SIGSYS. write false (receipt.cgi): no writing
 * at all. ERR_SYSTEM when the filter cannot be set. */
enum err_code sandbox_enter(const char *instance, bool write, bool fastcgi, struct err *e) MUST_USE;
/* Refuses (ERR_REFUSED) a standard input that is a file on a disk: bodies must not touch one in clear. */
enum err_code sandbox_check_input(int fd, bool disk_trusted, struct err *e) MUST_USE;

/* ---- the launcher of photo-clean (launcher.c) ------------------------------------------------------------- */

/* Forks a process that stays outside the sandbox and can do one thing: run the named program with a memory file as input and
 * another as output, under a time limit, and at most two of them at once on a host (locks in spool/budget). *ret_socket is for
 * request.photo_launcher. */
enum err_code launcher_start(
	const char *instance, const char *program, int *ret_socket, struct err *e) MUST_USE;
#define LAUNCHER_BUSY (-3)
/* *ret_status is an exit status of tianlan/photo.h, -1 for a signal, or LAUNCHER_BUSY: none became free in 20 s. The cleaned
 * picture is appended to ret_jpeg. After a failure the socket is shut and answers nothing any more. */
enum err_code launcher_clean(int socket, const void *bytes, size_t len, int *ret_status,
	struct buf *ret_jpeg, struct err *e) MUST_USE;

#endif
