/*
 * tianlan clock: a time limit of the law, worked out from the day it starts; `clock list` shows those the data has. Needs no instance.
 */
#include "cli/record_out.h"

#include "tianlan/markup.h"
#include "tianlan/policy_cases.h"

#include <string.h>

static const char usage[] =
	"tianlan clock --law NAME --from D [--working] [--extended N] [--json] | list [--json]";

static void json_law(struct json *j, const struct clock_law *law)
{
	json_out_string(j, "name", law->name);
	json_out_string(j, "law", law->law);
	json_out_string(j, "article", law->article);
	json_out_string(j, "what", law->what);
	json_out_int(j, "limit", law->days);
	json_out_bool(j, "law_working", law->working);
	json_out_int(j, "extension_days", law->extension_days);
	record_json_day(j, "in_force_from", law->in_force_from);
	record_json_day(j, "in_force_until", law->in_force_until);
	json_out_string(j, "starts", law->from ? policy_case_step_id(law->from) : NULL);
	json_out_string(j, "ends", law->to ? policy_case_step_id(law->to) : NULL);
}

/* ---- list ------------------------------------------------------------------------------- */

static enum err_code list_json(const struct clock_law *laws, size_t count, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 20);
	json_out_init(&j, &out);
	json_out_array(&j, NULL);
	for (size_t i = 0; i < count; i++) {
		json_out_object(&j, NULL);
		json_law(&j, &laws[i]);
		json_out_object_end(&j);
	}
	json_out_array_end(&j);
	return record_json_finish(&out, e);
}

static void list_row(const struct clock_law *law)
{
	char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];

	cli_print("%s\t%s%s\t%d %s", law->name, law->law, law->article, law->days,
		law->working ? T("个工作日", "working days") : T("日", "days"));
	if (law->extension_days)
		cli_print(T("（可延长 %d 日）", " (may be extended by %d)"), law->extension_days);
	cli_print(T("\t%s 起%s%s\t%s\n", "\tfrom %s%s%s\t%s\n"), day_text(law->in_force_from, from),
		day_is_set(law->in_force_until) ? T("至 ", " until ") : "",
		day_text(law->in_force_until, until), law->what);
}

static enum err_code list(struct cli *c, int argc, char **argv, struct err *e)
{
	const struct clock_law *laws;
	size_t count;

	if (cli_words(argc, argv, 0, 0, usage, e) || cli_policy(c, e))
		return e->code;
	laws = policy_clock_laws(c->policy, &count);
	if (c->json)
		return list_json(laws, count, e);
	for (size_t i = 0; i < count; i++)
		list_row(&laws[i]);
	return ERR_OK;
}

/* ---- one clock -------------------------------------------------------------------------- */

static enum err_code clock_json(
	const struct clock_due *due, int extended, struct day today, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 16);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_law(&j, due->law);
	record_json_day(&j, "from", due->from);
	json_out_int(&j, "extended", extended);
	record_json_day(&j, "due", due->due);
	json_out_bool(&j, "working", due->working);
	json_out_bool(&j, "provisional", due->provisional);
	record_json_day(&j, "today", today);
	json_out_int(&j, "days", due->days);
	json_out_string(&j, "text", due->text);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static void clock_text(const struct clock_due *due, struct day today)
{
	char day[DAY_TEXT_BYTES];

	cli_print("%s%s：%s\n", due->law->law, due->law->article, due->law->what);
	cli_print(T("推算  %s\n", "working  %s\n"), due->text);
	cli_print(T("到期  %s%s，", "due  %s%s, "), day_text(due->due, day),
		due->provisional ? T("（暂算）", " (provisional)") : "");
	if (due->days < 0)
		cli_print(T("已逾期 %d 天", "%d days over"), -due->days);
	else
		cli_print(T("还有 %d 天", "%d days left"), due->days);
	cli_print(T("（截至 %s）\n", " (as of %s)\n"), day_text(today, day));
}

/* Why there is no version of that name on that day: no such name, or not in force then. */
static enum err_code no_law(const struct cli *c, const char *name, struct day from, struct err *e)
{
	const char *names = "", *versions = "", *last = NULL;
	const struct clock_law *laws;
	char day[DAY_TEXT_BYTES];
	size_t count;

	laws = policy_clock_laws(c->policy, &count);
	for (size_t i = 0; i < count; i++) {
		if (str_eq(laws[i].name, name))
			versions = arena_printf(c->arena, "%s%s%s%s %s", versions,
				*versions ? "；" : "", laws[i].law, laws[i].article,
				day_text(laws[i].in_force_from, day));
		if (!last || !str_eq(laws[i].name, last))
			names = arena_printf(
				c->arena, "%s%s%s", names, *names ? " " : "", laws[i].name);
		last = laws[i].name;
	}
	if (!*versions)
		return err_set(e, ERR_USAGE,
			T("没有期限“%s”，可以用的是：%s",
				"there is no limit \"%s\"; there are: %s"),
			name, names);
	return err_set(e, ERR_NOT_FOUND,
		T("%s 那天没有施行中的期限 %s（各版本施行日：%s）：换一个起算日",
			"on %s no version of %s was in force (they begin: %s): give another day"),
		day_text(from, day), name, versions);
}

static enum err_code take_extension(
	const char *text, const struct clock_law *law, int *ret, struct err *e)
{
	int64_t days;

	if (!text)
		return ERR_OK;
	if (!str_to_int64(text, &days) || days < 0)
		return err_set(e, ERR_USAGE,
			T("--extended 应为天数，不是“%s”",
				"--extended is a number of days, not \"%s\""),
			text);
	if (days && !law->extension_days)
		return err_set(e, ERR_USAGE, T("%s%s的期限不能延长", "%s %s lets nothing be added"),
			law->law, law->article);
	if (days > law->extension_days)
		return err_set(e, ERR_USAGE,
			T("%s%s最多延长 %d 日，不能延长 %lld 日",
				"%s %s lets at most %d days be added, not %lld"),
			law->law, law->article, law->extension_days, (long long)days);
	*ret = (int)days;
	return ERR_OK;
}

enum err_code cmd_clock(struct cli *c, int argc, char **argv, struct err *e)
{
	bool working = cli_flag(&argc, argv, "--working");
	const char *name = NULL, *extended_text = NULL;
	const struct clock_law *law;
	struct day from = DAY_NONE;
	struct clock_due due;
	int extended = 0;

	if (argc > 1 && str_eq(argv[1], "list") && !working)
		return list(c, argc - 1, argv + 1, e);
	if (cli_option(&argc, argv, "--law", &name, e) ||
		cli_option(&argc, argv, "--extended", &extended_text, e) ||
		cli_day(&argc, argv, "--from", &from, e) || cli_words(argc, argv, 0, 0, usage, e))
		return e->code;
	if (!name || !day_is_set(from))
		return err_set(e, ERR_USAGE, T("缺少 %s。用法：%s", "%s is missing. Usage: %s"),
			name ? "--from" : "--law", usage);
	if (cli_policy(c, e))
		return e->code;
	law = policy_clock_law(c->policy, name, from);
	if (!law)
		return no_law(c, name, from, e);
	if (take_extension(extended_text, law, &extended, e))
		return e->code;
	policy_clock(c->policy, c->arena, law, from, extended, working, c->today, &due);
	if (c->json)
		return clock_json(&due, extended, c->today, e);
	clock_text(&due, c->today);
	return ERR_OK;
}
