/*
 * What all commands share: options out of argv, the policy and the register of the instance, output.
 * Options may stand anywhere; what a command does not take is an error, never ignored.
 */
#include "cli/cli.h"

#include "cli/instance.h"
#include "tianlan/policy_cases.h"
#include "tianlan/register.h"

#include <string.h>

static void drop(int *argc, char **argv, int at, int count)
{
	for (int i = at; i + count <= *argc; i++)
		argv[i] = argv[i + count];
	*argc -= count;
}

enum err_code cli_option(int *argc, char **argv, const char *name, const char **ret, struct err *e)
{
	size_t len = strlen(name);
	for (int i = 1; i < *argc; i++) {
		if (str_eq(argv[i], "--"))
			break;
		if (strncmp(argv[i], name, len) != 0)
			continue;
		if (argv[i][len] == '=' && str_starts(name, "--")) {
			*ret = argv[i] + len + 1;
			drop(argc, argv, i, 1);
			return ERR_OK;
		}
		if (argv[i][len] != '\0')
			continue;
		if (i + 1 >= *argc)
			return err_set(e, ERR_USAGE,
				T("选项 %s 后面缺少值", "option %s needs a value"), name);
		*ret = argv[i + 1];
		drop(argc, argv, i, 2);
		return ERR_OK;
	}
	return ERR_OK;
}

bool cli_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc; i++) {
		if (str_eq(argv[i], "--"))
			break;
		if (!str_eq(argv[i], name))
			continue;
		drop(argc, argv, i, 1);
		return true;
	}
	return false;
}

enum err_code cli_day(int *argc, char **argv, const char *name, struct day *ret, struct err *e)
{
	const char *text = NULL;
	if (cli_option(argc, argv, name, &text, e))
		return ERR_USAGE;
	if (text && !day_parse(text, ret))
		return err_set(e, ERR_USAGE,
			T("%s 的值“%s”不是日期，应写成 2018-01-31 的样子",
				"%s: \"%s\" is not a day; write it like 2018-01-31"),
			name, text);
	return ERR_OK;
}

enum err_code cli_words(int argc, char **argv, int min, int max, const char *usage, struct err *e)
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			return err_set(e, ERR_USAGE,
				T("不认识的选项 %s。用法：%s", "unknown option %s. Usage: %s"),
				argv[i], usage);
	if (argc - 1 < min)
		return err_set(e, ERR_USAGE,
			T("参数不够。用法：%s", "too few arguments. Usage: %s"), usage);
	if (argc - 1 > max)
		return err_set(e, ERR_USAGE,
			T("多余的参数“%s”。用法：%s", "extra argument \"%s\". Usage: %s"),
			argv[max + 1], usage);
	return ERR_OK;
}

enum err_code cli_need_by(const struct cli *c, bool why_too, struct err *e)
{
	if (!c->by || !*c->by)
		return err_set(e, ERR_USAGE,
			T("要用 --by 写明由谁登记", "say with --by who records this"));
	if (why_too && (!c->why || !*c->why))
		return err_set(e, ERR_USAGE,
			T("要用 --why 写明改动的理由", "say with --why what the change is for"));
	return ERR_OK;
}

enum err_code cli_policy(struct cli *c, struct err *e)
{
	if (c->policy)
		return ERR_OK;
	const char *own = path_join(c->arena, c->dir, "content/policy");
	const char *shared = path_join(c->arena, c->share, "content/policy");
	return policy_load_over(own, shared, &c->policy, e);
}

/* What is recorded in a demo is recorded on its own day, unless --today says another. */
static enum err_code live_in_demo(struct cli *c, struct err *e)
{
	struct day demo = DAY_NONE;
	char text[DAY_TEXT_BYTES];
	if (c->today_given || instance_demo_today(c->arena, c->dir, &demo, e))
		return c->today_given ? ERR_OK : e->code;
	if (!day_is_set(demo))
		return ERR_OK;
	c->today = demo;
	memcpy(c->now, day_text(demo, text), DAY_TEXT_BYTES - 1);
	return ERR_OK;
}

enum err_code cli_register(struct cli *c, struct reg **ret, struct err *e)
{
	if (cli_policy(c, e) || instance_check(c->dir, e) || live_in_demo(c, e))
		return e->code;
	return reg_open(c->dir, c->policy, ret, e);
}

void cli_print(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

void cli_warn(const char *fmt, ...)
{
	va_list args;
	fflush(stdout);
	fputs(T("警告：", "warning: "), stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void cli_print_buf(const struct buf *b)
{
	fwrite(buf_text(b), 1, b->len, stdout);
	putchar('\n');
}
