/*
 * tianlan import FILE: a unit's monthly sheet into the register, and what became of each row.
 *
 * Exit 1 when rows were refused or wait for a person: the rest was done. The text report shows the
 * first rows of each group; --json carries all of them.
 * --near lists what waits for a person; --near-decide settles a pair that went in as two records.
 */
#include "cli/cli.h"

#include "tianlan/markup.h"
#include "tianlan/register.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN_ROWS 50
#define JSON_BYTES_MAX ((size_t)2 << 30)

static const char usage[] = "tianlan import FILE --unit CODE --month YYYY-MM [--dry-run] "
			    "[--accept-near] [--match ROW=ID]…";

struct match {
	int row;
	struct enterprise_id id;
};

/* ---- as JSON ------------------------------------------------------------------------------- */

static void json_refused(struct json *j, const struct import_report *p)
{
	json_out_array(j, "refused");
	for (size_t i = 0; i < p->refused_count; i++) {
		const struct import_cell *c = &p->refused[i];

		json_out_object(j, NULL);
		json_out_string(j, "sheet", c->sheet);
		json_out_int(j, "row", c->row);
		json_out_string(j, "column", c->column);
		json_out_string(j, "value", c->value);
		json_out_string(j, "reason", c->reason);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void json_normalised(struct json *j, const struct import_report *p)
{
	json_out_array(j, "normalised");
	for (size_t i = 0; i < p->normalised_count; i++) {
		const struct import_fix *f = &p->normalised[i];

		json_out_object(j, NULL);
		json_out_string(j, "sheet", f->sheet);
		json_out_int(j, "row", f->row);
		json_out_string(j, "column", f->column);
		json_out_string(j, "from", f->from);
		json_out_string(j, "to", f->to);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void json_near(struct json *j, const struct reg *r, const struct import_report *p)
{
	char id[ENTERPRISE_ID_BYTES];

	json_out_array(j, "near");
	for (size_t i = 0; i < p->near_count; i++) {
		json_out_object(j, NULL);
		json_out_int(j, "row", p->near[i].row);
		json_out_string(j, "name", p->near[i].name);
		json_out_array(j, "candidates");
		for (size_t k = 0; k < p->near[i].count; k++)
			json_out_string(j, NULL, reg_id_text(r, p->near[i].candidates[k], id));
		json_out_array_end(j);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void json_rows(struct json *j, const struct reg *r, const char *key,
	const struct import_new *rows, size_t count)
{
	char id[ENTERPRISE_ID_BYTES];

	json_out_array(j, key);
	for (size_t i = 0; i < count; i++) {
		json_out_object(j, NULL);
		if (rows[i].row > 0)
			json_out_int(j, "row", rows[i].row);
		json_out_string(j, "id", reg_id_text(r, rows[i].id, id));
		json_out_string(j, "name", rows[i].name);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void json_changes(struct json *j, const struct reg *r, const struct import_report *p)
{
	char id[ENTERPRISE_ID_BYTES];

	json_out_array(j, "changes");
	for (size_t i = 0; i < p->change_count; i++) {
		const struct import_change *c = &p->changes[i];

		json_out_object(j, NULL);
		json_out_int(j, "row", c->row);
		json_out_string(j, "id", reg_id_text(r, c->id, id));
		json_out_string(j, "name", c->name);
		json_out_string(j, "column", c->column);
		json_out_string(j, "from", c->from);
		json_out_string(j, "to", c->to);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void print_json(const struct reg *r, const struct import_report *p, bool dry_run)
{
	struct buf out;
	struct json j;

	buf_init(&out, JSON_BYTES_MAX);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_int(&j, "new", p->added);
	json_out_int(&j, "changed", p->changed);
	json_out_int(&j, "unchanged", p->unchanged);
	json_out_int(&j, "missing", p->missing);
	json_refused(&j, p);
	json_normalised(&j, p);
	json_near(&j, r, p);
	json_rows(&j, r, "new_rows", p->added_rows, p->added_row_count);
	json_changes(&j, r, p);
	json_rows(&j, r, "missing_rows", p->missing_rows, p->missing_row_count);
	json_out_string(&j, "sheet", p->sheet);
	json_out_int(&j, "header_row", p->header_row);
	json_out_string(&j, "sha256", p->sha256);
	json_out_bool(&j, "seen_before", p->seen_before);
	json_out_bool(&j, "dry_run", dry_run);
	json_out_object_end(&j);
	cli_print_buf(&out);
	buf_done(&out);
}

/* ---- as text ------------------------------------------------------------------------------- */

/* Counts rows, not cells: a row may be refused for several. */
static size_t rows_refused(const struct import_report *p)
{
	size_t rows = 0;

	for (size_t i = 0; i < p->refused_count; i++)
		if (i == 0 || p->refused[i].row != p->refused[i - 1].row)
			rows++;
	return rows;
}

static void print_more(size_t count)
{
	if (count > SHOWN_ROWS)
		cli_print(T("  ……另有 %zu 条，用 --json 查看全部\n",
				  "  … and %zu more: see --json\n"),
			count - SHOWN_ROWS);
}

static const char *or_blank(const char *s)
{
	return s && *s ? s : T("（空）", "(blank)");
}

/* A value with its line breaks folded, so that a report line stays one line. */
static const char *one_line(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, or_blank(s));

	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			*p = ' ';
	return copy;
}

static bool is_hidden(const char *column)
{
	return str_eq(column, policy_field(FIELD_CONTACT_NAME)->heading) ||
	       str_eq(column, policy_field(FIELD_CONTACT_PHONE)->heading);
}

static void print_refused(struct arena *a, const struct import_report *p)
{
	if (p->refused_count == 0)
		return;
	cli_print(
		T("\n拒收 %zu 行（改正后重新导入即可，其余行不受影响）：\n",
			"\nRefused %zu rows (correct them and import again; the others stand):\n"),
		rows_refused(p));
	for (size_t i = 0; i < p->refused_count && i < SHOWN_ROWS; i++) {
		const struct import_cell *c = &p->refused[i];

		if (is_hidden(c->column))
			cli_print(T("  第 %d 行 %s：%s\n", "  row %d %s: %s\n"), c->row, c->column,
				c->reason);
		else
			cli_print(T("  第 %d 行 %s“%s”：%s\n", "  row %d %s \"%s\": %s\n"), c->row,
				c->column, one_line(a, c->value), c->reason);
	}
	print_more(p->refused_count);
}

static void print_near(const struct reg *r, const struct import_report *p)
{
	char id[ENTERPRISE_ID_BYTES];

	if (p->near_count == 0)
		return;
	cli_print(T("\n与已有企业相近、等人确认 %zu 行（未导入，也未拒收）：\n",
			  "\n%zu rows are near a record on file and wait for a person (not taken "
			  "in, not "
			  "refused):\n"),
		p->near_count);
	for (size_t i = 0; i < p->near_count && i < SHOWN_ROWS; i++) {
		cli_print(T("  第 %d 行 %s，相近：", "  row %d %s, near:"), p->near[i].row,
			p->near[i].name);
		for (size_t k = 0; k < p->near[i].count; k++)
			cli_print(" %s", reg_id_text(r, p->near[i].candidates[k], id));
		cli_print("\n");
	}
	print_more(p->near_count);
	cli_print("%s", T("  同一家：再次导入并加 --match 行号=编号；都是新企业：加 "
			  "--accept-near。未决的用 tianlan import "
			  "--near 查看\n",
				"  The same one: import again with --match ROW=ID; all new: "
				"--accept-near. Open ones: "
				"tianlan import --near\n"));
}

static void print_changes(struct arena *a, const struct reg *r, const struct import_report *p)
{
	char id[ENTERPRISE_ID_BYTES];
	int64_t last = 0;

	if (p->change_count == 0)
		return;
	cli_print(T("\n变更 %lld 家：\n", "\nChanged %lld:\n"), (long long)p->changed);
	for (size_t i = 0; i < p->change_count && i < SHOWN_ROWS; i++) {
		const struct import_change *c = &p->changes[i];

		if (c->id.n != last)
			cli_print(T("  %s %s（第 %d 行）\n", "  %s %s (row %d)\n"),
				reg_id_text(r, c->id, id), c->name, c->row);
		last = c->id.n;
		if (is_hidden(c->column))
			cli_print(T("    %s：已变（不显示）\n", "    %s: changed (not shown)\n"),
				c->column);
		else
			cli_print(T("    %s：%s → %s\n", "    %s: %s → %s\n"), c->column,
				one_line(a, c->from), one_line(a, c->to));
	}
	print_more(p->change_count);
}

static void print_normalised(struct arena *a, const struct import_report *p)
{
	if (p->normalised_count == 0)
		return;
	cli_print(T("\n规范了写法 %zu 处：\n", "\nNormalised %zu values:\n"), p->normalised_count);
	for (size_t i = 0; i < p->normalised_count && i < SHOWN_ROWS; i++) {
		const struct import_fix *f = &p->normalised[i];

		if (is_hidden(f->column))
			cli_print(T("  第 %d 行 %s：（不显示）\n", "  row %d %s: (not shown)\n"),
				f->row, f->column);
		else
			cli_print(T("  第 %d 行 %s：%s → %s\n", "  row %d %s: %s → %s\n"), f->row,
				f->column, one_line(a, f->from), one_line(a, f->to));
	}
	print_more(p->normalised_count);
}

static void print_rows(
	const struct reg *r, const char *title, const struct import_new *rows, size_t count)
{
	char id[ENTERPRISE_ID_BYTES];

	if (count == 0)
		return;
	cli_print("\n%s\n", title);
	for (size_t i = 0; i < count && i < SHOWN_ROWS; i++)
		cli_print("  %s %s\n", reg_id_text(r, rows[i].id, id), rows[i].name);
	print_more(count);
}

static void print_text(
	const struct cli *c, const struct reg *r, const struct import_report *p, bool dry_run)
{
	if (dry_run)
		cli_print("%s", T("试运行，没有写入。", "A dry run: nothing was written. "));
	cli_print(T("工作表“%s”，表头在第 %d 行：新增 %lld，变更 %lld，未变 %lld，较上次缺少 "
		    "%lld，拒收 %zu 行，"
		    "待确认 %zu 行\n",
			  "Sheet \"%s\", heading in row %d: %lld new, %lld changed, %lld "
			  "unchanged, %lld missing "
			  "since the last report, %zu rows refused, %zu waiting\n"),
		p->sheet, p->header_row, (long long)p->added, (long long)p->changed,
		(long long)p->unchanged, (long long)p->missing, rows_refused(p), p->near_count);
	if (p->seen_before)
		cli_print("%s", T("这份文件此前已为本单位本月导入过。\n",
					"This very file was imported before for this unit "
					"and month.\n"));
	print_refused(c->arena, p);
	print_near(r, p);
	print_changes(c->arena, r, p);
	print_rows(r,
		dry_run ? T("将新增（编号以正式导入为准）：",
				  "Would be new (ids are given by the real import):")
			: T("新增：", "New:"),
		p->added_rows, p->added_row_count);
	print_rows(r,
		T("上次有、这次没有（未作删除，请核实）：",
			"Reported last time, not now (nothing was removed):"),
		p->missing_rows, p->missing_row_count);
	print_normalised(c->arena, p);
}

/* ---- what waits for a person ---------------------------------------------------------------- */

struct near_print {
	struct cli *c;
	struct reg *r;
	struct json json;
	size_t count;
};

static void near_json(struct near_print *n, const struct import_open *open)
{
	char id[ENTERPRISE_ID_BYTES];
	char day[DAY_TEXT_BYTES];
	struct json *j = &n->json;

	json_out_object(j, NULL);
	json_out_int(j, "pair", open->seq);
	json_out_string(j, "unit", open->unit);
	json_out_string(j, "month",
		open->file ? arena_strndup(n->c->arena, day_text(open->month, day), 7) : NULL);
	json_out_string(j, "file", open->file);
	json_out_int(j, "row", open->row);
	json_out_string(
		j, "id", open->enterprise.n ? reg_id_text(n->r, open->enterprise, id) : NULL);
	json_out_string(j, "name", open->name);
	json_out_array(j, "candidates");
	for (size_t i = 0; i < open->count; i++)
		json_out_string(j, NULL, reg_id_text(n->r, open->candidates[i], id));
	json_out_array_end(j);
	json_out_object_end(j);
}

static enum err_code near_one(void *ctx, const struct import_open *open, struct err *e)
{
	struct near_print *n = ctx;
	char id[ENTERPRISE_ID_BYTES];
	char day[DAY_TEXT_BYTES];

	(void)e;
	n->count++;
	if (n->c->json) {
		near_json(n, open);
		return ERR_OK;
	}
	if (open->file)
		cli_print(T("%s %.7s %s 第 %d 行 %s（未导入）\n",
				  "%s %.7s %s row %d %s (not taken in)\n"),
			open->unit, day_text(open->month, day), open->file, open->row, open->name);
	else
		cli_print(T("%s 第 %lld 对 %s %s（已作为新企业导入）\n",
				  "%s pair %lld %s %s (went in as new)\n"),
			open->unit, (long long)open->seq, reg_id_text(n->r, open->enterprise, id),
			open->name);
	for (size_t i = 0; i < open->count; i++)
		cli_print(T("    相近：%s %s\n", "    near: %s %s\n"),
			reg_id_text(n->r, open->candidates[i], id), open->candidate_names[i]);
	return ERR_OK;
}

static enum err_code list_near(
	struct cli *c, struct reg *r, const struct change_note *note, struct err *e)
{
	struct near_print n = {.c = c, .r = r};
	struct buf out;
	enum err_code code;

	buf_init(&out, JSON_BYTES_MAX);
	json_out_init(&n.json, &out);
	if (c->json) {
		json_out_object(&n.json, NULL);
		json_out_array(&n.json, "open");
	}
	code = reg_import_open_each(r, note, c->arena, near_one, &n, e);
	if (code == ERR_OK && c->json) {
		json_out_array_end(&n.json);
		json_out_object_end(&n.json);
		cli_print_buf(&out);
	} else if (code == ERR_OK && n.count == 0) {
		cli_print("%s", T("没有等人确认的相近企业。\n", "No near match is open.\n"));
	}
	buf_done(&out);
	return code;
}

/* "7=same" or "7=different" */
static enum err_code decide_near(struct cli *c, struct reg *r, const char *text,
	const struct change_note *note, struct err *e)
{
	const char *equals = strchr(text, '=');
	const char *word = equals ? equals + 1 : "";
	int64_t seq;
	bool same = strcmp(word, "same") == 0;

	if (!equals || (!same && strcmp(word, "different") != 0) ||
		!str_to_int64(arena_strndup(c->arena, text, (size_t)(equals - text)), &seq))
		return err_set(e, ERR_USAGE,
			T("--near-decide %s：应写作 序号=same（同一家，后一条作废）或 "
			  "序号=different（不同企业）",
				"--near-decide %s: write N=same (one enterprise; the newer record "
				"is withdrawn) or "
				"N=different"),
			text);
	return reg_import_open_decide(r, seq, same, c->today, note, e);
}

/* ---- the command ------------------------------------------------------------------------------ */

static enum err_code take_match(
	struct cli *c, const struct reg *r, const char *text, struct match *ret, struct err *e)
{
	const char *equals = strchr(text, '=');
	int64_t row;

	if (!equals ||
		!str_to_int64(arena_strndup(c->arena, text, (size_t)(equals - text)), &row) ||
		row < 1 || row > 10000000)
		return err_set(e, ERR_USAGE,
			T("--match %s：应写作 行号=编号，例如 --match 17=650105-000123",
				"--match %s: write ROW=ID, as in --match 17=650105-000123"),
			text);
	ret->row = (int)row;
	return reg_id_parse(r, equals + 1, &ret->id, e);
}

struct request {
	const char *unit, *month, *decide, *mebibytes;
	bool dry_run, accept_near, list_near;
	const char **match;
	size_t match_count;
};

static enum err_code read_request(
	struct cli *c, int *argc, char **argv, struct request *q, struct err *e)
{
	enum err_code code = cli_option(argc, argv, "--unit", &q->unit, e);

	if (code == ERR_OK)
		code = cli_option(argc, argv, "--month", &q->month, e);
	if (code == ERR_OK)
		code = cli_option(argc, argv, "--near-decide", &q->decide, e);
	if (code == ERR_OK)
		code = cli_option(argc, argv, "--max-mib", &q->mebibytes, e);
	q->match = arena_alloc(c->arena, ((size_t)*argc + 1) * sizeof(*q->match));
	while (code == ERR_OK) {
		const char *match = NULL;

		code = cli_option(argc, argv, "--match", &match, e);
		if (!match)
			break;
		q->match[q->match_count++] = match;
	}
	q->dry_run = cli_flag(argc, argv, "--dry-run");
	q->accept_near = cli_flag(argc, argv, "--accept-near");
	q->list_near = cli_flag(argc, argv, "--near");
	return code;
}

static enum err_code read_options(struct cli *c, const struct reg *r, const struct request *q,
	struct import_options *ret, struct err *e)
{
	struct match *matches = arena_alloc(c->arena, (q->match_count + 1) * sizeof(*matches));
	int64_t mebibytes = 0;
	enum err_code code = ERR_OK;

	*ret = (struct import_options){
		.unit = q->unit, .dry_run = q->dry_run, .accept_near = q->accept_near};
	if (!q->unit)
		return err_set(e, ERR_USAGE,
			T("缺少 --unit（上报单位代码）。用法：%s", "--unit is missing. %s"), usage);
	if (!q->month || !month_parse(q->month, &ret->month))
		return err_set(e, ERR_USAGE,
			T("--month 应写作 YYYY-MM，例如 2018-01。用法：%s",
				"--month must be YYYY-MM. %s"),
			usage);
	if (q->mebibytes &&
		(!str_to_int64(q->mebibytes, &mebibytes) || mebibytes < 1 || mebibytes > 4096))
		return err_set(e, ERR_USAGE, "%s",
			T("--max-mib 应为 1 到 4096 的整数",
				"--max-mib must be a whole number from 1 to 4096"));
	ret->max_bytes = (size_t)mebibytes << 20;
	for (size_t i = 0; i < q->match_count && code == ERR_OK; i++)
		code = take_match(c, r, q->match[i], &matches[i], e);
	ret->match = (const void *)matches;
	ret->match_count = q->match_count;
	return code;
}

static enum err_code import_file(struct cli *c, struct reg *r, const char *path,
	const struct request *q, const struct change_note *note, struct err *e)
{
	struct import_options options;
	struct import_report report;
	enum err_code code = read_options(c, r, q, &options, e);

	if (code == ERR_OK)
		code = reg_import(r, path, &options, note, c->arena, &report, e);
	if (code != ERR_OK)
		return code;
	if (c->json)
		print_json(r, &report, q->dry_run);
	else
		print_text(c, r, &report, q->dry_run);
	if (report.refused_count > 0 || report.near_count > 0)
		c->status = 1;
	return ERR_OK;
}

enum err_code cmd_import(struct cli *c, int argc, char **argv, struct err *e)
{
	struct change_note note = {.why = c->why, .at = c->now};
	struct request q = {0};
	struct reg *r = NULL;
	bool without_file;
	enum err_code code = read_request(c, &argc, argv, &q, e);

	/* A sheet is its unit's word, unless someone says who brought it in. */
	note.by = c->by ? c->by : q.unit ? q.unit : "import";
	without_file = q.list_near || q.decide;
	if (code == ERR_OK)
		code = cli_words(argc, argv, without_file ? 0 : 1, without_file ? 0 : 1, usage, e);
	if (code == ERR_OK && q.decide)
		code = cli_need_by(c, false, e);
	if (code == ERR_OK)
		code = cli_register(c, &r, e);
	if (code != ERR_OK)
		return code;
	if (q.decide)
		code = decide_near(c, r, q.decide, &note, e);
	else if (q.list_near)
		code = list_near(c, r, &note, e);
	else
		code = import_file(c, r, argv[1], &q, &note, e);
	reg_close(r);
	return code;
}
