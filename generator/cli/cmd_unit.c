/*
 * tianlan unit list|show|set|add: streets, zones, departments, each with one liaison.
 *
 * The liaison is for staff alone: `list` leaves it out, `show` names one unit's.
 */
#include "cli/record_out.h"

#include <string.h>

static const char usage[] =
	"tianlan unit list | show CODE | add CODE --name N --kind K [--liaison-name N] "
	"[--liaison-post P] [--liaison-phone T] --by WHO | set CODE [the same] --by WHO";

struct listing {
	struct json *j;	    /* NULL: text */
	const char *wanted; /* show: this code; NULL: all */
	bool found;
};

static enum err_code list_row(void *ctx, const struct unit *u, struct err *e)
{
	struct listing *l = ctx;

	(void)e;
	if (l->wanted && !str_eq(l->wanted, u->code))
		return ERR_OK;
	l->found = true;
	if (l->j) {
		json_out_object(l->j, NULL);
		json_out_string(l->j, "code", u->code);
		json_out_string(l->j, "name", u->name);
		json_out_string(l->j, "kind", u->kind);
		if (l->wanted) {
			json_out_string(l->j, "liaison_name", u->liaison_name);
			json_out_string(l->j, "liaison_post", u->liaison_post);
			json_out_string(l->j, "liaison_phone", u->liaison_phone);
		}
		json_out_object_end(l->j);
		return ERR_OK;
	}
	record_print_cell(u->code, 14);
	record_print_cell(u->kind, 12);
	cli_print("%s\n", u->name);
	if (l->wanted)
		cli_print(T("联络员  %s  %s  %s\n", "liaison  %s  %s  %s\n"),
			u->liaison_name ? u->liaison_name : T("未填", "none"),
			u->liaison_post ? u->liaison_post : "",
			u->liaison_phone ? u->liaison_phone : "");
	return ERR_OK;
}

static enum err_code list(struct cli *c, struct reg *r, const char *wanted, struct err *e)
{
	struct listing l = {.wanted = wanted};
	struct buf out;
	struct json j;
	enum err_code code;

	buf_init(&out, 1 << 24);
	json_out_init(&j, &out);
	l.j = c->json ? &j : NULL;
	if (c->json && !wanted)
		json_out_array(&j, NULL);
	code = reg_unit_each(r, list_row, &l, e);
	if (c->json && !wanted)
		json_out_array_end(&j);
	if (!code && wanted && !l.found)
		code = err_set(
			e, ERR_NOT_FOUND, T("没有单位“%s”", "there is no unit “%s”"), wanted);
	if (!code && c->json)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

static enum err_code check_new(struct reg *r, const char *code, struct err *e)
{
	struct listing l = {.wanted = code};
	struct buf out;
	struct json j;
	enum err_code result;

	buf_init(&out, 1 << 16);
	json_out_init(&j, &out);
	l.j = &j;
	result = reg_unit_each(r, list_row, &l, e);
	buf_done(&out);
	if (!result && l.found)
		return err_set(
			e, ERR_CONFLICT, T("已有单位“%s”", "there is a unit “%s” already"), code);
	return result;
}

static enum err_code set(
	struct cli *c, struct reg *r, bool is_new, int argc, char **argv, struct err *e)
{
	struct unit u = {0};
	struct change_note note = record_note(c);

	if (cli_option(&argc, argv, "--name", &u.name, e) ||
		cli_option(&argc, argv, "--kind", &u.kind, e) ||
		cli_option(&argc, argv, "--liaison-name", &u.liaison_name, e) ||
		cli_option(&argc, argv, "--liaison-post", &u.liaison_post, e) ||
		cli_option(&argc, argv, "--liaison-phone", &u.liaison_phone, e) ||
		cli_words(argc, argv, 1, 1, usage, e) || cli_need_by(c, false, e))
		return e->code;
	u.code = argv[1];
	if (is_new && check_new(r, u.code, e))
		return e->code;
	if (reg_unit_set(r, &u, &note, e))
		return e->code;
	return list(c, r, u.code, e);
}

enum err_code cmd_unit(struct cli *c, int argc, char **argv, struct err *e)
{
	static const char *const verbs[] = {"list", "show", "set", "add"};
	const char *verb = NULL;
	struct reg *r = NULL;
	bool known = false;
	enum err_code code;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		known = known || str_eq(verbs[i], verb);
	if (!known)
		return record_unknown_verb(verb, usage, e);
	code = cli_register(c, &r, e);
	if (!code && str_eq(verb, "list")) {
		code = cli_words(argc, argv, 0, 0, usage, e);
		if (!code)
			code = list(c, r, NULL, e);
	} else if (!code && str_eq(verb, "show")) {
		code = cli_words(argc, argv, 1, 1, usage, e);
		if (!code)
			code = list(c, r, argv[1], e);
	} else if (!code)
		code = set(c, r, str_eq(verb, "add"), argc, argv, e);
	reg_close(r);
	return code;
}
