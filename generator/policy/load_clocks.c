/*
 * clocks.conf and holidays.csv: time limits of the law, and the days off and on that working days are counted by.
 *
 * A limit that was amended stands once per version under the same name, in order of time. Invariants checked here: versions of a name
 * do not overlap and run between the same steps; no more clocks run on a case than there is room for; the table of days is in order,
 * names each day once, and has no weekday as worked in exchange.
 */
#include "policy/reading.h"

#include <string.h>

#define DAYS_MAX 3650

static enum err_code read_step(const struct conf *group, const char *name,
	const enum case_step *allowed, size_t count, enum case_step *ret, struct err *e)
{
	const char *text;
	enum err_code code;

	if (!conf_find(group, name))
		return ERR_OK;
	if ((code = reading_text(group, name, &text, e)))
		return code;
	for (size_t i = 0; i < count; i++)
		if (str_eq(policy_case_step_id(allowed[i]), text)) {
			*ret = allowed[i];
			return ERR_OK;
		}
	return conf_error(conf_find(group, name), e,
		T("%s：“%s”不能用在这里，只能是 %s、%s 或 %s",
			"%s: \"%s\" cannot stand here, only %s, %s or %s"),
		name, text, policy_case_step_id(allowed[0]), policy_case_step_id(allowed[1]),
		policy_case_step_id(allowed[2]));
}

/* from and to, both or none. */
static enum err_code read_steps(struct clock_law *law, const struct conf *group, struct err *e)
{
	static const enum case_step starts[] = {CASE_RECEIVED, CASE_ACCEPTED, CASE_DISPATCHED},
				    ends[] = {CASE_ACCEPTED, CASE_OBJECTED, CASE_CONCLUDED};
	enum err_code code;

	if ((code = read_step(group, "from", starts, COUNT_OF(starts), &law->from, e)) ||
		(code = read_step(group, "to", ends, COUNT_OF(ends), &law->to, e)))
		return code;
	if (!law->from != !law->to)
		return conf_error(conf_find(group, law->from ? "from" : "to"), e,
			T("from 和 to 要么都写，要么都不写",
				"from and to stand together or not at all"));
	if (law->to == law->from && law->to)
		return conf_error(conf_find(group, "to"), e,
			T("to 与 from 是同一步", "to is the same step as from"));
	return ERR_OK;
}

static enum err_code read_days(struct clock_law *law, const struct conf *group, struct err *e)
{
	enum err_code code = reading_int(group, "days", 1, DAYS_MAX, &law->days, e);

	if (code || (code = conf_opt_bool(group, "working", &law->working, e)))
		return code;
	if (conf_find(group, "extension_days"))
		return reading_int(group, "extension_days", 1, DAYS_MAX, &law->extension_days, e);
	return ERR_OK;
}

static enum err_code read_force(struct clock_law *law, const struct conf *group, struct err *e)
{
	enum err_code code = reading_day(group, "in_force_from", &law->in_force_from, e);

	law->in_force_until = DAY_NONE;
	if (code || !conf_find(group, "in_force_until"))
		return code;
	if ((code = reading_day(group, "in_force_until", &law->in_force_until, e)))
		return code;
	if (day_compare(law->in_force_until, law->in_force_from) < 0)
		return conf_error(conf_find(group, "in_force_until"), e,
			T("in_force_until 早于 in_force_from",
				"in_force_until lies before in_force_from"));
	return ERR_OK;
}

static enum err_code check_versions(
	const struct policy *p, size_t at, const struct conf *group, struct err *e)
{
	const struct clock_law *mine = &p->clocks[at];
	char day[DAY_TEXT_BYTES];

	for (size_t i = 0; i < at; i++) {
		const struct clock_law *before = &p->clocks[i];

		if (!str_eq(before->name, mine->name))
			continue;
		if (!day_is_set(before->in_force_until))
			return conf_error(conf_find(group, "in_force_from"), e,
				T("%s 的前一个版本没有写 in_force_until：先写上它到哪天为止",
					"the version of %s before this one has no in_force_until: "
					"say how long it was in force"),
				mine->name);
		if (day_compare(mine->in_force_from, before->in_force_until) <= 0)
			return conf_error(conf_find(group, "in_force_from"), e,
				T("%s 的版本要按日期先后写，不能重叠：应晚于 %s",
					"versions of %s go forward in time without overlapping: "
					"must be "
					"after %s"),
				mine->name, day_text(before->in_force_until, day));
		if (before->from != mine->from || before->to != mine->to)
			return conf_error(conf_find(group, "name"), e,
				T("%s 的各个版本 from、to 应当相同",
					"all versions of %s have the same from and to"),
				mine->name);
	}
	return ERR_OK;
}

/* Two names between the same steps would leave open which one a refusal goes by. */
static enum err_code check_case_clocks(
	const struct policy *p, size_t at, const struct conf *group, struct err *e)
{
	const struct clock_law *mine = &p->clocks[at];

	for (size_t i = 0; mine->from && i < at; i++)
		if (p->clocks[i].from == mine->from && p->clocks[i].to == mine->to &&
			!str_eq(p->clocks[i].name, mine->name))
			return conf_error(conf_find(group, "from"), e,
				T("%s 与 %s 的 from、to 相同：一对步骤之间只能有一种期限",
					"%s and %s have the same from and to: one kind of limit "
					"between "
					"two steps"),
				mine->name, p->clocks[i].name);
	return ERR_OK;
}

static void put_words(struct policy *p, const struct clock_law *law, struct clock_words *words)
{
	const char *zh_unit = law->working ? "个工作日" : "日";
	const char *en_unit = law->working ? "working days" : "days";

	words->extension[LANG_ZH] =
		law->extension_days
			? arena_printf(p->arena, "最多延长 %d %s（%s%s）：把天数改到这以内",
				  law->extension_days, zh_unit, law->law, law->article)
			: arena_printf(p->arena, "%s%s的期限不能延长：请按期办结", law->law,
				  law->article);
	words->extension[LANG_EN] =
		law->extension_days
			? arena_printf(p->arena, "at most %d %s may be added (%s %s): give fewer",
				  law->extension_days, en_unit, law->law, law->article)
			: arena_printf(p->arena, "%s %s lets nothing be added: conclude it in time",
				  law->law, law->article);
	words->objection[LANG_ZH] = arena_printf(p->arena,
		"提出异议的期限已过（收到转办之日起 %d %s，%s%s）：要换单位请再转办", law->days,
		zh_unit, law->law, law->article);
	words->objection[LANG_EN] = arena_printf(p->arena,
		"too late to object (%d %s from the dispatch, %s %s): dispatch it anew instead",
		law->days, en_unit, law->law, law->article);
}

static enum err_code read_clock(
	struct policy *p, size_t at, const struct conf *group, struct err *e)
{
	static const char *const keys[] = {"name", "law", "article", "what", "in_force_from",
		"in_force_until", "days", "working", "extension_days", "from", "to", NULL};
	struct clock_law *law = &p->clocks[at];
	enum err_code code;

	if ((code = reading_group(group, keys, e)) ||
		(code = reading_slug(group, "name", &law->name, e)) ||
		(code = reading_text(group, "law", &law->law, e)) ||
		(code = reading_text(group, "article", &law->article, e)) ||
		(code = reading_text(group, "what", &law->what, e)) ||
		(code = read_force(law, group, e)) || (code = read_days(law, group, e)) ||
		(code = read_steps(law, group, e)) || (code = check_versions(p, at, group, e)) ||
		(code = check_case_clocks(p, at, group, e)))
		return code;
	put_words(p, law, &p->clock_words[at]);
	return ERR_OK;
}

enum err_code load_clocks(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"soon_days", "clocks", NULL};
	const struct conf *list;
	enum err_code code;

	if ((code = conf_only(root, keys, e)) ||
		(code = reading_int(root, "soon_days", 0, 366, &p->soon_days, e)) ||
		(code = reading_list(root, "clocks", &list, e)))
		return code;
	p->clocks = arena_alloc(p->arena, list->count * sizeof(*p->clocks));
	p->clock_words = arena_alloc(p->arena, list->count * sizeof(*p->clock_words));
	for (size_t i = 0; i < list->count; i++)
		if ((code = read_clock(p, i, &list->items[i], e)))
			return code;
	p->clock_count = list->count;
	return ERR_OK;
}

/* ---- holidays.csv ----------------------------------------------------------------------- */

struct days_reader {
	struct policy *p;
	const char *path;
	size_t cap;
	bool header_seen;
};

/* The column, in characters, at which a cell starts: right for cells without quotes, which is all this file needs. */
static int column_of(char **cells, size_t at)
{
	size_t column = 1;

	for (size_t i = 0; i < at; i++)
		column += utf8_length(cells[i]) + 1;
	return (int)column;
}

static enum err_code take_header(
	struct days_reader *r, int row, char **cells, size_t count, struct err *e)
{
	static const char *const names[] = {"day", "kind", "name"};

	r->header_seen = true;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (i >= count || !str_eq(cells[i], names[i]))
			return err_at(e, ERR_INPUT, r->path, row,
				column_of(cells, i < count ? i : count),
				T("表头应为 day,kind,name", "the header is day,kind,name"));
	return ERR_OK;
}

static enum err_code check_day(
	const struct days_reader *r, const struct holiday *h, int row, int column, struct err *e)
{
	const struct policy *p = r->p;
	const struct holiday *last = p->holiday_count ? &p->holidays[p->holiday_count - 1] : NULL;
	char text[DAY_TEXT_BYTES];

	day_text(h->day, text);
	if (last && day_compare(h->day, last->day) == 0)
		return err_at(e, ERR_INPUT, r->path, row, column,
			T("%s 写了两次", "%s stands twice"), text);
	if (last && day_compare(h->day, last->day) < 0)
		return err_at(e, ERR_INPUT, r->path, row, column,
			T("%s 早于上一行：按日期先后写",
				"%s lies before the row above: keep them in order"),
			text);
	return ERR_OK;
}

static enum err_code take_kind(const struct days_reader *r, struct holiday *h, const char *kind,
	int row, int column, struct err *e)
{
	char text[DAY_TEXT_BYTES];

	if (!str_eq(kind, "off") && !str_eq(kind, "work"))
		return err_at(e, ERR_INPUT, r->path, row, column,
			T("kind 应为 off 或 work，不是“%s”", "kind is off or work, not \"%s\""),
			kind);
	h->off = str_eq(kind, "off");
	if (!h->off && !policy_day_is_weekend(h->day))
		return err_at(e, ERR_INPUT, r->path, row, column,
			T("%s 不是周六、周日：work 只用于调休上班的周末",
				"%s is no Saturday or Sunday: work is for weekend days worked in "
				"exchange"),
			day_text(h->day, text));
	return ERR_OK;
}

static void keep_day(struct days_reader *r, const struct holiday *h)
{
	struct policy *p = r->p;

	if (p->holiday_count == r->cap) {
		struct holiday *old = p->holidays;

		r->cap = r->cap ? r->cap * 2 : 512;
		p->holidays = arena_alloc(p->arena, r->cap * sizeof(*p->holidays));
		if (old)
			memcpy(p->holidays, old, p->holiday_count * sizeof(*old));
	}
	p->holidays[p->holiday_count++] = *h;
}

static enum err_code take_row(void *ctx, int row, char **cells, size_t count, struct err *e)
{
	struct days_reader *r = ctx;
	struct holiday h = {0};
	enum err_code code;

	if (!r->header_seen)
		return take_header(r, row, cells, count, e);
	if (count != 3)
		return err_at(e, ERR_INPUT, r->path, row,
			count < 3 ? column_of(cells, count) - 1 : column_of(cells, 3),
			T("一行应有 day,kind,name 三格，这里有 %zu 格",
				"a row has three cells, day,kind,name: here are %zu"),
			count);
	if (!day_parse(cells[0], &h.day))
		return err_at(e, ERR_INPUT, r->path, row, 1,
			T("“%s”不是日期（YYYY-MM-DD）", "\"%s\" is no day (YYYY-MM-DD)"), cells[0]);
	if ((code = check_day(r, &h, row, 1, e)) ||
		(code = take_kind(r, &h, cells[1], row, column_of(cells, 1), e)))
		return code;
	if (!*cells[2])
		return err_at(e, ERR_INPUT, r->path, row, column_of(cells, 2),
			T("name 不能为空：写明是哪个节日",
				"name must not be empty: which holiday it is"));
	h.name = arena_strdup(r->p->arena, cells[2]);
	keep_day(r, &h);
	return ERR_OK;
}

enum err_code load_holidays(struct policy *p, const char *path, struct err *e)
{
	struct days_reader r = {.p = p, .path = path};
	enum text_encoding encoding;
	struct buf bytes;
	char *text;
	size_t len;
	enum err_code code;

	buf_init(&bytes, 1 << 20);
	code = file_read(path, 1 << 20, &bytes, e);
	if (!code)
		code = text_decode(
			p->arena, path, buf_text(&bytes), bytes.len, &text, &len, &encoding, e);
	buf_done(&bytes);
	if (code || (code = csv_rows(path, text, len, ',', take_row, &r, e)))
		return code;
	if (!p->holiday_count)
		return err_at(e, ERR_INPUT, path, 1, 1,
			T("没有一天：至少要有一年的放假安排",
				"there is no day: at least one year is needed"));
	return ERR_OK;
}
