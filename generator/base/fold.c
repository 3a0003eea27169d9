/* One form of a text: see base_fold.h. What is left of NFKC is what people use to hide a number or a name from a program. */
#include "tianlan/base_fold.h"

#include <string.h>

/* ---- characters ------------------------------------------------------------------------------------ */

/* Runs of numbers: the first stands for `value`, the next for one more. */
static const struct {
	uint32_t from, to;
	int value;
} numbers[] = {
	{0xb2, 0xb3, 2},
	{0xb9, 0xb9, 1},
	{0x660, 0x669, 0},
	{0x6f0, 0x6f9, 0},
	{0x966, 0x96f, 0},
	{0x2070, 0x2070, 0},
	{0x2074, 0x2079, 4},
	{0x2080, 0x2089, 0},
	{0x2460, 0x2473, 1},
	{0x2474, 0x2487, 1},
	{0x2488, 0x249b, 1},
	{0x24ea, 0x24ea, 0},
	{0x24eb, 0x24f4, 11},
	{0x24f5, 0x24fe, 1},
	{0x24ff, 0x24ff, 0},
	{0x2776, 0x277f, 1},
	{0x2780, 0x2789, 1},
	{0x278a, 0x2793, 1},
	{0x3220, 0x3229, 1},
	{0x3251, 0x325f, 21},
	{0x3280, 0x3289, 1},
	{0x32b1, 0x32bf, 36},
	{0x1d7ce, 0x1d7d7, 0},
	{0x1d7d8, 0x1d7e1, 0},
	{0x1d7e2, 0x1d7eb, 0},
	{0x1d7ec, 0x1d7f5, 0},
	{0x1d7f6, 0x1d7ff, 0},
	{0x1f100, 0x1f100, 0},
	{0x1f101, 0x1f10a, 0},
	{0x1fbf0, 0x1fbf9, 0},
};

static int number_of(uint32_t c)
{
	for (size_t i = 0; c >= 0xb2 && i < COUNT_OF(numbers); i++)
		if (c >= numbers[i].from && c <= numbers[i].to)
			return numbers[i].value + (int)(c - numbers[i].from);
	return -1;
}

static uint32_t narrow(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	else if (c >= 0x24b6 && c <= 0x24e9) /* circled letters */
		c = 'a' + (c - 0x24b6) % 26;
	else if (c >= 0x1d400 && c <= 0x1d6a3) /* mathematical ones */
		c = 'a' + (c - 0x1d400) % 26;
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Format characters (Cf), and the separators of lines that look like blanks. */
static bool is_format(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {{0xad, 0xad}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f},
		{0x8e2, 0x8e2}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0x110bd, 0x110bd},
		{0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
		{0xe0000, 0xe007f}};

	for (size_t i = 0; c >= 0xad && i < COUNT_OF(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

/* Combining marks and selectors of a form as well: they stand upon what they hide. */
static bool is_unseen(uint32_t c)
{
	return is_format(c) || (c >= 0x300 && c <= 0x36f) || (c >= 0x20d0 && c <= 0x20f0) ||
	       (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

static enum fold_gap gap_of(uint32_t c) /* narrowed; GAP_NONE: a letter or a digit */
{
	static const uint32_t soft[] = {'-', '.', '_', 0xb7, 0x2022, 0x2027, 0x2043, 0x2212, 0x22c5,
		0x3000, 0x30fb, 0xff65};

	if (c <= ' ' || (c >= 0x7f && c <= 0xa0) || (c >= 0x2000 && c <= 0x2015) || c == 0x202f ||
		is_unseen(c))
		return c == '\n' || c == '\r' ? GAP_HARD : GAP_SOFT;
	for (size_t i = 0; i < COUNT_OF(soft); i++)
		if (c == soft[i])
			return GAP_SOFT;
	if (c == '(' || c == ')' || c == '+')
		return GAP_BRACKET;
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ? GAP_NONE : GAP_HARD;
	if ((c > 0xa0 && c < 0xc0) || (c >= 0x2010 && c <= 0x206f) ||
		(c >= 0x3001 && c <= 0x303f && c != 0x3005 && c != 0x3007) ||
		(c >= 0xff00 && c <= 0xff65) || (c >= 0xffe0 && c <= 0xffff) ||
		(c >= 0xfe10 && c <= 0xfe6f))
		return GAP_HARD;
	return GAP_NONE;
}

bool text_has_unseen(const char *text)
{
	const char *end = text + strlen(text);
	uint32_t c;

	for (size_t n; (n = utf8_decode(text, end, &c)) > 0; text += n)
		if ((c < ' ' && c != '\n') || (c >= 0x7f && c < 0xa0) || is_format(c))
			return true;
	return false;
}

/* ---- the text ------------------------------------------------------------------------------------------ */

void folded_new(struct arena *a, size_t bytes, struct folded *out)
{
	out->c = arena_alloc(a, (bytes + 1) * sizeof(*out->c));
	out->gap = arena_alloc(a, bytes + 1);
	out->count = 0;
}

static void add(struct folded *out, size_t max, uint32_t c, enum fold_gap gap)
{
	if (out->count == max)
		return;
	out->c[out->count] = c;
	out->gap[out->count++] = (uint8_t)gap;
}

void text_fold(const char *text, size_t max, struct folded *out)
{
	const char *end = text + strlen(text);
	enum fold_gap gap = GAP_HARD;

	out->count = 0;
	while (text < end && out->count < max) {
		uint32_t c;
		size_t used = utf8_decode(text, end, &c);
		enum fold_gap here;
		int number;

		if (!used) { /* no UTF-8: what follows is looked at all the same */
			text++;
			gap = GAP_HARD;
			continue;
		}
		text += used;
		number = number_of(c);
		c = narrow(c);
		here = number < 0 ? gap_of(c) : GAP_NONE;
		if (here != GAP_NONE) {
			gap = here > gap ? here : gap;
			continue;
		}
		if (number > 9) {
			add(out, max, '0' + (uint32_t)number / 10, gap);
			gap = GAP_NONE;
		}
		add(out, max, number < 0 ? c : '0' + (uint32_t)number % 10, gap);
		gap = GAP_NONE;
	}
}

/* ---- numbers --------------------------------------------------------------------------------------------- */

int fold_digit(uint32_t c)
{
	/* 〇零○ 一壹壱幺弌 二贰貳弍 三叁參叄弎 四肆 五伍 六陆陸 七柒 八捌 九玖 */
	static const struct {
		uint32_t c;
		int digit;
	} written[] = {{0x3007, 0}, {0x96f6, 0}, {0x25cb, 0}, {0x4e00, 1}, {0x58f9, 1}, {0x58f1, 1},
		{0x5e7a, 1}, {0x5f0c, 1}, {0x4e8c, 2}, {0x8d30, 2}, {0x8cb3, 2}, {0x5f0d, 2},
		{0x4e09, 3}, {0x53c1, 3}, {0x53c3, 3}, {0x53c4, 3}, {0x5f0e, 3}, {0x56db, 4},
		{0x8086, 4}, {0x4e94, 5}, {0x4f0d, 5}, {0x516d, 6}, {0x9646, 6}, {0x9678, 6},
		{0x4e03, 7}, {0x67d2, 7}, {0x516b, 8}, {0x634c, 8}, {0x4e5d, 9}, {0x7396, 9}};

	if (c >= '0' && c <= '9')
		return (int)(c - '0');
	for (size_t i = 0; c >= 0x80 && i < COUNT_OF(written); i++)
		if (written[i].c == c)
			return written[i].digit;
	return -1;
}

static int letter_digit(uint32_t c)
{
	return c == 'l' || c == 'i' ? 1 : c == 'o' ? 0 : -1;
}

/* From here in one direction nothing but such letters up to a digit. */
static bool reaches_digit(const struct folded *f, size_t at, bool onward)
{
	while (onward ? at + 1 < f->count && f->gap[at + 1] != GAP_HARD
		      : at > 0 && f->gap[at] != GAP_HARD) {
		at = onward ? at + 1 : at - 1;
		if (fold_digit(f->c[at]) >= 0)
			return true;
		if (letter_digit(f->c[at]) < 0)
			return false;
	}
	return false;
}

/* A letter that stands for a digit is a group of its own, so that a number beside a word is whole without it as well. */
static int digit_at(const struct folded *f, size_t at, bool *ret_letter)
{
	int digit = fold_digit(f->c[at]);

	*ret_letter = false;
	if (digit >= 0 || letter_digit(f->c[at]) < 0)
		return digit;
	*ret_letter = reaches_digit(f, at, true) || reaches_digit(f, at, false);
	return *ret_letter ? letter_digit(f->c[at]) : -1;
}

void digits_new(struct arena *a, size_t max, struct digits *out)
{
	out->d = arena_alloc(a, max + 1);
	out->begins = arena_alloc(a, max + 1);
	out->ends = arena_alloc(a, max + 1);
	out->breaks = arena_alloc(a, max + 1);
	out->count = 0;
}

void fold_digits(const struct folded *f, struct digits *out)
{
	bool after_digit = false, after_letter = false;

	out->count = 0;
	for (size_t i = 0; i < f->count; i++) {
		bool letter;
		int digit = digit_at(f, i, &letter);
		enum fold_break before = !after_digit		 ? BREAK_WORD
					 : f->gap[i] == GAP_HARD ? BREAK_SIGN
								 : BREAK_NONE;

		if (digit < 0) {
			after_digit = false;
			continue;
		}
		out->d[out->count] = (char)('0' + digit);
		out->breaks[out->count] = (uint8_t)before;
		out->begins[out->count] = before || f->gap[i] != GAP_NONE || letter || after_letter;
		if (out->count > 0 && out->begins[out->count])
			out->ends[out->count - 1] = 1;
		out->ends[out->count++] = 0;
		after_digit = true;
		after_letter = letter;
	}
	if (out->count > 0)
		out->ends[out->count - 1] = 1;
}

/* ---- the end of a number ------------------------------------------------------------------------------------ */

enum { TAIL_MIN = 4, TAIL_FAR = 4 };

/* 尾号 尾数 末四位 后四位 */
static size_t tail_word(const struct folded *f, size_t at)
{
	static const uint32_t words[][3] = {{0x5c3e, 0x53f7}, {0x5c3e, 0x6570},
		{0x672b, 0x56db, 0x4f4d}, {0x540e, 0x56db, 0x4f4d}};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		size_t len = words[i][2] ? 3 : 2;

		if (at + len <= f->count && memcmp(f->c + at, words[i], len * sizeof(*f->c)) == 0)
			return len;
	}
	return 0;
}

void fold_tails(const struct folded *f, struct arena *a, struct tails *out)
{
	out->count = 0;
	for (size_t i = 0; i < f->count && out->count < TAILS_MAX; i++) {
		size_t at = i + tail_word(f, i), end;
		struct folded rest = {.c = f->c + at, .gap = f->gap + at, .count = f->count - at};
		struct digits d;
		size_t len = 1;

		if (at == i)
			continue;
		/* 尾号是、尾号为：a word or two between. */
		for (end = 0; end < TAIL_FAR && end < rest.count && fold_digit(rest.c[end]) < 0;)
			end++;
		rest.c += end;
		rest.gap += end;
		rest.count -= end;
		digits_new(a, rest.count, &d);
		fold_digits(&rest, &d);
		while (len < d.count && !d.breaks[len])
			len++;
		if (end < TAIL_FAR && d.count >= TAIL_MIN && len >= TAIL_MIN) {
			out->d[out->count] = d.d;
			out->len[out->count++] = len;
		}
	}
}

bool tails_hold(const struct tails *t, const char *number, size_t len)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->len[i] <= len && memcmp(number + len - t->len[i], t->d[i], t->len[i]) == 0)
			return true;
	return false;
}
