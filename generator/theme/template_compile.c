/*
 * Template text to operations. Literal text runs through position_feed(), so that each tag knows where it stands; a
 * tag in a place where a value could change the meaning of the markup around it is an error with line and column.
 * Names are checked against the vocabulary here, not when a page is made.
 */
#include "theme/theme_internal.h"

#include <stdlib.h>
#include <string.h>

struct open_section {
	uint32_t op;
	const struct name *name;
	struct position at;
	int line, column;
};

struct compiler {
	struct templates *set;
	struct template *t;
	struct position pos;
	const char *p, *end;
	char open[16], close[16];
	struct open_section stack[TEMPLATE_NEST_MAX];
	int depth;
	bool in_url;
	struct err *err;
};

static void place(const struct compiler *c, const char *at, int *ret_line, int *ret_column)
{
	*ret_line = 1;
	*ret_column = 1;
	for (const char *p = c->t->source; p < at; p++) {
		if (*p == '\n') {
			(*ret_line)++;
			*ret_column = 1;
		} else if (((unsigned char)*p & 0xc0) != 0x80) {
			(*ret_column)++;
		}
	}
}

static enum err_code fail(const struct compiler *c, const char *at, const char *text)
{
	int line, column;
	place(c, at, &line, &column);
	return err_at(c->err, ERR_INPUT, c->t->file, line, column, "%s", text);
}

static enum err_code fail_name(
	const struct compiler *c, const char *at, const char *text, const char *name)
{
	int line, column;
	place(c, at, &line, &column);
	return err_at(
		c->err, ERR_INPUT, c->t->file, line, column, T("%s：%s", "%s: %s"), text, name);
}

static struct op *add_op(struct compiler *c, enum op_kind kind, const char *at)
{
	struct template *t = c->t;
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 32;
		t->ops = mem_grow(t->ops, t->cap, sizeof *t->ops);
	}
	struct op *op = &t->ops[t->count++];
	*op = (struct op){.kind = (uint8_t)kind};
	place(c, at, &op->line, &op->column);
	return op;
}

static void add_text(struct compiler *c, const char *s, size_t len)
{
	if (!len)
		return;
	struct op *op = add_op(c, OP_TEXT, s);
	op->text = s;
	op->len = (uint32_t)len;
}

/* Literal text, with marks where the value of an address begins and ends. */
static enum err_code literal(struct compiler *c, const char *s, size_t len)
{
	const char *from = s, *end = s + len;
	for (const char *p = s; p < end; p++) {
		const char *wrong = position_feed(&c->pos, *p);
		if (wrong)
			return fail(c, p, wrong);
		bool in_url = position_in_url(&c->pos);
		if (in_url == c->in_url)
			continue;
		c->in_url = in_url;
		const char *cut =
			in_url ? p + 1 : p; /* before the closing quote, after the opening one */
		add_text(c, from, (size_t)(cut - from));
		add_op(c, in_url ? OP_URL : OP_URL_END, p);
		from = cut;
	}
	add_text(c, from, (size_t)(end - from));
	return ERR_OK;
}

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

static bool known_word(const struct compiler *c, const char *word)
{
	if (!c->set->words)
		return true;
	for (const char *const *w = c->set->words; *w; w++)
		if (strcmp(*w, word) == 0)
			return true;
	return false;
}

static enum err_code parse_name(
	struct compiler *c, const char *s, size_t len, const struct name **ret)
{
	while (len && (is_blank(*s) || *s == '\n' || *s == '\r'))
		s++, len--;
	while (len && (is_blank(s[len - 1]) || s[len - 1] == '\n' || s[len - 1] == '\r'))
		len--;
	if (!len)
		return fail(c, s, T("标签里没有名称", "the tag names nothing"));
	struct arena *a = c->set->arena;
	struct name *name = arena_alloc(a, sizeof *name);
	name->text = arena_strndup(a, s, len);
	*ret = name;
	if (len == 1 && *s == '.')
		return ERR_OK;
	struct name_part *parts = arena_alloc(a, (len / 2 + 1) * sizeof *parts);
	for (const char *p = s, *end = s + len; p <= end;) {
		const char *dot = memchr(p, '.', (size_t)(end - p));
		size_t n = (size_t)((dot ? dot : end) - p);
		if (!n || memchr(p, ' ', n) || memchr(p, '\n', n))
			return fail_name(c, s, T("名称的写法不对", "not a name"), name->text);
		parts[name->count].text = arena_strndup(a, p, n);
		parts[name->count].hash = key_hash(p, n);
		if (!known_word(c, parts[name->count].text))
			return fail_name(
				c, s, T("没有这个名称", "no such name"), parts[name->count].text);
		name->count++;
		if (!dot)
			break;
		p = dot + 1;
	}
	name->parts = parts;
	return ERR_OK;
}

static enum err_code open_section(
	struct compiler *c, const char *tag, const struct name *name, bool inverted)
{
	if (c->depth == TEMPLATE_NEST_MAX)
		return fail(c, tag, T("段落嵌套太深", "sections nest too deeply"));
	const char *wrong = position_section(&c->pos);
	if (wrong)
		return fail(c, tag, wrong);
	struct open_section *s = &c->stack[c->depth++];
	add_op(c, inverted ? OP_INVERTED : OP_SECTION, tag)->ref.name = name;
	s->op = c->t->count - 1;
	s->name = name;
	s->at = c->pos;
	place(c, tag, &s->line, &s->column);
	return ERR_OK;
}

static enum err_code close_section(struct compiler *c, const char *tag, const struct name *name)
{
	if (!c->depth)
		return fail_name(c, tag,
			T("没有开始就结束的段落", "a section ends that did not begin"), name->text);
	struct open_section *s = &c->stack[c->depth - 1];
	if (strcmp(s->name->text, name->text) != 0)
		return fail_name(c, tag,
			T("段落没有按顺序结束，应当先结束",
				"sections end out of order; this one comes first"),
			s->name->text);
	const char *wrong = position_section(&c->pos);
	if (wrong)
		return fail(c, tag, wrong);
	if (!position_join(&c->pos, &s->at))
		return fail(c, tag,
			T("段落的开头和结尾必须在标记的同一位置",
				"a section must begin and end in the same place of the markup"));
	c->t->ops[s->op].len = c->t->count;
	c->depth--;
	return ERR_OK;
}

static const struct template *find_partial(const struct compiler *c, const char *name)
{
	const struct template *found = templates_find(c->set, name);
	const char *slash = strrchr(c->t->name, '/');
	if (found || !slash)
		return found;
	return templates_find(c->set, arena_printf(c->set->arena, "%.*s/%s",
					      (int)(slash - c->t->name), c->t->name, name));
}

static enum err_code add_partial(struct compiler *c, const char *tag, const char *s, size_t len,
	const char *indent, size_t indent_len)
{
	while (len && is_blank(*s))
		s++, len--;
	while (len && is_blank(s[len - 1]))
		len--;
	const char *name = arena_strndup(c->set->arena, s, len);
	const struct template *partial = find_partial(c, name);
	if (!partial && c->set->words)
		return fail_name(c, tag, T("没有这个模板", "no such template"), name);
	if (!position_is_content(&c->pos))
		return fail(c, tag, T("这里不能放入另一个模板", "a partial cannot stand here"));
	struct op *op = add_op(c, OP_PARTIAL, tag);
	op->ref.partial = partial;
	op->text = arena_strndup(c->set->arena, indent, indent_len);
	op->len = (uint32_t)indent_len;
	return ERR_OK;
}

static enum err_code set_delimiters(struct compiler *c, const char *tag, const char *s, size_t len)
{
	char text[64];
	if (len < 2 || s[len - 1] != '=' || len - 1 >= sizeof text)
		return fail(c, tag, T("改换标签符号的写法不对", "wrong change of delimiters"));
	memcpy(text, s, len - 1);
	text[len - 1] = '\0';
	char *save = text + strspn(text, " \t\r\n");
	size_t n = strcspn(save, " \t\r\n");
	char *second = save + n + strspn(save + n, " \t\r\n");
	size_t m = strcspn(second, " \t\r\n");
	if (!n || !m || n >= sizeof c->open || m >= sizeof c->close ||
		second[m + strspn(second + m, " \t\r\n")])
		return fail(c, tag, T("改换标签符号的写法不对", "wrong change of delimiters"));
	memcpy(c->open, save, n);
	c->open[n] = '\0';
	memcpy(c->close, second, m);
	c->close[m] = '\0';
	return ERR_OK;
}

static enum err_code add_value(
	struct compiler *c, const char *tag, const struct name *name, bool frag)
{
	enum escape escape = ESCAPE_NONE;
	bool is_url;
	if (frag && !position_is_content(&c->pos) && c->t->kind == TEMPLATE_HTML)
		return fail(
			c, tag, T("这里不能放现成的标记", "ready-made markup cannot stand here"));
	const char *wrong = frag ? NULL : position_value(&c->pos, &escape, &is_url);
	if (wrong)
		return fail(c, tag, wrong);
	struct op *op = add_op(c, frag ? OP_FRAG : OP_VALUE, tag);
	op->escape = (uint8_t)escape;
	op->ref.name = name;
	return ERR_OK;
}

/* One tag: s..s+len is what stands between the delimiters. */
static enum err_code handle(struct compiler *c, const char *tag, const char *s, size_t len,
	const char *indent, size_t indent_len)
{
	char sigil = len ? *s : '\0';
	const struct name *name = NULL;
	bool has_sigil = sigil && strchr("#^/&{", sigil);
	if (sigil == '!')
		return ERR_OK;
	if (sigil == '=')
		return set_delimiters(c, tag, s + 1, len - 1);
	if (sigil == '>')
		return add_partial(c, tag, s + 1, len - 1, indent, indent_len);
	if (parse_name(c, has_sigil ? s + 1 : s, has_sigil ? len - 1 : len, &name))
		return ERR_INPUT;
	switch (sigil) {
	case '#':
	case '^':
		return open_section(c, tag, name, sigil == '^');
	case '/':
		return close_section(c, tag, name);
	default:
		return add_value(c, tag, name, sigil == '&' || sigil == '{');
	}
}

/* From the newline before tag (or the beginning) to tag there is only white space: its start, else NULL. */
static const char *blank_before(const struct compiler *c, const char *tag)
{
	const char *p = tag;
	while (p > c->t->source && is_blank(p[-1]))
		p--;
	return p == c->t->source || p[-1] == '\n' ? p : NULL;
}

/* After the tag there is only white space up to the line's end: what follows the newline, else NULL. */
static const char *blank_after(const struct compiler *c, const char *after)
{
	while (after < c->end && is_blank(*after))
		after++;
	if (after == c->end)
		return after;
	if (*after == '\r' && after + 1 < c->end && after[1] == '\n')
		after++;
	return *after == '\n' ? after + 1 : NULL;
}

static enum err_code next_tag(struct compiler *c, const char *tag)
{
	const char *inside = tag + strlen(c->open);
	bool triple = *inside == '{' && strcmp(c->open, "{{") == 0;
	char closing[20];
	size_t closing_len = strlen(c->close);
	closing[0] = *inside == '=' ? '=' : '}';
	memcpy(closing + (triple || *inside == '='), c->close, closing_len + 1);
	const char *stop = memmem(inside, (size_t)(c->end - inside), closing, strlen(closing));
	if (!stop)
		return fail(c, tag, T("标签没有结束", "the tag is not closed"));
	const char *after = stop + strlen(closing);
	size_t len = (size_t)(stop - inside) + (*inside == '=');
	const char *line = blank_before(c, tag), *rest = blank_after(c, after);
	bool standalone = *inside && strchr("#^/!=>", *inside) && line && line >= c->p && rest;
	const char *text_end = standalone ? line : tag;
	if (literal(c, c->p, (size_t)(text_end - c->p)))
		return ERR_INPUT;
	c->p = standalone ? rest : after;
	return handle(
		c, tag, inside, len, line ? line : tag, standalone ? (size_t)(tag - line) : 0);
}

enum err_code template_compile(struct templates *set, struct template *t, struct err *e)
{
	struct compiler c = {.set = set,
		.t = t,
		.p = t->source,
		.end = t->source + t->source_len,
		.open = "{{",
		.close = "}}",
		.err = e};
	position_init(&c.pos, t->kind);
	while (c.p < c.end) {
		const char *tag = memmem(c.p, (size_t)(c.end - c.p), c.open, strlen(c.open));
		if (!tag) {
			if (literal(&c, c.p, (size_t)(c.end - c.p)))
				return ERR_INPUT;
			break;
		}
		if (next_tag(&c, tag))
			return ERR_INPUT;
	}
	if (c.depth) {
		const struct open_section *s = &c.stack[c.depth - 1];
		return err_at(e, ERR_INPUT, t->file, s->line, s->column,
			T("段落没有结束：%s", "a section does not end: %s"), s->name->text);
	}
	if (t->kind != TEMPLATE_TEXT && t->kind != TEMPLATE_MARKDOWN &&
		!position_is_content(&c.pos))
		return fail(&c, c.end,
			T("模板在标签或属性中间结束",
				"the template ends inside a tag or an attribute"));
	return ERR_OK;
}
