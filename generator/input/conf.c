/*
 * Configuration through libconfig, copied into a read tree with positions. libconfig tells the line; the column is
 * found by looking for the key on that line.
 */
#include "tianlan/input.h"

#include <libconfig.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 32, MAX_BYTES = 16 * 1024 * 1024 };

struct reader {
	struct arena *arena;
	const char *file, *text;
};

static const char *line_start(const char *text, int line)
{
	for (int at = 1; at < line && text; at++) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '*';
}

/* The column of name on the line, in characters; of the line's first character that is no space without one. */
static int column_of(const struct reader *r, int line, const char *name)
{
	const char *start = line_start(r->text, line);
	if (!start)
		return 0;
	const char *end = start + strcspn(start, "\n");
	const char *at = start + strspn(start, " \t");
	size_t len = name ? strlen(name) : 0;
	for (const char *p = start; name && p + len <= end; p++) {
		if (strncmp(p, name, len) == 0 && !is_name_char(p[len]) &&
			(p == start || !is_name_char(p[-1]))) {
			at = p;
			break;
		}
	}
	int column = 1;
	for (const char *p = start; p < at; p++)
		column += ((unsigned char)*p & 0xc0) != 0x80;
	return column;
}

static enum err_code copy(const struct reader *r, const config_setting_t *s, int depth,
	struct conf *to, struct err *e);

static enum err_code copy_items(const struct reader *r, const config_setting_t *s, int depth,
	struct conf *to, struct err *e)
{
	int n = config_setting_length(s);
	struct conf *items = arena_alloc(r->arena, (size_t)(n > 0 ? n : 1) * sizeof *items);
	for (int i = 0; i < n; i++)
		if (copy(r, config_setting_get_elem(s, (unsigned)i), depth + 1, &items[i], e))
			return e ? e->code : ERR_INPUT;
	to->items = items;
	to->count = (size_t)n;
	return ERR_OK;
}

static enum err_code copy(const struct reader *r, const config_setting_t *s, int depth,
	struct conf *to, struct err *e)
{
	const char *name = config_setting_name(s);
	to->name = arena_strdup(r->arena, name);
	to->file = r->file;
	to->line = (int)config_setting_source_line(s);
	to->column = column_of(r, to->line, name);
	if (depth > MAX_DEPTH)
		return conf_error(to, e, T("嵌套太深", "nested too deeply"));
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP:
		to->type = CONF_GROUP;
		return copy_items(r, s, depth, to, e);
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		to->type = CONF_LIST;
		return copy_items(r, s, depth, to, e);
	case CONFIG_TYPE_STRING:
		to->type = CONF_STRING;
		to->string = arena_strdup(r->arena, config_setting_get_string(s));
		return ERR_OK;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		to->type = CONF_INT;
		to->integer = config_setting_get_int64(s);
		return ERR_OK;
	case CONFIG_TYPE_BOOL:
		to->type = CONF_BOOL;
		to->boolean = config_setting_get_bool(s) != 0;
		return ERR_OK;
	default:
		to->type = CONF_FLOAT;
		to->number = config_setting_get_float(s);
		return ERR_OK;
	}
}

static enum err_code check_text(const struct reader *r, size_t len, struct err *e)
{
	size_t bad;
	if (utf8_valid(r->text, len, &bad) && strlen(r->text) == len)
		return ERR_OK;
	int line = 1;
	bad = strlen(r->text) < len && strlen(r->text) < bad ? strlen(r->text) : bad;
	for (size_t i = 0; i < bad; i++)
		line += r->text[i] == '\n';
	return err_at(
		e, ERR_INPUT, r->file, line, 0, T("不是有效的 UTF-8 文本", "not valid UTF-8 text"));
}

static enum err_code parse(struct arena *a, const char *file, const char *text, size_t len,
	const struct conf **ret_root, struct err *e)
{
	struct reader r = {a, arena_strdup(a, file), text};
	if (check_text(&r, len, e))
		return ERR_INPUT;
	config_t c;
	config_init(&c);
	enum err_code code;
	/* Nothing is read from elsewhere: an include directive is an error, not a file. */
	config_set_include_dir(&c, "/nonexistent");
	if (config_read_string(&c, text) != CONFIG_TRUE) {
		const char *why = config_error_text(&c);
		int line = config_error_line(&c);
		const char *zh = strstr(why, "duplicate") ? "同一个名称写了两次"
							  : "写法不对（缺分号、引号或括号？）";
		code = err_at(
			e, ERR_INPUT, r.file, line, column_of(&r, line, NULL), "%s", T(zh, why));
	} else {
		struct conf *root = arena_alloc(a, sizeof *root);
		code = copy(&r, config_root_setting(&c), 0, root, e);
		root->line = root->line ? root->line : 1;
		if (!code)
			*ret_root = root;
	}
	config_destroy(&c);
	return code;
}

enum err_code conf_parse(struct arena *a, const char *file_name, const char *text,
	const struct conf **ret_root, struct err *e)
{
	return parse(a, file_name, text, strlen(text), ret_root, e);
}

enum err_code conf_load(
	struct arena *a, const char *path, const struct conf **ret_root, struct err *e)
{
	struct buf b;
	buf_init(&b, MAX_BYTES);
	enum err_code code = file_read(path, MAX_BYTES, &b, e);
	if (!code)
		code = parse(a, path, buf_text(&b), b.len, ret_root, e);
	buf_done(&b);
	return code;
}

const struct conf *conf_find(const struct conf *group, const char *name)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->items[i].name && str_eq(group->items[i].name, name))
			return &group->items[i];
	return NULL;
}

enum err_code conf_error(const struct conf *at, struct err *e, const char *fmt, ...)
{
	va_list args;
	char text[1024];
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return err_at(e, ERR_INPUT, at->file, at->line, at->column, "%s", text);
}

static enum err_code wrong_type(
	const struct conf *at, const char *zh, const char *en, struct err *e)
{
	return conf_error(
		at, e, T("%s 应是%s", "%s must be %s"), at->name ? at->name : "", T(zh, en));
}

static enum err_code missing(const struct conf *group, const char *name, struct err *e)
{
	return conf_error(group, e, T("缺少 %s", "%s is missing"), name);
}

enum err_code conf_opt_string(
	const struct conf *group, const char *name, const char **ret, struct err *e)
{
	const struct conf *c = conf_find(group, name);
	if (!c)
		return ERR_OK;
	if (c->type != CONF_STRING || !c->string)
		return wrong_type(c, "引号里的文字", "text in quotes", e);
	*ret = c->string;
	return ERR_OK;
}

enum err_code conf_opt_int(const struct conf *group, const char *name, int64_t *ret, struct err *e)
{
	const struct conf *c = conf_find(group, name);
	if (!c)
		return ERR_OK;
	if (c->type != CONF_INT)
		return wrong_type(c, "整数", "an integer", e);
	*ret = c->integer;
	return ERR_OK;
}

enum err_code conf_opt_bool(const struct conf *group, const char *name, bool *ret, struct err *e)
{
	const struct conf *c = conf_find(group, name);
	if (!c)
		return ERR_OK;
	if (c->type != CONF_BOOL)
		return wrong_type(c, " true 或 false", "true or false", e);
	*ret = c->boolean;
	return ERR_OK;
}

enum err_code conf_string(
	const struct conf *group, const char *name, const char **ret, struct err *e)
{
	if (!conf_find(group, name))
		return missing(group, name, e);
	return conf_opt_string(group, name, ret, e);
}

enum err_code conf_int(const struct conf *group, const char *name, int64_t *ret, struct err *e)
{
	if (!conf_find(group, name))
		return missing(group, name, e);
	return conf_opt_int(group, name, ret, e);
}

enum err_code conf_only(const struct conf *group, const char *const *names, struct err *e)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct conf *item = &group->items[i];
		size_t k = 0;
		while (names[k] && !str_eq(names[k], item->name))
			k++;
		if (!names[k])
			return conf_error(
				item, e, T("不认识的名称 %s", "unknown name %s"), item->name);
	}
	return ERR_OK;
}
