/*
 * tianlan inspection add|put-right|review|list: inspections of the supervision teams, patrols and spot checks, and their review.
 *
 * What is published is the text that the review writes for the public, never the finding. A published one that was changed or revoked
 * is withdrawn within three days with the reason (行政处罚法 48).
 */
#include "cli/record_out.h"

#include "cli/desk_cli.h"
#include "tianlan/register_supervision.h"

#include <string.h>

#define WITHDRAW_DAYS 3

static const char usage[] =
	"tianlan inspection add --kind inspection|patrol|spot-check --team U (--unit U | "
	"--enterprise "
	"ID) --result in-order|findings|criticised|accountable --finding TEXT|- [--day D] [--doc "
	"N] "
	"[--due D] --by WHO | put-right SEQ [--day D] [--note T] --by WHO | review SEQ --publish "
	"TEXT|- | --withdraw WHY [--day D] --by WHO | list [--unit U] [--enterprise ID] [--open]";

static const struct {
	const char *id, *zh;
} words[] = {{"inspection", "督查"}, {"patrol", "巡查"}, {"spot-check", "抽查"},
	{"in-order", "正常"}, {"findings", "有问题"}, {"criticised", "通报批评"},
	{"accountable", "问责"}};

static const char *word(const char *id)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(words[i].id, id))
			return T(words[i].zh, words[i].id);
	return id;
}

/* One object with the number and what is to be known besides. */
static enum err_code report(
	struct cli *c, int64_t seq, const char *zh, const char *key, struct day day, struct err *e)
{
	char text[DAY_TEXT_BYTES];
	struct buf out;
	struct json j;

	if (!c->json) {
		cli_print(T("检查 %lld %s\n", "inspection %lld %s\n"), (long long)seq, zh);
		if (day_is_set(day))
			cli_print(T("须在 %s 以前（%d 日内）重新生成并发布网站\n",
					  "Build and publish the site by %s (within %d days)\n"),
				day_text(day, text), WITHDRAW_DAYS);
		return ERR_OK;
	}
	buf_init(&out, 1 << 12);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_int(&j, "seq", seq);
	if (key)
		record_json_day(&j, key, day);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

/* ---- add -------------------------------------------------------------------------------------------- */

static enum err_code read_units(struct cli *c, struct reg *r, struct inspection *i, struct err *e)
{
	struct unit_names *names;

	if (unit_names_load(c, r, &names, e) ||
		unit_by_text(names, "--team", i->team, &i->team, e) ||
		(i->unit && unit_by_text(names, "--unit", i->unit, &i->unit, e)))
		return e->code;
	return ERR_OK;
}

static enum err_code add(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct inspection i = {.day = c->today, .due = DAY_NONE};
	struct change_note note = record_note(c);
	const char *enterprise = NULL;
	bool used = false;
	int64_t seq = 0;

	if (record_needed(&argc, argv, "--kind", &i.kind, e) ||
		record_needed(&argc, argv, "--team", &i.team, e) ||
		record_needed(&argc, argv, "--result", &i.result, e) ||
		record_needed(&argc, argv, "--finding", &i.finding, e) ||
		cli_option(&argc, argv, "--unit", &i.unit, e) ||
		cli_option(&argc, argv, "--enterprise", &enterprise, e) ||
		cli_option(&argc, argv, "--doc", &i.doc, e) ||
		cli_day(&argc, argv, "--day", &i.day, e) ||
		cli_day(&argc, argv, "--due", &i.due, e) || cli_words(argc, argv, 0, 0, usage, e) ||
		cli_need_by(c, false, e) ||
		(enterprise && reg_id_parse(r, enterprise, &i.enterprise, e)) ||
		read_units(c, r, &i, e) || read_text(c, "--finding", &i.finding, &used, e) ||
		reg_inspection_add(r, &i, &note, &seq, e))
		return e->code;
	return report(c, seq, T("已登记", "recorded"), NULL, DAY_NONE, e);
}

/* ---- what became of it ---------------------------------------------------------------------------------- */

static enum err_code read_seq(const char *text, int64_t *ret, struct err *e)
{
	if (!str_to_int64(text, ret) || *ret < 1)
		return err_set(e, ERR_USAGE,
			T("“%s”不是检查的序号", "“%s” is not an inspection's number"), text);
	return ERR_OK;
}

static enum err_code put_right(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct change_note note = record_note(c);
	struct day day = c->today;
	const char *text = NULL;
	int64_t seq = 0;

	if (cli_day(&argc, argv, "--day", &day, e) || cli_option(&argc, argv, "--note", &text, e) ||
		cli_words(argc, argv, 1, 1, usage, e) || cli_need_by(c, false, e) ||
		read_seq(argv[1], &seq, e) ||
		reg_inspection_note(r, seq, "put-right", day, text, &note, e))
		return e->code;
	return report(c, seq, T("已整改", "put right"), "put_right", DAY_NONE, e);
}

static enum err_code review(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct change_note note = record_note(c);
	const char *publish = NULL, *withdraw = NULL;
	struct day day = c->today;
	bool used = false;
	int64_t seq = 0;

	if (cli_option(&argc, argv, "--publish", &publish, e) ||
		cli_option(&argc, argv, "--withdraw", &withdraw, e) ||
		cli_day(&argc, argv, "--day", &day, e) || cli_words(argc, argv, 1, 1, usage, e) ||
		cli_need_by(c, false, e) || read_seq(argv[1], &seq, e))
		return e->code;
	if ((publish != NULL) == (withdraw != NULL))
		return err_set(e, ERR_USAGE,
			T("--publish 公开的文字，或者 --withdraw 撤下的理由，写一个",
				"either --publish TEXT or --withdraw WHY"));
	if (publish && read_text(c, "--publish", &publish, &used, e))
		return e->code;
	if (reg_inspection_note(r, seq, publish ? "publish" : "withdraw", day,
		    publish ? publish : withdraw, &note, e))
		return e->code;
	if (publish)
		return report(c, seq,
			T("已审核，下次生成网站时公开", "reviewed: public with the next build"),
			NULL, DAY_NONE, e);
	return report(
		c, seq, T("已撤下", "withdrawn"), "off_site_by", day_add(day, WITHDRAW_DAYS), e);
}

/* ---- list ------------------------------------------------------------------------------------------------ */

struct listing {
	struct cli *c;
	struct reg *r;
	struct json *j; /* NULL: text */
	const struct unit_names *names;
	bool open_only;
};

static void json_row(struct listing *l, const struct inspection *i)
{
	char id[ENTERPRISE_ID_BYTES];

	json_out_object(l->j, NULL);
	json_out_int(l->j, "seq", i->seq);
	record_json_day(l->j, "day", i->day);
	json_out_string(l->j, "kind", i->kind);
	json_out_string(l->j, "team", i->team);
	json_out_string(l->j, "unit", i->unit);
	json_out_string(
		l->j, "enterprise", i->enterprise.n ? reg_id_text(l->r, i->enterprise, id) : NULL);
	json_out_string(l->j, "doc", i->doc);
	json_out_string(l->j, "result", i->result);
	json_out_string(l->j, "finding", i->finding);
	record_json_day(l->j, "due", i->due);
	record_json_day(l->j, "put_right", i->put_right);
	json_out_bool(l->j, "published", i->published);
	json_out_string(l->j, "public_text", i->public_text);
	json_out_object_end(l->j);
}

static const char *follow_up(struct listing *l, const struct inspection *i)
{
	char day[DAY_TEXT_BYTES];

	if (str_eq(i->result, "in-order"))
		return "";
	if (day_is_set(i->put_right))
		return arena_printf(
			l->c->arena, T("%s 整改", "put right %s"), day_text(i->put_right, day));
	if (!day_is_set(i->due))
		return T("未整改", "open");
	return arena_printf(l->c->arena,
		day_compare(i->due, l->c->today) < 0 ? T("%s 到期，已逾期", "overdue since %s")
						     : T("%s 到期", "due %s"),
		day_text(i->due, day));
}

static enum err_code row(void *ctx, const struct inspection *i, struct err *e)
{
	struct listing *l = ctx;
	char id[ENTERPRISE_ID_BYTES], day[DAY_TEXT_BYTES];

	(void)e;
	if (l->open_only && (str_eq(i->result, "in-order") || day_is_set(i->put_right)))
		return ERR_OK;
	if (l->j) {
		json_row(l, i);
		return ERR_OK;
	}
	cli_print("%lld\t%s\t%s\t%s\t%s%s%s\t%s\t%s\t%s\n", (long long)i->seq,
		day_text(i->day, day), word(i->kind), unit_shown(l->names, i->team),
		i->unit ? unit_shown(l->names, i->unit) : "", i->unit && i->enterprise.n ? " " : "",
		i->enterprise.n ? reg_id_text(l->r, i->enterprise, id) : "", word(i->result),
		follow_up(l, i), i->published ? T("已公开", "public") : T("未公开", "internal"));
	return ERR_OK;
}

static enum err_code list(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct listing l = {.c = c, .r = r, .open_only = cli_flag(&argc, argv, "--open")};
	const char *unit = NULL, *enterprise = NULL;
	struct enterprise_id id = {0};
	struct unit_names *names;
	struct buf out;
	struct json j;
	enum err_code code;

	if (cli_option(&argc, argv, "--unit", &unit, e) ||
		cli_option(&argc, argv, "--enterprise", &enterprise, e) ||
		cli_words(argc, argv, 0, 0, usage, e) ||
		(enterprise && reg_id_parse(r, enterprise, &id, e)) ||
		unit_names_load(c, r, &names, e) ||
		(unit && unit_by_text(names, "--unit", unit, &unit, e)))
		return e->code;
	l.names = names;
	if (!c->json)
		return reg_inspection_each(r, unit, id, row, &l, e);
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	l.j = &j;
	json_out_array(&j, NULL);
	code = reg_inspection_each(r, unit, id, row, &l, e);
	json_out_array_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

enum err_code cmd_inspection(struct cli *c, int argc, char **argv, struct err *e)
{
	static const struct {
		const char *verb;
		enum err_code (*run)(struct cli *, struct reg *, int, char **, struct err *);
	} verbs[] = {{"add", add}, {"put-right", put_right}, {"review", review}, {"list", list}};
	const char *verb = NULL;
	struct reg *r = NULL;
	enum err_code code;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		if (!str_eq(verb, verbs[i].verb))
			continue;
		code = cli_register(c, &r, e);
		if (!code)
			code = verbs[i].run(c, r, argc, argv, e);
		reg_close(r);
		return code;
	}
	return record_unknown_verb(verb, usage, e);
}
