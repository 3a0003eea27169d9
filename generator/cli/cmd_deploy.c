/*
 * tianlan deploy print: complete configurations for production, with the paths, users and permissions of this instance,
 * from the templates in content/server/. What is printed is what stands there; nothing is installed, except into the
 * folder that --out names.
 */
#include "cli/cli.h"

#include "cli/fill.h"
#include "cli/instance.h"
#include "cli/intake.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum side { SIDE_BOTH, SIDE_INTAKE, SIDE_STAFF, SIDE_STAFF_ALONE };

static const struct part {
	const char *kind, *template, *path; /* path: where it goes on the machine */
	enum side side; /* STAFF_ALONE: only on a machine that takes no tip-offs in (--staff) */
} parts[] = {
	{"nginx", "nginx.conf.in", "/etc/nginx/sites-available/tianlan", SIDE_BOTH},
	{"lighttpd", "lighttpd-site.conf.in", "/etc/lighttpd/tianlan.conf", SIDE_BOTH},
	{"systemd", "systemd/sysusers.conf.in", "/etc/sysusers.d/tianlan.conf", SIDE_BOTH},
	{"systemd", "systemd/tmpfiles.conf.in", "/etc/tmpfiles.d/tianlan.conf", SIDE_INTAKE},
	{"systemd", "systemd/tmpfiles-staff.conf.in", "/etc/tmpfiles.d/tianlan.conf",
		SIDE_STAFF_ALONE},
	{"systemd", "systemd/tianlan-drain.service.in", "/etc/systemd/system/tianlan-drain.service",
		SIDE_INTAKE},
	{"systemd", "systemd/tianlan-cgi.socket.in", "/etc/systemd/system/tianlan-cgi.socket",
		SIDE_INTAKE},
	{"systemd", "systemd/tianlan-cgi.service.in", "/etc/systemd/system/tianlan-cgi.service",
		SIDE_INTAKE},
	{"systemd", "systemd/tianlan-report.socket.in", "/etc/systemd/system/tianlan-report.socket",
		SIDE_INTAKE},
	{"systemd", "systemd/tianlan-report@.service.in",
		"/etc/systemd/system/tianlan-report@.service", SIDE_INTAKE},
	{"systemd", "systemd/tianlan-handover-send.service.in",
		"/etc/systemd/system/tianlan-handover-send.service", SIDE_INTAKE},
	{"systemd", "systemd/tianlan-handover-send.timer.in",
		"/etc/systemd/system/tianlan-handover-send.timer", SIDE_INTAKE},
	{"systemd", "systemd/tianlan-handover-fetch.service.in",
		"/etc/systemd/system/tianlan-handover-fetch.service", SIDE_STAFF},
	{"systemd", "systemd/tianlan-handover-fetch.timer.in",
		"/etc/systemd/system/tianlan-handover-fetch.timer", SIDE_STAFF},
	{"systemd", "systemd/tianlan-build.service.in", "/etc/systemd/system/tianlan-build.service",
		SIDE_STAFF},
	{"systemd", "systemd/tianlan-build.timer.in", "/etc/systemd/system/tianlan-build.timer",
		SIDE_STAFF},
};

struct deploy {
	struct cli *c;
	const char *kind, *domain, *base, *out;
	const char *instance, *programs, *tianlan, *share; /* absolute paths */
	struct report_config report;
	const char *hub;
	bool fastcgi, staff;
};

enum { FILLS_MAX = 24 };

/* ---- what is filled in ------------------------------------------------------------------------------- */

static const char *absolute(struct arena *a, const char *path)
{
	char real[PATH_MAX];
	if (realpath(path, real))
		return arena_strdup(a, real);
	return path[0] == '/' || !realpath(".", real) ? path : path_join(a, real, path);
}

/* The permission table as lines of tmpfiles.d(5): folders are made, files are only put right. */
static const char *table_lines(struct arena *a, const char *instance)
{
	size_t count;
	const struct permission *table = intake_table(&count);
	struct buf b;
	buf_init(&b, 65536);
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, "%s %s/%s %04o %s %s -\n", table[i].folder ? "d" : "z", instance,
			table[i].path, table[i].mode, table[i].user, table[i].group);
	const char *lines = buf_dup(&b, a);
	buf_done(&b);
	return lines;
}

static const char *root_redirect(const struct deploy *d)
{
	struct arena *a = d->c->arena;
	if (!*d->base)
		return "";
	if (str_eq(d->kind, "nginx"))
		return arena_printf(a, "\tlocation = / {\n\t\treturn 302 %s/;\n\t}\n", d->base);
	return "";
}

static const char *alias(const struct deploy *d, const char *public)
{
	return *d->base ? arena_printf(d->c->arena,
				  "alias.url = ( \"%s/\" => \"%s/\" )\nurl.redirect = ( \"^/$\" => "
				  "\"%s/\" )\n",
				  d->base, public, d->base)
			: "";
}

static enum err_code make_fills(
	const struct deploy *d, struct fill fills[FILLS_MAX], size_t *ret_count, struct err *e)
{
	struct arena *a = d->c->arena;
	const char *public = path_join(a, d->instance, "public"), *common, *hardening;
	bool home = str_starts(d->instance, "/home/") || str_starts(d->instance, "/root/");
	const struct fill protect = {"@PROTECT_HOME@", home ? "read-only" : "yes"};
	if (fill_file(d->c, "lighttpd-common.conf.in", NULL, 0, &common, e) ||
		fill_file(d->c, "systemd/hardening.in", &protect, 1, &hardening, e))
		return e->code;
	const struct fill all[] = {
		{"@DOMAIN@", d->domain},
		{"@BASE@", d->base},
		{"@BASE_PATTERN@", fill_pattern(a, d->base)},
		{"@PUBLIC@", public},
		{"@INSTANCE@", d->instance},
		{"@PROGRAMS@", d->programs},
		{"@TIANLAN@", d->tianlan},
		{"@SHARE@", d->share},
		{"@BODY_MIB@", arena_printf(a, "%lld", (long long)d->report.body_mib + 1)},
		{"@BODY_KIB@", arena_printf(a, "%lld", (long long)(d->report.body_mib + 1) * 1024)},
		{"@REPORT_SOCKET@",
			d->fastcgi ? "/run/tianlan/report.sock" : "/run/tianlan/cgi.sock"},
		{"@TLS_CERTIFICATE@",
			arena_printf(a, "/etc/letsencrypt/live/%s/fullchain.pem", d->domain)},
		{"@TLS_KEY@", arena_printf(a, "/etc/letsencrypt/live/%s/privkey.pem", d->domain)},
		{"@ROOT_REDIRECT@", root_redirect(d)},
		{"@ALIAS@", alias(d, public)},
		{"@ERRORS@", path_join(a, d->instance, "public/")},
		{"@COMMON@", common},
		{"@HARDENING@", hardening},
		{"@TABLE@", table_lines(a, d->instance)},
		{"@HUB@", d->hub},
	};
	_Static_assert(COUNT_OF(all) <= FILLS_MAX, "room for every fill");
	memcpy(fills, all, sizeof all);
	*ret_count = COUNT_OF(all);
	return ERR_OK;
}

/* Every one of these formats would need quoting of its own: none is asked to. */
static enum err_code check_path(const char *path, struct err *e)
{
	static const char good[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+";
	if (path[strspn(path, good)] == '\0')
		return ERR_OK;
	return err_set(e, ERR_USAGE,
		T("服务器配置里的路径只能用字母、数字和 / . _ - +：%s",
			"paths in these configurations are of letters, digits and / . _ - +: %s"),
		path);
}

/* ---- printing --------------------------------------------------------------------------------------------- */

static enum err_code write_out(
	const struct deploy *d, const char *path, const char *text, struct err *e)
{
	struct arena *a = d->c->arena;
	const char *to = arena_printf(a, "%s%s", d->out, path);
	const char *slash = strrchr(to, '/');
	if (dir_make_all(arena_strndup(a, to, (size_t)(slash - to)), e) ||
		file_write_durable(to, text, strlen(text), e))
		return e->code;
	cli_print("%s\n", to);
	return ERR_OK;
}

static enum err_code print(const struct deploy *d, struct err *e)
{
	struct fill fills[FILLS_MAX];
	size_t count = 0, shown = 0;
	if (make_fills(d, fills, &count, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		const char *text;
		if (!str_eq(parts[i].kind, d->kind) ||
			parts[i].side == (d->staff ? SIDE_INTAKE : SIDE_STAFF_ALONE))
			continue;
		if (fill_file(d->c, parts[i].template, fills, count, &text, e) ||
			(d->out && write_out(d, parts[i].path, text, e)))
			return e->code;
		if (!d->out)
			cli_print("%s# ==> %s\n%s", shown ? "\n" : "", parts[i].path, text);
		shown++;
	}
	return ERR_OK;
}

/* ---- the command ------------------------------------------------------------------------------------------ */

static enum err_code find_programs(struct deploy *d, const char *prefix, struct err *e)
{
	struct arena *a = d->c->arena;
	d->tianlan = absolute(a, fill_self(a));
	d->programs = fill_programs(a);
	d->share = absolute(a, d->c->share);
	if (prefix) {
		prefix = absolute(a, prefix);
		d->tianlan = path_join(a, prefix, "bin/tianlan");
		d->programs = path_join(a, prefix, "libexec/tianlan");
		d->share = path_join(a, prefix, "share/tianlan");
	}
	if (d->programs)
		return ERR_OK;
	return err_set(e, ERR_NOT_FOUND,
		T("没有找到 report.cgi；用 --prefix 指明安装在哪里（例如 /usr/local）",
			"report.cgi is not to be found; say with --prefix where it is installed "
			"(/usr/local, say)"));
}

/* An intake host has no tianlan.conf of its own. */
static enum err_code read_instance(struct deploy *d, const char *domain, struct err *e)
{
	struct site_config config = {.base_path = ""};
	struct day ignored;
	const char *conf = path_join(d->c->arena, d->instance, "tianlan.conf");
	d->report = instance_report_default();
	if (file_exists(conf) && (instance_config(d->c->arena, d->instance, &config, &ignored, e) ||
					 instance_report(d->c->arena, d->instance, &d->report, e)))
		return e->code;
	d->base = config.base_path;
	d->domain = domain ? domain : config.domain;
	if (d->domain && *d->domain)
		return ERR_OK;
	if (str_eq(d->kind, "systemd")) {
		d->domain = "localhost";
		return ERR_OK;
	}
	return err_set(e, ERR_USAGE,
		T("用 --domain 写明主机名，或者在 tianlan.conf 里填写 domain",
			"say the host name with --domain, or fill in domain in tianlan.conf"));
}

enum err_code cmd_deploy(struct cli *c, int argc, char **argv, struct err *e)
{
	static const char usage[] =
		"tianlan deploy print nginx|lighttpd|systemd [--domain HOST] [--prefix DIR] "
		"[--instance DIR] [--fastcgi] [--hub DIR] [--staff] [--out DIR]";
	const char *domain = NULL, *prefix = NULL, *instance = c->dir;
	struct deploy d = {.c = c,
		.fastcgi = cli_flag(&argc, argv, "--fastcgi"),
		.staff = cli_flag(&argc, argv, "--staff")};
	bool known = false;
	if (cli_option(&argc, argv, "--domain", &domain, e) ||
		cli_option(&argc, argv, "--prefix", &prefix, e) ||
		cli_option(&argc, argv, "--instance", &instance, e) ||
		cli_option(&argc, argv, "--hub", &d.hub, e) ||
		cli_option(&argc, argv, "--out", &d.out, e) ||
		cli_words(argc, argv, 2, 2, usage, e))
		return e->code;
	d.kind = argv[2];
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		known = known || str_eq(parts[i].kind, d.kind);
	if (!str_eq(argv[1], "print") || !known)
		return err_set(e, ERR_USAGE, T("用法：%s", "usage: %s"), usage);
	d.instance = absolute(c->arena, instance);
	if (read_instance(&d, domain, e) || find_programs(&d, prefix, e) ||
		(!d.hub && instance_hub(c->arena, d.instance, &d.hub, e)))
		return e->code;
	d.hub = d.hub ? absolute(c->arena, d.hub) : "/srv/tianlan-hub";
	const char *const checked[] = {
		d.instance, d.programs, d.tianlan, d.share, d.domain, d.base, d.hub};
	for (size_t i = 0; i < COUNT_OF(checked); i++)
		if (check_path(checked[i], e))
			return e->code;
	return print(&d, e);
}
