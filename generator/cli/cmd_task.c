/*
 * tianlan task add|done|list|sum: what a record asks of a department, and whether it was done.
 */
#include "cli/record_out.h"

#include "tianlan/register_supervision.h"

#include <string.h>

static const char usage[] =
	"tianlan task add ID --kind KIND --unit U [--day D] [--due D] [--note T] --by WHO | "
	"done SEQ [--day D] --by WHO | list [--unit U] [--id ID] [--open] [--overdue] | sum "
	"[--unit U]";

static enum err_code report_seq(struct cli *c, int64_t seq, const char *zh, struct err *e)
{
	struct buf out;
	struct json j;

	if (!c->json) {
		cli_print(T("任务 %lld %s\n", "task %lld %s\n"), (long long)seq, zh);
		return ERR_OK;
	}
	buf_init(&out, 1 << 12);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_int(&j, "seq", seq);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static enum err_code add(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct task task = {.asked_on = c->today, .due = DAY_NONE, .done_on = DAY_NONE};
	struct change_note note = record_note(c);
	int64_t seq = 0;

	if (record_needed(&argc, argv, "--kind", &task.kind, e) ||
		record_needed(&argc, argv, "--unit", &task.unit, e) ||
		cli_option(&argc, argv, "--note", &task.note, e) ||
		cli_day(&argc, argv, "--day", &task.asked_on, e) ||
		cli_day(&argc, argv, "--due", &task.due, e) ||
		cli_words(argc, argv, 1, 1, usage, e) || cli_need_by(c, false, e) ||
		reg_id_parse(r, argv[1], &task.enterprise, e) ||
		reg_task_add(r, &task, &note, &seq, e))
		return e->code;
	return report_seq(c, seq, T("已交办", "asked"), e);
}

static enum err_code done(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct change_note note = record_note(c);
	struct day day = c->today;
	int64_t seq = 0;

	if (cli_day(&argc, argv, "--day", &day, e) || cli_words(argc, argv, 1, 1, usage, e) ||
		cli_need_by(c, false, e))
		return e->code;
	if (!str_to_int64(argv[1], &seq) || seq < 1)
		return err_set(e, ERR_USAGE, T("“%s”不是任务序号", "“%s” is not a task's number"),
			argv[1]);
	if (reg_task_done(r, seq, day, &note, e))
		return e->code;
	return report_seq(c, seq, T("已完成", "done"), e);
}

struct listing {
	struct reg *r;
	struct json *j;		  /* NULL: text */
	struct day overdue_today; /* only what was due before; DAY_NONE: all */
};

static enum err_code list_row(void *ctx, const struct task *t, struct err *e)
{
	const struct listing *l = ctx;
	char id[ENTERPRISE_ID_BYTES], asked[DAY_TEXT_BYTES], due[DAY_TEXT_BYTES],
		done_on[DAY_TEXT_BYTES];

	(void)e;
	if (day_is_set(l->overdue_today) &&
		(!day_is_set(t->due) || day_compare(t->due, l->overdue_today) >= 0))
		return ERR_OK;
	if (l->j) {
		record_json_task(l->j, l->r, t);
		return ERR_OK;
	}
	cli_print("%lld\t%s\t%s\t%s\t%s\t%s\t%s\n", (long long)t->seq,
		reg_id_text(l->r, t->enterprise, id), t->unit, t->kind,
		day_text(t->asked_on, asked), day_text(t->due, due),
		day_is_set(t->done_on) ? day_text(t->done_on, done_on) : T("未完成", "open"));
	return ERR_OK;
}

static enum err_code list(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	const char *unit = NULL, *id_text = NULL;
	bool open_only = cli_flag(&argc, argv, "--open"),
	     overdue = cli_flag(&argc, argv, "--overdue");
	struct listing l = {.r = r, .overdue_today = overdue ? c->today : DAY_NONE};
	struct enterprise_id id = {0};
	struct buf out;
	struct json j;
	enum err_code code;

	if (cli_option(&argc, argv, "--unit", &unit, e) ||
		cli_option(&argc, argv, "--id", &id_text, e) ||
		cli_words(argc, argv, 0, 0, usage, e) ||
		(id_text && reg_id_parse(r, id_text, &id, e)))
		return e->code;
	open_only = open_only || overdue;
	if (!c->json)
		return reg_task_each(r, unit, id, open_only, list_row, &l, e);
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	l.j = &j;
	json_out_array(&j, NULL);
	code = reg_task_each(r, unit, id, open_only, list_row, &l, e);
	json_out_array_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

static enum err_code sum_row(void *ctx, const struct task_sum *t, struct err *e)
{
	struct json *j = ctx;

	(void)e;
	if (!j) {
		cli_print(T("%s\t%s\t交办 %lld\t完成 %lld\t未完成 %lld\t逾期 %lld\n",
				  "%s\t%s\tasked %lld\tdone %lld\topen %lld\toverdue %lld\n"),
			t->unit, t->kind, (long long)t->asked, (long long)t->done,
			(long long)(t->asked - t->done), (long long)t->overdue);
		return ERR_OK;
	}
	json_out_object(j, NULL);
	json_out_string(j, "unit", t->unit);
	json_out_string(j, "kind", t->kind);
	json_out_int(j, "asked", t->asked);
	json_out_int(j, "done", t->done);
	json_out_int(j, "open", t->asked - t->done);
	json_out_int(j, "overdue", t->overdue);
	json_out_object_end(j);
	return ERR_OK;
}

static enum err_code sum(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	const char *unit = NULL;
	struct buf out;
	struct json j;
	enum err_code code;

	if (cli_option(&argc, argv, "--unit", &unit, e) || cli_words(argc, argv, 0, 0, usage, e))
		return e->code;
	if (!c->json)
		return reg_task_sum(r, unit, c->today, sum_row, NULL, e);
	buf_init(&out, 1 << 20);
	json_out_init(&j, &out);
	json_out_array(&j, NULL);
	code = reg_task_sum(r, unit, c->today, sum_row, &j, e);
	json_out_array_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

enum err_code cmd_task(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *verb = NULL;
	struct reg *r = NULL;
	enum err_code code;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	if (!str_eq(verb, "add") && !str_eq(verb, "done") && !str_eq(verb, "list") &&
		!str_eq(verb, "sum"))
		return record_unknown_verb(verb, usage, e);
	code = cli_register(c, &r, e);
	if (!code && str_eq(verb, "add"))
		code = add(c, r, argc, argv, e);
	else if (!code && str_eq(verb, "done"))
		code = done(c, r, argc, argv, e);
	else if (!code && str_eq(verb, "sum"))
		code = sum(c, r, argc, argv, e);
	else if (!code)
		code = list(c, r, argc, argv, e);
	reg_close(r);
	return code;
}
