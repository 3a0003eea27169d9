/* Where the hand-over stands: which cases are here whole, which wait for their slot, what was asked to be erased and is not yet. */
#include "casework/handover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct looking {
	const char *instance;
	struct reg *reg;
	struct arena *a;
	struct handover_host *hosts;
	size_t count, cap;
	struct handover_host *host; /* whose branch is read */
};

enum slot_state { SLOT_NONE, SLOT_STANDS, SLOT_EMPTY };

static enum slot_state slot_state(const char *instance, const char *id)
{
	struct arena *a = arena_new();
	struct stat st;
	enum slot_state s = SLOT_NONE;

	if (lstat(path_join(a, instance, case_slot_path(a, id)), &st) == 0)
		s = st.st_size ? SLOT_STANDS : SLOT_EMPTY;
	arena_free(a);
	return s;
}

static struct handover_host *host_of(struct looking *w, const char *host)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->hosts[i].host, host))
			return &w->hosts[i];
	if (w->count == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 8;
		w->hosts = mem_grow(w->hosts, w->cap, sizeof *w->hosts);
	}
	w->hosts[w->count] = (struct handover_host){.host = arena_strdup(w->a, host), .head = ""};
	return &w->hosts[w->count++];
}

static void count_case(struct looking *w, struct handover_host *h, const char *id, bool erased)
{
	enum slot_state s = slot_state(w->instance, id);

	h->cases++;
	h->erased += erased || s == SLOT_EMPTY;
	h->acknowledged += !erased && s == SLOT_STANDS;
	h->waiting += !erased && s == SLOT_NONE;
}

static enum err_code note_row(void *ctx, const struct tip_case *row, struct err *e)
{
	struct looking *w = ctx;

	(void)e;
	if (!str_eq(row->host, DESK_HOST) && !str_eq(row->origin, "quarantined"))
		count_case(w, host_of(w, row->host), row->id, row->course.state == CASE_ERASED);
	return ERR_OK;
}

static enum err_code note_copy(void *ctx, const struct case_copy *c, struct err *e)
{
	struct looking *w = ctx;

	(void)e;
	if (str_eq(c->kind, "intake"))
		host_of(w, c->place)->erase_open++;
	return ERR_OK;
}

/* Not taken into the register yet. */
static enum err_code note_record(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct looking *w = ctx;
	struct record r;
	char id[CASE_ID_HEX_BYTES];

	(void)path;
	(void)e;
	if (!record_parse(bytes, len, &r, NULL)) {
		case_id_text(&r.id, id);
		count_case(w, w->host, id, false);
	}
	return ERR_OK;
}

static enum err_code note_line(const struct chain_line *line, void *ctx, struct err *e)
{
	(void)line;
	(void)ctx;
	(void)e;
	return ERR_OK;
}

static void set_head(struct looking *w, struct handover_host *h, const struct ledger_head *head)
{
	char hex[SHA256_HEX_BYTES];

	hex_encode(head->hash, SHA256_BYTES, hex);
	h->head_seq = head->seq;
	h->head = head->seq ? arena_strdup(w->a, hex) : "";
}

static enum err_code look_branch(
	struct looking *w, const char *git, const char *branch, struct err *e)
{
	struct intake_head taken = {0};
	struct ledger_head since = {0}, head = {0};
	struct ledger *l = NULL;
	enum err_code code = reg_head_get(w->reg, branch, w->a, &taken, e);

	if (!code)
		code = ledger_open(git, branch, &l, e);
	since.seq = taken.seq;
	if (!code && taken.seq && !hex_decode(taken.hash, since.hash, SHA256_BYTES))
		code = err_set(e, ERR_INPUT,
			T("登记簿里 %s 的链头不对", "the register's head of %s is not one"),
			branch);
	w->host = code ? NULL : host_of(w, branch + strlen("intake/"));
	if (!code)
		code = ledger_each_since(l, &since, "cases", note_line, note_record, w, &head, e);
	if (!code)
		set_head(w, w->host, &head);
	ledger_close(l);
	return code;
}

static enum err_code look_branches(struct looking *w, struct err *e)
{
	const char *git = path_join(w->a, w->instance, "cases.git");
	const char *const *branches = NULL;
	size_t count = 0;
	struct err why = {0};
	enum err_code code = ledger_branches(git, w->a, &branches, &count, &why);

	if (code && code != ERR_NOT_FOUND)
		*e = why;
	if (code)
		return code == ERR_NOT_FOUND ? ERR_OK : code;
	for (size_t i = 0; !code && i < count; i++)
		if (str_starts(branches[i], "intake/") && !str_eq(branches[i], "intake/" DESK_HOST))
			code = look_branch(w, git, branches[i], e);
	return code;
}

/* On an intake host: what it keeps, and what went. */
static enum err_code look_own(struct looking *w, struct err *e)
{
	const char *git = path_join(w->a, w->instance, "cases.git"), *host = NULL;
	const char *const *slots = NULL, *const *empty = NULL;
	size_t stand = 0, gone = 0;
	struct shelf shelf = {.folders = {-1, -1}};
	struct ledger *l = NULL;
	struct ledger_head head = {0};
	enum err_code code = handover_host_name(w->instance, w->a, &host, e);

	if (!code)
		code = shelf_open(&shelf, w->instance, e);
	if (!code)
		code = shelf_slots(&shelf, false, w->a, &slots, &stand, e);
	if (!code)
		code = shelf_slots(&shelf, true, w->a, &empty, &gone, e);
	if (!code && file_exists(path_join(w->a, git, "HEAD"))) {
		code = ledger_open(git, arena_printf(w->a, "intake/%s", host), &l, e);
		if (!code)
			code = ledger_head(l, &head, e);
	}
	if (!code) {
		struct handover_host *h = host_of(w, host);
		h->cases = (int64_t)(stand + gone);
		h->waiting = (int64_t)stand;
		h->acknowledged = (int64_t)gone;
		set_head(w, h, &head);
	}
	ledger_close(l);
	shelf_close(&shelf);
	return code;
}

static int by_name(const void *x, const void *y)
{
	return strcmp(
		((const struct handover_host *)x)->host, ((const struct handover_host *)y)->host);
}

enum err_code handover_status(const char *instance, struct reg *reg, struct arena *a,
	const struct handover_host **ret, size_t *ret_count, struct err *e)
{
	struct looking w = {.instance = instance, .reg = reg, .a = a};
	enum err_code code = ERR_OK;

	if (!reg) {
		code = look_own(&w, e);
	} else {
		code = reg_case_each(reg, NULL, note_row, &w, e);
		if (!code)
			code = look_branches(&w, e);
		if (!code)
			code = reg_copy_each(reg, 0, true, note_copy, &w, e);
	}
	if (!code) {
		struct handover_host *list = arena_alloc(a, (w.count + 1) * sizeof *list);
		for (size_t i = 0; i < w.count; i++)
			list[i] = w.hosts[i];
		qsort(list, w.count, sizeof *list, by_name);
		*ret = list;
		*ret_count = w.count;
	}
	free(w.hosts);
	return code;
}

enum err_code handover_incomplete(const char *instance, struct reg *reg, size_t *ret, struct err *e)
{
	struct arena *a = arena_new();
	const struct handover_host *hosts = NULL;
	size_t count = 0, waiting = 0;
	enum err_code code = handover_status(instance, reg, a, &hosts, &count, e);

	for (size_t i = 0; i < count; i++)
		waiting += (size_t)hosts[i].waiting;
	if (!code)
		*ret = waiting;
	arena_free(a);
	return code;
}
