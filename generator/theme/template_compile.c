/*
 * A template's text into operations, in one pass. A tag's place in the markup is followed byte by byte (position.c), so
 * that each value gets the one escaping its place needs, or the template is refused with the line and column of the tag.
 *
 * Lines that hold only a section tag, a partial, a comment or a change of delimiters leave no empty line behind, as the
 * Mustache specification says ("standalone"). Literal text is copied once into one pool per template; operations point into it.
 */
#include "theme/theme_internal.h"

#include <string.h>

struct open_section {
	uint32_t op;
	const char *name;
	int line, column;
	struct position before;
};
struct compiler {
	struct templates *set;
	struct template *t;
	struct err *e;
	const char *at, *end; /* what is not read yet */
	const char *counted;  /* line and column are of this byte */
	int line, column;
	char *pool;		  /* literal text, t->source_len bytes */
	size_t pool_len, pending; /* from pending on it is not in an operation yet */
	struct position position;
	struct open_section open[TEMPLATE_NEST_MAX];
	int depth;
	uint32_t url_op;	/* index of the OP_URL that is open, UINT32_MAX: none */
	char left[8], right[8]; /* delimiters */
	size_t left_len, right_len;
};

/* ---- errors ------------------------------------------------------------------------------------ */

static void locate(struct compiler *c, const char *where, int *ret_line, int *ret_column)
{
	if (where < c->counted) {
		c->counted = c->t->source;
		c->line = c->column = 1;
	}
	for (; c->counted < where; c->counted++) {
		if (*c->counted == '\n') {
			c->line++;
			c->column = 1;
		} else if (((unsigned char)*c->counted & 0xc0) != 0x80) {
			c->column++;
		}
	}
	*ret_line = c->line;
	*ret_column = c->column;
}

static enum err_code fail(
	struct compiler *c, const char *where, const char *what, const char *detail)
{
	int line, column;
	locate(c, where, &line, &column);
	if (detail == NULL)
		return err_at(c->e, ERR_INPUT, c->t->file, line, column, "%s", what);
	return err_at(
		c->e, ERR_INPUT, c->t->file, line, column, T("%s：%s", "%s: %s"), what, detail);
}

/* ---- operations and text ------------------------------------------------------------------------ */

static struct op *add_op(struct compiler *c, enum op_kind kind, const char *where)
{
	struct template *t = c->t;
	if (t->count == t->cap) {
		t->cap = t->cap == 0 ? 32 : t->cap * 2;
		t->ops = mem_grow(t->ops, t->cap, sizeof(*t->ops));
	}
	struct op *op = &t->ops[t->count++];
	*op = (struct op){.kind = (uint8_t)kind};
	locate(c, where, &op->line, &op->column);
	return op;
}

static void flush(struct compiler *c, const char *where)
{
	if (c->pool_len == c->pending)
		return;
	struct op *op = add_op(c, OP_TEXT, where);
	op->text = c->pool + c->pending;
	op->len = (uint32_t)(c->pool_len - c->pending);
	c->pending = c->pool_len;
}

/* An address begins: what is written of it is checked as a whole when it ends. */
static void url_begin(struct compiler *c, const char *where)
{
	flush(c, where);
	c->url_op = c->t->count;
	(void)add_op(c, OP_URL, where);
}

static void url_end(struct compiler *c, const char *where)
{
	struct template *t = c->t;
	if (t->count == c->url_op + 1) { /* no tag in it: give the text back */
		t->count--;
		if (t->count > 0 && t->ops[t->count - 1].kind == OP_TEXT &&
			t->ops[t->count - 1].text + t->ops[t->count - 1].len ==
				c->pool + c->pending) {
			t->count--;
			c->pending = (size_t)(t->ops[t->count].text - c->pool);
		}
	} else {
		flush(c, where);
		(void)add_op(c, OP_URL_END, where);
	}
	c->url_op = UINT32_MAX;
}

static enum err_code add_literal(struct compiler *c, const char *from, const char *to)
{
	for (const char *p = from; p < to; p++) {
		bool was_url = position_in_url(&c->position);
		const char *wrong = position_feed(&c->position, *p);
		if (wrong != NULL)
			return fail(c, p, wrong, NULL);
		bool is_url = position_in_url(&c->position);
		if (was_url && !is_url)
			url_end(c, p);
		c->pool[c->pool_len++] = *p;
		if (!was_url && is_url)
			url_begin(c, p);
	}
	return ERR_OK;
}

/* ---- names -------------------------------------------------------------------------------------- */

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static bool is_word(const struct compiler *c, const char *s, size_t len)
{
	if (c->set->words == NULL)
		return true;
	for (const char *const *w = c->set->words; *w != NULL; w++)
		if (strlen(*w) == len && memcmp(*w, s, len) == 0)
			return true;
	return false;
}

/* s is NUL-terminated and in the arena. */
static enum err_code name_parse(
	struct compiler *c, const char *where, const char *s, const struct name **ret)
{
	struct arena *a = c->set->arena;
	struct name *name = arena_alloc(a, sizeof(*name));
	name->text = s;
	*ret = name;
	if (str_eq(s, "."))
		return ERR_OK;
	uint32_t count = 1;
	for (const char *p = s; *p != '\0'; p++)
		count += *p == '.';
	struct name_part *parts = arena_alloc(a, count * sizeof(*parts));
	for (const char *p = s;; p++) {
		size_t len = 0;
		while (is_name_byte(p[len]))
			len++;
		if (len == 0 || (p[len] != '.' && p[len] != '\0'))
			return fail(c, where,
				T("名称只能用字母、数字、下划线和连字符",
					"a name is letters, digits, underscores and hyphens"),
				s);
		if (!is_word(c, p, len))
			return fail(c, where, T("没有这个名称", "no such name"),
				arena_strndup(a, p, len));
		parts[name->count].text = arena_strndup(a, p, len);
		parts[name->count++].hash = key_hash(p, len);
		p += len;
		if (*p == '\0')
			break;
	}
	name->parts = parts;
	return ERR_OK;
}

/* ---- tags --------------------------------------------------------------------------------------- */

struct tag {
	const char *begin, *end; /* with its delimiters */
	char sigil;		 /* # ^ / > ! = & { or 0 */
	const char *text;	 /* what is in it, trimmed, in the arena */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The tag stands alone on its line(s): *ret_from is the line's start, *ret_to what follows its end. */
static bool is_standalone(
	const struct compiler *c, const struct tag *tag, const char **ret_from, const char **ret_to)
{
	if (tag->sigil == '\0' || tag->sigil == '&' || tag->sigil == '{')
		return false;
	const char *from = tag->begin, *to = tag->end;
	while (from > c->t->source && is_blank(from[-1]))
		from--;
	if (from > c->t->source && from[-1] != '\n')
		return false;
	while (to < c->end && is_blank(*to))
		to++;
	if (to < c->end && *to == '\r' && to + 1 < c->end && to[1] == '\n')
		to++;
	if (to < c->end && *to != '\n')
		return false;
	*ret_from = from;
	*ret_to = to < c->end ? to + 1 : to;
	return true;
}

static const char *find(const char *from, const char *end, const char *s, size_t len)
{
	return memmem(from, (size_t)(end - from), s, len);
}

static enum err_code tag_read(struct compiler *c, const char *begin, struct tag *ret)
{
	const char *p = begin + c->left_len;
	*ret = (struct tag){.begin = begin};
	if (p < c->end && *p != '\0' && strchr("#^/>!=&", *p) != NULL)
		ret->sigil = *p++;
	else if (p < c->end && *p == '{' && strcmp(c->left, "{{") == 0)
		ret->sigil = *p++;
	char closing[16];
	size_t closing_len = 0;
	if (ret->sigil == '=' || ret->sigil == '{')
		closing[closing_len++] = ret->sigil == '=' ? '=' : '}';
	memcpy(closing + closing_len, c->right, c->right_len);
	closing_len += c->right_len;
	const char *close = find(p, c->end, closing, closing_len);
	if (close == NULL)
		return fail(c, begin, T("占位没有写完", "this tag is not closed"), NULL);
	ret->end = close + closing_len;
	while (p < close && (is_blank(*p) || *p == '\n' || *p == '\r'))
		p++;
	while (p < close && (is_blank(close[-1]) || close[-1] == '\n' || close[-1] == '\r'))
		close--;
	if (ret->sigil == '!')
		close = p;
	ret->text = arena_strndup(c->set->arena, p, (size_t)(close - p));
	return ERR_OK;
}

static enum err_code tag_delimiters(struct compiler *c, const struct tag *tag)
{
	const char *s = tag->text;
	size_t left = strcspn(s, " \t\r\n");
	const char *r = s + left + strspn(s + left, " \t\r\n");
	size_t right = strlen(r);
	if (left == 0 || right == 0 || left >= sizeof(c->left) || right >= sizeof(c->right) ||
		strpbrk(r, " \t\r\n=") != NULL || memchr(s, '=', left) != NULL)
		return fail(c, tag->begin,
			T("分隔符要写成 {{=左 右=}}", "delimiters are set as {{=left right=}}"),
			NULL);
	memcpy(c->left, s, left);
	c->left[left] = '\0';
	c->left_len = left;
	memcpy(c->right, r, right + 1);
	c->right_len = right;
	return ERR_OK;
}

static enum err_code tag_value(struct compiler *c, const struct tag *tag)
{
	const struct name *name;
	if (name_parse(c, tag->begin, tag->text, &name) != ERR_OK)
		return ERR_INPUT;
	enum escape escape = ESCAPE_NONE;
	bool is_url = false;
	const char *wrong = position_value(&c->position, &escape, &is_url);
	if (wrong != NULL)
		return fail(c, tag->begin, wrong, tag->text);
	bool is_frag = tag->sigil != '\0';
	if (is_frag && escape != ESCAPE_HTML && escape != ESCAPE_MD && escape != ESCAPE_NONE)
		return fail(c, tag->begin,
			T("现成的标记只能放在正文位置",
				"ready-made markup may stand in content alone"),
			tag->text);
	flush(c, tag->begin);
	struct op *op = add_op(c, is_frag ? OP_FRAG : OP_VALUE, tag->begin);
	op->escape = (uint8_t)escape;
	op->ref.name = name;
	return ERR_OK;
}

static enum err_code tag_open(struct compiler *c, const struct tag *tag)
{
	if (c->depth == TEMPLATE_NEST_MAX)
		return fail(c, tag->begin, T("节嵌套超过 32 层", "sections nest more than 32 deep"),
			NULL);
	const struct name *name;
	if (name_parse(c, tag->begin, tag->text, &name) != ERR_OK)
		return ERR_INPUT;
	const char *wrong = position_section(&c->position);
	if (wrong != NULL)
		return fail(c, tag->begin, wrong, tag->text);
	flush(c, tag->begin);
	struct op *op = add_op(c, tag->sigil == '#' ? OP_SECTION : OP_INVERTED, tag->begin);
	op->ref.name = name;
	struct open_section *open = &c->open[c->depth++];
	*open = (struct open_section){
		c->t->count - 1, tag->text, op->line, op->column, c->position};
	return ERR_OK;
}

static enum err_code tag_close(struct compiler *c, const struct tag *tag)
{
	if (c->depth == 0)
		return fail(
			c, tag->begin, T("这里没有打开的节", "no section is open here"), tag->text);
	const struct open_section *open = &c->open[c->depth - 1];
	if (!str_eq(open->name, tag->text)) {
		int line, column;
		locate(c, tag->begin, &line, &column);
		return err_at(c->e, ERR_INPUT, c->t->file, line, column,
			T("节 %s 的结束写成了 %s（它在第 %d 行第 %d 列打开）",
				"section %s is closed as %s (it was opened at line %d, column %d)"),
			open->name, tag->text, open->line, open->column);
	}
	const char *wrong = position_section(&c->position);
	if (wrong != NULL)
		return fail(c, tag->begin, wrong, tag->text);
	if (!position_join(&c->position, &open->before))
		return fail(c, tag->begin,
			T("节的开头和结尾不在标记的同一位置",
				"the section does not end where it began in the markup"),
			tag->text);
	flush(c, tag->begin);
	c->t->ops[open->op].len = c->t->count;
	c->depth--;
	return ERR_OK;
}

static const char *extension_of(enum template_kind kind)
{
	switch (kind) {
	case TEMPLATE_HTML:
		return ".html";
	case TEMPLATE_MARKDOWN:
		return ".md";
	case TEMPLATE_XML:
		return ".xml";
	case TEMPLATE_TEXT:
		return ".txt";
	}
	return "";
}

/* By its name, else beside the template that names it ("parts/a.html" in "html/page.html" is "html/parts/a.html"). */
static const struct template *find_partial(const struct compiler *c, const char *name)
{
	const struct template *found = templates_find(c->set, name);
	const char *slash = strrchr(c->t->name, '/');
	if (found != NULL || slash == NULL)
		return found;
	return templates_find(c->set, arena_printf(c->set->arena, "%.*s/%s",
					      (int)(slash - c->t->name), c->t->name, name));
}

static enum err_code tag_partial(
	struct compiler *c, const struct tag *tag, const char *indent, size_t indent_len)
{
	const struct template *partial = find_partial(c, tag->text);
	if (partial == NULL)
		partial = find_partial(c,
			arena_printf(c->set->arena, "%s%s", tag->text, extension_of(c->t->kind)));
	if (partial == NULL)
		return fail(c, tag->begin, T("没有这个模板", "no such template"), tag->text);
	if (partial->kind != c->t->kind)
		return fail(c, tag->begin,
			T("套用的模板是另一种格式", "the partial is in another format"), tag->text);
	if (!position_is_content(&c->position))
		return fail(c, tag->begin,
			T("模板只能套用在正文位置", "a partial may stand in content alone"),
			tag->text);
	flush(c, tag->begin);
	struct op *op = add_op(c, OP_PARTIAL, tag->begin);
	op->ref.partial = partial;
	op->text = indent;
	op->len = (uint32_t)indent_len;
	return ERR_OK;
}

static enum err_code tag_compile(
	struct compiler *c, const struct tag *tag, const char *indent, size_t indent_len)
{
	switch (tag->sigil) {
	case '!':
		return ERR_OK;
	case '=':
		return tag_delimiters(c, tag);
	case '#':
	case '^':
		return tag_open(c, tag);
	case '/':
		return tag_close(c, tag);
	case '>':
		return tag_partial(c, tag, indent, indent_len);
	default:
		return tag_value(c, tag);
	}
}

/* {{query …}} in a Markdown template is not the template's: it is answered when the page is rendered. */
static bool is_query(const struct compiler *c, const struct tag *tag)
{
	return c->t->kind == TEMPLATE_MARKDOWN && tag->sigil == '\0' &&
	       str_starts(tag->text, "query ") && strcmp(c->left, "{{") == 0;
}

static enum err_code compile_tags(struct compiler *c)
{
	for (;;) {
		const char *begin = find(c->at, c->end, c->left, c->left_len);
		if (begin == NULL)
			break;
		struct tag tag;
		enum err_code code = tag_read(c, begin, &tag);
		if (code != ERR_OK)
			return code;
		const char *from = begin, *to = tag.end;
		bool alone = is_standalone(c, &tag, &from, &to);
		if (from < c->at)
			from = c->at;
		if (is_query(c, &tag)) {
			from = tag.end;
			code = add_literal(c, c->at, from);
		} else {
			code = add_literal(c, c->at, from);
			if (code == ERR_OK)
				code = tag_compile(
					c, &tag, from, alone ? (size_t)(begin - from) : 0);
		}
		if (code != ERR_OK)
			return code;
		c->at = to;
	}
	return add_literal(c, c->at, c->end);
}

enum err_code template_compile(struct templates *set, struct template *t, struct err *e)
{
	struct compiler c = {.set = set,
		.t = t,
		.e = e,
		.at = t->source,
		.end = t->source + t->source_len,
		.counted = t->source,
		.line = 1,
		.column = 1,
		.pool = arena_alloc(set->arena, t->source_len + 1),
		.url_op = UINT32_MAX,
		.left = "{{",
		.right = "}}",
		.left_len = 2,
		.right_len = 2};
	position_init(&c.position, t->kind);
	size_t bad;
	if (!utf8_valid(t->source, t->source_len, &bad))
		return fail(&c, t->source + bad, T("不是 UTF-8", "not UTF-8"), NULL);
	enum err_code code = compile_tags(&c);
	if (code != ERR_OK)
		return code;
	if (c.depth > 0) {
		const struct open_section *open = &c.open[c.depth - 1];
		return err_at(e, ERR_INPUT, t->file, open->line, open->column,
			T("节没有结束：%s", "the section is not closed: %s"), open->name);
	}
	flush(&c, c.end);
	if (!position_is_content(&c.position))
		return fail(&c, c.end, T("模板在标记中间结束", "the template ends inside markup"),
			NULL);
	return ERR_OK;
}
