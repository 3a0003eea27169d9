/*
 * form.conf of the installed bundle: what the form offers, what it allows, to whom tip-offs are sealed. The office made it and
 * signed it; it is checked all the same, so that a mistake is found when it is loaded and not when someone needs it.
 */
#include "intake/intake_internal.h"

#include "tianlan/input.h"

#include <string.h>

static enum err_code read_choices(struct arena *a, const struct conf *root, const char *list,
	const char *code, size_t most, struct choices *ret, struct err *e)
{
	const struct conf *c = conf_find(root, list);
	if (!c || c->type != CONF_LIST || c->count > most)
		return conf_error(c ? c : root, e,
			T("%s 应是最多 %zu 项的列表", "%s must be a list of at most %zu"), list,
			most);
	struct choice *at = arena_alloc(a, (c->count + 1) * sizeof *at);
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].type != CONF_GROUP)
			return conf_error(
				&c->items[i], e, T("应是一组 { }", "must be a group { }"));
		enum err_code failed = conf_string(&c->items[i], code, &at[i].code, e);
		if (!failed)
			failed = conf_string(&c->items[i], "name", &at[i].name, e);
		if (failed)
			return failed;
	}
	*ret = (struct choices){at, c->count};
	return ERR_OK;
}

static enum err_code read_keys(const struct conf *root, const char *list,
	struct box_public keys[RECIPIENTS_MAX], size_t *ret_count, struct err *e)
{
	const struct conf *c = conf_find(root, list);
	if (!c || c->type != CONF_LIST || c->count == 0 || c->count > RECIPIENTS_MAX)
		return conf_error(c ? c : root, e,
			T("%s 应有 1 到 %d 把公钥", "%s must hold 1 to %d public keys"), list,
			RECIPIENTS_MAX);
	for (size_t i = 0; i < c->count; i++) {
		const char *text = c->items[i].string;
		if (c->items[i].type != CONF_STRING || !text ||
			!base64_decode(text, strlen(text), keys[i].bytes, sizeof keys[i].bytes))
			return conf_error(&c->items[i], e,
				T("%s 里的公钥写法不对", "a public key of %s is malformed"), list);
	}
	*ret_count = c->count;
	return ERR_OK;
}

static enum err_code limit(const struct conf *group, const char *name, int64_t least, int64_t most,
	int64_t *value, struct err *e)
{
	if (!group)
		return ERR_OK;
	enum err_code code = conf_opt_int(group, name, value, e);
	if (!code && (*value < least || *value > most))
		return conf_error(conf_find(group, name), e,
			T("%s 应在 %lld 到 %lld 之间", "%s must lie between %lld and %lld"), name,
			(long long)least, (long long)most);
	return code;
}

static enum err_code read_limits(const struct conf *root, struct form_limits *ret, struct err *e)
{
	int64_t photo_count = TIPOFF_PHOTOS, photo_mib = 10, body_mib = 32, what_min = 10,
		what_max = 4000, token_hours = 24, dwell = 3, network = 20, loopback = 20,
		hourly = 600, work = 18;
	const struct conf *group = conf_find(root, "limits");
	if (group && group->type != CONF_GROUP)
		return conf_error(group, e, T("limits 应是一组 { }", "limits must be a group { }"));
	const struct {
		const char *name;
		int64_t least, most, *value;
	} table[] = {
		{"photo_count", 0, TIPOFF_PHOTOS, &photo_count},
		{"photo_mib", 1, 10, &photo_mib},
		{"body_mib", 1, 32, &body_mib},
		{"what_min", 1, 1000, &what_min},
		{"what_max", 100, 4000, &what_max},
		{"token_hours", 1, 24 * 14, &token_hours},
		{"dwell_seconds", 0, 60, &dwell},
		{"network_daily", 0, 60000, &network},
		{"loopback_daily", 0, 60000, &loopback},
		{"global_hourly", 0, 1000000, &hourly},
		{"work_bits", 0, 30, &work},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		enum err_code code = limit(
			group, table[i].name, table[i].least, table[i].most, table[i].value, e);
		if (code)
			return code;
	}
	*ret = (struct form_limits){.photo_count = (size_t)photo_count,
		.photo_bytes = (size_t)photo_mib << 20,
		.body_bytes = (size_t)body_mib << 20,
		.what_min = (size_t)what_min,
		.what_max = (size_t)what_max,
		.token_seconds = token_hours * 3600,
		.dwell_seconds = dwell,
		.network_daily = network,
		.loopback_daily = loopback,
		.global_hourly = hourly,
		.work_bits = (int)work};
	return ERR_OK;
}

static enum err_code read_phones(const struct conf *root, struct form_conf *ret, struct err *e)
{
	const struct conf *group = conf_find(root, "phones");
	ret->hotline = ret->emergency = ret->environment = "";
	if (!group)
		return ERR_OK;
	if (group->type != CONF_GROUP)
		return conf_error(group, e, T("phones 应是一组 { }", "phones must be a group { }"));
	enum err_code code = conf_opt_string(group, "hotline", &ret->hotline, e);
	if (!code)
		code = conf_opt_string(group, "emergency", &ret->emergency, e);
	return code ? code : conf_opt_string(group, "environment", &ret->environment, e);
}

enum err_code form_conf_load(
	struct arena *a, const char *path, struct form_conf *ret, struct err *e)
{
	const struct conf *root;
	struct form_conf c = {.form_script = ""};
	enum err_code code = conf_load(a, path, &root, e);
	if (!code)
		code = conf_string(root, "site_name", &c.site_name, e);
	if (!code)
		code = conf_string(root, "base_path", &c.base_path, e);
	if (!code)
		code = conf_opt_bool(root, "demo", &c.demo, e);
	if (!code)
		code = conf_opt_string(root, "form_script", &c.form_script, e);
	if (!code)
		code = read_choices(a, root, "kinds", "slug", TIPOFF_KINDS, &c.kinds, e);
	if (!code)
		code = read_choices(a, root, "streets", "code", 200, &c.streets, e);
	if (!code)
		code = read_phones(root, &c, e);
	if (!code)
		code = read_limits(root, &c.limits, e);
	if (!code)
		code = read_keys(root, "facts_keys", c.to.facts, &c.to.facts_count, e);
	if (!code)
		code = read_keys(root, "contact_keys", c.to.contact, &c.to.contact_count, e);
	if (!code)
		*ret = c;
	return code;
}
