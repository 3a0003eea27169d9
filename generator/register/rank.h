/*
 * rank: the parts of the quarterly ranking between themselves.
 *
 * Invariant: every one thing that a figure counts goes through rank_count(), which writes its trace as well: figures and traces
 * cannot part.
 */
#ifndef REGISTER_RANK_H
#define REGISTER_RANK_H

#include "tianlan/register_supervision.h"

#include "register/register_internal.h"

#define RANK_NONE SIZE_MAX
/* The item of traces of relapses: no item of the rules, but what makes one of them 0. */
#define RANK_RELAPSES "relapses"

struct rank_work {
	struct reg *r;
	struct arena *a; /* the caller's */
	struct quarter quarter;
	struct day first, last, cutoff;
	char cutoff_text[DAY_TEXT_BYTES];
	const struct ranking_rules *rules;
	struct rank_row *rows; /* by code until they are ranked */
	size_t row_count;
	struct rank_trace *traces;
	size_t trace_count, trace_cap;
};

/* The place of a unit or an item; RANK_NONE: it is not ranked, or the rules of the quarter have no such item. */
size_t rank_unit(const struct rank_work *w, const char *code);
size_t rank_item(const struct rank_work *w, const char *id);
/* One more of the whole, and of the part when it counts. number 0 with "report": none was received. */
void rank_count(struct rank_work *w, size_t row, size_t item, const char *what, int64_t number,
	bool counted);
void rank_relapse(struct rank_work *w, size_t row, int64_t enterprise);
bool rank_in_quarter(const struct rank_work *w, struct day d);

/* Each fills the figures it is named after. */
enum err_code rank_enterprises(struct rank_work *w, struct err *e) MUST_USE; /* rank_figures.c */
enum err_code rank_reports(struct rank_work *w, struct err *e) MUST_USE;     /* rank_records.c */
enum err_code rank_inspections(struct rank_work *w, struct err *e) MUST_USE; /* rank_records.c */
enum err_code rank_cases(struct rank_work *w, struct err *e) MUST_USE;	     /* rank_records.c */

#endif
