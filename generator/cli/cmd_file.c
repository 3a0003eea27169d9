/*
 * tianlan file check|export: the file of an enterprise (专项管理档案, 六（一）): what is asked of it and what there is; the whole of it
 * as a folder. `check` exits 1 when something that is asked is missing.
 */
#include "cli/record_out.h"
#include "tianlan/register_supervision.h"

#include <string.h>

static const char usage[] = "tianlan file check ID | export ID DIR";

static size_t count_missing(const struct file_need *need, size_t count)
{
	size_t missing = 0;

	for (size_t i = 0; i < count; i++)
		missing += need[i].asked && need[i].have == 0;
	return missing;
}

static enum err_code print_json(
	const char *id, const struct file_need *need, size_t count, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 20);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "id", id);
	json_out_bool(&j, "complete", count_missing(need, count) == 0);
	json_out_array(&j, "needs");
	for (size_t i = 0; i < count; i++) {
		json_out_object(&j, NULL);
		json_out_string(&j, "kind", need[i].kind);
		json_out_string(&j, "what", need[i].what);
		json_out_string(&j, "clause", need[i].clause);
		json_out_bool(&j, "asked", need[i].asked);
		json_out_int(&j, "have", (int64_t)need[i].have);
		json_out_object_end(&j);
	}
	json_out_array_end(&j);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static void print_text(const char *id, const struct file_need *need, size_t count)
{
	size_t missing = count_missing(need, count);

	cli_print(T("%s 的专项管理档案（六、（一））\n", "file of %s (六、（一）)\n"), id);
	for (size_t i = 0; i < count; i++) {
		const char *state = !need[i].asked ? T("不要求", "not asked")
				    : need[i].have ? T("已有", "there")
						   : T("缺", "missing");

		record_print_cell(state, 10);
		cli_print("%4zu  ", need[i].have);
		record_print_cell(need[i].what, 40);
		cli_print("%s\n", need[i].clause);
	}
	if (missing)
		cli_print(T("缺 %zu 项\n", "missing: %zu\n"), missing);
	else
		cli_print("%s", T("要求的材料齐全\n", "all that is asked is there\n"));
}

static enum err_code check(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	const struct file_need *need;
	struct enterprise_id id;
	size_t count;

	if (cli_words(argc, argv, 1, 1, usage, e) || reg_id_parse(r, argv[1], &id, e) ||
		reg_file_check(r, id, c->arena, &need, &count, e))
		return e->code;
	if (count_missing(need, count))
		c->status = 1;
	reg_id_text(r, id, text);
	if (c->json)
		return print_json(text, need, count, e);
	print_text(text, need, count);
	return ERR_OK;
}

static enum err_code export(struct cli *c, struct reg *r, int argc, char **argv, struct err *e) {
	char text[ENTERPRISE_ID_BYTES]; struct enterprise_id id; struct buf out; struct json j;

	if (cli_words(argc, argv, 2, 2, usage, e) || reg_id_parse(r, argv[1], &id, e) ||
		reg_file_export(r, id, argv[2], c->today, e)) return e->code;
	reg_id_text(r, id, text); if (!c->json){
		cli_print(T("%s 的档案已导出到 %s（内部资料，含联系人和电话）\n",
				  "the file of %s is in %s (internal: it holds the contact's name "
				  "and telephone)\n"),
			text, argv[2]);
		return ERR_OK;}
buf_init(&out, 1 << 16);
json_out_init(&j, &out);
json_out_object(&j, NULL);
json_out_string(&j, "id", text);
json_out_string(&j, "dir", argv[2]);
json_out_object_end(&j);
return record_json_finish(&out, e);
}

enum err_code cmd_file(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *verb = NULL;
	struct reg *r = NULL;
	enum err_code code;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	if (!str_eq(verb, "check") && !str_eq(verb, "export"))
		return record_unknown_verb(verb, usage, e);
	code = cli_register(c, &r, e);
	if (!code)
		code = str_eq(verb, "check") ? check(c, r, argc, argv, e)
					     : export(c, r, argc, argv, e);
	reg_close(r);
	return code;
}
