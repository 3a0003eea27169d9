/*
 * The visit lists of a quarter's look-backs as a workbook: a worksheet for each street, or one .csv.
 *
 * For whoever walks from door to door: number, name, address, when it was settled, an empty cell for the result and one for the
 * signature. Internal: where somebody is yet to visit is not public.
 */
#include "register/register_internal.h"

#include "register/sheet_write.h"
#include "tianlan/register_supervision.h"

#include <stdlib.h>

enum { COLUMNS = 7 };

struct visits {
	struct reg *r;
	struct arena *a;
	const char **cells;
	size_t count, cap;    /* rows */
	const char **streets; /* of each row */
};

static const char *result_text(const char *result)
{
	if (!result)
		return NULL;
	return str_eq(result, "held")	    ? T("没有反弹", "held")
	       : str_eq(result, "relapsed") ? T("恢复生产", "relapsed")
					    : T("已搬走", "moved away");
}

static enum err_code take(void *ctx, const struct lookback *l, struct err *e)
{
	struct visits *v = ctx;
	char id[ENTERPRISE_ID_BYTES];
	struct enterprise now;
	const char **row;
	char day[DAY_TEXT_BYTES];

	if (reg_enterprise_get(v->r, l->enterprise, v->a, &now, e))
		return e->code;
	if (v->count == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 256;
		v->cells = mem_grow(v->cells, v->cap * COLUMNS, sizeof(*v->cells));
		v->streets = mem_grow(v->streets, v->cap, sizeof(*v->streets));
	}
	v->streets[v->count] = arena_strdup(v->a, l->street);
	row = v->cells + v->count++ * COLUMNS;
	row[0] = NULL; /* numbered within its street */
	row[1] = arena_strdup(v->a, reg_id_text(v->r, l->enterprise, id));
	row[2] = arena_strdup(v->a, l->name);
	row[3] = arena_strdup(v->a, l->address);
	row[4] = arena_printf(v->a, "%s %s",
		T(policy_state_label(now.course.state), policy_state_slug(now.course.state)),
		day_text(now.course.since, day));
	row[5] = result_text(l->result);
	row[6] = NULL;
	return ERR_OK;
}

static size_t cut_by_street(struct visits *v, const char *quarter,
	const struct sheet_column *columns, struct sheet_table *tables)
{
	size_t count = 0;

	for (size_t i = 0, n = 0; i < v->count; i++) {
		if (i == 0 || !str_eq(v->streets[i], v->streets[i - 1])) {
			const char *name = reg_unit_name(v->r, v->streets[i], v->a);

			tables[count++] = (struct sheet_table){.name = name,
				.title = arena_printf(v->a,
					T("%s 回头看走访表　%s", "Look-backs %s, %s"), quarter,
					name),
				.columns = columns,
				.column_count = COLUMNS,
				.cells = v->cells + i * COLUMNS};
			n = 0;
		}
		v->cells[i * COLUMNS] = arena_printf(v->a, "%zu", ++n);
		tables[count - 1].row_count = n;
	}
	return count;
}

enum err_code reg_lookback_sheet(struct reg *r, struct quarter q, const char *street,
	bool open_only, const char *path, struct err *e)
{
	const struct sheet_column columns[COLUMNS] = {
		{T("序号", "No."), 6, true},
		{T("编号", "Id"), 16, false},
		{T("名称", "Name"), 30, false},
		{T("地址", "Address"), 36, false},
		{T("上次状态", "State"), 20, false},
		{T("结果", "Result"), 14, false},
		{T("签名", "Signature"), 14, false},
	};
	struct visits v = {.r = r, .a = arena_new()};
	char quarter[QUARTER_TEXT_BYTES];
	struct sheet_table *tables;
	size_t count;
	enum err_code code = reg_lookback_each(r, q, street, open_only, take, &v, e);

	if (!code && v.count == 0)
		code = err_set(
			e, ERR_NOT_FOUND, T("没有要走访的企业", "there is nobody to be visited"));
	if (!code) {
		tables = arena_alloc(v.a, v.count * sizeof(*tables));
		count = cut_by_street(&v, quarter_text(q, quarter), columns, tables);
		code = sheet_write(path, tables, count, quarter_first(q), e);
	}
	free(v.cells);
	free(v.streets);
	arena_free(v.a);
	return code;
}
