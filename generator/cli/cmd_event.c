/*
 * tianlan event add|list: what happened to an enterprise, dated, with the files that show it.
 *
 * An event is never changed: `add ID --kind correction --corrects SEQ --note WHY` takes one back.
 */
#include "cli/desk_cli.h"
#include "cli/photo_run.h"
#include "cli/record_out.h"

#include <string.h>

static const char usage[] =
	"tianlan event add ID --kind KIND --day D [--unit U] [--doc N] [--note T] [--public-note] "
	"[--file F]… [--public-files] [--corrects SEQ] --by WHO | list ID";

static enum err_code read_kind(int *argc, char **argv, enum event_kind *ret, struct err *e)
{
	const char *kind = NULL;

	if (record_needed(argc, argv, "--kind", &kind, e))
		return e->code;
	*ret = policy_event_find(kind);
	if (!*ret)
		return err_set(e, ERR_USAGE,
			T("没有“%s”这种事件", "there is no kind of event “%s”"), kind);
	return ERR_OK;
}

static enum err_code read_event(
	int *argc, char **argv, struct event_new *ev, const char **files, struct err *e)
{
	const char *corrects = NULL;

	ev->day = DAY_NONE;
	ev->note_public = cli_flag(argc, argv, "--public-note");
	ev->files_public = cli_flag(argc, argv, "--public-files");
	ev->files = files;
	if (read_kind(argc, argv, &ev->kind, e) || cli_day(argc, argv, "--day", &ev->day, e) ||
		cli_option(argc, argv, "--unit", &ev->unit, e) ||
		cli_option(argc, argv, "--doc", &ev->doc, e) ||
		cli_option(argc, argv, "--note", &ev->note, e) ||
		cli_option(argc, argv, "--corrects", &corrects, e) ||
		record_files(argc, argv, files, e))
		return e->code;
	if (!day_is_set(ev->day))
		return err_set(e, ERR_USAGE, T("缺少选项 --day", "option --day is missing"));
	if (corrects && (!str_to_int64(corrects, &ev->corrects) || ev->corrects < 1))
		return err_set(e, ERR_USAGE,
			T("--corrects 的值“%s”不是事件序号",
				"--corrects: “%s” is not an event's number"),
			corrects);
	return ERR_OK;
}

static enum err_code report_added(struct cli *c, struct reg *r, struct enterprise_id id,
	const struct event_new *ev, int64_t seq, size_t reopened, struct err *e)
{
	char text[ENTERPRISE_ID_BYTES];
	struct enterprise now;
	struct buf out;
	struct json j;

	if (reg_enterprise_get(r, id, c->arena, &now, e))
		return e->code;
	reg_id_text(r, id, text);
	if (!c->json) {
		cli_print(T("%s 第 %lld 号：%s，状态 %s\n", "%s event %lld: %s, state %s\n"), text,
			(long long)seq,
			T(policy_event_label(ev->kind), policy_event_label_en(ev->kind)),
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
	json_out_int(&j, "seq", seq);
	json_out_string(&j, "id", text);
	json_out_string(&j, "kind", policy_event_id(ev->kind));
	record_json_day(&j, "day", ev->day);
	json_out_string(&j, "state", policy_state_slug(now.course.state));
	json_out_int(&j, "reopened", (int64_t)reopened);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static enum err_code add(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	const char *files[RECORD_FILES_MAX + 1];
	struct event_new ev = {0};
	struct change_note note = record_note(c);
	struct enterprise_id id;
	int64_t seq = 0;
	size_t reopened = 0;

	if (read_event(&argc, argv, &ev, files, e) || cli_words(argc, argv, 1, 1, usage, e) ||
		cli_need_by(c, false, e) || reg_id_parse(r, argv[1], &id, e) ||
		reg_event_add(r, id, &ev, &note, &seq, e))
		return e->code;
	if (ev.files_public && photo_publish_event(c, r, id, seq, &note, e))
		return err_prefix(e,
			T("第 %lld 号事项已登记，所附图片没有公开",
				"event %lld is recorded, its pictures are not published"),
			(long long)seq);
	if (ev.kind == EVENT_RELAPSED && cli_follow(c, r, &reopened, e))
		return e->code;
	return report_added(c, r, id, &ev, seq, reopened, e);
}

static enum err_code json_row(void *ctx, const struct event *ev, struct err *e)
{
	(void)e;
	record_json_event(ctx, ev);
	return ERR_OK;
}

static enum err_code text_row(void *ctx, const struct event *ev, struct err *e)
{
	char day[DAY_TEXT_BYTES];

	(void)ctx;
	(void)e;
	cli_print("%lld\t%s\t%s\t%s\t%s\t%s%s\n", (long long)ev->seq, day_text(ev->day, day),
		T(policy_event_label(ev->kind), policy_event_label_en(ev->kind)),
		ev->unit ? ev->unit : "", ev->doc ? ev->doc : "", ev->note ? ev->note : "",
		ev->voided ? T("（已更正作废）", " (corrected away)") : "");
	return ERR_OK;
}

static enum err_code list(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct enterprise_id id;
	struct enterprise now;
	struct buf out;
	struct json j;
	enum err_code code;

	if (cli_words(argc, argv, 1, 1, usage, e) || reg_id_parse(r, argv[1], &id, e) ||
		reg_enterprise_get(r, id, c->arena, &now, e))
		return e->code;
	if (!c->json)
		return reg_event_each(r, id, text_row, NULL, e);
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_array(&j, NULL);
	code = reg_event_each(r, id, json_row, &j, e);
	json_out_array_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

enum err_code cmd_event(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *verb = NULL;
	struct reg *r = NULL;
	enum err_code code;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	if (!str_eq(verb, "add") && !str_eq(verb, "list"))
		return record_unknown_verb(verb, usage, e);
	code = cli_register(c, &r, e);
	if (!code)
		code = str_eq(verb, "add") ? add(c, r, argc, argv, e) : list(c, r, argc, argv, e);
	reg_close(r);
	return code;
}
