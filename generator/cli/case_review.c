/*
 * tianlan case review: somebody else reads what is to be published of a concluded case, and which cases still wait for that.
 */
#include "cli/case_out.h"

static const char review_usage[] =
	"tianlan case review ID --role reply --by WHO | review --list [--json]";

struct listing {
	struct cli *c;
	struct json *j; /* NULL: text */
	size_t count;
};

static enum err_code print_waiting(void *ctx, const struct reply_review *v, struct err *e)
{
	struct listing *l = ctx;
	char day[DAY_TEXT_BYTES];

	(void)e;
	if (v->reviewed_by)
		return ERR_OK;
	l->count++;
	if (!l->j) {
		cli_print(
			T("%.*s  %s 办结，答复由“%s”写\n", "%.*s  concluded %s, reply by \"%s\"\n"),
			CASE_SHORT, v->id, day_text(v->concluded, day), v->replied_by);
		return ERR_OK;
	}
	json_out_object(l->j, NULL);
	json_out_string(l->j, "id", v->id);
	json_out_string(l->j, "concluded", day_text(v->concluded, day));
	json_out_string(l->j, "replied_by", v->replied_by);
	json_out_string(l->j, "concluded_by", v->concluded_by);
	json_out_object_end(l->j);
	return ERR_OK;
}

static enum err_code print_json(struct bench *b, struct err *e)
{
	struct buf out;
	struct json j;
	struct listing l = {.c = b->c, .j = &j};

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_array(&j, "cases");
	enum err_code code = reg_reply_review_each(b->reg, 0, print_waiting, &l, e);
	json_out_array_end(&j);
	json_out_object_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

static enum err_code list(struct bench *b, struct err *e)
{
	struct listing l = {.c = b->c};

	if (b->c->json)
		return print_json(b, e);
	enum err_code code = reg_reply_review_each(b->reg, 0, print_waiting, &l, e);
	if (code)
		return code;
	if (l.count)
		cli_print(T("共 %zu 件办结的等人审核：先用 tianlan case show 编号 --role reply 看，"
			    "再 tianlan case review 编号 --role reply --by 审核人\n",
				  "%zu concluded cases wait for a review: tianlan case show ID "
				  "--role "
				  "reply, then tianlan case review ID --role reply --by WHO\n"),
			l.count);
	else
		cli_print("%s\n", T("没有等人审核的", "none waits for a review"));
	return ERR_OK;
}

static enum err_code count_waiting(void *ctx, const struct reply_review *v, struct err *e)
{
	(void)e;
	*(size_t *)ctx += !v->reviewed_by;
	return ERR_OK;
}

enum err_code case_say_unreviewed(struct bench *b, struct err *e)
{
	size_t n = 0;
	enum err_code code = reg_reply_review_each(b->reg, 0, count_waiting, &n, e);

	if (!code && n)
		cli_print(T("%zu 件的结果要另一个人审核以后才公布：tianlan case review --list\n",
				  "%zu results wait for a review by somebody else: tianlan case "
				  "review "
				  "--list\n"),
			n);
	return code;
}

static enum err_code review(struct bench *b, const char *id, struct err *e)
{
	struct tip_case row;

	if (case_find(b, id, &row, e) || desk_review(b->desk, row.number, e))
		return e->code;
	if (!b->c->json)
		cli_print(T("%.*s 已审核，随以后的一次公布公开\n",
				  "%.*s is reviewed and becomes public with a later release\n"),
			CASE_SHORT, row.id);
	return b->c->json ? case_print_now(b, row.number, 0, NULL, NULL, e) : ERR_OK;
}

enum err_code case_review(struct cli *c, int argc, char **argv, struct err *e)
{
	struct bench b;
	bool lists = cli_flag(&argc, argv, "--list");

	if (bench_options(c, &argc, argv, &b, e) ||
		cli_words(argc, argv, lists ? 0 : 1, lists ? 0 : 1, review_usage, e) ||
		(!lists && cli_need_by(c, false, e)))
		return e->code;
	enum err_code code = bench_open(&b, e);
	if (!code)
		code = lists ? list(&b, e) : review(&b, argv[1], e);
	bench_close(&b);
	return code;
}
