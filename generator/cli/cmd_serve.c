/*
 * tianlan serve: the whole on this machine, in the foreground: the built site and the programs behind the tip-off form
 * through a real web server (lighttpd), and the drain beside it. The server's configuration is
 * content/server/lighttpd.conf.in with its places filled in, in a temporary folder that goes away with the server.
 *
 * What is uploaded lies in memory alone: the folder for large bodies is on tmpfs, or the command refuses to start.
 */
#include "cli/cli.h"

#include "cli/children.h"
#include "cli/fill.h"
#include "cli/instance.h"
#include "cli/intake.h"
#include "tianlan/input.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

struct serving {
	struct cli *c;
	struct site_config config;
	struct report_config report;
	const char *root, *server; /* public/, lighttpd */
	const char *instance;	   /* absolute */
	const char *programs;	   /* folder of report.cgi; NULL: no tip-offs taken */
	const char *tmp, *uploads;
	int port;
	bool fastcgi;
};

static const char *find_server(void)
{
	static const char *const places[] = {"/usr/sbin/lighttpd", "/usr/local/sbin/lighttpd",
		"/usr/bin/lighttpd", "/opt/homebrew/sbin/lighttpd"};
	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* Says clearly that the port is taken before the server says it in its log. */
static enum err_code check_port(int port, struct err *e)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd < 0)
		return err_errno(e, T("不能使用网络", "cannot use the network"));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	int failed = bind(fd, (struct sockaddr *)&to, sizeof to), why = errno;
	close(fd);
	if (!failed)
		return ERR_OK;
	errno = why;
	if (why == EADDRINUSE)
		return err_set(e, ERR_CONFLICT,
			T("端口 %d 已被别的程序占用；用 --port 另选一个（make run PORT=8081）",
				"port %d is taken by another program; choose one with --port (make "
				"run PORT=8081)"),
			port);
	return err_errno(e, T("不能使用端口 %d", "cannot use port %d"), port);
}

/* ---- temporary folders ------------------------------------------------------------------------------- */

static bool is_memory(const char *path)
{
	struct statfs st;
	return statfs(path, &st) == 0 &&
	       (st.f_type == TMPFS_MAGIC || (unsigned long)st.f_type == RAMFS_MAGIC);
}

static enum err_code make_folder(
	struct arena *a, const char *below, const char **ret, struct err *e)
{
	char *path = arena_printf(a, "%s/tianlan-serve-XXXXXX", below);
	if (!mkdtemp(path))
		return err_errno(e, T("不能建临时目录", "cannot make a temporary folder"));
	*ret = path;
	return ERR_OK;
}

static enum err_code disk_trusted(struct cli *c, bool *ret, struct err *e)
{
	const char *path = path_join(c->arena, c->dir, "host/host.conf");
	const struct conf *root;
	*ret = false;
	if (!file_exists(path))
		return ERR_OK;
	return conf_load(c->arena, path, &root, e) ? e->code
						   : conf_opt_bool(root, "disk_trusted", ret, e);
}

/* Where the web server may put what it buffers of a post. */
static enum err_code make_uploads(struct serving *s, struct err *e)
{
	struct arena *a = s->c->arena;
	const char *const places[] = {
		"/dev/shm", arena_printf(a, "/run/user/%d", (int)getuid()), s->tmp};
	bool trusted;
	if (disk_trusted(s->c, &trusted, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (is_memory(places[i]) && access(places[i], W_OK | X_OK) == 0)
			return make_folder(a, places[i], &s->uploads, e);
	if (trusted)
		return make_folder(a, s->tmp, &s->uploads, e);
	return err_set(e, ERR_CONFLICT,
		T("找不到内存文件系统（/dev/shm、/run/user/%d 都不是 tmpfs），举报内容会明文落盘；"
		  "确认磁盘可信的话，在 host/host.conf 写 disk_trusted = true",
			"no memory file system (neither /dev/shm nor /run/user/%d is tmpfs): "
			"tip-offs "
			"would touch the disk in clear; if the disk is trusted, say disk_trusted = "
			"true in host/host.conf"),
		(int)getuid());
}

/* The error page is read from the server's own folder, so that the status stays 404. */
static enum err_code copy_error_page(const struct serving *s, struct err *e)
{
	struct arena *a = s->c->arena;
	const char *from = path_join(a, s->root, "404.html");
	if (!file_exists(from))
		return ERR_OK;
	struct buf b;
	buf_init(&b, (size_t)1 << 20);
	enum err_code code = file_read(from, b.max, &b, e);
	if (!code)
		code = file_write_durable(
			path_join(a, s->tmp, "status-404.html"), buf_text(&b), b.len, e);
	buf_done(&b);
	return code;
}

/* ---- the server's configuration ------------------------------------------------------------------------ */

static enum err_code cgi_part(
	const struct serving *s, const char *base, const char **ret, struct err *e)
{
	struct arena *a = s->c->arena;
	const struct fill fills[] = {{"@BASE@", base}, {"@BASE_PATTERN@", fill_pattern(a, base)},
		{"@PROGRAMS@", s->programs}, {"@INSTANCE@", s->instance}, {"@TMP@", s->tmp},
		{"@BODY_KIB@",
			arena_printf(a, "%lld", (long long)(s->report.body_mib + 1) * 1024)}};
	const char *cgi, *fastcgi = "";
	*ret = "";
	if (!s->programs)
		return ERR_OK;
	if (s->fastcgi && strpbrk(s->programs, " \t"))
		return err_set(e, ERR_USAGE,
			T("--fastcgi 时程序所在的目录名里不能有空格：%s",
				"with --fastcgi no blanks in the programs' folder: %s"),
			s->programs);
	if (fill_file(s->c, "lighttpd-cgi.conf.in", fills, COUNT_OF(fills), &cgi, e) ||
		(s->fastcgi && fill_file(s->c, "lighttpd-fastcgi.conf.in", fills, COUNT_OF(fills),
				       &fastcgi, e)))
		return e->code;
	*ret = arena_printf(a, "%s%s", fastcgi, cgi);
	return ERR_OK;
}

static enum err_code write_config(const struct serving *s, struct err *e)
{
	struct arena *a = s->c->arena;
	const char *base = s->config.base_path, *out, *cgi, *common;
	const char *const paths[] = {s->root, s->instance, s->programs};
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		if (paths[i] && strpbrk(paths[i], "\"\\\n"))
			return err_set(e, ERR_USAGE,
				T("目录名里不能有引号、反斜杠或换行：%s",
					"no quotes, backslashes or line breaks in the folder's "
					"name: %s"),
				paths[i]);
	const char *alias = *base ? arena_printf(a,
					    "alias.url = ( \"%s/\" => \"%s/\" )\nurl.redirect = ( "
					    "\"^/$\" => \"%s/\" )\n",
					    base, s->root, base)
				  : "";
	if (cgi_part(s, base, &cgi, e) ||
		fill_file(s->c, "lighttpd-common.conf.in", NULL, 0, &common, e))
		return e->code;
	const struct fill fills[] = {{"@ROOT@", s->root}, {"@COMMON@", common},
		{"@PORT@", arena_printf(a, "%d", s->port)}, {"@TMP@", s->tmp},
		{"@UPLOADS@", s->uploads ? s->uploads : s->tmp}, {"@ALIAS@", alias}, {"@CGI@", cgi},
		{"@ERRORS@", path_join(a, s->tmp, "status-")}};
	if (fill_file(s->c, "lighttpd.conf.in", fills, COUNT_OF(fills), &out, e))
		return e->code;
	return file_write_durable(path_join(a, s->tmp, "lighttpd.conf"), out, strlen(out), e);
}

/* ---- taking in tip-offs ----------------------------------------------------------------------------------- */

enum { RENEW_DAYS = 30 }; /* a bundle that expires sooner is made anew */

static enum err_code prepare_host(struct cli *c, struct err *e)
{
	struct arena *a = c->arena;
	const char *name;
	uint8_t key[KEY_BYTES];
	const struct chance chance = chance_system();
	if (!intake_has_host(a, c->dir) && intake_host_make(a, c->dir, "intake-1", &chance, e))
		return e->code;
	if (intake_host_read(a, c->dir, &name, key, e))
		return e->code;
	return intake_host_certify(a, c->dir, name, key, false, e);
}

static enum err_code install_bundle(struct serving *s, struct err *e)
{
	struct cli *c = s->c;
	struct bundle_content content;
	struct bundle_head head;
	struct install_report installed;
	const char *file = path_join(c->arena, s->tmp, "bundle");
	if (intake_bundle_gather(c, BUNDLE_DAYS, &content, e))
		return e->code;
	if (!intake_bundle_differs(c, &content, RENEW_DAYS))
		return ERR_OK;
	if (intake_bundle_write(c, file, BUNDLE_DAYS, 0, &content, &head, e) ||
		intake_install(c, file, NULL, NULL, &installed, e))
		return e->code;
	cli_print(T("已更新举报表单（部署包 %lld）\n", "The form is up to date (bundle %lld)\n"),
		(long long)head.serial);
	return ERR_OK;
}

/* The office and the intake host on one machine: what is missing or out of date is made. The programs go by the clock, so
 * the certificate's days do too, whatever day the site shows. */
static enum err_code prepare_intake(struct serving *s, struct err *e)
{
	struct cli *c = s->c;
	size_t keys;
	if (office_key_count(c->arena, c->dir, KEY_RECEIPT, &keys, e))
		return e->code;
	if (!keys) {
		cli_warn(T("没有密钥，不收网上举报；tianlan -C %s keys new 新建",
				 "there are no keys, so no tip-offs are taken in; tianlan -C %s "
				 "keys "
				 "new makes them"),
			c->dir);
		return ERR_OK;
	}
	s->programs = fill_programs(c->arena);
	if (!s->programs)
		return err_set(e, ERR_NOT_FOUND,
			T("没有找到收举报的程序 report.cgi、receipt.cgi（应在本程序旁边或者 "
			  "libexec/tianlan）",
				"the programs report.cgi and receipt.cgi are missing (beside this "
				"program or in libexec/tianlan)"));
	struct day shown = c->today;
	c->today = day_from_unix((int64_t)time(NULL));
	enum err_code code = prepare_host(c, e);
	if (!code)
		code = install_bundle(s, e);
	c->today = shown;
	return code ? code : make_uploads(s, e);
}

/* ---- running ------------------------------------------------------------------------------------------------ */

static void say_ready(void *ctx)
{
	const struct serving *s = ctx;
	cli_print(T("网站在 http://127.0.0.1:%d%s/ ，按 Ctrl-C 停止\n",
			  "The site is at http://127.0.0.1:%d%s/ ; Ctrl-C stops it\n"),
		s->port, s->config.base_path);
	if (s->programs)
		cli_print(T("举报在 http://127.0.0.1:%d%s/cgi-bin/report.cgi\n",
				  "Tip-offs at http://127.0.0.1:%d%s/cgi-bin/report.cgi\n"),
			s->port, s->config.base_path);
	fflush(stdout);
}

static enum err_code run(struct serving *s, struct err *e)
{
	struct arena *a = s->c->arena;
	const char *const server[] = {
		s->server, "-D", "-f", path_join(a, s->tmp, "lighttpd.conf"), NULL};
	const char *const drain[] = {fill_self(a), "-C", s->instance, "drain", "--watch", NULL};
	struct child children[] = {{.name = T("网页服务器", "web server"), .argv = server},
		{.name = T("移交程序", "drain"), .argv = drain}};
	if (prepare_intake(s, e) || write_config(s, e) || copy_error_page(s, e))
		return e->code;
	return children_run(children, s->programs ? 2 : 1, say_ready, s, e);
}

static enum err_code find_parts(struct serving *s, struct err *e)
{
	struct cli *c = s->c;
	char *root = realpath(path_join(c->arena, c->dir, "public"), NULL),
	     *instance = realpath(c->dir, NULL);
	s->root = arena_strdup(c->arena, root);
	s->instance = arena_strdup(c->arena, instance);
	free(root);
	free(instance);
	if (!s->root || !s->instance)
		return err_set(e, ERR_NOT_FOUND,
			T("还没有网站；先运行 tianlan -C %s build",
				"there is no site yet; run tianlan -C %s build first"),
			c->dir);
	s->server = find_server();
	if (!s->server)
		return err_set(e, ERR_NOT_FOUND,
			T("没有找到网页服务器 lighttpd；请安装软件包 lighttpd",
				"the web server lighttpd is not installed; install the package "
				"lighttpd"));
	return check_port(s->port, e);
}

enum err_code cmd_serve(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *port_text = NULL, *below = getenv("TMPDIR");
	int64_t port = 8080;
	struct day ignored;
	struct serving s = {.c = c, .fastcgi = cli_flag(&argc, argv, "--fastcgi")};
	if (cli_option(&argc, argv, "--port", &port_text, e) ||
		cli_words(argc, argv, 0, 0, "tianlan serve [--port N] [--fastcgi]", e))
		return e->code;
	if (port_text && (!str_to_int64(port_text, &port) || port < 1 || port > 65535))
		return err_set(e, ERR_USAGE,
			T("--port 要写 1 到 65535：“%s”", "--port is 1 to 65535: \"%s\""),
			port_text);
	s.port = (int)port;
	if (instance_config(c->arena, c->dir, &s.config, &ignored, e) ||
		instance_report(c->arena, c->dir, &s.report, e) || find_parts(&s, e) ||
		make_folder(c->arena, below && *below ? below : "/tmp", &s.tmp, e))
		return e->code;
	enum err_code code = run(&s, e);
	const char *const folders[] = {s.uploads, s.tmp};
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		struct err cleaning;
		if (folders[i] && dir_remove_all(folders[i], &cleaning) && !code)
			code = err_set(e, ERR_SYSTEM, "%s", cleaning.message);
	}
	return code;
}
