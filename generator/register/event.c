/*
 * Events: what happened to an enterprise, append-only and dated.
 *
 * Invariants: the course as of the event's own day decides whether it may follow (events may be recorded late);
 * a correction names one event of the same enterprise, which then counts no more, and is itself never corrected: what
 * is right is recorded anew. When a decision is corrected away, the one recorded before it is in force again.
 * A sign-off counts only with its three units and its evidence (signoff.c), however it comes to count.
 */
#include "register/register_internal.h"

#include "tianlan/register_supervision.h"

#include <string.h>

#define TEXT_MAX_BYTES 12000

/* ---- checks ---------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 水政办〔2017〕67号: the year in 〔 〕, four digits, no 第, no leading zero (国办发〔2017〕47号, GB/T 9704). */
enum err_code reg_doc_check(const char *doc, struct err *e)
{
	static const char *const wrong[] = {"[", "]", "【", "】", "（", "(", "﹝", "［", NULL};
	const char *open, *after;

	if (!doc)
		return ERR_OK;
	if (!*doc || strlen(doc) > 200 || !utf8_valid(doc, strlen(doc), NULL) ||
		strpbrk(doc, "\n\r\t"))
		return err_set(e, ERR_USAGE, T("文号无效", "the document number is not valid"));
	for (const char *const *w = wrong; *w; w++) {
		const char *at = strstr(doc, *w);

		if (at && is_digit(at[strlen(*w)]))
			return err_set(e, ERR_USAGE,
				T("文号“%s”的年份应使用六角括号：〔2018〕",
					"%s: the year stands in 〔 〕"),
				doc);
	}
	open = strstr(doc, "〔");
	if (!open)
		return ERR_OK;
	after = open + strlen("〔");
	if (strspn(after, "0123456789") != 4 || !str_starts(after + 4, "〕"))
		return err_set(e, ERR_USAGE,
			T("文号“%s”：括号内应为四位年份",
				"%s: four digits of a year stand in 〔 〕"),
			doc);
	after += 4 + strlen("〕");
	if (str_starts(after, "第") || *after == '0')
		return err_set(e, ERR_USAGE,
			T("文号“%s”：序号前不加“第”，不编虚位",
				"%s: neither 第 nor a leading zero"),
			doc);
	if (!is_digit(*after) || !str_starts(after + strspn(after, "0123456789"), "号"))
		return err_set(e, ERR_USAGE,
			T("文号“%s”：应以“序号＋号”结尾", "%s: it ends in a number and 号"), doc);
	return ERR_OK;
}

static enum err_code check_text(const char *text, const char *what, struct err *e)
{
	if (text && (strlen(text) > TEXT_MAX_BYTES || !utf8_valid(text, strlen(text), NULL)))
		return err_set(e, ERR_USAGE,
			T("%s过长或不是有效的 UTF-8", "%s is too long or not valid UTF-8"), what);
	return ERR_OK;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

static void read_event(sqlite3_stmt *s, struct arena *a, struct event *ev)
{
	*ev = (struct event){
		.seq = sqlite3_column_int64(s, 0),
		.enterprise = {sqlite3_column_int64(s, 1)},
		.kind = policy_event_find((const char *)sqlite3_column_text(s, 2)),
		.day = reg_column_day(s, 3),
		.unit = reg_column_text(s, 4, a),
		.doc = reg_column_text(s, 5, a),
		.note = reg_column_text(s, 6, a),
		.note_public = sqlite3_column_int(s, 7) != 0,
		.corrects = sqlite3_column_int64(s, 8),
		.decided = reg_column_text(s, 9, a),
		.by = reg_column_text(s, 10, a),
		.at = reg_column_text(s, 11, a),
		.voided = sqlite3_column_int(s, 12) != 0,
	};
}

enum err_code reg_event_each(
	struct reg *r, struct enterprise_id id, event_fn *fn, void *ctx, struct err *e)
{
	struct arena *a;
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_EVENT_EACH, &s, e);

	if (code)
		return code;
	a = arena_new();
	reg_bind_int(s, 1, id.n);
	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct event ev;

		arena_reset(a);
		read_event(s, a, &ev);
		code = fn(ctx, &ev, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

static enum err_code get_event(
	struct reg *r, int64_t seq, struct arena *a, struct event *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_EVENT_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND, T("没有第 %lld 号事件", "there is no event %lld"),
			(long long)seq);
	if (!code)
		read_event(s, a, ret);
	sqlite3_reset(s);
	return code;
}

/* ---- writing --------------------------------------------------------------------------------------------- */

enum err_code reg_event_insert(struct reg *r, struct enterprise_id id, const struct event_new *ev,
	const char *decided, const struct change_note *note, int64_t *ret_seq, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_EVENT_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	reg_bind_text(s, 2, policy_event_id(ev->kind));
	reg_bind_day(s, 3, ev->day);
	reg_bind_text(s, 4, ev->unit);
	reg_bind_text(s, 5, ev->doc);
	reg_bind_text(s, 6, ev->note);
	reg_bind_int(s, 7, ev->note_public);
	if (ev->corrects)
		reg_bind_int(s, 8, ev->corrects);
	reg_bind_text(s, 9, decided);
	reg_bind_text(s, 10, note->by);
	reg_bind_text(s, 11, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (!code && ret_seq)
		*ret_seq = sqlite3_last_insert_rowid(r->db);
	return code;
}

static enum err_code insert_and_log(struct reg *r, struct enterprise_id id,
	const struct event_new *ev, const char *decided, const struct change_note *note,
	int64_t *ret_seq, struct err *e)
{
	enum err_code code = reg_event_insert(r, id, ev, decided, note, ret_seq, e);

	if (!code)
		code = reg_log(r,
			&(struct log_entry){.enterprise = id,
				.kind = ev->kind == EVENT_REGISTERED ? "registered" : "event",
				.detail = policy_event_id(ev->kind),
				.day = ev->day},
			note, e);
	return code;
}

/* The latest valid decision of a kind: *ret_seq 0 when there is none. */
static enum err_code latest_decision(struct reg *r, struct enterprise_id id, enum event_kind kind,
	struct arena *a, int64_t *ret_seq, const char **ret_decided, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_EVENT_DECIDED, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	reg_bind_text(s, 2, policy_event_id(kind));
	code = reg_step(r, s, &row, e);
	if (!code) {
		*ret_seq = row ? sqlite3_column_int64(s, 0) : 0;
		*ret_decided = row ? reg_column_text(s, 1, a) : NULL;
	}
	sqlite3_reset(s);
	return code;
}

static enum err_code take_back(struct reg *r, struct enterprise_id id, enum event_kind kind,
	struct day day, const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	const char *decided;
	int64_t seq = 0;
	enum err_code code;

	while (!(code = latest_decision(r, id, kind, a, &seq, &decided, e)) && seq) {
		struct event_new correction = {
			.kind = EVENT_CORRECTION, .day = day, .note = note->why, .corrects = seq};

		code = insert_and_log(r, id, &correction, NULL, note, NULL, e);
		if (code)
			break;
	}
	arena_free(a);
	return code;
}

static enum err_code check_course(struct reg *r, struct enterprise_id id,
	const struct event_new *ev, bool out_of_scope, enum category category, enum measure measure,
	struct err *e)
{
	/* A record is registered once, whatever the day. */
	struct day until = ev->kind == EVENT_REGISTERED ? DAY_NONE : ev->day;
	struct course course;
	const char *why;
	enum err_code code = reg_course_of(r, id, until, out_of_scope, &course, e);

	if (code)
		return code;
	why = policy_event_refusal(&course, ev->kind, category, measure);
	if (why)
		return err_set(e, ERR_CONFLICT, T("不能记录“%s”：%s", "“%s” cannot follow: %s"),
			T(policy_event_label(ev->kind), policy_event_id(ev->kind)), why);
	return ERR_OK;
}

enum err_code reg_decide(struct reg *r, struct enterprise_id id, enum event_kind kind,
	const char *decided, bool out_of_scope, struct day day, const struct change_note *note,
	struct err *e)
{
	struct event_new ev = {.kind = kind, .day = day};
	enum err_code code;

	if (!day_is_set(day))
		return err_set(
			e, ERR_USAGE, T("缺少决定的日期", "the day of the decision is missing"));
	if (!decided)
		return take_back(r, id, kind, day, note, e);
	code = check_course(r, id, &ev, out_of_scope, policy_category_find(decided),
		policy_measure_find(decided), e);
	return code ? code : insert_and_log(r, id, &ev, decided, note, NULL, e);
}

/* ---- corrections -------------------------------------------------------------------------------------------- */

static enum err_code check_corrected(struct reg *r, struct enterprise_id id,
	const struct event_new *ev, struct arena *a, struct event *ret, struct err *e)
{
	enum err_code code;

	if (ev->kind != EVENT_CORRECTION) {
		if (ev->corrects)
			return err_set(e, ERR_USAGE,
				T("只有更正才能指明所更正的事件",
					"only a correction names another event"));
		return ERR_OK;
	}
	if (!ev->corrects)
		return err_set(e, ERR_USAGE,
			T("更正须指明所更正的事件（--corrects 序号）",
				"a correction must name the event it corrects (--corrects N)"));
	if (!ev->note)
		return err_set(e, ERR_USAGE,
			T("更正须说明理由（--note）", "a correction must say why (--note)"));
	code = get_event(r, ev->corrects, a, ret, e);
	if (code)
		return code;
	if (ret->enterprise.n != id.n)
		return err_set(e, ERR_NOT_FOUND,
			T("第 %lld 号事件不属于这家企业", "event %lld is not this enterprise's"),
			(long long)ev->corrects);
	if (ret->kind == EVENT_CORRECTION)
		return err_set(e, ERR_CONFLICT,
			T("更正本身不再更正：请把正确的事件重新记录",
				"a correction is not corrected: record what is right anew"));
	if (ret->voided)
		return err_set(e, ERR_CONFLICT,
			T("第 %lld 号事件已被更正", "event %lld was corrected already"),
			(long long)ev->corrects);
	return ERR_OK;
}

/* Field and value of the decision that is in force once one was corrected away. */
static enum err_code restore_decision(struct reg *r, struct enterprise_id id, enum event_kind kind,
	struct day day, const struct change_note *note, struct arena *a, struct err *e)
{
	enum field f = kind == EVENT_CLASSIFIED ? FIELD_CATEGORY : FIELD_MEASURE;
	const char *now[FIELD_COUNT], *decided = NULL;
	int64_t seq = 0;
	enum err_code code = reg_row_get(r, id, a, now, NULL, e);

	if (!code)
		code = latest_decision(r, id, kind, a, &seq, &decided, e);
	if (!code && !str_eq(now[f], decided))
		code = reg_row_force(r, id, f, decided, day, note, e);
	return code;
}

/* ---- adding --------------------------------------------------------------------------------------------------- */

static enum err_code check_new(struct reg *r, const struct event_new *ev, struct err *e)
{
	enum err_code code;

	if (ev->kind < 1 || ev->kind >= EVENT_KIND_COUNT)
		return err_set(e, ERR_USAGE, T("没有这种事件", "there is no such kind of event"));
	if (!day_is_set(ev->day))
		return err_set(
			e, ERR_USAGE, T("缺少事件的日期", "the day of the event is missing"));
	code = ev->unit ? reg_unit_check(r, ev->unit, e) : ERR_OK;
	if (!code)
		code = reg_doc_check(ev->doc, e);
	if (!code)
		code = check_text(ev->note, T("说明", "the note"), e);
	return code;
}

/* Only what the name's ending makes certain. */
static const char *file_kind(const char *path)
{
	static const char *const videos[] = {
		".mp4", ".MP4", ".mov", ".MOV", ".avi", ".AVI", ".mkv", NULL};

	for (const char *const *v = videos; *v; v++)
		if (str_ends(path, *v))
			return "video";
	return "other";
}

/* A step of the sign-off: who takes it, and what shows it. */
static enum err_code check_signoff(struct reg *r, struct enterprise_id id,
	const struct event_new *ev, struct arena *a, struct err *e)
{
	const char *why = NULL;
	enum err_code code;

	if (ev->kind < EVENT_SELF_CHECKED || ev->kind > EVENT_SIGNED_OFF)
		return ERR_OK;
	code = reg_signoff_refusal(r, id, ev->kind, ev->unit, ev->day, a, &why, e);
	if (!code && why)
		code = err_set(e, ERR_CONFLICT, T("不能记录“%s”：%s", "“%s” cannot follow: %s"),
			T(policy_event_label(ev->kind), policy_event_id(ev->kind)), why);
	return code;
}

/* What a sign-off stands on may be recorded anew behind it: then it counts again, if nothing is lacking. */
static bool may_restore_signoff(enum event_kind kind)
{
	return kind == EVENT_ACCEPTED || kind == EVENT_RESUMED || kind == EVENT_CLOSED ||
	       (kind >= EVENT_CLEARED_WATER && kind <= EVENT_VERIFIED);
}

/* The row as the events have it now; the day's sign-offs and look-backs follow. */
static enum err_code settle(struct reg *r, struct enterprise_id id, const struct event_new *ev,
	const struct event *corrected, bool restored, struct err *e)
{
	bool stands, counts = false;
	enum err_code code = reg_row_refresh(r, id, e);

	if (!code && (corrected->kind == EVENT_LOOKED_BACK || corrected->kind == EVENT_RELAPSED))
		code = reg_lookback_reopen(r, id, corrected->seq, e);
	if (code || !restored || ev->kind == EVENT_CORRECTION)
		return code;
	code = reg_signoff_stands(r, id, &stands, &counts, e);
	return !code && counts ? reg_signoff_check(r, id, e) : code;
}

static enum err_code add(struct reg *r, struct enterprise_id id, const struct event_new *ev,
	const struct change_note *note, struct arena *a, int64_t *ret_seq, struct err *e)
{
	bool waits = false, counts = false;
	const char *now[FIELD_COUNT], *decided = NULL;
	struct event corrected = {0};
	int64_t seq = 0;
	enum err_code code = reg_row_get(r, id, a, now, NULL, e);

	if (!code)
		code = check_new(r, ev, e);
	if (!code)
		code = check_corrected(r, id, ev, a, &corrected, e);
	if (!code)
		code = check_course(r, id, ev, value_tri(now[FIELD_OUT_OF_SCOPE]) == TRI_YES,
			policy_category_find(now[FIELD_CATEGORY]),
			policy_measure_find(now[FIELD_MEASURE]), e);
	if (!code)
		code = check_signoff(r, id, ev, a, e);
	if (!code && may_restore_signoff(ev->kind))
		code = reg_signoff_stands(r, id, &waits, &counts, e);
	if (code)
		return code;
	if (ev->kind == EVENT_CLASSIFIED || ev->kind == EVENT_MEASURE_DECIDED) {
		decided = now[ev->kind == EVENT_CLASSIFIED ? FIELD_CATEGORY : FIELD_MEASURE];
		if (!decided)
			return err_set(e, ERR_CONFLICT,
				T("先确定内容：tianlan enterprise set 编号 %s=…",
					"decide first: tianlan enterprise set ID %s=…"),
				ev->kind == EVENT_CLASSIFIED ? "category" : "measure");
	}
	code = insert_and_log(r, id, ev, decided, note, &seq, e);
	for (const char *const *f = ev->files; f && *f && !code; f++)
		code = reg_evidence_file(
			r, id, seq, *f, file_kind(*f), ev->day, ev->files_public, note, e);
	if (!code &&
		(corrected.kind == EVENT_CLASSIFIED || corrected.kind == EVENT_MEASURE_DECIDED))
		code = restore_decision(r, id, corrected.kind, ev->day, note, a, e);
	if (!code)
		code = settle(r, id, ev, &corrected, waits && !counts, e);
	if (!code)
		*ret_seq = seq;
	return code;
}

enum err_code reg_event_add(struct reg *r, struct enterprise_id id, const struct event_new *ev,
	const struct change_note *note, int64_t *ret_seq, struct err *e)
{
	struct arena *a = arena_new();
	int64_t seq = 0;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = add(r, id, ev, note, a, &seq, e);
		code = reg_scope_end(r, code, e);
	}
	if (!code && ret_seq)
		*ret_seq = seq;
	arena_free(a);
	return code;
}
