/*
 * tianlan case link: the case is about this enterprise, and its rectification begins; or (--new) about one that nobody had on
 * record, which is registered on the spot: 发现一例、整治一例.
 */
#include "cli/case_act.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"tianlan case link ID ENTERPRISE [--day D] [--reply TEXT] --by WHO --why TEXT | link ID "
	"--new "
	"--name N --address A --street S [--set FIELD=VALUE]… [--day D] --by WHO --why TEXT";

struct linking {
	struct act a;
	bool new;
	const char *value[FIELD_COUNT];
};

static enum err_code set_field(struct cli *c, struct linking *l, const char *word, struct err *e)
{
	const char *equals = strchr(word, '=');
	const char *name = equals ? arena_strndup(c->arena, word, (size_t)(equals - word)) : word;
	const struct field_info *info = policy_field_find(name);

	if (!equals)
		return err_set(e, ERR_USAGE,
			T("--set：“%s”应写成 字段=值", "--set: \"%s\" must read FIELD=VALUE"),
			word);
	if (!info)
		return err_set(e, ERR_USAGE,
			T("--set：没有字段“%s”", "--set: there is no field \"%s\""), name);
	l->value[info->field] = equals + 1;
	return ERR_OK;
}

static enum err_code read_new(
	struct cli *c, int *argc, char **argv, struct linking *l, struct err *e)
{
	if (record_needed(argc, argv, "--name", &l->value[FIELD_NAME], e) ||
		record_needed(argc, argv, "--address", &l->value[FIELD_ADDRESS], e) ||
		record_needed(argc, argv, "--street", &l->value[FIELD_STREET], e))
		return e->code;
	for (;;) {
		const char *word = NULL;
		if (cli_option(argc, argv, "--set", &word, e) || (word && set_field(c, l, word, e)))
			return e->code;
		if (!word)
			return ERR_OK;
	}
}

/* Part of the transaction of the step: when that is refused, there is no new record either. */
static enum err_code register_new(struct cli *c, struct linking *l, struct err *e)
{
	const struct change_note note = {.by = c->by, .at = c->now};
	struct day day = day_is_set(l->a.act.day) ? l->a.act.day : c->today;
	char *found = arena_alloc(c->arena, DAY_TEXT_BYTES);
	struct unit_names *names;
	const char *unit = NULL;

	day_text(day, found);
	if (!l->value[FIELD_FOUND_ON])
		l->value[FIELD_FOUND_ON] = found;
	if (unit_names_load(c, l->a.bench.reg, &names, e) ||
		unit_by_text(names, "--street", l->value[FIELD_STREET], &unit, e))
		return e->code;
	l->a.act.found_new = true;
	return reg_enterprise_add(
		l->a.bench.reg, l->value, unit, day, &note, &l->a.act.enterprise, e);
}

struct linked {
	struct cli *c;
	struct linking *l;
	struct err *e;
	enum err_code code;
};

static void json_linked(struct json *j, void *ctx)
{
	struct linked *k = ctx;

	json_out_bool(j, "found_new", k->l->new);
	json_out_object(j, "enterprise");
	k->code = record_show_brief(k->c, k->l->a.bench.reg, k->l->a.act.enterprise, j, k->e);
	json_out_object_end(j);
}

static enum err_code print_linked(struct cli *c, struct linking *l, struct err *e)
{
	struct linked k = {.c = c, .l = l, .e = e};
	enum err_code code =
		case_print_now(&l->a.bench, l->a.row.number, l->a.n, json_linked, &k, e);

	if (code || c->json)
		return code ? code : k.code;
	if (l->new)
		cli_print("%s", T("新登记（发现一例）  ", "newly registered  "));
	return record_show_brief(c, l->a.bench.reg, l->a.act.enterprise, NULL, e);
}

static enum err_code run(
	struct cli *c, struct linking *l, const char *id, const char *enterprise, struct err *e)
{
	struct act *a = &l->a;
	enum err_code code = bench_open(&a->bench, e);

	if (!code)
		code = case_find(&a->bench, id, &a->row, e);
	if (!code && enterprise)
		code = reg_id_parse(a->bench.reg, enterprise, &a->act.enterprise, e);
	if (!code)
		code = reg_begin(a->bench.reg, e);
	if (code)
		return code;
	if (l->new)
		code = register_new(c, l, e);
	if (!code)
		code = desk_step(a->bench.desk, a->row.number, &a->act, &a->n, e);
	code = act_commit(a, code, e);
	return code ? code : print_linked(c, l, e);
}

enum err_code case_link(struct cli *c, int argc, char **argv, struct err *e)
{
	struct linking *l = arena_alloc(c->arena, sizeof *l);

	l->new = cli_flag(&argc, argv, "--new");
	l->a.act.kind = CASE_RECTIFYING;
	if (act_options(c, &argc, argv, &l->a, e) || (l->new &&read_new(c, &argc, argv, l, e)) ||
		cli_words(argc, argv, l->new ? 1 : 2, l->new ? 1 : 2, usage, e) ||
		act_texts(c, &l->a, e))
		return e->code;
	enum err_code code = run(c, l, argv[1], l->new ? NULL : argv[2], e);
	bench_close(&l->a.bench);
	return code;
}
