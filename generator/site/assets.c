/*
 * What the theme serves as it is: style sheets and scripts, each joined into one file named after its content (so that
 * caches may keep it for ever), and pictures. theme/svg/favicon.svg stands at the root.
 */
#include "site/pages.h"

#include <stdio.h>
#include <string.h>

enum { ASSET_BYTES_MAX = 4 << 20, ASSETS_MAX = 64 };

struct gathering {
	struct extras *x;
	const char *dir, *ending;
	struct buf *joined; /* NULL: each file is an asset of its own */
};

static void add_asset(struct extras *x, const char *path, const struct buf *b)
{
	x->assets[x->asset_count++] = (struct asset){path, buf_dup(b, x->arena), b->len};
}

static enum err_code gather(const char *relative, void *ctx, struct err *e)
{
	struct gathering *g = ctx;
	struct arena *a = g->x->arena;
	const char *path = path_join(a, g->dir, relative);
	if (!str_ends(relative, g->ending))
		return ERR_OK;
	struct buf b;
	buf_init(&b, ASSET_BYTES_MAX);
	enum err_code code = file_read(path, ASSET_BYTES_MAX, &b, e);
	if (!code && g->joined) {
		buf_add(g->joined, b.data, b.len);
	} else if (!code) {
		bool root = str_eq(relative, "favicon.svg");
		if (g->x->asset_count == ASSETS_MAX)
			code = err_set(
				e, ERR_INPUT, T("theme 里的文件太多", "too many files in theme"));
		else
			add_asset(g->x, text_join(a, root ? "/" : "/assets/", relative), &b);
	}
	buf_done(&b);
	return code;
}

static enum err_code join(
	struct ctx *c, struct extras *x, const char *kind, const char **ret, struct err *e)
{
	struct buf b;
	buf_init(&b, ASSET_BYTES_MAX);
	struct gathering g = {x,
		path_join(x->arena, c->o->share, text_join(x->arena, "theme/", kind)),
		text_join(x->arena, ".", kind), &b};
	enum err_code code = file_exists(g.dir) ? dir_each_file(g.dir, gather, &g, e) : ERR_OK;
	if (!code && b.len) {
		struct hash128 h = hash128_bytes(b.data, b.len);
		*ret = arena_printf(x->arena, "/assets/site.%08x.%s", (unsigned)(h.hi >> 32), kind);
		add_asset(x, *ret, &b);
	}
	buf_done(&b);
	return code;
}

enum err_code assets_load(struct ctx *c, struct extras *x, struct err *e)
{
	x->assets = arena_alloc(x->arena, ASSETS_MAX * sizeof *x->assets);
	if (join(c, x, "css", &x->stylesheet, e) || join(c, x, "js", &x->script, e))
		return e->code;
	struct gathering g = {x, path_join(x->arena, c->o->share, "theme/svg"), ".svg", NULL};
	return file_exists(g.dir) ? dir_each_file(g.dir, gather, &g, e) : ERR_OK;
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
