/* The summary sheet for handing in: the form's headings, and nothing lost on the way out and back. */
#include "instance.h"
#include "sheets.h"

#include <dirent.h>
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

TestSuite(export, .init = start, .fini = stop);

static const struct change_note unit_note = {.by = "七纺街道", .at = "2018-01-25T09:00:00+08:00"};

static struct import_report import_file(const char *path, int month)
{
	struct import_options options = {.unit = STREET, .month = ymd(2018, month, 1)};
	struct import_report report = {0};
	struct err e = {0};

	cr_assert_eq(reg_import(in.reg, path, &options, &unit_note, in.arena, &report, &e), ERR_OK,
		"%s", e.message);
	return report;
}

static const char *export_to(const char *name, const char *unit, int64_t wanted)
{
	const char *path = path_join(in.arena, in.dir, name);
	struct err e = {0};
	int64_t rows = -1;

	cr_assert_eq(reg_export(in.reg, path, unit, ymd(2018, 2, 1), &rows, &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(rows, wanted);
	return path;
}

static struct bytes bytes_of(const char *path)
{
	struct buf bytes;
	struct err e = {0};

	buf_init(&bytes, 1 << 24);
	cr_assert_eq(file_read(path, 1 << 24, &bytes, &e), ERR_OK);
	char *copy = arena_alloc(in.arena, bytes.len + 1);
	memcpy(copy, bytes.data, bytes.len);
	struct bytes all = {copy, bytes.len};
	buf_done(&bytes);
	return all;
}

/* Everything a spreadsheet or a format might mangle. */
static void add_awkward(void)
{
	const char *const fields[][17] = {
		{"name", "=1+1", "address", "+样例路", "equipment", "切割机,2台\n\"焊\"机",
			"products", "-门窗", NULL},
		{"name", "'=引号厂", "address", "@样例", "equipment", "_x0041_型_x005F_",
			"products", "'单引号", NULL},
		{"name", "''双引号厂", "address", "'", "output_wan", "0.0001", "employees", "0",
			NULL},
		{"name", "𠮷野样例厂", "address", "a\\b<c>&\"d\"", "output_wan", "123456789.25",
			"has_hazard", "是", NULL},
		{"name", "007", "address", "12", "products", "1e5", "rectification_note",
			"2018-09-30", "contact_phone", "0991-0000001、13900000000", "contact_name",
			"李某", NULL},
		{"name", "末厂", "street", "六道湾街道", "community", "样例社区", "premises",
			"自建", "in_demolition", "否", NULL},
	};

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		(void)enterprise_with(&in, fields[i]);
}

Test(export, coming_back_changes_nothing_in_either_format)
{
	static const char *const names[] = {"out.xlsx", "out.csv"};

	add_awkward();
	(void)import_file("tests/fixtures/sheets/dirty.xlsx", 1);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct import_report p = import_file(export_to(names[i], NULL, 10), 2);

		for (size_t k = 0; k < p.change_count; k++)
			cr_log_error("%s: %s: %s -> %s", names[i], p.changes[k].column,
				p.changes[k].from, p.changes[k].to);
		for (size_t k = 0; k < p.refused_count; k++)
			cr_log_error("%s: %s %s: %s", names[i], p.refused[k].column,
				p.refused[k].value, p.refused[k].reason);
		cr_assert_eq(p.unchanged, 10, "%s: %d", names[i], (int)p.unchanged);
		cr_assert_eq(
			p.added + p.changed + (int64_t)p.refused_count + (int64_t)p.near_count, 0);
	}
}

Test(export, the_sheet_has_the_forms_headings_and_the_number_at_the_end)
{
	struct sheet_book *book;
	struct header h;
	struct err e = {0};

	(void)import_file("tests/fixtures/sheets/clean.csv", 1);
	book = book_of("out.xlsx", bytes_of(export_to("out.xlsx", STREET, 5)));
	cr_assert_eq(header_find(book, &h, &e), ERR_OK);
	cr_assert_eq(h.row, 4);
	for (int f = FIELD_SEQ; f <= FIELD_STREET; f++)
		cr_assert_eq(h.column[f], f - 1);
	cr_assert_eq(h.column[FIELD_ID], 22);
	const char *rows = rows_of(book, 0);
	cr_assert(strstr(rows, "水磨沟区小散乱污企业社区统计表"));
	cr_assert(strstr(rows, "单位名称（加盖公章）：七纺街道"));
	cr_assert(strstr(rows, "\n5:1#|铸造|样例铸造厂|"));
	cr_assert(strstr(rows, "|七纺街道纺织社区|650105-000001\n"));
	sheet_close(book);
}

Test(export, csv_begins_with_a_mark_and_the_exact_headings)
{
	(void)import_file("tests/fixtures/sheets/clean.csv", 1);
	struct bytes b = bytes_of(export_to("out.CSV", NULL, 5));

	cr_assert(str_starts(b.at, "\xEF\xBB\xBF序号,行业,企业名称,企业地址,联系人,联系电话,"
				   "用工人数,设备型号,产品,产值（万元）,"));
	cr_assert(strstr(b.at, ",整治情况,所属街道社区,编号\r\n1,铸造,"));
}

Test(export, a_cell_that_would_run_as_a_formula_is_guarded)
{
	const char *const fields[] = {"name", "=1+1", NULL};

	(void)enterprise_with(&in, fields);
	cr_assert(strstr(bytes_of(export_to("out.csv", NULL, 1)).at, "'=1+1"));
}

Test(export, one_register_and_day_give_the_same_bytes)
{
	(void)import_file("tests/fixtures/sheets/clean.csv", 1);
	struct bytes a = bytes_of(export_to("a.xlsx", NULL, 5));
	sleep(2); /* a zip counts time in two seconds */
	struct bytes b = bytes_of(export_to("b.xlsx", NULL, 5));

	cr_assert_eq(a.len, b.len);
	cr_assert_eq(memcmp(a.at, b.at, a.len), 0);
}

Test(export, a_unit_has_its_own_and_the_withdrawn_are_left_out)
{
	struct enterprise_id id = enterprise_plain(&in);

	(void)import_file("tests/fixtures/sheets/clean.csv", 1);
	(void)export_to("all.csv", NULL, 6);
	(void)export_to("none.csv", "650105002", 0);
	(void)event_on(&in, id, EVENT_WITHDRAWN, ymd(2018, 1, 20));
	(void)export_to("all.csv", NULL, 5);
}

Test(export, the_file_is_its_owners_alone_and_nothing_is_left_beside)
{
	const char *path = export_to("out.xlsx", NULL, 0);
	struct stat st;
	DIR *folder = opendir(in.dir);

	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0077, 0);
	for (struct dirent *d; (d = readdir(folder));)
		cr_assert_not(str_starts(d->d_name, ".tianlan-export"), "%s", d->d_name);
	closedir(folder);
}

Test(export, a_failure_leaves_the_old_file)
{
	const char *path = file_with(&in, "out.csv", "old");
	int64_t rows = -1;
	struct err e = {0};

	cr_assert_eq(reg_export(in.reg, path, "nowhere", ymd(2018, 2, 1), &rows, &e), ERR_USAGE);
	cr_assert_str_eq(bytes_of(path).at, "old");
	cr_assert_eq(reg_export(in.reg, "/nowhere/out.csv", NULL, ymd(2018, 2, 1), &rows, &e),
		ERR_SYSTEM);
	cr_assert_eq(reg_export(in.reg, "out.ods", NULL, ymd(2018, 2, 1), &rows, &e), ERR_USAGE);
	cr_assert_eq(rows, -1);
}
