/*
 * No new ones (四、（二）): which records an applicant may be, by name and address, and what stands against an approval.
 *
 * Internal: it is a help for the desk that approves, and nothing of it is published. The contact's telephone is class NEVER: it is
 * compared here, in memory that is wiped, and all that is ever told is that it is the same.
 */
#include "tianlan/register_supervision.h"

#include "register/applicant.h"

#include <stdlib.h>
#include <string.h>

struct found {
	struct enterprise_id id;
	struct applicant_like like;
	struct applicant_reasons reasons;
};
struct looking {
	struct reg *r;
	struct arena *a, *row; /* row: of one record */
	struct folded name, address;
	bool name_asked, address_asked;
	struct found *found;
	size_t count, cap;
};

/* ---- who it may be ----------------------------------------------------------------------------------------- */

static bool is_exact(const struct applicant_like *like)
{
	return like->name == TEXT_SAME || like->address == TEXT_SAME;
}

/* A near address alone tells something only when no name was given. */
static bool matches(const struct applicant_like *like)
{
	return is_exact(like) || like->name == TEXT_NEAR ||
	       (like->address == TEXT_NEAR && !like->name_asked);
}

static void compare(
	struct looking *l, struct enterprise_id id, const char *name, const char *address)
{
	struct applicant_like like = {
		.name_asked = l->name_asked, .address_asked = l->address_asked};
	struct folded other;
	size_t streets;
	const struct street *list = reg_streets(l->r, &streets);

	if (l->name_asked) {
		applicant_fold_name(l->row, name, &other);
		like.name = applicant_name_likeness(&l->name, &other);
	}
	if (l->address_asked) {
		applicant_fold_address(l->row, address, list, streets, &other);
		like.address = applicant_address_likeness(&l->address, &other);
	}
	if (!matches(&like))
		return;
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->found = mem_grow(l->found, l->cap, sizeof(*l->found));
	}
	l->found[l->count++] = (struct found){.id = id, .like = like};
}

static enum err_code look_through(struct looking *l, struct err *e)
{
	size_t streets;
	sqlite3_stmt *s;
	bool row;
	enum err_code code;

	(void)reg_streets(l->r, &streets); /* read before another statement is open */
	code = reg_stmt(l->r, STMT_APPLICANT_EACH, &s, e);
	if (code)
		return code;
	while (!(code = reg_step(l->r, s, &row, e)) && row) {
		arena_reset(l->row);
		compare(l, (struct enterprise_id){sqlite3_column_int64(s, 0)},
			(const char *)sqlite3_column_text(s, 1),
			(const char *)sqlite3_column_text(s, 2));
	}
	sqlite3_reset(s);
	return code;
}

/* ---- the same telephone ---------------------------------------------------------------------------------------- */

#define PHONE_BYTES 24
#define PHONES_EACH 4
#define PHONE_DIGITS_MIN 7
#define PHONE_WHOLE 11

struct phones {
	char digits[PHONES_EACH][PHONE_BYTES];
	size_t count;
};

/* The numbers in a cell, digits alone: 0991-1234567 is one, 13812345678/13987654321 are two. */
static void read_phones(const char *cell, struct phones *ret)
{
	size_t len = 0;

	ret->count = 0;
	for (const char *p = cell; ret->count < PHONES_EACH; p++) {
		char *number = ret->digits[ret->count];

		if (*p >= '0' && *p <= '9') {
			if (len < PHONE_BYTES - 1)
				number[len++] = *p;
			continue;
		}
		/* Between the parts of one number; a blank behind a whole one ends it. */
		if (*p == '-' || *p == '(' || *p == ')' || (*p == ' ' && len < PHONE_WHOLE))
			continue;
		number[len] = '\0';
		if (len >= PHONE_DIGITS_MIN)
			ret->count++;
		len = 0;
		if (!*p)
			break;
	}
}

static bool share_phone(const struct phones *a, const struct phones *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (strcmp(a->digits[i], b->digits[k]) == 0)
				return true;
	return false;
}

struct telephone {
	struct enterprise_id id;
	const char *name;
	struct phones phones;
};
struct telephones {
	struct telephone *list;
	size_t count, cap;
};

static enum err_code read_telephones(
	struct reg *r, struct arena *a, struct telephones *t, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_APPLICANT_PHONES, &s, e);

	if (code)
		return code;
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct phones phones;

		read_phones((const char *)sqlite3_column_text(s, 2), &phones);
		if (phones.count == 0)
			continue;
		if (t->count == t->cap) {
			struct telephone *more;

			t->cap = t->cap ? t->cap * 2 : 1024;
			more = mem_alloc(t->cap * sizeof(*more));
			if (t->count)
				memcpy(more, t->list, t->count * sizeof(*more));
			bytes_wipe(t->list, t->count * sizeof(*more));
			free(t->list);
			t->list = more;
		}
		t->list[t->count++] = (struct telephone){
			{sqlite3_column_int64(s, 0)}, reg_column_text(s, 1, a), phones};
		bytes_wipe(&phones, sizeof(phones));
	}
	sqlite3_reset(s);
	return code;
}

static void tell_same_phone(struct looking *l, const struct telephones *t, struct found *f)
{
	const struct telephone *own = NULL;
	char id[ENTERPRISE_ID_BYTES];

	for (size_t i = 0; i < t->count && !own; i++)
		if (t->list[i].id.n == f->id.n)
			own = &t->list[i];
	for (size_t i = 0; own && i < t->count; i++)
		if (&t->list[i] != own && share_phone(&own->phones, &t->list[i].phones))
			applicant_look(&f->reasons,
				arena_printf(l->a,
					T("联系电话相同：%s（%s）",
						"the same telephone as %s (%s)"),
					reg_id_text(l->r, t->list[i].id, id), t->list[i].name));
}

/* Only for exact matches: of near ones it would tell about too many. */
static enum err_code compare_phones(struct looking *l, struct err *e)
{
	struct telephones t = {NULL, 0, 0};
	bool any = false;
	enum err_code code;

	for (size_t i = 0; i < l->count; i++)
		any |= is_exact(&l->found[i].like);
	if (!any)
		return ERR_OK;
	code = read_telephones(l->r, l->a, &t, e);
	for (size_t i = 0; i < l->count && !code; i++)
		if (is_exact(&l->found[i].like))
			tell_same_phone(l, &t, &l->found[i]);
	if (t.list)
		bytes_wipe(t.list, t.count * sizeof(*t.list));
	free(t.list);
	return code;
}

/* ---- the answer --------------------------------------------------------------------------------------------------- */

static const char *const *keep_list(struct arena *a, const char *const *list, size_t count)
{
	const char **kept = arena_alloc(a, (count + 1) * sizeof(*kept));

	if (count)
		memcpy(kept, list, count * sizeof(*kept));
	return kept;
}

static void answer(struct looking *l, bool exact, const struct enterprise *records,
	struct applicant_match *to, size_t *count)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct found *f = &l->found[i];

		if (is_exact(&f->like) != exact)
			continue;
		to[(*count)++] = (struct applicant_match){.id = f->id,
			.name = records[i].value[FIELD_NAME],
			.address = records[i].value[FIELD_ADDRESS],
			.exact = exact,
			.refuse = keep_list(l->a, f->reasons.refuse, f->reasons.refuse_count),
			.look = keep_list(l->a, f->reasons.look, f->reasons.look_count)};
	}
}

static enum err_code weigh(struct looking *l, struct day today, const struct applicant_match **ret,
	size_t *ret_count, struct err *e)
{
	struct enterprise *records = arena_alloc(l->a, (l->count + 1) * sizeof(*records));
	struct applicant_match *list = arena_alloc(l->a, (l->count + 1) * sizeof(*list));
	size_t count = 0;
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < l->count && !code; i++) {
		struct found *f = &l->found[i];

		code = reg_enterprise_get(l->r, f->id, l->a, &records[i], e);
		if (!code)
			code = applicant_reasons_of(
				l->r, &records[i], &f->like, today, l->a, &f->reasons, e);
	}
	if (!code)
		code = compare_phones(l, e);
	if (code)
		return code;
	answer(l, true, records, list, &count);
	answer(l, false, records, list, &count);
	*ret = list;
	*ret_count = count;
	return ERR_OK;
}

enum err_code reg_applicant(struct reg *r, const char *name, const char *address, struct day today,
	struct arena *a, const struct applicant_match **ret, size_t *ret_count, struct err *e)
{
	struct looking l = {.r = r, .a = a, .row = arena_new()};
	size_t streets;
	const struct street *list = reg_streets(r, &streets);
	enum err_code code = ERR_OK;

	applicant_fold_name(a, name, &l.name);
	applicant_fold_address(a, address, list, streets, &l.address);
	l.name_asked = *l.name.whole != '\0';
	l.address_asked = *l.address.whole != '\0';
	if ((name && !utf8_valid(name, strlen(name), NULL)) ||
		(address && !utf8_valid(address, strlen(address), NULL)))
		code = err_set(e, ERR_USAGE,
			T("名称或者地址不是有效的 UTF-8", "name or address is not valid UTF-8"));
	else if (!l.name_asked && !l.address_asked)
		code = err_set(e, ERR_USAGE,
			T("要写企业名称，或者用 --address 写地址",
				"say a name, or an address with --address"));
	if (!code)
		code = look_through(&l, e);
	if (!code)
		code = weigh(&l, today, ret, ret_count, e);
	free(l.found);
	arena_free(l.row);
	return code;
}
