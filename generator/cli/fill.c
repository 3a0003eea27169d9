/* Filling in configurations; and where this program and its companions lie. */
#include "cli/fill.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONFIG_BYTES_MAX = 1 << 20 };

static const struct fill *find(const char *at, const struct fill *fills, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_starts(at, fills[i].name))
			return &fills[i];
	return NULL;
}

/* "@BODY@" and its like: capitals and _ between two @. */
static size_t name_length(const char *at)
{
	size_t n = strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	return n && at[n + 1] == '@' ? n + 2 : 0;
}

static enum err_code fill_text(const char *file, const char *text, const struct fill *fills,
	size_t count, struct buf *out, struct err *e)
{
	int line = 1;
	for (const char *p = text; *p;) {
		const struct fill *f = *p == '@' ? find(p, fills, count) : NULL;
		size_t unknown = *p == '@' && !f ? name_length(p) : 0;
		if (unknown && !str_starts(p, "@NAMES@"))
			return err_at(e, ERR_INPUT, file, line, 0,
				T("不认识的 %.*s", "unknown %.*s"), (int)unknown, p);
		line += *p == '\n';
		if (f) {
			buf_str(out, f->value);
			p += strlen(f->name);
		} else {
			buf_char(out, *p++);
		}
	}
	return out->overflow ? err_at(e, ERR_INPUT, file, 0, 0, T("太大", "too large")) : ERR_OK;
}

enum err_code fill_file(struct cli *c, const char *file, const struct fill *fills, size_t count,
	const char **ret, struct err *e)
{
	struct buf template, out;
	const char *path =
		path_join(c->arena, c->share, arena_printf(c->arena, "content/server/%s", file));
	buf_init(&template, CONFIG_BYTES_MAX);
	buf_init(&out, CONFIG_BYTES_MAX);
	enum err_code code = file_read(path, CONFIG_BYTES_MAX, &template, e);
	if (!code)
		code = fill_text(path, buf_text(&template), fills, count, &out, e);
	if (!code)
		*ret = buf_dup(&out, c->arena);
	buf_done(&template);
	buf_done(&out);
	return code;
}

const char *fill_pattern(struct arena *a, const char *literal)
{
	struct buf b;
	buf_init(&b, 8192);
	for (const char *p = literal; *p; p++) {
		if (strchr(".[]{}()*+?^$|\\", *p))
			buf_char(&b, '\\');
		buf_char(&b, *p);
	}
	const char *pattern = buf_dup(&b, a);
	buf_done(&b);
	return pattern;
}

const char *fill_self(struct arena *a)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	return n > 0 ? arena_strndup(a, exe, (size_t)n) : "tianlan";
}

/* The folder beside this program, or as installed, that has both; NULL: none. */
static const char *folder_with(struct arena *a, const char *one, const char *other)
{
	static const char *const places[] = {"", "/../libexec/tianlan"};
	const char *self = fill_self(a), *slash = strrchr(self, '/');
	const char *dir = slash ? arena_strndup(a, self, (size_t)(slash - self)) : ".";
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		char real[PATH_MAX];
		const char *folder = arena_printf(a, "%s%s", dir, places[i]);
		if (access(path_join(a, folder, one), X_OK) == 0 &&
			access(path_join(a, folder, other), X_OK) == 0)
			return arena_strdup(a, realpath(folder, real) ? real : folder);
	}
	return NULL;
}

const char *fill_programs(struct arena *a)
{
	return folder_with(a, "report.cgi", "receipt.cgi");
}

enum err_code fill_photo_program(struct arena *a, const char **ret, struct err *e)
{
	const char *folder = folder_with(a, "photo-clean", "photo-clean");
	if (!folder)
		return err_set(e, ERR_NOT_FOUND,
			T("找不到清洗照片的程序 photo-clean（应在本程序旁边或者 libexec/tianlan）",
				"the program photo-clean is missing (beside this program or in "
				"libexec/tianlan)"));
	*ret = path_join(a, folder, "photo-clean");
	return ERR_OK;
}
