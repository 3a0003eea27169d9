/*
 * The table of blocks, and what they share: options of the fence, rows split at bars, errors with their place. A
 * block's text stays readable as text, so nothing in it needs quoting but the bar.
 */
#include "theme/theme_internal.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	block_fn *render;
	const char *options; /* names, separated by spaces */
} blocks[] = {
	{"table", block_table, "caption head rows"},
	{"fields", block_fields, ""},
	{"stats", block_stats, ""},
	{"timeline", block_timeline, ""},
	{"checklist", block_checklist, ""},
	{"cards", block_cards, ""},
	{"filters", block_filters, "title"},
	{"pager", block_pager, ""},
	{"notice", block_notice, "tone title"},
	{"details", block_details, "summary"},
	{"search", block_search, ""},
	{"chart", block_chart, "kind title desc unit series"},
	{"photos", block_photos, ""},
};

static size_t find_block(const char *info)
{
	size_t len = strcspn(info, " \t");
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		if (strlen(blocks[i].name) == len && strncmp(info, blocks[i].name, len) == 0)
			return i;
	return COUNT_OF(blocks);
}

bool block_is_known(const char *info)
{
	return find_block(info) < COUNT_OF(blocks);
}

/* ---- errors --------------------------------------------------------------------------------- */

static enum err_code fail_at(
	struct page_run *run, int line, int column, const char *fmt, va_list args)
{
	char text[800];
	vsnprintf(text, sizeof text, fmt, args);
	return err_at(run->err, ERR_INPUT, run->env ? run->env->file_name : NULL, line, column,
		"%s", text);
}

enum err_code block_error(struct page_run *run, const struct block *b, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	enum err_code code = fail_at(run, b->line, b->column, fmt, args);
	va_end(args);
	return code;
}

static int characters(const char *from, const char *to)
{
	int n = 0;
	for (const char *p = from; p < to; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	return n;
}

enum err_code option_error(
	struct page_run *run, const struct block *b, const char *key, const char *fmt, ...)
{
	const char *at = b->fence_line ? strstr(b->fence_line, key) : NULL;
	int column = at ? b->column + characters(b->fence_line, at) : b->column;
	va_list args;
	va_start(args, fmt);
	enum err_code code = fail_at(run, b->line, column, fmt, args);
	va_end(args);
	return code;
}

enum err_code row_error(struct page_run *run, const struct block *b, const struct row *row,
	size_t cell, const char *fmt, ...)
{
	const char *at = cell < row->count ? row->cells[cell].s : row->text + row->len;
	va_list args;
	va_start(args, fmt);
	enum err_code code =
		fail_at(run, row->line, b->column + characters(row->begin, at), fmt, args);
	va_end(args);
	return code;
}

enum err_code row_check(struct page_run *run, const struct block *b, const struct row *row,
	size_t least, size_t most)
{
	if (row->count >= least && row->count <= most)
		return ERR_OK;
	if (least == most)
		return row_error(run, b, row, most,
			T("%s 块的这一行应有 %zu 格，却有 %zu 格",
				"a row of %s has %zu cells; this one has %zu"),
			b->name, least, row->count);
	return row_error(run, b, row, most,
		T("%s 块的一行应有 %zu 到 %zu 格，这一行有 %zu 格",
			"a row of %s has %zu to %zu cells; this one has %zu"),
		b->name, least, most, row->count);
}

/* ---- options ------------------------------------------------------------------------------------ */

static const struct option *find_option(const struct block *b, const char *key)
{
	for (size_t i = 0; i < b->option_count; i++)
		if (strcmp(b->options[i].key, key) == 0)
			return &b->options[i];
	return NULL;
}

const char *block_option(struct page_run *run, const struct block *b, const char *key)
{
	const struct option *o = find_option(b, key);
	return o ? cell_raw(run, o->value, strlen(o->value)) : NULL;
}

enum err_code block_option_required(
	struct page_run *run, const struct block *b, const char *key, const char **ret)
{
	const char *value = block_option(run, b, key);
	if (!value || !*value)
		return block_error(
			run, b, T("%s 块要写 %s=\"…\"", "%s needs %s=\"…\""), b->name, key);
	*ret = value;
	return ERR_OK;
}

static bool is_listed(const char *names, const char *key)
{
	size_t len = strlen(key);
	for (const char *p = names; len && (p = strstr(p, key)); p += len)
		if ((p == names || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
			return true;
	return false;
}

static enum err_code parse_options(
	struct page_run *run, struct block *b, const char *info, const char *names)
{
	struct option *options = arena_alloc(run->arena, (strlen(info) / 2 + 1) * sizeof *options);
	const char *p = info + strcspn(info, " \t");
	b->options = options;
	while (p += strspn(p, " \t"), *p) {
		size_t len = strcspn(p, "= \t");
		const char *key = arena_strndup(run->arena, p, len);
		if (p[len] != '=')
			return option_error(run, b, key,
				T("选项应写成 名称=内容：%s", "an option is name=value: %s"), key);
		if (!is_listed(names, key))
			return option_error(run, b, key,
				T("%s 块没有选项 %s", "%s has no option %s"), b->name, key);
		if (find_option(b, key))
			return option_error(run, b, key,
				T("选项 %s 写了两次", "option %s is given twice"), key);
		p += len + 1;
		const char *from = p;
		if (*p == '"') {
			from = ++p;
			while (*p && *p != '"')
				p += *p == '\\' && p[1] ? 2 : 1;
			if (!*p)
				return option_error(run, b, key,
					T("选项 %s 的引号没有结束",
						"the quotes of option %s do not end"),
					key);
			options[b->option_count++] = (struct option){
				key, arena_strndup(run->arena, from, (size_t)(p - from))};
			p++;
		} else {
			p += strcspn(p, " \t");
			options[b->option_count++] = (struct option){
				key, arena_strndup(run->arena, from, (size_t)(p - from))};
		}
	}
	return ERR_OK;
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **s, size_t *len)
{
	while (*len && is_blank(**s))
		(*s)++, (*len)--;
	while (*len && is_blank((*s)[*len - 1]))
		(*len)--;
}

const struct cell *cells_split(struct arena *a, const char *s, size_t len, size_t *ret_count)
{
	size_t bars = 0;
	for (size_t i = 0; i < len; i++)
		bars += s[i] == '|';
	struct cell *cells = arena_alloc(a, (bars + 1) * sizeof *cells);
	size_t count = 0, from = 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && s[i] == '\\') {
			i++;
			continue;
		}
		if (i < len && s[i] != '|')
			continue;
		struct cell c = {s + from, (i < len ? i : len) - from};
		trim(&c.s, &c.len);
		cells[count++] = c;
		from = i + 1;
	}
	*ret_count = count;
	return cells;
}

static void split_rows(struct page_run *run, struct block *b)
{
	size_t lines = 1;
	for (size_t i = 0; i < b->body_len; i++)
		lines += b->body[i] == '\n';
	b->rows = arena_alloc(run->arena, lines * sizeof *b->rows);
	int line = b->line + 1;
	for (const char *p = b->body, *end = b->body + b->body_len; p < end; line++) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		struct row r = {.line = line,
			.text = p,
			.len = (size_t)((eol ? eol : end) - p),
			.begin = p};
		trim(&r.text, &r.len);
		if (r.len) {
			r.cells = cells_split(run->arena, r.text, r.len, &r.count);
			b->rows[b->row_count++] = r;
		}
		p = eol ? eol + 1 : end;
	}
}

bool cell_is(const struct cell *c, const char *s)
{
	return strlen(s) == c->len && memcmp(c->s, s, c->len) == 0;
}

bool tone_is_known(const char *tone)
{
	static const char *const tones[] = {"ok", "warn", "late", "muted", "info"};
	for (size_t i = 0; i < COUNT_OF(tones); i++)
		if (strcmp(tones[i], tone) == 0)
			return true;
	return false;
}

enum err_code row_tone(struct page_run *run, const struct block *b, const struct row *row,
	size_t cell, const char **ret)
{
	*ret = NULL;
	if (cell >= row->count || !row->cells[cell].len)
		return ERR_OK;
	const char *tone = cell_raw(run, row->cells[cell].s, row->cells[cell].len);
	if (!tone_is_known(tone))
		return row_error(run, b, row, cell,
			T("没有语气“%s”（ok warn late muted info）",
				"no tone \"%s\" (ok warn late muted info)"),
			tone);
	*ret = tone;
	return ERR_OK;
}

enum err_code block_render(
	struct page_run *run, const char *info, const char *body, int line, int column)
{
	size_t which = find_block(info);
	struct block b = {.name = blocks[which].name,
		.body = body,
		.body_len = strlen(body),
		.line = run->first_line + line - 1,
		.column = column,
		.fence_line = info};
	if (parse_options(run, &b, info, blocks[which].options))
		return ERR_INPUT;
	split_rows(run, &b);
	return blocks[which].render(run, &b);
}

const char *phrase(enum phrase which)
{
	static const char *const phrases[PHRASE_COUNT] = {[PHRASE_EMPTY] = "没有记录",
		[PHRASE_MISSING] = "—",
		[PHRASE_DONE] = "已完成",
		[PHRASE_NOT_DONE] = "未完成",
		[PHRASE_PAGER] = "翻页",
		[PHRASE_FIRST] = "第一页",
		[PHRASE_PREV] = "上一页",
		[PHRASE_NEXT] = "下一页",
		[PHRASE_LAST] = "最后一页",
		[PHRASE_SEARCH_LABEL] = "查找企业",
		[PHRASE_SEARCH] = "查找",
		[PHRASE_CHART_DATA] = "图中数据",
		[PHRASE_CHART_ITEM] = "项目",
		[PHRASE_CHART_NUMBER] = "数量",
		[PHRASE_CHART_TOTAL] = "合计"};
	return phrases[which];
}
