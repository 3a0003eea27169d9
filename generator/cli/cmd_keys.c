/*
 * tianlan keys: the office's keys, in the instance's keys/. What tip-offs are sealed to (facts, contact) and what signs
 * bundles and certificates of intake hosts (receipt). They belong on the staff host: the secret halves are never
 * copied to a host that takes in tip-offs, and whoever loses them loses every tip-off sealed to them.
 */
#include "cli/cli.h"

#include "cli/instance.h"
#include "cli/intake.h"
#include "tianlan/envelope.h"
#include "tianlan/markup.h"

#include <string.h>

static const enum key_purpose office_purposes[] = {KEY_FACTS, KEY_CONTACT, KEY_RECEIPT};

static const char *purpose_use(enum key_purpose p)
{
	return p == KEY_FACTS ? T("打开举报的事实和照片", "opens facts and photos")
	       : p == KEY_CONTACT ? T("打开举报人的联系方式", "opens the contact of who reported")
				  : T("证明收件服务器、签发部署包",
					    "certifies intake hosts and signs bundles");
}

void key_fingerprint(const uint8_t key[KEY_BYTES], char out[FINGERPRINT_BYTES])
{
	char hex[SHA256_HEX_BYTES];
	sha256_hex(key, KEY_BYTES, hex);
	snprintf(out, FINGERPRINT_BYTES, "%.*s", FINGERPRINT_BYTES - 1, hex);
}

enum err_code office_key_count(
	struct arena *a, const char *dir, enum key_purpose p, size_t *ret, struct err *e)
{
	uint8_t keys[OFFICE_KEYS_MAX][KEY_BYTES];
	const char *folder = path_join(a, dir, "keys");
	*ret = 0;
	return file_exists(folder) ? keys_public(folder, p, keys, OFFICE_KEYS_MAX, ret, e) : ERR_OK;
}

enum err_code office_keys_make(struct arena *a, const char *dir, const struct chance *chance,
	struct key_pair_files made[3], size_t *ret_count, struct err *e)
{
	*ret_count = 0;
	for (size_t i = 0; i < COUNT_OF(office_purposes); i++) {
		size_t count;
		if (office_key_count(a, dir, office_purposes[i], &count, e))
			return e->code;
		if (count)
			continue;
		if (keys_make(a, path_join(a, dir, "keys"), office_purposes[i], chance,
			    &made[*ret_count], e))
			return e->code;
		++*ret_count;
	}
	return ERR_OK;
}

/* ---- new ------------------------------------------------------------------------------------------ */

static void print_made(
	struct cli *c, const struct key_pair_files *made, size_t count, enum key_purpose asked)
{
	if (c->json) {
		struct json j;
		struct buf b;
		buf_init(&b, 65536);
		json_out_init(&j, &b);
		json_out_object(&j, NULL);
		json_out_array(&j, "made");
		for (size_t i = 0; i < count; i++) {
			json_out_object(&j, NULL);
			json_out_string(&j, "fingerprint", made[i].fingerprint);
			json_out_string(&j, "public", made[i].public_path);
			json_out_string(&j, "secret", made[i].secret_path);
			json_out_object_end(&j);
		}
		json_out_array_end(&j);
		json_out_object_end(&j);
		cli_print_buf(&b);
		buf_done(&b);
		return;
	}
	for (size_t i = 0; i < count; i++)
		cli_print("%s  %s\n", made[i].fingerprint, made[i].public_path);
	if (!count)
		cli_print("%s\n", T("三种密钥都有了，没有新建；换新的用 --purpose 指明一种",
					  "all three keys stand already; name one with --purpose "
					  "to add a new "
					  "one"));
	if (count && asked == KEY_PURPOSE_COUNT)
		cli_print("%s\n", T("下一步：tianlan intake host 名称（收件服务器上），再 "
				    "tianlan intake bundle 文件",
					  "Next: tianlan intake host NAME (on the intake host), "
					  "then tianlan intake bundle FILE"));
}

static enum err_code keys_new(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *name = NULL;
	enum key_purpose purpose = KEY_PURPOSE_COUNT;
	struct key_pair_files made[3];
	size_t count = 0;
	if (cli_option(&argc, argv, "--purpose", &name, e) ||
		cli_words(
			argc, argv, 1, 1, "tianlan keys new [--purpose facts|contact|receipt]", e))
		return e->code;
	if (name && (!key_purpose_find(name, &purpose) || purpose > KEY_RECEIPT))
		return err_set(e, ERR_USAGE,
			T("--purpose 只能是 facts、contact 或 receipt：“%s”",
				"--purpose is facts, contact or receipt: \"%s\""),
			name);
	if (instance_check(c->dir, e))
		return e->code;
	const struct chance chance = chance_system();
	if (name) {
		if (office_key_count(c->arena, c->dir, purpose, &count, e))
			return e->code;
		if (count >= RECIPIENTS_MAX)
			return err_set(e, ERR_CONFLICT,
				T("这种密钥已有 %zu 把，先停用旧的：把它的 .pub 移出 keys/",
					"there are %zu of these already; first retire one: move "
					"its "
					".pub out of keys/"),
				count);
		if (keys_make(c->arena, path_join(c->arena, c->dir, "keys"), purpose, &chance,
			    &made[0], e))
			return e->code;
		count = 1;
	} else if (office_keys_make(c->arena, c->dir, &chance, made, &count, e)) {
		return e->code;
	}
	print_made(c, made, count, purpose);
	if (count)
		cli_warn("%s",
			T("私钥（.key）只留在内部的机器上，不要放到收件服务器；请立即离线备份，"
			  "私钥丢了，封给它的举报就再也打不开",
				"secret keys (.key) stay on the staff host, never on an intake "
				"host; "
				"back them up offline now: without them nothing sealed to them can "
				"be opened again"));
	return ERR_OK;
}

/* ---- list ----------------------------------------------------------------------------------------- */

struct listing {
	struct cli *c;
	struct json j;
	struct buf out;
};

static void list_key(struct listing *l, enum key_purpose p, const uint8_t key[KEY_BYTES])
{
	char fp[FINGERPRINT_BYTES];
	key_fingerprint(key, fp);
	bool secret = file_exists(
		arena_printf(l->c->arena, "%s/keys/%s-%s.key", l->c->dir, key_purpose_name(p), fp));
	if (l->c->json) {
		json_out_object(&l->j, NULL);
		json_out_string(&l->j, "purpose", key_purpose_name(p));
		json_out_string(&l->j, "fingerprint", fp);
		json_out_bool(&l->j, "secret", secret);
		json_out_object_end(&l->j);
		return;
	}
	cli_print("%-8s %s  %s  %s\n", key_purpose_name(p), fp,
		secret ? T("有私钥", "secret here") : T("只有公钥", "public only"), purpose_use(p));
}

static enum err_code list_host(const char *relative, void *ctx, struct err *e)
{
	struct listing *l = ctx;
	uint8_t key[KEY_BYTES];
	char fp[FINGERPRINT_BYTES];
	if (!str_ends(relative, ".pub"))
		return ERR_OK;
	if (key_read(arena_printf(l->c->arena, "%s/keys/hosts/%s", l->c->dir, relative), KEY_HOST,
		    false, key, e))
		return e->code;
	key_fingerprint(key, fp);
	const char *name = arena_strndup(l->c->arena, relative, strlen(relative) - strlen(".pub"));
	if (l->c->json) {
		json_out_object(&l->j, NULL);
		json_out_string(&l->j, "purpose", "host");
		json_out_string(&l->j, "fingerprint", fp);
		json_out_string(&l->j, "host", name);
		json_out_object_end(&l->j);
	} else {
		cli_print("host     %s  %s\n", fp, name);
	}
	return ERR_OK;
}

static enum err_code keys_list(struct cli *c, int argc, char **argv, struct err *e)
{
	if (cli_words(argc, argv, 1, 1, "tianlan keys list", e) || instance_check(c->dir, e))
		return e->code;
	struct listing l = {.c = c};
	const char *folder = path_join(c->arena, c->dir, "keys"),
		   *hosts = path_join(c->arena, folder, "hosts");
	enum err_code code = ERR_OK;
	size_t total = 0;
	buf_init(&l.out, (size_t)1 << 20);
	json_out_init(&l.j, &l.out);
	json_out_object(&l.j, NULL);
	json_out_array(&l.j, "keys");
	for (size_t i = 0; !code && i < COUNT_OF(office_purposes) && file_exists(folder); i++) {
		uint8_t keys[OFFICE_KEYS_MAX][KEY_BYTES];
		size_t count = 0;
		code = keys_public(folder, office_purposes[i], keys, OFFICE_KEYS_MAX, &count, e);
		for (size_t k = 0; !code && k < count; k++)
			list_key(&l, office_purposes[i], keys[k]);
		total += count;
	}
	if (!code && file_exists(hosts))
		code = dir_each_file(hosts, list_host, &l, e);
	json_out_array_end(&l.j);
	json_out_object_end(&l.j);
	if (!code && c->json)
		cli_print_buf(&l.out);
	if (!code && !c->json && !total)
		cli_print("%s\n", T("还没有密钥；tianlan keys new 新建",
					  "no keys yet; tianlan keys new makes them"));
	buf_done(&l.out);
	return code;
}

enum err_code cmd_keys(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (cli_guard_memory(e))
		return e->code;
	if (str_eq(what, "new"))
		return keys_new(c, argc, argv, e);
	if (str_eq(what, "list"))
		return keys_list(c, argc, argv, e);
	return err_set(e, ERR_USAGE, T("用法：%s", "usage: %s"),
		"tianlan keys new [--purpose facts|contact|receipt] | tianlan keys list");
}
