/*
 * value: one normaliser for what people write into a field, used by `enterprise set` and by import.
 *
 * Nothing is guessed silently: whatever is not the form's own way of writing comes back marked `changed`
 * (the caller reports it), whatever cannot be read comes back with a reason and is refused.
 */
#ifndef REGISTER_VALUE_H
#define REGISTER_VALUE_H

#include "tianlan/base.h"
#include "tianlan/policy.h"

struct reg;

struct normalised {
	const char *value; /* canonical text in the arena; NULL: blank */
	bool changed; /* written otherwise than the form (or its canonical text) would: to be reported */
	const char *refused; /* why it cannot be used (language of messages); NULL when accepted */
	const char
		*community; /* FIELD_STREET only: the community that stood in the same cell; NULL */
};
/* text is what stands in the cell, any length, valid UTF-8. r gives the units (streets) and the policy; with r NULL a
 * street is only trimmed and an industry kind is refused. */
void value_normalise(
	struct reg *r, struct arena *a, enum field f, const char *text, struct normalised *ret);
/* How the form writes a canonical value: 是/否 有/无, 散乱, 二环路以内, a street's name; text as it is. NULL gives "". */
const char *value_written(struct reg *r, struct arena *a, enum field f, const char *canonical);

/* For matching: full-width forms narrowed, case folded, blanks, punctuation and brackets dropped. Never NULL. */
const char *value_key(struct arena *a, const char *text);
/* Kinds and numbers of equipment without models: "切割机2台、喷漆房1间". NULL when nothing can be said. */
const char *value_equipment_summary(struct arena *a, const char *equipment);
/* Full-width ASCII and blanks to half-width, trimmed, runs of blanks one space; keep_lines keeps line breaks. */
const char *value_clean(struct arena *a, const char *text, bool keep_lines);
/* As value_clean, and no blank between two Chinese characters. */
const char *value_join(struct arena *a, const char *text);
/* FIELD_STREET's part of value_normalise; *ret is blank before. */
void value_street(struct reg *r, struct arena *a, const char *text, struct normalised *ret);
/* Every full-width form and blank to its ASCII twin, trimmed: for reading numbers and words, not for keeping. */
const char *value_narrow(struct arena *a, const char *text);
/* 12人, 约10, 1,200, 十二, 3-5人 (the upper bound): whole numbers; narrowed text in. false: not one. */
bool value_int(const char *narrow, int64_t *ret);
/* In 万元, ten-thousandths exactly: 12万元, 120000元, 1.2亿, 10~20万 (the upper bound). false: not one. */
bool value_number(const char *narrow, int64_t *ret_ten_thousandths);
/* Any of the ways of writing a day; whole text. */
bool value_day(const char *text, struct day *ret);
enum tri value_tri(const char *canonical); /* "yes" "no" else unknown */

#endif
