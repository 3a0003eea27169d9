/*
 * The table of everything that is neither a record nor a list, and what it is loaded from. An index into all of them
 * is an index into the kinds' counts in a row; the order is fixed within one build.
 */
#include "site/supervision.h"

#include <string.h>

static const struct other_kind *const kinds[] = {&bulk_kind, &data_kind, &sitemap_kind,
	&changes_kind, &home_kind, &facets_kind, &deadlines_kind, &policy_kind, &which_kind,
	&monthly_kind, &tipoffs_kind, &units_kind, &lookbacks_kind, &bulletins_kind,
	&supervision_data_kind, &written_kind, &news_kind, &assets_kind};

static size_t count_of(const struct other_kind *k, const struct ctx *c)
{
	return k->count ? k->count(c) : 1;
}

static const struct other_kind *kind_at(const struct ctx *c, size_t *index)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		size_t n = count_of(kinds[i], c);
		if (*index < n)
			return kinds[i];
		*index -= n;
	}
	return NULL;
}

size_t others_count(const struct ctx *c)
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		n += count_of(kinds[i], c);
	return n;
}

size_t others_pages(const struct ctx *c)
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		n += kinds[i]->pages ? kinds[i]->pages(c) : count_of(kinds[i], c);
	return n;
}

enum err_code other_emit(struct worker *w, size_t index, struct err *e)
{
	const struct other_kind *k = kind_at(w->ctx, &index);
	if (!k)
		return err_set(e, ERR_NOT_FOUND, T("没有这一页", "no such page"));
	arena_reset(w->arena);
	return k->emit(w, index, e);
}

bool other_stale(const struct ctx *c, size_t index, int64_t old_change, struct day old_day)
{
	const struct other_kind *k = kind_at(c, &index);
	if (!k || (k->depends & ON_FILES && !c->extras->written_same))
		return true;
	if (k->stale)
		return k->stale(c, index, old_change);
	if (k->depends & ON_DAY && day_compare(old_day, c->o->today) != 0)
		return true;
	return k->depends & ON_CHANGES && old_change != c->now->last_change;
}

bool other_is_bulk(const struct ctx *c, size_t index)
{
	const struct other_kind *k = kind_at(c, &index);
	return k && k->depends & IS_BULK;
}

/* ---- what changed since the last build ------------------------------------------------------------ */

enum { FOLDER = 1000 };

struct touched {
	bool *records; /* by number */
	bool *folders;
	size_t count;
	unsigned kinds;
};

static unsigned kind_bit(const char *kind)
{
	static const struct {
		const char *kind;
		unsigned bit;
	} bits[] = {{"inspection", TOUCHED_INSPECTIONS}, {"ranking", TOUCHED_RANKINGS},
		{"lookback-plan", TOUCHED_LOOKBACKS}, {"import", TOUCHED_REPORTS}};
	for (size_t i = 0; i < COUNT_OF(bits); i++)
		if (str_eq(bits[i].kind, kind))
			return bits[i].bit;
	return 0;
}

static enum err_code touch(void *ctx, const struct pub_change *ch, struct err *e)
{
	struct touched *t = ctx;
	(void)e;
	t->kinds |= kind_bit(ch->kind);
	if (ch->enterprise > 0 && (size_t)ch->enterprise <= t->count) {
		t->records[ch->enterprise] = true;
		t->folders[ch->enterprise / FOLDER] = true;
	}
	return ERR_OK;
}

static const struct touched *touched_since(const struct ctx *c, int64_t old_change)
{
	struct extras *x = c->extras;
	size_t count = c->now->count, folders = count / FOLDER + 1;
	if (x->touched && x->touched_since == old_change)
		return x->touched;
	struct touched *t = arena_alloc(x->arena, sizeof *t);
	t->count = count;
	t->records = arena_alloc(x->arena, (count + 1) * sizeof *t->records);
	t->folders = arena_alloc(x->arena, folders * sizeof *t->folders);
	if (pub_change_each(c->pub, old_change, touch, t, NULL)) {
		memset(t->records, 1, (count + 1) * sizeof *t->records);
		memset(t->folders, 1, folders * sizeof *t->folders);
		t->kinds = ~0u;
	}
	x->touched = t;
	x->touched_since = old_change;
	return t;
}

bool folder_touched(const struct ctx *c, size_t folder, int64_t old_change)
{
	return touched_since(c, old_change)->folders[folder];
}

bool record_touched(const struct ctx *c, int64_t number, int64_t old_change)
{
	const struct touched *t = touched_since(c, old_change);
	return number < 1 || (size_t)number > t->count || t->records[number];
}

unsigned kinds_touched(const struct ctx *c, int64_t old_change)
{
	return touched_since(c, old_change)->kinds;
}

static const char state_name[] = "written-hash";

/* Pages that show nothing but written text need no rendering while that text is as it was. */
static void written_compare(struct ctx *c, struct extras *x)
{
	struct err none;
	struct buf old;
	for (size_t i = 0; i < x->written_count; i++) {
		const struct written *w = &x->written[i];
		x->written_hash =
			hash128_pair(x->written_hash, hash128_bytes(w->text, strlen(w->text)));
		x->written_hash =
			hash128_pair(x->written_hash, hash128_bytes(w->file, strlen(w->file)));
	}
	buf_init(&old, 64);
	x->written_same = c->store && !store_read_state(c->store, state_name, &old, &none) &&
			  old.len == sizeof x->written_hash &&
			  memcmp(old.data, &x->written_hash, old.len) == 0;
	buf_done(&old);
}

enum err_code written_remember(const struct ctx *c, struct err *e)
{
	const struct extras *x = c->extras;
	if (x->written_same)
		return ERR_OK;
	return store_put_state(c->store, state_name, &x->written_hash, sizeof x->written_hash, e);
}

/* ---- opening and closing -------------------------------------------------------------------------- */

enum err_code ctx_open(struct ctx *c, struct arena *a, struct err *e)
{
	struct extras *x = arena_alloc(a, sizeof *x);
	x->arena = arena_new();
	pthread_mutex_init(&x->lock, NULL);
	c->extras = x;
	photos_open(x);
	if (written_load(c, x, e) || assets_load(c->o->share, x, e) || reports_load(c, x, e) ||
		supervision_load(c, x, e))
		return e->code;
	written_compare(c, x);
	return ERR_OK;
}

void ctx_close(struct ctx *c)
{
	struct extras *x = c->extras;
	if (!x)
		return;
	links_free_all(x->links);
	photos_close(x);
	pthread_mutex_destroy(&x->lock);
	arena_free(x->arena);
	c->extras = NULL;
}
