/*
 * tianlan signoff ID --step …: one step of the sign-off (自查 → 复查 → 核查 → 销号) with the unit that takes it; signoff show ID.
 */
#include "cli/record_out.h"

#include "cli/desk_cli.h"
#include "tianlan/register_supervision.h"

#include <string.h>

static const char usage[] =
	"tianlan signoff ID --step self|review|verify|sign-off --unit U [--day D] [--note T] "
	"[--file F]… --by WHO | show ID";

static const struct {
	const char *word;
	enum event_kind kind;
} steps[] = {{"self", EVENT_SELF_CHECKED}, {"review", EVENT_REVIEWED}, {"verify", EVENT_VERIFIED},
	{"sign-off", EVENT_SIGNED_OFF}};

static const char *label(enum event_kind kind)
{
	return T(policy_event_label(kind), policy_event_label_en(kind));
}

/* ---- where it stands -------------------------------------------------------------------------------- */

static void json_steps(struct json *j, const struct signoff_state *s)
{
	json_out_array(j, "steps");
	for (size_t i = 0; i < COUNT_OF(s->day); i++) {
		json_out_object(j, NULL);
		json_out_string(j, "kind", policy_event_id(steps[i].kind));
		record_json_day(j, "day", s->day[i]);
		json_out_string(j, "unit", s->unit[i]);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_array(j, "cleared");
	for (size_t i = 0; i < COUNT_OF(s->cleared) && s->closes; i++) {
		json_out_object(j, NULL);
		json_out_string(
			j, "kind", policy_event_id(EVENT_CLEARED_WATER + (enum event_kind)i));
		record_json_day(j, "day", s->cleared[i]);
		json_out_int(j, "evidence", (int64_t)s->cleared_evidence[i]);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static enum err_code show_json(struct reg *r, struct enterprise_id id, const struct enterprise *now,
	const struct signoff_state *s, int64_t seq, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 16);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "id", reg_id_text(r, id, text));
	json_out_string(&j, "state", policy_state_slug(now->course.state));
	if (seq)
		json_out_int(&j, "seq", seq);
	json_steps(&j, s);
	record_json_day(&j, "signed_off", s->signed_off);
	json_out_string(&j, "next", s->next);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static void print_line(const char *what, struct day day, const char *more)
{
	char text[DAY_TEXT_BYTES];

	cli_print("  ");
	record_print_cell(what, 14);
	record_print_cell(day_is_set(day) ? day_text(day, text) : T("未登记", "none"), 12);
	cli_print("%s\n", more);
}

static enum err_code show_text(struct cli *c, struct reg *r, struct enterprise_id id,
	const struct enterprise *now, const struct signoff_state *s, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	struct unit_names *names;

	if (unit_names_load(c, r, &names, e))
		return e->code;
	cli_print("%s　%s　%s\n", reg_id_text(r, id, text), now->value[FIELD_NAME],
		T(policy_state_label(now->course.state), policy_state_slug(now->course.state)));
	for (size_t i = 0; i < COUNT_OF(s->day); i++)
		print_line(label(steps[i].kind), s->day[i],
			s->unit[i] ? unit_shown(names, s->unit[i]) : "");
	print_line(label(EVENT_SIGNED_OFF), s->signed_off, "");
	for (size_t i = 0; i < COUNT_OF(s->cleared) && s->closes; i++)
		print_line(label(EVENT_CLEARED_WATER + (enum event_kind)i), s->cleared[i],
			arena_printf(
				c->arena, T("材料 %zu 件", "%zu files"), s->cleared_evidence[i]));
	cli_print(T("下一步：%s\n", "Next: %s\n"), s->next);
	return ERR_OK;
}

static enum err_code show(
	struct cli *c, struct reg *r, struct enterprise_id id, int64_t seq, struct err *e)
{
	struct signoff_state s;
	struct enterprise now;

	if (reg_enterprise_get(r, id, c->arena, &now, e) || reg_signoff_get(r, id, c->arena, &s, e))
		return e->code;
	return c->json ? show_json(r, id, &now, &s, seq, e) : show_text(c, r, id, &now, &s, e);
}

/* ---- a step ------------------------------------------------------------------------------------------- */

static enum err_code read_step(int *argc, char **argv, enum event_kind *ret, struct err *e)
{
	const char *word = NULL;

	if (record_needed(argc, argv, "--step", &word, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (str_eq(steps[i].word, word)) {
			*ret = steps[i].kind;
			return ERR_OK;
		}
	return err_set(e, ERR_USAGE,
		T("--step 只能是 self、review、verify 或 sign-off：“%s”",
			"--step is self, review, verify or sign-off: “%s”"),
		word);
}

static enum err_code add(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	const char *files[RECORD_FILES_MAX + 1];
	struct event_new ev = {.day = c->today, .files = files};
	struct change_note note = record_note(c);
	struct unit_names *names;
	struct enterprise_id id;
	int64_t seq = 0;

	if (read_step(&argc, argv, &ev.kind, e) ||
		record_needed(&argc, argv, "--unit", &ev.unit, e) ||
		cli_day(&argc, argv, "--day", &ev.day, e) ||
		cli_option(&argc, argv, "--note", &ev.note, e) ||
		record_files(&argc, argv, files, e) || cli_words(argc, argv, 1, 1, usage, e) ||
		cli_need_by(c, false, e) || unit_names_load(c, r, &names, e) ||
		unit_by_text(names, "--unit", ev.unit, &ev.unit, e) ||
		reg_id_parse(r, argv[1], &id, e) || reg_event_add(r, id, &ev, &note, &seq, e))
		return e->code;
	return show(c, r, id, seq, e);
}

static enum err_code show_one(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct enterprise_id id;

	if (cli_words(argc, argv, 2, 2, usage, e) || reg_id_parse(r, argv[2], &id, e))
		return e->code;
	return show(c, r, id, 0, e);
}

enum err_code cmd_signoff(struct cli *c, int argc, char **argv, struct err *e)
{
	bool shows = argc > 1 && str_eq(argv[1], "show");
	struct reg *r = NULL;
	enum err_code code = cli_register(c, &r, e);

	if (!code)
		code = shows ? show_one(c, r, argc, argv, e) : add(c, r, argc, argv, e);
	reg_close(r);
	return code;
}
