/*
 * tianlan lookback plan|list|record: whom to visit again this quarter, the lists to take along, and what was found.
 *
 * A seed that is not given comes from chance; it is printed and stored with the plan, so that the draw can be done again.
 */
#include "cli/record_out.h"

#include "cli/desk_cli.h"
#include "cli/visit_list.h"
#include "tianlan/crypto.h"
#include "tianlan/register_supervision.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"tianlan lookback plan --quarter 2018Q1 [--seed S] [--months 12] [--share 10] [--dry-run] "
	"--by WHO | list --quarter Q [--street U] [--open] [--print | --sheet FILE] | record ID "
	"--quarter Q --result held|relapsed|moved-away --unit U [--day D] [--note T] [--file F]… "
	"--by WHO";

static const struct {
	const char *id, *zh, *en;
} reasons[] = {{"relapsed", "反弹过", "relapsed before"}, {"tipped-off", "有举报", "tipped off"},
	{"recent", "新近完成", "settled of late"}, {"drawn", "抽取", "drawn"},
	{"extra", "计划外", "not planned"}},
  results[] = {{"held", "没有反弹", "held"}, {"relapsed", "恢复生产", "production resumed"},
	  {"moved-away", "已搬走", "moved away"}};

static const char *reason_label(const char *id)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (str_eq(reasons[i].id, id))
			return T(reasons[i].zh, reasons[i].en);
	return id;
}

const char *visit_result_label(const char *id)
{
	for (size_t i = 0; id && i < COUNT_OF(results); i++)
		if (str_eq(results[i].id, id))
			return T(results[i].zh, results[i].en);
	return id ? id : "";
}

static enum err_code read_quarter(int *argc, char **argv, struct quarter *ret, struct err *e)
{
	const char *text = NULL;

	if (record_needed(argc, argv, "--quarter", &text, e))
		return e->code;
	if (!quarter_parse(text, ret))
		return err_set(e, ERR_USAGE,
			T("--quarter 的值“%s”不是季度，应写成 2018Q1 的样子",
				"--quarter: “%s” is not a quarter; write it like 2018Q1"),
			text);
	return ERR_OK;
}

static enum err_code read_number(
	int *argc, char **argv, const char *name, int *value, struct err *e)
{
	const char *text = NULL;
	int64_t n;

	if (cli_option(argc, argv, name, &text, e))
		return e->code;
	if (text && (!str_to_int64(text, &n) || n > 10000))
		return err_set(e, ERR_USAGE, T("%s 的值“%s”不是数", "%s: “%s” is not a number"),
			name, text);
	if (text)
		*value = (int)n;
	return ERR_OK;
}

/* ---- plan ------------------------------------------------------------------------------------------- */

struct sums {
	size_t by_reason[COUNT_OF(reasons)], all;
};

static enum err_code add_up(void *ctx, const struct lookback *l, struct err *e)
{
	struct sums *s = ctx;

	(void)e;
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		s->by_reason[i] += str_eq(reasons[i].id, l->reason);
	s->all++;
	return ERR_OK;
}

static enum err_code report_plan(struct cli *c, const struct lookback_options *o,
	const struct sums *s, bool dry, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES];
	struct buf out;
	struct json j;

	quarter_text(o->quarter, quarter);
	if (!c->json) {
		cli_print(dry ? T("%s 回头看：将走访 %zu 家（试算，没有保存）\n",
					"%s: %zu would be visited (nothing was kept)\n")
			      : T("%s 回头看：走访 %zu 家\n", "%s: %zu will be visited\n"),
			quarter, s->all);
		for (size_t i = 0; i < COUNT_OF(reasons); i++)
			cli_print("  %s %zu\n", T(reasons[i].zh, reasons[i].en), s->by_reason[i]);
		cli_print(T("种子 %s\n", "seed %s\n"), o->seed);
		return ERR_OK;
	}
	buf_init(&out, 1 << 14);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "quarter", quarter);
	json_out_string(&j, "seed", o->seed);
	json_out_int(&j, "months", o->months);
	json_out_int(&j, "share", o->share);
	json_out_int(&j, "planned", (int64_t)s->all);
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		json_out_int(&j, reasons[i].id, (int64_t)s->by_reason[i]);
	json_out_bool(&j, "dry_run", dry);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static const char *seed_of_chance(struct cli *c)
{
	const struct chance chance = chance_system();
	char *seed = arena_alloc(c->arena, 33);
	uint8_t bytes[16];

	chance_fill(&chance, bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		seed[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		seed[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	return seed;
}

static enum err_code plan(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct lookback_options o = {.months = 12, .share = 10};
	struct change_note note = record_note(c);
	bool dry = cli_flag(&argc, argv, "--dry-run");
	struct sums sums = {.all = 0};
	size_t count = 0;
	enum err_code code;

	if (read_quarter(&argc, argv, &o.quarter, e) ||
		cli_option(&argc, argv, "--seed", &o.seed, e) ||
		read_number(&argc, argv, "--months", &o.months, e) ||
		read_number(&argc, argv, "--share", &o.share, e) ||
		cli_words(argc, argv, 0, 0, usage, e) || cli_need_by(c, false, e))
		return e->code;
	if (!o.seed)
		o.seed = seed_of_chance(c);
	if (reg_begin(r, e))
		return e->code;
	code = reg_lookback_plan(r, &o, c->today, &note, &count, e);
	if (!code)
		code = reg_lookback_each(r, o.quarter, NULL, false, add_up, &sums, e);
	if (!code && !dry)
		code = reg_commit(r, e);
	else
		reg_rollback(r);
	return code ? code : report_plan(c, &o, &sums, dry, e);
}

/* ---- list ------------------------------------------------------------------------------------------------ */

struct listing {
	struct reg *r;
	struct json *j;
	const struct unit_names *names;
};

static enum err_code json_row(void *ctx, const struct lookback *l, struct err *e)
{
	struct listing *x = ctx;
	char id[ENTERPRISE_ID_BYTES], quarter[QUARTER_TEXT_BYTES];

	(void)e;
	json_out_object(x->j, NULL);
	json_out_string(x->j, "quarter", quarter_text(l->quarter, quarter));
	json_out_string(x->j, "id", reg_id_text(x->r, l->enterprise, id));
	json_out_int(x->j, "place", l->place);
	json_out_string(x->j, "street", l->street);
	json_out_string(x->j, "reason", l->reason);
	json_out_string(x->j, "name", l->name);
	json_out_string(x->j, "address", l->address);
	record_json_day(x->j, "done_on", l->done_on);
	json_out_string(x->j, "result", l->result);
	json_out_object_end(x->j);
	return ERR_OK;
}

static enum err_code text_row(void *ctx, const struct lookback *l, struct err *e)
{
	struct listing *x = ctx;
	char id[ENTERPRISE_ID_BYTES], day[DAY_TEXT_BYTES];

	(void)e;
	cli_print("%lld\t%s\t%s\t%s\t%s\t%s\t%s%s%s\n", (long long)l->place,
		reg_id_text(x->r, l->enterprise, id), unit_shown(x->names, l->street),
		reason_label(l->reason), l->name, l->address ? l->address : "",
		day_text(l->done_on, day), l->result ? " " : "",
		l->result ? visit_result_label(l->result) : T("未走访", "open"));
	return ERR_OK;
}

static enum err_code list_json(struct cli *c, struct reg *r, struct quarter q, const char *street,
	bool open_only, struct err *e)
{
	struct buf out;
	struct json j;
	struct listing x = {.r = r, .j = &j};
	enum err_code code;

	(void)c;
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_array(&j, NULL);
	code = reg_lookback_each(r, q, street, open_only, json_row, &x, e);
	json_out_array_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

static enum err_code list(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	bool open_only = cli_flag(&argc, argv, "--open"), print = cli_flag(&argc, argv, "--print");
	const char *street = NULL, *sheet = NULL;
	struct unit_names *names;
	struct listing x = {.r = r};
	struct quarter q = {0};

	if (read_quarter(&argc, argv, &q, e) || cli_option(&argc, argv, "--street", &street, e) ||
		cli_option(&argc, argv, "--sheet", &sheet, e) ||
		cli_words(argc, argv, 0, 0, usage, e) || unit_names_load(c, r, &names, e) ||
		(street && unit_by_text(names, "--street", street, &street, e)))
		return e->code;
	if (sheet) {
		if (reg_lookback_sheet(r, q, street, open_only, sheet, e))
			return e->code;
		cli_print(c->json ? "{}\n" : T("已写出 %s\n", "wrote %s\n"), sheet);
		return ERR_OK;
	}
	x.names = names;
	if (print)
		return visit_list_print(c, r, q, street, open_only, names, e);
	return c->json ? list_json(c, r, q, street, open_only, e)
		       : reg_lookback_each(r, q, street, open_only, text_row, &x, e);
}

/* ---- record -------------------------------------------------------------------------------------------------- */

static enum err_code report_visit(struct cli *c, struct reg *r, struct enterprise_id id,
	const char *result, size_t reopened, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	struct enterprise now;
	struct buf out;
	struct json j;

	if (reg_enterprise_get(r, id, c->arena, &now, e))
		return e->code;
	reg_id_text(r, id, text);
	if (!c->json) {
		cli_print(T("%s 回头看：%s，状态 %s\n", "%s looked back: %s, state %s\n"), text,
			visit_result_label(result),
			T(policy_state_label(now.course.state),
				policy_state_slug(now.course.state)));
		if (reopened)
			cli_print(
				T("重启了 %zu 件举报\n", "%zu tip-offs were reopened\n"), reopened);
		return ERR_OK;
	}
	buf_init(&out, 1 << 12);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "id", text);
	json_out_string(&j, "result", result);
	json_out_string(&j, "state", policy_state_slug(now.course.state));
	json_out_int(&j, "reopened", (int64_t)reopened);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static enum err_code record(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	const char *files[RECORD_FILES_MAX + 1], *result = NULL;
	struct event_new ev = {.day = c->today, .note = c->why, .files = files};
	struct change_note note = record_note(c);
	struct unit_names *names;
	struct enterprise_id id;
	struct quarter q = {0};
	size_t reopened = 0;

	if (read_quarter(&argc, argv, &q, e) ||
		record_needed(&argc, argv, "--result", &result, e) ||
		record_needed(&argc, argv, "--unit", &ev.unit, e) ||
		cli_day(&argc, argv, "--day", &ev.day, e) ||
		cli_option(&argc, argv, "--note", &ev.note, e) ||
		record_files(&argc, argv, files, e) || cli_words(argc, argv, 1, 1, usage, e) ||
		cli_need_by(c, false, e) || unit_names_load(c, r, &names, e) ||
		unit_by_text(names, "--unit", ev.unit, &ev.unit, e) ||
		reg_id_parse(r, argv[1], &id, e) ||
		reg_lookback_record(r, q, id, result, &ev, &note, e))
		return e->code;
	/* Who is found at work again had tip-offs that were concluded: those go on. */
	if (str_eq(result, "relapsed") && cli_follow(c, r, &reopened, e))
		return e->code;
	return report_visit(c, r, id, result, reopened, e);
}

enum err_code cmd_lookback(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *verb = NULL;
	struct reg *r = NULL;
	enum err_code code;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	if (!str_eq(verb, "plan") && !str_eq(verb, "list") && !str_eq(verb, "record"))
		return record_unknown_verb(verb, usage, e);
	code = cli_register(c, &r, e);
	if (!code && str_eq(verb, "plan"))
		code = plan(c, r, argc, argv, e);
	else if (!code && str_eq(verb, "list"))
		code = list(c, r, argc, argv, e);
	else if (!code)
		code = record(c, r, argc, argv, e);
	reg_close(r);
	return code;
}
