/*
 * tianlan serve: the built site through a real web server (lighttpd) on this machine, in the foreground. The server's
 * configuration is content/server/lighttpd.conf.in with its places filled in, in a temporary folder that goes away
 * with the server.
 */
#include "cli/cli.h"

#include "cli/instance.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void put_filled(
	struct buf *out, const char *template, const char *const pairs[][2], size_t count)
{
	for (const char *p = template; *p;) {
		size_t i = 0;
		while (i < count && !str_starts(p, pairs[i][0]))
			i++;
		if (i < count) {
			buf_str(out, pairs[i][1]);
			p += strlen(pairs[i][0]);
		} else {
			buf_char(out, *p++);
		}
	}
}

static enum err_code write_config(
	struct cli *c, const char *root, const char *base, int port, const char *tmp, struct err *e)
{
	struct buf template, out;
	buf_init(&template, 65536);
	buf_init(&out, 131072);
	if (strpbrk(root, "\"\\\n"))
		return err_set(e, ERR_USAGE,
			T("目录名里不能有引号、反斜杠或换行：%s",
				"no quotes, backslashes or line breaks in the folder's name: %s"),
			root);
	char number[16];
	snprintf(number, sizeof number, "%d", port);
	const char *alias = *base ? arena_printf(c->arena,
					    "alias.url = ( \"%s/\" => \"%s/\" )\nurl.redirect = ( "
					    "\"^/$\" => \"%s/\" )\n",
					    base, root, base)
				  : "";
	const char *const pairs[][2] = {{"@ROOT@", root}, {"@PORT@", number}, {"@TMP@", tmp},
		{"@ALIAS@", alias}, {"@ERRORS@", path_join(c->arena, tmp, "status-")}};
	enum err_code code =
		file_read(path_join(c->arena, c->share, "content/server/lighttpd.conf.in"), 65536,
			&template, e);
	if (!code) {
		put_filled(&out, buf_text(&template), pairs, COUNT_OF(pairs));
		code = file_write_durable(
			path_join(c->arena, tmp, "lighttpd.conf"), buf_text(&out), out.len, e);
	}
	buf_done(&template);
	buf_done(&out);
	return code;
}

/* The error page is read from the server's own folder, so that the status stays 404. */
static enum err_code copy_error_page(
	struct cli *c, const char *root, const char *tmp, struct err *e)
{
	const char *from = path_join(c->arena, root, "404.html");
	if (!file_exists(from))
		return ERR_OK;
	struct buf b;
	buf_init(&b, (size_t)1 << 20);
	enum err_code code = file_read(from, b.max, &b, e);
	if (!code)
		code = file_write_durable(
			path_join(c->arena, tmp, "status-404.html"), buf_text(&b), b.len, e);
	buf_done(&b);
	return code;
}

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
	asked_to_stop = number;
}

static enum err_code run_server(
	const char *server, const char *conf, int port, const char *base, struct err *e)
{
	struct sigaction act = {.sa_handler = on_signal};
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	pid_t parent = getpid(), child = fork();
	if (child < 0)
		return err_errno(e, T("不能启动网页服务器", "cannot start the web server"));
	if (child == 0) {
		setpgid(0, 0); /* Ctrl-C reaches us; we stop the server in order */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(0);
		execl(server, server, "-D", "-f", conf, (char *)NULL);
		_exit(127);
	}
	cli_print(T("网站在 http://127.0.0.1:%d%s/ ，按 Ctrl-C 停止\n",
			  "The site is at http://127.0.0.1:%d%s/ ; Ctrl-C stops it\n"),
		port, base);
	fflush(stdout);
	int status = 0;
	bool told = false;
	for (;;) {
		if (asked_to_stop && !told) {
			kill(child, SIGTERM);
			told = true;
		}
		pid_t got = waitpid(child, &status, told ? 0 : WNOHANG);
		if (got == child)
			break;
		if (got < 0 && errno != EINTR)
			break;
		if (!told)
			usleep(50000);
	}
	if (told)
		return ERR_OK;
	return err_set(e, ERR_SYSTEM,
		T("网页服务器自己停了（状态 %d）", "the web server stopped by itself (status %d)"),
		WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

enum err_code cmd_serve(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *port_text = NULL;
	int64_t port = 8080;
	if (cli_option(&argc, argv, "--port", &port_text, e) ||
		cli_words(argc, argv, 0, 0, "tianlan serve [--port N]", e))
		return e->code;
	if (port_text && (!str_to_int64(port_text, &port) || port < 1 || port > 65535))
		return err_set(e, ERR_USAGE,
			T("--port 要写 1 到 65535：“%s”", "--port is 1 to 65535: \"%s\""),
			port_text);
	struct site_config config;
	struct day ignored;
	if (instance_config(c->arena, c->dir, &config, &ignored, e))
		return e->code;
	char *root = realpath(path_join(c->arena, c->dir, "public"), NULL);
	if (!root)
		return err_set(e, ERR_NOT_FOUND,
			T("还没有网站；先运行 tianlan -C %s build",
				"there is no site yet; run tianlan -C %s build first"),
			c->dir);
	const char *kept_root = arena_strdup(c->arena, root);
	free(root);
	const char *server = find_server();
	if (!server)
		return err_set(e, ERR_NOT_FOUND,
			T("没有找到网页服务器 lighttpd；请安装软件包 lighttpd",
				"the web server lighttpd is not installed; install the package "
				"lighttpd"));
	if (check_port((int)port, e))
		return e->code;
	const char *base_tmp = getenv("TMPDIR");
	char *tmp = arena_printf(
		c->arena, "%s/tianlan-serve-XXXXXX", base_tmp && *base_tmp ? base_tmp : "/tmp");
	if (!mkdtemp(tmp))
		return err_errno(e, T("不能建临时目录", "cannot make a temporary folder"));
	enum err_code code = write_config(c, kept_root, config.base_path, (int)port, tmp, e);
	if (!code)
		code = copy_error_page(c, kept_root, tmp, e);
	if (!code)
		code = run_server(server, path_join(c->arena, tmp, "lighttpd.conf"), (int)port,
			config.base_path, e);
	struct err cleaning;
	if (dir_remove_all(tmp, &cleaning) && !code)
		return err_set(e, ERR_SYSTEM, "%s", cleaning.message);
	return code;
}
