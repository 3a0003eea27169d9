#include "cases.h"

#include <stdio.h>
#include <string.h>

static void name_of(int n, const char *what, char out[SHA256_HEX_BYTES])
{
	struct buf b;

	buf_init(&b, 100);
	buf_printf(&b, "%s %d", what, n);
	sha256_hex(buf_text(&b), b.len, out);
	buf_done(&b);
}

const char *case_id_of(struct instance *in, int n)
{
	char hex[SHA256_HEX_BYTES];

	name_of(n, "id", hex);
	return arena_strndup(in->arena, hex, 32);
}

int64_t case_new(struct instance *in, int n, const char *week)
{
	char commitment[SHA256_HEX_BYTES];
	struct tip_case_new c = {.id = case_id_of(in, n),
		.host = "host-1",
		.week = week,
		.commitment = commitment,
		.origin = "form"};
	struct err e = {0};
	int64_t number = 0;
	int year = 0, k = 0;

	name_of(n, "commitment", commitment);
	/* The Monday of the week: the 4th of January lies in the first. */
	cr_assert_eq(sscanf(week, "%4d-W%2d", &year, &k), 2);
	c.received_on = day_from_ymd(year, 1, 4);
	while ((c.received_on.n + 3) % 7)
		c.received_on.n--;
	c.received_on = day_add(c.received_on, 7 * (k - 1));
	cr_assert_eq(reg_case_add(in->reg, &c, &staff, &number, &e), ERR_OK, "%s", e.message);
	return number;
}

struct tip_case case_now(struct instance *in, int64_t number)
{
	struct tip_case now = {0};
	struct err e = {0};

	cr_assert_eq(reg_case_get(in->reg, number, in->arena, &now, &e), ERR_OK, "%s", e.message);
	return now;
}

void case_opened(struct instance *in, int64_t number, const char *kinds, const char *street)
{
	struct tip_case now = case_now(in, number);
	struct tip_case_opened o = {.received_on = now.received_on,
		.origin = now.origin,
		.way = "anonymous",
		.kinds = kinds,
		.street = street};
	struct err e = {0};

	sha256_bytes(now.id, strlen(now.id), o.status_key);
	memcpy(o.status_tag, now.id, sizeof(o.status_tag));
	cr_assert_eq(reg_case_opened(in->reg, number, &o, &e), ERR_OK, "%s", e.message);
}

enum err_code case_try(struct instance *in, struct tip_step s, struct err *e)
{
	uint8_t salt[SHA256_BYTES];
	int64_t seq = 0, count = 0;

	if (!s.n) {
		enum err_code code = reg_case_step_count(in->reg, s.tip_case, &count, e);

		if (code)
			return code;
		s.n = count + 1;
	}
	s.role = s.role ? s.role : "inspector";
	if (!s.content[0])
		name_of((int)(s.tip_case * 1000 + s.n), "content", s.content);
	/* Each step has its own. */
	sha256_bytes(s.content, sizeof(s.content), salt);
	s.salt = s.salt ? s.salt : salt;
	return reg_case_step_add(in->reg, &s, &staff, &seq, e);
}

int64_t case_step(struct instance *in, int64_t number, enum case_step kind, struct day day)
{
	struct tip_step s = {.tip_case = number, .kind = kind, .day = day};
	struct err e = {0};

	if (kind == CASE_DISPATCHED)
		s.lead = "economy";
	if (kind == CASE_CHECKED)
		s.outcome = OUTCOME_TRUE;
	if (kind == CASE_EXTENDED)
		s.days = 10;
	s.despite_open = kind == CASE_CONCLUDED;
	cr_assert_eq(case_try(in, s, &e), ERR_OK, "%s: %s", policy_case_step_id(kind), e.message);
	return query_int(in, "SELECT max(seq) FROM case_step");
}

static enum err_code take_step(void *ctx, const struct reply_review *v, struct err *e)
{
	(void)e;
	*(int64_t *)ctx = v->step;
	return ERR_OK;
}

enum err_code case_review(struct instance *in, int64_t number, const char *by, struct err *e)
{
	const struct change_note note = {.by = by, .at = staff.at};
	int64_t step = 0;

	if (reg_reply_review_each(in->reg, number, take_step, &step, e))
		return e->code;
	return reg_reply_review_add(in->reg, number, step, &note, e);
}

void case_conclude(struct instance *in, int64_t number, struct day day, const char *reply)
{
	struct tip_step end = {
		.tip_case = number, .kind = CASE_CONCLUDED, .day = day, .reply = reply};
	struct err e = {0};

	if (case_now(in, number).course.state == CASE_RECEIVED) {
		case_step(in, number, CASE_ACCEPTED, day);
		case_step(in, number, CASE_DISPATCHED, day);
	}
	cr_assert_eq(case_try(in,
			     (struct tip_step){.tip_case = number,
				     .kind = CASE_CHECKED,
				     .day = day,
				     .outcome = OUTCOME_UNTRUE},
			     &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(case_try(in, end, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(case_review(in, number, "审核人", &e), ERR_OK, "%s", e.message);
}

uint32_t dice_roll(struct dice *d, uint32_t sides)
{
	d->state = d->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(d->state >> 33) % sides;
}
