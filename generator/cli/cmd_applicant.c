/*
 * tianlan applicant: before an approval, which records the applicant may be and what stands against it (四、（二）). Internal. Exit 1
 * when there is a reason to refuse.
 */
#include "cli/record_out.h"
#include "tianlan/register_supervision.h"

static const char usage[] = "tianlan applicant [NAME] [--address A]";

static bool must_refuse(const struct applicant_match *m, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (m[i].refuse[0])
			return true;
	return false;
}

static void json_list(struct json *j, const char *key, const char *const *list)
{
	json_out_array(j, key);
	for (; *list; list++)
		json_out_string(j, NULL, *list);
	json_out_array_end(j);
}

static enum err_code print_json(
	const struct reg *r, const struct applicant_match *m, size_t count, struct err *e)
{
	char id[ENTERPRISE_ID_BYTES];
	struct buf out;
	struct json j;

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_bool(&j, "internal", true);
	json_out_bool(&j, "refuse", must_refuse(m, count));
	json_out_array(&j, "matches");
	for (size_t i = 0; i < count; i++) {
		json_out_object(&j, NULL);
		json_out_string(&j, "id", reg_id_text(r, m[i].id, id));
		json_out_string(&j, "name", m[i].name);
		json_out_string(&j, "address", m[i].address);
		json_out_bool(&j, "exact", m[i].exact);
		json_list(&j, "refuse", m[i].refuse);
		json_list(&j, "look", m[i].look);
		json_out_object_end(&j);
	}
	json_out_array_end(&j);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static void print_match(const struct reg *r, const struct applicant_match *m)
{
	char id[ENTERPRISE_ID_BYTES];

	cli_print("%s  %s  %s  %s\n", reg_id_text(r, m->id, id), m->name,
		m->address ? m->address : "", m->exact ? T("相同", "same") : T("相近", "near"));
	for (const char *const *s = m->refuse; *s; s++)
		cli_print(T("  不予办理：%s\n", "  refuse: %s\n"), *s);
	for (const char *const *s = m->look; *s; s++)
		cli_print(T("  注意：%s\n", "  look at: %s\n"), *s);
}

static void print_text(const struct reg *r, const struct applicant_match *m, size_t count)
{
	cli_print("%s", T("内部核对结果，不得对外提供。\n", "Internal. Not for others.\n"));
	for (size_t i = 0; i < count; i++)
		print_match(r, &m[i]);
	if (count == 0)
		cli_print("%s", T("登记库里没有相同或者相近的企业\n",
					"no record is the same or nearly so\n"));
	else if (!must_refuse(m, count))
		cli_print(
			"%s", T("没有必须不予办理的理由；注意事项由办理人核实\n",
				      "no reason that makes refusing a must; look at the rest\n"));
}

enum err_code cmd_applicant(struct cli *c, int argc, char **argv, struct err *e)
{
	const struct applicant_match *matches;
	const char *address = NULL;
	struct reg *r = NULL;
	size_t count = 0;
	enum err_code code;

	if (cli_option(&argc, argv, "--address", &address, e) ||
		cli_words(argc, argv, address ? 0 : 1, 1, usage, e))
		return e->code;
	code = cli_register(c, &r, e);
	if (!code)
		code = reg_applicant(r, argc > 1 ? argv[1] : NULL, address, c->today, c->arena,
			&matches, &count, e);
	if (!code && must_refuse(matches, count))
		c->status = 1;
	if (!code && c->json)
		code = print_json(r, matches, count, e);
	else if (!code)
		print_text(r, matches, count);
	reg_close(r);
	return code;
}
