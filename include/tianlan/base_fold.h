/*
 * base_fold: texts in one form, to find a name or a number in them however it is written.
 *
 * Half width and small letters; blanks, punctuation, unseen and combining characters passed over; digits in any writing: full
 * width, circled, in brackets, raised, mathematical, of other scripts, and for numbers the Chinese ones, plain and financial, and the
 * letters l, I and O where they stand beside digits.
 * Out of reach: a name in traditional characters where the other text has simplified ones, by its sound, or with a character taken
 * apart. A person has to read for that.
 */
#ifndef TIANLAN_BASE_FOLD_H
#define TIANLAN_BASE_FOLD_H

#include "tianlan/base.h"

enum fold_gap { GAP_NONE, GAP_SOFT, GAP_BRACKET, GAP_HARD };

/* Letters and digits of a text, and what stood before each. */
struct folded {
	uint32_t *c;
	uint8_t *gap;
	size_t count;
};
/* Room for a text of so many bytes. */
void folded_new(struct arena *a, size_t bytes, struct folded *out);
/* At most max characters; what is no UTF-8 is passed over. */
void text_fold(const char *text, size_t max, struct folded *out);
/* 0 to 9 of a folded character, Chinese ones too; -1: none. */
int fold_digit(uint32_t c);
/* Does a text hold control characters (but line feeds), format characters, or such as turn the direction of writing? */
bool text_has_unseen(const char *text);

/* The digits of a text one behind the other: groups as they were written, runs of groups with nothing but blanks, hyphens, dots or
 * brackets between. */
enum fold_break { BREAK_NONE, BREAK_SIGN, BREAK_WORD };
struct digits {
	char *d;
	uint8_t *begins, *ends; /* a group does, at this digit */
	uint8_t *
		breaks; /* enum fold_break: a run ends before this digit, at punctuation or at a letter */
	size_t count;
};
void digits_new(struct arena *a, size_t max, struct digits *out);
void fold_digits(const struct folded *f, struct digits *out); /* room for f->count */

/* What is written as the end of a number: 尾号1234. Four digits and more. */
#define TAILS_MAX 16
struct tails {
	const char *d[TAILS_MAX]; /* into the digits */
	size_t len[TAILS_MAX], count;
};
void fold_tails(const struct folded *f, struct arena *a, struct tails *out);
bool tails_hold(const struct tails *t, const char *number, size_t len);

#endif
