/*
 * Operations and values into text. Nothing is allocated here but the growth of the caller's buf.
 *
 * Invariants: a value reaches the output through the escaping its place in the template asks for, and a whole address
 * is looked at again when it is complete (a harmless beginning may come from one value and a scheme from the next).
 * Recursion is bounded by the nesting of sections and partials, work by the size of template times data.
 */
#include "theme/theme_internal.h"

#include <string.h>

struct run {
	const struct template *t; /* the one whose operations run now */
	struct buf *out;
	struct err *e;
	const struct value *stack[TEMPLATE_STACK_MAX];
	int top; /* contexts on the stack */
	int partials;
	size_t url_from;
	/* The indent of standalone partials; only looked at when there is one. */
	char indent[256];
	uint32_t indent_len;
	bool line_start;
};

static enum err_code fail(
	const struct run *r, const struct op *op, const char *what, const char *name)
{
	return err_at(r->e, ERR_INPUT, r->t->file, op->line, op->column, T("%s：%s", "%s: %s"),
		what, name);
}

static const struct value *lookup(const struct run *r, const struct name *name)
{
	if (name->count == 0)
		return r->stack[r->top - 1];
	const struct value *v = NULL;
	for (int i = r->top; i-- > 0 && v == NULL;) {
		if (r->stack[i]->kind == VALUE_MAP)
			v = value_find(r->stack[i], name->parts[0].text, name->parts[0].hash);
	}
	for (uint32_t i = 1; i < name->count && v != NULL; i++)
		v = v->kind == VALUE_MAP ? value_find(v, name->parts[i].text, name->parts[i].hash)
					 : NULL;
	return v;
}

/* ---- writing ----------------------------------------------------------------------------------- */

static void add_indent(struct run *r)
{
	if (r->indent_len > 0 && r->line_start)
		buf_add(r->out, r->indent, r->indent_len);
	r->line_start = false;
}

static void add_text(struct run *r, const struct op *op)
{
	if (r->indent_len == 0) {
		buf_add(r->out, op->text, op->len);
		return;
	}
	for (uint32_t i = 0; i < op->len;) {
		const char *line = op->text + i;
		const char *newline = memchr(line, '\n', op->len - i);
		uint32_t len = newline == NULL ? op->len - i : (uint32_t)(newline - line) + 1;
		add_indent(r);
		buf_add(r->out, line, len);
		r->line_start = newline != NULL;
		i += len;
	}
}

/* A value inside key="…" on the opening line of a fenced block. cmark decodes entities in an info string, then takes one
 * layer of backslashes off; the block's own parser takes the next (of \" \\ \|). So an ampersand goes as an entity, since
 * no backslash protects it, and a backtick too, since it would end the fence. */
static void add_md_option(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '"':
		case '\\':
		case '|':
			buf_add(b, "\\\\\\", 3);
			buf_char(b, *s);
			break;
		case '&':
			buf_add(b, "&amp;", 5);
			break;
		case '`':
			buf_add(b, "&#96;", 5);
			break;
		case '\n':
		case '\t':
			buf_char(b, ' ');
			break;
		case '\r':
			break;
		default:
			buf_char(b, *s);
		}
	}
}

static void add_escaped(struct buf *b, const char *s, enum escape escape)
{
	switch (escape) {
	case ESCAPE_HTML:
		html_text(b, s);
		return;
	case ESCAPE_ATTR:
		html_attr_value(b, s);
		return;
	case ESCAPE_XML:
		xml_text(b, s);
		return;
	case ESCAPE_MD:
		md_text(b, s);
		return;
	case ESCAPE_MD_URL:
		md_url(b, s);
		return;
	case ESCAPE_MD_OPTION:
		add_md_option(b, s);
		return;
	case ESCAPE_NONE:
		buf_str(b, s);
		return;
	}
}

static enum err_code add_value(struct run *r, const struct op *op)
{
	const struct value *v = lookup(r, op->ref.name);
	if (r->indent_len > 0)
		add_indent(r);
	if (v == NULL)
		return ERR_OK;
	switch (v->kind) {
	case VALUE_TEXT:
		if (v->as.text != NULL)
			add_escaped(r->out, v->as.text, (enum escape)op->escape);
		return ERR_OK;
	case VALUE_INT:
		buf_int(r->out, v->as.number);
		return ERR_OK;
	case VALUE_BOOL:
		return v->as.truth
			       ? fail(r, op,
					 T("是非不能当文字写出", "a yes or no cannot be written"),
					 op->ref.name->text)
			       : ERR_OK;
	case VALUE_FRAG:
		/* Feeds carry HTML as text: there the markup is escaped like any other text. */
		if (op->escape == ESCAPE_XML && v->as.frag.len > 0) {
			xml_text(r->out, v->as.frag.markup);
			return ERR_OK;
		}
		if (v->as.frag.len == 0)
			return ERR_OK;
		return fail(r, op, T("现成的标记要用 {{{ }}}", "ready-made markup takes {{{ }}}"),
			op->ref.name->text);
	case VALUE_MAP:
	case VALUE_LIST:
		return fail(r, op, T("一组值不能当文字写出", "a map or list cannot be written"),
			op->ref.name->text);
	}
	return ERR_OK;
}

static enum err_code add_frag(struct run *r, const struct op *op)
{
	const struct value *v = lookup(r, op->ref.name);
	if (r->indent_len > 0)
		add_indent(r);
	if (!value_is_present(v))
		return ERR_OK;
	if (v->kind != VALUE_FRAG)
		return fail(r, op,
			T("{{{ }}} 只收现成的标记", "{{{ }}} takes ready-made markup alone"),
			op->ref.name->text);
	html_frag_add(r->out, v->as.frag);
	return ERR_OK;
}

/* The address from url_from on is complete: is it one that a link may have? Escaping changed no byte of its scheme. */
static void check_url(struct run *r)
{
	if (r->out->overflow || r->out->len == r->url_from ||
		url_is_allowed(r->out->data + r->url_from))
		return;
	r->out->len = r->url_from;
	r->out->data[r->url_from] = '\0';
	buf_char(r->out, '#');
}

/* ---- running ----------------------------------------------------------------------------------- */

static enum err_code run_ops(struct run *r, uint32_t from, uint32_t to);

static enum err_code run_with(
	struct run *r, const struct op *op, const struct value *context, uint32_t from)
{
	if (r->top == TEMPLATE_STACK_MAX)
		return fail(r, op, T("嵌套太深", "nested too deep"), op->ref.name->text);
	r->stack[r->top++] = context;
	enum err_code code = run_ops(r, from, op->len);
	r->top--;
	return code;
}

static enum err_code run_section(struct run *r, const struct op *op, uint32_t body)
{
	const struct value *v = lookup(r, op->ref.name);
	bool present = value_is_present(v);
	if (op->kind == OP_INVERTED)
		return present ? ERR_OK : run_ops(r, body, op->len);
	if (!present)
		return ERR_OK;
	if (v->kind == VALUE_BOOL)
		return run_ops(r, body, op->len);
	if (v->kind != VALUE_LIST)
		return run_with(r, op, v, body);
	enum err_code code = ERR_OK;
	for (uint32_t i = 0; i < v->count && code == ERR_OK && !r->out->overflow; i++)
		code = run_with(r, op, v->as.items[i], body);
	return code;
}

static enum err_code run_partial(struct run *r, const struct op *op)
{
	if (r->partials == TEMPLATE_NEST_MAX)
		return fail(r, op, T("模板套用超过 32 层", "partials nest more than 32 deep"),
			op->ref.partial->name);
	const struct template *outer = r->t;
	uint32_t indent_len = r->indent_len;
	bool line_start = r->line_start;
	if (op->len > 0 && indent_len + op->len <= sizeof(r->indent)) {
		memcpy(r->indent + indent_len, op->text, op->len);
		r->indent_len += op->len;
		r->line_start = true;
	}
	r->t = op->ref.partial;
	r->partials++;
	enum err_code code = run_ops(r, 0, r->t->count);
	r->partials--;
	r->t = outer;
	if (r->indent_len != indent_len) {
		r->indent_len = indent_len;
		r->line_start = line_start;
	}
	return code;
}

static enum err_code run_ops(struct run *r, uint32_t from, uint32_t to)
{
	const struct template *t = r->t;
	enum err_code code = ERR_OK;
	for (uint32_t i = from; i < to && code == ERR_OK; i++) {
		const struct op *op = &t->ops[i];
		switch ((enum op_kind)op->kind) {
		case OP_TEXT:
			add_text(r, op);
			break;
		case OP_VALUE:
			code = add_value(r, op);
			break;
		case OP_FRAG:
			code = add_frag(r, op);
			break;
		case OP_SECTION:
		case OP_INVERTED:
			code = run_section(r, op, i + 1);
			i = op->len - 1;
			break;
		case OP_PARTIAL:
			code = run_partial(r, op);
			break;
		case OP_URL:
			r->url_from = r->out->len;
			break;
		case OP_URL_END:
			check_url(r);
			break;
		}
	}
	return code;
}

enum err_code template_render(const struct templates *t, const char *name,
	const struct value *context, struct buf *out, struct err *e)
{
	const struct template *found = templates_find(t, name);
	if (found == NULL)
		return err_set(e, ERR_NOT_FOUND, T("没有模板 %s", "no template %s"), name);
	struct run r;
	r.t = found;
	r.out = out;
	r.e = e;
	r.stack[0] = context;
	r.top = 1;
	r.partials = 0;
	r.url_from = 0;
	r.indent_len = 0;
	r.line_start = true;
	enum err_code code = run_ops(&r, 0, found->count);
	if (code == ERR_OK && out->overflow)
		code = err_at(
			e, ERR_INPUT, found->file, 0, 0, T("页面太大", "the page is too large"));
	return code;
}
