/* fold.c: one form of a text, and the numbers in it, however they are written. */
#include "tianlan/base_fold.h"

#include <criterion/criterion.h>
#include <string.h>

static struct arena *arena;

static void begin(void)
{
	arena = arena_new();
}

static void end(void)
{
	arena_free(arena);
}

TestSuite(fold, .init = begin, .fini = end);

static struct folded fold_of(const char *text)
{
	struct folded f;

	folded_new(arena, strlen(text), &f);
	text_fold(text, strlen(text), &f);
	return f;
}

static const char *letters(const char *text)
{
	struct folded f = fold_of(text);
	char *out = arena_alloc(arena, 4 * f.count + 1);
	size_t len = 0;

	for (size_t i = 0; i < f.count; i++)
		len += utf8_encode(f.c[i], out + len);
	out[len] = '\0';
	return out;
}

/* Runs with a blank between; a sign within a run is a comma. */
static const char *numbers(const char *text)
{
	struct folded f = fold_of(text);
	struct digits d;
	char *out = arena_alloc(arena, 2 * f.count + 1);
	size_t len = 0;

	digits_new(arena, f.count, &d);
	fold_digits(&f, &d);
	for (size_t i = 0; i < d.count; i++) {
		if (i > 0 && d.breaks[i])
			out[len++] = d.breaks[i] == BREAK_SIGN ? ',' : ' ';
		out[len++] = d.d[i];
	}
	out[len] = '\0';
	return out;
}

Test(fold, letters_and_digits_in_one_form)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{"ＡＢｃ１２", "abc12"},
		{"张 三-丰·（甲）", "张三丰甲"},
		{"张\xe2\x80\x8b三\xcc\xb6丰", "张三丰"},
		{"①⑩⑳❸⓪⒌⑹㈦㊈", "11020305679"},
		{"²³¹₄⁵", "23145"},
		{"𝟎𝟗𝟘𝟡𝟬𝟵", "090909"},
		{"٣٤۵६", "3456"},
		{"1\xef\xb8\x8f\xe2\x83\xa3", "1"},
		{"𝐀𝐳ⓐⒷ", "azab"},
		{"一二三", "一二三"},
		{"\xff甲\xffz", "甲z"},
		{"", ""},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		cr_assert_str_eq(letters(rows[i].text), rows[i].wanted, "%s", rows[i].text);
}

Test(fold, numbers_in_any_writing)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{"〇零一幺二三四五六七八九", "001123456789"},
		{"壹贰叁肆伍陆柒捌玖", "123456789"},
		{"壹貳參肆伍陸柒捌玖", "123456789"},
		{"l39OoI2", "1390012"},
		{"12 lio 3", "121103"},
		{"oil and lilo", ""},
		{"oil 5 kg", "0115"},
		{"139，1234", "139,1234"},
		{"139-1234 (5)", "13912345"},
		{"139转1234", "139 1234"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		cr_assert_str_eq(numbers(rows[i].text), rows[i].wanted, "%s: %s", rows[i].text,
			numbers(rows[i].text));
}

Test(fold, a_number_beside_a_letter_read_as_a_digit_is_whole_without_it)
{
	struct folded f = fold_of("No3612345");
	struct digits d;

	digits_new(arena, f.count, &d);
	fold_digits(&f, &d);
	cr_assert_eq(d.count, 8);
	cr_assert(d.begins[1] && d.ends[7] && d.ends[0]);
}

Test(fold, the_end_of_a_number_is_one_where_it_is_said)
{
	static const struct {
		const char *text;
		bool holds;
	} rows[] = {
		{"尾号1234", true},
		{"尾号是：“1234”", true},
		{"尾数幺二三四", true},
		{"后四位为12-34", true},
		{"末四位①②③④", true},
		{"尾号00001234", true},
		{"尾号91234", false},
		{"尾号234", false},
		{"1234", false},
		{"尾号的事情以后另说1234", false},
		{"尾号", false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct folded f = fold_of(rows[i].text);
		struct tails t;

		fold_tails(&f, arena, &t);
		cr_assert_eq(tails_hold(&t, "13900001234", 11), rows[i].holds, "%s", rows[i].text);
	}
}

Test(fold, what_is_not_seen_is_found)
{
	static const struct {
		const char *text;
		bool unseen;
	} rows[] = {
		{"已查。\n谢谢。", false},
		{"①Ａ 张·三", false},
		{"a\tb", true},
		{"a\x1b[1m", true},
		{"a\x7f", true},
		{"\xc2\x85", true},
		{"\xc2\xad", true},
		{"\xe2\x80\x8b", true},
		{"\xe2\x80\x8f", true},
		{"\xe2\x80\xae", true},
		{"\xe2\x81\xa6", true},
		{"\xe2\x80\xa8", true},
		{"\xef\xbb\xbf", true},
		{"\xd8\x9c", true},
		{"\xf3\xa0\x80\xa1", true},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		cr_assert_eq(text_has_unseen(rows[i].text), rows[i].unseen, "%zu", i);
}
