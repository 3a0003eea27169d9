/*
 * What the commands about a record share. Members of --json are added, never renamed.
 */
#include "cli/record_out.h"

#include <string.h>

struct change_note record_note(const struct cli *c)
{
	return (struct change_note){.by = c->by, .why = c->why, .at = c->now};
}

enum err_code record_unknown_verb(const char *verb, const char *usage, struct err *e)
{
	return err_set(e, ERR_USAGE,
		T("不认识的子命令“%s”。用法：%s", "unknown subcommand \"%s\". Usage: %s"), verb,
		usage);
}

enum err_code record_verb(
	int *argc, char **argv, const char *usage, const char **ret, struct err *e)
{
	for (int i = 1; i < *argc; i++)
		if (argv[i][0] != '-') {
			*ret = argv[i];
			for (int k = i; k < *argc; k++)
				argv[k] = argv[k + 1];
			(*argc)--;
			return ERR_OK;
		}
	return err_set(e, ERR_USAGE,
		T("缺少子命令。用法：%s", "a subcommand is missing. Usage: %s"), usage);
}

enum err_code record_needed(
	int *argc, char **argv, const char *name, const char **ret, struct err *e)
{
	const char *text = NULL;

	if (cli_option(argc, argv, name, &text, e))
		return ERR_USAGE;
	if (!text)
		return err_set(e, ERR_USAGE, T("缺少选项 %s", "option %s is missing"), name);
	*ret = text;
	return ERR_OK;
}

enum err_code record_files(
	int *argc, char **argv, const char *files[RECORD_FILES_MAX + 1], struct err *e)
{
	size_t count = 0;

	for (;;) {
		const char *path = NULL;

		if (cli_option(argc, argv, "--file", &path, e))
			return e->code;
		if (!path)
			break;
		if (count == RECORD_FILES_MAX)
			return err_set(e, ERR_USAGE,
				T("一次最多 %d 个文件", "at most %d files at once"),
				RECORD_FILES_MAX);
		files[count++] = path;
	}
	files[count] = NULL;
	return ERR_OK;
}

void record_json_day(struct json *j, const char *key, struct day day)
{
	char text[DAY_TEXT_BYTES];

	json_out_string(j, key, day_is_set(day) ? day_text(day, text) : NULL);
}

enum err_code record_json_finish(struct buf *out, struct err *e)
{
	enum err_code code = ERR_OK;

	if (out->overflow)
		code = err_set(e, ERR_SYSTEM, T("输出过长", "the output is too long"));
	else
		cli_print_buf(out);
	buf_done(out);
	return code;
}

void record_print_cell(const char *text, size_t columns)
{
	size_t width = utf8_width(text);

	cli_print("%s%*s", text, (int)(width < columns ? columns - width : 1), "");
}

void record_json_event(struct json *j, const struct event *ev)
{
	json_out_object(j, NULL);
	json_out_int(j, "seq", ev->seq);
	json_out_string(j, "kind", policy_event_id(ev->kind));
	record_json_day(j, "day", ev->day);
	json_out_string(j, "unit", ev->unit);
	json_out_string(j, "doc", ev->doc);
	json_out_string(j, "note", ev->note);
	json_out_bool(j, "note_public", ev->note_public);
	json_out_string(j, "decided", ev->decided);
	if (ev->corrects)
		json_out_int(j, "corrects", ev->corrects);
	else
		json_out_null(j, "corrects");
	json_out_bool(j, "voided", ev->voided);
	json_out_string(j, "by", ev->by);
	json_out_string(j, "at", ev->at);
	json_out_object_end(j);
}

void record_json_evidence(struct json *j, const struct evidence *ev)
{
	json_out_object(j, NULL);
	json_out_int(j, "seq", ev->seq);
	json_out_string(j, "sha256", ev->sha256);
	json_out_string(j, "name", ev->name);
	json_out_string(j, "kind", ev->kind);
	record_json_day(j, "day", ev->day);
	json_out_int(j, "bytes", (int64_t)ev->bytes);
	json_out_bool(j, "may_publish", ev->may_publish);
	json_out_string(j, "public_sha256", *ev->public_sha256 ? ev->public_sha256 : NULL);
	if (ev->event)
		json_out_int(j, "event", ev->event);
	else
		json_out_null(j, "event");
	json_out_string(j, "by", ev->by);
	json_out_object_end(j);
}

void record_json_task(struct json *j, const struct reg *r, const struct task *t)
{
	char id[ENTERPRISE_ID_BYTES];

	json_out_object(j, NULL);
	json_out_int(j, "seq", t->seq);
	json_out_string(j, "id", reg_id_text(r, t->enterprise, id));
	json_out_string(j, "kind", t->kind);
	json_out_string(j, "unit", t->unit);
	record_json_day(j, "asked_on", t->asked_on);
	record_json_day(j, "due", t->due);
	record_json_day(j, "done_on", t->done_on);
	json_out_string(j, "note", t->note);
	json_out_object_end(j);
}
