/*
 * The file of an enterprise as a folder: index.md and index.csv, record.json, events.csv, inspections.csv, lookbacks.csv,
 * evidence/NN-name.
 *
 * Invariants: it is made beside, under another name, and renamed when it is whole: DIR is there whole or not at all. Each file of
 * evidence is hashed as it stands in the new folder. It is internal (the contact's name and telephone are in it): 0700.
 */
#include "tianlan/register_supervision.h"

#include "tianlan/markup.h"

#include "register/file.h"
#include "register/register_internal.h"
#include "register/statements.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_BYTES ((size_t)64 << 20)
#define SAFE_NAME_BYTES 100

struct item {
	struct evidence ev;
	const char *file; /* "evidence/01-name" */
};
struct export
{
	struct reg *r;
	struct arena *a;
	struct enterprise_id id;
	char id_text[ENTERPRISE_ID_BYTES];
	struct enterprise now;
	struct item *items;
	size_t count, cap;
	const char *stage; /* the folder being made */
	struct day today;
	struct buf *out; /* of a walk over rows */
	struct json *j;
};

/* ---- names -------------------------------------------------------------------------------------------- */

static bool trips(uint32_t c)
{
	static const char signs[] = "/\\:*?\"<>|";

	return c < 0x20 || c == 0x7f || (c < 0x80 && strchr(signs, (int)c)) ||
	       (c >= 0x80 && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

const char *file_safe_name(struct arena *a, const char *name)
{
	const char *end = name + strlen(name);
	const char *dot = strrchr(name, '.');
	size_t ending = dot && end - dot <= 8 ? (size_t)(end - dot) : 0;
	char *out = arena_alloc(a, strlen(name) + 2);
	size_t len = 0, used;
	uint32_t c;

	for (const char *p = name; (used = utf8_decode(p, end, &c)) > 0; p += used) {
		/* Of a long name the ending is kept. */
		if ((size_t)(end - p) > ending && len + used + ending > SAFE_NAME_BYTES)
			continue;
		len += trips(c) ? utf8_encode('_', out + len) : utf8_encode(c, out + len);
	}
	while (len > 0 && (out[len - 1] == '.' || out[len - 1] == ' '))
		len--;
	out[len] = '\0';
	return len ? out : "unnamed";
}

/* ---- reading -------------------------------------------------------------------------------------------- */

static enum err_code take_item(void *ctx, const struct evidence *ev, struct err *e)
{
	struct export *x = ctx;
	struct item *item;

	(void)e;
	if (x->count == x->cap) {
		struct item *more;

		x->cap = x->cap ? x->cap * 2 : 16;
		more = arena_alloc(x->a, x->cap * sizeof(*more));
		if (x->count)
			memcpy(more, x->items, x->count * sizeof(*more));
		x->items = more;
	}
	item = &x->items[x->count++];
	item->ev = *ev;
	item->ev.name = arena_strdup(x->a, ev->name);
	item->ev.kind = arena_strdup(x->a, ev->kind);
	item->ev.by = arena_strdup(x->a, ev->by);
	item->file = arena_printf(
		x->a, "evidence/%02zu-%s", x->count, file_safe_name(x->a, item->ev.name));
	return ERR_OK;
}

static const char *may_publish(const struct evidence *ev)
{
	return ev->may_publish ? T("可公开", "may be published") : T("内部", "internal");
}

/* ---- files ------------------------------------------------------------------------------------------------ */

static enum err_code put(struct export *x, const char *name, struct buf *text, struct err *e)
{
	enum err_code code;

	if (text->overflow)
		return err_set(e, ERR_SYSTEM, T("%s 过长", "%s is too long"), name);
	code = file_write_durable(path_join(x->a, x->stage, name), buf_text(text), text->len, e);
	buf_clear(text);
	return code;
}

static void csv_row(struct buf *b, const char *const *cells)
{
	for (size_t i = 0; cells[i]; i++)
		csv_field(b, i == 0, cells[i]);
	csv_end_row(b);
}

static const char *number(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld", (long long)n);
}

static enum err_code write_index_csv(struct export *x, struct buf *b, struct err *e)
{
	static const char *const head[] = {"file", "day", "kind", "name", "filed_by", "bytes",
		"sha256", "may_publish", "public_sha256", NULL};
	char day[DAY_TEXT_BYTES];

	csv_row(b, head);
	for (size_t i = 0; i < x->count; i++) {
		const struct evidence *ev = &x->items[i].ev;
		const char *const cells[] = {x->items[i].file, day_text(ev->day, day), ev->kind,
			ev->name, ev->by, number(x->a, (int64_t)ev->bytes), ev->sha256,
			ev->may_publish ? "yes" : "no", ev->public_sha256, NULL};

		csv_row(b, cells);
	}
	return put(x, "index.csv", b, e);
}

static const char *or_none(const char *text)
{
	return text ? text : "";
}

static enum err_code event_csv(void *ctx, const struct event *ev, struct err *e)
{
	struct export *x = ctx;
	char day[DAY_TEXT_BYTES];
	const char *const cells[] = {number(x->a, ev->seq), day_text(ev->day, day),
		policy_event_id(ev->kind), or_none(ev->unit), or_none(ev->doc), or_none(ev->note),
		or_none(ev->decided), ev->corrects ? number(x->a, ev->corrects) : "",
		ev->voided ? "yes" : "no", or_none(ev->by), or_none(ev->at), NULL};

	(void)e;
	csv_row(x->out, cells);
	return ERR_OK;
}

static enum err_code write_events_csv(struct export *x, struct buf *b, struct err *e)
{
	static const char *const head[] = {"seq", "day", "kind", "unit", "doc", "note", "decided",
		"corrects", "voided", "by", "at", NULL};
	enum err_code code;

	csv_row(b, head);
	x->out = b;
	code = reg_event_each(x->r, x->id, event_csv, x, e);
	return code ? code : put(x, "events.csv", b, e);
}

static enum err_code inspection_csv(void *ctx, const struct inspection *i, struct err *e)
{
	struct export *x = ctx;
	char day[DAY_TEXT_BYTES], due[DAY_TEXT_BYTES], right[DAY_TEXT_BYTES];
	const char *const cells[] = {number(x->a, i->seq), day_text(i->day, day), i->kind, i->team,
		or_none(i->unit), or_none(i->doc), i->result, or_none(i->finding),
		day_text(i->due, due), day_text(i->put_right, right), i->published ? "yes" : "no",
		or_none(i->public_text), NULL};

	(void)e;
	csv_row(x->out, cells);
	return ERR_OK;
}

static enum err_code write_inspections_csv(struct export *x, struct buf *b, struct err *e)
{
	static const char *const head[] = {"seq", "day", "kind", "team", "unit", "doc", "result",
		"finding", "due", "put_right", "published", "public_text", NULL};
	enum err_code code;

	csv_row(b, head);
	x->out = b;
	code = reg_inspection_each(x->r, NULL, x->id, inspection_csv, x, e);
	return code ? code : put(x, "inspections.csv", b, e);
}

static enum err_code lookback_csv(void *ctx, const struct lookback *l, struct err *e)
{
	struct export *x = ctx;
	char quarter[QUARTER_TEXT_BYTES], day[DAY_TEXT_BYTES];
	const char *const cells[] = {quarter_text(l->quarter, quarter), l->street, l->reason,
		day_text(l->done_on, day), or_none(l->result), NULL};

	(void)e;
	csv_row(x->out, cells);
	return ERR_OK;
}

static enum err_code write_lookbacks_csv(struct export *x, struct buf *b, struct err *e)
{
	static const char *const head[] = {"quarter", "street", "reason", "day", "result", NULL};
	enum err_code code;

	csv_row(b, head);
	x->out = b;
	code = reg_lookback_of(x->r, x->id, lookback_csv, x, e);
	return code ? code : put(x, "lookbacks.csv", b, e);
}

static void json_day(struct json *j, const char *key, struct day day)
{
	char text[DAY_TEXT_BYTES];

	json_out_string(j, key, day_is_set(day) ? day_text(day, text) : NULL);
}

static enum err_code task_json(void *ctx, const struct task *t, struct err *e)
{
	struct json *j = ((struct export *)ctx)->j;

	(void)e;
	json_out_object(j, NULL);
	json_out_int(j, "seq", t->seq);
	json_out_string(j, "kind", t->kind);
	json_out_string(j, "unit", t->unit);
	json_day(j, "asked_on", t->asked_on);
	json_day(j, "due", t->due);
	json_day(j, "done_on", t->done_on);
	json_out_string(j, "note", t->note);
	json_out_object_end(j);
	return ERR_OK;
}

static enum err_code write_record(struct export *x, struct buf *b, struct err *e)
{
	const enum field *fields = reg_stored_fields();
	const struct enterprise *now = &x->now;
	struct json j;
	enum err_code code;

	json_out_init(&j, b);
	json_out_object(&j, NULL);
	json_out_string(&j, "id", x->id_text);
	json_out_string(&j, "unit", now->unit);
	for (int i = 0; i < REG_STORED_FIELDS; i++)
		json_out_string(&j, policy_field(fields[i])->id, now->value[fields[i]]);
	json_out_string(&j, "state", policy_state_slug(now->course.state));
	json_day(&j, "since", now->course.since);
	json_day(&j, "order", now->course.order);
	json_out_int(&j, "lookbacks", now->course.lookbacks);
	json_out_int(&j, "relapses", now->course.relapses);
	json_out_array(&j, "tasks");
	x->j = &j;
	code = reg_task_each(x->r, NULL, x->id, false, task_json, x, e);
	json_out_array_end(&j);
	json_day(&j, "exported_on", x->today);
	json_out_object_end(&j);
	buf_char(b, '\n');
	return code ? code : put(x, "record.json", b, e);
}

/* ---- index.md ------------------------------------------------------------------------------------------------ */

static void md_line(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "- %s", name);
	buf_str(b, T("：", ": "));
	md_text(b, value && *value ? value : "—");
	buf_char(b, '\n');
}

static void md_cell(struct buf *b, const char *text)
{
	buf_str(b, " ");
	md_text(b, text);
	buf_str(b, " |");
}

static void md_head(struct export *x, struct buf *b)
{
	const struct enterprise *now = &x->now;
	char day[DAY_TEXT_BYTES];

	buf_str(b, "# ");
	md_text(b, now->value[FIELD_NAME]);
	buf_printf(b, T("（%s）专项管理档案\n\n", " (%s): file\n\n"), x->id_text);
	buf_str(b, T("内部资料，含联系人和电话，不得对外提供。\n\n",
			   "Internal: it holds the contact's name and telephone. Not for "
			   "others.\n\n"));
	md_line(b, T("导出日期", "exported on"), day_text(x->today, day));
	md_line(b, T("地址", "address"), now->value[FIELD_ADDRESS]);
	md_line(b, T("街道", "street"),
		value_written(x->r, x->a, FIELD_STREET, now->value[FIELD_STREET]));
	md_line(b, T("类别", "category"),
		T(policy_category_label(now->category),
			now->category ? policy_category_slug(now->category) : ""));
	md_line(b, T("处置措施", "measure"),
		T(policy_measure_label(now->measure), policy_measure_id(now->measure)));
	md_line(b, T("状态", "state"),
		T(policy_state_label(now->course.state), policy_state_slug(now->course.state)));
}

static enum err_code md_needs(struct export *x, struct buf *b, struct err *e)
{
	const struct file_need *need;
	size_t count;

	if (reg_file_check(x->r, x->id, x->a, &need, &count, e))
		return e ? e->code : ERR_SYSTEM;
	buf_str(b, T("\n## 应有的材料\n\n| 材料 | 依据 | 要求 | 现有 |\n|---|---|---|---|\n",
			   "\n## What is asked\n\n| what | clause | asked | there "
			   "|\n|---|---|---|---|\n"));
	for (size_t i = 0; i < count; i++) {
		buf_char(b, '|');
		md_cell(b, need[i].what);
		md_cell(b, need[i].clause);
		md_cell(b, need[i].asked ? T("要", "yes") : "");
		buf_printf(b, " %zu%s |\n", need[i].have,
			need[i].asked && !need[i].have ? T("（缺）", " (missing)") : "");
	}
	return ERR_OK;
}

static void md_items(struct export *x, struct buf *b)
{
	char day[DAY_TEXT_BYTES];

	buf_str(b, T("\n## 材料\n\n| 文件 | 日期 | 种类 | 归档人 | 公开 | SHA-256 "
		     "|\n|---|---|---|---|---|---|\n",
			   "\n## What is filed\n\n| file | day | kind | filed by | public | "
			   "SHA-256 |\n|---|---|---|---|---|---|\n"));
	for (size_t i = 0; i < x->count; i++) {
		const struct evidence *ev = &x->items[i].ev;

		buf_char(b, '|');
		md_cell(b, x->items[i].file);
		md_cell(b, day_text(ev->day, day));
		md_cell(b, file_kind_label(ev->kind));
		md_cell(b, ev->by);
		md_cell(b, may_publish(ev));
		md_cell(b, ev->sha256);
		buf_char(b, '\n');
	}
}

static enum err_code event_md(void *ctx, const struct event *ev, struct err *e)
{
	struct buf *b = ((struct export *)ctx)->out;
	char day[DAY_TEXT_BYTES];

	(void)e;
	buf_char(b, '|');
	md_cell(b, day_text(ev->day, day));
	md_cell(b, T(policy_event_label(ev->kind), policy_event_label_en(ev->kind)));
	md_cell(b, or_none(ev->unit));
	md_cell(b, or_none(ev->doc));
	md_cell(b, or_none(ev->note));
	md_cell(b, ev->voided ? T("已更正作废", "corrected away") : "");
	buf_char(b, '\n');
	return ERR_OK;
}

static enum err_code write_index_md(struct export *x, struct buf *b, struct err *e)
{
	enum err_code code;

	md_head(x, b);
	code = md_needs(x, b, e);
	if (code)
		return code;
	md_items(x, b);
	buf_str(b, T("\n## 经过\n\n| 日期 | 事项 | 单位 | 文号 | 说明 | 更正 "
		     "|\n|---|---|---|---|---|---|\n",
			   "\n## Course\n\n| day | event | unit | document | note | "
			   "correction |\n|---|---|---|---|---|---|\n"));
	x->out = b;
	code = reg_event_each(x->r, x->id, event_md, x, e);
	return code ? code : put(x, "index.md", b, e);
}

/* ---- the folder ----------------------------------------------------------------------------------------------- */

static enum err_code copy_items(struct export *x, struct err *e)
{
	const char *dir = path_join(x->a, x->stage, "evidence");
	enum err_code code = ERR_OK;

	if (mkdir(dir, 0700) != 0)
		return err_errno(e, "%s", dir);
	for (size_t i = 0; i < x->count && !code; i++) {
		const struct item *item = &x->items[i];
		const char *from = reg_file_path(x->r, x->a, "", item->ev.sha256);

		code = file_exists(from)
			       ? reg_file_copy(from, path_join(x->a, x->stage, item->file), dir,
					 item->ev.sha256, e)
			       : err_set(e, ERR_INPUT, T("文件不见了", "the file is missing"));
		if (code)
			err_prefix(e,
				T("第 %lld 号档案材料不能导出", "evidence %lld cannot be exported"),
				(long long)item->ev.seq);
	}
	return code;
}

static enum err_code fill(struct export *x, struct err *e)
{
	struct buf text;
	enum err_code code = copy_items(x, e);

	buf_init(&text, TEXT_BYTES);
	if (!code)
		code = write_record(x, &text, e);
	if (!code)
		code = write_events_csv(x, &text, e);
	if (!code)
		code = write_inspections_csv(x, &text, e);
	if (!code)
		code = write_lookbacks_csv(x, &text, e);
	if (!code)
		code = write_index_csv(x, &text, e);
	if (!code)
		code = write_index_md(x, &text, e);
	if (!code)
		code = dir_sync(x->stage, e);
	buf_done(&text);
	return code;
}

static enum err_code stands_already(const char *dir, struct err *e)
{
	return err_set(e, ERR_CONFLICT,
		T("%s 已经存在：请换一个目录", "%s exists already: choose another folder"), dir);
}

/* Never over what somebody else put there meanwhile. */
static enum err_code move_in(struct export *x, const char *dir, struct err *e)
{
	char *parent = arena_strdup(x->a, dir);
	char *slash = strrchr(parent, '/');

	if (renameat2(AT_FDCWD, x->stage, AT_FDCWD, dir, RENAME_NOREPLACE) != 0) {
		if (errno == EEXIST || errno == ENOTEMPTY)
			return stands_already(dir, e);
		if (errno != EINVAL && errno != ENOSYS)
			return err_errno(e, "%s", dir);
		/* The file system does not know the question. */
		if (access(dir, F_OK) == 0)
			return stands_already(dir, e);
		if (rename(x->stage, dir) != 0)
			return err_errno(e, "%s", dir);
	}
	if (slash == parent)
		slash++;
	if (slash)
		*slash = '\0';
	return dir_sync(slash ? parent : ".", e);
}

static enum err_code export_to(struct export *x, const char *dir, struct err *e)
{
	struct stat st;
	enum err_code code;

	if (lstat(dir, &st) == 0)
		return stands_already(dir, e);
	x->stage = arena_printf(x->a, "%s.new-%ld", dir, (long)getpid());
	if (mkdir(x->stage, 0700) != 0)
		return err_errno(e, T("不能建目录“%s”", "cannot make folder \"%s\""), x->stage);
	code = fill(x, e);
	if (!code)
		code = move_in(x, dir, e);
	if (code)
		(void)!dir_remove_all(x->stage, NULL);
	return code;
}

enum err_code reg_file_export(
	struct reg *r, struct enterprise_id id, const char *dir, struct day today, struct err *e)
{
	struct export x = {.r = r, .a = arena_new(), .id = id, .today = today};
	char *target = arena_strdup(x.a, dir);
	size_t len = strlen(target);
	enum err_code code;

	while (len > 1 && target[len - 1] == '/')
		target[--len] = '\0';
	reg_id_text(r, id, x.id_text);
	code = len ? reg_enterprise_get(r, id, x.a, &x.now, e)
		   : err_set(e, ERR_USAGE, T("没有写目录", "no folder is named"));
	if (!code)
		code = reg_evidence_each(r, id, take_item, &x, e);
	if (!code)
		code = export_to(&x, target, e);
	arena_free(x.a);
	return code;
}
