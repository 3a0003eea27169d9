/*
 * From the parts of a body to the declared fields. What is not declared is left aside; what is declared is made a text that
 * can be shown again, whatever the bytes were. Whether it is acceptable is for check.c to say.
 */
#include "intake/intake_internal.h"

#include <string.h>

enum shape {
	SHAPE_MANY,  /* may come several times */
	SHAPE_LINE,  /* one line of text */
	SHAPE_LINES, /* several */
	SHAPE_FILES,
};
static const struct {
	const char *name;
	enum shape shape;
} fields[FORM_FIELD_COUNT] = {
	[FORM_KIND] = {"kind", SHAPE_MANY},
	[FORM_ENTERPRISE] = {"enterprise", SHAPE_LINE},
	[FORM_STREET] = {"street", SHAPE_LINE},
	[FORM_PLACE] = {"place", SHAPE_LINE},
	[FORM_WHEN] = {"when", SHAPE_LINE},
	[FORM_WHAT] = {"what", SHAPE_LINES},
	[FORM_PHOTO] = {"photo", SHAPE_FILES},
	[FORM_WAY] = {"way", SHAPE_LINE},
	[FORM_CONTACT_NAME] = {"contact_name", SHAPE_LINE},
	[FORM_CONTACT_PHONE] = {"contact_phone", SHAPE_LINE},
	[FORM_RECEIPT] = {"receipt", SHAPE_LINE},
	[FORM_WEBSITE] = {"website", SHAPE_LINE},
	[FORM_WORK] = {"work", SHAPE_LINE},
	[FORM_TOKEN] = {"token", SHAPE_LINE},
};

/* A line of text longer than this is no place and no name: the rest is not shown again. The largest answer stays bounded. */
enum { LINE_KEPT_BYTES = 4096 };

static const char replacement[] = "\xEF\xBF\xBD";

const char *form_field_name(enum form_field f)
{
	return fields[f].name;
}

void form_init(struct form *f)
{
	*f = (struct form){0};
	for (size_t i = 0; i < FORM_FIELD_COUNT; i++)
		f->value[i] = "";
}

void form_error(struct form *f, enum form_field field, const char *sentence)
{
	if (f->error[field])
		return;
	f->error[field] = sentence;
	f->error_count++;
}

/* ---- text ------------------------------------------------------------------------------------------ */

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/* Blanks of any kind that people type or paste, and the byte order mark. */
static bool is_blank(uint32_t code)
{
	return code == ' ' || code == '\n' || code == 0xa0 || code == 0x3000 || code == 0xfeff ||
	       (code >= 0x2000 && code <= 0x200b);
}

static char *trim(char *s, size_t len)
{
	char *end = s + len;
	uint32_t code;
	for (size_t used; (used = utf8_decode(s, end, &code)) && is_blank(code);)
		s += used;
	while (end > s) {
		const char *last = end - 1;
		while (last > s && ((unsigned char)*last & 0xc0) == 0x80)
			last--;
		if (!utf8_decode(last, end, &code) || !is_blank(code))
			break;
		end = s + (last - s);
	}
	*end = '\0';
	return s;
}

char *text_clean(struct arena *a, struct bytes raw, bool lines, bool *ret_bad)
{
	/* A wrong byte grows to the three bytes of the replacement character. */
	char *out = arena_alloc(a, raw.len * 3 + 1);
	size_t n = 0;
	const char *p = (const char *)raw.at, *end = p + raw.len;
	*ret_bad = false;
	while (p < end) {
		uint32_t code = 0;
		size_t used = utf8_decode(p, end, &code);
		if (code == '\r' && used) {
			code = '\n';
			used = end - p > 1 && p[1] == '\n' ? 2 : 1;
		}
		if (used && (code == '\n' || code == '\t')) {
			out[n++] = code == '\n' && lines ? '\n' : ' ';
		} else if (!used || is_control(code)) {
			memcpy(out + n, replacement, 3);
			n += 3;
			*ret_bad = true;
		} else {
			memcpy(out + n, p, used);
			n += used;
		}
		p += used ? used : 1;
	}
	return trim(out, n);
}

char *text_half_width(struct arena *a, const char *s)
{
	size_t len = strlen(s), n = 0;
	char *out = arena_alloc(a, len + 1);
	for (const char *p = s, *end = s + len; p < end;) {
		uint32_t code;
		size_t used = utf8_decode(p, end, &code);
		if (!used) {
			used = 1; /* cleaned text has none; a byte is a byte */
			out[n++] = *p;
		} else if (code >= 0xff01 && code <= 0xff5e) {
			out[n++] = (char)(code - 0xff01 + '!');
		} else if (code == 0x3000) {
			out[n++] = ' ';
		} else {
			memcpy(out + n, p, used);
			n += used;
		}
		p += used;
	}
	return out;
}

/* ---- parts ------------------------------------------------------------------------------------------ */

static void add_kind(struct arena *a, const struct intake *in, struct form *f, struct bytes raw)
{
	bool bad;
	const char *slug = text_clean(a, raw, false, &bad);
	for (size_t i = 0; i < in->conf.kinds.count; i++) {
		if (str_eq(slug, in->conf.kinds.at[i].code)) {
			f->kind[i] = true;
			return;
		}
	}
	f->kind_unknown = true;
}

/* Browsers send an empty file when none was chosen. */
static void add_photo(struct form *f, const struct form_part *part)
{
	const char *filename = part->filename ? part->filename : "";
	if (part->value.len == 0 && !*filename)
		return;
	if (f->photo_count < FORM_PHOTOS_MAX)
		f->photos[f->photo_count++] = (struct form_photo){part->value, filename};
	f->photo_sent++;
}

static void add_text(struct arena *a, struct form *f, enum form_field field, struct bytes raw)
{
	char *text = text_clean(a, raw, fields[field].shape == SHAPE_LINES, &f->unreadable[field]);
	if (fields[field].shape == SHAPE_LINE && strlen(text) > LINE_KEPT_BYTES) {
		size_t n = LINE_KEPT_BYTES;
		while (((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
		text[n] = '\0';
	}
	f->value[field] = text;
}

static bool field_find(const char *name, enum form_field *ret)
{
	for (size_t i = 0; i < FORM_FIELD_COUNT; i++) {
		if (str_eq(name, fields[i].name)) {
			*ret = (enum form_field)i;
			return true;
		}
	}
	return false;
}

enum err_code form_read(struct arena *a, const struct intake *in, const struct form_body *body,
	struct form *ret, struct err *e)
{
	bool seen[FORM_FIELD_COUNT] = {false};
	form_init(ret);
	for (size_t i = 0; i < body->count; i++) {
		const struct form_part *part = &body->parts[i];
		enum form_field field;
		if (!field_find(part->name, &field))
			continue;
		bool is_text = fields[field].shape != SHAPE_FILES;
		bool once = fields[field].shape == SHAPE_LINE || fields[field].shape == SHAPE_LINES;
		if ((once && seen[field]) || (is_text && part->filename))
			return err_set(e, ERR_INPUT,
				T("提交的内容里同一栏出现了两次，或者文字栏里是文件",
					"a field came twice, or a file stands where text should"));
		seen[field] = true;
		if (field == FORM_KIND)
			add_kind(a, in, ret, part->value);
		else if (field == FORM_PHOTO)
			add_photo(ret, part);
		else
			add_text(a, ret, field, part->value);
	}
	form_find_enterprise(a, in, ret);
	return ERR_OK;
}

/* 650105-000123: the code of the district, a hyphen, six digits or more. */
static bool is_public_id(const char *s)
{
	static const char shape[] = "dddddd-dddddd";
	size_t n = strlen(s);
	if (n < sizeof shape - 1 || n > 24)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool hyphen = i == 6;
		if (hyphen ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	}
	return true;
}

void form_find_enterprise(struct arena *a, const struct intake *in, struct form *f)
{
	const char *id = text_half_width(a, f->value[FORM_ENTERPRISE]);
	f->enterprise_is_id = is_public_id(id);
	f->enterprise_name = NULL;
	if (!f->enterprise_is_id)
		return;
	f->value[FORM_ENTERPRISE] = id;
	f->enterprise_name = intake_name_find(in, a, id);
}
