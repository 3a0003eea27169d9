/*
 * tianlan: the command of the staff. This file parses what all commands share, picks one from the table and turns
 * its err_code into the exit status: 0 done, 1 done but something was refused, 2 usage, 3 input, 4 the machine.
 */
#include "cli/cli.h"
#include "cli/desk_cli.h"

#include "tianlan/crypto.h"
#include "tianlan/markup.h"

#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BY_MAX 100
#define WHY_MAX 2000

static const struct command {
	const char *name;
	cmd_fn *run;
	const char *zh, *en;
} commands[] = {
	{"init", cmd_init, "新建实例", "make a new instance"},
	{"demo", cmd_demo, "新建演示实例（数据是编造的）",
		"make a demo instance with made-up data"},
	{"import", cmd_import, "导入附件2汇总表", "import an Annex 2 sheet"},
	{"export", cmd_export, "导出附件2汇总表", "export the Annex 2 sheet"},
	{"enterprise", cmd_enterprise, "企业：list、show、set", "enterprises: list, show, set"},
	{"event", cmd_event, "整治经过：add、list", "events: add, list"},
	{"task", cmd_task, "部门任务：add、done、list", "department tasks: add, done, list"},
	{"unit", cmd_unit, "单位与联络员：list、set", "units and liaisons: list, set"},
	{"evidence", cmd_evidence, "档案：add、list、verify", "evidence: add, list, verify"},
	{"policy", cmd_policy, "方案：explain、classify、changes、check",
		"the plan: explain, classify, changes, check"},
	{"keys", cmd_keys, "办公室的密钥：new、list", "the office's keys: new, list"},
	{"intake", cmd_intake, "收件服务器：host、certify、bundle、install",
		"intake hosts: host, certify, bundle, install"},
	{"receipt", cmd_receipt, "核对回执：verify", "check a receipt: verify"},
	{"drain", cmd_drain, "把收到的举报登记进 cases.git",
		"take tip-offs off the spool into cases.git"},
	{"chain", cmd_chain, "核对登记的链：verify", "check the chains of record: verify"},
	{"case", cmd_case, "举报的办理：list、show、accept、dispatch、check、conclude 等",
		"tip-offs: list, show, accept, dispatch, check, conclude, …"},
	{"handover", cmd_handover, "收件服务器与内部之间的移交：send、fetch、status",
		"between intake hosts and the office: send, fetch, status"},
	{"clock", cmd_clock, "法定期限的推算", "work out a statutory time limit"},
	{"signoff", cmd_signoff, "销号：自查、复查、核查", "sign-off: self, review, verify"},
	{"lookback", cmd_lookback, "回头看：plan、list、record", "look-backs: plan, list, record"},
	{"inspection", cmd_inspection, "督查与巡查：add、list、review",
		"inspections and patrols: add, list, review"},
	{"report", cmd_report, "月报：monthly", "monthly reports: monthly"},
	{"rank", cmd_rank, "季度排名", "the quarterly ranking"},
	{"file", cmd_file, "专项管理档案：check、export", "an enterprise's file: check, export"},
	{"applicant", cmd_applicant, "审批前核对申请人", "check an applicant before an approval"},
	{"verify", cmd_verify, "核对登记库、链条和档案",
		"check that register, chains and evidence agree"},
	{"build", cmd_build, "生成网站", "build the site"},
	{"serve", cmd_serve, "在本机提供网站，接收举报",
		"serve the site and take in tip-offs on this machine"},
	{"deploy", cmd_deploy, "打印服务器的配置：print nginx|lighttpd|systemd",
		"print configurations: print nginx|lighttpd|systemd"},
};

static void print_help(void)
{
	cli_print(T(
		"用法：tianlan [-C 实例目录] 命令 …\n\n", "Usage: tianlan [-C DIR] COMMAND …\n\n"));
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		cli_print("  %-11s %s\n", commands[i].name, T(commands[i].zh, commands[i].en));
	cli_print("%s",
		T("\n共用选项：--json  --today YYYY-MM-DD  --lang zh|en  --by 谁  --why 理由\n"
		  "退出状态：0 完成；1 完成但有拒收或检查未过；2 用法不对；3 输入或数据不可用；4 "
		  "机器故障\n"
		  "手册：man tianlan\n",
			"\nCommon options: --json  --today YYYY-MM-DD  --lang zh|en  --by WHO  "
			"--why TEXT\n"
			"Exit status: 0 done; 1 done but something was refused or failed a check; "
			"2 wrong usage; "
			"3 input or data unusable; 4 the machine failed\nManual: man tianlan\n"));
}

/* Chinese unless the locale names another language; "C" and "POSIX" name none. */
static enum base_lang lang_from_locale(void)
{
	const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *v = getenv(names[i]);
		if (!v || !*v)
			continue;
		if (str_starts(v, "zh") || str_eq(v, "C") || str_starts(v, "C.") ||
			str_eq(v, "POSIX"))
			return LANG_ZH;
		return LANG_EN;
	}
	return LANG_ZH;
}

/* The tree this program was built in, or the installed one: the first that has theme/html/page.html. */
static const char *find_share(struct arena *a)
{
	const char *named = getenv("TIANLAN_SHARE");
	if (named && *named)
		return named;
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n <= 0)
		return ".";
	exe[n] = '\0';
	static const char *const from_bin[] = {"", "/share/tianlan", "/../share/tianlan"};
	for (char *slash = strrchr(exe, '/'); slash && slash != exe; slash = strrchr(exe, '/')) {
		*slash = '\0';
		for (size_t i = 0; i < COUNT_OF(from_bin); i++) {
			const char *dir = arena_printf(a, "%s%s", exe, from_bin[i]);
			if (file_exists(path_join(a, dir, "theme/html/page.html")) &&
				file_exists(path_join(a, dir, "content/policy/annex1.conf")))
				return dir;
		}
	}
	return ".";
}

static enum err_code set_time(struct cli *c, struct err *e)
{
	int64_t now = (int64_t)time(NULL);
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	if (epoch && *epoch && !str_to_int64(epoch, &now))
		return err_set(e, ERR_USAGE,
			T("SOURCE_DATE_EPOCH 不是整数：“%s”",
				"SOURCE_DATE_EPOCH is no integer: \"%s\""),
			epoch);
	if (!c->today_given)
		c->today = day_from_unix(now);
	char day[DAY_TEXT_BYTES];
	int64_t second = c->today_given ? 9 * 3600 : (now + 8 * 3600) % 86400;
	snprintf(c->now, sizeof c->now, "%sT%02d:%02d:%02d+08:00", day_text(c->today, day),
		(int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
	return ERR_OK;
}

/* One line that a terminal, a log and a printed page show as it is. */
static enum err_code check_line(
	struct cli *c, const char *option, const char *text, size_t most, struct err *e)
{
	if (!text)
		return ERR_OK;
	const char *shown = text_shown(c->arena, text, false);
	if (!str_eq(shown, text))
		return err_set(e, ERR_USAGE,
			T("%s 有换行、控制字符、看不见的字符，或者不是有效的 UTF-8：“%.300s”",
				"%s has line breaks, control or unseen characters, or is no valid "
				"UTF-8: "
				"\"%.300s\""),
			option, shown);
	if (utf8_length(text) > most)
		return err_set(e, ERR_USAGE,
			T("%s 有 %zu 字，最多 %zu 字", "%s has %zu characters, at most %zu"),
			option, utf8_length(text), most);
	return ERR_OK;
}

static enum err_code common_options(struct cli *c, int *argc, char **argv, struct err *e)
{
	const char *lang = NULL;
	if (cli_option(argc, argv, "--lang", &lang, e))
		return e->code;
	if (lang && !str_eq(lang, "zh") && !str_eq(lang, "en"))
		return err_set(e, ERR_USAGE,
			T("--lang 只能是 zh 或 en：“%s”", "--lang is zh or en: \"%s\""), lang);
	if (lang)
		base_lang_set(str_eq(lang, "en") ? LANG_EN : LANG_ZH);
	c->json = cli_flag(argc, argv, "--json");
	c->today = DAY_NONE;
	if (cli_option(argc, argv, "-C", &c->dir, e) ||
		cli_day(argc, argv, "--today", &c->today, e) ||
		cli_option(argc, argv, "--by", &c->by, e) ||
		cli_option(argc, argv, "--why", &c->why, e) ||
		check_line(c, "--by", c->by, BY_MAX, e) ||
		check_line(c, "--why", c->why, WHY_MAX, e))
		return e->code;
	c->today_given = day_is_set(c->today);
	return set_time(c, e);
}

static enum err_code run(struct cli *c, int argc, char **argv, struct err *e)
{
	if (common_options(c, &argc, argv, e))
		return e->code;
	if (argc < 2) {
		print_help();
		return err_set(e, ERR_USAGE, T("没有写命令", "no command given"));
	}
	if (str_eq(argv[1], "help") || str_eq(argv[1], "--help") || str_eq(argv[1], "-h")) {
		print_help();
		return ERR_OK;
	}
	if (str_eq(argv[1], "--version")) {
		cli_print("tianlan %s\n", TIANLAN_VERSION);
		return ERR_OK;
	}
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (str_eq(argv[1], commands[i].name))
			return crypto_start(e) ? e->code
					       : commands[i].run(c, argc - 1, argv + 1, e);
	return err_set(e, ERR_USAGE,
		T("没有“%s”这个命令；tianlan --help 列出全部命令",
			"no command \"%s\"; tianlan --help lists them"),
		argv[1]);
}

static void print_error(const struct cli *c, const struct err *e)
{
	char text[2048];
	err_format(e, text, sizeof text);
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", c->program, text);
}

int main(int argc, char **argv)
{
	struct cli c = {.program = "tianlan", .dir = "."};
	struct err e = {0};
	setlocale(LC_ALL, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	base_lang_set(lang_from_locale());
	c.arena = arena_new();
	c.share = find_share(c.arena);
	enum err_code code = run(&c, argc, argv, &e);
	if (code)
		print_error(&c, &e);
	policy_free(c.policy);
	arena_free(c.arena);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, T("%s: 写标准输出失败\n", "%s: cannot write to standard output\n"),
			c.program);
		return err_exit_status(ERR_SYSTEM);
	}
	return code ? err_exit_status(code) : c.status;
}
