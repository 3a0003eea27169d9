/*
 * tianlan demo DIR: an instance filled with made-up data through the same functions staff use: monthly sheets are
 * written and imported, decisions and events recorded. Same options, same data (keys apart): time and chance come from them.
 */
#include "cli/cli.h"

#include "cli/demo.h"
#include "cli/instance.h"
#include "cli/intake.h"
#include "cli/photo_run.h"

#include "tianlan/policy_cases.h"

#include <stdio.h>
#include <string.h>

static enum err_code liaisons(struct demo *d, struct err *e)
{
	size_t count;
	const struct unit_info *streets = demo_streets(d, &count);
	struct change_note note = {
		.by = "演示录入员", .why = "演示", .at = "2017-12-10T09:00:00+08:00"};
	for (size_t i = 0; i < count; i++) {
		struct unit u = {.code = streets[i].code,
			.liaison_name = arena_printf(d->arena, "演示联络员%02zu", i + 1),
			.liaison_post = "干事",
			.liaison_phone = arena_printf(d->arena, "000-1000-%04zu", i + 1)};
		if (reg_unit_set(d->reg, &u, &note, e))
			return e->code;
	}
	return ERR_OK;
}

static enum err_code fill(struct demo *d, struct err *e)
{
	size_t streets;
	demo_streets(d, &streets);
	if (dir_make_all(path_join(d->arena, d->dir, "sheets"), e) || liaisons(d, e))
		return e->code;
	for (int month = 0; month < 3; month++)
		for (size_t street = 0; street < streets; street++)
			if (demo_report(d, street, month,
				    day_add(day_add_months(day_from_ymd(2017, 12, 1), month), 26),
				    e))
				return e->code;
	return demo_course(d, e);
}

/* ---- pictures: drawn ones, so that a record shows before and after ----------------------------- */

enum { PICTURED = 8 };
struct pictured {
	size_t count;
	struct {
		struct enterprise_id id;
		struct day before, after;
	} list[PICTURED];
};

static enum err_code choose(void *ctx, const struct enterprise *row, struct err *e)
{
	struct pictured *p = ctx;
	(void)e;
	if (p->count < PICTURED && row->course.state == STATE_SIGNED_OFF &&
		day_is_set(row->course.order) && day_is_set(row->course.cleared[4])) {
		p->list[p->count].id = row->id;
		p->list[p->count].before = row->course.order;
		p->list[p->count++].after = row->course.cleared[4];
	}
	return ERR_OK;
}

struct last {
	int64_t seq;
};

static enum err_code note_last(void *ctx, const struct evidence *ev, struct err *e)
{
	(void)e;
	((struct last *)ctx)->seq = ev->seq;
	return ERR_OK;
}

static enum err_code picture(struct cli *c, struct demo *d, struct enterprise_id id,
	const char *kind, struct day day, struct err *e)
{
	const char *file = path_join(d->arena, c->share,
		str_eq(kind, "photo-before") ? "content/demo/before.jpg"
					     : "content/demo/after.jpg");
	const char *why;
	char text[DAY_TEXT_BYTES];
	struct last last = {0};
	struct change_note note = {.by = "演示录入员",
		.why = "演示",
		.at = arena_printf(d->arena, "%sT16:00:00+08:00", day_text(d->today, text))};
	if (reg_evidence_add(d->reg, id, file, kind, day, true, &note, e) ||
		reg_evidence_each(d->reg, id, note_last, &last, e))
		return e->code;
	/* Where photo-clean is not at hand it stays filed and is not shown. */
	return photo_publish(c, d->reg, last.seq, &note, &why, e);
}

static enum err_code pictures(struct cli *c, struct demo *d, struct err *e)
{
	struct pictured p = {0};
	struct enterprise_filter settled = {.state = STATE_SIGNED_OFF};
	enum err_code code = reg_enterprise_each(d->reg, &settled, choose, &p, e);
	for (size_t i = 0; !code && i < p.count; i++) {
		code = picture(c, d, p.list[i].id, "photo-before", p.list[i].before, e);
		if (!code)
			code = picture(c, d, p.list[i].id, "photo-after", p.list[i].after, e);
	}
	return code;
}

/* ---- the prose of the last bulletin ---------------------------------------------------------------- */

static enum err_code bulletin(struct demo *d, struct err *e)
{
	struct quarter q =
		quarter_of(day_add(quarter_first(quarter_of(day_add(d->today, -20))), -1));
	struct arena *a = d->arena;
	char slug[QUARTER_TEXT_BYTES], day[DAY_TEXT_BYTES];
	const char *folder = path_join(a, d->dir, "content/bulletins");
	if (q.year < 2018)
		return ERR_OK;
	quarter_slug(q, slug);
	const char *text = arena_printf(a,
		"---\ntitle: 关于%d年第%d季度综合治理情况的通报（演示）\ndate: %s\nsource: "
		"演示办公室\n---\n"
		"这一期通报是编造的，用来演示。本季度计划回头看 {{query lookbacks %s planned}} "
		"家，已看 {{query lookbacks %s done}} "
		"家，发现反弹 {{query lookbacks %s relapsed}} 家；公开督查记录 {{query inspections "
		"%s all}} 次，其中通报批评 {{query inspections %s criticised}} 次。\n\n"
		"## 下一步 {#next}\n\n1. 月报没有按时上报的街道，下月起由牵头单位逐个提醒。\n2. "
		"回头看没有看完的，列入下季度的计划。\n"
		"3. 下季度抽取回头看的比例提高到两成。\n",
		q.year, q.quarter, day_text(day_add(quarter_last(q), 20), day), slug, slug, slug,
		slug, slug);
	if (dir_make_all(folder, e))
		return e->code;
	return file_write_durable(
		path_join(a, folder, arena_printf(a, "%s.md", slug)), text, strlen(text), e);
}

/* So that tip-offs can be tried out at once: the office and its intake host on one machine. Keys are the one thing that
 * differs from one demo to the next. */
static enum err_code tipoffs(struct cli *c, struct err *e)
{
	struct key_pair_files made[3];
	size_t count;
	const char *name;
	uint8_t key[KEY_BYTES];
	const struct chance chance = chance_system();
	if (office_keys_make(c->arena, c->dir, &chance, made, &count, e) ||
		intake_host_make(c->arena, c->dir, "demo-1", &chance, e) ||
		intake_host_read(c->arena, c->dir, &name, key, e))
		return e->code;
	return intake_host_certify(c->arena, c->dir, name, key, false, e);
}

enum err_code cmd_demo(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *count = NULL, *seed = NULL;
	if (cli_option(&argc, argv, "--enterprises", &count, e) ||
		cli_option(&argc, argv, "--seed", &seed, e) ||
		cli_words(argc, argv, 1, 1,
			"tianlan demo DIR [--enterprises N] [--seed N] [--today D]", e))
		return e->code;
	int64_t n = 200, s = 1;
	if (count && (!str_to_int64(count, &n) || n < 1 || n > 2000000))
		return err_set(e, ERR_USAGE,
			T("--enterprises 要写 1 到 2000000：“%s”",
				"--enterprises is 1 to 2000000: \"%s\""),
			count);
	if (seed && !str_to_int64(seed, &s))
		return err_set(e, ERR_USAGE,
			T("--seed 要写整数：“%s”", "--seed is an integer: \"%s\""), seed);
	c->dir = argv[1];
	struct demo d = {.arena = c->arena,
		.dir = c->dir,
		.enterprises = n,
		.seed = (uint64_t)s,
		.today = c->today_given ? c->today : instance_demo_day()};
	if (cli_policy(c, e) || instance_make(c->arena, c->dir, d.today, day_add(d.today, -8), e))
		return e->code;
	d.policy = c->policy;
	char uuid[33];
	snprintf(uuid, sizeof uuid, "de30%012llx%016llx", (unsigned long long)n,
		(unsigned long long)s);
	struct change_note note = {.by = "demo", .why = "demo", .at = "2017-12-07T09:00:00+08:00"};
	if (reg_create(c->dir, c->policy, uuid, "650105", &note, e) ||
		reg_open(c->dir, c->policy, &d.reg, e))
		return e->code;
	enum err_code code = tipoffs(c, e);
	if (!code)
		code = fill(&d, e);
	if (!code)
		code = pictures(c, &d, e);
	if (!code)
		code = bulletin(&d, e);
	reg_close(d.reg);
	if (code)
		return code;
	if (c->json)
		cli_print("{\"enterprises\":%lld}\n", (long long)n);
	else
		cli_print(T("已建立演示实例 %s：%lld 家编造的企业，没有一家是真的。\n",
				  "Made the demo instance %s: %lld made-up enterprises, none of "
				  "them real.\n"),
			c->dir, (long long)n);
	return ERR_OK;
}
