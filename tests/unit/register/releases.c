#include "releases.h"

#include <stdio.h>
#include <string.h>

static enum err_code see_cell(void *ctx, const struct pub_tip_cell *c, struct err *e)
{
	struct view *v = ctx;
	struct cell *cell = &v->cells[v->cell_count++];

	(void)e;
	cr_assert_lt(v->cell_count, (size_t)CELLS);
	snprintf(cell->name, sizeof(cell->name), "%s/%s/%s", c->grouping, c->label, c->bucket);
	cell->count = c->count;
	return ERR_OK;
}

static enum err_code see_result(void *ctx, const struct pub_tip_result *r, struct err *e)
{
	struct view *v = ctx;
	struct result *result = &v->results[v->result_count++];

	(void)e;
	cr_assert_lt(v->result_count, (size_t)RESULTS);
	result->release = r->release;
	snprintf(result->street, sizeof(result->street), "%s", r->street);
	snprintf(result->outcome, sizeof(result->outcome), "%s", r->outcome);
	snprintf(result->reply, sizeof(result->reply), "%s", r->reply ? r->reply : "");
	return ERR_OK;
}

static enum err_code see_record(void *ctx, const struct pub_record *rec, struct err *e)
{
	struct view *v = ctx;

	(void)e;
	if (rec->number <= FIRMS)
		v->firm[rec->number] = rec->tipoffs;
	return ERR_OK;
}

void look(struct instance *in, struct view *v)
{
	struct arena *a = arena_new();
	struct err e = {0};
	struct pub *p = NULL;

	memset(v, 0, sizeof(*v));
	cr_assert_eq(pub_open(in->dir, &p, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_tip_cell_each(p, see_cell, v, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_tip_result_each(p, see_result, v, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(pub_record_each(p, 0, 0, a, see_record, v, &e), ERR_OK, "%s", e.message);
	pub_close(p);
	arena_free(a);
}

int64_t count_in(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->cell_count; i++)
		if (str_eq(v->cells[i].name, name))
			return v->cells[i].count;
	return 0;
}
