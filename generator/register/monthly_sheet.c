/*
 * The monthly summary as the sheet that goes to the district: one table by street, one of the sums.
 */
#include "register/register_internal.h"

#include "register/sheet_write.h"
#include "tianlan/register_supervision.h"

#include <string.h>

enum { COLUMNS = 13, SUM_COLUMNS = 2 };

static const char *number(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld", (long long)n);
}

/* m->absent counts only when the 28th has passed: until then nobody is absent. */
static const char *standing(struct arena *a, const struct monthly *m, const struct monthly_unit *u)
{
	if (!day_is_set(u->received))
		return m->absent ? T("未报", "absent") : T("未到期", "not due yet");
	return u->late_days > 0 ? arena_printf(a, T("迟报%d天", "%d days late"), u->late_days)
				: T("按时", "in time");
}

static void put_unit(struct arena *a, const struct monthly *m, const struct monthly_unit *u,
	size_t place, const char **row)
{
	char day[DAY_TEXT_BYTES];

	row[0] = number(a, (int64_t)place + 1);
	row[1] = u->name;
	row[2] = standing(a, m, u);
	row[3] = arena_strdup(a, day_text(u->received, day));
	row[4] = number(a, u->files);
	row[5] = number(a, u->rows);
	row[6] = number(a, u->added);
	row[7] = number(a, u->changed);
	row[8] = number(a, u->missing);
	row[9] = number(a, u->refused);
	row[10] = number(a, u->enterprises);
	row[11] = number(a, u->finished);
	row[12] = number(a, u->overdue);
}

static void put_total(struct arena *a, const struct monthly *m, const char **row)
{
	int64_t sums[COLUMNS] = {0};

	for (size_t i = 0; i < m->unit_count; i++) {
		const struct monthly_unit *u = &m->units[i];
		const int64_t values[] = {u->files, u->rows, u->added, u->changed, u->missing,
			u->refused, u->enterprises, u->finished, u->overdue};

		for (size_t c = 0; c < COUNT_OF(values); c++)
			sums[4 + c] += values[c];
	}
	row[0] = NULL;
	row[1] = T("合计", "Total");
	row[2] =
		arena_printf(a, T("按时%zu、迟报%zu、未报%zu", "%zu in time, %zu late, %zu absent"),
			m->on_time, m->late, m->absent);
	row[3] = NULL;
	for (size_t c = 4; c < COLUMNS; c++)
		row[c] = number(a, sums[c]);
}

static void add_sum(struct arena *a, const char **cells, size_t *rows, const char *what, int64_t n)
{
	cells[*rows * SUM_COLUMNS] = what;
	cells[*rows * SUM_COLUMNS + 1] = number(a, n);
	(*rows)++;
}

static size_t put_sums(struct arena *a, const struct monthly *m, const char **cells)
{
	size_t rows = 0;

	add_sum(a, cells, &rows, T("企业", "Enterprises"), m->enterprises);
	add_sum(a, cells, &rows, T("完成", "Finished"), m->finished);
	add_sum(a, cells, &rows, T("　其中：关停取缔", "  closed"), m->closed);
	add_sum(a, cells, &rows, T("　其中：搬迁入园", "  relocated"), m->relocated);
	add_sum(a, cells, &rows, T("　其中：整治合格", "  rectified"), m->rectified);
	add_sum(a, cells, &rows, T("逾期", "Overdue"), m->overdue);
	for (enum category c = 0; c < CATEGORY_COUNT; c++)
		add_sum(a, cells, &rows,
			arena_printf(a, T("类别：%s", "category: %s"),
				T(policy_category_label(c),
					c ? policy_category_slug(c) : "not classified")),
			m->by_category[c]);
	for (enum course_state s = 1; s < STATE_COUNT; s++)
		add_sum(a, cells, &rows,
			arena_printf(a, T("状态：%s", "state: %s"),
				T(policy_state_label(s), policy_state_slug(s))),
			m->by_state[s]);
	return rows;
}

enum err_code reg_monthly_sheet(
	struct reg *r, const struct monthly *m, const char *path, struct err *e)
{
	const struct sheet_column columns[COLUMNS] = {{T("序号", "No."), 6, true},
		{T("单位", "Unit"), 18, false}, {T("上报情况", "Report"), 22, false},
		{T("收到日期", "Received"), 12, false}, {T("份数", "Files"), 8, true},
		{T("行数", "Rows"), 8, true}, {T("新增", "New"), 8, true},
		{T("更新", "Changed"), 8, true}, {T("缺漏", "Missing"), 8, true},
		{T("退回", "Refused"), 8, true}, {T("月末企业数", "Enterprises"), 11, true},
		{T("已完成", "Finished"), 9, true}, {T("逾期", "Overdue"), 8, true}};
	const struct sheet_column sums[SUM_COLUMNS] = {
		{T("项目", "Item"), 26, false}, {T("数量", "Count"), 10, true}};
	struct arena *a = arena_new();
	const char **cells = arena_alloc(a, (m->unit_count + 1) * COLUMNS * sizeof(*cells));
	const char **more =
		arena_alloc(a, (6 + CATEGORY_COUNT + STATE_COUNT) * SUM_COLUMNS * sizeof(*more));
	struct sheet_table tables[2];
	char month[DAY_TEXT_BYTES], due[DAY_TEXT_BYTES];
	enum err_code code;

	(void)r;
	day_text(m->month, month);
	month[7] = '\0';
	for (size_t i = 0; i < m->unit_count; i++)
		put_unit(a, m, &m->units[i], i, cells + i * COLUMNS);
	put_total(a, m, cells + m->unit_count * COLUMNS);
	tables[0] = (struct sheet_table){.name = T("各街道", "Streets"),
		.title = arena_printf(
			a, T("%s 月报汇总", "Summary of the monthly reports, %s"), month),
		.line = arena_printf(a, T("上报期限 %s", "due on %s"), day_text(m->due, due)),
		.columns = columns,
		.column_count = COLUMNS,
		.cells = cells,
		.row_count = m->unit_count + 1};
	tables[1] = (struct sheet_table){.name = T("合计", "Sums"),
		.title = arena_printf(a, T("%s 月末情况", "At the end of %s"), month),
		.columns = sums,
		.column_count = SUM_COLUMNS,
		.cells = more,
		.row_count = put_sums(a, m, more)};
	code = sheet_write(path, tables, COUNT_OF(tables), m->due, e);
	arena_free(a);
	return code;
}
