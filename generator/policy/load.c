/*
 * Loading the plan's data: ten files, read and checked as a whole. A policy that was loaded needs no
 * further checks, so the functions over it cannot fail.
 *
 * The version is a hash over what the files say (keys and values, not comments or layout), so that
 * whatever depends on the policy can tell whether it changed.
 */
#include "policy/reading.h"

#include <inttypes.h>
#include <stdio.h>

/* FNV-1a, 64 bits: it tells versions apart, it protects nothing. */
struct digest {
	uint64_t sum;
};

static void digest_text(struct digest *d, const char *text)
{
	const unsigned char *s = (const unsigned char *)(text ? text : "");

	do
		d->sum = (d->sum ^ *s) * UINT64_C(0x100000001b3);
	while (*s++);
}

static void digest_tree(struct digest *d, const struct conf *item)
{
	char number[64];

	snprintf(number, sizeof(number), "%d %" PRId64 " %d %zu %.17g", (int)item->type,
		item->integer, item->boolean, item->count, item->number);
	digest_text(d, item->name);
	digest_text(d, number);
	digest_text(d, item->string);
	for (size_t i = 0; i < item->count; i++)
		digest_tree(d, &item->items[i]);
}

/* ---- fields.conf ------------------------------------------------------------------------ */

static bool publish_find(const char *id, enum publish_class *ret)
{
	static const char *const classes[] = {[PUBLISH_NEVER] = "never",
		[PUBLISH_INTERNAL] = "internal",
		[PUBLISH_AGGREGATE] = "aggregate",
		[PUBLISH_BANDED] = "banded",
		[PUBLISH_SUMMARY] = "summary",
		[PUBLISH_REVIEWED] = "reviewed",
		[PUBLISH_PUBLIC] = "public"};

	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (str_eq(classes[i], id)) {
			*ret = (enum publish_class)i;
			return true;
		}
	return false;
}

static enum err_code read_field(struct policy *p, const struct conf *group, struct err *e)
{
	static const char *const keys[] = {"id", "publish", "in_force_from", "clause", NULL};
	const char *id, *publish, *clause;
	const struct field_info *field;
	enum publish_class class;
	struct day from;
	enum err_code code;

	if ((code = reading_group(group, keys, e)) || (code = reading_text(group, "id", &id, e)) ||
		(code = reading_text(group, "publish", &publish, e)) ||
		(code = reading_source(group, &from, &clause, e)))
		return code;
	field = policy_field_find(id);
	if (!field)
		return conf_error(conf_find(group, "id"), e,
			T("没有字段“%s”", "there is no field \"%s\""), id);
	if (!publish_find(publish, &class))
		return conf_error(conf_find(group, "publish"), e,
			T("没有公开级别“%s”", "there is no publish class \"%s\""), publish);
	if (class > field->publish)
		return conf_error(conf_find(group, "publish"), e,
			T("%s 的公开级别不能放宽到 %s",
				"the publish class of %s cannot be loosened to %s"),
			id, publish);
	p->publish[field->field] = class;
	return ERR_OK;
}

static enum err_code load_fields(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"fields", NULL};
	const struct conf *list;
	enum err_code code;

	for (enum field f = FIELD_SEQ; f < FIELD_COUNT; f++)
		p->publish[f] = policy_field(f)->publish;
	if ((code = conf_only(root, keys, e)) || (code = reading_list(root, "fields", &list, e)))
		return code;
	for (size_t i = 0; i < list->count; i++)
		if ((code = read_field(p, &list->items[i], e)) ||
			(code = reading_unique(list, i, "id", e)))
			return code;
	return ERR_OK;
}

/* ---- industries.conf -------------------------------------------------------------------- */

static enum err_code read_keywords(
	struct policy *p, struct industry_info *industry, const struct conf *group, struct err *e)
{
	const struct conf *list;
	const char **words;
	enum err_code code = reading_list(group, "keywords", &list, e);

	if (code)
		return code;
	words = arena_alloc(p->arena, (list->count + 1) * sizeof(*words));
	for (size_t i = 0; i < list->count; i++)
		if ((code = reading_item(&list->items[i], &words[i], e)))
			return code;
	industry->keywords = words;
	return ERR_OK;
}

static enum err_code read_industry(
	struct policy *p, struct industry_info *industry, const struct conf *group, struct err *e)
{
	static const char *const keys[] = {
		"slug", "name", "named", "keywords", "clause", "in_force_from", NULL};
	const char *clause;
	struct day from;
	enum err_code code;

	industry->named = true;
	if ((code = reading_group(group, keys, e)) ||
		(code = reading_slug(group, "slug", &industry->slug, e)) ||
		(code = reading_text(group, "name", &industry->name, e)) ||
		(code = conf_opt_bool(group, "named", &industry->named, e)) ||
		(code = reading_source(group, &from, &clause, e)))
		return code;
	return read_keywords(p, industry, group, e);
}

static enum err_code load_industries(struct policy *p, const struct conf *root, struct err *e)
{
	static const char *const keys[] = {"industries", NULL};
	const struct conf *list;
	enum err_code code;

	if ((code = conf_only(root, keys, e)) ||
		(code = reading_list(root, "industries", &list, e)))
		return code;
	p->industries = arena_alloc(p->arena, list->count * sizeof(*p->industries));
	for (size_t i = 0; i < list->count; i++)
		if ((code = read_industry(p, &p->industries[i], &list->items[i], e)) ||
			(code = reading_unique(list, i, "slug", e)) ||
			(code = reading_unique(list, i, "name", e)))
			return code;
	p->industry_count = list->count;
	if (!str_eq(p->industries[list->count - 1].slug, "other"))
		return conf_error(&list->items[list->count - 1], e,
			T("最后一类应为 other（其他）", "the last industry must be other"));
	return ERR_OK;
}

/* ---- all of it -------------------------------------------------------------------------- */

/* Units before routing, which names them. */
static const char *const file_names[] = {"annex1.conf", "fields.conf", "industries.conf",
	"units.conf", "routing.conf", "clocks.conf", "holidays.csv", "retention.conf", "gate.conf",
	"ranking.conf"};

const char *const *policy_file_names(size_t *ret_count)
{
	*ret_count = COUNT_OF(file_names);
	return file_names;
}

typedef enum err_code load_fn(struct policy *p, const struct conf *root, struct err *e);

static enum err_code load_days(
	struct policy *p, struct digest *digest, const char *path, struct err *e)
{
	enum err_code code = load_holidays(p, path, e);

	for (size_t i = 0; !code && i < p->holiday_count; i++) {
		char day[DAY_TEXT_BYTES];

		digest_text(digest, day_text(p->holidays[i].day, day));
		digest_text(digest, p->holidays[i].off ? "off" : "work");
		digest_text(digest, p->holidays[i].name);
	}
	return code;
}

static enum err_code load_file(struct policy *p, struct digest *digest, const char *path,
	const char *name, load_fn *load, struct err *e)
{
	const struct conf *root;
	enum err_code code;

	digest_text(digest, name);
	if (!load)
		return load_days(p, digest, path, e);
	code = conf_load(p->arena, path, &root, e);
	if (code)
		return code;
	digest_tree(digest, root);
	return load(p, root, e);
}

enum err_code policy_load_over(
	const char *dir, const char *fallback, struct policy **ret_policy, struct err *e)
{
	static load_fn *const load[] = {load_annex1, load_fields, load_industries, load_units,
		load_routing, load_clocks, NULL, load_retention, load_gate, load_ranking};
	struct digest digest = {UINT64_C(0xcbf29ce484222325)};
	struct arena *arena = arena_new();
	struct policy *p = arena_alloc(arena, sizeof(*p));

	p->arena = arena;
	for (size_t i = 0; i < COUNT_OF(file_names); i++) {
		const char *path = path_join(arena, dir, file_names[i]);
		enum err_code code;

		if (fallback && !file_exists(path))
			path = path_join(arena, fallback, file_names[i]);
		code = load_file(p, &digest, path, file_names[i], load[i], e);
		if (code) {
			policy_free(p);
			return code;
		}
	}
	snprintf(p->version, sizeof(p->version), "%016" PRIx64, digest.sum);
	*ret_policy = p;
	return ERR_OK;
}

enum err_code policy_load(const char *dir, struct policy **ret_policy, struct err *e)
{
	return policy_load_over(dir, NULL, ret_policy, e);
}

void policy_free(struct policy *p)
{
	if (p)
		arena_free(p->arena);
}

const char *policy_version(const struct policy *p)
{
	return p->version;
}

const struct plan_info *policy_plan(const struct policy *p)
{
	return &p->plan;
}

enum publish_class policy_publish_class(const struct policy *p, enum field f)
{
	return p->publish[f];
}

const struct unit_info *policy_units(const struct policy *p, size_t *ret_count)
{
	*ret_count = p->unit_count;
	return p->units;
}
