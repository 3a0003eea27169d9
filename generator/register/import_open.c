/*
 * Matches that wait for a person: what an import left open, listed until it is decided.
 *
 * A row that was not taken in is in no table: it stands in the sheet as received, which is kept. So the latest
 * sheet of each unit is compared again, without changing anything; a row that was tied, taken in or
 * corrected in the meantime is no longer there. Pairs that went in as two records are in the register.
 */
#include "register/import.h"
#include "register/register_internal.h"

#include <stdlib.h>
#include <string.h>

struct latest {
	struct arena *arena;
	struct report *items;
	size_t count, cap;
};

static enum err_code take_report(void *ctx, const struct report *report, struct err *e)
{
	struct latest *l = ctx;
	struct report *to = NULL;

	(void)e;
	for (size_t i = 0; i < l->count; i++)
		if (str_eq(l->items[i].unit, report->unit))
			to = &l->items[i];
	if (to && day_compare(report->month, to->month) < 0)
		return ERR_OK;
	if (!to) {
		if (l->count == l->cap) {
			l->cap = l->cap ? l->cap * 2 : 32;
			l->items = mem_grow(l->items, l->cap, sizeof(*l->items));
		}
		to = &l->items[l->count++];
	}
	*to = (struct report){.seq = report->seq,
		.unit = arena_strdup(l->arena, report->unit),
		.month = report->month,
		.sha256 = arena_strdup(l->arena, report->sha256),
		.name = arena_strdup(l->arena, report->name)};
	return ERR_OK;
}

static enum err_code name_of(struct reg *r, struct enterprise_id id, struct arena *a,
	const char **ret_name, const char **ret_unit, struct err *e)
{
	const char *value[FIELD_COUNT];
	enum err_code code = reg_row_get(r, id, a, value, ret_unit, e);

	if (code == ERR_OK)
		*ret_name = value[FIELD_NAME];
	return code;
}

static enum err_code with_names(
	struct reg *r, struct arena *a, struct import_open *open, struct err *e)
{
	const char **names = arena_alloc(a, (open->count + 1) * sizeof(*names));
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < open->count && code == ERR_OK; i++) {
		const char *unit;

		code = name_of(r, open->candidates[i], a, &names[i], &unit, e);
	}
	open->candidate_names = names;
	return code;
}

static enum err_code sheet_again(struct reg *r, const struct report *report,
	const struct change_note *note, struct arena *a, import_open_fn *fn, void *ctx,
	struct err *e)
{
	struct import_options options = {.unit = report->unit,
		.month = report->month,
		.dry_run = true,
		.max_bytes = SIZE_MAX >> 8};
	struct import_report found;
	struct buf bytes;
	enum err_code code;

	buf_init(&bytes, (size_t)1 << 32);
	code = file_read(
		reg_file_path(r, a, "reports", report->sha256), (size_t)1 << 32, &bytes, e);
	if (code == ERR_OK) {
		struct import_source source = {
			.name = report->name, .bytes = buf_text(&bytes), .len = bytes.len};

		code = import_source_run(r, &source, &options, note, a, &found, e);
	}
	buf_done(&bytes);
	for (size_t i = 0; code == ERR_OK && i < found.near_count; i++) {
		struct import_open open = {.unit = report->unit,
			.month = report->month,
			.file = report->name,
			.row = found.near[i].row,
			.name = found.near[i].name,
			.candidates = found.near[i].candidates,
			.count = found.near[i].count};

		code = with_names(r, a, &open, e);
		if (code == ERR_OK)
			code = fn(ctx, &open, e);
	}
	return code;
}

struct pairs {
	struct near_match *items;
	size_t count, cap;
};

static enum err_code take_pair(void *ctx, const struct near_match *near, struct err *e)
{
	struct pairs *p = ctx;

	(void)e;
	if (p->count == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 32;
		p->items = mem_grow(p->items, p->cap, sizeof(*p->items));
	}
	p->items[p->count] = *near;
	p->items[p->count++].decision = NULL;
	return ERR_OK;
}

static enum err_code each_pair(
	struct reg *r, struct arena *a, import_open_fn *fn, void *ctx, struct err *e)
{
	struct pairs p = {0};
	enum err_code code = reg_near_each(r, true, take_pair, &p, e);

	for (size_t i = 0; i < p.count && code == ERR_OK; i++) {
		struct import_open open = {.seq = p.items[i].seq,
			.month = DAY_NONE,
			.enterprise = p.items[i].enterprise,
			.candidates = &p.items[i].candidate,
			.count = 1};

		code = name_of(r, open.enterprise, a, &open.name, &open.unit, e);
		if (code == ERR_OK)
			code = with_names(r, a, &open, e);
		if (code == ERR_OK)
			code = fn(ctx, &open, e);
	}
	free(p.items);
	return code;
}

enum err_code reg_import_open_each(struct reg *r, const struct change_note *note, struct arena *a,
	import_open_fn *fn, void *ctx, struct err *e)
{
	struct latest l = {.arena = a};
	enum err_code code = reg_report_each(r, NULL, take_report, &l, e);

	for (size_t i = 0; i < l.count && code == ERR_OK; i++)
		code = sheet_again(r, &l.items[i], note, a, fn, ctx, e);
	free(l.items);
	return code == ERR_OK ? each_pair(r, a, fn, ctx, e) : code;
}

enum err_code reg_import_open_decide(struct reg *r, int64_t seq, bool same, struct day day,
	const struct change_note *note, struct err *e)
{
	enum err_code code = reg_scope_begin(r, e);

	if (code != ERR_OK)
		return code;
	code = reg_near_decide(r, seq, same ? "same" : "different", day, note, e);
	return reg_scope_end(r, code, e);
}
