/*
 * The instance folder and its configuration. What the operator has not filled in stays empty: nothing about a
 * real office is made up, and the build names what is missing.
 */
#include "cli/instance.h"

#include "tianlan/envelope.h"
#include "tianlan/input.h"

#include <string.h>

enum err_code instance_check(const char *dir, struct err *e)
{
	char path[4096];
	struct buf b;
	buf_init(&b, sizeof path);
	buf_printf(&b, "%s/tianlan.conf", dir);
	bool found = file_exists(buf_text(&b));
	buf_done(&b);
	if (found)
		return ERR_OK;
	return err_set(e, ERR_NOT_FOUND,
		T("“%s”不是天蓝的实例（没有 tianlan.conf）；用 -C 指明，或用 tianlan init 新建",
			"\"%s\" is no instance (it has no tianlan.conf); name one with -C or make "
			"one with tianlan init"),
		dir);
}

static const char conf_head[] =
	"# 天蓝的配置（libconfig 格式）。说明见 tianlan.conf(5)。\n"
	"# 没有填写的项目不会出现在页面上，生成网站时会逐项提醒，绝不代填。\n\n"
	"site_name = \"水磨沟区“散乱污”企业综合治理公开平台\";\n\n"
	"# 网站的主机名（不带 http://）与访问协议，用于站点地图和订阅。\n"
	"#domain = \"example.gov.cn\";\n"
	"scheme = \"https\";\n"
	"# 网站不在根目录时的前缀，例如 \"/sanluanwu\"。\n"
	"base_path = \"\";\n\n"
	"# 页脚（国办发〔2017〕47号）：网站标识码、备案号、两个标识的链接、主办单位与联系方式。\n"
	"#id_code = \"\";\n#icp = \"\";\n#police_icp = \"\";\n#mark_url = \"\";\n#find_error_url = "
	"\"\";\n"
	"#operator = \"\";\n#contact = \"\";\n#address = \"\";\n\n"
	"# 热线、环保举报与紧急情况的电话，写在举报的各页上。\n"
	"hotline = \"12345\";\n#environment_phone = \"\";\n#emergency_phone = \"\";\n\n"
	"# 收件服务器与内部分开时，两边都能读写的中转目录（tianlan handover）。\n"
	"#hub = \"/srv/tianlan-hub\";\n\n"
	"# 网上举报的限度；不写的按默认值。每台机器一天、每小时全部的件数，超出的要过一会儿再交。\n"
	"#report = { network_daily = 20; global_hourly = 600; };\n\n";

/* A column must not be empty (国办秘函〔2019〕19号): the site opens with a notice that says what it can do. */
static enum err_code write_notice(
	struct arena *a, const char *dir, struct day opened, struct err *e)
{
	char day[DAY_TEXT_BYTES];
	struct buf b;
	buf_init(&b, 65536);
	buf_printf(&b, "---\ntitle: 公开平台上线\ndate: %s 09:00\nsource: 本站\n---\n",
		day_text(opened, day));
	buf_str(&b, "公开平台现在可以查询：每家企业的类别和理由、该做什么和期限、整治的经过和结果；"
		    "各街道、各类别、各行业的进度；附件1的全部要求；全部数据的下载。\n\n"
		    "也可以[网上举报](/report/)：可以匿名，凭回执[查处理情况](/receipt/)。\n\n"
		    "还不能做的：按文字查找。\n");
	const char *path = path_join(a, dir, arena_printf(a, "content/news/%s-open.md", day));
	enum err_code code = file_write_durable(path, buf_text(&b), b.len, e);
	buf_done(&b);
	return code;
}

enum err_code instance_make(
	struct arena *a, const char *dir, struct day demo_today, struct day opened, struct err *e)
{
	const char *conf = path_join(a, dir, "tianlan.conf");
	if (file_exists(conf))
		return err_set(e, ERR_CONFLICT,
			T("“%s”已经是一个实例，没有改动它",
				"\"%s\" is an instance already; nothing was changed"),
			dir);
	static const char *const folders[] = {"content/news", "evidence"};
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		if (dir_make_all(path_join(a, dir, folders[i]), e))
			return e->code;
	if (write_notice(a, dir, opened, e))
		return e->code;
	struct buf b;
	buf_init(&b, 65536);
	buf_str(&b, conf_head);
	char day[DAY_TEXT_BYTES];
	if (day_is_set(demo_today))
		buf_printf(&b,
			"# 演示实例：每个页面都标明数据是编造的；不写 --today "
			"时，网站按这一天生成。\n"
			"demo = true;\ndemo_today = \"%s\";\n"
			"# 演示时大家都从本机提交，放宽本机的件数。\n"
			"report = { loopback_daily = 100000; global_hourly = 100000; };\n",
			day_text(demo_today, day));
	enum err_code code = file_write_durable(conf, buf_text(&b), b.len, e);
	buf_done(&b);
	return code;
}

struct day instance_demo_day(void)
{
	return day_from_ymd(2019, 9, 10);
}

static enum err_code check_config(
	const struct conf *root, const struct site_config *c, struct err *e)
{
	if (!c->site_name || !*c->site_name)
		return conf_error(root, e, T("缺少 site_name（网站名称）", "site_name is missing"));
	if (c->domain && (strchr(c->domain, '/') || strchr(c->domain, ':')))
		return conf_error(conf_find(root, "domain"), e,
			T("domain 只写主机名，不带协议、端口和路径：“%s”",
				"domain is a host name alone, without scheme, port or path: "
				"\"%s\""),
			c->domain);
	if (!str_eq(c->scheme, "https") && !str_eq(c->scheme, "http"))
		return conf_error(conf_find(root, "scheme"), e,
			T("scheme 只能是 https 或 http", "scheme is https or http"));
	size_t len = strlen(c->base_path);
	if (len && (c->base_path[0] != '/' || c->base_path[len - 1] == '/'))
		return conf_error(conf_find(root, "base_path"), e,
			T("base_path 以 / 开头、不以 / 结尾，或者为空：“%s”",
				"base_path starts with / and does not end with one, or is empty: "
				"\"%s\""),
			c->base_path);
	return ERR_OK;
}

/* ---- the group report ---------------------------------------------------------------------------- */

struct report_config instance_report_default(void)
{
	return (struct report_config){.photo_count = 3,
		.photo_mib = 10,
		.body_mib = 32,
		.what_min = 10,
		.what_max = 4000,
		.token_hours = 24,
		.dwell_seconds = 3,
		.network_daily = 20,
		.loopback_daily = 20,
		.global_hourly = 600,
		.work_bits = 18};
}

/* What fits alone may not fit together. */
static enum err_code check_report(
	const struct conf *group, const struct report_config *r, struct err *e)
{
	if (r->what_min > r->what_max)
		return conf_error(group, e,
			T("what_min（%lld）大于 what_max（%lld）",
				"what_min (%lld) is above what_max (%lld)"),
			(long long)r->what_min, (long long)r->what_max);
	if (r->photo_count * r->photo_mib >= r->body_mib)
		return conf_error(group, e,
			T("%lld 张 %lld MiB 的照片放不进 body_mib = %lld",
				"%lld photos of %lld MiB do not fit body_mib = %lld"),
			(long long)r->photo_count, (long long)r->photo_mib, (long long)r->body_mib);
	return ERR_OK;
}

static enum err_code read_report(const struct conf *root, struct report_config *ret, struct err *e)
{
	struct report_config r = instance_report_default();
	const struct {
		const char *name;
		int64_t *to, least, most;
	} numbers[] = {
		{"photo_count", &r.photo_count, 0, 3},
		{"photo_mib", &r.photo_mib, 1, 10},
		{"body_mib", &r.body_mib, 1, 32},
		{"what_min", &r.what_min, 1, 1000},
		{"what_max", &r.what_max, 100, 4000},
		{"token_hours", &r.token_hours, 1, 336},
		{"dwell_seconds", &r.dwell_seconds, 0, 60},
		{"network_daily", &r.network_daily, 0, 1000000},
		{"loopback_daily", &r.loopback_daily, 0, 1000000},
		{"global_hourly", &r.global_hourly, 0, 1000000},
		{"work_bits", &r.work_bits, 0, 24},
	};
	const char *known[COUNT_OF(numbers) + 1] = {NULL};
	const struct conf *group = conf_find(root, "report");
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		known[i] = numbers[i].name;
	if (group && group->type != CONF_GROUP)
		return conf_error(group, e, T("report 写成 { … }", "report is a group { … }"));
	if (group && conf_only(group, known, e))
		return e->code;
	for (size_t i = 0; group && i < COUNT_OF(numbers); i++) {
		if (conf_opt_int(group, numbers[i].name, numbers[i].to, e))
			return e->code;
		if (*numbers[i].to < numbers[i].least || *numbers[i].to > numbers[i].most)
			return conf_error(conf_find(group, numbers[i].name), e,
				T("%s 要写 %lld 到 %lld", "%s is %lld to %lld"), numbers[i].name,
				(long long)numbers[i].least, (long long)numbers[i].most);
	}
	if (group && check_report(group, &r, e))
		return e->code;
	*ret = r;
	return ERR_OK;
}

enum err_code instance_report(
	struct arena *a, const char *dir, struct report_config *ret, struct err *e)
{
	const struct conf *root;
	if (instance_check(dir, e) || conf_load(a, path_join(a, dir, "tianlan.conf"), &root, e))
		return e->code;
	return read_report(root, ret, e);
}

/* ---- the hub ---------------------------------------------------------------------------------------- */

enum err_code instance_hub(struct arena *a, const char *dir, const char **ret, struct err *e)
{
	const char *path = path_join(a, dir, "tianlan.conf"), *hub = NULL;
	const struct conf *root;
	*ret = NULL;
	if (!file_exists(path))
		return ERR_OK;
	if (conf_load(a, path, &root, e) || conf_opt_string(root, "hub", &hub, e))
		return e->code;
	if (hub && *hub && *hub != '/')
		return conf_error(conf_find(root, "hub"), e,
			T("hub 要写从 / 开始的路径：“%s”", "hub is a path from / on: \"%s\""), hub);
	*ret = hub && *hub ? hub : NULL;
	return ERR_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------- */

/* What the page that checks receipts needs: the public halves alone. */
static enum err_code office_keys(struct arena *a, const char *dir, const char **ret, struct err *e)
{
	uint8_t keys[OFFICE_KEYS_MAX][KEY_BYTES];
	size_t count = 0;
	const char *folder = path_join(a, dir, "keys");
	if (file_exists(folder) &&
		keys_public(folder, KEY_RECEIPT, keys, OFFICE_KEYS_MAX, &count, e))
		return e->code;
	for (size_t i = 0; i < count; i++) {
		char text[BASE64_BYTES(KEY_BYTES)];
		base64_encode(keys[i], KEY_BYTES, text);
		*ret = *ret ? arena_printf(a, "%s %s", *ret, text) : arena_strdup(a, text);
	}
	return ERR_OK;
}

static enum err_code read_demo_today(
	const struct conf *root, bool demo, struct day *ret, struct err *e)
{
	const char *today = NULL;
	*ret = DAY_NONE;
	if (conf_opt_string(root, "demo_today", &today, e))
		return e->code;
	if (today && !day_parse(today, ret))
		return conf_error(conf_find(root, "demo_today"), e,
			T("demo_today 不是日期：“%s”", "demo_today is no day: \"%s\""), today);
	if (!demo)
		*ret = DAY_NONE;
	return ERR_OK;
}

enum err_code instance_demo_today(struct arena *a, const char *dir, struct day *ret, struct err *e)
{
	const struct conf *root;
	bool demo = false;
	if (conf_load(a, path_join(a, dir, "tianlan.conf"), &root, e) ||
		conf_opt_bool(root, "demo", &demo, e))
		return e->code;
	return read_demo_today(root, demo, ret, e);
}

enum err_code instance_config(struct arena *a, const char *dir, struct site_config *ret,
	struct day *ret_demo_today, struct err *e)
{
	if (instance_check(dir, e))
		return e->code;
	const struct conf *root;
	if (conf_load(a, path_join(a, dir, "tianlan.conf"), &root, e))
		return e->code;
	struct report_config report;
	struct site_config c = {.scheme = "https", .base_path = "", .hotline = "12345"};
	const struct {
		const char *name;
		const char **to;
	} texts[] = {
		{"site_name", &c.site_name},
		{"domain", &c.domain},
		{"scheme", &c.scheme},
		{"base_path", &c.base_path},
		{"id_code", &c.id_code},
		{"icp", &c.icp},
		{"police_icp", &c.police_icp},
		{"mark_url", &c.mark_url},
		{"find_error_url", &c.find_error_url},
		{"operator", &c.operator_name},
		{"contact", &c.contact},
		{"address", &c.address},
		{"environment_phone", &c.environment_phone},
		{"emergency_phone", &c.emergency_phone},
		{"hotline", &c.hotline},
	};
	const char *known[COUNT_OF(texts) + 5] = {"demo", "demo_today", "report", "hub"};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		known[i + 4] = texts[i].name;
	if (conf_only(root, known, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (conf_opt_string(root, texts[i].name, texts[i].to, e))
			return e->code;
		if (*texts[i].to && !**texts[i].to && !str_eq(texts[i].name, "base_path"))
			*texts[i].to = NULL;
	}
	const char *hub;
	if (conf_opt_bool(root, "demo", &c.demo, e) || instance_hub(a, dir, &hub, e) ||
		check_config(root, &c, e) || read_report(root, &report, e))
		return e->code;
	if (read_demo_today(root, c.demo, ret_demo_today, e))
		return e->code;
	if (office_keys(a, dir, &c.office_keys, e))
		return e->code;
	*ret = c;
	return ERR_OK;
}

size_t instance_missing(const struct site_config *c, const char *ret_names[8])
{
	const struct {
		const char *value, *name;
	} items[] = {
		{c->domain, "domain"},
		{c->id_code, "id_code"},
		{c->operator_name, "operator"},
		{c->contact, "contact"},
		{c->icp, "icp"},
		{c->police_icp, "police_icp"},
		{c->mark_url, "mark_url"},
		{c->find_error_url, "find_error_url"},
	};
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(items); i++)
		if (!items[i].value)
			ret_names[n++] = items[i].name;
	return n;
}
