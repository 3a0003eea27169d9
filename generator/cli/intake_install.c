/*
 * Taking up a bundle on the intake host. Everything is checked in memory first: the signature against the pinned key of the
 * office, the days, the serial, the files that must be in it. Only then anything is written, and the bundle's own files
 * are switched to by one rename of a link.
 */
#include "cli/intake.h"

#include "cli/instance.h"

#include "tianlan/casework.h"

#include <string.h>

enum { OFFICES_MAX = OFFICE_KEYS_MAX };

struct offices {
	struct sign_public keys[OFFICES_MAX];
	size_t count;
	bool pinned;
};

/* The pinned key decides; a first installation is told it, or finds the office on the same machine. */
static enum err_code load_offices(
	struct cli *c, const char *named, struct offices *ret, struct err *e)
{
	struct arena *a = c->arena;
	const char *pin = path_join(a, c->dir, "host/office.pub"),
		   *folder = path_join(a, c->dir, "keys");
	uint8_t keys[OFFICES_MAX][KEY_BYTES];
	uint8_t given[KEY_BYTES];
	*ret = (struct offices){.pinned = file_exists(pin)};
	if (named && key_read(named, KEY_RECEIPT, false, given, e))
		return e->code;
	if (ret->pinned) {
		ret->count = 1;
		if (key_read(pin, KEY_RECEIPT, false, ret->keys[0].bytes, e))
			return e->code;
		if (named && !bytes_equal(given, ret->keys[0].bytes, KEY_BYTES))
			return err_set(e, ERR_REFUSED,
				T("这台机器认定的办公室公钥（host/"
				  "office.pub）是另一把；办公室确实换了密"
				  "钥的话，核对指纹以后删掉 host/office.pub 再装",
					"this host has pinned another key of the office "
					"(host/office.pub); if the office really changed its key, "
					"compare fingerprints, remove host/office.pub and install "
					"again"));
		return ERR_OK;
	}
	if (named) {
		memcpy(ret->keys[0].bytes, given, KEY_BYTES);
		ret->count = 1;
		return ERR_OK;
	}
	if (file_exists(folder) &&
		keys_public(folder, KEY_RECEIPT, keys, OFFICES_MAX, &ret->count, e))
		return e->code;
	for (size_t i = 0; i < ret->count; i++)
		memcpy(ret->keys[i].bytes, keys[i], KEY_BYTES);
	if (ret->count)
		return ERR_OK;
	return err_set(e, ERR_NOT_FOUND,
		T("第一次安装要用 --office 指明办公室的公钥（先核对指纹）",
			"the first installation needs the office's public key: --office KEY.pub "
			"(compare its fingerprint first)"));
}

struct parsed {
	struct bundle_head head;
	const struct bundle_file *files;
	size_t count;
	const struct sign_public *office;
};

static enum err_code parse(struct cli *c, const struct offices *offices, const struct buf *bytes,
	struct parsed *ret, struct err *e)
{
	enum err_code code = ERR_REFUSED;
	for (size_t i = 0; code == ERR_REFUSED && i < offices->count; i++) {
		ret->office = &offices->keys[i];
		code = bundle_parse(c->arena, bytes->data, bytes->len, ret->office, &ret->head,
			&ret->files, &ret->count, e);
	}
	return code;
}

static const struct bundle_file *find_file(const struct parsed *p, const char *path)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->files[i].path, path))
			return &p->files[i];
	return NULL;
}

static enum err_code check(struct cli *c, const struct parsed *p, const char *path, struct err *e)
{
	static const char *const needed[] = {"form.conf", "shell.html", "names.tsv", "office.pub"};
	char until[DAY_TEXT_BYTES];
	const char *intake = path_join(c->arena, c->dir, "intake");
	int64_t installed = 0;
	if (day_compare(p->head.until, c->today) < 0)
		return err_set(e, ERR_CONFLICT,
			T("部署包已在 %s 过期，没有安装；请办公室重新做一个",
				"the bundle expired on %s and was not installed; ask the office "
				"for "
				"a new one"),
			day_text(p->head.until, until));
	if (file_exists(intake) && bundle_installed(intake, &installed, e))
		return e->code;
	if (p->head.serial <= installed)
		return err_set(e, ERR_CONFLICT,
			T("部署包是旧的：编号 %lld，已安装 %lld；没有改动",
				"the bundle is stale: serial %lld, installed is %lld; nothing was "
				"changed"),
			(long long)p->head.serial, (long long)installed);
	for (size_t i = 0; i < COUNT_OF(needed); i++)
		if (!find_file(p, needed[i]))
			return err_at(e, ERR_INPUT, path, 0, 0,
				T("部署包里缺 %s", "the bundle lacks %s"), needed[i]);
	return ERR_OK;
}

static enum err_code make_host(
	struct cli *c, const char *wanted, struct install_report *ret, struct err *e)
{
	uint8_t key[KEY_BYTES];
	const struct chance chance = chance_system();
	if (intake_has_host(c->arena, c->dir)) {
		if (intake_host_read(c->arena, c->dir, &ret->host, key, e))
			return e->code;
		if (wanted && !str_eq(wanted, ret->host))
			return err_set(e, ERR_CONFLICT,
				T("这台机器已经叫 %s，不能改叫 %s",
					"this host is called %s already, not %s"),
				ret->host, wanted);
		return ERR_OK;
	}
	ret->host = wanted ? wanted : "intake-1";
	ret->made_host = true;
	return intake_host_make(c->arena, c->dir, ret->host, &chance, e);
}

static enum err_code take_up(struct cli *c, const struct parsed *p, const struct offices *offices,
	const char *host_name, struct install_report *ret, struct err *e)
{
	struct arena *a = c->arena;
	if (make_host(c, host_name, ret, e))
		return e->code;
	if (!offices->pinned && key_write(path_join(a, c->dir, "host/office.pub"), KEY_RECEIPT,
					false, p->office->bytes, e))
		return e->code;
	/* The office's own machine hands nothing over. */
	const struct chance chance = chance_system();
	if (!file_exists(path_join(a, c->dir, "register.db")) &&
		handover_key_make(c->dir, &chance, e))
		return e->code;
	const char *intake = path_join(a, c->dir, "intake");
	if (dir_make_all(intake, e) || bundle_install(intake, &p->head, p->files, p->count, e))
		return e->code;
	ret->head = p->head;
	ret->files = p->count;
	ret->certified = find_file(p, arena_printf(a, "hosts/%s.cert", ret->host)) != NULL;
	return intake_permissions(a, c->dir, &ret->permissions, e);
}

enum err_code intake_install(struct cli *c, const char *path, const char *office,
	const char *host_name, struct install_report *ret, struct err *e)
{
	struct offices offices;
	struct parsed p;
	struct buf bytes;
	*ret = (struct install_report){0};
	if (host_name && !host_name_valid(host_name))
		return err_set(e, ERR_USAGE,
			T("名称只用小写字母、数字和连字符：“%s”",
				"a name is of lower case letters, digits and hyphens: \"%s\""),
			host_name);
	if (load_offices(c, office, &offices, e))
		return e->code;
	buf_init(&bytes, BUNDLE_MAX_BYTES);
	enum err_code code = file_read(path, bytes.max, &bytes, e);
	if (!code)
		code = parse(c, &offices, &bytes, &p, e);
	if (!code)
		code = check(c, &p, path, e);
	if (!code)
		code = take_up(c, &p, &offices, host_name, ret, e);
	buf_done(&bytes);
	return code;
}
