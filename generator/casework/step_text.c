/*
 * What a step is, as one text: a line for each part, in this order, whether it is there or not. A backslash and a line feed within
 * one are written \\ and \n: so two different steps never have one text.
 *
 * The chain holds SHA-256 over a salt and this text. The salt is in the row alone: who has the chain cannot try out contents, and
 * when the salt is erased, nor can anybody else.
 */
#include "casework/casework_internal.h"

static void part(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, value && *value ? "%s: " : "%s:", name);
	for (const char *p = value; p && *p; p++) {
		if (*p == '\\' || *p == '\n')
			buf_char(out, '\\');
		buf_char(out, *p == '\n' ? 'n' : *p);
	}
	buf_char(out, '\n');
}

static void part_number(struct buf *out, const char *name, int64_t n)
{
	buf_printf(out, n ? "%s: %lld\n" : "%s:\n", name, (long long)n);
}

void step_text(const struct tip_step *s, const char *commitment, struct buf *ret)
{
	char day[DAY_TEXT_BYTES], note[SHA256_HEX_BYTES];

	buf_str(ret, "tianlan-step-content 1\n");
	part(ret, "case", commitment);
	part_number(ret, "n", s->n);
	part(ret, "kind", policy_case_step_id(s->kind));
	part(ret, "day", day_text(s->day, day));
	part(ret, "role", s->role);
	part(ret, "unit", s->unit);
	part(ret, "outcome", s->outcome ? policy_outcome_id(s->outcome) : NULL);
	part(ret, "lead", s->lead);
	part(ret, "helpers", s->helpers);
	part_number(ret, "enterprise", s->enterprise.n);
	part_number(ret, "found-new", s->found_new);
	part_number(ret, "into", s->into_case);
	part_number(ret, "days", s->days);
	part_number(ret, "despite-open", s->despite_open);
	part(ret, "reply", s->reply);
	part(ret, "by", s->by);
	part(ret, "at", s->at);
	if (s->note)
		sha256_hex(s->note, s->note_len, note);
	part(ret, "note", s->note ? note : NULL);
}

void step_content(const struct tip_step *s, const char *commitment,
	const uint8_t salt[STEP_SALT_BYTES], char ret[SHA256_HEX_BYTES])
{
	struct buf all;

	buf_init(&all, STEP_TEXT_MAX);
	buf_add(&all, salt, STEP_SALT_BYTES);
	step_text(s, commitment, &all);
	sha256_hex(buf_text(&all), all.len, ret);
	bytes_wipe(all.data, all.cap);
	buf_done(&all);
}
