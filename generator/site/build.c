/*
 * The driver of a build: what changed -> what to render -> in parallel -> commit.
 *
 * A full build renders everything; an incremental one renders the records named by the change log since the last build
 * and those whose day has come (row.flips), the list pages whose members or rows differ, and all other pages, which
 * are few. Both give the same bytes, because each render is a pure function of what it shows. When in doubt (no
 * state, another theme, policy, configuration, program or register, an amended rule, an earlier day) it is full.
 */
#include "site/build.h"

#include "site/state.h"
#include "site/store.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 500 }; /* records a work item renders in a full build */

/* ---- opening ---------------------------------------------------------------------------------- */

static enum err_code hash_file(const char *relative, void *ctx, struct err *e)
{
	struct {
		const char *dir;
		struct hash128 hash;
	} *h = ctx;
	struct arena *a = arena_new();
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	enum err_code code = file_read(path_join(a, h->dir, relative), b.max, &b, e);
	if (!code) {
		h->hash = hash128_pair(h->hash, hash128_bytes(relative, strlen(relative)));
		h->hash = hash128_pair(h->hash, hash128_bytes(b.data, b.len));
	}
	buf_done(&b);
	arena_free(a);
	return code;
}

/* All that a page depends on but the register, the written pages and the day. */
static enum err_code hash_inputs(struct build *b, struct hash128 *ret, struct err *e)
{
	const struct site_config *c = &b->o->config;
	struct {
		const char *dir;
		struct hash128 hash;
	} h = {path_join(b->arena, b->o->share, "theme"), {0, 0}};
	if (dir_each_file(h.dir, hash_file, &h, e))
		return e->code;
	const char *texts[] = {policy_version(b->ctx.policy), c->site_name, c->domain, c->scheme,
		c->base_path, c->id_code, c->icp, c->police_icp, c->mark_url, c->find_error_url,
		c->operator_name, c->contact, c->address, c->environment_phone, c->emergency_phone,
		c->hotline, c->office_keys, c->demo ? "demo" : NULL};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		h.hash = hash128_pair(h.hash, hash128_bytes(texts[i] ? texts[i] : "\xff",
						      texts[i] ? strlen(texts[i]) : 1));
	struct buf program;
	buf_init(&program, (size_t)256 << 20);
	if (!file_read("/proc/self/exe", program.max, &program, NULL))
		h.hash = hash128_pair(h.hash, hash128_bytes(program.data, program.len));
	buf_done(&program);
	/* A unit that is renamed or added shows on pages that no changed record leads to. */
	for (size_t i = 0; i < b->ctx.unit_count; i++) {
		const struct named_unit *unit = &b->ctx.units[i];
		h.hash = hash128_pair(h.hash, hash128_bytes(unit->code, strlen(unit->code)));
		h.hash = hash128_pair(h.hash, hash128_bytes(unit->name, strlen(unit->name)));
		h.hash = hash128_pair(h.hash, hash128_bytes(unit->kind, strlen(unit->kind)));
	}
	*ret = h.hash;
	return ERR_OK;
}

static void note_unit(struct build *b, const struct pub_unit *u)
{
	struct named_unit *all = arena_alloc(b->arena, (b->ctx.unit_count + 1) * sizeof *all);
	if (b->ctx.unit_count)
		memcpy(all, b->ctx.units, b->ctx.unit_count * sizeof *all);
	all[b->ctx.unit_count++] = (struct named_unit){arena_strdup(b->arena, u->code),
		arena_strdup(b->arena, u->name), arena_strdup(b->arena, u->kind)};
	b->ctx.units = all;
}

static enum err_code note_street(void *ctx, const struct pub_unit *u, struct err *e)
{
	(void)e;
	struct build *b = ctx;
	note_unit(b, u);
	if (!str_eq(u->kind, "street") && !str_eq(u->kind, "zone"))
		return ERR_OK;
	struct street *all = arena_alloc(b->arena, (b->ctx.street_count + 1) * sizeof *all);
	if (b->ctx.street_count)
		memcpy(all, b->ctx.streets, b->ctx.street_count * sizeof *all);
	all[b->ctx.street_count++] =
		(struct street){arena_strdup(b->arena, u->code), arena_strdup(b->arena, u->name)};
	b->ctx.streets = all;
	return ERR_OK;
}

static enum err_code note_newest(void *ctx, const struct pub_change *ch, struct err *e)
{
	(void)e;
	*(struct day *)ctx = ch->recorded;
	return ERR_OK;
}

/* Each worker reads through its own handle; all must see the same state of the register. */
static enum err_code open_handles(struct build *b, struct err *e)
{
	b->workers = mem_zero((size_t)b->o->jobs, sizeof *b->workers);
	for (int i = 0; i < b->o->jobs; i++) {
		struct worker *w = &b->workers[i];
		w->ctx = &b->ctx;
		w->arena = arena_new();
		buf_init(&w->md, (size_t)4 << 20);
		buf_init(&w->html, (size_t)16 << 20);
		if (pub_open(b->o->instance, &w->pub, e))
			return e->code;
	}
	for (int attempt = 0; attempt < 100; attempt++) {
		bool same = true;
		for (int i = 0; i < b->o->jobs; i++) {
			int64_t seq;
			if (pub_snapshot(b->workers[i].pub, &seq, e))
				return e->code;
			same = same && (i == 0 || seq == b->now.last_change);
			b->now.last_change = i == 0 ? seq : b->now.last_change;
		}
		if (same)
			return ERR_OK;
		for (int i = 0; i < b->o->jobs; i++)
			pub_release(b->workers[i].pub);
	}
	return err_set(e, ERR_CONFLICT,
		T("登记簿一直在变动，稍后再生成",
			"the register keeps changing; build again later"));
}

static enum err_code open_build(struct build *b, struct err *e)
{
	b->ctx.o = b->o;
	b->ctx.policy = b->o->policy;
	b->ctx.industries = policy_industries(b->o->policy, &b->ctx.industry_count);
	b->ctx.now = &b->now;
	if (store_open(b->o->out, &b->report->first, &b->report->recovered, &b->ctx.store, e) ||
		open_handles(b, e) || site_templates(b->arena, b->o->share, &b->ctx.templates, e))
		return e->code;
	b->ctx.pub = b->workers[0].pub;
	if (pub_unit_each(b->ctx.pub, note_street, b, e) ||
		pub_change_each(
			b->ctx.pub, b->now.last_change - 1, note_newest, &b->ctx.data_day, e) ||
		hash_inputs(b, &b->now.inputs, e))
		return e->code;
	b->now.today = b->o->today;
	memcpy(b->now.uuid, pub_uuid(b->ctx.pub), 32);
	return ctx_open(&b->ctx, b->arena, e);
}

/* ---- what changed ------------------------------------------------------------------------------- */

static bool rules_changed(const struct build *b)
{
	for (int c = 1; c < CATEGORY_COUNT; c++)
		for (int r = 1; r < RING_COUNT; r++)
			if (policy_cell_changed(b->ctx.policy, (enum category)c, (enum ring)r,
				    b->old.today, b->now.today))
				return true;
	return false;
}

static bool must_be_full(const struct build *b)
{
	return b->report->first || b->o->full || !b->has_old ||
	       !hash128_eq(b->old.inputs, b->now.inputs) || !str_eq(b->old.uuid, b->now.uuid) ||
	       b->now.last_change < b->old.last_change ||
	       day_compare(b->now.today, b->old.today) < 0 || rules_changed(b);
}

static void mark(struct build *b, int64_t number)
{
	if (number < 1 || b->is_changed[number])
		return;
	b->is_changed[number] = true;
	b->changed[b->changed_count++] = number;
}

static enum err_code mark_change(void *ctx, const struct pub_change *ch, struct err *e)
{
	(void)e;
	mark(ctx, ch->enterprise);
	return ERR_OK;
}

static enum err_code find_changed(struct build *b, struct err *e)
{
	if (b->report->full) {
		for (int64_t n = 1; n <= (int64_t)b->now.count; n++)
			mark(b, n);
		return ERR_OK;
	}
	for (size_t i = 0; i < b->old.count; i++)
		if (b->old.rows[i].flips != INT32_MIN && b->old.rows[i].flips < b->now.today.n)
			mark(b, b->old.rows[i].number);
	return pub_change_each(b->ctx.pub, b->old.last_change, mark_change, b, e);
}

/* ---- records ---------------------------------------------------------------------------------------- */

static void step_done(struct build *b, const char *step, size_t n, size_t total)
{
	if (!b->o->progress)
		return;
	pthread_mutex_lock(&b->mutex);
	b->done += n;
	b->o->progress(b->o->ctx, step, b->done, total);
	pthread_mutex_unlock(&b->mutex);
}

struct record_job {
	struct build *b;
	struct worker *w;
	struct arena *kept; /* for briefs, NULL when they are not kept */
};

static void fill_brief(struct brief *to, struct arena *a, const struct pub_record *rec)
{
	to->id = arena_strdup(a, rec->id);
	to->name = arena_strdup(a, rec->name);
	to->address = arena_strdup(a, rec->address);
	to->community = arena_strdup(a, rec->community);
}

static enum err_code take_record(void *ctx, const struct pub_record *rec, struct err *e)
{
	struct record_job *j = ctx;
	struct row *row = &j->b->now.rows[rec->number - 1];
	record_row(&j->b->ctx, rec, row);
	if (j->kept) {
		fill_brief(&j->b->briefs[rec->number], j->kept, rec);
		j->b->briefs[rec->number].row = *row;
	}
	return record_emit(j->w, rec, e);
}

static enum err_code render_chunk(void *ctx, int worker, size_t index, struct err *e)
{
	struct build *b = ctx;
	struct record_job j = {b, &b->workers[worker], b->brief_arenas[index]};
	int64_t from = (int64_t)index * CHUNK + 1;
	struct arena *a = arena_new();
	enum err_code code = pub_record_each(j.w->pub, from, from + CHUNK, a, take_record, &j, e);
	arena_free(a);
	step_done(b, T("企业", "records"), CHUNK, b->now.count);
	return code;
}

static enum err_code render_one(void *ctx, int worker, size_t index, struct err *e)
{
	struct build *b = ctx;
	struct record_job j = {b, &b->workers[worker], NULL};
	struct pub_record rec;
	struct arena *a = arena_new();
	enum err_code code = pub_record_get(j.w->pub, b->changed[index], a, &rec, e);
	if (!code)
		code = take_record(&j, &rec, e);
	arena_free(a);
	step_done(b, T("企业", "records"), 1, b->changed_count);
	return code;
}

static enum err_code render_records(struct build *b, struct err *e)
{
	b->report->rendered_records = b->changed_count;
	b->done = 0;
	if (!b->report->full)
		return work_run(b->o->jobs, b->changed_count, render_one, b, e);
	b->chunk_count = (b->now.count + CHUNK - 1) / CHUNK;
	b->brief_arenas = mem_zero(b->chunk_count + 1, sizeof *b->brief_arenas);
	for (size_t i = 0; i < b->chunk_count; i++)
		b->brief_arenas[i] = arena_new();
	b->briefs = mem_zero(b->now.count + 1, sizeof *b->briefs);
	return work_run(b->o->jobs, b->chunk_count, render_chunk, b, e);
}

/* ---- lists --------------------------------------------------------------------------------------------- */

struct cut {
	const struct page_key *keys;
	const size_t *starts;
	size_t count, pages;
};

static void cut_list(const struct list *l, const struct state *s, struct arena *a, struct cut *ret)
{
	ret->count = list_members(l, s, a, &ret->keys);
	ret->pages = paging_cut(ret->keys, ret->count, a, &ret->starts);
}

static size_t page_end(const struct cut *c, size_t page)
{
	return page + 1 < c->pages ? c->starts[page + 1] : c->count;
}

struct list_plan {
	struct cut now, old;
	bool touched; /* a changed record is or was in it */
	struct arena *arena;
};

static bool list_touched(const struct build *b, const struct list *l)
{
	for (size_t i = 0; i < b->changed_count; i++) {
		size_t at = (size_t)b->changed[i] - 1;
		const struct row *now = &b->now.rows[at];
		const struct row *old = at < b->old.count ? &b->old.rows[at] : NULL;
		if (row_is_listed(now) && list_holds(l, now))
			return true;
		if (old && row_is_listed(old) && list_holds(l, old))
			return true;
	}
	return false;
}

static enum err_code plan_list(void *ctx, int worker, size_t index, struct err *e)
{
	(void)worker;
	(void)e;
	struct build *b = ctx;
	struct list_plan *p = &b->plans[index];
	p->touched = b->report->full || list_touched(b, &b->lists[index]);
	if (!p->touched)
		return ERR_OK;
	p->arena = arena_new();
	cut_list(&b->lists[index], &b->now, p->arena, &p->now);
	if (!b->report->full)
		cut_list(&b->lists[index], &b->old, p->arena, &p->old);
	return ERR_OK;
}

static bool row_text_same(const struct build *b, uint32_t number)
{
	return number - 1 < b->old.count &&
	       (!b->is_changed[number] ||
		       hash128_eq(b->now.rows[number - 1].text, b->old.rows[number - 1].text));
}

static bool page_same(const struct build *b, const struct list_plan *p, size_t page)
{
	const struct cut *now = &p->now, *old = &p->old;
	if (page >= old->pages || (page + 1 < now->pages) != (page + 1 < old->pages))
		return false;
	size_t from = now->starts[page], n = page_end(now, page) - from;
	if (n != page_end(old, page) - old->starts[page])
		return false;
	for (size_t i = 0; i < n; i++)
		if (now->keys[from + i].number != old->keys[old->starts[page] + i].number ||
			!row_text_same(b, now->keys[from + i].number))
			return false;
	return true;
}

static void add_page(struct build *b, size_t list, size_t page)
{
	if (b->page_count == b->page_cap) {
		b->page_cap = b->page_cap ? b->page_cap * 2 : 1024;
		b->pages = mem_grow(b->pages, b->page_cap, sizeof *b->pages);
	}
	b->pages[b->page_count++] = (struct list_page){(uint32_t)list, (uint32_t)page};
}

static enum err_code remove_list_page(
	struct build *b, const struct list *l, size_t page, struct err *e)
{
	static const char *const endings[] = {"html", "md"};
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (store_remove(b->ctx.store,
			    arena_printf(b->arena, "%spage-%zu.%s", l->path, page + 1, endings[i]),
			    e))
			return e->code;
	return ERR_OK;
}

static enum err_code choose_pages(struct build *b, struct err *e)
{
	for (size_t i = 0; i < b->list_count; i++) {
		const struct list_plan *p = &b->plans[i];
		if (!p->arena)
			continue;
		for (size_t page = 0; page < p->now.pages; page++)
			if (page == 0 || b->report->full || !page_same(b, p, page))
				add_page(b, i, page);
		for (size_t page = p->now.pages; page < p->old.pages; page++)
			if (remove_list_page(b, &b->lists[i], page, e))
				return e->code;
	}
	return ERR_OK;
}

static enum err_code load_brief(struct build *b, struct worker *w, struct arena *a, uint32_t number,
	struct brief *ret, struct err *e)
{
	if (b->briefs) {
		*ret = b->briefs[number];
		return ERR_OK;
	}
	struct pub_record rec;
	if (pub_record_get(w->pub, number, a, &rec, e))
		return e->code;
	fill_brief(ret, a, &rec);
	ret->row = b->now.rows[number - 1];
	return ERR_OK;
}

static enum err_code render_list_page(void *ctx, int worker, size_t index, struct err *e)
{
	struct build *b = ctx;
	struct worker *w = &b->workers[worker];
	const struct list_page *lp = &b->pages[index];
	const struct cut *c = &b->plans[lp->list].now;
	size_t from = c->starts[lp->page], n = page_end(c, lp->page) - from;
	struct brief briefs[LIST_PAGE_MAX];
	struct arena *a = arena_new();
	enum err_code code = ERR_OK;
	for (size_t i = 0; !code && i < n; i++)
		code = load_brief(b, w, a, c->keys[from + i].number, &briefs[i], e);
	if (!code)
		code = list_emit(
			w, &b->lists[lp->list], lp->page, c->pages, c->count, briefs, n, e);
	arena_free(a);
	if (index % 64 == 0)
		step_done(b, T("列表", "lists"), 64, b->page_count);
	return code;
}

static enum err_code render_lists(struct build *b, struct err *e)
{
	b->lists = lists_all(&b->ctx, b->arena, &b->list_count);
	b->plans = mem_zero(b->list_count + 1, sizeof *b->plans);
	b->done = 0;
	if (work_run(b->o->jobs, b->list_count, plan_list, b, e) || choose_pages(b, e))
		return e->code;
	b->report->rendered_lists = b->page_count;
	return work_run(b->o->jobs, b->page_count, render_list_page, b, e);
}

/* ---- totals and the rest --------------------------------------------------------------------------------- */

static void fold_totals(struct build *b)
{
	struct totals *t = &b->ctx.totals;
	size_t streets = b->ctx.street_count, industries = b->ctx.industry_count;
	t->by_street = arena_alloc(b->arena, (streets + 1) * sizeof *t->by_street);
	t->by_industry = arena_alloc(b->arena, (industries + 1) * sizeof *t->by_industry);
	t->street_state = arena_alloc(b->arena, (streets + 1) * sizeof *t->street_state);
	t->category_state = arena_alloc(b->arena, CATEGORY_COUNT * sizeof *t->category_state);
	t->street_overdue = arena_alloc(b->arena, (streets + 1) * sizeof *t->street_overdue);
	t->street_finished = arena_alloc(b->arena, (streets + 1) * sizeof *t->street_finished);
	for (size_t i = 0; i < b->now.count; i++) {
		const struct row *r = &b->now.rows[i];
		b->report->records += r->number != 0;
		if (!row_is_listed(r))
			continue;
		size_t street = r->street < streets ? r->street : streets;
		t->all++;
		t->finished += (r->flags & ROW_FINISHED) != 0;
		t->under_way += (r->flags & ROW_UNDER_WAY) != 0;
		t->overdue += (r->flags & ROW_OVERDUE) != 0;
		t->soon += r->due != INT32_MIN && r->due >= b->now.today.n &&
			   r->due <= b->now.today.n + 30;
		t->by_state[r->state]++;
		t->by_category[r->category]++;
		t->by_ring[r->ring]++;
		t->by_street[street]++;
		t->by_industry[r->industry < industries ? r->industry : industries]++;
		t->street_state[street][r->state]++;
		t->category_state[r->category][r->state]++;
		t->street_overdue[street] += (r->flags & ROW_OVERDUE) != 0;
		t->street_finished[street] += (r->flags & ROW_FINISHED) != 0;
	}
}

static enum err_code render_other(void *ctx, int worker, size_t index, struct err *e)
{
	struct build *b = ctx;
	return other_emit(&b->workers[worker], b->others[index], e);
}

/* Downloads of the whole register may be put off: what change and day they show stands in a state file of its own. */
struct bulk_mark {
	int64_t change;
	int64_t day;
};

static struct bulk_mark read_bulk_mark(struct build *b)
{
	struct bulk_mark m = {-1, 0};
	struct err ignored;
	struct buf text;
	buf_init(&text, sizeof m);
	if (!b->report->full && store_read_state(b->ctx.store, "bulk", &text, &ignored) == ERR_OK &&
		text.len == sizeof m)
		memcpy(&m, text.data, sizeof m);
	buf_done(&text);
	return m;
}

static enum err_code render_others(struct build *b, struct err *e)
{
	size_t n = others_count(&b->ctx), chosen = 0;
	struct bulk_mark bulk = read_bulk_mark(b), now = {b->now.last_change, b->now.today.n};
	bool put_off = b->o->no_bulk && !b->report->full;
	b->others = mem_zero(n + 1, sizeof *b->others);
	for (size_t i = 0; i < n; i++) {
		bool is_bulk = other_is_bulk(&b->ctx, i);
		if (is_bulk && put_off)
			continue;
		if (b->report->full ||
			(is_bulk ? other_stale(
					   &b->ctx, i, bulk.change, (struct day){(int32_t)bulk.day})
				 : other_stale(&b->ctx, i, b->old.last_change, b->old.today)))
			b->others[chosen++] = i;
	}
	b->report->rendered_others = chosen;
	if (work_run(b->o->jobs, chosen, render_other, b, e))
		return e->code;
	if (put_off || memcmp(&bulk, &now, sizeof now) == 0)
		return ERR_OK;
	return store_put_state(b->ctx.store, "bulk", &now, sizeof now, e);
}

/* Written pages come and go without the register's knowing: those the last build had and this one has not are removed. */
static enum err_code remove_gone_pages(struct build *b, struct err *e)
{
	struct buf now, old;
	struct err ignored;
	buf_init(&now, (size_t)16 << 20);
	buf_init(&old, (size_t)16 << 20);
	written_paths(&b->ctx, &now);
	enum err_code code = ERR_OK;
	bool had = store_read_state(b->ctx.store, "written", &old, &ignored) == ERR_OK;
	for (char *p = had ? old.data : NULL, *eol; !code && p && *p && (eol = strchr(p, '\n'));
		p = eol + 1) {
		const char *line = arena_printf(b->arena, "\n%.*s\n", (int)(eol - p), p);
		const char *path = arena_strndup(b->arena, p, (size_t)(eol - p));
		if (now.len && (strstr(now.data, line) || str_starts(now.data, line + 1)))
			continue;
		code = store_remove(b->ctx.store, arena_printf(b->arena, "%s.html", path), e);
		if (!code)
			code = store_remove(b->ctx.store, arena_printf(b->arena, "%s.md", path), e);
	}
	if (!code && (!had || old.len != now.len ||
			     memcmp(buf_text(&old), buf_text(&now), now.len) != 0))
		code = store_put_state(b->ctx.store, "written", buf_text(&now), now.len, e);
	buf_done(&now);
	buf_done(&old);
	return code;
}

/* ---- the whole ---------------------------------------------------------------------------------------------- */

static enum err_code start_state(struct build *b, struct err *e)
{
	struct err ignored;
	b->has_old = !b->report->first && state_read(b->ctx.store, &b->old, &ignored) == ERR_OK;
	b->report->full = must_be_full(b);
	if (b->report->full)
		state_done(&b->old);
	if (b->report->full && !b->report->first)
		store_verify_disk(b->ctx.store);
	size_t count = (size_t)pub_last_number(b->ctx.pub);
	state_grow(&b->now, &b->old, count);
	b->is_changed = mem_zero(b->now.count + 1, sizeof *b->is_changed);
	b->changed = mem_zero(b->now.count + 1, sizeof *b->changed);
	return find_changed(b, e);
}

static enum err_code run(struct build *b, struct err *e)
{
	if (open_build(b, e) || start_state(b, e) || render_records(b, e))
		return e->code;
	state_sort(&b->now);
	fold_totals(b);
	if (render_lists(b, e) || render_others(b, e) || remove_gone_pages(b, e) ||
		(b->report->full && store_remove_unseen(b->ctx.store, e)) ||
		pages_check(&b->ctx, b->workers, b->o->jobs, b->report, e) ||
		state_write(b->ctx.store, &b->now, b->report->full ? NULL : &b->old, e))
		return e->code;
	return store_commit(b->ctx.store, b->report, e);
}

static void done(struct build *b)
{
	for (int i = 0; b->workers && i < b->o->jobs; i++) {
		pub_close(b->workers[i].pub);
		arena_free(b->workers[i].arena);
		buf_done(&b->workers[i].md);
		buf_done(&b->workers[i].html);
	}
	free(b->workers);
	for (size_t i = 0; i < b->chunk_count; i++)
		arena_free(b->brief_arenas[i]);
	free(b->brief_arenas);
	free(b->briefs);
	for (size_t i = 0; b->plans && i < b->list_count; i++)
		arena_free(b->plans[i].arena);
	free(b->plans);
	free(b->pages);
	free(b->others);
	free(b->is_changed);
	free(b->changed);
	state_done(&b->now);
	state_done(&b->old);
	ctx_close(&b->ctx);
	templates_free(b->ctx.templates);
	store_close(b->ctx.store);
	pthread_mutex_destroy(&b->mutex);
	arena_free(b->arena);
}

enum err_code site_build(const struct site_options *o, struct site_report *ret, struct err *e)
{
	*ret = (struct site_report){0};
	struct build b = {.o = o, .report = ret, .arena = arena_new()};
	b.ctx.data_day = DAY_NONE;
	pthread_mutex_init(&b.mutex, NULL);
	enum err_code code = run(&b, e);
	done(&b);
	if (!code && ret->broken_links)
		code = err_set(e, ERR_REFUSED,
			T("网站已生成，但有 %zu 处断链",
				"the site was built, but %zu links are broken"),
			ret->broken_links);
	return code;
}
