/*
 * tianlan policy: the plan's rules on the command line, without an instance.
 *   explain   what 附件1 asks of a category on a side of the ring road, with the working
 *   classify  what a form's answers speak for, with reasons and what is missing
 *   changes   which cells of 附件1 read differently on two days, and in an instance which open records that touches
 *   check     whether a folder of policy data can be used
 * The shapes of --json are an interface that scripts rely on: members are added, never renamed.
 */
#include "cli/cli.h"

#include "cli/policy_check.h"

#include "tianlan/input.h"
#include "tianlan/markup.h"
#include "tianlan/register.h"

#include <string.h>

#define JSON_MAX_BYTES (1u << 20)

static void json_day(struct json *j, const char *key, struct day day)
{
	char text[DAY_TEXT_BYTES];

	json_out_string(j, key, day_is_set(day) ? day_text(day, text) : NULL);
}

static enum err_code json_finish(struct buf *out, struct err *e)
{
	enum err_code code = ERR_OK;

	if (out->overflow)
		code = err_set(e, ERR_SYSTEM, T("输出过长", "the output is too long"));
	else
		cli_print_buf(out);
	buf_done(out);
	return code;
}

/* ---- explain ---------------------------------------------------------------------------- */

static void json_duty(struct json *j, const struct duty *d)
{
	bool counted = d->state == DUTY_DUE || d->state == DUTY_OVERDUE;

	json_out_object(j, NULL);
	json_out_string(j, "rule", d->rule);
	json_out_string(j, "clause", d->clause);
	json_out_string(j, "action", policy_action_id(d->action));
	json_out_string(j, "text", d->text);
	json_day(j, "due", d->due);
	json_out_string(j, "working", d->working);
	json_out_string(j, "state", policy_duty_state_id(d->state));
	if (counted)
		json_out_int(j, "days", d->days);
	else
		json_out_null(j, "days");
	json_out_bool(j, "soon", d->soon);
	json_out_string(j, "missing", d->missing);
	json_out_array(j, "missed");
	for (size_t i = 0; d->missed[i]; i++)
		json_out_string(j, NULL, d->missed[i]);
	json_out_array_end(j);
	json_out_string(j, "missed_text", d->missed_text);
	json_out_string(j, "until", d->until);
	json_day(j, "in_force_from", d->in_force_from);
	json_out_object_end(j);
}

static enum err_code explain_json(const struct duty_facts *facts, struct day today,
	const struct duties *duties, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, JSON_MAX_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "category", policy_category_label(facts->category));
	json_out_string(&j, "ring", facts->ring ? policy_ring_id(facts->ring) : NULL);
	json_day(&j, "today", today);
	json_out_array(&j, "duties");
	for (size_t i = 0; i < duties->count; i++)
		json_duty(&j, &duties->duty[i]);
	json_out_array_end(&j);
	json_out_object(&j, "goal");
	json_day(&j, "due", duties->goal);
	json_out_string(&j, "text", duties->goal_text);
	json_out_object_end(&j);
	json_out_array(&j, "open");
	for (size_t i = 0; i < duties->open_count; i++)
		json_out_string(&j, NULL, duties->open[i]);
	json_out_array_end(&j);
	json_out_object_end(&j);
	return json_finish(&out, e);
}

static void print_duty(size_t number, const struct duty *d)
{
	cli_print("%zu. %s：%s\n", number, policy_action_label(d->action), d->text);
	cli_print("   状态  %s", policy_duty_state_label(d->state));
	if (d->state == DUTY_DUE)
		cli_print("，还有 %d 天%s", d->days, d->soon ? "（临近）" : "");
	if (d->state == DUTY_OVERDUE)
		cli_print(" %d 天", d->days);
	cli_print("\n   推算  %s\n", d->working);
	if (d->until)
		cli_print("   条件  %s\n", d->until);
	if (d->missed_text)
		cli_print("   后果  %s\n", d->missed_text);
	cli_print("   依据  %s（规则 %s）\n", d->clause, d->rule);
}

static void explain_text(
	const struct duty_facts *facts, struct day today, const struct duties *duties)
{
	char day[DAY_TEXT_BYTES];

	cli_print("%s · %s（截至 %s）\n\n", policy_category_label(facts->category),
		policy_ring_label(facts->ring), day_text(today, day));
	for (size_t i = 0; i < duties->count; i++)
		print_duty(i + 1, &duties->duty[i]);
	cli_print("\n%s\n", duties->goal_text);
	for (size_t i = 0; i < duties->open_count; i++)
		cli_print("说明：%s\n", duties->open[i]);
}

static enum err_code explain_facts(int *argc, char **argv, struct duty_facts *facts, struct err *e)
{
	static const char usage[] = "tianlan policy explain --category 散乱 --ring inner|outer "
				    "[--order D] [--found D] [--today D] [--json]";
	const char *category = NULL, *ring = NULL;

	*facts = (struct duty_facts){.order = DAY_NONE, .found_on = DAY_NONE};
	for (size_t i = 0; i < ACTION_COUNT; i++)
		facts->done[i] = DAY_NONE;
	if (cli_option(argc, argv, "--category", &category, e) ||
		cli_option(argc, argv, "--ring", &ring, e) ||
		cli_day(argc, argv, "--order", &facts->order, e) ||
		cli_day(argc, argv, "--found", &facts->found_on, e) ||
		cli_words(*argc, argv, 0, 0, usage, e))
		return e->code;
	if (!category)
		return err_set(e, ERR_USAGE,
			T("缺少 --category。用法：%s", "--category is missing. Usage: %s"), usage);
	facts->category = policy_category_find(category);
	if (facts->category == CATEGORY_NONE)
		return err_set(e, ERR_USAGE,
			T("没有类别“%s”：应为 散 乱 污 散乱 散污 乱污 散乱污",
				"there is no category \"%s\": 散 乱 污 散乱 散污 乱污 散乱污"),
			category);
	facts->ring = ring ? policy_ring_find(ring) : RING_UNKNOWN;
	if (ring && facts->ring == RING_UNKNOWN)
		return err_set(e, ERR_USAGE,
			T("--ring 应为 inner 或 outer，不是“%s”",
				"--ring is inner or outer, not \"%s\""),
			ring);
	return ERR_OK;
}

static enum err_code policy_explain(struct cli *c, int argc, char **argv, struct err *e)
{
	struct duty_facts facts;
	struct duties duties;

	if (explain_facts(&argc, argv, &facts, e) || cli_policy(c, e))
		return e->code;
	policy_duties(c->policy, c->arena, &facts, c->today, c->today, &duties);
	if (c->json)
		return explain_json(&facts, c->today, &duties, e);
	explain_text(&facts, c->today, &duties);
	return ERR_OK;
}

/* ---- classify --------------------------------------------------------------------------- */

static enum err_code read_answer(const struct conf *item, enum tri *ret, struct err *e)
{
	if (item->type != CONF_STRING)
		return conf_error(item, e,
			T("%s 应为 是、否、有、无 或者空", "%s must be 是, 否, 有, 无 or empty"),
			item->name);
	if (!item->string || !*item->string)
		*ret = TRI_UNKNOWN;
	else if (str_eq(item->string, "是") || str_eq(item->string, "有"))
		*ret = TRI_YES;
	else if (str_eq(item->string, "否") || str_eq(item->string, "无"))
		*ret = TRI_NO;
	else
		return conf_error(item, e,
			T("%s：“%s”不是 是、否、有、无 或者空",
				"%s: \"%s\" is not 是, 否, 有, 无 or empty"),
			item->name, item->string);
	return ERR_OK;
}

static enum err_code read_answers(const struct conf *root, struct answers *ret, struct err *e)
{
	const struct {
		const char *key;
		enum tri *answer;
	} columns[] = {{"c12", &ret->emissions_exceed}, {"c13", &ret->conforms},
		{"c14", &ret->has_fire}, {"c15", &ret->has_eia}, {"c16", &ret->has_planning},
		{"c17", &ret->has_licence}, {"c18", &ret->has_hazard},
		{"c19", &ret->has_unlawful_building},
		{"unlawful_operation", &ret->unlawful_operation}};

	if (root->type != CONF_GROUP)
		return conf_error(root, e, T("应为一个对象 { … }", "an object { … } is expected"));
	for (size_t i = 0; i < root->count; i++) {
		size_t k = 0;

		while (k < COUNT_OF(columns) && !str_eq(columns[k].key, root->items[i].name))
			k++;
		if (k == COUNT_OF(columns))
			return conf_error(&root->items[i], e,
				T("没有“%s”这一项：应为 c12 至 c19",
					"there is no key \"%s\": c12 to c19"),
				root->items[i].name);
		if (read_answer(&root->items[i], columns[k].answer, e))
			return e->code;
	}
	return ERR_OK;
}

static enum err_code load_answers(
	struct cli *c, const char *path, struct answers *ret, struct err *e)
{
	bool standard_input = str_eq(path, "-");
	struct buf bytes;
	const struct conf *root;
	enum err_code code;

	buf_init(&bytes, JSON_MAX_BYTES);
	code = file_read(standard_input ? "/dev/stdin" : path, JSON_MAX_BYTES, &bytes, e);
	if (!code)
		code = json_parse(c->arena, path, buf_text(&bytes), bytes.len, &root, e);
	if (!code)
		code = read_answers(root, ret, e);
	buf_done(&bytes);
	return code;
}

/* "c15" for a column of the form, else the field's own name. */
static const char *column_id(struct arena *a, enum field f)
{
	return f <= FIELD_STREET ? arena_printf(a, "c%d", (int)f) : policy_field(f)->id;
}

static void json_tri(struct json *j, const char *key, enum tri value)
{
	if (value == TRI_UNKNOWN)
		json_out_null(j, key);
	else
		json_out_bool(j, key, value == TRI_YES);
}

static const char *category_or_null(enum category c)
{
	return c == CATEGORY_NONE ? NULL : policy_category_label(c);
}

static const char *answer_label(const struct reason *r)
{
	const struct field_info *field = policy_field(r->field);

	return r->answer == TRI_YES ? field->yes : field->no;
}

static void json_reasons(struct cli *c, struct json *j, const struct classification *found)
{
	json_out_array(j, "reasons");
	for (size_t i = 0; i < found->reason_count; i++) {
		const struct reason *r = &found->reasons[i];

		json_out_object(j, NULL);
		json_out_string(j, "column", column_id(c->arena, r->field));
		json_out_string(j, "answer", answer_label(r));
		json_out_string(j, "attribute", r->attribute);
		json_out_string(j, "rule", r->rule);
		json_out_string(j, "text", r->text);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static enum err_code classify_json(struct cli *c, const struct classification *found, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, JSON_MAX_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_string(&j, "category", category_or_null(found->category));
	json_out_string(&j, "at_least", category_or_null(found->at_least));
	json_out_bool(&j, "none_seen", found->none_seen);
	json_out_object(&j, "attributes");
	json_tri(&j, "scattered", found->scattered);
	json_tri(&j, "disorderly", found->disorderly);
	json_tri(&j, "polluting", found->polluting);
	json_out_object_end(&j);
	json_reasons(c, &j, found);
	json_out_array(&j, "missing");
	for (size_t i = 0; i < found->missing_count; i++)
		json_out_string(&j, NULL, column_id(c->arena, found->missing[i]));
	json_out_array_end(&j);
	json_out_array(&j, "review");
	for (size_t i = 0; i < found->review_count; i++) {
		json_out_object(&j, NULL);
		json_out_string(&j, "id", found->review[i].id);
		json_out_string(&j, "text", found->review[i].text);
		json_out_object_end(&j);
	}
	json_out_array_end(&j);
	json_out_object_end(&j);
	return json_finish(&out, e);
}

static void classify_text(const struct classification *found)
{
	if (found->category)
		cli_print(
			"建议类别：%s（由工作人员认定）\n", policy_category_label(found->category));
	else if (found->none_seen)
		cli_print(
			"表内未见“散”“乱”“污”的情形。这不等于没有：表上没有问到的仍要现场核查。\n");
	else if (found->at_least)
		cli_print("至少属“%s”，尚缺答案，不能定类别。\n",
			policy_category_label(found->at_least));
	else
		cli_print("尚缺答案，不能定类别。\n");
	for (size_t i = 0; i < found->reason_count; i++)
		cli_print("  理由  %s\n", found->reasons[i].text);
	for (size_t i = 0; i < found->missing_count; i++)
		cli_print("  缺    第%d列：%s\n", (int)found->missing[i],
			policy_field(found->missing[i])->heading);
	for (size_t i = 0; i < found->review_count; i++)
		cli_print("  复核  %s\n", found->review[i].text);
}

static enum err_code policy_classify_command(struct cli *c, int argc, char **argv, struct err *e)
{
	static const char usage[] = "tianlan policy classify --answers FILE.json|- [--json]";
	const char *path = NULL;
	struct answers answers = {0};
	struct classification found;

	if (cli_option(&argc, argv, "--answers", &path, e) || cli_words(argc, argv, 0, 0, usage, e))
		return e->code;
	if (!path)
		return err_set(e, ERR_USAGE,
			T("缺少 --answers。用法：%s", "--answers is missing. Usage: %s"), usage);
	if (cli_policy(c, e) || load_answers(c, path, &answers, e))
		return e->code;
	policy_classify(c->policy, &answers, &found);
	if (c->json)
		return classify_json(c, &found, e);
	classify_text(&found);
	return ERR_OK;
}

/* ---- changes ---------------------------------------------------------------------------- */

static const struct duty *duty_of(const struct duties *duties, const char *rule)
{
	for (size_t i = 0; i < duties->count; i++)
		if (str_eq(duties->duty[i].rule, rule))
			return &duties->duty[i];
	return NULL;
}

static bool reads_differently(const struct duty *before, const struct duty *after)
{
	return !before || !after || day_compare(before->in_force_from, after->in_force_from) != 0;
}

static const char *limit_text(struct arena *a, const struct duty *d)
{
	char day[DAY_TEXT_BYTES];

	if (!d)
		return "无此项";
	if (d->months)
		return arena_printf(a, "%d个月", d->months);
	return day_is_set(d->due) ? arena_strdup(a, day_text(d->due, day)) : "未定日期";
}

static void json_limit(struct json *j, const char *key, const struct duty *d)
{
	if (!d) {
		json_out_null(j, key);
		return;
	}
	json_out_object(j, key);
	json_day(j, "due", d->due);
	if (d->months)
		json_out_int(j, "months", d->months);
	else
		json_out_null(j, "months");
	json_out_string(j, "clause", d->clause);
	json_day(j, "in_force_from", d->in_force_from);
	json_out_object_end(j);
}

static void show_change(struct cli *c, struct json *j, const char *rule, const struct duty *before,
	const struct duty *after)
{
	if (!reads_differently(before, after))
		return;
	if (!c->json) {
		cli_print("  %s  %s：%s → %s（%s）\n", rule,
			policy_action_label((after ? after : before)->action),
			limit_text(c->arena, before), limit_text(c->arena, after),
			(after ? after : before)->clause);
		return;
	}
	json_out_object(j, NULL);
	json_out_string(j, "rule", rule);
	json_limit(j, "before", before);
	json_limit(j, "after", after);
	json_out_object_end(j);
}

static void show_cell(struct cli *c, struct json *j, enum category category, enum ring ring,
	struct day from, struct day to)
{
	struct duties before, after;

	policy_cell(c->policy, c->arena, category, ring, from, &before);
	policy_cell(c->policy, c->arena, category, ring, to, &after);
	if (c->json) {
		json_out_object(j, NULL);
		json_out_string(j, "category", policy_category_label(category));
		json_out_string(j, "ring", policy_ring_id(ring));
		json_out_array(j, "duties");
	} else
		cli_print("%s %s\n", policy_category_label(category), policy_ring_label(ring));
	for (size_t i = 0; i < before.count; i++)
		show_change(c, j, before.duty[i].rule, &before.duty[i],
			duty_of(&after, before.duty[i].rule));
	for (size_t i = 0; i < after.count; i++)
		if (!duty_of(&before, after.duty[i].rule))
			show_change(c, j, after.duty[i].rule, NULL, &after.duty[i]);
	if (c->json) {
		json_out_array_end(j);
		json_out_object_end(j);
	}
}

static size_t show_cells(struct cli *c, struct json *j, struct day from, struct day to)
{
	size_t count = 0;

	for (enum category category = CATEGORY_SAN; category < CATEGORY_COUNT; category++)
		for (enum ring ring = RING_INNER; ring < RING_COUNT; ring++)
			if (policy_cell_changed(c->policy, category, ring, from, to)) {
				show_cell(c, j, category, ring, from, to);
				count++;
			}
	return count;
}

/* ---- the enterprises an amendment changes: open records of an instance, in a changed cell ---- */

struct affected {
	struct cli *c;
	struct json *j;
	const struct reg *reg;
	struct day from, to;
	size_t count;
};

static bool is_open(enum course_state s)
{
	return s != STATE_ACCEPTED && s != STATE_CLOSED && s != STATE_SIGNED_OFF &&
	       s != STATE_WITHDRAWN && s != STATE_OUT_OF_SCOPE;
}

/* With the ring unsettled, a change on either side counts. */
static bool is_affected(const struct affected *a, const struct enterprise *row)
{
	if (row->category == CATEGORY_NONE || !is_open(row->course.state))
		return false;
	for (enum ring ring = RING_INNER; ring < RING_COUNT; ring++)
		if ((row->ring == ring || row->ring == RING_UNKNOWN) &&
			policy_cell_changed(a->c->policy, row->category, ring, a->from, a->to))
			return true;
	return false;
}

static enum err_code show_affected(void *ctx, const struct enterprise *row, struct err *e)
{
	struct affected *a = ctx;
	char id[ENTERPRISE_ID_BYTES];

	(void)e;
	if (!is_affected(a, row))
		return ERR_OK;
	reg_id_text(a->reg, row->id, id);
	if (a->j) {
		json_out_object(a->j, NULL);
		json_out_string(a->j, "id", id);
		json_out_string(a->j, "name", row->value[FIELD_NAME]);
		json_out_object_end(a->j);
	} else {
		if (!a->count)
			cli_print("受影响的未完结企业：\n");
		cli_print("  %s  %s  %s\n", id, policy_category_label(row->category),
			row->value[FIELD_NAME]);
	}
	a->count++;
	return ERR_OK;
}

/* Nothing when there is no instance here: the commands of the plan need none. */
static enum err_code each_affected(
	struct cli *c, struct json *j, struct day from, struct day to, struct err *e)
{
	struct affected a = {.c = c, .j = j, .from = from, .to = to};
	struct enterprise_filter all = {0};
	struct reg *reg;

	if (!file_exists(path_join(c->arena, c->dir, "tianlan.conf")))
		return ERR_OK;
	if (cli_register(c, &reg, e))
		return e->code;
	a.reg = reg;
	enum err_code code = reg_enterprise_each(reg, &all, show_affected, &a, e);
	reg_close(reg);
	return code;
}

static enum err_code changes_json(struct cli *c, struct day from, struct day to, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, JSON_MAX_BYTES);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_day(&j, "from", from);
	json_day(&j, "to", to);
	json_out_array(&j, "cells");
	show_cells(c, &j, from, to);
	json_out_array_end(&j);
	json_out_array(&j, "enterprises");
	if (each_affected(c, &j, from, to, e)) {
		buf_done(&out);
		return e->code;
	}
	json_out_array_end(&j);
	json_out_object_end(&j);
	return json_finish(&out, e);
}

static enum err_code policy_changes(struct cli *c, int argc, char **argv, struct err *e)
{
	static const char usage[] = "tianlan policy changes --from D [--to D] [--json]";
	struct day from = DAY_NONE, to = c->today;

	if (cli_day(&argc, argv, "--from", &from, e) || cli_day(&argc, argv, "--to", &to, e) ||
		cli_words(argc, argv, 0, 0, usage, e))
		return e->code;
	if (!day_is_set(from))
		return err_set(e, ERR_USAGE,
			T("缺少 --from。用法：%s", "--from is missing. Usage: %s"), usage);
	if (day_compare(from, to) > 0)
		return err_set(e, ERR_USAGE, T("--from 晚于 --to", "--from lies after --to"));
	if (cli_policy(c, e))
		return e->code;
	if (c->json)
		return changes_json(c, from, to, e);
	if (!show_cells(c, NULL, from, to))
		cli_print("附件1各格在这两天之间没有变化。\n");
	return each_affected(c, NULL, from, to, e);
}

enum err_code cmd_policy(struct cli *c, int argc, char **argv, struct err *e)
{
	static const struct {
		const char *name;
		cmd_fn *run;
	} parts[] = {{"explain", policy_explain}, {"classify", policy_classify_command},
		{"changes", policy_changes}, {"check", policy_check}};

	for (size_t i = 0; argc > 1 && i < COUNT_OF(parts); i++)
		if (str_eq(argv[1], parts[i].name))
			return parts[i].run(c, argc - 1, argv + 1, e);
	return err_set(e, ERR_USAGE,
		T("用法：tianlan policy explain|classify|changes|check",
			"usage: tianlan policy explain|classify|changes|check"));
}
