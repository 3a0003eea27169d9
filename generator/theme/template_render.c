/*
 * Operations and values to text. A name is looked up from the innermost context outwards; a name that is not there
 * prints nothing and its section does not show (the vocabulary was checked when the template was compiled).
 */
#include "theme/theme_internal.h"

#include <string.h>

struct run {
	const struct value *stack[TEMPLATE_STACK_MAX];
	int depth;
	int partials;
	struct buf *out;
	size_t url_start;
	const char *indent; /* of the partial under way */
	size_t indent_len;
	bool line_start; /* the next literal or tag begins a line of that partial */
	const struct template *t;
	struct err *err;
};

static const struct value *look_up(const struct run *r, const struct name *name)
{
	if (name->count == 0)
		return r->stack[r->depth - 1];
	const struct value *v = NULL;
	for (int i = r->depth - 1; i >= 0 && !v; i--)
		if (r->stack[i] && r->stack[i]->kind == VALUE_MAP)
			v = value_find(r->stack[i], name->parts[0].text, name->parts[0].hash);
	for (uint32_t i = 1; i < name->count && v; i++)
		v = v->kind == VALUE_MAP ? value_find(v, name->parts[i].text, name->parts[i].hash)
					 : NULL;
	return v;
}

static enum err_code fail(const struct run *r, const struct op *op, const char *text)
{
	return err_at(r->err, ERR_INPUT, r->t->file, op->line, op->column, "%s", text);
}

static void begin_line(struct run *r)
{
	if (r->line_start && r->indent_len)
		buf_add(r->out, r->indent, r->indent_len);
	r->line_start = false;
}

static void put_literal(struct run *r, const char *s, size_t len)
{
	if (!r->indent_len) {
		buf_add(r->out, s, len);
		return;
	}
	while (len) {
		const char *eol = memchr(s, '\n', len);
		size_t n = eol ? (size_t)(eol - s) + 1 : len;
		begin_line(r);
		buf_add(r->out, s, n);
		r->line_start = eol != NULL;
		s += n;
		len -= n;
	}
}

/* Inside a quoted option of a block: the quote, the backslash and the bar are escaped, a line stays a line. */
static void put_option(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '"' || *s == '\\' || *s == '|')
			buf_char(b, '\\');
		buf_char(b, *s == '\n' || *s == '\r' ? ' ' : *s == '`' ? '\'' : *s);
	}
}

static void put_text(struct buf *b, enum escape escape, const char *s)
{
	switch (escape) {
	case ESCAPE_HTML:
		html_text(b, s);
		break;
	case ESCAPE_ATTR:
		html_attr_value(b, s);
		break;
	case ESCAPE_XML:
		xml_text(b, s);
		break;
	case ESCAPE_MD:
		md_text(b, s);
		break;
	case ESCAPE_MD_URL:
		md_url(b, s);
		break;
	case ESCAPE_MD_OPTION:
		put_option(b, s);
		break;
	case ESCAPE_NONE:
		buf_str(b, s);
		break;
	}
}

static enum err_code put_value(struct run *r, const struct op *op)
{
	const struct value *v = look_up(r, op->ref.name);
	begin_line(r);
	if (!v)
		return ERR_OK;
	switch (v->kind) {
	case VALUE_TEXT:
		if (v->as.text)
			put_text(r->out, (enum escape)op->escape, v->as.text);
		return ERR_OK;
	case VALUE_INT:
		buf_int(r->out, v->as.number);
		return ERR_OK;
	case VALUE_BOOL:
		buf_str(r->out, v->as.truth ? "true" : "");
		return ERR_OK;
	case VALUE_FRAG:
		return fail(r, op,
			T("现成的标记要用三个花括号", "ready-made markup takes three braces"));
	case VALUE_MAP:
	case VALUE_LIST:
		break;
	}
	return fail(r, op, T("这个名称不是文字", "this name is no text"));
}

static enum err_code put_frag(struct run *r, const struct op *op)
{
	const struct value *v = look_up(r, op->ref.name);
	begin_line(r);
	if (!v || (v->kind == VALUE_TEXT && !v->as.text))
		return ERR_OK;
	if (v->kind == VALUE_INT) {
		buf_int(r->out, v->as.number);
		return ERR_OK;
	}
	if (v->kind != VALUE_FRAG)
		return fail(r, op,
			T("三个花括号里只能是现成的标记",
				"three braces take ready-made markup alone"));
	html_frag_add(r->out, v->as.frag);
	return ERR_OK;
}

static enum err_code run_ops(struct run *r, uint32_t from, uint32_t to);

static enum err_code with_context(
	struct run *r, const struct op *op, const struct value *v, uint32_t from, uint32_t to)
{
	if (r->depth == TEMPLATE_STACK_MAX)
		return fail(r, op, T("段落嵌套太深", "sections nest too deeply"));
	r->stack[r->depth++] = v;
	enum err_code code = run_ops(r, from, to);
	r->depth--;
	return code;
}

static enum err_code run_section(struct run *r, const struct op *op, uint32_t at)
{
	const struct value *v = look_up(r, op->ref.name);
	if (!value_is_present(v))
		return ERR_OK;
	if (v->kind != VALUE_LIST)
		return with_context(r, op, v, at + 1, op->len);
	for (uint32_t i = 0; i < v->count; i++)
		if (with_context(r, op, v->as.items[i], at + 1, op->len))
			return ERR_INPUT;
	return ERR_OK;
}

static enum err_code run_partial(struct run *r, const struct op *op)
{
	const struct template *outer = r->t;
	const char *indent = r->indent;
	size_t indent_len = r->indent_len;
	if (!op->ref.partial)
		return ERR_OK;
	if (r->partials == TEMPLATE_NEST_MAX)
		return fail(r, op, T("模板互相嵌套太深", "partials nest too deeply"));
	char joined[256];
	if (op->len && indent_len + op->len < sizeof joined) {
		if (indent_len)
			memcpy(joined, indent, indent_len);
		memcpy(joined + indent_len, op->text, op->len);
		r->indent = joined;
		r->indent_len = indent_len + op->len;
		r->line_start = true;
	}
	r->t = op->ref.partial;
	r->partials++;
	enum err_code code = run_ops(r, 0, r->t->count);
	r->partials--;
	r->t = outer;
	r->indent = indent;
	r->indent_len = indent_len;
	return code;
}

/* What became the address is looked at as a whole: a scheme may have come from a value. */
static void end_url(struct run *r)
{
	if (r->out->overflow || url_is_allowed(r->out->data + r->url_start))
		return;
	r->out->len = r->url_start;
	r->out->data[r->out->len] = '\0';
	buf_char(r->out, '#');
}

static enum err_code run_ops(struct run *r, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		const struct op *op = &r->t->ops[i];
		enum err_code code = ERR_OK;
		switch ((enum op_kind)op->kind) {
		case OP_TEXT:
			put_literal(r, op->text, op->len);
			break;
		case OP_VALUE:
			code = put_value(r, op);
			break;
		case OP_FRAG:
			code = put_frag(r, op);
			break;
		case OP_SECTION:
			code = run_section(r, op, i);
			i = op->len - 1;
			break;
		case OP_INVERTED:
			if (!value_is_present(look_up(r, op->ref.name)))
				code = run_ops(r, i + 1, op->len);
			i = op->len - 1;
			break;
		case OP_PARTIAL:
			code = run_partial(r, op);
			break;
		case OP_URL:
			r->url_start = r->out->len;
			break;
		case OP_URL_END:
			end_url(r);
			break;
		}
		if (code)
			return code;
	}
	return ERR_OK;
}

enum err_code template_render(const struct templates *t, const char *name,
	const struct value *context, struct buf *out, struct err *e)
{
	const struct template *found = templates_find(t, name);
	if (!found)
		return err_set(e, ERR_NOT_FOUND, T("没有模板“%s”", "no template \"%s\""), name);
	struct run r = {.stack = {context}, .depth = 1, .out = out, .t = found, .err = e};
	if (run_ops(&r, 0, found->count))
		return e ? e->code : ERR_INPUT;
	if (out->overflow)
		return err_set(e, ERR_INPUT,
			T("模板“%s”生成的内容太长", "what template \"%s\" made is too long"), name);
	return ERR_OK;
}
