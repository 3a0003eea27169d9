/*
 * tianlan policy check [DIR]: whether a folder of policy data can be used, as it will be once it stands in an instance: what it lacks
 * is read from the tree that is shipped, and said.
 */
#include "cli/policy_check.h"

#include "tianlan/markup.h"
#include "tianlan/policy_cases.h"

#define FILES_MAX 16

struct checked {
	const struct policy *p;
	const char *lacking[FILES_MAX];
	size_t lacking_count, units, industries, clocks;
	int first_year, last_year; /* of the table of holidays */
};

static void find_years(struct checked *k)
{
	for (int year = 1900; year < 2200; year++) {
		bool known;

		policy_day_kind(k->p, day_from_ymd(year, 1, 1), &known);
		if (known && !k->first_year)
			k->first_year = year;
		if (known)
			k->last_year = year;
	}
}

static enum err_code find_lacking(struct cli *c, const char *dir, struct checked *k, struct err *e)
{
	size_t count;
	const char *const *names = policy_file_names(&count);

	for (size_t i = 0; i < count && k->lacking_count < FILES_MAX; i++)
		if (!file_exists(path_join(c->arena, dir, names[i])))
			k->lacking[k->lacking_count++] = names[i];
	if (k->lacking_count == count)
		return err_set(e, ERR_NOT_FOUND,
			T("“%s”里没有方案数据的文件（%s 等）",
				"in \"%s\" there is no file of policy data (%s and others)"),
			dir, names[0]);
	return ERR_OK;
}

static enum err_code check_json(const struct checked *k, struct err *e)
{
	char issued[DAY_TEXT_BYTES];
	struct buf out;
	struct json j;
	enum err_code code = ERR_OK;

	buf_init(&out, 1 << 16);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "version", policy_version(k->p));
	json_out_string(&j, "plan", policy_plan(k->p)->number);
	json_out_string(&j, "issued", day_text(policy_plan(k->p)->issued, issued));
	json_out_int(&j, "units", (int64_t)k->units);
	json_out_int(&j, "industries", (int64_t)k->industries);
	json_out_int(&j, "clocks", (int64_t)k->clocks);
	json_out_int(&j, "holidays_from", k->first_year);
	json_out_int(&j, "holidays_until", k->last_year);
	json_out_int(&j, "gate_cell", policy_gate(k->p)->cell);
	json_out_array(&j, "shipped_files");
	for (size_t i = 0; i < k->lacking_count; i++)
		json_out_string(&j, NULL, k->lacking[i]);
	json_out_array_end(&j);
	json_out_object_end(&j);
	if (out.overflow)
		code = err_set(e, ERR_SYSTEM, T("输出过长", "the output is too long"));
	else
		cli_print_buf(&out);
	buf_done(&out);
	return code;
}

static void check_text(const struct checked *k)
{
	const struct policy *p = k->p;
	char day[DAY_TEXT_BYTES];

	cli_print("数据可用：%s（%s 印发），附件1十四格齐全，单位 %zu 个，行业 %zu 类，版本 %s。\n",
		policy_plan(p)->number, day_text(policy_plan(p)->issued, day), k->units,
		k->industries, policy_version(p));
	cli_print("期限 %zu 条，放假安排 %d 年至 %d 年，公开的每一格至少 %d 件。\n", k->clocks,
		k->first_year, k->last_year, policy_gate(p)->cell);
	for (size_t i = 0; i < k->lacking_count; i++)
		cli_print("%s%s%s", i ? " " : "目录里没有、用程序自带的：", k->lacking[i],
			i + 1 < k->lacking_count ? "" : "\n");
}

enum err_code policy_check(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *shared = path_join(c->arena, c->share, "content/policy");
	struct policy *named = NULL;
	struct checked k = {0};
	enum err_code code = ERR_OK;

	if (cli_words(argc, argv, 0, 1, "tianlan policy check [DIR] [--json]", e))
		return e->code;
	if (argc > 1 &&
		(find_lacking(c, argv[1], &k, e) || policy_load_over(argv[1], shared, &named, e)))
		return e->code;
	if (argc == 1 && cli_policy(c, e))
		return e->code;
	k.p = named ? named : c->policy;
	policy_units(k.p, &k.units);
	policy_industries(k.p, &k.industries);
	policy_clock_laws(k.p, &k.clocks);
	find_years(&k);
	if (c->json)
		code = check_json(&k, e);
	else
		check_text(&k);
	policy_free(named);
	return code;
}
