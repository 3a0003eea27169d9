/*
 * Is a reply fit to be read outside? It may hold no value of class NEVER: none of the register's, no contact of the reporter, and
 * none of the words in which the tip-off was written, by which the reported party could know who wrote it.
 *
 * Compared are letters and digits alone, in one form (base_fold.h): blanks, signs, full-width forms and other writings of digits do not
 * hide anything. What the reply says with the name of the linked enterprise is no word of the tip-off's.
 */
#include "casework/casework_internal.h"

#include "tianlan/base_fold.h"
#include "tianlan/register_supervision.h"

#include <string.h>

enum { RUN_CHARACTERS = 12, NAME_CHARACTERS_MIN = 2, PHONE_DIGITS_MIN = 5 };

/* A text in one form; its memory is the arena's, which wipes nothing: text_done() does. */
static void fold_text(struct arena *a, const char *text, struct folded *out)
{
	size_t len = strlen(text);

	folded_new(a, len, out);
	text_fold(text, len, out);
}

static void text_done(struct folded *f)
{
	bytes_wipe(f->c, f->count * sizeof(*f->c));
}

/* A digit is the same in any writing. */
static uint32_t letter_of(uint32_t c)
{
	int digit = fold_digit(c);

	return digit < 0 ? c : '0' + (uint32_t)digit;
}

static bool same_run(
	const struct folded *x, size_t at, const struct folded *y, size_t from, size_t len)
{
	if (at + len > x->count || from + len > y->count)
		return false;
	for (size_t i = 0; i < len; i++)
		if (letter_of(x->c[at + i]) != letter_of(y->c[from + i]))
			return false;
	return true;
}

static bool finds(const struct folded *in, const struct folded *f, size_t from, size_t len)
{
	for (size_t i = 0; len && i + len <= in->count; i++)
		if (same_run(in, i, f, from, len))
			return true;
	return false;
}

/* What stands on both sides of the enterprise's name is not one run: looked for in each part between. */
static bool shares_a_run(
	const struct folded *reply, const struct folded *name, const struct folded *words)
{
	size_t since = 0;

	for (size_t i = 0; i < reply->count; i++) {
		if (name->count && same_run(reply, i, name, 0, name->count)) {
			i += name->count - 1;
			since = i + 1;
		} else if (i + 1 >= since + RUN_CHARACTERS &&
			   finds(words, reply, i + 1 - RUN_CHARACTERS, RUN_CHARACTERS)) {
			return true;
		}
	}
	return false;
}

/* So many characters of it, or it is too short to be told from other words. */
static bool holds_name(const struct folded *reply, const struct folded *name)
{
	return name->count >= NAME_CHARACTERS_MIN && finds(reply, name, 0, name->count);
}

/* In a reply no punctuation parts a number; each number that the value holds. */
static bool holds_number(const struct digits *in, const char *number, size_t len)
{
	for (size_t i = 0; i + len <= in->count; i++) {
		size_t n = 0;

		while (n < len && in->d[i + n] == number[n] &&
			(n == 0 || in->breaks[i + n] != BREAK_WORD))
			n++;
		if (n == len)
			return true;
	}
	return false;
}

static bool holds_phone(struct arena *a, const struct folded *reply, const struct folded *phone)
{
	struct digits in, of;
	struct tails tails;
	bool found = false;
	size_t begin = 0;

	digits_new(a, reply->count, &in);
	fold_digits(reply, &in);
	fold_tails(reply, a, &tails);
	digits_new(a, phone->count, &of);
	fold_digits(phone, &of);
	for (size_t i = 1; !found && i <= of.count; i++) {
		size_t len = i - begin;

		if (i < of.count && of.breaks[i] != BREAK_WORD)
			continue;
		found = len >= PHONE_DIGITS_MIN && (holds_number(&in, of.d + begin, len) ||
							   tails_hold(&tails, of.d + begin, len));
		begin = i;
	}
	bytes_wipe(of.d, of.count);
	return found;
}

static enum err_code refused(const char *what, struct err *e)
{
	return err_set(e, ERR_REFUSED,
		T("答复里有%s，不能给外面看：请改写", "the reply holds %s: write it anew"), what);
}

static enum err_code reporter_check(
	const char *reply, const struct tipoff *t, const char *name, struct arena *a, struct err *e)
{
	struct folded r, n, of[4];
	const char *const secrets[] = {t->contact_name, t->contact_phone, t->what, t->place};
	const char *what = NULL;

	fold_text(a, reply, &r);
	fold_text(a, name, &n);
	for (size_t i = 0; i < COUNT_OF(of); i++)
		fold_text(a, secrets[i], &of[i]);
	if (holds_name(&r, &of[0]))
		what = T("举报人的姓名", "the reporter's name");
	else if (holds_phone(a, &r, &of[1]))
		what = T("举报人的电话", "the reporter's telephone number");
	else if (shares_a_run(&r, &n, &of[2]))
		what = T("举报原文里连着十二个字以上的话",
			"twelve characters or more of what the reporter wrote");
	else if (shares_a_run(&r, &n, &of[3]))
		what = T("举报人写的地点里连着十二个字以上的话",
			"twelve characters or more of the place as the reporter wrote it");
	for (size_t i = 0; i < COUNT_OF(of); i++)
		text_done(&of[i]);
	return what ? refused(what, e) : ERR_OK;
}

enum err_code reply_check(struct desk *d, const char *reply, const struct tipoff *t,
	struct enterprise_id about, struct err *e)
{
	struct arena *a = arena_new();
	const char *what = NULL, *name = "";
	struct enterprise x;
	enum err_code code = ERR_OK;

	if (text_has_unseen(reply))
		what = T("看不见的字符（控制字符、改变书写方向的字符）",
			"characters that are not seen (control, format, direction)");
	else
		code = reg_text_check(d->o.reg, reply, a, &what, e);
	if (!code && what)
		code = refused(what, e);
	if (!code && t && about.n) {
		code = reg_enterprise_get(d->o.reg, about, a, &x, e);
		if (!code && x.value[FIELD_NAME])
			name = x.value[FIELD_NAME];
	}
	if (!code && t)
		code = reporter_check(reply, t, name, a, e);
	arena_free(a);
	return code;
}
