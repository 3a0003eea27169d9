/*
 * tianlan case show|photo: one case as a role sees it: the inspector the facts, the reply officer the contact, the office row
 * and clocks alone. What comes out of the sealed case was written by anyone: it is shown with every control character visible,
 * and a photo goes to a file or a program, never to a terminal.
 */
#include "cli/case_out.h"

#include "cli/fill.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "tianlan case show ID [--role inspector|reply|office] [--json]";

struct show {
	struct bench *b;
	struct cli *c;
	struct desk_case dc;
	struct case_line line;
	struct unit_names *names;
	struct clock_due clocks[CASE_CLOCKS];
	size_t clock_count;
	bool routed; /* the units are proposed: nobody has it yet, or it came back */
	struct route route;
	const struct desk_similar *similar;
	const struct desk_place *places;
	size_t similar_count, place_count;
	struct json *j; /* NULL: text */
};

/* ---- gathering ------------------------------------------------------------------------------------------ */

static bool awaits_units(enum case_step state)
{
	return state == CASE_RECEIVED || state == CASE_ACCEPTED || state == CASE_OBJECTED ||
	       state == CASE_REOPENED;
}

static enum err_code gather(struct show *s, const char *id, struct err *e)
{
	struct cli *c = s->c;
	struct tip_case row;

	if (case_find(s->b, id, &row, e) || unit_names_load(c, s->b->reg, &s->names, e) ||
		desk_case_get(s->b->desk, row.number, c->arena, &s->dc, e))
		return e->code;
	s->line = case_line_of(c, &s->dc.row, c->arena);
	s->clock_count =
		policy_case_clocks(c->policy, c->arena, &s->dc.row.course, c->today, s->clocks);
	s->routed = awaits_units(s->dc.row.course.state);
	if (s->routed && desk_route(s->b->desk, row.number, c->arena, &s->route, e))
		return e->code;
	if (s->b->role != DESK_INSPECTOR || !s->line.open)
		return ERR_OK;
	if (!s->dc.row.enterprise.n &&
		desk_enterprises(s->b->desk, row.number, c->arena, &s->places, &s->place_count, e))
		return e->code;
	return desk_similar(s->b->desk, row.number, c->arena, &s->similar, &s->similar_count, e);
}

/* ---- text ------------------------------------------------------------------------------------------------- */

static void print_text(const struct show *s, const char *label, const char *foreign)
{
	if (!*foreign)
		return;
	record_print_cell(label, 12);
	cli_print("%s\n", text_shown(s->c->arena, foreign, false));
}

/* Line by line, set in. */
static void print_lines(const struct show *s, const char *foreign)
{
	for (const char *at = text_shown(s->c->arena, foreign, true); *at;) {
		size_t len = strcspn(at, "\n");
		cli_print("    %.*s\n", (int)len, at);
		at += len + (at[len] == '\n');
	}
}

static const char *way_text(const char *way)
{
	return str_eq(way, "anonymous")	     ? T("匿名", "anonymous")
	       : str_eq(way, "confidential") ? T("保密", "confidential")
	       : str_eq(way, "named")	     ? T("实名", "named")
					     : T("未知", "unknown");
}

static const char *origin_text(const char *origin)
{
	return str_eq(origin, "form")	       ? T("网上", "the form")
	       : str_eq(origin, "phone")       ? T("电话", "telephone")
	       : str_eq(origin, "letter")      ? T("来信", "a letter")
	       : str_eq(origin, "visit")       ? T("来访", "a visit")
	       : str_eq(origin, "quarantined") ? T("隔离（内容打不开）", "quarantined")
					       : origin;
}

static void print_units(const struct show *s, const char *label, const char *codes)
{
	if (!codes || !*codes)
		return;
	record_print_cell(label, 12);
	for (const char *at = codes; *at;) {
		size_t len = strcspn(at, " ");
		cli_print("%s%s", at == codes ? "" : T("、", ", "),
			unit_shown(s->names, arena_strndup(s->c->arena, at, len)));
		at += len + (at[len] == ' ');
	}
	cli_print("\n");
}

static void print_row(const struct show *s)
{
	const struct tip_case *row = &s->dc.row;
	char day[DAY_TEXT_BYTES], since[DAY_TEXT_BYTES];

	cli_print(T("%s  %s（%s 起）\n", "%s  %s (since %s)\n"), row->id,
		T(policy_case_step_label(row->course.state),
			policy_case_step_id(row->course.state)),
		day_text(row->course.since, since));
	record_print_cell(T("收到", "received"), 12);
	cli_print("%s  %s  %s", row->week, row->opened ? day_text(row->received_on, day) : "",
		origin_text(row->origin));
	cli_print("%s%s\n", row->way ? "  " : "", row->way ? way_text(row->way) : "");
	if (row->kinds && *row->kinds) {
		record_print_cell(T("种类", "kinds"), 12);
		cli_print("%s\n", kind_names(s->c, row->kinds));
	}
	print_units(s, T("街道", "street"), row->street);
	print_units(s, T("牵头", "lead"), row->lead);
	print_units(s, T("协办", "helpers"), row->helpers);
	if (row->course.outcome) {
		record_print_cell(T("核查", "outcome"), 12);
		cli_print("%s\n", T(policy_outcome_label(row->course.outcome),
					  policy_outcome_id(row->course.outcome)));
	}
	if (row->merged_into) {
		record_print_cell(T("并入", "merged into"), 12);
		cli_print("%s\n", case_id_of(s->c, s->b->reg, row->merged_into));
	}
	if (row->corroboration) {
		record_print_cell(T("佐证", "merged"), 12);
		cli_print(T("有 %lld 件并入\n", "%lld merged into it\n"),
			(long long)row->corroboration);
	}
	if (row->reply) {
		record_print_cell(T("答复", "reply"), 12);
		cli_print("%s\n", text_shown(s->c->arena, row->reply, false));
	}
	for (size_t i = 0; i < s->clock_count; i++) {
		if (i == 0)
			cli_print("%s\n", T("期限", "time limits"));
		cli_print("  %s\n      %s\n", case_due_text(s->c->arena, &s->clocks[i]),
			s->clocks[i].text);
	}
}

static void print_facts(const struct show *s)
{
	const struct tipoff *t = &s->dc.tipoff;

	cli_print("%s\n", T("举报内容", "the tip-off"));
	print_text(s, T("企业", "enterprise"), t->enterprise);
	print_text(s, T("地点", "place"), t->place);
	print_text(s, T("发现日期", "happened on"), t->happened_on);
	if (t->honeypot)
		cli_print("%s\n", T("  ［填了只有机器才看得见的栏，可能是机器投的］",
					  "  [a field that people do not see was filled in]"));
	for (size_t i = 0; i < t->photo_count; i++)
		cli_print(T("照片 %zu  %u × %u（tianlan case photo %.*s %zu > 文件）\n",
				  "photo %zu  %u x %u (tianlan case photo %.*s %zu > FILE)\n"),
			i + 1, (unsigned)t->photos[i].width, (unsigned)t->photos[i].height,
			CASE_SHORT, s->dc.row.id, i + 1);
	print_lines(s, t->what);
}

static void print_opened(const struct show *s)
{
	if (!s->dc.opened) {
		if (s->b->role != DESK_OFFICE)
			cli_print("%s\n",
				T("内容打不开：这里没有合用的密钥，或者内容还没有移交、已经销毁",
					"cannot be opened: no key here fits, or the content is "
					"not handed over yet, or erased"));
		return;
	}
	if (s->b->role == DESK_INSPECTOR) {
		print_facts(s);
	} else if (*s->dc.tipoff.contact_name || *s->dc.tipoff.contact_phone) {
		cli_print(
			"%s\n", T("联系方式（不得写入任何文书）", "contact (goes into no paper)"));
		print_text(s, T("称呼", "name"), s->dc.tipoff.contact_name);
		print_text(s, T("电话", "telephone"), s->dc.tipoff.contact_phone);
	} else {
		cli_print("%s\n", T("没有留联系方式", "no contact was left"));
	}
}

static void print_notes(const struct show *s)
{
	char day[DAY_TEXT_BYTES];

	cli_print("%s\n", T("办理经过", "steps"));
	for (size_t i = 0; i < s->dc.note_count; i++) {
		const struct desk_note *n = &s->dc.notes[i];
		cli_print("  %lld  %s  %s  %s%s%s\n", (long long)n->n,
			day_text(n->kind == CASE_RECEIVED ? s->dc.row.received_on : n->day, day),
			T(policy_case_step_label(n->kind), policy_case_step_id(n->kind)),
			text_shown(s->c->arena, n->by, false), n->unit ? "  " : "",
			n->unit ? unit_shown(s->names, n->unit) : "");
		if (n->text)
			print_lines(s, n->text);
	}
	if (s->dc.draft) {
		cli_print("%s\n", T("草稿", "draft"));
		print_lines(s, s->dc.draft);
	}
}

static void print_suggestions(const struct show *s)
{
	char id[ENTERPRISE_ID_BYTES];

	if (s->routed) {
		cli_print(T("建议转办：%s", "suggested: %s"), unit_shown(s->names, s->route.lead));
		for (size_t i = 0; i < s->route.helper_count; i++)
			cli_print("%s%s", i ? T("、", ", ") : T("，协办 ", ", with "),
				unit_shown(s->names, s->route.helpers[i]));
		cli_print(T("（%s）\n", " (%s)\n"), s->route.reason);
	}
	for (size_t i = 0; i < s->similar_count; i++)
		cli_print(
			T("可能是同一件：%.*s（%d 分：%s）\n", "may be the same: %.*s (%d: %s)\n"),
			CASE_SHORT, s->similar[i].id, s->similar[i].score, s->similar[i].why);
	for (size_t i = 0; i < s->place_count; i++)
		cli_print(T("可能是这家企业：%s  %s  %s（%d 分）\n",
				  "may be this enterprise: %s  %s  %s (%d)\n"),
			reg_id_text(s->b->reg, s->places[i].id, id), s->places[i].name,
			s->places[i].address, s->places[i].score);
}

static enum err_code print_copy(void *ctx, const struct case_copy *copy, struct err *e)
{
	struct show *s = ctx;
	char asked[DAY_TEXT_BYTES], gone[DAY_TEXT_BYTES];

	(void)e;
	if (s->j) {
		json_out_object(s->j, NULL);
		json_out_string(s->j, "place", copy->place);
		json_out_string(s->j, "kind", copy->kind);
		record_json_day(s->j, "asked_on", copy->asked_on);
		record_json_day(s->j, "gone_on", copy->gone_on);
		json_out_foreign(s->j, "said_by", copy->said_by);
		json_out_object_end(s->j);
		return ERR_OK;
	}
	if (day_is_set(copy->gone_on))
		cli_print(T("副本 %s：%s 确认已销毁（%s）\n", "copy at %s: gone, %s (%s)\n"),
			copy->place, day_text(copy->gone_on, gone),
			copy->said_by ? text_shown(s->c->arena, copy->said_by, false) : "");
	else
		cli_print(T("副本 %s：%s 已要求销毁，还没有确认\n",
				  "copy at %s: asked on %s, not confirmed\n"),
			copy->place, day_text(copy->asked_on, asked));
	return ERR_OK;
}

static enum err_code print_case(struct show *s, struct err *e)
{
	print_row(s);
	print_opened(s);
	print_notes(s);
	print_suggestions(s);
	if (s->dc.row.enterprise.n) {
		cli_print("%s", T("关联企业  ", "enterprise  "));
		if (record_show_brief(s->c, s->b->reg, s->dc.row.enterprise, NULL, e))
			return e->code;
	}
	return reg_copy_each(s->b->reg, s->dc.row.number, false, print_copy, s, e);
}

/* ---- JSON ---------------------------------------------------------------------------------------------------- */

static void json_facts(const struct show *s, struct json *j)
{
	const struct tipoff *t = &s->dc.tipoff;

	json_out_object(j, "facts");
	json_out_string(j, "received_at", t->received_at);
	json_out_foreign(j, "enterprise", t->enterprise);
	json_out_foreign(j, "street", t->street);
	json_out_foreign(j, "place", t->place);
	json_out_foreign(j, "happened_on", t->happened_on);
	json_out_foreign(j, "what", t->what);
	json_out_bool(j, "honeypot", t->honeypot);
	json_out_array(j, "photos");
	for (size_t i = 0; i < t->photo_count; i++) {
		json_out_object(j, NULL);
		json_out_int(j, "n", (int64_t)i + 1);
		json_out_int(j, "width", t->photos[i].width);
		json_out_int(j, "height", t->photos[i].height);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_object_end(j);
}

static void json_contact(const struct show *s, struct json *j)
{
	json_out_object(j, "contact");
	json_out_foreign(j, "contact_name", s->dc.tipoff.contact_name);
	json_out_foreign(j, "contact_phone", s->dc.tipoff.contact_phone);
	json_out_object_end(j);
}

static void json_notes(const struct show *s, struct json *j)
{
	json_out_array(j, "steps");
	for (size_t i = 0; i < s->dc.note_count; i++) {
		const struct desk_note *n = &s->dc.notes[i];
		json_out_object(j, NULL);
		json_out_int(j, "n", n->n);
		json_out_string(j, "step", policy_case_step_id(n->kind));
		record_json_day(j, "day", n->day);
		json_out_string(j, "role", n->role);
		json_out_string(j, "unit", n->unit);
		json_out_foreign(j, "by", n->by);
		json_out_foreign(j, "why", n->text);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_foreign(j, "draft", s->dc.draft);
}

static void json_suggestions(const struct show *s, struct json *j)
{
	char id[ENTERPRISE_ID_BYTES];

	if (s->routed) {
		json_out_object(j, "route");
		json_out_string(j, "lead", s->route.lead);
		json_out_array(j, "helpers");
		for (size_t i = 0; i < s->route.helper_count; i++)
			json_out_string(j, NULL, s->route.helpers[i]);
		json_out_array_end(j);
		json_out_string(j, "street", s->route.street);
		json_out_string(j, "reason", s->route.reason);
		json_out_object_end(j);
	} else {
		json_out_null(j, "route");
	}
	json_out_array(j, "similar");
	for (size_t i = 0; i < s->similar_count; i++) {
		json_out_object(j, NULL);
		json_out_string(j, "id", s->similar[i].id);
		json_out_int(j, "score", s->similar[i].score);
		json_out_string(j, "why", s->similar[i].why);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_array(j, "enterprises");
	for (size_t i = 0; i < s->place_count; i++) {
		json_out_object(j, NULL);
		json_out_string(j, "id", reg_id_text(s->b->reg, s->places[i].id, id));
		json_out_string(j, "name", s->places[i].name);
		json_out_string(j, "address", s->places[i].address);
		json_out_int(j, "score", s->places[i].score);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static enum err_code json_case(struct show *s, struct json *j, struct err *e)
{
	enum err_code code = ERR_OK;

	json_out_object(j, NULL);
	case_json_row(s->c, s->b->reg, j, &s->line);
	json_out_string(j, "role", desk_role_id(s->b->role));
	json_out_array(j, "clocks");
	for (size_t i = 0; i < s->clock_count; i++)
		case_json_clock(j, NULL, &s->clocks[i]);
	json_out_array_end(j);
	json_out_bool(j, "can_open", s->dc.opened);
	if (s->dc.opened && s->b->role == DESK_INSPECTOR)
		json_facts(s, j);
	else if (s->dc.opened)
		json_contact(s, j);
	json_notes(s, j);
	json_suggestions(s, j);
	if (s->dc.row.enterprise.n) {
		json_out_object(j, "enterprise_record");
		code = record_show_brief(s->c, s->b->reg, s->dc.row.enterprise, j, e);
		json_out_object_end(j);
	} else {
		json_out_null(j, "enterprise_record");
	}
	json_out_array(j, "copies");
	if (!code)
		code = reg_copy_each(s->b->reg, s->dc.row.number, false, print_copy, s, e);
	json_out_array_end(j);
	json_out_object_end(j);
	return code;
}

static enum err_code print_json(struct show *s, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	s->j = &j;
	enum err_code code = json_case(s, &j, e);
	s->j = NULL;
	if (!code)
		return record_json_finish(&out, e);
	buf_done(&out);
	return code;
}

enum err_code case_show(struct cli *c, int argc, char **argv, struct err *e)
{
	struct bench b;
	struct show s = {.b = &b, .c = c};

	if (bench_options(c, &argc, argv, &b, e) || cli_words(argc, argv, 1, 1, usage, e))
		return e->code;
	enum err_code code = bench_open(&b, e);
	if (!code)
		code = gather(&s, argv[1], e);
	if (!code)
		code = bench_flush(&b, e); /* the first opening may have left a status to write */
	if (!code)
		code = c->json ? print_json(&s, e) : print_case(&s, e);
	bytes_wipe(&s.dc.tipoff, sizeof s.dc.tipoff);
	bench_close(&b);
	return code;
}

/* ---- photos ------------------------------------------------------------------------------------------------------ */

enum { JPEG_MAX = 16 << 20 };

static enum err_code write_photo(
	struct bench *b, const char *id, int64_t index, struct buf *jpeg, struct err *e)
{
	struct cli *c = b->c;
	struct tip_case row;
	const char *program = NULL;
	enum err_code code = case_find(b, id, &row, e);

	if (!code)
		code = fill_photo_program(c->arena, &program, e);
	if (!code)
		code = desk_photo(b->desk, row.number, (size_t)index - 1, program, jpeg, e);
	if (!code)
		fwrite(jpeg->data, 1, jpeg->len, stdout);
	return code;
}

enum err_code case_photo(struct cli *c, int argc, char **argv, struct err *e)
{
	struct bench b;
	struct buf jpeg;
	int64_t index = 0;

	if (bench_options(c, &argc, argv, &b, e) ||
		cli_words(argc, argv, 2, 2, "tianlan case photo ID N [--role inspector] > FILE", e))
		return e->code;
	if (!str_to_int64(argv[2], &index) || index < 1 || index > TIPOFF_PHOTOS)
		return err_set(e, ERR_USAGE,
			T("“%s”不是照片的序号，应为 1 到 %d",
				"\"%s\" is no number of a photo, 1 to %d"),
			argv[2], TIPOFF_PHOTOS);
	if (isatty(STDOUT_FILENO))
		return err_set(e, ERR_USAGE,
			T("照片不打印到终端：请写到文件（> 文件）或者交给看图程序",
				"a photo does not go to a terminal: send it to a file (> FILE) or "
				"a "
				"viewer"));
	buf_init(&jpeg, JPEG_MAX);
	enum err_code code = bench_open(&b, e);
	if (!code)
		code = write_photo(&b, argv[1], index, &jpeg, e);
	if (jpeg.data)
		bytes_wipe(jpeg.data, jpeg.cap);
	buf_done(&jpeg);
	bench_close(&b);
	return code;
}
