/*
 * desk_similar(): every open or concluded case is opened in memory and weighed against one (matter.c).
 *
 * The rows are collected first, since the register may not be asked within its own walk. A case that this role cannot open
 * still has its row: kinds, street and enterprise that staff gave it are weighed alone. What was opened of the others is
 * forgotten case by case.
 * Opening ten thousand is the work of a second or two for one processor, so it is shared: while some threads open and weigh one
 * batch, another reads the next. Register and ledger are asked by one thread at a time alone.
 */
#include "casework/casework_internal.h"
#include "casework/matter.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 256, JOBS = 4 };

struct candidate {
	struct tip_case row;
	struct sealed_case sealed;
	int score;
	const char *why;
};
struct name { /* of a record of the register */
	int64_t n;
	const char *key;
};
struct worker {
	struct matter_index *self;
	struct arena *scratch, *kept; /* of one case; what is said of it */
};
struct search {
	struct desk *d;
	struct arena *a;
	struct tip_case self;
	struct candidate *at;
	size_t count, cap;
	struct name *names; /* by number; none when the case itself names a record, or nothing */
	size_t name_count, name_cap;
	struct worker workers[JOBS];
	size_t first, batch; /* what is opened and weighed now; the next is read meanwhile */
};

/* What is needed of a row outlives the walk. */
static struct tip_case keep_row(struct arena *a, const struct tip_case *row)
{
	struct tip_case kept = *row;

	kept.id = arena_strdup(a, row->id);
	kept.host = arena_strdup(a, row->host);
	kept.week = arena_strdup(a, row->week);
	kept.commitment = arena_strdup(a, row->commitment);
	kept.origin = arena_strdup(a, row->origin);
	kept.way = arena_strdup(a, row->way);
	kept.kinds = arena_strdup(a, row->kinds);
	kept.street = arena_strdup(a, row->street);
	kept.lead = kept.helpers = kept.reply = NULL;
	return kept;
}

static bool may_be_the_same(const struct tip_case *row)
{
	enum case_step state = row->course.state;

	return !str_eq(row->origin, "quarantined") &&
	       (policy_case_is_open(state) || state == CASE_CONCLUDED || state == CASE_PUBLISHED ||
		       state == CASE_ASKED);
}

static enum err_code collect(void *ctx, const struct tip_case *row, struct err *e)
{
	struct search *s = ctx;

	(void)e;
	if (row->number == s->self.number || !may_be_the_same(row))
		return ERR_OK;
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 256;
		s->at = mem_grow(s->at, s->cap, sizeof *s->at);
	}
	s->at[s->count++] = (struct candidate){.row = keep_row(s->a, row)};
	return ERR_OK;
}

/* ---- opening ------------------------------------------------------------------------------------------ */

/* What cannot be read is weighed by its row; only the machine's failures end the search. */
static enum err_code read_one(struct search *s, struct candidate *c, struct err *e)
{
	struct err why = {0};

	if (s->d->o.role == DESK_INSPECTOR &&
		sealed_case_read(s->d, &c->row, &c->sealed, &why) == ERR_SYSTEM) {
		*e = why;
		return why.code;
	}
	return ERR_OK;
}

/* The facts, where this role's key opens them; empty ones otherwise. Each key is tried at once: to look first which fits would
 * cost as much again. */
static void open_facts(
	const struct desk *d, const struct sealed_case *c, struct arena *a, struct tipoff *ret)
{
	enum err_code code = ERR_REFUSED;
	struct err ignored;

	for (size_t i = 0;
		c->has_record && c->has_slot && code == ERR_REFUSED && i < d->secret_count; i++)
		code = envelope_open(a, &c->record, &c->slot, &d->secret[i], NULL, ret, &ignored);
	if (code)
		*ret = (struct tipoff){
			.enterprise = "", .place = "", .what = "", .happened_on = "", .street = ""};
}

/* ---- matters -------------------------------------------------------------------------------------------- */

static const char *kinds_of(const struct tip_case *row, const struct tipoff *t, struct arena *a)
{
	struct buf b;

	if (row->kinds)
		return row->kinds;
	buf_init(&b, 4096);
	for (size_t i = 0; i < t->kind_count; i++) {
		buf_str(&b, i ? " " : "");
		buf_str(&b, t->kinds[i]);
	}
	const char *kinds = buf_dup(&b, a);
	buf_done(&b);
	return kinds;
}

static int by_number(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return x->n < y->n ? -1 : x->n > y->n;
}

static enum err_code keep_name(void *ctx, const struct enterprise *en, struct err *e)
{
	struct search *s = ctx;

	(void)e;
	if (s->name_count == s->name_cap) {
		s->name_cap = s->name_cap ? 2 * s->name_cap : 1024;
		s->names = mem_grow(s->names, s->name_cap, sizeof *s->names);
	}
	s->names[s->name_count++] =
		(struct name){en->id.n, reg_text_key(s->a, en->value[FIELD_NAME])};
	return ERR_OK;
}

static const char *name_of(const struct search *s, int64_t n)
{
	const struct name wanted = {n, NULL};
	const struct name *found =
		s->name_count ? bsearch(&wanted, s->names, s->name_count, sizeof wanted, by_number)
			      : NULL;

	return found ? found->key : "";
}

/* Asks nothing of the register but the form of its ids: several threads do this. */
static struct matter make_matter(
	const struct search *s, const struct tip_case *row, const struct tipoff *t, struct arena *a)
{
	struct enterprise_id id = row->enterprise;
	struct err ignored;

	if (!id.n && *t->enterprise && reg_id_parse(s->d->o.reg, t->enterprise, &id, &ignored))
		id.n = 0;
	struct matter m = {.enterprise = id.n,
		.enterprise_key = id.n ? name_of(s, id.n) : reg_text_key(a, t->enterprise),
		.place_key = reg_text_key(a, t->place),
		.text_key = reg_text_key(a, t->what),
		.kinds = kinds_of(row, t, a),
		.street = row->street  ? row->street
			  : *t->street ? t->street
				       : NULL};
	if (!day_parse(t->happened_on, &m.happened))
		m.happened = DAY_NONE;
	return m;
}

static void weigh(struct search *s, struct worker *w, struct candidate *c)
{
	struct tipoff t;

	open_facts(s->d, &c->sealed, w->scratch, &t);
	struct matter m = make_matter(s, &c->row, &t, w->scratch);
	c->score = matter_score(w->self, &m, NULL, NULL);
	if (c->score >= MATTER_LISTED)
		matter_score(w->self, &m, w->kept, &c->why);
	sealed_case_done(&c->sealed);
	arena_reset(w->scratch);
}

/* Index 0 reads the batch that comes next, the others are the cases of this one. */
static enum err_code work(void *ctx, int worker, size_t index, struct err *e)
{
	struct search *s = ctx;
	size_t next = s->first + s->batch;
	enum err_code code = ERR_OK;

	if (index > 0)
		weigh(s, &s->workers[worker], &s->at[s->first + index - 1]);
	for (size_t i = next; index == 0 && !code && i < s->count && i < next + BATCH; i++)
		code = read_one(s, &s->at[i], e);
	return code;
}

static enum err_code weigh_batches(struct search *s, struct err *e)
{
	enum err_code code;

	s->first = s->batch = 0;
	code = work(s, 0, 0, e); /* nothing to weigh yet, but the first batch to be read */
	while (!code && s->first < s->count) {
		s->batch = s->count - s->first < BATCH ? s->count - s->first : BATCH;
		code = work_run(JOBS, s->batch + 1, work, s, e);
		s->first += s->batch;
	}
	return code;
}

/* The one that is compared with all others: each worker has its own, ready made. */
static enum err_code make_self(struct search *s, struct err *e)
{
	struct candidate c = {.row = s->self};
	struct enterprise_filter all = {0};
	struct tipoff t;
	enum err_code code = read_one(s, &c, e);

	if (code)
		return code;
	open_facts(s->d, &c.sealed, s->a, &t);
	sealed_case_done(&c.sealed);
	struct matter m = make_matter(s, &s->self, &t, s->a);
	/* A name that was typed is compared with the names of the records that others are linked to. */
	if (!m.enterprise && *m.enterprise_key && !reg_name_is_blank(m.enterprise_key))
		code = reg_enterprise_each(s->d->o.reg, &all, keep_name, s, e);
	if (!code && m.enterprise) {
		struct enterprise record;
		struct err ignored;
		if (!reg_enterprise_get(s->d->o.reg, (struct enterprise_id){m.enterprise}, s->a,
			    &record, &ignored))
			m.enterprise_key = reg_text_key(s->a, record.value[FIELD_NAME]);
	}
	for (size_t i = 0; i < JOBS; i++)
		s->workers[i] = (struct worker){matter_index_new(&m), arena_new(), arena_new()};
	return code;
}

static void search_done(struct search *s)
{
	for (size_t i = 0; i < s->count; i++)
		sealed_case_done(&s->at[i].sealed);
	for (size_t i = 0; i < JOBS; i++) {
		matter_index_free(s->workers[i].self);
		arena_free(s->workers[i].scratch);
		arena_free(s->workers[i].kept);
	}
	free(s->names);
	free(s->at);
	arena_free(s->a);
}

static int best_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->row.number < y->row.number ? -1 : x->row.number > y->row.number;
}

enum err_code desk_similar(struct desk *d, int64_t number, struct arena *a,
	const struct desk_similar **ret, size_t *ret_count, struct err *e)
{
	struct search s = {.d = d, .a = arena_new()};
	struct desk_similar *list = NULL;
	size_t count = 0;
	enum err_code code = reg_case_get(d->o.reg, number, s.a, &s.self, e);

	if (!code)
		code = reg_case_each(d->o.reg, NULL, collect, &s, e);
	if (!code)
		code = make_self(&s, e);
	if (!code)
		code = weigh_batches(&s, e);
	if (!code) {
		if (s.count)
			qsort(s.at, s.count, sizeof *s.at, best_first);
		while (count < s.count && s.at[count].score >= MATTER_LISTED)
			count++;
		list = arena_alloc(a, (count + 1) * sizeof *list);
		for (size_t i = 0; i < count; i++)
			list[i] = (struct desk_similar){.number = s.at[i].row.number,
				.id = arena_strdup(a, s.at[i].row.id),
				.score = s.at[i].score,
				.why = arena_strdup(a, s.at[i].why)};
		*ret = list;
		*ret_count = count;
	}
	search_done(&s);
	return code;
}
