/* tianlan init DIR: a new, empty instance with the streets and departments as units. */
#include "cli/cli.h"

#include "cli/instance.h"
#include "tianlan/register.h"

#include <sys/random.h>

static enum err_code random_uuid(char out[33], struct err *e)
{
	unsigned char bytes[16];
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		return err_errno(e, T("取不到随机数", "no random bytes"));
	for (int i = 0; i < 16; i++) {
		out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	out[32] = '\0';
	return ERR_OK;
}

enum err_code cmd_init(struct cli *c, int argc, char **argv, struct err *e)
{
	if (cli_words(argc, argv, 1, 1, "tianlan init DIR", e))
		return e->code;
	c->dir = argv[1];
	char uuid[33];
	if (random_uuid(uuid, e) || cli_policy(c, e) ||
		instance_make(c->arena, c->dir, DAY_NONE, c->today, e))
		return e->code;
	struct change_note note = {.by = c->by ? c->by : "init", .why = "init", .at = c->now};
	if (reg_create(c->dir, c->policy, uuid, "650105", &note, e))
		return e->code;
	if (c->json) {
		cli_print("{\"dir\":\"ok\"}\n");
		return ERR_OK;
	}
	cli_print(T("已建立实例 %s。下一步：填写 %s/tianlan.conf，然后用 tianlan import "
		    "导入汇总表；要收网上举报，用 tianlan keys new 新建密钥。\n",
			  "Made the instance %s. Next: fill in %s/tianlan.conf, then import a "
			  "sheet with tianlan import; to take in tip-offs, make keys with tianlan "
			  "keys new.\n"),
		c->dir, c->dir);
	return ERR_OK;
}
