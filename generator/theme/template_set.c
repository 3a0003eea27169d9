/*
 * A set of templates: read first, all of them, then compiled, so that partials may name each other in any order.
 *
 * Invariant: after loading, the list is in order of name and nothing in the set changes; it may be shared by threads.
 */
#include "theme/theme_internal.h"

#include <stdlib.h>
#include <string.h>

static bool kind_of(const char *name, enum template_kind *ret)
{
	static const struct {
		const char *extension;
		enum template_kind kind;
	} kinds[] = {{".html", TEMPLATE_HTML}, {".md", TEMPLATE_MARKDOWN}, {".xml", TEMPLATE_XML},
		{".txt", TEMPLATE_TEXT}};
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (str_ends(name, kinds[i].extension)) {
			*ret = kinds[i].kind;
			return true;
		}
	}
	return false;
}

static struct templates *set_new(const char *const *words)
{
	struct templates *t = mem_zero(1, sizeof(*t));
	t->arena = arena_new();
	t->words = words;
	return t;
}

void templates_free(struct templates *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->list[i].ops);
	free(t->list);
	arena_free(t->arena);
	free(t);
}

static void set_add(struct templates *t, const char *name, const char *file,
	enum template_kind kind, const char *source, size_t len)
{
	if (t->count == t->cap) {
		t->cap = t->cap == 0 ? 16 : t->cap * 2;
		t->list = mem_grow(t->list, t->cap, sizeof(*t->list));
	}
	t->list[t->count++] = (struct template){.name = arena_strdup(t->arena, name),
		.file = arena_strdup(t->arena, file),
		.source = arena_strndup(t->arena, source, len),
		.source_len = len,
		.kind = kind};
}

static int by_name(const void *a, const void *b)
{
	const struct template *x = a, *y = b;
	return strcmp(x->name, y->name);
}

const struct template *templates_find(const struct templates *t, const char *name)
{
	if (t->count == 0)
		return NULL;
	struct template wanted = {.name = name};
	return bsearch(&wanted, t->list, t->count, sizeof(*t->list), by_name);
}

static enum err_code set_compile(struct templates *t, struct err *e)
{
	if (t->count > 0)
		qsort(t->list, t->count, sizeof(*t->list), by_name);
	for (size_t i = 0; i < t->count; i++) {
		enum err_code code = template_compile(t, &t->list[i], e);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

struct loading {
	struct templates *set;
	const char *dir, *skip; /* skip: a folder below dir, NULL none */
};

static enum err_code load_one(const char *relative, void *ctx, struct err *e)
{
	struct loading *l = ctx;
	enum template_kind kind;
	size_t skip = l->skip ? strlen(l->skip) : 0;
	if (skip && strncmp(relative, l->skip, skip) == 0 && relative[skip] == '/')
		return ERR_OK;
	if (!kind_of(relative, &kind))
		return ERR_OK;
	const char *path = path_join(l->set->arena, l->dir, relative);
	struct buf text;
	buf_init(&text, TEMPLATE_BYTES_MAX);
	enum err_code code = file_read(path, TEMPLATE_BYTES_MAX, &text, e);
	if (code == ERR_OK)
		set_add(l->set, relative, path, kind, buf_text(&text), text.len);
	buf_done(&text);
	return code;
}

enum err_code templates_load(
	const char *dir, const char *const *words, struct templates **ret, struct err *e)
{
	return templates_load_but(dir, NULL, words, ret, e);
}

enum err_code templates_load_but(const char *dir, const char *skip, const char *const *words,
	struct templates **ret, struct err *e)
{
	struct templates *t = set_new(words);
	struct loading l = {t, dir, skip};
	enum err_code code = dir_each_file(dir, load_one, &l, e);
	if (code == ERR_OK)
		code = set_compile(t, e);
	if (code != ERR_OK) {
		templates_free(t);
		return code;
	}
	*ret = t;
	return ERR_OK;
}

enum err_code templates_from(const char *const *names_and_texts, const char *const *words,
	struct templates **ret, struct err *e)
{
	struct templates *t = set_new(words);
	enum err_code code = ERR_OK;
	for (const char *const *p = names_and_texts; *p != NULL && code == ERR_OK; p += 2) {
		enum template_kind kind;
		bool plain = strchr(p[0], '.') == NULL; /* a name without an ending is HTML */
		if (plain)
			kind = TEMPLATE_HTML;
		if (plain || kind_of(p[0], &kind))
			set_add(t, p[0], p[0], kind, p[1], strlen(p[1]));
		else
			code = err_at(e, ERR_INPUT, p[0], 0, 0,
				T("模板名要以 .html、.md、.xml 或 .txt 结尾",
					"a template's name ends in .html, .md, .xml or .txt"));
	}
	if (code == ERR_OK)
		code = set_compile(t, e);
	if (code != ERR_OK) {
		templates_free(t);
		return code;
	}
	*ret = t;
	return ERR_OK;
}
