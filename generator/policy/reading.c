/*
 * Reading the values that the policy's data files share. A wrong value is reported at its own place,
 * a missing one at the group that lacks it.
 */
#include "policy/reading.h"

#include <string.h>

enum err_code reading_text(
	const struct conf *group, const char *name, const char **ret, struct err *e)
{
	enum err_code code = conf_string(group, name, ret, e);

	if (code)
		return code;
	if (!**ret)
		return conf_error(
			conf_find(group, name), e, T("%s 不能为空", "%s must not be empty"), name);
	return ERR_OK;
}

enum err_code reading_day(
	const struct conf *group, const char *name, struct day *ret, struct err *e)
{
	const char *text;
	enum err_code code = conf_string(group, name, &text, e);

	if (code)
		return code;
	if (!day_parse(text, ret))
		return conf_error(conf_find(group, name), e,
			T("%s：“%s”不是日期（YYYY-MM-DD）", "%s: \"%s\" is no day (YYYY-MM-DD)"),
			name, text);
	return ERR_OK;
}

enum err_code reading_list(
	const struct conf *group, const char *name, const struct conf **ret, struct err *e)
{
	const struct conf *list = conf_find(group, name);

	if (!list)
		return conf_error(group, e, T("缺少 %s", "%s is missing"), name);
	if (list->type != CONF_LIST)
		return conf_error(list, e, T("%s 应为列表", "%s must be a list"), name);
	if (!list->count)
		return conf_error(list, e, T("%s 不能为空", "%s must not be empty"), name);
	*ret = list;
	return ERR_OK;
}

enum err_code reading_group(const struct conf *item, const char *const *names, struct err *e)
{
	if (item->type != CONF_GROUP)
		return conf_error(item, e, T("此处应为 { … }", "a group { … } is expected here"));
	return conf_only(item, names, e);
}

enum err_code reading_source(
	const struct conf *group, struct day *ret_from, const char **ret_clause, struct err *e)
{
	enum err_code code = reading_day(group, "in_force_from", ret_from, e);

	return code ? code : reading_text(group, "clause", ret_clause, e);
}

enum err_code reading_item(const struct conf *item, const char **ret, struct err *e)
{
	if (item->type != CONF_STRING || !item->string || !*item->string)
		return conf_error(item, e, T("此处应为文字", "a text is expected here"));
	*ret = item->string;
	return ERR_OK;
}

enum err_code reading_unique(const struct conf *list, size_t at, const char *name, struct err *e)
{
	const struct conf *mine = conf_find(&list->items[at], name);

	for (size_t i = 0; i < at; i++) {
		const struct conf *other = conf_find(&list->items[i], name);

		if (mine && other && str_eq(mine->string, other->string))
			return conf_error(mine, e,
				T("%s “%s”重复，第 %d 行已有",
					"%s \"%s\" stands twice, first in line %d"),
				name, mine->string, other->line);
	}
	return ERR_OK;
}

enum err_code reading_slug(
	const struct conf *group, const char *name, const char **ret, struct err *e)
{
	enum err_code code = reading_text(group, name, ret, e);

	if (code)
		return code;
	if ((*ret)[strspn(*ret, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return conf_error(conf_find(group, name), e,
			T("%s：“%s”只能用小写字母、数字和连字符",
				"%s: \"%s\" may have lower-case letters, digits and hyphens only"),
			name, *ret);
	return ERR_OK;
}

enum err_code reading_int(
	const struct conf *group, const char *name, int low, int high, int *ret, struct err *e)
{
	int64_t value;
	enum err_code code = conf_int(group, name, &value, e);

	if (code)
		return code;
	if (value < low || value > high)
		return conf_error(conf_find(group, name), e,
			T("%s 应在 %d 到 %d 之间", "%s must lie between %d and %d"), name, low,
			high);
	*ret = (int)value;
	return ERR_OK;
}
