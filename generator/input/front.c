/* Front matter: "key: value" lines between two lines of three dashes, at the very start of a page file. */
#include "tianlan/input.h"

#include <string.h>

static bool is_fence(const char *line, const char *end)
{
	while (end > line && (end[-1] == '\r' || end[-1] == ' '))
		end--;
	return end - line == 3 && memcmp(line, "---", 3) == 0;
}

static bool is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static enum err_code parse_line(struct arena *a, const char *file, const char *line,
	const char *end, int number, struct front_matter *f, struct err *e)
{
	const char *p = line;
	while (p < end && is_key_char(*p))
		p++;
	if (p == line || p == end || *p != ':')
		return err_at(e, ERR_INPUT, file, number, 1,
			T("页首信息应写成“名称: 内容”，名称用小写字母、数字和下划线",
				"front matter is \"key: value\", the key in lower-case letters, "
				"digits and underscores"));
	const char *key = arena_strndup(a, line, (size_t)(p - line));
	if (front_find(f, key))
		return err_at(e, ERR_INPUT, file, number, 1,
			T("“%s”写了两次", "\"%s\" is given twice"), key);
	p++;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	struct front_item *items = arena_alloc(a, (f->count + 1) * sizeof *items);
	if (f->count)
		memcpy(items, f->items, f->count * sizeof *items);
	items[f->count++] =
		(struct front_item){key, arena_strndup(a, p, (size_t)(end - p)), number};
	f->items = items;
	return ERR_OK;
}

enum err_code front_parse(struct arena *a, const char *file_name, const char *text,
	struct front_matter *ret_front, struct err *e)
{
	struct front_matter f = {.body = text, .body_line = 1};
	const char *line = text, *end = text + strcspn(text, "\n");
	if (!is_fence(line, end)) {
		*ret_front = f;
		return ERR_OK;
	}
	for (int number = 2; *end; number++) {
		line = end + 1;
		end = line + strcspn(line, "\n");
		if (is_fence(line, end)) {
			f.body = *end ? end + 1 : end;
			f.body_line = number + 1;
			*ret_front = f;
			return ERR_OK;
		}
		const char *content = line + strspn(line, " \t\r");
		if (content < end && parse_line(a, file_name, line, end, number, &f, e))
			return ERR_INPUT;
	}
	return err_at(e, ERR_INPUT, file_name, 1, 1,
		T("页首信息没有以 --- 结束", "the front matter is not closed by ---"));
}

const char *front_find(const struct front_matter *f, const char *key)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_eq(f->items[i].key, key))
			return f->items[i].value;
	return NULL;
}
