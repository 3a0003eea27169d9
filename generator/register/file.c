/*
 * What the file of an enterprise must hold (专项管理档案, 六（一）) in the state it is in, and what of it there is.
 *
 * The plan names: photos and videos during the clearing (dismantling of equipment) and after it, on-site check records, the
 * list of dismantled equipment with models, legal papers. Pictures from before are kept where there are any, never asked.
 * From when on each is asked is ours: papers and check records once the rectification has begun, the rest of clearing
 * when something is cleared. A video taken before the last clearing shows it, one from that day on shows what came after.
 */
#include "tianlan/register_supervision.h"

#include "register/register_internal.h"

#include "register/file.h"

#include <string.h>

static const struct label {
	const char *kind, *zh, *en;
} labels[] = {
	{"photo-before", "清理前的照片", "photos before the clearing"},
	{"photo-during", "清理过程的照片", "photos of the clearing"},
	{"photo-after", "清理后的照片", "photos after the clearing"},
	{"video", "视频", "videos"},
	{"check-record", "现场检查记录", "records of on-site checks"},
	{"equipment-list", "拆除设备型号等清理清单", "list of dismantled equipment with models"},
	{"legal-paper", "环保、经发等部门出具的法律文书、文件", "legal papers of the departments"},
	{"other", "其他材料", "other"},
};

const char *file_kind_label(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		if (str_eq(labels[i].kind, kind))
			return T(labels[i].zh, labels[i].en);
	return kind;
}

/* ---- what there is ------------------------------------------------------------------------------------- */

struct found {
	struct course course;
	enum category category;
	struct day cleared; /* the last clearing, else the closing; DAY_NONE */
	size_t reports, classified, measure, orders;
	size_t evidence[COUNT_OF(labels)], videos_during, videos_after;
};

static enum err_code count_evidence(void *ctx, const struct evidence *ev, struct err *e)
{
	struct found *f = ctx;

	(void)e;
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		f->evidence[i] += str_eq(labels[i].kind, ev->kind);
	if (!str_eq(ev->kind, "video"))
		return ERR_OK;
	if (day_is_set(f->cleared) && day_compare(ev->day, f->cleared) >= 0)
		f->videos_after++;
	else
		f->videos_during++;
	return ERR_OK;
}

static enum err_code count_event(void *ctx, const struct event *ev, struct err *e)
{
	struct found *f = ctx;

	(void)e;
	if (ev->voided)
		return ERR_OK;
	f->classified += ev->kind == EVENT_CLASSIFIED;
	f->measure += ev->kind == EVENT_MEASURE_DECIDED;
	f->orders += ev->kind == EVENT_ORDERED;
	return ERR_OK;
}

static enum err_code count_reports(
	struct reg *r, struct enterprise_id id, struct found *f, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_FILE_REPORTS, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	code = reg_step(r, s, &row, e);
	if (!code && row)
		f->reports = (size_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return code;
}

static struct day last_cleared(const struct course *c)
{
	struct day last = DAY_NONE;

	for (size_t i = 0; i < COUNT_OF(c->cleared); i++)
		if (day_compare(c->cleared[i], last) > 0)
			last = c->cleared[i];
	return day_is_set(last) ? last : c->done[ACTION_CLOSE];
}

/* ---- what is asked ---------------------------------------------------------------------------------------- */

static bool in_scope(const struct found *f)
{
	return f->course.state != STATE_WITHDRAWN && f->course.state != STATE_OUT_OF_SCOPE;
}

static bool has_begun(const struct found *f)
{
	return in_scope(f) && f->course.state != STATE_REGISTERED &&
	       f->course.state != STATE_CLASSIFIED;
}

static bool is_closed(const struct found *f)
{
	return in_scope(f) && day_is_set(f->course.done[ACTION_CLOSE]);
}

static bool clears(const struct found *f)
{
	return is_closed(f) || (in_scope(f) && day_is_set(f->cleared));
}

/* 附件1 orders no stop for 散 and 散污. */
static bool needs_order(const struct found *f)
{
	return has_begun(f) && f->category != CATEGORY_NONE && f->category != CATEGORY_SAN &&
	       f->category != CATEGORY_SANWU;
}

static bool asks(const struct found *f, const char *kind)
{
	if (str_eq(kind, "photo-during"))
		return clears(f);
	if (str_eq(kind, "photo-after"))
		return is_closed(f);
	if (str_eq(kind, "equipment-list"))
		return is_closed(f) || (in_scope(f) && day_is_set(f->course.cleared[2]));
	if (str_eq(kind, "check-record") || str_eq(kind, "legal-paper"))
		return has_begun(f);
	return false;
}

static size_t have(const struct found *f, size_t label)
{
	if (str_eq(labels[label].kind, "photo-during"))
		return f->evidence[label] + f->videos_during;
	if (str_eq(labels[label].kind, "photo-after"))
		return f->evidence[label] + f->videos_after;
	return f->evidence[label];
}

#define RECORD_NEEDS 4

static struct file_need *list_needs(const struct found *f, struct arena *a)
{
	struct file_need *need = arena_alloc(a, (RECORD_NEEDS + COUNT_OF(labels)) * sizeof(*need));

	need[0] = (struct file_need){"form", T("汇总表中的登记", "its row in a monthly sheet"),
		"四、（一）", in_scope(f), f->reports};
	need[1] = (struct file_need){"classification", T("类别的认定", "the confirmed category"),
		"三、", in_scope(f), f->classified};
	need[2] = (struct file_need){"measure", T("一企一策的处置措施", "the decided measure"),
		"三、", in_scope(f), f->measure};
	need[3] = (struct file_need){"order", T("责令停产（限产）", "the order to stop or limit"),
		"附件1", needs_order(f), f->orders};
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		need[RECORD_NEEDS + i] = (struct file_need){.kind = labels[i].kind,
			.what = T(labels[i].zh, labels[i].en),
			.clause = "六、（一）",
			.asked = asks(f, labels[i].kind),
			.have = have(f, i)};
	return need;
}

enum err_code reg_file_check(struct reg *r, struct enterprise_id id, struct arena *a,
	const struct file_need **ret, size_t *ret_count, struct err *e)
{
	struct enterprise now;
	struct found f = {0};
	enum err_code code = reg_enterprise_get(r, id, a, &now, e);

	if (code)
		return code;
	f.course = now.course;
	f.category = now.category;
	f.cleared = last_cleared(&now.course);
	code = reg_event_each(r, id, count_event, &f, e);
	if (!code)
		code = reg_evidence_each(r, id, count_evidence, &f, e);
	if (!code)
		code = count_reports(r, id, &f, e);
	if (code)
		return code;
	*ret = list_needs(&f, a);
	*ret_count = RECORD_NEEDS + COUNT_OF(labels);
	return ERR_OK;
}
