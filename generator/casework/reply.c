/*
 * Is a reply fit to be read outside? It may hold no value of class NEVER: none of the register's, no contact of the reporter, and
 * none of the words in which the tip-off was written, by which the reported party could know who wrote it.
 *
 * Compared are letters and digits alone, in one form: blanks, signs and full-width forms do not hide anything. What the reply says
 * with the name of the linked enterprise is no word of the tip-off's.
 */
#include "casework/casework_internal.h"

#include "tianlan/register_supervision.h"

#include <string.h>

enum { RUN_CHARACTERS = 12, NAME_CHARACTERS_MIN = 2, PHONE_DIGITS_MIN = 5 };

static bool is_sign(uint32_t c)
{
	if (c < 0x80)
		return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
	return (c >= 0x80 && c < 0xc0) || (c >= 0x2000 && c < 0x2070) ||
	       (c >= 0x3000 && c < 0x3040 && c != 0x3005 && c != 0x3007) ||
	       (c >= 0xfe10 && c < 0xfe70) || c == 0xfeff || (c >= 0xff5f && c < 0xff66) ||
	       (c >= 0xffe0 && c <= 0xffff);
}

/* One form: half width, lower case, no blanks or signs. Wiped by its user: text_done(). */
static void text_fold(const char *text, struct buf *out)
{
	const char *end = text + strlen(text);
	char bytes[4];
	uint32_t c;

	buf_init(out, strlen(text) * 2 + 1);
	for (size_t n; (n = utf8_decode(text, end, &c)) > 0; text += n) {
		if (c >= 0xff01 && c <= 0xff5e)
			c -= 0xfee0;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (!is_sign(c))
			buf_add(out, bytes, utf8_encode(c, bytes));
	}
}

static void text_done(struct buf *b)
{
	if (b->data)
		bytes_wipe(b->data, b->cap);
	buf_done(b);
}

/* The reply in one form, without the name: what stands on both sides of it is not one run. */
static void fold_without(const char *reply, const char *name, struct buf *out)
{
	struct buf all, without;
	const char *at, *found;

	text_fold(reply, &all);
	text_fold(name, &without);
	buf_init(out, all.len * 2 + 1);
	at = buf_text(&all);
	while (without.len && (found = strstr(at, buf_text(&without)))) {
		buf_add(out, at, (size_t)(found - at));
		buf_char(out, '\n');
		at = found + without.len;
	}
	buf_str(out, at);
	text_done(&all);
	text_done(&without);
}

/* The bytes of the first `characters` code points, all before a line feed; 0: there are fewer. */
static size_t run_bytes(const char *at, const char *end, size_t characters)
{
	const char *p = at;
	uint32_t c;

	for (size_t i = 0; i < characters; i++) {
		size_t n = utf8_decode(p, end, &c);
		if (!n || c == '\n')
			return 0;
		p += n;
	}
	return (size_t)(p - at);
}

static bool shares_a_run(const struct buf *reply, const char *words)
{
	struct buf of;
	const char *at = buf_text(reply), *end = at + reply->len;
	bool found = false;
	uint32_t c;

	text_fold(words, &of);
	while (!found && at < end && of.len) {
		size_t run = run_bytes(at, end, RUN_CHARACTERS), step = utf8_decode(at, end, &c);
		found = run && memmem(of.data, of.len, at, run);
		at += step ? step : 1;
	}
	text_done(&of);
	return found;
}

/* at_least code points of it, or it is too short to be told from other words. */
static bool holds(const struct buf *reply, const char *value, size_t at_least)
{
	struct buf v;

	text_fold(value, &v);
	bool found = v.len && utf8_length(buf_text(&v)) >= at_least &&
		     memmem(buf_text(reply), reply->len, v.data, v.len);
	text_done(&v);
	return found;
}

static enum err_code refused(const char *what, struct err *e)
{
	return err_set(e, ERR_REFUSED,
		T("答复里有%s，不能给外面看：请改写", "the reply holds %s: write it anew"), what);
}

static enum err_code reporter_check(
	const char *reply, const struct tipoff *t, const char *name, struct err *e)
{
	struct buf whole, without;
	const char *what = NULL;

	text_fold(reply, &whole);
	fold_without(reply, name, &without);
	if (holds(&whole, t->contact_name, NAME_CHARACTERS_MIN))
		what = T("举报人的姓名", "the reporter's name");
	else if (holds(&whole, t->contact_phone, PHONE_DIGITS_MIN))
		what = T("举报人的电话", "the reporter's telephone number");
	else if (shares_a_run(&without, t->what))
		what = T("举报原文里连着十二个字以上的话",
			"twelve characters or more of what the reporter wrote");
	else if (shares_a_run(&without, t->place))
		what = T("举报人写的地点里连着十二个字以上的话",
			"twelve characters or more of the place as the reporter wrote it");
	text_done(&whole);
	text_done(&without);
	return what ? refused(what, e) : ERR_OK;
}

enum err_code reply_check(struct desk *d, const char *reply, const struct tipoff *t,
	struct enterprise_id about, struct err *e)
{
	struct arena *a = arena_new();
	const char *what = NULL, *name = "";
	struct enterprise x;
	enum err_code code = reg_text_check(d->o.reg, reply, a, &what, e);

	if (!code && what)
		code = refused(what, e);
	if (!code && t && about.n) {
		code = reg_enterprise_get(d->o.reg, about, a, &x, e);
		if (!code && x.value[FIELD_NAME])
			name = x.value[FIELD_NAME];
	}
	if (!code && t)
		code = reporter_check(reply, t, name, e);
	arena_free(a);
	return code;
}
