/*
 * What the theme serves as it is, each file named after its content, so that caches may keep it for ever: the style
 * sheets, joined into one but for form.css, which only pages with a form link; the scripts, each for the pages that ask
 * for it; pictures. theme/svg/favicon.svg stands at the root.
 */
#include "site/pages.h"

#include <string.h>

enum { ASSET_BYTES_MAX = 4 << 20, ASSETS_MAX = 64 };

struct gathering {
	struct extras *x;
	const char *dir, *ending;
	enum err_code (*take)(
		struct gathering *g, const char *relative, const struct buf *b, struct err *e);
	struct buf joined; /* style sheets alone */
};

static enum err_code add_asset(
	struct extras *x, const char *path, const struct buf *b, struct err *e)
{
	if (x->asset_count == ASSETS_MAX)
		return err_set(e, ERR_INPUT, T("theme 里的文件太多", "too many files in theme"));
	x->assets[x->asset_count++] = (struct asset){path, buf_dup(b, x->arena), b->len};
	return ERR_OK;
}

/* "/assets/NAME.0123abcd.css" */
static const char *hashed_path(
	struct arena *a, const char *name, const struct buf *b, const char *ending)
{
	struct hash128 h = hash128_bytes(b->data, b->len);
	return arena_printf(a, "/assets/%s.%08x%s", name, (unsigned)(h.hi >> 32), ending);
}

static enum err_code take_style(
	struct gathering *g, const char *relative, const struct buf *b, struct err *e)
{
	if (!str_eq(relative, "form.css")) {
		buf_add(&g->joined, b->data, b->len);
		return ERR_OK;
	}
	g->x->form_stylesheet = hashed_path(g->x->arena, "form", b, g->ending);
	return add_asset(g->x, g->x->form_stylesheet, b, e);
}

static enum err_code take_script(
	struct gathering *g, const char *relative, const struct buf *b, struct err *e)
{
	struct extras *x = g->x;
	const char *name = arena_strndup(x->arena, relative, strlen(relative) - strlen(g->ending));
	const char *path = hashed_path(x->arena, name, b, g->ending);
	if (add_asset(x, path, b, e))
		return e->code;
	x->scripts[x->script_count++] = (struct script){name, path};
	return ERR_OK;
}

static enum err_code take_picture(
	struct gathering *g, const char *relative, const struct buf *b, struct err *e)
{
	bool root = str_eq(relative, "favicon.svg");
	return add_asset(g->x, text_join(g->x->arena, root ? "/" : "/assets/", relative), b, e);
}

static enum err_code gather(const char *relative, void *ctx, struct err *e)
{
	struct gathering *g = ctx;
	if (!str_ends(relative, g->ending))
		return ERR_OK;
	struct buf b;
	buf_init(&b, ASSET_BYTES_MAX);
	enum err_code code =
		file_read(path_join(g->x->arena, g->dir, relative), ASSET_BYTES_MAX, &b, e);
	if (!code)
		code = g->take(g, relative, &b, e);
	buf_done(&b);
	return code;
}

enum err_code assets_load(const char *share, struct extras *x, struct err *e)
{
	struct gathering kinds[] = {
		{.dir = "theme/css", .ending = ".css", .take = take_style},
		{.dir = "theme/js", .ending = ".js", .take = take_script},
		{.dir = "theme/svg", .ending = ".svg", .take = take_picture},
	};
	x->assets = arena_alloc(x->arena, ASSETS_MAX * sizeof *x->assets);
	x->scripts = arena_alloc(x->arena, ASSETS_MAX * sizeof *x->scripts);
	enum err_code code = ERR_OK;
	for (size_t i = 0; !code && i < COUNT_OF(kinds); i++) {
		struct gathering *g = &kinds[i];
		g->x = x;
		g->dir = path_join(x->arena, share, g->dir);
		buf_init(&g->joined, ASSET_BYTES_MAX);
		if (file_exists(g->dir))
			code = dir_each_file(g->dir, gather, g, e);
		if (!code && g->joined.len) {
			x->stylesheet = hashed_path(x->arena, "site", &g->joined, g->ending);
			code = add_asset(x, x->stylesheet, &g->joined, e);
		}
		buf_done(&g->joined);
	}
	return code;
}

const char *script_find(const struct extras *x, const char *name)
{
	for (size_t i = 0; i < x->script_count; i++)
		if (str_eq(x->scripts[i].name, name))
			return x->scripts[i].path;
	return NULL;
}

static size_t count(const struct ctx *c)
{
	return c->extras->asset_count;
}

static size_t none(const struct ctx *c)
{
	(void)c;
	return 0;
}

static enum err_code emit(struct worker *w, size_t index, struct err *e)
{
	const struct asset *asset = &w->ctx->extras->assets[index];
	return store_put(w->ctx->store, asset->path, asset->bytes, asset->len, e);
}

const struct other_kind assets_kind = {
	.count = count, .emit = emit, .pages = none, .depends = ON_INPUTS};
