/*
 * tianlan verify: do register, chains, records and evidence agree? Exit status: 0 they do, 1 they do not; then the first that
 * does not is named.
 */
#include "cli/cli.h"

#include "cli/record_out.h"
#include "tianlan/casework.h"
#include "tianlan/ledger.h"

static enum err_code print_json(const struct agree_report *r, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 14);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_bool(&j, "sound", r->sound);
	json_out_int(&j, "branches", (int64_t)r->chain.branches);
	json_out_int(&j, "lines", r->chain.lines);
	json_out_int(&j, "cases", r->cases);
	json_out_int(&j, "steps", r->steps);
	json_out_int(&j, "waiting", r->waiting);
	json_out_int(&j, "evidence_bad", r->evidence_bad);
	json_out_int(&j, "letters", r->letters);
	json_out_int(&j, "shown", r->shown);
	json_out_int(&j, "weeks", r->weeks);
	json_out_int(&j, "rows", r->rows);
	json_out_int(&j, "enterprises", r->enterprises);
	json_out_int(&j, "files", r->files);
	json_out_string(&j, "what", r->sound ? NULL : r->what);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static enum err_code report(struct cli *c, const struct agree_report *r, struct err *e)
{
	if (c->json) {
		c->status = r->sound ? 0 : 1;
		return print_json(r, e);
	}
	cli_print(T("%zu 个分支，%lld 条；举报 %lld 件，步骤 %lld 个，等待补写 %lld 个；坏的档案 "
		    "%lld 份\n",
			  "%zu branches, %lld lines; %lld cases, %lld steps, %lld not written yet; "
			  "%lld bad "
			  "files of evidence\n"),
		r->chain.branches, (long long)r->chain.lines, (long long)r->cases,
		(long long)r->steps, (long long)r->waiting, (long long)r->evidence_bad);
	if (!r->sound)
		return err_set(e, ERR_REFUSED, T("对不上：%s", "they do not agree: %s"), r->what);
	cli_print(T("查过：编号连续的登记 %lld 行，企业状态 %lld 家，公布的案件和结果 %lld "
		    "条，各周链末 %lld 个，档案文件 "
		    "%lld 个，与原信比对的举报 %lld "
		    "件\n都对得上。查不到的：只改了没有上链、也没有旁证的内容\n",
			  "checked: %lld rows numbered without a gap, the state of %lld "
			  "enterprises, %lld cases and "
			  "results shown, %lld heads by week, %lld files of evidence, %lld cases "
			  "against their letters\n"
			  "all of it agrees; what no chain and nothing else bears witness to "
			  "cannot be checked\n"),
		(long long)r->rows, (long long)r->enterprises, (long long)r->shown,
		(long long)r->weeks, (long long)r->files, (long long)r->letters);
	return ERR_OK;
}

enum err_code cmd_verify(struct cli *c, int argc, char **argv, struct err *e)
{
	struct agree_report r = {0};
	struct reg *reg = NULL;

	if (cli_words(argc, argv, 0, 0, "tianlan verify [--json]", e))
		return e->code;
	enum err_code code = cli_register(c, &reg, e);
	if (!code) {
		code = ledger_start(e);
		if (!code)
			code = agree_verify(c->dir, reg, &r, e);
		ledger_stop();
	}
	reg_close(reg);
	return code ? code : report(c, &r, e);
}
