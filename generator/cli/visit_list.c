/*
 * Pages of plain text, 118 columns and at most 46 lines: A4 across, in a fixed font of ten points. A name or an address that is
 * too long goes on in the next line of its own column, so that no column moves.
 */
#include "cli/visit_list.h"

#include "cli/record_out.h"

#include <string.h>

enum { COLUMNS = 7, PAGE_LINES = 46, LINE_COLUMNS = 118 };
static const size_t widths[COLUMNS] = {5, 15, 26, 30, 20, 11, 11};

struct pages {
	struct cli *c;
	struct reg *r;
	const struct unit_names *names;
	const char *street; /* of the page that is open; NULL: none yet */
	char quarter[QUARTER_TEXT_BYTES];
	int lines, page, number;
};

static void rule(struct pages *p)
{
	for (int i = 0; i < LINE_COLUMNS; i++)
		cli_print("-");
	cli_print("\n");
	p->lines++;
}

/* What of the text fits into so many columns; at least one character. */
static size_t fitting(const char *text, size_t columns)
{
	const char *end = text + strlen(text), *at = text;
	size_t used = 0;

	while (at < end) {
		char one[5] = {0};
		uint32_t code;
		size_t bytes = utf8_decode(at, end, &code);

		if (!bytes)
			return (size_t)(end - text);
		memcpy(one, at, bytes);
		used += utf8_width(one);
		if (used > columns && at > text)
			break;
		at += bytes;
	}
	return (size_t)(at - text);
}

static void print_row(struct pages *p, const char *const cells[COLUMNS])
{
	const char *left[COLUMNS];
	bool more = true;

	memcpy(left, cells, sizeof left);
	while (more) {
		more = false;
		for (size_t i = 0; i < COLUMNS; i++) {
			size_t n = fitting(left[i], widths[i] - 1);

			record_print_cell(arena_strndup(p->c->arena, left[i], n), widths[i]);
			left[i] += n;
			more = more || *left[i];
		}
		cli_print("\n");
		p->lines++;
	}
}

static size_t lines_of(const char *const cells[COLUMNS])
{
	size_t most = 1;

	for (size_t i = 0; i < COLUMNS; i++) {
		size_t n = 0;

		for (const char *at = cells[i]; *at; at += fitting(at, widths[i] - 1))
			n++;
		most = n > most ? n : most;
	}
	return most;
}

static void begin_page(struct pages *p)
{
	const char *const heads[COLUMNS] = {T("序号", "No."), T("编号", "Id"), T("名称", "Name"),
		T("地址", "Address"), T("上次状态", "State"), T("结果", "Result"),
		T("签名", "Signature")};

	if (p->page++ > 0 || p->number > 0)
		cli_print("\f");
	cli_print(T("%s 回头看走访表　%s　第 %d 页\n", "Look-backs %s, %s, page %d\n"), p->quarter,
		unit_shown(p->names, p->street), p->page);
	p->lines = 1;
	rule(p);
	print_row(p, heads);
	rule(p);
}

static enum err_code put(void *ctx, const struct lookback *l, struct err *e)
{
	struct pages *p = ctx;
	char id[ENTERPRISE_ID_BYTES], day[DAY_TEXT_BYTES];
	struct enterprise now;

	if (reg_enterprise_get(p->r, l->enterprise, p->c->arena, &now, e))
		return e->code;
	if (!p->street || !str_eq(p->street, l->street)) {
		p->street = arena_strdup(p->c->arena, l->street);
		p->page = 0;
		begin_page(p);
		p->number = 0;
	}
	p->number++;
	const char *const cells[COLUMNS] = {arena_printf(p->c->arena, "%d", p->number),
		reg_id_text(p->r, l->enterprise, id), text_shown(p->c->arena, l->name, false),
		l->address ? text_shown(p->c->arena, l->address, false) : "",
		arena_printf(p->c->arena, "%s %s",
			T(policy_state_label(now.course.state),
				policy_state_slug(now.course.state)),
			day_text(now.course.since, day)),
		visit_result_label(l->result), ""};
	if (p->lines + (int)lines_of(cells) + 1 > PAGE_LINES)
		begin_page(p);
	print_row(p, cells);
	rule(p);
	return ERR_OK;
}

enum err_code visit_list_print(struct cli *c, struct reg *r, struct quarter q, const char *street,
	bool open_only, const struct unit_names *names, struct err *e)
{
	struct pages p = {.c = c, .r = r, .names = names};

	quarter_text(q, p.quarter);
	return reg_lookback_each(r, q, street, open_only, put, &p, e);
}
