/*
 * What the exposed host knows: the secrets of host/ and the installed bundle. As little as a request needs is loaded: the
 * configuration and the token's secret at once, templates and the signing key when they are first asked for.
 *
 * The link intake/current is read once, and everything is loaded from the folder it named: an installation in between does
 * not mix two bundles.
 */
#include "intake/intake_internal.h"

#include "tianlan/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL_FILE = 64 * 1024, SHELL_MAX = 512 * 1024, SERIAL_MAX = 64 };

static const char *host_file(struct intake *in, struct arena *a, const char *name)
{
	return arena_printf(a, "%s/host/%s", in->root, name);
}

/* The whole file as a text in the arena, without blanks at its end. */
static enum err_code read_text(struct arena *a, const char *path, size_t max, const char **ret,
	size_t *ret_len, struct err *e)
{
	struct buf b;
	buf_init(&b, max);
	enum err_code code = file_read(path, max, &b, e);
	if (!code) {
		*ret = buf_dup(&b, a);
		if (ret_len)
			*ret_len = b.len;
	}
	buf_done(&b);
	return code;
}

static enum err_code read_serial(const struct intake *in, char out[SERIAL_MAX], struct err *e)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/intake/current", in->root);
	ssize_t len = n > 0 && (size_t)n < sizeof path ? readlink(path, out, SERIAL_MAX - 1) : -1;
	if (len < 0)
		return err_set(e, ERR_NOT_FOUND,
			T("没有装举报表单的数据包：请先运行 tianlan intake install",
				"no form is installed: run tianlan intake install first"));
	out[len] = '\0';
	if (strchr(out, '/'))
		return err_set(e, ERR_INPUT,
			T("intake/current 应指向同一目录里的一个数据包",
				"intake/current must point to a bundle beside it"));
	return ERR_OK;
}

static enum err_code read_host_conf(struct intake *in, struct err *e)
{
	const struct conf *root;
	in->photo_program = "";
	enum err_code code = conf_load(in->arena, host_file(in, in->arena, "host.conf"), &root, e);
	if (code == ERR_NOT_FOUND)
		return ERR_OK;
	static const char *const names[] = {"disk_trusted", "photo_program", NULL};
	if (!code)
		code = conf_only(root, names, e);
	if (!code)
		code = conf_opt_bool(root, "disk_trusted", &in->disk_trusted, e);
	return code ? code : conf_opt_string(root, "photo_program", &in->photo_program, e);
}

static enum err_code read_secrets(struct intake *in, struct err *e)
{
	enum err_code code = key_read(
		host_file(in, in->arena, "token.secret"), KEY_TOKEN, true, in->secret.bytes, e);
	if (!code)
		code = read_text(
			in->arena, host_file(in, in->arena, "name"), 256, &in->host, NULL, e);
	if (code)
		return code;
	size_t n = strcspn(in->host, "\r\n");
	in->host = arena_strndup(in->arena, in->host, n);
	if (!host_name_valid(in->host))
		return err_set(e, ERR_INPUT,
			T("host/name 不是一个主机名（小写字母、数字和连字符）",
				"host/name is no name of a host (a-z 0-9 -)"));
	return ERR_OK;
}

/* Names are a convenience: a form without them still takes tip-offs. */
static void map_names(struct intake *in)
{
	struct stat st;
	const char *path = arena_printf(in->arena, "%s/names.tsv", in->bundle);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0) {
		void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (at != MAP_FAILED) {
			in->names = at;
			in->names_len = (size_t)st.st_size;
		}
	}
	close(fd);
}

static enum err_code load(struct intake *in, struct err *e)
{
	char serial[SERIAL_MAX];
	struct arena *a = in->arena;
	enum err_code code = read_serial(in, serial, e);
	if (code)
		return code;
	in->serial = arena_strdup(a, serial);
	in->bundle = arena_printf(a, "%s/intake/%s", in->root, serial);
	code = read_host_conf(in, e);
	if (!code)
		code = form_conf_load(a, arena_printf(a, "%s/form.conf", in->bundle), &in->conf, e);
	if (!code)
		code = read_text(a, arena_printf(a, "%s/shell.html", in->bundle), SHELL_MAX,
			&in->shell, NULL, e);
	if (!code && !strstr(in->shell, "@@BODY@@"))
		code = err_set(e, ERR_INPUT,
			T("shell.html 里没有 @@BODY@@", "shell.html has no @@BODY@@"));
	if (!code && in->write)
		code = read_secrets(in, e);
	if (!code)
		map_names(in);
	return code;
}

enum err_code intake_open(const char *instance, bool write, struct intake **ret, struct err *e)
{
	struct intake *in = mem_zero(1, sizeof *in);
	in->arena = arena_new();
	in->root = arena_strdup(in->arena, instance);
	in->write = write;
	in->budget_dir = -1;
	in->spool = (struct spool){-1, -1, -1, -1, false};
	enum err_code code = load(in, e);
	if (code) {
		intake_close(in);
		return code;
	}
	/* No reason to show no form: whoever posts is told, with all that was typed. */
	struct err ignored;
	(void)!intake_spool(in, &ignored);
	*ret = in;
	return ERR_OK;
}

void intake_close(struct intake *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < COUNT_OF(in->pages); i++)
		templates_free(in->pages[i]);
	if (in->spool_open)
		spool_close(&in->spool);
	if (in->budget_dir >= 0)
		close(in->budget_dir);
	if (in->names)
		munmap((void *)(uintptr_t)in->names, in->names_len);
	arena_free(in->arena);
	bytes_wipe(in, sizeof *in);
	free(in);
}

bool intake_stale(const struct intake *in)
{
	char serial[SERIAL_MAX];
	struct err ignored;
	return read_serial(in, serial, &ignored) == ERR_OK && !str_eq(serial, in->serial);
}

size_t intake_body_max(const struct intake *in)
{
	return in->conf.limits.body_bytes;
}

bool intake_disk_trusted(const struct intake *in)
{
	return in->disk_trusted;
}

const char *intake_photo_program(const struct intake *in)
{
	return in->photo_program;
}

enum err_code intake_spool(struct intake *in, struct err *e)
{
	struct arena *a;
	enum err_code code;
	if (in->spool_open)
		return ERR_OK;
	a = arena_new();
	code = spool_open(arena_printf(a, "%s/spool", in->root), SPOOL_WEB, &in->spool, e);
	in->spool_open = !code;
	arena_free(a);
	return code;
}

enum err_code intake_proof_keys(struct intake *in, struct arena *a, struct day today,
	const char **ret_cert, size_t *ret_cert_len, struct sign_secret *ret_key, struct err *e)
{
	struct sign_public office, mine;
	struct host_cert cert;
	const char *text = NULL;
	size_t len = 0;
	enum err_code code = key_read(
		arena_printf(a, "%s/office.pub", in->bundle), KEY_RECEIPT, false, office.bytes, e);
	if (!code)
		code = read_text(a, arena_printf(a, "%s/hosts/%s.cert", in->bundle, in->host),
			SMALL_FILE, &text, &len, e);
	if (!code)
		code = host_cert_read(text, len, &office, &cert, e);
	if (!code)
		code = key_read(host_file(in, a, "receipt.key"), KEY_HOST, true, ret_key->bytes, e);
	if (code)
		return code;
	sign_public_of(ret_key, &mine);
	if (!str_eq(cert.host, in->host) || !bytes_equal(cert.key.bytes, mine.bytes, 32) ||
		day_compare(today, cert.from) < 0 || day_compare(today, cert.until) > 0) {
		bytes_wipe(ret_key, sizeof *ret_key);
		return err_set(e, ERR_NOT_FOUND,
			T("本机的证书不是这把钥匙的，或者不在有效期内",
				"the host's certificate is not this key's, or not valid today"));
	}
	*ret_cert = text;
	*ret_cert_len = len;
	return ERR_OK;
}
