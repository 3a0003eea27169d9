/* tianlan build: the register and content/ into public/. */
#include "cli/cli.h"

#include "cli/instance.h"
#include "tianlan/markup.h"
#include "tianlan/register.h"
#include "tianlan/site.h"

#include <unistd.h>

struct progress {
	bool terminal;
	const char *step;
	int percent;
};

static void show_progress(void *ctx, const char *step, size_t done, size_t total)
{
	struct progress *p = ctx;
	int percent = total ? (int)(done * 100 / total) : 100;
	if (!p->terminal || (p->step == step && p->percent == percent))
		return;
	p->step = step;
	p->percent = percent;
	fprintf(stderr, "\r\033[K%s %zu/%zu", step, done, total);
	fflush(stderr);
}

static void show_warning(void *ctx, const char *text)
{
	struct progress *p = ctx;
	if (p->terminal && p->step)
		fputs("\r\033[K", stderr);
	cli_warn("%s", text);
}

static void print_json(const struct site_report *r)
{
	struct buf b;
	struct json j;
	buf_init(&b, 4096);
	json_out_init(&j, &b);
	json_out_object(&j, NULL);
	json_out_bool(&j, "full", r->full);
	json_out_bool(&j, "first", r->first);
	json_out_bool(&j, "recovered", r->recovered);
	const struct {
		const char *name;
		size_t n;
	} counts[] = {
		{"records", r->records},
		{"rendered_records", r->rendered_records},
		{"rendered_lists", r->rendered_lists},
		{"rendered_others", r->rendered_others},
		{"written", r->written},
		{"removed", r->removed},
		{"unchanged", r->unchanged},
		{"pages", r->pages},
		{"warnings", r->warnings},
		{"broken_links", r->broken_links},
		{"bytes_written", (size_t)r->bytes_written},
	};
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		json_out_int(&j, counts[i].name, (int64_t)counts[i].n);
	json_out_object_end(&j);
	cli_print_buf(&b);
	buf_done(&b);
}

enum err_code cmd_build(struct cli *c, int argc, char **argv, struct err *e)
{
	static const char usage[] = "tianlan build [--out DIR] [--full] [--no-bulk] [--jobs N]";
	const char *out = NULL, *jobs_text = NULL;
	if (cli_option(&argc, argv, "--out", &out, e) ||
		cli_option(&argc, argv, "--jobs", &jobs_text, e))
		return e->code;
	bool full = cli_flag(&argc, argv, "--full"), no_bulk = cli_flag(&argc, argv, "--no-bulk");
	if (cli_words(argc, argv, 0, 0, usage, e))
		return e->code;
	int64_t jobs = sysconf(_SC_NPROCESSORS_ONLN);
	if (jobs_text && (!str_to_int64(jobs_text, &jobs) || jobs < 1 || jobs > 256))
		return err_set(e, ERR_USAGE,
			T("--jobs 要写 1 到 256 的整数：“%s”", "--jobs is 1 to 256: \"%s\""),
			jobs_text);
	struct progress progress = {.terminal = !c->json && isatty(2)};
	struct site_options o = {.instance = c->dir,
		.share = c->share,
		.out = out ? out : path_join(c->arena, c->dir, "public"),
		.today = c->today,
		.full = full,
		.no_bulk = no_bulk,
		.jobs = (int)jobs,
		.progress = show_progress,
		.warning = show_warning,
		.ctx = &progress};
	struct day demo_today;
	if (instance_config(c->arena, c->dir, &o.config, &demo_today, e) || cli_policy(c, e))
		return e->code;
	if (day_is_set(demo_today) && !c->today_given)
		o.today = demo_today;
	o.policy = c->policy;
	/* Opening the register brings its views up to the publish classes of the policy data. */
	struct reg *r_staff;
	if (cli_register(c, &r_staff, e))
		return e->code;
	reg_close(r_staff);
	const char *missing[8];
	size_t missing_count = instance_missing(&o.config, missing);
	for (size_t i = 0; i < missing_count; i++)
		cli_warn(T("tianlan.conf 没有填写 %s，页面上不会出现这一项",
				 "tianlan.conf lacks %s; pages leave it out"),
			missing[i]);
	struct site_report r = {0};
	enum err_code code = site_build(&o, &r, e);
	if (progress.terminal && progress.step)
		fputs("\r\033[K", stderr);
	if (code && code != ERR_REFUSED)
		return code;
	r.warnings += missing_count;
	if (c->json)
		print_json(&r);
	else
		cli_print(T("%s：%zu 家企业；生成 %zu 页，写入 %zu 个文件，删除 %zu 个，%zu "
			    "个没有变化；断链 %zu 处\n",
				  "%s: %zu enterprises; %zu pages rendered, %zu files written, %zu "
				  "removed, %zu unchanged; %zu broken links\n"),
			o.out, r.records, r.rendered_records + r.rendered_lists + r.rendered_others,
			r.written, r.removed, r.unchanged, r.broken_links);
	return code;
}
