/*
 * The steps of a case as commands. What may follow is policy's; who may do it and what is kept of it is the desk's. Here are
 * the options, and what is said afterwards.
 *
 * A step and what goes with it (kinds set right, an enterprise registered on the spot) is one transaction: refused is refused as a
 * whole. The reason is sealed with the case: it never goes into the change log.
 */
#include "cli/case_act.h"

#include <stdlib.h>
#include <string.h>

enum {
	TAKES_FIX = 1, /* --kinds, --street */
	TAKES_UNITS = 2,
	TAKES_OUTCOME = 4,
	TAKES_DAYS = 8,
	TAKES_DESPITE = 16,
	NEEDS_REPLY = 32,
};

static const struct verb {
	const char *name;
	enum case_step kind;
	unsigned takes;
	const char *usage;
} verbs[] = {
	{"accept", CASE_ACCEPTED, TAKES_FIX,
		"tianlan case accept ID [--kinds K…] [--street S] [--reply TEXT] --by WHO --why "
		"TEXT"},
	/* The reporter is told the reason. */
	{"decline", CASE_DECLINED, NEEDS_REPLY,
		"tianlan case decline ID --reply TEXT --by WHO --why TEXT"},
	{"transfer", CASE_TRANSFERRED, 0,
		"tianlan case transfer ID [--reply TEXT] --by WHO --why TEXT"},
	{"dispatch", CASE_DISPATCHED, TAKES_UNITS | TAKES_FIX,
		"tianlan case dispatch ID [--lead U] [--helper U]… [--kinds K…] [--street S] --by "
		"WHO "
		"--why TEXT"},
	{"object", CASE_OBJECTED, 0, "tianlan case object ID --by WHO --why TEXT"},
	{"check", CASE_CHECKED, TAKES_OUTCOME,
		"tianlan case check ID --outcome true|partly|untrue [--reply TEXT] --by WHO --why "
		"TEXT"},
	{"conclude", CASE_CONCLUDED, NEEDS_REPLY | TAKES_DESPITE,
		"tianlan case conclude ID --reply TEXT [--despite-open] --by WHO --why TEXT"},
	{"ask", CASE_ASKED, 0, "tianlan case ask ID [--reply TEXT] --by WHO --why TEXT"},
	/* What the reporter reads is set right by coming back to the reporter. */
	{"reply", CASE_ASKED, NEEDS_REPLY,
		"tianlan case reply ID --reply TEXT --by WHO --why TEXT"},
	{"reopen", CASE_REOPENED, 0, "tianlan case reopen ID [--reply TEXT] --by WHO --why TEXT"},
	{"extend", CASE_EXTENDED, TAKES_DAYS,
		"tianlan case extend ID --days N [--reply TEXT] --by WHO --why TEXT"},
};

/* ---- options -------------------------------------------------------------------------------------------- */

/* --outcome: the identifier or the word. */
static enum err_code read_outcome(int *argc, char **argv, struct act *a, struct err *e)
{
	const char *text = NULL;

	if (record_needed(argc, argv, "--outcome", &text, e))
		return e->code;
	for (enum case_outcome o = OUTCOME_TRUE; o < OUTCOME_COUNT; o++)
		if (str_eq(text, policy_outcome_id(o)) || str_eq(text, policy_outcome_label(o)))
			a->act.outcome = o;
	return a->act.outcome
		       ? ERR_OK
		       : err_set(e, ERR_USAGE,
				 T("--outcome 只能是 "
				   "true（属实）、partly（部分属实）、untrue（不属实）：“%s”",
					 "--outcome is true, partly or untrue: \"%s\""),
				 text);
}

static enum err_code read_days(int *argc, char **argv, struct act *a, struct err *e)
{
	const char *text = NULL;
	int64_t days = 0;

	if (record_needed(argc, argv, "--days", &text, e))
		return e->code;
	if (!str_to_int64(text, &days) || days < 1 || days > 366)
		return err_set(e, ERR_USAGE,
			T("--days 要写天数：“%s”", "--days is a number of days: \"%s\""), text);
	a->act.extend_days = (int)days;
	return ERR_OK;
}

static enum err_code read_units(int *argc, char **argv, struct act *a, struct err *e)
{
	if (cli_option(argc, argv, "--lead", &a->lead, e))
		return e->code;
	for (;;) {
		const char *helper = NULL;
		if (cli_option(argc, argv, "--helper", &helper, e))
			return e->code;
		if (!helper)
			return ERR_OK;
		if (a->act.helper_count == ROUTE_HELPERS)
			return err_set(e, ERR_USAGE, T("协办单位最多 %d 家", "at most %d helpers"),
				ROUTE_HELPERS);
		a->helpers[a->act.helper_count++] = helper;
	}
}

enum err_code act_options(struct cli *c, int *argc, char **argv, struct act *a, struct err *e)
{
	a->act.day = DAY_NONE;
	return bench_options(c, argc, argv, &a->bench, e) ||
			       cli_day(argc, argv, "--day", &a->act.day, e) ||
			       cli_option(argc, argv, "--reply", &a->act.reply, e)
		       ? e->code
		       : ERR_OK;
}

static enum err_code read_options(
	struct cli *c, const struct verb *v, int *argc, char **argv, struct act *a, struct err *e)
{
	a->act.kind = v->kind;
	a->act.despite_open = (v->takes & TAKES_DESPITE) && cli_flag(argc, argv, "--despite-open");
	if (act_options(c, argc, argv, a, e) ||
		(v->takes & TAKES_OUTCOME && read_outcome(argc, argv, a, e)) ||
		(v->takes & TAKES_DAYS && read_days(argc, argv, a, e)) ||
		(v->takes & TAKES_UNITS && read_units(argc, argv, a, e)) ||
		(v->takes & TAKES_FIX &&
			(cli_option(argc, argv, "--kinds", &a->kinds, e) ||
				cli_option(argc, argv, "--street", &a->street, e))) ||
		cli_words(*argc, argv, 1, 1, v->usage, e))
		return e->code;
	if (v->takes & NEEDS_REPLY && !a->act.reply)
		return err_set(e, ERR_USAGE,
			T("要用 --reply 写明答复：举报人凭回执号看得到。用法：%s",
				"say with --reply what the reporter will read. Usage: %s"),
			v->usage);
	return act_texts(c, a, e);
}

enum err_code act_texts(struct cli *c, struct act *a, struct err *e)
{
	bool used = false;

	if (read_why(c, &used, e) ||
		(a->act.reply && read_text(c, "--reply", &a->act.reply, &used, e)))
		return e->code;
	a->act.why = c->why;
	return ERR_OK;
}

/* ---- taking the step ------------------------------------------------------------------------------------- */

/* Names to codes, once the register is open. */
static enum err_code resolve(struct cli *c, struct act *a, struct err *e)
{
	struct unit_names *names;

	if (unit_names_load(c, a->bench.reg, &names, e) ||
		(a->kinds && kind_slugs(c, "--kinds", a->kinds, &a->kinds, e)) ||
		(a->street && unit_by_text(names, "--street", a->street, &a->street, e)) ||
		(a->lead && unit_by_text(names, "--lead", a->lead, &a->act.lead, e)))
		return e->code;
	for (size_t i = 0; i < a->act.helper_count; i++)
		if (unit_by_text(names, "--helper", a->helpers[i], &a->helpers[i], e))
			return e->code;
	a->act.helpers = a->helpers;
	return ERR_OK;
}

/* Nobody named a lead: what the data proposes is taken, and said. */
static enum err_code take_route(struct cli *c, struct act *a, struct err *e)
{
	struct route *route = arena_alloc(c->arena, sizeof *route);
	struct unit_names *names;

	if (desk_route(a->bench.desk, a->row.number, c->arena, route, e) ||
		unit_names_load(c, a->bench.reg, &names, e))
		return e->code;
	a->act.lead = route->lead;
	for (size_t i = 0; !a->act.helper_count && i < route->helper_count; i++)
		a->helpers[i] = route->helpers[i];
	if (!a->act.helper_count)
		a->act.helper_count = route->helper_count;
	a->act.helpers = a->helpers;
	a->suggested = route;
	return ERR_OK;
}

/* Within a transaction of its own or of the caller. Kinds and street set right say by whom and when; why is sealed with the step. */
static enum err_code fix_and_step(struct cli *c, struct act *a, struct err *e)
{
	const struct change_note note = {.by = c->by, .at = c->now};

	if ((a->kinds || a->street) &&
		reg_case_set(a->bench.reg, a->row.number, a->kinds, a->street, &note, e))
		return e->code;
	if (a->act.kind == CASE_DISPATCHED && !a->lead && take_route(c, a, e))
		return e->code;
	return desk_step(a->bench.desk, a->row.number, &a->act, &a->n, e);
}

enum err_code act_commit(struct act *a, enum err_code code, struct err *e)
{
	if (!code)
		code = reg_commit(a->bench.reg, e);
	if (code)
		reg_rollback(a->bench.reg);
	return code ? code : bench_flush(&a->bench, e);
}

static void json_suggested(struct json *j, void *ctx)
{
	const struct act *a = ctx;

	if (!a->act.lead)
		return;
	json_out_string(j, "lead", a->act.lead);
	json_out_array(j, "helpers");
	for (size_t i = 0; i < a->act.helper_count; i++)
		json_out_string(j, NULL, a->helpers[i]);
	json_out_array_end(j);
	json_out_bool(j, "suggested", a->suggested != NULL);
}

static void say_route(const struct act *a)
{
	struct cli *c = a->bench.c;
	struct unit_names *names;
	struct err ignored;

	if (c->json || !a->act.lead || unit_names_load(c, a->bench.reg, &names, &ignored))
		return;
	cli_print(T("转给 %s", "sent to %s"), unit_shown(names, a->act.lead));
	for (size_t i = 0; i < a->act.helper_count; i++)
		cli_print("%s%s", i ? T("、", ", ") : T("，协办 ", ", with "),
			unit_shown(names, a->helpers[i]));
	if (a->suggested)
		cli_print(T("（没有写 --lead，按分派规则：%s）",
				  " (no --lead given: by the rules, %s)"),
			a->suggested->reason);
	cli_print("\n");
}

static enum err_code run(struct cli *c, struct act *a, const char *id, struct err *e)
{
	struct desk_case opened;
	enum err_code code = bench_open(&a->bench, e);

	if (!code)
		code = case_find(&a->bench, id, &a->row, e);
	if (!code)
		code = resolve(c, a, e);
	/* The first opening learns kinds and street, which the suggestion needs. */
	if (!code && a->act.kind == CASE_DISPATCHED && !a->lead && !a->row.opened) {
		code = desk_case_get(a->bench.desk, a->row.number, c->arena, &opened, e);
		if (!code)
			bytes_wipe(&opened.tipoff, sizeof opened.tipoff);
	}
	if (code)
		return code;
	code = reg_begin(a->bench.reg, e);
	if (code)
		return code;
	code = act_commit(a, fix_and_step(c, a, e), e);
	if (code)
		return code;
	say_route(a);
	return case_print_now(&a->bench, a->row.number, a->n, json_suggested, a, e);
}

enum err_code case_act(struct cli *c, int argc, char **argv, struct err *e)
{
	struct act *a = arena_alloc(c->arena, sizeof *a);
	const struct verb *v = NULL;

	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (str_eq(verbs[i].name, argv[0]))
			v = &verbs[i];
	if (!v)
		return record_unknown_verb(argv[0], case_usage, e);
	if (read_options(c, v, &argc, argv, a, e))
		return e->code;
	enum err_code code = run(c, a, argv[1], e);
	bench_close(&a->bench);
	return code;
}

/* ---- merge ------------------------------------------------------------------------------------------------ */

static const char merge_usage[] = "tianlan case merge ID OTHER [--reply TEXT] --by WHO --why TEXT";

/* Without the other one: what may be the same, and a word on what to do. */
static enum err_code propose(struct cli *c, struct act *a, struct err *e)
{
	const struct desk_similar *list = NULL;
	size_t count = 0;
	enum err_code code = desk_similar(a->bench.desk, a->row.number, c->arena, &list, &count, e);

	if (code)
		return code;
	for (size_t i = 0; i < count && !c->json; i++)
		cli_print(T("%.*s  %d 分：%s\n", "%.*s  %d: %s\n"), CASE_SHORT, list[i].id,
			list[i].score, list[i].why);
	return err_set(e, ERR_USAGE,
		count ? T("要写明并入哪一件（上面列了 %zu 件可能相同的）。用法：%s",
				"name the one it is merged into (%zu that may be the same are "
				"listed "
				"above). Usage: %s")
		      : T("要写明并入哪一件（没有找到相似的，%zu 件）。用法：%s",
				"name the one it is merged into (%zu similar ones were found). "
				"Usage: %s"),
		count, merge_usage);
}

enum err_code case_merge(struct cli *c, int argc, char **argv, struct err *e)
{
	struct act *a = arena_alloc(c->arena, sizeof *a);
	struct tip_case other;

	if (act_options(c, &argc, argv, a, e) || cli_words(argc, argv, 1, 2, merge_usage, e) ||
		(argc > 2 && act_texts(c, a, e)))
		return e->code;
	a->act.kind = CASE_MERGED;
	enum err_code code = bench_open(&a->bench, e);
	if (!code)
		code = case_find(&a->bench, argv[1], &a->row, e);
	if (!code && argc == 2)
		code = propose(c, a, e);
	if (!code)
		code = case_find(&a->bench, argv[2], &other, e);
	if (!code) {
		a->act.into_case = other.number;
		code = desk_step(a->bench.desk, a->row.number, &a->act, &a->n, e);
	}
	if (!code)
		code = bench_flush(&a->bench, e);
	if (!code)
		code = case_print_now(&a->bench, a->row.number, a->n, NULL, NULL, e);
	bench_close(&a->bench);
	return code;
}

/* ---- draft --------------------------------------------------------------------------------------------------- */

enum err_code case_draft(struct cli *c, int argc, char **argv, struct err *e)
{
	struct bench b;
	struct tip_case row = {0};
	const char *text = NULL;
	bool used = false;

	if (bench_options(c, &argc, argv, &b, e) ||
		record_needed(&argc, argv, "--text", &text, e) ||
		cli_words(argc, argv, 1, 1,
			"tianlan case draft ID --text TEXT|- [--role R] --by WHO (empty: remove)",
			e) ||
		cli_need_by(c, false, e) || read_text(c, "--text", &text, &used, e))
		return e->code;
	enum err_code code = bench_open(&b, e);
	if (!code)
		code = case_find(&b, argv[1], &row, e);
	if (!code)
		code = desk_draft_set(b.desk, row.number, text, e);
	if (!code && !c->json)
		cli_print("%s\n", *text ? T("草稿已封存", "the draft is kept, sealed")
					: T("草稿已去掉", "the draft is gone"));
	if (!code && c->json)
		code = case_print_now(&b, row.number, 0, NULL, NULL, e);
	bench_close(&b);
	return code;
}
