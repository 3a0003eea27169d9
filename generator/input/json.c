/* JSON through jansson, copied into the same read tree as configuration. Strict: UTF-8, no duplicate keys. */
#include "tianlan/input.h"

#include <jansson.h>

static enum err_code copy(struct arena *a, const char *file, const char *name, json_t *v, int depth,
	struct conf *to, struct err *e)
{
	*to = (struct conf){.name = arena_strdup(a, name), .file = file};
	if (depth > 32)
		return err_at(
			e, ERR_INPUT, file, 0, 0, T("JSON 嵌套太深", "the JSON nests too deeply"));
	switch (json_typeof(v)) {
	case JSON_OBJECT: {
		to->type = CONF_GROUP;
		struct conf *items = arena_alloc(a, (json_object_size(v) + 1) * sizeof *items);
		const char *key;
		json_t *item;
		json_object_foreach(
			v, key, item) if (copy(a, file, key, item, depth + 1, &items[to->count++],
						  e)) return ERR_INPUT;
		to->items = items;
		return ERR_OK;
	}
	case JSON_ARRAY: {
		to->type = CONF_LIST;
		struct conf *items = arena_alloc(a, (json_array_size(v) + 1) * sizeof *items);
		size_t i;
		json_t *item;
		json_array_foreach(
			v, i, item) if (copy(a, file, NULL, item, depth + 1, &items[to->count++],
						e)) return ERR_INPUT;
		to->items = items;
		return ERR_OK;
	}
	case JSON_STRING:
		to->type = CONF_STRING;
		to->string = arena_strdup(a, json_string_value(v));
		return ERR_OK;
	case JSON_INTEGER:
		to->type = CONF_INT;
		to->integer = json_integer_value(v);
		return ERR_OK;
	case JSON_REAL:
		to->type = CONF_FLOAT;
		to->number = json_real_value(v);
		return ERR_OK;
	case JSON_TRUE:
	case JSON_FALSE:
		to->type = CONF_BOOL;
		to->boolean = json_is_true(v);
		return ERR_OK;
	case JSON_NULL:
	default:
		to->type = CONF_STRING;
		return ERR_OK;
	}
}

enum err_code json_parse(struct arena *a, const char *file_name, const char *text, size_t len,
	const struct conf **ret_root, struct err *e)
{
	json_error_t why;
	if (len > 16 * 1024 * 1024)
		return err_at(
			e, ERR_INPUT, file_name, 0, 0, T("JSON 太大", "the JSON is too large"));
	json_t *v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!v)
		return err_at(e, ERR_INPUT, file_name, why.line > 0 ? why.line : 1,
			why.column > 0 ? why.column : 0, T("JSON 写法不对：%s", "wrong JSON: %s"),
			why.text);
	struct conf *root = arena_alloc(a, sizeof *root);
	enum err_code code = copy(a, arena_strdup(a, file_name), NULL, v, 0, root, e);
	json_decref(v);
	if (!code)
		*ret_root = root;
	return code;
}
