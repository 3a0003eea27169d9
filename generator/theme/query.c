/*
 * Named queries in Markdown: a `query` block, or {{query name args}} in prose. They are answered before the text is
 * parsed, and the answer is escaped, so that prose can carry live numbers and an answer can carry no markup.
 */
#include "theme/theme_internal.h"

#include <string.h>

enum { ARGS_MAX = 8 };

static enum err_code answer(struct arena *a, const struct render_env *env, const char *s,
	size_t len, int line, struct buf *out, struct err *e)
{
	const char *args[ARGS_MAX + 1];
	size_t count = 0;
	char *text = arena_strndup(a, s, len);
	for (char *p = text + strspn(text, " \t\r\n"); *p && count <= ARGS_MAX;
		p += strspn(p, " \t\r\n")) {
		args[count++] = p;
		p += strcspn(p, " \t\r\n");
		if (*p)
			*p++ = '\0';
	}
	const char *file = env ? env->file_name : NULL;
	if (!count)
		return err_at(
			e, ERR_INPUT, file, line, 0, T("查询没有写名称", "the query has no name"));
	if (!env || !env->query)
		return err_at(e, ERR_INPUT, file, line, 0,
			T("这里不能查询：%s", "no queries here: %s"), args[0]);
	struct buf b;
	struct err why = {0};
	buf_init(&b, 65536);
	enum err_code code = env->query(env->ctx, args[0], args + 1, count - 1, &b, &why);
	if (code)
		code = err_at(e, ERR_INPUT, file, line, 0, T("查询“%s”：%s", "query \"%s\": %s"),
			args[0], *why.message ? why.message : T("没有这个查询", "no such query"));
	else
		md_text_n(out, buf_text(&b), b.len);
	buf_done(&b);
	return code;
}

enum err_code query_expand(struct arena *a, const char *markdown, const struct render_env *env,
	const char **ret, struct err *e)
{
	static const char inline_open[] = "{{query ", block_open[] = "```query\n";
	*ret = markdown;
	if (!strstr(markdown, inline_open) && !strstr(markdown, block_open))
		return ERR_OK;
	struct buf out;
	buf_init(&out, PAGE_BYTES_MAX);
	int line = env && env->first_line ? env->first_line : 1;
	enum err_code code = ERR_OK;
	for (const char *p = markdown; *p && !code;) {
		bool at_start = p == markdown || p[-1] == '\n';
		if (str_starts(p, inline_open)) {
			const char *s = p + strlen("{{query"), *stop = strstr(s, "}}");
			if (!stop || memchr(s, '\n', (size_t)(stop - s))) {
				code = err_at(e, ERR_INPUT, env ? env->file_name : NULL, line, 0,
					T("查询没有以 }} 结束", "the query is not closed by }}"));
				break;
			}
			code = answer(a, env, s, (size_t)(stop - s), line, &out, e);
			p = stop + 2;
		} else if (at_start && str_starts(p, block_open)) {
			const char *s = p + strlen(block_open), *stop = strstr(s, "\n```");
			if (!stop) {
				code = err_at(e, ERR_INPUT, env ? env->file_name : NULL, line, 0,
					T("query 块没有结束", "the query block is not closed"));
				break;
			}
			code = answer(a, env, s, (size_t)(stop - s), line + 1, &out, e);
			for (const char *q = p; q < stop + 4; q++)
				line += *q == '\n';
			p = stop + 4;
			buf_char(&out, '\n');
		} else {
			line += *p == '\n';
			buf_char(&out, *p++);
		}
	}
	if (!code)
		*ret = buf_dup(&out, a);
	buf_done(&out);
	return code;
}
