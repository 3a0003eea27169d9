/*
 * The bundle: what the office gives the intake hosts, signed: the form's data, the site's layout, templates, the public
 * names of enterprises, public keys, a certificate per host. Nothing in it is secret.
 *
 * The same inputs give the same files but for the days of the certificates, so that whether a new bundle is due can be
 * told by comparing bytes with what is installed.
 */
#include "cli/intake.h"

#include "cli/instance.h"
#include "tianlan/register.h"
#include "tianlan/register_public.h"
#include "tianlan/site.h"

#include <stdlib.h>
#include <string.h>

enum { FORM_CONF_BYTES_MAX = 1 << 20, NAMES_BYTES_MAX = 128 << 20, CERT_BYTES_MAX = 4096 };

struct gathering {
	struct cli *c;
	struct bundle_content *to;
	const char *dir, *prefix;	  /* of a folder whose files are taken as they are */
	const struct sign_secret *office; /* for certificates */
	struct day until;
};

static enum err_code add_bytes(
	struct bundle_content *to, const char *path, const void *bytes, size_t len, struct err *e)
{
	if (to->count == BUNDLE_FILES_MAX)
		return err_set(
			e, ERR_INPUT, T("部署包里的文件太多", "too many files for a bundle"));
	to->files[to->count++] = (struct bundle_file){path, bytes, len};
	return ERR_OK;
}

static enum err_code add_buf(
	struct cli *c, struct bundle_content *to, const char *path, struct buf *b, struct err *e)
{
	enum err_code code = b->overflow
				     ? err_set(e, ERR_INPUT, T("%s 太大", "%s is too large"), path)
				     : add_bytes(to, path, buf_dup(b, c->arena), b->len, e);
	buf_done(b);
	return code;
}

static enum err_code add_file(struct cli *c, struct bundle_content *to, const char *path,
	const char *from, size_t max, struct err *e)
{
	struct buf b;
	buf_init(&b, max);
	if (file_read(from, max, &b, e)) {
		buf_done(&b);
		return e->code;
	}
	return add_buf(c, to, path, &b, e);
}

/* ---- form.conf --------------------------------------------------------------------------------------- */

static void put_string(struct buf *b, const char *s)
{
	buf_char(b, '"');
	for (; s && *s; s++) {
		unsigned char byte = (unsigned char)*s;
		if (byte == '"' || byte == '\\')
			buf_printf(b, "\\%c", *s);
		else if (byte < 0x20 || byte == 0x7f)
			buf_printf(b, "\\x%02x", byte);
		else
			buf_char(b, *s);
	}
	buf_char(b, '"');
}

static void put_pair(struct buf *b, const char *key, const char *value, const char *end)
{
	buf_printf(b, "%s = ", key);
	put_string(b, value);
	buf_str(b, end);
}

static void put_kinds(struct buf *b, const struct policy *policy)
{
	size_t count;
	const struct tipoff_kind *kinds = policy_tipoff_kinds(policy, &count);
	buf_str(b, "kinds = (");
	for (size_t i = 0; i < count; i++) {
		buf_str(b, i ? ",\n\t{ " : "\n\t{ ");
		put_pair(b, "slug", kinds[i].slug, "; ");
		put_pair(b, "name", kinds[i].name, "; }");
	}
	buf_str(b, "\n);\n");
}

struct streets {
	struct buf *out;
	bool any;
};

static enum err_code put_street(void *ctx, const struct pub_unit *u, struct err *e)
{
	struct streets *s = ctx;
	(void)e;
	if (!str_eq(u->kind, "street") && !str_eq(u->kind, "zone"))
		return ERR_OK;
	buf_str(s->out, s->any ? ",\n\t{ " : "\n\t{ ");
	put_pair(s->out, "code", u->code, "; ");
	put_pair(s->out, "name", u->name, "; }");
	s->any = true;
	return ERR_OK;
}

/* The host counts to 65 535 a day: a limit it cannot reach is none, which is written 0. */
static int64_t daily(int64_t limit)
{
	enum { COUNTED = 60000 };
	return limit > COUNTED ? 0 : limit;
}

static void put_limits(struct buf *b, const struct report_config *r)
{
	const struct {
		const char *name;
		int64_t n;
	} numbers[] = {{"photo_count", r->photo_count}, {"photo_mib", r->photo_mib},
		{"body_mib", r->body_mib}, {"what_min", r->what_min}, {"what_max", r->what_max},
		{"token_hours", r->token_hours}, {"dwell_seconds", r->dwell_seconds},
		{"network_daily", daily(r->network_daily)},
		{"loopback_daily", daily(r->loopback_daily)}, {"global_hourly", r->global_hourly},
		{"work_bits", r->work_bits}};
	buf_str(b, "limits = {");
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		buf_printf(b, " %s = %lld;", numbers[i].name, (long long)numbers[i].n);
	buf_str(b, " };\n");
}

static enum err_code put_keys(
	struct cli *c, struct buf *b, const char *list, enum key_purpose p, struct err *e)
{
	uint8_t keys[RECIPIENTS_MAX][KEY_BYTES];
	size_t count = 0;
	const char *folder = path_join(c->arena, c->dir, "keys");
	if (file_exists(folder) && keys_public(folder, p, keys, RECIPIENTS_MAX, &count, e))
		return e->code;
	if (!count)
		return err_set(e, ERR_NOT_FOUND,
			T("没有 %s 公钥，举报无处可封；tianlan keys new 新建",
				"there is no %s key to seal tip-offs to; tianlan keys new makes "
				"it"),
			key_purpose_name(p));
	buf_printf(b, "%s = (", list);
	for (size_t i = 0; i < count; i++) {
		char text[BASE64_BYTES(KEY_BYTES)];
		base64_encode(keys[i], KEY_BYTES, text);
		buf_printf(b, "%s \"%s\"", i ? "," : "", text);
	}
	buf_str(b, " );\n");
	return ERR_OK;
}

static enum err_code put_form(struct cli *c, const struct site_config *site, const char *script,
	struct pub *pub, struct buf *b, struct err *e)
{
	struct report_config limits;
	struct streets streets = {.out = b};
	if (instance_report(c->arena, c->dir, &limits, e))
		return e->code;
	put_pair(b, "site_name", site->site_name, ";\n");
	put_pair(b, "base_path", site->base_path, ";\n");
	buf_printf(b, "demo = %s;\n", site->demo ? "true" : "false");
	put_kinds(b, c->policy);
	buf_str(b, "streets = (");
	if (pub_unit_each(pub, put_street, &streets, e))
		return e->code;
	buf_str(b, "\n);\nphones = { ");
	put_pair(b, "hotline", site->hotline, "; ");
	put_pair(b, "emergency", site->emergency_phone, "; ");
	put_pair(b, "environment", site->environment_phone, "; };\n");
	put_limits(b, &limits);
	if (put_keys(c, b, "facts_keys", KEY_FACTS, e) ||
		put_keys(c, b, "contact_keys", KEY_CONTACT, e))
		return e->code;
	put_pair(b, "form_script", script, ";\n");
	return ERR_OK;
}

/* ---- names.tsv ------------------------------------------------------------------------------------------ */

struct names {
	struct arena *arena;
	char **lines;
	size_t count, cap;
};

static enum err_code note_name(void *ctx, const struct pub_record *rec, struct err *e)
{
	struct names *n = ctx;
	(void)e;
	if (rec->state == STATE_WITHDRAWN || !rec->name)
		return ERR_OK;
	if (n->count == n->cap) {
		n->cap = n->cap ? n->cap * 2 : 4096;
		n->lines = mem_grow(n->lines, n->cap, sizeof *n->lines);
	}
	char *line = arena_printf(n->arena, "%s\t%s\n", rec->id, rec->name);
	for (char *p = line + strlen(rec->id) + 1; p[0] && p[1]; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	n->lines[n->count++] = line;
	return ERR_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum err_code put_names(struct pub *pub, struct buf *b, struct err *e)
{
	struct names n = {.arena = arena_new()};
	struct arena *each = arena_new();
	enum err_code code = pub_record_each(pub, 1, 0, each, note_name, &n, e);
	if (!code && n.count)
		qsort(n.lines, n.count, sizeof *n.lines, by_bytes);
	for (size_t i = 0; !code && i < n.count; i++)
		buf_str(b, n.lines[i]);
	free(n.lines);
	arena_free(each);
	arena_free(n.arena);
	return code;
}

/* ---- templates and certificates ---------------------------------------------------------------------------- */

static enum err_code take_file(const char *relative, void *ctx, struct err *e)
{
	struct gathering *g = ctx;
	if (!str_ends(relative, ".html"))
		return ERR_OK;
	return add_file(g->c, g->to, path_join(g->c->arena, g->prefix, relative),
		path_join(g->c->arena, g->dir, relative), (size_t)1 << 20, e);
}

static enum err_code take_host(const char *relative, void *ctx, struct err *e)
{
	struct gathering *g = ctx;
	struct arena *a = g->c->arena;
	struct host_cert cert = {.from = g->c->today, .until = g->until};
	if (!str_ends(relative, ".pub") || strchr(relative, '/'))
		return ERR_OK;
	const char *name = arena_strndup(a, relative, strlen(relative) - strlen(".pub"));
	if (!host_name_valid(name))
		return err_at(e, ERR_INPUT, path_join(a, g->dir, relative), 0, 0,
			T("文件名不是收件服务器的名称", "is not named after an intake host"));
	if (key_read(path_join(a, g->dir, relative), KEY_HOST, false, cert.key.bytes, e))
		return e->code;
	snprintf(cert.host, sizeof cert.host, "%s", name);
	struct buf b;
	buf_init(&b, CERT_BYTES_MAX);
	host_cert_write(&cert, g->office, &b);
	g->to->certificates++;
	return add_buf(g->c, g->to, arena_printf(a, "hosts/%s.cert", name), &b, e);
}

/* ---- all of it ------------------------------------------------------------------------------------------------ */

static enum err_code load_office(struct cli *c, struct sign_secret *ret, struct err *e)
{
	const char *folder = path_join(c->arena, c->dir, "keys");
	enum err_code code = file_exists(folder) ? keys_secret(folder, KEY_RECEIPT, ret->bytes, e)
						 : ERR_NOT_FOUND;
	if (code == ERR_NOT_FOUND)
		return err_set(e, ERR_NOT_FOUND,
			T("没有办公室的签名密钥（keys/receipt-*.key）；tianlan keys new 新建",
				"the office has no signing key (keys/receipt-*.key); tianlan keys "
				"new makes it"));
	return code;
}

static enum err_code gather_register(struct cli *c, const struct site_config *site,
	const struct site_shell *shell, struct bundle_content *to, struct err *e)
{
	struct reg *reg;
	struct pub *pub = NULL;
	struct buf form, names;
	int64_t seq;
	/* Opening the register brings its views up to the publish classes of the policy data. Not by cli_register(): a bundle is of
	 * our own days, in a demo too. */
	if (cli_policy(c, e) || instance_check(c->dir, e) || reg_open(c->dir, c->policy, &reg, e))
		return e->code;
	reg_close(reg);
	if (pub_open(c->dir, &pub, e))
		return e->code;
	buf_init(&form, FORM_CONF_BYTES_MAX);
	buf_init(&names, NAMES_BYTES_MAX);
	enum err_code code = pub_snapshot(pub, &seq, e);
	if (!code)
		code = put_form(c, site, shell->form_script, pub, &form, e);
	if (!code)
		code = put_names(pub, &names, e);
	pub_close(pub);
	if (code) {
		buf_done(&form);
		buf_done(&names);
		return code;
	}
	code = add_buf(c, to, "form.conf", &form, e);
	if (code) {
		buf_done(&names);
		return code;
	}
	return add_buf(c, to, "names.tsv", &names, e);
}

static enum err_code gather_office(
	struct cli *c, struct gathering *g, const struct sign_secret *office, struct err *e)
{
	struct arena *a = c->arena;
	struct sign_public public;
	char text[BASE64_BYTES(KEY_BYTES)];
	const char *hosts = path_join(a, c->dir, "keys/hosts");
	sign_public_of(office, &public);
	base64_encode(public.bytes, KEY_BYTES, text);
	const char *line = arena_printf(
		a, "tianlan-key 1 %s public %s\n", key_purpose_name(KEY_RECEIPT), text);
	if (add_bytes(g->to, "office.pub", line, strlen(line), e))
		return e->code;
	g->office = office;
	g->dir = hosts;
	return file_exists(hosts) ? dir_each_file(hosts, take_host, g, e) : ERR_OK;
}

enum err_code intake_bundle_gather(
	struct cli *c, int64_t days, struct bundle_content *ret, struct err *e)
{
	struct arena *a = c->arena;
	struct sign_secret office;
	struct site_options o = {.share = c->share};
	struct site_shell shell;
	struct day ignored;
	struct gathering g = {.c = c,
		.to = ret,
		.dir = path_join(a, c->share, "theme/intake"),
		.prefix = "templates",
		.until = day_add(c->today, (int)days)};
	*ret = (struct bundle_content){
		.files = arena_alloc(a, BUNDLE_FILES_MAX * sizeof *ret->files)};
	if (instance_config(a, c->dir, &o.config, &ignored, e) || load_office(c, &office, e))
		return e->code;
	const char *status = path_join(a, c->dir, "status/office.bin");
	enum err_code code = site_shell(a, &o, &shell, e);
	if (!code)
		code = add_bytes(ret, "shell.html", shell.html, strlen(shell.html), e);
	if (!code)
		code = gather_register(c, &o.config, &shell, ret, e);
	if (!code)
		code = dir_each_file(g.dir, take_file, &g, e);
	if (!code && file_exists(status))
		code = add_file(c, ret, "status.bin", status, BUNDLE_MAX_BYTES / 2, e);
	if (!code)
		code = gather_office(c, &g, &office, e);
	bytes_wipe(&office, sizeof office);
	return code;
}

/* ---- writing ------------------------------------------------------------------------------------------------------ */

static enum err_code last_serial(struct cli *c, int64_t *ret, struct err *e)
{
	const char *path = path_join(c->arena, c->dir, "keys/bundle.serial");
	struct buf b;
	int64_t installed = 0;
	*ret = 0;
	buf_init(&b, 64);
	enum err_code code = file_exists(path) ? file_read(path, b.max, &b, e) : ERR_OK;
	if (!code && b.len) {
		b.data[strcspn(b.data, "\n")] = '\0';
		if (!str_to_int64(b.data, ret))
			code = err_at(
				e, ERR_INPUT, path, 1, 1, T("不是编号", "is no serial number"));
	}
	buf_done(&b);
	/* One machine for everything: a lost file must not make its bundles stale. */
	if (!code && file_exists(path_join(c->arena, c->dir, "intake")))
		code = bundle_installed(path_join(c->arena, c->dir, "intake"), &installed, e);
	if (!code && installed > *ret)
		*ret = installed;
	return code;
}

enum err_code intake_bundle_write(struct cli *c, const char *path, int64_t days, int64_t serial,
	const struct bundle_content *content, struct bundle_head *ret, struct err *e)
{
	struct sign_secret office;
	int64_t last;
	if (last_serial(c, &last, e))
		return e->code;
	if (serial && serial <= last)
		return err_set(e, ERR_CONFLICT,
			T("编号 %lld 不大于上一次的 %lld",
				"serial %lld is not above the last, %lld"),
			(long long)serial, (long long)last);
	ret->serial = serial ? serial : last + 1;
	ret->made = c->today;
	ret->until = day_add(c->today, (int)days);
	/* The number is spent first: two bundles with one number must never exist. */
	const char *text = arena_printf(c->arena, "%lld\n", (long long)ret->serial);
	if (load_office(c, &office, e))
		return e->code;
	enum err_code code = file_write_durable(
		path_join(c->arena, c->dir, "keys/bundle.serial"), text, strlen(text), e);
	if (!code)
		code = bundle_write(path, ret, content->files, content->count, &office, e);
	bytes_wipe(&office, sizeof office);
	return code;
}

/* ---- is a new one due? ----------------------------------------------------------------------------------------------- */

static bool same_file(struct arena *a, const char *current, const struct bundle_file *f)
{
	struct buf b;
	struct err ignored;
	buf_init(&b, BUNDLE_MAX_BYTES);
	bool same = file_read(path_join(a, current, f->path), b.max, &b, &ignored) == ERR_OK &&
		    b.len == f->len && (!b.len || memcmp(b.data, f->bytes, b.len) == 0);
	buf_done(&b);
	return same;
}

static bool cert_lasts(struct cli *c, const char *current, const struct bundle_file *f,
	const struct sign_public *office, int64_t days)
{
	struct host_cert wanted, old;
	struct buf b;
	struct err ignored;
	buf_init(&b, CERT_BYTES_MAX);
	bool lasts =
		file_read(path_join(c->arena, current, f->path), b.max, &b, &ignored) == ERR_OK &&
		host_cert_read(buf_text(&b), b.len, office, &old, &ignored) == ERR_OK &&
		host_cert_read(f->bytes, f->len, office, &wanted, &ignored) == ERR_OK &&
		bytes_equal(old.key.bytes, wanted.key.bytes, KEY_BYTES) &&
		day_compare(old.from, c->today) <= 0 && day_between(c->today, old.until) >= days;
	buf_done(&b);
	return lasts;
}

static enum err_code count_file(const char *relative, void *ctx, struct err *e)
{
	(void)relative;
	(void)e;
	++*(size_t *)ctx;
	return ERR_OK;
}

bool intake_bundle_differs(struct cli *c, const struct bundle_content *content, int64_t days)
{
	struct arena *a = c->arena;
	struct sign_secret secret;
	struct sign_public office;
	struct err ignored;
	size_t standing = 0;
	const char *current = path_join(a, c->dir, "intake/current");
	if (!file_exists(current) || load_office(c, &secret, &ignored))
		return true;
	sign_public_of(&secret, &office);
	bytes_wipe(&secret, sizeof secret);
	for (size_t i = 0; i < content->count; i++) {
		const struct bundle_file *f = &content->files[i];
		if (str_ends(f->path, ".cert") ? !cert_lasts(c, current, f, &office, days)
					       : !same_file(a, current, f))
			return true;
	}
	/* With the slash the link is followed. */
	return dir_each_file(arena_printf(a, "%s/", current), count_file, &standing, &ignored) ||
	       standing != content->count;
}
