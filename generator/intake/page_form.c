/* The form's model: every field with what was typed and what is wrong with it, and the summary that links to them. */
#include "intake/intake_internal.h"

#include <string.h>

/* Where the summary's link goes: the first control of the field. Also the order of the summary. */
static const struct {
	enum form_field field;
	const char *control;
} shown[] = {
	{FORM_KIND, "kind"},
	{FORM_ENTERPRISE, "enterprise"},
	{FORM_STREET, "street"},
	{FORM_PLACE, "place"},
	{FORM_WHEN, "when"},
	{FORM_WHAT, "what"},
	{FORM_PHOTO, "photo"},
	{FORM_WAY, "way"},
	{FORM_CONTACT_NAME, "contact_name"},
	{FORM_CONTACT_PHONE, "contact_phone"},
	{FORM_RECEIPT, "receipt"},
};

static struct value *field_model(
	struct value *root, struct arena *a, const struct form *f, enum form_field field)
{
	struct value *m = value_map(a);
	const char *name = form_field_name(field);
	value_set_text(m, a, "id", name);
	value_set_text(m, a, "value", f->value[field]);
	value_set_text(m, a, "error", f->error[field]);
	value_set(root, a, name, m);
	return m;
}

static void add_kinds(
	struct value *field, struct arena *a, const struct intake *in, const struct form *f)
{
	struct value *options = value_list(a);
	const struct choices *kinds = &in->conf.kinds;
	for (size_t i = 0; i < kinds->count; i++) {
		struct value *o = value_add_map(options, a);
		value_set_text(o, a, "code", kinds->at[i].code);
		value_set_text(o, a, "name", kinds->at[i].name);
		value_set_text(
			o, a, "option_id", i == 0 ? "kind" : arena_printf(a, "kind-%zu", i + 1));
		value_set_bool(o, a, "on", f->kind[i]);
		value_set_bool(o, a, "wrong", f->error[FORM_KIND] != NULL);
	}
	value_set(field, a, "options", options);
}

static void add_streets(
	struct value *field, struct arena *a, const struct intake *in, const struct form *f)
{
	struct value *options = value_list(a);
	const struct choices *streets = &in->conf.streets;
	const char *typed = f->value[FORM_STREET];
	bool known = !*typed;
	for (size_t i = 0; i < streets->count; i++) {
		struct value *o = value_add_map(options, a);
		bool on = str_eq(typed, streets->at[i].code);
		value_set_text(o, a, "code", streets->at[i].code);
		value_set_text(o, a, "name", streets->at[i].name);
		value_set_bool(o, a, "on", on);
		known = known || on;
	}
	value_set(field, a, "options", options);
	value_set_text(field, a, "unknown", known ? NULL : typed);
}

static void add_fields(
	struct value *root, struct arena *a, const struct intake *in, const struct form *f)
{
	struct day ignored;
	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		struct value *m = field_model(root, a, f, shown[i].field);
		const char *v = f->value[shown[i].field];
		if (shown[i].field == FORM_KIND)
			add_kinds(m, a, in, f);
		if (shown[i].field == FORM_STREET)
			add_streets(m, a, in, f);
		if (shown[i].field == FORM_ENTERPRISE) {
			value_set_text(m, a, "enterprise_name", f->enterprise_name);
			value_set_bool(m, a, "enterprise_unknown",
				f->enterprise_is_id && !f->enterprise_name);
		}
		/* A browser's calendar shows nothing for what is no day: then what was typed stands in a plain field. */
		if (shown[i].field == FORM_WHEN)
			value_set_bool(m, a, "is_day", !*v || day_parse(v, &ignored));
		if (shown[i].field == FORM_WAY) {
			value_set_bool(m, a, "anonymous", str_eq(v, "anonymous"));
			value_set_bool(m, a, "confidential", str_eq(v, "confidential"));
			value_set_bool(m, a, "named", str_eq(v, "named"));
		}
		if (shown[i].field == FORM_RECEIPT)
			value_set_bool(m, a, "declined", str_eq(v, "no"));
	}
	value_set_text(root, a, "website", f->value[FORM_WEBSITE]);
}

static void add_errors(struct value *root, struct arena *a, const struct form *f)
{
	if (f->error_count == 0)
		return;
	struct value *m = value_map(a), *items = value_list(a);
	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		if (!f->error[shown[i].field])
			continue;
		struct value *item = value_add_map(items, a);
		value_set_text(item, a, "id", shown[i].control);
		value_set_text(item, a, "text", f->error[shown[i].field]);
	}
	value_set_text(m, a, "errors_title",
		arena_printf(a, T("还没有提交：有 %zu 处要改", "not sent yet: %zu to correct"),
			f->error_count));
	value_set(m, a, "items", items);
	value_set(root, a, "errors", m);
}

void form_answer(struct intake *in, struct arena *a, const struct form *f,
	const struct form_page *p, struct response *res)
{
	char *today = arena_alloc(a, DAY_TEXT_BYTES);
	const struct form_limits *l = &in->conf.limits;
	struct value *m = page_model(in, a);
	add_fields(m, a, in, f);
	add_errors(m, a, f);
	bool again = f->error_count > 0 || p->notice_title;
	value_set_bool(m, a, "again", again);
	value_set_bool(m, a, "photos_again", again && f->photo_sent > 0);
	value_set_text(m, a, "notice_title", p->notice_title);
	value_set_text(m, a, "notice_text", p->notice_text);
	value_set_bool(m, a, "notice_phones", p->notice_late);
	value_set_text(m, a, "token", p->token);
	if (p->ask_work && l->work_bits > 0)
		value_set_int(m, a, "work_bits", l->work_bits);
	value_set_text(m, a, "today", day_text(p->today, today));
	value_set_int(m, a, "what_min", (int64_t)l->what_min);
	value_set_int(m, a, "what_max", (int64_t)l->what_max);
	value_set_int(m, a, "photo_count", (int64_t)l->photo_count);
	value_set_int(m, a, "photo_mib", (int64_t)(l->photo_bytes >> 20));
	value_set_int(m, a, "photo_bytes", (int64_t)l->photo_bytes);
	struct page page = {PAGE_FORM, p->status, T("我要举报", "Report a violation"), again, true};
	page_answer(in, &page, m, res);
}
