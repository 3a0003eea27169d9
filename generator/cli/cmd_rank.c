/*
 * tianlan rank: the quarterly ranking worked out from the records (六（二）), with its formula, what stands behind every figure, how
 * much the ranks depend on the weights, and whether what was published still agrees. `--publish` keeps it for the site.
 *
 * Exit 1 when a published ranking no longer agrees with the records.
 */
#include "cli/record_out.h"
#include "tianlan/register_supervision.h"

#include <string.h>

static const char usage[] =
	"tianlan rank --quarter 2018Q1 [--trace UNIT [--item ITEM]] | --quarter Q --publish --by "
	"WHO";

struct names { /* of units, by code */
	struct arena *a;
	struct {
		const char *code, *name;
	} list[256];
	size_t count;
};

static enum err_code take_name(void *ctx, const struct unit *u, struct err *e)
{
	struct names *n = ctx;

	(void)e;
	if (n->count < COUNT_OF(n->list)) {
		n->list[n->count].code = arena_strdup(n->a, u->code);
		n->list[n->count++].name = arena_strdup(n->a, u->name);
	}
	return ERR_OK;
}

static const char *name_of(const struct names *n, const char *code)
{
	for (size_t i = 0; i < n->count; i++)
		if (str_eq(n->list[i].code, code))
			return n->list[i].name;
	return code;
}

static const char *hundredths(struct arena *a, int64_t n)
{
	return n < 0 ? "—" : arena_printf(a, "%lld.%02lld", (long long)n / 100, (long long)n % 100);
}

static struct day cutoff_of(const struct ranking *k)
{
	return day_add(quarter_last(k->quarter), k->rules->cutoff_days);
}

/* ---- as text ------------------------------------------------------------------------------------------------ */

static void print_rules(const struct ranking *k)
{
	char quarter[QUARTER_TEXT_BYTES], from[DAY_TEXT_BYTES], cutoff[DAY_TEXT_BYTES];

	cli_print(
		T("%s 排名。规则 %s 起施行；登记到 %s 为止的才算\n",
			"ranking of %s. Rules in force from %s; what was recorded by %s counts\n"),
		quarter_text(k->quarter, quarter), day_text(k->rules->in_force_from, from),
		day_text(cutoff_of(k), cutoff));
	cli_print("%s",
		T("总分 ＝ 适用项目得分之和 ÷ 适用项目满分之和 × 100；不适用的项目不计\n",
			"total = sum of scores ÷ sum of full points × 100, over the items that "
			"apply\n"));
	for (size_t i = 0; i < k->rules->count; i++) {
		const struct rank_item *item = &k->rules->item[i];

		cli_print("  %c ", (char)('A' + i));
		record_print_cell(item->name, 18);
		cli_print(T("%3d 分  %s（%s）\n", "%3d points  %s (%s)\n"), item->full, item->how,
			item->clause);
	}
	cli_print("%s\n\n", k->rules->tie);
}

static void print_head(const struct ranking *k)
{
	record_print_cell(T("名次", "rank"), 6);
	record_print_cell(T("单位", "unit"), 20);
	record_print_cell(T("总分", "total"), 8);
	record_print_cell(T("权重±10%", "±10 %"), 10);
	record_print_cell(T("反弹", "relapses"), 10);
	for (size_t i = 0; i < k->rules->count; i++)
		cli_print("%c%*s", (char)('A' + i), i + 1 < k->rules->count ? 15 : 0, "");
	cli_print("\n");
}

static void print_row(
	struct cli *c, const struct names *n, const struct ranking *k, const struct rank_row *row)
{
	record_print_cell(row->rank ? arena_printf(c->arena, "%d", row->rank) : "—", 6);
	record_print_cell(name_of(n, row->unit), 20);
	record_print_cell(hundredths(c->arena, row->total), 8);
	record_print_cell(
		row->rank ? arena_printf(c->arena, "%d–%d", row->rank_best, row->rank_worst) : "—",
		10);
	record_print_cell(arena_printf(c->arena, "%lld", (long long)row->relapses), 10);
	for (size_t i = 0; i < k->rules->count; i++) {
		const struct rank_figure *f = &row->figure[i];
		const char *cell =
			arena_printf(c->arena, "%s(%lld/%lld)", hundredths(c->arena, row->score[i]),
				(long long)f->part, (long long)f->whole);

		if (i + 1 < k->rules->count)
			record_print_cell(cell, 16);
		else
			cli_print("%s", cell);
	}
	cli_print("\n");
}

static void print_published(const struct ranking *k)
{
	cli_print("SHA-256 %s\n", k->sha256);
	if (!k->published)
		cli_print("%s", T("还没有公布\n", "not published\n"));
	else if (k->agrees)
		cli_print("%s",
			T("已公布，与按登记重算的一致\n",
				"published, and what was published agrees with the records\n"));
	else
		cli_print("%s",
			T("已公布，但与按登记重算的不一致：登记或者规则在公布后被改动\n",
				"published, but it no longer agrees with the records: they or "
				"the rules were changed behind it\n"));
}

static void print_text(struct cli *c, const struct names *n, const struct ranking *k)
{
	print_rules(k);
	print_head(k);
	for (size_t i = 0; i < k->row_count; i++)
		print_row(c, n, k, &k->rows[i]);
	cli_print("\n");
	print_published(k);
}

/* ---- as JSON ------------------------------------------------------------------------------------------------- */

static void json_score(struct json *j, const char *key, int64_t score)
{
	if (score < 0)
		json_out_null(j, key);
	else
		json_out_int(j, key, score);
}

static void json_rules(struct json *j, const struct ranking_rules *rules)
{
	record_json_day(j, "rules_from", rules->in_force_from);
	json_out_string(j, "tie", rules->tie);
	json_out_array(j, "items");
	for (size_t i = 0; i < rules->count; i++) {
		const struct rank_item *item = &rules->item[i];

		json_out_object(j, NULL);
		json_out_string(j, "id", item->id);
		json_out_string(j, "name", item->name);
		json_out_string(j, "how", item->how);
		json_out_string(j, "clause", item->clause);
		json_out_int(j, "full", item->full);
		json_out_string(j, "rule", item->rule == RANK_DEDUCT ? "deduct" : "share");
		json_out_int(j, "points", item->points);
		json_out_bool(j, "zero_on_relapse", item->zero_on_relapse);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void json_row(struct json *j, const struct names *n, const struct ranking_rules *rules,
	const struct rank_row *row)
{
	json_out_object(j, NULL);
	json_out_string(j, "unit", row->unit);
	json_out_string(j, "name", name_of(n, row->unit));
	json_score(j, "rank", row->rank ? row->rank : -1);
	json_score(j, "total", row->total);
	json_score(j, "rank_best", row->rank ? row->rank_best : -1);
	json_score(j, "rank_worst", row->rank ? row->rank_worst : -1);
	json_out_int(j, "relapses", row->relapses);
	json_out_array(j, "figures");
	for (size_t i = 0; i < rules->count; i++) {
		json_out_object(j, NULL);
		json_out_string(j, "item", rules->item[i].id);
		json_out_int(j, "part", row->figure[i].part);
		json_out_int(j, "whole", row->figure[i].whole);
		json_score(j, "score", row->score[i]);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_object_end(j);
}

static enum err_code print_json(const struct names *n, const struct ranking *k, struct err *e)
{
	char quarter[QUARTER_TEXT_BYTES];
	struct buf out;
	struct json j;

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "quarter", quarter_text(k->quarter, quarter));
	record_json_day(&j, "cutoff", cutoff_of(k));
	json_rules(&j, k->rules);
	json_out_array(&j, "rows");
	for (size_t i = 0; i < k->row_count; i++)
		json_row(&j, n, k->rules, &k->rows[i]);
	json_out_array_end(&j);
	json_out_string(&j, "sha256", k->sha256);
	json_out_bool(&j, "published", k->published);
	if (k->published)
		json_out_bool(&j, "agrees", k->agrees);
	else
		json_out_null(&j, "agrees");
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

/* ---- what stands behind a figure ------------------------------------------------------------------------------- */

static const char *what_label(const char *what)
{
	if (str_eq(what, "enterprise"))
		return T("企业", "enterprise");
	if (str_eq(what, "report"))
		return T("月报", "report");
	return str_eq(what, "inspection") ? T("督查", "inspection") : T("举报", "tip-off");
}

static const char *number_of(struct cli *c, const struct reg *r, const struct rank_trace *t)
{
	char id[ENTERPRISE_ID_BYTES];

	if (str_eq(t->what, "enterprise"))
		return arena_strdup(
			c->arena, reg_id_text(r, (struct enterprise_id){t->number}, id));
	if (t->number == 0)
		return T("没有报送", "none received");
	return arena_printf(c->arena, "%lld", (long long)t->number);
}

static void json_trace(
	struct json *j, struct cli *c, const struct reg *r, const struct rank_trace *t)
{
	json_out_object(j, NULL);
	json_out_string(j, "item", t->item);
	json_out_string(j, "what", t->what);
	if (str_eq(t->what, "enterprise"))
		json_out_string(j, "id", number_of(c, r, t));
	json_out_int(j, "number", t->number);
	json_out_bool(j, "counted", t->counted);
	json_out_object_end(j);
}

static enum err_code print_traces(struct cli *c, const struct reg *r, const struct ranking *k,
	const char *unit, const char *item, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	if (c->json)
		json_out_array(&j, NULL);
	for (size_t i = 0; i < k->trace_count; i++) {
		const struct rank_trace *t = &k->traces[i];

		if (!str_eq(t->unit, unit) || (item && !str_eq(t->item, item)))
			continue;
		if (c->json)
			json_trace(&j, c, r, t);
		else
			cli_print("%s\t%s\t%s\t%s\n", t->item, what_label(t->what),
				number_of(c, r, t),
				t->counted ? T("计入", "counts") : T("未计入", "does not count"));
	}
	if (c->json) {
		json_out_array_end(&j);
		return record_json_finish(&out, e);
	}
	buf_done(&out);
	return ERR_OK;
}

static enum err_code check_trace(
	const struct ranking *k, const char *unit, const char *item, struct err *e)
{
	bool found = false, known = !item || str_eq(item, "relapses");

	for (size_t i = 0; i < k->row_count; i++)
		found |= str_eq(k->rows[i].unit, unit);
	for (size_t i = 0; i < k->rules->count; i++)
		known |= item && str_eq(k->rules->item[i].id, item);
	if (!found)
		return err_set(e, ERR_USAGE,
			T("“%s”不是参加排名的单位（要写代码，如 650105001）",
				"%s is no unit that is ranked (its code is needed)"),
			unit);
	if (!known)
		return err_set(e, ERR_USAGE, T("没有排名项目“%s”", "there is no item %s"), item);
	return ERR_OK;
}

/* ---- the command ------------------------------------------------------------------------------------------------ */

struct asked {
	struct quarter quarter;
	const char *unit, *item;
	bool publish;
};

static enum err_code read_asked(
	struct cli *c, int argc, char **argv, struct asked *ret, struct err *e)
{
	const char *quarter = NULL;

	ret->publish = cli_flag(&argc, argv, "--publish");
	if (record_needed(&argc, argv, "--quarter", &quarter, e) ||
		cli_option(&argc, argv, "--trace", &ret->unit, e) ||
		cli_option(&argc, argv, "--item", &ret->item, e) ||
		cli_words(argc, argv, 0, 0, usage, e))
		return e->code;
	if (!quarter_parse(quarter, &ret->quarter))
		return err_set(e, ERR_USAGE,
			T("“%s”不是季度，应写成 2018Q1 的样子",
				"%s is not a quarter; write it like 2018Q1"),
			quarter);
	if ((ret->item && !ret->unit) || (ret->publish && ret->unit))
		return err_set(e, ERR_USAGE, T("用法：%s", "Usage: %s"), usage);
	return ret->publish ? cli_need_by(c, false, e) : ERR_OK;
}

static enum err_code show(struct cli *c, struct reg *r, const struct asked *q, struct err *e)
{
	struct names names = {.a = c->arena};
	struct ranking k;

	if (reg_rank(r, q->quarter, c->arena, &k, e))
		return e->code;
	if (k.published && !k.agrees)
		c->status = 1;
	if (q->unit)
		return check_trace(&k, q->unit, q->item, e)
			       ? e->code
			       : print_traces(c, r, &k, q->unit, q->item, e);
	if (reg_unit_each(r, take_name, &names, e))
		return e->code;
	if (c->json)
		return print_json(&names, &k, e);
	print_text(c, &names, &k);
	return ERR_OK;
}

enum err_code cmd_rank(struct cli *c, int argc, char **argv, struct err *e)
{
	struct change_note note = record_note(c);
	struct asked q = {0};
	struct reg *r = NULL;
	enum err_code code = read_asked(c, argc, argv, &q, e);

	if (!code)
		code = cli_register(c, &r, e);
	if (!code && q.publish)
		code = reg_rank_publish(r, q.quarter, c->today, &note, e);
	if (!code)
		code = show(c, r, &q, e);
	reg_close(r);
	return code;
}
