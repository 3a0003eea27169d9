/*
 * Opened cases against the letters they were opened from: the day, the kinds, the street, the way and the key of the status, which
 * no step vouches for. For this the facts are opened again, in memory alone, by the keys of keys/; whoever has none of them (an
 * office that keeps them elsewhere) compares nothing, and the report says how many were compared.
 */
#include "casework/agree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_FILE_MAX = 4 << 10 };

struct letter { /* a row, as the opening left it */
	char id[CASE_ID_HEX_BYTES], host[HOST_NAME_BYTES], week[WEEK_TEXT_BYTES], origin[16],
		way[16];
	char *kinds, *street; /* kinds NULL, or street "?": set before the opening */
	struct day received_on;
	uint8_t status[SHA256_BYTES]; /* of tag and key: no key is kept here */
};
struct letters {
	struct agree *a;
	const char *instance;
	struct arena *arena; /* the strings of the rows */
	struct box_secret secret[DESK_KEYS];
	size_t secret_count;
	struct letter *list; /* by id once it is checked */
	size_t count, cap;
};

enum err_code letters_begin(struct agree *a, const char *instance, struct err *e)
{
	struct letters *l = mem_zero(1, sizeof *l);
	struct err why = {0};

	*l = (struct letters){.a = a, .instance = instance, .arena = arena_new()};
	a->letters = l;
	enum err_code code = keys_secrets(path_join(l->arena, instance, "keys"), KEY_FACTS,
		(uint8_t(*)[KEY_BYTES])l->secret, DESK_KEYS, &l->secret_count, &why);
	if (code && code != ERR_NOT_FOUND)
		*e = why;
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

void letters_done(struct agree *a)
{
	struct letters *l = a->letters;

	if (!l)
		return;
	bytes_wipe(l->secret, sizeof l->secret);
	free(l->list);
	arena_free(l->arena);
	free(l);
	a->letters = NULL;
}

static void status_hash(const uint8_t tag[TIP_TAG_BYTES], const uint8_t key[TIP_KEY_BYTES],
	uint8_t ret[SHA256_BYTES])
{
	uint8_t both[TIP_TAG_BYTES + TIP_KEY_BYTES];

	memcpy(both, tag, TIP_TAG_BYTES);
	memcpy(both + TIP_TAG_BYTES, key, TIP_KEY_BYTES);
	sha256_bytes(both, sizeof both, ret);
	bytes_wipe(both, sizeof both);
}

enum err_code letters_add(struct agree *a, const struct tip_case *row, struct err *e)
{
	struct letters *l = a->letters;
	const char *kinds = NULL, *street = NULL;
	bool kinds_known = true, street_known = true;

	if (!l->secret_count || !row->opened || row->course.state == CASE_ERASED ||
		!row->has_status || !row->way || strlen(row->id) >= CASE_ID_HEX_BYTES)
		return ERR_OK;
	if (reg_case_at_opening(
		    a->reg, row->number, "kinds", row->kinds, l->arena, &kinds, &kinds_known, e) ||
		reg_case_at_opening(a->reg, row->number, "street", row->street, l->arena, &street,
			&street_known, e))
		return e->code;
	if (l->count == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 1024;
		l->list = mem_grow(l->list, l->cap, sizeof *l->list);
	}
	struct letter *n = &l->list[l->count++];
	*n = (struct letter){.received_on = row->received_on,
		.kinds = kinds_known ? arena_strdup(l->arena, kinds ? kinds : "") : NULL,
		.street = arena_strdup(l->arena, street_known ? street : "?")};
	snprintf(n->id, sizeof n->id, "%s", row->id);
	snprintf(n->host, sizeof n->host, "%s", row->host);
	snprintf(n->week, sizeof n->week, "%s", row->week);
	snprintf(n->origin, sizeof n->origin, "%s", row->origin);
	snprintf(n->way, sizeof n->way, "%s", row->way);
	status_hash(row->status_tag, row->status_key, n->status);
	return ERR_OK;
}

/* ---- comparing ---------------------------------------------------------------------------------- */

static int by_id(const void *x, const void *y)
{
	const struct letter *a = x, *b = y;

	return strcmp(a->id, b->id);
}

/* A street that was not on record when the case was opened was left out. */
static bool street_agrees(struct letters *l, const struct letter *n, const char *said)
{
	if (str_eq(n->street, "?") || str_eq(n->street, said))
		return true;
	return !n->street && !reg_street_known(l->a->reg, said);
}

/* Those that the policy data knew when it was opened and has dropped since are no fault. */
static const char *all_kinds(const struct tipoff *t, struct arena *a)
{
	const char *all = "";

	for (size_t i = 0; i < t->kind_count; i++)
		all = arena_printf(a, "%s%s%s", all, i ? " " : "", t->kinds[i]);
	return all;
}

static void compare_letter(
	struct letters *l, const struct letter *n, const struct tipoff *t, struct arena *a)
{
	const struct tip_case row = {.id = n->id,
		.host = n->host,
		.week = n->week,
		.origin = n->origin,
		.received_on = n->received_on};
	struct tip_case_opened o = case_opened_of(reg_policy(l->a->reg), &row, t, a);
	const char *what = NULL;
	uint8_t status[SHA256_BYTES];

	status_hash(o.status_tag, o.status_key, status);
	l->a->report->letters++;
	if (day_compare(o.received_on, n->received_on) != 0)
		what = T("收件日期", "the day of receipt");
	else if (!str_eq(o.origin, n->origin) ||
		 (!str_eq(n->host, DESK_HOST) && !str_eq(n->origin, "form")) ||
		 !str_eq(o.way, n->way))
		what = T("来源或举报方式", "the origin or way");
	else if (n->kinds && !str_eq(o.kinds, n->kinds) && !str_eq(all_kinds(t, a), n->kinds))
		what = T("违法类型", "the kinds");
	else if (!street_agrees(l, n, o.street))
		what = T("街道", "the street");
	else if (memcmp(status, n->status, sizeof status) != 0)
		what = T("查询状态的标记或密钥", "the tag or key of the status");
	bytes_wipe(&o, sizeof o);
	if (what)
		disagree(l->a,
			T("案件 %.12s 登记的%s与举报原信不符，修改记录里也没有",
				"case %.12s: %s is not what its letter says, and no log tells of a "
				"change"),
			n->id, what);
}

static enum err_code open_letter(struct letters *l, const struct letter *n, const struct record *r,
	const struct slot *s, struct arena *a)
{
	enum err_code code = ERR_REFUSED;
	struct err ignored = {0};
	struct tipoff t;

	for (size_t i = 0; i < l->secret_count && code == ERR_REFUSED; i++) {
		code = envelope_open(a, r, s, &l->secret[i], NULL, &t, &ignored);
		if (!code) {
			compare_letter(l, n, &t, a);
			bytes_wipe(t.status_key, sizeof t.status_key);
		}
	}
	if (code == ERR_INPUT)
		disagree(l->a,
			T("案件 %.12s 登记为已经拆阅，它的密封内容却打不开",
				"case %.12s was opened, yet what is sealed of it cannot be opened"),
			n->id);
	return ERR_OK;
}

static enum err_code check_record(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct letters *l = ctx;
	struct letter wanted = {.kinds = NULL};
	struct record r;
	struct slot s;
	struct buf slot;

	(void)path;
	if (record_parse(bytes, len, &r, e))
		return e->code;
	case_id_text(&r.id, wanted.id);
	const struct letter *n =
		l->count ? bsearch(&wanted, l->list, l->count, sizeof *l->list, by_id) : NULL;
	if (!n)
		return ERR_OK;
	struct arena *a = arena_new();
	struct err ignored = {0};
	buf_init(&slot, SLOT_FILE_MAX);
	/* Not handed over yet: nothing to compare. */
	enum err_code code = file_read(path_join(a, l->instance, case_slot_path(a, n->id)),
		SLOT_FILE_MAX, &slot, &ignored);
	if (!code && slot.len && !slot_parse(slot.data, slot.len, &s, &ignored))
		code = open_letter(l, n, &r, &s, a);
	else
		code = ERR_OK;
	if (slot.data)
		bytes_wipe(slot.data, slot.cap);
	buf_done(&slot);
	arena_free(a);
	return code;
}

enum err_code letters_check(struct agree *a, const char *git, struct err *e)
{
	struct letters *l = a->letters;
	enum err_code code = ERR_OK;

	if (!l->count)
		return ERR_OK;
	qsort(l->list, l->count, sizeof *l->list, by_id);
	for (size_t i = 0; i < a->chains.branch_count && !code; i++) {
		struct ledger *book = NULL;
		const char *branch = a->chains.branches[i].branch;

		if (str_eq(branch, OFFICE_BRANCH))
			continue;
		code = ledger_open(git, branch, &book, e);
		if (!code)
			code = ledger_each(book, "cases/", check_record, l, e);
		ledger_close(book);
	}
	return code;
}
