/*
 * tianlan evidence add|list|publish|withhold|verify: the file of an enterprise (专项管理档案, 六（一）).
 *
 * A picture is published only as a copy that photo-clean made of it; exit 1 when there can be none. verify re-hashes every stored file: exit 1 when one is missing or differs.
 */
#include "cli/photo_run.h"
#include "cli/record_out.h"
#include "tianlan/register_supervision.h"

#include <string.h>

static const char usage[] = "tianlan evidence add ID FILE --kind KIND [--day D] [--publish] --by "
			    "WHO | list ID | publish SEQ --by WHO | withhold SEQ --by WHO "
			    "--why TEXT | verify";

struct listing {
	struct json *j; /* NULL: text */
	int64_t rows;
};

static enum err_code list_row(void *ctx, const struct evidence *ev, struct err *e)
{
	struct listing *l = ctx;
	char day[DAY_TEXT_BYTES];

	(void)e;
	l->rows++;
	if (l->j)
		record_json_evidence(l->j, ev);
	else
		cli_print("%lld\t%s\t%s\t%s\t%s\t%s\n", (long long)ev->seq, day_text(ev->day, day),
			ev->kind, ev->sha256,
			ev->may_publish ? T("可公开", "public") : T("内部", "internal"), ev->name);
	return ERR_OK;
}

static enum err_code last_row(void *ctx, const struct evidence *ev, struct err *e)
{
	(void)e;
	*(int64_t *)ctx = ev->seq;
	return ERR_OK;
}

struct adding {
	struct enterprise_id id;
	const char *path, *kind;
	struct day day;
	bool publish;
};

/* In one transaction, so that the last one is this one. */
static enum err_code file_it(struct reg *r, const struct adding *f, const struct change_note *note,
	int64_t *ret_seq, struct err *e)
{
	enum err_code code = reg_begin(r, e);

	if (code)
		return code;
	code = reg_evidence_add(r, f->id, f->path, f->kind, f->day, f->publish, note, e);
	if (!code)
		code = reg_evidence_each(r, f->id, last_row, ret_seq, e);
	if (!code)
		return reg_commit(r, e);
	reg_rollback(r);
	return code;
}

static enum err_code publish_added(
	struct cli *c, struct reg *r, int64_t seq, const struct change_note *note, struct err *e)
{
	const char *why = NULL;

	if (photo_publish(c, r, seq, note, &why, e))
		return err_prefix(e,
			T("第 %lld 号档案材料已归档，没有公开",
				"evidence %lld is filed, not published"),
			(long long)seq);
	photo_refused(c, seq, why);
	return ERR_OK;
}

static enum err_code add(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	bool publish = cli_flag(&argc, argv, "--publish");
	struct change_note note = record_note(c);
	struct adding f = {.day = c->today, .publish = publish};
	struct listing l = {0};
	int64_t seq = 0;
	struct buf out;
	struct json j;
	enum err_code code;

	if (record_needed(&argc, argv, "--kind", &f.kind, e) ||
		cli_day(&argc, argv, "--day", &f.day, e) || cli_words(argc, argv, 2, 2, usage, e) ||
		cli_need_by(c, false, e) || reg_id_parse(r, argv[1], &f.id, e))
		return e->code;
	f.path = argv[2];
	if (file_it(r, &f, &note, &seq, e) || (publish && publish_added(c, r, seq, &note, e)))
		return e->code;
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	l.j = c->json ? &j : NULL;
	if (c->json)
		json_out_array(&j, NULL);
	code = reg_evidence_each(r, f.id, list_row, &l, e);
	if (c->json)
		json_out_array_end(&j);
	if (!code && c->json)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

static enum err_code list(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct enterprise_id id;
	struct enterprise now;
	struct listing l = {0};
	struct buf out;
	struct json j;
	enum err_code code;

	if (cli_words(argc, argv, 1, 1, usage, e) || reg_id_parse(r, argv[1], &id, e) ||
		reg_enterprise_get(r, id, c->arena, &now, e))
		return e->code;
	if (!c->json)
		return reg_evidence_each(r, id, list_row, &l, e);
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	l.j = &j;
	json_out_array(&j, NULL);
	code = reg_evidence_each(r, id, list_row, &l, e);
	json_out_array_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

static enum err_code change(
	struct cli *c, struct reg *r, int argc, char **argv, bool open, struct err *e)
{
	struct change_note note = record_note(c);
	struct evidence now;
	int64_t seq = 0;
	struct buf out;
	struct json j;
	bool picture;

	if (cli_words(argc, argv, 1, 1, usage, e) || cli_need_by(c, !open, e))
		return e->code;
	if (!str_to_int64(argv[1], &seq) || seq < 1)
		return err_set(e, ERR_USAGE,
			T("“%s”不是档案材料的序号", "“%s” is not the number of evidence"), argv[1]);
	if (open ? publish_added(c, r, seq, &note, e)
		 : reg_evidence_publish(r, seq, false, &note, e))
		return e->code;
	if (reg_evidence_get(r, seq, c->arena, &now, &picture, e))
		return e->code;
	if (!c->json)
		return list_row(&(struct listing){0}, &now, e);
	buf_init(&out, 1 << 16);
	json_out_init(&j, &out);
	record_json_evidence(&j, &now);
	return record_json_finish(&out, e);
}

static enum err_code verify(struct cli *c, struct reg *r, int argc, char **argv, struct err *e)
{
	struct listing l = {0};
	struct buf out;
	struct json j;
	enum err_code code;

	if (cli_words(argc, argv, 0, 0, usage, e))
		return e->code;
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	l.j = c->json ? &j : NULL;
	if (c->json) {
		json_out_object(&j, NULL);
		json_out_array(&j, "bad");
	}
	code = reg_evidence_verify(r, list_row, &l, e);
	if (!code && l.rows)
		c->status = 1;
	if (c->json) {
		json_out_array_end(&j);
		json_out_object_end(&j);
	} else if (!code)
		cli_print(T("缺失或不符的文件：%lld\n", "missing or different: %lld\n"),
			(long long)l.rows);
	if (!code && c->json)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

enum err_code cmd_evidence(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *verb = NULL;
	struct reg *r = NULL;
	enum err_code code;

	if (record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	if (!str_eq(verb, "add") && !str_eq(verb, "list") && !str_eq(verb, "verify") &&
		!str_eq(verb, "publish") && !str_eq(verb, "withhold"))
		return record_unknown_verb(verb, usage, e);
	code = cli_register(c, &r, e);
	if (!code && str_eq(verb, "add"))
		code = add(c, r, argc, argv, e);
	else if (!code && str_eq(verb, "list"))
		code = list(c, r, argc, argv, e);
	else if (!code && !str_eq(verb, "verify"))
		code = change(c, r, argc, argv, str_eq(verb, "publish"), e);
	else if (!code)
		code = verify(c, r, argc, argv, e);
	reg_close(r);
	return code;
}
