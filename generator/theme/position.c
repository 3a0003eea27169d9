/*
 * Where the next tag of a template stands. In HTML and XML this is the tokenizer of the HTML Living Standard (13.2.5)
 * cut down to what decides about escaping: content, tag, attribute name, quoted value, comment, raw text. In Markdown it
 * is: prose, the address of a link, the option line of a block, a code span.
 *
 * Invariant: a value is let through only where one escaping function is enough; every other place is an error of the
 * template. Both ways through a section end in one position, so the position is known without data.
 */
#include "theme/theme_internal.h"

#include <string.h>

/* Elements whose content HTML does not read as markup. */
static const char *const raw_elements[] = {
	"script", "style", "iframe", "xmp", "noembed", "noframes", "noscript", "plaintext"};
static const char *const url_attributes[] = {"href", "src", "action", "formaction", "poster",
	"cite", "data", "xlink:href", "ping", "background", "manifest", "longdesc"};
/* Addresses in lists, styles and documents in attributes: no single escaping makes these safe. */
static const char *const code_attributes[] = {"style", "srcdoc", "srcset", "imagesrcset"};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_one_of(const char *s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(s, list[i]) == 0)
			return true;
	return false;
}

void position_init(struct position *p, enum template_kind kind)
{
	*p = (struct position){.kind = kind, .state = HTML_TEXT, .line_start = true};
}

/* ---- HTML and XML ---------------------------------------------------------------------------- */

static void name_begin(char *name, uint8_t *len, char c)
{
	name[0] = lower(c);
	name[1] = '\0';
	*len = 1;
}

static void name_add(char name[16], uint8_t *len, char c)
{
	if (*len < 15) {
		name[*len] = lower(c);
		name[++*len] = '\0';
	}
}

static void attr_classify(struct position *p)
{
	p->attr_class = ATTR_PLAIN;
	if (p->kind == TEMPLATE_XML)
		return;
	if (strcmp(p->attr, "http-equiv") == 0)
		p->refresh = true;
	if (p->attr[0] == 'o' && p->attr[1] == 'n')
		p->attr_class = ATTR_CODE;
	else if (is_one_of(p->attr, code_attributes, COUNT_OF(code_attributes)))
		p->attr_class = ATTR_CODE;
	else if (is_one_of(p->attr, url_attributes, COUNT_OF(url_attributes)))
		p->attr_class = ATTR_URL;
	else if (strcmp(p->attr, "content") == 0 && p->refresh)
		p->attr_class = ATTR_CODE;
	/* SVG animation can set any attribute of its parent, addresses included. */
	else if (strncmp(p->tag, "animate", 7) == 0 || strcmp(p->tag, "set") == 0)
		p->attr_class = ATTR_CODE;
}

static void tag_end(struct position *p)
{
	p->state = HTML_TEXT;
	if (p->kind == TEMPLATE_HTML && !p->closing &&
		is_one_of(p->tag, raw_elements, COUNT_OF(raw_elements))) {
		p->state = HTML_RAW;
		p->match = 0;
	}
}

/* In a tag, between attributes. */
static const char *feed_space(struct position *p, char c)
{
	if (is_space(c) || c == '/') {
		p->state = HTML_SPACE;
	} else if (c == '>') {
		tag_end(p);
	} else if (c == '=' || c == '"' || c == '\'' || c == '<') {
		return T("标签里的属性没有名称", "an attribute in this tag has no name");
	} else {
		name_begin(p->attr, &p->attr_len, c);
		p->state = HTML_ATTR_NAME;
	}
	return NULL;
}

static void feed_comment(struct position *p, char c)
{
	if (c == '-') {
		if (p->match < 2)
			p->match++;
	} else if (c == '>' && p->match == 2) {
		p->state = HTML_TEXT;
	} else {
		p->match = 0;
	}
}

/* Looks for </name: after it a tag goes on. */
static void feed_raw(struct position *p, char c)
{
	uint8_t at = p->match;
	if (at >= 2 && at == p->tag_len + 2 && (is_space(c) || c == '/' || c == '>')) {
		p->closing = true;
		if (c == '>')
			tag_end(p);
		else
			p->state = HTML_SPACE;
		return;
	}
	char wanted = at == 0 ? '<' : at == 1 ? '/' : at < p->tag_len + 2 ? p->tag[at - 2] : '\0';
	if (wanted != '\0' && lower(c) == wanted)
		p->match++;
	else
		p->match = c == '<' ? 1 : 0;
}

static void feed_declaration(struct position *p, char c)
{
	if (p->match == 1 && c == '-') {
		p->match = 2;
	} else if (p->match == 2 && c == '-') {
		p->state = HTML_COMMENT;
		p->match = 0;
	} else if (c == '>') {
		p->state = HTML_TEXT;
	} else {
		p->match = 0;
	}
}

static const char *feed_html(struct position *p, char c)
{
	switch (p->state) {
	case HTML_TEXT:
		if (c == '<')
			p->state = HTML_TAG_OPEN;
		return NULL;
	case HTML_TAG_OPEN:
		if (is_letter(c) || (p->kind == TEMPLATE_XML && c == '_')) {
			p->state = HTML_TAG_NAME;
			p->closing = false;
			p->refresh = false;
			name_begin(p->tag, &p->tag_len, c);
		} else if (c == '/') {
			p->state = HTML_TAG_NAME;
			p->closing = true;
			p->tag_len = 0;
			p->tag[0] = '\0';
		} else if (c == '!' || c == '?') {
			p->state = HTML_DECLARATION;
			p->match = c == '!' ? 1 : 0;
		} else if (c != '<') {
			p->state = HTML_TEXT;
		}
		return NULL;
	case HTML_TAG_NAME:
		if (is_space(c) || c == '/' || c == '>')
			return feed_space(p, c);
		name_add(p->tag, &p->tag_len, c);
		return NULL;
	case HTML_SPACE:
		return feed_space(p, c);
	case HTML_GAP:
		if (!is_space(c) && c != '/' && c != '>')
			return T("标签里此处要有空格", "white space is needed here, inside a tag");
		return feed_space(p, c);
	case HTML_ATTR_NAME:
	case HTML_AFTER_NAME:
		if (c == '=') {
			attr_classify(p);
			p->state = HTML_BEFORE_VALUE;
		} else if (is_space(c)) {
			p->state = HTML_AFTER_NAME;
		} else if (p->state == HTML_AFTER_NAME || c == '/' || c == '>') {
			return feed_space(p, c);
		} else {
			name_add(p->attr, &p->attr_len, c);
		}
		return NULL;
	case HTML_BEFORE_VALUE:
		if (c == '"')
			p->state = HTML_DOUBLE;
		else if (c == '\'')
			p->state = HTML_SINGLE;
		else if (c == '>')
			return T("属性没有值", "the attribute has no value");
		else if (!is_space(c))
			p->state = HTML_UNQUOTED;
		return NULL;
	case HTML_DOUBLE:
		if (c == '"')
			p->state = HTML_GAP;
		return NULL;
	case HTML_SINGLE:
		if (c == '\'')
			p->state = HTML_GAP;
		return NULL;
	case HTML_UNQUOTED:
		if (is_space(c) || c == '>')
			return feed_space(p, c);
		return NULL;
	case HTML_COMMENT:
		feed_comment(p, c);
		return NULL;
	case HTML_DECLARATION:
		feed_declaration(p, c);
		return NULL;
	case HTML_RAW:
		feed_raw(p, c);
		return NULL;
	}
	return NULL;
}

/* Why nothing that depends on data may stand here; NULL: it may. */
static const char *unsafe_html(const struct position *p)
{
	switch (p->state) {
	case HTML_TAG_OPEN:
		return T("标签名里不能放占位", "not inside a tag's name");
	case HTML_BEFORE_VALUE:
	case HTML_UNQUOTED:
		return T("属性值要加双引号", "an attribute's value must be in double quotes");
	case HTML_COMMENT:
		return T("注释里不能放占位", "not inside a comment");
	case HTML_DECLARATION:
		return T("声明里不能放占位", "not inside a declaration");
	case HTML_RAW:
		return T("script、style 等元素里不能放占位",
			"not inside script, style and other raw elements");
	case HTML_DOUBLE:
	case HTML_SINGLE:
		if (p->attr_class == ATTR_CODE)
			return T("此属性里不能放占位（事件、样式或网页代码）",
				"not in this attribute (an event handler, a style or a document)");
		return NULL;
	case HTML_TEXT:
	case HTML_TAG_NAME:
	case HTML_SPACE:
	case HTML_GAP:
	case HTML_ATTR_NAME:
	case HTML_AFTER_NAME:
		return NULL;
	}
	return NULL;
}

static const char *value_html(struct position *p, enum escape *ret_escape, bool *ret_is_url)
{
	const char *unsafe = unsafe_html(p);
	if (unsafe != NULL)
		return unsafe;
	if (p->state == HTML_TAG_NAME)
		return T("标签名里不能放占位", "not inside a tag's name");
	if (p->state == HTML_SINGLE)
		return T("属性值要加双引号", "an attribute's value must be in double quotes");
	if (p->state != HTML_TEXT && p->state != HTML_DOUBLE)
		return T("标签里只有带双引号的属性值能放占位",
			"in a tag only inside an attribute's value in double quotes");
	if (p->kind == TEMPLATE_XML)
		*ret_escape = ESCAPE_XML;
	else
		*ret_escape = p->state == HTML_TEXT ? ESCAPE_HTML : ESCAPE_ATTR;
	*ret_is_url = position_in_url(p);
	return NULL;
}

bool position_in_url(const struct position *p)
{
	return p->kind == TEMPLATE_HTML && p->state == HTML_DOUBLE && p->attr_class == ATTR_URL;
}

static bool is_in_tag(const struct position *p)
{
	return p->state == HTML_SPACE || p->state == HTML_GAP;
}

/* ---- Markdown -------------------------------------------------------------------------------- */

/* A run of backticks or tildes has ended: a fence, the side of a code span, or nothing. */
static void run_end(struct position *p)
{
	if (p->run_len == 0)
		return;
	if (p->line_start && p->run_len >= 3 && p->fence_char == '\0') {
		p->fence_char = p->run_char;
		p->fence_len = p->run_len;
		p->option = true;
	} else if (p->line_start && p->fence_char == p->run_char && p->run_len >= p->fence_len) {
		p->fence_char = '\0';
	} else if (p->run_char == '`') {
		if (!p->code) {
			p->code = true;
			p->code_len = p->run_len;
		} else if (p->code_len == p->run_len) {
			p->code = false;
		}
	}
	p->run_len = 0;
	p->line_start = false;
}

static void feed_markdown(struct position *p, char c)
{
	if (p->run_len > 0 && c == p->run_char) {
		if (p->run_len < UINT16_MAX)
			p->run_len++;
		return;
	}
	run_end(p);
	if (c == '\n') {
		p->line_start = true;
		p->option = p->link = p->code = p->bracket = false;
		return;
	}
	if ((c == '`' || c == '~') && !p->option) {
		p->run_char = c;
		p->run_len = 1;
		p->bracket = false;
		return;
	}
	if (c == '(' && p->bracket)
		p->link = true;
	else if (p->link && (c == ')' || c == ' ' || c == '\t'))
		p->link = false;
	p->bracket = c == ']';
	if (c != ' ')
		p->line_start = false;
}

static const char *value_markdown(struct position *p, enum escape *ret_escape)
{
	run_end(p);
	if (p->code)
		return T("行内代码里不能放占位", "not inside a code span");
	*ret_escape = p->option ? ESCAPE_MD_OPTION : p->link ? ESCAPE_MD_URL : ESCAPE_MD;
	p->line_start = false;
	p->bracket = false;
	return NULL;
}

/* ---- both -------------------------------------------------------------------------------------- */

const char *position_feed(struct position *p, char c)
{
	switch (p->kind) {
	case TEMPLATE_HTML:
	case TEMPLATE_XML:
		return feed_html(p, c);
	case TEMPLATE_MARKDOWN:
		feed_markdown(p, c);
		return NULL;
	case TEMPLATE_TEXT:
		return NULL;
	}
	return NULL;
}

const char *position_value(struct position *p, enum escape *ret_escape, bool *ret_is_url)
{
	*ret_is_url = false;
	switch (p->kind) {
	case TEMPLATE_HTML:
	case TEMPLATE_XML:
		return value_html(p, ret_escape, ret_is_url);
	case TEMPLATE_MARKDOWN:
		return value_markdown(p, ret_escape);
	case TEMPLATE_TEXT:
		*ret_escape = ESCAPE_NONE;
		return NULL;
	}
	return NULL;
}

const char *position_section(struct position *p)
{
	if (p->kind == TEMPLATE_MARKDOWN)
		run_end(p);
	if (p->kind == TEMPLATE_TEXT || p->kind == TEMPLATE_MARKDOWN)
		return NULL;
	const char *unsafe = unsafe_html(p);
	if (unsafe != NULL)
		return unsafe;
	if (p->state == HTML_TAG_NAME || p->state == HTML_ATTR_NAME)
		p->state = HTML_GAP;
	else if (p->state == HTML_AFTER_NAME)
		p->state = HTML_SPACE;
	return NULL;
}

bool position_join(struct position *p, const struct position *open)
{
	if (p->kind == TEMPLATE_TEXT)
		return true;
	if (p->kind == TEMPLATE_MARKDOWN) {
		bool same = p->link == open->link && p->option == open->option &&
			    p->fence_char == open->fence_char && p->code == open->code;
		p->line_start = p->line_start || open->line_start;
		p->bracket = p->bracket || open->bracket;
		return same;
	}
	if (is_in_tag(p) && is_in_tag(open)) {
		if (open->state == HTML_GAP)
			p->state = HTML_GAP;
		p->refresh = p->refresh || open->refresh;
		return strcmp(p->tag, open->tag) == 0 && p->closing == open->closing;
	}
	if (p->state != open->state)
		return false;
	return p->state == HTML_TEXT || strcmp(p->attr, open->attr) == 0;
}

bool position_is_content(const struct position *p)
{
	switch (p->kind) {
	case TEMPLATE_HTML:
	case TEMPLATE_XML:
		return p->state == HTML_TEXT;
	case TEMPLATE_MARKDOWN:
		return !p->link && !p->option && !p->code;
	case TEMPLATE_TEXT:
		return true;
	}
	return true;
}
