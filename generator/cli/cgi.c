/*
 * One program both ways: standard input is a socket that listens (FastCGI) or it is the request's body (CGI, RFC 3875).
 *
 * CGI: limits, environment, the body into memory, the launcher where a picture may be in it, the sandbox, then the room looks
 * at the first byte of the body. FastCGI: limits, the launcher, the sandbox, then request after request.
 *
 * What a request brought is wiped when it is answered: the body and the answer here, everything else when it is freed, since
 * this program's free() wipes first. So nothing of one request can turn up in the next.
 */
#include "cli/cgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
	IDLE_SECONDS = 60, /* without a byte of the body */
	DRAIN_SECONDS = 10,
	DRAIN_BYTES =
		64
		<< 20, /* of a body that is too large: read and dropped, so that the answer is read */
	CHUNK = 64 << 10,
	PATH_BYTES = 4096,
	HEAD_BYTES = 512,
	ANSWER_BYTES = 1 << 20,
	ANSWER_START = 160 << 10, /* room for most answers, so that they never move */
};

/* ---- memory that is wiped when it is given back ---------------------------------------------------- */

#ifndef __SANITIZE_ADDRESS__
extern size_t malloc_usable_size(void *p); /* of malloc.h */
extern void __libc_free(
	void *p); /* glibc's own, under the name it keeps for programs that stand in front */

void free(void *p)
{
	int saved = errno;
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	__libc_free(p);
	errno = saved;
}

void *realloc(void *p, size_t bytes)
{
	size_t had = p ? malloc_usable_size(p) : 0;
	if (p && bytes == 0) {
		free(p);
		return NULL;
	}
	if (p && bytes <= had)
		return p;
	void *to = malloc(bytes);
	if (p && to) {
		memcpy(to, p, had);
		free(p);
	}
	return to;
}
#endif

/* ---- one run ------------------------------------------------------------------------------------------ */

struct run {
	cgi_handler *handle;
	bool writes;
	const char *instance;
	char beside[PATH_BYTES]; /* photo-clean where this program is */
	struct intake *in;
	struct chance chance;
	int launcher;
	struct err
		trouble; /* why there is no launcher; "" when there is one, or none was asked for */
};

/* The body of a request, alone on its pages. */
struct body {
	void *at;
	size_t len, room;
	bool cut;
};

static void log_line(const char *text)
{
	char line[1200];
	int n = snprintf(line, sizeof line, "tianlan: %s\n", text);
	if (n > 0)
		(void)!write(2, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

static void find_beside(struct run *r)
{
	static const char name[] = "photo-clean";
	ssize_t n = readlink("/proc/self/exe", r->beside, sizeof r->beside - sizeof name);
	char *slash = n > 0 ? memrchr(r->beside, '/', (size_t)n) : NULL;
	if (slash)
		memcpy(slash + 1, name, sizeof name);
	else
		r->beside[0] = '\0';
}

static void start_launcher(struct run *r)
{
	const char *program = intake_photo_program(r->in);
	if (!*program) {
		find_beside(r);
		program = r->beside;
	}
	/* Without it a post with photos is told to come later; one without is taken. */
	if (launcher_start(r->instance, program, &r->launcher, &r->trouble))
		r->launcher = -1;
}

/* Of what a post that was taken had to do with it the log says nothing: it would tell when that was. */
static void log_trouble(struct run *r, bool taken)
{
	if (*r->trouble.message && !taken)
		log_line(r->trouble.message);
	r->trouble.message[0] = '\0';
}

static void body_room(struct body *b, size_t bytes)
{
	void *at = bytes ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0)
			 : MAP_FAILED;
	*b = (struct body){.cut = bytes > 0};
	if (at == MAP_FAILED)
		return;
	*b = (struct body){.at = at, .room = bytes};
}

static void body_done(struct body *b)
{
	if (!b->at)
		return;
	bytes_wipe(b->at, b->room);
	munmap(b->at, b->room);
	b->at = NULL;
}

/* ---- the answer ----------------------------------------------------------------------------------------- */

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {{200, "OK"}, {400, "Bad Request"}, {404, "Not Found"},
		{405, "Method Not Allowed"}, {409, "Conflict"}, {410, "Gone"},
		{413, "Content Too Large"}, {422, "Unprocessable Content"},
		{429, "Too Many Requests"}, {503, "Service Unavailable"}};
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}

static size_t head_of(const struct response *res, char out[HEAD_BYTES])
{
	int n = snprintf(out, HEAD_BYTES,
		"Status: %d %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
		"Cache-Control: no-store\r\n%s%s%s%s%s%s\r\n",
		res->status, reason_of(res->status), res->body.len,
		res->retry_after ? "Retry-After: " : "", res->retry_after ? res->retry_after : "",
		res->retry_after ? "\r\n" : "", res->allow ? "Allow: " : "",
		res->allow ? res->allow : "", res->allow ? "\r\n" : "");
	return n > 0 && n < HEAD_BYTES ? (size_t)n : 0;
}

static void response_begin(struct response *res)
{
	*res = (struct response){.status = 503};
	buf_init(&res->body, ANSWER_BYTES);
	res->body.cap = ANSWER_START;
	res->body.data = mem_zero(ANSWER_START, 1);
}

static void response_done(struct response *res)
{
	if (*res->log)
		log_line(res->log);
	bytes_wipe(res->body.data, res->body.cap);
	buf_done(&res->body);
}

static void plain(struct response *res, int status, const char *why)
{
	buf_clear(&res->body);
	intake_plain_error(status, &res->body);
	res->status = status;
	if (why)
		snprintf(res->log, sizeof res->log, "%.255s", why);
}

/* ---- CGI ---------------------------------------------------------------------------------------------------- */

static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value ? value : "";
}

static bool byte_came(int fd, int seconds)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n;
	do
		n = poll(&p, 1, seconds * 1000);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

static ssize_t read_some(int fd, void *to, size_t most, int seconds)
{
	ssize_t n;
	if (!byte_came(fd, seconds))
		return 0;
	do
		n = read(fd, to, most);
	while (n < 0 && errno == EINTR);
	return n;
}

static void read_body(struct body *b, int64_t length)
{
	body_room(b, (size_t)length);
	while (b->at && b->len < b->room) {
		ssize_t n = read_some(0, (char *)b->at + b->len, b->room - b->len, IDLE_SECONDS);
		if (n <= 0)
			break;
		b->len += (size_t)n;
	}
	b->cut = b->len < (size_t)length;
}

static void drain(void)
{
	char chunk[CHUNK];
	size_t total = 0;
	for (ssize_t n; total < DRAIN_BYTES; total += (size_t)n)
		if ((n = read_some(0, chunk, sizeof chunk, DRAIN_SECONDS)) <= 0)
			break;
	bytes_wipe(chunk, sizeof chunk);
}

static void write_all(const void *bytes, size_t len)
{
	for (const char *p = bytes; len > 0;) {
		ssize_t n = write(1, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* whoever asked has gone */
		p += n;
		len -= (size_t)n;
	}
}

/* The answer in one write where it fits a pipe. */
static void answer_cgi(struct response *res, bool head_only)
{
	struct buf all;
	char head[HEAD_BYTES];
	size_t n = head_of(res, head);
	buf_init(&all, ANSWER_BYTES + HEAD_BYTES);
	buf_add(&all, head, n);
	if (!head_only)
		buf_add(&all, res->body.data, res->body.len);
	write_all(all.data, all.len);
	bytes_wipe(all.data, all.cap);
	buf_done(&all);
}

/* Everything before the sandbox. False: *res says why not. */
static bool receive(struct run *r, struct request *req, struct body *b, struct response *res)
{
	struct err e = {0};
	bool is_post = str_eq(req->method, "POST");
	if (intake_open(r->instance, r->writes, &r->in, &e)) {
		plain(res, 503, e.message);
		return false;
	}
	if (is_post && sandbox_check_input(0, intake_disk_trusted(r->in), &e)) {
		plain(res, 503, e.message);
		return false;
	}
	if (is_post && req->content_length > (int64_t)intake_body_max(r->in))
		drain();
	else if (is_post && req->content_length >= 0)
		read_body(b, req->content_length);
	req->body = b->at ? b->at : "";
	req->body_len = b->len;
	req->body_cut = b->cut || (is_post && req->content_length < 0);
	if (r->writes && is_post && body_may_hold_file(req->body, req->body_len))
		start_launcher(r);
	req->photo_launcher = r->launcher;
	if (sandbox_enter(r->instance, r->writes, false, &e)) {
		plain(res, 503, e.message);
		return false;
	}
	return true;
}

static int serve_cgi(struct run *r)
{
	struct body b = {0};
	struct response res;
	struct request req = {.method = variable("REQUEST_METHOD"),
		.query = variable("QUERY_STRING"),
		.content_type = variable("CONTENT_TYPE"),
		.content_length = content_length_read(getenv("CONTENT_LENGTH")),
		.remote_addr = variable("REMOTE_ADDR"),
		.now = (int64_t)time(NULL),
		.photo_launcher = -1};
	response_begin(&res);
	if (receive(r, &req, &b, &res))
		r->handle(r->in, &req, &r->chance, &res);
	answer_cgi(&res, str_eq(req.method, "HEAD"));
	log_trouble(r, res.status == 200);
	body_done(&b);
	response_done(&res);
	intake_close(r->in);
	return 0;
}

/* ---- FastCGI -------------------------------------------------------------------------------------------------- */

static const char *param(const FCGX_Request *f, const char *name)
{
	const char *value = FCGX_GetParam(name, f->envp);
	return value ? value : "";
}

static void read_stream(struct body *b, int64_t length, FCGX_Stream *in)
{
	body_room(b, (size_t)length);
	while (b->at && b->len < b->room) {
		size_t left = b->room - b->len;
		int n = FCGX_GetStr((char *)b->at + b->len, left < CHUNK ? (int)left : CHUNK, in);
		if (n <= 0)
			break;
		b->len += (size_t)n;
	}
	b->cut = b->len < (size_t)length;
}

static void drain_stream(FCGX_Stream *in)
{
	char chunk[CHUNK];
	size_t total = 0;
	for (int n; total < DRAIN_BYTES; total += (size_t)n)
		if ((n = FCGX_GetStr(chunk, sizeof chunk, in)) <= 0)
			break;
	bytes_wipe(chunk, sizeof chunk);
}

static void answer_stream(FCGX_Request *f, const struct response *res, bool head_only)
{
	char head[HEAD_BYTES];
	size_t n = head_of(res, head);
	FCGX_PutStr(head, (int)n, f->out);
	if (!head_only)
		FCGX_PutStr(buf_text(&res->body), (int)res->body.len, f->out);
}

/* Another bundle may have been installed since the last request. The old one serves on when the new one cannot be read. */
static void renew(struct run *r)
{
	struct intake *fresh;
	struct err e = {0};
	if (!intake_stale(r->in))
		return;
	if (intake_open(r->instance, r->writes, &fresh, &e)) {
		log_line(e.message);
		return;
	}
	intake_close(r->in);
	r->in = fresh;
}

/* True when it was a post and was taken. */
static bool serve_one(struct run *r, FCGX_Request *f, int launcher)
{
	struct body b = {0};
	struct response res;
	struct request req = {.method = param(f, "REQUEST_METHOD"),
		.query = param(f, "QUERY_STRING"),
		.content_type = param(f, "CONTENT_TYPE"),
		.content_length = content_length_read(FCGX_GetParam("CONTENT_LENGTH", f->envp)),
		.remote_addr = param(f, "REMOTE_ADDR"),
		.now = (int64_t)time(NULL),
		.photo_launcher = launcher};
	bool is_post = str_eq(req.method, "POST");
	const struct timeval idle = {.tv_sec = IDLE_SECONDS};
	(void)!setsockopt(f->ipcFd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
	(void)!setsockopt(f->ipcFd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof idle);
	renew(r);
	response_begin(&res);
	if (is_post && req.content_length > (int64_t)intake_body_max(r->in))
		drain_stream(f->in);
	else if (is_post && req.content_length >= 0)
		read_stream(&b, req.content_length, f->in);
	req.body = b.at ? b.at : "";
	req.body_len = b.len;
	req.body_cut = b.cut || (is_post && req.content_length < 0);
	r->handle(r->in, &req, &r->chance, &res);
	answer_stream(f, &res, str_eq(req.method, "HEAD"));
	body_done(&b);
	response_done(&res);
	return is_post && res.status == 200;
}

/* Ended, shut after a failure, or with bytes nobody waits for: it is not asked again. It cannot be started again from inside
 * the sandbox: whoever runs this program starts a new one. */
static bool launcher_gone(const struct run *r)
{
	struct pollfd p = {.fd = r->launcher, .events = POLLIN};
	return r->launcher >= 0 && poll(&p, 1, 0) > 0;
}

static int serve_fastcgi(struct run *r)
{
	FCGX_Request f;
	struct err e = {0};
	enum err_code code = intake_open(r->instance, r->writes, &r->in, &e);
	if (!code && r->writes)
		start_launcher(r);
	log_trouble(r, false);
	if (!code)
		code = sandbox_enter(r->instance, r->writes, true, &e);
	if (FCGX_InitRequest(&f, 0, 0))
		return 1;
	if (code) {
		/* One answer, then another try from the start. */
		struct response res;
		response_begin(&res);
		plain(&res, 503, e.message);
		if (FCGX_Accept_r(&f) == 0)
			answer_stream(&f, &res, false);
		FCGX_Finish_r(&f);
		response_done(&res);
		return 1;
	}
	bool taken = false, last = launcher_gone(r);
	while (!last && FCGX_Accept_r(&f) == 0) {
		/* It may have ended while nobody asked: then this is the last request, and is served without. */
		last = launcher_gone(r);
		taken = serve_one(r, &f, last ? -1 : r->launcher);
		FCGX_Finish_r(&f);
		last = last || launcher_gone(r);
	}
	if (last && !taken)
		log_line("the launcher of photo-clean has ended");
	intake_close(r->in);
	return 0;
}

int cgi_main(cgi_handler *handle, bool writes)
{
	struct run r = {.handle = handle,
		.writes = writes,
		.instance = variable("TIANLAN_INSTANCE"),
		.launcher = -1};
	struct err e = {0};
	bool fastcgi = !FCGX_IsCGI();
	signal(SIGPIPE, SIG_IGN);
	enum err_code code = r.instance[0] == '/'
				     ? sandbox_limits(fastcgi, &e)
				     : err_set(&e, ERR_USAGE,
					       T("TIANLAN_INSTANCE 应是实例目录的绝对路径",
						       "TIANLAN_INSTANCE must be the absolute path "
						       "of an instance"));
	if (!code)
		code = crypto_start(&e);
	if (code && !fastcgi) {
		struct response res;
		response_begin(&res);
		plain(&res, 503, e.message);
		answer_cgi(&res, false);
		response_done(&res);
		return err_exit_status(code);
	}
	if (code) {
		log_line(e.message);
		return err_exit_status(code);
	}
	r.chance = chance_system();
	return fastcgi ? serve_fastcgi(&r) : serve_cgi(&r);
}
