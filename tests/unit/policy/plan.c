#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct policy *load(const char *dir)
{
	struct policy *p = NULL;
	struct err e = {0};
	char text[1600];

	if (policy_load(dir, &p, &e)) {
		err_format(&e, text, sizeof(text));
		cr_assert_fail("%s", text);
	}
	return p;
}

struct policy *plan_load(void)
{
	return load("content/policy");
}

static void write_changed(const char *path, const char *text, const char *find, const char *replace)
{
	const char *at = find ? strstr(text, find) : NULL;
	struct err e = {0};
	struct buf out;

	cr_assert(!find || at, "the data has no \"%s\"", find);
	buf_init(&out, 1 << 20);
	buf_add(&out, text, at ? (size_t)(at - text) : strlen(text));
	if (at) {
		buf_str(&out, replace);
		buf_str(&out, at + strlen(find));
	}
	cr_assert_eq(file_write_durable(path, out.data, out.len, &e), ERR_OK, "%s", e.message);
	buf_done(&out);
}

char *plan_folder(const char *file, const char *find, const char *replace)
{
	char template[] = "/tmp/policy-test-XXXXXX";
	char *dir = strdup(mkdtemp(template));
	struct err e = {0};
	size_t count;
	const char *const *files = policy_file_names(&count);

	for (size_t i = 0; i < count; i++) {
		char from[256], to[256];
		struct buf text;
		bool changed = find && str_eq(files[i], file);

		snprintf(from, sizeof(from), "content/policy/%s", files[i]);
		snprintf(to, sizeof(to), "%s/%s", dir, files[i]);
		buf_init(&text, 1 << 20);
		cr_assert_eq(file_read(from, 1 << 20, &text, &e), ERR_OK, "%s", e.message);
		write_changed(to, buf_text(&text), changed ? find : NULL, replace);
		buf_done(&text);
	}
	return dir;
}

void plan_folder_remove(char *dir)
{
	struct err e = {0};

	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK, "%s", e.message);
	free(dir);
}

struct policy *plan_amended(const char *find, const char *replace)
{
	char *dir = plan_folder("annex1.conf", find, replace);
	struct policy *p = load(dir);

	plan_folder_remove(dir);
	return p;
}

struct day ymd(int year, int month, int day)
{
	return day_from_ymd(year, month, day);
}

struct duty_facts facts_of(enum category c, enum ring r)
{
	struct duty_facts f = {.category = c, .ring = r, .found_on = DAY_NONE, .order = DAY_NONE};

	for (size_t i = 0; i < ACTION_COUNT; i++)
		f.done[i] = DAY_NONE;
	return f;
}

const struct duty *duty_for(const struct duties *d, enum action action)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->duty[i].action == action)
			return &d->duty[i];
	cr_assert_fail("there is no duty %s", policy_action_id(action));
	return NULL;
}

const char *day_or_dash(struct day d)
{
	static char text[DAY_TEXT_BYTES];

	return day_is_set(d) ? day_text(d, text) : "-";
}
