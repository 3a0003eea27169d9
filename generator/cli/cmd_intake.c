/*
 * tianlan intake: between the office and its intake hosts.
 *
 *   host      (on the intake host)   makes its secrets and says what the office has to certify
 *   certify   (office)               takes note of a host's key
 *   bundle    (office)               writes the signed bundle
 *   install   (on the intake host)   takes a bundle up
 */
#include "cli/cli.h"

#include "cli/instance.h"
#include "cli/intake.h"
#include "tianlan/input.h"
#include "tianlan/markup.h"

#include <string.h>

/* ---- host -------------------------------------------------------------------------------------------- */

static void print_host(struct cli *c, const char *name, const uint8_t key[KEY_BYTES], bool here)
{
	char fp[FINGERPRINT_BYTES], text[BASE64_BYTES(KEY_BYTES)];
	key_fingerprint(key, fp);
	base64_encode(key, KEY_BYTES, text);
	const char *request = path_join(c->arena, c->dir, "host/request");
	if (c->json) {
		struct json j;
		struct buf b;
		buf_init(&b, 16384);
		json_out_init(&j, &b);
		json_out_object(&j, NULL);
		json_out_string(&j, "host", name);
		json_out_string(&j, "key", text);
		json_out_string(&j, "fingerprint", fp);
		json_out_string(&j, "request", request);
		json_out_bool(&j, "certified_here", here);
		json_out_object_end(&j);
		cli_print_buf(&b);
		buf_done(&b);
		return;
	}
	cli_print(T("收件服务器 %s，公钥指纹 %s\n", "Intake host %s, key fingerprint %s\n"), name,
		fp);
	if (here)
		cli_print(T("办公室就在这台机器上，已登记它的公钥：%s/keys/hosts/%s.pub\n",
				  "The office is on this machine and has its key on record: "
				  "%s/keys/hosts/%s.pub\n"),
			c->dir, name);
	else
		cli_print(T("把 %s 交给办公室，并另外核对指纹：tianlan intake certify 文件\n",
				  "Hand %s to the office and compare the fingerprint by another "
				  "way: tianlan intake certify FILE\n"),
			request);
}

static enum err_code intake_host(struct cli *c, int argc, char **argv, struct err *e)
{
	bool here = cli_flag(&argc, argv, "--here");
	const char *name;
	uint8_t key[KEY_BYTES];
	size_t office = 0;
	const struct chance chance = chance_system();
	if (cli_words(argc, argv, 2, 2, "tianlan intake host NAME [--here]", e) ||
		intake_host_make(c->arena, c->dir, argv[2], &chance, e) ||
		intake_host_read(c->arena, c->dir, &name, key, e) ||
		office_key_count(c->arena, c->dir, KEY_RECEIPT, &office, e))
		return e->code;
	here = here || office > 0;
	if (here && intake_host_certify(c->arena, c->dir, name, key, false, e))
		return e->code;
	print_host(c, name, key, here);
	return ERR_OK;
}

/* ---- certify ----------------------------------------------------------------------------------------- */

static enum err_code read_request(struct cli *c, const char *path, const char **ret_name,
	uint8_t ret_key[KEY_BYTES], struct err *e)
{
	static const char *const names[] = {"name", "key", NULL};
	const struct conf *root;
	const char *key;
	if (conf_load(c->arena, path, &root, e) || conf_only(root, names, e) ||
		conf_string(root, "name", ret_name, e) || conf_string(root, "key", &key, e))
		return e->code;
	if (!host_name_valid(*ret_name))
		return conf_error(conf_find(root, "name"), e,
			T("名称只用小写字母、数字和连字符",
				"a name is of lower case letters, digits and hyphens"));
	if (!base64_decode(key, strlen(key), ret_key, KEY_BYTES))
		return conf_error(conf_find(root, "key"), e, T("不是一把公钥", "is no public key"));
	return ERR_OK;
}

static enum err_code intake_certify(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *name = NULL;
	uint8_t key[KEY_BYTES];
	char fp[FINGERPRINT_BYTES];
	bool replace = cli_flag(&argc, argv, "--replace");
	if (cli_words(argc, argv, 2, 2, "tianlan intake certify REQUEST [--replace]", e) ||
		instance_check(c->dir, e) || read_request(c, argv[2], &name, key, e) ||
		intake_host_certify(c->arena, c->dir, name, key, replace, e))
		return e->code;
	key_fingerprint(key, fp);
	if (c->json)
		cli_print("{\"host\":\"%s\",\"fingerprint\":\"%s\"}\n", name, fp);
	else
		cli_print(
			T("已登记收件服务器 %s，公钥指纹 "
			  "%s：请与那台机器上显示的核对。下一个部署包里有它的证书。\n",
				"Intake host %s is on record, key fingerprint %s: compare it with "
				"what that machine showed. The next bundle holds its "
				"certificate.\n"),
			name, fp);
	return ERR_OK;
}

/* ---- bundle -------------------------------------------------------------------------------------------- */

static enum err_code intake_bundle(struct cli *c, int argc, char **argv, struct err *e)
{
	static const char usage[] = "tianlan intake bundle FILE [--days 92] [--serial N]";
	const char *days_text = NULL, *serial_text = NULL;
	int64_t days = BUNDLE_DAYS, serial = 0;
	if (cli_option(&argc, argv, "--days", &days_text, e) ||
		cli_option(&argc, argv, "--serial", &serial_text, e) ||
		cli_words(argc, argv, 2, 2, usage, e))
		return e->code;
	if (days_text && (!str_to_int64(days_text, &days) || days < 1 || days > 366))
		return err_set(e, ERR_USAGE,
			T("--days 要写 1 到 366：“%s”", "--days is 1 to 366: \"%s\""), days_text);
	if (serial_text && (!str_to_int64(serial_text, &serial) || serial < 1 || serial > 99999999))
		return err_set(e, ERR_USAGE,
			T("--serial 要写 1 到 99999999：“%s”", "--serial is 1 to 99999999: \"%s\""),
			serial_text);
	struct bundle_content content;
	struct bundle_head head;
	char until[DAY_TEXT_BYTES];
	if (instance_check(c->dir, e) || intake_bundle_gather(c, days, &content, e) ||
		intake_bundle_write(c, argv[2], days, serial, &content, &head, e))
		return e->code;
	day_text(head.until, until);
	if (c->json) {
		cli_print("{\"serial\":%lld,\"files\":%zu,\"certificates\":%zu,\"until\":\"%s\"}\n",
			(long long)head.serial, content.count, content.certificates, until);
		return ERR_OK;
	}
	cli_print(T("部署包 %s：编号 %lld，%zu 个文件，%zu 台收件服务器的证书，到 %s "
		    "为止。\n收件服务器上：tianlan intake install 文件\n",
			  "Bundle %s: serial %lld, %zu files, certificates for %zu intake hosts, "
			  "until %s.\nOn the intake host: tianlan intake install FILE\n"),
		argv[2], (long long)head.serial, content.count, content.certificates, until);
	if (!content.certificates)
		cli_warn("%s",
			T("还没有登记任何收件服务器（tianlan intake certify）；没有证书的服务器，"
			  "回执不带签名文本",
				"no intake host is on record (tianlan intake certify); a host "
				"without a certificate gives receipts without the signed text"));
	return ERR_OK;
}

/* ---- install -------------------------------------------------------------------------------------------- */

static void print_installed(struct cli *c, const struct install_report *r)
{
	char until[DAY_TEXT_BYTES];
	day_text(r->head.until, until);
	if (c->json) {
		cli_print("{\"serial\":%lld,\"files\":%zu,\"host\":\"%s\",\"made_host\":%s,"
			  "\"certified\":%s,\"permissions\":%s,\"until\":\"%s\"}\n",
			(long long)r->head.serial, r->files, r->host,
			r->made_host ? "true" : "false", r->certified ? "true" : "false",
			r->permissions ? "true" : "false", until);
		return;
	}
	cli_print(T("已安装部署包 %lld（%zu 个文件，到 %s 为止），收件服务器 %s\n",
			  "Installed bundle %lld (%zu files, until %s) on the intake host %s\n"),
		(long long)r->head.serial, r->files, until, r->host);
	cli_print("%s\n",
		r->permissions
			? T("目录和文件的权限已按 tianlan-web、tianlan-drain 两个用户设置",
				  "Permissions are set for the users tianlan-web and tianlan-drain")
			: T("没有 tianlan-web、tianlan-drain 两个用户（或者不是以 root "
			    "运行）：由同一个用户运行一切",
				  "The users tianlan-web and tianlan-drain do not exist (or this "
				  "is "
				  "not run as root): one user runs all"));
}

static enum err_code intake_install_command(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *office = NULL, *host = NULL;
	struct install_report r;
	if (cli_option(&argc, argv, "--office", &office, e) ||
		cli_option(&argc, argv, "--host", &host, e) ||
		cli_words(argc, argv, 2, 2,
			"tianlan intake install FILE [--office KEY.pub] [--host NAME]", e) ||
		intake_install(c, argv[2], office, host, &r, e))
		return e->code;
	print_installed(c, &r);
	if (!r.certified)
		cli_warn(
			T("部署包里没有 %s 的证书，回执不带签名文本；把 %s/host/request 交给办公室",
				"the bundle has no certificate for %s, receipts come without the "
				"signed text; hand %s/host/request to the office"),
			r.host, c->dir);
	return ERR_OK;
}

enum err_code cmd_intake(struct cli *c, int argc, char **argv, struct err *e)
{
	static const struct {
		const char *name;
		cmd_fn *run;
	} commands[] = {{"host", intake_host}, {"certify", intake_certify},
		{"bundle", intake_bundle}, {"install", intake_install_command}};
	for (size_t i = 0; argc > 1 && i < COUNT_OF(commands); i++)
		if (str_eq(argv[1], commands[i].name))
			return commands[i].run(c, argc, argv, e);
	return err_set(e, ERR_USAGE, T("用法：%s", "usage: %s"),
		"tianlan intake host NAME | certify REQUEST | bundle FILE | install FILE");
}
