/*
 * Do register and chains agree? The chains alone first (chain_verify); then, with the register held still, every row against its
 * lines and records, and the other way round.
 *
 * What a step's row says is vouched for by the salted hash in its record; a step without its line yet is one that a crash left,
 * or was taken a moment ago: it waits, and only the last ones of a case may. What was erased can no longer be compared with
 * its hash; that it was erased stands in the chain.
 */
#include "casework/agree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void disagree(struct agree *a, const char *fmt, ...)
{
	va_list args;

	if (!a->report->sound)
		return;
	a->report->sound = false;
	va_start(args, fmt);
	vsnprintf(a->report->what, sizeof a->report->what, fmt, args);
	va_end(args);
}

/* ---- a case's row and its line ------------------------------------------------------------------- */

/* What has no record of its own stands under its commitment. */
static bool is_line_of(const struct tip_case *row, const struct chained_case *line)
{
	bool own = str_eq(row->origin, "quarantined");
	struct week week;
	struct day day;
	char text[WEEK_TEXT_BYTES];

	if (!str_eq(line->branch + strlen("intake/"), row->host))
		return false;
	if (own ? strncmp(row->id, row->commitment, TIP_ID_BYTES - 1) != 0
		: !line->received || !str_eq(row->id, line->id))
		return false;
	if (!week_parse(line->when, strlen(line->when), &week)) {
		if (!day_parse(line->when, &day))
			return false;
		week = week_of_day(day);
	}
	return str_eq(week_text(week, text), row->week);
}

static void check_row(struct agree *a, const struct tip_case *row)
{
	uint8_t commitment[COMMITMENT_BYTES];
	struct chained_case *line = NULL;
	const struct chains *c = &a->chains;
	bool found = false;

	if (hex_decode(row->commitment, commitment, COMMITMENT_BYTES))
		line = chains_case(&a->chains, commitment);
	for (; line && line < c->cases + c->case_count &&
		memcmp(line->commitment, commitment, COMMITMENT_BYTES) == 0;
		line++) {
		found |= is_line_of(row, line);
		line->has_row = true;
	}
	if (!found)
		disagree(a,
			T("案件 %.12s（第 %lld 件）在收件链上没有这样的登记",
				"case %.12s (number %lld) has no such line in an intake chain"),
			row->id, (long long)row->number);
}

/* ---- its steps ----------------------------------------------------------------------------------------- */

struct steps {
	struct agree *a;
	const struct tip_case *row;
	uint8_t commitment[COMMITMENT_BYTES];
	int64_t n, last_seq;
	bool waiting; /* one that waits was seen: nothing may stand in the chain behind it */
	/* What the row keeps of them: */
	char reply[2048], lead[128], helpers[1024];
	struct enterprise_id enterprise;
	int64_t merged_into;
	bool found_new;
	struct case_seen seen;
};

static void wrong(struct steps *k, int64_t n, const char *what)
{
	disagree(k->a, T("案件 %.12s 的第 %lld 步：%s", "case %.12s, step %lld: %s"), k->row->id,
		(long long)n, what);
}

static void check_first(struct steps *k, const struct tip_step *s)
{
	struct week week;

	if (s->kind != CASE_RECEIVED || s->chained || s->note || s->salt || s->unit || s->outcome ||
		s->lead || s->helpers || s->enterprise.n || s->found_new || s->into_case ||
		s->days || s->despite_open || s->reply || !str_eq(s->role, "intake") ||
		!str_eq(s->content, k->row->commitment) ||
		!week_parse(k->row->week, strlen(k->row->week), &week) ||
		day_compare(s->day, week_monday(week)) != 0)
		wrong(k, s->n,
			T("不是收件时登记的样子", "is not what was recorded when it was received"));
}

static void check_content(struct steps *k, const struct tip_step *s, const struct chained_step *r)
{
	char content[SHA256_HEX_BYTES];

	if (s->salt) {
		step_content(s, k->row->commitment, s->salt, content);
		if (!str_eq(content, s->content))
			wrong(k, s->n,
				T("登记库里的内容被改过，与它的散列不符",
					"its row was changed: it is not what its hash says"));
	} else if (k->row->course.state != CASE_ERASED) {
		wrong(k, s->n,
			T("没有销毁，却没有盐，内容无法核对",
				"its salt is gone though the case was not erased"));
	}
	if (r && !str_eq(r->step.content, s->content))
		wrong(k, s->n,
			T("内容散列与链上的记录不符",
				"its hash is not that of its record in the chain"));
	if (r && (r->step.kind != s->kind || !str_eq(desk_role_id(r->step.role), s->role) ||
			 day_compare(r->step.day, s->day) != 0))
		wrong(k, s->n,
			T("步骤、角色或日期与链上的记录不符",
				"its kind, role or day is not that of its record in the chain"));
}

static void check_line(struct steps *k, const struct tip_step *s, const struct chained_step *r)
{
	if (s->chained && !r)
		wrong(k, s->n, T("链上没有它的记录", "the chain has no record of it"));
	else if (s->chained && s->chain_seq != r->seq)
		wrong(k, s->n,
			T("登记库记的不是它在链上的那一行",
				"the line that the register names is not its line"));
	else if (!s->chained && r && r->seq <= k->a->office_seq)
		wrong(k, s->n,
			T("它在链上有一行，登记库里的标记却没了",
				"its line stands, but the register's mark of it is gone"));
	else if (s->chained && k->waiting)
		wrong(k, s->n,
			T("前一步还没有上链，它却上了",
				"it is chained though the step before it is not"));
	k->waiting |= !s->chained;
	k->a->report->waiting += !s->chained;
}

static void keep(char *out, size_t out_bytes, const char *text)
{
	snprintf(out, out_bytes, "%s", text ? text : "");
}

/* As the register folds its steps. */
static void fold(struct steps *k, const struct tip_step *s)
{
	if (s->reply)
		keep(k->reply, sizeof k->reply, s->reply);
	if (s->kind == CASE_DISPATCHED) {
		keep(k->lead, sizeof k->lead, s->lead);
		keep(k->helpers, sizeof k->helpers, s->helpers);
	} else if (s->kind == CASE_MERGED) {
		k->merged_into = s->into_case;
	} else if (s->kind == CASE_REOPENED) {
		k->merged_into = 0;
	} else if (s->kind == CASE_RECTIFYING && s->enterprise.n) {
		k->found_new = s->found_new || (k->found_new && k->enterprise.n == s->enterprise.n);
		k->enterprise = s->enterprise;
	}
}

static void remember(struct case_seen *c, const struct tip_step *s)
{
	if (c->count == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 32;
		c->steps = mem_grow(c->steps, c->cap, sizeof *c->steps);
	}
	struct step_seen *n = &c->steps[c->count++];
	*n = (struct step_seen){.seq = s->seq,
		.fact = {.kind = s->kind, .day = s->day, .outcome = s->outcome, .days = s->days},
		.reply = arena_strdup(c->arena, s->reply)};
	snprintf(n->recorded, sizeof n->recorded, "%s", s->at ? s->at : "");
}

static enum err_code check_step(void *ctx, const struct tip_step *s, struct err *e)
{
	struct steps *k = ctx;
	struct chained_step *r = NULL;

	(void)e;
	k->a->report->steps++;
	if (s->n != ++k->n)
		wrong(k, s->n, T("步骤不是连着编号的", "the steps are not numbered without a gap"));
	fold(k, s);
	remember(&k->seen, s);
	if (s->n == 1) {
		check_first(k, s);
		return ERR_OK;
	}
	r = chains_step(&k->a->chains, k->commitment, s->n);
	if (r)
		r->has_row = true;
	check_content(k, s, r);
	check_line(k, s, r);
	/* seq orders the rows, and the lines follow it. */
	if (s->chained && s->seq <= k->last_seq)
		wrong(k, s->n, T("步骤的顺序被改过", "the order of the steps was changed"));
	k->last_seq = s->seq;
	return ERR_OK;
}

static void check_cached(struct steps *k)
{
	const struct tip_case *row = k->row;

	bool reply =
		str_eq(k->reply, row->reply ? row->reply : "") || (k->seen.erased && !row->reply);

	if (!reply || !str_eq(k->lead, row->lead ? row->lead : "") ||
		!str_eq(k->helpers, row->helpers ? row->helpers : "") ||
		k->enterprise.n != row->enterprise.n || k->merged_into != row->merged_into ||
		k->found_new != row->found_new)
		disagree(k->a,
			T("案件 %.12s：答复、承办单位、关联企业或并入与它的步骤不符",
				"case %.12s: its reply, lead, enterprise or merger is not that of "
				"its "
				"steps"),
			row->id);
}

static bool is_unfinished(const struct agree *a, int64_t number)
{
	for (size_t i = 0; i < a->unfinished_count; i++)
		if (a->unfinished[i] == number)
			return true;
	return false;
}

static enum err_code check_case(void *ctx, const struct tip_case *row, struct err *e)
{
	struct agree *a = ctx;
	struct steps k = {.a = a, .row = row};

	k.seen.row = row;
	k.seen.erased = row->course.state == CASE_ERASED;
	k.seen.unfinished = is_unfinished(a, row->number);
	k.seen.arena = arena_new();
	a->report->cases++;
	if (!hex_decode(row->commitment, k.commitment, COMMITMENT_BYTES))
		memset(k.commitment, 0, sizeof k.commitment);
	check_row(a, row);
	enum err_code code = reg_case_step_each(a->reg, row->number, check_step, &k, e);
	if (!code)
		check_cached(&k);
	if (!code)
		code = check_case_row(a, &k.seen, e);
	if (!code)
		code = letters_add(a, row, e);
	free(k.seen.steps);
	arena_free(k.seen.arena);
	return code;
}

/* ---- erased, not to the end ----------------------------------------------------------------------------- */

static enum err_code note_unfinished(void *ctx, const struct tip_case *row, struct err *e)
{
	struct agree *a = ctx;

	(void)e;
	a->unfinished = mem_grow(a->unfinished, a->unfinished_count + 1, sizeof *a->unfinished);
	a->unfinished[a->unfinished_count++] = row->number;
	return ERR_OK;
}

static enum err_code say_unfinished(void *ctx, const struct tip_case *row, struct err *e)
{
	(void)e;
	disagree(ctx,
		T("案件 %.12s 销毁未完成：请再执行一次 tianlan case erase %.12s",
			"case %.12s is erased but not destroyed to the end: run tianlan case erase "
			"%.12s again"),
		row->id, row->id);
	return ERR_OK;
}

/* ---- what the chains have and the register should ---------------------------------------------------------- */

static enum err_code head_of(
	struct agree *a, const char *branch, struct intake_head *ret, struct err *e)
{
	char hash[SHA256_HEX_BYTES];

	if (reg_head_get(a->reg, branch, a->chains.arena, ret, e))
		return e->code;
	if (ret->seq &&
		(!chains_hash(&a->chains, branch, ret->seq, hash) || !str_eq(hash, ret->hash)))
		disagree(a,
			T("分支 %s 不是登记库读到第 %lld 行的那条链：它被改写过或截短过",
				"branch %s is not the chain that was read up to line %lld: it was "
				"rewritten or cut short"),
			branch, (long long)ret->seq);
	return ERR_OK;
}

/* Lines behind the head that was taken in are the next desk's to take. */
static enum err_code check_taken(struct agree *a, const char *branch, struct err *e)
{
	struct intake_head head;

	if (head_of(a, branch, &head, e))
		return e->code;
	for (size_t i = 0; i < a->chains.case_count; i++) {
		const struct chained_case *n = &a->chains.cases[i];
		if (!n->has_row && n->seq <= head.seq && str_eq(n->branch, branch))
			disagree(a,
				T("分支 %s 第 %lld 行登记的举报在登记库里没有",
					"the tip-off of branch %s, line %lld, has no row in the "
					"register"),
				branch, (long long)n->seq);
	}
	return ERR_OK;
}

static void check_steps_have_rows(struct agree *a)
{
	char path[OFFICE_PATH_BYTES];

	for (size_t i = 0; i < a->chains.step_count; i++) {
		const struct chained_step *s = &a->chains.steps[i];
		if (s->has_row)
			continue;
		office_step_path(s->step.commitment, s->step.n, path);
		disagree(a,
			T("链上的记录 %s 在登记库里没有",
				"the record %s has no row in the register"),
			path);
	}
}

static void check_anchors(struct agree *a)
{
	for (size_t i = 0; i < a->chains.anchor_count; i++) {
		const struct office_anchor *n = &a->chains.anchors[i];
		const char *branch = arena_printf(a->chains.arena, "intake/%s", n->host);
		char hash[SHA256_HEX_BYTES];
		if (!chains_hash(&a->chains, branch, n->seq, hash) || !str_eq(hash, n->head))
			disagree(a,
				T("锚定的链末（%s 第 %lld 行）不是那条链有过的",
					"the head that was anchored (%s, line %lld) is none that "
					"chain "
					"had"),
				branch, (long long)n->seq);
	}
}

/* ---- evidence -------------------------------------------------------------------------------------------------- */

static void audit_fault(void *ctx, const char *fault)
{
	disagree(ctx, "%s", fault);
}

static enum err_code bad_evidence(void *ctx, const struct evidence *ev, struct err *e)
{
	struct agree *a = ctx;

	(void)e;
	a->report->evidence_bad++;
	disagree(a,
		T("证据材料 %.12s 缺失或被改过", "the evidence %.12s is missing or was changed"),
		ev->sha256);
	return ERR_OK;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* What only the register and the files beside it are needed for. */
static enum err_code compare_inside(struct agree *a, struct err *e)
{
	struct reg_audit audit = {0};
	enum err_code code = reg_case_unfinished_each(a->reg, say_unfinished, a, e);

	if (!code)
		code = reg_audit(a->reg, audit_fault, a, &audit, e);
	a->report->rows = audit.rows;
	a->report->enterprises = audit.enterprises;
	a->report->files = audit.files;
	return code;
}

static enum err_code compare(struct agree *a, const char *git, struct err *e)
{
	struct intake_head office;
	enum err_code code = chains_read(git, &a->chains, e);

	if (!code)
		code = head_of(a, OFFICE_BRANCH, &office, e);
	if (code)
		return code;
	a->office_seq = office.seq;
	code = reg_case_unfinished_each(a->reg, note_unfinished, a, e);
	if (!code)
		code = published_read(a, e);
	if (!code)
		code = reg_case_each(a->reg, NULL, check_case, a, e);
	if (!code)
		check_steps_have_rows(a);
	for (size_t i = 0; !code && i < a->chains.branch_count; i++)
		if (!str_eq(a->chains.branches[i].branch, OFFICE_BRANCH))
			code = check_taken(a, a->chains.branches[i].branch, e);
	if (!code)
		check_anchors(a);
	if (!code)
		code = check_weeks(a, e);
	if (!code)
		code = letters_check(a, git, e);
	return code ? code : compare_inside(a, e);
}

/* Nobody writes rows or the office's lines meanwhile: both are done under the register's transaction. */
static enum err_code compare_at_rest(
	struct agree *a, const char *instance, const char *git, struct err *e)
{
	enum err_code code = reg_begin(a->reg, e);

	if (!code)
		code = letters_begin(a, instance, e);
	if (!code)
		code = compare(a, git, e);
	reg_rollback(a->reg);
	letters_done(a);
	published_done(a);
	free(a->unfinished);
	chains_done(&a->chains);
	return code;
}

enum err_code agree_verify(
	const char *instance, struct reg *reg, struct agree_report *ret, struct err *e)
{
	struct agree_report report = {.sound = true};
	struct agree a = {.reg = reg, .report = &report};
	struct arena *arena = arena_new();
	const char *git = path_join(arena, instance, "cases.git");
	enum err_code code = chain_verify(instance, &report.chain, e);

	if (!code && !report.chain.sound)
		disagree(&a, T("链不对：分支 %s 的 %s：%.150s", "branch %s, %s: %.150s"),
			report.chain.branch, report.chain.file, report.chain.why);
	else if (!code)
		code = compare_at_rest(&a, instance, git, e);
	if (!code)
		code = reg_evidence_verify(reg, bad_evidence, &a, e);
	arena_free(arena);
	if (!code)
		*ret = report;
	return code;
}
