/*
 * tianlan case erase|retention|places|release|follow: what becomes of cases in the end, and what a release shows.
 *
 * Nothing is destroyed before it was listed: `erase --due` names the cases whose time is over and goes on only with --yes.
 */
#include "cli/case_out.h"

#include <stdlib.h>
#include <string.h>

/* ---- retention ------------------------------------------------------------------------------------------ */

static enum err_code list_due(
	struct bench *b, const struct due_for_erasing **ret, size_t *ret_count, struct err *e)
{
	return desk_retention(b->desk, b->c->arena, ret, ret_count, e);
}

static void json_due(struct json *j, const struct due_for_erasing *list, size_t count)
{
	json_out_array(j, "due");
	for (size_t i = 0; i < count; i++) {
		json_out_object(j, NULL);
		json_out_string(j, "id", list[i].id);
		json_out_string(j, "rule", list[i].rule->id);
		json_out_int(j, "months", list[i].rule->months);
		json_out_string(j, "basis", list[i].rule->basis);
		record_json_day(j, "from", list[i].from);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void print_due(const struct due_for_erasing *list, size_t count)
{
	char day[DAY_TEXT_BYTES];

	cli_print(T("%zu 件过了保存期限\n", "%zu cases are past their time\n"), count);
	for (size_t i = 0; i < count; i++)
		cli_print(T("%.*s  自 %s 起可以销毁  %s，%d 个月（%s）\n",
				  "%.*s  since %s  %s, %d months (%s)\n"),
			CASE_SHORT, list[i].id, day_text(list[i].from, day), list[i].rule->what,
			list[i].rule->months, list[i].rule->basis);
}

static enum err_code print_due_json(struct bench *b, const struct due_for_erasing *list,
	size_t count, size_t erased, struct err *e)
{
	struct buf out;
	struct json j;
	const char *why;

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_due(&j, list, count);
	json_out_int(&j, "erased", (int64_t)erased);
	json_out_int(&j, "erase_unfinished", (int64_t)desk_unfinished(b->desk, &why));
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

enum err_code case_retention(struct cli *c, int argc, char **argv, struct err *e)
{
	struct bench b;
	const struct due_for_erasing *list = NULL;
	size_t count = 0;

	if (bench_options(c, &argc, argv, &b, e) ||
		cli_words(argc, argv, 0, 0, "tianlan case retention [--json]", e))
		return e->code;
	enum err_code code = bench_open(&b, e);
	if (!code)
		code = list_due(&b, &list, &count, e);
	if (!code && c->json)
		code = print_due_json(&b, list, count, 0, e);
	else if (!code) {
		print_due(list, count);
		case_say_unfinished(&b);
	}
	bench_close(&b);
	return code;
}

/* ---- erasing -------------------------------------------------------------------------------------------- */

static const char erase_usage[] =
	"tianlan case erase ID [--open] --by WHO --why TEXT | erase --due [--yes] "
	"--by WHO --why TEXT | erase "
	"--confirm PLACE ID --by WHO";

/* Whoever reported waits for an answer, and destroying cannot be taken back. */
static enum err_code may_erase(const struct tip_case *row, bool open, struct err *e)
{
	if (open || !policy_case_is_open(row->course.state) || str_eq(row->origin, "quarantined"))
		return ERR_OK;
	return err_set(e, ERR_CONFLICT,
		T("%.*s 还没有办结（%s），销毁以后办不下去，也恢复不了：确是当事人要求销毁的，加 "
		  "--open",
			"%.*s is still open (%s); destroyed, it can neither go on nor come back: "
			"if "
			"the person concerned asked for it, say --open"),
		CASE_SHORT, row->id,
		T(policy_case_step_label(row->course.state),
			policy_case_step_id(row->course.state)));
}

/* What was erased by halves is gone on with, and the reason stands already. */
static enum err_code erase_one(struct bench *b, const char *id, bool open, struct err *e)
{
	struct tip_case row = {0};
	bool used = false;
	enum err_code code = case_find(b, id, &row, e);
	int64_t n = row.steps + (row.course.state != CASE_ERASED);

	if (!code && row.course.state != CASE_ERASED)
		code = read_why(b->c, &used, e);
	if (!code)
		code = may_erase(&row, open, e);
	if (!code)
		code = desk_erase(b->desk, row.number, b->c->why, e);
	if (!code)
		code = bench_flush(b, e);
	return code ? code : case_print_now(b, row.number, n, NULL, NULL, e);
}

static enum err_code confirm(struct bench *b, const char *place, const char *id, struct err *e)
{
	struct tip_case row;

	if (case_find(b, id, &row, e) || desk_erase_confirm(b->desk, row.number, place, e))
		return e->code;
	if (!b->c->json)
		cli_print(T("已记下：%s 没有 %.*s 的副本了\n", "noted: %s holds no copy of %.*s\n"),
			place, CASE_SHORT, row.id);
	return b->c->json ? case_print_now(b, row.number, 0, NULL, NULL, e) : ERR_OK;
}

static enum err_code erase_due(struct bench *b, bool yes, struct err *e)
{
	const struct due_for_erasing *list = NULL;
	size_t count = 0, erased = 0;
	enum err_code code = list_due(b, &list, &count, e);

	if (code)
		return code;
	if (!b->c->json) {
		print_due(list, count);
		case_say_unfinished(b);
	}
	for (; yes && !code && erased < count; erased += !code)
		code = desk_erase(b->desk, list[erased].number, b->c->why, e);
	if (!code && yes)
		code = bench_flush(b, e);
	if (code)
		return err_prefix(e,
			T("已销毁 %zu 件，停在 %.*s", "%zu are erased, stopped at %.*s"), erased,
			CASE_SHORT, erased < count ? list[erased].id : "");
	if (b->c->json)
		return print_due_json(b, list, count, erased, e);
	if (yes)
		cli_print(T("已销毁 %zu 件\n", "%zu are erased\n"), erased);
	else if (count)
		cli_print("%s\n", T("还没有销毁；核对以后加 --yes 再运行一次",
					  "nothing was erased; look at the list, then say --yes"));
	return ERR_OK;
}

enum err_code case_erase(struct cli *c, int argc, char **argv, struct err *e)
{
	struct bench b;
	const char *place = NULL;
	bool due = cli_flag(&argc, argv, "--due"), yes = cli_flag(&argc, argv, "--yes"),
	     open = cli_flag(&argc, argv, "--open"), used = false;

	if (cli_option(&argc, argv, "--confirm", &place, e) ||
		bench_options(c, &argc, argv, &b, e) ||
		cli_words(argc, argv, due ? 0 : 1, due ? 0 : 1, erase_usage, e) ||
		((!due || yes) && cli_need_by(c, false, e)) || (yes && read_why(c, &used, e)))
		return e->code;
	if ((due && place) || (yes && !due) || (open && (due || place)))
		return err_set(e, ERR_USAGE, T("用法：%s", "Usage: %s"), erase_usage);
	enum err_code code = bench_open(&b, e);
	if (!code)
		code = due     ? erase_due(&b, yes, e)
		       : place ? confirm(&b, place, argv[1], e)
			       : erase_one(&b, argv[1], open, e);
	bench_close(&b);
	return code;
}

/* ---- places ------------------------------------------------------------------------------------------------ */

static enum err_code print_place(void *ctx, const char *place, const char *kind, struct err *e)
{
	struct json *j = ctx;

	(void)e;
	if (!j) {
		cli_print("%s  %s\n", place, kind);
		return ERR_OK;
	}
	json_out_object(j, NULL);
	json_out_string(j, "place", place);
	json_out_string(j, "kind", kind);
	json_out_object_end(j);
	return ERR_OK;
}

static enum err_code list_places(struct cli *c, struct reg *r, struct err *e)
{
	struct buf out;
	struct json j;

	if (!c->json)
		return reg_place_each(r, print_place, NULL, e);
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_array(&j, NULL);
	enum err_code code = reg_place_each(r, print_place, &j, e);
	json_out_array_end(&j);
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

enum err_code case_places(struct cli *c, int argc, char **argv, struct err *e)
{
	static const char *const kinds[] = {"office", "intake", "hub", "backup"};
	static const char usage[] =
		"tianlan case places [add PLACE office|intake|hub|backup --by WHO]";
	struct reg *r = NULL;
	bool known = false;

	if (cli_words(argc, argv, 0, 3, usage, e))
		return e->code;
	if (argc > 1 && (argc != 4 || !str_eq(argv[1], "add")))
		return err_set(e, ERR_USAGE, T("用法：%s", "Usage: %s"), usage);
	for (size_t i = 0; argc > 1 && i < COUNT_OF(kinds); i++)
		known = known || str_eq(argv[3], kinds[i]);
	if (argc > 1 && !known)
		return err_set(e, ERR_USAGE,
			T("没有“%s”这种存放处。用法：%s",
				"there is no kind \"%s\" of place. Usage: %s"),
			argv[3], usage);
	/* The hub has its name from the hand-over itself, which writes it down as one of its kind. */
	if (argc > 1 && host_name_reserved(argv[2]) && !str_eq(argv[2], argv[3]))
		return err_set(e, ERR_USAGE,
			T("存放处不能叫“%s”：hub、office、desk 另有意思，换一个名称",
				"no place can be called \"%s\": hub, office and desk mean "
				"something "
				"else; choose another name"),
			argv[2]);
	if (argc > 1 && cli_need_by(c, false, e))
		return e->code;
	enum err_code code = cli_register(c, &r, e);
	if (!code && argc > 1)
		code = reg_place_set(r, argv[2], argv[3], e);
	if (!code)
		code = list_places(c, r, e);
	reg_close(r);
	return code;
}

/* ---- releases ------------------------------------------------------------------------------------------------ */

static enum err_code print_release(
	struct cli *c, const struct release_report *r, bool dry, struct err *e)
{
	struct buf out;
	struct json j;

	if (!c->json) {
		cli_print(
			dry ? T("这一次会发布 %zu 件的变化：公开 %zu 件，等待 %zu 件，公布结果 %zu "
				"件\n",
				      "would move %zu: %zu shown, %zu waiting, %zu results\n")
			    : T("发布了 %zu 件的变化：公开 %zu 件，等待 %zu 件，公布结果 %zu 件\n",
				      "moved %zu: %zu shown, %zu waiting, %zu results\n"),
			r->moved, r->shown, r->waiting, r->result_count);
		if (!r->moved)
			cli_print("%s\n",
				T("凑不够一批，或者还没有到发布的时候：见 content/policy/gate.conf",
					"not enough for a batch, or too early: see "
					"content/policy/gate.conf"));
		else if (!dry)
			cli_print("%s\n", T("下一步：tianlan build", "next: tianlan build"));
		return ERR_OK;
	}
	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_bool(&j, "dry_run", dry);
	if (r->seq)
		json_out_int(&j, "seq", r->seq);
	else
		json_out_null(&j, "seq");
	json_out_int(&j, "moved", (int64_t)r->moved);
	json_out_int(&j, "shown", (int64_t)r->shown);
	json_out_int(&j, "waiting", (int64_t)r->waiting);
	json_out_int(&j, "results", (int64_t)r->result_count);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

enum err_code case_release(struct cli *c, int argc, char **argv, struct err *e)
{
	struct bench b;
	struct release_report report = {0};
	bool dry = cli_flag(&argc, argv, "--dry-run");

	if (bench_options(c, &argc, argv, &b, e) ||
		cli_words(argc, argv, 0, 0, "tianlan case release [--dry-run] --by WHO", e) ||
		(!dry && cli_need_by(c, false, e)))
		return e->code;
	enum err_code code = bench_open(&b, e);
	if (!code)
		code = desk_release(b.desk, dry, c->arena, &report, e);
	if (!code && !dry)
		code = bench_flush(&b, e);
	if (!code)
		code = print_release(c, &report, dry, e);
	if (!code && !c->json)
		code = case_say_unreviewed(&b, e);
	bench_close(&b);
	return code;
}

/* ---- following what happened elsewhere ----------------------------------------------------------------------- */

enum err_code case_follow(struct cli *c, int argc, char **argv, struct err *e)
{
	struct reg *r = NULL;
	size_t reopened = 0;

	if (cli_words(argc, argv, 0, 0, "tianlan case follow [--by WHO]", e))
		return e->code;
	enum err_code code = cli_register(c, &r, e);
	if (!code)
		code = cli_follow(c, r, &reopened, e);
	reg_close(r);
	if (!code && c->json)
		cli_print("{\"reopened\":%zu}\n", reopened);
	else if (!code)
		cli_print(T("已跟上：重启 %zu 件\n", "up to date: %zu reopened\n"), reopened);
	return code;
}
