/* The import of 附件2: what goes in, what is reported, what waits, what is refused. */
#include "instance.h"
#include "sheets.h"

#include "register/import.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct instance in;

static void start(void)
{
	sheets_start();
	in = instance_new();
}

static void stop(void)
{
	instance_done(&in);
	sheets_stop();
}

TestSuite(import, .init = start, .fini = stop);
TestSuite(near);

/* ---- short ways ------------------------------------------------------------------------------ */

static const struct change_note unit_note = {.by = "七纺街道", .at = "2018-01-25T09:00:00+08:00"};

static struct import_options options_of(int month)
{
	return (struct import_options){.unit = STREET, .month = ymd(2018, month, 1)};
}

static struct import_report import_with(const char *path, const struct import_options *options)
{
	struct import_report report = {0};
	struct err e = {0};

	cr_assert_eq(reg_import(in.reg, path, options, &unit_note, in.arena, &report, &e), ERR_OK,
		"%s", e.message);
	return report;
}

static struct import_report import_file(const char *path, int month)
{
	struct import_options options = options_of(month);

	return import_with(path, &options);
}

static const char *fixture_path(const char *name)
{
	return arena_printf(in.arena, "tests/fixtures/sheets/%s", name);
}

static const char *const headings[] = {"序号", "行业", "企业名称", "企业地址", "联系人", "联系电话",
	"用工人数", "设备型号", "产品", "产值（万元）", "厂房性质（租赁或自建）",
	"污染物排放是否超标", "是否符合产业政策及当地产业布局规划", "有无消防手续", "有无环评手续",
	"有无规划手续", "有无工商执照", "安全生产是否有隐患", "有无违法违章建筑",
	"是否纳入拆迁范围", "整治情况", "所属街道社区", "编号"};

/* A row as pairs of field and text; seq, answers and street are given where they lack. */
struct line {
	const char *pairs[16];
};

static const char *line_text(const struct line *line, enum field f)
{
	static const char *const given[FIELD_COUNT] = {[FIELD_INDUSTRY] = "铸造",
		[FIELD_CONTACT_NAME] = "张某",
		[FIELD_CONTACT_PHONE] = "0991-0000001",
		[FIELD_HAS_EIA] = "无",
		[FIELD_STREET] = "七纺街道纺织社区"};

	for (size_t i = 0; i + 1 < COUNT_OF(line->pairs) && line->pairs[i]; i += 2)
		if (str_eq(line->pairs[i], policy_field(f)->id))
			return line->pairs[i + 1];
	return given[f] ? given[f] : "";
}

static const char *sheet(const char *name, const struct line *lines, size_t count)
{
	struct buf out;
	const char *path;

	buf_init(&out, 1 << 20);
	for (size_t c = 0; c < COUNT_OF(headings); c++)
		buf_printf(&out, "%s\"%s\"", c ? "," : "", headings[c]);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&out, "\n%zu", i + 1);
		for (int c = 1; c < 23; c++)
			buf_printf(&out, ",\"%s\"",
				line_text(&lines[i], c == 22 ? FIELD_ID : (enum field)(c + 1)));
	}
	buf_char(&out, '\n');
	path = file_with(&in, name, buf_text(&out));
	buf_done(&out);
	return path;
}
#define SHEET(name, ...) \
	sheet((name), (const struct line[]){__VA_ARGS__}, \
		sizeof((const struct line[]){__VA_ARGS__}) / sizeof(struct line))
#define FIRM(name, address, ...) \
	{ \
		{ \
			"name", (name), "address", (address), ##__VA_ARGS__ \
		} \
	}

static struct import_report import_sheet(const char *path)
{
	return import_file(path, 1);
}

static const struct import_cell *refusal(const struct import_report *p, int row)
{
	for (size_t i = 0; i < p->refused_count; i++)
		if (p->refused[i].row == row)
			return &p->refused[i];
	cr_assert_fail("row %d was not refused", row);
	return NULL;
}

static const struct import_fix *fix(const struct import_report *p, int row, const char *column)
{
	for (size_t i = 0; i < p->normalised_count; i++)
		if (p->normalised[i].row == row && str_eq(p->normalised[i].column, column))
			return &p->normalised[i];
	cr_assert_fail("row %d, %s was not reported", row, column);
	return NULL;
}

static int64_t changes_logged(void)
{
	return query_int(&in, "SELECT count(*) FROM change_log");
}

/* ---- what goes in ------------------------------------------------------------------------------ */

Test(import, every_oddity_of_a_dirty_workbook_is_reported)
{
	static const struct {
		int row;
		const char *column, *from, *to;
	} fixes[] = {{6, "企业名称", "样例铸造厂(东区)", "样例铸造厂（东区）"},
		{6, "用工人数", "3-5人", "5"}, {6, "污染物排放是否超标", "×", "否"},
		{6, "有无消防手续", "√", "有"}, {7, "产值（万元）", "12万元", "12"},
		{7, "有无环评手续", "FALSE", "无"}, {7, "安全生产是否有隐患", "不清楚", ""},
		{8, "有无工商执照", "Y", "有"},
		{8, "所属街道社区", "（合并单元格）", "七纺街道纺织社区"},
		{17, "所属街道社区", "", "七纺街道"}};
	static const struct {
		int row;
		const char *column, *value;
	} refused[] = {{10, "企业名称", "甲样例厂、乙样例厂、丙样例厂"}, {11, "用工人数", "若干"},
		{12, "所属街道社区", "不存在街道样例社区"}, {13, "企业名称", ""},
		{14, "企业名称", "样例印刷厂"}, {15, "联系电话", ""},
		{16, "用工人数", "2018-03-05"}};
	struct import_report p = import_sheet(fixture_path("dirty.xlsx"));

	cr_assert_eq(p.added, 4);
	cr_assert_str_eq(p.sheet, "1月");
	cr_assert_eq(p.header_row, 5);
	cr_assert_eq(p.refused_count, COUNT_OF(refused));
	for (size_t i = 0; i < COUNT_OF(fixes); i++) {
		const struct import_fix *f = fix(&p, fixes[i].row, fixes[i].column);

		cr_assert_str_eq(f->from, fixes[i].from);
		cr_assert_str_eq(f->to, fixes[i].to);
		cr_assert_str_eq(f->sheet, "1月");
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		const struct import_cell *c = refusal(&p, refused[i].row);

		cr_assert_str_eq(c->column, refused[i].column);
		cr_assert_str_eq(c->value, refused[i].value);
		cr_assert(*c->reason);
	}
	cr_assert(strstr(refusal(&p, 14)->reason, "第 8 行"));
}

Test(import, both_excel_formats_report_the_same)
{
	struct import_options options = options_of(1);
	struct import_report a, b;

	options.dry_run = true;
	a = import_with(fixture_path("dirty.xlsx"), &options);
	b = import_with(fixture_path("dirty.xls"), &options);
	cr_assert_eq(a.added, b.added);
	cr_assert_eq(a.refused_count, b.refused_count);
	cr_assert_eq(a.normalised_count, b.normalised_count);
	for (size_t i = 0; i < a.normalised_count; i++) {
		cr_assert_eq(a.normalised[i].row, b.normalised[i].row);
		cr_assert_str_eq(a.normalised[i].from, b.normalised[i].from);
		cr_assert_str_eq(a.normalised[i].to, b.normalised[i].to);
	}
}

Test(import, the_same_sheet_again_and_in_any_format_changes_nothing)
{
	static const char *const names[] = {"clean.xlsx", "clean.xls", "clean.csv", "clean.tsv",
		"clean-bom.csv", "clean-gb18030.csv"};
	struct import_report first = import_sheet(fixture_path("clean.xlsx"));
	int64_t events = query_int(&in, "SELECT count(*) FROM event");
	int64_t logged = changes_logged();

	cr_assert_eq(first.added, 5);
	cr_assert_not(first.seen_before);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct import_report p = import_sheet(fixture_path(names[i]));

		cr_assert_eq(p.unchanged, 5, "%s", names[i]);
		cr_assert_eq(
			p.added + p.changed + p.missing + (int64_t)p.near_count, 0, "%s", names[i]);
		cr_assert_eq(p.seen_before, i == 0);
		if (i == 0)
			cr_assert_eq(changes_logged(), logged);
	}
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM event"), events);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM enterprise"), 5);
}

Test(import, the_next_month_changes_field_by_field_and_lists_what_is_gone)
{
	struct import_report p;

	(void)import_sheet(fixture_path("clean.xlsx"));
	p = import_file(fixture_path("second.xlsx"), 2);
	cr_assert_eq(p.added, 1);
	cr_assert_eq(p.changed, 2);
	cr_assert_eq(p.unchanged, 1);
	cr_assert_eq(p.missing, 2);
	cr_assert_eq(p.near_count, 1);
	cr_assert_eq(p.change_count, 3);
	cr_assert_str_eq(p.changes[0].column, "联系电话");
	cr_assert_str_eq(p.changes[0].from, "");
	cr_assert_str_eq(p.changes[0].to, "");
	cr_assert_str_eq(p.changes[1].column, "整治情况");
	cr_assert_str_eq(p.changes[1].from, "正在补办环评");
	cr_assert_str_eq(p.changes[1].to, "已取得环评批复");
	/* A blank where something stood is a change to blank. */
	cr_assert_str_eq(p.changes[2].column, "有无消防手续");
	cr_assert_str_eq(p.changes[2].to, "");
	cr_assert_null(enterprise_now(&in, p.changes[2].id).value[FIELD_HAS_FIRE]);
	cr_assert_str_eq(p.missing_rows[1].name, "无名");
	cr_assert_eq(p.missing_rows[1].row, 0);
	/* Nothing is removed. */
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM enterprise"), 6);
}

Test(import, a_dry_run_reports_the_same_and_writes_nothing)
{
	struct import_options options = options_of(2);
	struct import_report dry, real;
	int64_t logged;

	(void)import_sheet(fixture_path("clean.xlsx"));
	logged = changes_logged();
	options.dry_run = true;
	dry = import_with(fixture_path("second.xlsx"), &options);
	cr_assert_eq(changes_logged(), logged);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM monthly_report"), 1);
	cr_assert_not(file_exists(reg_file_path(in.reg, in.arena, "reports", dry.sha256)));
	real = import_file(fixture_path("second.xlsx"), 2);
	cr_assert_eq(dry.added, real.added);
	cr_assert_eq(dry.changed, real.changed);
	cr_assert_eq(dry.missing, real.missing);
	cr_assert_eq(dry.near_count, real.near_count);
	cr_assert_str_eq(dry.sha256, real.sha256);
}

Test(import, the_file_is_kept_as_received_and_named_by_the_report)
{
	struct import_report p = import_sheet(fixture_path("clean.xls"));
	struct bytes sent = fixture("clean.xls");
	struct buf kept;
	struct err e = {0};

	buf_init(&kept, 1 << 20);
	cr_assert_eq(
		file_read(reg_file_path(in.reg, in.arena, "reports", p.sha256), 1 << 20, &kept, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(kept.len, sent.len);
	cr_assert_eq(memcmp(kept.data, sent.at, sent.len), 0);
	buf_done(&kept);
	cr_assert_str_eq(query_text(&in, "SELECT sha256 FROM monthly_report"), p.sha256);
	cr_assert_str_eq(query_text(&in, "SELECT name FROM monthly_report"), "clean.xls");
	cr_assert_eq(query_int(&in, "SELECT added FROM monthly_report"), 5);
}

Test(import, values_that_may_never_show_are_in_no_report_and_no_log)
{
	struct import_report p = import_sheet(SHEET("a.csv",
		FIRM("样例厂", "样例路1号", "contact_phone", "０９９１－１２３４５６７"),
		FIRM("样例二厂", "样例路2号", "contact_name", "钱某某", "contact_phone", "7室")));

	cr_assert_str_eq(fix(&p, 2, "联系电话")->from, "");
	cr_assert_str_eq(fix(&p, 2, "联系电话")->to, "");
	cr_assert_str_eq(refusal(&p, 3)->value, "");
	cr_assert_eq(
		query_int(&in,
			"SELECT count(*) FROM change_log WHERE old LIKE '%1234567%' OR new LIKE "
			"'%1234567%' OR detail LIKE '%1234567%'"),
		0);
}

Test(import, a_cell_of_street_and_community_is_split)
{
	struct import_report p = import_sheet(SHEET("a.csv", FIRM("样例厂", "样例路1号"),
		FIRM("样例二厂", "样例路2号", "street", "六道湾街道样例社区"),
		FIRM("样例三厂", "样例路3号", "street", "七纺街道")));

	cr_assert_eq(p.added, 3);
	cr_assert_str_eq(query_text(&in, "SELECT community FROM enterprise WHERE name='样例厂'"),
		"纺织社区");
	cr_assert_str_eq(query_text(&in, "SELECT street FROM enterprise WHERE name='样例二厂'"),
		"650105002");
	cr_assert_eq(
		query_int(&in, "SELECT community IS NULL FROM enterprise WHERE name='样例三厂'"),
		1);
}

Test(import, a_department_must_name_the_street)
{
	struct import_options options = options_of(1);
	struct import_report p;

	options.unit = "environment";
	p = import_with(SHEET("a.csv", FIRM("样例厂", "样例路1号", "street", "")), &options);
	cr_assert_eq(p.added, 0);
	cr_assert_str_eq(refusal(&p, 2)->column, "所属街道社区");
}

Test(import, no_name_needs_an_address_and_is_told_apart_by_it)
{
	struct import_report p = import_sheet(SHEET("a.csv", FIRM("无名", "样例路1号"),
		FIRM("无名", "样例路2号"), FIRM("无牌", ""), FIRM("", "样例路4号"), FIRM("", ""),
		FIRM("无名", "样例路 1 号"), FIRM("王某", "")));

	cr_assert_eq(p.added, 3);
	cr_assert_str_eq(refusal(&p, 4)->column, "企业地址");
	cr_assert(strstr(refusal(&p, 5)->reason, "无名"));
	cr_assert_str_eq(refusal(&p, 6)->column, "企业名称");
	cr_assert(strstr(refusal(&p, 7)->reason, "第 2 行"));
}

/* ---- by number ------------------------------------------------------------------------------------ */

Test(import, a_number_ties_a_row_whatever_its_name)
{
	struct import_report p;

	(void)import_sheet(
		SHEET("a.csv", FIRM("样例厂", "样例路1号"), FIRM("样例二厂", "样例路2号")));
	p = import_sheet(SHEET("b.csv", FIRM("全新名称厂", "他处9号", "id", "650105-000002"),
		FIRM("样例厂", "样例路1号", "id", ""),
		FIRM("又一厂", "样例路3号", "id", "650105-000077"),
		FIRM("再一厂", "样例路4号", "id", "650105-000002"),
		FIRM("末厂", "样例路5号", "id", "第二家")));
	cr_assert_eq(p.changed, 1);
	cr_assert_eq(p.unchanged, 1);
	cr_assert_eq(p.change_count, 2);
	cr_assert_str_eq(p.changes[0].to, "全新名称厂");
	cr_assert_str_eq(refusal(&p, 4)->column, "编号");
	cr_assert(strstr(refusal(&p, 5)->reason, "第 2 行"));
	cr_assert_str_eq(refusal(&p, 6)->value, "第二家");
}

/* ---- near ------------------------------------------------------------------------------------------- */

static struct import_report import_near(bool accept)
{
	struct import_options options = options_of(2);

	options.accept_near = accept;
	(void)import_sheet(
		SHEET("a.csv", FIRM("样例木器厂", "样例路1号"), FIRM("样例铸造厂", "样例路2号")));
	return import_with(
		SHEET("b.csv", FIRM("样例木器厂", "别处7号"), FIRM("样例铸造厂", "样例路2号")),
		&options);
}

struct open_seen {
	int rows, pairs;
	int64_t seq;
};

static enum err_code count_open(void *ctx, const struct import_open *open, struct err *e)
{
	struct open_seen *seen = ctx;

	(void)e;
	cr_assert_eq(open->count, 1);
	cr_assert_str_eq(open->candidate_names[0], "样例木器厂");
	cr_assert_str_eq(open->name, "样例木器厂");
	if (open->file)
		seen->rows++;
	else
		seen->pairs++;
	seen->seq = open->seq;
	return ERR_OK;
}

static struct open_seen open_now(void)
{
	struct open_seen seen = {0};
	struct err e = {0};

	cr_assert_eq(reg_import_open_each(in.reg, &unit_note, in.arena, count_open, &seen, &e),
		ERR_OK, "%s", e.message);
	return seen;
}

Test(import, a_near_row_waits_and_is_listed_until_it_is_tied)
{
	struct import_options options = options_of(2);
	struct import_report p = import_near(false);

	cr_assert_eq(p.added, 0);
	cr_assert_eq(p.refused_count, 0);
	cr_assert_eq(p.near_count, 1);
	cr_assert_eq(p.near[0].row, 2);
	cr_assert_eq(p.near[0].count, 1);
	cr_assert_eq(p.near[0].candidates[0].n, 1);
	cr_assert_eq(open_now().rows, 1);

	struct {
		int row;
		struct enterprise_id id;
	} match = {2, {1}};
	options.match = (const void *)&match;
	options.match_count = 1;
	p = import_with(arena_printf(in.arena, "%s/b.csv", in.dir), &options);
	cr_assert_eq(p.changed, 1);
	cr_assert_eq(p.near_count, 0);
	cr_assert_str_eq(
		enterprise_now(&in, (struct enterprise_id){1}).value[FIELD_ADDRESS], "别处7号");
	cr_assert_eq(open_now().rows, 0);
}

Test(import, an_accepted_near_row_is_new_and_the_pair_stays_open)
{
	struct import_report p = import_near(true);
	struct open_seen open;
	struct err e = {0};

	cr_assert_eq(p.added, 1);
	cr_assert_eq(p.near_count, 0);
	open = open_now();
	cr_assert_eq(open.rows, 0);
	cr_assert_eq(open.pairs, 1);
	cr_assert_eq(
		reg_import_open_decide(in.reg, open.seq, false, ymd(2018, 3, 1), &unit_note, &e),
		ERR_OK);
	cr_assert_eq(open_now().pairs, 0);
	cr_assert_eq(enterprise_now(&in, p.added_rows[0].id).course.state, STATE_REGISTERED);
}

Test(import, a_pair_decided_the_same_withdraws_the_newer_record)
{
	struct import_report p = import_near(true);
	struct err e = {0};

	cr_assert_eq(reg_import_open_decide(
			     in.reg, open_now().seq, true, ymd(2018, 3, 1), &unit_note, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(enterprise_now(&in, p.added_rows[0].id).course.state, STATE_WITHDRAWN);
}

Test(import, rows_of_one_sheet_are_not_near_each_other)
{
	struct import_report p = import_sheet(SHEET("a.csv", FIRM("样例木器厂", "样例市场院内"),
		FIRM("样例铸造厂", "样例市场院内"), FIRM("样例木器厂", "样例路2号")));

	cr_assert_eq(p.added, 3);
	/* Nor near a record that another row is tied to. */
	p = import_file(SHEET("b.csv", FIRM("样例木器厂", "样例市场院内"),
				FIRM("样例铸造厂", "样例市场院内"), FIRM("样例木器厂", "样例路2号"),
				FIRM("样例印刷厂", "样例市场院内")),
		2);
	cr_assert_eq(p.unchanged, 3);
	cr_assert_eq(p.added, 1);
	cr_assert_eq(p.near_count, 0);
}

Test(import, a_match_must_name_a_row_and_a_record_of_the_unit)
{
	static const struct {
		int row;
		int64_t id;
		enum err_code code;
	} cases[] = {{9, 1, ERR_USAGE}, {1, 1, ERR_USAGE}, {2, 99, ERR_NOT_FOUND}};
	const char *path = SHEET("a.csv", FIRM("样例厂", "样例路1号"));

	(void)import_sheet(path);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct {
			int row;
			struct enterprise_id id;
		} match = {cases[i].row, {cases[i].id}};
		struct import_options options = options_of(1);
		struct import_report p;
		struct err e = {0};
		int64_t logged = changes_logged();

		options.match = (const void *)&match;
		options.match_count = 1;
		cr_assert_eq(reg_import(in.reg, path, &options, &unit_note, in.arena, &p, &e),
			cases[i].code, "case %zu: %s", i, e.message);
		cr_assert_eq(changes_logged(), logged);
	}
}

Test(import, a_refused_row_is_not_missing)
{
	struct import_report p;

	(void)import_sheet(
		SHEET("a.csv", FIRM("样例厂", "样例路1号"), FIRM("样例二厂", "样例路2号")));
	p = import_file(SHEET("b.csv", FIRM("样例厂", "样例路1号", "employees", "若干")), 2);
	cr_assert_eq(p.refused_count, 1);
	cr_assert_eq(p.missing, 1);
	cr_assert_str_eq(p.missing_rows[0].name, "样例二厂");
}

Test(import, a_correction_by_staff_that_the_sheet_undoes_is_reported)
{
	const char *path = SHEET("a.csv", FIRM("样例厂", "样例路1号", "products", "门窗"));
	struct import_report p = import_sheet(path);

	set_field(&in, p.added_rows[0].id, "products", "家具");
	set_field(&in, p.added_rows[0].id, "ring", "inner");
	p = import_sheet(path);
	cr_assert_eq(p.change_count, 1);
	cr_assert_str_eq(p.changes[0].column, "产品");
	/* Fields that stand in no sheet are not touched. */
	cr_assert_eq(enterprise_now(&in, p.changes[0].id).ring, RING_INNER);
}

/* ---- refused as a whole ---------------------------------------------------------------------------- */

Test(import, what_is_no_sheet_is_refused_before_anything_is_touched)
{
	static const char *const names[] = {"clean.ods", "locked.xlsx", "two-tables.xlsx",
		"no-table.xlsx", "lacking.xlsx", "twice.xlsx", "hidden.xlsx", "", "none.xlsx",
		"make.sh"};
	int64_t logged = changes_logged();

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct import_options options = options_of(1);
		struct import_report p;
		struct err e = {0};

		cr_assert_eq(reg_import(in.reg, fixture_path(names[i]), &options, &unit_note,
				     in.arena, &p, &e),
			ERR_INPUT, "%s", names[i]);
		cr_assert(*e.message);
		cr_assert_eq(err_exit_status(e.code), 3);
	}
	cr_assert_eq(changes_logged(), logged);
	cr_assert_eq(query_int(&in, "SELECT count(*) FROM monthly_report"), 0);
}

Test(import, a_file_over_the_limit_is_refused)
{
	struct import_options options = options_of(1);
	struct import_report p;
	struct err e = {0};

	options.max_bytes = 1024;
	cr_assert_eq(reg_import(in.reg, fixture_path("clean.csv"), &options, &unit_note, in.arena,
			     &p, &e),
		ERR_INPUT);
	cr_assert(strstr(e.message, "太大"));
}

Test(import, an_unknown_unit_a_missing_month_or_nobody_is_wrong_usage)
{
	struct import_options wrong[] = {options_of(1), options_of(1), options_of(1)};
	struct change_note nobody = {.by = "", .at = unit_note.at};

	wrong[0].unit = "nowhere";
	wrong[1].month = DAY_NONE;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct import_report p;
		struct err e = {0};

		cr_assert_eq(reg_import(in.reg, fixture_path("clean.csv"), &wrong[i],
				     i == 2 ? &nobody : &unit_note, in.arena, &p, &e),
			ERR_USAGE, "case %zu", i);
	}
}

/* ---- likeness ---------------------------------------------------------------------------------------- */

Test(near, alike_means_nearly_the_same_with_the_same_numbers)
{
	static const struct {
		const char *name_a, *address_a, *name_b, *address_b;
		bool alike;
	} cases[] = {
		{"样例木器厂", "样例路1号", "样例木器厂", "样例路1号", false}, /* a match */
		{"样例木器厂", "样例路1号", "样例木器厂", "别处9号", true},
		{"样例木器厂", "样例路1号", "样例铸造厂", "样例路1号", true},
		{"样例木器厂", "样例路1号", "样例铸造厂", "别处9号", false},
		{"样例木器厂", "", "样例铸造厂", "", false},
		{"样例木器厂", "", "样例木器厂", "样例路1号", true},
		{"样例木器厂", "样例路1号", "水磨沟区样例木器厂", "样例路1号院内", true},
		{"样例木器厂", "样例路1号", "样例木器场", "样例路1号院", true},
		{"样例木器厂", "样例路1号", "样例木器场", "样例路2号", false},
		{"样例一二三四五厂", "样例路1号", "样例一二三四六场", "样例路1号院", true},
		{"样例3厂", "样例路1号", "样例5厂", "样例路1号院", false},
		{"样例木器厂", "样例路21号", "样例木器场", "样例路1号", false},
		{"无名", "样例路1号", "无名", "样例路2号", false},
		{"无牌", "样例路1号", "无牌", "样例路1号对面", true},
		{"木", "样例路1号", "木器", "样例路1号院", false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cr_assert_eq(near_is_alike(cases[i].name_a, cases[i].address_a, cases[i].name_b,
				     cases[i].address_b),
			cases[i].alike, "case %zu", i);
		cr_assert_eq(near_is_alike(cases[i].name_b, cases[i].address_b, cases[i].name_a,
				     cases[i].address_a),
			cases[i].alike, "case %zu the other way", i);
	}
}

Test(near, candidates_come_by_id_and_each_once)
{
	struct near_index *x = near_index_new();
	struct enterprise_id found[NEAR_CANDIDATES_MAX];

	for (int64_t i = 1; i <= 30; i++)
		near_index_add(x, (struct enterprise_id){i}, i % 2 ? "样例木器厂" : "别的厂",
			i % 3 ? "甲路" : "样例路1号");
	near_index_ready(x, 1);
	cr_assert_eq(near_index_find(x, "样例木器厂", "样例路1号", found), NEAR_CANDIDATES_MAX);
	cr_assert_eq(found[0].n, 1);
	for (size_t i = 1; i < NEAR_CANDIDATES_MAX; i++)
		cr_assert_gt(found[i].n, found[i - 1].n);
	cr_assert_eq(near_index_find(x, "无关厂", "无关路", found), 0);
	near_index_free(x);
}
