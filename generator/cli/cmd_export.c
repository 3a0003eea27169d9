/* tianlan export FILE.xlsx|.csv [--unit CODE]: the summary sheet of 附件2, for handing in. */
#include "cli/cli.h"

#include "tianlan/markup.h"
#include "tianlan/register.h"

static void print_result(const struct cli *c, const char *path, int64_t rows)
{
	struct buf out;
	struct json j;

	if (!c->json) {
		cli_print(T("已导出 %lld 家企业到 %s（含联系人和电话，请妥善保管）\n",
				  "Exported %lld enterprises to %s (with contacts and telephone "
				  "numbers: keep it safe)\n"),
			(long long)rows, path);
		return;
	}
	buf_init(&out, 65536);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "file", path);
	json_out_int(&j, "rows", rows);
	json_out_object_end(&j);
	cli_print_buf(&out);
	buf_done(&out);
}

enum err_code cmd_export(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *unit = NULL;
	struct reg *r = NULL;
	int64_t rows = 0;
	enum err_code code = cli_option(&argc, argv, "--unit", &unit, e);

	if (code == ERR_OK)
		code = cli_words(
			argc, argv, 1, 1, "tianlan export FILE.xlsx|FILE.csv [--unit CODE]", e);
	if (code == ERR_OK)
		code = cli_register(c, &r, e);
	if (code != ERR_OK)
		return code;
	code = reg_export(r, argv[1], unit, c->today, &rows, e);
	if (code == ERR_OK)
		print_result(c, argv[1], rows);
	reg_close(r);
	return code;
}
