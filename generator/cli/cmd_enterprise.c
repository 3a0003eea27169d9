/*
 * tianlan enterprise list|show|set|add: the records of the register.
 *
 * set takes FIELD=VALUE words, all in one transaction: one value that is refused leaves all as it was.
 */
#include "cli/record_out.h"

#include <string.h>

static const char usage[] =
	"tianlan enterprise list [--street S] [--unit U] [--category C] [--state S] [--industry I] "
	"[--ring R] [--differs] | show ID | set ID FIELD=VALUE… [--day D] --by WHO --why TEXT | "
	"add --unit U [--day D] name=… street=… [FIELD=VALUE…] --by WHO";

/* ---- list ---------------------------------------------------------------------------------------- */

struct street_wanted {
	const char *text; /* code or name */
	struct arena *a;
	const char *code;
};

static enum err_code match_street(void *ctx, const struct unit *u, struct err *e)
{
	struct street_wanted *w = ctx;

	(void)e;
	if (str_eq(u->code, w->text) || str_eq(u->name, w->text))
		w->code = arena_strdup(w->a, u->code);
	return ERR_OK;
}

static enum err_code find_unit(
	struct cli *c, struct reg *r, const char *option, const char **code, struct err *e)
{
	struct street_wanted w = {.text = *code, .a = c->arena};

	if (!*code)
		return ERR_OK;
	if (reg_unit_each(r, match_street, &w, e))
		return e->code;
	if (!w.code)
		return err_set(
			e, ERR_USAGE, T("%s：没有“%s”", "%s: there is no “%s”"), option, *code);
	*code = w.code;
	return ERR_OK;
}

static enum err_code unknown(const char *option, const char *text, struct err *e)
{
	return err_set(e, ERR_USAGE, T("%s：不认识“%s”", "%s: “%s” is unknown"), option, text);
}

static enum err_code read_filter(struct cli *c, struct reg *r, int *argc, char **argv,
	struct enterprise_filter *f, struct err *e)
{
	const char *category = NULL, *state = NULL, *ring = NULL, *industry = NULL;

	f->differs_only = cli_flag(argc, argv, "--differs");
	if (cli_option(argc, argv, "--street", &f->street, e) ||
		cli_option(argc, argv, "--unit", &f->unit, e) ||
		cli_option(argc, argv, "--category", &category, e) ||
		cli_option(argc, argv, "--state", &state, e) ||
		cli_option(argc, argv, "--ring", &ring, e) ||
		cli_option(argc, argv, "--industry", &industry, e) ||
		cli_words(*argc, argv, 0, 0, usage, e))
		return e->code;
	f->category = policy_category_find(category);
	f->state = policy_state_find(state);
	f->ring = policy_ring_find(ring);
	if (category && !f->category)
		return unknown("--category", category, e);
	if (state && !f->state)
		return unknown("--state", state, e);
	if (ring && !f->ring)
		return unknown("--ring", ring, e);
	if (industry) {
		const struct industry_info *info = policy_industry_find(c->policy, industry);

		if (!info)
			return unknown("--industry", industry, e);
		f->industry = info->slug;
	}
	if (find_unit(c, r, "--street", &f->street, e))
		return e->code;
	return find_unit(c, r, "--unit", &f->unit, e);
}

struct listing {
	struct reg *r;
	struct json *j; /* NULL: text */
	int64_t rows;
};

static void json_row(struct json *j, const char *id, const struct enterprise *en)
{
	static const enum field shown[] = {FIELD_NAME, FIELD_STREET, FIELD_COMMUNITY, FIELD_ADDRESS,
		FIELD_INDUSTRY, FIELD_RING, FIELD_MEASURE, FIELD_FOUND_ON};

	json_out_object(j, NULL);
	json_out_string(j, "id", id);
	for (size_t i = 0; i < COUNT_OF(shown); i++)
		json_out_string(j, policy_field(shown[i])->id, en->value[shown[i]]);
	json_out_string(j, "category", en->category ? policy_category_label(en->category) : NULL);
	json_out_string(j, "suggested",
		en->suggestion.category ? policy_category_label(en->suggestion.category) : NULL);
	json_out_bool(j, "differs", en->differs);
	json_out_string(j, "industry_kind", en->industry);
	json_out_string(j, "unit", en->unit);
	json_out_string(j, "state", policy_state_slug(en->course.state));
	record_json_day(j, "since", en->course.since);
	json_out_object_end(j);
}

static enum err_code list_row(void *ctx, const struct enterprise *en, struct err *e)
{
	struct listing *l = ctx;
	char id[ENTERPRISE_ID_BYTES];

	(void)e;
	l->rows++;
	reg_id_text(l->r, en->id, id);
	if (l->j) {
		json_row(l->j, id, en);
		return ERR_OK;
	}
	record_print_cell(id, 16);
	record_print_cell(policy_category_label(en->category), 8);
	record_print_cell(
		T(policy_state_label(en->course.state), policy_state_slug(en->course.state)), 18);
	record_print_cell(en->value[FIELD_STREET], 12);
	cli_print("%s%s\n", en->value[FIELD_NAME],
		en->differs ? T("  ［与建议不一致］", "  [differs]") : "");
	return ERR_OK;
}

static enum err_code list(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct enterprise_filter filter = {0};
	struct listing l = {.r = r};
	struct buf out;
	struct json j;
	enum err_code code = read_filter(c, r, &argc, argv, &filter, e);

	if (code)
		return code;
	if (!c->json) {
		code = reg_enterprise_each(r, &filter, list_row, &l, e);
		if (!code)
			cli_print(T("共 %lld 家\n", "%lld enterprises\n"), (long long)l.rows);
		return code;
	}
	buf_init(&out, (size_t)1 << 30);
	json_out_init(&j, &out);
	l.j = &j;
	json_out_array(&j, NULL);
	code = reg_enterprise_each(r, &filter, list_row, &l, e);
	json_out_array_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

/* ---- set ------------------------------------------------------------------------------------------- */

/* "ring=inner" to the field and its text. */
static enum err_code read_pair(struct cli *c, const char *word, enum field *ret_field,
	const char **ret_text, struct err *e)
{
	const char *equals = strchr(word, '=');
	const char *name = equals ? arena_strndup(c->arena, word, (size_t)(equals - word)) : word;
	const struct field_info *info = policy_field_find(name);

	if (!equals)
		return err_set(
			e, ERR_USAGE, T("“%s”应写成 字段=值", "“%s” must read FIELD=VALUE"), word);
	if (!info)
		return err_set(e, ERR_USAGE, T("没有字段“%s”", "there is no field “%s”"), name);
	*ret_field = info->field;
	*ret_text = equals + 1;
	return ERR_OK;
}

/* What became of each FIELD=VALUE word, told only once all of it is kept. */
struct setting {
	enum field field;
	bool changed;
};

static enum err_code set_all(struct cli *c, struct reg *r, struct enterprise_id id, char **pairs,
	struct day day, struct setting *list, int count, struct err *e)
{
	struct change_note note = record_note(c);
	enum err_code code = reg_begin(r, e);

	for (int i = 0; i < count && !code; i++) {
		const char *text = NULL;

		code = read_pair(c, pairs[i], &list[i].field, &text, e);
		if (!code)
			code = reg_enterprise_set(
				r, id, list[i].field, text, day, &note, &list[i].changed, e);
	}
	if (!code)
		return reg_commit(r, e);
	reg_rollback(r);
	return code;
}

static enum err_code set_json(struct reg *r, const struct enterprise *now,
	const struct setting *list, int count, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 16);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "id", reg_id_text(r, now->id, text));
	json_out_array(&j, "changed");
	for (int i = 0; i < count; i++)
		if (list[i].changed)
			json_out_string(&j, NULL, policy_field(list[i].field)->id);
	json_out_array_end(&j);
	json_out_string(
		&j, "category", now->category ? policy_category_label(now->category) : NULL);
	json_out_string(&j, "state", policy_state_slug(now->course.state));
	json_out_bool(&j, "differs", now->differs);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static enum err_code set(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct setting list[FIELD_COUNT] = {{0}};
	struct day day = c->today;
	struct enterprise_id id;
	struct enterprise now;
	int count;

	if (cli_day(&argc, argv, "--day", &day, e) ||
		cli_words(argc, argv, 2, FIELD_COUNT + 1, usage, e) || cli_need_by(c, true, e) ||
		reg_id_parse(r, argv[1], &id, e))
		return e->code;
	count = argc - 2;
	if (set_all(c, r, id, argv + 2, day, list, count, e) ||
		reg_enterprise_get(r, id, c->arena, &now, e))
		return e->code;
	if (c->json)
		return set_json(r, &now, list, count, e);
	for (int i = 0; i < count; i++)
		cli_print("%s：%s\n", policy_field(list[i].field)->label,
			list[i].changed ? T("已改", "changed") : T("未变", "as it was"));
	return ERR_OK;
}

/* ---- add ------------------------------------------------------------------------------------------- */

static enum err_code add(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	const char *value[FIELD_COUNT] = {NULL}, *unit = NULL;
	struct change_note note = record_note(c);
	char text[ENTERPRISE_ID_BYTES];
	struct enterprise_id id;
	struct day day = c->today;
	char found[DAY_TEXT_BYTES];
	struct buf out;
	struct json j;

	if (cli_option(&argc, argv, "--unit", &unit, e) || cli_day(&argc, argv, "--day", &day, e) ||
		cli_words(argc, argv, 1, FIELD_COUNT, usage, e) || cli_need_by(c, false, e))
		return e->code;
	for (int i = 1; i < argc; i++) {
		const char *given = NULL;
		enum field f = 0;

		if (read_pair(c, argv[i], &f, &given, e))
			return e->code;
		value[f] = given;
	}
	/* As of one that a tip-off found (case link --new): neither is to be told from the other. */
	if (!value[FIELD_FOUND_ON])
		value[FIELD_FOUND_ON] = day_text(day, found);
	if (reg_enterprise_add(r, value, unit, day, &note, &id, e))
		return e->code;
	if (!c->json) {
		cli_print("%s\n", reg_id_text(r, id, text));
		return ERR_OK;
	}
	buf_init(&out, 1 << 12);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "id", reg_id_text(r, id, text));
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static enum err_code show(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct enterprise_id id;

	if (cli_words(argc, argv, 1, 1, usage, e) || reg_id_parse(r, argv[1], &id, e))
		return e->code;
	return record_show(c, r, id, e);
}

enum err_code cmd_enterprise(struct cli *c, int argc, char **argv, struct err *e)
{
	static const struct {
		const char *verb;
		enum err_code (*run)(struct cli *, struct reg *, int, char **, struct err *);
	} verbs[] = {{"list", list}, {"show", show}, {"set", set}, {"add", add}};
	const char *verb = NULL;
	struct reg *r = NULL;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (str_eq(verbs[i].verb, verb)) {
			enum err_code code = cli_register(c, &r, e);

			if (!code)
				code = verbs[i].run(c, r, argc, argv, e);
			reg_close(r);
			return code;
		}
	return record_unknown_verb(verb, usage, e);
}
