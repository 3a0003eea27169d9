/*
 * A set of templates: loaded first, compiled after, so that partials can be named before they are seen. A partial is
 * looked for by its name, then beside the template that names it.
 */
#include "theme/theme_internal.h"

#include <stdlib.h>
#include <string.h>

const struct template *templates_find(const struct templates *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->list[i].name, name) == 0)
			return &t->list[i];
	return NULL;
}

static bool kind_of(const char *name, enum template_kind *ret)
{
	static const struct {
		const char *ending;
		enum template_kind kind;
	} kinds[] = {{".html", TEMPLATE_HTML}, {".svg", TEMPLATE_XML}, {".xml", TEMPLATE_XML},
		{".md", TEMPLATE_MARKDOWN}, {".txt", TEMPLATE_TEXT}};
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (str_ends(name, kinds[i].ending)) {
			*ret = kinds[i].kind;
			return true;
		}
	}
	return false;
}

static struct templates *set_new(const char *const *words)
{
	struct arena *a = arena_new();
	struct templates *t = arena_alloc(a, sizeof *t);
	t->arena = a;
	t->words = words;
	return t;
}

static enum err_code add(struct templates *t, const char *name, const char *file, const char *text,
	size_t len, struct err *e)
{
	enum template_kind kind = TEMPLATE_HTML;
	size_t bad;
	if (!kind_of(name, &kind) && strchr(name, '.'))
		return ERR_OK;
	if (!utf8_valid(text, len, &bad) || memchr(text, '\0', len))
		return err_at(e, ERR_INPUT, file, 1, 0,
			T("不是有效的 UTF-8 文本", "not valid UTF-8 text"));
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 32;
		t->list = mem_grow(t->list, t->cap, sizeof *t->list);
	}
	t->list[t->count++] = (struct template){.name = arena_strdup(t->arena, name),
		.file = arena_strdup(t->arena, file),
		.source = arena_strndup(t->arena, text, len),
		.source_len = len,
		.kind = kind};
	return ERR_OK;
}

static enum err_code compile_all(struct templates *t, struct templates **ret, struct err *e)
{
	for (size_t i = 0; i < t->count; i++) {
		if (template_compile(t, &t->list[i], e)) {
			templates_free(t);
			return ERR_INPUT;
		}
	}
	*ret = t;
	return ERR_OK;
}

struct loading {
	struct templates *set;
	const char *dir;
};

static enum err_code load_one(const char *relative, void *ctx, struct err *e)
{
	struct loading *l = ctx;
	enum template_kind kind;
	if (!kind_of(relative, &kind) || str_ends(relative, ".svg"))
		return ERR_OK;
	const char *path = path_join(l->set->arena, l->dir, relative);
	struct buf b;
	buf_init(&b, TEMPLATE_BYTES_MAX);
	enum err_code code = file_read(path, TEMPLATE_BYTES_MAX, &b, e);
	if (!code)
		code = add(l->set, relative, path, buf_text(&b), b.len, e);
	buf_done(&b);
	return code;
}

enum err_code templates_load(
	const char *dir, const char *const *words, struct templates **ret, struct err *e)
{
	struct loading l = {set_new(words), dir};
	enum err_code code = dir_each_file(dir, load_one, &l, e);
	if (!code)
		return compile_all(l.set, ret, e);
	templates_free(l.set);
	return code;
}

enum err_code templates_from(const char *const *names_and_texts, const char *const *words,
	struct templates **ret, struct err *e)
{
	struct templates *t = set_new(words);
	for (const char *const *p = names_and_texts; p[0]; p += 2) {
		if (add(t, p[0], p[0], p[1], strlen(p[1]), e)) {
			templates_free(t);
			return ERR_INPUT;
		}
	}
	return compile_all(t, ret, e);
}

void templates_free(struct templates *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->list[i].ops);
	free(t->list);
	arena_free(t->arena);
}
