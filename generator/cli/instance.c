/*
 * The instance folder and its configuration. What the operator has not filled in stays empty: nothing about a
 * real office is made up, and the build names what is missing.
 */
#include "cli/instance.h"

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
	"# 环保举报与紧急情况的电话，写在举报说明页上。\n"
	"#environment_phone = \"\";\n#emergency_phone = \"\";\n\n";

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
		    "还不能做的：网上举报、按文字查找。举报请看[怎样举报](/report/)。\n");
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
			"demo = true;\ndemo_today = \"%s\";\n",
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

enum err_code instance_config(struct arena *a, const char *dir, struct site_config *ret,
	struct day *ret_demo_today, struct err *e)
{
	if (instance_check(dir, e))
		return e->code;
	const struct conf *root;
	if (conf_load(a, path_join(a, dir, "tianlan.conf"), &root, e))
		return e->code;
	struct site_config c = {.scheme = "https", .base_path = ""};
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
	};
	const char *known[COUNT_OF(texts) + 3] = {"demo", "demo_today"};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		known[i + 2] = texts[i].name;
	if (conf_only(root, known, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (conf_opt_string(root, texts[i].name, texts[i].to, e))
			return e->code;
		if (*texts[i].to && !**texts[i].to && !str_eq(texts[i].name, "base_path"))
			*texts[i].to = NULL;
	}
	if (conf_opt_bool(root, "demo", &c.demo, e) || check_config(root, &c, e))
		return e->code;
	const char *today = NULL;
	*ret_demo_today = DAY_NONE;
	if (conf_opt_string(root, "demo_today", &today, e))
		return e->code;
	if (today && !day_parse(today, ret_demo_today))
		return conf_error(conf_find(root, "demo_today"), e,
			T("demo_today 不是日期：“%s”", "demo_today is no day: \"%s\""), today);
	if (!c.demo)
		*ret_demo_today = DAY_NONE;
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
