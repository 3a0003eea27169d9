/*
 * tianlan receipt verify: is this signed receipt the office's? Needs nothing but the text and the office's public key, so
 * that it can be run away from any instance. Exit status: 0 genuine, 1 not genuine, 3 not of this form.
 */
#include "cli/cli.h"

#include "cli/instance.h"
#include "tianlan/envelope.h"
#include "tianlan/markup.h"

#include <string.h>

enum { PROOF_BYTES_MAX = 64 << 10 };

struct office {
	struct sign_public keys[OFFICE_KEYS_MAX + 1];
	size_t count;
};

static enum err_code add_file(struct office *o, const char *path, struct err *e)
{
	if (key_read(path, KEY_RECEIPT, false, o->keys[o->count].bytes, e))
		return e->code;
	o->count++;
	return ERR_OK;
}

/* --key alone when it is given; else every key of the office, since it may have changed its key since. */
static enum err_code load_office(struct cli *c, const char *key, struct office *o, struct err *e)
{
	uint8_t keys[OFFICE_KEYS_MAX][KEY_BYTES];
	const char *folder = path_join(c->arena, c->dir, "keys"),
		   *pinned = path_join(c->arena, c->dir, "host/office.pub");
	if (key)
		return add_file(o, key, e);
	if (file_exists(folder)) {
		if (keys_public(folder, KEY_RECEIPT, keys, OFFICE_KEYS_MAX, &o->count, e))
			return e->code;
		for (size_t i = 0; i < o->count; i++)
			memcpy(o->keys[i].bytes, keys[i], KEY_BYTES);
	}
	if (file_exists(pinned) && add_file(o, pinned, e))
		return e->code;
	if (o->count)
		return ERR_OK;
	return err_set(e, ERR_NOT_FOUND,
		T("没有办公室的公钥；用 --key 指明，或用 -C 指明有 keys/ 的实例",
			"no public key of the office; name it with --key, or an instance that has "
			"keys/ with -C"));
}

static enum err_code check_all(const struct office *o, const struct buf *text, struct proof *ret,
	struct host_cert *ret_cert, struct err *e)
{
	enum err_code code = ERR_REFUSED;
	for (size_t i = 0; code == ERR_REFUSED && i < o->count; i++)
		code = proof_check(buf_text(text), text->len, &o->keys[i], ret, ret_cert, e);
	return code;
}

static void print_proof(struct cli *c, const struct proof *p, const struct host_cert *cert)
{
	char receipt[RECEIPT_TEXT_BYTES], week[WEEK_TEXT_BYTES], from[DAY_TEXT_BYTES],
		until[DAY_TEXT_BYTES], commitment[2 * COMMITMENT_BYTES + 1];
	receipt_text(&p->receipt, receipt);
	week_text(p->week, week);
	day_text(cert->from, from);
	day_text(cert->until, until);
	hex_encode(p->commitment, COMMITMENT_BYTES, commitment);
	if (!c->json) {
		cli_print(
			T("回执是真的。\n"
			  "回执号：%s\n收到：%s 这一周\n收件服务器：%s，办公室证明它在 %s 至 %s "
			  "可以签发回执\n内容的摘要：%s\n",
				"The receipt is genuine.\n"
				"Receipt: %s\nReceived: in the week %s\nIntake host: %s, certified "
				"by the office from %s to %s\nCommitment to the content: %s\n"),
			receipt, week, cert->host, from, until, commitment);
		return;
	}
	struct json j;
	struct buf b;
	buf_init(&b, 8192);
	json_out_init(&j, &b);
	json_out_object(&j, NULL);
	json_out_bool(&j, "genuine", true);
	json_out_string(&j, "receipt", receipt);
	json_out_string(&j, "week", week);
	json_out_string(&j, "host", cert->host);
	json_out_string(&j, "from", from);
	json_out_string(&j, "until", until);
	json_out_string(&j, "commitment", commitment);
	json_out_object_end(&j);
	cli_print_buf(&b);
	buf_done(&b);
}

enum err_code cmd_receipt(struct cli *c, int argc, char **argv, struct err *e)
{
	static const char usage[] = "tianlan receipt verify FILE|- [--key OFFICE.pub]";
	const char *key = NULL;
	if (cli_option(&argc, argv, "--key", &key, e) || cli_words(argc, argv, 2, 2, usage, e))
		return e->code;
	if (!str_eq(argv[1], "verify"))
		return err_set(e, ERR_USAGE, T("用法：%s", "usage: %s"), usage);
	struct office office = {.count = 0};
	struct proof proof;
	struct host_cert cert;
	struct buf text;
	buf_init(&text, PROOF_BYTES_MAX);
	enum err_code code = load_office(c, key, &office, e);
	if (!code)
		code = file_read(str_eq(argv[2], "-") ? "/dev/stdin" : argv[2], text.max, &text, e);
	if (!code)
		code = check_all(&office, &text, &proof, &cert, e);
	buf_done(&text);
	if (!code)
		print_proof(c, &proof, &cert);
	else if (code == ERR_REFUSED && c->json)
		cli_print("{\"genuine\":false}\n");
	return code;
}
