/*
 * tianlan chain verify: do the chains of cases.git hold, and do records and lines agree? Exit status: 0 sound, 1 not. The
 * text and the JSON name the first line (or record) that does not fit.
 */
#include "cli/cli.h"

#include "tianlan/casework.h"
#include "tianlan/ledger.h"
#include "tianlan/markup.h"

#include <string.h>

static const char usage[] = "tianlan chain verify [--json]";

static enum err_code print_json(const struct chain_report *r, struct err *e)
{
	struct json j;
	struct buf b;

	buf_init(&b, 8192);
	json_out_init(&j, &b);
	json_out_object(&j, NULL);
	json_out_bool(&j, "sound", r->sound);
	json_out_int(&j, "lines", r->lines);
	json_out_int(&j, "cases", r->cases);
	json_out_int(&j, "quarantined", r->quarantined);
	json_out_int(&j, "branches", (int64_t)r->branches);
	if (r->sound) {
		json_out_null(&j, "fault");
	} else {
		json_out_object(&j, "fault");
		json_out_string(&j, "branch", r->branch);
		json_out_string(&j, "file", r->file);
		json_out_int(&j, "line", r->line);
		json_out_int(&j, "seq", r->seq);
		json_out_string(&j, "why", r->why);
		json_out_object_end(&j);
	}
	json_out_object_end(&j);
	bool whole = !b.overflow;
	if (whole)
		cli_print_buf(&b);
	buf_done(&b);
	return whole ? ERR_OK : err_set(e, ERR_SYSTEM, T("输出太长", "the output is too long"));
}

static void print_text(const struct chain_report *r)
{
	if (!r->sound && r->line > 0)
		cli_print(T("链不对：分支 %s 的 %s 第 %d 行（第 %lld 条）：%s\n",
				  "Not sound: branch %s, %s, line %d (entry %lld): %s\n"),
			r->branch, r->file, r->line, (long long)r->seq, r->why);
	else if (!r->sound)
		cli_print(T("链不对：分支 %s 的 %s：%s\n", "Not sound: branch %s, %s: %s\n"),
			r->branch, r->file, r->why);
	else
		cli_print(T("链完好。\n", "The chains are sound.\n"));
	cli_print(T("%zu 个分支，%lld 条，举报 %lld 件，隔离 %lld 件\n",
			  "%zu branches, %lld entries, %lld tip-offs, %lld quarantined\n"),
		r->branches, (long long)r->lines, (long long)r->cases, (long long)r->quarantined);
}

enum err_code cmd_chain(struct cli *c, int argc, char **argv, struct err *e)
{
	struct chain_report report = {0};
	enum err_code code;

	if (cli_words(argc, argv, 1, 1, usage, e))
		return e->code;
	if (!str_eq(argv[1], "verify"))
		return err_set(e, ERR_USAGE, T("不认识“%s”。用法：%s", "unknown \"%s\". Usage: %s"),
			argv[1], usage);
	if (!file_exists(c->dir))
		return err_set(
			e, ERR_NOT_FOUND, T("没有目录“%s”", "there is no folder \"%s\""), c->dir);
	code = ledger_start(e);
	if (!code)
		code = chain_verify(c->dir, &report, e);
	ledger_stop();
	if (code)
		return code;
	c->status = report.sound ? 0 : 1;
	if (c->json)
		return print_json(&report, e);
	print_text(&report);
	return ERR_OK;
}
