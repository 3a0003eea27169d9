/*
 * The office's chain: for every step a record and a line, for every moved intake head an anchor.
 *
 * In this order, within one transaction of the register, so that two desks do it one after the other: records and lines appended
 * (what stands already is not written twice: its path is its number), status entries, then the marks: each line that the chain has
 * since the last time is the next of its case. A crash anywhere leads to the same again. Before a step is chained its row is
 * compared with its own hash: what was changed by hand is not vouched for.
 */
#include "casework/casework_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP = 1000, CHINA_SECONDS = 8 * 3600, PACKS_MAX = 24 };

struct line {		     /* to be written, or to be marked */
	int64_t seq, number; /* of the step, of its case; 0: an anchor */
	struct office_step step;
	struct office_anchor anchor;
	char path[OFFICE_PATH_BYTES];
	struct buf bytes;
	char day[DAY_TEXT_BYTES];
	int64_t line; /* in the chain; 0: not found yet */
};

struct flush {
	struct desk *d;
	struct arena *arena;
	struct line *lines;
	size_t count, cap, anchors; /* anchors come first */
	struct tip_step *steps;	    /* as read, before their cases are known */
	size_t step_count, step_cap;
	size_t next;	 /* the first of the lines that is not found yet */
	int64_t *faulty; /* cases of which no more is chained */
	size_t faulty_count;
	struct err first; /* of those */
};

static struct line *add_line(struct flush *f)
{
	if (f->count == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 64;
		f->lines = mem_grow(f->lines, f->cap, sizeof *f->lines);
	}
	struct line *l = &f->lines[f->count++];
	*l = (struct line){0};
	buf_init(&l->bytes, OFFICE_RECORD_MAX);
	return l;
}

static void flush_done(struct flush *f)
{
	for (size_t i = 0; i < f->count; i++)
		buf_done(&f->lines[i].bytes);
	free(f->lines);
	free(f->steps);
	free(f->faulty);
	arena_free(f->arena);
}

/* ---- what waits ----------------------------------------------------------------------------------- */

static enum err_code add_anchor(struct flush *f, const char *branch, struct err *e)
{
	struct intake_head head;

	if (reg_head_get(f->d->o.reg, branch, f->arena, &head, e))
		return e->code;
	if (!head.seq || head.seq <= head.anchored_seq ||
		!host_name_valid(branch + strlen("intake/")))
		return ERR_OK;
	struct line *l = add_line(f);
	snprintf(l->anchor.host, sizeof l->anchor.host, "%s", branch + strlen("intake/"));
	l->anchor.seq = head.seq;
	snprintf(l->anchor.head, sizeof l->anchor.head, "%s", head.hash);
	office_anchor_path(l->anchor.host, l->anchor.seq, l->path);
	office_anchor_write(&l->anchor, &l->bytes);
	day_text(f->d->o.today, l->day);
	f->anchors++;
	return ERR_OK;
}

static enum err_code add_anchors(struct flush *f, struct err *e)
{
	const char *const *branches = NULL;
	size_t count = 0;

	if (desk_intake_branches(f->d, f->arena, &branches, &count, e))
		return e->code;
	for (size_t i = 0; i < count; i++)
		if (add_anchor(f, branches[i], e))
			return e->code;
	return ERR_OK;
}

/* Text of a row lives until its callback returns. */
static enum err_code keep_step(void *ctx, const struct tip_step *s, struct err *e)
{
	struct flush *f = ctx;
	struct arena *a = f->arena;

	(void)e;
	if (f->step_count == f->step_cap) {
		f->step_cap = f->step_cap ? 2 * f->step_cap : 64;
		f->steps = mem_grow(f->steps, f->step_cap, sizeof *f->steps);
	}
	struct tip_step *k = &f->steps[f->step_count++];
	*k = *s;
	k->role = arena_strdup(a, s->role);
	k->unit = arena_strdup(a, s->unit);
	k->lead = arena_strdup(a, s->lead);
	k->helpers = arena_strdup(a, s->helpers);
	k->reply = arena_strdup(a, s->reply);
	k->by = arena_strdup(a, s->by);
	k->at = arena_strdup(a, s->at);
	k->note = s->note ? memcpy(arena_alloc(a, s->note_len + 1), s->note, s->note_len) : NULL;
	k->salt =
		s->salt ? memcpy(arena_alloc(a, STEP_SALT_BYTES), s->salt, STEP_SALT_BYTES) : NULL;
	return ERR_OK;
}

static bool is_faulty(const struct flush *f, int64_t number)
{
	for (size_t i = 0; i < f->faulty_count; i++)
		if (f->faulty[i] == number)
			return true;
	return false;
}

/* The rest goes on: one row that somebody changed by hand does not stop the office. */
static void make_faulty(struct flush *f, int64_t number, const struct err *why)
{
	f->faulty = mem_grow(f->faulty, f->faulty_count + 1, sizeof *f->faulty);
	f->faulty[f->faulty_count++] = number;
	if (!f->first.code)
		f->first = *why;
}

static void fault_changed(struct flush *f, const struct tip_case *row, int64_t n)
{
	struct err why = {0};

	err_set(&why, ERR_REFUSED,
		T("案件 %.12s 的第 %lld 步在登记库里被改过，没有写进办理链：用 tianlan case verify "
		  "查看",
			"case %.12s: step %lld was changed in the register and is not chained; see "
			"tianlan case verify"),
		row->id, (long long)n);
	make_faulty(f, row->number, &why);
}

/* A record of another content stands under a step's name. */
static void fault_other(struct flush *f, const struct line *l)
{
	struct err why = {0};

	err_set(&why, ERR_REFUSED,
		T("办理链上已有另一份“%s”：登记库比链旧（从备份恢复过？）或者被改过，用 tianlan "
		  "case "
		  "verify 查看",
			"the office chain holds another \"%s\": the register is older than the "
			"chain "
			"(restored from a backup?) or was changed; see tianlan case verify"),
		l->path);
	make_faulty(f, l->number, &why);
}

static enum err_code add_step(struct flush *f, const struct tip_step *s, struct err *e)
{
	struct tip_case row;
	char content[SHA256_HEX_BYTES] = "";
	enum desk_role role;
	bool same;

	if (is_faulty(f, s->tip_case))
		return ERR_OK;
	if (reg_case_get(f->d->o.reg, s->tip_case, f->arena, &row, e))
		return e->code;
	if (s->salt)
		step_content(s, row.commitment, s->salt, content);
	/* Of an erased case the salt is gone: nothing is left to compare. */
	same = s->salt ? str_eq(content, s->content) : row.course.state == CASE_ERASED;
	if (!same || !desk_role_find(s->role, &role)) {
		fault_changed(f, &row, s->n);
		return ERR_OK;
	}
	struct line *l = add_line(f);
	l->seq = s->seq;
	l->number = s->tip_case;
	l->step = (struct office_step){.n = s->n, .kind = s->kind, .role = role, .day = s->day};
	snprintf(l->step.commitment, sizeof l->step.commitment, "%s", row.commitment);
	snprintf(l->step.content, sizeof l->step.content, "%s", s->content);
	office_step_path(l->step.commitment, l->step.n, l->path);
	office_step_write(&l->step, &l->bytes);
	day_text(s->day, l->day);
	return ERR_OK;
}

static enum err_code collect(struct flush *f, struct err *e)
{
	enum err_code code = add_anchors(f, e);

	if (!code)
		code = reg_case_step_all(f->d->o.reg, 0, true, keep_step, f, e);
	for (size_t i = 0; !code && i < f->step_count; i++)
		code = add_step(f, &f->steps[i], e);
	return code;
}

/* ---- the lines ------------------------------------------------------------------------------------- */

static struct ledger_entry entry_of(const struct line *l)
{
	struct ledger_entry n = {.path = l->path,
		.bytes = buf_text(&l->bytes),
		.len = l->bytes.len,
		.step = l->number ? policy_case_step_id(l->step.kind) : "anchored",
		.role = desk_role_id(l->number ? l->step.role : DESK_OFFICE),
		.when = l->day};

	if (!hex_decode(l->number ? l->step.commitment : l->anchor.head, n.commitment,
		    sizeof n.commitment))
		memset(n.commitment, 0, sizeof n.commitment);
	return n;
}

/* Leaves out the steps of faulty cases; anchors stay. */
static void drop_faulty(struct flush *f)
{
	size_t kept = f->anchors;

	for (size_t i = f->anchors; i < f->count; i++) {
		if (is_faulty(f, f->lines[i].number))
			buf_done(&f->lines[i].bytes);
		else
			f->lines[kept++] = f->lines[i];
	}
	f->count = kept;
}

/* Of a group, what differs from what stands, before anything is written: of its case nothing goes on then. */
static enum err_code look(
	struct flush *f, struct ledger *l, struct ledger_entry *entries, struct err *e)
{
	size_t before;

	do {
		before = f->faulty_count;
		for (size_t from = 0, n; from < f->count; from += n) {
			n = f->count - from < GROUP ? f->count - from : GROUP;
			for (size_t i = 0; i < n; i++)
				entries[i] = entry_of(&f->lines[from + i]);
			if (ledger_look(l, entries, n, e))
				return e->code;
			for (size_t i = 0; i < n; i++)
				if (entries[i].outcome == LEDGER_DIFFERENT &&
					!is_faulty(f, f->lines[from + i].number))
					fault_other(f, &f->lines[from + i]);
		}
		drop_faulty(f);
	} while (f->faulty_count > before);
	return ERR_OK;
}

static enum err_code append(struct flush *f, struct ledger *l, struct err *e)
{
	struct week week = week_of_day(f->d->o.today);
	/* As the drain's: no finer time than the week. */
	int64_t time = (int64_t)week_monday(week).n * 86400 - CHINA_SECONDS;
	struct ledger_entry *entries = mem_zero(GROUP, sizeof *entries);
	enum err_code code = look(f, l, entries, e);
	size_t commits = 0, packs = 0;

	for (size_t from = 0, n; !code && from < f->count; from += n) {
		n = f->count - from < GROUP ? f->count - from : GROUP;
		for (size_t i = 0; i < n; i++)
			entries[i] = entry_of(&f->lines[from + i]);
		code = ledger_append(l, entries, n, time, NULL, &commits, e);
	}
	free(entries);
	return code ? code : ledger_repack(l, PACKS_MAX, &packs, e);
}

static struct line *first_of(struct flush *f, const char *commitment)
{
	while (f->next < f->count && f->lines[f->next].line)
		f->next++;
	for (size_t i = f->next; i < f->count; i++)
		if (!f->lines[i].line && str_eq(f->lines[i].step.commitment, commitment))
			return &f->lines[i];
	return NULL;
}

/* The next step of this case that has no line yet: lines of a case stand in the order of its steps, and those that were written
 * just now in the order of all. */
static enum err_code find_line(const struct chain_line *line, void *ctx, struct err *e)
{
	struct flush *f = ctx;
	char commitment[SHA256_HEX_BYTES];

	(void)e;
	if (str_eq(line->step, "anchored"))
		return ERR_OK;
	hex_encode(line->commitment, SHA256_BYTES, commitment);
	struct line *l = first_of(f, commitment);
	if (l && str_eq(line->step, policy_case_step_id(l->step.kind)) &&
		str_eq(line->role, desk_role_id(l->step.role)) && str_eq(line->when, l->day))
		l->line = line->seq;
	return ERR_OK;
}

/* ---- the marks ---------------------------------------------------------------------------------------- */

static enum err_code mark_anchors(struct flush *f, struct err *e)
{
	for (size_t i = 0; i < f->anchors; i++) {
		const struct line *l = &f->lines[i];
		struct intake_head head;
		const char *branch = arena_printf(f->arena, "intake/%s", l->anchor.host);
		if (reg_head_get(f->d->o.reg, branch, f->arena, &head, e))
			return e->code;
		head.anchored_seq = l->anchor.seq;
		if (reg_head_set(f->d->o.reg, &head, e))
			return e->code;
	}
	return ERR_OK;
}

static enum err_code mark(struct flush *f, struct ledger *l, struct err *e)
{
	struct reg *r = f->d->o.reg;
	struct intake_head stands;
	struct ledger_head since = {0}, now = {0};
	char hash[SHA256_HEX_BYTES], week[WEEK_TEXT_BYTES];
	enum err_code code = mark_anchors(f, e);

	if (!code)
		code = reg_head_get(r, OFFICE_BRANCH, f->arena, &stands, e);
	if (code)
		return code;
	since.seq = stands.seq;
	f->next = f->anchors;
	if (stands.seq && !hex_decode(stands.hash, since.hash, SHA256_BYTES))
		return err_set(e, ERR_INPUT,
			T("登记库记的链末不对", "the register names no end of the chain"));
	if (ledger_each_since(l, &since, NULL, find_line, NULL, f, &now, e))
		return err_prefix(e, T("分支“%s”", "branch \"%s\""), OFFICE_BRANCH);
	for (size_t i = f->anchors; !code && i < f->count; i++)
		if (f->lines[i].line)
			code = reg_case_step_chained(r, f->lines[i].seq, f->lines[i].line, e);
	hex_encode(now.hash, SHA256_BYTES, hash);
	stands.branch = OFFICE_BRANCH;
	stands.seq = now.seq;
	stands.hash = hash;
	if (!code)
		code = reg_head_set(r, &stands, e);
	if (!code)
		code = reg_chain_week_set(r, week_text(week_of_day(f->d->o.today), week), hash, e);
	return code;
}

static enum err_code put_statuses(struct flush *f, struct err *e)
{
	int64_t *numbers = arena_alloc(f->arena, (f->count + 1) * sizeof *numbers);
	size_t count = 0;

	for (size_t i = f->anchors; i < f->count; i++)
		if (!count || numbers[count - 1] != f->lines[i].number)
			numbers[count++] = f->lines[i].number;
	return count ? desk_status_put(f->d, numbers, count, e) : ERR_OK;
}

/* ---- all of it ------------------------------------------------------------------------------------------ */

static enum err_code write_waiting(struct flush *f, struct err *e)
{
	struct ledger *l = NULL;

	if (collect(f, e))
		return e->code;
	if (!f->count)
		return ERR_OK;
	if (desk_ledger(f->d, OFFICE_BRANCH, &l, e) || append(f, l, e) || put_statuses(f, e) ||
		mark(f, l, e))
		return e->code;
	return ERR_OK;
}

static enum err_code one_waits(void *ctx, const struct tip_step *s, struct err *e)
{
	(void)s;
	(void)e;
	*(bool *)ctx = true;
	return ERR_CONFLICT; /* seen enough */
}

/* Without a transaction: is there anything to do? */
static enum err_code anything_waits(struct desk *d, bool *ret, struct err *e)
{
	struct flush f = {.d = d, .arena = arena_new()};
	enum err_code code = add_anchors(&f, e);

	*ret = f.count > 0;
	if (!code && !*ret) {
		code = reg_case_step_all(d->o.reg, 0, true, one_waits, ret, e);
		code = *ret ? ERR_OK : code;
	}
	flush_done(&f);
	return code;
}

enum err_code desk_flush(struct desk *d, struct err *e)
{
	struct flush f = {.d = d};
	bool waits = false;
	enum err_code code = anything_waits(d, &waits, e);

	if (code || !waits)
		return code;
	if (d->o.read_only)
		return err_set(e, ERR_USAGE, T("只读打开的，不写链", "opened for looking only"));
	f.arena = arena_new();
	code = reg_begin(d->o.reg, e);
	if (!code)
		code = write_waiting(&f, e);
	if (!code)
		code = reg_commit(d->o.reg, e);
	if (code)
		reg_rollback(d->o.reg);
	else if (f.first.code)
		code = (*e = f.first).code;
	flush_done(&f);
	return code;
}
